"""From the penalty to the public list, by the hands of everyone who has a part in it."""

import io
import re
import secrets
from collections.abc import Callable

import frappe
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from sclist_app.setup.demo import DISTRICT
from tests.browser.desk import Desk, Party, full_width

OPINION = "事实清楚，证据确凿，情形对应准确，拟同意列入。"
REASONS = "当事人经责令改正后仍不停止违法行为，主观故意明显，社会影响恶劣，属于性质恶劣、情节严重。"
VIOLATION = "在安全生产许可证有效期届满、未依法办理延期手续的情况下，擅自组织生产。"


def register_unit(desk: Desk, party: Party) -> str:
	desk.new_document("SC Entity")
	desk.choose("entity_kind", "Unit")
	desk.type("entity_name", party.company)
	desk.type("uscc", full_width(party.code.lower()))
	desk.type("address", f"太原市小店区检验路{party.number}号")
	desk.type("legal_representative", party.head)
	desk.choose("industry", "化工")
	return desk.save()


def register_person(desk: Desk, party: Party) -> str:
	desk.new_document("SC Entity")
	desk.choose("entity_kind", "Person")
	desk.type("entity_name", party.head)
	desk.choose("id_type", "Resident Identity Card")
	desk.type("id_number", party.card)
	desk.type("address", f"太原市小店区检验小区{party.number}号楼")
	desk.link("unit", party.company)
	desk.type("position", "总经理")
	return desk.save()


def register_penalty(desk: Desk, party: Party, fine: int) -> str:
	desk.new_document("SC Penalty")
	desk.type("document_number", party.penalty)
	desk.link("entity", party.company)
	desk.type("decided_on", frappe.utils.today())
	desk.type("violation", f"{party.company}{VIOLATION}")
	desk.type("basis", "《安全生产许可证条例》第十九条、第二十条")
	row = desk.row("items", 0)
	desk.cell(row, "kind")
	desk.choose("kind", "Fine", row)
	desk.cell(row, "amount")
	desk.type("amount", str(fine), row)
	desk.close_row(row)
	return desk.save()


def open_case(desk: Desk, party: Party) -> str:
	"""From the penalty: what it says already is not typed again."""
	desk.page.get_by_role("button", name="新建列入案件").locator("visible=true").first.click()
	desk.page.wait_for_function("cur_frm && cur_frm.doctype === 'SC Case' && cur_frm.is_new()")
	subjects = desk.form.locator('.frappe-control[data-fieldname="subjects"]').first
	expect(subjects).to_contain_text(party.company)
	desk.settled()
	desk.link("ground", "未依法取得许可")
	desk.choose("industry", "化工")
	row = desk.row("subjects", 1, new=True)
	desk.cell(row, "entity")
	desk.link("entity", party.head, row)
	desk.cell(row, "role")
	desk.choose("role", "principal_leader", row)
	desk.close_row(row)
	desk.choose("ground_detail", "no_permit")
	desk.type("reasons", REASONS)
	return desk.save()


def serve_everything(desk: Desk) -> int:
	"""Record the service of each paper to each addressee; returns how many times it was typed."""
	typed = 0
	waiting = desk.panel.locator("article").get_by_role("row").filter(has_text="未送达")
	expect(waiting.first).to_be_visible()
	while waiting.count():
		waiting.first.get_by_role("button").click()
		desk.opened_dialog()
		# as it is typed, from field to field without a pause
		desk.field("place", desk.dialog).locator("input").fill("")
		for text in ("受送达人住所", "签收人"):
			desk.page.keyboard.type(text)
			desk.page.keyboard.press("Tab")
		expect(desk.field("place", desk.dialog).locator("input")).to_have_value("受送达人住所")
		expect(desk.field("receiver", desk.dialog).locator("input")).to_have_value("签收人")
		desk.type("relationship", "法定代表人", desk.dialog)
		second = desk.field("second_server", desk.dialog).locator("select")
		assert "object" not in second.inner_text()
		second.select_option(index=1)
		desk.confirm()
		typed += 1
	return typed


def each(desk: Desk, button: str, fill: Callable[[], None] = lambda: None) -> int:
	"""Press a tool's button until none is left, filling its dialog each time; returns how often."""
	buttons = desk.panel.locator("article").get_by_role("button", name=button, exact=True)
	expect(buttons.first).to_be_visible()
	count = 0
	while left := buttons.count():
		buttons.first.click()
		desk.opened_dialog()
		fill()
		desk.confirm()
		expect(buttons).to_have_count(left - 1)
		count += 1
	return count


def pdf_text(desk: Desk, link: Locator) -> str:
	"""The text of the PDF behind a link, fetched with the officer's own session."""
	answer = desk.page.context.request.get(link.get_attribute("href"))
	assert answer.ok
	assert answer.headers["content-type"] == "application/pdf"
	body = answer.body()
	assert body.startswith(b"%PDF-")
	return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))


def test_from_penalty_to_public_list(desk_of, browser_page, party, photo):
	def at(mailbox: str) -> Desk:
		return desk_of(mailbox, DISTRICT)

	clerk = at("officer")
	register_unit(clerk, party)
	expect(clerk.field("uscc")).to_contain_text(party.code)
	register_person(clerk, party)
	assert party.card not in clerk.page.inner_text("body"), "the number stays legible after saving"
	register_penalty(clerk, party, 2_100_000)
	photo(clerk, "penalty")
	case = open_case(clerk, party)
	photo(clerk, "case-new", full_page=True)
	clerk.act("提交审查")

	head = at("head")
	head.take_task(party.company)
	photo(head, "case-division-head", full_page=True)
	head.press("同意，报审签")
	head.field("opinion", head.dialog).locator("textarea").fill(OPINION)
	photo(head, "opinion")
	head.confirm()
	expect(head.panel).to_contain_text(OPINION)

	deputy = at("deputy")
	deputy.take_task(party.company)
	deputy.act("同意制发", "同意制发告知书。")

	papers = at("papers")
	papers.take_task(party.company)
	papers.act("编号制发告知书")
	links = papers.panel.get_by_role("link", name=re.compile("PDF"))
	expect(links).to_have_count(2)
	numbers = numbers_of(case, "D01")
	assert len(set(numbers)) == 2
	texts = [pdf_text(papers, links.nth(i)) for i in range(2)]
	for number in numbers:
		assert any(number in text for text in texts), (number, texts)
	assert any(party.company in text for text in texts)

	# both officers hold the posts of clerk and of server
	server = at("officer2")
	server.take_task(party.company)
	assert serve_everything(server) == 2
	server.act("全部送达")
	expect(server.panel).to_contain_text("陈述申辩期")

	clerk.open_case(case)
	for name in (party.company, party.head):
		clerk.panel.get_by_role("button", name="登记放弃声明").click()
		clerk.opened_dialog()
		clerk.field("subject", clerk.dialog).locator("select").select_option(label=name)
		clerk.upload_paper("file", "放弃陈述申辩声明.pdf")
		photo(clerk, "waiver")
		clerk.confirm()
	clerk.act("当事人均已答复")

	legal = at("legal")
	legal.take_task(party.company)
	legal.act("审核通过", "主体适格，程序合法，适用依据正确，审核通过。")

	# a fine of 2,000,000 yuan or more goes to the collective discussion
	for member in ("deputy", "deputy2", "leader"):
		voter = at(member)
		voter.take_task(party.company)
		assert "集体讨论" in voter.shown_step()
		voter.act("同意列入", "同意列入。")

	leader = at("leader")
	leader.take_task(party.company)
	assert "负责人审批" in leader.shown_step()
	leader.act("同意列入", "同意列入。")

	papers.take_task(party.company)
	papers.act("编号制发决定书")
	decision = (
		papers.panel.get_by_role("row").filter(has_text="决定书").get_by_role("link", name=re.compile("PDF"))
	)
	texts = [pdf_text(papers, decision.nth(i)) for i in range(decision.count())]
	for number in numbers_of(case, "D05"):
		assert any(number in text for text in texts), (number, texts)

	server.take_task(party.company)
	photo(server, "service", full_page=True)
	serve_everything(server)
	server.act("全部送达")

	credit = at("credit")
	credit.take_task(party.company)

	def entry() -> None:
		credit.type("serial", f"AQSX{party.number}", credit.dialog)
		credit.upload_picture("evidence", "录入截图.png")

	assert each(credit, "登记录入", entry) == 2
	credit.act("录入完成")

	def publication() -> None:
		credit.type("address", f"https://credit.example.invalid/{secrets.token_hex(4)}", credit.dialog)
		credit.upload_picture("screenshot", "公示截图.png")

	photo(credit, "publication", full_page=True)
	assert each(credit, "登记公示", publication) >= 2
	credit.act("公示完成")

	check = at("check")
	check.take_task(party.company)
	assert each(check, "确认公示") >= 2
	check.act("审核通过", "逐条核对无误。")

	clerk.open_case(case)
	assert each(clerk, "登记落实") == 8
	clerk.act("措施已落实")
	expect(clerk.panel.locator(".sc-head")).to_contain_text("已列入")
	expect(clerk.panel).to_contain_text("本程序已办结")
	photo(clerk, "case-ended", full_page=True)

	guest = browser_page()
	for text in (party.company, party.code):
		guest.goto("/sclist")
		guest.get_by_role("searchbox").fill(text)
		guest.get_by_role("button", name="查询").click()
		expect(guest.get_by_role("table")).to_contain_text(party.company)
		expect(guest.get_by_role("table")).to_contain_text(party.code)
	photo(Desk(guest), "public-found")
	for file in public_doors(case):
		assert not guest.request.get(file).ok, f"a guest may fetch {file}"
	guest.goto("/sclist?city=140105")
	assert party.card not in guest.content()


def public_doors(case: str) -> set[str]:
	"""The addresses under which the case's uploads would be found by somebody who guesses their names."""
	frappe.db.rollback()
	urls = frappe.get_all("File", filters={"attached_to_name": case}, pluck="file_url")
	assert urls
	return {*urls, *(url.replace("/private", "") for url in urls)}


def numbers_of(case: str, kind: str) -> list[str]:
	"""Numbers of the case's papers of one kind, read past the desk."""
	frappe.db.rollback()
	return frappe.get_all(
		"SC Notice",
		filters={"reference_name": case, "document_kind": kind},
		pluck="number",
		order_by="creation asc",
	)
