"""Entry in the national information system and the carrying out of measures, each with its proof."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.ending import IN_TERM
from sclist_app.law.findings import N_
from sclist_app.register.publication import chain_of, since

__all__ = ["carry_out", "enter"]


def enter(record: str, serial: str, entered_on: str, evidence: str) -> None:
	"""Record the entry of a listing record in 安全生产信用信息管理系统 (办法第十一条).

	Raises:
		frappe.ValidationError: serial number missing, date impossible, or the record has left the list.
	"""
	doc = frappe.get_doc("SC Listing Record", record, for_update=True)
	_on_the_list(doc)
	if not (serial or "").strip():
		frappe.throw(_("Enter the serial number the system gave."))
	day = getdate(entered_on) if entered_on else None
	if day is None or day > today() or day < since(doc):
		frappe.throw(_("Enter the day of the entry: not before the decision, not in the future."))
	with engine_writes():
		doc.update(
			{
				"system_serial": serial.strip(),
				"entered_on": day,
				"entered_by": frappe.session.user,
				"entry_evidence": evidence or None,
			}
		)
		doc.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(
		doc, "entered", N_("Entered in the information system"), {"record": record, "serial": serial.strip()}
	)


def carry_out(measure: str, start_on: str, evidence: str, content: str) -> None:
	"""Record that a management measure has been put in force.

	Raises:
		frappe.ValidationError: no or impossible start date, a measure that needs a basis has none, or the record
			has left the list.
	"""
	record = frappe.get_doc(
		"SC Listing Record", frappe.db.get_value("SC Measure Record", measure, "record"), for_update=True
	)
	_on_the_list(record)
	doc = frappe.get_doc("SC Measure Record", measure)
	day = getdate(start_on) if start_on else None
	if day is None or day < since(record):
		frappe.throw(_("Enter the day the measure starts; it cannot lie before the decision."))
	if (
		frappe.get_cached_value("SC Management Measure", doc.measure, "needs_basis")
		and not (doc.basis or "").strip()
	):
		frappe.throw(_("This measure needs its basis in law. Send the case back and enter it."))
	with engine_writes():
		doc.update(
			{
				"state": "In Force",
				"start_on": day,
				"content": (content or "").strip() or doc.content,
				"evidence": evidence or None,
				"done_by": frappe.session.user,
				"end_on": doc.end_on or record.term_end,
			}
		)
		doc.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(record, "measure", N_("Measure carried out"), {"measure": measure, "code": doc.measure})


def _on_the_list(record: Document) -> None:
	if record.state not in IN_TERM:
		frappe.throw(_("{0} is not on the list any more. Nothing was changed.").format(record.entity_name))


def _log(record, event: str, label: str, data: dict) -> None:
	events.append(*chain_of(record), event, label, bureau=record.bureau, run=record.run, data=data)
