"""Posts: who holds which post in which bureau today. The only source of tasks and of visibility."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.today import today

__all__ = ["Held", "bureau_chain", "held", "holders", "holds", "sync_roles"]

BASE_ROLE = "SC Officer"
MODULE_PROFILE = "SC Officer"
_CACHE = "sclist_held_posts"


@dataclass(frozen=True)
class Held:
	"""One post of one user: the bureau with its place in the tree (lft, rgt) and what the post may."""

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


def held(user: str | None = None, on: date | None = None) -> tuple[Held, ...]:
	"""The posts a user holds on the day (default: today). Disabled users and ended assignments hold none."""
	user = user or frappe.session.user
	day = str(on or today())
	cache = getattr(frappe.local, _CACHE, None)
	if cache is None:
		cache = {}
		setattr(frappe.local, _CACHE, cache)
	key = (user, day)
	if key not in cache:
		cache[key] = _load(user, day)
	return cache[key]


def forget() -> None:
	"""Drop what this request has read, after an assignment changed."""
	setattr(frappe.local, _CACHE, None)


def _load(user: str, day: str) -> tuple[Held, ...]:
	assignment = frappe.qb.DocType("SC Post Assignment")
	bureau = frappe.qb.DocType("SC Bureau")
	post = frappe.qb.DocType("SC Post")
	account = frappe.qb.DocType("User")
	rows = (
		frappe.qb.from_(assignment)
		.join(bureau)
		.on(bureau.name == assignment.bureau)
		.join(post)
		.on(post.name == assignment.post)
		.join(account)
		.on(account.name == assignment.user)
		.select(
			assignment.user,
			assignment.bureau,
			bureau.lft,
			bureau.rgt,
			assignment.post,
			post.reads_below,
			post.fills_forms,
			post.configures,
			post.approves_rules,
			post.supervises,
			assignment.acting_for,
		)
		.where(assignment.user == user)
		.where(assignment.enabled == 1)
		.where(bureau.enabled == 1)
		.where(account.enabled == 1)
		.where(assignment.from_date <= day)
		.where(assignment.to_date.isnull() | (assignment.to_date >= day))
		.orderby(assignment.creation)
		.run(as_dict=True)
	)
	return tuple(
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
		)
		for row in rows
	)


def holds(post: str, bureau: str, user: str | None = None) -> Held | None:
	"""The user's holding of this post in this very bureau, or None."""
	return next((h for h in held(user) if h.post == post and h.bureau == bureau), None)


def holders(post: str, bureau: str) -> list[str]:
	"""Users who hold the post in the bureau today, oldest assignment first, each once."""
	day = str(today())
	assignment = frappe.qb.DocType("SC Post Assignment")
	account = frappe.qb.DocType("User")
	rows = (
		frappe.qb.from_(assignment)
		.join(account)
		.on(account.name == assignment.user)
		.select(assignment.user)
		.where(assignment.post == post)
		.where(assignment.bureau == bureau)
		.where(assignment.enabled == 1)
		.where(account.enabled == 1)
		.where(assignment.from_date <= day)
		.where(assignment.to_date.isnull() | (assignment.to_date >= day))
		.orderby(assignment.creation)
		.run()
	)
	return list(dict.fromkeys(row[0] for row in rows))


def bureau_chain(bureau: str) -> list[str]:
	"""The bureau and its ancestors, nearest first."""
	place = frappe.db.get_value("SC Bureau", bureau, ["lft", "rgt"], as_dict=True)
	if not place:
		return []
	return frappe.get_all(
		"SC Bureau",
		filters={"lft": ["<=", place.lft], "rgt": [">=", place.rgt]},
		order_by="lft desc",
		pluck="name",
	)


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
		fields=["name", "bureau", "post", "from_date", "to_date"],
		order_by="creation",
	)
	overlapping = [row for row in others if _overlap(row, doc)]
	if any(row.bureau == doc.bureau and row.post == doc.post for row in overlapping):
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


def _overlap(row, doc) -> bool:
	far = getdate("9999-12-31")
	return getdate(row.from_date) <= (getdate(doc.to_date) if doc.to_date else far) and getdate(
		doc.from_date
	) <= (getdate(row.to_date) if row.to_date else far)


def _excluded_posts(post: str) -> set[str]:
	named = frappe.get_all("SC Post Exclusion", filters={"parent": post}, pluck="post", order_by="idx")
	naming = frappe.get_all("SC Post Exclusion", filters={"post": post}, pluck="parent", order_by="parent")
	return {*named, *naming}
