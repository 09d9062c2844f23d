"""What follows when a record leaves the list, and the duties after it (办法第十四条, 第二十条第二款).

Shared by every kind that takes a record off the list: early removal, expiry, revocation of the listing. `remove`
does at once what concerns the public; `RemovingKind` adds the duties that take a person: the change in the
information system, the withdrawal of each publication by two people, the lifting of each measure, the report to the
bureau above.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.register import follow_up, joint_action, upward
from sclist_app.register.paperwork import PaperKind
from sclist_app.register.records import OPEN
from sclist_app.workflow import clocks, store
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import Nature

__all__ = [
	"RemovingKind",
	"confirm_withdrawal",
	"lift",
	"open_records_of",
	"remove",
	"send_back_withdrawal",
	"update_system",
	"withdraw",
]

RECORD, PUBLICATION, MEASURE = "SC Listing Record", "SC Publication", "SC Measure Record"
ARTICLE_14 = cite(ORDER_11, 14)
# Their listing was never well founded, so the same event may be looked at again.
FREE_THE_EVENT = ("L8", "L9")
LABELS = {
	"L6": N_("Removed from the list: the term is over"),
	"L7": N_("Removed from the list early"),
	"L8": N_("Listing revoked"),
	"L9": N_("Removed from the list: earlier rules"),
}


# ------------------------------------------------------------------ at once


def remove(record: str, state: str, on: date, run: Document, notice: str | None) -> None:
	"""Take a record off the list in the transaction of the decision: the public page shows it no more.

	state: L6, L7, L8 or L9. run: that of the removal, in which the duties are done. notice: the decision.
	Publications are to be withdrawn and measures to be lifted; what never was carried out needs nothing.

	Raises:
		frappe.ValidationError: it is off the list already.
	"""
	doc = frappe.get_doc(RECORD, record, for_update=True)
	if doc.state not in OPEN:
		frappe.throw(_("{0} is not on the list any more. Nothing was changed.").format(doc.entity_name))
	with engine_writes():
		doc.update(
			{
				"state": state,
				"removed_on": on,
				"removal_notice": notice,
				"removal_number": frappe.db.get_value("SC Notice", notice, "number") if notice else None,
				"removal_run": run.name,
				"shown": 0,
				"open_key": None if state in FREE_THE_EVENT else doc.open_key,
				**dict.fromkeys(("update_serial", "updated_on", "updated_by", "update_evidence")),
			}
		)
		doc.save(ignore_permissions=True)  # follows from the decision
		_set_states(PUBLICATION, record, {"Posted": "To Withdraw", "Pushed": "To Withdraw"})
		_set_states(MEASURE, record, {"In Force": "To Lift", "To Carry Out": "Not Needed"})
	joint_action.removed(record)
	follow_up.open_for(doc, on, run)
	_end_terms(doc, on)
	_log(doc, "removed", LABELS[state], {"record": record, "state": state, "notice": notice})


def _set_states(doctype: str, record: str, states: dict[str, str]) -> None:
	if doctype == PUBLICATION:
		states = {**states, "To Push": "Not Needed", "Push Failed": "Not Needed"}
	for row in frappe.get_all(
		doctype,
		filters={"record": record, "state": ["in", list(states)]},
		fields=["name", "state"],
		order_by="creation",
	):
		doc = frappe.get_doc(doctype, row.name)
		doc.state = states[row.state]
		doc.save(ignore_permissions=True)  # follows from the decision


def _end_terms(doc: Document, on: date) -> None:
	"""The term of the listing runs for all records of its case; it ends with the last of them."""
	if not doc.run or open_records_of(doc.case):
		return
	run = frappe.get_doc("SC Run", doc.run)
	clocks.signal(run, store.load_procedure(run.procedure_version), "record_closed", on)


def open_records_of(case: str | None) -> list[str]:
	"""Records of a case still on the list."""
	if not case:
		return []
	return frappe.get_all(
		RECORD, filters={"case": case, "state": ["in", list(OPEN)]}, pluck="name", order_by="creation"
	)


# ---------------------------------------------------------------- the duties


def update_system(record: str, serial: str, updated_on: str, evidence: str) -> None:
	"""Record the change in 安全生产信用信息管理系统 (办法第十四条).

	Raises:
		frappe.ValidationError: serial number or screenshot missing, or date impossible.
	"""
	doc = frappe.get_doc(RECORD, record)
	_removed(doc)
	if not (serial or "").strip():
		frappe.throw(_("Enter the serial number the system gave."))
	if not evidence:
		frappe.throw(_("Attach a screenshot of the changed entry."))
	day = getdate(updated_on) if updated_on else None
	if day is None or day > today() or day < getdate(doc.removed_on):
		frappe.throw(_("Enter the day of the change: not before the removal, not in the future."))
	with engine_writes():
		doc.update(
			{
				"update_serial": serial.strip(),
				"updated_on": day,
				"updated_by": frappe.session.user,
				"update_evidence": evidence,
			}
		)
		doc.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(
		doc,
		"system_updated",
		N_("Removal entered in the information system"),
		{"record": record, "serial": serial.strip()},
	)


def withdraw(name: str, withdrawn_at: str | datetime, screenshot: str, note: str) -> None:
	"""The first person records that a publication was taken down, with a screenshot.

	Raises:
		frappe.ValidationError: not to be taken down, or time or screenshot missing or wrong.
	"""
	row = frappe.get_doc(PUBLICATION, name)
	record = frappe.get_doc(RECORD, row.record)
	if row.state not in ("To Withdraw", "Taken Down"):
		frappe.throw(_("This publication does not have to be taken down, or that is confirmed already."))
	if not screenshot:
		frappe.throw(_("Attach a screenshot that shows the publication is gone."))
	at = get_datetime(withdrawn_at) if withdrawn_at else None
	if at is None or at > now() or getdate(at) < getdate(record.removed_on):
		frappe.throw(_("Enter when it was taken down: not before the removal, not in the future."))
	with engine_writes():
		row.update(
			{
				"state": "Taken Down",
				"withdrawn_at": at,
				"withdrawn_by": frappe.session.user,
				"withdrawal_screenshot": screenshot,
				"withdrawal_note": note,
				"withdrawal_reviewed_by": None,
				"withdrawal_reviewed_at": None,
			}
		)
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(record, "taken_down", N_("Publication taken down"), {"publication": name, "channel": row.channel})


def confirm_withdrawal(name: str) -> None:
	"""The second person confirms that the publication is gone.

	Raises:
		frappe.ValidationError: nothing recorded yet, or the same person as before.
	"""
	row = frappe.get_doc(PUBLICATION, name, for_update=True)
	if row.state != "Taken Down":
		frappe.throw(_("There is nothing to confirm: the taking down is not recorded, or confirmed already."))
	if row.withdrawn_by == frappe.session.user:
		frappe.throw(
			_("You recorded this taking down yourself. A second person must confirm it."),
			title=_("Two persons needed"),
		)
	with engine_writes():
		row.update(
			{
				"state": "Withdrawn",
				"withdrawal_reviewed_by": frappe.session.user,
				"withdrawal_reviewed_at": now(),
			}
		)
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	record = frappe.get_doc(RECORD, row.record)
	_log(record, "withdrawn", N_("Withdrawal confirmed"), {"publication": name, "channel": row.channel})


def send_back_withdrawal(name: str, note: str) -> None:
	"""The second person finds the publication still there and sends it back.

	Raises:
		frappe.ValidationError: nothing to send back, or no reason given.
	"""
	row = frappe.get_doc(PUBLICATION, name)
	if row.state != "Taken Down":
		frappe.throw(_("There is nothing to confirm: the taking down is not recorded, or confirmed already."))
	if not (note or "").strip():
		frappe.throw(_("Say what is wrong with the taking down."))
	with engine_writes():
		row.update({"state": "To Withdraw", "withdrawal_note": note})
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	record = frappe.get_doc(RECORD, row.record)
	_log(record, "withdrawal_sent_back", N_("Withdrawal sent back"), {"publication": name}, note)


def lift(name: str, lifted_on: str, evidence: str, note: str) -> None:
	"""Record that a measure was lifted.

	Raises:
		frappe.ValidationError: not to be lifted, or date impossible.
	"""
	row = frappe.get_doc(MEASURE, name)
	record = frappe.get_doc(RECORD, row.record)
	if row.state not in ("To Lift", "Lifted"):
		frappe.throw(_("This measure does not have to be lifted."))
	day = getdate(lifted_on) if lifted_on else None
	if day is None or day > today() or day < getdate(record.removed_on):
		frappe.throw(_("Enter the day the measure was lifted: not before the removal, not in the future."))
	with engine_writes():
		row.update(
			{
				"state": "Lifted",
				"lifted_on": day,
				"lifted_by": frappe.session.user,
				"lifting_evidence": evidence or None,
				"lifting_note": note,
			}
		)
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(record, "measure_lifted", N_("Measure lifted"), {"measure": name, "code": row.measure}, note)


def _removed(doc: Document) -> None:
	if doc.state in OPEN:
		frappe.throw(_("{0} is still on the list.").format(doc.entity_name))


def _log(doc: Document, event: str, label: str, data: dict, opinion: str = "") -> None:
	"""On the chain of the case the record came from; an entry taken over from older rules has none."""
	chain = ("SC Case", doc.case) if doc.case else (RECORD, doc.name)
	events.append(
		*chain,
		event,
		label,
		bureau=doc.bureau,
		run=doc.removal_run or doc.run,
		opinion=opinion,
		data=data,
	)


# ------------------------------------------------------------------ the gates


def not_updated(names: Sequence[str]) -> list[Finding]:
	"""Records whose end the system does not know yet; what a case listed and nobody entered there needs nothing."""
	rows = frappe.get_all(
		RECORD,
		filters={"name": ["in", list(names) or [""]], "updated_on": ["is", "not set"]},
		fields=["name", "entity_name", "case", "entered_on"],
		order_by="creation",
	)
	message = N_(
		"The removal of {subject} has not been entered in the information system. Record the change with its serial number and screenshot."
	)
	return [
		Finding("removal.system", message, ARTICLE_14, {"subject": row.entity_name}, row=row.name)
		for row in rows
		if row.entered_on or not row.case
	]


def not_withdrawn(names: Sequence[str], reviewed: bool) -> list[Finding]:
	"""Publications still to be taken down, or (reviewed) not confirmed to be gone."""
	open_states = ("To Withdraw", "Taken Down") if reviewed else ("To Withdraw",)
	rows = frappe.get_all(
		PUBLICATION,
		filters={"record": ["in", list(names) or [""]], "state": ["in", open_states]},
		fields=["name", "entity_name", "channel", "state"],
		order_by="creation",
	)
	taken_down = N_(
		"That the publication of {subject} on {channel} is gone has not been confirmed by a second person."
	)
	there = N_(
		"The publication of {subject} on {channel} has not been taken down. Record when, with a screenshot."
	)
	return [
		Finding(
			"removal.publication",
			taken_down if row.state == "Taken Down" else there,
			ARTICLE_14,
			{
				"subject": row.entity_name,
				"channel": frappe.get_cached_value("SC Publication Channel", row.channel, "channel_name"),
			},
			row=row.name,
		)
		for row in rows
	]


def not_lifted(names: Sequence[str]) -> list[Finding]:
	rows = frappe.get_all(
		MEASURE,
		filters={"record": ["in", list(names) or [""]], "state": "To Lift"},
		fields=["name", "entity_name", "measure"],
		order_by="creation",
	)
	return [
		Finding(
			"removal.measure",
			N_("The measure “{measure}” for {subject} has not been lifted. Record the day."),
			ARTICLE_14,
			{
				"measure": frappe.get_cached_value("SC Management Measure", row.measure, "title"),
				"subject": row.entity_name,
			},
			row=row.name,
		)
		for row in rows
	]


class RemovingKind(PaperKind):
	"""Base of the kinds that take records off the list: the duties after the decision, each with its gate."""

	gates = {
		"service": "gate_service",
		"system_update": "gate_system_update",
		"stop_publication": "gate_stop_publication",
		"lift_measures": "gate_lift_measures",
		"upward_report": "gate_upward_report",
		"follow_up": "gate_follow_up",
	}
	followers = {"upward_report": "reported"}

	def records(self, doc: Document) -> list[str]:
		"""The records the document takes off the list."""
		return [doc.record]

	def gate_system_update(self, act: Act, reader: Any) -> list[Finding]:
		return not_updated(self.records(act.doc))

	def gate_stop_publication(self, act: Act, reader: Any) -> list[Finding]:
		return not_withdrawn(self.records(act.doc), reviewed=act.step.nature is Nature.REVIEW)

	def gate_lift_measures(self, act: Act, reader: Any) -> list[Finding]:
		names = self.records(act.doc)
		return [*not_lifted(names), *joint_action.not_lifted(names)]

	def gate_follow_up(self, act: Act, reader: Any) -> list[Finding]:
		return follow_up.not_visited(self.records(act.doc))

	def gate_upward_report(self, act: Act, reader: Any) -> list[Finding]:
		return upward.not_filed(act.doc)

	def reported(self, act: Act) -> None:
		upward.close(act.doc)

	def undone(self, doc: Document) -> list[Finding]:
		"""All that is still to be done after the removal; for the gate of the end."""
		names = self.records(doc)
		return [
			*not_updated(names),
			*not_withdrawn(names, reviewed=True),
			*not_lifted(names),
			*joint_action.not_lifted(names),
			*upward.not_filed(doc),
		]
