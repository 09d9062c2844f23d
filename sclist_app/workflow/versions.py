"""Versions of a procedure: drafted, checked, published for ever, bound to bureaus."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access.guard import engine_writes, is_engine, keep_engine_fields
from sclist_app.access.posts import bureau_chain, holders, seats
from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.law.findings import N_, Finding, errors, render
from sclist_app.workflow import checker, effects, form_policy, notes, statutes, store, takeover
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.trial import in_words, names_of

__all__ = [
	"applying",
	"bind",
	"bindable",
	"copy",
	"findings_of",
	"in_use",
	"new_draft",
	"offer",
	"publish",
	"require_usable",
	"retire",
	"send_back",
	"submit",
	"take_over",
	"world_of",
]

ENGINE_FIELDS = (
	"version_title",
	"version_no",
	"status",
	"approver",
	"published_on",
	"content_hash",
	"kind",
	"bureau",
	"author",
	"copied_from",
	"declined_changes",
)


def prepare(doc: Document) -> None:
	"""A new version is a draft with the next number; nothing else can be inserted."""
	procedure = frappe.get_doc("SC Procedure", doc.procedure)
	last = frappe.get_all(
		"SC Procedure Version",
		filters={"procedure": doc.procedure},
		fields=["version_no"],
		order_by="version_no desc",
		limit=1,
	)
	doc.version_no = (last[0].version_no if last else 0) + 1
	doc.status = "Draft"
	doc.kind, doc.bureau = procedure.kind, procedure.bureau
	doc.version_title = f"{procedure.procedure_name} v{doc.version_no}"
	doc.author = frappe.session.user
	doc.approver = doc.published_on = doc.content_hash = doc.declined_changes = None


def validate(doc: Document) -> None:
	"""A draft may be changed, a published version never.

	Raises:
		frappe.PermissionError: a request changes status, hash or a published version.
		frappe.ValidationError: a row cannot be read, or the checker refuses.
	"""
	before = None if doc.is_new() else doc.get_doc_before_save()
	if not is_engine() and before is not None:
		if before.status != "Draft":
			frappe.throw(
				_("A published version cannot be changed. Make a new version from it."),
				frappe.PermissionError,
			)
		keep_engine_fields(doc, ENGINE_FIELDS)
	try:
		store.to_procedure(doc)
	except ValueError as error:
		frappe.throw(_("A row of the procedure cannot be read: {0}").format(str(error)))


def refuse_delete(doc: Document) -> None:
	"""Raises frappe.PermissionError for everything but a draft."""
	if doc.status != "Draft" and not is_engine():
		frappe.throw(_("Only a draft can be deleted."), frappe.PermissionError)


def refuse_rename(doc: Document) -> None:
	"""Raises frappe.PermissionError: runs refer to the name."""
	frappe.throw(_("{0} cannot be renamed.").format(_(doc.doctype)), frappe.PermissionError)


def findings_of(doc: Document) -> list[Finding]:
	"""What the checker says of the version, with the posts held in its bureau and the law of the day it takes effect;
	in words, without the codes of its rows."""
	procedure = store.to_procedure(doc)
	return [in_words(f, procedure) for f in checker.check(procedure, world_of(doc, procedure))]


def world_of(doc: Document, procedure: Procedure) -> checker.World:
	"""What exists around a version, with rows of its own or others not yet saved."""
	posts = set(frappe.get_all("SC Post", pluck="name", order_by="name"))
	unheld = {
		step.post
		for step in procedure.steps
		if step.post
		and not step.is_end
		and step.level != "Superior Level"
		and not holders(step.post, doc.bureau)
	}
	return checker.World(
		posts=posts,
		# a sheet is printed from the data; no procedure issues one
		document_kinds=set(
			frappe.get_all("SC Document Kind", filters={"sheet": 0}, pluck="name", order_by="name")
		),
		effects=effects.names(),
		limits=set(frappe.get_all("SC Time Limit", pluck="name", order_by="name")),
		unheld_posts=unheld,
		on=max(today(), getdate(doc.effective_from)) if doc.effective_from else today(),
		statute=statutes.current(),
		fields=form_policy.known_fields(doc.kind),
	)


def copy(version: str, code: str, procedure_name: str, bureau: str) -> str:
	"""A bureau's own procedure, as a draft with the content of a version; remembers what it was copied from.

	Raises:
		frappe.ValidationError: the version is not of this bureau or one above it.
	"""
	source = frappe.get_doc("SC Procedure Version", version)
	if source.bureau not in bureau_chain(bureau):
		frappe.throw(_("A bureau uses its own procedures or those of a bureau above it."))
	procedure = frappe.new_doc("SC Procedure")
	procedure.update(
		{
			"code": code,
			"procedure_name": procedure_name,
			"kind": source.kind,
			"bureau": bureau,
			"parent_procedure": source.procedure,
		}
	)
	procedure.insert()
	return _draft(procedure.name, source).name


def new_draft(version: str) -> str:
	"""The next draft of the same procedure, with the content of a version."""
	source = frappe.get_doc("SC Procedure Version", version)
	return _draft(source.procedure, source).name


def _draft(procedure: str, source: Document, content: Procedure | None = None) -> Document:
	draft = frappe.new_doc("SC Procedure Version")
	draft.update({"procedure": procedure, "copied_from": source.name})
	store.fill_tables(draft, content or store.to_procedure(source))
	draft.insert()
	return draft


# ------------------------------------------------------------------------------- changes of the parent taken over


def copied_from(doc: Document) -> tuple[str, dict[str, Any]]:
	"""The version of another procedure that this one goes back to ("" if it is nobody's copy), and the changes of
	its successors that were declined since: {id: {"parent", "text"}}."""
	declined: dict[str, Any] = {}
	seen: set[str] = set()
	while doc.copied_from and doc.name not in seen:
		seen.add(doc.name)
		declined = {**json.loads(doc.declined_changes or "{}"), **declined}
		source = frappe.get_doc("SC Procedure Version", doc.copied_from)
		if source.procedure != doc.procedure:
			return source.name, declined
		doc = source
	return "", {}


def newer_parent(base: str) -> str:
	"""The latest published version of the procedure after `base`; "" if there is none."""
	of = frappe.db.get_value("SC Procedure Version", base, ["procedure", "version_no"], as_dict=True)
	rows = frappe.get_all(
		"SC Procedure Version",
		filters={"procedure": of.procedure, "status": "Published", "version_no": [">", of.version_no]},
		pluck="name",
		order_by="version_no desc",
		limit=1,
	)
	return rows[0] if rows else ""


def offer(doc: Document) -> dict[str, Any]:
	"""What the parent has changed since the copy, change by change, for the version's own procedure.

	{"base", "parent", "parent_title", "items": [{"id", "table", "state", "declined", "texts", "own", "needs"}]};
	state: "here" | "free" | "conflict".

	Raises:
		frappe.ValidationError: the version is no copy, or its parent has no newer version.
	"""
	base, parent, declined = _lineage(doc)
	return {
		"base": base,
		"parent": parent,
		"parent_title": frappe.db.get_value("SC Procedure Version", parent, "version_title"),
		"items": [
			{
				"id": item.id,
				"table": item.table,
				"state": item.state,
				"declined": item.id in declined,
				"texts": _texts(item),
				"own": [render(f, _) for f in item.own],
				"needs": list(item.needs),
			}
			for item in _items(doc, base, parent)
		],
	}


def _lineage(doc: Document) -> tuple[str, str, dict[str, Any]]:
	base, declined = copied_from(doc)
	if not base:
		frappe.throw(_("This procedure was not copied from another one; there is nothing to take over."))
	parent = newer_parent(base)
	if not parent:
		frappe.throw(_("The procedure it was copied from has no newer published version."))
	return base, parent, declined


def _items(doc: Document, base: str, parent: str) -> list[takeover.Item]:
	return takeover.items(
		store.load_procedure(base), store.load_procedure(parent), store.to_procedure(doc), names_of(doc.kind)
	)


def _texts(item: takeover.Item) -> list[str]:
	label = _(frappe.get_meta("SC Procedure Version").get_label(item.table))
	return [render(f, _) for f in item.words] or [f"{label}: {' / '.join(filter(None, item.key))}"]


def take_over(name: str, parent: str, taken: Collection[str], declined: Collection[str]) -> str:
	"""Take some changes of the parent into a draft, decline others for good. Returns the draft's name.

	A draft is changed itself; of another version a new draft is made. If nothing is taken, what was declined is
	remembered where it is. When all changes are dealt with, the version counts as copied from the parent's new one.

	Raises:
		frappe.ValidationError: the parent has moved on, a change is not among those offered, or nothing was chosen.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status == "In Review":
		frappe.throw(_("The version is being reviewed. Have it sent back first."))
	base, latest, before = _lineage(doc)
	found = {item.id: item for item in _items(doc, base, latest)}
	if parent != latest or not {*taken, *declined} <= set(found):
		frappe.throw(_("The changes offered are different by now. Open the list again."))
	if set(taken) & set(declined):
		frappe.throw(_("A change is either taken over or declined."))
	if not taken and not declined:
		frappe.throw(_("Choose at least one change."))
	chosen = [item for item in found.values() if item.id in set(taken)]
	target = doc
	if chosen:
		procedure = takeover.apply(store.to_procedure(doc), store.load_procedure(latest), chosen)
		if doc.status == "Draft":
			store.fill_tables(doc, procedure)
			doc.save()
		else:
			target = _draft(doc.procedure, doc, procedure)
	own_declined = json.loads(target.declined_changes or "{}") if target is doc else {}
	own_declined |= {code: {"parent": latest, "text": " ".join(_texts(found[code]))} for code in declined}
	dealt_with = {*taken, *declined, *before, *(i.id for i in found.values() if i.state == takeover.HERE)}
	done = set(found) <= dealt_with
	with engine_writes():
		target.db_set(
			{
				"declined_changes": None if done else json.dumps(own_declined, ensure_ascii=False),
				"copied_from": latest if done else target.copied_from,
			}
		)
	events.append(
		target.doctype,
		target.name,
		"taken_over",
		N_("Changes of the parent taken over"),
		bureau=target.bureau,
		data={
			"base": base,
			"parent": latest,
			"taken": {code: " ".join(_texts(found[code])) for code in taken},
			"declined": {code: " ".join(_texts(found[code])) for code in declined},
			"all": done,
			"hash": store.to_procedure(target).content_hash,
		},
	)
	return target.name


# ------------------------------------------------------------------------------------------------ life of a version


def submit(name: str) -> None:
	"""Hand a draft in for approval; an error of the checker stops it here.

	Raises:
		frappe.ValidationError: no draft, or the checker refuses.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status != "Draft":
		frappe.throw(_("Only a draft can be submitted for approval."))
	_refuse_faults(doc, _("The procedure cannot be submitted yet"))
	_set(doc, N_("Submitted for approval"), "submitted", status="In Review")
	_note(_approvers(doc.bureau), _("{0} waits for your approval.").format(doc.version_title), doc)


def send_back(name: str, reason: str) -> None:
	"""The approver returns a version to its author.

	Raises:
		frappe.ValidationError: not in review, or no reason.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status != "In Review":
		frappe.throw(_("This version is not in review."))
	if not (reason or "").strip():
		frappe.throw(_("Say what the author should change."))
	_set(doc, N_("Sent back to the author"), "sent_back", reason, status="Draft")
	_note([doc.author], _("{0} was sent back to you: {1}").format(doc.version_title, reason.strip()), doc)


def publish(name: str, effective_from: str | None = None) -> None:
	"""Publish a version: the checker must find no error, and who wrote it does not approve it.

	Raises:
		frappe.ValidationError: an error stands, or author and approver are the same.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status not in ("Draft", "In Review"):
		frappe.throw(_("This version is published already."))
	approver = frappe.session.user
	if approver == doc.author and approver != "Administrator":
		frappe.throw(
			_("Who wrote a version does not approve it. Ask another person."), frappe.PermissionError
		)
	# the law of the day it takes effect counts
	doc.effective_from = effective_from or doc.effective_from
	_refuse_faults(doc, _("The procedure cannot be published"))
	_set(
		doc,
		N_("Procedure version published"),
		"published",
		status="Published",
		approver=approver,
		published_on=now(),
		effective_from=doc.effective_from or today(),
		content_hash=store.to_procedure(doc).content_hash,
	)
	store.forget()
	_note([doc.author], _("{0} was approved and published.").format(doc.version_title), doc)
	_tell_copies(doc)


def retire(name: str, reason: str) -> None:
	"""Take a published version out of use: nothing new starts with it, what runs goes on.

	Raises:
		frappe.ValidationError: not published, no reason, or still bound to a bureau.
	"""
	doc = frappe.get_doc("SC Procedure Version", name, for_update=True)
	if doc.status != "Published":
		frappe.throw(_("Only a published version can be retired."))
	if not (reason or "").strip():
		frappe.throw(_("Say why the version is retired."))
	for row in frappe.get_all(
		"SC Procedure Binding",
		filters={"version": name},
		fields=["bureau", "effective_to"],
		order_by="creation",
	):
		if not row.effective_to or getdate(row.effective_to) >= today():
			frappe.throw(
				_("The version still applies to {0}. End its binding first.").format(
					frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name")
				)
			)
	_set(doc, N_("Procedure version retired"), "retired", reason, status="Retired")


def _refuse_faults(doc: Document, title: str) -> None:
	faults = errors(findings_of(doc))
	if faults:
		frappe.throw(
			[frappe.utils.escape_html(render(f, _)) for f in faults],
			title=title,
			as_list=True,
		)


def _set(doc: Document, label: str, event: str, opinion: str = "", **values) -> None:
	with engine_writes():
		doc.update(values)
		doc.save(ignore_permissions=True)  # the caller has checked the right to do so
	events.append(
		doc.doctype,
		doc.name,
		event,
		label,
		bureau=doc.bureau,
		opinion=opinion,
		data={"hash": store.to_procedure(doc).content_hash},
	)


def _approvers(bureau: str) -> set[str]:
	"""Who approves rules nearest to the bureau: there, or else above it."""
	for place in bureau_chain(bureau):
		if found := {seat.actor for seat in seats(place) if seat.holding.approves_rules and seat.actor}:
			return found
	return set()


def _note(users: Collection[str | None], subject: str, doc: Document) -> None:
	others = {user for user in users if user and user != frappe.session.user}
	notes.tell(others, subject, doc.doctype, doc.name)


def _tell_copies(doc: Document) -> None:
	"""Owners of procedures copied from this one learn of the new version."""
	name = frappe.db.get_value("SC Procedure", doc.procedure, "procedure_name")
	for row in frappe.get_all(
		"SC Procedure",
		filters={"parent_procedure": doc.procedure},
		fields=["name", "bureau", "procedure_name"],
		order_by="creation",
	):
		text = _("{0} has a new version, {1}. Compare it with your own procedure {2}.")
		_note(
			holders("rule_admin", row.bureau),
			text.format(name, doc.version_title, row.procedure_name),
			doc,
		)


def bind(bureau: str, version: str, effective_from: str) -> str:
	"""Bind a published version to a bureau from a day on. Returns the name of the binding."""
	binding = frappe.new_doc("SC Procedure Binding")
	binding.update(
		{
			"bureau": bureau,
			"kind": frappe.db.get_value("SC Procedure Version", version, "kind"),
			"version": version,
			"effective_from": effective_from,
		}
	)
	binding.insert()
	return binding.name


def applying(bureau: str, kind: str, on: date) -> dict[str, Any]:
	"""Which version of the kind applies to the bureau on a day, where it comes from, and what changes after it.

	{"kind", "kind_label", "version", "version_title", "source", "bureau_name", "effective_from", "binding",
	"changes": [{"on", "version", "version_title", "source", "bureau_name"}]}; without a version those are "".
	"""
	current = store.applying(bureau, kind, on)
	row = {"kind": kind, "kind_label": _(kind), **_applying_shown(current), "changes": []}
	before = current
	for day in _turning_days(bureau, kind, on):
		then = store.applying(bureau, kind, day)
		if (then and then.version) != (before and before.version):
			row["changes"].append({"on": str(day), **_applying_shown(then)})
			before = then
	return row


def in_use(doc: Document) -> list[dict[str, Any]]:
	"""Where a version applies or will: [{"bureau", "state", "text"}], the text a sentence of what it replaced.

	state: "now" | "later" | "covered" (another version has been bound since).
	"""
	if doc.status != "Published":
		return []
	rows = frappe.get_all(
		"SC Procedure Binding",
		filters={"version": doc.name},
		or_filters=[["effective_to", "is", "not set"], ["effective_to", ">=", today()]],
		fields=["name", "bureau", "effective_from"],
		order_by="effective_from, creation",
	)
	latest = {row.bureau: row for row in rows}  # bound twice: what was bound last counts
	return [{"bureau": row.bureau, **_use(doc, row, getdate(row.effective_from))} for row in latest.values()]


def bindable(doc: Document) -> bool:
	"""Whether there is a bureau left that a published version could be applied to."""
	if doc.status != "Published":
		return False
	place = (
		frappe.get_cached_value("SC Bureau", doc.bureau, ["lft", "rgt"], as_dict=True) if doc.bureau else None
	)
	below = not place or place.rgt - place.lft > 1
	return below or not any(use["bureau"] == doc.bureau for use in in_use(doc))


def _use(doc: Document, binding: Any, since: date) -> dict[str, str]:
	bureau = frappe.get_cached_value("SC Bureau", binding.bureau, "bureau_name")
	latest = store.applying(binding.bureau, doc.kind, max(today(), since))
	before = store.applying(binding.bureau, doc.kind, getdate(add_days(since, -1)))
	if latest is None or latest.binding != binding.name:
		other = _version_title(latest.version) if latest else "—"
		return {
			"state": "covered",
			"text": _("{0}: bound since {1}, but “{2}” applies now.").format(bureau, since, other),
		}
	replaced = _version_title(before.version) if before and before.version != doc.name else ""
	if since > today():
		text = _("{0}: in use from {1} on.").format(bureau, since)
		more = _("Until then “{0}” applies.").format(replaced) if replaced else ""
		return {"state": "later", "text": text + more}
	text = _("In use at {0} since {1}.").format(bureau, since)
	more = (
		_("It replaced “{0}”; cases begun under that one end under it.").format(replaced) if replaced else ""
	)
	return {"state": "now", "text": text + more}


def _version_title(name: str) -> str:
	return frappe.get_cached_value("SC Procedure Version", name, "version_title")


def _applying_shown(found: store.Applying | None) -> dict[str, str]:
	if found is None:
		return dict.fromkeys(
			("version", "version_title", "source", "bureau_name", "effective_from", "binding"), ""
		)
	return {
		"version": found.version,
		"version_title": _version_title(found.version),
		"source": found.source,
		"bureau_name": frappe.get_cached_value("SC Bureau", found.bureau, "bureau_name")
		if found.bureau
		else "",
		"effective_from": str(found.effective_from),
		"binding": found.binding,
	}


def _turning_days(bureau: str, kind: str, on: date) -> list[date]:
	"""Days after `on` on which a binding above begins or has ended, or a national standard begins."""
	days: set[date] = set()
	for row in frappe.get_all(
		"SC Procedure Binding",
		filters={"kind": kind, "bureau": ["in", bureau_chain(bureau)]},
		fields=["effective_from", "effective_to"],
		order_by="creation",
	):
		days.add(getdate(row.effective_from))
		if row.effective_to:
			days.add(getdate(add_days(row.effective_to, 1)))
	for row in frappe.get_all(
		"SC Procedure Version",
		filters={"kind": kind, "status": "Published", "effective_from": [">", on]},
		fields=["effective_from", "bureau"],
		order_by="creation",
	):
		if store.is_national(row.bureau):
			days.add(getdate(row.effective_from))
	return sorted(day for day in days if day > on)


def validate_binding(doc: Document) -> None:
	"""Only a published version of the same kind, owned by the bureau or one above it.

	Raises:
		frappe.ValidationError: naming what does not fit.
	"""
	require_usable(frappe.get_doc("SC Procedure Version", doc.version), doc.bureau, doc.kind)
	if doc.effective_to and getdate(doc.effective_to) < getdate(doc.effective_from):
		frappe.throw(_("The end date lies before the start date. Correct one of them."))


def require_usable(version: Document, bureau: str, kind: str) -> None:
	"""A bureau runs cases under published, unchanged versions of the kind: its own, those above it, national ones.

	Raises:
		frappe.ValidationError: naming what does not fit.
	"""
	if version.status != "Published":
		frappe.throw(_("Only a published version can be bound."))
	if version.kind != kind:
		frappe.throw(
			_("The version is of another kind of procedure. Choose one of the kind {0}.").format(_(kind))
		)
	if version.bureau not in bureau_chain(bureau) and not store.is_national(version.bureau):
		frappe.throw(_("A bureau uses its own procedures or those of a bureau above it."))
	if version.content_hash != store.to_procedure(version).content_hash:
		frappe.throw(_("The version was changed after it was published. It cannot be used."))
