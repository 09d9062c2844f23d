"""Opinion phrases of one's own (常用意见): a short list kept with the user's defaults."""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _

from sclist_app.law.findings import N_
from sclist_app.workflow.model import Verb

__all__ = ["own", "save"]

KEY = "sclist_phrases"
MOST, LONGEST = 30, 200
VERBS = ("", *(verb.value for verb in (Verb.AGREE, Verb.RETURN, Verb.REFUSE)))
# what a new user begins with
FIRST = (
	("Agree", N_("I agree.")),
	("Agree", N_("The facts are clear, the evidence is sufficient and the law is applied rightly. I agree.")),
	("Return", N_("Complete the evidence and submit it again.")),
	("Return", N_("The facts are not clear. Returned for further examination.")),
	("Refuse", N_("The case does not meet the conditions of the ground it was opened for.")),
)


def own() -> list[dict[str, str]]:
	"""The user's phrases in their order: [{"verb": "" (any) | "Agree" | "Return" | "Refuse", "text"}]."""
	stored = frappe.defaults.get_user_default_as_list(KEY)
	if stored:
		return json.loads(stored[0])
	return [{"verb": verb, "text": _(text)} for verb, text in FIRST]


def save(rows: Any) -> list[dict[str, str]]:
	"""Replace the user's list; returns it as stored, empty phrases and repetitions left out.

	Raises:
		frappe.ValidationError: not such a list, too many, or too long.
	"""
	if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
		frappe.throw(_("The phrases could not be read. Reload the page and try again."))
	kept: list[dict[str, str]] = []
	for row in rows:
		text, verb = str(row.get("text") or "").strip(), str(row.get("verb") or "")
		if verb not in VERBS:
			frappe.throw(_("The phrases could not be read. Reload the page and try again."))
		if len(text) > LONGEST:
			frappe.throw(_("A phrase has at most {0} characters. Shorten it.").format(LONGEST))
		phrase = {"verb": verb, "text": text}
		if text and phrase not in kept:
			kept.append(phrase)
	if len(kept) > MOST:
		frappe.throw(_("You may keep {0} phrases. Remove one first.").format(MOST))
	frappe.defaults.set_user_default(KEY, json.dumps(kept, ensure_ascii=False))
	return kept
