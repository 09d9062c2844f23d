"""Drafts of documents that a case is going to issue."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access.today import today
from sclist_app.documents.issue import Paper
from sclist_app.register.case import CaseReader
from sclist_app.register.listing import DECISION, REPAIR, defence_period, starts_on_service
from sclist_app.register.paper_facts import paper_facts
from sclist_app.workflow.store import load_procedure


def paper_of(doc: Document, document_kind: str, subject: str) -> Paper:
	"""The document of one subject as it would be issued today.

	Raises:
		frappe.ValidationError: the case draws no such document, or has no such subject.
	"""
	if doc.doctype != "SC Case" or not doc.procedure_version:
		frappe.throw(_("There is no document to preview here."))
	procedure = load_procedure(doc.procedure_version)
	if document_kind not in {rule.document_kind for rule in procedure.documents} | {REPAIR}:
		frappe.throw(_("This procedure draws up no such document."))
	row = next((r for r in doc.subjects if r.entity == subject), None)
	if row is None:
		frappe.throw(_("This party is not a subject of the case."))
	decided = today() if document_kind in (DECISION, REPAIR) else None
	return Paper(
		kind=document_kind,
		bureau=doc.bureau,
		facts=paper_facts(
			doc, CaseReader(doc), row, defence_period(procedure).n, starts_on_service(), decided
		),
		addressee=row.entity,
		addressee_name=row.entity_name,
		reference_doctype=doc.doctype,
		reference_name=doc.name,
		run=doc.run,
	)
