"""Statements, defences and waivers of the parties, and their review (行政处罚法第四十四条、第四十五条、第六十二条)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.register import hearing
from sclist_app.register.case import CaseReader

__all__ = ["enter", "record", "review", "statement"]

# kind → (event, what the log calls it)
KINDS = {
	"Defence": ("defence", N_("Defence received")),
	"Waiver": ("waiver", N_("Waiver received")),
	"Hearing Request": ("hearing_request", N_("Hearing requested")),
}
# conclusion of the review → how a decision says it
CONCLUSIONS = {"Accepted": "予以采纳", "Partly Accepted": "部分予以采纳", "Not Accepted": "不予采纳"}


def record(case: str, subject: str, kind: str, received_on: str, form: str, content: str, file: str) -> str:
	"""A party answered the notice, asked to be heard, or waived the right in writing. Returns the name of the SC Defence.

	Raises:
		frappe.ValidationError: not a subject of the case, not served yet, date impossible, or paper missing.
	"""
	doc = frappe.get_doc("SC Case", case)
	row = next((r for r in doc.subjects if r.entity == subject), None)
	if row is None:
		frappe.throw(_("This party is not a subject of the case."))
	notice = next(
		(n for n in reversed(CaseReader(doc).notices) if n.document_kind == "D01" and n.addressee == subject),
		None,
	)
	party = {"case": case, "subject": subject, "subject_name": row.entity_name}
	answer = enter(doc, party, notice, kind, received_on, form, content, file)
	if kind == "Hearing Request":
		hearing.opened(answer, doc, notice)
	return answer.name


def enter(
	doc: Document,
	party: Mapping[str, str],
	notice: Any,
	kind: str,
	received_on: str,
	form: str,
	content: str,
	file: str,
	kinds: Collection[str] = KINDS,
) -> Document:
	"""Enter what a party answered to a notice.

	doc: what the notice belongs to. party: the matter (`case` or `removal`), subject and subject_name.
	notice: the last one to this party with `served_on`, None if there is none.

	Raises:
		frappe.ValidationError: not served yet, date impossible, or paper missing.
	"""
	if kind not in kinds or form not in ("Written", "Oral"):
		frappe.throw(_("Choose whether the party answers or waives, in writing or orally."))
	day = getdate(received_on) if received_on else None
	if day is None or day > today():
		frappe.throw(_("Enter the day it was received; it cannot lie in the future."))
	if notice is None or notice.served_on is None or day < notice.served_on:
		frappe.throw(
			_(
				"The notice was not served on {0} by that day, so the answer cannot have come. Check the date."
			).format(party["subject_name"])
		)
	if kind == "Defence" and not (content or "").strip():
		frappe.throw(_("Enter what the party states."))
	if kind == "Waiver" and not file:
		frappe.throw(_("A waiver counts in writing only. Attach the signed paper."))
	answer = frappe.new_doc("SC Defence")
	answer.update(
		{
			**party,
			"kind": kind,
			"received_on": day,
			"form": form,
			"content": content,
			"file": file or None,
			"bureau": doc.bureau,
			"run": doc.run,
			"is_demo": doc.is_demo,
		}
	)
	with engine_writes():
		answer.insert(ignore_permissions=True)  # the caller holds the task of this step
	_log(doc, *KINDS[kind], content or "", answer.name)
	return answer


def review(name: str, conclusion: str, reasons: str) -> None:
	"""Record the review of a defence with its reasons.

	Raises:
		frappe.ValidationError: no conclusion or reasons, or nothing to review.
	"""
	answer = frappe.get_doc("SC Defence", name)
	if answer.kind != "Defence":
		frappe.throw(_("Only a defence is reviewed."))
	if conclusion not in CONCLUSIONS:
		frappe.throw(_("Choose the conclusion of the review."))
	if not (reasons or "").strip():
		frappe.throw(_("Enter the facts and reasons of the review."))
	with engine_writes():
		answer.update(
			{
				"conclusion": conclusion,
				"review_reasons": reasons,
				"reviewed_by": frappe.session.user,
				"reviewed_on": today(),
			}
		)
		answer.save(ignore_permissions=True)  # the caller holds the task of this step
	doctype, matter = ("SC Removal", answer.removal) if answer.removal else ("SC Case", answer.case)
	_log(frappe.get_doc(doctype, matter), "reviewed", N_("Defence reviewed"), reasons, name)


def statement(answers: Sequence[Any], person: bool, heard: str = "") -> str:
	"""What a decision says of the answers of one party; `heard` is what became of its hearing."""
	you = "你" if person else "你单位"
	made = [a for a in answers if a.kind == "Defence"]
	if made:
		conclusion = CONCLUSIONS.get(made[-1].conclusion, "正在复核")
		reasons = made[-1].review_reasons or ""
		text = f"{you}在规定期限内提出了陈述、申辩意见。经复核，本机关对{you}的意见{conclusion}。{reasons}"
		return "\n".join(part for part in (text, heard) if part)
	if heard:
		return heard
	if any(a.kind == "Waiver" for a in answers):
		return f"{you}书面声明放弃陈述、申辩的权利。"
	return f"{you}在规定期限内未提出陈述、申辩意见。"


def _log(doc: Document, event: str, label: str, opinion: str, name: str) -> None:
	events.append(
		doc.doctype,
		doc.name,
		event,
		label,
		bureau=doc.bureau,
		run=doc.run,
		opinion=opinion,
		data={"defence": name},
	)
