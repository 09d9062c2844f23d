"""Open tasks a user may take; the permission for everything done inside a step."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe import _

from sclist_app.access.posts import may_take
from sclist_app.workflow import runner, store
from sclist_app.workflow.model import Nature, Step

__all__ = ["approves", "require_tool"]


def approves(step: Step) -> bool:
	"""Is the step one of approving? Those who fill in the forms examine their own work on the form."""
	return step.nature in (Nature.REVIEW, Nature.SIGN) and not frappe.get_cached_value(
		"SC Post", step.post, "fills_forms"
	)


def require_tool(run: str, tools: Collection[str], natures: Collection[str] = ()) -> str:
	"""The user has an open task on the run, in a step with one of these tools. Returns the step's code.

	Raises:
		frappe.PermissionError: no such task, or separation of duties bars them.
	"""
	loaded = store.lock_run(run)
	for task in store.open_tasks(run):
		step = loaded.procedure.by_code[task.step]
		if step.tool not in tools or (natures and step.nature.value not in natures):
			continue
		mine = not task.assignee or task.assignee == frappe.session.user
		if not mine or not may_take(task):
			continue
		state = next(t for t in loaded.state.tasks if t.id == task.name)
		if not runner.permitted(loaded.procedure, loaded.state, state, frappe.session.user):
			store.touch(run)
			return step.code
	frappe.throw(_("You have no open task for this in the case now."), frappe.PermissionError)
