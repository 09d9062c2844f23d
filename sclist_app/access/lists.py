"""The list condition of each DocType, as functions of their own.

Early 15 calls a condition with the user alone; without the DocType's name it could not tell whose rows to limit.
"""

from __future__ import annotations

from collections.abc import Callable

from sclist_app.access.doctypes import GUARDED, ROWS
from sclist_app.access.visibility import condition


def _of(name: str) -> Callable[..., str]:
	def limited(user: str | None = None) -> str:
		return condition(user, name)

	return limited


def _rows_of(name: str) -> Callable[..., str]:
	"""A table's rows are listed as the documents they stand in."""

	def limited(user: str | None = None) -> str:
		parts = []
		for parent in ROWS[name]:
			allowed = condition(user, parent)
			if not allowed:
				return ""
			parts.append(f"`tab{name}`.`parent` in (select `name` from `tab{parent}` where {allowed})")
		return f"({' or '.join(parts)})"

	return limited


# sclist_app.access.lists.sc_case and so on, as the hooks name them
globals().update({name.lower().replace(" ", "_"): _of(name) for name in GUARDED})
globals().update({name.lower().replace(" ", "_"): _rows_of(name) for name in ROWS})
