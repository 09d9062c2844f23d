"""Objections: marked while they run, answered in writing, never changing the record by themselves."""

from datetime import date

import frappe
import pytest

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.register import public, removals
from sclist_app.workflow import store, versions
from sclist_app.workflow.actions import NotAllowedByLaw
from sclist_app.workflow.model import Procedure
from tests.site.matter import Matter
from tests.site.support import CITY, DISTRICT, as_user, refused, user_of

DAY = date(2025, 3, 3)
CONTENT = "公示的登记注册地址与营业执照载明的住所不一致。"


@pytest.fixture
def record(world):
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


def objection(record, **values) -> Matter:
	given = {"item": "Wrong Content", "content": CONTENT, "received_on": str(DAY), **values}
	return Matter.opened_on(record, DAY, "SC Objection", **given)


def shown(record) -> bool:
	"""Is the record on the public page marked as objected to?"""
	row = frappe.get_doc("SC Listing Record", record)
	[found] = [
		r for r in public.search(row.entity_name, 1, "").rows if r.decision_number == row.decision_number
	]
	return found.objected


def examined(matter: Matter, result: str, consequence: str) -> None:
	matter.act("O10", "mark")
	matter.write(
		"O20",
		findings="经核对登记信息，住所已于2025年1月变更。",
		result=result,
		answer_reasons="公示信息未同步更新。",
		consequence=consequence,
	)
	matter.act("O20", "report", "核查完毕。")
	matter.act("O30", "approve", "同意答复。")


def test_marked_at_once_and_unmarked_with_the_answer(record):
	matter = objection(record)
	assert not shown(record)
	clock = matter.clock("T18")
	assert (clock.started_on, clock.due_on) == (DAY, date(2025, 3, 10))
	before = frappe.db.get_value("SC Listing Record", record, ["state", "term_end"], as_dict=True)
	matter.act("O10", "mark")
	assert shown(record) and matter.doc.marked_on == DAY
	assert {"objection.result", "objection.reasons"} <= matter.blocked("O20", "report")
	with refused(NotAllowedByLaw, match="国办发〔2020〕49号"):
		matter.act("O20", "report", "核查完毕。")
	matter.write(
		"O20",
		findings="经核对登记信息，公示内容与登记信息一致。",
		result="Unfounded",
		answer_reasons="公示的登记注册地址与现行登记信息一致。",
	)
	matter.act("O20", "report", "核查完毕。")
	matter.act("O30", "approve", "同意答复。")
	matter.act("O40", "issue")
	assert shown(record)
	[paper] = matter.notices("D20")
	text = frappe.db.get_value("SC Notice", paper.name, "html")
	assert "异议不成立" in text and CONTENT in text and "2025年3月3日" in text
	with refused(NotAllowedByLaw):
		matter.act("O50", "served")
	matter.serve_all("O50")
	matter.act("O50", "served")
	doc = matter.doc
	assert (doc.outcome, doc.run_status, doc.open_key) == ("Objection Rejected", "Ended", None)
	assert doc.unmarked_on == doc.answer_served_on == DAY
	assert not shown(record)
	assert frappe.db.get_value("SC Listing Record", record, ["state", "term_end"], as_dict=True) == before
	assert matter.clock("T18").status == "Met"
	assert {"marked", "unmarked"} <= set(matter.log())


def test_a_second_objection_keeps_the_mark_until_both_are_done(record):
	first = objection(record)
	first.act("O10", "mark")
	second = objection(record, item="Wrong Measure", content="管理措施与决定书不一致。")
	second.act("O10", "mark")
	first.act("O20", "withdraw", "异议人书面撤回。")
	assert first.doc.outcome == "Application Withdrawn" and shown(record)
	second.act("O20", "withdraw", "异议人书面撤回。")
	assert not shown(record)


def test_the_same_objection_twice_is_refused(record):
	objection(record)
	with refused(frappe.DuplicateEntryError):
		objection(record)


def test_well_founded_leads_on_and_changes_nothing_itself(record):
	matter = objection(record, item="Should Not Be Listed", content="不符合列入情形。")
	matter.act("O10", "mark")
	matter.write("O20", findings="属实。", result="Well Founded", answer_reasons="不符合列入情形。")
	assert matter.blocked("O20", "report") == {"objection.consequence"}
	matter.write("O20", consequence="Revocation")
	matter.act("O20", "report", "核查完毕。")
	matter.act("O30", "approve", "同意答复。")
	matter.act("O40", "issue")
	matter.serve_all("O50")
	matter.act("O50", "served")
	doc = matter.doc
	assert doc.outcome == "Objection Upheld"
	assert frappe.db.get_value("SC Listing Record", record, "state") == "L3", "an objection removes nothing"
	removal = frappe.get_doc("SC Removal", doc.follow_up_removal)
	assert (removal.kind, removal.basis_kind, removal.record) == (
		removals.REVOCATION,
		"Self-Correction",
		record,
	)
	assert removal.state == "V10"


def test_what_is_to_be_corrected_opens_no_removal_but_is_told(record):
	matter = objection(record)
	examined(matter, "Partly Well Founded", "Correction")
	matter.act("O40", "issue")
	matter.serve_all("O50")
	matter.act("O50", "served")
	assert matter.doc.outcome == "Objection Upheld" and not matter.doc.follow_up_removal
	told = frappe.get_all("Notification Log", filters={"document_name": record}, pluck="for_user")
	assert matter.officer("credit_officer") in told


def test_a_removal_that_was_forgotten_is_opened(record):
	day = date(2027, 10, 11)
	matter = Matter.opened_on(
		record, day, "SC Objection", item="Should Be Removed", content="应移出未移出。", received_on=str(day)
	)
	examined(matter, "Well Founded", "Removal")
	matter.act("O40", "issue")
	matter.serve_all("O50")
	matter.act("O50", "served")
	removal = frappe.get_doc("SC Removal", matter.doc.follow_up_removal)
	assert (removal.kind, removal.state) == (removals.EXPIRY, "E10")


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"received_on": "2025-03-04"}, "今天"),
		({"received_on": "2024-09-01"}, "列入"),
		({"content": " "}, ""),
		({"route": "External Body"}, ""),
	],
)
def test_bad_input_is_refused_with_what_to_do(record, values, message):
	with refused(frappe.ValidationError, match=message):
		objection(record, **values)


def test_another_bureau_and_those_without_a_post_are_refused(record):
	for user in (user_of("officer", CITY), user_of("leader"), user_of("leader", CITY)):
		doc = frappe.new_doc("SC Objection")
		doc.update({"record": record, "item": "Other", "content": CONTENT, "received_on": str(DAY)})
		with as_user(user), as_of(f"{DAY} 09:00:00"), refused(frappe.PermissionError):
			doc.insert()
	matter = objection(record)
	for user in (user_of("officer", CITY), user_of("leader"), "Administrator"):
		with refused(frappe.PermissionError):
			matter.act("O10", "mark", user=user)


def test_no_request_sets_the_mark(record):
	with as_user(user_of("officer")), refused(frappe.PermissionError):
		doc = frappe.get_doc("SC Listing Record", record)
		doc.objection_marked = 1
		doc.save()
	doc = frappe.new_doc("SC Objection")
	doc.update({"record": record, "item": "Other", "content": CONTENT, "received_on": str(DAY)})
	doc.marked_on = str(DAY)
	with as_user(user_of("credit")), as_of(f"{DAY} 09:00:00"), refused(frappe.PermissionError):
		doc.insert()


# ------------------------------------------------------------------ another route, by rows alone


def _external() -> Procedure:
	"""Zhejiang's way: the public credit body of the province takes it, five working days (twenty at most), then
	the development commission looks again on request."""
	step = {"post": "credit_officer"}
	return Procedure.from_dict(
		{
			"kind": "Objection",
			"steps": [
				{"code": "Z10", "title": "登记标注", "nature": "Fill", "is_start": 1, "tool": "objection_mark", "limit": "T18", **step},
				{"code": "Z20", "title": "省公共信用工作机构核查", "nature": "External", "limit": "T18", **step},
				{"code": "Z30", "title": "答复书制发", "nature": "Issue", "post": "document_officer", "limit": "T18"},
				{"code": "Z40", "title": "答复送达", "nature": "Serve", "post": "service_officer", "tool": "service"},
				{"code": "Z50", "title": "省发展改革委复核", "nature": "External", **step},
				{"code": "Z90", "title": "异议成立", "nature": "End", "outcome": "Objection Upheld"},
				{"code": "Z91", "title": "异议不成立", "nature": "End", "outcome": "Objection Rejected"},
			],
			"transitions": [
				{"step": "Z10", "action": "mark", "label": "登记并标注", "verb": "Forward", "targets": ["Z20"]},
				{"step": "Z20", "action": "answered", "label": "已反馈", "verb": "Forward", "targets": ["Z30"]},
				{"step": "Z30", "action": "issue", "label": "制发", "verb": "Forward", "targets": ["Z40"]},
				{"step": "Z40", "action": "served", "label": "已送达", "verb": "Forward", "targets": ["Z50"]},
				{"step": "Z50", "action": "closed", "label": "办结", "verb": "Forward", "targets": ["Z90"], "priority": 1, "condition": "changed"},
				{"step": "Z50", "action": "closed", "label": "办结", "verb": "Forward", "targets": ["Z91"], "priority": 2},
			],
			"conditions": [
				{"code": "changed", "group_no": 1, "field": "review_overturned", "operator": "is", "value": "1"},
				{"code": "changed", "group_no": 2, "field": "objection_result", "operator": "in", "value": "Well Founded,Partly Well Founded"},
			],
			"limits": [{"limit": "T18", "n": 5, "unit": "Working Day", "extend_n": 15, "extend_post": "deputy_leader"}],
			"documents": [
				{"step": "Z30", "action": "issue", "document_kind": "D20"},
			],
			"fields": [
				{"step": code, "field": field, "policy": "Edit"}
				for code, fields in (
					("Z20", ("findings", "result", "answer_reasons", "consequence")),
					("Z50", ("review_body", "review_received_on", "review_result", "review_reasons", "consequence")),
				)
				for field in fields
			],
		}
	)  # fmt: skip


def test_an_external_body_and_a_second_stage_are_rows_of_a_procedure(record):
	frappe.set_user("Administrator")
	procedure = frappe.new_doc("SC Procedure")
	procedure.update(
		{
			"code": "objection-external",
			"procedure_name": "异议（外部）",
			"kind": "Objection",
			"bureau": DISTRICT,
		}
	)
	procedure.insert()
	version = frappe.new_doc("SC Procedure Version")
	version.update({"procedure": "objection-external", "effective_from": "2024-01-01"})
	store.fill_tables(version, _external())
	version.insert()
	versions.publish(version.name, "2024-01-01")
	with engine_writes():
		versions.bind(DISTRICT, version.name, "2024-01-01")

	matter = objection(record, route="External Body", body="省公共信用工作机构")
	matter.act("Z10", "mark")
	assert shown(record)
	matter.write(
		"Z20",
		findings="省公共信用工作机构核查反馈，公示无误。",
		result="Unfounded",
		answer_reasons="公示无误。",
	)
	matter.act("Z20", "answered")
	matter.act("Z30", "issue")
	assert "省公共信用工作机构" in frappe.db.get_value("SC Notice", matter.notices("D20")[0].name, "html")
	matter.serve_all("Z40")
	matter.act("Z40", "served")
	assert shown(record), "the review is part of it"
	matter.write(
		"Z50",
		review_body="省发展和改革委员会",
		review_received_on=str(DAY),
		review_result="Overturned",
		review_reasons="答复依据不足。",
		consequence="Correction",
	)
	matter.act("Z50", "closed")
	assert matter.doc.outcome == "Objection Upheld" and not shown(record)
