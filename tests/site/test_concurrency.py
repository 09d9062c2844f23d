"""Two connections at once: one wins, nothing is done twice, numbers have no gap.

The connections commit. They work on cases, tokens and counters of their own, so that every run starts anew.
"""

import os
import threading
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import entities as entities_api
from sclist_app.api import procedures as procedures_api
from sclist_app.api import run as run_api
from sclist_app.api import service as service_api
from sclist_app.audit import events
from sclist_app.documents import numbers
from sclist_app.workflow import actions, store
from tests.site.support import COUNTY, DISTRICT, Case, as_user, serial, user_of

DAY = datetime(2024, 9, 2, 10, 30)


def _at_once(site: str, *works: Callable[[], object], users: tuple[str, ...]) -> list:
	"""Run the works in connections of their own, begun together; their results, or the errors they raised."""
	start = threading.Barrier(len(works))
	results: list = [None] * len(works)

	def connection(place: int) -> None:
		frappe.init(site=site, sites_path=os.getcwd())
		frappe.connect()
		try:
			frappe.local.lang = "zh"
			frappe.flags.in_test = True
			frappe.set_user(users[place])
			frappe.db.sql("select 1 from `tabSC Run` limit 1")  # the snapshot both begin with
			start.wait(timeout=30)
			with as_of(DAY):
				results[place] = works[place]()
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			results[place] = error
		finally:
			frappe.destroy()

	threads = [threading.Thread(target=connection, args=(place,)) for place in range(len(works))]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join(timeout=120)
	assert not any(thread.is_alive() for thread in threads)
	frappe.db.rollback()  # a new snapshot, to see what they wrote
	return results


@pytest.fixture
def at_review(people) -> Case:
	"""A committed case before the division head; two people hold the post."""
	name = frappe.db.exists("SC Post Assignment", {"user": user_of("credit"), "post": "division_head"})
	if not name:
		doc = frappe.new_doc("SC Post Assignment")
		doc.update(
			{
				"user": user_of("credit"),
				"bureau": DISTRICT,
				"post": "division_head",
				"from_date": "2023-10-01",
			}
		)
		name = doc.insert().name
	frappe.db.set_value("SC Post Assignment", name, {"enabled": 1, "to_date": None})
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.act("C00", "submit")
	frappe.db.commit()
	yield case
	frappe.db.rollback()
	frappe.db.set_value("SC Post Assignment", name, "enabled", 0)
	frappe.db.commit()


def _agree(case: Case, token: str) -> Callable[[], dict]:
	task, seen = case.task("C10"), case.seq
	return lambda: run_api.act(task, "agree", seen, "同意。", token)


def test_of_two_leaders_at_once_one_acts(site, at_review):
	work = _agree(at_review, "")
	results = _at_once(site, work, work, users=(user_of("head"), user_of("credit")))
	won = [r for r in results if isinstance(r, dict)]
	lost = [r for r in results if isinstance(r, Exception)]
	assert len(won) == len(lost) == 1, results
	assert isinstance(lost[0], actions.ChangedSince), repr(lost[0])
	assert at_review.steps == {"C20"}
	assert len([e for e in at_review.events() if e.step == "C10"]) == 1
	assert frappe.db.count("SC Task", {"run": at_review.run, "step": "C20"}) == 1


def test_agreeing_and_refusing_at_once_does_one_of_them(site, at_review):
	task, seen = at_review.task("C10"), at_review.seq
	results = _at_once(
		site,
		lambda: run_api.act(task, "agree", seen, "同意。", ""),
		lambda: run_api.act(task, "refuse", seen, "事实不清。", ""),
		users=(user_of("head"), user_of("credit")),
	)
	assert len([r for r in results if isinstance(r, dict)]) == 1, results
	assert at_review.steps in ({"C20"}, set())
	assert len([e for e in at_review.events() if e.step == "C10"]) == 1


def test_a_double_click_acts_once_and_both_are_answered(site, at_review):
	work = _agree(at_review, f"double-{serial()}")
	results = _at_once(site, work, work, users=(user_of("head"), user_of("head")))
	assert all(isinstance(r, dict) for r in results), results
	assert sorted(r["repeated"] for r in results) == [False, True]
	assert at_review.steps == {"C20"}
	assert len([e for e in at_review.events() if e.step == "C10"]) == 1


def test_two_forms_saved_at_once_do_not_overwrite_each_other(site, people):
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	frappe.db.commit()

	def save(text: str) -> Callable[[], str]:
		doc = frappe.get_doc("SC Case", case.case).as_dict()

		def work() -> str:
			from frappe import client

			return client.save({**doc, "reasons": text})["reasons"]

		return work

	results = _at_once(site, save("一。"), save("二。"), users=(user_of("officer"), user_of("officer")))
	won = [r for r in results if isinstance(r, str)]
	assert won, results
	assert case.doc.reasons in won


def _counter(year: int) -> int:
	return frappe.db.get_value("SC Number Counter", f"{COUNTY}:D05:{year}", "last") or 0


def _year() -> int:
	"""A year no counter has been drawn in yet."""
	year = 3000
	while frappe.db.exists("SC Number Counter", f"{COUNTY}:D05:{year}"):
		year += 1
	return year


def _drawn(results: list) -> list[int]:
	errors = [r for r in results if isinstance(r, Exception)]
	assert not errors, errors
	return sorted(int(n.split("〕")[1].removesuffix("号")) for numbers_ in results for n in numbers_)


def _draw(year: int, count: int) -> Callable[[], list[str]]:
	def work() -> list[str]:
		found = []
		for _ in range(count):
			found.append(numbers.draw(COUNTY, "D05", year))
			frappe.db.commit()
		return found

	return work


def test_numbers_drawn_at_once_have_no_gap_and_no_twin(site, people):
	year = _year()
	results = _at_once(site, *[_draw(year, 5)] * 3, users=("Administrator",) * 3)
	assert _drawn(results) == list(range(1, 16))
	assert _counter(year) == 15


def test_a_number_given_back_is_drawn_by_the_next(site, people):
	year = _year()

	def fails() -> None:
		numbers.draw(COUNTY, "D05", year)
		raise frappe.ValidationError("the document could not be issued")

	assert isinstance(_at_once(site, fails, users=("Administrator",))[0], frappe.ValidationError)
	results = _at_once(site, _draw(year, 2), fails, _draw(year, 2), users=("Administrator",) * 3)
	assert isinstance(results[1], frappe.ValidationError)
	assert _drawn([results[0], results[2]]) == [1, 2, 3, 4]
	assert _counter(year) == 4


def test_cases_opened_at_once_do_not_stop_each_other(site, people):
	"""Each opening begins a chain of its own; none waits for the other's, none is lost in a deadlock."""
	cases = [Case(DISTRICT, date(2024, 9, 2)) for _ in range(3)]
	values = [case.register("6-5") for case in cases]
	frappe.db.commit()

	def opening(value: dict) -> Callable[[], str]:
		return lambda: frappe.get_doc({"doctype": "SC Case", "bureau": DISTRICT, **value}).insert().name

	results = _at_once(site, *[opening(v) for v in values], users=(user_of("officer"),) * 3)
	assert all(isinstance(r, str) for r in results), results
	assert len(set(results)) == 3


def test_two_views_of_a_number_at_once_are_both_logged(site, people):
	"""The chain of a party has no run whose lock would order its writers."""
	case = Case(DISTRICT, date(2024, 9, 2))
	case.register("6-5")
	frappe.db.commit()

	def reveal() -> dict:
		return entities_api.reveal(case.person, "核对")

	results = _at_once(site, reveal, reveal, users=(user_of("officer"), user_of("officer2")))
	assert all(isinstance(r, dict) for r in results), results
	rows = frappe.get_all(
		"SC Event", filters={"chain": f"SC Entity:{case.person}"}, fields=["seq", "actor"], order_by="seq"
	)
	assert [r.seq for r in rows] == [1, 2] and len({r.actor for r in rows}) == 2
	assert events.verify("SC Entity", case.person) == []


def test_one_paper_is_served_once(site, people):
	"""Two officers record the service of one document at the same moment."""
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C30")
	[notice] = case.notices("D01")
	day = case.day
	frappe.db.commit()

	def serve(second: str):
		def work() -> dict:
			with as_of(f"{day} 15:00:00"):
				return service_api.record(
					notice.name,
					"Direct",
					str(day),
					receiver="本人",
					receiver_capacity="Addressee in Person",
					place="住所",
					second_server=user_of(second),
				)

		return work

	results = _at_once(
		site, serve("officer2"), serve("officer"), users=(user_of("officer"), user_of("officer2"))
	)
	assert len([r for r in results if isinstance(r, dict)]) == 1, results
	assert frappe.db.count("SC Service Record", {"notice": notice.name, "result": "Served"}) == 1


def test_the_scan_running_twice_moves_a_case_once(site, people):
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C40")
	frappe.db.commit()
	due = case.clock("T01").due_on
	frappe.db.rollback()
	later = datetime.combine(due + timedelta(days=1), time(1, 0))

	def scan() -> bool:
		with as_of(later):
			return actions.expire(run, "C40")

	run = case.run
	results = _at_once(site, scan, scan, users=("Administrator", "Administrator"))
	assert [r for r in results if r is True] == [True], results
	assert case.steps == {"C50"}
	assert len([e for e in case.events() if e.event == "expired"]) == 1


def test_a_transfer_during_an_approval(site, at_review):
	"""One holder of the post hands the task on while another agrees: one of the two, never both."""
	task, seen = at_review.task("C10"), at_review.seq
	results = _at_once(
		site,
		lambda: run_api.act(task, "agree", seen, "同意。", ""),
		lambda: run_api.transfer(task, user_of("credit"), "外出。") or {},
		users=(user_of("credit"), user_of("head")),
	)
	won = [r for r in results if isinstance(r, dict)]
	lost = [r for r in results if isinstance(r, Exception)]
	assert len(won) == len(lost) == 1, results
	assert str(lost[0]) or lost[0].args, "the other was not told why"
	if isinstance(results[0], dict):
		assert at_review.steps == {"C20"}
		assert not frappe.db.exists("SC Task", {"run": at_review.run, "status": "Transferred"})
	else:
		assert at_review.steps == {"C10"}
		assert frappe.db.get_value("SC Task", at_review.task("C10"), "assignee") == user_of("credit")


@pytest.fixture
def in_review(people) -> str:
	"""A committed version of the county's own, handed in for approval; unbound again afterwards."""
	frappe.set_user(user_of("rules", COUNTY))
	name = procedures_api.copy("listing-standard-v1", f"race-{serial()}", "并发检验程序", COUNTY)["name"]
	procedures_api.submit(name)
	frappe.set_user("Administrator")
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.db.delete("SC Procedure Binding", {"version": name})
	frappe.db.commit()


def test_a_version_is_published_once(site, in_review):
	def publish() -> dict:
		procedures_api.publish(in_review, "2024-01-01")
		return {}

	approver = user_of("approver", COUNTY)
	results = _at_once(site, publish, publish, users=(approver, approver))
	assert len([r for r in results if isinstance(r, dict)]) == 1, results
	assert len([r for r in results if isinstance(r, Exception)]) == 1, results
	published = {"chain": f"SC Procedure Version:{in_review}", "event": "published"}
	assert frappe.db.count("SC Event", published) == 1


def test_a_case_begun_while_its_rules_change_has_one_version(site, in_review):
	"""A version is published and bound while a case starts: the case runs wholly by the old one or by the new."""
	before = store.bound_version(COUNTY, "Listing", date(2024, 9, 2))
	case = Case(COUNTY, date(2024, 9, 2))
	values = case.register("6-5")
	frappe.db.commit()

	def change() -> str:
		procedures_api.publish(in_review, "2024-01-01")
		return procedures_api.bind(in_review, COUNTY, "2024-09-01")["name"]

	def begin() -> str:
		return frappe.get_doc({"doctype": "SC Case", "bureau": COUNTY, **values}).insert().name

	results = _at_once(site, begin, change, users=(user_of("officer", COUNTY), user_of("approver", COUNTY)))
	assert all(isinstance(r, str) for r in results), results
	run = frappe.get_doc("SC Run", frappe.db.get_value("SC Case", results[0], "run"))
	assert run.procedure_version in (before, in_review)
	first = frappe.db.get_value("SC Task", {"run": run.name, "status": "Open"}, "step")
	start = frappe.db.get_value("SC Procedure Step", {"parent": run.procedure_version, "is_start": 1}, "code")
	assert first == start
	later = Case(COUNTY, date(2024, 9, 2))
	with later.acting(user_of("officer", COUNTY)):
		name = frappe.get_doc({"doctype": "SC Case", "bureau": COUNTY, **later.register("6-5")}).insert().name
	assert frappe.db.get_value("SC Case", name, "procedure_version") == in_review


def test_a_case_moved_to_another_version_during_an_act(site, at_review):
	"""An approver moves the case to a newer version while the division head agrees: one of the two is told to look again.

	Whichever came first, the case runs wholly by one version and its log tells both what was done and by whom.
	"""
	with as_user(user_of("rules")):
		newer = procedures_api.copy("listing-standard-v1", f"moved-{serial()}", "并发检验程序", DISTRICT)[
			"name"
		]
		doc = frappe.get_doc("SC Procedure Version", newer)
		next(row for row in doc.steps if row.code == "C20").post = "principal_leader"
		doc.save()
		procedures_api.submit(newer)
	with as_user(user_of("approver")):
		procedures_api.publish(newer, "2024-01-01")
	frappe.db.commit()
	run, task, seen = at_review.run, at_review.task("C10"), at_review.seq
	before = frappe.db.get_value("SC Run", run, "procedure_version")
	results = _at_once(
		site,
		lambda: run_api.act(task, "agree", seen, "同意。", ""),
		lambda: procedures_api.move(run, newer, "按新版程序办理，便于统一执行。", seen, ""),
		users=(user_of("head"), user_of("approver")),
	)
	won = [r for r in results if isinstance(r, dict)]
	lost = [r for r in results if isinstance(r, Exception)]
	assert len(won) == len(lost) == 1, results
	assert isinstance(lost[0], store.ChangedSince), repr(lost[0])
	version = frappe.db.get_value("SC Run", run, "procedure_version")
	if isinstance(results[0], dict):
		assert (version, at_review.steps) == (before, {"C20"})
		assert frappe.db.get_value("SC Task", at_review.task("C20"), "post") == "deputy_leader"
	else:
		assert (version, at_review.steps) == (newer, {"C10"})
		at_review.act("C10", "agree", "同意。")
		assert frappe.db.get_value("SC Task", at_review.task("C20"), "post") == "principal_leader"
	assert events.verify("SC Case", at_review.case) == []
