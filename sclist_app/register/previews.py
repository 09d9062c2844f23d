"""Drafts of documents that a running document is going to issue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents import plain
from sclist_app.documents.issue import SECRET, Paper
from sclist_app.law.masking import mask_id_number, mask_phone
from sclist_app.register.paperwork import PaperKind
from sclist_app.workflow.form_policy import withhold
from sclist_app.workflow.kinds import kind, kind_of
from sclist_app.workflow.model import DocumentRule
from sclist_app.workflow.store import load_procedure


def paper_of(doc: Document, document_kind: str, subject: str) -> Paper:
	"""The document for one addressee as it would be issued today.

	Raises:
		frappe.ValidationError: the procedure draws no such document, or it does not go to this party.
	"""
	own = kind_of(doc)
	if not isinstance(own, PaperKind) or not doc.get("procedure_version"):
		frappe.throw(_("There is no document to preview here."))
	procedure = load_procedure(doc.procedure_version)
	if document_kind not in {rule.document_kind for rule in procedure.documents} | set(own.joint):
		frappe.throw(_("This procedure draws up no such document."))
	# a paper that nobody is served is about the party all the same
	to = next(
		(a for a in own.addressees(doc, DocumentRule("", "", document_kind)) if a.entity in (subject, "")),
		None,
	)
	if to is None:
		frappe.throw(_("This party is not a subject of the case."))
	return own.paper(doc, procedure, document_kind, to)


def doctypes_of(document_kind: str) -> list[str]:
	"""The DocTypes whose procedures draw the document up."""
	drawing = {
		row.kind
		for row in frappe.get_all(
			"SC Procedure Version",
			filters={
				"name": [
					"in",
					frappe.get_all(
						"SC Procedure Document",
						filters={"document_kind": document_kind},
						pluck="parent",
						order_by="parent",
					)
					or [""],
				]
			},
			fields=["kind"],
			order_by="kind",
		)
	}
	kinds = [kind(name) for name in frappe.get_hooks("sclist_kinds", {})]
	return sorted(
		{
			k.doctype
			for k in kinds
			if isinstance(k, PaperKind) and (k.name in drawing or document_kind in k.joint)
		}
	)


def covered_facts(doc: Document, document_kind: str) -> Mapping[str, Any]:
	"""The facts of a real document for a template in the making: what the user may read, numbers of persons covered.

	Who writes templates does not need anybody's number, so they are covered for everybody.

	Raises:
		frappe.ValidationError: the procedure of the document draws no such paper.
	"""
	withhold(doc)
	own = kind_of(doc)
	subject = ""
	if isinstance(own, PaperKind) and doc.get("procedure_version"):
		to = own.addressees(doc, DocumentRule("", "", document_kind))
		subject = to[0].entity if to else ""
	return cover(paper_of(doc, document_kind, subject).facts)


_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def cover(facts: Mapping[str, Any]) -> dict[str, Any]:
	"""The same facts without a number of a person: of certificates, of mobile phones, query codes."""
	covered: dict[str, Any] = {}
	for group, value in facts.items():
		if isinstance(value, Mapping):
			covered[group] = dict(value) if group == "bureau" else _row_covered(value)
		elif isinstance(value, (list, tuple)):
			covered[group] = [_row_covered(row) for row in value]
		else:
			covered[group] = value
	return covered


def _row_covered(row: Mapping[str, Any]) -> dict[str, Any]:
	shown = {}
	for key, value in row.items():
		if not isinstance(value, str):
			shown[key] = value
		elif key == "query_code":
			shown[key] = SECRET if value else value
		elif key == "id_number" or (key == "code" and row.get("code_label") not in (None, USCC)):
			shown[key] = mask_id_number(value)
		elif key == "phone":
			shown[key] = mask_phone(value)
		else:
			shown[key] = _text_covered(value)
	return shown


USCC = "统一社会信用代码"


def _text_covered(text: str) -> str:
	for number in plain.certificate_numbers(text):
		text = text.replace(number, mask_id_number(number))
	return _MOBILE.sub(lambda found: mask_phone(found[0]), text)
