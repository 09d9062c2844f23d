"""Lists under the form policy: rows whose field is closed to the reader are left out where this field is asked for.

A list is one SQL statement; it cannot cover one value of one row. So a request that shows, filters, groups or sorts
by a field does not get the documents in which this field is hidden from the user or masked for them now. Which
fields a request asks for is read from the request itself: every word in it counts, wherever it stands. A request
whose columns stand elsewhere (a chart, an export of everything) is taken to ask for all fields. The app's own
functions and whatever runs without a request (jobs, the engine) are not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import frappe

from sclist_app.access.doctypes import GUARDED, ROWS
from sclist_app.access.fields import CLOSED
from sclist_app.access.guard import is_engine
from sclist_app.access.posts import held
from sclist_app.workflow import actions
from sclist_app.workflow.form_policy import effective_of

__all__ = ["condition", "forget"]

_WORD = re.compile(r"\w+")
_CACHE = "sclist_closed_fields"
# Requests that name every column they show and every field they ask by.
NAMING = (
	"frappe.client.",
	"frappe.desk.reportview.",
	"frappe.desk.search.",
	"frappe.desk.listview.",
	"frappe.desk.form.",
	"frappe.desk.doctype.number_card.",
	"frappe.desk.calendar.",
	"frappe.desk.treeview.",
	"sclist_app.",
)


def condition(user: str | None, doctype: str) -> str:
	"""The rows to leave out of a list of a DocType, as SQL; empty if none.

	For the hook `permission_query_conditions`.
	"""
	request = getattr(frappe.local, "request", None)
	user = user or frappe.session.user
	if request is None or is_engine() or user in ("Administrator", "Guest"):
		return ""
	cmd = str(frappe.form_dict.get("cmd") or "")
	if cmd.startswith("sclist_app."):
		return ""
	everywhere = closed_anywhere()
	words = _words(cmd, getattr(request, "path", None) or "")
	asked = {name for name in everywhere if words is None or _mentions(name, words)}
	if not asked:
		return ""
	left_out = _closed_documents(user, asked, everywhere)
	columns = [("name", doctype), *(("parent", parent) for parent in ROWS.get(doctype, ()))]
	# a list of something else may ask for a field of the document by a link to it
	columns += [
		(df.fieldname, df.options) for df in frappe.get_meta(doctype).get("fields", {"fieldtype": "Link"})
	]
	return " and ".join(
		f"coalesce(`tab{doctype}`.`{column}`, '') not in ({_quoted(left_out[target])})"
		for column, target in columns
		if target in left_out
	)


def _quoted(names: Iterable[str]) -> str:
	return ", ".join(frappe.db.escape(name) for name in sorted(names))


def _mentions(name: str, words: set[str]) -> bool:
	return name.rpartition(".")[2].lower() in words


def _words(cmd: str, path: str) -> set[str] | None:
	"""Every word of the request, in small letters; None if it may show fields it does not name."""
	listing = path.startswith(("/api/resource/", "/api/v1/resource/", "/api/v2/document/"))
	if not (listing or cmd.startswith(NAMING)):
		return None
	words: set[str] = set()
	for key, value in frappe.form_dict.items():
		if key == "fields" and _has_star(value):
			return None
		words |= _texts(key) | _texts(value)
	return words


def _has_star(value: Any) -> bool:
	text = value if isinstance(value, str) else json.dumps(value, default=str)
	return "*" in text


def _texts(value: Any) -> set[str]:
	if isinstance(value, dict):
		return set().union(*(_texts(part) for pair in value.items() for part in pair)) if value else set()
	if isinstance(value, list | tuple | set):
		return set().union(*(_texts(part) for part in value)) if value else set()
	if not isinstance(value, str):
		return set()
	found = {word.lower() for word in _WORD.findall(value)}
	if value.lstrip()[:1] in ("[", "{", '"'):
		with suppress(ValueError):
			# a name may be written in escapes that only the parser undoes
			found |= _texts(json.loads(value))
	return found


def closed_anywhere() -> dict[str, list[tuple[str, str]]]:
	"""Field → [(version, step)] that hide or mask it, over all versions a case can run on."""
	return frappe.cache().get_value(_CACHE, _load)


def _load() -> dict[str, list[tuple[str, str]]]:
	row = frappe.qb.DocType("SC Procedure Field")
	version = frappe.qb.DocType("SC Procedure Version")
	found: dict[str, list[tuple[str, str]]] = {}
	for field, name, step in (
		frappe.qb.from_(row)
		.join(version)
		.on(version.name == row.parent)
		.select(row.field, row.parent, row.step)
		.where(row.policy.isin(CLOSED))
		.where(version.status.isin(("Published", "Retired")))
		.run()
	):
		found.setdefault(field, []).append((name, step))
	return found


def forget(*_args: Any) -> None:
	"""A version was published or changed: read again, now and for those who read before it was committed."""

	def clear() -> None:
		frappe.cache().delete_value(_CACHE)

	clear()
	frappe.db.after_commit.add(clear)


def _closed_documents(
	user: str, asked: set[str], everywhere: dict[str, list[tuple[str, str]]]
) -> dict[str, set[str]]:
	"""DocType → documents in which one of the fields is closed to the user now."""
	places = {place for name in asked for place in everywhere[name]}
	own = held(user)
	if not own:
		return {}
	task, run = frappe.qb.DocType("SC Task"), frappe.qb.DocType("SC Run")
	rows = (
		frappe.qb.from_(task)
		.join(run)
		.on(run.name == task.run)
		.select(task.star, run.procedure_version)
		.where(task.status == "Open")
		.where(task.bureau.isin(sorted({h.bureau for h in own})))
		.where(task.step.isin(sorted({step for _version, step in places})))
		.where(run.procedure_version.isin(sorted({version for version, _step in places})))
		.run(as_dict=True)
	)
	found: dict[str, set[str]] = {}
	for row in rows:
		if (row.procedure_version, row.step) not in places or not actions.holding(row):
			continue
		if row.reference_name in found.get(row.reference_doctype, ()):
			continue
		rules = effective_of(row.run, row.procedure_version)
		if any(rules.of(name) in CLOSED for name in asked):
			found.setdefault(row.reference_doctype, set()).add(row.reference_name)
	return found


def _of(name: str) -> Callable[..., str]:
	def limited(user: str | None = None) -> str:
		return condition(user, name)

	return limited


# sclist_app.workflow.form_lists.sc_case and so on, as the hooks name them
globals().update({name.lower().replace(" ", "_"): _of(name) for name in (*GUARDED, *ROWS)})
