"""The statutory envelope: for each kind a good procedure, broken in one way at a time, gives that one finding."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from sclist_app.law import statute
from sclist_app.law.findings import errors, render, warnings
from sclist_app.law.statute import KINDS, SHIPPED, Statute
from sclist_app.workflow import model
from sclist_app.workflow.checker import World, check
from sclist_app.workflow.envelope import CHECKS, DECISIONS
from sclist_app.workflow.model import ConditionRow, DocumentRule, LimitRule, Nature, Procedure, Step, Verb
from sclist_app.workflow.ways import Ways, dispensable, possible
from tests.unit.workflow.helpers import SHIPPED as FIXTURES
from tests.unit.workflow.helpers import STANDARD, WORLD, codes, end, go, procedure, shipped, step

ORDER = "《安全生产严重失信主体名单管理办法》"
WORLD = replace(
	WORLD,
	document_kinds={*WORLD.document_kinds, *(k for o in DECISIONS.values() for ks in o.values() for k in ks)}
	| {"D12a", "D15n"},
)

# good procedures, one per kind


def do(code: str, tool: str, **values: Any) -> Step:
	return step(code, nature=Nature.DO, tool=tool, **values)


def serving(code: str) -> Step:
	return step(code, nature=Nature.SERVE, tool="service")


def limits(**days: int) -> tuple[LimitRule, ...]:
	units = {"T05": "Year", "T06": "Month"}
	return tuple(LimitRule(code, n, units.get(code, "Working Day")) for code, n in days.items())


def drawing(*rules: str) -> tuple[DocumentRule, ...]:
	"""`drawing("C draw D05")`"""
	return tuple(DocumentRule(*rule.split()) for rule in rules)


EARLY = procedure(
	[
		step("A", tool="acceptance", limit="T10"),
		do("V", "verification"),
		step("L", "b"),
		step("G", nature=Nature.ISSUE),
		step("N", nature=Nature.ISSUE),
		step("X", nature=Nature.ISSUE),
		serving("S"),
		do("U", "system_update"),
		do("P", "stop_publication"),
		do("M", "lift_measures"),
		step("Q", "b"),
		do("R", "upward_report"),
		serving("SN"),
		end("E", outcome="Removed"),
		end("EN", outcome="Not Removed"),
		end("EX", outcome="Application Refused"),
		end("EW", outcome="Application Withdrawn"),
	],
	[
		go("A > V", action="accept"),
		go("A > X", Verb.REFUSE),
		go("A > EW", Verb.CLOSE),
		go("V > L"),
		go("L > G", Verb.AGREE),
		go("L > N", Verb.REFUSE),
		go("L > V", Verb.RETURN),
		go("X > EX"),
		go("N > SN"),
		go("SN > EN"),
		go("G > S U P M"),
		go("S > Q"),
		go("U > Q"),
		go("P > Q"),
		go("M > Q"),
		go("Q > E", priority=1, condition="high"),
		go("Q > R", priority=2),
		go("R > E"),
	],
	[ConditionRow("high", 1, "bureau_level", "in", "Province,Ministry")],
	"Early Removal",
	limits=(
		*limits(T07=3, T08=10, T10=5, T12=20, T14=7),
		LimitRule("T10", 3, "Working Day", channel="Credit China"),
		LimitRule("T12", 10, "Working Day", channel="Credit China", extend_n=10, extend_post="b"),
	),
	documents=drawing("A accept D12a", "X forward D12b", "N forward D13b", "G forward D13a"),
)
EARLY = replace(
	EARLY, steps=tuple(replace(s, waits_for=tuple("SUPM")) if s.code == "Q" else s for s in EARLY.steps)
)

EXPIRY = procedure(
	[
		step("A", limit="T19"),
		step("D", "b", nature=Nature.ISSUE),
		do("U", "system_update"),
		do("P", "stop_publication"),
		do("M", "lift_measures"),
		end("E", outcome="Removed", waits_for=tuple("UPM")),
		end("N", outcome="Not Removed"),
	],
	[
		go("A > D"),
		go("A > N", Verb.CLOSE),
		go("D > U P M"),
		go("U > E"),
		go("P > E"),
		go("M > E"),
	],
	kind="Expiry Removal",
	limits=limits(T07=3, T08=10, T19=1),
	documents=drawing("D forward D09"),
)

REVOKING = procedure(
	[
		step("A", limit="T09"),
		step("D", "b", nature=Nature.ISSUE),
		serving("S"),
		do("U", "system_update"),
		do("P", "stop_publication"),
		do("M", "lift_measures"),
		end("E", outcome="Revoked", waits_for=tuple("SUPM")),
		end("N", outcome="Upheld"),
	],
	[
		go("A > D"),
		go("A > N", Verb.REFUSE),
		go("D > S U P M"),
		go("S > E"),
		go("U > E"),
		go("P > E"),
		go("M > E"),
	],
	kind="Revocation of Listing",
	limits=limits(T09=1),
	documents=drawing("D forward D17"),
)

RESTORING = procedure(
	[
		step("A"),
		step("I", nature=Nature.ISSUE),
		serving("S"),
		step("W", nature=Nature.WAIT, limit="T01"),
		step("L", "b"),
		step("D", nature=Nature.ISSUE),
		serving("SD"),
		do("Y", "system_entry"),
		do("P", "publication"),
		end("E", outcome="Restored", waits_for=("SD", "Y", "P")),
		end("N", outcome="Not Restored"),
	],
	[
		go("A > I"),
		go("I > S"),
		go("S > W"),
		go("W > L"),
		go("W > L", Verb.EXPIRE),
		go("L > D", Verb.AGREE),
		go("L > N", Verb.REFUSE),
		go("D > SD Y P"),
		go("SD > E"),
		go("Y > E"),
		go("P > E"),
	],
	kind="Restoration",
	limits=limits(T01=5, T03=3, T04=20, T05=3),
	documents=drawing("I forward D15n", "D forward D15"),
)

ANSWERING = procedure(
	[
		do("A", "objection_mark", limit="T18"),
		step("L", "b"),
		step("U", nature=Nature.ISSUE),
		step("R", nature=Nature.ISSUE),
		serving("SU"),
		serving("SR"),
		end("E", outcome="Objection Upheld"),
		end("N", outcome="Objection Rejected"),
	],
	[
		go("A > L"),
		go("L > U", Verb.AGREE),
		go("L > R", Verb.REFUSE),
		go("U > SU"),
		go("R > SR"),
		go("SU > E"),
		go("SR > N"),
	],
	kind="Objection",
	limits=limits(T18=5),
	documents=drawing("U forward D20", "R forward D20"),
)

GOOD = {p.kind: p for p in (STANDARD, EARLY, EXPIRY, REVOKING, RESTORING, ANSWERING)}

# ways to break one


def edit(proc: Procedure, table: str, pick: Callable[[Any], bool], **values: Any) -> Procedure:
	rows = tuple(replace(row, **values) if pick(row) else row for row in getattr(proc, table))
	assert rows != getattr(proc, table), "the edit changes nothing"
	return replace(proc, **{table: rows})


def drop(proc: Procedure, table: str, gone: Callable[[Any], bool]) -> Procedure:
	rows = tuple(row for row in getattr(proc, table) if not gone(row))
	assert rows != getattr(proc, table), "the edit changes nothing"
	return replace(proc, **{table: rows})


def at(*names: str) -> Callable[[Any], bool]:
	return lambda row: row.code in names


def on(button: str) -> Callable[[Any], bool]:
	return lambda t: f"{t.step}/{t.action}" == button


def plain(proc: Procedure, *names: str) -> Procedure:
	"""The steps lose their duty."""
	return edit(proc, "steps", at(*names), tool="")


def unserved(proc: Procedure, *names: str) -> Procedure:
	return edit(proc, "steps", at(*names), nature=Nature.DO, tool="")


def undrawn(proc: Procedure, kind: str) -> Procedure:
	return drop(proc, "documents", lambda d: d.document_kind == kind)


def unlimited(proc: Procedure, code: str) -> Procedure:
	proc = drop(proc, "limits", lambda r: r.limit == code)
	steps = tuple(replace(s, limit="" if s.limit == code else s.limit) for s in proc.steps)
	return replace(proc, steps=steps)


def without_reasons(proc: Procedure, button: str) -> Procedure:
	return edit(proc, "transitions", on(button), reason_required=False)


def also(
	proc: Procedure, where: str, verb: Verb = Verb.AGREE, action: str = "aside", **values: Any
) -> Procedure:
	return replace(proc, transitions=(*proc.transitions, go(where, verb, action, **values)))


def leading(proc: Procedure, button: str, *targets: str) -> Procedure:
	return edit(proc, "transitions", on(button), targets=targets)


def level(proc: Procedure, code: str, name: str = "Superior Level") -> Procedure:
	return edit(proc, "steps", at(code), level=name)


def early_service(proc: Procedure) -> Procedure:
	"""The notice is served, then drawn up."""
	proc = leading(leading(leading(proc, "A/forward", "S"), "S/forward", "I"), "I/forward", "W")
	return proc


def early_window(proc: Procedure) -> Procedure:
	"""The window runs, then the notice is served."""
	proc = leading(leading(proc, "I/forward", "W"), "S/forward", "L")
	return edit(proc, "transitions", lambda t: t.step == "W", targets=("S",))


# name → (the broken procedure, the finding, its row, words of the article)
BROKEN: dict[str, tuple[Procedure, str, str, str]] = {
	# listing
	"notice deleted": (undrawn(STANDARD, "D01"), "notice", "C80/issue", "第九条"),
	"notice passed by": (also(STANDARD, "C20 > C30"), "notice", "C80/issue", "第九条"),
	"service passed by": (
		replace(also(STANDARD, "C25 > C40"), documents=(*STANDARD.documents, *drawing("C25 aside D01"))),
		"service",
		"C80/issue",
		"第十条第二款",
	),
	"notice not served": (unserved(STANDARD, "C30"), "service", "C80/issue", "第十条第二款"),
	"window passed by": (also(STANDARD, "C30 > C50"), "defence", "C80/issue", "第四十四条"),
	"window of another limit": (
		replace(edit(STANDARD, "steps", at("C40"), limit="T11"), limits=(*STANDARD.limits, *limits(T11=5))),
		"defence",
		"C80/issue",
		"第六十二条",
	),
	"no written decision": (undrawn(STANDARD, "D05"), "decision", "C90", "第十条"),
	"listed without a decision": (
		also(replace(STANDARD, steps=(*STANDARD.steps, end("CX", outcome="Listed"))), "C20 > CX"),
		"decision",
		"CX",
		"第十条",
	),
	"no end is a listing": (
		edit(undrawn(STANDARD, "D05"), "steps", at("C90"), outcome="Done"),
		"decision",
		"C00",
		"第十条",
	),
	"decided above": (level(STANDARD, "C80"), "bureau", "C80", "第四条"),
	"consent from above": (level(STANDARD, "C70"), "bureau", "C70", "第四条"),
	"decided outside": (
		edit(STANDARD, "steps", at("C80"), nature=Nature.EXTERNAL),
		"bureau",
		"C80",
		"第四条",
	),
	"decision not served": (unserved(STANDARD, "C85"), "decision_service", "C80/issue", "第十条第二款"),
	"no T03": (unlimited(STANDARD, "T03"), "limit", "T03", "第十一条"),
	"no T04": (unlimited(STANDARD, "T04"), "limit", "T04", "第十一条"),
	"no T05": (unlimited(STANDARD, "T05"), "limit", "T05", "第十三条"),
	"no T14": (unlimited(STANDARD, "T14"), "limit", "T14", "第六十一条"),
	"T03 of one step": (
		edit(STANDARD, "limits", lambda r: r.limit == "T03", step="C86"),
		"limit",
		"T03",
		"第十一条",
	),
	"no system entry": (plain(STANDARD, "C86"), "system_entry", "C80/issue", "第十一条"),
	"no publication": (plain(STANDARD, "C87", "C88"), "publication", "C80/issue", "第十一条"),
	"no reasons": (without_reasons(STANDARD, "C70/refuse"), "reasons", "C70/refuse", "第四十五条"),
	"no reasons on return": (without_reasons(STANDARD, "C50/return"), "reasons", "C50/return", "第四十五条"),
	"dropped when listed": (also(STANDARD, "C85 > C99", Verb.CLOSE), "dropped", "C85/aside", "第十五条"),
	"decided by silence": (
		replace(
			edit(STANDARD, "steps", at("C80"), nature=Nature.WAIT, limit="T22"),
			transitions=tuple(
				replace(t, verb=Verb.EXPIRE) if on("C80/issue")(t) else t for t in STANDARD.transitions
			),
			limits=(*STANDARD.limits, *limits(T22=5)),
		),
		"silence",
		"C80/issue",
		"第十条",
	),
	# early removal
	"no acceptance": (plain(EARLY, "A"), "acceptance", "G/forward", "第十九条"),
	"acceptance not told": (undrawn(EARLY, "D12a"), "acceptance", "G/forward", "第十九条"),
	"not verified": (plain(EARLY, "V"), "verification", "G/forward", "第二十条"),
	"verification passed by": (
		replace(also(EARLY, "A > L"), documents=(*EARLY.documents, *drawing("A aside D12a"))),
		"verification",
		"G/forward",
		"第二十条",
	),
	"grant not written": (undrawn(EARLY, "D13a"), "decision", "E", "第二十条"),
	"refusal not written": (undrawn(EARLY, "D13b"), "decision", "EN", "第二十条"),
	"non-acceptance not written": (undrawn(EARLY, "D12b"), "decision", "EX", "第十九条"),
	"refused by another paper": (
		replace(
			undrawn(EARLY, "D13b"), documents=(*undrawn(EARLY, "D13b").documents, *drawing("N forward D12b"))
		),
		"decision",
		"EN",
		"第二十条",
	),
	"grant above": (level(EARLY, "G"), "bureau", "G", "第四条"),
	"grant by consent of the superior": (level(EARLY, "L"), "bureau", "L", "第四条"),
	"grant not served": (unserved(EARLY, "S"), "decision_service", "G/forward", "第二十条"),
	"refusal not served": (unserved(EARLY, "SN"), "decision_service", "N/forward", "第二十条"),
	"removal: no reasons": (without_reasons(EARLY, "L/refuse"), "reasons", "L/refuse", "第二十条"),
	"removal: refused as a matter of course": (
		edit(EARLY, "transitions", on("L/refuse"), verb=Verb.FORWARD, reason_required=False),
		"reasons",
		"EN",
		"第二十条",
	),
	**{
		f"removal: no {code}": (unlimited(EARLY, code), "limit", code, article)
		for code, article in (
			("T07", "第十四条"),
			("T08", "第十四条"),
			("T10", "第十九条"),
			("T12", "第二十条"),
			("T14", "第六十一条"),
		)
	},
	"credit channel as slow as the own": (
		drop(EARLY, "limits", lambda r: (r.limit, r.channel) == ("T12", "Credit China")),
		"credit_channel",
		"T12",
		"实施方案",
	),
	"system not updated": (plain(EARLY, "U"), "system_update", "G/forward", "第十四条"),
	"publication goes on": (plain(EARLY, "P"), "stop_publication", "G/forward", "第十四条"),
	"measures go on": (plain(EARLY, "M"), "lift_measures", "G/forward", "第十四条"),
	"no report": (plain(EARLY, "R"), "upward_report", "G/forward", "第二十条第二款"),
	"report passed by for cities": (
		edit(EARLY, "conditions", at("high"), value="Province,City"),
		"upward_report",
		"G/forward",
		"第二十条第二款",
	),
	"report passed by on another fact": (
		edit(EARLY, "conditions", at("high"), field="ban", operator="is", value="1"),
		"upward_report",
		"G/forward",
		"第二十条第二款",
	),
	"report passed by by choice": (also(EARLY, "Q > E"), "upward_report", "G/forward", "第二十条第二款"),
	"granted and dropped": (also(EARLY, "Q > EW", Verb.CLOSE), "dropped", "Q/aside", "第二十条"),
	# expiry
	"expired without paper": (undrawn(EXPIRY, "D09"), "decision", "E", "第十三条"),
	"expires by itself": (
		also(edit(EXPIRY, "steps", at("A"), nature=Nature.WAIT), "A > N", Verb.EXPIRE, "lapse"),
		"lapse",
		"A/lapse",
		"第十三条",
	),
	"closed without reasons": (without_reasons(EXPIRY, "A/close"), "lapse", "A/close", "第十三条"),
	"expiry above": (level(EXPIRY, "D"), "bureau", "D", "第十三条"),
	**{
		f"expiry: no {code}": (unlimited(EXPIRY, code), "limit", code, article)
		for code, article in (("T07", "第十四条"), ("T08", "第十四条"), ("T19", "第十三条"))
	},
	"expiry: system not updated": (plain(EXPIRY, "U"), "system_update", "D/forward", "第十四条"),
	"expiry: publication goes on": (plain(EXPIRY, "P"), "stop_publication", "D/forward", "第十四条"),
	"expiry: measures go on": (plain(EXPIRY, "M"), "lift_measures", "D/forward", "第十四条"),
	# revocation of listing
	"revoked without paper": (undrawn(REVOKING, "D17"), "decision", "E", "第十五条"),
	"revoked above": (level(REVOKING, "D"), "bureau", "D", "第十五条"),
	"revocation not served": (unserved(REVOKING, "S"), "decision_service", "D/forward", "第十条第二款"),
	"no T09": (unlimited(REVOKING, "T09"), "limit", "T09", "第十五条"),
	"revoked: system": (plain(REVOKING, "U"), "system_update", "D/forward", "第十五条"),
	"revoked: publication": (plain(REVOKING, "P"), "stop_publication", "D/forward", "第十五条"),
	"revoked: measures": (plain(REVOKING, "M"), "lift_measures", "D/forward", "第十五条"),
	"publication stops after the service": (
		edit(
			leading(leading(REVOKING, "D/forward", *"SUM"), "S/forward", "P"),
			"steps",
			at("E"),
			waits_for=tuple("PUM"),
		),
		"at_once",
		"P",
		"第十五条",
	),
	# restoration
	"restored without notice": (undrawn(RESTORING, "D15n"), "notice", "D/forward", "第二十一条"),
	"restored: notice not served": (unserved(RESTORING, "S"), "service", "D/forward", "第二十一条"),
	"restored: served before drawn": (early_service(RESTORING), "service", "D/forward", "第二十一条"),
	"restored: no window": (also(RESTORING, "S > L"), "defence", "D/forward", "第四十五条"),
	"restored: window before the service": (early_window(RESTORING), "defence", "D/forward", "第四十五条"),
	"restored without paper": (undrawn(RESTORING, "D15"), "decision", "E", "第二十一条"),
	"restored above": (level(RESTORING, "L"), "bureau", "L", "第二十一条"),
	"restoration not served": (unserved(RESTORING, "SD"), "decision_service", "D/forward", "第二十一条"),
	"not entered again": (plain(RESTORING, "Y"), "system_entry", "D/forward", "第二十一条"),
	"not published again": (plain(RESTORING, "P"), "publication", "D/forward", "第二十一条"),
	"restored: no T05": (unlimited(RESTORING, "T05"), "limit", "T05", "第十三条"),
	# objection
	"objection not marked": (plain(ANSWERING, "A"), "mark", "U/forward", "第十条第二款"),
	"objection upheld without answer": (
		drop(ANSWERING, "documents", lambda d: d.step == "U"),
		"decision",
		"E",
		"第十条第二款",
	),
	"answer not served": (unserved(ANSWERING, "SR"), "decision_service", "R/forward", "第十条第二款"),
	"objection: no T18": (unlimited(ANSWERING, "T18"), "limit", "T18", "指导意见"),
	"objection rejected without reasons": (
		without_reasons(ANSWERING, "L/refuse"),
		"reasons",
		"L/refuse",
		"第四十五条",
	),
}
# A missing mark shows at every action that answers.
TWICE = {"objection not marked", "no acceptance", "acceptance not told"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_procedure_of_each_kind_is_accepted(kind):
	assert [render(f) for f in check(GOOD[kind], WORLD)] == []


@pytest.mark.parametrize("name", FIXTURES)
def test_what_the_app_ships_keeps_inside(name):
	assert [render(f) for f in errors(check(shipped(name), WORLD))] == []


@pytest.mark.parametrize("name", BROKEN)
def test_one_breach_one_refusal_with_its_article(name):
	proc, code, row, article = BROKEN[name]
	findings = errors(check(proc, WORLD))
	assert set(codes(findings)) == {f"envelope.{code}"}
	assert len(findings) == (2 if name in TWICE else 1)
	assert row in [f.row for f in findings]
	assert all(article in f.article and article in render(f) for f in findings)


def test_every_invariant_is_broken_once():
	tested = {(proc.kind, code) for proc, code, _row, _article in BROKEN.values()}
	enforced = {(kind, x.check) for x in SHIPPED.invariants if x.enforced_from for kind in x.kinds}
	same_function_elsewhere = {"dropped", "silence", "reasons"}
	assert {(k, c) for k, c in enforced - tested if c not in same_function_elsewhere} == set()


@pytest.mark.parametrize(
	("name", "words"),
	[("restored: served before drawn", "before"), ("restored: window before the service", "before")],
)
def test_the_order_is_named(name, words):
	(finding,) = check(BROKEN[name][0], WORLD)
	assert words in finding.message


def test_publication_in_25_working_days_is_refused():
	(finding,) = check(edit(STANDARD, "limits", lambda r: r.limit == "T04", n=25), WORLD)
	assert (finding.code, finding.row, finding.severity) == ("limit.maximum", "T04", "error")
	assert finding.article == f"{ORDER}第十一条"


# what the law leaves open is only said


def test_what_is_not_settled_warns():
	steps = drop(STANDARD, "steps", at("C88"))
	steps = leading(drop(steps, "transitions", lambda t: t.step == "C88"), "C87/published", "C90")
	alone = edit(steps, "steps", at("C90"), waits_for=("C85", "C86", "C87", "C89"))
	cases = {
		"two_persons": (alone, "C87"),
		"measures": (plain(STANDARD, "C89"), "C80/issue"),
		"legal_review": (plain(STANDARD, "C50"), "C80/issue"),
	}
	for code, (proc, row) in cases.items():
		(finding,) = check(proc, WORLD)
		assert (finding.code, finding.severity, finding.row) == (f"envelope.{code}", "warning", row)
		assert finding.article


def test_two_steps_of_one_post_are_two_persons_only_if_kept_apart():
	same = edit(STANDARD, "steps", at("C88"), post="publisher", separate_from=())
	assert codes(check(same, WORLD)) == ["envelope.two_persons"]
	assert codes(check(edit(same, "steps", at("C88"), separate_from=("C87",)), WORLD)) == []


# sensible procedures that differ


def test_the_report_may_be_passed_by_where_the_law_asks_for_none():
	only = edit(EARLY, "conditions", at("high"), operator="not in", value="City,County")
	assert check(only, WORLD) == []
	default = drop(EARLY, "transitions", lambda t: t.step == "Q")
	default = replace(
		default,
		transitions=(
			*default.transitions,
			go("Q > R", priority=1, condition="low"),
			go("Q > E", priority=2),
		),
		conditions=(ConditionRow("low", 1, "bureau_level", "in", "City,County"),),
	)
	assert check(default, WORLD) == []
	split = replace(
		default,
		conditions=(
			ConditionRow("low", 1, "bureau_level", "is", "City"),
			ConditionRow("low", 2, "bureau_level", "is", "County"),
		),
	)
	assert check(split, WORLD) == []
	narrower = replace(
		default,
		conditions=(*default.conditions, ConditionRow("low", 1, "ban", "is", "1")),
	)
	assert codes(check(narrower, WORLD)) == ["envelope.upward_report"]


def test_a_division_of_the_bureau_may_decide_and_a_superior_may_be_heard():
	assert check(level(STANDARD, "C80", "Initiating Division"), WORLD) == []
	heard = level(EARLY, "V")
	assert check(heard, WORLD) == []


def test_an_objection_may_be_rejected_by_its_form():
	"""Where the form gives the result, the form asks for the reasons."""
	proc = procedure(
		[
			do("A", "objection_mark", limit="T18"),
			step("D", "b", nature=Nature.ISSUE),
			serving("S"),
			end("E", outcome="Objection Upheld"),
			end("N", outcome="Objection Rejected"),
		],
		[
			go("A > D"),
			go("D > S"),
			go("S > E", priority=1, condition="founded"),
			go("S > N", priority=2),
		],
		[ConditionRow("founded", 1, "objection_result", "in", "Well Founded")],
		"Objection",
		limits=limits(T18=0),
		documents=drawing("D forward D20"),
	)
	assert errors(check(proc, WORLD)) == []
	by_ban = replace(proc, conditions=(ConditionRow("founded", 1, "ban", "is", "1"),))
	assert codes(check(by_ban, WORLD)) == ["envelope.reasons"]


def test_steps_one_after_another_are_as_good_as_side_by_side():
	chain = procedure(
		[
			step("A", limit="T09"),
			step("D", "b", nature=Nature.ISSUE),
			do("P", "stop_publication"),
			do("M", "lift_measures"),
			do("U", "system_update"),
			serving("S"),
			end("E", outcome="Revoked"),
		],
		[go("A > D"), go("D > P"), go("P > M"), go("M > U"), go("U > S"), go("S > E")],
		kind="Revocation of Listing",
		limits=limits(T09=0),
		documents=drawing("D forward D17"),
	)
	assert check(chain, WORLD) == []


# the fixed terms, in every kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("code", "n", "unit"), [("T05", 2, "Year"), ("T06", 6, "Month"), ("T05", 0, "Year")])
def test_the_fixed_terms_stand_in_every_kind(kind, code, n, unit):
	good = GOOD[kind]
	rest = tuple(r for r in good.limits if r.limit != code)
	(finding,) = check(replace(good, limits=(*rest, LimitRule(code, n, unit))), WORLD)
	assert (finding.code, finding.row) == ("limit.fixed", code) and "第十三条" in finding.article


@pytest.mark.parametrize(
	("row", "code"),
	[
		(LimitRule("T12", 11, "Working Day", channel="Credit China"), "limit.maximum"),
		(LimitRule("T12", 10, "Working Day", channel="Credit China", extend_n=10), "limit.extension_post"),
		(
			LimitRule("T12", 10, "Working Day", channel="Credit China", extend_n=11, extend_post="b"),
			"limit.extension",
		),
		(LimitRule("T12", 0, "Working Day", channel="Credit China"), "limit.zero"),
	],
)
def test_a_row_of_a_channel_keeps_the_bounds_of_the_channel(row, code):
	rest = tuple(r for r in EARLY.limits if (r.limit, r.channel) != (row.limit, row.channel))
	(finding,) = check(replace(EARLY, limits=(*rest, row)), WORLD)
	assert (finding.code, finding.row) == (code, "T12") and "实施方案" in finding.article


def test_the_own_channel_is_not_extended_beyond_the_order():
	own = edit(
		EARLY, "limits", lambda r: (r.limit, r.channel) == ("T12", ""), n=15, extend_n=6, extend_post="b"
	)
	(finding,) = check(own, WORLD)
	assert finding.code == "limit.extension" and "第二十条" in finding.article
	within = edit(own, "limits", lambda r: r.extend_n == 6, extend_n=5)
	assert check(within, WORLD) == []
	on_the_spot = edit(EARLY, "limits", lambda r: r.limit == "T10", n=0)
	assert check(on_the_spot, WORLD) == []


# the law as data


def with_row(code: str, **values: Any) -> Statute:
	rows = tuple(replace(x, **values) if x.code == code else x for x in SHIPPED.invariants)
	assert rows != SHIPPED.invariants
	return replace(SHIPPED, invariants=rows)


def test_data_say_from_when_an_invariant_refuses():
	proc = BROKEN["restored without notice"][0]
	soft = with_row("INV-notice.restoration", enforced_from=None)
	(finding,) = check(proc, replace(WORLD, statute=soft))
	assert (finding.code, finding.severity) == ("envelope.notice", "warning")
	from_2027 = with_row("INV-notice.restoration", enforced_from=date(2027, 1, 1))
	assert warnings(check(proc, replace(WORLD, statute=from_2027, on=date(2026, 12, 31))))
	assert errors(check(proc, replace(WORLD, statute=from_2027, on=date(2027, 1, 1))))


def test_data_say_until_when_an_invariant_holds_and_what_it_cites():
	proc = BROKEN["no report"][0]
	ended = with_row("INV-upward_report", valid_to=date(2026, 6, 30))
	assert errors(check(proc, replace(WORLD, statute=ended, on=date(2026, 6, 30))))
	assert check(proc, replace(WORLD, statute=ended, on=date(2026, 7, 1))) == []
	cited = with_row("INV-upward_report", article="《新办法》第五条")
	(finding,) = check(proc, replace(WORLD, statute=cited))
	assert finding.article == "《新办法》第五条"
	counties = with_row("INV-upward_report", levels=("County",))
	cities = BROKEN["report passed by for cities"][0]
	assert check(cities, replace(WORLD, statute=counties)) == []


def test_a_new_bound_is_data():
	faster = tuple(
		replace(x, n=15, maximum=15) if (x.code, x.channel) == ("T04", "own") else x for x in SHIPPED.limits
	)
	(finding,) = check(STANDARD, replace(WORLD, statute=replace(SHIPPED, limits=faster)))
	assert (finding.code, finding.row) == ("limit.maximum", "T04")


def test_each_row_of_the_law_names_a_check_and_each_check_is_used():
	assert {x.check for x in SHIPPED.invariants} == set(CHECKS)
	assert statute.faults(SHIPPED, CHECKS) == []


# the ways


@pytest.mark.parametrize(
	("rows", "facts", "verdict"),
	[
		([("bureau_level", "is", "City")], {"bureau_level": "City"}, True),
		([("bureau_level", "is not", "City")], {"bureau_level": "City"}, False),
		([("bureau_level", "not in", "Province,Ministry")], {"bureau_level": "City"}, True),
		([("bureau_level", "set", "")], {"bureau_level": "City"}, True),
		([("bureau_level", "not set", "")], {"bureau_level": "City"}, False),
		([("ban", "is", "1")], {"bureau_level": "City"}, None),
		([("ban", "is", "1"), ("bureau_level", "is", "County")], {"bureau_level": "City"}, False),
		([("ban", "is", "1"), ("bureau_level", "is", "City")], {"bureau_level": "City"}, None),
	],
)
def test_what_a_level_decides(rows, facts, verdict):
	assert possible(tuple(ConditionRow("c", 1, *row) for row in rows), facts) is verdict


def test_a_walk_ends_and_gives_every_move():
	ways = Ways(EARLY)
	moves = [move for _state, move, _after in ways.walk(0, lambda state, t: state)]
	assert len(moves) == sum(map(len, ways.moves))
	assert {m.end for m in moves if m.end} == {"E", "EN", "EX", "EW"}


def test_what_a_case_may_go_without():
	def perhaps(procedure, *is_open, done=()):
		return set(dispensable(procedure, is_open, done))

	# defence, hearing and discussion by the facts; all else lies on the way to the list
	assert perhaps(STANDARD, "C00") == {"C45", "C47", "C60"}
	assert perhaps(STANDARD, "C60") >= {"C45", "C47"} and "C70" not in perhaps(STANDARD, "C60")
	# side by side none of four can be left out, nor the review behind one of them
	assert not perhaps(STANDARD, "C70") & {"C80", "C85", "C86", "C87", "C88", "C89"}
	assert "C88" not in perhaps(STANDARD, "C87", "C85", done=("C86", "C89"))


def test_the_audit_log_is_no_setting():
	"""No column of a procedure could switch the record of events off."""
	rows = (
		model.Step,
		model.Transition,
		model.ConditionRow,
		model.LimitRule,
		model.MaterialRule,
		model.DocumentRule,
		model.FieldRule,
		model.Procedure,
	)
	names = {f.name for row in rows for f in fields(row)}
	assert not [n for n in names if any(word in n for word in ("audit", "event", "log", "silent", "record"))]


def test_a_world_holds_the_shipped_law_unless_told_otherwise():
	assert World(posts=(), document_kinds=()).statute is SHIPPED
