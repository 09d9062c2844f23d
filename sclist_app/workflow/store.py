"""Load, lock and save runs; find the procedure that applies to a bureau."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import Enum
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import bureau_chain, held, holders, holds, seat_of, stand_in
from sclist_app.access.today import now, today
from sclist_app.workflow import clocks
from sclist_app.workflow.kinds import Kind, kind
from sclist_app.workflow.model import Procedure, Step, Verb
from sclist_app.workflow.runner import FINISHED, Outcome, RunState, StepState, TaskState

__all__ = [
	"Applying",
	"ChangedSince",
	"LoadedRun",
	"applying",
	"bound_version",
	"changed_since",
	"is_national",
	"load_procedure",
	"lock_run",
	"read_run",
	"save",
	"states",
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
	# (step, round) -> whose seat -> the deputy who voted on it
	represented: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)
	# read to be shown: nothing is written on it, so what lies around the document is read once
	to_show: bool = False
	_read: dict[str, Any] = field(default_factory=dict)

	def facts(self) -> Mapping[str, Any]:
		"""The facts that conditions may ask for."""
		return self._once("facts", self.kind.facts)

	def reader(self) -> Any:
		"""What the gates read of the document; None where each reads anew."""
		return self._once("reader", self.kind.reader) if self.to_show else None

	def _once(self, what: str, read: Callable[[Document], Any]) -> Any:
		if not self.to_show:
			return read(self.doc)
		if what not in self._read:
			self._read[what] = read(self.doc)
		return self._read[what]

	def roster(self, step: Step) -> list[str]:
		"""Who acts in the step's post at its level now."""
		run = self.run
		people = holders(
			step.post, acting_bureau(run.bureau, step), acting_division(run.division, step), step.in_person
		)
		stand = self.state.steps.get(step.code)
		voted = self.represented.get((step.code, stand.round), {}) if stand else {}
		return [voted.get(user, user) for user in people]


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


def acting_division(division: str | None, step: Step) -> str:
	"""The division whose post acts, "" for any: that which started the run, where the step says so."""
	return (division or "") if step.level == "Initiating Division" else ""


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
	"""Write a procedure into the child tables of a version document, every column: a row added to a stored document
	gets no defaults."""
	forms = {model: form for form, model in COLUMNS.items()}
	for table in TABLES:
		version.set(table, [])
		for row in getattr(procedure, table):
			version.append(table, {forms.get(k, k): _cell(v) for k, v in asdict(row).items()})


def _cell(value: Any) -> Any:
	if isinstance(value, tuple):
		return ", ".join(value)
	return str(value) if isinstance(value, Enum) else value


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


NATIONAL_LEVEL = "Ministry"


@dataclass(frozen=True)
class Applying:
	"""The version that applies to a bureau, and where it comes from.

	source: "own" (bound to the bureau), "superior" (bound to one above it), "national" (the national standard).
	bureau: whose binding or standard it is, "" for a standard of no bureau. binding: "" without one.
	"""

	version: str
	source: str
	bureau: str
	effective_from: date
	binding: str = ""


def bound_version(bureau: str, kind_name: str, on: date | None = None) -> str:
	"""The published version that applies: the bureau's own binding, else its nearest ancestor's, else the national
	standard.

	Raises:
		frappe.ValidationError: none of these.
	"""
	found = applying(bureau, kind_name, on or today())
	if found:
		return found.version
	frappe.throw(
		_(
			"No procedure of the kind {0} applies to this bureau. Ask the rule administrator to bind one."
		).format(_(kind_name))
	)


def applying(bureau: str, kind_name: str, on: date) -> Applying | None:
	"""Which published version of the kind applies to the bureau on a day; None if none does.

	Of two bindings of one bureau that overlap, the one that begins later prevails.
	"""
	chain = bureau_chain(bureau)
	binding = frappe.qb.DocType("SC Procedure Binding")
	version = frappe.qb.DocType("SC Procedure Version")
	rows = (
		frappe.qb.from_(binding)
		.join(version)
		.on(version.name == binding.version)
		.select(binding.name, binding.bureau, binding.version, binding.effective_from)
		.where(binding.kind == kind_name)
		.where(binding.bureau.isin(chain or [""]))
		.where(binding.effective_from <= str(on))
		.where(binding.effective_to.isnull() | (binding.effective_to >= str(on)))
		.where(version.status == "Published")
		.orderby(binding.effective_from, order=frappe.qb.desc)
		.orderby(binding.creation, order=frappe.qb.desc)
		.run(as_dict=True)
	)
	for code in chain:
		for row in rows:
			if row.bureau == code:
				source = "own" if code == bureau else "superior"
				return Applying(row.version, source, code, row.effective_from, row.name)
	return _national_standard(kind_name, on)


def _national_standard(kind_name: str, on: date) -> Applying | None:
	"""The latest published version of a procedure of the ministry or of no bureau; it needs no binding."""
	version = frappe.qb.DocType("SC Procedure Version")
	procedure = frappe.qb.DocType("SC Procedure")
	bureau = frappe.qb.DocType("SC Bureau")
	rows = (
		frappe.qb.from_(version)
		.join(procedure)
		.on(procedure.name == version.procedure)
		.left_join(bureau)
		.on(bureau.name == procedure.bureau)
		.select(version.name, procedure.bureau, version.effective_from)
		.where(procedure.kind == kind_name)
		.where(procedure.bureau.isnull() | (procedure.bureau == "") | (bureau.level == NATIONAL_LEVEL))
		.where(version.status == "Published")
		.where(version.effective_from <= str(on))
		.orderby(version.effective_from, order=frappe.qb.desc)
		.orderby(version.published_on, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return next((Applying(row.name, "national", row.bureau or "", row.effective_from) for row in rows), None)


def is_national(bureau: str | None) -> bool:
	"""Does what belongs to this bureau apply in the whole country?"""
	return not bureau or frappe.get_cached_value("SC Bureau", bureau, "level") == NATIONAL_LEVEL


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
	run.division = _initiating_division(doc, load_procedure(run.procedure_version)) or None
	with engine_writes():
		run.insert(ignore_permissions=True)  # whoever may create the document starts its run
	return run


def _initiating_division(doc: Document, procedure: Procedure) -> str:
	"""The division that listed the party, where the document follows from a listing; else that of whoever starts,
	by the post with which they do."""
	if record := doc.get("record"):
		run = frappe.db.get_value("SC Listing Record", record, "run")
		if division := run and frappe.db.get_value("SC Run", run, "division"):
			return division
	own = holds(procedure.start.post, doc.bureau) or next(
		(h for h in held() if h.bureau == doc.bureau and h.fills_forms), None
	)
	return own.division if own else ""


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


def read_run(name: str, to_show: bool = False, doc: Document | None = None) -> LoadedRun:
	"""A run with its document. to_show: nothing will be written on it. doc: its document, whole, if read already."""
	run = frappe.get_doc("SC Run", name)
	procedure = load_procedure(run.procedure_version)
	doc = doc or frappe.get_doc(run.reference_doctype, run.reference_name)
	rows = _tasks(run.name)
	return LoadedRun(
		run, doc, procedure, _state(run, procedure, rows), kind(run.kind), _represented(rows), to_show
	)


def states(runs: Mapping[str, Any]) -> dict[str, RunState]:
	"""Where several runs stand, with one query: name → row with `name`, `procedure_version`, `marking`, `status`, `outcome`."""
	rows: dict[str, list] = {name: [] for name in runs}
	for row in _tasks(["in", list(runs) or [""]]):
		rows[row.run].append(row)
	return {
		name: _state(run, load_procedure(run.procedure_version), rows[name]) for name, run in runs.items()
	}


def _tasks(run: str | list) -> list:
	return frappe.get_all(
		"SC Task",
		filters={"run": run},
		fields=[
			"name",
			"run",
			"step",
			"round",
			"post",
			"bureau",
			"division",
			"in_person",
			"assignee",
			"status",
			"done_by",
			"action",
		],
		order_by="opened_on asc, creation asc, name asc",
	)


def _represented(rows: list) -> dict[tuple[str, int], dict[str, str]]:
	found: dict[tuple[str, int], dict[str, str]] = {}
	for row in rows:
		if row.done_by and row.assignee and row.done_by != row.assignee:
			found.setdefault((row.step, row.round or 1), {})[row.assignee] = row.done_by
	return found


def acting_assignees(rows: list) -> dict[str, str]:
	"""Task -> who acts today on a task assigned to somebody: themselves, their deputy, or a new holder of the post
	in place of one who lost it. Nobody gets a second voice in the same round."""
	acting: dict[str, str] = {}
	voices: dict[tuple[str, int], list[str]] = {}
	for row in rows:
		if row.assignee and row.status != "Transferred":
			voices.setdefault((row.step, row.round), []).append(row.done_by or row.assignee)
	for row in rows:
		if not row.assignee or row.status not in ("Open", "Claimed", "Transferred"):
			continue
		who = stand_in(row.assignee, row.post, row.bureau, bool(row.in_person))
		if row.status == "Transferred":
			acting[row.name] = who or row.assignee
			continue
		round_of = voices[(row.step, row.round)]
		free = [who] if who else holders(row.post, row.bureau, row.division or "", bool(row.in_person))
		who = next((user for user in free if user == row.assignee or user not in round_of), row.assignee)
		round_of.append(who)
		acting[row.name] = who
	return acting


def _state(run: Any, procedure: Procedure, rows: list) -> RunState:
	acting = acting_assignees(rows)
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
				acting.get(row.name) or row.assignee or "",
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
	bureau, division = acting_bureau(run.bureau, step), acting_division(run.division, step)
	row = frappe.new_doc("SC Task")
	row.update(
		{
			"title": step.title,
			"subject_line": loaded.kind.title(loaded.doc),
			"reference_doctype": run.reference_doctype,
			"reference_name": run.reference_name,
			"bureau": bureau,
			"division": division or None,
			"post": step.post,
			"in_person": int(step.in_person),
			# the seat, so that it goes back to its holder when a deputy's time is over
			"assignee": seat_of(task.assignee, step.post, bureau, division) if task.assignee else None,
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
	"""The open tasks of a run, each with the person who acts on it today as its assignee."""
	rows = frappe.get_all(
		"SC Task",
		filters={"run": run, "status": ["not in", ["Void", "Returned"]]},
		fields=[
			"name",
			"title",
			"step",
			"round",
			"post",
			"bureau",
			"division",
			"in_person",
			"assignee",
			"status",
			"done_by",
			"due_on",
			"opened_on",
			"urged_on",
		],
		order_by="opened_on asc, creation asc",
	)
	acting = acting_assignees(rows)
	for row in rows:
		row.assignee = acting.get(row.name) or row.assignee
	return [row for row in rows if row.status == "Open"]


def concerned(task) -> list[str]:
	"""Who has a task of `open_tasks` on their desk: the assignee, else all who act in the post."""
	if task.assignee:
		return [task.assignee]
	return holders(task.post, task.bureau, task.division or "", bool(task.in_person))
