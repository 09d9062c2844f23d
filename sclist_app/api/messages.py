import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus
from sclist_app.api.checks import name_of
from sclist_app.workflow import outbox


@frappe.whitelist(methods=["POST"])
def retry(message: str) -> None:
	"""Mail a failed message again. Needs a post that fills forms in its bureau, or the administration of the site."""
	doc = frappe.get_doc(outbox.DOCTYPE, name_of(message, "message"))
	doc.check_permission("read")
	if "System Manager" not in frappe.get_roles() and doc.bureau not in filling_bureaus():
		frappe.throw(_("You hold no post in this bureau that sends messages."), frappe.PermissionError)
	outbox.retry(message)
