from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sclist_app.law.findings import render
from sclist_app.law.grounds import GROUNDS, check_ground
from sclist_app.law.questions import QUESTIONS, asked, assess, cleaned, known
from tests.unit.law.helpers import LARGER, LEADER, MAJOR, PENALTY, UNIT, case

BLANK = replace(case(), ground="", conduct="", subjects=(), penalties=(), accidents=(), reasons="")
ORDINARY = {"reporting": "none", "leader": "none", "heavy_fine": "no"}
QUIET = {"party": "unit", "accident": "no", "permit": "none", "performance": "none", "grave": "no"}
HEAVY = replace(PENALTY, basis="《安全生产法》第一百一十四条第二款", multiplier=Decimal(3))

# ground → answers, what the case brings, and the neighbours with the reason they do not fit
FITTING = {
	"6-1": (
		{"party": "unit", "accident": "yes", "involvement": "own", **ORDINARY},
		{"accidents": (MAJOR,)},
		{"6-2": "ground.window", "6-3": "choose.fine", "6-4": "choose.conduct", "7-1": "choose.accident"},
	),
	"6-2": (
		{"party": "unit", "accident": "yes", **ORDINARY},
		{"accidents": (LARGER, replace(LARGER, row="b", occurred_on=date(2025, 1, 10)))},
		{"6-1": "ground.level", "6-3": "choose.fine", "7-4": "choose.accident"},
	),
	"6-3": (
		{"party": "unit", "accident": "yes", **ORDINARY, "heavy_fine": "yes"},
		{"accidents": (replace(MAJOR, deaths=2),), "penalties": (HEAVY,)},
		{"6-1": "ground.level", "6-2": "ground.window", "6-4": "choose.conduct"},
	),
	"6-4": (
		{"party": "unit", "accident": "yes", **ORDINARY, "reporting": "concealed"},
		{"accidents": (replace(MAJOR, deaths=1),)},
		{"6-1": "ground.level", "6-3": "choose.fine", "6-5": "choose.conduct"},
	),
	"6-5": (
		{"party": "unit", "accident": "yes", **ORDINARY, "leader": "fled"},
		{"accidents": (replace(MAJOR, deaths=1),)},
		{"6-1": "ground.level", "6-4": "choose.conduct", "7-3": "choose.accident"},
	),
	"7-1": (
		{**QUIET, "permit": "suspended"},
		{},
		{
			"6-4": "choose.no_accident",
			"7-2": "choose.kind",
			"7-3": "choose.conduct",
			"7-4": "choose.not_grave",
		},
	),
	"7-2": (
		{"party": "institution", "accident": "no", "services": "false_document", "grave": "no"},
		{},
		{"6-1": "choose.no_accident", "7-1": "choose.kind", "7-3": "choose.kind", "7-4": "choose.not_grave"},
	),
	"7-3": (
		{**QUIET, "performance": "evaded", "ability": "yes"},
		{},
		{"6-5": "choose.no_accident", "7-1": "choose.conduct", "7-2": "choose.kind"},
	),
	"7-4": (
		{**QUIET, "grave": "yes"},
		{},
		{"7-1": "choose.conduct", "7-2": "choose.kind", "7-3": "choose.conduct", "6-1": "choose.no_accident"},
	),
}


def by_code(answers, **facts):
	return {v.ground.code: v for v in assess(answers, replace(BLANK, **facts))}


@pytest.mark.parametrize("ground", GROUNDS)
def test_one_set_of_answers_fits_each_ground_and_says_why_its_neighbours_do_not(ground):
	answers, facts, neighbours = FITTING[ground]
	verdicts = by_code(answers, **facts)
	assert [code for code, v in verdicts.items() if v.fit == "fits"] == [ground]
	assert {code: verdicts[code].against[0].code for code in neighbours} == neighbours
	for code, verdict in verdicts.items():
		if code == ground:
			continue
		assert verdict.fit == "not"
		for finding in verdict.against:
			assert finding.article and "{" not in render(finding)


@pytest.mark.parametrize("ground", GROUNDS)
def test_what_fits_here_passes_the_gate_once_the_case_is_filled_in(ground):
	answers, facts, _ = FITTING[ground]
	verdict = by_code(answers, **facts)[ground]
	whole = case(ground, conduct=verdict.conduct, able_to_perform=answers.get("ability") == "yes")
	assert [f.code for f in check_ground(whole) if f.severity == "error"] == []


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_case_that_passes_the_gate_is_never_told_otherwise(ground):
	"""Answers that a sound case gives by itself do not speak against its own ground."""
	facts = case(ground)
	verdict = {v.ground.code: v for v in assess(known(facts), facts)}[ground]
	assert verdict.fit != "not", [render(f) for f in verdict.against]


def test_without_answers_every_ground_is_open_and_names_its_questions():
	verdicts = by_code({})
	assert {v.fit for v in verdicts.values()} == {"open"}
	assert all("accident" in v.unanswered for v in verdicts.values())
	assert [q.key for q in asked({}, BLANK)] == ["party", "accident"]


def test_late_reporting_is_no_ground():
	answers = {"party": "unit", "accident": "yes", **ORDINARY, "reporting": "late_report"}
	verdicts = by_code(answers, accidents=(replace(MAJOR, deaths=1),))
	assert verdicts["6-4"].against[0].code == "ground.conduct_not_covered"
	assert not [v for v in verdicts.values() if v.fit == "fits"]


def test_no_proof_of_ability_speaks_against_7_3():
	answers = {**QUIET, "performance": "refused", "ability": "no"}
	assert [f.code for f in by_code(answers)["7-3"].against] == ["ground.ability"]


def test_a_performed_penalty_answers_the_question_itself():
	facts = {"penalties": (replace(PENALTY, status="performed"),)}
	assert known(replace(BLANK, **facts))["performance"] == "none"


def test_an_answer_about_the_fine_does_not_outweigh_the_penalty():
	"""Says yes to 2 to 5 times, but the linked decision rests on another paragraph."""
	answers = {"party": "unit", "accident": "yes", **ORDINARY, "heavy_fine": "yes"}
	facts = {"accidents": (replace(MAJOR, deaths=1),), "penalties": (PENALTY,)}
	assert [f.code for f in by_code(answers, **facts)["6-3"].against] == ["ground.basis"]
	assert by_code(answers, accidents=facts["accidents"])["6-3"].fit == "fits"


def test_the_last_item_gives_way_to_the_acts_named_before_it():
	answers = {**QUIET, "permit": "no_permit", "grave": "yes"}
	verdicts = by_code(answers)
	assert verdicts["7-1"].fit == "fits"
	assert [f.code for f in verdicts["7-4"].against] == ["choose.named"]


def test_several_grounds_may_fit():
	answers = {"party": "unit", "accident": "yes", "involvement": "own", **ORDINARY, "reporting": "concealed"}
	verdicts = by_code(answers, accidents=(MAJOR,))
	assert [c for c, v in verdicts.items() if v.fit == "fits"] == ["6-1", "6-4"]


def test_what_is_filled_in_later_is_said_and_does_not_refuse():
	answers, facts, _ = FITTING["7-4"]
	verdict = by_code(answers, **facts)["7-4"]
	assert "ground.reasons" in [f.code for f in verdict.later]
	other = by_code(
		{"party": "unit", "accident": "yes", "involvement": "other", **ORDINARY}, accidents=(MAJOR,)
	)["6-1"]
	assert other.fit == "fits" and "ground.report" in [f.code for f in other.later]


def test_the_case_answers_what_it_knows():
	assert known(case("6-4")) == {
		"party": "unit",
		"accident": "yes",
		"heavy_fine": "no",
		"reporting": "concealed",
	}
	assert known(replace(BLANK, subjects=(LEADER,)))["party"] == "unit"
	assert known(replace(BLANK, subjects=(replace(UNIT, kind="institution"),)))["party"] == "institution"


def test_answers_to_questions_no_longer_asked_count_for_nothing():
	answers = {**QUIET, "permit": "no_permit", "accident": "yes", **ORDINARY}
	assert by_code(answers, accidents=(replace(MAJOR, deaths=1),))["7-1"].fit == "not"


@pytest.mark.parametrize("answers", [{"unknown": "yes"}, {"accident": "maybe"}, {"figures": "3"}])
def test_unknown_answers_are_refused(answers):
	with pytest.raises(ValueError):
		cleaned(answers)


def test_questions_are_asked_after_those_they_hang_on_and_name_their_article():
	before = {"level"}
	for q in QUESTIONS.values():
		assert all(key in before for key, _ in q.when), q.key
		for key, values in q.when:
			assert key == "level" or set(values) <= set(QUESTIONS[key].options)
		assert q.article and q.text.endswith("？") and set(q.grounds) <= set(GROUNDS)
		assert bool(q.options) == (q.kind != "rows")
		before.add(q.key)
	assert {code for q in QUESTIONS.values() for code in q.grounds} == set(GROUNDS)
