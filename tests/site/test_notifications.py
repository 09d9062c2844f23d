"""Messages: once each, mailed after the commit, to those who may know and want to, and without personal data."""

import re
from datetime import date, timedelta
from email import message_from_string, policy
from typing import Any
from unittest.mock import patch

import frappe
import pytest
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import messages as messages_api
from sclist_app.documents.issue import text_blocks
from sclist_app.register import identity, notifications, removals
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import outbox, scan, store
from sclist_app.workflow.calendars import calendar_of
from tests.site.support import CITY, DISTRICT, as_user, refused, user_of

ADDRESS = "notify@sclist-test.invalid"
REPAIR_DAY = date(2025, 10, 9)
LONG_NUMBER = re.compile(r"\d{15}")
pytestmark = pytest.mark.usefixtures("words_sent")


@pytest.fixture(autouse=True)
def _no_commit(monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda *a, **k: None)


@pytest.fixture(autouse=True)
def _no_job(monkeypatch):
	"""Mails are queued by the calls of the tests; what is rolled back is no work for the site's workers."""
	monkeypatch.setattr(outbox, "_enqueue", lambda name: None)


@pytest.fixture
def account():
	"""An outgoing account nothing is sent by: the framework's queue is as far as a test goes."""
	doc = frappe.new_doc("Email Account")
	doc.update(
		{
			"email_account_name": "检验发信",
			"email_id": "sender@sclist-test.invalid",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"awaiting_password": 1,
			"password": "x",
		}
	)
	doc.flags.ignore_validate = True
	doc.insert()
	_forget_accounts()
	yield doc.name
	_forget_accounts()


def _forget_accounts() -> None:
	for name in ("outgoing_email_account",):
		if hasattr(frappe.local, name):
			delattr(frappe.local, name)


@pytest.fixture
def unit(world):
	return next(r for r in world.case("listed").records() if r.entity_kind != "Person")


@pytest.fixture
def person(world):
	return next(r for r in world.case("listed").records() if r.entity_kind == "Person")


def consents(entity: str, address: str = ADDRESS) -> None:
	frappe.db.set_value("SC Entity", entity, {"notice_email": address, "notice_email_consent": 1})


def messages(**filters: Any) -> list:
	return frappe.get_all(
		"SC Message",
		filters=filters,
		fields=[
			"name",
			"kind",
			"user",
			"email",
			"mail_state",
			"subject",
			"message",
			"message_key",
			"tries",
			"mail_error",
			"email_queue",
		],
		order_by="creation, name",
	)


def about(*references: str) -> list:
	return messages(reference_name=["in", references])


def setting(field: str, value: int) -> None:
	frappe.db.set_single_value("SC Settings", field, value)
	frappe.clear_document_cache("SC Settings", "SC Settings")


@pytest.fixture(autouse=True)
def _settings_as_they_were():
	yield
	frappe.clear_document_cache("SC Settings", "SC Settings")


def due_soon(world) -> tuple[str, str]:
	"""A clock of the case in its first step whose day of warning is today; the clock and the case."""
	case = world.case("waiting")
	clock = frappe.get_all(
		"SC Clock",
		filters={"run": case.run, "status": "Running", "limit": ["not in", ["T16", "T17"]]},
		pluck="name",
		order_by="creation",
	)[0]
	day = case.day
	frappe.db.set_value("SC Clock", clock, {"warn_on": day, "due_on": day + timedelta(days=2), "warned": 0})
	return clock, case.case


def warned(clock: str, day: date) -> bool:
	with as_of(f"{day} 08:00:00"):
		return scan._warn(clock)


# ------------------------------------------------------------------ officers


def test_due_soon_is_told_on_the_desk_and_by_mail_once(world, account):
	clock, case = due_soon(world)
	day = world.case("waiting").day
	assert warned(clock, day)
	told = about(case)
	assert told and {row.kind for row in told} == {"Due Soon"}
	assert {row.mail_state for row in told} == {"Mail To Send"}
	for row in told:
		assert frappe.db.count("Notification Log", {"for_user": row.user, "document_name": case}) == 1
		assert outbox.deliver(row.name) and not outbox.deliver(row.name)
		assert frappe.db.count("Email Queue", {"reference_name": row.name}) == 1
	# told again though the clock was not marked: the message is there already
	frappe.db.set_value("SC Clock", clock, "warned", 0)
	assert warned(clock, day)
	assert len(about(case)) == len(told)


def test_each_officer_may_switch_it_off(world, account):
	clock, case = due_soon(world)
	day, users = world.case("waiting").day, set()
	for task in store.open_tasks(world.case("waiting").run):
		users |= set(store.concerned(task))
	user = sorted(users)[0]
	if not frappe.db.exists("Notification Settings", user):
		frappe.get_doc({"doctype": "Notification Settings", "name": user, "user": user}).insert()
	frappe.db.set_value("Notification Settings", user, {"enabled": 1, "enable_email_notifications": 0})
	warned(clock, day)
	[mine] = [row for row in about(case) if row.user == user]
	assert mine.mail_state == "Not Wanted"
	assert frappe.db.count("Notification Log", {"for_user": user, "document_name": case}) == 1
	frappe.db.set_value("Notification Settings", user, "enabled", 0)
	assert not outbox.tell_officer("Due Soon", "another", user, "提醒", "SC Case", case, DISTRICT)


@pytest.mark.parametrize("field", ["tell_due", "mail_officers"])
def test_the_site_may_switch_it_off(world, account, field):
	setting(field, 0)
	clock, case = due_soon(world)
	warned(clock, world.case("waiting").day)
	told = about(case)
	if field == "tell_due":
		assert not told and not frappe.db.exists("Notification Log", {"document_name": case})
	else:
		assert told and {row.mail_state for row in told} == {"Not Wanted"}


def test_without_an_account_officers_are_told_on_the_desk(world, monkeypatch):
	monkeypatch.setattr(outbox, "_can_mail", lambda: False)
	clock, case = due_soon(world)
	warned(clock, world.case("waiting").day)
	told = about(case)
	assert told and {row.mail_state for row in told} == {"Not Wanted"}


def test_the_digest_counts_once_a_day(world):
	case = world.case("fresh")
	task = store.open_tasks(case.run)[0]
	user = store.concerned(task)[0]
	opened = frappe.db.get_value("SC Task", task.name, "opened_on")
	calendar, day = calendar_of(None), getdate(opened) + timedelta(days=1)
	while not calendar.is_workday(day):
		with as_of(f"{day} 07:30:00"):
			assert notifications.digest() == 0, "nobody is told on a day off"
		day += timedelta(days=1)
	with as_of(f"{day} 06:30:00"):
		assert notifications.digest() == 0
	with as_of(f"{day} 07:30:00"):
		notifications.digest()
		[row] = messages(kind="New Task", user=user)
		assert re.search(r"您有\d+件新待办", row.subject)
		notifications.digest()
		assert len(messages(kind="New Task", user=user)) == 1
	assert not [r for r in messages(kind="New Task") if not r.user]


def test_an_application_a_decision_and_a_report_are_told(world, unit):
	repair = RepairPlayer(unit.name, REPAIR_DAY)
	repair.open()
	hourly(repair.day)
	assert not messages(kind="Application Received", reference_name=repair.case), "who entered it knows"
	_came_by_itself(repair.case)
	hourly(repair.day)
	arrived = messages(kind="Application Received", reference_name=repair.case)
	people = {row.user for row in arrived}
	assert people and people <= _people(DISTRICT) and len(people) == len(arrived)
	repair.play()
	hourly(repair.day)
	officer = frappe.db.get_value("SC Repair Application", repair.case, "officer")
	decided = messages(kind="Decision Made", reference_name=repair.case)
	assert [row.user for row in decided] == [officer] and "准予" in decided[0].subject
	report = frappe.db.get_value("SC Upward Report", {"reference_name": repair.case}, "name")
	reported = messages(kind="Report Received", reference_name=report)
	assert user_of("supervisor", CITY) in {row.user for row in reported}
	assert {row.user for row in reported} <= _people(CITY)
	before = len(messages())
	hourly(repair.day)
	assert len(messages()) == before


def _came_by_itself(application: str) -> None:
	"""As if the party had handed it in online."""
	frappe.db.set_value("SC Repair Application", application, "owner", "Guest")


def _people(bureau: str) -> set[str]:
	return set(frappe.get_all("SC Post Assignment", filters={"bureau": bureau}, pluck="user"))


def hourly(day: date) -> int:
	"""The job as it runs in that hour; rows of a test are written now, whatever day they play on."""
	with as_of(f"{day} 23:00:00"), patch.object(notifications, "LOOK_BACK", timedelta(days=365 * 5)):
		return notifications.hourly()


def test_other_bureaus_learn_nothing(world, unit):
	repair = RepairPlayer(unit.name, REPAIR_DAY)
	repair.open()
	_came_by_itself(repair.case)
	hourly(repair.day)
	own = about(repair.case)
	assert own and {row.user for row in own} <= _people(DISTRICT)
	for user, reads in ((user_of("officer"), True), (user_of("officer", CITY), False)):
		with as_user(user):
			names = [row.name for row in own]
			listed = frappe.get_list("SC Message", filters={"name": ["in", names]}, pluck="name")
			assert sorted(listed) == (sorted(names) if reads else [])


# ------------------------------------------------------------------ parties


def remind(day: date) -> int:
	with as_of(f"{day} 06:00:00"):
		return notifications.remind_of_early_removal()


def test_eleven_months_with_consent_once(unit, account):
	consents(unit.entity)
	opens = frappe.db.get_value("SC Listing Record", unit.name, "earliest_application")
	assert str(opens) == "2025-09-28"
	remind(date(2025, 8, 27))
	assert not messages(reference_name=unit.name, kind="Eleven Months")
	remind(date(2025, 8, 28))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	assert (row.email, row.mail_state) == (ADDRESS, "Mail To Send")
	assert "2025年9月28日" in row.subject and "已经履行行政处罚决定" in row.message
	remind(date(2025, 9, 1))
	assert len(messages(reference_name=unit.name, kind="Eleven Months")) == 1
	assert outbox.deliver(row.name)
	queued = frappe.get_doc("Email Queue", {"reference_name": row.name})
	assert [r.recipient for r in queued.recipients] == [ADDRESS]


def test_without_consent_nobody_is_mailed_and_the_officer_sees_it(unit, person, account):
	frappe.db.set_value("SC Entity", unit.entity, {"notice_email": ADDRESS, "notice_email_consent": 0})
	remind(date(2025, 9, 1))
	rows = messages(reference_name=["in", [unit.name, person.name]], kind="Eleven Months")
	to_parties = [row for row in rows if not row.user]
	assert {row.mail_state for row in to_parties} == {"No Address"} and not any(r.email for r in to_parties)
	assert user_of("officer") in {row.user for row in rows}
	assert not outbox.deliver(to_parties[0].name)


def test_nobody_is_reminded_of_what_cannot_be_had(unit):
	consents(unit.entity)
	for values in (
		{"ban_lifetime": 1},
		{"ban_until": "2026-03-31"},
		{"state": "L8"},
		{"listed_on": None, "earliest_application": None},
	):
		before = frappe.db.get_value("SC Listing Record", unit.name, list(values), as_dict=True)
		frappe.db.set_value("SC Listing Record", unit.name, values)
		remind(date(2025, 9, 1))
		assert not messages(reference_name=unit.name, kind="Eleven Months"), values
		frappe.db.set_value("SC Listing Record", unit.name, before)
	frappe.db.set_value("SC Listing Record", unit.name, "ban_until", "2026-03-31")
	remind(date(2026, 3, 2))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	assert "2026年4月1日" in row.subject


def test_progress_goes_to_the_address_of_the_application(unit, account):
	repair = RepairPlayer(unit.name, REPAIR_DAY)
	repair.open(notify_email=ADDRESS, notify_consent=1)
	repair.play()
	hourly(repair.day)
	rows = [row for row in about(repair.case) if row.email == ADDRESS]
	assert [row.kind for row in rows] == ["Application Accepted", "Early Removal Granted"]
	assert all(repair.case in row.subject for row in rows)
	hourly(repair.day)
	assert len([row for row in about(repair.case) if row.email == ADDRESS]) == 2


@pytest.mark.parametrize("given", [{}, {"notify_email": ADDRESS, "notify_consent": 0}])
def test_progress_without_consent_is_told_by_the_paper_alone(unit, given):
	if given:
		consents(unit.entity, "other@sclist-test.invalid")
	repair = RepairPlayer(unit.name, REPAIR_DAY)
	repair.open(**given)
	repair.play("R20")
	hourly(repair.day)
	assert not [row for row in about(repair.case) if not row.user]


def test_a_bureau_words_its_own_messages(unit):
	consents(unit.entity)
	block = frappe.new_doc("SC Text Block")
	block.update(
		{
			"block": "notice_eleven_months",
			"bureau": CITY,
			"text": "{number}：{day}起可向{bureau}申请。{未知} {{ frappe.session.user }}",
		}
	)
	block.insert()
	remind(date(2025, 9, 1))
	[row] = [r for r in messages(reference_name=unit.name, kind="Eleven Months") if r.email]
	number = frappe.db.get_value("SC Listing Record", unit.name, "decision_number")
	assert row.message.startswith(f"{number}：2025年9月28日起可向")
	assert "{{ frappe.session.user }}" in row.message, "a wording is text, not a template"
	assert "notice_eleven_months" not in text_blocks(DISTRICT)


# ------------------------------------------------------------------ killed, failed, tampered


def test_a_reminder_killed_in_the_middle_tells_each_once(unit, person, monkeypatch):
	for one in (unit, person):
		consents(one.entity, f"{one.name.lower()}@sclist-test.invalid")
	work, seen = notifications._remind, []

	def killed(name):
		if seen:
			raise KeyboardInterrupt
		seen.append(name)
		return work(name)

	monkeypatch.setattr(notifications, "_remind", killed)
	with pytest.raises(KeyboardInterrupt):
		remind(date(2025, 9, 1))
	monkeypatch.setattr(notifications, "_remind", work)
	remind(date(2025, 9, 1))
	for one in (unit, person):
		assert len(messages(reference_name=one.name, kind="Eleven Months")) == 1


def test_a_mail_killed_before_the_commit_is_sent_once(unit, account, monkeypatch):
	consents(unit.entity)
	remind(date(2025, 9, 1))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	queue = outbox._queue

	def killed(row):
		queue(row)
		raise KeyboardInterrupt

	monkeypatch.setattr(outbox, "_queue", killed)
	frappe.db.savepoint("killed")
	with pytest.raises(KeyboardInterrupt):
		outbox.deliver(row.name)
	frappe.db.rollback(save_point="killed")  # what the database does when the job dies
	monkeypatch.setattr(outbox, "_queue", queue)
	outbox.sweep()
	outbox.sweep()
	assert frappe.db.count("Email Queue", {"reference_name": row.name}) == 1


def test_a_failure_is_seen_tried_again_and_given_up(unit, monkeypatch):
	monkeypatch.setattr(outbox, "_can_mail", lambda: False)
	consents(unit.entity)
	remind(date(2025, 9, 1))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	for n in range(outbox.MOST_TRIES):
		assert not outbox.deliver(row.name)
		[now] = messages(name=row.name)
		assert (now.mail_state, now.tries) == ("Mail Failed", n + 1)
	assert "发信邮箱" in now.mail_error
	assert not frappe.db.count("Email Queue", {"reference_name": row.name})
	monkeypatch.undo()


def test_what_became_of_a_queued_mail_is_written_down(unit, account):
	consents(unit.entity)
	remind(date(2025, 9, 1))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	outbox.deliver(row.name)
	queued = messages(name=row.name)[0].email_queue
	frappe.db.set_value("Email Queue", queued, {"status": "Error", "error": "550 no such mailbox"})
	outbox.sweep()
	[now] = messages(name=row.name)
	assert now.mail_state == "Mail Failed" and "收件邮箱不存在" in now.mail_error
	outbox.sweep()
	assert frappe.db.count("Email Queue", {"reference_name": row.name}) == 1


def test_only_the_system_writes_messages(unit):
	consents(unit.entity)
	remind(date(2025, 9, 1))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	for user in (user_of("officer"), "Administrator"):
		with as_user(user), refused(frappe.PermissionError):
			doc = frappe.get_doc("SC Message", row.name)
			doc.email = "elsewhere@sclist-test.invalid"
			doc.save()
		with as_user(user), refused(frappe.PermissionError):
			frappe.get_doc("SC Message", row.name).delete()


# ------------------------------------------------------------------ nothing personal


def test_no_text_holds_a_number_or_a_name_of_a_person(world, person, account):
	"""Every text the jobs make of a person's listing, from the reminder to the restoration's notices."""
	consents(person.entity)
	entity = frappe.get_doc("SC Entity", person.entity)
	secrets = {entity.entity_name, identity.full_number(entity), entity.address}
	remind(date(2025, 9, 1))
	repair = RepairPlayer(person.name, REPAIR_DAY)
	repair.open(notify_email=ADDRESS, notify_consent=1, capacity="Party in Person", phone="13912345678")
	hourly(repair.day)
	repair.play()
	hourly(repair.day)
	with as_of(f"{repair.day} 08:00:00"):
		notifications.digest()
	clock = frappe.get_all(
		"SC Clock", filters={"run": repair.run, "limit": "T10"}, pluck="name", order_by="creation"
	)[0]
	frappe.db.set_value("SC Clock", clock, {"status": "Running", "warned": 0, "escalated": 0})
	row = frappe.db.get_value("SC Clock", clock, ["warn_on", "due_on"], as_dict=True)
	warned(clock, getdate(row.warn_on))
	with as_of(f"{getdate(row.due_on) + timedelta(days=1)} 08:00:00"):
		scan._escalate(clock)
	texts = []
	for made in messages():
		outbox.deliver(made.name)
		texts += [made.subject, made.message]
	texts += frappe.get_all("Email Queue", filters={"reference_doctype": "SC Message"}, pluck="message")
	texts += [
		row.subject
		for row in frappe.get_all(
			"Notification Log",
			filters={"document_name": ["in", [person.name, repair.case]]},
			fields=["subject"],
		)
	]
	decoded = [_decoded(text) for text in texts if text]
	assert len(decoded) > 10
	for text in decoded:
		assert not any(secret and secret in text for secret in (*secrets, "13912345678", "李建国")), text
	for made in messages():
		assert not LONG_NUMBER.search(made.subject + made.message)


def _decoded(text: str) -> str:
	"""The words of a mail as its reader sees them, or the text itself."""
	if "Content-Type" not in text:
		return text
	mail = message_from_string(text, policy=policy.default)
	bodies = [p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"]
	return "\n".join([str(mail["subject"]), *bodies])


def test_a_number_that_slipped_in_is_covered():
	assert outbox.scrubbed("证件140106199001011234，编号SCX-2025-00012") == "证件****，编号SCX-2025-00012"
	assert outbox.scrubbed("14010619900101123X。") == "****。"
	assert outbox.scrubbed("并应急罚〔2024〕412345号") == "并应急罚〔2024〕412345号"


def test_a_person_is_named_by_the_decision_in_every_note_of_a_removal(person):
	record = frappe.get_doc("SC Listing Record", person.name)
	day = record.term_end + timedelta(days=1)
	with as_of(f"{day} 01:00:00"):
		removals.open_expired()
	name = frappe.db.get_value("SC Removal", {"record": person.name}, "name")
	subjects = frappe.get_all("Notification Log", filters={"document_name": name}, pluck="subject")
	assert subjects and all(record.entity_name not in text for text in subjects)
	assert all(record.decision_number in text for text in subjects)


def test_a_message_that_cannot_be_written_stops_no_other(unit, person, monkeypatch):
	work = notifications._remind

	def broken(name):
		if name == unit.name:
			raise ValueError("broken")
		return work(name)

	monkeypatch.setattr(notifications, "_remind", broken)
	remind(date(2025, 9, 1))
	assert messages(reference_name=person.name, kind="Eleven Months")


def test_a_mail_given_up_is_sent_again_by_hand(unit, account):
	consents(unit.entity)
	remind(date(2025, 9, 1))
	[row] = messages(reference_name=unit.name, kind="Eleven Months")
	with as_user(user_of("officer")):
		with refused(frappe.ValidationError, match="无需重新发送"):
			messages_api.retry(row.name)
		frappe.db.set_value("SC Message", row.name, {"mail_state": "Mail Failed", "tries": outbox.MOST_TRIES})
		messages_api.retry(row.name)
	for user in (user_of("officer", CITY), user_of("leader")):
		with as_user(user), refused(frappe.PermissionError):
			messages_api.retry(row.name)
	assert outbox.deliver(row.name)


def test_a_restoration_is_told_where_the_party_consented(world, unit):
	consents(unit.entity)
	case = world.case("listed")
	with engine_writes():
		paper = frappe.get_doc(
			{
				"doctype": "SC Notice",
				"document_kind": "D16",
				"title": "恢复列入决定书",
				"number": "检应急失信复〔2025〕1号",
				"status": "Issued",
				"bureau": DISTRICT,
				"addressee": unit.entity,
				"issued_on": str(REPAIR_DAY),
				"reference_doctype": "SC Case",
				"reference_name": case.case,
			}
		).insert()
	hourly(REPAIR_DAY)
	[row] = [r for r in messages(kind="Listing Restored") if r.message_key == f"progress|{paper.name}"]
	assert row.email == ADDRESS and "检应急失信复〔2025〕1号" in row.message
