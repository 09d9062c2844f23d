"""The ground chooser and the check of a case before it is saved: what they say, to whom, and that nothing is stored."""

import json

import frappe
import pytest

from sclist_app.api import grounds
from sclist_app.law.grounds import GROUNDS
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of


@pytest.fixture
def material(people):
	"""A party and its penalty, registered but not yet in a case, and the values of a case on them."""
	case = Case(DISTRICT, frappe.utils.getdate("2024-09-02"))
	values = case.register("7-1")
	return case, {"doctype": "SC Case", "bureau": DISTRICT, **values}


def assess(case: dict | None = None, **answers) -> dict:
	return grounds.assess(json.dumps({"case": case or {}, "answers": answers}))


def check(values: dict, served_on: str = "") -> dict:
	return grounds.check(json.dumps(values, default=str), served_on)


def fits(result: dict) -> list[str]:
	return [v["code"] for v in result["verdicts"] if v["fit"] == "fits"]


def test_a_case_begins_with_a_penalty_that_is_in_none(people):
	case = Case(DISTRICT, frappe.utils.getdate())
	values = {"doctype": "SC Case", "bureau": DISTRICT, **case.register("7-1")}
	penalty = values["penalties"][0]["penalty"]
	with as_user(user_of("officer")):
		row = next(row for row in grounds.without_case(DISTRICT) if row["name"] == penalty)
		assert (row["entity"], row["entity_kind"]) == (case.unit, "Unit") and row["document_number"]
		assert row in grounds.without_case()
		with refused(frappe.PermissionError, match="没有登记案件的岗位"):
			grounds.without_case(CITY)
		frappe.get_doc(values).insert()
		assert penalty not in [row["name"] for row in grounds.without_case(DISTRICT)]
	with as_user(user_of("leader")), refused(frappe.PermissionError):
		grounds.without_case(DISTRICT)


def test_questions_follow_the_answers(people):
	with as_user(user_of("officer")):
		start = assess()
		assert [q["key"] for q in start["questions"]] == ["party", "accident"]
		assert len(start["verdicts"]) == 9 and fits(start) == []
		asked = assess(party="unit", accident="no")
		assert [q["key"] for q in asked["questions"]] == [
			"party",
			"accident",
			"permit",
			"performance",
			"grave",
		]
		done = assess(party="unit", accident="no", permit="no_permit", performance="none", grave="no")
		assert fits(done) == ["7-1"]
		verdict = done["verdicts"][0]
		assert verdict["conduct"] == "no_permit" and "主要负责人" in verdict["lists"]
		for other in done["verdicts"][1:]:
			assert other["against"] and "《安全生产严重失信主体名单管理办法》" in other["against"][0]
			assert not any(word in other["against"][0] for word in ("Article", "item", "act"))


def test_the_case_answers_and_agrees_with_the_gate(material):
	_, values = material
	with as_user(user_of("officer")):
		result = assess(values, accident="no", performance="none", grave="no")
		party = next(q for q in result["questions"] if q["key"] == "party")
		assert party["answer"] == "unit" and party["settled"]
		assert fits(result) == ["7-1"]
		found = check({**values, "ground": "7-1"})
		assert [
			i for i in found["items"] if i["severity"] == "error" and i["code"].startswith("ground")
		] == []


def test_check_says_what_is_missing_with_its_place(people):
	with as_user(user_of("officer")):
		found = check({"bureau": DISTRICT})
	places = {item["code"]: (item["stage"], item["field"]) for item in found["items"]}
	assert places["subject.missing"] == (1, "subjects")
	assert places["g1.missing"] == (2, "penalties")
	assert places["ground.missing"] == (3, "ground")
	assert places["reasons.missing"] == (4, "reasons")
	assert found["upcoming"] == []


def test_what_the_papers_need_is_told_before_the_act(material):
	_, values = material
	with as_user(user_of("officer")):
		found = check({**values, "facts": ""})
		missing = [i for i in found["items"] if i["code"] == "paper.incomplete"]
		assert missing and missing[0]["field"] == "facts" and missing[0]["stage"] == 4
		assert not [i for i in check(values)["items"] if i["code"] == "paper.incomplete"]


def test_the_days_to_come_are_explained(material):
	_, values = material
	with as_user(user_of("officer")):
		rows = {row["key"]: row for row in check(values, "2024-09-02")["upcoming"]}
	assert rows["T01"]["on"] == "2024-09-09" and rows["decision"]["on"] == "2024-09-10"
	assert "第5个工作日" in rows["T01"]["explained"] and "2024年9月2日" in rows["T01"]["explained"]
	assert not rows["T01"]["provisional"] and rows["term"]["on"] == "2027-09-10"
	with as_user(user_of("officer")):
		assert all(r["provisional"] for r in check(values, "2026-12-28")["upcoming"] if r["key"] == "T01")


def test_nothing_is_stored(material):
	_, values = material
	before = {
		d: frappe.db.count(d) for d in ("SC Case", "SC Run", "SC Task", "SC Event", "File", "SC Notice")
	}
	with as_user(user_of("officer")):
		assess(values, accident="no")
		check(values)
	assert {d: frappe.db.count(d) for d in before} == before


def test_a_stored_case_is_checked_as_typed_and_stays_as_it_was(world):
	case = world.case("fresh")
	with as_user(user_of("officer")):
		typed = {**case.doc.as_dict(), "reasons": ""}
		found = check(json.loads(json.dumps(typed, default=str)))
		assert "reasons.missing" in [i["code"] for i in found["items"]]
		assert "g6.duplicate" not in [i["code"] for i in found["items"]]
	assert case.doc.reasons


def test_the_engines_fields_cannot_be_slipped_in(world):
	case = world.case("fresh")
	with as_user(user_of("officer")):
		found = check({"bureau": DISTRICT, "run": case.run, "procedure_version": "x", "state": "C80"})
	assert "subject.missing" in [i["code"] for i in found["items"]]


def test_other_bureaus_and_posts_are_refused(world, material):
	case = world.case("fresh")
	_, values = material
	for who in (user_of("officer", CITY), user_of("leader"), user_of("supervisor")):
		with as_user(who):
			with refused(frappe.PermissionError):
				check(values)
			with refused(frappe.PermissionError):
				check({"name": case.case})
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		assess({"bureau": CITY, "penalties": [{"penalty": case.penalty}]})


@pytest.mark.parametrize(
	"text",
	[
		"",
		"[]",
		"not json",
		'{"case": []}',
		'{"answers": {"accident": "maybe"}}',
		'{"answers": {"x": "yes"}}',
		'{"case": {"reasons": {"a": 1}}}',
		'{"case": {"penalties": {"name": ["like", "%"]}}}',
	],
)
def test_what_is_no_case_is_refused_in_words(people, text):
	with as_user(user_of("officer")), refused(frappe.ValidationError):
		grounds.assess(text)


def test_every_ground_has_its_words_in_chinese(people):
	with as_user(user_of("officer")):
		for code, answers in {
			"6": {"party": "unit", "accident": "yes", "reporting": "late_report", "leader": "none"},
			"7": {"party": "institution", "accident": "no", "services": "none", "grave": "no"},
		}.items():
			accident = [{"occurred_on": "2024-05-01", "deaths": 1}] if code == "6" else []
			result = assess({"accidents": accident}, **answers)
			assert {v["code"] for v in result["verdicts"]} == set(GROUNDS)
			for verdict in result["verdicts"]:
				assert not any(c.isascii() and c.isalpha() for c in "".join(verdict["against"])), verdict
