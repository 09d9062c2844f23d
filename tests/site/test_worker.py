"""Effects after the commit, carried out by a worker process: what was queued, and what got lost on the way."""

import subprocess
import sys
import time
from datetime import date, timedelta

import frappe

from sclist_app.api import procedures
from sclist_app.workflow import effects
from tests.site.support import CITY, DISTRICT, Case, as_user, serial, user_of


def _worker() -> None:
	"""A worker of the bench, until the queue is empty; another that runs already may be quicker."""
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker"]
	done = subprocess.run(
		[*command, "--queue", "default", "--burst"], capture_output=True, text=True, timeout=120
	)
	assert done.returncode == 0, done.stderr[-2000:]


def _submitted() -> Case:
	"""A case of a version whose first button tells the bureau above; the version is in use no more."""
	with as_user(user_of("rules")):
		name = procedures.copy("listing-standard-v1", f"worker-{serial()}", "带效果的程序", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", name)
		route = next(t for t in doc.transitions if (t.step, t.action) == ("C00", "submit"))
		route.effects = "notify_superior"
		doc.save()
		procedures.submit(name)
	with as_user(user_of("approver")):
		procedures.publish(name, "2024-01-01")
		procedures.bind(name, DISTRICT, "2024-01-01")
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	frappe.db.delete("SC Procedure Binding", {"version": name})
	case.act("C00", "submit")
	return case


def _status(case: Case) -> str:
	frappe.db.rollback()  # a new snapshot, to see what the worker wrote
	return frappe.db.get_value("SC Effect Run", {"run": case.run, "effect": "notify_superior"}, "status")


def test_a_worker_carries_out_what_was_queued_and_what_was_lost(people, monkeypatch):
	queued = _submitted()
	frappe.db.commit()
	with monkeypatch.context() as patch:
		patch.setattr(effects, "_enqueue", lambda name: None)  # the queue was lost with its machine
		lost = _submitted()
	long_ago = effects.now() - effects.PATIENCE - timedelta(minutes=1)
	frappe.db.set_value("SC Effect Run", {"run": lost.run}, "queued_on", long_ago)
	frappe.db.commit()
	assert _status(lost) == "Queued"
	assert effects.sweep() >= 1
	_worker()
	end = time.monotonic() + 60
	while {_status(queued), _status(lost)} != {"Done"} and time.monotonic() < end:
		time.sleep(0.5)
	for case in (queued, lost):
		assert _status(case) == "Done"
		told = frappe.get_all("Notification Log", filters={"document_name": case.case}, pluck="for_user")
		assert told.count(user_of("supervisor", CITY)) == 1, told
