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
		step, known = procedure.by_code.get(rule.step), fields.get(rule.field)
		named = {"step": step.title if step else rule.step, "field": known.label if known else rule.field}
		faults = [*_faults(procedure, rule, known)]
		if (rule.step, rule.field) in seen:
			faults.append(("twice", N_("Step {step}: {field} has two policies. Keep one.")))
		seen.add((rule.step, rule.field))
		place = f"{rule.step}/{rule.field}"
		findings += [Finding(f"field.{code}", text, "", named, row=place) for code, text in faults]
		if known is not None and not faults and _leads_to_it(procedure, rule, known):
			source = fields[known.source].label if known.source in fields else known.source
			findings.append(
				Finding(
					"field.source",
					N_("Step {step}: {field} is hidden or masked, but {source}, which leads to it, is not."),
					"",
					{**named, "source": source},
					"warning",
					row=place,
				)
			)
	return findings


def _faults(procedure: Procedure, rule: FieldRule, known: KnownField | None) -> Iterable[tuple[str, str]]:
	step = procedure.by_code.get(rule.step)
	closed, opened = rule.policy in CLOSED, rule.policy in OPEN
	if rule.policy not in POLICIES:
		yield "policy", N_("Step {step}: the policy of {field} is not known. Choose one.")
		return
	if known is None:
		yield "unknown", N_("Step {step}: the form has no field {field}. Choose one from the list.")
		return
	if known.engine:
		text = N_("Step {step}: {field} is kept by the system and cannot be steered. Remove the row.")
		yield "engine", text
		return
	if step is not None and step.is_end:
		text = N_("Step {step}: nobody works in an end step, so {field} cannot be steered there.")
		yield "end", text
	if closed and known.shown:
		text = N_("Step {step}: {field} stands in titles and lists and cannot be hidden or masked.")
		yield "shown", text
	if closed and known.files:
		text = N_(
			"Step {step}: files are listed with their document, so {field} can be locked but not hidden."
		)
		yield "files", text
	if rule.policy == "Masked" and not known.text:
		yield "mask", N_("Step {step}: only text can be masked. Hide {field} instead.")
	if opened and known.derived:
		text = N_("Step {step}: {field} is worked out by the system and cannot be edited.")
		yield "derived", text
	if not opened and known.must and step is not None and step.is_start:
		text = N_("Step {step}: a new document cannot be saved without {field}, so it stays open here.")
		yield "must", text
	if not closed and known.table and policy(procedure, rule.step).get(known.table) in CLOSED:
		yield "under", N_("Step {step}: the table is hidden, so its column {field} cannot be shown.")


def _leads_to_it(procedure: Procedure, rule: FieldRule, known: KnownField) -> bool:
	if rule.policy not in CLOSED or not known.source:
		return False
	return policy(procedure, rule.step).get(known.source) != "Hidden"
