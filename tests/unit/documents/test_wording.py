from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sclist_app.documents.placeholders import sample_facts
from sclist_app.documents.rendering import (
	chinese_date,
	chinese_digits,
	chinese_money,
	chinese_number,
	render_html,
	title_lines,
)


@pytest.mark.parametrize(
	"day, style, text",
	[
		(date(2024, 1, 5), "arabic", "2024年1月5日"),
		(date(2024, 12, 31), "arabic", "2024年12月31日"),
		(date(2024, 1, 5), "chinese", "二〇二四年一月五日"),
		(date(2030, 10, 20), "chinese", "二〇三〇年十月二十日"),
		(date(2024, 11, 30), "chinese", "二〇二四年十一月三十日"),
		(date(2024, 12, 21), "chinese", "二〇二四年十二月二十一日"),
	],
)
def test_dates(day, style, text):
	assert chinese_date(day, style) == text


@pytest.mark.parametrize(
	"number, text",
	[
		(0, "零"),
		(6, "六"),
		(10, "十"),
		(11, "十一"),
		(20, "二十"),
		(60, "六十"),
		(101, "一百零一"),
		(110, "一百一十"),
		(1001, "一千零一"),
		(2024, "二千零二十四"),
		(9999, "九千九百九十九"),
	],
)
def test_numbers(number, text):
	assert chinese_number(number) == text


def test_numbers_outside_are_refused():
	for number in (-1, 10000):
		with pytest.raises(ValueError):
			chinese_number(number)
	assert chinese_digits(2005) == "二〇〇五"


@pytest.mark.parametrize(
	"yuan, text",
	[
		(0, "0元"),
		(9999, "9999元"),
		(500000, "50万元"),
		(7134000, "713.4万元"),
		(Decimal("12600000"), "1260万元"),
		(12345, "12345元"),
		(Decimal("12345.6"), "12345.60元"),
		(100000000, "10000万元"),
	],
)
def test_money_is_never_rounded(yuan, text):
	assert chinese_money(yuan) == text


def test_long_titles_break_evenly_and_never_before_a_closing_mark():
	assert title_lines("列入安全生产严重失信主体名单告知书") == ["列入安全生产严重失信主体名单告知书"]
	text = "关于拟将晋源市恒泰化工有限公司列入安全生产严重失信主体名单的告知书"
	lines = title_lines(text)
	assert "".join(lines) == text and len(lines) == 2
	assert abs(len(lines[0]) - len(lines[1])) <= 2 and not lines[1].startswith("的")
	assert title_lines("甲\n乙") == ["甲", "乙"]
	for length in range(1, 90):
		parts = title_lines("字" * length)
		assert "".join(parts) == "字" * length and max(map(len, parts)) <= 20


@pytest.mark.parametrize(
	("title", "first"),
	[
		("准予提前移出安全生产严重失信主体名单决定书", "准予提前移出安全生产"),
		("关于准予提前移出安全生产严重失信主体名单情况的报告", "关于准予提前移出安全生产"),
	],
)
def test_titles_do_not_break_our_words(title, first):
	assert title_lines(title)[0] == first


def _render(body: str, **groups) -> str:
	return render_html(body, sample_facts(**groups))


def test_date_style_comes_from_the_document():
	body = "<p>{{ document.date|cn_date }}</p>"
	assert _render(body) == "<p>2026年3月5日</p>"
	assert _render(body, document={"date_style": "chinese"}) == "<p>二〇二六年三月五日</p>"
	# without the filter a date is still no ISO date
	assert _render("<p>{{ document.date }}</p>") == "<p>2026年3月5日</p>"


def test_paragraphs_keep_lines_and_mark_headings():
	text = "一、总的要求\n（一）第一步\n　　正文<b>一</b>。\n\n1.一项；"
	html = _render("{{ case.facts|paragraphs }}", case={"facts": text})
	assert html == (
		"<h2>一、总的要求</h2>\n<h3>（一）第一步</h3>\n<p>正文&lt;b&gt;一&lt;/b&gt;。</p>\n<p>1.一项；</p>"
	)


@pytest.mark.parametrize("kind, you", [("unit", "你单位"), ("institution", "你机构"), ("person", "你")])
def test_the_party_is_addressed_by_its_kind(kind, you):
	assert _render("<p>{{ addressee.kind|you }}</p>", addressee={"kind": kind}) == f"<p>{you}</p>"


def test_letterhead_carries_the_length_of_the_name():
	html = _render("<p>{{ bureau.name|letterhead }}</p>", bureau={"name": "甲<乙局"})
	assert html == '<p><span class="agency agency-4">甲&lt;乙局</span></p>'
