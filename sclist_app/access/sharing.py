"""Sharing and assigning would open documents past the posts, so they are closed for our DocTypes."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

PREFIX = "SC "


def refuse_share(doc: Document, _method: str | None = None) -> None:
	"""DocShare: a shared document would be readable outside the bureau tree.

	Raises:
		frappe.PermissionError: for every DocType of this app.
	"""
	if (doc.share_doctype or "").startswith(PREFIX):
		frappe.throw(
			_("Documents of this system are not shared one by one. Who sees them follows from the posts."),
			frappe.PermissionError,
		)


def refuse_follow(doc: Document, _method: str | None = None) -> None:
	"""Document Follow: the framework mails changes to followers without asking whether they may read.

	Raises:
		frappe.PermissionError: the follower does not read the document.
	"""
	if (doc.ref_doctype or "").startswith(PREFIX) and not (
		frappe.db.exists(doc.ref_doctype, doc.ref_docname)
		and frappe.has_permission(
			doc.ref_doctype, "read", doc=frappe.get_doc(doc.ref_doctype, doc.ref_docname), user=doc.user
		)
	):
		frappe.throw(_("Only who reads a document follows it."), frappe.PermissionError)


def refuse_assignment(doc: Document, _method: str | None = None) -> None:
	"""ToDo: assigning shares the document on the side.

	Raises:
		frappe.PermissionError: for every DocType of this app.
	"""
	if (doc.reference_type or "").startswith(PREFIX):
		frappe.throw(
			_("Tasks are given out by the procedure. Use transfer in the case instead."),
			frappe.PermissionError,
		)


def refuse_workflow(doc: Document, _method: str | None = None) -> None:
	"""Workflow: an active one would write the state past the engine.

	Raises:
		frappe.ValidationError: for every DocType of this app, while active.
	"""
	if (doc.document_type or "").startswith(PREFIX) and doc.is_active:
		frappe.throw(
			_("{0} runs on its own procedures. A framework workflow cannot be active on it.").format(
				_(doc.document_type)
			)
		)
