"""No English where a user comes: every page as each kind of user, dialogs of the case, public pages, messages."""

import re

import frappe
import pytest

from sclist_app.setup.demo import DISTRICT
from tests.browser import routes
from tests.browser.desk import LATIN, english

# Codes of steps, documents, measures and limits say nothing to who handles a case.
CODE = re.compile(r"(?<![\w-])(?:[CKR]\d{2}|D\d{2}[a-z]?|M\d{1,2}|T\d{2}|L[1-9])(?![\w-])")

# Who writes rules works with their codes: of posts, procedures, channels, parts of documents.
WRITERS = ("rules", "approver")
KEY = re.compile(r"(?:[a-z]+[\w.-]*)(?:, [a-z]+[\w.-]*)*|unit 为.*institution 为.*")


def faults(page, mailbox: str) -> list[str]:
	"""Texts with Latin words on the routes of one kind of user, each with its route."""
	found = []
	for route in list(routes.routes(page, mailbox)):
		routes.go(page, route)
		texts = [text for text in english(page) if mailbox not in WRITERS or not KEY.fullmatch(text)]
		found += [f"{'/'.join(route)}: {text[:120]!r}" for text in texts]
		routes.leave(page)
	return found


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", list(routes.KINDS))
def test_every_page_is_chinese(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = faults(desk.page, mailbox)
	assert not found, "\n".join(found)


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", ["officer", "leader", "papers", "credit"])
def test_every_dialog_of_a_task_is_chinese(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = dialogs(desk.page)
	assert not found, "\n".join(found)


def dialogs(page) -> list[str]:
	"""Open what every task of mine offers, read it, leave it."""
	links = page.eval_on_selector_all(
		".sc-desk .sc-jobs a[href*='/sc-case/']",
		"(all) => [...new Set(all.map((one) => one.getAttribute('href')))]",
	)
	found = []
	for link in links[:4]:
		page.goto(link)
		routes.quiet(page)
		buttons = page.locator(
			".sc-panel:visible [data-action]:not([disabled]), .sc-panel:visible .sc-now button:not([disabled])"
		)
		for n in range(buttons.count()):
			button = buttons.nth(n)
			if not button.is_visible() or "fold" in (button.get_attribute("class") or ""):
				continue
			label = button.inner_text()
			button.click(timeout=5_000)
			page.wait_for_timeout(350)
			routes.quiet(page)
			found += [f"{link} · {label}: {text[:120]!r}" for text in english(page)]
			for _ in range(page.locator(".modal.show").count()):
				page.keyboard.press("Escape")
				page.wait_for_timeout(350)
			routes.leave(page)
			if page.url.split("/app/")[-1] != link.split("/app/")[-1]:
				page.goto(link)
				routes.quiet(page)
	return found


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", ["officer", "leader"])
def test_who_handles_a_case_sees_no_codes(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = codes(desk.page, mailbox)
	assert not found, "\n".join(found)


def codes(page, mailbox: str) -> list[str]:
	found = []
	for route in list(routes.routes(page, mailbox)):
		if route[0] in ("List", "Form") and route[1] not in routes.OPERATION:
			continue
		routes.go(page, route)
		body = page.locator("body").inner_text()
		found += [f"{'/'.join(route)}: {code}" for code in sorted(set(CODE.findall(body)))]
		routes.leave(page)
	return found


# the page of logging in is the framework's
@pytest.mark.parametrize("address", [address for address in routes.PUBLIC if address != "/login"])
def test_public_pages_are_chinese(address, browser_page, demo_accounts):
	page = browser_page()
	page.goto(address)
	assert english(page) == []


@pytest.mark.walk
def test_messages_are_chinese(site, demo_accounts):
	"""What went into the bell and by e-mail."""
	meta = frappe.get_meta("SC Message")
	fields = [
		df.fieldname for df in meta.fields if df.fieldtype in ("Data", "Small Text", "Text", "Text Editor")
	]
	rows = frappe.get_all("SC Message", fields=[*fields, "name"], order_by="creation desc", limit=500)
	found = []
	for row in rows:
		for field in ("subject", "body", "title", "text"):
			text = re.sub(r"<[^>]+>|&\w+;", " ", str(row.get(field) or ""))
			if re.search(r"[A-Za-z]{3,}", LATIN.sub("", text)):
				found.append(f"{row.name} {field}: {text[:160]}")
	assert rows and not found, "\n".join(found)
