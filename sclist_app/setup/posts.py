"""Roles and posts."""

import frappe

from sclist_app.access.posts import MODULE_PROFILE
from sclist_app.setup.divisions import read_seed
from sclist_app.setup.ledger import Ledger

# every holder of a post has this one; it opens the desk and nothing else
OFFICER = "SC Officer"


def roles() -> list[str]:
	"""All roles of the app."""
	return [OFFICER, *(post["role"] for post in read_seed("posts"))]


def create_roles() -> None:
	"""Create the roles the framework has not created with the DocTypes."""
	for role in roles():
		if not frappe.db.exists("Role", role):
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(
				ignore_permissions=True
			)


def create_module_profile() -> None:
	"""The officers' choice of modules: this app's alone, so that nothing else stands in their sidebar."""
	others = frappe.get_all(
		"Module Def", filters={"app_name": ["!=", "sclist_app"]}, pluck="name", order_by="name"
	)
	if frappe.db.exists("Module Profile", MODULE_PROFILE):
		doc = frappe.get_doc("Module Profile", MODULE_PROFILE)
	else:
		doc = frappe.new_doc("Module Profile")
		doc.module_profile_name = MODULE_PROFILE
	if doc.is_new() or {row.module for row in doc.block_modules} != set(others):
		doc.set("block_modules", [{"module": name} for name in others])
		doc.save(ignore_permissions=True)  # set-up of the app


def seed(ledger: Ledger) -> None:
	"""The posts, each with its role, its flags and the posts its holder must not have besides."""
	for post in read_seed("posts"):
		exclusions = [{"post": code} for code in post.pop("exclusions", ())]
		deputies = [{"post": code} for code in post.pop("deputised_by", ())]
		tables = {"exclusions": exclusions, "deputised_by": deputies}
		ledger.seed("SC Post", {"code": post.pop("code")}, {**post, **tables})
