import frappe

from sclist_app.access.posts import held
from sclist_app.workflow import desk


@frappe.whitelist(methods=["GET"])
def mine(limit: int = 50) -> dict:
	"""The open tasks of the user's posts, with counts. Needs a post."""
	if not held():
		raise frappe.PermissionError
	return desk.my_tasks(min(max(int(limit), 1), 200))


@frappe.whitelist(methods=["GET"])
def overdue_below(limit: int = 50) -> dict:
	"""Overdue tasks of the bureaus the user may read. Needs a post that reads below."""
	if not any(h.reads_below for h in held()):
		raise frappe.PermissionError
	return desk.overdue_below(min(max(int(limit), 1), 200))
