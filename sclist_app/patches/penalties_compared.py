"""Penalties stored before the comparison with articles 6 and 7 existed are compared once."""

import frappe

from sclist_app.register import reconciliation


def execute() -> None:
	for name in frappe.get_all(
		"SC Penalty", filters={"likely_grounds": ["is", "not set"]}, pluck="name", order_by="creation"
	):
		doc = frappe.get_doc("SC Penalty", name)
		reconciliation.match(doc)
		# no save: nothing a person wrote changes
		doc.db_set(
			{"likely_grounds": doc.likely_grounds, "listing_due_on": doc.listing_due_on},
			update_modified=False,
		)
