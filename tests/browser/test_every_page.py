"""Every page as each kind of user comes to it: Chinese, without codes for who handles cases, usable by everybody.

The whole walks take minutes and are asked for by `-m walk`; by default the clerk and the rule administrator go over
our own pages, and a guest over the public ones.
"""

import re

import pytest
from playwright.sync_api import ConsoleMessage, expect

from sclist_app.setup.demo import DISTRICT
from tests.browser import looks, routes
from tests.browser.desk import Desk

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def walk(desk: Desk, mailbox: str, wanted: list[list[str]], *, width: bool = False) -> list[str]:
	"""Faults of the routes, each with its route."""
	page = desk.page
	found, said_aloud = [], []
	page.on("console", lambda message: said_aloud.extend(complaint(message)))
	for route in wanted:
		said_aloud.clear()
		routes.go(page, route)
		about_codes = mailbox in routes.WRITERS or (route[1:2] and route[1] in routes.CONFIGURATION)
		said = looks.faults(
			page,
			codes=not about_codes,
			keys=bool(about_codes),
			# of the lists the framework draws everything
			access=route[0] != "List",
			width=width,
		)
		# where the desk stands, so that a page that did not open is no page looked at
		at = page.evaluate("frappe.get_route()")
		if at[: 2 if route[-1] == "new" else len(route)] != route[: 2 if route[-1] == "new" else len(route)]:
			said.append(f"did not open, the desk stands at {'/'.join(at)}")
		found += [f"{'/'.join(route)}: {fault}" for fault in [*said, *said_aloud]]
		routes.leave(page)
	return found


def complaint(message: ConsoleMessage) -> list[str]:
	"""What a script or a request that failed left in the console; where no socket.io server runs, nobody minds."""
	at = message.location.get("url", "")
	if message.type != "error" or "socket.io" in message.text + at:
		return []
	return [f"console: {message.text[:200]} {at}"]


def dialogs(desk: Desk, mailbox: str) -> list[str]:
	"""Open what each of my first tasks offers, read it, leave it."""
	page = desk.page
	desk.open("sc-desk")
	routes.quiet(page)
	links = page.eval_on_selector_all(
		".sc-desk .sc-jobs a[href*='/sc-']",
		"(all) => [...new Set(all.map((one) => one.getAttribute('href')))]",
	)
	found = []
	for link in links[:3]:
		desk.open(link.split("/app/")[-1])
		routes.quiet(page)
		buttons = page.locator(".sc-panel:visible [data-action]:not([disabled])")
		for number in range(buttons.count()):
			label = buttons.nth(number).inner_text().strip()
			buttons.nth(number).click(timeout=5_000)
			page.locator(".modal.show").last.wait_for(timeout=10_000)
			page.wait_for_function(
				"[...document.querySelectorAll('.modal.show')].every((one) => getComputedStyle(one).opacity === '1')"
			)
			routes.quiet(page)
			found += [f"{link} · {label}: {fault}" for fault in looks.faults(page, codes=True, access=True)]
			page.evaluate("cur_dialog && cur_dialog.hide()")
			page.wait_for_function("!document.querySelector('.modal.show')")
		routes.leave(page)
	return found


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", routes.PEOPLE)
def test_every_page(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = walk(desk, mailbox, routes.routes(desk.page))
	found += dialogs(desk, mailbox)
	assert not found, "\n".join(found)


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", routes.PEOPLE)
def test_our_pages_on_the_phone(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT, **PHONE)
	desk.open("sc-desk")
	found = walk(desk, mailbox, on_a_phone(routes.ours(desk.page)), width=True)
	assert not found, "\n".join(found)


def on_a_phone(wanted: list[list[str]]) -> list[list[str]]:
	"""Without the studio: a procedure is drawn at a desk."""
	return [route for route in wanted if route[0] != "procedure-studio"]


@pytest.mark.parametrize("mailbox", ["officer", "rules"])
def test_our_own_pages(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = walk(desk, mailbox, routes.ours(desk.page))
	assert not found, "\n".join(found)


# the login page belongs to the framework, its words to us
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("address", routes.PUBLIC)
def test_public_pages_are_chinese(address, locale, browser_page, demo_accounts):
	page = browser_page(locale=locale)
	page.goto(address)
	assert looks.faults(page, access=False, width=True, codes=True) == []
	if address == "/login":
		assert re.match("zh", page.evaluate("document.documentElement.lang"))
		expect(page.locator(".app-logo").first).to_have_attribute("alt", "")
		# white on this blue is legible, on the framework's it was not
		expect(page.locator(".btn-login:visible").first).to_have_css("background-color", "rgb(11, 74, 143)")
		page.locator("#login_email").fill("nobody@demo.invalid")
		page.locator("#login_password").fill("wrong")
		page.locator(".btn-login:visible").first.click()
		# the button says what is wrong
		expect(page.locator(".btn-login:visible").first).to_contain_text("无效")
		assert looks.faults(page, access=False) == []
