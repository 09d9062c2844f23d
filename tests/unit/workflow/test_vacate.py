"""A seat nobody can act on is left out of its vote; the count goes on among the others."""

import pytest

from sclist_app.workflow.model import Mode
from sclist_app.workflow.runner import Refusal, vacate
from tests.unit.workflow.helpers import Play, signing


def playing(mode: Mode, quorum: int = 0) -> Play:
	play = Play(signing(mode, quorum), {"a": ["x"], "b": ["u", "v", "w"]})
	play.act("F", play.procedure.buttons("F")[0].action, "x")
	return play


def cast(play: Play, who: str, verb: str = "Agree") -> None:
	button = next(b for b in play.procedure.buttons("S") if b.verb.value == verb)
	play.act("S", button.action, who)


def leave_out(play: Play, who: str):
	task = next(t for t in play.state.open_tasks("S") if t.assignee == who)
	return play._take(vacate(play.procedure, play.state, task.id, play.facts, play.roster))


def test_all_is_all_of_those_who_remain():
	play = playing(Mode.ALL)
	cast(play, "u")
	assert leave_out(play, "v").transition is None
	cast(play, "w")
	assert play.state.outcome == "Done"


def test_the_last_missing_seat_decides_the_vote():
	play = playing(Mode.ALL)
	cast(play, "u")
	cast(play, "w")
	outcome = leave_out(play, "v")
	assert outcome.transition is not None and play.state.outcome == "Done"
	assert not play.what("votes_void"), "the votes that carried it stand"


def test_a_refusal_that_was_heard_still_counts():
	play = playing(Mode.ALL)
	cast(play, "u", "Refuse")
	cast(play, "w")
	leave_out(play, "v")
	assert play.state.outcome == "No"


@pytest.mark.parametrize(
	("mode", "quorum", "others"),
	[(Mode.ALL, 0, 2), (Mode.ANY, 0, 2), (Mode.MAJORITY, 2, 1), (Mode.N_OF_M, 2, 1), (Mode.MAJORITY, 3, 0)],
)
def test_too_few_are_refused(mode, quorum, others):
	"""So many seats can be left out, and not one more; nothing is decided by nobody."""
	play = playing(mode, quorum)
	for who in ("u", "v", "w")[:others]:
		leave_out(play, who)
		assert play.state.status == "Active" and play.active == {"S"}
	before = play.state
	with pytest.raises(Refusal) as refused:
		leave_out(play, ("u", "v", "w")[others])
	assert refused.value.findings[0].code == "roster" and play.state == before


def test_in_order_it_is_the_next_one_s_turn():
	play = playing(Mode.IN_ORDER)
	leave_out(play, "u")
	assert [t.assignee for t in play.state.open_tasks("S")] == ["v"]
	cast(play, "v")
	cast(play, "w")
	assert play.state.outcome == "Done"


def test_only_open_seats_of_votes():
	play = playing(Mode.ALL)
	cast(play, "u")
	done = next(t for t in play.state.tasks if t.done_by == "u")
	for task in (done.id, "nothing"):
		with pytest.raises(Refusal) as refused:
			vacate(play.procedure, play.state, task, {}, play.roster)
		assert refused.value.findings[0].code == "vacate.no_vote"
