"""Document numbers: drawn at issue, gap-free per bureau, kind and year.

The counter's row is locked until the transaction ends, so two drawers follow each other and a rolled-back issue
gives its number back. A voided document keeps its number for ever.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import now_datetime

__all__ = ["draw", "drawn_prefix", "prefix_of"]

COUNTER = "SC Number Counter"


def prefix_of(bureau: str, document_kind: str) -> str:
	"""The part before the year: the bureau's own rule, else its prefix and the kind's word.

	Raises:
		frappe.ValidationError: the bureau has no prefix.
	"""
	prefix = drawn_prefix(bureau, document_kind)
	if prefix is None:
		frappe.throw(
			_("The bureau {0} has no document prefix. Ask the administrator to enter it.").format(
				frappe.get_cached_value("SC Bureau", bureau, "bureau_name") or bureau
			)
		)
	return prefix


def drawn_prefix(bureau: str, document_kind: str) -> str | None:
	"""As `prefix_of`; None where the bureau has no prefix."""
	rule = frappe.db.get_value("SC Number Rule", {"bureau": bureau, "document_kind": document_kind}, "prefix")
	if rule:
		return rule
	prefix = frappe.get_cached_value("SC Bureau", bureau, "document_prefix")
	if not prefix:
		return None
	return prefix + (frappe.get_cached_value("SC Document Kind", document_kind, "number_word") or "")


def draw(bureau: str, document_kind: str, year: int) -> str:
	"""The next number, as it is printed: prefix〔year〕n号. Call it only in the transaction that issues."""
	prefix = prefix_of(bureau, document_kind)
	first = (
		frappe.db.get_value("SC Number Rule", {"bureau": bureau, "document_kind": document_kind}, "start")
		or 1
	)
	number = _next(bureau, f"{bureau}:{document_kind}:{year}", int(first))
	return f"{prefix}〔{year}〕{number}号"


def _next(bureau: str, key: str, first: int) -> int:
	if not frappe.db.exists(COUNTER, key):
		# drawers of a first number follow each other; waiting on the counter's own gap they would stop each other
		frappe.db.get_value("SC Bureau", bureau, "name", for_update=True)
		_create(key, first - 1)
	last = frappe.db.get_value(COUNTER, key, "last", for_update=True)
	frappe.db.set_value(COUNTER, key, "last", last + 1)
	return last + 1


def _create(key: str, last: int) -> None:
	"""Create the counter unless another connection just does; then wait for it.

	Not by a document: its refused insert would keep a shared lock, and two such drawers would stop each other.
	"""
	columns = "(name, counter_key, `last`, owner, modified_by, creation, modified, docstatus, idx)"
	values = (key, key, last, frappe.session.user, frappe.session.user, now_datetime(), now_datetime())
	table, row = f"`tab{COUNTER}`", "values (%s, %s, %s, %s, %s, %s, %s, 0, 0)"
	frappe.db.multisql(
		{
			"mariadb": f"insert into {table} {columns} {row} on duplicate key update name = name",
			"postgres": f"insert into {table} {columns} {row} on conflict do nothing",
			"sqlite": f"insert or ignore into {table} {columns} {row}",
		},
		values,
	)
