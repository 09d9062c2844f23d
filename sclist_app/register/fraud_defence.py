"""What a party answers to the notice that its early removal is to be revoked, and the review of it (行政处罚法第四十四条、第四十五条)."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.register.paperwork import latest, papers_of

__all__ = ["CONCLUSIONS", "NOTICE", "of_removal", "record", "review", "statement"]

NOTICE = "D15n"
CONCLUSIONS = {"Accepted": "予以采纳", "Partly Accepted": "部分予以采纳", "Not Accepted": "不予采纳"}


def of_removal(name: str) -> list:
	"""What the party answered, oldest first."""
	return frappe.get_all(
		"SC Defence",
		filters={"removal": name},
		fields=[
			"name",
			"subject",
			"subject_name",
			"kind",
			"received_on",
			"content",
			"conclusion",
			"review_reasons",
			"file",
		],
		order_by="received_on asc, creation asc",
	)


def record(doc: Document, kind: str, received_on: str, form: str, content: str, file: str) -> str:
	"""The party answered the notice, or waived the right in writing. Returns the name of the SC Defence.

	Raises:
		frappe.ValidationError: not served yet, date impossible, or paper missing.
	"""
	if kind not in ("Defence", "Waiver") or form not in ("Written", "Oral"):
		frappe.throw(_("Choose whether the party answers or waives, in writing or orally."))
	day = getdate(received_on) if received_on else None
	if day is None or day > today():
		frappe.throw(_("Enter the day it was received; it cannot lie in the future."))
	notice = latest(papers_of(doc.doctype, doc.name), NOTICE).get(doc.entity)
	if notice is None or notice.served_on is None or day < notice.served_on:
		frappe.throw(
			_(
				"The notice was not served on {0} by that day, so the answer cannot have come. Check the date."
			).format(doc.entity_name)
		)
	if kind == "Defence" and not (content or "").strip():
		frappe.throw(_("Enter what the party states."))
	if kind == "Waiver" and not file:
		frappe.throw(_("A waiver counts in writing only. Attach the signed paper."))
	answer = frappe.new_doc("SC Defence")
	answer.update(
		{
			"removal": doc.name,
			"subject": doc.entity,
			"subject_name": doc.entity_name,
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
	label = N_("Defence received") if kind == "Defence" else N_("Waiver received")
	_log(doc, "defence" if kind == "Defence" else "waiver", label, content or "", answer.name)
	return answer.name


def review(name: str, conclusion: str, reasons: str) -> None:
	"""Record the review of a defence with its reasons.

	Raises:
		frappe.ValidationError: no conclusion or reasons, or nothing to review.
	"""
	answer = frappe.get_doc("SC Defence", name)
	if answer.kind != "Defence":
		frappe.throw(_("A waiver is not reviewed."))
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
	_log(frappe.get_doc("SC Removal", answer.removal), "reviewed", N_("Defence reviewed"), reasons, name)


def statement(answers: list, person: bool) -> str:
	"""What the decision says of the party's answer."""
	you = "你" if person else "你单位"
	made = [a for a in answers if a.kind == "Defence"]
	if made:
		conclusion = CONCLUSIONS.get(made[-1].conclusion, "正在复核")
		reasons = made[-1].review_reasons or ""
		return f"{you}在规定期限内提出了陈述、申辩意见。经复核，本机关对{you}的意见{conclusion}。{reasons}"
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
