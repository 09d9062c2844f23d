"""The bureaus of the province."""

import frappe
from frappe.utils import now

from sclist_app.setup.divisions import bureau_seeds
from sclist_app.setup.law import CALENDAR_NAME

_FIELDS = (
	"name",
	"code",
	"division_code",
	"level",
	"parent_sc_bureau",
	"old_parent",
	"is_group",
	"bureau_name",
	"short_name",
	"document_prefix",
	"seal_name",
	"review_body",
	"court",
	"calendar",
	"lft",
	"rgt",
	"enabled",
	"owner",
	"modified_by",
	"creation",
	"modified",
)


def seed() -> None:
	"""Enter the tree if there is no bureau at all.

	Only into an empty table: a bureau merged, closed or deleted by the administrator must not come back with
	the next migration. Written in one statement with its nested set, since 129 single inserts renumber the
	tree 129 times.
	"""
	if frappe.db.count("SC Bureau"):
		return
	user, at = frappe.session.user, now()
	rows = [
		(
			b.code,
			b.code,
			b.code,
			b.level,
			b.parent or "",
			b.parent or "",
			int(b.rgt > b.lft + 1),
			b.bureau_name,
			b.short_name,
			b.document_prefix,
			b.bureau_name,
			b.review_body,
			b.court,
			# the others inherit it
			None if b.parent else CALENDAR_NAME,
			b.lft,
			b.rgt,
			1,
			user,
			user,
			at,
			at,
		)
		for b in bureau_seeds()
	]
	frappe.db.bulk_insert("SC Bureau", list(_FIELDS), rows)
	frappe.clear_document_cache("SC Bureau")
