"""Every page of ours, as each kind of user comes to it. New pages are found by themselves: workspaces, pages and
DocTypes from their JSON files; what takes a document's name in its address has a line in `WITH_A_NAME`.

Names are asked for in the browser with the user's own rights, so the walk shows what the user can reach.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

import sclist_app

MODULE = Path(sclist_app.__file__).parent / "sclist_app"

# Who walks: mailbox of the demonstration accounts → what this kind of user works with besides the workspaces.
OPERATION = (
	"SC Case",
	"SC Penalty",
	"SC Entity",
	"SC Notice",
	"SC Service Record",
	"SC Defence",
	"SC Listing Record",
	"SC Task",
	"SC Clock",
	"SC Absence",
)
KINDS: dict[str, tuple[str, ...]] = {
	# the clerk and the rule admin see every form between them
	"officer": ("*operation",),
	"rules": ("*configuration",),
	"leader": OPERATION,
	"papers": ("SC Notice", "SC Service Record", "SC Address Confirmation"),
	"credit": ("SC Publication", "SC Measure Record", "SC Listing Record", "SC Joint Action"),
	"supervisor": ("SC Case", "SC Task", "SC Run", "SC Event", "SC Message"),
	"approver": ("SC Procedure Version", "SC Document Template", "SC Local Rule"),
}
CONFIGURATION = {
	"SC Procedure",
	"SC Procedure Version",
	"SC Procedure Binding",
	"SC Document Template",
	"SC Document Kind",
	"SC Text Block",
	"SC Number Rule",
	"SC Publication Channel",
	"SC Local Rule",
	"SC Term",
	"SC Time Limit",
	"SC Calendar",
	"SC Statute",
	"SC Listing Ground",
	"SC Management Measure",
	"SC Bureau",
	"SC Post",
	"SC Post Assignment",
	"SC Division",
	"SC Effect Run",
}
# Pages that open with a document: (page, DocType, filters of the document they need).
WITH_A_NAME: tuple[tuple[str, str, dict], ...] = (
	("sc-approval", "SC Task", {"status": "Open"}),
	("procedure-studio", "SC Procedure Version", {"status": "Published"}),
)
PUBLIC = ("/sclist", "/sclist-repair", "/login")


def _files(folder: str) -> Iterator[dict]:
	for path in sorted((MODULE / folder).glob("*/*.json")):
		data = json.loads(path.read_text(encoding="utf-8"))
		if isinstance(data, dict):
			yield data


def workspaces() -> list[str]:
	return [data["name"] for data in _files("workspace")]


def pages() -> list[str]:
	return [data["name"] for data in _files("page")]


def doctypes() -> list[str]:
	"""DocTypes with a list of their own."""
	return [
		data["name"] for data in _files("doctype") if not data.get("istable") and not data.get("issingle")
	]


def of(mailbox: str) -> list[str]:
	wanted = KINDS[mailbox]
	every = doctypes()
	if wanted == ("*configuration",):
		return [name for name in every if name in CONFIGURATION]
	if wanted == ("*operation",):
		return [name for name in every if name not in CONFIGURATION]
	return list(wanted)


def routes(page: Page, mailbox: str) -> Iterator[list[str]]:
	"""The routes of one kind of user, as `frappe.set_route` takes them."""
	allowed = page.evaluate(
		"""(names) => {
			const shown = frappe.boot.allowed_workspaces || frappe.boot.sidebar_pages?.pages || [];
			return names.filter((name) => shown.some((one) => one.name === name));
		}""",
		workspaces(),
	)
	for name in allowed:
		yield ["Workspaces", name]
	for name in pages():
		if page.evaluate("(name) => Boolean(frappe.boot.page_info?.[name])", name):
			yield [name]
	for name, doctype, filters in WITH_A_NAME:
		if name in pages() and (found := first(page, doctype, filters)):
			yield [name, found]
	for doctype in of(mailbox):
		if not page.evaluate("(doctype) => frappe.model.can_read(doctype)", doctype):
			continue
		yield ["List", doctype, "List"]
		if found := first(page, doctype, {}):
			yield ["Form", doctype, found]
		if wanting_new(page, mailbox, doctype):
			yield ["Form", doctype, "new"]


def wanting_new(page: Page, mailbox: str, doctype: str) -> bool:
	"""Forms for something new, where this kind of user fills them."""
	if KINDS[mailbox][0][:1] != "*":
		return False
	return page.evaluate("(doctype) => frappe.model.can_create(doctype)", doctype)


def first(page: Page, doctype: str, filters: dict) -> str:
	"""The newest document of the sort that the user may see, "" if there is none."""
	return page.evaluate(
		"""async ([doctype, filters]) => {
			if (!frappe.model.can_read(doctype)) return "";
			const rows = await frappe.db
				.get_list(doctype, { filters, fields: ["name"], limit: 1, order_by: "modified desc" })
				.catch(() => []);
			return rows[0]?.name || "";
		}""",
		[doctype, filters],
	)


def go(page: Page, route: list[str]) -> None:
	"""Open a route in the running desk and wait until it stands still."""
	if route[:1] == ["Form"] and route[2] == "new":
		page.evaluate("(doctype) => frappe.new_doc(doctype, null, () => {})", route[1])
	else:
		page.evaluate("(route) => frappe.set_route(route)", route)
	quiet(page)


def quiet(page: Page) -> None:
	"""No request for a while, nothing frozen."""
	page.wait_for_function("window.frappe && frappe.request && window.cur_page?.page")
	calm = 0
	for _ in range(80):
		page.wait_for_timeout(100)
		busy = page.evaluate(
			"frappe.request.ajax_count > 0 || Boolean(document.querySelector('#freeze.show'))"
			" || Boolean([...document.querySelectorAll('.sc-loading')].find((node) => node.checkVisibility()))"
		)
		calm = 0 if busy else calm + 1
		if calm == 4:
			return


def leave(page: Page) -> None:
	"""Close what is open and forget what was typed, so that nothing holds the next page up."""
	page.evaluate(
		"""() => {
			document.querySelectorAll('.sc-tour, .sc-tour-light').forEach((node) => node.remove());
			if (window.cur_dialog) cur_dialog.hide();
			if (window.cur_frm?.doc) cur_frm.doc.__unsaved = 0;
		}"""
	)
