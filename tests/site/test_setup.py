"""Setting up a site: complete, repeatable, and never against the administrator."""

import frappe
import pytest

from sclist_app.documents.issue import template_for
from sclist_app.patches import templates_in_force
from sclist_app.setup import install, ledger, site
from sclist_app.setup.divisions import bureau_seeds, read_seed
from sclist_app.setup.law import CALENDAR_NAME
from sclist_app.setup.ledger import _digest
from sclist_app.setup.posts import roles

SEEDED = (
	"Role",
	"SC Post",
	"SC Post Exclusion",
	"SC Bureau",
	"SC Calendar",
	"SC Calendar Year",
	"SC Calendar Day",
	"SC Listing Ground",
	"SC Management Measure",
	"SC Time Limit",
	"SC Publication Channel",
	"SC Document Kind",
	"SC Document Template",
	"SC Text Block",
	"SC Procedure",
	"SC Procedure Version",
	"SC Procedure Binding",
)


def _state() -> dict:
	"""Every seeded row with its stamp, the settings, the site's defaults and the ledger."""
	state = {
		dt: frappe.get_all(dt, fields=["name", "modified"], order_by="name asc", as_list=True)
		for dt in SEEDED
	}
	state["settings"] = frappe.db.get_singles_dict("SC Settings")
	known = frappe.get_meta("System Settings")
	state["system"] = {
		f: frappe.db.get_single_value("System Settings", f) for f in site.SITE_DEFAULTS if known.has_field(f)
	}
	state["ledger"] = ledger.stored()
	return state


@pytest.fixture
def set_up_site():
	install.set_up()


def test_setting_up_twice_changes_nothing(set_up_site):
	before = _state()
	assert all(before[dt] for dt in ("Role", "SC Post", "SC Bureau", "SC Listing Ground", "SC Time Limit"))
	install.set_up()
	assert _state() == before


def test_a_migrated_site_holds_what_a_fresh_one_does(set_up_site):
	"""What a fresh site would hold, written again from nothing, equals what this site holds."""

	def content(doctype: str, *fields: str) -> list:
		return frappe.get_all(doctype, fields=list(fields), order_by="name asc", as_list=True)

	wanted = {
		"SC Listing Ground": ("name", "title", "article", "text", "must_show", "person_roles", "sequence"),
		"SC Management Measure": ("name", "title", "article", "text", "needs_basis", "default_on", "is_ban"),
		"SC Time Limit": ("name", "limit_name", "n", "unit", "bound", "minimum", "maximum", "note"),
	}
	before = {dt: content(dt, *fields) for dt, fields in wanted.items()}
	for doctype in wanted:
		frappe.db.delete(doctype)
	ledger.store({})
	install.set_up()
	assert {dt: content(dt, *fields) for dt, fields in wanted.items()} == before


def test_roles_open_the_desk(set_up_site):
	rows = dict(
		frappe.get_all(
			"Role", filters={"name": ["in", roles()]}, fields=["name", "desk_access"], as_list=True
		)
	)
	assert len(rows) == 20 and all(rows.values())


def test_the_whole_tree_from_an_empty_table():
	frappe.db.delete("SC Bureau")
	install.set_up()
	rows = frappe.get_all(
		"SC Bureau", fields=["code", "parent_sc_bureau", "lft", "rgt", "is_group"], order_by="lft asc"
	)
	seeds = bureau_seeds()
	assert [(r.code, r.parent_sc_bureau or None, r.lft, r.rgt) for r in rows] == [
		(b.code, b.parent, b.lft, b.rgt) for b in seeds
	]
	assert sum(r.is_group for r in rows) == 12


def test_the_tree_takes_further_bureaus_and_moves():
	frappe.db.delete("SC Bureau")
	install.set_up()
	new = frappe.get_doc(
		{
			"doctype": "SC Bureau",
			"code": "140171",
			"bureau_name": "试验开发区应急管理局",
			"level": "County",
			"parent_sc_bureau": "140100",
			"division_code": "140171",
		}
	).insert()
	new.reload()
	city = frappe.db.get_value("SC Bureau", "140100", ["lft", "rgt"], as_dict=True)
	assert city.lft < new.lft < new.rgt < city.rgt
	# saving a seeded bureau without moving it must not renumber the tree
	before = frappe.get_all("SC Bureau", fields=["name", "lft", "rgt"], order_by="name asc", as_list=True)
	doc = frappe.get_doc("SC Bureau", "140121")
	doc.phone = "0351-5550121"
	doc.save()
	after = frappe.get_all("SC Bureau", fields=["name", "lft", "rgt"], order_by="name asc", as_list=True)
	assert after == before


def test_a_deleted_bureau_does_not_come_back(set_up_site):
	frappe.db.delete("SC Bureau", {"name": "141082"})
	install.set_up()
	assert not frappe.db.exists("SC Bureau", "141082")


def test_what_an_administrator_changed_stays(set_up_site):
	frappe.db.set_value("SC Bureau", "140100", "court", "太原铁路运输法院")
	frappe.db.set_value("SC Post", "supervisor", "post_name", "督查专员")
	frappe.db.set_value("SC Publication Channel", "gsxt", "enabled", 0)
	frappe.db.set_value("SC Document Kind", "D01", "number_word", "告字")
	frappe.db.set_single_value("SC Settings", "public_page_length", 50)
	frappe.db.set_single_value("SC Settings", "public_page", 0)
	frappe.clear_cache()
	install.set_up()
	assert frappe.db.get_value("SC Bureau", "140100", "court") == "太原铁路运输法院"
	assert frappe.db.get_value("SC Post", "supervisor", "post_name") == "督查专员"
	assert frappe.db.get_value("SC Publication Channel", "gsxt", "enabled") == 0
	assert frappe.db.get_value("SC Document Kind", "D01", "number_word") == "告字"
	assert frappe.db.get_single_value("SC Settings", "public_page_length") == 50
	assert frappe.db.get_single_value("SC Settings", "public_page") == 0


def test_a_legal_text_follows_the_release(set_up_site):
	frappe.db.set_value("SC Listing Ground", "6-2", "text", "旧条文")
	install.set_up()
	assert frappe.db.get_value("SC Listing Ground", "6-2", "text") == "旧条文", (
		"the shipped text did not change"
	)
	entries = ledger.stored()
	entries["SC Listing Ground/6-2"][0] = "another"
	ledger.store(entries)
	install.set_up()
	assert frappe.db.get_value("SC Listing Ground", "6-2", "text").startswith("12个月内累计发生2起以上")


@pytest.fixture
def older_template(set_up_site) -> str:
	"""The national template of D01 as an older release had shipped it and the site had taken it."""
	name = template_for("", "D01").name
	frappe.db.set_value(
		"SC Document Template",
		name,
		"body",
		frappe.db.get_value("SC Document Template", name, "body") + "<p>旧</p>",
	)
	return name


def test_the_national_template_follows_the_release(older_template):
	"""As a new version: what was drawn up with the old one still names it."""
	install.set_up()
	now = template_for("", "D01")
	assert "旧" not in now.body and now.name != older_template
	assert frappe.db.get_value("SC Document Template", older_template, "state") == "Retired"
	count = frappe.db.count("SC Document Template")
	install.set_up()
	assert frappe.db.count("SC Document Template") == count


def test_a_national_template_of_the_site_stays(older_template):
	frappe.db.set_value("SC Document Template", older_template, "shipped", 0)
	install.set_up()
	assert template_for("", "D01").name == older_template


def test_templates_from_before_versions_are_in_force(set_up_site):
	"""The patch: untouched ones count as the app's own, edited and local ones as the site's."""
	entries = ledger.stored()
	old = {}
	for kind, touched in (("D01", False), ("D05", True)):
		row = template_for("", kind)
		entries[f"SC Document Template/{kind}/"] = [
			"x",
			_digest({"body": row.body, "date_style": row.date_style}),
		]
		frappe.db.set_value(
			"SC Document Template",
			row.name,
			{"state": "Draft", "author": None, "approved_on": None, "shipped": 0, "template_title": None}
			| ({"body": row.body + "<p>本局</p>"} if touched else {}),
		)
		old[kind] = row.name
	ledger.store(entries)
	templates_in_force.execute()
	rows = {
		kind: frappe.db.get_value("SC Document Template", name, ["state", "shipped"])
		for kind, name in old.items()
	}
	assert rows == {"D01": ("In Force", 1), "D05": ("In Force", 0)}
	assert template_for("", "D01").name == old["D01"]
	templates_in_force.execute()
	assert frappe.db.get_value("SC Document Template", old["D05"], "shipped") == 0


def test_every_template_has_its_kind(set_up_site):
	kinds = frappe.get_all("SC Document Kind", fields=["name", "required_blocks"], order_by="name asc")
	assert {k.name for k in kinds} >= {"D01", "D03", "D05", "D19"}
	assert all(k.required_blocks for k in kinds)
	for kind in kinds:
		assert frappe.db.exists("SC Document Template", {"document_kind": kind.name})


def test_an_announced_year_replaces_the_estimate(set_up_site):
	doc = frappe.get_doc("SC Calendar", CALENDAR_NAME)
	for row in doc.years:
		if row.year == 2026:
			row.status = "Provisional"
	doc.set("days", [d for d in doc.days if str(d.day) != "2026-10-10"])
	doc.append("days", {"day": "2026-03-08", "kind": "Rest"})
	doc.save()
	install.set_up()
	doc = frappe.get_doc("SC Calendar", CALENDAR_NAME)
	assert {r.year: r.status for r in doc.years}[2026] == "Official"
	days = {str(d.day): d.kind for d in doc.days}
	assert days["2026-10-10"] == "Work"
	assert "2026-03-08" not in days
	assert len(days) == len(doc.days)


def test_site_defaults_only_where_none():
	frappe.db.set_single_value("System Settings", {"time_zone": "", "date_format": "dd.mm.yyyy"})
	frappe.clear_cache()
	site.set_defaults_where_none()
	assert frappe.db.get_single_value("System Settings", "time_zone") == "Asia/Shanghai"
	assert frappe.db.get_single_value("System Settings", "date_format") == "dd.mm.yyyy"


@pytest.mark.parametrize(
	("version", "wanted"),
	[
		("15.55.1", "15.121.0"),
		("15.121.0", None),
		("15.200.3", None),
		("16.0.0-dev", "16.34.0"),
		("16.34.0", None),
		("17.1.0", None),
		("unknown", None),
	],
)
def test_framework_version(version, wanted):
	assert site.older_than_recommended(version) == wanted


def test_uninstalling_says_what_stays(capsys):
	install.before_uninstall()
	said = capsys.readouterr().out
	assert "private/files" in said
	assert str(frappe.db.count("SC Case")) in said


def test_posts_point_to_existing_roles_and_posts(set_up_site):
	for post in frappe.get_all("SC Post", fields=["name", "role"], order_by="name asc"):
		assert frappe.db.exists("Role", post.role)
	for row in frappe.get_all("SC Post Exclusion", fields=["post"], order_by="name asc"):
		assert frappe.db.exists("SC Post", row.post)
	assert frappe.db.count("SC Post") >= len(read_seed("posts"))
