"""What the drawing of a procedure needs beyond its rows: what the law locks, and what differs. Pure.

Whether the law needs a step is asked of the law itself: the step is taken out on trial, and what the checker then
says of the envelope, and did not say before, is why it must stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sclist_app.law.findings import N_, Finding, Word, errors
from sclist_app.workflow import checker, envelope
from sclist_app.workflow.checker import World
from sclist_app.workflow.model import Procedure, Step, Transition, Verb

__all__ = [
	"ADDED",
	"CHANGED",
	"REMOVED",
	"colours",
	"fixed_limits",
	"locks",
	"reasons_article",
	"shared_locks",
	"without",
	"without_end",
]

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"

# Findings about steps and routes, as against those about limits, conditions and fields.
_GRAPH = ("step", "start", "end", "route", "row", "join", "fork", "loop", "graph")
_ONWARD = (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE)


def locks(procedure: Procedure, world: World) -> dict[str, list[Finding]] | None:
	"""Step → why the law does not let it go; steps it does not need are left out.

	None while the steps and routes are at fault: then no way of a case can be followed. A limit that is too long, or a
	form policy, does not matter here.
	"""
	if any(f.code.partition(".")[0] in _GRAPH for f in errors(checker.check(procedure, world))):
		return None
	known = {(f.code, f.row) for f in _broken(procedure, world)}
	found: dict[str, list[Finding]] = {}
	for step in procedure.steps:
		why = _end_lock(procedure, step, world) if step.is_end else _step_lock(procedure, step, world, known)
		if why:
			found[step.code] = why
	return found


def shared_locks(
	procedure: Procedure, world: World, locked: Iterable[str]
) -> dict[str, tuple[tuple[str, ...], list[Finding]]]:
	"""Step → (the others with its duty, why one of them must stay), for steps of which the law needs any.

	locked: what `locks` found; those steps stay anyway. The steps and routes must be sound, as for `locks`.
	"""
	known = {(f.code, f.row) for f in _broken(procedure, world)}
	by_duty: dict[str, list[str]] = {}
	for step in procedure.steps:
		if step.tool and step.code not in locked:
			by_duty.setdefault(step.tool, []).append(step.code)
	found: dict[str, tuple[tuple[str, ...], list[Finding]]] = {}
	for codes in by_duty.values():
		if len(codes) < 2:
			continue
		rest: Procedure | None = procedure
		for code in codes:
			rest = rest and without(rest, code)
		if rest is None:
			continue
		why = [f for f in _broken(_reached(rest), world) if (f.code, f.row) not in known]
		if why:
			found |= {code: (tuple(c for c in codes if c != code), why) for code in codes}
	return found


def _broken(procedure: Procedure, world: World) -> list[Finding]:
	return errors(envelope.check(procedure, world.statute, world.on))


def _step_lock(
	procedure: Procedure, step: Step, world: World, known: set[tuple[str, str | None]]
) -> list[Finding]:
	rest = without(procedure, step.code)
	if rest is None:
		return []
	return [f for f in _broken(_reached(rest), world) if (f.code, f.row) not in known]


def _end_lock(procedure: Procedure, step: Step, world: World) -> list[Finding]:
	"""An end the law asks for, where no other has its outcome."""
	needed = envelope.DECISIONS.get(procedure.kind, {})
	if step.outcome not in needed or any(
		other.outcome == step.outcome for other in procedure.steps if other.is_end and other is not step
	):
		return []
	rule = next(
		(r for r in world.statute.invariants_on(world.on, procedure.kind) if r.check == "decision"), None
	)
	if rule is None:
		return []
	message = N_("No end of the procedure has the outcome {outcome}. Add one, or choose it at an end step.")
	return [
		Finding("envelope.decision", message, rule.article, {"outcome": Word(step.outcome)}, row=step.code)
	]


def without(procedure: Procedure, code: str) -> Procedure | None:
	"""The procedure with a step taken out and the gap closed; None if nothing leads on from it.

	Who led to the step leads to where its first button led on, under the same conditions; what was returned to it
	goes to the step before.
	"""
	onward = _onward(procedure, code)
	if not onward:
		return None
	default = onward[-1].targets
	before = next(
		(t.step for t in procedure.transitions if code in t.targets and t.verb in _ONWARD and t.step != code),
		"",
	)
	routes: list[Transition] = []
	for t in procedure.transitions:
		if t.step == code:
			continue
		if code not in t.targets:
			routes.append(t)
		elif t.verb not in _ONWARD:
			routes.append(replace(t, targets=_replaced(t.targets, code, (before,) if before else ())))
		elif t.targets == (code,) and not t.condition:
			routes += [
				replace(t, targets=way.targets, condition=way.condition, priority=t.priority + number)
				for number, way in enumerate(onward)
			]
		else:
			routes.append(replace(t, targets=_replaced(t.targets, code, default)))
	steps = []
	for step in procedure.steps:
		if step.code == code:
			continue
		waits = _replaced(step.waits_for, code, (before,) if before and step.code in default else ())
		apart = tuple(c for c in step.separate_from if c != code)
		starts = step.is_start or (procedure.start.code == code and step.code == default[0])
		steps.append(replace(step, waits_for=waits, separate_from=apart, is_start=starts))
	return replace(
		procedure,
		steps=tuple(steps),
		transitions=tuple(t for t in routes if t.targets and t.step not in t.targets),
		limits=tuple(r for r in procedure.limits if r.step != code),
		materials=tuple(r for r in procedure.materials if r.step != code),
		documents=tuple(r for r in procedure.documents if r.step != code),
		fields=tuple(r for r in procedure.fields if r.step != code),
	)


def without_end(procedure: Procedure, code: str) -> Procedure:
	"""The procedure without an end step and the routes to it."""
	routes = (replace(t, targets=tuple(c for c in t.targets if c != code)) for t in procedure.transitions)
	return replace(
		procedure,
		steps=tuple(step for step in procedure.steps if step.code != code),
		transitions=tuple(t for t in routes if t.targets),
	)


def _onward(procedure: Procedure, code: str) -> tuple[Transition, ...]:
	"""The routes of the step's first button that leads on, the default last."""
	for button in procedure.buttons(code):
		routes = procedure.routes(code, button.action)
		if button.verb in _ONWARD and not any(code in t.targets for t in routes):
			return tuple(sorted(routes, key=lambda t: not t.condition))
	return ()


def _reached(procedure: Procedure) -> Procedure:
	"""Without what cannot be reached any more."""
	found = {procedure.start.code}
	stack = [procedure.start.code]
	while stack:
		code = stack.pop()
		for t in procedure.transitions:
			if t.step == code:
				stack += set(t.targets) - found
				found |= set(t.targets)
	return replace(
		procedure,
		steps=tuple(
			replace(
				s,
				waits_for=tuple(c for c in s.waits_for if c in found),
				separate_from=tuple(c for c in s.separate_from if c in found),
			)
			for s in procedure.steps
			if s.code in found
		),
		transitions=tuple(t for t in procedure.transitions if t.step in found),
		limits=tuple(r for r in procedure.limits if not r.step or r.step in found),
		materials=tuple(r for r in procedure.materials if r.step in found),
		documents=tuple(r for r in procedure.documents if r.step in found),
		fields=tuple(r for r in procedure.fields if r.step in found),
	)


def _replaced(codes: Iterable[str], old: str, new: Iterable[str]) -> tuple[str, ...]:
	found: dict[str, None] = {}
	for code in codes:
		found |= dict.fromkeys(new if code == old else (code,))
	return tuple(found)


def fixed_limits(kind: str, world: World) -> dict[str, str]:
	"""Limits that must stand in the table of limits → the article that asks for them."""
	in_force = world.statute.limits_on(world.on)
	return {
		code: in_force[code].article
		for rule in world.statute.invariants_on(world.on, kind)
		if rule.check in ("limit", "defence")
		for code in rule.limits
		if code in in_force
	}


def reasons_article(kind: str, world: World) -> str:
	"""The article by which who refuses or returns says why; "" if the law of the day asks nothing."""
	rules = world.statute.invariants_on(world.on, kind)
	return next((r.article for r in rules if r.check == "reasons" and r.refuses(world.on)), "")


def colours(old: Procedure, new: Procedure) -> dict[str, dict[str, str]]:
	"""What of `new` differs from `old`, for the drawing: {"steps": {code: …}, "routes": {"step/action>target": …}}.

	Each is "added", "removed" or "changed". A step counts as changed by its limits, materials, papers and form policy
	as well.
	"""
	return {
		"steps": _differing(_by_step(old), _by_step(new)),
		"routes": _differing(_by_route(old), _by_route(new)),
	}


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
	found = {}
	for key in dict.fromkeys((*before, *after)):
		if key not in before:
			found[key] = ADDED
		elif key not in after:
			found[key] = REMOVED
		elif before[key] != after[key]:
			found[key] = CHANGED
	return found


def _by_step(procedure: Procedure) -> dict[str, Any]:
	return {
		step.code: (
			step,
			[r for r in procedure.limits if r.step == step.code or (step.limit and r.limit == step.limit)],
			[r for r in procedure.materials if r.step == step.code],
			[r for r in procedure.documents if r.step == step.code],
			[r for r in procedure.fields if r.step == step.code],
		)
		for step in procedure.steps
	}


def _by_route(procedure: Procedure) -> dict[str, Any]:
	found: dict[str, list[Any]] = {}
	for t in procedure.transitions:
		plain = replace(t, targets=(), priority=0)
		for target in t.targets:
			found.setdefault(f"{t.step}/{t.action}>{target}", []).append(
				(plain, procedure.condition(t.condition))
			)
	return found
