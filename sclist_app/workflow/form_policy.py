"""Which fields of a document the user may change in the steps they have an open task in."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from sclist_app.access.posts import holds
from sclist_app.workflow.model import FieldRule, Nature, Procedure
from sclist_app.workflow.store import load_procedure, open_tasks

__all__ = ["editable", "policy"]

# Evidence may be added by whoever has the case on their desk.
ALWAYS = ("evidence",)


def policy(procedure: Procedure, step: str) -> dict[str, str]:
	"""Field → policy for one step, from the procedure's rows."""
	rules: tuple[FieldRule, ...] = tuple(rule for rule in procedure.fields if rule.step == step)
	return {rule.field: rule.policy for rule in rules}


def editable(doc: Document) -> set[str]:
	"""The fields the user may change now: all in a filling step but those set to read, else those set to edit."""
	if not doc.get("run"):
		return {df.fieldname for df in doc.meta.fields}
	procedure = load_procedure(doc.procedure_version)
	allowed: set[str] = set()
	for task in open_tasks(doc.run):
		mine = not task.assignee or task.assignee == frappe.session.user
		if not mine or not holds(task.post, task.bureau):
			continue
		allowed |= set(ALWAYS)
		rules = policy(procedure, task.step)
		if procedure.by_code[task.step].nature is Nature.FILL:
			allowed |= {
				df.fieldname
				for df in doc.meta.fields
				if rules.get(df.fieldname, "Edit") in ("Edit", "Required")
			}
		else:
			allowed |= {field for field, rule in rules.items() if rule in ("Edit", "Required")}
	return allowed
