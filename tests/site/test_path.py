"""A listing from registration to publication, its branches, and the county's shorter way, played by its people."""

from datetime import date, timedelta

import frappe
import pytest

from sclist_app.api import register as register_api
from sclist_app.api import run as run_api
from sclist_app.audit import events
from sclist_app.documents import store as papers
from sclist_app.register import public
from sclist_app.workflow import store
from sclist_app.workflow.actions import NotAllowedByLaw
from tests.site.support import DISTRICT, Case, as_user, refused

REASON = "事实不清，证据不足。"
DAY = date(2024, 9, 2)


# --- the whole way


def test_the_whole_way_ends_as_listed(world):
	case = world.case("listed")
	doc = case.doc
	assert (doc.run_status, doc.outcome, doc.state) == ("Ended", "Listed", "")
	run = frappe.get_doc("SC Run", doc.run)
	assert (run.status, run.outcome, run.active_key) == ("Ended", "Listed", None)
	assert not frappe.db.exists("SC Task", {"run": run.name, "status": "Open"})
	assert doc.notice_served_on < doc.defence_closes_on < doc.decided_on <= doc.decision_served_on
	steps = [event.step for event in case.events() if event.event in ("acted", "expired")]
	assert steps[:10] == ["C00", "C10", "C20", "C25", "C30", "C40", "C50", "C70", "C80", "C86"]
	assert set(steps[10:]) == {"C85", "C87", "C88", "C89"}


def test_each_subject_has_its_own_papers_and_record(world):
	case = world.case("listed")
	subjects = {case.unit, case.person}
	for kind in ("D01", "D05", "D19"):
		assert {n.addressee for n in case.notices(kind)} == subjects
	records = case.records()
	assert {r.entity for r in records} == subjects
	for record in records:
		assert record.state == "L3" and record.bureau == DISTRICT and record.shown
		assert record.listed_on == date(2024, 9, 27)
		assert record.term_end == date(2027, 9, 27)
		assert record.earliest_application == date(2025, 9, 28)


def test_numbers_are_drawn_in_order_without_gap(world):
	case = world.case("listed")
	for kind in ("D01", "D05"):
		numbers = [n.number for n in case.notices(kind)]
		assert len(set(numbers)) == 2
		counts = [int(n.split("〕")[1].removesuffix("号")) for n in numbers]
		assert counts[1] == counts[0] + 1
		assert all("〔2024〕" in n for n in numbers)
	issued = frappe.get_all(
		"SC Notice",
		filters={
			"bureau": DISTRICT,
			"document_kind": "D01",
			"issued_on": ["between", ["2024-01-01", "2024-12-31"]],
		},
		pluck="number",
		order_by="creation",
	)
	counts = sorted(int(n.split("〕")[1].removesuffix("号")) for n in issued)
	assert counts == list(range(counts[0], counts[0] + len(counts)))
	assert frappe.db.get_value("SC Number Counter", f"{DISTRICT}:D01:2024", "last") == counts[-1]


def test_the_issued_paper_is_the_stored_one(world):
	import hashlib

	case = world.case("listed")
	for notice in case.notices():
		row = frappe.get_doc("SC Notice", notice.name)
		pdf = papers.read(row.file)
		assert pdf.startswith(b"%PDF-") and hashlib.sha256(pdf).hexdigest() == row.file_hash
		assert hashlib.sha256(row.html.encode()).hexdigest() == row.text_hash
		assert row.pages >= 1


def test_clocks_of_the_whole_way(world):
	case = world.case("listed")
	assert case.clock("T01").status == "Met"
	assert case.clock("T01").due_on == case.doc.defence_closes_on
	for limit in ("T03", "T04", "T14"):
		assert case.clock(limit).status == "Met", limit
	assert case.clock("T05").status == "Running", "the term of the listing outlives the case"
	assert case.clock("T05").due_on >= date(2027, 9, 26)


def test_records_go_from_decided_to_entered_to_shown(world):
	"""L1 by the decision, L2 by the entry, L3 and shown only after the second person's confirmation."""
	case = world.case("waiting")
	case.let_window_pass("C40")
	case.act("C50", "pass", "审核通过。")
	case.act("C70", "approve", "同意列入。")
	assert not case.records()
	case.act("C80", "issue")
	[record] = case.records()
	assert record.state == "L1" and not record.shown
	assert case.steps == {"C85", "C86", "C87", "C89"}

	with refused(NotAllowedByLaw):
		case.act("C86", "entered")
	case.enter_all("C86")
	case.act("C86", "entered")
	assert case.records()[0].state == "L2"

	with refused(NotAllowedByLaw):
		case.act("C87", "published")
	publisher = case.in_step("C87")
	case.publish_all("C87")
	name = frappe.get_doc("SC Entity", case.person).entity_name
	assert not public.search(name, 1, "").rows
	first = frappe.get_all("SC Publication", filters={"case": case.case}, pluck="name", order_by="creation")[
		0
	]
	with case.acting(publisher), refused(frappe.PermissionError):
		register_api.confirm_publication(first)
	case.act("C87", "published")
	with refused(NotAllowedByLaw):
		case.act("C88", "confirm")

	reviewer = case.in_step("C88")
	with case.acting(reviewer):
		register_api.return_publication(first, "截图不清晰。")
	assert frappe.db.get_value("SC Publication", first, "state") == "To Push"
	with case.acting(publisher), refused(frappe.PermissionError):
		case.publish_all("C88")


def test_confirmation_shows_the_record(world):
	case = world.case("listed")
	for row in frappe.get_all(
		"SC Publication",
		filters={"case": case.case, "mandatory": 1},
		fields=["state", "recorded_by", "reviewed_by", "screenshot"],
		order_by="creation",
	):
		assert row.state == "Posted" and row.screenshot
		assert row.recorded_by and row.reviewed_by and row.recorded_by != row.reviewed_by
	name = frappe.get_doc("SC Entity", case.unit).entity_name
	[shown] = public.search(name, 1, "").rows
	assert shown.decision_number in {n.number for n in case.notices("D05")}


def test_the_chain_of_the_whole_way_is_whole(world):
	case = world.case("listed")
	rows = case.events()
	assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
	assert events.verify("SC Case", case.case) == []


def test_measures_are_carried_out_before_the_end(world):
	case = world.case("listed")
	rows = frappe.get_all(
		"SC Measure Record",
		filters={"case": case.case},
		fields=["state", "start_on", "end_on"],
		order_by="creation",
	)
	assert len(rows) == 4
	assert {row.state for row in rows} == {"In Force"}


# --- the county's own, shorter way


def test_the_county_follows_its_own_procedure(world):
	case = world.case("short")
	assert case.doc.procedure_version.startswith("listing-county-short")
	assert world.case("waiting").doc.procedure_version.startswith("listing-standard")
	clock, standard = case.clock("T01"), world.case("waiting").clock("T01")
	served, day = case.doc.notice_served_on, world.case("waiting").doc.notice_served_on
	assert (clock.started_on, standard.started_on) == (served, day)
	assert clock.due_on == date(2024, 9, 5), "three working days after Monday, 2 September"
	assert standard.due_on == date(2024, 9, 13), "five working days after Friday, 6 September"

	case.day = clock.due_on
	assert not case.expire("K04")
	case.let_window_pass("K04")
	assert case.steps == {"K05"}
	case.act("K05", "pass", "审核通过。")
	case.act("K06", "approve", "同意列入。")
	assert case.steps == {"K07", "K08", "K09"}
	assert {n.document_kind for n in case.notices()} == {"D01", "D05", "D19"}
	assert case.clock("T03").due_on == date(2024, 9, 10), "two working days here, three in the standard"
	case.serve_all("K07")
	case.act("K07", "served")
	case.enter_all("K08")
	case.act("K08", "entered")
	case.publish_all("K09")
	case.act("K09", "published")
	assert case.steps == {"K10"}
	case.confirm_all("K10")
	case.act("K10", "confirm")
	assert (case.doc.run_status, case.doc.outcome) == ("Ended", "Listed")
	assert events.verify("SC Case", case.case) == []


def test_the_county_cannot_shorten_below_the_law_nor_forget_the_notice(world):
	from sclist_app.workflow import versions

	name = world.case("short").doc.procedure_version
	draft = frappe.copy_doc(frappe.get_doc("SC Procedure Version", name))
	draft.procedure = "listing-county-short"
	draft.insert()
	assert not [f.code for f in versions.findings_of(draft) if f.severity == "error"]
	next(row for row in draft.limits if row.limit == "T04").n = 25
	draft.save()
	assert [f for f in versions.findings_of(draft) if f.severity == "error"]
	with refused(frappe.ValidationError):
		versions.publish(draft.name)
	next(row for row in draft.limits if row.limit == "T04").n = 10
	draft.documents = [row for row in draft.documents if row.document_kind != "D01"]
	draft.save()
	with refused(frappe.ValidationError):
		versions.publish(draft.name)


# --- branches


def _submitted(world) -> Case:
	case = world.case("fresh")
	case.act("C00", "submit")
	case.wait(1)
	return case


def test_dropping_ends_the_case_and_needs_reasons(world):
	case = world.case("fresh")
	with refused(frappe.ValidationError):
		case.act("C00", "drop")
	with refused(frappe.ValidationError):
		case.act("C00", "drop", "  \n ")
	case.act("C00", "drop", REASON)
	assert (case.doc.run_status, case.doc.outcome, case.steps) == ("Ended", "Dropped", set())
	assert not case.notices() and not case.records()
	assert case.events()[-1].opinion == REASON


def test_returning_needs_reasons_and_opens_a_second_round(world):
	case = _submitted(world)
	with refused(frappe.ValidationError):
		case.act("C10", "return")
	case.act("C10", "return", REASON)
	assert case.steps == {"C00"}
	tasks = frappe.get_all(
		"SC Task",
		filters={"run": case.run},
		fields=["step", "round", "status"],
		order_by="opened_on asc, creation asc",
	)
	assert [(t.step, t.round, t.status) for t in tasks] == [
		("C00", 1, "Done"),
		("C10", 1, "Returned"),
		("C00", 2, "Open"),
	]
	case.act("C00", "submit")
	assert case.steps == {"C10"}


@pytest.mark.parametrize("step", ["C10", "C70"])
def test_refusing_needs_reasons_and_ends_the_case(world, step):
	if step == "C10":
		case = _submitted(world)
	else:
		case = world.case("waiting")
		case.let_window_pass("C40")
		case.act("C50", "pass", "审核通过。")
	with refused(frappe.ValidationError):
		case.act(step, "refuse", " ")
	case.act(step, "refuse", REASON)
	assert (case.doc.run_status, case.doc.outcome) == ("Ended", "Not Listed")
	assert not case.records()


def test_a_defence_leads_through_review_and_may_be_accepted(world):
	case = world.case("waiting")
	case.wait(1)
	case.answer("C40", case.person, "Defence", "事故发生时本人在外地出差，有票据为证。")
	case.let_window_pass("C40")
	assert case.steps == {"C45"}
	with refused(NotAllowedByLaw):
		case.act("C45", "uphold", "维持。")
	assert any(code.startswith("g3.") for code in case.blocked("C80", "issue")), (
		"an unread defence forbids deciding"
	)
	case.review("C45", "Accepted", "票据属实，申辩成立。")
	with refused(frappe.ValidationError):
		case.act("C45", "accept")
	case.act("C45", "accept", "申辩理由成立。")
	assert case.doc.outcome == "Not Listed"


def test_every_subject_must_have_waived(people):
	case = Case.opened(DISTRICT, DAY, "7-1")
	case.play("C40")
	for subject, still in ((case.unit, True), (case.person, False)):
		case.answer("C40", subject, "Waiver")
		assert bool(case.blocked("C40", "answered")) is still
	case.act("C40", "answered")
	assert case.steps == {"C50"}


def test_the_law_does_not_let_a_decided_case_be_dropped(world):
	case = world.case("listed")
	assert "end.listed" in case.blocked("C00", "drop")


# --- the panel


def _votes(case: Case) -> list:
	return frappe.get_all(
		"SC Vote", filters={"run": case.run}, fields=["user", "vote", "void"], order_by="creation asc"
	)


def test_the_panel_carries_by_majority(world):
	case = world.case("discussed")
	assert len({t.assignee for t in store.open_tasks(case.run)}) == 3, "one task for each member"
	case.vote("C60", ("agree", "agree", "agree"))
	assert case.steps == {"C70"}
	assert all(v.vote == "Agree" and not v.void for v in _votes(case))


def test_the_panel_refuses_by_majority(world):
	case = world.case("discussed")
	case.vote("C60", ("refuse", "refuse", "refuse"))
	assert (case.doc.run_status, case.doc.outcome) == ("Ended", "Not Listed")
	assert {v.vote for v in _votes(case)} == {"Refuse"}


def test_one_refusal_with_reasons_does_not_end_a_majority(world):
	case = world.case("discussed")
	first = store.open_tasks(case.run)[0]
	with refused(frappe.ValidationError):
		case.act("C60", "refuse", "", first.assignee)


def test_nobody_votes_for_another_nor_twice(world):
	case = world.case("discussed")
	first, second, *_rest = store.open_tasks(case.run)
	with case.acting(second.assignee), refused(frappe.PermissionError):
		run_api.act(first.name, "agree", case.seq, "同意。")
	with case.acting(first.assignee):
		run_api.act(first.name, "agree", case.seq, "同意。")
	with case.acting(first.assignee), refused(frappe.ValidationError, frappe.PermissionError):
		run_api.act(first.name, "agree", case.seq, "同意。")
	with case.acting(first.assignee), refused(frappe.PermissionError):
		run_api.act(second.name, "agree", case.seq, "同意。")
	assert len(_votes(case)) == 1


def test_below_the_quorum_the_panel_does_not_open(people):
	"""A quorum of three and only two members: the case stays with the legal reviewer."""
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C50")
	# a site may have more members than the demonstration
	for name in frappe.get_all(
		"SC Post Assignment",
		filters={"post": "panel_member", "bureau": DISTRICT, "enabled": 1},
		pluck="name",
		order_by="creation",
	)[2:]:
		doc = frappe.get_doc("SC Post Assignment", name)
		doc.enabled = 0
		doc.save()
	with refused(frappe.ValidationError, match="3"):
		case.act("C50", "pass", "审核通过。")
	assert case.steps == {"C50"}


# --- who may not act


def test_who_registered_does_not_review(world):
	"""Separation of duties compares with everybody who acted before, whatever post they hold now."""
	case = world.case("fresh")
	officer = case.people("officer")
	_give(officer, "division_head")
	_give(case.people("officer2"), "division_head")
	case.act("C00", "submit", user=officer)
	with refused(frappe.ValidationError):
		case.act("C10", "agree", "同意。", user=officer)
	with case.acting(officer):
		[task] = run_api.view("SC Case", case.case)["tasks"]
		assert not task["mine"] and task["barred"] and not task["actions"]
	case.act("C10", "agree", "同意。", user=case.people("officer2"))
	assert case.steps == {"C20"}


def _give(user: str, post: str, bureau: str = DISTRICT) -> None:
	doc = frappe.new_doc("SC Post Assignment")
	doc.update({"user": user, "bureau": bureau, "post": post, "from_date": "2023-10-01"})
	doc.insert()


def test_without_a_holder_of_the_next_post_a_case_waits(world):
	case = world.case("fresh")
	frappe.db.set_value("SC Post Assignment", {"post": "division_head", "bureau": DISTRICT}, "enabled", 0)
	with refused(frappe.ValidationError):
		case.act("C00", "submit")
	assert case.steps == {"C00"}


def test_an_ended_assignment_acts_no_more(world):
	case = _submitted(world)
	head = case.people("head")
	frappe.db.set_value(
		"SC Post Assignment",
		{"user": head, "post": "division_head"},
		"to_date",
		str(case.day - timedelta(days=1)),
	)
	with refused(frappe.PermissionError):
		case.act("C10", "agree", "同意。", user=head)


@pytest.mark.parametrize(
	"mailbox", ["officer", "deputy", "leader", "legal", "papers", "credit", "rules", "supervisor"]
)
def test_only_the_post_of_the_step_acts(world, mailbox):
	case = _submitted(world)
	with refused(frappe.PermissionError):
		case.act("C10", "agree", "同意。", user=case.people(mailbox))


def test_buttons_are_those_of_the_step(world):
	case = world.case("fresh")
	officer = case.people("officer")
	for action in ("agree", "lapse", "approve", "", "submit "):
		with refused(frappe.ValidationError):
			case.act("C00", action, "同意。", user=officer)
	case = world.case("waiting")
	with refused(frappe.ValidationError):
		case.act("C40", "lapse", "", user=case.people("officer"))


# --- tools belong to their step


def test_tools_need_the_task_of_their_step(world):
	case = world.case("waiting")
	from sclist_app.api import defence as defence_api
	from sclist_app.api import service as service_api

	notice = case.notices("D01")[0].name
	with case.acting(case.people("officer")), refused(frappe.PermissionError):
		service_api.record(
			notice, "Direct", str(case.day), receiver="某某", second_server=case.people("officer2")
		)
	with case.acting(case.people("legal")), refused(frappe.PermissionError):
		defence_api.record(case.case, case.person, "Defence", str(case.day), "Oral", "口头申辩。")
	with case.acting(case.people("officer")), refused(frappe.ValidationError):
		defence_api.record(case.case, case.unit, "Defence", str(case.day), "Oral", "不是本案主体。")


def test_direct_service_needs_two_officers(world):
	case = world.case("short")
	record = frappe.get_doc("SC Service Record", {"reference_name": case.case, "result": "Served"})
	assert record.server_one and record.server_two and record.server_one != record.server_two


def test_a_form_is_edited_in_its_step_only(world):
	case = world.case("fresh")
	officer = case.people("officer")
	with case.acting(officer):
		doc = case.doc
		doc.reasons = "补充理由。"
		doc.save()
	case.act("C00", "submit")
	with case.acting(officer), refused(frappe.PermissionError):
		doc = case.doc
		doc.reasons = "再次补充理由。"
		doc.save()
	with case.acting(case.people("head")), refused(frappe.PermissionError):
		doc = case.doc
		doc.reasons = "负责人改写理由。"
		doc.save()
	assert case.doc.reasons == "补充理由。"


def test_superior_reads_and_never_acts(world):
	case = _submitted(world)
	with as_user("head.ty@demo.invalid"), refused(frappe.PermissionError):
		case.act("C10", "agree", "同意。", user="head.ty@demo.invalid")
	with case.acting("leader.ty@demo.invalid"):
		panel = run_api.view("SC Case", case.case)
		assert panel["doc"]["name"] == case.case
		assert not any(task["mine"] or task["actions"] for task in panel["tasks"])
		with refused(frappe.PermissionError):
			run_api.act(case.task("C10"), "agree", case.seq, "同意。")
