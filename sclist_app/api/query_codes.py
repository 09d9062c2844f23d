import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus
from sclist_app.api.checks import name_of, text_of
from sclist_app.register import party_code


@frappe.whitelist(methods=["POST"])
def issue(record: str, reason: str) -> dict:
	"""Issue a new query code for a record; the earlier one is void. Needs a post of the deciding bureau that fills forms."""
	doc = frappe.get_doc("SC Listing Record", name_of(record, "record"))
	doc.check_permission("read")
	if doc.bureau not in filling_bureaus():
		frappe.throw(
			_("Query codes are issued by the bureau that listed, by those who register cases there."),
			frappe.PermissionError,
		)
	return {"code": party_code.issue_anew(doc.name, text_of(reason, 500))}
