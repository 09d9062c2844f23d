"""Each limit T01–T23: what starts and stops it, its due date over a holiday, its bound, whether it may stand still."""

from datetime import date

import pytest

from sclist_app.law.calendar import seed_calendar
from sclist_app.law.findings import errors
from sclist_app.law.periods import (
	ELAPSING,
	PAUSABLE,
	TERMS,
	UNROLLED,
	Pause,
	Period,
	due_date,
	removal_due,
	term_end,
)
from sclist_app.law.service import served_on
from sclist_app.law.statute import check_limit, limits
from sclist_app.setup.law import limit_rows

CALENDAR = seed_calendar()
TODAY = date(2026, 11, 21)
CATALOGUE = {row["code"]: row for row in limit_rows(TODAY)}

# limit, channel, n, unit, event, due: the holidays of 2024–2026 lie in between
OVER_HOLIDAYS = [
	("T01", "own", 5, "workday", "2024-09-27", "2024-10-10"),
	("T02", "own", 5, "workday", "2024-09-27", "2024-10-10"),
	("T03", "own", 3, "workday", "2024-09-27", "2024-10-08"),  # the Sunday before is a working day
	("T04", "own", 20, "workday", "2024-09-27", "2024-10-30"),
	("T05", "own", 3, "year", "2024-02-29", "2027-02-28"),  # a Sunday: a term does not move
	("T06", "own", 12, "month", "2024-02-29", "2025-02-28"),
	("T07", "own", 3, "workday", "2026-09-30", "2026-10-10"),  # a Saturday that is worked
	("T08", "own", 10, "workday", "2026-09-30", "2026-10-20"),
	("T09", "own", 1, "workday", "2025-01-24", "2025-01-26"),  # a Sunday that is worked
	("T10", "own", 5, "workday", "2025-01-24", "2025-02-07"),
	("T10", "credit_china", 3, "workday", "2025-09-30", "2025-10-11"),
	("T11", "own", 5, "workday", "2025-09-30", "2025-10-14"),
	("T12", "own", 20, "workday", "2025-01-24", "2025-02-27"),
	("T12", "credit_china", 10, "workday", "2025-09-30", "2025-10-21"),
	("T13", "own", 3, "workday", "2026-02-13", "2026-02-25"),
	("T14", "own", 7, "workday", "2026-02-13", "2026-03-02"),
	("T15", "own", 30, "day", "2024-09-05", "2024-10-05"),  # deemed served in the holiday
	("T16", "own", 60, "day", "2024-08-07", "2024-10-08"),
	("T17", "own", 6, "month", "2024-04-01", "2024-10-08"),
	("T18", "own", 5, "workday", "2024-04-30", "2024-05-10"),
	("T19", "own", 1, "workday", "2026-10-01", "2026-10-08"),
	("T20", "own", 7, "workday", "2024-04-30", "2024-05-13"),
	("T21", "own", 15, "workday", "2024-09-27", "2024-10-23"),
	("T22", "own", 5, "workday", "2024-09-27", "2024-10-10"),
	("T23", "own", 6, "month", "2024-04-05", "2024-10-08"),
]

# limit, channel, n beyond the bound, finding, severity
BEYOND = [
	("T01", "own", 2, "limit.minimum", "error"),
	("T01", "own", 11, "limit.unusual", "warning"),
	("T02", "own", 4, "limit.fixed", "error"),
	("T02", "own", 6, "limit.fixed", "error"),
	("T02b", "own", 6, "limit.minimum", "error"),
	("T03", "own", 4, "limit.maximum", "error"),
	("T04", "own", 25, "limit.maximum", "error"),
	("T05", "own", 2, "limit.fixed", "error"),
	("T05", "own", 4, "limit.fixed", "error"),
	("T06", "own", 6, "limit.fixed", "error"),
	("T07", "own", 4, "limit.maximum", "error"),
	("T08", "own", 11, "limit.maximum", "error"),
	("T09", "own", 2, "limit.maximum", "error"),
	("T10", "own", 6, "limit.maximum", "error"),
	("T10", "credit_china", 4, "limit.maximum", "error"),
	("T12", "own", 21, "limit.maximum", "error"),
	("T12", "credit_china", 11, "limit.maximum", "error"),
	("T14", "own", 8, "limit.maximum", "error"),
	("T15", "own", 29, "limit.fixed", "error"),
	("T16", "own", 61, "limit.fixed", "error"),
	("T17", "own", 5, "limit.fixed", "error"),
	("T18", "own", 21, "limit.unusual", "warning"),
	("T20", "own", 8, "limit.maximum", "error"),
]
# the law names no number for these
FREE = {"T11", "T13", "T19", "T21", "T22", "T23"}


def test_every_limit_of_the_catalogue_is_walked_here():
	assert {row[0] for row in OVER_HOLIDAYS} == set(CATALOGUE) - {"T02b"}
	assert {row[0] for row in BEYOND} == set(CATALOGUE) - FREE


@pytest.mark.parametrize(("code", "channel", "n", "unit", "event", "due"), OVER_HOLIDAYS)
def test_due_over_a_holiday(code, channel, n, unit, event, due):
	start = date.fromisoformat(event)
	limit = limits(max(start, date(2024, 1, 1)), channel)[code]
	assert (limit.n, limit.unit) == (n, unit)
	assert due_date(start, limit.period, CALENDAR, roll=code not in UNROLLED).on == date.fromisoformat(due)


def test_t02b_counts_backwards_from_the_hearing():
	# Monday after the holiday, with the Saturday and the Sunday that are worked
	assert CALENDAR.add_workdays(date(2024, 10, 14), -7) == date(2024, 9, 29)


def test_t15_is_the_day_a_document_counts_as_served():
	announced = date(2024, 9, 5)
	assert due_date(announced, Period(30, "day"), CALENDAR, roll=False).on == served_on(
		"Announcement", announced
	)


def test_t19_is_the_first_working_day_after_the_term():
	end = term_end(date(2023, 10, 1))
	assert due_date(end, Period(1, "workday"), CALENDAR) == removal_due(end, CALENDAR)


@pytest.mark.parametrize(("code", "channel", "n", "finding", "severity"), BEYOND)
def test_beyond_the_bound_is_refused_with_the_article(code, channel, n, finding, severity):
	unit = limits(TODAY, channel)[code].unit
	found = check_limit(code, n, unit, TODAY, channel)
	assert [(f.code, f.severity) for f in found] == [(finding, severity)]
	assert severity == "warning" or found[0].article


@pytest.mark.parametrize("code", sorted(FREE))
def test_where_the_law_names_no_number_a_bureau_decides(code):
	limit = limits(TODAY)[code]
	assert not errors(check_limit(code, 1, limit.unit, TODAY))
	assert not errors(check_limit(code, limit.n * 3, limit.unit, TODAY))


@pytest.mark.parametrize(
	("code", "channel", "n", "more", "refused"),
	[
		("T12", "credit_china", 10, 10, False),
		("T12", "credit_china", 10, 11, True),
		("T12", "own", 20, 1, True),
		("T12", "own", 3, 3, False),  # 深圳经济特区社会信用条例第八十二条
		("T03", "own", 3, 1, True),
		("T03", "own", 2, 1, False),
		("T05", "own", 3, 1, True),
		("T16", "own", 60, 1, True),
		("T22", "own", 5, 30, False),
	],
)
def test_an_extension_keeps_the_statutory_maximum(code, channel, n, more, refused):
	unit = limits(TODAY, channel)[code].unit
	found = check_limit(code, n, unit, TODAY, channel, extend_n=more, extend_post="bureau_head")
	assert bool(errors(found)) is refused


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code != "T02b"])
def test_every_limit_starts_and_stops_by_an_event(code):
	row = CATALOGUE[code]
	assert row["starts_on"]
	# what runs by law or for the party ends by itself
	assert row["stops_on"] or code in ELAPSING


@pytest.mark.parametrize("code", CATALOGUE)
def test_only_the_bureaus_own_work_stands_still_alone(code):
	row = CATALOGUE[code]
	assert bool(row["pausable"]) is (code in PAUSABLE)
	if code in ELAPSING or row["bound"] == "Fixed":
		assert not row["pausable"]


@pytest.mark.parametrize("code", PAUSABLE)
def test_what_stood_still_is_not_counted(code):
	limit = limits(TODAY)[code]
	start = date(2024, 9, 24)
	plain = due_date(start, limit.period, CALENDAR)
	pause = Pause(date(2024, 9, 26), date(2024, 10, 9), "等待其他部门答复")
	held = due_date(start, limit.period, CALENDAR, [pause])
	# 26, 27, 29, 30 September and 8 October
	if limit.unit == "workday":
		assert CALENDAR.workdays_between(plain.on, held.on) == 5
	else:
		assert (held.on - plain.on).days >= (pause.end - pause.start).days


def test_terms_never_move():
	for code in TERMS:
		assert code in UNROLLED and code in ELAPSING and code not in PAUSABLE
