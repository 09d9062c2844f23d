"""The rule administrator draws the procedure of the district: copied, a step dragged in, stopped by the law, handed in."""

import re

import frappe
import pytest
from playwright.sync_api import Locator, expect

from sclist_app.setup.demo import DISTRICT
from tests.browser.desk import Desk
from tests.browser.looks import faults

STANDARD = "listing-standard-v1"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


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

	def mode(self, name: str) -> None:
		self.root.get_by_role("tab", name=name).click()

	def side(self, which: str) -> Locator:
		"""One of the two drawings compared: "old" or "now"."""
		return self.root.locator(f'.st-side[data-side="{which}"]')

	def moved(self) -> list[str]:
		"""Where the drawings stand and how large they are."""
		self.page.wait_for_timeout(500)  # they glide there
		panes = self.root.locator(".vue-flow__transformationpane")
		return panes.evaluate_all("(panes) => panes.map((pane) => pane.style.transform)")

	def pull_end_to(self, title: str) -> None:
		"""Take hold of the end of the chosen line and let go over a step."""
		hold, goal = (one.bounding_box() for one in (self.root.locator(".st-grip"), self.node(title)))
		self.page.mouse.move(hold["x"] + hold["width"] / 2, hold["y"] + hold["height"] / 2)
		self.page.mouse.down()
		self.page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2, steps=6)
		expect(self.node(title)).to_have_class(re.compile("aimed"))
		self.page.mouse.up()

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


def test_a_model_is_copied_from_the_list(studio, photo):
	"""Without opening it first: who knows which one it shall be has a draft with two presses."""
	studio.desk.open("procedure-studio")
	models = studio.page.get_by_role("table", name="可以复制的样板：上级机关已发布的版本")
	models.get_by_role("button", name="复制给机关：异议处理程序（标准） v1").click()
	dialog = studio.desk.opened_dialog()
	expect(dialog.get_by_text("太原市小店区应急管理局").first).to_be_attached()
	photo(studio.desk, "studio-list-copy")
	assert not faults(studio.page)
	dialog.locator(".btn-modal-primary").click()
	studio.page.wait_for_url(re.compile(r"procedure-studio/objection-140105"))
	expect(studio.root.locator(".st-palette")).to_be_visible()


def test_from_the_copy_to_the_approver(studio, draft, desk_of, photo):
	# a joint signature dragged between review and the leader's signature
	studio.root.locator('[data-nature="Sign"]').drag_to(studio.line("同意，报审签"))
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	studio.page.keyboard.type("联合会审")
	studio.page.keyboard.press("Tab")
	expect(studio.node("联合会审")).to_be_visible()
	studio.choose("岗位", "集体讨论成员")
	studio.choose("须谁同意", "达到规定人数同意")
	expect(studio.node("联合会审")).to_contain_text("须2人同意")
	studio.choose("须谁同意", "全部")
	expect(studio.verdict).to_contain_text("检查通过")

	# a limit beyond the law: found at once, with its article, and not handed in
	studio.panel.get_by_role("button", name="关闭").click()
	studio.set_limit("T04", 25)
	expect(studio.limit("T04").locator(".st-fault")).to_contain_text("第十一条")
	expect(studio.verdict).to_contain_text("1处须改正")
	studio.verdict.click()
	expect(studio.root.locator(".st-findings")).to_contain_text("超过上限20个工作日")
	expect(studio.root.locator(".st-findings")).not_to_contain_text("T04")
	photo(studio.desk, "studio-fault")
	studio.root.locator(".st-findings").get_by_role("button", name="关闭").click()
	studio.root.get_by_role("button", name="提交审批").click()
	expect(studio.root.locator(".st-findings")).to_contain_text("第十一条")
	expect(studio.page.locator(".modal.show")).to_have_count(0)
	assert stored(draft).status == "Draft"

	studio.root.locator(".st-findings").get_by_role("button", name="关闭").click()
	studio.set_limit("T04", 15)
	expect(studio.verdict).to_contain_text("检查通过")
	studio.panel.get_by_label("生效日期").fill("2091-03-01")
	studio.page.keyboard.press("Tab")
	studio.panel.get_by_label("备注").fill("增加联合会审，缩短公示期限")
	studio.panel.get_by_label("备注").blur()
	expect(studio.panel).to_contain_text("可以提交")
	studio.save()

	# the plain form has the same rows
	doc = stored(draft)
	added = next(row for row in doc.steps if row.title == "联合会审")
	assert (added.nature, added.mode, added.post) == ("Sign", "All", "panel_member")
	assert (str(doc.effective_from), doc.note) == ("2091-03-01", "增加联合会审，缩短公示期限")
	assert next(row.n for row in doc.limits if row.limit == "T04") == 15
	assert [row.target for row in doc.transitions if (row.step, row.action) == ("C10", "agree")] == [
		added.code
	]
	studio.desk.open(f"sc-procedure-version/{draft}")
	expect(studio.page.locator(".sc-outline")).to_contain_text("联合会审")
	studio.page.get_by_role("tab", name="环节").click()
	routes = studio.page.locator('.frappe-control[data-fieldname="transitions"] .grid-body')
	expect(routes).to_contain_text("C10 承办审查", use_inner_text=True)

	studio.open(draft)
	expect(studio.node("联合会审")).to_be_visible()
	studio.mode("对比")
	expect(studio.panel).to_contain_text("20个工作日 → 15个工作日")
	expect(studio.node("联合会审")).to_have_class(re.compile("is-added"))
	expect(studio.node("联合会审")).to_contain_text("新增")
	expect(studio.side("old").locator(".st-ghost")).to_contain_text("联合会审")
	expect(studio.side("old").locator(".st-node")).to_have_count(studio.nodes.count() // 2)
	before = studio.moved()
	studio.panel.get_by_role("button").filter(has_text="期限“公示”").click()
	now = studio.moved()
	assert now[0] == now[1] != before[1], "the other drawing is taken along"
	expect(studio.side("old").locator(".st-node.chosen .st-title")).to_have_text("信息公示")
	expect(studio.side("now").locator(".st-node.chosen")).to_be_in_viewport()
	studio.side("old").hover()
	studio.page.mouse.wheel(0, 150)
	left, right = studio.moved()
	assert left == right != now[1]
	photo(studio.desk, "studio-compare")
	assert not faults(studio.page, codes=True, width=True)
	studio.panel.get_by_role("button", name="合成一图").click()
	expect(studio.side("old")).to_have_count(0)
	expect(studio.node("联合会审")).to_have_class(re.compile("is-added"))
	studio.mode("绘制")

	studio.root.get_by_role("button", name="提交审批").click()
	dialog = studio.desk.opened_dialog()
	studio.desk.type("note", "本县重大案件较多，增加联合会审。", dialog)
	dialog.get_by_role("button", name="提交审批").click()
	expect(studio.root.locator(".st-banner")).to_contain_text("正在审批")
	handed_in = stored(draft)
	assert (handed_in.status, handed_in.note) == ("In Review", "本县重大案件较多，增加联合会审。")

	# the approver sees at once what changes, and lets it apply to the bureau from that day on
	approver = Studio(desk_of("approver", DISTRICT))
	approver.open(draft)
	expect(approver.panel).to_contain_text("20个工作日 → 15个工作日")
	approver.root.get_by_role("button", name="审批并发布").click()
	approver.desk.opened_dialog().locator(".btn-modal-primary").click()
	expect(approver.root.locator(".st-banner")).to_contain_text("自2091-03-01起适用本版本")
	expect(approver.root.get_by_role("button", name="启用到")).to_have_count(0)


def test_what_the_law_keeps_stays_and_what_was_done_is_undone(studio, draft):
	studio.node("陈述申辩期").click()
	expect(studio.panel.locator(".st-locked")).to_contain_text("第四十四条")
	expect(studio.panel.get_by_role("button", name="删除此环节")).to_have_count(0)
	studio.node("陈述申辩期").press("Delete")
	expect(studio.desk.opened_dialog()).to_contain_text("第四十四条")
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

	# the end of a line is let go over another step: the check says what that breaks, and it is undone
	studio.line("同意，报审签").click()
	expect(studio.panel.locator(".st-target .st-row select").first).to_have_value("C20")
	studio.root.get_by_role("button", name="全图").click()
	studio.page.wait_for_timeout(400)
	studio.pull_end_to("法制审核")
	expect(studio.panel.locator(".st-target .st-row select").first).to_have_value("C50")
	expect(studio.verdict).to_contain_text("须改正")
	studio.root.get_by_role("button", name="撤销", exact=True).click()
	expect(studio.panel.locator(".st-target .st-row select").first).to_have_value("C20")
	expect(studio.verdict).to_contain_text("检查通过")
	# and by the keyboard, in the panel
	goal = studio.panel.locator(".st-target .st-row select").first
	goal.focus()
	goal.press("ArrowDown")
	expect(goal).not_to_have_value("C20")
	studio.page.keyboard.press("Escape")
	studio.page.keyboard.press("Control+z")
	expect(studio.panel.locator(".st-target .st-row select").first).to_have_value("C20")


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
	# named, saved and taken out again, and the version handed in
	keys = studio.page.keyboard
	keys.type("现场核查")
	keys.press("Control+s")
	expect(studio.root.locator(".st-saved")).to_contain_text("已保存")
	assert "现场核查" in [row.title for row in stored(draft).steps]
	keys.press("Escape")
	expect(studio.node("现场核查")).to_be_focused()
	keys.press("Delete")
	expect(studio.desk.opened_dialog().get_by_role("button", name="是")).to_be_focused()
	keys.press("Enter")
	expect(studio.node("现场核查")).to_have_count(0)
	expect(studio.page.locator(".modal.show")).to_have_count(0)
	studio.root.get_by_role("button", name="提交审批").press("Enter")
	expect(studio.desk.opened_dialog().get_by_role("button", name="提交审批")).to_be_focused()
	keys.press("Enter")
	expect(studio.root.locator(".st-banner")).to_contain_text("正在审批")
	assert stored(draft).status == "In Review"


def test_a_condition_is_chosen_and_a_case_played(studio, draft, photo):
	studio.node("承办审查").click()
	studio.panel.locator(".st-goto").filter(has_text="同意，报审签").click()
	studio.panel.get_by_role("button", name="符合某条件时另走一路").click()
	group = studio.panel.locator(".st-group").first
	group.get_by_label("事实").select_option(label="罚款合计（元）")
	group.get_by_label("比较方式").select_option("at least")
	group.get_by_label("值", exact=True).fill("500000")
	group.get_by_label("值", exact=True).blur()
	studio.panel.locator(".st-route").first.locator(".st-target .st-row select").select_option(
		label="法制审核"
	)
	studio.desk.settled()
	studio.root.get_by_role("tab", name="试走").click()
	now = studio.panel.locator(".st-open")
	expect(studio.panel.get_by_label("罚款合计（元）")).to_be_visible()
	now.get_by_role("button", name="提交审查").click()
	studio.panel.get_by_text("案情", exact=True).click()
	studio.panel.get_by_label("罚款合计（元）").fill("600000")
	studio.panel.get_by_label("罚款合计（元）").blur()
	now.get_by_role("button", name="同意，报审签").click()
	expect(now).to_contain_text("法制审核")
	expect(studio.node("法制审核")).to_have_class(re.compile("play-now"))
	photo(studio.desk, "studio-play")
	assert not faults(studio.page, codes=True, width=True)
	studio.panel.get_by_role("button", name="退回一步").click()
	expect(now).to_contain_text("承办审查")

	# past cases are tried by the server; the page is left meanwhile and nothing is lost
	studio.mode("案件试算")
	studio.panel.get_by_role("button", name="开始试算").click()
	expect(studio.panel.get_by_role("status").first).to_be_visible()
	studio.desk.open("sc-procedure-version")
	studio.open(draft)
	studio.mode("案件试算")
	case = studio.panel.locator(".st-case").first
	# the worker may have jobs of others before it
	expect(case).to_contain_text("日", timeout=180_000)
	case.get_by_role("button").first.click()
	expect(studio.node("线索登记")).to_have_class(re.compile("play-done"))
	case.get_by_role("button", name="告知书制发").click()
	expect(studio.node("告知书制发")).to_have_class(re.compile("chosen"))
	expect(studio.node("告知书制发")).to_be_in_viewport()
	photo(studio.desk, "studio-try")
	assert not faults(studio.page, codes=True, width=True)


def test_a_step_is_put_before_another_for_all_routes(studio, draft, photo):
	"""Dragged onto it, and by the panel's button; the approval is reached from the review and from the discussion."""
	studio.root.get_by_role("button", name="全图").click()
	studio.page.wait_for_timeout(500)  # the drawing glides there
	studio.root.locator('[data-nature="Sign"]').drag_to(studio.node("负责人审批"))
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	studio.page.keyboard.type("分管负责人会签")
	studio.page.keyboard.press("Tab")
	expect(studio.panel.get_by_role("button", name="让它们也经过本环节")).to_have_count(0)
	studio.node("分管负责人会签").click()
	studio.choose("不同意的，转到", "法制审核")
	studio.panel.get_by_role("button", name="在其前插入环节").click()
	studio.desk.opened_dialog().get_by_role("button", name="插入", exact=True).click()
	expect(studio.panel.get_by_label("标题")).to_be_focused()
	studio.page.keyboard.type("复核小组审查")
	studio.page.keyboard.press("Tab")
	expect(studio.verdict).to_contain_text("检查通过")
	studio.save()
	photo(studio.desk, "studio-before")
	doc = stored(draft)
	code = {row.title: row.code for row in doc.steps}
	onward = {(row.step, row.target) for row in doc.transitions if row.verb in ("Agree", "Forward")}
	first, second, approval = (code[t] for t in ("复核小组审查", "分管负责人会签", "负责人审批"))
	assert {
		(code["法制审核"], first),
		(code["集体讨论"], first),
		(first, second),
		(second, approval),
	} <= onward
	assert {step for step, targets in onward if targets == approval} == {second}
	refusals = {row.target for row in doc.transitions if (row.step, row.verb) == (second, "Refuse")}
	assert refusals == {code["法制审核"]}
	# in the rows, and so in the course of a case, they stand where a case comes by
	order = [row.title for row in doc.steps]
	assert order[order.index("集体讨论") :][:4] == [
		"集体讨论",
		"复核小组审查",
		"分管负责人会签",
		"负责人审批",
	]


def test_on_the_phone_it_is_read_and_mended(studio, draft, desk_of, photo):
	studio.node("集体讨论").click()
	assert not faults(studio.page, codes=True, width=True)

	phone = Studio(desk_of("rules", DISTRICT, **PHONE))
	phone.open(draft)
	expect(phone.panel.get_by_label("备注")).to_be_hidden()
	phone.node("承办审查").tap()
	title = phone.panel.get_by_label("标题")
	expect(title).to_be_in_viewport()
	expect(phone.node("承办审查")).to_be_in_viewport()
	title.fill("承办处室审查")
	title.blur()
	expect(phone.node("承办处室审查")).to_be_visible()
	phone.save()
	assert "承办处室审查" in [row.title for row in stored(draft).steps]
	photo(phone.desk, "studio-phone")
	assert not faults(phone.page, width=True)
	phone.panel.get_by_role("button", name="收起").tap()
	expect(title).to_be_hidden()
	phone.mode("对比")
	phone.panel.get_by_role("button").filter(has_text="承办处室审查").tap()
	expect(phone.node("承办处室审查")).to_be_in_viewport()
	phone.mode("试走")
	phone.panel.locator(".st-open").get_by_role("button", name="提交审查").tap()
	expect(phone.panel.locator(".st-open")).to_contain_text("承办处室审查")
	assert not faults(phone.page, width=True)
