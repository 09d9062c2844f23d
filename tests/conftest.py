"""Fixtures for the three kinds of tests: tests/unit needs nothing, tests/site a site, tests/browser a web server too.

`make test` names the site by SCLIST_SITES, SCLIST_SITE and SCLIST_BASE_URL.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SCREENSHOTS = PROJECT / "artifacts" / "screenshots"
ORDER = ("unit", "site", "browser")


def _kind(item: pytest.Item) -> str:
	parts = Path(item.path).relative_to(PROJECT / "tests").parts
	return parts[0] if parts[0] in ORDER else "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
	for item in items:
		kind = _kind(item)
		if kind in ("site", "browser"):
			item.add_marker("site")
		if kind == "browser":
			item.add_marker("browser")
	items.sort(key=lambda item: ORDER.index(_kind(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
	report = yield
	setattr(item, f"report_{report.when}", report)
	return report


# --- the site

# The flags of a fresh connection; each test begins with them.
_first_flags: dict = {}


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
	"""The name of the connected test site. The working folder is the bench's sites folder from here on."""
	name = os.environ.get("SCLIST_SITE") or "test.localhost"
	sites = Path(os.environ.get("SCLIST_SITES") or PROJECT / ".devbench" / "sites")
	if not (sites / name / "site_config.json").exists():
		pytest.fail(f"there is no site {name} in {sites}: run `make test`", pytrace=False)

	import frappe

	os.chdir(sites)
	frappe.init(site=name, sites_path=".")
	if not frappe.conf.allow_tests:
		pytest.exit(f"the site {name} does not allow tests; they would write into it", returncode=4)
	frappe.connect()
	frappe.local.lang = "zh"
	frappe.flags.in_test = True
	frappe.conf.throttle_user_limit = (
		1000  # the framework lets nobody make more than 60 accounts an hour else
	)
	frappe.set_user("Administrator")
	_first_flags.update(frappe.local.flags)
	yield name
	frappe.db.rollback()
	frappe.destroy()


# Made from files and tables' columns, not from rows: what a rolled-back test cannot have changed.
LASTING = frozenset(
	{
		"all_apps",
		"app_hooks",
		"app_modules",
		"db_tables",
		"doctype_form_meta",
		"doctype_meta",
		"doctype_modules",
		"installed_apps",
		"is_table",
		"lang_full_dict",
		"lang_user_translations",
		"merged_translations",
		"module_app",
		"session",
		"table_columns",
	}
)


def _forget_request() -> None:
	"""What a request leaves in memory and in Redis: messages, flags, cached roles, settings, documents, permissions."""
	import frappe

	frappe.set_user("Administrator")
	frappe.local.lang = "zh"
	frappe.local.message_log = []
	frappe.local.response = frappe._dict(docs=[])
	frappe.local.form_dict = frappe._dict()
	frappe.local.flags.clear()
	frappe.local.flags.update(copy.deepcopy(_first_flags))
	if hasattr(frappe, "client_cache"):
		# Frappe 16 keeps a copy in the process as well.
		frappe.clear_cache()
	else:
		_forget_rows()
	for cache in (
		"role_permissions",
		"cache",
		"document_cache",
		"user_perms",
		"new_doc_templates",
		"request_cache",
	):
		if (value := getattr(frappe.local, cache, None)) is not None:
			value.clear()
	for settings in ("system_settings", "website_settings"):
		if hasattr(frappe.local, settings):
			delattr(frappe.local, settings)


def _forget_rows() -> None:
	import frappe
	import frappe.utils.caching

	prefix = f"{frappe.conf.db_name}|".encode()
	keys = [
		key
		for key in frappe.cache.scan_iter(match=prefix + b"*", count=1000)
		if key.removeprefix(prefix).decode(errors="replace") not in LASTING
	]
	if keys:
		frappe.cache.unlink(*keys)
	site_cache = getattr(frappe.utils.caching, "_SITE_CACHE", None)
	if site_cache is not None:
		site_cache.clear()


@pytest.fixture(autouse=True)
def _own_transaction(request: pytest.FixtureRequest) -> Iterator[None]:
	"""Each test of the site begins as Administrator in a fresh transaction and leaves nothing in the database.

	A test that changes DocTypes or custom fields calls frappe.clear_cache() itself.
	"""
	if not request.node.get_closest_marker("site"):
		yield
		return
	request.getfixturevalue("site")
	import frappe

	frappe.db.rollback()
	_forget_request()
	yield
	frappe.db.rollback()
	_forget_request()


@pytest.fixture(scope="session")
def demo_accounts(site: str) -> list[dict]:
	"""The demo data on the test site, committed once a run; rows of user, password, name, post, bureau.

	Without the stories of what follows a listing: their local rule would bind the tests' own cases.
	"""
	import frappe

	from sclist_app.setup import demo

	frappe.set_user("Administrator")
	demo.make(lives=False)
	frappe.db.commit()
	frappe.clear_cache()
	return demo.accounts()


# --- the browser


@pytest.fixture(scope="session")
def base_url() -> str:
	"""Address of the test site's running web server, without a slash at its end."""
	address = os.environ.get("SCLIST_BASE_URL")
	if not address:
		pytest.fail("no web server runs for the tests: run `make test`", pytrace=False)
	return address.rstrip("/")


@pytest.fixture(scope="session")
def browser(site: str) -> Iterator[object]:
	"""Debian's Chromium under Playwright."""
	from playwright.sync_api import sync_playwright

	flags = [
		"--no-sandbox",
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-sync",
	]
	with sync_playwright() as playwright:
		path = os.environ.get("SCLIST_CHROMIUM", "/usr/bin/chromium")
		chromium = playwright.chromium.launch(executable_path=path, args=flags)
		yield chromium
		chromium.close()


class Pages:
	"""Opens pages of the running site, each in a context of its own; call it: `page = browser_page("a@b")`.

	`errors` collects the scripts' uncaught errors of all its pages.
	"""

	def __init__(self, browser: object, base_url: str, passwords: Callable[[], dict[str, str]]):
		self.base_url = base_url
		self.errors: list[str] = []
		self._browser = browser
		self._passwords = passwords
		self._contexts: list = []

	def __call__(self, user: str | None = None, password: str | None = None, **context: object):
		"""A page logged in as `user` (None: a guest); without a password that of the demo account is used.

		`context` goes to Playwright's new_context, for instance viewport or is_mobile.
		"""
		settings = {
			"locale": "zh-CN",
			"timezone_id": "Asia/Shanghai",
			"viewport": {"width": 1366, "height": 768},
		}
		opened = self._browser.new_context(base_url=self.base_url, **{**settings, **context})
		opened.set_default_timeout(20_000)
		self._contexts.append(opened)
		if user:
			word = password or self._passwords()[user]
			answer = opened.request.post("/api/method/login", form={"usr": user, "pwd": word})
			assert answer.ok, f"{user} cannot log in: {answer.status} {answer.text()[:300]}"
		page = opened.new_page()
		page.on("pageerror", lambda error: self.errors.append(str(error)))
		return page

	def pages(self) -> list:
		return [page for context in self._contexts for page in context.pages]

	def close(self) -> None:
		for context in self._contexts:
			context.close()


@pytest.fixture
def browser_page(browser: object, base_url: str, request: pytest.FixtureRequest) -> Iterator[Pages]:
	"""Factory of logged-in pages; their state is photographed when the test fails."""

	def passwords() -> dict[str, str]:
		return {row["user"]: row["password"] for row in request.getfixturevalue("demo_accounts")}

	pages = Pages(browser, base_url, passwords)
	yield pages
	report = getattr(request.node, "report_call", None)
	if report is not None and report.failed:
		name = re.sub(r"\W+", "-", request.node.nodeid.split("tests/")[-1])
		for number, page in enumerate(pages.pages()):
			SCREENSHOTS.mkdir(parents=True, exist_ok=True)
			page.screenshot(path=SCREENSHOTS / f"failed-{name}-{number}.png")
	pages.close()


@pytest.fixture
def screenshot() -> Callable[..., Path]:
	"""`screenshot(page, "name", full_page=True)` keeps a picture under artifacts/screenshots."""

	def take(page, name: str, **options: object) -> Path:
		SCREENSHOTS.mkdir(parents=True, exist_ok=True)
		path = SCREENSHOTS / f"{name}.png"
		page.screenshot(path=path, **options)
		return path

	return take
