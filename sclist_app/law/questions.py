"""Which ground fits: the plain questions of articles 6 and 7, and for each ground whether it fits or why not.

The questions are data; what an answer means for a ground is judged by `grounds.check_ground`, the function the gate
asks, so the chooser and the gate cannot say different things. What only the chooser knows is that a question was
answered with no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Literal

from sclist_app.law.accidents import ARTICLE as LEVEL_ARTICLE
from sclist_app.law.citations import ORDER_11, WORK_SAFETY_LAW, cite
from sclist_app.law.facts import CaseFacts, PenaltyFacts, SubjectFacts
from sclist_app.law.findings import N_, Finding, errors
from sclist_app.law.grounds import ARTICLE_2, GROUNDS, NOT_A_GROUND, Ground, check_ground, level_of
from sclist_app.law.grounds import rests_on_114_2 as on_114_2

Kind = Literal["yes_no", "choice", "rows"]
Answers = Mapping[str, str]
Fit = Literal["fits", "open", "not"]

YES, NO, NONE = "yes", "no", "none"
ARTICLE_6: Final = cite(ORDER_11, 6)
ARTICLE_7: Final = cite(ORDER_11, 7)
PARAGRAPH_114_2: Final = cite(WORK_SAFETY_LAW, 114, paragraph=2)


@dataclass(frozen=True, slots=True)
class Question:
	"""One question.

	key: stable. text, help: Chinese, as an officer would ask. kind: "rows" is answered by the accidents of the case.
	options: value → Chinese. article: what it rests on. grounds: codes it decides about. when: (key, values) that
	must all hold for it to be asked; a question not asked has no answer.
	"""

	key: str
	text: str
	kind: Kind
	article: str
	grounds: tuple[str, ...]
	options: Mapping[str, str] = field(default_factory=dict)
	when: tuple[tuple[str, tuple[str, ...]], ...] = ()
	help: str = ""


_YES_NO: Final = {YES: "是", NO: "否"}
_ACCIDENT: Final = ("accident", (YES,))
_NO_ACCIDENT: Final = ("accident", (NO,))
_UNIT: Final = ("party", ("unit",))

QUESTIONS: Final[Mapping[str, Question]] = {
	q.key: q
	for q in (
		Question(
			"party",
			"当事人属于哪一类？",
			"choice",
			ARTICLE_2,
			tuple(GROUNDS),
			{
				"unit": "生产经营单位及其有关人员",
				"institution": "承担安全评价、认证、检测、检验职责的机构及其有关人员",
			},
		),
		Question(
			"accident",
			"受处罚的违法行为是否发生了生产安全事故？",
			"yes_no",
			f"{ARTICLE_6}、第七条",
			tuple(GROUNDS),
			_YES_NO,
			help="发生事故的看第六条，没有发生事故的看第七条。",
		),
		Question(
			"figures",
			"事故发生在哪天，造成多少人死亡、重伤和多少直接经济损失？",
			"rows",
			LEVEL_ARTICLE,
			("6-1", "6-2"),
			when=(_ACCIDENT,),
			help="在下面的“事故”表中逐起填写，等级由伤亡和损失自动得出。近12个月内的其他较大事故也一并填写。",
		),
		Question(
			"involvement",
			"当事人是事故发生单位，还是经调查认定负有责任的其他单位？",
			"choice",
			GROUNDS["6-1"].article,
			("6-1",),
			{"own": "事故发生单位", "other": "经调查认定负有责任的其他单位"},
			(_ACCIDENT, ("level", ("major", "extraordinary"))),
		),
		Question(
			"heavy_fine",
			"是否因情节特别严重、影响特别恶劣，依照《安全生产法》第一百一十四条第二款被处以2倍以上5倍以下罚款？",
			"yes_no",
			GROUNDS["6-3"].article,
			("6-3",),
			_YES_NO,
			(_ACCIDENT, _UNIT),
			"依据和倍数见处罚决定书；已在处罚中填写的，自动带出。",
		),
		Question(
			"reporting",
			"事故是怎样报告的？",
			"choice",
			GROUNDS["6-4"].article,
			("6-4",),
			{NONE: "按规定报告", **GROUNDS["6-4"].conducts, **NOT_A_GROUND},
			(_ACCIDENT, _UNIT),
			"只有瞒报、谎报属于列入情形，迟报、漏报不属于。",
		),
		Question(
			"leader",
			"事故发生后，主要负责人有没有下列行为？",
			"choice",
			GROUNDS["6-5"].article,
			("6-5",),
			{NONE: "都没有", **GROUNDS["6-5"].conducts},
			(_ACCIDENT, _UNIT),
		),
		Question(
			"permit",
			"是否在下列情况下从事相关生产经营活动？",
			"choice",
			GROUNDS["7-1"].article,
			("7-1",),
			{NONE: "都不是", **GROUNDS["7-1"].conducts},
			(_NO_ACCIDENT, _UNIT),
		),
		Question(
			"services",
			"机构有没有下列行为？",
			"choice",
			GROUNDS["7-2"].article,
			("7-2",),
			{NONE: "都没有", **GROUNDS["7-2"].conducts},
			(_NO_ACCIDENT, ("party", ("institution",))),
		),
		Question(
			"performance",
			"行政处罚作出后，当事人是怎样履行的？",
			"choice",
			GROUNDS["7-3"].article,
			("7-3",),
			{NONE: "已履行，或者履行期限未满", **GROUNDS["7-3"].conducts},
			(_NO_ACCIDENT, _UNIT),
		),
		Question(
			"ability",
			"有没有证据证明当事人有执行能力？",
			"yes_no",
			GROUNDS["7-3"].article,
			("7-3",),
			_YES_NO,
			(_NO_ACCIDENT, _UNIT, ("performance", tuple(GROUNDS["7-3"].conducts))),
		),
		Question(
			"grave",
			"是否有其他违反安全生产法律法规的行为，性质恶劣、情节严重？",
			"yes_no",
			GROUNDS["7-4"].article,
			("7-4",),
			_YES_NO,
			(_NO_ACCIDENT,),
			"前三项都对不上时才适用本项，并且必须写明性质恶劣、情节严重的理由。",
		),
	)
}

# the question whose answer is the act of a ground
_ACT_OF: Final = {
	"6-4": "reporting",
	"6-5": "leader",
	"7-1": "permit",
	"7-2": "services",
	"7-3": "performance",
}
_CONDUCT: Final = {conduct: key for code, key in _ACT_OF.items() for conduct in GROUNDS[code].conducts}
# What is filled in later, on a ground that fits all the same.
_LATER: Final = frozenset(
	{
		"ground.reasons",
		"ground.report",
		"ground.role",
		"ground.unit",
		"accident.date",
		"accident.unit",
		"accident.override_reason",
	}
)


@dataclass(frozen=True, slots=True)
class Verdict:
	"""What the answers mean for one ground.

	fit: "fits", "not", or "open" while questions are unanswered. against: why it does not fit. later: what it will
	want once it is chosen. unanswered: keys of the questions it still depends on. conduct: the act to be entered.
	"""

	ground: Ground
	fit: Fit
	against: tuple[Finding, ...] = ()
	later: tuple[Finding, ...] = ()
	unanswered: tuple[str, ...] = ()
	conduct: str = ""


def known(facts: CaseFacts) -> dict[str, str]:
	"""The answers that the case gives already, so that nobody is asked for them."""
	out: dict[str, str] = {}
	kinds = {s.kind for s in facts.subjects}
	if "institution" in kinds:
		out["party"] = "institution"
	elif kinds:
		out["party"] = "unit"
	if facts.accidents:
		out["accident"] = YES
	if any(s.kind != "person" and s.role == "other_responsible" for s in facts.subjects):
		out["involvement"] = "other"
	standing = [p for p in facts.penalties if p.status != "revoked"]
	heavy = [p for p in standing if p.multiplier is not None and on_114_2(p.basis)]
	if heavy:
		out |= {"accident": YES, "heavy_fine": YES}
	elif standing and all(p.basis for p in standing) and facts.accidents:
		out["heavy_fine"] = NO
	if standing and all(p.status == "performed" for p in standing):
		out["performance"] = NONE
	if facts.conduct in _CONDUCT:
		out[_CONDUCT[facts.conduct]] = facts.conduct
	if facts.able_to_perform:
		out["ability"] = YES
	return out


def asked(answers: Answers, facts: CaseFacts) -> list[Question]:
	"""The questions to put, in order: those whose conditions the answers and the accidents meet."""
	seen = _with_level(answers, facts)
	return [q for q in QUESTIONS.values() if all(seen.get(key) in values for key, values in q.when)]


def _with_level(answers: Answers, facts: CaseFacts) -> dict[str, str]:
	heaviest = max((level_of(a) for a in facts.accidents), default=None)
	return {**answers, "level": heaviest.code if heaviest else ""}


def cleaned(answers: Mapping[str, object]) -> dict[str, str]:
	"""The answers that are answers.

	Raises:
		ValueError: a key or a value that no question knows.
	"""
	out = {}
	for key, value in answers.items():
		question = QUESTIONS.get(key)
		if question is None or (value not in ("", None) and value not in question.options):
			raise ValueError(key)
		if value:
			out[key] = str(value)
	return out


def assess(answers: Answers, facts: CaseFacts) -> list[Verdict]:
	"""For each of the nine grounds: does it fit these answers and this case, and if not, why.

	facts: the case as far as it is filled in; its subjects may be missing, its ground is not looked at. Those that
	fit come first.
	"""
	open_questions = {q.key for q in asked(answers, facts)}
	answers = {key: value for key, value in answers.items() if key in open_questions}
	verdicts = [_verdict(ground, answers, facts, open_questions) for ground in GROUNDS.values()]
	named = [v.ground for v in verdicts if v.fit == "fits" and v.ground.code != "7-4"]
	verdicts = [_residual(v, named) if v.ground.code == "7-4" else v for v in verdicts]
	return sorted(verdicts, key=lambda v: ("fits", "open", "not").index(v.fit))


def _residual(verdict: Verdict, named: Sequence[Ground]) -> Verdict:
	"""The last item is for other acts than those the items before it name."""
	if verdict.fit == "not" or not named:
		return verdict
	message = N_("The act comes under {grounds} already; this item is only for other acts.")
	finding = Finding("choose.named", message, verdict.ground.article, {"grounds": [g.title for g in named]})
	return replace(verdict, fit="not", against=(finding,), later=(), unanswered=())


def _verdict(ground: Ground, answers: Answers, facts: CaseFacts, open_questions: set[str]) -> Verdict:
	if finding := _out_of_reach(ground, answers):
		return Verdict(ground, "not", (finding,))
	unanswered = tuple(
		q.key
		for q in QUESTIONS.values()
		if ground.code in q.grounds
		and q.key in open_questions
		and (not facts.accidents if q.kind == "rows" else q.key not in answers)
	)
	conduct = answers.get(_ACT_OF.get(ground.code, ""), "")
	if finding := _answered_no(ground, answers, conduct):
		return Verdict(ground, "not", (finding,))
	if unanswered:
		return Verdict(ground, "open", unanswered=unanswered)
	found = check_ground(_as_if(ground, answers, facts, conduct))
	against = tuple(f for f in errors(found) if f.code not in _LATER)
	later = tuple(f for f in found if f not in against)
	return Verdict(ground, "not" if against else "fits", against, later, (), conduct if not against else "")


def _out_of_reach(ground: Ground, answers: Answers) -> Finding | None:
	"""The lead-ins of the two articles, and the kind of party an item is about."""
	if ground.accident_based and answers.get("accident") == NO:
		message = N_("No accident happened. Article 6 is for violations with an accident; see article 7.")
		return Finding("choose.no_accident", message, ARTICLE_6)
	if not ground.accident_based and answers.get("accident") == YES:
		message = N_("An accident happened. Article 7 is for violations without one; see article 6.")
		return Finding("choose.accident", message, ARTICLE_7)
	party = answers.get("party")
	if party and ground.subject_kinds and party not in ground.subject_kinds:
		of = "institution" if "institution" in ground.subject_kinds else "unit"
		message = (
			N_("This item is for institutions of safety assessment, certification, testing and inspection.")
			if of == "institution"
			else N_("This item is for production and business units, not for technical institutions.")
		)
		return Finding("choose.kind", message, ground.article)
	if party == "institution" and ground.code == "6-5":
		message = N_("This item is for production and business units, not for technical institutions.")
		return Finding("choose.kind", message, ground.article)
	return None


def _answered_no(ground: Ground, answers: Answers, conduct: str) -> Finding | None:
	if ground.conducts and conduct == NONE:
		message = N_("None of the acts of this item was found: {conducts}.")
		return Finding(
			"choose.conduct", message, ground.article, {"conducts": list(ground.conducts.values())}
		)
	if ground.code == "6-3" and answers.get("heavy_fine") == NO:
		message = N_("The fine was not two to five times the ordinary amount under {basis}.")
		return Finding("choose.fine", message, ground.article, {"basis": PARAGRAPH_114_2})
	if ground.code == "7-4" and answers.get("grave") == NO:
		message = N_("No other act of a vile nature with grave circumstances was found.")
		return Finding("choose.not_grave", message, ground.article)
	return None


def _as_if(ground: Ground, answers: Answers, facts: CaseFacts, conduct: str) -> CaseFacts:
	"""The case with this ground chosen, the answers in it, and what is not filled in yet left open."""
	subjects = facts.subjects or (SubjectFacts("", "", _party(answers), "", _role(answers)),)
	return replace(
		facts,
		ground=ground.code,
		conduct=conduct,
		able_to_perform=answers.get("ability") == YES,
		subjects=subjects,
		penalties=_penalties(ground, answers, facts),
		# the unit of an accident may be entered later; until then it is the party
		accidents=tuple(replace(a, unit=a.unit or _organisation(subjects)) for a in facts.accidents),
	)


def _organisation(subjects: Sequence[SubjectFacts]) -> str:
	return next((s.entity or s.name for s in subjects if s.kind != "person" and (s.entity or s.name)), "?")


def _party(answers: Answers) -> Literal["unit", "institution"]:
	return "institution" if answers.get("party") == "institution" else "unit"


def _role(answers: Answers) -> str:
	return "other_responsible" if answers.get("involvement") == "other" else ""


def _penalties(ground: Ground, answers: Answers, facts: CaseFacts) -> tuple[PenaltyFacts, ...]:
	"""Before a penalty is linked, the answer about the fine stands for it; a linked one speaks for itself."""
	if facts.penalties or ground.code != "6-3" or answers.get("heavy_fine") != YES:
		return facts.penalties
	return (PenaltyFacts("", "", "", None, basis=PARAGRAPH_114_2, multiplier=Decimal(2)),)
