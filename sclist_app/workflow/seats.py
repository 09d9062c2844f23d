"""A seat in a vote that nobody can act on: its holder lost the post or is away, and no deputy may vote for them.

A deputy or a successor takes such a task without further ado (`access.posts.may_take`). Where there is neither, a
holder of the post or the administrator leaves the seat out, with a reason; the count goes on among the others.
"""

from __future__ import annotations

import frappe
from frappe import _

from sclist_app.access.posts import holds, may_take
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.workflow import actions, runner, store

__all__ = ["may_vacate", "vacate"]


def may_vacate(task) -> bool:
	"""The user holds the post of the task (post, bureau, division, in_person), or administers the site."""
	if "System Manager" in frappe.get_roles():
		return True
	own = holds(task.post, task.bureau, division=task.division or "", in_person=bool(task.in_person))
	return own is not None and may_read_bureau(task.bureau)


def vacate(task: str, reason: str) -> list[str]:
	"""Leave a seat out of its vote. Returns the notices issued, if that decides the step.

	Raises:
		frappe.PermissionError: the user neither holds the post nor administers the site.
		frappe.ValidationError: no reason, somebody can still act on the seat, or too few would remain.
	"""
	row = frappe.db.get_value("SC Task", task, actions.TAKEN, as_dict=True)
	if not row or not may_vacate(row):
		frappe.throw(_("This task does not exist or is not yours."), frappe.PermissionError)
	if not (reason or "").strip():
		frappe.throw(_("Enter the reason."))
	loaded = store.lock_run(row.run)
	current = next(t for t in loaded.state.tasks if t.id == task)
	if not row.assignee or may_take(row, current.assignee):
		frappe.throw(
			_("{0} can act on this task. Remind them, or let them hand it on.").format(
				frappe.bold(frappe.get_cached_value("User", current.assignee, "full_name") or _("The holder"))
			)
		)
	step = loaded.procedure.by_code[current.step]
	try:
		outcome = runner.vacate(
			loaded.procedure, loaded.state, task, loaded.kind.facts(loaded.doc), loaded.roster
		)
	except runner.Refusal as refusal:
		actions.refuse(refusal.findings, frappe.ValidationError)
	moved = outcome.transition
	notices = actions.follow(
		loaded,
		outcome,
		step.code,
		frappe.session.user,
		reason,
		moved.action if moved else "",
		moved.label if moved else "",
		None,
	)
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		"seat_vacated",
		N_("Seat left out of the vote"),
		bureau=loaded.run.bureau,
		run=loaded.run.name,
		step=step.code,
		step_title=step.title,
		opinion=reason.strip(),
		data={
			"task": task,
			"seat": row.assignee,
			"to": list(moved.targets) if moved else [],
			"notices": notices,
			"seq": loaded.run.seq,
		},
	)
	return notices
