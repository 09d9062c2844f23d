import json

import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.api.papers import OPENED
from sclist_app.register import approval
from sclist_app.workflow import phrases as opinion_phrases


def _officer() -> None:
	if not held():
		raise frappe.PermissionError


@frappe.whitelist(methods=["GET"])
def waiting() -> list[dict]:
	"""The tasks of approving that wait for the user. Needs a post."""
	_officer()
	return approval.waiting()


@frappe.whitelist(methods=["GET"])
def page(task: str) -> dict:
	"""The page of one task. Needs the right to read its document; what to do is shown to whom it may be done by."""
	return approval.page(name_of(task, "task"))


@frappe.whitelist(methods=["POST"])
def paper(task: str, key: str, version: str) -> dict:
	"""A paper as it would be issued, as a page for the screen. Needs the task; every look is logged."""
	return approval.paper(name_of(task, "task"), name_of(key, "key"), name_of(version, "version"))


@frappe.whitelist(methods=["POST"])
def paper_pdf(task: str, key: str) -> None:
	"""The same paper as PDF. Needs the task; every look is logged."""
	answers.show(approval.paper_pdf(name_of(task, "task"), name_of(key, "key")), _("Draft"))


@frappe.whitelist(methods=["POST"])
def issued(notice: str) -> dict:
	"""The text of an issued paper, {"html": a page for the screen}. Needs read permission on the notice; every look is
	logged.
	"""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	answers.disclosed(doc, OPENED, {"number": doc.number, "sealed": False})
	return {"html": approval.issued(doc)}


@frappe.whitelist(methods=["POST"])
def read(task: str, version: str) -> None:
	"""The user has read the case and its papers to the end. Needs the task, and that the papers were sent to them."""
	approval.mark_read(name_of(task, "task"), name_of(version, "version"))


@frappe.whitelist(methods=["POST"])
def act(task: str, action: str, version: str, opinion: str = "", token: str = "") -> dict:
	"""Press a button of a task. Needs the post of the task (or to be its assignee)."""
	return approval.act(
		name_of(task, "task"),
		name_of(action, "action"),
		name_of(version, "version"),
		text_of(opinion),
		text_of(token, 64),
	)


@frappe.whitelist(methods=["POST"])
def agree(task: str, opinion: str = "", token: str = "") -> dict:
	"""Agree to a case read before, one of several. Needs the task, and to have read it in its present state."""
	return approval.agree(name_of(task, "task"), text_of(opinion), text_of(token, 64))


@frappe.whitelist(methods=["GET"])
def phrases() -> list[dict]:
	"""The user's opinion phrases. Needs a post."""
	_officer()
	return opinion_phrases.own()


@frappe.whitelist(methods=["POST"])
def save_phrases(rows: str) -> list[dict]:
	"""Replace the user's opinion phrases; rows: a list as JSON. Needs a post."""
	_officer()
	try:
		return opinion_phrases.save(json.loads(text_of(rows)))
	except json.JSONDecodeError:
		frappe.throw(_("The phrases could not be read. Reload the page and try again."))
