"""Hearings: asked for in time, told of in time, held by others than the investigators, before any decision."""

from datetime import date, datetime, time, timedelta

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import defence as defence_api
from sclist_app.api import hearing as api
from sclist_app.api import service as service_api
from sclist_app.register import hearing
from sclist_app.setup.player import PDF
from sclist_app.workflow.calendars import calendar_of
from tests.site.support import DISTRICT, Case, as_user, refused, user_of
from tests.site.test_local_rules import rule

DAY = date(2024, 9, 2)


@pytest.fixture
def asked(people) -> Case:
	"""The unit was served a notice that offers a hearing and asks for one; the case is in its hearing."""
	rule(hearing_mode="Always")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C40")
	case.wait(2)
	request(case, "C40")
	case.act("C40", "answered")
	assert case.steps == {"C47"}
	return case


def request(case: Case, step: str) -> str:
	with case.acting(case.in_step(step)):
		return defence_api.record(
			case.case, case.unit, "Hearing Request", str(case.day), "Written", "请求听证。"
		)["name"]


def row(case: Case):
	return frappe.get_doc("SC Hearing", hearing.of_case(case.case)[-1].name)


def moment(case: Case, workdays: int) -> str:
	return f"{calendar_of(DISTRICT).add_workdays(case.day, workdays)} 09:30:00"


def arrange(case: Case, workdays: int = 9, **changes) -> list[str]:
	given = {
		"held_at": moment(case, workdays),
		"place": "303会议室",
		"host": user_of("legal"),
		"recorder": user_of("papers"),
	}
	with case.acting(user_of("legal")):
		return api.arrange(row(case).name, **{**given, **changes})["notices"]


def serve(case: Case, notice: str) -> None:
	with case.acting(user_of("legal")):
		service_api.record(
			notice,
			"Direct",
			str(case.day),
			place="检验路",
			receiver="检某",
			relationship="法定代表人",
			second_server=user_of("papers"),
		)


def hold(case: Case) -> None:
	with case.acting(user_of("legal")):
		api.hold(row(case).name, "当事人及其代理人、案件调查人员", case.upload("听证笔录.pdf", PDF))


def report(case: Case, opinion: str = "List as Proposed") -> None:
	with case.acting(user_of("legal")):
		api.report(row(case).name, opinion, "听证各方意见和理由如下，建议维持拟列入意见。")


def after(case: Case) -> None:
	case.day = frappe.utils.getdate(row(case).held_at) + timedelta(days=1)


def test_a_hearing_is_asked_for_arranged_held_and_reported(asked):
	assert row(asked).state == "Requested" and row(asked).by_right
	assert asked.blocked("C47", "reported") == {"hearing.open"}
	(notice,) = arrange(asked)
	paper = frappe.get_doc("SC Notice", notice)
	assert "失信听〔2024〕" in paper.number and "303会议室" in paper.html and "质证" in paper.html
	serve(asked, notice)
	after(asked)
	hold(asked)
	report(asked)
	assert row(asked).state == "Reported"
	asked.act("C47", "reported")
	assert asked.steps == {"C50"}
	asked.play("C85")
	text = frappe.db.get_value("SC Notice", asked.notices("D05")[0].name, "html")
	assert "组织了听证" in text
	events = [event.event for event in asked.events()]
	for name in ("hearing_request", "hearing_arranged", "hearing_held", "hearing_reported"):
		assert name in events


def test_the_party_is_told_seven_working_days_before(asked):
	with refused(frappe.ValidationError, match="7"):
		arrange(asked, workdays=6)
	(notice,) = arrange(asked, workdays=7)
	asked.wait(2)  # served two days later, so five are left
	serve(asked, notice)
	after(asked)
	with refused(frappe.ValidationError, match="六十四"):
		hold(asked)
	(again,) = arrange(asked, workdays=8)
	assert frappe.db.get_value("SC Notice", notice, "status") == "Voided"
	serve(asked, again)
	after(asked)
	hold(asked)


def test_nobody_who_investigated_hosts_or_records(asked):
	for changes in (
		{"host": user_of("officer")},
		{"recorder": user_of("officer")},
		{"recorder": user_of("legal")},
		{"host": user_of("legal", "140100")},
		{"host": ""},
	):
		with refused(frappe.ValidationError):
			arrange(asked, **changes)
	with as_user(user_of("officer")), refused(frappe.PermissionError):
		api.arrange(row(asked).name, moment(asked, 9), "会议室", user_of("legal"), user_of("papers"))


def test_a_hearing_is_not_recorded_before_it_took_place_nor_without_its_paper(asked):
	(notice,) = arrange(asked)
	serve(asked, notice)
	with refused(frappe.ValidationError):
		hold(asked)
	after(asked)
	with asked.acting(user_of("legal")), refused(frappe.ValidationError):
		api.hold(row(asked).name, "各方", "")
	with refused(frappe.ValidationError):
		report(asked)
	hold(asked)
	with refused(frappe.ValidationError):
		report(asked, opinion="Whatever")
	frappe.db.set_value("SC Hearing", row(asked).name, "host", user_of("deputy"))
	with refused(frappe.PermissionError):
		report(asked)


def test_a_closed_hearing_says_why(asked):
	(notice,) = arrange(asked, closed_reason="涉及商业秘密")
	assert "不公开举行（涉及商业秘密）" in frappe.db.get_value("SC Notice", notice, "html")
	assert row(asked).closed


def test_giving_up_needs_a_paper_or_an_empty_chair(asked):
	with asked.acting(user_of("legal")):
		with refused(frappe.ValidationError):
			api.withdraw(row(asked).name, "当事人电话称放弃")
		with refused(frappe.ValidationError):
			api.not_admit(row(asked).name, "没有必要")
	(notice,) = arrange(asked)
	serve(asked, notice)
	after(asked)
	with asked.acting(user_of("legal")):
		api.withdraw(row(asked).name, "当事人无正当理由未到场")
	assert row(asked).state == "Given Up"
	assert not asked.blocked("C47", "reported")


def test_withdrawn_in_writing_before_the_notice_was_served(asked):
	(notice,) = arrange(asked)
	with asked.acting(user_of("legal")):
		api.withdraw(row(asked).name, "当事人书面放弃", asked.upload("放弃听证声明.pdf", PDF))
	assert frappe.db.get_value("SC Notice", notice, "status") == "Voided"
	asked.act("C47", "reported")
	asked.wait(6)  # the window of the defence stays open
	asked.play("C85")
	assert "放弃听证" in frappe.db.get_value("SC Notice", asked.notices("D05")[0].name, "html")


def test_a_decision_waits_for_the_hearing_whatever_the_procedure_says(people):
	"""A procedure without a step for hearings, and a request while the legal review is under way."""
	rule(hearing_mode="Always")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C40")
	case.wait(1)
	case.answer("C40", case.unit, "Defence", "请求从轻。")
	case.act("C40", "answered")
	case.review("C45", "Not Accepted", "理由不成立。")
	case.act("C45", "uphold", "维持。")
	assert case.steps == {"C50"}
	request(case, "C50")
	case.act("C50", "pass", "审核通过。")
	case.vote("C60", ("agree", "agree", "agree"))
	case.act("C70", "approve", "同意列入。")
	assert "g3.hearing" in case.blocked("C80", "issue")
	case.wait(30)
	assert "g3.hearing" in case.blocked("C80", "issue")
	with refused(match="听证"):
		case.act("C80", "issue")


def test_the_legal_reviewer_sends_a_late_request_to_its_hearing(people):
	rule(hearing_mode="Always")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C40")
	case.wait(1)
	case.answer("C40", case.unit, "Defence", "请求从轻。")
	case.act("C40", "answered")
	case.review("C45", "Not Accepted", "理由不成立。")
	case.act("C45", "uphold", "维持。")
	request(case, "C50")
	case.act("C50", "hear", "当事人在期限内申请听证。")
	assert case.steps == {"C47"}


def test_the_time_to_ask_for_a_hearing_is_waited_for(people):
	"""A county shortens the defence to three days: the five of the law for asking for a hearing stay."""
	from sclist_app.law import guards
	from sclist_app.law.periods import Period
	from sclist_app.register.case import CaseReader

	rule(hearing_mode="Always")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C40")
	served = case.doc.notice_served_on
	calendar = calendar_of(DISTRICT)

	def codes(workdays: int) -> set[str]:
		law = CaseReader(case.doc).law
		day = calendar.add_workdays(served, workdays)
		return {f.code for f in guards.g3_notice(law, day, calendar, Period(3, "workday"))}

	assert codes(3) == {"g3.window"}
	assert codes(4) == {"g3.hearing_window"} and codes(5) == {"g3.hearing_window"}
	assert codes(6) == set()


def test_a_hearing_that_was_not_offered_may_be_declined_with_reasons(people):
	rule(hearing_mode="Never")
	case = Case.opened(DISTRICT, DAY, "7-4")
	case.play("C40")
	request(case, "C40")
	case.act("C40", "answered")
	assert case.steps == {"C47"} and not row(case).by_right
	with case.acting(user_of("legal")):
		with refused(frappe.ValidationError):
			api.not_admit(row(case).name, "  ")
		api.not_admit(row(case).name, "不属于应当组织听证的情形，书面意见已充分听取。")
	case.act("C47", "reported")
	assert case.steps == {"C50"}


def test_a_party_asks_once_and_after_the_notice_was_served(asked):
	with asked.acting(user_of("legal")), refused(frappe.ValidationError):
		defence_api.record(asked.case, asked.unit, "Hearing Request", str(asked.day), "Written", "再次申请。")


def test_hearings_are_written_by_the_engine_only(asked):
	doc = row(asked)
	for user in (user_of("officer"), user_of("legal"), "Administrator"):
		with as_user(user), refused(frappe.PermissionError):
			doc.reload()
			doc.state = "Reported"
			doc.save()
	with as_of(datetime.combine(asked.day, time(9))):
		assert asked.blocked("C47", "reported") == {"hearing.open"}
