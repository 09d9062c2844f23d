from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law.calendar import WorkCalendar, seed_calendar
from sclist_app.law.periods import (
	DueDate,
	Pause,
	Period,
	add_months,
	due_date,
	earliest_early_removal,
	is_over,
	removal_due,
	term_end,
)

CALENDAR = seed_calendar()
DAY = timedelta(days=1)
days = st.dates(date(2022, 1, 1), date(2029, 12, 31))
official_days = st.dates(date(2023, 1, 1), date(2026, 6, 30))


def due(start, n, unit="workday", pauses=(), roll=True):
	return due_date(date.fromisoformat(start), Period(n, unit), CALENDAR, pauses, roll).on.isoformat()


@pytest.mark.parametrize(
	("start", "n", "expected"),
	[
		("2023-10-09", 3, "2023-10-12"),
		("2023-10-09", 5, "2023-10-16"),
		("2024-01-05", 3, "2024-01-10"),
		("2024-01-05", 20, "2024-02-02"),
		("2024-09-27", 3, "2024-10-08"),
		("2024-09-27", 20, "2024-10-30"),
		("2025-01-24", 3, "2025-02-05"),
		("2025-01-24", 5, "2025-02-07"),
		("2025-01-24", 20, "2025-02-27"),
		("2026-09-30", 3, "2026-10-10"),
		("2026-09-30", 10, "2026-10-20"),
		("2026-01-04", 3, "2026-01-07"),
		("2026-01-04", 5, "2026-01-09"),
	],
)
def test_measured_vectors_of_working_days(start, n, expected):
	assert due(start, n) == expected


def test_zero_working_days_is_the_same_day_or_the_next_that_works():
	assert due("2024-01-05", 0) == "2024-01-05"
	assert due("2024-01-06", 0) == "2024-01-08"


@pytest.mark.parametrize(
	("start", "n", "unit", "expected", "unrolled"),
	[
		("2024-01-02", 60, "day", "2024-03-04", "2024-03-02"),  # a Saturday
		("2024-08-07", 60, "day", "2024-10-08", "2024-10-06"),  # inside the holiday
		(
			"2024-01-30",
			12,
			"day",
			"2024-02-18",
			"2024-02-11",
		),  # ends on the make-up Sunday after the festival
		("2024-08-31", 6, "month", "2025-02-28", "2025-02-28"),
		("2024-03-15", 6, "month", "2024-09-18", "2024-09-15"),
		("2023-05-01", 1, "year", "2024-05-06", "2024-05-01"),
	],
)
def test_calendar_periods_end_on_a_working_day_but_terms_do_not(start, n, unit, expected, unrolled):
	assert due(start, n, unit) == expected
	assert due(start, n, unit, roll=False) == unrolled


@pytest.mark.parametrize(
	("d", "n", "expected"),
	[
		("2024-01-31", 1, "2024-02-29"),
		("2023-01-31", 1, "2023-02-28"),
		("2024-02-29", 12, "2025-02-28"),
		("2024-02-29", 48, "2028-02-29"),
		("2024-12-15", 1, "2025-01-15"),
		("2024-03-31", -1, "2024-02-29"),
		("2024-01-15", -12, "2023-01-15"),
	],
)
def test_months_end_on_the_corresponding_day_or_the_last(d, n, expected):
	assert add_months(date.fromisoformat(d), n) == date.fromisoformat(expected)


def test_decision_of_27_september_2024():
	assert due("2024-09-27", 3) == "2024-10-08"
	assert due("2024-09-27", 20) == "2024-10-30"


@pytest.mark.parametrize(
	("listed", "opens", "ends", "removal"),
	[
		("2024-01-05", "2025-01-06", "2027-01-05", "2027-01-06"),
		("2024-02-29", "2025-03-01", "2027-02-28", "2027-03-01"),
		("2023-10-01", "2024-10-02", "2026-10-01", "2026-10-08"),
		("2022-05-10", "2023-05-11", "2025-05-10", "2025-05-12"),
	],
)
def test_term_floor_and_removal(listed, opens, ends, removal):
	d = date.fromisoformat(listed)
	assert earliest_early_removal(d).isoformat() == opens
	assert earliest_early_removal(d, open_on_corresponding_day=True) == date.fromisoformat(opens) - DAY
	assert term_end(d).isoformat() == ends
	assert removal_due(term_end(d), CALENDAR).on.isoformat() == removal
	assert removal_due(term_end(d)) == removal_due(term_end(d), CALENDAR)


def test_removal_in_a_year_not_announced_is_provisional():
	assert removal_due(date(2027, 2, 28)).provisional
	assert not removal_due(date(2026, 10, 1)).provisional


def test_provisional_where_the_days_counted_touch_an_unannounced_year():
	def provisional(start, n, unit="workday", roll=True):
		return due_date(start, Period(n, unit), CALENDAR, roll=roll).provisional

	assert not provisional(date(2026, 12, 28), 3)
	assert provisional(date(2026, 12, 28), 4)
	assert provisional(date(2030, 5, 5), 3)
	# the day of the event is not counted, so its year does not matter
	assert not provisional(date(2022, 12, 31), 3)
	# of a calendar period only the last day depends on holidays, of a term nothing does
	assert provisional(date(2026, 12, 1), 60, "day")
	assert not provisional(date(2026, 12, 1), 60, "day", roll=False)
	assert not provisional(date(2024, 1, 5), 3, "year", roll=False)
	assert not provisional(date(2022, 12, 1), 60, "day")


def test_over_from_the_day_after_the_last():
	start, period = date(2024, 9, 27), Period(3, "workday")
	assert not is_over(start, period, CALENDAR, date(2024, 10, 8))
	assert is_over(start, period, CALENDAR, date(2024, 10, 9))
	assert not is_over(start, Period(60, "day"), CALENDAR, date(2024, 11, 26))


class TestPauses:
	"""The day of pausing is not counted, the day of running on is counted again."""

	def test_working_days_inside_are_not_counted(self):
		# received Fri 2024-01-05; Mon counts, Tue–Thu stand still, Fri, Mon, Tue, Wed count
		pause = Pause(date(2024, 1, 9), date(2024, 1, 12), "补正")
		assert due("2024-01-05", 5) == "2024-01-12"
		assert due("2024-01-05", 5, pauses=[pause]) == "2024-01-17"

	def test_pausing_and_running_on_the_same_day_gains_nothing(self):
		pauses = [Pause(date(2024, 1, d), date(2024, 1, d)) for d in (8, 9, 10, 11)]
		assert due("2024-01-05", 5, pauses=pauses) == "2024-01-12"

	def test_a_pause_on_the_last_day_still_counts(self):
		assert due("2024-01-05", 5, pauses=[Pause(date(2024, 1, 12), date(2024, 1, 15))]) == "2024-01-15"

	def test_a_pause_after_the_end_does_not(self):
		assert due("2024-01-05", 5, pauses=[Pause(date(2024, 1, 15), date(2024, 1, 19))]) == "2024-01-12"

	def test_a_pause_may_bring_a_later_one_into_reach(self):
		pauses = [
			Pause(date(2024, 1, 15), date(2024, 1, 17)),
			Pause(date(2024, 1, 11), date(2024, 1, 15)),
		]
		assert due("2024-01-05", 5, pauses=pauses) == "2024-01-18"

	def test_overlapping_pauses_count_once(self):
		pauses = [Pause(date(2024, 1, 8), date(2024, 1, 11)), Pause(date(2024, 1, 9), date(2024, 1, 12))]
		assert due("2024-01-05", 5, pauses=pauses) == due(
			"2024-01-05", 5, pauses=[Pause(date(2024, 1, 8), date(2024, 1, 12))]
		)

	def test_a_pause_before_the_start_is_cut_off(self):
		# the start day is not counted anyway
		assert due("2024-01-05", 5, pauses=[Pause(date(2024, 1, 1), date(2024, 1, 9))]) == "2024-01-15"

	def test_calendar_periods_move_by_the_length(self):
		pause = Pause(date(2024, 1, 10), date(2024, 1, 20))
		assert due("2024-01-05", 60, "day") == "2024-03-05"
		assert due("2024-01-05", 60, "day", [pause]) == "2024-03-15"
		assert due("2024-01-05", 6, "month", [pause]) == "2024-07-15"
		assert due("2024-01-05", 60, "day", [Pause(date(2024, 3, 5), date(2024, 3, 8))]) == "2024-03-08"
		assert due("2024-01-05", 60, "day", [Pause(date(2024, 3, 6), date(2024, 3, 20))]) == "2024-03-05"

	def test_an_open_pause_stops_the_clock(self):
		start, period = date(2024, 1, 5), Period(5, "workday")
		pause = Pause(date(2024, 1, 10), None, "等待其他部门答复")
		assert due_date(start, period, CALENDAR, [pause]) == DueDate(date(2024, 1, 12), paused=True)
		assert not is_over(start, period, CALENDAR, date(2025, 6, 1), [pause])
		assert not is_over(start, Period(30, "day"), CALENDAR, date(2025, 6, 1), [pause])
		closed = Pause(pause.start, date(2024, 3, 1))
		assert not due_date(start, period, CALENDAR, [closed]).paused
		assert is_over(start, period, CALENDAR, date(2024, 3, 6), [closed])
		assert not is_over(start, period, CALENDAR, date(2024, 3, 5), [closed])

	def test_paused_on_the_last_day_it_is_never_over(self):
		pause = Pause(date(2024, 1, 12), None)
		for n in range(60):
			today = date(2024, 1, 8) + DAY * n
			assert not is_over(date(2024, 1, 5), Period(5, "workday"), CALENDAR, today, [pause])
			assert not is_over(date(2024, 1, 5), Period(7, "day"), CALENDAR, today, [pause])

	def test_what_was_over_before_the_pause_stays_over(self):
		start, period = date(2024, 1, 5), Period(5, "workday")
		pause = Pause(date(2024, 1, 13), None)
		assert is_over(start, period, CALENDAR, date(2024, 1, 13), [pause])
		assert not due_date(start, period, CALENDAR, [pause]).paused

	def test_it_cannot_end_before_it_starts(self):
		with pytest.raises(ValueError):
			Pause(date(2024, 1, 2), date(2024, 1, 1))


def test_a_period_is_checked():
	with pytest.raises(ValueError):
		Period(5, "week")
	with pytest.raises(ValueError):
		Period(-1, "day")
	assert [Period(5, "workday").label, Period(60, "day").label] == ["5个工作日", "60日"]
	assert [Period(12, "month").label, Period(3, "year").label] == ["12个月", "3年"]


periods = st.builds(Period, st.integers(0, 40), st.sampled_from(["workday", "day", "month"]))
pauses = st.lists(
	st.builds(lambda a, n: Pause(a, a + DAY * n), official_days, st.integers(0, 40)), max_size=4
)


@given(days, periods, pauses)
def test_a_due_date_is_a_working_day_not_before_the_event(start, period, pauses):
	on = due_date(start, period, CALENDAR, pauses).on
	assert CALENDAR.is_workday(on)
	assert on >= start


@given(official_days, periods, pauses)
def test_a_pause_never_shortens(start, period, pauses):
	assert due_date(start, period, CALENDAR, pauses).on >= due_date(start, period, CALENDAR).on


@given(st.dates(date(2024, 1, 1), date(2024, 1, 31)), st.integers(1, 20), st.data())
def test_working_days_with_pauses_agree_with_walking_the_days(start, n, data):
	near = st.dates(date(2023, 12, 20), date(2024, 3, 10))
	spans = data.draw(
		st.lists(st.builds(lambda a, k: Pause(a, a + DAY * k), near, st.integers(0, 12)), max_size=4)
	)
	d, left = start, n
	while left:
		d += DAY
		if CALENDAR.is_workday(d) and not any(p.start <= d < p.end for p in spans):
			left -= 1
	assert due_date(start, Period(n, "workday"), CALENDAR, spans).on == d


@given(days, periods, days)
def test_over_means_after_the_due_date(start, period, today):
	assert is_over(start, period, CALENDAR, today) == (today > due_date(start, period, CALENDAR).on)


@given(days, st.integers(1, 60))
def test_months_never_overshoot(d, n):
	end = add_months(d, n)
	assert (end.year * 12 + end.month) - (d.year * 12 + d.month) == n
	assert end.day == d.day or (end.day < d.day and (end + DAY).day == 1)


def test_an_unknown_year_never_raises():
	assert due_date(date(2040, 1, 2), Period(20, "workday"), WorkCalendar()).provisional
