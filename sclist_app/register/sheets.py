"""Which sheets can be printed for a document, and out of which facts each is made.

A sheet is named by a reference: its kind, the document it belongs to and, of several, which one (`key`). The registry
`SOURCES` says per kind what there is of it and its facts; `documents.sheets` prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents import sheets as paper
from sclist_app.register import sheet_facts as facts_of

__all__ = ["SheetRef", "available", "of_case", "ref_of", "render"]


@dataclass(frozen=True, slots=True)
class SheetRef:
	"""One sheet that can be printed.

	kind: of the document ("D04"). doctype, name: what it belongs to. key: of several, which one; "" for the only
	one. title: of the sheet. about: whom or what it is about, for a list. masked: no full identity number on it.
	"""

	kind: str
	doctype: str
	name: str
	key: str = ""
	title: str = ""
	about: str = ""
	masked: bool = False


Rows = Callable[[Document], Iterator[tuple[str, str]]]
Facts = Callable[[Document, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Source:
	"""rows: (key, about) of every sheet of the kind the document has. facts: of one of them."""

	rows: Rows
	facts: Facts
	masked: bool = False


# kind → doctype → what there is; in filing order
SOURCES: dict[str, dict[str, Source]] = {
	"D04": {"SC Case": Source(facts_of.the_only_one, facts_of.approval)},
	"D02": {
		"SC Case": Source(facts_of.defences, facts_of.defence),
		"SC Removal": Source(facts_of.defences, facts_of.defence),
	},
	"D02b": {
		"SC Case": Source(facts_of.notified, facts_of.waiver),
		"SC Removal": Source(facts_of.notified, facts_of.waiver),
	},
	"D04b": {"SC Case": Source(facts_of.discussions, facts_of.discussion)},
	"D03b": {
		doctype: Source(facts_of.parties, facts_of.confirmation)
		for doctype in ("SC Case", "SC Listing Record", "SC Repair Application", "SC Address Confirmation")
	},
	"D03": {
		doctype: Source(facts_of.services, facts_of.service)
		for doctype in (
			"SC Case",
			"SC Repair Application",
			"SC Removal",
			"SC Objection",
			"SC Legacy Entry",
			"SC Notice",
		)
	},
	"D07": {
		"SC Case": Source(facts_of.records, facts_of.entry),
		"SC Listing Record": Source(facts_of.the_only_one, facts_of.entry),
	},
	"D08": {
		"SC Case": Source(facts_of.records, facts_of.publicity, masked=True),
		"SC Listing Record": Source(facts_of.the_only_one, facts_of.publicity, masked=True),
	},
	"D10": {
		"SC Repair Application": Source(facts_of.the_only_one, facts_of.application),
		"SC Listing Record": Source(facts_of.listed, facts_of.application),
	},
	"D11": {
		"SC Repair Application": Source(facts_of.the_only_one, facts_of.application),
		"SC Listing Record": Source(facts_of.listed, facts_of.application),
	},
}
DOCTYPES = frozenset(doctype for by_doctype in SOURCES.values() for doctype in by_doctype)


def available(doc: Document) -> list[SheetRef]:
	"""The sheets that can be printed for this document now, in filing order; none for other doctypes."""
	return [
		SheetRef(
			kind,
			doc.doctype,
			doc.name,
			key,
			paper.title_of(kind, doc.bureau),
			about,
			by_doctype[doc.doctype].masked,
		)
		for kind, by_doctype in SOURCES.items()
		if doc.doctype in by_doctype
		for key, about in by_doctype[doc.doctype].rows(doc)
	]


def of_case(case_name: str) -> list[SheetRef]:
	"""The sheets of a listing case, in filing order. The caller has checked the right to read the case."""
	return available(frappe.get_doc("SC Case", case_name))


def ref_of(doc: Document, kind: str, key: str = "") -> SheetRef:
	"""The sheet with this kind and key.

	Raises:
		frappe.ValidationError: the document has no such sheet (now).
	"""
	for ref in available(doc):
		if (ref.kind, ref.key) == (kind, key):
			return ref
	frappe.throw(_("There is no such form to print here. Refresh the page and choose again."))


def render(ref: SheetRef) -> bytes:
	"""The sheet as PDF. The caller has checked the right to read the document, and logs full numbers.

	Raises:
		frappe.ValidationError: the template or the facts have a fault.
	"""
	doc = frappe.get_doc(ref.doctype, ref.name)
	return paper.printed(ref.kind, doc.bureau, SOURCES[ref.kind][ref.doctype].facts(doc, ref.key)).pdf
