"""Checks of arguments that every call shares."""

import frappe
from frappe import _


def name_of(value: object, label: str = "name") -> str:
	"""A document name: plain, non-empty text; a filter in its place is refused.

	Raises:
		frappe.ValidationError: anything else.
	"""
	if not isinstance(value, str) or not value.strip() or len(value) > 140:
		frappe.throw(_("The value of {0} is not valid.").format(label))
	return value


def text_of(value: object, most: int = 20000) -> str:
	"""Free text of a bounded length.

	Raises:
		frappe.ValidationError: not text, or too long.
	"""
	if value is None:
		return ""
	if not isinstance(value, str):
		frappe.throw(_("Text is needed here."))
	if len(value) > most:
		frappe.throw(_("The text is longer than {0} characters. Shorten it.").format(most))
	return value


def file_of(value: object, doctype: str, name: str) -> str:
	"""A private file that the user has attached to the document (or to its case), by its address.

	Raises:
		frappe.ValidationError: no such file there.
	"""
	url = text_of(value, 500).strip()
	if not url:
		return ""
	if not frappe.db.exists(
		"File", {"file_url": url, "attached_to_doctype": doctype, "attached_to_name": name, "is_private": 1}
	):
		frappe.throw(_("The file is not attached to this document. Upload it again."))
	return url
