"""Early removal (信用修复／提前移出) as the engine's kind: gates of articles 13 and 18–20, what follows a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.removal import ARTICLE_20, check_refusal
from sclist_app.register import (
	application,
	case_panel,
	follow_up,
	joint_action,
	removal_effects,
	upward,
)
from sclist_app.register import repair_reader as reading
from sclist_app.register.paperwork import GOING_ON, Addressee, drawn, ends, ends_now
from sclist_app.register.removal_effects import RemovingKind
from sclist_app.register.repair_facts import repair_facts
from sclist_app.register.repair_reader import RepairReader
from sclist_app.workflow import clocks
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Procedure, Transition, Verb

__all__ = ["RepairKind"]

ACCEPTED, NOT_ACCEPTED, SUPPLEMENT = "D12a", "D12b", "D12c"
GRANTED, REFUSED = "D13a", "D13b"
REPORT, UPWARD = "D14", "D18"
REFUSALS = (NOT_ACCEPTED, REFUSED)
ARTICLE_19 = cite(ORDER_11, 19)


class RepairKind(RemovingKind):
	name = "Early Removal"
	doctype = "SC Repair Application"
	kept = (
		"accepted_on",
		"decided_on",
		"decision_served_on",
		"supplement_due",
		"refusal_reasons",
		"open_key",
	)
	gates = {
		**RemovingKind.gates,
		"supplement": "gate_supplement",
		"verification": "gate_verification",
	}
	followers = {
		**RemovingKind.followers,
		"service": "served",
		"supplement": "supplemented",
	}
	law_articles = {
		ACCEPTED: ARTICLE_19,
		NOT_ACCEPTED: ARTICLE_19,
		SUPPLEMENT: ARTICLE_19,
		GRANTED: ARTICLE_20,
		REFUSED: ARTICLE_20,
		REPORT: ARTICLE_20,
		UPWARD: ARTICLE_20,
	}

	def title(self, doc: Document) -> str:
		return doc.application_title or doc.name

	def facts(self, doc: Document) -> dict[str, Any]:
		return reading.condition_facts(doc, today())

	def channel(self, doc: Document) -> str:
		return "Credit China" if doc.channel == "Credit China" else ""

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		clocks.signal(run, procedure, "application_received", getdate(doc.received_on))

	def due_changed(self, doc: Document, limit: str, due: date) -> None:
		if limit == "T11":
			doc.db_set("supplement_due", due)

	def reader(self, doc: Document) -> RepairReader:
		return RepairReader(doc)

	def papers(self, reader: RepairReader) -> list:
		return reader.papers

	# ------------------------------------------------------------------ gates

	def needs_materials(self, procedure: Procedure, button: Transition) -> bool:
		"""Who asks for missing papers, or refuses because of them, cannot be asked for them first."""
		kinds = {rule.document_kind for rule in procedure.documents_of(button.step, button.action)}
		return super().needs_materials(procedure, button) and not kinds & {SUPPLEMENT, NOT_ACCEPTED}

	def gate(self, act: Act) -> Sequence[Finding]:
		_keep_reasons(act)
		return super().gate(act)

	def gate_of_law(self, act: Act, reader: RepairReader) -> list[Finding]:
		kinds = {rule.document_kind for rule in act.documents}
		ahead = _ahead(act)
		findings: list[Finding] = []
		if ACCEPTED in kinds or _accepts(act, kinds):
			findings += reading.may_apply(reader, act.today)
			findings += reading.missing_materials(reader)
		if SUPPLEMENT in kinds:
			findings += _may_supplement(reader)
		if GRANTED in kinds or (ahead == {GRANTED} and act.transition.verb in GOING_ON):
			findings += reading.may_grant(reader, act.today)
		if kinds & set(REFUSALS) and not _reasons_asked(act):
			findings += check_refusal(act.doc.refusal_reasons or "")
		if REFUSED in kinds and not act.doc.accepted_on:
			message = N_("The application has not been accepted, so it is refused by not accepting it.")
			findings.append(Finding("removal.not_accepted", message, ARTICLE_19))
		return findings

	def asked_before(self, act: Act) -> Sequence[DocumentRule]:
		# reasons that are asked for with the button itself are not there before it is pressed
		return [
			rule
			for rule in self.rules(act)
			if not (rule.document_kind in REFUSALS and _reasons_asked(act)) and rule.document_kind != UPWARD
		]

	def gate_supplement(self, act: Act, reader: RepairReader) -> list[Finding]:
		if act.transition.verb is Verb.EXPIRE:
			return []
		return [
			Finding(
				"supplement.open",
				N_("“{item}” has not been handed in yet. Record it, or wait until the time is over."),
				ARTICLE_19,
				{"item": row.item},
				row=row.name,
			)
			for row in act.doc.supplements
			if not row.supplied_on
		]

	def gate_verification(self, act: Act, reader: RepairReader) -> list[Finding]:
		return reading.unverified(reader)

	def gate_of_end(self, act: Act, reader: RepairReader) -> list[Finding]:
		"""It ends as removed with the decision and all its duties done, otherwise with its paper, never past it."""
		removed = reader.record.removal_run == act.run.name and reader.record.state == "L7"
		for end in ends(act):
			if end.outcome == "Removed":
				if not removed:
					message = N_("The application cannot end as granted: no decision to remove was issued.")
					return [Finding("end.no_decision", message, ARTICLE_20)]
				return self.undone(act.doc) if end in ends_now(act) else []
			if removed:
				message = N_("Early removal has been granted. The application ends as granted only.")
				return [Finding("end.removed", message, ARTICLE_20)]
			wanted = {"Not Removed": REFUSED, "Application Refused": NOT_ACCEPTED}.get(end.outcome)
			issued = {paper.document_kind for paper in reader.papers} | {
				rule.document_kind for rule in act.documents
			}
			if wanted and wanted not in issued:
				message = N_("The application cannot end this way before its paper with reasons is issued.")
				return [Finding("end.no_paper", message, ARTICLE_20)]
		return []

	# -------------------------------------------------------------- documents

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		if rule.document_kind == REPORT:
			return [Addressee("", doc.applicant_name)]
		if rule.document_kind == UPWARD:
			return [
				Addressee("", frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name"))
				for row in upward.of_document(doc)
			]
		return [Addressee(doc.applicant, doc.applicant_name)]

	def facts_of_paper(
		self, doc: Document, procedure: Procedure, document_kind: str, to: Addressee, reader: RepairReader
	) -> dict[str, Any]:
		return repair_facts(reader, procedure, self.channel(doc))

	# ---------------------------------------------------------------- follows

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		doc = act.doc
		if drawn(notices, ACCEPTED):
			doc.accepted_on = act.today
			clocks.signal(act.run, act.procedure, "application_accepted", act.today)
		if drawn(notices, SUPPLEMENT):
			_mark_asked(doc, act.today)
			clocks.hold(act.run, "T10", "Supplement", _("Papers are supplemented"), act.today)
		if granted := drawn(notices, GRANTED).get(doc.applicant):
			self._removed(act, granted)
		if drawn(notices, REFUSED):
			doc.decided_on = act.today
			clocks.signal(act.run, act.procedure, "decision_made", act.today)

	def _removed(self, act: Act, decision: str) -> None:
		act.doc.decided_on = act.today
		for record in self.records(act.doc):
			removal_effects.remove(record, "L7", act.today, act.run, decision)
			upward.open_for(act.doc, act.run, record, decision)
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		clocks.signal(act.run, act.procedure, "removal_decided", act.today)
		follow_up.measure(act.run, act.today)

	def served(self, act: Act) -> None:
		reader = RepairReader(act.doc)
		asked = reader.latest(SUPPLEMENT).get(act.doc.applicant)
		if asked and not act.doc.supplement_due:
			clocks.signal(act.run, act.procedure, "supplement_asked", asked.served_on)
			due = [row.due_on for row in clocks.running(act.run.name, "T11")]
			act.doc.supplement_due = max(due, default=None)
		for kind in (GRANTED, REFUSED):
			decision = reader.latest(kind).get(act.doc.applicant)
			if decision and decision.served_on and not act.doc.decision_served_on:
				act.doc.decision_served_on = decision.served_on
				clocks.signal(act.run, act.procedure, "decision_served", decision.served_on)

	def supplemented(self, act: Act) -> None:
		clocks.release(act.run, "T10", act.today)

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		if run.status == "Ended":
			doc.open_key = None
		super().project(doc, run, titles)

	# ------------------------------------------------------------------ panel

	def panel(self, doc: Document) -> dict[str, Any]:
		of_record = {"record": ["in", self.records(doc)]}
		return {
			"subjects": [
				{"entity": doc.applicant, "entity_name": doc.applicant_name, "code_shown": doc.code_shown}
			],
			"papers": case_panel.papers(doc),
			"records": case_panel.records({"name": ["in", self.records(doc)]}),
			"publications": case_panel.publications(of_record),
			"measures": case_panel.measures(of_record),
			"joint_actions": joint_action.of_case(record=doc.record),
			"follow_ups": follow_up.of_record(doc.record),
			"service_ways": local_rules.service_ways(doc.bureau),
			"repair": {
				"eligibility": application.eligibility(doc.record),
				"verifications": [_verification(row) for row in doc.verifications],
				"supplements": [
					{
						"name": row.name,
						"item": row.item,
						"asked_on": row.asked_on,
						"supplied_on": row.supplied_on,
						"note": row.note,
					}
					for row in doc.supplements
				],
				"supplement_due": doc.supplement_due,
				"open_cases": RepairReader(doc).open_cases,
				"reports": [{**row, "status_label": _(row.status)} for row in upward.of_document(doc)],
			},
		}


def _verification(row) -> dict[str, Any]:
	name = frappe.get_cached_value
	return {
		"condition": row.condition,
		"condition_label": _(row.condition),
		"method": row.method,
		"method_label": _(row.method),
		"result": row.result,
		"result_label": _(row.result),
		"finding": row.finding,
		"verified_on": row.verified_on,
		"verifier": row.verifier,
		"verifier_name": name("User", row.verifier, "full_name") if row.verifier else "",
		"second_verifier_name": name("User", row.second_verifier, "full_name") if row.second_verifier else "",
		"file": row.file,
	}


def _accepts(act: Act, kinds: set[str]) -> bool:
	"""The move by which the step of acceptance accepts; refusing and asking for papers stay open."""
	return (
		act.step.tool == "acceptance"
		and act.transition.verb in (Verb.FORWARD, Verb.AGREE)
		and not kinds & {NOT_ACCEPTED, SUPPLEMENT}
	)


def _ahead(act: Act) -> set[str]:
	"""Which of the two decisions the steps that come next issue; told while it can still be mended."""
	return {
		rule.document_kind
		for rule in act.procedure.documents
		if rule.step in act.transition.targets and rule.document_kind in (GRANTED, REFUSED)
	}


def _reasons_asked(act: Act) -> bool:
	"""The button itself asks for the reasons, and nobody has written them yet."""
	return act.transition.reason_required and not act.opinion and not (act.doc.refusal_reasons or "").strip()


def _keep_reasons(act: Act) -> None:
	"""Reasons given with a refusal stand in its paper, unless the form holds some already."""
	refuses = act.transition.verb is Verb.REFUSE
	if refuses and act.opinion and not (act.doc.refusal_reasons or "").strip():
		act.doc.refusal_reasons = act.opinion


def _may_supplement(reader: RepairReader) -> list[Finding]:
	if reader.latest(SUPPLEMENT):
		message = N_(
			"Papers are asked for once only, and that was done. Accept the application or refuse it."
		)
		return [Finding("supplement.once", message, ARTICLE_19)]
	if not reader.doc.supplements:
		message = N_("Name the papers that are missing first; they stand in the notice.")
		return [Finding("supplement.empty", message, ARTICLE_19)]
	return []


def _mark_asked(doc: Document, on: date) -> None:
	with engine_writes():
		for row in doc.supplements:
			row.db_set("asked_on", on)
