"""Working calendars from the SC Calendar records, one for each bureau by inheritance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.posts import bureau_chain
from sclist_app.law.calendar import WorkCalendar, from_mapping

__all__ = ["based_on", "calendar_of", "changed_years", "load", "name_for", "reread"]

_CACHE, _NAMES = "sclist_calendars", "sclist_calendar_names"


def calendar_of(bureau: str | None) -> WorkCalendar:
	"""The bureau's own calendar, else its nearest ancestor's, else the national one of the settings."""
	name = name_for(bureau)
	return load(name) if name else WorkCalendar({})


def name_for(bureau: str | None) -> str | None:
	"""The name of the calendar a bureau uses; None if the site has none."""
	cache = _cached(_NAMES)
	if bureau not in cache:
		own = (
			frappe.get_cached_value("SC Bureau", code, "calendar")
			for code in (bureau_chain(bureau) if bureau else ())
		)
		cache[bureau] = next(filter(None, own), None) or frappe.get_cached_value(
			"SC Settings", None, "calendar"
		)
	return cache[bureau]


def based_on(calendar: str) -> list[str]:
	"""The calendar and all that are based on it, however far, the nearer first."""
	found = [calendar]
	for name in found:
		found += frappe.get_all(
			"SC Calendar",
			filters={"parent_calendar": name, "name": ["not in", found]},
			pluck="name",
			order_by="name",
		)
	return found


def reread(names: Iterable[str]) -> None:
	"""Read calendars past the framework's cache, which is emptied only after a save; those above first."""
	forget()
	for name in names:
		_cached(_CACHE)[name] = _build(frappe.get_doc("SC Calendar", name))


def load(name: str) -> WorkCalendar:
	cache = _cached(_CACHE)
	if name not in cache:
		cache[name] = _build(frappe.get_cached_doc("SC Calendar", name))
	return cache[name]


def _cached(key: str) -> dict:
	cache = getattr(frappe.local, key, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, key, cache)
	return cache


def forget() -> None:
	for key in (_CACHE, _NAMES):
		setattr(frappe.local, key, None)


def _build(doc: Document) -> WorkCalendar:
	off = {getdate(row.day) for row in doc.days if row.kind == "Rest"}
	work = {getdate(row.day) for row in doc.days if row.kind == "Work"}
	if doc.parent_calendar:
		return load(doc.parent_calendar).with_local(frozenset(off), frozenset(work))
	years: dict[str, Any] = {
		str(row.year): {"off": _days(off, row.year), "work": _days(work, row.year)} for row in doc.years
	}
	provisional = [row.year for row in doc.years if row.status == "Provisional"]
	return from_mapping(years, provisional_years=provisional)


def _days(days: set[date], year: int) -> list[str]:
	return sorted(day.strftime("%m-%d") for day in days if day.year == year)


def changed_years(doc: Document) -> set[int]:
	"""The years whose days or status differ from what was stored before this save."""
	before = doc.get_doc_before_save()
	old, new = _content(before), _content(doc)
	years = {year for year in {*old, *new} if old.get(year) != new.get(year)}
	if before and before.parent_calendar != doc.parent_calendar:
		years |= {*old, *new, *_shared_years(before.parent_calendar), *_shared_years(doc.parent_calendar)}
	return years


def _content(doc: Document | None) -> dict[int, tuple]:
	"""Year → its status and its days."""
	if doc is None:
		return {}
	status = {row.year: row.status for row in doc.years}
	days: dict[int, set] = {}
	for row in doc.days:
		days.setdefault(getdate(row.day).year, set()).add((getdate(row.day), row.kind))
	return {year: (status.get(year), frozenset(days.get(year, ()))) for year in {*status, *days}}


def _shared_years(name: str | None) -> set[int]:
	return set(load(name).years) if name else set()


def validate(doc) -> None:
	"""Every day once, in a year of the table; a rest day is no working day.

	Raises:
		frappe.ValidationError: naming the day.
	"""
	years = {row.year for row in doc.years}
	seen: set[date] = set()
	for row in doc.days:
		day = getdate(row.day)
		if day in seen:
			frappe.throw(_("The day {0} stands twice in the calendar. Keep one row.").format(day))
		seen.add(day)
		if not doc.parent_calendar and day.year not in years:
			frappe.throw(
				_("The day {0} lies in a year that is not in the table of years. Add the year.").format(day)
			)
	above = doc.parent_calendar
	while above:
		if above == doc.name:
			frappe.throw(_("A calendar cannot be based on itself."))
		above = frappe.db.get_value("SC Calendar", above, "parent_calendar")
