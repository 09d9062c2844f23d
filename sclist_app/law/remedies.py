"""Review and litigation against a decision of the bureau: until when, what the bureau owes, what an outcome leads to.

The forum alone decides whether a remedy came too late (行政复议法第三十条, 行政诉讼法第四十九条), so lateness warns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.citations import LITIGATION_LAW, REVIEW_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import DueDate, Period, due_date

REVIEW, LITIGATION = "Reconsideration", "Litigation"
KINDS: Final = (REVIEW, LITIGATION)
# code of the limit in the law of the site
LIMITS: Final[Mapping[str, str]] = {REVIEW: "T16", LITIGATION: "T17"}
ARTICLES: Final[Mapping[str, str]] = {REVIEW: cite(REVIEW_LAW, 20), LITIGATION: cite(LITIGATION_LAW, 46)}

# Whoever was not told of the remedy has at most a year from knowing the decision.
NOT_TOLD: Final = Period(1, "year")
NOT_TOLD_ARTICLE: Final = cite(REVIEW_LAW, 20, paragraph=3)
# Who is not content with the review sues within this time of its decision.
AFTER_REVIEW: Final = Period(15, "day")
AFTER_REVIEW_ARTICLE: Final = cite(LITIGATION_LAW, 45)
# However late somebody learns of a decision, after this it is contested no more.
LATEST: Final = Period(5, "year")
LATEST_ARTICLES: Final[Mapping[str, str]] = {
	REVIEW: cite(REVIEW_LAW, 21),
	LITIGATION: cite(LITIGATION_LAW, 46, paragraph=2),
}
# The days of the review law up to ten are working days (第八十八条第二款).
ANSWER: Final[Mapping[str, tuple[Period, str]]] = {
	REVIEW: (Period(10, "workday"), cite(REVIEW_LAW, 48, 88)),
	"Simplified": (Period(5, "workday"), cite(REVIEW_LAW, 54, 88)),
	LITIGATION: (Period(15, "day"), cite(LITIGATION_LAW, 67)),
}
# A judgment of first instance is in force when nobody appealed within this time of its service.
APPEAL: Final = Period(15, "day")
APPEAL_ARTICLE: Final = cite(LITIGATION_LAW, 85)
SUSPENSION: Final[Mapping[str, str]] = {REVIEW: cite(REVIEW_LAW, 42), LITIGATION: cite(LITIGATION_LAW, 56)}
NOT_BOTH: Final = cite(REVIEW_LAW, 29)

# kind of the paper → what it decides
CONTESTED: Final[Mapping[str, str]] = {
	"D05": "Listing",
	"D12b": "Refusal to Accept",
	"D13b": "Refusal of Early Removal",
	"D15": "Revocation of Early Removal",
	"D16": "Restoration",
	"D17": "Revocation of Listing",
	"D20": "Objection Answer",
}
PENALTY, OTHER = "Penalty", "Other Decision"

INSTANCES: Final[Mapping[str, tuple[str, ...]]] = {
	REVIEW: ("Review Decision",),
	LITIGATION: ("First Instance", "Second Instance", "Retrial"),
}
OUTCOMES: Final = (
	"Remedy Withdrawn",
	"Dismissed",
	"Upheld",
	"Revoked",
	"Changed",
	"Found Unlawful",
	"Ordered to Act",
)
LOST: Final = ("Revoked", "Changed", "Found Unlawful", "Ordered to Act")

# what an outcome in force brings about
REVOKE, ANEW, ANSWER_ANEW, MARK_PENALTY, TELL, NOTHING = (
	"revoke",
	"anew",
	"answer_anew",
	"penalty",
	"tell",
	"",
)


@dataclass(frozen=True, slots=True)
class Filing:
	"""A remedy as it was filed.

	decided_on: day of the contested decision. known_on: day from which the time runs, usually that of service; None if
	neither is known. period: T16 or T17 as the law of the site has it on that day. not_told: the paper named no
	remedy. review_on: service of the decision on the review that a suit follows. accepted_review: number of a review
	under way against the same decision.
	"""

	kind: str
	filed_on: date | None
	decided_on: date | None
	known_on: date | None
	period: Period
	not_told: bool = False
	review_on: date | None = None
	accepted_review: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
	"""What a forum decided. in_force: it is binding already. has_file: the paper is attached."""

	kind: str
	instance: str
	outcome: str
	filed_on: date
	decided_on: date | None
	received_on: date | None = None
	number: str = ""
	in_force: bool = False
	act_by: date | None = None
	has_file: bool = False


def last_day(filing: Filing, calendar: WorkCalendar) -> DueDate | None:
	"""The last day for filing; None while the day from which it runs is unknown.

	Days and months end on a working day (民事诉讼法第八十五条); never later than five years after the decision.
	"""
	return _last_day(filing, calendar)[0]


def _last_day(filing: Filing, calendar: WorkCalendar) -> tuple[DueDate | None, str]:
	"""The last day for filing and the article it rests on."""
	if filing.kind == LITIGATION and filing.review_on:
		return due_date(filing.review_on, AFTER_REVIEW, calendar), AFTER_REVIEW_ARTICLE
	if filing.known_on is None:
		return None, ""
	period, article = filing.period, ARTICLES[filing.kind]
	if filing.kind == REVIEW and filing.not_told:
		period, article = NOT_TOLD, NOT_TOLD_ARTICLE
	due = due_date(filing.known_on, period, calendar)
	if filing.decided_on:
		latest = due_date(filing.decided_on, LATEST, calendar)
		if latest.on < due.on:
			return latest, LATEST_ARTICLES[filing.kind]
	return due, article


def check_filing(filing: Filing, today: date, calendar: WorkCalendar) -> list[Finding]:
	"""Can it have been filed on that day, and was it in time? Only impossible dates refuse."""
	article = ARTICLES.get(filing.kind, "")
	if not article:
		return [Finding("remedy.kind", N_("Choose whether it is a review or a suit."), "")]
	if filing.filed_on is None or filing.filed_on > today:
		message = N_("Enter the day it was filed; it cannot lie in the future.")
		return [Finding("remedy.filed", message, article)]
	found = []
	for code, day, message in (
		(
			"remedy.before",
			filing.decided_on,
			N_("It cannot have been filed before the decision of {day}. Correct the date."),
		),
		(
			"remedy.before_review",
			filing.review_on,
			N_("It cannot have been filed before the decision on the review of {day}. Correct the date."),
		),
	):
		if day and filing.filed_on < day:
			found.append(Finding(code, message, article, {"day": day}))
	if filing.known_on and filing.known_on > today:
		message = N_("The decision cannot have become known in the future. Correct the date.")
		found.append(Finding("remedy.known", message, article))
	elif filing.known_on and filing.decided_on and filing.known_on < filing.decided_on:
		message = N_("The decision of {day} cannot have been known before it was made. Correct the date.")
		found.append(Finding("remedy.known_before", message, article, {"day": filing.decided_on}))
	if found:
		return found
	due, article = _last_day(filing, calendar)
	if due and filing.filed_on > due.on:
		message = N_(
			"The last day for filing was {day}. Whether it is admitted all the same, the forum decides."
		)
		found.append(Finding("remedy.late", message, article, {"day": due.on}, "warning"))
	if filing.kind == LITIGATION and filing.accepted_review:
		message = N_(
			"The review {review} against the same decision is under way. While it is, the court admits no suit."
		)
		found.append(Finding("remedy.both", message, NOT_BOTH, {"review": filing.accepted_review}, "warning"))
	return found


def answer_due(kind: str, received_on: date, calendar: WorkCalendar, simplified: bool = False) -> DueDate:
	"""Until when the bureau answers with its evidence: 10 or, simplified, 5 working days in a review, 15 days in a suit.

	Who does not answer in time counts as having no evidence (行政复议法第七十条, 行政诉讼法第三十四条).
	"""
	period, _article = ANSWER["Simplified" if kind == REVIEW and simplified else kind]
	return due_date(received_on, period, calendar)


def check_answer(
	received_on: date | None, answered_on: date | None, filed_on: date, today: date
) -> list[Finding]:
	"""Days of the copy and of the answer: in order and not in the future."""
	article = cite(REVIEW_LAW, 48)
	for day in (received_on, answered_on):
		if day and (day > today or day < filed_on):
			message = N_(
				"The days of the copy and of the answer lie between the filing and today. Correct them."
			)
			return [Finding("remedy.answer", message, article)]
	if answered_on and received_on and answered_on < received_on:
		message = N_(
			"The answer cannot have been given before the copy was received. Correct one of the days."
		)
		return [Finding("remedy.answer_before", message, article)]
	return []


def check_suspension(
	kind: str, start: date | None, end: date | None, filed_on: date, today: date, by: str
) -> list[Finding]:
	"""Is it said who ordered it and from when? end None: until the remedy is decided."""
	article = SUSPENSION[kind]
	if not by.strip():
		return [Finding("suspension.by", N_("Enter who ordered that execution be suspended."), article)]
	if start is None or start > today or start < filed_on:
		message = N_("Enter the day of the suspension: not before the filing, not in the future.")
		return [Finding("suspension.start", message, article)]
	if end and end < start:
		message = N_("The suspension cannot end before it begins. Correct one of the days.")
		return [Finding("suspension.end", message, article)]
	return []


def check_outcome(outcome: Outcome, today: date, calendar: WorkCalendar) -> list[Finding]:
	"""Is the outcome complete? One against the bureau needs number and paper, since the list is changed by it."""
	article = cite(REVIEW_LAW, 75) if outcome.kind == REVIEW else APPEAL_ARTICLE
	if outcome.outcome not in OUTCOMES or outcome.instance not in INSTANCES[outcome.kind]:
		return [Finding("outcome.kind", N_("Choose the instance and the outcome."), article)]
	if outcome.decided_on is None or not outcome.filed_on <= outcome.decided_on <= today:
		message = N_("Enter the day of the outcome: not before the filing, not in the future.")
		return [Finding("outcome.day", message, article)]
	if outcome.received_on and not outcome.decided_on <= outcome.received_on <= today:
		message = N_("The outcome was received between its day and today. Correct the day of receipt.")
		return [Finding("outcome.received", message, article)]
	found = []
	if outcome.outcome in LOST:
		if not outcome.number.strip():
			found.append(Finding("outcome.number", N_("Enter the number of the decision."), article))
		if not outcome.has_file:
			found.append(
				Finding("outcome.file", N_("Attach the decision; the list is changed by it."), article)
			)
	if outcome.act_by and outcome.act_by < outcome.decided_on:
		message = N_("The day until which the bureau has to act lies before the decision. Correct it.")
		found.append(Finding("outcome.act_by", message, article))
	if (
		outcome.in_force
		and outcome.instance == "First Instance"
		and outcome.outcome != "Remedy Withdrawn"
		and (end := due_date(outcome.received_on or outcome.decided_on, APPEAL, calendar).on) >= today
	):
		message = N_(
			"An appeal is open until {day}. Make sure that the judgment is in force, else enter it as not in force yet."
		)
		found.append(Finding("outcome.appeal", message, APPEAL_ARTICLE, {"day": end}, "warning"))
	return found


def consequence(contested: str, outcome: str) -> str:
	"""What an outcome in force brings about: REVOKE, ANEW, ANSWER_ANEW, MARK_PENALTY, TELL or NOTHING.

	An act that is only found unlawful stays in force (行政复议法第六十五条), so people decide what follows.
	"""
	if contested == PENALTY:
		return MARK_PENALTY
	if outcome not in LOST:
		return NOTHING
	if outcome == "Found Unlawful":
		return TELL
	if contested in ("Listing", "Restoration", "Revocation of Early Removal"):
		# the list rests on a decision that fell (办法第十五条)
		return REVOKE if outcome in ("Revoked", "Changed") else TELL
	if contested in ("Refusal to Accept", "Refusal of Early Removal"):
		return ANEW
	return ANSWER_ANEW if contested == "Objection Answer" else TELL
