"""Working calendars from the SC Calendar records, one for each bureau by inheritance."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.posts import bureau_chain
from sclist_app.law.calendar import WorkCalendar, from_mapping

__all__ = ["calendar_of", "load"]

_CACHE = "sclist_calendars"


def calendar_of(bureau: str | None) -> WorkCalendar:
	"""The bureau's own calendar, else its nearest ancestor's, else the national one of the settings."""
	name = None
	for code in bureau_chain(bureau) if bureau else ():
		if name := frappe.get_cached_value("SC Bureau", code, "calendar"):
			break
	name = name or frappe.get_cached_value("SC Settings", None, "calendar")
	if not name:
		return WorkCalendar({})
	return load(name)


def load(name: str) -> WorkCalendar:
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	if name not in cache:
		cache[name] = _build(name)
	return cache[name]


def forget() -> None:
	setattr(frappe.local, _CACHE, None)


def _build(name: str) -> WorkCalendar:
	doc = frappe.get_cached_doc("SC Calendar", name)
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
	if doc.parent_calendar and doc.parent_calendar == doc.name:
		frappe.throw(_("A calendar cannot be based on itself."))
