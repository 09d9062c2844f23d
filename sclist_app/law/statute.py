"""Statutory parameters: time limits T01–T23, management measures M1–M6, remedies, each with effective dates.

A new rule of law is a new row with its date; what ran under the old one is still answered by its date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
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
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import UNIT_LABELS, UNITS, DueDate, Period, Unit, due_date

Bound = Literal["max", "min", "fixed", "local", "free"]
Channel = Literal["own", "credit_china"]

ORDER_11_FROM: Final = date(2023, 10, 1)
PLAN_2025_FROM: Final = date(2025, 6, 22)
_PENALTY_LAW_FROM: Final = date(2021, 7, 15)
_WORK_SAFETY_FROM: Final = date(2021, 9, 1)
_CIVIL_PROCEDURE_FROM: Final = date(2022, 1, 1)
_REVIEW_FROM: Final = date(2024, 1, 1)
_REVIEW_OLD_FROM: Final = date(1999, 10, 1)
_LITIGATION_FROM: Final = date(2015, 5, 1)


@dataclass(frozen=True, slots=True)
class Limit:
	"""One time limit. n units run from the event `runs_from`.

	bound: "max" a locality may only shorten, "min" only lengthen, "fixed" not change, "local" it decides within
	minimum and maximum (beyond the maximum is only a warning: the law names no number), "free" as it likes.
	minimum, maximum: in the same unit, None if there is none. certain: the figure is the law's own; otherwise it
	is a default of practice. channel: "credit_china" for applications forwarded by 信用中国.
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

	@property
	def period(self) -> Period:
		"""The length as a Period."""
		return Period(self.n, self.unit)


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
	_limit("T07", "移出后修改系统信息", 3, "workday", "max", "作出移出决定之日", cite(ORDER_11, 14), True),
	_limit("T08", "停止公示、解除管理措施", 10, "workday", "max", "作出移出决定之日", cite(ORDER_11, 14), True),
	_limit("T09", "依据变化撤销列入", 1, "workday", "max", "知道依据变化之日", cite(ORDER_11, 15), False),
	_limit("T10", "受理决定", 5, "workday", "max", "收到申请之日", cite(ORDER_11, 19), True),
	_limit(
		"T10", "受理决定", 3, "workday", "max", "收到申请之日", f"《{REPAIR_PLAN_2025}》", True, PLAN_2025_FROM,
		channel="credit_china",
	),
	_limit("T11", "补正期限", 5, "workday", "free", "补正通知送达之日", "", False),
	_limit("T12", "核实并作出决定", 20, "workday", "max", "受理之日", cite(ORDER_11, 20), True),
	_limit(
		"T12", "核实并作出决定", 10, "workday", "max", "受理之日", f"《{REPAIR_PLAN_2025}》", True, PLAN_2025_FROM,
		channel="credit_china",
	),
	_limit(
		"T13", "报告上一级", 3, "workday", "local", "作出准予提前移出决定之日", cite(ORDER_11, 20, paragraph=2), False
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
		valid_to=date(2023, 12, 31),
	),
	_limit(
		"T16", "行政复议", 60, "day", "fixed", "知道或者应当知道之日", cite(REVIEW_LAW, 20), True, _REVIEW_FROM
	),
	_limit(
		"T17", "行政诉讼", 6, "month", "fixed", "知道或者应当知道之日", cite(LITIGATION_LAW, 46), True,
		_LITIGATION_FROM,
	),
	_limit("T18", "异议处理", 5, "workday", "local", "收到异议之日", "", False, minimum=0, maximum=20),
	_limit("T19", "到期移出决定", 1, "workday", "local", "管理期限届满之日", cite(ORDER_11, 13), False),
	_limit(
		"T20", "处罚信息公开曝光", 7, "workday", "max", "作出处罚决定之日", cite(WORK_SAFETY_LAW, 78), True,
		_WORK_SAFETY_FROM,
	),
	_limit("T21", "处罚决定后立案列入", 15, "workday", "local", "作出处罚决定之日", "", False),
	_limit("T22", "内部环节时限", 5, "workday", "free", "进入环节之日", "", False),
	_limit("T23", "回访", 6, "month", "free", "移出之日", "", False),
)  # fmt: skip


@lru_cache(maxsize=64)
def _limits(on: date, channel: Channel) -> dict[str, Limit]:
	in_force = [x for x in _LIMITS if x.valid_from <= on and (x.valid_to is None or on <= x.valid_to)]
	out = {x.code: x for x in in_force if x.channel == "own"}
	if channel != "own":
		out.update({x.code: x for x in in_force if x.channel == channel})
	return out


def limits(on: date, channel: Channel = "own") -> Mapping[str, Limit]:
	"""The limits in force on a day, by code, in the order of the catalogue. A copy: change it as you like.

	For applications forwarded by 信用中国 the shorter limits of 2025 replace those of the Order.
	"""
	return dict(_limits(on, channel))


_MONTHS: Final = {"month": 1, "year": 12}


def _in_unit(n: int, unit: str, wanted: str) -> int | None:
	"""n of one unit in another, None if the two do not convert exactly."""
	if unit == wanted:
		return n
	if unit in _MONTHS and wanted in _MONTHS:
		months = n * _MONTHS[unit]
		return months // _MONTHS[wanted] if months % _MONTHS[wanted] == 0 else None
	return None


def check_limit(code: str, n: int, unit: str, on: date, channel: Channel = "own") -> list[Finding]:
	"""May a bureau set this limit to n units on that day? Beyond a statutory bound is refused with the article.

	Months and years convert; other units must be the statute's own, since they are not comparable.
	"""
	limit = _limits(on, channel).get(code)
	if limit is None:
		message = N_("There is no time limit {code} in force on {on}. Choose one of the catalogue.")
		return [Finding("limit.unknown", message, "", {"code": code, "on": on})]
	given = f"{n}{UNIT_LABELS.get(unit, unit)}"
	values = {"code": code, "limit": limit.name, "given": given}
	if unit not in UNITS or n < 0:
		message = N_("{limit} ({code}): {given} is no length of time. Enter a number and its unit.")
		return [Finding("limit.form", message, limit.article, values)]
	if limit.bound == "free":
		return []
	amount = _in_unit(n, unit, limit.unit)
	if amount is None and limit.minimum is None and limit.maximum is None:
		return []
	if amount is None:
		message = N_("{limit} ({code}) is counted in {unit}, not as {given}. Enter it in that unit.")
		return [Finding("limit.unit", message, limit.article, {**values, "unit": UNIT_LABELS[limit.unit]})]
	label = UNIT_LABELS[limit.unit]
	if limit.bound == "fixed" and amount != limit.n:
		message = N_("{limit} ({code}) is fixed at {bound} and cannot be set to {given}.")
		return [Finding("limit.fixed", message, limit.article, {**values, "bound": f"{limit.n}{label}"})]
	if limit.maximum is not None and amount > limit.maximum:
		values["bound"] = f"{limit.maximum}{label}"
		if limit.bound == "local":
			message = N_(
				"{limit} ({code}): {given} is longer than the usual {bound}. Check that it is meant."
			)
			return [Finding("limit.unusual", message, limit.article, values, "warning")]
		message = N_("{limit} ({code}): {given} exceeds the maximum of {bound}. Set it to {bound} or less.")
		return [Finding("limit.maximum", message, limit.article, values)]
	if limit.minimum is not None and amount < limit.minimum:
		message = N_("{limit} ({code}): {given} is below the minimum of {bound}. Set it to {bound} or more.")
		values["bound"] = f"{limit.minimum}{label}"
		return [Finding("limit.minimum", message, limit.article, values)]
	return []


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
	return due_date(served_on, _limits(served_on, "own")[REMEDIES[code].limit].period, calendar)
