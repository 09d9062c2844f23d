"""Rules about documents that a form may set: number prefixes, joint service."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents import numbers


def validate_number_rule(doc: Document) -> None:
	"""A prefix belongs to one bureau and kind, or two documents would bear one number.

	Raises:
		frappe.ValidationError: another rule has it.
	"""
	doc.prefix = "".join((doc.prefix or "").split())
	other = frappe.db.get_value(
		"SC Number Rule", {"prefix": doc.prefix, "name": ["!=", doc.name or ""]}, "name"
	)
	if other:
		frappe.throw(
			_("The prefix {0} is used by the number rule {1} already. Choose another one.").format(
				doc.prefix, other
			)
		)
	for kind in frappe.get_all(
		"SC Document Kind",
		filters={"numbered": 1, "name": ["!=", doc.document_kind]},
		fields=["name", "title"],
		order_by="name asc",
	):
		if numbers.drawn_prefix(doc.bureau, kind.name) == doc.prefix:
			frappe.throw(
				_("The prefix {0} is the one of “{1}” at this bureau. Choose another one.").format(
					doc.prefix, kind.title
				)
			)
	if (doc.start or 0) < 1:
		frappe.throw(_("The first number is at least 1."))


def validate_settings(doc: Document) -> None:
	"""The repair notice goes with the decision, unless it is switched off with a reason (国办发〔2025〕22号).

	Raises:
		frappe.ValidationError: switched off without a reason.
	"""
	if not doc.joint_service and not (doc.joint_service_off_reason or "").strip():
		frappe.throw(_("Enter why the repair notice is not served together with the decision."))
