"""Which procedure applies to a bureau: its own, that of the nearest one above, the national standard."""

from datetime import date

import frappe
import pytest

from sclist_app.api import procedures as api
from sclist_app.setup.demo import CITY, DISTRICT, PROVINCE
from sclist_app.workflow import store, versions
from tests.site.support import as_user, refused, user_of


def standard() -> str:
	"""The version that applies to the whole province."""
	return store.bound_version(PROVINCE, "Listing")


def published(code: str, bureau: str, effective_from: str = "2024-01-01", source: str = "") -> str:
	"""A published procedure of a bureau with the content of another version."""
	procedure = frappe.new_doc("SC Procedure")
	procedure.update({"code": code, "procedure_name": f"检验程序{code}", "kind": "Listing", "bureau": bureau})
	procedure.flags.ignore_mandatory = True
	procedure.insert()
	version = frappe.new_doc("SC Procedure Version")
	version.procedure = code
	store.fill_tables(version, store.load_procedure(source or standard()))
	version.insert()
	versions.publish(version.name, effective_from)
	return version.name


def bureau(code: str, level: str, parent: str | None = None) -> str:
	doc = frappe.new_doc("SC Bureau")
	doc.update(
		{
			"code": code,
			"bureau_name": f"检验局{code}",
			"level": level,
			"parent_sc_bureau": parent,
			"is_group": int(level != "County"),
			"enabled": 1,
		}
	)
	doc.insert()
	return doc.name


@pytest.fixture
def elsewhere(site) -> str:
	"""A county of a province that has bound nothing."""
	return bureau("650999", "County", bureau("650000", "Province"))


def test_nearest_binding_first(people):
	assert store.applying(DISTRICT, "Listing", date(2026, 11, 16)).source == "superior"
	city = published("b-city", CITY)
	versions.bind(CITY, city, "2024-01-01")
	found = store.applying(DISTRICT, "Listing", date(2026, 11, 16))
	assert (found.version, found.source, found.bureau) == (city, "superior", CITY)
	own = published("b-own", DISTRICT)
	versions.bind(DISTRICT, own, "2026-11-10")
	assert store.applying(DISTRICT, "Listing", date(2026, 11, 9)).version == city
	found = store.applying(DISTRICT, "Listing", date(2026, 11, 10))
	assert (found.version, found.source) == (own, "own")
	assert store.bound_version(PROVINCE, "Listing", date(2026, 11, 16)) == standard()


def test_the_later_of_two_overlapping_bindings(people):
	first, second = published("b-first", DISTRICT), published("b-second", DISTRICT)
	versions.bind(DISTRICT, second, "2026-03-01")
	versions.bind(DISTRICT, first, "2026-01-01")
	assert store.bound_version(DISTRICT, "Listing", date(2026, 2, 28)) == first
	assert store.bound_version(DISTRICT, "Listing", date(2026, 3, 1)) == second
	row = versions.applying(DISTRICT, "Listing", date(2026, 1, 15))
	assert row["version"] == first
	assert [(c["on"], c["version"]) for c in row["changes"]] == [("2026-03-01", second)]


def test_an_ended_binding_gives_way(people):
	own = published("b-ended", DISTRICT)
	name = versions.bind(DISTRICT, own, "2026-01-01")
	doc = frappe.get_doc("SC Procedure Binding", name)
	doc.effective_to = "2026-06-30"
	doc.save()
	row = versions.applying(DISTRICT, "Listing", date(2026, 6, 30))
	assert (row["version"], row["source"], row["binding"]) == (own, "own", name)
	assert [(c["on"], c["version"], c["source"]) for c in row["changes"]] == [
		("2026-07-01", standard(), "superior")
	]


def test_nothing_applies_where_nothing_is_bound(elsewhere):
	assert store.applying(elsewhere, "Listing", date(2026, 11, 16)) is None
	with refused(frappe.ValidationError, match="规则配置员|bind"):
		store.bound_version(elsewhere, "Listing")
	row = versions.applying(elsewhere, "Listing", date(2026, 11, 16))
	assert (row["version"], row["source"], row["changes"]) == ("", "", [])


@pytest.mark.parametrize("owner", ["ministry", "nobody"])
def test_the_national_standard_is_the_last(elsewhere, people, owner):
	national = published(
		"b-national", bureau("100000", "Ministry") if owner == "ministry" else "", "2025-01-01"
	)
	found = store.applying(elsewhere, "Listing", date(2026, 11, 16))
	assert (found.version, found.source, found.binding) == (national, "national", "")
	assert store.bound_version(elsewhere, "Listing") == national
	assert store.applying(elsewhere, "Listing", date(2024, 12, 31)) is None, "not before it is in force"
	assert store.bound_version(DISTRICT, "Listing") == standard(), "what is bound above goes first"
	newer = versions.new_draft(national)
	versions.publish(newer, "2027-01-01")
	row = versions.applying(elsewhere, "Listing", date(2026, 11, 16))
	assert [(c["on"], c["version"]) for c in row["changes"]] == [("2027-01-01", newer)]
	# and it may be bound anywhere
	versions.bind(elsewhere, national, "2026-01-01")
	assert store.applying(elsewhere, "Listing", date(2026, 11, 16)).source == "own"


def test_another_bureaus_procedure_cannot_be_bound(elsewhere):
	with refused(frappe.ValidationError):
		versions.bind(elsewhere, standard(), "2026-01-01")


def test_the_answer_for_the_desk(people):
	with as_user(user_of("officer")):
		rows = api.applying(DISTRICT)
		assert {row["kind"] for row in rows} >= {"Listing", "Early Removal", "Objection"}
		(row,) = api.applying(DISTRICT, "Listing", "2026-11-16")
		assert row["version"] == standard() and row["bureau_name"] and row["version_title"]
		with refused(frappe.ValidationError):
			api.applying(DISTRICT, "Anything")
		with refused(frappe.ValidationError, match="下周"):
			api.applying(DISTRICT, "Listing", "下周")
	with as_user("Guest"), refused(frappe.PermissionError):
		api.applying(DISTRICT)
