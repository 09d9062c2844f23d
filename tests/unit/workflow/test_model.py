"""A procedure as data: reading, writing, hashing."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.workflow.model import (
	ConditionRow,
	DocumentRule,
	FieldRule,
	LimitRule,
	MaterialRule,
	Mode,
	Nature,
	OnRefusal,
	Procedure,
	Step,
	Transition,
	Verb,
	split_codes,
)
from tests.unit.workflow.helpers import SHIPPED, STANDARD, go, procedure, shipped, step

ROW = {"code": "A", "title": "甲", "nature": "Fill"}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_procedure_round_trips_exactly(name):
	proc = shipped(name)
	data = json.loads(json.dumps(proc.to_dict(), ensure_ascii=False))
	again = Procedure.from_dict(data, key="other")
	assert again == proc
	assert again.to_dict() == data
	assert again.content_hash == proc.content_hash


text = st.text(alphabet="甲乙 aB1-_/《》", max_size=8)
code = st.text(alphabet="ABC0", min_size=1, max_size=3)
codes = st.lists(code, max_size=3).map(tuple)
whole = st.integers(-5, 500)
procedures = st.builds(
	Procedure,
	kind=st.sampled_from(["Listing", "Objection"]),
	steps=st.lists(
		st.builds(
			Step,
			code,
			text,
			st.sampled_from(Nature),
			post=text,
			is_start=st.booleans(),
			mode=st.sampled_from(Mode),
			quorum=whole,
			on_refusal=st.sampled_from(OnRefusal),
			limit=text,
			waits_for=codes,
			separate_from=codes,
			instructions=text,
		),
		max_size=4,
	).map(tuple),
	transitions=st.lists(
		st.builds(
			Transition,
			code,
			text,
			text,
			st.sampled_from(Verb),
			codes,
			whole,
			text,
			st.booleans(),
			codes,
		),
		max_size=4,
	).map(tuple),
	conditions=st.lists(st.builds(ConditionRow, code, whole, text, text, text), max_size=3).map(tuple),
	limits=st.lists(st.builds(LimitRule, code, whole, text, text, whole, text), max_size=3).map(tuple),
	materials=st.lists(st.builds(MaterialRule, code, text, st.booleans()), max_size=3).map(tuple),
	documents=st.lists(st.builds(DocumentRule, code, text, text), max_size=3).map(tuple),
	fields=st.lists(st.builds(FieldRule, code, text, text), max_size=3).map(tuple),
)


@given(procedures)
def test_any_procedure_round_trips_exactly(proc):
	again = Procedure.from_dict(json.loads(json.dumps(proc.to_dict())))
	assert again == proc
	assert again.content_hash == proc.content_hash


def test_key_steers_nothing():
	assert replace(STANDARD, key="x").content_hash == STANDARD.content_hash
	assert "key" not in STANDARD.to_dict()


def every_change(proc: Procedure):
	"""The procedure with one value of one row changed, for every column of the first row of every table."""
	for table, rows in proc.to_dict().items():
		if table == "kind" or not rows:
			continue
		for column, value in rows[0].items():
			data = proc.to_dict()
			match value:
				case bool():
					changed = not value
				case int():
					changed = value + 1
				case list():
					changed = [*value, "新"]
				case _:
					options = {"nature": "Do", "mode": "All", "on_refusal": "End at Once", "verb": "Refuse"}
					changed = options.get(column, str(value) + "新")
			data[table][0][column] = changed
			yield f"{table}.{column}", Procedure.from_dict(data)


CHANGES = dict(
	every_change(
		replace(STANDARD, materials=(MaterialRule("C00", "证据"),), fields=(FieldRule("C00", "f", "Read"),))
	)
)


@pytest.mark.parametrize("changed", CHANGES)
def test_hash_covers_every_column(changed):
	base = replace(
		STANDARD, materials=(MaterialRule("C00", "证据"),), fields=(FieldRule("C00", "f", "Read"),)
	)
	assert CHANGES[changed].content_hash != base.content_hash


def test_hash_covers_the_kind_and_the_order_of_rows():
	assert replace(STANDARD, kind="Objection").content_hash != STANDARD.content_hash
	assert replace(STANDARD, steps=STANDARD.steps[::-1]).content_hash != STANDARD.content_hash


def test_form_values_are_read_as_the_model_means_them():
	proc = Procedure.from_dict(
		{
			"kind": "Objection",
			"steps": [
				{
					**ROW,
					"post": None,
					"mode": "",
					"quorum": None,
					"is_start": "1",
					"waits_for": "B， C,,",
					"separate_from": None,
				}
			],
			"transitions": [
				{
					"step": "A",
					"action": "x",
					"label": "去",
					"verb": "Forward",
					"targets": ["B"],
					"reason_required": "",
				}
			],
		}
	)
	only = proc.steps[0]
	assert (only.post, only.mode, only.quorum, only.is_start) == ("", Mode.ONE, 0, True)
	assert (only.waits_for, only.separate_from) == (("B", "C"), ())
	assert proc.transitions[0].reason_required is False


@pytest.mark.parametrize(
	"data",
	[
		{},
		{"kind": ""},
		{"kind": "Objection", "steps": [{**ROW, "colour": "red"}]},
		{"kind": "Objection", "steps": [{**ROW, "nature": "Dream"}]},
		{"kind": "Objection", "steps": [{**ROW, "nature": None}]},
		{"kind": "Objection", "steps": [{"code": "A"}]},
		{"kind": "Objection", "steps": [{**ROW, "mode": "Two"}]},
		{"kind": "Objection", "steps": [{**ROW, "quorum": "three"}]},
		{"kind": "Objection", "transitions": [{"step": "A", "action": "x", "label": "去", "targets": "B"}]},
		{"kind": "Objection", "limits": [{"limit": "T01", "unit": "Day"}]},
	],
)
def test_a_row_that_cannot_be_read_is_a_value_error(data):
	with pytest.raises(ValueError):
		Procedure.from_dict(data)


def test_codes_from_a_field():
	assert split_codes(" A ，B,, C ") == ("A", "B", "C")
	assert split_codes(["A ", ""]) == ("A",)
	assert split_codes(None) == ()


def test_routes_go_by_priority_then_condition_before_default():
	proc = procedure(
		[step("A"), step("B"), step("C"), step("D")],
		[
			go("A > B", priority=2),
			go("A > C", priority=2, condition="x"),
			go("A > D", priority=1, condition="y"),
		],
	)
	assert [t.targets[0] for t in proc.routes("A", "forward")] == ["D", "C", "B"]
	assert proc.routes("A", "nothing") == ()
	assert [t.targets for t in proc.buttons("A")] == [("B",)]


def test_a_limit_of_a_step_is_not_the_general_one():
	assert STANDARD.limit("T22", "C10").n == 5
	assert STANDARD.limit("T22") is None
	assert STANDARD.limit("T01").n == 5


def test_what_others_wait_for_behind_a_step():
	assert STANDARD.awaited_behind("C80") == ("C85", "C86", "C88", "C89")
	assert STANDARD.awaited_behind("C87") == ("C88",)
	assert STANDARD.awaited_behind("C90") == ()
