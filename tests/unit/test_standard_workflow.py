"""The exporter's pure part: one state after the other, conditions as text, nothing lost in silence."""

import ast
import json
from pathlib import Path

import pytest

import sclist_app
from sclist_app.exchange.standard_workflow import condition_text, documents, losses
from sclist_app.workflow.conditions import OPERATORS, SCHEMA, holds
from sclist_app.workflow.model import ConditionRow, Nature, Procedure

FOLDER = Path(sclist_app.__file__).parent / "fixtures" / "procedures"


def shipped(name: str) -> Procedure:
	data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
	return Procedure.from_dict({"kind": data["kind"], **data["procedure"]})


PROCEDURES = ["listing_standard", "listing_county_short"]


def workflow(procedure: Procedure) -> dict:
	roles = {step.post: f"R {step.post}" for step in procedure.steps if step.post}
	return documents(procedure, roles, "x", "ToDo")[-1]


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_state_can_be_reached_and_left(name):
	procedure = shipped(name)
	made = workflow(procedure)
	states = [row["state"] for row in made["states"]]
	assert len(set(states)) == len(states) == len(procedure.steps)
	assert made["states"][0]["state"] == procedure.start.title and made["is_active"] == 0
	reached, stack = set(), [states[0]]
	while stack:
		here = stack.pop()
		if here not in reached:
			reached.add(here)
			stack += [row["next_state"] for row in made["transitions"] if row["state"] == here]
	assert reached == set(states)
	ends = {step.title for step in procedure.steps if step.is_end}
	assert {row["state"] for row in made["transitions"]} == set(states) - ends


def test_branches_come_one_after_the_other():
	made = workflow(shipped("listing_county_short"))
	path = ["负责人决定"]
	while path[-1] != "已列入":
		path.append(
			next(
				row["next_state"]
				for row in made["transitions"]
				if row["state"] == path[-1] and row["next_state"] not in path and "退回" not in row["action"]
			)
		)
	assert path == ["负责人决定", "送达决定书", "录入信用信息系统", "信息公示", "公示审核", "已列入"]


def test_records_it_needs_come_first():
	rows = documents(
		shipped("listing_county_short"),
		dict.fromkeys({s.post for s in shipped("listing_county_short").steps if s.post}, "R"),
		"x",
		"ToDo",
	)
	assert [row["doctype"] for row in rows].index("Workflow") == len(rows) - 1
	known = {(row["doctype"], row["name"]) for row in rows}
	made = rows[-1]
	assert all(("Workflow State", row["state"]) in known for row in made["states"])
	assert all(("Workflow Action Master", row["action"]) in known for row in made["transitions"])
	assert all(("Role", row["allowed"]) in known for row in made["transitions"])


# ------------------------------------------------------------------- conditions

FACTS = [
	{},
	{"ground": "6-1", "fine": 100, "subject_kinds": ["unit"], "ban": 1, "accident_level": "major"},
	{"ground": "7-4", "fine": 99.5, "subject_kinds": ["unit", "person"], "ban": 0, "accident_level": ""},
	{"ground": "", "fine": None, "subject_kinds": [], "deaths": 3},
]
VALUES = {"choice": "6-1", "set": "unit, person", "number": "100", "flag": "1"}


def evaluate(text: str, facts: dict) -> bool:
	return bool(eval(text, {"__builtins__": {}, "float": float}, {"doc": facts}))


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize(
	("field", "operator"),
	[
		(name, op)
		for name in ("ground", "fine", "subject_kinds", "ban")
		for op in OPERATORS[SCHEMA[name].type]
	],
)
def test_text_says_what_the_rows_say(field, operator, facts):
	rows = [
		ConditionRow("c", 1, field, operator, VALUES[SCHEMA[field].type]),
		ConditionRow("c", 2, "deaths", "at least", "3"),
	]
	assert evaluate(condition_text(rows), facts) == holds(rows, facts)


@pytest.mark.parametrize("value", ["x') or frappe.db.sql('", '")', "\\", "__import__('os')", "是"])
def test_values_stay_literals(value):
	"""The text holds literals, `doc.get`, `float` and operators; nothing of a value becomes code."""
	for field, operator in (("ground", "is"), ("ground", "in"), ("penalty_kinds", "not in"), (value, "is")):
		tree = ast.parse(condition_text([ConditionRow("c", 1, field, operator, value)]), mode="eval")
		names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
		attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
		assert names <= {"doc", "float"} and attributes <= {"get"}
		assert evaluate(condition_text([ConditionRow("c", 1, field, operator, value)]), {}) in (True, False)


def test_only_one_route_of_a_button_is_open():
	"""The framework takes the last one that fits, the engine the first; so each excludes those before it."""
	procedure = shipped("listing_standard")
	made = workflow(procedure)
	button = next(
		(step.code, b.action)
		for step in procedure.steps
		for b in procedure.buttons(step.code)
		if len(procedure.routes(step.code, b.action)) > 1
	)
	label = next(b.label for b in procedure.buttons(button[0]) if b.action == button[1])
	rows = [
		row
		for row in made["transitions"]
		if row["state"] == procedure.by_code[button[0]].title and row["action"] == label
	]
	assert len(rows) > 1
	for facts in (*FACTS, *({"ground": g, "fine": f} for g in ("6-1", "6-2", "7-4") for f in (0, 10**7))):
		assert sum(not r["condition"] or evaluate(r["condition"], facts) for r in rows) == 1


# ----------------------------------------------------------------- what is lost


def test_what_is_lost_names_every_row():
	procedure = shipped("listing_standard")
	found = losses(procedure, lambda _kind, code: code)
	by_code: dict[str, list] = {}
	for finding in found:
		by_code.setdefault(finding.code, []).append(finding)
	assert {"lost.version", "lost.bureau", "lost.gates", "lost.log"} <= set(by_code)
	assert len(by_code["lost.limit"]) == len(procedure.limits)
	assert len(by_code["lost.document"]) == len(procedure.documents)
	assert len(by_code.get("lost.material", ())) == len(procedure.materials)
	assert len(by_code.get("lost.field", ())) == len(procedure.fields)
	assert {f.row for f in by_code["lost.vote"]} == {s.code for s in procedure.steps if s.mode.votes}
	assert {f.row for f in by_code["lost.separation"]} == {s.code for s in procedure.steps if s.separate_from}
	assert {f.row for f in by_code["lost.tool"]} == {s.code for s in procedure.steps if s.tool}
	assert {f.row for f in by_code["lost.wait"]} == {
		s.code for s in procedure.steps if s.nature is Nature.WAIT
	}
	assert by_code["lost.parallel"]
	for finding in found:
		assert not finding.message.count("{") or set(finding.values), finding
