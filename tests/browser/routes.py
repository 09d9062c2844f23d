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

# Who walks. Which pages they come to, the desk itself says.
PEOPLE = ("rules", "officer", "leader", "credit", "papers", "supervisor", "approver")
# Who writes rules works with their codes: of posts, procedures, channels, parts of documents.
WRITERS = ("rules", "approver")
# Where the codes are what the document is about: whoever reads it reads them there.
CONFIGURATION = frozenset(
	f"SC {name}"
	for name in (
		"Document Kind",
		"Document Template",
		"Effect Run",
		"Listing Ground",
		"Management Measure",
		"Number Rule",
		"Post",
		"Procedure",
		"Procedure Binding",
		"Procedure Version",
		"Publication Channel",
		"Settings",
		"Statute",
		"Term",
		"Text Block",
		"Time Limit",
	)
)
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


def singles() -> list[str]:
	return [data["name"] for data in _files("doctype") if data.get("issingle")]


def reports() -> list[str]:
	return [data["name"] for data in _files("report")]


def routes(page: Page) -> list[list[str]]:
	"""Every route of whoever is at the desk, as `frappe.set_route` takes them."""
	return [*ours(page), *forms(page)]


def ours(page: Page) -> list[list[str]]:
	"""Our own pages: workspaces, pages, reports."""
	return page.evaluate(
		"""async ([workspaces, pages, reports, named]) => {
			const shown = frappe.boot.allowed_workspaces || frappe.boot.sidebar_pages?.pages || [];
			const found = workspaces.filter((name) => shown.some((one) => one.name === name));
			const routes = found.map((name) => ["Workspaces", name]);
			const open = (name) => Boolean(frappe.boot.page_info?.[name]);
			routes.push(...pages.filter(open).map((name) => [name]));
			for (const [name, doctype, filters] of named) {
				if (!open(name) || !frappe.model.can_read(doctype)) continue;
				const [row] = await frappe.db.get_list(doctype, { filters, limit: 1, order_by: "modified desc" });
				if (row) routes.push([name, row.name]);
			}
			const all = frappe.boot.user.all_reports || {};
			return [...routes, ...reports.filter((name) => all[name]).map((name) => ["query-report", name])];
		}""",
		[workspaces(), pages(), reports(), WITH_A_NAME],
	)


def forms(page: Page) -> list[list[str]]:
	"""Of every DocType the user may read the list, the newest document, and the form for a new one where allowed."""
	return page.evaluate(
		"""async ([doctypes, singles]) => {
			const open = doctypes.filter((doctype) => frappe.model.can_read(doctype));
			const newest = await Promise.all(
				open.map((doctype) =>
					frappe.db.get_list(doctype, { limit: 1, order_by: "modified desc" }).catch(() => [])
				)
			);
			return [
				...singles.filter((doctype) => frappe.model.can_read(doctype)).map((name) => ["Form", name, name]),
				...open.flatMap((doctype, n) => [
					["List", doctype, "List"],
					...newest[n].map((row) => ["Form", doctype, row.name]),
					...(frappe.model.can_create(doctype) ? [["Form", doctype, "new"]] : []),
				]),
			];
		}""",
		[doctypes(), singles()],
	)


def go(page: Page, route: list[str]) -> None:
	"""Open a route in the running desk and wait until it stands still."""
	if route[:1] == ["Form"] and route[2] == "new":
		page.evaluate("(doctype) => frappe.new_doc(doctype, null, () => {})", route[1])
	else:
		page.evaluate("(route) => frappe.set_route(route)", route)
	quiet(page)


def quiet(page: Page) -> None:
	"""No request, no change of the page for a while, nothing frozen, nothing loading."""
	page.wait_for_function("window.frappe && frappe.request && window.cur_page?.page")
	page.evaluate(
		"""() => new Promise((done) => {
			let last = performance.now();
			const end = last + 8000;
			const seen = new MutationObserver(() => (last = performance.now()));
			seen.observe(document.body, { childList: true, subtree: true, characterData: true });
			const look = setInterval(() => {
				const now = performance.now();
				const busy =
					frappe.request.ajax_count > 0 ||
					document.querySelector("#freeze.show") ||
					[...document.querySelectorAll(".sc-loading")].some((node) => node.checkVisibility());
				if (busy) last = now;
				if (now - last < 250 && now < end) return;
				clearInterval(look);
				seen.disconnect();
				done();
			}, 50);
		})"""
	)


def leave(page: Page) -> None:
	"""Close what is open and forget what was typed, so that nothing holds the next page up."""
	page.evaluate(
		"""() => {
			document.querySelectorAll('.sc-tour, .sc-tour-light').forEach((node) => node.remove());
			if (window.cur_dialog) cur_dialog.hide();
			if (window.cur_frm?.doc) cur_frm.doc.__unsaved = 0;
		}"""
	)
