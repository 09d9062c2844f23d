"""Publishing a year sets the due dates anew that hang on it, and never one that has passed."""

import json
from datetime import date

import frappe
import pytest

from sclist_app.setup.law import CALENDAR_NAME
from sclist_app.workflow import calendars, recompute
from tests.site.limits import clock, in_review, notes, on, row_of
from tests.site.support import CITY, DISTRICT, Case, user_of

HEAD = user_of("head")
DAY = date(2026, 12, 28)
# Estimated from the statutory holidays: New Year's Day alone. As announced here: three days, Sunday the 3rd too.
DUE, MOVED = date(2027, 1, 5), date(2027, 1, 6)


@pytest.fixture
def case(people) -> Case:
	"""A case whose limit T22 of five working days runs over the turn of the year."""
	with on(DAY):
		return in_review(DAY)


def publish(
	year: int = 2027, rest: tuple[str, ...] = ("01-01", "01-02", "01-03", "01-04"), work: tuple[str, ...] = ()
):
	"""The administrator enters the State Council's notice and saves."""
	doc = frappe.get_doc("SC Calendar", CALENDAR_NAME)
	row = next((r for r in doc.years if r.year == year), None) or doc.append("years", {"year": year})
	row.update({"status": "Official", "source": "国务院办公厅关于节假日安排的通知（检验）"})
	doc.set("days", [d for d in doc.days if frappe.utils.getdate(d.day).year != year])
	for days, kind in ((rest, "Rest"), (work, "Work")):
		doc.extend("days", [{"day": f"{year}-{day}", "kind": kind} for day in days])
	doc.save()
	return doc


def recomputed(doctype: str, name: str) -> list[dict]:
	rows = frappe.get_all(
		"SC Event",
		filters={"chain": f"{doctype}:{name}", "event": "due_dates_recomputed"},
		pluck="data",
		order_by="seq",
	)
	return [json.loads(row) for row in rows]


def test_a_date_in_a_year_not_published_is_marked(case):
	row = clock(case, "T22")
	assert (row.due_on, row.provisional) == (DUE, 1)
	assert row_of(case, "T22", HEAD, DAY)["provisional"]


def test_a_calendar_without_the_year_marks_and_never_fails(people):
	with on(date(2031, 5, 6)):
		case = in_review(date(2031, 5, 6))
	row = clock(case, "T22")
	assert row.provisional and row.due_on == date(2031, 5, 13)


def test_publishing_moves_the_date_and_clears_the_mark(case):
	frappe.db.set_value("SC Clock", clock(case, "T22").name, "warned", 1)
	with on(date(2026, 12, 29)):
		publish()
	row = clock(case, "T22")
	assert (row.due_on, row.provisional, row.warned) == (MOVED, 0, 0)
	assert (row.due_on - row.warn_on).days == 1, "the warning keeps its distance and comes again"
	assert frappe.db.get_value("SC Task", case.task("C10"), "due_on") == MOVED
	(event,) = recomputed("SC Case", case.case)
	assert event["clocks"] == [
		{"clock": row.name, "limit": "T22", "due_before": str(DUE), "due_on": str(MOVED)}
	]


def test_counts_are_logged_and_each_officer_is_told_once(case):
	with on(DAY):
		other = in_review(DAY)
	before = len(notes(HEAD, CALENDAR_NAME))
	with on(date(2026, 12, 29)):
		publish()
	told = notes(HEAD, CALENDAR_NAME)[before:]
	assert len(told) == 1 and case.case in told[0] and other.case in told[0]
	event = recomputed("SC Calendar", CALENDAR_NAME)[-1]
	assert event["years"] == [2027] and event["moved"] == 2 and event["failed"] == 0


def test_it_is_safe_to_repeat(case):
	with on(date(2026, 12, 29)):
		publish()
		events, told = recomputed("SC Calendar", CALENDAR_NAME), notes(HEAD, CALENDAR_NAME)
		publish()
		assert recompute.recompute(CALENDAR_NAME, [2027])["moved"] == 0
	assert clock(case, "T22").due_on == MOVED
	assert recomputed("SC Calendar", CALENDAR_NAME) == events
	assert notes(HEAD, CALENDAR_NAME) == told
	assert len(recomputed("SC Case", case.case)) == 1


def test_a_date_that_has_passed_is_not_moved(case):
	with on(date(2027, 1, 6)):
		publish()
	row = clock(case, "T22")
	assert (row.due_on, row.provisional) == (DUE, 0)
	assert recomputed("SC Case", case.case) == []


def test_nobody_becomes_late_by_a_notice(case):
	"""2 and 3 January turn out to be worked: the date would be the 3rd, but today is the 5th."""
	with on(date(2027, 1, 5)):
		publish(rest=("01-01",), work=("01-02", "01-03"))
	row = clock(case, "T22")
	assert (row.due_on, row.provisional) == (DUE, 0)
	assert not row_of(case, "T22", HEAD, date(2027, 1, 5))["overdue"]


def test_a_date_may_come_forward_to_today(case):
	with on(date(2027, 1, 3)):
		publish(rest=("01-01",), work=("01-02", "01-03"))
	assert clock(case, "T22").due_on == date(2027, 1, 3)


def test_the_same_date_loses_its_mark_alone(case):
	with on(date(2026, 12, 29)):
		publish(rest=("01-01",))
	row = clock(case, "T22")
	assert (row.due_on, row.provisional) == (DUE, 0)
	assert recomputed("SC Case", case.case) == []
	assert recomputed("SC Calendar", CALENDAR_NAME)[-1]["confirmed"] >= 1


def test_what_stands_still_follows_too(case):
	from sclist_app.workflow import clocks, store

	with on(date(2026, 12, 30)):
		clocks.hold(store.read_run(case.run).run, "T22", "Appraisal", "委托鉴定。", date(2026, 12, 30))
		publish()
	row = clock(case, "T22")
	assert (row.status, row.due_on) == ("Paused", MOVED)


def test_other_years_and_finished_limits_are_left_alone(case):
	case.day = date(2026, 12, 30)
	case.act("C10", "agree", "事实清楚，证据确凿，拟同意列入。")
	row = clock(case, "T22", "C10")
	assert row.status == "Met"
	found = {r.name for r in recompute.candidates([2027])}
	assert row.name not in found and clock(case, "T22", "C20").name in found
	with on(date(2026, 12, 29)):
		publish()
	assert clock(case, "T22", "C10").due_on == DUE
	assert clock(case, "T22", "C20").name not in {r.name for r in recompute.candidates([2029])}


def test_terms_do_not_depend_on_the_calendar(case):
	from sclist_app.law.periods import earliest_early_removal, term_end
	from sclist_app.workflow import clocks, store

	run = store.read_run(case.run).run
	names = {}
	with on(DAY):
		for limit, n, unit in (("T05", 3, "Year"), ("T06", 12, "Month")):
			# the term ends on New Year's Day 2027, the twelve months on Sunday, 3 January
			started = date(2024, 1, 1) if limit == "T05" else date(2026, 1, 3)
			names[limit] = clocks.start(run, clocks.LimitRule(limit, n, unit), started)
	before = {limit: frappe.get_doc("SC Clock", name).due_on for limit, name in names.items()}
	assert before == {"T05": date(2027, 1, 1), "T06": date(2027, 1, 3)}
	assert not any(frappe.db.get_value("SC Clock", name, "provisional") for name in names.values())
	assert not set(names.values()) & {r.name for r in recompute.candidates([2027])}
	with on(date(2026, 12, 29)):
		publish()
	assert {limit: frappe.get_doc("SC Clock", name).due_on for limit, name in names.items()} == before
	assert (term_end(date(2024, 1, 1)), earliest_early_removal(date(2026, 1, 3))) == (
		date(2027, 1, 1),
		date(2027, 1, 4),
	)


def test_a_calendar_of_its_own_moves_its_own_bureaus_only(people):
	"""A storm closes the offices of the district: local days over the national calendar."""
	day = date(2024, 9, 24)
	own = in_review(day)
	city = Case.opened(CITY, day, "7-4")
	city.act("C00", "submit")
	assert clock(own, "T22").due_on == clock(city, "T22").due_on == date(2024, 9, 30)
	local = frappe.get_doc(
		{
			"doctype": "SC Calendar",
			"calendar_name": "小店区工作日历（检验）",
			"parent_calendar": CALENDAR_NAME,
		}
	).insert()
	frappe.db.set_value("SC Bureau", DISTRICT, "calendar", local.name)
	frappe.clear_document_cache("SC Bureau", DISTRICT)
	try:
		with on(day):
			calendars.forget()
			local.append("days", {"day": "2024-09-26", "kind": "Rest", "note": "暴雨停工"})
			local.save()
		assert clock(own, "T22").due_on == date(2024, 10, 8)
		assert clock(city, "T22").due_on == date(2024, 9, 30)
		# a change above reaches it as well
		assert set(calendars.based_on(CALENDAR_NAME)) >= {CALENDAR_NAME, local.name}
	finally:
		frappe.clear_document_cache("SC Bureau", DISTRICT)


def test_a_circle_of_calendars_is_refused(people):
	names = ["检验日历甲", "检验日历乙"]
	first = frappe.get_doc({"doctype": "SC Calendar", "calendar_name": names[0]}).insert()
	frappe.get_doc(
		{"doctype": "SC Calendar", "calendar_name": names[1], "parent_calendar": names[0]}
	).insert()
	first.parent_calendar = names[1]
	with pytest.raises(frappe.ValidationError):
		first.save()


def test_many_limits_are_left_to_a_job(case, monkeypatch):
	queued = []
	monkeypatch.setattr(recompute, "AT_ONCE", 0)
	monkeypatch.setattr(frappe, "enqueue", lambda method, **given: queued.append((method, given)))
	with on(date(2026, 12, 29)):
		publish()
		assert clock(case, "T22").due_on == DUE
		((method, given),) = queued
		assert given["enqueue_after_commit"] and given["commit"]
		wanted = {key: given[key] for key in ("calendar", "years")}
		# the job, without the commits of its own
		assert frappe.get_attr(method)(**wanted)["moved"] == 1
	assert clock(case, "T22").due_on == MOVED
