"""Notes of the system to its officers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from sclist_app.workflow import outbox

__all__ = ["party_of", "tell"]


def tell(
	users: Iterable[str],
	subject: str,
	doctype: str,
	name: str,
	*,
	kind: str = "",
	key: str = "",
	bureau: str | None = None,
) -> None:
	"""One note for each of the users, about a document.

	kind, key: the message is one of the kinds officers choose and get by mail too (see `workflow.outbox`), each
	event once.
	"""
	for user in sorted(set(users)):
		if kind:
			outbox.tell_officer(kind, key, user, subject, doctype, name, bureau)
			continue
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


def party_of(doc: Mapping[str, Any]) -> str:
	"""How a note names the party of a document: a unit by its name, a person only by the number of the decision."""
	if doc.get("entity_kind") != "Person":
		return doc.get("entity_name") or ""
	return doc.get("decision_number") or doc.get("name") or ""
