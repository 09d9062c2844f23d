"""Proofs of service by way, and what to go on with after an attempt that did not succeed."""

from datetime import date

import pytest

from sclist_app.law.service import WAYS, ServiceFacts, check_service, next_ways, time_of

TODAY = date(2024, 9, 27)
GOOD = {
	"Direct": {"receiver": "李某", "capacity": "Mail Room"},
	"Left at Domicile": {"refusal_reason": "拒收", "has_proof": True, "place": "住所"},
	"By Post": {"tracking_number": "1", "has_proof": True},
	"Electronic": {"electronic_address": "a@example.invalid", "consented": True, "delivered_at": "09:30"},
	"Entrusted": {"through": "某局", "has_proof": True},
	"Forwarded": {"through": "某部队", "has_proof": True},
	"Announcement": {"medium": "网站", "remark": "下落不明"},
}


def codes(way: str, **changes) -> set[str]:
	values = {
		"way": way,
		"result": "Served",
		"delivered_on": TODAY,
		"issued_on": TODAY,
		**GOOD[way],
		**changes,
	}
	return {finding.code for finding in check_service(ServiceFacts(**values), TODAY)}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_passes_with_its_proof(way):
	assert codes(way) == set()


@pytest.mark.parametrize("way", WAYS)
def test_each_way_lacks_something_without_any(way):
	bare = ServiceFacts(way=way, result="Served", delivered_on=TODAY, issued_on=TODAY, servers=1)
	found = check_service(bare, TODAY)
	assert found and all(finding.article for finding in found)


@pytest.mark.parametrize(
	("capacity", "addressee", "fits"),
	[
		("Addressee in Person", "person", True),
		("Addressee in Person", "unit", False),
		("Adult Family Member", "unit", False),
		("Mail Room", "person", False),
		("Agent", "person", True),
		("Agent", "unit", True),
		("Nobody", "unit", False),
	],
)
def test_who_may_sign_for_whom(capacity, addressee, fits):
	assert ("service.capacity_kind" in codes("Direct", capacity=capacity, addressee=addressee)) is not fits


def test_an_attempt_that_failed_says_why_and_needs_no_proof():
	for way in WAYS:
		bare = {"way": way, "delivered_on": TODAY, "issued_on": TODAY, "servers": 1}
		assert {f.code for f in check_service(ServiceFacts(result="Failed", **bare), TODAY)} == {
			"service.reason"
		}
		assert not check_service(ServiceFacts(result="Refused", refusal_reason="拒收", **bare), TODAY)
	assert codes("Direct", result="Cancelled") == {"service.result"}


@pytest.mark.parametrize(
	("text", "expected"),
	[
		("9:05", "09:05"),
		("23：59", "23:59"),
		("10:20:33", "10:20"),
		("", ""),
		("24:00", None),
		("9点", None),
	],
)
def test_times(text, expected):
	assert time_of(text) == expected


@pytest.mark.parametrize(
	("attempts", "expected"),
	[
		([], []),
		([("Direct", "Refused")], ["Left at Domicile"]),
		([("By Post", "Refused")], ["Left at Domicile", "Direct"]),
		([("By Post", "Failed")], ["Direct", "Entrusted", "Announcement"]),
		([("Direct", "Failed"), ("By Post", "Failed")], ["Entrusted", "Announcement"]),
		([("Direct", "Failed"), ("By Post", "Failed"), ("Entrusted", "Failed")], ["Announcement"]),
	],
)
def test_what_to_go_on_with(attempts, expected):
	assert next_ways(attempts) == expected
