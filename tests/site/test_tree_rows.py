"""The rows of a list by the tree: the bureaus stand in its condition by name, so that the database reads few rows."""

import frappe
import pytest

from sclist_app.access import visibility
from tests.site.support import CITY, DISTRICT, as_user, user_of

PLACES = ((user_of("officer"), DISTRICT), (user_of("supervisor", CITY), CITY))


@pytest.mark.parametrize(("user", "bureau"), PLACES)
def test_a_list_names_its_bureaus(people, user, bureau):
	with as_user(user):
		text = visibility.condition(doctype="SC Task")
	assert "select" not in text and f"'{bureau}'" in text


@pytest.mark.parametrize(("user", "bureau"), PLACES)
def test_many_bureaus_are_a_query_with_the_same_rows(people, monkeypatch, user, bureau):
	below = frappe.get_all("SC Bureau", {"name": ["descendants of (inclusive)", bureau]}, pluck="name")

	def rows() -> list[str]:
		text = visibility.scope().sql("`tabSC Bureau`.`name`")
		return [name for (name,) in frappe.db.sql(f"select name from `tabSC Bureau` where {text}")]

	with as_user(user):
		assert sorted(rows()) == sorted(below)
		monkeypatch.setattr(visibility, "MOST_NAMES", 0)
		assert sorted(rows()) == sorted(below)
