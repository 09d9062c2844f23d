"""The listing procedure as the engine's kind: gates of Order 11, documents drawn, what follows from a decision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.today import today
from sclist_app.documents.issue import Paper, issue, missing_facts
from sclist_app.law import guards
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date
from sclist_app.register import publication, records
from sclist_app.register.case import CaseReader, condition_facts
from sclist_app.register.case_panel import case_panel
from sclist_app.register.paper_facts import paper_facts
from sclist_app.workflow import clocks
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.kinds import Act, Kind
from sclist_app.workflow.model import DocumentRule, Nature, Procedure, Verb

NOTICE, DECISION, REPAIR = "D01", "D05", "D19"
DATES = ("notice_served_on", "defence_closes_on", "decided_on", "decision_served_on")
GOING_ON = (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE)


class ListingKind(Kind):
	name = "Listing"
	doctype = "SC Case"

	def title(self, doc: Document) -> str:
		return doc.case_title or doc.name

	def facts(self, doc: Document) -> Mapping[str, Any]:
		return condition_facts(doc)

	# ------------------------------------------------------------------ gates

	def gate(self, act: Act) -> Sequence[Finding]:
		reader = CaseReader(act.doc)
		findings: list[Finding] = []
		kinds = {rule.document_kind for rule in act.documents}
		leaves_start = act.step.is_start and act.transition.verb is not Verb.CLOSE
		t01, calendar = defence_period(act.procedure), calendar_of(act.doc.bureau)
		if DECISION in kinds:
			findings += guards.may_decide(reader.law, act.today, calendar, t01)
		elif NOTICE in kinds:
			findings += guards.may_issue_notice(reader.law)
		elif leaves_start:
			findings += guards.may_leave_registration(reader.law)
		if not [f for f in findings if f.severity == "error"]:
			findings += self._incomplete_papers(act, reader, {NOTICE} if leaves_start else kinds)
		if act.transition.verb in GOING_ON:
			findings += self._tool_gate(act, reader, t01)
		findings += self._end_gate(act)
		return findings

	def _incomplete_papers(self, act: Act, reader: CaseReader, kinds: Iterable[str]) -> list[Finding]:
		"""Facts the documents will need, told while they can still be entered."""
		findings = []
		# the repair notice names the decision it goes with, which is numbered just before it
		for document_kind in sorted(set(kinds) & {NOTICE, DECISION}):
			for subject in act.doc.subjects:
				missing = missing_facts(self._paper(act, reader, document_kind, subject))
				if missing:
					findings.append(
						Finding(
							"paper.incomplete",
							N_(
								"{title} for {subject} cannot be drawn up yet, these facts are missing: {missing}. Enter them in the case, the entity or the bureau."
							),
							cite(ORDER_11, 9 if document_kind == NOTICE else 10),
							{
								"title": frappe.get_cached_value("SC Document Kind", document_kind, "title"),
								"subject": subject.entity_name,
								"missing": missing,
							},
							row=subject.name,
						)
					)
		return findings

	def _paper(
		self, act: Act, reader: CaseReader, document_kind: str, subject, joint_with: str | None = None
	) -> Paper:
		decided = act.today if document_kind in (DECISION, REPAIR) else None
		return Paper(
			kind=document_kind,
			bureau=act.doc.bureau,
			facts=paper_facts(
				act.doc, reader, subject, defence_period(act.procedure).n, starts_on_service(), decided
			),
			addressee=subject.entity,
			addressee_name=subject.entity_name,
			reference_doctype=act.doc.doctype,
			reference_name=act.doc.name,
			run=act.run.name,
			step=act.step.code,
			joint_with=joint_with,
			is_demo=bool(act.doc.is_demo),
		)

	def _tool_gate(self, act: Act, reader: CaseReader, t01: Period) -> list[Finding]:
		tool = act.step.tool
		if tool == "service":
			return _unserved(reader, act.today)
		if tool == "defence":
			if act.step.nature is Nature.WAIT:
				return _still_waiting(reader, act, t01)
			return _unreviewed(reader)
		if tool == "system_entry":
			return _not_entered(act.doc)
		if tool == "publication":
			return publication.unfinished(act.doc.name, reviewed=act.step.nature is Nature.REVIEW)
		if tool == "measure_records":
			return _not_carried_out(act.doc)
		return []

	def _end_gate(self, act: Act) -> list[Finding]:
		"""A case ends as listed only with records, and after a decision it ends no other way."""
		ends = [
			act.procedure.by_code[code]
			for code in act.transition.targets
			if act.procedure.by_code[code].is_end
		]
		listed = bool(records.of_case(act.doc.name, ["name"]))
		for end in ends:
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

	def draw_documents(self, act: Act) -> list[str]:
		"""Issue the documents of the move for each subject; the repair notice always goes with the decision."""
		rules = list(act.documents)
		kinds = {rule.document_kind for rule in rules}
		if DECISION in kinds and REPAIR not in kinds and _settings("joint_service"):
			rules.append(DocumentRule(act.step.code, act.transition.action, REPAIR))
		rules.sort(key=lambda rule: rule.document_kind)
		issued: list[str] = []
		decisions: dict[str, str] = {}
		for rule in rules:
			for subject in act.doc.subjects:
				joint = decisions.get(subject.entity) if rule.document_kind == REPAIR else None
				name = issue(self._paper(act, CaseReader(act.doc), rule.document_kind, subject, joint))
				if rule.document_kind == DECISION:
					decisions[subject.entity] = name
				issued.append(name)
		return issued

	# ---------------------------------------------------------------- follows

	def follow(self, act: Act, notices: Sequence[str]) -> None:
		drawn = {
			row.addressee: row.name
			for row in frappe.get_all(
				"SC Notice",
				filters={"name": ["in", list(notices) or [""]], "document_kind": DECISION},
				fields=["name", "addressee"],
				order_by="creation",
			)
		}
		if drawn:
			self._decided(act, drawn)
		if act.transition.verb not in GOING_ON:
			return
		if act.step.tool == "service":
			self._served(act)
		elif act.step.tool == "defence" and act.step.nature is Nature.WAIT:
			clocks.signal(act.run, act.procedure, "defence_closed", act.today)
		elif act.step.tool == "system_entry":
			records.advance(act.doc.name, "L2")
			clocks.signal(act.run, act.procedure, "system_entered", act.today)
		elif act.step.tool == "publication" and not publication.unfinished(act.doc.name, reviewed=True):
			records.advance(act.doc.name, "L3")
			clocks.signal(act.run, act.procedure, "published", act.today)

	def _decided(self, act: Act, decisions: dict[str, str]) -> None:
		listed = None if starts_on_service() else act.today
		act.doc.decided_on = act.today
		records.open_records(act.doc, act.run, decisions, act.today, listed)
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		if listed:
			clocks.signal(act.run, act.procedure, "listed", listed)

	def _served(self, act: Act) -> None:
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

	# ------------------------------------------------------------- projection

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		marking = json.loads(run.marking)
		active = [code for code, (status, _round) in marking.items() if status == "active"]
		ended = run.status == "Ended"
		doc.db_set(
			{
				"state": ",".join(active),
				"state_title": "、".join(titles),
				"run": run.name,
				"procedure_version": run.procedure_version,
				"run_status": run.status,
				"outcome": run.outcome or None,
				"closed_on": today() if ended else None,
				**{field: doc.get(field) for field in DATES},
			}
		)


def defence_period(procedure: Procedure) -> Period:
	"""T01 of this procedure; the law's gate checks its bounds again."""
	rule = procedure.limit("T01")
	return clocks.period_of(rule) if rule else Period(5, "workday")


def starts_on_service() -> bool:
	return _settings("listing_start_basis") == "Service Date"


def _settings(field: str):
	return frappe.get_cached_doc("SC Settings").get(field)


def _unserved(reader: CaseReader, on: date) -> list[Finding]:
	findings = []
	last = {(n.document_kind, n.addressee): n for n in reader.notices}
	for notice in last.values():
		if notice.served_on is None:
			message = N_("{title} for {subject} has not been served. Record its service first.")
		elif notice.served_on > on:
			message = N_("{title} for {subject} counts as served on {date} only. Wait for that day.")
		else:
			continue
		findings.append(
			Finding(
				"service.open",
				message,
				f"{cite(ORDER_11, 10, paragraph=2)}、{cite(PENALTY_LAW, 61)}",
				{"title": notice.title, "subject": notice.addressee_name, "date": notice.served_on},
				row=notice.name,
			)
		)
	return findings


def _still_waiting(reader: CaseReader, act: Act, t01: Period) -> list[Finding]:
	"""Before the window is over the case goes on only when every subject has answered."""
	calendar = calendar_of(act.doc.bureau)
	findings = []
	for row in act.doc.subjects:
		notice = reader.latest(NOTICE).get(row.entity)
		if notice is None or notice.served_on is None:
			continue
		due = due_date(notice.served_on, t01, calendar).on
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
		for row in records.of_case(doc.name, ["name", "entity_name", "entered_on"])
		if not row.entered_on
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
