"""Service of documents: which proof each way needs and which day counts (民事诉讼法第八十七条至第九十五条)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sclist_app.law.citations import CIVIL_PROCEDURE_LAW, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding

ANNOUNCEMENT_DAYS: Final = 30

# way -> article
WAYS: Final[Mapping[str, str]] = {
	"Direct": cite(CIVIL_PROCEDURE_LAW, 88),
	"Left at Domicile": cite(CIVIL_PROCEDURE_LAW, 89),
	"Electronic": cite(CIVIL_PROCEDURE_LAW, 90),
	"Entrusted": cite(CIVIL_PROCEDURE_LAW, 91),
	"By Post": cite(CIVIL_PROCEDURE_LAW, 91),
	"Forwarded": cite(CIVIL_PROCEDURE_LAW, 92, 93),
	"Announcement": cite(CIVIL_PROCEDURE_LAW, 95),
}

# Decisions: to be handed over within T14 (行政处罚法第六十一条); for other papers the law sets no number of days.
DECISIONS: Final = frozenset({"D05", "D06", "D09", "D12b", "D13a", "D13b", "D15", "D16", "D17"})
ARTICLE_LIMIT: Final = cite(PENALTY_LAW, 61)

PERSON, UNIT = "person", "unit"
# Who may sign for a direct service, by kind of addressee (民事诉讼法第八十八条).
CAPACITIES: Final[Mapping[str, frozenset[str]]] = {
	"Addressee in Person": frozenset({PERSON}),
	"Adult Family Member": frozenset({PERSON}),
	"Legal Representative": frozenset({UNIT}),
	"Mail Room": frozenset({UNIT}),
	"Agent": frozenset({PERSON, UNIT}),
	"Designated Recipient": frozenset({PERSON, UNIT}),
	"Other": frozenset({PERSON, UNIT}),
}
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])(?::[0-5][0-9])?")


@dataclass(frozen=True, slots=True)
class ServiceFacts:
	"""One attempt at service. delivered_on: the day on the receipt, of arrival, or of the announcement.

	addressee: "person" or "unit". consented: the recipient's signed consent covers the electronic address.
	through: the entrusted bureau or the forwarding unit. timely: delivered_at is empty or an hour and minute.
	"""

	way: str
	result: str
	delivered_on: date | None
	issued_on: date | None
	receiver: str = ""
	refusal_reason: str = ""
	witness: str = ""
	tracking_number: str = ""
	electronic_address: str = ""
	medium: str = ""
	has_proof: bool = False
	servers: int = 2
	remark: str = ""
	place: str = ""
	relationship: str = ""
	capacity: str = ""
	addressee: str = UNIT
	delivered_at: str = ""
	timely: bool = True
	consented: bool = False
	through: str = ""


def served_on(way: str, delivered_on: date, announced_for: int = ANNOUNCEMENT_DAYS) -> date:
	"""The day a document counts as served: the day of delivery, for an announcement so many days (T15) after it."""
	return delivered_on + timedelta(days=announced_for) if way == "Announcement" else delivered_on


def time_of(text: str) -> str | None:
	"""An hour and minute as "HH:MM", "" for nothing, None if it is none."""
	given = text.strip()
	if not given:
		return ""
	parts = _TIME.fullmatch(given)
	return f"{int(parts[1]):02d}:{parts[2]}" if parts else None


def next_ways(attempts: Sequence[tuple[str, str]]) -> list[str]:
	"""The ways to go on with after attempts that did not succeed, the fittest first.

	attempts: (way, result) in their order, results "Refused" or "Failed". Announcement is the last resort
	(民事诉讼法第九十五条) and named last.
	"""
	if not attempts:
		return []
	way, result = attempts[-1]
	if result == "Refused":
		# whoever was met and would not sign is served by leaving the paper (第八十九条)
		return ["Left at Domicile"] + ([] if way == "Direct" else ["Direct"])
	tried = {way for way, _result in attempts}
	others = [w for w in ("Direct", "By Post", "Entrusted") if w not in tried]
	return [*others, "Announcement"]


def check_service(facts: ServiceFacts, today: date) -> list[Finding]:
	"""Is the attempt provable? What is missing depends on the way."""
	article = WAYS.get(facts.way, "")
	found: list[Finding] = []

	def want(missing: bool, code: str, message: str, cited: str = article) -> None:
		if missing:
			found.append(Finding(code, message, cited))

	if not article:
		return [
			Finding(
				"service.way", N_("Choose one of the seven ways of service."), cite(CIVIL_PROCEDURE_LAW, 87)
			)
		]
	if facts.delivered_on is None:
		return [
			Finding(
				"service.date", N_("Enter the date of the receipt, the arrival or the announcement."), article
			)
		]
	want(
		facts.delivered_on > today,
		"service.future",
		N_("The date of service lies in the future. Enter the real date."),
	)
	want(
		bool(facts.issued_on and facts.delivered_on < facts.issued_on),
		"service.before_issue",
		N_("The document was served before it was issued. Correct the date of service."),
	)
	want(
		not facts.timely,
		"service.time",
		N_("Enter the time of delivery as hours and minutes, for example 09:30."),
	)
	if facts.result not in ("Served", "Refused", "Failed"):
		return [Finding("service.result", N_("Choose the result of the service."), article)]
	if facts.result != "Served":
		want(
			not (facts.refusal_reason.strip() or facts.remark.strip()),
			"service.reason",
			N_("Say why the document could not be served."),
		)
		return found
	_PROOFS[facts.way](facts, want)
	if facts.way in ("Direct", "Left at Domicile"):
		want(
			facts.servers < 2,
			"service.servers",
			N_("Two officers serve a document. Choose the second one."),
			cite(PENALTY_LAW, 42),
		)
	return found


def _direct(facts: ServiceFacts, want: Callable[..., None]) -> None:
	want(not facts.receiver.strip(), "service.receiver", N_("Enter who signed for the document."))
	want(
		not (facts.capacity or facts.relationship.strip()),
		"service.capacity",
		N_(
			"Say in what capacity the receiver signed: the party, a family member, the mail room or an agent."
		),
	)
	admitted = CAPACITIES.get(facts.capacity or "Other", frozenset())
	want(
		facts.addressee not in admitted,
		"service.capacity_kind",
		N_(
			"Who signed does not fit the party: for a unit its legal representative or mail room signs, for a person the person or an adult member of the household; an agent or a designated recipient may sign for both."
		),
	)
	want(
		facts.capacity == "Other" and not facts.relationship.strip(),
		"service.relationship",
		N_("Enter the relationship of the receiver to the party."),
	)


def _left(facts: ServiceFacts, want: Callable[..., None]) -> None:
	want(
		not facts.refusal_reason.strip(),
		"service.refusal",
		N_("Enter why the recipient refused to sign."),
	)
	want(
		not (facts.witness.strip() or facts.has_proof),
		"service.witness",
		N_("Leaving the document needs a witness, or photographs or a video as proof."),
	)
	want(
		not facts.place.strip(),
		"service.place",
		N_("Enter where the document was left; it must be the recipient's domicile."),
	)


def _posted(facts: ServiceFacts, want: Callable[..., None]) -> None:
	want(not facts.tracking_number.strip(), "service.tracking", N_("Enter the number of the postal item."))
	want(
		not facts.has_proof,
		"service.return_receipt",
		N_("Attach the return receipt; its date is the date of service."),
	)


def _electronic(facts: ServiceFacts, want: Callable[..., None]) -> None:
	law = f"{cite(PENALTY_LAW, 61)}、{WAYS['Electronic']}"
	want(
		not facts.electronic_address.strip(),
		"service.address",
		N_("Enter the electronic address the recipient has confirmed in writing."),
		law,
	)
	want(
		bool(facts.electronic_address.strip()) and not facts.consented,
		"service.consent",
		N_(
			"Electronic service needs the recipient's signed consent to this address. Enter the address confirmation first, or attach the written consent."
		),
		law,
	)
	want(
		facts.timely and not facts.delivered_at,
		"service.arrived_at",
		N_("Enter the time at which it reached the recipient's system."),
	)


def _through(facts: ServiceFacts, want: Callable[..., None]) -> None:
	entrusted = facts.way == "Entrusted"
	want(
		not facts.through.strip(),
		"service.through",
		N_("Enter which bureau was entrusted.")
		if entrusted
		else N_("Enter the unit through which it was forwarded."),
	)
	want(
		not facts.has_proof,
		"service.through_receipt",
		N_("Attach the receipt that came back; the date on it is the date of service."),
	)


def _announced(facts: ServiceFacts, want: Callable[..., None]) -> None:
	want(not facts.medium.strip(), "service.medium", N_("Enter where the announcement was published."))
	want(
		not facts.remark.strip(),
		"service.why_announced",
		N_("Say why no other way of service was possible; the file must show it."),
	)


_PROOFS: Final[Mapping[str, Callable[..., None]]] = {
	"Direct": _direct,
	"Left at Domicile": _left,
	"By Post": _posted,
	"Electronic": _electronic,
	"Entrusted": _through,
	"Forwarded": _through,
	"Announcement": _announced,
}
