"""Expiry, revocation, restoration and objection as the law sees them."""

from dataclasses import replace
from datetime import date

import pytest

from sclist_app.law import ending, objection, restoration
from sclist_app.law.calendar import seed_calendar
from sclist_app.law.ending import BasisChange, EndingFacts
from sclist_app.law.facts import DefenceFacts, NoticeFacts
from sclist_app.law.findings import render
from sclist_app.law.objection import ObjectionFacts
from sclist_app.law.periods import Period
from sclist_app.law.restoration import FraudFacts

LISTED = EndingFacts(
	state="L3",
	bureau="140105",
	deciding_bureau="140105",
	listed_on=date(2024, 2, 29),
	term_end=date(2027, 2, 28),
	penalty_decided_on=date(2024, 1, 10),
)
T01, CALENDAR = Period(5, "workday"), seed_calendar()


def codes(findings):
	return {f.code for f in findings}


# ------------------------------------------------------------------ expiry


@pytest.mark.parametrize(
	("today", "expected"),
	[
		(date(2027, 2, 27), {"ending.term"}),
		(date(2027, 2, 28), {"ending.term"}),  # the last day belongs to the term
		(date(2027, 3, 1), set()),
		(date(2030, 1, 1), set()),
	],
)
def test_expiry_from_the_day_after_the_term(today, expected):
	"""Acceptance check 6: a listing of 29 February ends on 28 February, removal from 1 March."""
	assert codes(ending.may_expire(LISTED, today)) == expected


def test_expiry_is_for_the_deciding_bureau_and_a_record_in_term():
	day = date(2027, 3, 1)
	assert codes(ending.may_expire(replace(LISTED, bureau="140100"), day)) == {"ending.bureau"}
	for state in ("L6", "L7", "L8", "L9"):
		assert codes(ending.may_expire(replace(LISTED, state=state), day)) == {"ending.state"}
	assert codes(ending.may_expire(replace(LISTED, term_end=None), day)) == {"ending.no_term"}


def test_each_refusal_cites_its_article():
	found = ending.may_expire(replace(LISTED, bureau="x", state="L8"), date(2026, 1, 1))
	assert len(found) == 3 and all("第十三条" in render(f) for f in found)


# ------------------------------------------------------------------ revocation

CHANGE = BasisChange(
	kind="Administrative Review",
	authority="某市人民政府",
	number="某政复决〔2025〕3号",
	dated=date(2025, 3, 1),
	known_on=date(2025, 3, 3),
	has_file=True,
	reasons="处罚已被撤销。",
)


def test_a_complete_change_may_revoke():
	assert ending.may_revoke(CHANGE, LISTED, date(2025, 3, 3)) == []


@pytest.mark.parametrize(
	("change", "expected"),
	[
		({"kind": ""}, {"basis.kind"}),
		({"authority": " "}, {"basis.paper"}),
		({"number": "", "has_file": False}, {"basis.paper"}),
		({"dated": None}, {"basis.paper"}),
		({"reasons": " "}, {"basis.reasons"}),
		({"dated": date(2025, 3, 4)}, {"basis.date", "basis.known_before"}),
		({"dated": date(2024, 1, 9)}, {"basis.before"}),
		({"known_on": date(2025, 2, 28)}, {"basis.known_before"}),
		({"known_on": date(2025, 3, 4)}, {"basis.known"}),
	],
)
def test_what_the_change_lacks(change, expected):
	assert codes(ending.may_revoke(replace(CHANGE, **change), LISTED, date(2025, 3, 3))) == expected


def test_a_correction_of_ones_own_needs_reasons_but_no_paper():
	own = BasisChange(kind="Self-Correction", known_on=date(2025, 3, 3), reasons="情形认定有误。")
	assert ending.may_revoke(own, LISTED, date(2025, 3, 3)) == []
	assert codes(ending.may_revoke(replace(own, reasons=""), LISTED, date(2025, 3, 3))) == {"basis.reasons"}


# ------------------------------------------------------------------ restoration

SERVED = date(2026, 3, 2)  # a Monday; five working days end on 9 March
FRAUD = FraudFacts(
	record=replace(LISTED, state="L7"),
	removed_on=date(2025, 11, 3),
	fraud="验收报告系伪造。",
	evidence=1,
	notices=(NoticeFacts("D15n", "e", "告〔2026〕1号", SERVED, SERVED),),
)


@pytest.mark.parametrize(
	("changes", "expected"),
	[
		({}, set()),
		({"fraud": " "}, {"fraud.facts"}),
		({"evidence": 0}, {"fraud.evidence"}),
		({"record": LISTED}, {"fraud.state"}),
		({"record": replace(LISTED, state="L7", bureau="x")}, {"ending.bureau"}),
	],
)
def test_the_notice_needs_facts_evidence_and_a_record_removed_early(changes, expected):
	assert codes(restoration.may_notify(replace(FRAUD, **changes))) == expected


def answer(kind="defence", on=date(2026, 3, 4), **more):
	return DefenceFacts("e", kind, on, **more)


@pytest.mark.parametrize(
	("today", "answers", "expected"),
	[
		(date(2026, 3, 9), (), {"fraud.window"}),  # until the end of the last day
		(date(2026, 3, 10), (), set()),
		(date(2026, 3, 4), (answer("waiver", has_file=True),), set()),
		(date(2026, 3, 4), (answer("waiver"),), {"fraud.window"}),  # in writing only
		(date(2026, 3, 4), (answer("waiver", date(2026, 2, 27), has_file=True),), {"fraud.window"}),
		(date(2026, 3, 4), (answer(),), {"fraud.unreviewed"}),
		(date(2026, 3, 20), (answer(),), {"fraud.unreviewed"}),
		(date(2026, 3, 4), (answer(reviewed=True),), set()),
	],
)
def test_the_party_is_heard_before_the_restoration(today, answers, expected):
	facts = replace(FRAUD, answers=answers)
	assert codes(restoration.may_restore(facts, today, CALENDAR, T01)) == expected


def test_no_restoration_without_a_served_notice():
	unserved = replace(FRAUD, notices=(NoticeFacts("D15n", "e", "1", SERVED, None),))
	for facts in (replace(FRAUD, notices=()), unserved):
		found = restoration.may_restore(facts, date(2026, 5, 1), CALENDAR, T01)
		assert codes(found) == {"fraud.notice"} and "第四十四条" in render(found[0])


# ------------------------------------------------------------------ objection

OBJECTION = ObjectionFacts(
	item="Wrong Content",
	content="地址不一致。",
	applicant="某公司",
	received_on=date(2026, 5, 11),
	listed_on=date(2026, 3, 20),
	marked=True,
	result="Unfounded",
	reasons="一致。",
)


@pytest.mark.parametrize(
	("changes", "expected"),
	[
		({}, set()),
		({"item": "x"}, {"objection.item"}),
		({"content": " "}, {"objection.item"}),
		({"applicant": ""}, {"objection.applicant"}),
		({"received_on": None}, {"objection.received"}),
		({"received_on": date(2026, 5, 12)}, {"objection.received"}),
		({"received_on": date(2026, 3, 19)}, {"objection.before"}),
		({"route": objection.EXTERNAL}, {"objection.body"}),
		({"route": objection.EXTERNAL, "body": "某机构"}, set()),
	],
)
def test_registration_of_an_objection(changes, expected):
	found = objection.check_registration(replace(OBJECTION, **changes), date(2026, 5, 11))
	assert codes(found) == expected


@pytest.mark.parametrize(
	("changes", "expected"),
	[
		({}, set()),
		({"result": ""}, {"objection.result"}),
		({"reasons": ""}, {"objection.reasons"}),
		({"result": "Well Founded"}, {"objection.consequence"}),
		({"result": "Partly Well Founded", "consequence": objection.NOTHING}, {"objection.consequence"}),
		({"result": "Well Founded", "consequence": "Correction"}, set()),
	],
)
def test_an_answer_says_result_reasons_and_what_follows(changes, expected):
	assert codes(objection.check_answer(replace(OBJECTION, **changes))) == expected


def test_nothing_is_answered_unmarked():
	assert codes(objection.check_marked(replace(OBJECTION, marked=False))) == {"objection.mark"}
	assert objection.check_marked(OBJECTION) == []
