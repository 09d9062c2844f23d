"""Of what there are sheets, and the facts they print, in the shape of `documents.placeholders`.

Each sheet has two functions: one yields what there is of it for a document ((key, about), in order), one gives the
facts of one of them. A fact the system does not know (time and place of a discussion) is left out and filled by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.today import day_or_none
from sclist_app.documents import addresses
from sclist_app.documents import service as services_of
from sclist_app.law.citations import ORDER_11
from sclist_app.law.masking import mask_id_number, mask_name
from sclist_app.law.removal import CONDITIONS
from sclist_app.register import defence as answers_of
from sclist_app.register import hearing
from sclist_app.register.case import CaseReader
from sclist_app.register.identity import shown_code
from sclist_app.register.paper_facts import (
	ROLE_LABELS,
	addressee_facts,
	bureau_facts,
	decision_title,
	paper_facts,
	penalty_facts,
)
from sclist_app.register.paperwork import latest, papers_of
from sclist_app.workflow.model import Mode, Nature, Procedure, Step, Verb
from sclist_app.workflow.store import load_procedure

Facts = dict[str, Any]
Rows = Iterator[tuple[str, str]]

SYSTEM = "安全生产信用信息管理系统"
NOTICES = {"SC Case": "D01", "SC Removal": "D15n"}
DECISION = "D05"
KIND_LABELS = {"Unit": "生产经营单位", "Institution": "安全评价、认证、检测、检验机构", "Person": "个人"}
CONCLUSIONS = {"Accepted": "采纳", "Partly Accepted": "部分采纳", "Not Accepted": "不予采纳"}
VOTES = {"Agree": "同意", "Refuse": "不同意"}
CAPACITIES = {
	"Party in Person": "申请人本人",
	"Legal Representative": "法定代表人",
	"Agent": "委托代理人",
}


def the_only_one(doc: Document) -> Rows:
	yield "", ""


def _zh(text: str | None) -> str:
	return frappe._(text, lang="zh") if text else ""


def _person(user: str | None) -> str:
	return (frappe.get_cached_value("User", user, "full_name") or user) if user else ""


def _bureau(doc: Document) -> Facts:
	return bureau_facts(frappe.get_cached_doc("SC Bureau", doc.bureau))


# ------------------------------------------------------------------------ D02, D02b


def notified(doc: Document) -> Rows:
	"""The parties that have been served with the notice: entity, name."""
	for entity, row in latest(papers_of(doc.doctype, doc.name), NOTICES[doc.doctype]).items():
		if row.served_on:
			yield entity, row.addressee_name


def defences(doc: Document) -> Rows:
	"""The statements received, and a blank record for each notified party without one."""
	rows = frappe.get_all(
		"SC Defence",
		filters={_matter(doc): doc.name, "kind": "Defence"},
		fields=["name", "subject", "subject_name", "received_on"],
		order_by="received_on asc, creation asc",
	)
	for row in rows:
		yield row.name, f"{row.subject_name}（{row.received_on}）"
	heard = {row.subject for row in rows}
	for entity, name in notified(doc):
		if entity not in heard:
			yield entity, name


def defence(doc: Document, key: str) -> Facts:
	"""Of a statement received (SC Defence), or blank for a party (SC Entity)."""
	answer = frappe.get_doc("SC Defence", key) if frappe.db.exists("SC Defence", key) else None
	facts = _notified_facts(doc, answer.subject if answer else key)
	facts["officers"] = _officers(doc)
	if answer is None:
		facts["defence"] = {}
		return facts
	facts["defence"] = {
		"form": "oral" if answer.form == "Oral" else "written",
		"received_on": day_or_none(answer.received_on),
		"content": answer.content,
		"evidence_text": "附件：" + answer.file.rpartition("/")[2] if answer.file else None,
		"reviewer": _person(answer.reviewed_by),
		"reviewed_on": day_or_none(answer.reviewed_on),
		"conclusion": CONCLUSIONS.get(answer.conclusion or ""),
		"review_reasons": answer.review_reasons,
	}
	return facts


def waiver(doc: Document, key: str) -> Facts:
	return _notified_facts(doc, key)


def _matter(doc: Document) -> str:
	return {"SC Case": "case", "SC Removal": "removal"}[doc.doctype]


def _notified_facts(doc: Document, entity: str) -> Facts:
	notice = latest(papers_of(doc.doctype, doc.name), NOTICES[doc.doctype]).get(entity)
	return {
		"bureau": _bureau(doc),
		"addressee": _party(doc, entity),
		"case": {"number": doc.name},
		"notice": {"title": notice.title, "number": notice.number, "served_on": notice.served_on}
		if notice
		else {},
		"rights": {"hearing_offered": hearing.was_offered(notice.name) if notice else False},
	}


def _party(doc: Document, entity: str) -> Facts:
	"""A party as the document names it."""
	if doc.doctype == "SC Case":
		row = next((r for r in doc.subjects if r.entity == entity), None)
		return addressee_facts(
			frappe.get_doc("SC Entity", entity), row.role if row else "", row.unit_name if row else ""
		)
	record = doc if doc.doctype == "SC Listing Record" else None
	if record is None and doc.get("record"):
		record = frappe.get_doc("SC Listing Record", doc.record)
	return addressee_facts(
		frappe.get_doc("SC Entity", entity),
		record.role if record else "",
		record.unit_name if record else "",
	)


def _officers(doc: Document) -> list[Facts]:
	"""The officer of the case with the number of the enforcement certificate; the second one is filled by hand."""
	officer = doc.get("officer")
	if not officer:
		return []
	badge = frappe.db.get_value(
		"SC Post Assignment",
		{"user": officer, "bureau": doc.bureau, "enabled": 1, "certificate_number": ["is", "set"]},
		"certificate_number",
		order_by="creation",
	)
	return [{"name": _person(officer), "badge": badge}]


# ------------------------------------------------------------------------ D04, D04b


def approval(doc: Document, key: str = "") -> Facts:
	"""The whole case with the opinions given so far, and a line for each still to come."""
	reader = CaseReader(doc)
	facts = _case_facts(doc, reader)
	facts["opinions"] = _opinions(doc)
	return facts


def _case_facts(doc: Document, reader: CaseReader) -> Facts:
	ground = frappe.get_cached_doc("SC Listing Ground", doc.ground) if doc.ground else None
	first = doc.subjects[0] if doc.subjects else None
	common = (
		paper_facts(doc, reader, first, 0, _starts_on_service(), day_or_none(doc.decided_on))
		if first and ground
		else {}
	)
	notices = reader.latest(NOTICES["SC Case"])
	served = [n.served_on for n in notices.values() if n.served_on]
	return {
		"bureau": _bureau(doc),
		"case": {
			**common.get("case", {"ground_article": "", "ground_text": ""}),
			"number": doc.name,
			"opened_on": day_or_none(doc.opened_on),
			"source": "；".join(
				f"{frappe.get_cached_value('SC Bureau', p.bureau, 'bureau_name')}作出的行政处罚决定"
				for p in reader.penalties[:1]
			),
			"officer": _person(doc.officer),
			"hearing_text": _hearings(doc),
		},
		"penalties": [penalty_facts(p) for p in reader.penalties],
		"accidents": common.get("accidents", []),
		"measures": common.get("measures", []),
		"listing": common.get("listing", {}),
		"subjects": [_subject(row, reader) for row in doc.subjects],
		"evidence": [{"title": row.title, "kind": _zh(row.kind)} for row in doc.evidence if row.title],
		"notice": {"served_on": max(served)} if served else {},
		"answers": [
			{"name": row.entity_name, "text": _answer(doc, reader, row)}
			for row in doc.subjects
			if row.entity in notices and notices[row.entity].served_on
		],
	}


def _starts_on_service() -> bool:
	return frappe.get_cached_doc("SC Settings").get("listing_start_basis") == "Service Date"


def _subject(row: Any, reader: CaseReader) -> Facts:
	entity = reader.entities[row.entity]
	to = addressee_facts(entity, row.role, row.unit_name)
	return {
		"name": to["name"],
		"kind": KIND_LABELS.get(entity.entity_kind, ""),
		"code_label": to["code_label"],
		"code": to["code"],
		"address": to["address"],
		"legal_representative": None if entity.entity_kind == "Person" else to["legal_representative"],
		"role": to["role"],
		"unit_name": row.unit_name if entity.entity_kind == "Person" else None,
	}


def _answer(doc: Document, reader: CaseReader, row: Any) -> str:
	made = reader.answers(row.entity)
	if not made and reader.doc.defence_closes_on and not _window_over(doc):
		return "陈述申辩期限尚未届满。"
	if any(a.kind == "Defence" and not a.conclusion for a in made):
		return "在规定期限内提出了陈述、申辩意见，尚待复核。"
	text = answers_of.statement(made, False).removeprefix("你单位")
	return text.replace("本机关对你单位的意见", "本机关对其意见").replace("你单位", "该当事人")


def _window_over(doc: Document) -> bool:
	marking = json.loads(frappe.db.get_value("SC Run", doc.run, "marking") or "{}") if doc.run else {}
	procedure = _procedure(doc)
	waits = [s.code for s in procedure.steps if s.nature is Nature.WAIT] if procedure else []
	return any(code in marking and marking[code][0] != "active" for code in waits)


def _hearings(doc: Document) -> str:
	rows = hearing.of_case(doc.name)
	return "；".join(
		f"{row.subject_name}：{_zh(row.state)}" + (f"（{getdate(row.held_at)}）" if row.held_at else "")
		for row in rows
	)


def _procedure(doc: Document) -> Procedure | None:
	return load_procedure(doc.procedure_version) if doc.get("procedure_version") else None


def _opinions(doc: Document) -> list[Facts]:
	"""One row per step that approves before the decision; those the case never came to are left out in the end."""
	procedure = _procedure(doc)
	if procedure is None:
		return []
	marking = json.loads(frappe.db.get_value("SC Run", doc.run, "marking") or "{}")
	acts = _acts(doc)
	settled = bool(doc.decided_on) or doc.run_status == "Ended"
	rows = []
	for step in _approving(procedure):
		status = marking.get(step.code, [""])[0]
		if step.code in acts and status != "active":
			rows.append(_given(doc, step, acts[step.code]))
		elif not settled:
			rows.append({"stage": _stage(step)})
	return rows


def _approving(procedure: Procedure) -> list[Step]:
	"""The steps of opinions, in the order of the procedure, up to where the decision is drawn up."""
	deciding = {rule.step for rule in procedure.documents if rule.document_kind == DECISION}
	found = []
	for step in procedure.steps:
		opinion = step.nature in (Nature.REVIEW, Nature.SIGN) and step.tool != "defence"
		if step.is_start or opinion:
			found.append(step)
		if step.code in deciding:
			break
	return found


def _stage(step: Step) -> str:
	return "承办人" if step.is_start else step.title


def _acts(doc: Document) -> dict[str, Any]:
	"""Step → its last act: label, opinion, actor, acting_for, at, to."""
	rows = frappe.get_all(
		"SC Event",
		filters={"run": doc.run, "event": "acted"},
		fields=["step", "label", "opinion", "actor", "acting_for", "at", "data"],
		order_by="seq asc",
	)
	return {row.step: row for row in rows}


def _given(doc: Document, step: Step, act: Any) -> Facts:
	if step.mode.votes:
		cast = _votes(doc, step.code)
		return {
			"stage": _stage(step),
			"result": _conclusion(doc, step, act, cast),
			"name": "、".join(_person(v.user) for v in cast),
			"date": getdate(max(v.cast_on for v in cast)) if cast else None,
		}
	name = _person(act.actor)
	if act.acting_for:
		name += f"（代{_person(act.acting_for)}）"
	return {
		"stage": _stage(step),
		"result": _zh(act.label),
		"text": (act.opinion or "").strip().rstrip("。") + "。" if (act.opinion or "").strip() else None,
		"name": name,
		"date": getdate(act.at),
	}


def _votes(doc: Document, step: str) -> list:
	rows = frappe.get_all(
		"SC Vote",
		filters={"run": doc.run, "step": step, "void": 0},
		fields=["user", "post", "vote", "opinion", "cast_on", "round"],
		order_by="cast_on asc, creation asc",
	)
	last = max((row.round for row in rows), default=0)
	return [row for row in rows if row.round == last]


def _conclusion(doc: Document, step: Step, act: Any, cast: list) -> str:
	"""How the vote ended, from the way the last vote took; only the count while it is open."""
	agree = sum(v.vote == "Agree" for v in cast)
	text = f"同意{agree}人，不同意{len(cast) - agree}人"
	targets = tuple(json.loads(act.data or "{}").get("to") or ()) if act else ()
	procedure = _procedure(doc)
	verbs = {t.verb for t in procedure.transitions if t.step == step.code and t.targets == targets}
	if Verb.AGREE in verbs:
		return text + "，讨论通过" if step.tool == "discussion" else text + "，通过"
	if Verb.REFUSE in verbs:
		return text + "，讨论未通过" if step.tool == "discussion" else text + "，未通过"
	return text


def discussions(doc: Document) -> Rows:
	"""The steps of voting or discussion the case has come to."""
	procedure = _procedure(doc)
	if procedure is None:
		return
	marking = json.loads(frappe.db.get_value("SC Run", doc.run, "marking") or "{}")
	for step in procedure.steps:
		if step.code in marking and (step.mode.votes or step.tool == "discussion"):
			yield step.code, step.title


def discussion(doc: Document, key: str) -> Facts:
	"""Who spoke and voted, and the result; time, place, host and recorder are filled by hand."""
	step = _procedure(doc).by_code[key]
	cast = _votes(doc, key)
	facts = _case_facts(doc, CaseReader(doc))
	names = "、".join(row.entity_name for row in doc.subjects)
	facts["discussion"] = {
		"topic": f"拟将{names}列入安全生产严重失信主体名单",
		"reporter": _person(doc.officer),
		"present": "、".join(_person(v.user) for v in cast),
		"rule": _rule(step),
		"conclusion": _conclusion(doc, step, _acts(doc).get(key), cast) + "。" if cast else None,
	}
	facts["votes"] = [
		{
			"name": _person(v.user),
			"post": frappe.get_cached_value("SC Post", v.post, "post_name") if v.post else None,
			"vote": VOTES.get(v.vote),
			"opinion": v.opinion,
			"date": getdate(v.cast_on),
		}
		for v in cast
	]
	return facts


def _rule(step: Step) -> str:
	return {
		Mode.ALL: "全体同意为通过",
		Mode.IN_ORDER: "依次表决，全体同意为通过",
		Mode.N_OF_M: f"{step.quorum}人以上同意为通过",
		Mode.MAJORITY: f"{step.quorum}人以上参加，过半数同意为通过" if step.quorum else "过半数同意为通过",
	}.get(step.mode, "")


# ------------------------------------------------------------------------ D03, D03b


def services(doc: Document) -> Rows:
	"""Each recorded attempt at service, then each document still to be served (a blank receipt)."""
	if doc.doctype == "SC Notice":
		papers = [doc] if doc.status == "Issued" and doc.addressee else []
	else:
		papers = [p for p in papers_of(doc.doctype, doc.name) if p.addressee]
	rows = frappe.get_all(
		"SC Service Record",
		filters={"notice": ["in", [p.name for p in papers] or [""]], "result": ["!=", "Cancelled"]},
		fields=["name", "notice", "result", "served_with", "cancelled_by"],
		order_by="creation asc",
	)
	served = {row.notice for row in rows if row.result == "Served" and not row.cancelled_by}
	for p in papers:
		about = f"{p.addressee_name}《{p.title}》"
		for row in rows:
			# what was served together stands on one receipt
			if row.notice == p.name and not row.served_with and not row.cancelled_by:
				yield row.name, f"{about}（{_zh(row.result)}）"
		if p.name not in served and not p.joint_with:
			yield p.name, about


def service(doc: Document, key: str) -> Facts:
	"""Of an SC Service Record, or blank for an SC Notice."""
	notice = frappe.get_doc("SC Notice", frappe.db.get_value("SC Service Record", key, "notice") or key)
	return {
		"bureau": _bureau(notice),
		"addressee": addressee_facts(frappe.get_doc("SC Entity", notice.addressee)),
		"case": {"number": notice.reference_name},
		**services_of.facts_of(key),
	}


def parties(doc: Document) -> Rows:
	"""The parties whose address for service can be confirmed."""
	if doc.doctype == "SC Case":
		for row in doc.subjects:
			yield row.entity, row.entity_name
		return
	entity = doc.get("entity") or doc.get("applicant")
	if entity:
		yield entity, frappe.get_cached_value("SC Entity", entity, "entity_name")


def confirmation(doc: Document, key: str) -> Facts:
	"""With the confirmation in force, or blank; on a confirmation itself, that one."""
	own = doc.doctype == "SC Address Confirmation"
	return {
		"bureau": _bureau(doc),
		"addressee": addressee_facts(frappe.get_doc("SC Entity", key)),
		"case": {} if own or doc.doctype == "SC Listing Record" else {"number": doc.name},
		**addresses.facts_of(doc if own else addresses.in_force(key, doc.bureau)),
	}


# ------------------------------------------------------------------------ D07, D08


def records(doc: Document) -> Rows:
	"""The listing records of a case."""
	for row in frappe.get_all(
		"SC Listing Record",
		filters={"case": doc.name},
		fields=["name", "entity_name"],
		order_by="creation asc, name asc",
	):
		yield row.name, row.entity_name


def _record(doc: Document, key: str) -> Document:
	return frappe.get_doc("SC Listing Record", key) if key else doc


def record_facts(record: Document) -> Facts:
	"""What every sheet says of a listing record: bureau, party, ground, decision and term."""
	ground = frappe.get_cached_doc("SC Listing Ground", record.ground) if record.ground else None
	entity = frappe.get_doc("SC Entity", record.entity)
	began = day_or_none(record.restored_on or record.listed_on)
	return {
		"bureau": _bureau(record),
		"addressee": addressee_facts(entity, record.role, record.unit_name),
		"case": {
			"number": record.case or record.name,
			"ground_code": record.ground,
			"ground_article": ground.article.split("》")[-1] if ground else "",
			"ground_text": ground.text if ground else record.ground_text,
		},
		"listing": {
			"decision_title": decision_title(record),
			"decision_number": record.decision_number,
			"decision_date": day_or_none(record.decided_on),
			"listed_on": day_or_none(record.listed_on),
			"term_start": began,
			"term_end": day_or_none(record.term_end),
			"earliest_application": day_or_none(record.earliest_application),
		},
	}


def entry(doc: Document, key: str = "") -> Facts:
	record = _record(doc, key)
	facts = record_facts(record)
	facts["entry"] = {
		"system": SYSTEM,
		"serial": record.system_serial,
		"entered_on": day_or_none(record.entered_on),
		"operator": _person(record.entered_by),
		"evidence": f"系统页面截图：{record.entry_evidence.rpartition('/')[2]}"
		if record.entry_evidence
		else None,
		"due_on": _due(record, "T03"),
		"update_serial": record.update_serial,
		"updated_on": day_or_none(record.updated_on),
		"update_operator": _person(record.updated_by),
	}
	return facts


def _due(record: Document, limit: str) -> Any:
	due = frappe.db.get_value(
		"SC Clock",
		{"run": record.run or "", "limit": limit, "status": ["!=", "Void"]},
		"due_on",
		order_by="creation desc",
	)
	return day_or_none(due)


def publicity(doc: Document, key: str = "") -> Facts:
	"""What is made public of a record: numbers of certificates masked, no home address (办法第十二条)."""
	record = _record(doc, key)
	facts = record_facts(record)
	settings = frappe.get_cached_doc("SC Settings")
	entity = frappe.get_doc("SC Entity", record.entity)
	# the full number has no business on this sheet, whatever its template prints
	code = _masked(shown_code(entity)) if record.entity_kind == "Person" else shown_code(entity)
	facts["addressee"]["code"] = code
	if record.entity_kind == "Person":
		facts["addressee"]["address"] = None
	facts["publicity"] = {
		"name": _public_name(record.entity_name, record.entity_kind, settings),
		"code": code,
		"summary": record.ground_text or facts["case"]["ground_text"],
		"state": _zh(record.state),
		"due_on": _due(record, "T04"),
	}
	facts["persons"] = _public_persons(record, settings)
	facts["channels"] = _channels(record)
	return facts


def _masked(code: str) -> str:
	settings = frappe.get_cached_doc("SC Settings")
	return mask_id_number(code, int(settings.mask_head or 4), int(settings.mask_tail or 4))


def _public_name(name: str, kind: str, settings: Document) -> str:
	return mask_name(name) if kind == "Person" and settings.mask_person_name else name


def _public_persons(record: Document, settings: Document) -> list[Facts]:
	"""The persons listed with a unit by the same decision."""
	if record.entity_kind == "Person" or not record.case:
		return []
	rows = frappe.get_all(
		"SC Listing Record",
		filters={"case": record.case, "entity_kind": "Person"},
		fields=["entity", "entity_name", "role", "code_shown"],
		order_by="creation asc",
	)
	return [
		{
			"name": _public_name(row.entity_name, "Person", settings),
			"role": ROLE_LABELS.get(row.role or "", "有关人员"),
			"id_label": _zh(frappe.get_cached_value("SC Entity", row.entity, "id_type")),
			"id_number": _masked(row.code_shown or ""),
		}
		for row in rows
	]


def _channels(record: Document) -> list[Facts]:
	rows = frappe.get_all(
		"SC Publication",
		filters={"record": record.name},
		fields=["channel", "state", "address", "published_at", "recorded_by", "reviewed_by"],
		order_by="creation asc",
	)
	return [
		{
			"name": frappe.get_cached_value("SC Publication Channel", row.channel, "channel_name"),
			"address": row.address,
			"time_text": _moment(row.published_at),
			"state": _zh(row.state),
			"recorder": _person(row.recorded_by),
			"reviewer": _person(row.reviewed_by),
		}
		for row in rows
	]


def _moment(value: Any) -> str | None:
	if not value:
		return None
	at = get_datetime(value)
	return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02}分"


# ------------------------------------------------------------------------ D10, D11


def listed(doc: Document) -> Rows:
	"""A party on the list may take a form along to fill."""
	if doc.state in ("L1", "L2", "L3") and doc.listed_on:
		yield "", ""


def application(doc: Document, key: str = "") -> Facts:
	"""Of an application as it was made, or blank for whoever is on the list."""
	if doc.doctype == "SC Listing Record":
		return {**record_facts(doc), "application": {}, "proofs": []}
	facts = record_facts(frappe.get_doc("SC Listing Record", doc.record))
	facts["application"] = {
		"number": doc.name,
		"received_on": day_or_none(doc.received_on),
		"applied_by": doc.applied_by,
		"capacity": CAPACITIES.get(doc.capacity or ""),
		"phone": doc.phone,
		"delivery_address": doc.delivery_address,
		"email": doc.email,
		"electronic": "yes" if doc.electronic_service else "no",
		"obligations": doc.obligations_statement,
		"effects": doc.effects_statement,
		"no_repeat": doc.no_repeat_statement,
	}
	facts["proofs"] = _proofs(doc)
	return facts


def _proofs(doc: Document) -> list[Facts]:
	rows = [
		{
			"title": row.title,
			"condition": CONDITIONS.get(row.condition or "", "").replace("本办法", f"《{ORDER_11}》") or None,
		}
		for row in doc.evidence
		if row.title
	]
	return [{"title": "信用承诺书"}, *rows] if doc.commitment else rows
