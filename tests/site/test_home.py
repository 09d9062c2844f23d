"""First pages, calendar and tree: every number is that of the list behind it, within what the user may see."""

from datetime import date, timedelta

import frappe
import pytest

from sclist_app.access.today import today
from sclist_app.api import home as api_home
from sclist_app.api import plots as api_plots
from sclist_app.api import procedures
from sclist_app.api import tasks as api_tasks
from sclist_app.register import home, plots
from sclist_app.setup.home import TOUR, block_of
from sclist_app.setup.player import day_before
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, Case, as_user, refused, user_of

WHO = [
	("officer", DISTRICT, "casework"),
	("papers", DISTRICT, "casework"),
	("credit", CITY, "casework"),
	("window", CITY, "casework"),
	("leader", DISTRICT, "approvals"),
	("supervisor", CITY, "supervision"),
	("supervisor", PROVINCE, "supervision"),
	("rules", CITY, "rules"),
]


def _listed(doctype: str, filters: dict) -> int:
	"""What the framework's own list shows with the filters of the address."""
	return len(frappe.get_list(doctype, filters=dict(filters), pluck="name", order_by="name", limit=0))


@pytest.mark.parametrize(("mailbox", "bureau", "page"), WHO)
def test_each_number_is_that_of_its_list(world, mailbox, bureau, page):
	with as_user(user_of(mailbox, bureau)):
		shown = api_home.shown(page)
		bars = [bar for chart in shown["charts"] for bar in chart["bars"]]
		assert shown["figures"] and shown["charts"]
		for one in [*shown["figures"], *bars]:
			assert one["value"] == _listed(one["doctype"], one["filters"]), one
		for chart in shown["charts"]:
			assert any(bar["value"] for bar in chart["bars"])


@pytest.mark.parametrize(("mailbox", "bureau", "page"), WHO)
def test_labels_are_chinese_and_show_no_codes(world, mailbox, bureau, page):
	frappe.local.lang = "zh"
	with as_user(user_of(mailbox, bureau)):
		shown = api_home.shown(page)
	for one in [*shown["figures"], *shown["charts"], *(b for c in shown["charts"] for b in c["bars"])]:
		assert any("\u4e00" <= letter <= "\u9fff" for letter in one["label"]), one["label"]


def _number(page: str, key: str) -> int:
	return next(figure["value"] for figure in home.shown(page)["figures"] if figure["key"] == key)


def test_other_bureaus_are_not_counted_and_those_below_are(world):
	inside, above, beside = user_of("officer", COUNTY), user_of("supervisor", CITY), user_of("officer")
	places = ((inside, "casework"), (above, "supervision"), (beside, "casework"))

	def numbers():
		found = []
		for user, page in places:
			with as_user(user):
				found.append(_number(page, "cases"))
		return found

	before = numbers()
	Case.opened(COUNTY, day_before(3, COUNTY))
	assert [after - old for after, old in zip(numbers(), before, strict=True)] == [1, 1, 0]


def test_own_tasks_in_pages_and_by_sort(world):
	for late in (60, 50, 3):
		Case.opened(DISTRICT, day_before(late, DISTRICT)).play("C10")
	with as_user(user_of("officer")):
		counts = api_tasks.mine(1)["counts"]
		for sort, number in counts.items():
			found = []
			for start in range(0, number + 2, 2):
				found += [task["name"] for task in api_tasks.mine(2, start, sort)["tasks"]]
			assert len(found) == len(set(found)) == number, sort
		assert counts["open"] >= counts["overdue"]
		with refused(frappe.ValidationError):
			api_tasks.mine(10, 0, "everything")


def test_late_tasks_are_late_by_the_day_of_the_site(world):
	case = Case.opened(DISTRICT, day_before(5, DISTRICT))
	task = frappe.db.get_value("SC Task", {"run": case.run, "status": "Open"})
	with as_user(user_of("supervisor")):
		counted = []
		for due in (today() - timedelta(days=1), today(), None):
			frappe.db.set_value("SC Task", task, "due_on", due)
			counted.append(_number("supervision", "late"))
	assert counted[0] == counted[1] + 1 == counted[2] + 1


def test_rules_see_who_has_none(world):
	with as_user(user_of("rules", CITY)):
		assert _number("rules", "no_procedure") == _number("rules", "no_template") == 0
	frappe.db.set_value("SC Procedure Version", {"status": "Published"}, "status", "Retired")
	with as_user(user_of("rules", CITY)):
		below = frappe.get_all(
			"SC Bureau", filters={"name": ["descendants of (inclusive)", CITY], "enabled": 1}, pluck="name"
		)
		assert _number("rules", "no_procedure") == len(below)


def test_rules_count_the_drafts_of_their_own_bureaus(world):
	def drafts(bureau):
		with as_user(user_of("rules", bureau)):
			return _number("rules", "drafts")

	before = {bureau: drafts(bureau) for bureau in (CITY, DISTRICT, COUNTY)}
	with as_user(user_of("rules", DISTRICT)):
		procedures.copy("listing-standard-v1", "drafts-counted", "计数", DISTRICT)
	assert {bureau: drafts(bureau) - before[bureau] for bureau in before} == {CITY: 1, DISTRICT: 1, COUNTY: 0}


def test_the_first_page_needs_a_post_and_a_known_name(world):
	with as_user("Guest"), refused(frappe.PermissionError):
		api_home.shown("casework")
	with as_user(user_of("officer")), refused(frappe.ValidationError):
		api_home.shown("elsewhere")


def test_the_walk_is_offered_once(world):
	user = user_of("check")
	with as_user(user):
		api_home.tour_seen("casework")
		assert frappe.defaults.get_user_default("sclist_tour_casework", user) == "1"
		with refused(frappe.ValidationError):
			api_home.tour_seen("lang; x")


def test_blocks_and_the_help_menu_are_set_up(site):
	for page in home.HOMES:
		assert frappe.db.exists("Custom HTML Block", block_of(page))
	items = [item.action for item in frappe.get_single("Navbar Settings").help_dropdown]
	assert items.count(TOUR) == 1


# --- the counts read an index


def test_counts_read_their_index(world):
	"""The index made for a count holds every column it asks for."""
	for doctype, indexes in home.INDEXES.items():
		for name, columns in indexes.items():
			rows = frappe.db.sql(f"show index from `tab{doctype}` where key_name = %s", name, as_dict=True)
			assert [row.Column_name for row in rows] == list(columns), (doctype, name)


# --- the tree


@pytest.mark.parametrize("show", list(plots.BELOW))
def test_the_tree_counts_what_its_list_shows(world, show):
	Case.opened(COUNTY, day_before(60, COUNTY)).act("K01", "submit")
	with as_user(user_of("supervisor", CITY)):
		tree = api_plots.bureaus(show)
		assert tree["bureaus"][0]["name"] == CITY and tree["bureaus"][0]["parent"] == ""
		assert sum(bureau["own"] for bureau in tree["bureaus"]) == tree["bureaus"][0]["all"]
		for bureau in tree["bureaus"]:
			if bureau["name"] not in (CITY, COUNTY, DISTRICT):
				continue
			below = {**tree["filters"], "bureau": ["descendants of (inclusive)", bureau["name"]]}
			assert bureau["all"] == _listed(tree["doctype"], below), bureau
			rows = []
			for start in range(0, bureau["all"] + 1, plots.PAGE):
				rows += api_plots.documents(bureau["name"], show, start)
			assert len(rows) == bureau["all"]
			assert all(row["title"] for row in rows)


def test_the_tree_shows_one_bureau_to_who_sees_one(world):
	with as_user(user_of("officer")):
		assert [bureau["name"] for bureau in api_plots.bureaus()["bureaus"]] == [DISTRICT]
		with refused(frappe.PermissionError):
			api_plots.documents(CITY)


# --- the calendar


def test_the_calendar_marks_holidays_and_days_made_up(world):
	with as_user(user_of("officer")):
		days = {day["day"]: day for day in api_plots.calendar("2025-09-22", "2025-10-12")["days"]}
	assert len(days) == 21
	kinds = {day: row["kind"] for day, row in days.items()}
	# 国务院办公厅关于2025年部分节假日安排的通知
	assert kinds["2025-09-28"] == kinds["2025-10-11"] == "made_up"
	assert all(kinds[f"2025-10-0{n}"] == "off" for n in range(1, 9))
	assert kinds["2025-09-27"] == kinds["2025-10-12"] == "rest" and kinds["2025-09-30"] == "work"


def test_the_calendar_shows_what_falls_due(world):
	case = Case.opened(DISTRICT, day_before(5, DISTRICT))
	case.play("C20")
	due = frappe.db.get_value("SC Task", {"run": case.run, "status": "Open"}, "due_on")
	span = (str(due - timedelta(days=3)), str(due + timedelta(days=3)))

	def shown(user, show):
		with as_user(user):
			items = api_plots.calendar(*span, show)["items"]
		return [item for item in items if item["name"] == case.case]

	own = user_of("deputy")
	assert [item["day"] for item in shown(own, "mine")] == [str(due)]
	assert shown(user_of("supervisor", CITY), "tasks") and not shown(user_of("supervisor", CITY), "mine")
	assert not shown(user_of("officer", COUNTY), "tasks") and not shown(user_of("officer", COUNTY), "limits")


@pytest.mark.parametrize(
	("start", "end", "show"),
	[
		("2026-01-01", "2026-03-01", "mine"),
		("2026-01-02", "2026-01-01", "mine"),
		("2026-01-01", "2026-01-02", "else"),
		("nonsense", "2026-01-02", "mine"),
	],
)
def test_a_calendar_of_nothing_is_refused(world, start, end, show):
	with as_user(user_of("officer")), refused(frappe.ValidationError):
		api_plots.calendar(start, end, show)


def test_a_day_is_due_in_its_colour(world):
	day = today()
	row = {"due_on": day, "title": "检验", "subject_line": "检验", "bureau": DISTRICT}
	row |= {"reference_doctype": "SC Case", "reference_name": "x"}
	colours = []
	for by in (-1, 0, 2, 3):
		colours.append(plots._item({**row, "due_on": day + timedelta(days=by)})["colour"])
	assert colours == ["red", "orange", "orange", "blue"]
	assert plots._item({**row, "due_on": date(2000, 1, 1), "limit": "T05"})["colour"] == "gray"
