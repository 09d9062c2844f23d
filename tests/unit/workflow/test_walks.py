"""Properties: whatever people do, a shipped procedure ends or waits for somebody; edits are refused or sound."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sclist_app.law.findings import errors
from sclist_app.workflow.checker import check
from sclist_app.workflow.model import Mode, Nature, OnRefusal, Procedure, Verb
from sclist_app.workflow.runner import Refusal, permitted
from tests.unit.workflow.helpers import SHIPPED, WORLD, Play, shipped

PEOPLE = [f"p{i}" for i in range(6)]
FACTS = st.fixed_dictionaries(
	{},
	optional={
		"ground": st.sampled_from(["6-1", "6-2", "7-1", "7-4"]),
		"fine": st.sampled_from([0, 1999999, 2000000]),
		"defence_made": st.booleans(),
	},
)
PROCEDURES = [shipped(name) for name in SHIPPED]


def takers(play: Play, task) -> list[str]:
	"""Who could take the task: they hold its post, it is theirs or nobody's, and nothing bars them."""
	held = play.roster(play.procedure.by_code[task.step])
	return [
		user
		for user in dict.fromkeys(held)
		if task.assignee in ("", user) and not permitted(play.procedure, play.state, task, user)
	]


def commands(play: Play) -> list[tuple[str, str, str]]:
	"""Every (step, action, actor) that somebody may do now; the clock's actor is ""."""
	out = []
	for task in play.state.open_tasks():
		for button in play.procedure.buttons(task.step):
			if button.verb is Verb.EXPIRE:
				out.append((task.step, button.action, ""))
			else:
				out += [(task.step, button.action, user) for user in takers(play, task)]
	return list(dict.fromkeys(out))


def do(play: Play, command: tuple[str, str, str]) -> None:
	code, action, actor = command
	play.act(code, action, actor, "理由") if actor else play.expire(code)


def holds_together(play: Play) -> None:
	"""What must be true of every state."""
	state = play.state
	if state.status == "Ended":
		assert not state.open_tasks() and not state.active and state.outcome
		return
	assert state.active
	assert any(takers(play, task) for task in state.open_tasks()), state.active
	for code in state.active:
		step = play.procedure.by_code[code]
		tasks = state.open_tasks(code)
		assert tasks, f"{code} is open without a task"
		assert {t.round for t in tasks} == {state.steps[code].round}
		assert step.mode.votes or len(tasks) == 1
	assert {t.step for t in state.open_tasks()} == set(state.active)


def held_by(proc: Procedure, data) -> dict[str, list[str]]:
	some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5)
	return {post: data.draw(some, label=post) for post in sorted({s.post for s in proc.steps if s.post})}


def walk(proc: Procedure, data, length: int = 60):
	"""A random walk; returns the play, its commands, and what was voted."""
	holders, facts = held_by(proc, data), data.draw(FACTS)
	try:
		play = Play(proc, holders, facts)
	except Refusal:
		assume(False)
	done, votes = [], Counter()
	for _turn in range(length):
		holds_together(play)
		possible = commands(play)
		if not possible:
			break
		command = data.draw(st.sampled_from(possible))
		before = play.state
		try:
			do(play, command)
		except Refusal:
			assert play.state is before
			continue
		done.append(command)
		button = next(b for b in proc.buttons(command[0]) if b.action == command[1])
		if proc.by_code[command[0]].mode.votes and button.verb in (Verb.AGREE, Verb.REFUSE):
			votes[command[2], button.verb.value] += 1
		kept = Counter((t.done_by, t.vote) for t in play.state.tasks if t.vote)
		assert kept == votes, "a vote was lost"
		assert len(play.state.tasks) >= len(before.tasks)
	return play, done, (holders, facts)


@pytest.mark.parametrize("proc", PROCEDURES, ids=list(SHIPPED))
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_random_walk_ends_or_waits_for_somebody_and_can_be_replayed(proc, data):
	play, done, (holders, facts) = walk(proc, data)
	again = Play(proc, holders, facts)
	for command in done:
		do(again, command)
	assert again.state == play.state
	assert [o.happened for o in again.log] == [o.happened for o in play.log if o]


@pytest.mark.parametrize("proc", PROCEDURES, ids=list(SHIPPED))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_going_onward_always_arrives(proc, data):
	"""Without returns and with enough people, every order of acts ends within a few dozen of them."""
	play = Play(proc, {s.post: [f"{s.post}{i}" for i in range(3)] for s in proc.steps}, data.draw(FACTS))
	for _turn in range(len(proc.steps) + 10):
		if play.state.status == "Ended":
			break
		onward = [
			c
			for c in commands(play)
			if next(b for b in proc.buttons(c[0]) if b.action == c[1]).verb is not Verb.RETURN
		]
		do(play, data.draw(st.sampled_from(onward)))
	assert play.state.status == "Ended"
	assert play.state.outcome in {s.outcome for s in proc.steps if s.is_end}
	if play.state.outcome == "Listed":
		last = next(s for s in proc.steps if s.outcome == "Listed")
		assert all(play.state.steps[c].status == "finished" for c in last.waits_for)


MODES = [
	(Mode.ANY, 0),
	(Mode.ALL, 0),
	(Mode.N_OF_M, 2),
	(Mode.MAJORITY, 1),
	(Mode.MAJORITY, 3),
	(Mode.IN_ORDER, 0),
]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), mode=st.sampled_from(MODES), on_refusal=st.sampled_from(OnRefusal))
def test_every_mode_in_the_panel_decides(data, mode, on_refusal):
	proc = next(p for p in PROCEDURES if any(s.nature is Nature.SIGN for s in p.steps))
	proc = replace(
		proc,
		steps=tuple(
			replace(s, mode=mode[0], quorum=mode[1], on_refusal=on_refusal) if s.nature is Nature.SIGN else s
			for s in proc.steps
		),
	)
	members = [f"m{i}" for i in range(data.draw(st.integers(3, 5)))]
	play = Play(
		proc,
		{
			s.post: [f"p-{s.code}" for s in proc.steps if s.post == post]
			for s in proc.steps
			for post in [s.post]
		}
		| {"panel_member": members},
		{"ground": "6-1"},
	)
	panel = next(s.code for s in proc.steps if s.nature is Nature.SIGN)
	for _turn in range(30):
		if panel in play.state.active:
			break
		do(play, next(c for c in commands(play) if _verb(proc, c) in (Verb.FORWARD, Verb.AGREE)))
	votes = []
	while panel in play.state.active:
		command = data.draw(st.sampled_from([c for c in commands(play) if c[0] == panel]))
		votes.append(_verb(proc, command))
		do(play, command)
	agree, refuse = votes.count(Verb.AGREE), votes.count(Verb.REFUSE)
	assert agree + refuse == len(votes) <= len(members)
	carried = play.state.status == "Active"
	need = {
		Mode.ANY: 1,
		Mode.ALL: len(members),
		Mode.IN_ORDER: len(members),
		Mode.N_OF_M: mode[1],
		Mode.MAJORITY: len(members) // 2 + 1,
	}[mode[0]]
	if on_refusal is OnRefusal.END:
		assert carried == (refuse == 0)
	else:
		assert carried == (agree >= need)
	if carried:
		assert agree >= need and len(votes) >= mode[1]


def _verb(proc: Procedure, command) -> Verb:
	return next(b for b in proc.buttons(command[0]) if b.action == command[1]).verb


# single edits of a shipped procedure


def _without(proc: Procedure, table: str, i: int) -> Procedure:
	rows = getattr(proc, table)
	return replace(proc, **{table: rows[:i] + rows[i + 1 :]})


def _changed(proc: Procedure, table: str, i: int, **values) -> Procedure:
	rows = getattr(proc, table)
	return replace(proc, **{table: (*rows[:i], replace(rows[i], **values), *rows[i + 1 :])})


@st.composite
def edits(draw) -> tuple[Procedure, Procedure]:
	"""A shipped procedure and the same with one thing deleted or changed."""
	proc = draw(st.sampled_from(PROCEDURES))
	codes = [s.code for s in proc.steps]
	table = draw(st.sampled_from(["steps", "transitions", "limits", "documents", "conditions"]))
	rows = getattr(proc, table)
	assume(rows)
	i = draw(st.integers(0, len(rows) - 1))
	if draw(st.booleans()):
		return proc, _without(proc, table, i)
	row = rows[i]
	code = st.sampled_from(codes)
	few = st.lists(code, max_size=3, unique=True).map(tuple)
	values = {
		"steps": st.one_of(
			st.fixed_dictionaries({"waits_for": few}),
			st.fixed_dictionaries({"separate_from": few}),
			st.fixed_dictionaries({"nature": st.sampled_from(Nature)}),
			st.fixed_dictionaries({"mode": st.sampled_from(Mode), "quorum": st.integers(-1, 3)}),
			st.fixed_dictionaries({"limit": st.sampled_from(["", "T01", "T03", "T22", "T99"])}),
			st.fixed_dictionaries({"is_start": st.booleans()}),
			st.fixed_dictionaries({"tool": st.sampled_from(["", "service", "publication"])}),
		),
		"transitions": st.one_of(
			st.fixed_dictionaries({"targets": few}),
			st.fixed_dictionaries({"verb": st.sampled_from(Verb)}),
			st.fixed_dictionaries({"priority": st.integers(-1, 3)}),
			st.fixed_dictionaries({"condition": st.sampled_from(["", "serious", "none"])}),
			st.fixed_dictionaries({"reason_required": st.booleans()}),
			st.fixed_dictionaries({"step": code}),
		),
		"limits": st.one_of(
			st.fixed_dictionaries({"n": st.integers(-2, 40)}),
			st.fixed_dictionaries({"unit": st.sampled_from(["Day", "Working Day", "Month", "Year", "Hour"])}),
			st.fixed_dictionaries({"step": code}),
		),
		"documents": st.fixed_dictionaries({"step": code}),
		"conditions": st.fixed_dictionaries({"value": st.sampled_from(["", "1", "6-1", "x"])}),
	}
	changed = draw(values[table])
	assume(any(getattr(row, name) != value for name, value in changed.items()))
	return proc, _changed(proc, table, i, **changed)


class Staffed(Play):
	"""Every step has three people of its own, so separation bars nobody."""

	def roster(self, of):
		return [f"{of.code}-{i}" for i in range(3)]


def explore(proc: Procedure, limit: int = 3000) -> None:
	"""Play every state of open and finished steps with the engine itself; each must reach an end.

	Votes are short-cut: a step that is voted on is decided by all saying the same.
	"""

	def key(play: Play):
		done = {c for c, s in play.state.steps.items() if s.status == "finished"}
		awaited = {c for s in proc.steps for c in s.waits_for}
		return frozenset(play.state.active), frozenset(done & awaited)

	def next_of(play: Play):
		for code in sorted(play.active):
			for button in proc.buttons(code):
				for transition in proc.routes(code, button.action):
					yield code, button, transition

	def after(play: Play, code: str, button, transition) -> Play:
		# the one route is forced, whatever the facts say
		only = tuple(
			replace(t, condition="", priority=0)
			for t in proc.transitions
			if (t.step, t.action) != (code, button.action) or t is transition
		)
		copy = object.__new__(Staffed)
		copy.procedure, copy.facts, copy.log = replace(proc, transitions=only), {}, []
		copy.state = replace(play.state, tasks=play.state.open_tasks())
		copy._numbers = play._numbers
		if button.verb is Verb.EXPIRE:
			copy.expire(code)
			return copy
		for _vote in range(3):
			task = copy.state.open_tasks(code)[0]
			copy.act(code, button.action, task.assignee or f"{code}-0", "理由")
			if copy.log[-1].transition is not None:
				return copy
		raise AssertionError("a unanimous vote did not decide")

	first = Staffed(proc, {})
	seen, before, ends, queue = {key(first): first}, {}, set(), [key(first)]
	for here in queue:
		assert len(seen) < limit
		for code, button, transition in next_of(seen[here]):
			play = after(seen[here], code, button, transition)
			play.procedure = proc
			if play.state.status == "Ended":
				ends.add(here)
				continue
			there = key(play)
			before.setdefault(there, set()).add(here)
			if there not in seen:
				seen[there] = play
				queue.append(there)
	stack = list(ends)
	while stack:
		for here in before.get(stack.pop(), ()):
			if here not in ends:
				ends.add(here)
				stack.append(here)
	assert set(seen) == ends, set(seen) - ends


@pytest.mark.parametrize("proc", PROCEDURES, ids=list(SHIPPED))
def test_every_state_of_a_shipped_procedure_goes_on_to_an_end(proc):
	explore(proc)


@settings(max_examples=300, deadline=None)
@given(edits())
def test_a_single_edit_is_refused_or_still_ends_from_every_state(pair):
	_base, proc = pair
	if not errors(check(proc, WORLD)):
		explore(proc)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(edits(), st.data())
def test_a_single_edit_that_passes_can_be_walked(pair, data):
	_base, proc = pair
	assume(not errors(check(proc, WORLD)))
	walk(proc, data, 30)


def test_deleting_any_single_row_is_refused_or_sound():
	"""Every deletion, not a sample."""
	passed = Counter()
	for proc in PROCEDURES:
		for table in ("steps", "transitions", "limits", "documents", "conditions"):
			for i in range(len(getattr(proc, table))):
				edited = _without(proc, table, i)
				if not errors(check(edited, WORLD)):
					passed[table] += 1
					explore(edited)
	assert passed["steps"] == 0
	assert passed["transitions"] > 0 and passed["limits"] > 0
