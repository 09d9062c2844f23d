"""Limits of a case: what starts and stops each, who is warned, what elapses, and what the scan reads."""

import json
from datetime import date, timedelta

import frappe
import pytest

from sclist_app.access.guard import engine_writes
from sclist_app.api import service as service_api
from sclist_app.setup.law import limit_rows
from sclist_app.workflow import clocks, scan, store
from sclist_app.workflow.model import LimitRule
from tests.site.limits import clock, in_review, notes, on, own_limits
from tests.site.support import DISTRICT, Case, as_user, user_of

DAY = date(2024, 9, 24)
OWN = [{"limit": "T02", "n": 5, "unit": "Working Day"}, {"limit": "T20", "n": 7, "unit": "Working Day"}]
OWN += [{"limit": "T21", "n": 15, "unit": "Working Day"}, {"limit": "T06", "n": 12, "unit": "Month"}]
OWN += [{"limit": "T16", "n": 60, "unit": "Day"}, {"limit": "T17", "n": 6, "unit": "Month"}]
WARNED = {"limit": "T22", "step": "C10", "n": 5, "warn_before": 2, "escalate_to": "deputy_leader"}


def latest(case: Case) -> dict[str, tuple]:
	"""Limit → start, end, status and day of stopping of its latest clock."""
	rows = frappe.get_all(
		"SC Clock",
		filters={"run": case.run, "step": ["is", "not set"]},
		fields=["limit", "started_on", "due_on", "status", "stopped_on"],
		order_by="creation asc",
	)
	return {row.limit: (row.started_on, row.due_on, row.status, row.stopped_on) for row in rows}


def test_each_limit_of_a_listing_starts_and_stops_by_its_event(people):
	"""Penalty on 2 September, notice served on the 9th, decision before the National Day of 2024."""
	own_limits(*OWN)
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	day = date(2024, 9, 2)
	assert latest(case)["T21"] == (day, date(2024, 9, 24), "Met", day)
	assert latest(case)["T20"] == (day, date(2024, 9, 11), "Running", None)

	case.play("C30")
	assert "T01" not in latest(case)
	case.day = date(2024, 9, 9)
	case.play("C40")
	for limit in ("T01", "T02"):
		assert latest(case)[limit] == (case.day, date(2024, 9, 14), "Running", None), "the 14th is worked"
	case.play("C50", waive=True)
	answered = date(2024, 9, 10)
	assert [latest(case)[limit][2:] for limit in ("T01", "T02")] == [("Met", answered)] * 2

	case.play("C80")
	assert not {"T03", "T04", "T05", "T06", "T14", "T16"} & set(latest(case))
	case.day = date(2024, 9, 27)
	case.act("C80", "issue")
	stand = latest(case)
	assert {limit: stand[limit][:3] for limit in ("T03", "T04", "T05", "T06", "T14")} == {
		"T03": (case.day, date(2024, 10, 8), "Running"),
		"T04": (case.day, date(2024, 10, 30), "Running"),
		"T05": (case.day, date(2027, 9, 27), "Running"),
		"T06": (case.day, date(2025, 9, 27), "Running"),
		"T14": (case.day, date(2024, 10, 12), "Running"),
	}

	case.enter_all("C86")
	case.act("C86", "entered")
	assert latest(case)["T03"][2:] == ("Met", case.day)
	case.serve_all("C85")
	case.act("C85", "served")
	assert latest(case)["T14"][2:] == ("Met", case.day)
	assert latest(case)["T16"][:3] == (case.day, date(2024, 11, 26), "Running")
	assert latest(case)["T17"][:3] == (case.day, date(2025, 3, 27), "Running")
	case.day = date(2024, 10, 8)
	case.carry_out_all("C89")
	case.act("C89", "done")
	case.publish_all("C87")
	case.act("C87", "published")
	assert latest(case)["T04"][2] == "Running", "published only when confirmed"
	case.confirm_all("C88")
	case.act("C88", "confirm")
	stand = latest(case)
	assert stand["T04"][2:] == ("Met", case.day)

	# the case has ended: what runs by law or for the party goes on, the rest is void
	assert frappe.db.get_value("SC Run", case.run, "status") == "Ended"
	assert {limit: stand[limit][2] for limit in ("T05", "T06", "T16", "T17", "T20")} == {
		"T05": "Running",
		"T06": "Running",
		"T16": "Running",
		"T17": "Running",
		"T20": "Void",
	}
	_elapses_in_time(case)


def _elapses_in_time(case: Case) -> None:
	due = clock(case, "T16").due_on
	for day, status in ((due, "Running"), (due + timedelta(days=1), "Elapsed")):
		with on(day):
			for row in scan.elapsing().run(as_dict=True):
				if row.run == case.run:
					scan._elapse(row.name)
		assert clock(case, "T16").status == status
	assert clock(case, "T16").stopped_on == due
	assert (clock(case, "T05").status, clock(case, "T17").status) == ("Running", "Running")


@pytest.mark.parametrize(
	"row", [r for r in limit_rows(date.today()) if r["starts_on"]], ids=lambda r: r["code"]
)
def test_every_limit_runs_from_its_event_to_its_end(people, row):
	"""With each limit in the version's table: the event starts its clock, the other event stops it."""
	code, start, stop = row["code"], row["starts_on"], row["stops_on"]
	case = in_review(DAY)
	loaded = store.read_run(case.run)
	rule = LimitRule(code, row["n"], row["unit"])
	if start == "step_entered":
		assert clock(case, "T22", "C10").started_on == DAY
		return
	procedure = _with(loaded.procedure, rule, "C10" if stop == "step_left" else "")
	with on(DAY):
		clocks.signal(loaded.run, procedure, start, DAY)
	assert (clock(case, code).status, clock(case, code).started_on) == ("Running", DAY)
	with on(DAY + timedelta(days=1)):
		if stop == "step_left":
			clocks.steps_finished(loaded.run, procedure, ["C10"], ["C10"])
			assert clock(case, code).status == "Running", "an open step has the same to do"
			clocks.steps_finished(loaded.run, procedure, ["C10"], ["C20"])
		elif stop:
			clocks.signal(loaded.run, procedure, stop, DAY + timedelta(days=1))
		else:
			assert code in clocks.ELAPSING
			return
	assert (clock(case, code).status, clock(case, code).stopped_on) == ("Met", DAY + timedelta(days=1))


def _with(procedure, rule: LimitRule, step: str):
	"""The procedure with this one limit, named by the step."""
	from dataclasses import replace

	steps = tuple(replace(s, limit=rule.limit if s.code == step else "") for s in procedure.steps)
	return replace(procedure, limits=(rule,), steps=steps)


def test_a_limit_that_stands_still_is_not_met_by_leaving_the_step(people):
	case = in_review(DAY)
	loaded = store.read_run(case.run)
	procedure = _with(loaded.procedure, LimitRule("T10", 5, "Working Day"), "C10")
	with on(DAY):
		clocks.signal(loaded.run, procedure, "application_received", DAY)
		clocks.hold(loaded.run, "T10", "Supplement", "申请材料不齐全。", DAY)
		clocks.steps_finished(loaded.run, procedure, ["C10"], ["C20"])
	assert clock(case, "T10").status == "Paused"
	with on(date(2024, 9, 29)):
		clocks.release(loaded.run, "T10", date(2024, 9, 29))
	# counted: 29 and 30 September, 8, 9 and 10 October
	assert (clock(case, "T10").status, clock(case, "T10").due_on) == ("Running", date(2024, 10, 10))


# --- who is told


def told(case: Case, mailbox: str) -> list[str]:
	return [text for text in notes(user_of(mailbox), case.case) if "内部环节" in text]


@pytest.fixture
def alone(people) -> Case:
	"""A case whose dates lie before those of all others on the site, so that the scan meets it alone."""
	own_limits(WARNED)
	case = Case.opened(DISTRICT, date(2024, 1, 5), "7-4")
	case.act("C00", "submit")
	return case


def come_by(day: date) -> None:
	"""The hourly scan on that day, for the clocks that are due so early."""
	with on(day):
		for query, tell in ((scan.near(), scan._warn), (scan.overdue(), scan._escalate)):
			for name in scan._names(query):
				tell(name)


def test_who_has_the_task_is_warned_once(alone):
	row = clock(alone, "T22", "C10")
	assert (row.due_on, row.warn_on) == (date(2024, 1, 12), date(2024, 1, 10))
	come_by(date(2024, 1, 9))
	assert told(alone, "head") == []
	come_by(date(2024, 1, 10))
	come_by(date(2024, 1, 10))
	assert len(told(alone, "head")) == 1
	assert told(alone, "deputy") == told(alone, "officer") == []


def test_past_the_date_the_named_post_is_told_once_and_nothing_is_approved(alone):
	come_by(date(2024, 1, 12))
	assert told(alone, "deputy") == []
	come_by(date(2024, 1, 13))
	come_by(date(2024, 1, 14))
	for mailbox, many in (("head", 2), ("deputy", 1), ("deputy2", 1), ("officer", 0), ("leader", 0)):
		assert len(told(alone, mailbox)) == many, mailbox
	assert any("逾期" in text for text in told(alone, "deputy"))
	assert alone.steps == {"C10"} and clock(alone, "T22", "C10").status == "Running"


def test_a_date_that_moves_away_is_warned_of_anew(alone):
	come_by(date(2024, 1, 10))
	run = store.read_run(alone.run).run
	with on(date(2024, 1, 12)):
		clocks.hold(run, "T22", "Appraisal", "委托鉴定。", date(2024, 1, 12))
	come_by(date(2024, 1, 15))
	assert len(told(alone, "head")) == 1, "what stands still is not late"
	with on(date(2024, 1, 19)):
		clocks.release(run, "T22", date(2024, 1, 19))
	assert clock(alone, "T22", "C10").due_on == date(2024, 1, 19)
	come_by(date(2024, 1, 19))
	assert len(told(alone, "head")) == 2


# --- what the scan reads


@pytest.fixture(scope="module")
def many(people):
	"""Twenty thousand clocks of no case, most of them finished, as after some years; taken away again."""
	frappe.db.rollback()
	start = date(2020, 1, 1)
	fields = ["name", "run", "limit", "status", "started_on", "due_on", "warn_on", "warned", "escalated"]
	fields += ["bureau", "reference_doctype", "reference_name", "pauses", "n", "unit"]
	values = []
	for i in range(20_000):
		due = start + timedelta(days=i % 400)
		status = "Running" if i % 20 == 0 else "Met"
		told = int(i % 40 != 0)
		limit = ("T22", "T03", "T04", "T14", "T05")[i % 5]
		row = (f"检验{i:06d}", f"检验{i}", limit, status, start, due, due, told, told, DISTRICT)
		values.append((*row, "SC Case", "", "[]", 5, "Working Day"))
	frappe.db.bulk_insert("SC Clock", fields, values)
	frappe.db.sql("analyze table `tabSC Clock`")
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.db.delete("SC Clock", {"name": ["like", "检验%"]})
	frappe.db.commit()


def plan(query) -> list:
	return frappe.db.sql(f"explain {query.get_sql() if hasattr(query, 'get_sql') else query}", as_dict=True)


@pytest.mark.parametrize(
	("query", "index"),
	[
		(scan.near, "sclist_warn"),
		(scan.overdue, "sclist_escalate"),
		(scan.over, "sclist_due"),
		(scan.elapsing, "sclist_due"),
	],
)
def test_the_scan_reads_an_index_alone(many, query, index):
	if frappe.db.db_type != "mariadb":
		pytest.skip("the plan is told in MariaDB's words")
	with on(date(2020, 6, 1)):
		(row,) = plan(query())
	assert row.key == index and "Using index" in row.Extra, row
	assert row.type in ("range", "ref") and int(row.rows) < 2_000, row
	assert "filesort" not in row.Extra and "temporary" not in row.Extra, row


def test_publishing_a_year_reads_by_the_due_date(many):
	if frappe.db.db_type != "mariadb":
		pytest.skip("the plan is told in MariaDB's words")
	from sclist_app.workflow import recompute

	(row,) = plan(recompute.candidates_query([2021]))
	# both begin with the state and serve alike
	assert row.key in ("sclist_due", "sclist_by_day") and int(row.rows) < 2_000, row


def test_the_indexes_are_those_of_the_app(site):
	for name in clocks.INDEXES:
		assert frappe.db.has_index("tabSC Clock", name), name


def test_nobody_but_the_engine_writes_a_clock(people):
	case = in_review(DAY)
	doc = clock(case, "T22", "C10")
	doc.due_on = date(2030, 1, 1)
	for user in (user_of("head"), user_of("leader"), "Administrator"):
		with as_user(user), pytest.raises(frappe.PermissionError):
			doc.save()
	with engine_writes():
		assert json.loads(doc.pauses) == []


# --- announcements


def announce(case: Case, *, day: date, result: str = "Served") -> date | None:
	"""The officer of service announces the case's notice on that day. The day on which it counts as served."""
	notice = case.notices("D01")[0].name
	with on(day), as_user(case.in_step("C30")):
		return service_api.record(
			notice,
			"Announcement",
			str(day),
			result=result,
			medium="本机关门户网站",
			remark="当事人下落不明，其他方式无法送达。",
		)["served_on"]


def test_an_announcement_runs_thirty_days_and_elapses_by_itself(people):
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C30")
	day = case.day
	announce(case, day=day, result="Failed")
	assert "T15" not in latest(case), "an attempt that failed announces nothing"
	served = announce(case, day=day)
	due = day + timedelta(days=30)
	assert served == due
	assert latest(case)["T15"] == (day, due, "Running", None)
	# nobody stops it, and nobody is late when it ends
	with on(due):
		assert "T15" not in _elapsed_now(case)
	with on(due + timedelta(days=1)):
		assert "T15" in _elapsed_now(case)
		assert scan._elapse(clock(case, "T15").name)
	assert latest(case)["T15"] == (day, due, "Elapsed", due)
	assert case.steps == {"C30"} and frappe.db.get_value("SC Run", case.run, "status") == "Active"
	assert not notes(case.people("papers"), case.case)


def test_what_a_step_waits_for_does_not_elapse_before_it_moves_on(people):
	case = Case.opened(DISTRICT, DAY, "7-4")
	run = store.read_run(case.run).run
	assert scan._waits(run, frappe._dict(limit="T01")), "C40 moves on by it"
	assert not scan._waits(run, frappe._dict(limit="T15"))
	assert not scan._waits(frappe._dict(run.as_dict(), status="Ended"), frappe._dict(limit="T01"))


def _elapsed_now(case: Case) -> set[str]:
	"""Limits of the case that the daily scan would close now."""
	rows = [row for row in scan.elapsing().run(as_dict=True) if row.run == case.run]
	runs = scan._runs([case.run], "Active", "Ended")
	return {row.limit for row in rows if not scan._waits(runs[row.run], row)}
