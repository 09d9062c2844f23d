import frappe
from frappe import _

from sclist_app.access.doctypes import FORMS
from sclist_app.access.posts import filling_bureaus, held
from sclist_app.access.visibility import fillers
from sclist_app.workflow.conditions import SCHEMA, Fact


def boot_session(bootinfo) -> None:
	"""What the desk needs to know of the user's posts from the first page on, and the names of the facts.

	facts: fact of a condition → {"label": in the user's language, "type", "options", "kinds": as in
	`workflow.conditions.SCHEMA`}.
	"""
	own = held()
	bureaus = list(dict.fromkeys(h.bureau for h in own))
	bootinfo.sclist = {
		"bureaus": [
			{"name": name, "bureau_name": frappe.get_cached_value("SC Bureau", name, "bureau_name")}
			for name in bureaus
		],
		"posts": sorted({h.post for h in own}),
		"reads_below": any(h.reads_below for h in own),
		"configures": any(h.configures for h in own),
		"approves_rules": any(h.approves_rules for h in own),
		"fills_forms": sorted(filling_bureaus()),
		"facts": {fact.name: _fact(fact) for fact in SCHEMA.values()},
	}
	_offer_what_is_filled(bootinfo)


def _offer_what_is_filled(bootinfo) -> None:
	"""The desk offers new documents by role, which all officers share; ours are entered by post."""
	user = bootinfo.get("user") or {}
	if frappe.session.user != "Administrator" and "can_create" in user:
		user["can_create"] = [
			doctype for doctype in user["can_create"] if doctype not in FORMS or fillers(doctype, None)
		]


def _fact(fact: Fact) -> dict:
	return {
		"label": _(fact.label),
		"type": fact.type,
		"options": list(fact.options),
		"kinds": list(fact.kinds),
	}
