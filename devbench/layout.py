"""Where things lie in the evaluation bench, and what it remembers between runs."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from devbench.console import BenchError, say

PROJECT = Path(__file__).resolve().parent.parent
APP = "sclist_app"
HERE = Path(__file__).resolve().parent
ROOT = Path(os.environ.get("SCLIST_DEVBENCH") or PROJECT / ".devbench").resolve()

ENV = ROOT / "env"
PYTHON = ENV / "bin" / "python"
APPS = ROOT / "apps"
FRAMEWORK = APPS / "frappe"
SITES = ROOT / "sites"
NODE = ROOT / "node"
CACHE = ROOT / "cache"
CONFIG = ROOT / "config"
LOGS = ROOT / "logs"
RUN = ROOT / "run"
STATE = ROOT / "state"
DATA = ROOT / "data"

DEMO_SITE = "localhost"
TEST_SITE = "test.localhost"

BUSY = 3


def make_folders() -> None:
	ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
	for folder in (APPS, SITES, NODE, CACHE, CONFIG, LOGS, RUN, STATE, DATA):
		folder.mkdir(exist_ok=True)
	# The bench lies inside the project: nothing in it is the project's.
	(ROOT / ".gitignore").write_text("*\n")


def write_atomic(path: Path, text: str, mode: int = 0o600) -> None:
	"""Replace the file in one step, so that a killed run leaves the old text or the new one."""
	temporary = path.with_name(f".{path.name}.{os.getpid()}")
	fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
	with os.fdopen(fd, "w") as file:
		file.write(text)
		file.flush()
		os.fsync(file.fileno())
	os.replace(temporary, path)


def read_json(path: Path) -> dict:
	try:
		return json.loads(path.read_text())
	except (FileNotFoundError, ValueError):
		return {}


def write_json(path: Path, value: dict) -> None:
	write_atomic(path, json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def secret(name: str) -> str:
	"""A random word of this bench, made on first use: passwords and the mark of its processes."""
	path = CONFIG / "secrets.json"
	known = read_json(path)
	if name not in known:
		known[name] = secrets.token_hex(12)
		write_json(path, known)
	return known[name]


def digest(parts: Iterable[str | bytes | Path]) -> str:
	"""sha256 over texts and files (name and content); a missing file counts as missing, not as empty."""
	total = hashlib.sha256()
	for part in parts:
		if isinstance(part, Path):
			total.update(
				b"\0file\0"
				+ str(part.relative_to(PROJECT) if part.is_relative_to(PROJECT) else part).encode()
			)
			try:
				total.update(hashlib.sha256(part.read_bytes()).digest())
			except FileNotFoundError:
				total.update(b"missing")
		else:
			total.update(b"\0text\0" + (part.encode() if isinstance(part, str) else part))
	return total.hexdigest()


@contextlib.contextmanager
def lock(purpose: str, wait: bool = False) -> Iterator[None]:
	"""One run at a time changes the bench. A second one says who holds it and leaves with code 3."""
	make_folders()
	path = ROOT / "lock"
	with open(path, "a+") as file:
		told = False
		while True:
			try:
				fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
				break
			except BlockingIOError:
				file.seek(0)
				holder = file.read().strip() or "another run"
				if not wait:
					raise BenchError(
						f"{holder} is at work on {ROOT}; try again when it has finished", BUSY
					) from None
				if not told:
					say(f"waiting: {holder} is at work")
					told = True
				time.sleep(0.5)
		file.seek(0)
		file.truncate()
		file.write(f"`{purpose}` (process {os.getpid()}, since {time.strftime('%H:%M:%S')})")
		file.flush()
		try:
			yield
		finally:
			file.truncate(0)
