"""The checker: one fault, one finding, and the law's envelope with its article."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from sclist_app.law.findings import errors
from sclist_app.workflow.checker import World, check, goes_on, statute_unit
from sclist_app.workflow.model import (
	ConditionRow,
	DocumentRule,
	FieldRule,
	LimitRule,
	MaterialRule,
	Mode,
	Nature,
	Procedure,
	Verb,
)
from tests.unit.workflow.helpers import (
	SHIPPED,
	STANDARD,
	WORLD,
	codes,
	end,
	go,
	procedure,
	shipped,
	signing,
	step,
)


def found(proc: Procedure, world: World = WORLD) -> list[str]:
	return codes(check(proc, world))


def edit(proc: Procedure, table: str, keep: Callable[[object], bool], **values) -> Procedure:
	"""Change the rows that `keep` picks."""
	rows = tuple(replace(row, **values) if keep(row) else row for row in getattr(proc, table))
	assert rows != getattr(proc, table), "the edit changes nothing"
	return replace(proc, **{table: rows})


def drop(proc: Procedure, table: str, gone: Callable[[object], bool]) -> Procedure:
	rows = tuple(row for row in getattr(proc, table) if not gone(row))
	assert rows != getattr(proc, table), "the edit changes nothing"
	return replace(proc, **{table: rows})


def at(code: str) -> Callable[[object], bool]:
	return lambda row: row.code == code


SOUND = procedure(
	[step("A"), step("B", "b"), end()],
	[go("A > B"), go("B > E", Verb.AGREE), go("B > A", Verb.RETURN)],
)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_procedures_are_sound(name):
	assert errors(check(shipped(name), WORLD)) == []


def test_sound_small_ones():
	assert found(SOUND) == []
	for mode in Mode:
		if mode is not Mode.ONE:
			assert found(signing(mode, 2)) == []


# completeness: rows


FAULTS = {
	"step.duplicate": replace(SOUND, steps=(*SOUND.steps, step("B", "b"))),
	"start": edit(SOUND, "steps", at("A"), is_start=False),
	"end": procedure([step("A"), step("B")], [go("A > B"), go("B > A")]),
	"step.name": edit(SOUND, "steps", at("B"), title=""),
	"step.post": edit(SOUND, "steps", at("B"), post=""),
	"step.post (unknown)": edit(SOUND, "steps", at("B"), post="king"),
	"step.reference": edit(SOUND, "steps", at("B"), separate_from=("Z",)),
	"step.reference (itself)": edit(SOUND, "steps", at("B"), waits_for=("B",)),
	"step.quorum": signing(Mode.MAJORITY, 0),
	"step.quorum (N of M)": signing(Mode.N_OF_M, 0),
	"route.step": replace(SOUND, transitions=(*SOUND.transitions, go("Z > E"))),
	"route.end": replace(SOUND, transitions=(*SOUND.transitions, go("E > A"))),
	"route.target": replace(SOUND, transitions=(*SOUND.transitions, go("A > Z", action="x"))),
	"route.target (none)": replace(SOUND, transitions=(*SOUND.transitions, go("A > ", action="x"))),
	"route.condition": replace(SOUND, transitions=(*SOUND.transitions, go("A > E", condition="c"))),
	"route.effect": replace(SOUND, transitions=(*SOUND.transitions, go("A > E", action="x", effects=("f",)))),
	"document.action": replace(SOUND, documents=(DocumentRule("A", "none", "D01"),)),
	"document.kind": replace(SOUND, documents=(DocumentRule("A", "forward", "D99"),)),
	"row.step (material)": replace(SOUND, materials=(MaterialRule("Z", "证据"),)),
	"row.step (field)": replace(SOUND, fields=(FieldRule("Z", "f", "Read"),)),
	"row.step (limit)": replace(SOUND, limits=(LimitRule("T22", 5, "Working Day", "Z"),)),
	"limit.post": replace(SOUND, limits=(LimitRule("T22", 5, "Working Day", "A", 1, "king"),)),
	# completeness: graph
	"step.unreachable": replace(
		SOUND, steps=(*SOUND.steps, step("C")), transitions=(*SOUND.transitions, go("C > E"))
	),
	"step.no_end": procedure(
		[step("A"), step("B"), step("C"), end()],
		[go("A > B"), go("A > E", action="x"), go("B > C"), go("C > B")],
	),
	"step.no_exit (only the clock)": procedure([step("A"), end()], [go("A > E", Verb.EXPIRE)]),
	"join": procedure(
		[step("A"), step("B"), step("C"), end(waits_for=("A", "C"))],
		[go("A > B C"), go("B > E"), go("C > E")],
	),
	"fork": procedure([step("A"), step("B"), step("C"), end()], [go("A > B C"), go("B > E"), go("C > E")]),
	"join.cut": procedure(
		[step("A"), step("B"), step("C"), end(waits_for=("B",))], [go("A > B C"), go("B > E"), go("C > E")]
	),
	"join.stuck": procedure(
		[step("A"), step("B"), step("C"), end(waits_for=("B", "C"))],
		[go("A > B"), go("A > C", action="x"), go("B > E"), go("C > E")],
	),
	"join.stuck (way past an awaited step)": procedure(
		[step("A"), step("B"), step("C"), step("D"), end(waits_for=("B", "D"))],
		[go("A > B C"), go("B > E"), go("C > D"), go("C > E", action="x"), go("D > E")],
	),
	"join.stuck (from the start)": procedure(
		[step("A", waits_for=("B",)), step("B"), end()],
		[go("A > B"), go("B > A"), go("B > E", action="x")],
	),
	# completeness: buttons
	"route.default": replace(
		SOUND,
		transitions=(*SOUND.transitions, go("A > E", action="x", condition="c")),
		conditions=(ConditionRow("c", 1, "ban", "is", "1"),),
	),
	"route.default (twice)": replace(SOUND, transitions=(*SOUND.transitions, go("A > E", priority=1))),
	"route.hidden": replace(
		SOUND,
		transitions=(*SOUND.transitions, go("A > E", priority=1, condition="c")),
		conditions=(ConditionRow("c", 1, "ban", "is", "1"),),
	),
	"route.differs": replace(
		SOUND,
		transitions=(*SOUND.transitions, go("A > E", Verb.AGREE, "forward", priority=-1, condition="c")),
		conditions=(ConditionRow("c", 1, "ban", "is", "1"),),
	),
	"route.expire": replace(SOUND, transitions=(*SOUND.transitions, go("A > E", Verb.EXPIRE))),
	"step.votes": drop(signing(Mode.ALL), "transitions", lambda t: t.verb is Verb.REFUSE),
	"step.votes (two to agree)": replace(
		signing(Mode.ALL), transitions=(*signing(Mode.ALL).transitions, go("S > E", Verb.AGREE, "agree2"))
	),
	"loop": procedure(
		[
			step("A", nature=Nature.WAIT, limit="T22"),
			step("B", nature=Nature.WAIT, limit="T22"),
			end(),
		],
		[go("A > B", Verb.EXPIRE), go("B > A", Verb.EXPIRE), go("B > E")],
		limits=(LimitRule("T22", 5, "Working Day"),),
	),
	# limits
	"limit.missing": edit(SOUND, "steps", at("A"), limit="T22"),
	"limit.missing (another step's)": replace(
		edit(SOUND, "steps", at("A"), limit="T22"), limits=(LimitRule("T22", 5, "Working Day", "B"),)
	),
	"limit.wait": edit(SOUND, "steps", at("A"), nature=Nature.WAIT),
	"limit.post (extension)": replace(
		SOUND, limits=(LimitRule("T22", 5, "Working Day", "A", extend_n=5, extend_post="king"),)
	),
	"limit.channel": replace(SOUND, limits=(LimitRule("T22", 5, "Working Day", channel="Post"),)),
	"limit.unknown": replace(SOUND, limits=(LimitRule("T99", 5, "Working Day"),)),
	"limit.duplicate": replace(SOUND, limits=(LimitRule("T22", 5, "Day"), LimitRule("T22", 6, "Day"))),
	"condition": replace(SOUND, conditions=(ConditionRow("c", 1, "ban", "at least", "1"),)),
}
# A fault may bring its consequence along.
ALSO = {
	"route.expire": {"route.expire"},
	"step.votes": {"step.votes", "step.unreachable"},
	"step.no_exit (only the clock)": {"step.no_exit", "route.expire"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_one_finding(fault):
	findings = check(FAULTS[fault], WORLD)
	assert set(codes(findings)) == ALSO.get(fault, {fault.split(" ")[0]})
	assert all(f.severity == "error" for f in findings)
	assert findings[0].row is not None or fault.split(" ")[0] in ("start", "end")


def test_step_without_any_action():
	assert "step.no_exit" in found(replace(SOUND, steps=(*SOUND.steps, step("C"))))


def test_two_starts():
	assert found(edit(SOUND, "steps", at("B"), is_start=True)) == ["start"]


def test_start_cannot_be_the_end():
	assert set(found(procedure([end("A")], []))) == {"step.start_end"}


def test_a_post_nobody_holds_warns():
	(finding,) = check(SOUND, replace(WORLD, unheld_posts={"b"}))
	assert (finding.code, finding.severity, finding.row) == ("step.unheld", "warning", "B")


def test_a_step_on_the_way_back_may_be_cut_off_by_refusing():
	proc = procedure(
		[step("A"), step("B"), step("C"), end(waits_for=("B", "C")), end("N")],
		[go("A > B C"), go("B > E"), go("C > E"), go("C > N", Verb.REFUSE)],
	)
	assert found(proc) == []


def test_every_awaited_step_of_the_shipped_join_is_needed():
	for code in STANDARD.by_code["C90"].waits_for:
		rest = tuple(c for c in STANDARD.by_code["C90"].waits_for if c != code)
		assert "join.cut" in found(edit(STANDARD, "steps", at("C90"), waits_for=rest)), code


def test_many_side_by_side_are_refused_not_run_for_ever():
	branches = [f"B{i}" for i in range(16)]
	proc = procedure(
		[step("A"), *(step(b) for b in branches), end(waits_for=tuple(branches))],
		[go(f"A > {' '.join(branches)}"), *(go(f"{b} > E") for b in branches)],
	)
	assert found(proc) == ["graph.size"]
	few = procedure(
		[step("A"), *(step(b) for b in branches[:8]), end(waits_for=tuple(branches[:8]))],
		[go(f"A > {' '.join(branches[:8])}"), *(go(f"{b} > E") for b in branches[:8])],
	)
	assert found(few) == []


# limits of the statute


@pytest.mark.parametrize(
	("limit", "n", "unit", "code", "article"),
	[
		("T01", 2, "Working Day", "limit.minimum", "第四十四条"),
		("T01", 5, "Day", "limit.unit", "第四十四条"),
		("T03", 4, "Working Day", "limit.maximum", "第十一条"),
		("T04", 21, "Working Day", "limit.maximum", "第十一条"),
		("T05", 2, "Year", "limit.fixed", "第十三条"),
		("T05", 4, "Year", "limit.fixed", "第十三条"),
		("T14", 8, "Working Day", "limit.maximum", "第六十一条"),
		("T03", -1, "Working Day", "limit.form", "第十一条"),
		("T03", 3, "Fortnight", "limit.form", "第十一条"),
	],
)
def test_a_limit_beyond_the_statute_is_refused_with_its_article(limit, n, unit, code, article):
	proc = edit(STANDARD, "limits", lambda r: r.limit == limit, n=n, unit=unit)
	(finding,) = check(proc, WORLD)
	assert (finding.code, finding.severity, finding.row) == (code, "error", limit)
	assert article in finding.article


@pytest.mark.parametrize(("limit", "n"), [("T01", 3), ("T03", 1), ("T04", 1), ("T14", 1)])
def test_a_shorter_limit_is_allowed(limit, n):
	assert found(edit(STANDARD, "limits", lambda r: r.limit == limit, n=n)) == []


def test_a_term_may_be_written_in_months():
	assert found(edit(STANDARD, "limits", lambda r: r.limit == "T05", n=36, unit="Month")) == []


def test_a_defence_window_longer_than_usual_warns_only():
	(finding,) = check(edit(STANDARD, "limits", lambda r: r.limit == "T01", n=15), WORLD)
	assert finding.severity == "warning"


def test_the_limits_of_a_step_name_their_row():
	proc = edit(STANDARD, "limits", lambda r: (r.limit, r.step) == ("T22", "C10"), n=-1)
	assert [f.row for f in check(proc, WORLD)] == ["T22/C10"]


def test_the_day_decides_which_limits_are_in_force():
	assert "limit.unknown" in found(STANDARD, replace(WORLD, on=date(2020, 1, 1)))


def test_units():
	assert [statute_unit(u) for u in ("Working Day", "Day", "Month", "Year")] == [
		"workday",
		"day",
		"month",
		"year",
	]


def test_faults_in_the_rows_come_before_the_law():
	broken = drop(drop(STANDARD, "documents", lambda d: d.document_kind == "D01"), "steps", at("C10"))
	assert found(broken) and not [c for c in found(broken) if c.startswith("envelope")]


def test_a_kind_without_law_of_its_own_is_checked_for_completeness_only():
	assert found(replace(SOUND, kind="Of Another App")) == []


def test_a_case_half_way_goes_on():
	proc = procedure(
		[step("A"), step("B"), step("C"), end(waits_for=("B", "C"))],
		[go("A > B C"), go("B > E"), go("C > E")],
	)
	assert goes_on(proc, {"C"}, {"B"}) == []
	assert codes(goes_on(proc, {"C"}, set())) == ["join.stuck"]
