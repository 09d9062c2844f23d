"""The drawing board of a procedure: everything it shows and offers, rows not yet saved included.

The board writes the rows of the same draft as the plain form, by the same `save`; it knows nothing the form does not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from sclist_app.access.posts import held, holders
from sclist_app.access.today import today
from sclist_app.access.visibility import may_approve, may_configure
from sclist_app.law.findings import Finding, errors, render
from sclist_app.workflow import canvas, checker, effects, form_policy, kinds, store, trial, versions
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.checker import World
from sclist_app.workflow.comparison import compare
from sclist_app.workflow.conditions import OPERATORS, SCHEMA
from sclist_app.workflow.model import Mode, Procedure, Step
from sclist_app.workflow.runner import Ballot
from sclist_app.workflow.simulation import Move, replay

__all__ = [
	"board",
	"checked",
	"compared",
	"content_of",
	"fill_head",
	"played",
	"read_content",
	"read_facts",
	"save",
	"without",
]

MOST_BYTES = 1_000_000
MOST_MOVES = 200
# What the law locks is found by taking out each step in turn: the time grows with the cube of their number.
MOST_STEPS, MOST_ROWS = 100, 1_000
LONGEST_NOTE = 2_000
# Versions offered for comparison.
MOST_COMPARED = 100
_ROW_TABLES = ("steps", "transitions", "conditions", "limits", "materials", "documents", "fields")


class Unreadable(frappe.ValidationError):
	"""The rows sent are no procedure."""


# --------------------------------------------------------------------------------------------------------- content


def content_of(procedure: Procedure) -> dict[str, list[dict[str, Any]]]:
	"""All rows with every column, as plain values."""
	return {
		table: [json.loads(json.dumps(asdict(row), default=str)) for row in getattr(procedure, table)]
		for table in _ROW_TABLES
	}


def read_content(kind: str, content: str) -> Procedure:
	"""The rows of the board as a procedure.

	Raises:
		Unreadable: no JSON, no tables of rows, too many of them, or a row without what it cannot be without.
	"""
	try:
		data = json.loads(content)
	except ValueError:
		data = None
	if not isinstance(data, dict) or not all(
		isinstance(data.get(table), list) and all(isinstance(row, dict) for row in data[table])
		for table in _ROW_TABLES
	):
		frappe.throw(_("The rows of the procedure cannot be read. Open the studio again."), Unreadable)
	if len(data["steps"]) > MOST_STEPS or any(len(data[table]) > MOST_ROWS for table in _ROW_TABLES):
		frappe.throw(_("A procedure has at most {0} steps. Take some out.").format(MOST_STEPS), Unreadable)
	try:
		return Procedure.from_dict({"kind": kind, **{table: data[table] for table in _ROW_TABLES}})
	except (ValueError, TypeError) as error:
		frappe.throw(_("A row of the procedure cannot be read: {0}").format(str(error)), Unreadable)


def fill_head(doc: Document, content: str) -> bool:
	"""Put what the board knows of the version itself into the document, unsaved; whether it changes anything.

	Raises:
		Unreadable: a day that is none, or a note that is too long.
	"""
	try:
		head = json.loads(content).get("head")
	except (ValueError, AttributeError):
		head = None
	if not isinstance(head, dict):
		return False
	day, note = str(head.get("effective_from") or ""), str(head.get("note") or "").strip()
	if day and not _is_day(day):
		frappe.throw(_("“{0}” is no date.").format(frappe.utils.escape_html(day[:40])), Unreadable)
	if len(note) > LONGEST_NOTE:
		frappe.throw(
			_("The text is longer than {0} characters. Shorten it.").format(LONGEST_NOTE), Unreadable
		)
	if head_of(doc) == {"effective_from": day, "note": note}:
		return False
	doc.effective_from, doc.note = day or None, note
	return True


def _is_day(text: str) -> bool:
	try:
		return 2000 <= date.fromisoformat(text).year <= 2199
	except ValueError:
		return False


def head_of(doc: Document) -> dict[str, str]:
	"""What is told of a version besides its rows, and may be changed on the board."""
	return {"effective_from": str(doc.effective_from or ""), "note": (doc.note or "").strip()}


def save(name: str, content: str, seen: str) -> Document:
	"""Write the rows into the draft.

	Raises:
		frappe.ValidationError: no draft, somebody else has saved it since, or a row cannot be read.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status != "Draft":
		frappe.throw(_("Only a draft can be changed. Make a new draft from this version."))
	if get_datetime(doc.modified) != get_datetime(seen or None):
		frappe.throw(
			_(
				"Somebody else saved this draft after you opened it. What you drew is kept in this browser: open the draft again and decide which of the two to go on with."
			),
			store.ChangedSince,
			title=_("The draft has changed"),
		)
	procedure = read_content(doc.kind, content)
	rows_changed = procedure.content_hash != store.to_procedure(doc).content_hash
	if rows_changed:
		store.fill_tables(doc, procedure)
	if fill_head(doc, content) or rows_changed:
		doc.save()
	return doc


# ----------------------------------------------------------------------------------------------------------- board


def board(doc: Document) -> dict[str, Any]:
	"""Everything the page needs to show a version and to offer choices for its rows."""
	procedure = store.to_procedure(doc)
	world = versions.world_of(doc, procedure)
	return {
		"version": _header(doc),
		"rights": _rights(doc),
		"content": {**content_of(procedure), "head": head_of(doc)},
		"checked": checked(doc, procedure),
		"choices": _choices(doc, world),
		"compare_with": _comparable(doc),
		"in_use": versions.in_use(doc),
	}


def _header(doc: Document) -> dict[str, Any]:
	return {
		"name": doc.name,
		"title": doc.version_title,
		"kind": doc.kind,
		"kind_label": _(doc.kind),
		"case_doctype": kinds.kind(doc.kind).doctype,
		"bureau": doc.bureau,
		"bureau_name": frappe.get_cached_value("SC Bureau", doc.bureau, "bureau_name") if doc.bureau else "",
		"status": doc.status,
		"status_label": _(doc.status),
		"procedure": doc.procedure,
		"modified": str(doc.modified),
		"author": doc.author,
		"author_name": _(frappe.db.get_value("User", doc.author, "full_name") or "") if doc.author else "",
	}


def _rights(doc: Document) -> dict[str, Any]:
	configures = may_configure(doc.bureau) if doc.bureau else frappe.session.user == "Administrator"
	approves = may_approve(doc.bureau) if doc.bureau else frappe.session.user == "Administrator"
	if doc.status != "Draft":
		why = (
			_("This version is in review and is not changed until it is sent back.")
			if doc.status == "In Review"
			else _(
				"This version is published and no longer changes. Copy it into a new draft to change the procedure."
			)
		)
	elif not (configures and doc.has_permission("write")):
		why = _("You hold no post that configures rules in this bureau. You may look, try and compare.")
	else:
		why = ""
	return {
		"edit": not why,
		"why_not": why,
		"submit": not why,
		"approve": approves and doc.status == "In Review" and frappe.session.user != doc.author,
		"send_back": approves and doc.status == "In Review",
		"bind": approves and versions.bindable(doc),
		"new_draft": configures and doc.status != "Draft",
		"copy": doc.status != "Draft" and bool(_configured()),
		"bureaus": _configured(),
	}


def _configured() -> list[dict[str, str]]:
	"""The bureaus whose rules the user writes by a post of their own."""
	own = dict.fromkeys(h.bureau for h in held() if h.configures)
	return [
		{"value": code, "label": frappe.get_cached_value("SC Bureau", code, "bureau_name")} for code in own
	]


def _comparable(doc: Document) -> list[dict[str, str]]:
	"""Versions this one is compared with: that it was copied from, the last published of its own procedure, what
	applies to its bureau now; then all others of its kind, the newest first."""
	found: dict[str, str] = {}
	if doc.copied_from:
		found[doc.copied_from] = _("Copied from")
	last = frappe.get_all(
		"SC Procedure Version",
		filters={"procedure": doc.procedure, "status": "Published", "name": ["!=", doc.name]},
		pluck="name",
		order_by="version_no desc",
		limit=1,
	)
	for name in last:
		found.setdefault(name, _("Last published"))
	applying = store.applying(doc.bureau, doc.kind, today()) if doc.bureau else None
	if applying and applying.version != doc.name:
		found.setdefault(applying.version, _("Applying now"))
	readable = frappe.get_list(
		"SC Procedure Version",
		filters={"kind": doc.kind, "name": ["!=", doc.name]},
		# the unfinished work of other bureaus is nothing to compare with
		or_filters={"status": ["not in", ["Draft", "In Review"]], "bureau": doc.bureau or ""},
		fields=["name", "version_title", "status"],
		order_by="creation desc",
		limit=MOST_COMPARED,
	)
	known = {row.name for row in readable}
	readable += frappe.get_list(
		"SC Procedure Version",
		filters={"name": ["in", [name for name in found if name not in known] or [""]]},
		fields=["name", "version_title", "status"],
		order_by="creation desc",
	)
	rank = list(found)
	readable.sort(key=lambda row: rank.index(row.name) if row.name in found else len(rank))
	return [
		{
			"value": row.name,
			"label": f"{found.get(row.name) or _(row.status)}：{row.version_title}",
			"title": row.version_title,
		}
		for row in readable
	]


def _choices(doc: Document, world: World) -> dict[str, Any]:
	step = frappe.get_meta("SC Procedure Step")
	in_force = world.statute.limits_on(world.on)
	fixed = canvas.fixed_limits(doc.kind, world)
	return {
		"posts": _titles("SC Post", "post_name"),
		"held": _held(doc.bureau),
		"documents": _titles("SC Document Kind", "title"),
		"limits": [_limit(row, in_force.get(row.code), fixed.get(row.code, "")) for row in _limit_rows()],
		"natures": _select(step, "nature"),
		"levels": _select(step, "level"),
		"modes": _select(step, "mode"),
		"refusals": _select(step, "on_refusal"),
		"duties": _select(step, "tool"),
		"outcomes": _select(step, "outcome"),
		"verbs": _select(frappe.get_meta("SC Procedure Transition"), "verb"),
		"units": _select(frappe.get_meta("SC Procedure Limit"), "unit"),
		"channels": _select(frappe.get_meta("SC Procedure Limit"), "channel"),
		"per": _select(frappe.get_meta("SC Procedure Document"), "per"),
		"policies": _select(frappe.get_meta("SC Procedure Field"), "policy"),
		"effects": effects.choices(),
		"fields": [
			{"value": known.name, "label": known.label}
			for known in (form_policy.known_fields(doc.kind) or {}).values()
			if not known.engine
		],
		"facts": _facts(doc.kind),
		"operators": {
			of: [{"value": operator, "label": _(operator)} for operator in operators]
			for of, operators in OPERATORS.items()
		},
		"reasons_article": canvas.reasons_article(doc.kind, world),
	}


def _titles(doctype: str, field: str) -> list[dict[str, str]]:
	rows = frappe.get_all(doctype, fields=["name", f"{field} as label"], order_by="name asc")
	return [{"value": row.name, "label": row.label or row.name} for row in rows]


def _select(meta: Any, field: str) -> list[dict[str, str]]:
	options = (meta.get_field(field).options or "").split("\n")
	return [{"value": value, "label": _(value) if value else ""} for value in options]


def _limit_rows() -> list[Any]:
	return frappe.get_all(
		"SC Time Limit", fields=["code", "limit_name", "starts_on", "unit", "n"], order_by="code asc"
	)


def _limit(row: Any, law: Any, fixed: str) -> dict[str, Any]:
	"""A limit of the catalogue with what the law of the day says of it."""
	units = {"workday": "Working Day", "day": "Day", "month": "Month", "year": "Year"}
	return {
		"value": row.code,
		"label": row.limit_name,
		"n": law.n if law else row.n,
		"unit": units.get(law.unit, row.unit) if law else row.unit,
		"starts": law.runs_from if law else _(row.starts_on or ""),
		"bound": law.bound if law else "",
		"minimum": law.minimum if law else None,
		"maximum": law.maximum if law else None,
		"extension": law.extension if law else 0,
		"article": law.article if law else "",
		"must": fixed,
	}


def _facts(kind: str) -> list[dict[str, Any]]:
	grounds = {row["value"]: row["label"] for row in _titles("SC Listing Ground", "title")}
	open_lists = {
		"penalty_kinds": ("SC Penalty Item", "kind"),
		"industry": ("SC Case", "industry"),
		"channel": ("SC Repair Application", "channel"),
	}
	found = []
	for fact in SCHEMA.values():
		if fact.kinds and kind not in fact.kinds:
			continue
		options = [
			{"value": value, "label": f"{value} {grounds[value]}" if value in grounds else _(value)}
			for value in fact.options
		]
		if not options and fact.name in open_lists:
			options = _list_of(*open_lists[fact.name])
		found.append({"value": fact.name, "label": _(fact.label), "type": fact.type, "options": options})
	return found


def _list_of(doctype: str, field: str) -> list[dict[str, str]]:
	"""The options of a select field; none where the field is free text."""
	df = frappe.get_meta(doctype).get_field(field) if frappe.db.exists("DocType", doctype) else None
	if not df or df.fieldtype != "Select":
		return []
	return [{"value": v, "label": _(v)} for v in (df.options or "").split("\n") if v]


# ----------------------------------------------------------------------------------------------------------- check


def checked(doc: Document, procedure: Procedure) -> dict[str, Any]:
	"""What the checker says of the rows, and what the law locks.

	{"errors", "warnings": [{"code", "row", "text", "article"}], "locks": {step: [{"article", "text"}]} or None,
	"shared": {step: {"others": [title], "why": [{"article", "text"}]}} or None}; shared: of these one at least stays.
	"""
	world = versions.world_of(doc, procedure)
	findings = checker.check(procedure, world)
	locked = canvas.locks(procedure, world) if not errors(findings) else _locks_if_sound(procedure, world)
	shared = None if locked is None else canvas.shared_locks(procedure, world, locked)
	return {
		"errors": [_finding(f, procedure) for f in findings if f.severity == "error"],
		"warnings": [_finding(f, procedure) for f in findings if f.severity == "warning"],
		"locks": None
		if locked is None
		else {code: _reasons(procedure.kind, world, why) for code, why in locked.items()},
		"shared": None
		if shared is None
		else {
			code: {
				"others": [procedure.by_code[other].title for other in others],
				"why": _reasons(procedure.kind, world, why),
			}
			for code, (others, why) in shared.items()
		},
	}


def _locks_if_sound(procedure: Procedure, world: World) -> dict[str, list[Finding]] | None:
	# a procedure without a start cannot even be walked
	return canvas.locks(procedure, world) if sum(s.is_start for s in procedure.steps) == 1 else None


def _finding(finding: Finding, procedure: Procedure) -> dict[str, str]:
	return {
		"code": finding.code,
		"row": finding.row or "",
		"text": render(trial.in_words(finding, procedure), _),
		"article": finding.article,
	}


def _reasons(kind: str, world: World, why: list[Finding]) -> list[dict[str, str]]:
	"""The law's own words for each lock."""
	rules = world.statute.invariants_on(world.on, kind)
	found: dict[str, str] = {}
	for finding in why:
		check = finding.code.removeprefix("envelope.")
		rule = next((r for r in rules if r.check == check and r.article == finding.article), None)
		found.setdefault(finding.article, rule.text if rule and rule.text else render(finding, _))
	return [{"article": article, "text": text} for article, text in found.items()]


def without(doc: Document, procedure: Procedure, step: str) -> dict[str, Any]:
	"""The rows with a step taken out and the gap closed.

	Raises:
		frappe.ValidationError: the law needs the step, it is the only one of its sort, or nothing leads on from it.
	"""
	if step not in procedure.by_code:
		frappe.throw(_("There is no such step in the procedure."))
	world = versions.world_of(doc, procedure)
	title = procedure.by_code[step].title
	if sum(s.is_start for s in procedure.steps) == 1:
		locked = canvas.locks(procedure, world) or {}
		if step in locked:
			reasons = _reasons(procedure.kind, world, locked[step])
			frappe.throw(
				_("Step {0} cannot be removed. {1} ({2})").format(
					title, "".join(r["text"] for r in reasons), "；".join(r["article"] for r in reasons)
				),
				title=_("Needed by law"),
			)
		rest = (
			canvas.without_end(procedure, step)
			if procedure.by_code[step].is_end
			else canvas.without(procedure, step)
		)
	else:
		rest = None
	if rest is None:
		frappe.throw(
			_(
				"Step {0} cannot be removed: no button of it leads on, so nobody knows where the case should go instead. Draw the routes that lead to it to another step first."
			).format(title)
		)
	return content_of(rest)


# ------------------------------------------------------------------------------------------------ compare and play


def compared(other: Document, new: Procedure) -> dict[str, Any]:
	"""What rows change against another version.

	{"texts": [{"text", "row", "code"}], "steps", "routes": what to colour, "old": the rows of the other version,
	"old_title", "old_locks": as the locks of `checked`}.
	"""
	old = store.to_procedure(other)
	world = versions.world_of(other, old)
	locked = _locks_if_sound(old, world) or {}
	return {
		"texts": [
			{"text": render(f, _), "row": f.row or "", "code": f.code}
			for f in compare(old, new, trial.names_of(new.kind))
		],
		**canvas.colours(old, new),
		"old": content_of(old),
		"old_title": other.version_title,
		"old_locks": {code: _reasons(old.kind, world, why) for code, why in locked.items()},
	}


def played(
	procedure: Procedure, bureau: str, facts: Mapping[str, Any], moves: list[Any], start: date
) -> dict[str, Any]:
	"""Play a case with invented facts, move by move. Writes nothing.

	Raises:
		frappe.ValidationError: the moves are no list of moves, or the procedure has not exactly one start.
	"""
	trial.require_playable(procedure)
	try:
		made = [
			Move(str(m["step"]), str(m["action"]), min(max(int(m.get("days", 1)), 0), 250))
			for m in moves[:MOST_MOVES]
		]
	except (TypeError, KeyError, ValueError, AttributeError):
		frappe.throw(_("The steps played cannot be read. Begin the play anew."))
	try:
		result, standing = replay(procedure, facts, start, calendar_of(bureau), made, _holders_in(bureau))
	except KeyError as error:
		frappe.throw(_("A route leads to step {0}, which does not exist.").format(error.args[0]))
	return {
		"visits": [
			{
				"step": v.step,
				"title": v.title,
				"post": trial.shown_name("post", v.post) if v.post else "",
				"action": v.action,
				"label": trial.button_label(procedure, v.step, v.action),
				"people": v.people,
				"vote": v.vote,
				"entered": str(v.entered),
				"left": str(v.left),
				"due": str(v.due or ""),
				"late": v.late,
			}
			for v in result.visits
		],
		"open": [_open(procedure, one) for one in standing],
		"outcome": _(result.outcome) if result.outcome else "",
		"ended": not standing and not result.problem,
		"days": result.days,
		"documents": [trial.shown_name("document", kind) for kind in result.documents],
		"problem": render(result.problem, _) if result.problem else "",
	}


def _held(bureau: str | None) -> dict[str, int]:
	"""How many people hold each post of the bureau now; {} for a procedure of no bureau."""
	posts = frappe.get_all("SC Post", pluck="name") if bureau else []
	return {post: len(holders(post, bureau)) for post in posts}


def _holders_in(bureau: str) -> Callable[[Step], int]:
	"""How many people hold a step's post where the procedure runs."""

	def number(step: Step) -> int:
		place = bureau
		if bureau and step.level == "Superior Level":
			place = frappe.get_cached_value("SC Bureau", bureau, "parent_sc_bureau")
		return len(holders(step.post, place)) if place and step.post else 0

	return number


def _open(procedure: Procedure, standing: Any) -> dict[str, Any]:
	step = procedure.by_code[standing.step]
	return {
		"step": step.code,
		"title": step.title,
		"post": trial.shown_name("post", step.post) if step.post else "",
		"entered": str(standing.entered),
		"due": str(standing.due or ""),
		"vote": _vote(step, standing.ballot) if standing.ballot else None,
		"buttons": [
			{"action": b.action, "label": b.label, "verb": b.verb.value} for b in procedure.buttons(step.code)
		],
	}


def _vote(step: Step, ballot: Ballot) -> dict[str, int]:
	"""How a signing stands, in numbers; quorum: how many must take part, waiting: who is still asked, whether at once
	or in order."""
	agree, refuse = len(ballot.agree), len(ballot.refuse)
	waiting = ballot.needed - agree - refuse if step.mode is Mode.IN_ORDER else len(ballot.waiting)
	quorum = step.quorum if step.mode is Mode.MAJORITY else 0
	return {"needed": ballot.needed, "quorum": quorum, "agree": agree, "refuse": refuse, "waiting": waiting}


def read_facts(kind: str, facts: Mapping[str, Any]) -> dict[str, Any]:
	"""Invented facts in the types of the schema; what it does not know is left out."""
	found: dict[str, Any] = {}
	for fact in SCHEMA.values():
		value = facts.get(fact.name)
		if value in (None, "", []) or (fact.kinds and kind not in fact.kinds):
			continue
		if fact.type == "set":
			found[fact.name] = {str(v) for v in value} if isinstance(value, list) else {str(value)}
		elif fact.type == "flag":
			found[fact.name] = bool(value)
		else:
			found[fact.name] = str(value)
	return found
