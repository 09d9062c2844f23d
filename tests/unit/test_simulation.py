"""Simulation and comparison of procedures: pure, fast, and saying what the rows say."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import sclist_app
from sclist_app.law.calendar import seed_calendar
from sclist_app.law.findings import render
from sclist_app.workflow.comparison import compare, condition_in_words
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.simulation import Move, replay, simulate

FOLDER = Path(sclist_app.__file__).parent / "fixtures" / "procedures"
MONDAY = date(2024, 9, 2)


def shipped(name: str) -> Procedure:
	package = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
	return Procedure.from_dict({"kind": package["kind"], **package["procedure"]})


@pytest.fixture
def standard() -> Procedure:
	return shipped("listing_standard")


def changed(procedure: Procedure, change) -> Procedure:
	data = procedure.to_dict()
	change(data)
	return Procedure.from_dict(data)


def words(old: Procedure, new: Procedure) -> list[str]:
	return [render(f) for f in compare(old, new)]


def test_plain_case_skips_the_discussion(standard):
	played = simulate(standard, {"ground": "7-1", "fine": 0}, MONDAY, seed_calendar())
	assert played.outcome == "Listed" and played.problem is None
	assert "C60" not in played.path and "C45" not in played.path
	assert played.documents == ("D01", "D05", "D19")


def test_serious_case_is_discussed_by_three(standard):
	played = simulate(standard, {"ground": "7-4"}, MONDAY, seed_calendar())
	discussion = next(v for v in played.visits if v.step == "C60")
	# two of three agree already, but the quorum asks for three votes
	assert discussion.people == 3


def test_a_step_may_take_all_its_limit_leaves(standard):
	"""So that a shorter limit shows in the days."""

	def shorter(data):
		data["limits"] = [row for row in data["limits"] if (row["limit"], row.get("step")) != ("T22", "C10")]
		data["limits"].append({"limit": "T22", "step": "C10", "n": 2, "unit": "Working Day"})

	facts = {"ground": "7-1", "fine": 0}
	quick = simulate(standard, facts, MONDAY, seed_calendar())
	whole = simulate(standard, facts, MONDAY, seed_calendar(), whole_limit=True)
	short = simulate(changed(standard, shorter), facts, MONDAY, seed_calendar(), whole_limit=True)
	stay = {one: next(v for v in one.visits if v.step == "C10") for one in (quick, whole, short)}
	assert stay[quick].left < stay[whole].left == stay[whole].due
	# the registration took the Monday
	assert (stay[short].entered, stay[short].left) == (date(2024, 9, 3), date(2024, 9, 5))
	assert short.days < whole.days


def test_window_runs_from_the_step_and_ends_the_day_after(standard):
	played = simulate(standard, {"ground": "7-1"}, MONDAY, seed_calendar())
	window = next(v for v in played.visits if v.step == "C40")
	# served Mon 2024-09-09: five working days, Sat 2024-09-14 works
	assert (window.entered, window.due, window.left) == (
		date(2024, 9, 9),
		date(2024, 9, 14),
		date(2024, 9, 15),
	)


def test_a_shorter_window_shortens_the_case(standard):
	shorter = changed(standard, lambda d: d["limits"][0].update(n=3))
	facts = {"ground": "7-1"}
	old, new = (simulate(p, facts, MONDAY, seed_calendar()) for p in (standard, shorter))
	assert new.days < old.days
	assert words(standard, shorter) == ["Limit T01: 5个工作日 → 3个工作日."]


def test_choices_lead_another_way(standard):
	played = simulate(standard, {"ground": "7-1"}, MONDAY, seed_calendar(), choices={"C70": "refuse"})
	assert played.outcome == "Not Listed" and "C80" not in played.path


def test_a_circle_is_a_problem_not_an_exception(standard):
	def send_back(data):
		for row in data["transitions"]:
			if row["step"] == "C70" and row["action"] == "approve":
				row["targets"] = ["C50"]

	played = simulate(changed(standard, send_back), {"ground": "7-1"}, MONDAY, seed_calendar())
	assert played.outcome == "" and played.problem.code == "simulation.stuck"


def test_late_is_seen(standard):
	played = simulate(standard, {"ground": "7-1"}, MONDAY, seed_calendar(), pace=lambda step: 9)
	assert next(v for v in played.visits if v.step == "C86").late
	assert not next(v for v in played.visits if v.step == "C87").late


def test_equal_procedures_compare_equal(standard):
	assert compare(standard, standard) == []
	assert compare(standard, Procedure.from_dict(standard.to_dict())) == []


def test_every_kind_of_change_is_told(standard):
	def change(data):
		next(s for s in data["steps"] if s["code"] == "C50")["post"] = "deputy_leader"
		data["steps"] = [s for s in data["steps"] if s["code"] != "C60"]
		data["transitions"] = [
			t for t in data["transitions"] if t["step"] != "C60" and "C60" not in t["targets"]
		]
		data["limits"].append({"limit": "T22", "step": "C25", "n": 2, "unit": "Working Day"})
		data["documents"] = data["documents"][:2]
		data["materials"] = [{"step": "C70", "title": "会议纪要", "required": True}]
		data["fields"] = [{"step": "C10", "field": "facts", "policy": "Edit"}]
		data["conditions"][1]["value"] = "1000000"

	told = "\n".join(words(standard, changed(standard, change)))
	for part in (
		"法制审核: Post changed from “legal_reviewer” to “deputy_leader”.",
		"Step “集体讨论” removed.",
		"Limit T22（告知书制发） added: 2个工作日.",
		"Document removed: 决定书制发 → D19.",
		"Material added: 负责人审批 → 会议纪要.",
		"Form policy added: 承办审查 → facts.",
		"罚款合计（元）不小于1000000",
	):
		assert part in told


def test_the_hash_and_the_comparison_agree(standard):
	other = replace(standard, limits=standard.limits[1:])
	assert other.content_hash != standard.content_hash and compare(standard, other)


def test_condition_in_words(standard):
	assert (
		condition_in_words(standard.condition("serious"))
		== "列入情形属于6-1,6-3,7-4；或者 罚款合计（元）不小于2000000"
	)


# --------------------------------------------------------------------------------------------- move by move

TO_THE_NOTICE = (Move("C00", "submit"), Move("C10", "agree", 2), Move("C20", "agree"))


def test_a_play_says_where_the_case_stands(standard):
	played, standing = replay(standard, {}, MONDAY, seed_calendar(), TO_THE_NOTICE)
	assert played.path == ("C00", "C10", "C20") and not played.problem
	assert [one.step for one in standing] == ["C25"]
	assert played.visits[1].left == date(2024, 9, 5), "two working days from Tuesday"
	assert played.visits[1].due == date(2024, 9, 10)


def test_a_move_that_is_not_open_ends_the_play(standard):
	played, standing = replay(standard, {}, MONDAY, seed_calendar(), (*TO_THE_NOTICE, Move("C70", "approve")))
	assert played.problem.code == "simulation.not_open"
	assert [one.step for one in standing] == ["C25"]


def test_an_end_that_was_added_names_no_post(standard):
	def another_end(data):
		data["steps"].append(
			{**next(s for s in data["steps"] if s["nature"] == "End"), "code": "C97", "title": "移送"}
		)

	def another_signing(data):
		signed = {**next(s for s in data["steps"] if s["code"] == "C60"), "code": "C61", "title": "会签"}
		data["steps"].append(signed | {"mode": "All", "post": "deputy_leader"})

	assert words(standard, changed(standard, another_end)) == ["Step “移送” added."]
	assert words(standard, changed(standard, another_signing)) == ["Step “会签” added (deputy_leader; All)."]


def test_where_several_sign_each_press_is_one_voice(standard):
	def two_sign(data):
		next(s for s in data["steps"] if s["code"] == "C20").update(nature="Sign", mode="All")

	procedure = changed(standard, two_sign)
	first, (standing,) = replay(procedure, {}, MONDAY, seed_calendar(), TO_THE_NOTICE, lambda step: 2)
	assert first.path == ("C00", "C10") and standing.step == "C20"
	assert (standing.ballot.needed, len(standing.ballot.agree), len(standing.ballot.waiting)) == (2, 1, 1)
	moves = (*TO_THE_NOTICE, Move("C20", "agree", 3))
	second, (standing,) = replay(procedure, {}, MONDAY, seed_calendar(), moves, lambda step: 2)
	assert standing.step == "C25" and standing.ballot is None
	assert (second.visits[-1].people, second.visits[-1].action) == (2, "agree")
	assert second.visits[-1].vote == (2, 0) and second.visits[0].vote is None
	moves = (*TO_THE_NOTICE, Move("C20", "return"))
	sent_back, _standing = replay(procedure, {}, MONDAY, seed_calendar(), moves, lambda step: 2)
	assert sent_back.visits[-1].vote is None


def test_who_signs_in_order_is_counted_though_only_the_next_is_asked(standard):
	def in_order(data):
		next(s for s in data["steps"] if s["code"] == "C20").update(nature="Sign", mode="In Order")

	procedure = changed(standard, in_order)
	_played, (standing,) = replay(procedure, {}, MONDAY, seed_calendar(), TO_THE_NOTICE, lambda step: 3)
	assert (standing.ballot.needed, len(standing.ballot.agree)) == (3, 1)
	played = simulate(procedure, {"ground": "7-1"}, MONDAY, seed_calendar())
	assert next(v.people for v in played.visits if v.step == "C20") == 3


def test_side_by_side_each_step_keeps_its_dates(standard):
	to_decision = (
		*TO_THE_NOTICE,
		Move("C25", "issue"),
		Move("C30", "served"),
		Move("C40", "lapse"),
		Move("C50", "pass"),
		Move("C70", "approve"),
		Move("C80", "issue"),
	)
	_played, standing = replay(standard, {}, MONDAY, seed_calendar(), to_decision)
	assert {one.step for one in standing} == {"C85", "C86", "C87", "C89"}
	decided = standing[0].entered
	behind = (
		Move("C85", "served", 6),
		Move("C86", "entered", 1),
		Move("C87", "published", 1),
		Move("C88", "confirm", 1),
		Move("C89", "done", 1),
	)
	played, standing = replay(standard, {}, MONDAY, seed_calendar(), (*to_decision, *behind))
	assert standing == () and played.outcome == "Listed"
	left = {visit.step: visit.left for visit in played.visits}
	assert left["C86"] < left["C85"], "a later press does not make it later"
	assert played.ended == left["C85"] > decided
	assert played.documents == ("D01", "D05", "D19")


def test_facts_choose_the_route(standard):
	moves = (*TO_THE_NOTICE, Move("C25", "issue"), Move("C30", "served"), Move("C40", "lapse"))
	_played, standing = replay(standard, {"hearing_requested": True}, MONDAY, seed_calendar(), moves)
	assert [one.step for one in standing] == ["C47"]
