"""Play a procedure over a case without touching anything: path, posts, dates, days. Pure.

The player of the simulation agrees everywhere, waits a pace of working days in each step, lets a waiting step run
its limit, and takes another button only where told. What comes out is what the rows say, not what people do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sclist_app.law.calendar import WorkCalendar
from sclist_app.law.findings import N_, Finding
from sclist_app.law.periods import Period, due_date
from sclist_app.workflow import runner
from sclist_app.workflow.checker import statute_unit
from sclist_app.workflow.model import Nature, Procedure, Step, Transition, Verb

__all__ = ["Move", "Simulated", "Standing", "Visit", "replay", "simulate"]

MOST_MOVES = 200
GOING_ON = (Verb.AGREE, Verb.FORWARD)


@dataclass(frozen=True)
class Visit:
	"""One stay in one step. due: the last day its limit leaves, None without a limit; to: the steps it opened by
	which button; vote: how many agreed and refused in a step that several sign, in a replay."""

	step: str
	title: str
	post: str
	people: int
	entered: date
	left: date
	due: date | None = None
	to: tuple[str, ...] = ()
	action: str = ""
	vote: tuple[int, int] | None = None

	@property
	def late(self) -> bool:
		"""Somebody took longer than the limit; a limit that was waited for has only run out."""
		return bool(self.people) and self.due is not None and self.left > self.due


@dataclass(frozen=True)
class Simulated:
	visits: tuple[Visit, ...]
	outcome: str
	started: date
	ended: date
	documents: tuple[str, ...] = ()
	problem: Finding | None = None

	@property
	def days(self) -> int:
		"""Calendar days from start to end."""
		return (self.ended - self.started).days

	@property
	def path(self) -> tuple[str, ...]:
		return tuple(visit.step for visit in self.visits)


@dataclass(frozen=True)
class Move:
	"""One button pressed by one person in one step. days: working days the step took; it counts for no step that waits
	out a limit, and where several sign for the last of them."""

	step: str
	action: str
	days: int = 1


@dataclass(frozen=True)
class Standing:
	"""A step that is open. entered: since when; due: the last day its limit leaves, None without a limit; ballot: how
	the signing stands, where several sign."""

	step: str
	entered: date
	due: date | None
	ballot: runner.Ballot | None = None


@dataclass
class _Clockwork:
	procedure: Procedure
	calendar: WorkCalendar
	entered: dict[str, date] = field(default_factory=dict)
	decided: date | None = None

	def enter(self, outcome: runner.Outcome, on: date) -> None:
		for event in outcome.happened:
			if event.what == "step_entered":
				self.entered[event.data["step"]] = on

	def due(self, step: Step) -> date | None:
		own = self.procedure.limit("T22", step.code)
		legal = self.procedure.limit(step.limit) if step.limit else None
		dates = []
		if own:
			dates.append(self._end(self.entered[step.code], own))
		if legal:
			begins = (
				self.entered[step.code]
				if step.nature is Nature.WAIT
				else self.decided or self.entered[step.code]
			)
			dates.append(self._end(begins, legal))
		return min(dates, default=None)

	def _end(self, start: date, rule) -> date:
		return due_date(start, Period(rule.n, statute_unit(rule.unit)), self.calendar).on


def simulate(
	procedure: Procedure,
	facts: Mapping[str, Any],
	start: date,
	calendar: WorkCalendar,
	choices: Mapping[str, str] | None = None,
	pace: Callable[[Step], int] = lambda step: 1,
	whole_limit: bool = False,
) -> Simulated:
	"""Play one case.

	choices: step → action, where the player does not simply agree. pace: working days a step takes. whole_limit: a
	step with a limit takes all of it.
	A procedure in which the case gets stuck gives a `problem` instead of an exception.
	"""
	choices = choices or {}
	clock = _Clockwork(procedure, calendar)
	visits: list[Visit] = []
	documents: list[str] = []

	day = start
	try:
		outcome = runner.start(procedure, facts, _people)
		clock.enter(outcome, day)
		state = outcome.state
		for _move in range(MOST_MOVES):
			if state.status == "Ended":
				break
			code, leaves = min(
				((c, _leaving(procedure, clock, c, pace, whole_limit)) for c in state.active),
				key=lambda item: item[1],
			)
			step, day = procedure.by_code[code], max(day, leaves)
			due = clock.due(step)
			outcome, people = _step(procedure, state, step, choices, facts, _people)
			to = outcome.transition.targets if outcome.transition else ()
			visits.append(Visit(code, step.title, step.post, people, clock.entered[code], day, due, to))
			if outcome.transition is not None:
				drawn = [d.document_kind for d in procedure.documents_of(code, outcome.transition.action)]
				documents += drawn
				if "D05" in drawn:
					clock.decided = day
			clock.enter(outcome, day)
			state = outcome.state
		else:
			return Simulated(tuple(visits), "", start, day, tuple(documents), _stuck(step))
	except runner.Refusal as refusal:
		return Simulated(tuple(visits), "", start, day, tuple(documents), refusal.findings[0])
	return Simulated(tuple(visits), state.outcome, start, day, tuple(documents))


def replay(
	procedure: Procedure,
	facts: Mapping[str, Any],
	start: date,
	calendar: WorkCalendar,
	moves: Sequence[Move],
	holders: Callable[[Step], int] = lambda step: 0,
) -> tuple[Simulated, tuple[Standing, ...]]:
	"""Play a case move by move and say where it then stands; the open steps are none once it has ended.

	Where several sign, each move is the voice of one. holders: how many hold the post that signs; 0 where it is not
	known, three are invented then. A move that is not possible ends the play with its `problem`; what was played
	before it stands.
	"""

	def roster(step: Step) -> list[str]:
		return _people(step, holders(step) if step.mode.votes else 0)

	clock = _Clockwork(procedure, calendar)
	visits: list[Visit] = []
	documents: list[str] = []
	left: dict[str, date] = {}
	day, state, problem = start, runner.RunState(), None
	try:
		outcome = runner.start(procedure, facts, roster)
		clock.enter(outcome, day)
		state = outcome.state
		for move in moves:
			step = procedure.by_code.get(move.step)
			if step is None or move.step not in state.active:
				problem = _not_open(step.title if step else move.step)
				break
			button = next((b for b in procedure.buttons(step.code) if b.action == move.action), None)
			expires = button is not None and button.verb is Verb.EXPIRE
			leaves = (
				_leaving(procedure, clock, step.code, lambda _step: 1)
				if expires
				else clock.calendar.add_workdays(clock.entered[step.code], move.days)
			)
			due, vote = clock.due(step), _vote(step, state, button)
			if expires:
				outcome, people = _step(procedure, state, step, {}, facts, roster)
			else:
				outcome, people = _act(procedure, state, step, move.action, facts, roster)
			state = outcome.state
			if outcome.transition is None:
				continue  # others have still to sign
			to, action = outcome.transition.targets, outcome.transition.action
			visits.append(
				Visit(
					step.code,
					step.title,
					step.post,
					people,
					clock.entered[step.code],
					leaves,
					due,
					to,
					action,
					vote,
				)
			)
			# side by side each keeps its own dates; where they meet the last one counts
			left[step.code] = leaves
			day = max(day, leaves)
			drawn = [d.document_kind for d in procedure.documents_of(step.code, action)]
			documents += drawn
			if "D05" in drawn:
				clock.decided = leaves
			for event in outcome.happened:
				if event.what == "step_entered":
					awaited = procedure.by_code[event.data["step"]].waits_for
					clock.entered[event.data["step"]] = max(
						left.get(c, leaves) for c in (*awaited, step.code)
					)
	except runner.Refusal as refusal:
		problem = refusal.findings[0]
	played = Simulated(tuple(visits), state.outcome, start, day, tuple(documents), problem)
	if state.status == "Ended":
		return played, ()
	return played, tuple(
		Standing(
			step.code,
			clock.entered[step.code],
			clock.due(step),
			runner.ballot(step, state, roster(step)) if step.mode.votes else None,
		)
		for step in (procedure.by_code[code] for code in state.active)
	)


def _vote(step: Step, state: runner.RunState, button: Transition | None) -> tuple[int, int] | None:
	"""How many have agreed and how many refused once the button is pressed; None where nobody votes."""
	if not step.mode.votes or button is None or button.verb not in (*GOING_ON, Verb.REFUSE):
		return None
	before = runner.ballot(step, state)
	agrees = button.verb in GOING_ON
	return len(before.agree) + agrees, len(before.refuse) + (not agrees)


def _not_open(title: str) -> Finding:
	return Finding(
		"simulation.not_open",
		N_("Step {step} is not open at this point. Take the last steps back and go on from there."),
		"",
		{"step": title},
	)


def _people(step: Step, number: int = 0) -> list[str]:
	"""Invented holders of the step's post: so many, or enough to sign and to keep duties apart."""
	number = number or max(3, step.quorum, len(step.separate_from) + 2)
	return [f"{step.post}#{n}" for n in range(number)]


def _leaving(
	procedure: Procedure, clock: _Clockwork, code: str, pace: Callable[[Step], int], whole_limit: bool = False
) -> date:
	step = procedure.by_code[code]
	due = clock.due(step)
	if step.nature is Nature.WAIT:
		return (due or clock.entered[code]) + timedelta(days=1)
	if whole_limit and due:
		return max(due, clock.entered[code])
	return clock.calendar.add_workdays(clock.entered[code], pace(step))


def _step(procedure, state, step, choices, facts, roster) -> tuple[runner.Outcome, int]:
	"""Take the step to its end; how many people it took."""
	if (
		step.nature is Nature.WAIT
		and step.code not in choices
		and any(b.verb is Verb.EXPIRE for b in procedure.buttons(step.code))
	):
		return runner.expire(procedure, state, step.code, facts, roster), 0
	action = choices.get(step.code) or next(
		(b.action for b in procedure.buttons(step.code) if b.verb in GOING_ON), ""
	)
	while True:
		outcome, people = _act(procedure, state, step, action, facts, roster)
		state = outcome.state
		if outcome.transition is not None:
			return outcome, people


def _act(procedure, state, step, action, facts, roster) -> tuple[runner.Outcome, int]:
	"""One person presses a button; how many have acted in the step by then."""
	task = state.open_tasks(step.code)[0]
	actor = task.assignee or next(u for u in roster(step) if not runner.permitted(procedure, state, task, u))
	before = runner.ballot(step, state) if step.mode.votes else None
	outcome = runner.act(procedure, state, task.id, action, actor, "—", facts, roster)
	return outcome, 1 + (len(before.agree) + len(before.refuse) if before else 0)


def _stuck(step: Step) -> Finding:
	return Finding(
		"simulation.stuck",
		N_("The case turns in a circle around step {step}."),
		"",
		{"step": step.title},
		row=step.code,
	)
