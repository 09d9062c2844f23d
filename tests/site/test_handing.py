"""Acts beside the buttons: transfer, add a signer, withdraw, urge, copy, suspend and resume."""

from datetime import date, datetime, time

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import run as api
from sclist_app.setup import demo
from sclist_app.setup.player import Player
from sclist_app.workflow import store

DISTRICT = demo.DISTRICT
pytestmark = pytest.mark.usefixtures("words_sent")


@pytest.fixture(autouse=True)
def people(demo_accounts):
	return demo_accounts


@pytest.fixture
def player() -> Player:
	"""A case of ground 7-4 in the district, just registered."""
	player = Player(DISTRICT, date(2024, 9, 2))
	story = demo.Story(DISTRICT, "移交测试", "甄小明", "7-4", demo.OTHER, "", 0)
	player.open_case(demo.case_values(player, story, 7001))
	return player


def task(player: Player, step: str):
	return next(t for t in store.open_tasks(player.run) if t.step == step)


def last_event(player: Player) -> str:
	return frappe.get_all(
		"SC Event", filters={"run": player.run}, pluck="event", order_by="seq desc", limit=1
	)[0]


def as_user(player: Player, user: str):
	return player.acting(user)


def test_transfer_moves_the_task(player):
	first, second = demo.user_of("officer"), demo.user_of("officer2")
	with as_user(player, first):
		api.transfer(task(player, "C00").name, second, "出差")
	moved = task(player, "C00")
	assert moved.assignee == second and last_event(player) == "transferred"
	with as_user(player, first), pytest.raises(frappe.PermissionError):
		player_act(player, moved.name, "submit")
	player.act("C00", "submit", user=second)
	assert player.state == "C10"
	assert frappe.db.exists("Notification Log", {"for_user": second, "document_name": player.case})


def player_act(player: Player, name: str, action: str):
	return api.act(
		name, action, frappe.db.get_value("SC Run", player.run, "seq"), "", frappe.generate_hash(length=12)
	)


@pytest.mark.parametrize("to", ["head", "rules", "officer"])
def test_transfer_only_to_another_holder(player, to):
	with as_user(player, demo.user_of("officer")), pytest.raises(frappe.ValidationError):
		api.transfer(task(player, "C00").name, demo.user_of(to), "出差")


def test_transfer_needs_the_task_and_a_reason(player):
	for user in (demo.user_of("legal"), demo.user_of("officer", demo.CITY), demo.user_of("supervisor")):
		with as_user(player, user), pytest.raises(frappe.PermissionError):
			api.transfer(task(player, "C00").name, demo.user_of("officer2"), "出差")
	with as_user(player, demo.user_of("officer")), pytest.raises(frappe.ValidationError):
		api.transfer(task(player, "C00").name, demo.user_of("officer2"), " ")


def test_added_signer_counts_and_must_be_heard(player):
	player.play("C60")
	name = task(player, "C60").name
	first = frappe.db.get_value("SC Task", name, "assignee")
	added = demo.user_of("head")
	with as_user(player, first):
		api.add_signer(name, added, "涉及专业问题")
		with pytest.raises(frappe.ValidationError):
			api.add_signer(name, added, "再加一次")
		with pytest.raises(frappe.ValidationError):
			api.add_signer(name, demo.user_of("rules"), "规则配置员不参与决定")
	assert len([t for t in store.open_tasks(player.run) if t.step == "C60"]) == 4
	for user in (demo.user_of("deputy"), demo.user_of("deputy2")):
		_vote(player, user)
	assert player.state == "C60", "three of four are needed now"
	_vote(player, added)
	assert player.state == "C70"


def _vote(player: Player, user: str) -> None:
	own = next(t for t in store.open_tasks(player.run) if t.assignee == user)
	with as_user(player, user):
		api.act(
			own.name,
			"agree",
			frappe.db.get_value("SC Run", player.run, "seq"),
			"同意",
			frappe.generate_hash(length=12),
		)


def test_withdraw_until_handled(player):
	player.act("C00", "submit", user=demo.user_of("officer"))
	with as_user(player, demo.user_of("head")), pytest.raises(frappe.ValidationError):
		api.withdraw(player.run, "不是我提交的")
	with as_user(player, demo.user_of("officer")):
		api.withdraw(player.run, "补充证据")
	assert player.state == "C00" and last_event(player) == "withdrawn"
	player.act("C00", "submit", user=demo.user_of("officer"))
	player.act("C10", "agree", "同意", demo.user_of("head"))
	with as_user(player, demo.user_of("officer")), pytest.raises(frappe.ValidationError):
		api.withdraw(player.run, "太晚了")
	assert player.state == "C20"


def test_issued_documents_are_not_withdrawn(player):
	player.play("C30")
	with as_user(player, demo.user_of("papers")), pytest.raises(frappe.ValidationError):
		api.withdraw(player.run, "写错了")
	assert player.state == "C30"


def test_urge_reminds_and_waits(player):
	player.play("C10")
	with as_user(player, demo.user_of("officer")):
		assert api.urge(player.run)["people"] == 1
		with pytest.raises(frappe.ValidationError):
			api.urge(player.run)
	assert frappe.db.exists(
		"Notification Log", {"for_user": demo.user_of("head"), "document_name": player.case}
	)


def test_copy_goes_only_to_who_may_see(player):
	with as_user(player, demo.user_of("officer")):
		api.copy_to(player.run, demo.user_of("leader", demo.CITY), "请阅")
		with pytest.raises(frappe.ValidationError):
			api.copy_to(player.run, demo.user_of("officer", demo.COUNTY), "请阅")
	with as_user(player, demo.user_of("officer", demo.COUNTY)), pytest.raises(frappe.PermissionError):
		api.copy_to(player.run, demo.user_of("officer"), "请阅")


def test_suspended_case_and_its_clocks_stand_still(player):
	player.play("C40")
	clock = {"run": player.run, "limit": "T01"}
	due = frappe.db.get_value("SC Clock", clock, "due_on")
	officer = demo.user_of("officer")
	with as_user(player, officer):
		api.suspend(player.run, "等待鉴定意见")
	assert frappe.db.get_value("SC Clock", clock, "status") == "Paused"
	assert frappe.db.get_value("SC Case", player.case, "run_status") == "Suspended"
	with as_user(player, officer), pytest.raises(frappe.ValidationError):
		player_act(player, task(player, "C40").name, "answered")
	player.wait(10)
	assert player.expire("C40") is False
	with as_user(player, officer):
		api.resume(player.run, "鉴定意见已收到")
	later = frappe.db.get_value("SC Clock", clock, "due_on")
	assert later > due and frappe.db.get_value("SC Clock", clock, "status") == "Running"
	player.let_window_pass("C40")
	assert player.state == "C50"


def test_suspend_needs_a_task(player):
	for user in (
		demo.user_of("legal"),
		demo.user_of("officer", demo.COUNTY),
		demo.user_of("leader", demo.CITY),
	):
		with as_user(player, user), pytest.raises(frappe.PermissionError):
			api.suspend(player.run, "停")


def test_chain_is_whole_after_all_that(player):
	from sclist_app.audit.events import verify

	with as_of(datetime.combine(player.day, time(9))), as_user(player, demo.user_of("officer")):
		api.transfer(task(player, "C00").name, demo.user_of("officer2"), "出差")
	assert verify("SC Case", player.case) == []
