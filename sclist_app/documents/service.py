"""Service of issued documents: one record per document and attempt, with the day that counts.

A record is never edited: one entered wrongly is cancelled by another that names it, as long as nothing was built on
its date, that is while the case stands in the step of service in which it was made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate

from sclist_app.access import local_rules
from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import seats
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents import addresses
from sclist_app.law.findings import N_, chinese_date, errors, render
from sclist_app.law.periods import Period, due_date
from sclist_app.law.service import (
	ARTICLE_LIMIT,
	CAPACITIES,
	DECISIONS,
	ServiceFacts,
	check_service,
	next_ways,
	served_on,
	time_of,
)
from sclist_app.workflow import clocks, statutes, store
from sclist_app.workflow.calendars import calendar_of

__all__ = [
	"Limit",
	"cancel",
	"described",
	"due_on",
	"facts_of",
	"limit_of",
	"live",
	"overdue",
	"record",
	"second_servers",
	"service_title",
]

DOCTYPE: Final = "SC Service Record"
TO_SERVE, SERVED = "To Serve", "Served"
# What `live` asks: records somebody cancelled, and those that cancel, are no attempts.
LIVE: Final = {"cancelled_by": ["is", "not set"], "result": ["!=", "Cancelled"]}
FIELDS = (
	"place",
	"receiver",
	"receiver_capacity",
	"relationship",
	"refusal_reason",
	"witness",
	"witness_post",
	"recording",
	"tracking_number",
	"electronic_address",
	"consent",
	"through",
	"medium",
	"proof",
	"remark",
)
WAYS_ZH: Final = {
	"Direct": "直接送达",
	"Left at Domicile": "留置送达",
	"By Post": "邮寄送达",
	"Electronic": "电子送达",
	"Entrusted": "委托送达",
	"Forwarded": "转交送达",
	"Announcement": "公告送达",
}
RESULTS_ZH: Final = {"Served": "已送达", "Refused": "拒收", "Failed": "未能送达"}
CAPACITIES_ZH: Final = {
	"Addressee in Person": "本人",
	"Legal Representative": "法定代表人（负责人）",
	"Mail Room": "收发部门",
	"Adult Family Member": "同住成年家属",
	"Agent": "委托代理人",
	"Designated Recipient": "指定代收人",
}
SUBSTITUTES: Final = ("Adult Family Member", "Agent", "Designated Recipient")


# ---------------------------------------------------------------------- recording


def record(
	notice: str,
	method: str,
	delivered_on: str,
	result: str,
	second_server: str | None,
	step: str = "",
	delivered_at: str = "",
	**particulars: str,
) -> str:
	"""Record an attempt at service; what was served jointly with the document is recorded with it.

	step: the step of service in which it is made, "" for a correction served after that step was left.
	Returns the name of the SC Service Record.

	Raises:
		frappe.ValidationError: proof missing, date impossible, or the document is void or already served.
	"""
	paper = frappe.get_doc("SC Notice", notice)
	_refuse_unservable(paper)
	values = {field: (particulars.get(field) or "").strip() for field in FIELDS}
	if values["receiver_capacity"] and values["receiver_capacity"] not in CAPACITIES:
		frappe.throw(_("Choose in what capacity the receiver signed."))
	day = getdate(delivered_on) if delivered_on else None
	confirmed = addresses.in_force(paper.addressee, paper.bureau) if method == "Electronic" else None
	covered = addresses.covers(confirmed, values["electronic_address"])
	facts = ServiceFacts(
		way=method,
		result=result,
		delivered_on=day,
		issued_on=getdate(paper.issued_on),
		receiver=values["receiver"],
		refusal_reason=values["refusal_reason"],
		witness=values["witness"],
		tracking_number=values["tracking_number"],
		electronic_address=values["electronic_address"],
		medium=values["medium"],
		has_proof=bool(values["proof"]),
		servers=2 if second_server and second_server != frappe.session.user else 1,
		remark=values["remark"],
		place=values["place"],
		relationship=values["relationship"],
		capacity=values["receiver_capacity"],
		addressee=_kind_of(paper.addressee),
		delivered_at=time_of(delivered_at) or "",
		timely=time_of(delivered_at) is not None,
		consented=covered or bool(values["consent"]),
		through=values["through"],
	)
	if faults := errors(check_service(facts, today())):
		lines = [render(f, _) for f in faults]
		frappe.throw(
			lines[0] if len(lines) == 1 else lines, title=_("Service not provable"), as_list=len(lines) > 1
		)
	if method == "Announcement" and result == "Served" and paper.run:
		run = frappe.get_doc("SC Run", paper.run)
		clocks.announced(run, store.load_procedure(run.procedure_version), day)
	values |= {
		"method": method,
		"result": result,
		"delivered_on": day,
		"delivered_at": facts.delivered_at or None,
		"served_on": served_on(method, day, statutes.limit("T15").n) if result == "Served" else None,
		"confirmation": confirmed.name if covered else None,
		"server_one": frappe.session.user,
		"server_two": second_server or None,
		**_stand(paper.run, step),
	}
	first = _insert(paper, values)
	names = [first, *(_insert(other, {**values, "served_with": first}) for other in _joint(paper))]
	events.append(
		paper.reference_doctype,
		paper.reference_name,
		"served" if result == "Served" else "not_served",
		N_("Service recorded") if result == "Served" else N_("Service failed"),
		bureau=paper.bureau,
		run=paper.run,
		opinion=values["remark"],
		data={
			"notice": notice,
			"number": paper.number,
			"method": method,
			"delivered_on": str(day),
			"records": names,
		},
	)
	return first


def second_servers(paper: Document) -> list[str]:
	"""Who may go along: those who serve or handle cases of this procedure in the bureau; if that is nobody but the
	user, all who take part in its cases."""
	version = frappe.db.get_value("SC Run", paper.run, "procedure_version") if paper.run else None
	procedure = store.load_procedure(version) if version else None
	posts = {step.post for step in procedure.steps if step.tool == "service"} if procedure else set()
	posts |= {procedure.start.post} if procedure else set()
	seated = [
		seat
		for seat in seats(paper.bureau)
		if seat.actor not in ("", frappe.session.user) and seat.holding.decides
	]
	fit = [seat.actor for seat in seated if seat.holding.post in posts]
	return list(dict.fromkeys(fit or [seat.actor for seat in seated]))


def _refuse_unservable(paper: Document) -> None:
	if paper.status == "Corrected":
		frappe.throw(
			_("The document {0} was corrected by {1}. Serve that one.").format(
				paper.number, frappe.db.get_value("SC Notice", paper.corrected_by, "number") or ""
			)
		)
	if paper.status != "Issued":
		frappe.throw(_("The document {0} is void and cannot be served.").format(paper.number))
	if live(paper.name, "Served"):
		frappe.throw(_("The service of {0} is recorded already.").format(paper.number or paper.title))
	if not paper.joint_with:
		return
	main = frappe.db.get_value("SC Notice", paper.joint_with, ["title", "number", "status"], as_dict=True)
	if main and main.status == "Issued" and not live(paper.joint_with, "Served"):
		frappe.throw(
			_(
				"{0} is served together with {1}. Record the service of that document; both are recorded in one act."
			).format(paper.title, f"{main.title} {main.number or ''}".strip()),
			title=_("Served together"),
		)


def _kind_of(entity: str | None) -> str:
	kind = frappe.get_cached_value("SC Entity", entity, "entity_kind") if entity else ""
	return "person" if kind == "Person" else "unit"


def _joint(paper: Document) -> list[Document]:
	"""What is served in the same act: issued with the document and not served yet."""
	return [
		frappe.get_doc("SC Notice", name)
		for name in frappe.get_all(
			"SC Notice",
			filters={"joint_with": paper.name, "status": "Issued"},
			pluck="name",
			order_by="creation",
		)
		if not live(name, "Served")
	]


def _stand(run: str | None, step: str) -> dict[str, Any]:
	"""Where the run stands while the record is made: its step and how often it has been there."""
	if not run or not step:
		return {"step": "", "round": 0}
	marking = json.loads(frappe.db.get_value("SC Run", run, "marking") or "{}")
	return {"step": step, "round": cint(marking.get(step, ("", 0))[1])}


def _insert(paper: Document, values: dict[str, Any]) -> str:
	row = frappe.new_doc(DOCTYPE)
	row.update(
		{
			"notice": paper.name,
			"notice_number": paper.number or paper.title,
			"recipient": paper.addressee,
			"recipient_name": paper.addressee_name,
			"bureau": paper.bureau,
			"reference_doctype": paper.reference_doctype,
			"reference_name": paper.reference_name,
			"run": paper.run,
			"is_demo": paper.is_demo,
			**values,
		}
	)
	with engine_writes():
		row.insert(ignore_permissions=True)  # the caller holds the task of service
	if row.result == "Served":
		frappe.db.set_value("SC Notice", paper.name, "service_state", SERVED)
	return row.name


def live(notice: str, result: str = "") -> list[str]:
	"""Names of the attempts that count, oldest first; with `result` those of one result."""
	return frappe.get_all(
		DOCTYPE,
		filters={"notice": notice, **LIVE, **({"result": result} if result else {})},
		pluck="name",
		order_by="creation asc",
	)


def cancel(name: str, reason: str, step: str) -> str:
	"""Cancel a record entered wrongly by another that names it; what was recorded with it goes with it.

	step: the step of service in which the user has a task now.

	Raises:
		frappe.ValidationError: no reason, cancelled already, or the case went on since: its dates have been counted from.
	"""
	if not reason.strip():
		frappe.throw(_("Enter what was recorded wrongly."))
	row = frappe.get_doc(DOCTYPE, name)
	if row.result == "Cancelled" or row.cancelled_by:
		frappe.throw(_("This record has been cancelled already."))
	if row.served_with:
		frappe.throw(_("It was recorded together with another document. Cancel the record of that document."))
	if not row.step or (row.step, row.round) != tuple(_stand(row.run, step).values()):
		frappe.throw(
			_(
				"The case has gone on since, and limits have been counted from this service. It can no longer be"
				" cancelled; send the case back, or tell the administrator."
			),
			title=_("Not possible any more"),
		)
	rows = [
		row,
		*(
			frappe.get_doc(DOCTYPE, other)
			for other in frappe.get_all(
				DOCTYPE, filters={"served_with": name, **LIVE}, pluck="name", order_by="creation"
			)
		),
	]
	made = [_cancel(one, reason.strip()) for one in rows]
	if row.method == "Announcement" and row.result == "Served":
		_withdraw_announcement(row)
	events.append(
		row.reference_doctype,
		row.reference_name,
		"service_cancelled",
		N_("Record of service cancelled"),
		bureau=row.bureau,
		run=row.run,
		opinion=reason.strip(),
		data={"notice": row.notice, "number": row.notice_number, "cancelled": [r.name for r in rows]},
	)
	return made[0]


def _cancel(row: Document, reason: str) -> str:
	kept = ("notice", "notice_number", "recipient", "recipient_name", "method", "delivered_on", "bureau")
	kept += ("reference_doctype", "reference_name", "run", "is_demo", "step", "round")
	again = frappe.new_doc(DOCTYPE)
	again.update({field: row.get(field) for field in kept})
	again.update(
		{
			"result": "Cancelled",
			"cancels": row.name,
			"cancel_reason": reason,
			"server_one": frappe.session.user,
		}
	)
	with engine_writes():
		again.insert(ignore_permissions=True)  # the caller holds the task of service
	frappe.db.set_value(DOCTYPE, row.name, "cancelled_by", again.name)
	if row.result == "Served":
		frappe.db.set_value("SC Notice", row.notice, "service_state", TO_SERVE)
	return again.name


def _withdraw_announcement(row: Document) -> None:
	"""The period of an announcement that was none runs no longer, unless another one shares it."""
	others = frappe.get_all(
		DOCTYPE,
		filters={
			"run": row.run,
			"method": "Announcement",
			"result": "Served",
			"cancelled_by": ["is", "not set"],
			"delivered_on": row.delivered_on,
		},
		limit=1,
		order_by="creation",
	)
	if row.run and not others:
		clocks.withdrawn(row.run, "T15", getdate(row.delivered_on))


# ------------------------------------------------------------------------- limits


@dataclass(frozen=True, slots=True)
class Limit:
	"""Within how long a document is served. article: what sets it, "" for the site's own setting."""

	period: Period
	article: str = ""


def limit_of(kind: str, run: str | None = None) -> Limit | None:
	"""The limit for serving a kind of document: T14 for a decision, the setting for others, None where unwatched."""
	if kind in DECISIONS:
		rule = None
		if run:
			rule = store.load_procedure(frappe.db.get_value("SC Run", run, "procedure_version")).limit("T14")
		return Limit(clocks.period_of(rule) if rule else statutes.limit("T14").period, ARTICLE_LIMIT)
	days = cint(frappe.get_cached_doc("SC Settings").get("service_days"))
	return Limit(Period(days, "workday")) if days > 0 else None


def due_on(kind: str, bureau: str, issued: date, run: str | None = None) -> date | None:
	"""The last day to serve a document issued on that day."""
	limit = limit_of(kind, run)
	return due_date(issued, limit.period, calendar_of(bureau)).on if limit else None


def overdue(most: int) -> dict[str, Any]:
	"""Papers not served in time that the user may read, the longest overdue first: {papers}.

	Found by one index (see `register.home`), however many papers there are.
	"""
	filters = {
		"service_state": TO_SERVE,
		"service_due": ["<", today()],
		"status": "Issued",
		"joint_with": ["is", "not set"],
	}
	rows = frappe.get_list(
		"SC Notice",
		filters=filters,
		fields=[
			"name",
			"document_kind",
			"title",
			"number",
			"addressee_name",
			"issued_on",
			"service_due",
			"bureau",
			"reference_doctype",
			"reference_name",
		],
		order_by="service_due asc",
		limit=most,
	)
	for row in rows:
		row["bureau_name"] = frappe.get_cached_value("SC Bureau", row.bureau, "bureau_name")
		row["days"] = days_over(row.service_due, row.bureau)
	return {"papers": rows}


def days_over(due: Any, bureau: str) -> int:
	"""Working days since the last day for service; 0 if it has not passed."""
	return max(0, -calendar_of(bureau).workdays_between(today(), getdate(due))) if due else 0


# ------------------------------------------------------------------------ showing


def described(papers: Sequence[Any], bureau: str) -> None:
	"""Add to rows of papers (name, document_kind, addressee, status, service_state, service_due) what the service
	dialogs need: `services` (all attempts, cancelled ones too), `served_on`, `overdue` (days), `next_ways` after a
	failed attempt, `confirmation` of the address, `addressee_kind`,
	`limit_article`."""
	if not papers:
		return
	rows = frappe.get_all(
		DOCTYPE,
		filters={"notice": ["in", [paper.name for paper in papers]]},
		fields=[
			"name",
			"notice",
			"method",
			"result",
			"served_on",
			"delivered_on",
			"delivered_at",
			"receiver",
			"refusal_reason",
			"remark",
			"served_with",
			"cancelled_by",
			"cancels",
			"cancel_reason",
		],
		order_by="creation asc",
	)
	confirmed = addresses.of_parties([paper.addressee for paper in papers], bureau)
	for paper in papers:
		own = [row for row in rows if row.notice == paper.name]
		counting = [row for row in own if not row.cancelled_by and row.result != "Cancelled"]
		paper["services"] = [
			{**row, "method_label": _(row.method), "result_label": _(row.result)} for row in own
		]
		paper["served_on"] = next((row.served_on for row in counting if row.result == "Served"), None)
		open_still = paper.status == "Issued" and paper.addressee and not paper["served_on"]
		paper["next_ways"] = (
			next_ways([(row.method, row.result) for row in counting]) if open_still and counting else []
		)
		paper["overdue"] = days_over(paper.service_due, bureau) if open_still else 0
		paper["limit_article"] = ARTICLE_LIMIT if paper.document_kind in DECISIONS else ""
		paper["confirmation"] = confirmed.get(paper.addressee)
		paper["addressee_kind"] = _kind_of(paper.addressee)


def service_title(row: Any) -> str:
	"""One attempt in Chinese, for a list in a paper: 第一次 邮寄送达 2026年3月6日 未能送达."""
	return " ".join(
		(
			WAYS_ZH.get(row.method, row.method),
			chinese_date(getdate(row.delivered_on)),
			RESULTS_ZH.get(row.result, row.result),
		)
	)


def facts_of(name: str) -> dict[str, Any]:
	"""What the receipt of service (送达回证, D03) prints: {"service", "servers", "served"}.

	name: an SC Service Record, or an SC Notice for a blank receipt of its next attempt. Dates are dates, the
	rest is text in Chinese as `documents.placeholders` names it; what does not apply to the way is left out.

	Raises:
		frappe.DoesNotExistError: neither of them.
	"""
	if not frappe.db.exists(DOCTYPE, name):
		paper = frappe.get_doc("SC Notice", name)
		return {
			"service": {"attempt": len(live(name)) + 1},
			"servers": [],
			"served": _served(paper),
		}
	row = frappe.get_doc(DOCTYPE, name)
	return {
		"service": {key: value for key, value in _service_facts(row).items() if value not in (None, "")},
		"servers": [_server(user, row.bureau) for user in (row.server_one, row.server_two) if user],
		"served": _served(frappe.get_doc("SC Notice", row.notice), row),
	}


def _service_facts(row: Document) -> dict[str, Any]:
	day, served = getdate(row.delivered_on), row.result == "Served"
	moment = chinese_date(day)
	if row.delivered_at:
		hour, minute = row.delivered_at.split(":")[:2]
		moment += f"{int(hour)}时{int(minute)}分"
	relationship = CAPACITIES_ZH.get(row.receiver_capacity or "", "")
	if row.relationship and row.relationship != relationship:
		relationship = f"{relationship}（{row.relationship}）" if relationship else row.relationship
	facts: dict[str, Any] = {
		"attempt": _number_of(row),
		"place": row.place,
		"method": WAYS_ZH[row.method],
		"result": RESULTS_ZH.get(row.result, ""),
		"receiver": row.receiver,
		"relationship": relationship,
		"refusal_reason": row.refusal_reason or ("" if served else row.remark),
		"witness": row.witness,
		"witness_unit": row.witness_post,
		"recording": row.recording,
		"tracking_number": row.tracking_number,
		"electronic_address": row.electronic_address,
		"agent_unit": row.through,
		"medium": row.medium,
		"served_on": getdate(row.served_on) if row.served_on else None,
		"remark": _remark(row),
	}
	if row.receiver_capacity in SUBSTITUTES:
		facts |= {"substitute": row.receiver, "substitute_reason": relationship}
	if served and row.method in ("Direct", "Left at Domicile"):
		facts["received_text"] = moment
	elif served and row.method == "By Post":
		facts["returned_on"] = day
	elif served and row.method == "Electronic":
		facts["arrived_text"] = moment
	elif served and row.method in ("Entrusted", "Forwarded"):
		facts["handed_on"] = day
	elif row.method == "Announcement":
		facts["announced_on"] = day
		facts["announced_until"] = getdate(row.served_on) if row.served_on else None
	return facts


def _number_of(row: Document) -> int:
	names = live(row.notice)
	return names.index(row.name) + 1 if row.name in names else len(names)


def _remark(row: Document) -> str:
	"""The remark with the attempts that went before, and with what became of a cancelled record."""
	before = []
	for name in live(row.notice):
		if name == row.name:
			break
		earlier = frappe.db.get_value(DOCTYPE, name, ["method", "delivered_on", "result"], as_dict=True)
		before.append(service_title(earlier))
	parts = [row.remark or ""]
	if before:
		parts.append("此前送达情况：" + "；".join(before))
	if row.cancelled_by:
		parts.append(
			"本记录已作废：" + (frappe.db.get_value(DOCTYPE, row.cancelled_by, "cancel_reason") or "")
		)
	return "。".join(part.rstrip("。") for part in parts if part)


def _server(user: str, bureau: str) -> dict[str, str]:
	badge = frappe.db.get_value(
		"SC Post Assignment",
		{"user": user, "bureau": bureau, "enabled": 1, "certificate_number": ["is", "set"]},
		"certificate_number",
		order_by="creation",
	)
	return {"name": frappe.get_cached_value("User", user, "full_name") or user, "badge": badge or ""}


def _served(paper: Document, row: Document | None = None) -> list[dict[str, Any]]:
	"""The documents of the act: the one named and what was, or will be, served with it."""
	if row is None:
		papers = [paper, *_joint(paper)]
	else:
		first = row.served_with or row.name
		names = frappe.get_all(DOCTYPE, filters={"served_with": first}, pluck="notice", order_by="creation")
		main = frappe.db.get_value(DOCTYPE, first, "notice")
		papers = [frappe.get_doc("SC Notice", name) for name in (main, *names)]
	copies = local_rules.copies(paper.bureau) or 1
	return [{"title": p.title, "number": p.number or "", "copies": copies} for p in papers]
