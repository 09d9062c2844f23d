"""The ledger of reviews and suits: what is entered, who may, and what an outcome does to the record."""

from datetime import date, timedelta
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from sclist_app.access.today import as_of
from sclist_app.api import remedies as api
from sclist_app.api import run as run_api
from sclist_app.audit import events
from sclist_app.register import public, remedies, removals
from sclist_app.setup.player import PDF
from sclist_app.setup.repair_player import RepairPlayer
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, as_user, refused, user_of

FILED = date(2024, 11, 4)
NUMBER = "检府复决〔2025〕3号"


@pytest.fixture(autouse=True)
def _no_commit(monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)


@pytest.fixture
def record(world):
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


@pytest.fixture
def decision(record):
	return frappe.db.get_value("SC Listing Record", record, "decision")


def entered(day: date = FILED, user: str = "officer", **values: Any) -> Document:
	doc = frappe.new_doc("SC Remedy")
	doc.update({"kind": "Reconsideration", "filed_on": str(day), **values})
	with as_user(user_of(user)), as_of(f"{day} 09:00:00"):
		doc.insert()
	return doc


def paper_of(remedy: str) -> str:
	file = frappe.new_doc("File")
	file.update(
		{
			"file_name": "复议决定书.pdf",
			"attached_to_doctype": "SC Remedy",
			"attached_to_name": remedy,
			"is_private": 1,
			"content": PDF + remedy.encode(),
		}
	)
	file.insert(ignore_permissions=True)  # stands for the upload call
	return file.file_url


def decided(remedy: str, outcome: str, day: date, user: str = "officer", **values: Any) -> dict:
	given = {
		"instance": "Review Decision",
		"number": NUMBER,
		"file": paper_of(remedy),
		"in_force": 1,
		"received_on": str(day),
		**values,
	}
	with as_user(user_of(user)), as_of(f"{day} 10:00:00"):
		return api.decide(remedy, outcome=outcome, decided_on=str(day), **given)


def listing(name: str) -> Document:
	return frappe.get_doc("SC Listing Record", name)


def on_the_page(record: str) -> list:
	row = listing(record)
	found = public.search(row.entity_name, 1, "").rows
	return [r for r in found if r.decision_number == row.decision_number]


def chain(doctype: str, name: str) -> list[str]:
	return frappe.get_all("SC Event", filters={"chain": f"{doctype}:{name}"}, pluck="event", order_by="seq")


# ------------------------------------------------------------------ entering


def test_the_paper_tells_the_rest(record, decision):
	doc = entered(notice=decision)
	row, notice = listing(record), frappe.get_doc("SC Notice", decision)
	assert (doc.record, doc.entity, doc.bureau, doc.contested) == (record, row.entity, DISTRICT, "Listing")
	assert (doc.decision_number, doc.case, doc.officer) == (notice.number, row.case, user_of("officer"))
	bureau = frappe.get_doc("SC Bureau", DISTRICT)
	assert doc.forum == bureau.review_body and doc.applicant == row.entity_name
	assert str(doc.known_on) == str(doc.served_on) and doc.status == "Under Way"
	assert date.fromisoformat(str(doc.last_day)) > date.fromisoformat(str(doc.served_on)) + timedelta(days=59)
	assert not doc.late
	assert chain("SC Remedy", doc.name) == ["remedy_filed"] and "remedy_filed" in chain("SC Case", row.case)
	assert not events.verify("SC Remedy", doc.name)
	suit = entered(notice=decision, kind="Litigation")
	assert suit.forum == bureau.court


def test_the_form_is_told_before_it_is_saved(record, decision):
	with as_user(user_of("officer")):
		told = api.prefill("Litigation", record=record)
		assert told["notice"] == decision and told["forum"] and told["last_day"]
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		api.prefill("Litigation", record=record)


def test_late_is_told_and_not_refused(decision):
	doc = entered(date(2025, 6, 2), notice=decision)
	assert doc.late
	assert "复议机关或者人民法院决定" in str([frappe.parse_json(m) for m in frappe.local.message_log])
	frappe.local.message_log = []
	assert not entered(date(2025, 3, 3), notice=decision, kind="Litigation").late


def test_a_record_or_a_penalty_alone(record):
	case = frappe.get_doc("SC Case", listing(record).case)
	by_record = entered(record=record)
	assert by_record.notice and by_record.contested == "Listing"
	penalty = entered(penalty=case.penalties[0].penalty)
	assert penalty.contested == "Penalty" and not penalty.record
	assert frappe.db.get_value("SC Penalty", penalty.penalty, "status") == "Under Review"


@pytest.mark.parametrize(
	("values", "message"),
	[
		({}, "被诉的决定"),
		({"kind": ""}, "行政复议还是行政诉讼"),
		({"filed_on": "2024-09-01"}, "不能早于决定日期"),
		({"filed_on": "2024-11-05"}, "不得晚于今天"),
		({"known_on": "2024-11-05"}, "不得晚于今天"),
		({"received_on": "2024-11-03"}, "提起之日至今天之间"),
		({"notice": "nothing"}, "nothing"),
	],
)
def test_bad_input_is_refused_with_what_to_do(decision, values, message):
	given = {} if not values or "notice" in values else {"notice": decision}
	with refused(frappe.ValidationError, match=message):
		entered(**{**given, **values})


def test_the_same_remedy_twice_is_refused(decision):
	entered(notice=decision)
	with refused(frappe.DuplicateEntryError, match="已经登记"):
		entered(notice=decision)


def test_who_may(record, decision):
	for user in (user_of("officer", CITY), user_of("leader"), user_of("leader", PROVINCE)):
		doc = frappe.new_doc("SC Remedy")
		doc.update({"kind": "Reconsideration", "notice": decision, "filed_on": str(FILED)})
		with as_user(user), as_of(f"{FILED} 09:00:00"), refused(frappe.PermissionError):
			doc.insert()
	by_lawyer = entered(notice=decision, user="legal")
	assert by_lawyer.officer == user_of("legal")
	for user, reads in (
		(user_of("officer"), True),
		(user_of("leader", PROVINCE), True),
		(user_of("officer", CITY), False),
	):
		with as_user(user):
			listed = frappe.get_list("SC Remedy", filters={"name": by_lawyer.name}, order_by="name")
			assert bool(listed) is reads
			assert bool(frappe.has_permission("SC Remedy", "read", doc=by_lawyer.name)) is reads
	for call in (
		lambda: api.decide(by_lawyer.name, "Review Decision", "Upheld", "2024-12-02"),
		lambda: api.suspend(by_lawyer.name, "2024-12-02", "检验区人民政府"),
		lambda: api.resume(by_lawyer.name, "2024-12-02"),
	):
		for user in (user_of("officer", CITY), user_of("leader", PROVINCE)):
			with as_user(user), refused(frappe.PermissionError):
				call()


@pytest.mark.parametrize(
	("field", "value"),
	[("status", "Closed"), ("result", "Revoked"), ("suspended_from", "2024-11-05"), ("bureau", CITY)],
)
def test_no_request_sets_what_the_calls_write(decision, field, value):
	doc = entered(notice=decision)
	with as_user(user_of("officer")), as_of(f"{FILED} 09:00:00"), refused(frappe.PermissionError):
		again = frappe.get_doc("SC Remedy", doc.name)
		again.set(field, value)
		again.save()
	with as_user(user_of("officer")), as_of(f"{FILED} 09:00:00"), refused(frappe.PermissionError):
		again = frappe.get_doc("SC Remedy", doc.name)
		again.append("outcomes", {"instance": "Review Decision", "outcome": "Revoked", "in_force": 1})
		again.save()


def test_the_answer_of_the_bureau_is_due(decision):
	doc = entered(notice=decision)
	with as_user(user_of("officer")), as_of("2024-11-11 09:00:00"):
		doc.reload()
		doc.received_on = "2024-11-11"
		doc.save()
	# ten working days
	assert str(doc.answer_due) == "2024-11-25"
	assert doc.name in {row.name for row in remedies.unanswered(date(2024, 11, 25))}
	assert doc.name not in {row.name for row in remedies.unanswered(date(2024, 11, 22))}


# ------------------------------------------------------------------ outcomes


def test_a_listing_revoked_in_review_is_revoked_at_once(record, decision):
	doc = entered(notice=decision)
	day = date(2025, 1, 6)
	opened = decided(doc.name, "Revoked", day, note="主要事实不清、证据不足。")
	removal = frappe.get_doc("SC Removal", opened["name"])
	assert (removal.kind, removal.basis_kind, removal.record) == (
		removals.REVOCATION,
		"Administrative Review",
		record,
	)
	assert (removal.basis_number, str(removal.basis_date), removal.state) == (NUMBER, str(day), "V10")
	assert removal.basis_file and removal.reasons == "主要事实不清、证据不足。"
	clock = frappe.get_all(
		"SC Clock", filters={"run": removal.run, "limit": "T09"}, fields=["started_on", "due_on"]
	)[0]
	assert clock.started_on == day and clock.due_on == day + timedelta(days=1)
	doc.reload()
	assert (doc.status, doc.result, doc.follow_up_name) == ("Closed", "Revoked", removal.name)
	assert listing(record).state == "L3", "the deciding bureau revokes, not the ledger"
	with refused(frappe.ValidationError, match="已终结"):
		decided(doc.name, "Upheld", day)


def test_what_is_not_in_force_changes_nothing_yet(record, decision):
	doc = entered(notice=decision, kind="Litigation")
	first = {"instance": "First Instance", "in_force": 0, "number": "（2025）检行初1号"}
	assert decided(doc.name, "Revoked", date(2025, 2, 10), **first) == {}
	doc.reload()
	assert doc.status == "Decided, Not in Force"
	assert not frappe.db.exists("SC Removal", {"record": record})
	second = {"instance": "Second Instance", "number": "（2025）检行终1号"}
	decided(doc.name, "Upheld", date(2025, 4, 10), **second)
	doc.reload()
	assert [(r.instance, r.outcome) for r in doc.outcomes] == [
		("First Instance", "Revoked"),
		("Second Instance", "Upheld"),
	]
	assert (doc.status, doc.result) == ("Closed", "Upheld")
	assert not frappe.db.exists("SC Removal", {"record": record})
	retrial = decided(doc.name, "Revoked", date(2025, 9, 1), instance="Retrial", number="（2025）检行再1号")
	assert frappe.db.get_value("SC Removal", retrial["name"], "basis_kind") == "Court Judgment"


def test_a_removal_under_way_is_told_instead_of_a_second(record, decision):
	doc = entered(notice=decision)
	first = removals.open_after_objection(record, "x", "不符合列入情形。")
	opened = decided(doc.name, "Revoked", date(2025, 1, 6))
	assert opened["name"] == first and "from_remedy" in chain("SC Removal", first)
	assert frappe.db.count("SC Removal", {"record": record}) == 1


def test_incomplete_outcomes_are_refused_and_lose_nothing(decision):
	doc = entered(notice=decision)
	for values, message in (
		({"file": ""}, "上传决定书"),
		({"number": ""}, "文号"),
		({"instance": "Second Instance"}, "程序阶段"),
		({"received_on": "2025-01-05"}, "收到日期"),
	):
		with refused(frappe.ValidationError, match=message):
			decided(doc.name, "Revoked", date(2025, 1, 6), **values)
	doc.reload()
	assert doc.status == "Under Way" and not doc.outcomes
	with refused(frappe.ValidationError, match="附"):
		decided(doc.name, "Revoked", date(2025, 1, 6), file="/private/files/other.pdf")


def test_a_penalty_revoked_in_court_opens_the_revocation(record):
	penalty = frappe.get_doc("SC Case", listing(record).case).penalties[0].penalty
	doc = entered(penalty=penalty, kind="Litigation")
	assert frappe.db.get_value("SC Penalty", penalty, "status") == "In Litigation"
	decided(doc.name, "Revoked", date(2025, 4, 10), instance="Second Instance")
	assert frappe.db.get_value("SC Penalty", penalty, "status") == "Revoked"
	removal = frappe.db.get_value("SC Removal", {"record": record}, ["basis_kind", "penalty"], as_dict=True)
	assert (removal.basis_kind, removal.penalty) == ("Penalty Revoked", penalty)


def test_the_case_shows_what_is_contested_of_it(record, decision):
	"""The listing and the penalty under it; who may not read the case sees neither."""
	case = listing(record).case
	penalty = frappe.get_doc("SC Case", case).penalties[0].penalty
	review = entered(notice=decision)
	suit = entered(FILED + timedelta(days=1), penalty=penalty, kind="Litigation")
	removal = decided(review.name, "Revoked", date(2025, 1, 6))["name"]
	with as_user(user_of("leader")):
		rows = run_api.view("SC Case", case)["remedies"]
	assert [(r["name"], r["status"], r["result"], r["follow_up_name"]) for r in rows] == [
		(suit.name, "Under Way", "", None),
		(review.name, "Closed", "Revoked", removal),
	]
	with as_user(user_of("officer", COUNTY)), refused(frappe.PermissionError):
		run_api.view("SC Case", case)


def test_a_penalty_upheld_is_what_it_was(record):
	penalty = frappe.get_doc("SC Case", listing(record).case).penalties[0].penalty
	doc = entered(penalty=penalty)
	decided(doc.name, "Upheld", date(2025, 1, 6))
	assert frappe.db.get_value("SC Penalty", penalty, "status") == "Effective"
	assert not frappe.db.exists("SC Removal", {"record": record})


def test_a_refused_early_removal_is_decided_anew(record):
	repair = RepairPlayer(record, date(2025, 10, 9))
	repair.open()
	repair.play(refuse="经核实，危害后果尚未消除。")
	notice = frappe.db.get_value(
		"SC Notice", {"reference_name": repair.case, "document_kind": "D13b"}, "name"
	)
	day = repair.day + timedelta(days=10)
	doc = entered(day, notice=notice)
	assert (doc.contested, doc.record) == ("Refusal of Early Removal", record)
	opened = decided(doc.name, "Ordered to Act", day, act_by=str(day + timedelta(days=30)))
	assert opened["doctype"] == "SC Repair Application" and opened["name"] != repair.case
	again = frappe.get_doc("SC Repair Application", opened["name"])
	old = frappe.get_doc("SC Repair Application", repair.case)
	assert (again.record, again.applied_by, again.run_status) == (record, old.applied_by, "Active")
	assert len(again.evidence) == len(old.evidence) and str(again.received_on) == str(day)
	assert frappe.db.exists("SC Task", {"run": again.run, "status": "Open"})
	assert "from_remedy" in chain("SC Repair Application", again.name)


# ------------------------------------------------------------------ suspension


def suspended(name: str, day: date, until: str = "") -> None:
	with as_user(user_of("officer")), as_of(f"{day} 09:00:00"):
		api.suspend(name, str(day), "检验区人民政府", until)


def test_suspension_marks_the_record_and_ends_with_the_remedy(record, decision):
	doc = entered(notice=decision)
	assert not on_the_page(record)[0].suspended
	suspended(doc.name, FILED)
	assert listing(record).execution_suspended and on_the_page(record)[0].suspended
	told = {"kind": "Remedy", "reference_name": doc.name, "user": user_of("credit")}
	assert frappe.db.count("SC Message", told) == 1
	with refused(frappe.ValidationError, match="正在停止执行"):
		suspended(doc.name, FILED)
	decided(doc.name, "Upheld", date(2025, 1, 6))
	doc.reload()
	assert str(doc.suspension_ended_on) == "2025-01-06"
	assert not listing(record).execution_suspended and not on_the_page(record)[0].suspended
	assert {"suspended", "resumed"} <= set(chain("SC Remedy", doc.name))


def test_two_suspensions_one_mark(record, decision):
	first, second = entered(notice=decision), entered(notice=decision, kind="Litigation")
	suspended(first.name, FILED)
	suspended(second.name, FILED)
	with as_user(user_of("officer")), as_of("2024-12-02 09:00:00"):
		api.resume(first.name, "2024-12-02")
		assert listing(record).execution_suspended
		api.resume(second.name, "2024-12-02")
	assert not listing(record).execution_suspended


def test_a_suspension_with_an_end_is_ended_by_the_scan(record, decision):
	doc = entered(notice=decision)
	suspended(doc.name, FILED, "2024-12-02")
	with as_of("2024-12-02 23:00:00"):
		remedies.end_suspensions()
	assert listing(record).execution_suspended
	with as_of("2024-12-03 01:00:00"):
		assert remedies.end_suspensions() >= 1
		assert remedies.end_suspensions() == 0
	assert not listing(record).execution_suspended
	assert str(frappe.db.get_value("SC Remedy", doc.name, "suspension_ended_on")) == "2024-12-02"


@pytest.mark.parametrize(
	("setting", "rows"), [("Is Hidden", 0), ("Is Shown as Before", 1), ("Is Shown with a Note", 1)]
)
def test_what_the_page_does_is_a_setting(record, decision, setting, rows):
	doc = entered(notice=decision)
	suspended(doc.name, FILED)
	frappe.db.set_single_value("SC Settings", "suspension_on_page", setting)
	frappe.clear_document_cache("SC Settings", "SC Settings")
	try:
		found = on_the_page(record)
		assert len(found) == rows
		assert all(row.suspended == (setting == "Is Shown with a Note") for row in found)
	finally:
		frappe.clear_document_cache("SC Settings", "SC Settings")


def test_impossible_suspensions_are_refused(decision):
	doc = entered(notice=decision)
	with as_user(user_of("officer")), as_of(f"{FILED} 09:00:00"):
		for call, message in (
			(lambda: api.suspend(doc.name, "2024-11-03", "检验区人民政府"), "起始日期"),
			(lambda: api.suspend(doc.name, "2024-11-04", " "), "机关"),
			(lambda: api.suspend(doc.name, "2024-11-04", "检验区人民政府", "2024-11-03"), "截止日期"),
			(lambda: api.resume(doc.name, "2024-11-04"), "没有停止执行"),
		):
			with refused(frappe.ValidationError, match=message):
				call()
