"""`make test`: what the chosen tests need is started, and stopped again whatever happens."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from devbench import external, layout, processes, services, site, stages
from devbench.console import BenchError, timed

TESTS = "tests"
KINDS = ("unit", "site", "browser")
NONE_CHOSEN = 5  # pytest's exit code where no test was left


def arguments() -> list[str]:
	return shlex.split(os.environ.get("PYTEST_ARGS", ""))


def kinds(words: list[str]) -> set[str]:
	"""Which of the three kinds the chosen paths contain; all when no path is named."""
	chosen = set()
	for word in words:
		path = word.split("::")[0]
		if word.startswith("-") or not (layout.PROJECT / path).exists():
			continue
		parts = Path(os.path.relpath(layout.PROJECT / path, layout.PROJECT)).parts
		chosen |= {parts[1]} if len(parts) > 1 and parts[1] in KINDS else set(KINDS)
	return chosen or set(KINDS)


def environment(sites: Path, name: str, address: str) -> dict[str, str]:
	return stages.clean_environment(
		SCLIST_SITES=str(sites), SCLIST_SITE=name, SCLIST_BASE_URL=address, PYTHONUNBUFFERED="1"
	)


def pytest(python: Path, words: list[str], env: dict[str, str]) -> int:
	"""Run pytest over tests/ and end every process it left behind, browsers included. Its exit code.

	Of the whole suite the unit tests run in a process of their own beside the others, which need one core; what they
	say is printed after the rest.
	"""
	processes.stop(TESTS)
	env = processes.environment(TESTS, env)
	command = [str(python), "-m", "pytest", *words]
	beside, log = None, layout.LOGS / "unit-tests.log"
	if names_no_path(words):
		log.parent.mkdir(parents=True, exist_ok=True)
		with log.open("wb") as output:
			beside = _start([*command, "-p", "no:cacheprovider", f"{TESTS}/unit"], env, output)
		command += [f"{TESTS}/{kind}" for kind in KINDS if kind != "unit"]
	process = _start(command, env)
	try:
		codes = [process.wait()]
		if beside is not None:
			codes.append(beside.wait())
			print("\n--- unit tests, which ran beside ---", flush=True)
			print(log.read_text(errors="replace"), flush=True)
		return combined(codes)
	except KeyboardInterrupt:
		# Ctrl-C reached pytest as well: it closes its fixtures and prints its summary.
		with contextlib.suppress(subprocess.TimeoutExpired):
			process.wait(20)
		raise
	finally:
		for one in filter(None, (process, beside)):
			if one.poll() is None:
				one.send_signal(signal.SIGINT)
				with contextlib.suppress(subprocess.TimeoutExpired):
					one.wait(10)
		processes.stop(TESTS, seconds=5)


def _start(command: list[str], env: dict[str, str], output: IO[bytes] | None = None) -> subprocess.Popen:
	return subprocess.Popen(
		command, cwd=layout.PROJECT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
	)


def names_no_path(words: list[str]) -> bool:
	"""The words choose no file or folder, so the whole suite is meant."""
	return not any(
		not word.startswith("-") and (layout.PROJECT / word.split("::")[0]).exists() for word in words
	)


def combined(codes: list[int]) -> int:
	"""One exit code of several runs: the first that failed; "no test was chosen" counts only if all say so."""
	failed = [code for code in codes if code not in (0, NONE_CHOSEN)]
	return failed[0] if failed else min(codes)


@contextlib.contextmanager
def stopping_what_was_started(names: tuple[str, ...]) -> Iterator[None]:
	before = {name for name in names if processes.running(name)}
	try:
		yield
	finally:
		for name in names:
			if name not in before:
				processes.stop(name)


def on_own_bench(bench: external.Bench, words: list[str]) -> int:
	"""The suite on the bench that SCLIST_BENCH names."""
	if kinds(words) - {"unit"}:
		if not bench.state["allow_tests"]:
			raise BenchError(
				f"the site {bench.name} does not allow tests: they would write into it. "
				f"Use a site made for tests, with `bench --site {bench.name} set-config allow_tests true`"
			)
		if layout.APP not in bench.state["apps"]:
			raise BenchError(
				f"{layout.APP} is not installed on {bench.name}: bench install-app, or make demo"
			)
		external.require_this_copy(bench)
		external.require_set_up(bench)
	external.ensure_test_packages(bench)
	with stopping_what_was_started((external.TEST_WEB, external.WORKER)):
		address = ""
		if kinds(words) - {"unit"}:
			external.ensure_app(bench)
			external.start_worker(bench)
			address = external.start_web(bench, external.TEST_WEB)
		return pytest(bench.python, words, environment(bench.sites, bench.name, address))


def on_evaluation_bench(words: list[str]) -> int:
	with stopping_what_was_started(services.ALL):
		address = ""
		if kinds(words) - {"unit"}:
			services.ensure_stores()
			site.ensure(layout.TEST_SITE)
			address = start_servers()
		return pytest(layout.PYTHON, words, environment(layout.SITES, layout.TEST_SITE, address))


def start_servers() -> str:
	"""The test site's web server and a worker with the present code. Returns the address."""
	code = site.code_key()
	if processes.facts(services.TEST_WEB).get("code") != code:
		with timed("test web server"):
			services.start_web(services.TEST_WEB, layout.TEST_SITE, code=code)
	if processes.facts(services.WORKER).get("code") != code:
		services.start_worker(code)
	return services.address(services.TEST_WEB)
