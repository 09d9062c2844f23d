"""The public list as anybody sees it, also without scripts, by keyboard and on paper."""

import io
from collections.abc import Iterator
from unicodedata import normalize

import frappe
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.desk import overflow

PREFIX = "SCL-LOOK-"
COUNT = 45
MASKED = "1401**********0018"


@pytest.fixture(scope="module")
def shown(site: str) -> Iterator[None]:
	"""Records enough for several pages, written without the engine: here only reading is tested."""
	for number in range(COUNT):
		person = number % 9 == 8
		frappe.get_doc(
			{
				"doctype": "SC Listing Record",
				"name": f"{PREFIX}{number:04d}",
				"entity_name": f"陈{number}" if person else f"翻页试验化工有限公司{number:04d}号",
				"entity_kind": "Person" if person else "Unit",
				"code_shown": MASKED if person else f"91140110MA{number:06d}0X",
				"address": "" if person else "太原市晋源区试验路1号",
				"ground_text": "未依法取得安全生产相关许可从事生产经营活动",
				"bureau": "140110",
				"bureau_name": "太原市晋源区应急管理局",
				"decision_number": f"晋源应急失信决〔2026〕{number + 1}号",
				"listed_on": "2026-03-02",
				"term_end": "2029-03-01",
				"state": "L3",
				"shown": 1,
				"shown_from": "2026-03-10",
			}
		).db_insert()
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.db.delete("SC Listing Record", {"name": ["like", f"{PREFIX}%"]})
	frappe.db.commit()


@pytest.fixture
def guest(browser_page, shown) -> Page:
	return browser_page(java_script_enabled=False)


def search(page: Page, text: str) -> None:
	page.goto("/sclist")
	page.get_by_role("searchbox").fill(text)
	page.get_by_role("button", name="查询").click()


def test_search_pages_and_detail_without_scripts(guest, screenshot):
	search(guest, "翻页试验化工")
	table = guest.get_by_role("table")
	first = table.get_by_role("rowheader").all_inner_texts()
	assert first
	expect(guest.get_by_role("status")).to_contain_text("共40条")
	screenshot(guest, "public", full_page=False)
	seen = list(first)
	while (following := guest.get_by_role("link", name="下一页")).count():
		following.click()
		seen += table.get_by_role("rowheader").all_inner_texts()
	assert len(seen) == len(set(seen)) == 40
	guest.get_by_role("link", name="上一页").click()
	row = table.get_by_role("row").nth(1)
	number = row.locator("details").get_by_text("晋源应急失信决")
	expect(number).to_be_hidden()
	row.get_by_text("决定书文号").click()
	expect(number).to_be_visible()


def test_numbers_are_masked_and_are_no_way_to_search(guest):
	guest.goto("/sclist?city=140110")
	pages = [guest.content()]
	while (following := guest.get_by_role("link", name="下一页")).count():
		following.click()
		pages.append(guest.content())
	assert MASKED in "".join(pages)
	search(guest, MASKED)
	expect(guest.get_by_text("未查到符合条件的公示信息")).to_be_visible()


def test_nothing_found_and_too_short(guest):
	search(guest, "没有这样一家公司")
	expect(guest.get_by_role("status")).to_have_text("未查到符合条件的公示信息。")
	search(guest, "化")
	expect(guest.get_by_role("status")).to_contain_text("请至少输入")


def test_with_scripts_the_console_stays_silent(browser_page, shown):
	page = browser_page()
	said: list[str] = []
	page.on(
		"console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
	)
	page.on("requestfailed", lambda request: said.append(request.url))
	for address in (
		"/sclist",
		"/sclist?q=%E7%BF%BB%E9%A1%B5&page=2",
		"/sclist?q=%3Cscript%3Ealert(1)%3C/script%3E",
	):
		page.goto(address)
	assert not said
	assert not browser_page.errors


def test_by_keyboard_alone(browser_page, shown):
	page = browser_page()
	page.goto("/sclist")
	page.keyboard.press("Tab")
	expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
	for _ in range(10):
		page.keyboard.press("Tab")
		if page.evaluate("document.activeElement.id") == "q":
			break
	page.keyboard.type("翻页试验化工")
	page.keyboard.press("Enter")
	expect(page.get_by_role("table")).to_be_visible()
	for _ in range(60):
		page.keyboard.press("Tab")
		if page.evaluate("document.activeElement.rel") == "next":
			break
	outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
	assert outline != "none", "the focus cannot be seen"
	page.keyboard.press("Enter")
	expect(page.locator('[aria-current="page"]')).to_contain_text("第2页")


def test_on_a_phone_and_on_paper(browser_page, shown, screenshot):
	phone = browser_page(viewport={"width": 390, "height": 844}, is_mobile=True)
	phone.goto("/sclist?q=%E7%BF%BB%E9%A1%B5%E8%AF%95%E9%AA%8C")
	assert overflow(phone) <= 0
	screenshot(phone, "public-phone")
	page = browser_page()
	page.goto("/sclist?q=%E7%BF%BB%E9%A1%B5%E8%AF%95%E9%AA%8C")
	text = "".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
	# Chromium writes some characters as radicals
	text = normalize("NFKC", "".join(text.split()))
	assert "试验化工" in text
	assert "晋源应急失信决" in text, "what the screen folds away stands on the paper"
