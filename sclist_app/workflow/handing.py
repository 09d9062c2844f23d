"""Acts beside the buttons: transfer, add a signer, withdraw, urge, copy, suspend and resume.

They change who acts or when, never what is decided. Each goes through the locked run and leaves an event.
"""

from __future__ import annotations

import json
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import held
from sclist_app.access.today import now, today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.workflow import actions, clocks, runner, store

__all__ = ["add_signer", "copy_to", "resume", "suspend", "transfer", "urge", "withdraw"]

URGE_PAUSE = timedelta(hours=4)


def _locked(task: str):
	"""The locked run of a task the user may take."""
	row = frappe.db.get_value("SC Task", task, actions.TAKEN, as_dict=True)
	if not row or not may_read_bureau(row.bureau) or actions.holding(row) is None:
		frappe.throw(_("This task does not exist or is not yours."), frappe.PermissionError)
	return store.lock_run(row.run), row


def _log(loaded, event: str, label: str, opinion: str = "", step: str = "", **data) -> None:
	node = loaded.procedure.by_code.get(step)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		event,
		label,
		bureau=loaded.run.bureau,
		run=loaded.run.name,
		step=step,
		step_title=node.title if node else "",
		opinion=opinion,
		data={**data, "seq": loaded.run.seq},
	)


def _reason(text: str) -> str:
	if not (text or "").strip():
		frappe.throw(_("Enter the reason."))
	return text.strip()


def _try(call, *args):
	try:
		return call(*args)
	except runner.Refusal as refusal:
		actions.refuse(refusal.findings, frappe.ValidationError)


def transfer(task: str, to: str, reason: str) -> None:
	"""Hand one's task on to another holder of the post.

	Raises:
		frappe.PermissionError: not the user's task. frappe.ValidationError: the other person may not take it.
	"""
	loaded, _task = _locked(task)
	reason = _reason(reason)
	step = next(t.step for t in loaded.state.tasks if t.id == task)
	outcome = _try(
		runner.transfer, loaded.procedure, loaded.state, task, frappe.session.user, to, loaded.roster
	)
	store.save(loaded, outcome)
	_log(loaded, "transferred", N_("Task transferred"), reason, step, task=task, to=to)
	_notify([to], _("A task was transferred to you: {0}").format(loaded.doc.name), loaded.doc)


def add_signer(task: str, to: str, reason: str) -> None:
	"""Ask one more person of the bureau to vote.

	Raises:
		frappe.PermissionError: not the user's task. frappe.ValidationError: the person may not vote here.
	"""
	loaded, row = _locked(task)
	reason = _reason(reason)
	if not any(h.bureau == row.bureau and actions.may_sign(h) for h in held(to)):
		frappe.throw(_("Only somebody of this bureau who takes part in deciding cases can be added."))
	step = next(t.step for t in loaded.state.tasks if t.id == task)
	outcome = _try(
		runner.add_signer, loaded.procedure, loaded.state, task, frappe.session.user, to, loaded.roster
	)
	store.save(loaded, outcome)
	_log(loaded, "signer_added", N_("Signer added"), reason, step, to=to)
	_notify([to], _("You were asked to sign: {0}").format(loaded.doc.name), loaded.doc)


def withdraw(run: str, reason: str) -> None:
	"""Take back the last move, if it is one's own and nobody has handled the next step.

	Raises:
		frappe.PermissionError: the user may not see the case.
		frappe.ValidationError: not the user's move, documents were issued by it, or it was handled.
	"""
	loaded = store.lock_run(run)
	if not may_read_bureau(loaded.run.bureau):
		raise frappe.PermissionError
	reason = _reason(reason)
	try:
		step, targets = _last_move(loaded)
	except _NotYours as refused:
		frappe.throw(str(refused))
	outcome = _try(
		runner.withdraw, loaded.procedure, loaded.state, step, targets, frappe.session.user, loaded.roster
	)
	store.save(loaded, outcome)
	_log(loaded, "withdrawn", N_("Move withdrawn"), reason, step, targets=list(targets))


def may_withdraw(loaded: store.LoadedRun) -> bool:
	"""Could the user take the last move back now?"""
	try:
		step, targets = _last_move(loaded)
		runner.withdraw(loaded.procedure, loaded.state, step, targets, frappe.session.user, loaded.roster)
	except (_NotYours, runner.Refusal):
		return False
	return True


class _NotYours(frappe.ValidationError):
	"""The last move cannot be taken back by this user."""


def _last_move(loaded: store.LoadedRun) -> tuple[str, tuple[str, ...]]:
	"""Step and targets of the last move, if it is the user's own and had no effect in law.

	Raises:
		_NotYours: saying why it cannot be taken back.
	"""
	last = frappe.get_all(
		"SC Event",
		filters={
			"run": loaded.run.name,
			"event": ["in", ["acted", "answered", "expired", "withdrawn", "moved_version"]],
		},
		fields=["event", "actor", "step", "data"],
		order_by="seq desc",
		limit=1,
	)
	data = json.loads(last[0].data or "{}") if last else {}
	if not last or last[0].event != "acted" or last[0].actor != frappe.session.user or not data.get("to"):
		raise _NotYours(_("Only who made the last move can take it back, and not a vote."))
	if data.get("notices"):
		raise _NotYours(
			_(
				"The last move issued documents; it cannot be taken back. Void the documents or issue a correction."
			)
		)
	if loaded.procedure.by_code[last[0].step].tool not in ("", "legal_review"):
		raise _NotYours(
			_(
				"This step has effects in law, which cannot be taken back. Ask for the case to be returned instead."
			)
		)
	return last[0].step, tuple(data["to"])


def urge(run: str) -> int:
	"""Remind whoever has the case on their desk. Returns how many were reminded.

	Raises:
		frappe.PermissionError: the user takes no part in the case's bureau.
		frappe.ValidationError: urged a short while ago.
	"""
	loaded = store.lock_run(run)
	if not may_read_bureau(loaded.run.bureau):
		raise frappe.PermissionError
	tasks = store.open_tasks(run)
	if any(t.urged_on and get_datetime(t.urged_on) > now() - URGE_PAUSE for t in tasks):
		frappe.throw(_("This case was urged a short while ago. Give them some time."))
	people = {user for t in tasks for user in store.concerned(t)}
	with engine_writes():
		for t in tasks:
			frappe.db.set_value("SC Task", t.name, "urged_on", now())
	_notify(sorted(people), _("Please deal with this case soon: {0}").format(loaded.doc.name), loaded.doc)
	_log(loaded, "urged", N_("Urged"), people=len(people))
	return len(people)


def copy_to(run: str, to: str, note: str) -> None:
	"""Bring the case to somebody's notice (抄送); they must be able to see it already.

	Raises:
		frappe.PermissionError: the user may not see the case. frappe.ValidationError: the other one may not.
	"""
	loaded = store.lock_run(run)
	if not may_read_bureau(loaded.run.bureau):
		raise frappe.PermissionError
	if not may_read_bureau(loaded.run.bureau, to):
		frappe.throw(_("This person may not see the case, so it cannot be copied to them."))
	_notify([to], _("For your information: {0}").format(loaded.doc.name), loaded.doc)
	_log(loaded, "copied", N_("Copied for information"), note, to=to)


def suspend(run: str, reason: str) -> None:
	"""Stop the case and its clocks; whoever has an open task in it may do so.

	Raises:
		frappe.PermissionError: no open task of the user. frappe.ValidationError: no reason, or not running.
	"""
	loaded = _with_task(run)
	if loaded.run.status != "Active":
		frappe.throw(_("Only a running case can be suspended."))
	reason = _reason(reason)
	clocks.pause(loaded.run, loaded.procedure, reason, today())
	_set_status(loaded, "Suspended")
	_log(loaded, "suspended", N_("Case suspended"), reason)


def resume(run: str, reason: str) -> None:
	"""Let a suspended case go on; the clocks run on from where they stood.

	Raises:
		frappe.PermissionError: no open task of the user. frappe.ValidationError: no reason, or not suspended.
	"""
	loaded = _with_task(run)
	if loaded.run.status != "Suspended":
		frappe.throw(_("The case is not suspended."))
	reason = _reason(reason)
	clocks.resume(loaded.run, loaded.procedure, today())
	_set_status(loaded, "Active")
	_log(loaded, "resumed", N_("Case resumed"), reason)


def _with_task(run: str):
	loaded = store.lock_run(run)
	for task in store.open_tasks(run):
		if (not task.assignee or task.assignee == frappe.session.user) and actions.holding(task):
			return loaded
	frappe.throw(_("You have no open task for this in the case now."), frappe.PermissionError)


def _set_status(loaded, status: str) -> None:
	with engine_writes():
		loaded.run.status = status
		loaded.run.seq += 1
		loaded.run.save(ignore_permissions=True)  # the holder of the task decides
		titles = [loaded.procedure.by_code[code].title for code in loaded.state.active]
		loaded.kind.project(loaded.doc, loaded.run, titles)


def _notify(users, subject: str, doc) -> None:
	for user in users:
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"subject": subject,
				"document_type": doc.doctype,
				"document_name": doc.name,
			}
		)
		log.insert(ignore_permissions=True)  # notes of the system to its officers
