from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law import remedies
from sclist_app.law.calendar import seed_calendar
from sclist_app.law.findings import errors, render, warnings
from sclist_app.law.periods import Period
from sclist_app.law.remedies import (
	ANEW,
	ANSWER_ANEW,
	CONTESTED,
	LITIGATION,
	LOST,
	MARK_PENALTY,
	NOTHING,
	OUTCOMES,
	PENALTY,
	REVIEW,
	REVOKE,
	TELL,
	Filing,
	Outcome,
	answer_due,
	check_answer,
	check_filing,
	check_outcome,
	check_suspension,
	consequence,
	last_day,
)

CALENDAR = seed_calendar()
SERVED = date(2024, 9, 30)
FILING = Filing(REVIEW, date(2024, 10, 20), date(2024, 9, 27), SERVED, Period(60, "day"))
SUIT = replace(FILING, kind=LITIGATION, period=Period(6, "month"))
TODAY = date(2025, 6, 2)


def codes(findings):
	return [finding.code for finding in findings]


def test_sixty_days_end_on_a_working_day():
	# 2024-09-30 + 60 days = 2024-11-29, a Friday
	assert last_day(FILING, CALENDAR).on == date(2024, 11, 29)
	# + 60 days = 2024-11-30, a Saturday: the next working day
	assert last_day(replace(FILING, known_on=date(2024, 10, 1)), CALENDAR).on == date(2024, 12, 2)
	# + 60 days = 2024-10-01, in the national holidays
	assert last_day(replace(FILING, known_on=date(2024, 8, 2), decided_on=None), CALENDAR).on == date(
		2024, 10, 8
	)


def test_six_months_end_on_the_corresponding_or_last_day():
	# 2025-03-30 is a Sunday
	assert last_day(SUIT, CALENDAR).on == date(2025, 3, 31)
	assert last_day(replace(SUIT, known_on=date(2024, 8, 31), decided_on=None), CALENDAR).on == date(
		2025, 2, 28
	)


def test_a_suit_after_a_review_has_fifteen_days():
	assert last_day(replace(SUIT, review_on=date(2025, 3, 3)), CALENDAR).on == date(2025, 3, 18)
	late = replace(SUIT, filed_on=date(2025, 3, 19), review_on=date(2025, 3, 3))
	[finding] = check_filing(late, TODAY, CALENDAR)
	assert (
		finding.severity == "warning"
		and "第四十五条" in render(finding)
		and "2025年3月18日" in render(finding)
	)
	assert not check_filing(replace(late, filed_on=date(2025, 3, 18)), TODAY, CALENDAR)


def test_who_was_not_told_has_a_year():
	untold = replace(FILING, not_told=True)
	assert last_day(untold, CALENDAR).on == date(2025, 9, 30)
	# a suit knows no such year here
	assert last_day(replace(SUIT, not_told=True), CALENDAR) == last_day(SUIT, CALENDAR)


def test_nothing_runs_longer_than_five_years():
	learnt = replace(SUIT, decided_on=date(2019, 6, 3), known_on=date(2024, 5, 1))
	assert last_day(learnt, CALENDAR).on == date(2024, 6, 3)
	[late] = check_filing(replace(learnt, filed_on=date(2024, 6, 4)), TODAY, CALENDAR)
	assert late.code == "remedy.late" and late.article == remedies.LATEST_ARTICLES[learnt.kind]


def test_without_a_day_there_is_no_last_one():
	unserved = replace(FILING, known_on=None)
	assert last_day(unserved, CALENDAR) is None
	assert check_filing(unserved, TODAY, CALENDAR) == []


def test_late_is_a_warning_never_a_refusal():
	assert check_filing(replace(FILING, filed_on=date(2024, 11, 29)), TODAY, CALENDAR) == []
	found = check_filing(replace(FILING, filed_on=date(2024, 11, 30)), TODAY, CALENDAR)
	assert codes(warnings(found)) == ["remedy.late"] and not errors(found)
	assert "第二十条" in render(found[0])


@pytest.mark.parametrize(
	("changes", "code"),
	[
		({"kind": ""}, "remedy.kind"),
		({"filed_on": None}, "remedy.filed"),
		({"filed_on": date(2025, 6, 3)}, "remedy.filed"),
		({"filed_on": date(2024, 9, 26)}, "remedy.before"),
		({"known_on": date(2025, 6, 3)}, "remedy.known"),
		({"known_on": date(2024, 9, 26)}, "remedy.known_before"),
		({"kind": LITIGATION, "review_on": date(2024, 10, 21)}, "remedy.before_review"),
	],
)
def test_impossible_dates_refuse(changes, code):
	assert code in codes(errors(check_filing(replace(FILING, **changes), TODAY, CALENDAR)))


def test_a_suit_beside_a_review_is_warned_of():
	found = check_filing(replace(SUIT, accepted_review="SCY-2024-00001"), TODAY, CALENDAR)
	assert codes(warnings(found)) == ["remedy.both"] and "SCY-2024-00001" in render(found[0])


def test_the_answer_of_the_bureau():
	# ten working days over the national holidays of 2024: 29 September and 12 October are worked
	assert answer_due(REVIEW, date(2024, 9, 27), CALENDAR).on == date(2024, 10, 16)
	assert answer_due(REVIEW, date(2024, 9, 27), CALENDAR, simplified=True).on == date(2024, 10, 10)
	assert answer_due(LITIGATION, date(2024, 9, 27), CALENDAR).on == date(2024, 10, 12)
	assert answer_due(LITIGATION, date(2024, 9, 27), CALENDAR, simplified=True).on == date(2024, 10, 12)


def test_days_of_the_answer():
	filed = date(2024, 10, 20)
	assert check_answer(None, None, filed, TODAY) == []
	assert check_answer(filed, TODAY, filed, TODAY) == []
	assert codes(check_answer(date(2024, 10, 19), None, filed, TODAY)) == ["remedy.answer"]
	assert codes(check_answer(None, date(2025, 6, 3), filed, TODAY)) == ["remedy.answer"]
	assert codes(check_answer(date(2024, 11, 2), date(2024, 11, 1), filed, TODAY)) == ["remedy.answer_before"]


def test_suspension():
	filed, start = date(2024, 10, 20), date(2024, 10, 25)
	assert check_suspension(REVIEW, start, None, filed, TODAY, "县人民政府") == []
	for changes, code in (
		((start, None, filed, TODAY, " "), "suspension.by"),
		((None, None, filed, TODAY, "县人民政府"), "suspension.start"),
		((date(2024, 10, 19), None, filed, TODAY, "县人民政府"), "suspension.start"),
		((date(2025, 6, 3), None, filed, TODAY, "县人民政府"), "suspension.start"),
		((start, date(2024, 10, 24), filed, TODAY, "县人民政府"), "suspension.end"),
	):
		assert codes(check_suspension(LITIGATION, *changes)) == [code]


WON = Outcome(LITIGATION, "First Instance", "Upheld", date(2024, 10, 20), date(2025, 4, 1), date(2025, 4, 3))


def test_outcomes():
	assert check_outcome(WON, TODAY, CALENDAR) == []
	lost = replace(WON, outcome="Revoked")
	assert codes(check_outcome(lost, TODAY, CALENDAR)) == ["outcome.number", "outcome.file"]
	assert check_outcome(replace(lost, number="（2025）检行初1号", has_file=True), TODAY, CALENDAR) == []


@pytest.mark.parametrize(
	("changes", "code"),
	[
		({"outcome": "Won"}, "outcome.kind"),
		({"instance": "Review Decision"}, "outcome.kind"),
		({"decided_on": None}, "outcome.day"),
		({"decided_on": date(2024, 10, 19)}, "outcome.day"),
		({"decided_on": date(2025, 6, 3)}, "outcome.day"),
		({"received_on": date(2025, 3, 31)}, "outcome.received"),
		({"act_by": date(2025, 3, 31)}, "outcome.act_by"),
	],
)
def test_incomplete_outcomes_refuse(changes, code):
	assert codes(errors(check_outcome(replace(WON, **changes), TODAY, CALENDAR))) == [code]


def test_a_first_judgment_may_still_be_appealed():
	fresh = replace(WON, decided_on=TODAY, received_on=TODAY, in_force=True)
	found = check_outcome(fresh, TODAY, CALENDAR)
	assert codes(warnings(found)) == ["outcome.appeal"] and "2025年6月17日" in render(found[0])
	assert check_outcome(replace(fresh, instance="Second Instance"), TODAY, CALENDAR) == []
	assert check_outcome(replace(fresh, in_force=False), TODAY, CALENDAR) == []
	assert check_outcome(replace(WON, in_force=True), TODAY, CALENDAR) == []


def test_what_follows():
	assert consequence("Listing", "Revoked") == consequence("Restoration", "Changed") == REVOKE
	assert consequence("Listing", "Found Unlawful") == TELL
	assert consequence("Refusal of Early Removal", "Ordered to Act") == ANEW
	assert consequence("Refusal to Accept", "Revoked") == ANEW
	assert consequence("Objection Answer", "Revoked") == ANSWER_ANEW
	assert consequence("Revocation of Listing", "Revoked") == TELL
	assert consequence(PENALTY, "Upheld") == MARK_PENALTY


@given(
	st.sampled_from([*CONTESTED.values(), "Other Decision"]),
	st.sampled_from([o for o in OUTCOMES if o not in LOST]),
)
def test_what_the_bureau_won_changes_nothing(contested, outcome):
	assert consequence(contested, outcome) == NOTHING


@given(st.sampled_from(remedies.KINDS), st.dates(date(2023, 1, 1), date(2026, 6, 30)), st.integers(0, 900))
def test_what_is_filed_by_the_last_day_is_in_time(kind, known, days):
	period = Period(60, "day") if kind == REVIEW else Period(6, "month")
	filing = Filing(kind, known + timedelta(days=days), known, known, period)
	due = last_day(filing, CALENDAR).on
	assert due > known and CALENDAR.is_workday(due)
	late = "remedy.late" in codes(check_filing(filing, date(2030, 1, 1), CALENDAR))
	assert late == (filing.filed_on > due)
