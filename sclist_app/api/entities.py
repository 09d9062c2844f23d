import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus, held
from sclist_app.api.checks import name_of, text_of
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.law.identifiers import normalise_code
from sclist_app.register import identity


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


@frappe.whitelist(methods=["GET"])
def look_up(text: str) -> list[dict]:
	"""Entities by name, USCC or a whole certificate number. Needs a post."""
	if not held() and frappe.session.user != "Administrator":
		raise frappe.PermissionError
	wanted = text_of(text, 200).strip()
	if len(wanted) < 2:
		return []
	code = normalise_code(wanted)
	rows = frappe.get_list(
		"SC Entity",
		or_filters={
			"entity_name": [
				"like",
				"%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%",
			],
			"uscc": code,
			"id_number_key": identity.key_of(identity.CARD, code),
		},
		fields=["name", "entity_name", "entity_kind", "uscc", "id_number"],
		order_by="entity_name asc",
		limit=20,
	)
	return [
		{
			"name": r.name,
			"entity_name": r.entity_name,
			"entity_kind": r.entity_kind,
			"code_shown": r.uscc or r.id_number or "",
		}
		for r in rows
	]
