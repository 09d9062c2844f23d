"""Drafts of documents that a running document is going to issue."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents.issue import Paper
from sclist_app.register.paperwork import PaperKind
from sclist_app.workflow.kinds import kind_of
from sclist_app.workflow.model import DocumentRule
from sclist_app.workflow.store import load_procedure


def paper_of(doc: Document, document_kind: str, subject: str) -> Paper:
	"""The document for one addressee as it would be issued today.

	Raises:
		frappe.ValidationError: the procedure draws no such document, or it does not go to this party.
	"""
	kind = kind_of(doc)
	if not isinstance(kind, PaperKind) or not doc.get("procedure_version"):
		frappe.throw(_("There is no document to preview here."))
	procedure = load_procedure(doc.procedure_version)
	if document_kind not in {rule.document_kind for rule in procedure.documents} | set(kind.joint):
		frappe.throw(_("This procedure draws up no such document."))
	# a paper that nobody is served is about the party all the same
	to = next(
		(a for a in kind.addressees(doc, DocumentRule("", "", document_kind)) if a.entity in (subject, "")),
		None,
	)
	if to is None:
		frappe.throw(_("This party is not a subject of the case."))
	return kind.paper(doc, procedure, document_kind, to)
