"""Who may write what the engine owns: nobody but the engine.

State, bureau, procedure version, numbers and hashes are written only inside `engine_writes()`. The mark lives
on the request, so no payload can carry it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document

DEPTH = "sclist_engine_depth"


@contextmanager
def engine_writes() -> Iterator[None]:
	"""Writes inside the block are the engine's own."""
	setattr(frappe.local, DEPTH, getattr(frappe.local, DEPTH, 0) + 1)
	try:
		yield
	finally:
		setattr(frappe.local, DEPTH, getattr(frappe.local, DEPTH) - 1)


def is_engine() -> bool:
	return getattr(frappe.local, DEPTH, 0) > 0


def engine_only(doc: Document) -> None:
	"""The document is written by the engine alone.

	Raises:
		frappe.PermissionError: anybody else, the administrator too.
	"""
	if not is_engine():
		frappe.throw(
			_("{0} is written by the system only. Use the buttons of the case.").format(_(doc.doctype)),
			frappe.PermissionError,
		)


def keep_engine_fields(doc: Document, fields: tuple[str, ...]) -> None:
	"""The fields keep what the engine wrote: empty in a new document, unchanged in an old one.

	Raises:
		frappe.PermissionError: a request tries to change one.
	"""
	if is_engine():
		return
	if doc.docstatus:
		frappe.throw(_("{0} is not submitted or cancelled.").format(_(doc.doctype)), frappe.PermissionError)
	before = None if doc.is_new() else doc.get_doc_before_save()
	for field in fields:
		df = doc.meta.get_field(field)
		old = before.get(field) if before else None
		if not before and df.default and df.fieldtype != "Date":
			old = df.default
		if _text(doc.get(field)) == _text(old):
			continue
		if before is None and field in ("opened_on", "officer", "bureau"):
			doc.set(field, None)
			continue
		frappe.throw(
			_("{0} is set by the system only and cannot be changed here.").format(_(df.label)),
			frappe.PermissionError,
		)


def keep_engine_tables(doc: Document, tables: tuple[str, ...]) -> None:
	"""The same for tables whose rows the engine alone writes.

	Raises:
		frappe.PermissionError: a request adds, changes or drops a row.
	"""
	if is_engine():
		return
	before = None if doc.is_new() else doc.get_doc_before_save()
	for table in tables:
		df = doc.meta.get_field(table)
		columns = [c.fieldname for c in frappe.get_meta(df.options).fields]
		given, kept = (
			[[_text(row.get(c)) for c in columns] for row in (holder.get(table) if holder else None) or ()]
			for holder in (doc, before)
		)
		if given != kept:
			frappe.throw(
				_("{0} is set by the system only and cannot be changed here.").format(_(df.label)),
				frappe.PermissionError,
			)


def never_delete(doc: Document) -> None:
	"""Records of the procedure stay.

	Raises:
		frappe.PermissionError: always, but inside the engine.
	"""
	if not is_engine():
		frappe.throw(_("{0} cannot be deleted.").format(_(doc.doctype)), frappe.PermissionError)


def never_rename(doc: Document, *_args) -> None:
	"""Names are referred to by the event chain.

	Raises:
		frappe.PermissionError: always.
	"""
	frappe.throw(_("{0} cannot be renamed.").format(_(doc.doctype)), frappe.PermissionError)


def _text(value: object) -> str:
	return "" if value in (None, 0, "0") else str(value)


class Row(Document):
	"""A row of a form's table. The framework would also save it by itself, past the checks of its form.

	Saving the form does not come by here.
	"""

	def validate(self) -> None:
		self._refuse()

	def on_trash(self) -> None:
		self._refuse()

	def _refuse(self) -> None:
		frappe.throw(
			_("Rows of {0} are changed with their form only.").format(_(self.doctype)), frappe.PermissionError
		)
