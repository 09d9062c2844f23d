"""Procedures as one file each: schema, content, hash. What comes in is data, checked like typed input.

Nothing in a package is executed, and a package that is too large, too deep, of another schema or changed after
its hash was taken is refused before anything is read from it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import frappe
from frappe import _

from sclist_app.law.findings import N_
from sclist_app.workflow import store
from sclist_app.workflow.model import Procedure

__all__ = ["PackageRefused", "export", "import_draft", "parse"]

SCHEMA = 1
MOST_BYTES = 1024 * 1024
MOST_DEPTH = 8
MOST_ROWS = 500
FIELDS = {"schema", "kind", "code", "procedure_name", "description", "version_no", "procedure", "hash"}


class PackageRefused(ValueError):
	"""The file is no usable package; the message is an English msgid with values."""

	def __init__(self, message: str, **values: Any):
		super().__init__(message)
		self.message, self.values = message, values


def _digest(data: dict[str, Any]) -> str:
	content = {key: value for key, value in data.items() if key != "hash"}
	text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
	return hashlib.sha256(text.encode()).hexdigest()


def export(version: str) -> dict[str, Any]:
	"""A version as a package; `parse` reads it back unchanged."""
	doc = frappe.get_doc("SC Procedure Version", version)
	procedure = frappe.get_doc("SC Procedure", doc.procedure)
	content = store.to_procedure(doc).to_dict()
	kind = content.pop("kind")
	data = {
		"schema": SCHEMA,
		"kind": kind,
		"code": procedure.code,
		"procedure_name": procedure.procedure_name,
		"description": procedure.description or "",
		"version_no": doc.version_no,
		"procedure": content,
	}
	return {**data, "hash": _digest(data)}


def parse(text: str) -> tuple[dict[str, Any], Procedure]:
	"""The package and its procedure.

	Raises:
		PackageRefused: too large or deep, no JSON, another schema, unknown fields, hash or rows wrong.
	"""
	if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
		raise PackageRefused(N_("The file is larger than a procedure package can be (1 MB)."))
	if _depth(text) > MOST_DEPTH:
		raise PackageRefused(N_("The file is nested too deeply for a procedure package."))
	try:
		data = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
	except (ValueError, RecursionError):
		raise PackageRefused(N_("The file cannot be read as a procedure package.")) from None
	if (
		not isinstance(data, dict)
		or data.get("schema") != SCHEMA
		or not isinstance(data.get("procedure"), dict)
	):
		raise PackageRefused(
			N_("The file is not a procedure package of this system (schema {schema})."), schema=SCHEMA
		)
	if unknown := sorted(set(data) - FIELDS):
		raise PackageRefused(N_("The package has fields that are not known: {fields}."), fields=unknown)
	if data.get("hash") != _digest(data):
		raise PackageRefused(N_("The package was changed after it was exported: its hash does not fit."))
	rows = data["procedure"]
	if set(rows) - set(store.TABLES) or not all(
		isinstance(r, list) and len(r) <= MOST_ROWS for r in rows.values()
	):
		raise PackageRefused(N_("The package has tables that are not known, or too many rows."))
	try:
		return data, Procedure.from_dict({"kind": data["kind"], **rows})
	except (ValueError, TypeError, KeyError, AttributeError) as error:
		raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason=str(error)) from None


def _depth(text: str) -> int:
	"""How deep brackets nest, before anything is parsed; brackets in strings do not count."""
	depth = most = 0
	quoted = escaped = False
	for letter in text:
		if quoted:
			if escaped:
				escaped = False
			elif letter == "\\":
				escaped = True
			elif letter == '"':
				quoted = False
		elif letter == '"':
			quoted = True
		elif letter in "[{":
			depth += 1
			most = max(most, depth)
		elif letter in "]}":
			depth -= 1
	return most


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
	data = dict(pairs)
	if len(data) != len(pairs):
		raise ValueError("a key stands twice")
	return data


def _no_constant(name: str) -> None:
	raise ValueError(name)


def import_draft(text: str, bureau: str, code: str, procedure_name: str) -> str:
	"""Make a draft of a package in a bureau; the checker has the word when it is submitted. Returns the version.

	Raises:
		frappe.ValidationError: the package is refused.
	"""
	try:
		data, procedure = parse(text)
	except PackageRefused as refused:
		frappe.throw(_(refused.message).format(**refused.values), title=_("Package refused"))
	if not frappe.db.exists("SC Procedure", code):
		doc = frappe.new_doc("SC Procedure")
		doc.update(
			{
				"code": code,
				"procedure_name": procedure_name or data["procedure_name"],
				"kind": data["kind"],
				"bureau": bureau,
				"description": data.get("description"),
			}
		)
		doc.insert()
	version = frappe.new_doc("SC Procedure Version")
	version.procedure = code
	store.fill_tables(version, procedure)
	version.insert()
	return version.name
