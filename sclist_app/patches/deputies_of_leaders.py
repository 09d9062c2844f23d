"""Only a deputy leader stands in for the principal leader, on sites whose posts were seeded before this was a rule."""

import frappe


def execute() -> None:
	for code, deputies in (("principal_leader", ("deputy_leader",)),):
		if not frappe.db.exists("SC Post", code):
			continue
		doc = frappe.get_doc("SC Post", code)
		if not doc.deputised_by:
			for post in deputies:
				doc.append("deputised_by", {"post": post})
			doc.save(ignore_permissions=True)  # set-up of the app
