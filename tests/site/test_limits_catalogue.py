"""Every limit T01–T23 of the catalogue, started by a real act of a real procedure over a holiday.

The due dates are counted by hand on the official calendars of 2024 to 2026: in 2024 1–7 October are off, 29 September
(Sunday) and 12 October (Saturday) are worked; in 2025 28 January to 4 February and 1–8 October are off, 26 January,
8 February and 11 October are worked; in 2026 1–3 January, 15–23 February, 19–21 June and 1–7 October are off, 4 January
and 10 October are worked. Which event stops a limit is shown in test_limits.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import clocks as clocks_api
from sclist_app.api import hearing as hearing_api
from sclist_app.api import procedures as procedures_api
from sclist_app.api import repair as repair_api
from sclist_app.law.periods import PAUSABLE
from sclist_app.law.statute import SHIPPED
from sclist_app.register import hearing, records, removals
from sclist_app.setup.player import Player
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import store
from tests.site.limits import own_limits
from tests.site.matter import Matter
from tests.site.support import DISTRICT, Case, as_user, refused, user_of
from tests.site.test_hearing import request
from tests.site.test_limits import announce
from tests.site.test_local_rules import rule
from tests.site.test_removals import revoke_penalty
from tests.site.test_variations import adapted

DAY = date.fromisoformat
AUTUMN, YEAR_END, NATIONAL_DAY = DAY("2024-09-27"), DAY("2025-12-19"), DAY("2026-09-30")
BEFORE_HOLIDAYS, SPRING = DAY("2025-09-30"), DAY("2025-01-24")


@dataclass(frozen=True)
class Row:
	"""One limit: the scene whose act starts it, from which day, until when.

	pause: (stands still from, runs on from, due then) where the law lets it stand still alone. beyond: a length no bureau
	may set it to, and what the refusal cites; None where the law names no number.
	"""

	code: str
	scene: str
	start: date
	due: date
	beyond: tuple[int, str] | None
	pause: tuple[str, str, str] | None = None
	unit: str = "Working Day"
	kind: str = "Listing"
	channel: str = ""
	step: str = ""


def _row(code: str, scene: str, start: date, due: str, beyond, pause=None, **more) -> Row:
	return Row(code, scene, start, DAY(due), beyond, pause, **more)


REPAIR, REMOVAL = {"kind": "Early Removal"}, {"kind": "Expiry Removal"}
LIMITS = (
	_row("T01", "noticed", AUTUMN, "2024-10-10", (2, "第四十四条")),
	_row("T02", "noticed", AUTUMN, "2024-10-10", (6, "第六十四条")),
	_row("T03", "decided", AUTUMN, "2024-10-08", (4, "第十一条")),
	_row("T04", "decided", AUTUMN, "2024-10-30", (21, "第十一条")),
	_row("T05", "decided", AUTUMN, "2027-09-27", (4, "第十三条"), unit="Year"),
	# a Saturday: a term does not move
	_row("T06", "decided", AUTUMN, "2025-09-27", (6, "第十八条"), unit="Month"),
	_row("T14", "decided", AUTUMN, "2024-10-12", (8, "第六十一条"), ("2024-09-29", "2024-10-09", "2024-10-16")),
	_row("T07", "granted", NATIONAL_DAY, "2026-10-10", (4, "第十四条"), **REPAIR),
	_row("T08", "granted", NATIONAL_DAY, "2026-10-20", (11, "第十四条"), **REPAIR),
	_row(
		"T13", "granted", NATIONAL_DAY, "2026-10-10", None, ("2026-10-09", "2026-10-12", "2026-10-13"), **REPAIR
	),
	_row("T09", "fallen", SPRING, "2025-01-26", (2, "第十五条"), kind="Revocation of Listing"),
	_row(
		"T10", "received", BEFORE_HOLIDAYS, "2025-10-14", (6, "第十九条"),
		("2025-10-09", "2025-10-13", "2025-10-17"), **REPAIR,
	),
	_row(
		"T10", "forwarded", BEFORE_HOLIDAYS, "2025-10-11", (4, "信用修复"),
		("2025-10-09", "2025-10-13", "2025-10-15"), channel="Credit China", **REPAIR,
	),
	_row(
		"T11", "supplemented", BEFORE_HOLIDAYS, "2025-10-14", None,
		("2025-10-09", "2025-10-13", "2025-10-17"), **REPAIR,
	),
	_row(
		"T12", "accepted", BEFORE_HOLIDAYS, "2025-11-04", (21, "第二十条"),
		("2025-10-09", "2025-10-13", "2025-11-07"), **REPAIR,
	),
	_row(
		"T12", "accepted forwarded", BEFORE_HOLIDAYS, "2025-10-21", (11, "信用修复"),
		("2025-10-09", "2025-10-13", "2025-10-24"), channel="Credit China", **REPAIR,
	),
	# the day a document counts as served, a Saturday in the holiday
	_row("T15", "announced", DAY("2024-09-05"), "2024-10-05", (29, "第九十五条"), unit="Day"),
	_row("T16", "served", YEAR_END, "2026-02-24", (59, "第二十条"), unit="Day"),
	_row("T17", "served", YEAR_END, "2026-06-22", (7, "第四十六条"), unit="Month"),
	_row(
		"T18", "objected", SPRING, "2025-02-07", None, ("2025-01-26", "2025-02-06", "2025-02-11"), kind="Objection"
	),
	_row("T19", "expired", DAY("2026-10-07"), "2026-10-08", None, **REMOVAL),
	_row("T20", "opened", AUTUMN, "2024-10-12", (8, "第七十八条")),
	_row("T21", "opened", AUTUMN, "2024-10-23", None),
	_row(
		"T22", "examined", AUTUMN, "2024-10-10", None, ("2024-09-29", "2024-10-09", "2024-10-14"), step="C10"
	),
	_row(
		"T23", "visited", YEAR_END, "2026-06-22", None, ("2026-01-05", "2026-01-15", "2026-06-29"),
		unit="Month", **REPAIR,
	),
)  # fmt: skip
# counted backwards from the hearing, so it is no clock of a run
T02B = (6, "第六十四条")


# --- the scenes: what is done before, then the act; each gives back the player, on the day of the act

Scene = tuple[Player, Callable[[], object]]


def _case(day: date, until: str, ground: str = "7-4", **turns) -> Case:
	case = Case.opened(DISTRICT, day, ground)
	case.play(until, **turns)
	return case


def opened(world) -> Scene:
	own_limits(
		{"limit": "T20", "n": 7, "unit": "Working Day"}, {"limit": "T21", "n": 15, "unit": "Working Day"}
	)
	case = Case(DISTRICT, AUTUMN)
	return case, lambda: case.open_case(case.register("7-4"))


def examined(world) -> Scene:
	case = Case.opened(DISTRICT, AUTUMN, "7-4")
	return case, lambda: case.act("C00", "submit")


def noticed(world) -> Scene:
	own_limits({"limit": "T02", "n": 5, "unit": "Working Day"})
	case = _case(DAY("2024-09-02"), "C30")
	case.day = AUTUMN
	case.serve_all("C30")
	return case, lambda: case.act("C30", "served")


def announced(world) -> Scene:
	case = _case(DAY("2024-09-02"), "C30")
	case.day = DAY("2024-09-05")
	return case, lambda: announce(case, day=case.day)


def decided(world) -> Scene:
	own_limits({"limit": "T06", "n": 12, "unit": "Month"})
	case = _case(DAY("2024-09-02"), "C80", waive=True)
	case.day = AUTUMN
	return case, lambda: case.act("C80", "issue")


def served(world) -> Scene:
	own_limits({"limit": "T16", "n": 60, "unit": "Day"}, {"limit": "T17", "n": 6, "unit": "Month"})
	case = _case(DAY("2025-12-01"), "C80", waive=True)
	case.day = YEAR_END
	case.act("C80", "issue")
	case.serve_all("C85")
	return case, lambda: case.act("C85", "served")


def _unit(world) -> str:
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


def _application(world, **changes) -> RepairPlayer:
	return RepairPlayer(_unit(world), BEFORE_HOLIDAYS)


def received(world) -> Scene:
	repair = _application(world)
	return repair, repair.open


def forwarded(world) -> Scene:
	repair = _application(world)
	return repair, lambda: repair.open(channel="Credit China", external_number="XYZG2025093000012")


def accepted(world) -> Scene:
	repair = _application(world)
	repair.open()
	return repair, lambda: repair.act("R10", "accept")


def accepted_forwarded(world) -> Scene:
	repair, receive = forwarded(world)
	receive()
	return repair, lambda: repair.act("R10", "accept")


def supplemented(world) -> Scene:
	repair = _application(world)
	repair.open(papers=())
	with repair.acting(repair.in_step("R10")):
		repair_api.ask_supplement(repair.case, "罚款缴纳凭证")
	repair.act("R10", "supplement")
	repair.serve_all("R13")
	return repair, lambda: repair.act("R13", "served")


def granted(world, on: date = NATIONAL_DAY) -> Scene:
	repair = _application(world)
	repair.open()
	repair.play("R52")
	repair.day = on
	return repair, lambda: repair.act("R52", "issue")


def visited(world) -> Scene:
	"""The procedure has a step of follow-up behind the report; the local rule wants visits after three and six months,
	which prevail over the general length in the table."""

	def change(doc) -> None:
		doc.append(
			"steps",
			{
				"code": "R68",
				"title": "回访",
				"nature": "Do",
				"post": "case_officer",
				"tool": "follow_up",
				"limit": "T23",
			},
		)
		for row in doc.steps:
			if row.code == "R90":
				row.waits_for = row.waits_for.replace("R66", "R68")
		for row in doc.transitions:
			if (row.step, row.action) == ("R66", "reported"):
				row.target = "R68"
		route = {"step": "R68", "action": "visited", "label": "回访完成", "verb": "Forward", "target": "R90"}
		doc.append("transitions", route)
		doc.append("limits", {"limit": "T23", "n": 12, "unit": "Month", "warn_before": 7})

	adapted(change, "Early Removal")
	rule(follow_up_months="3,6")
	return granted(world, YEAR_END)


def fallen(world) -> Scene:
	matter = Matter(DISTRICT, SPRING)
	matter.record = _unit(world)

	def revoke() -> None:
		revoke_penalty(world, day=str(SPRING))
		matter.case = frappe.db.get_value("SC Removal", {"record": matter.record}, "name")

	return matter, revoke


def objected(world) -> Scene:
	matter = Matter(DISTRICT, SPRING)
	matter.doctype, matter.record = "SC Objection", _unit(world)
	values = {"item": "Wrong Content", "content": "公示的住所不一致。", "received_on": str(SPRING)}

	def object_to_it() -> None:
		matter.case = matter.new("SC Objection", {"record": matter.record, **values})

	return matter, object_to_it


def expired(world) -> Scene:
	matter = Matter(DISTRICT, DAY("2026-10-08"))
	matter.record = _unit(world)
	# listed on a Saturday that was worked, so the term ends in the holiday
	records.set_start(matter.record, DAY("2023-10-07"))

	def scan() -> None:
		with as_of("2026-10-08 01:00:00"):
			removals.open_expired()
		matter.case = frappe.db.get_value("SC Removal", {"record": matter.record}, "name")

	return matter, scan


SCENES = {
	f.__name__.replace("_", " "): f
	for f in (
		opened, examined, noticed, announced, decided, served, received, forwarded, accepted, accepted_forwarded,
		supplemented, granted, visited, fallen, objected, expired,
	)
}  # fmt: skip


# --- start, due date, pause


def _clocks(player: Player) -> dict[tuple[str, str], object]:
	"""(limit, step) → its clock, of the document the player plays."""
	if not player.case:
		return {}
	rows = frappe.get_all(
		"SC Clock",
		filters={"run": player.run, "status": ["!=", "Void"]},
		fields=["name", "limit", "step", "channel", "started_on", "due_on", "status"],
		order_by="creation asc",
	)
	return {(row.limit, row.step or ""): row for row in rows}


@pytest.fixture
def _no_commit(monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)


@pytest.mark.parametrize("scene", SCENES)
def test_a_real_act_starts_it_and_it_is_due_over_the_holiday(world, _no_commit, scene):
	rows = [row for row in LIMITS if row.scene == scene]
	player, act = SCENES[scene](world)
	before = _clocks(player)
	assert not {(row.code, row.step) for row in rows} & set(before)
	act()
	found = _clocks(player)
	for row in rows:
		clock = found[row.code, row.step]
		assert (clock.started_on, clock.due_on) == (row.start, row.due), row.code
		assert (clock.channel or "") == row.channel, row.code
		if clock.status == "Running":
			_stands_still(player, row, clock.name)
		else:
			assert row.code == "T21", "a case that is opened has been opened in time"


@contextmanager
def _on(player: Player, day: date):
	"""Somebody with an open task of the matter, on that day."""
	before, player.day = player.day, day
	with player.acting("Administrator"):
		user = player.actor(store.open_tasks(player.run)[0])
	try:
		with player.acting(user):
			yield
	finally:
		player.day = before


def _seen(player: Player) -> int:
	return frappe.db.get_value("SC Run", player.run, "seq") or 0


def _stands_still(player: Player, row: Row, clock: str) -> None:
	"""It stands still for a reason and is due later by what was lost; or the law knows no reason and refuses."""
	assert bool(row.pause) == (row.code in PAUSABLE), row.code
	if row.pause is None:
		with _on(player, player.day), refused(frappe.ValidationError, match="中止|停|法"):
			clocks_api.pause(clock, "Other Department", "等待其他部门答复。", _seen(player))
		return
	since, on, due = (DAY(day) for day in row.pause)
	frappe.db.savepoint("pause")
	with _on(player, since):
		clocks_api.pause(clock, "Other Department", "等待其他部门答复。", _seen(player))
	assert frappe.db.get_value("SC Clock", clock, "status") == "Paused"
	with _on(player, on):
		clocks_api.resume(clock, "已收到答复。", _seen(player))
	stand = frappe.db.get_value("SC Clock", clock, ["status", "due_on"], as_dict=True)
	assert (stand.status, stand.due_on) == ("Running", due), row.code
	frappe.db.rollback(save_point="pause")


def test_t02b_the_party_is_told_seven_working_days_before_the_hearing(people):
	"""Held on Monday 14 October 2024: told by Sunday 29 September, which is worked; the day after is too late."""
	rule(hearing_mode="Always")
	case = _case(DAY("2024-09-02"), "C40")
	case.day = case.doc.defence_closes_on
	request(case, "C40")
	case.act("C40", "answered")
	row = hearing.of_case(case.case)[-1].name

	def arrange() -> None:
		with case.acting(user_of("legal")):
			hearing_api.arrange(
				row,
				held_at="2024-10-14 09:30:00",
				place="303会议室",
				host=user_of("legal"),
				recorder=user_of("papers"),
			)

	case.day = DAY("2024-09-30")
	with refused(frappe.ValidationError, match="第六十四条"):
		arrange()
	case.day = DAY("2024-09-29")
	arrange()
	assert frappe.db.get_value("SC Hearing", row, "state") == "Notified"


def test_t10_stands_still_by_itself_while_papers_are_supplemented(world):
	"""Asked for on the day of receipt, supplied on 13 October: the five working days are counted from there."""
	repair, act = supplemented(world)
	act()
	assert _clocks(repair)["T10", ""].status == "Paused"
	repair.day = DAY("2025-10-13")
	with repair.acting(repair.in_step("R15")):
		for row in frappe.get_doc(repair.doctype, repair.case).supplements:
			repair_api.supply(repair.case, row.name, str(repair.day))
	repair.act("R15", "supplied")
	clock = _clocks(repair)["T10", ""]
	assert (clock.status, clock.due_on) == ("Running", DAY("2025-10-17"))


# --- bounds


def _set(row: Row, n: int) -> Callable[[object], None]:
	def change(doc) -> None:
		wanted = (row.code, row.step, row.channel)
		found = [r for r in doc.limits if (r.limit, r.step or "", r.channel or "") == wanted]
		if not found:
			values = {"limit": row.code, "unit": row.unit, "channel": row.channel, "step": row.step}
			found = [doc.append("limits", {**values, "warn_before": 1})]
		for r in found:
			r.n, r.extend_n, r.extend_post = n, 0, None

	return change


@pytest.mark.parametrize("row", [r for r in LIMITS if r.beyond], ids=lambda r: f"{r.code}{r.channel}")
def test_beyond_the_bound_it_is_refused_with_the_article(people, row):
	n, article = row.beyond
	with refused(frappe.ValidationError, match=article):
		adapted(_set(row, n), row.kind)


def test_t02b_beyond_the_bound_is_refused_with_the_article(people):
	n, article = T02B
	with refused(frappe.ValidationError, match=article):
		adapted(lambda doc: doc.append("limits", {"limit": "T02b", "n": n, "unit": "Working Day"}))


@pytest.mark.parametrize("row", [r for r in LIMITS if not r.beyond], ids=lambda r: r.code)
def test_where_the_law_names_no_number_the_bureau_sets_its_own(people, row):
	name = adapted(_set(row, 40), row.kind)
	assert frappe.db.get_value("SC Procedure Version", name, "status") == "Published"
	with as_user(user_of("rules")):
		assert procedures_api.check(name)["errors"] == []


# --- nothing left out


def test_every_limit_of_the_catalogue_has_its_row():
	catalogue = {f"T{n:02}" for n in range(1, 24)} | {"T02b"}
	assert {limit.code for limit in SHIPPED.limits} == catalogue
	assert {row.code for row in LIMITS} | {"T02b"} == catalogue
	assert {row.scene for row in LIMITS} == set(SCENES)
	forwarded_too = {limit.code for limit in SHIPPED.limits if limit.channel == "credit_china"}
	assert {row.code for row in LIMITS if row.channel} == forwarded_too
