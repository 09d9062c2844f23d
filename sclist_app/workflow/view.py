"""Everything the panel of a running document shows, read in one go."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.posts import may_take
from sclist_app.access.today import today
from sclist_app.law.findings import Finding, render
from sclist_app.workflow import actions, clock_list, handing, runner, seats, store
from sclist_app.workflow.desk import days_left
from sclist_app.workflow.model import Mode, Procedure, Step, Verb
from sclist_app.workflow.tasks import approves
from sclist_app.workflow.ways import dispensable

__all__ = ["person", "readable_view", "view", "vote"]


def readable_view(doc: Document) -> dict[str, Any]:
	"""As `view`, with what the user may read of a document just read whole; gates and conditions see all of it."""
	loaded = store.read_run(doc.run, to_show=True, doc=doc) if doc.run else None
	readable = copy.deepcopy(doc)
	readable.apply_fieldlevel_read_permissions()
	return view(readable, loaded)


def view(doc: Document, loaded: store.LoadedRun | None = None) -> dict[str, Any]:
	"""See the API contract of `api.run.view`. The caller has checked the right to read the document.

	loaded: its run, where the caller has read it already.
	"""
	panel: dict[str, Any] = {
		"doc": {
			"doctype": doc.doctype,
			"name": doc.name,
			"title": doc.get_title(),
			"bureau": doc.bureau,
			"bureau_name": _title("SC Bureau", doc.bureau, "bureau_name"),
			"run_status": doc.run_status,
			"outcome": doc.outcome,
			"outcome_label": _(doc.outcome) if doc.outcome else "",
		},
		"run": None,
		"steps": [],
		"tasks": [],
		"clocks": [],
		"events": [],
		"papers": [],
	}
	if not doc.run:
		return panel
	loaded = loaded or store.read_run(doc.run, to_show=True)
	run = loaded.run
	panel["run"] = {
		"name": run.name,
		"seq": run.seq,
		"kind": run.kind,
		"version": run.procedure_version,
		"version_title": _title("SC Procedure Version", run.procedure_version, "version_title"),
		"status": run.status,
	}
	tasks = frappe.get_all(
		"SC Task",
		filters={"run": run.name},
		fields=[
			"name",
			"step",
			"post",
			"bureau",
			"division",
			"in_person",
			"assignee",
			"status",
			"due_on",
			"opened_on",
			"done_on",
			"done_by",
			"acting_for",
		],
		order_by="opened_on asc, creation asc",
	)
	panel["steps"] = _steps(loaded, tasks)
	panel["tasks"] = [_task(loaded, row) for row in tasks if row.status == "Open"]
	panel["may_withdraw"] = handing.may_withdraw(loaded)
	panel["clocks"] = clock_list.shown(loaded)
	panel["events"] = _events(doc)
	panel |= loaded.kind.panel(doc)
	return panel


def _title(doctype: str, name: str | None, field: str) -> str:
	return (frappe.get_cached_value(doctype, name, field) or name) if name else ""


def person(user: str | None) -> str:
	"""The person's name for showing; the system is called by its own."""
	if not user:
		return ""
	if user in ("Administrator", actions.SYSTEM):
		return _("System")
	if user == "Guest":
		return _("The Party (Online)")
	return frappe.get_cached_value("User", user, "full_name") or user


def _steps(loaded: store.LoadedRun, tasks: list) -> list[dict[str, Any]]:
	state = loaded.state
	ended = state.status == "Ended"
	perhaps = frozenset() if ended else _perhaps(loaded.procedure, state)
	rows = []
	for step in loaded.procedure.steps:
		stand = state.steps.get(step.code)
		if step.is_end and stand is None and not (not ended and step.outcome == "Listed"):
			continue
		own = [t for t in tasks if t.step == step.code]
		if stand is None:
			shown = "skipped" if ended or _passed(loaded.procedure, state, step.code) else "todo"
		else:
			shown = {"active": "active", "finished": "done", "left": "todo"}[stand.status]
		done = [t for t in own if t.done_by]
		rows.append(
			{
				"code": step.code,
				"title": step.title,
				"nature": step.nature.value,
				"state": shown,
				"perhaps": shown == "todo" and step.code in perhaps,
				"post_title": _title("SC Post", step.post, "post_name") if step.post else "",
				"entered_on": own[0].opened_on if own else None,
				"left_on": done[-1].done_on if done and shown == "done" else None,
				"by": "、".join(dict.fromkeys(_doer(t) for t in done)) if shown == "done" else "",
				"due_on": next((t.due_on for t in reversed(own) if t.status == "Open"), None),
			}
		)
	return rows


def _perhaps(procedure: Procedure, state: runner.RunState) -> frozenset[str]:
	"""The steps the case may yet go without, by what comes out of the others."""
	done = {code for code, stand in state.steps.items() if stand.status == "finished"}
	return dispensable(procedure, state.active, done)


def _doer(task) -> str:
	"""Who did a task, and for whom."""
	if not task.acting_for:
		return person(task.done_by)
	return _("{0} acting for {1}").format(person(task.done_by), person(task.acting_for))


def _passed(procedure: Procedure, state: runner.RunState, code: str) -> bool:
	"""A step never entered that no open step leads to any more (returning aside) was skipped."""
	forward: dict[str, set[str]] = {}
	for t in procedure.transitions:
		if t.verb not in (Verb.RETURN, Verb.CLOSE):
			forward.setdefault(t.step, set()).update(t.targets)
	seen, stack = set(), list(state.active)
	while stack:
		here = stack.pop()
		if here not in seen:
			seen.add(here)
			stack.extend(forward.get(here, ()))
	return code not in seen


def _task(loaded: store.LoadedRun, row) -> dict[str, Any]:
	procedure = loaded.procedure
	step = procedure.by_code[row.step]
	held = actions.holding(row)
	state = next(t for t in loaded.state.tasks if t.id == row.name)
	represented = row.assignee if state.assignee != row.assignee else ""
	barred = runner.permitted(procedure, loaded.state, state, frappe.session.user) if held else []
	mine = held is not None and not barred
	return {
		"name": row.name,
		"step": row.step,
		"step_title": step.title,
		"nature": step.nature.value,
		"tool": step.tool,
		"post": row.post,
		"post_title": _title("SC Post", row.post, "post_name"),
		"bureau_name": _title("SC Bureau", row.bureau, "bureau_name"),
		"assignee": state.assignee,
		"assignee_name": person(state.assignee),
		"vote": vote(step, loaded.state, loaded.roster),
		"may_vacate": step.mode.votes
		and bool(row.assignee)
		and not may_take(row, state.assignee)
		and seats.may_vacate(row),
		"acting_for_name": person((held.acting_for if held else "") or represented),
		"division_name": _title("SC Division", row.division, "division_name"),
		"status": row.status,
		"opened_on": row.opened_on,
		"due_on": row.due_on,
		"days_left": days_left(row.due_on, row.bureau),
		"overdue": bool(row.due_on) and getdate(row.due_on) < today(),
		"mine": mine,
		"approves": mine and approves(step),
		"instructions": step.instructions,
		"materials": [
			{"title": m.title, "required": m.required} for m in procedure.materials if m.step == step.code
		],
		"documents": sorted({d.document_kind for d in procedure.documents if d.step == step.code})
		if mine
		else [],
		"barred": [render(f, _) for f in barred],
		"actions": [
			_action(loaded, step.code, b) for b in procedure.buttons(step.code) if b.verb is not Verb.EXPIRE
		]
		if mine
		else [],
	}


def vote(
	step: Step, state: runner.RunState, roster: Callable[[Step], Sequence[str]]
) -> dict[str, Any] | None:
	"""How a joint signature stands: {"mode", "needed", "quorum", "agree", "refuse", "waiting", "own"}.

	roster: who acts in a step, as `store.LoadedRun.roster`; asked only where they sign in order. needed: how many must
	agree. quorum: how many must take part, 0 for no such number. agree, refuse, waiting: names of persons. own: what the
	user has voted, "Agree", "Refuse" or "".
	"""
	if not step.mode.votes:
		return None
	found = runner.ballot(step, state, _in_turn(step, roster))
	user = frappe.session.user
	return {
		"mode": _(step.mode.value),
		"needed": found.needed,
		"quorum": step.quorum if step.mode is Mode.MAJORITY else 0,
		"agree": [person(who) for who in found.agree],
		"refuse": [person(who) for who in found.refuse],
		"waiting": [person(who) for who in found.waiting],
		"own": "Agree" if user in found.agree else "Refuse" if user in found.refuse else "",
	}


def decides(step: Step, state: runner.RunState, roster: Callable[[Step], Sequence[str]], verb: Verb) -> bool:
	"""Whether the step is left when one more votes so. roster: as of `vote`."""
	return runner.goes_on(step, state, verb, _in_turn(step, roster))


def _in_turn(step: Step, roster: Callable[[Step], Sequence[str]]) -> Sequence[str]:
	return roster(step) if step.mode is Mode.IN_ORDER else ()


def _action(loaded: store.LoadedRun, step: str, button) -> dict[str, Any]:
	findings: list[Finding] = list(actions.gate(loaded, step, button.action))
	procedure = loaded.procedure
	try:
		target = runner.route(loaded.procedure, step, button.action, loaded.facts()).targets
	except runner.Refusal:
		target = button.targets
	title = "、".join(procedure.by_code[code].title for code in target)
	votes = button.verb in (Verb.AGREE, Verb.REFUSE)
	if votes and not decides(procedure.by_code[step], loaded.state, loaded.roster, button.verb):
		title = _("{0}, once the signing is decided").format(title)
	return {
		"action": button.action,
		"label": button.label,
		"verb": button.verb.value,
		"reason_required": button.reason_required,
		"target_title": title,
		"blocked": [render(f, _) for f in findings if f.severity == "error"],
		"warnings": [render(f, _) for f in findings if f.severity == "warning"],
	}


def _events(doc: Document) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Event",
		filters={"chain": f"{doc.doctype}:{doc.name}"},
		fields=["at", "actor", "acting_for", "step_title", "label", "opinion", "event", "data"],
		order_by="seq asc",
	)
	issued = _issued(rows)
	return [
		{
			"at": row.at,
			"actor": row.actor,
			"actor_name": _("System") if row.event == "expired" else person(row.actor),
			"acting_for_name": person(row.acting_for),
			"step_title": row.step_title,
			"label": _(row.label),
			"opinion": row.opinion,
			"event": row.event,
			"papers": [issued[name] for name in _named(row) if name in issued],
		}
		for row in rows
	]


def _named(event) -> list[str]:
	"""Names of the papers that an act issued."""
	names = json.loads(event.data or "{}").get("notices")
	return names if isinstance(names, list) else []


def _issued(rows) -> dict[str, dict[str, Any]]:
	names = [name for row in rows for name in _named(row)]
	if not names:
		return {}
	papers = frappe.get_all(
		"SC Notice",
		filters={"name": ["in", names]},
		fields=["name", "title", "number", "addressee_name", "status"],
		order_by="creation",
	)
	return {row.name: row for row in papers}
