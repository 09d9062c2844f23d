"""Statutory parameters: time limits T01–T23, the invariants no procedure may break, measures M1–M6, remedies.

A new rule of law is a new row with its date; what ran under the old one is still answered by its date. What a
release ships is `SHIPPED`; a site may hold its own rows, then it hands its own `Statute` to the checks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.citations import (
	CIVIL_PROCEDURE_LAW,
	LITIGATION_LAW,
	ORDER_11,
	PENALTY_LAW,
	REPAIR_PLAN_2025,
	REVIEW_LAW,
	WORK_SAFETY_LAW,
	cite,
)
from sclist_app.law.findings import N_, Finding, Word
from sclist_app.law.periods import UNIT_LABELS, UNITS, DueDate, Period, Unit, due_date

Bound = Literal["max", "min", "fixed", "local", "free"]
Channel = Literal["own", "credit_china"]

BOUNDS: Final = ("max", "min", "fixed", "local", "free")
CHANNELS: Final = ("own", "credit_china")
# The kinds of procedure an invariant can bind.
LISTING: Final = "Listing"
EARLY_REMOVAL: Final = "Early Removal"
EXPIRY_REMOVAL: Final = "Expiry Removal"
REVOCATION: Final = "Revocation of Listing"
RESTORATION: Final = "Restoration"
OBJECTION: Final = "Objection"
KINDS: Final = (LISTING, EARLY_REMOVAL, EXPIRY_REMOVAL, REVOCATION, RESTORATION, OBJECTION)
# The levels of the bureaus an invariant can be limited to.
LEVELS: Final = ("Ministry", "Province", "City", "County")

ORDER_11_FROM: Final = date(2023, 10, 1)
PLAN_2025_FROM: Final = date(2025, 6, 22)
_PENALTY_LAW_FROM: Final = date(2021, 7, 15)
_WORK_SAFETY_FROM: Final = date(2021, 9, 1)
_CIVIL_PROCEDURE_FROM: Final = date(2022, 1, 1)
_REVIEW_FROM: Final = date(2024, 1, 1)
_REVIEW_OLD_FROM: Final = date(1999, 10, 1)
_LITIGATION_FROM: Final = date(2015, 5, 1)

OPINION_2020: Final = "《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（八）"
LOCAL_RULES: Final = "应急厅函〔2023〕265号二（二）"

# Where the text of a law is to be found, by its title.
_SOURCES: Final = {
	ORDER_11: "应急管理部令第11号，2023年10月1日起施行",
	PENALTY_LAW: "2021年1月22日修订，2021年7月15日起施行",
	WORK_SAFETY_LAW: "2021年6月10日修正，2021年9月1日起施行",
	CIVIL_PROCEDURE_LAW: "2023年9月1日修正，2024年1月1日起施行",
	REVIEW_LAW: "2023年9月1日修订，2024年1月1日起施行",
	LITIGATION_LAW: "2017年6月27日修正，2017年7月1日起施行",
	REPAIR_PLAN_2025: "国办发〔2025〕22号",
	OPINION_2020: "国办发〔2020〕49号",
	LOCAL_RULES: "应急厅函〔2023〕265号",
}
# The articles were numbered otherwise before the revision of 2023.
_REVIEW_OLD_SOURCE: Final = "1999年4月29日公布，1999年10月1日起施行，2017年9月1日第二次修正"


def _source(article: str) -> str:
	return "；".join(text for title, text in _SOURCES.items() if title in article)


@dataclass(frozen=True, slots=True)
class Limit:
	"""One time limit. n units run from the event `runs_from`.

	bound: "max" a locality may only shorten, "min" only lengthen, "fixed" not change, "local" it decides within
	minimum and maximum (beyond the maximum is only a warning: the law names no number), "free" as it likes.
	minimum, maximum: in the same unit, None if there is none. certain: the figure is the law's own; otherwise it
	is a default of practice. channel: "credit_china" for applications forwarded by 信用中国. zero: it may be set
	to 0, on the spot. extension: by how many units beyond the maximum the statute itself lets it be extended.
	valid_from, valid_to: both included, None if still in force.
	"""

	code: str
	name: str
	n: int
	unit: Unit
	bound: Bound
	minimum: int | None
	maximum: int | None
	runs_from: str
	article: str
	certain: bool
	valid_from: date
	valid_to: date | None = None
	channel: Channel = "own"
	zero: bool = False
	extension: int = 0
	source: str = ""

	@property
	def period(self) -> Period:
		"""The length as a Period."""
		return Period(self.n, self.unit)


@dataclass(frozen=True, slots=True)
class Invariant:
	"""What no procedure of the kinds may break. The check is code, named by `check`; the rest is data.

	code: "INV-" and the name of the check, with a suffix behind a dot where several rows use it. article: what a
	refusal cites. enforced_from: from that day on a breach is refused; before, and if None, it only warns.
	limits, documents, duties, levels: parameters of the check. valid_from, valid_to: both included.
	"""

	code: str
	name: str
	kinds: tuple[str, ...]
	article: str
	text: str
	certain: bool
	valid_from: date
	valid_to: date | None = None
	enforced_from: date | None = None
	limits: tuple[str, ...] = ()
	documents: tuple[str, ...] = ()
	duties: tuple[str, ...] = ()
	levels: tuple[str, ...] = ()
	source: str = ""

	@property
	def check(self) -> str:
		"""The name of the check in code."""
		return self.code.removeprefix("INV-").split(".")[0]

	def refuses(self, on: date) -> bool:
		"""Does a breach refuse on that day, or only warn?"""
		return self.enforced_from is not None and self.enforced_from <= on


@dataclass(frozen=True)
class Statute:
	"""All rows of the law a site knows, past and to come; asked by day."""

	limits: tuple[Limit, ...]
	invariants: tuple[Invariant, ...] = ()

	def limits_on(self, on: date, channel: Channel = "own") -> Mapping[str, Limit]:
		"""The limits in force on a day, by code, in the order of the rows. A copy.

		For applications forwarded by 信用中国 the shorter limits of 2025 replace those of the Order.
		"""
		return dict(_limits(self, on, channel))

	def invariants_on(self, on: date, kind: str) -> tuple[Invariant, ...]:
		"""The invariants in force on a day that bind procedures of a kind, in the order of the rows."""
		return tuple(x for x in self.invariants if kind in x.kinds and _in_force(x, on))


def _in_force(row: Limit | Invariant, on: date) -> bool:
	return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


@lru_cache(maxsize=64)
def _limits(statute: Statute, on: date, channel: Channel) -> dict[str, Limit]:
	in_force = [x for x in statute.limits if _in_force(x, on)]
	out = {x.code: x for x in in_force if x.channel == "own"}
	if channel != "own":
		out.update({x.code: x for x in in_force if x.channel == channel})
	return out


def _limit(
	code: str,
	name: str,
	n: int,
	unit: Unit,
	bound: Bound,
	runs_from: str,
	article: str,
	certain: bool,
	valid_from: date = ORDER_11_FROM,
	minimum: int | None = None,
	maximum: int | None = None,
	valid_to: date | None = None,
	channel: Channel = "own",
	zero: bool = False,
	extension: int = 0,
	source: str = "",
) -> Limit:
	if bound in ("min", "fixed"):
		minimum = n
	if bound in ("max", "fixed"):
		maximum = n
	return Limit(
		code,
		name,
		n,
		unit,
		bound,
		minimum,
		maximum,
		runs_from,
		article,
		certain,
		valid_from,
		valid_to,
		channel,
		zero,
		extension,
		source or _source(article),
	)


_LIMITS: Final = (
	_limit(
		"T01", "陈述申辩期限", 5, "workday", "local", "告知书送达之日", cite(PENALTY_LAW, 44, 45), False,
		minimum=3, maximum=10,
	),
	_limit(
		"T02", "提出听证", 5, "workday", "fixed", "被告知听证权利之日", cite(PENALTY_LAW, 64, item=1), True,
		_PENALTY_LAW_FROM,
	),
	_limit(
		"T02b", "听证通知", 7, "workday", "min", "举行听证之日（向前计算）", cite(PENALTY_LAW, 64, item=2), True,
		_PENALTY_LAW_FROM,
	),
	_limit("T03", "录入系统", 3, "workday", "max", "作出列入决定之日", cite(ORDER_11, 11), True),
	_limit("T04", "公示", 20, "workday", "max", "作出列入决定之日", cite(ORDER_11, 11), True),
	_limit("T05", "管理期限", 3, "year", "fixed", "列入之日", cite(ORDER_11, 13), True),
	_limit("T06", "可申请提前移出", 12, "month", "fixed", "列入之日", cite(ORDER_11, 13, 18), True),
	_limit("T07", "移出后修改系统信息", 3, "workday", "max", "作出移出决定之日", cite(ORDER_11, 14), True, zero=True),
	_limit("T08", "停止公示、解除管理措施", 10, "workday", "max", "作出移出决定之日", cite(ORDER_11, 14), True, zero=True),
	_limit("T09", "依据变化撤销列入", 1, "workday", "max", "知道依据变化之日", cite(ORDER_11, 15), False, zero=True),
	_limit("T10", "受理决定", 5, "workday", "max", "收到申请之日", cite(ORDER_11, 19), True, zero=True),
	_limit(
		"T10", "受理决定", 3, "workday", "max", "收到申请之日", f"《{REPAIR_PLAN_2025}》", True, PLAN_2025_FROM,
		channel="credit_china", zero=True,
	),
	_limit("T11", "补正期限", 5, "workday", "free", "补正通知送达之日", cite(ORDER_11, 19), False),
	_limit("T12", "核实并作出决定", 20, "workday", "max", "受理之日", cite(ORDER_11, 20), True),
	_limit(
		"T12", "核实并作出决定", 10, "workday", "max", "受理之日", f"《{REPAIR_PLAN_2025}》", True, PLAN_2025_FROM,
		channel="credit_china", extension=10,
	),
	_limit(
		"T13", "报告上一级", 3, "workday", "local", "作出准予提前移出决定之日", cite(ORDER_11, 20, paragraph=2), False, zero=True
	),
	_limit(
		"T14", "决定书送达", 7, "workday", "max", "作出决定之日", cite(PENALTY_LAW, 61), True, _PENALTY_LAW_FROM
	),
	_limit(
		"T15", "公告送达", 30, "day", "fixed", "发出公告之日", cite(CIVIL_PROCEDURE_LAW, 95), True,
		_CIVIL_PROCEDURE_FROM,
	),
	_limit(
		"T16", "行政复议", 60, "day", "fixed", "知道或者应当知道之日", cite(REVIEW_LAW, 9), True, _REVIEW_OLD_FROM,
		valid_to=date(2023, 12, 31), source=_REVIEW_OLD_SOURCE,
	),
	_limit(
		"T16", "行政复议", 60, "day", "fixed", "知道或者应当知道之日", cite(REVIEW_LAW, 20), True, _REVIEW_FROM
	),
	_limit(
		"T17", "行政诉讼", 6, "month", "fixed", "知道或者应当知道之日", cite(LITIGATION_LAW, 46), True,
		_LITIGATION_FROM,
	),
	_limit("T18", "异议处理", 5, "workday", "local", "收到异议之日", OPINION_2020, False, maximum=20, zero=True),
	_limit("T19", "到期移出决定", 1, "workday", "local", "管理期限届满之日", cite(ORDER_11, 13), False),
	_limit(
		"T20", "处罚信息公开曝光", 7, "workday", "max", "作出处罚决定之日", cite(WORK_SAFETY_LAW, 78), True,
		_WORK_SAFETY_FROM,
	),
	_limit("T21", "处罚决定后立案列入", 15, "workday", "local", "作出处罚决定之日", cite(ORDER_11, 4, paragraph=2), False),
	_limit("T22", "内部环节时限", 5, "workday", "free", "进入环节之日", LOCAL_RULES, False),
	_limit("T23", "回访", 6, "month", "free", "移出之日", LOCAL_RULES, False),
)  # fmt: skip


_DEFENCE_ARTICLES: Final = cite(PENALTY_LAW, 44, 45, 62)
# 撤销提前移出前的告知：办法未写明，参照行政处罚法
_RESTORATION: Final = f"{cite(ORDER_11, 21)}，参照{_DEFENCE_ARTICLES}"
_BY_ANALOGY: Final = cite(ORDER_11, 10, paragraph=2)
_REMOVAL_KINDS: Final = (EARLY_REMOVAL, EXPIRY_REMOVAL)


def _invariant(
	code: str,
	name: str,
	kinds: str | tuple[str, ...],
	article: str,
	text: str,
	certain: bool = True,
	enforced: bool = True,
	valid_from: date = ORDER_11_FROM,
	**parameters: tuple[str, ...],
) -> Invariant:
	return Invariant(
		"INV-" + code,
		name,
		(kinds,) if isinstance(kinds, str) else kinds,
		article,
		text,
		certain,
		valid_from,
		None,
		valid_from if enforced else None,
		source=_source(article),
		**parameters,
	)


_INVARIANTS: Final = (
	# 列入
	_invariant(
		"notice.listing", "列入：决定前告知", LISTING, f"{cite(ORDER_11, 9)}、{cite(PENALTY_LAW, 44)}",
		"作出列入决定前应当告知当事人列入时间、事由、依据、管理措施提示和依法享有的权利。", documents=("D01",),
	),
	_invariant(
		"service.listing", "列入：告知书送达", LISTING, _BY_ANALOGY, "告知书应当送达当事人。", documents=("D01",),
	),
	_invariant(
		"defence.listing", "列入：陈述申辩", LISTING, _DEFENCE_ARTICLES,
		"告知书送达后应当留出陈述申辩期限，当事人书面放弃的除外。", documents=("D01",), limits=("T01",),
	),
	_invariant(
		"decision.listing", "书面列入决定", LISTING, cite(ORDER_11, 10), "作出列入决定应当出具书面决定。",
	),
	_invariant(
		"bureau.listing", "列入：本机关决定", LISTING, cite(ORDER_11, 4, paragraph=2),
		"谁处罚、谁决定、谁负责：由作出行政处罚决定的应急管理部门决定。",
	),
	_invariant(
		"decision_service.listing", "列入：决定书送达", LISTING, _BY_ANALOGY, "列入决定书应当送达当事人。",
	),
	_invariant(
		"limit.listing", "列入程序的法定期限", LISTING, cite(ORDER_11, 11, 13),
		"录入、公示、管理期限和决定书送达的法定期限应当列明。", limits=("T03", "T04", "T05", "T14"),
	),
	_invariant(
		"system_entry.listing", "列入：录入系统", LISTING, cite(ORDER_11, 11),
		"列入决定作出后应当录入安全生产信用信息管理系统。", duties=("system_entry",),
	),
	_invariant(
		"publication.listing", "列入：公示", LISTING, cite(ORDER_11, 11), "列入决定作出后应当公示。",
		duties=("publication",),
	),
	_invariant(
		"two_persons.listing", "列入：公示双人审核", LISTING, cite(ORDER_11, 12), "公示信息宜由另一人审核后发布。",
		certain=False, enforced=False, duties=("publication",),
	),
	_invariant(
		"measures.listing", "列入：落实管理措施", LISTING, cite(ORDER_11, 8), "列入后宜登记管理措施的落实情况。",
		certain=False, enforced=False, duties=("measure_records",),
	),
	_invariant(
		"legal_review.listing", "列入：法制审核", LISTING, cite(PENALTY_LAW, 58),
		"属于法定情形的，决定前应当进行法制审核。", certain=False, enforced=False, duties=("legal_review",),
	),
	_invariant(
		"dropped.listing", "列入后不得中途终止", LISTING, cite(ORDER_11, 13, 15),
		"列入决定作出后，只能经移出或者撤销列入的程序改变。",
	),
	# 提前移出
	_invariant(
		"acceptance", "受理", EARLY_REMOVAL, cite(ORDER_11, 19), "收到申请后应当作出是否受理的决定。",
		documents=("D12a",), duties=("acceptance",),
	),
	_invariant(
		"verification", "核实", EARLY_REMOVAL, cite(ORDER_11, 20), "准予提前移出前应当核实。",
		duties=("verification",),
	),
	_invariant(
		"decision.early_removal", "提前移出：书面决定", EARLY_REMOVAL, cite(ORDER_11, 19, 20),
		"不予受理、准予或者不予提前移出，均应当制作文书。",
	),
	_invariant(
		"bureau.early_removal", "提前移出：本机关决定", EARLY_REMOVAL, f"{cite(ORDER_11, 4, paragraph=2)}、第十八条",
		"由作出列入决定的应急管理部门决定是否准予提前移出。",
	),
	_invariant(
		"decision_service.early_removal", "提前移出：决定书送达", EARLY_REMOVAL, cite(ORDER_11, 20),
		"是否准予提前移出的决定书应当送达申请人。",
	),
	_invariant(
		"reasons.early_removal", "提前移出：不予移出说明理由", EARLY_REMOVAL, cite(ORDER_11, 20),
		"不予提前移出的，应当说明理由。",
	),
	_invariant(
		"limit.early_removal", "提前移出程序的法定期限", EARLY_REMOVAL, cite(ORDER_11, 14, 19, 20),
		"受理、核实决定、修改系统、停止公示和送达的法定期限应当列明。",
		limits=("T07", "T08", "T10", "T12", "T14"),
	),
	_invariant(
		"credit_channel", "“信用中国”渠道期限", EARLY_REMOVAL, f"《{REPAIR_PLAN_2025}》",
		"经“信用中国”网站转来的申请适用更短的期限。", valid_from=PLAN_2025_FROM, limits=("T10", "T12"),
	),
	_invariant(
		"upward_report", "报告上一级", EARLY_REMOVAL, cite(ORDER_11, 20, paragraph=2),
		"设区的市级、县级应急管理部门准予提前移出的，应当报告上一级应急管理部门。",
		duties=("upward_report",), levels=("City", "County"),
	),
	# 移出之后
	_invariant(
		"system_update.removal", "移出：修改系统信息", _REMOVAL_KINDS, cite(ORDER_11, 14),
		"移出决定作出后应当修改系统信息。", duties=("system_update",),
	),
	_invariant(
		"stop_publication.removal", "移出：停止公示", _REMOVAL_KINDS, cite(ORDER_11, 14), "移出决定作出后应当停止公示。",
		duties=("stop_publication",),
	),
	_invariant(
		"lift_measures.removal", "移出：解除管理措施", _REMOVAL_KINDS, cite(ORDER_11, 14),
		"移出决定作出后应当解除管理措施。", duties=("lift_measures",),
	),
	# 到期移出
	_invariant(
		"decision.expiry", "到期移出：书面移出决定", EXPIRY_REMOVAL, cite(ORDER_11, 13),
		"管理期满后由作出列入决定的部门移出，应当制作移出决定书。",
	),
	_invariant(
		"lapse", "到期不得不了了之", EXPIRY_REMOVAL, cite(ORDER_11, 13), "管理期满应当作出移出决定，不得以期满代替。",
	),
	_invariant(
		"bureau.expiry", "到期移出：本机关决定", EXPIRY_REMOVAL, cite(ORDER_11, 13), "由作出列入决定的应急管理部门负责移出。",
	),
	_invariant(
		"limit.expiry", "到期移出程序的法定期限", EXPIRY_REMOVAL, cite(ORDER_11, 13, 14),
		"移出决定、修改系统、停止公示和解除措施的期限应当列明。", limits=("T07", "T08", "T19"),
	),
	# 撤销列入
	_invariant(
		"decision.revocation", "撤销列入：书面撤销决定", REVOCATION, cite(ORDER_11, 15), "撤销列入应当制作撤销列入决定书。",
	),
	_invariant(
		"bureau.revocation", "撤销列入：本机关撤销", REVOCATION, cite(ORDER_11, 15), "由作出列入决定的部门撤销列入决定。",
	),
	_invariant(
		"decision_service.revocation", "撤销列入：决定书送达", REVOCATION, f"{cite(ORDER_11, 15)}、第十条第二款",
		"撤销列入决定书应当送达当事人。",
	),
	_invariant(
		"limit.revocation", "撤销列入的期限", REVOCATION, cite(ORDER_11, 15), "发现依据变化后应当立即处理。",
		limits=("T09",),
	),
	_invariant(
		"system_update.revocation", "撤销列入：修改系统信息", REVOCATION, cite(ORDER_11, 15), "撤销列入后应当修改系统信息。",
		duties=("system_update",),
	),
	_invariant(
		"stop_publication.revocation", "撤销列入：停止公示", REVOCATION, cite(ORDER_11, 15), "撤销列入后应当停止公示。",
		duties=("stop_publication",),
	),
	_invariant(
		"lift_measures.revocation", "撤销列入：解除管理措施", REVOCATION, cite(ORDER_11, 15), "撤销列入后应当解除管理措施。",
		duties=("lift_measures",),
	),
	_invariant(
		"at_once", "立即停止公示和解除措施", REVOCATION, cite(ORDER_11, 15),
		"撤销列入后应当立即停止公示和解除管理措施，不等待送达。", duties=("stop_publication", "lift_measures"),
	),
	# 撤销提前移出、恢复列入
	_invariant(
		"notice.restoration", "恢复列入：决定前告知", RESTORATION, _RESTORATION, "撤销提前移出前应当告知当事人。",
		certain=False, documents=("D15n",),
	),
	_invariant(
		"service.restoration", "恢复列入：告知书送达", RESTORATION, _RESTORATION, "告知书应当送达当事人。",
		certain=False, documents=("D15n",),
	),
	_invariant(
		"defence.restoration", "恢复列入：陈述申辩", RESTORATION, _RESTORATION, "撤销提前移出前应当听取陈述申辩。",
		certain=False, documents=("D15n",), limits=("T01",),
	),
	_invariant(
		"decision.restoration", "恢复列入：书面撤销决定", RESTORATION, cite(ORDER_11, 21),
		"撤销提前移出、恢复列入应当制作决定书。",
	),
	_invariant(
		"bureau.restoration", "恢复列入：本机关撤销", RESTORATION, f"{cite(ORDER_11, 4, paragraph=2)}、第二十一条",
		"由准予提前移出的部门撤销提前移出决定。",
	),
	_invariant(
		"decision_service.restoration", "恢复列入：决定书送达", RESTORATION, f"{cite(ORDER_11, 21)}、第十条第二款",
		"撤销提前移出决定书应当送达当事人。",
	),
	_invariant(
		"limit.restoration", "恢复列入后的法定期限", RESTORATION, cite(ORDER_11, 11, 13, 21),
		"重新录入、重新公示和重新计算的管理期限应当列明。", limits=("T03", "T04", "T05"),
	),
	_invariant(
		"system_entry.restoration", "恢复列入：重新录入系统", RESTORATION, cite(ORDER_11, 11, 21),
		"恢复列入后应当在系统重新录入。", duties=("system_entry", "system_update"),
	),
	_invariant(
		"publication.restoration", "恢复列入：重新公示", RESTORATION, cite(ORDER_11, 11, 21), "恢复列入后应当重新公示。",
		duties=("publication",),
	),
	# 异议
	_invariant(
		"mark", "异议标注", OBJECTION, f"{_BY_ANALOGY}、{OPINION_2020}", "收到异议后应当先行标注，再作处理。",
		certain=False, duties=("objection_mark",),
	),
	_invariant(
		"decision.objection", "异议：书面答复", OBJECTION, _BY_ANALOGY, "异议处理结果应当书面答复。",
	),
	_invariant(
		"decision_service.objection", "异议：答复送达", OBJECTION, _BY_ANALOGY, "异议处理结果应当送达异议人。",
	),
	_invariant(
		"limit.objection", "异议处理期限", OBJECTION, OPINION_2020, "异议应当在规定期限内核实答复。", limits=("T18",),
	),
	# 各类程序
	_invariant(
		"reasons", "说明理由", tuple(k for k in KINDS if k != EARLY_REMOVAL), cite(PENALTY_LAW, 44, 45),
		"不予采纳、不予列入或者退回的，应当说明理由。",
	),
	_invariant(
		"dropped", "决定作出后不得中途终止", tuple(k for k in KINDS if k != LISTING), cite(ORDER_11, 14, 15, 20, 21),
		"决定作出后应当办理到底。",
	),
	_invariant(
		"silence", "不得以期满代替决定", KINDS, f"{cite(ORDER_11, 10, 20)}",
		"期限届满不能产生列入、移出、撤销或者恢复的决定。",
	),
)  # fmt: skip

SHIPPED: Final = Statute(_LIMITS, _INVARIANTS)


def limits(on: date, channel: Channel = "own", statute: Statute = SHIPPED) -> Mapping[str, Limit]:
	"""The limits in force on a day, by code, in the order of the catalogue. A copy: change it as you like."""
	return statute.limits_on(on, channel)


def faults(statute: Statute, checks: Iterable[str] | None = None) -> list[Finding]:
	"""What is wrong with the rows themselves; each finding names the row's code.

	checks: names of the checks of invariants that exist in code; None asks nothing about them.
	"""
	known = None if checks is None else set(checks)
	findings: list[Finding] = []
	for x in statute.limits:
		findings += _limit_faults(x)
	for x in statute.invariants:
		findings += _invariant_faults(x, known)
	for x in (*statute.limits, *statute.invariants):
		if not x.article.strip():
			message = N_("{code} rests on no article. Name the law and the article.")
			findings.append(Finding("statute.article", message, "", {"code": x.code}, row=x.code))
		if x.valid_to is not None and x.valid_to < x.valid_from:
			message = N_("{code}: the last day in force lies before the first. Correct one of them.")
			findings.append(Finding("statute.dates", message, x.article, {"code": x.code}, row=x.code))
	return findings + list(_overlaps(statute))


def _limit_faults(x: Limit) -> Iterator[Finding]:
	values = {"code": x.code}
	if x.unit not in UNITS or x.bound not in BOUNDS or x.channel not in CHANNELS or x.n < 0:
		message = N_("{code}: the length of the limit is incomplete. Enter number, unit and kind of bound.")
		yield Finding("statute.length", message, x.article, values, row=x.code)
		return
	if x.extension < 0 or (x.extension and x.bound != "max"):
		message = N_("{code}: only a limit with a statutory maximum can have an extension beyond it.")
		yield Finding("statute.extension", message, x.article, values, row=x.code)
	if x.minimum is not None and x.maximum is not None and x.minimum > x.maximum:
		message = N_("{code}: the minimum is greater than the maximum. Correct one of them.")
		yield Finding("statute.bounds", message, x.article, values, row=x.code)
	elif (
		(x.bound == "max" and x.maximum is None)
		or (x.bound == "min" and x.minimum is None)
		or (x.bound == "fixed" and not x.minimum == x.n == x.maximum)
		or (x.minimum is not None and x.n < x.minimum)
		or (x.maximum is not None and x.n > x.maximum)
		or (x.n == 0 and not x.zero)
	):
		message = N_("{code}: the number does not lie within its own bounds. Correct number, least or most.")
		yield Finding("statute.bounds", message, x.article, values, row=x.code)


def _invariant_faults(x: Invariant, known: set[str] | None) -> Iterator[Finding]:
	values = {"code": x.code}
	if known is not None and not (x.code.startswith("INV-") and x.check in known):
		message = N_("There is no check {code} in this release. Choose one of: {checks}.")
		yield Finding("statute.check", message, x.article, {**values, "checks": sorted(known)}, row=x.code)
	if not x.kinds or set(x.kinds) - set(KINDS):
		message = N_("{code} must name the kinds of procedure it binds: {kinds}.")
		yield Finding(
			"statute.kinds", message, x.article, {**values, "kinds": [Word(k) for k in KINDS]}, row=x.code
		)
	if set(x.levels) - set(LEVELS):
		message = N_("{code} names a level that does not exist. Levels are: {levels}.")
		yield Finding(
			"statute.levels", message, x.article, {**values, "levels": [Word(x) for x in LEVELS]}, row=x.code
		)
	if x.certain and x.enforced_from is None:
		message = N_("{code} is settled in law, so it needs the day from which a breach is refused.")
		yield Finding("statute.enforced", message, x.article, values, row=x.code)


def _overlaps(statute: Statute) -> Iterator[Finding]:
	rows: dict[tuple[str, str], list[Limit | Invariant]] = {}
	for x in (*statute.limits, *statute.invariants):
		rows.setdefault((x.code, getattr(x, "channel", "")), []).append(x)
	for (code, _channel), same in rows.items():
		same.sort(key=lambda x: x.valid_from)
		for earlier, later in pairwise(same):
			if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
				message = N_(
					"{code} is in force twice from {on}. Enter the last day of the earlier row, {last}, first."
				)
				values = {
					"code": code,
					"on": later.valid_from,
					"last": later.valid_from - timedelta(days=1),
				}
				yield Finding("statute.overlap", message, later.article, values, row=code)


_MONTHS: Final = {"month": 1, "year": 12}


def _in_unit(n: int, unit: str, wanted: str) -> int | None:
	"""n of one unit in another, None if the two do not convert exactly."""
	if unit == wanted:
		return n
	if unit in _MONTHS and wanted in _MONTHS:
		months = n * _MONTHS[unit]
		return months // _MONTHS[wanted] if months % _MONTHS[wanted] == 0 else None
	return None


def check_limit(
	code: str,
	n: int,
	unit: str,
	on: date,
	channel: Channel = "own",
	*,
	extend_n: int = 0,
	extend_post: str = "",
	statute: Statute = SHIPPED,
) -> list[Finding]:
	"""May a bureau set this limit to n units on that day? Beyond a statutory bound is refused with the article.

	extend_n, extend_post: by how many units at most, and by which post, it may be extended. Months and years
	convert; other units must be the statute's own, since they are not comparable.
	"""
	limit = _limits(statute, on, channel).get(code)
	if limit is None:
		message = N_("There is no time limit {code} in force on {on}. Choose one of the catalogue.")
		return [Finding("limit.unknown", message, "", {"code": code, "on": on})]
	given = f"{n}{UNIT_LABELS.get(unit, unit)}"
	values = {"code": code, "limit": limit.name, "given": given}
	if unit not in UNITS or n < 0 or extend_n < 0:
		message = N_("{limit}: {given} is no length of time. Enter a number and its unit.")
		return [Finding("limit.form", message, limit.article, values)]
	if findings := _length(limit, n, unit, values):
		return findings
	if n == 0 and not limit.zero:
		message = N_("{limit} cannot be 0: nothing can be done on the spot here. Enter at least 1.")
		return [Finding("limit.zero", message, limit.article, values)]
	return _extension(limit, n, unit, extend_n, extend_post, values) if extend_n or extend_post else []


def _length(limit: Limit, n: int, unit: str, values: dict[str, object]) -> list[Finding]:
	"""The number against the bounds."""
	if limit.bound == "free":
		return []
	amount = _in_unit(n, unit, limit.unit)
	if amount is None and limit.minimum is None and limit.maximum is None:
		return []
	if amount is None:
		message = N_("{limit} is counted in {unit}, not as {given}. Enter it in that unit.")
		unit_name = UNIT_LABELS[limit.unit].removeprefix("个")  # as the list of units says it
		return [Finding("limit.unit", message, limit.article, {**values, "unit": unit_name})]
	label = UNIT_LABELS[limit.unit]
	if limit.bound == "fixed" and amount != limit.n:
		message = N_("{limit} is fixed at {bound} and cannot be set to {given}.")
		return [Finding("limit.fixed", message, limit.article, {**values, "bound": f"{limit.n}{label}"})]
	if limit.maximum is not None and amount > limit.maximum:
		values = {**values, "bound": f"{limit.maximum}{label}"}
		if limit.bound == "local":
			message = N_("{limit}: {given} is longer than the usual {bound}. Check that it is meant.")
			return [Finding("limit.unusual", message, limit.article, values, "warning")]
		message = N_("{limit}: {given} exceeds the maximum of {bound}. Set it to {bound} or less.")
		return [Finding("limit.maximum", message, limit.article, values)]
	if limit.minimum is not None and amount < limit.minimum:
		message = N_("{limit}: {given} is below the minimum of {bound}. Set it to {bound} or more.")
		return [
			Finding("limit.minimum", message, limit.article, {**values, "bound": f"{limit.minimum}{label}"})
		]
	return []


def _extension(
	limit: Limit, n: int, unit: str, extend_n: int, extend_post: str, values: dict[str, object]
) -> list[Finding]:
	"""The extension against the bounds: with it the limit must still keep the statutory maximum."""
	values = {**values, "extension": f"{extend_n}{UNIT_LABELS[unit]}"}
	if not extend_n:
		message = N_("{limit}: {post} may extend it, but by nothing. Enter by how much, or remove the post.")
		return [Finding("limit.extension", message, limit.article, {**values, "post": extend_post})]
	if not extend_post:
		message = N_("{limit} may be extended by {extension}, but nobody is named to do it. Choose the post.")
		return [Finding("limit.extension_post", message, limit.article, values)]
	if limit.bound == "fixed":
		message = N_("{limit} is fixed by law and cannot be extended. Remove the extension.")
		return [Finding("limit.extension", message, limit.article, values)]
	total = _in_unit(n + extend_n, unit, limit.unit)
	if limit.maximum is None or total is None:
		return []
	most = limit.maximum + limit.extension
	if total <= most:
		return []
	values["bound"] = f"{most}{UNIT_LABELS[limit.unit]}"
	if limit.bound == "local":
		message = N_(
			"{limit}: {given} and an extension of {extension} are longer than the usual {bound}."
			" Check that it is meant."
		)
		return [Finding("limit.unusual", message, limit.article, values, "warning")]
	message = N_(
		"{limit}: {given} and an extension of {extension} exceed the maximum of {bound}. Shorten one of them."
	)
	return [Finding("limit.extension", message, limit.article, values)]


@dataclass(frozen=True, slots=True)
class Measure:
	"""A management measure (办法第八条). kinds: its sub-types, key → Chinese. needs_basis: a legal basis must be named."""

	code: str
	text: str
	article: str
	kinds: Mapping[str, str]
	needs_basis: bool = False


MEASURES: Final[Mapping[str, Measure]] = {
	m.code: m
	for m in (
		Measure(
			"M1",
			"在国家有关信用信息共享平台、国家企业信用信息公示系统和部门政府网站等公示相关信息",
			cite(ORDER_11, 8, item=1),
			{},
		),
		Measure(
			"M2",
			"加大执法检查频次、暂停项目审批、实施行业或者职业禁入",
			cite(ORDER_11, 8, item=2),
			{"inspection": "加大执法检查频次", "approval": "暂停项目审批", "ban": "行业或者职业禁入"},
		),
		Measure("M3", "不适用告知承诺制等基于诚信的管理措施", cite(ORDER_11, 8, item=3), {}),
		Measure("M4", "取消参加应急管理部门组织的评先评优资格", cite(ORDER_11, 8, item=4), {}),
		Measure("M5", "在政府资金项目申请、财政支持等方面予以限制", cite(ORDER_11, 8, item=5), {}),
		Measure(
			"M6",
			"法律、行政法规和党中央、国务院政策文件规定的其他管理措施",
			cite(ORDER_11, 8, item=6),
			{},
			True,
		),
	)
}


def check_measure(
	code: str, legal_basis: str = "", kind: str = "", until: date | None = None, lifetime: bool = False
) -> list[Finding]:
	"""May this measure be applied? legal_basis: text of its basis. kind: sub-type, for M2.

	A ban from occupation or industry needs its basis and its end (or lifetime); M6 needs its basis; a measure
	outside M1–M6 is refused.
	"""
	measure = MEASURES.get(code)
	if measure is None:
		message = N_(
			"{code} is not among the measures M1–M6. Choose one of them; a measure of another law or central"
			" policy is M6 with its legal basis."
		)
		return [Finding("measure.unknown", message, cite(ORDER_11, 8), {"code": code})]
	findings = []
	if measure.needs_basis and not legal_basis.strip():
		message = N_(
			"Measure {code} needs its basis in a law, an administrative regulation or a central policy document."
			" Name document and article."
		)
		findings.append(Finding("measure.basis", message, measure.article, {"code": code}))
	if kind and kind not in measure.kinds:
		message = N_("Measure {code} has no such kind. Choose one of: {kinds}.")
		values = {"code": code, "kinds": list(measure.kinds.values())}
		findings.append(Finding("measure.kind", message, measure.article, values))
	if kind == "ban" and kind in measure.kinds:
		article = f"{measure.article}、{cite(WORK_SAFETY_LAW, 92, 113)}"
		if not legal_basis.strip():
			message = N_("A ban from the occupation or industry needs its legal basis. Name law and article.")
			findings.append(Finding("measure.ban_basis", message, article))
		if until is None and not lifetime:
			message = N_("Enter until when the ban runs, or mark it as a lifetime ban.")
			findings.append(Finding("measure.ban_until", message, article))
	return findings


@dataclass(frozen=True, slots=True)
class Remedy:
	"""A remedy against a decision. body: who hears it. limit: code of its time limit."""

	code: Literal["review", "litigation"]
	name: str
	body: str
	limit: str
	article: str


REMEDIES: Final[Mapping[str, Remedy]] = {
	r.code: r
	for r in (
		Remedy("review", "行政复议", "本级人民政府", "T16", cite(REVIEW_LAW, 20, 24)),
		Remedy("litigation", "行政诉讼", "人民法院", "T17", cite(LITIGATION_LAW, 46)),
	)
}


def remedy_due(code: str, served_on: date, calendar: WorkCalendar) -> DueDate:
	"""Last day to file for review (60 days) or to sue (6 months) after service. Raises KeyError on another code."""
	return due_date(served_on, limits(served_on)[REMEDIES[code].limit].period, calendar)
