"""Templates stored before they had versions are in force; those the site never edited are the app's own."""

import frappe

from sclist_app.setup.ledger import _digest, stored


def execute() -> None:
	known = stored()
	# the column outlives its field
	own = frappe.qb.DocType("SC Document Template")
	disabled = (
		{row[0] for row in frappe.qb.from_(own).select(own.name).where(own.enabled == 0).run()}
		if frappe.db.has_column("SC Document Template", "enabled")
		else set()
	)
	for row in frappe.get_all(
		"SC Document Template",
		filters={"approved_on": ["is", "not set"], "author": ["is", "not set"]},
		fields=["name", "document_kind", "bureau", "body", "date_style", "owner", "creation", "version_no"],
		order_by="creation asc",
	):
		entry = known.get(f"SC Document Template/{row.document_kind}/")
		written = _digest({"body": row.body, "date_style": row.date_style})
		# no save: nothing a person wrote changes
		frappe.db.set_value(
			"SC Document Template",
			row.name,
			{
				"paper_format": "Page",
				"state": "Retired" if row.name in disabled else "In Force",
				"effective_to": "2000-01-01" if row.name in disabled else None,
				"author": row.owner,
				"approved_on": row.creation,
				"shipped": int(not row.bureau and bool(entry) and entry[1] == written),
				"template_title": _title(row),
			},
			update_modified=False,
		)


def _title(row) -> str:
	kind = frappe.db.get_value("SC Document Kind", row.document_kind, "title") or row.document_kind
	whose = frappe.db.get_value("SC Bureau", row.bureau, "bureau_name") if row.bureau else "全国统一"
	return f"{kind} {whose} v{row.version_no or 1}"[:140]
