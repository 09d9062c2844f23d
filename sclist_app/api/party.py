"""The party's door: called by guests who hold a query code. Every answer is Chinese, whatever the browser asks for."""

import re

import frappe
from frappe import _

from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.register import party, party_acts, party_files, party_session

PAGE = f"/{party_session.ROUTE}"
# xss_safe: the framework would rewrite what a party types; here markup is refused, and every page escapes the rest
_ONCE = re.compile(r"[A-Za-z0-9]{16,64}")


def _visitor(token: str, limits: tuple[int, int]):
	frappe.local.lang = "zh"
	with party_session.unlogged():
		return party_session.require(text_of(token, 200), limits)


def _once(value: str) -> str:
	if not isinstance(value, str) or not _ONCE.fullmatch(value):
		frappe.throw(_("The form is out of date or was changed. Load the page again and submit once more."))
	return value


def _faults(faults: party_acts.Faults) -> dict:
	"""The fields to be mended; the page marks them and keeps what was typed."""
	frappe.local.response.http_status_code = 422
	return {"faults": faults.found}


@frappe.whitelist(methods=["POST"], allow_guest=True, xss_safe=True)
def enter(code: str) -> dict:
	"""Come in by query code; the browser gets a ticket for some hours. Needs a code in use."""
	frappe.local.lang = "zh"
	if not party_session.is_open():
		frappe.throw(_("The online service is closed. Go to the bureau that listed."), frappe.PermissionError)
	party_session.admit(party_session.enter(text_of(code, 200)))
	return {"next": PAGE}


@frappe.whitelist(methods=["POST"], allow_guest=True)
def upload(token: str, slot: str) -> dict:
	"""Keep one uploaded file (`file` of the request) for a place of the form. Needs a ticket of the listed party."""
	row = _visitor(token, party_session.UPLOADS)
	slot = party_files.place_named(text_of(slot, 60))
	sent = frappe.request.files.get("file")
	if sent is None:
		frappe.throw(_("Choose a file first."))
	# one byte more than admitted tells that it is too large, without reading it all
	content = sent.stream.read(party_files.max_bytes() + 1)
	return party_files.take(row, slot, text_of(sent.filename, 500), content)


@frappe.whitelist(methods=["POST"], allow_guest=True)
def drop(token: str, file: str) -> None:
	"""Take back a file that was not handed in yet. Needs the ticket of the party that uploaded it."""
	party_files.drop(_visitor(token, party_session.UPLOADS), name_of(file, "file"))


@frappe.whitelist(methods=["POST"], allow_guest=True, xss_safe=True)
def apply(
	token: str,
	once: str,
	number: str,
	applied_by: str,
	capacity: str,
	phone: str,
	delivery_address: str,
	obligations_statement: str,
	effects_statement: str,
	no_repeat_statement: str = "",
	performed_on: str = "",
	notify_email: str = "",
	notify_consent: str = "",
	truth: str = "",
) -> dict:
	"""Apply for early removal of the party's own record. Needs a ticket and the party's own code or certificate number."""
	row = _visitor(token, party_session.ACTS)
	given = {
		"number": number,
		"applied_by": applied_by,
		"capacity": capacity,
		"phone": phone,
		"delivery_address": delivery_address,
		"obligations_statement": obligations_statement,
		"effects_statement": effects_statement,
		"no_repeat_statement": no_repeat_statement,
		"performed_on": performed_on,
		"notify_email": notify_email,
		"notify_consent": notify_consent,
		"truth": truth,
	}
	try:
		with party_session.unlogged():
			done = party_acts.apply(
				row, {field: text_of(value) for field, value in given.items()}, _once(once)
			)
	except party_acts.Faults as faults:
		return _faults(faults)
	return {"application": done, "next": f"{PAGE}?view=received"}


@frappe.whitelist(methods=["POST"], allow_guest=True)
def supply(token: str, once: str) -> dict:
	"""Hand in the files kept for the papers that were asked for. Needs a ticket and an application that waits for them."""
	row = _visitor(token, party_session.ACTS)
	try:
		whole = party_acts.supply(row, _once(once))
	except party_acts.Faults as faults:
		return _faults(faults)
	return {"complete": whole, "next": f"{PAGE}?view={'supplied' if whole else 'partly'}"}


@frappe.whitelist(methods=["POST"], allow_guest=True, xss_safe=True)
def withdraw(token: str, once: str, reason: str) -> dict:
	"""Take the party's application back. Needs a ticket and an application not yet being decided."""
	row = _visitor(token, party_session.ACTS)
	try:
		party_acts.withdraw(row, text_of(reason), _once(once))
	except party_acts.Faults as faults:
		return _faults(faults)
	return {"next": f"{PAGE}?view=withdrawn"}


@frappe.whitelist(methods=["POST"], allow_guest=True)
def paper(token: str, notice: str) -> None:
	"""The PDF of a paper issued in the party's application. Needs its ticket; every opening is logged."""
	row = _visitor(token, party_session.ACTS)
	# a name of plain letters; the page gives it its title
	answers.download(party.paper(row, name_of(notice, "notice")), f"{notice}.pdf")
