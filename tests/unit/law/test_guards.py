from dataclasses import replace
from datetime import date

import pytest

from sclist_app.law.calendar import seed_calendar
from sclist_app.law.facts import DefenceFacts, ScopeFacts
from sclist_app.law.findings import render
from sclist_app.law.grounds import GROUNDS
from sclist_app.law.guards import (
	DECISION_ITEMS,
	NOTICE_BLOCKS,
	g1_penalty,
	g2_bureau,
	g3_notice,
	g4_legal_review,
	g5_decision,
	g6_single,
	g7_listing_date,
	g8_scope,
	may_decide,
	may_issue_notice,
	may_leave_registration,
)
from sclist_app.law.periods import Period
from tests.unit.law.helpers import LEADER, PENALTY, UNIT, case, codes, noticed, waived

CALENDAR = seed_calendar()
T01 = Period(5, "workday")
SERVED = date(2023, 10, 9)
LAST_DAY = date(2023, 10, 16)
AFTER = date(2023, 10, 17)


def decide(facts, today=AFTER, t01=T01):
	return codes(may_decide(facts, today, CALENDAR, t01))


def g3(facts, today=AFTER, t01=T01):
	return codes(g3_notice(facts, today, CALENDAR, t01))


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_sound_case_goes_all_the_way(ground):
	facts = case(ground)
	assert may_leave_registration(facts) == []
	assert may_issue_notice(facts) == []
	ready = replace(noticed(facts, SERVED), discussion_passed=True)
	assert may_decide(ready, AFTER, CALENDAR, T01) == []


class TestG1:
	def test_no_penalty_no_case(self):
		facts = case(penalties=())
		assert codes(g1_penalty(facts)) == ["g1.missing"]
		assert "g1.missing" in codes(may_leave_registration(facts))
		assert "g1.missing" in codes(may_issue_notice(facts))
		assert "g1.missing" in decide(noticed(facts, SERVED))

	def test_a_revoked_penalty_refuses(self):
		assert codes(g1_penalty(case(penalties=(replace(PENALTY, status="revoked"),)))) == ["g1.revoked"]

	@pytest.mark.parametrize("status", ["under_review", "in_litigation"])
	def test_a_contested_penalty_only_warns(self, status):
		facts = case(penalties=(replace(PENALTY, status=status),))
		assert codes(may_leave_registration(facts)) == []
		assert codes(may_leave_registration(facts), "warning") == ["g1.contested"]

	@pytest.mark.parametrize("lack", [{"document_number": ""}, {"bureau": ""}, {"decided_on": None}])
	def test_an_incomplete_penalty_refuses(self, lack):
		findings = g1_penalty(case(penalties=(replace(PENALTY, **lack),)))
		assert [(f.code, f.row) for f in findings] == [("g1.incomplete", "P1")]


class TestG2:
	def test_the_penalty_of_another_bureau_refuses(self):
		facts = case(penalties=(replace(PENALTY, bureau="city"),))
		assert codes(g2_bureau(facts)) == ["g2.bureau"]
		assert codes(may_leave_registration(facts)) == ["g2.bureau"]
		assert "第四条第二款" in g2_bureau(facts)[0].article

	def test_unless_designated_in_writing(self):
		facts = case(penalties=(replace(PENALTY, bureau="city"),), designation="并应急函〔2023〕5号")
		assert codes(may_leave_registration(facts)) == []
		assert codes(g2_bureau(replace(facts, designation="  "))) == ["g2.bureau"]

	def test_every_penalty_counts(self):
		facts = case(penalties=(PENALTY, replace(PENALTY, name="P2", bureau="city")))
		assert [f.row for f in g2_bureau(facts)] == ["P2"]


class TestG3:
	def test_no_notice(self):
		assert g3(case()) == ["g3.not_served", "g3.not_served"]

	def test_not_served_or_not_yet(self):
		assert g3(noticed(case(), None)) == ["g3.not_served"] * 2
		assert g3(noticed(case(), AFTER), date(2023, 10, 16)) == ["g3.not_served"] * 2

	def test_the_window_must_be_over(self):
		facts = noticed(case(), SERVED)
		assert g3(facts, LAST_DAY) == ["g3.window", "g3.window"]
		assert g3(facts, AFTER) == []
		due = g3_notice(facts, LAST_DAY, CALENDAR, T01)[0].values["due"]
		assert due == LAST_DAY

	def test_every_subject_has_its_own_window(self):
		facts = noticed(case(), SERVED)
		one, two = facts.notices
		late = replace(facts, notices=(one, replace(two, served_on=date(2023, 10, 13))))
		assert [(f.code, f.row) for f in g3_notice(late, AFTER, CALENDAR, T01)] == [("g3.window", "p")]
		assert g3(replace(facts, notices=(one,))) == ["g3.not_served"]

	def test_a_signed_waiver_closes_it(self):
		facts = noticed(case(), SERVED)
		assert g3(waived(facts), date(2023, 10, 10)) == []
		assert g3(waived(facts, has_file=False), date(2023, 10, 10)) == ["g3.window"] * 2
		assert g3(waived(facts, received_on=None), date(2023, 10, 10)) == ["g3.window"] * 2

	def test_a_waiver_on_the_day_of_service(self):
		assert g3(waived(noticed(case(), SERVED), received_on=SERVED), SERVED) == []

	def test_a_waiver_before_service_is_void(self):
		facts = waived(noticed(case(), SERVED), received_on=date(2023, 10, 8))
		assert g3(facts, date(2023, 10, 10)) == ["g3.window"] * 2

	def test_a_waiver_does_not_replace_the_notice(self):
		assert g3(waived(case())) == ["g3.not_served"] * 2

	def test_a_defence_must_be_reviewed_and_does_not_close_the_window(self):
		facts = noticed(case(), SERVED)
		defence = DefenceFacts("u", "defence", date(2023, 10, 10), reviewed=False)
		assert g3(replace(facts, defences=(defence,))) == ["g3.not_reviewed"]
		reviewed = replace(facts, defences=(replace(defence, reviewed=True),))
		assert g3(reviewed) == []
		assert g3(reviewed, LAST_DAY) == ["g3.window"] * 2

	def test_an_unreviewed_defence_blocks_even_beside_a_waiver(self):
		facts = waived(noticed(case(), SERVED))
		defence = DefenceFacts("u", "defence", date(2023, 10, 10))
		assert g3(replace(facts, defences=(*facts.defences, defence))) == ["g3.not_reviewed"]

	def test_a_second_notice_starts_the_window_again(self):
		facts = noticed(case(), SERVED)
		again = [
			replace(n, issued_on=date(2023, 10, 18), served_on=date(2023, 10, 19)) for n in facts.notices
		]
		facts = replace(facts, notices=(*facts.notices, *again))
		assert g3(facts, date(2023, 10, 26)) == ["g3.window"] * 2
		assert g3(facts, date(2023, 10, 27)) == []
		unserved = replace(facts, notices=(*facts.notices[:2], *(replace(n, served_on=None) for n in again)))
		assert g3(unserved, date(2023, 10, 27)) == ["g3.not_served"] * 2
		# a waiver given for the first notice is none for the second
		assert g3(waived(facts), date(2023, 10, 26)) == ["g3.window"] * 2

	@pytest.mark.parametrize("block", NOTICE_BLOCKS)
	def test_a_notice_without_one_of_the_five_blocks_is_none(self, block):
		facts = noticed(case(), SERVED, blocks=frozenset(NOTICE_BLOCKS) - {block})
		assert g3(facts) == ["notice.blocks"] * 2
		found = g3_notice(facts, AFTER, CALENDAR, T01)[0]
		assert found.values["missing"] == [NOTICE_BLOCKS[block]] and "第九条" in found.article

	def test_other_documents_are_no_notice(self):
		assert g3(noticed(case(), SERVED, kind="D05")) == ["g3.not_served"] * 2

	def test_a_window_shorter_than_the_law_allows_lets_nothing_through(self):
		assert set(g3(noticed(case(), SERVED), AFTER, Period(2, "workday"))) == {"limit.minimum"}

	def test_the_entity_may_name_the_subject(self):
		facts = noticed(case(), SERVED)
		facts = replace(
			facts,
			notices=tuple(
				replace(n, subject=s.entity) for n, s in zip(facts.notices, facts.subjects, strict=True)
			),
		)
		assert g3(facts) == []

	def test_a_hearing_asked_for_must_be_finished(self):
		facts = replace(noticed(case(), SERVED), hearing_requested=True)
		assert g3(facts) == ["g3.hearing"]
		assert g3(replace(facts, hearing_finished=True)) == []

	def test_an_offered_hearing_may_be_asked_for_five_working_days(self):
		"""Whatever the procedure leaves for a defence: 2023-10-09 served, the 16th is the fifth working day."""
		facts, short = noticed(case(), SERVED, hearing_offered=True), Period(3, "workday")
		assert g3(facts, date(2023, 10, 12), short) == ["g3.window"] * 2
		assert g3(facts, date(2023, 10, 13), short) == ["g3.hearing_window"] * 2
		assert g3(facts, date(2023, 10, 16), short) == ["g3.hearing_window"] * 2
		assert g3(facts, date(2023, 10, 17), short) == []
		assert g3(noticed(case(), SERVED), date(2023, 10, 13), short) == []

	def test_who_asked_or_waived_is_not_waited_for(self):
		facts, short = noticed(case(), SERVED, hearing_offered=True), Period(3, "workday")
		asked = tuple(DefenceFacts(s.row, "hearing", SERVED) for s in facts.subjects)
		day = date(2023, 10, 13)
		assert g3(replace(facts, defences=asked), day, short) == []
		assert g3(replace(facts, defences=asked, hearing_requested=True), day, short) == ["g3.hearing"]
		assert g3(waived(facts), day, short) == []

	def test_persons_only_shown_need_no_notice(self):
		facts = noticed(case(), SERVED)
		shown = replace(LEADER, row="x", entity="E-x", role="legal_representative")
		assert g3(replace(facts, subjects=(*facts.subjects, shown))) == []


class TestG8Scope:
	"""A local rule narrows what the bureau lists; a written designation stands above it."""

	MINES = ScopeFacts(industries=("矿山", "化工"))
	HERE = ScopeFacts(area="14", area_name="山西省")

	def test_without_a_rule_everything_is_covered(self):
		assert g8_scope(case()) == []

	@pytest.mark.parametrize(
		("industry", "expected"), [("矿山", []), ("商贸", ["g8.industry"]), ("", ["g8.industry"])]
	)
	def test_industries(self, industry, expected):
		facts = case(scope=self.MINES, industry=industry)
		assert codes(g8_scope(facts)) == expected
		assert codes(g8_scope(replace(facts, designation="晋应急函〔2024〕8号"))) == []
		assert set(expected) <= set(codes(may_leave_registration(facts)))

	def test_institutions_belong_to_no_industry(self):
		body = replace(UNIT, kind="institution")
		assert g8_scope(case("7-2", scope=self.MINES, subjects=(body,))) == []

	def test_place_of_registration(self):
		inside, outside = replace(UNIT, division="140105"), replace(UNIT, division="370102")
		assert g8_scope(case(scope=self.HERE, subjects=(inside,))) == []
		(found,) = g8_scope(case(scope=self.HERE, subjects=(outside,)))
		assert found.code == "g8.area" and found.row == UNIT.row and "山西省" in render(found)
		# nobody is refused for a place that is not known
		assert g8_scope(case(scope=self.HERE, subjects=(UNIT,))) == []

	def test_the_rule_says_what_to_do(self):
		scope = replace(self.MINES, note="移送市应急管理局办理。")
		(found,) = g8_scope(case(scope=scope, industry="商贸"))
		assert "移送市应急管理局办理" in render(found) and "第二条" in found.article


class TestG4AndDiscussion:
	@pytest.mark.parametrize(
		("required", "passed", "expected"),
		[(True, False, ["g4.review"]), (True, True, []), (False, False, []), (False, True, [])],
	)
	def test_legal_review(self, required, passed, expected):
		facts = case(legal_review_required=required, legal_review_passed=passed)
		assert codes(g4_legal_review(facts)) == expected
		assert ("g4.review" in decide(facts)) == bool(expected)

	def test_collective_discussion(self):
		facts = noticed(case(), SERVED)
		assert decide(facts) == ["discussion.missing"]
		assert decide(replace(facts, discussion_passed=True)) == []
		assert decide(replace(facts, discussion_required=False)) == []


class TestG5:
	FULL = {
		"subject_name": "甲矿业有限公司",
		"uscc": "91140100MA0H1A2B8E",
		"persons": [{"name": "张三", "id_number": "140106198001010018"}],
		"listed_on": date(2023, 10, 17),
		"reasons": "事由",
		"basis": "依据",
		"measures_hint": "提示",
		"repair": "条件和程序",
		"remedies": "救济途径",
	}

	def test_nine_items(self):
		assert len(DECISION_ITEMS) == 9
		assert set(self.FULL) == set(DECISION_ITEMS)
		assert g5_decision(self.FULL) == []

	@pytest.mark.parametrize("item", DECISION_ITEMS)
	@pytest.mark.parametrize("lack", [None, "", "  "])
	def test_each_is_needed(self, item, lack):
		findings = g5_decision({**self.FULL, item: lack})
		assert codes(findings) == ["g5.items"]
		assert findings[0].values["missing"] == [DECISION_ITEMS[item]]
		assert "第十条" in findings[0].article

	def test_an_empty_decision_lacks_all(self):
		assert g5_decision({})[0].values["missing"] == list(DECISION_ITEMS.values())

	def test_persons_with_name_and_number_or_expressly_none(self):
		assert g5_decision({**self.FULL, "persons": []}) == []
		for persons in ([{"name": "张三"}], [{"name": " ", "id_number": "1"}], ["张三"], {"name": "张三"}):
			assert codes(g5_decision({**self.FULL, "persons": persons})) == ["g5.items"]


class TestG6G7:
	def test_no_second_open_case(self):
		assert codes(g6_single(case(open_cases_same=("C0",)))) == ["g6.duplicate"]
		assert codes(may_leave_registration(case(open_cases_same=("C0",)))) == ["g6.duplicate"]
		assert g6_single(case(open_cases_same=("C1",))) == []

	def test_not_listed_before_the_penalty(self):
		assert codes(g7_listing_date(case(listing_date=date(2023, 9, 19)))) == ["g7.date"]
		assert g7_listing_date(case(listing_date=date(2023, 9, 20))) == []
		assert g7_listing_date(case()) == []
		two = (PENALTY, replace(PENALTY, name="P2", decided_on=date(2023, 12, 1)))
		assert [f.row for f in g7_listing_date(case(penalties=two, listing_date=date(2023, 11, 1)))] == ["P2"]


class TestSubjects:
	def test_there_must_be_some(self):
		assert codes(may_leave_registration(case(subjects=()))) == ["subject.missing"]
		only_shown = (replace(LEADER, role="legal_representative"),)
		assert codes(may_leave_registration(case(subjects=only_shown))) == ["subject.missing"]

	@pytest.mark.parametrize(
		("spoil", "code"), [({"identifier_ok": False}, "subject.identifier"), ({"name": ""}, "subject.name")]
	)
	def test_each_is_identified(self, spoil, code):
		findings = may_leave_registration(case(subjects=(UNIT, replace(LEADER, **spoil))))
		assert [(f.code, f.row) for f in findings] == [(code, "p")]

	def test_each_once(self):
		twice = (UNIT, LEADER, replace(LEADER, row="q"))
		assert codes(may_leave_registration(case(subjects=twice))) == ["subject.twice"]

	def test_the_reasons_are_needed_on_every_ground_and_said_once(self):
		assert codes(may_leave_registration(case(reasons=""))) == ["reasons.missing"]
		assert codes(may_leave_registration(case("7-4", reasons=""))) == ["ground.reasons"]


class TestNotice:
	def test_an_address_to_serve_at(self):
		facts = case(subjects=(replace(UNIT, address=""), replace(LEADER, address="")))
		assert codes(may_issue_notice(facts)) == ["subject.address"]
		assert codes(may_issue_notice(facts), "warning") == ["subject.address"]
		assert codes(may_leave_registration(facts)) == []

	def test_a_draft_needs_all_blocks_but_an_old_notice_is_no_obstacle(self):
		some = frozenset({"basis"})
		assert (
			codes(may_issue_notice(noticed(case(), None, issued_on=None, blocks=some)))
			== ["notice.blocks"] * 2
		)
		assert codes(may_issue_notice(noticed(case(), None, issued_on=None))) == []
		assert codes(may_issue_notice(noticed(case(), SERVED, blocks=some))) == []


def test_each_finding_rests_on_its_article():
	facts = replace(
		noticed(case(), SERVED),
		penalties=(replace(PENALTY, status="under_review"),),
		legal_review_required=True,
		hearing_requested=True,
		defences=(DefenceFacts("u", "defence", SERVED),),
	)
	found = {f.code: f.article for f in may_decide(facts, LAST_DAY, CALENDAR, T01)}
	order, law = "《安全生产严重失信主体名单管理办法》", "《行政处罚法》"
	assert found == {
		"g1.contested": f"{order}第十五条",
		"g3.not_reviewed": f"{law}第四十五条、第六十二条",
		"g3.window": f"{order}第九条、{law}第四十四条、第六十二条",
		"g3.hearing": f"{law}第六十三条、第六十四条、第六十五条",
		"g4.review": f"{law}第五十八条",
		"discussion.missing": f"{law}第五十七条",
	}
	assert g1_penalty(case(penalties=()))[0].article == f"{order}第三条"


def test_the_gate_to_the_decision_repeats_the_gate_to_registration():
	facts = replace(noticed(case(), SERVED), discussion_passed=True)
	assert decide(replace(facts, penalties=(replace(PENALTY, status="revoked"),))) == ["g1.revoked"]
	assert decide(replace(facts, penalties=(replace(PENALTY, bureau="city"),))) == ["g2.bureau"]
	assert decide(replace(facts, listing_date=date(2023, 1, 1))) == ["g7.date"]
