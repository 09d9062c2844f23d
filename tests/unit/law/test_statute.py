from datetime import date

import pytest

from sclist_app.law.calendar import seed_calendar
from sclist_app.law.periods import DueDate
from sclist_app.law.statute import MEASURES, REMEDIES, check_limit, check_measure, limits, remedy_due
from tests.unit.law.helpers import codes

NOW = date(2026, 11, 21)
CATALOGUE = {
	"T01": (5, "workday", "local"), "T02": (5, "workday", "fixed"), "T02b": (7, "workday", "min"),
	"T03": (3, "workday", "max"), "T04": (20, "workday", "max"), "T05": (3, "year", "fixed"),
	"T06": (12, "month", "fixed"), "T07": (3, "workday", "max"), "T08": (10, "workday", "max"),
	"T09": (1, "workday", "max"), "T10": (5, "workday", "max"), "T11": (5, "workday", "free"),
	"T12": (20, "workday", "max"), "T13": (3, "workday", "local"), "T14": (7, "workday", "max"),
	"T15": (30, "day", "fixed"), "T16": (60, "day", "fixed"), "T17": (6, "month", "fixed"),
	"T18": (5, "workday", "local"), "T19": (1, "workday", "local"), "T20": (7, "workday", "max"),
	"T21": (15, "workday", "local"), "T22": (5, "workday", "free"), "T23": (6, "month", "free"),
}  # fmt: skip


def refused(code, n, unit, on=NOW, **kw):
	return codes(check_limit(code, n, unit, on, **kw))


def test_the_catalogue():
	found = limits(NOW)
	assert {c: (x.n, x.unit, x.bound) for c, x in found.items()} == CATALOGUE
	assert list(found) == list(CATALOGUE)
	for x in found.values():
		assert x.name and x.runs_from
		assert x.article or x.bound in ("local", "free")


def test_articles_and_what_the_law_leaves_open():
	order, penalty = "《安全生产严重失信主体名单管理办法》", "《行政处罚法》"
	assert {c: x.article for c, x in limits(NOW).items() if x.certain} == {
		"T02": f"{penalty}第六十四条第（一）项",
		"T02b": f"{penalty}第六十四条第（二）项",
		"T03": f"{order}第十一条",
		"T04": f"{order}第十一条",
		"T05": f"{order}第十三条",
		"T06": f"{order}第十三条、第十八条",
		"T07": f"{order}第十四条",
		"T08": f"{order}第十四条",
		"T10": f"{order}第十九条",
		"T12": f"{order}第二十条",
		"T14": f"{penalty}第六十一条",
		"T15": "《民事诉讼法》第九十五条",
		"T16": "《行政复议法》第二十条",
		"T17": "《行政诉讼法》第四十六条",
		"T20": "《安全生产法》第七十八条",
	}
	assert limits(NOW)["T01"].article == f"{penalty}第四十四条、第四十五条"
	assert REMEDIES["review"].article == "《行政复议法》第二十条、第二十四条"


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_default_is_within_its_own_bound(code):
	x = limits(NOW)[code]
	assert check_limit(code, x.n, x.unit, NOW) == []


def test_publication_in_25_working_days_is_refused_with_the_article():
	(finding,) = check_limit("T04", 25, "workday", NOW)
	assert finding.code == "limit.maximum" and finding.severity == "error"
	assert finding.article == "《安全生产严重失信主体名单管理办法》第十一条"
	assert finding.values["bound"] == "20个工作日"
	assert codes([finding]) == ["limit.maximum"]


@pytest.mark.parametrize("code", ["T03", "T04", "T07", "T08", "T09", "T10", "T12", "T14", "T20"])
def test_statutory_maxima_may_only_be_shortened(code):
	n, unit, _bound = CATALOGUE[code]
	assert refused(code, n, unit) == []
	assert refused(code, n - 1, unit) == []
	assert refused(code, n + 1, unit) == ["limit.maximum"]


@pytest.mark.parametrize("code", [c for c, (_, _, bound) in CATALOGUE.items() if bound == "fixed"])
def test_fixed_limits_stay(code):
	n, unit, _bound = CATALOGUE[code]
	assert refused(code, n + 1, unit) == ["limit.fixed"]
	assert refused(code, n - 1, unit) == ["limit.fixed"]


def test_years_and_months_convert():
	assert refused("T05", 36, "month") == []
	assert refused("T06", 1, "year") == []
	assert refused("T05", 35, "month") == ["limit.unit"]
	assert refused("T05", 2, "year") == ["limit.fixed"]
	assert refused("T06", 6, "month") == ["limit.fixed"]


def test_other_units_are_not_comparable():
	assert refused("T04", 20, "day") == ["limit.unit"]
	assert refused("T16", 2, "month") == ["limit.unit"]
	assert refused("T13", 5, "day") == []


def test_minima():
	assert refused("T01", 3, "workday") == []
	assert refused("T01", 2, "workday") == ["limit.minimum"]
	assert refused("T02b", 6, "workday") == ["limit.minimum"]
	assert refused("T02b", 10, "workday") == []


def test_beyond_what_is_usual_only_warns_where_the_law_names_no_number():
	assert codes(check_limit("T01", 10, "workday", NOW), "warning") == []
	assert codes(check_limit("T01", 15, "workday", NOW), "warning") == ["limit.unusual"]
	assert refused("T01", 15, "workday") == []


def test_nonsense_is_refused():
	assert refused("T99", 1, "day") == ["limit.unknown"]
	assert refused("T04", -1, "workday") == ["limit.form"]
	assert refused("T22", 1, "week") == ["limit.form"]
	assert refused("T22", 99, "day") == []


def test_the_platform_channel_is_shorter_from_its_date_on():
	assert refused("T10", 5, "workday", channel="credit_china") == ["limit.maximum"]
	assert refused("T10", 3, "workday", channel="credit_china") == []
	assert refused("T12", 11, "workday", channel="credit_china") == ["limit.maximum"]
	assert refused("T12", 20, "workday", date(2025, 6, 21), channel="credit_china") == []
	assert refused("T12", 20, "workday", date(2025, 6, 22), channel="credit_china") == ["limit.maximum"]
	assert refused("T12", 20, "workday") == []
	assert limits(NOW, "credit_china")["T04"] == limits(NOW)["T04"]


def test_effective_dates():
	assert "T04" not in limits(date(2023, 9, 30)) and "T04" in limits(date(2023, 10, 1))
	assert refused("T04", 20, "workday", date(2023, 9, 30)) == ["limit.unknown"]
	assert limits(date(2023, 12, 31))["T16"].article.endswith("第九条")
	assert limits(date(2024, 1, 1))["T16"].article.endswith("第二十条")


def test_a_reader_cannot_change_the_statute():
	limits(NOW).clear()
	assert len(limits(NOW)) == len(CATALOGUE)
	with pytest.raises(AttributeError):
		limits(NOW)["T04"].n = 25


def test_six_measures():
	assert list(MEASURES) == ["M1", "M2", "M3", "M4", "M5", "M6"]
	assert [m for m, x in MEASURES.items() if x.needs_basis] == ["M6"]
	assert [x.article[-5:] for x in MEASURES.values()] == [f"第（{n}）项" for n in "一二三四五六"]
	assert all("第八条" in x.article for x in MEASURES.values())
	for code in ("M1", "M2", "M3", "M4", "M5"):
		assert check_measure(code) == []


def test_measures_outside_the_list_and_without_basis():
	assert codes(check_measure("M7", "某文件")) == ["measure.unknown"]
	assert codes(check_measure("M6")) == ["measure.basis"]
	assert codes(check_measure("M6", "  ")) == ["measure.basis"]
	assert codes(check_measure("M6", "《某法》第一条")) == []
	assert codes(check_measure("M2", kind="fine")) == ["measure.kind"]
	assert codes(check_measure("M2", kind="inspection")) == []


def test_a_ban_needs_basis_and_end():
	assert codes(check_measure("M2", kind="ban")) == ["measure.ban_basis", "measure.ban_until"]
	assert codes(check_measure("M2", "《安全生产法》第一百一十三条", "ban", date(2029, 6, 30))) == []
	assert codes(check_measure("M2", "《安全生产法》第一百一十三条", "ban", lifetime=True)) == []


def test_remedies():
	calendar = seed_calendar()
	assert [r.name for r in REMEDIES.values()] == ["行政复议", "行政诉讼"]
	assert remedy_due("review", date(2024, 1, 2), calendar) == DueDate(date(2024, 3, 4))
	assert remedy_due("litigation", date(2024, 8, 31), calendar) == DueDate(date(2025, 2, 28))
	with pytest.raises(KeyError):
		remedy_due("petition", date(2024, 1, 2), calendar)
