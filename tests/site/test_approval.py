"""The page of whoever approves: what it shows, what counts as read, one case and several."""

import json
from datetime import date

import frappe
import pytest
from frappe import client

from sclist_app.api import approval as api
from sclist_app.api import run as run_api
from sclist_app.api import tasks as tasks_api
from sclist_app.register.approval import NotRead
from sclist_app.setup.matter_player import MatterPlayer
from sclist_app.setup.player import day_before
from sclist_app.workflow import store
from sclist_app.workflow.actions import ChangedSince
from tests.site.limits import own_version
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of

DEPUTY, SECOND, LEADER = user_of("deputy"), user_of("deputy2"), user_of("leader")


@pytest.fixture
def case(people) -> Case:
	"""A case of the district whose notice waits for the deputy leader's signature."""
	case = Case.opened(DISTRICT, day_before(4, DISTRICT))
	case.play("C20")
	return case


def open_all(task: str) -> dict:
	"""Open the page and all its papers, as the page does."""
	page = api.page(task)
	for sheet in page["sheets"]:
		assert api.paper(task, sheet["key"], page["version"])["html"]
	return page


def row_of(task: str) -> dict:
	return next(row for row in api.waiting() if row["name"] == task)


def token() -> str:
	return frappe.generate_hash(length=16)


# ------------------------------------------------------------------------- page


def test_only_tasks_of_approving_are_listed(case):
	fresh = Case.opened(DISTRICT, day_before(2, DISTRICT))
	with as_user(DEPUTY):
		assert case.task("C20") in [row["name"] for row in api.waiting()]
		assert next(t for t in tasks_api.mine(200)["tasks"] if t["name"] == case.task("C20"))["approves"]
	with as_user(user_of("officer")):
		mine = tasks_api.mine(200)["tasks"]
		assert not next(t for t in mine if t["name"] == fresh.task("C00"))["approves"]
		assert fresh.task("C00") not in [row["name"] for row in api.waiting()]


def test_the_page_shows_case_papers_and_what_follows(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		page = api.page(task)
	assert page["mine"] and page["approves"] and not page["read"]
	assert page["brief"]["ground"]["article"] and page["brief"]["penalties"][0]["content"] == "罚款40万元"
	assert {(sheet["kind"], sheet["later"]) for sheet in page["sheets"]} == {("D01", True)}
	assert len(page["sheets"]) == 2 and {sheet["action"] for sheet in page["sheets"]} == {"agree"}
	following = page["outlook"]["agree"]["next"][0]
	assert following["title"] == "告知书制发" and following["people"]
	assert [e["opinion"] for e in page["view"]["events"] if e["opinion"]]
	assert set(page["outlook"]) == {"agree", "return"}


def test_a_decision_shows_its_papers_before_it_is_made(world):
	case = world.case("discussed")
	with as_user(LEADER):
		rows = [row for row in api.waiting() if row["reference_name"] == case.case]
		page = api.page(rows[0]["name"])
		led_to = {
			action: {s["kind"] for s in page["sheets"] if s["action"] == action}
			for action in ("agree", "refuse")
		}
		assert led_to == {"agree": {"D05", "D19"}, "refuse": {"D06"}}
		html = api.paper(rows[0]["name"], page["sheets"][0]["key"], page["version"])["html"]
		assert "样稿" in html and "<script" not in html
	vote = page["outlook"]["agree"]["vote"]
	assert (len(vote["waiting"]), vote["agree"], vote["refuse"]) == (3, [], [])
	assert page["outlook"]["refuse"]["ends"]
	assert rows[0]["vote"] == vote and page["outlook"]["agree"]["decides"] is False
	# one has signed: they see that they have and who is asked still; the others see what was said
	with as_user(LEADER):
		api.act(rows[0]["name"], "agree", page["version"], "同意列入。", frappe.generate_hash(length=12))
		after = api.page(rows[0]["name"])
		assert not after["mine"] and not [t for t in after["view"]["tasks"] if t["actions"]]
		assert "您已同意" in after["why"][0] and after["signed"][0]["vote"]["own"] == "Agree"
		assert case.case not in [row["reference_name"] for row in api.waiting()]
	with as_user(DEPUTY):
		(row,) = (row for row in api.waiting() if row["reference_name"] == case.case)
		assert len(row["vote"]["agree"]) == 1 and len(row["vote"]["waiting"]) == 2
		(signed,) = api.page(row["name"])["signed"]
		assert [one["opinion"] for one in signed["votes"]] == ["同意列入。"]
		# three must take part
		assert row["vote"]["quorum"] == 3 and not api.page(row["name"])["outlook"]["agree"]["decides"]


def test_who_signs_in_order_is_counted_alike_wherever_it_is_shown(people):
	def in_order(doc):
		next(row for row in doc.steps if row.code == "C60").mode = "In Order"

	own_version(in_order)
	case = Case.opened(DISTRICT, day_before(30, DISTRICT), "7-4")
	case.play("C60")
	signed = []
	for number in range(3):
		(task,) = store.open_tasks(case.run)
		with as_user(task.assignee):
			row, page = row_of(task.name), api.page(task.name)
			(shown,) = run_api.view("SC Case", case.case)["tasks"]
			# three hold the post; who comes later is not asked before
			found = row["vote"]
			assert (found["needed"], len(found["agree"]), len(found["waiting"])) == (3, number, 1)
			assert found == shown["vote"] == page["outlook"]["agree"]["vote"]
			assert page["outlook"]["agree"]["decides"] is (number == 2)
			api.act(task.name, "agree", page["version"], "同意列入。", token())
		signed.append(task.assignee)
	assert set(signed) == {LEADER, DEPUTY, SECOND} and case.steps == {"C70"}


def test_what_lies_around_a_case_is_read_once(case, monkeypatch):
	"""However many buttons and papers ask for it; each gate used to read it anew."""
	asked = []
	real = frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *args, **more: asked.append(str(query)) or real(query, *args, **more)
	)
	with as_user(DEPUTY):
		api.page(case.task("C20"))
	for table in ("tabSC Hearing", "tabSC Defence", "tabSC Penalty Item"):
		assert 0 < sum(f"`{table}`" in query for query in asked) <= 4, table


def test_what_follows_a_listing_shows_the_listing(world):
	record = world.case("listed").records()[0].name
	objection = MatterPlayer.opened(
		record,
		date(2025, 3, 3),
		"SC Objection",
		item="Wrong Content",
		content="地址有误。",
		received_on="2025-03-03",
	)
	objection.act("O10", "mark")
	objection.write("O20", findings="属实。", result="Unfounded", answer_reasons="内容无误。")
	objection.act("O20", "report")
	task = frappe.db.get_value("SC Task", {"run": objection.run, "step": "O30"}, "name")
	with as_user(DEPUTY):
		page = api.page(task)
		assert page["brief"]["ground"]["article"].endswith("第七条第（一）项")
		assert [row["content"] for row in page["brief"]["penalties"]] == ["罚款40万元"]
		assert {sheet["kind"] for sheet in page["sheets"]} == {"D20"}
	notice = world.case("listed").notices()[0].name
	with as_user(DEPUTY):
		assert "告知书" in api.issued(notice)["html"]
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		api.issued(notice)


def test_who_may_not_act_sees_why(case):
	task = case.task("C20")
	with as_user(user_of("officer")):
		page = api.page(task)
		assert not page["mine"] and page["why"] and not page["sheets"]
		for call in (
			lambda: api.paper(task, "x", "y"),
			lambda: api.paper_pdf(task, "x"),
			lambda: api.read(task, "y"),
			lambda: api.act(task, "agree", "y"),
			lambda: api.agree(task),
		):
			with refused(frappe.PermissionError):
				call()
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		api.page(task)


# ---------------------------------------------------------------------- reading


def test_a_case_is_read_when_all_its_papers_were_sent(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		page = api.page(task)
		with refused(NotRead):
			api.read(task, page["version"])
		api.paper(task, page["sheets"][0]["key"], page["version"])
		with refused(NotRead):
			api.read(task, page["version"])
		assert not row_of(task)["read"]
		api.paper(task, page["sheets"][1]["key"], page["version"])
		api.read(task, page["version"])
		assert row_of(task)["read"] and api.page(task)["read"]
	with as_user(SECOND):
		assert not row_of(task)["read"]
	assert [e.actor for e in case.events() if e.event == "previewed"] == [DEPUTY, DEPUTY]


def test_nobody_writes_a_reading_by_hand(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		with refused(frappe.PermissionError):
			frappe.get_doc(
				{
					"doctype": "SC Reading",
					"task": task,
					"user": DEPUTY,
					"bureau": DISTRICT,
					"reading_key": f"{task}|{DEPUTY}",
					"read_on": frappe.utils.now(),
				}
			).insert()
		open_all(task)
		reading = frappe.get_doc("SC Reading", {"task": task})
		reading.read_on = frappe.utils.now()
		with refused(frappe.PermissionError):
			reading.save()
		with refused(frappe.PermissionError):
			reading.delete()
		with refused(frappe.PermissionError):
			client.set_value("SC Reading", reading.name, "read_on", frappe.utils.now())
	with as_user(user_of("officer", CITY)):
		assert not frappe.get_list("SC Reading", filters={"task": task})


def test_a_paper_of_another_state_is_not_shown(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		page = api.page(task)
		with refused(ChangedSince):
			api.paper(task, page["sheets"][0]["key"], "0" * 16)
		with refused(frappe.ValidationError, match="不制发"):
			api.paper(task, "D05/x/-", page["version"])


def test_the_pdf_is_the_same_paper(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		api.paper_pdf(task, api.page(task)["sheets"][0]["key"])
	assert frappe.local.response.filecontent.startswith(b"%PDF-")
	assert frappe.local.response.type == "pdf"


# ------------------------------------------------------------------------- acts


def test_one_act_once(case):
	task, once = case.task("C20"), token()
	with as_user(DEPUTY):
		version = api.page(task)["version"]
		assert not api.act(task, "agree", version, "同意。", once)["repeated"]
		assert api.act(task, "agree", version, "同意。", once)["repeated"]
		with refused(frappe.ValidationError):
			api.act(task, "agree", version, "同意。", token())
		page = api.page(task)
	assert case.steps == {"C25"}
	assert not page["mine"] and "梁永平" in page["why"][0]
	assert [e.opinion for e in case.events() if e.event == "acted"][-1] == "同意。"


def test_an_act_on_what_has_changed_is_refused(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		version = api.page(task)["version"]
	frappe.db.set_value("SC Case", case.case, "reasons", "另有理由。")
	with as_user(DEPUTY), refused(ChangedSince):
		api.act(task, "agree", version, "同意。", token())
	assert case.steps == {"C20"}


def test_a_return_needs_its_reason(case):
	task = case.task("C20")
	returns = next(b for b in _actions(case) if b["action"] == "return")
	assert returns["reason_required"]
	with as_user(DEPUTY):
		version = api.page(task)["version"]
		with refused(frappe.ValidationError):
			api.act(task, "return", version, " ", token())
		api.act(task, "return", version, "请补充证据。", token())
	assert case.steps == {"C10"}


def _actions(case: Case) -> list[dict]:
	with as_user(DEPUTY):
		shown = run_api.view("SC Case", case.case)
	task = next(t for t in shown["tasks"] if t["mine"])
	assert task["approves"]
	return task["actions"]


def test_joint_agreement_takes_what_was_read_only(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		with refused(NotRead):
			api.agree(task, "同意。", token())
		page = open_all(task)
		with refused(NotRead):
			api.agree(task, "同意。", token())
		api.read(task, page["version"])
	with as_user(SECOND), refused(NotRead):
		api.agree(task, "同意。", token())
	once = token()
	with as_user(DEPUTY):
		assert not api.agree(task, "同意。", once)["repeated"]
		assert api.agree(task, "同意。", once)["repeated"]
	assert case.steps == {"C25"}


def test_joint_agreement_refuses_what_changed_after_reading(case):
	task = case.task("C20")
	with as_user(DEPUTY):
		api.read(task, open_all(task)["version"])
	frappe.db.set_value("SC Entity", case.unit, "address", "另一条路1号", update_modified=False)
	with as_user(DEPUTY):
		with refused(NotRead, match="有变化"):
			api.agree(task, "同意。", token())
		page = open_all(task)
		assert page["read"] and not row_of(task)["read"]
		api.read(task, page["version"])
	frappe.db.set_value("SC Case", case.case, "facts", "另有事实。")
	with as_user(DEPUTY):
		assert not row_of(task)["read"]
		with refused(NotRead, match="又有变化"):
			api.agree(task, "同意。", token())
	assert case.steps == {"C20"}


def test_the_course_names_papers_and_deputies(world):
	with as_user(user_of("supervisor")):
		shown = run_api.view("SC Case", world.case("listed").case)
	papers = [paper for event in shown["events"] for paper in event["papers"]]
	assert {paper["title"] for paper in papers} >= {"列入安全生产严重失信主体名单决定书"}
	assert all(set(clock) >= {"pauses", "started_on", "due_on"} for clock in shown["clocks"])


# ---------------------------------------------------------------------- phrases


def test_phrases_are_ones_own(people):
	with as_user(DEPUTY):
		first = api.phrases()
		assert {row["verb"] for row in first} == {"Agree", "Return", "Refuse"}
		own = [{"verb": "", "text": " 请依法从快办理。 "}, {"verb": "Return", "text": "补充笔录。"}]
		kept = api.save_phrases(json.dumps([*own, own[0], {"verb": "", "text": ""}]))
		assert kept == [{"verb": "", "text": "请依法从快办理。"}, own[1]] == api.phrases()
		api.save_phrases(json.dumps(kept[::-1]))
		assert api.phrases() == kept[::-1]
		assert api.save_phrases("[]") == [] == api.phrases()
	with as_user(LEADER):
		assert api.phrases() == first


@pytest.mark.parametrize(
	"rows",
	[
		"{}",
		"[1]",
		"no list",
		json.dumps([{"verb": "Drop", "text": "x"}]),
		json.dumps([{"verb": "", "text": "长" * 201}]),
		json.dumps([{"verb": "", "text": str(i)} for i in range(31)]),
	],
)
def test_what_is_no_list_of_phrases_is_refused(people, rows):
	with as_user(DEPUTY), refused(frappe.ValidationError):
		api.save_phrases(rows)
