"""Absence and delegation: who is away or has handed their posts on, from when to when, and who acts meanwhile.

What follows from a row is worked out in `access.posts`; ending it needs no clearing up.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access import posts
from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today

__all__ = ["changed", "deputies", "end", "register", "represented", "validate"]


def register(
	user: str, bureau: str, kind: str, from_date: str, to_date: str, reason: str, deputy: str, post: str
) -> str:
	"""Enter an absence ("Absence") or a delegation ("Delegation"); returns its name. The caller has checked who may.

	Raises:
		frappe.ValidationError: with what to correct.
	"""
	doc = frappe.new_doc("SC Absence")
	doc.update(
		{
			"user": user,
			"bureau": bureau,
			"kind": kind,
			"from_date": from_date,
			"to_date": to_date,
			"reason": reason,
			"deputy": deputy or None,
			"post": post or None,
		}
	)
	doc.insert(ignore_permissions=True)  # officers enter their own
	return doc.name


def end(doc: Document) -> None:
	"""The person is back, or takes the delegation back: the row holds no longer from now on."""
	if doc.ended_early:
		return
	with engine_writes():
		doc.ended_early = 1
		doc.to_date = min(getdate(doc.to_date), max(today(), getdate(doc.from_date)))
		doc.save(ignore_permissions=True)  # the caller has checked who may


def validate(doc: Document) -> None:
	"""A row can be followed: dates in order, a post to represent, a deputy who may.

	Raises:
		frappe.ValidationError: with what to correct.
	"""
	before = doc.get_doc_before_save()
	if doc.ended_early:
		return
	if not (doc.reason or "").strip():
		frappe.throw(_("Enter the reason."))
	if getdate(doc.to_date) < getdate(doc.from_date):
		frappe.throw(_("The end date lies before the start date. Correct one of them."))
	if getdate(doc.to_date) < today():
		frappe.throw(_("The period is over already. Enter one that ends today or later."))
	_once(doc)
	if before and before.deputy == doc.deputy:
		return
	day = max(today(), getdate(doc.from_date))
	represented = _represented(doc.user, doc.bureau, doc.post, day)
	if not represented:
		frappe.throw(
			_(
				"{0} holds no post of this bureau in which cases are handled, so nobody can act for them."
			).format(frappe.bold(doc.full_name or doc.user))
		)
	if doc.deputy:
		_fit(doc, represented, day)


def _once(doc: Document) -> None:
	others = frappe.get_all(
		"SC Absence",
		filters={"user": doc.user, "bureau": doc.bureau, "ended_early": 0, "name": ["!=", doc.name or ""]},
		fields=["post", "from_date", "to_date"],
		order_by="creation",
	)
	for row in others:
		if posts.overlap(row, doc) and (not row.post or not doc.post or row.post == doc.post):
			frappe.throw(
				_("An absence or delegation from {0} to {1} is entered already. End it first.").format(
					row.from_date, row.to_date
				)
			)


def _represented(user: str, bureau: str, post: str | None, day: date) -> list[str]:
	own = [h for h in posts.held(user, day) if h.bureau == bureau and h.decides and not h.acting_for]
	return [h.post for h in own if not post or h.post == post]


def _fit(doc: Document, represented: list[str], day: date) -> None:
	"""The deputy may represent the posts; refused if none, told if some are left out."""
	away = frappe.db.exists(
		"SC Absence",
		{
			"user": doc.deputy,
			"bureau": doc.bureau,
			"kind": "Absence",
			"ended_early": 0,
			"from_date": ["<=", doc.from_date],
			"to_date": [">=", doc.from_date],
		},
	)
	if away:
		frappe.throw(_("The deputy is absent at that time. Choose somebody else."))
	reasons = {
		post: reason
		for post in represented
		if (reason := posts.unfit(doc.deputy, doc.user, post, doc.bureau, day))
	}
	if len(reasons) == len(represented):
		frappe.throw(_(next(iter(reasons.values()))))
	for post, reason in reasons.items():
		title = frappe.get_cached_value("SC Post", post, "post_name")
		frappe.msgprint(_("{0} is not represented: {1}").format(title, _(reason)), indicator="orange")


def changed(doc: Document) -> None:
	"""The deputies get or lose the roles of the posts they act in."""
	posts.forget()
	before = doc.get_doc_before_save()
	standing = frappe.get_all(
		"SC Post Assignment",
		filters={"user": doc.user, "bureau": doc.bureau, "enabled": 1, "deputy": ["is", "set"]},
		pluck="deputy",
		order_by="creation",
	)
	for user in sorted({doc.deputy or "", (before.deputy or "") if before else "", *standing} - {""}):
		posts.sync_roles(user)
	posts.forget()


def deputies(user: str, bureau: str) -> list[dict[str, Any]]:
	"""Who could deputise for the user in the bureau today, each with the names of the posts they could act in."""
	day = today()
	represented = _represented(user, bureau, None, day)
	found = []
	for person in dict.fromkeys(seat.owner for seat in posts.seats(bureau)):
		able = [post for post in represented if not posts.unfit(person, user, post, bureau, day)]
		if able:
			names = [frappe.get_cached_value("SC Post", post, "post_name") for post in able]
			found.append(
				{
					"user": person,
					"name": frappe.get_cached_value("User", person, "full_name") or person,
					"posts": "、".join(dict.fromkeys(names)),
				}
			)
	return found


def represented(user: str, bureau: str) -> list[dict[str, str]]:
	"""The user's own posts in the bureau that somebody else may act in, as {"post", "post_name"}."""
	return [
		{"post": post, "post_name": frappe.get_cached_value("SC Post", post, "post_name")}
		for post in dict.fromkeys(_represented(user, bureau, None, today()))
	]
