"""The same form in a county with its own procedure: other steps, another limit, the same law."""

import re

import frappe
from playwright.sync_api import expect

from sclist_app.setup.demo import COUNTY, DISTRICT
from sclist_app.setup.player import day_before
from tests.browser.test_whole_path import REASONS, serve_everything
from tests.site.support import Case


def test_the_county_goes_its_own_way(desk_of, demo_accounts, photo):
	case = Case(COUNTY, day_before(3, COUNTY))
	case.register("7-1")
	frappe.db.commit()
	company, person = (
		frappe.db.get_value("SC Entity", one, "entity_name") for one in (case.unit, case.person)
	)

	clerk = desk_of("officer", COUNTY)
	clerk.open(f"sc-penalty/{case.penalty}")
	clerk.page.get_by_role("button", name="新建列入案件").locator("visible=true").first.click()
	clerk.page.wait_for_function("cur_frm && cur_frm.doctype === 'SC Case' && cur_frm.is_new()")
	expect(clerk.form.locator('.frappe-control[data-fieldname="subjects"]').first).to_contain_text(company)
	clerk.settled()
	clerk.link("ground", "未依法取得许可")
	row = clerk.row("subjects", 1, new=True)
	clerk.cell(row, "entity")
	clerk.link("entity", person, row)
	clerk.cell(row, "role")
	clerk.choose("role", "principal_leader", row)
	clerk.close_row(row)
	clerk.choose("ground_detail", "no_permit")
	clerk.type("reasons", REASONS)
	name = clerk.save()

	steps = clerk.panel.get_by_role("list", name="办理环节").or_(clerk.panel.locator(".sc-steps")).first
	expect(steps).to_contain_text("告知审签并制发")
	expect(steps).to_contain_text("负责人决定")
	for other in ("承办审查", "告知书审签", "集体讨论"):
		expect(steps).not_to_contain_text(other)
	photo(clerk, "county-case", full_page=True)
	clerk.act("提交审签")

	deputy = desk_of("deputy", COUNTY)
	deputy.take_task(company)
	deputy.act("同意并制发告知书", "同意制发告知书。")
	expect(deputy.panel.get_by_role("link", name=re.compile("PDF"))).to_have_count(2)

	clerk.open_case(name)
	assert serve_everything(clerk) == 2
	clerk.act("全部送达")
	limits = clerk.panel.get_by_role("listitem").filter(has_text="陈述申辩期限").first
	expect(limits).to_contain_text(re.compile(r"3\s*个?工作日"))
	frappe.db.rollback()
	assert case.__class__.at(name, case.day).clock("T01").status == "Running"
	standard = frappe.get_all(
		"SC Clock",
		filters={"bureau": DISTRICT, "limit": "T01"},
		fields=["n"],
		limit=1,
		order_by="creation desc",
	)
	assert not standard or standard[0].n == 5
