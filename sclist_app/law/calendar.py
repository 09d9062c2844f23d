"""Working days: which days bureaus work, by year, with make-up days and local closures.

A year the State Council has not announced is provisional: it is answered (from what is known, at least from
weekends) and flagged, never refused.

Only the days that differ from the Monday–Friday rule are kept, with a running count of the difference, so
every question costs one binary search over some dozens of dates and building a calendar costs microseconds.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

_SEED = Path(__file__).resolve().parent.parent / "fixtures" / "calendars" / "2023_2027.json"


@dataclass(frozen=True, slots=True)
class YearPlan:
	"""The holiday arrangement of one year.

	off: rest days of the arrangement (weekend days may be among them). work: weekend days on which work is
	made up. official: announced by the State Council; otherwise the year is an estimate.
	"""

	year: int
	off: frozenset[date] = frozenset()
	work: frozenset[date] = frozenset()
	official: bool = True

	def __post_init__(self) -> None:
		if both := self.off & self.work:
			raise ValueError(f"{min(both).isoformat()} is both a rest day and a working day")
		for d in self.off | self.work:
			if d.year != self.year:
				raise ValueError(f"{d.isoformat()} does not belong to {self.year}")


def _weekdays_until(ordinal: int) -> int:
	"""Number of Mondays to Fridays among the days 1 … ordinal (0001-01-01 is day 1, a Monday)."""
	weeks, rest = divmod(ordinal, 7)
	return weeks * 5 + min(rest, 5)


def _nth_weekday(n: int) -> int:
	"""Ordinal of the n-th day (n ≥ 1) that is Monday to Friday: the inverse of _weekdays_until."""
	weeks, rest = divmod(n - 1, 5)
	return weeks * 7 + rest + 1


@dataclass(frozen=True, slots=True)
class WorkCalendar:
	"""Working days of one bureau. Immutable; compare and hash by content, so it can be cached and shared.

	years: year → YearPlan. local_off / local_work: days on which this bureau alone rests or works
	(storm closure, holidays of an autonomous area); they prevail over the years.
	"""

	years: Mapping[int, YearPlan] = field(default_factory=dict, hash=False)
	local_off: frozenset[date] = frozenset()
	local_work: frozenset[date] = frozenset()
	_days: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())
	_shift: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())
	_count: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())

	def __post_init__(self) -> None:
		if both := self.local_off & self.local_work:
			raise ValueError(f"{min(both).isoformat()} is both a rest day and a working day")
		off: set[date] = set()
		work: set[date] = set()
		for plan in self.years.values():
			off |= plan.off
			work |= plan.work
		off = (off - self.local_work) | self.local_off
		work = (work - self.local_off) | self.local_work
		# a rest day on a weekend and a working day on a weekday change nothing
		change = {d.toordinal(): -1 for d in off if d.weekday() < 5}
		change.update({d.toordinal(): 1 for d in work if d.weekday() >= 5})
		days = sorted(change)
		shift, total = [], 0
		for d in days:
			total += change[d]
			shift.append(total)
		set_ = object.__setattr__
		set_(self, "_days", tuple(days))
		set_(self, "_shift", (0, *shift))
		set_(self, "_count", tuple(_weekdays_until(d) + s for d, s in zip(days, shift, strict=True)))

	def _until(self, ordinal: int) -> int:
		"""Number of working days among the days 1 … ordinal."""
		return _weekdays_until(ordinal) + self._shift[bisect_right(self._days, ordinal)]

	def _nth(self, n: int) -> int:
		"""Ordinal of the n-th working day: the inverse of _until."""
		i = bisect_left(self._count, n)
		# between two exceptional days only weekends matter
		candidate = _nth_weekday(n - self._shift[i])
		return min(candidate, self._days[i]) if i < len(self._days) else candidate

	def is_workday(self, d: date) -> bool:
		"""Does the bureau work on that day?"""
		o = d.toordinal()
		return self._until(o) > self._until(o - 1)

	def is_official(self, year: int) -> bool:
		"""Is the arrangement of that year announced? An unknown year is not."""
		plan = self.years.get(year)
		return plan is not None and plan.official

	def add_workdays(self, d: date, n: int) -> date:
		"""The n-th working day after d (before d if n < 0); d itself does not count. n = 0 gives d."""
		o = d.toordinal()
		if n > 0:
			return date.fromordinal(self._nth(self._until(o) + n))
		if n < 0:
			return date.fromordinal(self._nth(self._until(o - 1) + n + 1))
		return d

	def workdays_between(self, a: date, b: date) -> int:
		"""Working days after a up to and including b; if b is earlier, the negative number from b to before a."""
		if b >= a:
			return self._until(b.toordinal()) - self._until(a.toordinal())
		return self._until(b.toordinal() - 1) - self._until(a.toordinal() - 1)

	def next_workday(self, d: date) -> date:
		"""d if it is a working day, else the first working day after it."""
		return d if self.is_workday(d) else self.add_workdays(d, 1)

	def workdays_in_year(self, year: int) -> int:
		"""Working days from 1 January to 31 December."""
		return self.workdays_between(date(year, 1, 1) - timedelta(days=1), date(year, 12, 31))

	def provisional_between(self, a: date, b: date) -> bool:
		"""Does the span from a to b (both included, in either order) touch a year not announced?"""
		first, last = sorted((a.year, b.year))
		return any(not self.is_official(y) for y in range(first, last + 1))

	def with_local(self, off: Iterable[date] = (), work: Iterable[date] = ()) -> "WorkCalendar":
		"""This calendar with local rest and working days laid over it. Later overlays prevail over earlier ones.

		Raises ValueError if a day is in both.
		"""
		new_off, new_work = frozenset(off), frozenset(work)
		return WorkCalendar(
			self.years,
			(self.local_off - new_work) | new_off,
			(self.local_work - new_off) | new_work,
		)


def from_mapping(
	data: Mapping[str, Any] | Mapping[int, Any], provisional_years: Iterable[int] = ()
) -> WorkCalendar:
	"""Build a calendar from {"2024": {"off": ["01-01", …], "work": ["02-04", …], "official": true}, …}.

	Days are MM-DD or ISO dates. A year is official unless it says otherwise or is in provisional_years. Keys
	that are no year (notes) are left aside. Built once per content. Raises ValueError on a day that does not
	exist, is listed as both, or lies in another year.
	"""
	provisional = set(provisional_years)
	content = []
	for key, plan in data.items():
		if not str(key).isdigit():
			continue
		year = int(key)
		official = bool(plan.get("official", True)) and year not in provisional
		content.append((year, tuple(plan.get("off", ())), tuple(plan.get("work", ())), official))
	return _build(tuple(sorted(content)))


@lru_cache(maxsize=256)
def _build(content: tuple[tuple[int, tuple[str, ...], tuple[str, ...], bool], ...]) -> WorkCalendar:
	def day(year: int, text: str | date) -> date:
		if isinstance(text, date):
			return text
		return date.fromisoformat(text if len(text) > 5 else f"{year:04d}-{text}")

	return WorkCalendar(
		{
			year: YearPlan(
				year, frozenset(day(year, t) for t in off), frozenset(day(year, t) for t in work), official
			)
			for year, off, work, official in content
		}
	)


@lru_cache(maxsize=1)
def seed_calendar() -> WorkCalendar:
	"""The national calendar the app ships: 2023–2026 as announced, 2027 estimated from the statutory holidays."""
	return from_mapping(json.loads(_SEED.read_text(encoding="utf-8")))
