"""Templates are checked when they are saved, so that nobody meets their faults at issue."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents.issue import required_blocks
from sclist_app.documents.rendering import check_template
from sclist_app.law.findings import errors, render


def validate(doc: Document) -> None:
	"""Closed placeholders only, no code, and every part the law demands is marked.

	Raises:
		frappe.ValidationError: one line per fault.
	"""
	kind = frappe.get_cached_doc("SC Document Kind", doc.document_kind)
	faults = errors(check_template(doc.body or "", required_blocks(kind)))
	if faults:
		lines = [render(f, _) for f in faults]
		frappe.throw(
			lines[0] if len(lines) == 1 else lines,
			title=_("The template has a fault"),
			as_list=len(lines) > 1,
		)
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before and before.body != doc.body:
		doc.version_no = (before.version_no or 1) + 1
