"""Whoever approves: one page a case with the paper beside it, one after the other, several only after reading."""

import re

import frappe
import pytest
from playwright.sync_api import Locator, Page, expect

from sclist_app.register import approval
from sclist_app.setup.demo import COUNTY, DISTRICT, user_of
from sclist_app.setup.player import day_before
from tests.browser.desk import Desk, english, overflow
from tests.site.support import Case, as_user

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PHRASE = "事实清楚，证据充分，适用依据正确，同意。"


class Approver:
	"""A leader at the approval page."""

	def __init__(self, desk: Desk):
		self.desk, self.page = desk, desk.page

	@property
	def root(self) -> Locator:
		return self.page.locator(".sc-approval:visible")

	def list(self) -> None:
		self.desk.open("sc-approval")
		expect(self.root.locator(".sc-several")).to_be_visible()

	def open(self, task: str) -> None:
		self.desk.open(f"sc-approval/{task}")
		self.shown(task)

	def shown(self, task: str) -> None:
		"""The page of the task, with its first paper."""
		self.page.wait_for_url(re.compile(f"sc-approval/{task}"))
		expect(self.decide).to_be_visible()
		expect(self.root.locator(".sc-paper iframe, .sc-paper-box .sc-empty").first).to_be_visible()
		self.desk.settled()

	@property
	def decide(self) -> Locator:
		return self.root.locator(".sc-decide")

	@property
	def opinion(self) -> Locator:
		return self.decide.locator("#sc-opinion")

	@property
	def submit(self) -> Locator:
		return self.decide.locator(".sc-submit")

	def choose(self, label: str) -> None:
		self.decide.locator(".sc-choice").filter(has_text=label).click()

	def read(self) -> None:
		"""Scroll each paper to its end."""
		tabs = self.root.get_by_role("tab")
		for i in range(tabs.count()):
			tabs.nth(i).click()
			expect(self.root.locator(".sc-paper iframe")).to_be_visible()
			expect(self.root.locator(".sc-paper")).to_have_attribute("style", re.compile("height"))
			self.root.locator(".sc-paper-end").scroll_into_view_if_needed()
			expect(tabs.nth(i).locator(".sc-tab-read")).to_be_visible()
		expect(self.root.locator(".sc-read-mark")).to_contain_text("已阅")

	def row(self, task: str) -> Locator:
		return self.root.locator(f'.sc-queue li[data-task="{task}"]')


@pytest.fixture
def cases(demo_accounts) -> list[Case]:
	"""Two cases of the district before the deputy leader; nobody else's wait there."""
	_clear()
	made = []
	for _number in range(2):
		case = Case.opened(DISTRICT, day_before(4, DISTRICT))
		case.play("C20")
		made.append(case)
	frappe.db.commit()
	with as_user(user_of("deputy")):
		order = [row["reference_name"] for row in approval.waiting()]
	return sorted(made, key=lambda case: order.index(case.case))


def _clear() -> None:
	"""What earlier tests left waiting goes back to whoever submitted it."""
	with as_user(user_of("deputy")):
		for row in approval.waiting():
			if row["step_title"] == "告知书审签":
				version = approval.page(row["name"])["version"]
				approval.act(row["name"], "return", version, "检验清理。", frappe.generate_hash(length=12))
	frappe.db.commit()


def company(case: Case) -> str:
	return frappe.db.get_value("SC Entity", case.unit, "entity_name")


def steps(case: Case) -> set[str]:
	frappe.db.rollback()
	return case.steps


def test_reading_agreeing_with_a_phrase_and_the_next_case(desk_of, cases, photo):
	first, second = cases
	leader = Approver(desk_of("deputy", DISTRICT))
	tasks = [case.task("C20") for case in cases]
	leader.desk.my_tasks()
	leader.page.get_by_role("link", name=re.compile("逐件审批")).click()
	leader.shown(tasks[0])
	leader.root.get_by_role("button", name="返回清单").first.click()
	# names may be alike, numbers are not
	for case, task in zip(cases, tasks, strict=True):
		expect(leader.row(task)).to_contain_text(case.case)
	expect(leader.row(tasks[0])).to_contain_text("未阅")
	photo(leader.desk, "approval-list")
	leader.row(tasks[0]).get_by_role("link").click()
	leader.shown(tasks[0])
	facts = leader.root.locator(".sc-facts")
	for text in (company(first), "第七条", "罚款40万元", "主观故意明显", "拟同意列入"):
		expect(facts).to_contain_text(text)
	expect(leader.root.locator(".sc-approval-head")).to_contain_text(first.case)
	expect(leader.root.locator(".sc-counter")).to_have_text(re.compile(r"第\d+件，共\d+件"))
	paper = leader.page.frame_locator(".sc-paper iframe")
	expect(paper.locator("body")).to_contain_text("告知书")
	expect(paper.locator("body")).to_contain_text(company(first))
	expect(leader.decide).to_contain_text("转文书（印章）管理员")
	photo(leader.desk, "approval-page")
	assert english(leader.page) == [] and overflow(leader.page) <= 0
	leader.read()
	leader.decide.get_by_role("button", name=PHRASE).click()
	expect(leader.opinion).to_have_value(PHRASE)
	leader.submit.dblclick()
	leader.shown(tasks[1])
	expect(leader.opinion).to_have_value("")
	assert steps(first) == {"C25"} and steps(second) == {"C20"}
	assert [e.opinion for e in first.events() if e.event == "acted"].count(PHRASE) == 1


def test_returning_by_keyboard_needs_a_reason_and_ends_the_list(desk_of, cases, photo):
	leader = Approver(desk_of("deputy", DISTRICT))
	tasks = [case.task("C20") for case in cases]
	leader.open(tasks[0])
	leader.page.keyboard.press("Alt+t")
	expect(leader.opinion).to_be_focused()
	leader.page.keyboard.press("Control+Enter")
	expect(leader.decide.get_by_role("alert")).to_contain_text("写明理由")
	leader.page.keyboard.type("缺少询问笔录，请补充。")
	# left for later and come back to: what was typed is still there
	leader.page.keyboard.press("Alt+j")
	leader.shown(tasks[1])
	leader.page.keyboard.press("Alt+k")
	leader.shown(tasks[0])
	expect(leader.opinion).to_have_value("缺少询问笔录，请补充。")
	leader.page.keyboard.press("Alt+t")
	leader.page.keyboard.press("Control+Enter")
	leader.shown(tasks[1])
	assert steps(cases[0]) == {"C10"}
	leader.submit.click()
	# other cases of the site may wait for the same leader
	expect(leader.page.locator(".sc-finished:visible, .sc-approval:visible .sc-decide").first).to_be_visible()
	leader.page.wait_for_function(
		"(task) => frappe.get_route()[1] !== task || document.querySelector('.sc-finished')", arg=tasks[1]
	)
	assert steps(cases[1]) == {"C25"}
	photo(leader.desk, "approval-finished")


def test_what_changed_meanwhile_is_told_and_nothing_typed_is_lost(desk_of, cases, photo):
	leader = Approver(desk_of("deputy", DISTRICT))
	case, task = cases[0], cases[0].task("C20")
	leader.open(task)
	leader.opinion.fill("同意，请尽快送达。")
	frappe.db.set_value("SC Case", case.case, "reasons", "补充：拒不配合调查。")
	frappe.db.commit()
	leader.submit.click()
	expect(leader.root.get_by_role("alert").filter(has_text="新进展")).to_be_visible()
	expect(leader.root.locator(".sc-facts")).to_contain_text("拒不配合调查")
	expect(leader.opinion).to_have_value("同意，请尽快送达。")
	photo(leader.desk, "approval-changed")
	case.act("C20", "agree", "另一人已同意。", user=user_of("deputy2"))
	frappe.db.commit()
	leader.submit.click()
	expect(leader.root.get_by_role("alert").filter(has_text="白雪松").first).to_be_visible()
	expect(leader.root.locator("#sc-kept")).to_have_value("同意，请尽快送达。")
	photo(leader.desk, "approval-taken")
	assert english(leader.page) == []


def test_several_are_agreed_to_only_after_each_was_read(desk_of, cases, photo):
	leader = Approver(desk_of("deputy", DISTRICT))
	tasks = [case.task("C20") for case in cases]
	leader.list()
	for task in tasks:
		expect(leader.row(task).get_by_role("checkbox")).to_be_disabled()
	leader.open(tasks[0])
	leader.read()
	leader.list()
	expect(leader.row(tasks[0])).to_contain_text("已阅")
	expect(leader.row(tasks[0]).get_by_role("checkbox")).to_be_enabled()
	expect(leader.row(tasks[1]).get_by_role("checkbox")).to_be_disabled()
	leader.open(tasks[1])
	leader.read()
	leader.list()
	for task in tasks:
		leader.row(task).get_by_role("checkbox").check()
	# one of them changes after it was read
	frappe.db.set_value("SC Entity", cases[1].unit, "address", "检验新路9号", update_modified=False)
	frappe.db.commit()
	leader.root.locator("#sc-joint-opinion").fill("同意。")
	leader.root.get_by_role("button", name="同意所选的2件").click()
	results = leader.root.locator(".sc-joint-results")
	expect(results).to_contain_text("1件已同意，1件未办成", timeout=60_000)
	expect(results.locator('[data-result="failed"]')).to_contain_text("有变化")
	photo(leader.desk, "approval-several")
	assert steps(cases[0]) == {"C25"} and steps(cases[1]) == {"C20"}
	assert english(leader.page) == []


def test_phrases_are_kept_in_ones_own_order(desk_of, cases):
	leader = Approver(desk_of("deputy2", DISTRICT))
	leader.open(cases[0].task("C20"))
	leader.opinion.fill("同意，依法办理。")
	leader.decide.get_by_role("button", name="管理常用意见").click()
	leader.decide.get_by_role("button", name="把当前意见存为常用意见").click()
	expect(leader.decide.locator(".sc-phrases")).to_contain_text("已保存")
	inputs = leader.decide.locator(".sc-phrases input")
	last = inputs.count()
	expect(inputs.nth(last - 1)).to_have_value("同意，依法办理。")
	leader.decide.get_by_role("button", name=f"上移 {last}", exact=True).click()
	expect(inputs.nth(last - 2)).to_have_value("同意，依法办理。")
	leader.open(cases[0].task("C20"))
	expect(leader.decide.locator(".sc-chips")).to_contain_text("同意，依法办理。")
	leader.decide.get_by_role("button", name="管理常用意见").click()
	leader.decide.get_by_role("button", name=f"删除第{last - 1}条常用意见").click()
	expect(leader.decide.locator(".sc-chips")).not_to_contain_text("同意，依法办理。")


def test_on_the_phone(desk_of, cases, photo):
	leader = Approver(desk_of("deputy", DISTRICT, **PHONE))
	tasks = [case.task("C20") for case in cases]
	leader.list()
	assert overflow(leader.page) <= 0
	leader.open(tasks[0])
	assert overflow(leader.page) <= 0
	photo(leader.desk, "approval-phone", full_page=True)
	leader.root.get_by_role("button", name="看文书", exact=True).click()
	leader.read()
	assert overflow(leader.page) <= 0
	leader.root.get_by_role("button", name="签署意见").click()
	assert _smallest(leader.page) >= 40
	photo(leader.desk, "approval-phone-decide")
	leader.decide.get_by_role("button", name="同意。", exact=True).click()
	leader.submit.click()
	leader.shown(tasks[1])
	assert overflow(leader.page) <= 0
	assert steps(cases[0]) == {"C25"}


def _smallest(page: Page) -> float:
	"""Height of the smallest thing to be pressed when deciding."""
	return page.evaluate(
		"""() => Math.min(...[...document.querySelectorAll(
			'.sc-approval .sc-choice, .sc-approval .sc-submit, .sc-approval .sc-jump .btn'
		)].filter((node) => node.checkVisibility()).map((node) => node.getBoundingClientRect().height))"""
	)


def test_evidence_opens_beside_the_case(desk_of, cases, photo):
	case = cases[0]
	file = case.upload("现场照片.png")
	frappe.get_doc("SC Case", case.case).append("evidence", {"title": "现场照片", "file": file}).db_insert()
	frappe.db.commit()
	leader = Approver(desk_of("deputy", DISTRICT))
	leader.open(case.task("C20"))
	leader.root.locator(".sc-facts").get_by_role("link", name="现场照片").click()
	picture = leader.root.locator("img.sc-file")
	expect(picture).to_be_visible()
	assert picture.evaluate("img => img.complete && img.naturalWidth > 0")
	leader.root.get_by_role("button", name="关闭材料").click()
	expect(leader.root.locator(".sc-paper iframe")).to_be_visible()


def test_the_countys_leader_reads_and_decides_on_the_phone(desk_of, demo_accounts, photo):
	"""By the short procedure: what was not said or handed in is told, issued papers open as text, the window is over."""
	case = Case.opened(COUNTY, day_before(9, COUNTY))
	case.act("K01", "submit")
	case.act("K02", "agree", "同意制发告知书。")
	case.serve_all("K03")
	case.act("K03", "served")
	case.let_window_pass("K04")
	case.act("K05", "pass", "审核通过。")
	frappe.db.commit()
	leader = Approver(desk_of("leader", COUNTY, **PHONE))
	leader.open(case.task("K06"))
	facts = leader.root.locator(".sc-facts")
	for text in (company(case), "未收到陈述、申辩", "未附证据材料", "审核通过。"):
		expect(facts).to_contain_text(text)
	facts.get_by_role("link", name=re.compile("^PDF")).first.click()
	issued = leader.page.frame_locator(".sc-paper iframe").locator("body")
	expect(issued).to_contain_text("告知书")
	expect(issued).to_contain_text(case.notices()[0].number)
	assert overflow(leader.page) <= 0 and english(leader.page) == []
	photo(leader.desk, "approval-phone-issued")
	leader.root.get_by_role("button", name="关闭材料").click()
	leader.decide.get_by_role("button", name="同意。", exact=True).click()
	task = case.task("K06")
	leader.submit.click()
	# four papers are issued
	leader.page.wait_for_function(
		"(task) => frappe.get_route()[1] !== task || document.querySelector('.sc-finished')",
		arg=task,
		timeout=90_000,
	)
	assert "K06" not in steps(case) and {"K07", "K08"} <= steps(case)
	# a window that ran out as it should is nobody's delay
	leader.desk.open_case(case.case)
	over = leader.desk.panel.locator('.sc-clocks [data-limit="T01"]')
	expect(over).to_contain_text("已届满")
	expect(over.locator(".sc-red")).to_have_count(0)
