"""What the author of a template chooses from: placeholders, repetitions, conditions and formats, in words, each with
the text it puts into the template. No frappe here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sclist_app.documents.placeholders import GROUPS, LISTS, PLACEHOLDERS, Placeholder
from sclist_app.law.findings import N_

__all__ = ["choices"]

# What one row of a list is called inside its repetition.
_ROWS: Mapping[str, str] = {
	"penalties": "penalty",
	"accidents": "accident",
	"measures": "measure",
	"persons": "person",
	"marked": "person",
	"conditions": "condition",
	"supplements": "item",
	"handed_in": "item",
	"servers": "server",
	"officers": "officer",
	"subjects": "party",
	"answers": "answer",
	"opinions": "opinion",
	"votes": "vote",
	"channels": "channel",
	"proofs": "proof",
}
_FORMAT_OF: Mapping[str, str] = {"date": "cn_date", "money": "money", "multiline": "paragraphs"}

FORMATS: tuple[tuple[str, str, str], ...] = (
	("cn_date", N_("Date in Chinese"), "{{ document.date|cn_date }}"),
	("cn_number", N_("Chinese numeral"), "{{ repair.accept_days|cn_number }}"),
	("money", N_("Amount of money"), "{{ accident.loss|money }}"),
	("paragraphs", N_("Every line a paragraph"), "{{ case.facts|paragraphs }}"),
	("you", N_("Form of address (你单位, 你机构, 你)"), "{{ addressee.kind|you }}"),
	("title", N_("Title in even lines"), "<h1>{{ document.title|title }}</h1>"),
	("letterhead", N_("Letterhead of the bureau"), '<p class="agency-line">{{ bureau.name|letterhead }}</p>'),
)
CONDITIONS: tuple[tuple[str, str], ...] = (
	(
		N_("If the addressee is a person, else"),
		'{% if addressee.kind == "person" %}\n<p></p>\n{% else %}\n<p></p>\n{% endif %}',
	),
	(
		N_("If the addressee is a technical institution"),
		'{% if addressee.kind == "institution" %}\n<p></p>\n{% endif %}',
	),
	(N_("If the fact is there (put its name in)"), "{% if addressee.unit_code %}{% endif %}"),
	(N_("If the list has rows, else"), "{% if accidents %}\n<p></p>\n{% else %}\n<p></p>\n{% endif %}"),
	(N_("Within a repetition: at the last row"), "{% if loop.last %}。{% else %}；{% endif %}"),
	(N_("Within a repetition: number of the row"), "（{{ loop.index|cn_number }}）"),
)
LAYOUT: tuple[tuple[str, str], ...] = (
	(N_("Paragraph"), "<p></p>"),
	(N_("Heading 一、"), "<h2>一、</h2>"),
	(N_("Heading （一）"), "<h3>（一）</h3>"),
	(
		N_("Signature and date"),
		'<div class="signature"><div class="stamp">\n<p class="office">{{ bureau.seal_name }}</p>\n'
		'<p class="date">{{ document.date|cn_date }}</p>\n</div></div>',
	),
	(N_("Table"), "<table>\n<tr><th></th><th></th></tr>\n<tr><td></td><td></td></tr>\n</table>"),
)


def choices(
	parts: Mapping[str, Mapping[str, Any]], usual: str = "", word: bool = False
) -> list[dict[str, Any]]:
	"""Sections of the list: [{"section", "label", "items": [{"label", "name", "insert", "note"}]}].

	section: "usual" · "group" · "list" · "condition" · "format" · "layout" · "part". parts: the parts the law demands
	of the kind. usual: the text in force, whose placeholders come first. word: for a Word file, where lists and
	conditions take whole paragraphs.
	"""
	found = [
		_section("usual", N_("Used in this document"), [_item(p) for p in _singles() if p.name in usual]),
		*(
			_section("group", label, [_item(p) for p in _singles() if p.name.startswith(f"{group}.")])
			for group, label in GROUPS.items()
		),
		*(_section("list", label, _list(name, label, word)) for name, label in LISTS.items()),
		_section("condition", N_("Conditions"), [_plain(*row, word) for row in (*CONDITIONS, *_switches())]),
		_section(
			"format",
			N_("Formats"),
			[{"label": n, "name": f"|{f}", "insert": i, "note": ""} for f, n, i in FORMATS],
		),
	]
	if not word:
		found += [
			_section(
				"part", N_("Parts the law demands"), [_part(name, entry) for name, entry in parts.items()]
			),
			_section("layout", N_("Layout"), [_plain(*row) for row in LAYOUT]),
		]
	return [section for section in found if section["items"]]


def _section(kind: str, label: str, items: list[dict[str, Any]]) -> dict[str, Any]:
	return {"section": kind, "label": label, "items": items}


def _singles() -> list[Placeholder]:
	return [p for p in PLACEHOLDERS.values() if "[]" not in p.name and p.kind != "bool"]


def _switches() -> list[tuple[str, str]]:
	return [
		(p.label, f"{{% if {p.name} %}}\n<p></p>\n{{% endif %}}")
		for p in PLACEHOLDERS.values()
		if p.kind == "bool" and "[]" not in p.name
	]


def _item(p: Placeholder) -> dict[str, Any]:
	return {"label": p.label, "name": p.name, "insert": _print(p.name, p.kind), "note": _sample(p)}


def _print(path: str, kind: str) -> str:
	form = _FORMAT_OF.get(kind)
	if path == "addressee.kind":
		form = "you"
	return f"{{{{ {path}|{form} }}}}" if form else f"{{{{ {path} }}}}"


def _sample(p: Placeholder) -> str:
	text = str(p.sample).replace("\n", " ")
	return text if len(text) <= 30 else f"{text[:30]}…"


def _list(name: str, label: str, word: bool) -> list[dict[str, Any]]:
	row = _ROWS.get(name, "row")
	columns = [p for p in PLACEHOLDERS.values() if p.name.startswith(f"{name}[].")]
	printed = [
		(p, _print(p.name.replace(f"{name}[]", row), "text" if p.kind == "multiline" else p.kind))
		for p in columns
	]
	sentence = "，".join(f"{p.label}：{text}" for p, text in printed)
	if word:
		whole = f"{{%p for {row} in {name} %}}\n{sentence}\n{{%p endfor %}}"
	else:
		whole = f"{{% for {row} in {name} %}}\n<p>{sentence}。</p>\n{{% endfor %}}"
	return [
		{"label": label, "name": name, "insert": whole, "note": "", "whole": True},
		*({"label": p.label, "name": p.name, "insert": text, "note": _sample(p)} for p, text in printed),
	]


def _plain(label: str, insert: str, word: bool = False) -> dict[str, Any]:
	if word:
		insert = insert.replace("<p>", "").replace("</p>", "")
		if "\n" in insert:
			insert = insert.replace("{% ", "{%p ")
	return {"label": label, "name": "", "insert": insert, "note": ""}


def _part(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
	label = entry.get("label", name)
	return {
		"label": label,
		"name": name,
		"insert": f'<section data-block="{name}">\n<h2>{label}</h2>\n<p></p>\n</section>',
		"note": entry.get("article", ""),
	}
