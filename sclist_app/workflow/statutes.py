"""The law as a site holds it: rows of SC Statute, read once a request. The shipped law where there are none.

Only who administers the whole site writes it; a bureau's rule administrator works inside it. What was in force
stays answerable: a row that has begun cannot be changed or deleted, only ended.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate

from sclist_app.access.guard import is_engine
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law import statute
from sclist_app.law.findings import N_, Finding, errors, render
from sclist_app.law.statute import SHIPPED, Channel, Invariant, Limit, Statute
from sclist_app.workflow.envelope import CHANNELS, CHECKS, statute_unit
from sclist_app.workflow.model import split_codes

__all__ = [
	"current",
	"fits",
	"forget",
	"limit",
	"log",
	"name_of",
	"name_row",
	"of_row",
	"refuse_delete",
	"refuse_rename",
	"validate",
]

DOCTYPE = "SC Statute"
KINDS_TABLE = "SC Statute Kind"
BOUNDS = {"Maximum": "max", "Minimum": "min", "Fixed": "fixed", "Local": "local", "Free": "free"}
_CACHE = "sclist_statute"


def current() -> Statute:
	"""The law of this site, past and to come; read once per request."""
	cached = getattr(frappe.local, _CACHE, None)
	if cached is None:
		cached = _read()
		setattr(frappe.local, _CACHE, cached)
	return cached


def limit(code: str, channel: Channel = "own") -> Limit:
	"""The limit in force today.

	Raises:
		frappe.ValidationError: the law of the site has none.
	"""
	row = current().limits_on(today(), channel).get(code)
	if row is None:
		frappe.throw(
			_(
				"No legal rule {0} is in force today. Ask who administers the law of this site to enter it."
			).format(code),
			title=_("The legal rule"),
		)
	return row


def forget() -> None:
	setattr(frappe.local, _CACHE, None)


def _read(without: str = "") -> Statute:
	kinds: dict[str, list[str]] = {}
	for row in frappe.get_all(KINDS_TABLE, fields=["parent", "kind"], order_by="parent asc, idx asc"):
		kinds.setdefault(row.parent, []).append(row.kind)
	rows = frappe.get_all(DOCTYPE, fields=["*"], order_by="code asc, channel asc, valid_from asc")
	found = [of_row(row, kinds.get(row.name, ())) for row in rows if row.name != without]
	if not found and not without:
		return SHIPPED
	return _statute(found)


def _statute(rows: list[Limit | Invariant]) -> Statute:
	return Statute(
		tuple(x for x in rows if isinstance(x, Limit)), tuple(x for x in rows if isinstance(x, Invariant))
	)


def of_row(row: Any, kinds: Any) -> Limit | Invariant:
	"""A row of the form (a document or its values, and the kinds of its table) as the law's own value."""
	dates = {
		"valid_from": getdate(row.valid_from),
		"valid_to": getdate(row.valid_to) if row.valid_to else None,
	}
	words = {"article": (row.article or "").strip(), "source": row.source or ""}
	if row.kind == "Invariant":
		return Invariant(
			row.code,
			row.rule_name,
			tuple(kinds),
			text=row.text or "",
			certain=bool(row.certain),
			enforced_from=getdate(row.enforced_from) if row.enforced_from else None,
			limits=split_codes(row.limits),
			documents=split_codes(row.document_kinds),
			duties=split_codes(row.duties),
			levels=split_codes(row.levels),
			**words,
			**dates,
		)
	return Limit(
		row.code,
		row.rule_name,
		int(row.n or 0),
		statute_unit(row.unit or ""),
		BOUNDS.get(row.bound, ""),
		int(row.minimum or 0) or None,
		int(row.maximum or 0) or None,
		row.runs_from or "",
		certain=bool(row.certain),
		channel=CHANNELS.get(row.channel or "", row.channel),
		zero=bool(row.on_the_spot),
		extension=int(row.extension_n or 0),
		**words,
		**dates,
	)


def name_of(code: str, channel: str, valid_from: Any) -> str:
	"""A row is named by code, channel and first day."""
	suffix = f"@{CHANNELS[channel]}" if channel in CHANNELS and channel else ""
	return f"{code.strip()}{suffix}-{getdate(valid_from)}"


def name_row(doc: Document) -> None:
	doc.name = name_of(doc.code or "", doc.channel or "", doc.valid_from)


def fits(doc: Document) -> list[Finding]:
	"""What is wrong with a row, by itself and beside the others."""
	row = of_row(doc, [k.kind for k in doc.procedure_kinds])
	others = _read(without=doc.name)
	same = [x for x in (*others.limits, *others.invariants) if x.code == row.code]
	return errors(statute.faults(_statute([*same, row]), CHECKS))


def validate(doc: Document) -> None:
	"""Raises frappe.ValidationError naming what does not fit, and where a row that has begun is changed."""
	doc.code = (doc.code or "").strip()
	if not is_engine():
		_keep_the_past(doc)
	if found := fits(doc):
		frappe.throw([escape_html(render(f, _)) for f in found], title=_("The legal rule"), as_list=True)


def _keep_the_past(doc: Document) -> None:
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before is None or getdate(before.valid_from) > today():
		return
	for field in doc.meta.get_valid_columns():
		if field in ("modified", "modified_by", "valid_to", "idx"):
			continue
		if _text(doc.get(field)) != _text(before.get(field)):
			_refuse_change(doc, doc.meta.get_label(field))
	if [k.kind for k in doc.procedure_kinds] != [k.kind for k in before.procedure_kinds]:
		_refuse_change(doc, doc.meta.get_label("procedure_kinds"))
	ended = before.valid_to and getdate(before.valid_to) < today()
	if ended and _text(doc.valid_to) != _text(before.valid_to):
		_refuse_change(doc, doc.meta.get_label("valid_to"))


def _refuse_change(doc: Document, label: str) -> None:
	frappe.throw(
		_(
			"{0} is in force since {1} and stays as it is ({2}). If the law changes, enter its last day and add a new row from the next day on."
		).format(doc.code, getdate(doc.valid_from), _(label)),
		title=_("The legal rule"),
	)


def refuse_delete(doc: Document) -> None:
	"""Raises frappe.ValidationError for a row that has begun."""
	if getdate(doc.valid_from) <= today() and not is_engine():
		frappe.throw(
			_("{0} has been in force; it cannot be deleted. Enter its last day instead.").format(doc.code),
			title=_("The legal rule"),
		)


def refuse_rename(doc: Document) -> None:
	"""Raises frappe.PermissionError: the name says which rule, from when."""
	frappe.throw(_("{0} cannot be renamed.").format(_(doc.doctype)), frappe.PermissionError)


def log(doc: Document, withdrawn: bool = False) -> None:
	"""Who changed the law of the site, and when, stands in the event chain of its settings.

	Not in a chain of the row: a row that is still to come may be withdrawn. What set-up writes is no change.
	"""
	if not is_engine():
		events.append(
			"SC Settings",
			"SC Settings",
			"statute_withdrawn" if withdrawn else "statute_changed",
			N_("Legal rule withdrawn") if withdrawn else N_("Legal rule entered or ended"),
			data={"rule": doc.name, "valid_from": str(doc.valid_from), "valid_to": str(doc.valid_to or "")},
		)


def _text(value: Any) -> str:
	return "" if value in (None, 0, "0") else str(value)
