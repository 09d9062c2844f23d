"""The party moves a case on where it waits for its answer, or takes back what it asked for; nowhere else."""

import pytest

from sclist_app.workflow.model import Nature, Verb
from sclist_app.workflow.runner import Refusal, answered
from tests.unit.workflow.helpers import Play, codes, end, go, procedure, shipped, step

PROCEDURE = procedure(
	[
		step("A"),
		step("W", nature=Nature.WAIT, limit="T11"),
		step("B", "b"),
		end("E"),
		end("X", outcome="Application Withdrawn"),
	],
	[
		go("A > W"),
		go("A > X", Verb.CLOSE),
		go("W > B"),
		go("W > B", Verb.EXPIRE),
		go("B > E", Verb.AGREE),
		go("B > A", Verb.RETURN),
		go("B > E", Verb.REFUSE),
	],
)


def play() -> Play:
	return Play(PROCEDURE, {"a": ["x"], "b": ["y"]})


def answer(of: Play, code: str, action: str):
	return of._take(answered(of.procedure, of.state, code, action, of.facts, of.roster))


def test_the_answer_a_step_waits_for_moves_it_on_and_nobody_acted():
	case = play()
	case.act("A", "forward", "x")
	answer(case, "W", "forward")
	assert case.active == {"B"}
	assert [(t.status, t.done_by) for t in case.state.tasks if t.step == "W"] == [("Void", "")]
	assert not case.state.actors("W"), "it bars nobody from a later step"


def test_taken_back_ends_the_run_and_leaves_no_task():
	case = play()
	answer(case, "A", "close")
	assert (case.state.status, case.state.outcome) == ("Ended", "Application Withdrawn")
	assert not case.state.open_tasks("A")


@pytest.mark.parametrize(
	("code", "action"),
	[
		("A", "forward"),  # waits for nobody's answer
		("A", "none"),
		("W", "forward"),  # not open yet
		("B", "agree"),
		("Z", "forward"),
	],
)
def test_nothing_else_is_the_party_s(code, action):
	case = play()
	with pytest.raises(Refusal) as refusal:
		answer(case, code, action)
	assert codes(refusal.value) == ["not_waiting"]
	assert case.active == {"A"}


def test_the_end_of_the_time_is_the_clock_s():
	case = play()
	case.act("A", "forward", "x")
	with pytest.raises(Refusal):
		answer(case, "W", "expire")


def test_deciding_is_never_the_party_s():
	case = play()
	case.act("A", "forward", "x")
	answer(case, "W", "forward")
	for action in ("agree", "refuse", "return"):
		with pytest.raises(Refusal):
			answer(case, "B", action)


def test_in_the_standard_procedure_the_party_supplies_and_withdraws():
	standard = shipped("early_removal_standard")
	may = {
		(t.step, t.action)
		for t in standard.transitions
		if t.verb is Verb.CLOSE or (t.verb is Verb.FORWARD and standard.by_code[t.step].nature is Nature.WAIT)
	}
	assert may == {
		("R10", "withdraw"),
		("R15", "supplied"),
		("R15", "withdraw"),
		("R30", "withdraw"),
		("R40", "withdraw"),
	}
