"""The rule administrator draws the procedure of the district: copied, a step dragged in, stopped by the law, handed in."""

import re

import frappe
import pytest
from playwright.sync_api import Locator, expect

from sclist_app.setup.demo import DISTRICT
from tests.browser.desk import Desk, english, overflow

STANDARD = "listing-standard-v1"


class Studio:
	"""The page as one uses it."""

	def __init__(self, desk: Desk):
		self.desk, self.page = desk, desk.page

	def open(self, version: str) -> None:
		self.desk.open(f"procedure-studio/{version}")
		expect(self.nodes.first).to_be_visible()
		self.desk.settled()
		self.page.wait_for_timeout(400)  # the drawing glides to its start

	@property
	def root(self) -> Locator:
		return self.page.locator(".sc-studio:visible")

	@property
	def nodes(self) -> Locator:
		return self.root.locator(".st-node")

	def node(self, title: str) -> Locator:
		return self.nodes.filter(has=self.page.locator(f'.st-title:text-is("{title}")'))

	@property
	def panel(self) -> Locator:
		return self.root.locator(".st-panel")

	def line(self, words: str) -> Locator:
		return self.root.locator(".st-label").filter(has_text=words).first

	def choose(self, label: str, option: str) -> None:
		self.panel.get_by_label(label, exact=False).first.select_option(label=option)

	@property
	def verdict(self) -> Locator:
		return self.root.locator(".st-check")

	def limit(self, code: str) -> Locator:
		return self.panel.locator(f'.st-limit-row[data-limit="{code}"]')

	def set_limit(self, code: str, days: int) -> None:
		number = self.limit(code).get_by_label("长度")
		number.fill(str(days))
		number.blur()

	def close_message(self) -> None:
		self.desk.opened_dialog().locator(".btn-modal-close").click()
		expect(self.page.locator(".modal.show")).to_have_count(0)

	def save(self) -> None:
		self.root.get_by_role("button", name="保存", exact=True).click()
		expect(self.root.locator(".st-saved")).to_contain_text("已保存")


@pytest.fixture
def studio(desk_of) -> Studio:
	return Studio(desk_of("rules", DISTRICT))


@pytest.fixture
def draft(studio) -> str:
	"""A copy of the standard, made in the studio as the administrator does it."""
	studio.open(STANDARD)
	expect(studio.root.locator(".st-banner")).to_contain_text("不能修改")
	expect(studio.root.locator(".st-palette")).to_have_count(0)
	studio.root.get_by_role("button", name="复制给机关").click()
	dialog = studio.desk.opened_dialog()
	dialog.locator(".btn-modal-primary").click()
	studio.page.wait_for_url(re.compile(r"procedure-studio/listing-140105"))
	expect(studio.root.locator(".st-palette")).to_be_visible()
	studio.desk.settled()
	studio.page.wait_for_timeout(400)
	return studio.page.url.rpartition("/")[2]


def stored(version: str):
	frappe.db.rollback()
	return frappe.get_doc("SC Procedure Version", version)


def test_from_the_copy_to_the_approver(studio, draft, photo):
	# a joint signature dragged between review and the leader's signature
	studio.root.locator('[data-nature="Sign"]').drag_to(studio.line("同意，报审签"))
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	studio.page.keyboard.type("联合会审")
	studio.page.keyboard.press("Tab")
	expect(studio.node("联合会审")).to_be_visible()
	studio.choose("岗位", "集体讨论成员")
	expect(studio.verdict).to_contain_text("检查通过")

	# a limit beyond the law: found at once, with its article, and not handed in
	studio.panel.get_by_role("button", name="关闭").click()
	studio.set_limit("T04", 25)
	expect(studio.limit("T04").locator(".st-fault")).to_contain_text("第十一条")
	expect(studio.verdict).to_contain_text("1处须改正")
	studio.verdict.click()
	expect(studio.root.locator(".st-findings")).to_contain_text("超过上限20个工作日")
	photo(studio.desk, "studio-fault")
	studio.root.get_by_role("button", name="提交审批").click()
	studio.desk.opened_dialog().get_by_role("button", name="是").click()
	expect(studio.desk.dialog).to_contain_text("第十一条")
	studio.close_message()
	assert stored(draft).status == "Draft"

	studio.root.locator(".st-findings").get_by_role("button", name="关闭").click()
	studio.set_limit("T04", 15)
	expect(studio.verdict).to_contain_text("检查通过")
	studio.save()

	# the plain form has the same rows
	doc = stored(draft)
	added = next(row for row in doc.steps if row.title == "联合会审")
	assert (added.nature, added.mode, added.post) == ("Sign", "All", "panel_member")
	assert next(row.n for row in doc.limits if row.limit == "T04") == 15
	assert [row.target for row in doc.transitions if (row.step, row.action) == ("C10", "agree")] == [
		added.code
	]
	studio.desk.open(f"sc-procedure-version/{draft}")
	expect(studio.page.locator(".sc-outline")).to_contain_text("联合会审")

	studio.open(draft)
	expect(studio.node("联合会审")).to_be_visible()
	studio.root.get_by_role("tab", name="对比").click()
	expect(studio.panel).to_contain_text("新增环节“联合会审”")
	expect(studio.panel).to_contain_text("20个工作日 → 15个工作日")
	expect(studio.node("联合会审")).to_have_class(re.compile("is-added"))
	photo(studio.desk, "studio-compare")
	studio.root.get_by_role("tab", name="绘制").click()

	studio.root.get_by_role("button", name="提交审批").click()
	studio.desk.opened_dialog().get_by_role("button", name="是").click()
	expect(studio.root.locator(".st-banner")).to_contain_text("正在审批")
	assert stored(draft).status == "In Review"


def test_what_the_law_keeps_stays_and_what_was_done_is_undone(studio, draft):
	studio.node("陈述申辩期").click()
	expect(studio.panel.locator(".st-locked")).to_contain_text("第四十四条")
	expect(studio.panel.get_by_role("button", name="删除此环节")).to_have_count(0)
	studio.node("陈述申辩期").press("Delete")
	studio.desk.opened_dialog().get_by_role("button", name="是").click()
	expect(studio.desk.dialog).to_contain_text("第四十四条")
	studio.close_message()

	before = studio.nodes.count()
	studio.node("告知书审签").click()
	studio.panel.get_by_role("button", name="删除此环节").click()
	studio.desk.opened_dialog().get_by_role("button", name="是").click()
	expect(studio.nodes).to_have_count(before - 1)
	studio.root.get_by_role("button", name="撤销", exact=True).click()
	expect(studio.node("告知书审签")).to_be_visible()
	expect(studio.nodes).to_have_count(before)
	expect(studio.root.locator(".st-saved")).to_contain_text("已保存")


def test_without_a_mouse(studio, draft):
	first = studio.node("线索登记")
	first.focus()
	first.press("ArrowDown")
	expect(studio.node("承办审查")).to_be_focused()
	studio.node("承办审查").press("Enter")
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	studio.panel.get_by_role("button", name="在其后插入环节").press("Enter")
	dialog = studio.desk.opened_dialog()
	dialog.locator("select").select_option("Do")
	dialog.locator(".btn-modal-primary").press("Enter")
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	expect(studio.node("办理")).to_be_visible()


def test_a_condition_is_chosen_and_a_case_played(studio, draft, photo):
	studio.node("承办审查").click()
	studio.panel.locator(".st-goto").filter(has_text="同意，报审签").click()
	studio.panel.get_by_role("button", name="符合某条件时另走一路").click()
	group = studio.panel.locator(".st-group").first
	group.get_by_label("事实").select_option(label="罚款合计（元）")
	group.get_by_label("比较方式").select_option("at least")
	group.get_by_label("值", exact=True).fill("500000")
	group.get_by_label("值", exact=True).blur()
	studio.panel.locator(".st-route").first.locator(".st-target select").select_option(label="法制审核")
	studio.desk.settled()
	studio.root.get_by_role("tab", name="试走").click()
	now = studio.panel.locator(".st-open")
	now.get_by_role("button", name="提交审查").click()
	studio.panel.get_by_text("案情", exact=True).click()
	studio.panel.get_by_label("罚款合计（元）").fill("600000")
	studio.panel.get_by_label("罚款合计（元）").blur()
	now.get_by_role("button", name="同意，报审签").click()
	expect(now).to_contain_text("法制审核")
	expect(studio.node("法制审核")).to_have_class(re.compile("play-now"))
	photo(studio.desk, "studio-play")
	studio.panel.get_by_role("button", name="退回一步").click()
	expect(now).to_contain_text("承办审查")


def test_it_speaks_chinese_and_fits_the_screen(studio, draft):
	assert overflow(studio.page) <= 0
	assert not english(studio.page)
	studio.node("集体讨论").click()
	assert not english(studio.page)
	studio.root.get_by_role("tab", name="试走").click()
	expect(studio.panel.locator(".st-open")).to_be_visible()
	assert not english(studio.page)
