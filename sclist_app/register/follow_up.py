"""Follow-up visits after a removal (T23): when the local rule wants them, what was found, what comes of it.

A visit changes nothing by itself: hazards are a matter for ordinary enforcement or a new case; only fraud in the
application lets the removal be revoked (办法第二十一条).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import holders
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents.issue import Paper, issue
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date
from sclist_app.register.paperwork import Addressee
from sclist_app.workflow import clocks, store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.kinds import kind
from sclist_app.workflow.model import LimitRule
from sclist_app.workflow.notes import party_of, tell

__all__ = ["cancel", "measure", "not_visited", "of_record", "open_for", "remind", "visit"]

DOCTYPE = "SC Follow Up"
PAPER = "D22"
LIMIT = "T23"
OUTCOMES = ("No Problem", "Ordinary Enforcement", "New Case", "Revoke the Removal")
# a listing that was revoked was never well founded, so nobody is visited
REMOVED = ("L6", "L7")
WARN_DAYS = 7


def open_for(record: Document, on: date, run: Document | None = None) -> list[str]:
	"""The visits the bureau's rule wants after a removal on that day; safe to repeat. run: that of the removal."""
	if record.state not in REMOVED:
		return []
	months, calendar = local_rules.follow_up_months(record.bureau), calendar_of(record.bureau)
	names = []
	for n in months:
		if frappe.db.exists(DOCTYPE, {"record": record.name, "removed_on": on, "months": n}):
			continue
		doc = frappe.new_doc(DOCTYPE)
		doc.update(
			{
				"record": record.name,
				"entity_name": record.entity_name,
				"removed_on": on,
				"months": n,
				# as its clock counts: on a working day
				"due_on": due_date(on, Period(n, "month"), calendar).on,
				"state": "To Visit",
				"bureau": record.bureau,
				"case": record.case,
				"run": run.name if run else record.run,
				"is_demo": record.is_demo,
			}
		)
		with engine_writes():
			doc.insert(ignore_permissions=True)  # follows from the removal
		names.append(doc.name)
	return names


def measure(run: Document, on: date) -> None:
	"""Where the procedure of a removal has a step of follow-up, T23 runs there until the last visit the rule wants.

	Called once the clocks of the removal run: the length in the table is for bureaus whose rule says nothing.
	"""
	months = frappe.get_all(DOCTYPE, filters={"run": run.name, "removed_on": on}, pluck="months")
	steps = store.load_procedure(run.procedure_version).steps
	if months and any(step.tool == "follow_up" for step in steps):
		clocks.start(run, LimitRule(LIMIT, max(months), "Month", warn_before=WARN_DAYS), on)


def cancel(record: str) -> None:
	"""The record is on the list again, so nobody is visited for its removal."""
	for name in frappe.get_all(
		DOCTYPE, filters={"record": record, "state": "To Visit"}, pluck="name", order_by="creation"
	):
		row = frappe.get_doc(DOCTYPE, name)
		row.state = "Not Needed"
		with engine_writes():
			row.save(ignore_permissions=True)  # follows from the restoration


def of_record(record: str) -> list:
	"""Rows for the panel of a removal; the caller has checked the right to read it."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"record": record},
		fields=["name", "entity_name", "due_on", "state", "outcome"],
		order_by="due_on",
	)
	for row in rows:
		row["state_label"] = _(row.state)
		row["outcome_label"] = _(row.outcome) if row.outcome else ""
	return rows


def not_visited(records: list[str]) -> list[Finding]:
	"""Visits a step with this duty still waits for."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"record": ["in", list(records) or [""]], "state": "To Visit"},
		fields=["name", "entity_name", "due_on"],
		order_by="due_on",
	)
	return [
		Finding(
			"follow_up.open",
			N_("{subject} is to be visited by {due}. Record the visit and what was found."),
			"",
			{"subject": row.entity_name, "due": row.due_on},
			row=row.name,
		)
		for row in rows
	]


def visit(
	name: str, visited_on: str, visitors: str, persons_met: str, findings: str, outcome: str, file: str
) -> None:
	"""Record a visit and draw up its record.

	Raises:
		frappe.ValidationError: done already, a day before the removal, or who, what and what next are missing.
	"""
	row = frappe.get_doc(DOCTYPE, name, for_update=True)
	if row.state != "To Visit":
		frappe.throw(_("This visit is “{0}” already.").format(_(row.state)))
	day = getdate(visited_on) if visited_on else None
	if day is None or day > today() or day < getdate(row.removed_on):
		frappe.throw(_("Enter the day of the visit: not before the removal, not in the future."))
	if len([part for part in (visitors or "").replace("，", "、").split("、") if part.strip()]) < 2:
		frappe.throw(_("Name at least two visitors, separated by “、”."))
	if not (persons_met or "").strip() or not (findings or "").strip():
		frappe.throw(_("Enter whom you met and what you found."))
	if outcome not in OUTCOMES:
		frappe.throw(_("Choose what follows from the visit."))
	row.update(
		{
			"state": "Visited",
			"visited_on": day,
			"visitors": visitors,
			"persons_met": persons_met,
			"findings": findings,
			"outcome": outcome,
			"file": file or None,
		}
	)
	if row.case:
		row.letter = issue(_paper(row))
	with engine_writes():
		row.save(ignore_permissions=True)  # the caller may record visits of the bureau
	events.append(
		*(("SC Case", row.case) if row.case else ("SC Listing Record", row.record)),
		"visited",
		N_("Follow-up visit recorded"),
		bureau=row.bureau,
		run=row.run,
		opinion=findings,
		data={"follow_up": row.name, "outcome": outcome},
	)


def _paper(row: Document) -> Paper:
	record = frappe.get_doc("SC Listing Record", row.record)
	case = frappe.get_doc("SC Case", row.case)
	subject = next(r for r in case.subjects if r.entity == record.entity)
	paper = kind("Listing").paper(
		case,
		store.load_procedure(case.procedure_version),
		PAPER,
		Addressee("", record.entity_name, subject),
	)
	facts = {
		**paper.facts,
		"listing": {"decision_number": record.decision_number},
		"visit": {
			"date": row.visited_on,
			"visitors": row.visitors,
			"persons_met": row.persons_met,
			"findings": row.findings,
			"outcome": frappe._(row.outcome, lang="zh"),
		},
	}
	return replace(paper, facts=facts, run=row.run, reference_doctype=DOCTYPE, reference_name=row.name)


def remind() -> int:
	"""Daily: tell the bureau's case officers of visits due within a week, once each. Returns how many."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"state": "To Visit", "reminded": 0, "due_on": ["<=", add_days(today(), WARN_DAYS)]},
		fields=["name", "bureau", "record", "due_on"],
		order_by="due_on",
	)
	for row in rows:
		named = ["name", "entity_name", "entity_kind", "decision_number"]
		party = party_of(frappe.db.get_value("SC Listing Record", row.record, named, as_dict=True))
		text = _("A follow-up visit to {0} is due on {1}.").format(party, row.due_on)
		tell(holders("case_officer", row.bureau), text, DOCTYPE, row.name)
		frappe.db.set_value(DOCTYPE, row.name, "reminded", 1)
	return len(rows)
