"""The law as rows: extensions and limits on the spot, what makes a row unfit, past and future side by side."""

from dataclasses import replace
from datetime import date

import pytest

from sclist_app.law.statute import KINDS, SHIPPED, Invariant, Limit, Statute, check_limit, faults, limits
from tests.unit.law.helpers import codes

NOW = date(2026, 11, 21)
T04 = limits(NOW)["T04"]
NOTICE = next(x for x in SHIPPED.invariants if x.code == "INV-notice.listing")
CHECKS = {x.check for x in SHIPPED.invariants}


def refused(code, n, unit="workday", severity="error", **kw):
	return codes(check_limit(code, n, unit, NOW, **kw), severity)


def law(*rows) -> Statute:
	return Statute(
		tuple(x for x in rows if isinstance(x, Limit)), tuple(x for x in rows if isinstance(x, Invariant))
	)


# on the spot


@pytest.mark.parametrize("code", ["T07", "T08", "T09", "T10", "T13", "T18"])
def test_on_the_spot_where_it_makes_sense(code):
	assert refused(code, 0) == []


@pytest.mark.parametrize(
	("code", "unit", "why"),
	[
		("T01", "workday", "limit.minimum"),
		("T02", "workday", "limit.fixed"),
		("T03", "workday", "limit.zero"),
		("T04", "workday", "limit.zero"),
		("T05", "year", "limit.fixed"),
		("T06", "month", "limit.fixed"),
		("T11", "workday", "limit.zero"),
		("T12", "workday", "limit.zero"),
		("T14", "workday", "limit.zero"),
		("T19", "workday", "limit.zero"),
		("T22", "day", "limit.zero"),
	],
)
def test_nothing_takes_no_time_elsewhere(code, unit, why):
	assert refused(code, 0, unit) == [why]


def test_acceptance_on_the_spot_on_both_channels():
	assert refused("T10", 0, channel="credit_china") == []
	assert refused("T12", 0, channel="credit_china") == ["limit.zero"]


# extension


@pytest.mark.parametrize("code", ["T03", "T04", "T07", "T08", "T12", "T14"])
def test_an_extension_stays_within_the_maximum(code):
	most = limits(NOW)[code].maximum
	assert refused(code, most - 1, extend_n=1, extend_post="head") == []
	assert refused(code, most, extend_n=1, extend_post="head") == ["limit.extension"]


def test_the_plan_allows_an_extension_of_its_own():
	assert refused("T12", 10, channel="credit_china", extend_n=10, extend_post="head") == []
	assert refused("T12", 10, channel="credit_china", extend_n=11, extend_post="head") == ["limit.extension"]
	(finding,) = check_limit("T12", 10, "workday", NOW, "credit_china", extend_n=11, extend_post="head")
	assert "实施方案" in finding.article and finding.values["bound"] == "20个工作日"


def test_an_extension_needs_a_post_and_a_length():
	assert refused("T18", 5, extend_n=15) == ["limit.extension_post"]
	assert refused("T18", 5, extend_post="head") == ["limit.extension"]
	assert refused("T18", 5, extend_n=-1, extend_post="head") == ["limit.form"]


def test_three_and_three_working_days_as_in_shenzhen_and_five_to_twenty_as_in_zhejiang():
	assert refused("T12", 3, extend_n=3, extend_post="head") == []
	assert refused("T18", 5, extend_n=15, extend_post="head") == []
	assert refused("T18", 5, extend_n=16, extend_post="head") == []
	assert refused("T18", 5, severity="warning", extend_n=16, extend_post="head") == ["limit.unusual"]


@pytest.mark.parametrize(
	("code", "n", "unit"), [("T05", 3, "year"), ("T06", 12, "month"), ("T02", 5, "workday")]
)
def test_fixed_limits_are_not_extended(code, n, unit):
	assert refused(code, n, unit, extend_n=1, extend_post="head") == ["limit.extension"]


def test_a_free_limit_is_extended_freely():
	assert refused("T22", 5, "day", extend_n=50, extend_post="head") == []


# rows


def test_the_shipped_rows_are_fit():
	assert faults(SHIPPED, CHECKS) == []
	assert all(x.article for x in (*SHIPPED.limits, *SHIPPED.invariants))
	assert all(x.name and x.text and x.kinds for x in SHIPPED.invariants)


@pytest.mark.parametrize(
	("row", "why"),
	[
		(replace(T04, article=" "), "statute.article"),
		(replace(NOTICE, article=""), "statute.article"),
		(replace(T04, valid_to=date(2023, 9, 30)), "statute.dates"),
		(replace(T04, minimum=21), "statute.bounds"),
		(replace(T04, n=21), "statute.bounds"),
		(replace(T04, maximum=None), "statute.bounds"),
		(replace(T04, n=0), "statute.bounds"),
		(replace(limits(NOW)["T05"], n=4), "statute.bounds"),
		(replace(T04, n=-1), "statute.length"),
		(replace(T04, unit="week"), "statute.length"),
		(replace(T04, bound="about"), "statute.length"),
		(replace(T04, extension=-1), "statute.extension"),
		(replace(limits(NOW)["T22"], extension=5), "statute.extension"),
		(replace(NOTICE, code="INV-nothing"), "statute.check"),
		(replace(NOTICE, code="notice"), "statute.check"),
		(replace(NOTICE, kinds=()), "statute.kinds"),
		(replace(NOTICE, kinds=("Party",)), "statute.kinds"),
		(replace(NOTICE, levels=("Town",)), "statute.levels"),
		(replace(NOTICE, enforced_from=None), "statute.enforced"),
	],
)
def test_an_unfit_row(row, why):
	findings = faults(law(row), CHECKS)
	assert codes(findings) == [why] and findings[0].row == row.code


def test_one_code_is_in_force_once():
	later = replace(T04, n=15, maximum=15, valid_from=date(2027, 1, 1))
	assert codes(faults(law(T04, later))) == ["statute.overlap"]
	(finding,) = faults(law(T04, later))
	assert finding.values["last"] == date(2026, 12, 31)
	assert faults(law(replace(T04, valid_to=date(2026, 12, 31)), later)) == []
	assert codes(faults(law(replace(T04, valid_to=date(2027, 1, 1)), later))) == ["statute.overlap"]
	other = replace(T04, channel="credit_china", valid_from=date(2027, 1, 1))
	assert faults(law(T04, other)) == []
	assert codes(faults(law(NOTICE, replace(NOTICE, valid_from=date(2027, 1, 1))))) == ["statute.overlap"]


def test_each_day_has_its_own_law():
	shorter = replace(T04, n=15, maximum=15, article="《新办法》第九条", valid_from=date(2027, 1, 1))
	changed = law(replace(T04, valid_to=date(2026, 12, 31)), shorter)
	assert check_limit("T04", 20, "workday", date(2026, 12, 31), statute=changed) == []
	(finding,) = check_limit("T04", 20, "workday", date(2027, 1, 1), statute=changed)
	assert (finding.code, finding.article) == ("limit.maximum", "《新办法》第九条")
	assert limits(NOW)["T04"].n == 20, "the shipped law is another value"


def test_invariants_by_kind_and_day():
	for kind in KINDS:
		found = SHIPPED.invariants_on(NOW, kind)
		assert found and all(kind in x.kinds for x in found)
		assert len({x.check for x in found}) == len(found), "one row per check and kind"
	assert SHIPPED.invariants_on(date(2023, 9, 30), "Listing") == ()
	assert SHIPPED.invariants_on(NOW, "Of Another App") == ()
	codes_2025 = [x.code for x in SHIPPED.invariants_on(date(2025, 6, 21), "Early Removal")]
	assert "INV-credit_channel" not in codes_2025


def test_only_what_the_law_settles_must_be_enforced():
	soft = [x.code for x in SHIPPED.invariants if not x.refuses(NOW)]
	assert soft == ["INV-two_persons.listing", "INV-measures.listing", "INV-legal_review.listing"]
	later = replace(NOTICE, enforced_from=date(2027, 1, 1))
	assert not later.refuses(date(2026, 12, 31)) and later.refuses(date(2027, 1, 1))
