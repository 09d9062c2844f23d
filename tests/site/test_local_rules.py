"""What a bureau rules itself besides its procedure: by saving forms only, approved by another person, inherited."""

import json
from datetime import date, timedelta
from typing import Any

import frappe
import pytest

from sclist_app.access import local_rules
from sclist_app.access.today import as_of
from sclist_app.api import follow_up as follow_up_api
from sclist_app.api import joint_action as joint_api
from sclist_app.api import local_rules as api
from sclist_app.api import register as register_api
from sclist_app.law.periods import add_months
from sclist_app.register import channels, follow_up, joint_action, public
from sclist_app.setup.repair_player import RepairPlayer
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, Case, as_user, refused, user_of

DAY = date(2024, 9, 2)
BEFORE = "2024-08-01 09:00:00"


def draft(bureau: str = DISTRICT, **values: Any) -> str:
	"""A record as the bureau's rule administrator saves it."""
	with as_user(user_of("rules", bureau)), as_of(BEFORE):
		doc = frappe.new_doc("SC Local Rule")
		doc.update({"bureau": bureau, "effective_from": "2024-08-01", **values})
		doc.insert()
		return doc.name


def approve(name: str) -> None:
	bureau, seen = frappe.db.get_value("SC Local Rule", name, ["bureau", "modified"])
	with as_user(user_of("approver", bureau)), as_of(BEFORE):
		api.approve(name, str(seen))


def rule(bureau: str = DISTRICT, **values: Any) -> str:
	"""A record drafted, approved and in force."""
	name = draft(bureau, **values)
	approve(name)
	return name


def save(doctype: str, bureau: str, **values: Any) -> str:
	"""Another form of rules as the rule administrator saves it."""
	with as_user(user_of("rules", bureau)):
		doc = frappe.new_doc(doctype)
		doc.update({"bureau": bureau, **values})
		doc.insert()
		return doc.name


def text_of(case: Case, kind: str, entity: str) -> str:
	notice = next(n.name for n in reversed(case.notices(kind)) if n.addressee == entity)
	return frappe.db.get_value("SC Notice", notice, "html")


def drawn(kind: str, until: str, **changes: Any) -> tuple[Case, str]:
	"""A new case of the district's unit played until its document is drawn, and the document's text."""
	case = Case.opened(DISTRICT, DAY, "7-4", **changes)
	case.play(until)
	return case, text_of(case, kind, case.unit)


# --- who rules what


def test_a_rule_applies_once_approved_and_from_its_day(people):
	name = draft(hearing_mode="Always", effective_from="2024-10-01")
	assert local_rules.value(DISTRICT, "hearing_mode", date(2024, 12, 1)) == "With Ban"
	approve(name)
	assert local_rules.value(DISTRICT, "hearing_mode", date(2024, 9, 30)) == "With Ban"
	assert local_rules.value(DISTRICT, "hearing_mode", date(2024, 10, 1)) == "Always"
	event = frappe.get_last_doc("SC Event", {"reference_name": name})
	assert event.event == "approved" and event.actor == user_of("approver") and "Always" in event.data


def test_an_empty_field_is_the_superiors_and_the_latest_record_counts(people):
	rule(PROVINCE, copies="2", date_style="Chinese")
	rule(CITY, copies="3")
	assert (local_rules.copies(DISTRICT), local_rules.copies(PROVINCE)) == (3, 2)
	assert local_rules.find(DISTRICT, "date_style").bureau == PROVINCE
	rule(CITY, copies="5")
	assert local_rules.copies(DISTRICT) == 5
	# the newer record of the city says nothing of dates, and its older one does not come back
	rule(CITY, date_style="Arabic")
	assert local_rules.copies(DISTRICT) == 2 and local_rules.find(DISTRICT, "date_style").bureau == CITY


def test_the_form_is_told_what_applies_and_whose_it_is(people):
	rule(PROVINCE, hearing_mode="Always", recipients=[{"recipient": "省发展改革委", "way": "Platform"}])
	rule(DISTRICT, copies="4")
	with as_user(user_of("rules")), as_of("2024-09-01"):
		rows = {row["field"]: row for row in api.in_force(DISTRICT)}
	assert rows["hearing_mode"]["bureau"] == PROVINCE and not rows["hearing_mode"]["own"]
	assert "省发展改革委" in rows["recipients"]["text"]
	assert rows["copies"]["own"] and rows["copies"]["text"] == "4"
	# what an empty field of a new draft would mean
	assert rows["copies"]["above"] != "4" and rows["copies"]["above_source"] == rows["date_style"]["source"]
	assert not rows["date_style"]["bureau"] and rows["date_style"]["source"]
	assert set(rows) == set(local_rules.FIELDS)


def test_only_the_bureaus_own_rule_administrator_writes(people):
	for user in (user_of("rules", CITY), user_of("approver"), user_of("officer"), user_of("leader")):
		with as_user(user), refused(frappe.PermissionError):
			frappe.get_doc(
				{"doctype": "SC Local Rule", "bureau": DISTRICT, "effective_from": "2024-08-01"}
			).insert()
	name = draft(copies="2")
	with as_user(user_of("rules", CITY)), refused(frappe.PermissionError):
		doc = frappe.get_doc("SC Local Rule", name)
		doc.copies = "3"
		doc.save()


def test_only_an_approver_who_did_not_write_it_approves_what_they_saw(people):
	name = draft(copies="2")
	seen = str(frappe.db.get_value("SC Local Rule", name, "modified"))
	for user in (user_of("rules"), user_of("leader"), user_of("approver", COUNTY)):
		with as_user(user), refused(frappe.PermissionError):
			api.approve(name, seen)
	with as_user(user_of("rules")):
		doc = frappe.get_doc("SC Local Rule", name)
		doc.copies = "9"
		doc.save()
	with as_user(user_of("approver")), refused(frappe.ValidationError):
		api.approve(name, seen)
	frappe.db.set_value("SC Local Rule", name, "author", user_of("approver"), update_modified=False)
	with as_user(user_of("approver")), refused(frappe.PermissionError):
		api.approve(name, str(frappe.db.get_value("SC Local Rule", name, "modified")))


def test_an_approved_rule_stays_as_it_is(people):
	name = rule(copies="2")
	with as_user(user_of("rules")):
		with refused(frappe.PermissionError):
			doc = frappe.get_doc("SC Local Rule", name)
			doc.copies = "3"
			doc.save()
		with refused(frappe.PermissionError):
			frappe.delete_doc("SC Local Rule", name)
		with as_of("2024-08-15"):
			again = frappe.get_doc("SC Local Rule", api.new_draft(DISTRICT)["name"])
	assert (again.state, again.copies, again.author) == ("Draft", "2", user_of("rules"))


def test_state_and_approver_cannot_be_written_by_hand(people):
	with as_user(user_of("rules")):
		doc = frappe.new_doc("SC Local Rule")
		doc.update({"bureau": DISTRICT, "effective_from": "2024-08-01", "state": "Approved", "copies": "7"})
		doc.insert()
		assert doc.state == "Draft" and not doc.approver
		with refused(frappe.PermissionError):
			doc.state = "Approved"
			doc.save()
	assert local_rules.copies(DISTRICT) is None


@pytest.mark.parametrize(
	"values",
	[
		{"copies": "0"},
		{"copies": "三份"},
		{"copies": "²"},
		{"follow_up_months": "半年"},
		{"follow_up_months": "3,99"},
		{"service_ways": [{"way": "Announcement"}, {"way": "Direct"}]},
		{"service_ways": [{"way": "Direct"}, {"way": "Direct"}]},
		{"scope_industries": [{"industry": "航天"}]},
		{"hearing_mode": "Sometimes"},
	],
)
def test_what_cannot_be_is_refused(people, values):
	with refused(frappe.ValidationError):
		draft(**values)


# --- V6 hearing offered


def test_v6_a_hearing_is_offered_where_the_rule_says_so(people):
	_, plain = drawn("D01", "C30")
	assert "要求听证" not in plain
	rule(hearing_mode="Always")
	case, offered = drawn("D01", "C30")
	assert "有权" in offered or "要求听证的权利" in offered
	assert case.doc.name and "5个工作日内向本机关提出" in offered


def test_v6_a_local_wording_of_the_rights_still_tells_of_the_hearing(people):
	rule(hearing_mode="Always")
	save("SC Text Block", DISTRICT, block="rights", text="你单位有权陈述、申辩，请在5个工作日内提出。")
	_, text = drawn("D01", "C30")
	assert "请在5个工作日内提出" in text and "要求听证的" in text


def test_v6_never_is_possible_but_warned_of(people):
	frappe.local.message_log = []
	draft(hearing_mode="Never")
	said = [json.loads(m) if isinstance(m, str) else m for m in frappe.local.message_log]
	assert any("六十三" in message["message"] for message in said)


# --- V8 scope


def test_v8_a_case_of_another_industry_cannot_leave_registration(people):
	rule(scope_industries=[{"industry": "矿山"}], scope_note="移送市应急管理局办理")
	case = Case.opened(DISTRICT, DAY, "7-4")
	assert "g8.industry" in case.blocked("C00", "submit")
	with refused(match="移送市应急管理局办理"):
		case.act("C00", "submit")
	designated = Case.opened(DISTRICT, DAY, "7-4", designation="晋应急函〔2024〕8号指定办理")
	assert not designated.blocked("C00", "submit")
	mine = Case.opened(DISTRICT, DAY, "7-4", industry="矿山")
	assert not mine.blocked("C00", "submit")


def test_v8_registered_in_the_area_of_the_bureau_that_rules_so(people):
	rule(PROVINCE, scope_basis="Registered Here")
	case = Case.opened(DISTRICT, DAY, "7-4")  # its code was given in the district
	assert not case.blocked("C00", "submit")
	frappe.db.set_value("SC Entity", case.unit, "division_code", "370102")
	assert "g8.area" in case.blocked("C00", "submit")
	rule(DISTRICT, scope_basis="Penalised Here")
	assert not Case.at(case.case, DAY).blocked("C00", "submit")


def test_v8_a_later_rule_does_not_stop_a_running_case(people):
	case = Case.opened(DISTRICT, DAY, "7-4")
	with as_user(user_of("rules")), as_of("2024-09-03"):
		doc = frappe.new_doc("SC Local Rule")
		doc.update({"bureau": DISTRICT, "effective_from": "2024-09-03"})
		doc.append("scope_industries", {"industry": "矿山"})
		doc.insert()
	with as_user(user_of("approver")), as_of("2024-09-03"):
		api.approve(doc.name, str(doc.modified))
	case.day += timedelta(days=3)
	assert not case.blocked("C00", "submit")
	later = Case.opened(DISTRICT, case.day, "7-4")
	assert "g8.industry" in later.blocked("C00", "submit")


# --- V9 names and numbering


def test_v9_a_bureau_calls_the_list_by_its_own_name(people):
	save("SC Term", CITY, term="list_name", word="“黑名单”")
	rule(ground_numbering="One Series")
	case, text = drawn("D01", "C30")
	assert "列入安全生产“黑名单”告知书" in text.replace("\n", "").replace("<br>", "")
	assert "拟将你单位列入安全生产“黑名单”" in text
	assert "第七条第（四）项" in text and "（九）" in text
	assert "《安全生产严重失信主体名单管理办法》（应急管理部令第11号）" in text
	notice = case.notices("D01")[0]
	assert frappe.db.get_value("SC Notice", notice.name, "title") == "列入安全生产“黑名单”告知书"
	assert public.title(CITY) == "安全生产“黑名单”" and public.title() == "安全生产严重失信主体名单"
	with refused(frappe.ValidationError):
		save("SC Term", CITY, term="list_name", word="再一个")


# --- V10 persons marked


def test_v10_persons_are_marked_without_being_listed(people):
	rule(mark_legal_representative="Yes", mark_actual_controller="Yes")
	case = Case.opened(DISTRICT, DAY, "7-4")
	assert "paper.incomplete" in case.blocked("C00", "submit")
	frappe.db.set_value("SC Entity", case.unit, "actual_controller", "甄某")
	case.play("C85")
	text = text_of(case, "D05", case.unit)
	assert "实际控制人（标明，不单独列入名单）：甄某" in text
	assert [r.entity for r in case.records()] == [case.unit]


# --- V14 channels


def test_v14_a_fourth_channel_of_another_owner(people):
	save(
		"SC Publication Channel",
		PROVINCE,
		code="province_credit",
		channel_name="省公共信用信息服务平台",
		owner_organ="省公共信用工作机构",
		mandatory=1,
	)
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C87")
	rows = frappe.get_all("SC Publication", filters={"case": case.case}, pluck="channel", order_by="channel")
	assert rows == ["credit_china", "gsxt", "own_site", "province_credit"]
	assert "publication.open" in case.blocked("C87", "published")


def test_v14_a_county_without_a_site_uses_the_citys(people):
	name = save(
		"SC Publication Channel",
		DISTRICT,
		code="xd_city_site",
		channel_name="太原市应急管理局网站",
		owner_organ="太原市应急管理局",
		replaces="own_site",
		own_page=1,
		mandatory=1,
	)
	assert [row.name for row in channels.of_bureau(DISTRICT)] == ["credit_china", "gsxt", name]
	assert "own_site" in [row.name for row in channels.of_bureau(COUNTY)]
	for values in ({"replaces": "gsxt"}, {"replaces": "own_site", "mandatory": 0}):
		with refused(frappe.ValidationError):
			save(
				"SC Publication Channel",
				DISTRICT,
				**{"code": "xd_bad", "channel_name": "甲", "mandatory": 1, **values},
			)


# --- V16 reports upward


def test_v16_listings_are_reported_where_the_rule_wants_it(people):
	rule(report_listings="Yes")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C86")
	case.enter_all("C86")
	assert case.blocked("C86", "entered") == {"report.listing"}
	row = frappe.get_last_doc("SC Upward Report", {"reference_name": case.case})
	assert (row.bureau, row.reporting_bureau, row.status) == (CITY, DISTRICT, "To Report")
	with case.acting(case.in_step("C86")):
		register_api.report_listing(case.case, "SB20240901", str(case.day))
	case.act("C86", "entered")
	assert frappe.db.get_value("SC Upward Report", row.name, "status") == "Reported"


def test_v16_without_the_rule_nothing_is_reported(people):
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C86")
	assert not frappe.db.exists("SC Upward Report", {"reference_name": case.case})
	case.enter_all("C86")
	assert not case.blocked("C86", "entered")


# --- V17 joint action

RECIPIENTS = [
	{"recipient": "小店区市场监督管理局", "way": "Official Letter", "request": "请在评优评先中予以限制。"},
	{"recipient": "省公共信用信息平台", "way": "Platform"},
]


def test_v17_the_listing_is_sent_to_the_departments_of_the_rule(people):
	rule(recipients=RECIPIENTS)
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C89")
	case.carry_out_all("C89")
	assert case.blocked("C89", "done") == {"joint_action.open"}
	rows = {row.recipient: row for row in joint_action.of_case(case.case)}
	letter, platform = rows["小店区市场监督管理局"], rows["省公共信用信息平台"]
	user = case.in_step("C89")
	with case.acting(user):
		issued = joint_api.send(letter.name, str(case.day), letter.content)["letter"]
		with refused(frappe.ValidationError):
			joint_api.send(platform.name, str(case.day), platform.content)
		joint_api.send(platform.name, str(case.day), platform.content, case.upload("推送截图.png"))
		with refused(frappe.ValidationError):
			joint_api.send(letter.name, str(case.day), letter.content)
	paper = frappe.get_doc("SC Notice", issued)
	assert paper.addressee_name == "小店区市场监督管理局" and "失信函〔2024〕" in paper.number
	assert "请在评优评先中予以限制。" in paper.html and case.notices("D05")[0].number in paper.html
	# a letter to a department is not served on the party
	assert "service.open" in case.blocked("C85", "served")
	case.serve_all("C85")
	assert not case.blocked("C85", "served") and not case.blocked("C89", "done")
	with case.acting(user):
		joint_api.answered(letter.name, "已在系统中标注。", str(case.day))
	case.act("C89", "done")

	record = case.records()[0].name
	joint_action.removed(record)
	assert {r.state for r in joint_action.of_case(case.case)} == {"To Lift"}
	found = joint_action.not_lifted([record])
	assert len(found) == 2 and found[0].code == "joint_action.to_lift"
	with as_of("2024-12-02"):
		for row in joint_action.of_case(case.case):
			joint_action.lift(row.name, "2024-12-01", "已函告解除。")
	assert not joint_action.not_lifted([record])


# --- V18 follow-up


def removed(case: Case, on: date) -> Any:
	"""The record of a finished case as a removal on that day leaves it."""
	name = case.records()[0].name
	frappe.db.set_value("SC Listing Record", name, {"state": "L7", "removed_on": on})
	return frappe.get_doc("SC Listing Record", name)


def test_v18_visits_come_after_the_months_of_the_rule(people):
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C85")
	on = date(2025, 11, 30)
	record = removed(case, on)
	with as_of(str(on)):
		assert follow_up.open_for(record, on) == []
		rule(follow_up_months="3，6")
		names = follow_up.open_for(record, on)
		assert len(names) == 2 and follow_up.open_for(record, on) == []
	rows = [frappe.get_doc("SC Follow Up", name) for name in names]
	# the first is a Saturday to make up for the Spring Festival, the second a Saturday off
	assert [row.due_on for row in rows] == [date(2026, 2, 28), date(2026, 6, 1)]
	assert len(follow_up.not_visited([record.name])) == 2
	with as_of("2026-02-25"):
		assert follow_up.remind() == 1 and follow_up.remind() == 0
	given = {
		"visited_on": "2026-02-25",
		"visitors": "王海涛、刘春梅",
		"persons_met": "检某",
		"findings": "现场检查未发现安全生产违法行为。",
		"outcome": "No Problem",
	}
	with as_user(user_of("officer")), as_of("2026-02-25 10:00:00"):
		for wrong in (
			{"visited_on": "2025-01-01"},
			{"visitors": "王海涛"},
			{"findings": " "},
			{"outcome": "x"},
		):
			with refused(frappe.ValidationError):
				follow_up_api.visit(names[0], **{**given, **wrong})
		follow_up_api.visit(names[0], **given)
	with as_user(user_of("legal")), refused(frappe.PermissionError):
		follow_up_api.visit(names[1], **given)
	row = frappe.get_doc("SC Follow Up", names[0])
	assert row.state == "Visited"
	html = frappe.db.get_value("SC Notice", row.letter, "html")
	assert "未发现安全生产违法行为" in html and "2026年2月25日" in html
	follow_up.cancel(record.name)
	assert frappe.db.get_value("SC Follow Up", names[1], "state") == "Not Needed"


# --- V19 order of service


def test_v19_the_ways_of_service_come_in_the_bureaus_order(people):
	rule(CITY, service_ways=[{"way": "Electronic"}, {"way": "By Post"}])
	ways = local_rules.service_ways(DISTRICT)
	assert ways[:3] == ["Electronic", "By Post", "Direct"] and len(ways) == 7 == len(set(ways))
	case = Case.opened(DISTRICT, DAY, "7-4")
	from sclist_app.workflow.view import view

	assert view(case.doc)["service_ways"] == ways


# --- V20 copies and dates


def test_v20_copies_and_dates_are_written_as_the_rule_says(people):
	_, plain = drawn("D01", "C30")
	assert "本文书一式" not in plain
	rule(CITY, copies="3", date_style="Chinese")
	_, text = drawn("D01", "C30")
	assert "本文书一式三份" in text and "二〇二四年九月" in text and "2024年9月" not in text


def test_v20_a_template_of_ones_own_keeps_its_dates(people):
	rule(CITY, date_style="Chinese")
	assert local_rules.date_style(DISTRICT, None, "Arabic") == "chinese"
	assert local_rules.date_style(DISTRICT, CITY, "Arabic") == "chinese"
	assert local_rules.date_style(DISTRICT, DISTRICT, "Arabic") == "arabic"


def test_v17_v18_departments_and_visits_follow_a_real_removal(people):
	"""Listed, sent to a department, removed early a year later: the department is told, a visit is due."""
	rule(recipients=RECIPIENTS[:1], follow_up_months="6")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C89")
	(row,) = joint_action.of_case(case.case)
	with case.acting(case.in_step("C89")):
		joint_api.send(row.name, str(case.day), row.content)
	case.play()
	assert case.doc.outcome == "Listed"
	repair = RepairPlayer(case.records()[0].name, date(2025, 10, 9))
	repair.open()
	repair.play("R64")
	repair.lift_all("R64")
	with refused(match="小店区市场监督管理局"):
		repair.act("R64", "lifted")
	with repair.acting(repair.in_step("R64")):
		joint_api.lift(row.name, str(repair.day), "已函告移出。")
	repair.act("R64", "lifted")
	(visit,) = frappe.get_all(
		"SC Follow Up", filters={"record": repair.record}, fields=["due_on", "removed_on", "state"]
	)
	assert visit.state == "To Visit" and visit.due_on == add_months(visit.removed_on, 6)
