"""Taking single changes of a parent's new version over into one's own procedure."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sclist_app.law.findings import render
from sclist_app.workflow.checker import check
from sclist_app.workflow.comparison import compare
from sclist_app.workflow.model import LimitRule, Nature, Procedure, Step, Transition, Verb
from sclist_app.workflow.takeover import CONFLICT, FREE, HERE, apply, items
from tests.unit.workflow.helpers import STANDARD, WORLD
from tests.unit.workflow.test_moving import EDITS, _edit, edited, limited


def by_place(found) -> dict[tuple, object]:
	return {(item.table, item.key): item for item in found}


def same(a: Procedure, b: Procedure) -> bool:
	"""Steer alike: the order of rows means nothing, but for the routes of one button."""
	tables = ("steps", "conditions", "limits", "materials", "documents", "fields")
	return all(set(getattr(a, t)) == set(getattr(b, t)) for t in tables) and {
		(t.step, t.action): a.routes(t.step, t.action) for t in a.transitions
	} == {(t.step, t.action): b.routes(t.step, t.action) for t in b.transitions}


def test_no_change_nothing_to_take():
	assert items(STANDARD, STANDARD, limited("T01", 7)) == []


def test_a_limit_of_the_parent_beside_a_step_of_ones_own():
	parent, own = limited("T03", 2), edited(C10={"post": "deputy_leader"})
	(item,) = items(STANDARD, parent, own)
	assert (item.table, item.key, item.action, item.columns, item.state) == (
		"limits",
		("T03", "", ""),
		"change",
		("n",),
		FREE,
	)
	assert [render(f) for f in item.words] == ["Limit T03: 3个工作日 → 2个工作日."]
	result = apply(own, parent, [item])
	assert result.limit("T03").n == 2 and result.by_code["C10"].post == "deputy_leader"


def test_columns_of_one_row_are_taken_each_by_itself():
	parent = edited(C50={"post": "deputy_leader", "title": "合法性审核"})
	own = edited(C50={"instructions": "本局另有要求。"})
	(item,) = items(STANDARD, parent, own)
	assert (item.state, set(item.columns)) == (FREE, {"post", "title"})
	step = apply(own, parent, [item]).by_code["C50"]
	assert (step.post, step.title, step.instructions) == ("deputy_leader", "合法性审核", "本局另有要求。")


def test_the_same_column_changed_by_both_is_a_conflict():
	parent, own = limited("T01", 4), limited("T01", 7)
	(item,) = items(STANDARD, parent, own)
	assert item.state == CONFLICT
	assert [render(f) for f in item.own] == ["Limit T01: 5个工作日 → 7个工作日."]
	assert apply(own, parent, []).limit("T01").n == 7
	assert apply(own, parent, [item]).limit("T01").n == 4


def test_the_same_change_made_by_both_is_here():
	(item,) = items(STANDARD, limited("T01", 7), limited("T01", 7))
	assert item.state == HERE
	assert apply(limited("T01", 7), limited("T01", 7), [item]) == limited("T01", 7)


def test_a_row_removed_here_and_changed_there_is_a_conflict():
	own = replace(STANDARD, limits=tuple(r for r in STANDARD.limits if r.step != "C50"))
	(item,) = items(STANDARD, limited("T22", 3, "C50"), own)
	assert item.state == CONFLICT
	assert apply(own, limited("T22", 3, "C50"), [item]).limit("T22", "C50").n == 3


def test_a_step_comes_with_its_ways():
	parent = _edit(STANDARD, ("insert", "C50", {}))
	found = by_place(items(STANDARD, parent, STANDARD))
	step = found["steps", ("NC50",)]
	needed = {(i.table, i.key) for i in found.values() if i.id in step.needs}
	assert ("transitions", ("NC50", "on")) in needed and ("transitions", ("C40", "lapse")) in needed
	assert set(found["transitions", ("C40", "lapse")].needs) == {step.id}
	alone = apply(STANDARD, parent, [step])
	assert check(alone, WORLD), "the checker says what is missing"
	whole = apply(STANDARD, parent, found.values())
	assert same(whole, parent) and not check(whole, WORLD)


def test_an_added_step_stands_where_it_stands_in_the_parent():
	parent = replace(
		STANDARD,
		steps=(*STANDARD.steps[:3], Step("C22", "会签", Nature.REVIEW, "deputy_leader"), *STANDARD.steps[3:]),
	)
	found = items(STANDARD, parent, STANDARD)
	assert [s.code for s in apply(STANDARD, parent, found).steps][2:5] == ["C20", "C22", "C25"]


def test_a_removed_step_takes_along_what_hangs_on_it():
	parent = _edit(STANDARD, ("skip", "C20", {}))
	found = by_place(items(STANDARD, parent, STANDARD))
	step = found["steps", ("C20",)]
	needed = {(i.table, i.key) for i in found.values() if i.id in step.needs}
	assert {
		("transitions", ("C20", "agree")),
		("transitions", ("C10", "agree")),
		("limits", ("T22", "C20", "")),
	} <= needed


def test_the_routes_of_a_button_are_one():
	parent = replace(
		STANDARD,
		transitions=(
			*STANDARD.transitions,
			Transition(
				"C45", "uphold", "维持拟列入意见", Verb.AGREE, ("C10",), priority=-1, condition="serious"
			),
		),
	)
	(item,) = items(STANDARD, parent, STANDARD)
	assert (item.table, item.key, item.columns) == ("transitions", ("C45", "uphold"), ())
	(words,) = [render(f) for f in item.words]
	assert (
		words.startswith("复核 → 维持拟列入意见: leads to “承办审查（列入情形属于") and "；法制审核”" in words
	)
	assert apply(STANDARD, parent, [item]).routes("C45", "uphold") == parent.routes("C45", "uphold")


def test_a_declined_change_is_known_again_and_a_further_one_is_not():
	first = items(STANDARD, limited("T01", 4), STANDARD)[0]
	more = replace(limited("T01", 4), limits=(*limited("T01", 4).limits, LimitRule("T13", 3, "Working Day")))
	assert first.id in {i.id for i in items(STANDARD, more, STANDARD)}
	assert first.id not in {i.id for i in items(STANDARD, limited("T01", 6), STANDARD)}


THREE = st.lists(EDITS, max_size=3)


def _after(edits) -> Procedure:
	result = STANDARD
	for edit in edits:
		if edit[0] == "skip" and edit[1] not in result.by_code:
			continue
		result = _edit(result, edit) if edit[0] in ("step", "skip") else result
	return result


@settings(max_examples=100, deadline=None)
@given(theirs=THREE, ours=THREE, data=st.data())
def test_what_is_taken_is_here_and_nothing_else_changes(theirs, ours, data):
	parent, own = _after(theirs), _after(ours)
	found = items(STANDARD, parent, own)
	assert len({item.id for item in found}) == len(found)
	chosen = data.draw(st.lists(st.sampled_from(found), unique_by=lambda i: i.id) if found else st.just([]))
	result = apply(own, parent, chosen)
	again = {item.id: item for item in items(STANDARD, parent, result)}
	for item in found:
		if item in chosen or item.state == HERE:
			assert again[item.id].state == HERE
		else:
			assert again[item.id].state == item.state
	assert apply(result, parent, chosen) == result
	untouched = {(item.table, item.key) for item in chosen}
	for table in ("limits", "documents", "materials"):
		for row in getattr(own, table):
			if not any(t == table for t, _key in untouched):
				assert row in getattr(result, table)


@settings(max_examples=60, deadline=None)
@given(theirs=THREE)
def test_all_changes_make_the_parent(theirs):
	parent = _after(theirs)
	found = items(STANDARD, parent, STANDARD)
	assume(found)
	assert all(item.state == FREE and item.words for item in found)
	result = apply(STANDARD, parent, found)
	assert same(result, parent) and not compare(result, parent)
