"""People and played cases that the tests of the site share.

Playing a case draws documents, which costs seconds: the cases of `world` are played once a session and committed,
with parties of their own. A test plays on from where a case stands; what it does is rolled back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import frappe
import pytest

from tests.site.support import CITY, COUNTY, DISTRICT, Case
from tests.site.words_sent import words_sent

__all__ = ["words_sent"]

# What the app keeps for the length of a request.
KEPT = (
	"sclist_held_posts",
	"sclist_procedures",
	"sclist_calendars",
	"sclist_as_of",
	"sclist_local_rules",
	"sclist_engine_depth",
	"sclist_statute",
)


def _forget() -> None:
	for name in KEPT:
		if hasattr(frappe.local, name):
			delattr(frappe.local, name)


@pytest.fixture(autouse=True)
def _fresh_request(_own_transaction) -> Iterator[None]:
	_forget()
	yield
	_forget()


@pytest.fixture(scope="session")
def people(site: str) -> None:
	"""The officers of the demonstration, committed."""
	from sclist_app.setup import demo

	frappe.db.rollback()
	frappe.set_user("Administrator")
	demo._people()
	frappe.db.commit()
	frappe.clear_cache()


@dataclass(frozen=True)
class World:
	"""Names of committed cases and the day each has come to."""

	fresh: tuple[str, date]  # district, unit and person, first step
	waiting: tuple[str, date]  # district, person alone, notice served, defence window open
	discussed: tuple[str, date]  # district, unit alone, before the panel
	listed: tuple[str, date]  # district, unit and person, decided on 2024-09-27 and finished
	city: tuple[str, date]  # city, first step
	short: tuple[str, date]  # county with its own procedure, notice served

	def case(self, name: str) -> Case:
		case, day = getattr(self, name)
		return Case.at(case, day)


def _listed() -> Case:
	case = Case.opened(DISTRICT, date(2024, 9, 2), "7-1")
	case.play("C80")
	case.day = date(2024, 9, 27)
	case.play()
	return case


def _waiting() -> Case:
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C40")
	return case


def _discussed() -> Case:
	case = Case.opened(DISTRICT, date(2024, 9, 2), "7-4")
	case.play("C60")
	return case


def _short() -> Case:
	case = Case.opened(COUNTY, date(2024, 9, 2), "6-5")
	case.act("K01", "submit")
	case.act("K02", "agree", "同意制发告知书。")
	case.serve_all("K03")
	case.act("K03", "served")
	return case


@pytest.fixture(scope="session")
def world(people) -> World:
	played = {}
	for name, play in {
		"fresh": lambda: Case.opened(DISTRICT, date(2024, 9, 2), "7-1"),
		"waiting": _waiting,
		"discussed": _discussed,
		"listed": _listed,
		"city": lambda: Case.opened(CITY, date(2024, 9, 2), "7-1"),
		"short": _short,
	}.items():
		played[name] = play()
		frappe.db.commit()
	frappe.clear_cache()
	return World(**{name: (case.case, case.day) for name, case in played.items()})
