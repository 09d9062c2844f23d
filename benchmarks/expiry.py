"""The daily scan for terms that are over, and the reminder before they end, on a register of 100,000 records.

	python -m devbench --wait reset --site bench.localhost
	python -m devbench run --site bench.localhost benchmarks/expiry.py [records] [opened]

Finding is measured apart from what is done for each record found: a removal with its run, task and clock, or a note
to the deciding bureau. The register is once as after some years (one record in a hundred has just ended, three end
within a month, half have left the list long ago), once as on the worst day (one in ten has ended). Prints seconds,
queries, records found and how the database reads; what failed is counted, not left out silently. The rows that make
the register large are copies made in the database; the site is for this only.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import frappe

from sclist_app.access.today import as_of
from sclist_app.register import records, removals
from sclist_app.setup import demo
from sclist_app.setup.player import Player
from sclist_app.workflow import jobs

BUREAU = demo.DISTRICT
RECORD = "tabSC Listing Record"
DAY = date(2027, 10, 11)
LISTED = date(2024, 10, 8)
AIM = 5.0
# of a hundred records: how many have just ended, end within a month, have left the list
USUAL, WORST = (1, 3, 50), (10, 3, 40)


class Queries:
	"""Counts the statements sent to the database and keeps those that read the register."""

	def __init__(self) -> None:
		self.count, self.read, self.sql = 0, [], frappe.db.sql
		frappe.db.sql = self._counted

	def _counted(self, query, *args, **kwargs):
		self.count += 1
		if RECORD in str(query) and str(query).lstrip().lower().startswith("select"):
			self.read.append((str(query), args[0] if args else kwargs.get("values")))
		return self.sql(query, *args, **kwargs)


def people() -> None:
	"""Those of the bureau who open a case and who are told of an end."""
	column = list(demo.PLACES).index(BUREAU)
	for posts, mailbox, names in demo.STAFF:
		if mailbox in ("officer", "credit"):
			demo._person(demo.user_of(mailbox, BUREAU), names[column], BUREAU, posts)
	frappe.db.commit()


def template() -> str:
	"""One record of an invented party, opened as the decision opens it."""
	story = demo.Story(BUREAU, "基准到期化工", "甲", "7-4", demo.OTHER, "", 0)
	player = Player(BUREAU, LISTED, demo=True)
	player.open_case(demo.case_values(player, story, 1 + frappe.db.count("SC Entity")))
	doc = frappe.get_doc("SC Case", player.case)
	with as_of(LISTED):
		names = records.open_records(doc, frappe.get_doc("SC Run", player.run), {}, LISTED, LISTED)
	frappe.db.commit()
	return names[0]


def grow(name: str, total: int) -> None:
	"""Copies of the record, each with a name and a key of its own."""
	have = frappe.db.count("SC Listing Record")
	if have >= total:
		return
	columns = [
		row[0]
		for row in frappe.db.sql(
			"""select column_name from information_schema.columns
			where table_schema = database() and table_name = %s order by ordinal_position""",
			(RECORD,),
		)
	]
	shown = [
		f"concat(`{c}`, '-', numbers.copied)" if c in ("name", "open_key") else f"`{c}`" for c in columns
	]
	listed = ", ".join(f"`{c}`" for c in columns)
	for start in range(have, total, 10_000):
		end = min(start + 9_999, total - 1)
		frappe.db.sql(
			f"""insert into `{RECORD}` ({listed}) select {", ".join(shown)}
			from `{RECORD}`, (select seq as copied from seq_{start}_to_{end}) numbers where name = %s""",
			(name,),
		)
		frappe.db.commit()


def spread(shares: tuple[int, int, int]) -> None:
	"""Give the records ends and states: of each hundred so many have ended, end soon, have left the list."""
	ended, soon, left = shares
	number = "cast(substring_index(name, '-', -1) as unsigned)"
	bounds = (ended, ended + soon, ended + soon + left)
	frappe.db.sql(
		f"""update `{RECORD}` set expiry_reminded_on = null,
		state = case when {number} %% 100 >= %s and {number} %% 100 < %s then 'L6' else 'L3' end,
		term_end = case
			when {number} %% 100 < %s then date_sub(%s, interval 1 + {number} %% 7 day)
			when {number} %% 100 < %s then date_add(%s, interval {number} %% 30 day)
			when {number} %% 100 < %s then date_sub(%s, interval 30 + {number} %% 900 day)
			else date_add(%s, interval 40 + {number} %% 1000 day) end""",
		(bounds[1], bounds[2], bounds[0], DAY, bounds[1], DAY, bounds[2], DAY, DAY),
	)
	frappe.db.commit()
	frappe.db.sql(f"analyze table `{RECORD}`, `tabSC Removal`")


def plan(queries: Queries) -> str:
	"""How the database reads the register in the first statement that did."""
	text, values = queries.read[0]
	# some of the framework's ways have put the values into the text already
	given = (values,) if "%(" in text or "%s" in text else ()
	rows = queries.sql(f"explain {text}", *given, as_dict=True)
	return "; ".join(f"{r.table}: {r.type} by {r.key}, {r.rows} rows" for r in rows)


def timed(queries: Queries, work: Callable[[], object]) -> tuple[float, int, object]:
	queries.read.clear()
	before, start = queries.count, time.perf_counter()
	found = work()
	return time.perf_counter() - start, queries.count - before, found


def shown(name: str, seconds: list[float], count: int, found: int, how: str) -> bool:
	best, worst = min(seconds), max(seconds)
	print(
		f"  {name:<30} {best:7.3f} … {worst:.3f} s  {count:>3} queries  {found:>6,} found  ({how})",
		flush=True,
	)
	return worst < AIM


def finding(queries: Queries, times: int = 5) -> bool:
	"""Both scans, finding alone; True if each was within the aim each time."""

	def reminders() -> int:
		names: list[str] = []
		plain, jobs.each = jobs.each, lambda rows, _work, _title: names.extend(rows) or 0
		try:
			removals.remind_expiring()
		finally:
			jobs.each = plain
		return len(names)

	within = True
	for name, work in (
		("find terms that are over", lambda: len(removals.expired(DAY))),
		("find terms that end in 30 days", reminders),
	):
		results = []
		for _ in range(times):
			frappe.db.rollback()
			results.append(timed(queries, work))
		seconds, counts, founds = zip(*results, strict=True)
		within &= shown(name, list(seconds), counts[0], founds[0], plan(queries))
	return within


def each(queries: Queries, name: str, found: list[str], work: Callable[[str], bool], many: int) -> int:
	"""The work for some of those found, each with its commit as in the job. Returns how many failed."""
	times, counts, failed = [], [], 0
	for record in found[: many + 2]:
		before, start = queries.count, time.perf_counter()
		try:
			done = work(record)
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			failed += 1
			print("failed:", repr(error)[:300])
			continue
		if not done:
			failed += 1
			print("failed: nothing was done for", record)
		times.append((time.perf_counter() - start) * 1000)
		counts.append(queries.count - before)
	times, counts = times[2:], counts[2:]  # the first ones fill the caches
	print(
		f"  {name:<30} p50 {statistics.median(times):7.1f} ms  max {max(times):7.1f} ms"
		f"  {statistics.mean(counts):6.1f} queries each  {len(times)} done  {failed} failed",
		flush=True,
	)
	return failed


def main(total: int = 100_000, many: int = 30) -> None:
	frappe.flags.in_test = False
	frappe.local.lang = "zh"
	people()
	grow(template(), total)
	queries, within, failed = Queries(), True, 0
	with as_of(DAY):
		for name, shares in (("usual", USUAL), ("worst", WORST)):
			spread(shares)
			print(f"{frappe.db.count('SC Listing Record'):>7,} records, {name} day", flush=True)
			within &= finding(queries)
			failed += each(
				queries, "open a removal", removals.expired(DAY, many + 2), removals._open_expiry, many
			)
			soon = frappe.get_all(
				"SC Listing Record",
				filters={"state": "L3", "term_end": ["between", [DAY, DAY + timedelta(days=30)]]},
				pluck="name",
				order_by="term_end asc, name asc",
				limit=many + 2,
			)
			failed += each(queries, "remind of an end", soon, removals._remind, many)
	print(f"finding within {AIM:.0f} s each time: {'yes' if within else 'no'}; failed: {failed}")


main(*(int(arg) for arg in sys.argv[1:3]))
