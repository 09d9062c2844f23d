"""Rows of the old list: what is read, what is refused and where; the words of penalties that speak for a ground."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.exchange.spreadsheets import cell_name
from sclist_app.law import legacy, matching
from sclist_app.law.findings import errors, render
from sclist_app.law.grounds import GROUNDS
from sclist_app.law.legacy import DecisionFacts

TODAY = date(2026, 6, 1)
GOOD = {
	"source_id": "HMD-2022-0001",
	"name": "晋源市恒泰化工有限公司",
	"kind": "生产经营单位",
	"code": "91140100MA0H1A2B8E",
	"bureau": "太原市小店区应急管理局",
	"listed_on": "2022-05-10",
	"old_ground": "（二）",
}
PERSON = {**GOOD, "name": "李某", "kind": "自然人", "code": "11010519491231002X", "role": "主要负责人"}


def read(today=TODAY, after=False, **changes):
	return legacy.read_row(2, {**GOOD, **changes}, today, after_order_11=after)


def codes(row) -> set[str]:
	return {f.code for f in errors(row.findings)}


@pytest.mark.parametrize(
	"written",
	[
		"2022-05-10",
		"2022/5/10",
		"2022.05.10",
		"2022年5月10日",
		"2022 年 5 月 10 日",
		"20220510",
		20220510,
		20220510.0,
		44691,
		44691.0,
		"44691",
		date(2022, 5, 10),
		datetime(2022, 5, 10, 8, 30),
		"２０２２－０５－１０",
		"２０２２年５月１０日",
		" 2022-05-10 00:00:00 ",
		"\u200b2022-05-10",
	],
)
def test_a_day_in_any_usual_writing(written):
	assert read(listed_on=written).entry.listed_on == date(2022, 5, 10)


@pytest.mark.parametrize(
	("written", "code"),
	[
		("2022-02-29", "date_none"),
		("2022-13-01", "date_none"),
		("10.5.2022", "date"),
		("去年五月", "date"),
		(12, "date"),
		("2026-06-02", "future"),
		("1999-12-31", "early"),
		("2023-10-01", "after_order_11"),
		(True, "date"),
	],
)
def test_days_that_are_refused(written, code):
	assert codes(read(listed_on=written)) == {f"legacy.{code}"}


def test_the_29th_of_february_and_the_last_day_before_order_11():
	assert read(listed_on="2020-02-29").entry.listed_on == date(2020, 2, 29)
	assert read(listed_on="2023-09-30").entry
	assert read(listed_on="2023-10-01", after=True).entry
	assert read(today=date(2022, 5, 10)).entry and not read(today=date(2022, 5, 9)).entry


@given(st.dates(date(2000, 1, 1), date(2023, 9, 30)))
def test_every_writing_of_a_day_gives_the_same_day(day):
	serial = (day - date(1899, 12, 30)).days
	for text in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", day.strftime("%Y%m%d"), serial):
		assert legacy.read_date(text) == day


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes()))
def test_whatever_stands_in_a_cell_gets_an_entry_or_findings(value):
	for key in legacy.BY_KEY:
		row = legacy.read_row(2, {**GOOD, key: value}, TODAY)
		assert (row.entry is None) == bool(errors(row.findings))
		for finding in row.findings:
			assert finding.row and "{" not in render(finding).replace("{", "", str(value).count("{"))


@pytest.mark.parametrize(
	("changes", "code"),
	[
		({"name": None}, "legacy.empty"),
		({"name": "   "}, "legacy.empty"),
		({"name": "甲" * 141}, "legacy.long"),
		({"name": "=1+1"}, "legacy.formula"),
		({"kind": "公司"}, "legacy.kind"),
		({"code": "91140100MA0H1A2B8F"}, "uscc.checksum"),
		({"code": 9.1140100123456e17}, "legacy.digits"),
		({"code": "9.1140100123456E+17"}, "legacy.digits"),
		({"code": "9114**********2B8E"}, "legacy.masked"),
		({"old_ground": "（十一）"}, "legacy.old_ground"),
		({"old_ground": 0}, "legacy.old_ground"),
		({"old_term": "很久"}, "legacy.old_term"),
		({"penalty_number": "罚字三号"}, "document.form"),
		({"role": "主要负责人"}, "legacy.person_only"),
	],
)
def test_one_fault(changes, code):
	assert codes(read(**changes)) == {code}


@pytest.mark.parametrize(
	("text", "number"), [("（二）", 2), ("(2)", 2), ("二", 2), ("2", 2), (2.0, 2), ("第（十）项", 10)]
)
def test_the_old_ground(text, number):
	assert read(old_ground=text).entry.old_ground == number


@pytest.mark.parametrize(
	("text", "months"), [("1年", 12), ("一年", 12), ("12个月", 12), (1, 12), ("３年", 36), (None, 0)]
)
def test_the_old_term(text, months):
	assert read(old_term=text).entry.old_term == months


def test_full_width_and_blanks_in_codes():
	full = "".join(chr(ord(c) + 0xFEE0) for c in GOOD["code"])
	assert read(code=f" {full[:9]}　{full[9:]} ").entry.code == GOOD["code"]


def test_persons_and_other_certificates():
	row = legacy.read_row(2, PERSON, TODAY)
	assert (row.entry.id_type, row.entry.role) == (legacy.CARD, "principal_leader")
	assert "id.checksum" in codes(legacy.read_row(2, {**PERSON, "code": "110105194912310021"}, TODAY))
	other = legacy.read_row(2, {**PERSON, "id_type": "护照", "code": "e12345678"}, TODAY)
	assert (other.entry.id_type, other.entry.code) == ("Passport", "E12345678")


def test_no_finding_repeats_an_identity_number():
	row = legacy.read_row(2, {**PERSON, "code": "110105194912310021"}, TODAY)
	assert "19491231" not in "".join(render(f) for f in row.findings)


def test_headings():
	places, findings = legacy.place_columns([c.heading + "*" for c in legacy.COLUMNS])
	assert len(places) == len(legacy.COLUMNS) and not findings
	_places, findings = legacy.place_columns(["原系统编号", "名称或姓名"])
	assert findings[0].code == "legacy.headings" and "原列入日期" in render(findings[0])
	headings = [c.heading for c in legacy.COLUMNS]
	assert legacy.place_columns([*headings, headings[0]])[1][0].code == "legacy.double"
	assert legacy.place_columns([*headings, "心情"])[1][0].severity == "warning"


@pytest.mark.parametrize(("column", "row", "name"), [(0, 7, "A7"), (25, 1, "Z1"), (26, 2, "AA2")])
def test_names_of_cells(column, row, name):
	assert cell_name(column, row) == name


def test_the_term_counts_from_the_original_date():
	assert legacy.new_term(date(2022, 5, 10), date(2025, 5, 10)) == (date(2025, 5, 10), False)
	assert legacy.new_term(date(2022, 5, 10), date(2025, 5, 11)) == (date(2025, 5, 10), True)
	assert legacy.new_term(date(2020, 2, 29), TODAY) == (date(2023, 2, 28), True)


@given(st.dates(date(2000, 1, 1), date(2023, 9, 30)), st.dates(date(2023, 10, 1), date(2030, 1, 1)))
def test_a_term_is_over_from_the_day_after_its_last(listed_on, today):
	end, over = legacy.new_term(listed_on, today)
	assert over == (today > end) and end.year == listed_on.year + 3
	assert legacy.new_term(listed_on, end)[1] is False
	assert legacy.new_term(listed_on, end + timedelta(days=1))[1] is True


SOUND = DecisionFacts("Re-enter", "7-1", "unit", "", True, "符合第七条第（一）项。", date(2022, 5, 10))


@pytest.mark.parametrize(
	("changes", "expected"),
	[
		({}, set()),
		({"decision": ""}, {"legacy.decision"}),
		({"reasons": " "}, {"legacy.reasons"}),
		({"ground": ""}, {"legacy.ground"}),
		({"penalty": False}, {"legacy.penalty"}),
		({"ground": "6-5"}, {"legacy.subject"}),
		({"ground": "7-2"}, {"legacy.subject"}),
		({"kind": "person", "role": "directly_responsible"}, {"legacy.role"}),
		({"kind": "person", "role": "principal_leader"}, set()),
		({"decision": "Move Out", "ground": "", "penalty": False}, set()),
	],
)
def test_the_proposal(changes, expected):
	from dataclasses import replace

	assert {f.code for f in legacy.check_decision(replace(SOUND, **changes))} == expected


def test_every_old_ground_leads_to_grounds_that_exist():
	assert list(legacy.OLD_GROUNDS) == list(range(1, 11))
	assert all(code in GROUNDS for _text, found in legacy.OLD_GROUNDS.values() for code in found)


# ---------------------------------------------------------------- words of penalties


@pytest.mark.parametrize(
	("violation", "basis", "kinds", "multiplier", "expected"),
	[
		("未依法取得安全生产许可证，擅自从事危险化学品生产。", "", (), None, ("7-1",)),
		("在安全生产许可证有效期届满后未办理延期手续，擅自组织生产。", "", (), None, ("7-1",)),
		("在安全生产许可证被暂扣期间从事生产。", "", (), None, ("7-1",)),
		("事故发生后瞒报事故，谎报死亡人数。", "", (), None, ("6-4",)),
		("经查，该单位未瞒报事故。", "", (), None, ()),
		("发生生产安全事故后，不立即组织抢救，擅离职守。", "", (), None, ("6-5",)),
		("出具虚假的安全评价报告。", "", (), None, ("7-2",)),
		("有履行能力拒不执行行政处罚决定。", "", (), None, ("7-3",)),
		("发生重大生产安全事故，负有责任。", "", (), None, ("6-1",)),
		("存在重大事故隐患未及时排除。", "", (), None, ()),
		("未按规定组织演练。", "", (), None, ()),
		("情节特别严重。", "《中华人民共和国安全生产法》第一百一十四条第二款", (), None, ("6-3",)),
		("情节特别严重。", "", (), Decimal(3), ("6-3",)),
		("违规作业。", "", ("Revocation of Licence",), None, ("7-4",)),
		("责令改正后拒不改正，仍然作业。", "", ("Fine",), None, ("7-4",)),
		("", "", (), None, ()),
	],
)
def test_grounds_by_the_words(violation, basis, kinds, multiplier, expected):
	assert matching.grounds_of(violation, basis, kinds, multiplier) == expected
