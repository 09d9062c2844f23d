"""Posts: who holds which post in which bureau today, and who acts for whom. The only source of tasks and of visibility.

Each assignment is a *seat*. Who acts on it is worked out on the day and nothing is written: the holder, or, while an
absence or delegation (`SC Absence`) of theirs runs, the deputy named in it, else the standing deputy of the assignment.
A deputy holds a deciding post of the same bureau, is there themselves, and holds none of the posts that exclude the
one represented; there is no deputy of a deputy. Posts that write or approve rules or supervise are not deputised.
One person has one vote: a deputy who has a seat of their own in a vote leaves the absent person's seat uncounted.
Separation of duties asks who acted, not in whose name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.today import today
from sclist_app.law.findings import N_

__all__ = [
	"Held",
	"Seat",
	"bureau_chain",
	"filling_bureaus",
	"held",
	"holders",
	"holds",
	"may_take",
	"seat_of",
	"seats",
	"stand_in",
	"sync_roles",
	"unfit",
]

BASE_ROLE = "SC Officer"
MODULE_PROFILE = "SC Officer"
_CACHE = "sclist_held_posts"


@dataclass(frozen=True)
class Held:
	"""One post of one user: the bureau with its place in the tree (lft, rgt) and what the post may.

	acting_for: whose seat it is, if the user only deputises. resting: the holder is absent and takes no task.
	"""

	user: str
	bureau: str
	lft: int
	rgt: int
	post: str
	reads_below: bool
	fills_forms: bool
	configures: bool
	approves_rules: bool
	supervises: bool
	acting_for: str = ""
	division: str = ""
	resting: bool = False

	@property
	def decides(self) -> bool:
		"""Who writes or approves rules, or supervises, takes no part in deciding a case."""
		return not (self.configures or self.approves_rules or self.supervises)


@dataclass(frozen=True)
class Seat:
	"""One assignment of a bureau on one day. actor: who acts on it, "" if nobody does. away: the holder is absent."""

	holding: Held
	actor: str
	away: bool = False

	@property
	def owner(self) -> str:
		return self.holding.user


def held(user: str | None = None, on: date | None = None) -> tuple[Held, ...]:
	"""The posts a user holds on the day (default: today), their own first, then those they deputise in.

	Disabled users and ended assignments hold none.
	"""
	user = user or frappe.session.user
	day = str(on or today())
	cache = _cached()
	key = ("held", user, day)
	if key not in cache:
		own = tuple(_assignments(day, user=user))
		cache[key] = _with_absences(user, day, own)
	return cache[key]


def filling_bureaus(user: str | None = None) -> list[str]:
	"""Where the user registers entities, penalties and cases today: each bureau once, their own posts first."""
	return list(dict.fromkeys(h.bureau for h in held(user) if h.fills_forms))


def forget() -> None:
	"""Drop what this request has read, after an assignment or an absence changed."""
	setattr(frappe.local, _CACHE, None)


def _cached() -> dict:
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	return cache


def _assignments(day: str, *, user: str = "", bureau: str = "") -> list[Held]:
	return [held for held, _deputy in _rows(day, user=user, bureau=bureau)]


def _rows(day: str, *, user: str = "", bureau: str = "") -> list[tuple[Held, str]]:
	"""The holdings of a user or of a bureau as assigned, each with the standing deputy, oldest first."""
	assignment = frappe.qb.DocType("SC Post Assignment")
	office = frappe.qb.DocType("SC Bureau")
	post = frappe.qb.DocType("SC Post")
	account = frappe.qb.DocType("User")
	query = (
		frappe.qb.from_(assignment)
		.join(office)
		.on(office.name == assignment.bureau)
		.join(post)
		.on(post.name == assignment.post)
		.join(account)
		.on(account.name == assignment.user)
		.select(
			assignment.user,
			assignment.bureau,
			office.lft,
			office.rgt,
			assignment.post,
			post.reads_below,
			post.fills_forms,
			post.configures,
			post.approves_rules,
			post.supervises,
			assignment.acting_for,
			assignment.division,
			assignment.deputy,
		)
		.where(assignment.enabled == 1)
		.where(office.enabled == 1)
		.where(account.enabled == 1)
		.where(assignment.from_date <= day)
		.where(assignment.to_date.isnull() | (assignment.to_date >= day))
		.orderby(assignment.creation)
	)
	query = query.where(assignment.user == user) if user else query.where(assignment.bureau == bureau)
	return [
		(
			Held(
				row.user,
				row.bureau,
				row.lft,
				row.rgt,
				row.post,
				bool(row.reads_below),
				bool(row.fills_forms),
				bool(row.configures),
				bool(row.approves_rules),
				bool(row.supervises),
				row.acting_for or "",
				row.division or "",
			),
			row.deputy or "",
		)
		for row in query.run(as_dict=True)
	]


def _absences(day: str, bureaus: Iterable[str]) -> list[Any]:
	names = sorted(set(bureaus))
	if not names:
		return []
	return frappe.get_all(
		"SC Absence",
		filters={
			"bureau": ["in", names],
			"ended_early": 0,
			"from_date": ["<=", day],
			"to_date": [">=", day],
		},
		fields=["user", "bureau", "post", "kind", "deputy"],
		order_by="creation asc",
	)


def _covers(absence: Any, post: str) -> bool:
	return not absence.post or absence.post == post


def _away(holding: Held, absences: Iterable[Any]) -> bool:
	return holding.decides and any(
		a.kind == "Absence"
		and a.user == holding.user
		and a.bureau == holding.bureau
		and _covers(a, holding.post)
		for a in absences
	)


def _with_absences(user: str, day: str, own: tuple[Held, ...]) -> tuple[Held, ...]:
	absences = _absences(day, (h.bureau for h in own))
	if not absences:
		return own
	own = tuple(replace(h, resting=True) if _away(h, absences) else h for h in own)
	deputised = tuple(
		replace(seat.holding, user=user, acting_for=seat.owner)
		for bureau in dict.fromkeys(a.bureau for a in absences)
		for seat in seats(bureau, getdate(day))
		if seat.actor == user != seat.owner
	)
	return (*own, *deputised)


def seats(bureau: str, on: date | None = None) -> tuple[Seat, ...]:
	"""All seats of a bureau on the day (default: today), oldest assignment first."""
	day = str(on or today())
	cache = _cached()
	key = ("seats", bureau, day)
	if key not in cache:
		rows = _rows(day, bureau=bureau)
		absences = _absences(day, [bureau])
		cache[key] = tuple(
			Seat(holding, _actor(holding, standing, day, absences), _away(holding, absences))
			for holding, standing in rows
		)
	return cache[key]


def _actor(holding: Held, standing: str, day: str, absences: list[Any]) -> str:
	running = [a for a in absences if a.user == holding.user and _covers(a, holding.post)]
	if not running or not holding.decides:
		return holding.user
	for deputy in (*(a.deputy for a in running), standing):
		away = any(a.user == deputy and a.kind == "Absence" for a in absences)
		if deputy and not away and not unfit(deputy, holding.user, holding.post, holding.bureau, day):
			return deputy
	return "" if _away(holding, running) else holding.user


def unfit(deputy: str, user: str, post: str, bureau: str, day: date | str) -> str:
	"""Why the person may not deputise in this post on that day, as an English msgid; "" if they may."""
	if deputy == user:
		return N_("Nobody acts for themselves. Choose somebody else as deputy.")
	own = _assignments(str(day), user=deputy)
	if not any(h.decides and h.bureau == bureau for h in own):
		return N_("The deputy must hold a post of this bureau in which cases are handled.")
	if any(h.configures for h in own) or {h.post for h in own} & _excluded_posts(post):
		return N_("The deputy holds a post that must not be held together with the one to be represented.")
	fit = _deputising(post)
	if fit and not any(h.bureau == bureau and h.post in fit for h in own):
		return N_("Only holders of certain posts may represent this post. Choose one of them.")
	return ""


def _deputising(post: str) -> set[str]:
	"""The posts whose holders may represent this one; empty: all that handle cases."""
	return {row.post for row in frappe.get_cached_doc("SC Post", post).deputised_by}


def serves(holding: Held, division: str) -> bool:
	"""The holding is of the division; where the division has nobody in the post, those of no division serve it."""
	if not division or holding.division == division:
		return True
	return not holding.division and not any(
		seat.holding.post == holding.post and seat.holding.division == division
		for seat in seats(holding.bureau)
	)


def holds(
	post: str, bureau: str, user: str | None = None, division: str = "", in_person: bool = False
) -> Held | None:
	"""The holding by which the user may act in this post of this very bureau (and division), or None.

	in_person: not as a deputy.
	"""
	return next(
		(
			h
			for h in held(user)
			if h.post == post
			and h.bureau == bureau
			and not h.resting
			and not (in_person and h.acting_for)
			and serves(h, division)
		),
		None,
	)


def holders(post: str, bureau: str, division: str = "", in_person: bool = False) -> list[str]:
	"""Who acts in the post in the bureau (and division) today, oldest assignment first, each once.

	An absent holder is replaced by the deputy or left out; `in_person` knows no deputies. If that leaves nobody,
	the absent ones are named: their tasks wait for them, or for a deputy.
	"""
	own = [s for s in seats(bureau) if s.holding.post == post and serves(s.holding, division)]
	acting = [s.owner for s in own if not s.away] if in_person else [s.actor for s in own if s.actor]
	return list(dict.fromkeys(acting or [s.owner for s in own]))


def seat_of(actor: str, post: str, bureau: str, division: str = "") -> str:
	"""Whose seat the actor takes in the post: their own, if they have one, else that of the person they deputise for."""
	own = [s for s in seats(bureau) if s.holding.post == post and serves(s.holding, division)]
	if any(s.owner == actor for s in own):
		return actor
	return next((s.owner for s in own if s.actor == actor), actor)


def stand_in(assignee: str, post: str, bureau: str, in_person: bool = False) -> str:
	"""Who acts today on a task assigned to somebody: themselves, their deputy, or "" if they hold no deciding post
	of the bureau any more.

	An absent person without a deputy keeps it.
	"""
	own = [s for s in seats(bureau) if s.owner == assignee]
	# Somebody who was added to a vote need not hold its post.
	own = [s for s in own if s.holding.post == post] or [s for s in own if s.holding.decides]
	if not own:
		return ""
	return assignee if in_person else own[0].actor or assignee


def may_take(task: Mapping[str, Any], user: str | None = None) -> Held | None:
	"""The holding by which the user may take a task (post, bureau, division, assignee, in_person), or None.

	Assigned tasks are for the assignee, or whoever deputises for them; those of somebody who lost all posts of the
	bureau are for the other holders. A signer who was added need not hold the post, only some deciding post of the
	bureau.
	"""
	user = user or frappe.session.user
	post, bureau, assignee = task.get("post"), task.get("bureau"), task.get("assignee")
	in_person = bool(task.get("in_person"))
	of_post = holds(post, bureau, user, task.get("division") or "", in_person)
	if not assignee:
		return of_post
	own = [h for h in held(user) if h.bureau == bureau and h.decides and not h.resting]
	if assignee == user:
		return of_post or next(iter(own), None)
	deputised = [] if in_person else [h for h in own if h.acting_for == assignee]
	if deputised and stand_in(assignee, post, bureau) == user:
		return next((h for h in deputised if h.post == post), deputised[0])
	return of_post if of_post and not stand_in(assignee, post, bureau) else None


def bureau_chain(bureau: str) -> list[str]:
	"""The bureau and its ancestors, nearest first; read once per request."""
	cache = _cached()
	key = ("chain", bureau)
	if key not in cache:
		own, above = frappe.qb.DocType("SC Bureau").as_("own"), frappe.qb.DocType("SC Bureau").as_("above")
		rows = (
			frappe.qb.from_(own)
			.join(above)
			.on((above.lft <= own.lft) & (above.rgt >= own.rgt))
			.select(above.name)
			.where(own.name == bureau)
			.orderby(above.lft, order=frappe.qb.desc)
			.run()
		)
		cache[key] = [row[0] for row in rows]
	return list(cache[key])


def sync_roles(user: str) -> None:
	"""Give the user the roles of the posts they hold today and take back those of posts they no longer hold.

	Only roles that some post names, and the base role, are touched.
	"""
	if user in ("Administrator", "Guest") or not frappe.db.exists("User", user):
		return
	forget()
	managed = set(frappe.get_all("SC Post", pluck="role", order_by="name")) | {BASE_ROLE}
	own = held(user)
	wanted = {frappe.get_cached_value("SC Post", h.post, "role") for h in own}
	if own:
		wanted.add(BASE_ROLE)
	account = frappe.get_doc("User", user)
	present = {row.role for row in account.roles}
	add, remove = wanted - present, (present & managed) - wanted
	profile = _module_profile(account, bool(own))
	if not add and not remove and profile == (account.module_profile or ""):
		return
	if profile != (account.module_profile or ""):
		account.module_profile = profile or None
		account.set("block_modules", [])  # filled from the profile on saving
	account.set("roles", [row for row in account.roles if row.role not in remove])
	for role in sorted(add):
		account.append("roles", {"role": role})
	# The assignment is the authority for these roles; whoever may edit it need not be able to edit users.
	account.flags.ignore_permissions = True
	account.save()


def _module_profile(account, holds_posts: bool) -> str:
	"""Officers see this app's workspaces, not those of the framework; who administers the site sees all."""
	if holds_posts and "System Manager" not in {row.role for row in account.roles}:
		return account.module_profile or MODULE_PROFILE
	return "" if account.module_profile == MODULE_PROFILE else account.module_profile or ""


def sync_all_roles() -> None:
	"""Daily: posts begin and end by date."""
	for user in set(frappe.get_all("SC Post Assignment", pluck="user", order_by="user")):
		sync_roles(user)


def validate_assignment(doc) -> None:
	"""An assignment is consistent: dates in order, not twice, no excluded pair of posts in one bureau.

	Raises:
		frappe.ValidationError: with what to change.
	"""
	if doc.to_date and getdate(doc.to_date) < getdate(doc.from_date):
		frappe.throw(_("The end date lies before the start date. Correct one of them."))
	if doc.acting_for and doc.acting_for == doc.user:
		frappe.throw(_("Nobody acts for themselves. Choose the person who is absent."))
	others = frappe.get_all(
		"SC Post Assignment",
		filters={"user": doc.user, "enabled": 1, "name": ["!=", doc.name or ""]},
		fields=["name", "bureau", "post", "division", "from_date", "to_date"],
		order_by="creation",
	)
	if doc.division and frappe.db.get_value("SC Division", doc.division, "bureau") != doc.bureau:
		frappe.throw(_("The division belongs to another bureau. Choose one of this bureau."))
	overlapping = [row for row in others if overlap(row, doc)]
	if any(
		row.bureau == doc.bureau
		and row.post == doc.post
		and not (row.division and doc.division and row.division != doc.division)
		for row in overlapping
	):
		frappe.throw(_("This person already holds this post in this bureau at that time."))
	excluded = _excluded_posts(doc.post)
	for row in overlapping:
		if row.post in excluded:
			frappe.throw(
				_("{0} and {1} must not be held by the same person. End the other assignment first.").format(
					frappe.bold(frappe.get_cached_value("SC Post", doc.post, "post_name")),
					frappe.bold(frappe.get_cached_value("SC Post", row.post, "post_name")),
				)
			)
	if doc.deputy and doc.deputy != (doc.get_doc_before_save() or {}).get("deputy"):
		day = max(today(), getdate(doc.from_date))
		if reason := unfit(doc.deputy, doc.user, doc.post, doc.bureau, day):
			frappe.throw(_(reason))


def overlap(row, doc) -> bool:
	"""Two rows with from_date and to_date (empty: without end) share a day."""
	far = getdate("9999-12-31")
	return getdate(row.from_date) <= (getdate(doc.to_date) if doc.to_date else far) and getdate(
		doc.from_date
	) <= (getdate(row.to_date) if row.to_date else far)


def _excluded_posts(post: str) -> set[str]:
	named = frappe.get_all(
		"SC Post Exclusion",
		filters={"parent": post, "parentfield": "exclusions"},
		pluck="post",
		order_by="idx",
	)
	naming = frappe.get_all(
		"SC Post Exclusion",
		filters={"post": post, "parentfield": "exclusions"},
		pluck="parent",
		order_by="parent",
	)
	return {*named, *naming}
