"""What a site needs before work can begin. One set of functions, safe to repeat, for install and migrate alike."""

import click
import frappe
from frappe import _

from sclist_app.exchange.procedures import load_shipped
from sclist_app.setup import bureaus, calendar, catalogue, home, law, papers, posts, site
from sclist_app.setup.ledger import Ledger


def after_install() -> None:
	"""Called once when the app is installed on a site."""
	set_up()
	# the framework clears no defaults from the cache while it installs
	frappe.clear_cache()


def after_migrate() -> None:
	"""Called after every migration, so that an upgraded site ends up like a fresh one."""
	set_up()


def set_up() -> None:
	"""Create what is missing; change nothing an administrator has changed."""
	site.warn_of_old_framework()
	site.set_defaults_where_none()
	posts.create_roles()
	posts.create_module_profile()
	ledger = Ledger()
	posts.seed(ledger)
	catalogue.seed(ledger)
	law.seed(ledger)
	calendar.seed()
	bureaus.seed()
	papers.seed(ledger)
	home.seed(ledger)
	home.offer_tour()
	home.put_indexes()
	site.fill_settings()
	load_shipped()
	ledger.save()


def before_uninstall() -> None:
	"""Say what goes and what stays, before the framework deletes the app's records."""
	cases = frappe.db.count("SC Case")
	records = frappe.db.count("SC Listing Record")
	click.secho(
		_(
			"Uninstalling deletes {0} cases and {1} listing records with their documents and their event log."
			" Make a backup with files first."
		).format(cases, records),
		fg="yellow",
	)
	click.echo(
		_(
			"Kept: users and their roles, uploaded and generated files under private/files, and the language,"
			" time zone, currency and date format of the site."
		)
	)
