"""Effects: in the transaction they stand or fall with the act; after commit each runs once, visibly, again if it failed."""

from datetime import date
from types import SimpleNamespace

import frappe
import pytest

from sclist_app.api import effects as api
from sclist_app.api import procedures
from sclist_app.setup import demo
from sclist_app.setup.player import Player
from sclist_app.workflow import effects, store
from tests.site.support import CITY, as_user, refused, user_of

DISTRICT = demo.DISTRICT
# Functions are found in installed apps only, so those of the test are lent a place there.
HERE = "sclist_app.workflow.effects."
pytestmark = pytest.mark.usefixtures("words_sent")


@pytest.fixture(autouse=True)
def people(demo_accounts):
	return demo_accounts


# What another app would bring. They leave a trace in the database, so that what is rolled back is seen to be.
STATE = SimpleNamespace(fails=False)


def _trace(act, word: str) -> None:
	act.doc.add_comment("Comment", f"{word}:{act.step.code}:{act.transition.action}:{act.actor}")


@effects.effect("Leave a trace")
def inside(act) -> None:
	_trace(act, "inside")
	if STATE.fails:
		raise RuntimeError("secret of the machine")


def later(act) -> None:
	_trace(act, "later")
	if STATE.fails:
		raise RuntimeError("the other system does not answer")


def refusing(act) -> None:
	frappe.throw("对方系统拒绝接收。")


@pytest.fixture(autouse=True)
def registered(monkeypatch):
	"""The hooks of another app beside our own."""
	STATE.fails = False
	for function in (inside, later, refusing):
		monkeypatch.setattr(effects, function.__name__, function, raising=False)
	own = frappe.get_hooks

	def with_ours(hook=None, default="_KEEP_DEFAULT_LIST", *args, **kwargs):
		found = own(hook, default, *args, **kwargs)
		more = {
			"sclist_effects": {"inside": [HERE + "inside"], "refusing": [HERE + "refusing"]},
			"sclist_effects_after_commit": {"later": [HERE + "later"]},
		}.get(hook)
		return {**found, **more} if more else found

	monkeypatch.setattr(frappe, "get_hooks", with_ours)


def case_with(*names: str) -> Player:
	"""A case whose first button carries these effects, by a version made through the forms."""
	with as_user(user_of("rules")):
		draft = procedures.copy(
			"listing-standard-v1", f"effects-{frappe.generate_hash(length=6)}", "带效果的程序", DISTRICT
		)["name"]
		doc = frappe.get_doc("SC Procedure Version", draft)
		next(t for t in doc.transitions if (t.step, t.action) == ("C00", "submit")).effects = ", ".join(names)
		doc.save()
		procedures.submit(draft)
	with as_user(user_of("approver")):
		procedures.publish(draft, "2024-01-01")
		procedures.bind(draft, DISTRICT, "2024-01-01")
	player = Player(DISTRICT, date(2024, 9, 2))
	story = demo.Story(DISTRICT, "效果测试", "甄小明", "7-4", demo.OTHER, "", 0)
	player.open_case(demo.case_values(player, story, 7300))
	return player


def submit(player: Player) -> None:
	player.act("C00", "submit", user=user_of("officer"))


def traces(player: Player, word: str) -> list[str]:
	return frappe.get_all(
		"Comment",
		filters={"reference_name": player.case, "content": ["like", f"%{word}:%"]},
		pluck="content",
		order_by="creation asc",
	)


def queued(player: Player):
	rows = frappe.get_all(
		"SC Effect Run",
		filters={"run": player.run},
		fields=["name", "effect", "status", "tries", "error", "bureau", "step", "actor"],
		order_by="creation asc",
	)
	return rows


def test_inside_it_runs_with_the_act():
	player = case_with("inside")
	submit(player)
	assert len(traces(player, "inside")) == 1 and player.state == "C10"
	assert user_of("officer") in traces(player, "inside")[0] and queued(player) == []


def test_inside_a_failure_takes_the_act_back():
	player = case_with("inside", "later")
	STATE.fails = True
	with refused(effects.EffectFailed, match=r"(?s)没有保存|not saved|nothing of this action") as _:
		submit(player)
	assert player.state == "C00" and traces(player, "inside") == [] and queued(player) == []
	assert frappe.db.count("SC Event", {"run": player.run, "event": "acted"}) == 0
	STATE.fails = False
	submit(player)
	assert player.state == "C10" and len(queued(player)) == 1


def test_the_machine_s_own_words_stay_inside():
	player = case_with("inside")
	STATE.fails = True
	frappe.db.savepoint("words")
	with pytest.raises(effects.EffectFailed) as caught:
		submit(player)
	frappe.db.rollback(save_point="words")
	assert "secret" not in str(caught.value) and "secret" not in str(frappe.local.message_log)
	frappe.local.message_log = []


def test_a_refusal_in_words_reaches_the_user():
	player = case_with("refusing")
	with refused(frappe.ValidationError, match="拒绝接收"):
		submit(player)
	assert player.state == "C00"


def test_after_commit_it_runs_once_though_called_twice():
	player = case_with("later")
	submit(player)
	(row,) = queued(player)
	assert (row.effect, row.status, row.bureau, row.step) == ("later", "Queued", DISTRICT, "C00")
	assert traces(player, "later") == [], "not before the commit"
	assert effects.run_queued(row.name) is True
	assert effects.run_queued(row.name) is False
	(row,) = queued(player)
	assert (row.status, row.tries) == ("Done", 1) and len(traces(player, "later")) == 1
	assert (
		traces(player, "later")[0].endswith(f"C00:submit:{user_of('officer')}")
		or user_of("officer") in traces(player, "later")[0]
	)
	with as_user("Administrator"), refused(frappe.ValidationError):
		api.retry(row.name)


def test_what_failed_is_visible_and_tried_again():
	player = case_with("later")
	submit(player)
	(row,) = queued(player)
	STATE.fails = True
	assert effects.run_queued(row.name) is False
	(row,) = queued(player)
	assert (row.status, row.tries) == ("Failed", 1) and "does not answer" in row.error
	assert traces(player, "later") == [], "what it wrote before it failed is taken back"
	assert player.state == "C10", "the act stands"
	with as_user(user_of("officer")):
		assert frappe.get_list("SC Effect Run", filters={"name": row.name}, pluck="name") == [row.name]
		with refused(frappe.PermissionError):
			api.retry(row.name)
		with refused(frappe.PermissionError):
			frappe.get_doc("SC Effect Run", row.name).update({"status": "Done"}).save()
	with as_user(user_of("officer", demo.COUNTY)):
		assert frappe.get_list("SC Effect Run", filters={"name": row.name}, pluck="name") == []
	STATE.fails = False
	api.retry(row.name)
	assert queued(player)[0].status == "Queued"
	assert effects.run_queued(row.name) is True
	(row,) = queued(player)
	assert (row.status, row.tries, row.error) == ("Done", 2, None) and len(traces(player, "later")) == 1


def test_one_run_per_act_and_effect():
	player = case_with("later")
	submit(player)
	row = frappe.get_doc("SC Effect Run", queued(player)[0].name)
	twin = frappe.copy_doc(row)
	twin.effect_key = row.effect_key
	from sclist_app.access.guard import engine_writes

	with engine_writes(), refused(frappe.UniqueValidationError, frappe.DuplicateEntryError):
		twin.insert(ignore_permissions=True)


def test_the_job_is_queued_by_the_commit_only(monkeypatch):
	calls = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **kwargs: calls.append((method, kwargs)))
	player = case_with("later")
	submit(player)
	((method, kwargs),) = calls
	assert frappe.get_attr(method) is effects.run_queued and kwargs["enqueue_after_commit"] is True
	assert kwargs["deduplicate"] is True and queued(player)[0].name in kwargs["job_id"]


def test_an_effect_that_is_gone_is_told(monkeypatch):
	player = case_with("later", "inside")
	monkeypatch.undo()
	with refused(frappe.ValidationError, match="later"):
		submit(player)


def test_choices_have_chinese_names():
	with as_user(user_of("rules")):
		found = {row["value"]: row for row in api.choices()}
	assert {"notify_officer", "notify_credit_officers", "notify_superior"} <= set(found)
	for name in ("notify_officer", "notify_credit_officers", "notify_superior"):
		assert not found[name]["label"].isascii(), found[name]
	assert found["notify_superior"]["after_commit"] and not found["notify_officer"]["after_commit"]
	with as_user("Guest"), refused(frappe.PermissionError):
		api.choices()


def told(user: str, case: str) -> int:
	return frappe.db.count("Notification Log", {"for_user": user, "document_name": case})


def test_those_that_come_with_the_app_tell_the_right_people():
	player = case_with("notify_superior", "notify_credit_officers", "notify_officer")
	assert frappe.db.get_value("SC Case", player.case, "officer")
	submit(player)
	rows = queued(player)
	assert {row.effect for row in rows} == {"notify_superior", "notify_credit_officers"}
	for row in rows:
		assert effects.run_queued(row.name) is True
	assert told(user_of("supervisor", CITY), player.case) == 1
	assert told(user_of("credit"), player.case) == 1
	assert told(user_of("supervisor"), player.case) == 0
	assert told(user_of("officer"), player.case) == 0, "who acted knows already"
	subject = frappe.db.get_value(
		"Notification Log", {"for_user": user_of("supervisor", CITY), "document_name": player.case}, "subject"
	)
	step = store.read_run(player.run).procedure.by_code["C00"].title
	assert step in subject
