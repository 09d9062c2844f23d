"""The party's page at /sclist-repair: its own record, the application form and its progress, by query code."""

import secrets

import frappe

from sclist_app.law.findings import chinese_date
from sclist_app.register import party, party_acts, party_files, party_session

no_cache = 1
sitemap = 0

# what was just done, and where the application stands as long as that is news
DONE = {
	"received": "received",
	"supplied": "supplied",
	"partly": "supplement",
	"withdrawn": "withdrawn",
}


def get_context(context: dict) -> None:
	"""What the template shows. `view` is closed, busy, office, code, record, apply or withdraw."""
	frappe.local.lang = "zh"
	context.told, context.typed = "", ""
	if not party_session.is_open():
		context.view, context.http_status_code = "closed", 404
		return
	if frappe.session.user != "Guest":
		context.view = "office"
		return
	try:
		row = _visitor(context)
	except party_session.TooOften as error:
		frappe.clear_messages()
		context.view, context.http_status_code, context.told = "busy", 429, str(error)
		return
	if row is None:
		context.view = "code"
		return
	_show(context, row)


def _visitor(context: dict):
	"""Who holds a ticket, or comes in now by the code just typed; None to ask for the code."""
	party_session.count("request", party_session.address(), party_session.REQUESTS)
	form = frappe.form_dict
	if frappe.request.method != "POST":
		return party_session.visitor()
	if form.get("leave"):
		return _leave(form.get("token"))
	code = form.get("code") if isinstance(form.get("code"), str) else ""
	try:
		name = party_session.enter(code)
	except party_session.TooOften:
		raise
	except (frappe.ValidationError, frappe.PermissionError) as error:
		frappe.clear_messages()
		context.told, context.typed = str(error), code[:60]
		context.http_status_code = 403 if isinstance(error, frappe.PermissionError) else 422
		return None
	party_session.admit(name)
	return frappe._dict(
		frappe.db.get_value("SC Query Code", name, ["name", "record", "entity"], as_dict=True)
	)


def _leave(token: str | None):
	"""The visitor goes, if it was their own page that said so; else they stay."""
	row = party_session.visitor()
	if row is None or token != party_session.form_token(row.name):
		return row
	party_session.leave()
	return None


def _show(context: dict, row) -> None:
	view = frappe.form_dict.get("view")
	context.view, context.chinese_date = "record", chinese_date
	context.page = party.page(row)
	context.token = party_session.form_token(row.name)
	context.once = secrets.token_hex(16)
	phase = (context.page["application"] or {}).get("phase")
	context.done = view if isinstance(view, str) and DONE.get(view) == phase else ""
	context.kept = _by_slot(row)
	context.limits = {
		"bytes": party_files.max_bytes(),
		"megabytes": party_files.max_bytes() // 1024 // 1024,
		"files": party_files.PER_SLOT,
	}
	if view == "apply" and not context.page["running"] and context.page["eligibility"]["may"]:
		context.view, context.slots = "apply", party.slots(row.record)
		context.capacities, context.most, context.must = (
			party_acts.CAPACITIES,
			party_acts.MOST,
			party_acts.MUST,
		)
	elif view == "withdraw" and context.page["running"] and context.page["application"]["may_withdraw"]:
		context.view = "withdraw"


def _by_slot(row) -> dict[str, list]:
	kept: dict[str, list] = {}
	for file in party_files.staged(row):
		kept.setdefault(file["slot"], []).append(file)
	return kept
