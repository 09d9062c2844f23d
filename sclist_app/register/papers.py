"""An issued document as its form and the lists of papers show it: relations, attempts at service, what one may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.documents import seal, service
from sclist_app.register import corrections
from sclist_app.workflow import store

__all__ = ["about", "with_rights"]


def about(notice: Document) -> dict[str, Any]:
	"""{paper, relations, may_seal, may_correct, seal_service}; the caller has checked the right to read it."""
	row = frappe._dict({field: notice.get(field) for field in FIELDS})
	rows = [row]
	service.described(rows, notice.bureau)
	with_rights(rows, notice.run, notice.bureau)
	return {"paper": row, "relations": _relations(notice)}


FIELDS = (
	"name",
	"document_kind",
	"title",
	"number",
	"addressee",
	"addressee_name",
	"issued_on",
	"status",
	"pages",
	"joint_with",
	"service_state",
	"service_due",
	"corrects",
	"corrected_by",
	"sealed_copy",
	"sealed_on",
	"word_file",
	"step",
	"run",
	"bureau",
	"about",
	"creation",
	"reference_name",
)


def with_rights(rows: Sequence[Any], run: str | None, bureau: str) -> None:
	"""Add to rows of papers (`FIELDS`) of one run: `word_copy`, whether there is one; and what the user may do:
	`may_correct`, `may_void`, `may_seal` (with `scan_mb`, the largest scan), `seal_service`."""
	keeper = seal.may_seal(frappe._dict(bureau=bureau))
	used = seal.chosen(bureau) if keeper else ""
	loaded = store.read_run(run) if run and any(row.status == "Issued" for row in rows) else None
	for row in rows:
		row["word_copy"] = bool(row.pop("word_file", None))
		issued = row.status == "Issued"
		own = bool(issued and loaded and row.step)
		row["may_correct"] = own and corrections.may_correct(row, loaded)
		row["may_void"] = own and corrections.may_void(row, loaded)
		row["may_serve"] = bool(issued and loaded and corrections.may_serve_late(row, loaded))
		row["may_seal"] = issued and keeper
		row["scan_mb"] = seal.max_bytes() // 1024 // 1024
		row["seal_service"] = used if issued and not row.sealed_copy else ""


def _relations(notice: Document) -> list[dict[str, Any]]:
	"""The documents this one names and those that name it: {relation, name, title, number, status}."""
	found = []
	for relation, filters in (
		(_("Corrects"), {"name": notice.corrects}),
		(_("Corrected By"), {"name": notice.corrected_by}),
		(_("Served Together With"), {"name": notice.joint_with}),
		(_("Served Together With"), {"joint_with": notice.name}),
	):
		if all(filters.values()):
			found += [
				{"relation": relation, **row, "status_label": _(row.status)}
				for row in frappe.get_all(
					"SC Notice",
					filters=filters,
					fields=["name", "title", "number", "status"],
					order_by="creation",
				)
			]
	return found
