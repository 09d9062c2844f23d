"""Divisions, absence and delegation: who gets a task, who takes it for whom, and what becomes of a vote."""

from datetime import date, datetime, time, timedelta

import frappe
import pytest

from sclist_app.access.doctypes import FORMS
from sclist_app.access.posts import held, holders, holds
from sclist_app.access.today import as_of
from sclist_app.api import posts as api
from sclist_app.api import procedures
from sclist_app.api import run as run_api
from sclist_app.api import tasks as tasks_api
from sclist_app.api.boot import boot_session
from sclist_app.setup import demo
from sclist_app.setup.player import Player
from sclist_app.workflow import store
from tests.site.support import as_user, refused

DISTRICT = demo.DISTRICT
DAY = date(2024, 9, 2)


@pytest.fixture(autouse=True)
def people(demo_accounts):
	return demo_accounts


@pytest.fixture
def player() -> Player:
	"""A case of ground 7-4 in the district, not yet opened."""
	return Player(DISTRICT, DAY)


def begin(player: Player) -> Player:
	story = demo.Story(DISTRICT, "岗位测试", "甄小明", "7-4", demo.OTHER, "", 0)
	player.open_case(demo.case_values(player, story, 7100))
	return player


def away(
	player: Player,
	mailbox: str,
	deputy: str = "",
	kind: str = "Absence",
	days: int = 30,
	post: str = "",
	by: str = "",
) -> str:
	"""Enter an absence from the player's day on, by the person themselves."""
	with player.acting(by or demo.user_of(mailbox)):
		return api.register_absence(
			DISTRICT,
			kind,
			str(player.day),
			str(player.day + timedelta(days=days)),
			"休假",
			demo.user_of(deputy) if deputy else "",
			post,
			demo.user_of(mailbox) if by else "",
		)["name"]


def back(player: Player, mailbox: str, absence: str) -> None:
	with player.acting(demo.user_of(mailbox)):
		api.end_absence(absence)


def task(player: Player, step: str, assignee: str = ""):
	with player.acting("Administrator"):
		rows = [t for t in store.open_tasks(player.run) if t.step == step]
	return next(t for t in rows if not assignee or t.assignee == demo.user_of(assignee))


def press(player: Player, name: str, action: str, mailbox: str, opinion: str = "同意"):
	with player.acting(demo.user_of(mailbox)):
		seq = frappe.db.get_value("SC Run", player.run, "seq")
		return run_api.act(name, action, seq, opinion, frappe.generate_hash(length=12))


def desk_of(player: Player, mailbox: str) -> set[str]:
	with player.acting(demo.user_of(mailbox)):
		return {t["name"] for t in tasks_api.mine(200)["tasks"]}


def mine(player: Player, mailbox: str) -> list[str]:
	"""Steps of the open tasks that the panel offers to the person."""
	with player.acting(demo.user_of(mailbox)):
		return [t["step"] for t in run_api.view("SC Case", player.case)["tasks"] if t["mine"]]


def roles(mailbox: str) -> set[str]:
	return {row.role for row in frappe.get_doc("User", demo.user_of(mailbox)).roles}


# ------------------------------------------------------------------ divisions


def division(name: str, bureau: str = DISTRICT) -> str:
	doc = frappe.new_doc("SC Division")
	doc.update({"division_name": name, "bureau": bureau})
	return doc.insert().name


def put(mailbox: str, post: str, where: str) -> None:
	name = frappe.db.get_value(
		"SC Post Assignment", {"user": demo.user_of(mailbox), "bureau": DISTRICT, "post": post}
	)
	doc = frappe.get_doc("SC Post Assignment", name)
	doc.division = where
	doc.save()


def own_rules(change) -> None:
	"""Bind a version of its own to the district, changed by `change(doc)`."""
	with as_user(demo.user_of("rules")):
		code = f"posts-{frappe.generate_hash(length=6)}"
		draft = procedures.copy(store.bound_version(DISTRICT, "Listing"), code, "本区程序", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", draft)
		change(doc)
		doc.save()
		procedures.submit(draft)
	with as_user(demo.user_of("approver")):
		procedures.publish(draft, "2024-01-01")
		procedures.bind(draft, DISTRICT, "2024-01-01")


def by_division(*steps: str) -> None:
	"""These steps belong to the division that began."""

	def change(doc) -> None:
		for row in doc.steps:
			if row.code in steps:
				row.level = "Initiating Division"

	own_rules(change)


def two_suffice() -> None:
	"""The panel has a quorum of two."""

	def change(doc) -> None:
		next(row for row in doc.steps if row.code == "C60").quorum = 2

	own_rules(change)


@pytest.fixture
def divided():
	"""Two divisions, an officer in each; the head belongs to the first."""
	first, second = division("危险化学品监管处"), division("基础监管处")
	put("officer", "case_officer", first)
	put("officer2", "case_officer", second)
	by_division("C00", "C10", "C50")
	return first, second


def test_the_division_that_began_goes_on(player, divided):
	first, _second = divided
	put("head", "division_head", first)
	begin(player)
	assert frappe.db.get_value("SC Run", player.run, "division") == first
	opened = task(player, "C00")
	assert opened.division == first
	assert opened.name in desk_of(player, "officer") and opened.name not in desk_of(player, "officer2")
	assert mine(player, "officer") == ["C00"] and mine(player, "officer2") == []
	with refused(frappe.PermissionError):
		press(player, opened.name, "submit", "officer2")
	with player.acting(demo.user_of("officer2")):
		assert not frappe.has_permission("SC Case", "write", doc=frappe.get_doc("SC Case", player.case))
	press(player, opened.name, "submit", "officer")
	assert mine(player, "head") == ["C10"]


def test_other_division_cannot_be_handed_the_task(player, divided):
	begin(player)
	with player.acting(demo.user_of("officer")), refused(frappe.ValidationError):
		run_api.transfer(task(player, "C00").name, demo.user_of("officer2"), "出差")


def test_holders_without_division_serve_a_division_that_has_none(player, divided):
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer"))
	assert mine(player, "head") == ["C10"], "the head belongs to no division"


def test_a_division_without_the_post_is_refused_clearly(player, divided):
	_first, second = divided
	put("head", "division_head", second)
	begin(player)
	with refused(frappe.ValidationError, match=r"没有人|Nobody|无人"):
		player.act("C00", "submit", user=demo.user_of("officer"))
	assert player.state == "C00"


def test_without_divisions_the_level_is_the_bureau(player):
	by_division("C00", "C10")
	begin(player)
	assert not frappe.db.get_value("SC Run", player.run, "division")
	assert mine(player, "officer") == ["C00"] and mine(player, "officer2") == ["C00"]


def test_division_of_another_bureau_is_refused():
	other = division("别处", demo.CITY)
	with refused(frappe.ValidationError):
		put("officer", "case_officer", other)
	with refused(frappe.ValidationError):
		division("别处", demo.CITY)


# ---------------------------------------------------------- absence, delegation


def test_a_deputy_acts_for_the_absent_head(player):
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer2"))
	waiting = task(player, "C10").name
	assert waiting not in desk_of(player, "officer")
	absence = away(player, "head", "officer")
	assert waiting in desk_of(player, "officer") and waiting not in desk_of(player, "head")
	assert "SC Division Head" in roles("officer")
	with refused(frappe.PermissionError):
		press(player, waiting, "agree", "head")
	press(player, waiting, "agree", "officer")
	done = frappe.db.get_value("SC Task", waiting, ["done_by", "acting_for", "status"], as_dict=True)
	assert (done.done_by, done.acting_for) == (demo.user_of("officer"), demo.user_of("head"))
	event = frappe.get_all(
		"SC Event",
		filters={"run": player.run, "event": "acted"},
		fields=["actor", "acting_for"],
		order_by="seq desc",
		limit=1,
	)[0]
	assert (event.actor, event.acting_for) == (done.done_by, done.acting_for)
	back(player, "head", absence)
	assert "SC Division Head" not in roles("officer")


def test_an_open_task_returns_when_the_absence_ends(player):
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer2"))
	waiting = task(player, "C10").name
	away(player, "head", "officer", days=5)
	assert waiting in desk_of(player, "officer")
	player.day += timedelta(days=6)
	assert waiting not in desk_of(player, "officer") and waiting in desk_of(player, "head")
	with refused(frappe.PermissionError):
		press(player, waiting, "agree", "officer")


def test_without_a_deputy_the_task_waits(player):
	away(player, "head")
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer"))
	assert player.state == "C10" and mine(player, "head") == []


def test_absence_falls_to_the_standing_deputy(player):
	name = frappe.db.get_value(
		"SC Post Assignment",
		{"user": demo.user_of("head"), "bureau": DISTRICT, "post": "division_head"},
	)
	doc = frappe.get_doc("SC Post Assignment", name)
	doc.deputy = demo.user_of("officer2")
	doc.save()
	with player.acting("Administrator"):
		assert holders("division_head", DISTRICT) == [demo.user_of("head")]
	away(player, "head")
	assert "SC Division Head" in roles("officer2")
	with player.acting("Administrator"):
		assert holders("division_head", DISTRICT) == [demo.user_of("officer2")]
	# the deputy named goes before the standing one, unless they are away themselves
	away(player, "officer2", days=3)
	with player.acting("Administrator"):
		assert holders("division_head", DISTRICT) == [demo.user_of("head")], "nobody is there, so it waits"


def test_delegation_leaves_both_in_the_post(player):
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer2"))
	away(player, "head", "officer", "Delegation")
	assert mine(player, "head") == ["C10"] and mine(player, "officer") == ["C10"]


def test_a_delegation_of_one_post_leaves_the_others(player):
	away(player, "deputy", "deputy2", post="panel_member")
	with player.acting(demo.user_of("deputy")):
		assert holds("deputy_leader", DISTRICT) and not holds("panel_member", DISTRICT)


def test_a_step_in_person_knows_no_deputy(player):
	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer2"))
	waiting = task(player, "C10").name
	frappe.db.set_value("SC Task", waiting, "in_person", 1)
	away(player, "head", "officer")
	assert waiting not in desk_of(player, "officer") and mine(player, "officer") == []
	with refused(frappe.PermissionError):
		press(player, waiting, "agree", "officer")


def test_separation_asks_who_acts(player):
	"""Who registered the case may not review it, in nobody's name; somebody else may, for the same absent person."""
	begin(player)
	player.play("C50")
	waiting = task(player, "C50").name
	registered = frappe.db.get_value(
		"SC Task", {"run": player.run, "step": "C00", "status": "Done"}, "done_by"
	)
	own = next(m for m in ("officer", "officer2") if demo.user_of(m) == registered)
	absence = away(player, "legal", own)
	assert mine(player, own) == []
	with refused(frappe.ValidationError):
		press(player, waiting, "pass", own)
	back(player, "legal", absence)
	away(player, "legal", "papers")
	press(player, waiting, "pass", "papers")
	assert frappe.db.get_value("SC Task", waiting, "acting_for") == demo.user_of("legal")
	assert player.state == "C60"


def test_a_panel_below_its_quorum_is_refused(player):
	begin(player)
	away(player, "deputy")
	with refused(frappe.ValidationError, match="集体讨论"):
		player.play("C60")


@pytest.mark.parametrize("deputy", ["head", "rules", "supervisor", "approver"])
def test_who_may_not_deputise(player, deputy):
	with refused(frappe.ValidationError):
		away(player, "head", deputy)


def test_only_a_leader_stands_in_for_the_head_of_the_bureau(player):
	with refused(frappe.ValidationError):
		away(player, "leader", "officer", post="principal_leader")
	away(player, "leader", "deputy", post="principal_leader")
	with player.acting(demo.user_of("deputy")):
		assert holds("principal_leader", DISTRICT).acting_for == demo.user_of("leader")


def test_posts_that_write_rules_are_not_handed_on(player):
	with refused(frappe.ValidationError):
		away(player, "rules", "officer")
	with refused(frappe.ValidationError):
		away(player, "supervisor")


def test_a_deputy_who_becomes_rule_admin_deputises_no_more(player):
	away(player, "head", "officer2")
	for name in frappe.get_all(
		"SC Post Assignment", filters={"user": demo.user_of("officer2"), "bureau": DISTRICT}, pluck="name"
	)[1:]:
		frappe.db.set_value("SC Post Assignment", name, "enabled", 0)
	row = frappe.new_doc("SC Post Assignment")
	row.update(
		{
			"user": demo.user_of("officer2"),
			"bureau": demo.CITY,
			"post": "rule_admin",
			"from_date": "2023-10-01",
		}
	)
	row.insert()
	with player.acting("Administrator"):
		assert holders("division_head", DISTRICT) == [demo.user_of("head")]


def test_nobody_enters_the_absence_of_another(player):
	with player.acting(demo.user_of("officer")), refused(frappe.PermissionError):
		api.register_absence(
			DISTRICT, "Absence", "2024-09-02", "2024-09-05", "休假", "", "", demo.user_of("head")
		)
	with player.acting(demo.user_of("officer", demo.CITY)), refused(frappe.PermissionError):
		api.register_absence(DISTRICT, "Absence", "2024-09-02", "2024-09-05", "休假")
	absence = away(player, "head", "officer", by="Administrator")
	with player.acting(demo.user_of("officer")), refused(frappe.PermissionError):
		api.end_absence(absence)
	with player.acting(demo.user_of("head")):
		doc = frappe.get_doc("SC Absence", absence)
		doc.deputy = demo.user_of("officer2")
		with refused(frappe.PermissionError):
			doc.save()
		with refused(frappe.PermissionError):
			doc.delete()


@pytest.mark.parametrize(
	("changes", "words"),
	[
		({"to_date": "2024-09-01"}, ""),
		({"from_date": "2024-08-01", "to_date": "2024-08-20"}, ""),
		({"reason": " "}, ""),
		({"kind": "Holiday"}, ""),
		({"post": "principal_leader"}, ""),
	],
)
def test_faulty_periods_are_refused(player, changes, words):
	values = {
		"bureau": DISTRICT,
		"kind": "Absence",
		"from_date": "2024-09-02",
		"to_date": "2024-09-05",
		"reason": "休假",
		"deputy": demo.user_of("officer"),
		**changes,
	}
	with player.acting(demo.user_of("head")), refused(frappe.ValidationError, match=words):
		api.register_absence(**values)


def test_two_at_once_are_refused(player):
	away(player, "head", "officer")
	with refused(frappe.ValidationError):
		away(player, "head", "officer2")


def test_the_list_of_deputies_holds_only_who_may(player):
	with player.acting(demo.user_of("leader")):
		found = {row["user"]: row["posts"] for row in api.deputies(DISTRICT)}
	assert demo.user_of("deputy") in found and demo.user_of("leader") not in found
	assert not {demo.user_of(m) for m in ("rules", "supervisor")} & set(found)
	assert "主要负责人" in found[demo.user_of("deputy")]
	assert "主要负责人" not in found.get(demo.user_of("officer"), "")


# ------------------------------------------------------------------------ votes


def voters(player: Player) -> list[str]:
	with player.acting("Administrator"):
		return sorted(t.assignee for t in store.open_tasks(player.run) if t.step == "C60")


def test_one_person_has_one_vote(player):
	"""A voter who deputises for another voter has one voice; the absent one's falls away."""
	two_suffice()
	begin(player)
	away(player, "deputy", "deputy2")
	player.play("C60")
	assert voters(player) == sorted(demo.user_of(m) for m in ("deputy2", "leader"))
	press(player, task(player, "C60", "deputy2").name, "agree", "deputy2")
	press(player, task(player, "C60", "leader").name, "agree", "leader")
	assert player.state == "C70"


def test_a_deputy_votes_for_an_absent_member_and_the_seat_returns(player):
	begin(player)
	absence = away(player, "deputy", "legal", post="panel_member")
	player.play("C60")
	assert voters(player) == sorted(demo.user_of(m) for m in ("legal", "deputy2", "leader"))
	own = task(player, "C60", "legal").name
	assert frappe.db.get_value("SC Task", own, "assignee") == demo.user_of("deputy"), (
		"the seat is the member's"
	)
	back(player, "deputy", absence)
	assert task(player, "C60", "deputy").name == own
	with refused(frappe.PermissionError):
		press(player, own, "agree", "legal")
	away(player, "deputy", "credit", post="panel_member")
	press(player, own, "agree", "credit")
	vote = frappe.get_all("SC Vote", filters={"task": own}, fields=["user", "vote"])[0]
	assert (vote.user, vote.vote) == (demo.user_of("credit"), "Agree")
	with refused(frappe.PermissionError, frappe.ValidationError):
		press(player, own, "agree", "deputy")
	for mailbox in ("deputy2", "leader"):
		press(player, task(player, "C60", mailbox).name, "agree", mailbox)
	assert player.state == "C70"


def leave_post(mailbox: str) -> None:
	for name in frappe.get_all(
		"SC Post Assignment", filters={"user": demo.user_of(mailbox), "bureau": DISTRICT}, pluck="name"
	):
		doc = frappe.get_doc("SC Post Assignment", name)
		doc.enabled = 0
		doc.save()


def test_a_successor_takes_the_seat_of_who_left(player):
	begin(player)
	player.play("C60")
	seat = task(player, "C60", "deputy").name
	leave_post("deputy")
	row = frappe.new_doc("SC Post Assignment")
	row.update(
		{"user": demo.user_of("head"), "bureau": DISTRICT, "post": "panel_member", "from_date": "2024-01-01"}
	)
	row.insert()
	with refused(frappe.PermissionError, frappe.ValidationError):
		press(player, seat, "agree", "leader")
	press(player, seat, "agree", "head")
	for mailbox in ("deputy2", "leader"):
		press(player, task(player, "C60", mailbox).name, "agree", mailbox)
	assert player.state == "C70"


def test_a_vacant_seat_is_left_out_and_the_count_goes_on(player):
	own_rules(lambda doc: next(row for row in doc.steps if row.code == "C60").update({"mode": "All"}))
	begin(player)
	player.play("C60")
	seat, taken = task(player, "C60", "deputy").name, task(player, "C60", "leader").name
	with player.acting(demo.user_of("leader")), refused(frappe.ValidationError):
		api.vacate(seat, "还在岗")  # the holder can act
	press(player, taken, "agree", "leader")
	press(player, task(player, "C60", "deputy2").name, "agree", "deputy2")
	assert player.state == "C60"
	leave_post("deputy")
	for mailbox in ("officer", "supervisor"):
		with player.acting(demo.user_of(mailbox)), refused(frappe.PermissionError):
			api.vacate(seat, "调离")
	with player.acting(demo.user_of("leader")):
		with refused(frappe.ValidationError):
			api.vacate(seat, " ")
		api.vacate(seat, "已调离本机关")
	assert player.state == "C70"
	event = frappe.get_all(
		"SC Event", filters={"run": player.run, "event": "seat_vacated"}, fields=["actor", "opinion", "data"]
	)[0]
	assert event.actor == demo.user_of("leader") and demo.user_of("deputy") in event.data


def test_a_vote_is_not_left_without_voices(player):
	two_suffice()
	begin(player)
	player.play("C60")
	seats = {m: task(player, "C60", m).name for m in ("deputy", "deputy2", "leader")}
	for mailbox in ("deputy", "deputy2", "leader"):
		leave_post(mailbox)
	with player.acting("Administrator"):
		api.vacate(seats["deputy"], "调离")
		with refused(frappe.ValidationError):
			api.vacate(seats["deputy2"], "调离")
			api.vacate(seats["leader"], "调离")


def test_chain_is_whole_after_all_that(player):
	from sclist_app.audit.events import verify

	begin(player)
	player.act("C00", "submit", user=demo.user_of("officer2"))
	away(player, "head", "officer")
	press(player, task(player, "C10").name, "agree", "officer")
	with as_of(datetime.combine(player.day, time(9))):
		assert verify("SC Case", player.case) == []


def test_own_holdings_go_before_deputised_ones(player):
	away(player, "officer", "officer2")
	with player.acting(demo.user_of("officer2")):
		assert holds("case_officer", DISTRICT).acting_for == ""
		assert any(h.acting_for == demo.user_of("officer") for h in held())


@pytest.mark.parametrize(
	("mailbox", "offered"),
	[
		("officer", set(FORMS)),
		("supervisor", set()),
		("rules", set()),
		("legal", {"SC Remedy"}),
		("papers", {"SC Address Confirmation"}),
	],
)
def test_the_desk_offers_new_documents_to_who_enters_them(mailbox, offered):
	with as_user(demo.user_of(mailbox)):
		bootinfo = frappe._dict(user={"can_create": [*FORMS, "SC Text Block"]})
		boot_session(bootinfo)
	assert set(bootinfo.user["can_create"]) == {*offered, "SC Text Block"}
