"""Journeys of what becomes of a listing: departments told of it, the city above, the old list, the visit afterwards.

Each stage is set by the site's own players; what the journey is about is clicked.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.utils import add_days, getdate, today
from openpyxl import load_workbook
from playwright.sync_api import Download, Locator, Page, expect

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.register import follow_up
from sclist_app.setup.demo import CITY, DISTRICT, user_of
from sclist_app.setup.matter_player import MatterPlayer
from sclist_app.setup.player import day_before
from sclist_app.setup.repair_player import RepairPlayer
from tests.browser import routes
from tests.browser.desk import Desk
from tests.browser.test_journeys import PHONE, fine, name_of
from tests.site.support import Case, serial
from tests.site.test_legacy import KEYS, row, sheet
from tests.site.test_local_rules import RECIPIENTS, rule


@contextmanager
def ruled(**values: Any) -> Iterator[None]:
	"""The district's own rule while a stage is set; dropped before that is stored, it binds no other test's cases."""
	name = rule(DISTRICT, **values)
	local_rules.forget()
	yield
	with engine_writes():
		frappe.delete_doc("SC Local Rule", name, force=True, ignore_permissions=True)
	local_rules.forget()


def refused(desk: Desk, words: str) -> None:
	"""The open dialog is sent and refused in these words; it stays open as it was filled in."""
	desk.confirm(refused=True)
	told = desk.page.locator(".modal.show").filter(has_text=words).last
	expect(told).to_be_visible()
	desk.opened_dialog()
	fine(desk.page, access=False, width=False)
	desk.page.keyboard.press("Escape")
	# the message has gone, the dialog is as it was
	expect(desk.page.locator(".modal").locator("visible=true")).to_have_count(1)
	expect(desk.page.locator(".modal-backdrop")).to_have_count(1)
	expect(desk.page.locator(".modal.show")).to_have_count(1)


# ------------------------------------------------------------------ departments, and the city above


@pytest.fixture
def decided(demo_accounts) -> Case:
	"""Decided three weeks ago, and since then nobody has entered it, served it or told the departments."""
	with ruled(recipients=RECIPIENTS):
		case = Case.opened(DISTRICT, day_before(30, DISTRICT), "7-4")
		case.play("C89", waive=True)
		case.carry_out_all("C89")
	frappe.db.commit()
	return case


def test_the_city_urges_and_the_departments_are_told(desk_of, decided, photo):
	case, company = decided, name_of(decided)
	above = desk_of("supervisor", CITY, **PHONE)
	page = above.page
	above.open("")
	late = page.locator('.sc-home [data-figure="late"]')
	expect(late.locator("strong")).to_have_text(re.compile("[1-9]"))
	routes.leave(page)
	fine(page)
	late.click()
	page.wait_for_function("window.cur_list?.doctype === 'SC Task' && cur_list.data.length")
	above.settled()
	task = page.locator(f'a[href$="/sc-task/{case.task("C86")}"]').locator("visible=true").first
	# beside the title or under it
	expect(page.locator(".list-row-container").filter(has=task)).to_contain_text(company)
	fine(page)
	photo(above, "journey-city-late")
	task.click()
	expect(page.get_by_role("button", name="打开案件").locator("visible=true").first).to_be_visible()
	fine(page)
	photo(above, "journey-city-task")
	page.get_by_role("button", name="打开案件").locator("visible=true").first.click()
	expect(above.panel).to_contain_text("录入信用信息系统")
	expect(above.panel).to_contain_text("逾期")
	above.settled()
	# reads everything, acts on nothing
	expect(above.panel.locator("[data-action]")).to_have_count(0)
	expect(above.panel.get_by_role("button", name=re.compile("^登记"))).to_have_count(0)
	fine(page)
	photo(above, "journey-city-case", full_page=True)
	urge(above)
	expect(page.get_by_text(re.compile("已提醒 [1-9]"))).to_be_visible()
	above.settled()
	frappe.db.rollback()
	assert frappe.db.get_value("SC Task", case.task("C86"), "urged_on")
	assert case.events()[-1].event == "urged" and case.events()[-1].actor == user_of("supervisor", CITY)
	assert frappe.db.exists(
		"Notification Log", {"for_user": user_of("credit"), "document_name": case.case, "type": "Alert"}
	)

	letter, platform = (one["recipient"] for one in RECIPIENTS)
	officer = desk_of("officer", DISTRICT)
	officer.take_task(company)
	measures = officer.panel.locator("article").filter(has_text="落实管理措施")
	expect(measures.locator(".sc-blocked")).to_contain_text(f"尚未推送{letter}")
	fine(officer.page)

	def step(recipient: str, label: str) -> Locator:
		measures.get_by_role("row").filter(has_text=recipient).get_by_role("button", name=label).click()
		return officer.opened_dialog()

	dialog = step(letter, "登记推送")
	fine(officer.page)
	officer.type("content", "请在评优评先、资质审核中限制。", dialog)
	officer.type("sent_on", str(add_days(today(), -300)), dialog)
	refused(officer, "不得早于决定日期")
	expect(officer.field("content", dialog).locator("textarea")).to_have_value(
		"请在评优评先、资质审核中限制。"
	)
	officer.type("sent_on", today(), dialog)
	officer.confirm()
	expect(measures.get_by_role("row").filter(has_text=letter)).to_contain_text("已推送")
	dialog = step(platform, "登记推送")
	# a letter proves itself, an entry on a platform needs its picture
	officer.confirm(refused=True)
	expect(officer.page.locator(".modal.show").filter(has_text="推送凭证").last).to_be_visible()
	photo(officer, "journey-departments-evidence")
	officer.page.keyboard.press("Escape")
	officer.upload_picture("evidence", "推送截图.png")
	officer.confirm()
	dialog = step(letter, "登记反馈")
	officer.type("feedback", "已在系统中标注，年内不予评优。", dialog)
	fine(officer.page)
	officer.confirm()
	expect(measures.get_by_role("row").filter(has_text=letter)).to_contain_text("已反馈")
	expect(measures.locator(".sc-blocked")).to_have_count(0)
	fine(officer.page)
	photo(officer, "journey-departments", full_page=True)
	officer.act("措施已落实")
	expect(officer.panel).to_contain_text("年内不予评优")
	frappe.db.rollback()
	assert "C89" not in case.steps
	told = {
		one.recipient: one
		for one in frappe.get_all("SC Joint Action", filters={"case": case.case}, fields=["*"])
	}
	assert (told[letter].state, told[letter].feedback) == ("Answered", "已在系统中标注，年内不予评优。")
	assert (told[platform].state, bool(told[platform].evidence)) == ("Sent", True)
	paper = frappe.get_doc("SC Notice", told[letter].letter)
	assert paper.number and "请在评优评先、资质审核中限制。" in paper.html


def urge(phone: Desk) -> None:
	"""By the menu of the form, where a phone keeps what does not fit."""
	phone.page.locator(".menu-btn-group > button").locator("visible=true").first.click()
	phone.page.locator(".dropdown-item").filter(has_text="催办").locator("visible=true").first.click()


# ------------------------------------------------------------------ the old list


def choose(officer: Desk, file: Path) -> None:
	officer.dialog.locator('input[type="file"]').set_input_files(file)
	expect(officer.dialog).to_contain_text(file.name)


def report(officer: Desk) -> str:
	"""The file is sent to be checked; returns the report's name."""
	before = officer.page.url
	officer.confirm()
	officer.page.wait_for_function(
		"(before) => location.href !== before && window.cur_frm?.doctype === 'SC Legacy Import'"
		" && location.href.includes(cur_frm.docname)",
		arg=before,
	)
	officer.settled()
	return officer.document


def carry_out(officer: Desk, rows: int) -> None:
	officer.page.get_by_role("button", name=f"导入{rows}行").locator("visible=true").first.click()
	officer.opened_dialog().get_by_role("button", name="是").click()
	officer.page.wait_for_function("cur_frm.doc.status === 'Imported'")
	officer.settled()


def downloaded(page: Page, button: str, file: Path) -> Path:
	"""What a button gives to save, from whichever window."""
	got: list[Download] = []
	page.on("download", lambda file: got.append(file))
	page.context.on("page", lambda tab: tab.on("download", lambda file: got.append(file)))
	page.get_by_role("button", name=button).locator("visible=true").first.click()
	for _ in range(100):
		if got:
			break
		page.wait_for_timeout(100)
	got[0].save_as(file)
	return file


def test_the_old_list_is_mended_imported_and_brought_over(desk_of, demo_accounts, photo, tmp_path):
	# numbers as the old system gave them
	good, faulty = (
		row(number, source_id=f"{number}", listed_on=day)
		for number, day in ((serial(), "2022-05-10"), (serial(), "2022-02-30"))
	)
	wanted = {"source_id": ["in", [good["source_id"], faulty["source_id"]]]}

	def stored() -> set[str]:
		frappe.db.rollback()
		return set(frappe.get_all("SC Legacy Entry", filters=wanted, pluck="source_id"))

	other, old = tmp_path / "通讯录.xlsx", tmp_path / "旧名单.xlsx"
	other.write_bytes(sheet(good, headings=["姓名", "电话"]))
	old.write_bytes(sheet(good))
	officer = desk_of("officer", DISTRICT)
	page = officer.page
	officer.open("sc-legacy-import")
	page.get_by_role("button", name="导入旧名单").locator("visible=true").first.click()
	officer.opened_dialog()
	fine(page)
	officer.confirm(refused=True)
	expect(page.get_by_text("请先选择文件")).to_be_visible()
	choose(officer, other)
	photo(officer, "journey-old-list-file")
	refused(officer, "原系统编号")
	choose(officer, old)
	# a row is added while the dialog is open
	old.write_bytes(sheet(good, faulty))
	refused(officer, "请重新选择文件")
	choose(officer, old)
	report(officer)
	shown = page.locator(".sc-legacy-report:visible")
	expect(shown.get_by_role("row").nth(1)).to_contain_text("K3")
	expect(shown.get_by_role("row").nth(1)).to_contain_text("“2022-02-30”这一天不存在，请核对原档案")
	expect(shown.get_by_role("row").nth(2)).to_contain_text(good["name"])
	fine(page)
	photo(officer, "journey-old-list-report", full_page=True)
	assert stored() == set(), "a check writes nothing of the list"
	carry_out(officer, 1)
	assert stored() == {good["source_id"]}

	# what was refused comes back with its fault beside it, is mended and taken
	mended = downloaded(page, "下载有问题的行", tmp_path / "待更正.xlsx")
	book = load_workbook(io.BytesIO(mended.read_bytes()))
	assert "2022-02-30" in str([cell.value for cell in book.active[2]])
	book.active.cell(2, KEYS.index("listed_on") + 1).value = "2022-05-10"
	book.save(mended)
	page.get_by_role("button", name="另传文件").locator("visible=true").first.click()
	officer.opened_dialog()
	choose(officer, mended)
	report(officer)
	expect(page.locator(".sc-legacy-report:visible")).to_contain_text("可以导入")
	carry_out(officer, 1)
	assert stored() == {good["source_id"], faulty["source_id"]}
	fine(page)
	photo(officer, "journey-old-list-imported", full_page=True)

	page.get_by_role("button", name="本次导入的条目").locator("visible=true").first.click()
	page.wait_for_function("window.cur_list?.doctype === 'SC Legacy Entry' && cur_list.data.length === 1")
	officer.settled()
	fine(page)
	photo(officer, "journey-old-list-entries")
	page.get_by_role("link", name=re.compile(faulty["name"])).first.click()
	forward = officer.panel.locator('[data-action="report"]')
	expect(forward).to_be_disabled()
	expect(officer.panel.locator(".sc-blocked")).to_contain_text("移出")
	officer.settled()
	fine(page)
	photo(officer, "journey-old-list-entry", full_page=True)
	page.get_by_role("button", name="填写处理情况").locator("visible=true").first.click()
	expect(officer.field("decision").locator("select")).to_be_focused()
	officer.choose("decision", "Re-enter")
	officer.link("ground", "未依法取得许可")
	officer.type("reasons", "经逐条比对，符合新办法第七条第（一）项。")
	fine(page, width=False)
	photo(officer, "journey-old-list-decision", full_page=True)
	entry = officer.save()
	officer.open(f"sc-legacy-entry/{entry}")
	officer.act("报负责人审批")
	frappe.db.rollback()
	player = MatterPlayer.existing("SC Legacy Entry", entry, getdate(today()))
	player.act("Y20", "approve", "同意。")
	player.act("Y30", "issue")
	frappe.db.commit()
	officer.open(f"sc-legacy-entry/{entry}")
	expect(officer.panel).to_contain_text("重新录入系统")
	photo(officer, "journey-old-list-decided", full_page=True)
	page.get_by_role("button", name="打开列入记录").locator("visible=true").first.click()
	page.wait_for_function("cur_frm?.doctype === 'SC Listing Record'")
	officer.settled()
	expect(officer.form).to_contain_text("2022-05-10")
	expect(officer.form).to_contain_text("2025-05-10")
	fine(page)
	frappe.db.rollback()
	record = frappe.get_doc("SC Listing Record", officer.document)
	assert (record.entity_name, str(record.term_end), record.state) == (faulty["name"], "2025-05-10", "L1")
	assert frappe.db.get_value("SC Removal", {"open_key": record.name}, "kind") == "Expiry Removal"


# ------------------------------------------------------------------ the visit afterwards


def test_a_removed_party_is_visited(desk_of, demo_accounts, photo):
	with ruled(follow_up_months="3"):
		case = Case.opened(DISTRICT, getdate(add_days(today(), -520)), "7-4")
		case.play(waive=True)
		repair = RepairPlayer(case.records()[0].name, getdate(add_days(today(), -100)))
		repair.open()
		repair.play()
	assert follow_up.remind()
	frappe.db.commit()
	company = name_of(case)
	visit = frappe.db.get_value("SC Follow Up", {"record": repair.record})
	assert frappe.db.exists("Notification Log", {"for_user": user_of("officer"), "document_name": visit})

	officer = desk_of("officer", DISTRICT)
	page = officer.page
	officer.open(f"sc-repair-application/{repair.case}")
	visits = officer.panel.locator("section").filter(has=page.get_by_role("heading", name="回访"))
	expect(visits).to_contain_text("待回访")
	fine(page)
	photo(officer, "journey-visit-due", full_page=True)
	visits.get_by_role("link", name="登记回访").click()
	page.wait_for_function("cur_frm?.doctype === 'SC Follow Up'")
	officer.settled()
	expect(officer.form).to_contain_text(company)
	fine(page)
	photo(officer, "journey-visit", full_page=True)
	page.get_by_role("button", name="登记回访").locator("visible=true").first.click()
	dialog = officer.opened_dialog()
	findings = "现场检查生产车间，许可证在有效期内，未发现新的安全生产违法行为。"
	for field, text in {
		"visitors": "王海涛",
		"persons_met": "安全管理部负责人",
		"findings": findings,
	}.items():
		officer.type(field, text, dialog)
	officer.choose("outcome", "No Problem", dialog)
	fine(page)
	photo(officer, "journey-visit-dialog")
	refused(officer, "请填写至少两名回访人员")
	expect(officer.field("findings", dialog).locator("textarea")).to_have_value(findings)
	officer.type("visitors", "王海涛、刘春梅", dialog)
	officer.confirm()
	page.wait_for_function("cur_frm.doc.state === 'Visited'")
	expect(officer.form).to_contain_text(findings)
	expect(page.get_by_role("button", name="登记回访").locator("visible=true")).to_have_count(0)
	officer.settled()
	fine(page)
	photo(officer, "journey-visited", full_page=True)

	frappe.db.rollback()
	done = frappe.get_doc("SC Follow Up", visit)
	assert (done.state, done.visitors, done.outcome) == ("Visited", "王海涛、刘春梅", "No Problem")
	assert findings in frappe.db.get_value("SC Notice", done.letter, "html")
	officer.open(f"sc-repair-application/{repair.case}")
	expect(visits).to_contain_text("已回访")
	expect(visits).to_contain_text("未发现问题")
	officer.open_case(case.case)
	course = officer.panel.locator(".sc-history").first
	expect(course).to_contain_text("登记回访")
	expect(course).to_contain_text(findings)
	fine(page)
