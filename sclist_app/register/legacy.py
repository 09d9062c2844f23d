"""SC Legacy Entry: an entry of the list kept before Order 11, decided by the bureau that applied at the time.

Out of the new scope: it leaves the old list. Meeting article 6 or 7: a new listing record with the original date,
whose term is counted from that date; where it is over already, the removal for expiry is opened at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents.issue import text_blocks
from sclist_app.law import legacy as law
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import earliest_early_removal
from sclist_app.register import case_panel, publication, records, removals
from sclist_app.register.case import KINDS
from sclist_app.register.paper_facts import addressee_facts, bureau_facts, remedy_facts
from sclist_app.register.paperwork import GOING_ON, Addressee, PaperKind, drawn, ends, papers_of
from sclist_app.workflow import clocks
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Nature, Procedure

__all__ = ["DOCTYPE", "LegacyKind", "check"]

DOCTYPE, RECORD = "SC Legacy Entry", "SC Listing Record"
DECISION = "D23"
ARTICLE_11 = cite(ORDER_11, 11)


def check(doc: Document) -> None:
	"""On saving: the penalty is the party's own, and the new term is shown with the proposal.

	Raises:
		frappe.ValidationError: the penalty belongs to somebody else, or a date is impossible.
	"""
	if doc.penalty:
		penalty = frappe.db.get_value("SC Penalty", doc.penalty, ["bureau", "decided_on"], as_dict=True)
		if penalty.bureau != doc.bureau:
			frappe.throw(
				_(
					"The penalty was decided by another bureau. Only the bureau that punished may list the party."
				)
			)
		if getdate(penalty.decided_on) > getdate(doc.listed_on):
			frappe.throw(_("The penalty is younger than the original listing. Choose the right one."))
	if doc.moved_out_on and not getdate(doc.listed_on) <= getdate(doc.moved_out_on) <= today():
		frappe.throw(
			_("Enter the day of the removal from the old list: not before the listing, not in the future.")
		)
	doc.new_term_end = (
		law.new_term(getdate(doc.listed_on), today())[0] if doc.decision == law.RE_ENTER else None
	)


class LegacyReader:
	"""An SC Legacy Entry with party and papers, read once."""

	def __init__(self, doc: Document):
		self.doc = doc

	@cached_property
	def entity(self) -> Document:
		return frappe.get_doc("SC Entity", self.doc.entity)

	@cached_property
	def papers(self) -> list:
		return papers_of(DOCTYPE, self.doc.name)

	@property
	def facts(self) -> law.DecisionFacts:
		doc = self.doc
		return law.DecisionFacts(
			decision=doc.decision or "",
			ground=doc.ground or "",
			kind=KINDS.get(doc.entity_kind or "", ""),
			role=doc.role or "",
			penalty=bool(doc.penalty or (doc.penalty_number or "").strip()),
			reasons=doc.reasons or "",
			listed_on=getdate(doc.listed_on),
		)


class LegacyKind(PaperKind):
	name = "Legacy Transition"
	doctype = DOCTYPE
	kept = ("record", "decided_on", "decision_served_on", "new_term_end")
	gates = {
		"service": "gate_service",
		"system_entry": "gate_entry",
		"publication": "gate_publication",
		"measure_records": "gate_measures",
		"system_update": "gate_moved_out",
	}
	followers = {"service": "served", "system_entry": "entered", "publication": "published"}
	law_articles = {DECISION: law.TRANSITION}

	def title(self, doc: Document) -> str:
		return doc.entry_title or doc.name

	def facts(self, doc: Document) -> Mapping[str, Any]:
		return {
			"ground": doc.ground or "",
			"bureau_level": frappe.get_cached_value("SC Bureau", doc.bureau, "level"),
			"subject_kinds": {KINDS[doc.entity_kind]} if doc.entity_kind else set(),
			"subjects": 1,
			"legacy_decision": doc.decision or "",
			# as it was on the day of the decision: the branches it opened stay the same
			"legacy_over": law.new_term(getdate(doc.listed_on), getdate(doc.decided_on or today()))[1],
		}

	def reader(self, doc: Document) -> LegacyReader:
		return LegacyReader(doc)

	def papers(self, reader: LegacyReader) -> list:
		return reader.papers

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		return [Addressee(doc.entity, doc.entity_name)]

	# ------------------------------------------------------------------ gates

	def gate_of_law(self, act: Act, reader: LegacyReader) -> list[Finding]:
		decides = DECISION in {rule.document_kind for rule in act.documents}
		if decides or (act.step.is_start and act.transition.verb in GOING_ON):
			return law.check_decision(reader.facts)
		return []

	def gate_entry(self, act: Act, reader: LegacyReader) -> list[Finding]:
		if frappe.db.get_value(RECORD, act.doc.record, "entered_on"):
			return []
		message = N_(
			"The record of {subject} has not been entered in the information system. Record the entry with its serial number."
		)
		return [Finding("entry.open", message, ARTICLE_11, {"subject": act.doc.entity_name})]

	def gate_publication(self, act: Act, reader: LegacyReader) -> list[Finding]:
		return publication.unfinished_of(
			{"record": act.doc.record}, reviewed=act.step.nature is Nature.REVIEW
		)

	def gate_measures(self, act: Act, reader: LegacyReader) -> list[Finding]:
		rows = frappe.get_all(
			"SC Measure Record",
			filters={"record": act.doc.record, "state": "To Carry Out"},
			fields=["name", "entity_name", "measure"],
			order_by="creation",
		)
		message = N_("The measure {measure} for {subject} has not been carried out yet.")
		return [
			Finding(
				"measure.open",
				message,
				cite(ORDER_11, 8),
				{"measure": row.measure, "subject": row.entity_name},
				row=row.name,
			)
			for row in rows
		]

	def gate_moved_out(self, act: Act, reader: LegacyReader) -> list[Finding]:
		if act.doc.moved_out_on and (act.doc.moved_out_serial or "").strip():
			return []
		message = N_(
			"The removal from the old system is not recorded. Enter its day and serial number in the form and save."
		)
		return [Finding("legacy.moved_out", message, law.TRANSITION)]

	def gate_of_end(self, act: Act, reader: LegacyReader) -> list[Finding]:
		outcomes = {law.MOVE_OUT: "Removed", law.RE_ENTER: "Listed"}
		for end in ends(act):
			if act.doc.decided_on and end.outcome != outcomes.get(act.doc.decision):
				message = N_("The end “{end}” does not fit the decision on the entry.")
				return [Finding("legacy.end", message, law.TRANSITION, {"end": end.title})]
			if not act.doc.decided_on and end.outcome != "Dropped":
				message = N_("The entry cannot be closed: no decision has been issued.")
				return [Finding("legacy.undecided", message, law.TRANSITION)]
		return []

	# -------------------------------------------------------------- documents

	def facts_of_paper(
		self, doc: Document, procedure: Procedure, document_kind: str, to: Addressee, reader: LegacyReader
	) -> dict[str, Any]:
		bureau = frappe.get_cached_doc("SC Bureau", doc.bureau)
		facts = {
			"bureau": bureau_facts(bureau),
			"addressee": addressee_facts(reader.entity, doc.role, doc.unit_name),
			"legacy": {
				"source_number": doc.source_id,
				"listed_on": getdate(doc.listed_on),
				"old_ground": doc.old_ground,
				"re_entered": doc.decision == law.RE_ENTER,
				"over": False,
				"reasons": doc.reasons,
			},
			"remedy": remedy_facts(bureau),
			"blocks": {k: v for k, v in text_blocks(doc.bureau).items() if k == "remedies"},
		}
		if doc.decision == law.RE_ENTER and doc.ground:
			ground = frappe.get_cached_doc("SC Listing Ground", doc.ground)
			end, over = law.new_term(getdate(doc.listed_on), today())
			facts["legacy"]["over"] = over
			facts["case"] = {
				"number": doc.name,
				"ground_code": doc.ground,
				"ground_text": ground.text,
				"ground_article": ground.article.split("》")[-1],
			}
			facts["listing"] = {
				"listed_on": getdate(doc.listed_on),
				"term_start": getdate(doc.listed_on),
				"term_end": end,
				"earliest_application": earliest_early_removal(getdate(doc.listed_on)),
			}
		return facts

	# ---------------------------------------------------------------- follows

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		notice = drawn(notices, DECISION).get(act.doc.entity)
		if not notice or act.doc.decided_on:
			return
		act.doc.decided_on = act.today
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		if act.doc.decision == law.MOVE_OUT:
			self._log(act, "moved_out", N_("Moved out of the old list"))
			return
		over = law.new_term(getdate(act.doc.listed_on), act.today)[1]
		act.doc.record = records.re_enter(act.doc, act.run, notice, act.today, over)
		self._log(act, "re_entered", N_("Entered anew with the original date"))
		if over:
			removals.open_due(act.doc.record)

	def entered(self, act: Act) -> None:
		records.advance_one(act.doc.record, "L2")
		clocks.signal(act.run, act.procedure, "system_entered", act.today)

	def published(self, act: Act) -> None:
		if not publication.unfinished_of({"record": act.doc.record}, reviewed=True):
			records.advance_one(act.doc.record, "L3")
			clocks.signal(act.run, act.procedure, "published", act.today)

	def served(self, act: Act) -> None:
		dates = [paper.served_on for paper in papers_of(DOCTYPE, act.doc.name)]
		if dates and all(dates):
			act.doc.decision_served_on = max(dates)
			clocks.signal(act.run, act.procedure, "decision_served", max(dates))

	def _log(self, act: Act, event: str, label: str) -> None:
		events.append(
			DOCTYPE,
			act.doc.name,
			event,
			label,
			bureau=act.doc.bureau,
			run=act.run.name,
			step=act.step.code,
			step_title=act.step.title,
			data={
				"decision": act.doc.decision,
				"ground": act.doc.ground,
				"listed_on": str(act.doc.listed_on),
				"record": act.doc.record,
			},
		)

	def panel(self, doc: Document) -> dict[str, Any]:
		panel: dict[str, Any] = {
			"subjects": [
				{"entity": doc.entity, "entity_name": doc.entity_name, "code_shown": doc.code_shown}
			],
			"papers": case_panel.papers(doc),
		}
		if doc.record:
			own = {"record": doc.record}
			panel |= {
				"records": case_panel.records({"name": doc.record}),
				"publications": case_panel.publications(own),
				"measures": case_panel.measures(own),
			}
		return panel


def insert(values: Mapping[str, Any]) -> str:
	"""Store one entry as it was read and begin its procedure; the caller has checked it."""
	doc = frappe.new_doc(DOCTYPE)
	doc.update({**values, "opened_on": today(), "officer": frappe.session.user})
	doc.entry_title = f"旧名单·{doc.entity_name}"[:140]
	with engine_writes():
		doc.insert(ignore_permissions=True)  # follows from the import
	return doc.name
