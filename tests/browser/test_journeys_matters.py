"""Hearing, objection, and review of a listing: each from the form that begins it to what it brings about.

At the desk (1366 pixels); the host's record and the service of the answer on the phone (390). Every journey tries bad
input once: it is refused in Chinese, and what was typed stays.
"""

import re

import frappe
import pytest
from frappe.utils import add_days, date_diff, getdate, today
from playwright.sync_api import Locator, Page, expect

from sclist_app.setup.demo import DISTRICT, user_of
from sclist_app.setup.demo_lives import BAN
from sclist_app.setup.player import day_before
from sclist_app.workflow.calendars import calendar_of
from tests.browser.desk import Desk
from tests.browser.test_journeys import PHONE, fine, name_of
from tests.site.matter import Matter
from tests.site.support import Case, as_user


def menu(desk: Desk, group: str, item: str) -> None:
	"""An entry of a menu beside the title of a form."""
	desk.page.get_by_role("button", name=group, exact=True).locator("visible=true").first.click()
	desk.page.get_by_text(item, exact=True).locator("visible=true").first.click()


def new_form(desk: Desk, doctype: str) -> None:
	desk.page.wait_for_function(
		"(doctype) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.is_new() && cur_frm.fields_dict",
		arg=doctype,
	)
	desk.settled()


def refused(desk: Desk, told: str, photo, name: str = "") -> None:
	"""The message says why; closed, it leaves what was typed."""
	message = desk.page.locator(".modal.show").filter(has_text=re.compile(told))
	expect(message).to_be_visible()
	fine(desk.page, width=False)
	if name:
		photo(desk, name)
	left = desk.page.locator(".modal.show").count() - 1
	desk.page.keyboard.press("Escape")
	expect(desk.page.locator(".modal.show")).to_have_count(left)
	# while it fades, the next message would not come in
	expect(desk.page.locator(".modal:visible")).to_have_count(left)
	desk.settled()


def value(desk: Desk, fieldname: str, scope: Locator | None = None) -> Locator:
	return desk.field(fieldname, scope).locator("input, textarea, select").first


def on_the_list(page: Page, company: str) -> Locator:
	"""The party's row of the public list."""
	page.goto(f"/sclist?q={company}")
	row = page.get_by_role("rowheader").filter(has_text=company)
	expect(row).to_be_visible()
	return row


# ------------------------------------------------------------------ hearing


def days_pass(case: Case, days: int) -> None:
	"""The clock of a browser's journey cannot be turned on: what the case's papers say happened is moved back."""
	notices = [notice.name for notice in case.notices()]
	for doctype, filters, fields in (
		("SC Hearing", {"case": case.case}, ("requested_on", "notice_on", "held_at")),
		("SC Defence", {"case": case.case}, ("received_on",)),
		("SC Notice", {"name": ["in", notices]}, ("issued_on",)),
		("SC Service Record", {"notice": ["in", notices]}, ("delivered_on", "served_on")),
	):
		for row in frappe.get_all(doctype, filters=filters, fields=["name", *fields]):
			moved = {field: add_days(row[field], -days) for field in fields if row[field]}
			frappe.db.set_value(doctype, row.name, moved, update_modified=False)
	frappe.db.commit()


def test_a_hearing_is_asked_for_held_and_reported(desk_of, demo_accounts, photo):
	measures = [{"measure": "M1"}, {"measure": "M4"}, BAN]
	case = Case.opened(DISTRICT, day_before(5, DISTRICT), "7-4", measures=measures)
	case.play("C40")
	frappe.db.commit()
	company = name_of(case)

	clerk = desk_of("officer", DISTRICT)
	clerk.take_task(company)
	clerk.panel.get_by_role("button", name="登记听证申请").click()
	dialog = clerk.opened_dialog()
	clerk.type("content", "对拟采取的禁入措施有异议，请求组织听证。", dialog)
	clerk.upload_paper("file", "听证申请书.pdf")
	fine(clerk.page)
	clerk.confirm()
	clerk.act("当事人均已答复")
	frappe.db.rollback()
	assert case.steps == {"C47"}

	host = desk_of("legal", DISTRICT)
	host.take_task(company)
	expect(host.panel).to_contain_text("应当组织")
	fine(host.page)
	host.panel.get_by_role("button", name="安排听证").click()
	dialog = host.opened_dialog()
	day = calendar_of(DISTRICT).add_workdays(getdate(today()), 9)
	host.type("held_at", f"{calendar_of(DISTRICT).add_workdays(getdate(today()), 2)} 09:30:00", dialog)
	host.type("place", "本局三楼303会议室", dialog)
	host.choose("recorder", user_of("officer"), dialog)
	host.confirm(refused=True)
	refused(host, "最早可以安排在", photo, "journey-hearing-too-soon")
	host.type("held_at", f"{day} 09:30:00", dialog)
	expect(value(host, "held_at", dialog)).to_have_value(f"{day} 09:30:00")
	host.confirm(refused=True)
	refused(host, "不得担任听证主持人或者记录人", photo)
	expect(value(host, "place", dialog)).to_have_value("本局三楼303会议室")
	host.choose("recorder", user_of("papers"), dialog)
	photo(host, "journey-hearing-arrange")
	host.confirm()
	frappe.db.rollback()
	row = frappe.get_doc("SC Hearing", {"case": case.case})
	assert (row.state, row.host, row.recorder) == ("Notified", user_of("legal"), user_of("papers"))
	assert (str(row.held_at), row.by_right) == (f"{day} 09:30:00", 1)
	assert "303会议室" in frappe.db.get_value("SC Notice", row.notice, "html")

	# told of it: the notice is served where it was made
	host.panel.locator("article").get_by_role("row").filter(has_text="听证通知书").get_by_role(
		"button", name="登记送达"
	).click()
	dialog = host.opened_dialog()
	for field, text in {"place": "受送达人住所", "receiver": "签收人"}.items():
		host.type(field, text, dialog)
	value(host, "second_server", dialog).select_option(index=1)
	fine(host.page)
	host.confirm()
	fine(host.page)
	photo(host, "journey-hearing-served", full_page=True)
	# before its day there is nothing to record
	host.panel.get_by_role("button", name="登记听证情况").click()
	dialog = host.opened_dialog()
	host.type("participants", "当事人及其委托代理人、案件调查人员", dialog)
	host.upload_paper("record_file", "听证笔录.pdf")
	host.confirm(refused=True)
	refused(host, "请在举行后登记", photo)
	expect(value(host, "participants", dialog)).to_have_value("当事人及其委托代理人、案件调查人员")

	frappe.db.rollback()
	days_pass(case, date_diff(day, today()) + 1)
	phone = desk_of("legal", DISTRICT, **PHONE)
	phone.take_task(company)
	fine(phone.page)
	phone.panel.get_by_role("button", name="登记听证情况").click()
	dialog = phone.opened_dialog()
	phone.type("participants", "当事人及其委托代理人、案件调查人员", dialog)
	phone.upload_paper("record_file", "听证笔录.pdf")
	fine(phone.page)
	photo(phone, "journey-phone-hearing-record")
	phone.confirm()
	phone.panel.get_by_role("button", name="提交听证报告").click()
	dialog = phone.opened_dialog()
	phone.choose("opinion", "List as Proposed", dialog)
	phone.type("text", "双方陈述、质证完毕，事实清楚，建议维持拟列入意见。", dialog)
	fine(phone.page)
	phone.confirm()
	photo(phone, "journey-phone-hearing", full_page=True)
	fine(phone.page)
	phone.act("听证结束，转下一环节")
	frappe.db.rollback()
	assert case.steps == {"C50"}
	row.reload()
	assert (row.state, row.opinion) == ("Reported", "List as Proposed")

	# whoever reads the case finds what came of it
	clerk.open_case(case.case)
	expect(clerk.panel.get_by_role("row").filter(has_text="303会议室")).to_contain_text("维持拟列入意见")
	fine(clerk.page)
	photo(clerk, "journey-hearing-read", full_page=True)


# ------------------------------------------------------------------ what follows a listing


@pytest.fixture
def listed(demo_accounts) -> Case:
	"""A company listed and published two months ago."""
	frappe.db.rollback()
	case = Case.opened(DISTRICT, day_before(60, DISTRICT), "7-4")
	case.play()
	frappe.db.commit()
	return case


def test_an_objection_is_marked_examined_and_answered(desk_of, browser_page, listed, photo):
	company, record = name_of(listed), listed.records()[0].name
	officer = desk_of("officer", DISTRICT)
	officer.open(f"sc-listing-record/{record}")
	menu(officer, "下一步", "登记异议")
	new_form(officer, "SC Objection")
	content = "公示的登记注册地址与营业执照载明的住所不一致。"
	officer.type("applicant", company)
	officer.type("received_on", add_days(today(), 1))
	officer.choose("item", "Wrong Content")
	officer.type("content", content)
	fine(officer.page, width=False)
	save = officer.page.get_by_role("button", name="保存", exact=True).locator("visible=true").first
	save.click()
	refused(officer, "不能晚于今天|不得晚于今天", photo, "journey-objection-refused")
	expect(value(officer, "content")).to_have_value(content)
	officer.type("received_on", today())
	name = officer.save()
	fine(officer.page, width=False)
	photo(officer, "journey-objection-new", full_page=True)

	credit = desk_of("credit", DISTRICT)
	credit.take_task(company)
	fine(credit.page)
	credit.act("登记并标注")
	public = browser_page()
	expect(on_the_list(public, company)).to_contain_text("异议处理中")

	officer.take_task(company)
	expect(officer.panel.locator('[data-action="report"]')).to_be_disabled()
	expect(officer.panel).to_contain_text("请选择异议处理结果")
	fine(officer.page)
	photo(officer, "journey-objection-examine", full_page=True)
	officer.page.get_by_role("button", name="填写核查情况和答复").locator("visible=true").first.click()
	officer.type("findings", "经核对登记信息，公示内容与登记信息一致。")
	officer.choose("result", "Unfounded")
	officer.type("answer_reasons", "公示的登记注册地址与现行登记信息一致。")
	fine(officer.page, width=False)
	officer.save()
	officer.open(f"sc-objection/{name}")
	officer.act("核查完毕，报审批", "核查完毕。")
	frappe.db.rollback()
	matter = Matter.existing(name, getdate(today()), "SC Objection")
	matter.act("O30", "approve", "同意答复。")
	frappe.db.commit()
	papers = desk_of("papers", DISTRICT)
	papers.take_task(company)
	papers.act("编号制发答复书")

	server = desk_of("officer2", DISTRICT, **PHONE)
	server.take_task(company)
	fine(server.page)
	server.panel.locator("article").get_by_role("row").filter(has_text="未送达").get_by_role("button").click()
	dialog = server.opened_dialog()
	for field, text in {"place": "受送达人住所", "receiver": "签收人"}.items():
		server.type(field, text, dialog)
	value(server, "second_server", dialog).select_option(index=1)
	server.confirm()
	server.act("已送达，办结")
	photo(server, "journey-phone-objection", full_page=True)
	fine(server.page)
	frappe.db.rollback()
	doc = matter.doc
	assert (doc.outcome, doc.run_status) == ("Objection Rejected", "Ended")
	assert frappe.db.get_value("SC Listing Record", record, ["state", "objection_marked"]) == ("L3", 0)

	# the answer is read, and the list says nothing any more
	expect(on_the_list(public, company)).not_to_contain_text("异议处理中")
	officer.open(f"sc-objection/{name}")
	expect(officer.panel).to_contain_text("异议不成立")
	fine(officer.page)
	photo(officer, "journey-objection-answered", full_page=True)


def test_a_review_suspends_and_revokes_a_listing(desk_of, browser_page, listed, photo):
	company, record = name_of(listed), listed.records()[0].name
	officer, public = desk_of("officer", DISTRICT), browser_page()
	page = officer.page
	officer.open(f"sc-listing-record/{record}")
	menu(officer, "复议诉讼", "登记行政复议")
	new_form(officer, "SC Remedy")
	decided_on = getdate(frappe.db.get_value("SC Listing Record", record, "listed_on"))
	expect(officer.form).to_contain_text("提起期限届满日为")
	officer.type("filed_on", str(add_days(decided_on, -1)))
	officer.type("case_number", "检府复受〔2026〕3号")
	fine(page, width=False)
	save = page.get_by_role("button", name="保存", exact=True).locator("visible=true").first
	save.click()
	refused(officer, "不能早于决定日期", photo, "journey-review-refused")
	expect(value(officer, "case_number")).to_have_value("检府复受〔2026〕3号")
	filed_on = str(add_days(decided_on, 10))
	officer.type("filed_on", filed_on)
	name = officer.save()
	fine(page, width=False)
	photo(officer, "journey-review-new", full_page=True)

	page.get_by_role("button", name="登记停止执行").locator("visible=true").first.click()
	dialog = officer.opened_dialog()
	officer.type("suspended_from", add_days(filed_on, 3), dialog)
	fine(page, width=False)
	officer.confirm()
	expect(officer.form).to_contain_text("正在停止执行")
	expect(on_the_list(public, company)).to_contain_text("依法停止执行")
	officer.open(f"sc-listing-record/{record}")
	expect(officer.form).to_contain_text("正在停止执行")
	fine(page, width=False)
	photo(officer, "journey-review-suspended", full_page=True)

	phone = desk_of("officer", DISTRICT, **PHONE)
	phone.open(f"sc-remedy/{name}")
	expect(phone.form).to_contain_text("正在停止执行")
	fine(phone.page)
	photo(phone, "journey-phone-review", full_page=True)

	officer.open(f"sc-remedy/{name}")
	page.get_by_role("button", name="登记结果").locator("visible=true").first.click()
	dialog = officer.opened_dialog()
	officer.choose("outcome", "Revoked", dialog)
	officer.type("decided_on", add_days(filed_on, -2), dialog)
	officer.type("number", "检府复决〔2026〕3号", dialog)
	officer.type("note", "主要事实不清、证据不足。", dialog)
	officer.upload_paper("file", "行政复议决定书.pdf")
	officer.confirm(refused=True)
	refused(officer, "不得早于提起之日", photo, "journey-review-outcome-refused")
	expect(value(officer, "number", dialog)).to_have_value("检府复决〔2026〕3号")
	officer.type("decided_on", add_days(filed_on, 8), dialog)
	officer.confirm(refused=True)
	opened = page.locator(".modal.show").filter(has_text="已启动后续程序")
	expect(opened).to_be_visible()
	fine(page, width=False)
	photo(officer, "journey-review-opened")
	opened.get_by_role("link").click()
	expect(officer.panel).to_contain_text("依据变化重新审核")
	officer.settled()
	fine(page)
	photo(officer, "journey-review-revocation", full_page=True)
	frappe.db.rollback()
	remedy = frappe.get_doc("SC Remedy", name)
	assert (remedy.status, remedy.result) == ("Closed", "Revoked")
	removal = frappe.get_doc("SC Removal", remedy.follow_up_name)
	assert (removal.record, removal.state) == (record, "V10")
	row = frappe.db.get_value("SC Listing Record", record, ["state", "execution_suspended"])
	assert row == ("L3", 0), "the deciding bureau revokes, not the ledger"
	expect(on_the_list(public, company)).not_to_contain_text("依法停止执行")

	# meanwhile somebody enters a suit against the penalty; all of it stands on the page of the case
	with as_user(user_of("officer")):
		suit = frappe.new_doc("SC Remedy")
		suit.update({"kind": "Litigation", "penalty": listed.penalty, "filed_on": today()})
		suit.insert()
	frappe.db.commit()
	officer.open_case(listed.case)
	told = officer.panel.get_by_role("row").filter(has=page.get_by_role("link", name="行政复议", exact=True))
	expect(told).to_contain_text("撤销原决定")
	expect(told.get_by_role("link", name="后续程序")).to_be_visible()
	told = officer.panel.get_by_role("row").filter(has=page.get_by_role("link", name="行政诉讼", exact=True))
	expect(told).to_contain_text("进行中")
	fine(page)
	photo(officer, "journey-review-case", full_page=True)
	officer.open(f"sc-penalty/{listed.penalty}")
	expect(officer.form).to_contain_text("诉讼中")
	photo(officer, "journey-penalty-sued", full_page=True)
