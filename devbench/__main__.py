"""python -m devbench demo|test|stop|shell|clean|… (see `--help`); the Makefile calls it."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time

from devbench import external, framework, layout, packages, processes, services, site, stages, testing
from devbench.console import BenchError, say


def prepare(*, assets: bool = True, servers: bool = True) -> None:
	"""Everything that does not need a running server."""
	packages.ensure(servers)
	framework.ensure_source()
	framework.ensure_environment()
	site.prepare_folder()
	if assets:
		framework.ensure_node()
		framework.ensure_links()
		if framework.ensure_assets():
			services.clear_cache()


def bring_up(name: str) -> None:
	services.ensure_stores()
	site.ensure(name)


def start_servers() -> None:
	code = site.code_key()
	if processes.facts(services.WEB).get("code") != code:
		services.start_web(services.WEB, layout.DEMO_SITE, code=code)
	if processes.facts(services.WORKER).get("code") != code:
		services.start_worker(code)
	if processes.facts(services.SCHEDULER).get("code") != code:
		services.start_scheduler(code)


def demo(options: argparse.Namespace) -> None:
	begin = time.monotonic()
	with layout.lock("make demo", options.wait):
		if bench := external.chosen():
			external.demo(bench)
			return
		prepare()
		bring_up(layout.DEMO_SITE)
		start_servers()
		site.demo_data()
		rows = site.accounts(layout.DEMO_SITE)
		parties = site.parties(layout.DEMO_SITE)
		site.print_accounts(services.address(), rows, layout.secret("administrator"), parties)
	say(f"ready after {time.monotonic() - begin:.1f} s; `make stop` ends it")


def test(options: argparse.Namespace) -> int:
	words = testing.arguments()
	with layout.lock("make test", options.wait):
		if bench := external.chosen():
			return testing.on_own_bench(bench, words)
		site_needed = bool(testing.kinds(words) - {"unit"})
		prepare(assets=site_needed, servers=site_needed)
		return testing.on_evaluation_bench(words)


def pytest(options: argparse.Namespace) -> int:
	words = options.arguments
	address = ""
	with layout.lock("pytest", options.wait):
		site_needed = bool(testing.kinds(words) - {"unit"})
		prepare(assets=site_needed, servers=site_needed)
		if site_needed:
			services.ensure_stores()
			site.ensure(layout.TEST_SITE)
			address = testing.start_servers()
	env = testing.environment(layout.SITES, layout.TEST_SITE, address)
	return subprocess.call([str(layout.PYTHON), "-m", "pytest", *words], cwd=layout.PROJECT, env=env)


def start(options: argparse.Namespace) -> None:
	with layout.lock("start", options.wait):
		prepare()
		bring_up(layout.DEMO_SITE)
		start_servers()
	say(services.address())


def restart(options: argparse.Namespace) -> None:
	with layout.lock("restart", options.wait):
		services.stop(services.TEST_WEB, services.WEB, services.WORKER, services.SCHEDULER)
		services.ensure_stores()
		start_servers()
	say(services.address())


def migrate(options: argparse.Namespace) -> None:
	with layout.lock("migrate", options.wait):
		prepare(assets=False)
		services.ensure_stores()
		stages.forget(f"migrate {options.site}")
		site.ensure(options.site)


def reset(options: argparse.Namespace) -> None:
	with layout.lock("reset", options.wait):
		prepare()
		services.ensure_stores()
		stages.forget(f"site {options.site}")
		site.ensure(options.site)


def assets(options: argparse.Namespace) -> None:
	with layout.lock("assets", options.wait):
		prepare(assets=False)
		framework.ensure_node()
		framework.ensure_links()
		framework.ensure_assets()
		services.clear_cache()


def stop(options: argparse.Namespace) -> None:
	with layout.lock("make stop", options.wait):
		stopped = services.stop(testing.TESTS, *external.ALL, *services.ALL)
	say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


def clean(options: argparse.Namespace) -> None:
	with layout.lock("make clean", options.wait):
		services.stop(testing.TESTS, *external.ALL, *services.ALL)
		# The lock goes last: while it is held no other run begins to build.
		for entry in layout.ROOT.iterdir():
			if entry.name == "lock":
				continue
			if entry.is_dir() and not entry.is_symlink():
				shutil.rmtree(entry)
			else:
				entry.unlink()
	say(f"{layout.ROOT} is empty")


def shell(options: argparse.Namespace) -> int:
	if own := external.chosen():
		return own.interact("shell")
	_need_stores(options)
	return _in_site([str(layout.HERE / "site_tool.py"), options.site, "shell"])


def run(options: argparse.Namespace) -> int:
	script = os.path.abspath(options.script)
	if own := external.chosen():
		return own.interact("run", script, *options.arguments)
	_need_stores(options)
	return _in_site([str(layout.HERE / "site_tool.py"), options.site, "run", script, *options.arguments])


def bench(options: argparse.Namespace) -> int:
	_need_stores(options)
	return _in_site(["-m", "frappe.utils.bench_helper", "frappe", "--site", options.site, *options.arguments])


def _need_stores(options: argparse.Namespace) -> None:
	if not (layout.SITES / options.site / "site_config.json").exists():
		raise BenchError(
			f"the site {options.site} does not exist yet: run `make demo` (or `make test`) first"
		)
	if not all(
		processes.running(name) for name in (services.DATABASE, services.REDIS_CACHE, services.REDIS_QUEUE)
	):
		with layout.lock("starting the database", options.wait):
			services.ensure_stores()


def _in_site(words: list[str]) -> int:
	return subprocess.call([str(layout.PYTHON), *words], cwd=layout.SITES, env=stages.clean_environment())


def status(options: argparse.Namespace) -> None:
	for name in (*services.ALL, *external.ALL):
		facts = processes.facts(name)
		say(f"{name:<20} " + (f"process {facts['pid']} port {facts.get('port', '-')}" if facts else "-"))


def main() -> int:
	parser = argparse.ArgumentParser(prog="python3 -m devbench", description=__doc__)
	parser.add_argument("--wait", action="store_true", help="wait while another run is at work")
	commands = parser.add_subparsers(dest="command", required=True)
	for function in (demo, test, start, restart, assets, stop, clean, status):
		commands.add_parser(function.__name__, help=function.__doc__).set_defaults(work=function)
	for function in (migrate, reset, shell, run, bench, pytest):
		command = commands.add_parser(function.__name__)
		command.add_argument("--site", default=os.environ.get("SCLIST_SITE") or layout.DEMO_SITE)
		command.set_defaults(work=function)
		if function is run:
			command.add_argument("script")
		if function in (run, bench, pytest):
			command.add_argument("arguments", nargs=argparse.REMAINDER)
	options = parser.parse_args()
	try:
		return options.work(options) or 0
	except BenchError as error:
		print(f"error: {error}", file=sys.stderr)
		return error.code
	except KeyboardInterrupt:
		return 130


if __name__ == "__main__":
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
	sys.exit(main())
