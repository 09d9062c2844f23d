"""What the panel of a case shows of the listing itself: papers, answers, records, publications, measures.

The rows of papers, records, publications and measures are the same wherever they are shown.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import local_rules
from sclist_app.documents import service
from sclist_app.register import hearing, joint_action, remedies, upward
from sclist_app.register.papers import FIELDS, with_rights

__all__ = ["case_panel", "measures", "papers", "publications", "records"]


def case_panel(doc: Document) -> dict[str, Any]:
	"""Rows for the panel; the caller has checked the right to read the case."""
	return {
		"subjects": [
			{"entity": r.entity, "entity_name": r.entity_name, "code_shown": r.code_shown}
			for r in doc.subjects
		],
		"papers": papers(doc),
		"defences": _defences(doc),
		"hearings": hearing.panel(doc.name),
		"listing_reports": [{**row, "status_label": _(row.status)} for row in upward.of_document(doc)],
		"joint_actions": joint_action.of_case(doc.name),
		"service_ways": local_rules.service_ways(doc.bureau),
		"remedies": remedies.of_case(doc),
		"records": records({"case": doc.name}),
		"publications": publications({"case": doc.name}),
		"measures": measures({"case": doc.name}),
	}


def _name(user: str | None) -> str:
	return (frappe.get_cached_value("User", user, "full_name") or user) if user else ""


def papers(doc: Document) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Notice",
		filters={"reference_doctype": doc.doctype, "reference_name": doc.name},
		fields=list(FIELDS),
		order_by="issued_on asc, creation asc",
	)
	service.described(rows, doc.bureau)
	with_rights(rows, doc.get("run"), doc.bureau)
	for row in rows:
		row["status_label"] = _(row.status)
		row["download_url"] = f"/api/method/sclist_app.api.papers.download?notice={row.name}"
	return rows


def _defences(doc: Document) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Defence",
		filters={"case": doc.name},
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
	for row in rows:
		row["kind_label"] = _(row.kind)
		row["conclusion_label"] = _(row.conclusion) if row.conclusion else ""
	return rows


def records(filters: dict[str, Any]) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Listing Record",
		filters=filters,
		fields=[
			"name",
			"entity_name",
			"code_shown",
			"state",
			"listed_on",
			"term_end",
			"earliest_application",
			"system_serial",
			"entered_on",
			"shown",
			"removed_on",
			"removal_number",
			"update_serial",
			"updated_on",
		],
		order_by="creation asc, name asc",
	)
	for row in rows:
		row["state_label"] = _(row.state)
	return rows


def publications(filters: dict[str, Any]) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Publication",
		filters=filters,
		fields=[
			"name",
			"record",
			"entity_name",
			"channel",
			"mandatory",
			"state",
			"address",
			"published_at",
			"screenshot",
			"note",
			"recorded_by",
			"reviewed_by",
			"withdrawn_at",
			"withdrawal_screenshot",
			"withdrawal_note",
			"withdrawn_by",
			"withdrawal_reviewed_by",
		],
		order_by="creation asc",
	)
	for row in rows:
		channel = frappe.get_cached_value(
			"SC Publication Channel", row.channel, ["channel_name", "own_page"], as_dict=True
		)
		row |= {
			"channel_name": channel.channel_name,
			"own_page": bool(channel.own_page),
			"state_label": _(row.state),
			"recorded_by_name": _name(row.recorded_by),
			"reviewed_by_name": _name(row.reviewed_by),
			"withdrawn_by_name": _name(row.withdrawn_by),
			"withdrawal_reviewed_by_name": _name(row.withdrawal_reviewed_by),
		}
	return rows


def measures(filters: dict[str, Any]) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"SC Measure Record",
		filters=filters,
		fields=[
			"name",
			"record",
			"entity_name",
			"measure",
			"state",
			"content",
			"start_on",
			"end_on",
			"lifted_on",
		],
		order_by="creation asc",
	)
	for row in rows:
		row["measure_title"] = frappe.get_cached_value("SC Management Measure", row.measure, "title")
		row["state_label"] = _(row.state)
	return rows
