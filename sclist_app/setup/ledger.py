"""Seeding of records: insert what is missing, leave alone what an administrator changed.

What was shipped last is remembered as hashes in one global value, so a record can be told to be untouched, and
a legal text to have changed with the release.
"""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Literal

import frappe
from frappe.model.document import Document

KEY = "sclist_app_seed"

# never: the record belongs to the administrator once it is there. untouched: follows the release until someone
# edits it. release: follows every change of the shipped text (what the law says).
Refresh = Literal["never", "untouched", "release"]


class Ledger:
	"""Seeds records and counts what it did. Call `save` at the end."""

	def __init__(self) -> None:
		self._old: dict[str, list[str]] = stored()
		self._new = dict(self._old)
		self.inserted = 0
		self.refreshed = 0

	def seed(
		self, doctype: str, key: Mapping[str, Any], values: Mapping[str, Any], refresh: Refresh = "never"
	) -> None:
		"""Insert the record with this key if there is none; else refresh its `values` as `refresh` says.

		key: the fields that identify it; a value of None means "not set". values: the other fields.
		"""
		name = _find(doctype, key)
		entry = "/".join([doctype, *(str(v or "") for v in key.values())])
		shipped = _digest(values)
		if name is None:
			# a copy: the framework writes into the rows of tables
			doc = frappe.get_doc({"doctype": doctype, **key, **deepcopy(dict(values))})
			# rows may point to rows seeded after them
			doc.flags.ignore_links = True
			doc.insert(ignore_permissions=True)
			self.inserted += 1
		elif refresh == "never":
			return
		else:
			before = self._old.get(entry)
			if before and before[0] == shipped:
				return
			doc = frappe.get_doc(doctype, name)
			edited = before is None or _digest(_current(doc, values)) != before[1]
			if refresh == "untouched" and edited:
				return
			if _differs(doc, values):
				doc.update(deepcopy(dict(values)))
				doc.save(ignore_permissions=True)
				self.refreshed += 1
		if refresh != "never":
			self._new[entry] = [shipped, _digest(_current(doc, values))]

	def save(self) -> None:
		"""Remember what was shipped, if it changed."""
		if self._new != self._old:
			store(self._new)


def stored() -> dict[str, list[str]]:
	"""What was shipped last: record → hash of the shipped text, hash of the record as written.

	Read past the cache of defaults: another process may have filled it with an older state.
	"""
	text = frappe.db.get_value("DefaultValue", {"parent": "__global", "defkey": KEY}, "defvalue")
	return json.loads(text or "{}")


def store(entries: Mapping[str, list[str]]) -> None:
	"""Remember what was shipped."""
	frappe.db.set_global(KEY, json.dumps(entries, ensure_ascii=False, sort_keys=True))


def _find(doctype: str, key: Mapping[str, Any]) -> str | None:
	filters = {field: ["is", "not set"] if value is None else value for field, value in key.items()}
	return frappe.db.get_value(doctype, filters, "name", order_by="creation asc")


def _current(doc: Document, values: Mapping[str, Any]) -> dict[str, Any]:
	return {field: _plain(doc.get(field), value) for field, value in values.items()}


def _plain(value: Any, shipped: Any) -> Any:
	"""A field as it was shipped; of the rows of a table only the shipped columns, not what the framework adds."""
	if not isinstance(shipped, list):
		return value
	columns = sorted({column for row in shipped for column in row})
	return [{column: row.get(column) for column in columns} for row in value or ()]


def _differs(doc: Document, values: Mapping[str, Any]) -> bool:
	return _digest(_current(doc, values)) != _digest(values)


def _digest(values: Mapping[str, Any]) -> str:
	# None, "" and 0 are the same empty field to a form
	text = json.dumps({k: v or "" for k, v in sorted(values.items())}, ensure_ascii=False, default=str)
	return hashlib.sha256(text.encode()).hexdigest()[:16]
