"""Form policy per step, kept on the server: hidden, masked, read, edit, required.

Whose policy. It holds for whoever has an open task of the document before them, in the steps of these tasks; of
several the most permissive. Who has none reads the document by role, bureau and permission level as ever and
changes nothing: a step hides things from those who work in it (a reviewer who is not to know whom), not from those
who answer for the case. The engine itself sees and writes everything.

The doors. *Single documents* (form, `frappe.client.get`, REST, print and PDF, the answer to a save) pass
`SteeredDocument`, the base of every DocType the engine runs on. *Lists* (list, report, export, search, counts) pass
`form_lists.condition`: they cannot cover one value of one row, so a row whose field is closed to the reader is left
out of every list that shows, filters or sorts by this field. *The log of changes* is shown to all readers alike: it
notes that a field closed in any step of the procedure was changed, not from what to what. *Writing* passes
`check_fields`.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.base_document import get_controller
from frappe.model.document import Document

from sclist_app.access import fields
from sclist_app.access.fields import CLOSED, EDIT, READ, Rules
from sclist_app.access.guard import is_engine
from sclist_app.access.today import today
from sclist_app.audit import tampering
from sclist_app.workflow import actions, form_policy_rules
from sclist_app.workflow.form_policy_rules import KnownField
from sclist_app.workflow.kinds import kind, kind_of
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.store import bound_version, load_procedure, open_tasks

__all__ = [
	"SteeredDocument",
	"check_fields",
	"effective",
	"effective_of",
	"for_form",
	"known_fields",
	"refuse_covered",
	"scrub_version",
]

ENGINE = (
	"name",
	"naming_series",
	"amended_from",
	"bureau",
	"run",
	"state",
	"state_title",
	"procedure_version",
)


class SteeredDocument(Document):
	"""Base of the DocTypes the engine runs on: what leaves the server has passed the form policy.

	The framework calls `apply_fieldlevel_read_permissions` wherever it hands out a document.
	"""

	def apply_fieldlevel_read_permissions(self):
		super().apply_fieldlevel_read_permissions()
		withhold(self)

	def onload(self):
		self.set_onload("sclist_policy", for_form(self))

	def before_print(self, settings=None):
		withhold(self)

	def check_permission(self, permtype="read", permlevel=None):
		super().check_permission(permtype, permlevel)
		# one way to a PDF asks for this right and prints without calling before_print
		if permtype == "print":
			withhold(self)

	def insert(self, *args, **kwargs):
		doc = super().insert(*args, **kwargs)
		withhold(self)
		return doc

	def save(self, *args, **kwargs):
		# what was saved goes back to whoever sent it
		doc = super().save(*args, **kwargs)
		withhold(self)
		return doc


def withhold(doc: Document) -> None:
	"""Take out of a document that leaves the server what the user may not see now."""
	if not is_engine():
		fields.withhold(doc, effective(doc))


def refuse_covered(doc: Document) -> None:
	"""Papers made of the whole document are not for who may not see a part of it now.

	Raises:
		frappe.PermissionError: a step in which the user has a task closes fields of the document to them.
	"""
	if isinstance(doc, SteeredDocument) and not is_engine() and effective(doc).closed:
		frappe.throw(
			_(
				"A part of this document is closed to you in your present step, so you cannot print it. Ask somebody who may see all of it."
			),
			frappe.PermissionError,
		)


def step_rules(procedure: Procedure, step: str) -> Rules:
	return Rules(form_policy_rules.policy(procedure, step), form_policy_rules.base_policy(procedure, step))


def effective(doc: Document) -> Rules:
	"""What the user may see and change in the document now. All may be edited before its procedure has begun."""
	if not doc.get("run"):
		return Rules(default=EDIT)
	return effective_of(doc.run, doc.procedure_version)


def effective_of(run: str, version: str) -> Rules:
	"""The same, of a run and the version it follows."""
	mine = [task.step for task in open_tasks(run) if actions.holding(task)]
	if not mine:
		return Rules()
	procedure = load_procedure(version)
	return Rules.most_permissive(step_rules(procedure, step) for step in dict.fromkeys(mine))


def at_start(doc: Document) -> Rules:
	"""What a new document may bring: whatever the rows of the first step leave open."""
	bureau = doc.get("bureau")
	if not bureau:
		return Rules(default=EDIT)
	procedure = load_procedure(bound_version(bureau, kind_of(doc).name, today()))
	return Rules(form_policy_rules.policy(procedure, procedure.start.code), EDIT)


def check_fields(doc: Document) -> None:
	"""Outside the engine only the fields the user may edit in their steps change; what they could not see stays.

	Raises:
		frappe.PermissionError: naming the fields. The attempt goes into the event chain.
	"""
	if is_engine():
		return
	before = doc.get_doc_before_save()
	if before is None:
		rules, before = at_start(doc), frappe.new_doc(doc.doctype)
	else:
		rules = effective(before)
	refused = fields.settle(doc, before, rules)
	if not refused:
		return
	tampering.note(doc, refused)
	names = "、".join(frappe.bold(fields.label_of(doc.doctype, name)) for name in refused)
	frappe.throw(_("{0} cannot be changed in the present step.").format(names), frappe.PermissionError)


def for_form(doc: Document, rules: Rules | None = None) -> dict[str, Any]:
	"""What the form needs: {"open": bool, "default": policy, "fields": {field or table.column: policy}}.

	open: some field may be changed. Without rules, those of the user now.
	"""
	rules = rules or effective(doc)
	names = [df.fieldname for df in doc.meta.fields if _holds_value(df)]
	engine = engine_fields(doc.doctype)
	return {
		"open": any(
			rules.of(name) in fields.OPEN and not doc.meta.get_field(name).read_only
			for name in names
			if name not in engine
		),
		"default": rules.default,
		"fields": {name: READ if name in engine else rules.of(name) for name in names}
		| {name: rule for name, rule in rules.said.items() if "." in name},
	}


def _holds_value(df: Any) -> bool:
	return df.fieldtype in table_fields or df.fieldtype not in no_value_fields


def engine_fields(doctype: str) -> frozenset[str]:
	"""Fields the engine keeps: those its controller names, and what the framework and every run need."""
	controller = frappe.get_module(get_controller(doctype).__module__)
	kept = {df.fieldname for df in frappe.get_meta(doctype).fields if df.read_only and df.no_copy}
	return frozenset({*ENGINE, *kept, *getattr(controller, "ENGINE_FIELDS", ())})


def known_fields(kind_name: str) -> dict[str, KnownField] | None:
	"""Every field and column of the DocType a kind of procedure runs on, by the name a row uses.

	None if no app provides the kind.
	"""
	if kind_name not in frappe.get_hooks("sclist_kinds", {}):
		return None
	meta = frappe.get_meta(kind(kind_name).doctype)
	engine = engine_fields(meta.name)
	shown = {meta.title_field, *(name.strip() for name in (meta.search_fields or "").split(","))}
	known: dict[str, KnownField] = {}
	for df in meta.fields:
		if not _holds_value(df):
			continue
		columns = frappe.get_meta(df.options).fields if df.fieldtype in table_fields else ()
		known[df.fieldname] = KnownField(
			df.fieldname,
			fields.label_of(meta.name, df.fieldname),
			engine=df.fieldname in engine,
			derived=bool(df.read_only),
			must=bool(df.reqd),
			shown=df.fieldname in shown or bool(df.in_global_search or df.in_preview),
			files=_holds_file(df) or any(_holds_file(column) for column in columns),
			text=df.fieldtype in fields.TEXT,
			source=(df.fetch_from or "").partition(".")[0],
		)
		for column in columns:
			if column.fieldtype in no_value_fields:
				continue
			name = f"{df.fieldname}.{column.fieldname}"
			source = (column.fetch_from or "").partition(".")[0]
			known[name] = KnownField(
				name,
				fields.label_of(meta.name, name),
				engine=df.fieldname in engine,
				derived=bool(column.read_only or column.fetch_from),
				must=bool(column.reqd),
				shown=bool(column.in_global_search),
				files=_holds_file(column),
				text=column.fieldtype in fields.TEXT,
				source=f"{df.fieldname}.{source}" if source else "",
			)
	return known


def _holds_file(df: Any) -> bool:
	return df.fieldtype in ("Attach", "Attach Image", "Image", "Signature")


def scrub_version(log: Document, method: str = "") -> None:
	"""Hook of the framework's log of changes: no values of fields that some step of the procedure closes."""
	meta = frappe.get_meta(log.ref_doctype)
	if not (meta.has_field("run") and meta.has_field("procedure_version")):
		return
	version = frappe.db.get_value(log.ref_doctype, log.docname, "procedure_version")
	if not version:
		return
	closed = {rule.field for rule in load_procedure(version).fields if rule.policy in CLOSED}
	if closed:
		log.data = frappe.as_json(_scrubbed(frappe.parse_json(log.data), closed), indent=None)


def _scrubbed(data: dict[str, Any], closed: set[str]) -> dict[str, Any]:
	"""The framework's {"changed": [[field, old, new]], "row_changed": [[table, n, row, changed]], "added": …}."""
	blank = fields.COVER

	def plain(prefix: str, changes: list) -> list:
		return [[f, blank, blank] if f"{prefix}{f}" in closed else [f, *rest] for f, *rest in changes]

	data["changed"] = plain("", data.get("changed") or [])
	data["row_changed"] = [
		[table, number, row, plain(f"{table}.", changes)]
		for table, number, row, changes in data.get("row_changed") or []
		if table not in closed
	]
	for what in ("added", "removed"):
		data[what] = [
			[table, {k: blank if f"{table}.{k}" in closed else v for k, v in row.items()}]
			for table, row in data.get(what) or []
			if table not in closed
		]
	return data
