"""The register of document numbers (文号登记簿): per bureau, kind and year each number with what became of it.

A number no document bears stands in it as missing. No identity number is shown, so it can be exported as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint

from sclist_app.access.visibility import may_read_bureau
from sclist_app.law.findings import N_

__all__ = ["report", "rows"]

_SERIAL: Final = re.compile("〔([0-9]{4})〕([0-9]+)号$")
STATUSES: Final = ("Issued", "Corrected", "Voided", N_("Missing"))


def rows(bureau: str, year: int, kind: str = "") -> Iterator[dict[str, Any]]:
	"""Every number drawn, kind by kind in order: {document_kind, serial, number, status, notice, …}.

	The user sees what the tree lets them see: the documents are listed as theirs.
	"""
	filters: dict[str, Any] = {"bureau": bureau, "number": ["like", f"%〔{year}〕%"]}
	if kind:
		filters["document_kind"] = kind
	found: dict[str, dict[int, Any]] = defaultdict(dict)
	for notice in frappe.get_list(
		"SC Notice",
		filters=filters,
		fields=[
			"name",
			"document_kind",
			"number",
			"status",
			"title",
			"addressee_name",
			"issued_on",
			"issued_by",
			"void_reason",
			"corrected_by",
			"correction_reason",
			"corrects",
			"reference_doctype",
			"reference_name",
		],
		order_by="creation asc",
		limit_page_length=0,
	):
		serial = _SERIAL.search(notice.number)
		if serial and int(serial[1]) == year:
			found[notice.document_kind][int(serial[2])] = notice
	numbers = {n.name: n.number for own in found.values() for n in own.values()}
	for code in sorted(found):
		own = found[code]
		first = min(min(own), _first(bureau, code))
		for serial in range(first, max([*own, _last(bureau, code, year)]) + 1):
			yield _row(code, serial, own.get(serial), numbers)


def _first(bureau: str, kind: str) -> int:
	return (
		cint(frappe.db.get_value("SC Number Rule", {"bureau": bureau, "document_kind": kind}, "start")) or 1
	)


def _last(bureau: str, kind: str, year: int) -> int:
	return cint(frappe.db.get_value("SC Number Counter", f"{bureau}:{kind}:{year}", "last"))


def _row(kind: str, serial: int, notice: Any, numbers: Mapping[str, str]) -> dict[str, Any]:
	if notice is None:
		return {
			"document_kind": kind,
			"serial": serial,
			"status_code": "Missing",
			"note": _("No document bears this number"),
		}
	note = notice.void_reason if notice.status == "Voided" else notice.correction_reason
	relation = []
	if notice.corrected_by:
		relation.append(_("Corrected by {0}").format(numbers.get(notice.corrected_by, "")))
	if notice.corrects:
		relation.append(_("Corrects {0}").format(numbers.get(notice.corrects, "")))
	return {
		"document_kind": kind,
		"serial": serial,
		"number": notice.number,
		"status_code": notice.status,
		"title": notice.title,
		"addressee_name": notice.addressee_name,
		"issued_on": notice.issued_on,
		"note": "；".join(filter(None, (*relation, note))),
		"notice": notice.name,
		"reference_doctype": notice.reference_doctype,
		"reference_name": notice.reference_name,
	}


def report(filters: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
	"""Columns and rows of the report; the framework has asked for the right to reports on documents.

	Raises:
		frappe.ValidationError: no bureau or no year; frappe.PermissionError: a bureau the user does not read.
	"""
	bureau, year = filters.get("bureau"), cint(filters.get("year"))
	kind, status = filters.get("document_kind") or "", filters.get("status") or ""
	if not isinstance(bureau, str) or not bureau or not 2000 <= year <= 2199:
		frappe.throw(_("Choose a bureau and a year."))
	if not isinstance(kind, str) or (status and status not in STATUSES):
		frappe.throw(_("Choose a bureau and a year."))
	if not may_read_bureau(bureau):
		raise frappe.PermissionError
	titles: dict[str, str] = {}
	shown = []
	for row in rows(bureau, year, kind):
		if status and row["status_code"] != status:
			continue
		code = row["document_kind"]
		if code not in titles:
			titles[code] = frappe.get_cached_value("SC Document Kind", code, "title") or code
		shown.append({**row, "kind_title": titles[code], "status": _(row["status_code"])})
	return _columns(), shown


def _columns() -> list[dict[str, Any]]:
	return [
		{"fieldname": "kind_title", "label": _("Document Kind"), "fieldtype": "Data", "width": 200},
		{"fieldname": "serial", "label": _("Serial Number"), "fieldtype": "Int", "width": 70},
		{"fieldname": "number", "label": _("Document Number"), "fieldtype": "Data", "width": 200},
		{"fieldname": "status", "label": _("Status"), "fieldtype": "Data", "width": 90},
		{"fieldname": "addressee_name", "label": _("Addressee Name"), "fieldtype": "Data", "width": 200},
		{"fieldname": "issued_on", "label": _("Issued On"), "fieldtype": "Date", "width": 110},
		{"fieldname": "note", "label": _("Remark"), "fieldtype": "Data", "align": "left", "width": 220},
	]
