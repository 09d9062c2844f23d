"""The life of a document template: drafted, checked, approved by another person, in force for ever unchanged.

One version of a bureau's template of a kind is in force at a time, from its day on; a change is a new draft. Templates
and text blocks are checked when they are saved, so that nobody meets their faults at issue.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.guard import engine_writes, is_engine, keep_engine_fields
from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.documents import plain, store, word
from sclist_app.documents.issue import (
	REMEDIES,
	names_remedies,
	required_blocks,
	shipped_kinds,
	template_for,
)
from sclist_app.documents.placeholders import PLACEHOLDERS, sample_facts
from sclist_app.documents.rendering import (
	MAX_BODY,
	MissingFacts,
	TemplateRefused,
	blocks_of,
	check_template,
	missing_blocks,
	render_html,
)
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding, errors, render

__all__ = [
	"approve",
	"compare",
	"findings_of",
	"new_version",
	"parts_of",
	"retire",
	"send_back",
	"ship",
	"submit",
	"validate",
	"validate_text_block",
]

DOCTYPE: Final = "SC Document Template"
PAGE, WORD = "Page", "Word"
DRAFT, IN_REVIEW, IN_FORCE, RETIRED = "Draft", "In Review", "In Force", "Retired"
ENGINE_FIELDS: Final = (
	"state",
	"version_no",
	"author",
	"approver",
	"approved_on",
	"effective_to",
	"copied_from",
	"review_note",
	"shipped",
	"content_hash",
	"word_path",
)
MOST_TEXT: Final = 20_000
# Fewer lines than this around a change are shown with it.
CONTEXT: Final = 3
# What differs from the samples, which are of a unit.
ADDRESSEES: Final[Mapping[str, Mapping[str, str]]] = {
	"unit": {},
	"institution": {"kind": "institution", "name": "晋源安全评价检测有限公司"},
	"person": {
		"kind": "person",
		"name": "李建国",
		"code_label": "居民身份证",
		"code": "140106198001010018",
		"address": "晋源市滨河东路2号",
	},
}

M_PART = N_(
	"The part “{label}” does not say what the law demands of it. Keep the words {words} in it, or insert the"
	" placeholders the national text has there."
)
M_PART_EMPTY = N_(
	"The part “{label}” stays empty. Put its text or placeholders between its marks, as the national text does."
)
M_REMEDY = N_(
	"The part “{label}” must name the authority for reconsideration and the court of the bureau that issues the"
	" document. Insert the placeholders “{missing}”."
)
M_BLOCK_LACKS = N_(
	"This wording lacks what the law demands of it: {words}. Add it; without it no document with this wording could"
	" be issued."
)
M_BLOCK_REMEDY = N_(
	"This wording must name the authority for reconsideration ({body}) and the court ({court}) of the bureau, or"
	" their placeholders, which hold for every bureau below too: {placeholders}."
)
M_BLOCK_BREAKS = N_(
	"With this wording the document “{title}” lacks the part “{label}”. Complete the wording."
)


# ------------------------------------------------------------------------ the check


def findings_of(body: str, kind: str) -> list[Finding]:
	"""All that keeps a text from being the template of the kind; an empty list means it may be.

	First the closed names and the marks of the parts the law demands, then, filled with samples for a unit, an
	institution and a person, what each part says.
	"""
	# before anything keeps the text
	if len(body) > MAX_BODY:
		return check_template("x" * (MAX_BODY + 1))
	required = _required(kind)
	findings = check_template(body, required)
	if not errors(findings):
		findings += _says(body, required)
	return findings


def parts_of(body: str, kind: str, found: Sequence[Finding]) -> list[dict[str, Any]]:
	"""The parts the law demands: name, label, article, words, and whether the text has them ("ok"; None while it cannot
	be read).

	found: what `findings_of` said of the text.
	"""
	missing = {f.values.get("block") for f in found}
	readable = not unusable(body)
	return [
		{
			"name": name,
			"label": entry.get("label", name),
			"article": entry.get("article", ""),
			"words": list(entry.get("says", ())),
			"ok": name not in missing if readable else None,
		}
		for name, entry in _required(kind).items()
	]


def unusable(body: str) -> bool:
	"""Can the text not even be filled?"""
	return len(body) > MAX_BODY or bool(check_template(body))


def _required(kind: str) -> Mapping[str, Mapping[str, Any]]:
	return required_blocks(frappe.get_cached_doc("SC Document Kind", kind))


def _says(body: str, required: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
	"""Parts that no sample fills as the law wants: what holds for some party may hold for that party only."""
	lacking: set[str] | None = None
	unnamed: set[str] | None = None
	for facts in _samples():
		try:
			html = render_html(body, facts, preview=True)
		except TemplateRefused as refused:
			return list(refused.findings)
		missing = set(missing_blocks(html, required))
		lacking = missing if lacking is None else lacking & missing
		if _tells_remedies(required):
			text = blocks_of(html).get("remedies", "")
			absent = {name for name in REMEDIES if PLACEHOLDERS[name].sample not in text}
			unnamed = absent if unnamed is None else unnamed & absent
	found = [_part(name, required[name]) for name in required if name in (lacking or ())]
	if unnamed and "remedies" not in (lacking or ()):
		entry = required["remedies"]
		labels = [PLACEHOLDERS[name].label for name in REMEDIES if name in unnamed]
		found.append(
			Finding(
				"template.remedy",
				M_REMEDY,
				entry.get("article", ""),
				{"label": entry.get("label", ""), "missing": labels, "block": "remedies"},
			)
		)
	return found


def _tells_remedies(required: Mapping[str, Mapping[str, Any]]) -> bool:
	return "行政复议" in required.get("remedies", {}).get("says", ())


def _part(name: str, entry: Mapping[str, Any]) -> Finding:
	words = list(entry.get("says", ()))
	return Finding(
		"template.block_says",
		M_PART if words else M_PART_EMPTY,
		entry.get("article", ""),
		{"label": entry.get("label", name), "words": words, "block": name},
	)


def _samples() -> Iterable[dict[str, Any]]:
	for addressee in ADDRESSEES.values():
		yield sample_facts(addressee=addressee)


def _throw(findings: Sequence[Finding], title: str) -> None:
	lines = [frappe.utils.escape_html(render(f, _)) for f in findings]
	if lines:
		frappe.throw(lines[0] if len(lines) == 1 else lines, title=title, as_list=len(lines) > 1)


# ------------------------------------------------------------------------ saving


def prepare(doc: Document) -> None:
	"""A new template is a draft of whoever writes it, with the next number."""
	if not is_engine():
		# the template it was made from; a copy made by the framework names none
		copied_from = doc.copied_from if doc.flags.sclist_copy else None
		for field in ENGINE_FIELDS:
			doc.set(field, None)
		doc.update({"state": DRAFT, "copied_from": copied_from})
	doc.author = frappe.session.user
	last = frappe.get_all(
		DOCTYPE, filters=_line(doc), fields=["version_no"], order_by="version_no desc", limit=1
	)
	doc.version_no = (last[0].version_no if last else 0) + 1


def _line(doc: Document) -> dict[str, Any]:
	"""The templates of which one is in force at a time."""
	return {
		"document_kind": doc.document_kind,
		"bureau": doc.bureau or ["is", "not set"],
		"paper_format": doc.paper_format or PAGE,
	}


def validate(doc: Document) -> None:
	"""Only drafts change; closed placeholders only, no code, and every part the law demands says what it must.

	Raises:
		frappe.PermissionError: a version handed in, in force or retired, or a field of the engine.
		frappe.ValidationError: one line per fault.
	"""
	_refuse_changes(doc)
	doc.paper_format = doc.paper_format or PAGE
	doc.template_title = _title(doc)
	if doc.paper_format == WORD:
		doc.body = None
		_take_word_file(doc)
		return
	doc.update({"word_file": None, "word_path": None})
	body = doc.body or ""
	if not body.strip():
		frappe.throw(
			_("The template is empty. Begin with the text in force, or enter the text of the document.")
		)
	_throw(errors(findings_of(body, doc.document_kind)), _("The template has a fault"))
	doc.content_hash = hashlib.sha256(body.encode()).hexdigest()


def _refuse_changes(doc: Document) -> None:
	before = None if doc.is_new() else doc.get_doc_before_save()
	if is_engine() or before is None:
		return
	if before.state != DRAFT:
		frappe.throw(
			_("Only a draft can be changed. Make a new version from this template and change that."),
			frappe.PermissionError,
		)
	keep_engine_fields(doc, ENGINE_FIELDS)
	# whoever changed it last answers for it
	doc.author = frappe.session.user


def _title(doc: Document) -> str:
	kind = frappe.get_cached_value("SC Document Kind", doc.document_kind, "title") or doc.document_kind
	whose = frappe.get_cached_value("SC Bureau", doc.bureau, "bureau_name") if doc.bureau else "全国统一"
	word = "（Word）" if doc.paper_format == WORD else ""
	return f"{kind}{word} {whose} v{doc.version_no or 1}"[:140]


def _take_word_file(doc: Document) -> None:
	"""Check the uploaded file and keep its bytes beside the issued papers, where nobody changes them."""
	if not doc.word_file:
		frappe.throw(_("Upload the Word file (.docx) of the template."))
	before = None if doc.is_new() else doc.get_doc_before_save()
	kept = before.word_path if before and before.word_file == doc.word_file else ""
	content = store.read(kept) if kept else _uploaded(doc.word_file)
	_throw(errors(word.check(content)), _("The Word file cannot be used"))
	doc.content_hash = hashlib.sha256(content).hexdigest()
	doc.word_path = kept or store.write(content, doc.content_hash, "docx")


def _uploaded(url: str) -> bytes:
	name = frappe.db.get_value("File", {"file_url": url, "is_private": 1}, "name", order_by="creation asc")
	if not name:
		frappe.throw(_("The Word file is missing. Upload it again."))
	file = frappe.get_doc("File", name)
	file.check_permission("read")
	path = Path(file.get_full_path())
	if not path.is_file():
		frappe.throw(_("The Word file is missing. Upload it again."))
	with path.open("rb") as stream:
		# one byte more tells that it is too large
		return stream.read(word.MAX_FILE + 1)


def refuse_delete(doc: Document) -> None:
	"""Raises frappe.PermissionError for everything but a draft."""
	if doc.state != DRAFT and not is_engine():
		frappe.throw(_("Only a draft can be deleted."), frappe.PermissionError)


# ------------------------------------------------------------------------ life


def new_version(name: str, bureau: str) -> str:
	"""A draft of the bureau ("" for the national text) with the content of a template; returns its name.

	Raises:
		frappe.ValidationError: the bureau has a draft of this kind already; it is named.
	"""
	source = frappe.get_doc(DOCTYPE, name)
	draft = frappe.new_doc(DOCTYPE)
	draft.update(
		{
			"document_kind": source.document_kind,
			"bureau": bureau or None,
			"paper_format": source.paper_format,
			"date_style": source.date_style,
			"body": source.body,
			"word_file": source.word_file,
			"copied_from": source.name,
		}
	)
	begun = frappe.db.get_value(
		DOCTYPE,
		{**_line(draft), "state": ["in", [DRAFT, IN_REVIEW]]},
		["template_title", "name"],
		as_dict=True,
	)
	if begun:
		frappe.throw(
			_("There is a draft already: {0}. Go on with that one.").format(
				frappe.utils.get_link_to_form(
					DOCTYPE, begun.name, frappe.utils.escape_html(begun.template_title or begun.name)
				)
			)
		)
	draft.flags.sclist_copy = True
	draft.insert()
	return draft.name


def submit(name: str) -> None:
	"""Hand a draft in for approval.

	Raises:
		frappe.ValidationError: no draft, or a fault has come about since it was saved.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.state != DRAFT:
		frappe.throw(_("Only a draft can be submitted for approval."))
	_set(doc, "submitted", N_("Template submitted for approval"), state=IN_REVIEW, review_note=None)


def send_back(name: str, reason: str) -> None:
	"""The approver returns a template to its author.

	Raises:
		frappe.ValidationError: not in review, or no reason.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.state != IN_REVIEW:
		frappe.throw(_("This template is not in review."))
	if not (reason or "").strip():
		frappe.throw(_("Say what the author should change."))
	_set(
		doc,
		"sent_back",
		N_("Template sent back to the author"),
		reason.strip(),
		state=DRAFT,
		review_note=reason,
	)


def approve(name: str, seen: str, effective_from: str = "") -> None:
	"""Approve a template as it was seen; it applies from its day, at the earliest today, instead of the one before.

	seen: the template's time of change that the approver had before them. effective_from: a day, else the one in the
	form, else today.

	Raises:
		frappe.PermissionError: the approver wrote it.
		frappe.ValidationError: not in review, or it was changed meanwhile.
	"""
	kind = frappe.db.get_value(DOCTYPE, name, "document_kind")
	# one approval of a kind after the other, or two versions could be in force
	frappe.db.get_value("SC Document Kind", kind, "name", for_update=True)
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.state != IN_REVIEW:
		frappe.throw(_("Only a template in review can be approved. Have it submitted first."))
	if not seen or get_datetime(seen) != get_datetime(doc.modified):
		frappe.throw(_("The template was changed after you opened it. Reload the page and read it again."))
	approver = frappe.session.user
	if approver in _writers(doc) and approver != "Administrator":
		frappe.throw(
			_("Who wrote a template does not approve it. Ask another person."), frappe.PermissionError
		)
	# no paper drawn up so far is judged by a template made afterwards
	begins = max(getdate(effective_from or doc.effective_from or today()), today())
	_set(
		doc,
		"approved",
		N_("Template approved"),
		doc.change_note or "",
		state=IN_FORCE,
		approver=approver,
		approved_on=now(),
		effective_from=begins,
		effective_to=_make_room(doc, begins),
	)


def _writers(doc: Document) -> set[str]:
	"""Whoever made the template or changed its text at any time, by the framework's log of changes."""
	rows = frappe.get_all(
		"Version",
		filters={"ref_doctype": DOCTYPE, "docname": doc.name},
		fields=["owner", "data"],
		order_by="creation",
	)
	text = {"body", "content_hash"}
	changed = {row.owner for row in rows if text & {c[0] for c in json.loads(row.data).get("changed") or ()}}
	return {doc.author, doc.owner, *changed}


def _make_room(doc: Document, begins) -> Any:
	"""The versions approved so far end where this one begins; the day it ends itself, where a later one is approved."""
	ends = None
	for row in frappe.get_all(
		DOCTYPE,
		filters={**_line(doc), "state": IN_FORCE, "name": ["!=", doc.name]},
		fields=["name", "effective_from", "effective_to"],
		order_by="effective_from asc",
	):
		start = getdate(row.effective_from) if row.effective_from else None
		if start and start > begins:
			ends = min(filter(None, (ends, start - timedelta(days=1))))
		elif not row.effective_to or getdate(row.effective_to) >= begins:
			_end(row.name, begins - timedelta(days=1))
	return ends


def _end(name: str, last) -> None:
	doc = frappe.get_doc(DOCTYPE, name)
	doc.effective_to = last
	if last < today():
		doc.state = RETIRED
	with engine_writes():
		# what was checked under the law of its day is not checked again
		doc.db_update()
	frappe.clear_document_cache(DOCTYPE, name)


def retire(name: str, reason: str) -> None:
	"""Take a bureau's own template out of use: from today the superior's or the national one applies again.

	Raises:
		frappe.ValidationError: not in force, the national one, or no reason.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.state != IN_FORCE:
		frappe.throw(_("Only a template in force can be retired."))
	if not doc.bureau and doc.paper_format != WORD:
		frappe.throw(_("The national template stays until a newer one takes its place."))
	if not (reason or "").strip():
		frappe.throw(_("Say why the template is retired."))
	doc.state, doc.effective_to = RETIRED, today() - timedelta(days=1)
	with engine_writes():
		doc.db_update()
	frappe.clear_document_cache(DOCTYPE, name)
	_log(doc, "retired", N_("Template retired"), reason.strip())


def retire_superseded() -> None:
	"""Daily: what a version approved for a later day has replaced by now counts as retired."""
	over = [["state", "=", IN_FORCE], ["effective_to", "is", "set"], ["effective_to", "<", today()]]
	for name in frappe.get_all(DOCTYPE, filters=over, pluck="name", order_by="name"):
		frappe.db.set_value(DOCTYPE, name, "state", RETIRED, update_modified=False)


def _set(doc: Document, event: str, label: str, opinion: str = "", **values: Any) -> None:
	with engine_writes():
		doc.update(values)
		doc.save(ignore_permissions=True)  # the caller has checked the right to do so
	_log(doc, event, label, opinion)


def _log(doc: Document, event: str, label: str, opinion: str) -> None:
	events.append(
		DOCTYPE,
		doc.name,
		event,
		label,
		bureau=doc.bureau,
		opinion=opinion,
		data={
			"kind": doc.document_kind,
			"version": doc.version_no,
			"hash": doc.content_hash,
			"effective_from": str(doc.effective_from or ""),
		},
	)


def compare(old: str, new: str) -> list[dict[str, Any]]:
	"""Two templates line by line: {"kind": "same" | "removed" | "added" | "gap", "old", "new": line numbers, "text"}.

	Unchanged lines far from a change are left out; a "gap" stands for them.
	"""
	before, after = ((frappe.get_doc(DOCTYPE, name).body or "").splitlines() for name in (old, new))
	rows: list[dict[str, Any]] = []
	end = (0, 0)
	for group in difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(CONTEXT):
		if (group[0][1], group[0][3]) > end and (rows or group[0][1]):
			rows.append({"kind": "gap", "old": "", "new": "", "text": ""})
		for tag, i1, i2, j1, j2 in group:
			if tag == "equal":
				rows += [
					{"kind": "same", "old": i + 1, "new": j + 1, "text": before[i]}
					for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
				]
			else:
				rows += [
					{"kind": "removed", "old": i + 1, "new": "", "text": before[i]} for i in range(i1, i2)
				]
				rows += [{"kind": "added", "old": "", "new": j + 1, "text": after[j]} for j in range(j1, j2)]
		end = group[-1][2], group[-1][4]
	return rows


# ------------------------------------------------------------------------ shipped with the app


def ship(kind: str, body: str, date_style: str) -> bool:
	"""Bring in the national text of this release; True if it is new.

	It takes the place of the one shipped before. A national text approved on the site itself stays.
	"""
	line = {"document_kind": kind, "bureau": ["is", "not set"], "paper_format": PAGE}
	rows = frappe.get_all(
		DOCTYPE,
		filters={**line, "state": IN_FORCE},
		fields=["name", "shipped", "body", "date_style"],
		order_by="shipped asc, approved_on desc, creation desc",
	)
	if rows and (not rows[0].shipped or (rows[0].body, rows[0].date_style) == (body, date_style)):
		return False
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"document_kind": kind,
			"paper_format": PAGE,
			"body": body,
			"date_style": date_style,
			"state": IN_FORCE,
			"shipped": 1,
			"approved_on": now(),
			"copied_from": rows[0].name if rows else None,
		}
	)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # set-up of the site
	for row in rows:
		_end(row.name, today() - timedelta(days=1))
	return True


# ------------------------------------------------------------------------ text blocks


# block → the part of a document it words
WORDED: Final[Mapping[str, str]] = {
	"rights": "rights",
	"remedies": "remedies",
	"measures": "measures_hint",
	"repair_conditions": "repair",
	"contacts": "contacts",
}


def validate_text_block(doc: Document) -> None:
	"""A wording says what the law demands, and every document it stands in is still complete.

	Raises:
		frappe.ValidationError: what is missing, with its article; another wording of the bureau; too long.
	"""
	text = (doc.text or "").strip()
	if not text:
		frappe.throw(_("Enter the wording."))
	if len(text) > MOST_TEXT:
		frappe.throw(_("The text is longer than {0} characters. Shorten it.").format(MOST_TEXT))
	twin = {"block": doc.block, "bureau": doc.bureau or ["is", "not set"], "name": ["!=", doc.name or ""]}
	if frappe.db.exists("SC Text Block", twin):
		frappe.throw(_("This bureau has a wording of this block already. Change that one."))
	if doc.block in WORDED:
		_throw(errors(findings_of_block(doc.block, text, doc.bureau)), _("The wording is incomplete"))


def findings_of_block(block: str, text: str, bureau: str | None) -> list[Finding]:
	"""All that keeps a text from being the local wording of the block."""
	findings = plain.check(text)
	if errors(findings):
		return findings
	shown = plain.fill(text, sample_facts(), preview=True)
	kinds = {
		kind: entry for kind, entry in shipped_kinds().items() if f"blocks.{block}" in entry["text_blocks"]
	}
	findings = _lacking_words(block, shown, kinds)
	if block == "remedies" and not errors(findings):
		findings += _unnamed_remedies(text, bureau)
	if not errors(findings):
		findings += _broken_papers(block, shown, kinds, bureau)
	return findings


def _lacking_words(block: str, shown: str, kinds: Mapping[str, Any]) -> list[Finding]:
	words: dict[str, str] = {}
	for entry in kinds.values():
		# a part may hold more than the wording: only a part of the same name must say it here
		part = entry["required_blocks"].get(block) or {}
		for said in part.get("says", ()):
			words.setdefault(said, part.get("article", ""))
	lacking = [word for word in words if word not in shown]
	if not lacking:
		return []
	article = "、".join(dict.fromkeys(words[word] for word in lacking))
	return [Finding("block.words", M_BLOCK_LACKS, article, {"words": lacking})]


def _unnamed_remedies(text: str, bureau: str | None) -> list[Finding]:
	if names_remedies(text, bureau):
		return []
	own = frappe.get_cached_doc("SC Bureau", bureau) if bureau else frappe._dict()
	values = {
		"body": own.get("review_body") or "—",
		"court": own.get("court") or "—",
		"placeholders": " ".join(f"{{{{ {name} }}}}" for name in REMEDIES),
	}
	return [Finding("block.remedy", M_BLOCK_REMEDY, cite(ORDER_11, 16), values)]


def _broken_papers(block: str, shown: str, kinds: Mapping[str, Any], bureau: str | None) -> list[Finding]:
	for kind, entry in kinds.items():
		body = template_for(bureau or "", kind).body
		required = entry["required_blocks"]
		try:
			html = render_html(body, sample_facts(blocks={block: shown}), preview=True)
		except (TemplateRefused, MissingFacts):
			continue  # the template's own fault, said there
		for name in missing_blocks(html, required):
			return [
				Finding(
					"block.breaks",
					M_BLOCK_BREAKS,
					required[name].get("article", ""),
					{"title": entry["title"], "label": required[name].get("label", name)},
				)
			]
	return []
