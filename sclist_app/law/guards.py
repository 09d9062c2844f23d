"""Gates of a listing case: what must be true before it moves on. Configuration can add to them, never take away.

G1 penalty, G2 deciding bureau, G3 notice and defence, G4 legal review, G5 contents of the decision, G6 no second
case, G7 date of listing, G8 scope of the local rule. Every guard returns findings; a gate is open if none of them is an error.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.facts import CaseFacts, DefenceFacts, NoticeFacts, SubjectFacts
from sclist_app.law.findings import N_, Finding
from sclist_app.law.grounds import ARTICLE_3, check_ground, listed_subjects
from sclist_app.law.periods import Period, due_date, is_over
from sclist_app.law.statute import SHIPPED, Statute, check_limit, limits

NOTICE_KIND: Final = "D01"

# 办法第九条: the five blocks of the notice before listing
NOTICE_BLOCKS: Final[Mapping[str, str]] = {
	"notice_time": "列入时间",
	"facts_reasons": "列入事由",
	"basis": "列入依据",
	"measures_hint": "管理措施提示",
	"rights": "依法享有的权利",
}

# 办法第十条: the nine items of the decision
DECISION_ITEMS: Final[Mapping[str, str]] = {
	"subject_name": "市场主体名称",
	"uscc": "统一社会信用代码",
	"persons": "有关人员姓名和有效身份证件号码",
	"listed_on": "列入时间",
	"reasons": "列入事由",
	"basis": "列入依据",
	"measures_hint": "管理措施提示",
	"repair": "信用修复条件和程序",
	"remedies": "救济途径",
}

ARTICLE_4: Final = cite(ORDER_11, 4, paragraph=2)
ARTICLE_9: Final = cite(ORDER_11, 9)
ARTICLE_10: Final = cite(ORDER_11, 10)
NO_NOTICE_NO_DECISION: Final = f"{ARTICLE_9}、{cite(PENALTY_LAW, 44, 62)}"


def g1_penalty(facts: CaseFacts) -> list[Finding]:
	"""G1: at least one penalty decision in force, with number, bureau and date. One under review only warns."""
	if not facts.penalties:
		message = N_("No administrative penalty is linked. Link the penalty decision the case rests on.")
		return [Finding("g1.missing", message, ARTICLE_3)]
	findings = []
	for p in facts.penalties:
		values = {"penalty": p.document_number or p.name}
		if p.status == "revoked":
			message = N_("The penalty {penalty} has been revoked, so it can support no listing. Remove it.")
			findings.append(Finding("g1.revoked", message, ARTICLE_3, values, row=p.name))
			continue
		if not p.document_number or not p.bureau or p.decided_on is None:
			message = N_(
				"The penalty {penalty} is incomplete. Enter its document number, the bureau that made it and its date."
			)
			findings.append(Finding("g1.incomplete", message, ARTICLE_3, values, row=p.name))
		if p.status in ("under_review", "in_litigation"):
			message = N_(
				"The penalty {penalty} is under review or in litigation. The case may go on; if the penalty falls,"
				" the listing must be revoked."
			)
			findings.append(Finding("g1.contested", message, cite(ORDER_11, 15), values, "warning", p.name))
	return findings


def g2_bureau(facts: CaseFacts) -> list[Finding]:
	"""G2: the bureau that made the penalty decides the listing, unless another is designated in writing."""
	if facts.designation.strip():
		return []
	findings = []
	for p in facts.penalties:
		if p.bureau and p.bureau != facts.bureau:
			message = N_(
				"The penalty {penalty} was made by another bureau ({bureau}), which also decides on the listing."
				" Hand the case over to it, or enter the written designation of your bureau."
			)
			values = {"penalty": p.document_number or p.name, "bureau": p.bureau}
			findings.append(Finding("g2.bureau", message, ARTICLE_4, values, row=p.name))
	return findings


def g3_notice(
	facts: CaseFacts, today: date, calendar: WorkCalendar, t01: Period, statute: Statute = SHIPPED
) -> list[Finding]:
	"""G3: every subject has been served a complete notice and heard.

	Heard means: the window T01 is over, or a written waiver with its file is there; every defence is reviewed;
	a hearing that was asked for is finished. A waiver counts only if it was given after the notice was served.
	"""
	findings = []
	for s in listed_subjects(facts):
		findings += _heard(facts, s, today, calendar, t01, statute)
	if facts.hearing_requested and not facts.hearing_finished:
		message = N_("A hearing was requested and is not finished. Hold it and file its report first.")
		findings.append(Finding("g3.hearing", message, cite(PENALTY_LAW, 63, 64, 65)))
	return findings


def _belongs(reference: str, subject: SubjectFacts) -> bool:
	return bool(reference) and reference in (subject.row, subject.entity)


def _latest_notice(facts: CaseFacts, subject: SubjectFacts) -> NoticeFacts | None:
	own = [n for n in facts.notices if n.kind == NOTICE_KIND and _belongs(n.subject, subject)]
	# with changed facts the party is notified again, and only the last notice counts
	return max(own, key=lambda n: n.issued_on or n.served_on or date.max, default=None)


def _heard(
	facts: CaseFacts,
	subject: SubjectFacts,
	today: date,
	calendar: WorkCalendar,
	t01: Period,
	statute: Statute,
) -> list[Finding]:
	values: dict[str, Any] = {"subject": subject.name}
	notice = _latest_notice(facts, subject)
	if notice is None or notice.served_on is None or notice.served_on > today:
		message = N_(
			"The notice has not been served on {subject}. Serve it and record the service before deciding."
		)
		return [Finding("g3.not_served", message, NO_NOTICE_NO_DECISION, values, row=subject.row)]
	findings = check_notice_blocks(notice, subject)
	answers = [d for d in facts.defences if _belongs(d.subject, subject)]
	if any(d.kind == "defence" and not d.reviewed for d in answers):
		message = N_("The defence of {subject} has not been reviewed. Record the review and its result.")
		findings.append(
			Finding("g3.not_reviewed", message, cite(PENALTY_LAW, 45, 62), values, row=subject.row)
		)
	if _waived(answers, notice.served_on):
		return findings
	# a window the law would not allow cannot let a decision through
	bounds = check_limit("T01", t01.n, t01.unit, today, statute=statute)
	findings += [f for f in bounds if f.severity == "error"]
	if not is_over(notice.served_on, t01, calendar, today):
		due = due_date(notice.served_on, t01, calendar)
		message = N_(
			"{subject} may still answer the notice until {due}. Wait until that day has passed, or attach a"
			" written waiver."
		)
		findings.append(
			Finding("g3.window", message, NO_NOTICE_NO_DECISION, {**values, "due": due.on}, row=subject.row)
		)
	elif notice.hearing_offered and not any(d.kind == "hearing" for d in answers):
		t02 = hearing_window(today, statute)
		if not is_over(notice.served_on, t02, calendar, today):
			due = due_date(notice.served_on, t02, calendar)
			message = N_(
				"{subject} may still ask for a hearing until {due}. Wait until that day has passed, or attach a"
				" written waiver."
			)
			values = {**values, "due": due.on}
			findings.append(
				Finding("g3.hearing_window", message, cite(PENALTY_LAW, 63, 64), values, row=subject.row)
			)
	return findings


def hearing_window(today: date, statute: Statute = SHIPPED) -> Period:
	"""T02: how long after being told a party may ask for a hearing (行政处罚法第六十四条第（一）项).

	Where the given law has no such row on that day, the shipped one keeps the window open.
	"""
	row = statute.limits_on(today).get("T02") or limits(today)["T02"]
	return row.period


def _waived(answers: Sequence[DefenceFacts], served_on: date) -> bool:
	return any(
		d.kind == "waiver" and d.has_file and d.received_on is not None and d.received_on >= served_on
		for d in answers
	)


def check_notice_blocks(notice: NoticeFacts, subject: SubjectFacts | None = None) -> list[Finding]:
	"""Does the notice hold the five blocks of 办法第九条?"""
	missing = [label for key, label in NOTICE_BLOCKS.items() if key not in notice.blocks]
	if not missing:
		return []
	message = N_("The notice {number} lacks: {missing}. Complete it and serve it again.")
	values = {"number": notice.number, "missing": missing}
	row = subject.row if subject else None
	return [Finding("notice.blocks", message, ARTICLE_9, values, row=row)]


def g4_legal_review(facts: CaseFacts) -> list[Finding]:
	"""G4: the legal review has passed where it is required."""
	if facts.legal_review_required and not facts.legal_review_passed:
		message = N_("The legal review has not passed. No decision may be made before it has.")
		return [Finding("g4.review", message, cite(PENALTY_LAW, 58))]
	return []


def check_discussion(facts: CaseFacts) -> list[Finding]:
	"""The collective discussion has agreed where it is required."""
	if facts.discussion_required and not facts.discussion_passed:
		message = N_("The collective discussion has not agreed. Record its result before deciding.")
		return [Finding("discussion.missing", message, cite(PENALTY_LAW, 57))]
	return []


def g5_decision(items: Mapping[str, Any]) -> list[Finding]:
	"""G5: does a decision hold the nine items of 办法第十条?

	items: keys of DECISION_ITEMS. "persons" is a sequence of mappings with "name" and "id_number"; an empty
	sequence says that no person is concerned, a missing one is a fault. Texts must not be blank.
	"""
	missing = []
	for key, label in DECISION_ITEMS.items():
		value = items.get(key)
		if key == "persons":
			if value is None or isinstance(value, (str, Mapping)) or not all(_named(p) for p in value):
				missing.append(label)
		elif _blank(value):
			missing.append(label)
	if not missing:
		return []
	message = N_("The decision lacks: {missing}. Complete it before it is issued.")
	return [Finding("g5.items", message, ARTICLE_10, {"missing": missing})]


def _blank(value: Any) -> bool:
	return value is None or (not value.strip() if isinstance(value, str) else not value)


def _named(person: Any) -> bool:
	return isinstance(person, Mapping) and not (_blank(person.get("name")) or _blank(person.get("id_number")))


def g6_single(facts: CaseFacts) -> list[Finding]:
	"""G6: no second open case on the same penalty and subject."""
	others = [c for c in facts.open_cases_same if c != facts.name]
	if not others:
		return []
	message = N_(
		"There is already an open case on the same penalty and subject: {cases}. Continue that one and discard"
		" this one."
	)
	return [Finding("g6.duplicate", message, ARTICLE_3, {"cases": others})]


def g7_listing_date(facts: CaseFacts) -> list[Finding]:
	"""G7: nobody is listed before the penalty was decided. Says nothing while there is no date of listing."""
	if facts.listing_date is None:
		return []
	findings = []
	for p in facts.penalties:
		if p.status != "revoked" and p.decided_on and facts.listing_date < p.decided_on:
			message = N_(
				"The date of listing {listed} lies before the penalty {penalty} of {decided}. Correct one of the"
				" two dates."
			)
			values = {
				"listed": facts.listing_date,
				"penalty": p.document_number or p.name,
				"decided": p.decided_on,
			}
			findings.append(Finding("g7.date", message, ARTICLE_3, values, row=p.name))
	return findings


def g8_scope(facts: CaseFacts) -> list[Finding]:
	"""G8: the case is one of those the bureau's own rule covers, unless it is designated in writing.

	A rule may narrow the industries of 办法第二条. Technical institutions are covered by the article itself and
	belong to no industry.
	"""
	if facts.designation.strip():
		return []
	scope, findings = facts.scope, []
	note = scope.note.strip().removesuffix("。")
	institutions = bool(facts.subjects) and all(s.kind == "institution" for s in facts.subjects)
	if scope.industries and facts.industry not in scope.industries and not institutions:
		values = {"industry": facts.industry, "industries": scope.industries, "note": note}
		if not facts.industry:
			message = N_(
				"The industry is not entered. This bureau lists {industries} only, so choose it first."
			)
		elif note:
			message = N_(
				"The industry “{industry}” is outside what this bureau lists ({industries}). Its rule says: {note}."
			)
		else:
			message = N_(
				"The industry “{industry}” is outside what this bureau lists ({industries}). Hand the case over to"
				" the bureau in charge, or enter the written designation of your bureau."
			)
		findings.append(Finding("g8.industry", message, cite(ORDER_11, 2), values))
	for s in listed_subjects(facts) if scope.area else ():
		if not s.division or s.division.startswith(scope.area):
			continue
		message = (
			N_(
				"{subject} is not registered in {area}, so this bureau does not cover it. Its rule says: {note}."
			)
			if note
			else N_(
				"{subject} is not registered in {area}, so this bureau does not cover it. Hand the case over to the"
				" bureau in charge, or enter the written designation of your bureau."
			)
		)
		values = {"subject": s.name, "area": scope.area_name, "note": note}
		findings.append(Finding("g8.area", message, ARTICLE_4, values, row=s.row))
	return findings


def check_subjects(facts: CaseFacts) -> list[Finding]:
	"""There are subjects, each once, each with a name and a valid identifier."""
	listed = listed_subjects(facts)
	if not listed:
		message = N_("No unit or person to be listed is entered. Enter at least one.")
		return [Finding("subject.missing", message, ARTICLE_3)]
	findings = []
	seen: set[str] = set()
	for s in listed:
		if not s.name.strip():
			message = N_("A subject has no name. Enter its full registered name.")
			findings.append(Finding("subject.name", message, ARTICLE_10, row=s.row))
		if not s.identifier_ok:
			message = N_("The code or certificate number of {subject} is missing or wrong. Correct it.")
			findings.append(
				Finding("subject.identifier", message, ARTICLE_10, {"subject": s.name}, row=s.row)
			)
		if s.entity and s.entity in seen:
			message = N_("{subject} is entered twice. Remove one of the rows.")
			findings.append(Finding("subject.twice", message, ARTICLE_3, {"subject": s.name}, row=s.row))
		seen.add(s.entity)
	return findings


def check_reasons(facts: CaseFacts) -> list[Finding]:
	"""The reasons say why the act is of a vile nature and the circumstances are grave (性质恶劣、情节严重)."""
	if facts.reasons.strip():
		return []
	message = N_(
		"The reasons are empty. Say why the act is of a vile nature and the circumstances are grave: the penalty"
		" alone is not enough."
	)
	return [Finding("reasons.missing", message, ARTICLE_3)]


def may_leave_registration(facts: CaseFacts) -> list[Finding]:
	"""Gate out of registration: G1, G2, G6–G8, the ground, the subjects with their identifiers, the reasons."""
	findings = [
		*g1_penalty(facts),
		*g2_bureau(facts),
		*g6_single(facts),
		*g7_listing_date(facts),
		*g8_scope(facts),
		*check_subjects(facts),
		*check_reasons(facts),
		*check_ground(facts),
	]
	if any(f.code == "ground.reasons" for f in findings):
		# the open ground says it more precisely
		findings = [f for f in findings if f.code != "reasons.missing"]
	return findings


def may_issue_notice(facts: CaseFacts) -> list[Finding]:
	"""Gate to issuing the notice: all of registration, an address to serve at, and a draft with all its blocks."""
	findings = may_leave_registration(facts)
	for s in listed_subjects(facts):
		if not s.address.strip():
			message = N_("{subject} has no address to serve the notice at. Enter it.")
			# a person may be served at the unit
			severity = "warning" if s.kind == "person" else "error"
			findings.append(
				Finding("subject.address", message, ARTICLE_9, {"subject": s.name}, severity, s.row)
			)
		draft = _latest_notice(facts, s)
		# an incomplete notice issued before is cured by this one, so it is no obstacle
		if draft is not None and draft.issued_on is None and draft.served_on is None:
			findings += check_notice_blocks(draft, s)
	return findings


def may_decide(
	facts: CaseFacts, today: date, calendar: WorkCalendar, t01: Period, statute: Statute = SHIPPED
) -> list[Finding]:
	"""Gate to the listing decision: all of registration, G3, G4 and the collective discussion where required.

	G5 looks at the decision itself: see g5_decision.
	"""
	return [
		*may_leave_registration(facts),
		*g3_notice(facts, today, calendar, t01, statute),
		*g4_legal_review(facts),
		*check_discussion(facts),
	]
