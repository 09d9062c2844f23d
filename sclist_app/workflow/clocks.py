"""Clocks: start, stop, pause, and due dates by the law's counting rules.

A limit without a step starts with its legal event (`signal`), a limit with a step runs while that step is open.
Nothing is ever approved because a clock ran out; only a waiting step moves on, by the route meant for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.law.periods import ELAPSING, TERMS, UNROLLED, DueDate, Pause, Period, due_date, is_over
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.envelope import statute_unit
from sclist_app.workflow.kinds import kind
from sclist_app.workflow.model import LimitRule, Procedure

__all__ = [
	"TERMS",
	"announced",
	"begin_pause",
	"counted",
	"due_from",
	"due_of_step",
	"end_pause",
	"hold",
	"later",
	"length",
	"measured_by",
	"moved",
	"period_of",
	"release",
	"running",
	"signal",
	"start",
	"step_entered",
	"step_left",
	"steps_finished",
	"window_over",
	"withdrawn",
]

DOCTYPE = "SC Clock"
# The scan and the recomputation read these alone, however many clocks there are.
INDEXES = {
	"sclist_due": ("status", "due_on", "`limit`", "run", "provisional"),
	"sclist_warn": ("status", "warned", "warn_on", "`limit`"),
	"sclist_escalate": ("status", "escalated", "due_on", "`limit`"),
}
FIELDS = (
	"name",
	"run",
	"bureau",
	"limit",
	"step",
	"status",
	"n",
	"extended_n",
	"unit",
	"channel",
	"started_on",
	"due_on",
	"warn_on",
	"warned",
	"escalated",
	"provisional",
	"pauses",
)


def period_of(rule: LimitRule) -> Period:
	return Period(rule.n, statute_unit(rule.unit))


def length(clock: Mapping[str, Any]) -> Period:
	"""The whole length of a clock, with what it was extended by."""
	return Period(clock["n"] + (clock.get("extended_n") or 0), statute_unit(clock["unit"]))


def counted(n: int, unit: str) -> str:
	"""A length of time for showing, in a unit of the forms: 5个工作日."""
	texts = {
		"Working Day": _("{0} working days"),
		"Day": _("{0} days"),
		"Month": _("{0} months"),
		"Year": _("{0} years"),
	}
	return texts[unit].format(n)


def pauses_of(clock: Mapping[str, Any]) -> tuple[Pause, ...]:
	return tuple(
		Pause(getdate(row["start"]), getdate(row["end"]) if row.get("end") else None, row.get("reason", ""))
		for row in json.loads(clock.get("pauses") or "[]")
	)


def computed(clock: Mapping[str, Any]) -> DueDate:
	"""The due date of a clock by its own length and pauses and the calendar of today."""
	return due_date(
		getdate(clock["started_on"]),
		length(clock),
		calendar_of(clock["bureau"]),
		pauses_of(clock),
		roll=clock["limit"] not in UNROLLED,
	)


# ------------------------------------------------------------------ start, stop


def signal(run: Document, procedure: Procedure, event: str, on: date) -> None:
	"""A legal event happened: stop the clocks it ends, start those it begins."""
	names = {rule.limit for rule in procedure.limits if not rule.step}
	for limit in sorted(names):
		catalogue = frappe.get_cached_value("SC Time Limit", limit, ["starts_on", "stops_on"], as_dict=True)
		if not catalogue:
			continue
		if catalogue.stops_on == event:
			_stop(running(run.name, limit, ""), on)
		if catalogue.starts_on == event:
			_start_rule(run, procedure, limit, "", on)


def announced(run: Document, procedure: Procedure, on: date) -> None:
	"""A document was announced: its period runs by law, whether the procedure names it or not.

	Documents announced on one day share a clock; a later announcement starts it anew.
	"""
	rows = running(run.name, "T15", "")
	if rows and getdate(rows[-1].started_on) >= on:
		return
	signal(run, procedure, "announced", on)
	if not running(run.name, "T15", ""):
		law = frappe.get_cached_doc("SC Time Limit", "T15")
		start(run, LimitRule("T15", law.n, law.unit), on)


def withdrawn(run: str, limit: str, on: date) -> None:
	"""The event of that day was none after all: the clock it started is void."""
	for row in running(run, limit, ""):
		if getdate(row.started_on) == on:
			_set(row.name, status="Void", stopped_on=today())


def step_entered(run: Document, procedure: Procedure, step: str) -> None:
	for limit in dict.fromkeys(rule.limit for rule in procedure.limits if rule.step == step):
		_start_rule(run, procedure, limit, step, today())


def step_left(run: Document, procedure: Procedure, step: str) -> None:
	for limit in dict.fromkeys(rule.limit for rule in procedure.limits if rule.step == step):
		_stop(running(run.name, limit, step), today())


def steps_finished(
	run: Document, procedure: Procedure, finished: Iterable[str], active: Iterable[str]
) -> None:
	"""Steps were done: the legal limits they name are met, unless an open step has the same to do.

	A limit that stands still is not met: the case comes back to it.
	"""
	by_code = procedure.by_code
	going_on = {by_code[code].limit for code in active}
	for limit in sorted({by_code[code].limit for code in finished} - going_on - {""}):
		if frappe.get_cached_value("SC Time Limit", limit, "stops_on") == "step_left":
			_stop((row for row in running(run.name, limit, "") if row.status == "Running"), today())


def _start_rule(run: Document, procedure: Procedure, limit: str, step: str, on: date) -> None:
	rule = procedure.limit(limit, step, _channel(run, procedure))
	if rule:  # a limit may hold for one channel alone
		start(run, rule, on)


def _channel(run: Document, procedure: Procedure) -> str:
	if not any(rule.channel for rule in procedure.limits):
		return ""
	return kind(run.kind).channel(frappe.get_doc(run.reference_doctype, run.reference_name))


def start(run: Document, rule: LimitRule, on: date) -> str:
	"""Start (or start anew) the clock of a limit; the earlier one of the same limit and step is void."""
	for row in running(run.name, rule.limit, rule.step):
		_set(row.name, status="Void", stopped_on=today())
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
			"channel": rule.channel,
			"status": "Running",
			"n": rule.n,
			"unit": rule.unit,
			"started_on": on,
			"escalate_to": rule.escalate_to or None,
			"pauses": "[]",
			"is_demo": run.get("is_demo"),
		}
	)
	due = computed(clock.as_dict())
	clock.due_on, clock.provisional = due.on, due.provisional
	clock.warn_on = add_days(due.on, -rule.warn_before)
	with engine_writes():
		clock.insert(ignore_permissions=True)  # clocks follow from the act, not from a right to create them
	return clock.name


def running(run: str, limit: str | None = None, step: str | None = None) -> list:
	"""The clocks of a run that run or stand still."""
	filters = {"run": run, "status": ["in", ["Running", "Paused"]]}
	if limit is not None:
		filters["limit"] = limit
	if step is not None:
		filters["step"] = step or ["is", "not set"]
	return frappe.get_all(DOCTYPE, filters=filters, fields=list(FIELDS), order_by="creation")


def _stop(rows: Iterable, on: date) -> None:
	for row in rows:
		_set(row.name, status="Met", stopped_on=on)


def stop_all(run: Document) -> None:
	"""The run has ended: what still runs within it is void, but what runs by law goes on (terms, remedies)."""
	for row in running(run.name):
		if row.limit not in ELAPSING:
			_set(row.name, status="Void", stopped_on=today())


def _set(name: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, name, values)


# -------------------------------------------------------------------- asking


def measured_by(procedure: Procedure, clock: Mapping[str, Any]) -> set[str]:
	"""Codes of the steps a clock measures: its own, or those that name its limit."""
	if clock["step"]:
		return {clock["step"]}
	return {step.code for step in procedure.steps if step.limit == clock["limit"]}


def due_of_step(run: Document, procedure: Procedure, step: str) -> date | None:
	"""The earliest date by which the step must be done: its own clock or the legal one it names.

	None while the limits of the step stand still.
	"""
	legal = procedure.by_code[step].limit
	dates = [
		getdate(row.due_on)
		for row in running(run.name)
		if row.status == "Running" and (row.step == step or (legal and row.limit == legal))
	]
	return min(dates, default=None)


def due_from(run: str, limit: str, on: date) -> date | None:
	"""When the running clock of the limit would be due, had it begun on that day: with its extension and pauses.

	None if none runs.
	"""
	rows = running(run, limit)
	if not rows:
		return None
	due = computed({**rows[-1], "started_on": on})
	return later(rows[-1], due).on if getdate(rows[-1].started_on) == on else due.on


def window_over(run: str, limit: str, on: date) -> bool:
	"""Has the running clock of this limit passed by the day? False without one."""
	rows = running(run, limit)
	if not rows:
		return False
	row = rows[-1]
	return is_over(
		getdate(row.started_on),
		length(row),
		calendar_of(row.bureau),
		on,
		pauses_of(row),
		roll=row.limit not in UNROLLED,
	)


# --------------------------------------------------------------------- pauses


def begin_pause(row: Mapping[str, Any], on: date, reason: str, cause: str = "") -> None:
	"""Let one clock stand still. cause: why it does so alone; "" if the whole case stands still."""
	pauses = [*json.loads(row["pauses"] or "[]"), {"start": str(on), "end": None, "reason": reason}]
	if cause:
		pauses[-1]["cause"] = cause
	_set(row["name"], status="Paused", pauses=json.dumps(pauses, ensure_ascii=False))


def end_pause(row: Mapping[str, Any], on: date) -> None:
	"""Let one clock run on; its due date moves by what was lost."""
	pauses = json.loads(row["pauses"] or "[]")
	pauses[-1]["end"] = str(on)
	text = json.dumps(pauses, ensure_ascii=False)
	_set(row["name"], status="Running", pauses=text)
	moved(row, later(row, computed({**row, "pauses": text})))


def open_pause(row: Mapping[str, Any]) -> dict[str, Any] | None:
	"""The pause a clock stands in: {"start", "reason"} and, if it stands still alone, "cause"."""
	pauses = json.loads(row["pauses"] or "[]")
	return pauses[-1] if pauses and not pauses[-1]["end"] else None


def hold(run: Document, limit: str, cause: str, reason: str, on: date) -> None:
	"""For the kinds: let the limit of a run stand still, for example while papers are supplemented."""
	for row in running(run.name, limit):
		if row.status == "Running":
			begin_pause(row, on, reason, cause)


def release(run: Document, limit: str, on: date) -> None:
	"""For the kinds: let a limit that was held run on."""
	for row in running(run.name, limit):
		if (open_pause(row) or {}).get("cause"):
			end_pause(row, on)


def pause(run: Document, procedure: Procedure, reason: str, on: date) -> None:
	"""Stop the run's clocks; what runs by law or for the party (terms, announcements, remedies) runs on."""
	for row in running(run.name):
		if row.status == "Running" and row.limit not in ELAPSING:
			begin_pause(row, on, reason)
	tasks_follow(run, procedure)


def resume(run: Document, procedure: Procedure, on: date) -> None:
	"""Let the clocks that stopped with the run go on; one that stands still for a cause of its own does not."""
	for row in running(run.name):
		stands = open_pause(row)
		if stands and not stands.get("cause"):
			end_pause(row, on)
	tasks_follow(run, procedure)


# ---------------------------------------------------------------- dates that move


def later(row: Mapping[str, Any], due: DueDate) -> DueDate:
	"""What lengthens a limit never brings its end forward, even if the calendar has changed in between."""
	return DueDate(max(due.on, getdate(row["due_on"])), due.provisional)


def moved(row: Mapping[str, Any], due: DueDate) -> None:
	"""Write a new due date: the warning keeps its distance and comes again, the document follows."""
	before = (getdate(row["due_on"]) - getdate(row["warn_on"])).days if row.get("warn_on") else 1
	warn_on = add_days(due.on, -before)
	_set(
		row["name"],
		due_on=due.on,
		provisional=due.provisional,
		warn_on=warn_on,
		warned=int(bool(row.get("warned")) and due.on == getdate(row["due_on"])),
		escalated=int(bool(row.get("escalated")) and due.on < today()),
	)
	run = frappe.db.get_value(
		"SC Run", row["run"], ["kind", "reference_doctype", "reference_name"], as_dict=True
	)
	if run and due.on != getdate(row["due_on"]):
		doc = frappe.get_doc(run.reference_doctype, run.reference_name)
		kind(run.kind).due_changed(doc, row["limit"], due.on)


def tasks_follow(run: Document, procedure: Procedure) -> None:
	"""Due dates of the open tasks as the clocks stand now."""
	for task in frappe.get_all(
		"SC Task",
		filters={"run": run.name, "status": "Open"},
		fields=["name", "step", "due_on"],
		order_by="creation",
	):
		due = due_of_step(run, procedure, task.step)
		if due != (getdate(task.due_on) if task.due_on else None):
			frappe.db.set_value("SC Task", task.name, "due_on", due)
