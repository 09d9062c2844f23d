import frappe

from sclist_app.access.visibility import may_read_bureau
from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.register import reconciliation


def _readable(doctype: str, name: str) -> str:
	bureau = frappe.db.get_value(doctype, name_of(name), "bureau")
	if not may_read_bureau(bureau):
		raise frappe.PermissionError
	return name


@frappe.whitelist(methods=["GET"])
def overview(below: str = "") -> dict:
	"""Titles and counts of the lists, for all the bureaus the user sees or one of them. Needs a post."""
	return reconciliation.overview(text_of(below, 140))


@frappe.whitelist(methods=["GET"])
def rows(which: str, below: str = "", start: int = 0) -> dict:
	"""One page of a list: {"rows", "more"}. Needs a post; a bureau asked for must be readable."""
	return reconciliation.rows(text_of(which, 40), text_of(below, 140), start)


@frappe.whitelist(methods=["GET"])
def export(which: str, below: str = "") -> None:
	"""Download a list as a spreadsheet, numbers masked. Needs a post; a bureau asked for must be readable."""
	content = reconciliation.sheet(text_of(which, 40), text_of(below, 140))
	answers.download(content, f"{frappe._(reconciliation.LISTS[which].title)}.xlsx")


@frappe.whitelist(methods=["GET"])
def case_of_penalty(penalty: str) -> dict:
	"""Values for a new case on a penalty. Needs a post that fills forms in the bureau that punished."""
	return reconciliation.case_of_penalty(_readable("SC Penalty", penalty))


@frappe.whitelist(methods=["POST"])
def set_aside(penalty: str, reason: str) -> None:
	"""Note that a penalty comes under no ground. Needs a post that fills forms in the bureau that punished."""
	reconciliation.set_aside(_readable("SC Penalty", penalty), text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def remind(record: str, way: str, told_on: str, note: str = "") -> None:
	"""Record that a party was told of early removal. Needs a post that fills forms in the deciding bureau."""
	reconciliation.remind(
		_readable("SC Listing Record", record), text_of(way, 40), text_of(told_on, 10), text_of(note, 2000)
	)
