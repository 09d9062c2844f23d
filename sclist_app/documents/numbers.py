"""Document numbers: drawn at issue, gap-free per bureau, kind and year.

The counter's row is locked until the transaction ends, so two drawers follow each other and a rolled-back issue
gives its number back. A voided document keeps its number for ever.
"""

from __future__ import annotations

import frappe
from frappe import _

from sclist_app.access.guard import engine_writes

__all__ = ["draw", "prefix_of"]

COUNTER = "SC Number Counter"


def prefix_of(bureau: str, document_kind: str) -> str:
	"""The part before the year: the bureau's own rule, else its prefix and the kind's word.

	Raises:
		frappe.ValidationError: the bureau has no prefix.
	"""
	rule = frappe.db.get_value("SC Number Rule", {"bureau": bureau, "document_kind": document_kind}, "prefix")
	if rule:
		return rule
	prefix = frappe.get_cached_value("SC Bureau", bureau, "document_prefix")
	if not prefix:
		frappe.throw(
			_("The bureau {0} has no document prefix. Ask the administrator to enter it.").format(
				frappe.get_cached_value("SC Bureau", bureau, "bureau_name") or bureau
			)
		)
	return prefix + (frappe.get_cached_value("SC Document Kind", document_kind, "number_word") or "")


def draw(bureau: str, document_kind: str, year: int) -> str:
	"""The next number, as it is printed: prefix〔year〕n号. Call it only in the transaction that issues."""
	prefix = prefix_of(bureau, document_kind)
	first = (
		frappe.db.get_value("SC Number Rule", {"bureau": bureau, "document_kind": document_kind}, "start")
		or 1
	)
	number = _next(f"{bureau}:{document_kind}:{year}", int(first))
	return f"{prefix}〔{year}〕{number}号"


def _next(key: str, first: int) -> int:
	last = frappe.db.get_value(COUNTER, key, "last", for_update=True)
	if last is None:
		_create(key, first - 1)
		last = frappe.db.get_value(COUNTER, key, "last", for_update=True)
	frappe.db.set_value(COUNTER, key, "last", last + 1)
	return last + 1


def _create(key: str, last: int) -> None:
	point = "sclist_number"
	frappe.db.savepoint(point)
	try:
		with engine_writes():
			counter = frappe.new_doc(COUNTER)
			counter.update({"counter_key": key, "last": last})
			counter.insert(ignore_permissions=True)  # the drawer is permitted by the act that issues
	except (frappe.DuplicateEntryError, frappe.UniqueValidationError):
		# Another connection has just created it; its row is there once it has committed.
		frappe.db.rollback(save_point=point)
