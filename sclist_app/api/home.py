import re

import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api.checks import text_of
from sclist_app.register import home as homes


@frappe.whitelist(methods=["GET"])
def shown(home: str) -> dict:
	"""The numbers, charts and most urgent tasks of a first page. Needs a post."""
	home = text_of(home, 20)
	if not held():
		raise frappe.PermissionError
	if home not in homes.HOMES:
		frappe.throw(_("There is no such page."))
	return homes.shown(home)


@frappe.whitelist(methods=["POST"])
def tour_seen(tour: str) -> None:
	"""Remember that the user has been shown around. Needs a post."""
	tour = text_of(tour, 20)
	if not held():
		raise frappe.PermissionError
	if not re.fullmatch(r"[a-z_]+", tour):
		frappe.throw(_("There is no such page."))
	frappe.defaults.set_user_default(f"sclist_tour_{tour}", "1")
