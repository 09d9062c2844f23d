"""What must not go through, and what the officer reads then."""

import re
from collections.abc import Iterator

import frappe
import pytest
from playwright.sync_api import expect

from sclist_app.setup.demo import COUNTY, DISTRICT, user_of
from sclist_app.setup.player import day_before
from sclist_app.workflow.store import open_tasks
from tests.site.support import Case

OPINION = "经核查，主要负责人身份证明缺失，请补充后再报。"


def opened(until: str = "", ground: str = "7-1", ago: int = 30, **turns: object) -> Case:
	"""A committed case of the district, played up to a step."""
	case = Case.opened(DISTRICT, day_before(ago, DISTRICT), ground)
	if until:
		case.play(until, **turns)
	frappe.db.commit()
	return case


def step_of(case: Case) -> set[str]:
	frappe.db.rollback()
	return case.steps


def test_without_a_penalty_nothing_is_submitted(desk_of, photo):
	clerk = desk_of("officer", DISTRICT)
	clerk.new_document("SC Case")
	clerk.link("ground", "未依法取得许可")
	case = clerk.save()
	submit = clerk.panel.locator('[data-action="submit"]')
	expect(submit).to_be_disabled()
	reasons = clerk.panel.locator("article").first
	expect(reasons).to_contain_text("行政处罚")
	expect(reasons).to_contain_text(re.compile("《安全生产严重失信主体名单管理办法》第[六七]条"))
	# the server says the same to whoever goes past the button
	clerk.page.evaluate(
		"""() => new Promise((done) => {
			const panel = cur_frm.sclist_panel;
			frappe.call({
				method: 'sclist_app.api.run.act',
				type: 'POST',
				args: {
					task: panel.my_tasks()[0].name,
					action: 'submit',
					seen: panel.view.run.seq,
					token: crypto.randomUUID(),
				},
				callback: done,
				error: done,
			});
		})"""
	)
	told = clerk.page.locator(".modal.show")
	expect(told).to_contain_text("尚未关联行政处罚决定")
	expect(told).to_contain_text("《安全生产严重失信主体名单管理办法》")
	photo(clerk, "refused-without-penalty")
	clerk.page.keyboard.press("Escape")
	clerk.open_case(case)
	clerk.press("撤销线索")
	clerk.type("opinion", "没有行政处罚决定。", clerk.dialog)
	clerk.confirm()
	expect(clerk.panel.locator(".sc-head")).to_contain_text("终止")


def test_a_return_needs_reasons(desk_of, demo_accounts, photo):
	case = opened("C10")
	head = desk_of("head", DISTRICT)
	head.open_case(case.case)
	dialog = head.press("退回补正")
	head.confirm(refused=True)
	expect(head.page.locator(".modal.show").last).to_contain_text("意见")
	photo(head, "return-without-reasons")
	assert step_of(case) == {"C10"}
	head.page.keyboard.press("Escape")
	head.open_case(case.case)
	head.press("退回补正")
	head.type("opinion", OPINION, head.dialog)
	head.confirm()
	assert step_of(case) == {"C00"}
	assert dialog is not None
	clerk = desk_of("officer", DISTRICT)
	clerk.open_case(case.case)
	expect(clerk.panel).to_contain_text(OPINION)


def test_a_double_click_acts_once(desk_of, demo_accounts):
	case = opened("C10")
	head = desk_of("head", DISTRICT)
	head.open_case(case.case)
	head.press("同意，报审签")
	head.dialog.locator(".modal-footer .btn-primary").locator("visible=true").dblclick()
	expect(head.page.locator(".modal.show")).to_have_count(0)
	head.settled()
	assert step_of(case) == {"C20"}
	acted = [event for event in case.events() if event.event == "acted" and event.step == "C10"]
	assert len(acted) == 1


def test_a_stale_page_keeps_what_was_typed(desk_of, demo_accounts, photo):
	case = opened("C60", "7-4", 24)
	first, second, *_ = (task.assignee for task in open_tasks(case.run) if task.step == "C60")
	deputy = desk_of(second.split(".")[0], DISTRICT)
	deputy.open_case(case.case)
	deputy.press("同意列入")
	opinion = "同意列入，建议同时通报行业主管部门。"
	deputy.type("opinion", opinion, deputy.dialog)
	# meanwhile a colleague votes
	case.act("C60", "agree", "同意。", first)
	frappe.db.commit()
	deputy.confirm(refused=True)
	expect(
		deputy.page.locator(".modal.show").filter(has_text=re.compile("案件已有新进展|又有了新进展")).first
	).to_be_visible()
	note = deputy.page.locator(".modal.show .sc-warn")
	expect(note).to_contain_text("您填写的意见已保留")
	box = deputy.page.locator(".modal.show textarea:visible").first
	expect(box).to_have_value(opinion)
	photo(deputy, "stale")
	assert len([vote for vote in case.events() if vote.step == "C60" and vote.event == "acted"]) == 1


def test_a_clerk_of_another_bureau_does_not_see_the_case(desk_of, demo_accounts, photo):
	case = opened()
	stranger = desk_of("officer", COUNTY)
	stranger.open("sc-case")
	answer = stranger.page.context.request.get(
		"/api/method/sclist_app.api.run.view", params={"doctype": "SC Case", "name": case.case}
	)
	assert answer.status in (403, 404)
	stranger.page.goto(f"/app/sc-case/{case.case}")
	expect(stranger.page.locator(".modal.show, .page-card, .msgprint").first).to_be_visible()
	assert frappe.db.get_value("SC Entity", case.unit, "entity_name") not in stranger.page.inner_text("body")
	expect(stranger.panel).to_have_count(0)
	photo(stranger, "other-bureau")


@pytest.fixture
def credit_reviews_too(demo_accounts) -> Iterator[None]:
	"""The publisher of the district holds the reviewer's post for the length of a test."""
	row = frappe.new_doc("SC Post Assignment")
	row.update(
		{
			"user": user_of("credit", DISTRICT),
			"bureau": DISTRICT,
			"post": "publication_reviewer",
			"from_date": "2023-10-01",
		}
	)
	row.insert()
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.delete_doc("SC Post Assignment", row.name, force=True)
	frappe.db.commit()


def test_who_published_does_not_confirm(desk_of, credit_reviews_too, photo):
	case = opened("C88", waive=True)
	credit = desk_of("credit", DISTRICT)
	credit.open_case(case.case)
	expect(credit.panel).to_contain_text("公示审核")
	expect(credit.panel.get_by_role("button", name="确认公示")).to_have_count(0)
	expect(credit.panel).to_contain_text(re.compile("本人|须由他人|另一名"))
	photo(credit, "own-publication", full_page=True)
	check = desk_of("check", DISTRICT)
	check.open_case(case.case)
	expect(check.panel.get_by_role("button", name="确认公示").first).to_be_visible()
