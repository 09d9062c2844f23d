from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law.periods import earliest_early_removal, term_end
from sclist_app.law.removal import (
	CONDITIONS,
	RemovalFacts,
	check_refusal,
	may_apply,
	may_grant,
	needs_upward_report,
	restored_term,
)
from tests.unit.law.helpers import codes

FACTS = RemovalFacts(
	date(2024, 1, 5),
	"county",
	"county",
	met=frozenset(CONDITIONS),
	proofs=frozenset({"obligations", "effects"}),
)
TODAY = date(2026, 3, 2)


def test_a_sound_application():
	assert may_apply(FACTS, TODAY) == []
	assert may_grant(FACTS, TODAY) == []


def test_twelve_full_months():
	assert codes(may_apply(FACTS, date(2025, 1, 5))) == ["removal.too_early"]
	assert codes(may_apply(FACTS, date(2025, 1, 6))) == []
	assert codes(may_apply(FACTS, date(2025, 1, 5), open_on_corresponding_day=True)) == []
	leap = replace(FACTS, listed_on=date(2024, 2, 29))
	assert codes(may_apply(leap, date(2025, 2, 28))) == ["removal.too_early"]
	assert codes(may_apply(leap, date(2025, 3, 1))) == []


def test_after_the_term_there_is_nothing_to_apply_for():
	assert codes(may_apply(FACTS, date(2027, 1, 5))) == []
	assert codes(may_apply(FACTS, date(2027, 1, 6))) == ["removal.term_over"]


def test_a_running_ban_blocks():
	banned = replace(FACTS, ban_until=date(2029, 6, 30))
	assert codes(may_grant(banned, TODAY)) == ["removal.ban"]
	assert codes(may_apply(replace(FACTS, ban_until=TODAY), TODAY)) == ["removal.ban"]
	assert codes(may_apply(replace(FACTS, ban_until=date(2026, 3, 1)), TODAY)) == []
	for today in (date(2025, 6, 1), date(2026, 12, 31)):
		assert codes(may_grant(replace(FACTS, lifetime_ban=True), today)) == ["removal.lifetime_ban"]


def test_only_the_bureau_that_listed():
	assert codes(may_apply(replace(FACTS, bureau="city"), TODAY)) == ["removal.bureau"]


@pytest.mark.parametrize("key", CONDITIONS)
def test_each_condition_must_be_met(key):
	assert codes(may_grant(replace(FACTS, met=FACTS.met - {key}), TODAY)) == [f"removal.{key}"]


@pytest.mark.parametrize("key", ["obligations", "effects"])
def test_proof_is_needed_where_the_system_cannot_see(key):
	assert codes(may_grant(replace(FACTS, proofs=FACTS.proofs - {key}), TODAY)) == [f"removal.{key}_proof"]


def test_a_second_listing_under_any_ground_fails_the_third_condition():
	facts = replace(FACTS, other_listings=("L-2",))
	assert codes(may_grant(facts, TODAY)) == ["removal.repeat"]
	assert codes(may_apply(facts, TODAY)) == []


def test_each_finding_rests_on_its_article():
	facts = RemovalFacts(TODAY, "city", "county", lifetime_ban=True)
	found = {f.code: f.article.partition("》")[2] for f in [*may_grant(facts, TODAY), *check_refusal("")]}
	assert found == {
		"removal.bureau": "第十九条",
		"removal.too_early": "第十三条第二款",
		"removal.lifetime_ban": "第十三条第二款",
		"removal.obligations": "第十八条",
		"removal.effects": "第十八条",
		"removal.no_repeat": "第十八条",
		"removal.reasons": "第二十条",
	}


def test_refusal_needs_reasons():
	assert codes(check_refusal(" ")) == ["removal.reasons"]
	assert check_refusal("未履行罚款") == []


def test_upward_report_and_restoration():
	assert [needs_upward_report(x) for x in ("province", "city", "county")] == [False, True, True]
	assert restored_term(date(2026, 3, 2)) == (date(2029, 3, 2), date(2027, 3, 3))


@given(st.dates(date(2023, 10, 1), date(2030, 12, 31)), st.integers(-800, 1600))
def test_the_window_is_open_from_the_first_day_to_the_end_of_the_term(listed, offset):
	"""Closed before, open in between, over after: never two answers for one day."""
	facts = replace(FACTS, listed_on=listed)
	day = listed + timedelta(days=offset)
	found = codes(may_apply(facts, day))
	if day < earliest_early_removal(listed):
		assert found == ["removal.too_early"]
	elif day > term_end(listed):
		assert found == ["removal.term_over"]
	else:
		assert found == []


@given(
	st.sets(st.sampled_from(sorted(CONDITIONS))),
	st.sets(st.sampled_from(["obligations", "effects"])),
	st.booleans(),
	st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2027, 12, 31))),
)
def test_what_bars_the_application_bars_the_grant(met, proofs, lifetime, until):
	facts = replace(
		FACTS, met=frozenset(met), proofs=frozenset(proofs), lifetime_ban=lifetime, ban_until=until
	)
	grant = codes(may_grant(facts, TODAY))
	assert set(codes(may_apply(facts, TODAY))) <= set(grant)
	assert bool(grant) != (
		met == set(CONDITIONS)
		and proofs == {"obligations", "effects"}
		and not lifetime
		and (until is None or until < TODAY)
	)
