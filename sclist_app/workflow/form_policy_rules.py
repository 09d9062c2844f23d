"""What a procedure says of the fields of its form, and whether it may say so. Pure.

A row names a step, a field of the document ("facts") or a column of one of its tables ("subjects.role"), and a
policy. Where no row speaks, a filling step lets every field be edited and every other step lets them be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sclist_app.law.findings import N_, Finding
from sclist_app.workflow.model import FieldRule, Nature, Procedure, Verb

__all__ = ["POLICIES", "KnownField", "base_policy", "check", "missing", "policy"]

POLICIES = ("Edit", "Required", "Read", "Hidden", "Masked")
CLOSED = ("Hidden", "Masked")
OPEN = ("Edit", "Required")
# Evidence may be added by whoever has the document on their desk, unless a row says otherwise.
ALWAYS = ("evidence",)


@dataclass(frozen=True)
class KnownField:
	"""A field of the document a procedure runs on, or a column of one of its tables.

	name: "facts" or "subjects.role". label: what the form calls it, translated. engine: kept by the system. derived: worked out on saving. must: the form
	cannot be saved without it. shown: titles and lists carry it. files: a table whose rows hold files, or a field
	that holds one. text: it can be masked. source: the field it is fetched through ("subjects.entity").
	"""

	name: str
	label: str
	engine: bool = False
	derived: bool = False
	must: bool = False
	shown: bool = False
	files: bool = False
	text: bool = False
	source: str = ""

	@property
	def table(self) -> str:
		return self.name.partition(".")[0] if "." in self.name else ""


def policy(procedure: Procedure, step: str) -> dict[str, str]:
	"""Field → policy for one step, from the procedure's rows and what always holds."""
	said = dict.fromkeys(ALWAYS, "Edit")
	return said | {rule.field: rule.policy for rule in procedure.fields if rule.step == step}


def base_policy(procedure: Procedure, step: str) -> str:
	"""What holds in a step for the fields nothing is said of."""
	return "Edit" if procedure.by_code[step].nature is Nature.FILL else "Read"


def missing(
	procedure: Procedure, step: str, verb: Verb, filled: Callable[[str], bool], label: Callable[[str], str]
) -> list[Finding]:
	"""Required fields of the step that are empty; asked when going forward, not when returning or refusing."""
	if verb not in (Verb.FORWARD, Verb.AGREE):
		return []
	return [
		Finding(
			"field.required",
			N_("“{field}” must be filled in this step. Fill it in, save and try again."),
			"",
			{"field": label(rule.field)},
			row=rule.field,
		)
		for rule in procedure.fields
		if rule.step == step and rule.policy == "Required" and not filled(rule.field)
	]


def check(procedure: Procedure, fields: Mapping[str, KnownField]) -> list[Finding]:
	"""What is wrong with the rows, each finding naming its row ("C10/facts").

	Args:
		fields: every field and column of the document the procedure runs on, by name.
	"""
	findings: list[Finding] = []
	seen: set[tuple[str, str]] = set()
	for rule in procedure.fields:
		if (rule.step, rule.field) in seen:
			message = N_("Step {step}: {field} has two policies. Keep one.")
			findings.append(_f("twice", message, rule, fields, procedure))
		seen.add((rule.step, rule.field))
		findings += _row(procedure, rule, fields, procedure)
	return findings


def _row(procedure: Procedure, rule: FieldRule, fields: Mapping[str, KnownField]) -> Iterable[Finding]:
	step = procedure.by_code.get(rule.step)
	known = fields.get(rule.field)
	if rule.policy not in POLICIES:
		yield _f(
			"policy",
			N_("Step {step}: the policy of {field} is not known. Choose one."),
			rule,
			fields,
			procedure,
		)
		return
	if known is None:
		yield _f(
			"unknown",
			N_("Step {step}: the form has no field {field}. Choose one from the list."),
			rule,
			fields,
			procedure,
		)
		return
	if known.engine:
		yield _f(
			"engine",
			N_("Step {step}: {field} is kept by the system and cannot be steered. Remove the row."),
			rule,
			fields,
			procedure,
		)
		return
	if step is not None and step.is_end:
		yield _f(
			"end",
			N_("Step {step}: nobody works in an end step, so {field} cannot be steered there."),
			rule,
			fields,
			procedure,
		)
	if rule.policy in CLOSED and known.shown:
		yield _f(
			"shown",
			N_("Step {step}: {field} stands in titles and lists and cannot be hidden or masked."),
			rule,
			fields,
			procedure,
		)
	if rule.policy in CLOSED and known.files:
		yield _f(
			"files",
			N_("Step {step}: files are listed with their document, so {field} can be locked but not hidden."),
			rule,
			fields,
			procedure,
		)
	if rule.policy == "Masked" and not known.text:
		yield _f(
			"mask", N_("Step {step}: only text can be masked. Hide {field} instead."), rule, fields, procedure
		)
	if rule.policy in OPEN and known.derived:
		yield _f(
			"derived",
			N_("Step {step}: {field} is worked out by the system and cannot be edited."),
			rule,
			fields,
			procedure,
		)
	if rule.policy not in OPEN and known.must and step is not None and step.is_start:
		yield _f(
			"must",
			N_("Step {step}: a new document cannot be saved without {field}, so it stays open here."),
			rule,
			fields,
			procedure,
		)
	if known.table:
		above = policy(procedure, rule.step).get(known.table, "")
		if above in CLOSED and rule.policy not in CLOSED:
			yield _f(
				"under",
				N_("Step {step}: the table is hidden, so its column {field} cannot be shown."),
				rule,
				fields,
				procedure,
			)
	led = known.source and policy(procedure, rule.step).get(known.source) != "Hidden"
	if rule.policy in CLOSED and led:
		yield _f(
			"source",
			N_("Step {step}: {field} is hidden or masked, but {source}, which leads to it, is not."),
			rule,
			fields,
			procedure,
			severity="warning",
			source=fields[known.source].label if known.source in fields else known.source,
		)


def _f(
	code: str,
	message: str,
	rule: FieldRule,
	fields: Mapping[str, KnownField],
	procedure: Procedure,
	severity: str = "error",
	**values: str,
) -> Finding:
	known = fields.get(rule.field)
	step = procedure.by_code.get(rule.step)
	named = {"step": step.title if step else rule.step, "field": known.label if known else rule.field}
	return Finding(
		f"field.{code}", message, "", {**named, **values}, severity, row=f"{rule.step}/{rule.field}"
	)
