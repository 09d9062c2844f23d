"""Who sees what, who may do what. One function decides for lists and for forms.

Deny by default: the Frappe roles only open the door, what is behind it comes from the posts a user holds.
Reading follows the bureau tree downwards; writing an operating document needs a task (the engine says so);
writing configuration needs a configuring post at the bureau or above it.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from sclist_app.access.doctypes import ALSO_FILLED_BY, CONFIGURATION, FORMS, OPERATING, OWN, RUNNING, STAFF
from sclist_app.access.posts import Held, held, may_take

__all__ = ["condition", "fillers", "has_permission", "may_read_bureau", "scope"]

READING = ("read", "select", "report", "print", "export", "email_preview")
# a list longer than a thousand is a query to the database all the same
MOST_NAMES = 900


@dataclass(frozen=True)
class Scope:
	"""What a user may read: everything, or these bureaus and these stretches of the tree."""

	everything: bool
	bureaus: frozenset[str] = frozenset()
	ranges: frozenset[tuple[int, int]] = frozenset()

	def sql(self, column: str) -> str:
		"""The same answer as a condition; names come from our own tables, escaped all the same."""
		if self.everything:
			return ""
		parts = []
		if self.bureaus:
			names = ", ".join(frappe.db.escape(name) for name in sorted(self.bureaus))
			parts.append(f"{column} in ({names})")
		if self.ranges:
			stretches = " or ".join(
				f"(lft >= {low:d} and rgt <= {high:d})" for low, high in sorted(self.ranges)
			)
			below = f"select name from `tabSC Bureau` where {stretches}"
			# By name the database reads a list from its end; through a query it may sort all rows of the table first.
			rows = frappe.db.sql(f"{below} limit {MOST_NAMES + 1}")
			if len(rows) <= MOST_NAMES:
				below = ", ".join(frappe.db.escape(name) for (name,) in rows) or "''"
			parts.append(f"{column} in ({below})")
		return f"({' or '.join(parts)})" if parts else "1=0"

	def admits(self, bureau: str | None) -> bool:
		if self.everything:
			return True
		if not bureau:
			return False
		if bureau in self.bureaus:
			return True
		if not self.ranges:
			return False
		place = frappe.get_cached_value("SC Bureau", bureau, ["lft", "rgt"], as_dict=True)
		return bool(place) and any(low <= place.lft and place.rgt <= high for low, high in self.ranges)


def scope(user: str | None = None) -> Scope:
	user = user or frappe.session.user
	if user == "Administrator":
		return Scope(True)
	own = held(user)
	return Scope(
		False,
		frozenset(h.bureau for h in own if not h.reads_below),
		frozenset((h.lft, h.rgt) for h in own if h.reads_below),
	)


def _own_bureaus(user: str) -> Scope:
	"""Where the user works, without what lies below."""
	return Scope(False, frozenset(h.bureau for h in held(user)))


def may_read_bureau(bureau: str | None, user: str | None = None) -> bool:
	return scope(user).admits(bureau)


def condition(user: str | None = None, doctype: str | None = None) -> str:
	"""The rows of a list a user may see, for the hooks in `access.lists`; none if the DocType is not ours."""
	user = user or frappe.session.user
	if user == "Administrator" or (doctype in STAFF and _administers(user)):
		return ""
	if doctype in OWN:
		return _own_bureaus(user).sql(f"`tab{doctype}`.`bureau`")
	if doctype in OPERATING or doctype in STAFF:
		return scope(user).sql(f"`tab{doctype}`.`bureau`")
	# The register of entities and the configuration are open to every post holder.
	if held(user) and (doctype in CONFIGURATION or doctype == "SC Entity"):
		return ""
	return "" if doctype in CONFIGURATION and _administers(user) else "1=0"


def has_permission(doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False) -> bool:
	"""Hook `has_permission`: the same answer for one document. Always a plain True or False."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if doc.doctype in CONFIGURATION:
		return _configuration(doc, ptype, user)
	if doc.doctype in STAFF:
		return _administers(user) or (ptype in READING and may_read_bureau(doc.bureau, user))
	if doc.doctype in OWN:
		return ptype in READING and _own_bureaus(user).admits(_stored_bureau(doc))
	if ptype in READING:
		return bool(held(user)) if doc.doctype == "SC Entity" else may_read_bureau(_stored_bureau(doc), user)
	if doc.doctype not in FORMS:
		return False
	if ptype == "create":
		return _may_create(doc, user)
	if ptype == "write":
		return _may_write(doc, user)
	return False


def _stored_bureau(doc: Document) -> str | None:
	"""The bureau in the database, not one a request may have put into the document."""
	if doc.get("__islocal") or not doc.name:
		return doc.get("bureau")
	return frappe.db.get_value(doc.doctype, doc.name, "bureau") or doc.get("bureau")


def _administers(user: str) -> bool:
	return "System Manager" in frappe.get_roles(user)


def _configuration(doc: Document, ptype: str, user: str) -> bool:
	if ptype in READING:
		return bool(held(user)) or _administers(user)
	if ptype not in ("write", "create", "delete"):
		return False
	return all(_may_rule(doc.doctype, bureau, user) for bureau in _bureaus_of(doc))


def _may_rule(doctype: str, bureau: str, user: str) -> bool:
	if not bureau:
		return _administers(user)
	# Whose rules apply where is decided by whoever approves rules, not by whoever writes them.
	return may_approve(bureau, user) if doctype == "SC Procedure Binding" else may_configure(bureau, user)


def _bureaus_of(doc: Document) -> set[str]:
	"""Where the document belongs and where a request wants to move it; a version belongs where its procedure does."""
	if doc.doctype == "SC Procedure Version":
		return {frappe.db.get_value("SC Procedure", doc.procedure, "bureau") or ""}
	stored = (
		None if doc.get("__islocal") else frappe.db.get_value(doc.doctype, doc.name, ["bureau"], as_dict=True)
	)
	return {doc.get("bureau") or "", *([stored.bureau or ""] if stored else [])}


def may_configure(bureau: str, user: str | None = None) -> bool:
	"""The user holds a post that writes rules, at the bureau or above it."""
	return _above(bureau, [h for h in held(user) if h.configures])


def may_approve(bureau: str, user: str | None = None) -> bool:
	"""The user holds a post that approves rules, at the bureau or above it."""
	return _above(bureau, [h for h in held(user) if h.approves_rules])


def _above(bureau: str, own: list[Held]) -> bool:
	place = frappe.get_cached_value("SC Bureau", bureau, ["lft", "rgt"], as_dict=True)
	return bool(place) and any(h.lft <= place.lft and place.rgt <= h.rgt for h in own)


def fillers(doctype: str, bureau: str | None, user: str | None = None) -> list[Held]:
	"""The posts by which the user enters such documents in the bureau (in any, if none is named)."""
	also = ALSO_FILLED_BY.get(doctype, ())
	return [h for h in held(user) if (h.fills_forms or h.post in also) and (not bureau or h.bureau == bureau)]


def _may_create(doc: Document, user: str) -> bool:
	return bool(fillers(doc.doctype, doc.get("bureau"), user))


def _may_write(doc: Document, user: str) -> bool:
	bureau = _stored_bureau(doc)
	if doc.doctype in RUNNING and not doc.get("__islocal"):
		return bool(held(user)) and any(may_take(row, user) for row in _open_tasks(doc))
	return bool(fillers(doc.doctype, bureau, user))


def _open_tasks(doc: Document) -> list:
	"""Open tasks on the document; only who may take one of them may write."""
	return frappe.get_all(
		"SC Task",
		filters={"reference_doctype": doc.doctype, "reference_name": doc.name, "status": "Open"},
		fields=["post", "bureau", "division", "assignee", "in_person"],
		order_by="creation",
	)
