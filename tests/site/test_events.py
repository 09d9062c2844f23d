"""The log: a chain that shows every change, each act once, nobody acts on what they did not see."""

from datetime import date

import frappe
import pytest

from sclist_app.api import run as run_api
from sclist_app.audit import events
from sclist_app.workflow.actions import ChangedSince
from tests.site.support import DISTRICT, Case, as_user, refused, user_of


@pytest.fixture
def chain(world) -> tuple[Case, list]:
	case = world.case("listed")
	rows = case.events()
	assert len(rows) > 10 and events.verify("SC Case", case.case) == []
	return case, rows


@pytest.mark.parametrize(
	("field", "value"),
	[
		("opinion", "改写的意见"),
		("actor", "Administrator"),
		("label", "Refused"),
		("at", "2024-01-01 00:00:00"),
		("data", "{}"),
		("step", "C99"),
		("event", "expired"),
		("acting_for", "Administrator"),
		("hash", "0" * 64),
		("previous_hash", "0" * 64),
	],
)
def test_a_row_changed_in_the_database_is_found(chain, field, value):
	case, rows = chain
	row = rows[4]
	frappe.db.sql(f"update `tabSC Event` set `{field}` = %s where name = %s", (value, row.name))
	assert row.seq in events.verify("SC Case", case.case)


def test_a_row_removed_or_slipped_in_is_found(chain):
	case, rows = chain
	frappe.db.sql("delete from `tabSC Event` where name = %s", (rows[3].name,))
	assert events.verify("SC Case", case.case)
	frappe.db.sql(
		"update `tabSC Event` set seq = seq - 1 where chain = %s and seq > %s",
		(f"SC Case:{case.case}", rows[3].seq),
	)
	assert events.verify("SC Case", case.case), "renumbering does not hide it"


def test_a_changed_row_with_a_new_seal_breaks_the_next(chain):
	case, rows = chain
	row = frappe.get_doc("SC Event", rows[4].name).as_dict()
	row.opinion = "改写的意见"
	seal = events.seal(row, row.previous_hash)
	frappe.db.sql(
		"update `tabSC Event` set opinion = %s, hash = %s where name = %s", (row.opinion, seal, row.name)
	)
	assert events.verify("SC Case", case.case) == [rows[5].seq]


def test_only_the_engine_appends(chain):
	_case, rows = chain
	for user in (user_of("officer"), "Administrator"):
		with as_user(user):
			copy = frappe.copy_doc(frappe.get_doc("SC Event", rows[0].name))
			copy.chain_key = "x"
			with refused(frappe.PermissionError):
				copy.insert(ignore_permissions=True)
			row = frappe.get_doc("SC Event", rows[0].name)
			row.opinion = "改写"
			with refused(frappe.PermissionError):
				row.save(ignore_permissions=True)
			with refused(frappe.PermissionError):
				row.delete(ignore_permissions=True)


def test_even_the_engine_does_not_rewrite(chain):
	from sclist_app.access.guard import engine_writes

	_case, rows = chain
	row = frappe.get_doc("SC Event", rows[0].name)
	row.opinion = "改写"
	with engine_writes(), refused(frappe.PermissionError):
		row.save(ignore_permissions=True)


def test_every_act_leaves_one_row_with_its_actor(world):
	case = world.case("fresh")
	before = len(case.events())
	case.act("C00", "submit", user=case.people("officer"))
	case.wait(1)
	case.act("C10", "return", "材料不全。", user=case.people("head"))
	first, second = case.events()[before:]
	assert (first.event, first.actor, first.step) == ("acted", case.people("officer"), "C00")
	assert (second.actor, second.step, second.opinion) == (case.people("head"), "C10", "材料不全。")


def test_a_refused_act_leaves_no_row(world):
	case = world.case("fresh")
	before = len(case.events())
	with refused():
		case.act("C00", "drop")
	with refused():
		case.act("C00", "submit", user=case.people("head"))
	assert len(case.events()) == before


# --- each act once


def test_the_same_token_acts_once(world):
	case = world.case("fresh")
	task, seen, officer = case.task("C00"), case.seq, case.people("officer")
	with case.acting(officer):
		first = run_api.act(task, "submit", seen, "", "token-1")
		again = run_api.act(task, "submit", seen, "", "token-1")
	assert not first["repeated"] and again["repeated"] and first["seq"] == again["seq"]
	assert case.steps == {"C10"} and case.seq == seen + 1
	assert len([e for e in case.events() if e.event == "acted"]) == 1


def test_a_token_belongs_to_its_user(world):
	"""Another user's token does not swallow an act."""
	case = world.case("fresh")
	with case.acting(case.people("officer")):
		run_api.act(case.task("C00"), "submit", case.seq, "", "token-2")
	with case.acting(case.people("head")):
		answer = run_api.act(case.task("C10"), "agree", case.seq, "同意。", "token-2")
	assert not answer["repeated"] and case.steps == {"C20"}


def test_a_token_of_one_case_does_not_answer_for_another(world):
	first, second = world.case("fresh"), Case.opened(DISTRICT, date(2024, 9, 2))
	officer = first.people("officer")
	with first.acting(officer):
		run_api.act(first.task("C00"), "submit", first.seq, "", "token-3")
		with refused(frappe.ValidationError):
			run_api.act(second.task("C00"), "submit", second.seq, "", "token-3")
	assert second.steps == {"C00"}


def test_who_saw_an_older_state_is_refused(world):
	case = world.case("fresh")
	officer, task, seen = case.people("officer"), case.task("C00"), case.seq
	for stale in (seen - 1, seen + 1, -1, 10**6):
		with case.acting(officer), refused(ChangedSince):
			run_api.act(task, "submit", stale, "", "")
	case.act("C00", "submit")
	case.act("C10", "return", "材料不全。")
	with case.acting(officer), refused(ChangedSince):
		run_api.act(case.task("C00"), "submit", seen, "", "")
	assert ChangedSince.http_status_code == 409
