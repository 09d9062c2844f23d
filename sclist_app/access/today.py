"""The day and hour the system works with; server code (demo data, tests) may work as of another day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import frappe
from frappe.utils import get_datetime, getdate, now_datetime

_KEY = "sclist_as_of"


def now() -> datetime:
	"""Now, in the site's time zone, without zone."""
	fixed = getattr(frappe.local, _KEY, None)
	return fixed or now_datetime()


def today() -> date:
	return getdate(now())


def day_or_none(value: date | str | None) -> date | None:
	"""A day of a document or a form; None where there is none, which the framework would take for today."""
	return getdate(value) if value else None


@contextmanager
def as_of(moment: date | datetime | str) -> Iterator[None]:
	"""Work inside the block as if it were that moment. No request ever chooses the moment."""
	before = getattr(frappe.local, _KEY, None)
	setattr(frappe.local, _KEY, get_datetime(moment))
	try:
		yield
	finally:
		setattr(frappe.local, _KEY, before)
