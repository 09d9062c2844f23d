"""Work done once: a stage is marked done only after it finished, under the hash of what it was made from."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from devbench import layout
from devbench.console import BenchError, timed


def done(name: str, key: str) -> bool:
	return layout.read_json(layout.STATE / f"{name}.json").get("key") == key


def mark(name: str, key: str, **facts: object) -> None:
	layout.write_json(
		layout.STATE / f"{name}.json", {"key": key, "at": time.strftime("%Y-%m-%dT%H:%M:%S"), **facts}
	)


def forget(name: str) -> None:
	(layout.STATE / f"{name}.json").unlink(missing_ok=True)


def once(name: str, key: str, work: Callable[[], None], exists: Path | None = None) -> bool:
	"""Run `work` unless it was finished under the same key and its product still exists. True if it ran."""
	if done(name, key) and (exists is None or exists.exists()):
		return False
	forget(name)
	begin = time.monotonic()
	with timed(name):
		work()
	mark(name, key, seconds=round(time.monotonic() - begin, 1))
	return True


def _die_with_parent() -> None:
	# A killed run must not leave an installer behind that writes into the bench while the next run resumes.
	PR_SET_PDEATHSIG = 1
	ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(
	command: Sequence[str | Path],
	*,
	log: str | None = None,
	cwd: Path | None = None,
	env: Mapping[str, str] | None = None,
	tries: int = 1,
	stdin: str | None = None,
) -> str:
	"""Run a command to its end and return its output; with `log`, the output goes to logs/<log>.log as well.

	Raises BenchError with the last lines of the output when every try failed.
	"""
	words = [str(word) for word in command]
	output = ""
	for attempt in range(1, tries + 1):
		result = subprocess.run(
			words,
			cwd=cwd,
			env=dict(env) if env is not None else None,
			input=stdin,
			stdin=subprocess.DEVNULL if stdin is None else None,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			errors="replace",
			preexec_fn=_die_with_parent,
		)
		output = result.stdout
		if log:
			with open(layout.LOGS / f"{log}.log", "a") as file:
				file.write(f"\n$ {' '.join(words)}\n{output}")
		if result.returncode == 0:
			return output
		if attempt < tries:
			time.sleep(2 * attempt)
	where = f" (whole output: {layout.LOGS / log}.log)" if log else ""
	tail = "\n".join(output.strip().splitlines()[-15:])
	raise BenchError(f"failed with code {result.returncode}: {' '.join(words[:6])} …{where}\n{tail}")


def clean_environment(**more: str) -> dict[str, str]:
	"""The caller's environment without what would lead a child to another bench, site or Python."""
	drop = {
		"PYTHONPATH",
		"PYTHONHOME",
		"VIRTUAL_ENV",
		"FRAPPE_SITE",
		"SITES_PATH",
		"FRAPPE_BENCH_ROOT",
		"DEV_SERVER",
	}
	kept = {name: value for name, value in os.environ.items() if name not in drop}
	return {**kept, **more}
