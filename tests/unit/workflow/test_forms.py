"""The forms of a procedure and its model say the same: columns and what an empty cell means."""

import json
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from sclist_app.workflow import model

DOCTYPES = Path(__file__).resolve().parents[3] / "sclist_app" / "sclist_app" / "doctype"
FORMS = {
	"step": model.Step,
	"transition": model.Transition,
	"condition": model.ConditionRow,
	"limit": model.LimitRule,
	"material": model.MaterialRule,
	"document": model.DocumentRule,
	"field": model.FieldRule,
}
CALLED = {"target": "targets"}


def form(name: str) -> dict[str, dict]:
	path = DOCTYPES / f"sc_procedure_{name}" / f"sc_procedure_{name}.json"
	rows = json.loads(path.read_text(encoding="utf-8"))["fields"]
	breaks = ("Section Break", "Column Break", "Tab Break")
	return {CALLED.get(r["fieldname"], r["fieldname"]): r for r in rows if r["fieldtype"] not in breaks}


@pytest.mark.parametrize("name", FORMS)
def test_columns(name):
	assert set(form(name)) == {f.name for f in fields(FORMS[name])}


@pytest.mark.parametrize("name", FORMS)
def test_a_cell_left_out_means_the_same(name):
	for field in fields(FORMS[name]):
		if field.default is MISSING:
			continue
		given = form(name)[field.name].get("default") or ""
		default = field.default
		if isinstance(default, bool | int):
			assert int(given or 0) == int(default), field.name
		else:
			assert str(given) == (str(default) if default else ""), field.name
