"""What calls answer with besides data: files to show or to keep, and the record of who looked."""

import json
from typing import Any, Literal

import frappe
from frappe.model.document import Document

from sclist_app.audit import events

# what Python's own table of types does not know on every machine
OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {"xlsx": f"{OFFICE}spreadsheetml.sheet", "docx": f"{OFFICE}wordprocessingml.document"}


def show(pdf: bytes, name: str) -> None:
	"""Answer with a PDF that the browser opens. `name` is the name of the file, without its extension."""
	_send(pdf, f"{name}.pdf", "pdf")


def download(content: bytes, file_name: str) -> None:
	"""Answer with a file that the browser stores; its type follows from its name."""
	_send(content, file_name, "download")
	if known := TYPES.get(file_name.rpartition(".")[2]):
		frappe.local.response.content_type = known


def download_json(value: Any, name: str) -> None:
	"""Answer with the value as a JSON file that the browser stores. `name` is without its extension."""
	download(json.dumps(value, ensure_ascii=False, indent=1).encode(), f"{name}.json")


def _send(content: bytes, file_name: str, kind: Literal["pdf", "download"]) -> None:
	frappe.local.response.update({"filename": file_name, "filecontent": content, "type": kind})


def disclosed(doc: Document, label: str, data: dict[str, Any] | None = None) -> None:
	"""Keep on record that the user was shown full numbers of the document.

	label: an English msgid saying what was opened.
	"""
	events.append(
		doc.doctype, doc.name, "disclosed", label, bureau=doc.bureau, run=doc.get("run"), data=data or {}
	)
	request = getattr(frappe.local, "request", None)
	if request is not None and request.method == "GET":
		frappe.db.commit()  # a GET is not committed by the framework, but who looked must stay on record
