"""What the drawing board asks of a procedure: which steps the law keeps, how a gap is closed, what differs."""

from dataclasses import replace

import pytest

from sclist_app.law.findings import errors
from sclist_app.workflow import canvas
from sclist_app.workflow.checker import check
from sclist_app.workflow.model import Procedure, Verb
from tests.unit.workflow.helpers import STANDARD, WORLD, shipped


def articles(locks: dict, step: str) -> str:
	return "".join(finding.article for finding in locks[step])


@pytest.mark.parametrize(
	("step", "article"),
	[
		("C25", "第九条"),
		("C30", "第十条第二款"),
		("C40", "第四十四条"),
		("C80", "第十条"),
		("C85", "第十条第二款"),
		("C86", "第十一条"),
		("C90", "第十条"),
	],
)
def test_the_law_locks_a_step_and_says_why(step, article):
	assert article in articles(canvas.locks(STANDARD, WORLD), step)


def test_what_a_bureau_adds_is_free():
	locks = canvas.locks(STANDARD, WORLD)
	assert not {"C10", "C20", "C45", "C50", "C60", "C98", "C99"} & set(locks)


def test_of_two_steps_with_one_duty_the_last_is_locked():
	locks = canvas.locks(STANDARD, WORLD)
	assert not {"C87", "C88"} & set(locks)
	assert "第十一条" in articles(canvas.locks(canvas.without(STANDARD, "C88"), WORLD), "C87")


def test_a_limit_beyond_the_law_unlocks_nothing():
	too_long = replace(
		STANDARD,
		limits=tuple(replace(row, n=25) if row.limit == "T04" else row for row in STANDARD.limits),
	)
	assert errors(check(too_long, WORLD))
	assert canvas.locks(too_long, WORLD).keys() == canvas.locks(STANDARD, WORLD).keys()


def test_while_the_graph_is_broken_nothing_is_said_of_the_law():
	broken = replace(STANDARD, transitions=tuple(t for t in STANDARD.transitions if t.step != "C10"))
	assert canvas.locks(broken, WORLD) is None


@pytest.mark.parametrize("step", ["C10", "C20", "C50", "C60", "C70", "C45", "C47", "C89", "C88"])
def test_a_free_step_leaves_a_sound_procedure(step):
	rest = canvas.without(STANDARD, step)
	assert step not in rest.by_code
	assert not [f for f in errors(check(rest, WORLD)) if f.code != "step.unreachable"]


def test_the_gap_is_closed_under_the_same_conditions():
	rest = canvas.without(STANDARD, "C50")
	routes = rest.routes("C40", "lapse")
	assert {(t.targets, t.condition) for t in routes} >= {(("C60",), "serious"), (("C70",), "")}
	assert not any("C50" in t.targets for t in rest.transitions)
	returned = next(t for t in rest.transitions if (t.step, t.verb) == ("C70", Verb.RETURN))
	assert returned.targets and returned.targets != ("C50",)
	assert not any(row.step == "C50" for row in rest.limits)


def test_who_waited_for_the_step_waits_for_the_one_before():
	assert "C87" in canvas.without(STANDARD, "C88").by_code["C90"].waits_for


def test_an_end_goes_with_the_routes_to_it():
	rest = canvas.without_end(STANDARD, "C99")
	assert "C99" not in rest.by_code
	assert all(t.targets and "C99" not in t.targets for t in rest.transitions)


def test_colours_of_a_comparison():
	new = canvas.without(STANDARD, "C60")
	new = replace(new, limits=tuple(replace(r, n=10) if r.limit == "T04" else r for r in new.limits))
	found = canvas.colours(STANDARD, new)
	assert found["steps"] == {"C60": "removed", "C87": "changed", "C88": "changed"}
	assert found["routes"]["C60/agree>C70"] == "removed"
	assert canvas.colours(STANDARD, STANDARD) == {"steps": {}, "routes": {}}


@pytest.mark.parametrize(
	"name", ["early_removal_standard", "expiry_removal_standard", "objection_standard", "revocation_standard"]
)
def test_each_kind_has_steps_the_law_keeps(name):
	own: Procedure = shipped(name)
	locks = canvas.locks(own, WORLD)
	assert locks
	for step, why in locks.items():
		assert step in own.by_code and all(f.article for f in why)
