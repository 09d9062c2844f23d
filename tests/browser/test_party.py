"""A listed company at its phone: applies with files by query code; the bureau decides; the list and the page follow."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import frappe
import pytest
from frappe.utils import add_days, getdate, today
from playwright.sync_api import Page, expect

from sclist_app.law.query_code import shown
from sclist_app.register import party_code
from sclist_app.setup.demo import DISTRICT
from sclist_app.setup.player import PDF, PNG
from sclist_app.setup.repair_player import RepairPlayer
from tests.browser.desk import ENGLISH, english, overflow
from tests.site.support import Case

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def listed(demo_accounts) -> Case:
	"""A company listed more than a year ago and published."""
	frappe.db.rollback()
	case = Case.opened(DISTRICT, getdate(add_days(today(), -420)), "7-4")
	case.play()
	frappe.db.commit()
	return case


def code_of_paper(case: Case) -> str:
	"""What stands on the company's repair notice."""
	row = frappe.get_all(
		"SC Query Code",
		filters={"record": case.records()[0].name, "status": "In Use"},
		fields=["entity", "salt"],
		order_by="creation",
	)[0]
	return shown(party_code._derive(row.entity, row.salt))


def enter(page: Page, code: str) -> None:
	page.goto("/sclist-repair")
	page.get_by_label("查询码").fill(code)
	page.get_by_role("button", name="查询").click()


def upload(page: Page, slot: str, name: str, content: bytes) -> None:
	place = page.locator(f'[data-slot="{slot}"]')
	kind = "application/pdf" if name.endswith(".pdf") else "image/png"
	place.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})
	expect(place.get_by_text(name)).to_be_visible()
	expect(place.get_by_role("button", name="删除").last).to_be_visible()


def fine(page: Page) -> None:
	"""Fits the window and is Chinese."""
	assert overflow(page) <= 0
	assert [text for text in english(page) if ENGLISH.search(re.sub("PDF|JPG|PNG", "", text))] == []


def on_the_public_list(page: Page, company: str) -> bool:
	page.goto(f"/sclist?q={company}")
	expect(page.get_by_role("status")).to_be_visible()
	return page.get_by_role("rowheader").filter(has_text=company).count() > 0


def verified_by_two(desk_of, company: str, screenshot) -> None:
	"""One verifier finds on each condition, the other confirms, the first hands the application on."""
	first, second = desk_of("verify", DISTRICT), desk_of("verify2", DISTRICT)
	first.take_task(company)
	for place in range(3):
		first.panel.get_by_role("button", name=re.compile("^登记核实情况|^更正")).nth(place).click()
		dialog = first.opened_dialog()
		first.choose("result", "Fulfilled", dialog)
		finding = first.field("finding", dialog).locator("textarea")
		finding.fill(f"经查阅缴款凭证和验收报告，第{place + 1}项条件符合规定。")
		first.confirm()
		expect(first.panel.get_by_text("待另一名核实人确认")).to_have_count(place + 1)
	second.take_task(company)
	second.panel.get_by_role("button", name="作为共同核实人确认").click()
	second.opened_dialog()
	screenshot(second.page, "party-verified", full_page=True)
	second.confirm()
	first.take_task(company)
	first.act("核实完毕，报审核")


def test_applied_for_by_phone_and_granted_at_the_desk(desk_of, browser_page, listed, screenshot):
	company = frappe.db.get_value("SC Entity", listed.unit, "entity_name")
	number = frappe.db.get_value("SC Entity", listed.unit, "uscc")
	public = browser_page()
	assert on_the_public_list(public, company)

	phone = browser_page(**PHONE)
	code = code_of_paper(listed)
	wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
	enter(phone, wrong)
	expect(phone.get_by_role("alert")).to_contain_text("逐位核对")
	expect(phone.get_by_label("查询码")).to_have_value(wrong)
	fine(phone)
	enter(phone, code.lower().replace("-", " "))
	expect(phone.get_by_role("heading", level=1)).to_contain_text(company)
	expect(phone.get_by_text("现在可以申请")).to_be_visible()
	fine(phone)
	screenshot(phone, "party-record", full_page=True)
	phone.get_by_role("link", name="开始申请").click()

	# what is wrong is told, what was typed stays
	phone.get_by_label("办理人姓名").fill("李建国")
	phone.get_by_label("统一社会信用代码").fill("91140100MA0H1A2B8E")
	phone.get_by_role("button", name="提交申请").click()
	expect(phone.locator('[data-field="number"] .fault')).to_contain_text("不一致")
	expect(phone.locator('[data-field="commitment"] .fault')).to_contain_text("请上传")
	expect(phone.get_by_label("办理人姓名")).to_have_value("李建国")
	fine(phone)
	screenshot(phone, "party-faults", full_page=True)
	place = phone.locator('[data-slot="effects"]')
	place.locator("input[type=file]").set_input_files(
		{"name": "验收报告.pdf", "mimeType": "application/pdf", "buffer": b"<html><script>alert(1)</script>"}
	)
	expect(place.locator(".fault")).to_contain_text("内容与文件类型不符")

	phone.get_by_label("统一社会信用代码").fill(number)
	phone.get_by_label("办理人身份").select_option(label="法定代表人（负责人）")
	phone.get_by_label("联系电话").fill("13800000000")
	phone.get_by_label("文书送达地址").fill("太原市小店区检验路1号")
	phone.get_by_label("履行行政处罚决定规定义务的情况").fill("罚款已经全部缴清。")
	phone.get_by_label("消除危害后果或者不良影响的情况").fill("隐患已经整改完毕，通过验收。")
	upload(phone, "commitment", "承诺书.png", PNG)
	upload(phone, "obligations", "缴款凭证.pdf", PDF + b"% paid\n")
	upload(phone, "effects", "整改验收报告.pdf", PDF + b"% mended\n")
	phone.get_by_label("以上内容和所附材料真实").check()
	phone.get_by_role("button", name="提交申请").dblclick()
	expect(phone.get_by_text("申请已提交")).to_be_visible()
	fine(phone)
	screenshot(phone, "party-received", full_page=True)

	frappe.db.rollback()
	record = listed.records()[0].name
	names = frappe.get_all("SC Repair Application", filters={"record": record}, pluck="name")
	assert len(names) == 1, "pressed twice, applied once"
	expect(phone.get_by_text(names[0]).first).to_be_visible()
	assert re.search(r"最迟于\d{4}年\d{1,2}月\d{1,2}日", phone.inner_text("main"))

	repair = RepairPlayer(record, getdate(today()))
	repair.case = names[0]
	clerk = desk_of("window", DISTRICT)
	clerk.take_task(company)
	screenshot(clerk.page, "party-at-the-counter", full_page=True)
	clerk.act("符合条件，予以受理")
	frappe.db.rollback()
	assert repair.state == "R20"
	repair.serve_all("R20")
	repair.act("R20", "served")
	frappe.db.commit()
	verified_by_two(desk_of, company, screenshot)
	frappe.db.rollback()
	assert repair.state == "R40"
	repair.act("R40", "agree", "经核实符合条件，建议准予提前移出。")
	repair.act("R45", "pass", "审核通过。")
	frappe.db.commit()
	phone.reload()
	expect(phone.locator(".state")).to_have_text("已受理，正在核实、审查")
	assert "建议准予" not in phone.content()

	leader = desk_of("leader", DISTRICT)
	leader.take_task(company)
	leader.act("准予提前移出", "准予提前移出。")
	frappe.db.rollback()
	assert repair.state == "R52"
	assert on_the_public_list(public, company), "nothing changes before the decision is issued"
	papers = desk_of("papers", DISTRICT)
	papers.take_task(company)
	papers.act("编号制发准予决定书")

	assert not on_the_public_list(public, company)
	phone.reload()
	expect(phone.locator(".state")).to_have_text("已准予提前移出")
	fine(phone)
	screenshot(phone, "party-granted", full_page=True)
	with phone.expect_download() as download:
		phone.get_by_role("button", name=re.compile("准予提前移出")).click()
	assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def test_read_without_scripts_and_left(browser_page, listed, screenshot):
	page = browser_page(java_script_enabled=False)
	enter(page, code_of_paper(listed))
	expect(page.get_by_role("heading", name="列入情况")).to_be_visible()
	page.get_by_role("link", name="开始申请").click()
	expect(page.get_by_text("需要浏览器启用脚本")).to_be_visible()
	other = browser_page(viewport={"width": 1280, "height": 900})
	enter(other, code_of_paper(listed))
	screenshot(other, "party-wide", full_page=True)
	other.get_by_role("button", name="退出").click()
	expect(other.get_by_label("查询码")).to_be_visible()
	other.goto("/sclist-repair?view=apply")
	expect(other.get_by_label("查询码")).to_be_visible()
	assert not browser_page.errors


def test_submitted_from_two_windows_at_once_is_one_application(browser_page, listed, base_url):
	page = browser_page(**PHONE)
	enter(page, code_of_paper(listed))
	page.get_by_role("link", name="开始申请").click()
	for slot in ("commitment", "obligations", "effects"):
		upload(page, slot, f"{slot}.pdf", PDF + f"% {slot}\n".encode())
	cookie = next(c for c in page.context.cookies() if c["name"] == "sclist_party")
	assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
	values = {
		name: page.locator(f'form[data-party="apply"] [name={name}]').input_value()
		for name in ("token", "once")
	} | {
		"number": frappe.db.get_value("SC Entity", listed.unit, "uscc"),
		"applied_by": "李建国",
		"capacity": "Legal Representative",
		"phone": "13800000000",
		"delivery_address": "太原市小店区检验路1号",
		"obligations_statement": "罚款已经全部缴清。",
		"effects_statement": "隐患已经整改完毕。",
		"truth": "1",
	}

	def submit(once: str) -> int:
		data = urlencode({**values, "once": once}).encode()
		address = f"{base_url}/api/method/sclist_app.api.party.apply"
		request = Request(address, data, {"Cookie": f"sclist_party={cookie['value']}"})
		try:
			with urlopen(request, timeout=60) as answer:
				return answer.status
		except HTTPError as error:
			return error.code

	same, other = values["once"], "f" * 32
	with ThreadPoolExecutor(4) as pool:
		answers = list(pool.map(submit, [same, same, other, same]))
	frappe.db.rollback()
	names = frappe.get_all(
		"SC Repair Application", filters={"record": listed.records()[0].name}, pluck="name"
	)
	assert len(names) == 1, answers
	assert answers.count(200) in (1, 3) and set(answers) <= {200, 417}, answers
