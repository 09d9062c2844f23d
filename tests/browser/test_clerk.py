"""The guided path of a new case: from the party to the submission, by hand, by keyboard, on the phone; and nothing lost."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from sclist_app.setup.demo import DISTRICT
from sclist_app.setup.player import PNG, day_before
from tests.browser.desk import Desk, Party, english, overflow
from tests.browser.test_whole_path import REASONS, VIOLATION
from tests.site.support import Case, card_number

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PERMIT = {"accident": "no", "permit": "no_permit", "performance": "none", "grave": "no"}


# parties found, not the penalties from which one may begin
OFFERS = ".sc-found:not(.sc-ready) .sc-offer"


class Clerk:
	"""An officer on the guided path."""

	def __init__(self, desk: Desk):
		self.desk, self.page = desk, desk.page

	def begin(self) -> None:
		self.desk.open("sc-desk")
		self.page.get_by_role("button", name="新建列入案件").locator("visible=true").first.click()
		expect(self.guide.locator('[aria-current="step"]')).to_contain_text("主体")
		self.desk.settled()

	@property
	def guide(self):
		return self.page.locator(".sc-guide:visible")

	def to(self, stage: int) -> None:
		self.guide.locator(f'[data-stage="{stage}"]').click()
		expect(self.guide.locator(f'[data-stage="{stage}"]')).to_have_attribute("aria-current", "step")
		self.desk.settled()

	def next(self) -> None:
		self.page.locator('[data-guide="next"]:visible').click()
		self.desk.settled()

	def look_up(self, text: str):
		self.guide.get_by_label("查找单位、机构或者人员").fill(text)
		return self.guide.locator(OFFERS)

	def answer(self, **answers: str) -> None:
		for key, value in answers.items():
			choice = self.page.locator(f"#sc-q-{key}-{value}")
			choice.check()
			# the questions are drawn anew with the answer in them
			expect(choice).to_be_checked()
			self.desk.settled()

	def values(self) -> dict:
		return self.page.evaluate(
			"({...cur_frm.doc, subjects: (cur_frm.doc.subjects || []).map((r) => [r.entity_name, r.role]),"
			" penalties: (cur_frm.doc.penalties || []).map((r) => r.document_number)})"
		)


def refused_case(**turns) -> Case:
	"""A registered party with its penalty, not in a case."""
	case = Case(DISTRICT, day_before(10, DISTRICT))
	case.register("7-1")
	frappe.db.commit()
	return case


def name_of(case: Case) -> str:
	return frappe.db.get_value("SC Entity", case.unit, "entity_name")


def code_of(case: Case) -> str:
	return frappe.db.get_value("SC Entity", case.unit, "uscc")


def test_from_the_party_to_the_submission(desk_of, party: Party, photo):
	clerk = Clerk(desk_of("officer", DISTRICT))
	desk = clerk.desk
	clerk.begin()
	photo(desk, "clerk-1-begin")
	# a party nobody has registered: its code is judged while it is typed
	expect(clerk.look_up(party.company)).to_have_count(0)
	expect(clerk.guide).to_contain_text("没有找到")
	clerk.guide.get_by_role("button", name="登记新的当事人").click()
	dialog = desk.opened_dialog()
	expect(desk.field("entity_name", dialog).locator("input")).to_have_value(party.company)
	desk.type("uscc", party.code[:-1] + ("A" if party.code[-1] != "A" else "B"), dialog)
	expect(desk.field("uscc", dialog)).to_contain_text("校验码不符")
	photo(desk, "clerk-1-code-wrong")
	desk.type("uscc", party.code.lower(), dialog)
	expect(desk.field("uscc", dialog)).not_to_contain_text("校验码不符")
	desk.type("address", f"太原市小店区检验路{party.number}号", dialog)
	desk.type("legal_representative", party.head, dialog)
	desk.choose("industry", "化工", dialog)
	desk.confirm()
	expect(clerk.guide).to_contain_text(f"{party.company}的人员")
	# its head
	clerk.guide.get_by_role("button", name="登记该单位的人员").click()
	dialog = desk.opened_dialog()
	desk.type("entity_name", party.head, dialog)
	desk.type("id_number", party.card, dialog)
	desk.type("address", f"太原市小店区检验小区{party.number}号楼", dialog)
	desk.type("position", "总经理", dialog)
	desk.confirm()
	expect(clerk.guide.locator(".sc-persons")).to_contain_text(party.head)
	expect(clerk.guide.locator(".sc-persons")).to_contain_text("已选")
	photo(desk, "clerk-1-parties", full_page=True)
	assert english(desk.page) == []
	# the penalty
	clerk.next()
	clerk.guide.get_by_role("button", name="登记处罚").click()
	dialog = desk.opened_dialog()
	desk.type("document_number", party.penalty, dialog)
	desk.type("decided_on", frappe.utils.today(), dialog)
	desk.type("violation", f"{party.company}{VIOLATION}", dialog)
	desk.type("basis", "《安全生产许可证条例》第十九条、第二十条", dialog)
	desk.type("amount", "210000", dialog)
	desk.confirm()
	expect(clerk.guide.locator(".sc-offer-row")).to_contain_text("210,000元")
	photo(desk, "clerk-2-penalty", full_page=True)
	# the ground
	clerk.next()
	clerk.answer(**PERMIT)
	fits = clerk.guide.locator(".sc-fits")
	expect(fits).to_have_count(1)
	expect(fits).to_have_attribute("data-ground", "7-1")
	expect(clerk.guide.locator('[data-ground="6-4"]')).to_contain_text("没有发生生产安全事故")
	expect(clerk.guide.locator('[data-ground="7-2"]')).to_contain_text("第七条第（二）项")
	fits.get_by_role("button", name="选用本情形").click()
	expect(fits).to_contain_text("已选")
	photo(desk, "clerk-3-ground", full_page=True)
	assert english(desk.page) == []
	# nothing typed twice
	values = clerk.values()
	assert values["ground"] == "7-1" and values["ground_detail"] == "no_permit"
	assert values["facts"] == f"{party.company}{VIOLATION}" and values["industry"] == "化工"
	assert [name for name, _role in values["subjects"]] == [party.company, party.head]
	assert values["subjects"][1][1] == "principal_leader"
	assert values["penalties"] == [party.penalty]
	# the check says what is missing and leads there
	clerk.to(5)
	todo = clerk.guide.locator(".sc-todo-list")
	expect(todo).to_contain_text("理由")
	expect(clerk.guide.locator(".sc-upcoming")).to_contain_text("第5个工作日")
	expect(clerk.guide.locator(".sc-upcoming")).to_contain_text("当日不计")
	expect(clerk.guide.locator(".sc-upcoming")).to_contain_text("适用程序：")
	expect(clerk.page.locator("#sc-served-on")).to_have_value(frappe.utils.today())
	photo(desk, "clerk-5-missing", full_page=True)
	todo.get_by_role("button", name="去填写").first.click()
	expect(clerk.guide.locator('[aria-current="step"]')).to_contain_text("事实与证据")
	expect(desk.field("reasons")).to_contain_text("尚未填写理由")
	photo(desk, "clerk-4-beside-the-field", full_page=True)
	desk.type("reasons", REASONS)
	clerk.next()
	expect(clerk.guide).to_contain_text("登记内容齐全")
	clerk.guide.get_by_role("button", name="保存案件").click()
	clerk.page.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty()")
	expect(clerk.guide.locator('[aria-current="step"]')).to_contain_text("核对")
	expect(clerk.guide.get_by_role("button", name=f"样稿 {party.company}")).to_be_visible()
	photo(desk, "clerk-5-saved", full_page=True)
	assert english(desk.page) == []
	case = desk.document
	with clerk.page.context.expect_page() as opened:
		clerk.guide.get_by_role("button", name=f"样稿 {party.company}").click()
	opened.value.close()
	assert not frappe.db.exists("SC Notice", {"reference_name": case})
	# pieces of evidence, several at once, called as their files are
	clerk.to(4)
	clerk.guide.get_by_role("button", name="上传证据").click()
	uploader = desk.opened_dialog()
	expect(uploader).not_to_contain_text("文件库", use_inner_text=True)
	uploader.locator('input[type="file"]').first.set_input_files(
		[
			{
				"name": f"{title}{party.number}.png",
				"mimeType": "image/png",
				"buffer": PNG + f"{title}{party.card}".encode(),
			}
			for title in ("现场检查记录", "现场照片")
		]
	)
	expect(uploader).to_contain_text(f"现场检查记录{party.number}")
	expect(uploader).to_contain_text(f"现场照片{party.number}")
	expect(uploader).not_to_contain_text(re.compile("公开|私人|优化"), use_inner_text=True)
	photo(desk, "clerk-4-upload")
	uploader.locator(".btn-modal-primary").click()
	expect(clerk.page.locator(".modal.show")).to_have_count(0)
	clerk.page.wait_for_function("cur_frm.doc.evidence?.length === 2 && !cur_frm.is_dirty()")
	for row, title in enumerate(("现场检查记录", "现场照片")):
		expect(desk.row("evidence", row)).to_contain_text(f"{title}{party.number}")
	desk.settled()
	photo(desk, "clerk-4-evidence", full_page=True)
	frappe.db.rollback()
	rows = frappe.get_all("SC Case Evidence", filters={"parent": case}, fields=["title", "kind", "file"])
	assert [row.kind for row in rows] == ["Photograph or Video"] * 2
	assert all(row.file.startswith("/private/files/") for row in rows)
	clerk.to(5)
	clerk.guide.get_by_role("button", name="提交审查").click()
	expect(desk.opened_dialog()).to_contain_text("提交审查")
	desk.confirm()
	# the case has gone on: its handling is shown
	expect(desk.panel).to_be_visible()
	expect(desk.panel.locator('[aria-current="step"]').first).not_to_contain_text("立案")
	# once it has gone on, the path is gone and the form reads as ever
	expect(clerk.guide).to_have_count(0)


@pytest.mark.parametrize("how", ["initials", "letters", "code", "part"])
def test_a_registered_party_is_found_and_offered(how, desk_of, photo):
	case = refused_case()
	name = name_of(case)
	stored = frappe.db.get_value("SC Entity", case.unit, "search_pinyin").split()
	text = {"initials": stored[0], "letters": stored[1], "code": code_of(case)[:16], "part": name[:-4]}[how]
	clerk = Clerk(desk_of("officer", DISTRICT))
	clerk.begin()
	found = clerk.look_up(text).filter(has_text=code_of(case))
	expect(found).to_have_count(1)
	photo(clerk.desk, f"clerk-found-{how}")
	if how == "initials":
		found.click()
		persons = clerk.guide.locator(".sc-persons li")
		expect(persons).to_contain_text(["*"])
		persons.get_by_role("button").first.click()
		expect(persons.first).to_contain_text("已选")
		clerk.next()
		clerk.guide.locator(".sc-offer-row").get_by_role("button", name=re.compile("选用")).click()
		expect(clerk.guide.locator(".sc-offer-row")).to_contain_text("已选")
		assert clerk.values()["facts"]
	if how == "part":
		# with nothing typed, penalties no case rests on are offered; party and facts come with them
		clerk.guide.get_by_label("查找单位、机构或者人员").fill("")
		clerk.guide.locator(".sc-ready").get_by_role("button").filter(has_text=name).click()
		expect(clerk.guide.locator(".sc-persons li").first).to_be_visible()
		expect(clerk.guide.locator(".sc-ready")).to_have_count(0)
		values = clerk.values()
		assert [row[0] for row in values["subjects"]] == [name] and values["penalties"] and values["facts"]
	clerk.page.evaluate("cur_frm.sclist_first = cur_frm.sclist_typed")


def test_the_plain_form_shows_the_same(desk_of):
	clerk = Clerk(desk_of("officer", DISTRICT))
	clerk.desk.new_document("SC Case")
	# nothing is hidden unless the path is asked for
	expect(clerk.desk.field("ground")).to_be_visible()
	expect(clerk.desk.field("reasons")).to_be_visible()
	clerk.desk.type("reasons", REASONS)
	clerk.page.get_by_role("button", name="分步填写").click()
	expect(clerk.desk.field("ground")).to_have_count(0)
	clerk.to(4)
	expect(clerk.desk.field("reasons").locator("textarea")).to_have_value(REASONS)
	clerk.page.get_by_role("button", name="显示全部字段").click()
	expect(clerk.desk.field("ground")).to_be_visible()
	expect(clerk.desk.field("reasons").locator("textarea")).to_have_value(REASONS)
	# from the list, as from the first page, the path is what one is offered
	clerk.page.evaluate("cur_frm.sclist_first = cur_frm.sclist_typed")
	clerk.desk.open("sc-case")
	clerk.page.get_by_role("button", name=re.compile("列入案件")).locator("visible=true").first.click()
	expect(clerk.page.get_by_role("button", name="显示全部字段")).to_be_visible()


def test_what_was_typed_survives_a_closed_tab(desk_of, party: Party, photo):
	case = refused_case()
	clerk = Clerk(desk_of("officer", DISTRICT))
	clerk.begin()
	clerk.page.evaluate(
		"for (const k of Object.keys(localStorage)) if (k.startsWith('sclist:draft')) delete localStorage[k]"
	)
	clerk.page.wait_for_timeout(2500)
	clerk.look_up(code_of(case)).first.click()
	expect(clerk.guide.locator(".sc-persons li").first).to_be_visible()
	clerk.to(4)
	secret = card_number(party.number)
	clerk.desk.type("reasons", f"{REASONS}（身份证{secret}）")
	clerk.page.wait_for_timeout(2500)
	kept = clerk.page.evaluate(
		"Object.entries(localStorage).filter(([k]) => k.startsWith('sclist:draft')).map(([k, v]) => k + v).join()"
	)
	assert REASONS[:20] in kept and secret not in kept, "numbers of persons stay out of the browser's store"
	page = clerk.page.context.new_page()
	clerk.page.close()
	again = Clerk(Desk(page))
	again.begin()
	banner = page.locator(".sc-draft")
	expect(banner).to_contain_text("没有保存")
	photo(again.desk, "clerk-draft-offered")
	banner.get_by_role("button", name="恢复").click()
	expect(again.guide.locator('[aria-current="step"]')).to_contain_text("事实与证据")
	values = again.values()
	assert values["reasons"].startswith(REASONS) and values["subjects"][0][0] == name_of(case)
	photo(again.desk, "clerk-draft-restored", full_page=True)
	assert english(page) == []
	# discarded means gone
	page.reload()
	again.desk.settled()
	again.begin()
	expect(page.locator(".sc-draft")).to_be_visible()
	page.locator(".sc-draft").get_by_role("button", name="丢弃").click()
	again.begin()
	page.wait_for_timeout(500)
	expect(page.locator(".sc-draft")).to_have_count(0)


def test_another_user_is_not_offered_my_draft(desk_of, browser_page):
	clerk = Clerk(desk_of("officer", DISTRICT))
	clerk.desk.new_document("SC Case")
	clerk.page.wait_for_timeout(2500)
	clerk.desk.type("reasons", REASONS)
	clerk.page.wait_for_timeout(2500)
	keys = clerk.page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('sclist:draft'))")
	assert keys and all("officer.xd@" in key for key in keys)


def test_a_stored_draft_is_saved_by_itself_and_never_moves(desk_of):
	case = Case.opened(DISTRICT, day_before(5, DISTRICT), "7-1")
	frappe.db.commit()
	clerk = Clerk(desk_of("officer", DISTRICT))
	clerk.desk.open_case(case.case)
	clerk.page.get_by_role("tab", name="登记").click()
	clerk.desk.type("reasons", REASONS + "自动保存。")
	clerk.page.keyboard.press("Tab")
	# half a minute of rest, shortened
	clerk.page.wait_for_function("cur_frm.is_dirty() && cur_frm.sclist_changed_at")
	clerk.page.evaluate("cur_frm.sclist_changed_at -= 60000")
	clerk.page.wait_for_function("!cur_frm.is_dirty()")
	clerk.desk.settled()
	frappe.db.rollback()
	assert case.doc.reasons == REASONS + "自动保存。"
	assert case.steps == {"C00"}


def test_the_whole_path_without_a_mouse(desk_of):
	case = refused_case()
	clerk = Clerk(desk_of("officer", DISTRICT))
	page, keys = clerk.page, clerk.page.keyboard
	clerk.begin()
	expect(page.locator("#sc-look-up")).to_be_focused()
	keys.type(code_of(case))
	expect(clerk.guide.locator(OFFERS)).to_have_count(1)
	keys.press("ArrowDown")
	keys.press("Enter")
	expect(clerk.guide.locator(".sc-persons li").first).to_be_visible()

	def tab_to(selector: str, most: int = 60) -> None:
		for _ in range(most):
			if page.evaluate("(s) => Boolean(document.activeElement?.matches(s))", selector):
				return
			keys.press("Tab")
		raise AssertionError(f"the keyboard does not reach {selector}")

	tab_to(".sc-persons li button")
	keys.press("Enter")
	expect(clerk.guide.locator(".sc-persons li").first).to_contain_text("已选")
	tab_to('[data-guide="next"]')
	keys.press("Enter")
	expect(clerk.guide.locator(".sc-offer-row button")).to_be_visible()
	clerk.desk.settled()
	tab_to(".sc-offer-row button")
	keys.press("Enter")
	expect(page.locator('[data-guide="next"]')).to_be_focused()
	keys.press("Enter")
	for key, value in PERMIT.items():
		expect(clerk.guide.locator(f'input[name="sc-q-{key}"]').first).to_be_visible()
		tab_to(f'input[name="sc-q-{key}"]')
		options = clerk.guide.locator(f'input[name="sc-q-{key}"]')
		wanted = page.locator(f"#sc-q-{key}-{value}")
		for _ in range(options.count()):
			keys.press("ArrowDown")
			clerk.desk.settled()
			if wanted.is_checked():
				break
		keys.press("Space")
		expect(wanted).to_be_checked()
		clerk.desk.settled()
	tab_to("#sc-choose-7-1")
	place = page.evaluate("window.scrollY")
	keys.press("Enter")
	expect(page.locator("#sc-go-on-7-1")).to_be_focused()
	assert page.evaluate("window.scrollY") == place, "the page stays where it was"
	keys.press("Enter")
	tab_to('.frappe-control[data-fieldname="reasons"] textarea')
	keys.type(REASONS)
	tab_to('[data-guide="next"]')
	keys.press("Enter")
	expect(clerk.guide).to_contain_text("登记内容齐全")
	tab_to('[data-guide="save-submit"]')
	keys.press("Enter")
	expect(clerk.desk.opened_dialog()).to_contain_text("提交审查")
	assert clerk.values()["ground"] == "7-1" and page.evaluate("!cur_frm.is_new() && !cur_frm.is_dirty()")
	clerk.desk.confirm()
	expect(clerk.guide).to_have_count(0)
	expect(clerk.desk.panel).to_be_visible()


def test_the_path_on_a_phone(desk_of, photo):
	case = refused_case()
	clerk = Clerk(desk_of("officer", DISTRICT, **PHONE))
	clerk.desk.open("sc-case/new")
	clerk.page.get_by_role("button", name="分步填写").click()
	clerk.look_up(code_of(case)).first.click()
	expect(clerk.guide.locator(".sc-persons li").first).to_be_visible()
	for stage in range(1, 6):
		clerk.to(stage)
		clerk.page.wait_for_timeout(800)
		photo(clerk.desk, f"clerk-phone-{stage}", full_page=True)
		assert overflow(clerk.page) <= 0, stage


def test_a_refusal_loses_nothing(desk_of, photo):
	case = refused_case()
	clerk = Clerk(desk_of("officer", DISTRICT))
	desk = clerk.desk
	clerk.begin()
	clerk.look_up(code_of(case)).first.click()
	clerk.to(2)
	clerk.guide.get_by_role("button", name="登记处罚").click()
	dialog = desk.opened_dialog()
	# as slowly as people type: what is kept meanwhile takes nothing away
	number = desk.field("document_number", dialog).locator("input")
	number.press_sequentially("没有年份的文号", delay=300)
	expect(number).to_have_value("没有年份的文号")
	# nor does the dialog itself from who types fast
	keys = clerk.page.keyboard
	fast = {
		"decided_on": frappe.utils.today(),
		"served_on": frappe.utils.today(),
		"amount": "300000",
		"violation": VIOLATION,
		"basis": "《安全生产许可证条例》第十九条",
	}
	for name, value in fast.items():
		desk.field(name, dialog).locator("input, textarea").first.click()
		keys.type(value, delay=20)
		if name.endswith("_on"):
			keys.press("Tab")
	keys.press("Tab")
	for name in ("violation", "basis"):
		expect(desk.field(name, dialog).locator("textarea")).to_have_value(fast[name])
	expect(desk.field("amount", dialog).locator("input")).to_have_value(re.compile("^300,?000"))
	dialog.get_by_role("button", name="登记", exact=True).click()
	told = clerk.page.locator(".modal.show").filter(has_text="不带前导零")
	expect(told.last).to_contain_text("没有年份的文号")
	photo(desk, "clerk-2-refused")
	told.last.locator(".btn-modal-close").click()
	expect(told).to_have_count(0)
	expect(
		desk.field("violation", clerk.page.locator(".modal.show").first).locator("textarea")
	).to_have_value(VIOLATION)
	# a case without a ground is not saved but led to the ground
	clerk.page.locator(".modal.show").first.locator(".btn-modal-close").click()
	clerk.to(4)
	clerk.guide.get_by_role("button", name="保存草稿").click()
	expect(clerk.guide.locator('[aria-current="step"]')).to_contain_text("列入情形")
	assert clerk.values()["subjects"][0][0] == name_of(case)
