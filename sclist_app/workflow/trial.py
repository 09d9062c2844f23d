"""Try a procedure on real cases: read their facts, play them in memory, compare with today's version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.law.findings import N_, Finding, render
from sclist_app.workflow import effects, form_policy, store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.comparison import compare
from sclist_app.workflow.kinds import Kind, kind
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.simulation import Simulated, simulate

__all__ = [
	"MOST_CASES",
	"button_label",
	"chosen",
	"differences",
	"in_words",
	"names_of",
	"over_cases",
	"require_playable",
	"shown_name",
]

MOST_CASES = 200
M_BROKEN = N_("A route of this version leads nowhere. Correct what the check found, then try again.")
SHOWN = {
	"post": ("SC Post", "post_name"),
	"limit": ("SC Time Limit", "limit_name"),
	"document": ("SC Document Kind", "title"),
}


def shown_name(of: str, code: str) -> str:
	"""What a code is called; `of`: "post", "limit" or "document", anything else is shown as it is."""
	if of not in SHOWN:
		return code
	doctype, field = SHOWN[of]
	return frappe.get_cached_value(doctype, code, field) or code


def names_of(kind_name: str) -> Callable[[str, str], str]:
	"""`shown_name` for procedures of a kind, with the fields of its form and the effects besides."""
	known = {
		"field": {name: found.label for name, found in (form_policy.known_fields(kind_name) or {}).items()},
		"effect": {row["value"]: row["label"] for row in effects.choices()},
	}

	def name(of: str, code: str) -> str:
		return known[of].get(code) or code if of in known else shown_name(of, code)

	return name


def in_words(finding: Finding, procedure: Procedure) -> Finding:
	"""The finding with the names of steps, buttons, posts, limits and papers in place of their codes."""
	shown = {key: _named(key, value, procedure) for key, value in finding.values.items()}
	return replace(finding, values=shown)


def _named(key: str, value: Any, procedure: Procedure) -> Any:
	if isinstance(value, list | tuple):
		return [_named(key, one, procedure) for one in value]
	if not isinstance(value, str) or not value:
		return value
	if key in ("post", "limit"):
		return shown_name(key, value)
	if key == "kind":
		return shown_name("document", value)
	step, _slash, action = value.partition("/")
	if key in ("step", "other", "target", "row") and step in procedure.by_code:
		title = procedure.by_code[step].title or step
		return f"{title} → {button_label(procedure, step, action)}" if action else title
	return value


def button_label(procedure: Procedure, step: str, action: str) -> str:
	"""What stands on a button; its key if there is none such."""
	return next((b.label for b in procedure.buttons(step) if b.action == action), action)


def differences(old: Document, new: Document) -> list[str]:
	"""What `new` changes against `old`, one sentence each."""
	found = compare(store.to_procedure(old), store.to_procedure(new), names_of(new.kind))
	return [render(f, _) for f in found]


def require_playable(procedure: Procedure) -> None:
	"""Raises frappe.ValidationError: there is not exactly one step to begin with."""
	starts = sum(step.is_start for step in procedure.steps)
	if starts != 1:
		frappe.throw(_("Exactly one step must be the start step; there are {count}.").format(count=starts))


def chosen(of: str, latest: int, since: date | None = None, until: date | None = None) -> list[str]:
	"""The latest documents of a kind that the user may read, the newest first.

	latest: how many at most, capped at MOST_CASES. since, until: when they were opened, both days included.
	"""
	of_kind = kind(of)
	most = min(max(latest, 1), MOST_CASES)
	day = _opening_field(of_kind)
	filters = [[day, ">=", since]] if since else []
	filters += [[day, "<=", until]] if until else []
	shared = type(of_kind).runs_on is not Kind.runs_on
	names = frappe.get_list(
		of_kind.doctype,
		filters=filters,
		pluck="name",
		order_by="creation desc",
		limit=most * 5 if shared else most,
	)
	if shared:
		names = [name for name in names if of_kind.runs_on(frappe.get_doc(of_kind.doctype, name))]
	return names[:most]


def _opening_field(of_kind: Kind) -> str:
	return "opened_on" if frappe.get_meta(of_kind.doctype).has_field("opened_on") else "received_on"


def over_cases(
	new: Procedure,
	old: Procedure | None,
	cases: Sequence[str],
	bureau: str,
	start: date,
	beat: Callable[[int, int], None] = lambda done, total: None,
	whole_limit: bool = False,
) -> dict[str, Any]:
	"""Each case under the new version, and under the old one beside it. Reads only.

	start: where the day a case was opened is not known. beat: told how many are done, of how many.
	whole_limit: as `simulation.simulate`.
	{"cases": [{"case", "title", "new", "old", "differs"}], "days", "days_before", "differing"}.
	"""
	of_kind = kind(new.kind)
	calendar = calendar_of(bureau)
	opened = _opening_field(of_kind)
	rows = []
	for number, name in enumerate(cases):
		beat(number, len(cases))
		if not frappe.db.exists(of_kind.doctype, name):
			continue  # deleted since it was chosen
		doc = frappe.get_doc(of_kind.doctype, name)
		facts = of_kind.facts(doc)
		begins = getdate(doc.get(opened)) if doc.get(opened) else start
		after = _shown(new, facts, begins, calendar, whole_limit)
		before = _shown(old, facts, begins, calendar, whole_limit) if old else None
		rows.append(
			{
				"case": name,
				"title": of_kind.title(doc),
				"new": after,
				"old": before,
				"differs": bool(before) and any(before[key] != after[key] for key in _COMPARED),
			}
		)
	return {
		"cases": rows,
		"days": _mean(rows, "new"),
		"days_before": _mean(rows, "old"),
		"differing": sum(row["differs"] for row in rows),
	}


_COMPARED = ("path", "posts", "dates", "people", "outcome", "documents", "problem")


def _shown(
	procedure: Procedure, facts: Mapping[str, Any], begins: date, calendar: Any, whole_limit: bool
) -> dict[str, Any]:
	try:
		played = simulate(procedure, facts, begins, calendar, whole_limit=whole_limit)
	except KeyError:
		played = Simulated((), "", begins, begins)
		return {**_words(played, procedure), "problem": _(M_BROKEN)}
	return _words(played, procedure)


def _words(played: Simulated, procedure: Procedure) -> dict[str, Any]:
	ends = [c for v in played.visits for c in v.to if c in procedure.by_code and procedure.by_code[c].is_end]
	return {
		"path": [visit.title for visit in played.visits],
		"steps": [visit.step for visit in played.visits],
		"to": [list(visit.to) for visit in played.visits],
		"end": ends[-1] if ends and played.outcome else "",
		"posts": [shown_name("post", visit.post) if visit.post else "" for visit in played.visits],
		"dates": [[str(v.entered), str(v.left), str(v.due) if v.due else ""] for v in played.visits],
		"late": [visit.late for visit in played.visits],
		"people": sum(visit.people for visit in played.visits),
		"outcome": _(played.outcome) if played.outcome else "",
		"days": played.days,
		"documents": list(played.documents),
		"problem": render(played.problem, _) if played.problem else "",
	}


def _mean(rows: list[dict[str, Any]], side: str) -> float | None:
	days = [row[side]["days"] for row in rows if row[side] and not row[side]["problem"]]
	return round(sum(days) / len(days), 1) if days else None
