"""Listing records: one per subject, opened by the decision, with term, publications and measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.law.periods import earliest_early_removal, term_end
from sclist_app.register import channels, joint_action
from sclist_app.register.case import CaseReader
from sclist_app.register.identity import shown_code

__all__ = ["advance", "advance_one", "of_case", "open_records", "re_enter", "set_start"]

OPEN = ("L1", "L2", "L3")


def open_records(
	doc: Document, run: Document, decisions: dict[str, str], decided: date, listed: date | None
) -> list[str]:
	"""One record per subject with its decision (entity → notice). Opening twice for one event is refused.

	Raises:
		frappe.ValidationError: the subject is on the list already for the same event.
	"""
	reader = CaseReader(doc)
	event = min(row.penalty for row in doc.penalties)
	names = []
	with engine_writes():
		for row in doc.subjects:
			decision = decisions.get(row.entity)
			entity = reader.entities[row.entity]
			record = _new(doc, run, entity, row, decision, decided, reader.penalties, event)
			record.case = doc.name
			_set_term(record, listed)
			_insert(record)
			_publications(record)
			_measures(record, doc)
			joint_action.open_for(record)
			names.append(record.name)
	return names


def re_enter(doc: Document, run: Document, notice: str, decided: date, over: bool) -> str:
	"""The record of an entry of the old list (SC Legacy Entry) under Order 11, listed on the original date.

	over: the term counted from that date has passed, so nothing is published or put in force any more.

	Raises:
		frappe.ValidationError: the subject is on the list already for the same event.
	"""
	entity = frappe.get_doc("SC Entity", doc.entity)
	penalties = [frappe.get_doc("SC Penalty", doc.penalty)] if doc.penalty else []
	record = _new(doc, run, entity, doc, notice, decided, penalties, doc.penalty or doc.name)
	_set_term(record, getdate(doc.listed_on))
	with engine_writes():
		_insert(record)
		if not over:
			_publications(record)
			_measures(record, doc)
	return record.name


def _new(
	doc: Document,
	run: Document,
	entity: Document,
	subject: Document,
	decision: str | None,
	decided: date,
	penalties: Sequence[Any],
	event: str,
) -> Document:
	"""A record not yet stored. doc: the case or entry decided on; subject: where role and unit_name stand."""
	record = frappe.new_doc("SC Listing Record")
	record.update(
		{
			"entity": entity.name,
			"entity_name": entity.entity_name,
			"entity_kind": entity.entity_kind,
			"code_shown": shown_code(entity),
			"role": subject.role,
			"unit_name": subject.unit_name,
			# A person's address is theirs; only an organisation's registered address is published.
			"address": entity.address if entity.entity_kind != "Person" else None,
			"state": "L1",
			"bureau": doc.bureau,
			"bureau_name": frappe.get_cached_value("SC Bureau", doc.bureau, "bureau_name"),
			"run": run.name,
			"ground": doc.ground,
			"ground_text": frappe.get_cached_value("SC Listing Ground", doc.ground, "text"),
			"decision": decision,
			"decision_number": frappe.db.get_value("SC Notice", decision, "number") if decision else None,
			"decided_on": decided,
			"ban_lifetime": any(p.ban_lifetime for p in penalties),
			"ban_until": max((p.ban_until for p in penalties if p.ban and p.ban_until), default=None),
			"open_key": f"{entity.name}|{event}|{doc.ground}",
			"is_demo": doc.is_demo,
		}
	)
	return record


def _insert(record: Document) -> None:
	try:
		record.insert(ignore_permissions=True)  # the decision opens it
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
		frappe.throw(
			_("{0} is on the list already for the same event. Check the earlier record.").format(
				record.entity_name
			)
		)


def _set_term(record: Document, listed: date | None) -> None:
	if listed is None:
		return
	open_on_day = bool(frappe.get_cached_value("SC Settings", None, "open_on_corresponding_day"))
	record.listed_on = listed
	record.term_end = term_end(listed)
	record.earliest_application = earliest_early_removal(listed, open_on_day)


def set_start(record: str, listed: date) -> None:
	"""The listing starts with the service of the decision, where the settings say so."""
	with engine_writes():
		doc = frappe.get_doc("SC Listing Record", record)
		_set_term(doc, listed)
		doc.save(ignore_permissions=True)


def _publications(record: Document) -> None:
	for channel in channels.of_bureau(record.bureau):
		row = frappe.new_doc("SC Publication")
		row.update(
			{
				"record": record.name,
				"entity_name": record.entity_name,
				"channel": channel.name,
				"state": "To Push",
				"mandatory": channel.mandatory,
				"bureau": record.bureau,
				"case": record.case,
				"run": record.run,
				"is_demo": record.is_demo,
			}
		)
		row.insert(ignore_permissions=True)  # follows from the decision


def _measures(record: Document, doc: Document) -> None:
	for wanted in doc.measures:
		row = frappe.new_doc("SC Measure Record")
		row.update(
			{
				"record": record.name,
				"entity_name": record.entity_name,
				"measure": wanted.measure,
				"state": "To Carry Out",
				"content": wanted.content,
				"basis": wanted.basis,
				"end_on": wanted.end_on or record.term_end,
				"bureau": record.bureau,
				"case": record.case,
				"run": record.run,
				"is_demo": record.is_demo,
			}
		)
		row.insert(ignore_permissions=True)  # follows from the decision


def of_case(case: str, fields: Sequence[str]) -> list:
	return frappe.get_all(
		"SC Listing Record", filters={"case": case}, fields=list(fields), order_by="creation asc, name asc"
	)


def advance(case: str, state: str) -> None:
	"""Move the case's open records on to L2 or L3; never back."""
	for row in of_case(case, ["name"]):
		advance_one(row.name, state)


def advance_one(name: str, state: str) -> None:
	"""The same for one record."""
	record = frappe.get_doc("SC Listing Record", name)
	if record.state in OPEN and record.state < state:
		with engine_writes():
			record.state = state
			record.save(ignore_permissions=True)  # follows from the finished step
