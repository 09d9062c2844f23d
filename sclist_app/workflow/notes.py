"""Notes of the system to its officers."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

__all__ = ["tell"]


def tell(users: Iterable[str], subject: str, doctype: str, name: str) -> None:
	"""One note for each of the users, about a document."""
	for user in sorted(set(users)):
		log = frappe.new_doc("Notification Log")
		log.update(
			{
				"for_user": user,
				"type": "Alert",
				"subject": subject,
				"document_type": doctype,
				"document_name": name,
			}
		)
		log.insert(ignore_permissions=True)  # notes of the system to its officers
