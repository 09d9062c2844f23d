"""Entities: identifiers checked, certificate numbers sealed, masked and found again without being readable."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import decrypt, encrypt

from sclist_app.access.posts import filling_bureaus, held
from sclist_app.access.today import today
from sclist_app.law import identifiers, masking
from sclist_app.law.findings import Finding, errors, render

__all__ = ["code_of", "full_number", "judged", "key_of", "normalise", "shown_code"]

CARD = "Resident Identity Card"


def normalise(doc: Document) -> None:
	"""Before an entity is saved: identifiers normalised and checked, the certificate number sealed.

	Raises:
		frappe.ValidationError: an identifier is wrong, or the entity exists already (with a link to it).
	"""
	doc.entity_name = " ".join((doc.entity_name or "").split())
	if doc.entity_kind == "Person":
		doc.uscc = None
		_seal_number(doc)
	else:
		_check_uscc(doc)
		doc.id_number = doc.id_number_sealed = doc.id_number_key = None


def _check_uscc(doc: Document) -> None:
	doc.uscc, findings = identifiers.check_uscc(doc.uscc)
	_refuse(findings)
	_refuse_duplicate(doc, "uscc", doc.uscc)


def _seal_number(doc: Document) -> None:
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before and doc.id_number == before.id_number and doc.id_type == before.id_type:
		doc.id_number_sealed, doc.id_number_key = before.id_number_sealed, before.id_number_key
		return
	number = _checked_number(doc)
	key = key_of(doc.id_type, number)
	_refuse_duplicate(doc, "id_number_key", key)
	doc.id_number_sealed, doc.id_number_key = encrypt(number), key
	doc.id_number = mask(number)


def _checked_number(doc: Document) -> str:
	if doc.id_type == CARD:
		number, findings = identifiers.check_id_number(doc.id_number, today())
		_refuse(findings)
		return number
	number = identifiers.normalise_code(doc.id_number)
	if not number:
		frappe.throw(_("Enter the number of the certificate."))
	if "*" in number:
		frappe.throw(_("Type the whole certificate number again, not the masked one."))
	return number


def judged(kind: str, number: str, id_type: str = "") -> dict[str, Any]:
	"""What saving would say of a number: {"number", "errors", "warnings", "twin"}. A person's number is not returned."""
	person = kind == "Person"
	if not person:
		checked, findings = identifiers.check_uscc(number)
	elif (id_type or CARD) == CARD:
		checked, findings = identifiers.check_id_number(number, today())
	else:
		checked, findings = identifiers.normalise_code(number), []
	field, value = ("id_number_key", key_of(id_type or CARD, checked)) if person else ("uscc", checked)
	twin = (
		frappe.db.get_value("SC Entity", {field: value}, ["name", "entity_name"], as_dict=True)
		if checked and not errors(findings)
		else None
	)
	return {
		"number": "" if person else checked,
		"errors": [render(f, _) for f in errors(findings)],
		"warnings": [render(f, _) for f in findings if f.severity == "warning"],
		"twin": {"name": twin.name, "entity_name": twin.entity_name} if twin else None,
	}


def _refuse(findings: list[Finding]) -> None:
	if faults := errors(findings):
		frappe.throw(render(faults[0], _), title=_("Identifier wrong"))


def _refuse_duplicate(doc: Document, field: str, value: str) -> None:
	other = frappe.db.get_value(
		"SC Entity", {field: value, "name": ["!=", doc.name or ""]}, ["name", "entity_name"], as_dict=True
	)
	if other:
		frappe.throw(
			_("This entity is registered already: {0}. Use it instead of creating a second one.").format(
				frappe.utils.get_link_to_form(
					"SC Entity", other.name, frappe.utils.escape_html(other.entity_name)
				)
			),
			frappe.DuplicateEntryError,
			title=_("Entity exists"),
		)


def key_of(id_type: str, number: str) -> str:
	"""A keyed hash by which the same person is found; without the site's key it tells nothing."""
	secret = frappe.utils.password.get_encryption_key().encode()
	return hmac.new(secret, f"{id_type}:{number}".encode(), hashlib.sha256).hexdigest()


def mask(number: str) -> str:
	settings = frappe.get_cached_doc("SC Settings")
	return masking.mask_id_number(number, int(settings.mask_head or 4), int(settings.mask_tail or 4))


def full_number(entity: Document) -> str:
	"""The certificate number in clear, for issued documents and logged views only."""
	return decrypt(entity.id_number_sealed) if entity.id_number_sealed else ""


def code_of(entity: Document) -> str:
	"""USCC of an organisation, certificate number of a person, in clear."""
	return full_number(entity) if entity.entity_kind == "Person" else entity.uscc or ""


def shown_code(entity: Document) -> str:
	"""What may be shown anywhere: the USCC, or the masked certificate number."""
	return (entity.id_number if entity.entity_kind == "Person" else entity.uscc) or ""


def set_bureau(doc: Document) -> None:
	"""A new entity is kept by the bureau of whoever registers it."""
	if not doc.bureau:
		own = filling_bureaus() or [h.bureau for h in held()]
		if own:
			doc.bureau = own[0]
