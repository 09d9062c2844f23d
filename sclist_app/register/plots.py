"""Due dates on a calendar, and documents by the tree of bureaus. Everything within what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import frappe
from frappe.utils import getdate

from sclist_app.access.posts import held
from sclist_app.access.today import today
from sclist_app.access.visibility import scope
from sclist_app.law.periods import ELAPSING
from sclist_app.register.home import CASES, IN_FORCE, LONG_AGO, OPEN, grouped, where
from sclist_app.workflow import desk
from sclist_app.workflow.calendars import calendar_of, name_for

__all__ = ["BELOW", "SHOWN", "bureaus", "calendar", "documents"]

# weeks of one month's sheet, and what one sheet can show
MOST_DAYS: Final = 42
MOST_ROWS: Final = 400
PAGE: Final = 20
SHOWN: Final = ("mine", "tasks", "limits")


# ------------------------------------------------------------------------------ the calendar


def calendar(start: date, end: date, show: str) -> dict[str, Any]:
	"""What falls due on the days from `start` to `end`, both included.

	show: "mine" (tasks of one's own), "tasks" (all one may see), "limits" (running limits one may see).
	{"today", "days": [{"day", "kind": "work" | "rest" | "off" | "made_up", "note", "provisional"}],
	"items": [{"day", "title", "subject", "colour", "doctype", "name", "bureau_name"}], "more": bool}.

	Raises:
		ValueError: more than six weeks, or the end before the start.
	"""
	if not 0 <= (end - start).days < MOST_DAYS:
		raise ValueError
	rows = _READ[show](start, end)
	shown = rows[:MOST_ROWS]
	_name_subjects(shown)
	return {
		"today": str(today()),
		"days": _days(start, end),
		"items": [_item(row) for row in shown],
		"more": len(rows) > MOST_ROWS,
	}


def _days(start: date, end: date) -> list[dict[str, Any]]:
	"""Each day by the calendar of the user's first bureau: rest days of the year's plan, days made up for them."""
	own = held()
	bureau = own[0].bureau if own else None
	plan = calendar_of(bureau)
	notes = _notes(bureau, start, end)
	found = []
	for n in range((end - start).days + 1):
		day = start + timedelta(days=n)
		weekend, works = day.weekday() >= 5, plan.is_workday(day)
		kind = ("made_up" if works else "rest") if weekend else ("work" if works else "off")
		# a weekend inside a holiday is part of it
		if kind == "rest" and day in notes:
			kind = "off"
		found.append(
			{
				"day": str(day),
				"kind": kind,
				"note": notes.get(day, "") if kind != "work" else "",
				"provisional": not plan.is_official(day.year),
			}
		)
	return found


def _notes(bureau: str | None, start: date, end: date) -> dict[date, str]:
	"""Names of the holidays, as the calendar and those it is based on note them."""
	name, notes = name_for(bureau), {}
	while name:
		doc = frappe.get_cached_doc("SC Calendar", name)
		for row in doc.days:
			if start <= getdate(row.day) <= end:
				notes.setdefault(getdate(row.day), row.note or "")
		name = doc.parent_calendar
	return notes


def _mine(start: date, end: date) -> list[dict[str, Any]]:
	rows = desk.my_tasks(desk.MOST)["tasks"]
	return [row for row in rows if row["due_on"] and start <= getdate(row["due_on"]) <= end]


def _tasks(start: date, end: date) -> list[dict[str, Any]]:
	return _due("SC Task", {"status": "Open"}, start, end, ["title", "subject_line"])


def _limits(start: date, end: date) -> list[dict[str, Any]]:
	rows = _due("SC Clock", {"status": "Running"}, start, end, ["limit_name", "limit", "run", "step"])
	# a procedure's own limits have one name together; the step says which it is
	steps = frappe.get_all(
		"SC Task",
		filters={"run": ["in", [row.run for row in rows if row.step] or [""]]},
		fields=["run", "step", "title"],
		order_by="creation asc",
	)
	titles = {(task.run, task.step): task.title for task in steps}
	for row in rows:
		row.title = titles.get((row.run, row.step)) or row.limit_name
	return rows


def _due(doctype: str, filters: dict[str, Any], start: date, end: date, fields: list[str]) -> list:
	return frappe.get_list(
		doctype,
		filters={**filters, "due_on": ["between", [str(start), str(end)]]},
		fields=[*fields, "name", "due_on", "bureau", "reference_doctype", "reference_name"],
		order_by="due_on asc, name asc",
		limit=MOST_ROWS + 1,
	)


_READ: Final[dict[str, Callable[[date, date], list]]] = {"mine": _mine, "tasks": _tasks, "limits": _limits}


def _item(row: dict[str, Any]) -> dict[str, Any]:
	bureau = row.get("bureau")
	due = getdate(row["due_on"])
	return {
		"day": str(due),
		"title": row["title"],
		"subject": row.get("subject_line") or row["reference_name"],
		"colour": _colour(due, row),
		"doctype": row["reference_doctype"],
		"name": row["reference_name"],
		"bureau_name": row.get("bureau_name")
		or frappe.get_cached_value("SC Bureau", bureau, "bureau_name")
		or bureau,
	}


def _name_subjects(rows: list) -> None:
	"""Give rows that do not name what they are about the title of their document; one query a DocType."""
	nameless: dict[str, list] = {}
	for row in rows:
		if not row.get("subject_line"):
			nameless.setdefault(row["reference_doctype"], []).append(row)
	for doctype, of_doctype in nameless.items():
		field = frappe.get_meta(doctype).get_title_field()
		found = frappe.get_all(
			doctype,
			filters={"name": ["in", sorted({row["reference_name"] for row in of_doctype})]},
			fields=["name", field],
			order_by="name",
		)
		titles = {doc.name: doc[field] for doc in found}
		for row in of_doctype:
			row["subject_line"] = titles.get(row["reference_name"])


def _colour(due: date, row: dict[str, Any]) -> str:
	# nobody is late when a period of the party ends
	if row.get("limit") in ELAPSING:
		return "gray"
	days = (due - today()).days
	if days < 0:
		return "red"
	return "orange" if days <= 2 else "blue"


# ------------------------------------------------------------------------------ the tree

# what can be counted by bureau: DocType, filters of its list, title and date shown
BELOW: Final[dict[str, tuple[str, dict[str, Any], str, str]]] = {
	"cases": ("SC Case", CASES, "case_title", "opened_on"),
	"listed": ("SC Listing Record", {"state": IN_FORCE}, "entity_name", "listed_on"),
	"tasks": ("SC Task", OPEN, "subject_line", "due_on"),
	"late": ("SC Task", OPEN, "subject_line", "due_on"),
}


def _filters(show: str) -> dict[str, Any]:
	filters = BELOW[show][1]
	if show != "late":
		return filters
	return {**filters, "due_on": ["Between", [LONG_AGO, str(today() - timedelta(days=1))]]}


def bureaus(show: str) -> dict[str, Any]:
	"""The bureaus one may look into, from above downwards, each with its number and that of all below it.

	{"doctype", "filters", "bureaus": [{"name", "bureau_name", "parent", "depth", "own", "all"}]}; `all` counts the
	bureau itself too. A bureau whose superior one may not look into stands at the top.
	"""
	doctype = BELOW[show][0]
	filters = _filters(show)
	numbers = dict(grouped(doctype, filters, "bureau"))
	allowed = scope()
	rows = [
		row
		for row in frappe.get_all(
			"SC Bureau",
			filters={"enabled": 1},
			fields=["name", "bureau_name", "parent_sc_bureau", "lft", "rgt"],
			order_by="lft asc",
		)
		if allowed.everything
		or row.name in allowed.bureaus
		or any(low <= row.lft and row.rgt <= high for low, high in allowed.ranges)
	]
	found, open_above = [], []
	for row in rows:
		while open_above and open_above[-1][0].rgt < row.lft:
			open_above.pop()
		own = numbers.get(row.name, 0)
		node = {
			"name": row.name,
			"bureau_name": row.bureau_name,
			"parent": open_above[-1][0].name if open_above else "",
			"depth": len(open_above),
			"own": own,
			"all": own,
		}
		for _above, place in open_above:
			place["all"] += own
		open_above.append((row, node))
		found.append(node)
	return {"doctype": doctype, "filters": filters, "bureaus": found}


def documents(bureau: str, show: str, start: int) -> list[dict[str, Any]]:
	"""The next twenty documents of a bureau and all below it, the newest or most urgent first.

	[{"doctype", "name", "title", "state", "day", "bureau_name"}]
	"""
	doctype, _filters_of, title, day = BELOW[show]
	table = frappe.qb.DocType(doctype)
	fields = [table.name, table[title].as_("title"), table[day].as_("day"), table.bureau]
	tasks = doctype == "SC Task"
	if tasks:
		fields += [table.reference_doctype, table.reference_name, table.title.as_("state")]
	elif doctype == "SC Case":
		fields.append(table.state_title.as_("state"))
	else:
		fields.append(table.ground_text.as_("state"))
	names = frappe.get_all(
		"SC Bureau",
		filters={"name": ["descendants of (inclusive)", bureau], "enabled": 1},
		pluck="name",
		order_by="lft asc",
	)
	query = frappe.qb.from_(table).select(*fields)
	query = query.where(where(doctype, {**_filters(show), "bureau": ["in", names]}))
	first = query.orderby(table[day], order=frappe.qb.asc if tasks else frappe.qb.desc)
	rows = first.orderby(table.name).limit(PAGE).offset(start).run(as_dict=True)
	return [
		{
			"doctype": row.get("reference_doctype") or doctype,
			"name": row.get("reference_name") or row.name,
			"title": row.title or row.state,
			"state": row.state if row.title else "",
			"day": row.day,
			"bureau_name": frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name") or row.bureau,
		}
		for row in rows
	]
