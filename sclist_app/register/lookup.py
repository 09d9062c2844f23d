"""Finding an entity by its name, a part of it, its code, or its name in pinyin: 太原 is taiyuan and ty.

What is searched is stored with the entity when it is saved. It holds readings of the name alone, never a number.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import Any

import frappe
from frappe.model.document import Document

from sclist_app.law.identifiers import normalise_code
from sclist_app.register import identity

__all__ = ["entities", "fill", "offered", "own_first", "readings"]

DOCTYPE = "SC Entity"
FIELDS = ["name", "entity_name", "entity_kind", "uscc", "id_number", "unit", "bureau", "search_pinyin"]
INDEXED = ("entity_name", "uscc", "id_number_key")
# Of a name with many ambiguous characters so many readings are kept; the usual one is always the first.
MOST_READINGS = 12
# as a name is typed in pinyin: its figures stay figures
_LETTERS = re.compile(r"(?=.*[a-z])[a-z0-9]{2,}")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
# Family names that pypinyin's phrases read as words.
_SURNAMES = {"单": "shan", "曾": "zeng", "查": "zha", "解": "xie", "仇": "qiu", "区": "ou", "朴": "piao", "乐": "yue", "盖": "ge", "缪": "miao", "翟": "zhai", "尉": "yu"}  # fmt: skip


def readings(name: str) -> str:
	"""The name as it may be typed: initials, then syllables, of the usual reading and of those one character differs in.

	太原 → "ty taiyuan …"; words apart by spaces.
	"""
	name = "".join((name or "").lower().split())
	if not _CHINESE.search(name):
		return ""
	# its tables are 54 MB: only for who saves an entity
	from pypinyin import Style, pinyin

	usual = [row[0] for row in pinyin(name, style=Style.NORMAL, errors=_others)]
	every = pinyin(name, style=Style.NORMAL, heteronym=True, errors=_others)
	if len(usual) != len(every):
		every = [[one] for one in usual]
	if surname := _SURNAMES.get(name[0]):
		usual[0], every[0] = surname, [surname, *every[0]]
	variants = (
		[*usual[:place], other, *usual[place + 1 :]]
		for place, options in enumerate(every)
		for other in options
		if other != usual[place]
	)
	words: dict[str, None] = {}
	for syllables in (usual, *islice(variants, MOST_READINGS)):
		syllables = [s for s in syllables if s]
		words["".join(s[0] for s in syllables)] = None
		words["".join(syllables)] = None
	return " ".join(words)[:2000]


def _others(text: str) -> list[str]:
	"""Letters and figures in a name are typed as they are, one by one; brackets and points are not typed."""
	return [c for c in text if c.isascii() and c.isalnum()]


def fill(doc: Document) -> None:
	"""Before an entity is saved."""
	doc.search_pinyin = readings(doc.entity_name)


@lru_cache(maxsize=256)
def _like(text: str) -> str:
	return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def conditions(text: str) -> dict[str, Any]:
	"""What of an entity may match the text, as `or_filters`; empty where there is too little to go by."""
	text = " ".join((text or "").split())
	if len(text) < 2:
		return {}
	code = normalise_code(text)
	found: dict[str, Any] = {"entity_name": ["like", _like(text)], "uscc": code}
	if len(code) >= 6 and code.isascii() and code.isalnum():
		found["uscc"] = ["like", _like(code)]
	typed = text.lower().replace(" ", "").replace("'", "").replace("ü", "v")
	if _LETTERS.fullmatch(typed):
		found["search_pinyin"] = ["like", _like(typed)]
	return found


def entities(
	text: str, *, filters: Any = None, start: int = 0, limit: int = 20, whole_number: bool = False
) -> list[Any]:
	"""Entities the user may read, those whose name or reading begins with the text first.

	whole_number: the text may be the whole number of an identity card, which is compared by its key.
	"""
	wanted = conditions(text)
	if not wanted:
		return []
	if whole_number:
		wanted["id_number_key"] = identity.key_of(identity.CARD, normalise_code(text))
	most = min(max(limit, 1), 50)
	# One question a field: its index is read instead of the table, and read no further than needed.
	asked = [("entity_name", ["like", _like(text.strip())[1:]]), *wanted.items()]
	names: dict[str, None] = {}
	for field, value in asked:
		found = frappe.get_list(
			DOCTYPE,
			filters=filters,
			or_filters={field: value},
			pluck="name",
			order_by=f"{field if field in INDEXED else 'name'} asc",
			limit_page_length=start + most,
		)
		names |= dict.fromkeys(found)
	if not names:
		return []
	rows = frappe.get_list(
		DOCTYPE,
		filters={"name": ["in", list(names)]},
		fields=FIELDS,
		order_by="entity_name asc",
		limit_page_length=len(names),
	)
	typed = text.strip().lower().replace(" ", "")
	return sorted(rows, key=lambda row: _rank(row, typed))[start : start + most]


def own_first(text: str, bureaus: list[str], limit: int = 20) -> list[Any]:
	"""As `entities`, by a whole number too; those that these bureaus registered come before all others."""
	found = (
		entities(text, filters={"bureau": ["in", bureaus]}, limit=limit, whole_number=True) if bureaus else []
	)
	if len(found) < limit:
		known = {row.name for row in found}
		others = entities(text, limit=limit, whole_number=True)
		found += [row for row in others if row.name not in known][: limit - len(found)]
	return found


def offered(text: str, filters: Any, start: int, limit: int) -> list[Any]:
	"""What a link field offers: without a text those changed last."""
	text = (text or "").strip()
	if text:
		rows = entities(text, filters=filters, start=start, limit=limit)
	else:
		rows = frappe.get_list(
			DOCTYPE,
			filters=filters,
			fields=FIELDS,
			order_by="modified desc",
			limit_start=start,
			limit_page_length=min(max(limit, 1), 50),
		)
	for row in rows:
		row.unit_name = frappe.get_cached_value(DOCTYPE, row.unit, "entity_name") if row.unit else ""
	return rows


def _rank(row: Any, typed: str) -> tuple[bool, str]:
	begins = row.entity_name.lower().startswith(typed) or any(
		word.startswith(typed) for word in (row.search_pinyin or "").split()
	)
	return not begins, row.entity_name
