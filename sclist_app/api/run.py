import frappe

from sclist_app.access.visibility import may_read_bureau
from sclist_app.api.checks import name_of, text_of
from sclist_app.workflow import actions
from sclist_app.workflow.kinds import kind_of_doctype
from sclist_app.workflow.view import view as build_view


@frappe.whitelist(methods=["GET"])
def view(doctype: str, name: str) -> dict:
	"""Where a document's procedure stands, what may be done, what was done. Needs read permission."""
	kind_of_doctype(name_of(doctype, "doctype"))
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	return build_view(doc)


@frappe.whitelist(methods=["POST"])
def act(task: str, action: str, seen: int, opinion: str = "", token: str = "") -> dict:
	"""Press a button of a task. Needs the post of the task (or to be its assignee)."""
	bureau = frappe.db.get_value("SC Task", name_of(task, "task"), "bureau")
	if not may_read_bureau(bureau):
		raise frappe.PermissionError
	return actions.act(task, name_of(action, "action"), text_of(opinion), int(seen), text_of(token, 64))
