"""Invented facts and the shipped templates, for all tests of the documents."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from sclist_app.documents.placeholders import PLACEHOLDERS, sample_facts

FOLDER = Path(__file__).parents[3] / "sclist_app" / "fixtures" / "documents"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["documents"]
KINDS = tuple(MANIFEST)

LONG_NAME = (
	"晋源市经济技术开发区恒泰新能源新材料精细化工循环经济产业园第一期危险化学品生产储存装置建设与运营管理"
	"（集团）股份有限责任公司晋源分公司"
)
PERSON = {
	"name": "李建国",
	"kind": "person",
	"code_label": "居民身份证",
	"code": "140106198001010018",
	"address": "晋源市迎春街3号楼2单元401室",
	"legal_representative": None,
}


def body(kind: str) -> str:
	return (FOLDER / MANIFEST[kind]["template"]).read_text(encoding="utf-8")


def blank(group: str) -> dict[str, Any]:
	"""A group of which nothing is known yet."""
	return {name.partition(".")[2]: None for name in PLACEHOLDERS if name.startswith(f"{group}.")}


def facts(kind: str, **groups: Any) -> dict[str, Any]:
	"""Facts as they stand when a document of this kind is issued: a case without accident, ground 7-1."""
	entry = MANIFEST[kind]
	issued = date(2026, 3, 5) if kind == "D01" else date(2026, 3, 20)
	document = {
		"copies": None,
		"kind": kind,
		"title": entry["title"],
		"number": f"晋源应急失信{entry['number_word']}〔2026〕1号",
		"date": issued,
	}
	base: dict[str, Any] = {"document": document, "accidents": [], "marked": []}
	if kind == "D01":
		# no day of listing before there is a decision
		base["listing"] = {"listed_on": None, "term_start": None, "term_end": None}
	for name, value in groups.items():
		base[name] = {**base.get(name, {}), **value} if isinstance(value, dict) else value
	return sample_facts(**base)
