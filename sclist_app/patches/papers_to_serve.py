"""Papers issued before their service was watched: served or to be served, and by when. Safe to repeat."""

import frappe
from frappe.utils import getdate

from sclist_app.documents import service

AT_ONCE = 500


def execute() -> None:
	notice = frappe.qb.DocType("SC Notice")
	record = frappe.qb.DocType("SC Service Record")
	served = (
		frappe.qb.from_(record)
		.select(record.notice)
		.where((record.result == "Served") & (record.cancelled_by.isnull() | (record.cancelled_by == "")))
	)
	unmarked = (
		(notice.status == "Issued")
		& notice.addressee.isnotnull()
		& (notice.addressee != "")
		& (notice.service_state.isnull() | (notice.service_state == ""))
	)
	frappe.qb.update(notice).set(notice.service_state, service.SERVED).where(
		unmarked & notice.name.isin(served)
	).run()
	while rows := (
		frappe.qb.from_(notice)
		.select(notice.name, notice.document_kind, notice.bureau, notice.issued_on, notice.run)
		.where(unmarked)
		.orderby(notice.name)
		.limit(AT_ONCE)
		.run(as_dict=True)
	):
		for row in rows:
			due = service.due_on(row.document_kind, row.bureau, getdate(row.issued_on), row.run)
			frappe.db.set_value(
				"SC Notice",
				row.name,
				{"service_state": service.TO_SERVE, "service_due": due},
				update_modified=False,
			)
