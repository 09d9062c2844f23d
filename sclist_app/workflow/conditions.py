"""Conditions over case facts, as rows instead of text.

A condition is a set of rows under one code. Rows of the same group must all hold; one group that holds is
enough (any of all). Which facts there are, and their types, is the published `SCHEMA`; an operator that does
not fit a fact's type is a finding, never an exception at run time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from sclist_app.law.findings import N_, Finding
from sclist_app.workflow.model import ConditionRow, split_codes

__all__ = ["OPERATORS", "SCHEMA", "Fact", "check", "holds"]


@dataclass(frozen=True)
class Fact:
	name: str
	label: str
	type: str  # "choice" | "set" | "number" | "flag"
	options: tuple[str, ...] = ()
	kinds: tuple[str, ...] = ()  # kinds of procedures that know it; empty: all


_GROUNDS = ("6-1", "6-2", "6-3", "6-4", "6-5", "7-1", "7-2", "7-3", "7-4")

SCHEMA: Mapping[str, Fact] = {
	fact.name: fact
	for fact in (
		Fact("ground", N_("Listing Ground"), "choice", _GROUNDS),
		Fact("fine", N_("Fine in Total"), "number"),
		Fact(
			"accident_level", N_("Accident Level"), "choice", ("general", "larger", "major", "extraordinary")
		),
		Fact("deaths", N_("Deaths"), "number"),
		Fact("injuries", N_("Serious Injuries"), "number"),
		Fact("ban", N_("Ban Imposed"), "flag"),
		Fact("subject_kinds", N_("Kinds of Subjects"), "set", ("unit", "institution", "person")),
		Fact("subjects", N_("Number of Subjects"), "number"),
		Fact("penalty_kinds", N_("Kinds of Penalties"), "set"),
		Fact("industry", N_("Industry"), "choice"),
		Fact("bureau_level", N_("Bureau Level"), "choice", ("Ministry", "Province", "City", "County")),
		Fact("defence_made", N_("Defence Made"), "flag"),
		Fact("waived", N_("Defence Waived by All"), "flag"),
		Fact("channel", N_("Channel"), "choice"),
		Fact("eligible", N_("May Be Applied For"), "flag", kinds=("Early Removal",)),
		Fact("materials_complete", N_("Materials Complete"), "flag", kinds=("Early Removal",)),
		Fact("supplemented", N_("Papers Were Asked For"), "flag", kinds=("Early Removal",)),
		Fact("penalty_fulfilled", N_("Penalty Performed"), "flag", kinds=("Early Removal",)),
		Fact("conditions_met", N_("Three Conditions Met"), "flag", kinds=("Early Removal",)),
		Fact("hearing_requested", N_("Hearing Asked For"), "flag", kinds=("Listing",)),
		Fact("registered_here", N_("Registered in the Area"), "flag", kinds=("Listing",)),
		Fact("scope_ok", N_("Inside the Scope"), "flag", kinds=("Listing",)),
		Fact("report_listings", N_("Listings Reported Upward"), "flag", kinds=("Listing",)),
		Fact(
			"basis_change",
			N_("Change of Basis Kind"),
			"choice",
			(
				"Penalty Revoked",
				"Penalty Changed",
				"Administrative Review",
				"Court Judgment",
				"Self-Correction",
			),
			("Revocation of Listing",),
		),
		Fact(
			"objection_item",
			N_("Item Objected To"),
			"choice",
			(
				"Should Not Be Listed",
				"Wrong Content",
				"Should Be Removed",
				"Wrong Measure",
				"Private Data",
				"Other",
			),
			("Objection",),
		),
		Fact(
			"objection_route",
			N_("Route of the Objection"),
			"choice",
			("Own Bureau", "External Body"),
			("Objection",),
		),
		Fact(
			"objection_result",
			N_("Result of the Objection"),
			"choice",
			("Well Founded", "Partly Well Founded", "Unfounded"),
			("Objection",),
		),
		Fact(
			"review_overturned",
			N_("Answer Changed on Review"),
			"flag",
			kinds=("Objection",),
		),
		Fact(
			"legacy_decision",
			N_("Transition Decision"),
			"choice",
			("Move Out", "Re-enter"),
			("Legacy Transition",),
		),
		Fact("legacy_over", N_("Term Over on Re-entry"), "flag", kinds=("Legacy Transition",)),
	)
}

OPERATORS: Mapping[str, tuple[str, ...]] = {
	"choice": ("is", "is not", "in", "not in", "set", "not set"),
	"set": ("in", "not in", "set", "not set"),
	"number": ("is", "is not", "at least", "more than", "at most", "less than", "set", "not set"),
	"flag": ("is", "is not"),
}

_TRUE = {"1", "true", "yes", "是"}
_FALSE = {"0", "false", "no", "否"}


def _number(value: Any) -> Decimal | None:
	try:
		number = Decimal(str(value).replace(",", "").strip())
	except InvalidOperation:
		return None
	return number if number.is_finite() else None


def check(rows: Iterable[ConditionRow], kind: str = "") -> list[Finding]:
	"""What is wrong with the rows of one or more conditions in a kind of procedure; each finding names the row's code."""
	findings = []
	for row in rows:
		fact = SCHEMA.get(row.field)
		bad = None
		if fact is None:
			bad = N_("Condition {code}: there is no fact {field}. Choose one from the list.")
		elif kind and fact.kinds and kind not in fact.kinds:
			bad = N_("Condition {code}: procedures of this kind do not know the fact {field}.")
		elif row.operator not in OPERATORS[fact.type]:
			bad = N_(
				"Condition {code}: the operator {operator} does not fit the fact {field}. Choose another one."
			)
		elif row.operator not in ("set", "not set"):
			values = split_codes(row.value)
			if not values:
				bad = N_("Condition {code}: the value for {field} is empty. Enter one.")
			elif fact.type == "number" and _number(row.value) is None:
				bad = N_("Condition {code}: {value} is not a number.")
			elif fact.type == "flag" and row.value.strip().lower() not in _TRUE | _FALSE:
				bad = N_("Condition {code}: the value for {field} must be 1 (yes) or 0 (no).")
			elif fact.type == "choice" and row.operator in ("is", "is not") and len(values) > 1:
				bad = N_(
					"Condition {code}: {field} can be compared with one value only. Choose the operator “in” for several."
				)
			elif fact.options and fact.type in ("choice", "set") and set(values) - set(fact.options):
				bad = N_("Condition {code}: {value} is not among the values of {field}.")
		if bad:
			findings.append(
				Finding(
					code="condition",
					message=bad,
					article="",
					values={
						"code": row.code,
						"field": row.field,
						"operator": row.operator,
						"value": row.value,
					},
					row=row.code,
				)
			)
	return findings


def holds(rows: Iterable[ConditionRow], facts: Mapping[str, Any]) -> bool:
	"""True if any group of rows holds whole. A condition without rows holds nowhere."""
	groups: dict[int, bool] = {}
	for row in rows:
		groups[row.group_no] = groups.get(row.group_no, True) and _row_holds(row, facts.get(row.field))
	return any(groups.values())


def _row_holds(row: ConditionRow, actual: Any) -> bool:
	fact = SCHEMA.get(row.field)
	if fact is None:
		return False
	operator = row.operator
	if operator in ("set", "not set"):
		is_set = actual not in (None, "", (), [], frozenset())
		return is_set == (operator == "set")
	if fact.type == "flag":
		wanted = row.value.strip().lower() in _TRUE
		return (bool(actual) == wanted) == (operator == "is")
	if fact.type == "number":
		left, right = _number(actual if actual is not None else 0), _number(row.value)
		if left is None or right is None:
			return False
		return {
			"is": left == right,
			"is not": left != right,
			"at least": left >= right,
			"more than": left > right,
			"at most": left <= right,
			"less than": left < right,
		}.get(operator, False)
	wanted_values = set(split_codes(row.value))
	if fact.type == "set":
		met = bool(wanted_values & set(actual or ()))
		return met if operator == "in" else not met
	met = (
		str(actual or "") in wanted_values
		if operator in ("in", "not in")
		else str(actual or "") == row.value.strip()
	)
	return met if operator in ("is", "in") else not met
