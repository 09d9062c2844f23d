"""The application form for early removal: whose it is, where it goes, what is taken over from the record."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import is_engine
from sclist_app.access.today import today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.law.findings import errors, render
from sclist_app.law.removal import CONDITIONS
from sclist_app.register import case
from sclist_app.register.records import OPEN
from sclist_app.register.repair_reader import RepairReader, may_apply

__all__ = ["check", "eligibility", "open_for", "running_of"]

DOCTYPE = "SC Repair Application"
TAKEN_OVER = (
	"entity_kind",
	"code_shown",
	"decision_number",
	"ground",
	"listed_on",
	"term_end",
	"earliest_application",
)


def open_for(doc: Document) -> None:
	"""A new application: the listed subject itself, at the bureau that listed, one at a time.

	Raises:
		frappe.ValidationError: another subject or bureau, not on the list any more, or one is under way.
		frappe.PermissionError: the user fills no forms in the deciding bureau.
	"""
	record = _record(doc)
	if record.state not in OPEN:
		frappe.throw(
			_("{0} is no longer on the list, so there is nothing to apply for.").format(
				frappe.bold(frappe.utils.escape_html(record.entity_name))
			)
		)
	doc.applicant = doc.applicant or record.entity
	if doc.applicant != record.entity:
		frappe.throw(
			_(
				"This record lists {0}. Only the listed unit or person applies for its own record; each applies separately."
			).format(frappe.bold(frappe.utils.escape_html(record.entity_name)))
		)
	doc.bureau = doc.bureau or record.bureau
	if doc.bureau != record.bureau:
		frappe.throw(
			_("The listing was decided by {0}. The application goes to that bureau.").format(
				frappe.bold(record.bureau_name)
			)
		)
	case.default_bureau(doc)
	if running := running_of(record.name):
		frappe.throw(
			_("An application for this record is under way already: {0}. Continue that one.").format(
				frappe.utils.get_link_to_form(DOCTYPE, running.name, running.name)
			),
			title=_("One application at a time"),
		)
	doc.open_key, doc.officer = record.name, doc.owner
	doc.received_on = doc.received_on or today()


def _record(doc: Document) -> Document:
	if not doc.record or not frappe.db.exists("SC Listing Record", doc.record):
		frappe.throw(_("Choose the record that is to be ended."))
	record = frappe.get_doc("SC Listing Record", doc.record)
	if not is_engine() and not may_read_bureau(record.bureau):
		frappe.throw(
			_("The listing was decided by {0}. The application goes to that bureau.").format(
				frappe.bold(record.bureau_name)
			),
			frappe.PermissionError,
		)
	return record


def running_of(record: str):
	"""The application of a record that is under way (name, state_title), or None."""
	return frappe.db.get_value(DOCTYPE, {"open_key": record}, ["name", "state_title"], as_dict=True)


def check(doc: Document) -> None:
	"""Before each saving: dates that can be, and what stands in the record.

	Raises:
		frappe.ValidationError: the day of receipt is impossible.
	"""
	record = frappe.get_doc("SC Listing Record", doc.record)
	received = getdate(doc.received_on) if doc.received_on else None
	if received is None or received > today():
		frappe.throw(_("Enter the day the application was received; it cannot lie in the future."))
	if record.listed_on and received < getdate(record.listed_on):
		frappe.throw(
			_(
				"The application cannot have been received before the listing of {0}. Correct the date."
			).format(frappe.utils.formatdate(record.listed_on))
		)
	if doc.promised_until and getdate(doc.promised_until) < received:
		frappe.throw(_("The day promised for the missing papers lies before the application."))
	for field in (*TAKEN_OVER, "is_demo"):
		doc.set(field, record.get(field))
	doc.applicant_name = record.entity_name
	doc.ban_text = ban_text(RepairReader(doc))
	doc.application_title = f"{record.entity_name}·{_('Early Removal', lang='zh')}"[:140]


def ban_text(reader: RepairReader) -> str:
	"""A ban in words of the form; empty without one."""
	law = reader.law
	if law is None or not (law.lifetime_ban or law.ban_until):
		return ""
	return _("For Life") if law.lifetime_ban else _("Until {0}").format(law.ban_until)


def eligibility(record: str) -> dict[str, Any]:
	"""What an applicant is told before anyone types: may it be applied for, from when, what stands against it.

	Returns {record, entity_name, bureau, bureau_name, eligible, opens, term_end, running, findings: [text],
	conditions: {key: text}, other_listings: [name]}. The caller has checked the right to read the record.
	"""
	listed = frappe.get_doc("SC Listing Record", record)
	probe = frappe.new_doc(DOCTYPE)
	probe.update({"record": record, "bureau": listed.bureau, "applicant": listed.entity})
	reader = RepairReader(probe)
	findings = may_apply(reader, today())
	running = running_of(record)
	if reader.other_listings:
		findings += reader.repeated()
	return {
		"record": record,
		"entity_name": listed.entity_name,
		"bureau": listed.bureau,
		"bureau_name": listed.bureau_name,
		"eligible": not errors(findings) and not running,
		"opens": listed.earliest_application,
		"term_end": listed.term_end,
		"running": running.name if running else None,
		"findings": [render(f, _) for f in findings],
		"conditions": CONDITIONS,
		"other_listings": [row.name for row in reader.other_listings],
	}
