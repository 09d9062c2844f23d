import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api.checks import name_of
from sclist_app.workflow import effects


@frappe.whitelist(methods=["GET"])
def choices() -> list[dict]:
	"""The effects a transition may carry, with their names. Needs a post, or to administer the site."""
	if not held() and "System Manager" not in frappe.get_roles():
		raise frappe.PermissionError
	return effects.choices()


@frappe.whitelist(methods=["POST"])
def retry(effect_run: str) -> None:
	"""Queue a failed effect once more. Needs to administer the site."""
	if "System Manager" not in frappe.get_roles():
		frappe.throw(_("Only the administrator can do this."), frappe.PermissionError)
	effects.retry(name_of(effect_run, "effect_run"))
