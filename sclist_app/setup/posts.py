"""Roles and posts."""

import frappe

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


def seed(ledger: Ledger) -> None:
	"""The posts, each with its role, its flags and the posts its holder must not have besides."""
	for post in read_seed("posts"):
		exclusions = [{"post": code} for code in post.pop("exclusions", ())]
		ledger.seed("SC Post", {"code": post.pop("code")}, {**post, "exclusions": exclusions})
