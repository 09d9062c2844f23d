"""The nine grounds for listing (《安全生产严重失信主体名单管理办法》第六条、第七条) and what each demands of a case."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sclist_app.law.accidents import ARTICLE as LEVEL_ARTICLE
from sclist_app.law.accidents import AccidentLevel, accident_level
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, WORK_SAFETY_LAW, cite
from sclist_app.law.facts import SUBJECT_KINDS, AccidentFacts, CaseFacts, SubjectFacts
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import add_months

PERSON_ROLES: Final[Mapping[str, str]] = {
	"principal_leader": "主要负责人",
	"responsible_person": "有关责任人员",
	"directly_responsible": "直接责任人员",
	"other_responsible": "其他负有责任的人员",
}
# shown beside the unit where a local regulation asks for it, not listed on their own
DISPLAY_ROLES: Final[Mapping[str, str]] = {
	"legal_representative": "法定代表人",
	"actual_controller": "实际控制人",
}
ALL_ROLES: Final[Mapping[str, str]] = {**PERSON_ROLES, **DISPLAY_ROLES}

SCOPE_INDUSTRIES: Final[Mapping[str, str]] = {
	"mining": "矿山（含尾矿库）",
	"chemical": "化工（含石油化工）",
	"pharmaceutical": "医药",
	"hazardous_chemicals": "危险化学品",
	"fireworks": "烟花爆竹",
	"oil_extraction": "石油开采",
	"metallurgy": "冶金",
	"nonferrous": "有色",
	"building_materials": "建材",
	"machinery": "机械",
	"light_industry": "轻工",
	"textile": "纺织",
	"tobacco": "烟草",
	"commerce": "商贸",
	"other": "其他",
}

ARTICLE_2: Final = cite(ORDER_11, 2)
ARTICLE_3: Final = cite(ORDER_11, 3)
WINDOW_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Ground:
	"""One ground for listing.

	code: "6-1" … "7-4". title: short name. text: wording of the item. article: citation. subject_kinds: kinds of
	organisation it applies to ("unit", "institution"). unit_listed: is the organisation listed itself.
	person_roles: roles in which persons are listed. accident_based: article 6. required_facts: fields of CaseFacts
	or its rows that must be filled. conducts: acts the ground covers (key → Chinese), empty if it names none.
	discussion_by_default: the case goes to collective discussion unless the bureau decides otherwise.
	"""

	code: str
	title: str
	text: str
	article: str
	subject_kinds: tuple[str, ...]
	unit_listed: bool
	person_roles: tuple[str, ...]
	accident_based: bool
	required_facts: tuple[str, ...]
	conducts: Mapping[str, str]
	discussion_by_default: bool = False


GROUNDS: Final[Mapping[str, Ground]] = {
	g.code: g
	for g in (
		Ground(
			"6-1",
			"发生特别重大、重大事故",
			"发生特别重大、重大生产安全事故的生产经营单位及其主要负责人，以及经调查认定对该事故发生负有责任，应当列入名单的其他单位和人员",
			cite(ORDER_11, 6, item=1),
			("unit", "institution"),
			True,
			("principal_leader", "other_responsible"),
			True,
			("accidents", "accident_level"),
			{},
			True,
		),
		Ground(
			"6-2",
			"12个月内2起以上较大事故",
			"12个月内累计发生2起以上较大生产安全事故的生产经营单位及其主要负责人",
			cite(ORDER_11, 6, item=2),
			("unit",),
			True,
			("principal_leader",),
			True,
			("accidents", "accident_level", "accident_dates", "accident_unit"),
			{},
		),
		Ground(
			"6-3",
			"事故情节特别严重，处2倍以上5倍以下罚款",
			"发生生产安全事故，情节特别严重、影响特别恶劣，依照《中华人民共和国安全生产法》第一百一十四条的规定被处以罚款数额2倍以上5倍以下罚款的生产经营单位及其主要负责人",
			cite(ORDER_11, 6, item=3),
			("unit",),
			True,
			("principal_leader",),
			True,
			("accidents", "penalty_basis", "penalty_multiplier"),
			{},
			True,
		),
		Ground(
			"6-4",
			"瞒报、谎报事故",
			"瞒报、谎报生产安全事故的生产经营单位及其有关责任人员",
			cite(ORDER_11, 6, item=4),
			("unit",),
			True,
			("responsible_person",),
			True,
			("accidents", "conduct"),
			{"concealed": "瞒报", "false_report": "谎报"},
		),
		Ground(
			"6-5",
			"主要负责人不立即组织抢救、擅离职守或者逃匿",
			"发生生产安全事故后，不立即组织抢救或者在事故调查处理期间擅离职守或者逃匿的生产经营单位主要负责人",
			cite(ORDER_11, 6, item=5),
			(),
			False,
			("principal_leader",),
			True,
			("accidents", "conduct"),
			{"no_rescue": "不立即组织抢救", "left_post": "擅离职守", "fled": "逃匿"},
		),
		Ground(
			"7-1",
			"未依法取得许可或者许可被暂扣、吊销期间从事生产经营",
			"未依法取得安全生产相关许可或者许可被暂扣、吊销期间从事相关生产经营活动的生产经营单位及其主要负责人",
			cite(ORDER_11, 7, item=1),
			("unit",),
			True,
			("principal_leader",),
			False,
			("conduct",),
			{"no_permit": "未依法取得许可", "suspended": "许可被暂扣期间", "revoked": "许可被吊销期间"},
		),
		Ground(
			"7-2",
			"机构租借资质、挂靠、出具虚假报告或者证书",
			"承担安全评价、认证、检测、检验职责的机构及其直接责任人员租借资质、挂靠、出具虚假报告或者证书的",
			cite(ORDER_11, 7, item=2),
			("institution",),
			True,
			("directly_responsible",),
			False,
			("conduct",),
			{
				"lent_qualification": "租借资质",
				"affiliation": "挂靠",
				"false_document": "出具虚假报告或者证书",
			},
		),
		Ground(
			"7-3",
			"有执行能力拒不执行或者逃避执行行政处罚",
			"在应急管理部门作出行政处罚后，有执行能力拒不执行或者逃避执行的生产经营单位及其主要负责人",
			cite(ORDER_11, 7, item=3),
			("unit",),
			True,
			("principal_leader",),
			False,
			("conduct", "able_to_perform"),
			{"refused": "拒不执行", "evaded": "逃避执行"},
		),
		Ground(
			"7-4",
			"其他性质恶劣、情节严重的违法行为",
			"其他违反安全生产法律法规受到行政处罚，且性质恶劣、情节严重的",
			cite(ORDER_11, 7, item=4),
			("unit", "institution"),
			True,
			tuple(PERSON_ROLES),
			False,
			("reasons",),
			{},
			True,
		),
	)
}

# acts around reporting that are punishable but no ground
NOT_A_GROUND: Final[Mapping[str, str]] = {"late_report": "迟报", "omitted": "漏报"}

_PARAGRAPH_114_2: Final = re.compile(
	r"安全生产法》?[^《]*?第(?:一百一十四|114)条(?:第(?:一|1)款[、，,和及与]*)?第(?:二|2)款"
)


def listed_subjects(facts: CaseFacts) -> tuple[SubjectFacts, ...]:
	"""The subjects to be listed: all but persons who are only shown (法定代表人、实际控制人)."""
	return tuple(s for s in facts.subjects if s.role not in DISPLAY_ROLES)


def level_of(accident: AccidentFacts) -> AccidentLevel:
	"""The level the investigation found, else the level by the figures."""
	if accident.level_override is not None:
		return accident.level_override
	return accident_level(accident.deaths, accident.injuries, accident.loss_yuan)


def rests_on_114_2(basis: str) -> bool:
	"""Does the basis of a penalty name 安全生产法第一百一十四条第二款 (figures in Chinese or Arabic)?"""
	return bool(_PARAGRAPH_114_2.search("".join(basis.split())))


def within_window(dates: list[date], count: int = 2, months: int = WINDOW_MONTHS) -> bool:
	"""Do `count` of the dates lie within a rolling window of `months`, its last day included?"""
	dates = sorted(dates)
	return any(
		last <= add_months(first, months) for first, last in zip(dates, dates[count - 1 :], strict=False)
	)


def check_ground(facts: CaseFacts) -> list[Finding]:
	"""Does the case meet the ground it names: subjects, roles, accidents, penalty, act, reasons."""
	ground = GROUNDS.get(facts.ground)
	if ground is None:
		message = N_("No ground for listing is chosen. Choose one of the nine grounds.")
		return [Finding("ground.missing", message, cite(ORDER_11, 6, 7))]
	findings = _check_subjects(facts, ground)
	findings += _check_accidents(facts, ground)
	findings += _check_conduct(facts, ground)
	if special := _SPECIAL.get(ground.code):
		findings += special(facts, ground)
	if ground.discussion_by_default and not facts.discussion_required:
		message = N_(
			"Cases of this ground normally go to collective discussion. Make sure the case is neither complex nor"
			" grave, or add the discussion."
		)
		findings.append(Finding("ground.discussion", message, cite(PENALTY_LAW, 57), severity="warning"))
	return findings


def _check_subjects(facts: CaseFacts, ground: Ground) -> list[Finding]:
	findings = []
	roles = [PERSON_ROLES[r] for r in ground.person_roles]
	kinds = [SUBJECT_KINDS[k] for k in ground.subject_kinds]
	listed = listed_subjects(facts)
	for s in listed:
		values = {"subject": s.name, "roles": roles, "kinds": kinds}
		if s.kind == "person":
			if s.role not in ground.person_roles:
				message = N_(
					"{subject} cannot be listed in this role. On this ground persons are listed as: {roles}."
					" Correct the role or remove the row."
				)
				findings.append(Finding("ground.role", message, ground.article, values, row=s.row))
		elif not ground.unit_listed:
			message = N_(
				"{subject} cannot be listed: this ground lists only persons ({roles}), not the unit. Remove the row."
			)
			findings.append(Finding("ground.unit", message, ground.article, values, row=s.row))
		elif s.kind not in ground.subject_kinds:
			message = N_(
				"{subject} cannot be listed: this ground applies to {kinds}. Choose another ground or remove the"
				" row."
			)
			findings.append(Finding("ground.kind", message, ground.article, values, row=s.row))
	if not listed:
		return findings
	if ground.unit_listed and all(s.kind == "person" for s in listed):
		message = N_(
			"The unit itself is not among the subjects. On this ground the unit is listed too; add it, or say in"
			" the reasons where it is listed."
		)
		findings.append(Finding("ground.unit_absent", message, ground.article, severity="warning"))
	if all(s.kind != "person" for s in listed):
		message = N_(
			"No responsible person is among the subjects. On this ground persons are listed too ({roles}); add"
			" them, or say in the reasons why there is none."
		)
		findings.append(Finding("ground.person_absent", message, ground.article, {"roles": roles}, "warning"))
	return findings


def _check_accidents(facts: CaseFacts, ground: Ground) -> list[Finding]:
	findings = []
	if ground.accident_based and not facts.accidents:
		message = N_("This ground rests on an accident, but none is entered. Enter the accident.")
		findings.append(Finding("ground.accident_missing", message, ground.article))
	for a in facts.accidents:
		if a.occurred_on is None:
			message = N_("The date of the accident is missing. Enter it.")
			findings.append(Finding("accident.date", message, ground.article, row=a.row))
		computed = accident_level(a.deaths, a.injuries, a.loss_yuan)
		if a.level_override not in (None, computed) and not a.override_reason.strip():
			message = N_(
				"The level of the accident ({given}) differs from the level by its figures ({computed}). Give the"
				" reason, for example the number of the investigation report."
			)
			values = {"given": a.level_override.label, "computed": computed.label}
			findings.append(Finding("accident.override_reason", message, LEVEL_ARTICLE, values, row=a.row))
	return findings


def _check_conduct(facts: CaseFacts, ground: Ground) -> list[Finding]:
	if not ground.conducts or facts.conduct in ground.conducts:
		return []
	values = {"conducts": list(ground.conducts.values())}
	if facts.conduct in NOT_A_GROUND:
		values["conduct"] = NOT_A_GROUND[facts.conduct]
		message = N_(
			"{conduct} alone is no ground for listing; this ground covers only: {conducts}. Choose another ground"
			" or discard the case."
		)
		return [Finding("ground.conduct_not_covered", message, ground.article, values)]
	message = N_("State which act of this ground was committed: {conducts}.")
	# only in 6-4 the kind decides between a ground and none; elsewhere it completes the facts of the notice
	blank_elsewhere = not facts.conduct and ground.code != "6-4"
	severity = "warning" if blank_elsewhere else "error"
	return [Finding("ground.conduct", message, ground.article, values, severity)]


def _check_6_1(facts: CaseFacts, ground: Ground) -> list[Finding]:
	findings = []
	if facts.accidents and all(level_of(a) < AccidentLevel.MAJOR for a in facts.accidents):
		message = N_(
			"This ground needs an accident of the level {needed}; the heaviest entered is {level}. Check the"
			" figures, or choose another ground."
		)
		heaviest = max(level_of(a) for a in facts.accidents)
		findings.append(
			Finding(
				"ground.level",
				message,
				ground.article,
				{"needed": ["重大", "特别重大"], "level": heaviest.label},
			)
		)
	if not facts.investigation_report.strip():
		for s in listed_subjects(facts):
			if s.role == "other_responsible":
				message = N_(
					"{subject} is listed as responsible beside the unit of the accident. Enter the number of the"
					" investigation report and its sentence that finds the responsibility."
				)
				findings.append(
					Finding("ground.report", message, ground.article, {"subject": s.name}, row=s.row)
				)
	return findings


def _check_6_2(facts: CaseFacts, ground: Ground) -> list[Finding]:
	if not facts.accidents:
		return []
	listed = listed_subjects(facts)
	units = {key for s in listed if s.kind != "person" for key in (s.entity, s.name) if key}
	by_unit: dict[str, list[date]] = defaultdict(list)
	findings = []
	for a in facts.accidents:
		if not a.unit:
			message = N_("Say at which unit the accident happened: only accidents of the same unit add up.")
			findings.append(Finding("accident.unit", message, ground.article, row=a.row))
		elif a.occurred_on and level_of(a) >= AccidentLevel.LARGER and (not units or a.unit in units):
			by_unit[a.unit].append(a.occurred_on)
	if not findings and not any(within_window(dates) for dates in by_unit.values()):
		message = N_(
			"This ground needs two or more accidents of the level {needed} or above of the same listed unit within"
			" {months} months; the accidents entered do not meet it. Add the missing accident, or choose another"
			" ground."
		)
		findings.append(
			Finding(
				"ground.window",
				message,
				ground.article,
				{"needed": AccidentLevel.LARGER.label, "months": WINDOW_MONTHS},
			)
		)
	return findings


def _check_6_3(facts: CaseFacts, ground: Ground) -> list[Finding]:
	article = cite(WORK_SAFETY_LAW, 114, paragraph=2)
	penalties = [p for p in facts.penalties if p.status != "revoked"]
	based = [p for p in penalties if rests_on_114_2(p.basis)]
	if not based:
		message = N_(
			"This ground needs a penalty under {basis}. Correct the basis of the penalty, or choose"
			" another ground."
		)
		return [Finding("ground.basis", message, article, {"basis": article})]
	if not any(p.multiplier is not None and 2 <= Decimal(p.multiplier) <= 5 for p in based):
		message = N_(
			"This ground needs a fine of two to five times the ordinary amount. Enter the multiple in the"
			" penalty, or choose another ground."
		)
		return [Finding("ground.multiplier", message, article)]
	return []


def _check_7_3(facts: CaseFacts, ground: Ground) -> list[Finding]:
	findings = []
	if not facts.able_to_perform:
		message = N_(
			"This ground needs proof that the party can perform the penalty and does not. Confirm the ability to"
			" perform and attach the proof."
		)
		findings.append(Finding("ground.ability", message, ground.article))
	if facts.penalties and all(p.status in ("performed", "revoked") for p in facts.penalties):
		message = N_("The penalty has been performed, so there is no refusal. Choose another ground.")
		findings.append(Finding("ground.performed", message, ground.article))
	return findings


def _check_7_4(facts: CaseFacts, ground: Ground) -> list[Finding]:
	if facts.reasons.strip():
		return []
	message = N_(
		"This ground is open, so it must be reasoned: say why the act is of a vile nature and the circumstances"
		" are grave."
	)
	return [Finding("ground.reasons", message, ground.article)]


_SPECIAL: Final = {
	"6-1": _check_6_1,
	"6-2": _check_6_2,
	"6-3": _check_6_3,
	"7-3": _check_7_3,
	"7-4": _check_7_4,
}
