"""Reports to the bureau above on early removals (办法第二十条第二款): made by the reporting bureau, read above.

The row comes with the decision, so that the bureau above sees it at once; the reporting bureau adds when and under
which number it reported. The bureau above reads and comments; it decides nothing.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import held
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_, Finding
from sclist_app.law.removal import ARTICLE_20, needs_upward_report
from sclist_app.register.case import LEVELS

__all__ = ["close", "comment", "file", "mark_read", "not_filed", "of_document", "open_for"]

DOCTYPE = "SC Upward Report"
REPORT_KIND = "D18"


def open_for(doc: Document, run: Document, record: str, decision: str) -> str | None:
	"""The row of a grant for the bureau above; None where none is due (a province). Safe to repeat."""
	level = LEVELS.get(frappe.get_cached_value("SC Bureau", doc.bureau, "level"), "county")
	if not needs_upward_report(level):
		return None
	superior = frappe.get_cached_value("SC Bureau", doc.bureau, "parent_sc_bureau")
	if not superior:
		frappe.throw(
			_("The bureau above is not entered, so the removal cannot be reported. Ask the administrator.")
		)
	if known := frappe.db.get_value(DOCTYPE, {"decision": decision}):
		return known
	listed = frappe.get_doc("SC Listing Record", record)
	row = frappe.new_doc(DOCTYPE)
	row.update(
		{
			"record": record,
			"entity_name": listed.entity_name,
			"code_shown": listed.code_shown,
			"reporting_bureau": doc.bureau,
			"bureau": superior,
			"status": "To Report",
			"decision": decision,
			"decision_number": frappe.db.get_value("SC Notice", decision, "number"),
			"decided_on": today(),
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			"run": run.name,
			"is_demo": doc.get("is_demo"),
		}
	)
	with engine_writes():
		row.insert(ignore_permissions=True)  # follows from the decision
	return row.name


def of_document(doc: Document) -> list:
	return frappe.get_all(
		DOCTYPE,
		filters={"reference_doctype": doc.doctype, "reference_name": doc.name},
		fields=["name", "entity_name", "bureau", "status", "serial", "reported_on", "read_on", "comment"],
		order_by="creation",
	)


def file(doc: Document, serial: str, reported_on: str) -> None:
	"""The reporting bureau records that it has reported in the information system.

	Raises:
		frappe.ValidationError: nothing to report, number missing, or date impossible.
	"""
	rows = of_document(doc)
	if not rows:
		frappe.throw(_("Nothing has to be reported to the bureau above."))
	if not (serial or "").strip():
		frappe.throw(_("Enter the serial number the system gave."))
	day = getdate(reported_on) if reported_on else None
	if day is None or day > today() or day < getdate(doc.decided_on):
		frappe.throw(_("Enter the day of the report: not before the decision, not in the future."))
	with engine_writes():
		for name in (row.name for row in rows):
			row = frappe.get_doc(DOCTYPE, name)
			row.update({"serial": serial.strip(), "reported_on": day, "reported_by": frappe.session.user})
			row.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(doc, "report_filed", N_("Report to the bureau above recorded"), {"serial": serial.strip()})


def close(doc: Document) -> None:
	"""The duty is done: the rows say so and name the report paper."""
	paper = frappe.db.get_value(
		"SC Notice",
		{"reference_name": doc.name, "document_kind": REPORT_KIND, "status": "Issued"},
		"name",
		order_by="creation desc",
	)
	with engine_writes():
		for row in of_document(doc):
			if row.status == "To Report":
				report = frappe.get_doc(DOCTYPE, row.name)
				report.update({"status": "Reported", "paper": paper})
				report.save(ignore_permissions=True)  # follows from the finished step


def not_filed(doc: Document) -> list[Finding]:
	"""Reports without day and number."""
	return [_finding(row) for row in of_document(doc) if not row.reported_on]


def _finding(row) -> Finding:
	return Finding(
		"report.open",
		N_(
			"The early removal of {subject} has not been reported to the bureau above ({bureau}). Record the report with its serial number."
		),
		ARTICLE_20.replace("第二十条", "第二十条第二款"),
		{
			"subject": row.entity_name,
			"bureau": frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name"),
		},
		row=row.name,
	)


def mark_read(name: str) -> None:
	"""The bureau above has read it; the first reader is kept.

	Raises:
		frappe.PermissionError: not of the bureau above. frappe.ValidationError: not reported yet.
	"""
	row = _of_superior(name)
	if row.status == "To Report":
		frappe.throw(_("The bureau below has not finished its report yet."))
	if row.status == "Read by Superior":
		return
	with engine_writes():
		row.update({"status": "Read by Superior", "read_on": today(), "read_by": frappe.session.user})
		row.save(ignore_permissions=True)  # the right of the bureau above has been checked
	_log_row(row, "report_read", N_("Report read by the bureau above"))


def comment(name: str, text: str) -> None:
	"""An opinion of the bureau above; it moves nothing in the case below.

	Raises:
		frappe.PermissionError: not of the bureau above. frappe.ValidationError: no text.
	"""
	row = _of_superior(name)
	if not (text or "").strip():
		frappe.throw(_("Enter the opinion."))
	if row.status == "Reported":
		mark_read(name)
		row.reload()
	with engine_writes():
		row.comment = text.strip()
		row.save(ignore_permissions=True)  # the right of the bureau above has been checked
	_log_row(row, "report_commented", N_("Opinion of the bureau above"), text)


def _of_superior(name: str) -> Document:
	row = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not any(h.bureau == row.bureau and h.reads_below for h in held()):
		frappe.throw(
			_("Only the bureau that receives the report reads and comments it."), frappe.PermissionError
		)
	return row


def _log(doc: Document, event: str, label: str, data: dict, opinion: str = "") -> None:
	events.append(
		doc.doctype, doc.name, event, label, bureau=doc.bureau, run=doc.run, opinion=opinion, data=data
	)


def _log_row(row: Document, event: str, label: str, opinion: str = "") -> None:
	events.append(
		row.reference_doctype,
		row.reference_name,
		event,
		label,
		bureau=row.reporting_bureau,
		run=row.run,
		opinion=opinion,
		data={"report": row.name},
	)
