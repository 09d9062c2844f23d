"""What the rows of a form policy may say, and what they require."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from sclist_app.workflow import checker, form_policy_rules
from sclist_app.workflow.form_policy_rules import KnownField, base_policy, missing, policy
from sclist_app.workflow.model import FieldRule, Procedure, Verb
from tests.unit.workflow.helpers import STANDARD, WORLD

END = next(step.code for step in STANDARD.steps if step.is_end)
FIELDS = {
	field.name: field
	for field in (
		KnownField("case_title", "案件名称", derived=True, shown=True),
		KnownField("ground", "列入情形", must=True),
		KnownField("facts", "事实", text=True),
		KnownField("able_to_perform", "有履行能力"),
		KnownField("run", "运行", engine=True),
		KnownField("evidence", "证据", files=True),
		KnownField("subjects", "案件主体"),
		KnownField("subjects.entity", "案件主体：主体", must=True),
		KnownField(
			"subjects.entity_name", "案件主体：名称", derived=True, text=True, source="subjects.entity"
		),
		KnownField("subjects.role", "案件主体：身份"),
		KnownField("subjects.finding", "案件主体：责任认定", text=True),
	)
}


def with_rows(*rows: tuple[str, str, str]) -> Procedure:
	return replace(STANDARD, fields=tuple(FieldRule(*row) for row in rows))


def codes(*rows: tuple[str, str, str]) -> list[tuple[str, str, str | None]]:
	found = form_policy_rules.check(with_rows(*rows), FIELDS)
	return [(f.code, f.severity, f.row) for f in found]


@pytest.mark.parametrize(
	"row",
	[
		("C00", "facts", "Required"),
		("C00", "able_to_perform", "Hidden"),
		("C20", "facts", "Masked"),
		("C20", "facts", "Edit"),
		("C20", "ground", "Hidden"),
		("C20", "case_title", "Read"),
		("C20", "evidence", "Read"),
		("C20", "subjects", "Hidden"),
		("C20", "subjects.role", "Hidden"),
		("C20", "subjects.finding", "Required"),
	],
)
def test_good_rows(row):
	assert codes(row) == []


@pytest.mark.parametrize(
	("row", "code"),
	[
		(("C00", "fact", "Edit"), "field.unknown"),
		(("C00", "subjects.colour", "Edit"), "field.unknown"),
		(("C00", "evidence.title", "Edit"), "field.unknown"),
		(("C00", "facts", "Secret"), "field.policy"),
		(("C00", "facts", ""), "field.policy"),
		(("C00", "run", "Hidden"), "field.engine"),
		(("C20", "run", "Edit"), "field.engine"),
		(("C20", "case_title", "Hidden"), "field.shown"),
		(("C20", "case_title", "Edit"), "field.derived"),
		(("C20", "subjects.entity_name", "Required"), "field.derived"),
		(("C20", "evidence", "Hidden"), "field.files"),
		(("C20", "able_to_perform", "Masked"), "field.mask"),
		(("C20", "subjects", "Masked"), "field.mask"),
		(("C00", "ground", "Hidden"), "field.must"),
		(("C00", "ground", "Read"), "field.must"),
		((END, "facts", "Hidden"), "field.end"),
	],
)
def test_rows_that_are_refused(row, code):
	assert (code, "error", f"{row[0]}/{row[1]}") in codes(row)


def test_one_policy_for_a_field_in_a_step():
	rows = (("C20", "facts", "Read"), ("C20", "facts", "Hidden"))
	assert codes(*rows) == [("field.twice", "error", "C20/facts")]
	assert codes(("C20", "facts", "Read"), ("C30", "facts", "Hidden")) == []


def test_a_column_is_not_shown_in_a_hidden_table():
	rows = (("C20", "subjects", "Hidden"), ("C20", "subjects.role", "Read"))
	assert ("field.under", "error", "C20/subjects.role") in codes(*rows)
	assert codes(("C20", "subjects", "Hidden"), ("C20", "subjects.role", "Hidden")) == []


def test_a_hidden_name_beside_its_link_is_pointed_out():
	row = ("C20", "subjects.entity_name", "Masked")
	assert codes(row) == [("field.source", "warning", "C20/subjects.entity_name")]
	assert codes(row, ("C20", "subjects.entity", "Hidden")) == []


def test_every_message_names_step_and_field():
	(finding,) = form_policy_rules.check(with_rows(("C20", "evidence", "Hidden")), FIELDS)
	assert finding.values["field"] == "证据"
	assert finding.values["step"] == STANDARD.by_code["C20"].title


def test_the_checker_asks_where_the_fields_are_known():
	procedure = with_rows(("C00", "nothing", "Hidden"))
	assert "field.unknown" not in {f.code for f in checker.check(procedure, WORLD)}
	found = checker.check(procedure, replace(WORLD, fields=FIELDS))
	assert "field.unknown" in {f.code for f in found}


def test_what_holds_without_rows():
	plain = STANDARD
	assert base_policy(plain, "C00") == "Edit" and base_policy(plain, "C20") == "Read"
	assert policy(plain, "C20") == {"evidence": "Edit"}
	closed = with_rows(("C20", "evidence", "Read"), ("C30", "facts", "Edit"))
	assert policy(closed, "C20") == {"evidence": "Read"}


def test_required_is_asked_when_going_forward():
	procedure = with_rows(
		("C00", "facts", "Required"), ("C00", "ground", "Edit"), ("C20", "ground", "Required")
	)

	def asked(verb: Verb, full: Iterable[str]) -> list[str]:
		return [f.row for f in missing(procedure, "C00", verb, lambda name: name in full, lambda name: name)]

	assert asked(Verb.FORWARD, ()) == ["facts"] == asked(Verb.AGREE, ())
	assert asked(Verb.FORWARD, ("facts",)) == []
	for verb in (Verb.RETURN, Verb.REFUSE, Verb.CLOSE, Verb.EXPIRE):
		assert asked(verb, ()) == []
