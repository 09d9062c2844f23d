"""The studio writes the rows of the plain form's draft, checks rows not yet saved, and refuses whom it must."""

import json

import frappe
import pytest

from sclist_app.api import print_jobs as jobs_api
from sclist_app.api import procedures, studio
from sclist_app.register import print_jobs
from sclist_app.setup import demo
from sclist_app.workflow import store
from sclist_app.workflow.store import ChangedSince
from tests.site.support import as_user, refused
from tests.site.test_killed_jobs import transactions

STANDARD = "listing-standard-v1"
WRITER, APPROVER, CLERK = (demo.user_of(mailbox) for mailbox in ("rules", "approver", "officer"))


@pytest.fixture
def draft(people) -> str:
	frappe.set_user(WRITER)
	return procedures.copy(STANDARD, "xd-studio", "小店区列入程序", demo.DISTRICT)["name"]


def board(version: str) -> dict:
	return studio.load(version)


def rows(content: dict, table: str, **values) -> list[dict]:
	return [row for row in content[table] if all(row[key] == value for key, value in values.items())]


def send(function, version: str, content: dict, **arguments):
	return function(version=version, content=json.dumps(content, ensure_ascii=False), **arguments)


def test_the_board_has_what_the_forms_have(draft):
	shown = board(draft)
	procedure = store.to_procedure(frappe.get_doc("SC Procedure Version", draft))
	assert [step["code"] for step in shown["content"]["steps"]] == [step.code for step in procedure.steps]
	assert shown["rights"]["edit"] and not shown["rights"]["approve"]
	assert "第九条" in shown["checked"]["locks"]["C25"][0]["article"]
	assert {"value": "case_officer", "label": "案件承办人"} in shown["choices"]["posts"]
	published = next(row for row in shown["choices"]["limits"] if row["value"] == "T04")
	assert (published["bound"], published["maximum"], published["must"] != "") == ("max", 20, True)
	offered = [row["value"] for row in shown["compare_with"]]
	assert offered[0] == STANDARD and draft not in offered and len(offered) == len(set(offered))
	others = frappe.get_all("SC Procedure Version", filters={"kind": "Listing", "name": ["in", offered]})
	assert len(others) == len(offered), "all of one kind"
	assert shown["checked"]["shared"]["C87"]["others"] == ["公示审核"]
	assert "第十一条" in shown["checked"]["shared"]["C88"]["why"][0]["article"]


def test_drafts_of_other_bureaus_are_not_offered_to_compare_with(draft):
	frappe.set_user(demo.user_of("rules", demo.COUNTY))
	own = procedures.copy(STANDARD, "qx-studio", "清徐县列入程序", demo.COUNTY)["name"]
	second = procedures.copy(STANDARD, "qx-studio-2", "清徐县列入程序（二）", demo.COUNTY)["name"]
	offered = [row["value"] for row in board(own)["compare_with"]]
	assert second in offered and STANDARD in offered and draft not in offered


def test_rows_saved_are_the_rows_of_the_form(draft):
	shown = board(draft)
	content = shown["content"]
	rows(content, "limits", limit="T04")[0]["n"] = 15
	rows(content, "steps", code="C60")[0]["title"] = "集体会审"
	answer = send(studio.save, draft, content, as_seen=shown["version"]["modified"])
	doc = frappe.get_doc("SC Procedure Version", draft)
	assert next(row.n for row in doc.limits if row.limit == "T04") == 15
	assert next(row.title for row in doc.steps if row.code == "C60") == "集体会审"
	assert not answer["checked"]["errors"] and answer["modified"] == str(doc.modified)
	assert board(draft)["content"] == content


def test_day_and_note_are_kept_with_the_rows(draft):
	shown = board(draft)
	content = shown["content"]
	assert content["head"] == {"effective_from": "", "note": ""}
	content["head"] = {"effective_from": "2031-03-01", "note": " 缩短公示期限 "}
	send(studio.check, draft, content)
	answer = send(studio.save, draft, content, as_seen=shown["version"]["modified"])
	doc = frappe.get_doc("SC Procedure Version", draft)
	assert (str(doc.effective_from), doc.note) == ("2031-03-01", "缩短公示期限")
	for head in ({"effective_from": "2031-13-01"}, {"effective_from": "1031-01-01"}, {"note": "长" * 2001}):
		content["head"] = {"effective_from": "", "note": "", **head}
		with refused(frappe.ValidationError):
			send(studio.save, draft, content, as_seen=answer["modified"])
	content["head"] = {"effective_from": "", "note": ""}
	send(studio.save, draft, content, as_seen=answer["modified"])
	assert not frappe.get_doc("SC Procedure Version", draft).effective_from


def test_a_limit_beyond_the_law_is_found_before_it_is_saved(draft):
	content = board(draft)["content"]
	rows(content, "limits", limit="T04")[0]["n"] = 25
	found = send(studio.check, draft, content)
	(fault,) = found["errors"]
	assert "第十一条" in fault["text"] and fault["row"] == "T04" and "C25" in found["locks"]
	doc = frappe.get_doc("SC Procedure Version", draft)
	assert next(row.n for row in doc.limits if row.limit == "T04") == 20, "nothing was written"


def test_findings_speak_in_titles(draft):
	content = board(draft)["content"]
	rows(content, "transitions", step="C10", action="return")[0]["reason_required"] = False
	(fault,) = send(studio.check, draft, content)["errors"]
	assert "承办审查" in fault["text"] and "C10" not in fault["text"] and fault["row"] == "C10/return"


def test_what_the_law_needs_is_not_taken_out(draft):
	content = board(draft)["content"]
	with refused(frappe.ValidationError, match="第四十四条"):
		send(studio.without, draft, content, step="C40")
	rest = send(studio.without, draft, content, step="C60")
	assert not rows(rest, "steps", code="C60") and len(rest["steps"]) == len(content["steps"]) - 1
	assert not send(studio.check, draft, rest)["errors"]


def test_two_who_draw_at_once_lose_nothing_unseen(draft):
	shown = board(draft)
	content = shown["content"]
	form = frappe.get_doc("SC Procedure Version", draft)
	form.note = "在普通表单里改"
	form.save()
	rows(content, "limits", limit="T04")[0]["n"] = 15
	with refused(ChangedSince, match="他人"):
		send(studio.save, draft, content, as_seen=shown["version"]["modified"])
	send(studio.save, draft, content, as_seen=board(draft)["version"]["modified"])


@pytest.mark.parametrize(
	"content", ["", "[]", "{}", '{"steps": 1}', "nonsense", '{"steps":[{"code":"A"}],"transitions":[]}']
)
def test_unreadable_rows_are_refused_in_words(draft, content):
	with refused(frappe.ValidationError):
		studio.save(draft, content, str(board(draft)["version"]["modified"]))


def test_a_column_nobody_knows_is_refused(draft):
	content = board(draft)["content"]
	content["steps"][0]["status"] = "Published"
	with refused(frappe.ValidationError):
		send(studio.check, draft, content)


def test_compared_and_played(draft):
	content = board(draft)["content"]
	rest = send(studio.without, draft, content, step="C60")
	found = send(studio.compare, draft, rest, other=STANDARD)
	assert found["steps"]["C60"] == "removed" and any("集体讨论" in one["text"] for one in found["texts"])
	assert rows(found["old"], "steps", code="C60")
	assert found["old_title"] == frappe.db.get_value("SC Procedure Version", STANDARD, "version_title")
	assert "第九条" in found["old_locks"]["C25"][0]["article"]
	moves = [{"step": "C00", "action": "submit", "days": 1}, {"step": "C10", "action": "agree", "days": 2}]
	seen = send(studio.play, draft, content, moves=json.dumps(moves), facts="{}", start="2024-09-02")
	assert [visit["title"] for visit in seen["visits"]] == ["线索登记", "承办审查"]
	(standing,) = seen["open"]
	assert standing["title"] == "告知书审签" and standing["due"] == "2024-09-10"
	assert {button["label"] for button in standing["buttons"]} == {"同意制发", "退回承办"}


@pytest.mark.parametrize(
	"moves", ["{}", "[1]", '[{"step": "C00"}]', "x", '[{"step":"C00","action":"submit","days":"x"}]']
)
def test_unreadable_moves_are_refused(draft, moves):
	with refused(frappe.ValidationError):
		send(studio.play, draft, board(draft)["content"], moves=moves, facts="{}")


def test_who_may_only_look(draft):
	shown = board(draft)
	for user in (CLERK, APPROVER, demo.user_of("rules", demo.COUNTY)):
		with as_user(user):
			if user != demo.user_of("rules", demo.COUNTY):
				assert not board(draft)["rights"]["edit"] and board(draft)["rights"]["why_not"]
			with refused(frappe.PermissionError):
				send(studio.save, draft, shown["content"], as_seen=shown["version"]["modified"])
	assert not board(STANDARD)["rights"]["edit"], "a published version never changes"
	with refused(frappe.PermissionError, frappe.ValidationError):
		send(studio.save, STANDARD, shown["content"], as_seen=board(STANDARD)["version"]["modified"])


def test_in_review_it_is_read_and_approved_by_another(draft):
	shown = board(draft)
	procedures.submit(draft)
	with refused(frappe.ValidationError):
		send(studio.save, draft, shown["content"], as_seen=board(draft)["version"]["modified"])
	assert not board(draft)["rights"]["edit"]
	with as_user(APPROVER):
		assert board(draft)["rights"]["approve"]


@pytest.fixture
def worker(monkeypatch):
	"""Run a job as the worker would, in the transaction of the test."""

	def run(name: str) -> None:
		with transactions(monkeypatch), as_user("Administrator"):
			print_jobs.work(name, 1)

	return run


@pytest.fixture
def trial(draft, world) -> str:
	"""A trial of the draft, asked for and not yet begun; the name of its job."""
	world.case("listed")
	frappe.set_user(WRITER)
	return procedures.try_on_cases(draft, STANDARD, cases=2)["job"]


def test_a_trial_is_a_job_whose_result_waits_for_its_owner(draft, trial, worker):
	waiting = procedures.trial_on_cases(draft)
	assert (waiting["job"], waiting["status"], waiting["result"]) == (trial, "Waiting", {})
	worker(trial)
	done = procedures.trial_on_cases(draft)
	assert (done["status"], done["stale"], done["against"]) == ("Ready", False, STANDARD)
	row = done["result"]["cases"][0]
	assert row["new"]["steps"][0] == "C00" and row["new"]["to"][0] == ["C10"]
	assert row["new"]["outcome"] == "已列入" and not row["differs"]
	form = frappe.get_doc("SC Procedure Version", draft)
	next(limit for limit in form.limits if limit.limit == "T01").n = 3
	form.save()
	assert procedures.trial_on_cases(draft)["stale"]
	with as_user(APPROVER):
		assert procedures.trial_on_cases(draft) == {}
		with refused(frappe.PermissionError):
			jobs_api.cancel(trial)
	with as_user(CLERK), refused(frappe.ValidationError, match="改选日期"):
		procedures.try_on_cases(draft, since="2199-01-01")


def test_a_trial_is_cancelled_and_begun_anew(draft, trial, worker):
	jobs_api.cancel(trial)
	worker(trial)
	assert procedures.trial_on_cases(draft)["status"] == "Stopped"
	second = procedures.try_on_cases(draft, "", cases=1)["job"]
	third = procedures.try_on_cases(draft, "", cases=1)["job"]
	assert frappe.db.get_value("SC Print Job", second, "status") == "Stopped", "the latest counts"
	worker(third)
	result = procedures.trial_on_cases(draft)["result"]
	assert result["days_before"] is None and result["cases"][0]["old"] is None
