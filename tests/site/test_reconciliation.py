"""Reconciliation: who stands on each list and who does not, whom it is shown to, and where its button leads."""

import io
from datetime import date, timedelta
from typing import Any

import frappe
import pytest
from openpyxl import load_workbook

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import reconciliation as api
from sclist_app.register import reconciliation
from sclist_app.setup.repair_player import RepairPlayer
from tests.site.matter import Matter
from tests.site.support import CITY, COUNTY, DISTRICT, Case, as_user, refused, user_of

DAY = date(2026, 3, 2)
LATE = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _people(people):
	"""Everything here is done by the people of the demonstration bureaus."""


def on_list(which: str, day: date = LATE, user: str = "", below: str = DISTRICT) -> dict[str, Any]:
	"""Name → row of a whole list, as the user sees it on the day."""
	with as_user(user or user_of("officer")), as_of(str(day)):
		found, start = [], 0
		while True:
			page = api.rows(which, below, start)
			found += page["rows"]
			start += reconciliation.PAGE
			if not page["more"]:
				return {row["name"]: row for row in found}


def count(which: str, user: str, below: str = "", day: date = LATE) -> int:
	with as_user(user), as_of(str(day)):
		return next(one["count"] for one in api.overview(below)["lists"] if one["name"] == which)


def penalty(**changes: Any) -> Case:
	case = Case(DISTRICT, DAY)
	case.register("7-1", **changes)
	return case


# ------------------------------------------------------------------ 应列未列


def test_a_penalty_that_matches_a_ground_is_listed_after_t21_until_a_case_is_opened():
	case = penalty()
	due = frappe.db.get_value("SC Penalty", case.penalty, "listing_due_on")
	assert due == date(2026, 3, 23)  # fifteen working days after 2026-03-02
	assert case.penalty not in on_list("unlisted", due)
	row = on_list("unlisted", due + timedelta(days=1))[case.penalty]
	assert (row["subject"], row["step"], row["days"]) == (row["subject"], "case", 1)
	assert "第七条第（一）项" in row["why"]
	values = case.values("7-1")
	case.open_case(values)
	assert case.penalty not in on_list("unlisted")


def test_the_button_leads_to_a_case_that_can_be_saved():
	case = penalty()
	with as_user(user_of("officer")), as_of(str(LATE)):
		values = api.case_of_penalty(case.penalty)
		assert (values["bureau"], values["ground"]) == (DISTRICT, "7-1")
		doc = frappe.new_doc("SC Case")
		doc.update({k: values[k] for k in ("bureau", "ground", "industry", "facts")})
		doc.append("penalties", {"penalty": values["penalty"]["penalty"]})
		doc.append("subjects", {"entity": values["subject"]["entity"], "role": values["subject"]["role"]})
		doc.insert()
	assert doc.run and doc.penalties[0].document_number
	assert case.penalty not in on_list("unlisted")


def test_what_is_compared_and_comes_under_no_ground_leaves_the_list_with_its_reason():
	case = penalty()
	with as_user(user_of("officer")), as_of(str(LATE)):
		with refused(frappe.ValidationError, match="理由"):
			api.set_aside(case.penalty, " ")
		api.set_aside(case.penalty, "处罚后已依法补办许可，情节轻微。")
		# saving the penalty again does not bring it back
		frappe.get_doc("SC Penalty", case.penalty).save()
	assert case.penalty not in on_list("unlisted")
	assert frappe.db.exists("SC Event", {"chain": f"SC Penalty:{case.penalty}", "event": "set_aside"})
	with as_user(user_of("officer")), refused(frappe.PermissionError, frappe.ValidationError):
		doc = frappe.get_doc("SC Penalty", case.penalty)
		doc.set_aside_on = None
		doc.save()


@pytest.mark.parametrize(
	"changes",
	[
		{"violation": "未按规定佩戴劳动防护用品。"},
		{"status": "Revoked"},
	],
)
def test_other_penalties_are_not_on_the_list(changes):
	assert penalty(**changes).penalty not in on_list("unlisted")


# ------------------------------------------------------------------ 已列无处罚


def test_a_record_whose_penalty_is_gone_is_an_error_until_it_is_revoked(world):
	case = world.case("listed")
	name = case.records()[0].name
	assert name not in on_list("baseless", case.day)
	frappe.db.set_value("SC Penalty", case.penalty, "status", "Revoked")
	row = on_list("baseless", case.day)[name]
	assert row["step"] == "revoke"
	matter = Matter.opened_on(name, case.day, kind="Revocation of Listing")
	assert matter.doc.run


# ------------------------------------------------------------------ 可修复未申请


def _earliest(world) -> tuple[Any, date]:
	case = world.case("listed")
	record = case.records()[0]
	return record, record.earliest_application


def test_from_the_first_day_an_application_is_open_until_one_runs(world):
	record, first = _earliest(world)
	assert record.name not in on_list("repairable", first - timedelta(days=1))
	row = on_list("repairable", first)[record.name]
	assert (row["step"], row["since"]) == ("remind", str(first))
	assert record.name not in on_list("repairable", record.term_end + timedelta(days=1))
	repair = RepairPlayer(record.name, first)
	repair.open_case(repair.values())
	assert record.name not in on_list("repairable", first)


@pytest.mark.parametrize("ban", [{"ban_lifetime": 1}, {"ban_until": "2099-01-01"}])
def test_a_running_ban_keeps_a_record_off_the_list(world, ban):
	record, first = _earliest(world)
	frappe.db.set_value("SC Listing Record", record.name, ban)
	assert record.name not in on_list("repairable", first)


def test_the_reminder_is_recorded_and_told(world):
	record, first = _earliest(world)
	with as_user(user_of("officer")), as_of(str(first)):
		with refused(frappe.ValidationError):
			api.remind(record.name, "Telephone", str(first + timedelta(days=1)))
		with refused(frappe.ValidationError):
			api.remind(record.name, "Pigeon", str(first))
		api.remind(record.name, "Telephone", str(first), "已告知申请条件。")
	assert str(first) in on_list("repairable", first)[record.name]["why"]


# ------------------------------------------------------------------ overdue


def test_a_publication_is_late_from_the_day_after_t04_until_it_is_recorded(world):
	case = world.case("listed")
	record = case.records()[0]
	clock = frappe.get_doc("SC Clock", {"run": case.run, "limit": "T04"})
	frappe.db.set_value("SC Clock", clock.name, "status", "Running")
	frappe.db.set_value("SC Publication", {"record": record.name}, "state", "To Push")
	frappe.db.set_value("SC Listing Record", record.name, "state", "L2")
	assert record.name not in on_list("unpublished", clock.due_on)
	row = on_list("unpublished", clock.due_on + timedelta(days=1))[record.name]
	assert (row["reference_doctype"], row["reference_name"]) == ("SC Case", case.case)
	assert row["what"] and row["step"] == "open"
	frappe.db.set_value("SC Publication", {"record": record.name}, "state", "Posted")
	assert record.name not in on_list("unpublished", clock.due_on + timedelta(days=1))


def test_what_is_to_be_withdrawn_after_a_removal_is_late_until_it_is_done(world):
	case = world.case("listed")
	record = case.records()[0]
	matter = Matter.opened_on(record.name, record.term_end + timedelta(days=3), kind="Expiry Removal")
	matter.act("E10", next(iter(_forward(matter, "E10"))))
	while matter.steps and "E50" not in matter.steps:
		step = sorted(matter.steps)[0]
		matter.act(step, next(iter(_forward(matter, step))))
	due = {
		row.limit: row.due_on
		for row in frappe.get_all(
			"SC Clock",
			{"run": matter.run, "limit": ["in", ["T07", "T08"]]},
			["limit", "due_on"],
			order_by="creation",
		)
	}
	assert record.name not in on_list("not_withdrawn", due["T07"])
	row = on_list("not_withdrawn", due["T07"] + timedelta(days=1))[record.name]
	assert (row["reference_doctype"], row["reference_name"]) == ("SC Removal", matter.case)
	late = due["T08"] + timedelta(days=1)
	with as_user(user_of("officer")), as_of(str(late)):
		whats = [r["what"] for r in api.rows("not_withdrawn", DISTRICT)["rows"] if r["name"] == record.name]
	assert any("系统" in what for what in whats) and any("信用" in what or "公示" in what for what in whats)
	matter.day = due["T07"]
	matter.end_duties("E")
	assert record.name not in on_list("not_withdrawn", late)


def _forward(matter: Matter, step: str) -> list[str]:
	from sclist_app.workflow.store import load_procedure

	procedure = load_procedure(frappe.db.get_value("SC Run", matter.run, "procedure_version"))
	return [
		t.action for t in procedure.transitions if t.step == step and t.verb.value in ("Forward", "Agree")
	]


# ------------------------------------------------------------------ who sees what


def test_other_bureaus_see_nothing_and_superiors_see_without_acting():
	case = penalty()
	with as_user(user_of("officer", COUNTY)):
		for call in (api.rows, api.export):
			with refused(frappe.PermissionError):
				call("unlisted", DISTRICT)
		with refused(frappe.PermissionError):
			api.overview(DISTRICT)
		for call in (
			lambda: api.case_of_penalty(case.penalty),
			lambda: api.set_aside(case.penalty, "理由理由"),
		):
			with refused(frappe.PermissionError):
				call()
	assert case.penalty not in on_list("unlisted", user=user_of("officer", COUNTY), below="")
	supervisor = user_of("supervisor", CITY)
	row = on_list("unlisted", user=supervisor, below=CITY)[case.penalty]
	assert row["step"] == ""
	assert case.penalty in on_list("unlisted", user=supervisor, below="")
	with as_user(supervisor), refused(frappe.PermissionError):
		api.set_aside(case.penalty, "理由理由")


def test_counts_are_those_of_the_rows():
	officer = user_of("officer")
	before = count("unlisted", officer)
	penalty()
	assert count("unlisted", officer) == before + 1 == len(on_list("unlisted", below=""))


def test_an_unknown_list_is_refused():
	with as_user(user_of("officer")), refused(frappe.ValidationError):
		api.rows("nothing")


def test_the_export_masks_numbers_of_persons():
	case = penalty()
	person = frappe.get_doc("SC Entity", case.person)
	with engine_writes():
		doc = frappe.copy_doc(frappe.get_doc("SC Penalty", case.penalty))
		doc.entity, doc.document_number = person.name, f"（检）应急罚〔2026〕{case.number}9号"
		doc.insert(ignore_permissions=True)  # the bureau's own form, typed by nobody here
	with as_user(user_of("officer")), as_of(str(LATE)):
		api.export("unlisted", DISTRICT)
		content = frappe.response.filecontent
	lines = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
	line = next(line for line in lines if line[0] == person.entity_name)
	assert "*" in line[1] and line[2].endswith("应急管理局") and line[4] == "2026-03-23"
