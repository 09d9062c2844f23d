"""Objections: the record is marked while one runs, examined, answered in writing, and the mark taken off.

An objection never changes the record. One that is well founded opens what does: the revocation of the listing, or
a note to correct what was published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import holders
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents.issue import text_blocks
from sclist_app.law import objection as law
from sclist_app.law.ending import IN_TERM
from sclist_app.law.findings import N_, Finding
from sclist_app.law.objection import ObjectionFacts
from sclist_app.register import case_panel, removals
from sclist_app.register.case import KINDS
from sclist_app.register.paper_facts import addressee_facts, bureau_facts
from sclist_app.register.paperwork import GOING_ON, Addressee, PaperKind, drawn, ends, papers_of
from sclist_app.register.removals import TAKEN_OVER, may_register, take_over
from sclist_app.workflow import actions, clocks
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Nature, Procedure
from sclist_app.workflow.notes import party_of, tell

__all__ = ["TAKEN_OVER", "ObjectionKind", "check_dates", "mark", "prepare", "unmark"]

DOCTYPE, RECORD = "SC Objection", "SC Listing Record"
ANSWER, RECEIPT = "D20", "D20a"
OUTCOMES = {"Objection Upheld": law.FOUNDED, "Objection Rejected": ("Unfounded",)}


# ------------------------------------------------------------------ one document


def prepare(doc: Document) -> None:
	"""Before a new SC Objection is stored: its record is on the list and is the bureau's own.

	Raises:
		frappe.PermissionError: the user registers nothing in the deciding bureau.
		frappe.ValidationError: another bureau, another objection of the same kind under way, or nothing to object to.
	"""
	if not doc.record or not frappe.db.exists(RECORD, doc.record):
		frappe.throw(_("Choose the listing record it is about."))
	record = frappe.get_doc(RECORD, doc.record, for_update=True)
	may_register(record.bureau)
	if doc.bureau and doc.bureau != record.bureau:
		frappe.throw(_("The listing was decided by another bureau. The objection is handled there."))
	if record.state not in IN_TERM and doc.item != "Private Data":
		frappe.throw(_("This subject is no longer on the list, so there is nothing to object to."))
	take_over(doc, record)
	doc.applicant = (doc.applicant or "").strip() or record.entity_name
	doc.open_key = f"{record.name}|{doc.item}|{doc.applicant}"[:140]
	running = frappe.db.get_value(DOCTYPE, {"open_key": doc.open_key}, "name")
	if running:
		frappe.throw(
			_("The same objection is being handled already: {0}.").format(
				frappe.utils.get_link_to_form(DOCTYPE, running)
			),
			frappe.DuplicateEntryError,
		)
	doc.objection_title = f"异议·{record.entity_name}·{law.ITEMS.get(doc.item, '')}"[:140]
	doc.opened_on, doc.officer = today(), doc.owner
	actions.refuse(law.check_registration(facts_of(doc), today()), frappe.ValidationError)


def check_dates(doc: Document) -> None:
	"""Days that something was received do not lie in the future, and a review comes after the answer.

	Raises:
		frappe.ValidationError: naming the field.
	"""
	for field in ("received_on", "review_received_on"):
		if doc.get(field) and getdate(doc.get(field)) > today():
			frappe.throw(_("{0} cannot lie in the future.").format(frappe.bold(_(doc.meta.get_label(field)))))


def facts_of(doc: Document) -> ObjectionFacts:
	"""The objection as the law sees it."""
	return ObjectionFacts(
		item=doc.item or "",
		content=doc.content or "",
		applicant=doc.applicant or "",
		received_on=getdate(doc.received_on) if doc.received_on else None,
		listed_on=getdate(doc.listed_on) if doc.listed_on else None,
		route=doc.route or law.OWN,
		body=doc.body or "",
		marked=bool(doc.marked_on),
		findings=doc.findings or "",
		result=doc.result or "",
		reasons=doc.answer_reasons or "",
		consequence=doc.consequence or "",
	)


# ------------------------------------------------------------------ the mark


def mark(record: str, on: date) -> None:
	"""The record is shown as objected to from now on. Safe to repeat."""
	_set_mark(record, 1, on)


def unmark(record: str, but: str) -> None:
	"""The mark comes off, unless another objection than `but` still runs on the record."""
	if not frappe.db.exists(
		DOCTYPE,
		{
			"record": record,
			"name": ["!=", but],
			"open_key": ["is", "set"],
			"marked_on": ["is", "set"],
			"unmarked_on": ["is", "not set"],
		},
	):
		_set_mark(record, 0, None)


def _set_mark(name: str, value: int, on: date | None) -> None:
	record = frappe.get_doc(RECORD, name, for_update=True)
	if bool(record.objection_marked) == bool(value):
		return
	with engine_writes():
		record.objection_marked, record.objection_marked_on = value, on
		record.save(ignore_permissions=True)  # follows from the objection


# ------------------------------------------------------------------ the kind


class ObjectionReader:
	"""An SC Objection with record, party and papers, read once."""

	def __init__(self, doc: Document):
		self.doc = doc

	@cached_property
	def record(self) -> Document:
		return frappe.get_doc(RECORD, self.doc.record)

	@cached_property
	def entity(self) -> Document:
		return frappe.get_doc("SC Entity", self.doc.entity)

	@cached_property
	def papers(self) -> list:
		return papers_of(self.doc.doctype, self.doc.name)


class ObjectionKind(PaperKind):
	name = "Objection"
	doctype = DOCTYPE
	kept = ("marked_on", "unmarked_on", "answered_on", "answer_served_on", "follow_up_removal")
	followers = {"objection_mark": "did_mark", "service": "served"}
	law_articles = {ANSWER: law.ARTICLE, RECEIPT: law.ARTICLE}

	def title(self, doc: Document) -> str:
		return doc.objection_title or doc.name

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		clocks.signal(run, procedure, "objection_received", getdate(doc.received_on))

	def facts(self, doc: Document) -> Mapping[str, Any]:
		record = frappe.db.get_value(RECORD, doc.record, ["ground", "case"], as_dict=True)
		return {
			"ground": record.ground,
			"industry": frappe.db.get_value("SC Case", record.case, "industry") if record.case else "",
			"bureau_level": frappe.get_cached_value("SC Bureau", doc.bureau, "level"),
			"subject_kinds": {KINDS[doc.entity_kind]} if doc.entity_kind else set(),
			"subjects": 1,
			"objection_item": doc.item or "",
			"objection_route": doc.route or law.OWN,
			"objection_result": doc.result or "",
			"review_overturned": doc.review_result == "Overturned",
		}

	def reader(self, doc: Document) -> ObjectionReader:
		return ObjectionReader(doc)

	def papers(self, reader: ObjectionReader) -> list:
		return reader.papers

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		# somebody else's objection is answered to them; the paper is about the listed party all the same
		return [Addressee(doc.entity, doc.applicant or doc.entity_name)]

	# ------------------------------------------------------------------ gates

	def gate_of_law(self, act: Act, reader: ObjectionReader) -> list[Finding]:
		facts, findings = facts_of(act.doc), []
		going_on = act.transition.verb in GOING_ON
		kinds = {rule.document_kind for rule in act.documents}
		if act.step.is_start and going_on:
			findings += law.check_registration(facts, act.today)
		if ANSWER in kinds:
			findings += [*law.check_marked(facts), *law.check_answer(facts)]
		elif kinds & {RECEIPT}:
			findings += law.check_marked(facts)
		elif going_on and _examines(act):
			findings += law.check_answer(facts)
		return findings

	def gate_of_end(self, act: Act, reader: ObjectionReader) -> list[Finding]:
		for end in ends(act):
			answered = bool(act.doc.answered_on)
			if end.outcome == "Application Withdrawn":
				if answered:
					message = N_("The answer has been issued, so the objection cannot be withdrawn any more.")
					return [Finding("objection.answered", message, law.ARTICLE)]
				continue
			if not answered:
				message = N_("The objection cannot be closed: no written answer has been issued.")
				return [Finding("objection.no_answer", message, law.ARTICLE)]
			if act.doc.result not in OUTCOMES.get(end.outcome, ()) and act.doc.review_result != "Overturned":
				message = N_("The end “{end}” does not fit the result of the objection.")
				return [Finding("objection.end", message, law.ARTICLE, {"end": end.title})]
		return []

	# -------------------------------------------------------------- documents

	def facts_of_paper(
		self,
		doc: Document,
		procedure: Procedure,
		document_kind: str,
		to: Addressee,
		reader: ObjectionReader,
	) -> dict[str, Any]:
		record = reader.record
		consequence = doc.consequence if doc.consequence != law.NOTHING else ""
		return {
			"bureau": bureau_facts(frappe.get_cached_doc("SC Bureau", doc.bureau)),
			"addressee": addressee_facts(reader.entity, record.role, record.unit_name),
			"listing": {"decision_number": record.decision_number},
			"objection": {
				"number": doc.name,
				"applicant": doc.applicant,
				"received_on": getdate(doc.received_on),
				"marked_on": getdate(doc.marked_on) if doc.marked_on else None,
				"due_on": _due(doc),
				"item": law.ITEMS.get(doc.item),
				"content": doc.content,
				"findings": doc.findings,
				"result": law.RESULTS.get(doc.result or ""),
				"reasons": doc.answer_reasons,
				"consequence": law.CONSEQUENCES.get(consequence or ""),
				"body": doc.body if doc.route == law.EXTERNAL else None,
			},
			"blocks": {k: v for k, v in text_blocks(doc.bureau).items() if k == "contacts"},
		}

	# ---------------------------------------------------------------- follows

	def did_mark(self, act: Act) -> None:
		if act.doc.marked_on:
			return
		mark(act.doc.record, act.today)
		act.doc.marked_on = act.today
		self._log(act, "marked", N_("Record marked as objected to"))

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		if drawn(notices, ANSWER):
			act.doc.answered_on = act.today

	def served(self, act: Act) -> None:
		dates = [n.served_on for n in papers_of(DOCTYPE, act.doc.name) if n.document_kind == ANSWER]
		if dates and all(dates):
			act.doc.answer_served_on = max(dates)

	def follow(self, act: Act, notices: Sequence[str]) -> None:
		super().follow(act, notices)
		if not ends(act):
			return
		if act.doc.marked_on and not act.doc.unmarked_on:
			unmark(act.doc.record, act.doc.name)
			act.doc.unmarked_on = act.today
			self._log(act, "unmarked", N_("Mark of the objection taken off"))
		if any(end.outcome == "Objection Upheld" for end in ends(act)):
			self._lead_on(act)

	def _lead_on(self, act: Act) -> None:
		"""What is well founded goes where it belongs; the record itself is left alone."""
		doc = act.doc
		if doc.consequence == "Revocation" and frappe.db.get_value(RECORD, doc.record, "state") in IN_TERM:
			doc.follow_up_removal = removals.open_after_objection(
				doc.record, doc.name, doc.answer_reasons or ""
			)
		elif doc.consequence == "Removal":
			doc.follow_up_removal = removals.open_due(doc.record)
		people = set(holders("credit_officer", doc.bureau)) | set(holders("case_officer", doc.bureau))
		tell(
			people,
			_("The objection to the listing of {0} is well founded: {1}.").format(
				party_of(doc), _(doc.consequence or law.NOTHING)
			),
			*(("SC Removal", doc.follow_up_removal) if doc.follow_up_removal else (RECORD, doc.record)),
		)

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
			data={"record": act.doc.record},
		)

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		super().project(doc, run, titles)
		if run.status == "Ended":
			doc.db_set("open_key", None)

	def panel(self, doc: Document) -> dict[str, Any]:
		own = {"record": doc.record}
		return {
			"subjects": [
				{"entity": doc.entity, "entity_name": doc.entity_name, "code_shown": doc.code_shown}
			],
			"papers": case_panel.papers(doc),
			"records": case_panel.records({"name": doc.record}),
			"publications": case_panel.publications(own),
		}


def _examines(act: Act) -> bool:
	"""The move that hands the examination on: the step whose form holds the result."""
	return act.step.nature in (Nature.REVIEW, Nature.FILL) and any(
		rule.step == act.step.code and rule.field == "result" for rule in act.procedure.fields
	)


def _due(doc: Document) -> date | None:
	rows = clocks.running(doc.run, "T18") if doc.run else []
	return min((getdate(row.due_on) for row in rows), default=None)
