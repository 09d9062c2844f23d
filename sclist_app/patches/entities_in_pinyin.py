"""Entities stored before they could be found by pinyin."""

import frappe

from sclist_app.register import lookup

BATCH = 1000


def execute() -> None:
	last = ""
	while rows := frappe.get_all(
		"SC Entity",
		filters={"name": [">", last], "search_pinyin": ["is", "not set"]},
		fields=["name", "entity_name"],
		order_by="name asc",
		limit=BATCH,
	):
		for row in rows:
			if text := lookup.readings(row.entity_name):
				# no save: nothing a person wrote changes
				frappe.db.set_value("SC Entity", row.name, "search_pinyin", text, update_modified=False)
		last = rows[-1].name
