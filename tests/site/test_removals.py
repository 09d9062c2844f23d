"""Expiry, revocation and restoration, each from a listed record to its end.

Acceptance checks 10 and 11 of the regulation are here.
"""

import re
from datetime import date, timedelta

import frappe
import pytest
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import papers as papers_api
from sclist_app.api import register as register_api
from sclist_app.documents.issue import missing_facts
from sclist_app.register import previews, public, removals
from sclist_app.register.removal_effects import remove
from sclist_app.workflow import scan
from sclist_app.workflow.actions import NotAllowedByLaw
from sclist_app.workflow.calendars import calendar_of
from tests.site.matter import Matter
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, Case, as_user, refused, user_of

TERM_END = date(2027, 9, 27)
REASON = "原行政处罚决定已被依法撤销，不再符合列入情形。"
FRAUD = "申请提前移出时提交的整改验收报告系伪造，报告所列整改项目经现场核查均未完成。"


@pytest.fixture
def unit(world):
	"""The listed unit's record."""
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


@pytest.fixture
def person(world):
	return next(r.name for r in world.case("listed").records() if r.entity_kind == "Person")


@pytest.fixture(autouse=True)
def _no_commit(monkeypatch):
	"""What the jobs would commit stays in the test's transaction; each record's work is a savepoint instead."""
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)


def listing(name):
	return frappe.get_doc("SC Listing Record", name)


def scanned(day) -> int:
	with as_of(f"{day} 01:00:00"):
		return removals.open_expired()


def expiry_of(record: str) -> str | None:
	return frappe.db.get_value("SC Removal", {"record": record, "kind": removals.EXPIRY}, "name")


def on_the_page(record) -> bool:
	row = listing(record)
	return any(r.decision_number == row.decision_number for r in public.search(row.entity_name, 1, "").rows)


def values_of(record: str) -> dict:
	"""Columns of a record, for comparing."""
	return frappe.db.get_value(
		"SC Listing Record",
		record,
		["state", "listed_on", "term_end", "shown", "removed_on", "restored_on", "open_key"],
		as_dict=True,
	)


# ------------------------------------------------------------------ expiry


def test_nothing_is_opened_before_the_term_is_over(unit, person):
	scanned(TERM_END)
	assert not expiry_of(unit) and not expiry_of(person)
	with refused(frappe.ValidationError, match="2027年9月27日.*第十三条"):
		Matter.opened_on(unit, TERM_END, kind=removals.EXPIRY)


def test_the_scan_opens_one_for_each_record_and_only_once(unit, person):
	day = TERM_END + timedelta(days=1)
	assert scanned(day) >= 2
	names = {expiry_of(unit), expiry_of(person)}
	assert None not in names and len(names) == 2
	assert scanned(day) == 0
	assert frappe.db.count("SC Removal", {"record": unit}) == 1
	matter = Matter.existing(expiry_of(unit), day)
	assert matter.steps == {"E10"} and matter.doc.bureau == DISTRICT
	assert listing(unit).state == "L3" and on_the_page(unit), "nothing lapses by itself"
	clock = matter.clock("T19")
	assert clock.started_on == TERM_END and clock.due_on == date(2027, 9, 28)
	# 2027-09-27 is a Monday; the people of the post are told
	told = frappe.get_all("Notification Log", filters={"document_name": matter.case}, pluck="for_user")
	assert matter.officer("credit_officer") in told


def test_a_scan_killed_in_the_middle_and_run_again_is_as_one(unit, person, monkeypatch):
	day = TERM_END + timedelta(days=1)
	first, work = [], removals._open_expiry

	def killed(record):
		if first:
			raise KeyboardInterrupt
		first.append(record)
		return work(record)

	monkeypatch.setattr(removals, "_open_expiry", killed)
	with pytest.raises(KeyboardInterrupt):
		scanned(day)
	monkeypatch.setattr(removals, "_open_expiry", work)
	scanned(day)
	for record in (unit, person):
		assert frappe.db.count("SC Removal", {"record": record}) == 1
		name = expiry_of(record)
		assert frappe.db.count("SC Run", {"reference_name": name}) == 1
		assert frappe.db.count("SC Task", {"reference_name": name}) == 1


def test_a_fault_in_one_record_stops_no_other(unit, person, monkeypatch):
	work = removals._open_expiry
	monkeypatch.setattr(frappe.db, "rollback", lambda *a, **k: None)

	def faulty(record):
		if record == unit:
			raise RuntimeError("broken")
		return work(record)

	monkeypatch.setattr(removals, "_open_expiry", faulty)
	scanned(TERM_END + timedelta(days=1))
	assert expiry_of(person) and not expiry_of(unit)


def test_expiry_from_the_scan_to_the_end(unit):
	scanned(TERM_END + timedelta(days=1))
	matter = Matter.existing(expiry_of(unit), TERM_END + timedelta(days=1))
	with refused(NotAllowedByLaw, match="第十三条"):
		matter.act("E10", "drop", "不办了。")
	matter.act("E10", "submit")
	assert listing(unit).state == "L3"
	matter.act("E20", "approve", "同意移出。")
	matter.act("E30", "issue")

	record = listing(unit)
	assert (record.state, record.shown, record.removed_on) == ("L6", 0, matter.day)
	assert not on_the_page(unit)
	assert matter.states("SC Publication") == {"To Withdraw"}
	assert matter.states("SC Measure Record") == {"To Lift"}
	[paper] = matter.notices("D09")
	assert re.fullmatch(r"\S+移〔2027〕\d+号", paper.number) and record.removal_number == paper.number
	assert matter.steps == {"E40", "E50", "E60", "E70"}
	calendar = calendar_of(DISTRICT)
	assert matter.clock("T07").due_on == calendar.add_workdays(matter.day, 3)
	assert matter.clock("T08").due_on == calendar.add_workdays(matter.day, 10)
	for step, action in (("E50", "updated"), ("E60", "withdrawn"), ("E70", "lifted"), ("E40", "served")):
		with refused(NotAllowedByLaw):
			matter.act(step, action)

	matter.end_duties("E")
	doc = matter.doc
	assert (doc.run_status, doc.outcome, doc.open_key) == ("Ended", "Removed", None)
	assert doc.decided_on == doc.removed_on == doc.decision_served_on == matter.day
	assert matter.states("SC Publication") == {"Withdrawn"}
	assert matter.states("SC Measure Record") == {"Lifted"}
	assert {matter.clock(code).status for code in ("T07", "T08", "T14", "T19")} == {"Met"}
	assert scanned(matter.day + timedelta(days=30)) == 0 or not frappe.db.exists(
		"SC Removal", {"record": unit, "run_status": "Active"}
	)


def test_the_term_of_the_case_ends_with_its_last_record(unit, person, world):
	clock = world.case("listed").clock("T05")
	day = TERM_END + timedelta(days=1)
	scanned(day)
	for record in (unit, person):
		assert frappe.db.get_value("SC Clock", clock.name, "status") == "Running"
		matter = Matter.existing(expiry_of(record), day)
		for step, action in (("E10", "submit"), ("E20", "approve"), ("E30", "issue")):
			matter.act(step, action, "同意。")
	assert frappe.db.get_value("SC Clock", clock.name, "status") == "Met"


def test_the_bureau_is_reminded_once_thirty_days_before(unit):
	def reminded(day) -> int:
		with as_of(f"{day} 01:00:00"):
			removals.remind_expiring()
		return frappe.db.count("Notification Log", {"document_name": unit})

	assert reminded(TERM_END - timedelta(days=31)) == 0
	once = reminded(TERM_END - timedelta(days=30))
	assert once >= 1
	assert reminded(TERM_END - timedelta(days=20)) == once
	subject = frappe.get_all("Notification Log", {"document_name": unit}, pluck="subject")[0]
	assert not re.search(r"\d{15,18}", subject), "no certificate number in a note"


# ------------------------------------------------------------------ who, and one at a time


def test_a_second_open_one_is_refused(unit):
	Matter.opened_on(unit, date(2025, 3, 3), kind=removals.REVOCATION)
	with refused(frappe.DuplicateEntryError):
		Matter.opened_on(unit, date(2025, 3, 4), kind=removals.REVOCATION)


def test_another_bureau_is_refused(unit):
	for user in (user_of("officer", CITY), user_of("leader", CITY), user_of("leader")):
		doc = frappe.new_doc("SC Removal")
		doc.update({"record": unit, "kind": removals.REVOCATION})
		with as_user(user), as_of("2025-03-03 09:00:00"), refused(frappe.PermissionError):
			doc.insert()
	doc = frappe.new_doc("SC Removal")
	doc.update({"record": unit, "kind": removals.REVOCATION, "bureau": CITY})
	with as_of("2025-03-03 09:00:00"), refused(frappe.ValidationError, match="第十五条"):
		doc.insert()


def test_no_request_carries_state_or_result(unit):
	for field, value in (
		("outcome", "Revoked"),
		("decided_on", "2025-03-03"),
		("restored_on", "2025-03-03"),
		("state", "V30"),
	):
		doc = frappe.new_doc("SC Removal")
		doc.update({"record": unit, "kind": removals.REVOCATION, field: value})
		with as_user(user_of("officer")), as_of("2025-03-03 09:00:00"), refused(frappe.PermissionError):
			doc.insert()
	matter = Matter.opened_on(unit, date(2025, 3, 3), kind=removals.REVOCATION)
	for field, value in (
		("kind", removals.EXPIRY),
		("record", "x"),
		("bureau", CITY),
		("term_end", "2025-01-01"),
	):
		with refused():
			matter.write("V10", **{field: value})


def test_only_those_with_the_task_may_write_or_act(unit):
	matter = Matter.opened_on(unit, date(2025, 3, 3), kind=removals.REVOCATION)
	leader = user_of("leader")
	with as_user(leader), refused(frappe.PermissionError):
		doc = matter.doc
		doc.reasons = REASON
		doc.save()
	for user in (leader, user_of("officer", CITY), user_of("officer2", CITY), "Administrator"):
		with refused(frappe.PermissionError):
			matter.act("V10", "submit", user=user)
	with refused(frappe.PermissionError):
		frappe.delete_doc("SC Removal", matter.case, ignore_permissions=True)


def test_lists_and_forms_follow_the_tree(unit):
	matter = Matter.opened_on(unit, date(2025, 3, 3), kind=removals.REVOCATION)
	for user, sees in (
		(user_of("officer"), True),
		(user_of("leader", CITY), True),
		(user_of("leader", PROVINCE), True),
		(user_of("officer", CITY), False),
		(user_of("leader", COUNTY), False),
	):
		with as_user(user):
			listed = frappe.get_list("SC Removal", filters={"name": matter.case}, pluck="name")
			assert (listed == [matter.case]) == sees, user
			assert bool(frappe.has_permission("SC Removal", "read", matter.case)) == sees, user
			assert not frappe.has_permission("SC Removal", "delete", matter.case)
		frappe.local.message_log = []
	with as_user(user_of("leader", CITY)):
		assert not frappe.has_permission("SC Removal", "write", matter.case), "a superior never acts"


# ------------------------------------------------------------------ revocation


def revoke_penalty(world, status="Revoked", day="2025-03-03"):
	revoke_penalty_of(world.case("listed"), day, status)


def revoke_penalty_of(case, day, status="Revoked"):
	with as_user(user_of("officer")), as_of(f"{day} 09:00:00"):
		penalty = frappe.get_doc("SC Penalty", case.penalty)
		penalty.status = status
		penalty.save()


def test_a_revoked_penalty_opens_the_task_for_every_record_at_once(world, unit, person):
	revoke_penalty(world)
	for record in (unit, person):
		[name] = frappe.get_all("SC Removal", filters={"record": record}, pluck="name")
		matter = Matter.existing(name, date(2025, 3, 3))
		doc = matter.doc
		assert (doc.kind, doc.basis_kind, doc.penalty) == (
			removals.REVOCATION,
			"Penalty Revoked",
			world.case("listed").penalty,
		)
		assert matter.steps == {"V10"} and doc.known_on == date(2025, 3, 3)
		assert matter.clock("T09").due_on == date(2025, 3, 4)
	revoke_penalty(world)
	with as_of("2025-03-04 01:00:00"):
		removals.open_fallen()
	assert frappe.db.count("SC Removal", {"record": unit}) == 1, "safe to repeat"


def test_a_penalty_merely_performed_opens_nothing(world, unit):
	revoke_penalty(world, "Performed")
	assert not frappe.db.exists("SC Removal", {"record": unit})


def test_what_could_not_be_opened_is_opened_by_the_daily_scan(world, unit, monkeypatch):
	def broken(*_args):
		frappe.throw("nobody holds the post")

	work = removals._open_revocation
	monkeypatch.setattr(removals, "_open_revocation", broken)
	revoke_penalty(world)
	assert frappe.db.get_value("SC Penalty", world.case("listed").penalty, "status") == "Revoked"
	monkeypatch.setattr(removals, "_open_revocation", work)
	with as_of("2025-03-04 01:00:00"):
		removals.open_fallen()
	assert frappe.db.exists("SC Removal", {"record": unit, "kind": removals.REVOCATION})


def revoking(world, unit) -> Matter:
	revoke_penalty(world)
	name = frappe.db.get_value("SC Removal", {"record": unit}, "name")
	return Matter.existing(name, date(2025, 3, 3))


def test_check_11_a_revoked_penalty_takes_the_record_off_the_list(world, unit):
	matter = revoking(world, unit)
	assert on_the_page(unit)
	assert {"basis.paper", "basis.reasons"} <= matter.blocked("V10", "submit")
	with refused(NotAllowedByLaw, match="第十五条"):
		matter.act("V10", "submit")
	matter.write(
		"V10",
		basis_authority="太原市小店区人民政府",
		basis_number="小政复决〔2025〕3号",
		basis_date="2025-03-02",
		basis_file=matter.upload("复议决定书.pdf"),
		reasons=REASON,
	)
	matter.act("V10", "submit")
	with refused(NotAllowedByLaw, match="第三条、第十五条"):
		matter.act("V20", "uphold", "仍符合列入情形。")
	matter.act("V20", "approve", "同意撤销。")
	matter.act("V30", "issue")

	record = listing(unit)
	assert (record.state, record.shown, record.removed_on) == ("L8", 0, matter.day)
	assert not on_the_page(unit), "gone from the page in the transaction of the decision"
	assert matter.states("SC Publication") == {"To Withdraw"}
	assert matter.states("SC Measure Record") == {"To Lift"}
	assert "复议决定" not in (matter.notices("D17")[0].number or "")
	text = frappe.db.get_value("SC Notice", matter.notices("D17")[0].name, "html")
	assert "小政复决〔2025〕3号" in text and REASON in text and "2025年3月2日" in text
	assert "removed" in {e.event for e in world.case("listed").events()}, (
		"the audit still shows it, on the chain of the case"
	)
	assert frappe.db.exists("SC Listing Record", unit)

	matter.end_duties("V")
	assert (matter.doc.outcome, matter.doc.run_status) == ("Revoked", "Ended")
	assert matter.states("SC Publication") == {"Withdrawn"}


def test_revoked_while_the_listing_is_still_being_carried_out(people):
	"""What was to be entered, published and carried out is not needed any more; both procedures come to their end."""
	case = Case.opened(DISTRICT, date(2024, 9, 2), "7-4")
	case.play("C86", waive=True)
	assert {"C85", "C86", "C87", "C89"} & case.steps == case.steps
	[record] = [row.name for row in case.records()]
	revoke_penalty_of(case, case.day)
	matter = Matter.existing(frappe.db.get_value("SC Removal", {"record": record}, "name"), case.day)
	matter.write("V10", basis_kind="Self-Correction", reasons=REASON)
	for step, action in (("V10", "submit"), ("V20", "approve"), ("V30", "issue")):
		matter.act(step, action, "同意撤销。")
	assert listing(record).state == "L8"
	assert matter.states("SC Publication") == matter.states("SC Measure Record") == {"Not Needed"}

	user = case.in_step("C86")
	with case.acting(user), refused(frappe.ValidationError, match="不在名单"):
		register_api.enter(record, "AQSX1", str(case.day), "")
	for step, action in (("C86", "entered"), ("C87", "published"), ("C88", "confirm"), ("C89", "done")):
		if step == "C89":
			[measure] = matter.rows("SC Measure Record", measure="M1")
			with case.acting(case.in_step("C89")), refused(frappe.ValidationError, match="不在名单"):
				register_api.carry_out(measure, str(case.day))
		case.act(step, action)
	case.serve_all("C85")
	case.act("C85", "served")
	assert (case.doc.run_status, case.doc.outcome) == ("Ended", "Listed")
	assert listing(record).state == "L8", "carrying on with the listing does not bring it back"

	for step, action in (("V50", "updated"), ("V60", "withdrawn"), ("V65", "confirm"), ("V70", "lifted")):
		matter.act(step, action)
	matter.serve_all("V40")
	matter.act("V40", "served")
	assert (matter.doc.outcome, matter.doc.run_status) == ("Revoked", "Ended")


def test_drafts_are_shown_to_whoever_has_the_task(world, unit):
	matter = revoking(world, unit)
	matter.write(
		"V10", basis_kind="Self-Correction", basis_authority="", reasons="经重新审核，情形认定有误。"
	)
	matter.act("V10", "submit")
	matter.act("V20", "approve", "同意。")
	with matter.acting(matter.in_step("V30")):
		paper = previews.paper_of(matter.doc, "D17", matter.doc.entity)
		assert missing_facts(paper) == []
		assert paper.facts["removal"]["basis_text"].startswith("经本机关重新审核认定")
		with refused(frappe.ValidationError):
			previews.paper_of(matter.doc, "D09", matter.doc.entity)
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		papers_api.preview("SC Removal", matter.case, "D17", matter.doc.entity)


def test_a_changed_penalty_may_leave_the_listing_upheld(world, unit):
	revoke_penalty(world, "Changed")
	name = frappe.db.get_value("SC Removal", {"record": unit}, "name")
	matter = Matter.existing(name, date(2025, 3, 3))
	matter.write(
		"V10",
		basis_authority="太原市小店区人民政府",
		basis_number="小政复决〔2025〕4号",
		basis_date="2025-03-02",
		basis_file=matter.upload("复议决定书.pdf"),
		reasons="罚款数额变更。",
	)
	matter.act("V10", "submit")
	before = values_of(unit)
	with refused(frappe.ValidationError):
		matter.act("V20", "uphold", "")
	matter.act("V20", "uphold", "罚款数额变更不影响列入情形。")
	assert matter.doc.outcome == "Upheld" and values_of(unit) == before and on_the_page(unit)
	with as_of("2025-03-05 01:00:00"):
		removals.open_fallen()
	assert frappe.db.count("SC Removal", {"record": unit}) == 1, "the same change is not looked at every day"


def test_a_date_in_the_future_or_before_the_penalty_is_refused(unit):
	matter = Matter.opened_on(unit, date(2025, 3, 3), kind=removals.REVOCATION, basis_kind="Court Judgment")
	with refused(frappe.ValidationError):
		matter.write("V10", basis_date="2025-03-04")
	matter.write("V10", basis_date="2024-01-01", basis_authority="法院", basis_number="1", reasons=REASON)
	assert {"basis.before", "basis.paper"} <= matter.blocked("V10", "submit")


def test_a_running_expiry_is_told_that_the_basis_fell(world, unit):
	day = TERM_END + timedelta(days=1)
	scanned(day)
	revoke_penalty(world, day=str(day))
	matter = Matter.existing(expiry_of(unit), day)
	assert "basis_changed" in matter.log()
	assert frappe.db.count("SC Removal", {"record": unit}) == 1


# ------------------------------------------------------------------ restoration


def removed_early(record: str, day: date) -> None:
	"""Take the record off the list as an early removal does."""
	with as_of(f"{day} 10:00:00"), engine_writes():
		run = frappe.get_doc("SC Run", listing(record).run)
		remove(record, "L7", day, run, None)


def restoring(unit) -> Matter:
	removed_early(unit, date(2025, 11, 3))
	return Matter.opened_on(unit, date(2026, 3, 2), kind=removals.RESTORATION)


def with_fraud(matter: Matter) -> None:
	matter.write(
		"S10",
		fraud_facts=FRAUD,
		evidence=[{"title": "现场核查记录", "kind": "Record", "file": matter.upload("核查记录.pdf")}],
	)


def noticed(unit) -> Matter:
	matter = restoring(unit)
	with_fraud(matter)
	matter.act("S10", "submit")
	matter.act("S20", "agree", "同意告知。")
	matter.act("S25", "issue")
	matter.serve_all("S30")
	matter.act("S30", "served")
	return matter


def test_only_a_record_removed_early_can_be_restored(unit):
	with refused(frappe.ValidationError, match="第二十一条"):
		Matter.opened_on(unit, date(2026, 3, 2), kind=removals.RESTORATION)


def test_without_the_facts_of_fraud_nothing_moves(unit):
	matter = restoring(unit)
	assert matter.blocked("S10", "submit") == {"fraud.facts", "fraud.evidence"}
	with refused(NotAllowedByLaw, match="第二十一条"):
		matter.act("S10", "submit")


def test_the_window_must_pass_or_be_waived(unit):
	matter = noticed(unit)
	assert matter.steps == {"S40"}
	assert matter.doc.defence_closes_on == date(2026, 3, 9)
	assert matter.clock("T01").due_on == date(2026, 3, 9)
	with refused(NotAllowedByLaw, match="2026年3月9日"):
		matter.act("S40", "answered")
	with refused(frappe.ValidationError):
		matter.answer_with("S40", "Defence", "")
	matter.answer_with("S40", "Waiver")
	matter.act("S40", "answered")
	assert matter.steps == {"S50"}


def test_a_defence_is_reviewed_before_the_decision_and_may_end_it(unit):
	matter = noticed(unit)
	name = matter.answer_with("S40", "Defence", "验收报告系委托第三方出具，并不知情。")
	matter.pass_window("S40")
	assert matter.steps == {"S45"}
	with refused(NotAllowedByLaw, match="第四十五条"):
		matter.act("S45", "uphold", "维持。")
	matter.review_with("S45", name, "Accepted", "经核查，情况属实。")
	before = values_of(unit)
	matter.act("S45", "accept", "申辩成立。")
	assert matter.doc.outcome == "Not Restored" and values_of(unit) == before
	assert before.state == "L7"


def restored(unit) -> Matter:
	matter = noticed(unit)
	matter.pass_window("S40")
	matter.act("S50", "pass", "审核通过。")
	matter.act("S60", "approve", "同意撤销提前移出、恢复列入。")
	matter.act("S70", "issue")
	return matter


def test_check_10_revoking_an_early_removal_restores_the_listing(world, unit):
	listed = listing(unit)
	matter = restored(unit)
	day, record = matter.day, listing(unit)
	assert (record.state, record.restored_on, record.removed_on) == ("L3", day, None)
	assert record.listed_on == listed.listed_on and record.decision_number == listed.decision_number
	assert record.open_key == listed.open_key
	assert record.term_end == date(day.year + 3, day.month, day.day)
	assert record.earliest_application == date(day.year + 1, day.month, day.day) + timedelta(days=1)
	assert not record.shown and not on_the_page(unit), "shown again when published again"
	assert matter.states("SC Publication") == {"To Push"}
	assert matter.states("SC Measure Record") == {"To Carry Out"}
	[repealed], [again] = matter.notices("D15"), matter.notices("D16")
	assert again.joint_with == repealed.name
	text = frappe.db.get_value("SC Notice", again.name, "html")
	assert repealed.number in text
	assert FRAUD in frappe.db.get_value("SC Notice", repealed.name, "html")
	term = matter.clock("T05")
	assert (term.started_on, term.due_on) == (day, record.term_end)
	for code in ("T03", "T04", "T14"):
		assert matter.clock(code).status == "Running"
	for step, action in (("S85", "entered"), ("S86", "published"), ("S88", "done"), ("S80", "served")):
		with refused(NotAllowedByLaw):
			matter.act(step, action)

	matter.list_again()
	record = listing(unit)
	assert (matter.doc.outcome, matter.doc.run_status) == ("Restored", "Ended")
	assert record.shown and on_the_page(unit)
	[row] = [r for r in public.search(record.entity_name, 1, "").rows if not r.is_person]
	assert (row.restored_on, row.term_end, row.listed_on) == (day, record.term_end, listed.listed_on)
	assert matter.states("SC Publication") == {"Posted"}
	assert matter.states("SC Measure Record") == {"In Force"}
	assert {matter.clock(code).status for code in ("T03", "T04", "T14")} == {"Met"}
	assert matter.clock("T05").status == "Running", "the new term outlives the procedure"
	# the end of the new term is found as any other
	assert unit not in removals.expired(record.term_end)
	assert unit in removals.expired(record.term_end + timedelta(days=1))


def test_nothing_is_published_with_a_time_before_the_restoration(unit):
	matter = restored(unit)
	name = matter.rows("SC Publication", state="To Push")[0]
	with matter.acting(matter.in_step("S86")), refused(frappe.ValidationError):
		register_api.publish(
			name, "https://p.example.invalid/x", "2025-11-03 09:30:00", matter.upload("截图.pdf")
		)
	with matter.acting(matter.in_step("S85")), refused(frappe.ValidationError):
		register_api.enter(unit, "HF1", "2025-11-03", matter.upload("录入.pdf"))


def test_while_the_early_removal_is_carried_out_nothing_is_restored(unit):
	matter = noticed(unit)
	matter.pass_window("S40")
	matter.act("S50", "pass", "审核通过。")
	matter.act("S60", "approve", "同意。")
	frappe.db.set_value("SC Run", listing(unit).removal_run, "status", "Active")
	assert "fraud.running" in matter.blocked("S70", "issue")


def test_the_scan_moves_the_window_on(unit):
	matter = noticed(unit)
	with as_of("2026-03-09 23:00:00"):
		scan.expire_windows()
	assert matter.steps == {"S40"}
	with as_of("2026-03-10 01:00:00"):
		scan.expire_windows()
	assert matter.steps == {"S50"}


# ------------------------------------------------------------------ invariants over a life


def test_one_record_through_its_whole_life(world, unit):
	"""Listed, removed early, restored, expired: never two open, the page shows exactly what is in term and posted."""
	matter = restored(unit)
	matter.list_again()
	end = getdate(listing(unit).term_end)
	scanned(end + timedelta(days=1))
	expiry = Matter.existing(expiry_of(unit), end + timedelta(days=1))
	for step, action in (("E10", "submit"), ("E20", "approve"), ("E30", "issue")):
		expiry.act(step, action, "同意。")
	expiry.end_duties("E")
	record = listing(unit)
	assert record.state == "L6" and not on_the_page(unit)
	key = record.open_key
	assert frappe.db.count("SC Listing Record", {"open_key": key}) == 1
	assert frappe.db.count("SC Removal", {"record": unit, "open_key": ["is", "set"]}) == 0
	assert "To Withdraw" not in expiry.states("SC Publication")
	assert expiry.states("SC Measure Record") == {"Lifted"}
