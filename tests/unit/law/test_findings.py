from datetime import date, datetime
from decimal import Decimal

import pytest

from sclist_app.law.citations import chinese_number, cite
from sclist_app.law.findings import N_, Finding, Word, chinese_date, errors, render, warnings


def test_render_translates_fills_and_cites():
	f = Finding("x", "Wait until {due}, {who}.", "《办法》第九条", {"due": date(2024, 1, 5), "who": "甲公司"})
	assert render(f) == "Wait until 2024年1月5日, 甲公司.（《办法》第九条）"
	assert render(f, {f.message: "{who}须等到{due}。"}.get) == "甲公司须等到2024年1月5日。（《办法》第九条）"


def test_without_article_no_brackets():
	assert render(Finding("x", "Wrong.", "")) == "Wrong."


@pytest.mark.parametrize(
	("value", "text"),
	[
		(None, ""),
		(0, "0"),
		(Decimal("1000000.00"), "1000000"),
		(Decimal("100"), "100"),
		(Decimal("2.50"), "2.5"),
		(datetime(2024, 12, 31, 8), "2024年12月31日"),
		(["甲", "乙"], "甲、乙"),
		((date(2024, 1, 5), "乙"), "2024年1月5日、乙"),
		(frozenset({"b", "a"}), "a、b"),
		("{other}", "{other}"),
	],
)
def test_values(value, text):
	assert render(Finding("x", "{v}", "", {"v": value, "other": "SECRET"})) == text


def test_words_are_translated_and_data_is_not():
	f = Finding("x", "{a} {b}", "", {"a": Word("unit"), "b": "unit"})
	assert render(f, lambda s: {"unit": "单位"}.get(s, s)) == "单位 unit"


def test_a_translation_cannot_reach_into_values():
	f = Finding("x", "{d}", "", {"d": date(2024, 1, 5)})
	assert render(f, lambda s: "{d.__class__} {missing}") == "{d.__class__} {missing}"


def test_findings_split_compare_and_hash():
	a, b = Finding("a", "A.", ""), Finding("b", "B.", "", severity="warning")
	assert errors([a, b]) == [a] and warnings([a, b]) == [b]
	assert {a, Finding("a", "A.", "")} == {a}
	assert N_("A.") == "A."
	with pytest.raises(AttributeError):
		a.code = "c"


def test_chinese_date_has_no_leading_zeros():
	assert chinese_date(date(2026, 10, 1)) == "2026年10月1日"


@pytest.mark.parametrize(
	("n", "text"),
	[(1, "一"), (10, "十"), (14, "十四"), (20, "二十"), (62, "六十二"), (100, "一百"), (105, "一百零五"), (114, "一百一十四"), (110, "一百一十"), (203, "二百零三")],
)  # fmt: skip
def test_chinese_numbers(n, text):
	assert chinese_number(n) == text


def test_citations():
	assert cite("行政处罚法", 44, 45) == "《行政处罚法》第四十四条、第四十五条"
	assert cite("安全生产法", 114, paragraph=2) == "《安全生产法》第一百一十四条第二款"
	assert (
		cite("安全生产严重失信主体名单管理办法", 6, item=2)
		== "《安全生产严重失信主体名单管理办法》第六条第（二）项"
	)
	for n in (0, 1000):
		with pytest.raises(ValueError):
			chinese_number(n)
