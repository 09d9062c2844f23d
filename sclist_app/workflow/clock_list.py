"""The limits of a case as the panel shows them: what runs until when, why, and what the reader may do about it."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.today import today
from sclist_app.law.periods import ELAPSING, TERMS
from sclist_app.law.statute import limits
from sclist_app.workflow import actions, clocks, extension, statutes, store
from sclist_app.workflow.desk import days_left
from sclist_app.workflow.envelope import CHANNELS
from sclist_app.workflow.model import Nature, Procedure, Verb

__all__ = ["shown"]

FIELDS = (
	*clocks.FIELDS,
	"limit_name",
	"stopped_on",
	"extended_by",
	"extended_on",
	"extension_reason",
)


def shown(loaded: store.LoadedRun) -> list[dict[str, Any]]:
	"""Rows of the panel's list of limits, in the order in which they started."""
	rows = frappe.get_all(
		clocks.DOCTYPE,
		filters={"run": loaded.run.name, "status": ["!=", "Void"]},
		fields=list(FIELDS),
		order_by="started_on asc, creation asc",
	)
	has_task = any(actions.holding(task) for task in store.open_tasks(loaded.run.name))
	return [_row(loaded, row, has_task) for row in rows]


def _row(loaded: store.LoadedRun, row, has_task: bool) -> dict[str, Any]:
	due, running = getdate(row.due_on), row.status == "Running"
	measures = running and row.limit not in TERMS
	elapses = row.limit in ELAPSING or _waits(loaded.procedure, row)
	past = bool(row.stopped_on and getdate(row.stopped_on) > due)
	ran_out = elapses and row.status == "Met" and getdate(row.stopped_on) >= due
	return {
		"name": row.name,
		"limit": row.limit,
		"limit_name": row.limit_name,
		"step": row.step,
		"channel_label": _(row.channel) if row.channel else "",
		"unit": row.unit,
		"unit_label": _(row.unit),
		"length": clocks.counted(row.n, row.unit),
		"started_on": row.started_on,
		"due_on": row.due_on,
		"stopped_on": row.stopped_on,
		"status": row.status,
		"status_label": _("Elapsed") if ran_out else _(row.status),
		"provisional": bool(row.provisional),
		"days_left": days_left(row.due_on, row.bureau) if measures else None,
		# nobody is late when a term or a period of the party ends
		"overdue": not elapses and ((running and due < today()) or past),
		"article": _article(row),
		"explained": _explained(row),
		"paused": _paused(row),
		"pauses": [{"start": pause.start, "end": pause.end} for pause in clocks.pauses_of(row)],
		"extended": _extended(row),
		"may": extension.may(loaded, row, has_task) if row.status in ("Running", "Paused") else None,
	}


def _waits(procedure: Procedure, row) -> bool:
	"""Does the limit measure a step that waits for the party and goes on by itself once it has run out?"""
	steps = [procedure.by_code[code] for code in clocks.measured_by(procedure, row)]
	return any(
		step.nature is Nature.WAIT and any(b.verb is Verb.EXPIRE for b in procedure.buttons(step.code))
		for step in steps
	)


def _article(row) -> str:
	"""What the limit rests on; for one channel that may be another rule than for the rest."""
	if row.channel in CHANNELS and row.channel:
		own = limits(getdate(row.started_on), CHANNELS[row.channel], statutes.current())
		if row.limit in own:
			return own[row.limit].article
	return frappe.get_cached_value("SC Time Limit", row.limit, "article") or ""


def _paused(row) -> dict[str, Any] | None:
	"""Since when and why it stands still."""
	stands = clocks.open_pause(row)
	if not stands:
		return None
	cause = stands.get("cause", "")
	return {
		"since": stands["start"],
		"cause": _(cause) if cause else _("The whole case is suspended"),
		"reason": stands["reason"],
	}


def _extended(row) -> dict[str, Any] | None:
	"""By how much, by whom, when and why."""
	if not row.extended_n:
		return None
	return {
		"length": clocks.counted(row.extended_n, row.unit),
		"by": frappe.get_cached_value("User", row.extended_by, "full_name") or row.extended_by,
		"on": row.extended_on,
		"reason": row.extension_reason,
	}


def _explained(row) -> str:
	length = clocks.counted(row.n, row.unit)
	if row.unit == "Working Day":
		text = _("From the day after {0}, {1}; rest days are not counted.").format(row.started_on, length)
	else:
		text = _("From the day after {0}, {1}.").format(row.started_on, length)
	if row.extended_n:
		text += _("Extended by {0}.").format(clocks.counted(row.extended_n, row.unit))
	closed = [pause for pause in clocks.pauses_of(row) if pause.end]
	if closed:
		spans = "、".join(_("{0} to {1}").format(pause.start, pause.end) for pause in closed)
		text += _("Not counted: {0}.").format(spans)
	return text
