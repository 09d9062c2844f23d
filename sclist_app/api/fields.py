import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api.checks import name_of
from sclist_app.workflow import form_policy
from sclist_app.workflow.kinds import kind_of_doctype


@frappe.whitelist(methods=["GET"])
def policy(doctype: str, name: str) -> dict:
	"""What the user may see and change in a document now: {"open", "default", "fields"}. Needs read permission."""
	kind_of_doctype(name_of(doctype, "doctype"))
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	return form_policy.for_form(doc)


@frappe.whitelist(methods=["GET"])
def of_new(doctype: str, bureau: str) -> dict:
	"""What a new document of a bureau may bring, by the first step of its procedure. Needs to create such documents."""
	kind_of_doctype(name_of(doctype, "doctype"))
	doc = frappe.new_doc(doctype)
	doc.bureau = name_of(bureau, "bureau")
	doc.check_permission("create")
	return form_policy.for_form(doc, form_policy.at_start(doc))


@frappe.whitelist(methods=["GET"])
def steerable(kind: str) -> list[dict]:
	"""Fields whose policy a procedure of the kind may set: [{"value", "label"}]. Needs a post."""
	if not held() and frappe.session.user != "Administrator":
		frappe.throw(_("You hold no post."), frappe.PermissionError)
	return [
		{"value": known.name, "label": known.label}
		for known in (form_policy.known_fields(name_of(kind, "kind")) or {}).values()
		if not known.engine
	]
