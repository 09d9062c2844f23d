"""The law on a site: SC Statute out of the release, and SC Time Limit, the catalogue that follows what is in force."""

from copy import deepcopy

import click
import frappe
from frappe import _

from sclist_app.access.guard import engine_writes, is_engine
from sclist_app.access.today import today
from sclist_app.law.findings import render
from sclist_app.setup import law
from sclist_app.setup.ledger import Ledger
from sclist_app.workflow import statutes


def seed(ledger: Ledger) -> None:
	"""Enter the shipped rules that are missing, then bring the catalogue of limits in line.

	A rule an administrator has edited or replaced is left alone; where a shipped one no longer fits beside it,
	that is said and the site's own stays.
	"""
	with engine_writes():
		for row in law.statute_rows():
			name = statutes.name_of(row["code"], row["channel"], row["valid_from"])
			if _fits(name, row):
				ledger.seed(statutes.DOCTYPE, {"name": name}, row, refresh="untouched")
	statutes.forget()
	_limits(ledger)


def _fits(name: str, row: dict) -> bool:
	if frappe.db.exists(statutes.DOCTYPE, name):
		return True
	found = statutes.fits(frappe.get_doc({"doctype": statutes.DOCTYPE, "name": name, **deepcopy(row)}))
	for finding in found:
		click.secho(_("Not entered: {0}").format(render(finding, _)), fg="yellow")
	return not found


def follow() -> None:
	"""Bring the catalogue in line with the law in force today: after a change of the law, and once a day."""
	statutes.forget()
	ledger = Ledger()
	_limits(ledger)
	ledger.save()


def changed(doc=None, method: str = "") -> None:
	"""A row of the law was written: at once here; set-up does it once for all."""
	statutes.forget()
	if not is_engine():
		follow()


def _limits(ledger: Ledger) -> None:
	for row in law.limit_rows(today(), statutes.current()):
		code = row.pop("code")
		ledger.seed("SC Time Limit", {"code": code}, row, refresh="release")
