"""A case as the law sees it: plain facts, read once from the documents, checked without a database.

Rows of a case are referred to by their key (`row`); a subject may also be named by its entity.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sclist_app.law.accidents import AccidentLevel

SubjectKind = Literal["unit", "institution", "person"]
BureauLevel = Literal["ministry", "province", "city", "county"]
DefenceKind = Literal["defence", "waiver", "hearing"]

SUBJECT_KINDS = {"unit": "生产经营单位", "institution": "技术服务机构", "person": "人员"}
BUREAU_LEVELS = {"ministry": "部", "province": "省", "city": "市", "county": "县"}

PENALTY_STATUSES = {
	"in_force": "有效",
	"under_review": "复议中",
	"in_litigation": "诉讼中",
	"changed": "已变更",
	"performed": "已履行",
	"revoked": "已撤销",
}


@dataclass(frozen=True, slots=True)
class PenaltyFacts:
	"""An administrative penalty decision. status: a key of PENALTY_STATUSES. fine in yuan.

	multiplier: how many times the ordinary fine was imposed (安全生产法第一百一十四条第二款), else None.
	"""

	name: str
	document_number: str
	bureau: str
	decided_on: date | None
	status: str = "in_force"
	basis: str = ""
	kinds: tuple[str, ...] = ()
	fine: Decimal = Decimal(0)
	multiplier: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SubjectFacts:
	"""One unit, technical institution or person of the case. role: a key of grounds.ALL_ROLES, empty for a unit.

	A unit that an investigation found responsible beside the unit of the accident has role "other_responsible".
	division: six digits of the place of registration, of the unit for a person; empty if unknown.
	"""

	row: str
	entity: str
	kind: SubjectKind
	name: str
	role: str = ""
	identifier_ok: bool = True
	address: str = ""
	division: str = ""


@dataclass(frozen=True, slots=True)
class AccidentFacts:
	"""One accident: deaths, serious injuries (acute industrial poisoning included), direct loss in yuan.

	level_override: the level the investigation found, if it differs from the figures; wants override_reason.
	unit: the entity the accident happened at.
	"""

	row: str
	occurred_on: date | None
	deaths: int = 0
	injuries: int = 0
	loss_yuan: Decimal = Decimal(0)
	level_override: AccidentLevel | None = None
	override_reason: str = ""
	unit: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFacts:
	"""An issued notice. kind: document kind ("D01" is the notice before listing). subject: row or entity.

	blocks: the blocks its frozen text holds, keys of guards.NOTICE_BLOCKS. hearing_offered: it told of the right to
	a hearing.
	"""

	kind: str
	subject: str
	number: str = ""
	issued_on: date | None = None
	served_on: date | None = None
	blocks: frozenset[str] = frozenset()
	hearing_offered: bool = False


@dataclass(frozen=True, slots=True)
class DefenceFacts:
	"""What a party answered: a defence (陈述、申辩), a written waiver, or a request to be heard (听证).

	has_file: the signed paper is attached.
	"""

	subject: str
	kind: DefenceKind
	received_on: date | None
	reviewed: bool = False
	has_file: bool = False


@dataclass(frozen=True, slots=True)
class ScopeFacts:
	"""What the bureau's own rule covers, within 办法第二条. Empty fields cover everything.

	industries: those covered. area: leading digits of the division code parties must be registered in.
	area_name: the place in words. note: what the rule says of other cases.
	"""

	industries: tuple[str, ...] = ()
	area: str = ""
	area_name: str = ""
	note: str = ""


@dataclass(frozen=True, slots=True)
class CaseFacts:
	"""A listing case. bureau and penalties[].bureau are compared as keys.

	ground: a key of grounds.GROUNDS. conduct: the act within the ground, a key of Ground.conducts.
	able_to_perform: the party can perform the penalty (7-3). investigation_report: number of the report and the
	sentence that finds responsibility. listing_date: the day of listing, None until decided. designation: text of
	the written designation of another deciding bureau. open_cases_same: open cases on the same penalty and subject.
	ban: a ban from the occupation or industry is to be applied. industry: one of 办法第二条. scope: the local rule
	in force when the case was opened.
	"""

	name: str
	bureau: str
	bureau_level: BureauLevel = "county"
	ground: str = ""
	penalties: tuple[PenaltyFacts, ...] = ()
	subjects: tuple[SubjectFacts, ...] = ()
	accidents: tuple[AccidentFacts, ...] = ()
	reasons: str = ""
	investigation_report: str = ""
	listing_date: date | None = None
	designation: str = ""
	open_cases_same: tuple[str, ...] = ()
	notices: tuple[NoticeFacts, ...] = ()
	defences: tuple[DefenceFacts, ...] = ()
	legal_review_passed: bool = False
	legal_review_required: bool = False
	discussion_passed: bool = False
	discussion_required: bool = False
	ban: bool = False
	conduct: str = ""
	able_to_perform: bool = False
	hearing_requested: bool = False
	hearing_finished: bool = False
	industry: str = ""
	scope: ScopeFacts = ScopeFacts()
