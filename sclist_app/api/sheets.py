import frappe
from frappe import _

from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.law.findings import N_
from sclist_app.register import sheets
from sclist_app.workflow import form_policy


@frappe.whitelist(methods=["GET"])
def available(doctype: str, name: str) -> list[dict]:
	"""The forms and internal papers that can be printed for a document. Needs read permission on it."""
	return [
		{"kind": ref.kind, "subject": ref.key, "title": ref.title, "about": ref.about}
		for ref in sheets.available(_readable(doctype, name))
	]


@frappe.whitelist(methods=["GET"])
def print_sheet(doctype: str, name: str, kind: str, subject: str = "") -> None:
	"""A form or internal paper as PDF. Needs read permission on the document; one with full numbers is logged."""
	doc = _readable(doctype, name)
	form_policy.refuse_covered(doc)
	ref = sheets.ref_of(doc, name_of(kind, "kind"), text_of(subject, 140))
	content = sheets.render(ref)
	if not ref.masked:
		answers.disclosed(doc, N_("Form with full numbers printed"), {"kind": ref.kind, "key": ref.key})
	answers.show(content, ref.title)


def _readable(doctype: str, name: str):
	if name_of(doctype, "doctype") not in sheets.DOCTYPES:
		frappe.throw(_("There are no forms to print for this kind of document."))
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	return doc
