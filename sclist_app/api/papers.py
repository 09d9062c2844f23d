import frappe
from frappe import _
from frappe.utils import cint

from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.audit import events
from sclist_app.documents import seal, store
from sclist_app.documents.issue import preview as render_preview
from sclist_app.law.findings import N_
from sclist_app.register import corrections, papers
from sclist_app.register.previews import paper_of

OPENED = N_("Document with full numbers opened")


@frappe.whitelist(methods=["GET"])
def download(notice: str, generated: bool = False) -> None:
	"""The PDF of an issued document: the sealed copy if there is one, or with `generated` the text as it was issued.

	Needs read permission on the notice; every download is logged.
	"""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	path = doc.file if cint(generated) else store.authoritative(doc)
	content = store.read(path)
	answers.disclosed(doc, OPENED, {"number": doc.number, "sealed": path == doc.sealed_copy})
	answers.show(content, doc.number or doc.title)


@frappe.whitelist(methods=["POST"])
def correct(notice: str, reason: str) -> dict:
	"""Issue a document anew with another number; the old one counts no more. Needs the post that issued it."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	made = corrections.correct(doc.name, text_of(reason, 2000))
	return {"name": made[0], "number": frappe.db.get_value("SC Notice", made[0], "number"), "all": made}


@frappe.whitelist(methods=["POST"])
def void(notice: str, reason: str) -> None:
	"""Void a document that should not have been issued; its number stays void. Needs the post that issued it."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	corrections.void(doc.name, text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def keep_scan(notice: str, reason: str = "") -> None:
	"""Keep the scan of the sealed paper (`file` of the request). Needs the post that keeps the bureau's seal."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	seal.require_keeper(doc)
	reason = text_of(reason, 2000)
	sent = frappe.request.files.get("file")
	if sent is None:
		frappe.throw(_("Choose a file first."))
	# one byte more than admitted tells that it is too large, without reading it all
	seal.keep_scan(doc.name, sent.stream.read(seal.max_bytes() + 1), reason)


@frappe.whitelist(methods=["POST"])
def sign(notice: str) -> None:
	"""Have the electronic seal service sign a document. Needs the post that keeps the bureau's seal."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	seal.sign(doc.name)


@frappe.whitelist(methods=["GET"])
def about(notice: str) -> dict:
	"""What the form of an issued document shows beside its fields: attempts at service, relations and what the user may
	do with it. Needs read permission on the notice.
	"""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	return papers.about(doc)


@frappe.whitelist(methods=["GET"])
def download_word(notice: str) -> None:
	"""The Word copy of an issued document. Needs read permission on the notice; every download is logged."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	if not doc.word_file:
		frappe.throw(_("This document has no Word copy; the bureau had no Word template when it was issued."))
	content = store.read(doc.word_file)
	answers.disclosed(doc, OPENED, {"number": doc.number, "format": "docx"})
	answers.download(content, f"{doc.number or doc.title}.docx")


@frappe.whitelist(methods=["POST"])
def preview(doctype: str, name: str, document_kind: str, subject: str) -> None:
	"""A draft of a document that is going to be issued; nothing is drawn or stored. Needs an open task on the document."""
	doc = frappe.get_doc(name_of(doctype, "doctype"), name_of(name))
	# drafts bear full numbers: who writes, that is, has an open task here
	doc.check_permission("write")
	paper = paper_of(doc, name_of(document_kind, "document_kind"), name_of(subject, "subject"))
	events.append(
		doc.doctype,
		doc.name,
		"previewed",
		N_("Draft with full numbers opened"),
		bureau=doc.bureau,
		run=doc.run,
		data={"kind": document_kind},
	)
	answers.show(render_preview(paper).pdf, _("Draft"))
