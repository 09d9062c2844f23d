"""The kinds on SC Removal: expiry (办法第十三条), revocation of the listing (第十五条), restoration (第二十一条)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import local_rules
from sclist_app.access.today import day_or_none, today
from sclist_app.audit import events
from sclist_app.documents.issue import text_blocks
from sclist_app.law import ending, restoration
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.ending import BASIS_CHANGES, IN_TERM, BasisChange, EndingFacts
from sclist_app.law.facts import DefenceFacts, NoticeFacts
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date
from sclist_app.law.restoration import FraudFacts
from sclist_app.register import case_panel, defence, follow_up, fraud_defence, joint_action, publication
from sclist_app.register.case import KINDS
from sclist_app.register.paper_facts import addressee_facts, bureau_facts, decision_title, remedy_facts
from sclist_app.register.paperwork import GOING_ON, Addressee, PaperKind, drawn, ends, latest, papers_of
from sclist_app.register.removal_effects import RemovingKind, remove
from sclist_app.register.removals import EXPIRY, RESTORATION, REVOCATION, ending_facts
from sclist_app.register.restoring import new_term, restore
from sclist_app.workflow import clocks, statutes
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Nature, Procedure

__all__ = ["ExpiryKind", "RestorationKind", "RevocationKind"]

EXPIRED, REVOKED = "D09", "D17"
NOTICE, REPEALED, RESTORED = fraud_defence.NOTICE, "D15", "D16"


class RemovalReader:
	"""An SC Removal with record, party and papers, read once."""

	def __init__(self, doc: Document):
		self.doc = doc

	@cached_property
	def record(self) -> Document:
		return frappe.get_doc("SC Listing Record", self.doc.record)

	@cached_property
	def entity(self) -> Document:
		return frappe.get_doc("SC Entity", self.doc.entity)

	@cached_property
	def papers(self) -> list:
		return papers_of(self.doc.doctype, self.doc.name)

	def latest(self, kind: str) -> Any:
		"""The last document of the kind, or None."""
		return latest(self.papers, kind).get(self.doc.entity)

	@cached_property
	def answers(self) -> list:
		"""What the party answered to the last notice served on it."""
		notice = self.latest(NOTICE)
		since = notice.served_on if notice else None
		return [
			a for a in fraud_defence.of_removal(self.doc.name) if since and getdate(a.received_on) >= since
		]

	@cached_property
	def penalties(self) -> list:
		"""The penalties the listing rests on (status, decided_on, ban); none for an entry of earlier rules."""
		names = frappe.get_all(
			"SC Case Penalty", filters={"parent": self.record.case or ""}, pluck="penalty", order_by="idx"
		)
		return frappe.get_all(
			"SC Penalty",
			filters={"name": ["in", names or [""]]},
			fields=["name", "status", "decided_on", "ban", "document_number"],
			order_by="decided_on asc, creation asc",
		)

	@property
	def ending(self) -> EndingFacts:
		facts = ending_facts(self.record, self.doc.bureau)
		decided = [getdate(p.decided_on) for p in self.penalties if p.decided_on]
		return EndingFacts(
			facts.state,
			facts.bureau,
			facts.deciding_bureau,
			facts.listed_on,
			facts.term_end,
			min(decided, default=None),
		)

	@property
	def change(self) -> BasisChange:
		doc = self.doc
		return BasisChange(
			kind=doc.basis_kind or "",
			authority=doc.basis_authority or "",
			number=doc.basis_number or "",
			dated=getdate(doc.basis_date) if doc.basis_date else None,
			known_on=getdate(doc.known_on) if doc.known_on else None,
			has_file=bool(doc.basis_file),
			reasons=doc.reasons or "",
		)

	@property
	def fraud(self) -> FraudFacts:
		doc = self.doc
		return FraudFacts(
			record=self.ending,
			removed_on=getdate(doc.removed_on) if doc.removed_on else None,
			fraud=doc.fraud_facts or "",
			evidence=sum(bool(row.file) for row in doc.evidence),
			notices=tuple(
				NoticeFacts(n.document_kind, n.addressee, n.number or "", getdate(n.issued_on), n.served_on)
				for n in self.papers
				if n.document_kind == NOTICE
			),
			answers=tuple(
				DefenceFacts(
					a.subject, a.kind.lower(), getdate(a.received_on), bool(a.conclusion), bool(a.file)
				)
				for a in self.answers
			),
		)


class _OnRemoval:
	"""What the three kinds share."""

	doctype = "SC Removal"

	def runs_on(self, doc: Document) -> bool:
		return doc.kind == self.name

	def title(self, doc: Document) -> str:
		return doc.removal_title or doc.name

	def reader(self, doc: Document) -> RemovalReader:
		return RemovalReader(doc)

	def papers(self, reader: RemovalReader) -> list:
		return reader.papers

	def facts(self, doc: Document) -> Mapping[str, Any]:
		reader = RemovalReader(doc)
		industry = (
			frappe.db.get_value("SC Case", reader.record.case, "industry") if reader.record.case else ""
		)
		return {
			"ground": reader.record.ground,
			"industry": industry,
			"bureau_level": frappe.get_cached_value("SC Bureau", doc.bureau, "level"),
			"subject_kinds": {KINDS[doc.entity_kind]} if doc.entity_kind else set(),
			"subjects": 1,
			"ban": any(p.ban for p in reader.penalties),
			"basis_change": doc.basis_kind or "",
			"defence_made": any(a.kind == "Defence" and not a.conclusion for a in reader.answers),
			"waived": any(a.kind == "Waiver" for a in reader.answers),
		}

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		return [Addressee(doc.entity, doc.entity_name)]

	def facts_of_paper(
		self, doc: Document, procedure: Procedure, document_kind: str, to: Addressee, reader: RemovalReader
	) -> dict[str, Any]:
		bureau = frappe.get_cached_doc("SC Bureau", doc.bureau)
		record = reader.record
		ground = frappe.get_cached_doc("SC Listing Ground", record.ground)
		return {
			"bureau": bureau_facts(bureau),
			"addressee": addressee_facts(reader.entity, record.role, record.unit_name),
			"case": {
				"number": doc.name,
				"ground_code": record.ground,
				"ground_text": ground.text,
				"ground_article": ground.article.split("》")[-1],
			},
			"listing": {
				"decision_title": decision_title(record),
				"decision_number": record.decision_number,
				"decision_date": day_or_none(record.decided_on),
				"listed_on": day_or_none(record.listed_on),
				"term_start": day_or_none(record.restored_on or record.listed_on),
				"term_end": day_or_none(record.term_end),
				"earliest_application": day_or_none(record.earliest_application),
			},
			"remedy": remedy_facts(bureau),
			"blocks": {k: v for k, v in text_blocks(doc.bureau).items() if k in ("remedies", "contacts")},
			**self.own_facts(doc, procedure, reader),
		}

	def own_facts(self, doc: Document, procedure: Procedure, reader: RemovalReader) -> dict[str, Any]:
		return {}

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		super().project(doc, run, titles)
		if run.status == "Ended":
			doc.db_set("open_key", None)  # the record is free for another one

	def panel(self, doc: Document) -> dict[str, Any]:
		own = {"record": doc.record}
		rows = fraud_defence.of_removal(doc.name)
		for row in rows:
			row["kind_label"] = frappe._(row.kind)
			row["conclusion_label"] = frappe._(row.conclusion) if row.conclusion else ""
		return {
			"subjects": [
				{"entity": doc.entity, "entity_name": doc.entity_name, "code_shown": doc.code_shown}
			],
			"papers": case_panel.papers(doc),
			"defences": rows,
			"records": case_panel.records({"name": doc.record}),
			"publications": case_panel.publications(own),
			"measures": case_panel.measures(own),
			"joint_actions": joint_action.of_case(record=doc.record),
			"follow_ups": follow_up.of_record(doc.record),
			"service_ways": local_rules.service_ways(doc.bureau),
		}

	def signal_service(self, act: Act, kinds: Sequence[str], field: str, event: str) -> date | None:
		"""If all documents of these kinds are served: note the day and tell the clocks. The day if it is new."""
		papers = [p for p in (self.reader(act.doc).latest(kind) for kind in kinds) if p]
		dates = [p.served_on for p in papers]
		if not dates or not all(dates):
			return None
		last, known = max(dates), act.doc.get(field)
		if known and getdate(known) == last:
			return None
		act.doc.set(field, last)
		clocks.signal(act.run, act.procedure, event, last)
		return last


class _EndingKind(_OnRemoval, RemovingKind):
	"""The kinds by which the record leaves the list: one decision, then the duties after it."""

	kept = ("decided_on", "removed_on", "decision_served_on")
	followers = {**RemovingKind.followers, "service": "served"}
	decision = ""
	leaves_as = ""
	outcome = ""

	def gate_of_law(self, act: Act, reader: RemovalReader) -> list[Finding]:
		decides = self.decision in {rule.document_kind for rule in act.documents}
		if decides or (act.step.is_start and act.transition.verb in GOING_ON):
			return self.may_end(reader, act.today)
		return []

	def may_end(self, reader: RemovalReader, on: date) -> list[Finding]:
		raise NotImplementedError

	def gate_of_end(self, act: Act, reader: RemovalReader) -> list[Finding]:
		decided = bool(act.doc.decided_on)
		for end in ends(act):
			if end.outcome == self.outcome and not decided:
				return [self._undecided()]
			if end.outcome == self.outcome:
				return self.undone(act.doc)
			if decided:
				return [
					Finding(
						"ending.decided",
						N_(
							"The decision has been issued, so this procedure ends only when all duties are done."
						),
						cite(ORDER_11, 14),
					)
				]
			return self.gate_of_leaving(reader)
		return []

	def _undecided(self) -> Finding:
		return Finding(
			"ending.undecided",
			N_("The record cannot leave the list: no decision has been issued."),
			self.law_articles[self.decision],
		)

	def gate_of_leaving(self, reader: RemovalReader) -> list[Finding]:
		"""May the procedure end without the decision?"""
		return []

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		notice = drawn(notices, self.decision).get(act.doc.entity)
		if not notice:
			return
		remove(act.doc.record, self.leaves_as, act.today, act.run, notice)
		act.doc.decided_on = act.doc.removed_on = act.today
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		clocks.signal(act.run, act.procedure, "removal_decided", act.today)
		follow_up.measure(act.run, act.today)

	def served(self, act: Act) -> None:
		self.signal_service(act, (self.decision,), "decision_served_on", "decision_served")


class ExpiryKind(_EndingKind):
	name = EXPIRY
	decision, leaves_as, outcome = EXPIRED, "L6", "Removed"
	law_articles = {EXPIRED: ending.ARTICLE_13}

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		clocks.signal(run, procedure, "term_ended", getdate(doc.term_end))

	def may_end(self, reader: RemovalReader, on: date) -> list[Finding]:
		return ending.may_expire(reader.ending, on)

	def gate_of_leaving(self, reader: RemovalReader) -> list[Finding]:
		if ending.may_expire(reader.ending, today()):
			return []
		message = N_("The term is over and the subject is still on the list, so it must be removed.")
		return [Finding("ending.must", message, ending.ARTICLE_13)]


class RevocationKind(_EndingKind):
	name = REVOCATION
	decision, leaves_as, outcome = REVOKED, "L8", "Revoked"
	law_articles = {REVOKED: ending.ARTICLE_15}

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		clocks.signal(run, procedure, "basis_changed", getdate(doc.known_on or today()))

	def may_end(self, reader: RemovalReader, on: date) -> list[Finding]:
		return ending.may_revoke(reader.change, reader.ending, on)

	def gate_of_leaving(self, reader: RemovalReader) -> list[Finding]:
		"""Without any penalty left there is no ground that could be upheld (办法第三条)."""
		statuses = {p.status for p in reader.penalties}
		if statuses != {"Revoked"} or reader.record.state not in IN_TERM:
			return []
		message = N_(
			"The penalty the listing rests on is revoked, so the listing cannot be upheld. Revoke it."
		)
		return [Finding("ending.no_basis", message, cite(ORDER_11, 3, 15))]

	def own_facts(self, doc: Document, procedure: Procedure, reader: RemovalReader) -> dict[str, Any]:
		return {
			"removal": {
				"basis_text": BASIS_CHANGES.get(doc.basis_kind or "", ""),
				"basis_authority": doc.basis_authority,
				"basis_number": doc.basis_number,
				"basis_date": day_or_none(doc.basis_date),
				"reasons": doc.reasons,
			}
		}


class RestorationKind(_OnRemoval, PaperKind):
	name = RESTORATION
	kept = (
		"notice_served_on",
		"defence_closes_on",
		"decided_on",
		"decision_served_on",
		"restored_on",
		"new_term_end",
		"new_earliest",
	)
	gates = {
		"service": "gate_service",
		"defence": "gate_defence",
		"system_entry": "gate_entry",
		"publication": "gate_publication",
		"measure_records": "gate_measures",
	}
	followers = {
		"service": "served",
		"defence": "heard",
		"system_entry": "entered",
		"publication": "published",
	}
	joint = {RESTORED: REPEALED}
	law_articles = {
		NOTICE: restoration.HEARD,
		REPEALED: restoration.ARTICLE_21,
		RESTORED: restoration.ARTICLE_21,
	}

	def due_changed(self, doc: Document, limit: str, due: date) -> None:
		if limit == "T01":
			doc.db_set("defence_closes_on", due)

	# ------------------------------------------------------------------ gates

	def gate_of_law(self, act: Act, reader: RemovalReader) -> list[Finding]:
		kinds = {rule.document_kind for rule in act.documents}
		if kinds & {REPEALED, RESTORED}:
			calendar = calendar_of(act.doc.bureau)
			return [
				*restoration.may_restore(reader.fraud, act.today, calendar, window(act.procedure)),
				*_removal_running(reader),
			]
		if NOTICE in kinds or (act.step.is_start and act.transition.verb in GOING_ON):
			return restoration.may_notify(reader.fraud)
		return []

	def asked_before(self, act: Act) -> Sequence[DocumentRule]:
		# D16 names D15, which is numbered just before it
		return tuple(rule for rule in act.documents if rule.document_kind != RESTORED)

	def gate_defence(self, act: Act, reader: RemovalReader) -> list[Finding]:
		calendar = calendar_of(act.doc.bureau)
		found = restoration.heard(reader.fraud, act.today, calendar, window(act.procedure))
		if act.step.nature is Nature.WAIT:
			return [f for f in found if f.code != "fraud.unreviewed"]
		return found

	def gate_entry(self, act: Act, reader: RemovalReader) -> list[Finding]:
		if reader.record.entered_on:
			return []
		message = N_(
			"The record of {subject} has not been entered in the information system. Record the entry with its serial number."
		)
		return [Finding("entry.open", message, cite(ORDER_11, 11), {"subject": reader.record.entity_name})]

	def gate_publication(self, act: Act, reader: RemovalReader) -> list[Finding]:
		return publication.unfinished_of(
			{"record": act.doc.record}, reviewed=act.step.nature is Nature.REVIEW
		)

	def gate_measures(self, act: Act, reader: RemovalReader) -> list[Finding]:
		rows = frappe.get_all(
			"SC Measure Record",
			filters={"record": act.doc.record, "state": "To Carry Out"},
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
		] + joint_action.not_sent(record=act.doc.record)

	def gate_of_end(self, act: Act, reader: RemovalReader) -> list[Finding]:
		restored = bool(act.doc.restored_on)
		for end in ends(act):
			if (end.outcome == "Restored") == restored:
				continue
			message = (
				N_("The listing has been restored, so this procedure ends only when all duties are done.")
				if restored
				else N_("The procedure cannot end as restored: no decision has been issued.")
			)
			return [Finding("fraud.end", message, restoration.ARTICLE_21)]
		return []

	# -------------------------------------------------------------- documents

	def own_facts(self, doc: Document, procedure: Procedure, reader: RemovalReader) -> dict[str, Any]:
		record, notice, repealed = reader.record, reader.latest(NOTICE), reader.latest(REPEALED)
		end, earliest = new_term(today())
		days = window(procedure).n
		person = doc.entity_kind == "Person"
		return {
			"removal": {
				"fraud": doc.fraud_facts,
				"evidence": "、".join(row.title for row in doc.evidence if row.file and row.title),
				"reasons": doc.reasons
				or f"{'你' if person else '你单位'}的上述行为属于申请提前移出存在隐瞒真实情况、弄虚作假的情形。",
				"granted_number": record.removal_number,
				"granted_on": day_or_none(doc.removed_on),
				"restored_on": today(),
				"new_term_end": end,
				"new_earliest": earliest,
				"revoked_number": repealed.number if repealed else None,
			},
			"notice": {
				"number": notice.number,
				"served_on": notice.served_on,
				"defence_statement": defence.statement(reader.answers, person),
			}
			if notice
			else {},
			"rights": {
				"defence_days": days,
				"defence_until_text": f"自收到本告知书之日起{days}个工作日内",
			},
			"measures": [_measure(row) for row in _measures(doc.record)],
		}

	# ---------------------------------------------------------------- follows

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		if not (drawn(notices, REPEALED) or drawn(notices, RESTORED)) or act.doc.restored_on:
			return
		restore(act.doc.record, act.today, act.run)
		end, earliest = new_term(act.today)
		act.doc.update(
			{
				"decided_on": act.today,
				"restored_on": act.today,
				"new_term_end": end,
				"new_earliest": earliest,
			}
		)
		clocks.signal(act.run, act.procedure, "decision_made", act.today)
		clocks.signal(act.run, act.procedure, "listed", act.today)
		events.append(
			act.doc.doctype,
			act.doc.name,
			"restored",
			N_("Listing restored"),
			bureau=act.doc.bureau,
			run=act.run.name,
			data={"record": act.doc.record, "term_end": str(end)},
		)

	def served(self, act: Act) -> None:
		opened = self.signal_service(act, (NOTICE,), "notice_served_on", "notice_served")
		if opened:
			calendar = calendar_of(act.doc.bureau)
			act.doc.defence_closes_on = due_date(opened, window(act.procedure), calendar).on
		self.signal_service(act, (REPEALED, RESTORED), "decision_served_on", "decision_served")

	def heard(self, act: Act) -> None:
		if act.step.nature is Nature.WAIT:
			clocks.signal(act.run, act.procedure, "defence_closed", act.today)

	def entered(self, act: Act) -> None:
		clocks.signal(act.run, act.procedure, "system_entered", act.today)

	def published(self, act: Act) -> None:
		if not publication.unfinished_of({"record": act.doc.record}, reviewed=True):
			clocks.signal(act.run, act.procedure, "published", act.today)


def window(procedure: Procedure) -> Period:
	"""T01 of this procedure."""
	rule = procedure.limit("T01")
	return clocks.period_of(rule) if rule else statutes.limit("T01").period


def _removal_running(reader: RemovalReader) -> list[Finding]:
	"""While the early removal is still being carried out, publications would be taken down and put up at once."""
	run = reader.record.removal_run
	if not run or frappe.db.get_value("SC Run", run, "status") == "Ended":
		return []
	message = N_(
		"The early removal is still being carried out. Finish its duties, then decide the restoration."
	)
	return [Finding("fraud.running", message, cite(ORDER_11, 14))]


def _measures(record: str) -> list:
	return frappe.get_all(
		"SC Measure Record",
		filters={"record": record},
		fields=["measure", "content", "basis"],
		order_by="creation",
	)


def _measure(row) -> dict[str, Any]:
	measure = frappe.get_cached_doc("SC Management Measure", row.measure)
	return {"code": row.measure, "text": row.content or measure.text, "basis": row.basis or measure.article}
