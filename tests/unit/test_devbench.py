"""The tools behind make demo and make test: stages, ports, processes, the lock. No framework, no site."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devbench import console, external, framework, layout, processes, stages, testing

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("APPS", "SITES", "NODE", "CACHE", "CONFIG", "LOGS", "RUN", "STATE", "DATA")


@pytest.fixture(autouse=True)
def bench(tmp_path, monkeypatch):
	"""An empty bench of its own for each test."""
	root = tmp_path / "bench"
	monkeypatch.setattr(layout, "ROOT", root)
	for name in FOLDERS:
		monkeypatch.setattr(layout, name, root / name.lower())
	layout.make_folders()
	return root


def sleeper(seconds: int = 60) -> list[str]:
	return [sys.executable, "-c", f"import time; time.sleep({seconds})"]


def start(name: str, command: list[str], **options) -> int:
	settings = {"cwd": layout.ROOT, "env": dict(os.environ), "ready": lambda: True, **options}
	processes.start(name, command, **settings)
	return layout.read_json(layout.RUN / f"{name}.json")["pid"]


def alive(pid: int) -> bool:
	return processes._started(pid) is not None


# --- stages


def test_a_stage_runs_once_for_the_same_inputs():
	calls = []
	assert stages.once("wheel", "key 1", lambda: calls.append(1))
	assert not stages.once("wheel", "key 1", lambda: calls.append(2))
	assert stages.once("wheel", "key 2", lambda: calls.append(3))
	assert calls == [1, 3]


def test_a_stage_that_failed_is_not_done_and_runs_again():
	def breaks():
		raise OSError("the download broke")

	with pytest.raises(OSError, match="broke"):
		stages.once("wheel", "key", breaks)
	assert not stages.done("wheel", "key")
	assert stages.once("wheel", "key", lambda: None)


def test_a_stage_that_fails_on_new_inputs_does_not_leave_the_old_mark():
	stages.once("wheel", "old", lambda: None)
	with pytest.raises(ZeroDivisionError):
		stages.once("wheel", "new", lambda: 1 / 0)
	assert not stages.done("wheel", "old")


def test_a_stage_whose_product_was_removed_runs_again(bench):
	product = bench / "product"
	assert stages.once("make", "key", product.touch, product)
	product.unlink()
	assert stages.once("make", "key", product.touch, product)
	assert product.exists()


def test_a_killed_run_leaves_the_stage_undone(bench):
	script = (
		"import os, signal\n"
		"from pathlib import Path\n"
		"from devbench import layout, stages\n"
		f"layout.STATE = Path({str(layout.STATE)!r})\n"
		"stages.once('half', 'key', lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
	)
	result = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, check=False)
	assert result.returncode == -signal.SIGKILL
	assert not stages.done("half", "key")


def test_a_command_that_fails_says_what_it_printed():
	with pytest.raises(console.BenchError, match="no such wheel"):
		stages.run([sys.executable, "-c", "print('no such wheel'); raise SystemExit(1)"])


def test_a_command_is_tried_again(bench):
	seen = bench / "seen"
	script = f"import pathlib, sys; p = pathlib.Path({str(seen)!r}); p.exists() or (p.touch(), sys.exit(1)); print('there')"
	assert stages.run([sys.executable, "-c", script], tries=2).strip() == "there"


def test_a_command_dies_with_the_run_that_started_it(bench):
	pid_file = bench / "pid"
	inner = f"import os, pathlib, time; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid())); time.sleep(60)"
	script = f"import sys\nfrom devbench import stages\nstages.run([sys.executable, '-c', {inner!r}])\n"
	run = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT)
	limit = time.monotonic() + 20
	while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < limit:
		time.sleep(0.05)
	child = int(pid_file.read_text())
	assert alive(child)
	run.kill()
	run.wait()
	while alive(child) and time.monotonic() < limit:
		time.sleep(0.05)
	assert not alive(child)


def test_the_digest_tells_a_missing_file_from_an_empty_one_and_a_name_from_its_content(tmp_path):
	file = tmp_path / "a"
	missing = layout.digest([file])
	file.touch()
	empty = layout.digest([file])
	file.write_text("x")
	assert len({missing, empty, layout.digest([file]), layout.digest(["x"])}) == 4


# --- the lock


def test_a_second_run_says_who_is_at_work_and_leaves_with_code_3():
	with layout.lock("make demo"):
		with pytest.raises(console.BenchError, match="make demo") as refused, layout.lock("make test"):
			pass
		assert refused.value.code == 3
	with layout.lock("make test"):
		pass


def test_the_lock_of_a_killed_run_is_free(bench):
	script = (
		"import os, signal\n"
		"from pathlib import Path\n"
		"from devbench import layout\n"
		f"layout.ROOT = Path({str(bench)!r})\n"
		"layout.make_folders = lambda: None\n"
		"with layout.lock('make demo'): os.kill(os.getpid(), signal.SIGKILL)\n"
	)
	assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT).returncode == -signal.SIGKILL
	with layout.lock("make test"):
		pass


# --- ports


def test_a_port_is_remembered_and_left_when_someone_takes_it():
	first = processes.port("web", 18_000)
	assert processes.port("web", 18_000) == first
	with socket.socket() as foreign:
		foreign.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		foreign.bind(("0.0.0.0", first))
		foreign.listen()
		second = processes.port("web", 18_000)
	assert second != first
	assert processes.port("web", 18_000) == second


def test_two_services_never_share_a_port():
	assert processes.port("cache", 18_500) != processes.port("queue", 18_500)


def test_the_port_of_a_running_service_stays_its_own():
	number = processes.port("web", 18_700)
	script = f"import socket, time; s = socket.socket(); s.bind(('127.0.0.1', {number})); s.listen(); time.sleep(60)"
	start("web", [sys.executable, "-c", script], ready=lambda: processes.port_open(number))
	try:
		assert processes.port("web", 18_700) == number
	finally:
		processes.stop("web")


# --- processes


def test_stop_ends_the_process_and_its_children_even_in_a_session_of_their_own(bench):
	pid_file = bench / "child"
	script = (
		"import pathlib, subprocess, sys, time\n"
		"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
		f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
		"time.sleep(60)\n"
	)
	parent = start(
		"worker",
		[sys.executable, "-c", script],
		ready=lambda: pid_file.exists() and bool(pid_file.read_text()),
	)
	child = int(pid_file.read_text())
	assert alive(parent) and alive(child)
	assert processes.stop("worker")
	assert not alive(parent) and not alive(child)
	assert not processes.members("worker")


def test_stop_kills_what_does_not_listen():
	script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
	log = layout.LOGS / "deaf.log"
	pid = start("deaf", [sys.executable, "-c", script], ready=lambda: "up" in log.read_text())
	processes.stop("deaf", seconds=1)
	assert not alive(pid)


def test_children_are_found_after_the_head_process_was_killed(bench):
	pid_file = bench / "child"
	script = (
		"import pathlib, subprocess, sys, time\n"
		"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
		f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
		"time.sleep(60)\n"
	)
	parent = start(
		"web", [sys.executable, "-c", script], ready=lambda: pid_file.exists() and bool(pid_file.read_text())
	)
	child = int(pid_file.read_text())
	os.kill(parent, signal.SIGKILL)
	while alive(parent):
		time.sleep(0.02)
	assert not processes.running("web")
	assert processes.members("web") == [child]
	processes.stop("web")
	assert not alive(child)


def test_a_process_number_given_to_someone_else_is_not_touched():
	foreign = subprocess.Popen(sleeper())
	try:
		layout.write_json(layout.RUN / "web.json", {"pid": foreign.pid, "started": "1"})
		assert not processes.running("web")
		assert not processes.stop("web")
		assert foreign.poll() is None
		assert not (layout.RUN / "web.json").exists()
	finally:
		foreign.kill()
		foreign.wait()


def test_two_benches_do_not_see_each_other(bench, tmp_path, monkeypatch):
	pid = start("web", sleeper())
	with monkeypatch.context() as other:
		for name in ("CONFIG", "RUN"):
			folder = tmp_path / f"other-{name}"
			folder.mkdir()
			other.setattr(layout, name, folder)
		assert not processes.running("web") and not processes.members("web")
		assert not processes.stop("web")
	assert alive(pid)
	assert processes.stop("web")


def test_a_service_that_ends_at_once_reports_its_last_words():
	command = [sys.executable, "-c", "print('port is taken'); raise SystemExit(1)"]
	with pytest.raises(console.BenchError, match="port is taken"):
		start("web", command, ready=lambda: False, seconds=10)
	assert not processes.running("web")


def test_a_service_that_never_gets_ready_does_not_stay(bench):
	with pytest.raises(console.BenchError, match="did not start"):
		start("web", sleeper(), ready=lambda: False, seconds=0.5)
	assert not processes.members("web")


# --- the rest


def test_secrets_are_kept_and_private():
	word = layout.secret("administrator")
	assert len(word) >= 24 and layout.secret("administrator") == word and layout.secret("redis") != word
	assert (layout.CONFIG / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
	"text, restored",
	[
		("import criscostack", "import frappe"),
		("CRISCOSTACK_SITE", "FRAPPE_SITE"),
		("X-Crisco-Site-Name", "X-Frappe-Site-Name"),
		("criscoerp.com", "erpnext.com"),
		("criscostackclient.py", "frappeclient.py"),
		("utils/brik_helper.py", "utils/bench_helper.py"),
	],
)
def test_the_original_names_are_restored(text, restored):
	assert framework.restore_names(text.encode()) == restored.encode()


@pytest.mark.parametrize(
	"words, kinds",
	[
		([], {"unit", "site", "browser"}),
		(["-k", "calendar"], {"unit", "site", "browser"}),
		(["tests/unit", "-x"], {"unit"}),
		(["tests/unit/test_devbench.py::test_a_stage_runs_once"], {"unit"}),
		(["tests/site", "tests/unit"], {"unit", "site"}),
		(["tests"], {"unit", "site", "browser"}),
	],
)
def test_only_what_the_chosen_tests_need_is_started(words, kinds):
	assert testing.kinds(words) == kinds


@pytest.mark.parametrize(
	("codes", "code"),
	[([0, 0], 0), ([0, 1], 1), ([1, 0], 1), ([5, 0], 0), ([0, 5], 0), ([5, 5], 5), ([5, 1], 1), ([2, 1], 2)],
)
def test_a_failure_of_either_run_is_a_failure(codes, code):
	assert testing.combined(codes) == code


@pytest.mark.parametrize(
	("words", "whole"),
	[
		([], True),
		(["-x", "-k", "number"], True),
		(["tests/unit"], False),
		(["-q", "tests/site/test_issue.py::test_x"], False),
		(["tests"], False),
	],
)
def test_the_whole_suite_is_meant_where_no_path_is_named(words, whole):
	assert testing.names_no_path(words) is whole


def test_a_folder_that_is_no_bench_is_refused(tmp_path, monkeypatch):
	monkeypatch.setenv("SCLIST_BENCH", str(tmp_path))
	with pytest.raises(console.BenchError, match="is not a bench"):
		external.chosen()


def test_the_site_must_be_one_of_the_bench(tmp_path, monkeypatch):
	for name in (
		"env/bin/python",
		"sites/common_site_config.json",
		"sites/apps.txt",
		"sites/a.test/site_config.json",
	):
		(tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
		(tmp_path / name).write_text("{}")
	monkeypatch.setenv("SCLIST_BENCH", str(tmp_path))
	monkeypatch.setenv("SCLIST_SITE", "b.test")
	with pytest.raises(console.BenchError, match=r"a\.test"):
		external.chosen()
	monkeypatch.setenv("SCLIST_SITE", "a.test")
	assert external.chosen() == external.Bench(tmp_path.resolve(), "a.test")


def test_the_suite_refuses_a_site_that_does_not_allow_tests(tmp_path):
	bench = external.Bench(tmp_path, "live.example")
	bench.__dict__["state"] = {"allow_tests": False, "apps": ["frappe", "sclist_app"], "app_path": ""}
	with pytest.raises(console.BenchError, match="does not allow tests"):
		testing.on_own_bench(bench, ["tests/site"])


def test_another_copy_of_the_app_is_not_tested(tmp_path):
	bench = external.Bench(tmp_path, "test.example")
	bench.__dict__["state"] = {
		"allow_tests": True,
		"apps": ["frappe", "sclist_app"],
		"app_path": str(tmp_path),
	}
	with pytest.raises(console.BenchError, match="copy the bench uses"):
		testing.on_own_bench(bench, ["tests/site"])


def test_a_site_whose_set_up_is_not_finished_is_refused(tmp_path):
	bench = external.Bench(tmp_path, "new.example")
	bench.__dict__["state"] = {
		"allow_tests": True,
		"apps": ["frappe", "sclist_app"],
		"app_path": str(layout.PROJECT / layout.APP),
		"setup_complete": False,
	}
	with pytest.raises(console.BenchError, match="set-up wizard"):
		testing.on_own_bench(bench, ["tests/site"])


def test_the_npm_list_records_no_address_and_matches_the_packages():
	lock = json.loads((PROJECT / "devbench" / "package-lock.json").read_text())
	wanted = json.loads((PROJECT / "devbench" / "package.json").read_text())["dependencies"]
	assert lock["packages"][""]["dependencies"] == wanted
	for name, package in lock["packages"].items():
		assert "resolved" not in package, name
		assert not name or package["integrity"].startswith("sha"), name


def test_every_pinned_python_package_is_exact():
	lines = (PROJECT / "devbench" / "constraints.txt").read_text().split()
	assert lines and all(line.count("==") == 1 for line in lines)
