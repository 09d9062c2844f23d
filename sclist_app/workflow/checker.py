"""Is a procedure complete, and does it keep inside the statute? Pure; every finding names its row.

Two questions are asked of a version before it may be published or imported. *Completeness*: it starts, every
step can be reached and can end, every button leads somewhere, somebody holds every post. *The statute*: limits
keep their bounds, and no way of a case leaves the envelope (`envelope`). Both by the law in force on a day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sclist_app.law import statute
from sclist_app.law.findings import N_, Finding, errors
from sclist_app.law.statute import SHIPPED, Statute
from sclist_app.workflow import conditions, envelope, form_policy_rules
from sclist_app.workflow.envelope import CHANNELS, statute_unit
from sclist_app.workflow.model import LimitRule, Mode, Nature, Procedure, Verb
from sclist_app.workflow.ways import Marking, Ways

__all__ = ["World", "check", "goes_on", "statute_unit"]


@dataclass(frozen=True)
class World:
	"""What exists around a procedure: the codes its rows may name, and the law of the day it is to run under."""

	posts: Collection[str]
	document_kinds: Collection[str]
	effects: Collection[str] = ()
	limits: Collection[str] = ()
	unheld_posts: Collection[str] = field(default=())
	on: date = date(2026, 1, 1)
	statute: Statute = SHIPPED
	# fields of the document the procedure runs on; None where they are not known
	fields: Mapping[str, form_policy_rules.KnownField] | None = None


def check(procedure: Procedure, world: World) -> list[Finding]:
	"""Every fault of the procedure, completeness first. An empty list means it may be published."""
	findings = [*_rows(procedure, world)]
	if not findings:
		findings += [*_graph(procedure), *_buttons(procedure)]
	findings += conditions.check(procedure.conditions, procedure.kind)
	if world.fields is not None:
		findings += form_policy_rules.check(procedure, world.fields)
	findings += _limits(procedure, world)
	if not errors(findings):
		ways = Ways(procedure)
		findings += _markings(ways)
		if not errors(findings):
			findings += envelope.check(procedure, world.statute, world.on, ways)
	return findings


def _f(
	code: str, message: str, place: str | None = None, /, article: str = "", severity: str = "error", **values
) -> Finding:
	return Finding(code, message, article, values, severity, place)


def _duplicates(codes: Iterable[str]) -> list[str]:
	seen: set[str] = set()
	return [code for code in codes if code in seen or seen.add(code)]


def _rows(procedure: Procedure, world: World) -> Iterable[Finding]:
	codes = {step.code for step in procedure.steps}
	actions = {(t.step, t.action) for t in procedure.transitions}
	condition_codes = {row.code for row in procedure.conditions}
	for code in _duplicates(step.code for step in procedure.steps):
		yield _f(
			"step.duplicate",
			N_("Step code {step} is used twice. Give each step its own code."),
			code,
			step=code,
		)
	starts = [step for step in procedure.steps if step.is_start]
	if len(starts) != 1:
		yield _f(
			"start", N_("Exactly one step must be the start step; there are {count}."), count=len(starts)
		)
	if not any(step.is_end for step in procedure.steps):
		yield _f("end", N_("The procedure has no end step. Add one."))
	for step in procedure.steps:
		if not step.code or not step.title:
			yield _f("step.name", N_("Every step needs a code and a title."), step.code)
		if not step.is_end:
			if not step.post:
				yield _f(
					"step.post",
					N_("Step {step} has no post. Choose who does it."),
					step.code,
					step=step.title,
				)
			elif step.post not in world.posts:
				yield _f(
					"step.post",
					N_("Step {step}: the post {post} does not exist."),
					step.code,
					step=step.title,
					post=step.post,
				)
			elif step.post in world.unheld_posts:
				yield _f(
					"step.unheld",
					N_(
						"Step {step}: nobody holds the post {post} in this bureau. Assign someone before publishing."
					),
					step.code,
					severity="warning",
					step=step.title,
					post=step.post,
				)
		if step.is_end and step.is_start:
			yield _f(
				"step.start_end", N_("Step {step} cannot be both start and end."), step.code, step=step.title
			)
		for other in (*step.waits_for, *step.separate_from):
			if other not in codes or other == step.code:
				yield _f(
					"step.reference",
					N_("Step {step} names the step {other}, which does not exist."),
					step.code,
					step=step.title,
					other=other,
				)
		if step.mode in (Mode.N_OF_M, Mode.MAJORITY) and step.quorum < 1:
			yield _f(
				"step.quorum", N_("Step {step} needs a quorum of at least 1."), step.code, step=step.title
			)
	for t in procedure.transitions:
		row = f"{t.step}/{t.action}"
		if t.step not in codes:
			yield _f(
				"route.step", N_("A route starts at step {step}, which does not exist."), row, step=t.step
			)
		elif procedure.by_code[t.step].is_end:
			yield _f("route.end", N_("The end step {step} cannot have routes."), row, step=t.step)
		if not t.targets:
			yield _f(
				"route.target", N_("The route {row} leads nowhere. Enter the step it goes to."), row, row=row
			)
		for target in t.targets:
			if target not in codes:
				yield _f(
					"route.target",
					N_("The route {row} leads to step {target}, which does not exist."),
					row,
					row=row,
					target=target,
				)
		if t.condition and t.condition not in condition_codes:
			yield _f(
				"route.condition",
				N_("The route {row} names the condition {condition}, which does not exist."),
				row,
				row=row,
				condition=t.condition,
			)
		for effect in t.effects:
			if effect not in world.effects:
				yield _f(
					"route.effect",
					N_("The route {row} names the effect {effect}, which does not exist."),
					row,
					row=row,
					effect=effect,
				)
	for rule in procedure.documents:
		row = f"{rule.step}/{rule.action}/{rule.document_kind}"
		if (rule.step, rule.action) not in actions:
			yield _f(
				"document.action",
				N_("The document {kind} belongs to an action that does not exist: {row}."),
				row,
				kind=rule.document_kind,
				row=row,
			)
		if rule.document_kind not in world.document_kinds:
			yield _f(
				"document.kind", N_("The document kind {kind} does not exist."), row, kind=rule.document_kind
			)
	for table in (procedure.materials, procedure.fields):
		for rule in table:
			if rule.step not in codes:
				yield _f(
					"row.step",
					N_("A row names the step {step}, which does not exist."),
					rule.step,
					step=rule.step,
				)
	for rule in procedure.limits:
		if rule.escalate_to and rule.escalate_to not in world.posts:
			yield _f(
				"limit.post",
				N_("The limit {limit} escalates to the post {post}, which does not exist."),
				rule.limit,
				limit=rule.limit,
				post=rule.escalate_to,
			)
		if rule.extend_post and rule.extend_post not in world.posts:
			yield _f(
				"limit.post",
				N_("The limit {limit} is extended by the post {post}, which does not exist."),
				rule.limit,
				limit=rule.limit,
				post=rule.extend_post,
			)
		if rule.step and rule.step not in codes:
			yield _f(
				"row.step",
				N_("A row names the step {step}, which does not exist."),
				rule.limit,
				step=rule.step,
			)


def _reach(procedure: Procedure, back: bool = False) -> set[str]:
	"""Steps that can be reached from the start (or, `back`, from which an end can be reached)."""
	if back:
		found = {step.code for step in procedure.steps if step.is_end}
	else:
		found = {procedure.start.code}
	grown = True
	while grown:
		grown = False
		for t in procedure.transitions:
			sources, targets = ({t.step}, set(t.targets))
			if back:
				sources, targets = targets, sources
			if sources & found and not targets <= found:
				found |= targets
				grown = True
	return found


def _graph(procedure: Procedure) -> Iterable[Finding]:
	reached, ending = _reach(procedure), _reach(procedure, back=True)
	for step in procedure.steps:
		if step.code not in reached:
			yield _f(
				"step.unreachable",
				N_("Step {step} can never be reached. Add a route to it or remove it."),
				step.code,
				step=step.title,
			)
		elif step.code not in ending:
			yield _f(
				"step.no_end",
				N_("From step {step} no end can be reached. Add a route onward."),
				step.code,
				step=step.title,
			)
		if not step.is_end and not procedure.buttons(step.code):
			yield _f("step.no_exit", N_("Step {step} has no action. Add one."), step.code, step=step.title)
	yield from _joins(procedure)


def _joins(procedure: Procedure) -> Iterable[Finding]:
	"""A step that waits for others must be where they all lead, or the case would stop there."""
	for step in procedure.steps:
		if not step.waits_for:
			continue
		for other in step.waits_for:
			if not any(step.code in t.targets for t in procedure.transitions if t.step == other):
				yield _f(
					"join",
					N_("Step {step} waits for step {other}, which does not lead to it."),
					step.code,
					step=step.title,
					other=other,
				)
	for t in procedure.transitions:
		if len(t.targets) > 1:
			joined = {s.code for s in procedure.steps if set(t.targets) & set(s.waits_for)}
			if not joined:
				yield _f(
					"fork",
					N_(
						"The route {row} opens several steps at once, but no step waits for all of them. Name them under “waits for” of the step where they meet."
					),
					f"{t.step}/{t.action}",
					row=f"{t.step}/{t.action}",
				)


def _buttons(procedure: Procedure) -> Iterable[Finding]:
	for step in procedure.steps:
		buttons = procedure.buttons(step.code)
		for button in buttons:
			routes = procedure.routes(step.code, button.action)
			row = f"{step.code}/{button.action}"
			defaults = [t for t in routes if not t.condition]
			if len(defaults) != 1:
				yield _f(
					"route.default",
					N_(
						"The action {row} needs exactly one route without a condition, as the default; it has {count}."
					),
					row,
					row=row,
					count=len(defaults),
				)
			elif routes[-1] is not defaults[0]:
				yield _f(
					"route.hidden",
					N_(
						"The action {row} has routes behind the default that can never be taken. Give the default the highest number."
					),
					row,
					row=row,
				)
			if len({(t.label, t.verb, t.reason_required) for t in routes}) > 1:
				yield _f(
					"route.differs",
					N_(
						"The routes of the action {row} must have the same button, verb and duty to give reasons."
					),
					row,
					row=row,
				)
			if button.verb is Verb.EXPIRE and (step.nature is not Nature.WAIT or not step.limit):
				yield _f(
					"route.expire",
					N_("The action {row} waits for a limit, but step {step} has none."),
					row,
					row=row,
					step=step.title,
				)
		if step.mode.votes:
			for verb in (Verb.AGREE, Verb.REFUSE):
				if sum(b.verb is verb for b in buttons) != 1:
					yield _f(
						"step.votes",
						N_(
							"Step {step} is voted on: it needs exactly one action to agree and one to refuse."
						),
						step.code,
						step=step.title,
					)
		if (
			not step.is_end
			and buttons
			and all(b.verb is Verb.EXPIRE for b in buttons)
			and step.nature is not Nature.WAIT
		):
			yield _f("step.no_exit", N_("Step {step} has no action. Add one."), step.code, step=step.title)
	yield from _idle_loops(procedure)


def _idle_loops(procedure: Procedure) -> Iterable[Finding]:
	"""A circle of limits running out, without a person, would turn for ever."""
	onward: dict[str, set[str]] = {}
	for t in procedure.transitions:
		if t.verb is Verb.EXPIRE:
			onward.setdefault(t.step, set()).update(t.targets)
	for origin in onward:
		seen: set[str] = set()
		stack = list(onward[origin])
		while stack:
			code = stack.pop()
			if code == origin:
				yield _f(
					"loop",
					N_("From step {step} the case returns to it without anybody acting. Break the circle."),
					origin,
					step=procedure.by_code[origin].title,
				)
				break
			if code not in seen:
				seen.add(code)
				stack.extend(onward.get(code, ()))


def goes_on(procedure: Procedure, is_open: Collection[str], done: Collection[str]) -> list[Finding]:
	"""What would stop a case with these open and finished steps from coming to an end. Empty if nothing does."""
	awaited = {code for step in procedure.steps for code in step.waits_for}
	return list(_markings(Ways(procedure, first=(frozenset(is_open), frozenset(done) & awaited))))


def _markings(ways: Ways) -> Iterable[Finding]:
	"""Every state the routes admit, whatever the facts: each must go on to an end, and none be cut off."""
	if not ways.complete:
		yield _f(
			"graph.size",
			N_("Too many steps of this procedure run side by side to be checked. Let fewer run at once."),
		)
		return
	procedure = ways.procedure
	before: dict[int, list[int]] = {}
	ending: set[int] = set()
	cut: dict[tuple[str, str], None] = {}
	for number, moves in enumerate(ways.moves):
		for move in moves:
			if move.end:
				ending.add(number)
				if move.route.verb in (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE):
					cut |= dict.fromkeys((move.end, code) for code in sorted(move.left_open))
			else:
				before.setdefault(move.behind, []).append(number)
	for end, code in cut:
		yield _f(
			"join.cut",
			N_("The case can end at {step} while {other} is still open. Name {other} under “waits for”."),
			end,
			step=procedure.by_code[end].title,
			other=procedure.by_code[code].title,
		)
	stack = list(ending)
	while stack:
		for number in before.get(stack.pop(), ()):
			if number not in ending:
				ending.add(number)
				stack.append(number)
	stuck = next((marking for n, marking in enumerate(ways.markings) if n not in ending), None)
	if stuck is not None:
		yield _stuck(procedure, stuck)


def _stuck(procedure: Procedure, marking: Marking) -> Finding:
	"""The steps that would wait for ever in this marking."""
	done = marking[1]
	idle = [
		step
		for step in procedure.steps
		if step.waits_for and not set(step.waits_for) <= done and set(step.waits_for) & done
	] or [step for step in procedure.steps if step.waits_for]
	return _f(
		"join.stuck",
		N_(
			"The case can come to a stand: {steps} would wait for a step that is not under way. Check “waits for” and the routes."
		),
		idle[0].code if idle else None,
		steps=[step.title for step in idle],
	)


def _limits(procedure: Procedure, world: World) -> Iterable[Finding]:
	for step in procedure.steps:
		# A row for another step runs no clock here.
		if step.limit and not (procedure.limit(step.limit) or procedure.limit(step.limit, step.code)):
			yield _f(
				"limit.missing",
				N_("Step {step} uses the limit {limit}, which is not in the table of limits."),
				step.code,
				step=step.title,
				limit=step.limit,
			)
		if step.nature is Nature.WAIT and not step.limit:
			yield _f(
				"limit.wait",
				N_("Step {step} waits but has no limit. Choose one."),
				step.code,
				step=step.title,
			)
	for rule in procedure.limits:
		row = rule.limit + (f"/{rule.step}" if rule.step else "")
		if rule.limit not in world.limits:
			yield _f("limit.unknown", N_("The limit {limit} does not exist."), row, limit=rule.limit)
		elif rule.channel not in CHANNELS:
			yield _f(
				"limit.channel",
				N_("The limit {limit} names the channel {channel}, which does not exist."),
				row,
				limit=rule.limit,
				channel=rule.channel,
			)
		else:
			yield from (_with_row(finding, row) for finding in _statutory(rule, world))
	for limit, step, _channel in _duplicates(
		(rule.limit, rule.step, rule.channel) for rule in procedure.limits
	):
		yield _f("limit.duplicate", N_("The limit {limit} stands twice."), limit, limit=limit, step=step)


def _statutory(rule: LimitRule, world: World) -> list[Finding]:
	return statute.check_limit(
		rule.limit,
		rule.n,
		statute_unit(rule.unit),
		world.on,
		CHANNELS[rule.channel],
		extend_n=rule.extend_n,
		extend_post=rule.extend_post,
		statute=world.statute,
	)


def _with_row(finding: Finding, row: str) -> Finding:
	return Finding(finding.code, finding.message, finding.article, finding.values, finding.severity, row)
