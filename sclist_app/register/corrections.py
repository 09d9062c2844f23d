"""Correcting and voiding issued documents.

An issued document is never changed. A correction is a new document of the same kind with a number of its own, made of
the facts as they are now; both name each other and the new one is served again. Whoever may correct is whoever may
issue: the post of the step that drew the document, with the same separation of duties.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import may_take
from sclist_app.access.today import as_of
from sclist_app.audit import events
from sclist_app.documents import issue, service
from sclist_app.law.findings import N_, chinese_date
from sclist_app.law.service import DECISIONS
from sclist_app.register.paperwork import PaperKind
from sclist_app.workflow import store
from sclist_app.workflow.tasks import require_tool

__all__ = ["correct", "may_correct", "may_void", "require_issuer", "require_server", "void"]

SERVING: Final = ("service", "hearing")
# arranged, and with that made anew, by its own tool
OF_HEARINGS: Final = "D02h"
# Issued by the act that ends the case; no step is left to serve them in.
AT_THE_END: Final = ("D06",)
MOST_REASON: Final = 500
# What names a decision and follows its correction: DocType → {field: what of the notice stands there}.
FOLLOWING: Final = {
	"SC Listing Record": {"decision": "name", "decision_number": "number"},
	"SC Upward Report": {"decision": "name"},
}


# ------------------------------------------------------------------------- rights


def require_issuer(notice: Document) -> store.LoadedRun:
	"""The user holds the post of the step that drew the document and nothing bars them there. Locks the run.

	Raises:
		frappe.PermissionError: they do not; frappe.ValidationError: it belongs to no procedure.
	"""
	if not notice.run:
		frappe.throw(_("This document belongs to no procedure and is not corrected here."))
	loaded = store.lock_run(notice.run)
	if reason := _barred(loaded, notice):
		frappe.throw(reason, frappe.PermissionError)
	return loaded


def may_correct(notice: Any, loaded: store.LoadedRun) -> bool:
	"""Would `correct` take it from the user? For showing the button; nothing is locked."""
	return not (_barred(loaded, notice) or _uncorrectable(notice, loaded))


def may_void(notice: Any, loaded: store.LoadedRun) -> bool:
	"""Would `void` take it from the user? As `may_correct`."""
	return not (_barred(loaded, notice) or _unvoidable(notice))


def _barred(loaded: store.LoadedRun, notice: Any) -> str:
	"""Why the user may not issue this document anew; "" if they may."""
	step = loaded.procedure.by_code.get(notice.step or "")
	task = _task_of(notice) if step else None
	if task is None or not may_take(task):
		return _("Documents are corrected by the post that issued them.")
	acted = [code for code in step.separate_from if frappe.session.user in loaded.state.actors(code)]
	if acted:
		return _("You acted in step {0}, so you may not issue in step {1}. Someone else must do it.").format(
			loaded.procedure.by_code[acted[0]].title, step.title
		)
	return ""


def _task_of(notice: Any) -> dict[str, Any] | None:
	"""The seat from which the document was issued: post, bureau and division of the task, whoever did it."""
	row = frappe.db.get_value(
		"SC Task",
		{"run": notice.run, "step": notice.step},
		["post", "bureau", "division", "in_person"],
		as_dict=True,
		order_by="creation desc",
	)
	return {**row, "assignee": None} if row else None


def require_server(notice: Document) -> str:
	"""The user may record the service of the document now. Returns the step of service, "" for a late correction.

	Raises:
		frappe.PermissionError: no open task of service, and it is no correction that they would serve.
	"""
	tools = SERVING if notice.document_kind == OF_HEARINGS else ("service",)
	if not (notice.run and _without_step(notice, store.read_run(notice.run))):
		return require_tool(notice.run, tools)
	if _serves(store.lock_run(notice.run)):
		store.touch(notice.run)
		return ""
	frappe.throw(_("You have no open task for this in the case now."), frappe.PermissionError)


def may_serve_late(notice: Any, loaded: store.LoadedRun) -> bool:
	"""May the user record the service of this document outside a step of service? For showing the button."""
	return notice.status == "Issued" and bool(_without_step(notice, loaded)) and _serves(loaded)


def _without_step(notice: Any, loaded: store.LoadedRun) -> bool:
	"""No step of service is open that a correction, or what the end of the run issued, could be served in."""
	return bool(notice.corrects or notice.document_kind in AT_THE_END) and not _in_service(loaded)


def _serves(loaded: store.LoadedRun) -> bool:
	steps = {step.code for step in loaded.procedure.steps if step.tool == "service"}
	return any(may_take({**task, "assignee": None}) for task in _last_tasks(loaded.run.name, steps))


def _in_service(loaded: store.LoadedRun) -> bool:
	marking = json.loads(loaded.run.marking or "{}")
	return loaded.run.status == "Active" and any(
		status == "active" and loaded.procedure.by_code[code].tool == "service"
		for code, (status, _round) in marking.items()
		if code in loaded.procedure.by_code
	)


def _last_tasks(run: str, steps: Iterable[str]) -> list[dict[str, Any]]:
	return frappe.get_all(
		"SC Task",
		filters={"run": run, "step": ["in", list(steps) or [""]]},
		fields=["post", "bureau", "division", "in_person"],
		order_by="creation desc",
	)


# --------------------------------------------------------------------- correcting


def correct(name: str, reason: str) -> list[str]:
	"""Issue the document anew with what it must say, and what is served with it too. Returns the new SC Notices.

	The day of a decision stays what it was: a correction lengthens no term.

	Raises:
		frappe.PermissionError: the user could not issue it.
		frappe.ValidationError: no reason; void or corrected already; or the party's time to answer has begun, so the
			procedure must go back instead.
	"""
	reason = _reason(
		reason, _("Enter what is wrong in the document; the reason is printed in the correction.")
	)
	old = frappe.get_doc("SC Notice", name)
	loaded = require_issuer(old)
	old.reload()  # as it is under the lock
	if told := _uncorrectable(old, loaded):
		frappe.throw(told, title=_("Not possible any more"))
	made = [_correct(old, loaded, reason, old.joint_with)]
	for other in frappe.get_all(
		"SC Notice",
		filters={"joint_with": old.name, "status": "Issued"},
		pluck="name",
		order_by="creation",
	):
		made.append(_correct(frappe.get_doc("SC Notice", other), loaded, reason, made[0]))
	store.touch(old.run)
	return made


def _reason(text: str, missing: str) -> str:
	text = (text or "").strip()
	if not text:
		frappe.throw(missing)
	if len(text) > MOST_REASON:
		frappe.throw(_("The text is longer than {0} characters. Shorten it.").format(MOST_REASON))
	return text


def _uncorrectable(old: Any, loaded: store.LoadedRun) -> str:
	"""Why no correction is issued; "" if it may be."""
	if old.status != "Issued":
		return _("The document {0} counts no more; it cannot be corrected.").format(old.number or old.title)
	if old.document_kind == OF_HEARINGS:
		return _("Arrange the hearing anew instead; that makes a new notice and voids this one.")
	if not isinstance(loaded.kind, PaperKind):
		return _("This document belongs to no procedure and is not corrected here.")
	if (
		old.document_kind not in DECISIONS
		and old.addressee
		and not old.joint_with
		and not _in_service(loaded)
	):
		return _(
			"The case has gone on since this document was served, and the party's time to answer runs from it."
			" Send the case back to the step that draws it up instead."
		)
	return ""


def _correct(old: Document, loaded: store.LoadedRun, reason: str, joint: str | None) -> str:
	with as_of(_moment(old)):
		paper = loaded.kind.paper_anew(loaded.doc, loaded.procedure, old)
	paper = replace(
		paper,
		step=old.step or "",
		joint_with=joint,
		corrects=old.name,
		correction_reason=reason,
		note=_line(old, reason),
	)
	new = issue.issue(paper)
	with engine_writes():
		old.update({"status": "Corrected", "corrected_by": new, "service_state": ""})
		old.save(ignore_permissions=True)  # the user could issue it
	loaded.kind.reissued(loaded.doc, old, new)
	_follow(old, new)
	events.append(
		old.reference_doctype,
		old.reference_name,
		"corrected",
		N_("Document corrected"),
		bureau=old.bureau,
		run=old.run,
		step=old.step or "",
		opinion=reason,
		data={
			"notice": old.name,
			"number": old.number,
			"by": new,
			"new_number": frappe.db.get_value("SC Notice", new, "number"),
		},
	)
	return new


def _moment(old: Document) -> Any:
	"""When the facts are taken: a decision keeps the day on which it was made. The user chooses nothing here."""
	from sclist_app.access.today import now

	return getdate(first_of(old).issued_on) if old.document_kind in _DATED else now()


_DATED: Final = DECISIONS | {"D19", "D24"}


def first_of(notice: Document) -> Document:
	"""The document as it was first issued, before all corrections."""
	while notice.corrects:
		notice = frappe.get_doc("SC Notice", notice.corrects)
	return notice


def _line(old: Document, reason: str) -> str:
	number = f"（{old.number}）" if old.number else ""
	return (
		f"本文书更正本机关{chinese_date(getdate(old.issued_on))}制发的《{old.title}》{number}，"
		f"原文书自本文书制发之日起停止使用。更正事由：{reason.rstrip('。')}。"
	)


def _follow(old: Document, new: str) -> None:
	"""What names the decision names its correction from now on; remedies stay with the paper they were filed against."""
	number = frappe.db.get_value("SC Notice", new, "number")
	values = {"name": new, "number": number}
	for doctype, fields in FOLLOWING.items():
		field = next(field for field, what in fields.items() if what == "name")
		for row in frappe.get_all(doctype, filters={field: old.name}, pluck="name", order_by="creation"):
			frappe.db.set_value(doctype, row, {f: values[what] for f, what in fields.items()})


# ------------------------------------------------------------------------ voiding


def void(name: str, reason: str) -> None:
	"""Void a document that should not have been issued; its number stays void for ever.

	Raises:
		frappe.PermissionError: the user could not issue it.
		frappe.ValidationError: no reason; a decision, which is corrected or revoked; or it has been served.
	"""
	reason = _reason(reason, _("Enter why the document is voided."))
	old = frappe.get_doc("SC Notice", name)
	loaded = require_issuer(old)
	old.reload()
	if told := _unvoidable(old):
		frappe.throw(told)
	issue.void(name, reason)
	events.append(
		old.reference_doctype,
		old.reference_name,
		"voided",
		N_("Document voided"),
		bureau=old.bureau,
		run=old.run,
		step=old.step or "",
		opinion=reason,
		data={"notice": old.name, "number": old.number},
	)
	store.touch(loaded.run.name)


def _unvoidable(old: Any) -> str:
	"""Why the document is not voided; "" if it may be, or is void already (which `issue.void` says)."""
	if old.document_kind in DECISIONS or old.document_kind == OF_HEARINGS or old.joint_with:
		return _(
			"This document has effects of its own and is not voided by itself. Correct it, or revoke what it"
			" decided by the procedure for that."
		)
	if old.status == "Issued" and service.live(old.name, "Served") and not _replaced(old):
		return _("The document has been served. Correct it; the party must get the correction.")
	return ""


def _replaced(old: Any) -> bool:
	"""A later document of the kind went to the same party about the same."""
	return bool(
		frappe.db.exists(
			"SC Notice",
			{
				"reference_name": old.reference_name,
				"document_kind": old.document_kind,
				"addressee": old.addressee,
				"about": old.about or ["is", "not set"],
				"status": "Issued",
				"creation": [">", old.creation],
			},
		)
	)
