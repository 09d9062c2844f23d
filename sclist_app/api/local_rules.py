import frappe
from frappe import _

from sclist_app.access import local_rules
from sclist_app.access.posts import held
from sclist_app.access.visibility import may_approve
from sclist_app.api.checks import name_of, text_of


@frappe.whitelist(methods=["GET"])
def in_force(bureau: str) -> list[dict]:
	"""What applies to a bureau in each field and whose rule it is. Needs read permission on the local rules."""
	if not held() and frappe.session.user != "Administrator":
		frappe.throw(_("You hold no post."), frappe.PermissionError)
	frappe.get_doc("SC Bureau", name_of(bureau, "bureau"))
	return local_rules.in_force(bureau)


@frappe.whitelist(methods=["POST"])
def new_draft(bureau: str) -> dict:
	"""A draft from the bureau's record in force. Needs a configuring post in that bureau."""
	bureau = name_of(bureau, "bureau")
	local_rules.refuse_strangers(bureau)
	return {"name": local_rules.new_draft(bureau)}


@frappe.whitelist(methods=["POST"])
def approve(rule: str, as_seen: str) -> None:
	"""Approve a draft as it was seen. Needs an approving post in its bureau, and not to be its author."""
	doc = frappe.get_doc("SC Local Rule", name_of(rule, "rule"))
	doc.check_permission("read")
	if not may_approve(doc.bureau):
		frappe.throw(_("You hold no post that approves rules in this bureau."), frappe.PermissionError)
	local_rules.approve(rule, text_of(as_seen, 40))
