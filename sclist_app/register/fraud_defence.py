"""What a party answers to the notice that its early removal is to be revoked (行政处罚法第四十四条、第四十五条)."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from sclist_app.register import defence
from sclist_app.register.paperwork import latest, papers_of

__all__ = ["NOTICE", "of_removal", "record"]

NOTICE = "D15n"


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
	notice = latest(papers_of(doc.doctype, doc.name), NOTICE).get(doc.entity)
	party = {"removal": doc.name, "subject": doc.entity, "subject_name": doc.entity_name}
	kinds = ("Defence", "Waiver")
	return defence.enter(doc, party, notice, kind, received_on, form, content, file, kinds).name
