import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus, held
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


def _fact(fact: Fact) -> dict:
	return {
		"label": _(fact.label),
		"type": fact.type,
		"options": list(fact.options),
		"kinds": list(fact.kinds),
	}
