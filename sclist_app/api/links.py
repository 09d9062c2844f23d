from typing import Any

import frappe
from frappe.desk.form import linked_with

from sclist_app.api.checks import name_of


@frappe.whitelist()
def get(doctype: str, docname: str) -> dict[str, list[dict[str, Any]]]:
	"""In place of frappe.desk.form.linked_with.get, which lists what links to a document past the rights: any
	account would read cases, opinions and votes by it. Needs read permission; tells of what the user may read."""
	if not frappe.has_permission(doctype, "read"):
		raise frappe.PermissionError
	frappe.get_doc(doctype, name_of(docname, "docname")).check_permission("read")
	# some releases of the framework stop at the first kind of document that the user may not list
	kinds = linked_with.get_linked_doctypes(doctype)
	kinds = {kind: how for kind, how in kinds.items() if frappe.has_permission(kind, "read")}
	found = linked_with.get_linked_docs(doctype, docname, kinds)
	return {kind: own for kind, rows in found.items() if (own := _read(kind, rows or []))}


def _read(doctype: str, rows: list) -> list:
	if not frappe.has_permission(doctype, "read"):
		return []
	names = [row.get("name") for row in rows]
	known = set(
		frappe.get_list(doctype, filters={"name": ["in", names]}, pluck="name", order_by=None, limit=0)
	)
	return [row for row in rows if row.get("name") in known]
