"""Issue a document: choose the template, fill it, draw the number, freeze the text, keep the PDF.

All of it happens in the transaction of the act that issues; a failure anywhere leaves neither number nor paper.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import bureau_chain
from sclist_app.access.today import today
from sclist_app.documents import numbers, plain, printing, service, store, word
from sclist_app.documents.layout import LAYOUTS, OFFICIAL, PageLayout
from sclist_app.documents.placeholders import PLACEHOLDERS, FactsError
from sclist_app.documents.rendering import (
	MissingFacts,
	Rendered,
	TemplateRefused,
	missing_blocks,
	render_html,
)
from sclist_app.law.findings import N_, Finding, render
from sclist_app.workflow.model import split_codes

__all__ = ["Paper", "issue", "missing_facts", "preview", "preview_html", "template_for", "text_blocks"]


SECRET = "****-****-****-****"


@dataclass(frozen=True)
class Paper:
	"""What a document is about: kind ("D01"), facts for its template, whom and what it belongs to.

	corrects, correction_reason, note: of a correction the SC Notice it replaces, why, and the line printed under
	the addressee.
	"""

	kind: str
	bureau: str
	facts: Mapping[str, Any]
	addressee: str
	addressee_name: str
	reference_doctype: str
	reference_name: str
	run: str | None = None
	step: str = ""
	joint_with: str | None = None
	about: str = ""
	is_demo: bool = False
	corrects: str | None = None
	correction_reason: str = ""
	note: str = ""


def template_for(bureau: str, kind: str, paper_format: str = "Page"):
	"""The template row (name, bureau, body, date_style, word_path) in force today: own, nearest ancestor's, national.

	Raises:
		frappe.ValidationError: there is none.
	"""
	row = template_or_none(bureau, kind, paper_format)
	if row is None:
		frappe.throw(
			_("There is no template for the document {0}. Ask the rule administrator to add one.").format(
				kind
			)
		)
	return row


def template_or_none(bureau: str, kind: str, paper_format: str = "Page"):
	"""As `template_for`, None where there is none: no bureau has to have a Word template."""
	own, day = frappe.qb.DocType("SC Document Template"), today()
	chain = bureau_chain(bureau)
	rows = (
		frappe.qb.from_(own)
		.select(own.name, own.bureau)
		.where(own.document_kind == kind)
		.where(own.paper_format == paper_format)
		# one retired since was in force on its days
		.where(own.state.isin(["In Force", "Retired"]))
		.where(own.effective_from.isnull() | (own.effective_from <= day))
		.where(own.effective_to.isnull() | (own.effective_to >= day))
		.where(own.bureau.isnull() | own.bureau.isin(["", *chain]))
		.orderby(own.effective_from, order=frappe.qb.desc)
		.orderby(own.approved_on, order=frappe.qb.desc)
		.orderby(own.creation, order=frappe.qb.desc)
		.run(as_dict=True)
	)
	for code in (*chain, None):
		for row in rows:
			if (row.bureau or None) == code:
				return frappe.db.get_value(
					"SC Document Template",
					row.name,
					["name", "bureau", "body", "date_style", "word_path"],
					as_dict=True,
				)
	return None


def text_blocks(bureau: str) -> dict[str, str]:
	"""Local wording of the text blocks, the bureau's own before its ancestors'.

	A superior's wording of the remedies that names its own authority and court is none for the bureau.
	"""
	rows = frappe.get_all(
		"SC Text Block",
		filters={"bureau": ["in", bureau_chain(bureau) or [""]], "block": ["not like", "notice_%"]},
		fields=["block", "bureau", "text"],
		order_by="creation",
	)
	found: dict[str, str] = {}
	for code in bureau_chain(bureau):
		for row in rows:
			if row.bureau == code and (row.block != "remedies" or names_remedies(row.text, bureau)):
				found.setdefault(row.block, row.text)
	return found


REMEDIES = {"remedy.review_body": "review_body", "remedy.court": "court"}


def names_remedies(text: str, bureau: str | None) -> bool:
	"""Does a wording of the remedies hold for the bureau: its own authority and court, or their placeholders?"""
	own = frappe.get_cached_doc("SC Bureau", bureau) if bureau else frappe._dict()
	return all(
		plain.prints(text, name) or bool(own.get(field) and own.get(field) in text)
		for name, field in REMEDIES.items()
	)


def _filled_blocks(facts: Mapping[str, Any]) -> dict[str, Any]:
	"""Wordings with their placeholders filled; one that cannot be gives way to the template's own wording."""
	found: dict[str, Any] = {}
	for block, text in (facts.get("blocks") or {}).items():
		with suppress(TemplateRefused, MissingFacts, FactsError):
			found[block] = plain.fill(text, {**facts, "blocks": {}}) if text else text
	return found


def _facts(paper: Paper, template, number: str, day: date | None = None) -> dict[str, Any]:
	facts = dict(paper.facts)
	facts["document"] = {
		**facts.get("document", {}),
		"kind": paper.kind,
		"title": _title(paper.kind, paper.bureau),
		"number": number,
		"date": day or today(),
		"date_style": local_rules.date_style(paper.bureau, template.bureau, template.date_style),
		"copies": local_rules.copies(paper.bureau),
	}
	facts["terms"] = local_rules.terms(paper.bureau)
	facts["blocks"] = _filled_blocks(facts)
	return facts


def _title(kind: str, bureau: str) -> str:
	return local_rules.named(bureau, frappe.get_cached_value("SC Document Kind", kind, "title") or kind)


def _html(body: str, facts: Mapping[str, Any], preview: bool) -> str:
	with said_in_words():
		return render_html(body, facts, preview=preview)


@contextmanager
def said_in_words() -> Iterator[None]:
	"""Raises frappe.ValidationError in place of what keeps a template from being filled."""
	try:
		yield
	except MissingFacts as missing:
		labels = "、".join(PLACEHOLDERS[name].label for name in missing.names)
		frappe.throw(
			_(
				"The document cannot be issued yet, these facts are missing: {0}. Enter them in the case, the entity or the bureau."
			).format(frappe.bold(labels)),
			title=_("Document incomplete"),
		)
	except TemplateRefused as refused:
		frappe.throw(
			[render(f, _) for f in refused.findings], title=_("The template has a fault"), as_list=True
		)
	except FactsError as error:
		frappe.throw(_("The facts of the document do not fit: {0}.").format(str(error)))


def issue(paper: Paper) -> str:
	"""Issue the document and return the name of its SC Notice.

	Raises:
		frappe.ValidationError: template, facts or a legally required part is missing.
	"""
	kind = frappe.get_cached_doc("SC Document Kind", paper.kind)
	day = today()  # once: number, date and register agree at midnight of New Year, too
	number = numbers.draw(paper.bureau, paper.kind, day.year) if kind.numbered else ""
	template = template_for(paper.bureau, paper.kind)
	full = _facts(paper, template, number, day)
	html = _html(template.body, full, preview=False)
	refuse_incomplete(kind, html)
	html = with_note(html, paper.note)
	printed = printing.pdf(html, LAYOUTS.get(kind.layout or "", OFFICIAL))
	html, facts = _without_secrets(html, paper.facts)
	path = store.write(printed.pdf, printed.sha256)
	notice = frappe.new_doc("SC Notice")
	notice.update(
		{
			"document_kind": paper.kind,
			"title": _title(paper.kind, paper.bureau),
			"number": number or None,
			"status": "Issued",
			"bureau": paper.bureau,
			"addressee": paper.addressee,
			"addressee_name": paper.addressee_name,
			"issued_on": day,
			"issued_by": frappe.session.user,
			"reference_doctype": paper.reference_doctype,
			"reference_name": paper.reference_name,
			"run": paper.run,
			"step": paper.step,
			"template": template.name,
			"joint_with": paper.joint_with,
			"corrects": paper.corrects,
			"correction_reason": paper.correction_reason,
			"service_state": service.TO_SERVE if paper.addressee else "",
			"service_due": service.due_on(paper.kind, paper.bureau, day, paper.run)
			if paper.addressee
			else None,
			"about": paper.about,
			"file": path,
			"pages": printed.pages,
			"text_hash": hashlib.sha256(html.encode()).hexdigest(),
			"file_hash": printed.sha256,
			**_word_copy(paper, full),
			"html": html,
			"facts_json": json.dumps(facts, ensure_ascii=False, default=str),
			"is_demo": paper.is_demo,
		}
	)
	with engine_writes():
		notice.insert(ignore_permissions=True)  # the act that issues has been permitted
	return notice.name


def with_note(html: str, note: str) -> str:
	"""The text with a line of its own under the addressee (or the title, where there is none)."""
	if not note:
		return html
	line = f'<p class="correction">{escape(note)}</p>'
	after = re.search(r'<p class="addressee">.*?</p>', html, re.DOTALL) or re.search(r"</h1>", html)
	return html[: after.end()] + line + html[after.end() :] if after else line + html


def _word_copy(paper: Paper, facts: Mapping[str, Any]) -> dict[str, Any]:
	"""The same facts in the bureau's Word template, stored beside the PDF; nothing where no bureau above has one."""
	template = template_or_none(paper.bureau, paper.kind, "Word")
	if template is None:
		return {}
	with said_in_words():
		content = word.render(store.read(template.word_path), facts)
	digest = hashlib.sha256(content).hexdigest()
	return {
		"word_template": template.name,
		"word_file": store.write(content, digest, "docx"),
		"word_hash": digest,
	}


def _without_secrets(html: str, facts: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
	"""Text and facts as they are stored: the party's query code stands on the paper alone, not in the database."""
	code = (facts.get("repair") or {}).get("query_code")
	if not code:
		return html, facts
	return html.replace(code, SECRET), {**facts, "repair": {**facts["repair"], "query_code": SECRET}}


MANIFEST = Path(__file__).resolve().parent.parent / "fixtures" / "documents" / "manifest.json"


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
	return json.loads(MANIFEST.read_text(encoding="utf-8"))["documents"]


def shipped_kinds() -> Mapping[str, Any]:
	"""The manifest of the documents the app ships, by kind."""
	return _shipped()


def missing_facts(paper: Paper) -> list[str]:
	"""Chinese labels of the facts the document needs and does not have yet; nothing is drawn or stored."""
	template = template_for(paper.bureau, paper.kind)
	facts = _facts(paper, template, "—")
	in_word = template_or_none(paper.bureau, paper.kind, "Word")
	names: list[str] = []
	# of a template at fault is said in full when the document is issued
	with suppress(TemplateRefused, FactsError):
		try:
			render_html(template.body, facts)
		except MissingFacts as missing:
			names += missing.names
	if in_word:
		with suppress(TemplateRefused, FactsError):
			try:
				word.render(store.read(in_word.word_path), facts)
			except MissingFacts as missing:
				names += missing.names
	return [PLACEHOLDERS[name].label for name in dict.fromkeys(names)]


def required_blocks(kind) -> dict[str, Any]:
	"""Parts the law demands of this kind: those the app ships, which no setting can shorten, else the kind's own."""
	shipped = _shipped().get(kind.code)
	return (
		shipped["required_blocks"]
		if shipped
		else {name: {"label": name} for name in split_codes(kind.required_blocks)}
	)


def refuse_incomplete(kind, html: str) -> None:
	"""A document without a part the law demands is not issued, whatever the template says."""
	required = required_blocks(kind)
	missing = missing_blocks(html, required)
	if missing:
		labels = [required[name]["label"] for name in missing]
		finding = Finding(
			"document.blocks",
			N_("The document {title} lacks what the law demands: {missing}. Complete the template."),
			"",
			{"title": kind.title, "missing": labels},
		)
		frappe.throw(render(finding, _), title=_("Document incomplete"))


def preview_html(paper: Paper) -> tuple[str, PageLayout]:
	"""The text of the document as it would be issued now, without number, and its layout; nothing is drawn or stored."""
	kind = frappe.get_cached_doc("SC Document Kind", paper.kind)
	template = template_for(paper.bureau, paper.kind)
	html = _html(template.body, _facts(paper, template, "（样稿，未编号）"), preview=True)
	return html, LAYOUTS.get(kind.layout or "", OFFICIAL)


def preview(paper: Paper) -> Rendered:
	"""The document as it would look, without number; nothing is drawn or stored."""
	return printing.pdf(*preview_html(paper))


def void(name: str, reason: str) -> None:
	"""Void an issued document; its number stays with it and is never given out again.

	Raises:
		frappe.ValidationError: no reason, or already void.
	"""
	if not (reason or "").strip():
		frappe.throw(_("Enter why the document is voided."))
	with engine_writes():
		notice = frappe.get_doc("SC Notice", name)
		if notice.status == "Voided":
			frappe.throw(_("The document {0} is void already.").format(notice.number))
		if notice.status == "Corrected":
			frappe.throw(_("The document {0} was corrected and counts no more.").format(notice.number))
		notice.update(
			{
				"status": "Voided",
				"void_reason": reason,
				"voided_by": frappe.session.user,
				"voided_on": today(),
				"service_state": "",
			}
		)
		notice.save(ignore_permissions=True)  # the caller has checked the right to void
