"""SC Statute, SC Listing Ground, SC Management Measure, SC Time Limit and the national calendar, out of the legal data.

No frappe here: the functions named *_rows give what a fresh site holds, `seed` hands it to the ledger.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sclist_app.law import statute
from sclist_app.law.calendar import seed_calendar
from sclist_app.law.grounds import GROUNDS, PERSON_ROLES, Ground
from sclist_app.law.periods import PAUSABLE, UNIT_LABELS

if TYPE_CHECKING:
	from sclist_app.setup.ledger import Ledger

Row = dict[str, Any]

CALENDAR_NAME: Final = "全国工作日历"
_CALENDARS: Final = Path(__file__).resolve().parent.parent / "fixtures" / "calendars" / "2023_2027.json"

MEASURE_TITLES: Final = {
	"M1": "公示失信信息",
	"M2": "加大检查频次、暂停项目审批、行业或者职业禁入",
	"M3": "不适用告知承诺制",
	"M4": "取消评先评优资格",
	"M5": "限制政府资金和财政支持",
	"M6": "其他管理措施",
}
# M2 and M6 need a choice and a basis of their own, so nobody gets them by default
DEFAULT_MEASURES: Final = frozenset({"M1", "M3", "M4", "M5"})

_UNITS: Final = {"workday": "Working Day", "day": "Day", "month": "Month", "year": "Year"}
_BOUNDS: Final = {"max": "Maximum", "min": "Minimum", "fixed": "Fixed", "local": "Local", "free": "Free"}
# code → (event that starts the clock, event that stops it); a limit not here is no clock of a run.
# "step_left": when the last step that names the limit is done. "": it ends by itself, when its time has passed.
_EVENTS: Final = {
	"T01": ("notice_served", "defence_closed"),
	"T02": ("notice_served", "defence_closed"),
	"T03": ("decision_made", "system_entered"),
	"T04": ("decision_made", "published"),
	"T05": ("listed", "record_closed"),
	"T06": ("listed", "record_closed"),
	"T07": ("removal_decided", "step_left"),
	"T08": ("removal_decided", "step_left"),
	"T09": ("basis_changed", "step_left"),
	"T10": ("application_received", "step_left"),
	"T11": ("supplement_asked", "step_left"),
	"T12": ("application_accepted", "step_left"),
	"T13": ("removal_decided", "step_left"),
	"T14": ("decision_made", "decision_served"),
	"T15": ("announced", ""),
	"T16": ("decision_served", ""),
	"T17": ("decision_served", ""),
	"T18": ("objection_received", "step_left"),
	"T19": ("term_ended", "step_left"),
	"T20": ("penalty_decided", "step_left"),
	"T21": ("penalty_decided", "case_opened"),
	"T22": ("step_entered", "step_left"),
	"T23": ("removal_decided", "step_left"),
}
_FACT_LABELS: Final = {
	"accidents": "生产安全事故的基本情况",
	"accident_level": "事故等级及其依据的伤亡人数、直接经济损失",
	"accident_dates": "各起事故的发生日期",
	"accident_unit": "各起事故的发生单位",
	"penalty_basis": "行政处罚的法律依据",
	"penalty_multiplier": "罚款倍数",
	"able_to_perform": "当事人有执行能力的证明",
	"reasons": "性质恶劣、情节严重的理由",
}


def seed(ledger: "Ledger") -> None:
	"""Grounds and measures: they follow the release, since what the law says is not the site's."""
	for doctype, rows in (
		("SC Listing Ground", ground_rows()),
		("SC Management Measure", measure_rows()),
	):
		for row in rows:
			code = row.pop("code")
			ledger.seed(doctype, {"code": code}, row, refresh="release")


def ground_rows() -> Iterator[Row]:
	"""The nine grounds, in the order of the Order."""
	for sequence, ground in enumerate(GROUNDS.values(), start=1):
		yield {
			"code": ground.code,
			"title": ground.title,
			"article": ground.article,
			"subject_kinds": ", ".join(ground.subject_kinds),
			"unit_listed": int(ground.unit_listed),
			"person_roles": ", ".join(ground.person_roles),
			"accident_based": int(ground.accident_based),
			"discussion_default": int(ground.discussion_by_default),
			"sequence": sequence,
			"text": ground.text,
			"must_show": "\n".join(_must_show(ground)),
		}


def _must_show(ground: Ground) -> Iterator[str]:
	for fact in ground.required_facts:
		yield "具体行为：" + "、".join(ground.conducts.values()) if fact == "conduct" else _FACT_LABELS[fact]
	if "other_responsible" in ground.person_roles and ground.accident_based:
		yield f"列入{PERSON_ROLES['other_responsible']}的，事故调查报告对其责任的认定"


def measure_rows() -> Iterator[Row]:
	"""The measures M1–M6."""
	for measure in statute.MEASURES.values():
		yield {
			"code": measure.code,
			"title": MEASURE_TITLES[measure.code],
			"article": measure.article,
			"needs_basis": int(measure.needs_basis),
			"default_on": int(measure.code in DEFAULT_MEASURES),
			"is_ban": int("ban" in measure.kinds),
			"text": measure.text,
		}


def statute_rows(of: statute.Statute = statute.SHIPPED) -> Iterator[Row]:
	"""The rules of the law as forms, earlier rows of one code before later ones."""
	for rule in sorted((*of.limits, *of.invariants), key=lambda x: x.valid_from):
		row: Row = {
			"code": rule.code,
			"channel": "",
			"valid_from": rule.valid_from,
			"valid_to": rule.valid_to,
			"rule_name": rule.name,
			"article": rule.article,
			"source": rule.source,
			"certain": int(rule.certain),
		}
		if isinstance(rule, statute.Limit):
			row |= {
				"kind": "Time Limit",
				"channel": "Credit China" if rule.channel == "credit_china" else "",
				"n": rule.n,
				"unit": _UNITS[rule.unit],
				"bound": _BOUNDS[rule.bound],
				"runs_from": rule.runs_from,
				"minimum": rule.minimum or 0,
				"maximum": rule.maximum or 0,
				"on_the_spot": int(rule.zero),
				"extension_n": rule.extension,
			}
		else:
			row |= {
				"kind": "Invariant",
				"text": rule.text,
				"enforced_from": rule.enforced_from,
				"limits": ", ".join(rule.limits),
				"document_kinds": ", ".join(rule.documents),
				"duties": ", ".join(rule.duties),
				"levels": ", ".join(rule.levels),
				"procedure_kinds": [{"kind": kind} for kind in rule.kinds],
			}
		yield row


def limit_rows(on: date, of: statute.Statute = statute.SHIPPED) -> Iterator[Row]:
	"""The limits in force on a day."""
	forwarded = of.limits_on(on, "credit_china")
	for limit in of.limits_on(on).values():
		starts_on, stops_on = _EVENTS.get(limit.code, ("", ""))
		note = f"自{limit.runs_from}起计算。"
		if (other := forwarded[limit.code]) != limit:
			note += f"经“信用中国”网站转来的申请为{other.n}{UNIT_LABELS[other.unit]}（{other.article}）。"
		yield {
			"code": limit.code,
			"limit_name": limit.name,
			"n": limit.n,
			"unit": _UNITS[limit.unit],
			"bound": _BOUNDS[limit.bound],
			"minimum": limit.minimum or 0,
			"maximum": limit.maximum or 0,
			"starts_on": starts_on,
			"stops_on": stops_on,
			"pausable": int(limit.code in PAUSABLE),
			"article": limit.article,
			"certain": int(limit.certain),
			"note": note,
		}


def calendar_years() -> Iterator[tuple[Row, list[Row]]]:
	"""Each shipped year and its days: ({year, status, source}, [{day, kind, note}])."""
	sources = json.loads(_CALENDARS.read_text(encoding="utf-8"))
	for year, plan in sorted(seed_calendar().years.items()):
		status = "Official" if plan.official else "Provisional"
		days = [{"day": d.isoformat(), "kind": "Rest"} for d in plan.off]
		days += [{"day": d.isoformat(), "kind": "Work"} for d in plan.work]
		source = sources[str(year)].get("source", "")
		yield {"year": year, "status": status, "source": source}, sorted(days, key=lambda r: r["day"])
