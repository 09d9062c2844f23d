"""The engine: verbs, modes, forks, rounds, separation, refusals."""

from dataclasses import replace

import pytest

from sclist_app.workflow import runner
from sclist_app.workflow.model import ConditionRow, Mode, Nature, OnRefusal, Verb
from sclist_app.workflow.runner import (
	Refusal,
	RunState,
	StepState,
	TaskState,
	act,
	add_signer,
	permitted,
	route,
	transfer,
	withdraw,
)
from tests.unit.workflow.helpers import SHORT, STANDARD, Play, codes, end, go, procedure, signing, step

THREE = {"a": ["x"], "b": ["u", "v", "w"]}
A, R = "agree", "refuse"


def sign(proc, *votes, holders=THREE) -> Play:
	"""Play F, then the votes ("u+" agrees, "u-" refuses)."""
	play = Play(proc, holders)
	play.act("F", "forward", "x")
	for vote in votes:
		play.act("S", A if vote[-1] == "+" else R, vote[:-1])
	return play


def refused(call, *args, **kwargs) -> list[str]:
	with pytest.raises(Refusal) as caught:
		call(*args, **kwargs)
	return codes(caught.value)


# the six verbs


def test_start_opens_one_task_of_the_post():
	play = Play(signing(Mode.ALL), THREE)
	(task,) = play.state.tasks
	assert (task.step, task.post, task.assignee, task.status, task.round) == ("F", "a", "", "Open", 1)
	assert [h.what for h in play.log[0].happened] == ["step_entered", "task_opened"]


def test_forward_finishes_and_opens():
	play = Play(procedure([step("A"), step("B", "b"), end()], [go("A > B"), go("B > E")]), THREE)
	outcome = play.act("A", "forward", "x")
	assert [h.what for h in outcome.happened] == [
		"task_closed",
		"step_left",
		"moved",
		"step_entered",
		"task_opened",
	]
	assert play.state.steps["A"].status == "finished" and play.active == {"B"}
	assert outcome.transition.targets == ("B",)
	play.act("B", "forward", "v")
	assert (play.state.status, play.state.outcome, play.state.open_tasks()) == ("Ended", "Done", ())
	assert play.what("ended") == [{"step": "E", "outcome": "Done"}]


def test_agree_and_refuse_lead_apart_in_a_step_of_one():
	proc = procedure(
		[step("A"), end("Y", outcome="Yes"), end("N", outcome="No")],
		[go("A > Y", Verb.AGREE), go("A > N", Verb.REFUSE)],
	)
	for action, outcome in ((A, "Yes"), (R, "No")):
		play = Play(proc, THREE)
		play.act("A", action, "x")
		assert play.state.outcome == outcome


def test_return_leaves_the_step_and_counts_the_round():
	proc = procedure(
		[step("A"), step("B", "b"), end()], [go("A > B"), go("B > E", Verb.AGREE), go("B > A", Verb.RETURN)]
	)
	play = Play(proc, THREE)
	for turn in (1, 2, 3):
		assert play.state.steps["A"].round == turn
		play.act("A", "forward", "x")
		assert play.state.steps["B"].round == turn
		play.act("B", "return", "u")
		assert play.state.steps["B"].status == "left"
	assert [t.status for t in play.state.tasks if t.step == "B"] == ["Returned"] * 3
	play.act("A", "forward", "x")
	assert [(t.round, t.status) for t in play.state.tasks if t.step == "B"][-1] == (4, "Open")


def test_close_ends_at_once_and_voids_what_is_open():
	proc = procedure(
		[step("A"), step("B"), step("C", "b"), end(waits_for=("B", "C")), end("X", outcome="Dropped")],
		[go("A > B C"), go("B > E"), go("C > E"), go("C > X", Verb.CLOSE)],
	)
	play = Play(proc, THREE)
	play.act("A", "forward", "x")
	play.act("C", "close", "v")
	assert (play.state.status, play.state.outcome) == ("Ended", "Dropped")
	assert {t.step: t.status for t in play.state.tasks} == {"A": "Done", "B": "Void", "C": "Done"}
	assert refused(play.act, "B", "forward", "x") == ["task_closed"]


@pytest.mark.parametrize("proc", [STANDARD, SHORT], ids=["standard", "short"])
def test_expire_is_for_the_clock_alone(proc):
	wait = next(s for s in proc.steps if s.nature is Nature.WAIT)
	lapse = next(b for b in proc.buttons(wait.code) if b.verb is Verb.EXPIRE)
	everyone = {s.post: ["x"] if s.code in ("C00", "K01") else [f"p-{s.post}"] for s in proc.steps}
	state = _at(proc, wait.code)
	task = state.tasks[0]
	call = (proc, state, task.id, lapse.action, "anyone", "意见", {}, lambda s: everyone[s.post])
	assert refused(act, *call) == ["no_action"]


def _at(proc, code) -> RunState:
	"""A state in which only the step is open."""
	of = proc.by_code[code]
	return RunState({code: StepState("active", 1)}, (TaskState("t", code, 1, of.post, of.level),))


def waiting() -> Play:
	proc = procedure(
		[step("A", nature=Nature.WAIT, limit="T01"), step("B", "b"), end()],
		[go("A > E", action="answered"), go("A > B", Verb.EXPIRE), go("B > E")],
	)
	return Play(proc, THREE)


def test_expire_moves_a_waiting_step_on_and_voids_its_task():
	play = waiting()
	play.expire("A")
	assert play.active == {"B"}
	assert [(t.status, t.done_by) for t in play.state.tasks if t.step == "A"] == [("Void", "")]
	assert refused(play.expire, "A") == ["not_waiting"]


def test_expire_is_refused_where_nothing_waits():
	play = waiting()
	assert refused(play.expire, "B") == ["not_waiting"]
	play.act("A", "answered", "x")
	assert refused(play.expire, "A") == ["not_waiting"]


# modes


@pytest.mark.parametrize(
	("mode", "quorum", "on_refusal", "votes", "result"),
	[
		(Mode.ANY, 0, OnRefusal.WAIT, "u+", "Done"),
		(Mode.ANY, 0, OnRefusal.WAIT, "u-", ""),
		(Mode.ANY, 0, OnRefusal.WAIT, "u- v+", ""),
		(Mode.ANY, 0, OnRefusal.WAIT, "u- v+ w-", "Done"),
		(Mode.ANY, 0, OnRefusal.WAIT, "u- v- w-", "No"),
		(Mode.ANY, 0, OnRefusal.END, "v-", "No"),
		(Mode.ALL, 0, OnRefusal.WAIT, "u+ v+", ""),
		(Mode.ALL, 0, OnRefusal.WAIT, "w+ u+ v+", "Done"),
		(Mode.ALL, 0, OnRefusal.WAIT, "u- v+", ""),
		(Mode.ALL, 0, OnRefusal.WAIT, "u- v+ w+", "No"),
		(Mode.ALL, 0, OnRefusal.END, "u+ v-", "No"),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u+", ""),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u+ w+", "Done"),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u+ v-", ""),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u+ v- w+", "Done"),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u- v-", ""),
		(Mode.N_OF_M, 2, OnRefusal.WAIT, "u- v- w+", "No"),
		(Mode.N_OF_M, 2, OnRefusal.END, "u+ v-", "No"),
		(Mode.N_OF_M, 3, OnRefusal.WAIT, "u+ v+", ""),
		(Mode.MAJORITY, 1, OnRefusal.WAIT, "u+ v+", "Done"),
		(Mode.MAJORITY, 1, OnRefusal.WAIT, "u+ v- w+", "Done"),
		(Mode.MAJORITY, 1, OnRefusal.WAIT, "u+ v- w-", "No"),
		(Mode.MAJORITY, 3, OnRefusal.WAIT, "u+ v+", ""),
		(Mode.MAJORITY, 3, OnRefusal.WAIT, "u+ v+ w+", "Done"),
		(Mode.MAJORITY, 3, OnRefusal.WAIT, "u+ v+ w-", "Done"),
		(Mode.MAJORITY, 1, OnRefusal.END, "u+ v-", "No"),
		(Mode.IN_ORDER, 0, OnRefusal.WAIT, "u+ v+", ""),
		(Mode.IN_ORDER, 0, OnRefusal.WAIT, "u+ v+ w+", "Done"),
		(Mode.IN_ORDER, 0, OnRefusal.WAIT, "u- v+", ""),
		(Mode.IN_ORDER, 0, OnRefusal.WAIT, "u- v+ w+", "No"),
		(Mode.IN_ORDER, 0, OnRefusal.END, "u+ v-", "No"),
	],
)
def test_tally(mode, quorum, on_refusal, votes, result):
	play = sign(signing(mode, quorum, on_refusal), *votes.split())
	assert play.state.outcome == result
	assert (play.state.status == "Ended") == bool(result)
	cast = [(t.done_by, t.vote) for t in play.state.tasks if t.vote]
	assert sorted(cast) == sorted((v[:-1], "Agree" if v[-1] == "+" else "Refuse") for v in votes.split())


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode.votes])
@pytest.mark.parametrize("on_refusal", list(OnRefusal))
@pytest.mark.parametrize("votes", ["u+ v+ w+", "u- v+ w+", "u+ v- w-", "u- v- w+"])
def test_the_vote_that_decides_is_known_before_it_is_cast(mode, on_refusal, votes):
	procedure, cast = signing(mode, 2, on_refusal), []
	for vote in votes.split():
		before = sign(procedure, *cast).state
		if before.status == "Ended":
			break
		step = procedure.by_code["S"]
		foreseen = runner.goes_on(
			step, before, Verb.AGREE if vote[-1] == "+" else Verb.REFUSE, ("u", "v", "w")
		)
		asked = runner.ballot(step, before)
		assert (set(asked.agree), set(asked.refuse)) == tuple(
			{v[0] for v in cast if v[-1] == mark} for mark in "+-"
		)
		left = [user for user in "uvw" if user not in {v[0] for v in cast}]
		assert sorted(asked.waiting) == (left[:1] if mode is Mode.IN_ORDER else left)
		cast.append(vote)
		assert foreseen == (sign(procedure, *cast).state.status == "Ended")


def test_majority_of_four_needs_three():
	four = {"a": ["x"], "b": ["u", "v", "w", "z"]}
	play = sign(signing(Mode.MAJORITY, 1), "u+", "v+", "w-", "z-", holders=four)
	assert play.state.outcome == "No"
	play = sign(signing(Mode.MAJORITY, 1), "u+", "v+", holders=four)
	assert play.state.status == "Active"


def test_while_a_vote_goes_on_nothing_moves():
	play = sign(signing(Mode.ALL), "u+")
	assert play.log[-1].transition is None
	assert not play.what("moved") and play.active == {"S"}
	assert {t.assignee for t in play.state.open_tasks("S")} == {"v", "w"}


def test_the_decided_vote_voids_the_tasks_left_over_not_the_votes():
	play = sign(signing(Mode.MAJORITY, 1), "u+", "v+")
	assert {t.assignee: t.status for t in play.state.tasks if t.step == "S"} == {
		"u": "Done",
		"v": "Done",
		"w": "Void",
	}
	assert not play.what("votes_void")


def test_a_person_votes_once_and_in_their_own_name():
	play = sign(signing(Mode.ALL), "u+")
	assert set(refused(play.act, "S", A, "u")) >= {"voted"}
	task = next(t for t in play.state.open_tasks("S") if t.assignee == "v")
	call = (play.procedure, play.state, task.id, A, "w", "", {}, play.roster)
	assert refused(act, *call) == ["not_yours"]


def test_one_person_named_twice_counts_once():
	play = sign(signing(Mode.ALL), "u+", "v+", holders={"a": ["x"], "b": ["u", "v", "u"]})
	assert play.state.outcome == "Done"


def test_in_order_opens_one_after_the_other():
	play = sign(signing(Mode.IN_ORDER))
	for user in ("u", "v", "w"):
		assert [t.assignee for t in play.state.open_tasks("S")] == [user]
		play.act("S", A, user)
	assert play.state.outcome == "Done"


def test_in_order_says_from_the_beginning_how_many_must_sign():
	procedure = signing(Mode.IN_ORDER)
	step = procedure.by_code["S"]
	for votes, present, needed in (
		((), "uvw", 3),
		(("u+",), "uvw", 3),
		(("u+",), "vw", 3),
		(("u+",), "v", 2),
	):
		state = sign(procedure, *votes).state
		now = runner.ballot(step, state, list(present))
		assert (now.needed, now.agree, now.waiting) == (
			needed,
			tuple(v[0] for v in votes),
			("v",) if votes else ("u",),
		)


def test_in_order_asks_everybody_though_one_left_the_post_after_voting():
	play = sign(signing(Mode.IN_ORDER), "u+")
	play.holders["b"] = ["v", "w"]
	play.act("S", A, "v")
	assert play.state.status == "Active" and [t.assignee for t in play.state.open_tasks("S")] == ["w"]
	play.act("S", A, "w")
	assert play.state.outcome == "Done"


def test_in_order_ends_though_the_next_left_the_post():
	play = sign(signing(Mode.IN_ORDER), "u+")
	play.holders["b"] = ["u", "v"]
	play.act("S", A, "v")
	assert play.state.outcome == "Done"


def test_in_order_asks_who_joined_meanwhile():
	play = sign(signing(Mode.IN_ORDER), "u+", "v+")
	play.holders["b"] = ["u", "v", "w", "z"]
	play.act("S", A, "w")
	play.act("S", A, "z")
	assert play.state.outcome == "Done"


@pytest.mark.parametrize("mode", [Mode.N_OF_M, Mode.MAJORITY])
def test_a_quorum_above_the_holders_refuses_to_open(mode):
	play = Play(signing(mode, 4), THREE)
	assert refused(play.act, "F", "forward", "x") == ["roster"]
	assert play.active == {"F"}


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode.votes])
def test_nobody_holds_the_post(mode):
	play = Play(signing(mode, 1), {"a": ["x"], "b": []})
	assert refused(play.act, "F", "forward", "x") == ["roster"]
	assert refused(Play, signing(mode, 1), {"b": ["u"]}) == ["roster"]


def test_nobody_holds_the_post_when_the_clock_runs_out():
	play = waiting()
	play.holders["b"] = []
	assert refused(play.expire, "A") == ["roster"]
	assert play.active == {"A"}


@pytest.mark.parametrize("mode", [Mode.ONE, Mode.ALL])
def test_all_holders_barred_by_separation(mode):
	proc = procedure(
		[step("A"), step("B", "a", mode=mode, separate_from=("A",)), end()],
		[go("A > B"), go("B > E", Verb.AGREE), go("B > E", Verb.REFUSE)],
	)
	play = Play(proc, {"a": ["x"]})
	assert refused(play.act, "A", "forward", "x") == ["separation"]
	play.holders["a"] = ["x", "y"]
	play.act("A", "forward", "x")
	assert play.active == {"B"}


# returns


def test_return_voids_the_votes_of_the_step():
	play = sign(signing(Mode.ALL), "u+", "v+")
	play.act("S", "return", "w")
	assert play.what("votes_void") == [{"step": "S", "round": 1}]
	assert play.active == {"F"}
	play.act("F", "forward", "x")
	assert len(play.state.open_tasks("S")) == 3
	for user in ("u", "v"):
		play.act("S", A, user)
	assert play.state.status == "Active", "votes of the first round count no more"
	play.act("S", A, "w")
	assert play.state.outcome == "Done"
	assert len([t for t in play.state.tasks if t.vote]) == 5


def side_by_side(**values):
	return procedure(
		[
			step("A"),
			step("S", "b", mode=Mode.ALL),
			step("P", "a"),
			step("Q", "a"),
			end(waits_for=("S", "Q")),
			end("N", outcome="No"),
		],
		[
			go("A > S P"),
			go("S > E", Verb.AGREE),
			go("S > N", Verb.REFUSE),
			go("P > Q"),
			go("P > A", Verb.RETURN),
			go("Q > E"),
			go("Q > A", Verb.RETURN),
			go("Q > P", action="redo"),
		],
		**values,
	)


def test_return_takes_the_parallel_steps_along_and_voids_their_votes():
	play = Play(side_by_side(), THREE)
	play.act("A", "forward", "x")
	play.act("S", A, "u")
	play.act("P", "return", "x")
	assert play.active == {"A"}
	assert {t.status for t in play.state.tasks if t.step == "S" and not t.vote} == {"Void"}
	assert play.what("votes_void") == [{"step": "S", "round": 1}]


def test_what_was_finished_before_a_return_is_awaited_anew():
	play = Play(side_by_side(), THREE)
	play.act("A", "forward", "x")
	for user in ("u", "v", "w"):
		play.act("S", A, user)
	play.act("P", "forward", "x")
	play.act("Q", "return", "x")
	play.act("A", "forward", "x")
	assert play.state.steps["S"].round == 2
	play.act("P", "forward", "x")
	play.act("Q", "forward", "x")
	assert play.state.status == "Active", "the vote of the second round is still open"
	for user in ("u", "v", "w"):
		play.act("S", A, user)
	assert play.state.status == "Ended"


def test_a_way_back_inside_one_branch_leaves_the_other_alone():
	play = Play(side_by_side(), THREE)
	play.act("A", "forward", "x")
	play.act("P", "forward", "x")
	play.act("Q", "redo", "x")
	assert play.active == {"S", "P"}
	for user in ("u", "v", "w"):
		play.act("S", A, user)
	assert play.state.status == "Active" and play.active == {"P"}
	play.act("P", "forward", "x")
	play.act("Q", "forward", "x")
	assert play.state.status == "Ended"


# forks and joins


def test_join_waits_for_all_in_any_order():
	proc = procedure(
		[step("A"), step("B"), step("C"), step("J", "b", waits_for=("B", "C")), end()],
		[go("A > B C"), go("B > J"), go("C > J"), go("J > E")],
	)
	for first, second in (("B", "C"), ("C", "B")):
		play = Play(proc, THREE)
		play.act("A", "forward", "x")
		assert play.active == {"B", "C"}
		play.act(first, "forward", "x")
		assert play.active == {second} and "J" not in play.state.steps
		play.act(second, "forward", "x")
		assert play.active == {"J"}


def test_two_ways_to_one_step_open_it_once():
	proc = procedure(
		[step("A"), step("B"), step("C"), step("J", "b"), end(waits_for=("J",))],
		[go("A > B C"), go("B > J"), go("C > J"), go("J > E")],
	)
	play = Play(proc, THREE)
	play.act("A", "forward", "x")
	play.act("B", "forward", "x")
	play.act("C", "forward", "x")
	assert play.state.steps["J"].round == 1 and len(play.state.open_tasks("J")) == 1


def test_an_act_that_would_leave_nothing_open_is_refused():
	proc = procedure(
		[step("A"), step("B"), step("J", "b", waits_for=("B",)), end()],
		[go("A > J"), go("A > B", action="other"), go("B > J"), go("J > E")],
	)
	play = Play(proc, THREE)
	assert refused(play.act, "A", "forward", "x") == ["stuck"]
	play.act("A", "other", "x")
	play.act("B", "forward", "x")
	assert play.active == {"J"}
	lonely = procedure([step("A", waits_for=("A2",)), step("A2"), end()], [go("A > E"), go("A2 > A")])
	assert refused(Play, lonely, THREE) == ["stuck"]


# separation


def test_separation_looks_at_all_earlier_actors_of_all_rounds():
	proc = procedure(
		[step("A"), step("B", "b", separate_from=("A",)), end()],
		[go("A > B"), go("B > A", Verb.RETURN), go("B > E", Verb.AGREE)],
	)
	play = Play(proc, {"a": ["u", "v"], "b": ["u", "v", "w"]})
	play.act("A", "forward", "u")
	assert refused(play.act, "B", A, "u") == ["separation"]
	play.act("B", "return", "v")
	play.act("A", "forward", "v")
	task = play.state.open_tasks("B")[0]
	for user, may in (("u", False), ("v", False), ("w", True)):
		assert bool(permitted(proc, play.state, task, user)) is not may
	play.act("B", A, "w")
	assert play.state.status == "Ended"


def test_voters_barred_by_separation_get_no_task():
	proc = signing(Mode.ALL, separate_from=("F",))
	play = Play(proc, {"a": ["u"], "b": ["u", "v", "w"]})
	play.act("F", "forward", "u")
	assert {t.assignee for t in play.state.open_tasks("S")} == {"v", "w"}


def test_separation_of_a_review_cites_the_law():
	play = Play(SHORT, {s.post: ["x", f"p-{s.post}"] for s in SHORT.steps})
	play.act("K01", "submit", "x")
	with pytest.raises(Refusal) as caught:
		play.act("K02", A, "x")
	assert "第五十八条" in caught.value.findings[0].article


# routes


def routed(*rows) -> Play:
	conditions = (
		ConditionRow("big", 1, "fine", "at least", "100"),
		ConditionRow("dead", 1, "deaths", "at least", "1"),
	)
	return procedure([step("A"), end("D"), end("X"), end("Y")], rows, conditions)


@pytest.mark.parametrize(
	("facts", "target"),
	[
		({}, "D"),
		({"fine": 100}, "X"),
		({"deaths": 1}, "Y"),
		({"fine": 100, "deaths": 1}, "Y"),
		({"fine": 99, "deaths": 0}, "D"),
	],
)
def test_the_first_route_that_fits_by_priority_else_the_default(facts, target):
	proc = routed(
		go("A > D", priority=9),
		go("A > X", priority=2, condition="big"),
		go("A > Y", priority=1, condition="dead"),
	)
	assert route(proc, "A", "forward", facts).targets == (target,)
	play = Play(proc, THREE, facts)
	play.act("A", "forward", "x")
	assert target in play.state.steps


def test_no_route_fits():
	proc = routed(go("A > X", condition="big"))
	assert refused(route, proc, "A", "forward", {}) == ["route"]
	play = Play(proc, THREE)
	assert refused(play.act, "A", "forward", "x") == ["route"]
	assert play.active == {"A"}


@pytest.mark.parametrize(
	("facts", "after"),
	[({"ground": "6-1"}, "C60"), ({"ground": "7-1"}, "C70"), ({"ground": "7-1", "fine": 2000000}, "C60")],
)
def test_grave_cases_go_to_discussion(facts, after):
	assert route(STANDARD, "C50", "pass", facts).targets == (after,)


# refusals


@pytest.mark.parametrize("opinion", ["", "  ", "\n\t"])
def test_reasons_are_required(opinion):
	play = Play(SHORT, {s.post: [f"p-{s.post}"] for s in SHORT.steps})
	assert refused(play.act, "K01", "drop", "p-case_officer", opinion) == ["reason"]
	play.act("K01", "submit", "p-case_officer", opinion)
	assert refused(play.act, "K02", "return", "p-deputy_leader", opinion) == ["reason"]
	play.act("K02", "return", "p-deputy_leader", "缺证据")
	assert play.active == {"K01"}


def test_a_vote_against_needs_reasons():
	play = sign(signing(Mode.ALL))
	with pytest.raises(Refusal) as caught:
		play.act("S", R, "u", "")
	assert codes(caught.value) == ["reason"] and "第四十五条" in caught.value.findings[0].article


def test_unknown_task_and_unknown_action():
	play = Play(SHORT, {s.post: [f"p-{s.post}"] for s in SHORT.steps})
	call = (SHORT, play.state, "nothing", "submit", "x", "", {}, play.roster)
	assert refused(act, *call) == ["no_task"]
	assert refused(play.act, "K01", "approve", "x") == ["no_action"]


def test_a_closed_task_cannot_be_taken_again():
	play = Play(SHORT, {s.post: [f"p-{s.post}"] for s in SHORT.steps})
	first = play.state.tasks[0].id
	play.act("K01", "submit", "p-case_officer")
	call = (SHORT, play.state, first, "submit", "p-case_officer", "", {}, play.roster)
	assert refused(act, *call) == ["task_closed"]


def test_a_refused_act_changes_nothing():
	play = sign(signing(Mode.ALL), "u+")
	before = play.state
	refused(play.act, "S", R, "v", "")
	assert play.state is before and play.state == before


# transfer, added signers, withdrawal


def hand(play: Play, do, code: str, actor: str, *more) -> None:
	"""Transfer or add a signer, by the actor's open task of the step."""
	task = next(t for t in play.state.open_tasks(code) if t.assignee in ("", actor))
	play._take(do(play.procedure, play.state, task.id, actor, *more, play.roster))


@pytest.mark.parametrize("mode", [Mode.ALL, Mode.MAJORITY, Mode.N_OF_M])
def test_a_transferred_vote_is_cast_once_by_the_new_person(mode):
	play = sign(signing(mode, 3), "u+")
	play.holders["b"] = ["u", "v", "w", "z"]
	hand(play, transfer, "S", "v", "z")
	assert {t.assignee: t.status for t in play.state.tasks if t.step == "S"} == {
		"u": "Done",
		"v": "Transferred",
		"w": "Open",
		"z": "Open",
	}
	play.act("S", A, "z")
	play.act("S", A, "w")
	assert play.state.outcome == "Done"
	assert sorted(t.done_by for t in play.state.tasks if t.vote) == ["u", "w", "z"]


def test_a_task_in_order_is_transferred_and_the_first_person_not_asked_again():
	play = sign(signing(Mode.IN_ORDER))
	play.holders["b"] = ["u", "v", "z"]
	hand(play, transfer, "S", "u", "z")
	play.act("S", A, "z")
	assert [t.assignee for t in play.state.open_tasks("S")] == ["v"]
	play.act("S", A, "v")
	assert play.state.outcome == "Done"


def test_transfer_is_for_the_holders_of_the_post_who_are_not_in_the_step():
	play = sign(signing(Mode.ALL), "u+")
	for to, why in (
		("v", "transfer.self"),
		("x", "transfer.post"),
		("u", "transfer.twice"),
		("w", "transfer.twice"),
	):
		assert refused(hand, play, transfer, "S", "v", to) == [why]
	task = play.state.open_tasks("S")[0]
	call = (play.procedure, play.state, task.id, "x", "v", play.roster)
	assert refused(transfer, *call) == ["not_yours"]


def test_an_added_signer_counts():
	play = sign(signing(Mode.ALL), "u+", "v+")
	hand(play, add_signer, "S", "w", "x")
	play.act("S", A, "w")
	assert play.state.status == "Active"
	play.act("S", A, "x")
	assert play.state.outcome == "Done"
	assert refused(hand, sign(signing(Mode.IN_ORDER)), add_signer, "S", "u", "x") == ["add.mode"]
	assert refused(hand, sign(signing(Mode.ALL)), add_signer, "S", "u", "w") == ["transfer.twice"]
	barred = sign(signing(Mode.ALL, separate_from=("F",)))
	assert refused(hand, barred, add_signer, "S", "u", "x") == ["add.barred"]


def test_a_move_is_withdrawn_until_the_next_step_is_handled():
	proc = procedure(
		[step("A"), step("B", "b"), step("C", "b"), end(waits_for=("B", "C"))],
		[go("A > B C"), go("B > E"), go("C > E")],
	)
	play = Play(proc, THREE)
	play.act("A", "forward", "x")
	call = (proc, play.state, "A", ("B", "C"))
	assert refused(withdraw, *call, "u", play.roster) == ["withdraw.not_yours"]
	outcome = withdraw(*call, "x", play.roster)
	assert outcome.state.active == ("A",) and outcome.state.steps["A"].round == 2
	play.act("B", "forward", "u")
	assert refused(withdraw, proc, play.state, "A", ("B", "C"), "x", play.roster) == ["withdraw.handled"]


def test_a_suspended_case_stands_still():
	play = sign(signing(Mode.ALL))
	play.state = replace(play.state, status="Suspended")
	assert refused(play.act, "S", A, "u") == ["suspended"]
