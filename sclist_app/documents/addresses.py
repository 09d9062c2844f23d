"""Address confirmations (送达地址确认书): where and how a party wants its papers; the latest one is in force.

A confirmation is a signed paper: it is never changed, a new one replaces it (行政处罚法第六十一条).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import is_engine
from sclist_app.access.posts import held
from sclist_app.access.today import today
from sclist_app.access.visibility import fillers
from sclist_app.audit import events
from sclist_app.law.findings import N_

__all__ = ["check", "covers", "facts_of", "in_force", "of_parties", "prepare", "replace_earlier"]

DOCTYPE: Final = "SC Address Confirmation"
IN_FORCE, REPLACED = "In Force", "Replaced"
ENGINE_FIELDS: Final = ("status", "replaced_by", "replaced_on", "entered_by", "is_demo")
FIELDS: Final = (
	"name",
	"entity",
	"address",
	"postcode",
	"receiver",
	"receiver_relationship",
	"phone",
	"email",
	"electronic_consent",
	"electronic_address",
	"confirmed_on",
	"scan",
)
_EMAIL: Final = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[A-Za-z]{2,}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9\-－ ()（）]{4,24}")
_POSTCODE: Final = re.compile(r"[0-9]{6}")
MOST: Final = {"address": 200, "remark": 500}


# ------------------------------------------------------------------------ writing


def prepare(doc: Document) -> None:
	"""A new confirmation belongs to the bureau of whoever enters it."""
	if not doc.bureau:
		own = fillers(DOCTYPE, None)
		doc.bureau = own[0].bureau if own else None
	if not doc.bureau:
		frappe.throw(_("Your post does not enter address confirmations."), frappe.PermissionError)
	if frappe.session.user != "Administrator" and not any(h.bureau == doc.bureau for h in held()):
		frappe.throw(_("Enter address confirmations for your own bureau only."), frappe.PermissionError)
	doc.entity_name = frappe.get_cached_value("SC Entity", doc.entity, "entity_name")
	doc.update({"status": IN_FORCE, "entered_by": frappe.session.user, "replaced_by": None})
	doc.is_demo = frappe.get_cached_value("SC Entity", doc.entity, "is_demo") or 0


def check(doc: Document) -> None:
	"""Every field says something usable; an electronic address stands with a signed consent only.

	Raises:
		frappe.ValidationError: says what to correct. frappe.PermissionError: a stored one is changed.
	"""
	if not doc.is_new() and not is_engine():
		frappe.throw(
			_("An address confirmation is not changed. Enter the new one; it replaces this one."),
			frappe.PermissionError,
		)
	for field in ("address", "receiver", "phone", "postcode", "email", "electronic_address", "remark"):
		doc.set(field, (doc.get(field) or "").strip())
	for field in ("address", "receiver", "phone"):
		if not doc.get(field):
			frappe.throw(_("Enter {0}.").format(_(doc.meta.get_label(field))))
	for field, most in MOST.items():
		if len(doc.get(field) or "") > most:
			frappe.throw(_("The text is longer than {0} characters. Shorten it.").format(most))
	if getdate(doc.confirmed_on) > today():
		frappe.throw(_("The day of the confirmation lies in the future. Enter the day it was signed."))
	if doc.postcode and not _POSTCODE.fullmatch(doc.postcode):
		frappe.throw(_("A postcode has six digits."))
	if not _PHONE.fullmatch(doc.phone):
		frappe.throw(_("Enter the telephone number with digits only, a landline with its area code."))
	if doc.email and not _EMAIL.fullmatch(doc.email):
		frappe.throw(_("The e-mail address is not complete. Correct it."))
	_check_consent(doc)


def _check_consent(doc: Document) -> None:
	if not doc.electronic_consent:
		if doc.electronic_address:
			frappe.throw(
				_(
					"An electronic address counts only with the party's consent. Tick the consent or leave it out."
				)
			)
		return
	if not doc.electronic_address:
		frappe.throw(_("Enter the electronic address to which the party agreed."))
	if "@" in doc.electronic_address and not _EMAIL.fullmatch(doc.electronic_address):
		frappe.throw(_("The e-mail address is not complete. Correct it."))
	if not doc.scan:
		frappe.throw(
			_(
				"Consent to electronic service must be signed. Attach the scan of the confirmation"
				" (行政处罚法第六十一条)."
			)
		)


def replace_earlier(doc: Document) -> None:
	"""After a new one is stored: the one of the later day is in force, the others are replaced by it."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"entity": doc.entity, "bureau": doc.bureau},
		fields=["name", "status"],
		order_by="confirmed_on desc, creation desc",
	)
	last = rows[0].name
	for row in rows[1:]:
		if row.status == IN_FORCE:
			replaced = {"status": REPLACED, "replaced_by": last, "replaced_on": today()}
			frappe.db.set_value(DOCTYPE, row.name, replaced)
			if row.name == doc.name:
				doc.update(replaced)  # an older sheet entered late
	events.append(
		DOCTYPE,
		doc.name,
		"address_confirmed",
		N_("Address for service confirmed"),
		bureau=doc.bureau,
		data={"entity": doc.entity, "electronic": bool(doc.electronic_consent)},
	)


# ------------------------------------------------------------------------ reading


def in_force(entity: str | None, bureau: str) -> Any | None:
	"""The confirmation (a row of FIELDS) the party has given this bureau, or None."""
	return of_parties([entity], bureau).get(entity) if entity else None


def of_parties(entities: Collection[str], bureau: str) -> dict[str, Any]:
	"""Entity → the confirmation in force, for several parties at once."""
	wanted = [entity for entity in set(entities) if entity]
	if not wanted:
		return {}
	rows = frappe.get_all(
		DOCTYPE,
		filters={"entity": ["in", wanted], "bureau": bureau, "status": IN_FORCE},
		fields=list(FIELDS),
		order_by="confirmed_on asc, creation asc",
	)
	return {row.entity: row for row in rows}


def covers(confirmation: Any | None, address: str) -> bool:
	"""Has the party agreed in writing to receive papers at this electronic address?"""
	return bool(
		confirmation
		and confirmation.electronic_consent
		and (confirmation.electronic_address or "").strip().lower() == address.strip().lower()
	)


def facts_of(confirmation: Any | None) -> dict[str, Any]:
	"""What the sheet D03b prints of a confirmation: {"confirmation": {…}}; blank for None."""
	if confirmation is None:
		return {"confirmation": {}}
	return {
		"confirmation": {
			"address": confirmation.address,
			"postcode": confirmation.postcode,
			"receiver": confirmation.receiver,
			"relationship": confirmation.receiver_relationship,
			"phone": confirmation.phone,
			"email": confirmation.email,
			"electronic_consent": "yes" if confirmation.electronic_consent else "no",
			"electronic_address": confirmation.electronic_address,
			"confirmed_by": confirmation.receiver,
			"confirmed_on": getdate(confirmation.confirmed_on),
		}
	}
