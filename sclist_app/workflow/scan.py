"""The scheduled scan over due dates: one indexed query each, each case on its own, safe to run twice.

A clock that has run out approves nothing. Only a waiting step moves on, since what it waited for did not come;
every other step stays where it is, and whoever has it and the post above are told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.utils import create_batch, getdate

from sclist_app.access.posts import holders
from sclist_app.access.today import today
from sclist_app.law.periods import ELAPSING
from sclist_app.workflow import actions, clocks, jobs, store
from sclist_app.workflow.model import Nature
from sclist_app.workflow.notes import tell
from sclist_app.workflow.runner import ACTIVE

JOB = "sclist: scan"
CLOCK = (
	"run",
	"limit",
	"step",
	"limit_name",
	"status",
	"due_on",
	"warn_on",
	"reference_doctype",
	"reference_name",
	"bureau",
	"escalate_to",
	"warned",
	"escalated",
)

__all__ = ["elapse", "expire_windows", "warn_and_escalate"]


def expire_windows() -> int:
	"""Move on every waiting step whose limit has passed. Returns how many moved."""
	passed = over().run(as_dict=True)
	runs = _runs((row.run for row in passed), "Active")
	waiting = {}  # in the order of their dates, each once
	for row in passed:
		if not (run := runs.get(row.run)):
			continue
		procedure = store.load_procedure(run.procedure_version)
		for code, (status, _round) in json.loads(run.marking or "{}").items():
			step = procedure.by_code[code]
			if status == ACTIVE and step.nature is Nature.WAIT and step.limit == row.limit:
				waiting[row.run, code] = None
	return jobs.each(waiting, lambda item: actions.expire(*item), JOB)


def warn_and_escalate() -> int:
	"""Tell those who have the task that a limit is near or past, once each; tell the named post when it is past."""
	return jobs.each(_names(near()), _warn, JOB) + jobs.each(_names(overdue()), _escalate, JOB)


def elapse() -> int:
	"""Close what runs by law (terms, announcements, periods of the party) once its last day is over.

	What a step of a running case waits for is left: that step moves on by it.
	"""
	passed = elapsing().run(as_dict=True)
	runs = _runs((row.run for row in passed), "Active", "Suspended", "Ended")
	names = [row.name for row in passed if row.run in runs and not _waits(runs[row.run], row)]
	return jobs.each(names, _elapse, JOB)


def _waits(run: Any, clock: Any) -> bool:
	if run.status == "Ended":
		return False
	return any(step.limit == clock.limit for step in store.load_procedure(run.procedure_version).steps)


def _runs(names: Iterable[str], *statuses: str) -> dict[str, Any]:
	"""The runs of these statuses among the named, by name, looked up by their keys."""
	found = {}
	for some in create_batch(sorted({name for name in names if name}), 500):
		for row in frappe.get_all(
			"SC Run",
			filters={"name": ["in", some], "status": ["in", statuses]},
			fields=["name", "procedure_version", "marking", "status"],
			order_by="name",
		):
			found[row.name] = row
	return found


def over():
	"""Query: limits that have passed, the oldest first."""
	clock = frappe.qb.DocType(clocks.DOCTYPE)
	return _past(clock).select(clock.run, clock.limit)


def elapsing():
	"""Query: limits that have passed and end by themselves."""
	clock = frappe.qb.DocType(clocks.DOCTYPE)
	return _past(clock).select(clock.name, clock.run, clock.limit).where(clock.limit.isin(ELAPSING))


def near():
	"""Query: running clocks whose day of warning has come and of which nobody was told."""
	clock = frappe.qb.DocType(clocks.DOCTYPE)
	return (
		frappe.qb.from_(clock)
		.select(clock.name)
		.where(clock.status == "Running")
		.where(clock.warned == 0)
		.where(clock.warn_on <= today())
		.where(clock.limit.notin(ELAPSING))
		.orderby(clock.warn_on)
	)


def overdue():
	"""Query: running clocks that are overdue and of which nobody was told."""
	clock = frappe.qb.DocType(clocks.DOCTYPE)
	return _past(clock).select(clock.name).where(clock.escalated == 0).where(clock.limit.notin(ELAPSING))


def _past(clock):
	return (
		frappe.qb.from_(clock)
		.where(clock.status == "Running")
		.where(clock.due_on < today())
		.orderby(clock.due_on)
	)


def _names(query) -> list[str]:
	return [row[0] for row in query.run()]


def _locked(name: str):
	clock = frappe.db.get_value(clocks.DOCTYPE, name, CLOCK, as_dict=True, for_update=True)
	return clock if clock and clock.status == "Running" else None


def _elapse(name: str) -> bool:
	clock = _locked(name)
	if not clock:
		return False
	frappe.db.set_value(clocks.DOCTYPE, name, {"status": "Elapsed", "stopped_on": clock.due_on})
	return True


def _warn(name: str) -> bool:
	clock = _locked(name)
	if not clock or clock.warned or getdate(clock.warn_on) > today():
		return False
	tell(
		_concerned(clock),
		_("{0} is due on {1}: {2}", lang="zh").format(clock.limit_name, clock.due_on, clock.reference_name),
		clock.reference_doctype,
		clock.reference_name,
		kind="Due Soon",
		key=f"due|{name}|{clock.due_on}",
		bureau=clock.bureau,
	)
	frappe.db.set_value(clocks.DOCTYPE, name, "warned", 1)
	return True


def _escalate(name: str) -> bool:
	clock = _locked(name)
	if not clock or clock.escalated or getdate(clock.due_on) >= today():
		return False
	people = _concerned(clock)
	if clock.escalate_to:
		people |= set(holders(clock.escalate_to, clock.bureau))
	late = (today() - getdate(clock.due_on)).days
	tell(
		people,
		_("{0} is overdue by {1} days: {2}", lang="zh").format(clock.limit_name, late, clock.reference_name),
		clock.reference_doctype,
		clock.reference_name,
		kind="Overdue",
		key=f"overdue|{name}|{clock.due_on}",
		bureau=clock.bureau,
	)
	frappe.db.set_value(clocks.DOCTYPE, name, "escalated", 1)
	return True


def _concerned(clock) -> set[str]:
	"""Who has a task that the limit is for; everybody with a task in the case, if it is for no open step."""
	version = frappe.db.get_value("SC Run", clock.run, "procedure_version")
	tasks = store.open_tasks(clock.run)
	own = clocks.measured_by(store.load_procedure(version), clock) if version else set()
	return {user for task in [t for t in tasks if t.step in own] or tasks for user in store.concerned(task)}
