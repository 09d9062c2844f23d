"""The party's own record and application, as the party sees them.

Nothing of other subjects, no names of officers, no opinions of the bureau: what is shown is picked field by field.
What the law says of a record is asked where the officers' forms ask it (`repair_reader`); here it is only put into
the words of a letter to the party. What the party does stands in `party_acts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import local_rules
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents import store as papers_on_disk
from sclist_app.law.findings import N_, chinese_date, errors
from sclist_app.law.periods import EARLY_REMOVAL_MONTHS
from sclist_app.register.application import DOCTYPE
from sclist_app.register.records import OPEN
from sclist_app.register.repair_reader import RepairReader, may_apply
from sclist_app.workflow import clocks
from sclist_app.workflow.model import Nature, Procedure, Verb
from sclist_app.workflow.store import bound_version, load_procedure

__all__ = ["Slot", "closing", "eligibility", "latest", "page", "paper", "slot_of", "slots", "waiting"]

FORM: Final = "提前移出申请书"
COMMITMENT: Final = "信用承诺书"
PROOFS: Final = {
	"obligations": "已经履行行政处罚决定规定义务的证明材料",
	"effects": "已经主动消除危害后果或者不良影响的证明材料",
	"no_repeat": "未再发生严重失信行为的说明材料",
}
SHOWN_PAPERS: Final = ("D12a", "D12b", "D12c", "D13a", "D13b")
STATES: Final = {
	"L1": "已列入",
	"L2": "已列入",
	"L3": "已列入，公示中",
	"L6": "管理期限届满，已移出",
	"L7": "已准予提前移出",
	"L8": "列入决定已撤销",
	"L9": "列入信息已变更",
}


@dataclass(frozen=True, slots=True)
class Slot:
	"""A place of the form for files. must: at least one is needed. proves: key of CONDITIONS, or ""."""

	key: str
	title: str
	must: bool
	proves: str = ""
	hint: str = ""


# ---------------------------------------------------------------------- looking


def page(row: Any) -> dict[str, Any]:
	"""Everything the party's page shows of its record, its application and what it may do next."""
	record = frappe.get_doc("SC Listing Record", row.record)
	last = latest(record.name)
	running = bool(last and last.run_status != "Ended")
	return {
		"record": _record(record),
		"measures": _measures(record),
		"eligibility": None if running else eligibility(record),
		"application": _progress(last) if last else None,
		"running": running,
	}


def _record(record: Document) -> dict[str, Any]:
	person = record.entity_kind == "Person"
	return {
		"name": record.entity_name,
		"is_person": person,
		"code_label": "证件号码" if person else "统一社会信用代码",
		"code": record.code_shown,
		"state": STATES.get(record.state, ""),
		"listed": record.state in OPEN,
		"bureau": record.bureau_name,
		"decision_number": record.decision_number,
		"ground": record.ground_text,
		"listed_on": record.listed_on,
		"restored_on": record.restored_on,
		"term_end": record.term_end,
		"earliest": record.earliest_application,
		"removed_on": None if record.state in OPEN else record.removed_on,
		"is_demo": bool(record.is_demo),
		"contact": frappe.get_cached_value("SC Bureau", record.bureau, ["phone", "address"], as_dict=True),
	}


def _measures(record: Document) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Measure Record",
		filters={"record": record.name},
		fields=["measure", "content", "state", "end_on"],
		order_by="creation asc",
	)
	states = {"Lifted": "已解除", "Not Needed": "未实施", "To Lift": "正在解除"}
	return [
		{
			"text": row.content or frappe.get_cached_value("SC Management Measure", row.measure, "text"),
			"state": states.get(row.state, "执行中" if record.state in OPEN else "正在解除"),
			"end_on": row.end_on,
		}
		for row in rows
	]


def _reader(record: Document) -> RepairReader:
	probe = frappe.new_doc(DOCTYPE)
	probe.update({"record": record.name, "bureau": record.bureau, "applicant": record.entity})
	return RepairReader(probe)


def eligibility(record: Document) -> dict[str, Any]:
	"""{may, from, reasons: [why not yet], warnings: [what will be in the way]}; asked of the law as of today."""
	reader = _reader(record)
	reasons = [_told(finding, record) for finding in errors(may_apply(reader, today()))]
	if not reasons and local_rules.value(record.bureau, "online_application") == "No":
		reasons.append(f"{record.bureau_name}不办理网上申请，请当面、邮寄或者通过“信用中国”网站申请。")
	warnings = []
	if reader.other_listings and record.state in OPEN:
		warnings.append(
			"经比对，在本次列入之后或者目前还有其他列入记录，不符合“未再发生严重失信行为”的条件，申请提前移出不会获得准予。"
		)
	return {
		"may": not reasons,
		"from": getdate(record.earliest_application) if record.earliest_application else None,
		"reasons": reasons,
		"warnings": warnings,
	}


def _told(finding: Any, record: Document) -> str:
	"""A finding of the law in words to the party."""
	values = finding.values
	if finding.code == "removal.not_listed":
		return "您已不在严重失信主体名单中，无需申请提前移出。"
	if finding.code == "removal.not_begun":
		return "列入决定书尚未送达，管理期限尚未开始。"
	if finding.code == "removal.too_early":
		return f"自列入之日起尚未满{EARLY_REMOVAL_MONTHS}个月，可以自{chinese_date(values['opens'])}起申请提前移出。"
	if finding.code == "removal.term_over":
		return "管理期限已经届满，由列入机关办理到期移出，无需申请。"
	if finding.code == "removal.lifetime_ban":
		return "依法实施终身职业或者行业禁入，不得提前移出。"
	if finding.code == "removal.ban":
		return f"职业或者行业禁入期限至{chinese_date(values['until'])}，期限届满前不予提前移出。"
	return f"目前不能网上申请，请与{record.bureau_name}联系。"


def latest(record: str) -> Document | None:
	name = frappe.db.get_value(DOCTYPE, {"record": record}, "name", order_by="creation desc")
	return frappe.get_doc(DOCTYPE, name) if name else None


def _progress(doc: Document) -> dict[str, Any]:
	papers = _papers(doc)
	kinds = {paper.document_kind for paper in papers}
	phase = _phase(doc, kinds)
	return {
		"number": doc.name,
		"phase": phase,
		"state": PHASES[phase],
		"ended": doc.run_status == "Ended",
		"received_on": doc.received_on,
		"channel": {"Web": "网上申请", "Own Counter": "窗口申请", "Credit China": "“信用中国”网站申请"}[
			doc.channel
		],
		"accept_due": _due(doc, "T10") if not doc.accepted_on and doc.run_status != "Ended" else None,
		"accepted_on": doc.accepted_on,
		"decide_due": _due(doc, "T12") if doc.accepted_on and not doc.decided_on else None,
		"decided_on": doc.decided_on,
		"closed_on": doc.closed_on,
		"paused": phase == "supplement" or doc.run_status == "Suspended",
		"supplement_due": doc.supplement_due,
		"supplements": [
			{"name": row.name, "slot": slot_of(row), "item": row.item, "supplied_on": row.supplied_on}
			for row in doc.supplements
			if doc.supplement_due
		],
		"may_withdraw": bool(closing(doc)),
		"papers": [
			{"name": p.name, "title": p.title, "number": p.number, "issued_on": p.issued_on} for p in papers
		],
	}


PHASES: Final = {
	"received": "已收到申请，正在审查是否受理",
	"supplement": "需要补正材料",
	"supplied": "补正材料已收到，正在审查是否受理",
	"lapsed": "补正期限已经届满，正在审查是否受理",
	"accepted": "已受理，正在核实、审查",
	"suspended": "已中止办理",
	"granted": "已准予提前移出",
	"refused": "不予提前移出",
	"not_accepted": "不予受理",
	"withdrawn": "已撤回申请",
	"closed": "已办结",
}


def _phase(doc: Document, kinds: set[str]) -> str:
	"""Where the application stands, by what has been issued: nothing is told before its paper is."""
	if doc.outcome == "Application Withdrawn":
		return "withdrawn"
	for kind, phase in (("D13a", "granted"), ("D13b", "refused"), ("D12b", "not_accepted")):
		if kind in kinds:
			return phase
	if doc.run_status == "Ended":
		return "closed"
	if doc.run_status == "Suspended":
		return "suspended"
	if doc.accepted_on:
		return "accepted"
	if waiting(doc):
		return "supplement"
	if not doc.supplement_due:
		return "received"
	return "supplied" if any(row.supplied_on for row in doc.supplements) else "lapsed"


def _papers(doc: Document) -> list:
	return frappe.get_all(
		"SC Notice",
		filters={
			"reference_doctype": DOCTYPE,
			"reference_name": doc.name,
			"addressee": doc.applicant,
			"document_kind": ["in", SHOWN_PAPERS],
			"status": "Issued",
		},
		fields=["name", "document_kind", "title", "number", "issued_on"],
		order_by="issued_on asc, creation asc",
	)


def _due(doc: Document, limit: str) -> date | None:
	rows = [row for row in clocks.running(doc.run, limit) if row.status == "Running"]
	return getdate(rows[-1].due_on) if rows else None


def _procedure(doc: Document) -> Procedure:
	return load_procedure(doc.procedure_version)


def _active(doc: Document) -> list[str]:
	return [step for step in (doc.state or "").split(",") if step] if doc.run_status == "Active" else []


def waiting(doc: Document) -> tuple[str, str] | None:
	"""(step, action) of the step that waits for missing papers, if it is open."""
	procedure = _procedure(doc)
	for step in _active(doc):
		node = procedure.by_code[step]
		if node.nature is Nature.WAIT and node.tool == "supplement":
			for button in procedure.buttons(step):
				if button.verb is Verb.FORWARD:
					return step, button.action
	return None


def closing(doc: Document) -> tuple[str, str] | None:
	"""(step, action) by which an open step lets the applicant take the application back."""
	procedure = _procedure(doc)
	for step in _active(doc):
		for button in procedure.buttons(step):
			ends = [procedure.by_code[code] for code in button.targets]
			if button.verb is Verb.CLOSE and any(end.outcome == "Application Withdrawn" for end in ends):
				return step, button.action
	return None


def slots(record: str) -> list[Slot]:
	"""The places for files: commitment, proofs of the conditions, and what the bureau's procedure wants besides."""
	bureau = frappe.db.get_value("SC Listing Record", record, "bureau")
	procedure = load_procedure(bound_version(bureau, "Early Removal", today()))
	own = [
		Slot(f"material_{number}", rule.title, rule.required and not rule.may_follow)
		for number, rule in enumerate(procedure.materials)
		if rule.step == procedure.start.code and rule.title not in (FORM, COMMITMENT)
	]
	return [
		Slot("commitment", COMMITMENT, True, "", "由申请人签名或者盖章后拍照、扫描上传。"),
		Slot(
			"obligations",
			PROOFS["obligations"],
			True,
			"obligations",
			"例如罚款缴纳凭证、履行义务的验收文件。",
		),
		Slot("effects", PROOFS["effects"], True, "effects", "例如隐患整改验收报告、赔偿协议。"),
		Slot("no_repeat", PROOFS["no_repeat"], False, "no_repeat", "如有可以上传。"),
		*own,
	]


def slot_of(supplement: Any) -> str:
	"""The place for the files of a paper that was asked for."""
	return f"supplement_{supplement.name}".lower()


def paper(row: Any, notice: str) -> bytes:
	"""The PDF of a paper of the party's own application; the opening is logged.

	Raises:
		frappe.PermissionError: not one of these.
	"""
	doc = latest(row.record)
	found = next((p for p in (_papers(doc) if doc else ()) if p.name == notice), None)
	if found is None:
		frappe.throw(_("This paper is not there, or is not yours."), frappe.PermissionError)
	events.append(
		"SC Notice",
		found.name,
		"disclosed",
		N_("Opened by the party by query code"),
		bureau=doc.bureau,
		run=doc.run,
		data={"number": found.number, "code": row.name},
	)
	copies = frappe.db.get_value("SC Notice", found.name, ["file", "sealed_copy"], as_dict=True)
	return papers_on_disk.read(papers_on_disk.authoritative(copies))
