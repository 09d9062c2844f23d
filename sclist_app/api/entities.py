import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus, held
from sclist_app.api.checks import name_of, text_of
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.register import identity, lookup


@frappe.whitelist(methods=["POST"])
def reveal(entity: str, reason: str) -> dict:
	"""A person's certificate number in clear. Needs a post that registers entities, and a reason; logged."""
	doc = frappe.get_doc("SC Entity", name_of(entity, "entity"))
	doc.check_permission("read")
	if not filling_bureaus():
		frappe.throw(_("Your post does not need certificate numbers in clear."), frappe.PermissionError)
	if not text_of(reason, 500).strip():
		frappe.throw(_("Enter why you need the number; it is logged."))
	events.append(
		"SC Entity",
		doc.name,
		"disclosed",
		N_("Certificate number shown"),
		bureau=doc.bureau,
		opinion=reason.strip(),
	)
	return {"id_number": identity.full_number(doc)}


@frappe.whitelist(methods=["POST"])
def look_up(text: str) -> list[dict]:
	"""Entities by name, pinyin, USCC or a whole certificate number, those of one's own bureau first. Needs a post; POST,
	so that no number is logged.
	"""
	if not held() and frappe.session.user != "Administrator":
		raise frappe.PermissionError
	return [
		{
			"name": r.name,
			"entity_name": r.entity_name,
			"entity_kind": r.entity_kind,
			"kind_label": _(r.entity_kind),
			"code_shown": r.uscc or r.id_number or "",
			"unit": r.unit or "",
			"bureau_name": frappe.get_cached_value("SC Bureau", r.bureau, "bureau_name") or ""
			if r.bureau
			else "",
		}
		for r in lookup.own_first(text_of(text, 200).strip(), sorted({h.bureau for h in held()}))
	]


@frappe.whitelist(methods=["POST"])
def check_identifier(kind: str, number: str, id_type: str = "") -> dict:
	"""What is wrong with a code or certificate number, and who carries it already. Needs a post that registers entities.

	Answers {"number": the USCC as stored, "errors", "warnings", "twin": {"name", "entity_name"} or None}; a person's
	number is not sent back.
	"""
	if not filling_bureaus() and frappe.session.user != "Administrator":
		frappe.throw(_("Your post does not need certificate numbers in clear."), frappe.PermissionError)
	return identity.judged(text_of(kind, 40), text_of(number, 60), text_of(id_type, 60))


@frappe.whitelist()
def search(
	doctype: str,
	txt: str,
	searchfield: str,
	start: int,
	page_len: int,
	filters: dict | list | str | None = None,
) -> list:
	"""What a link to an entity offers, by name, code or pinyin. Needs a post; the framework asks it in place of its own."""
	if not held() and frappe.session.user != "Administrator":
		raise frappe.PermissionError
	found = lookup.offered(txt, filters, start, page_len)
	return [
		(r.name, r.entity_name, r.uscc or r.id_number or "", _(r.entity_kind), r.unit_name or "")
		for r in found
	]
