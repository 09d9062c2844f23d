"""A template in the making: its faults, its parts, and how it would look. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import local_rules
from sclist_app.access.today import today
from sclist_app.documents import picker, plain, printing, store, templates, word
from sclist_app.documents.issue import required_blocks, said_in_words, template_or_none
from sclist_app.documents.layout import LAYOUTS, OFFICIAL, PageLayout
from sclist_app.documents.placeholders import PLACEHOLDERS, FactsError, sample_facts
from sclist_app.documents.rendering import MissingFacts, TemplateRefused, full_html, render_html
from sclist_app.law.findings import render

NUMBER: Final = "（样稿，未编号）"
MOST_FINDINGS: Final = 20
# the page on a screen: a sheet of paper, its margins by padding, as there are no pages
_SCREEN: Final = """
html {{ background: #fff; }}
body {{ box-sizing: border-box; width: {width}mm; min-height: {height}mm; margin: 0;
	padding: {top}mm {right}mm {bottom}mm {left}mm; }}
.missing {{ background: #fff3c4; }}
"""


def choices(kind: str, paper_format: str) -> list[dict[str, Any]]:
	"""The sections of the list (`picker.choices`), labels translated."""
	own = frappe.get_cached_doc("SC Document Kind", kind)
	usual = template_or_none("", kind)
	sections = picker.choices(required_blocks(own), usual.body if usual else "", paper_format == "Word")
	for section in sections:
		section["label"] = _(section["label"])
		for item in section["items"]:
			item["label"] = _(item["label"])
	return sections


def in_force(kind: str, bureau: str) -> dict[str, Any]:
	"""{"name", "title", "body", "date_style"} of the template a bureau uses now; empty if there is none."""
	row = template_or_none(bureau, kind)
	if not row:
		return {"name": "", "title": "", "body": "", "date_style": "Arabic"}
	title = frappe.db.get_value(templates.DOCTYPE, row.name, "template_title")
	return {"name": row.name, "title": title, "body": row.body, "date_style": row.date_style}


def check(body: str, kind: str) -> dict[str, Any]:
	"""{"findings": [{"text", "line"}], "parts": [{"name", "label", "article", "words", "ok"}]}."""
	found = templates.findings_of(body, kind)
	return {
		"findings": [{"text": render(f, _), "line": f.values.get("line", 0)} for f in found[:MOST_FINDINGS]],
		"parts": templates.parts_of(body, kind, found),
	}


def samples(kind: str, addressee: str) -> dict[str, Any]:
	"""Invented facts for a unit, an institution or a person."""
	title = frappe.get_cached_value("SC Document Kind", kind, "title") or kind
	return sample_facts(
		addressee=templates.ADDRESSEES.get(addressee, {}),
		document={"kind": kind, "title": title, "number": NUMBER, "date": today()},
	)


def full_facts(doc: Document, kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
	"""The facts of a document, completed as at issue."""
	title = frappe.get_cached_value("SC Document Kind", kind, "title") or kind
	full = {
		**facts,
		"document": {
			**facts.get("document", {}),
			"kind": kind,
			"title": local_rules.named(doc.bureau, title),
			"number": NUMBER,
			"date": today(),
			"copies": local_rules.copies(doc.bureau),
		},
		"terms": local_rules.terms(doc.bureau),
	}
	blocks = {}
	for block, text in (facts.get("blocks") or {}).items():
		try:
			blocks[block] = plain.fill(text, {**full, "blocks": {}}) if text else text
		except (TemplateRefused, MissingFacts, FactsError):
			continue
	return {**full, "blocks": blocks}


def preview(body: str, kind: str, facts: Mapping[str, Any], date_style: str) -> dict[str, Any]:
	"""As `check`, and "html": the whole page ("" while the text cannot be filled), "missing": labels of facts that are
	not there."""
	found = check(body, kind)
	if templates.unusable(body):
		return {**found, "html": "", "missing": []}
	facts = _styled(facts, date_style)
	with said_in_words():
		html = render_html(body, facts, preview=True)
	layout = _layout(kind)
	return {**found, "html": full_html(html, layout, _screen(layout)), "missing": _missing(body, facts)}


def pdf(body: str, kind: str, facts: Mapping[str, Any], date_style: str) -> bytes:
	with said_in_words():
		html = render_html(body, _styled(facts, date_style), preview=True)
	return printing.pdf(html, _layout(kind)).pdf


def word_file(doc: Document, facts: Mapping[str, Any]) -> bytes:
	"""The stored Word template, filled."""
	if not doc.word_path:
		frappe.throw(_("This template has no Word file yet. Upload one and save."))
	with said_in_words():
		return word.render(store.read(doc.word_path), _styled(facts, doc.date_style), preview=True)


def _styled(facts: Mapping[str, Any], date_style: str) -> dict[str, Any]:
	style = "chinese" if (date_style or "").lower() == "chinese" else "arabic"
	return {**facts, "document": {**facts.get("document", {}), "date_style": style}}


def _missing(body: str, facts: Mapping[str, Any]) -> list[str]:
	try:
		render_html(body, facts)
	except MissingFacts as missing:
		return [PLACEHOLDERS[name].label for name in missing.names]
	return []


def _layout(kind: str) -> PageLayout:
	return LAYOUTS.get(frappe.get_cached_value("SC Document Kind", kind, "layout") or "", OFFICIAL)


def _screen(layout: PageLayout) -> str:
	return _SCREEN.format(
		width=layout.page_width,
		height=layout.page_height,
		top=layout.top,
		right=layout.right,
		bottom=layout.bottom,
		left=layout.left,
	)
