"""How long the pages of the desk take with 100,000 cases, in a browser, beside the same pages of a small site.

	python -m devbench --wait reset --site desk.localhost
	python -m devbench --wait reset --site desk-small.localhost
	python -m devbench run --site desk.localhost benchmarks/desk.py [loads] [words]

The site is filled by `province.py` (it stays filled), the small one (SCLIST_SMALL_SITE) holds the demonstration
alone. Each has a web server of its own on loopback; a clerk of a district, the leader of a city and the supervisor
of the province open each page, after one throw-away, in turns on both sites: by its address (the whole desk starts)
and from another page inside the desk. A page counts as usable when its first rows, or the panel of the case with its
buttons, can be seen, nothing is frozen and the browser answers; as quiet when the last request is answered.
Prints medians and the slowest in milliseconds, the ratio to the small site, the slowest request and what failed.
words: measure only the pages or people in whose name one of them stands, e.g. "province case".
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import frappe

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import province  # noqa: E402
from playwright.sync_api import Browser, Error, Page, sync_playwright  # noqa: E402

from sclist_app.setup import demo  # noqa: E402

AIM = 1500
WAIT = 60_000
# a page from which the others are reached, and its request
ELSEWHERE = "sc-desk"
PEOPLE = {
	"clerk of a district": demo.user_of("officer", demo.DISTRICT),
	"leader of a city": demo.user_of("leader", demo.CITY),
	"province": demo.user_of("supervisor", demo.PROVINCE),
}

# In the page: when `test` holds, nothing is frozen and the browser has drawn and answers, the time is told.
SCRIPT = """
window.__seen = (node) => !!node && node.checkVisibility() && node.getClientRects().length > 0;
window.__any = (selector) => [...document.querySelectorAll(selector)].some(__seen);
window.__answered = (part, since) => performance.getEntriesByType("resource")
	.some((entry) => entry.startTime >= since && entry.responseEnd && new RegExp(part).test(entry.name));
window.__frozen = () => __any("#freeze, .freeze-message");
window.__until = (test) => new Promise((done, fail) => {
	const begin = performance.now();
	const look = () => {
		if (performance.now() - begin > 30000) return fail(new Error("not usable after 30 s"));
		let holds = false;
		try { holds = test(); } catch (error) { holds = false; }
		if (!holds) return requestAnimationFrame(look);
		requestAnimationFrame(() => setTimeout(() => done(performance.now())));
	};
	look();
});
window.__quiet = () => __until(() => window.frappe?.request && !frappe.request.ajax_count);
__until(() => window.frappe?.boot && frappe.get_route && frappe.get_route()).then((at) => (window.__started = at));
"""


@dataclass(frozen=True)
class Sight:
	"""A page. route: parts of its address; {case} and {task} are filled in. usable: selectors all of which must be
	seen. answered: the request whose answer it shows. people: who opens it, all if empty."""

	name: str
	route: tuple[str, ...]
	usable: tuple[str, ...]
	answered: str
	people: tuple[str, ...] = ()
	# of a list: field and values; inside the desk it is opened by a filter, as the numbers of the home open it
	filters: tuple[str, ...] = ()


def listed(doctype: str, *filters: str) -> Sight:
	name = doctype.removeprefix("SC ").lower()
	return Sight(
		f"list of {name}s".replace("entitys", "entities"),
		("List", doctype),
		(".list-row-container .list-row",),
		r"reportview\.get(\?|$)",
		filters=filters,
	)


HOMES = {"officer": "sc-casework", "leader": "sc-approvals", "supervisor": "sc-supervision"}
SIGHTS = (
	listed("SC Case", "run_status", "Active", "Ended"),
	listed("SC Listing Record", "entity_kind", "Unit", "Person"),
	listed("SC Entity", "entity_kind", "Unit", "Person"),
	listed("SC Notice", "document_kind", "D01", "D05"),
	Sight(
		"form of a case",
		("Form", "SC Case", "{case}"),
		(".sc-panel h5", ".sc-panel button:not([disabled]), .page-actions button:not([disabled])"),
		r"run\.view",
	),
	Sight("approvals that wait", ("sc-approval",), (".sc-several",), r"approval\.waiting"),
	Sight(
		"approval of one case",
		("sc-approval", "{task}"),
		(".sc-desk-split .sc-facts", ".sc-desk-split button:not([disabled])"),
		r"approval\.page",
		("leader of a city",),
	),
	Sight("home", ("{home}",), (".sc-home .sc-tiles",), r"home\.shown"),
	Sight("due calendar", ("sc-due-calendar",), (".sc-sheet",), r"plots\.calendar"),
	Sight("bureau tree", ("sc-bureaus",), (".sc-by-bureau .sc-tree-columns",), r"plots\.documents"),
)
PUBLIC = (
	("public page, newest", "/sclist"),
	("public page, part of a name", "/sclist?q=恒瑞化工"),
	("public page, no such name", "/sclist?q=没有这样的名称"),
	("public page, a city", "/sclist?city=140100"),
	("public page, page 50", "/sclist?page=50"),
)


@dataclass
class Times:
	"""Milliseconds of one page on one site."""

	usable: list[float] = field(default_factory=list)
	quiet: list[float] = field(default_factory=list)
	started: list[float] = field(default_factory=list)
	html: list[float] = field(default_factory=list)
	requests: list[int] = field(default_factory=list)
	bytes: list[int] = field(default_factory=list)
	slowest: Counter = field(default_factory=Counter)
	failed: int = 0

	def median(self, name: str = "usable") -> float:
		values = getattr(self, name)
		return statistics.median(values) if values else float("nan")


# ------------------------------------------------------------------ servers


def free_port() -> int:
	with socket.socket() as one:
		one.bind(("127.0.0.1", 0))
		return one.getsockname()[1]


@contextmanager
def served(site: str) -> Iterator[str]:
	"""The address of a web server of the site, as the evaluation bench starts one."""
	from devbench import services

	port = free_port()
	sites = Path(frappe.local.sites_path).resolve()
	server = subprocess.Popen(
		services.web_command(Path(sys.executable), port),
		cwd=sites,
		env=services.web_environment(site, sites),
		stdout=subprocess.DEVNULL,
		stderr=subprocess.DEVNULL,
	)
	address = f"http://127.0.0.1:{port}"
	try:
		for _ in range(120):
			try:
				urllib.request.urlopen(f"{address}/api/method/ping", timeout=20).read()
				break
			except OSError:
				time.sleep(0.5)
		yield address
	finally:
		server.terminate()
		server.wait(20)


# ------------------------------------------------------------------ one page


def by_address(page: Page, path: str, sight: Sight, times: Times) -> None:
	"""Load it as one does by a bookmark; the clock runs from the click."""
	page.goto(path, wait_until="commit", timeout=WAIT)
	at = page.evaluate(f"__until({_test(sight, 0)})")
	started, html = page.evaluate(
		"[window.__started, performance.getEntriesByType('navigation')[0].responseStart]"
	)
	_note(page, times, 0, at)
	times.started.append(started)
	times.html.append(html)


def inside(page: Page, route: list[object], sight: Sight, times: Times) -> None:
	"""From another page of the desk, without loading the desk again."""
	page.evaluate(
		f"async () => {{ frappe.set_route('{ELSEWHERE}');"
		f" await __until(() => frappe.get_route()[0] === '{ELSEWHERE}' && __any('.sc-desk'));"
		" await new Promise((done) => setTimeout(done, 300)); await __quiet();"
		" performance.clearResourceTimings(); }"
	)
	since, at = page.evaluate(
		f"async (route) => {{ const since = performance.now(); frappe.set_route(...route);"
		f" return [since, await __until({_test(sight, 'since')})]; }}",
		route,
	)
	_note(page, times, since, at)


def _test(sight: Sight, since: int | str) -> str:
	seen = " && ".join(f"__any({selector!r})" for selector in sight.usable)
	return f"() => {seen} && !__frozen() && __answered({sight.answered!r}, {since})"


def _note(page: Page, times: Times, since: float, at: float) -> None:
	quiet = page.evaluate("__quiet()")
	entries = page.evaluate(
		"""since => performance.getEntriesByType("resource").filter((entry) => entry.startTime >= since)
			.map((entry) => [entry.name, entry.responseEnd - entry.startTime, entry.transferSize])"""
		if since
		else """() => performance.getEntriesByType("resource")
			.map((entry) => [entry.name, entry.responseEnd - entry.startTime, entry.transferSize])""",
		since or None,
	)
	times.usable.append(at - since)
	times.quiet.append(quiet - since)
	times.requests.append(len(entries))
	times.bytes.append(sum(entry[2] for entry in entries))
	calls = [entry for entry in entries if "/api/" in entry[0] or entry[0].endswith("/")]
	for name, took, _size in sorted(calls, key=lambda entry: -entry[1])[:1]:
		times.slowest[name.split("/api/method/")[-1].split("?")[0], round(took)] += 1


# ------------------------------------------------------------------ the round


@dataclass
class Visitor:
	"""One person's window on one site."""

	page: Page
	cases: list[str]
	tasks: list[str]
	home: str

	def route(self, sight: Sight, turn: int) -> list[object]:
		given = {
			"{case}": self.cases[turn % len(self.cases)] if self.cases else "",
			"{task}": self.tasks[turn % len(self.tasks)] if self.tasks else "",
			"{home}": self.home,
		}
		route: list[object] = [given.get(part, part) for part in sight.route]
		if sight.filters:
			name, *values = sight.filters
			route.append({name: values[turn % len(values)]})
		return route

	def path(self, sight: Sight, turn: int) -> str:
		parts = [part for part in self.route(sight, turn) if isinstance(part, str)]
		if parts[0] in ("List", "Form"):
			parts = [parts[1].lower().replace(" ", "-"), *parts[2:]]
		return "/app/" + "/".join(parts)


def visit(browser: Browser, address: str, user: str) -> Visitor:
	context = browser.new_context(
		base_url=address,
		locale="zh-CN",
		timezone_id="Asia/Shanghai",
		viewport={"width": 1366, "height": 768},
	)
	context.set_default_timeout(WAIT)
	answer = context.request.post("/api/method/login", form={"usr": user, "pwd": demo.PASSWORD})
	assert answer.ok, f"{user} cannot log in at {address}: {answer.status}"
	context.add_init_script(SCRIPT)

	def get(method: str, **args: object) -> object:
		return context.request.get(f"/api/method/{method}", params=args).json()["message"]

	# a list opened with the filter it remembers does not ask again
	for sight in SIGHTS:
		if sight.filters:
			forget = {"doctype": sight.route[1], "user_settings": '{"List": {}}'}
			context.request.post("/api/method/frappe.model.utils.user_settings.save", form=forget)
	mine = get("sclist_app.api.tasks.mine", limit=30)["tasks"]
	cases = [row["reference_name"] for row in mine if row["reference_doctype"] == "SC Case"]
	running = get(
		"frappe.client.get_list",
		doctype="SC Case",
		filters='{"run_status": "Active"}',
		order_by="modified desc",
		limit_page_length=30,
	)
	cases += [row["name"] for row in running]
	tasks = [row["name"] for row in get("sclist_app.api.approval.waiting")] if "leader" in user else []
	page = context.new_page()
	page.goto("/app/sc-desk")
	page.evaluate("__quiet()")
	home = HOMES[user.split(".")[0]]
	return Visitor(page, list(dict.fromkeys(cases))[:12], tasks[:12], home)


def measured(visitors: dict[str, Visitor], sight: Sight, loads: int) -> dict[tuple[str, str], Times]:
	"""(site, way) -> times."""
	found = {(site, way): Times() for site in visitors for way in ("by address", "inside")}
	for way in ("by address", "inside"):
		for turn in range(loads + 1):
			for site, visitor in visitors.items():
				times = Times() if not turn else found[site, way]
				try:
					if way == "by address":
						by_address(visitor.page, visitor.path(sight, turn), sight, times)
					else:
						inside(visitor.page, visitor.route(sight, turn), sight, times)
				except Error as error:
					found[site, way].failed += 1
					print("  failed:", site, way, visitor.path(sight, turn), str(error)[:200], flush=True)
	return found


def report(who: str, sight: Sight, found: dict[tuple[str, str], Times], sites: tuple[str, str]) -> float:
	full, small = sites
	worst = 0.0
	for way in ("by address", "inside"):
		times, before = found[full, way], found[small, way]
		if not times.usable:
			print(f"{who:<20} {sight.name:<22} {way:<10} not measured, {times.failed} failed", flush=True)
			continue
		(name, took), _n = max(times.slowest.items(), key=lambda item: item[0][1], default=((("", 0)), 0))
		boot = (
			f"  html {times.median('html'):4.0f}, desk started {times.median('started'):5.0f}"
			if times.started
			else ""
		)
		print(
			f"{who:<20} {sight.name:<22} {way:<10} usable {times.median():5.0f} (slowest {max(times.usable):5.0f})"
			f"  quiet {times.median('quiet'):5.0f}  small site {before.median():5.0f}"
			f"  x{times.median() / before.median():4.2f}  {statistics.median(times.requests):3.0f} requests"
			f" {statistics.median(times.bytes) / 1000:6.0f} kB{boot}  failed {times.failed}"
			f"  [{name} {took}]" + ("  OVER" if times.median() > AIM else ""),
			flush=True,
		)
		worst = max(worst, times.median())
	return worst


def public(browser: Browser, addresses: dict[str, str], loads: int, sites: tuple[str, str]) -> None:
	for name, path in PUBLIC:
		times: dict[str, list[float]] = {site: [] for site in sites}
		failed = 0
		for site, address in addresses.items():
			page = browser.new_context(base_url=address, locale="zh-CN").new_page()
			for turn in range(loads + 1):
				answer = page.goto(path, timeout=WAIT)
				took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
				if not answer or not answer.ok or not page.locator("main").count():
					failed += 1
				elif turn:
					times[site].append(took)
			page.context.close()
		full, small = (times[site] for site in sites)
		if full and small:
			print(
				f"{'guest':<20} {name:<28}      shown {statistics.median(full):5.0f} (slowest {max(full):5.0f})"
				f"  small site {statistics.median(small):5.0f}"
				f"  x{statistics.median(full) / statistics.median(small):4.2f}  failed {failed}",
				flush=True,
			)


def load() -> str:
	return "load " + " ".join(f"{value:.1f}" for value in os.getloadavg())


def fill_small(site: str) -> None:
	"""The demonstration alone, played by a process of its own."""
	text = (
		f"import sys, frappe; sys.path.insert(0, {str(HERE)!r}); frappe.init(site={site!r}, sites_path='.');"
		" frappe.connect(); import province; province.play(); frappe.destroy()"
	)
	subprocess.run([sys.executable, "-c", text], check=True, cwd=Path(frappe.local.sites_path).resolve())


def main(loads: int = 10, *words: str) -> None:
	full = frappe.local.site
	small = os.environ.get("SCLIST_SMALL_SITE") or "desk-small.localhost"
	if "localhost" in (full, small):
		sys.exit("Name a site of its own: the demonstration stays as it is.")
	if not (Path(frappe.local.sites_path) / small / "site_config.json").exists():
		sys.exit(f"There is no site {small}: python -m devbench --wait reset --site {small}")
	fill_small(small)
	province.fill()
	print(province.counted(("SC Case", "SC Entity", "SC Listing Record", "SC Notice", "SC Task", "SC Event")))
	# nothing read here may hold up a change of the tables while the browser is at work
	frappe.db.commit()
	print(load(), flush=True)
	flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
	over: list[str] = []
	with served(full) as at_full, served(small) as at_small, sync_playwright() as playwright:
		browser = playwright.chromium.launch(
			executable_path=os.environ.get("SCLIST_CHROMIUM", "/usr/bin/chromium"), args=flags
		)
		addresses = {small: at_small, full: at_full}
		for who, user in PEOPLE.items():
			sights = [
				sight
				for sight in SIGHTS
				if who in (sight.people or (who,))
				and (not words or any(word in f"{who} {sight.name}" for word in words))
			]
			if not sights:
				continue
			visitors = {site: visit(browser, address, user) for site, address in addresses.items()}
			for sight in sights:
				found = measured(visitors, sight, loads)
				if report(who, sight, found, (full, small)) > AIM:
					over.append(f"{who}: {sight.name}")
			for visitor in visitors.values():
				visitor.page.context.close()
			print(load(), flush=True)
		if not words or "public" in words:
			public(browser, addresses, loads, (full, small))
		browser.close()
	print(load())
	print(f"over {AIM} ms at the median: {'; '.join(over) or 'none'}")


if __name__ == "__main__":
	given = sys.argv[1:]
	main(int(given[0]) if given else 10, *" ".join(given[1:]).split())
