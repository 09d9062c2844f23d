from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sclist_app.law.accidents import AccidentLevel
from sclist_app.law.facts import SubjectFacts
from sclist_app.law.grounds import (
	DISPLAY_ROLES,
	GROUNDS,
	PERSON_ROLES,
	SCOPE_INDUSTRIES,
	check_ground,
	listed_subjects,
	rests_on_114_2,
	within_window,
)
from tests.unit.law.helpers import LARGER, LEADER, MAJOR, PENALTY, UNIT, case, codes


def errors(facts):
	return codes(check_ground(facts))


def warned(facts):
	return codes(check_ground(facts), "warning")


def test_nine_grounds_five_of_article_6_and_four_of_article_7():
	assert list(GROUNDS) == ["6-1", "6-2", "6-3", "6-4", "6-5", "7-1", "7-2", "7-3", "7-4"]
	for code, g in GROUNDS.items():
		assert g.code == code
		assert g.accident_based == code.startswith("6")
		article = "第六条" if code[0] == "6" else "第七条"
		item = "一二三四五"[int(code[2]) - 1]
		assert g.article == f"《安全生产严重失信主体名单管理办法》{article}第（{item}）项"
		assert set(g.person_roles) <= set(PERSON_ROLES)
		assert set(g.subject_kinds) <= {"unit", "institution"}
		assert g.unit_listed == (code != "6-5") == bool(g.subject_kinds)
	assert [c for c, g in GROUNDS.items() if g.discussion_by_default] == ["6-1", "6-3", "7-4"]


def test_roles_and_industries_of_the_order():
	assert list(PERSON_ROLES.values()) == ["主要负责人", "有关责任人员", "直接责任人员", "其他负有责任的人员"]
	assert list(DISPLAY_ROLES.values()) == ["法定代表人", "实际控制人"]
	assert len(SCOPE_INDUSTRIES) == 15 and SCOPE_INDUSTRIES["other"] == "其他"


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_sound_case_of_each_ground_passes_without_a_word(ground):
	assert check_ground(case(ground)) == []


@pytest.mark.parametrize("ground", ["", "6-6", "8-1"])
def test_no_ground(ground):
	assert errors(replace(case("7-1"), ground=ground)) == ["ground.missing"]


@pytest.mark.parametrize("ground", [g for g in GROUNDS if g.startswith("6")])
def test_article_6_needs_an_accident(ground):
	assert "ground.accident_missing" in errors(case(ground, accidents=()))


@pytest.mark.parametrize("ground", [g for g in GROUNDS if g.startswith("7")])
def test_article_7_needs_none(ground):
	assert errors(case(ground, accidents=())) == []


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", [*PERSON_ROLES, ""])
def test_each_ground_lists_persons_in_its_roles_only(ground, role):
	facts = case(ground, investigation_report="〔2023〕1号报告认定其负有责任")
	facts = replace(
		facts, subjects=tuple(replace(s, role=role) if s.kind == "person" else s for s in facts.subjects)
	)
	assert errors(facts) == ([] if role in GROUNDS[ground].person_roles else ["ground.role"])


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("kind", ["unit", "institution"])
def test_each_ground_lists_its_kinds_of_organisation_only(ground, kind):
	facts = case(ground)
	persons = tuple(s for s in facts.subjects if s.kind == "person")
	facts = replace(facts, subjects=(replace(UNIT, kind=kind), *persons))
	if ground == "6-5":
		assert errors(facts) == ["ground.unit"]
	else:
		assert errors(facts) == ([] if kind in GROUNDS[ground].subject_kinds else ["ground.kind"])


def test_ground_6_5_refuses_the_row_of_the_unit():
	findings = check_ground(case("6-5", subjects=(UNIT, LEADER)))
	assert [(f.code, f.row) for f in findings] == [("ground.unit", "u")]
	assert "第六条第（五）项" in findings[0].article
	other = replace(LEADER, role="responsible_person")
	assert errors(case("6-5", subjects=(other,))) == ["ground.role"]


def test_persons_only_shown_are_neither_checked_nor_listed():
	shown = SubjectFacts("x", "E-x", "person", "李四", "actual_controller", identifier_ok=False)
	facts = case("7-1", subjects=(UNIT, LEADER, shown))
	assert check_ground(facts) == []
	assert listed_subjects(facts) == (UNIT, LEADER)


def test_unit_and_persons_belong_together():
	assert warned(case("7-1", subjects=(LEADER,))) == ["ground.unit_absent"]
	assert warned(case("7-1", subjects=(UNIT,))) == ["ground.person_absent"]
	assert warned(case("6-5")) == []
	assert errors(case("7-1", subjects=(LEADER,))) == []


class TestAccidentLevel:
	@pytest.mark.parametrize(("deaths", "ok"), [(9, False), (10, True), (29, True), (30, True)])
	def test_6_1_needs_major_or_extraordinary(self, deaths, ok):
		facts = case("6-1", accidents=(replace(MAJOR, deaths=deaths),))
		assert errors(facts) == ([] if ok else ["ground.level"])

	def test_the_investigation_may_find_another_level_with_a_reason(self):
		raised = replace(MAJOR, deaths=9, level_override=AccidentLevel.MAJOR)
		assert errors(case("6-1", accidents=(raised,))) == ["accident.override_reason"]
		assert errors(case("6-1", accidents=(replace(raised, override_reason="国务院提级"),))) == []
		lowered = replace(MAJOR, level_override=AccidentLevel.LARGER, override_reason="调查报告认定")
		assert errors(case("6-1", accidents=(lowered,))) == ["ground.level"]

	def test_an_override_that_changes_nothing_wants_no_reason(self):
		assert errors(case("6-1", accidents=(replace(MAJOR, level_override=AccidentLevel.MAJOR),))) == []

	def test_the_date_is_needed(self):
		assert errors(case("6-1", accidents=(replace(MAJOR, occurred_on=None),))) == ["accident.date"]

	def test_others_responsible_need_the_report(self):
		other = SubjectFacts("o", "E-o", "unit", "乙公司", "other_responsible")
		facts = case("6-1", subjects=(UNIT, LEADER, other))
		findings = check_ground(facts)
		assert [(f.code, f.row) for f in findings] == [("ground.report", "o")]
		assert errors(replace(facts, investigation_report="晋政函〔2023〕9号：乙公司负有责任")) == []


class TestWindow:
	"""Two accidents of 较大 or above of the same unit within twelve months, the last day included."""

	@staticmethod
	def of(*accidents):
		return errors(case("6-2", accidents=tuple(accidents)))

	@staticmethod
	def on(text, row="b", **kw):
		return replace(LARGER, row=row, occurred_on=date.fromisoformat(text), **kw)

	def test_the_corresponding_day_is_inside(self):
		assert self.of(LARGER, self.on("2025-01-10")) == []
		assert self.of(LARGER, self.on("2025-01-11")) == ["ground.window"]

	def test_the_order_of_the_rows_does_not_matter(self):
		assert self.of(self.on("2025-01-10"), LARGER) == []
		assert self.of(self.on("2025-01-11"), LARGER) == ["ground.window"]

	def test_the_window_rolls(self):
		assert self.of(LARGER, self.on("2025-02-01"), self.on("2025-12-01", "c")) == []

	def test_two_on_one_day(self):
		assert self.of(LARGER, self.on("2024-01-10")) == []

	def test_one_is_not_enough(self):
		assert self.of(LARGER) == ["ground.window"]

	def test_smaller_ones_do_not_add_up_and_larger_ones_do(self):
		assert self.of(LARGER, self.on("2024-05-01", deaths=2)) == ["ground.window"]
		assert self.of(LARGER, self.on("2024-05-01", deaths=30)) == []

	def test_of_different_units_do_not_add_up(self):
		assert self.of(LARGER, self.on("2024-05-01", unit="E-other")) == ["ground.window"]

	def test_of_a_unit_not_listed_do_not_count(self):
		both = (replace(LARGER, unit="E-other"), self.on("2024-05-01", unit="E-other"))
		assert self.of(*both) == ["ground.window"]

	def test_the_unit_must_be_said(self):
		assert self.of(LARGER, self.on("2024-05-01", unit="")) == ["accident.unit"]

	def test_the_name_of_the_unit_will_do(self):
		assert self.of(replace(LARGER, unit=UNIT.name), self.on("2024-05-01", unit=UNIT.name)) == []

	def test_leap_day(self):
		assert within_window([date(2024, 2, 29), date(2025, 2, 28)])
		assert not within_window([date(2024, 2, 29), date(2025, 3, 1)])
		assert not within_window([])


class TestPenaltyOf6_3:
	@pytest.mark.parametrize(
		("multiplier", "ok"),
		[("1.99", False), ("2", True), ("3.5", True), ("5", True), ("5.01", False), (None, False)],
	)
	def test_multiple_between_two_and_five(self, multiplier, ok):
		facts = case("6-3")
		value = None if multiplier is None else Decimal(multiplier)
		facts = replace(facts, penalties=(replace(facts.penalties[0], multiplier=value),))
		assert errors(facts) == ([] if ok else ["ground.multiplier"])

	def test_basis_and_multiple_must_be_of_one_penalty_in_force(self):
		right = case("6-3").penalties[0]
		split = (replace(right, multiplier=None), replace(PENALTY, multiplier=Decimal(3)))
		assert errors(case("6-3", penalties=split)) == ["ground.multiplier"]
		assert errors(case("6-3", penalties=(replace(right, status="revoked"),))) == ["ground.basis"]
		assert errors(case("6-3", penalties=(PENALTY,))) == ["ground.basis"]

	@pytest.mark.parametrize(
		"basis",
		["《安全生产法》第一百一十四条第二款", "《中华人民共和国安全生产法》第一百一十四条第二款", "《安全生产法》第 114 条第 2 款", "《安全生产法》第一百一十四条第一款、第二款", "安全生产法第114条第2款", "《安全生产法》第九十五条、第一百一十四条第二款"],
	)  # fmt: skip
	def test_ways_to_cite_it(self, basis):
		assert rests_on_114_2(basis)

	@pytest.mark.parametrize(
		"basis",
		["", "《安全生产法》第一百一十四条", "《安全生产法》第一百一十四条第一款", "《安全生产法》第一百一十四条第一款、第一百一十条第二款", "《行政处罚法》第一百一十四条第二款", "《安全生产法》第一百一十四条第一款，《某条例》第一百一十四条第二款", "《安全生产法》第一百一十三条第二款"],
	)  # fmt: skip
	def test_what_is_not_it(self, basis):
		assert not rests_on_114_2(basis)


class TestActs:
	def test_late_or_omitted_reports_are_no_ground(self):
		assert errors(case("6-4", conduct="late_report")) == ["ground.conduct_not_covered"]
		assert errors(case("6-4", conduct="omitted")) == ["ground.conduct_not_covered"]
		assert errors(case("6-4", conduct="false_report")) == []
		assert errors(case("6-4", conduct="")) == ["ground.conduct"]

	@pytest.mark.parametrize("ground", ["6-5", "7-1", "7-2", "7-3"])
	def test_the_act_completes_the_facts_elsewhere(self, ground):
		assert warned(case(ground, conduct="")) == ["ground.conduct"]
		assert errors(case(ground, conduct="concealed")) == ["ground.conduct"]

	def test_refusing_to_perform_needs_the_ability(self):
		assert errors(case("7-3", able_to_perform=False)) == ["ground.ability"]

	def test_a_performed_penalty_is_not_refused(self):
		assert errors(case("7-3", penalties=(replace(PENALTY, status="performed"),))) == ["ground.performed"]

	def test_the_open_ground_must_be_reasoned(self):
		assert errors(case("7-4", reasons=" \n")) == ["ground.reasons"]

	@pytest.mark.parametrize("ground", GROUNDS)
	def test_discussion_by_default(self, ground):
		expected = ["ground.discussion"] if GROUNDS[ground].discussion_by_default else []
		assert warned(case(ground, discussion_required=False)) == expected
