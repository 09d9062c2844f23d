"""Load, lock and save runs; find the procedure that applies to a bureau."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import bureau_chain, holders
from sclist_app.access.today import now, today
from sclist_app.workflow import clocks
from sclist_app.workflow.kinds import Kind, kind
from sclist_app.workflow.model import Procedure, Step, Verb
from sclist_app.workflow.runner import FINISHED, Outcome, RunState, StepState, TaskState

__all__ = [
	"ChangedSince",
	"LoadedRun",
	"bound_version",
	"changed_since",
	"load_procedure",
	"lock_run",
	"read_run",
	"save",
	"touch",
]

TABLES = {
	"steps": "SC Procedure Step",
	"transitions": "SC Procedure Transition",
	"conditions": "SC Procedure Condition",
	"limits": "SC Procedure Limit",
	"materials": "SC Procedure Material",
	"documents": "SC Procedure Document",
	"fields": "SC Procedure Field",
}
# What a column is called in the forms, where it differs from the model.
COLUMNS = {"target": "targets"}
_CACHE = "sclist_procedures"


@dataclass
class LoadedRun:
	run: Document
	doc: Document
	procedure: Procedure
	state: RunState
	kind: Kind

	def roster(self, step: Step) -> list[str]:
		"""Who holds the step's post at its level now."""
		return holders(step.post, acting_bureau(self.run.bureau, step))


def acting_bureau(bureau: str, step: Step) -> str:
	"""The bureau whose post acts: the run's own, or its superior.

	Raises:
		frappe.ValidationError: the bureau has no superior.
	"""
	if step.level != "Superior Level":
		return bureau
	superior = frappe.get_cached_value("SC Bureau", bureau, "parent_sc_bureau")
	if not superior:
		frappe.throw(
			_("Step {0} belongs to the superior bureau, but this bureau has none.").format(step.title)
		)
	return superior


def version_rows(version: Document) -> dict[str, list[dict]]:
	"""The child tables of a version document in the model's columns."""
	return {
		table: [
			{
				COLUMNS.get(df.fieldname, df.fieldname): row.get(df.fieldname)
				for df in frappe.get_meta(doctype).fields
				if df.fieldtype not in ("Column Break", "Section Break")
			}
			for row in version.get(table)
		]
		for table, doctype in TABLES.items()
	}


def to_procedure(version: Document) -> Procedure:
	return Procedure.from_dict({"kind": version.kind, **version_rows(version)}, key=version.name)


def fill_tables(version: Document, procedure: Procedure) -> None:
	"""Write a procedure into the child tables of a version document."""
	forms = {model: form for form, model in COLUMNS.items()}
	data = procedure.to_dict()
	for table in TABLES:
		version.set(table, [])
		for row in data[table]:
			version.append(
				table,
				{forms.get(k, k): ", ".join(v) if isinstance(v, list) else v for k, v in row.items()},
			)


def load_procedure(version: str) -> Procedure:
	"""The procedure of a version, read once per request; the document itself is cached by the framework."""
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	if version not in cache:
		cache[version] = to_procedure(frappe.get_cached_doc("SC Procedure Version", version))
	return cache[version]


def forget(version: str | None = None) -> None:
	setattr(frappe.local, _CACHE, None)


def bound_version(bureau: str, kind_name: str, on: date | None = None) -> str:
	"""The published version that applies: the bureau's own binding, else its nearest ancestor's.

	Raises:
		frappe.ValidationError: none is bound anywhere above.
	"""
	day = str(on or today())
	chain = bureau_chain(bureau)
	binding = frappe.qb.DocType("SC Procedure Binding")
	version = frappe.qb.DocType("SC Procedure Version")
	rows = (
		frappe.qb.from_(binding)
		.join(version)
		.on(version.name == binding.version)
		.select(binding.bureau, binding.version, binding.effective_from)
		.where(binding.kind == kind_name)
		.where(binding.bureau.isin(chain or [""]))
		.where(binding.effective_from <= day)
		.where(binding.effective_to.isnull() | (binding.effective_to >= day))
		.where(version.status == "Published")
		.orderby(binding.effective_from, order=frappe.qb.desc)
		.orderby(binding.creation, order=frappe.qb.desc)
		.run(as_dict=True)
	)
	for code in chain:
		for row in rows:
			if row.bureau == code:
				return row.version
	frappe.throw(
		_(
			"No procedure of the kind {0} applies to this bureau. Ask the rule administrator to bind one."
		).format(_(kind_name))
	)


def create_run(doc: Document, kind_name: str) -> Document:
	"""A new run for the document; the unique key refuses a second active one."""
	run = frappe.new_doc("SC Run")
	run.update(
		{
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			"kind": kind_name,
			"procedure_version": bound_version(doc.bureau, kind_name),
			"bureau": doc.bureau,
			"status": "Active",
			"seq": 0,
			"started_on": now(),
			"active_key": f"{doc.doctype}:{doc.name}",
			"marking": "{}",
			"is_demo": doc.get("is_demo"),
		}
	)
	with engine_writes():
		run.insert(ignore_permissions=True)  # whoever may create the document starts its run
	return run


class ChangedSince(frappe.ValidationError):
	"""The case moved on after the user looked at it."""

	http_status_code = 409


def changed_since() -> None:
	"""Raises ChangedSince, in words for the user."""
	frappe.throw(
		_("Somebody has acted on this case since you opened it. Reload the page; what you typed is kept."),
		ChangedSince,
		title=_("The case has moved on"),
	)


def lock_run(name: str) -> LoadedRun:
	"""Load a run and hold its row until the transaction ends; everybody else waits here.

	Raises:
		frappe.DoesNotExistError: there is no such run.
		ChangedSince: somebody wrote while this transaction waited. All it could read now is older than the lock.
	"""
	locked = frappe.db.get_value("SC Run", name, ["seq", "modified"], as_dict=True, for_update=True)
	if not locked:
		raise frappe.DoesNotExistError(_("There is no such case procedure."))
	loaded = read_run(name)
	if (loaded.run.seq or 0) != (locked.seq or 0) or get_datetime(loaded.run.modified) != locked.modified:
		changed_since()
	return loaded


def touch(run: str) -> None:
	"""Something of the case was written that moves no step: who waits for the lock must not go on with what they read."""
	frappe.db.set_value("SC Run", run, "modified", now_datetime(), update_modified=False)


def read_run(name: str) -> LoadedRun:
	run = frappe.get_doc("SC Run", name)
	procedure = load_procedure(run.procedure_version)
	doc = frappe.get_doc(run.reference_doctype, run.reference_name)
	return LoadedRun(run, doc, procedure, _state(run, procedure), kind(run.kind))


def _state(run: Document, procedure: Procedure) -> RunState:
	rows = frappe.get_all(
		"SC Task",
		filters={"run": run.name},
		fields=["name", "step", "round", "post", "assignee", "status", "done_by", "action"],
		order_by="opened_on asc, creation asc, name asc",
	)
	tasks = []
	for order, row in enumerate(rows):
		step = procedure.by_code.get(row.step)
		vote = ""
		if step and step.mode.votes and row.action and row.status == "Done":
			button = next((b for b in procedure.buttons(row.step) if b.action == row.action), None)
			if button and button.verb in (Verb.AGREE, Verb.REFUSE):
				vote = button.verb.value
		tasks.append(
			TaskState(
				row.name,
				row.step,
				row.round or 1,
				row.post or "",
				step.level if step else "",
				row.assignee or "",
				"Open" if row.status == "Claimed" else row.status,
				row.done_by or "",
				vote,
				order,
			)
		)
	steps = {
		code: StepState(status, round_no)
		for code, (status, round_no) in json.loads(run.marking or "{}").items()
	}
	return RunState(steps, tuple(tasks), run.status, run.outcome or "")


def save(
	loaded: LoadedRun, outcome: Outcome, *, opinion: str = "", action: str = "", label: str = "", held=None
) -> None:
	"""Write what happened: tasks, clocks, marking, and the place of the document."""
	before = {t.id: t for t in loaded.state.tasks}
	run, procedure, state = loaded.run, loaded.procedure, outcome.state
	with engine_writes():
		for task in state.tasks:
			old = before.get(task.id)
			if old is not None and old != task:
				_close_task(task, opinion, action, label, held)
		for event in outcome.happened:
			if event.what == "step_left":
				clocks.step_left(run, procedure, event.data["step"])
			elif event.what == "step_entered":
				clocks.step_entered(run, procedure, event.data["step"])
		finished = [
			e.data["step"] for e in outcome.happened if e.what == "step_left" and e.data["status"] == FINISHED
		]
		clocks.steps_finished(run, procedure, finished, state.active)
		for task in state.tasks:
			if task.id not in before:
				_open_task(loaded, task)
		_void_votes(run.name, outcome)
		run.marking = json.dumps({code: [s.status, s.round] for code, s in state.steps.items()})
		run.seq = (run.seq or 0) + 1
		run.status, run.outcome = state.status, state.outcome
		if state.status == "Ended":
			run.ended_on, run.active_key = now(), None
			clocks.stop_all(run)
		run.save(ignore_permissions=True)
		loaded.state = state
		ends = [e.data["step"] for e in outcome.happened if e.what == "ended"]
		loaded.kind.project(loaded.doc, run, [procedure.by_code[code].title for code in ends or state.active])


def _close_task(task: TaskState, opinion: str, action: str, label: str, held) -> None:
	values = {"status": task.status, "done_on": now()}
	if task.done_by:
		values |= {
			"done_by": task.done_by,
			"opinion": opinion,
			"action": action,
			"action_label": label,
			"acting_for": held.acting_for or None if held else None,
		}
	frappe.db.set_value("SC Task", task.id, values)
	if task.vote:
		_record_vote(task, opinion, task.vote)


def _record_vote(task: TaskState, opinion: str, vote: str) -> None:
	row = frappe.db.get_value("SC Task", task.id, ["run", "bureau"], as_dict=True)
	doc = frappe.new_doc("SC Vote")
	doc.update(
		{
			"run": row.run,
			"step": task.step,
			"round": task.round,
			"task": task.id,
			"user": task.done_by,
			"post": task.post,
			"bureau": row.bureau,
			"vote": vote,
			"opinion": opinion,
			"cast_on": now(),
			"vote_key": f"{row.run}:{task.step}:{task.round}:{task.done_by}",
		}
	)
	doc.insert(ignore_permissions=True)  # the vote follows from the task


def _void_votes(run: str, outcome: Outcome) -> None:
	for event in outcome.happened:
		if event.what == "votes_void":
			for name in frappe.get_all(
				"SC Vote",
				filters={"run": run, "step": event.data["step"], "round": event.data["round"]},
				pluck="name",
				order_by="creation",
			):
				frappe.db.set_value("SC Vote", name, "void", 1)


def _open_task(loaded: LoadedRun, task: TaskState) -> None:
	step = loaded.procedure.by_code[task.step]
	run = loaded.run
	row = frappe.new_doc("SC Task")
	row.update(
		{
			"title": step.title,
			"subject_line": loaded.kind.title(loaded.doc),
			"reference_doctype": run.reference_doctype,
			"reference_name": run.reference_name,
			"bureau": acting_bureau(run.bureau, step),
			"post": step.post,
			"assignee": task.assignee or None,
			"status": "Open",
			"opened_on": now(),
			"due_on": clocks.due_of_step(run, loaded.procedure, step.code),
			"run": run.name,
			"step": step.code,
			"round": task.round,
			"kind": run.kind,
			"is_demo": run.is_demo,
		}
	)
	row.insert(ignore_permissions=True)  # tasks come from the procedure only


def open_tasks(run: str) -> Sequence[dict]:
	return frappe.get_all(
		"SC Task",
		filters={"run": run, "status": "Open"},
		fields=["name", "title", "step", "post", "bureau", "assignee", "due_on", "opened_on"],
		order_by="opened_on asc, creation asc",
	)
