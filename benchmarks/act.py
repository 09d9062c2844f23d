"""One act of our engine beside the framework's own workflow, and what many cases and procedures do to it.

	python -m devbench --wait reset --site bench.localhost
	python -m devbench run --site bench.localhost benchmarks/act.py [samples]

On one site and in one run: the same three moves (submit, agree, agree) by the same three officers, of a listing
case through our one door (`api.run.act`, with the gates of the law) and of a document of the same fields through
`apply_workflow`; each as a request of its own with its commit. First with 1,000 cases and 10 bound procedures,
then with 3,200 procedures, then with 100,000 cases. Prints milliseconds and queries per act and their ratios;
acts that failed are counted, not left out silently. The rows that make the site large are copies made in the
database; the site is for this only.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date

import frappe
from frappe.model.workflow import apply_workflow

from sclist_app.access.posts import holders
from sclist_app.api import run as run_api
from sclist_app.setup import demo
from sclist_app.setup.player import Player
from sclist_app.workflow import store

NATIVE = "Bench Case"
BUREAU = demo.DISTRICT
MOVES = (
	("C00", "submit", "case_officer"),
	("C10", "agree", "division_head"),
	("C20", "agree", "deputy_leader"),
)
STATES = ("Registered", "Examined", "Signed", "Issued")
VERSION = "listing-standard-v1"
# What a request keeps in memory and the next one does not find.
KEPT = (
	"sclist_held_posts",
	"sclist_procedures",
	"sclist_calendars",
	"document_cache",
	"role_permissions",
	"cache",
)


class Queries:
	"""Counts the statements sent to the database."""

	def __init__(self) -> None:
		self.count, self.sql = 0, frappe.db.sql
		frappe.db.sql = self._counted

	def _counted(self, *args, **kwargs):
		self.count += 1
		return self.sql(*args, **kwargs)


def fresh_request(user: str) -> None:
	for name in KEPT:
		value = getattr(frappe.local, name, None)
		if isinstance(value, dict):
			value.clear()
		elif value is not None:
			setattr(frappe.local, name, None)
	frappe.set_user(user)


def measured(queries: Queries, acts: Iterable[tuple[str, Callable[[], object]]]) -> dict[str, float]:
	times, counts, failed = [], [], 0
	for user, act in acts:
		fresh_request(user)
		before, start = queries.count, time.perf_counter()
		try:
			act()
			frappe.db.commit()
		except Exception as error:
			frappe.db.rollback()
			failed += 1
			print("failed:", repr(error)[:300])
			continue
		times.append((time.perf_counter() - start) * 1000)
		counts.append(queries.count - before)
	frappe.set_user("Administrator")
	times.sort()
	return {
		"p50": statistics.median(times),
		"p95": times[int(len(times) * 0.95) - 1],
		"queries": statistics.mean(counts),
		"acts": len(times),
		"failed": failed,
	}


# ----------------------------------------------------------------- the two


def opened(serial: int) -> tuple[Player, dict]:
	story = demo.Story(BUREAU, f"基准{serial}化工", "甲", "7-1", demo.PERMIT, "", 0)
	player = Player(BUREAU, date.today(), demo=True)
	return player, demo.case_values(player, story, serial)


def our_acts(serials: range):
	people = {post: holders(post, BUREAU)[0] for _step, _action, post in MOVES}
	for serial in serials:
		player, values = opened(serial)
		player.open_case(values)
		frappe.db.commit()
		run = player.run
		for step, action, post in MOVES:
			frappe.db.rollback()
			task = next(t for t in store.open_tasks(run) if t.step == step)
			seen = frappe.db.get_value("SC Run", run, "seq")

			def act(task=task.name, action=action, seen=seen):
				run_api.act(task, action, seen, "同意。", frappe.generate_hash(length=16))

			yield people[post], act


def native_acts(serials: range):
	people = {post: holders(post, BUREAU)[0] for _step, _action, post in MOVES}
	for serial in serials:
		_player, values = opened(serial)
		frappe.set_user(people["case_officer"])
		doc = frappe.new_doc(NATIVE)
		doc.update({**values, "bureau": BUREAU, "case_title": f"基准{serial}"})
		doc.insert()
		frappe.db.commit()
		for (_step, _action, post), action in zip(MOVES, ("Submit", "Agree", "Sign"), strict=True):

			def act(name=doc.name, action=action):
				apply_workflow(frappe.get_doc(NATIVE, name).as_dict(), action)

			yield people[post], act


def make_native() -> None:
	"""A DocType with the fields of a case, under the framework's own workflow of the same three moves."""
	if frappe.db.exists("DocType", NATIVE):
		return
	fields = [
		{k: df.get(k) for k in ("fieldname", "fieldtype", "label", "options", "reqd", "search_index")}
		for df in frappe.get_meta("SC Case").fields
		if df.fieldname not in ("run", "procedure_version", "state", "state_title", "run_status")
	]
	roles = {post: frappe.db.get_value("SC Post", post, "role") for _s, _a, post in MOVES}
	rights = {"read": 1, "write": 1, "create": 1}
	frappe.get_doc(
		{
			"doctype": "DocType",
			"name": NATIVE,
			"module": "SCList App",
			"custom": 1,
			"autoname": "BC-.########",
			"track_changes": 1,
			"fields": fields,
			"permissions": [{"role": role, **rights} for role in ("SC Officer", "System Manager")],
		}
	).insert()
	for state in STATES:
		if not frappe.db.exists("Workflow State", state):
			frappe.get_doc({"doctype": "Workflow State", "workflow_state_name": state}).insert()
	for action in ("Submit", "Agree", "Sign"):
		if not frappe.db.exists("Workflow Action Master", action):
			frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": action}).insert()
	posts = [post for _s, _a, post in MOVES]
	frappe.get_doc(
		{
			"doctype": "Workflow",
			"workflow_name": NATIVE,
			"document_type": NATIVE,
			"is_active": 1,
			"send_email_alert": 0,
			"workflow_state_field": "workflow_state",
			"states": [
				{"state": state, "doc_status": "0", "allow_edit": roles[posts[min(n, 2)]]}
				for n, state in enumerate(STATES)
			],
			"transitions": [
				{"state": STATES[n], "action": action, "next_state": STATES[n + 1], "allowed": roles[post]}
				for n, (action, post) in enumerate(zip(("Submit", "Agree", "Sign"), posts, strict=True))
			],
		}
	).insert()
	frappe.db.commit()
	frappe.clear_cache()


# --------------------------------------------------------------- large sites


def copies(table: str, where: str, names: dict[str, str], first: int, last: int) -> None:
	"""Copy the rows of a table numbers first…last times; each name of `names` gets the number behind it."""
	columns = frappe.db.sql(
		"""select column_name, data_type from information_schema.columns
		where table_schema = database() and table_name = %s order by ordinal_position""",
		(table,),
	)
	unique = {
		row[0]
		for row in frappe.db.sql(
			"""select column_name from information_schema.statistics
			where table_schema = database() and table_name = %s and non_unique = 0""",
			(table,),
		)
	}
	shown = []
	for column, kind in columns:
		value = f"`{column}`"
		if kind in ("varchar", "text", "longtext", "mediumtext"):
			for name in names:
				value = f"replace({value}, {frappe.db.escape(name)}, concat({frappe.db.escape(name)}, '-', numbers.copied))"
			if column in unique:
				value = f"if(`{column}` is null, null, if({value} = `{column}`, concat(`{column}`, '-', numbers.copied), {value}))"
		shown.append(value)
	listed = ", ".join(f"`{column}`" for column, _kind in columns)
	for start in range(first, last + 1, 10_000):
		end = min(start + 9_999, last)
		frappe.db.sql(
			f"""insert into `{table}` ({listed})
			select {", ".join(shown)} from `{table}`, (select seq as copied from seq_{start}_to_{end}) numbers
			where {where}"""
		)
		frappe.db.commit()


def grow_cases(total: int, template: str, native: str) -> None:
	have = frappe.db.count("SC Case")
	if have >= total:
		return
	run = frappe.db.get_value("SC Case", template, "run")
	first, last = have, total
	names = {template: "", run: ""}
	case, run_ = frappe.db.escape(template), frappe.db.escape(run)
	for table, where in {
		"tabSC Case": f"name = {case}",
		"tabSC Case Subject": f"parent = {case}",
		"tabSC Case Penalty": f"parent = {case}",
		"tabSC Case Measure": f"parent = {case}",
		"tabSC Run": f"name = {run_}",
		"tabSC Task": f"run = {run_}",
		"tabSC Clock": f"run = {run_}",
		"tabSC Event": f"run = {run_}",
	}.items():
		copies(table, where, names, first, last)
	for table, key in {f"tab{NATIVE}": "name", "tabWorkflow Action": "reference_name"}.items():
		copies(table, f"`{key}` = {frappe.db.escape(native)}", {native: ""}, first, last)


def grow_procedures(total: int) -> None:
	have = frappe.db.count("SC Procedure Binding")
	if have >= total:
		return
	first, last = have, total
	procedure = VERSION.rsplit("-v", 1)[0]
	for table in frappe.get_all(
		"DocType", filters={"name": ["like", "SC Procedure %"], "istable": 1}, pluck="name"
	):
		copies(f"tab{table}", f"parent = {frappe.db.escape(VERSION)}", {procedure: ""}, first, last)
	copies("tabSC Procedure", f"name = {frappe.db.escape(procedure)}", {procedure: ""}, first, last)
	# the version is named after its procedure, so its own name follows
	copies("tabSC Procedure Version", f"name = {frappe.db.escape(VERSION)}", {procedure: ""}, first, last)
	copies("tabSC Bureau", f"name = {frappe.db.escape(BUREAU)}", {BUREAU: ""}, first, last)
	_plant(first)
	copies(
		"tabSC Procedure Binding",
		f"version = {frappe.db.escape(VERSION)}",
		{procedure: "", "140000": ""},
		first,
		last,
	)
	frappe.clear_cache()


def _plant(first: int) -> None:
	"""Give the copied bureaus places of their own in the tree, as leaves of the province."""
	edge = frappe.db.get_value("SC Bureau", demo.PROVINCE, "rgt")
	like = f"{BUREAU}-%"
	number = "cast(substring_index(name, '-', -1) as unsigned)"
	frappe.db.sql(
		f"""update `tabSC Bureau` set parent_sc_bureau = %s, lft = %s + 2 * ({number} - %s),
		rgt = %s + 2 * ({number} - %s) + 1 where name like %s and {number} >= %s""",
		(demo.PROVINCE, edge, first, edge, first, like, first),
	)
	end = frappe.db.sql("select max(rgt) from `tabSC Bureau`")[0][0]
	frappe.db.set_value("SC Bureau", demo.PROVINCE, "rgt", end + 1)


def main(samples: int = 40) -> None:
	frappe.flags.in_test = False
	frappe.local.lang = "zh"
	demo._people()
	make_native()
	frappe.db.commit()
	base = 1 + frappe.db.count("SC Entity")
	template, values = opened(base)
	template.open_case(values)
	frappe.set_user(holders("case_officer", BUREAU)[0])
	native = frappe.new_doc(NATIVE)
	native.update({**values, "bureau": BUREAU, "case_title": "基准"})
	native.insert()
	frappe.set_user("Administrator")
	frappe.db.commit()
	queries, serial, results = Queries(), base + 1, {}
	for cases, procedures in ((1_000, 10), (1_000, 3_200), (100_000, 3_200)):
		grow_cases(cases, template.case, native.name)
		grow_procedures(procedures)
		frappe.db.sql("analyze table `tabSC Case`, `tabSC Run`, `tabSC Task`, `tabSC Clock`, `tabSC Event`")
		for name, acts in (("act", our_acts), ("apply_workflow", native_acts)):
			measured(queries, acts(range(serial, serial + 2)))  # the first ones fill the caches
			result = measured(queries, acts(range(serial + 2, serial + 2 + samples)))
			serial += samples + 2
			results[cases, procedures, name] = result
			print(
				f"{cases:>7,} cases {procedures:>5,} procedures  {name:<15} p50 {result['p50']:7.1f} ms"
				f"  p95 {result['p95']:7.1f} ms  {result['queries']:6.1f} queries"
				f"  {result['acts']} acts  {result['failed']} failed",
				flush=True,
			)
	small, wide, large = (
		{name: results[size[0], size[1], name] for name in ("act", "apply_workflow")}
		for size in ((1_000, 10), (1_000, 3_200), (100_000, 3_200))
	)
	print(
		"act / apply_workflow, p50, small site: %.2f" % (small["act"]["p50"] / small["apply_workflow"]["p50"])
	)
	print(
		"act / apply_workflow, p50, large site: %.2f" % (large["act"]["p50"] / large["apply_workflow"]["p50"])
	)
	print("act, 3,200 / 10 procedures, p50:       %.2f" % (wide["act"]["p50"] / small["act"]["p50"]))
	print("act, 100,000 / 1,000 cases, p50:       %.2f" % (large["act"]["p50"] / wide["act"]["p50"]))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
