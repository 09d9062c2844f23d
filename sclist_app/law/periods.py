"""Periods: how days, months and years are counted, and when a period is over.

Rules (民法典第二百零一条至第二百零三条, 行政处罚法第八十五条): the day of the event does not count; a period of
months or years ends on the corresponding day, or on the last day of the month if there is none; a period for
doing something that ends on a day off ends on the next working day; it is over when that day has passed.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

from sclist_app.law.calendar import WorkCalendar, seed_calendar

Unit = Literal["workday", "day", "month", "year"]
UNITS: tuple[str, ...] = get_args(Unit)
UNIT_LABELS = {"workday": "个工作日", "day": "日", "month": "个月", "year": "年"}

TERM_YEARS = 3
EARLY_REMOVAL_MONTHS = 12

# Terms are no periods for doing something: their end does not move to a working day (民法典第二百零三条). Nor
# does that of an announcement, which counts as served once thirty days have passed (民事诉讼法第九十五条).
TERMS = ("T05", "T06")
UNROLLED = (*TERMS, "T15")
# Periods that run for the party or by themselves. Nobody is late when they end, and no bureau can stop them.
ELAPSING = (*UNROLLED, "T16", "T17")
# Limits of the bureau's own work that may stand still alone. The others run from a
# decision or from its basis, and nothing but the suspension of the whole case stops them.
PAUSABLE = ("T10", "T11", "T12", "T13", "T14", "T18", "T22", "T23")

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
	"""A length of time: n units. Raises ValueError on a negative n or an unknown unit."""

	n: int
	unit: Unit

	def __post_init__(self) -> None:
		if self.unit not in UNITS:
			raise ValueError(f"unknown unit {self.unit!r}")
		if self.n < 0:
			raise ValueError("a period is not negative")

	@property
	def label(self) -> str:
		"""Chinese text: 5个工作日, 60日, 12个月, 3年."""
		return f"{self.n}{UNIT_LABELS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Pause:
	"""A time in which a period does not run: from the day it is paused to the day it runs on.

	The first day is not counted, the day it runs on is counted again. end None: still paused.
	Raises ValueError if it ends before it starts.
	"""

	start: date
	end: date | None
	reason: str = ""

	def __post_init__(self) -> None:
		if self.end is not None and self.end < self.start:
			raise ValueError("a pause does not end before it starts")


@dataclass(frozen=True, slots=True)
class DueDate:
	"""The last day of a period.

	provisional: it rests on a year whose holidays are not announced and may move. paused: the period stands
	still, and `on` is the day it would end if it ran on from the day it was paused.
	"""

	on: date
	provisional: bool = False
	paused: bool = False


def add_months(d: date, n: int) -> date:
	"""The corresponding day n months later (earlier if negative), or the last day of that month (民法典202)."""
	month = d.year * 12 + d.month - 1 + n
	year, month = divmod(month, 12)
	return date(year, month + 1, min(d.day, monthrange(year, month + 1)[1]))


def _add(start: date, period: Period) -> date:
	if period.unit == "day":
		return start + timedelta(days=period.n)
	return add_months(start, period.n * (12 if period.unit == "year" else 1))


def _spans(start: date, pauses: Iterable[Pause]) -> list[tuple[date, date]]:
	"""Closed pauses as half-open spans after the start day, sorted, without overlap."""
	spans: list[tuple[date, date]] = []
	for p in sorted((p for p in pauses if p.end is not None), key=lambda p: p.start):
		a, b = max(p.start, start + _DAY), p.end
		if spans and a < spans[-1][1]:
			a = spans[-1][1]
		if a < b:
			spans.append((a, b))
	return spans


def due_date(
	start: date,
	period: Period,
	calendar: WorkCalendar,
	pauses: Sequence[Pause] = (),
	roll: bool = True,
) -> DueDate:
	"""The last day of a period that runs from an event on `start`.

	Working days: those inside a pause are not counted; n = 0 means the same day, or the next working day.
	Days, months, years: each pause that begins before the end moves the end by its length; with `roll` an end
	on a day off moves to the next working day. roll=False is for terms that are no period for doing something
	(the 3-year term, the 12-month floor). A pause that begins after the end has no effect.
	"""
	spans = _spans(start, pauses)
	if period.unit == "workday":
		return _workday_due(start, period.n, calendar, spans, pauses)

	raw = _add(start, period)
	end = calendar.next_workday(raw) if roll else raw
	for a, b in spans:
		if a > end:
			break
		raw += b - a
		end = calendar.next_workday(raw) if roll else raw
	provisional = roll and calendar.provisional_between(raw, end)
	return DueDate(end, provisional, _is_open(pauses, end))


def _workday_due(
	start: date,
	n: int,
	calendar: WorkCalendar,
	spans: list[tuple[date, date]],
	pauses: Sequence[Pause],
) -> DueDate:
	if n == 0:
		end = calendar.next_workday(start)
	else:
		end = calendar.add_workdays(start, n)
	for a, b in spans:
		if a > end:
			break
		lost = calendar.workdays_between(a - _DAY, b - _DAY)
		if lost:
			end = calendar.add_workdays(end, lost)
	first = min(start + _DAY, end)
	return DueDate(end, calendar.provisional_between(first, end), _is_open(pauses, end))


def _is_open(pauses: Sequence[Pause], end: date) -> bool:
	return any(p.end is None and p.start <= end for p in pauses)


def is_over(
	start: date,
	period: Period,
	calendar: WorkCalendar,
	today: date,
	pauses: Sequence[Pause] = (),
	roll: bool = True,
) -> bool:
	"""Has the period passed? It ends at 24:00 of its last day, so it is over from the next day on.

	A period that stands still is not over, unless it was before it was paused.
	"""
	closed = [replace(p, end=max(today + _DAY, p.start)) if p.end is None else p for p in pauses]
	return today > due_date(start, period, calendar, closed, roll).on


def earliest_early_removal(listed_on: date, open_on_corresponding_day: bool = False) -> date:
	"""First day on which early removal may be applied for: 12 full months after listing (办法第十三条、第十八条).

	The 12 months end at 24:00 of the corresponding day, so the application opens the day after it; bureaus that
	read the rule otherwise set open_on_corresponding_day. 2024-01-05 → 2025-01-06, 2024-02-29 → 2025-03-01.
	"""
	end = add_months(listed_on, EARLY_REMOVAL_MONTHS)
	return end if open_on_corresponding_day else end + _DAY


def term_end(listed_on: date) -> date:
	"""Last day of the 3-year management term (办法第十三条). 2024-01-05 → 2027-01-05, 2024-02-29 → 2027-02-28."""
	return add_months(listed_on, TERM_YEARS * 12)


def removal_due(term_end: date, calendar: WorkCalendar | None = None) -> DueDate:
	"""The day for the removal decision: the first working day after the term has ended.

	Without a calendar the national one the app ships is used.
	"""
	calendar = calendar or seed_calendar()
	on = calendar.add_workdays(term_end, 1)
	return DueDate(on, calendar.provisional_between(term_end + _DAY, on))
