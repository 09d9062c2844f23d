"""Query codes of the listed: printed on the repair notice, stored in a form nobody can use, issued anew at the bureau.

A code is derived from the entity, a random salt and the site's encryption key. The salt is stored and so is a keyed
hash by which the code is found; without the key neither gives the code. An entity has one code for each record.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import get_encryption_key

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law import query_code
from sclist_app.law.findings import N_

__all__ = ["Codes", "find", "in_use", "issue_anew", "keep", "of_demonstration"]

DOCTYPE = "SC Query Code"
IN_USE, REPLACED = "In Use", "Replaced"
FIELDS = ["name", "record", "entity", "salt", "status"]


class Codes:
	"""The codes of the papers that are just being drawn, until `keep` stores them with their records."""

	def __init__(self) -> None:
		self.salts: dict[str, str] = {}

	def of(self, entity: str) -> str:
		"""The code for the entity's paper, as printed; the same when asked again."""
		return query_code.shown(_derive(entity, self.salts.setdefault(entity, secrets.token_hex(16))))


def _key() -> bytes:
	return get_encryption_key().encode()


def _derive(entity: str, salt: str) -> str:
	return query_code.derive(_key(), entity, salt)


def keep(codes: Codes, notices: Mapping[str, str], records: Mapping[str, str]) -> None:
	"""Store what was printed. notices, records: entity → repair notice, entity → listing record.

	A paper drawn anew brings a new code, and the earlier one is void.
	"""
	for entity, notice in notices.items():
		if entity in codes.salts and entity in records:
			_store(records[entity], codes.salts[entity], notice=notice)


def _store(record: str, salt: str, notice: str = "", reason: str = "") -> Document:
	listed = frappe.get_doc("SC Listing Record", record)
	with engine_writes():
		for name in frappe.get_all(
			DOCTYPE, filters={"record": record, "status": IN_USE}, pluck="name", order_by="creation"
		):
			frappe.db.set_value(DOCTYPE, name, {"status": REPLACED, "voided_on": today()})
		row = frappe.new_doc(DOCTYPE)
		row.update(
			{
				"record": record,
				"entity": listed.entity,
				"entity_name": listed.entity_name,
				"bureau": listed.bureau,
				"status": IN_USE,
				"issued_on": today(),
				"issued_by": frappe.session.user,
				"notice": notice or None,
				"reason": reason or None,
				"salt": salt,
				"lookup": query_code.lookup_key(_key(), _derive(listed.entity, salt)),
				"is_demo": listed.is_demo,
			}
		)
		row.insert(ignore_permissions=True)  # follows from the paper, or the caller has checked the right
	return row


def find(code: str) -> Any | None:
	"""The row (name, record, entity) of a code in use, else None: unknown and replaced ones are told apart nowhere.

	code: as `law.query_code.check` returns it.
	"""
	row = frappe.db.get_value(DOCTYPE, {"lookup": query_code.lookup_key(_key(), code)}, FIELDS, as_dict=True)
	# the hash finds it, the code itself decides; an unknown one costs the same work
	expected = _derive(row.entity, row.salt) if row else _derive("", secrets.token_hex(16))
	fits = query_code.same(expected, code)
	return row if row and fits and row.status == IN_USE else None


def of_demonstration(record: str) -> str:
	"""The code of a demonstration record, as printed, for who tries the party's page; "" if it has none.

	Raises:
		frappe.PermissionError: the record is a real one; its code stands on its paper alone.
	"""
	if not frappe.db.get_value("SC Listing Record", record, "is_demo"):
		raise frappe.PermissionError
	row = frappe.db.get_value(DOCTYPE, {"record": record, "status": IN_USE}, FIELDS, as_dict=True)
	return query_code.shown(_derive(row.entity, row.salt)) if row else ""


def in_use(name: str) -> Any | None:
	"""The row of that name, if its code has not been replaced meanwhile."""
	row = frappe.db.get_value(DOCTYPE, name, FIELDS, as_dict=True)
	return row if row and row.status == IN_USE else None


def issue_anew(record: str, reason: str) -> str:
	"""A new code for a record, as printed; it is shown this once, and the earlier one is void.

	Raises:
		frappe.ValidationError: no reason.
	"""
	if not reason.strip():
		frappe.throw(_("Enter why a new code is needed, and how the applicant proved who they are."))
	bureau = frappe.db.get_value("SC Listing Record", record, "bureau", for_update=True)
	salt = secrets.token_hex(16)
	row = _store(record, salt, reason=reason.strip())
	events.append(
		"SC Listing Record",
		record,
		"query_code_issued",
		N_("New query code issued"),
		bureau=bureau,
		opinion=row.reason,
		data={"code": row.name},
	)
	return query_code.shown(_derive(row.entity, salt))
