"""Defaults of the site, the app's settings, and a look at the framework's version."""

import re
from typing import Final

import click
import frappe
from frappe import _

from sclist_app.setup.law import CALENDAR_NAME

SITE_DEFAULTS: Final = {
	"language": "zh",
	"country": "China",
	"time_zone": "Asia/Shanghai",
	"currency": "CNY",
	"date_format": "yyyy-mm-dd",
	"number_format": "#,###.##",
}
# below these, uploads and workflow end points of the framework have known holes
RECOMMENDED: Final = {15: (15, 121, 0), 16: (16, 34, 0)}


def older_than_recommended(version: str) -> str | None:
	"""The version to upgrade to if this one is older than recommended for its series, else None."""
	found = re.match(r"(\d+)\.(\d+)\.(\d+)(.*)", version)
	if not found:
		return None
	number = tuple(int(part) for part in found.groups()[:3])
	wanted = RECOMMENDED.get(number[0])
	return ".".join(map(str, wanted)) if wanted and number < wanted else None


def warn_of_old_framework() -> None:
	"""Warn on the terminal; the site still works."""
	if wanted := older_than_recommended(frappe.__version__):
		click.secho(
			_(
				"Frappe {0} has known security holes in uploads and workflow actions. Upgrade to {1} or later"
				" before real use."
			).format(frappe.__version__, wanted),
			fg="yellow",
		)


def set_defaults_where_none() -> None:
	"""Language, time zone, currency and formats of China, each only where the site has none."""
	meta = frappe.get_meta("System Settings")
	for field, value in SITE_DEFAULTS.items():
		# early 15 keeps the currency in the global defaults only
		if not meta.has_field(field):
			if not frappe.db.get_default(field):
				frappe.db.set_default(field, value)
			continue
		if frappe.db.get_single_value("System Settings", field):
			continue
		frappe.db.set_single_value("System Settings", field, value)
		frappe.db.set_default(field, value)
		if field == "language":
			# the framework's own name for it
			frappe.db.set_default("lang", value)
		if field == "currency":
			frappe.db.set_value("Currency", value, "enabled", 1)
	# the framework's list of countries has no sign for it and would write the code
	if not frappe.db.get_value("Currency", "CNY", "symbol"):
		frappe.db.set_value("Currency", "CNY", "symbol", "¥")


def fill_settings() -> None:
	"""Write the defaults of settings never saved: a single's default counts only once it is stored."""
	stored = frappe.db.get_singles_dict("SC Settings")
	defaults = {df.fieldname: df.default for df in frappe.get_meta("SC Settings").fields if df.default}
	missing = {field: value for field, value in defaults.items() if field not in stored}
	if not stored.get("calendar"):
		missing["calendar"] = CALENDAR_NAME
	if missing:
		frappe.db.set_single_value("SC Settings", missing)
		frappe.clear_document_cache("SC Settings", "SC Settings")
