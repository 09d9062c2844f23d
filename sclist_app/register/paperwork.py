"""Kinds whose moves draw up, serve and file papers: what all of them share.

A kind says to whom a document goes, out of which facts it is made and which duties of a step (`Step.tool`) the law
looks at. That facts are asked for before a document is issued, that everything issued is served, and where the run
stands in the document, is the same for all and stands here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.today import today
from sclist_app.documents.issue import Paper, issue, missing_facts
from sclist_app.law.citations import ORDER_11, PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding, errors
from sclist_app.workflow.kinds import Act, Kind
from sclist_app.workflow.model import DocumentRule, Procedure, Step, Verb
from sclist_app.workflow.runner import FINISHED

__all__ = [
	"GOING_ON",
	"Addressee",
	"PaperKind",
	"drawn",
	"ends",
	"ends_now",
	"latest",
	"papers_of",
	"served_dates",
]

GOING_ON = (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE)
ARTICLE_SERVICE = f"{cite(ORDER_11, 10, paragraph=2)}、{cite(PENALTY_LAW, 61)}"


@dataclass(frozen=True)
class Addressee:
	"""Whom a document goes to. entity: "" for a paper that stays in the file or goes to another bureau.

	row: the row of the document that stands for them. about: of several papers of one kind, which (a measure's code).
	"""

	entity: str
	name: str
	row: Any = None
	about: str = ""

	@property
	def row_name(self) -> str | None:
		return getattr(self.row, "name", None)


def papers_of(doctype: str, name: str) -> list:
	"""The issued documents of a document, oldest first, each with `served_on` (a date, or None).

	Without `addressee`: a paper that nobody is served.
	"""
	rows = frappe.get_all(
		"SC Notice",
		filters={"reference_doctype": doctype, "reference_name": name, "status": "Issued"},
		fields=[
			"name",
			"document_kind",
			"addressee",
			"addressee_name",
			"number",
			"issued_on",
			"html",
			"joint_with",
			"title",
			"about",
		],
		order_by="issued_on asc, creation asc",
	)
	served = served_dates([row.name for row in rows])
	for row in rows:
		row.served_on = served.get(row.name)
	return rows


def served_dates(notices: list[str]) -> dict[str, date]:
	"""Notice → the day it counts as served (the first service that succeeded)."""
	if not notices:
		return {}
	dates: dict[str, date] = {}
	for row in frappe.get_all(
		"SC Service Record",
		filters={"notice": ["in", notices], "result": "Served", "cancelled_by": ["is", "not set"]},
		fields=["notice", "served_on"],
		order_by="served_on asc",
	):
		dates.setdefault(row.notice, getdate(row.served_on))
	return dates


def latest(papers: Iterable, kind: str) -> dict[str, Any]:
	"""Entity → its last document of the kind; after a new one the earlier counts no more."""
	return {row.addressee: row for row in papers if row.document_kind == kind}


def drawn(notices: Collection[str], kind: str) -> dict[str, str]:
	"""Of the notices just issued, those of one kind: addressee → notice."""
	return {
		row.addressee: row.name
		for row in frappe.get_all(
			"SC Notice",
			filters={"name": ["in", list(notices) or [""]], "document_kind": kind},
			fields=["name", "addressee"],
			order_by="creation",
		)
	}


def ends(act: Act) -> list[Step]:
	"""The steps by which the move ends the run; empty if it goes on, or if the end still waits for other steps."""
	marking = json.loads(act.run.marking or "{}")
	done = {code for code, (status, _round) in marking.items() if status == FINISHED} | {act.step.code}
	steps = (act.procedure.by_code[code] for code in act.transition.targets)
	return [step for step in steps if step.is_end and done.issuperset(step.waits_for)]


def ends_now(act: Act) -> list[Step]:
	"""Those of `ends` that the move enters at once: no other step they wait for is open."""
	marking = json.loads(act.run.marking or "{}")
	finished = {code for code, (status, _round) in marking.items() if status == "finished"}
	return [step for step in ends(act) if set(step.waits_for) <= finished | {act.step.code}]


class PaperKind(Kind):
	"""Base of the kinds that issue documents. What differs is overridden:

	kept: fields of the document that the kind sets on the way and that are saved with its place.
	gates, followers: duty of a step → name of the method asked before, or run after, the step goes on.
	joint: document kind → the one it is served with. law_articles: document kind → the article asking for its facts.
	"""

	kept: tuple[str, ...] = ()
	gates: Mapping[str, str] = {"service": "gate_service"}
	followers: Mapping[str, str] = {}
	joint: Mapping[str, str] = {}
	law_articles: Mapping[str, str] = {}

	# ------------------------------------------------------------- to be overridden

	def reader(self, doc: Document) -> Any:
		"""What gates and papers read of the document; made once per gate and anew for each document issued."""
		return doc

	def papers(self, reader: Any) -> list:
		"""The documents issued so far (`papers_of`)."""
		return papers_of(reader.doctype, reader.name)

	def addressees(self, doc: Document, rule: DocumentRule) -> Sequence[Addressee]:
		"""Who gets the document."""
		raise NotImplementedError

	def facts_of_paper(
		self, doc: Document, procedure: Procedure, document_kind: str, to: Addressee, reader: Any
	) -> dict[str, Any]:
		"""The facts of one document, in the shape of `documents.placeholders`."""
		raise NotImplementedError

	def rules(self, act: Act) -> Sequence[DocumentRule]:
		"""The documents of the move: those of the procedure and those the law adds."""
		return act.documents

	def asked_before(self, act: Act) -> Sequence[DocumentRule]:
		"""The documents whose facts must be complete before this move; those it issues, unless a kind asks earlier."""
		return self.rules(act)

	def gate_of_law(self, act: Act, reader: Any) -> list[Finding]:
		"""What the law misses for the move as such, before its documents and duties are looked at."""
		return []

	def gate_of_end(self, act: Act, reader: Any) -> list[Finding]:
		"""May the run end this way?"""
		return []

	def issued(self, act: Act, notices: Sequence[str]) -> None:
		"""What follows from the documents just issued (`drawn` tells which)."""

	# ------------------------------------------------------------------------ gates

	def gate(self, act: Act) -> Sequence[Finding]:
		reader = act.reader or self.reader(act.doc)
		findings = list(self.gate_of_law(act, reader))
		if not errors(findings):
			findings += self._incomplete_papers(act, reader)
		if act.transition.verb in GOING_ON and (method := self.gates.get(act.step.tool)):
			findings += getattr(self, method)(act, reader)
		return [*findings, *self.gate_of_end(act, reader)]

	def _incomplete_papers(self, act: Act, reader: Any) -> list[Finding]:
		"""Facts the documents will need, told while they can still be entered."""
		findings = []
		for rule in sorted(self.asked_before(act), key=lambda rule: rule.document_kind):
			for to in self.addressees(act.doc, rule):
				missing = missing_facts(self.paper(act.doc, act.procedure, rule.document_kind, to, reader))
				if missing:
					findings.append(
						Finding(
							"paper.incomplete",
							N_(
								"{title} for {subject} cannot be drawn up yet, these facts are missing: {missing}. Enter them in the case, the entity or the bureau."
							),
							self.law_articles.get(rule.document_kind, ""),
							{
								"title": frappe.get_cached_value(
									"SC Document Kind", rule.document_kind, "title"
								),
								"subject": to.name,
								"missing": missing,
							},
							row=to.row_name,
						)
					)
		return findings

	def gate_service(self, act: Act, reader: Any) -> list[Finding]:
		"""Everything issued is served, and that day has come; of several of one kind the last counts."""
		last = {(n.document_kind, n.addressee, n.about): n for n in self.papers(reader) if n.addressee}
		findings = self._voided(act, set(last))
		for notice in last.values():
			if notice.served_on is None:
				message = N_("{title} for {subject} has not been served. Record its service first.")
			elif notice.served_on > act.today:
				message = N_("{title} for {subject} counts as served on {date} only. Wait for that day.")
			else:
				continue
			findings.append(
				Finding(
					"service.open",
					message,
					ARTICLE_SERVICE,
					{"title": notice.title, "subject": notice.addressee_name, "date": notice.served_on},
					row=notice.name,
				)
			)
		return findings

	def _voided(self, act: Act, there: set[tuple]) -> list[Finding]:
		"""What was voided and not drawn up anew: the case goes back for it, not on without it."""
		rows = frappe.get_all(
			"SC Notice",
			filters={
				"reference_doctype": act.doc.doctype,
				"reference_name": act.doc.name,
				"status": "Voided",
				"addressee": ["is", "set"],
				"document_kind": ["in", [rule.document_kind for rule in act.procedure.documents] or [""]],
			},
			fields=["name", "document_kind", "addressee", "addressee_name", "about", "title"],
			order_by="creation",
		)
		lost = {(n.document_kind, n.addressee, n.about): n for n in rows}
		return [
			Finding(
				"service.voided",
				N_(
					"{title} for {subject} was voided. Send the case back to the step that draws it up and issue it anew."
				),
				ARTICLE_SERVICE,
				{"title": n.title, "subject": n.addressee_name},
				row=n.name,
			)
			for key, n in lost.items()
			if key not in there
		]

	# -------------------------------------------------------------------- documents

	def paper(
		self,
		doc: Document,
		procedure: Procedure,
		document_kind: str,
		to: Addressee,
		reader: Any = None,
		*,
		step: str = "",
		joint_with: str | None = None,
	) -> Paper:
		"""One document as it would be issued today; also for drafts."""
		return Paper(
			kind=document_kind,
			bureau=doc.bureau,
			facts=self.facts_of_paper(doc, procedure, document_kind, to, reader or self.reader(doc)),
			addressee=to.entity,
			addressee_name=to.name,
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			run=doc.run,
			step=step,
			joint_with=joint_with,
			about=to.about,
			is_demo=bool(doc.get("is_demo")),
		)

	def draw_documents(self, act: Act) -> list[str]:
		"""Issue the documents of the move, kind by kind; one served with another names it."""
		issued: list[str] = []
		so_far: dict[tuple[str, str], str] = {}
		for rule in sorted(self.rules(act), key=lambda rule: rule.document_kind):
			for to in self.addressees(act.doc, rule):
				joint = so_far.get((self.joint.get(rule.document_kind, ""), to.entity))
				name = issue(
					self.paper(
						act.doc,
						act.procedure,
						rule.document_kind,
						to,
						step=act.step.code,
						joint_with=joint,
					)
				)
				so_far[rule.document_kind, to.entity] = name
				issued.append(name)
		return issued

	def paper_anew(self, doc: Document, procedure: Procedure, notice: Any) -> Paper:
		"""An issued document once more, to the same addressee about the same, out of the facts as they are now.

		Raises:
			frappe.ValidationError: the addressee is no party of the document any more.
		"""
		kind, entity = notice.document_kind, notice.addressee or ""
		rule = next((r for r in procedure.documents if r.document_kind == kind), DocumentRule("", "", kind))
		for to in self.addressees(doc, rule):
			same = to.entity == entity and (to.about or "") == (notice.about or "")
			if same and (entity or to.name == notice.addressee_name):
				return self.paper(doc, procedure, kind, to)
		frappe.throw(_("{0} is no addressee here any more.").format(notice.addressee_name))

	def reissued(self, doc: Document, old: Any, new: str) -> None:
		"""What follows from a correction. old: the SC Notice, new: name of the one in its place."""

	# ---------------------------------------------------------------------- follows

	def follow(self, act: Act, notices: Sequence[str]) -> None:
		if notices:
			self.issued(act, notices)
		if act.transition.verb in GOING_ON and (method := self.followers.get(act.step.tool)):
			getattr(self, method)(act)

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		marking = json.loads(run.marking)
		active = [code for code, (status, _round) in marking.items() if status == "active"]
		doc.db_set(
			{
				"state": ",".join(active),
				"state_title": "、".join(titles),
				"run": run.name,
				"procedure_version": run.procedure_version,
				"run_status": run.status,
				"outcome": run.outcome or None,
				"closed_on": today() if run.status == "Ended" else None,
				**{field: doc.get(field) for field in self.kept},
			}
		)
