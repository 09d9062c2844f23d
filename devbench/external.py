"""The operator's own bench (SCLIST_BENCH, SCLIST_SITE): nothing of it is built here, its servers stay its own."""

from __future__ import annotations

import os
import socket
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devbench import framework, layout, processes, services, site, stages
from devbench.console import BenchError, say, timed, warn

WEB, TEST_WEB, WORKER = "own-bench-web", "own-bench-test-web", "own-bench-worker"
PORTS = {WEB: 8030, TEST_WEB: 8031}
ALL = (TEST_WEB, WEB, WORKER)


@dataclass(frozen=True)
class Bench:
	root: Path
	name: str

	@property
	def python(self) -> Path:
		return self.root / "env" / "bin" / "python"

	@property
	def sites(self) -> Path:
		return self.root / "sites"

	@cached_property
	def state(self) -> dict:
		"""Version, installed apps, allow_tests … read from the running site."""
		try:
			return self.tool("state")
		except BenchError as error:
			raise BenchError(
				f"the site {self.name} of {self.root} cannot be reached; its database and Redis must run\n{error}"
			) from None

	def tool(self, command: str, *arguments: str) -> object:
		script = layout.HERE / "site_tool.py"
		return site.answer(
			stages.run(
				[self.python, script, self.name, command, *arguments],
				log="own-bench",
				cwd=self.sites,
				env=stages.clean_environment(),
			)
		)

	def command(self, *words: str, for_site: bool = True) -> str:
		"""The framework's own command line in this bench."""
		chosen = ["--site", self.name] if for_site else []
		return stages.run(
			[self.python, "-m", self.state["helper"], "frappe", *chosen, *words],
			log="own-bench",
			cwd=self.sites,
			env=stages.clean_environment(CI="1"),
		)

	def interact(self, command: str, *arguments: str) -> int:
		"""A shell or a script at the caller's terminal."""
		words = [str(self.python), str(layout.HERE / "site_tool.py"), self.name, command, *arguments]
		return subprocess.call(words, cwd=self.sites, env=stages.clean_environment())

	def forget_state(self) -> None:
		self.__dict__.pop("state", None)


def chosen() -> Bench | None:
	"""The bench that SCLIST_BENCH names; None when it is not set."""
	path = os.environ.get("SCLIST_BENCH")
	if not path:
		return None
	root = Path(path).expanduser().resolve()
	for needed in ("env/bin/python", "sites/common_site_config.json", "sites/apps.txt"):
		if not (root / needed).exists():
			raise BenchError(f"SCLIST_BENCH={root} is not a bench: {needed} is missing")
	name = os.environ.get("SCLIST_SITE") or layout.read_json(root / "sites" / "common_site_config.json").get(
		"default_site"
	)
	sites = sorted(entry.parent.name for entry in (root / "sites").glob("*/site_config.json"))
	if name not in sites:
		raise BenchError(
			f"SCLIST_SITE must name one of this bench's sites: {', '.join(sites) or 'there is none'}"
		)
	return Bench(root, name)


# --- the app in the bench


def ensure_app(bench: Bench) -> None:
	"""The app is in the bench, installed on the site, and the site's tables are those of the code."""
	if not bench.state["app_path"]:
		with timed(f"add {layout.APP} to {bench.root}"):
			_add(bench)
	require_this_copy(bench)
	key = site.schema_key()
	stage = f"own bench {layout.digest([str(bench.root), bench.name])[:12]}"
	if layout.APP not in bench.state["apps"]:
		with timed(f"install {layout.APP} on {bench.name}"):
			# The cache holds which module belongs to which app: without this the new DocTypes are passed over.
			bench.command("clear-cache")
			bench.command("install-app", layout.APP)
			bench.command("clear-cache")
		bench.forget_state()
		stages.mark(stage, key)
	stages.once(stage, key, lambda: _migrate(bench))
	_ensure_assets(bench)


def _add(bench: Bench) -> None:
	link = bench.root / "apps" / layout.APP
	if not link.exists():
		link.symlink_to(layout.PROJECT)
	_pip(bench, "-e", str(link))
	apps = bench.sites / "apps.txt"
	names = apps.read_text().split()
	if layout.APP not in names:
		apps.write_text("\n".join([*names, layout.APP]) + "\n")
	bench.command("clear-cache")
	bench.forget_state()


def _pip(bench: Bench, *words: str) -> None:
	stages.run(
		[bench.python, "-m", "pip", "install", "-q", *words],
		log="own-bench",
		tries=2,
		env=stages.clean_environment(),
	)


def _migrate(bench: Bench) -> None:
	bench.command("clear-cache")
	bench.command("migrate", "--skip-search-index")
	bench.command("clear-cache")


def _ensure_assets(bench: Bench) -> None:
	public = layout.PROJECT / layout.APP / "public"
	files = sorted(path for path in public.rglob("*") if path.is_file() and "dist" not in path.parts)
	if not any(".bundle." in path.name for path in files):
		return
	stage = f"own bench assets {layout.digest([str(bench.root)])[:12]}"
	try:
		stages.once(
			stage, layout.digest(files), lambda: bench.command("build", "--app", layout.APP, for_site=False)
		)
	except BenchError as error:
		warn(
			f"the bench could not build the app's scripts; run `bench build --app {layout.APP}` there\n{error}"
		)


def require_this_copy(bench: Bench) -> None:
	path = bench.state["app_path"]
	if not path or Path(path).resolve() != layout.PROJECT / layout.APP:
		raise BenchError(
			f"{bench.root} runs the app from {path}, not from {layout.PROJECT}: run make in the copy the bench uses"
		)


def require_set_up(bench: Bench) -> None:
	"""Until the set-up wizard is through, the desk leads every page to it."""
	if not bench.state["setup_complete"]:
		raise BenchError(
			f"the set-up wizard of {bench.name} is not finished: sign in as Administrator, finish it, then try again"
		)


# --- servers


def _answering(bench: Bench) -> str | None:
	"""The bench's own web address when it runs and its name can be opened from here."""
	port = bench.state.get("web_port") or 8000
	try:
		socket.gethostbyname(bench.name)
		url = f"http://{bench.name}:{port}"
		with urllib.request.urlopen(f"{url}/api/method/ping", timeout=10) as response:
			return url if b"pong" in response.read() else None
	except (urllib.error.URLError, OSError):
		return None


def start_web(bench: Bench, name: str) -> str:
	"""A web server of ours for this one site, on loopback. Returns its address."""
	code = layout.digest([str(bench.root), bench.name, site.code_key()])
	if processes.facts(name).get("code") != code:
		processes.stop(name)
		number = processes.port(name, PORTS[name])
		processes.start(
			name,
			services.web_command(bench.python, number),
			cwd=bench.sites,
			env=services.web_environment(bench.name, bench.sites),
			ready=lambda: services.answers(number),
			seconds=90,
			port=number,
			site=bench.name,
			code=code,
		)
	return f"http://127.0.0.1:{processes.facts(name)['port']}"


def start_worker(bench: Bench) -> None:
	"""A worker of ours with the present code, unless the bench's own listen already."""
	code = layout.digest([str(bench.root), site.code_key()])
	if processes.facts(WORKER).get("code") == code:
		return
	processes.stop(WORKER)
	if bench.tool("workers"):
		return
	processes.start(
		WORKER,
		[bench.python, "-m", bench.state["helper"], "frappe", "worker", "--queue", "short,default,long"],
		cwd=bench.sites,
		env=stages.clean_environment(PYTHONUNBUFFERED="1"),
		ready=lambda: processes.running(WORKER),
		code=code,
	)


# --- the two commands


def demo(bench: Bench) -> None:
	say(f"Frappe {bench.state['version']} in {bench.root}, site {bench.name}")
	require_set_up(bench)
	ensure_app(bench)
	address = _answering(bench) or start_web(bench, WEB)
	start_worker(bench)
	with timed("demo data"):
		made = bench.tool("call", f"{layout.APP}.setup.demo.make")
	if made.get("absent"):
		say(f"no demo data: {made['absent']} does not exist")
	rows = bench.tool("call", f"{layout.APP}.setup.demo.accounts").get("value") or []
	parties = bench.tool("call", f"{layout.APP}.setup.demo.parties").get("value") or []
	site.print_accounts(address, rows, None, parties)


def ensure_test_packages(bench: Bench) -> None:
	"""What the tests import, in the bench's own environment; installed there when absent."""
	wanted = framework.app_requirements(("test",))
	check = (
		"import sys\n"
		"from importlib.metadata import PackageNotFoundError, version\n"
		"from packaging.requirements import Requirement\n"
		"for line in sys.argv[1:]:\n"
		"\tneed = Requirement(line)\n"
		"\ttry:\n"
		"\t\tif not need.specifier.contains(version(need.name), prereleases=True): print(line)\n"
		"\texcept PackageNotFoundError: print(line)\n"
	)
	result = subprocess.run(
		[bench.python, "-c", check, *wanted], capture_output=True, text=True, env=stages.clean_environment()
	)
	absent = result.stdout.splitlines() if result.returncode == 0 else wanted
	if absent:
		with timed(f"test packages: {' '.join(absent)}"):
			_pip(bench, *absent)
