"""The statutory envelope: what the law fixes and configuration must not break. Pure; one function per invariant.

Each function looks at every way a case can take and yields what breaks its invariant. Which invariants bind a kind
of procedure on a day, with which article and parameters, and whether a breach is refused or only warned of, is
data (`law.statute.Invariant`); the name of a function here is what a row names behind "INV-".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sclist_app.law import statute as law
from sclist_app.law.findings import N_, Finding, Word
from sclist_app.law.statute import CHANNELS as LAW_CHANNELS
from sclist_app.law.statute import (
	EARLY_REMOVAL,
	EXPIRY_REMOVAL,
	LISTING,
	OBJECTION,
	RESTORATION,
	REVOCATION,
	Invariant,
	Statute,
)
from sclist_app.workflow.model import Nature, Procedure, Step, Transition, Verb
from sclist_app.workflow.ways import Ways

__all__ = ["CHANNELS", "CHECKS", "DECISIONS", "check", "statute_unit"]

# kind → outcome of an end → the documents of which one must have been drawn up on the way there
DECISIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
	LISTING: {"Listed": ("D05",)},
	EARLY_REMOVAL: {"Removed": ("D13a",), "Not Removed": ("D13b",), "Application Refused": ("D12b",)},
	EXPIRY_REMOVAL: {"Removed": ("D09",)},
	REVOCATION: {"Revoked": ("D17",)},
	RESTORATION: {"Restored": ("D15",)},
	OBJECTION: {"Objection Upheld": ("D20",), "Objection Rejected": ("D20",)},
}
# Outcomes a procedure of the kind must be able to come to.
_NEEDED: Mapping[str, tuple[str, ...]] = {
	kind: tuple(o for o in outcomes if o != "Application Refused") for kind, outcomes in DECISIONS.items()
}
# Decisions that change the list: what must be carried out follows on these only.
_EFFECTIVE = ("D05", "D13a", "D09", "D17", "D15")
_AGAINST_THE_PARTY = ("Not Removed", "Application Refused", "Objection Rejected")
_OWN_LEVELS = ("Own Level", "Initiating Division")
# Facts that come from a form which itself asks for the reasons.
_REASONED_FACTS = ("objection_result",)
# Limits whose clock may run with one step instead of the whole run: the step is where the matter comes in.
_OF_A_STEP = ("T09", "T10", "T14", "T18", "T19")
# The word of the forms → the law's.
CHANNELS: Mapping[str, str] = dict(zip(("", "Credit China"), LAW_CHANNELS, strict=True))


def statute_unit(unit: str) -> str:
	"""The law's word for a unit of the forms ("Working Day" → "workday")."""
	return {"Working Day": "workday", "Day": "day", "Month": "month", "Year": "year"}.get(unit, unit)


@dataclass(frozen=True)
class View:
	"""A procedure with its ways, as the invariants look at it."""

	procedure: Procedure
	statute: Statute
	on: date
	ways: Ways

	def step(self, t: Transition) -> Step:
		return self.procedure.by_code[t.step]

	def drawn(self, t: Transition) -> frozenset[str]:
		"""The kinds of documents a route draws up."""
		return self._drawn.get((t.step, t.action), frozenset())

	@cached_property
	def _drawn(self) -> Mapping[tuple[str, str], frozenset[str]]:
		found: dict[tuple[str, str], set[str]] = {}
		for rule in self.procedure.documents:
			found.setdefault((rule.step, rule.action), set()).add(rule.document_kind)
		return {key: frozenset(kinds) for key, kinds in found.items()}

	@cached_property
	def decisions(self) -> Mapping[str, tuple[str, ...]]:
		return DECISIONS.get(self.procedure.kind, {})

	@cached_property
	def deciding(self) -> frozenset[str]:
		"""Kinds of documents that decide in this kind of procedure."""
		return frozenset(kind for kinds in self.decisions.values() for kind in kinds)

	@cached_property
	def effective(self) -> frozenset[str]:
		return self.deciding & set(_EFFECTIVE)

	def decides(self, t: Transition) -> bool:
		"""Does the route draw up a decision that changes the list (or answers an objection)?"""
		return bool(self.drawn(t) & (self.effective or self.deciding))

	def does(self, t: Transition, duties: Iterable[str]) -> bool:
		"""Does the route finish a step with one of the duties?"""
		return self.step(t).tool in duties and t.verb in (Verb.FORWARD, Verb.AGREE)

	def serves(self, t: Transition) -> bool:
		return self.step(t).nature is Nature.SERVE and t.verb in (Verb.FORWARD, Verb.AGREE)


Check = Callable[[View, Invariant], Iterator[Finding]]
CHECKS: dict[str, Check] = {}


def _invariant(function: Check) -> Check:
	CHECKS[function.__name__.strip("_")] = function
	return function


def check(procedure: Procedure, statute: Statute, on: date, ways: Ways | None = None) -> list[Finding]:
	"""What of the law in force on a day the procedure breaks. Its rows and graph must be sound.

	A finding carries the code "envelope." and the name of the invariant, the article of its row and the row of the
	procedure it stands on; where the law is not settled it is a warning.
	"""
	rules = statute.invariants_on(on, procedure.kind)
	if not rules:
		return []
	view = View(procedure, statute, on, ways or Ways(procedure))
	found: dict[tuple[str, str | None], Finding] = {}
	for rule in rules:
		if rule.check not in CHECKS:
			continue
		for finding in CHECKS[rule.check](view, rule):
			severity = finding.severity if rule.refuses(on) else "warning"
			finding = replace(
				finding,
				code=f"envelope.{rule.check}",
				article=finding.article or rule.article,
				severity=severity,
			)
			found.setdefault((finding.code, finding.row), finding)
	return list(found.values())


def _f(message: str, row: str, article: str = "", /, **values: Any) -> Finding:
	return Finding("", message, article, values, "error", row)


def _button(t: Transition) -> str:
	return f"{t.step}/{t.action}"


# before the decision


Stage = Callable[[Transition], bool]


def _before(
	view: View, stages: tuple[Stage, ...], goal: Stage, missing: int
) -> Iterator[tuple[Transition, bool]]:
	"""Routes that reach the goal with stage number `missing` as the first not passed in order.

	Gives with each whether the stage was always passed too early.
	"""

	def advance(state: tuple[int, int], t: Transition) -> tuple[int, int]:
		passed, early = state
		if passed < len(stages) and stages[passed](t):
			return passed + 1, early
		for number in range(passed + 1, len(stages)):
			if stages[number](t):
				early |= 1 << number
		return passed, early

	rows: dict[str, tuple[Transition, bool]] = {}
	for (passed, early), move, _after in view.ways.walk((0, 0), advance):
		if passed == missing and goal(move.route):
			was_early = bool(early >> missing & 1)
			known = rows.get(_button(move.route))
			rows[_button(move.route)] = (move.route, was_early and (known is None or known[1]))
	yield from rows.values()


def _hearing(view: View, rule: Invariant) -> tuple[Stage, ...]:
	"""Notice drawn up, served, defence window: in this order."""

	def noticed(t: Transition) -> bool:
		return bool(view.drawn(t) & set(rule.documents))

	def waited(t: Transition) -> bool:
		step = view.step(t)
		return step.nature is Nature.WAIT and step.limit == "T01" and t.verb not in (Verb.RETURN, Verb.CLOSE)

	return noticed, view.serves, waited


@_invariant
def notice(view: View, rule: Invariant) -> Iterator[Finding]:
	"""No decision without the notice to the party."""
	for t, _early in _before(view, _hearing(view, rule), view.decides, 0):
		yield _f(
			N_(
				"The decision can be reached without the notice to the party ({kind}). Every way to the decision must pass an action that draws it up."
			),
			_button(t),
			kind=list(rule.documents),
		)


@_invariant
def service(view: View, rule: Invariant) -> Iterator[Finding]:
	"""The notice is served before the decision."""
	for t, early in _before(view, _hearing(view, rule), view.decides, 1):
		if early:
			yield _f(
				N_("The notice is served before it is drawn up. Put the step of service behind it."),
				_button(t),
			)
		else:
			yield _f(
				N_(
					"The decision can be reached without serving the notice. Every way to the decision must pass a step of service."
				),
				_button(t),
			)


@_invariant
def defence(view: View, rule: Invariant) -> Iterator[Finding]:
	"""The party has time to answer between service and decision."""
	for t, early in _before(view, _hearing(view, rule), view.decides, 2):
		if early:
			yield _f(
				N_("The defence window lies before the service of the notice. Put it behind."), _button(t)
			)
		else:
			yield _f(
				N_(
					"The decision can be reached without a defence window. Every way to the decision must pass a waiting step with the limit T01."
				),
				_button(t),
			)


@_invariant
def acceptance(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Nothing is granted or refused that was not accepted."""
	decisions = view.deciding - set(view.decisions.get("Application Refused", ()))
	papers = set(rule.documents)
	accepted: list[Stage] = [lambda t: view.does(t, rule.duties)]
	if papers:
		# the step may also ask for supplements: what accepts is the notice
		accepted.append(lambda t: bool(view.drawn(t) & papers))
	ways = (
		t
		for stage in accepted
		for t, _early in _before(view, (stage,), lambda t: bool(view.drawn(t) & decisions), 0)
	)
	for t in ways:
		yield _f(
			N_(
				"The decision can be reached without deciding on acceptance. Every way to it must pass a step with the duty {duty} and the notice that accepts ({kind})."
			),
			_button(t),
			duty=_duties(rule),
			kind=list(rule.documents),
		)


@_invariant
def verification(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Nothing is granted unverified."""
	for t, _early in _before(view, (lambda t: view.does(t, rule.duties),), view.decides, 0):
		yield _f(
			N_(
				"Early removal can be granted without verification. Every way to the grant must pass a step with the duty {duty}."
			),
			_button(t),
			duty=_duties(rule),
		)


@_invariant
def mark(view: View, rule: Invariant) -> Iterator[Finding]:
	"""An objection is marked before it is answered."""
	for t, _early in _before(view, (lambda t: view.does(t, rule.duties),), view.decides, 0):
		yield _f(
			N_(
				"The objection can be answered without having been marked. Every way to the answer must pass a step with the duty {duty}."
			),
			_button(t),
			duty=_duties(rule),
		)


@_invariant
def legal_review(view: View, rule: Invariant) -> Iterator[Finding]:
	"""The legal review is due in certain cases; a procedure without any has none for those."""
	if any(step.tool in rule.duties for step in view.procedure.steps):
		return
	row = next((_button(t) for t in view.procedure.transitions if view.decides(t)), None)
	if row:
		yield _f(
			N_(
				"The procedure has no legal review. Where the law asks for one it must be done before the decision."
			),
			row,
		)


# the decision


@_invariant
def decision(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Every end the law knows is reached by a written decision, and can be reached."""
	kinds = {kind for kinds in view.decisions.values() for kind in kinds}

	def advance(last: frozenset[str], t: Transition) -> frozenset[str]:
		return (view.drawn(t) & kinds) or last

	ends: dict[str, str] = {}
	reached: set[str] = set()
	for _before_it, move, last in view.ways.walk(frozenset(), advance):
		if not move.end:
			continue
		outcome = view.procedure.by_code[move.end].outcome
		reached.add(outcome)
		needed = view.decisions.get(outcome, ())
		if needed and not last & set(needed):
			ends.setdefault(move.end, needed[0])
	for end, kind in ends.items():
		yield _f(
			N_(
				"The case can end at {end} without the written decision ({kind}). Every way there must pass an action that draws it up."
			),
			end,
			end=view.procedure.by_code[end].title,
			kind=kind,
		)
	for outcome in _NEEDED.get(view.procedure.kind, ()):
		if outcome not in reached:
			yield _f(
				N_(
					"No end of the procedure has the outcome {outcome}. Add one, or choose it at an end step."
				),
				view.procedure.start.code,
				outcome=Word(outcome),
			)


@_invariant
def bureau(view: View, rule: Invariant) -> Iterator[Finding]:
	"""The bureau itself decides: who draws up the decision, and whose consent leads straight to it."""
	drawing = {t.step for t in view.procedure.transitions if view.drawn(t) & view.deciding}
	consenting = {
		t.step for t in view.procedure.transitions if t.verb is Verb.AGREE and drawing & set(t.targets)
	}
	for code in dict.fromkeys((*sorted(drawing), *sorted(consenting))):
		step = view.procedure.by_code[code]
		if step.level not in _OWN_LEVELS or step.nature is Nature.EXTERNAL:
			yield _f(
				N_(
					"The decision must be made by the bureau that imposed the penalty, not by another level or from outside: step {step}."
				),
				code,
				step=step.title,
			)


@_invariant
def silence(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Time running out decides nothing."""
	for t in view.procedure.transitions:
		if t.verb is Verb.EXPIRE and view.drawn(t) & view.deciding:
			yield _f(
				N_("A decision is drawn up because a limit has run out ({row}). A person must decide."),
				_button(t),
				row=_button(t),
			)


@_invariant
def reasons(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Who refuses or returns says why, and no decision against the party comes without reasons."""
	found = False
	for t in view.procedure.transitions:
		if t.verb in (Verb.REFUSE, Verb.RETURN) and not t.reason_required:
			found = True
			yield _f(
				N_(
					"The action {row} refuses or returns without a duty to give reasons. Tick “reason required”."
				),
				_button(t),
				row=_button(t),
			)
	if found:
		return

	reasoned = {row.code for row in view.procedure.conditions if row.field in _REASONED_FACTS}
	by_form = {(t.step, t.action) for t in view.procedure.transitions if t.condition in reasoned}

	def advance(given: bool, t: Transition) -> bool:
		if t.verb is Verb.RETURN:
			return given
		return given or t.reason_required or (t.step, t.action) in by_form

	against = {outcome for outcome in _AGAINST_THE_PARTY if outcome in view.decisions}
	for _before_it, move, given in view.ways.walk(False, advance):
		if move.end and not given and view.procedure.by_code[move.end].outcome in against:
			yield _f(
				N_(
					"The case can end at {end} without anybody giving reasons. Tick “reason required” at the action that refuses."
				),
				move.end,
				end=view.procedure.by_code[move.end].title,
			)


@_invariant
def lapse(view: View, rule: Invariant) -> Iterator[Finding]:
	"""A term that is over ends by a decision; otherwise only by closing with reasons."""

	def advance(decided: bool, t: Transition) -> bool:
		return decided or view.decides(t)

	for _before_it, move, decided in view.ways.walk(False, advance):
		if not move.end or decided or view.procedure.by_code[move.end].outcome in view.decisions:
			continue
		if move.route.verb is not Verb.CLOSE or not move.route.reason_required:
			yield _f(
				N_(
					"The case can end at {end} without a decision. Let it end by the decision, or by an action that closes it with reasons."
				),
				_button(move.route),
				end=view.procedure.by_code[move.end].title,
			)


# behind the decision


def _behind(
	view: View, ways: Ways, goal: Stage, done: Stage, outcomes: Iterable[str]
) -> Iterator[tuple[str, str]]:
	"""(row of the goal, end step) where the case ends with one of the outcomes and `done` was not passed since."""
	outcomes = set(outcomes)

	def advance(owing: str, t: Transition) -> str:
		if goal(t):
			return _button(t)
		return "" if owing and done(t) else owing

	found = {}
	for _before_it, move, owing in ways.walk("", advance):
		if move.end and owing and view.procedure.by_code[move.end].outcome in outcomes:
			found[owing, move.end] = None
	yield from found


def _owed(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Behind a decision that changes the list a step with the duty must be passed."""
	for row, _end in _behind(
		view, view.ways, view.decides, lambda t: view.does(t, rule.duties), view.decisions
	):
		yield _f(
			N_(
				"Behind the decision the case can end without a step with the duty {duty}. Add it on every way."
			),
			row,
			duty=_duties(rule),
		)


def _duties(rule: Invariant) -> Word:
	return Word(rule.duties[0] if rule.duties else "")


for _name in (
	"system_entry",
	"publication",
	"measures",
	"system_update",
	"stop_publication",
	"lift_measures",
):
	CHECKS[_name] = _owed


@_invariant
def decision_service(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Every decision on the matter itself is served."""
	decisions = view.deciding - set(view.decisions.get("Application Refused", ()))
	for row, _end in _behind(
		view, view.ways, lambda t: bool(view.drawn(t) & decisions), view.serves, view.decisions
	):
		yield _f(N_("The decision is never served. Add a step of service behind it on every way."), row)


@_invariant
def upward_report(view: View, rule: Invariant) -> Iterator[Finding]:
	"""At the levels the law names, the superior bureau is told of the grant."""
	rows = {}
	for level in rule.levels or law.LEVELS:
		ways = Ways(view.procedure, {"bureau_level": level})
		for row, _end in _behind(
			view, ways, view.decides, lambda t: view.does(t, rule.duties), view.decisions
		):
			rows.setdefault(row, level)
	for row, level in rows.items():
		yield _f(
			N_(
				"A bureau of the level {level} can finish without reporting the grant upwards. Put a step with the duty {duty} behind the decision; only routes for the province or the ministry may pass it by."
			),
			row,
			level=Word(level),
			duty=_duties(rule),
		)


@_invariant
def at_once(view: View, rule: Invariant) -> Iterator[Finding]:
	"""What must be done at once waits for nothing but other work of the bureau."""
	by_code = view.procedure.by_code
	for t in view.procedure.transitions:
		if not view.decides(t):
			continue
		found: set[str] = set()
		stack = list(t.targets)
		while stack:
			code = stack.pop()
			if code in found or by_code[code].nature is not Nature.DO or by_code[code].waits_for:
				continue
			found.add(code)
			stack += [target for u in view.procedure.transitions if u.step == code for target in u.targets]
		everywhere = {step.tool for step in view.procedure.steps}
		for duty in rule.duties:
			# a duty that is missing altogether is another finding
			if duty in everywhere and duty not in {by_code[code].tool for code in found}:
				yield _f(
					N_(
						"The duty {duty} does not start with the decision but waits for other steps. Open its step by the action that decides."
					),
					next(step.code for step in view.procedure.steps if step.tool == duty),
					duty=Word(duty),
				)


@_invariant
def two_persons(view: View, rule: Invariant) -> Iterator[Finding]:
	"""What is published is looked at by a second person."""
	by_code = view.procedure.by_code

	def advance(first: str, t: Transition) -> str:
		if view.decides(t):
			return ""
		if not view.does(t, rule.duties) or first == "+":
			return first
		if not first:
			return t.step
		one, other = by_code[first], by_code[t.step]
		apart = one.code != other.code and (one.post != other.post or one.code in other.separate_from)
		return "+" if apart else first

	for _before_it, move, first in view.ways.walk("", advance):
		if move.end and first not in ("", "+") and by_code[move.end].outcome in view.decisions:
			yield _f(
				N_(
					"What step {step} publishes is reviewed by nobody else. Add a second step of publication with another post."
				),
				first,
				step=by_code[first].title,
			)


@_invariant
def dropped(view: View, rule: Invariant) -> Iterator[Finding]:
	"""What has been decided does not come to another end."""
	decisive = view.deciding

	def advance(last: frozenset[str], t: Transition) -> frozenset[str]:
		return (view.drawn(t) & decisive) or last

	for _before_it, move, last in view.ways.walk(frozenset(), advance):
		outcome = view.procedure.by_code[move.end].outcome if move.end else ""
		if move.end and last and outcome not in view.decisions:
			yield _f(
				N_(
					"Behind the decision the case can end at {end} as if nothing had been decided. Remove that way, or give the end its outcome."
				),
				_button(move.route),
				end=view.procedure.by_code[move.end].title,
			)


# limits


@_invariant
def limit(view: View, rule: Invariant) -> Iterator[Finding]:
	"""The statutory limits stand in the table of limits."""
	in_force = view.statute.limits_on(view.on)
	for code in rule.limits:
		rows = [row for row in view.procedure.limits if row.limit == code and not row.channel]
		if code in in_force and not any(not row.step or code in _OF_A_STEP for row in rows):
			yield _f(
				N_("The limit {limit} is missing from the table of limits."),
				code,
				in_force[code].article,
				limit=f"{code} {in_force[code].name}",
			)


@_invariant
def credit_channel(view: View, rule: Invariant) -> Iterator[Finding]:
	"""Applications that 信用中国 forwards keep the shorter limits."""
	for code in rule.limits:
		for step in dict.fromkeys(row.step for row in view.procedure.limits if row.limit == code):
			row = view.procedure.limit(code, step, "Credit China")
			if row is None or row.channel:
				continue
			findings = law.check_limit(
				code, row.n, statute_unit(row.unit), view.on, "credit_china", statute=view.statute
			)
			for finding in findings:
				if finding.severity == "error":
					yield _f(
						N_(
							"The limit {limit} has no row for applications forwarded by Credit China, and its general row is longer than theirs may be ({bound}). Add a row with that channel."
						),
						code + (f"/{step}" if step else ""),
						finding.article,
						limit=code,
						bound=finding.values.get("bound", ""),
					)
