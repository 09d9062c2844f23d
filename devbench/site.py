"""The bench's two sites: `localhost` for the demo, `test.localhost` for tests."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from devbench import layout, services, stages
from devbench.console import BenchError, say, timed

# What a site's tables, fixtures and scheduled jobs are made from; other files need a restart at most.
SCHEMA_NAMES = ("hooks.py", "patches.txt", "modules.txt")
SCHEMA_FOLDERS = ("fixtures", "setup", "patches")
NOT_CODE = ("public", "__pycache__", "node_modules")


def app_files() -> Iterator[Path]:
	for path in sorted((layout.PROJECT / layout.APP).rglob("*")):
		if path.is_file() and path.suffix != ".pyc" and not set(NOT_CODE) & set(path.parts):
			yield path


def _is_schema(path: Path) -> bool:
	parts = path.relative_to(layout.PROJECT / layout.APP).parts
	return path.suffix == ".json" or parts[-1] in SCHEMA_NAMES or parts[0] in SCHEMA_FOLDERS


def schema_key() -> str:
	framework = layout.read_json(layout.STATE / "framework.json").get("key", "")
	return layout.digest([framework, *(path for path in app_files() if _is_schema(path))])


def code_key() -> str:
	"""Changes whenever a running web server or worker would serve old code."""
	environment = layout.read_json(layout.STATE / "python.json").get("key", "")
	framework = layout.read_json(layout.STATE / "framework.json").get("key", "")
	scripts = sorted(layout.HERE.glob("wsgi.py"))
	return layout.digest([environment, framework, *scripts, *app_files()])


def prepare_folder() -> None:
	wanted = f"frappe\n{layout.APP}\n"
	apps = layout.SITES / "apps.txt"
	if not apps.exists() or apps.read_text() != wanted:
		layout.write_atomic(apps, wanted)


def bench(*words: str, site: str | None = None, log: str = "site") -> str:
	"""The framework's own command line, as `bench …` runs it."""
	command = [layout.PYTHON, "-m", "frappe.utils.bench_helper", "frappe"]
	if site:
		command += ["--site", site]
	return stages.run([*command, *words], log=log, cwd=layout.SITES, env=stages.clean_environment(CI="1"))


def tool(site: str, command: str, *arguments: str, log: str = "site") -> object:
	"""Run a command of site_tool.py on the site and return its answer."""
	output = stages.run(
		[layout.PYTHON, layout.HERE / "site_tool.py", site, command, *arguments],
		log=log,
		cwd=layout.SITES,
		env=stages.clean_environment(),
	)
	return answer(output)


def answer(output: str) -> object:
	lines = [line for line in output.splitlines() if line.startswith("RESULT ")]
	if not lines:
		raise BenchError(f"no answer in: {output[-500:]}")
	return json.loads(lines[-1].removeprefix("RESULT "))


def _config(site: str) -> Path:
	return layout.SITES / site / "site_config.json"


def ensure(site: str) -> bool:
	"""The site stands, has the app installed and its tables are those of the code. True if anything changed."""
	prepare_folder()
	password = layout.secret("administrator")
	changed = stages.once(f"site {site}", "1", lambda: _create(site, password), _config(site))
	changed |= stages.once(f"set-up wizard {site}", "1", lambda: tool(site, "complete-setup") and None)
	if not stages.done(f"app {site}", "1"):
		with timed(f"install {layout.APP} on {site}"):
			key = schema_key()
			services.clear_cache()
			# --force: a killed installation is entered in the list of apps before it is complete.
			bench("install-app", layout.APP, "--force", site=site)
			services.clear_cache()
		stages.mark(f"app {site}", "1")
		stages.mark(f"migrate {site}", key)
		changed = True
	changed |= stages.once(f"migrate {site}", schema_key(), lambda: _migrate(site))
	_write_address(site)
	return changed


def _create(site: str, password: str) -> None:
	for stage in ("set-up wizard", "app", "migrate", "demo data"):
		stages.forget(f"{stage} {site}")
	shutil.rmtree(layout.SITES / site, ignore_errors=True)
	name = "sclist_" + site.replace(".", "_")
	bench(
		"new-site", site, "--force", "--db-name", name, "--db-password", layout.secret(f"database {site}"),
		"--db-root-username", "root", "--db-root-password", layout.secret("database root"),
		"--admin-password", password, "--no-mariadb-socket",
	)  # fmt: skip
	config = layout.read_json(_config(site))
	config.setdefault("encryption_key", _encryption_key())
	# The port may change from run to run; it stands in the common configuration alone.
	for name in ("db_host", "db_port"):
		config.pop(name, None)
	if site == layout.TEST_SITE:
		config |= {"allow_tests": True, "pause_scheduler": 1}
	layout.write_json(_config(site), config)


def _encryption_key() -> str:
	import base64
	import secrets

	return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _migrate(site: str) -> None:
	services.clear_cache()
	bench("migrate", "--skip-search-index", site=site)
	services.clear_cache()


def _write_address(site: str) -> None:
	web = services.TEST_WEB if site == layout.TEST_SITE else services.WEB
	config = layout.read_json(_config(site))
	if config.get("host_name") != services.address(web):
		layout.write_json(_config(site), {**config, "host_name": services.address(web)})


def demo_data() -> None:
	"""Make the demo data and print who can log in; says plainly what the app does not offer yet."""
	key = code_key()
	if not stages.done(f"demo data {layout.DEMO_SITE}", key):
		begin = time.monotonic()
		with timed("demo data"):
			made = tool(layout.DEMO_SITE, "call", f"{layout.APP}.setup.demo.make", log="demo")
		if made.get("absent"):
			say(f"no demo data: {made['absent']} does not exist")
			return
		stages.mark(f"demo data {layout.DEMO_SITE}", key, seconds=round(time.monotonic() - begin, 1))


def accounts(site: str) -> list[dict]:
	made = tool(site, "call", f"{layout.APP}.setup.demo.accounts", log="demo")
	return made.get("value") or []


def parties(site: str) -> list[dict]:
	return tool(site, "call", f"{layout.APP}.setup.demo.parties", log="demo").get("value") or []


def print_accounts(
	address: str, rows: list[dict], administrator: str | None, parties: Sequence[dict] = ()
) -> None:
	say()
	say(f"  {address}")
	say()
	width = max([len(row["user"]) for row in rows] + [13])
	for row in rows:
		say(
			f"  {row['user']:<{width}}  {row['password']}  {row.get('post', '')} {row.get('bureau', '')} {row.get('name', '')}"
		)
	if administrator:
		say(f"  {'Administrator':<{width}}  {administrator}")
	for row in parties:
		say(f"  {address}{row['page']}  {row['code']}  当事人 {row['party']} {row['note']}")
	if not rows:
		say(f"  no demo accounts: {layout.APP}.setup.demo.accounts does not exist or returns none")
	say()
