"""Where a running case would stand under another version of its procedure. Pure.

A step corresponds to the step of the other version with the same code that is there for the same: same nature, same
duty, same limit to wait for, same outcome. What is done stays done. The plan says for every step, task, vote and
clock what becomes of it, and refuses a move after which the law could not be kept any more: no step to stand on,
a notice or service that lies behind but was never made, a decision that would be taken again or undone, a party
whose time to answer would be cut, or a case that could not come to an end.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sclist_app.law import statute
from sclist_app.law.calendar import WorkCalendar, seed_calendar
from sclist_app.law.findings import N_, Finding, Word, errors
from sclist_app.law.periods import ELAPSING, UNROLLED, Pause, Period, due_date
from sclist_app.workflow import checker, envelope, runner
from sclist_app.workflow.model import LimitRule, Nature, Procedure, Step, Verb
from sclist_app.workflow.runner import ACTIVE, FINISHED, LEFT, Happened, RunState, StepState, TaskState

__all__ = ["ClockMove", "ClockState", "Plan", "StepMove", "VoteMove", "plan"]

# The party was told these in writing; nobody takes days from them afterwards.
TOLD = ("T01", "T02", "T11")
# Documents that decide: the law knows one of them in a case, and no way back behind it.
DECISIONS = (
	*dict.fromkeys(d for of in envelope.DECISIONS.values() for documents in of.values() for d in documents),
	"D06",
	"D16",
)
# Documents without which what follows would not be lawful (办法第九条, 第十条, 第十九条, 第二十条).
BINDING_DOCUMENTS = ("D01", "D12a", *DECISIONS)
# Duties of the law: a version may order them otherwise, but no case may slip past them.
BINDING_DUTIES = (
	"acceptance",
	"verification",
	"system_entry",
	"publication",
	"measure_records",
	"system_update",
	"stop_publication",
	"lift_measures",
	"upward_report",
	"objection_mark",
)
Names = Callable[[str, str], str]
_BACK = (Verb.RETURN, Verb.CLOSE)
_FORM_UNITS = {"workday": "Working Day", "day": "Day", "month": "Month", "year": "Year"}


@dataclass(frozen=True)
class ClockState:
	"""A clock of the run that runs or is paused."""

	id: str
	limit: str
	step: str
	n: int
	unit: str
	started_on: date
	due_on: date
	pauses: tuple[Pause, ...] = ()
	extended_n: int = 0

	def due(self, n: int, unit: str, calendar: WorkCalendar) -> date:
		"""The last day if the limit were of this length; what it was extended by is added."""
		period = Period(n + self.extended_n, checker.statute_unit(unit))
		return due_date(self.started_on, period, calendar, self.pauses, roll=self.limit not in UNROLLED).on

	@property
	def stands_still(self) -> bool:
		return any(pause.end is None for pause in self.pauses)


@dataclass(frozen=True)
class StepMove:
	"""One step of the run. after: its title under the new version, "" where nothing corresponds.

	work: what becomes of its tasks, "" | "stays" | "anew" | "opened".
	"""

	code: str
	status: str
	before: str
	after: str
	work: str = ""


@dataclass(frozen=True)
class VoteMove:
	task: str
	step: str
	round: int
	user: str
	vote: str
	stays: bool


@dataclass(frozen=True)
class ClockMove:
	"""What becomes of a clock. fate: "stays" | "changed" | "void"; n, unit, due: as it runs from now on.

	rule: the new version's row, None where it has none. note: why the date is not simply the new one, or "".
	"""

	clock: ClockState
	fate: str
	n: int
	unit: str
	due: date
	rule: LimitRule | None = None
	note: str = ""


@dataclass(frozen=True)
class Plan:
	"""All that a move brings about; nothing happens if `refused`."""

	state: RunState
	steps: tuple[StepMove, ...] = ()
	votes: tuple[VoteMove, ...] = ()
	clocks: tuple[ClockMove, ...] = ()
	new_clocks: tuple[LimitRule, ...] = ()
	happened: tuple[Happened, ...] = field(default=())
	findings: tuple[Finding, ...] = ()

	@property
	def refused(self) -> bool:
		return bool(errors(self.findings))

	@property
	def opened(self) -> tuple[TaskState, ...]:
		"""Tasks the move would open."""
		return tuple(t for t in self.state.tasks if t.id.startswith("+"))


def plan(
	old: Procedure,
	new: Procedure,
	state: RunState,
	*,
	roster: runner.Roster,
	on: date,
	clocks: Sequence[ClockState] = (),
	issued: Collection[str] | None = None,
	calendar: WorkCalendar | None = None,
	channel: str = "",
	names: Names = lambda _kind, code: code,
	law: statute.Statute = statute.SHIPPED,
) -> Plan:
	"""The move of a run from `old` to `new` on a day.

	roster: who holds a step's post now. issued: kinds of the documents issued in the case, None: those that every
	way to where it stands has drawn up. channel: where the application came from (`LimitRule.channel`).
	names: (kind, code) → the name to show, for kind "limit" and "document". law: what bounds the limits.
	"""
	if state.status != "Active":
		return Plan(state, findings=(_not_running(state),))
	twins = {code: _twin(old.by_code.get(code), new) for code in state.steps}
	votes = {t.id: t for t in state.tasks if t.vote}
	if old == new:
		anew: list[str] = []
		more: list[str] = []
		findings: list[Finding] = []
		moved, happened = state, ()
	else:
		findings = [_no_twin(old, code) for code in state.active if not twins[code]]
		if findings:
			return Plan(state, _step_moves(old, twins, state, (), ()), findings=tuple(findings))
		carried = replace(state, steps={code: _carried(new, state, code, twins) for code in state.steps})
		anew = [code for code in carried.active if _works_otherwise(old, new, code, state)]
		more = _beside(new, carried) if _standstill(new, carried) else []
		try:
			outcome = runner.reopen(new, carried, anew, more, roster)
			for code in set(carried.active) - set(anew):
				_somebody_left(old, new, carried, code, roster)
		except runner.Refusal as refusal:
			return Plan(state, _step_moves(old, twins, state, anew, ()), findings=refusal.findings)
		moved, happened = outcome.state, outcome.happened
		findings += _standstill(new, moved)
		drawn = set(issued) if issued is not None else _drawn(_behind(old), state.active)
		findings += _passed(old, new, state, moved, drawn, names)
		findings += _decided(old, new, state, moved, drawn, names)
	clock_moves = tuple(_clock(old, new, c, on, calendar or seed_calendar(), channel, law) for c in clocks)
	findings += _told(clock_moves, names)
	new_clocks = tuple(_clocks_begin(old, new, moved, more, clocks, channel))
	if old != new:
		findings += _new_limits(old, new, names)
	return Plan(
		moved,
		_step_moves(old, twins, state, anew, [new.by_code[code] for code in more]),
		tuple(
			VoteMove(t.id, t.step, t.round, t.done_by, t.vote, stays=not _void(t, anew, state))
			for t in votes.values()
		),
		clock_moves,
		new_clocks,
		tuple(happened),
		tuple(findings),
	)


# ------------------------------------------------------------------------------------------------- correspondence


def _twin(step: Step | None, new: Procedure) -> Step | None:
	"""The step of the other version that is there for the same."""
	twin = new.by_code.get(step.code) if step else None
	if twin is None or step is None:
		return None
	same = (twin.nature, twin.tool, twin.outcome) == (step.nature, step.tool, step.outcome)
	if step.nature is Nature.WAIT and twin.limit != step.limit:
		return None
	return twin if same else None


def _carried(new: Procedure, state: RunState, code: str, twins: Mapping[str, Step | None]) -> StepState:
	"""Rounds are kept throughout; a code that means something else now was never done in its new meaning."""
	stand = state.steps[code]
	return replace(stand, status=LEFT) if code in new.by_code and not twins[code] else stand


def _standstill(new: Procedure, state: RunState) -> list[Finding]:
	done = {code for code, stand in state.steps.items() if stand.status == FINISHED}
	return checker.goes_on(new, state.active, done)


def _no_twin(old: Procedure, code: str) -> Finding:
	step = old.by_code.get(code)
	return Finding(
		"move.step",
		N_(
			"The new version has no step that corresponds to “{step}” ({code}), where the case stands now. Move the case when it has left this step, or let it end under its version."
		),
		"",
		{"step": step.title if step else code, "code": code},
		row=code,
	)


def _not_running(state: RunState) -> Finding:
	message = (
		N_("The case is suspended. Resume it before it is moved.")
		if state.status == "Suspended"
		else N_("The case has ended. Only a running case can be moved.")
	)
	return Finding("move.status", message, "")


def _works_otherwise(old: Procedure, new: Procedure, code: str, state: RunState) -> bool:
	"""Do post or vote differ, so that the open tasks cannot stay? What was voted under other rules does not count."""
	a, b = old.by_code[code], new.by_code[code]
	if (a.post, a.level, a.mode, a.in_person) != (b.post, b.level, b.mode, b.in_person):
		return True
	if a.mode.votes:
		return (a.quorum, a.on_refusal, a.separate_from, _ballot(old, code)) != (
			b.quorum,
			b.on_refusal,
			b.separate_from,
			_ballot(new, code),
		)
	barred = {user for earlier in b.separate_from for user in state.actors(earlier)}
	return any(t.assignee in barred for t in state.open_tasks(code) if t.assignee)


def _ballot(procedure: Procedure, code: str) -> dict[str, Verb]:
	return {t.action: t.verb for t in procedure.buttons(code) if t.verb in (Verb.AGREE, Verb.REFUSE)}


def _somebody_left(old: Procedure, new: Procedure, state: RunState, code: str, roster: runner.Roster) -> None:
	"""A task that stays must have somebody the new separation of duties admits.

	Raises:
		runner.Refusal: there is nobody.
	"""
	if new.by_code[code].separate_from != old.by_code[code].separate_from:
		runner.reopen(new, state, [code], [], roster)


def _void(task: TaskState, anew: Collection[str], state: RunState) -> bool:
	return task.step in anew and task.round == state.steps[task.step].round


def _beside(new: Procedure, state: RunState) -> list[str]:
	"""Steps that would run beside those under way, had the case come here by the new version."""
	ahead = _onward(new, state.active)
	found: dict[str, None] = {}
	for t in new.transitions:
		stand = state.steps.get(t.step)
		if t.verb in _BACK or stand is None or stand.status != FINISHED or t.step in ahead:
			continue
		for code in t.targets:
			others = _onward(new, [target for target in t.targets if target != code])
			if code not in state.steps and code not in ahead and others & set(state.active):
				found[code] = None
	return list(found)


def _onward(procedure: Procedure, steps: Iterable[str]) -> set[str]:
	"""The steps and all that lies ahead of them, going back aside."""
	seen: set[str] = set()
	stack = [code for code in steps if code in procedure.by_code]
	while stack:
		code = stack.pop()
		if code not in seen:
			seen.add(code)
			stack.extend(
				c for t in procedure.transitions if t.step == code and t.verb not in _BACK for c in t.targets
			)
	return seen


def _step_moves(
	old: Procedure,
	twins: Mapping[str, Step | None],
	state: RunState,
	anew: Collection[str],
	more: Iterable[Step],
) -> tuple[StepMove, ...]:
	order = {step.code: n for n, step in enumerate(old.steps)}
	rows = []
	for code in sorted(state.steps, key=lambda c: order.get(c, len(order))):
		step, twin, stand = old.by_code.get(code), twins[code], state.steps[code]
		work = ""
		if stand.status == ACTIVE and twin:
			work = "anew" if code in anew else "stays"
		rows.append(
			StepMove(code, stand.status, step.title if step else code, twin.title if twin else "", work)
		)
	rows += [StepMove(step.code, "", "", step.title, "opened") for step in more]
	return tuple(rows)


# ------------------------------------------------------------------------------------------- what lies behind a step

# What every way from the start to a step has passed: ("step", code), ("drawn", document), ("served", document),
# ("waited", limit), ("duty", tool).
_Duty = tuple[str, str]


def _behind(procedure: Procedure) -> dict[str, frozenset[_Duty]]:
	"""For every step what lies behind it on every way from the start, by the routes and by what it waits for."""
	into: dict[str, list[tuple[str, frozenset[_Duty]]]] = {}
	for t in procedure.transitions:
		drawn = frozenset(("drawn", d.document_kind) for d in procedure.documents_of(t.step, t.action))
		for target in t.targets:
			into.setdefault(target, []).append((t.step, drawn))
	everything = frozenset(
		duty
		for step in procedure.steps
		for duty in (("step", step.code), ("duty", step.tool), ("waited", step.limit))
	) | frozenset((what, d.document_kind) for d in procedure.documents for what in ("drawn", "served"))
	behind = {step.code: everything for step in procedure.steps}
	start = procedure.start.code
	behind[start] = frozenset()
	changed = True
	while changed:
		changed = False
		for step in procedure.steps:
			if step.code == start:
				continue
			ways = [
				behind[code] | _of_step(procedure, code, behind[code]) | drawn
				for code, drawn in into.get(step.code, ())
			]
			found = frozenset.intersection(*ways) if ways else frozenset()
			for code in step.waits_for:
				found |= behind[code] | _of_step(procedure, code, behind[code])
			if found != behind[step.code]:
				behind[step.code], changed = found, True
	return behind


def _of_step(procedure: Procedure, code: str, behind: frozenset[_Duty]) -> frozenset[_Duty]:
	"""What is done when a step is finished."""
	step = procedure.by_code[code]
	duties: set[_Duty] = {("step", code)}
	if step.nature is Nature.SERVE:
		duties |= {("served", kind) for what, kind in behind if what == "drawn"}
	elif step.nature is Nature.WAIT:
		duties.add(("waited", step.limit))
	if step.tool:
		duties.add(("duty", step.tool))
	return frozenset(duties)


def _drawn(behind: Mapping[str, frozenset[_Duty]], steps: Iterable[str]) -> set[str]:
	return {kind for code in steps for what, kind in behind.get(code, ()) if what == "drawn"}


def _done(procedure: Procedure, state: RunState, issued: Collection[str]) -> set[_Duty]:
	"""What the run has done, by the steps it has finished and the documents issued."""
	behind = _behind(procedure)
	done: set[_Duty] = {("drawn", kind) for kind in issued}
	for code, stand in state.steps.items():
		if stand.status == FINISHED and code in procedure.by_code:
			done |= _of_step(procedure, code, behind[code])
	return done


def _passed(
	old: Procedure,
	new: Procedure,
	before: RunState,
	after: RunState,
	issued: Collection[str],
	names: Names,
) -> Iterable[Finding]:
	"""What the new version has behind the place of the case, though the case never did it."""
	done = _done(old, before, issued)
	behind_old, behind_new = _behind(old), _behind(new)
	# What the present version has left undone is not the fault of the move.
	known = {duty for code in before.active for duty in behind_old[code]} - done
	active = set(after.active)
	missing: dict[_Duty, None] = {}
	for code in after.active:
		for duty in sorted(behind_new[code]):
			if duty not in done and duty not in known and not (duty[0] == "step" and duty[1] in active):
				missing[duty] = None
	bound = [duty for duty in missing if _binding(duty, issued)]
	for what, code in bound:
		yield _open_envelope(new, what, code, names)
	covered = {duty for duty in done if duty[0] != "step"}
	for what, code in missing:
		if what == "drawn" and (what, code) not in bound:
			yield Finding(
				"move.passed",
				N_(
					"The document {document} belongs to an earlier step of the new version; it will not be drawn up."
				),
				"",
				{"document": names("document", code)},
				"warning",
				code,
			)
		if what != "step":
			continue
		step = new.by_code[code]
		own = _of_step(new, code, behind_new[code]) - {("step", code)}
		if own and (own <= covered or any(duty in bound for duty in own)):
			continue
		yield Finding(
			"move.passed",
			N_(
				"The step “{step}” lies behind the case in the new version; it will not be done in this case."
			),
			"",
			{"step": step.title},
			"warning",
			code,
		)


def _binding(duty: _Duty, issued: Collection[str]) -> bool:
	what, code = duty
	if what == "drawn":
		return code in BINDING_DOCUMENTS
	if what == "served":
		# A notice of the law that was never drawn up is told once, as such.
		return code in BINDING_DOCUMENTS and code in issued
	return (what == "waited" and code in TOLD) or (what == "duty" and code in BINDING_DUTIES)


_MISSING = {
	"drawn": N_(
		"Under the new version the document {document} should have been issued before the place where the case stands. It was not, and could not be made up for. Move the case earlier or not at all."
	),
	"served": N_(
		"Under the new version the document {document} should have been served before the place where the case stands. It was not, and could not be made up for. Move the case earlier or not at all."
	),
	"waited": N_(
		"Under the new version the party should have had the period {limit} before the place where the case stands. They had not, and it could not be made up for. Move the case earlier or not at all."
	),
	"duty": N_(
		"Under the new version “{step}” should have been done before the place where the case stands. It was not, and could not be made up for. Move the case earlier or not at all."
	),
}


def _open_envelope(new: Procedure, what: str, code: str, names: Names) -> Finding:
	step = next((s for s in new.steps if s.tool == code), None) if what == "duty" else None
	shown = names("limit" if what == "waited" else "document", code) if step is None else step.title
	return Finding(
		"move.envelope", _MISSING[what], "", {"document": shown, "limit": shown, "step": shown}, row=code
	)


# ------------------------------------------------------------------------------------------------ decisions made


def _ahead(procedure: Procedure, steps: Iterable[str]) -> tuple[set[str], set[str]]:
	"""Documents still to be drawn up and outcomes still possible from these steps, going onward."""
	onward = _onward(procedure, steps)
	documents = {
		d.document_kind
		for t in procedure.transitions
		if t.step in onward and t.verb not in _BACK
		for d in procedure.documents_of(t.step, t.action)
	}
	return documents, {procedure.by_code[code].outcome for code in onward if procedure.by_code[code].is_end}


def _decided(
	old: Procedure,
	new: Procedure,
	before: RunState,
	after: RunState,
	issued: Collection[str],
	names: Names,
) -> Iterable[Finding]:
	"""No decision is taken twice, and none ends otherwise than it could before."""
	documents_old, outcomes_old = _ahead(old, before.active)
	documents_new, outcomes_new = _ahead(new, after.active)
	again = sorted((documents_new - documents_old) & set(issued))
	for kind in again:
		if kind in DECISIONS:
			yield Finding(
				"move.decision",
				N_(
					"The decision {document} has been issued. Under the new version the case would stand before it and decide again. It cannot be moved."
				),
				"",
				{"document": names("document", kind)},
				row=kind,
			)
		else:
			yield Finding(
				"move.again",
				N_(
					"The document {document} has been issued; the new version would draw it up a second time."
				),
				"",
				{"document": names("document", kind)},
				"warning",
				kind,
			)
	if set(issued) & set(DECISIONS) and not [kind for kind in again if kind in DECISIONS]:
		other = sorted(outcomes_new - outcomes_old)
		if other:
			yield Finding(
				"move.outcome",
				N_(
					"A decision has been issued. Under the new version the case could still end as {outcome}, which would undo it. It cannot be moved."
				),
				"",
				{"outcome": [Word(outcome) for outcome in other]},
			)


# --------------------------------------------------------------------------------------------------------- clocks


def _clock(
	old: Procedure,
	new: Procedure,
	clock: ClockState,
	on: date,
	calendar: WorkCalendar,
	channel: str,
	law: statute.Statute,
) -> ClockMove:
	"""The clock of the same limit and step goes on with the new length, within the law and never into the past."""
	before = old.limit(clock.limit, clock.step, channel)
	rule = new.limit(clock.limit, clock.step, channel)
	stays = ClockMove(clock, "stays", clock.n, clock.unit, clock.due_on, rule)
	# What runs by law or for the party runs on whatever the procedure says.
	if clock.limit in ELAPSING or before == rule:
		return stays
	if rule is None and clock.step:
		return replace(stays, fate="void", note=N_("The new version sets no such limit; it no longer runs."))
	if rule is None:
		return replace(stays, note=N_("The new version does not name this limit; it goes on as it began."))
	if before is not None and (before.n, before.unit) == (rule.n, rule.unit):
		return stays
	n, unit, note = _lawful(rule, on, channel, law)
	due = clock.due(n, unit, calendar)
	if clock.stands_still and due < clock.due_on:
		return replace(stays, note=N_("The limit stands still; it is not shortened."))
	if clock.due_on < on and not clock.stands_still:
		return replace(stays, note=N_("The date has passed and is not moved."))
	if due < on:
		note = N_(
			"Under the shorter limit the date would have passed; it is shortened to the next day possible."
		)
		if unit != clock.unit:
			return replace(stays, note=note)
		n = next((k for k in range(n, clock.n) if clock.due(k, unit, calendar) >= on), clock.n)
		due = clock.due(n, unit, calendar)
	return ClockMove(clock, "changed", n, unit, due, rule, note)


def _lawful(rule: LimitRule, on: date, channel: str, law: statute.Statute) -> tuple[int, str, str]:
	"""The length of a limit, never longer than the law of the day has it."""
	of = "credit_china" if channel == "Credit China" else "own"
	faults = errors(
		statute.check_limit(rule.limit, rule.n, checker.statute_unit(rule.unit), on, of, statute=law)
	)
	bound = law.limits_on(on, of).get(rule.limit)
	if bound is None or not [f for f in faults if f.code in ("limit.maximum", "limit.fixed")]:
		return rule.n, rule.unit, ""
	longest = bound.n if bound.maximum is None else bound.maximum
	note = N_("The new version's limit is longer than the law's; the law's is kept.")
	return longest, _FORM_UNITS[bound.unit], note


def _told(moves: Iterable[ClockMove], names: Names) -> Iterable[Finding]:
	for move in moves:
		clock = move.clock
		if clock.limit in TOLD and move.fate != "stays" and move.due < clock.due_on:
			yield Finding(
				"move.told",
				N_(
					"The party was told that the period {limit} runs until {due}; the new version would end it earlier. Move the case after that day."
				),
				"《中华人民共和国行政处罚法》第四十四条、第四十五条" if clock.limit == "T01" else "",
				{"limit": names("limit", clock.limit), "due": clock.due_on},
				row=clock.limit,
			)


def _clocks_begin(
	old: Procedure,
	new: Procedure,
	after: RunState,
	opened: Collection[str],
	clocks: Iterable[ClockState],
	channel: str,
) -> Iterable[LimitRule]:
	"""Limits that the new version sets for a step the case is in and that did not run so far."""
	run = {(c.limit, c.step) for c in clocks}
	for rule in new.limits:
		if not rule.step or rule.step not in after.active or rule.step in opened:
			continue  # a step that opens starts its own
		if (rule.limit, rule.step) in run or old.limit(rule.limit, rule.step, channel):
			continue
		if new.limit(rule.limit, rule.step, channel) is rule:
			yield rule


def _new_limits(old: Procedure, new: Procedure, names: Names) -> Iterable[Finding]:
	had = {rule.limit for rule in old.limits if not rule.step}
	for limit in sorted({rule.limit for rule in new.limits if not rule.step} - had):
		yield Finding(
			"move.limit",
			N_("The limit {limit} is new; it runs if its event happens from now on."),
			"",
			{"limit": names("limit", limit)},
			"warning",
			limit,
		)
