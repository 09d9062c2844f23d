"""Background processes of the bench: started away from the terminal, found again, stopped with all they started.

Each bears the bench's own random mark in its environment, and so do all its children. A process without
that mark is never touched, whatever its number or name.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devbench import layout
from devbench.console import BenchError

MARK = "SCLIST_BENCH_PROCESS"


def _mark(name: str) -> str:
	return f"{layout.secret('process mark')}:{name}"


def environment(name: str, base: Mapping[str, str]) -> dict[str, str]:
	"""`base` with the mark by which `members` finds the process and its children."""
	return {**base, MARK: _mark(name)}


def _started(pid: int) -> str | None:
	"""The kernel's start time of a living process; None for a dead one and for a zombie."""
	try:
		fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
	except (FileNotFoundError, ProcessLookupError):
		return None
	return None if fields[0] in "ZX" else fields[19]


def _marked(pid: int, mark: bytes) -> bool:
	try:
		return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
	except OSError:
		return False


def members(name: str) -> list[int]:
	"""Living processes of the service `name`, children included, the caller and its parents excluded.

	They bear the mark; a server that overwrites its own environment still is the recorded head process.
	"""
	mark = f"{MARK}={_mark(name)}".encode()
	own = _ancestors()
	head = layout.read_json(_record(name)).get("pid") if running(name) else None
	return [
		pid
		for pid in (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
		if pid not in own and (pid == head or _marked(pid, mark)) and _started(pid)
	]


def _ancestors() -> set[int]:
	found, pid = set(), os.getpid()
	while pid > 1:
		found.add(pid)
		try:
			pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
		except OSError:
			break
	return found


def _record(name: str) -> Path:
	return layout.RUN / f"{name}.json"


def running(name: str) -> bool:
	"""True while the process that `start` began still lives: same number and same start time."""
	record = layout.read_json(_record(name))
	pid, started = record.get("pid"), record.get("started")
	return bool(pid and started and _started(pid) == started)


def facts(name: str) -> dict:
	return layout.read_json(_record(name)) if running(name) else {}


def start(
	name: str,
	command: Sequence[str | Path],
	*,
	cwd: Path,
	env: Mapping[str, str],
	ready: Callable[[], bool],
	seconds: float = 60,
	**remember: object,
) -> None:
	"""Start a service and wait until `ready`. Its output goes to logs/<name>.log.

	Raises BenchError with the end of the log when it ends or is not ready in time; nothing stays behind then.
	"""
	stop(name)
	log = layout.LOGS / f"{name}.log"
	if log.exists() and log.stat().st_size > 20_000_000:
		log.replace(log.with_suffix(".log.1"))
	with open(log, "ab") as output:
		begin = output.tell()
		process = subprocess.Popen(
			[str(word) for word in command],
			cwd=cwd,
			env=environment(name, env),
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=subprocess.STDOUT,
			start_new_session=True,
		)
	layout.write_json(_record(name), {"pid": process.pid, "started": _started(process.pid), **remember})
	limit = time.monotonic() + seconds
	try:
		while time.monotonic() < limit:
			if process.poll() is not None:
				break
			if ready():
				return
			time.sleep(0.1)
	except BaseException:
		stop(name)
		raise
	stop(name)
	with open(log, errors="replace") as file:
		file.seek(begin)
		tail = "\n".join(file.read().strip().splitlines()[-12:])
	raise BenchError(f"{name} did not start (log: {log})\n{tail}")


def stop(name: str, seconds: float = 20) -> bool:
	"""End the service and everything it started: asked first, killed after `seconds`. True if any lived."""
	first = layout.read_json(_record(name)).get("pid") if running(name) else None
	living = members(name)
	if living:
		# The head process first: servers end their own children in order.
		_signal([first] if first else living, signal.SIGTERM)
		limit = time.monotonic() + seconds
		asked_all = first is None
		while (left := members(name)) and time.monotonic() < limit:
			if not asked_all and (first not in left or time.monotonic() > limit - seconds / 2):
				_signal(left, signal.SIGTERM)
				asked_all = True
			time.sleep(0.05)
		while left := members(name):
			_signal(left, signal.SIGKILL)
			time.sleep(0.05)
	_record(name).unlink(missing_ok=True)
	return bool(living)


def _signal(pids: Sequence[int | None], number: int) -> None:
	for pid in pids:
		if pid:
			with contextlib.suppress(ProcessLookupError):
				os.kill(pid, number)


def port_open(port: int) -> bool:
	with socket.socket() as probe:
		probe.settimeout(0.5)
		return probe.connect_ex(("127.0.0.1", port)) == 0


def port_free(port: int) -> bool:
	with socket.socket() as probe:
		probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			probe.bind(("127.0.0.1", port))
		except OSError:
			return False
	return True


def port(name: str, preferred: int) -> int:
	"""The port of a service: kept from run to run, chosen anew when someone else has taken it."""
	path = layout.CONFIG / "ports.json"
	known = layout.read_json(path)
	if running(name) and name in known:
		return known[name]
	others = {value for key, value in known.items() if key != name}
	candidates = [known[name]] if name in known else []
	candidates += range(preferred, preferred + 2000, 10)
	for candidate in candidates:
		if candidate not in others and port_free(candidate):
			if known.get(name) != candidate:
				layout.write_json(path, {**known, name: candidate})
			return candidate
	raise BenchError(f"no free port for {name} from {preferred} on")
