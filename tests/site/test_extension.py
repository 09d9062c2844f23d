"""A limit is extended by the named post, once, in time, with a reason; single limits stand still and run on."""

from datetime import date

import frappe
import pytest

from sclist_app.api import clocks as api
from sclist_app.api import run as run_api
from sclist_app.audit.events import verify
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow.actions import ChangedSince, NotAllowedByLaw
from tests.site.limits import clock, in_review, notes, on, row_of, token
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of

DAY = date(2024, 9, 24)  # five working days later is Monday the 30th: Sunday the 29th is worked
DUE, LONGER = date(2024, 9, 30), date(2024, 10, 10)
EXTENDABLE = {"limit": "T22", "step": "C10", "n": 5, "extend_n": 3, "extend_post": "principal_leader"}
LEADER, HEAD = user_of("leader"), user_of("head")


@pytest.fixture
def case(people) -> Case:
	return in_review(DAY, EXTENDABLE)


def extend(case: Case, n: int = 3, reason: str = "案情复杂，需要现场核查。", **given):
	with on(given.pop("day", date(2024, 9, 26))), as_user(given.pop("who", LEADER)):
		values = {"seen": case.seq, "token": token(), **given}
		return api.extend(clock(case, "T22", "C10").name, n, reason, **values)


def due_of_task(case: Case) -> date:
	return frappe.db.get_value("SC Task", case.task("C10"), "due_on")


def test_the_named_post_extends_with_a_reason(case):
	assert clock(case, "T22").due_on == DUE == due_of_task(case)
	seq = case.seq
	answer = extend(case)
	row = clock(case, "T22")
	# 8 working days: 25, 26, 27, 29, 30 September, 8, 9 and 10 October
	assert (row.due_on, row.n, row.extended_n, answer["due_on"]) == (LONGER, 5, 3, LONGER)
	assert (row.extended_by, row.extended_on, row.extension_reason) == (
		LEADER,
		date(2024, 9, 26),
		"案情复杂，需要现场核查。",
	)
	assert due_of_task(case) == LONGER
	assert case.seq == seq + 1 == answer["seq"]
	event = case.events()[-1]
	assert (event.event, event.actor, event.opinion) == ("limit_extended", LEADER, row.extension_reason)
	assert any("2024-10-10" in text for text in notes(HEAD, case.case))
	assert verify("SC Case", case.case) == []


def test_nobody_else_extends(case):
	for who in (HEAD, user_of("officer"), user_of("rules"), user_of("supervisor", CITY), "Administrator"):
		with refused(frappe.PermissionError):
			extend(case, who=who)
	with refused(frappe.PermissionError):
		extend(case, who=user_of("leader", CITY))
	assert clock(case, "T22").due_on == DUE


@pytest.mark.parametrize("n", [0, -1, 4])
def test_not_longer_than_the_procedure_says(case, n):
	with refused(frappe.ValidationError, match="3个工作日"):
		extend(case, n)


def test_not_without_a_reason(case):
	with refused(frappe.ValidationError, match="理由"):
		extend(case, reason="  ")


def test_once_only(case):
	extend(case, 1)
	with refused(frappe.ValidationError, match="只能延长一次"):
		extend(case, 1)


def test_not_after_it_has_passed(case):
	with refused(frappe.ValidationError, match="届满"):
		extend(case, day=date(2024, 10, 8))
	assert extend(case, day=DUE)["due_on"] == LONGER


def test_a_limit_without_an_extension_is_not_extended(people):
	case = in_review(DAY)
	with refused(frappe.PermissionError, match="没有规定"):
		extend(case)


def test_the_same_click_twice_extends_once_and_an_old_page_not_at_all(case):
	seen, same = case.seq, token()
	extend(case, 2, seen=seen, token=same)
	assert extend(case, 2, seen=seen, token=same)["repeated"]
	assert clock(case, "T22").extended_n == 2
	with refused(ChangedSince):
		extend(case, 2, seen=seen)


def law_row(name: str, **values):
	doc = frappe.copy_doc(frappe.get_doc("SC Statute", name))
	doc.update(values)
	return doc


@pytest.mark.parametrize(("day", "refuses"), [(date(2026, 12, 28), False), (date(2027, 1, 4), True)])
def test_the_statute_in_force_is_asked_again(people, day, refuses):
	"""The version lets T03 be 2 + 1 working days; from 2027 on the law of this site allows 2."""
	from sclist_app.workflow import clocks, store

	case = in_review(DAY, {"limit": "T03", "n": 2, "extend_n": 1, "extend_post": "principal_leader"})
	old = frappe.get_doc("SC Statute", {"code": "T03", "valid_to": ["is", "not set"]})
	new = law_row(old.name, valid_from="2027-01-01", n=2, maximum=2, article="《新办法》第九条")
	old.valid_to = "2026-12-31"
	old.save()
	new.insert()
	loaded = store.read_run(case.run)
	with on(day):
		name = clocks.start(loaded.run, loaded.procedure.limit("T03"), day)
		with as_user(LEADER):
			if refuses:
				with refused(NotAllowedByLaw, match="《新办法》第九条"):
					api.extend(name, 1, "系统故障。", case.seq, token())
			else:
				assert api.extend(name, 1, "系统故障。", case.seq, token())["due_on"] == date(2026, 12, 31)


def test_who_asks_does_not_decide(people):
	"""The deputies may extend here, and the one who has the task asks."""
	case = in_review(DAY, {**EXTENDABLE, "step": "C20", "extend_post": "deputy_leader"})
	case.act("C10", "agree", "事实清楚，证据确凿，拟同意列入。")
	name = clock(case, "T22", "C20").name
	one, other = user_of("deputy"), user_of("deputy2")
	with on(DAY):
		with as_user(one):
			api.request_extension(name, 2, "需要补充证据。", case.seq, token())
			with refused(frappe.PermissionError, match="本人申请"):
				api.extend(name, 2, "需要补充证据。", case.seq, token())
		assert row_of(case, "T22", one, DAY)["may"]["extend"] == 0
		with as_user(other):
			assert api.extend(name, 2, "同意延长。", case.seq, token())["due_on"]


def test_asking_where_nobody_else_decides_is_refused(people):
	case = in_review(DAY, {**EXTENDABLE, "extend_post": "division_head"})
	with on(DAY), as_user(HEAD), refused(frappe.ValidationError, match="没有其他人"):
		api.request_extension(clock(case, "T22").name, 2, "需要补充证据。", case.seq, token())


def test_asking_tells_the_post_and_shows_it(case):
	name = clock(case, "T22").name
	with on(DAY), as_user(HEAD):
		assert api.request_extension(name, 2, "需要补充证据。", case.seq, token())["people"] == 1
		with refused(frappe.ValidationError, match="已经申请"):
			api.request_extension(name, 2, "再次申请。", case.seq, token())
	assert any("申请延长2个工作日" in text for text in notes(LEADER, case.case))
	shown = row_of(case, "T22", LEADER, DAY)["may"]
	assert shown["extend"] == 3 and shown["asked"]["n"] == 2 and shown["asked"]["reason"] == "需要补充证据。"
	assert clock(case, "T22").due_on == DUE, "asking extends nothing"
	extend(case, 2)
	assert any("2024-10-09" in text for text in notes(HEAD, case.case))


def test_asking_needs_a_task(case):
	name = clock(case, "T22").name
	for who in (user_of("officer"), user_of("legal"), user_of("head", CITY)):
		with on(DAY), as_user(who), refused(frappe.PermissionError):
			api.request_extension(name, 2, "需要补充证据。", case.seq, token())


def test_the_panel_offers_what_each_may_do(case):
	may = {who: row_of(case, "T22", user_of(who), DAY)["may"] for who in ("leader", "head", "officer")}
	assert [may[w]["extend"] for w in ("leader", "head", "officer")] == [3, 0, 0]
	assert [may[w]["request"] for w in ("leader", "head", "officer")] == [0, 3, 0]
	assert [may[w]["pause"] for w in ("leader", "head", "officer")] == [False, True, False]
	extend(case)
	row = row_of(case, "T22", HEAD, DAY)
	assert row["may"]["request"] == 0 and row["extended"]["length"] == "3个工作日"
	assert row["extended"]["by"].startswith("宋志远")


# --- one limit stands still


def test_a_limit_stands_still_and_runs_on(case):
	name = clock(case, "T22").name
	with on(date(2024, 9, 26)), as_user(HEAD):
		api.pause(name, "Appraisal", "委托检测机构检测。", case.seq, token())
	row = clock(case, "T22")
	assert row.status == "Paused" and due_of_task(case) is None
	shown = row_of(case, "T22", HEAD, date(2024, 10, 8))
	assert shown["paused"] == {
		"since": "2024-09-26",
		"cause": "检验检测或者鉴定",
		"reason": "委托检测机构检测。",
	}
	assert not shown["overdue"] and shown["may"]["resume"] and not shown["may"]["extend"]
	with on(date(2024, 10, 9)), as_user(HEAD):
		api.resume(name, "检测报告已收到。", case.seq, token())
	row = clock(case, "T22")
	# counted: 25 September, 9, 10, 11 and 12 October
	assert (row.status, row.due_on, due_of_task(case)) == ("Running", date(2024, 10, 12), date(2024, 10, 12))
	assert [e.event for e in case.events()][-2:] == ["limit_paused", "limit_resumed"]


def test_a_pause_needs_a_task_a_cause_and_a_reason(case):
	name = clock(case, "T22").name
	with on(DAY):
		with as_user(user_of("legal")), refused(frappe.PermissionError):
			api.pause(name, "Appraisal", "委托检测。", case.seq, token())
		with as_user(HEAD):
			with refused(frappe.ValidationError, match="原因"):
				api.pause(name, "Holiday", "休假。", case.seq, token())
			with refused(frappe.ValidationError, match="理由"):
				api.pause(name, "Appraisal", " ", case.seq, token())
			with refused(frappe.ValidationError, match="没有中止"):
				api.resume(name, "恢复。", case.seq, token())


def test_what_runs_from_the_law_does_not_stand_still(people):
	from sclist_app.workflow import clocks, store

	case = in_review(DAY)
	loaded = store.read_run(case.run)
	with on(DAY):
		for limit in ("T03", "T05", "T06", "T16"):
			clocks.start(loaded.run, clocks.LimitRule(limit, 3, "Working Day"), DAY)
		with as_user(HEAD):
			for limit, word in (
				("T03", "没有单独中止"),
				("T05", "不得中止"),
				("T06", "不得中止"),
				("T16", "不得中止"),
			):
				with refused(frappe.ValidationError, match=word):
					api.pause(clock(case, limit).name, "Appraisal", "等待鉴定。", case.seq, token())


def test_a_suspended_case_stops_its_limits_but_not_the_terms(people):
	from sclist_app.workflow import clocks, store

	case = in_review(DAY)
	loaded = store.read_run(case.run)
	with on(DAY):
		for limit in ("T03", "T05", "T06", "T16", "T17"):
			clocks.start(loaded.run, clocks.LimitRule(limit, 3, "Working Day"), DAY)
		with as_user(HEAD):
			api.pause(clock(case, "T22").name, "Other Department", "等待公安机关答复。", case.seq, token())
			run_api.suspend(case.run, "法院裁定停止执行。")
	assert {limit: clock(case, limit).status for limit in ("T22", "T03", "T05", "T06", "T16", "T17")} == {
		"T22": "Paused",
		"T03": "Paused",
		"T05": "Running",
		"T06": "Running",
		"T16": "Running",
		"T17": "Running",
	}
	with on(DAY), as_user(HEAD), refused(frappe.ValidationError, match="先恢复办理"):
		api.resume(clock(case, "T22").name, "已答复。", case.seq, token())
	with on(date(2024, 9, 27)), as_user(HEAD):
		run_api.resume(case.run, "裁定撤销。")
		assert clock(case, "T03").status == "Running"
		# what stood still for a cause of its own still does
		assert clock(case, "T22").status == "Paused"
		api.resume(clock(case, "T22").name, "公安机关已答复。", case.seq, token())
	assert clock(case, "T22").status == "Running"


def test_other_bureaus_neither_extend_nor_pause(case):
	name = clock(case, "T22").name
	assert clock(case, "T22").bureau == DISTRICT
	with on(DAY), as_user(user_of("officer", CITY)):
		for act in (
			lambda: api.extend(name, 1, "理由。", case.seq, token()),
			lambda: api.request_extension(name, 1, "理由。", case.seq, token()),
			lambda: api.pause(name, "Appraisal", "理由。", case.seq, token()),
			lambda: api.resume(name, "理由。", case.seq, token()),
		):
			with refused(frappe.PermissionError):
				act()


# --- an application forwarded by 信用中国


def test_the_shorter_limit_of_credit_china_is_extended_to_that_of_the_order(world):
	"""核实并作出决定: ten working days, and ten more by the principal leader, of the twenty the Order allows."""
	listed, _day = world.listed
	record = frappe.db.get_value("SC Listing Record", {"case": listed, "entity_kind": "Unit"}, "name")
	repair = RepairPlayer(record, date(2025, 11, 10))
	repair.open(channel="Credit China", external_number="XYZG2025111000012")
	repair.play("R30")
	row = frappe.get_doc("SC Clock", {"run": repair.run, "limit": "T12", "status": "Running"})
	assert (row.n, row.channel, row.started_on) == (10, "Credit China", date(2025, 11, 10))
	assert row.due_on == date(2025, 11, 24)
	with on(date(2025, 11, 20)), as_user(LEADER):
		shown = next(c for c in run_api.view(repair.doctype, repair.case)["clocks"] if c["name"] == row.name)
		assert "国办发〔2025〕22号" in shown["article"] or "信用修复" in shown["article"]
		seq = frappe.db.get_value("SC Run", repair.run, "seq")
		with refused(frappe.ValidationError, match="10个工作日"):
			api.extend(row.name, 11, "需要现场核查。", seq, token())
		assert api.extend(row.name, 10, "需要现场核查。", seq, token())["due_on"] == date(2025, 12, 8)
