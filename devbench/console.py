"""What a person sees of a run: each stage's name and its seconds, and errors without a traceback."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator


class BenchError(Exception):
	"""Something a person can act on. `code` is the process's exit code."""

	def __init__(self, message: str, code: int = 1):
		super().__init__(message)
		self.code = code


def say(text: str = "") -> None:
	print(text, flush=True)


def warn(text: str) -> None:
	print(f"! {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def timed(name: str) -> Iterator[None]:
	"""Print the name when the work begins and the seconds when it ended, also when it failed."""
	say(f"[{name}] …")
	begin = time.monotonic()
	try:
		yield
	except BaseException:
		say(f"[{name}] stopped after {time.monotonic() - begin:.1f} s")
		raise
	say(f"[{name}] {time.monotonic() - begin:.1f} s")
