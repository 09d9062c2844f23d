import json
from datetime import date

import frappe
from frappe import _

from sclist_app.access.today import today
from sclist_app.access.visibility import may_configure
from sclist_app.api.checks import name_of, text_of
from sclist_app.workflow import store, studio


def _read(version: str):
	doc = frappe.get_doc("SC Procedure Version", name_of(version, "version"))
	doc.check_permission("read")
	return doc


def _procedure(doc, content: str):
	"""The rows sent, or those of the version where none were."""
	text = text_of(content, studio.MOST_BYTES)
	if not text:
		return store.to_procedure(doc)
	studio.fill_head(doc, text)  # the law of the day it takes effect counts
	return studio.read_content(doc.kind, text)


@frappe.whitelist(methods=["GET"])
def load(version: str) -> dict:
	"""A version with all the studio shows and offers. Needs read permission."""
	return studio.board(_read(version))


@frappe.whitelist(methods=["POST"])
def check(version: str, content: str) -> dict:
	"""What the checker says of rows not yet saved, and what the law locks. Writes nothing. Needs read permission."""
	doc = _read(version)
	return studio.checked(doc, _procedure(doc, content))


@frappe.whitelist(methods=["POST"])
def without(version: str, content: str, step: str) -> dict:
	"""Rows with a step taken out and the gap closed. Writes nothing. Needs read permission."""
	doc = _read(version)
	return studio.without(doc, _procedure(doc, content), name_of(step, "step"))


@frappe.whitelist(methods=["POST"])
def compare(version: str, other: str, content: str = "") -> dict:
	"""What rows not yet saved change against another version: in words and for the drawing. Writes nothing.

	Needs read permission on both versions.
	"""
	doc, old = _read(version), _read(other)
	return studio.compared(old, _procedure(doc, content))


@frappe.whitelist(methods=["POST"])
def play(version: str, content: str, moves: str, facts: str, start: str = "") -> dict:
	"""Play an invented case through rows not yet saved, move by move. Writes nothing. Needs read permission."""
	doc = _read(version)
	procedure = _procedure(doc, content)
	invented = studio.read_facts(doc.kind, _json(facts, dict))
	return studio.played(procedure, doc.bureau, invented, _json(moves, list), _day(start))


@frappe.whitelist(methods=["POST"])
def save(version: str, content: str, as_seen: str) -> dict:
	"""Write the rows into the draft. Needs a configuring post in its bureau.

	as_seen: when the draft had been changed last as the user saw it. Answers the same after saving, and the check.
	"""
	doc = _read(version)
	if not may_configure(doc.bureau):
		frappe.throw(_("You hold no post that configures rules in this bureau."), frappe.PermissionError)
	doc = studio.save(version, text_of(content, studio.MOST_BYTES), text_of(as_seen, 40))
	return {"modified": str(doc.modified), "checked": studio.checked(doc, store.to_procedure(doc))}


def _json(value: str, wanted: type):
	try:
		found = json.loads(text_of(value, 100_000) or ("{}" if wanted is dict else "[]"))
	except ValueError:
		found = None
	if not isinstance(found, wanted):
		frappe.throw(_("The steps played cannot be read. Begin the play anew."))
	return found


def _day(value: str) -> date:
	if not text_of(value, 10):
		return today()
	try:
		day = date.fromisoformat(value)
		if 2000 <= day.year <= 2199:
			return day
	except ValueError:
		pass
	frappe.throw(_("“{0}” is no date.").format(frappe.utils.escape_html(value)))
