"""What follows from serving the notice: the days of a listing case, each with how it is counted.

A forecast for whoever opens a case. The clocks of the running case, and nothing here, are what counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.citations import CIVIL_CODE, ORDER_11, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date, earliest_early_removal, term_end

COUNTING: Final = f"{cite(CIVIL_CODE, 201, 203)}、{cite(PENALTY_LAW, 85)}"


@dataclass(frozen=True, slots=True)
class Upcoming:
	"""One day to come. key: the limit, "decision", "repair" or "term". explained: how the day is counted.

	provisional: it rests on a year whose holidays are not announced.
	"""

	key: str
	on: date
	explained: Finding
	provisional: bool = False


def after_notice(
	served_on: date,
	periods: Mapping[str, Period],
	articles: Mapping[str, str],
	calendar: WorkCalendar,
	hearing: bool = False,
	open_on_corresponding_day: bool = False,
) -> list[Upcoming]:
	"""The days that follow a notice served on a day, if the decision is made as early as it may be.

	periods, articles: T01, T03, T04 and, where a hearing is offered, T02.
	"""
	windows = [_by(served_on, "T01", periods, articles, calendar)]
	if hearing:
		windows.append(_by(served_on, "T02", periods, articles, calendar))
	last = max(windows, key=lambda w: w.on)
	decided = calendar.next_workday(last.on + timedelta(days=1))
	message = N_("The first working day after the window of the party has passed without an answer.")
	decision = Upcoming(
		"decision",
		decided,
		Finding("forecast.decision", message, f"{cite(ORDER_11, 9)}、{cite(PENALTY_LAW, 44, 62)}"),
		last.provisional or calendar.provisional_between(last.on, decided),
	)
	return [
		*windows,
		decision,
		_by(decided, "T03", periods, articles, calendar, decision.provisional),
		_by(decided, "T04", periods, articles, calendar, decision.provisional),
		Upcoming(
			"repair",
			earliest_early_removal(decided, open_on_corresponding_day),
			Finding("forecast.repair", N_("After twelve full months on the list."), cite(ORDER_11, 13, 18)),
			decision.provisional,
		),
		Upcoming(
			"term",
			term_end(decided),
			Finding(
				"forecast.term",
				N_("Three years from the day of listing; this day does not move to a working day."),
				cite(ORDER_11, 13),
			),
			decision.provisional,
		),
	]


def _by(
	start: date,
	code: str,
	periods: Mapping[str, Period],
	articles: Mapping[str, str],
	calendar: WorkCalendar,
	provisional: bool = False,
) -> Upcoming:
	due = due_date(start, periods[code], calendar)
	return Upcoming(
		code,
		due.on,
		_counted(start, due.on, periods[code], articles.get(code, "")),
		due.provisional or provisional,
	)


def _counted(start: date, end: date, period: Period, article: str) -> Finding:
	values: dict[str, Any] = {"start": start, "n": period.n, "length": period.label, "end": end}
	if period.unit == "workday":
		values["rest"] = (end - start).days - period.n
		message = (
			N_("Working day {n} after {start}; that day itself and {rest} rest days are not counted.")
			if values["rest"] > 0
			else N_("Working day {n} after {start}; that day itself is not counted.")
		)
		return Finding("forecast.counted", message, article or COUNTING, values)
	message = N_("{length} from the day after {start}; a last day off moves to the next working day.")
	return Finding("forecast.counted", message, article or COUNTING, values)
