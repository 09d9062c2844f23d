"""Restoration of a listing after an early removal obtained by fraud (办法第二十一条).

The Order demands the revocation; that the party is heard before it follows from 行政处罚法第四十四条、第四十五条,
which the Order's procedure follows (办法第十条第二款).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.ending import EndingFacts, check_bureau
from sclist_app.law.facts import DefenceFacts, NoticeFacts
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date, is_over

ARTICLE_21: Final = cite(ORDER_11, 21)
HEARD: Final = f"{cite(ORDER_11, 10, paragraph=2)}、{cite(PENALTY_LAW, 44, 45, 62)}"

REMOVED_EARLY: Final = "L7"


@dataclass(frozen=True, slots=True)
class FraudFacts:
	"""Fraud found in an early removal. record: the removed record. evidence: number of files that prove it.

	notices: the notices of the intended revocation, in order of issue; answers: what the party answered.
	"""

	record: EndingFacts
	removed_on: date | None
	fraud: str = ""
	evidence: int = 0
	notices: tuple[NoticeFacts, ...] = ()
	answers: tuple[DefenceFacts, ...] = ()


def check_state(record: EndingFacts) -> list[Finding]:
	"""Only what was removed early can be restored."""
	if record.state == REMOVED_EARLY:
		return []
	message = N_("Only a record that was removed early can be restored; this one was not.")
	return [Finding("fraud.state", message, ARTICLE_21)]


def may_notify(facts: FraudFacts) -> list[Finding]:
	"""Gate to the notice: deciding bureau, a record removed early, the facts of fraud and their evidence."""
	findings = [*check_bureau(facts.record, ARTICLE_21), *check_state(facts.record)]
	if not facts.fraud.strip():
		message = N_("Enter the facts that were concealed or falsified in the application.")
		findings.append(Finding("fraud.facts", message, ARTICLE_21))
	if not facts.evidence:
		message = N_("Attach at least one piece of evidence of the concealment or falsification.")
		findings.append(Finding("fraud.evidence", message, ARTICLE_21))
	return findings


def may_restore(facts: FraudFacts, today: date, calendar: WorkCalendar, t01: Period) -> list[Finding]:
	"""Gate to the decision: all of may_notify, and the party was heard: the notice served, then a written waiver,
	a reviewed defence, or the window over without one."""
	return [*may_notify(facts), *heard(facts, today, calendar, t01)]


def heard(facts: FraudFacts, today: date, calendar: WorkCalendar, t01: Period) -> list[Finding]:
	"""Was the party told and heard?"""
	notice = facts.notices[-1] if facts.notices else None
	if notice is None or notice.served_on is None or notice.served_on > today:
		message = N_(
			"The party has not been served the notice of the intended revocation. Serve it and record the service."
		)
		return [Finding("fraud.notice", message, HEARD)]
	answers = [a for a in facts.answers if a.received_on and a.received_on >= notice.served_on]
	defences = [a for a in answers if a.kind == "defence"]
	if any(not a.reviewed for a in defences):
		message = N_("The defence of the party has not been reviewed. Record the review and its result.")
		return [Finding("fraud.unreviewed", message, cite(PENALTY_LAW, 45))]
	waived = any(a.kind == "waiver" and a.has_file for a in answers)
	if defences or waived or is_over(notice.served_on, t01, calendar, today):
		return []
	message = N_(
		"The party may still answer until {due}. Wait until that day has passed, or record the answer or the"
		" written waiver."
	)
	due = due_date(notice.served_on, t01, calendar).on
	return [Finding("fraud.window", message, HEARD, {"due": due})]
