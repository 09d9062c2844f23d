"""The page on which whoever approves decides: what waits, the case and the papers to be signed, what was opened.

A leader approves what they have seen. What they were shown is on record (`SC Reading`, one row a task and person): the
state of the case and, for each paper, the hash of the text that was sent to them. Signing several at once takes the
cases so read only, and only while neither the case nor a letter of its papers has changed since.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_datetime, get_datetime, strip_html

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import Held
from sclist_app.access.today import now, today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.documents import issue, printing, rendering
from sclist_app.documents.layout import LAYOUTS, OFFICIAL, PageLayout
from sclist_app.law.findings import N_, render
from sclist_app.register.paper_facts import penalty_facts
from sclist_app.register.paperwork import GOING_ON, Addressee, PaperKind
from sclist_app.workflow import actions, desk, runner, store
from sclist_app.workflow.kinds import Act
from sclist_app.workflow.model import DocumentRule, Step, Transition, Verb
from sclist_app.workflow.tasks import approves
from sclist_app.workflow.view import decides, person, view, vote

__all__ = ["act", "agree", "issued", "mark_read", "page", "paper", "paper_pdf", "waiting"]

READING = "SC Reading"
MOST = 200


class NotRead(frappe.ValidationError):
	"""The case, or a paper of it, was not opened by this person in its present state."""


@dataclass(frozen=True)
class Opened:
	"""One open task as the session's user has it before them."""

	task: Any
	loaded: store.LoadedRun
	step: Step
	holding: Held
	# kind of document → its title at the bureau
	titles: dict[str, str] = field(default_factory=dict)

	@cached_property
	def version(self) -> str:
		return _version(self.loaded.run, self.loaded.doc.modified)

	@cached_property
	def sheets(self) -> list[Sheet]:
		return _sheets(self)

	@property
	def agreeing(self) -> Transition | None:
		"""The button by which one agrees."""
		buttons = self.loaded.procedure.buttons(self.step.code)
		return next((button for button in buttons if button.verb is Verb.AGREE), None)


@dataclass(frozen=True)
class Sheet:
	"""A paper that a button of the task issues, or that a later step issues if the button is pressed (`later`)."""

	key: str
	action: str
	kind: str
	to: Addressee
	step: Step
	later: bool


def _version(run: Any, changed: Any) -> str:
	"""The state of a case as one word; every act, every change of the form, every entry in a step's tools changes it."""
	return _hash(f"{run.name}|{run.seq or 0}|{get_datetime(run.modified)}|{get_datetime(changed)}")[:16]


def _hash(text: str) -> str:
	return hashlib.sha256(text.encode()).hexdigest()


# ------------------------------------------------------------------------- tasks


def waiting() -> list[dict[str, Any]]:
	"""The tasks of approving that wait for the user, the most urgent first, as `desk.my_tasks` has them.

	Besides: `kind`, `version` (of the case), `read` (opened to the end in this state), `vote` (as `workflow.view.vote`).
	"""
	rows = [row for row in desk.my_tasks(MOST)["tasks"] if row["approves"]]
	if not rows:
		return []
	names = [row["name"] for row in rows]
	# by the key: any other order would be read from the index of that order, whole
	runs = {
		row.name: row
		for row in frappe.get_all(
			"SC Task", filters={"name": ["in", names]}, fields=["name", "run", "step"], order_by="name"
		)
	}
	of_run = {
		row.name: row
		for row in frappe.get_all(
			"SC Run",
			filters={"name": ["in", [row.run for row in runs.values()]]},
			fields=["name", "kind", "status", "seq", "modified", "procedure_version", "marking", "outcome"],
			order_by="name",
		)
	}
	readings = _readings(names)
	signing = _signing(rows, runs, of_run)
	found = []
	for row in rows:
		task = runs[row["name"]]
		run = of_run[task.run]
		if run.status != "Active":
			continue
		changed = frappe.db.get_value(row["reference_doctype"], row["reference_name"], "modified")
		version = _version(run, changed)
		reading = readings.get(row["name"])
		found.append(
			{
				**row,
				"kind": _(run.kind),
				"vote": signing.get(row["name"]),
				"version": version,
				"read": bool(reading and reading.read_on and reading.seen == version),
			}
		)
	return found


def _signing(rows: list, runs: dict, of_run: dict) -> dict[str, dict[str, Any]]:
	"""How the joint signatures among the tasks stand: task → as `workflow.view.vote`."""
	steps = {
		row["name"]: store.load_procedure(of_run[runs[row["name"]].run].procedure_version).by_code[
			runs[row["name"]].step
		]
		for row in rows
	}
	voting = {name: step for name, step in steps.items() if step.mode.votes}
	states = store.states({runs[name].run: of_run[runs[name].run] for name in voting})
	return {
		name: vote(
			step, states[runs[name].run], lambda one, run=runs[name].run: store.read_run(run).roster(one)
		)
		for name, step in voting.items()
	}


def open_task(task: str, loaded: store.LoadedRun | None = None) -> Opened:
	"""The open task, which the user may take. loaded: its run, where it was read already.

	Raises:
		frappe.PermissionError: it is another post's, or separation of duties bars the user.
		ChangedSince: it is no longer open.
	"""
	row = _task_row(task)
	holding = actions.holding(row)
	if holding is None:
		frappe.throw(
			_("This task belongs to another post. You can look at the case but not act here."),
			frappe.PermissionError,
		)
	loaded = loaded or store.read_run(row.run)
	state = next(t for t in loaded.state.tasks if t.id == task)
	if row.status != "Open":
		store.changed_since()
	if barred := runner.permitted(loaded.procedure, loaded.state, state, frappe.session.user):
		frappe.throw("\n".join(render(finding, _) for finding in barred), frappe.PermissionError)
	return Opened(row, loaded, loaded.procedure.by_code[row.step], holding)


def _task_row(task: str) -> Any:
	row = frappe.db.get_value(
		"SC Task",
		task,
		["name", "status", "step", "reference_doctype", "reference_name", *actions.TAKEN],
		as_dict=True,
	)
	if not row or not may_read_bureau(row.bureau):
		frappe.throw(_("This task does not exist or is not yours."), frappe.PermissionError)
	return row


# -------------------------------------------------------------------------- page


def page(task: str) -> dict[str, Any]:
	"""All the page shows but the texts of the papers.

	{"task": name, "mine": bool, "why": [str] where it is not, "version", "view": as `workflow.view.view`, "doc",
	"titles": "DocType::name" → title of the links in it, "brief": {"ground", "penalties"}, "signed": joint signatures
	[{"step_title", "vote" or None where it is over, "votes": [{"name", "vote", "label", "opinion", "on"}]}],
	"sheets": [{key, action, title, addressee, step_title, later}], "outlook": action → what follows, "read": bool}
	"""
	row = _task_row(task)
	loaded = store.read_run(row.run, to_show=True)
	loaded.doc.check_permission("read")
	# what the papers and the gates are made of stays whole; what is shown is a copy
	doc = copy.deepcopy(loaded.doc)
	doc.apply_fieldlevel_read_permissions()
	shown = view(doc, loaded)
	own = next((t for t in shown["tasks"] if t["name"] == task and t["mine"]), None)
	answer = {
		"task": task,
		"mine": own is not None,
		"why": _why_not(row, shown, loaded) if own is None else [],
		"view": shown,
		"doc": doc.as_dict(convert_dates_to_str=True),
		"titles": _titles(doc),
		"brief": _brief(doc),
		"signed": _signed(loaded),
		"version": "",
		"sheets": [],
		"outlook": {},
		"read": False,
		"approves": False,
	}
	if own is None:
		return answer
	opened = open_task(task, loaded)
	reading = _readings([task]).get(task)
	return answer | {
		"version": opened.version,
		"sheets": [_described(opened, sheet) for sheet in opened.sheets],
		"outlook": {
			button.action: _outlook(opened, button)
			for button in opened.loaded.procedure.buttons(opened.step.code)
			if button.verb is not Verb.EXPIRE
		},
		"read": bool(reading and reading.read_on and reading.seen == opened.version),
		"approves": approves(opened.step),
	}


def _signed(loaded: store.LoadedRun) -> list[dict[str, Any]]:
	"""What the joint signatures of a case came to so far, the latest first; votes that were made void do not count."""
	signing = {step.code: step for step in loaded.procedure.steps if step.mode.votes}
	if not signing:
		return []
	rows = frappe.get_all(
		"SC Vote",
		filters={"run": loaded.run.name, "void": 0},
		fields=["step", "round", "user", "vote", "opinion", "cast_on"],
		order_by="cast_on asc, creation asc",
	)
	state = loaded.state
	found = []
	for code, step in signing.items():
		stand = state.steps.get(code)
		votes = [row for row in rows if stand and (row.step, row.round) == (code, stand.round)]
		going_on = code in state.active
		if votes or going_on:
			found.append(
				{
					"step_title": step.title,
					"vote": vote(step, state, loaded.roster) if going_on else None,
					"votes": [
						{
							"name": person(row.user),
							"vote": row.vote,
							"label": _(row.vote),
							"opinion": row.opinion,
							"on": row.cast_on,
						}
						for row in votes
					],
				}
			)
	return sorted(found, key=lambda one: max((str(v["on"]) for v in one["votes"]), default=""), reverse=True)


def _why_not(row: Any, shown: dict[str, Any], loaded: store.LoadedRun) -> list[str]:
	"""Why the user cannot act on the task now, in words."""
	step = loaded.procedure.by_code.get(row.step)
	stand = vote(step, loaded.state, loaded.roster) if step and row.step in loaded.state.active else None
	if stand and stand["own"] and stand["waiting"]:
		said = (
			N_("You have agreed; it now waits for {0}.")
			if stand["own"] == "Agree"
			else N_("You have disagreed; it now waits for {0}.")
		)
		return [_(said).format("、".join(stand["waiting"]))]
	if row.status != "Open":
		done = frappe.db.get_value("SC Task", row.name, ["done_by", "done_on"], as_dict=True)
		if done.done_by:
			return [
				_("This task is done: {0} dealt with it on {1}.").format(
					person(done.done_by), format_datetime(done.done_on, "yyyy-MM-dd HH:mm")
				)
			]
		return [_("This task is no longer open: the case has moved on without it.")]
	barred = next((t["barred"] for t in shown["tasks"] if t["name"] == row.name), [])
	return barred or [_("This task belongs to another post. You can look at the case but not act here.")]


def _titles(doc: Document) -> dict[str, str]:
	"""Titles of the documents that the links of a document and its tables name."""
	found: dict[str, str] = {}
	for part in (doc, *doc.get_all_children()):
		for df in part.meta.get_link_fields():
			name = part.get(df.fieldname)
			title_field = frappe.get_meta(df.options).title_field if name else None
			if title_field:
				found[f"{df.options}::{name}"] = (
					frappe.get_cached_value(df.options, name, title_field) or name
				)
	return found


def _brief(doc: Document) -> dict[str, Any]:
	"""Ground and penalties in full, as the papers word them: of a listing case, or of the listing a matter is about."""
	case = doc if doc.doctype == "SC Case" else _case_behind(doc)
	ground = (case or doc).get("ground")
	penalties = [row.penalty for row in case.penalties] if case else [doc.get("penalty")]
	return {"ground": _ground(ground) if ground else None, "penalties": [_penalty(p) for p in penalties if p]}


def _case_behind(doc: Document) -> Document | None:
	"""The case that led to the listing, where the user may read it."""
	record = doc.get("record")
	name = frappe.db.get_value("SC Listing Record", record, "case") if record else None
	if not name or not frappe.has_permission("SC Case", "read", doc=name):
		return None
	return frappe.get_doc("SC Case", name)


def _ground(name: str) -> dict[str, Any]:
	ground = frappe.get_cached_doc("SC Listing Ground", name)
	return {"title": ground.title, "article": ground.article, "text": ground.text}


def _penalty(name: str) -> dict[str, Any]:
	row = frappe.get_doc("SC Penalty", name)
	return {
		**{k: penalty_facts(row)[k] for k in ("number", "date", "authority", "content", "basis")},
		"name": name,
		"violation": row.violation,
		"file": row.file,
		# one that no longer stands as it was decided
		"status": "" if row.status in ("Effective", "Performed") else _(row.status),
	}


# ------------------------------------------------------------------ what follows


def _outlook(opened: Opened, button: Transition) -> dict[str, Any]:
	"""What a button brings about: {"next": [step], "then": [title of the steps after], "drawn": [title], "ends": label,
	"vote": as `workflow.view.vote`, "decides": False where others still have to sign}."""
	loaded, procedure = opened.loaded, opened.loaded.procedure
	move = _route(loaded, opened.step.code, button.action)
	targets = [procedure.by_code[code] for code in (move or button).targets]
	ahead = []
	for step in targets:
		onward = next((b for b in procedure.buttons(step.code) if b.verb in GOING_ON), None)
		ahead += [procedure.by_code[code] for code in onward.targets] if onward else []
	return {
		"next": [_step(loaded, step) for step in targets if not step.is_end],
		"then": list(dict.fromkeys(step.title for step in ahead)),
		"drawn": _drawn(opened, button),
		"ends": "、".join(step.title for step in targets if step.is_end),
		"vote": vote(opened.step, loaded.state, loaded.roster)
		if button.verb in (Verb.AGREE, Verb.REFUSE)
		else None,
		"decides": button.verb not in (Verb.AGREE, Verb.REFUSE)
		or decides(opened.step, loaded.state, loaded.roster, button.verb),
	}


def _drawn(opened: Opened, button: Transition) -> list[str]:
	"""Titles of the papers a button issues, each once, with all it goes to."""
	found: dict[str, list[str]] = {}
	for sheet in opened.sheets:
		if sheet.action == button.action and not sheet.later:
			found.setdefault(_title(opened, sheet), []).append(sheet.to.name)
	return [
		title + (f"（{'、'.join(filter(None, names))}）" if any(names) else "")
		for title, names in found.items()
	]


def _route(loaded: store.LoadedRun, step: str, action: str) -> Transition | None:
	try:
		return runner.route(loaded.procedure, step, action, loaded.facts())
	except runner.Refusal:
		return None


def _step(loaded: store.LoadedRun, step: Step) -> dict[str, Any]:
	return {
		"title": step.title,
		"nature": step.nature.value,
		"post_title": frappe.get_cached_value("SC Post", step.post, "post_name") or "" if step.post else "",
		"people": [person(user) for user in loaded.roster(step)] if step.post else [],
	}


# ------------------------------------------------------------------------ papers


def _sheets(opened: Opened) -> list[Sheet]:
	"""The papers each button leads to; where it issues none itself, those of the next steps that issue some."""
	if not isinstance(opened.loaded.kind, PaperKind):
		return []
	found: dict[str, Sheet] = {}
	for button in opened.loaded.procedure.buttons(opened.step.code):
		if button.verb in (*GOING_ON, Verb.REFUSE) and button.verb is not Verb.EXPIRE:
			for sheet in _sheets_of(opened, button.action):
				found.setdefault(sheet.key, sheet)
	return list(found.values())


def _sheets_of(opened: Opened, action: str) -> Iterator[Sheet]:
	loaded, procedure = opened.loaded, opened.loaded.procedure
	move = _route(loaded, opened.step.code, action)
	seen, row = set(), [(opened.step, move)] if move else []
	while row:
		drawn = [
			Sheet(
				"/".join((rule.document_kind, to.entity or "-", to.about or "-")),
				action,
				rule.document_kind,
				to,
				step,
				step is not opened.step,
			)
			for step, transition in row
			for rule in _rules(loaded, step, transition)
			for to in loaded.kind.addressees(loaded.doc, rule)
		]
		if drawn:
			yield from drawn
			return
		seen |= {step.code for step, _transition in row}
		targets = [procedure.by_code[code] for _step_, transition in row for code in transition.targets]
		row = [
			(step, onward)
			for step in dict.fromkeys(targets)
			if step.code not in seen and (onward := _onward(loaded, step))
		]


def _onward(loaded: store.LoadedRun, step: Step) -> Transition | None:
	"""How a later step goes on, as things stand."""
	button = next((b for b in loaded.procedure.buttons(step.code) if b.verb in GOING_ON), None)
	return (_route(loaded, step.code, button.action) or button) if button else None


def _rules(loaded: store.LoadedRun, step: Step, transition: Transition) -> Sequence[DocumentRule]:
	move = Act(loaded.run, loaded.doc, loaded.procedure, step, transition, today(), frappe.session.user)
	return sorted(loaded.kind.rules(move), key=lambda rule: rule.document_kind)


def _to(sheet: Sheet) -> str:
	return f"（{sheet.to.name}）" if sheet.to.name else ""


def _title(opened: Opened, sheet: Sheet) -> str:
	if sheet.kind not in opened.titles:
		title = frappe.get_cached_value("SC Document Kind", sheet.kind, "title") or sheet.kind
		opened.titles[sheet.kind] = local_rules.named(opened.loaded.run.bureau, title)
	return opened.titles[sheet.kind]


def _described(opened: Opened, sheet: Sheet) -> dict[str, Any]:
	return {
		"key": sheet.key,
		"action": sheet.action,
		"kind": sheet.kind,
		"title": _title(opened, sheet),
		"addressee": sheet.to.name,
		"step_title": sheet.step.title,
		"later": sheet.later,
	}


def _paper_of(opened: Opened, sheet: Sheet) -> issue.Paper:
	loaded = opened.loaded
	return loaded.kind.paper(loaded.doc, loaded.procedure, sheet.kind, sheet.to)


def _text(opened: Opened, sheet: Sheet) -> tuple[str, PageLayout | None, str]:
	"""(text, layout, fault): what the paper would say today, or why it cannot be written yet."""
	before = len(frappe.message_log)
	try:
		html, layout = issue.preview_html(_paper_of(opened, sheet))
	except frappe.ValidationError as error:
		del frappe.message_log[before:]
		return "", None, strip_html(str(error))
	return html, layout, ""


def paper(task: str, key: str, version: str) -> dict[str, Any]:
	"""One paper as it would be issued now: {"html": a whole page, "fault": why it cannot be written yet,
	"read": the case still counts as read}.

	That it was sent to the user is written down for `mark_read`, and logged: drafts bear full numbers.

	Raises:
		ChangedSince: the case is no longer in the state `version`.
	"""
	opened, sheet = _sheet(task, key)
	if opened.version != version:
		store.changed_since()
	html, layout, fault = _text(opened, sheet)
	_log(opened, sheet)
	read = _note(opened, {key: _hash(html or fault)})
	page = "" if fault else rendering.full_html(html, layout, _on_screen(layout))
	return {"html": page, "fault": fault, "read": read}


def _on_screen(layout: PageLayout) -> str:
	"""One long sheet: the text as wide as on paper, with narrower margins."""
	return (
		"@media screen { html { background: #fff; }"
		f" body {{ width: {layout.text_width}mm; padding: 12mm 9mm; overflow-wrap: anywhere; }} }}"
	)


def paper_pdf(task: str, key: str) -> bytes:
	"""The same as it would be printed."""
	opened, sheet = _sheet(task, key)
	html, layout = issue.preview_html(_paper_of(opened, sheet))
	_log(opened, sheet)
	return printing.pdf(html, layout).pdf


def issued(notice: Document) -> str:
	"""The text of an issued paper as a page for the screen: phones show no PDF beside the case."""
	layout = LAYOUTS.get(
		frappe.get_cached_value("SC Document Kind", notice.document_kind, "layout") or "", OFFICIAL
	)
	return rendering.full_html(notice.html or "", layout, _on_screen(layout))


def _sheet(task: str, key: str) -> tuple[Opened, Sheet]:
	opened = open_task(task)
	sheet = next((one for one in opened.sheets if one.key == key), None)
	if sheet is None:
		frappe.throw(_("This step draws up no such document."))
	return opened, sheet


def _log(opened: Opened, sheet: Sheet) -> None:
	doc = opened.loaded.doc
	events.append(
		doc.doctype,
		doc.name,
		"previewed",
		N_("Draft with full numbers opened"),
		bureau=opened.loaded.run.bureau,
		run=opened.loaded.run.name,
		data={"kind": sheet.kind},
	)


# ---------------------------------------------------------------------- readings


def _readings(tasks: Sequence[str]) -> dict[str, Any]:
	rows = frappe.get_all(
		READING,
		filters={"reading_key": ["in", [_key(task) for task in tasks]]},
		fields=["task", "seen", "read_on", "papers"],
		order_by="creation",
	)
	return {row.task: row for row in rows}


def _key(task: str) -> str:
	return f"{task}|{frappe.session.user}"


def _note(opened: Opened, papers: dict[str, str], read: bool = False) -> bool:
	"""Write down what was sent to the user; in another state of the case, or with another text of a paper known, it
	is to be read anew. Returns whether the case counts as read."""
	row, doc = opened.task, opened.loaded.doc
	name = frappe.db.get_value(READING, {"reading_key": _key(row.name)}, "name", for_update=True)
	if name:
		reading = frappe.get_doc(READING, name)
	else:
		reading = frappe.new_doc(READING)
		reading.update(
			{
				"reading_key": _key(row.name),
				"task": row.name,
				"user": frappe.session.user,
				"run": row.run,
				"reference_doctype": doc.doctype,
				"reference_name": doc.name,
				"bureau": row.bureau,
			}
		)
	known = json.loads(reading.papers or "{}") if reading.seen == opened.version else {}
	if any(known.get(key, digest) != digest for key, digest in papers.items()):
		reading.read_on = None
	if reading.seen != opened.version:
		reading.update({"seen": opened.version, "opened_on": now(), "read_on": None})
	reading.papers = json.dumps({**known, **papers}, sort_keys=True)
	if read:
		reading.read_on = now()
	with engine_writes():
		reading.save(ignore_permissions=True)  # the reader may take the task
	return bool(reading.read_on)


def mark_read(task: str, version: str) -> None:
	"""The user has come to the end of the page and of its papers.

	Raises:
		ChangedSince: the case has moved on. NotRead: a paper was never sent to them, or says something else by now.
	"""
	opened = open_task(task)
	if opened.version != version:
		store.changed_since()
	_unread(opened, _readings([task]).get(task))
	_note(opened, {}, read=True)


def _unread(opened: Opened, reading: Any) -> None:
	"""Raises NotRead unless every paper that agreeing leads to was sent to the user as it reads now."""
	known = json.loads(reading.papers or "{}") if reading and reading.seen == opened.version else {}
	going = opened.agreeing
	wanted = [sheet for sheet in opened.sheets if going and sheet.action == going.action]
	for sheet in wanted:
		html, _layout, fault = _text(opened, sheet)
		title = _title(opened, sheet) + _to(sheet)
		if sheet.key not in known:
			frappe.throw(_("You have not opened {0} yet. Open it first.").format(title), NotRead)
		if known[sheet.key] != _hash(html or fault):
			frappe.throw(
				_("{0} has changed since you read it. Open it again before you agree.").format(title), NotRead
			)


# -------------------------------------------------------------------------- acts


def _done_before(token: str, run: str) -> bool:
	"""The act of this token is done: a double click, or a request sent again."""
	key = actions.token_key(token)
	return bool(key) and bool(frappe.db.exists("SC Event", {"token": key, "run": run}))


def act(task: str, action: str, version: str, opinion: str, token: str) -> dict[str, Any]:
	"""As `actions.act`; what the user saw is the whole state of the case, not only its last act."""
	row = _task_row(task)
	if _done_before(token, row.run):
		return {"seq": frappe.db.get_value("SC Run", row.run, "seq"), "repeated": True, "notices": []}
	opened = open_task(task)
	if opened.version != version:
		store.changed_since()
	return actions.act(task, action, opinion, opened.loaded.run.seq or 0, token)


def agree(task: str, opinion: str, token: str) -> dict[str, Any]:
	"""Agree to a case that was read to the end in its present state; for several one after the other.

	Raises:
		NotRead: it was not. What `actions.act` raises.
	"""
	row = _task_row(task)
	if _done_before(token, row.run):
		return {"seq": frappe.db.get_value("SC Run", row.run, "seq"), "repeated": True, "notices": []}
	opened = open_task(task)
	button = opened.agreeing
	if button is None or not approves(opened.step):
		frappe.throw(_("This task is not one of agreeing. Open it and decide there."))
	reading = _readings([task]).get(task)
	if reading is None or not reading.read_on:
		frappe.throw(_("You have not read this case to the end yet. Open it first."), NotRead)
	if reading.seen != opened.version:
		frappe.throw(_("The case has changed since you read it. Open it again before you agree."), NotRead)
	_unread(opened, reading)
	return actions.act(task, button.action, opinion, opened.loaded.run.seq or 0, token)
