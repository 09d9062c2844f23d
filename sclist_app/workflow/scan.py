"""The scheduled scan over due dates: one indexed query each, each case on its own, safe to run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.posts import holders
from sclist_app.access.today import today
from sclist_app.workflow import actions, clocks, store

__all__ = ["expire_windows", "warn_and_escalate"]


def expire_windows() -> int:
	"""Move on every waiting step whose limit has passed. Returns how many moved."""
	rows = frappe.get_all(
		clocks.DOCTYPE,
		filters={"status": "Running", "due_on": ["<", today()]},
		fields=["run", "limit"],
		order_by="due_on asc",
	)
	waiting = []
	for run in dict.fromkeys(row.run for row in rows if row.run):
		if frappe.db.get_value("SC Run", run, "status") != "Active":
			continue
		loaded = store.read_run(run)
		limits = {row.limit for row in rows if row.run == run}
		waiting += [
			(run, code) for code in loaded.state.active if loaded.procedure.by_code[code].limit in limits
		]
	return _each(waiting, lambda item: actions.expire(*item))


def warn_and_escalate() -> int:
	"""Tell those who have the task that a limit is near or past, once each; tell the named post when it is past."""
	near = frappe.get_all(
		clocks.DOCTYPE,
		filters={
			"status": "Running",
			"warn_on": ["<=", today()],
			"warned": 0,
			"limit": ["not in", clocks.TERMS],
		},
		pluck="name",
		order_by="warn_on asc",
	)
	past = frappe.get_all(
		clocks.DOCTYPE,
		filters={
			"status": "Running",
			"due_on": ["<", today()],
			"escalated": 0,
			"limit": ["not in", clocks.TERMS],
		},
		pluck="name",
		order_by="due_on asc",
	)
	return _each(near, _warn) + _each(past, _escalate)


def _each(items: Iterable, work: Callable) -> int:
	"""Run each item in a transaction of its own; a fault in one case is logged and stops no other."""
	done = 0
	for item in items:
		try:
			done += bool(work(item))
			frappe.db.commit()  # scheduled job: each case stands alone
		except Exception:
			frappe.db.rollback()
			frappe.log_error(title="sclist: scan", message=frappe.get_traceback())
			frappe.db.commit()  # keep the log of the fault
	return done


def _warn(name: str) -> bool:
	clock = frappe.db.get_value(
		clocks.DOCTYPE,
		name,
		["run", "limit_name", "due_on", "reference_doctype", "reference_name", "warned"],
		as_dict=True,
		for_update=True,
	)
	if clock.warned:
		return False
	_notify(
		_concerned(clock.run),
		_("{0} is due on {1}: {2}").format(clock.limit_name, clock.due_on, clock.reference_name),
		clock,
	)
	frappe.db.set_value(clocks.DOCTYPE, name, "warned", 1)
	return True


def _escalate(name: str) -> bool:
	clock = frappe.db.get_value(
		clocks.DOCTYPE,
		name,
		[
			"run",
			"limit_name",
			"due_on",
			"reference_doctype",
			"reference_name",
			"bureau",
			"escalate_to",
			"escalated",
		],
		as_dict=True,
		for_update=True,
	)
	if clock.escalated:
		return False
	people = _concerned(clock.run)
	if clock.escalate_to:
		people |= set(holders(clock.escalate_to, clock.bureau))
	late = (today() - getdate(clock.due_on)).days
	_notify(
		people,
		_("{0} is overdue by {1} days: {2}").format(clock.limit_name, late, clock.reference_name),
		clock,
	)
	frappe.db.set_value(clocks.DOCTYPE, name, "escalated", 1)
	return True


def _concerned(run: str) -> set[str]:
	return {
		user
		for task in store.open_tasks(run)
		for user in ([task.assignee] if task.assignee else holders(task.post, task.bureau))
	}


def _notify(users: Iterable[str], subject: str, clock) -> None:
	for user in sorted(users):
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"subject": subject,
				"document_type": clock.reference_doctype,
				"document_name": clock.reference_name,
			}
		)
		log.insert(ignore_permissions=True)  # notes of the system to its officers
