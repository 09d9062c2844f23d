"""Document templates as a bureau's rule administrator writes them and its approver puts them in force."""

from typing import Any

import frappe

from sclist_app.access.today import as_of
from sclist_app.api import templates as api
from sclist_app.documents.issue import template_for
from tests.site.support import DISTRICT, as_user, user_of

BEFORE = "2024-08-01 09:00:00"
KIND = "D05"


def national(kind: str = KIND) -> str:
	return template_for("", kind).body


def draft(bureau: str = DISTRICT, kind: str = KIND, **values: Any) -> str:
	"""A template as the bureau's rule administrator saves it; the national text, unless another is given."""
	with as_user(user_of("rules", bureau)):
		doc = frappe.new_doc("SC Document Template")
		doc.update({"bureau": bureau, "document_kind": kind, "body": national(kind), **values})
		doc.insert()
		return doc.name


def approve(name: str, day: str = BEFORE, effective_from: str = "") -> None:
	bureau = frappe.db.get_value("SC Document Template", name, "bureau")
	with as_user(user_of("rules", bureau)):
		api.submit(name)
	seen = frappe.db.get_value("SC Document Template", name, "modified")
	with as_user(user_of("approver", bureau)), as_of(day):
		api.approve(name, str(seen), effective_from)


def in_force(bureau: str = DISTRICT, kind: str = KIND, day: str = BEFORE, **values: Any) -> str:
	"""A template drafted, approved and in force from that day on."""
	name = draft(bureau, kind, **values)
	approve(name, day)
	return name
