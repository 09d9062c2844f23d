"""Reconciliation: what should have happened and has not, as lists with the next step (事有人管、责有人负).

Five lists over the bureaus the user may see. Each is one statement that starts from an indexed date, so its cost
follows what is late, not what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import flt, getdate
from pypika import Order
from pypika.terms import ExistsCriterion

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import filling_bureaus
from sclist_app.access.today import today
from sclist_app.access.visibility import Scope, scope
from sclist_app.audit import events
from sclist_app.exchange import spreadsheets
from sclist_app.law import matching
from sclist_app.law.ending import IN_TERM
from sclist_app.law.findings import N_
from sclist_app.law.grounds import GROUNDS
from sclist_app.law.periods import due_date
from sclist_app.workflow import statutes
from sclist_app.workflow.calendars import calendar_of

__all__ = ["LISTS", "case_of_penalty", "match", "overview", "remind", "rows", "set_aside", "sheet"]

PAGE = 20
MOST = 5000
PENALTY, RECORD, CLOCK = "SC Penalty", "SC Listing Record", "SC Clock"
NOT_PUBLISHED = ("To Push", "Pushed", "Push Failed")
NOT_WITHDRAWN = ("To Withdraw", "Taken Down")
WAYS = ("Telephone", "In Writing", "On the Spot", "Message")


@dataclass(frozen=True)
class List:
	"""One list. query: (day, condition for a bureau column) → SQL of its rows without order and limit.

	order: the column the oldest come first by. tell: row of the query → what is late, since when, and why.
	"""

	title: str
	hint: str
	query: Callable[[date, Callable[[Any], Any]], Any]
	tell: Callable[[Mapping[str, Any], date], dict[str, Any]]
	step: str
	label: str


# -------------------------------------------------------------------- the queries


def _unlisted(day: date, seen: Callable[[Any], Any]) -> Any:
	p, of_case = frappe.qb.DocType(PENALTY), frappe.qb.DocType("SC Case Penalty")
	in_a_case = frappe.qb.from_(of_case).select(of_case.name).where(of_case.penalty == p.name)
	return (
		frappe.qb.from_(p)
		.select(
			p.name,
			p.document_number,
			p.entity,
			p.entity_name,
			p.bureau,
			p.decided_on,
			p.likely_grounds,
			p.listing_due_on.as_("since"),
		)
		.where(p.listing_due_on < day)
		.where(p.status != "Revoked")
		.where(ExistsCriterion(in_a_case).negate())
		.where(seen(p.bureau))
	)


def _baseless(day: date, seen: Callable[[Any], Any]) -> Any:
	"""Records in term none of whose penalties stands: none linked, or all revoked."""
	r, of_case, p = (frappe.qb.DocType(d) for d in (RECORD, "SC Case Penalty", PENALTY))
	entry = frappe.qb.DocType("SC Legacy Entry")
	standing = (
		frappe.qb.from_(of_case)
		.inner_join(p)
		.on(p.name == of_case.penalty)
		.select(of_case.name)
		.where(of_case.parent == r.case)
		.where(of_case.parenttype == "SC Case")
		.where(p.status != "Revoked")
	)
	old = (
		frappe.qb.from_(entry)
		.inner_join(p)
		.on(p.name == entry.penalty)
		.select(entry.name)
		.where(entry.record == r.name)
		.where(p.status != "Revoked")
	)
	return (
		_record(r)
		.select(r.listed_on.as_("since"))
		.where(r.state.isin(IN_TERM))
		.where(ExistsCriterion(standing).negate())
		.where(ExistsCriterion(old).negate())
		.where(seen(r.bureau))
	)


def _repairable(day: date, seen: Callable[[Any], Any]) -> Any:
	r, application = frappe.qb.DocType(RECORD), frappe.qb.DocType("SC Repair Application")
	removal = frappe.qb.DocType("SC Removal")
	# both keys are unique and empty again when what they stand for has ended
	return (
		_record(
			r,
			frappe.qb.from_(r)
			.left_join(application)
			.on(application.open_key == r.name)
			.left_join(removal)
			.on(removal.open_key == r.name),
		)
		.select(r.earliest_application.as_("since"), r.repair_reminded_on)
		.where(r.earliest_application <= day)
		.where(r.term_end >= day)
		.where(r.state.isin(IN_TERM))
		.where(r.ban_lifetime == 0)
		.where(r.ban_until.isnull() | (r.ban_until < day))
		.where(application.name.isnull())
		.where(removal.name.isnull())
		.where(seen(r.bureau))
	)


def _unpublished(day: date, seen: Callable[[Any], Any]) -> Any:
	clock, row, r = (frappe.qb.DocType(d) for d in (CLOCK, "SC Publication", RECORD))
	return (
		_record(r, frappe.qb.from_(clock).inner_join(row).on(row.run == clock.run))
		.inner_join(r)
		.on(r.name == row.record)
		.select(clock.due_on.as_("since"), clock.reference_doctype, clock.reference_name)
		.where(clock.limit == "T04")
		.where(clock.status == "Running")
		.where(clock.due_on < day)
		.where(row.mandatory == 1)
		.where(row.state.isin(NOT_PUBLISHED))
		.where(r.state.isin(IN_TERM))
		.where(seen(clock.bureau))
		.groupby(r.name, clock.due_on, clock.reference_doctype, clock.reference_name)
	)


def _not_withdrawn(day: date, seen: Callable[[Any], Any]) -> Any:
	clock, r = frappe.qb.DocType(CLOCK), frappe.qb.DocType(RECORD)
	return (
		_record(r, frappe.qb.from_(clock).inner_join(r).on(r.removal_run == clock.run))
		.select(clock.due_on.as_("since"), clock.limit, clock.reference_doctype, clock.reference_name)
		.where(clock.limit.isin(("T07", "T08")))
		.where(clock.status == "Running")
		.where(clock.due_on < day)
		.where(r.state.notin(IN_TERM))
		.where(seen(clock.bureau))
		.groupby(r.name, clock.due_on, clock.limit, clock.reference_doctype, clock.reference_name)
	)


def _record(r: Any, query: Any = None) -> Any:
	return (query or frappe.qb.from_(r)).select(
		r.name,
		r.entity,
		r.entity_name,
		r.code_shown,
		r.bureau,
		r.case,
		r.ground,
		r.listed_on,
		r.term_end,
		r.state,
	)


# -------------------------------------------------------------- what a row tells


def grounds_in_words(codes: str | None) -> str:
	"""The grounds a penalty's words speak for, as `SC Penalty.likely_grounds` keeps them: "第七条第一项（…）、…"."""
	known = [code for code in (codes or "").split(",") if code in GROUNDS]
	return "、".join(f"{GROUNDS[code].article.split('》')[-1]}（{GROUNDS[code].title}）" for code in known)


def _tell_unlisted(row: Mapping[str, Any], day: date) -> dict[str, Any]:
	grounds = grounds_in_words(row["likely_grounds"])
	return {
		"doctype": PENALTY,
		"subject": row["entity_name"],
		"what": row["document_number"],
		"why": _("By its words the penalty may come under {0}, but no case was opened by {1}.").format(
			grounds, row["since"]
		),
	}


def _tell_baseless(row: Mapping[str, Any], day: date) -> dict[str, Any]:
	return {
		"what": _("Listed on {0}").format(row["listed_on"]) if row["listed_on"] else "",
		"why": _(
			"No penalty that still stands is linked to the listing. Check the file; if its basis has fallen, revoke the listing."
		),
	}


def _tell_repairable(row: Mapping[str, Any], day: date) -> dict[str, Any]:
	reminded = row["repair_reminded_on"]
	return {
		"what": _("Listed on {0}").format(row["listed_on"]),
		"why": _("An application for early removal is open since {0}; none was made.").format(row["since"])
		+ (
			_("Last reminded on {0}.").format(reminded)
			if reminded
			else _("The party has not been reminded yet.")
		),
	}


def _tell_unpublished(row: Mapping[str, Any], day: date) -> dict[str, Any]:
	open_rows = frappe.get_all(
		"SC Publication",
		filters={"record": row["name"], "mandatory": 1, "state": ["in", NOT_PUBLISHED]},
		pluck="channel",
		order_by="creation",
	)
	return {
		"what": "、".join(
			frappe.get_cached_value("SC Publication Channel", channel, "channel_name")
			for channel in open_rows
		),
		"why": _("Publication was due by {0} and is not recorded and confirmed on these channels.").format(
			row["since"]
		),
	}


def _tell_not_withdrawn(row: Mapping[str, Any], day: date) -> dict[str, Any]:
	if row["limit"] == "T07":
		return {
			"what": _("Change in the information system"),
			"why": _("The removal was to be entered in the information system by {0}.").format(row["since"]),
		}
	left = frappe.get_all(
		"SC Publication",
		filters={"record": row["name"], "state": ["in", NOT_WITHDRAWN]},
		pluck="channel",
		order_by="creation",
	)
	measures = frappe.get_all(
		"SC Measure Record",
		filters={"record": row["name"], "state": "To Lift"},
		pluck="measure",
		order_by="creation",
	)
	what = [frappe.get_cached_value("SC Publication Channel", channel, "channel_name") for channel in left]
	what += [frappe.get_cached_value("SC Management Measure", measure, "title") for measure in measures]
	return {
		"what": "、".join(what),
		"why": _("Publication was to be stopped and measures lifted by {0}.").format(row["since"]),
	}


LISTS: Mapping[str, List] = {
	"unlisted": List(
		N_("To Be Listed, but No Case"),
		N_(
			"Penalties whose words match a ground of article 6 or 7 and for which no case was opened in time."
		),
		_unlisted,
		_tell_unlisted,
		"case",
		N_("Open a listing case"),
	),
	"baseless": List(
		N_("Listed without a Penalty"),
		N_(
			"Records in term without a penalty that still stands: an error in the file, or a basis that fell."
		),
		_baseless,
		_tell_baseless,
		"revoke",
		N_("Revoke the Listing"),
	),
	"repairable": List(
		N_("May Be Repaired, No Application"),
		N_("Twelve months are over, no ban runs, and nobody has applied for early removal."),
		_repairable,
		_tell_repairable,
		"remind",
		N_("Remind the Party"),
	),
	"unpublished": List(
		N_("Publication Overdue"),
		N_("More than the limit has passed since the decision."),
		_unpublished,
		_tell_unpublished,
		"open",
		N_("Record the Publication"),
	),
	"not_withdrawn": List(
		N_("Withdrawal or Lifting Overdue"),
		N_("After a removal: system entry, publications and measures."),
		_not_withdrawn,
		_tell_not_withdrawn,
		"open",
		N_("Record the Withdrawal"),
	),
}


# --------------------------------------------------------------------- the lists


def _seen(bureau: str) -> Callable[[Any], Any]:
	"""The condition on a bureau column: what the user may see, and below it what they asked for.

	Raises:
		frappe.PermissionError: they may not see the bureau asked for, or hold no post.
	"""
	own = scope()
	if not own.everything and not (own.bureaus or own.ranges):
		frappe.throw(_("You hold no post."), frappe.PermissionError)
	if bureau:
		if not frappe.db.exists("SC Bureau", bureau) or not own.admits(bureau):
			frappe.throw(_("You may not see this bureau."), frappe.PermissionError)
		place = frappe.get_cached_value("SC Bureau", bureau, ["lft", "rgt"], as_dict=True)
		below = frappe.qb.DocType("SC Bureau")
		names = [
			row[0]
			for row in frappe.qb.from_(below)
			.select(below.name)
			.where((below.lft >= place.lft) & (below.rgt <= place.rgt))
			.run()
			if own.admits(row[0])
		]
		return lambda column: column.isin(names)
	if own.everything:
		return lambda column: column.isnotnull()
	return lambda column: column.isin(_bureaus(own))


def _bureaus(own: Scope) -> list[str]:
	names = frappe.get_all("SC Bureau", pluck="name", order_by="lft asc", limit=0)
	return [name for name in names if own.admits(name)]


def overview(bureau: str = "") -> dict[str, Any]:
	"""{"lists": [{"name", "title", "hint", "count"}], "bureaus": [{"name", "bureau_name"}]} for the user."""
	seen, own = _seen(bureau), scope()
	day = today()
	return {
		"lists": [
			{
				"name": name,
				"title": _(of.title),
				"hint": _(of.hint),
				"count": _count(of.query(day, seen)),
			}
			for name, of in LISTS.items()
		],
		"bureaus": [
			row
			for row in frappe.get_all(
				"SC Bureau", fields=["name", "bureau_name"], order_by="lft asc", limit=0
			)
			if own.admits(row.name)
		],
	}


def _count(query: Any) -> int:
	return frappe.qb.from_(query.as_("t")).select(Count("*")).run()[0][0]


def rows(which: str, bureau: str = "", start: int = 0, limit: int = PAGE) -> dict[str, Any]:
	"""One page of a list: {"rows", "more"}; each row with what, whose, since when, why and its next step.

	Raises:
		frappe.PermissionError: not for the user. frappe.ValidationError: no such list.
	"""
	of = _list(which)
	seen, day = _seen(bureau), today()
	start, limit = max(int(start), 0), min(max(int(limit), 1), MOST)
	query = of.query(day, seen).orderby(frappe.qb.Field("since"), order=Order.asc)
	found = query.orderby(frappe.qb.Field("name"), order=Order.asc).limit(limit + 1).offset(start)
	raw = found.run(as_dict=True)
	acting = _acting()
	return {"rows": [_row(which, of, row, day, acting) for row in raw[:limit]], "more": len(raw) > limit}


def _list(which: str) -> List:
	if which not in LISTS:
		frappe.throw(_("There is no such list."))
	return LISTS[which]


def _acting() -> set[str]:
	if frappe.session.user == "Administrator":
		return set(frappe.get_all("SC Bureau", pluck="name", order_by="lft asc", limit=0))
	return set(filling_bureaus())


def _row(which: str, of: List, row: Mapping[str, Any], day: date, acting: set[str]) -> dict[str, Any]:
	told = of.tell(row, day)
	since = getdate(row["since"]) if row["since"] else None
	out = {
		"list": which,
		"doctype": told.get("doctype") or RECORD,
		"name": row["name"],
		"entity": row["entity"],
		"subject": told.get("subject") or row["entity_name"],
		"code_shown": row.get("code_shown") or _code(row["entity"]),
		"bureau": row["bureau"],
		"bureau_name": frappe.get_cached_value("SC Bureau", row["bureau"], "bureau_name"),
		"what": told["what"],
		"why": told["why"],
		"since": str(since) if since else "",
		"days": (day - since).days if since else 0,
		"reference_doctype": row.get("reference_doctype"),
		"reference_name": row.get("reference_name"),
		# a superior looks; the step is taken by whoever answers for it
		"step": of.step if row["bureau"] in acting or of.step == "open" else "",
		"label": _(of.label),
	}
	return out


def _code(entity: str) -> str:
	"""The USCC, or the certificate number as it is stored for showing: masked."""
	found = frappe.get_cached_value("SC Entity", entity, ["entity_kind", "uscc", "id_number"], as_dict=True)
	return (found.id_number if found.entity_kind == "Person" else found.uscc) or ""


def sheet(which: str, bureau: str = "") -> bytes:
	"""A list as a spreadsheet, at most `MOST` rows, identity numbers masked."""
	found = rows(which, bureau, 0, MOST)["rows"]
	heads = [
		_("Party"),
		_("Code Shown"),
		_("Bureau"),
		_("Matter"),
		_("Open Since"),
		_("Days"),
		_("Why It Is Here"),
	]
	return spreadsheets.write_table(
		_(_list(which).title),
		heads,
		(
			(r["subject"], r["code_shown"], r["bureau_name"], r["what"], r["since"], r["days"], r["why"])
			for r in found
		),
		widths=[32, 24, 26, 36, 14, 8, 80],
	)


# ----------------------------------------------------------------- the next steps


def match(doc: Document) -> None:
	"""On saving a penalty: the grounds its words speak for, and until when a case is due (T21)."""
	found = matching.grounds_of(
		doc.violation, doc.basis, [row.kind for row in doc.items], flt(doc.multiplier) or None
	)
	doc.likely_grounds = ",".join(found)
	doc.listing_due_on = None
	if found and not doc.set_aside_on and doc.decided_on and doc.bureau:
		period, calendar = statutes.limit("T21").period, calendar_of(doc.bureau)
		doc.listing_due_on = due_date(getdate(doc.decided_on), period, calendar).on


def case_of_penalty(name: str) -> dict[str, Any]:
	"""Values of a new case on a penalty: bureau, the likeliest ground, penalty and party."""
	doc = frappe.get_doc(PENALTY, name)
	_may_act(doc.bureau)
	entity = frappe.get_doc("SC Entity", doc.entity)
	grounds = [code for code in (doc.likely_grounds or "").split(",") if code in GROUNDS]
	ground = grounds[0] if grounds else ""
	person = entity.entity_kind == "Person"
	role = GROUNDS[ground].person_roles[0] if ground and person else ""
	return {
		"bureau": doc.bureau,
		"ground": ground,
		"industry": entity.industry or "",
		"facts": doc.violation,
		"penalty": {
			"penalty": doc.name,
			"document_number": doc.document_number,
			"decided_on": str(doc.decided_on),
		},
		"subject": {"entity": entity.name, "entity_name": entity.entity_name, "role": role},
	}


def set_aside(name: str, reason: str) -> None:
	"""Note that a penalty was compared and comes under no ground; it leaves the list, the reason stays.

	Raises:
		frappe.PermissionError: not an officer of the bureau. frappe.ValidationError: no reason.
	"""
	doc = frappe.get_doc(PENALTY, name, for_update=True)
	_may_act(doc.bureau)
	if len((reason or "").strip()) < 4:
		frappe.throw(_("Say why the penalty comes under no ground of article 6 or 7."))
	with engine_writes():
		doc.update(
			{
				"set_aside_reason": reason.strip(),
				"set_aside_by": frappe.session.user,
				"set_aside_on": today(),
			}
		)
		doc.save(ignore_permissions=True)  # asked above
	events.append(
		PENALTY,
		doc.name,
		"set_aside",
		N_("Compared with articles 6 and 7: no ground"),
		bureau=doc.bureau,
		opinion=reason.strip(),
	)


def remind(name: str, way: str, told_on: str, note: str) -> None:
	"""Record that the party of a record was told it may apply for early removal.

	Raises:
		frappe.PermissionError: not an officer of the bureau. frappe.ValidationError: impossible day or way, or the
		record is not one that may be repaired.
	"""
	doc = frappe.get_doc(RECORD, name, for_update=True)
	_may_act(doc.bureau)
	day = getdate(told_on) if told_on else None
	if way not in WAYS:
		frappe.throw(_("Choose how the party was told."))
	if doc.state not in IN_TERM or not doc.earliest_application:
		frappe.throw(_("{0} is not on the list any more.").format(doc.entity_name))
	if day is None or day > today() or day < getdate(doc.listed_on):
		frappe.throw(_("Enter the day the party was told: not before the listing, not in the future."))
	with engine_writes():
		doc.repair_reminded_on = day
		doc.save(ignore_permissions=True)  # asked above
	chain = ("SC Case", doc.case) if doc.case else (RECORD, doc.name)
	events.append(
		*chain,
		"repair_reminded",
		N_("Party told that it may apply for early removal"),
		bureau=doc.bureau,
		run=doc.run,
		opinion=(note or "").strip(),
		data={"record": doc.name, "way": way, "told_on": str(day)},
	)


def _may_act(bureau: str) -> None:
	if bureau not in _acting():
		frappe.throw(_("Only officers of the bureau that answers for it do this."), frappe.PermissionError)
