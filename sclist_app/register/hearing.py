"""Hearings: asked for in time, told of seven working days before, held by somebody who did not investigate, reported.

行政处罚法第六十三条至第六十五条, applied to a listing by 办法第十条第二款. Each party that asked has a record of its own;
parties heard together share the sitting, so what is arranged, held and reported for one holds for all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import held
from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.documents import issue as papers
from sclist_app.law.citations import PENALTY_LAW, cite
from sclist_app.law.findings import N_, Finding
from sclist_app.law.guards import hearing_window
from sclist_app.law.periods import is_over
from sclist_app.register.paperwork import Addressee, served_dates
from sclist_app.workflow import statutes, store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.kinds import kind

__all__ = [
	"arrange",
	"hold",
	"last",
	"not_admit",
	"of_case",
	"opened",
	"pending",
	"report",
	"unfinished",
	"unsettled",
	"withdraw",
]

DOCTYPE = "SC Hearing"
NOTICE = "D02h"
SETTLED = ("Reported", "Given Up", "Not Admitted")
OPINIONS = ("List as Proposed", "Change the Proposal", "Do Not List")
ARTICLE = cite(PENALTY_LAW, 63, 64, 65)


# ------------------------------------------------------------------------ reading


def of_case(case: str) -> list:
	"""The hearings of a case, oldest request first."""
	return frappe.get_all(
		DOCTYPE,
		filters={"case": case},
		fields=[
			"name",
			"subject",
			"subject_name",
			"state",
			"requested_on",
			"held_at",
			"report",
			"sitting",
			"notice",
		],
		order_by="requested_on asc, creation asc",
	)


def last(case: str, entity: str) -> Any:
	"""The party's latest hearing, or None."""
	own = [row for row in of_case(case) if row.subject == entity]
	return own[-1] if own else None


def pending(case: str) -> list:
	"""Hearings that were asked for and are neither reported nor ended otherwise."""
	return unsettled(of_case(case))


def unsettled(hearings: list) -> list:
	"""Those of them that are neither reported nor ended otherwise."""
	return [row for row in hearings if row.state not in SETTLED]


def unfinished(case: str) -> list[Finding]:
	"""What a step with this duty still waits for."""
	return [
		Finding(
			"hearing.open",
			N_(
				"The hearing for {subject} is not finished. Hold it and file its report, or record the written withdrawal."
			),
			ARTICLE,
			{"subject": row.subject_name},
			row=row.name,
		)
		for row in pending(case)
	]


def was_offered(notice: str) -> bool:
	"""Did the issued notice tell the party of a hearing? Read from the facts frozen with it."""
	facts = json.loads(frappe.db.get_value("SC Notice", notice, "facts_json") or "{}")
	return bool(facts.get("rights", {}).get("hearing_offered"))


# ------------------------------------------------------------------------ asked for


def opened(answer: Document, case: Document, notice) -> str:
	"""A party asked for a hearing (`answer`: its SC Defence, `notice`: the notice it answers).

	Offered and asked for within T02 it must be held; otherwise the bureau may decline with reasons.

	Raises:
		frappe.ValidationError: the party's hearing is under way already.
	"""
	if any(row.subject == answer.subject for row in pending(case.name)):
		frappe.throw(_("The hearing of {0} is under way already.").format(answer.subject_name))
	in_time = not is_over(
		notice.served_on,
		hearing_window(getdate(answer.received_on), statutes.current()),
		calendar_of(case.bureau),
		getdate(answer.received_on),
	)
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"case": case.name,
			"subject": answer.subject,
			"subject_name": answer.subject_name,
			"request": answer.name,
			"requested_on": answer.received_on,
			"by_right": in_time and was_offered(notice.name),
			"state": "Requested",
			"bureau": case.bureau,
			"run": case.run,
			"is_demo": case.is_demo,
		}
	)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # follows from the request, which the caller may record
	return doc.name


# ------------------------------------------------------------------------ arranged


def arrange(
	name: str, held_at: str, place: str, host: str, recorder: str, closed_reason: str, together: bool
) -> list[str]:
	"""Fix time, place and people of the hearing and issue its notice. Returns the notices.

	together: all hearings of the case not arranged yet. Arranging again voids the notice before.

	Raises:
		frappe.ValidationError: too short a notice, no place, or a host or recorder who worked on the case.
	"""
	first = _open(name, "Requested", "Notified")
	case = frappe.get_doc("SC Case", first.case)
	at = get_datetime(held_at) if held_at else None
	least = statutes.limit("T02b").n
	earliest = calendar_of(case.bureau).add_workdays(today(), least)
	if at is None or getdate(at) < earliest:
		frappe.throw(
			_(
				"The party must be told at least {0} working days before the hearing. The earliest day is {1} (行政处罚法第六十四条)."
			).format(least, frappe.utils.formatdate(earliest))
		)
	if not calendar_of(case.bureau).is_workday(getdate(at)):
		frappe.throw(_("The day of the hearing is a day off. Choose a working day."))
	if not (place or "").strip():
		frappe.throw(_("Enter the place of the hearing."))
	_refuse_investigators(case, host, recorder)
	rows = [first]
	if together:
		rows += [_get(r.name) for r in pending(case.name) if r.name != name and r.state == "Requested"]
	notices = []
	for doc in rows:
		if doc.notice:
			papers.void(doc.notice, _("The hearing was arranged anew."))
		doc.update(
			{
				"held_at": at,
				"place": place.strip(),
				"host": host,
				"recorder": recorder,
				"closed": bool((closed_reason or "").strip()),
				"closed_reason": closed_reason,
				"sitting": name,
				"state": "Notified",
				"notice_on": today(),
			}
		)
		doc.notice = papers.issue(_notice(case, doc))
		_save(doc)
		notices.append(doc.notice)
		_log(doc, "hearing_arranged", N_("Hearing arranged"), f"{_moment(at)} {place}")
	return notices


def _refuse_investigators(case: Document, host: str, recorder: str) -> None:
	if not host or not recorder or host == recorder:
		frappe.throw(_("Choose a host and another person as recorder."))
	worked = investigators(case)
	for person in (host, recorder):
		if not any(h.bureau == case.bureau for h in held(person)):
			frappe.throw(_("{0} holds no post in this bureau.").format(_full_name(person)))
		if person in worked:
			frappe.throw(
				_(
					"{0} worked on this case and may not host or record its hearing (行政处罚法第六十四条)."
				).format(_full_name(person))
			)


def investigators(case: Document) -> set[str]:
	"""Who investigated: the case officer and whoever did tasks of the post that registered the case."""
	procedure = store.load_procedure(case.procedure_version)
	post = procedure.start.post
	done = frappe.get_all(
		"SC Task",
		filters={"run": case.run, "post": post, "done_by": ["is", "set"]},
		pluck="done_by",
		order_by="creation",
	)
	return {case.officer, case.owner, *done} - {None, "Administrator"}


def _notice(case: Document, doc: Document):
	run = frappe.get_doc("SC Run", case.run)
	row = next((r for r in case.subjects if r.entity == doc.subject), None)
	paper = kind(run.kind).paper(
		case,
		store.load_procedure(case.procedure_version),
		NOTICE,
		Addressee(doc.subject, doc.subject_name, row),
	)
	facts = {
		"requested_on": doc.requested_on,
		"time_text": _moment(doc.held_at),
		"place": doc.place,
		"host": _full_name(doc.host),
		"recorder": _full_name(doc.recorder),
		"closed_reason": doc.closed_reason or None,
	}
	return replace(paper, facts={**paper.facts, "hearing": facts})


def _moment(at: datetime) -> str:
	at = get_datetime(at)
	return f"{at.year}年{at.month}月{at.day}日{at.hour}时" + (f"{at.minute}分" if at.minute else "")


# ------------------------------------------------------------------------ held and reported


def hold(name: str, participants: str, record_file: str) -> None:
	"""The hearing took place; its record is signed by those who took part.

	Raises:
		frappe.ValidationError: not yet its time, the notice came too late, or the signed record is missing.
	"""
	first = _open(name, "Notified")
	if get_datetime(first.held_at) > now():
		frappe.throw(_("The hearing is fixed for {0}. Record it afterwards.").format(_moment(first.held_at)))
	if not (participants or "").strip():
		frappe.throw(_("Enter who took part."))
	if not record_file:
		frappe.throw(_("Attach the record signed by those who took part (行政处罚法第六十四条)."))
	for doc in _sitting(first, "Notified"):
		_refuse_short_notice(doc)
		doc.update({"state": "Held", "participants": participants, "record_file": record_file})
		_save(doc)
		_log(doc, "hearing_held", N_("Hearing held"), participants)


def _refuse_short_notice(doc: Document) -> None:
	served = served_dates([doc.notice]).get(doc.notice)
	calendar, least = calendar_of(doc.bureau), statutes.limit("T02b").n
	if served is None or calendar.add_workdays(served, least) > getdate(doc.held_at):
		frappe.throw(
			_(
				"The notice of the hearing did not reach {0} {1} working days before it. Record its service, or arrange the hearing anew (行政处罚法第六十四条)."
			).format(doc.subject_name, least)
		)


def report(name: str, opinion: str, text: str, report_file: str) -> None:
	"""The host reports: facts, views of both sides, opinion. The decision follows the record of the hearing.

	Raises:
		frappe.ValidationError: not held yet, or opinion or report missing.
		frappe.PermissionError: somebody else than the host.
	"""
	first = _open(name, "Held")
	if frappe.session.user not in (first.host, "Administrator"):
		frappe.throw(
			_("{0} hosted the hearing and files its report.").format(_full_name(first.host)),
			frappe.PermissionError,
		)
	if opinion not in OPINIONS:
		frappe.throw(_("Choose the opinion of the host."))
	if not (text or "").strip():
		frappe.throw(
			_("Write the report: facts, evidence, what both sides said, and the opinion with its reasons.")
		)
	for doc in _sitting(first, "Held"):
		doc.update(
			{
				"state": "Reported",
				"opinion": opinion,
				"report": text,
				"report_file": report_file or None,
				"reported_on": today(),
			}
		)
		_save(doc)
		_log(doc, "hearing_reported", N_("Hearing reported"), text)


# ------------------------------------------------------------------------ ended otherwise


def withdraw(name: str, reason: str, file: str) -> None:
	"""The party gave the hearing up in writing, or stayed away without reason (行政处罚法第六十四条第（六）项).

	Raises:
		frappe.ValidationError: no reason, or no paper while the hearing still lies ahead.
	"""
	doc = _open(name, "Requested", "Notified")
	if not (reason or "").strip():
		frappe.throw(_("Say why there is no hearing."))
	stayed_away = doc.state == "Notified" and get_datetime(doc.held_at) <= now()
	if not file and not stayed_away:
		frappe.throw(_("A party gives the hearing up in writing only. Attach the paper."))
	if stayed_away and not file:
		_refuse_short_notice(doc)
	_end(doc, "Given Up", reason, file, "hearing_withdrawn", N_("Hearing given up"))


def not_admit(name: str, reason: str) -> None:
	"""A hearing that was not offered, or asked for too late, is declined with reasons.

	Raises:
		frappe.ValidationError: the party has a right to it, or no reason is given.
	"""
	doc = _open(name, "Requested")
	if doc.by_right:
		frappe.throw(
			_(
				"{0} asked in time for a hearing that was offered, so it must be held (行政处罚法第六十三条、第六十四条)."
			).format(doc.subject_name)
		)
	if not (reason or "").strip():
		frappe.throw(_("Say why there is no hearing."))
	_end(doc, "Not Admitted", reason, "", "hearing_not_admitted", N_("Hearing not admitted"))


def _end(doc: Document, state: str, reason: str, file: str, event: str, label: str) -> None:
	if doc.notice and not served_dates([doc.notice]):
		papers.void(doc.notice, reason)
	doc.update({"state": state, "end_reason": reason, "end_file": file or None, "ended_on": today()})
	_save(doc)
	_log(doc, event, label, reason)


# ------------------------------------------------------------------------ shared


def _get(name: str) -> Document:
	return frappe.get_doc(DOCTYPE, name, for_update=True)


def _open(name: str, *states: str) -> Document:
	doc = _get(name)
	if doc.state not in states:
		frappe.throw(
			_("The hearing is “{0}” already; this cannot be recorded now.").format(_(doc.state)),
			title=_("Not possible now"),
		)
	return doc


def _sitting(first: Document, state: str) -> list[Document]:
	others = frappe.get_all(
		DOCTYPE,
		filters={"case": first.case, "sitting": first.sitting, "state": state, "name": ["!=", first.name]},
		pluck="name",
		order_by="creation",
	)
	return [first, *(_get(other) for other in others)]


def _save(doc: Document) -> None:
	with engine_writes():
		doc.save(ignore_permissions=True)  # the caller holds the task of this step


def _full_name(user: str) -> str:
	return frappe.get_cached_value("User", user, "full_name") or user


def _log(doc: Document, event: str, label: str, opinion: str) -> None:
	events.append(
		"SC Case",
		doc.case,
		event,
		label,
		bureau=doc.bureau,
		run=doc.run,
		opinion=opinion,
		data={"hearing": doc.name, "subject": doc.subject, "state": doc.state, "notice": doc.notice},
	)


def panel(case: str) -> list[dict[str, Any]]:
	"""Rows for the panel of the case; the caller has checked the right to read it."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"case": case},
		fields=[
			"name",
			"subject_name",
			"state",
			"requested_on",
			"by_right",
			"held_at",
			"place",
			"host",
			"recorder",
			"opinion",
			"record_file",
			"report_file",
			"end_reason",
		],
		order_by="requested_on asc, creation asc",
	)
	for row in rows:
		row["state_label"] = _(row.state)
		row["opinion_label"] = _(row.opinion) if row.opinion else ""
		row["host_name"] = _full_name(row.host) if row.host else ""
		row["recorder_name"] = _full_name(row.recorder) if row.recorder else ""
	return rows


def earliest(bureau: str) -> date:
	"""The first day a hearing arranged today can take place."""
	return calendar_of(bureau).add_workdays(today(), statutes.limit("T02b").n)
