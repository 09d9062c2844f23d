"""The blocks by which the workspaces show the first pages, and the walk over them in the help menu."""

from typing import TYPE_CHECKING, Final

import frappe

from sclist_app.law.findings import N_
from sclist_app.register.home import HOMES, INDEXES

if TYPE_CHECKING:
	from sclist_app.setup.ledger import Ledger

# The framework puts a block behind a shadow root; the slot lets the page's own styles reach what the script adds.
_HTML: Final = "<slot></slot>"


def seed(ledger: "Ledger") -> None:
	"""One block a home; it follows the release."""
	for home in HOMES:
		script = f'sclist.show_home(root_element.host, "{home}");'
		ledger.seed(
			"Custom HTML Block",
			{"name": block_of(home)},
			{"html": _HTML, "script": script, "private": 0},
			refresh="release",
		)


def put_indexes() -> None:
	"""The indexes the counts are read from; one that is there stays."""
	for doctype, indexes in INDEXES.items():
		for name, fields in indexes.items():
			frappe.db.add_index(doctype, list(fields), name)


def block_of(home: str) -> str:
	return f"SC Home {home.title()}"


TOUR: Final = "sclist.help_tour()"
# translated by the menu
LABEL: Final = N_("Show Me Around")


def offer_tour() -> None:
	"""An entry of the help menu, at its head. Who does not want it hides it there."""
	settings = frappe.get_single("Navbar Settings")
	if any(item.action == TOUR for item in settings.help_dropdown):
		return
	settings.append("help_dropdown", {"item_label": LABEL, "item_type": "Action", "action": TOUR})
	settings.help_dropdown.insert(0, settings.help_dropdown.pop())
	for place, item in enumerate(settings.help_dropdown, start=1):
		item.idx = place
	settings.save(ignore_permissions=True)
