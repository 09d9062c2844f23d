"""The engine's core: (procedure, run state, command) → what happens. Pure, no clock, no database.

The caller brings the state of the run, the facts of the case and the people who hold each post; the core
answers with an `Outcome`: the new state and the list of things that happened, in order. Whether the law
admits the act is asked before (the gates of the kind), what follows from it is done after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sclist_app.law.findings import N_, Finding
from sclist_app.workflow import conditions
from sclist_app.workflow.model import Mode, Nature, OnRefusal, Procedure, Step, Transition, Verb

__all__ = [
	"Ballot",
	"Outcome",
	"Refusal",
	"RunState",
	"StepState",
	"TaskState",
	"act",
	"add_signer",
	"ballot",
	"expire",
	"goes_on",
	"permitted",
	"reopen",
	"route",
	"start",
	"vacate",
]

OPEN = "Open"
DONE = "Done"
RETURNED = "Returned"
VOID = "Void"
TRANSFERRED = "Transferred"

ACTIVE = "active"
FINISHED = "finished"
LEFT = "left"


class Refusal(Exception):
	"""The act is not possible; carries the findings that say why and what to do."""

	def __init__(self, *findings: Finding):
		self.findings = findings
		super().__init__("; ".join(f.message for f in findings))


@dataclass(frozen=True)
class TaskState:
	"""One task. `id` is the record's name, or "+n" for one that this act opens."""

	id: str
	step: str
	round: int
	post: str
	level: str
	assignee: str = ""
	status: str = OPEN
	done_by: str = ""
	vote: str = ""  # "Agree" | "Refuse" | ""
	order: int = 0


@dataclass(frozen=True)
class StepState:
	status: str  # ACTIVE | FINISHED | LEFT (by a return)
	round: int


@dataclass(frozen=True)
class RunState:
	steps: Mapping[str, StepState] = field(default_factory=dict)
	tasks: tuple[TaskState, ...] = ()
	status: str = "Active"
	outcome: str = ""

	@property
	def active(self) -> tuple[str, ...]:
		return tuple(code for code, step in self.steps.items() if step.status == ACTIVE)

	def open_tasks(self, step: str | None = None) -> tuple[TaskState, ...]:
		return tuple(t for t in self.tasks if t.status == OPEN and (step is None or t.step == step))

	def actors(self, step: str) -> set[str]:
		"""Everybody who ever acted in the step, in any round."""
		return {t.done_by for t in self.tasks if t.step == step and t.done_by}


@dataclass(frozen=True)
class Happened:
	"""One thing that happened: `what` is one of step_left, step_entered, task_opened, task_closed, vote,
	votes_void, moved, ended; `data` its particulars."""

	what: str
	data: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
	state: RunState
	happened: tuple[Happened, ...]
	transition: Transition | None = None  # the route taken; None while a vote goes on


# (step) -> user names that may sign there, in order; asked only when a step opens
Roster = Callable[[Step], Sequence[str]]


class _Work:
	"""The state under way; keeps the events in order."""

	def __init__(self, procedure: Procedure, state: RunState, roster: Roster, facts: Mapping[str, Any]):
		self.procedure, self.roster, self.facts = procedure, roster, facts
		self.steps = dict(state.steps)
		self.tasks = {task.id: task for task in state.tasks}
		self.status, self.outcome = state.status, state.outcome
		self.happened: list[Happened] = []
		self.carried = ""  # the step whose vote this act has decided
		# where nothing is stored in between, the tasks keep the names they were given here
		self._new = max((int(t.id[1:]) for t in state.tasks if t.id.startswith("+")), default=0)

	def note(self, what: str, **data: Any) -> None:
		self.happened.append(Happened(what, data))

	def state(self) -> RunState:
		return RunState(dict(self.steps), tuple(self.tasks.values()), self.status, self.outcome)

	def outcome_of(self, transition: Transition | None) -> Outcome:
		return Outcome(self.state(), tuple(self.happened), transition)

	def close(self, task: TaskState, status: str, **changes: Any) -> None:
		self.tasks[task.id] = replace(task, status=status, **changes)
		self.note("task_closed", task=task.id, step=task.step, status=status)

	def open(self, step: Step, round_no: int, assignee: str = "", order: int = 0) -> None:
		self._new += 1
		task = TaskState(f"+{self._new}", step.code, round_no, step.post, step.level, assignee, order=order)
		self.tasks[task.id] = task
		self.note("task_opened", task=task.id, step=step.code, post=step.post, assignee=assignee)

	def leave(self, code: str, status: str) -> None:
		round_no = self.steps[code].round
		if code != self.carried and any(
			t.vote for t in self.tasks.values() if (t.step, t.round) == (code, round_no)
		):
			self.note("votes_void", step=code, round=round_no)
		for task in self.state().open_tasks(code):
			self.close(task, VOID)
		self.steps[code] = replace(self.steps[code], status=status)
		self.note("step_left", step=code, status=status)

	def enter(self, code: str) -> None:
		step = self.procedure.by_code[code]
		if code in self.steps and self.steps[code].status == ACTIVE:
			return  # two ways lead here; the second finds it open
		if any(self.steps.get(c) is None or self.steps[c].status != FINISHED for c in step.waits_for):
			return
		for behind in self.procedure.awaited_behind(code):
			# What others wait for and lies behind this step is to be done anew.
			if behind in self.steps and self.steps[behind].status == FINISHED:
				self.steps[behind] = replace(self.steps[behind], status=LEFT)
		round_no = self.steps[code].round + 1 if code in self.steps else 1
		self.steps[code] = StepState(ACTIVE, round_no)
		self.note("step_entered", step=code, round=round_no)
		if step.is_end:
			self.finish(step)
		elif step.mode.votes:
			self.open_signing(step, round_no)
		else:
			self.able(step)
			self.open(step, round_no)

	def signers(self, step: Step) -> list[str]:
		"""Who may sign: the holders of the post, each once, without those the separation of duties bars."""
		barred = {user for code in step.separate_from for user in self.state().actors(code)}
		return [user for user in dict.fromkeys(self.roster(step)) if user not in barred]

	def able(self, step: Step) -> list[str]:
		"""The signers of a step about to open.

		Raises:
			Refusal: there is none, so the case would stop there.
		"""
		signers = self.signers(step)
		if not signers:
			raise Refusal(_all_barred(self.procedure, step) if self.roster(step) else _nobody(step))
		return signers

	def open_signing(self, step: Step, round_no: int) -> None:
		signers = self.able(step)
		needed = votes_needed(step, len(signers))
		if step.mode is Mode.MAJORITY:
			needed = max(needed, step.quorum)
		if len(signers) < needed:
			raise Refusal(
				Finding(
					"roster",
					N_(
						"Step {step} needs {needed} signers but only {count} may sign. Assign more people to the post."
					),
					"",
					{"step": step.title, "needed": needed, "count": len(signers)},
				)
			)
		for order, user in enumerate(signers[:1] if step.mode is Mode.IN_ORDER else signers):
			self.open(step, round_no, user, order)

	def finish(self, step: Step) -> None:
		for code in self.state().active:
			if code != step.code:
				self.leave(code, LEFT)
		self.steps[step.code] = replace(self.steps[step.code], status=FINISHED)
		self.status, self.outcome = "Ended", step.outcome
		self.note("ended", step=step.code, outcome=step.outcome)

	def move(self, transition: Transition) -> None:
		back = transition.verb in (Verb.RETURN, Verb.CLOSE)
		self.leave(transition.step, LEFT if back else FINISHED)
		if back:
			# Going back (or out) takes the steps that run beside this one along.
			for code in self.state().active:
				self.leave(code, LEFT)
		self.note("moved", step=transition.step, action=transition.action, targets=transition.targets)
		for target in transition.targets:
			self.enter(target)
			if self.status == "Ended":
				break
		self.stands()

	def stands(self) -> None:
		"""Raises Refusal if the run neither ended nor has an open step: nobody could ever go on."""
		if self.status != "Ended" and not self.state().active:
			raise Refusal(
				Finding(
					"stuck",
					N_(
						"After this action no step of the case would be open. Tell the rule administrator that a step waits for another one in vain."
					),
					"",
				)
			)


def _nobody(step: Step) -> Finding:
	return Finding(
		"roster",
		N_(
			"Nobody holds the post of step {step} in this bureau now. Ask the administrator to assign someone, then try again."
		),
		"",
		{"step": step.title},
		row=step.code,
	)


def _all_barred(procedure: Procedure, step: Step) -> Finding:
	return Finding(
		"separation",
		N_(
			"Everybody who holds the post of step {step} has acted in {earlier} and may not act in both. Ask the administrator to assign someone else, then try again."
		),
		"",
		{"step": step.title, "earlier": [procedure.by_code[code].title for code in step.separate_from]},
		row=step.code,
	)


def votes_needed(step: Step, members: int) -> int:
	"""How many agreeing votes carry the step."""
	if step.mode is Mode.ANY:
		return 1
	if step.mode is Mode.N_OF_M:
		return max(1, step.quorum)
	if step.mode is Mode.MAJORITY:
		return members // 2 + 1
	return members


def tally(step: Step, members: int, agree: int, refuse: int) -> str:
	""" "Agree", "Refuse" or "" while it is open."""
	if refuse and step.on_refusal is OnRefusal.END:
		return "Refuse"
	pending = members - agree - refuse
	quorum = step.quorum if step.mode is Mode.MAJORITY else 0
	if agree >= votes_needed(step, members) and agree + refuse >= quorum:
		# With a refusal on the table and "wait for all" set, every voice is heard first.
		return "Agree" if not (refuse and pending) else ""
	if agree + pending < votes_needed(step, members):
		return "" if pending else "Refuse"
	return "" if pending else "Refuse"


@dataclass(frozen=True)
class Ballot:
	"""How a joint signature stands: how many must agree, and the user names of who did, who did not and who is asked.

	In order, only the next of those asked is known here.
	"""

	needed: int
	agree: tuple[str, ...]
	refuse: tuple[str, ...]
	waiting: tuple[str, ...]

	@property
	def members(self) -> int:
		return len(self.agree) + len(self.refuse) + len(self.waiting)


def ballot(step: Step, state: RunState, holders: Sequence[str] = ()) -> Ballot:
	"""The present round of a step in which several sign.

	holders: who holds its post now; signing in order they are asked one after the other, and all of them must agree.
	"""
	round_no = state.steps[step.code].round
	rows = [t for t in state.tasks if (t.step, t.round) == (step.code, round_no)]
	gone = {t.assignee for t in rows if t.status == TRANSFERRED}
	rows = [t for t in rows if t.status != TRANSFERRED]
	members = len(rows)
	if step.mode is Mode.IN_ORDER:
		barred = {user for code in step.separate_from for user in state.actors(code)}
		members = len({t.done_by or t.assignee for t in rows} | (set(holders) - gone - barred))
	return Ballot(
		votes_needed(step, members),
		tuple(t.done_by for t in rows if t.vote == "Agree"),
		tuple(t.done_by for t in rows if t.vote == "Refuse"),
		tuple(t.assignee for t in rows if not t.vote and t.status == OPEN),
	)


def goes_on(step: Step, state: RunState, verb: Verb, holders: Sequence[str] = ()) -> bool:
	"""Whether the step is left when one more votes so; always where one person acts. holders: as of `ballot`."""
	if not step.mode.votes:
		return True
	now = ballot(step, state, holders)
	# in order those who come later have no task yet; all of them must agree
	members = now.needed if step.mode is Mode.IN_ORDER else now.members
	more = (1, 0) if verb is Verb.AGREE else (0, 1)
	return bool(tally(step, members, len(now.agree) + more[0], len(now.refuse) + more[1]))


def route(procedure: Procedure, step: str, action: str, facts: Mapping[str, Any]) -> Transition:
	"""The route a button takes with these facts.

	Raises:
		Refusal: none fits.
	"""
	for transition in procedure.routes(step, action):
		if not transition.condition or conditions.holds(procedure.condition(transition.condition), facts):
			return transition
	raise Refusal(
		Finding(
			"route",
			N_(
				"No route of this action fits the case. Tell the rule administrator: step {step}, action {action}."
			),
			"",
			{"step": step, "action": action},
		)
	)


def start(procedure: Procedure, facts: Mapping[str, Any], roster: Roster) -> Outcome:
	"""Open the start step."""
	work = _Work(procedure, RunState(), roster, facts)
	work.enter(procedure.start.code)
	work.stands()
	return work.outcome_of(None)


def permitted(procedure: Procedure, state: RunState, task: TaskState, actor: str) -> list[Finding]:
	"""Why this actor may not take this task, whatever the action; empty if they may."""
	findings = []
	step = procedure.by_code[task.step]
	if state.status == "Suspended":
		findings.append(
			Finding("suspended", N_("The case is suspended. Resume it before anything is done in it."), "")
		)
	elif state.status != "Active" or task.status != OPEN:
		findings.append(
			Finding(
				"task_closed",
				N_(
					"This task is already finished, somebody else has dealt with it. Reload the page to see where the case stands."
				),
				"",
			)
		)
	if task.assignee and task.assignee != actor:
		findings.append(Finding("not_yours", N_("This task is assigned to somebody else."), ""))
	for code in step.separate_from:
		if actor in state.actors(code):
			findings.append(
				Finding(
					"separation",
					N_(
						"You acted in step {earlier}, so you may not act in step {step}. Someone else must do it."
					),
					"《中华人民共和国行政处罚法》第五十八条、第六十四条"
					if step.nature is Nature.REVIEW
					else "",
					{"earlier": procedure.by_code[code].title, "step": step.title},
				)
			)
	if step.mode.votes and any(
		t.step == task.step and t.round == task.round and t.done_by == actor and t.vote for t in state.tasks
	):
		findings.append(Finding("voted", N_("You have already voted in this step."), ""))
	return findings


def act(
	procedure: Procedure,
	state: RunState,
	task_id: str,
	action: str,
	actor: str,
	opinion: str,
	facts: Mapping[str, Any],
	roster: Roster,
) -> Outcome:
	"""A person presses a button of a task.

	Raises:
		Refusal: the task is closed or not theirs, the action is unknown here, a reason is missing,
			separation of duties forbids it, or no route fits.
	"""
	task = next((t for t in state.tasks if t.id == task_id), None)
	if task is None:
		raise Refusal(Finding("no_task", N_("There is no such task in this case."), ""))
	if findings := permitted(procedure, state, task, actor):
		raise Refusal(*findings)
	button = next((t for t in procedure.buttons(task.step) if t.action == action), None)
	if button is None or button.verb is Verb.EXPIRE:
		raise Refusal(
			Finding(
				"no_action", N_("The action {action} does not exist in this step."), "", {"action": action}
			)
		)
	if button.reason_required and not opinion.strip():
		raise Refusal(
			Finding(
				"reason",
				N_("Enter your reasons: {label} needs an opinion in writing."),
				"《中华人民共和国行政处罚法》第四十五条、第五十九条" if button.verb is Verb.REFUSE else "",
				{"label": button.label},
			)
		)

	work = _Work(procedure, state, roster, facts)
	step = procedure.by_code[task.step]
	if step.mode.votes and button.verb in (Verb.AGREE, Verb.REFUSE):
		if not _vote(work, step, task, actor, button.verb):
			return work.outcome_of(None)
		work.carried = step.code
		carried = _last_result(work, step, task.round)
		action = next(t.action for t in procedure.buttons(step.code) if t.verb.value == carried)
	else:
		work.close(task, RETURNED if button.verb is Verb.RETURN else DONE, done_by=actor)
	transition = route(procedure, step.code, action, facts)
	work.move(transition)
	return work.outcome_of(transition)


def _votes(work: _Work, step: Step, round_no: int) -> tuple[int, int]:
	rows = [t for t in work.tasks.values() if t.step == step.code and t.round == round_no]
	return sum(t.vote == "Agree" for t in rows), sum(t.vote == "Refuse" for t in rows)


def _members(work: _Work, step: Step, task: TaskState) -> int:
	if step.mode is Mode.IN_ORDER:
		# Who has voted counts even if they have left the post since; whoever joined it is asked as well.
		return len(set(_in_turn(work, step, task.round)) | _voted(work, step, task.round))
	return sum(
		t.step == step.code and t.round == task.round and t.status != TRANSFERRED for t in work.tasks.values()
	)


def _voted(work: _Work, step: Step, round_no: int) -> set[str]:
	return {t.done_by for t in work.tasks.values() if t.step == step.code and t.round == round_no and t.vote}


def _in_turn(work: _Work, step: Step, round_no: int) -> list[str]:
	"""Who signs one after the other; whoever handed their turn on is not asked again."""
	gone = {
		t.assignee
		for t in work.tasks.values()
		if (t.step, t.round, t.status) == (step.code, round_no, TRANSFERRED)
	}
	return [user for user in work.signers(step) if user not in gone]


def _last_result(work: _Work, step: Step, round_no: int) -> str:
	task = next(t for t in work.tasks.values() if t.step == step.code and t.round == round_no)
	return tally(step, _members(work, step, task), *_votes(work, step, round_no))


def _vote(work: _Work, step: Step, task: TaskState, actor: str, verb: Verb) -> bool:
	"""Record the vote; True when the step is decided."""
	work.close(task, DONE, done_by=actor, vote=verb.value)
	work.note("vote", task=task.id, step=step.code, round=task.round, vote=verb.value, user=actor)
	if _last_result(work, step, task.round):
		return True
	_call_next(work, step, task)
	return False


def _call_next(work: _Work, step: Step, task: TaskState) -> None:
	"""Where they sign one after the other: it is the next one's turn."""
	if step.mode is Mode.IN_ORDER:
		signers = _in_turn(work, step, task.round)
		voted = _voted(work, step, task.round)
		following = next((user for user in signers if user not in voted), None)
		if following is not None:
			work.open(step, task.round, following, task.order + 1)


def expire(
	procedure: Procedure, state: RunState, step: str, facts: Mapping[str, Any], roster: Roster
) -> Outcome:
	"""A waiting step's clock has run out (the caller has made sure of that).

	Raises:
		Refusal: the step is not open or has no route for it.
	"""
	button = next((t for t in procedure.buttons(step) if t.verb is Verb.EXPIRE), None)
	if step not in state.active or button is None:
		raise Refusal(
			Finding("not_waiting", N_("The step {step} is not waiting for a limit."), "", {"step": step})
		)
	work = _Work(procedure, state, roster, facts)
	transition = route(procedure, step, button.action, facts)
	work.move(transition)
	return work.outcome_of(transition)


def answered(
	procedure: Procedure, state: RunState, step: str, action: str, facts: Mapping[str, Any], roster: Roster
) -> Outcome:
	"""The party itself moves the case on by this button: the answer a step waits for, or taking back what it asked.

	Raises:
		Refusal: the step is not open, waits for no answer, or no route fits.
	"""
	button = next((t for t in procedure.buttons(step) if t.action == action), None)
	waits = procedure.by_code[step].nature is Nature.WAIT if step in procedure.by_code else False
	if (
		step not in state.active
		or button is None
		or not (button.verb is Verb.CLOSE or (waits and button.verb is Verb.FORWARD))
	):
		raise Refusal(
			Finding("not_waiting", N_("The step {step} does not wait for the party."), "", {"step": step})
		)
	work = _Work(procedure, state, roster, facts)
	transition = route(procedure, step, action, facts)
	work.move(transition)
	return work.outcome_of(transition)


def transfer(
	procedure: Procedure, state: RunState, task_id: str, actor: str, to: str, roster: Roster
) -> Outcome:
	"""Hand a task on to another holder of the same post; the responsibility goes with it (转办).

	Raises:
		Refusal: not the actor's task, or the other person may not take it.
	"""
	task = _taken(procedure, state, task_id, actor)
	step = procedure.by_code[task.step]
	if to == actor:
		raise Refusal(Finding("transfer.self", N_("You have this task already. Choose somebody else."), ""))
	work = _Work(procedure, state, roster, {})
	if to not in work.signers(step):
		raise Refusal(
			Finding(
				"transfer.post",
				N_(
					"Only somebody who holds the post of this step, and is not barred from it, can take it over."
				),
				"",
			)
		)
	if any(
		t.assignee == to or t.done_by == to
		for t in state.tasks
		if (t.step, t.round) == (task.step, task.round)
	):
		raise Refusal(Finding("transfer.twice", N_("This person already has a task in this step."), ""))
	work.close(task, TRANSFERRED)
	work.open(step, task.round, to, task.order)
	return work.outcome_of(None)


def add_signer(
	procedure: Procedure, state: RunState, task_id: str, actor: str, to: str, roster: Roster
) -> Outcome:
	"""Ask one more person to vote in a step that is voted on (加签). The caller has checked that they may.

	Raises:
		Refusal: the step is not voted on, or the person is in it already or barred.
	"""
	task = _taken(procedure, state, task_id, actor)
	step = procedure.by_code[task.step]
	if not step.mode.votes or step.mode is Mode.IN_ORDER:
		raise Refusal(
			Finding(
				"add.mode", N_("A signer can be added only where several people vote at the same time."), ""
			)
		)
	if any(
		t.assignee == to or t.done_by == to
		for t in state.tasks
		if (t.step, t.round) == (task.step, task.round)
	):
		raise Refusal(Finding("transfer.twice", N_("This person already has a task in this step."), ""))
	if any(to in state.actors(code) for code in step.separate_from):
		raise Refusal(
			Finding(
				"add.barred", N_("This person acted in an earlier step that bars them from this one."), ""
			)
		)
	work = _Work(procedure, state, roster, {})
	work.open(step, task.round, to, task.order + 1)
	return work.outcome_of(None)


def vacate(
	procedure: Procedure, state: RunState, task_id: str, facts: Mapping[str, Any], roster: Roster
) -> Outcome:
	"""Leave a seat out of a vote because nobody can act on it any more; the count goes on among the others.

	The caller has made sure of that. If the voices heard decide the step then, the case moves on.

	Raises:
		Refusal: no open seat of a vote, or too few remain to carry it.
	"""
	task = next((t for t in state.tasks if t.id == task_id), None)
	step = procedure.by_code[task.step] if task else None
	if state.status != "Active" or step is None or not step.mode.votes or task.status != OPEN:
		raise Refusal(
			Finding(
				"vacate.no_vote", N_("Only an open seat in a vote of a running case can be left out."), ""
			)
		)
	work = _Work(procedure, state, roster, facts)
	work.close(task, TRANSFERRED)
	members = _members(work, step, task)
	needed = max(1, votes_needed(step, members), step.quorum if step.mode is Mode.MAJORITY else 0)
	if members < needed:
		raise Refusal(
			Finding(
				"roster",
				N_(
					"Step {step} needs {needed} signers but only {count} may sign. Assign more people to the post."
				),
				"",
				{"step": step.title, "needed": needed, "count": members},
			)
		)
	if carried := tally(step, members, *_votes(work, step, task.round)):
		work.carried = step.code
		action = next(t.action for t in procedure.buttons(step.code) if t.verb.value == carried)
		transition = route(procedure, step.code, action, facts)
		work.move(transition)
		return work.outcome_of(transition)
	_call_next(work, step, task)
	return work.outcome_of(None)


def withdraw(
	procedure: Procedure, state: RunState, step: str, targets: tuple[str, ...], actor: str, roster: Roster
) -> Outcome:
	"""Take one's own last move back (撤回), until somebody has handled the next step.

	step, targets: the move to be taken back, as the caller knows it from the log.

	Raises:
		Refusal: not the actor's move, or the next step has been handled.
	"""
	if state.status != "Active" or actor not in state.actors(step) or procedure.by_code[step].mode.votes:
		raise Refusal(
			Finding(
				"withdraw.not_yours", N_("Only who made the last move can take it back, and not a vote."), ""
			)
		)
	for code in targets:
		stand = state.steps.get(code)
		touched = (
			stand is None
			or stand.status != ACTIVE
			or any(
				t.done_by or t.status != OPEN for t in state.tasks if (t.step, t.round) == (code, stand.round)
			)
		)
		if touched:
			raise Refusal(
				Finding(
					"withdraw.handled",
					N_("Step {step} has been handled already. Ask for the case to be returned instead."),
					"",
					{"step": procedure.by_code[code].title},
				)
			)
	work = _Work(procedure, state, roster, {})
	for code in targets:
		work.leave(code, LEFT)
	work.note("moved", step=",".join(targets), action="withdraw", targets=(step,))
	work.enter(step)
	return work.outcome_of(None)


def reopen(
	procedure: Procedure, state: RunState, steps: Sequence[str], more: Sequence[str], roster: Roster
) -> Outcome:
	"""Give active steps new tasks, as a procedure that now applies asks for, and open some more beside them.

	What is open in `steps` is void; where there are votes a new round begins, in which everybody votes again.

	Raises:
		Refusal: nobody may take a task.
	"""
	work = _Work(procedure, state, roster, {})
	for code in steps:
		step, round_no = procedure.by_code[code], state.steps[code].round
		if any(t.vote for t in state.tasks if (t.step, t.round) == (code, round_no)):
			work.note("votes_void", step=code, round=round_no)
		if step.mode.votes:
			round_no += 1  # members are counted by the tasks of the round, void ones too
		for task in state.open_tasks(code):
			work.close(task, VOID)
		work.steps[code] = StepState(ACTIVE, round_no)
		if step.mode.votes:
			work.open_signing(step, round_no)
		else:
			work.able(step)
			work.open(step, round_no)
	for code in more:
		work.enter(code)
	return work.outcome_of(None)


def _taken(procedure: Procedure, state: RunState, task_id: str, actor: str) -> TaskState:
	task = next((t for t in state.tasks if t.id == task_id), None)
	if task is None:
		raise Refusal(Finding("no_task", N_("There is no such task in this case."), ""))
	if findings := permitted(procedure, state, task, actor):
		raise Refusal(*findings)
	return task
