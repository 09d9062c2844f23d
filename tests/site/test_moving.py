"""A running case is moved to another version: shown before, decided by an approver, logged, and it goes on."""

import json
from datetime import date

import frappe
import pytest

from sclist_app.api import procedures as api
from sclist_app.api import run as run_api
from sclist_app.audit import events
from sclist_app.setup.demo import COUNTY, DISTRICT, PROVINCE
from sclist_app.workflow import store
from tests.site.support import Case, as_user, refused, user_of

REASON = "按新版程序办理，便于统一执行。"
pytestmark = pytest.mark.usefixtures("words_sent")


def standard() -> str:
	return store.bound_version(PROVINCE, "Listing")


def newer(change, publish: bool = True) -> str:
	"""The province's next version of the listing procedure."""
	with as_user(user_of("rules", PROVINCE)):
		name = api.new_draft(standard())["name"]
		doc = frappe.get_doc("SC Procedure Version", name)
		change(doc)
		doc.save()
		if publish:
			api.submit(name)
	if publish:
		with as_user(user_of("approver", PROVINCE)):
			api.publish(name)
	return name


def step(doc, code: str):
	return next(row for row in doc.steps if row.code == code)


def limit(doc, code: str, of: str = ""):
	return next(row for row in doc.limits if (row.limit, row.step or "") == (code, of))


def shorter_review(doc) -> None:
	limit(doc, "T22", "C10").n = 3


def by_leader(doc) -> None:
	step(doc, "C10").post = "deputy_leader"
	step(doc, "C20").post = "principal_leader"


def two_of_the_panel(doc) -> None:
	step(doc, "C60").update({"mode": "N of M", "quorum": 2})


def without_panel(doc) -> None:
	doc.set("steps", [row for row in doc.steps if row.code != "C60"])
	for row in doc.transitions:
		if row.target == "C60":
			row.target = "C70"
	doc.set("transitions", [row for row in doc.transitions if row.step != "C60"])
	for row in doc.steps:
		kept = [code for code in (row.separate_from or "").replace(" ", "").split(",") if code != "C60"]
		row.separate_from = ",".join(kept)


def move(case: Case, version: str, who: str | None = None, **changes) -> dict:
	values = {
		"run": case.run,
		"version": version,
		"reason": REASON,
		"seen": case.seq,
		"token": frappe.generate_hash(length=12),
		**changes,
	}
	with case.acting(who or user_of("approver")):
		return api.move(**values)


def preview(case: Case, version: str, who: str | None = None) -> dict:
	with case.acting(who or user_of("rules")):
		return api.preview_move(case.run, version)


def reviewed(world) -> Case:
	"""The fresh case in its first review, C10."""
	case = world.case("fresh")
	case.act("C00", "submit")
	return case


def everything() -> dict:
	return {
		doctype: frappe.db.sql(f"select count(*), max(modified) from `tab{doctype}`")[0]
		for doctype in ("SC Run", "SC Task", "SC Clock", "SC Vote", "SC Event", "SC Case", "Notification Log")
	}


def test_a_preview_shows_every_step_and_writes_nothing(world):
	case, version = reviewed(world), newer(by_leader)
	before = everything()
	shown = preview(case, version)
	assert everything() == before
	assert not shown["refused"] and shown["case"] == case.case and shown["seq"] == case.seq
	assert [(row["before"], row["status"]) for row in shown["steps"]] == [
		("线索登记", "已办结"),
		("承办审查", "正在办理"),
	]
	assert "新" in shown["steps"][1]["note"]
	assert [(t["step"], t["post"]) for t in shown["tasks"]] == [("承办审查", "分管负责人")]


def test_the_move(world):
	case, version = reviewed(world), newer(lambda doc: (by_leader(doc), shorter_review(doc)))
	was, seq, old_task = (
		frappe.db.get_value("SC Run", case.run, "procedure_version"),
		case.seq,
		case.task("C10"),
	)
	due = case.clock("T22").due_on
	answer = move(case, version)
	assert (answer["repeated"], answer["seq"], case.seq) == (False, seq + 1, seq + 1)
	assert frappe.db.get_value("SC Run", case.run, "procedure_version") == version
	assert case.doc.procedure_version == version and case.steps == {"C10"}
	assert frappe.db.get_value("SC Task", old_task, "status") == "Void"
	task = frappe.get_doc("SC Task", case.task("C10"))
	clock = case.clock("T22")
	assert (task.post, task.round) == ("deputy_leader", 1)
	assert clock.due_on < due and task.due_on == clock.due_on
	event = case.events()[-1]
	data = json.loads(event.data)
	assert (event.event, event.actor, event.opinion) == ("moved_version", user_of("approver"), REASON)
	hashes = dict(
		frappe.get_all(
			"SC Procedure Version",
			filters={"name": ["in", [was, version]]},
			fields=["name", "content_hash"],
			as_list=True,
		)
	)
	assert (data["from"], data["to"], data["to_hash"]) == (was, version, hashes[version])
	assert data["from_hash"] and data["from_hash"] != data["to_hash"]
	assert events.verify("SC Case", case.case) == []
	for user in (user_of("head"), user_of("deputy")):
		assert frappe.db.exists("Notification Log", {"for_user": user, "document_name": case.case}), user
	with as_user(user_of("head")), refused(frappe.PermissionError, frappe.ValidationError):
		run_api.act(task.name, "agree", case.seq, "同意。")
	case.act("C10", "agree", "同意。", user_of("deputy"))
	assert case.steps == {"C20"}
	assert frappe.db.get_value("SC Task", case.task("C20"), "post") == "principal_leader"


def test_votes_under_other_rules_are_void_and_the_panel_votes_again(world):
	case = world.case("discussed")
	first = next(t for t in store.open_tasks(case.run) if t.step == "C60")
	case.act("C60", "agree", "同意列入。", first.assignee)
	version = newer(two_of_the_panel)
	shown = preview(case, version)
	assert len(shown["votes"]) == 1 and len(shown["tasks"]) == 3
	move(case, version)
	votes = frappe.get_all(
		"SC Vote", filters={"run": case.run}, fields=["user", "round", "void"], order_by="creation"
	)
	assert [(v.user, v.round, v.void) for v in votes] == [(first.assignee, 1, 1)]
	assert {t.round for t in store.open_tasks(case.run)} == {2}
	case.vote("C60", ("agree", "agree"))
	assert case.steps == {"C70"}, "two suffice now"


def test_what_is_not_touched_goes_on(world):
	"""A version that changes later steps leaves the case where it is, its tasks and its votes as well."""
	case = world.case("discussed")
	first = next(t for t in store.open_tasks(case.run) if t.step == "C60")
	case.act("C60", "agree", "同意列入。", first.assignee)
	tasks = {t.name for t in store.open_tasks(case.run)}
	move(case, newer(lambda doc: step(doc, "C80").update({"title": "决定书印制"})))
	assert {t.name for t in store.open_tasks(case.run)} == tasks
	assert not frappe.db.exists("SC Vote", {"run": case.run, "void": 1})
	case.vote("C60", ("agree", "agree"))
	assert case.steps == {"C70"}


def test_a_limit_begins_with_the_version(world):
	case = world.case("discussed")
	assert not frappe.db.exists("SC Clock", {"run": case.run, "step": "C60"})
	version = newer(
		lambda doc: doc.append(
			"limits", {"limit": "T22", "step": "C60", "n": 5, "unit": "Working Day", "warn_before": 1}
		)
	)
	assert preview(case, version)["new_limits"]
	move(case, version)
	clock = frappe.get_all(
		"SC Clock", filters={"run": case.run, "step": "C60"}, fields=["started_on", "due_on"]
	)[0]
	assert clock.started_on == case.day
	assert {t.due_on for t in store.open_tasks(case.run)} == {clock.due_on}


def test_without_a_corresponding_step_it_is_refused(world):
	case, version = world.case("discussed"), newer(without_panel)
	shown = preview(case, version)
	assert shown["refused"] and "集体讨论" in shown["findings"][0]["text"]
	with refused(frappe.ValidationError, match="集体讨论"):
		move(case, version)
	assert frappe.db.get_value("SC Run", case.run, "procedure_version") != version


def test_the_party_keeps_its_days(world):
	case = world.case("waiting")
	version = newer(lambda doc: limit(doc, "T01").update({"n": 3}))
	with refused(frappe.ValidationError, match="第四十四条"):
		move(case, version)
	longer = newer(lambda doc: limit(doc, "T01").update({"n": 7}))
	due = case.clock("T01").due_on
	move(case, longer)
	assert case.clock("T01").due_on > due
	assert case.doc.defence_closes_on == case.clock("T01").due_on


@pytest.mark.parametrize(
	"who", [user_of("officer"), user_of("leader"), user_of("rules"), user_of("approver", COUNTY)]
)
def test_who_may_not_move(world, who):
	case, version = reviewed(world), newer(shorter_review)
	with refused(frappe.PermissionError):
		move(case, version, who)
	if who != user_of("rules"):
		with refused(frappe.PermissionError):
			preview(case, version, who)


def test_an_approver_above_may(world):
	case = reviewed(world)
	move(case, newer(shorter_review), user_of("approver", PROVINCE))
	assert case.events()[-1].event == "moved_version"


def test_the_author_of_the_version_may_not(world):
	case, version = reviewed(world), newer(shorter_review)
	frappe.db.set_value("SC Procedure Version", version, "author", user_of("approver"))
	with refused(frappe.PermissionError):
		move(case, version)


def test_only_to_a_version_the_bureau_may_use(world):
	case = reviewed(world)
	for version in (
		newer(shorter_review, publish=False),
		frappe.db.get_value("SC Run", case.run, "procedure_version"),
		"listing-county-short-v1",
		frappe.get_all(
			"SC Procedure Version",
			filters={"kind": ["!=", "Listing"]},
			pluck="name",
			order_by="creation",
			limit=1,
		)[0],
	):
		with refused(frappe.ValidationError):
			move(case, version)
		with refused(frappe.ValidationError):
			preview(case, version)


def test_a_version_changed_by_force_is_not_used(world):
	case, version = reviewed(world), newer(shorter_review)
	frappe.db.set_value("SC Procedure Step", {"parent": version, "code": "C10"}, "post", "verifier")
	frappe.clear_document_cache("SC Procedure Version", version)
	with refused(frappe.ValidationError):
		move(case, version)


def test_reason_and_place_are_needed(world):
	case, version = reviewed(world), newer(shorter_review)
	with refused(frappe.ValidationError):
		move(case, version, reason="  ")
	with refused(store.ChangedSince):
		move(case, version, seen=case.seq - 1)


def test_a_repeated_request_counts_once(world):
	case, version = reviewed(world), newer(shorter_review)
	seen = case.seq
	move(case, version, token="once", seen=seen)
	assert move(case, version, token="once", seen=seen)["repeated"]
	assert [e.event for e in case.events()].count("moved_version") == 1


def test_suspended_and_ended_cases_stay(world):
	case, version = reviewed(world), newer(shorter_review)
	with case.acting(user_of("head")):
		run_api.suspend(case.run, "等待鉴定。")
	assert preview(case, version)["refused"]
	with refused(frappe.ValidationError):
		move(case, version)
	done = world.case("listed")
	with refused(frappe.ValidationError):
		move(done, version)


def test_no_move_is_taken_back_across_it(world):
	case, version = reviewed(world), newer(lambda doc: step(doc, "C20").update({"title": "审签"}))
	move(case, version)
	with case.acting(user_of("officer")), refused(frappe.ValidationError):
		run_api.withdraw(case.run, "想改一改。")


def test_the_cases_of_a_version_with_their_verdicts(world):
	case, version = world.case("discussed"), newer(without_panel)
	old = frappe.db.get_value("SC Run", case.run, "procedure_version")
	with case.acting(user_of("rules")):
		listed = {row["case"]: row for row in api.running_cases(old, version)["cases"]}
	assert listed[case.case]["refused"] and listed[case.case]["findings"]
	fresh = listed[world.fresh[0]]
	assert not fresh["refused"] and fresh["title"] and fresh["state"] == "线索登记"
	assert world.city[0] not in listed, "the district's rule admin sees the district"
	assert world.listed[0] not in listed, "it has ended"
	with case.acting(user_of("officer")), refused(frappe.PermissionError):
		api.running_cases(old, version)
	# each in a transaction of its own: one refused leaves the other moved
	results = []
	for name in (case.case, world.fresh[0]):
		try:
			move(Case.at(name, date(2024, 9, 10)), version)
			results.append(True)
		except frappe.ValidationError:
			frappe.local.message_log = []
			results.append(False)
	assert results == [False, True]


def test_the_case_ends_under_the_new_version(world):
	"""From the review to the list, with the version changed on the way."""
	case = world.case("discussed")
	move(case, newer(lambda doc: (two_of_the_panel(doc), step(doc, "C70").update({"title": "局长审批"}))))
	case.play(votes=("agree", "agree"))
	assert case.doc.run_status == "Ended" and case.doc.outcome == "Listed"
	assert events.verify("SC Case", case.case) == []
	assert frappe.db.count("SC Listing Record", {"case": case.case}) == 1
	assert case.bureau == DISTRICT
