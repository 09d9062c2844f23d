"""Moving a running case to another version: what corresponds, what is done anew, what the law refuses."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from sclist_app.law.findings import errors
from sclist_app.law.periods import Pause, Period, due_date
from sclist_app.workflow.checker import check
from sclist_app.workflow.model import (
	DocumentRule,
	LimitRule,
	Mode,
	Nature,
	OnRefusal,
	Procedure,
	Step,
	Transition,
	Verb,
)
from sclist_app.workflow.moving import ClockState, Plan, plan
from sclist_app.workflow.runner import RunState
from tests.unit.workflow.helpers import STANDARD, WORLD, Play, codes, shipped
from tests.unit.workflow.test_walks import commands

TODAY = date(2026, 11, 16)  # a Monday
PANEL = [f"m{i}" for i in range(4)]


def staff(proc: Procedure) -> dict[str, list[str]]:
	return {s.post: [f"{s.post}-{i}" for i in range(4)] for s in proc.steps if s.post}


def at(step: str, proc: Procedure = STANDARD, **facts) -> Play:
	"""The standard case played until a step is open, everybody agreeing."""
	play = Play(proc, staff(proc), {"ground": "7-4", **facts})
	for _turn in range(40):
		if step in play.active:
			return play
		for code, action, actor in commands(play):
			button = next(b for b in proc.buttons(code) if b.action == action)
			if button.verb in (Verb.AGREE, Verb.FORWARD, Verb.EXPIRE):
				play.act(code, action, actor) if actor else play.expire(code)
				break
	raise AssertionError(f"{step} was not reached: {play.active}")


def edited(proc: Procedure = STANDARD, **by_step) -> Procedure:
	return replace(proc, steps=tuple(replace(s, **by_step.get(s.code, {})) for s in proc.steps))


def limited(code: str, n: int, step: str = "", proc: Procedure = STANDARD) -> Procedure:
	return replace(
		proc,
		limits=tuple(replace(r, n=n) if (r.limit, r.step) == (code, step) else r for r in proc.limits),
	)


def move(play: Play, new: Procedure, **more) -> Plan:
	return plan(play.procedure, new, play.state, roster=play.roster, on=TODAY, **more)


def clock(limit: str, started: date, n: int, step: str = "", unit: str = "Working Day") -> ClockState:
	unit_of_law = {"Working Day": "workday", "Year": "year"}[unit]
	from sclist_app.law.calendar import seed_calendar

	due = due_date(started, Period(n, unit_of_law), seed_calendar()).on
	return ClockState("k", limit, step, n, unit, started, due)


# ------------------------------------------------------------------------------------------------------- steps


def test_equal_versions_change_nothing():
	play = at("C60")
	play.act("C60", "agree", "panel_member-0")
	running = [clock("T22", TODAY, 5, "C60"), clock("T05", date(2024, 1, 1), 3, unit="Year")]
	result = move(play, STANDARD, clocks=running)
	assert (result.state, result.findings, result.happened, result.opened) == (play.state, (), (), ())
	assert [m.fate for m in result.clocks] == ["stays", "stays"]
	assert [v.stays for v in result.votes] == [True]


def test_words_alone_leave_the_work_where_it_is():
	play = at("C50")
	result = move(play, edited(C50={"title": "合法性审核", "instructions": "逐项审核。"}))
	assert not result.findings and result.state == play.state
	row = next(s for s in result.steps if s.code == "C50")
	assert (row.before, row.after, row.work) == ("法制审核", "合法性审核", "stays")


def test_another_post_gets_a_task_of_its_own():
	play = at("C50")
	result = move(play, edited(C50={"post": "division_head"}))
	assert not result.refused
	(task,) = result.opened
	assert (task.step, task.post, task.round) == ("C50", "division_head", 1)
	assert [t.status for t in result.state.tasks if t.step == "C50"] == ["Void", "Open"]
	assert result.state.steps == play.state.steps


def test_nobody_in_the_new_post_refuses():
	play = at("C50")
	play.holders["verifier"] = []
	result = move(play, edited(C50={"post": "verifier"}))
	assert codes(result.findings) == ["roster"] and result.refused


def test_without_a_corresponding_step_the_case_stays():
	play = at("C50")
	renamed = replace(
		STANDARD,
		steps=tuple(replace(s, code="C55") if s.code == "C50" else s for s in STANDARD.steps),
		transitions=tuple(
			replace(
				t,
				step="C55" if t.step == "C50" else t.step,
				targets=tuple("C55" if c == "C50" else c for c in t.targets),
			)
			for t in STANDARD.transitions
		),
	)
	result = move(play, renamed)
	assert codes(result.findings) == ["move.step"] and result.state == play.state
	assert move(at("C70"), renamed).refused is False, "what is done stays done"


@pytest.mark.parametrize("change", [{"nature": Nature.DO}, {"tool": "discussion"}])
def test_the_same_code_for_another_duty_does_not_correspond(change):
	assert codes(move(at("C50"), edited(C50=change)).findings) == ["move.step"]


def test_only_running_cases():
	play = at("C50")
	for status in ("Suspended", "Ended"):
		state = replace(play.state, status=status)
		assert codes(plan(STANDARD, STANDARD, state, roster=play.roster, on=TODAY).findings) == [
			"move.status"
		]


# ------------------------------------------------------------------------------------------------------- votes


@pytest.mark.parametrize(
	"change",
	[
		{"mode": Mode.ALL, "quorum": 0},
		{"quorum": 2},
		{"on_refusal": OnRefusal.END},
		{"post": "deputy_leader"},
		{"mode": Mode.ONE, "quorum": 0},
	],
)
def test_votes_under_other_rules_are_void_and_all_vote_again(change):
	play = at("C60")
	play.act("C60", "agree", "panel_member-1")
	result = move(play, edited(C60=change))
	assert not result.refused
	assert [(v.user, v.vote, v.stays) for v in result.votes] == [("panel_member-1", "Agree", False)]
	assert [h.data["round"] for h in result.happened if h.what == "votes_void"] == [1]
	assert len(result.opened) == (1 if change.get("mode") is Mode.ONE else 4)
	assert not [t for t in result.state.open_tasks("C60") if not t.id.startswith("+")]
	if change.get("mode") is not Mode.ONE:
		assert {t.round for t in result.opened} == {2} == {result.state.steps["C60"].round}


def test_votes_stay_where_nothing_of_the_vote_changes():
	play = at("C60")
	play.act("C60", "refuse", "panel_member-1")
	result = move(play, edited(C60={"title": "集体研究"}, C70={"post": "deputy_leader"}))
	assert [v.stays for v in result.votes] == [True] and not result.opened


def test_after_the_move_the_vote_is_decided_by_the_new_rules():
	play = at("C60")
	play.act("C60", "agree", "panel_member-1")
	new = edited(C60={"mode": Mode.ALL, "quorum": 0})
	result = move(play, new)
	play.procedure, play.state = (
		new,
		replace(
			result.state,
			tasks=tuple(replace(t, id=t.id.replace("+", "n")) for t in result.state.tasks),
		),
	)
	for i in range(4):
		assert "C60" in play.active
		play.act("C60", "agree", f"panel_member-{i}")
	assert play.active == {"C70"}


# ------------------------------------------------------------------------------------------- the law's envelope


def _inserted(before: str, step: Step, verb: Verb = Verb.AGREE, **document) -> Procedure:
	"""A step put into every way that leads to another."""
	return replace(
		STANDARD,
		steps=(*STANDARD.steps, step),
		transitions=(
			*(
				replace(t, targets=tuple(step.code if c == before else c for c in t.targets))
				if t.verb is not Verb.RETURN
				else t
				for t in STANDARD.transitions
			),
			Transition(step.code, "on", "继续", verb, (before,)),
		),
		documents=(
			*STANDARD.documents,
			*([DocumentRule(step.code, "on", document["kind"])] if document else []),
		),
	)


def test_a_step_passed_over_is_named():
	new = _inserted("C50", Step("C47", "处务会审议", Nature.REVIEW, "division_head"))
	result = move(at("C60"), new)
	assert codes(result.findings) == ["move.passed"] and not result.refused
	assert result.findings[0].values["step"] == "处务会审议"
	assert not move(at("C45", defence_made=True), new).findings, "still ahead"


def test_a_document_passed_over_is_named():
	result = move(at("C60"), _inserted("C50", Step("C47", "审批表", Nature.DO, "case_officer"), kind="D04"))
	assert codes(result.findings) == ["move.passed", "move.passed"] and not result.refused


def _later_notice() -> tuple[Procedure, Procedure]:
	"""(notice after the review, notice before it): the same steps in another order."""

	def order(first: str, *steps: str) -> list[Transition]:
		return [
			Transition(a, "on", "继续", Verb.FORWARD, (b,))
			for a, b in zip((first, *steps), (*steps, "E"), strict=True)
		]

	nodes = {
		"S": Step("S", "登记", Nature.FILL, "a", is_start=True),
		"R": Step("R", "审查", Nature.REVIEW, "b"),
		"N": Step("N", "告知", Nature.ISSUE, "a"),
		"V": Step("V", "送达", Nature.SERVE, "a", tool="service"),
		"W": Step("W", "申辩", Nature.WAIT, "a", limit="T01", tool="defence"),
		"D": Step("D", "决定", Nature.ISSUE, "a"),
		"E": Step("E", "结束", Nature.END, outcome="Listed"),
	}
	papers = (DocumentRule("N", "on", "D01"), DocumentRule("D", "on", "D05"))
	late = Procedure(
		"Listing", tuple(nodes.values()), tuple(order("S", "R", "N", "V", "W", "D")), documents=papers
	)
	early = replace(late, transitions=tuple(order("S", "N", "V", "W", "R", "D")))
	return late, early


def _stand(step: str, *done: str) -> RunState:
	from sclist_app.workflow.runner import ACTIVE, FINISHED, StepState, TaskState

	return RunState(
		{**{code: StepState(FINISHED, 1) for code in done}, step: StepState(ACTIVE, 1)},
		(TaskState("t", step, 1, "b", "Own Level"),),
	)


def test_the_notice_may_not_be_slipped_past():
	late, early = _later_notice()
	result = plan(late, early, _stand("R", "S"), roster=lambda step: ["p"], on=TODAY)
	assert result.refused and set(codes(result.findings)) >= {"move.envelope"}
	assert {f.row for f in errors(result.findings)} == {"D01", "T01"}
	back = plan(early, late, _stand("R", "S", "N", "V", "W"), roster=lambda step: ["p"], on=TODAY)
	assert codes(back.findings) == ["move.again"] and not back.refused


def test_a_decision_is_not_taken_twice():
	late, _early = _later_notice()
	more = Step("X", "复查", Nature.REVIEW, "b")
	links = [t for t in late.transitions if t.step != "D"]
	after = replace(
		late,
		steps=(*late.steps, more),
		transitions=(
			*links,
			Transition("D", "on", "继续", Verb.FORWARD, ("X",)),
			Transition("X", "on", "继续", Verb.AGREE, ("E",)),
		),
	)
	before = replace(
		late,
		steps=(*late.steps, more),
		transitions=(
			*[t for t in links if t.step != "W"],
			Transition("W", "on", "继续", Verb.FORWARD, ("X",)),
			Transition("X", "on", "继续", Verb.AGREE, ("D",)),
			Transition("D", "on", "继续", Verb.FORWARD, ("E",)),
		),
	)
	stand = _stand("X", "S", "R", "N", "V", "W", "D")
	assert "move.decision" in codes(plan(after, before, stand, roster=lambda s: ["p"], on=TODAY).findings)
	other = replace(
		after,
		steps=(*after.steps, Step("F", "不予", Nature.END, outcome="Not Listed")),
		transitions=(
			*after.transitions,
			Transition("X", "no", "不予", Verb.REFUSE, ("F",), reason_required=True),
		),
	)
	assert codes(plan(after, other, stand, roster=lambda s: ["p"], on=TODAY).findings) == ["move.outcome"]


def _with_report() -> Procedure:
	"""After the decision a fifth step runs beside the four, and the end waits for it as well."""
	return replace(
		STANDARD,
		steps=(
			*(replace(s, waits_for=(*s.waits_for, "C8A")) if s.code == "C90" else s for s in STANDARD.steps),
			Step("C8A", "报送上级", Nature.DO, "credit_officer"),
		),
		transitions=(
			*(
				replace(t, targets=(*t.targets, "C8A")) if (t.step, t.action) == ("C80", "issue") else t
				for t in STANDARD.transitions
			),
			Transition("C8A", "done", "已报送", Verb.FORWARD, ("C90",)),
		),
	)


def test_a_step_beside_those_under_way_is_opened():
	new = _with_report()
	assert not errors(check(new, WORLD))
	for place in ("C85", "C88"):
		result = move(at(place), new)
		assert not result.refused, codes(result.findings)
		assert [t.step for t in result.opened] == ["C8A"]
		assert next(s for s in result.steps if s.code == "C8A").work == "opened"
	assert not move(at("C70"), new).opened


def test_a_case_that_could_not_end_is_not_moved():
	new = _with_report()
	unreachable = replace(
		new,
		transitions=tuple(
			replace(t, targets=("C8A",)) if t.step == "C20" and t.verb is Verb.AGREE else t
			for t in new.transitions
		),
	)
	broken = replace(
		unreachable,
		transitions=tuple(
			replace(t, targets=tuple(c for c in t.targets if c != "C8A")) if t.step == "C80" else t
			for t in unreachable.transitions
		),
	)
	assert "join.stuck" in codes(move(at("C85"), broken).findings)


# ------------------------------------------------------------------------------------------------------ clocks

STARTED = date(2026, 11, 9)  # a Monday


def the_clock(new: Procedure, running: ClockState, play: Play | None = None):
	(result,) = move(play or at("C85"), new, clocks=[running]).clocks
	return result


def test_a_running_clock_goes_on_with_the_new_length():
	longer = the_clock(limited("T14", 6), clock("T14", STARTED, 7))
	assert (longer.fate, longer.n, longer.due) == ("changed", 6, date(2026, 11, 17))


def test_a_shorter_limit_never_makes_late():
	result = the_clock(limited("T14", 2), clock("T14", STARTED, 7))
	assert (result.n, result.due) == (5, TODAY) and result.note, "five working days end today"


def test_a_date_that_has_passed_is_not_moved():
	running = clock("T14", date(2026, 11, 2), 7)
	assert running.due_on < TODAY
	result = the_clock(limited("T14", 5), running)
	assert (result.fate, result.due, result.n) == ("stays", running.due_on, 7) and result.note


def test_an_extension_granted_is_kept():
	running = replace(clock("T22", STARTED, 8, "C50"), n=5, extended_n=3)
	result = the_clock(limited("T22", 4, "C50"), running, at("C50"))
	assert (result.n, result.due) == (4, due_date(STARTED, Period(7, "workday"), _calendar()).on)


def test_a_limit_that_stands_still_is_not_shortened():
	running = replace(clock("T14", STARTED, 7), pauses=(Pause(date(2026, 11, 11), None, "鉴定"),))
	assert the_clock(limited("T14", 2), running).fate == "stays"


def test_never_longer_than_the_law():
	result = the_clock(limited("T14", 30), clock("T14", STARTED, 5), at("C85", limited("T14", 5)))
	assert (result.n, result.unit) == (7, "Working Day") and result.note


def test_terms_of_the_law_are_not_touched():
	running = clock("T05", date(2024, 1, 5), 3, unit="Year")
	result = the_clock(limited("T05", 1), running)
	assert (result.fate, result.due) == ("stays", running.due_on)


def test_the_party_keeps_the_days_it_was_told():
	play = at("C40")
	running = clock("T01", date(2026, 11, 13), 5)
	refused = move(play, limited("T01", 3), clocks=[running])
	assert codes(refused.findings) == ["move.told"] and refused.refused
	longer = move(play, limited("T01", 7), clocks=[running])
	assert not longer.refused and longer.clocks[0].due > running.due_on


def test_the_limit_of_a_step_ends_or_begins_with_the_version():
	without = replace(STANDARD, limits=tuple(r for r in STANDARD.limits if r.step != "C50"))
	assert the_clock(without, clock("T22", STARTED, 5, "C50"), at("C50")).fate == "void"
	begins = plan(without, STANDARD, at("C50", without).state, roster=lambda s: ["p"], on=TODAY)
	assert [(r.limit, r.step) for r in begins.new_clocks] == [("T22", "C50")]


def test_a_legal_limit_the_version_forgets_goes_on():
	without = replace(STANDARD, limits=tuple(r for r in STANDARD.limits if r.limit != "T14"))
	result = the_clock(without, clock("T14", STARTED, 7))
	assert result.fate == "stays" and result.note


@given(
	was=st.integers(1, 30),
	now=st.integers(1, 30),
	ago=st.integers(0, 60),
	limit=st.sampled_from(["T22", "T03"]),
)
def test_clocks_in_general(was, now, ago, limit):
	from datetime import timedelta

	step = "C50" if limit == "T22" else ""
	old, new = limited(limit, was, step), limited(limit, now, step)
	running = clock(limit, TODAY - timedelta(days=ago), was, step)
	result = the_clock(new, running, at("C50", old))
	if running.due_on < TODAY:
		assert result.due == running.due_on
	else:
		assert result.due >= TODAY
		assert result.due <= max(
			TODAY,
			due_date(
				running.started_on, Period(min(now, 3) if limit == "T03" else now, "workday"), _calendar()
			).on,
			running.due_on,
		)


def _calendar():
	from sclist_app.law.calendar import seed_calendar

	return seed_calendar()


# -------------------------------------------------------------------------------------------------- properties


def holds(play: Play, new: Procedure) -> Plan:
	"""What must be true of every plan."""
	before = play.state
	result = plan(play.procedure, new, before, roster=play.roster, on=TODAY)
	cast = Counter((t.id, t.step, t.round, t.done_by, t.vote) for t in before.tasks if t.vote)
	if before.status != "Active":
		assert result.refused
		return result
	if result.refused:
		return result
	assert Counter((v.task, v.step, v.round, v.user, v.vote) for v in result.votes) == cast
	assert [t for t in result.state.tasks if t.vote] == [t for t in before.tasks if t.vote]
	for code in result.state.active:
		assert code in new.by_code and not new.by_code[code].is_end
		assert result.state.open_tasks(code), code
		assert {t.round for t in result.state.open_tasks(code)} == {result.state.steps[code].round}
	assert set(before.active) <= set(result.state.active)
	assert {t.id for t in before.tasks} <= {t.id for t in result.state.tasks}
	for vote in result.votes:
		stand = before.steps.get(vote.step)
		if vote.stays and stand and stand.status == "active" and stand.round == vote.round:
			assert result.state.steps[vote.step].round == vote.round
	return result


ANY_POST = st.sampled_from(
	["case_officer", "division_head", "legal_reviewer", "panel_member", "deputy_leader"]
)
CODES = [s.code for s in STANDARD.steps if not s.is_end]
EDITS = st.one_of(
	st.tuples(st.just("step"), st.sampled_from(CODES), st.fixed_dictionaries({"post": ANY_POST})),
	st.tuples(
		st.just("step"),
		st.just("C60"),
		st.fixed_dictionaries(
			{
				"mode": st.sampled_from([Mode.ALL, Mode.MAJORITY, Mode.IN_ORDER]),
				"quorum": st.sampled_from([0, 2]),
			}
		),
	),
	st.tuples(st.just("step"), st.sampled_from(CODES), st.fixed_dictionaries({"title": st.just("别的名称")})),
	st.tuples(
		st.just("step"),
		st.sampled_from(CODES),
		st.fixed_dictionaries({"separate_from": st.sampled_from([(), ("C00",), ("C10", "C50")])}),
	),
	st.tuples(st.just("insert"), st.sampled_from(["C10", "C25", "C50", "C70", "C80"]), st.just({})),
	st.tuples(st.just("beside"), st.just(""), st.just({})),
	st.tuples(st.just("skip"), st.sampled_from(["C20", "C60"]), st.just({})),
)


def _edit(proc: Procedure, edit) -> Procedure:
	what, code, change = edit
	if what == "step":
		return edited(proc, **{code: change})
	if what == "insert":
		return _inserted(code, Step(f"N{code}", "新增环节", Nature.REVIEW, "division_head"))
	if what == "beside":
		return _with_report()
	onward = next(t.targets for t in proc.transitions if t.step == code and t.verb is Verb.AGREE)
	return replace(
		proc,
		steps=tuple(s for s in proc.steps if s.code != code),
		transitions=tuple(
			replace(t, targets=onward if t.verb is not Verb.RETURN and code in t.targets else t.targets)
			for t in proc.transitions
			if t.step != code and not (t.verb is Verb.RETURN and code in t.targets)
		),
		limits=tuple(r for r in proc.limits if r.step != code),
	)


@st.composite
def under_way(draw) -> Play:
	"""The standard case after some random acts that do not end it."""
	play = Play(
		STANDARD,
		staff(STANDARD),
		{"ground": draw(st.sampled_from(["7-1", "7-4"])), "defence_made": draw(st.booleans())},
	)
	for _turn in range(draw(st.integers(0, 25))):
		possible = []
		for command in commands(play):
			button = next(b for b in STANDARD.buttons(command[0]) if b.action == command[1])
			voted = STANDARD.by_code[command[0]].mode.votes
			back = button.verb is Verb.RETURN and draw(st.integers(0, 5)) == 0
			if (
				back
				or button.verb in (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE)
				or (voted and button.verb is Verb.REFUSE)
			):
				possible.append(command)
		before = play.state
		command = draw(st.sampled_from(possible))
		play.act(*command, "理由") if command[2] else play.expire(command[0])
		if play.state.status == "Ended":
			play.state = before
			break
	return play


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(play=under_way(), edit=EDITS)
def test_any_new_version_keeps_the_votes_gives_every_step_its_task_and_ends(play, edit):
	new = _edit(STANDARD, edit)
	assume(not errors(check(new, WORLD)))
	play.holders = {**staff(STANDARD), **staff(new)}
	result = holds(play, new)
	event(f"{edit[0]}: {'refused' if result.refused else 'moved'}")
	if result.refused:
		assert result.state.tasks == play.state.tasks or result.findings
		return
	names = {t.id: f"m{n}" for n, t in enumerate(result.opened)}
	play.procedure, play.state = (
		new,
		replace(result.state, tasks=tuple(replace(t, id=names.get(t.id, t.id)) for t in result.state.tasks)),
	)
	for _turn in range(60):
		if play.state.status == "Ended":
			break
		onward = [
			command
			for command in commands(play)
			if next(b for b in new.buttons(command[0]) if b.action == command[1]).verb
			in (Verb.FORWARD, Verb.AGREE, Verb.EXPIRE)
		]
		assume(onward)  # separation of duties may have used up the four of a post
		code, action, actor = onward[0]
		play.act(code, action, actor) if actor else play.expire(code)
	assert play.state.status == "Ended"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(play=under_way())
def test_identity(play):
	result = holds(play, replace(STANDARD, key="another"))
	assert result.state == play.state and not result.findings and not result.opened and not result.happened
	assert all(v.stays for v in result.votes)


def test_the_shipped_procedures_do_not_correspond():
	play = at("C50")
	assert move(play, shipped("listing_county_short")).refused


def test_limit_rows_of_another_channel_do_not_interfere():
	new = replace(
		STANDARD, limits=(*STANDARD.limits, LimitRule("T14", 2, "Working Day", channel="Credit China"))
	)
	assert the_clock(new, clock("T14", STARTED, 7)).fate == "stays"
