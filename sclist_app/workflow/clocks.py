"""Clocks: start, stop, due dates by the law's counting rules, and the one scheduled scan.

A limit without a step starts with its legal event (`signal`), a limit with a step runs while that step is open.
Nothing is ever approved because a clock ran out; only a waiting step moves on, by the route meant for it.
"""

from __future__ import annotations

import json
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.law.periods import DueDate, Pause, Period, due_date, is_over
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.checker import statute_unit
from sclist_app.workflow.model import LimitRule, Procedure

__all__ = [
	"due_of_step",
	"period_of",
	"running",
	"signal",
	"start",
	"step_entered",
	"step_left",
	"window_over",
]

DOCTYPE = "SC Clock"
# Terms are no periods for doing something: their end does not move to a working day (民法典第二百零三条).
TERMS = ("T05", "T06")


def period_of(rule: LimitRule) -> Period:
	return Period(rule.n, statute_unit(rule.unit))


def signal(run: Document, procedure: Procedure, event: str, on: date) -> None:
	"""A legal event happened: stop the clocks it ends, start those it begins."""
	names = {rule.limit for rule in procedure.limits if not rule.step}
	for limit in sorted(names):
		catalogue = frappe.get_cached_value("SC Time Limit", limit, ["starts_on", "stops_on"], as_dict=True)
		if not catalogue:
			continue
		if catalogue.stops_on == event:
			_stop(run, limit, "", on)
		if catalogue.starts_on == event:
			start(run, procedure.limit(limit), on)


def step_entered(run: Document, procedure: Procedure, step: str) -> None:
	for rule in procedure.limits:
		if rule.step == step:
			start(run, rule, today())


def step_left(run: Document, procedure: Procedure, step: str) -> None:
	for rule in procedure.limits:
		if rule.step == step:
			_stop(run, rule.limit, step, today())


def start(run: Document, rule: LimitRule, on: date) -> str:
	"""Start (or start anew) the clock of a limit; the earlier one of the same limit and step is void."""
	for row in running(run.name, rule.limit, rule.step):
		_set(row.name, status="Void", stopped_on=today())
	due = _due(run.bureau, rule, on)
	clock = frappe.new_doc(DOCTYPE)
	clock.update(
		{
			"limit": rule.limit,
			"limit_name": frappe.get_cached_value("SC Time Limit", rule.limit, "limit_name"),
			"reference_doctype": run.reference_doctype,
			"reference_name": run.reference_name,
			"run": run.name,
			"step": rule.step,
			"bureau": run.bureau,
			"status": "Running",
			"n": rule.n,
			"unit": rule.unit,
			"started_on": on,
			"due_on": due.on,
			"provisional": due.provisional,
			"warn_on": add_days(due.on, -rule.warn_before),
			"escalate_to": rule.escalate_to or None,
			"pauses": "[]",
			"is_demo": run.get("is_demo"),
		}
	)
	with engine_writes():
		clock.insert(ignore_permissions=True)  # clocks follow from the act, not from a right to create them
	return clock.name


def _due(bureau: str, rule: LimitRule, on: date, pauses: tuple[Pause, ...] = ()) -> DueDate:
	return due_date(on, period_of(rule), calendar_of(bureau), pauses, roll=rule.limit not in TERMS)


def running(run: str, limit: str | None = None, step: str | None = None) -> list:
	filters = {"run": run, "status": ["in", ["Running", "Paused"]]}
	if limit is not None:
		filters["limit"] = limit
	if step is not None:
		filters["step"] = step or ["is", "not set"]
	return frappe.get_all(
		DOCTYPE,
		filters=filters,
		fields=["name", "limit", "step", "due_on", "started_on", "provisional", "pauses", "n", "unit"],
		order_by="creation",
	)


def _stop(run: Document, limit: str, step: str, on: date) -> None:
	for row in running(run.name, limit, step):
		_set(row.name, status="Met", stopped_on=on)


def stop_all(run: Document) -> None:
	"""The run has ended: what still runs within it is void, but the term of the listing goes on."""
	for row in running(run.name):
		if row.limit not in TERMS:
			_set(row.name, status="Void", stopped_on=today())


def _set(name: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, name, values)


def due_of_step(run: Document, procedure: Procedure, step: str) -> date | None:
	"""The earliest date by which the step must be done: its own clock or the legal one it names."""
	legal = procedure.by_code[step].limit
	dates = [
		getdate(row.due_on) for row in running(run.name) if row.step == step or (legal and row.limit == legal)
	]
	return min(dates, default=None)


def window_over(run: str, limit: str, on: date) -> bool:
	"""Has the running clock of this limit passed by the day? False without one."""
	rows = running(run, limit)
	if not rows:
		return False
	row = rows[-1]
	bureau = frappe.db.get_value("SC Run", run, "bureau")
	return is_over(
		getdate(row.started_on),
		Period(row.n, statute_unit(row.unit)),
		calendar_of(bureau),
		on,
		_pauses(row.pauses),
		roll=row.limit not in TERMS,
	)


def _pauses(text: str | None) -> tuple[Pause, ...]:
	return tuple(
		Pause(getdate(row["start"]), getdate(row["end"]) if row.get("end") else None, row.get("reason", ""))
		for row in json.loads(text or "[]")
	)


def pause(run: Document, reason: str, on: date) -> None:
	"""Stop the run's clocks; terms fixed by law (T05, T06) run on."""
	for row in running(run.name):
		if row.limit in TERMS:
			continue
		pauses = [*json.loads(row.pauses or "[]"), {"start": str(on), "end": None, "reason": reason}]
		_set(row.name, status="Paused", pauses=json.dumps(pauses, ensure_ascii=False))


def resume(run: Document, procedure: Procedure, on: date) -> None:
	"""Let the paused clocks run on; their due dates move by what was lost."""
	calendar = calendar_of(run.bureau)
	for row in running(run.name):
		pauses = json.loads(row.pauses or "[]")
		if not pauses or pauses[-1]["end"]:
			continue
		pauses[-1]["end"] = str(on)
		text = json.dumps(pauses, ensure_ascii=False)
		due = due_date(
			getdate(row.started_on), Period(row.n, statute_unit(row.unit)), calendar, _pauses(text)
		)
		rule = procedure.limit(row.limit, row.step or "")
		_set(
			row.name,
			status="Running",
			pauses=text,
			due_on=due.on,
			provisional=due.provisional,
			warn_on=add_days(due.on, -(rule.warn_before if rule else 1)),
			warned=0,
		)
	for task in frappe.get_all(
		"SC Task", filters={"run": run.name, "status": "Open"}, fields=["name", "step"], order_by="creation"
	):
		frappe.db.set_value("SC Task", task.name, "due_on", due_of_step(run, procedure, task.step))
