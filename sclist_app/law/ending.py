"""The end of a listing other than by repair: its term is over, or its basis has fallen (办法第十三条、第十五条)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding

ARTICLE_13: Final = cite(ORDER_11, 13)
ARTICLE_15: Final = cite(ORDER_11, 15)

IN_TERM: Final = ("L1", "L2", "L3")

# what the basis of a listing can change by; the words stand in the decision (D17)
BASIS_CHANGES: Final = {
	"Penalty Revoked": "作为列入依据的行政处罚决定已被撤销",
	"Penalty Changed": "作为列入依据的行政处罚决定已被变更",
	"Administrative Review": "行政复议决定已改变列入的依据",
	"Court Judgment": "人民法院的生效裁判已改变列入的依据",
	"Self-Correction": "经本机关重新审核认定，原列入决定不符合列入情形",
}


@dataclass(frozen=True, slots=True)
class EndingFacts:
	"""A listing record that is to end.

	state: L1 … L9. bureau: who acts; deciding_bureau: who listed. listed_on: None while the listing waits for the
	service of its decision. term_end: last day of the term.
	"""

	state: str
	bureau: str
	deciding_bureau: str
	listed_on: date | None = None
	term_end: date | None = None
	penalty_decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class BasisChange:
	"""What has changed under a listing. kind: a key of BASIS_CHANGES. known_on: when the bureau learnt of it."""

	kind: str = ""
	authority: str = ""
	number: str = ""
	dated: date | None = None
	known_on: date | None = None
	has_file: bool = False
	reasons: str = ""


def check_bureau(facts: EndingFacts, article: str) -> list[Finding]:
	"""Only the bureau that listed takes off the list, revokes or restores."""
	if facts.bureau == facts.deciding_bureau:
		return []
	message = N_("The listing was decided by another bureau, which alone may end or restore it.")
	return [Finding("ending.bureau", message, article)]


def check_in_term(facts: EndingFacts, article: str) -> list[Finding]:
	"""What is off the list already cannot be taken off again."""
	if facts.state in IN_TERM:
		return []
	message = N_("This subject is no longer on the list, so there is nothing to end.")
	return [Finding("ending.state", message, article)]


def may_expire(facts: EndingFacts, today: date) -> list[Finding]:
	"""Gate to the removal after the term: deciding bureau, still listed, the last day of the term has passed.

	Neither an application nor an objection under way stops it: the term is the law's.
	"""
	findings = [*check_bureau(facts, ARTICLE_13), *check_in_term(facts, ARTICLE_13)]
	if facts.term_end is None:
		message = N_("The listing has not begun yet, so its term cannot be over.")
		findings.append(Finding("ending.no_term", message, ARTICLE_13))
	elif today <= facts.term_end:
		message = N_("The term runs until {end}. Removal for expiry is decided from the day after it.")
		findings.append(Finding("ending.term", message, ARTICLE_13, {"end": facts.term_end}))
	return findings


def check_basis(change: BasisChange, facts: EndingFacts, today: date) -> list[Finding]:
	"""Is it said what has changed, by whom, with number and date, and is the paper there?

	A correction by the bureau itself needs no foreign paper, but its reasons.
	"""
	findings = []
	if change.kind not in BASIS_CHANGES:
		message = N_("Choose by what the basis of the listing has changed.")
		findings.append(Finding("basis.kind", message, ARTICLE_15))
	if change.kind != "Self-Correction":
		missing = [
			label
			for label, given in (
				("作出机关", change.authority.strip()),
				("文书文号", change.number.strip()),
				("文书日期", change.dated),
				("文书扫描件", change.has_file),
			)
			if not given
		]
		if missing:
			message = N_("The paper that changed the basis is not complete: {missing}. Enter it.")
			findings.append(Finding("basis.paper", message, ARTICLE_15, {"missing": missing}))
	if not change.reasons.strip():
		message = N_("Say why the subject does not fulfil a ground of listing any more.")
		findings.append(Finding("basis.reasons", message, ARTICLE_15))
	for code, day, message in (
		("basis.date", change.dated, N_("The paper that changed the basis lies in the future.")),
		("basis.known", change.known_on, N_("The day the change became known lies in the future.")),
	):
		if day is not None and day > today:
			findings.append(Finding(code, message, ARTICLE_15))
	if change.dated and facts.penalty_decided_on and change.dated < facts.penalty_decided_on:
		message = N_(
			"The paper that changed the basis is older than the penalty of {decided}. Correct its date."
		)
		findings.append(Finding("basis.before", message, ARTICLE_15, {"decided": facts.penalty_decided_on}))
	if change.dated and change.known_on and change.known_on < change.dated:
		message = N_("The change cannot have been known before its paper was made. Correct one of the dates.")
		findings.append(Finding("basis.known_before", message, ARTICLE_15))
	return findings


def may_revoke(change: BasisChange, facts: EndingFacts, today: date) -> list[Finding]:
	"""Gate to the revocation of a listing: deciding bureau, still listed, and the change told and proven.

	There is no notice and no window: the revocation favours the party and is due at once.
	"""
	return [
		*check_bureau(facts, ARTICLE_15),
		*check_in_term(facts, ARTICLE_15),
		*check_basis(change, facts, today),
	]


def withdrawal_article() -> str:
	"""What the withdrawal of a publication whose basis fell rests on (three working days, with reasons)."""
	return f"{ARTICLE_15}、{cite(PENALTY_LAW, 48)}"
