"""Lists of tasks for the desk."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import getdate

from sclist_app.access.posts import held, holders, may_take
from sclist_app.access.today import today
from sclist_app.workflow import store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.tasks import approves

__all__ = ["days_left", "my_tasks", "overdue_below"]

FIELDS = [
	"name",
	"title",
	"subject_line",
	"reference_doctype",
	"reference_name",
	"post",
	"bureau",
	"due_on",
	"opened_on",
	"division",
	"in_person",
	"assignee",
	"step",
	"round",
]

# no one works through more; what comes after is not counted
MOST = 500
SORTS = {
	"open": lambda row: True,
	"today": lambda row: bool(row.due_on) and getdate(row.due_on) == today(),
	"overdue": lambda row: bool(row.due_on) and getdate(row.due_on) < today(),
	"returned": lambda row: (row.round or 1) > 1,
}


def days_left(due, bureau: str) -> int | None:
	"""Working days until the day (0: today), negative when it is past."""
	return calendar_of(bureau).workdays_between(today(), getdate(due)) if due else None


def _mine_filter() -> list[tuple[str, str]]:
	return sorted({(h.post, h.bureau) for h in held()})


def my_tasks(limit: int, start: int = 0, show: str = "open") -> dict[str, Any]:
	"""Open tasks for any of the user's posts, the most urgent first, and how many there are of each sort.

	show: one of the counts: "open" (all), "today", "overdue", "returned". {"tasks": those from `start` on,
	"counts": {sort: number}}.
	"""
	own = held()
	people = {frappe.session.user, *(h.acting_for for h in own if h.acting_for)} if own else set()
	taken = [(row, may_take(row)) for row in _open_for(_mine_filter(), people)]
	rows = [row for row, holding in taken if holding]
	deputised = {row.name: holding.acting_for for row, holding in taken if holding}
	sorts = {sort: [row for row in rows if test(row)] for sort, test in SORTS.items()}
	wanted = sorts.get(show, rows)[start : start + limit]
	approving = _approving(wanted)
	return {
		"tasks": [
			{
				**_row(row),
				"acting_for_name": _full_name(deputised[row.name]),
				"approves": row.name in approving,
			}
			for row in wanted
		],
		"counts": {sort: len(found) for sort, found in sorts.items()},
	}


def _approving(rows) -> set[str]:
	"""Those of the tasks that have a page of approval."""
	task, run = frappe.qb.DocType("SC Task"), frappe.qb.DocType("SC Run")
	if not rows:
		return set()
	found = (
		frappe.qb.from_(task)
		.join(run)
		.on(run.name == task.run)
		.select(task.name, task.step, run.procedure_version)
		.where(task.name.isin([row.name for row in rows]))
		.run(as_dict=True)
	)
	return {
		row.name for row in found if approves(store.load_procedure(row.procedure_version).by_code[row.step])
	}


def _open_for(pairs, people) -> list:
	if not pairs:
		return []
	task = frappe.qb.DocType("SC Task")
	query = frappe.qb.from_(task).select(*[task[field] for field in FIELDS]).where(task.status == "Open")
	# what one was asked to sign besides, and what waits for those one deputises for
	wanted = task.assignee.isin(sorted(people))
	for post, bureau in pairs:
		wanted |= (task.post == post) & (task.bureau == bureau)
	return (
		query.where(wanted)
		.orderby(task.due_on.isnull())
		.orderby(task.due_on)
		.orderby(task.opened_on)
		.orderby(task.name)
		.limit(MOST)
		.run(as_dict=True)
	)


def overdue_below(limit: int) -> dict[str, Any]:
	"""Overdue tasks the user may read, oldest first."""
	rows = frappe.get_list(
		"SC Task",
		filters=[["status", "=", "Open"], ["due_on", "is", "set"], ["due_on", "<", today()]],
		fields=FIELDS,
		order_by="due_on asc",
		limit=limit,
	)
	return {"tasks": [_row(row) for row in rows]}


def _row(row) -> dict[str, Any]:
	return {
		"name": row.name,
		"title": row.title,
		"subject_line": row.subject_line,
		"reference_doctype": row.reference_doctype,
		"reference_name": row.reference_name,
		"step_title": row.title,
		"post_title": frappe.get_cached_value("SC Post", row.post, "post_name") or row.post,
		"division_name": frappe.get_cached_value("SC Division", row.division, "division_name")
		if row.division
		else "",
		"bureau_name": frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name") or row.bureau,
		"due_on": row.due_on,
		"days_left": days_left(row.due_on, row.bureau),
		"overdue": bool(row.due_on) and getdate(row.due_on) < today(),
		"opened_on": row.opened_on,
		"returned": (row.round or 1) > 1,
	}


def _full_name(user: str) -> str:
	return (frappe.get_cached_value("User", user, "full_name") or user) if user else ""


def colleagues(bureau: str, post: str, division: str = "") -> list[dict[str, Any]]:
	"""People of the bureau with a post today; `same_post` marks those who hold this one."""
	same = set(holders(post, bureau, division))
	rows = frappe.get_all(
		"SC Post Assignment",
		filters={"bureau": bureau, "enabled": 1},
		fields=["user", "full_name"],
		order_by="creation",
	)
	people = {row.user: row.full_name or row.user for row in rows}
	return [{"user": user, "name": name, "same_post": user in same} for user, name in people.items()]
