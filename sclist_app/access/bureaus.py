"""Bureaus: codes and numbers checked on saving."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import posts
from sclist_app.law import identifiers
from sclist_app.law.findings import errors, render


def validate(doc: Document) -> None:
	"""Division code, postcode and prefix are plausible; the prefix belongs to one bureau only.

	Raises:
		frappe.ValidationError: with what to correct.
	"""
	if doc.division_code:
		doc.division_code, findings = identifiers.check_division_code(doc.division_code)
		if faults := errors(findings):
			frappe.throw(render(faults[0], _))
	if doc.postcode:
		doc.postcode, findings = identifiers.check_postcode(doc.postcode)
		if faults := errors(findings):
			frappe.throw(render(faults[0], _))
	if doc.document_prefix:
		other = frappe.db.get_value(
			"SC Bureau",
			{"document_prefix": doc.document_prefix, "name": ["!=", doc.name or ""]},
			"bureau_name",
		)
		if other:
			frappe.throw(
				_(
					"The document prefix {0} belongs to {1} already. Two bureaus with one prefix would issue equal numbers."
				).format(doc.document_prefix, other)
			)


def validate_division(doc: Document) -> None:
	"""The name of a division is given once in its bureau.

	Raises:
		frappe.ValidationError: it is given already.
	"""
	doc.division_name = (doc.division_name or "").strip()
	same = {"bureau": doc.bureau, "division_name": doc.division_name, "name": ["!=", doc.name or ""]}
	if frappe.db.exists("SC Division", same):
		frappe.throw(_("This bureau has a division of that name already."))


def forget() -> None:
	posts.forget()
