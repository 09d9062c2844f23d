"""A request that tried to change what its sender may not change leaves a trace in the event chain.

The refusal undoes everything the request wrote, a trace among it. So the trace is written when the transaction is
over, in one of its own: the only place where a request commits by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import frappe
from frappe.model.document import Document

from sclist_app.audit import events
from sclist_app.law.findings import N_

__all__ = ["note"]

_NOTED = "sclist_tampering_noted"


def note(doc: Document, fields: Sequence[str]) -> None:
	"""Write an event `tampered` with the names of the fields, never their values, as soon as the request is over.

	One per request or job, however many documents it tried. A script on the server itself leaves none: what it
	tries is no request. A document that was never stored has no chain; its bureau's takes the event.
	"""
	if not _from_outside() or getattr(frappe.local, _NOTED, False):
		return
	setattr(frappe.local, _NOTED, True)
	chain = ("SC Bureau", doc.get("bureau")) if doc.is_new() else (doc.doctype, doc.name)
	found = {
		"doctype": doc.doctype,
		"fields": sorted(fields),
		"way": frappe.form_dict.get("cmd") or getattr(getattr(frappe.local, "request", None), "path", ""),
	}
	actor, written = frappe.session.user, []
	facts = {"bureau": doc.get("bureau"), "run": doc.get("run"), "step": doc.get("state") or ""}

	def write() -> None:
		if written or not frappe.db.exists(*chain):
			return
		written.append(True)
		session, frappe.session.user = frappe.session.user, actor
		try:
			events.append(
				*chain, "tampered", N_("Refused: fields changed without leave"), data=found, **facts
			)
			frappe.db.commit()  # the request's own transaction is over, nobody else will commit this
		finally:
			frappe.session.user = session

	# undone as a rule; committed where the framework swallows the refusal, as a bulk edit does
	frappe.db.after_rollback.add(write)
	frappe.db.after_commit.add(write)


def _from_outside() -> bool:
	return bool(getattr(frappe.local, "request", None) or getattr(frappe.local, "job", None)) or bool(
		frappe.flags.in_import
	)
