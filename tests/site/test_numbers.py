"""Numbers of documents outlive a killed process, and change their year at midnight."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import frappe
import pytest

from sclist_app.access.today import as_of, now
from sclist_app.documents import issue as issuing
from sclist_app.documents import numbers
from sclist_app.register.previews import paper_of
from tests.site.support import COUNTY

DRAWS_AND_DIES = """
import os, signal, sys
import frappe
frappe.init(site=sys.argv[1], sites_path=".")
frappe.connect()
from sclist_app.documents import numbers
print(numbers.draw(sys.argv[2], "D05", int(sys.argv[3])), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _fresh_year() -> int:
	year = 4000
	while frappe.db.exists("SC Number Counter", f"{COUNTY}:D05:{year}"):
		year += 1
	return year


def test_a_process_killed_between_draw_and_issue_gives_its_number_back(site, people):
	year = _fresh_year()
	assert numbers.draw(COUNTY, "D05", year).endswith(f"〔{year}〕1号")
	frappe.db.commit()
	try:
		child = subprocess.run(
			[sys.executable, "-c", DRAWS_AND_DIES, site, COUNTY, str(year)],
			capture_output=True,
			text=True,
			timeout=120,
			cwd=os.getcwd(),
		)
		assert child.returncode == -signal.SIGKILL, child.stderr
		assert child.stdout.strip().endswith(f"〔{year}〕2号"), "it had drawn the number"
		frappe.db.rollback()
		assert numbers.draw(COUNTY, "D05", year).endswith(f"〔{year}〕2号"), "and the next one has it"
		frappe.db.rollback()
	finally:
		frappe.db.delete("SC Number Counter", {"name": f"{COUNTY}:D05:{year}"})
		frappe.db.commit()


def test_two_documents_cannot_bear_one_number(world):
	"""The key of the table is the last lock: whatever drew it, a number stands once."""
	notice = next(n for n in world.case("listed").notices() if n.document_kind == "D05")
	twin = frappe.copy_doc(frappe.get_doc("SC Notice", notice.name))
	with issuing.engine_writes(), pytest.raises(frappe.UniqueValidationError):
		twin.insert(ignore_permissions=True)


@pytest.mark.parametrize(
	("moment", "year"),
	[("2025-12-31 23:59:59", 2025), ("2026-01-01 00:00:00", 2026)],
	ids=["before", "after"],
)
def test_the_year_changes_at_midnight(world, monkeypatch, moment, year):
	"""Number, date and register of a document issued around New Year are of one year."""
	case = world.case("waiting")
	drawn = []
	monkeypatch.setattr(numbers, "draw", lambda b, k, y, draw=numbers.draw: drawn.append(y) or draw(b, k, y))
	old = frappe.get_doc("SC Notice", case.notices()[0].name)
	with as_of(moment):
		name = issuing.issue(paper_of(case.doc, "D01", old.addressee))
	notice = frappe.get_doc("SC Notice", name)
	assert drawn == [year]
	assert f"〔{year}〕" in notice.number
	assert notice.issued_on.year == year
	assert f"{year}年" in notice.html.split('class="date">')[1][:12]


def test_midnight_is_the_bureaus_own(site, monkeypatch):
	"""A server set to the other side of the world changes the year when China does."""
	monkeypatch.setenv("TZ", "Pacific/Pago_Pago")
	time.tzset()
	try:
		here = datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
		assert abs(now() - here) < timedelta(minutes=1) < abs(datetime.now() - here)
	finally:
		monkeypatch.undo()
		time.tzset()
