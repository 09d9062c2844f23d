"""Who is told of what: the jobs that look for what has happened and write it down as messages, once each.

Nothing here runs inside an act. Every job asks for the events of the last days and writes those nobody was told of
yet; killed in the middle and run again, it tells the rest. Texts name documents by their numbers and bureaus by their
names, never a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Max, Sum
from frappe.utils import add_days, cint, get_url, getdate

from sclist_app.access.posts import bureau_chain, holders
from sclist_app.access.today import now, today
from sclist_app.law.ending import IN_TERM
from sclist_app.law.findings import N_, chinese_date
from sclist_app.law.periods import EARLY_REMOVAL_MONTHS, add_months
from sclist_app.law.removal import CONDITIONS
from sclist_app.register import party_session, remedies
from sclist_app.workflow import jobs, outbox, store
from sclist_app.workflow.calendars import calendar_of

__all__ = ["BLOCKS", "digest", "hourly", "remind_of_early_removal", "remind_of_remedies"]

RECORD, APPLICATION, NOTICE = "SC Listing Record", "SC Repair Application", "SC Notice"
# so far back an event is looked for; a scheduler that stood still longer tells nobody of old news
LOOK_BACK = timedelta(days=3)
# the reminder comes this many months before early removal opens
MONTHS_AHEAD = 1
WARN_WORKDAYS = 3
FIRST_HOUR = 7
DECISIONS = ("D05", "D09", "D12b", "D13a", "D13b", "D15", "D16", "D17", "D20")
# paper → kind of the message to the party, and the text block in which a bureau words it
TO_PARTIES: Mapping[str, tuple[str, str]] = {
	"D12a": ("Application Accepted", "notice_accepted"),
	"D12b": ("Application Not Accepted", "notice_not_accepted"),
	"D12c": ("Supplement Asked For", "notice_supplement"),
	"D13a": ("Early Removal Granted", "notice_granted"),
	"D13b": ("Early Removal Refused", "notice_refused"),
	"D16": ("Listing Restored", "notice_restored"),
}
ELEVEN = "notice_eleven_months"
# the national wording; {bureau}, {number}, {application}, {day} and {conditions} are filled in
BLOCKS: Mapping[str, str] = {
	ELEVEN: N_(
		"The listing decided under {number} will have lasted twelve months. From {day} early removal may be applied"
		" for at {bureau}, if these conditions are met: {conditions}."
	),
	"notice_accepted": N_(
		"The application {application} for early removal was accepted by {bureau} ({number})."
	),
	"notice_not_accepted": N_(
		"The application {application} for early removal was not accepted by {bureau} ({number})."
		" The paper that is served gives the reasons and the remedies."
	),
	"notice_supplement": N_(
		"The application {application} for early removal lacks papers ({number}). Hand them in to {bureau} within"
		" the time the notice gives."
	),
	"notice_granted": N_(
		"{bureau} has granted the early removal applied for under {application} ({number})."
	),
	"notice_refused": N_(
		"{bureau} has refused the early removal applied for under {application} ({number})."
		" The paper that is served gives the reasons and the remedies."
	),
	"notice_restored": N_(
		"{bureau} has restored a listing ({number}). The paper that is served gives the reasons and the remedies."
	),
}
SUBJECTS: Mapping[str, str] = {
	ELEVEN: N_("Early removal may be applied for from {day}"),
	"notice_accepted": N_("Application {application} accepted"),
	"notice_not_accepted": N_("Application {application} not accepted"),
	"notice_supplement": N_("Application {application}: papers to be supplemented"),
	"notice_granted": N_("Application {application}: early removal granted"),
	"notice_refused": N_("Application {application}: early removal refused"),
	"notice_restored": N_("A listing was restored"),
}


def hourly() -> int:
	"""Tell of decisions, applications, reports and progress. Returns how many messages were written."""
	papers = _since(NOTICE, {"status": "Issued", "document_kind": ["in", [*{*DECISIONS, *TO_PARTIES}]]})
	return (
		jobs.each(papers, _decided, outbox.JOB)
		+ jobs.each(papers, _progressed, outbox.JOB)
		+ jobs.each(_since(APPLICATION, {"run_status": "Active"}, "creation"), _arrived, outbox.JOB)
		+ jobs.each(_since("SC Upward Report", {"status": "Reported"}), _reported, outbox.JOB)
	)


def _since(doctype: str, filters: dict[str, Any], field: str = "modified") -> list[str]:
	return frappe.get_all(
		doctype,
		filters={**filters, field: [">=", now() - LOOK_BACK]},
		pluck="name",
		order_by=f"{field} asc, name asc",
	)


def _zh(text: str, **values: Any) -> str:
	return frappe._(text, lang="zh").format(**values)


# ------------------------------------------------------------------ to officers


def _tell(kind: str, key: str, users: Iterable[str], text: str, doctype: str, name: str, bureau: str) -> int:
	return sum(
		outbox.tell_officer(kind, key, user, text, doctype, name, bureau) for user in sorted(set(users))
	)


def digest() -> int:
	"""Hourly on working days from seven: how many tasks came since the last one, are open and are overdue.

	One message a day and officer, with the first that is new to them.
	"""
	calendar, day = calendar_of(None), today()
	if now().hour < FIRST_HOUR or not calendar.is_workday(day):
		return 0
	since = now() - timedelta(days=1)
	while not calendar.is_workday(since.date()):
		since -= timedelta(days=1)
	counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
	# a task of theirs, by whose bureau the message is kept
	homes: dict[str, tuple[str, str]] = {}
	for row in _waiting(since, day):
		for user in store.concerned(row):
			homes.setdefault(user, (row.one, row.bureau))
			for i, field in enumerate(("fresh", "open", "late")):
				counts[user][i] += cint(row[field])
	wanted = sorted(user for user, (fresh, _open, _late) in counts.items() if fresh)
	return jobs.each(wanted, lambda user: _count(user, counts[user], *homes[user]), outbox.JOB)


def _waiting(since: datetime, day: date) -> list[Any]:
	"""Open tasks counted by who may take them: {place of the task, one, open, fresh, late}."""
	task = frappe.qb.DocType("SC Task")
	place = (task.post, task.bureau, task.division, task.assignee, task.in_person)
	return (
		frappe.qb.from_(task)
		.select(
			*place,
			Count("*").as_("open"),
			Max(task.name).as_("one"),
			Sum(Case().when(task.opened_on >= since, 1).else_(0)).as_("fresh"),
			Sum(Case().when(task.due_on < day, 1).else_(0)).as_("late"),
		)
		.where(task.status == "Open")
		.groupby(*place)
		.run(as_dict=True)
	)


def _count(user: str, counts: list[int], task: str, bureau: str) -> bool:
	fresh, waiting, late = counts
	text = _zh(
		N_("{fresh} new tasks came to you; {waiting} are open, {late} of them overdue."),
		fresh=fresh,
		waiting=waiting,
		late=late,
	)
	return outbox.tell_officer("New Task", f"digest|{today()}", user, text, "SC Task", task, bureau)


def _decided(name: str) -> bool:
	"""Whoever opened the case learns that a decision was made in it."""
	paper = frappe.get_doc(NOTICE, name)
	if paper.document_kind not in DECISIONS or not frappe.get_meta(paper.reference_doctype).has_field(
		"officer"
	):
		return False
	officer = frappe.db.get_value(paper.reference_doctype, paper.reference_name, "officer")
	if not officer or officer in (paper.issued_by, "Administrator", "Guest"):
		return False
	text = _zh(
		N_("In {name}, which you opened, a decision was made: {title} ({number})."),
		name=paper.reference_name,
		title=paper.title,
		number=paper.number or "",
	)
	key = f"decided|{paper.reference_name}|{paper.document_kind}|{paper.issued_on}"
	return bool(
		_tell(
			"Decision Made", key, [officer], text, paper.reference_doctype, paper.reference_name, paper.bureau
		)
	)


def _arrived(name: str) -> bool:
	"""An application came in: whoever has its first task learns of it."""
	row = frappe.db.get_value(APPLICATION, name, ["run", "owner", "bureau", "received_on"], as_dict=True)
	people = {user for task in store.open_tasks(row.run) for user in store.concerned(task)} - {row.owner}
	text = _zh(
		N_("An application for early removal was received on {day}: {name}. Accept it in time."),
		day=row.received_on,
		name=name,
	)
	return bool(_tell("Application Received", f"arrived|{name}", people, text, APPLICATION, name, row.bureau))


def _reported(name: str) -> bool:
	"""A bureau below has reported: the supervisors above learn of it."""
	row = frappe.db.get_value(
		"SC Upward Report", name, ["bureau", "reporting_bureau", "decision_number"], as_dict=True
	)
	people = {user for post in ("supervisor", "credit_officer") for user in holders(post, row.bureau)}
	text = _zh(
		N_("{bureau} has reported the early removal under {number}. Please read the report."),
		bureau=frappe.get_cached_value("SC Bureau", row.reporting_bureau, "bureau_name"),
		number=row.decision_number or "",
	)
	return bool(
		_tell("Report Received", f"report|{name}", people, text, "SC Upward Report", name, row.bureau)
	)


def remind_of_remedies() -> int:
	"""Daily: the answer to a review or suit is due within three working days, or overdue; told once each."""
	return jobs.each(remedies.unanswered(add_days(today(), 4 * WARN_WORKDAYS)), _unanswered, outbox.JOB)


def _unanswered(row: Any) -> bool:
	due = getdate(row.answer_due)
	left = calendar_of(row.bureau).workdays_between(today(), due)
	if left > WARN_WORKDAYS:
		return False
	late = due < today()
	text = _zh(
		N_("The answer in {name} was due on {day} and has not been given.")
		if late
		else N_("The answer in {name} is due on {day}."),
		name=row.name,
		day=due,
	)
	people = {row.officer, *holders("legal_reviewer", row.bureau)} - {None, "Administrator"}
	if late:
		people |= set(holders("principal_leader", row.bureau))
	key = f"answer|{row.name}|{due}|{int(late)}"
	return bool(
		_tell("Overdue" if late else "Due Soon", key, people, text, "SC Remedy", row.name, row.bureau)
	)


# ------------------------------------------------------------------ to parties


def address_of(entity: str, application: str = "") -> str:
	"""Where the party has agreed to be told; "" if it has not.

	application: its own word counts alone if it names an address. Else the party's last application, then what the
	party has said for all.
	"""
	fields = ["notify_email", "notify_consent"]
	row = (
		frappe.db.get_value(APPLICATION, application, fields, as_dict=True)
		if application
		else frappe.db.get_value(
			APPLICATION, {"applicant": entity}, fields, as_dict=True, order_by="creation desc"
		)
	)
	if row and row.notify_email:
		return row.notify_email if row.notify_consent else ""
	own = frappe.db.get_value("SC Entity", entity, ["notice_email", "notice_email_consent"], as_dict=True)
	return own.notice_email if own and own.notice_email and own.notice_email_consent else ""


def _progressed(name: str) -> bool:
	"""The party learns how its application goes, or that its listing was restored."""
	paper = frappe.get_doc(NOTICE, name)
	if paper.document_kind not in TO_PARTIES or not paper.addressee:
		return False
	kind, block = TO_PARTIES[paper.document_kind]
	application = paper.reference_name if paper.reference_doctype == APPLICATION else ""
	address = address_of(paper.addressee, application)
	if not address:
		return False  # the paper itself is served
	subject, text = _worded(
		block, paper.bureau, number=paper.number or "", application=application, day="", conditions=""
	)
	return outbox.party(
		kind,
		f"progress|{name}",
		address,
		subject,
		text,
		paper.reference_doctype,
		paper.reference_name,
		paper.bureau,
	)


def remind_of_early_removal() -> int:
	"""Daily: eleven months after the listing the party is told from when it may apply; without an address its bureau.

	A ban that ends later opens the application later; with a ban for life there is nothing to tell.
	"""
	record = frappe.qb.DocType(RECORD)
	day = today()
	# listed between twelve and eleven months ago, with a day on either side: the last days of months differ
	first, last = add_months(day, -EARLY_REMOVAL_MONTHS), add_months(day, MONTHS_AHEAD - EARLY_REMOVAL_MONTHS)
	rows = (
		frappe.qb.from_(record)
		.select(record.name)
		.where(record.state.isin(IN_TERM))
		.where(record.ban_lifetime == 0)
		.where(record.listed_on.isnotnull())
		.where(
			((record.listed_on >= add_days(first, -2)) & (record.listed_on <= add_days(last, 2)))
			| ((record.ban_until >= day) & (record.ban_until <= add_months(day, MONTHS_AHEAD)))
		)
		.orderby(record.listed_on)
		.orderby(record.name)
		.run()
	)
	return jobs.each([name for (name,) in rows], _remind, outbox.JOB)


def _remind(name: str) -> bool:
	record = frappe.get_doc(RECORD, name)
	if record.state not in IN_TERM or not record.earliest_application:
		return False
	opens = getdate(record.earliest_application)
	if record.ban_until:
		opens = max(opens, getdate(add_days(record.ban_until, 1)))
	if not add_months(opens, -MONTHS_AHEAD) <= today() < opens:
		return False
	if record.term_end and opens > getdate(record.term_end):
		return False
	if frappe.db.exists(APPLICATION, {"open_key": name}):
		return False
	address = address_of(record.entity)
	subject, text = _worded(
		ELEVEN,
		record.bureau,
		number=record.decision_number or "",
		application="",
		day=chinese_date(opens),
		conditions="；".join(CONDITIONS.values()),
	)
	told = outbox.party(
		"Eleven Months", f"eleven|{name}|{opens}", address, subject, text, RECORD, name, record.bureau
	)
	if told and address:
		record.db_set("repair_reminded_on", today(), update_modified=False)
	elif told:
		_no_address(record, opens)
	return told


def _no_address(record: Any, opens: date) -> None:
	text = _zh(
		N_(
			"From {day} early removal of the listing under {number} may be applied for. The party has left no"
			" e-mail address; tell it another way."
		),
		day=opens,
		number=record.decision_number or record.name,
	)
	people = {user for post in ("case_officer", "credit_officer") for user in holders(post, record.bureau)}
	_tell(
		"Eleven Months",
		f"eleven-none|{record.name}|{opens}",
		people,
		text,
		RECORD,
		record.name,
		record.bureau,
	)


def _worded(block: str, bureau: str, **values: str) -> tuple[str, str]:
	"""Subject and text of a message to a party, in the bureau's own words where it has some."""
	name = frappe.get_cached_value("SC Bureau", bureau, "bureau_name")
	values = {**values, "bureau": name}
	words = _own_words(bureau)
	text = _filled(words.get(block) or frappe._(BLOCKS[block], lang="zh"), values)
	lines = [text]
	if party_session.is_open():
		page = frappe.get_cached_value("SC Settings", None, "party_address") or get_url(
			f"/{party_session.ROUTE}"
		)
		lines.append(
			_zh(N_("With the query code of your notice you can apply and follow it at {page}."), page=page)
		)
	lines.append(_zh(N_("What counts is the paper that is served. {bureau}"), bureau=name))
	if words.get("contacts"):
		lines.append(words["contacts"])
	subject = _filled(frappe._(SUBJECTS[block], lang="zh"), values)
	return f"【{name}】{subject}", "\n".join(lines)


def _filled(text: str, values: Mapping[str, str]) -> str:
	"""Plain substitution: a wording reads nothing but these values."""
	for key, value in values.items():
		text = text.replace("{" + key + "}", value)
	return text


def _own_words(bureau: str) -> dict[str, str]:
	"""Wording of the bureau for messages, else of its nearest ancestor that has some."""
	chain = bureau_chain(bureau)
	rows = frappe.get_all(
		"SC Text Block",
		filters={"bureau": ["in", chain or [""]], "block": ["in", [*BLOCKS, "contacts"]]},
		fields=["block", "bureau", "text"],
		order_by="creation",
	)
	found: dict[str, str] = {}
	for code in chain:
		for row in rows:
			if row.bureau == code:
				found.setdefault(row.block, row.text)
	return found
