"""Where a bureau publishes: the channels for all, its own and its superiors', with what takes whose place."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access.posts import bureau_chain

__all__ = ["of_bureau", "validate"]


def of_bureau(bureau: str) -> list:
	"""The enabled channels of a bureau (name, mandatory), in the order of their codes.

	A channel that takes the place of another one hides it for its bureau and those below.
	"""
	chain = bureau_chain(bureau)
	rows = [
		row
		for row in frappe.get_all(
			"SC Publication Channel",
			filters={"enabled": 1},
			fields=["name", "bureau", "mandatory", "replaces"],
			order_by="code",
		)
		if not row.bureau or row.bureau in chain
	]
	hidden: set[str] = set()
	replaced: set[str] = set()
	# the nearest bureau's word counts first
	for code in (*chain, ""):
		for row in rows:
			if (row.bureau or "") != code or not row.replaces or row.name in hidden:
				continue
			hidden.add(row.name if row.replaces in replaced else row.replaces)
			replaced.add(row.replaces)
	return [row for row in rows if row.name not in hidden]


def validate(doc: Document) -> None:
	"""Only a department's own site can be replaced, by a channel just as mandatory; it stays with its bureau.

	Raises:
		frappe.ValidationError: the platforms of the state would drop out, or a duty would become a choice.
	"""
	if not doc.replaces:
		return
	if not doc.bureau:
		frappe.throw(_("Only a bureau's own channel takes the place of another one. Choose the bureau."))
	if doc.replaces == doc.name:
		frappe.throw(_("A channel cannot take its own place."))
	other = frappe.db.get_value(
		"SC Publication Channel",
		doc.replaces,
		["own_page", "mandatory", "bureau", "channel_name"],
		as_dict=True,
	)
	if not other.own_page:
		frappe.throw(
			_(
				"“{0}” is demanded by article 11 of Order 11 and cannot be replaced. Only the department's own site can."
			).format(other.channel_name)
		)
	if other.bureau and other.bureau not in bureau_chain(doc.bureau):
		frappe.throw(_("“{0}” does not apply to this bureau.").format(other.channel_name))
	if other.mandatory and not doc.mandatory:
		frappe.throw(
			_("“{0}” is mandatory, so what takes its place is mandatory too.").format(other.channel_name)
		)
