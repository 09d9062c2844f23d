"""Administrative penalties: numbers and sums checked on saving."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from sclist_app.access.today import today
from sclist_app.law import identifiers
from sclist_app.law.findings import errors, render


def normalise(doc: Document) -> None:
	"""Normalise the decision number, add up the fines, check the dates.

	Raises:
		frappe.ValidationError: with what to correct; a second penalty of the same bureau and number links the first.
	"""
	doc.document_number, findings = identifiers.check_document_number(doc.document_number)
	if faults := errors(findings):
		# quotes what was typed, or what a foreign link has put into the form
		frappe.throw(frappe.utils.escape_html(render(faults[0], _)))
	doc.entity_name = frappe.get_cached_value("SC Entity", doc.entity, "entity_name")
	if getdate(doc.decided_on) > today():
		frappe.throw(_("The penalty decision lies in the future. Correct its date."))
	if doc.served_on and getdate(doc.served_on) < getdate(doc.decided_on):
		frappe.throw(_("The penalty was served before it was decided. Correct one of the dates."))
	if any(flt(row.amount) < 0 for row in doc.items):
		frappe.throw(_("An amount cannot be negative."))
	doc.fine_total = sum(flt(row.amount) for row in doc.items if row.kind == "Fine")
	other = frappe.db.get_value(
		"SC Penalty",
		{
			"document_number": doc.document_number,
			"bureau": doc.bureau,
			"entity": doc.entity,
			"name": ["!=", doc.name or ""],
		},
		"name",
	)
	if other:
		frappe.throw(
			_("This penalty is registered already: {0}.").format(
				frappe.utils.get_link_to_form("SC Penalty", other, doc.document_number)
			),
			frappe.DuplicateEntryError,
		)
