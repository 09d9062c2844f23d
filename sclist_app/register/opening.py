"""Opening a case: what the form says so far, judged as the gates will judge it, before anything is saved.

The values come from the form in the browser. They are read into a document that is never stored, so that the guided
path, the plain form and the gate cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.posts import filling_bureaus
from sclist_app.access.today import today
from sclist_app.documents.issue import missing_facts
from sclist_app.documents.placeholders import PLACEHOLDERS
from sclist_app.law import guards, questions
from sclist_app.law.accidents import LEVEL_LABELS
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.facts import CaseFacts
from sclist_app.law.findings import N_, Finding, errors, render
from sclist_app.law.forecast import after_notice
from sclist_app.law.grounds import PERSON_ROLES, level_of
from sclist_app.register import case
from sclist_app.register.case import CaseReader
from sclist_app.register.listing import NOTICE, ListingKind, defence_period
from sclist_app.register.paper_facts import hearing_offered
from sclist_app.workflow import clocks, statutes
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.form_policy import engine_fields
from sclist_app.workflow.kinds import kind_of
from sclist_app.workflow.model import DocumentRule, Procedure, Verb
from sclist_app.workflow.store import bound_version, load_procedure

__all__ = ["assess", "check", "from_form", "penalties_of", "persons_of"]

DOCTYPE = "SC Case"
MOST_ROWS = 200
# The link a row of a table stands for; a row without it is one that was begun and left.
LINKS = {"penalties": "penalty", "subjects": "entity", "measures": "measure"}
# What the case itself answers is not asked again; the other known answers may be changed.
SETTLED = ("party", "accident", "heavy_fine")

# finding → (stage of the path, field of the form); the first that the code begins with
PLACES: tuple[tuple[str, int, str], ...] = (
	("subject.", 1, "subjects"),
	("ground.role", 1, "subjects"),
	("ground.unit", 1, "subjects"),
	("ground.kind", 1, "subjects"),
	("ground.person_absent", 1, "subjects"),
	("g8.area", 1, "subjects"),
	("g2.", 2, "designation"),
	("g1.", 2, "penalties"),
	("g6.", 2, "penalties"),
	("g7.", 2, "penalties"),
	("ground.basis", 2, "penalties"),
	("ground.multiplier", 2, "penalties"),
	("ground.performed", 2, "penalties"),
	("g8.industry", 3, "industry"),
	("ground.report", 3, "investigation_report"),
	("ground.conduct", 3, "ground_detail"),
	("ground.ability", 3, "able_to_perform"),
	("ground.accident_missing", 3, "accidents"),
	("ground.level", 3, "accidents"),
	("ground.window", 3, "accidents"),
	("accident.", 3, "accidents"),
	("ground.reasons", 4, "reasons"),
	("reasons.", 4, "reasons"),
	("ground.", 3, "ground"),
	("material.", 4, "evidence"),
)
# placeholder of a document → stage and field where its fact is entered; what is not here stands elsewhere
FACTS = {
	"case.facts": (4, "facts"),
	"case.reasons": (4, "reasons"),
	"case.industry": (3, "industry"),
	"case.ground_text": (3, "ground"),
}
TABLE_FACTS = {"penalties": (2, "penalties"), "accidents": (3, "accidents"), "measures": (4, "measures")}
UPCOMING = {
	"T01": N_("Defence possible until"),
	"T02": N_("Hearing may be asked for until"),
	"decision": N_("Decision possible from"),
	"T03": N_("Entered in the system by"),
	"T04": N_("Published by"),
	"repair": N_("Early removal possible from"),
	"term": N_("Term of management ends on"),
}


def from_form(values: Mapping[str, Any]) -> Document:
	"""The case as the form shows it, never to be saved.

	Raises:
		frappe.PermissionError: the user registers no cases in the bureau, or may not read what is linked.
		frappe.ValidationError: the values are none of a case.
	"""
	own = filling_bureaus()
	administers = frappe.session.user == "Administrator"
	if not own and not administers:
		frappe.throw(_("You hold no post in this bureau that registers cases."), frappe.PermissionError)
	doc = _stored(values.get("name")) or frappe.new_doc(DOCTYPE)
	engine = engine_fields(DOCTYPE) - {"bureau"}
	for df in doc.meta.fields:
		if df.fieldname in engine or df.fieldname not in values:
			continue
		if df.fieldtype in table_fields:
			_fill_table(doc, df, values[df.fieldname])
		elif df.fieldtype not in no_value_fields and not (df.fieldname == "bureau" and not doc.is_new()):
			doc.set(df.fieldname, _plain(values[df.fieldname]))
	if not doc.bureau and own:
		doc.bureau = own[0]
	if doc.is_new() and doc.bureau not in own and not administers:
		frappe.throw(_("You hold no post in this bureau that registers cases."), frappe.PermissionError)
	for row in doc.penalties:
		frappe.get_doc("SC Penalty", row.penalty).check_permission("read")
	for row in doc.subjects:
		frappe.get_doc("SC Entity", row.entity).check_permission("read")
	_derive(doc)
	return doc


def _stored(name: Any) -> Document | None:
	if not isinstance(name, str) or not frappe.db.exists(DOCTYPE, name):
		return None
	doc = frappe.get_doc(DOCTYPE, name)
	doc.check_permission("write")
	return doc


def _plain(value: Any) -> Any:
	if value is not None and not isinstance(value, str | int | float | bool):
		frappe.throw(_("The form could not be read. Reload the page; what you typed is kept."))
	return value[:20000] if isinstance(value, str) else value


def _fill_table(doc: Document, df: Any, rows: Any) -> None:
	if not isinstance(rows, list) or len(rows) > MOST_ROWS:
		frappe.throw(_("The form could not be read. Reload the page; what you typed is kept."))
	columns = [c.fieldname for c in frappe.get_meta(df.options).fields if c.fieldtype not in no_value_fields]
	link = LINKS.get(df.fieldname)
	doc.set(df.fieldname, [])
	for row in rows:
		if not isinstance(row, dict):
			frappe.throw(_("The form could not be read. Reload the page; what you typed is kept."))
		kept = {column: _plain(row.get(column)) for column in columns}
		if (link and not kept.get(link)) or not any(kept.values()):
			continue
		child = doc.append(df.fieldname, kept)
		child.name = str(_plain(row.get("name")) or child.idx)


def _derive(doc: Document) -> None:
	"""As on saving; a level given without its reason is told by the check instead of refused."""
	overrides = [(row, row.level_override) for row in doc.accidents]
	for row, override in overrides:
		row.occurred_on = getdate(row.occurred_on) if row.occurred_on else None
		if override and not (row.override_reason or "").strip():
			row.level_override = None
	case.complete(doc)
	for row, override in overrides:
		row.level_override = override


# -------------------------------------------------------------------- the ground


def assess(doc: Document, given: Mapping[str, Any]) -> dict[str, Any]:
	"""The questions to put and what the answers mean for each of the nine grounds.

	Raises:
		frappe.ValidationError: an answer to no question.
	"""
	try:
		answers = questions.cleaned(given)
	except ValueError:
		frappe.throw(_("The answers could not be read. Reload the page."))
	facts = CaseReader(doc).law
	known = questions.known(facts)
	settled = {key: known[key] for key in SETTLED if key in known}
	answers = {**known, **answers, **settled}
	asked = questions.asked(answers, facts)
	return {
		"questions": [
			{
				"key": q.key,
				"text": q.text,
				"help": q.help,
				"kind": q.kind,
				"article": q.article,
				"options": [{"value": value, "label": label} for value, label in q.options.items()],
				"answer": answers.get(q.key, ""),
				"settled": q.key in settled,
			}
			for q in asked
		],
		"levels": [
			{"row": a.row, "label": level_of(a).label, "on": str(a.occurred_on or "")}
			for a in facts.accidents
		],
		"verdicts": [_verdict(v) for v in questions.assess(answers, facts)],
	}


def _verdict(verdict: questions.Verdict) -> dict[str, Any]:
	ground = verdict.ground
	listed = ["单位"] if "unit" in ground.subject_kinds else []
	listed += ["机构"] if "institution" in ground.subject_kinds else []
	listed += [PERSON_ROLES[role] for role in ground.person_roles]
	return {
		"code": ground.code,
		"title": ground.title,
		"text": ground.text,
		"article": ground.article,
		"fit": verdict.fit,
		"lists": "、".join(listed),
		"roles": list(ground.person_roles),
		"against": [render(f, _) for f in verdict.against],
		"later": [_located(f) for f in verdict.later],
		"unanswered": [questions.QUESTIONS[key].text for key in verdict.unanswered],
		"conduct": verdict.conduct,
	}


# ------------------------------------------------------------- what is still missing


def check(doc: Document, served_on: date | None = None) -> dict[str, Any]:
	"""What the gate out of registration and the notice will ask for, stage by stage, and the days that follow.

	served_on: the day the notice is taken to be served, by default today.
	"""
	reader = CaseReader(doc)
	procedure = load_procedure(doc.procedure_version or bound_version(doc.bureau, ListingKind.name, today()))
	found = guards.may_issue_notice(reader.law) if doc.ground else _without_ground(reader.law)
	items = [_item(finding, doc) for finding in found]
	items += [_item(f, doc) for f in _materials(doc, procedure)]
	complete = bool(doc.ground) and not errors(found)
	if complete:
		items += _facts_of_papers(doc, procedure, reader)
	day = served_on or today()
	return {
		"items": items,
		"papers_checked": complete,
		"materials": [
			{"title": m.title, "required": bool(m.required), "present": m.title.strip() in _present(doc)}
			for m in procedure.materials
			if m.step == procedure.start.code
		],
		"procedure": frappe.get_cached_value(
			"SC Procedure Version",
			doc.procedure_version or bound_version(doc.bureau, ListingKind.name, today()),
			"version_title",
		),
		"submit": next(
			(b.label for b in procedure.buttons(procedure.start.code) if b.verb is Verb.FORWARD), ""
		),
		"served_on": str(day),
		"upcoming": _upcoming(doc, procedure, reader, day) if doc.ground else [],
		"levels": {row.name: LEVEL_LABELS.get(row.level_override or row.level, "") for row in doc.accidents},
	}


def _without_ground(facts: CaseFacts) -> list[Finding]:
	"""Before a ground is chosen: what every ground asks for."""
	return guards.may_leave_registration(facts)


def _place(code: str) -> tuple[int, str]:
	return next(((stage, field) for start, stage, field in PLACES if code.startswith(start)), (5, ""))


def _located(finding: Finding) -> dict[str, Any]:
	"""A finding in words, with the stage and field in which it is put right."""
	stage, field = _place(finding.code)
	return {
		"code": finding.code,
		"text": render(finding, _),
		"severity": finding.severity,
		"stage": stage,
		"field": field,
	}


def _item(finding: Finding, doc: Document) -> dict[str, Any]:
	item = _located(finding)
	field = item["field"]
	row = next((r for r in doc.subjects if r.name == finding.row), None) if finding.row else None
	if row and finding.code in ("subject.identifier", "subject.address", "subject.name"):
		item |= {"doctype": "SC Entity", "name": row.entity}
	if field == "penalties" and finding.row and frappe.db.exists("SC Penalty", finding.row):
		item |= {"doctype": "SC Penalty", "name": finding.row}
	return item


def _present(doc: Document) -> set[str]:
	return {(row.title or "").strip() for row in doc.evidence if row.file}


def _materials(doc: Document, procedure: Procedure) -> Iterable[Finding]:
	present = _present(doc)
	message = N_("The paper {title} is missing. Upload it as evidence under this title.")
	for m in procedure.materials:
		if m.step == procedure.start.code and m.required and m.title.strip() not in present:
			yield Finding("material.missing", message, "", {"title": m.title})


def _facts_of_papers(doc: Document, procedure: Procedure, reader: CaseReader) -> list[dict[str, Any]]:
	"""Facts the notice needs and does not have, one line each, with where to enter it."""
	labels = {p.label: p.name for p in PLACEHOLDERS.values()}
	kind = kind_of(doc)
	items = []
	for to in kind.addressees(doc, DocumentRule(procedure.start.code, "", NOTICE)):
		for label in missing_facts(kind.paper(doc, procedure, NOTICE, to, reader)):
			name = labels.get(label, "")
			finding = Finding(
				"paper.incomplete",
				N_("The notice for {subject} needs: {fact}. Enter it."),
				cite(ORDER_11, 9),
				{"subject": to.name, "fact": label},
			)
			items.append({**_item(finding, doc), **_where(name, doc, to.entity)})
	return list({(i["stage"], i["field"], i.get("name"), i["text"]): i for i in items}.values())


def _where(name: str, doc: Document, entity: str) -> dict[str, Any]:
	group = name.split(".")[0].removesuffix("[]")
	if name in FACTS:
		stage, field = FACTS[name]
		return {"stage": stage, "field": field}
	if group in TABLE_FACTS:
		stage, field = TABLE_FACTS[group]
		return {"stage": stage, "field": field}
	if group in ("addressee", "persons", "marked"):
		return {"stage": 1, "field": "subjects", "doctype": "SC Entity", "name": entity}
	if group in ("bureau", "remedy"):
		return {"stage": 5, "field": "", "doctype": "SC Bureau", "name": doc.bureau}
	return {"stage": 5, "field": ""}


def _upcoming(doc: Document, procedure: Procedure, reader: CaseReader, day: date) -> list[dict[str, Any]]:
	law = statutes.current().limits_on(today())
	codes = ("T01", "T02", "T03", "T04")
	own = {code: procedure.limit(code) for code in codes}
	periods = {
		code: clocks.period_of(own[code]) if own[code] else statutes.limit(code).period for code in codes
	} | {"T01": defence_period(procedure)}
	rows = after_notice(
		day,
		periods,
		{code: law[code].article for code in codes if code in law},
		calendar_of(doc.bureau),
		hearing=hearing_offered(reader),
		open_on_corresponding_day=bool(frappe.get_cached_doc("SC Settings").get("open_on_corresponding_day")),
	)
	return [
		{
			"key": row.key,
			"name": _(UPCOMING[row.key]),
			"on": str(row.on),
			"explained": render(row.explained, _),
			"provisional": row.provisional,
		}
		for row in rows
	]


# ------------------------------------------------------------- nothing typed twice


def persons_of(unit: str) -> list[dict[str, Any]]:
	"""Persons registered with a unit, with the role of their latest case: numbers masked."""
	rows = frappe.get_list(
		"SC Entity",
		filters={"unit": unit, "entity_kind": "Person"},
		fields=["name", "entity_name", "position", "id_number"],
		order_by="modified desc",
		limit=20,
	)
	roles = dict(
		reversed(
			[
				(row.entity, row.role)
				for row in frappe.get_all(
					"SC Case Subject",
					filters={
						"entity": ["in", [row.name for row in rows] or [""]],
						"role": ["is", "set"],
						"parenttype": DOCTYPE,
					},
					fields=["entity", "role", "parent"],
					order_by="creation desc",
				)
				if frappe.has_permission(DOCTYPE, "read", row.parent)
			]
		)
	)
	return [
		{
			"name": row.name,
			"entity_name": row.entity_name,
			"position": row.position or "",
			"code_shown": row.id_number or "",
			"role": roles.get(row.name) or ("principal_leader" if _leads(row.position) else ""),
			"role_label": PERSON_ROLES.get(
				roles.get(row.name) or ("principal_leader" if _leads(row.position) else ""), ""
			),
		}
		for row in rows
	]


def _leads(position: str | None) -> bool:
	"""安全生产法 calls who leads the unit its principal leader; a hint from the position, to be checked."""
	return any(
		word in (position or "") for word in ("总经理", "董事长", "厂长", "矿长", "法定代表人", "负责人")
	) and not any(word in (position or "") for word in ("副", "助理", "原"))


def penalties_of(entity: str, bureau: str) -> list[dict[str, Any]]:
	"""Penalties of the bureau against a party or its persons, the newest first, and the case each is in already.

	`taken`: that case is under way against this party, so the penalty opens no other.
	"""
	parties = [entity, *(row["name"] for row in persons_of(entity))]
	rows = frappe.get_list(
		"SC Penalty",
		filters={"entity": ["in", parties], "bureau": bureau, "status": ["!=", "Revoked"]},
		fields=[
			"name",
			"document_number",
			"decided_on",
			"entity_name",
			"fine_total",
			"status",
			"likely_grounds",
		],
		order_by="decided_on desc",
		limit=20,
	)
	used = _cases_with([row.name for row in rows], entity)
	return [
		{
			**{key: row[key] for key in ("name", "document_number", "entity_name", "fine_total")},
			"decided_on": str(row.decided_on or ""),
			"status_label": _(row.status),
			"case": used[row.name].case if row.name in used else "",
			"taken": row.name in used and bool(used[row.name].taken),
		}
		for row in rows
	]


def penalties_without_case(bureau: str, most: int = 5) -> list[dict[str, Any]]:
	"""Penalties of a bureau that no case rests on yet, the latest first: with `entity`, `entity_kind`.

	For who registers cases there; the caller has made sure of that.
	"""
	penalty = frappe.qb.DocType("SC Penalty")
	row = frappe.qb.DocType("SC Case Penalty")
	entity = frappe.qb.DocType("SC Entity")
	found = (
		frappe.qb.from_(penalty)
		.join(entity)
		.on(entity.name == penalty.entity)
		.left_join(row)
		.on((row.penalty == penalty.name) & (row.parenttype == DOCTYPE))
		.select(
			penalty.name,
			penalty.document_number,
			penalty.entity,
			entity.entity_name,
			entity.entity_kind,
			penalty.decided_on,
			penalty.fine_total,
		)
		.where((penalty.bureau == bureau) & (penalty.status != "Revoked") & row.name.isnull())
		.orderby(penalty.decided_on, order=frappe.qb.desc)
		.orderby(penalty.creation, order=frappe.qb.desc)
		.limit(most)
		.run(as_dict=True)
	)
	return [{**one, "decided_on": str(one.decided_on or "")} for one in found]


def _cases_with(penalties: list[str], entity: str) -> dict[str, Any]:
	"""Penalty → the case it is in, the latest; before all others one that is under way against this very party."""
	if not penalties:
		return {}
	row = frappe.qb.DocType("SC Case Penalty")
	case_table = frappe.qb.DocType(DOCTYPE)
	subject = frappe.qb.DocType("SC Case Subject")
	found = (
		frappe.qb.from_(row)
		.join(case_table)
		.on(case_table.name == row.parent)
		.left_join(subject)
		.on((subject.parent == case_table.name) & (subject.entity == entity))
		.select(row.penalty, row.parent.as_("case"), case_table.run_status, subject.entity)
		.where(row.penalty.isin(penalties))
		.where(row.parenttype == DOCTYPE)
		.orderby(row.creation)
		.run(as_dict=True)
	)
	for one in found:
		one.taken = one.run_status == "Active" and bool(one.entity)
	return {one.penalty: one for one in sorted(found, key=lambda one: one.taken)}
