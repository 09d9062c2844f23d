"""What a bureau rules itself besides its procedures: one light record, each field its own or its superior's.

A record is drafted by the bureau's rule administrator and applies once an approver has approved it and its day has
come; the latest such record of a bureau counts. A field left empty is looked for at the next bureau above, then in
the national default. What the law fixes (`law.guards`) stands above every record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.guard import engine_writes, is_engine, keep_engine_fields
from sclist_app.access.posts import bureau_chain, held
from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.law.citations import PENALTY_LAW, cite
from sclist_app.law.facts import ScopeFacts
from sclist_app.law.findings import N_, Finding, render

__all__ = [
	"Found",
	"approve",
	"find",
	"in_force",
	"named",
	"new_draft",
	"scope",
	"term",
	"value",
]

DOCTYPE: Final = "SC Local Rule"
_CACHE: Final = "sclist_local_rules"
LIST_NAME: Final = "严重失信主体名单"
# the national words of SC Term
WORDS: Final[Mapping[str, str]] = {
	"list_name": LIST_NAME,
	"subject_word": "严重失信主体",
	"party_word": "当事人",
}
# tables with the column that is read; the others are plain fields
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
	"scope_industries": ("industry",),
	"service_ways": ("way",),
	"recipients": ("recipient", "way", "request"),
}
FIELDS: Final = (
	"scope_basis",
	"scope_industries",
	"scope_note",
	"hearing_mode",
	"ground_numbering",
	"mark_legal_representative",
	"mark_actual_controller",
	"date_style",
	"copies",
	"service_ways",
	"seal_service",
	"report_listings",
	"online_application",
	"follow_up_months",
	"recipients",
)
NATIONAL: Final[Mapping[str, Any]] = {
	"scope_basis": "Penalised Here",
	"ground_numbering": "By Article",
	"mark_legal_representative": "No",
	"mark_actual_controller": "No",
	"date_style": "Arabic",
	"report_listings": "No",
	"online_application": "Yes",
	"follow_up_months": "0",
}
ENGINE_FIELDS: Final = ("state", "author", "approver", "approved_on")
WAYS: Final = (
	"Direct",
	"Left at Domicile",
	"By Post",
	"Electronic",
	"Entrusted",
	"Forwarded",
	"Announcement",
)
MOST_COPIES: Final = 20
MOST_MONTHS: Final = 36


@dataclass(frozen=True)
class Found:
	"""A value that applies. bureau and rule are empty for the national default; tables are tuples of mappings."""

	value: Any
	bureau: str = ""
	rule: str = ""


# ------------------------------------------------------------------------ reading


def applying(bureau: str, on: date | None = None) -> list[Document]:
	"""The approved records in force on the day (default: today) for the bureau, its own first, then upwards."""
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	key = (bureau, on or today())
	if key not in cache:
		cache[key] = _names(*key)
	return [frappe.get_cached_doc(DOCTYPE, name) for name in cache[key]]


def forget() -> None:
	"""Drop what this request has read, after a rule was approved."""
	setattr(frappe.local, _CACHE, None)


def _names(bureau: str, on: date) -> list[str]:
	chain = bureau_chain(bureau)
	rows = frappe.get_all(
		DOCTYPE,
		filters={
			"bureau": ["in", chain or [""]],
			"state": "Approved",
			"effective_from": ["<=", on],
		},
		fields=["name", "bureau"],
		order_by="effective_from desc, approved_on desc, creation desc",
	)
	latest: dict[str, str] = {}
	for row in rows:
		latest.setdefault(row.bureau, row.name)
	return [latest[code] for code in chain if code in latest]


def find(bureau: str, field: str, on: date | None = None) -> Found:
	"""What applies to the bureau in this field, and whose rule it is."""
	return _find(applying(bureau, on), field)


def _find(rules: Iterable[Document], field: str) -> Found:
	for rule in rules:
		given = _read(rule, field)
		if given:
			return Found(given, rule.bureau, rule.name)
	return Found(_national(field))


def value(bureau: str, field: str, on: date | None = None) -> Any:
	return find(bureau, field, on).value


def _read(rule: Document, field: str) -> Any:
	columns = TABLES.get(field)
	if columns is None:
		return (rule.get(field) or "").strip()
	return tuple({column: row.get(column) or "" for column in columns} for row in rule.get(field) or ())


def _national(field: str) -> Any:
	if field == "hearing_mode":
		return frappe.get_cached_value("SC Settings", None, "hearing_mode") or "With Ban"
	return NATIONAL.get(field, () if field in TABLES else "")


def scope(bureau: str, on: date | None = None) -> ScopeFacts:
	"""Which cases the bureau lists. “Registered here” means the area of the bureau whose rule says so."""
	rules = applying(bureau, on)
	basis = _find(rules, "scope_basis")
	place = basis.bureau if basis.value == "Registered Here" else ""
	return ScopeFacts(
		industries=tuple(row["industry"] for row in _find(rules, "scope_industries").value),
		area=area_of(place) if place else "",
		area_name=frappe.get_cached_value("SC Bureau", place, "bureau_name")
		.removesuffix("应急管理局")
		.removesuffix("应急管理厅")
		if place
		else "",
		note=_find(rules, "scope_note").value,
	)


def area_of(bureau: str) -> str:
	"""The leading digits that the division codes of the bureau's area share: 14 of a province, 1401 of a city."""
	code = frappe.get_cached_value("SC Bureau", bureau, "division_code") or ""
	if code.endswith("0000"):
		return code[:2]
	return code[:4] if code.endswith("00") else code


def service_ways(bureau: str) -> list[str]:
	"""All ways of service, those the bureau named first."""
	first = [row["way"] for row in value(bureau, "service_ways")]
	return [*first, *(way for way in WAYS if way not in first)]


def recipients(bureau: str) -> tuple[Mapping[str, str], ...]:
	"""The departments a listing is sent to: recipient, way, request."""
	return value(bureau, "recipients")


def follow_up_months(bureau: str) -> tuple[int, ...]:
	"""After how many months from the removal a party is visited, in order; none for no visit."""
	return _months(value(bureau, "follow_up_months"))


def reports_listings(bureau: str) -> bool:
	"""Is every listing reported to the next higher bureau, beyond what the Order asks?"""
	return value(bureau, "report_listings") == "Yes"


def date_style(bureau: str, template_bureau: str | None, template_style: str) -> str:
	"""How dates are written ("arabic", "chinese"): the rule's way, unless a template nearer than the rule differs."""
	found = find(bureau, "date_style")
	chain = [*bureau_chain(bureau), ""]
	if found.bureau and chain.index(found.bureau) <= _place(chain, template_bureau):
		return found.value.lower()
	return (template_style or "Arabic").lower()


def _place(chain: list[str], bureau: str | None) -> int:
	return chain.index(bureau or "") if (bureau or "") in chain else len(chain)


def copies(bureau: str) -> int | None:
	"""How many copies of a notice or decision are made; None where no rule says."""
	given = value(bureau, "copies")
	return int(given) if given else None


def term(bureau: str, key: str) -> str:
	"""The word a bureau uses (list_name, subject_word, party_word): its own, its superiors', the law's."""
	return terms(bureau)[key]


def terms(bureau: str) -> dict[str, str]:
	"""All words of a bureau."""
	chain = bureau_chain(bureau)
	rows = frappe.get_all(
		"SC Term",
		filters={"bureau": ["in", chain or [""]]},
		fields=["term", "bureau", "word"],
		order_by="creation",
	)
	words = dict(WORDS)
	for row in sorted(rows, key=lambda row: chain.index(row.bureau), reverse=True):
		words[row.term] = row.word
	return words


def named(bureau: str, text: str) -> str:
	"""A title with the bureau's own name of the list in place of the law's."""
	return text.replace(LIST_NAME, term(bureau, "list_name"))


# ------------------------------------------------------------------------ for the form


def in_force(bureau: str) -> list[dict[str, Any]]:
	"""For each field: label, what applies in words, from whom and since when; `own` if the bureau says so itself.

	above, above_source: what would apply without the bureau's own word.
	"""
	rules = applying(bureau)
	upwards = [rule for rule in rules if rule.bureau != bureau]
	meta = frappe.get_meta(DOCTYPE)
	rows = []
	for field in FIELDS:
		found, above = _find(rules, field), _find(upwards, field)
		rows.append(
			{
				"field": field,
				"label": _(meta.get_field(field).label),
				"text": _words(field, found.value),
				"bureau": found.bureau,
				"source": _source(found),
				"above": _words(field, above.value),
				"above_source": _source(above),
				"since": frappe.get_cached_value(DOCTYPE, found.rule, "effective_from")
				if found.rule
				else None,
				"own": found.bureau == bureau,
			}
		)
	return rows


def _source(found: Found) -> str:
	if not found.bureau:
		return _("National default")
	return frappe.get_cached_value("SC Bureau", found.bureau, "bureau_name")


def _words(field: str, given: Any) -> str:
	if not given:
		return _("Not set")
	if field == "recipients":
		return "、".join(f"{row['recipient']}（{_(row['way'])}）" for row in given)
	if field in TABLES:
		return "、".join(_(next(iter(row.values()))) for row in given)
	if field == "follow_up_months":
		months = _months(given)
		return _("No follow-up visit") if not months else _("{0} months").format("、".join(map(str, months)))
	return _(given) if frappe.get_meta(DOCTYPE).get_field(field).fieldtype == "Select" else given


# ------------------------------------------------------------------------ writing


def prepare(doc: Document) -> None:
	"""A new record is a draft of whoever writes it."""
	doc.state, doc.author = "Draft", frappe.session.user
	doc.approver = doc.approved_on = None


def validate(doc: Document) -> None:
	"""Only drafts change, by a rule administrator of this very bureau; each value is one the law leaves open.

	Raises:
		frappe.PermissionError: another bureau's rule, an approved one, or a field of the engine.
		frappe.ValidationError: a value that cannot be; says what to enter.
	"""
	_refuse_changes(doc)
	doc.rule_title = _("Rules of {0}", lang="zh").format(
		frappe.get_cached_value("SC Bureau", doc.bureau, "bureau_name")
	)[:140]
	doc.copies = _copies(doc.copies)
	doc.follow_up_months = ",".join(map(str, _months(doc.follow_up_months))) or (
		"0" if (doc.follow_up_months or "").strip() else ""
	)
	doc.seal_service = _seal_service(doc.seal_service)
	for field, columns in TABLES.items():
		_refuse_twice(doc, field, columns[0])
	if doc.service_ways and doc.service_ways[0].way == "Announcement":
		frappe.throw(
			_(
				"Service by announcement is for parties that cannot be reached. Put another way first (民事诉讼法第九十五条)."
			)
		)
	if doc.hearing_mode == "Never":
		frappe.msgprint(render(NEVER_HEARD, _), title=_("Please note"), indicator="orange")


NEVER_HEARD: Final = Finding(
	"rule.hearing",
	N_(
		"Without an offer of a hearing a ban from the occupation or industry may fall in court. Where a ban is to be"
		" applied, “With Ban” is the safe choice."
	),
	cite(PENALTY_LAW, 63),
	severity="warning",
)


def refuse_strangers(bureau: str) -> None:
	"""Raises frappe.PermissionError: the user does not write the rules of this very bureau."""
	user = frappe.session.user
	if user != "Administrator" and not any(h.configures and h.bureau == bureau for h in held()):
		frappe.throw(
			_("A bureau's own rules are written by its own rule administrator."), frappe.PermissionError
		)


def _refuse_changes(doc: Document) -> None:
	if is_engine():
		return
	refuse_strangers(doc.bureau)
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before is None:
		return
	if before.state != "Draft":
		frappe.throw(
			_("An approved rule does not change any more. Make a new draft from it."), frappe.PermissionError
		)
	keep_engine_fields(doc, ENGINE_FIELDS)
	# whoever changed it last answers for it
	doc.author = frappe.session.user


def _copies(text: str | None) -> str:
	given = (text or "").strip()
	if given and (not given.isascii() or not given.isdigit() or not 1 <= int(given) <= MOST_COPIES):
		frappe.throw(_("Enter a whole number of copies from 1 to {0}.").format(MOST_COPIES))
	return str(int(given)) if given else ""


def _seal_service(text: str | None) -> str:
	given = (text or "").strip()
	known = sorted(frappe.get_hooks("sclist_seal_services") or {})
	if given and given not in known:
		frappe.throw(
			_("No app of this site provides the seal service {0}. Provided: {1}.").format(
				given, "、".join(known) or _("none")
			)
		)
	return given


def _months(text: str | None) -> tuple[int, ...]:
	parts = [part.strip() for part in (text or "").replace("，", ",").replace("、", ",").split(",")]
	months = set()
	for part in filter(None, parts):
		if not part.isascii() or not part.isdigit() or int(part) > MOST_MONTHS:
			frappe.throw(
				_("Enter months from 1 to {0}, separated by commas, or 0 for no visit.").format(MOST_MONTHS)
			)
		months.add(int(part))
	return tuple(sorted(months - {0}))


def _refuse_twice(doc: Document, field: str, column: str) -> None:
	seen: set[str] = set()
	for row in doc.get(field) or ():
		row.set(column, (row.get(column) or "").strip())
		if row.get(column) in seen:
			frappe.throw(
				_("“{0}” stands twice under {1}. Keep one row.").format(
					_(row.get(column)), _(doc.meta.get_label(field))
				)
			)
		seen.add(row.get(column))


def refuse_delete(doc: Document) -> None:
	"""Raises frappe.PermissionError for everything but a draft."""
	if doc.state != "Draft" and not is_engine():
		frappe.throw(_("Only a draft can be deleted."), frappe.PermissionError)


def new_draft(bureau: str) -> str:
	"""A draft with what the bureau's record in force says; returns its name."""
	doc = frappe.new_doc(DOCTYPE)
	doc.update({"bureau": bureau, "effective_from": today()})
	own = next((rule for rule in applying(bureau) if rule.bureau == bureau), None)
	if own:
		doc.basis = own.basis
		for field in FIELDS:
			given = _read(own, field)
			doc.set(field, [dict(row) for row in given] if field in TABLES else given)
	doc.insert()
	return doc.name


def approve(name: str, seen: str) -> None:
	"""Approve a draft as it was seen; it applies from its day, at the earliest today.

	seen: the draft's time of change that the approver had before them.

	Raises:
		frappe.PermissionError: the approver wrote it.
		frappe.ValidationError: no draft, or it was changed meanwhile.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.state != "Draft":
		frappe.throw(_("This rule is approved already."))
	if not seen or get_datetime(seen) != get_datetime(doc.modified):
		frappe.throw(_("The draft was changed after you opened it. Reload the page and read it again."))
	approver = frappe.session.user
	if approver in (doc.author, doc.owner) and approver != "Administrator":
		frappe.throw(_("Who wrote a rule does not approve it. Ask another person."), frappe.PermissionError)
	with engine_writes():
		doc.update(
			{
				"state": "Approved",
				"approver": approver,
				"approved_on": now(),
				# nothing done so far is judged by a rule made afterwards
				"effective_from": max(getdate(doc.effective_from), today()),
			}
		)
		doc.save(ignore_permissions=True)  # the caller has checked the right to approve
	forget()
	events.append(
		DOCTYPE,
		doc.name,
		"approved",
		N_("Local rule approved"),
		bureau=doc.bureau,
		opinion=doc.basis or "",
		data={"effective_from": str(doc.effective_from), "rule": _plain(doc)},
	)


def _plain(doc: Document) -> dict[str, Any]:
	"""What the record says, for the log."""
	return {field: given for field in FIELDS if (given := _read(doc, field))}


def validate_term(doc: Document) -> None:
	"""A bureau has one word for each thing.

	Raises:
		frappe.ValidationError: blank, or there is a word already.
	"""
	doc.word = " ".join((doc.word or "").split())
	if not doc.word or any(mark in doc.word for mark in "<>{}"):
		frappe.throw(_("Enter the word to be used, without brackets of code."))
	if frappe.db.exists("SC Term", {"bureau": doc.bureau, "term": doc.term, "name": ["!=", doc.name or ""]}):
		frappe.throw(_("This bureau has a word for it already. Change that one."))
