"""The facts of a listing document, in the shape its placeholders want (`documents.placeholders`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import frappe
from frappe.utils import flt, getdate

from sclist_app.access import local_rules
from sclist_app.documents.issue import text_blocks
from sclist_app.documents.rendering import chinese_money
from sclist_app.law.citations import chinese_number
from sclist_app.law.findings import chinese_date
from sclist_app.law.periods import earliest_early_removal, term_end
from sclist_app.register import defence, hearing
from sclist_app.register.case import CaseReader
from sclist_app.register.identity import code_of
from sclist_app.workflow import statutes

__all__ = [
	"addressee_facts",
	"bureau_facts",
	"decision_title",
	"paper_facts",
	"penalty_facts",
	"remedy_facts",
]

ROLE_LABELS = {
	"principal_leader": "主要负责人",
	"responsible_person": "有关责任人员",
	"directly_responsible": "直接责任人员",
	"other_responsible": "其他负有责任的人员",
}
LEVEL_LABELS = {"general": "一般", "larger": "较大", "major": "重大", "extraordinary": "特别重大"}
KIND = {"Unit": "unit", "Institution": "institution", "Person": "person"}


def paper_facts(
	doc, reader: CaseReader, subject, t01_days: int, start_on_service: bool, decided: date | None = None
) -> dict[str, Any]:
	"""Facts for the document of one subject row. `decided`: the decision date, for a decision and what goes with it."""
	bureau = frappe.get_cached_doc("SC Bureau", doc.bureau)
	entity = reader.entities[subject.entity]
	ground = frappe.get_cached_doc("SC Listing Ground", doc.ground)
	return {
		"bureau": bureau_facts(bureau),
		"addressee": addressee_facts(entity, subject.role, subject.unit_name),
		"case": {
			"number": doc.name,
			"ground_code": doc.ground,
			"ground_text": ground.text,
			"ground_article": ground.article.split("》")[-1],
			"ground_label": _ground_label(doc, ground),
			"facts": doc.facts or "",
			"reasons": doc.reasons or "",
			"industry": doc.industry or "",
		},
		"penalties": [penalty_facts(p) for p in reader.penalties],
		"accidents": [_accident(row) for row in doc.accidents],
		"persons": _persons(doc, reader, subject),
		"marked": _marked(doc.bureau, entity),
		"notice": _notice(reader, subject),
		"listing": _listing(reader, subject, decided, start_on_service),
		"measures": [_measure(row) for row in doc.measures],
		"rights": {
			"defence_days": t01_days,
			"defence_until_text": f"自收到本告知书之日起{t01_days}个工作日内",
			"hearing_offered": hearing_offered(reader),
		},
		"remedy": remedy_facts(bureau),
		"repair": {
			"accept_days": statutes.limit("T10").n,
			"decide_days": statutes.limit("T12").n,
			"forwarded_accept_days": statutes.limit("T10", "credit_china").n,
			"forwarded_decide_days": statutes.limit("T12", "credit_china").n,
		},
		"blocks": _blocks(reader),
	}


def _blocks(reader: CaseReader) -> dict[str, str]:
	"""Local wording; where a hearing is offered, a wording that does not say so is completed."""
	blocks = text_blocks(reader.doc.bureau)
	if blocks.get("rights") and "听证" not in blocks["rights"] and hearing_offered(reader):
		days = statutes.limit("T02").n
		blocks["rights"] = (
			blocks["rights"].rstrip()
			+ f"\n参照《中华人民共和国行政处罚法》第六十三条、第六十四条的规定，要求听证的，应当自收到本告知书之日起{days}个"
			"工作日内向本机关提出；逾期未提出的，视为放弃听证的权利。"
		)
	return blocks


def _ground_label(doc, ground) -> str:
	"""The ground as the bureau numbers it: by its article, or （一） to （九） in one series."""
	if local_rules.value(doc.bureau, "ground_numbering") == "One Series":
		return f"（{chinese_number(ground.sequence)}）"
	return ground.article.split("》")[-1]


def _marked(bureau: str, entity) -> list[dict[str, Any]]:
	"""Persons of a unit whom the local rule wants named, without listing them."""
	if entity.entity_kind == "Person":
		return []
	return [
		{"name": entity.get(field), "role": role}
		for rule, field, role in (
			("mark_legal_representative", "legal_representative", "法定代表人"),
			("mark_actual_controller", "actual_controller", "实际控制人"),
		)
		if local_rules.value(bureau, rule) == "Yes"
	]


def _zh(text: str) -> str:
	"""A document is Chinese, whatever language its maker's desk has."""
	return frappe._(text, lang="zh")


def hearing_offered(reader: CaseReader) -> bool:
	mode = local_rules.value(reader.doc.bureau, "hearing_mode")
	if mode == "With Ban":
		return any(
			row.measure and frappe.get_cached_value("SC Management Measure", row.measure, "is_ban")
			for row in reader.doc.measures
		)
	return mode == "Always"


def remedy_facts(bureau) -> dict[str, Any]:
	return {
		"review_body": bureau.review_body,
		"court": bureau.court,
		"review_days": statutes.limit("T16").n,
		"litigation_months": statutes.limit("T17").n,
	}


def bureau_facts(bureau) -> dict[str, Any]:
	return {
		"name": bureau.bureau_name,
		"prefix": bureau.document_prefix,
		"address": bureau.address,
		"postcode": bureau.postcode,
		"phone": bureau.phone,
		"contact": bureau.contact_person,
		"review_body": bureau.review_body,
		"court": bureau.court,
		"seal_name": bureau.seal_name or bureau.bureau_name,
	}


def addressee_facts(entity, role: str | None = "", unit_name: str | None = "") -> dict[str, Any]:
	"""A party as its papers name it; role and unit as they stand in the case."""
	person = entity.entity_kind == "Person"
	return {
		"name": entity.entity_name,
		"kind": KIND[entity.entity_kind],
		"code_label": _zh(entity.id_type) if person else "统一社会信用代码",
		"code": code_of(entity),
		"address": entity.address,
		"legal_representative": entity.legal_representative,
		"role": ROLE_LABELS.get(role or "", ""),
		"unit_name": unit_name,
		"unit_code": frappe.get_cached_value("SC Entity", entity.unit, "uscc") if entity.unit else None,
	}


def decision_title(record) -> str | None:
	"""The document a listing rests on, by its title: the decision, or that on an entry of the old list."""
	return frappe.db.get_value("SC Notice", record.decision, "title") if record.decision else None


def penalty_facts(p) -> dict[str, Any]:
	return {
		"number": p.document_number,
		"date": p.decided_on,
		"authority": frappe.get_cached_value("SC Bureau", p.bureau, "bureau_name"),
		"content": "，".join(_item(row) for row in p.items),
		"basis": p.basis,
	}


def _item(row) -> str:
	if row.kind == "Other" and row.detail:
		return row.detail
	text = _zh(row.kind)
	if flt(row.amount):
		text += chinese_money(Decimal(str(flt(row.amount))))
	return f"{text}（{row.detail}）" if row.detail else text


def _accident(row) -> dict[str, Any]:
	return {
		"name": "生产安全事故",
		"date": row.occurred_on,
		"place": row.place,
		"level": LEVEL_LABELS.get(row.level_override or row.level, ""),
		"deaths": row.deaths or 0,
		"injuries": row.injuries or 0,
		"loss": flt(row.loss),
		"report": row.report_number,
	}


def _persons(doc, reader: CaseReader, subject) -> list[dict[str, Any]]:
	"""The persons a decision names: those listed with the unit; a person's own paper names that person alone."""
	entity = reader.entities[subject.entity]
	rows = (
		[subject]
		if entity.entity_kind == "Person"
		else [r for r in doc.subjects if r.entity_kind == "Person"]
	)
	return [
		{
			"name": reader.entities[row.entity].entity_name,
			"role": ROLE_LABELS.get(row.role or "", ""),
			"id_label": _zh(reader.entities[row.entity].id_type),
			"id_number": code_of(reader.entities[row.entity]),
		}
		for row in rows
	]


def _notice(reader: CaseReader, subject) -> dict[str, Any]:
	own = [n for n in reader.notices if n.document_kind == "D01" and n.addressee == subject.entity]
	if not own:
		return {}
	last = own[-1]
	return {
		"number": last.number,
		"served_on": last.served_on,
		"defence_statement": _statement(reader, subject),
	}


def _statement(reader: CaseReader, subject) -> str:
	person = reader.entities[subject.entity].entity_kind == "Person"
	return defence.statement(
		[d for d in reader.defences if d.subject == subject.entity],
		person,
		_heard(doc=reader.doc, entity=subject.entity, you="你" if person else "你单位"),
	)


def _heard(doc, entity: str, you: str) -> str:
	"""What became of the party's request for a hearing, or nothing."""
	last = hearing.last(doc.name, entity)
	if last is None:
		return ""
	if last.state == "Reported":
		return f"应{you}要求，本机关于{chinese_date(getdate(last.held_at))}组织了听证。{last.report or ''}"
	if last.state == "Given Up":
		return f"{you}提出听证申请后放弃听证。"
	if last.state == "Not Admitted":
		return f"{you}提出听证申请，经审查不符合组织听证的条件，本机关未组织听证。"
	return ""


def _listing(reader: CaseReader, subject, decided: date | None, start_on_service: bool) -> dict[str, Any]:
	facts: dict[str, Any] = {"start_text": "列入决定书送达之日" if start_on_service else "作出列入决定之日"}
	if decided is None:
		return facts
	decision = [n for n in reader.notices if n.document_kind == "D05" and n.addressee == subject.entity]
	facts |= {"decision_date": decided, "decision_number": decision[-1].number if decision else None}
	if not start_on_service:
		open_on_day = bool(frappe.get_cached_value("SC Settings", None, "open_on_corresponding_day"))
		facts |= {
			"listed_on": decided,
			"term_start": decided,
			"term_end": term_end(decided),
			"earliest_application": earliest_early_removal(decided, open_on_day),
		}
	return facts


def _measure(row) -> dict[str, Any]:
	measure = frappe.get_cached_doc("SC Management Measure", row.measure)
	return {"code": row.measure, "text": row.content or measure.text, "basis": row.basis or measure.article}
