"""Forms and internal papers printed from the data: what there is of them, what they say, who may print them."""

import io
import re
from datetime import date

import frappe

from sclist_app.api import service as service_api
from sclist_app.api import sheets as api
from sclist_app.documents import sheets as paper
from sclist_app.register import paperwork as papers
from sclist_app.register import sheet_facts, sheets
from sclist_app.register.identity import full_number
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import store, versions
from tests.site.support import CITY, DISTRICT, as_user, refused, user_of
from tests.site.test_removals import restoring, with_fraud


def text_of(ref: sheets.SheetRef) -> str:
	"""What the sheet says, without marks-up."""
	doc = frappe.get_doc(ref.doctype, ref.name)
	facts = sheets.SOURCES[ref.kind][ref.doctype].facts(doc, ref.key)
	return re.sub(r"<[^>]+>|\s", "", paper.html_of(ref.kind, doc.bureau, facts))


def kinds(refs: list[sheets.SheetRef]) -> list[str]:
	return sorted({ref.kind for ref in refs})


def one(refs: list[sheets.SheetRef], kind: str, about: str = "") -> sheets.SheetRef:
	return next(ref for ref in refs if ref.kind == kind and about in ref.about)


def test_a_listed_case_has_its_sheets_and_each_prints(world):
	from pypdf import PdfReader

	case = world.case("listed")
	refs = sheets.of_case(case.case)
	assert kinds(refs) == ["D02", "D02b", "D03", "D03b", "D04", "D07", "D08"]
	assert len({(ref.kind, ref.key) for ref in refs}) == len(refs)
	printed = set()
	for ref in refs:
		if ref.kind in printed:
			continue
		printed.add(ref.kind)
		pdf = sheets.render(ref)
		assert pdf.startswith(b"%PDF-") and len(PdfReader(io.BytesIO(pdf)).pages) <= 3, ref


def test_the_approval_sheet_says_who_approved_what(world):
	case = world.case("listed")
	said = text_of(one(sheets.of_case(case.case), "D04"))
	row = case.doc
	for expected in (row.name, *(s.entity_name for s in row.subjects), "第七条第（一）项", "承办人意见"):
		assert expected.replace(" ", "") in said
	assert "法制审核意见审核通过" in said and "负责人审批意见同意列入" in said
	# the case never came to the panel, and nothing waits any more
	assert "集体讨论意见" not in said
	record = case.records()[0]
	assert f"{record.listed_on.year}年{record.listed_on.month}月{record.listed_on.day}日列入" in said


def test_the_approval_sheet_of_a_new_case_leaves_lines_to_sign(world):
	refs = sheets.of_case(world.case("fresh").case)
	assert kinds(refs) == ["D03b", "D04"]
	said = text_of(one(refs, "D04"))
	assert "负责人审批意见签名" in said.replace("　", "") and "尚未告知" in said


def test_a_fact_that_is_missing_leaves_a_line(people):
	html = paper.html_of("D10", DISTRICT, {"bureau": {"name": "检验局"}})
	assert "【" not in html and html.count('<span class="fill medium"></span>') > 5
	assert "《安全生产严重失信主体名单管理办法》" in html


def test_the_record_of_a_discussion_has_every_voice(world):
	case = world.case("discussed")
	case.vote("C60", ["agree", "agree", "refuse"])
	refs = sheets.of_case(case.case)
	said = text_of(one(refs, "D04b"))
	assert said.count("发言") == 3 and "同意2人，不同意1人，讨论通过" in said
	assert "不同意。" in said and "过半数同意为通过" in said
	assert "集体讨论意见同意2人，不同意1人，讨论通过" in text_of(one(refs, "D04"))


def test_a_statement_is_recorded_with_its_review(world):
	case = world.case("waiting")
	blank = one(sheets.of_case(case.case), "D02")
	assert blank.key == case.person and "□当面陈述" in text_of(blank)
	name = case.answer("C40", case.person, "Defence", "许可证已经申请延期。")
	refs = sheets.of_case(case.case)
	assert [ref.key for ref in refs if ref.kind == "D02"] == [name]
	said = text_of(one(refs, "D02"))
	assert "许可证已经申请延期。" in said and "☑书面意见" in said and "☑不予采纳" not in said
	assert "提出了陈述、申辩意见，尚待复核。" in text_of(one(refs, "D04"))


def test_what_is_published_bears_no_full_number_and_no_home(world):
	case = world.case("listed")
	person = frappe.get_doc("SC Entity", case.person)
	number = full_number(person)
	refs = [ref for ref in sheets.of_case(case.case) if ref.kind == "D08"]
	assert len(refs) == 2 and all(ref.masked for ref in refs)
	for ref in refs:
		facts = sheet_facts.publicity(frappe.get_doc("SC Case", case.case), ref.key)
		assert number not in str(facts) and person.address not in str(facts)
		said = text_of(ref)
		assert f"{number[:4]}**********{number[-4:]}" in said
	assert "三年" in said and "公示时间" in said and "已公示" in said


def test_every_other_sheet_is_logged_when_printed(world):
	case = world.case("listed")
	record = case.records()[0].name
	for kind, logged in (("D07", 1), ("D08", 0)):
		before = frappe.db.count("SC Event", {"reference_name": record, "event": "disclosed"})
		with as_user(user_of("officer")):
			api.print_sheet("SC Listing Record", record, kind)
		assert frappe.local.response.filecontent.startswith(b"%PDF-")
		after = frappe.db.count("SC Event", {"reference_name": record, "event": "disclosed"})
		assert after - before == logged, kind


def test_who_may_not_read_may_not_print(world):
	case = world.case("listed")
	for who in (user_of("officer", CITY), "Guest"):
		with as_user(who):
			with refused(frappe.PermissionError):
				api.available("SC Case", case.case)
			with refused(frappe.PermissionError):
				api.print_sheet("SC Case", case.case, "D04")
	with as_user(user_of("officer")):
		assert {row["kind"] for row in api.available("SC Case", case.case)} >= {"D04", "D08"}
		for doctype, kind, key in (
			("SC Case", "D05", ""),
			("SC Case", "D04", "x"),
			("SC Case", "D04b", ""),
			("User", "D04", ""),
			("SC Settings", "D04", ""),
		):
			with refused(frappe.ValidationError, match="表单|form"):
				api.print_sheet(doctype, case.case if doctype == "SC Case" else "Administrator", kind, key)


def test_an_application_prints_as_made_and_blank(world):
	case = world.case("listed")
	record = frappe.get_doc("SC Listing Record", case.records()[0].name)
	blank = sheets.available(record)
	assert {"D10", "D11", "D03b", "D07", "D08"} == set(kinds(blank))
	said = text_of(one(blank, "D10"))
	assert record.entity_name in said and record.decision_number in said
	player = RepairPlayer(record.name, date(2025, 10, 9))
	player.open_case(player.values(phone="13900000009", obligations_statement="罚款已经缴清。"))
	refs = sheets.available(frappe.get_doc("SC Repair Application", player.case))
	said = text_of(one(refs, "D10"))
	assert "13900000009" in said and "罚款已经缴清。" in said
	assert "弄虚作假" in text_of(one(refs, "D11"))


def test_no_procedure_issues_a_sheet(world):
	version = frappe.get_doc("SC Procedure Version", world.case("fresh").doc.procedure_version)
	known = set(versions.world_of(version, store.to_procedure(version)).document_kinds)
	assert {"D05", "D06", "D14"} <= known and not known & set(sheets.SOURCES)


def test_the_notice_of_a_revocation_has_its_sheets_too(world):
	record = world.case("listed").records()[0].name
	matter = restoring(record)
	assert sheets.available(matter.doc) == []
	with_fraud(matter)
	matter.act("S10", "submit")
	matter.act("S20", "agree", "同意告知。")
	matter.act("S25", "issue")
	refs = sheets.available(matter.doc)
	assert kinds(refs) == ["D03"] and "撤销提前移出告知书" in refs[0].about
	matter.serve_all("S30")
	matter.act("S30", "served")
	refs = sheets.available(matter.doc)
	assert kinds(refs) == ["D02", "D02b", "D03"]
	said = text_of(one(refs, "D02b"))
	assert "《撤销提前移出告知书》" in said and "放弃陈述、申辩" in said
	receipt = text_of(one(refs, "D03"))
	assert "☑直接送达" in receipt and "收到时间：2026年" in receipt


# ------------------------------------------------------------------------ D06


def test_who_was_told_is_told_that_it_is_not_listed(world):
	case = world.case("waiting")
	name = case.answer("C40", case.person, "Defence", "事故发生后立即组织了抢救。")
	case.act("C40", "answered")
	case.review("C45", "Accepted", "抢救记录证实其到场组织抢救。")
	case.act("C45", "accept", "当事人在事故发生后组织了抢救，不符合列入情形。")
	assert case.doc.outcome == "Not Listed" and name
	issued = case.notices("D06")
	assert [row.addressee for row in issued] == [case.person]
	notice = frappe.get_doc("SC Notice", issued[0].name)
	assert re.fullmatch(r".+不列〔2024〕[1-9]\d*号", notice.number)
	for expected in (
		"予以采纳",
		"抢救记录证实其到场组织抢救",
		"当事人在事故发生后组织了抢救",
		"不予列入",
		"行政复议",
	):
		assert expected in notice.html


def test_the_decision_not_to_list_is_served_after_the_end(world):
	case = world.case("waiting")
	case.answer("C40", case.person, "Defence", "事故发生后立即组织了抢救。")
	case.act("C40", "answered")
	case.review("C45", "Accepted", "抢救记录证实其到场组织抢救。")
	case.act("C45", "accept", "当事人在事故发生后组织了抢救。")
	notice = case.notices("D06")[0].name
	given = {
		"notice": notice,
		"method": "By Post",
		"delivered_on": str(case.day),
		"tracking_number": "EMS1",
		"receiver": "本人",
		"receiver_capacity": "Addressee in Person",
	}
	with case.acting(user_of("officer", CITY)), refused(frappe.PermissionError):
		service_api.record(**given)
	with case.acting(user_of("officer")):
		service_api.record(**given, proof=case.upload("回执.png"))
	assert papers.served_dates([notice])[notice] == case.day


def test_who_was_never_told_gets_no_paper(world):
	case = world.case("fresh")
	case.act("C00", "submit")
	case.act("C10", "refuse", "不属于适用范围。")
	assert case.doc.outcome == "Not Listed" and not case.notices("D06")


def test_no_reasons_no_decision(world):
	"""Of a procedure that asks for no reasons: the law does (行政处罚法第四十五条)."""
	case = world.case("waiting")
	case.answer("C40", case.person, "Defence", "事故发生后立即组织了抢救。")
	case.act("C40", "answered")
	case.review("C45", "Accepted", "抢救记录证实其到场组织抢救。")
	with refused(frappe.ValidationError):
		case.act("C45", "accept", "")
