"""Cases for the tests: a sound case of each ground, to be spoilt one fact at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sclist_app.law.facts import (
	AccidentFacts,
	CaseFacts,
	DefenceFacts,
	NoticeFacts,
	PenaltyFacts,
	SubjectFacts,
)
from sclist_app.law.findings import Finding, render
from sclist_app.law.guards import NOTICE_BLOCKS

PENALTY = PenaltyFacts(
	"P1",
	"晋应急罚〔2023〕7号",
	"county",
	date(2023, 9, 20),
	basis="《安全生产法》第一百一十四条第一款第（三）项",
)
UNIT = SubjectFacts("u", "E-unit", "unit", "甲矿业有限公司", address="太原市某路1号")
LEADER = SubjectFacts("p", "E-leader", "person", "张三", "principal_leader", address="太原市某路1号")
MAJOR = AccidentFacts("a", date(2023, 5, 1), deaths=10, unit="E-unit")
LARGER = AccidentFacts("a", date(2024, 1, 10), deaths=3, unit="E-unit")


def case(ground: str = "7-1", **facts) -> CaseFacts:
	"""A case that meets the ground and may leave registration; `facts` spoil it."""
	base = CaseFacts(
		"C1",
		"county",
		ground=ground,
		penalties=(PENALTY,),
		subjects=(UNIT, LEADER),
		reasons="性质恶劣、情节严重：多次责令改正仍继续生产。",
		discussion_required=True,
	)
	return replace(base, **{**_OF_GROUND[ground], **facts})


_OF_GROUND = {
	"6-1": {"accidents": (MAJOR,)},
	"6-2": {
		"accidents": (LARGER, replace(LARGER, row="b", occurred_on=date(2025, 1, 10))),
		"penalties": (replace(PENALTY, decided_on=date(2025, 3, 1)),),
	},
	"6-3": {
		"accidents": (replace(MAJOR, deaths=2),),
		"penalties": (replace(PENALTY, basis="《安全生产法》第一百一十四条第二款", multiplier=Decimal(3)),),
	},
	"6-4": {
		"accidents": (replace(MAJOR, deaths=1),),
		"subjects": (UNIT, replace(LEADER, role="responsible_person")),
		"conduct": "concealed",
	},
	"6-5": {"accidents": (replace(MAJOR, deaths=1),), "subjects": (LEADER,), "conduct": "fled"},
	"7-1": {"conduct": "no_permit"},
	"7-2": {
		"subjects": (replace(UNIT, kind="institution"), replace(LEADER, role="directly_responsible")),
		"conduct": "false_document",
	},
	"7-3": {"conduct": "refused", "able_to_perform": True},
	"7-4": {},
}


def noticed(facts: CaseFacts, served_on: date | None, **notice) -> CaseFacts:
	"""The case with a complete notice to every subject."""
	return replace(
		facts,
		notices=tuple(
			replace(
				NoticeFacts(
					"D01",
					s.row,
					f"晋应急失信告〔2023〕{i}号",
					date(2023, 10, 7),
					served_on,
					frozenset(NOTICE_BLOCKS),
				),
				**notice,
			)
			for i, s in enumerate(facts.subjects, 1)
		),
	)


def waived(facts: CaseFacts, **defence) -> CaseFacts:
	"""The case with a signed waiver of every subject."""
	base = {"kind": "waiver", "received_on": date(2023, 10, 10), "has_file": True, **defence}
	return replace(facts, defences=tuple(DefenceFacts(s.row, **base) for s in facts.subjects))


def codes(findings: Iterable[Finding], severity: str = "error") -> list[str]:
	"""Codes of the findings of a severity; every finding must read as a whole sentence."""
	out = []
	for f in findings:
		text = render(f)
		assert "{" not in text, text
		assert text.rstrip("）").strip(), f.code
		if f.severity == severity:
			out.append(f.code)
	return out
