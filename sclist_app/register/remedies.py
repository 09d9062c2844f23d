"""SC Remedy: the ledger of reviews and suits against decisions of the bureau (办法第十六条、第二十二条).

Entered by the bureau's own officers, read above. The forum decides; what it decided in force acts on the record by
what exists: the revocation of the listing, a new application, a new objection, the status of the penalty. A record
whose execution is suspended bears a mark.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.doctypes import ALSO_FILLED_BY
from sclist_app.access.guard import engine_writes, is_engine
from sclist_app.access.posts import holders
from sclist_app.access.today import day_or_none, today
from sclist_app.access.visibility import fillers
from sclist_app.audit import events
from sclist_app.law import remedies as law
from sclist_app.law.ending import IN_TERM
from sclist_app.law.findings import N_, render, warnings
from sclist_app.register import removals
from sclist_app.register.application import running_of
from sclist_app.register.identity import shown_code
from sclist_app.workflow import actions, jobs, statutes
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.notes import tell

__all__ = [
	"ENGINE_FIELDS",
	"TAKEN_OVER",
	"check",
	"decide",
	"end_suspensions",
	"entered",
	"of_case",
	"prefill",
	"prepare",
	"resume",
	"suspend",
	"unanswered",
	"warn",
]

DOCTYPE, RECORD = "SC Remedy", "SC Listing Record"
UNDER_WAY, DECIDED, CLOSED = "Under Way", "Decided, Not in Force", "Closed"
# what the contested decision says of itself
TAKEN_OVER = (
	"notice",
	"record",
	"penalty",
	"kind",
	"bureau",
	"entity",
	"entity_name",
	"entity_kind",
	"code_shown",
	"case",
	"contested",
	"decision_number",
	"decided_on",
	"served_on",
)
ENGINE_FIELDS = (
	"suspended_from",
	"suspended_to",
	"suspension_ended_on",
	"suspended_by",
	"suspension_file",
	"status",
	"result",
	"closed_on",
	"follow_up_doctype",
	"follow_up_name",
	"penalty_status",
	"opened_on",
	"officer",
	"is_demo",
)
PENDING = {law.REVIEW: "Under Review", law.LITIGATION: "In Litigation"}
PENALTY_AFTER = {"Revoked": "Revoked", "Changed": "Changed"}
TITLES = {law.REVIEW: "行政复议", law.LITIGATION: "行政诉讼"}
BASIS = {law.REVIEW: "Administrative Review", law.LITIGATION: "Court Judgment"}


# ------------------------------------------------------------------ the contested decision


def prefill(kind: str, notice: str = "", record: str = "", penalty: str = "") -> dict[str, Any]:
	"""What the form takes over from the contested decision; the caller has checked the right to read it.

	Returns the fields of TAKEN_OVER that are known, with forum, applicant and known_on as proposals, and last_day.
	"""
	values = _contested(notice, record, penalty)
	return {**values, **_proposals(kind, values), "last_day": _last_day_of(kind, values)}


def _contested(notice: str, record: str, penalty: str) -> dict[str, Any]:
	if penalty:
		return _of_penalty(frappe.get_doc("SC Penalty", penalty))
	if not notice and record:
		notice = frappe.db.get_value(RECORD, record, "decision") or ""
	if notice:
		return _of_notice(frappe.get_doc("SC Notice", notice), record)
	listed = frappe.get_doc(RECORD, record)
	return {
		**_of_record(listed),
		"contested": "Listing",
		"decision_number": listed.decision_number,
		"decided_on": listed.decided_on or listed.listed_on,
	}


def _of_penalty(penalty: Document) -> dict[str, Any]:
	entity = frappe.get_doc("SC Entity", penalty.entity)
	return {
		"penalty": penalty.name,
		"contested": law.PENALTY,
		"bureau": penalty.bureau,
		"decision_number": penalty.document_number,
		"decided_on": penalty.decided_on,
		"served_on": penalty.served_on,
		"is_demo": penalty.is_demo,
		**_party(entity),
	}


def _of_notice(notice: Document, record: str) -> dict[str, Any]:
	record = _record_of(notice) or record
	own = _of_record(frappe.get_doc(RECORD, record)) if record else {}
	if not own and notice.addressee:
		own = _party(frappe.get_doc("SC Entity", notice.addressee))
	return {
		**own,
		"notice": notice.name,
		"bureau": notice.bureau,
		"contested": law.CONTESTED.get(notice.document_kind, law.OTHER),
		"decision_number": notice.number,
		"decided_on": notice.issued_on,
		"served_on": frappe.db.get_value(
			"SC Service Record",
			{"notice": notice.name, "result": "Served", "cancelled_by": ["is", "not set"]},
			"served_on",
			order_by="served_on asc",
		),
		"is_demo": notice.is_demo,
	}


def _record_of(notice: Document) -> str | None:
	if notice.reference_doctype == "SC Case":
		of = {"case": notice.reference_name, "entity": notice.addressee}
		return frappe.db.get_value(RECORD, of, "name")
	if frappe.get_meta(notice.reference_doctype).has_field("record"):
		return frappe.db.get_value(notice.reference_doctype, notice.reference_name, "record")
	return None


def _of_record(record: Document) -> dict[str, Any]:
	return {
		"record": record.name,
		"bureau": record.bureau,
		"entity": record.entity,
		"entity_name": record.entity_name,
		"entity_kind": record.entity_kind,
		"code_shown": record.code_shown,
		"case": record.case,
		"is_demo": record.is_demo,
	}


def _party(entity: Document) -> dict[str, Any]:
	return {
		"entity": entity.name,
		"entity_name": entity.entity_name,
		"entity_kind": entity.entity_kind,
		"code_shown": shown_code(entity),
	}


def _proposals(kind: str, values: dict[str, Any]) -> dict[str, Any]:
	bureau = frappe.get_cached_doc("SC Bureau", values["bureau"])
	return {
		"forum": bureau.court if kind == law.LITIGATION else bureau.review_body,
		"applicant": values.get("entity_name"),
		"known_on": values.get("served_on"),
	}


def _last_day_of(kind: str, values: dict[str, Any]) -> date | None:
	if kind not in law.KINDS:
		return None
	probe = frappe.new_doc(DOCTYPE)
	probe.update({**values, "kind": kind, "known_on": values.get("served_on"), "filed_on": None})
	due = law.last_day(filing_of(probe), calendar_of(probe.bureau))
	return due.on if due else None


# ------------------------------------------------------------------ one document


def prepare(doc: Document) -> None:
	"""Before a new SC Remedy is stored: what is contested is one decision of the user's own bureau.

	Raises:
		frappe.PermissionError: the user enters nothing in that bureau.
		frappe.ValidationError: nothing or two things contested, or the same remedy is entered already.
	"""
	if doc.kind not in law.KINDS:
		frappe.throw(_("Choose whether it is a review or a suit."))
	if doc.penalty and (doc.notice or doc.record):
		frappe.throw(_("Contest either a paper of this bureau or the penalty; enter one remedy for each."))
	found = [
		(df.options, doc.get(df.fieldname))
		for df in (doc.meta.get_field(f) for f in ("notice", "record", "penalty"))
		if doc.get(df.fieldname)
	]
	if not found or any(not frappe.db.exists(*one) for one in found):
		frappe.throw(_("Choose the decision that is contested: a paper, a listing record or a penalty."))
	if doc.notice and frappe.db.get_value("SC Notice", doc.notice, "status") == "Voided":
		frappe.throw(_("This paper has been voided. Choose the one that took its place."))
	values = _contested(doc.notice or "", doc.record or "", doc.penalty or "")
	if doc.record and values.get("record") not in (None, doc.record):
		frappe.throw(
			_("The paper and the listing record belong to different parties. Choose the paper alone.")
		)
	_may_enter(values["bureau"])
	doc.update({field: values.get(field) for field in (*TAKEN_OVER, "is_demo") if field != "kind"})
	for field, proposal in _proposals(doc.kind, values).items():
		doc.set(field, doc.get(field) or proposal)
	doc.opened_on, doc.officer, doc.status = today(), frappe.session.user, UNDER_WAY
	same = frappe.db.get_value(
		DOCTYPE,
		{
			"kind": doc.kind,
			"applicant": doc.applicant,
			"decision_number": doc.decision_number,
			"entity": doc.entity,
			"status": ["!=", CLOSED],
		},
		"name",
	)
	if same:
		frappe.throw(
			_("This remedy is entered already: {0}. Continue there.").format(
				frappe.utils.get_link_to_form(DOCTYPE, same)
			),
			frappe.DuplicateEntryError,
		)


def _may_enter(bureau: str) -> None:
	if is_engine() or frappe.session.user == "Administrator":
		return
	if not fillers(DOCTYPE, bureau):
		frappe.throw(
			_(
				"Only the bureau whose decision is contested enters the remedy, by those who register cases there."
			),
			frappe.PermissionError,
		)


def check(doc: Document) -> None:
	"""Before each saving: dates that can be, a review of the same party, and what is derived.

	Raises:
		frappe.ValidationError: naming what to correct, or the remedy is closed.
	"""
	before = doc.get_doc_before_save()
	if before and before.status == CLOSED and not is_engine():
		frappe.throw(_("This remedy is closed. Only a retrial can be added to it."))
	if not (doc.forum or "").strip():
		frappe.throw(_("Enter the review body or the court."))
	if doc.kind != law.LITIGATION:
		doc.follows = None
	if doc.follows:
		_check_follows(doc)
	calendar, filing = calendar_of(doc.bureau), filing_of(doc)
	found = law.check_filing(filing, today(), calendar)
	actions.refuse(found, frappe.ValidationError)
	filed = getdate(doc.filed_on)
	received, answered = day_or_none(doc.received_on), day_or_none(doc.answered_on)
	actions.refuse(law.check_answer(received, answered, filed, today()), frappe.ValidationError)
	due = law.last_day(filing, calendar)
	doc.last_day = due.on if due else None
	doc.late = any(f.code == "remedy.late" for f in found)
	doc.answer_due = (
		law.answer_due(doc.kind, received, calendar, bool(doc.simplified)).on if received else None
	)
	doc.remedy_title = f"{TITLES[doc.kind]}·{doc.entity_name or ''}·{_(doc.contested, lang='zh')}"[:140]


def _check_follows(doc: Document) -> None:
	review = frappe.db.get_value(DOCTYPE, doc.follows, ["kind", "entity", "bureau"], as_dict=True)
	if not review or (review.kind, review.entity, review.bureau) != (law.REVIEW, doc.entity, doc.bureau):
		frappe.throw(_("Choose a review of the same party at this bureau as the one the suit follows."))


def filing_of(doc: Document) -> law.Filing:
	"""The remedy as the law sees it."""
	known = day_or_none(doc.known_on)
	rules = statutes.current().limits_on(known or today(), "own")
	limit = rules.get(law.LIMITS[doc.kind]) or statutes.limit(law.LIMITS[doc.kind])
	return law.Filing(
		kind=doc.kind,
		filed_on=day_or_none(doc.filed_on),
		decided_on=day_or_none(doc.decided_on),
		known_on=known,
		period=limit.period,
		not_told=bool(doc.not_told),
		review_on=_review_on(doc.follows) if doc.get("follows") else None,
		accepted_review=_running_review(doc),
	)


def _review_on(review: str) -> date | None:
	"""When the decision on the review was received; None while there is none."""
	row = frappe.db.get_value(
		"SC Remedy Outcome",
		{"parent": review, "parenttype": DOCTYPE},
		["received_on", "decided_on"],
		as_dict=True,
		order_by="idx desc",
	)
	return day_or_none(row.received_on or row.decided_on) if row else None


def _running_review(doc: Document) -> str:
	"""The review of the same party against the same decision that is under way; "" if there is none."""
	if doc.kind != law.LITIGATION or not doc.decision_number:
		return ""
	return (
		frappe.db.get_value(
			DOCTYPE,
			{
				"kind": law.REVIEW,
				"entity": doc.entity,
				"decision_number": doc.decision_number,
				"status": UNDER_WAY,
			},
			"name",
		)
		or ""
	)


def warn(doc: Document) -> None:
	"""After saving other days: what is unusual about them is told, and refuses nothing."""
	before = doc.get_doc_before_save()
	days = ("filed_on", "known_on", "not_told", "follows")
	if is_engine() or (before and all(str(before.get(f)) == str(doc.get(f)) for f in days)):
		return
	found = warnings(law.check_filing(filing_of(doc), today(), calendar_of(doc.bureau)))
	if found:
		frappe.msgprint(
			[render(f, _) for f in found], title=_("Please Note"), indicator="orange", as_list=True
		)


def entered(doc: Document) -> None:
	"""After it was stored: a contested penalty says so, and the trace is left."""
	if doc.penalty:
		doc.db_set("penalty_status", frappe.db.get_value("SC Penalty", doc.penalty, "status"))
		if doc.penalty_status in ("Effective", "Performed", *PENDING.values()):
			_set_penalty(doc.penalty, PENDING[doc.kind])
	_log(doc, "remedy_filed", N_("Review or suit entered"), {"kind": doc.kind, "filed_on": str(doc.filed_on)})


def _set_penalty(name: str, status: str) -> None:
	penalty = frappe.get_doc("SC Penalty", name, for_update=True)
	if penalty.status == status:
		return
	penalty.status = status
	with engine_writes():
		penalty.save(ignore_permissions=True)  # follows from the remedy; its hook opens the revocation


def of_case(case: Document) -> list:
	"""Remedies against the papers of a case or its penalties, the latest first; the caller may read the case."""
	penalties = [row.penalty for row in case.penalties if row.penalty]
	rows = frappe.get_all(
		DOCTYPE,
		or_filters={"case": case.name, **({"penalty": ["in", penalties]} if penalties else {})},
		fields=[
			"name",
			"kind",
			"contested",
			"decision_number",
			"filed_on",
			"forum",
			"status",
			"result",
			"suspended_from",
			"suspension_ended_on",
			"follow_up_doctype",
			"follow_up_name",
		],
		order_by="filed_on desc, name desc",
	)
	for row in rows:
		for field in ("kind", "contested", "status", "result"):
			row[f"{field}_label"] = _(row[field]) if row[field] else ""
	return rows


# ------------------------------------------------------------------ suspension of execution


def suspend(name: str, start: str, end: str, by: str, file: str) -> None:
	"""Execution is suspended: the record bears the mark from now on. The caller may write the remedy.

	Raises:
		frappe.ValidationError: closed, suspended already, or a day is impossible.
	"""
	doc = _locked(name)
	if doc.status == CLOSED:
		frappe.throw(_("This remedy is closed. Only a retrial can be added to it."))
	if doc.suspended_from and not doc.suspension_ended_on:
		frappe.throw(_("Execution is suspended already. End that suspension first."))
	actions.refuse(
		law.check_suspension(
			doc.kind, day_or_none(start), day_or_none(end), getdate(doc.filed_on), today(), by
		),
		frappe.ValidationError,
	)
	doc.update(
		{
			"suspended_from": start,
			"suspended_to": end or None,
			"suspension_ended_on": None,
			"suspended_by": by.strip(),
			"suspension_file": file or None,
		}
	)
	_save(doc)
	_log(doc, "suspended", N_("Execution suspended"), {"from": start, "to": end or "", "by": by})
	if doc.record and not (end and getdate(end) < today()):
		_set_mark(doc.record, getdate(start))
		_tell(
			doc,
			_("Execution of {0} is suspended. Stop what carries it out.").format(_number(doc)),
			f"from {start}",
		)


def resume(name: str, on: str) -> None:
	"""The suspension has ended: the mark comes off. The caller may write the remedy.

	Raises:
		frappe.ValidationError: none runs, or the day is impossible.
	"""
	doc = _locked(name)
	if not doc.suspended_from or doc.suspension_ended_on:
		frappe.throw(_("Execution is not suspended."))
	day = day_or_none(on)
	if day is None or not getdate(doc.suspended_from) <= day <= today():
		frappe.throw(
			_("Enter the day on which the suspension ended: not before it began, not in the future.")
		)
	_end_suspension(doc, day)
	_save(doc)


def end_suspensions() -> int:
	"""Daily: suspensions whose last day is over end by themselves. Returns how many did. Safe to repeat."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={
			"suspended_from": ["is", "set"],
			"suspension_ended_on": ["is", "not set"],
			"suspended_to": ["<", today()],
		},
		pluck="name",
		order_by="suspended_to asc, name asc",
	)
	return jobs.each(rows, _elapsed, "sclist: remedies")


def _elapsed(name: str) -> bool:
	doc = _locked(name)
	if doc.suspension_ended_on or not doc.suspended_to or getdate(doc.suspended_to) >= today():
		return False
	_end_suspension(doc, getdate(doc.suspended_to))
	_save(doc)
	return True


def _end_suspension(doc: Document, on: date) -> None:
	doc.suspension_ended_on = on
	_log(doc, "resumed", N_("Suspension of execution ended"), {"on": str(on)})
	if not doc.record:
		return
	other = frappe.db.exists(
		DOCTYPE,
		{
			"record": doc.record,
			"name": ["!=", doc.name],
			"suspended_from": ["is", "set"],
			"suspension_ended_on": ["is", "not set"],
		},
	)
	if not other:
		_set_mark(doc.record, None)
		_tell(doc, _("The suspension of the execution of {0} has ended.").format(_number(doc)), f"until {on}")


def _set_mark(name: str, since: date | None) -> None:
	record = frappe.get_doc(RECORD, name, for_update=True)
	if bool(record.execution_suspended) == bool(since):
		return
	with engine_writes():
		record.execution_suspended, record.execution_suspended_on = int(bool(since)), since
		record.save(ignore_permissions=True)  # follows from the order of the forum


# ------------------------------------------------------------------ outcomes


def decide(name: str, values: dict[str, Any]) -> dict[str, Any]:
	"""Add an outcome; one in force closes the remedy and acts on the record. The caller may write the remedy.

	values: fields of SC Remedy Outcome. Returns {"doctype", "name"} of what was opened, empty if nothing was.

	Raises:
		frappe.ValidationError: incomplete, impossible dates, or closed already.
	"""
	doc = _locked(name)
	if doc.status == CLOSED and values.get("instance") != "Retrial":
		frappe.throw(_("This remedy is closed. Only a retrial can be added to it."))
	outcome = _outcome(doc, values)
	found = law.check_outcome(outcome, today(), calendar_of(doc.bureau))
	actions.refuse(found, frappe.ValidationError)
	row = _append(doc, outcome, values)
	doc.result = outcome.outcome
	doc.status = CLOSED if outcome.in_force else DECIDED
	_log(
		doc,
		"remedy_decided",
		N_("Outcome of a review or suit entered"),
		{
			"instance": outcome.instance,
			"outcome": outcome.outcome,
			"number": outcome.number,
			"in_force": outcome.in_force,
		},
		row.note or "",
	)
	if outcome.in_force:
		doc.closed_on = today()
		if doc.suspended_from and not doc.suspension_ended_on:
			_end_suspension(doc, max(getdate(doc.suspended_from), today()))
		opened = _act(doc, row)
		if opened:
			doc.follow_up_doctype, doc.follow_up_name = opened
	_save(doc)
	for finding in warnings(found):
		frappe.msgprint(render(finding, _), title=_("Please Note"), indicator="orange")
	return {"doctype": doc.follow_up_doctype, "name": doc.follow_up_name} if doc.follow_up_name else {}


def _outcome(doc: Document, values: dict[str, Any]) -> law.Outcome:
	return law.Outcome(
		kind=doc.kind,
		instance=values.get("instance") or "",
		outcome=values.get("outcome") or "",
		filed_on=getdate(doc.filed_on),
		decided_on=day_or_none(values.get("decided_on")),
		received_on=day_or_none(values.get("received_on")),
		number=values.get("number") or "",
		in_force=bool(values.get("in_force")),
		act_by=day_or_none(values.get("act_by")),
		has_file=bool(values.get("file")),
	)


def _append(doc: Document, outcome: law.Outcome, values: dict[str, Any]) -> Document:
	return doc.append(
		"outcomes",
		{
			**{field: values.get(field) or None for field in ("decided_on", "received_on", "act_by", "file")},
			**{field: (values.get(field) or "").strip() for field in ("number", "note")},
			"instance": outcome.instance,
			"outcome": outcome.outcome,
			"in_force": int(outcome.in_force),
			"forum": (values.get("forum") or doc.forum).strip(),
			"entered_by": frappe.session.user,
			"entered_on": today(),
		},
	)


def _act(doc: Document, row: Document) -> tuple[str, str] | None:
	"""What an outcome in force brings about, and what it opened."""
	wanted = law.consequence(doc.contested, row.outcome)
	if wanted == law.MARK_PENALTY:
		return _act_on_penalty(doc, row)
	opened = None
	if wanted == law.REVOKE:
		opened = _revoke(doc, row)
	elif wanted in (law.ANEW, law.ANSWER_ANEW):
		opened = _decide_anew(doc, row)
	if wanted != law.NOTHING:
		text = _("{0} was not upheld ({1}). Do what the decision demands.")
		_tell(doc, text.format(_number(doc), _(row.outcome)), f"outcome {row.idx}", opened)
	return opened


def _act_on_penalty(doc: Document, row: Document) -> tuple[str, str] | None:
	after = PENALTY_AFTER.get(row.outcome)
	if not after and row.outcome in law.LOST:
		_tell(
			doc,
			_("{0} was not upheld ({1}). Do what the decision demands.").format(_number(doc), _(row.outcome)),
			f"outcome {row.idx}",
		)
		return None
	if not after:
		# an earlier remedy's mark is none to go back to
		after = "Effective" if doc.penalty_status in (None, "", *PENDING.values()) else doc.penalty_status
	_set_penalty(doc.penalty, after)
	opened = frappe.db.get_value("SC Removal", {"penalty": doc.penalty}, "name", order_by="creation desc")
	return ("SC Removal", opened) if opened and after in removals.FALLEN else None


def _revoke(doc: Document, row: Document) -> tuple[str, str] | None:
	if not doc.record or frappe.db.get_value(RECORD, doc.record, "state") not in IN_TERM:
		return None
	name = removals.open_after_remedy(
		doc.record,
		doc.name,
		{
			"basis_kind": BASIS[doc.kind],
			"basis_authority": row.forum,
			"basis_number": row.number,
			"basis_date": row.decided_on,
			"basis_file": row.file,
			"known_on": row.received_on or today(),
			"reasons": row.note,
		},
	)
	return "SC Removal", name


def _decide_anew(doc: Document, row: Document) -> tuple[str, str] | None:
	"""The application or objection the contested paper answered is opened once more, as it was handed in."""
	if not doc.notice or frappe.db.get_value(RECORD, doc.record, "state") not in IN_TERM:
		return None
	source = frappe.get_doc(
		*frappe.db.get_value("SC Notice", doc.notice, ["reference_doctype", "reference_name"])
	)
	fields = _ANEW.get(source.doctype)
	if not fields:
		return None
	running = (
		running_of(doc.record)
		if source.doctype == "SC Repair Application"
		else frappe.db.get_value(
			source.doctype, {"record": doc.record, "open_key": ["is", "set"]}, ["name"], as_dict=True
		)
	)
	if running:
		return source.doctype, running.name
	again = frappe.new_doc(source.doctype)
	again.update({field: source.get(field) for field in fields})
	again.received_on = row.received_on or today()
	for evidence in source.evidence:
		again.append("evidence", {f: evidence.get(f) for f in ("title", "condition", "kind", "file", "note")})
	with engine_writes():
		again.insert(
			ignore_permissions=True
		)  # the forum demands it; the work begins with the post's first task
	events.append(
		again.doctype,
		again.name,
		"from_remedy",
		N_("Opened after a review or suit"),
		bureau=again.bureau,
		run=again.run,
		data={"remedy": doc.name, "of": source.name, "act_by": str(row.act_by or "")},
	)
	return again.doctype, again.name


_ANEW = {
	"SC Repair Application": (
		"record",
		"applicant",
		"bureau",
		"channel",
		"external_number",
		"applied_by",
		"capacity",
		"phone",
		"delivery_address",
		"email",
		"electronic_service",
		"notify_email",
		"notify_consent",
		"obligations_statement",
		"effects_statement",
		"no_repeat_statement",
		"commitment",
	),
	"SC Objection": ("record", "applicant", "applicant_role", "item", "route", "body", "content"),
}


# ------------------------------------------------------------------ shared


def unanswered(until: date) -> list:
	"""Remedies under way whose answer is due by that day and not given, the most urgent first."""
	return frappe.get_all(
		DOCTYPE,
		filters={"status": UNDER_WAY, "answered_on": ["is", "not set"], "answer_due": ["<=", until]},
		fields=["name", "kind", "bureau", "officer", "answer_due", "is_demo"],
		order_by="answer_due asc, name asc",
	)


def _locked(name: str) -> Document:
	return frappe.get_doc(DOCTYPE, name, for_update=True)


def _save(doc: Document) -> None:
	with engine_writes():
		doc.save(ignore_permissions=True)  # the caller has checked that the user may write it


def _number(doc: Document) -> str:
	return doc.decision_number or doc.name


def _tell(doc: Document, text: str, event: str, opened: tuple[str, str] | None = None) -> None:
	"""Those who carry the decision out and the lawyers learn of it, once for each event of the remedy."""
	posts = ("case_officer", "credit_officer", "publisher", *ALSO_FILLED_BY[DOCTYPE])
	people = {user for post in posts for user in holders(post, doc.bureau)}
	of = opened or (DOCTYPE, doc.name)
	tell(people, text, *of, kind="Remedy", key=f"{doc.name}|{event}", bureau=doc.bureau)


def _log(doc: Document, event: str, label: str, data: dict, opinion: str = "") -> None:
	"""On the remedy's own chain, and on that of the case or the record it is about."""
	about = ("SC Case", doc.case) if doc.case else (RECORD, doc.record) if doc.record else None
	for chain in filter(None, ((DOCTYPE, doc.name), about)):
		events.append(
			*chain, event, label, bureau=doc.bureau, opinion=opinion, data={**data, "remedy": doc.name}
		)
