"""Move running cases to another version: shown before, decided by an approver, logged, one transaction a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.law.findings import N_, Finding, render
from sclist_app.law.periods import Period
from sclist_app.workflow import clocks, moving, runner, statutes, store, versions
from sclist_app.workflow.actions import refuse
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.checker import statute_unit
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.trial import shown_name

__all__ = ["move", "preview", "running_cases"]

MOST = 100
_STATUS = {
	"active": N_("Step is open"),
	"finished": N_("Step is done"),
	"left": N_("Step was left by a return"),
}
_WORK = {
	"stays": N_("The task stays."),
	"anew": N_("The open task is void and a new one is opened."),
	"opened": N_("This step is opened in addition."),
}


def _plan(loaded: store.LoadedRun, version: Document) -> moving.Plan:
	try:
		return moving.plan(
			loaded.procedure,
			store.load_procedure(version.name),
			loaded.state,
			roster=loaded.roster,
			on=today(),
			clocks=[_clock(row) for row in clocks.running(loaded.run.name)],
			issued=_issued(loaded.run),
			calendar=calendar_of(loaded.run.bureau),
			channel=loaded.kind.channel(loaded.doc),
			names=shown_name,
			law=statutes.current(),
		)
	except frappe.ValidationError as error:
		# a step of the new version acts in a bureau that does not exist
		frappe.clear_last_message()
		return moving.Plan(loaded.state, findings=(Finding("move.roster", str(error), ""),))


def _clock(row) -> moving.ClockState:
	return moving.ClockState(
		row.name,
		row.limit,
		row.step or "",
		row.n,
		row.unit,
		getdate(row.started_on),
		getdate(row.due_on),
		clocks.pauses_of(row),
		row.extended_n or 0,
	)


def _issued(run: Document) -> set[str]:
	return set(
		frappe.get_all(
			"SC Notice",
			filters={"run": run.name, "status": ["!=", "Voided"]},
			pluck="document_kind",
			order_by="creation",
		)
	)


def _require_target(version: Document, run: Document) -> None:
	"""The version to move to is published, of the kind, and one the case's bureau may use.

	Raises:
		frappe.ValidationError: naming what does not fit.
	"""
	versions.require_usable(version, run.bureau, run.kind)
	if version.name == run.procedure_version:
		frappe.throw(_("The case runs under this version already."))


# -------------------------------------------------------------------------------------------------------- preview


def preview(run: str, version: str) -> dict[str, Any]:
	"""Step by step where a case stands and where it would stand. Writes nothing.

	Raises:
		frappe.ValidationError: the version cannot be used for the case.
	"""
	loaded = store.read_run(run)
	target = frappe.get_doc("SC Procedure Version", version)
	_require_target(target, loaded.run)
	found = _plan(loaded, target)
	return {
		**_head(loaded),
		"from": _version_shown(loaded.run.procedure_version),
		"to": _version_shown(target.name),
		"refused": found.refused,
		"findings": [{"severity": f.severity, "text": render(f, _)} for f in found.findings],
		"steps": [_step_shown(row) for row in found.steps],
		"votes": [_vote_shown(loaded, row) for row in found.votes if not row.stays],
		"clocks": [_clock_shown(loaded, row) for row in found.clocks],
		"new_limits": [
			_("{0}: {1} from today").format(shown_name("limit", rule.limit), _length(rule.n, rule.unit))
			for rule in found.new_clocks
		],
		"tasks": [_task_shown(loaded, store.load_procedure(target.name), task) for task in found.opened],
	}


def running_cases(old: str, new: str, start: int = 0) -> dict[str, Any]:
	"""The running cases of a version that the user may see, oldest first, each with what a move would do.

	{"from", "to", "cases": [{"run", "case", "title", "seq", "state", "refused", "findings"}], "more": bool}
	"""
	names = frappe.get_list(
		"SC Run",
		filters={"procedure_version": old, "status": ["!=", "Ended"]},
		pluck="name",
		order_by="started_on asc, name asc",
		limit_start=max(int(start), 0),
		limit=MOST + 1,
	)
	target = frappe.get_doc("SC Procedure Version", new)
	faults: dict[str, str] = {}  # by bureau: why it may not use the version
	rows = []
	for name in names[:MOST]:
		loaded = store.read_run(name)
		bureau = loaded.run.bureau
		if bureau not in faults:
			faults[bureau] = _why_not(target, loaded.run)
		found = None if faults[bureau] else _plan(loaded, target)
		rows.append(
			{
				**_head(loaded),
				"refused": found is None or found.refused,
				"findings": [render(f, _) for f in found.findings] if found else [faults[bureau]],
			}
		)
	return {
		"from": _version_shown(old),
		"to": _version_shown(new),
		"cases": rows,
		"more": len(names) > MOST,
	}


def _why_not(target: Document, run: Document) -> str:
	try:
		_require_target(target, run)
	except frappe.ValidationError as error:
		frappe.clear_last_message()
		return str(error)
	return ""


def _head(loaded: store.LoadedRun) -> dict[str, Any]:
	by_code = loaded.procedure.by_code
	return {
		"run": loaded.run.name,
		"doctype": loaded.run.reference_doctype,
		"case": loaded.run.reference_name,
		"title": loaded.kind.title(loaded.doc),
		"bureau_name": frappe.get_cached_value("SC Bureau", loaded.run.bureau, "bureau_name"),
		"seq": loaded.run.seq or 0,
		"state": "、".join(by_code[code].title for code in loaded.state.active if code in by_code),
	}


def _version_shown(name: str) -> str:
	return frappe.get_cached_value("SC Procedure Version", name, "version_title") or name


def _step_shown(row: moving.StepMove) -> dict[str, str]:
	if row.work:
		note = _(_WORK[row.work])
	elif not row.after:
		note = _("Nothing corresponds; what was done is kept in the log.")
	else:
		note = ""
	return {
		"before": row.before,
		"status": _(_STATUS[row.status]) if row.status else "",
		"after": row.after,
		"note": note,
	}


def _vote_shown(loaded: store.LoadedRun, row: moving.VoteMove) -> str:
	return _("{0}, {1}: the vote “{2}” does not count any more and is kept in the log.").format(
		loaded.procedure.by_code[row.step].title,
		frappe.get_cached_value("User", row.user, "full_name") or row.user,
		_(row.vote),
	)


def _clock_shown(loaded: store.LoadedRun, row: moving.ClockMove) -> dict[str, str]:
	step = loaded.procedure.by_code.get(row.clock.step)
	limit = shown_name("limit", row.clock.limit)
	return {
		"limit": f"{limit}（{step.title}）" if step else limit,
		"before": _("{0}, until {1}").format(
			_length(row.clock.n + row.clock.extended_n, row.clock.unit), row.clock.due_on
		),
		"after": _("No longer runs")
		if row.fate == "void"
		else _("{0}, until {1}").format(_length(row.n + row.clock.extended_n, row.unit), row.due),
		"changed": row.fate != "stays",
		"note": _(row.note) if row.note else "",
	}


def _length(n: int, unit: str) -> str:
	return Period(n, statute_unit(unit)).label


def _task_shown(loaded: store.LoadedRun, procedure, task: runner.TaskState) -> dict[str, str]:
	return {
		"step": procedure.by_code[task.step].title,
		"post": frappe.get_cached_value("SC Post", task.post, "post_name") or task.post,
		"assignee": frappe.get_cached_value("User", task.assignee, "full_name") if task.assignee else "",
	}


# ----------------------------------------------------------------------------------------------------------- move


def move(run: str, version: str, reason: str, seen: int, token: str) -> dict[str, Any]:
	"""Move one case. Returns {"seq": int, "repeated": bool, "case": str}.

	The caller has checked that the user approves rules for the bureau.

	Raises:
		frappe.PermissionError: the user may not see the case, or wrote the version.
		ChangedSince: somebody acted after the user looked.
		frappe.ValidationError: no reason, the version cannot be used, or the law forbids the move.
	"""
	bureau = frappe.db.get_value("SC Run", run, "bureau")
	if not bureau or not may_read_bureau(bureau):
		frappe.throw(_("This case does not exist or is not yours."), frappe.PermissionError)
	key = f"{frappe.session.user}:{token}" if token else ""
	try:
		loaded = store.lock_run(run)
	except store.ChangedSince:
		if not _repeated(key, run):
			raise
		frappe.clear_last_message()
		return _repeated(key, run)
	if repeated := _repeated(key, run):
		return repeated
	if not (reason or "").strip():
		frappe.throw(_("Enter the reason why the case is moved."))
	if int(seen) != (loaded.run.seq or 0):
		store.changed_since()
	target = frappe.get_doc("SC Procedure Version", version)
	_require_target(target, loaded.run)
	if target.author == frappe.session.user and frappe.session.user != "Administrator":
		frappe.throw(
			_("Who wrote a version does not decide which cases it is applied to. Ask another person."),
			frappe.PermissionError,
		)
	found = _plan(loaded, target)
	refuse(found.findings)
	before, procedure = loaded.run.procedure_version, store.load_procedure(target.name)
	old, places, told = loaded.procedure, _places(loaded), _concerned(run)
	loaded.procedure = procedure
	loaded.run.procedure_version = target.name
	with engine_writes():
		_move_clocks(loaded, old, found)
		loaded.doc.reload()  # a date that moved may stand in it
		store.save(loaded, runner.Outcome(found.state, found.happened))
		_retitle(loaded)
		clocks.tasks_follow(loaded.run, procedure)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		"moved_version",
		N_("Case moved to another version of the procedure"),
		bureau=loaded.run.bureau,
		run=run,
		opinion=reason.strip(),
		token=key,
		data={
			"from": before,
			"from_hash": old.content_hash,
			"to": target.name,
			"to_hash": procedure.content_hash,
			"place": places,
			"votes_void": [[v.task, v.user, v.vote] for v in found.votes if not v.stays],
			"tasks_opened": [[t.step, t.post] for t in found.opened],
			"clocks": [
				{
					"clock": c.clock.id,
					"limit": c.clock.limit,
					"fate": c.fate,
					"from": str(c.clock.due_on),
					"to": str(c.due),
				}
				for c in found.clocks
				if c.fate != "stays"
			],
			"notes": [f.code for f in found.findings],
			"seq": loaded.run.seq,
		},
	)
	_tell(loaded, told, _concerned(run))
	return {"seq": loaded.run.seq, "repeated": False, "case": loaded.run.reference_name}


def _repeated(key: str, run: str) -> dict[str, Any] | None:
	"""The answer to a request that was done already, None for a new one. Sees what others wrote meanwhile."""
	if not key or not frappe.db.get_value("SC Event", {"token": key, "run": run}, "name", for_update=True):
		return None
	row = frappe.db.get_value("SC Run", run, ["seq", "reference_name"], as_dict=True, for_update=True)
	return {"seq": row.seq, "repeated": True, "case": row.reference_name}


def _places(loaded: store.LoadedRun) -> list[str]:
	return [f"{code} {loaded.procedure.by_code[code].title}" for code in loaded.state.active]


def _move_clocks(loaded: store.LoadedRun, old: Procedure, found: moving.Plan) -> None:
	rows = {row.name: row for row in clocks.running(loaded.run.name)}
	channel = loaded.kind.channel(loaded.doc)
	for move_of in found.clocks:
		row, rule = rows[move_of.clock.id], move_of.rule
		if move_of.fate == "void":
			frappe.db.set_value(clocks.DOCTYPE, row.name, {"status": "Void", "stopped_on": today()})
			continue
		if rule is None:
			continue
		if move_of.fate == "changed":
			row.n, row.unit = move_of.n, move_of.unit
			frappe.db.set_value(clocks.DOCTYPE, row.name, {"n": row.n, "unit": row.unit})
			clocks.moved(row, clocks.computed(row))
		if rule != old.limit(rule.limit, rule.step, channel):
			due = frappe.db.get_value(clocks.DOCTYPE, row.name, "due_on")
			frappe.db.set_value(
				clocks.DOCTYPE,
				row.name,
				{"warn_on": add_days(due, -rule.warn_before), "escalate_to": rule.escalate_to or None},
			)
	for rule in found.new_clocks:
		clocks.start(loaded.run, rule, today())


def _retitle(loaded: store.LoadedRun) -> None:
	"""Open tasks show the step's name of the version they are done under."""
	for task in store.open_tasks(loaded.run.name):
		title = loaded.procedure.by_code[task.step].title
		if task.title != title:
			frappe.db.set_value("SC Task", task.name, "title", title)


def _concerned(run: str) -> Mapping[str, set[str]]:
	"""Task → who has it on their desk."""
	return {task.name: set(store.concerned(task)) for task in store.open_tasks(run)}


def _tell(loaded: store.LoadedRun, before: Mapping[str, set[str]], after: Mapping[str, set[str]]) -> None:
	"""Whose tasks went or came learn why."""
	changed = [task for task in {*before, *after} if task not in before or task not in after]
	for user in sorted({user for task in changed for user in (*before.get(task, ()), *after.get(task, ()))}):
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"subject": _("{0} now runs under {1}; look at your tasks in it again.").format(
					loaded.doc.name, _version_shown(loaded.run.procedure_version)
				),
				"document_type": loaded.doc.doctype,
				"document_name": loaded.doc.name,
			}
		)
		log.insert(ignore_permissions=True)  # notes of the system to its officers
