"""The first page of everyone, in Chinese; who looks from above; who signs on the phone."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from sclist_app.setup.demo import CITY, COUNTY, DISTRICT, STAFF
from sclist_app.setup.player import day_before
from tests.browser.desk import english, overflow
from tests.site.support import Case, user_of

MAILBOXES = [mailbox for _posts, mailbox, _names in STAFF if mailbox not in ("officer2", "deputy2")]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("mailbox", MAILBOXES)
def test_first_page_is_chinese(mailbox, desk_of, photo):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("")
	# the page is there when its numbers are
	expect(desk.page.locator(".sc-home .sc-count strong").first).to_have_text(re.compile(r"\d"))
	desk.settled()
	photo(desk, f"first-{mailbox}")
	assert english(desk.page) == []
	desk.my_tasks()
	expect(desk.page.get_by_role("button", name=re.compile("待我办理|等我办理|待办"))).to_be_visible()
	photo(desk, f"desk-{mailbox}")
	assert english(desk.page) == []


def test_the_city_reads_a_county_case_and_cannot_act(desk_of, demo_accounts, photo):
	case = Case.opened(COUNTY, day_before(5, COUNTY))
	case.act("K01", "submit")
	frappe.db.commit()
	above = desk_of("supervisor", CITY)
	above.open_case(case.case)
	expect(above.panel).to_contain_text("告知审签并制发")
	expect(above.panel).to_contain_text(frappe.db.get_value("SC Entity", case.unit, "entity_name"))
	expect(above.panel.locator("[data-action]")).to_have_count(0)
	expect(above.page.get_by_role("button", name="保存", exact=True).locator("visible=true")).to_have_count(0)
	photo(above, "city-reads-county", full_page=True)
	assert english(above.page) == []
	above.open("sc-supervision")
	name = frappe.db.get_value("SC Bureau", COUNTY, "bureau_name")
	bar = above.page.locator('[data-chart="cases_by_bureau"] li a', has_text=name)
	number = int(bar.locator(".sc-bar-value").inner_text())
	bar.click()
	above.page.wait_for_function("window.cur_list?.doctype === 'SC Case' && cur_list.data.length")
	above.settled()
	shown = above.page.evaluate("cur_list.data.map((row) => row.name)")
	assert len(shown) == min(number, 20)
	assert {frappe.db.get_value("SC Case", one, "bureau") for one in shown} == {COUNTY}
	deputy = desk_of("deputy", COUNTY)
	deputy.open_case(case.case)
	expect(deputy.panel.locator("[data-action]").first).to_be_visible()


def test_a_leader_approves_on_the_phone(desk_of, demo_accounts, photo):
	case = Case.opened(DISTRICT, day_before(6, DISTRICT))
	case.play("C20")
	frappe.db.commit()
	company = frappe.db.get_value("SC Entity", case.unit, "entity_name")
	deputy = desk_of("deputy", DISTRICT, **PHONE)
	deputy.my_tasks()
	assert overflow(deputy.page) <= 0
	photo(deputy, "phone-desk")
	deputy.take_task(company)
	assert overflow(deputy.page) <= 0
	photo(deputy, "phone-case", full_page=True)
	deputy.press("同意制发")
	deputy.type("opinion", "同意制发告知书。", deputy.dialog)
	assert overflow(deputy.page) <= 0
	photo(deputy, "phone-opinion")
	deputy.confirm()
	frappe.db.rollback()
	assert case.steps == {"C25"}


def test_a_link_in_a_mail_leads_through_the_login(browser_page, demo_accounts):
	case = Case.opened(DISTRICT, day_before(3, DISTRICT))
	frappe.db.commit()
	officer = next(row for row in demo_accounts if row["user"] == user_of("officer", DISTRICT))
	page = browser_page(locale="zh-CN")
	page.goto(f"/app/sc-case/{case.case}")
	page.locator("#login_email").fill(officer["user"])
	page.locator("#login_password").fill(officer["password"])
	page.locator(".for-login .btn-login").first.click()
	page.wait_for_function("window.cur_frm?.doc")
	assert page.evaluate("cur_frm.doc.name") == case.case
