import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api.checks import text_of
from sclist_app.workflow import desk


@frappe.whitelist(methods=["GET"])
def mine(limit: int = 50, start: int = 0, show: str = "open") -> dict:
	"""The open tasks of the user's posts from `start` on, with counts. Needs a post."""
	if not held():
		raise frappe.PermissionError
	if text_of(show, 20) not in desk.SORTS:
		frappe.throw(_("There is no such list."))
	return desk.my_tasks(min(max(int(limit), 1), 200), max(int(start), 0), show)


@frappe.whitelist(methods=["GET"])
def overdue_below(limit: int = 50) -> dict:
	"""Overdue tasks of the bureaus the user may read. Needs a post that reads below."""
	if not any(h.reads_below for h in held()):
		raise frappe.PermissionError
	return desk.overdue_below(min(max(int(limit), 1), 200))
