"""Acts on one limit of a running case: extend it, ask for that, let it stand still and run on.

The post that the procedure names extends: once, before the limit has passed, with a reason, and not beyond the
maximum of the statute in force. Whoever has the task may ask for it; who asks does not decide.
"""

from __future__ import annotations

import json
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import Held, holders, holds
from sclist_app.access.today import today
from sclist_app.access.visibility import may_read_bureau
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.law.statute import check_limit
from sclist_app.workflow import actions, clocks, statutes, store
from sclist_app.workflow.envelope import CHANNELS, statute_unit
from sclist_app.workflow.model import LimitRule
from sclist_app.workflow.notes import tell

__all__ = ["CAUSES", "extend", "may", "pause", "request", "resume"]

# Why one limit may stand still while the case goes on.
CAUSES = (N_("Supplement"), N_("Appraisal"), N_("Other Department"), N_("Announcement"))


def extend(clock: str, n: int, reason: str, seen: int, token: str) -> dict[str, Any]:
	"""Extend a limit by n of its units. Returns {"seq": int, "due_on": date}.

	Raises:
		frappe.PermissionError: the user does not hold the named post here, or asked for it themselves.
		ChangedSince: somebody acted after the user looked.
		frappe.ValidationError: no reason, too long, too late, extended before, standing still.
		NotAllowedByLaw: the statute does not let it be so long.
	"""
	loaded, row = _locked(clock, seen, token)
	if loaded is None:
		return _done(row)
	rule = _rule(loaded, row)
	own = _decider(loaded, row, rule)
	asked = _request(loaded.run.name, row.name)
	if asked and asked.actor == frappe.session.user:
		frappe.throw(
			_("You asked for this extension, so somebody else who holds the post must decide on it."),
			frappe.PermissionError,
		)
	_extendable(loaded, row)
	_within(n, rule)
	reason = _reason(reason)
	actions.refuse(
		check_limit(
			rule.limit,
			row.n,
			statute_unit(row.unit),
			today(),
			CHANNELS.get(row.channel or "", "own"),
			extend_n=n,
			extend_post=rule.extend_post,
			statute=statutes.current(),
		)
	)
	before = getdate(row.due_on)
	frappe.db.set_value(
		clocks.DOCTYPE,
		row.name,
		{
			"extended_n": n,
			"extended_by": frappe.session.user,
			"extended_on": today(),
			"extension_reason": reason,
		},
	)
	longer = {**row, "extended_n": n}
	due = clocks.later(row, clocks.computed(longer))
	clocks.moved(longer, due)
	clocks.tasks_follow(loaded.run, loaded.procedure)
	_close(
		loaded,
		row,
		"limit_extended",
		N_("Limit extended"),
		reason,
		token,
		own,
		n=n,
		unit=row.unit,
		due_before=str(before),
		due_on=str(due.on),
	)
	people = {user for task in store.open_tasks(loaded.run.name) for user in store.concerned(task)}
	tell(
		people | ({asked.actor} if asked else set()),
		_("{0} was extended until {1}: {2}").format(row.limit_name, due.on, loaded.doc.name),
		loaded.doc.doctype,
		loaded.doc.name,
	)
	return {"seq": loaded.run.seq, "due_on": due.on}


def request(clock: str, n: int, reason: str, seen: int, token: str) -> dict[str, Any]:
	"""Ask the named post to extend a limit. Returns {"seq": int, "people": int}: how many were told.

	Raises:
		frappe.PermissionError: the user has no open task in the case. frappe.ValidationError: as for `extend`.
	"""
	loaded, row = _locked(clock, seen, token)
	if loaded is None:
		return _done(row)
	rule = _rule(loaded, row)
	_with_task(loaded)
	_extendable(loaded, row)
	_within(n, rule)
	reason = _reason(reason)
	if _request(loaded.run.name, row.name):
		frappe.throw(_("The extension of this limit has been asked for already."))
	people = [user for user in holders(rule.extend_post, loaded.run.bureau) if user != frappe.session.user]
	if not people:
		frappe.throw(
			_(
				"Nobody else holds the post {0} in this bureau now. Ask the administrator to assign someone."
			).format(_post(rule.extend_post))
		)
	_close(
		loaded,
		row,
		"extension_requested",
		N_("Extension asked for"),
		reason,
		token,
		None,
		n=n,
		unit=row.unit,
	)
	tell(
		people,
		_("{0}: an extension by {1} is asked for: {2}").format(
			row.limit_name, clocks.counted(n, row.unit), loaded.doc.name
		),
		loaded.doc.doctype,
		loaded.doc.name,
	)
	return {"seq": loaded.run.seq, "people": len(people)}


def pause(clock: str, cause: str, reason: str, seen: int, token: str) -> dict[str, Any]:
	"""Let one limit stand still: papers are supplemented, an appraisal or another department is awaited, or an
	announcement runs. Returns {"seq": int}.

	Raises:
		frappe.PermissionError: no open task in the case.
		frappe.ValidationError: no reason or cause, or the limit cannot stand still.
	"""
	loaded, row = _locked(clock, seen, token)
	if loaded is None:
		return _done(row)
	_with_task(loaded)
	if cause not in CAUSES:
		frappe.throw(_("Choose why the limit stands still."))
	reason = _reason(reason)
	if not frappe.get_cached_value("SC Time Limit", row.limit, "pausable"):
		frappe.throw(
			_(
				"{0} does not stand still alone: the law gives no cause for it. It stops only if the whole case is suspended."
			).format(row.limit_name)
			if row.limit not in clocks.ELAPSING
			else _("{0} is fixed by law and never stands still.").format(row.limit_name)
		)
	if loaded.run.status != "Active" or row.status != "Running":
		frappe.throw(_("This limit does not run now."))
	clocks.begin_pause(row, today(), reason, cause)
	clocks.tasks_follow(loaded.run, loaded.procedure)
	_close(loaded, row, "limit_paused", N_("Limit paused"), reason, token, None, cause=cause)
	return {"seq": loaded.run.seq}


def resume(clock: str, reason: str, seen: int, token: str) -> dict[str, Any]:
	"""Let a limit that stands still alone run on. Returns {"seq": int, "due_on": date}.

	Raises:
		frappe.PermissionError: no open task in the case.
		frappe.ValidationError: no reason, it does not stand still, or the whole case does.
	"""
	loaded, row = _locked(clock, seen, token)
	if loaded is None:
		return _done(row)
	_with_task(loaded)
	if loaded.run.status != "Active":
		frappe.throw(_("The case is suspended. Resume it first; this limit then stands still until resumed."))
	if not (clocks.open_pause(row) or {}).get("cause"):
		frappe.throw(_("This limit does not stand still."))
	reason = _reason(reason)
	clocks.end_pause(row, today())
	clocks.tasks_follow(loaded.run, loaded.procedure)
	due = frappe.db.get_value(clocks.DOCTYPE, row.name, "due_on")
	_close(loaded, row, "limit_resumed", N_("Limit resumed"), reason, token, None, due_on=str(due))
	return {"seq": loaded.run.seq, "due_on": due}


def may(loaded: store.LoadedRun, clock, has_task: bool) -> dict[str, Any]:
	"""What the user may do with a clock now, for the panel; and what was asked for it.

	{"extend", "request": most units or 0, "most": that in words, "post": who extends, "pause", "resume": bool,
	"asked": None or {"by", "n", "length", "reason"}}
	"""
	rule = loaded.procedure.limit(clock.limit, clock.step or "", clock.channel or "")
	active = loaded.run.status == "Active"
	alone = bool((clocks.open_pause(clock) or {}).get("cause"))
	answer = {
		"extend": 0,
		"request": 0,
		"pause": bool(
			active
			and has_task
			and clock.status == "Running"
			and frappe.get_cached_value("SC Time Limit", clock.limit, "pausable")
		),
		"resume": active and has_task and alone,
		"asked": None,
		"post": "",
		"most": "",
	}
	if not (active and rule and rule.extend_n and rule.extend_post) or _closed(clock):
		return answer
	asked = _request(loaded.run.name, clock.name)
	answer["post"], answer["most"] = _post(rule.extend_post), clocks.counted(rule.extend_n, rule.unit)
	if asked:
		n = json.loads(asked.data or "{}")["n"]
		name = frappe.get_cached_value("User", asked.actor, "full_name") or asked.actor
		answer["asked"] = {
			"by": name,
			"n": n,
			"length": clocks.counted(n, clock.unit),
			"reason": asked.opinion,
		}
	if holds(rule.extend_post, loaded.run.bureau) and (asked is None or asked.actor != frappe.session.user):
		answer["extend"] = rule.extend_n
	elif has_task and not asked:
		answer["request"] = rule.extend_n
	return answer


# -------------------------------------------------------------------- parts


def _locked(clock: str, seen: int, token: str):
	"""The locked run and the clock as it stands now; no run if the act of the token is done already."""
	place = frappe.db.get_value(clocks.DOCTYPE, clock, ["run", "bureau"], as_dict=True)
	if not place or not place.run or not may_read_bureau(place.bureau):
		frappe.throw(_("This limit does not exist or does not concern you."), frappe.PermissionError)
	loaded = actions.lock_once(place.run, token)
	row = frappe.db.get_value(
		clocks.DOCTYPE, clock, [*clocks.FIELDS, "limit_name"], as_dict=True, for_update=True
	)
	if loaded is not None and int(seen) != (loaded.run.seq or 0):
		store.changed_since()
	return loaded, row


def _done(row) -> dict[str, Any]:
	seq = frappe.db.get_value("SC Run", row.run, "seq", for_update=True)
	return {"seq": seq, "due_on": row.due_on, "repeated": True}


def _rule(loaded: store.LoadedRun, row) -> LimitRule:
	rule = loaded.procedure.limit(row.limit, row.step or "", row.channel or "")
	if not rule or not rule.extend_n or not rule.extend_post:
		frappe.throw(
			_("The procedure of this case lets {0} not be extended.").format(row.limit_name),
			frappe.PermissionError,
		)
	return rule


def _decider(loaded: store.LoadedRun, row, rule: LimitRule) -> Held:
	own = holds(rule.extend_post, loaded.run.bureau)
	if own is None:
		frappe.throw(
			_("Only {0} of this bureau extends {1}. Ask for the extension instead.").format(
				_post(rule.extend_post), row.limit_name
			),
			frappe.PermissionError,
		)
	return own


def _closed(row) -> str:
	"""Why the clock cannot be extended any more; "" if it can."""
	if row.extended_n:
		return _("This limit has been extended already. It can be extended once only.")
	if row.status != "Running":
		return _("Only a limit that runs can be extended. If it stands still, resume it first.")
	if today() > getdate(row.due_on):
		return _("The limit passed on {0}. It cannot be extended any more.").format(row.due_on)
	return ""


def _within(n: int, rule: LimitRule) -> None:
	if not 1 <= n <= rule.extend_n:
		frappe.throw(
			_("This limit may be extended by {0} at most. Enter a number from 1 to {1}.").format(
				clocks.counted(rule.extend_n, rule.unit), rule.extend_n
			)
		)


def _reason(text: str) -> str:
	if not text.strip():
		frappe.throw(_("Enter the reason."))
	return text.strip()


def _extendable(loaded: store.LoadedRun, row) -> None:
	if loaded.run.status != "Active":
		frappe.throw(_("Only a limit of a running case can be extended."))
	if why_not := _closed(row):
		frappe.throw(why_not)


def _with_task(loaded: store.LoadedRun) -> None:
	for task in store.open_tasks(loaded.run.name):
		if actions.holding(task):
			return
	frappe.throw(_("You have no open task for this in the case now."), frappe.PermissionError)


def _request(run: str, clock: str):
	"""The event by which the extension of the clock was asked for, or None."""
	rows = frappe.get_all(
		"SC Event",
		filters={"run": run, "event": "extension_requested"},
		fields=["actor", "opinion", "data"],
		order_by="seq desc",
	)
	return next((row for row in rows if json.loads(row.data or "{}").get("clock") == clock), None)


def _post(post: str) -> str:
	return frappe.get_cached_value("SC Post", post, "post_name") or post


def _close(loaded, row, event: str, label: str, reason: str, token: str, own: Held | None, **data) -> None:
	"""The case has moved on by one act; its log says what was done to which limit, by whom and why."""
	with engine_writes():
		loaded.run.seq = (loaded.run.seq or 0) + 1
		loaded.run.save(ignore_permissions=True)  # the post was asked for above
	step = loaded.procedure.by_code.get(row.step or "")
	events.append(
		loaded.doc.doctype,
		loaded.doc.name,
		event,
		label,
		bureau=loaded.run.bureau,
		run=loaded.run.name,
		step=row.step or "",
		step_title=step.title if step else row.limit_name,
		opinion=reason,
		acting_for=own.acting_for if own else "",
		token=actions.token_key(token),
		data={"clock": row.name, "limit": row.limit, **data, "seq": loaded.run.seq},
	)
