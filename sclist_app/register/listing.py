"""The listing procedure as the engine's kind: gates of Order 11, documents drawn, what follows from a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import local_rules
from sclist_app.access.today import today
from sclist_app.documents.issue import Paper
from sclist_app.law import guards
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date
from sclist_app.register import hearing, joint_action, party_code, party_session, publication, records, upward
from sclist_app.register.case import CaseReader, condition_facts
from sclist_app.register.case_panel import case_panel
from sclist_app.register.paper_facts import paper_facts
from sclist_app.register.paperwork import Addressee, PaperKind, drawn, ends
from sclist_app.workflow import clocks, statutes
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Nature, Procedure, Verb

NOTICE, DECISION, REPAIR, MEASURE = "D01", "D05", "D19", "D24"
NOT_LISTED = "D06"


class ListingKind(PaperKind):
	name = "Listing"
	doctype = "SC Case"
	begins = N_("Case opened")
	kept = ("notice_served_on", "defence_closes_on", "decided_on", "decision_served_on")
	gates = {
		"service": "gate_service",
		"defence": "gate_defence",
		"hearing": "gate_hearing",
		"system_entry": "gate_entry",
		"publication": "gate_publication",
		"measure_records": "gate_measures",
		"joint_action": "gate_joint_action",
		"upward_report": "gate_upward_report",
	}
	followers = {
		"service": "served",
		"defence": "heard",
		"system_entry": "entered",
		"publication": "published",
		"upward_report": "reported",
	}
	joint = {REPAIR: DECISION}
	law_articles = {NOTICE: cite(ORDER_11, 9), DECISION: cite(ORDER_11, 10)}

	def title(self, doc: Document) -> str:
		return doc.case_title or doc.name

	def facts(self, doc: Document) -> dict[str, Any]:
		return condition_facts(doc)

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		decided = [getdate(row.decided_on) for row in doc.penalties if row.decided_on]
		if decided:
			clocks.signal(run, procedure, "penalty_decided", max(decided))

	def due_changed(self, doc: Document, limit: str, due: date) -> None:
		if limit == "T01":
			doc.db_set("defence_closes_on", due)

	def reader(self, doc: Document) -> CaseReader:
		return CaseReader(doc)

	def papers(self, reader: CaseReader) -> list:
		return reader.notices

	# ------------------------------------------------------------------ gates

	def gate_of_law(self, act: Act, reader: CaseReader) -> list[Finding]:
		kinds = {rule.document_kind for rule in act.documents}
		if DECISION in kinds:
			return guards.may_decide(
				reader.law,
				act.today,
				calendar_of(act.doc.bureau),
				defence_period(act.procedure),
				statutes.current(),
			)
		if NOTICE in kinds:
			return guards.may_issue_notice(reader.law)
		return guards.may_leave_registration(reader.law) if _leaves_start(act) else []

	def asked_before(self, act: Act) -> Sequence[DocumentRule]:
		# the notice's facts are entered in the first step; the repair notice names the decision it goes with,
		# which is numbered just before it
		if _leaves_start(act):
			return (DocumentRule(act.step.code, act.transition.action, NOTICE),)
		return tuple(rule for rule in act.documents if rule.document_kind in (NOTICE, DECISION))

	def gate_defence(self, act: Act, reader: CaseReader) -> list[Finding]:
		if act.step.nature is Nature.WAIT:
			return _still_waiting(reader, act, defence_period(act.procedure))
		return _unreviewed(reader)

	def gate_hearing(self, act: Act, reader: CaseReader) -> list[Finding]:
		return hearing.unfinished(act.doc.name)

	def gate_entry(self, act: Act, reader: CaseReader) -> list[Finding]:
		findings = _not_entered(act.doc)
		# where the local rule wants a report and the procedure has no step for it, it goes with the entry
		return findings if _has_step(act, "upward_report") else [*findings, *_not_reported(act.doc)]

	def gate_publication(self, act: Act, reader: CaseReader) -> list[Finding]:
		return publication.unfinished(act.doc.name, reviewed=act.step.nature is Nature.REVIEW)

	def gate_measures(self, act: Act, reader: CaseReader) -> list[Finding]:
		findings = _not_carried_out(act.doc)
		# without a step of its own, sending to other departments belongs to carrying out the measures
		return (
			findings if _has_step(act, "joint_action") else [*findings, *joint_action.not_sent(act.doc.name)]
		)

	def gate_joint_action(self, act: Act, reader: CaseReader) -> list[Finding]:
		return joint_action.not_sent(act.doc.name)

	def gate_upward_report(self, act: Act, reader: CaseReader) -> list[Finding]:
		return _not_reported(act.doc)

	def gate_of_end(self, act: Act, reader: CaseReader) -> list[Finding]:
		"""A case ends as listed only with records, and after a decision it ends no other way."""
		listed = bool(records.of_case(act.doc.name, ["name"]))
		for end in ends(act):
			if end.outcome == "Listed" and not listed:
				return [
					Finding(
						"end.no_decision",
						N_("The case cannot end as listed: no decision has been issued."),
						cite(ORDER_11, 10),
					)
				]
			if end.outcome != "Listed" and listed:
				return [
					Finding(
						"end.listed",
						N_(
							"A decision to list has been issued. The case cannot be dropped; revoke the listing instead."
						),
						cite(ORDER_11, 15),
					)
				]
		return []

	# -------------------------------------------------------------- documents

	def rules(self, act: Act) -> Sequence[DocumentRule]:
		"""The repair notice always goes with the decision, unless the site switched that off.

		Who was told that it is to be listed is told in writing that it is not.
		"""
		kinds = {rule.document_kind for rule in act.documents}
		if NOT_LISTED not in kinds and any(end.outcome == "Not Listed" for end in ends(act)):
			return (*act.documents, DocumentRule(act.step.code, act.transition.action, NOT_LISTED))
		if DECISION in kinds and REPAIR not in kinds and _settings("joint_service"):
			return (*act.documents, DocumentRule(act.step.code, act.transition.action, REPAIR))
		return act.documents

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		measures = [row.measure for row in doc.measures] if rule.per == "Per Measure" else [""]
		if rule.document_kind == NOT_LISTED:
			told = CaseReader(doc).latest(NOTICE)
			return [
				Addressee(row.entity, row.entity_name, row)
				for row in doc.subjects
				if row.entity in told and told[row.entity].served_on
			]
		return [
			Addressee(row.entity, row.entity_name, row, measure)
			for row in doc.subjects
			for measure in measures
		]

	def facts_of_paper(
		self, doc: Document, procedure: Procedure, document_kind: str, to: Addressee, reader: CaseReader
	) -> dict[str, Any]:
		decided = today() if document_kind in (DECISION, REPAIR, MEASURE) else None
		facts = paper_facts(doc, reader, to.row, defence_period(procedure).n, starts_on_service(), decided)
		if document_kind == REPAIR:
			facts["repair"] |= _online(doc, to.entity)
		if document_kind == NOT_LISTED:
			facts["case"]["conclusion"] = doc.flags.why_not_listed or _why_ended(doc)
		if to.about:
			facts["measures"] = [row for row in facts["measures"] if row["code"] == to.about]
		return facts

	def draw_documents(self, act: Act) -> list[str]:
		act.doc.flags.query_codes = party_code.Codes()
		act.doc.flags.why_not_listed = act.opinion
		return super().draw_documents(act)

	def paper_anew(self, doc: Document, procedure: Procedure, notice: Any) -> Paper:
		if notice.document_kind == REPAIR:
			doc.flags.query_codes = doc.flags.query_codes or party_code.Codes()
		return super().paper_anew(doc, procedure, notice)

	def reissued(self, doc: Document, old: Any, new: str) -> None:
		"""A repair notice drawn anew brings a new query code; the earlier one is void."""
		if old.document_kind == REPAIR:
			opened = {row.entity: row.name for row in records.of_case(doc.name, ["name", "entity"])}
			party_code.keep(doc.flags.query_codes, {old.addressee: new}, opened)

	# ---------------------------------------------------------------- follows

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		if decisions := drawn(notices, DECISION):
			self._decided(act, decisions)
		if repair := drawn(notices, REPAIR):
			opened = {row.entity: row.name for row in records.of_case(act.doc.name, ["name", "entity"])}
			party_code.keep(act.doc.flags.query_codes, repair, opened)

	def heard(self, act: Act) -> None:
		if act.step.nature is Nature.WAIT:
			clocks.signal(act.run, act.procedure, "defence_closed", act.today)

	def entered(self, act: Act) -> None:
		if not _has_step(act, "upward_report"):
			upward.close(act.doc)
		records.advance(act.doc.name, "L2")
		clocks.signal(act.run, act.procedure, "system_entered", act.today)

	def published(self, act: Act) -> None:
		if not publication.unfinished(act.doc.name, reviewed=True):
			records.advance(act.doc.name, "L3")
			clocks.signal(act.run, act.procedure, "published", act.today)

	def reported(self, act: Act) -> None:
		upward.close(act.doc)

	def _decided(self, act: Act, decisions: dict[str, str]) -> None:
		listed = None if starts_on_service() else act.today
		act.doc.decided_on = act.today
		records.open_records(act.doc, act.run, decisions, act.today, listed)
		if local_rules.reports_listings(act.doc.bureau) or _has_step(act, "upward_report"):
			for row in records.of_case(act.doc.name, ["name", "decision"]):
				upward.open_for(act.doc, act.run, row.name, row.decision)
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		if listed:
			clocks.signal(act.run, act.procedure, "listed", listed)

	def served(self, act: Act) -> None:
		reader = CaseReader(act.doc)
		for kind, field, event in (
			(NOTICE, "notice_served_on", "notice_served"),
			(DECISION, "decision_served_on", "decision_served"),
		):
			dates = [n.served_on for n in reader.latest(kind).values()]
			if not dates or not all(dates):
				continue
			last, known = max(dates), act.doc.get(field)
			opens_window = kind == NOTICE and any(
				act.procedure.by_code[code].nature is Nature.WAIT for code in act.transition.targets
			)
			# a date unchanged was signalled by an earlier step of service, unless the party is heard anew
			if known and getdate(known) == last and not opens_window:
				continue
			act.doc.set(field, last)
			clocks.signal(act.run, act.procedure, event, last)
			if kind == NOTICE:
				act.doc.defence_closes_on = due_date(
					last, defence_period(act.procedure), calendar_of(act.doc.bureau)
				).on
			elif starts_on_service():
				by_entity = {entity: n.served_on for entity, n in reader.latest(DECISION).items()}
				for row in records.of_case(act.doc.name, ["name", "entity"]):
					records.set_start(row.name, by_entity[row.entity])
				clocks.signal(act.run, act.procedure, "listed", last)

	def panel(self, doc: Document) -> dict[str, Any]:
		return case_panel(doc)


def _online(doc: Document, entity: str) -> dict[str, str]:
	"""What the repair notice says of the online service; a draft has no code yet."""
	if not party_session.is_open():
		return {}
	codes = doc.flags.query_codes
	return {
		"query_code": codes.of(entity) if codes else "（制发时生成）",
		"online_address": (_settings("party_address") or "").strip(),
	}


def _has_step(act: Act, tool: str) -> bool:
	return any(step.tool == tool for step in act.procedure.steps)


def _why_ended(doc: Document) -> str | None:
	"""The reasons given with the act that ended the run."""
	if doc.run_status != "Ended":
		return None
	return frappe.db.get_value("SC Event", {"run": doc.run, "event": "acted"}, "opinion", order_by="seq desc")


def _leaves_start(act: Act) -> bool:
	return act.step.is_start and act.transition.verb is not Verb.CLOSE


def defence_period(procedure: Procedure) -> Period:
	"""T01 of this procedure; the law's gate checks its bounds again."""
	rule = procedure.limit("T01")
	return clocks.period_of(rule) if rule else statutes.limit("T01").period


def starts_on_service() -> bool:
	return _settings("listing_start_basis") == "Service Date"


def _settings(field: str):
	return frappe.get_cached_doc("SC Settings").get(field)


def _still_waiting(reader: CaseReader, act: Act, t01: Period) -> list[Finding]:
	"""Before the window is over the case goes on only when every subject has answered."""
	calendar = calendar_of(act.doc.bureau)
	findings = []
	for row in act.doc.subjects:
		notice = reader.latest(NOTICE).get(row.entity)
		if notice is None or notice.served_on is None:
			continue
		due = (
			clocks.due_from(act.run.name, "T01", notice.served_on)
			or due_date(notice.served_on, t01, calendar).on
		)
		if not reader.answers(row.entity) and act.today <= due:
			findings.append(
				Finding(
					"g3.window",
					N_(
						"{subject} may still answer until {due}. Wait until that day has passed, or record the answer or the written waiver."
					),
					f"{cite(ORDER_11, 9)}、{cite(PENALTY_LAW, 44, 45, 62)}",
					{"subject": row.entity_name, "due": due},
					row=row.name,
				)
			)
	return findings


def _unreviewed(reader: CaseReader) -> list[Finding]:
	return [
		Finding(
			"defence.unreviewed",
			N_("The defence of {subject} has not been reviewed. Record the review and its result."),
			cite(PENALTY_LAW, 45),
			{"subject": d.subject_name},
			row=d.name,
		)
		for d in reader.defences
		if d.kind == "Defence" and not d.conclusion
	]


def _not_entered(doc: Document) -> list[Finding]:
	return [
		Finding(
			"entry.open",
			N_(
				"The record of {subject} has not been entered in the information system. Record the entry with its serial number."
			),
			cite(ORDER_11, 11),
			{"subject": row.entity_name},
			row=row.name,
		)
		for row in records.of_case(doc.name, ["name", "entity_name", "entered_on", "state"])
		if not row.entered_on and row.state in records.OPEN
	]


def _not_reported(doc: Document) -> list[Finding]:
	return [
		Finding(
			"report.listing",
			N_(
				"The listing of {subject} has not been reported to the bureau above. Record the report with its serial number."
			),
			cite(ORDER_11, 4),
			{"subject": row.entity_name},
			row=row.name,
		)
		for row in upward.of_document(doc)
		if not row.reported_on
	]


def _not_carried_out(doc: Document) -> list[Finding]:
	rows = frappe.get_all(
		"SC Measure Record",
		filters={"case": doc.name, "state": "To Carry Out"},
		fields=["name", "entity_name", "measure"],
		order_by="creation",
	)
	return [
		Finding(
			"measure.open",
			N_("The measure {measure} for {subject} has not been carried out yet."),
			cite(ORDER_11, 8),
			{"measure": row.measure, "subject": row.entity_name},
			row=row.name,
		)
		for row in rows
	]
