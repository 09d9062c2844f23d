import frappe

from sclist_app.access.visibility import may_read_bureau
from sclist_app.api.checks import name_of, text_of
from sclist_app.workflow import actions, handing
from sclist_app.workflow.desk import colleagues
from sclist_app.workflow.kinds import kind_of_doctype
from sclist_app.workflow.view import readable_view


@frappe.whitelist(methods=["GET"])
def view(doctype: str, name: str) -> dict:
	"""Where a document's procedure stands, what may be done, what was done. Needs read permission."""
	kind_of_doctype(name_of(doctype, "doctype"))
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	return readable_view(doc)


@frappe.whitelist(methods=["POST"])
def act(task: str, action: str, seen: int, opinion: str = "", token: str = "") -> dict:
	"""Press a button of a task. Needs the post of the task (or to be its assignee)."""
	bureau = frappe.db.get_value("SC Task", name_of(task, "task"), "bureau")
	if not may_read_bureau(bureau):
		raise frappe.PermissionError
	return actions.act(task, name_of(action, "action"), text_of(opinion), int(seen), text_of(token, 64))


@frappe.whitelist(methods=["POST"])
def transfer(task: str, to: str, reason: str) -> None:
	"""Hand one's task on. Needs the task; the other person needs its post."""
	handing.transfer(name_of(task, "task"), name_of(to, "to"), text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def add_signer(task: str, to: str, reason: str) -> None:
	"""Add a signer to a vote. Needs an open task in the step."""
	handing.add_signer(name_of(task, "task"), name_of(to, "to"), text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def withdraw(run: str, reason: str) -> None:
	"""Take back one's own last move. Needs to have made it."""
	handing.withdraw(name_of(run, "run"), text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def urge(run: str) -> dict:
	"""Remind whoever has the case. Needs to see the case."""
	return {"people": handing.urge(name_of(run, "run"))}


@frappe.whitelist(methods=["POST"])
def copy_to(run: str, to: str, note: str = "") -> None:
	"""Bring the case to somebody's notice. Needs to see the case."""
	handing.copy_to(name_of(run, "run"), name_of(to, "to"), text_of(note, 2000))


@frappe.whitelist(methods=["POST"])
def suspend(run: str, reason: str) -> None:
	"""Suspend the case and its clocks. Needs an open task in it."""
	handing.suspend(name_of(run, "run"), text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def resume(run: str, reason: str) -> None:
	"""Resume a suspended case. Needs an open task in it."""
	handing.resume(name_of(run, "run"), text_of(reason, 2000))


@frappe.whitelist(methods=["GET"])
def people(task: str) -> list[dict]:
	"""Who could take the task over or be added to it. Needs the task's bureau to be one the user may read."""
	row = frappe.db.get_value("SC Task", name_of(task, "task"), ["bureau", "post", "division"], as_dict=True)
	if not row or not may_read_bureau(row.bureau):
		raise frappe.PermissionError
	return colleagues(row.bureau, row.post, row.division or "")
