"""Named effects a transition may carry. Other apps add theirs by hooks:

	sclist_effects = {"name": "path.of.function"}               runs in the transaction of the act
	sclist_effects_after_commit = {"name": "path.of.function"}  queued, runs once the act is written

An effect takes the `Act`, is safe to repeat and carries its label for the rule administrator (`@effect`). One that fails in the transaction takes the act back with it. One
after commit leaves a row of `SC Effect Run`, written with the act: a repeated job finds it done and does nothing, a
failed one stays visible and is tried again, by the hourly sweep or by hand. What it writes and that it is done are
committed together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import holders
from sclist_app.access.today import now
from sclist_app.law.findings import N_
from sclist_app.workflow import store
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import Transition

__all__ = ["choices", "effect", "names", "retry", "run_effects", "run_queued", "sweep"]

DOCTYPE = "SC Effect Run"
MOST_TRIES = 5
POINT = "sclist_effect"
PATIENCE = timedelta(minutes=15)


Effect = Callable[[Act], None]


class EffectFailed(frappe.ValidationError):
	"""An effect failed, so the act it belongs to is not written."""


def _hook(name: str) -> dict[str, str]:
	# A hook of dicts merges into lists; the app installed last prevails.
	return {
		key: values[-1] if isinstance(values, list) else values
		for key, values in frappe.get_hooks(name, {}).items()
	}


def names() -> set[str]:
	return {*_hook("sclist_effects"), *_hook("sclist_effects_after_commit")}


def effect(text: str) -> Callable[[Effect], Effect]:
	"""Decorator: what the effect is called, as an English msgid."""

	def labelled(function: Effect) -> Effect:
		function.label = text
		return function

	return labelled


def label(name: str) -> str:
	"""What the effect is called, in the user's language; its name if it has no label or is gone."""
	path = {**_hook("sclist_effects"), **_hook("sclist_effects_after_commit")}.get(name)
	return _(getattr(frappe.get_attr(path), "label", name)) if path else name


def choices() -> list[dict[str, Any]]:
	"""All effects as {"value", "label", "after_commit"}, for a choice."""
	later = _hook("sclist_effects_after_commit")
	return [{"value": name, "label": label(name), "after_commit": name in later} for name in sorted(names())]


def run_effects(act: Act) -> None:
	"""Run the transition's effects in order; those for after the commit are queued.

	Raises:
		frappe.ValidationError: an effect is no longer provided by any app, or it failed.
	"""
	if not act.transition.effects:
		return
	inside, later = _hook("sclist_effects"), _hook("sclist_effects_after_commit")
	for name in act.transition.effects:
		if name in inside:
			_run_inside(name, inside[name], act)
		elif name in later:
			_queue(name, act)
		else:
			frappe.throw(
				_("The effect {0} is not available any more. Tell the rule administrator.").format(name)
			)


def _run_inside(name: str, path: str, act: Act) -> None:
	try:
		frappe.get_attr(path)(act)
	except frappe.ValidationError:
		raise  # in words for the user already
	except Exception as error:
		frappe.logger("sclist").exception(f"effect {name}")
		raise EffectFailed(_failed(name, error)) from error


def _failed(name: str, error: Exception) -> str:
	text = _(
		"The effect “{0}” failed, so nothing of this action was saved. Tell the administrator: {1}"
	).format(label(name), type(error).__name__)
	frappe.msgprint(text, title=_("Not saved"), indicator="red")
	return text


def _queue(name: str, act: Act) -> None:
	run = act.run
	key = f"{run.name}:{(run.seq or 0) + 1}:{name}"
	if frappe.db.exists(DOCTYPE, {"effect_key": key}):
		return
	row = frappe.new_doc(DOCTYPE)
	row.update(
		{
			"effect": name,
			"effect_label": label(name),
			"status": "Queued",
			"bureau": run.bureau,
			"queued_on": now(),
			"tries": 0,
			"reference_doctype": act.doc.doctype,
			"reference_name": act.doc.name,
			"run": run.name,
			"step": act.step.code,
			"action": act.transition.action,
			"targets": ", ".join(act.transition.targets),
			"actor": act.actor,
			"acted_on": act.today,
			"opinion": act.opinion,
			"effect_key": key,
			"is_demo": run.is_demo,
		}
	)
	with engine_writes():
		row.insert(ignore_permissions=True)  # follows from the act
	_enqueue(row.name)


def _enqueue(name: str) -> None:
	frappe.enqueue(
		"sclist_app.workflow.effects.run_queued",
		queue="default",
		enqueue_after_commit=True,
		job_id=f"sclist-effect-{name}",
		deduplicate=True,
		name=name,
	)


def run_queued(name: str) -> bool:
	"""Run one queued effect; True if this call ran it to its end. Safe to repeat, in two processes at once too.

	The job commits: what the effect wrote and that it is done stand together.
	"""
	row = frappe.db.get_value(
		DOCTYPE,
		name,
		[
			"name",
			"status",
			"effect",
			"run",
			"step",
			"action",
			"targets",
			"actor",
			"acted_on",
			"opinion",
			"tries",
		],
		as_dict=True,
		for_update=True,
	)
	if not row or row.status == "Done":
		return False
	frappe.db.savepoint(POINT)
	try:
		path = _hook("sclist_effects_after_commit").get(row.effect)
		if not path:
			frappe.throw(
				_("The effect {0} is not available any more. Tell the rule administrator.").format(row.effect)
			)
		frappe.get_attr(path)(_act_of(row))
	except Exception as error:
		trace = frappe.get_traceback()
		# Where the database has dropped the transaction by itself this raises too; the row stays queued then.
		frappe.db.rollback(save_point=POINT)
		frappe.clear_messages()
		frappe.log_error(title=f"sclist: effect {row.effect}", message=trace)
		text = f"{type(error).__name__}: {error}"[:1000]
		_write(name, {"status": "Failed", "tries": (row.tries or 0) + 1, "error": text})
		return False
	_write(name, {"status": "Done", "done_on": now(), "tries": (row.tries or 0) + 1, "error": None})
	return True


def _write(name: str, values: dict[str, Any]) -> None:
	frappe.db.set_value(DOCTYPE, name, values)


def _act_of(row: Any) -> Act:
	"""The act as it was; run and document as they are now."""
	run = frappe.get_doc("SC Run", row.run)
	doc = frappe.get_doc(run.reference_doctype, run.reference_name)
	procedure = store.load_procedure(run.procedure_version)
	return Act(
		run,
		doc,
		procedure,
		procedure.by_code[row.step],
		_transition_of(procedure, row),
		getdate(row.acted_on),
		row.actor,
		row.opinion or "",
	)


def _transition_of(procedure, row: Any) -> Transition:
	routes = procedure.routes(row.step, row.action)
	return next((t for t in routes if ", ".join(t.targets) == row.targets), routes[0])


def retry(name: str) -> None:
	"""Queue a failed effect once more. The caller has checked who may.

	Raises:
		frappe.ValidationError: it has not failed.
	"""
	row = frappe.db.get_value(DOCTYPE, name, ["status"], as_dict=True, for_update=True)
	if not row or row.status == "Done":
		frappe.throw(_("This effect has been carried out. There is nothing to repeat."))
	_write(name, {"status": "Queued", "queued_on": now()})
	_enqueue(name)


def sweep() -> int:
	"""Hourly: queue again what failed a few times only or got lost on the way. Returns how many."""
	lost = frappe.get_all(
		DOCTYPE,
		filters={"status": "Queued", "queued_on": ["<", now() - PATIENCE]},
		pluck="name",
		order_by="queued_on asc",
		limit=500,
	)
	failed = frappe.get_all(
		DOCTYPE,
		filters={"status": "Failed", "tries": ["<", MOST_TRIES]},
		pluck="name",
		order_by="queued_on asc",
		limit=500,
	)
	for name in (*lost, *failed):
		_enqueue(name)
	frappe.db.commit()  # scheduled job: the queue takes them with the commit
	return len(lost) + len(failed)


# ------------------------------------------------------------------ effects that come with the app


@effect(N_("Notify the case officer"))
def notify_officer(act: Act) -> None:
	"""Tell whoever opened the case what was done in it."""
	officer = act.doc.get("officer") or act.doc.owner
	if officer and officer not in (act.actor, "Administrator"):
		_notify([officer], act)


@effect(N_("Notify the credit officers of the bureau"))
def notify_credit_officers(act: Act) -> None:
	"""Tell the bureau's credit officers."""
	_notify([u for u in holders("credit_officer", act.run.bureau) if u != act.actor], act)


@effect(N_("Notify the supervisors of the superior bureau"))
def notify_superior(act: Act) -> None:
	"""Tell the supervisors of the superior bureau; a bureau without a superior has nobody to tell."""
	superior = frappe.get_cached_value("SC Bureau", act.run.bureau, "parent_sc_bureau")
	if superior:
		_notify(holders("supervisor", superior), act)


def _notify(users: list[str], act: Act) -> None:
	subject = _("{0}: {1} ({2})").format(act.step.title, act.transition.label, act.doc.name)
	for user in users:
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"subject": subject,
				"document_type": act.doc.doctype,
				"document_name": act.doc.name,
			}
		)
		log.insert(ignore_permissions=True)  # notes of the system to its officers
