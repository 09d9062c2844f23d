"""Single fields of a document: covered on the way out, kept on the way in, by rules somebody else has made.

A rule names a field ("facts") or a column of a table ("subjects.role"). Nothing is known here of steps or tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.utils import cint, flt

from sclist_app.law import masking

__all__ = [
	"EDIT",
	"HIDDEN",
	"MASKED",
	"READ",
	"REQUIRED",
	"Rules",
	"filled",
	"label_of",
	"settle",
	"withhold",
]

EDIT, REQUIRED, READ, MASKED, HIDDEN = "Edit", "Required", "Read", "Masked", "Hidden"
OPEN = (EDIT, REQUIRED)
CLOSED = (MASKED, HIDDEN)
# Of several rules the most permissive counts; a field to be filled may also be changed.
RANK = (HIDDEN, MASKED, READ, EDIT, REQUIRED)
TEXT = ("Data", "Phone", "Small Text", "Text", "Long Text", "Code", "Read Only")
LONG_TEXT = ("Small Text", "Text", "Long Text", "Code")
COVER = masking.STAR * 6


@dataclass(frozen=True)
class Rules:
	"""What a user may see and change. `said`: field → policy; of all others `default` holds."""

	said: Mapping[str, str] = field(default_factory=dict)
	default: str = READ

	def of(self, name: str) -> str:
		"""Policy of a field or a column; a column nothing is said of goes with its table."""
		table, dot, _column = name.partition(".")
		return self.said.get(name) or (self.of(table) if dot else self.default)

	def columns(self, table: str) -> dict[str, str]:
		"""Column → policy, of the columns of a table that have one of their own."""
		return {key.split(".", 1)[1]: rule for key, rule in self.said.items() if key.startswith(f"{table}.")}

	@property
	def closed(self) -> dict[str, str]:
		"""What does not leave the server as it stands."""
		return {key: rule for key, rule in self.said.items() if rule in CLOSED}

	@staticmethod
	def most_permissive(several: Iterable[Rules]) -> Rules:
		"""One set of rules for who works under several at once."""
		several = tuple(several)
		names = sorted({name for rules in several for name in rules.said})
		return Rules(
			{name: max((rules.of(name) for rules in several), key=RANK.index) for name in names},
			max((rules.default for rules in several), key=RANK.index, default=READ),
		)


def withhold(doc: Document, rules: Rules) -> None:
	"""Take hidden values out of a document that is about to leave the server, and mask the masked ones.

	Doing it twice does no harm. The document is not to be saved afterwards.
	"""
	for name, policy in rules.closed.items():
		table, dot, column = name.partition(".")
		if dot:
			for row in doc.get(table) or ():
				_cover(row, column, policy)
		else:
			_cover(doc, name, policy)


def _cover(holder: Document, name: str, policy: str) -> None:
	df = holder.meta.get_field(name)
	if df is None:
		return
	if df.fieldtype in table_fields:
		holder.set(name, [])
	else:
		holder.set(name, mask(df, holder.get(name)) if policy == MASKED else None)


def mask(df: Any, value: Any) -> Any:
	"""The masked form of a value; what is not text cannot be masked and is left out."""
	if df.fieldtype not in TEXT:
		return None
	if not value:
		return value
	if df.fieldtype in LONG_TEXT:
		return COVER
	if df.fieldtype == "Phone" or df.options == "Phone":
		return masking.mask_phone(value)
	if df.fieldname.endswith("name"):
		return masking.mask_name(value)
	settings = frappe.get_cached_doc("SC Settings")
	return masking.mask_id_number(value, cint(settings.mask_head) or 4, cint(settings.mask_tail) or 4)


def settle(doc: Document, before: Document, rules: Rules) -> list[str]:
	"""Put back what the user could not see and name what they changed without leave.

	A hidden field that came back empty and a masked one that came back masked are what the server sent out: they
	get their stored value again.

	Args:
		before: the stored document; for a new one an empty one with its defaults.
	Returns: names of fields and columns that may not change but did; empty if all is well.
	"""
	refused: list[str] = []
	for df in doc.meta.fields:
		if df.fieldtype in table_fields:
			refused += _settle_table(doc, before, df, rules)
		elif df.fieldtype not in no_value_fields and not _settle_value(
			doc, before, df, rules.of(df.fieldname)
		):
			refused.append(df.fieldname)
	return refused


def _settle_value(holder: Document, stored: Document, df: Any, policy: str) -> bool:
	if policy in OPEN:
		return True
	given, kept = holder.get(df.fieldname), stored.get(df.fieldname)
	if _plain(df, given) == _plain(df, kept):
		return True
	unseen = policy == HIDDEN and _plain(df, given) == _plain(df, None)
	masked = policy == MASKED and _plain(df, given) == _plain(df, mask(df, kept))
	# what is fetched through a link has been fetched anew by now, whatever the client sent
	if unseen or masked or df.fetch_from:
		holder.set(df.fieldname, kept)
		return True
	return False


def _settle_table(doc: Document, before: Document, df: Any, rules: Rules) -> list[str]:
	table, policy, own = df.fieldname, rules.of(df.fieldname), rules.columns(df.fieldname)
	locked = policy not in OPEN
	if not locked and all(rule in OPEN for rule in own.values()):
		return []
	stored = list(before.get(table) or ())
	if policy in CLOSED and not doc.get(table):
		doc.set(table, [row.as_dict() for row in stored])
		return []
	columns = [c for c in frappe.get_meta(df.options).fields if c.fieldtype not in no_value_fields]
	known = [c for c in columns if rules.of(f"{table}.{c.fieldname}") not in CLOSED]
	by_name = {row.name: row for row in stored if row.name}
	nameless = [row for row in stored if row.name not in {given.name for given in doc.get(table) or ()}]
	fresh = frappe.new_doc(df.options)
	refused: list[str] = []
	met = 0
	for row in doc.get(table) or ():
		old = by_name.get(row.name) if row.name else None
		if old is None:
			# a client that sends rows without their names means the stored ones
			old = next((o for o in nameless if known and all(_same(c, row, o) for c in known)), None)
			if old is not None:
				nameless.remove(old)
		met += old is not None
		if old is None and locked:
			refused.append(table)
			continue
		refused += [
			f"{table}.{c.fieldname}"
			for c in columns
			if not _settle_value(row, old or fresh, c, rules.of(f"{table}.{c.fieldname}"))
		]
	if locked and met != len(stored):
		refused.append(table)
	return list(dict.fromkeys(refused))


def _same(df: Any, one: Document, other: Document) -> bool:
	return _plain(df, one.get(df.fieldname)) == _plain(df, other.get(df.fieldname))


def _plain(df: Any, value: Any) -> str:
	"""A value as text that is the same however it came: from a form, a file or the database."""
	if df.fieldtype in ("Check", "Int", "Long Int"):
		return str(cint(value))
	if df.fieldtype in ("Float", "Currency", "Percent", "Rating", "Duration"):
		return str(flt(value, 9))
	return "" if value is None else str(value).replace("\r\n", "\n")


def filled(doc: Document, name: str) -> bool:
	"""Has the field a value? Of a column: in every row. A box to tick counts when it is ticked, a 0 counts."""
	table, dot, column = name.partition(".")
	if dot:
		return all(filled(row, column) for row in doc.get(table) or ())
	df = doc.meta.get_field(name)
	value = doc.get(name)
	if df is not None and df.fieldtype == "Check":
		return bool(cint(value))
	return bool(value.strip()) if isinstance(value, str) else value not in (None, [])


def label_of(doctype: str, name: str) -> str:
	"""What the form calls a field or a column, translated: “案件主体：案中身份”."""
	meta, parts = frappe.get_meta(doctype), []
	for part in name.split("."):
		df = meta.get_field(part)
		if df is None:
			return name
		parts.append(_(df.label or part))
		if df.fieldtype in table_fields:
			meta = frappe.get_meta(df.options)
	return "：".join(parts)
