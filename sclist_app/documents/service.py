"""Service of issued documents: one record per document and attempt, with the day that counts."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_, errors, render
from sclist_app.law.service import ServiceFacts, check_service, served_on
from sclist_app.workflow import clocks, statutes, store

__all__ = ["record"]

FIELDS = (
	"place",
	"receiver",
	"relationship",
	"refusal_reason",
	"witness",
	"tracking_number",
	"electronic_address",
	"medium",
	"proof",
	"remark",
)


def record(
	notice: str, method: str, delivered_on: str, result: str, second_server: str | None, **particulars: str
) -> str:
	"""Record an attempt at service; what was served jointly with the document is recorded with it.

	Returns the name of the SC Service Record.

	Raises:
		frappe.ValidationError: proof missing, date impossible, or the document is void or already served.
	"""
	paper = frappe.get_doc("SC Notice", notice)
	if paper.status != "Issued":
		frappe.throw(_("The document {0} is void and cannot be served.").format(paper.number))
	if frappe.db.exists("SC Service Record", {"notice": notice, "result": "Served"}):
		frappe.throw(_("The service of {0} is recorded already.").format(paper.number or paper.title))
	values = {field: (particulars.get(field) or "").strip() for field in FIELDS}
	day = getdate(delivered_on) if delivered_on else None
	facts = ServiceFacts(
		way=method,
		result=result,
		delivered_on=day,
		issued_on=getdate(paper.issued_on),
		receiver=values["receiver"],
		refusal_reason=values["refusal_reason"],
		witness=values["witness"],
		tracking_number=values["tracking_number"],
		electronic_address=values["electronic_address"],
		medium=values["medium"],
		has_proof=bool(values["proof"]),
		servers=2 if second_server and second_server != frappe.session.user else 1,
		remark=values["remark"],
	)
	if faults := errors(check_service(facts, today())):
		lines = [render(f, _) for f in faults]
		frappe.throw(
			lines[0] if len(lines) == 1 else lines, title=_("Service not provable"), as_list=len(lines) > 1
		)
	joint = frappe.get_all(
		"SC Notice", filters={"joint_with": notice, "status": "Issued"}, pluck="name", order_by="creation"
	)
	if method == "Announcement" and result == "Served" and paper.run:
		run = frappe.get_doc("SC Run", paper.run)
		clocks.announced(run, store.load_procedure(run.procedure_version), day)
	names = [_insert(name, method, result, day, second_server, values) for name in (notice, *joint)]
	events.append(
		paper.reference_doctype,
		paper.reference_name,
		"served" if result == "Served" else "not_served",
		N_("Service recorded") if result == "Served" else N_("Service failed"),
		bureau=paper.bureau,
		run=paper.run,
		opinion=values["remark"],
		data={
			"notice": notice,
			"number": paper.number,
			"method": method,
			"delivered_on": str(day),
			"records": names,
		},
	)
	return names[0]


def _insert(
	notice: str, method: str, result: str, day, second_server: str | None, values: dict[str, str]
) -> str:
	paper = frappe.get_doc("SC Notice", notice)
	row = frappe.new_doc("SC Service Record")
	row.update(
		{
			"notice": notice,
			"notice_number": paper.number or paper.title,
			"recipient": paper.addressee,
			"recipient_name": paper.addressee_name,
			"method": method,
			"result": result,
			"delivered_on": day,
			"served_on": served_on(method, day, statutes.limit("T15").n) if result == "Served" else None,
			"bureau": paper.bureau,
			"reference_doctype": paper.reference_doctype,
			"reference_name": paper.reference_name,
			"run": paper.run,
			"server_one": frappe.session.user,
			"server_two": second_server or None,
			"is_demo": paper.is_demo,
			**values,
		}
	)
	with engine_writes():
		row.insert(ignore_permissions=True)  # the caller holds the task of service
	return row.name
