"""Messages to officers and parties: written down once each, mailed after the commit, failures visible.

A message is a row of `SC Message` with a key of its own, so an event that is told twice makes one message. The row and
the note on the desk are written with whatever they tell of; the mail is a job of its own, so that no mail can take an
act back. The mail and the word that it is queued are committed together: a job killed in between sends nothing, and
the next one sends it once.

No text holds an identity number, a phone, an address or the name of a person: documents are named by their numbers.
"""

from __future__ import annotations

import re

import frappe
from frappe import _
from frappe.desk.doctype.notification_settings.notification_settings import (
	is_email_notifications_enabled,
	is_notifications_enabled,
)
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import cint, get_url, get_url_to_form, validate_email_address

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import now
from sclist_app.law.findings import N_
from sclist_app.workflow import jobs

__all__ = ["JOB", "deliver", "follow", "is_on", "party", "retry", "sweep", "tell_officer"]

DOCTYPE, QUEUE = "SC Message", "Email Queue"
NOT_WANTED, TO_SEND, QUEUED, SENT, FAILED, NO_ADDRESS = (
	"Not Wanted",
	"Mail To Send",
	"Mail Queued",
	"Mail Sent",
	"Mail Failed",
	"No Address",
)
MOST_TRIES = 5
JOB = "sclist: messages"
POINT = "sclist_message"
# where the tasks of an officer stand; messages that count them lead there
DESK, COUNTING = "/app/sc-desk", "New Task"
# the switch of each kind in SC Settings
SWITCHES = {
	"New Task": "tell_new_task",
	"Due Soon": "tell_due",
	"Overdue": "tell_due",
	"Remedy": "tell_decision",
	"Decision Made": "tell_decision",
	"Application Received": "tell_application",
	"Report Received": "tell_report",
	"Eleven Months": "tell_eleven_months",
	"Application Accepted": "tell_progress",
	"Application Not Accepted": "tell_progress",
	"Supplement Asked For": "tell_progress",
	"Early Removal Granted": "tell_progress",
	"Early Removal Refused": "tell_progress",
	"Listing Restored": "tell_progress",
}
# What mail servers and programs say, in the words of who has to do something about it; the first that fits.
_FAILURES: tuple[tuple[str, str], ...] = (
	(
		r"authenticat|\b53[0458]\b|password|encrypt",
		N_(
			"The mail server refused the account the system sends from. Have the administrator check the outgoing"
			" e-mail account."
		),
	),
	(
		r"recipient|mailbox|no such user|\b55[0-4]\b",
		N_("The receiving address does not exist or refuses the mail. Check the address, then send again."),
	),
	(
		r"connect|refused|time[d -]*out|gaierror|getaddrinfo|unreachable|network|name or service",
		N_("The mail server cannot be reached. Have the administrator check the outgoing e-mail account."),
	),
)
_OTHER_FAILURE = N_(
	"The mail could not be sent. Have the administrator check the outgoing e-mail account and the error log."
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
# a certificate number that slipped into a free text
_LONG_NUMBER = re.compile(r"(?<!\d)\d{14,18}[\dXx]?(?!\d)")


def is_on(kind: str) -> bool:
	"""Do the settings of the site want this kind of message?"""
	return bool(_setting(SWITCHES[kind]))


def _setting(field: str) -> int:
	return cint(frappe.get_cached_value("SC Settings", None, field))


# ------------------------------------------------------------------ writing one


def tell_officer(
	kind: str, key: str, user: str, text: str, doctype: str, name: str, bureau: str | None
) -> bool:
	"""One message to an officer: a note on the desk and, where wanted, a mail. False if it was told already.

	key: the event; with the user it makes the message unique. The officer's own notification settings hold.
	"""
	if not is_on(kind) or not is_notifications_enabled(user):
		return False
	address = frappe.get_cached_value("User", user, "email") or ""
	mailed = (
		_setting("mail_officers") and is_email_notifications_enabled(user) and _valid(address) and _can_mail()
	)
	row = _write(
		{
			"kind": kind,
			"audience": "Officer",
			"user": user,
			"email": address if mailed else None,
			"mail_state": TO_SEND if mailed else NOT_WANTED,
			"subject": text,
			"message": text,
			"reference_doctype": doctype,
			"reference_name": name,
			"bureau": bureau,
			"message_key": f"{key}|{user}",
		}
	)
	if not row:
		return False
	log = frappe.new_doc("Notification Log")
	log.update(
		{
			"for_user": user,
			"type": "Alert",
			"subject": scrubbed(text),
			"document_type": doctype,
			"document_name": name,
		}
	)
	if kind == COUNTING and log.meta.has_field("link"):
		log.link = DESK
	log.insert(ignore_permissions=True)  # notes of the system to its officers
	return True


def party(
	kind: str, key: str, address: str, subject: str, text: str, doctype: str, name: str, bureau: str
) -> bool:
	"""One message to a party that consented. False if it was told already, or the settings want none.

	address: "" if there is none; that is written down, so that an officer can see it.
	"""
	if not is_on(kind) or not _setting("mail_parties"):
		return False
	return bool(
		_write(
			{
				"kind": kind,
				"audience": "Party",
				"email": address or None,
				"mail_state": TO_SEND if _valid(address) else NO_ADDRESS,
				"subject": subject,
				"message": text,
				"reference_doctype": doctype,
				"reference_name": name,
				"bureau": bureau,
				"message_key": key,
			}
		)
	)


def _write(values: dict) -> str:
	"""Insert the row; "" if another one has its key."""
	values["message_key"] = values["message_key"][:140]
	if frappe.db.exists(DOCTYPE, {"message_key": values["message_key"]}):
		return ""
	row = frappe.new_doc(DOCTYPE)
	row.update({**values, "sent_on": now(), "tries": 0})
	if frappe.get_meta(row.reference_doctype).has_field("is_demo"):
		row.is_demo = frappe.db.get_value(row.reference_doctype, row.reference_name, "is_demo")
	row.subject, row.message = scrubbed(row.subject)[:140], scrubbed(row.message)
	frappe.db.savepoint(POINT)
	try:
		with engine_writes():
			row.insert(ignore_permissions=True)  # the system tells of what was permitted
	except frappe.UniqueValidationError:
		frappe.db.rollback(save_point=POINT)
		frappe.clear_last_message()
		return ""
	if row.mail_state == TO_SEND:
		_enqueue(row.name)
	return row.name


def scrubbed(text: str) -> str:
	"""The text without anything that could be a certificate number."""
	return _LONG_NUMBER.sub("****", text or "")


def _valid(address: str) -> bool:
	return bool(address) and bool(validate_email_address(address))


def _can_mail() -> bool:
	"""Has the site an account to send from?"""
	return bool(EmailAccount.find_outgoing())


def _enqueue(name: str) -> None:
	frappe.enqueue(
		"sclist_app.workflow.outbox.deliver",
		queue="short",
		enqueue_after_commit=True,
		job_id=f"sclist-message-{name}",
		deduplicate=True,
		name=name,
	)


# ------------------------------------------------------------------ mailing


def deliver(name: str) -> bool:
	"""Put the mail of one message into the framework's queue; True if this call did. Safe to repeat.

	The caller commits: the mail in the queue and the word that it is there stand together.
	"""
	row = frappe.db.get_value(
		DOCTYPE,
		name,
		[
			"name",
			"kind",
			"mail_state",
			"tries",
			"email",
			"subject",
			"message",
			"audience",
			"reference_doctype",
			"reference_name",
		],
		as_dict=True,
		for_update=True,
	)
	if not row or row.mail_state not in (TO_SEND, FAILED) or (row.tries or 0) >= MOST_TRIES:
		return False
	frappe.db.savepoint(POINT)
	try:
		queued = _queue(row)
	except Exception as error:
		detail = frappe.get_traceback()
		frappe.db.rollback(save_point=POINT)
		frappe.clear_messages()
		said = _plain(error)
		if not _HAN.search(str(error)):
			frappe.log_error(title=f"{DOCTYPE} {name}", message=detail)
		_set(name, mail_state=FAILED, tries=(row.tries or 0) + 1, mail_error=said)
		return False
	_set(name, mail_state=QUEUED, tries=(row.tries or 0) + 1, mail_error=None, email_queue=queued)
	return True


def _queue(row) -> str:
	if not _can_mail():
		raise frappe.OutgoingEmailError(_("No outgoing e-mail account is set up.", lang="zh"))
	frappe.sendmail(
		recipients=[row.email],
		subject=row.subject,
		message=_html(row),
		reference_doctype=DOCTYPE,
		reference_name=row.name,
		add_unsubscribe_link=0,
	)
	queued = frappe.db.get_value(
		QUEUE, {"reference_doctype": DOCTYPE, "reference_name": row.name}, "name", order_by="creation desc"
	)
	if not queued:
		raise frappe.OutgoingEmailError(_("The mail was not taken into the queue.", lang="zh"))
	return queued


def _plain(error: Exception) -> str:
	return _said(frappe.utils.strip_html(str(error)) or type(error).__name__, type(error).__name__)


def _said(text: str, kind: str = "") -> str:
	"""Why a mail failed, in Chinese and with what to do. What said so itself stands in the error log or the queue."""
	if _HAN.search(text):
		return scrubbed(text)[:500]
	for pattern, words in _FAILURES:
		if re.search(pattern, f"{kind} {text}", re.IGNORECASE):
			return _(words, lang="zh")
	return _(_OTHER_FAILURE, lang="zh")


def _html(row) -> str:
	"""The mail: the text, a link for officers, and that nobody reads answers."""
	lines = "".join(f"<p>{frappe.utils.escape_html(line)}</p>" for line in row.message.split("\n") if line)
	link = ""
	if row.audience == "Officer" and row.reference_name:
		address = (
			get_url(DESK)
			if row.kind == COUNTING
			else get_url_to_form(row.reference_doctype, row.reference_name)
		)
		label = _("Open it in the system", lang="zh")
		link = f'<p><a href="{frappe.utils.escape_html(address)}">{label}</a></p>'
	foot = _("This mail was sent by the system. Please do not answer it.", lang="zh")
	return f'<div lang="zh">{lines}{link}<p style="color:#6b7280;font-size:12px">{foot}</p></div>'


def _set(name: str, **values) -> None:
	frappe.db.set_value(DOCTYPE, name, values)


def sweep() -> int:
	"""Hourly: mail what was left or failed a few times only, and see what became of the rest. Returns how many."""
	names = frappe.get_all(
		DOCTYPE,
		filters={"mail_state": ["in", [TO_SEND, FAILED]], "tries": ["<", MOST_TRIES]},
		pluck="name",
		order_by="creation asc",
		limit=1000,
	)
	return jobs.each(names, deliver, JOB) + jobs.each(_in_queue(), lambda row: follow(*row), JOB)


def retry(name: str) -> None:
	"""Mail a message once more that was given up. The caller has checked who may.

	Raises:
		frappe.ValidationError: it has not failed.
	"""
	row = frappe.db.get_value(DOCTYPE, name, ["mail_state"], as_dict=True, for_update=True)
	if not row or row.mail_state != FAILED:
		frappe.throw(_("This mail has not failed, so there is nothing to send again."))
	_set(name, mail_state=TO_SEND, tries=0, mail_error=None)
	_enqueue(name)


def _in_queue() -> list[tuple[str, str, str]]:
	message, queue = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType(QUEUE)
	return list(
		frappe.qb.from_(message)
		.join(queue)
		.on(queue.name == message.email_queue)
		.select(message.name, queue.status, queue.error)
		.where(message.mail_state == QUEUED)
		.where(queue.status.isin(["Sent", "Error", "Expired"]))
		.orderby(message.creation)
		.limit(1000)
		.run()
	)


def follow(name: str, status: str, error: str | None) -> bool:
	"""What became of a queued mail. The framework has tried it several times before it says so."""
	if status == "Sent":
		_set(name, mail_state=SENT)
	else:
		last = (error or "").strip().splitlines()[-1:] or [status]
		_set(name, mail_state=FAILED, tries=MOST_TRIES, mail_error=_said(last[0]))
	return True
