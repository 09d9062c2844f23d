"""What the public may read of the list: search over published records, nothing else (办法第十二条).

The one way from a guest to a listing record. It selects published columns only, and only records that the
engine shows after their publication was confirmed by a second person.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

import frappe
from frappe.query_builder import Criterion, Order
from frappe.query_builder.functions import Count
from frappe.utils import cint

from sclist_app.access import local_rules
from sclist_app.law.findings import errors
from sclist_app.law.identifiers import check_uscc, normalise_code
from sclist_app.law.masking import mask_id_number, mask_name

ROUTE: Final = "sclist"
DEFAULT_TITLE: Final = "安全生产严重失信主体名单"
# removed, revoked and transferred records are not the public's any more, whatever their mark says
PUBLIC_STATES: Final = ("L1", "L2", "L3")
# what becomes of a record whose execution a review body or court has suspended
NOTED: Final = "Is Shown with a Note"
HIDDEN: Final = "Is Hidden"
MIN_TEXT: Final = 2
MAX_TEXT: Final = 60
MIN_LENGTH: Final = 5
MAX_LENGTH: Final = 100

Refusal = Literal["", "too_short", "too_long"]

_DIGITS: Final = re.compile(r"[0-9]{1,6}")
_DIVISION: Final = re.compile(r"[0-9]{6}")
_TO_FULL: Final = str.maketrans("()", "（）")
_TO_HALF: Final = str.maketrans("（）", "()")
_HEADERS: Final = {
	"Cache-Control": "no-store, max-age=0",
	"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;"
	" form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class PublicRow:
	"""One published record. code: USCC of an organisation, masked certificate number of a person.

	address is empty for persons. Dates may be None. objected: an objection to what is shown is being handled.
	suspended: a review body or court has suspended the execution, and the settings want it said.
	"""

	name: str
	is_person: bool
	code: str
	address: str
	ground: str
	bureau: str
	decision_number: str
	listed_on: date | None
	term_end: date | None
	is_demo: bool
	objected: bool = False
	restored_on: date | None = None
	suspended: bool = False


@dataclass(frozen=True, slots=True)
class PublicPage:
	"""One page of the list. page: 1 … pages. refusal: why the text was not searched; then there are no rows.

	names_masked: names of persons are masked and cannot be searched.
	"""

	rows: tuple[PublicRow, ...]
	total: int
	page: int
	pages: int
	length: int
	text: str
	division: str
	refusal: Refusal
	names_masked: bool
	updated_at: datetime | None


def is_open() -> bool:
	"""Is the public page open?"""
	return bool(cint(_settings().public_page))


def title(division: str = "") -> str:
	"""The title of the page, with the name the chosen city (else the province) has for the list."""
	shown = (_settings().public_title or "").strip() or DEFAULT_TITLE
	bureau = division if division in dict(divisions()) else _root()
	return local_rules.named(bureau, shown) if bureau else shown


def _root() -> str | None:
	return frappe.db.get_value(
		"SC Bureau", {"parent_sc_bureau": ["is", "not set"]}, "name", order_by="lft asc"
	)


def divisions() -> list[tuple[str, str]]:
	"""The cities to choose from: (code, name of the place)."""
	bureaus = frappe.get_all(
		"SC Bureau",
		filters={"level": "City", "enabled": 1},
		fields=["code", "bureau_name"],
		order_by="lft asc",
		as_list=True,
	)
	return [(code, name.removesuffix("应急管理局")) for code, name in bureaus]


def page_number(text: Any) -> int:
	"""A page number out of an address; anything that is none is the first page."""
	text = text if isinstance(text, str) else ""
	return max(int(text), 1) if _DIGITS.fullmatch(text) else 1


def search(text: str, page: int, division: str) -> PublicPage:
	"""The published records with this name or code, newest first.

	text: a whole unified social credit code, or at least MIN_TEXT letters of a name; empty for all. page: from 1;
	beyond the last it is the first. division: code of a city, empty or unknown for all.
	"""
	settings = _settings()
	text = " ".join(text.split())
	masked = bool(cint(settings.mask_person_name))
	length = min(max(cint(settings.public_page_length) or 20, MIN_LENGTH), MAX_LENGTH)
	division = division if division in dict(divisions()) else ""
	refusal = _refusal(text)
	if refusal:
		return PublicPage((), 0, 1, 1, length, text[:MAX_TEXT], division, refusal, masked, _updated_at())

	record = frappe.qb.DocType("SC Listing Record")
	conditions = list(_conditions(record, text, division, masked))
	total = frappe.qb.from_(record).select(Count("*")).where(Criterion.all(conditions)).run()[0][0]
	pages = max(math.ceil(total / length), 1)
	page = page if 1 <= page <= pages else 1
	found = (
		frappe.qb.from_(record)
		.select(
			record.entity_name,
			record.entity_kind,
			record.code_shown,
			record.address,
			record.ground_text,
			record.bureau_name,
			record.decision_number,
			record.listed_on,
			record.term_end,
			record.is_demo,
			record.objection_marked,
			record.restored_on,
			record.execution_suspended,
		)
		.where(Criterion.all(conditions))
		.orderby(record.listed_on, order=Order.desc)
		.orderby(record.name, order=Order.desc)
		.limit(length)
		.offset((page - 1) * length)
		.run(as_dict=True)
	)
	head, tail = cint(settings.mask_head), cint(settings.mask_tail)
	rows = tuple(_row(r, masked, head, tail) for r in found)
	return PublicPage(rows, total, page, pages, length, text, division, "", masked, _updated_at())


def add_headers(response: Any, request: Any) -> None:
	"""Called after every request: the public page is never kept by a cache and loads nothing from elsewhere."""
	if request.path.strip("/").removesuffix(".html") == ROUTE:
		response.headers.update(_HEADERS)


def _settings() -> Any:
	return frappe.get_cached_doc("SC Settings")


def _refusal(text: str) -> Refusal:
	if len(text) > MAX_TEXT:
		return "too_long"
	return "too_short" if 0 < len(text) < MIN_TEXT else ""


def _conditions(record: Any, text: str, division: str, masked: bool) -> Iterator[Any]:
	yield record.shown == 1
	yield record.state.isin(PUBLIC_STATES)
	if _settings().suspension_on_page == HIDDEN:
		yield record.execution_suspended == 0
	if division:
		yield record.bureau.isin(_below(division))
	if not text:
		return
	code = normalise_code(text)
	if not errors(check_uscc(code)[1]):
		# persons are never found by a number: that would confirm it
		yield (record.code_shown == code) & (record.entity_kind != "Person")
		return
	yield Criterion.any(record.entity_name.like(f"%{_escaped(t)}%") for t in _spellings(text))
	if masked:
		# else a masked name could be guessed by searching for it
		yield record.entity_kind != "Person"


def _below(division: str) -> Any:
	bureau = frappe.qb.DocType("SC Bureau")
	top = frappe.db.get_value("SC Bureau", division, ["lft", "rgt"], as_dict=True)
	return (
		frappe.qb.from_(bureau).select(bureau.name).where((bureau.lft >= top.lft) & (bureau.rgt <= top.rgt))
	)


def _spellings(text: str) -> set[str]:
	"""Names are registered with full-width brackets and typed with either."""
	return {text, text.translate(_TO_FULL), text.translate(_TO_HALF)}


def _escaped(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(found: Any, masked: bool, head: int, tail: int) -> PublicRow:
	is_person = found.entity_kind == "Person"
	name, code = found.entity_name or "", found.code_shown or ""
	return PublicRow(
		name=mask_name(name) if is_person and masked else name,
		is_person=is_person,
		# stored masked already; masking again costs nothing and covers a record that was not
		code=mask_id_number(code, head, tail) if is_person else code,
		address="" if is_person else found.address or "",
		ground=found.ground_text or "",
		bureau=found.bureau_name or "",
		decision_number=found.decision_number or "",
		listed_on=found.listed_on,
		term_end=found.term_end,
		is_demo=bool(found.is_demo),
		objected=bool(found.objection_marked),
		restored_on=found.restored_on,
		suspended=bool(found.execution_suspended) and _settings().suspension_on_page == NOTED,
	)


def _updated_at() -> datetime | None:
	"""When a published record last changed, those no longer shown included."""
	return frappe.db.get_value(
		"SC Listing Record", {"shown_from": ["is", "set"]}, "modified", order_by="modified desc"
	)
