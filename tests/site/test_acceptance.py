"""Acceptance checks of the regulation (§10), through the real DocTypes and the API.

Checks 6–9 are in test_repair.py, 10 and 11 in test_removals.py.
"""

import json
from datetime import date, timedelta

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import defence as defence_api
from sclist_app.api import entities as entities_api
from sclist_app.api import procedures as procedures_api
from sclist_app.api import run as run_api
from sclist_app.documents import numbers
from sclist_app.register import public
from sclist_app.setup.player import PDF
from sclist_app.workflow import clocks, store
from sclist_app.workflow.actions import NotAllowedByLaw
from tests.site.support import CITY, COUNTY, DISTRICT, Case, as_user, card_number, refused, serial, user_of

DAY = date(2024, 9, 2)


# --- 1: no case without a penalty of the deciding bureau


def test_check_1_without_a_penalty_a_case_does_not_leave_registration(people):
	case = Case(DISTRICT, DAY)
	case.open_case({**case.register(), "penalties": []})
	assert case.blocked("C00", "submit") == {"g1.missing"}
	with refused(NotAllowedByLaw):
		case.act("C00", "submit")
	assert case.steps == {"C00"}
	with case.acting(case.officer()):
		doc = case.doc
		doc.append("penalties", {"penalty": case.penalty})
		doc.save()
	case.act("C00", "submit")
	assert case.steps == {"C10"}


def test_check_1_a_revoked_penalty_supports_no_case(people):
	case = Case(DISTRICT, DAY)
	case.open_case(case.register(status="Revoked"))
	assert "g1.revoked" in case.blocked("C00", "submit")
	with refused(NotAllowedByLaw):
		case.act("C00", "submit")


def test_check_1_a_county_case_on_a_penalty_of_the_city_is_refused(people):
	city = Case(CITY, DAY)
	city.register()
	county = Case(COUNTY, DAY)
	county.unit, county.person, county.penalty = city.unit, city.person, city.penalty
	county.open_case(county.values("7-1"))
	assert county.blocked("K01", "submit") == {"g2.bureau"}
	with refused(NotAllowedByLaw, match="太原市应急管理局"):
		county.act("K01", "submit")
	assert county.steps == {"K01"}


def test_check_1_nobody_registers_the_penalty_of_another_bureau(people):
	county = Case(COUNTY, DAY)
	with refused(frappe.PermissionError):
		county.register(penalty_bureau=CITY)


# --- 2, 3: grounds


def _larger(case: Case, *days: str) -> list[dict]:
	return [
		{"occurred_on": day, "unit": case.unit, "place": "厂区", "deaths": 3, "injuries": 0, "loss": 0}
		for day in days
	]


@pytest.mark.parametrize(("second", "passes"), [("2025-01-10", True), ("2025-01-11", False)])
def test_check_2_two_larger_accidents_within_twelve_months(people, second, passes):
	case = Case(DISTRICT, date(2025, 3, 3))
	values = case.register("7-1") | {"ground": "6-2", "ground_detail": ""}
	case.open_case({**values, "accidents": _larger(case, "2024-01-10", second)})
	assert {row.level for row in case.doc.accidents} == {"larger"}
	if passes:
		case.act("C00", "submit")
		assert case.steps == {"C10"}
		return
	assert case.blocked("C00", "submit") == {"ground.window"}
	with refused(NotAllowedByLaw):
		case.act("C00", "submit")


def test_check_3_ground_6_5_lists_the_person_alone(people):
	case = Case(DISTRICT, DAY)
	values = case.register("6-5")
	case.open_case({**values, "subjects": [{"entity": case.unit}, *values["subjects"]]})
	assert case.blocked("C00", "submit") == {"ground.unit"}
	with refused(NotAllowedByLaw):
		case.act("C00", "submit")
	with case.acting(case.officer()):
		doc = case.doc
		doc.subjects = [row for row in doc.subjects if row.entity == case.person]
		doc.save()
	case.act("C00", "submit")
	assert case.steps == {"C10"}


def test_check_3_the_person_must_be_the_principal_leader(people):
	case = Case(DISTRICT, DAY)
	values = case.register("6-5")
	case.open_case({**values, "subjects": [{"entity": case.person, "role": "directly_responsible"}]})
	assert case.blocked("C00", "submit") == {"ground.role"}
	with refused(NotAllowedByLaw, match="主要负责人"):
		case.act("C00", "submit")


# --- 4: no decision before the party was heard


def _unheard(case: Case) -> set[str]:
	"""What the law says against deciding now, whatever step the procedure has reached."""
	return {code for code in case.blocked("C80", "issue") if code.startswith("g3.")}


def test_check_4_the_law_refuses_a_decision_before_service(world):
	case = world.case("fresh")
	assert _unheard(case)


def test_check_4_the_window_must_be_over(world):
	case = world.case("waiting")
	due = case.clock("T01").due_on
	case.day = due
	assert _unheard(case)
	with case.acting(case.people("officer")):
		button = next(
			action
			for task in run_api.view("SC Case", case.case)["tasks"]
			for action in task["actions"]
			if action["action"] == "answered"
		)
	said = f"{due.year}年{due.month}月{due.day}日"
	assert any(said in line or str(due) in line for line in button["blocked"]), button
	with refused(NotAllowedByLaw):
		case.act("C40", "answered")
	assert not case.expire("C40"), "the last day belongs to the party"
	case.day = due + timedelta(days=1)
	assert not _unheard(case)
	assert case.expire("C40")
	assert case.steps == {"C50"}


def test_check_4_a_written_waiver_opens_the_way_at_once(world):
	case = world.case("waiting")
	officer = case.in_step("C40")
	with case.acting(officer), refused(frappe.ValidationError):
		defence_api.record(case.case, case.person, "Waiver", str(case.day))
	with case.acting(officer), refused(frappe.ValidationError):
		defence_api.record(
			case.case, case.person, "Waiver", str(case.day), file="/private/files/not-there.pdf"
		)
	case.answer("C40", case.person, "Waiver")
	assert not _unheard(case)
	case.act("C40", "answered")
	assert case.steps == {"C50"}


def test_check_4_a_waiver_before_service_counts_for_nothing(world):
	case = world.case("waiting")
	served = case.doc.notice_served_on
	file = case.upload("放弃声明.pdf", PDF)
	with case.acting(case.in_step("C40")), refused(frappe.ValidationError):
		defence_api.record(
			case.case, case.person, "Waiver", str(served - timedelta(days=1)), "Written", "", file
		)


# --- 5, 16: time


def test_check_5_entry_and_publication_are_due_across_the_national_holiday(world):
	case = world.case("listed")
	assert case.doc.decided_on == date(2024, 9, 27)
	assert case.clock("T03").started_on == case.clock("T04").started_on == date(2024, 9, 27)
	assert case.clock("T03").due_on == date(2024, 10, 8)
	assert case.clock("T04").due_on == date(2024, 10, 30)
	assert not case.clock("T04").provisional


def test_check_16_without_a_published_calendar_a_date_is_marked_provisional(world):
	case = world.case("waiting")
	loaded = store.read_run(case.run)
	rule = loaded.procedure.limit("T04")
	for start, provisional in ((date(2026, 11, 2), 0), (date(2031, 3, 3), 1)):
		with as_of(str(start)):
			name = clocks.start(loaded.run, rule, start)
		row = frappe.db.get_value("SC Clock", name, ["due_on", "provisional"], as_dict=True)
		assert row.due_on > start and row.provisional == provisional


# --- 12: numbers of persons


def test_check_12_the_public_list_and_lists_show_masked_numbers(world):
	case = world.case("listed")
	number = entities_number(case.person)
	person = frappe.get_doc("SC Entity", case.person)
	rows = public.search(person.entity_name, 1, "").rows
	assert [row.code for row in rows] == [number[:4] + "*" * 10 + number[-4:]]
	with as_user(case.people("officer")):
		row = frappe.get_list("SC Entity", filters={"name": case.person}, fields=["*"])[0]
	assert number not in json.dumps(row, default=str)


def entities_number(entity: str) -> str:
	from sclist_app.register import identity

	return identity.full_number(frappe.get_doc("SC Entity", entity))


def test_check_12_an_unmasked_view_is_logged(world):
	case = world.case("listed")
	chain = {"chain": f"SC Entity:{case.person}", "event": "disclosed"}
	before = frappe.db.count("SC Event", chain)
	with as_user(case.people("officer")):
		shown = entities_api.reveal(case.person, "核对身份证复印件")
	assert shown == {"id_number": entities_number(case.person)}
	row = frappe.get_last_doc("SC Event", filters=chain)
	assert frappe.db.count("SC Event", chain) == before + 1
	assert (row.actor, row.opinion) == (case.people("officer"), "核对身份证复印件")


# --- 13: identifiers


def _entity(**values) -> str:
	doc = frappe.new_doc("SC Entity")
	doc.update({"entity_name": f"检验{serial()}", "address": "检验路1号", **values})
	return doc.insert().name


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91140200MA0K9C8D4W", "92140106MA0GY7L261"])
def test_check_13_valid_codes_are_accepted_and_one_changed_character_is_not(people, code):
	case = Case(DISTRICT, DAY)
	with as_user(case.officer()):
		frappe.db.delete("SC Entity", {"uscc": code})
		name = _entity(entity_kind="Unit", uscc=f" {code.lower()} ")
		assert frappe.db.get_value("SC Entity", name, "uscc") == code
		for place in range(len(code)):
			other = "2" if code[place] != "2" else "3"
			with refused(frappe.ValidationError):
				_entity(entity_kind="Unit", uscc=code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
	("number", "valid"),
	[
		("11010519491231002X", True),
		("140106198001010018", True),
		("140101196507041240", True),
		("140702199002290033", False),
		("140106198001010019", False),
	],
)
def test_check_13_identity_card_numbers(people, number, valid):
	case = Case(DISTRICT, DAY)
	from sclist_app.register import identity

	with as_user(case.officer()):
		frappe.db.delete("SC Entity", {"id_number_key": identity.key_of(identity.CARD, number)})
		values = {"entity_kind": "Person", "id_type": identity.CARD, "id_number": number}
		if valid:
			name = _entity(**values)
			assert entities_number(name) == number
			return
		with refused(frappe.ValidationError):
			_entity(**values)


# --- 17: numbers of documents


def test_check_17_counters_are_independent_and_without_leading_zeros(people):
	drawn = {}
	for bureau in (DISTRICT, COUNTY):
		first = [numbers.draw(bureau, "D05", 2019) for _ in range(2)]
		drawn[bureau] = first
		assert [n.split("〕")[1] for n in first] == ["1号", "2号"]
		assert all("〔2019〕" in n for n in first)
	assert not set(drawn[DISTRICT]) & set(drawn[COUNTY])
	assert numbers.draw(DISTRICT, "D05", 2020).endswith("〔2020〕1号"), "each year has its own counter"
	assert numbers.draw(DISTRICT, "D01", 2019).endswith("〔2019〕1号"), "each kind has its own counter"


def test_check_17_a_void_number_is_never_given_out_again(world):
	from sclist_app.documents import issue

	case = world.case("listed")
	notice = case.notices("D01")[0]
	with refused(frappe.ValidationError):
		issue.void(notice.name, " ")
	issue.void(notice.name, "文书有误，重新制发。")
	row = frappe.get_doc("SC Notice", notice.name)
	assert (row.status, row.number) == ("Voided", notice.number)
	assert numbers.draw(case.bureau, "D01", 2024) != notice.number
	with refused(frappe.ValidationError):
		issue.void(notice.name, "再次作废。")


# --- 18: the repair notice goes with the decision


def test_check_18_the_repair_notice_is_served_with_the_decision(world):
	case = world.case("listed")
	decisions = {n.addressee: n.name for n in case.notices("D05")}
	repairs = {n.addressee: n for n in case.notices("D19")}
	assert set(decisions) == set(repairs) == {case.unit, case.person}
	for entity, decision in decisions.items():
		assert repairs[entity].joint_with == decision
		served = {
			name: frappe.db.get_value("SC Service Record", {"notice": name, "result": "Served"}, "served_on")
			for name in (decision, repairs[entity].name)
		}
		assert len(set(served.values())) == 1 and None not in served.values()


def _forgetful() -> None:
	"""A version of the district, in use, that draws no repair notice."""
	with as_user(user_of("rules")):
		name = procedures_api.copy(
			"listing-standard-v1", f"xd-forgets-{serial()}", "小店区列入程序（检验）", DISTRICT
		)["name"]
		doc = frappe.get_doc("SC Procedure Version", name)
		doc.documents = [row for row in doc.documents if row.document_kind != "D19"]
		doc.save()
		procedures_api.submit(name)
	with as_user(user_of("approver")):
		procedures_api.publish(name, "2024-01-01")
		procedures_api.bind(name, DISTRICT, "2024-01-01")


def test_check_18_it_goes_along_even_where_the_procedure_forgets_it(people):
	_forgetful()
	case = Case.opened(DISTRICT, DAY, "6-5")
	case.play("C85", waive=True)
	[decision] = case.notices("D05")
	[repair] = case.notices("D19")
	assert repair.joint_with == decision.name


def test_check_18_a_site_switches_it_off_with_a_reason_only(people):
	settings = frappe.get_doc("SC Settings")
	settings.joint_service = 0
	with refused(frappe.ValidationError, match="同时送达|同达"):
		settings.save()
	settings.reload()
	settings.joint_service = 0
	settings.joint_service_off_reason = "本省信用修复告知书由政务服务窗口统一发放。"
	settings.save()
	frappe.clear_document_cache("SC Settings", "SC Settings")
	_forgetful()
	case = Case.opened(DISTRICT, DAY, "6-5")
	case.play("C85", waive=True)
	assert len(case.notices("D05")) == 1 and case.notices("D19") == []


# --- numbers of the same card


def test_numbers_of_cards_are_invented_and_valid():
	from sclist_app.law.findings import errors
	from sclist_app.law.identifiers import check_id_number

	assert not errors(check_id_number(card_number(serial()), date(2026, 1, 1))[1])
