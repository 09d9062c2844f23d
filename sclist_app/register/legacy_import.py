"""Import of the old list from a spreadsheet: first a report row by row, then the sound rows in one transaction.

Nothing but the report is written by the check. The file itself holds identity numbers, so it is kept sealed, until
the import is a week old, and shown to nobody; the report holds none.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime
from frappe.utils.password import decrypt, encrypt, get_encryption_key

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import filling_bureaus, held
from sclist_app.access.today import now, today
from sclist_app.exchange import spreadsheets
from sclist_app.law import legacy as law
from sclist_app.law.citations import chinese_number
from sclist_app.law.findings import N_, Finding, errors, render
from sclist_app.law.grounds import PERSON_ROLES
from sclist_app.law.legacy import COLUMNS, LegacyEntry
from sclist_app.register import identity, legacy

__all__ = ["carry_out", "check", "faults_sheet", "forget", "progress", "template", "work"]

DOCTYPE, ENTRY, ENTITY = "SC Legacy Import", "SC Legacy Entry", "SC Entity"
FAULT = "问题及改正办法"
# More rows than these are imported by a background job.
DIRECT = 60
KEEP_DAYS = 7
_CHUNK = 500


@dataclass
class Checked:
	"""A row with what the site says of it. status: good, known (imported before) or fault."""

	number: int
	values: Mapping[str, Any]
	cells: Mapping[str, str]
	entry: LegacyEntry | None
	findings: list[Finding]
	bureau: str = ""
	entity: str = ""
	penalty: str = ""
	source_key: str = ""
	content_key: str = ""
	known: str = ""
	notes: list[dict[str, str]] = field(default_factory=list)

	@property
	def status(self) -> str:
		if errors(self.findings):
			return "fault"
		return "known" if self.known else "good"

	def fault(self, key: str, code: str, message: str, **values: Any) -> None:
		self.findings.append(Finding(f"legacy.{code}", message, "", values, row=self.cells.get(key, "")))


# ------------------------------------------------------------------- the template


def template() -> bytes:
	"""The spreadsheet to fill in: headings, one example line, and a sheet of what may be entered."""
	bureaus = _bureaus()
	kinds, types, roles = list(law.KINDS), list(law.ID_TYPES), list(PERSON_ROLES.values())
	grounds = [law.old_ground_text(n) for n in law.OLD_GROUNDS]
	own = [f"{row.bureau_name}" for row in bureaus.values()]
	lists = [kinds, types, roles, [f"（{chinese_number(n)}）" for n in law.OLD_GROUNDS], grounds, own]
	length = max(map(len, lists))
	rows = [[column[i] if i < len(column) else "" for column in lists] for i in range(length)]
	hints = [[c.heading, "必填" if c.required else "选填", c.hint] for c in COLUMNS]
	example = [c.example for c in COLUMNS]
	if own:
		example[[c.key for c in COLUMNS].index("bureau")] = own[0]
	choices = [
		([c.key for c in COLUMNS].index(key), f"'可选值'!${'ABCDEF'[i]}$2:${'ABCDEF'[i]}${len(lists[i]) + 1}")
		for key, i in (("kind", 0), ("id_type", 1), ("role", 2), ("old_ground", 3), ("bureau", 5))
	]
	return spreadsheets.write_table(
		"旧名单",
		[c.heading for c in COLUMNS],
		[example],
		widths=[max(14, len(c.heading) * 2 + 4) for c in COLUMNS],
		more=(
			("填写说明", ["列", "是否必填", "说明"], hints),
			("可选值", ["主体类别", "证件类型", "人员类别", "原列入情形", "原列入情形内容", "部门"], rows),
		),
		choices=choices,
	)


# ---------------------------------------------------------------------- the check


def check(file_name: str, content: bytes) -> Document:
	"""Read the file and store the report; of the list itself nothing is written.

	Raises:
		frappe.PermissionError: the user fills no forms. frappe.ValidationError: the file cannot be read.
	"""
	own = may_import()
	try:
		rows, notices = _read(file_name, content)
	except spreadsheets.Unreadable as error:
		# it may quote a cell of the file
		frappe.throw(frappe.utils.escape_html(render(error.finding, _)), title=_("The file cannot be taken"))
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"file_name": file_name[:140],
			"bureau": own,
			"status": "Checked",
			"checked_by": frappe.session.user,
			"checked_at": now(),
			"file_hash": hashlib.sha256(content).hexdigest(),
			"content_sealed": encrypt(base64.b64encode(content).decode()),
		}
	)
	_report(doc, rows, notices)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # the report is the system's; may_import was asked
	return doc


def may_import() -> str:
	"""The bureau in whose name the user imports.

	Raises:
		frappe.PermissionError: the user holds no post that fills forms.
	"""
	own = filling_bureaus()
	if not own and frappe.session.user == "Administrator":
		own = frappe.get_all("SC Bureau", pluck="name", order_by="lft asc", limit=1)
	if not own:
		frappe.throw(_("You hold no post that registers entries."), frappe.PermissionError)
	return own[0]


def _bureaus() -> dict[str, Any]:
	"""The bureaus the user may import for: their own where they fill forms, and those below it."""
	rows = frappe.get_all(
		"SC Bureau",
		fields=["name", "bureau_name", "short_name", "lft", "rgt"],
		order_by="lft asc",
		limit=0,
	)
	if frappe.session.user == "Administrator":
		return {row.name: row for row in rows}
	own = [h for h in held() if h.fills_forms]
	return {row.name: row for row in rows if any(h.lft <= row.lft and row.rgt <= h.rgt for h in own)}


def _read(file_name: str, content: bytes) -> tuple[list[Checked], list[Finding]]:
	"""All rows with their findings, and what is to be said of the file as a whole.

	Raises:
		spreadsheets.Unreadable: not a table, or without the columns needed.
	"""
	table = spreadsheets.read_table(content, file_name, law.MAX_ROWS)
	headings = [None if law.plain(h) == FAULT else h for h in table.headings]
	places, findings = law.place_columns(headings)
	if faults := errors(findings):
		error = spreadsheets.Unreadable("headings", "")
		error.finding = faults[0]
		raise error
	day, later = today(), bool(frappe.get_cached_doc("SC Settings").get("legacy_after_order_11"))
	rows = []
	for number, values in table.rows:
		row = {key: values[i] if i < len(values) else None for key, i in places.items()}
		cells = {key: spreadsheets.cell_name(i, number) for key, i in places.items()}
		read = law.read_row(
			number, row, day, after_order_11=later, cell=lambda key, cells=cells: cells.get(key, "")
		)
		rows.append(Checked(number, row, cells, read.entry, list(read.findings)))
	_example(rows)
	sound = [row for row in rows if row.entry]
	_place(sound)
	_twice(sound)
	_known(sound)
	_entities(sound)
	_penalties(sound)
	return rows, findings


def _example(rows: list[Checked]) -> None:
	"""The example line of the template, left in place, is no entry."""
	example = {c.key: law.plain(c.example) for c in COLUMNS if c.key != "bureau"}
	for row in rows:
		if all(law.plain(row.values.get(key)) == text for key, text in example.items()):
			row.fault("source_id", "example", N_("This is the example line of the template. Delete it."))


def _place(rows: Iterable[Checked]) -> None:
	bureaus = _bureaus()
	by_name = {
		key: code for code, row in bureaus.items() for key in (code, row.bureau_name, row.short_name) if key
	}
	everywhere = set(frappe.get_all("SC Bureau", pluck="bureau_name", order_by="lft asc", limit=0))
	for row in rows:
		typed = law.half_width(row.entry.bureau)
		row.bureau = by_name.get(typed) or by_name.get(typed.replace(" ", "")) or ""
		if row.bureau:
			row.source_key = hashlib.sha256(f"{row.bureau}|{row.entry.source_id}".encode()).hexdigest()[:40]
			row.content_key = _sealed_key(row.entry)
		elif typed in everywhere:
			row.fault(
				"bureau",
				"bureau_foreign",
				N_("{bureau} is neither your bureau nor below it. Let that bureau import the entry."),
				bureau=typed,
			)
		else:
			row.fault(
				"bureau",
				"bureau",
				N_("There is no bureau “{bureau}”. Enter its full name or its division code of six digits."),
				bureau=typed[:40],
			)


def _sealed_key(entry: LegacyEntry) -> str:
	"""Tells two rows apart without telling what stands in them."""
	text = json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True, default=str)
	return hmac.new(get_encryption_key().encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def _twice(rows: Iterable[Checked]) -> None:
	by_source: dict[str, int] = {}
	by_content: dict[tuple, int] = {}
	for row in rows:
		if not row.source_key:
			continue
		entry = row.entry
		same = (entry.code, entry.listed_on, entry.old_ground, row.bureau)
		if first := by_source.get(row.source_key):
			message = N_("Row {row} has the same number in the old system. Delete one of them or correct it.")
			row.fault("source_id", "twice", message, row=first)
		elif first := by_content.get(same):
			message = N_("Row {row} is the same subject with the same date and ground. Delete one of them.")
			row.fault("code", "twice", message, row=first)
		by_source.setdefault(row.source_key, row.number)
		by_content.setdefault(same, row.number)


def _known(rows: Iterable[Checked]) -> None:
	rows = [row for row in rows if row.source_key]
	found = {
		r.source_key: r
		for r in _in_chunks(
			ENTRY, "source_key", [row.source_key for row in rows], ["name", "source_key", "content_key"]
		)
	}
	for row in rows:
		if not (earlier := found.get(row.source_key)):
			continue
		if earlier.content_key == row.content_key:
			row.known = earlier.name
		else:
			message = N_(
				"An entry with this number was imported before with other content ({entry}). Correct the number, or delete the row."
			)
			row.fault("source_id", "other_content", message, entry=earlier.name)


def _entities(rows: Iterable[Checked]) -> None:
	persons = {
		row.number: identity.key_of(row.entry.id_type, row.entry.code)
		for row in rows
		if row.entry.kind == "Person"
	}
	units = [row.entry.code for row in rows if row.entry.kind != "Person"]
	columns = ["name", "entity_name", "entity_kind", "uscc", "id_number_key"]
	found = {r.uscc: r for r in _in_chunks(ENTITY, "uscc", units, columns)}
	found |= {
		r.id_number_key: r for r in _in_chunks(ENTITY, "id_number_key", list(persons.values()), columns)
	}
	# what an earlier row of the file registers is there for the later ones
	first: dict[str, Checked] = {}
	for row in rows:
		key = persons.get(row.number) or row.entry.code
		entity = found.get(key)
		if entity:
			row.entity = entity.name
			if entity.entity_kind != row.entry.kind:
				message = N_("This code is registered for another kind of entity ({name}). Compare it.")
				row.fault("kind", "kind_differs", message, name=entity.entity_name)
			elif entity.entity_name != row.entry.name:
				message = N_(
					"This code is registered for “{name}”. If the name has changed, correct the entity first; else correct the row."
				)
				row.fault("name", "name_differs", message, name=entity.entity_name)
		elif (earlier := first.setdefault(key, row)) is not row and earlier.entry.name != row.entry.name:
			message = N_("Row {row} gives another name for the same code. Correct one of them.")
			row.fault("name", "names_differ", message, row=earlier.number)
		elif earlier is row and row.entry.kind != "Person" and not row.entry.address:
			message = N_("The unit is not registered yet, so its registered address is needed. Fill it in.")
			row.fault("address", "address", message)


def _penalties(rows: Iterable[Checked]) -> None:
	numbers = [row.entry.penalty_number for row in rows if row.entry.penalty_number]
	found = {
		(r.bureau, r.document_number, r.entity): r.name
		for r in _in_chunks(
			"SC Penalty", "document_number", numbers, ["name", "bureau", "document_number", "entity"]
		)
	}
	for row in rows:
		row.penalty = found.get((row.bureau, row.entry.penalty_number, row.entity), "")


def _in_chunks(doctype: str, field_name: str, values: list[str], fields: list[str]) -> list:
	values, found = list(dict.fromkeys(values)), []
	for start in range(0, len(values), _CHUNK):
		found += frappe.get_all(
			doctype,
			filters={field_name: ["in", values[start : start + _CHUNK]]},
			fields=fields,
			order_by="creation",
			limit=0,
		)
	return found


def _report(doc: Document, rows: list[Checked], notices: Iterable[Finding], imported: bool = False) -> None:
	"""Counts and lines of the report; no identity number is in it."""
	count = dict.fromkeys(("good", "known", "fault"), 0)
	lines = []
	for row in rows:
		count[row.status] += 1
		lines.append(
			{
				"row": row.number,
				"name": row.entry.name if row.entry else law.plain(row.values.get("name"))[:60],
				"listed_on": str(row.entry.listed_on) if row.entry else "",
				"status": "imported" if imported and row.status == "good" else row.status,
				"entry": row.known,
				"notes": [{"cell": f.row or "", "text": render(f, _)} for f in row.findings],
			}
		)
	doc.update(
		{
			"rows_total": len(rows),
			"rows_good": count["good"],
			"rows_known": count["known"],
			"rows_faulty": count["fault"],
			"report": json.dumps(
				{"notices": [render(f, _) for f in notices], "rows": lines}, ensure_ascii=False
			),
		}
	)


# --------------------------------------------------------------------- the import


def carry_out(name: str) -> Document:
	"""Import the sound rows of a checked file: all of them, or none if anything goes wrong on the way.

	Many rows go to a background job. The same file twice writes nothing new.

	Raises:
		frappe.ValidationError: imported already, under way, or the file is not kept any more.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status == "Imported":
		frappe.throw(_("This file is imported already. Check the mended rows as a new file."))
	if doc.status == "Importing" and progress(name)["alive"]:
		frappe.throw(_("The import is under way. Wait until it has finished."))
	if not doc.content_sealed:
		frappe.throw(_("The file is not kept any more. Upload it again."))
	if not doc.rows_good:
		frappe.throw(
			_("No row of this file can be imported. Mend the rows with faults and upload them again.")
		)
	if doc.rows_good <= DIRECT:
		_import(doc)
		return doc
	_set(doc, status="Importing", failure=None, imported_by=frappe.session.user)
	_beat(name, 0, doc.rows_good)
	frappe.enqueue(
		"sclist_app.register.legacy_import.work",
		queue="long",
		timeout=3600,
		enqueue_after_commit=True,
		name=name,
		who=frappe.session.user,
	)
	return doc


def work(name: str, who: str) -> None:
	"""The background job: everything or nothing; a fault is written into the import for its reader."""
	frappe.set_user(who)
	try:
		_import(frappe.get_doc(DOCTYPE, name, for_update=True))
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(title="sclist: legacy import", message=frappe.get_traceback())
		text = str(error) if isinstance(error, frappe.ValidationError) else ""
		_set(
			frappe.get_doc(DOCTYPE, name),
			status="Failed",
			failure=text[:500] or _("The import stopped, nothing was written. Try again."),
		)
	frappe.cache().delete_value(_key(name))


def _import(doc: Document) -> None:
	content = base64.b64decode(decrypt(doc.content_sealed))
	rows, notices = _read(doc.file_name, content)
	good = [row for row in rows if row.status == "good"]
	entities: dict[str, str] = {}
	for done, row in enumerate(good, 1):
		entity = row.entity or entities.get(row.entry.code)
		if not entity:
			entity = entities[row.entry.code] = _register(row)
		_insert(doc, row, entity)
		if done % 20 == 0:
			_beat(doc.name, done, len(good))
	_report(doc, rows, notices, imported=True)
	faulty = doc.rows_faulty
	_set(
		doc,
		status="Imported",
		failure=None,
		imported_by=frappe.session.user,
		imported_at=now(),
		rows_imported=len(good),
		# the rows with faults can still be fetched for mending
		content_sealed=doc.content_sealed if faulty else None,
	)


def _register(row: Checked) -> str:
	entry = row.entry
	doc = frappe.new_doc(ENTITY)
	person = entry.kind == "Person"
	doc.update(
		{
			"entity_name": entry.name,
			"entity_kind": entry.kind,
			"uscc": None if person else entry.code,
			"id_type": entry.id_type if person else None,
			"id_number": entry.code if person else None,
			"address": entry.address or None,
			"legal_representative": None if person else entry.legal_representative or None,
			"bureau": row.bureau,
		}
	)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # follows from the import
	return doc.name


def _insert(doc: Document, row: Checked, entity: str) -> str:
	entry = row.entry
	of = frappe.get_cached_doc(ENTITY, entity)
	return legacy.insert(
		{
			"bureau": row.bureau,
			"source_id": entry.source_id,
			"listed_on": entry.listed_on,
			"old_ground": law.old_ground_text(entry.old_ground),
			"old_term": entry.old_term,
			"entity": entity,
			"entity_name": of.entity_name,
			"entity_kind": of.entity_kind,
			"code_shown": identity.shown_code(of),
			"unit_name": entry.unit_name,
			"role": entry.role,
			"penalty_number": entry.penalty_number,
			"penalty": row.penalty or None,
			"remark": entry.remark,
			"likely": "\n".join(law.likely_grounds(entry.old_ground)),
			"legacy_import": doc.name,
			"source_key": row.source_key,
			"content_key": row.content_key,
			"is_demo": doc.is_demo,
		}
	)


def _set(doc: Document, **values: Any) -> None:
	with engine_writes():
		doc.update(values)
		doc.save(ignore_permissions=True)  # the report is the system's


# --------------------------------------------------------- looking at a running import


def progress(name: str) -> dict[str, Any]:
	"""{"status", "done", "total", "alive"}: alive while a job has shown a sign of life within two minutes."""
	beat = frappe.cache().get_value(_key(name)) or {}
	fresh = bool(beat) and now_datetime().timestamp() - beat.get("at", 0) < 120
	return {
		"status": frappe.db.get_value(DOCTYPE, name, "status"),
		"done": beat.get("done", 0),
		"total": beat.get("total", 0),
		"alive": fresh,
	}


def _beat(name: str, done: int, total: int) -> None:
	frappe.cache().set_value(
		_key(name), {"done": done, "total": total, "at": now_datetime().timestamp()}, expires_in_sec=3600
	)


def _key(name: str) -> str:
	return f"sclist_legacy_import:{name}"


def faults_sheet(name: str) -> bytes:
	"""The rows with faults as a spreadsheet, the fault beside each, to be mended and uploaded alone.

	Raises:
		frappe.ValidationError: no row has a fault, or the file is not kept any more.
	"""
	doc = frappe.get_doc(DOCTYPE, name)
	if not doc.content_sealed:
		frappe.throw(_("The file is not kept any more. Upload it again."))
	rows, _notices = _read(doc.file_name, base64.b64decode(decrypt(doc.content_sealed)))
	faulty = [row for row in rows if row.status == "fault"]
	if not faulty:
		frappe.throw(_("No row of this file has a fault."))
	body = []
	for row in faulty:
		by_cell = {cell: law.BY_KEY[key].heading for key, cell in row.cells.items()}
		text = "\n".join(
			f"{by_cell[f.row]}：{render(f, _)}" if f.row in by_cell else render(f, _)
			for f in errors(row.findings)
		)
		body.append([*(law.plain(row.values.get(c.key)) for c in COLUMNS), text])
	return spreadsheets.write_table(
		"旧名单",
		[*(c.heading for c in COLUMNS), FAULT],
		body,
		widths=[*(max(14, len(c.heading) * 2 + 4) for c in COLUMNS), 70],
		marked=1,
	)


def forget() -> int:
	"""Daily: the sealed files of imports older than a week are deleted. Returns how many."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={
			"content_sealed": ["is", "set"],
			"status": ["!=", "Importing"],
			"creation": ["<", add_days(today(), -KEEP_DAYS)],
		},
		pluck="name",
		order_by="creation",
	)
	for name in rows:
		_set(frappe.get_doc(DOCTYPE, name), content_sealed=None)
	return len(rows)
