"""The full text of every shipped document, as a lawyer would proof-read it.

After a deliberate change of wording write the files anew with SCLIST_WRITE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import os
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from sclist_app.documents.rendering import render_html
from tests.unit.documents.cases import LONG_NAME, PERSON, blank, body, facts

GOLDEN = Path(__file__).with_name("golden")
# a bureau with words, marked persons, numbering, copies and dates of its own
LOCAL = {
	"document": {"date_style": "chinese", "copies": 3},
	"terms": {"list_name": "“黑名单”"},
	"case": {"ground_label": "（六）"},
	"marked": [{"name": "李建国", "role": "法定代表人"}, {"name": "王大为", "role": "实际控制人"}],
}
SHEET = {"document": {"number": None}}
BLANK_SERVICE = blank("service")
BLANK_CONFIRMATION = blank("confirmation")
DIRECT = {
	**blank("service"),
	"attempt": 1,
	"place": "晋源市化工园区安康路6号",
	"method": "直接送达",
	"result": "已送达",
	"receiver": "李建国",
	"relationship": "法定代表人",
	"received_text": "2026年3月6日10时20分",
	"served_on": date(2026, 3, 6),
}
NOT_LISTED = {"listed_on": None, "term_start": None, "term_end": None}
MASKED = [
	{
		"name": "李建国",
		"role": "主要负责人",
		"id_label": "居民身份证",
		"id_number": "1401**********0018",
	}
]
CASES = {
	"D01": ("D01", {}),
	"D01-person": ("D01", {"addressee": PERSON, "rights": {"hearing_offered": False}}),
	"D01-long": ("D01", {"addressee": {"name": LONG_NAME}, "document": {"date_style": "chinese"}}),
	"D03": ("D03", {**SHEET, "service": DIRECT}),
	"D03-all": ("D03", SHEET),
	"D02": ("D02", SHEET),
	"D02-written": (
		"D02",
		{
			**SHEET,
			"addressee": PERSON,
			"defence": {
				**blank("defence"),
				"form": "written",
				"received_on": date(2026, 3, 12),
				"content": "许可证延期材料已经递交。",
			},
		},
	),
	"D02-blank": ("D02", {**SHEET, "defence": blank("defence"), "officers": []}),
	"D02b": ("D02b", SHEET),
	"D02b-person": ("D02b", {**SHEET, "addressee": PERSON, "rights": {"hearing_offered": False}}),
	"D04": ("D04", {**SHEET, "listing": NOT_LISTED}),
	"D04-decided": ("D04", {**SHEET, "accidents": None}),
	"D04-begun": (
		"D04",
		{
			**SHEET,
			"listing": NOT_LISTED,
			"notice": blank("notice"),
			"answers": [],
			"evidence": [],
			"measures": [],
			"opinions": [{"stage": "承办审查"}, {"stage": "负责人审批"}],
		},
	),
	"D04b": ("D04b", SHEET),
	"D04b-blank": (
		"D04b",
		{**SHEET, "discussion": {**blank("discussion"), "topic": "拟列入名单"}, "votes": []},
	),
	"D06": ("D06", {}),
	"D06-person": ("D06", {"addressee": PERSON}),
	"D07": ("D07", {**SHEET, "entry": {"update_serial": None}}),
	"D07-updated": ("D07", {**SHEET, "addressee": PERSON}),
	"D07-blank": ("D07", {**SHEET, "entry": {**blank("entry"), "system": "安全生产信用信息管理系统"}}),
	"D08": ("D08", {**SHEET, "persons": MASKED}),
	"D08-person": (
		"D08",
		{
			**SHEET,
			"addressee": PERSON,
			"publicity": {"name": "李建国", "code": "1401**********0018", "due_on": None},
			"channels": [],
		},
	),
	"D10": ("D10", SHEET),
	"D10-blank": (
		"D10",
		{**SHEET, "addressee": PERSON, "application": blank("application"), "proofs": []},
	),
	"D11": ("D11", SHEET),
	"D11-person": ("D11", {**SHEET, "addressee": PERSON}),
	"D03-blank": ("D03", {"document": {"number": None}, "service": BLANK_SERVICE, "servers": []}),
	"D03b": ("D03b", {}),
	"D03b-blank": ("D03b", {"confirmation": BLANK_CONFIRMATION}),
	"D05": ("D05", {}),
	"D05-person": ("D05", {"addressee": PERSON}),
	"D05-accident": (
		"D05",
		{
			"accidents": None,
			"case": {
				"ground_article": "第六条第（四）项",
				"ground_label": "第六条第（四）项",
				"ground_text": "瞒报、谎报生产安全事故的生产经营单位及其有关责任人员",
			},
		},
	),
	"D01-local": ("D01", LOCAL),
	"D05-local": ("D05", LOCAL),
	"D09": ("D09", {}),
	"D12a": ("D12a", {"application": {"promise_text": None}}),
	"D12a-promise": ("D12a", {}),
	"D12b": ("D12b", {}),
	"D12b-person": ("D12b", {"addressee": PERSON, "handed_in": []}),
	"D12c": ("D12c", {}),
	"D13a": ("D13a", {}),
	"D13a-person": ("D13a", {"addressee": PERSON}),
	"D13b": ("D13b", {}),
	"D14": ("D14", {"application": {"reasons": None}}),
	"D14-refused": ("D14", {"penalties": []}),
	"D18": ("D18", {}),
	"D15": ("D15", {}),
	"D15-person": ("D15", {"addressee": PERSON}),
	"D15n": ("D15n", {}),
	"D16": ("D16", {}),
	"D17": ("D17", {}),
	"D17-own": (
		"D17",
		{
			"removal": {
				"basis_text": "经本机关重新审核认定，原列入决定不符合列入情形",
				"basis_number": None,
			}
		},
	),
	"D19": ("D19", {}),
	"D20": ("D20", {}),
	"D20a": ("D20a", {}),
	"D23": ("D23", {}),
	"D23-out": ("D23", {"legacy": {"re_entered": False}}),
	"D23-running": ("D23", {"legacy": {"over": False}}),
	"D02h": ("D02h", {"hearing": {"closed_reason": None}}),
	"D02h-closed": ("D02h", {"addressee": PERSON}),
	"D21": ("D21", {}),
	"D22": ("D22", {"document": {"number": None}}),
}


def plain(html: str) -> str:
	"""One line per paragraph or cell, fields to fill in by hand as ____."""
	text = re.sub(r'<span class="fill[^>]*></span>', "____", html)
	text = re.sub(r"\n", "", text)
	text = re.sub(r'<p class="(blank-line|room|space)"></p>', "____\n", text)
	text = re.sub(r"</(p|h1|h2|h3|th|td|tr)>|<br>", "\n", text)
	text = unescape(re.sub(r"<[^>]+>", "", text))
	return "\n".join(line.strip(" ") for line in text.splitlines() if line.strip()) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_text(name):
	kind, groups = CASES[name]
	given = facts(kind, **{k: v for k, v in groups.items() if v is not None})
	if groups.get("accidents", 0) is None:
		from sclist_app.documents.placeholders import sample_facts

		given["accidents"] = sample_facts()["accidents"]
	text = plain(render_html(body(kind), given))
	path = GOLDEN / f"{name}.txt"
	if os.environ.get("SCLIST_WRITE_GOLDEN"):
		path.write_text(text, encoding="utf-8")
	assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_official_writing(name):
	text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
	assert not re.search(r"[{}%]|None|True|False|\bnull\b|【", text)
	# six-cornered brackets around the year, no leading zeros, full-width marks after Chinese
	assert not re.search(r"[\[［【(]20\d\d", text)
	assert not re.search(r"年0|月0", text)
	assert not re.search(r"[\u4e00-\u9fff][,;:?!]", text)
	assert "。。" not in text and "；。" not in text and "，。" not in text
