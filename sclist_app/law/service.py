"""Service of documents: which proof each way needs and which day counts (民事诉讼法第八十七条至第九十五条)."""

from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True)
class ServiceFacts:
	"""One attempt at service. delivered_on: the day on the receipt, of arrival, or of the announcement."""

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


def served_on(way: str, delivered_on: date, announced_for: int = ANNOUNCEMENT_DAYS) -> date:
	"""The day a document counts as served: the day of delivery, for an announcement so many days (T15) after it."""
	return delivered_on + timedelta(days=announced_for) if way == "Announcement" else delivered_on


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
	if facts.result != "Served":
		want(
			not (facts.refusal_reason.strip() or facts.remark.strip()),
			"service.reason",
			N_("Say why the document could not be served."),
		)
		return found
	if facts.way == "Direct":
		want(not facts.receiver.strip(), "service.receiver", N_("Enter who signed for the document."))
	elif facts.way == "Left at Domicile":
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
	elif facts.way == "By Post":
		want(
			not facts.tracking_number.strip(), "service.tracking", N_("Enter the number of the postal item.")
		)
	elif facts.way == "Electronic":
		want(
			not facts.electronic_address.strip(),
			"service.address",
			N_("Enter the electronic address the recipient has confirmed in writing."),
			cite(PENALTY_LAW, 61),
		)
	elif facts.way == "Announcement":
		want(not facts.medium.strip(), "service.medium", N_("Enter where the announcement was published."))
		want(
			not facts.remark.strip(),
			"service.why_announced",
			N_("Say why no other way of service was possible; the file must show it."),
		)
	if facts.way in ("Direct", "Left at Domicile"):
		want(
			facts.servers < 2,
			"service.servers",
			N_("Two officers serve a document. Choose the second one."),
			cite(PENALTY_LAW, 42),
		)
	return found
