"""A listing case: what is derived on saving, and the case as the law sees it."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from sclist_app.access import local_rules
from sclist_app.access.guard import is_engine
from sclist_app.access.posts import filling_bureaus
from sclist_app.documents.rendering import blocks_of
from sclist_app.law.accidents import AccidentLevel, accident_level
from sclist_app.law.facts import (
	AccidentFacts,
	CaseFacts,
	DefenceFacts,
	NoticeFacts,
	PenaltyFacts,
	ScopeFacts,
	SubjectFacts,
)
from sclist_app.law.guards import g8_scope
from sclist_app.register import hearing
from sclist_app.register.identity import shown_code
from sclist_app.register.paperwork import latest, papers_of

__all__ = ["CaseReader", "complete", "condition_facts"]

PENALTY_STATUS = {
	"Effective": "in_force",
	"Under Review": "under_review",
	"In Litigation": "in_litigation",
	"Changed": "changed",
	"Performed": "performed",
	"Revoked": "revoked",
}
LEVELS = {"Ministry": "ministry", "Province": "province", "City": "city", "County": "county"}
ANSWERS = {"Defence": "defence", "Waiver": "waiver", "Hearing Request": "hearing"}
KINDS = {"Unit": "unit", "Institution": "institution", "Person": "person"}


def default_bureau(doc: Document) -> None:
	"""A new case belongs to the bureau of whoever opens it, unless they chose another of their own.

	Raises:
		frappe.PermissionError: the user fills no forms in that bureau.
	"""
	own = filling_bureaus()
	if not doc.bureau and own:
		doc.bureau = own[0]
	if not is_engine() and frappe.session.user != "Administrator" and doc.bureau not in own:
		frappe.throw(_("You hold no post in this bureau that registers cases."), frappe.PermissionError)


def complete(doc: Document) -> None:
	"""Derive what nobody should type: title, names, masked codes, accident levels."""
	for row in doc.penalties:
		penalty = frappe.get_cached_doc("SC Penalty", row.penalty)
		row.document_number, row.decided_on = penalty.document_number, penalty.decided_on
	for row in doc.subjects:
		entity = frappe.get_cached_doc("SC Entity", row.entity)
		row.entity_name, row.entity_kind = entity.entity_name, entity.entity_kind
		row.code_shown = shown_code(entity)
		row.unit_name = (
			frappe.get_cached_value("SC Entity", entity.unit, "entity_name") if entity.unit else None
		)
		if entity.entity_kind != "Person" and row.role != "other_responsible":
			row.role = ""
	for row in doc.accidents:
		row.level = accident_level(
			row.deaths or 0, row.injuries or 0, Decimal(str(flt(row.loss)))
		).name.lower()
		if row.level_override and not (row.override_reason or "").strip():
			frappe.throw(
				_("Row {0}: say why the accident has another level than its figures give.").format(row.idx)
			)
	doc.case_title = _title(doc)


def _title(doc: Document) -> str:
	lead = doc.subjects[0].entity_name if doc.subjects else ""
	if not lead and doc.penalties:
		lead = frappe.get_cached_value("SC Penalty", doc.penalties[0].penalty, "entity_name")
	ground = frappe.get_cached_value("SC Listing Ground", doc.ground, "title") if doc.ground else ""
	return "·".join(part for part in (lead, ground) if part)[:140]


class CaseReader:
	"""A case with everything around it, read once."""

	def __init__(self, doc: Document):
		self.doc = doc

	@cached_property
	def penalties(self) -> list[Document]:
		return [frappe.get_doc("SC Penalty", row.penalty) for row in self.doc.penalties]

	@cached_property
	def entities(self) -> dict[str, Document]:
		return {row.entity: frappe.get_doc("SC Entity", row.entity) for row in self.doc.subjects}

	@cached_property
	def notices(self) -> list:
		return papers_of("SC Case", self.doc.name)

	def latest(self, kind: str) -> dict[str, Any]:
		"""Entity → its last document of the kind; after a new notice the earlier one counts no more."""
		return latest(self.notices, kind)

	def answers(self, entity: str) -> list:
		"""What the party answered to the last notice served on it."""
		notice = self.latest("D01").get(entity)
		since = notice.served_on if notice else None
		return [d for d in self.defences if d.subject == entity and since and getdate(d.received_on) >= since]

	@cached_property
	def defences(self) -> list:
		return frappe.get_all(
			"SC Defence",
			filters={"case": self.doc.name},
			fields=[
				"name",
				"subject",
				"subject_name",
				"kind",
				"received_on",
				"conclusion",
				"review_reasons",
				"file",
			],
			order_by="received_on asc, creation asc",
		)

	@cached_property
	def hearings(self) -> list:
		return hearing.of_case(self.doc.name)

	@cached_property
	def steps(self) -> dict[str, list]:
		import json

		marking = frappe.db.get_value("SC Run", self.doc.run, "marking") if self.doc.run else None
		return json.loads(marking or "{}")

	def duty(self, tool: str) -> tuple[bool, bool]:
		"""(required, passed) for a duty such as legal review: required once the case has entered the step."""
		from sclist_app.workflow.store import load_procedure

		if not self.doc.procedure_version:
			return False, False
		codes = [s.code for s in load_procedure(self.doc.procedure_version).steps if s.tool == tool]
		entered = [self.steps[code][0] for code in codes if code in self.steps]
		return bool(entered), bool(entered) and all(status == "finished" for status in entered)

	@cached_property
	def law(self) -> CaseFacts:
		doc = self.doc
		review, reviewed = self.duty("legal_review")
		discussion, discussed = self.duty("discussion")
		return CaseFacts(
			name=doc.name or "",
			bureau=_bureau_name(doc.bureau),
			bureau_level=LEVELS.get(frappe.get_cached_value("SC Bureau", doc.bureau, "level"), "county"),
			ground=doc.ground or "",
			penalties=tuple(self._penalty(p) for p in self.penalties),
			subjects=tuple(self._subject(row) for row in doc.subjects),
			accidents=tuple(self._accident(row) for row in doc.accidents),
			reasons=doc.reasons or "",
			investigation_report=doc.investigation_report or "",
			listing_date=getdate(doc.decided_on) if doc.decided_on else None,
			designation=doc.designation or "",
			open_cases_same=tuple(self._same_cases()),
			notices=tuple(
				NoticeFacts(
					n.document_kind,
					n.addressee,
					n.number or "",
					getdate(n.issued_on),
					n.served_on,
					frozenset(k for k, v in blocks_of(n.html or "").items() if v),
					hearing.was_offered(n.name),
				)
				for n in self.notices
				if n.document_kind == "D01"
			),
			defences=tuple(
				DefenceFacts(
					d.subject, ANSWERS[d.kind], getdate(d.received_on), bool(d.conclusion), bool(d.file)
				)
				for d in self.defences
			),
			legal_review_required=review,
			legal_review_passed=reviewed,
			discussion_required=discussion,
			discussion_passed=discussed,
			ban=self.ban,
			conduct=doc.ground_detail or "",
			able_to_perform=bool(doc.able_to_perform),
			hearing_requested=bool(self.hearings),
			hearing_finished=not hearing.unsettled(self.hearings),
			industry=doc.industry or "",
			scope=self.scope,
		)

	@cached_property
	def scope(self) -> ScopeFacts:
		"""The local rule of the day the case was opened; a later one does not stop it."""
		return local_rules.scope(self.doc.bureau, getdate(self.doc.opened_on) if self.doc.opened_on else None)

	def division(self, entity: Document) -> str:
		"""Where an organisation, or a person's unit, is registered: the division of its code (GB 32100-2015)."""
		if entity.entity_kind == "Person":
			unit = frappe.get_cached_doc("SC Entity", entity.unit) if entity.unit else None
			return self.division(unit) if unit else ""
		return entity.division_code or (entity.uscc or "")[2:8]

	@property
	def ban(self) -> bool:
		return any(p.ban for p in self.penalties)

	def _penalty(self, p: Document) -> PenaltyFacts:
		return PenaltyFacts(
			name=p.name,
			document_number=p.document_number or "",
			bureau=_bureau_name(p.bureau),
			decided_on=getdate(p.decided_on) if p.decided_on else None,
			status=PENALTY_STATUS.get(p.status, "in_force"),
			basis=p.basis or "",
			kinds=tuple(row.kind for row in p.items),
			fine=Decimal(str(flt(p.fine_total))),
			multiplier=Decimal(str(flt(p.multiplier))) if flt(p.multiplier) else None,
		)

	def _subject(self, row) -> SubjectFacts:
		entity = self.entities[row.entity]
		return SubjectFacts(
			row=row.name or str(row.idx),
			entity=row.entity,
			kind=KINDS[entity.entity_kind],
			name=entity.entity_name or "",
			role=row.role or "",
			identifier_ok=bool(entity.id_number_key if entity.entity_kind == "Person" else entity.uscc),
			address=entity.address or "",
			division=self.division(entity),
		)

	def _accident(self, row) -> AccidentFacts:
		return AccidentFacts(
			row=row.name or str(row.idx),
			occurred_on=getdate(row.occurred_on) if row.occurred_on else None,
			deaths=row.deaths or 0,
			injuries=row.injuries or 0,
			loss_yuan=Decimal(str(flt(row.loss))),
			level_override=AccidentLevel[row.level_override.upper()] if row.level_override else None,
			override_reason=row.override_reason or "",
			unit=row.unit or "",
		)

	def _same_cases(self) -> list[str]:
		"""Open cases that share a penalty and a subject with this one."""
		doc = self.doc
		penalties = [row.penalty for row in doc.penalties]
		subjects = [row.entity for row in doc.subjects]
		if not penalties or not subjects:
			return []
		case = frappe.qb.DocType("SC Case")
		penalty = frappe.qb.DocType("SC Case Penalty")
		subject = frappe.qb.DocType("SC Case Subject")
		rows = (
			frappe.qb.from_(penalty)
			.join(case)
			.on(case.name == penalty.parent)
			.join(subject)
			.on(subject.parent == case.name)
			.select(case.name)
			.distinct()
			.where(penalty.penalty.isin(penalties))
			.where(subject.entity.isin(subjects))
			.where(case.run_status == "Active")
			.where(case.name != (doc.name or ""))
			.run()
		)
		return [row[0] for row in rows]


def _bureau_name(code: str | None) -> str:
	return (frappe.get_cached_value("SC Bureau", code, "bureau_name") or code) if code else ""


def condition_facts(doc: Document) -> dict[str, Any]:
	"""The facts a procedure's conditions may ask for."""
	reader = CaseReader(doc)
	levels = [row.level_override or row.level for row in doc.accidents]
	order = ["general", "larger", "major", "extraordinary"]
	subjects = {row.entity for row in doc.subjects}
	waived = {entity for entity in subjects if any(d.kind == "Waiver" for d in reader.answers(entity))}
	return {
		"ground": doc.ground,
		"fine": sum((flt(p.fine_total) for p in reader.penalties), 0.0),
		"accident_level": max((level for level in levels if level), key=order.index, default=""),
		"deaths": sum(row.deaths or 0 for row in doc.accidents),
		"injuries": sum(row.injuries or 0 for row in doc.accidents),
		"ban": reader.ban,
		"subject_kinds": {KINDS[row.entity_kind] for row in doc.subjects if row.entity_kind},
		"subjects": len(doc.subjects),
		"penalty_kinds": {row.kind for p in reader.penalties for row in p.items},
		"industry": doc.industry,
		"bureau_level": frappe.get_cached_value("SC Bureau", doc.bureau, "level"),
		"defence_made": any(d.kind == "Defence" and not d.conclusion for d in reader.defences),
		"waived": bool(subjects) and subjects <= waived,
		"channel": "",
		"hearing_requested": bool(hearing.unsettled(reader.hearings)),
		"registered_here": _registered_here(reader),
		"scope_ok": not (reader.scope.industries or reader.scope.area) or not g8_scope(reader.law),
		"report_listings": local_rules.reports_listings(doc.bureau),
	}


def _registered_here(reader: CaseReader) -> bool:
	"""Is every party registered in the area of the deciding bureau?"""
	area = local_rules.area_of(reader.doc.bureau)
	return bool(area) and all(reader.division(e).startswith(area) for e in reader.entities.values())
