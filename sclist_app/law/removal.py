"""Early removal: when it may be applied for, granted or refused (办法第十三条、第十八条至第二十一条)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.facts import BureauLevel
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import earliest_early_removal, term_end

# 办法第十八条: the three conditions
CONDITIONS: Final = {
	"obligations": "已经履行行政处罚决定中规定的义务",
	"effects": "已经主动消除危害后果或者不良影响",
	"no_repeat": "未再发生本办法第六条、第七条规定的严重失信行为",
}

ARTICLE_13: Final = cite(ORDER_11, 13, paragraph=2)
ARTICLE_18: Final = cite(ORDER_11, 18)
ARTICLE_20: Final = cite(ORDER_11, 20)


@dataclass(frozen=True, slots=True)
class RemovalFacts:
	"""An application for early removal.

	listed_on: day of listing, after a restoration the day of restoration. ban_until: end of a ban from occupation
	or industry still to run, lifetime_ban: one without end. met: keys of CONDITIONS found to be met.
	proofs: keys of CONDITIONS for which at least one file is attached. other_listings: names of other listings of
	the same subject, under any ground and by any bureau, made after this one or still open.
	"""

	listed_on: date
	bureau: str
	deciding_bureau: str
	ban_until: date | None = None
	lifetime_ban: bool = False
	met: frozenset[str] = frozenset()
	proofs: frozenset[str] = frozenset()
	other_listings: tuple[str, ...] = ()


def may_apply(facts: RemovalFacts, today: date, open_on_corresponding_day: bool = False) -> list[Finding]:
	"""Gate to acceptance: right bureau, 12 full months, no ban running, term not over."""
	findings = []
	if facts.bureau != facts.deciding_bureau:
		message = N_(
			"The listing was decided by another bureau. The application goes to the bureau that listed."
		)
		findings.append(Finding("removal.bureau", message, cite(ORDER_11, 19)))
	opens = earliest_early_removal(facts.listed_on, open_on_corresponding_day)
	if today < opens:
		message = N_(
			"12 months have not passed since listing. Early removal may be applied for from {opens}."
		)
		findings.append(Finding("removal.too_early", message, ARTICLE_13, {"opens": opens}))
	if today > term_end(facts.listed_on):
		message = N_(
			"The term ended on {end}. Remove the subject because the term has ended; no application is needed."
		)
		findings.append(Finding("removal.term_over", message, ARTICLE_13, {"end": term_end(facts.listed_on)}))
	if facts.lifetime_ban:
		message = N_("A lifetime ban from the occupation or industry runs, so early removal is not possible.")
		findings.append(Finding("removal.lifetime_ban", message, ARTICLE_13))
	elif facts.ban_until is not None and facts.ban_until >= today:
		message = N_(
			"A ban from the occupation or industry runs until {until}. Before that, no early removal."
		)
		findings.append(Finding("removal.ban", message, ARTICLE_13, {"until": facts.ban_until}))
	return findings


def may_grant(facts: RemovalFacts, today: date, open_on_corresponding_day: bool = False) -> list[Finding]:
	"""Gate to granting: all of may_apply, the three conditions of art. 18 each met, the first two with proof."""
	findings = may_apply(facts, today, open_on_corresponding_day)
	if facts.other_listings:
		message = N_(
			"The subject is listed again ({listings}), so the condition “{condition}” is not met. Refuse with this"
			" reason."
		)
		values = {"listings": facts.other_listings, "condition": CONDITIONS["no_repeat"]}
		findings.append(Finding("removal.repeat", message, ARTICLE_18, values))
	for key, text in CONDITIONS.items():
		if key == "no_repeat" and facts.other_listings:
			continue
		if key not in facts.met:
			message = N_(
				"The condition “{condition}” is not found to be met. Verify it, or refuse with reasons."
			)
			findings.append(Finding(f"removal.{key}", message, ARTICLE_18, {"condition": text}))
		elif key != "no_repeat" and key not in facts.proofs:
			message = N_("There is no proof for the condition “{condition}”. Attach at least one file.")
			findings.append(Finding(f"removal.{key}_proof", message, ARTICLE_18, {"condition": text}))
	return findings


def check_refusal(reasons: str) -> list[Finding]:
	"""A refusal of early removal gives its reasons."""
	if reasons.strip():
		return []
	return [Finding("removal.reasons", N_("A refusal must give its reasons. Enter them."), ARTICLE_20)]


def needs_upward_report(level: BureauLevel) -> bool:
	"""City and county bureaus report a grant to the bureau above; a province does not (办法第二十条第二款)."""
	return level in ("city", "county")


def restored_term(restored_on: date) -> tuple[date, date]:
	"""After fraud the term starts anew (办法第二十一条): (last day of the new term, first day to apply again)."""
	return term_end(restored_on), earliest_early_removal(restored_on)
