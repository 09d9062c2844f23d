import frappe
from frappe import _

from sclist_app.api.checks import name_of
from sclist_app.audit import events
from sclist_app.documents import store
from sclist_app.documents.issue import preview as render_preview
from sclist_app.law.findings import N_
from sclist_app.register.previews import paper_of


@frappe.whitelist(methods=["GET"])
def download(notice: str) -> None:
	"""The PDF of an issued document. Needs read permission on the notice; every download is logged."""
	doc = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	doc.check_permission("read")
	content = store.read(doc.file)
	events.append(
		"SC Notice",
		doc.name,
		"disclosed",
		N_("Document with full numbers opened"),
		bureau=doc.bureau,
		run=doc.run,
		data={"number": doc.number},
	)
	frappe.db.commit()  # a GET is not committed by the framework, but who looked must stay on record
	_send(content, f"{doc.number or doc.title}.pdf")


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
	_send(render_preview(paper).pdf, _("Draft") + ".pdf")


def _send(content: bytes, filename: str) -> None:
	frappe.local.response.filename = filename
	frappe.local.response.filecontent = content
	frappe.local.response.type = "pdf"
