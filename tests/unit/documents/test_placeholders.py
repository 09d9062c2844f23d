from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from sclist_app.documents.placeholders import (
	GROUPS,
	LISTS,
	MAX_LIST,
	PLACEHOLDERS,
	FactsError,
	Missing,
	closed,
	sample_facts,
)


def test_every_placeholder_has_a_chinese_name_and_a_sample_of_its_kind():
	kinds = {
		"text": str,
		"multiline": str,
		"choice": str,
		"date": date,
		"money": Decimal,
		"int": int,
		"bool": bool,
	}
	for name, p in PLACEHOLDERS.items():
		assert p.name == name
		assert any("一" <= c <= "鿿" for c in p.label), name
		assert isinstance(p.sample, kinds[p.kind]), name
		if p.kind == "choice":
			assert p.sample in p.choices
		group = name.split(".")[0]
		assert group in GROUPS or group.removesuffix("[]") in LISTS, name


def test_labels_tell_placeholders_of_one_group_apart():
	for group in (*GROUPS, *LISTS):
		labels = [p.label for p in PLACEHOLDERS.values() if p.name.split(".")[0].removesuffix("[]") == group]
		assert len(labels) == len(set(labels)) and labels, group


def test_sample_facts_are_complete_but_for_the_text_blocks():
	data = closed(sample_facts())
	absent = [f"{g}.{k}" for g in GROUPS for k, v in data[g].items() if isinstance(v, Missing)]
	assert absent and all(name.startswith("blocks.") for name in absent)


def test_absent_facts_are_false_and_remembered_when_printed():
	seen: list[str] = []
	data = closed({}, seen)
	assert not data["bureau"]["name"] and data["penalties"] == [] and seen == []
	assert str(data["bureau"]["name"]) == "【机关名称】"
	assert seen == ["bureau.name"]


@pytest.mark.parametrize(
	"facts, path",
	[
		({"bureau": {"nmae": "x"}}, "bureau.nmae"),
		({"frappe": {}}, "facts.frappe"),
		({"bureau": []}, None),
		({"bureau": "x"}, "bureau"),
		({"bureau": {"name": 3}}, "bureau.name"),
		({"document": {"date": "2024-01-05"}}, "document.date"),
		({"document": {"date_style": "roman"}}, "document.date_style"),
		({"penalties": {"number": "1"}}, "penalties"),
		({"penalties": [{"number": "1", "secret": 1}]}, "penalties[0].secret"),
		({"penalties": [{}] * (MAX_LIST + 1)}, "penalties"),
		({"rights": {"defence_days": "5"}}, "rights.defence_days"),
		({"rights": {"defence_days": True}}, "rights.defence_days"),
		({"accidents": [{"loss": "viel"}]}, "accidents[0].loss"),
		({"accidents": [{"loss": Decimal("NaN")}]}, "accidents[0].loss"),
		("bureau", "facts"),
	],
)
def test_facts_of_another_shape_are_refused_with_their_place(facts, path):
	if path is None:
		closed(facts)  # an empty group is no fault
		return
	with pytest.raises(FactsError) as refused:
		closed(facts)
	assert refused.value.path == path


def test_values_are_plain_copies():
	from markupsafe import Markup

	given = {
		"bureau": {"name": Markup("<b>甲\x00</b>")},
		"document": {"date": datetime(2024, 1, 5, 9, 0)},
		"accidents": [{"loss": 12.5}],
	}
	data = closed(given)
	assert data["bureau"]["name"] == "<b>甲</b>" and type(data["bureau"]["name"]) is str
	assert data["document"]["date"] == date(2024, 1, 5) and type(data["document"]["date"]) is date
	assert data["accidents"][0]["loss"] == Decimal("12.5")
