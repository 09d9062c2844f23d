"""Due dates anew, after a year of a calendar was published or its days changed.

Rules: a date that has passed stays, since people have acted on it. A new date before today is not taken either:
nobody becomes late by a notice of the State Council; the date told before then holds. Otherwise the new date
counts, the tasks follow, the mark "provisional" goes, the case's log says so, and each officer concerned is told
once. Terms do not depend on the calendar. Safe to repeat: what is right already is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.law.periods import UNROLLED, DueDate
from sclist_app.workflow import calendars, clocks, store
from sclist_app.workflow.notes import tell

__all__ = ["after_change", "candidates", "recompute"]

# So many are done with the save itself; more go to a job.
AT_ONCE = 100


def after_change(calendar: str, years: Collection[int]) -> None:
	"""The days or the status of these years changed: set the due dates that hang on them anew."""
	found = candidates(years) if years else []
	if not found:
		return
	if len(found) <= AT_ONCE:
		recompute(calendar, sorted(years))
		return
	frappe.enqueue(
		"sclist_app.workflow.recompute.recompute",
		queue="long",
		enqueue_after_commit=True,
		calendar=calendar,
		years=sorted(years),
		commit=True,
	)
	frappe.msgprint(_("The due dates of {0} limits are being checked in the background.").format(len(found)))


def candidates(years: Iterable[int]) -> list:
	"""Clocks that run or stand still, of which some day counted may lie in one of the years."""
	return candidates_query(years).run(as_dict=True)


def candidates_query(years: Iterable[int]):
	"""Read by index over the due dates; a clock that ends before the first of the years cannot depend on them."""
	first, last = date(min(years), 1, 1), date(max(years), 12, 31)
	clock = frappe.qb.DocType(clocks.DOCTYPE)
	return (
		frappe.qb.from_(clock)
		.select(clock.name, clock.run, clock.bureau)
		.where(clock.status.isin(("Running", "Paused")))
		.where(clock.due_on >= first)
		.where(clock.started_on <= last)
		.where(clock.limit.notin(UNROLLED))
		.orderby(clock.due_on)
	)


def recompute(calendar: str, years: list[int], commit: bool = False) -> dict[str, int]:
	"""Set the due dates anew that hang on these years of the calendar.

	commit: in a job, each case in a transaction of its own. Returns {"checked", "moved", "confirmed", "kept",
	"failed"}: looked at; with another date; no longer provisional; left as they were because the date, old or
	new, has passed; not done because of a fault, which is logged.
	"""
	affected = calendars.based_on(calendar)
	calendars.reread(affected)
	runs: dict[str, list[str]] = {}
	for row in candidates(years):
		if row.run and calendars.name_for(row.bureau) in affected:
			runs.setdefault(row.run, []).append(row.name)
	counts: Counter = Counter()
	changed: dict[str, list[str]] = {}
	if commit:
		frappe.db.commit()  # what is read under the lock of a case must not be older than the lock
	for run, names in runs.items():
		try:
			done, people, title = _of_run(run, names, calendar)
			if commit:
				frappe.db.commit()
		except Exception:
			if not commit:
				raise
			frappe.db.rollback()
			frappe.log_error(title="sclist: recompute", message=frappe.get_traceback())
			frappe.db.commit()  # keep the log of the fault
			counts["failed"] += len(names)
			continue
		counts += done
		for user in people:
			changed.setdefault(user, []).append(title)
	for user, titles in changed.items():
		tell([user], _told(titles), "SC Calendar", calendar)
	result = {key: counts[key] for key in ("checked", "moved", "confirmed", "kept", "failed")}
	if counts["moved"] or counts["confirmed"] or counts["failed"]:
		events.append(
			"SC Calendar",
			calendar,
			"due_dates_recomputed",
			N_("Due dates recomputed"),
			data={"years": list(years), **result},
		)
	if commit:
		frappe.db.commit()  # end of the job
	return result


def _of_run(run: str, names: list[str], calendar: str) -> tuple[Counter, set[str], str]:
	"""One case under its lock. Returns the counts, whom to tell, and how the case is called."""
	counts: Counter = Counter()
	case = frappe.db.get_value(
		"SC Run",
		run,
		["name", "procedure_version", "reference_doctype", "reference_name", "bureau"],
		as_dict=True,
		for_update=True,
	)
	moved = []
	for name in names:
		row = frappe.db.get_value(
			clocks.DOCTYPE, name, [*clocks.FIELDS, "limit_name"], as_dict=True, for_update=True
		)
		if row.status not in ("Running", "Paused"):
			continue
		counts["checked"] += 1
		old, new = getdate(row.due_on), clocks.computed(row)
		if new.on != old and min(old, new.on) < today():
			counts["kept"] += 1
			new = DueDate(old)
		if new.on != old:
			counts["moved"] += 1
			moved.append({"limit": row.limit, "clock": name, "due_before": str(old), "due_on": str(new.on)})
		elif bool(row.provisional) != new.provisional:
			counts["confirmed"] += 1
		else:
			continue
		clocks.moved(row, new)
	if not moved:
		return counts, set(), ""
	clocks.tasks_follow(case, store.load_procedure(case.procedure_version))
	events.append(
		case.reference_doctype,
		case.reference_name,
		"due_dates_recomputed",
		N_("Due dates recomputed"),
		bureau=case.bureau,
		run=run,
		data={"calendar": calendar, "clocks": moved},
	)
	store.touch(run)
	people = {user for task in store.open_tasks(run) for user in store.concerned(task)}
	return counts, people, case.reference_name


def _told(titles: list[str]) -> str:
	shown = "、".join(titles[:5])
	if len(titles) > 5:
		return _(
			"The working calendar changed, and with it due dates in {0} of your cases: {1} and others"
		).format(len(titles), shown)
	return _("The working calendar changed, and with it due dates in {0} of your cases: {1}").format(
		len(titles), shown
	)
