"""The demonstration stories beyond the listing: each ends, draws its papers, and carries the mark throughout."""

from dataclasses import replace

import frappe
import pytest

from sclist_app.setup import demo, demo_lives

# what each story is told for
PAPERS = {
	"_removed_early": {"D12a", "D12b", "D12c", "D13a", "D13b", "D14", "D18", "D21", "D22"},
	"_expired": {"D09"},
	"_revoked": {"D17", "D20"},
	"_heard": {"D02h"},
	"_old_list": {"D23"},
	"_restored": {"D15n", "D15", "D16"},
}
MARKED = (
	"SC Notice",
	"SC Run",
	"SC Task",
	"SC Clock",
	"SC Entity",
	"SC Listing Record",
	"SC Removal",
	"SC Service Record",
	"SC Address Confirmation",
)


def counts(**filters) -> list[int]:
	return [frappe.db.count(doctype, filters) for doctype in MARKED]


@pytest.mark.parametrize("life", demo_lives.LIVES, ids=lambda life: life.told.__name__)
def test_a_story_draws_its_papers_and_everything_is_marked(people, life):
	# a site may have been told the story already; this one is told of another company
	other = replace(life, story=replace(life.story, company=f"检验{life.serial}"), serial=life.serial + 5000)
	unmarked = counts(is_demo=0)
	before = set(frappe.get_all("SC Notice", pluck="name"))
	other.tell()
	drawn = frappe.get_all(
		"SC Notice", filters={"name": ["not in", list(before) or [""]]}, pluck="document_kind"
	)
	assert PAPERS[life.told.__name__] <= set(drawn)
	assert frappe.db.exists("SC Entity", {"entity_name": demo._company(other.story)}), "not told twice"
	assert counts(is_demo=0) == unmarked
