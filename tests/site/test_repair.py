"""Early removal through the engine: granted, refused, too early, supplemented, withdrawn; what follows and who sees it.

Acceptance checks 6–9 of the regulation are here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import frappe
import pytest
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import repair as repair_api
from sclist_app.register import application, public, removals
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import actions, store
from tests.site.support import CITY, DISTRICT, PROVINCE, Case, as_user, refused, user_of

APPLICATION = "SC Repair Application"
REASONS = "罚款尚有15万元未缴纳，行政处罚决定规定的义务未履行完毕。"


class Repair(RepairPlayer):
	"""An application with the means to look at it."""

	@property
	def doc(self):
		return frappe.get_doc(APPLICATION, self.case)

	@property
	def listing(self):
		return frappe.get_doc("SC Listing Record", self.record)

	@property
	def steps(self) -> set[str]:
		return {step for step in self.state.split(",") if step}

	def clock(self, limit: str):
		rows = frappe.get_all(
			"SC Clock",
			filters={"run": self.run, "limit": limit, "status": ["!=", "Void"]},
			fields=["n", "started_on", "due_on", "status", "stopped_on", "channel"],
			order_by="creation desc",
		)
		assert rows, f"{limit} does not run"
		return rows[0]

	def blocked(self, step: str, action: str) -> set[str]:
		with as_of(str(self.day)):
			found = actions.gate(store.read_run(self.run), step, action)
		return {finding.code for finding in found if finding.severity == "error"}

	def notices(self, kind: str) -> list:
		return frappe.get_all(
			"SC Notice",
			filters={"reference_name": self.case, "document_kind": kind},
			fields=["name", "number", "addressee", "html", "status"],
			order_by="creation",
		)

	def states(self, doctype: str) -> set[str]:
		return set(frappe.get_all(doctype, filters={"record": self.record}, pluck="state"))


@dataclass(frozen=True)
class Listed:
	district: str  # name of the case of each bureau, decided on 2024-02-29
	city: str
	province: str

	def record(self, bureau: str = "district", kind: str = "Unit") -> str:
		return frappe.db.get_value(
			"SC Listing Record", {"case": getattr(self, bureau), "entity_kind": kind}, "name"
		)


def _listed_on_29_february(bureau: str, ground: str) -> str:
	case = Case.opened(bureau, date(2024, 2, 1), ground)
	case.play("C80")
	case.day = date(2024, 2, 29)
	case.play()
	return case.case


@pytest.fixture(scope="session")
def listed(people) -> Iterator[Listed]:
	names = {}
	for place, bureau, ground in (
		("district", DISTRICT, "7-1"),
		("city", CITY, "7-4"),
		("province", PROVINCE, "7-4"),
	):
		names[place] = _listed_on_29_february(bureau, ground)
		frappe.db.commit()
	frappe.clear_cache()
	yield Listed(**names)


@pytest.fixture
def apply(listed):
	def of(bureau: str = "district", day: date = date(2025, 3, 3), kind: str = "Unit", **changes) -> Repair:
		repair = Repair(listed.record(bureau, kind), day)
		repair.open(**changes)
		return repair

	return of


# -------------------------------------------------------------- granted


def test_granted_and_everything_that_follows(apply):
	repair = apply()
	assert repair.listing.shown
	assert getdate(repair.clock("T10").started_on) == date(2025, 3, 3)
	assert getdate(repair.clock("T10").due_on) == date(2025, 3, 10)
	repair.play("R52")
	assert repair.clock("T10").status == "Met"
	assert repair.clock("T12").n == 20
	repair.play("R60")
	assert repair.listing.state == "L7"
	assert repair.listing.removal_number == repair.notices("D13a")[0].number
	assert getdate(repair.listing.removed_on) == repair.day
	assert repair.steps == {"R55", "R60", "R62", "R64", "R66"}
	assert repair.states("SC Publication") == {"To Withdraw"}
	assert repair.states("SC Measure Record") == {"To Lift"}
	assert {limit: repair.clock(limit).status for limit in ("T07", "T08", "T13", "T14")} == dict.fromkeys(
		("T07", "T08", "T13", "T14"), "Running"
	)
	repair.play()
	doc = repair.doc
	assert (doc.run_status, doc.outcome, doc.open_key) == ("Ended", "Removed", None)
	assert repair.states("SC Publication") == {"Withdrawn"}
	assert repair.states("SC Measure Record") == {"Lifted"}
	assert {limit: repair.clock(limit).status for limit in ("T07", "T08", "T12", "T13", "T14")} == (
		dict.fromkeys(("T07", "T08", "T12", "T13", "T14"), "Met")
	)


def test_the_public_page_shows_it_no_more_at_once(apply):
	repair = apply()
	repair.play("R52")
	name = repair.listing.entity_name
	assert [row.name for row in public.search(name, 1, "").rows] == [name]
	repair.play("R60")
	assert public.search(name, 1, "").rows == ()


def test_the_other_subject_of_the_case_stays_listed(apply, listed):
	repair = apply()
	repair.play("R60")
	person = frappe.get_doc("SC Listing Record", listed.record(kind="Person"))
	assert (person.state, person.shown) == ("L3", 1)
	listing_run = frappe.db.get_value("SC Case", listed.district, "run")
	term = frappe.get_all("SC Clock", filters={"run": listing_run, "limit": "T05"}, pluck="status")
	assert term == ["Running"]


def test_the_term_of_the_listing_ends_with_its_last_record(apply, listed):
	repair = apply("city")
	repair.play("R60")
	listing_run = frappe.db.get_value("SC Case", listed.city, "run")
	term = frappe.get_all("SC Clock", filters={"run": listing_run, "limit": "T05"}, pluck="status")
	assert term == ["Met"]


def test_the_duties_are_done_before_the_end(apply):
	repair = apply()
	repair.play("R60")
	assert repair.blocked("R60", "updated") == {"removal.system"}
	assert repair.blocked("R62", "stopped") == {"removal.publication"}
	assert repair.blocked("R64", "lifted") == {"removal.measure"}
	assert repair.blocked("R66", "reported") == {"report.open"}
	assert repair.blocked("R55", "served") == {"service.open"}


def test_taking_down_needs_two_people_and_proof(apply):
	repair = apply()
	repair.play("R62")
	for step, work in (("R60", repair.update_all),):
		if step in repair.steps:
			work(step)
	user = repair.in_step("R62")
	name = repair.rows("SC Publication", "To Withdraw")[0]
	with repair.acting(user), refused(frappe.ValidationError, match="截图|screenshot"):
		repair_api.take_down(name, f"{repair.day} 09:00:00", "")
	early = repair.day - timedelta(days=3)
	proof = repair.upload("撤下.png")
	with repair.acting(user), refused(frappe.ValidationError):
		repair_api.take_down(name, f"{early} 09:00:00", proof)
	repair.take_down_all("R62")
	repair.act("R62", "stopped")
	assert repair.blocked("R63", "confirm") == {"removal.publication"}
	with repair.acting(user), refused(frappe.PermissionError):
		repair_api.confirm_taking_down(name)
	reviewer = repair.in_step("R63")
	with repair.acting(reviewer):
		repair_api.return_taking_down(name, "网页仍可打开。")
	assert frappe.db.get_value("SC Publication", name, "state") == "To Withdraw"


# ------------------------------------------------------- acceptance checks 6–9


def test_check_6_the_first_day_is_the_first_of_march(apply, listed):
	record = frappe.get_doc("SC Listing Record", listed.record())
	assert getdate(record.listed_on) == date(2024, 2, 29)
	assert getdate(record.earliest_application) == date(2025, 3, 1)
	assert getdate(record.term_end) == date(2027, 2, 28)
	repair = apply(day=date(2025, 2, 28))
	assert repair.blocked("R10", "accept") == {"removal.too_early"}
	assert repair.blocked("R10", "refuse") == set()
	with refused(frappe.ValidationError, match="2025"):
		repair.act("R10", "accept")
	repair.day = date(2025, 3, 1)
	assert repair.blocked("R10", "accept") == set()


def test_check_6_the_removal_is_due_on_the_first_of_march_2027(listed, monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)
	record = listed.record()

	def scanned(day: str) -> list[str]:
		with as_of(f"{day} 01:00:00"):
			removals.open_expired()
		return frappe.get_all("SC Removal", filters={"record": record}, pluck="run")

	assert scanned("2027-02-28") == []
	[run] = scanned("2027-03-01")
	[clock] = frappe.get_all("SC Clock", filters={"run": run, "limit": "T19"}, fields=["due_on"])
	assert clock.due_on == date(2027, 3, 1)


def test_eligibility_is_told_before_anyone_types(listed):
	with as_of("2025-02-28"), as_user(user_of("window")):
		told = repair_api.eligibility(listed.record())
	assert not told["eligible"] and getdate(told["opens"]) == date(2025, 3, 1)
	assert any("2025" in text for text in told["findings"])
	with as_of("2025-03-01"), as_user(user_of("window")):
		assert repair_api.eligibility(listed.record())["eligible"]


def _ban(record: str, **values) -> None:
	with engine_writes():
		doc = frappe.get_doc("SC Listing Record", record)
		doc.update(values)
		doc.save(ignore_permissions=True)


@pytest.mark.parametrize(
	("ban", "code"),
	[({"ban_until": "2029-06-30"}, "removal.ban"), ({"ban_lifetime": 1}, "removal.lifetime_ban")],
)
def test_check_7_no_early_removal_while_a_ban_runs(apply, listed, ban, code):
	_ban(listed.record(), **ban)
	repair = apply(day=date(2026, 3, 2))
	assert repair.blocked("R10", "accept") == {code}
	with as_of("2026-03-02"):
		told = application.eligibility(listed.record())
	assert not told["eligible"] and told["findings"]


def test_check_7_a_lifetime_ban_blocks_to_the_last_day_of_the_term(listed):
	record = listed.record()
	_ban(record, ban_lifetime=1)
	with as_of("2027-02-28"):
		assert not application.eligibility(record)["eligible"]
	_ban(record, ban_lifetime=0, ban_until="2027-02-25")
	for day, eligible in (("2027-02-25", False), ("2027-02-26", True)):
		with as_of(day):
			assert application.eligibility(record)["eligible"] is eligible, day


def test_check_7_a_ban_found_later_stops_the_grant_too(apply, listed):
	repair = apply()
	repair.play("R52")
	_ban(listed.record(), ban_until="2029-06-30")
	assert repair.blocked("R52", "issue") == {"removal.ban"}


def test_check_8_a_second_listing_fails_the_third_condition(apply, listed):
	repair = apply()
	repair.play("R30")
	other = Case.opened(CITY, date(2025, 1, 6), "7-4")
	other.play("C80")
	with engine_writes():
		other.act("C80", "issue")
	again = frappe.get_doc("SC Listing Record", {"case": other.case})
	with engine_writes():
		again.entity = repair.listing.entity
		again.save(ignore_permissions=True)
	with repair.acting(repair.in_step("R30")), refused(frappe.ValidationError, match=again.decision_number):
		repair_api.verify(repair.case, "no_repeat", "System Comparison", "Fulfilled", "没有其他记录")
	repair.verify_all("R30", no_repeat="Not Fulfilled")
	repair.act("R30", "found")
	repair.act("R40", "agree")
	repair.act("R45", "pass")
	assert repair.blocked("R50", "approve") == {"removal.repeat"}
	with refused(frappe.ValidationError):
		repair.act("R50", "approve")


def test_check_9_a_grant_is_reported_to_the_bureau_above(apply):
	repair = apply()
	repair.play("R60")
	report = frappe.get_doc("SC Upward Report", {"reference_name": repair.case})
	assert (report.bureau, report.reporting_bureau, report.status) == (CITY, DISTRICT, "To Report")
	repair.play()
	report.reload()
	assert (report.status, bool(report.paper), bool(report.serial)) == ("Reported", True, True)
	assert len(repair.notices("D18")) == 1


def test_check_9_the_province_reports_to_nobody(apply):
	repair = apply("province")
	repair.play()
	assert repair.doc.outcome == "Removed"
	assert not frappe.db.exists("SC Upward Report", {"reference_name": repair.case})
	assert repair.notices("D18") == []


def test_the_bureau_above_reads_and_comments_but_nothing_more(apply):
	repair = apply()
	repair.play()
	report = frappe.db.get_value("SC Upward Report", {"reference_name": repair.case})
	seq = frappe.db.get_value("SC Run", repair.run, "seq")
	leader, officer = user_of("leader", CITY), user_of("officer", CITY)
	with as_user(user_of("leader")), refused(frappe.PermissionError):
		repair_api.read_report(report)
	with as_user(officer), refused(frappe.PermissionError):
		repair_api.comment_report(report, "已阅。")
	with as_user(leader):
		repair_api.read_report(report)
		repair_api.comment_report(report, "已阅。请做好回访。")
	row = frappe.get_doc("SC Upward Report", report)
	assert (row.status, row.read_by, row.comment) == ("Read by Superior", leader, "已阅。请做好回访。")
	assert frappe.db.get_value("SC Run", repair.run, "seq") == seq
	with as_user(leader), refused(frappe.PermissionError):
		row.comment = "改"
		row.save()


# -------------------------------------------------------------- refused


def test_refused_with_reasons_and_remedies(apply):
	repair = apply()
	repair.play(refuse=REASONS, results={"obligations": "Not Fulfilled"})
	doc = repair.doc
	assert (doc.run_status, doc.outcome, doc.open_key) == ("Ended", "Not Removed", None)
	paper = repair.notices("D13b")[0]
	for words in (REASONS, "行政复议", "行政诉讼", "不符合"):
		assert words in paper.html
	assert repair.listing.state == "L3" and repair.listing.shown
	assert repair.states("SC Publication") == {"Posted"}


def test_check_9_no_refusal_without_reasons(apply):
	repair = apply()
	repair.play("R40")
	with refused(frappe.ValidationError):
		repair.act("R40", "refuse", "")
	repair.act("R40", "refuse", REASONS)
	with engine_writes():
		doc = repair.doc
		doc.refusal_reasons = " "
		doc.save(ignore_permissions=True)
	repair.act("R51", "agree", "同意。")
	assert "removal.reasons" in repair.blocked("R53", "issue")


def test_not_accepted_because_too_early(apply):
	repair = apply(day=date(2025, 2, 28))
	repair.act("R10", "refuse", "自列入之日起未满12个月，可以自2025年3月1日起提出申请。")
	repair.act("R18", "agree", "同意不予受理。")
	paper = repair.notices("D12b")[0]
	assert "未满12个月" in paper.html and "行政复议" in paper.html
	repair.serve_all("R57")
	repair.act("R57", "served")
	assert (repair.doc.outcome, repair.doc.accepted_on) == ("Application Refused", None)
	assert repair.clock("T10").status == "Met"


def test_withdrawn_by_the_applicant(apply, listed):
	repair = apply()
	repair.play("R30")
	with refused(frappe.ValidationError):
		repair.act("R30", "withdraw", "")
	repair.act("R30", "withdraw", "申请人书面撤回申请。")
	assert (repair.doc.outcome, repair.doc.run_status) == ("Application Withdrawn", "Ended")
	assert repair.listing.state == "L3"
	again = apply(day=repair.day)
	assert again.doc.run_status == "Active"


# ------------------------------------------------------------ supplement


def test_papers_are_asked_for_once_and_the_clock_stands_still(apply):
	repair = apply(papers=())
	assert repair.blocked("R10", "accept") == {"repair.obligations_proof", "repair.effects_proof"}
	assert repair.blocked("R10", "supplement") == {"supplement.empty"}
	repair.wait(1)
	with repair.acting(repair.in_step("R10")):
		repair_api.ask_supplement(repair.case, "罚款缴纳凭证\n隐患整改验收报告")
	repair.act("R10", "supplement")
	assert repair.clock("T10").status == "Paused"
	assert "隐患整改验收报告" in repair.notices("D12c")[0].html
	repair.serve_all("R13")
	repair.act("R13", "served")
	assert repair.clock("T11").n == 5
	assert getdate(repair.doc.supplement_due) == getdate(repair.clock("T11").due_on)
	assert repair.blocked("R15", "supplied") == {"supplement.open"}
	repair.wait(3)
	with repair.acting(repair.in_step("R15")):
		for row in repair.doc.supplements:
			repair_api.supply(repair.case, row.name, str(repair.day))
	repair.act("R15", "supplied")
	assert (repair.clock("T10").status, repair.clock("T11").status) == ("Running", "Met")
	assert getdate(repair.clock("T10").due_on) == date(2025, 3, 13)
	repair.hand_in(("obligations", "effects"))
	assert "supplement.once" in repair.blocked("R10", "supplement")
	with repair.acting(repair.in_step("R10")), refused(frappe.ValidationError):
		repair_api.ask_supplement(repair.case, "信用报告")
	repair.act("R10", "accept")
	assert repair.clock("T10").status == "Met"


def test_nothing_handed_in_in_time_comes_back_to_be_refused(apply):
	repair = apply(papers=())
	with repair.acting(repair.in_step("R10")):
		repair_api.ask_supplement(repair.case, "罚款缴纳凭证")
	repair.act("R10", "supplement")
	repair.serve_all("R13")
	repair.act("R13", "served")
	repair.let_window_pass("R15")
	assert repair.steps == {"R10"}
	assert repair.clock("T10").status == "Running"
	assert "repair.obligations_proof" in repair.blocked("R10", "accept")
	assert repair.blocked("R10", "refuse") == set()


def test_papers_may_follow_against_a_promise_but_no_grant_without_them(apply):
	repair = apply(papers=("obligations",))
	doc = repair.doc
	doc.promise, doc.promised_until = repair.upload("容缺承诺书.png"), "2025-03-14"
	with repair.acting(repair.in_step("R10")):
		doc.save()
	assert repair.blocked("R10", "accept") == set()
	repair.play("R50")
	assert "removal.effects_proof" in repair.blocked("R50", "approve")


# ----------------------------------------------------------- verification


def test_two_verifiers_look_at_all_three_conditions(apply):
	repair = apply()
	repair.play("R30")
	assert repair.blocked("R30", "found") == {"verification.open"}
	first = repair.in_step("R30")
	with repair.acting(first):
		for condition in ("obligations", "effects", "no_repeat"):
			repair_api.verify(repair.case, condition, "From Files", "Fulfilled", "属实")
		with refused(frappe.ValidationError):
			repair_api.confirm_verification(repair.case)
	assert repair.blocked("R30", "found") == {"verification.second"}
	second = user_of("verify2" if "verify2" not in first else "verify")
	with repair.acting(second):
		assert len(repair_api.confirm_verification(repair.case)["conditions"]) == 3
	assert repair.blocked("R30", "found") == set()
	with repair.acting(first):
		repair_api.verify(repair.case, "effects", "On Site", "Fulfilled", "复查属实")
	assert repair.blocked("R30", "found") == {"verification.second"}
	with repair.acting(user_of("window")), refused(frappe.PermissionError):
		repair_api.verify(repair.case, "effects", "On Site", "Fulfilled", "属实")


# ------------------------------------------------------------- who may apply


def test_only_the_listed_subject_applies_for_its_own_record(listed):
	repair = Repair(listed.record(), date(2025, 3, 3))
	person = frappe.get_doc("SC Listing Record", listed.record(kind="Person"))
	with refused(frappe.ValidationError, match="Only|只能|各自"):
		repair.open(applicant=person.entity)
	repair.open()
	own = Repair(person.name, date(2025, 3, 3))
	own.open(capacity="Party in Person")
	assert own.doc.applicant == person.entity


def test_another_bureau_takes_no_application(listed):
	repair = Repair(listed.record(), date(2025, 3, 3))
	values = repair.values(bureau=CITY, doctype=APPLICATION)
	with as_of("2025-03-03"), refused(frappe.ValidationError, match="小店区"):
		frappe.get_doc(values).insert()
	for user in (user_of("window", CITY), user_of("window", PROVINCE)):
		with as_of("2025-03-03"), as_user(user), refused(frappe.PermissionError, match="小店区"):
			frappe.get_doc({**values, "bureau": None}).insert()


def test_one_application_at_a_time(apply, listed):
	repair = apply()
	second = Repair(listed.record(), date(2025, 3, 4))
	with refused(frappe.ValidationError, match=repair.case):
		second.open()


def test_nothing_to_apply_for_after_the_removal(apply, listed):
	repair = apply()
	repair.play("R60")
	second = Repair(listed.record(), repair.day)
	with refused(frappe.ValidationError, match="no longer|不在|已移出"):
		second.open()


@pytest.mark.parametrize("received", ["2025-03-04", "2024-02-28", "2124-01-01"])
def test_impossible_days_of_receipt(listed, received):
	repair = Repair(listed.record(), date(2025, 3, 3))
	with refused(frappe.ValidationError):
		repair.open(received_on=received)


def test_engine_fields_are_the_engines(apply, listed):
	repair = apply()
	for field, value in (("accepted_on", "2025-03-03"), ("open_key", "x"), ("outcome", "Removed")):
		doc = repair.doc
		doc.set(field, value)
		with repair.acting(repair.in_step("R10")), refused(frappe.PermissionError):
			doc.save()
	with refused(frappe.PermissionError):
		Repair(listed.record("city"), date(2025, 3, 3)).open(accepted_on="2025-03-03")


# -------------------------------------------------------------- 信用中国


def test_limits_of_applications_forwarded_by_credit_china(apply):
	repair = apply(day=date(2025, 9, 1), channel="Credit China", external_number="XYZG2025090100012")
	assert (repair.clock("T10").n, getdate(repair.clock("T10").due_on)) == (3, date(2025, 9, 4))
	repair.play("R30")
	assert (repair.clock("T12").n, repair.clock("T12").channel) == (10, "Credit China")


def test_people_of_other_bureaus_do_not_see_it(apply):
	repair = apply()
	for user, seen in (
		(user_of("window"), True),
		(user_of("leader", CITY), True),
		(user_of("window", CITY), False),
	):
		with as_user(user):
			listed = frappe.get_list(APPLICATION, filters={"name": repair.case}, pluck="name")
			assert bool(listed) is seen
			assert bool(frappe.has_permission(APPLICATION, "read", repair.doc)) is seen


def test_the_panel_shows_it_in_chinese(apply):
	from sclist_app.api import run as run_api

	repair = apply()
	repair.play("R30")
	repair.verify_all("R30")
	with repair.acting(repair.in_step("R30")):
		panel = run_api.view(APPLICATION, repair.case)
	found = panel["repair"]["verifications"]
	assert [row["result_label"] for row in found] == ["符合"] * 3
	assert all(row["verifier_name"] and row["second_verifier_name"] for row in found)
	assert panel["records"][0]["entity_name"] == repair.listing.entity_name


def test_an_event_of_each_act_stands_in_the_chains(apply):
	from sclist_app.audit.events import verify

	repair = apply()
	repair.play()
	assert verify(APPLICATION, repair.case) == []
	events = set(frappe.get_all("SC Event", filters={"chain": f"{APPLICATION}:{repair.case}"}, pluck="event"))
	assert {"verified", "verification_confirmed", "report_filed"} <= events
	of_case = set(
		frappe.get_all("SC Event", filters={"chain": f"SC Case:{repair.listing.case}"}, pluck="event")
	)
	assert {"removed", "system_updated", "taken_down", "withdrawn", "measure_lifted"} <= of_case


def test_a_scan_in_the_middle_changes_nothing(apply, monkeypatch):
	from sclist_app.workflow import scan

	# the scan would commit what it moves, the cases of other tests among it
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)
	repair = apply()
	repair.play("R30")
	before = repair.state
	with as_of(datetime(2025, 12, 1, 1, 0)):
		scan.expire_windows()
	assert repair.state == before
