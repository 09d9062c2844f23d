"""The first page of each kind of user: numbers and small charts, each with the list behind it.

A number and its list are one filter: `Figure.filters` goes into the count here and, as it is, into the address of
the list. Both see what `access.visibility` lets the user see. Every count is one statement over an index that holds
all it asks for, so it costs the same milliseconds with a hundred thousand cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import getdate
from pypika.terms import Criterion

from sclist_app.access.doctypes import OPERATING
from sclist_app.access.posts import held
from sclist_app.access.today import today
from sclist_app.access.visibility import Scope, scope
from sclist_app.law.findings import N_
from sclist_app.workflow import desk
from sclist_app.workflow.store import is_national
from sclist_app.workflow.versions import copied_from, newer_parent

__all__ = ["HOMES", "INDEXES", "count", "grouped", "readable", "shown", "where"]

HOMES: Final = ("casework", "approvals", "supervision", "rules")
# What the counts and the calendar are read from; `setup.home` puts them on.
INDEXES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
	"SC Case": {
		"sclist_by_step": ("run_status", "bureau", "state_title"),
		"sclist_by_version": ("run_status", "procedure_version", "bureau"),
	},
	"SC Task": {
		"sclist_due": ("status", "bureau", "due_on"),
		# of the whole tree: those done long ago are not walked through
		"sclist_by_day": ("status", "due_on"),
	},
	"SC Notice": {"sclist_to_serve": ("service_state", "status", "bureau", "service_due")},
	"SC Publication": {"sclist_to_do": ("state", "bureau")},
	"SC Listing Record": {"sclist_in_force": ("state", "bureau", "term_end")},
	"SC Joint Action": {"sclist_to_send": ("state", "bureau")},
}

_CACHE: Final = "sclist_bureaus_in_scope"
LONG_AGO: Final = "2000-01-01"
FAR: Final = "2199-12-31"
BARS: Final = 10
URGENT: Final = 5
# more names do not fit into an address
NAMES: Final = 60
IN_FORCE: Final = ["in", ["L1", "L2", "L3"]]

CASES: Final = {"run_status": "Active"}
OPEN: Final = {"status": "Open"}


@dataclass(frozen=True)
class Figure:
	"""One number. filters: field → value or [operator, value], as the lists of the desk take them in an address.

	hot: something is wrong when it is not 0.
	"""

	key: str
	label: str
	doctype: str
	filters: Mapping[str, Any]
	hot: bool = False


def _late() -> list[Any]:
	return ["Between", [LONG_AGO, str(today() - timedelta(days=1))]]


def _until(days: int) -> list[Any]:
	return ["Between", [str(today()), str(today() + timedelta(days=days))]]


def _cases() -> Figure:
	return Figure("cases", N_("Cases in Progress"), "SC Case", CASES)


def _listed() -> Figure:
	return Figure("listed", N_("Parties on the List"), "SC Listing Record", {"state": IN_FORCE})


def _overdue() -> Figure:
	return Figure("late", N_("Overdue Tasks"), "SC Task", {**OPEN, "due_on": _late()}, hot=True)


def _publications() -> Figure:
	states = ["in", ["To Push", "Pushed", "To Withdraw", "Push Failed"]]
	return Figure("publications", N_("Publications to Do"), "SC Publication", {"state": states})


def _early() -> Figure:
	return Figure("early", N_("Early Removals in Progress"), "SC Repair Application", CASES)


def _ending() -> Figure:
	filters = {"state": IN_FORCE, "term_end": _until(30)}
	return Figure("ending", N_("Terms Ending within 30 Days"), "SC Listing Record", filters)


def _to_serve() -> list[Figure]:
	filters = {"service_state": "To Serve", "status": "Issued"}
	return [
		Figure("serve", N_("Papers to Serve"), "SC Notice", filters),
		Figure(
			"serve_late",
			N_("Service Overdue"),
			"SC Notice",
			{**filters, "service_due": _late()},
			hot=True,
		),
	]


def _casework() -> list[Figure]:
	posts = {h.post for h in held()}
	figures = [_cases()]
	if posts & {"case_officer", "service_officer", "document_officer"}:
		figures += _to_serve()
	if posts & {"credit_officer", "publisher", "publication_reviewer"}:
		to_send = Figure("send", N_("Sendings to Do"), "SC Joint Action", {"state": "To Send"})
		figures += [_publications(), to_send, _listed(), _ending()]
	if posts & {"acceptance_clerk", "verifier"}:
		figures += [_early(), _ending()]
	return figures


def _approvals() -> list[Figure]:
	return [_cases(), _early(), _overdue(), _listed()]


def _supervision() -> list[Figure]:
	soon = Figure("soon", N_("Tasks Due within 7 Days"), "SC Task", {**OPEN, "due_on": _until(7)})
	return [_overdue(), soon, _cases(), _early(), _listed(), _publications()]


def _rules() -> list[Figure]:
	version, template = "SC Procedure Version", "SC Document Template"
	mine = _in_mine()
	return [
		Figure("drafts", N_("Drafts of Procedures"), version, {"status": "Draft", **mine}),
		Figure("review", N_("Versions in Review"), version, {"status": "In Review", **mine}),
		Figure("parents", N_("Procedures Whose Model Has a Newer Version"), version, _named(_behind())),
		Figure("template_drafts", N_("Drafts of Templates"), template, {"state": "Draft", **mine}),
		Figure("template_review", N_("Templates in Review"), template, {"state": "In Review", **mine}),
		Figure(
			"no_procedure",
			N_("Bureaus without a Procedure"),
			"SC Bureau",
			_named(_without_procedure()),
			hot=True,
		),
		Figure(
			"no_template",
			N_("Bureaus without a Template"),
			"SC Bureau",
			_named(_without_template()),
			hot=True,
		),
	]


_FIGURES = {
	"casework": _casework,
	"approvals": _approvals,
	"supervision": _supervision,
	"rules": _rules,
}


def shown(home: str) -> dict[str, Any]:
	"""{"mine": counts of one's own tasks, "urgent": tasks, "figures": [figure with `value`], "charts": […]}.

	A figure: {"key", "label", "value", "hot", "doctype", "filters"}. A chart: {"key", "label", "bars"}, each bar
	{"label", "value", "doctype", "filters", "hot"}.

	Raises:
		KeyError: no such home.
	"""
	figures = _FIGURES[home]()
	own = desk.my_tasks(URGENT)
	return {
		"mine": own["counts"],
		"urgent": own["tasks"],
		"figures": [_counted(figure) for figure in figures],
		"charts": [chart for chart in _charts(home) if chart["bars"]],
	}


def _counted(figure: Figure) -> dict[str, Any]:
	return {
		"key": figure.key,
		"label": _(figure.label),
		"value": count(figure.doctype, figure.filters),
		"hot": figure.hot,
		"doctype": figure.doctype,
		"filters": figure.filters,
	}


# ------------------------------------------------------------------------------ charts


def _charts(home: str) -> list[dict[str, Any]]:
	if home == "supervision":
		return [
			_chart("late_by_bureau", N_("Overdue tasks by bureau"), _overdue(), "bureau"),
			_chart("cases_by_bureau", N_("Cases in progress by bureau"), _cases(), "bureau"),
			_chart("by_step", N_("Cases in progress by step"), _cases(), "state_title"),
		]
	if home == "rules":
		return [
			_chart("by_version", N_("Cases in progress by procedure"), _cases(), "procedure_version"),
		]
	return [
		_chart("by_step", N_("Cases in progress by step"), _cases(), "state_title"),
		_by_due_date(),
	]


_TITLES = {
	"bureau": ("SC Bureau", "bureau_name"),
	"procedure_version": ("SC Procedure Version", "version_title"),
}


def _chart(key: str, label: str, figure: Figure, field: str) -> dict[str, Any]:
	"""The ten longest bars of a number divided by a field."""
	bars = [
		{
			"label": _title(field, value),
			"value": number,
			"hot": figure.hot,
			"doctype": figure.doctype,
			"filters": {**figure.filters, field: value},
		}
		for value, number in grouped(figure.doctype, figure.filters, field)[:BARS]
	]
	return {"key": key, "label": _(label), "bars": bars}


def _title(field: str, value: str) -> str:
	if field not in _TITLES:
		return value
	doctype, title = _TITLES[field]
	return frappe.get_cached_value(doctype, value, title) or value


def _by_due_date() -> dict[str, Any]:
	day = today()
	after = ["Between", [str(day + timedelta(days=8)), FAR]]
	parts = (
		(_("Overdue"), _late(), True),
		(_("Due today"), str(day), False),
		(
			_("Within 7 days"),
			["Between", [str(day + timedelta(days=1)), str(day + timedelta(days=7))]],
			False,
		),
		(_("Due later"), after, False),
	)
	bars = []
	for label, due, hot in parts:
		filters = {**OPEN, "due_on": due}
		number = count("SC Task", filters)
		bars.append({"label": label, "value": number, "hot": hot, "doctype": "SC Task", "filters": filters})
	if not any(bar["value"] for bar in bars):
		bars = []
	return {"key": "by_due", "label": _("Open tasks by due date"), "bars": bars}


# ------------------------------------------------------------------------------ counting


def count(doctype: str, filters: Mapping[str, Any]) -> int:
	"""How many documents the list with these filters shows the user."""
	if not frappe.has_permission(doctype, "read"):
		return 0
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(Count("*")).where(where(doctype, filters))
	return query.run()[0][0]


def grouped(doctype: str, filters: Mapping[str, Any], field: str) -> list[tuple[str, int]]:
	"""(value, number) of a field over what the list shows the user, the most frequent first; empty values left out."""
	if not frappe.has_permission(doctype, "read"):
		return []
	table = frappe.qb.DocType(doctype)
	rows = (
		frappe.qb.from_(table)
		.select(table[field], Count("*"))
		.where(where(doctype, filters))
		.groupby(table[field])
		.run()
	)
	return sorted(((value, number) for value, number in rows if value), key=lambda row: (-row[1], row[0]))


def where(doctype: str, filters: Mapping[str, Any]) -> Criterion:
	"""The filters of a list and what the user may see, as one condition."""
	table = frappe.qb.DocType(doctype)
	return Criterion.all([readable(doctype), *(_term(table[f], v) for f, v in filters.items())])


def _term(field: Any, value: Any) -> Criterion:
	if not isinstance(value, list | tuple):
		return field == value
	operator, operand = value
	if operator == "Between":
		return field[operand[0] : operand[1]]
	assert operator == "in", operator
	return field.isin(operand or [""])


def readable(doctype: str) -> Criterion:
	"""`access.visibility.condition` for a query: the documents of the DocType the user may see."""
	if doctype not in OPERATING:
		# configuration is open to every holder of a post; the caller has asked for the right to read
		return Criterion.all([])
	allowed = scope()
	if allowed.everything:
		return Criterion.all([])
	return frappe.qb.DocType(doctype).bureau.isin(_names(allowed) or [""])


def _names(allowed: Scope) -> list[str]:
	"""The bureaus of the scope by name: an index over them is read twice as fast as through a query inside."""
	cache = _cached()
	if allowed not in cache:
		bureau = frappe.qb.DocType("SC Bureau")
		inside = [(bureau.lft >= low) & (bureau.rgt <= high) for low, high in sorted(allowed.ranges)]
		below = (
			frappe.qb.from_(bureau).select(bureau.name).where(Criterion.any(inside)).run() if inside else ()
		)
		cache[allowed] = sorted({*allowed.bureaus, *(name for (name,) in below)})
	return cache[allowed]


def _cached() -> dict[Scope, list[str]]:
	"""For one request; the tree changes seldom, but between two it may."""
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	return cache


# ------------------------------------------------------------------------------ rules


def _named(names: Iterable[str]) -> dict[str, Any]:
	return {"name": ["in", sorted(names)[:NAMES]]}


def _places() -> list[tuple[int, int]]:
	return [(h.lft, h.rgt) for h in held() if h.configures or h.approves_rules]


def _in_mine() -> dict[str, Any]:
	"""What others write is open to every post holder; counted is what one writes or approves oneself."""
	names = _names(Scope(False, frozenset(), frozenset(_places())))
	return {"bureau": ["in", names]} if 0 < len(names) <= NAMES else {}


def _of_mine(bureau: str | None) -> bool:
	place = frappe.get_cached_value("SC Bureau", bureau, ["lft", "rgt"]) if bureau else None
	return bool(place) and any(low <= place[0] and place[1] <= high for low, high in _places())


def _behind() -> list[str]:
	"""The latest versions of one's procedures whose model has published a newer version since."""
	rows = frappe.get_all(
		"SC Procedure Version",
		filters={"status": ["!=", "Retired"], "copied_from": ["is", "set"]},
		fields=["name", "procedure", "bureau", "version_no", "copied_from"],
		order_by="version_no asc",
	)
	latest = {row.procedure: row for row in rows if _of_mine(row.bureau)}
	found = []
	for row in latest.values():
		base, _declined = copied_from(frappe.get_doc("SC Procedure Version", row.name))
		if base and newer_parent(base):
			found.append(row.name)
	return found


def _without_procedure() -> list[str]:
	"""One's bureaus to which no procedure of some kind applies."""
	day = str(today())
	binding = frappe.qb.DocType("SC Procedure Binding")
	version = frappe.qb.DocType("SC Procedure Version")
	bound = (
		frappe.qb.from_(binding)
		.join(version)
		.on(version.name == binding.version)
		.select(binding.kind, binding.bureau)
		.where(version.status == "Published")
		.where(binding.effective_from <= day)
		.where(binding.effective_to.isnull() | (binding.effective_to >= day))
		.run()
	)
	procedure = frappe.qb.DocType("SC Procedure")
	published = (
		frappe.qb.from_(version)
		.join(procedure)
		.on(procedure.name == version.procedure)
		.select(procedure.kind, procedure.bureau)
		.where(version.status == "Published")
		.where(version.effective_from <= day)
		.run()
	)
	# what is the country's own needs no binding
	everywhere = [(kind, bureau) for kind, bureau in published if is_national(bureau)]
	kinds = frappe.get_meta("SC Procedure").get_field("kind").options.split("\n")
	return _uncovered([kind for kind in kinds if kind], [*bound, *everywhere])


def _without_template() -> list[str]:
	"""One's bureaus for which no template in force makes out a document that is issued."""
	day = today()
	rows = frappe.get_all(
		"SC Document Template",
		filters={"state": "In Force"},
		fields=["document_kind", "bureau", "effective_from", "effective_to"],
		order_by="name asc",
	)
	covers = [
		(row.document_kind, row.bureau)
		for row in rows
		if (not row.effective_from or getdate(row.effective_from) <= day)
		and (not row.effective_to or getdate(row.effective_to) >= day)
	]
	kinds = frappe.get_all("SC Document Kind", filters={"sheet": 0}, pluck="name", order_by="name asc")
	return _uncovered(kinds, covers)


def _uncovered(kinds: Iterable[str], covers: Iterable[tuple[str, str | None]]) -> list[str]:
	"""Bureaus of one's part of the tree for which one of the kinds is set neither there nor above."""
	above: dict[str, list[tuple[int, int]] | None] = {kind: [] for kind in kinds}
	for kind, bureau in covers:
		if kind not in above or above[kind] is None:
			continue
		if is_national(bureau):
			above[kind] = None
		elif place := frappe.get_cached_value("SC Bureau", bureau, ["lft", "rgt"]):
			above[kind].append(tuple(place))
	open_kinds = [places for places in above.values() if places is not None]
	if not open_kinds:
		return []
	bureaus = frappe.get_all(
		"SC Bureau", filters={"enabled": 1}, fields=["name", "lft", "rgt"], order_by="lft asc"
	)
	mine = _places()
	return [
		row.name
		for row in bureaus
		if _inside(row, mine) and any(not _inside(row, places) for places in open_kinds)
	]


def _inside(row: Any, places: Iterable[tuple[int, int]]) -> bool:
	return any(low <= row.lft and row.rgt <= high for low, high in places)
