"""What is written into an application while it is handled: the list of missing papers, and the findings of two
verifiers on each of the three conditions (办法第十八条、第二十条)."""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_, render
from sclist_app.law.removal import CONDITIONS
from sclist_app.register.repair_reader import RepairReader

__all__ = ["ask", "confirm", "supply", "verify"]

METHODS = ("On Site", "From Files", "By Letter", "System Comparison")
RESULTS = ("Fulfilled", "Not Fulfilled")
MAX_ITEMS = 30


def ask(doc: Document, items: Sequence[str]) -> None:
	"""The papers to be supplemented, all at once; they stand in the notice that is issued next.

	Raises:
		frappe.ValidationError: none named, too many, or asked once already.
	"""
	wanted = list(dict.fromkeys(item.strip() for item in items if item and item.strip()))
	if not wanted:
		frappe.throw(_("Name the papers that are missing, one a line."))
	if len(wanted) > MAX_ITEMS or any(len(item) > 140 for item in wanted):
		frappe.throw(_("At most {0} papers, each in at most 140 characters.").format(MAX_ITEMS))
	if any(row.asked_on for row in doc.supplements):
		frappe.throw(
			_("Papers are asked for once only, and that was done. Accept the application or refuse it.")
		)
	doc.set("supplements", [{"item": item} for item in wanted])
	_save(doc)
	_log(doc, "supplement_listed", N_("Missing papers listed"), "；".join(wanted))


def supply(doc: Document, item: str, supplied_on: str, note: str) -> None:
	"""A paper asked for was handed in.

	Raises:
		frappe.ValidationError: not asked for, or date impossible.
	"""
	row = next((r for r in doc.supplements if r.name == item), None)
	if row is None or not row.asked_on:
		frappe.throw(_("This paper was not asked for."))
	day = getdate(supplied_on) if supplied_on else None
	if day is None or day > today() or day < getdate(row.asked_on):
		frappe.throw(
			_("Enter the day the paper was handed in: not before it was asked for, not in the future.")
		)
	row.supplied_on, row.note = day, note
	_save(doc)
	_log(doc, "supplied", N_("Missing paper handed in"), row.item)


def verify(doc: Document, condition: str, method: str, result: str, finding: str, file: str) -> None:
	"""The first verifier records what was found on a condition; a correction asks for the second one anew.

	Raises:
		frappe.ValidationError: not a condition, no finding, or one that the register itself contradicts.
	"""
	if condition not in CONDITIONS or method not in METHODS or result not in RESULTS:
		frappe.throw(_("Choose condition, way of verifying and result from the lists."))
	if not (finding or "").strip():
		frappe.throw(_("Enter what was found."))
	reader = RepairReader(doc)
	if condition == "no_repeat" and result == "Fulfilled" and reader.other_listings:
		frappe.throw(render(reader.repeated()[0], _), title=_("The register says otherwise"))
	values = {
		"condition": condition,
		"method": method,
		"result": result,
		"finding": finding.strip(),
		"file": file or None,
		"verified_on": today(),
		"verifier": frappe.session.user,
		"second_verifier": None,
	}
	row = next((r for r in doc.verifications if r.condition == condition), None)
	if row is None:
		doc.append("verifications", values)
	else:
		row.update(values)
	order = list(CONDITIONS)
	doc.verifications.sort(key=lambda r: order.index(r.condition))
	for idx, row in enumerate(doc.verifications, start=1):
		row.idx = idx
	_save(doc)
	_log(doc, "verified", N_("Condition verified"), finding, {"condition": condition, "result": result})


def confirm(doc: Document) -> list[str]:
	"""The second verifier confirms every finding that somebody else recorded. Returns the conditions confirmed.

	Raises:
		frappe.ValidationError: there is none.
	"""
	confirmed = []
	for row in doc.verifications:
		if row.verifier != frappe.session.user and not row.second_verifier:
			row.second_verifier = frappe.session.user
			confirmed.append(row.condition)
	if not confirmed:
		frappe.throw(
			_("There is no finding of another verifier to confirm. Two verifiers look at each condition."),
			title=_("Two persons needed"),
		)
	_save(doc)
	_log(doc, "verification_confirmed", N_("Findings confirmed by a second verifier"), "", {"of": confirmed})
	return confirmed


def _save(doc: Document) -> None:
	with engine_writes():
		doc.save(ignore_permissions=True)  # the caller holds the task of this step


def _log(doc: Document, event: str, label: str, opinion: str, data: dict | None = None) -> None:
	events.append(
		doc.doctype,
		doc.name,
		event,
		label,
		bureau=doc.bureau,
		run=doc.run,
		opinion=opinion,
		data=data or {},
	)
