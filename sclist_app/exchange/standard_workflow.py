"""A published version as a standard Workflow of the framework: a bridge for sites that want one elsewhere.

What comes out is data to download, inactive, never put on our own DocTypes (`access.sharing.refuse_workflow`). A
standard Workflow knows one state at a time, one role per button, and Python text as condition; everything else of a
procedure is lost, and the list of what is lost, row by row, goes with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import frappe
from frappe import _

from sclist_app.law.findings import N_, Finding, Word, render
from sclist_app.workflow import store
from sclist_app.workflow.conditions import SCHEMA
from sclist_app.workflow.kinds import kind
from sclist_app.workflow.model import ConditionRow, Nature, Procedure, Step, Transition, Verb, split_codes

__all__ = ["condition_text", "documents", "export", "losses"]

FORMAT = "frappe-workflow"
STATE_FIELD = "workflow_state"
# Ends have no post; who administers the site may still correct the document there.
END_ROLE = "System Manager"

# (kind, code) -> the name to show, for kind "post", "limit", "document", "effect"
Names = Callable[[str, str], str]


def export(version: str) -> dict[str, Any]:
	"""The version as {"format", "version", "hash", "documents", "lost"}; `documents` in the order of inserting.

	Raises:
		frappe.ValidationError: the version was never published.
	"""
	doc = frappe.get_doc("SC Procedure Version", version)
	if doc.status not in ("Published", "Retired"):
		frappe.throw(_("Only a published version can be exported as a standard workflow."))
	procedure = store.load_procedure(doc.name)
	roles = {
		step.post: frappe.get_cached_value("SC Post", step.post, "role")
		for step in procedure.steps
		if step.post
	}
	return {
		"format": FORMAT,
		"version": doc.name,
		"title": doc.version_title,
		"hash": procedure.content_hash,
		"documents": documents(procedure, roles, doc.name, kind(procedure.kind).doctype),
		"lost": [render(finding, _) for finding in losses(procedure, _name)],
	}


def _name(kind: str, code: str) -> str:
	doctype, field = {
		"post": ("SC Post", "post_name"),
		"limit": ("SC Time Limit", "limit_name"),
		"document": ("SC Document Kind", "title"),
	}[kind]
	return frappe.get_cached_value(doctype, code, field) or code


def documents(
	procedure: Procedure, roles: Mapping[str, str], name: str, document_type: str
) -> list[dict[str, Any]]:
	"""The records of the Workflow, inactive.

	roles: post -> role. name: of the Workflow. document_type: the DocType named in it; whoever imports it puts
	their own there.
	"""
	states = _state_names(procedure)
	follows = _one_after_the_other(procedure)
	rows: list[dict[str, Any]] = []
	for step in procedure.steps:
		for button, label in _labels(procedure, step.code).items():
			before: list[str] = []
			for route in procedure.routes(step.code, button):
				own = condition_text(procedure.condition(route.condition)) if route.condition else ""
				parts = [*(f"not ({text})" for text in before), *([f"({own})"] if own else [])]
				if own:
					before.append(own)
				rows.append(
					{
						"state": states[step.code],
						"action": label,
						"next_state": states[_next(procedure, route, follows)],
						"allowed": roles[step.post],
						"allow_self_approval": 1,
						"condition": " and ".join(parts),
					}
				)
	workflow = {
		"doctype": "Workflow",
		"name": name,
		"workflow_name": name,
		"document_type": document_type,
		"is_active": 0,
		"override_status": 0,
		"send_email_alert": 0,
		"workflow_state_field": STATE_FIELD,
		"states": [
			{
				"state": states[step.code],
				"doc_status": "0",
				"allow_edit": roles.get(step.post, END_ROLE) if not step.is_end else END_ROLE,
				"message": step.instructions,
			}
			for step in sorted(procedure.steps, key=lambda s: not s.is_start)
		],
		"transitions": rows,
	}
	return [
		*(
			{"doctype": "Role", "name": role, "role_name": role, "desk_access": 1}
			for role in sorted(set(roles.values()))
		),
		*(
			{"doctype": "Workflow State", "name": title, "workflow_state_name": title}
			for title in states.values()
		),
		*(
			{"doctype": "Workflow Action Master", "name": label, "workflow_action_name": label}
			for label in dict.fromkeys(row["action"] for row in rows)
		),
		workflow,
	]


def _state_names(procedure: Procedure) -> dict[str, str]:
	titles = [step.title for step in procedure.steps]
	return {
		step.code: step.title if titles.count(step.title) == 1 else f"{step.title}（{step.code}）"
		for step in procedure.steps
	}


def _labels(procedure: Procedure, step: str) -> dict[str, str]:
	buttons = procedure.buttons(step)
	labels = [button.label for button in buttons]
	return {b.action: b.label if labels.count(b.label) == 1 else f"{b.label}（{b.action}）" for b in buttons}


def _onward(procedure: Procedure, step: str) -> Iterable[Transition]:
	return (t for t in procedure.transitions if t.step == step and t.verb not in (Verb.RETURN, Verb.CLOSE))


def _heads(procedure: Procedure, transition: Transition) -> list[str]:
	"""Where the branches of a split begin; a step that waits for others is no branch."""
	branches = [code for code in transition.targets if not procedure.by_code[code].waits_for]
	return branches or list(transition.targets[:1])


def _one_after_the_other(procedure: Procedure) -> dict[tuple[str, str], str]:
	"""(step, the waiting step it leads to) -> the first step of the next branch, where branches run side by side."""
	follows: dict[tuple[str, str], str] = {}
	for split in procedure.transitions:
		heads = _heads(procedure, split)
		for head, following in pairwise(heads):
			branch, stack = set(), [head]
			while stack:
				code = stack.pop()
				if code in branch:
					continue
				branch.add(code)
				for transition in _onward(procedure, code):
					for target in transition.targets:
						if procedure.by_code[target].waits_for:
							follows[code, target] = following
						elif target not in heads:
							stack.append(target)
	return follows


def _next(procedure: Procedure, route: Transition, follows: Mapping[tuple[str, str], str]) -> str:
	head = _heads(procedure, route)[0]
	return follows.get((route.step, head), head) if route.verb not in (Verb.RETURN, Verb.CLOSE) else head


# ------------------------------------------------------------------- conditions


def condition_text(rows: Sequence[ConditionRow]) -> str:
	"""The condition as an expression over `doc`, for the framework's safe evaluation; "" stands for none.

	Only literals and `doc.get` appear in it; a row of an unknown fact or operator never holds, as in the engine.
	"""
	groups: dict[int, list[str]] = {}
	for row in rows:
		groups.setdefault(row.group_no, []).append(_row_text(row))
	return " or ".join(f"({' and '.join(parts)})" for parts in groups.values())


_NUMBERS = {
	"is": "==",
	"is not": "!=",
	"at least": ">=",
	"more than": ">",
	"at most": "<=",
	"less than": "<",
}


def _row_text(row: ConditionRow) -> str:
	fact = SCHEMA.get(row.field)
	value = f"doc.get({row.field!r})"
	if fact is None:
		return "False"
	if row.operator in ("set", "not set"):
		return f"not {value}" if row.operator == "not set" else f"not not {value}"
	if fact.type == "flag":
		wanted = row.value.strip().lower() in ("1", "true", "yes", "是")
		return f"not not {value}" if wanted == (row.operator == "is") else f"not {value}"
	if fact.type == "number":
		try:
			number = float(row.value.replace(",", ""))
		except ValueError:
			return "False"
		sign = _NUMBERS.get(row.operator)
		return f"float({value} or 0) {sign} {number!r}" if sign else "False"
	values = split_codes(row.value)
	if fact.type == "set":
		met = " or ".join(f"{v!r} in ({value} or '')" for v in values) or "False"
		return f"({met})" if row.operator == "in" else f"not ({met})"
	if row.operator in ("is", "is not"):
		return f"({value} or '') {'==' if row.operator == 'is' else '!='} {row.value.strip()!r}"
	return f"({value} or '') {'in' if row.operator == 'in' else 'not in'} {tuple(values)!r}"


# ----------------------------------------------------------------- what is lost


def losses(procedure: Procedure, names: Names) -> list[Finding]:
	"""What a standard Workflow cannot hold of the procedure, one finding per row concerned, general ones first."""
	return [
		*_general(),
		*(finding for step in procedure.steps for finding in _of_step(procedure, step)),
		*(finding for t in procedure.transitions for finding in _of_route(procedure, t)),
		*_of_rows(procedure, names),
	]


def _lost(code: str, message: str, row: str = "", **values: Any) -> Finding:
	return Finding(f"lost.{code}", message, "", values, "warning", row)


def _general() -> Iterable[Finding]:
	yield _lost(
		"version",
		N_(
			"Running documents do not keep the version they began with: a later change of the workflow applies to them at once."
		),
	)
	yield _lost(
		"bureau",
		N_(
			"A standard workflow knows roles only: it applies to all bureaus alike, without inheritance, divisions, deputies or transfer."
		),
	)
	yield _lost(
		"gates",
		N_(
			"The checks that the law requires before a step are not made, and nothing refuses what breaks the law."
		),
	)
	yield _lost("log", N_("The log of events cannot be verified: entries are comments that can be deleted."))


def _of_step(procedure: Procedure, step: Step) -> Iterable[Finding]:
	if step.mode.votes:
		yield _lost(
			"vote",
			N_("Step {step}: the vote ({mode}, quorum {quorum}) is lost; one person decides."),
			step.code,
			step=step.title,
			mode=Word(step.mode.value),
			quorum=step.quorum or "—",
		)
	if step.level != "Own Level":
		yield _lost(
			"level",
			N_("Step {step}: that it belongs to the “{level}” is lost; everybody with the role may act."),
			step.code,
			step=step.title,
			level=Word(step.level),
		)
	if step.separate_from:
		yield _lost(
			"separation",
			N_("Step {step}: nobody checks that it is not done by who acted in {earlier}."),
			step.code,
			step=step.title,
			earlier=[procedure.by_code[code].title for code in step.separate_from],
		)
	if step.in_person:
		yield _lost(
			"in_person", N_("Step {step}: that it is done in person is lost."), step.code, step=step.title
		)
	if step.limit:
		yield _lost(
			"step_limit",
			N_("Step {step}: it has no due date, no warning and no escalation."),
			step.code,
			step=step.title,
		)
	if step.tool:
		yield _lost(
			"tool",
			N_(
				"Step {step}: its form for the work itself (“{tool}”) and the checks that hang on it are lost."
			),
			step.code,
			step=step.title,
			tool=Word(step.tool),
		)
	if step.nature is Nature.WAIT:
		yield _lost(
			"wait",
			N_(
				"Step {step}: it does not move on by itself when its limit has passed; somebody presses a button."
			),
			step.code,
			step=step.title,
		)
	if step.waits_for:
		yield _lost(
			"waits",
			N_("Step {step}: it does not wait for {others}; they are put one after the other."),
			step.code,
			step=step.title,
			others=[procedure.by_code[code].title for code in step.waits_for],
		)
	if step.is_end and step.outcome:
		yield _lost(
			"outcome",
			N_(
				"Step {step}: the outcome “{outcome}” is a state only; records, terms and publications do not follow."
			),
			step.code,
			step=step.title,
			outcome=Word(step.outcome),
		)


def _of_route(procedure: Procedure, route: Transition) -> Iterable[Finding]:
	step, row = procedure.by_code[route.step].title, f"{route.step}/{route.action}"
	heads = _heads(procedure, route)
	if len(heads) > 1:
		yield _lost(
			"parallel",
			N_("After {step} ({action}) the steps {targets} run side by side; here they run in this order."),
			row,
			step=step,
			action=route.label,
			targets=[procedure.by_code[code].title for code in heads],
		)
	if route.reason_required:
		yield _lost(
			"reason",
			N_("Step {step}: “{action}” does not ask for a reason in writing."),
			row,
			step=step,
			action=route.label,
		)
	for effect in route.effects:
		yield _lost(
			"effect",
			N_("Step {step}: “{action}” does not have the effect “{effect}”."),
			row,
			step=step,
			action=route.label,
			effect=effect,
		)
	for field in dict.fromkeys(r.field for r in procedure.condition(route.condition) if route.condition):
		known = SCHEMA.get(field)
		yield _lost(
			"condition",
			N_(
				"Step {step}: “{action}” asks for “{label}”; the document needs a field named {field} for it."
			),
			row,
			step=step,
			action=route.label,
			label=Word(known.label) if known else field,
			field=field,
		)


def _of_rows(procedure: Procedure, names: Names) -> Iterable[Finding]:
	def title(code: str) -> str:
		step = procedure.by_code.get(code)
		return step.title if step else "—"

	for rule in procedure.limits:
		yield _lost(
			"limit",
			N_("Limit {limit} ({n} {unit}) is not counted, with pauses, extension and rest days."),
			rule.limit,
			limit=names("limit", rule.limit),
			n=rule.n,
			unit=Word(rule.unit),
		)
	for rule in procedure.documents:
		yield _lost(
			"document",
			N_("Step {step}: the document {document} is not drawn, numbered or kept."),
			rule.step,
			step=title(rule.step),
			document=names("document", rule.document_kind),
		)
	for rule in procedure.materials:
		yield _lost(
			"material",
			N_("Step {step}: the material {material} is not asked for."),
			rule.step,
			step=title(rule.step),
			material=rule.title,
		)
	for rule in procedure.fields:
		yield _lost(
			"field",
			N_("Step {step}: the form policy of {field} ({policy}) does not hold on the server."),
			rule.step,
			step=title(rule.step),
			field=rule.field,
			policy=Word(rule.policy),
		)
