"""Names as they really come: two hundred letters, rare characters, several scripts, tags and braces."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sclist_app.documents.layout import LAYOUTS
from sclist_app.documents.rendering import Unprintable, render_html, render_pdf
from tests.unit.documents import measure
from tests.unit.documents.cases import KINDS, MANIFEST, PERSON, body, facts

LONG = "晋源市经济技术开发区恒泰新能源新材料精细化工循环经济产业园危险化学品储运" * 6
LONG = LONG[:200]
RARE = "䶮𠮷㛃堃氿（集团）有限公司"
MIXED = "Bayer Jinyuan Chemical Co., Ltd.（拜耳晋源化工）·Ünal-Özdemir 3№ 分公司"
UNBROKEN = "A" * 200
TAGS = "<b>甲</b>&{{ bureau.name }}{% if x %}有限公司"
NAMES = {"long": LONG, "rare": RARE, "mixed": MIXED, "unbroken": UNBROKEN, "tags": TAGS}
# a decision, a table over pages, a form of boxes
PRINTED = ("D05", "D04", "D03")
# left edge, right edge, lower edge of the text area, mm
AREA = {"official": (28.0, 184.0, 37 + 225.0), "form": (28.0, 188.0, 20 + 259.0)}


def _cell(letter: str) -> float:
	"""About how wide a letter is, in ems."""
	if ord(letter[0]) > 0x2E80:
		return 1.0
	return 0.5 if letter.isalnum() else 0.25


def given(kind: str, name: str, person: bool = False) -> dict[str, Any]:
	groups: dict[str, Any] = {
		"addressee": {**(PERSON if person else {}), "name": name, "address": name, "unit_name": name},
		"bureau": {"name": name[:30], "seal_name": name[:30]},
		"service": {"receiver": name, "place": name, "medium": name, "agent_unit": name},
		"confirmation": {"receiver": name, "address": name},
		"publicity": {"name": name},
		"subjects": [{"name": name, "kind": "生产经营单位", "code_label": "统一社会信用代码", "code": "9"}],
		"persons": [{"name": name, "role": "主要负责人", "id_label": "护照", "id_number": name}],
		"opinions": [{"stage": "承办审查", "result": "同意", "text": name, "name": name}],
		"answers": [{"name": name, "text": name}],
	}
	return facts(kind, **groups)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_document_takes_the_name_as_it_is(kind, name):
	html = render_html(body(kind), given(kind, NAMES[name]))
	assert "<b>甲" not in html and "晋源市应急管理局有限公司" not in html
	if name == "tags":
		assert "&lt;b&gt;甲&lt;/b&gt;&amp;{{ bureau.name }}{% if x %}有限公司" in html
	else:
		assert NAMES[name] in html or MANIFEST[kind]["template"] in ("D20.html",)


@pytest.mark.parametrize("name", ["long", "rare", "mixed", "unbroken"])
@pytest.mark.parametrize("kind", PRINTED)
def test_nothing_leaves_the_text_area(weasyprint, kind, name):
	layout = LAYOUTS[MANIFEST[kind]["layout"]]
	try:
		printed = render_pdf(render_html(body(kind), given(kind, NAMES[name])), layout)
	except Unprintable as error:
		# fonts differ from machine to machine: what cannot be printed is named, never left out
		assert name == "rare" and set(error.letters) <= set(RARE)
		return
	left, right, lower = AREA[layout.style]
	pages = measure.pages(printed.pdf)
	for letters in pages:
		for y, _text, row in measure.lines(letters):
			inked = [item for item in row if item.text.strip()]
			if not inked or y > lower + 1:  # the page number stands below
				continue
			last = inked[-1]
			width = last.size * 25.4 / 72 * _cell(last.text)
			assert inked[0].x > left - 0.4, inked[0]
			assert last.x + width < right + 0.6, (last, _text)
	said = re.sub(r"\s", "", measure.text(printed.pdf))
	assert re.sub(r"\s", "", NAMES[name])[:20] in said
