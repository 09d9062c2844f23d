"""The list condition of each DocType, as functions of their own.

Early 15 calls a condition with the user alone; without the DocType's name it could not tell whose rows to limit.
"""

from __future__ import annotations

from collections.abc import Callable

from sclist_app.access.doctypes import GUARDED
from sclist_app.access.visibility import condition


def _of(name: str) -> Callable[..., str]:
	def limited(user: str | None = None) -> str:
		return condition(user, name)

	return limited


# sclist_app.access.lists.sc_case and so on, as the hooks name them
globals().update({name.lower().replace(" ", "_"): _of(name) for name in GUARDED})
