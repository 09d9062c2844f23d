"""Joint action: a listing is sent to the departments the local rule names, and lifted with them when it ends.

办法第五条, 安全生产法第七十八条. One row per record and recipient, opened by the decision; each recipient gets its letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents.issue import Paper, issue
from sclist_app.law.citations import ORDER_11, WORK_SAFETY_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.register.paperwork import Addressee
from sclist_app.workflow import store
from sclist_app.workflow.kinds import kind

__all__ = ["answered", "lift", "not_lifted", "not_sent", "of_case", "open_for", "removed", "restored", "send"]

DOCTYPE = "SC Joint Action"
LETTER = "D21"
REQUEST = "请依法在职责范围内对上述主体实施联合惩戒，并反馈办理情况。"
ARTICLE = f"{cite(ORDER_11, 5)}、{cite(WORK_SAFETY_LAW, 78)}"


def open_for(record: Document) -> list[str]:
	"""A row for each department the bureau's rule names; follows from the decision."""
	names = []
	for row in local_rules.recipients(record.bureau):
		doc = frappe.new_doc(DOCTYPE)
		doc.update(
			{
				"record": record.name,
				"entity_name": record.entity_name,
				"recipient": row["recipient"],
				"way": row["way"],
				"content": row["request"] or REQUEST,
				"state": "To Send",
				"bureau": record.bureau,
				"case": record.case,
				"run": record.run,
				"is_demo": record.is_demo,
			}
		)
		with engine_writes():
			doc.insert(ignore_permissions=True)  # follows from the decision
		names.append(doc.name)
	return names


def of_case(case: str = "", record: str = "") -> list:
	"""Rows of a case, or of one record, for the panel; the caller has checked the right to read it."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"record": record} if record else {"case": case},
		fields=[
			"name",
			"entity_name",
			"recipient",
			"way",
			"state",
			"content",
			"sent_on",
			"letter",
			"feedback",
			"feedback_on",
			"lifted_on",
		],
		order_by="creation asc",
	)
	for row in rows:
		row["state_label"], row["way_label"] = _(row.state), _(row.way)
		if row.letter:
			row["download_url"] = f"/api/method/sclist_app.api.papers.download?notice={row.letter}"
	return rows


def not_sent(case: str = "", record: str = "") -> list[Finding]:
	"""Departments the listings of a case, or one record, have not been sent to."""
	message = N_("The listing of {subject} has not been sent to {recipient}. Record the sending.")
	of = {"record": record} if record else {"case": case}
	return _open({**of, "state": "To Send"}, "joint_action.open", message)


def not_lifted(records: Sequence[str]) -> list[Finding]:
	"""Departments that have not been told that the listing has ended."""
	message = N_("{recipient} has not been told that {subject} is off the list. Record that it was.")
	return _open(
		{"record": ["in", list(records) or [""]], "state": "To Lift"}, "joint_action.to_lift", message
	)


def _open(filters: dict, code: str, message: str) -> list[Finding]:
	rows = frappe.get_all(
		DOCTYPE, filters=filters, fields=["name", "entity_name", "recipient"], order_by="creation"
	)
	return [
		Finding(
			code, message, ARTICLE, {"subject": row.entity_name, "recipient": row.recipient}, row=row.name
		)
		for row in rows
	]


def send(name: str, sent_on: str, content: str, evidence: str) -> str | None:
	"""Record that the listing was sent; for an official letter the letter is issued. Returns it.

	Raises:
		frappe.ValidationError: sent already, no content, an impossible day, or no evidence where no letter proves it.
	"""
	row = _get(name, "To Send")
	day = getdate(sent_on) if sent_on else None
	decided = getdate(frappe.db.get_value("SC Listing Record", row.record, "decided_on"))
	if day is None or day > today() or day < decided:
		frappe.throw(_("Enter the day it was sent: not before the decision, not in the future."))
	if not (content or "").strip():
		frappe.throw(_("Enter what the department is asked for."))
	if row.way != "Official Letter" and not evidence:
		frappe.throw(_("Attach the evidence of sending: a screenshot, the minutes or a receipt."))
	row.update(
		{
			"state": "Sent",
			"sent_on": day,
			"sent_by": frappe.session.user,
			"content": content,
			"evidence": evidence or None,
		}
	)
	if row.way == "Official Letter":
		row.letter = issue(_letter(row))
	_save(row, "joint_action_sent", N_("Sent to a department"), content)
	return row.letter


def _letter(row: Document) -> Paper:
	record = frappe.get_doc("SC Listing Record", row.record)
	case, run = frappe.get_doc("SC Case", row.case), frappe.get_doc("SC Run", row.run)
	subject = next(r for r in case.subjects if r.entity == record.entity)
	paper = kind(run.kind).paper(
		case,
		store.load_procedure(run.procedure_version),
		LETTER,
		Addressee("", row.recipient, subject),
	)
	listing = {
		"decision_number": record.decision_number,
		"decision_date": record.decided_on,
		"listed_on": record.listed_on,
		"term_start": record.listed_on,
		"term_end": record.term_end,
	}
	facts = {
		**paper.facts,
		"listing": listing,
		"letter": {"recipient": row.recipient, "request": row.content},
	}
	# it stays with the row: a letter to a department is no paper served on a party
	return replace(paper, facts=facts, reference_doctype=DOCTYPE, reference_name=row.name)


def answered(name: str, feedback: str, feedback_on: str) -> None:
	"""Record what the department did.

	Raises:
		frappe.ValidationError: not sent yet, nothing entered, or an impossible day.
	"""
	row = _get(name, "Sent", "Answered", "To Lift", "Lifted")
	day = getdate(feedback_on) if feedback_on else None
	if day is None or day > today() or day < getdate(row.sent_on):
		frappe.throw(_("Enter the day of the feedback: not before the sending, not in the future."))
	if not (feedback or "").strip():
		frappe.throw(_("Enter what the department fed back."))
	row.update({"feedback": feedback, "feedback_on": day})
	if row.state == "Sent":
		row.state = "Answered"
	_save(row, "joint_action_answered", N_("Feedback of a department"), feedback)


def removed(record: str) -> None:
	"""The record is off the list: those told of it are to be told again; safe to repeat."""
	for old, new in (("To Send", "Not Needed"), ("Sent", "To Lift"), ("Answered", "To Lift")):
		for name in frappe.get_all(
			DOCTYPE, filters={"record": record, "state": old}, pluck="name", order_by="creation"
		):
			row = frappe.get_doc(DOCTYPE, name)
			row.state = new
			with engine_writes():
				row.save(ignore_permissions=True)  # follows from the removal


def restored(record: str, run: str) -> None:
	"""The record is on the list again: every department is told anew, in the run of the restoration."""
	for name in frappe.get_all(DOCTYPE, filters={"record": record}, pluck="name", order_by="creation"):
		row = frappe.get_doc(DOCTYPE, name)
		row.update(
			{
				"state": "To Send",
				"run": run,
				**dict.fromkeys(("sent_on", "sent_by", "letter", "evidence", "lifted_on", "lift_note")),
			}
		)
		with engine_writes():
			row.save(ignore_permissions=True)  # follows from the restoration


def lift(name: str, lifted_on: str, note: str) -> None:
	"""The department was told that the listing has ended.

	Raises:
		frappe.ValidationError: nothing to lift, or an impossible day.
	"""
	row = _get(name, "To Lift")
	day = getdate(lifted_on) if lifted_on else None
	removed_on = frappe.db.get_value("SC Listing Record", row.record, "removed_on")
	if day is None or day > today() or (removed_on and day < getdate(removed_on)):
		frappe.throw(_("Enter the day it was lifted: not before the removal, not in the future."))
	row.update({"state": "Lifted", "lifted_on": day, "lift_note": note})
	_save(row, "joint_action_lifted", N_("Department told of the removal"), note)


def _get(name: str, *states: str) -> Document:
	row = frappe.get_doc(DOCTYPE, name, for_update=True)
	if row.state not in states:
		frappe.throw(
			_("The sending to {0} is “{1}”; this cannot be recorded now.").format(row.recipient, _(row.state))
		)
	return row


def _save(row: Document, event: str, label: str, opinion: str) -> None:
	with engine_writes():
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	events.append(
		"SC Case",
		row.case,
		event,
		label,
		bureau=row.bureau,
		run=row.run,
		opinion=opinion or "",
		data={"joint_action": row.name, "recipient": row.recipient, "letter": row.letter},
	)
