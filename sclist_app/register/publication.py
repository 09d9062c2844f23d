"""Publication per record and channel, with evidence, by two different people (办法第十一条、第十二条)."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import now
from sclist_app.audit import events
from sclist_app.law.citations import ORDER_11, cite
from sclist_app.law.findings import N_, Finding

__all__ = ["chain_of", "confirm", "record", "send_back", "since", "unfinished", "unfinished_of"]

ARTICLE = cite(ORDER_11, 11)


def unfinished(case: str, reviewed: bool) -> list[Finding]:
	"""Mandatory publications of a case that are not recorded yet, or (reviewed) not confirmed yet."""
	return unfinished_of({"case": case}, reviewed)


def unfinished_of(which: dict[str, str], reviewed: bool) -> list[Finding]:
	"""The same for those of one record: which = {"record": name}."""
	# what is to be taken down again, or was never needed, belongs to a record that has left the list
	waiting = ("To Push", "Push Failed", "Pushed") if reviewed else ("To Push", "Push Failed")
	rows = frappe.get_all(
		"SC Publication",
		filters={**which, "mandatory": 1, "state": ["in", waiting]},
		fields=["name", "entity_name", "channel"],
		order_by="creation",
	)
	message = (
		N_("The publication of {subject} on {channel} has not been confirmed by a second person.")
		if reviewed
		else N_(
			"The publication of {subject} on {channel} has not been recorded. Enter its address, time and screenshot."
		)
	)
	return [
		Finding(
			"publication.open",
			message,
			ARTICLE,
			{
				"subject": row.entity_name,
				"channel": frappe.get_cached_value("SC Publication Channel", row.channel, "channel_name"),
			},
			row=row.name,
		)
		for row in rows
	]


def record(name: str, address: str, published_at: str | datetime, screenshot: str, note: str) -> None:
	"""The first person records where and when it was published, with a screenshot.

	Raises:
		frappe.ValidationError: address, time or screenshot is missing or wrong.
	"""
	row = frappe.get_doc("SC Publication", name)
	if row.state not in ("To Push", "Pushed", "Push Failed"):
		frappe.throw(_("This publication is confirmed already and cannot be changed."))
	channel = frappe.get_cached_doc("SC Publication Channel", row.channel)
	if not _is_address(address) and not channel.own_page:
		frappe.throw(_("Enter the web address of the publication, beginning with http:// or https://."))
	if not screenshot:
		frappe.throw(_("Attach a screenshot of the publication."))
	at = get_datetime(published_at) if published_at else None
	if at is None or at > now():
		frappe.throw(_("Enter the time of the publication; it cannot lie in the future."))
	decided = since(frappe.get_doc("SC Listing Record", row.record))
	if decided and getdate(at) < getdate(decided):
		frappe.throw(_("The publication lies before the decision. Correct its time."))
	with engine_writes():
		row.update(
			{
				"state": "Pushed",
				"address": address,
				"published_at": at,
				"screenshot": screenshot,
				"note": note,
				"recorded_by": frappe.session.user,
				"reviewed_by": None,
				"reviewed_at": None,
			}
		)
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(row, "published", N_("Publication recorded"))


def since(listing: Document) -> date | None:
	"""The decision that puts the record on the list: the first one, or the one that restored it."""
	day = listing.get("restored_on") or listing.decided_on
	return getdate(day) if day else None


def chain_of(row: Document) -> tuple[str, str]:
	"""On which chain a record, or a publication or measure of it, is logged: that of its case, or the record's own.

	An entry taken over from the list kept before Order 11 has no case.
	"""
	return ("SC Case", row.case) if row.case else ("SC Listing Record", row.get("record") or row.name)


def _is_address(text: str) -> bool:
	parts = urlsplit((text or "").strip())
	return parts.scheme in ("http", "https") and bool(parts.netloc)


def confirm(name: str) -> None:
	"""The second person confirms; on this system's own page the record is shown from now on.

	Raises:
		frappe.ValidationError: nothing recorded yet, or the same person as before.
	"""
	row = frappe.get_doc("SC Publication", name, for_update=True)
	if row.state != "Pushed":
		frappe.throw(_("There is nothing to confirm: the publication is not recorded, or confirmed already."))
	if row.recorded_by == frappe.session.user:
		frappe.throw(
			_("You recorded this publication yourself. A second person must confirm it."),
			title=_("Two persons needed"),
		)
	with engine_writes():
		row.update({"state": "Posted", "reviewed_by": frappe.session.user, "reviewed_at": now()})
		row.save(ignore_permissions=True)  # the caller holds the task of this step
		if frappe.get_cached_value("SC Publication Channel", row.channel, "own_page"):
			listing = frappe.get_doc("SC Listing Record", row.record)
			listing.shown, listing.shown_from = 1, getdate(row.published_at)
			listing.save(ignore_permissions=True)  # follows from the confirmed publication
	_log(row, "confirmed", N_("Publication confirmed"))


def send_back(name: str, note: str) -> None:
	"""The second person finds a fault and sends it back.

	Raises:
		frappe.ValidationError: nothing to send back, or no reason given.
	"""
	row = frappe.get_doc("SC Publication", name)
	if row.state != "Pushed":
		frappe.throw(_("There is nothing to confirm: the publication is not recorded, or confirmed already."))
	if not (note or "").strip():
		frappe.throw(_("Say what is wrong with the publication."))
	with engine_writes():
		row.update({"state": "To Push", "note": note})
		row.save(ignore_permissions=True)  # the caller holds the task of this step
	_log(row, "sent_back", N_("Publication sent back"), note)


def _log(row, event: str, label: str, opinion: str = "") -> None:
	events.append(
		*chain_of(row),
		event,
		label,
		bureau=row.bureau,
		run=row.run,
		opinion=opinion,
		data={"publication": row.name, "record": row.record, "channel": row.channel, "address": row.address},
	)
