"""Is a procedure complete, and does it keep inside the statute? Pure; every finding names its row.

Two questions are asked of a version before it may be published or imported. *Completeness*: it starts, every
step can be reached and can end, every button leads somewhere, somebody holds every post. *The statutory
envelope*: whatever way a case takes, it passes the notice, its service and the defence window before the
decision; limits keep their statutory bounds; refusals carry reasons.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sclist_app.law import statute
from sclist_app.law.findings import N_, Finding
from sclist_app.workflow import conditions
from sclist_app.workflow.model import LimitRule, Mode, Nature, Procedure, Transition, Verb

__all__ = ["World", "check", "goes_on"]

ORDER_11 = "《安全生产严重失信主体名单管理办法》"


@dataclass(frozen=True)
class World:
	"""What exists around a procedure: the codes its rows may name."""

	posts: Collection[str]
	document_kinds: Collection[str]
	effects: Collection[str] = ()
	limits: Collection[str] = ()
	unheld_posts: Collection[str] = field(default=())
	on: date = date(2026, 1, 1)


def check(procedure: Procedure, world: World) -> list[Finding]:
	"""Every fault of the procedure, completeness first. An empty list means it may be published."""
	findings = [*_rows(procedure, world)]
	if not findings:
		findings += [*_graph(procedure), *_buttons(procedure)]
	findings += conditions.check(procedure.conditions, procedure.kind)
	findings += _limits(procedure, world)
	if not [f for f in findings if f.severity == "error"]:
		findings += _markings(procedure)
	if not [f for f in findings if f.severity == "error"]:
		findings += _envelope(procedure)
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
		if rule.step and rule.step not in codes:
			yield _f(
				"row.step",
				N_("A row names the step {step}, which does not exist."),
				rule.limit,
				step=rule.step,
			)


def _reach(
	procedure: Procedure, avoid: Callable[[Transition], bool] = lambda t: False, back: bool = False
) -> set[str]:
	"""Steps that can be reached from the start (or, `back`, from which an end can be reached)."""
	if back:
		found = {step.code for step in procedure.steps if step.is_end}
	else:
		found = {procedure.start.code}
	grown = True
	while grown:
		grown = False
		for t in procedure.transitions:
			if avoid(t):
				continue
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
			if button.verb in (Verb.REFUSE, Verb.RETURN) and not button.reason_required:
				yield _f(
					"route.reason",
					N_(
						"The action {row} refuses or returns without a duty to give reasons. Tick “reason required”."
					),
					row,
					ORDER_11 + "第二十条"
					if procedure.kind == "Early Removal"
					else "《中华人民共和国行政处罚法》第四十五条",
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


_MAX_MARKINGS = 20_000

_Marking = tuple[frozenset[str], frozenset[str]]  # open steps; finished ones that others wait for


def _after(procedure: Procedure, marking: _Marking, t: Transition) -> tuple[_Marking, str]:
	"""The marking after a route is taken, and the end step if it ended. The runner moves the same way."""
	is_open, done = set(marking[0]), set(marking[1])
	awaited = {code for step in procedure.steps for code in step.waits_for}
	is_open.discard(t.step)
	if t.verb in (Verb.RETURN, Verb.CLOSE):
		is_open.clear()
	elif t.step in awaited:
		done.add(t.step)
	for target in t.targets:
		if target in is_open or not set(procedure.by_code[target].waits_for) <= done:
			continue
		done -= set(procedure.awaited_behind(target)) | {target}
		if procedure.by_code[target].is_end:
			return (frozenset(is_open), frozenset()), target
		is_open.add(target)
	return (frozenset(is_open), frozenset(done)), ""


def goes_on(procedure: Procedure, is_open: Collection[str], done: Collection[str]) -> list[Finding]:
	"""What would stop a case with these open and finished steps from coming to an end. Empty if nothing does."""
	awaited = {code for step in procedure.steps for code in step.waits_for}
	return list(_markings(procedure, (frozenset(is_open), frozenset(done) & awaited)))


def _markings(procedure: Procedure, first: _Marking | None = None) -> Iterable[Finding]:
	"""Every state the routes admit, whatever the facts: each must go on to an end, and none be cut off."""
	routes: dict[str, list[Transition]] = {}
	for t in procedure.transitions:
		routes.setdefault(t.step, []).append(t)
	if first is None:
		first = (frozenset({procedure.start.code} if not procedure.start.waits_for else ()), frozenset())
	before: dict[_Marking, list[_Marking]] = {first: []}
	ending: list[_Marking] = []
	cut: dict[tuple[str, str], None] = {}
	queue = deque([first])
	while queue:
		marking = queue.popleft()
		for t in (t for code in sorted(marking[0]) for t in routes.get(code, ())):
			reached, end = _after(procedure, marking, t)
			if end:
				ending.append(marking)
				if t.verb in (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE):
					cut |= dict.fromkeys((end, code) for code in sorted(reached[0]))
				continue
			if reached not in before:
				before[reached] = []
				queue.append(reached)
			before[reached].append(marking)
		if len(before) > _MAX_MARKINGS:
			yield _f(
				"graph.size",
				N_("Too many steps of this procedure run side by side to be checked. Let fewer run at once."),
			)
			return
	for end, code in cut:
		yield _f(
			"join.cut",
			N_("The case can end at {step} while {other} is still open. Name {other} under “waits for”."),
			end,
			step=procedure.by_code[end].title,
			other=procedure.by_code[code].title,
		)
	ends = set(ending)
	stack = list(ends)
	while stack:
		for marking in before[stack.pop()]:
			if marking not in ends:
				ends.add(marking)
				stack.append(marking)
	stuck = next((marking for marking in before if marking not in ends), None)
	if stuck is not None:
		idle = [
			step
			for step in procedure.steps
			if step.waits_for and not set(step.waits_for) <= stuck[1] and set(step.waits_for) & stuck[1]
		] or [step for step in procedure.steps if step.waits_for]
		yield _f(
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
		else:
			yield from (_with_row(finding, row) for finding in _statutory(rule, world.on))
	for limit, step, _channel in _duplicates(
		(rule.limit, rule.step, rule.channel) for rule in procedure.limits
	):
		yield _f("limit.duplicate", N_("The limit {limit} stands twice."), limit, limit=limit, step=step)


def _statutory(rule: LimitRule, on: date) -> list[Finding]:
	return statute.check_limit(rule.limit, rule.n, statute_unit(rule.unit), on)


def statute_unit(unit: str) -> str:
	"""The law's word for a unit of the forms ("Working Day" → "workday")."""
	return {"Working Day": "workday", "Day": "day", "Month": "month", "Year": "year"}.get(unit, unit)


def _with_row(finding: Finding, row: str) -> Finding:
	return Finding(finding.code, finding.message, finding.article, finding.values, finding.severity, row)


def _envelope(procedure: Procedure) -> Iterable[Finding]:
	if procedure.kind == "Listing":
		yield from _listing_envelope(procedure)


def _listing_envelope(procedure: Procedure) -> Iterable[Finding]:
	def draws(kind: str) -> set[tuple[str, str]]:
		return {(rule.step, rule.action) for rule in procedure.documents if rule.document_kind == kind}

	notice, decision = draws("D01"), draws("D05")
	if not decision:
		yield _f(
			"envelope.decision",
			N_("No action draws up the written listing decision (D05). Add it to the action that decides."),
			article=ORDER_11 + "第十条",
		)
		return

	def decided_without(blocked: Callable[[Transition], bool]) -> bool:
		"""True if the decision can be drawn on some way that takes no blocked route."""
		reached = _reach(procedure, blocked)
		return any(step in reached for step, _action in decision)

	def serves(t: Transition) -> bool:
		step = procedure.by_code[t.step]
		return step.nature is Nature.SERVE and t.verb not in (Verb.RETURN, Verb.CLOSE)

	def after_notice(t: Transition) -> bool:
		return (t.step, t.action) in notice

	if decided_without(after_notice):
		yield _f(
			"envelope.notice",
			N_(
				"The decision can be reached without the notice to the party (D01). Every way to the decision must pass an action that draws it up."
			),
			article=ORDER_11 + "第九条",
		)
	if decided_without(serves):
		yield _f(
			"envelope.service",
			N_(
				"The decision can be reached without serving the notice. Every way to the decision must pass a step of service."
			),
			article=ORDER_11 + "第十条第二款",
		)
	waits = {s.code for s in procedure.steps if s.nature is Nature.WAIT and s.limit == "T01"}
	if decided_without(lambda t: t.step in waits):
		yield _f(
			"envelope.defence",
			N_(
				"The decision can be reached without a defence window. Every way to the decision must pass a waiting step with the limit T01."
			),
			article="《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十二条",
		)
	noticed = {code for t in procedure.transitions if after_notice(t) for code in t.targets}
	before_decision = _from(procedure, noticed, lambda t: (t.step, t.action) in decision)
	delivered = {
		code for t in procedure.transitions if t.step in before_decision and serves(t) for code in t.targets
	}
	deciding = {step for step, _action in decision}
	if not decided_without(after_notice):
		# The order matters as well: drawn up, then served, then the window.
		if not decided_without(serves) and deciding & _from(procedure, noticed, serves):
			yield _f(
				"envelope.service",
				N_("The notice is served before it is drawn up. Put the step of service behind it."),
				article=ORDER_11 + "第十条第二款",
			)
		elif deciding & _from(procedure, delivered, lambda t: t.step in waits) and not decided_without(
			lambda t: t.step in waits
		):
			yield _f(
				"envelope.defence",
				N_("The defence window lies before the service of the notice. Put it behind."),
				article="《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十二条",
			)
	served_after = {
		code for t in procedure.transitions if (t.step, t.action) in decision for code in t.targets
	}
	if not any(procedure.by_code[c].nature is Nature.SERVE for c in _from(procedure, served_after)):
		yield _f(
			"envelope.decision_service",
			N_("The decision is never served. Add a step of service behind it."),
			article=ORDER_11 + "第十条第二款",
		)
	for limit in ("T03", "T04", "T05"):
		if not procedure.limit(limit):
			yield _f(
				"envelope.limit",
				N_("The limit {limit} is missing from the table of limits."),
				limit,
				ORDER_11 + ("第十三条" if limit == "T05" else "第十一条"),
				limit=limit,
			)
	after = _from(procedure, served_after)
	for tool, article in (("system_entry", "第十一条"), ("publication", "第十一条")):
		if not any(procedure.by_code[c].tool == tool for c in after):
			yield _f(
				"envelope." + tool,
				N_("Behind the decision the step with the tool {tool} is missing."),
				article=ORDER_11 + article,
				tool=tool,
			)
	for step_code, action in decision:
		if procedure.by_code[step_code].level != "Own Level":
			yield _f(
				"envelope.bureau",
				N_("The decision must be made by the bureau that imposed the penalty, not by another level."),
				f"{step_code}/{action}",
				ORDER_11 + "第四条",
			)


def _from(
	procedure: Procedure, codes: Iterable[str], avoid: Callable[[Transition], bool] = lambda t: False
) -> set[str]:
	"""The given steps and everything behind them, by routes not to be avoided."""
	found, stack = set(), list(codes)
	while stack:
		code = stack.pop()
		if code not in found:
			found.add(code)
			stack.extend(
				target
				for t in procedure.transitions
				if t.step == code and not avoid(t)
				for target in t.targets
			)
	return found
