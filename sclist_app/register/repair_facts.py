"""The facts of the papers of early removal (D12a–D14, D18), in the shape of `documents.placeholders`."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.utils import getdate

from sclist_app.access.today import day_or_none, today
from sclist_app.documents.issue import text_blocks
from sclist_app.law.findings import errors, render
from sclist_app.law.periods import Period, due_date
from sclist_app.law.removal import CONDITIONS
from sclist_app.register.paper_facts import (
	addressee_facts,
	bureau_facts,
	decision_title,
	penalty_facts,
	remedy_facts,
)
from sclist_app.register.repair_reader import RepairReader, may_apply
from sclist_app.workflow import clocks, statutes
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.envelope import CHANNELS as CHANNELS_OF_LAW
from sclist_app.workflow.model import Procedure

__all__ = ["days", "repair_facts"]

CHANNELS = {
	"Own Counter": "直接向本机关提出",
	"Web": "通过网上申请提出",
	"Credit China": "通过“信用中国”网站提出",
}
METHODS = {
	"On Site": "现场核实",
	"From Files": "资料核实",
	"By Letter": "函询",
	"System Comparison": "系统比对",
}
RESULTS = {"Fulfilled": "符合", "Not Fulfilled": "不符合"}
ORDINALS = ("第（一）项", "第（二）项", "第（三）项")


def repair_facts(reader: RepairReader, procedure: Procedure, channel: str) -> dict[str, Any]:
	"""Facts for any paper of one application. channel: that of the limits ("Credit China" or "")."""
	doc, record = reader.doc, reader.record
	bureau = frappe.get_cached_doc("SC Bureau", doc.bureau)
	return {
		"bureau": bureau_facts(bureau),
		"addressee": addressee_facts(reader.entity, record.role, record.unit_name),
		"case": _case(record),
		"penalties": [penalty_facts(p) for p in reader.penalties],
		"listing": {
			"decision_title": decision_title(record),
			"decision_number": record.decision_number,
			"decision_date": day_or_none(record.decided_on),
			"listed_on": reader.listed_on,
			"term_start": reader.listed_on,
			"term_end": day_or_none(record.term_end),
			"earliest_application": day_or_none(record.earliest_application),
		},
		"application": _application(reader, procedure, channel),
		"conditions": _conditions(reader),
		"handed_in": _handed_in(doc),
		"supplements": [{"item": row.item} for row in doc.supplements],
		"report": _report(reader, bureau),
		"remedy": remedy_facts(bureau),
		"repair": {
			"accept_days": days(procedure, "T10", channel),
			"decide_days": days(procedure, "T12", channel),
			"forwarded_accept_days": statutes.limit("T10", "credit_china").n,
			"forwarded_decide_days": statutes.limit("T12", "credit_china").n,
			"supplement_days": days(procedure, "T11", channel),
			"update_days": days(procedure, "T07", channel),
			"stop_days": days(procedure, "T08", channel),
		},
		"blocks": text_blocks(doc.bureau),
	}


def days(procedure: Procedure, code: str, channel: str) -> int:
	"""The length of a limit in this procedure, else by the law of the site, as a number of its units."""
	return _period(procedure, code, channel).n


def _period(procedure: Procedure, code: str, channel: str) -> Period:
	rule = procedure.limit(code, "", channel)
	return clocks.period_of(rule) if rule else statutes.limit(code, CHANNELS_OF_LAW[channel]).period


def _case(record) -> dict[str, Any]:
	ground = frappe.get_cached_doc("SC Listing Ground", record.ground) if record.ground else None
	return {
		"ground_code": record.ground,
		"ground_text": ground.text if ground else "",
		"ground_article": ground.article.split("》")[-1] if ground else "",
	}


def _application(reader: RepairReader, procedure: Procedure, channel: str) -> dict[str, Any]:
	doc = reader.doc
	accepted = day_or_none(doc.accepted_on)
	return {
		"number": doc.name,
		"received_on": day_or_none(doc.received_on),
		"accepted_on": accepted,
		"channel_text": CHANNELS.get(doc.channel, ""),
		"applied_by": doc.applied_by,
		"decide_until": _decide_until(reader, procedure, channel),
		"reasons": doc.refusal_reasons or "",
		"promise_text": _promise(doc),
		"ban_text": _ban(reader),
		"repeat_text": _repeat(reader),
		"barred_text": "；".join(
			render(f, lambda text: frappe._(text, lang="zh")) for f in errors(may_apply(reader, today()))
		),
		"verified_on": max((getdate(r.verified_on) for r in reader.verified), default=None),
	}


def _promise(doc) -> str:
	if not doc.promise or not doc.promised_until:
		return ""
	day = getdate(doc.promised_until)
	return f"主要申请材料齐全，其余材料已书面承诺于{day.year}年{day.month}月{day.day}日前补交"


def _decide_until(reader: RepairReader, procedure: Procedure, channel: str):
	"""The last day of T12; for the notice of acceptance, which starts it, counted from the day of issue."""
	doc = reader.doc
	if doc.accepted_on and (rows := clocks.running(doc.run, "T12")):
		return getdate(rows[-1].due_on)
	period = _period(procedure, "T12", channel)
	return due_date(day_or_none(doc.accepted_on) or today(), period, calendar_of(doc.bureau)).on


def _ban(reader: RepairReader) -> str:
	law = reader.law
	if law and law.lifetime_ban:
		return "终身职业或者行业禁入，不得提前移出"
	if law and law.ban_until and law.ban_until >= today():
		day = law.ban_until
		return f"职业或者行业禁入期限至{day.year}年{day.month}月{day.day}日，尚未届满"
	return "不存在尚未届满的职业或者行业禁入"


def _repeat(reader: RepairReader) -> str:
	if reader.other_listings:
		return f"另有列入记录：{'、'.join(reader.other_names)}"
	return "经全系统比对，同一主体没有其他列入记录"


def _conditions(reader: RepairReader) -> list[dict[str, Any]]:
	"""The three conditions with what two verifiers found; a condition nobody looked at has no finding."""
	rows = {row.condition: row for row in reader.verified}
	found = []
	for (key, text), ordinal in zip(CONDITIONS.items(), ORDINALS, strict=True):
		row = rows.get(key)
		found.append(
			{
				"text": text,
				"ordinal": ordinal,
				"method": METHODS.get(row.method, "") if row else "",
				"finding": row.finding.strip().rstrip("。；;.") + "。" if row else "",
				"result": RESULTS.get(row.result, "") if row else "",
				"verifiers": "、".join(_person(u) for u in (row.verifier, row.second_verifier) if u)
				if row
				else "",
			}
		)
	return found


def _person(user: str) -> str:
	return frappe.get_cached_value("User", user, "full_name") or user


def _handed_in(doc) -> list[dict[str, Any]]:
	titles = [row.title for row in doc.evidence if row.file]
	if doc.commitment:
		titles.append("信用承诺书")
	if doc.promise:
		titles.append("容缺补交承诺书")
	return [{"title": title} for title in dict.fromkeys(titles)]


def _report(reader: RepairReader, bureau) -> dict[str, Any]:
	doc = reader.doc
	granted = reader.latest("D13a").get(reader.record.entity)
	superior = bureau.parent_sc_bureau
	return {
		"superior": frappe.get_cached_value("SC Bureau", superior, "bureau_name") if superior else None,
		"granted_number": granted.number if granted else None,
		"granted_on": day_or_none(doc.decided_on),
	}
