"""The life of listing records under random moves: the functions that the effects of the procedures call, on a real site.

After every move: one open record at most for a subject and an event; the public page shows exactly what is in term and
published; what was published or put in force ends with the record; a start date, once set, stays.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import frappe
import pytest
from frappe.utils import getdate
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
	RuleBasedStateMachine,
	initialize,
	invariant,
	precondition,
	rule,
	run_state_machine_as_test,
)

from sclist_app.access import local_rules
from sclist_app.access.today import as_of
from sclist_app.law import ending
from sclist_app.register import (
	entry,
	objection,
	public,
	publication,
	records,
	removal_effects,
	removals,
	restoring,
)
from tests.site.conftest import _forget
from tests.site.support import DISTRICT, Case, as_user, refused, serial, user_of
from tests.site.test_local_rules import rule as local_rule

FIRST_DAY = date(2024, 8, 26)
LEAP_DAY = date(2028, 2, 29)
IN_TERM = ("L1", "L2", "L3")
# what gives the event free for another listing (办法第十五条; entries of earlier rules)
FREE = ("L8", "L9")
OVER = {
	"SC Publication": {"To Withdraw", "Taken Down", "Withdrawn", "Not Needed"},
	"SC Measure Record": {"To Lift", "Lifted", "Not Needed"},
	"SC Joint Action": {"To Lift", "Lifted", "Not Needed"},
}
RUNNING = {
	"SC Publication": {"To Push", "Pushed", "Posted", "Push Failed"},
	"SC Measure Record": {"To Carry Out", "In Force"},
	"SC Joint Action": {"To Send", "Sent", "Answered"},
}
# what anybody outside saw, felt or was told of must be taken back, never forgotten
SEEN = {"Pushed", "Posted", "In Force", "Sent", "Answered"}
CHOICE = st.integers(0, 1_000)


def term_of(start: date) -> date:
	"""Three years on: the same day, or the last of February where there is none (民法典第二百零二条)."""
	try:
		return start.replace(year=start.year + 3)
	except ValueError:
		return date(start.year + 3, 2, 28)


def application_of(start: date) -> date:
	"""The day after twelve full months."""
	try:
		return start.replace(year=start.year + 1) + timedelta(days=1)
	except ValueError:
		return date(start.year + 1, 3, 1)


@pytest.fixture(scope="module")
def parties(people) -> list[str]:
	"""Cases in their first step, committed: two on one event of the same unit and person, one on another event."""
	frappe.db.rollback()
	first = Case.opened(DISTRICT, FIRST_DAY, "7-1")
	second = Case(DISTRICT, FIRST_DAY)
	second.unit, second.person, second.penalty = first.unit, first.person, first.penalty
	second.number = first.number
	third = Case(DISTRICT, FIRST_DAY)
	third.unit, third.person, third.number = first.unit, first.person, first.number
	company = frappe.db.get_value("SC Entity", first.unit, "entity_name")
	third.penalty = third.new(
		"SC Penalty",
		{
			"document_number": f"（检）应急罚〔2024〕{serial()}号",
			"entity": first.unit,
			"bureau": DISTRICT,
			"decided_on": str(FIRST_DAY),
			"violation": f"{company}在安全生产许可证有效期届满后未办理延期手续，擅自组织生产。",
			"basis": "《安全生产许可证条例》第十九条",
			"items": [{"kind": "Fine", "amount": 300_000}],
		},
	)
	for case in (second, third):
		case.open_case(case.values("7-1"))
	frappe.db.commit()
	return [case.case for case in (first, second, third)]


class Lives(RuleBasedStateMachine):
	"""Records of two subjects and two events, three cases on them; `day` only goes forward."""

	cases: tuple[str, ...] = ()

	def __init__(self) -> None:
		super().__init__()
		frappe.db.savepoint("life")
		self.day = FIRST_DAY + timedelta(days=3)
		self.events: dict[str, str] = {}  # record → its event, as this test counts events
		self.started: dict[str, date] = {}  # record → the day of listing
		self.term_from: dict[str, date] = {}
		self.visited: dict[str, bool] = {}  # record → do the rules want visits after its removal?
		self.was: dict[str, dict[tuple[str, str], str]] = {}

	def teardown(self) -> None:
		frappe.db.rollback(save_point="life")
		frappe.local.message_log = []
		_forget()

	@initialize(months=st.sampled_from(["", "3,6"]), departments=st.booleans())
	def rules(self, months: str, departments: bool) -> None:
		given = {"follow_up_months": months} if months else {}
		if departments:
			given["recipients"] = [{"recipient": "小店区市场监督管理局", "way": "Platform"}]
		if given:
			local_rule(**given)
		self.the_decision_lists(0)

	# -------------------------------------------------------------- means

	@contextmanager
	def now(self, user: str = "Administrator") -> Iterator[None]:
		with as_user(user), as_of(datetime.combine(self.day, time(10, 30))):
			yield

	def rows(self, *fields: str) -> list:
		return frappe.get_all(
			"SC Listing Record",
			filters={"case": ["in", self.cases]},
			fields=["name", "entity", "entity_name", "state", "case", "run", *fields],
			order_by="creation asc, name asc",
		)

	def pick(self, rows: list, choice: int):
		return rows[choice % len(rows)] if rows else None

	def of(self, doctype: str, *states: str) -> list:
		return frappe.get_all(
			doctype,
			filters={"case": ["in", self.cases], "state": ["in", states]},
			fields=["name", "record"],
			order_by="creation asc, name asc",
		)

	# -------------------------------------------------------------- time

	@rule(days=st.sampled_from([1, 1, 20, 200, 370, 1100]))
	def time_passes(self, days: int) -> None:
		self.day += timedelta(days=days)

	@rule()
	def a_leap_day_comes(self) -> None:
		self.day = max(self.day, LEAP_DAY)

	# -------------------------------------------------------------- the moves

	@rule(choice=CHOICE)
	def the_decision_lists(self, choice: int) -> None:
		doc = frappe.get_doc("SC Case", self.pick(list(self.cases), choice))
		event = f"{doc.ground}:{sorted(row.penalty for row in doc.penalties)}"
		taken = {
			(row.entity, self.events[row.name])
			for row in self.rows()
			if row.state not in FREE  # removed by expiry or early: the event has been dealt with
		}
		run = frappe.get_doc("SC Run", doc.run)
		if any((row.entity, event) in taken for row in doc.subjects):
			with refused(frappe.ValidationError, match="同一事件"), self.now():
				records.open_records(doc, run, {}, self.day, self.day)
			return
		with self.now():
			for name in records.open_records(doc, run, {}, self.day, self.day):
				self.events[name] = event
				self.started[name] = self.term_from[name] = self.day

	@rule(choice=CHOICE)
	def it_is_entered(self, choice: int) -> None:
		row = self.pick(self.rows(), choice)
		if row is None:
			return
		with self.now(user_of("credit")):
			if row.state in IN_TERM:
				entry.enter(row.name, "AQSX1", str(self.day), "")
				records.advance(row.case, "L2")
			else:
				with refused(frappe.ValidationError, match="不在名单"):
					entry.enter(row.name, "AQSX1", str(self.day), "")

	@rule(choice=CHOICE)
	def one_publishes(self, choice: int) -> None:
		row = self.pick(self.of("SC Publication", "To Push"), choice)
		if row:
			with self.now(user_of("credit")):
				address = f"https://p.example.invalid/{row.name}"
				publication.record(
					row.name, address, f"{self.day} 09:30:00", "https://p.example.invalid/x.png", ""
				)

	@rule(choice=CHOICE, returned=st.booleans())
	def another_confirms(self, choice: int, returned: bool) -> None:
		row = self.pick(self.of("SC Publication", "Pushed"), choice)
		if row is None:
			return
		with self.now(user_of("credit")), refused(frappe.ValidationError, match="另一人"):
			publication.confirm(row.name)
		with self.now(user_of("check")):
			if returned:
				publication.send_back(row.name, "截图不清。")
			else:
				publication.confirm(row.name)
				case = frappe.db.get_value("SC Listing Record", row.record, "case")
				if not publication.unfinished(case, reviewed=True):
					records.advance(case, "L3")

	@rule(choice=CHOICE)
	def a_measure_is_carried_out(self, choice: int) -> None:
		row = self.pick(
			self.of("SC Measure Record", *RUNNING["SC Measure Record"], *OVER["SC Measure Record"]), choice
		)
		if row is None:
			return
		state = frappe.db.get_value("SC Listing Record", row.record, "state")
		with self.now(user_of("credit")):
			if state in IN_TERM:
				entry.carry_out(row.name, str(self.day), "", "")
			else:
				with refused(frappe.ValidationError, match="不在名单"):
					entry.carry_out(row.name, str(self.day), "", "")

	@rule(choice=CHOICE, state=st.sampled_from(["L6", "L7", "L7", "L8", "L9"]))
	def it_is_taken_off(self, choice: int, state: str) -> None:
		row = self.pick(self.rows("bureau", "listed_on", "term_end"), choice)
		if row is None:
			return
		if state == "L6" and ending.may_expire(removals.ending_facts(row), self.day):
			return  # the law does not let the decision be drawn
		run = frappe.get_doc("SC Run", row.run)
		if row.state not in IN_TERM:
			with refused(frappe.ValidationError, match="不在名单"), self.now():
				removal_effects.remove(row.name, state, self.day, run, None)
			return
		with self.now():
			removal_effects.remove(row.name, state, self.day, run, None)
			self.visited[row.name] = state in ("L6", "L7") and bool(local_rules.follow_up_months(DISTRICT))

	@rule(choice=CHOICE)
	def fraud_is_found(self, choice: int) -> None:
		row = self.pick(self.rows(), choice)
		if row is None:
			return
		run = frappe.get_doc("SC Run", row.run)
		if row.state != "L7":
			with refused(frappe.ValidationError), self.now():
				restoring.restore(row.name, self.day, run)
			return
		with self.now():
			restoring.restore(row.name, self.day, run)
		self.term_from[row.name] = self.day

	@rule(choice=CHOICE)
	def a_publication_is_taken_down(self, choice: int) -> None:
		row = self.pick(self.of("SC Publication", "To Withdraw"), choice)
		if row:
			with self.now(user_of("credit")):
				removal_effects.withdraw(
					row.name, f"{self.day} 09:40:00", "https://p.example.invalid/y.png", ""
				)

	@rule(choice=CHOICE, returned=st.booleans())
	def another_looks_whether_it_is_gone(self, choice: int, returned: bool) -> None:
		row = self.pick(self.of("SC Publication", "Taken Down"), choice)
		if row:
			with self.now(user_of("check")):
				if returned:
					removal_effects.send_back_withdrawal(row.name, "网页仍可打开。")
				else:
					removal_effects.confirm_withdrawal(row.name)

	@rule(choice=CHOICE)
	def a_measure_is_lifted(self, choice: int) -> None:
		row = self.pick(self.of("SC Measure Record", "To Lift"), choice)
		if row:
			with self.now(user_of("credit")):
				removal_effects.lift(row.name, str(self.day), "", "")

	@rule(choice=CHOICE, on=st.booleans())
	def somebody_objects(self, choice: int, on: bool) -> None:
		row = self.pick(self.rows(), choice)
		if row:
			with self.now():
				objection.mark(row.name, self.day) if on else objection.unmark(row.name, "")

	@precondition(lambda self: self.started)
	@rule(choice=CHOICE)
	def the_scan_comes_by(self, choice: int) -> None:
		"""What the scan finds is what a person would: in term by its state, and past the last day of its term."""
		rows = self.rows("term_end")
		late = {row.name for row in rows if row.state in IN_TERM and getdate(row.term_end) < self.day}
		dealt_with = set(
			frappe.get_all(
				"SC Removal",
				filters={"record": ["in", list(self.started)], "open_key": ["is", "set"]},
				pluck="record",
			)
		)
		found = set(removals.expired(self.day)) & set(self.started)
		assert found == late - dealt_with
		row = self.pick(sorted(found), choice)
		if row:
			with self.now():
				assert removals.open_due(row) and removals.open_due(row)
			assert row not in removals.expired(self.day)

	# -------------------------------------------------------------- what holds always

	@invariant()
	def one_open_record_for_a_subject_and_event(self) -> None:
		rows = self.rows("open_key")
		open_ones = Counter((row.entity, self.events[row.name]) for row in rows if row.state in IN_TERM)
		assert max(open_ones.values(), default=0) <= 1
		assert {row.name for row in rows if not row.open_key} == {
			row.name for row in rows if row.state in FREE
		}
		drafts = Counter(
			frappe.get_all(
				"SC Removal",
				filters={"record": ["in", list(self.started) or [""]], "open_key": ["is", "set"]},
				pluck="record",
			)
		)
		assert max(drafts.values(), default=0) <= 1

	@invariant()
	def the_public_list_is_what_is_in_term_and_published(self) -> None:
		confirmed = set(
			frappe.get_all(
				"SC Publication",
				filters={"case": ["in", self.cases], "channel": "own_site", "state": "Posted"},
				pluck="record",
			)
		)
		rows = self.rows("listed_on", "term_end", "restored_on", "objection_marked")
		for entity in {row.entity_name for row in rows}:
			expected = Counter(
				(row.listed_on, row.term_end, row.restored_on, bool(row.objection_marked))
				for row in rows
				if row.entity_name == entity and row.state in IN_TERM and row.name in confirmed
			)
			found = public.search(entity, 1, "").rows
			assert {row.name for row in found} <= {entity}
			assert Counter((r.listed_on, r.term_end, r.restored_on, r.objected) for r in found) == expected

	@invariant()
	def what_was_seen_is_taken_back_when_the_record_ends(self) -> None:
		before, self.was = self.was, {}
		for row in self.rows():
			now = {
				(doctype, child.name): child.state
				for doctype in OVER
				for child in frappe.get_all(
					doctype, filters={"record": row.name}, fields=["name", "state"], order_by="name"
				)
			}
			self.was[row.name] = now
			allowed = RUNNING if row.state in IN_TERM else OVER
			for (doctype, name), state in now.items():
				assert state in allowed[doctype], (row.state, doctype, state)
				if before.get(row.name, {}).get((doctype, name)) in SEEN:
					assert state != "Not Needed", "it was out in the world, so it must be taken back"
			visits = set(
				frappe.get_all("SC Follow Up", filters={"record": row.name}, pluck="state", order_by="name")
			)
			assert ("To Visit" in visits) == (row.state not in IN_TERM and self.visited[row.name])

	@invariant()
	def dates_follow_the_law(self) -> None:
		for row in self.rows("listed_on", "term_end", "earliest_application", "restored_on", "removed_on"):
			start = self.term_from[row.name]
			assert row.listed_on == self.started[row.name], "the start date is kept, through restoration too"
			assert row.restored_on == (start if start != row.listed_on else row.restored_on)
			assert (row.term_end, row.earliest_application) == (term_of(start), application_of(start))
			assert bool(row.removed_on) == (row.state not in IN_TERM)


def test_the_life_of_records_under_random_moves(parties, monkeypatch):
	def rollback(*, save_point: str | None = None) -> None:
		assert save_point, "a fault was swallowed"
		plain(save_point=save_point)

	plain = frappe.db.rollback
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)
	monkeypatch.setattr(frappe.db, "rollback", rollback)
	monkeypatch.setattr(Lives, "cases", tuple(parties))
	run_state_machine_as_test(
		Lives,
		settings=settings(
			max_examples=20,
			stateful_step_count=40,
			deadline=None,
			# each step asks the database some ten times: finding the shortest story would take minutes
			phases=(Phase.generate,),
			suppress_health_check=list(HealthCheck),
		),
	)
