import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.access.visibility import may_approve, may_configure
from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.audit import events
from sclist_app.documents import drafts, templates
from sclist_app.law.findings import N_
from sclist_app.register import previews

# a text beyond the limit of a template is told so by the check, with its size; beyond this it is no text
MOST = 64 * 1024 * 1024


@frappe.whitelist(methods=["GET"])
def choices(document_kind: str, paper_format: str = "Page") -> dict:
	"""What the author of a template chooses from. Needs a post that writes or approves rules."""
	_require_author()
	kind = _kind(document_kind)
	return {
		"sections": drafts.choices(kind, text_of(paper_format, 20)),
		"doctypes": [
			{"name": doctype, "label": _(doctype)}
			for doctype in previews.doctypes_of(kind)
			if frappe.has_permission(doctype, "read")
		],
	}


@frappe.whitelist(methods=["GET"])
def in_force(document_kind: str, bureau: str = "") -> dict:
	"""The text that applies now, to begin a draft with. Needs a post that writes or approves rules."""
	_require_author()
	return drafts.in_force(_kind(document_kind), text_of(bureau, 140))


@frappe.whitelist(methods=["POST"])
def check(document_kind: str, body: str) -> dict:
	"""What is wrong with a text and which of the parts the law demands it has; nothing is stored. Needs a post that
	writes or approves rules."""
	_require_author()
	return drafts.check(text_of(body, MOST), _kind(document_kind))


@frappe.whitelist(methods=["POST"])
def preview(
	document_kind: str,
	body: str,
	doctype: str = "",
	name: str = "",
	addressee: str = "unit",
	date_style: str = "Arabic",
) -> dict:
	"""A text as a page, of samples or of a real document, numbers of persons covered; nothing is stored. Needs a post
	that writes or approves rules, and read permission on the document; which is logged."""
	_require_author()
	kind = _kind(document_kind)
	facts = _facts(kind, doctype, name, addressee)
	return drafts.preview(text_of(body, MOST), kind, facts, text_of(date_style, 20))


@frappe.whitelist(methods=["POST"])
def preview_pdf(
	document_kind: str,
	body: str,
	doctype: str = "",
	name: str = "",
	addressee: str = "unit",
	date_style: str = "Arabic",
) -> None:
	"""The same as PDF. Needs a post that writes or approves rules, and read permission on the document."""
	_require_author()
	kind = _kind(document_kind)
	facts = _facts(kind, doctype, name, addressee)
	answers.show(drafts.pdf(text_of(body, MOST), kind, facts, text_of(date_style, 20)), _("Draft"))


@frappe.whitelist(methods=["POST"])
def preview_word(template: str, doctype: str = "", name: str = "", addressee: str = "unit") -> None:
	"""A Word template filled with samples or a real document, numbers of persons covered. Needs read permission on
	the template, a post that writes or approves rules, and read permission on the document."""
	_require_author()
	doc = _template(template)
	facts = _facts(doc.document_kind, doctype, name, addressee)
	answers.download(drafts.word_file(doc, facts), _("Draft") + ".docx")


@frappe.whitelist(methods=["GET"])
def compare(template: str, base: str) -> list[dict]:
	"""A template with an earlier one, line by line. Needs a post that writes or approves rules, and read permission on
	both."""
	_require_author()
	new = _template(template)
	return templates.compare(_template(base).name, new.name)


@frappe.whitelist(methods=["POST"])
def new_version(template: str, bureau: str = "") -> dict:
	"""A draft with the content of a template. Needs a configuring post in the bureau, for the national text the
	administrator."""
	doc = _template(template)
	bureau = text_of(bureau, 140).strip()
	if not (may_configure(bureau) if bureau else _administers()):
		frappe.throw(_("You hold no post that writes rules in this bureau."), frappe.PermissionError)
	return {"name": templates.new_version(doc.name, bureau)}


@frappe.whitelist(methods=["POST"])
def submit(template: str) -> None:
	"""Hand a draft in for approval. Needs a configuring post in its bureau."""
	doc = _template(template)
	doc.check_permission("write")
	templates.submit(doc.name)


@frappe.whitelist(methods=["POST"])
def approve(template: str, as_seen: str, effective_from: str = "") -> None:
	"""Approve a template as it was seen. Needs an approving post in its bureau, and not to be its author."""
	doc = _approver_of(template)
	templates.approve(doc.name, text_of(as_seen, 40), text_of(effective_from, 20))


@frappe.whitelist(methods=["POST"])
def send_back(template: str, reason: str) -> None:
	"""Return a template to its author. Needs an approving post in its bureau."""
	doc = _approver_of(template)
	templates.send_back(doc.name, text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def retire(template: str, reason: str) -> None:
	"""Take a template out of use. Needs an approving post in its bureau."""
	doc = _approver_of(template)
	templates.retire(doc.name, text_of(reason, 2000))


def _require_author() -> None:
	if not _administers() and not any(h.configures or h.approves_rules for h in held()):
		frappe.throw(_("You hold no post that writes or approves rules."), frappe.PermissionError)


def _administers() -> bool:
	return "System Manager" in frappe.get_roles()


def _kind(document_kind: str) -> str:
	return frappe.get_cached_doc("SC Document Kind", name_of(document_kind, "document_kind")).name


def _template(template: str):
	doc = frappe.get_doc("SC Document Template", name_of(template, "template"))
	doc.check_permission("read")
	return doc


def _approver_of(template: str):
	doc = _template(template)
	if not (may_approve(doc.bureau) if doc.bureau else _administers()):
		frappe.throw(_("You hold no post that approves rules in this bureau."), frappe.PermissionError)
	return doc


def _facts(kind: str, doctype: str, name: str, addressee: str) -> dict:
	"""Samples, or the covered facts of a document that the user may read; that is put on its record."""
	doctype, name, addressee = text_of(doctype, 140), text_of(name, 140), text_of(addressee, 20)
	if not doctype or not name:
		return drafts.samples(kind, addressee)
	if doctype not in previews.doctypes_of(kind):
		frappe.throw(_("There is no document to preview here."))
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("read")
	facts = drafts.full_facts(doc, kind, previews.covered_facts(doc, kind))
	events.append(
		doc.doctype,
		doc.name,
		"previewed",
		N_("Shown in a template's draft, numbers covered"),
		bureau=doc.bureau,
		run=doc.run,
		data={"kind": kind},
	)
	return facts
