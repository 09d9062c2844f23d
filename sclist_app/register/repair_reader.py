"""An application for early removal with everything around it, read once: record, party, penalties, papers."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.law import removal
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding, errors
from sclist_app.law.removal import CONDITIONS, RemovalFacts
from sclist_app.register.case import KINDS
from sclist_app.register.paperwork import latest, papers_of
from sclist_app.register.records import OPEN

__all__ = ["RepairReader", "condition_facts", "may_apply", "may_grant"]

ARTICLE_18, ARTICLE_19 = removal.ARTICLE_18, cite(ORDER_11, 19)
# Listings that were taken back say nothing against the party.
NEVER_FOUNDED = ("L8", "L9")


class RepairReader:
	def __init__(self, doc: Document):
		self.doc = doc

	@cached_property
	def record(self) -> Document:
		return frappe.get_doc("SC Listing Record", self.doc.record)

	@cached_property
	def entity(self) -> Document:
		return frappe.get_doc("SC Entity", self.record.entity)

	@cached_property
	def penalties(self) -> list[Document]:
		"""The penalties the listing rests on; none for an entry of earlier rules."""
		names = frappe.get_all(
			"SC Case Penalty",
			filters={"parent": self.record.case or "", "parenttype": "SC Case"},
			pluck="penalty",
			order_by="idx",
		)
		return [frappe.get_doc("SC Penalty", name) for name in names]

	@cached_property
	def papers(self) -> list:
		return papers_of(self.doc.doctype, self.doc.name)

	def latest(self, kind: str) -> dict[str, Any]:
		return latest(self.papers, kind)

	@cached_property
	def listed_on(self) -> date | None:
		"""The day the term began: of the listing, or of its restoration."""
		day = self.record.get("restored_on") or self.record.listed_on
		return getdate(day) if day else None

	@cached_property
	def other_listings(self) -> list:
		"""Other listings of the same unit or person in the whole system: still open, or made since this one began.

		One code or certificate number is one SC Entity, so the entity tells.
		"""
		rows = frappe.get_all(
			"SC Listing Record",
			filters={
				"entity": self.record.entity,
				"name": ["!=", self.record.name],
				"state": ["not in", NEVER_FOUNDED],
			},
			fields=["name", "decision_number", "ground", "state", "listed_on", "decided_on", "bureau_name"],
			order_by="decided_on asc, creation asc",
		)
		since = self.listed_on or date.min
		return [
			row
			for row in rows
			if row.state in OPEN or getdate(row.listed_on or row.decided_on or since) > since
		]

	@cached_property
	def open_cases(self) -> list:
		"""Cases under way against the same unit or person: no bar, but to be looked at."""
		case = frappe.qb.DocType("SC Case")
		subject = frappe.qb.DocType("SC Case Subject")
		return [
			row[0]
			for row in frappe.qb.from_(subject)
			.join(case)
			.on(case.name == subject.parent)
			.select(case.name)
			.where(subject.entity == self.record.entity)
			.where(case.run_status == "Active")
			.where(case.name != (self.record.case or ""))
			.run()
		]

	def repeated(self) -> list[Finding]:
		"""Condition three does not hold: said before anything is verified, for it needs no verifying."""
		return [
			Finding(
				"removal.repeat",
				N_(
					"The subject is listed again ({listings}), so the condition “{condition}” is not met and early removal cannot be granted."
				),
				ARTICLE_18,
				{"listings": self.other_names, "condition": CONDITIONS["no_repeat"]},
				"warning",
			)
		]

	@property
	def other_names(self) -> list[str]:
		return [row.decision_number or row.name for row in self.other_listings]

	@cached_property
	def law(self) -> RemovalFacts | None:
		"""The application as the law sees it; None while the listing waits for the service of its decision."""
		if self.listed_on is None:
			return None
		record = self.record
		bans = [getdate(d) for d in (record.ban_until, *self._penalty_bans()) if d]
		return RemovalFacts(
			listed_on=self.listed_on,
			bureau=self.doc.bureau,
			deciding_bureau=record.bureau,
			ban_until=max(bans, default=None),
			lifetime_ban=bool(record.ban_lifetime) or any(p.ban and p.ban_lifetime for p in self.penalties),
			met=frozenset(row.condition for row in self.verified if row.result == "Fulfilled"),
			proofs=frozenset(
				row.condition for row in self.doc.get("evidence") or () if row.condition and row.file
			),
			other_listings=tuple(self.other_names),
		)

	def _penalty_bans(self) -> list:
		return [p.ban_until for p in self.penalties if p.ban and p.ban_until]

	@property
	def verified(self) -> list:
		return self.doc.get("verifications") or []


def open_on_corresponding_day() -> bool:
	return bool(frappe.get_cached_value("SC Settings", None, "open_on_corresponding_day"))


def may_apply(reader: RepairReader, today: date) -> list[Finding]:
	"""Gate to acceptance: still on the list, and what the law asks (`law.removal.may_apply`)."""
	if reader.record.state not in OPEN:
		message = N_("{subject} is not on the list any more. Refuse the application with this reason.")
		values = {"subject": reader.record.entity_name}
		return [Finding("removal.not_listed", message, ARTICLE_18, values)]
	if reader.law is None:
		message = N_("The listing begins with the service of its decision, which has not been served yet.")
		return [Finding("removal.not_begun", message, ARTICLE_18)]
	return removal.may_apply(reader.law, today, open_on_corresponding_day())


def may_grant(reader: RepairReader, today: date) -> list[Finding]:
	"""Gate to granting: accepted, the three conditions found by two people each, and what the law asks."""
	findings = may_apply(reader, today)
	if errors(findings):
		return findings
	findings = removal.may_grant(reader.law, today, open_on_corresponding_day())
	if not reader.doc.accepted_on:
		message = N_("The application has not been accepted yet. Accept it before deciding.")
		findings.append(Finding("removal.not_accepted", message, ARTICLE_19))
	return findings + [f for f in unverified(reader) if f.code == "verification.second"]


def unverified(reader: RepairReader) -> list[Finding]:
	"""Conditions nobody has looked at yet, or one person only."""
	findings = []
	rows = {row.condition: row for row in reader.verified}
	for key, text in CONDITIONS.items():
		row = rows.get(key)
		if row is None:
			message = N_("The condition “{condition}” has not been verified. Record what was found.")
			findings.append(Finding("verification.open", message, removal.ARTICLE_20, {"condition": text}))
		elif not row.second_verifier or row.second_verifier == row.verifier:
			message = N_("The finding on “{condition}” needs a second verifier. Another one confirms it.")
			findings.append(Finding("verification.second", message, removal.ARTICLE_20, {"condition": text}))
	return findings


def missing_materials(reader: RepairReader) -> list[Finding]:
	"""What the application must bring by law: the commitment, and proof of the first two conditions.

	Proof may follow against a written promise (容缺受理); without it early removal is not granted.
	"""
	doc, findings = reader.doc, []
	if not doc.get("commitment"):
		message = N_("The credit commitment is missing. Ask for it, or for it to be supplemented.")
		findings.append(Finding("repair.commitment", message, ARTICLE_19))
	law = reader.law
	for key in ("obligations", "effects"):
		if law is None or key in law.proofs:
			continue
		message = N_("There is no proof for the condition “{condition}”. Attach at least one file.")
		severity = "warning" if doc.get("promise") else "error"
		findings.append(
			Finding(f"repair.{key}_proof", message, ARTICLE_19, {"condition": CONDITIONS[key]}, severity)
		)
	return findings


def condition_facts(doc: Document, on: date) -> dict[str, Any]:
	"""The facts a procedure's conditions may ask for."""
	reader = RepairReader(doc)
	law = reader.law
	lasting = law is not None and (law.lifetime_ban or (law.ban_until is not None and law.ban_until >= on))
	return {
		"channel": doc.channel,
		"bureau_level": frappe.get_cached_value("SC Bureau", doc.bureau, "level"),
		"ground": reader.record.ground,
		"ban": lasting,
		"subject_kinds": {KINDS[reader.record.entity_kind]} if reader.record.entity_kind else set(),
		"industry": reader.entity.industry or "",
		"materials_complete": not errors(missing_materials(reader)),
		"eligible": not errors(may_apply(reader, on)),
		"conditions_met": law is not None and set(CONDITIONS) <= law.met and not law.other_listings,
		"penalty_fulfilled": bool(reader.penalties)
		and all(p.status == "Performed" for p in reader.penalties),
		"supplemented": any(row.asked_on for row in doc.get("supplements") or ()),
	}
