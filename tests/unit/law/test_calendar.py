import json
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law.calendar import WorkCalendar, YearPlan, from_mapping, seed_calendar

SEED = Path(__file__).resolve().parents[3] / "sclist_app" / "fixtures" / "calendars" / "2023_2027.json"
CALENDAR = seed_calendar()
DAY = timedelta(days=1)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
# a calendar with crowded exceptions finds errors at their edges better than real years do
crowded = st.builds(
	lambda off, work: WorkCalendar().with_local(off - work, work),
	st.frozensets(st.dates(date(2024, 1, 1), date(2024, 3, 31)), max_size=60),
	st.frozensets(st.dates(date(2024, 1, 1), date(2024, 3, 31)), max_size=30),
)
near = st.dates(date(2023, 12, 1), date(2024, 4, 30))


def test_every_day_2023_to_2026_agrees_with_an_independent_package():
	chinese_calendar = pytest.importorskip("chinese_calendar")
	d, compared = date(2023, 1, 1), 0
	while d <= date(2026, 12, 31):
		assert CALENDAR.is_workday(d) == chinese_calendar.is_workday(d), d
		d += DAY
		compared += 1
	assert compared == 1461


@pytest.mark.parametrize(("year", "total"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_the_announced_years(year, total):
	assert CALENDAR.workdays_in_year(year) == total
	assert CALENDAR.is_official(year)


def test_2027_is_an_estimate_from_the_statutory_days():
	assert not CALENDAR.is_official(2027)
	assert not CALENDAR.is_workday(date(2027, 2, 5))
	assert not CALENDAR.is_workday(date(2027, 10, 1))
	assert CALENDAR.is_workday(date(2027, 1, 4))
	assert CALENDAR.provisional_between(date(2026, 12, 31), date(2027, 1, 1))
	assert CALENDAR.provisional_between(date(2027, 1, 1), date(2026, 12, 31))
	assert not CALENDAR.provisional_between(date(2023, 1, 1), date(2026, 12, 31))


def test_seed_names_the_source_of_every_year():
	data = json.loads(SEED.read_text(encoding="utf-8"))
	assert sorted(data) == ["2023", "2024", "2025", "2026", "2027"]
	assert all(
		year in plan["source"] and "通知" in plan["source"] for year, plan in data.items() if plan["official"]
	)
	assert [y for y, p in data.items() if not p["official"]] == ["2027"]
	assert "预估" in data["2027"]["source"]


@pytest.mark.parametrize("year", [1999, 2022, 2028, 2100])
def test_an_unknown_year_is_weekends_only_and_provisional_never_an_error(year):
	d = date(year, 1, 1)
	while d.year == year:
		assert CALENDAR.is_workday(d) == (d.weekday() < 5)
		d += DAY
	assert CALENDAR.provisional_between(date(year, 3, 1), date(year, 3, 2))
	assert CALENDAR.add_workdays(date(year, 3, 1), 20) > date(year, 3, 20)


def test_an_empty_calendar_works():
	empty = WorkCalendar()
	assert empty.add_workdays(date(2024, 1, 5), 1) == date(2024, 1, 8)
	assert empty.provisional_between(date(2024, 1, 1), date(2024, 1, 1))


def test_known_year_between_unknown_ones():
	gap = from_mapping({"2023": {"off": ["10-02"]}, "2026": {"off": ["10-01"]}})
	assert gap.provisional_between(date(2023, 12, 1), date(2026, 1, 31))
	assert not gap.provisional_between(date(2026, 1, 1), date(2026, 12, 31))
	assert gap.is_workday(date(2024, 10, 1)) and not gap.is_workday(date(2026, 10, 1))


def test_local_closure_and_local_work_prevail():
	storm = CALENDAR.with_local(off=[date(2024, 9, 6)], work=[date(2024, 9, 7)])
	assert not storm.is_workday(date(2024, 9, 6)) and storm.is_workday(date(2024, 9, 7))
	assert CALENDAR.is_workday(date(2024, 9, 6)) and not CALENDAR.is_workday(date(2024, 9, 7))
	assert storm.add_workdays(date(2024, 9, 5), 1) == date(2024, 9, 7)
	# a later overlay prevails over an earlier one, a national make-up day can be closed too
	again = storm.with_local(off=[date(2024, 9, 7), date(2024, 9, 14)], work=[date(2024, 9, 6)])
	assert again.is_workday(date(2024, 9, 6))
	assert not again.is_workday(date(2024, 9, 7)) and not again.is_workday(date(2024, 9, 14))
	assert not storm.provisional_between(date(2024, 9, 1), date(2024, 9, 30))


def test_equal_content_is_equal_and_hashable():
	a, b = CALENDAR.with_local([date(2024, 9, 6)]), CALENDAR.with_local([date(2024, 9, 6)])
	assert a == b and hash(a) == hash(b) and a != CALENDAR


def test_contradictions_are_refused():
	d = date(2024, 5, 1)
	with pytest.raises(ValueError, match="both"):
		YearPlan(2024, frozenset({d}), frozenset({d}))
	with pytest.raises(ValueError, match="both"):
		CALENDAR.with_local([d], [d])
	with pytest.raises(ValueError, match="2025"):
		YearPlan(2025, frozenset({d}))
	with pytest.raises(ValueError):
		from_mapping({"2025": {"off": ["02-29"]}})


def test_reading_a_mapping():
	c = from_mapping(
		{
			"note": {"off": []},
			2024: {"off": ["05-01", "2024-05-02"]},
			"2025": {"work": [], "official": False},
		},
		provisional_years=[2024],
	)
	assert sorted(c.years) == [2024, 2025]
	assert not c.is_official(2024) and not c.is_official(2025)
	assert not c.is_workday(date(2024, 5, 1)) and not c.is_workday(date(2024, 5, 2))
	assert from_mapping({"2024": {"off": ["05-01"]}}) is from_mapping({"2024": {"off": ["05-01"]}})


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 3])
def test_around_the_national_day_of_2024(n):
	expected = {-3: (9, 27), -1: (9, 30), 0: (10, 2), 1: (10, 8), 3: (10, 10)}[n]
	assert CALENDAR.add_workdays(date(2024, 10, 2), n) == date(2024, *expected)


@given(crowded, near, near)
def test_difference_is_what_counting_day_by_day_gives(calendar, a, b):
	a, b = min(a, b), max(a, b)
	counted = sum(calendar.is_workday(a + DAY * i) for i in range(1, (b - a).days + 1))
	assert calendar.workdays_between(a, b) == counted
	backwards = sum(calendar.is_workday(a + DAY * i) for i in range((b - a).days))
	assert calendar.workdays_between(b, a) == -backwards


@given(crowded, st.dates(date(2024, 1, 1), date(2024, 3, 31)))
def test_is_workday_follows_the_overlay_first(calendar, d):
	expected = d in calendar.local_work or (d.weekday() < 5 and d not in calendar.local_off)
	assert calendar.is_workday(d) == expected


@given(crowded | st.just(CALENDAR), near | days, st.integers(-300, 300))
def test_adding_and_counting_are_inverse_and_end_on_a_working_day(calendar, d, n):
	end = calendar.add_workdays(d, n)
	assert calendar.workdays_between(d, end) == n
	assert n == 0 or calendar.is_workday(end)


@given(crowded | st.just(CALENDAR), near | days, st.integers(0, 60), st.integers(0, 60))
def test_adding_is_monotone_in_both_arguments_and_additive(calendar, d, n, m):
	assert calendar.add_workdays(d, n) <= calendar.add_workdays(d, n + m)
	assert calendar.add_workdays(d, n) <= calendar.add_workdays(d + DAY, n)
	if n:
		assert calendar.add_workdays(calendar.add_workdays(d, n), m) == calendar.add_workdays(d, n + m)


def test_fast_enough_for_a_scan_over_a_province():
	started = time.perf_counter()
	for i in range(20_000):
		CALENDAR.add_workdays(date(2024, 1, 1) + DAY * (i % 900), 20)
	# about 20 ms; the bound only catches a loop over days or years
	assert time.perf_counter() - started < 1
