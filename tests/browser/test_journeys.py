"""Journeys of the people, and which test goes each of them at the desk (1366 pixels) and on the phone (390).

| person | at the desk | on the phone |
| --- | --- | --- |
| case officer | test_clerk (guided path, also by keyboard), test_whole_path, test_county_procedure | test_clerk (the path), here: submits, waiver |
| department head | test_whole_path, test_refusals (returns) | here: agrees |
| leader in charge | test_whole_path, test_approval (reads, returns, several at a time) | test_approval, test_roles |
| principal leader | test_whole_path, test_party (grants) | test_approval (the county's) |
| member of the panel | test_whole_path, test_refusals (another voted meanwhile) | here: votes on the approval page |
| legal reviewer | test_whole_path | here: passes |
| document officer | test_whole_path, test_county_procedure | here: numbers and issues |
| service officer | test_whole_path | here: records the service, the window opens |
| publisher, credit officer | test_whole_path, test_refusals (his own publication) | here: enters, publishes |
| publication reviewer | test_whole_path | here: confirms, passes |
| acceptance clerk | here: registers an application brought to the counter; test_party | here: accepts it |
| verifiers | test_party | here: one finds, the other confirms |
| hearing host | test_journeys_matters (arranges, serves) | test_journeys_matters (record, report) |
| supervisor of the city | test_roles (reads below, cannot act) | test_journeys_register (from the number to the overdue task, urges) |
| supervisor of the province | here: from the number to the case, tree, calendar | here: the same |
| rule administrator | test_studio; here: a template from the text in force to the approver | test_studio |
| approver | here: sends back, publishes; approves a template | here: sends a version back |
| party | here: by keyboard alone, on paper; test_party (reads without scripts) | test_party (applies); here: follows it |
| guest | test_public (search, pages, keyboard, paper, without scripts) | test_public, test_accessibility |

Hearings, objections, reviews and suits are clicked in test_journeys_matters; measures told to departments, the old list
and follow-up visits in test_journeys_register.
"""

import io
import re
import secrets
from unicodedata import normalize

import frappe
import pytest
from frappe.utils import add_days, getdate, today
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from sclist_app.api import procedures
from sclist_app.setup import demo
from sclist_app.setup.demo import COUNTY, DISTRICT, PROVINCE, user_of
from sclist_app.setup.player import day_before
from sclist_app.setup.repair_player import RepairPlayer
from tests.browser import looks, routes
from tests.browser.desk import Desk
from tests.browser.test_approval import Approver
from tests.browser.test_party import code_of_paper, enter
from tests.site.support import Case, as_user

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def fine(page: Page, **wanted: bool) -> None:
	"""Chinese, without codes, usable by everybody, no wider than its window."""
	found = looks.faults(page, **{"codes": True, "width": True, **wanted})
	assert not found, "\n".join(found)


def name_of(case: Case) -> str:
	return frappe.db.get_value("SC Entity", case.unit, "entity_name")


# ------------------------------------------------------------------ a case, from hand to hand on phones


def test_every_officer_acts_on_the_phone(desk_of, demo_accounts, photo):
	case = Case.opened(DISTRICT, getdate(today()), "7-4")
	frappe.db.commit()
	company = name_of(case)

	def at(mailbox: str, step: str) -> Desk:
		"""The officer's phone with the case open, taken from what waits for them."""
		frappe.db.rollback()
		assert step in case.steps, case.steps
		phone = desk_of(mailbox, DISTRICT, **PHONE)
		phone.take_task(company)
		fine(phone.page)
		return phone

	def engine(*acts: tuple[str, str, str]) -> None:
		"""What others do meanwhile."""
		for step, action, opinion in acts:
			case.act(step, action, opinion)
		frappe.db.commit()

	at("officer", "C00").act("提交审查")
	at("head", "C10").act("同意，报审签", "事实清楚，证据确凿，拟同意列入。")
	frappe.db.rollback()
	engine(("C20", "agree", "同意制发告知书。"))
	papers = at("papers", "C25")
	photo(papers, "journey-phone-papers", full_page=True)
	papers.act("编号制发告知书")
	server = at("officer2", "C30")
	server.panel.locator("article").get_by_role("row").filter(has_text="未送达").get_by_role("button").click()
	dialog = server.opened_dialog()
	for field, text in {"place": "受送达人住所", "receiver": "签收人", "relationship": "法定代表人"}.items():
		server.type(field, text, dialog)
	server.field("second_server", dialog).locator("select").select_option(index=1)
	fine(server.page)
	server.confirm()
	photo(server, "journey-phone-service", full_page=True)
	server.act("全部送达")
	clerk = at("officer", "C40")
	clerk.panel.get_by_role("button", name="登记放弃声明").click()
	clerk.opened_dialog()
	clerk.upload_paper("file", "放弃陈述申辩声明.pdf")
	fine(clerk.page)
	clerk.confirm()
	clerk.act("当事人均已答复")
	at("legal", "C50").act("审核通过", "主体适格，程序合法，审核通过。")

	frappe.db.rollback()
	with as_user(user_of("deputy2")):
		task = frappe.get_all(
			"SC Task",
			filters={"run": case.run, "step": "C60", "status": "Open", "assignee": user_of("deputy2")},
			pluck="name",
		)[0]
	member = Approver(desk_of("deputy2", DISTRICT, **PHONE))
	member.open(task)
	fine(member.page)
	photo(member.desk, "journey-phone-vote", full_page=True)
	member.opinion.fill("同意列入。")
	member.submit.click()
	member.page.wait_for_function(
		"(task) => frappe.get_route()[1] !== task || document.querySelector('.sc-finished')", arg=task
	)
	frappe.db.rollback()
	case.vote("C60", ("agree", "agree"))
	engine(("C70", "approve", "同意列入。"), ("C80", "issue", ""))
	case.serve_all("C85")
	engine(("C85", "served", ""))

	credit = at("credit", "C86")
	credit.panel.get_by_role("button", name="登记录入").click()
	credit.opened_dialog()
	credit.type("serial", f"AQSX{case.number}", credit.dialog)
	credit.upload_picture("evidence", "录入截图.png")
	fine(credit.page)
	credit.confirm()
	credit.act("录入完成")
	credit = at("credit", "C87")
	credit.panel.get_by_role("button", name="登记公示", exact=True).first.click()
	credit.opened_dialog()
	credit.type("address", f"https://credit.example.invalid/{case.number}", credit.dialog)
	credit.upload_picture("screenshot", "公示截图.png")
	credit.confirm()
	frappe.db.rollback()
	case.publish_all("C87")
	engine(("C87", "published", ""))
	check = at("check", "C88")
	check.panel.get_by_role("button", name="确认公示", exact=True).first.click()
	check.opened_dialog()
	check.confirm()
	frappe.db.rollback()
	case.confirm_all("C88")
	frappe.db.commit()
	check.take_task(company)
	check.act("审核通过", "逐条核对无误。")
	frappe.db.rollback()
	assert "C88" not in case.steps
	assert [record.shown for record in case.records()] == [1]


# ------------------------------------------------------------------ an application brought to the counter


def test_from_the_counter_to_the_verified_conditions(desk_of, demo_accounts, browser_page, photo):
	case = Case.opened(DISTRICT, getdate(add_days(today(), -420)), "7-4")
	case.play()
	frappe.db.commit()
	company, record = name_of(case), case.records()[0].name

	counter = desk_of("window", DISTRICT)
	counter.new_document("SC Repair Application")
	counter.link("record", company)
	expect(counter.form).to_contain_text("符合申请提前移出的期限条件")
	for field, text in {
		"applied_by": "李建国",
		"phone": "13800000000",
		"delivery_address": "太原市小店区检验路1号",
		"obligations_statement": "罚款已经全部缴清。",
		"effects_statement": "隐患已经整改完毕，通过验收。",
	}.items():
		counter.type(field, text)
	counter.choose("capacity", "Legal Representative")
	photo(counter, "journey-counter-new", full_page=True)
	fine(counter.page, width=False)
	name = counter.save()
	fine(counter.page, width=False)

	frappe.db.rollback()
	repair = RepairPlayer(record, getdate(today()))
	repair.case = name
	repair.hand_in(("obligations", "effects"))
	frappe.db.commit()
	window = desk_of("window", DISTRICT, **PHONE)
	window.take_task(company)
	fine(window.page)
	photo(window, "journey-phone-acceptance", full_page=True)
	window.act("符合条件，予以受理")
	frappe.db.rollback()
	repair.serve_all("R20")
	repair.act("R20", "served")
	frappe.db.commit()

	first, second = desk_of("verify", DISTRICT, **PHONE), desk_of("verify2", DISTRICT, **PHONE)
	first.take_task(company)
	fine(first.page)
	for place in range(3):
		first.panel.get_by_role("button", name=re.compile("^登记核实情况|^更正")).nth(place).click()
		dialog = first.opened_dialog()
		first.choose("result", "Fulfilled", dialog)
		first.type("finding", f"经查阅缴款凭证和验收报告，第{place + 1}项条件符合规定。", dialog)
		fine(first.page)
		first.confirm()
		expect(first.panel.get_by_text("待另一名核实人确认")).to_have_count(place + 1)
	second.take_task(company)
	second.panel.get_by_role("button", name="作为共同核实人确认").click()
	second.opened_dialog()
	photo(second, "journey-phone-verified")
	second.confirm()
	first.take_task(company)
	first.act("核实完毕，报审核")
	frappe.db.rollback()
	assert repair.state == "R40"

	# the party follows it, on the phone and without scripts
	phone = browser_page(**PHONE)
	enter(phone, code_of_paper(case))
	expect(phone.locator(".state")).to_have_text("已受理，正在核实、审查")
	fine(phone, strict=True)
	photo(Desk(phone), "journey-party-follows", full_page=True)
	plain = browser_page(java_script_enabled=False, **PHONE)
	enter(plain, code_of_paper(case))
	expect(plain.locator("main")).to_contain_text(name)
	expect(plain.get_by_text("受理通知书")).to_be_visible()


# ------------------------------------------------------------------ from above


@pytest.mark.parametrize("context", [{}, PHONE], ids=["desk", "phone"])
def test_the_province_goes_from_the_number_to_the_case(context, desk_of, demo_accounts, photo):
	case = Case.opened(COUNTY, day_before(2, COUNTY))
	case.act("K01", "submit")
	frappe.db.commit()
	where = "phone" if context else "desk"
	above = desk_of("supervisor", PROVINCE, **context)
	page = above.page
	above.open("")
	expect(page.locator(".sc-home .sc-count strong").first).to_have_text(re.compile(r"\d"))
	routes.leave(page)
	fine(page)
	photo(above, f"journey-province-home-{where}", full_page=True)
	cases = page.locator('.sc-home [data-figure="cases"]')
	number = int(cases.locator("strong").inner_text())
	cases.click()
	page.wait_for_url(re.compile("sc-case"))
	page.wait_for_function("window.cur_list?.doctype === 'SC Case' && cur_list.filter_area")
	above.settled()
	# the list has what was counted
	assert number == page.evaluate(
		"frappe.db.count('SC Case', {filters: Object.fromEntries(cur_list.filter_area.get().map((f) => [f[1], [f[2], f[3]]]))})"
	)

	above.open("sc-bureaus")
	tree = page.locator(".sc-tree")
	tree.get_by_label("按名称查找机关").or_(tree.get_by_role("searchbox")).first.fill("清徐")
	tree.locator(f'[data-key="bureau-{COUNTY}"]').click()
	rows = page.locator(".sc-by-bureau .sc-jobs a")
	expect(rows.filter(has_text=name_of(case))).to_have_count(1)
	fine(page)
	photo(above, f"journey-province-tree-{where}", full_page=True)
	rows.filter(has_text=name_of(case)).click()
	expect(above.panel).to_contain_text("告知审签并制发")
	above.settled()
	expect(above.panel.locator("[data-action]")).to_have_count(0)
	fine(page)
	above.open("sc-due-calendar")
	page.locator('.sc-calendar [data-key="show"]').select_option("tasks")
	page.locator(".sc-calendar").get_by_role("button", name="按清单").click()
	expect(page.locator(".sc-calendar .sc-days [aria-current=date]")).to_be_visible()
	fine(page)
	photo(above, f"journey-province-calendar-{where}", full_page=True)


# ------------------------------------------------------------------ rules, by two pairs of eyes


def test_the_approver_sends_a_version_back_and_publishes_it(desk_of, demo_accounts, photo):
	code = f"listing-{DISTRICT}-{frappe.generate_hash(length=6)}"
	with as_user(user_of("rules")):
		version = procedures.copy("listing-standard-v1", code, "小店区列入程序（检验）", DISTRICT)["name"]
		procedures.submit(version)
	frappe.db.commit()

	phone = desk_of("approver", DISTRICT, **PHONE)
	phone.open("")
	waiting = phone.page.locator(".sc-urgent")
	expect(waiting).to_contain_text("等待您审批")
	routes.leave(phone.page)
	fine(phone.page)
	waiting.get_by_role("button").click()
	phone.page.wait_for_url(re.compile("sc-procedure-version|procedure-studio"))
	phone.open(f"procedure-studio/{version}")
	studio = phone.page.locator(".sc-studio:visible")
	expect(studio.locator(".st-node").first).to_be_visible()
	fine(phone.page)
	studio.get_by_role("tab", name="对比").click()
	expect(studio.locator(".st-panel")).to_contain_text("变化内容")
	fine(phone.page)
	photo(phone, "journey-phone-approver")
	studio.get_by_role("button", name="退回", exact=True).click()
	dialog = phone.opened_dialog()
	phone.type("reason", "请写明修改理由。", dialog)
	fine(phone.page)
	phone.confirm()
	frappe.db.rollback()
	assert frappe.db.get_value("SC Procedure Version", version, "status") == "Draft"

	author = desk_of("rules", DISTRICT)
	author.open(f"procedure-studio/{version}")
	drawing = author.page.locator(".sc-studio:visible")
	drawing.get_by_role("button", name="提交审批").click()
	author.opened_dialog().get_by_role("button", name="提交审批").click()
	expect(drawing.locator(".st-banner")).to_contain_text("正在审批")

	approver = desk_of("approver", DISTRICT)
	approver.open(f"procedure-studio/{version}")
	studio = approver.page.locator(".sc-studio:visible")
	studio.get_by_role("button", name="审批并发布").click()
	dialog = approver.opened_dialog()
	# a day of its own, for what is published for a bureau may be put into use there
	day = str(add_days("2040-01-01", secrets.randbelow(9000)))
	approver.type("effective_from", day, dialog)
	fine(approver.page)
	approver.confirm()
	expect(studio.locator(".st-banner")).to_contain_text("已发布")
	fine(approver.page)
	photo(approver, "journey-approver-published")
	frappe.db.rollback()
	row = frappe.db.get_value("SC Procedure Version", version, ["status", "effective_from"], as_dict=True)
	assert (row.status, str(row.effective_from)) == ("Published", day)


KIND = "D22"


@pytest.fixture
def no_draft(demo_accounts) -> None:
	"""Of the kind of paper nobody in the district has begun a template."""
	for name in frappe.get_all(
		"SC Document Template",
		filters={"document_kind": KIND, "bureau": DISTRICT, "state": ["in", ["Draft", "In Review"]]},
		pluck="name",
	):
		frappe.db.set_value("SC Document Template", name, "state", "Draft")
		frappe.delete_doc("SC Document Template", name, force=True)
	frappe.db.commit()


def test_a_template_is_written_and_approved(desk_of, no_draft, photo):
	national = frappe.get_all(
		"SC Document Template",
		filters={"document_kind": KIND, "bureau": ["is", "not set"], "state": "In Force"},
		pluck="name",
	)[0]
	author = desk_of("rules", DISTRICT)
	page = author.page
	author.open(f"sc-document-template/{national}")
	page.get_by_role("button", name="新建版本").locator("visible=true").first.click()
	author.opened_dialog()
	fine(page, codes=False, width=False, keys=True)
	author.confirm()
	page.wait_for_function("(old) => cur_frm && cur_frm.docname !== old", arg=national)
	editor = page.locator(".sc-template:visible")
	sheet = page.frame_locator(".sc-template-sheet:visible")
	expect(sheet.locator("body")).to_contain_text(re.compile("[一-龥]{4}"))
	expect(editor.locator(".sc-template-findings")).to_contain_text("未发现问题")
	author.settled()
	name = author.document
	# what the law or the language forbids is told beside the text, with its line
	author.type("change_note", "增加抄送说明")
	page.evaluate("cur_frm.fields_dict.body.editor.navigateFileEnd()")
	editor.get_by_role("searchbox").fill("机关")
	editor.locator(".sc-template-choice").first.click()
	page.evaluate("cur_frm.fields_dict.body.editor.insert('{{ nobody.knows }}')")
	fault = editor.locator(".sc-template-findings .sc-findings")
	expect(fault).to_contain_text("nobody")
	fine(page, words=False, width=False)
	photo(author, "journey-template-fault")
	page.evaluate("cur_frm.fields_dict.body.editor.undo()")
	expect(editor.locator(".sc-template-findings")).to_contain_text("未发现问题")
	author.save()
	page.get_by_role("button", name="提交审批").locator("visible=true").first.click()
	author.opened_dialog().get_by_role("button", name="是").click()
	page.wait_for_function("cur_frm.doc.state === 'In Review'")

	approver = desk_of("approver", DISTRICT)
	page = approver.page
	approver.open(f"sc-document-template/{name}")
	page.get_by_role("button", name="对比", exact=True).locator("visible=true").first.click()
	approver.opened_dialog()
	fine(page, codes=False, width=False, keys=True)
	approver.dialog.locator(".modal-footer .btn-modal-primary, .modal-footer .btn-primary").locator(
		"visible=true"
	).first.click()
	expect(page.locator(".modal.show .sc-template-diff tr.sc-added")).not_to_have_count(0)
	approver.opened_dialog()
	fine(page, codes=False, width=False, keys=True)
	photo(approver, "journey-template-compare")
	page.keyboard.press("Escape")
	expect(page.locator(".modal.show")).to_have_count(0)
	page.get_by_role("button", name="审批通过").locator("visible=true").first.click()
	dialog = approver.opened_dialog()
	approver.type("effective_from", "2031-03-01", dialog)
	fine(page, codes=False, width=False, keys=True)
	approver.confirm()
	page.wait_for_function("cur_frm.doc.state === 'In Force'")
	frappe.db.rollback()
	assert frappe.db.get_value("SC Document Template", name, "approver") == user_of("approver")


# ------------------------------------------------------------------ the party


@pytest.fixture
def may_apply(demo_accounts) -> str:
	"""The query code of a listed demonstration party that may apply for its removal."""
	return next(row["code"] for row in demo.parties() if "可以申请" in row["note"])


@pytest.mark.parametrize("context", [{}, PHONE], ids=["desk", "phone"])
def test_the_partys_pages_are_for_everybody(context, browser_page, may_apply, screenshot):
	page = browser_page(**context)
	wrong = may_apply[:-1] + ("2" if may_apply[-1] != "2" else "3")
	enter(page, wrong)
	expect(page.get_by_role("alert")).to_contain_text("逐位核对")
	fine(page, strict=True)
	enter(page, may_apply)
	expect(page.get_by_text("现在可以申请")).to_be_visible()
	fine(page, strict=True)
	page.get_by_role("link", name=re.compile("开始申请|重新申请")).click()
	fine(page, strict=True)
	page.get_by_role("button", name="提交申请").click()
	expect(page.locator('[data-field="commitment"] .fault')).to_contain_text("请上传")
	expect(page.locator(".summary")).to_be_focused()
	fine(page, strict=True)


def test_the_party_by_keyboard_and_on_paper(browser_page, may_apply):
	page = browser_page()
	keys = page.keyboard

	def tab_to(what: str, most: int = 40) -> None:
		for _ in range(most):
			keys.press("Tab")
			if page.evaluate("(what) => document.activeElement.matches(what)", what):
				shown = page.evaluate(
					"""() => [document.activeElement, document.activeElement.nextElementSibling].some((node) =>
						node && getComputedStyle(node).outlineStyle !== "none")"""
				)
				assert shown, f"the focus on {what} cannot be seen"
				return
		raise AssertionError(f"the keyboard does not reach {what}")

	page.goto("/sclist-repair")
	tab_to("#code")
	keys.type(may_apply)
	keys.press("Enter")
	expect(page.get_by_text("现在可以申请")).to_be_visible()
	text = "".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
	# Chromium writes some characters as radicals
	text = normalize("NFKC", "".join(text.split()))
	assert "列入情况" in text and "管理期限至" in text
	assert "开始申请" not in text, "a link is no use on paper"
	tab_to("a.button")
	keys.press("Enter")
	page.wait_for_url(re.compile("view=apply"))
	tab_to("#f-number")
	keys.type("91140100MA0H1A2B8E")
	tab_to("#f-applied_by")
	keys.type("李建国")
	tab_to("#f-capacity")
	keys.press("ArrowDown")
	tab_to("[data-slot] input[type=file]")
	tab_to("[name=truth]")
	keys.press("Space")
	tab_to("form button[type=submit]")
	keys.press("Enter")
	expect(page.locator('[data-field="number"] .fault')).to_contain_text("不一致")
	expect(page.locator(".summary")).to_be_focused()
	# no typed word is lost
	expect(page.locator("#f-applied_by")).to_have_value("李建国")


def test_an_officers_browser_is_told_to_leave(desk_of):
	"""Who is at work in the same browser is no party; the page says what to do."""
	page = desk_of("window", DISTRICT).page
	page.goto("/sclist-repair")
	expect(page.get_by_role("heading", level=1)).to_have_text("请使用其他浏览器")
	fine(page, strict=True)
