"""Every scheduled job killed in the middle and run again leaves the database as one whole run does.

A process that is killed loses what it has not committed and nothing else. So each job is stopped before each of a
few of its commits, in one transaction of the test in which a commit is a savepoint; one job is killed as a process.
"""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe.utils import now_datetime

from sclist_app import hooks
from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.documents.issue import template_for
from sclist_app.register import party_files, records, removal_effects, removals
from sclist_app.setup.player import PDF
from sclist_app.workflow import clocks, outbox, store
from sclist_app.workflow.model import LimitRule
from tests.conftest import _forget_rows
from tests.site.conftest import _forget
from tests.site.support import DISTRICT, Case, as_user, serial, user_of
from tests.site.test_legacy import check, sheet
from tests.site.test_legacy import row as legacy_row
from tests.site.test_local_rules import rule
from tests.site.test_notifications import account  # noqa: F401
from tests.site.test_remedies import FILED, entered, suspended

JOBS = [job for jobs in hooks.scheduler_events.values() for job in jobs]
TABLES_BESIDE = (
	"tabNotification Log",
	"tabHas Role",
	"tabFile",
	"tabEmail Queue",
	"tabEmail Queue Recipient",
	"tabError Log",
)
# Times of writing, and what is computed from them.
NOT_COMPARED = {"creation", "modified", "modified_by", "owner", "at", "hash", "previous_hash", "idx"}
# A mail carries a number of its own and marks between its parts; in the queue it is known by a running number.
MADE_UP = {
	"tabEmail Queue": {"message", "message_id", "sender"},
	"tabEmail Queue Recipient": {"parent"},
	"tabSC Message": {"email_queue"},
}


# --- scenes: two things to do at least for each job; the hour at which it comes by


def _records(world) -> list[str]:
	return [row.name for row in world.case("listed").records()]


def windows(world) -> str:
	return "2024-11-20 01:00:00"


def late(world) -> str:
	return "2024-09-12 01:00:00"


def roles(world) -> str:
	for mailbox in ("officer", "head", "credit"):
		names = frappe.get_all("SC Post Assignment", filters={"user": user_of(mailbox)}, pluck="name")
		frappe.db.set_value("SC Post Assignment", {"name": ["in", names]}, "to_date", "2024-01-31")
	return "2024-06-03 01:00:00"


def visits(world) -> str:
	rule(follow_up_months="3,4")
	for name in _records(world):
		run = frappe.get_doc("SC Run", frappe.db.get_value("SC Listing Record", name, "run"))
		with as_of("2025-10-10 10:00:00"), engine_writes():
			removal_effects.remove(name, "L7", date(2025, 10, 10), run, None)
	return "2026-02-09 01:00:00"


def remedies(world) -> str:
	for name in ("waiting", "fresh", "discussed"):
		run = store.read_run(world.case(name).run).run
		clocks.start(run, LimitRule("T16", 60, "Day"), date(2024, 9, 9))
	return "2024-12-02 01:00:00"


def catalogue(world) -> str:
	for code in ("T03", "T04", "T10"):
		frappe.db.set_value("SC Time Limit", code, "n", 99)
	return "2024-12-02 01:00:00"


def fallen(world) -> str:
	frappe.db.set_value("SC Penalty", world.case("listed").penalty, "status", "Revoked")
	return "2025-03-03 01:00:00"


def over(world) -> str:
	return "2027-09-28 01:00:00"


def ending(world) -> str:
	return "2027-09-01 01:00:00"


def news(world) -> str:
	return str(now_datetime())  # what was issued lately: the papers of the cases played for this run


def morning(world) -> str:
	Case.opened(DISTRICT, date(2024, 11, 19), "6-5")
	Case.opened(DISTRICT, date(2024, 11, 19), "7-4").act("C00", "submit")
	return "2024-11-20 07:00:00"


def eleven_months(world) -> str:
	return "2025-08-28 01:00:00"


def messages(world) -> str:
	for n in (1, 2, 3):
		outbox.party(
			"Application Accepted", f"kill|{n}", f"party{n}@sclist-test.invalid", "受理", "已受理。",
			"SC Case", world.listed[0], DISTRICT,
		)  # fmt: skip
	return "2024-11-20 07:00:00"


def _ledger(world) -> list[str]:
	papers = [row.decision for row in records.of_case(world.listed[0], ["decision"])]
	return [entered(notice=paper).name for paper in papers]


def suspensions(world) -> str:
	for name in _ledger(world):
		suspended(name, FILED, "2024-12-02")
	return "2024-12-03 01:00:00"


def suits(world) -> str:
	for name in _ledger(world):
		frappe.db.set_value("SC Remedy", name, "answer_due", "2024-11-20")
	return "2024-11-19 01:00:00"


def imports(world) -> str:
	for _ in range(2):
		check(sheet(legacy_row(serial())))
	return "2030-01-07 01:00:00"


def prints(world) -> str:
	for status, day in (("Ready", "2024-01-02"), ("Being Made", None)):
		with engine_writes():
			doc = frappe.new_doc("SC Print Job")
			doc.update({"kind": "Case File", "title": f"案卷{serial()}", "status": status, "attempt": 1})
			doc.update({"bureau": DISTRICT, "made_by": user_of("officer"), "expires_on": day})
			doc.update({"made_at": "2024-01-01 10:00:00"})
			doc.insert()
	return "2024-11-20 01:00:00"


def replaced(world) -> str:
	for kind in ("D01", "D05"):
		national = template_for(DISTRICT, kind).name
		frappe.db.set_value("SC Document Template", national, "effective_to", "2024-11-19")
	return "2024-11-20 01:00:00"


def uploads(world) -> str:
	for n in (1, 2):
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": f"无人提交{serial()}.pdf",
				"attached_to_doctype": party_files.HOLDER,
				"attached_to_name": f"无人{n}",
				"is_private": 1,
				"content": PDF + str(serial()).encode(),
			}
		)
		with engine_writes(), as_user("Guest"):
			file.insert(ignore_permissions=True)  # stands for the upload call
	return "2030-01-07 01:00:00"


SCENES: dict[str, Callable[[Any], str]] = {
	"sclist_app.workflow.scan.expire_windows": windows,
	"sclist_app.workflow.scan.warn_and_escalate": late,
	"sclist_app.access.posts.sync_all_roles": roles,
	"sclist_app.documents.templates.retire_superseded": replaced,
	"sclist_app.register.follow_up.remind": visits,
	"sclist_app.workflow.scan.elapse": remedies,
	"sclist_app.setup.catalogue.follow": catalogue,
	"sclist_app.register.removals.open_fallen": fallen,
	"sclist_app.register.removals.open_expired": over,
	"sclist_app.register.removals.remind_expiring": ending,
	"sclist_app.register.notifications.hourly": news,
	"sclist_app.register.notifications.digest": morning,
	"sclist_app.register.notifications.remind_of_early_removal": eleven_months,
	"sclist_app.register.notifications.remind_of_remedies": suits,
	"sclist_app.register.remedies.end_suspensions": suspensions,
	"sclist_app.workflow.outbox.sweep": messages,
	"sclist_app.register.legacy_import.forget": imports,
	"sclist_app.register.party_files.sweep": uploads,
	"sclist_app.register.print_jobs.forget": prints,
}
# It writes nothing but what it puts into the queue, all of it with its one commit; test_worker.py shows it.
QUEUE_ONLY = {"sclist_app.workflow.effects.sweep"}


# --- what the database holds


Rows = dict[str, dict[str, tuple]]


def _tables() -> list[str]:
	return [row[0] for row in frappe.db.sql("show tables like 'tabSC %%'")] + list(TABLES_BESIDE)


def _rows() -> Rows:
	"""Table → name → the row's other columns that are compared."""
	found: Rows = {}
	for table in _tables():
		left_out = NOT_COMPARED | MADE_UP.get(table, set())
		kept = [c for c in frappe.db.get_table_columns(table.removeprefix("tab")) if c not in left_out]
		listed = ", ".join(f"`{c}`" for c in kept)
		place = kept.index("name")
		rows = frappe.db.sql(f"select {listed} from `{table}`")
		# by its place: a running number may be equal to what stands in another column
		found[table] = {row[place]: (*row[:place], *row[place + 1 :]) for row in rows}
	singles = frappe.db.sql("select doctype, field, value from tabSingles where doctype like 'SC %%'")
	found["tabSingles"] = {f"{doctype}.{field}": (doctype, field, value) for doctype, field, value in singles}
	return found


def done(before: Rows) -> Counter:
	"""What has been written since, new names left out."""
	after = _rows()
	new = {
		str(name): table.removeprefix("tab")
		for table, rows in after.items()
		for name in rows
		if name not in before[table] and not isinstance(name, int)
	}
	pattern = re.compile("|".join(sorted(map(re.escape, new), key=len, reverse=True)) or r"(?!)")

	def plain(value: Any) -> str:
		return pattern.sub(lambda found: f"<{new[found.group()]}>", str(value))

	written: Counter = Counter()
	for table, rows in after.items():
		for name, row in rows.items():
			if before[table].get(name) != row:
				known = name if name in before[table] else "new"
				written[(table, known, *(plain(value) for value in row))] += 1
		gone = set(before[table]) - set(rows)
		written.update((table, "gone", name) for name in gone)
	return written


class Killed(BaseException):
	"""Nothing catches it, as nothing catches the end of a process."""


@contextmanager
def transactions(monkeypatch, kill_before: int | None = None) -> Iterator[list[bool]]:
	"""A commit keeps what was written so far, a rollback gives up the rest; at the given commit the job is killed.

	Yields a list that grows with each commit: was anything written for it? All of it stays in the test's transaction.
	"""
	commits: list[bool] = []
	plain = frappe.db.rollback

	def commit(*_args, **_kwargs) -> None:
		if len(commits) == kill_before:
			raise Killed
		commits.append(frappe.db.transaction_writes > 0)
		frappe.db.transaction_writes = 0
		frappe.db.savepoint("committed")

	def rollback(*, save_point: str | None = None) -> None:
		plain(save_point=save_point or "committed")

	frappe.db.savepoint("committed")
	frappe.db.transaction_writes = 0
	with monkeypatch.context() as patch:
		patch.setattr(frappe.db, "commit", commit)
		patch.setattr(frappe.db, "rollback", rollback)
		try:
			yield commits
		except Killed:
			rollback()
	_another_process()


def _another_process() -> None:
	"""The next one begins without what this one kept in memory."""
	_forget()
	_forget_rows()
	frappe.local.message_log = []
	for kept in ("document_cache", "role_permissions", "cache", "user_perms", "new_doc_templates"):
		if (value := getattr(frappe.local, kept, None)) is not None:
			value.clear()


def _run(job: str, hour: str) -> None:
	with as_of(hour):
		frappe.get_attr(job)()


@pytest.mark.parametrize("job", SCENES)
def test_killed_and_run_again_is_as_run_once(world, account, monkeypatch, job):  # noqa: F811
	hour = SCENES[job](world)
	_another_process()
	before = _rows()
	frappe.db.savepoint("beginning")
	with transactions(monkeypatch) as commits:
		_run(job, hour)
	once = done(before)
	wrote = [place for place, written in enumerate(commits) if written]
	assert sum(once.values()) >= 2, "there was too little to do"
	assert not any(table == "tabError Log" for table, *_row in once), once
	frappe.db.rollback(save_point="beginning")
	_another_process()
	assert done(before) == Counter()
	# a job that commits nothing itself is committed by whoever runs it: killed, it has done nothing
	for place in sorted({wrote[len(wrote) // 2], wrote[-1]}) if wrote else [0]:
		frappe.db.savepoint("beginning")
		with transactions(monkeypatch, kill_before=place):
			_run(job, hour)
			frappe.db.commit()
		assert done(before) != once, "it was not killed in the middle"
		with transactions(monkeypatch):
			_run(job, hour)
		assert done(before) == once, f"killed before commit {place + 1} of {len(commits)}"
		frappe.db.rollback(save_point="beginning")
		_another_process()


def test_every_scheduled_job_has_its_scene():
	assert set(SCENES) | QUEUE_ONLY == set(JOBS)


# --- a process that is really killed

CHILD = """
import os, signal, sys
import frappe

site, hour, items = sys.argv[1], sys.argv[2], int(sys.argv[3])
frappe.init(site=site, sites_path=".")
frappe.connect()
frappe.local.lang = "zh"
frappe.set_user("Administrator")

from sclist_app.access.today import as_of
from sclist_app.register import removals

mine, told = set(sys.argv[4:]), []
expired, tell = removals.expired, removals._tell_tasks
# the other records of the site are the business of other tests
removals.expired = lambda *args: [name for name in expired(*args) if name in mine]


def telling(*args):
	told.append(args)
	if len(told) == items:
		# the removal with its run, task and clock is written, and not committed
		os.kill(os.getpid(), signal.SIGKILL)
	tell(*args)


removals._tell_tasks = telling
with as_of(hour):
	print(removals.open_expired())
frappe.db.commit()
frappe.destroy()
"""
LISTED, HOUR = date(2024, 9, 2), "2027-09-03 01:00:00"


@pytest.fixture
def expiring(people) -> Iterator[list[str]]:
	"""Four committed records of two cases whose term ends on 2 September 2027."""
	names = []
	for _ in range(2):
		case = Case.opened(DISTRICT, LISTED, "7-1")
		with as_of(datetime.combine(LISTED, time(10, 30))):
			names += records.open_records(case.doc, frappe.get_doc("SC Run", case.run), {}, LISTED, LISTED)
	frappe.db.commit()
	yield names
	frappe.db.rollback()
	for name in names:
		run = frappe.get_doc("SC Run", frappe.db.get_value("SC Listing Record", name, "run"))
		with as_of(HOUR):
			removal_effects.remove(name, "L8", date(2027, 9, 3), run, None)
	frappe.db.commit()


def _child(site: str, names: list[str], kill_at: int = 0) -> subprocess.CompletedProcess:
	arguments = [sys.executable, "-c", CHILD, site, HOUR, str(kill_at), *names]
	places = os.pathsep.join([str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")])
	return subprocess.run(
		arguments, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": places}
	)


def test_a_process_killed_while_it_opens_removals_leaves_nothing_half_done(site, expiring, monkeypatch):
	before = _rows()
	frappe.db.savepoint("beginning")
	with transactions(monkeypatch), as_of(HOUR), as_user("Administrator"), monkeypatch.context() as patch:
		found = [name for name in removals.expired(date(2027, 9, 3)) if name in expiring]
		patch.setattr(removals, "expired", lambda *_args: found)
		assert removals.open_expired() == 4
	once = done(before)
	frappe.db.rollback(save_point="beginning")
	frappe.db.rollback()

	killed = _child(site, expiring, kill_at=3)
	assert killed.returncode == -signal.SIGKILL, killed.stderr
	frappe.db.rollback()  # a new snapshot, to see what it left
	assert frappe.db.count("SC Removal", {"record": ["in", expiring]}) == 2
	runs = frappe.get_all("SC Removal", filters={"record": ["in", expiring]}, pluck="run")
	assert (
		frappe.db.count("SC Task", {"run": ["in", runs]})
		== frappe.db.count("SC Run", {"name": ["in", runs]})
		== 2
	)

	again = _child(site, expiring)
	assert (again.returncode, again.stdout.split()) == (0, ["2"]), again.stderr
	frappe.db.rollback()
	assert done(before) == once
	assert _child(site, expiring).stdout.split() == ["0"]
	frappe.db.rollback()
	assert done(before) == once
