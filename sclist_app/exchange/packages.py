"""A bureau's rules as one file: procedures, papers, texts, terms, with schema and hash.

What comes in is data, checked like typed input: procedures become drafts that the checker and an approver still
have to pass, everything else goes through the same controllers as a form. Nothing in a package is executed, and a
package that is too large, too deep, of another schema or changed after its hash was taken is refused before
anything is read from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import local_rules
from sclist_app.access.today import today
from sclist_app.law.findings import N_
from sclist_app.workflow import store
from sclist_app.workflow.model import Procedure

__all__ = [
	"Imported",
	"Package",
	"PackageRefused",
	"export",
	"export_bureau",
	"import_package",
	"parse",
	"seal",
]

SCHEMA = 2
MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 10
MOST_ROWS = 500
FIELDS = {"schema", "title", "description", "procedures", "rows", "hash"}
PROCEDURE_FIELDS = {"kind", "code", "procedure_name", "description", "procedure"}


@dataclass(frozen=True)
class Form:
	"""A DocType of rules that may travel.

	fields: its columns. identity: those that tell one row of a bureau from another. state: of rules that another person
	approves, the state in which they leave, the newest of each identity; what comes in is a draft. only: which rows
	travel at all.
	"""

	fields: tuple[str, ...]
	identity: tuple[str, ...]
	state: str = ""
	only: Mapping[str, str] = field(default_factory=dict)


FORMS: Mapping[str, Form] = {
	"SC Document Template": Form(
		("document_kind", "date_style", "change_note", "body"),
		("document_kind",),
		"In Force",
		{"paper_format": "Page"},
	),
	"SC Text Block": Form(("block", "text"), ("block",)),
	"SC Term": Form(("term", "word"), ("term",)),
	"SC Number Rule": Form(("document_kind", "prefix", "start"), ("document_kind",)),
	"SC Publication Channel": Form(
		("code", "channel_name", "own_page", "mandatory", "owner_organ", "replaces", "enabled"), ("code",)
	),
	"SC Local Rule": Form(("basis", *local_rules.FIELDS), (), "Approved"),
}


class PackageRefused(ValueError):
	"""The file is no usable package; the message is an English msgid with values."""

	def __init__(self, message: str, **values: Any):
		super().__init__(message)
		self.message, self.values = message, values


@dataclass(frozen=True)
class Package:
	"""A package that was read: each procedure with its names, and rows of rules by DocType."""

	title: str
	procedures: tuple[tuple[Mapping[str, str], Procedure], ...]
	rows: Mapping[str, tuple[Mapping[str, Any], ...]]


@dataclass
class Imported:
	"""What an import made. versions: drafts; created, present: (DocType, name) of other rules made or there before."""

	versions: list[str] = field(default_factory=list)
	created: list[tuple[str, str]] = field(default_factory=list)
	present: list[tuple[str, str]] = field(default_factory=list)


def _digest(data: Mapping[str, Any]) -> str:
	content = {key: value for key, value in data.items() if key != "hash"}
	text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
	return hashlib.sha256(text.encode()).hexdigest()


def seal(data: Mapping[str, Any]) -> dict[str, Any]:
	"""The package with the hash of its content."""
	return {**data, "hash": _digest(data)}


# ------------------------------------------------------------------------ out


def export(version: str) -> dict[str, Any]:
	"""One version as a package; `parse` reads it back unchanged."""
	doc = frappe.get_doc("SC Procedure Version", version)
	return _package(_names(doc)["procedure_name"], [doc], {})


def export_bureau(bureau: str) -> dict[str, Any]:
	"""All a bureau rules itself: the newest published version of each of its procedures, and its papers and words."""
	versions = []
	for procedure in frappe.get_all(
		"SC Procedure", filters={"bureau": bureau}, pluck="name", order_by="kind, name"
	):
		newest = frappe.get_all(
			"SC Procedure Version",
			filters={"procedure": procedure, "status": "Published"},
			pluck="name",
			order_by="version_no desc",
			limit=1,
		)
		versions += [frappe.get_doc("SC Procedure Version", name) for name in newest]
	rows = {
		doctype: [_row(doc, form) for doc in _own(doctype, form, bureau)] for doctype, form in FORMS.items()
	}
	title = frappe.get_cached_value("SC Bureau", bureau, "bureau_name") or bureau
	return _package(title, versions, {doctype: own for doctype, own in rows.items() if own})


def _own(doctype: str, form: Form, bureau: str) -> list[Document]:
	filters = {"bureau": bureau, **form.only}
	if not form.state:
		names = frappe.get_all(doctype, filters=filters, pluck="name", order_by="name")
	else:
		newest: dict[tuple, str] = {}
		for row in frappe.get_all(
			doctype,
			filters={**filters, "state": form.state},
			fields=["name", *form.identity],
			order_by="effective_from desc, approved_on desc, creation desc",
		):
			newest.setdefault(tuple(row.get(name) for name in form.identity), row.name)
		names = sorted(newest.values())
	return [frappe.get_doc(doctype, name) for name in names]


def _row(doc: Document, form: Form) -> dict[str, Any]:
	row: dict[str, Any] = {}
	for name in form.fields:
		value = doc.get(name)
		df = doc.meta.get_field(name)
		if df.fieldtype in frappe.model.table_fields:
			value = [{key: _plain(child.get(key)) for key in _columns(df.options)} for child in value or ()]
		if value not in (None, "", []):
			row[name] = _plain(value)
	return row


def _plain(value: Any) -> Any:
	return value if isinstance(value, str | int | float | bool | list) or value is None else str(value)


def _columns(doctype: str) -> list[str]:
	return [
		df.fieldname
		for df in frappe.get_meta(doctype).fields
		if df.fieldtype not in frappe.model.no_value_fields
	]


def _names(version: Document) -> dict[str, str]:
	procedure = frappe.get_doc("SC Procedure", version.procedure)
	return {
		"kind": procedure.kind,
		"code": procedure.code,
		"procedure_name": procedure.procedure_name,
		"description": procedure.description or "",
	}


def _package(title: str, versions: Iterable[Document], rows: Mapping[str, Any]) -> dict[str, Any]:
	procedures = []
	for version in versions:
		content = store.to_procedure(version).to_dict()
		content.pop("kind")
		procedures.append({**_names(version), "procedure": content})
	return seal(
		{"schema": SCHEMA, "title": title, "description": "", "procedures": procedures, "rows": dict(rows)}
	)


# ------------------------------------------------------------------------- in


def parse(text: str) -> Package:
	"""Read a package.

	Raises:
		PackageRefused: too large or deep, no JSON, another schema, unknown fields, hash or rows wrong.
	"""
	if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
		raise PackageRefused(N_("The file is larger than a package of rules can be (2 MB)."))
	if _depth(text) > MOST_DEPTH:
		raise PackageRefused(N_("The file is nested too deeply for a package of rules."))
	try:
		data = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
	except (ValueError, RecursionError):
		raise PackageRefused(N_("The file cannot be read as a package of rules.")) from None
	if not isinstance(data, dict) or data.get("schema") != SCHEMA:
		raise PackageRefused(
			N_("The file is not a package of rules of this system (schema {schema})."), schema=SCHEMA
		)
	if unknown := sorted(set(data) - FIELDS):
		raise PackageRefused(N_("The package has fields that are not known: {fields}."), fields=unknown)
	if data.get("hash") != _digest(data):
		raise PackageRefused(N_("The package was changed after it was exported: its hash does not fit."))
	procedures = tuple(_procedure(row) for row in _list(data.get("procedures")))
	rows = data.get("rows") or {}
	if not isinstance(rows, dict) or set(rows) - set(FORMS):
		raise PackageRefused(N_("The package has tables that are not known, or too many rows."))
	return Package(
		str(data.get("title") or ""),
		procedures,
		{doctype: tuple(_known(doctype, row) for row in _list(own)) for doctype, own in rows.items()},
	)


def _list(value: Any) -> list:
	if not isinstance(value or [], list) or len(value or []) > MOST_ROWS:
		raise PackageRefused(N_("The package has tables that are not known, or too many rows."))
	return value or []


def _procedure(row: Any) -> tuple[Mapping[str, str], Procedure]:
	if not isinstance(row, dict) or not isinstance(row.get("procedure"), dict):
		raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason="procedure")
	if unknown := sorted(set(row) - PROCEDURE_FIELDS):
		raise PackageRefused(N_("The package has fields that are not known: {fields}."), fields=unknown)
	tables = row["procedure"]
	if set(tables) - set(store.TABLES):
		raise PackageRefused(N_("The package has tables that are not known, or too many rows."))
	for own in tables.values():
		_list(own)
	names = {key: str(row.get(key) or "") for key in ("kind", "code", "procedure_name", "description")}
	try:
		return names, Procedure.from_dict({"kind": names["kind"], **tables})
	except (ValueError, TypeError, KeyError, AttributeError) as error:
		raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason=str(error)) from None


def _known(doctype: str, row: Any) -> Mapping[str, Any]:
	if not isinstance(row, dict):
		raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason=doctype)
	if unknown := sorted(set(row) - set(FORMS[doctype].fields)):
		raise PackageRefused(N_("The package has fields that are not known: {fields}."), fields=unknown)
	for value in row.values():
		for child in value if isinstance(value, list) else ():
			if not isinstance(child, dict) or any(isinstance(v, list | dict) for v in child.values()):
				raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason=doctype)
		if isinstance(value, dict):
			raise PackageRefused(N_("A row of the package cannot be read: {reason}"), reason=doctype)
	return row


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


def import_package(text: str, bureau: str, code: str = "", procedure_name: str = "") -> Imported:
	"""Bring a package into a bureau: its procedures as drafts, its other rules where the bureau has none of its own.

	code: of the procedure, if there is one; of several it is what their own codes are put behind, so that two
	bureaus may import the same file.

	Raises:
		frappe.ValidationError: the package is refused, or a row of it is; nothing is written then.
	"""
	try:
		package = parse(text)
	except PackageRefused as refused:
		frappe.throw(_(refused.message).format(**refused.values), title=_("Package refused"))
	made = Imported()
	alone = len(package.procedures) == 1
	for names, procedure in package.procedures:
		own_code = (code or names["code"]) if alone else "-".join(filter(None, (code, names["code"])))
		title = (procedure_name if alone else "") or names["procedure_name"]
		made.versions.append(_draft(names, procedure, bureau, own_code, title))
	for doctype, rows in package.rows.items():
		for row in rows:
			_bring(doctype, row, bureau, made)
	return made


def _draft(names: Mapping[str, str], procedure: Procedure, bureau: str, code: str, title: str) -> str:
	known = frappe.db.get_value("SC Procedure", code, ["bureau", "kind"], as_dict=True)
	if known and (known.bureau, known.kind) != (bureau, names["kind"]):
		frappe.throw(_("The code {0} belongs to another procedure. Enter another code.").format(code))
	if not known:
		doc = frappe.new_doc("SC Procedure")
		doc.update(
			{
				"code": code,
				"procedure_name": title,
				"kind": names["kind"],
				"bureau": bureau,
				"description": names["description"],
			}
		)
		doc.insert()
	version = frappe.new_doc("SC Procedure Version")
	version.procedure = code
	store.fill_tables(version, procedure)
	version.insert()
	return version.name


def _bring(doctype: str, row: Mapping[str, Any], bureau: str, made: Imported) -> None:
	form = FORMS[doctype]
	identity = {name: row.get(name) for name in form.identity}
	alive = {"state": ["!=", "Retired"]} if form.state else {}
	present = frappe.db.get_value(doctype, {**identity, **form.only, **alive, "bureau": bureau}, "name")
	if present:
		made.present.append((doctype, present))
		return
	doc = frappe.new_doc(doctype)
	for name, value in row.items():
		df = doc.meta.get_field(name)
		if isinstance(value, list):
			columns = set(_columns(df.options)) if df.fieldtype in frappe.model.table_fields else set()
			doc.set(name, [{k: v for k, v in child.items() if k in columns} for child in value])
		else:
			doc.set(name, value)
	doc.bureau = bureau
	if form.state:
		doc.effective_from = today()
	doc.insert()
	made.created.append((doctype, doc.name))
