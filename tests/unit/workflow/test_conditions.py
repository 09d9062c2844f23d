"""Conditions: operators by type, groups, findings."""

from decimal import Decimal

import pytest

from sclist_app.workflow.conditions import OPERATORS, SCHEMA, check, holds
from sclist_app.workflow.model import ConditionRow
from tests.unit.workflow.helpers import codes


def row(field, operator, value="", group=1, code="c"):
	return ConditionRow(code, group, field, operator, value)


def true(field, operator, value, actual) -> bool:
	return holds([row(field, operator, value)], {field: actual})


@pytest.mark.parametrize(
	("operator", "value", "yes", "no"),
	[
		("is", "6-1", ["6-1"], ["6-2", "", None]),
		("is not", "6-1", ["6-2", "", None], ["6-1"]),
		("in", "6-1, 7-4", ["6-1", "7-4"], ["6-2", None]),
		("not in", "6-1，7-4", ["6-2", None], ["6-1", "7-4"]),
		("set", "", ["6-1"], ["", None]),
		("not set", "", ["", None], ["6-1"]),
	],
)
def test_choice(operator, value, yes, no):
	assert [true("ground", operator, value, a) for a in yes] == [True] * len(yes)
	assert [true("ground", operator, value, a) for a in no] == [False] * len(no)


@pytest.mark.parametrize(
	("operator", "value", "yes", "no"),
	[
		("in", "unit,person", [("unit",), ["person", "institution"], {"unit"}], [("institution",), (), None]),
		("not in", "unit,person", [("institution",), (), None], [("unit",), {"person", "institution"}]),
		("set", "", [("unit",)], [(), [], frozenset(), None]),
		("not set", "", [(), [], frozenset(), None], [("unit",)]),
	],
)
def test_set(operator, value, yes, no):
	assert [true("subject_kinds", operator, value, a) for a in yes] == [True] * len(yes)
	assert [true("subject_kinds", operator, value, a) for a in no] == [False] * len(no)


@pytest.mark.parametrize(
	("operator", "below", "equal", "above"),
	[
		("is", False, True, False),
		("is not", True, False, True),
		("at least", False, True, True),
		("more than", False, False, True),
		("at most", True, True, False),
		("less than", True, False, False),
	],
)
@pytest.mark.parametrize("value", ["2000000", "2,000,000", " 2000000.00 "])
def test_number(operator, value, below, equal, above):
	seen = [
		true("fine", operator, value, a) for a in (Decimal("1999999.99"), "2000000", Decimal("2000000.01"))
	]
	assert seen == [below, equal, above]


def test_number_that_is_missing_counts_as_nought_but_is_not_set():
	assert true("deaths", "is", "0", None)
	assert not true("deaths", "at least", "1", None)
	assert not true("deaths", "set", "", None)
	assert true("deaths", "set", "", 0)


def test_number_that_cannot_be_read_never_holds():
	for operator in ("is", "is not", "at least", "less than"):
		assert not true("deaths", operator, "three", 3)
		assert not true("deaths", operator, "NaN", 3)
		assert not true("deaths", operator, "3", "many")


@pytest.mark.parametrize("word", ["1", "true", "YES", "是"])
def test_flag_yes(word):
	assert true("ban", "is", word, 1) and not true("ban", "is", word, 0)
	assert true("ban", "is not", word, None) and not true("ban", "is not", word, True)


@pytest.mark.parametrize("word", ["0", "false", "No", "否"])
def test_flag_no(word):
	assert true("ban", "is", word, False) and true("ban", "is", word, None)
	assert not true("ban", "is", word, True)


def test_all_within_a_group_any_of_the_groups():
	rows = [
		row("ground", "is", "6-1", 1),
		row("deaths", "at least", "3", 1),
		row("fine", "at least", "100", 2),
	]
	assert holds(rows, {"ground": "6-1", "deaths": 3})
	assert not holds(rows, {"ground": "6-1", "deaths": 2})
	assert not holds(rows, {"ground": "6-2", "deaths": 3, "fine": 99})
	assert holds(rows, {"ground": "6-2", "fine": 100})


def test_nothing_holds_nowhere():
	assert not holds([], {"ground": "6-1"})
	assert not holds([row("colour", "is not", "red")], {})


@pytest.mark.parametrize("fact", SCHEMA.values(), ids=lambda f: f.name)
def test_an_operator_fits_its_type_only(fact):
	value = {"number": "1", "flag": "1"}.get(fact.type, fact.options[0] if fact.options else "甲")
	every = {operator for operators in OPERATORS.values() for operator in operators}
	for operator in every:
		bad = codes(check([row(fact.name, operator, value)]))
		assert bad == ([] if operator in OPERATORS[fact.type] else ["condition"]), operator


@pytest.mark.parametrize(
	"bad",
	[
		row("colour", "is", "red"),
		row("ground", "is", ""),
		row("ground", "in", " ,，"),
		row("ground", "is", "9-9"),
		row("ground", "in", "6-1,9-9"),
		row("ground", "is", "6-1,6-2"),
		row("ground", "is not", "6-1,6-2"),
		row("subject_kinds", "in", "unit,dog"),
		row("fine", "at least", "a lot"),
		row("fine", "at least", "inf"),
		row("ban", "is", "maybe"),
	],
	ids=lambda r: f"{r.field} {r.operator} {r.value}",
)
def test_a_faulty_row_is_one_finding_with_its_code(bad):
	(finding,) = check([row("fine", "at least", "1"), bad])
	assert codes([finding]) == ["condition"]
	assert finding.row == "c" and finding.severity == "error"


def test_a_value_list_without_options_is_free():
	assert not check([row("industry", "in", "煤矿,非煤矿山"), row("penalty_kinds", "not in", "罚款")])
