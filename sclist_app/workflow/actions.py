"""What a user calls: one door for every act on a running procedure.

The row of the run is locked first; then it is asked, in this order, whether the act was done already (token),
whether the user saw the present state, whether the task is theirs, whether the law admits it. Either everything
an act brings about is written, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import fields
from sclist_app.access.posts import Held, may_take
from sclist_app.access.today import today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.law.findings import N_, Finding, errors, render
from sclist_app.workflow import clocks, form_policy_rules, runner, store
from sclist_app.workflow.effects import run_effects
from sclist_app.workflow.kinds import Act, kind_of
from sclist_app.workflow.model import Nature, Transition, Verb

__all__ = [
	"ChangedSince",
	"act",
	"answered",
	"expire",
	"follow",
	"gate",
	"holding",
	"lock_once",
	"refuse",
	"start",
	"token_key",
]

SYSTEM = "System"
# What decides who may take a task.
TAKEN = ["run", "bureau", "division", "post", "assignee", "in_person"]
ChangedSince = store.ChangedSince


class NotAllowedByLaw(frappe.ValidationError):
	"""A gate of the law is closed; the message says why and what to do."""


def refuse(findings: Iterable[Finding], exception: type[Exception] = NotAllowedByLaw) -> None:
	"""Throw the errors among the findings as one Chinese message, one line each; nothing if there are none."""
	faults = errors(findings)
	if faults:
		lines = [frappe.utils.escape_html(render(f, _)) for f in faults]
		frappe.throw(
			lines[0] if len(lines) == 1 else lines,
			exception,
			title=_("Not possible yet"),
			as_list=len(lines) > 1,
		)


def start(doc: Document) -> str:
	"""Start the procedure of the bureau for a new document; returns the run's name."""
	of_kind = kind_of(doc)
	run = store.create_run(doc, of_kind.name)
	loaded = store.LoadedRun(
		run, doc, store.load_procedure(run.procedure_version), runner.RunState(), of_kind
	)
	try:
		outcome = runner.start(loaded.procedure, of_kind.facts(doc), loaded.roster)
	except runner.Refusal as refusal:
		refuse(refusal.findings)
	of_kind.begun(doc, run, loaded.procedure)
	clocks.signal(run, loaded.procedure, "case_opened", today())
	store.save(loaded, outcome)
	first = loaded.procedure.start
	events.append(
		doc.doctype,
		doc.name,
		"started",
		of_kind.begins,
		bureau=doc.bureau,
		run=run.name,
		step=first.code,
		step_title=first.title,
		data={"version": run.procedure_version, "hash": loaded.procedure.content_hash},
	)
	return run.name


def act(task: str, action: str, opinion: str, seen: int, token: str) -> dict:
	"""Press a button of a task. Returns {"seq": int, "repeated": bool, "notices": [str]}.

	Raises:
		frappe.PermissionError: the task is not the user's.
		ChangedSince: somebody acted after the user looked.
		NotAllowedByLaw: a gate is closed; frappe.ValidationError: bad input.
	"""
	row = frappe.db.get_value("SC Task", task, TAKEN, as_dict=True)
	if not row or not may_read_bureau(row.bureau):
		frappe.throw(_("This task does not exist or is not yours."), frappe.PermissionError)
	loaded = lock_once(row.run, token)
	if loaded is None:
		seq = frappe.db.get_value("SC Run", row.run, "seq", for_update=True)
		return {"seq": seq, "repeated": True, "notices": []}
	own = holding(row)
	if own is None:
		frappe.throw(
			_("This task belongs to another post. You can look at the case but not act here."),
			frappe.PermissionError,
		)
	if int(seen) != (loaded.run.seq or 0):
		store.changed_since()
	actor = frappe.session.user
	facts = loaded.kind.facts(loaded.doc)
	current = next(t for t in loaded.state.tasks if t.id == task)
	step = loaded.procedure.by_code[current.step]
	try:
		outcome = runner.act(
			loaded.procedure, loaded.state, task, action, actor, opinion, facts, loaded.roster
		)
	except runner.Refusal as refusal:
		refuse(refusal.findings, frappe.ValidationError)
	button = next(b for b in loaded.procedure.buttons(step.code) if b.action == action)
	refuse([*missing_materials(loaded, step.code, button), *missing_fields(loaded, step.code, button)])
	notices = follow(loaded, outcome, step.code, actor, opinion, action, button.label, own)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		"acted",
		button.label,
		bureau=loaded.run.bureau,
		run=loaded.run.name,
		step=step.code,
		step_title=step.title,
		opinion=opinion,
		acting_for=own.acting_for,
		token=token_key(token),
		data={
			"task": task,
			"action": action,
			"verb": button.verb.value,
			"to": list(outcome.transition.targets) if outcome.transition else [],
			"notices": notices,
			"seq": loaded.run.seq,
		},
	)
	return {"seq": loaded.run.seq, "repeated": False, "notices": notices}


def expire(run: str, step: str) -> bool:
	"""Move a waiting step on, if its limit has passed and the law's gate is open. True if it moved.

	Called by the scheduled scan; safe to repeat.
	"""
	try:
		loaded = store.lock_run(run)
	except ChangedSince:
		frappe.clear_last_message()
		return False  # the next scan looks again
	if loaded.run.status != "Active" or step not in loaded.state.active:
		return False
	node = loaded.procedure.by_code[step]
	if node.nature is not Nature.WAIT or not clocks.window_over(run, node.limit, today()):
		return False
	button = next((b for b in loaded.procedure.buttons(step) if b.verb is Verb.EXPIRE), None)
	if button is None:
		return False
	try:
		outcome = runner.expire(
			loaded.procedure, loaded.state, step, loaded.kind.facts(loaded.doc), loaded.roster
		)
	except runner.Refusal as refusal:
		refuse(refusal.findings)
	follow(loaded, outcome, step, SYSTEM, "", button.action, button.label, None)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		"expired",
		button.label,
		bureau=loaded.run.bureau,
		run=run,
		step=step,
		step_title=node.title,
		data={"to": list(outcome.transition.targets), "seq": loaded.run.seq},
	)
	return True


def answered(loaded: store.LoadedRun, step: str, action: str, opinion: str, token: str) -> None:
	"""The party itself moves a locked run on; who they are, the caller has checked. `runner.answered` says where.

	Raises:
		NotAllowedByLaw: a gate is closed. frappe.ValidationError: the step does not wait for the party.
	"""
	try:
		outcome = runner.answered(
			loaded.procedure, loaded.state, step, action, loaded.kind.facts(loaded.doc), loaded.roster
		)
	except runner.Refusal as refusal:
		refuse(refusal.findings, frappe.ValidationError)
	button = next(b for b in loaded.procedure.buttons(step) if b.action == action)
	actor = frappe.session.user
	follow(loaded, outcome, step, actor, opinion, action, button.label, None)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		"answered",
		button.label,
		bureau=loaded.run.bureau,
		run=loaded.run.name,
		step=step,
		step_title=loaded.procedure.by_code[step].title,
		opinion=opinion,
		token=token_key(token),
		data={
			"action": action,
			"verb": button.verb.value,
			"to": list(outcome.transition.targets) if outcome.transition else [],
			"seq": loaded.run.seq,
		},
	)


def follow(
	loaded, outcome, step: str, actor: str, opinion: str, action: str, label: str, held: Held | None
) -> list[str]:
	"""Gate, documents, what follows in law, effects, then the new state. Returns the notices issued."""
	notices: list[str] = []
	if outcome.transition is not None:
		move = Act(
			loaded.run,
			loaded.doc,
			loaded.procedure,
			loaded.procedure.by_code[step],
			outcome.transition,
			today(),
			actor,
			opinion,
		)
		refuse(loaded.kind.gate(move))
		notices = loaded.kind.draw_documents(move)
		loaded.kind.follow(move, notices)
		run_effects(move)
	store.save(loaded, outcome, opinion=opinion, action=action, label=label, held=held)
	return notices


def gate(loaded: store.LoadedRun, step: str, action: str) -> Sequence[Finding]:
	"""What still stands in the way of this button, for showing it before it is pressed."""
	procedure = loaded.procedure
	button = next((b for b in procedure.buttons(step) if b.action == action), None)
	if button is None:
		return ()
	try:
		transition = runner.route(procedure, step, action, loaded.facts())
	except runner.Refusal as refusal:
		return refusal.findings
	move = Act(
		loaded.run,
		loaded.doc,
		procedure,
		procedure.by_code[step],
		transition,
		today(),
		frappe.session.user,
		reader=loaded.reader(),
	)
	return [
		*missing_materials(loaded, step, button),
		*missing_fields(loaded, step, button),
		*loaded.kind.gate(move),
	]


def missing_materials(loaded: store.LoadedRun, step: str, button: Transition) -> list[Finding]:
	"""Required materials of the step that are not among the evidence yet; asked when going forward.

	What may follow is not asked for once a written promise is in the file (容缺受理).
	"""
	if not loaded.kind.needs_materials(loaded.procedure, button):
		return []
	promised = bool(loaded.doc.get("promise"))
	present = {(row.title or "").strip() for row in loaded.doc.get("evidence") or () if row.file}
	return [
		Finding(
			"material",
			N_("The material “{title}” is missing. Add it to the evidence with its file."),
			"",
			{"title": rule.title},
			row=rule.title,
		)
		for rule in loaded.procedure.materials
		if rule.step == step
		and rule.required
		and rule.title not in present
		and not (rule.may_follow and promised)
	]


def missing_fields(loaded: store.LoadedRun, step: str, button: Transition) -> list[Finding]:
	"""Fields the procedure requires in the step that are empty; asked when going forward."""
	return form_policy_rules.missing(
		loaded.procedure,
		step,
		button.verb,
		partial(fields.filled, loaded.doc),
		partial(fields.label_of, loaded.doc.doctype),
	)


def holding(task) -> Held | None:
	"""The user's post by which they may take the task (`access.posts.may_take`), or None."""
	return may_take(task)


def may_sign(post: Held) -> bool:
	"""Who writes or approves rules, or supervises, takes no part in deciding a case."""
	return post.decides


def lock_once(run: str, token: str) -> store.LoadedRun | None:
	"""The locked run; None if the act of this token has been done: a double click, or a request sent again.

	Raises:
		ChangedSince: somebody else wrote while this request waited.
	"""
	try:
		loaded = store.lock_run(run)
	except ChangedSince:
		# the other request may have been the same one, sent twice
		if not _repeated(token, run, locking=True):
			raise
		frappe.clear_last_message()
		return None
	return None if _repeated(token, run) else loaded


def token_key(token: str) -> str:
	return f"{frappe.session.user}:{token}" if token else ""


def _repeated(token: str, run: str, locking: bool = False) -> bool:
	"""A double click or a repeated request carries the same token; the first one counts.

	locking: see what was written after this transaction began to read.
	"""
	key = token_key(token)
	return bool(key) and bool(
		frappe.db.get_value("SC Event", {"token": key, "run": run}, "name", for_update=locking)
	)
