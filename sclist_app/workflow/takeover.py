"""Single changes of a parent's new version, taken over into a bureau's own procedure. Pure.

Three versions meet: the one that was copied (base), the parent's new one, and the bureau's own. What the parent
changed since the base is cut into items, each by itself: a row added, removed, or some of its columns changed. The
routes of one button, and the rows of one condition, are one item: a route means nothing without those tried before
it. An item says whether it stands here already, can be taken, or meets a change of the bureau's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sclist_app.law.findings import N_, Finding, Word
from sclist_app.workflow.comparison import ROUTE_COLUMNS, compare, condition_in_words
from sclist_app.workflow.model import Procedure, Transition

__all__ = ["CONFLICT", "FREE", "HERE", "Item", "apply", "items"]

HERE, FREE, CONFLICT = "here", "free", "conflict"
ADD, REMOVE, CHANGE = "add", "remove", "change"

Key = tuple[str, ...]
# What a row is matched by; several rows of one key are one unit.
_KEYS: Mapping[str, tuple[str, ...]] = {
	"steps": ("code",),
	"transitions": ("step", "action"),
	"conditions": ("code",),
	"limits": ("limit", "step", "channel"),
	"materials": ("step", "title"),
	"documents": ("step", "action", "document_kind"),
	"fields": ("step", "field"),
}
_UNITS = ("transitions", "conditions")


@dataclass(frozen=True)
class Item:
	"""One change of the parent.

	id: the same for the same change, whenever it is asked. action: "add" | "remove" | "change". columns: those that
	change, empty for a row as a whole. state: "here" | "free" | "conflict". needs: ids of items without which this
	one would leave a row that names what is not there. words: the change in sentences; own: what the bureau changed
	in the same place.
	"""

	id: str
	table: str
	key: Key
	action: str
	columns: tuple[str, ...]
	state: str
	words: tuple[Finding, ...]
	own: tuple[Finding, ...] = ()
	needs: tuple[str, ...] = ()


def items(
	base: Procedure,
	parent: Procedure,
	own: Procedure,
	names: Callable[[str, str], str] = lambda _kind, code: code,
) -> list[Item]:
	"""What the parent changed between `base` and `parent`, against the bureau's own; in the order of reading."""
	found = []
	known = _known(base, parent, own)

	def words(item: Item, source: Procedure, columns: Collection[str] = ()) -> tuple[Finding, ...]:
		if item.table == "transitions":
			return tuple(_route_words(item.key, base, source, known))
		start = base if item.table in ("steps", "conditions") else known
		return tuple(compare(start, _put(start, source, item.table, item.key, columns), names))

	for table in _KEYS:
		before, after, here = (_rows(p, table) for p in (base, parent, own))
		for key in dict.fromkeys((*after, *before)):
			item = _item(table, key, before.get(key), after.get(key), here.get(key))
			if item is None:
				continue
			mine = words(item, own) if item.state == CONFLICT else ()
			found.append(replace(item, words=words(item, parent, item.columns), own=mine))
	return [replace(item, needs=_needs(item, found, base, parent, own)) for item in found]


def apply(own: Procedure, parent: Procedure, chosen: Iterable[Item]) -> Procedure:
	"""The bureau's procedure with these changes and no others; of a changed row the changed columns alone."""
	result = own
	for item in chosen:
		if item.state != HERE:
			result = _put(result, parent, item.table, item.key, item.columns)
	return result


def _known(base: Procedure, parent: Procedure, own: Procedure) -> Procedure:
	"""The base with every step and condition that any of the three knows, so that what names them can be read."""
	steps = {step.code: step for p in (own, parent, base) for step in p.steps}
	conditions = {code: p.condition(code) for p in (own, parent, base) for code in _codes(p)}
	return replace(
		base,
		steps=tuple(steps.values()),
		conditions=tuple(row for rows in conditions.values() for row in rows),
	)


def _codes(procedure: Procedure) -> list[str]:
	return list(dict.fromkeys(row.code for row in procedure.conditions))


def _route_words(key: Key, base: Procedure, source: Procedure, known: Procedure) -> Iterable[Finding]:
	"""The routes of one button before and after, each with where it leads and when."""
	before, after = base.routes(*key), source.routes(*key)
	step = known.by_code.get(key[0])
	first = (after or before)[0]
	name = f"{step.title if step else key[0]} → {first.label}"

	def ways(routes: Iterable[Transition], of: Procedure) -> str:
		shown = []
		for t in routes:
			targets = "、".join(known.by_code[c].title if c in known.by_code else c for c in t.targets)
			rows = of.condition(t.condition) or known.condition(t.condition) if t.condition else ()
			shown.append(f"{targets}（{condition_in_words(rows)}）" if t.condition else targets)
		return "；".join(shown)

	def line(message: str, **values: Any) -> Finding:
		return Finding("routes.changed", message, "", {"name": name, **values}, "warning", "/".join(key))

	old, new = ways(before, base), ways(after, source)
	if not before:
		yield line(N_("{name}: button added, it leads to {new}."), new=new)
	elif not after:
		yield line(N_("{name}: button removed, it led to {old}."), old=old)
	else:
		if old != new:
			yield line(N_("{name}: leads to “{new}” instead of “{old}”."), old=old, new=new)
		for column in ("label", "verb", "reason_required", "effects"):
			a, b = _column(before, column), _column(after, column)
			if a != b:
				yield line(
					N_("{name}: {column} changed from “{old}” to “{new}”."),
					column=Word(ROUTE_COLUMNS[column]),
					old=a,
					new=b,
				)


def _column(routes: Iterable[Transition], column: str) -> list[Any]:
	"""The different values of a column among the routes of a button, as the reader sees them."""
	values: list[Any] = []
	for t in routes:
		value = getattr(t, column)
		shown: Iterable[Any] = value if isinstance(value, tuple) else (value,)
		for one in shown:
			if isinstance(one, bool):
				one = "是" if one else "否"
			values.append(Word(one))
	return list(dict.fromkeys(values))


def _key(table: str, row: Any) -> Key:
	return tuple(getattr(row, column) for column in _KEYS[table])


def _rows(procedure: Procedure, table: str) -> dict[Key, tuple[Any, ...]]:
	found: dict[Key, tuple[Any, ...]] = {}
	for row in getattr(procedure, table):
		key = _key(table, row)
		found[key] = (*found.get(key, ()), row)
	return found


def _item(
	table: str,
	key: Key,
	before: tuple[Any, ...] | None,
	after: tuple[Any, ...] | None,
	here: tuple[Any, ...] | None,
) -> Item | None:
	if before == after:
		return None
	columns: tuple[str, ...] = ()
	if before is None:
		action, state = ADD, FREE if here is None else CONFLICT
	elif after is None:
		action, state = REMOVE, FREE if here == before else CONFLICT
	else:
		action, state = CHANGE, FREE if here == before else CONFLICT
		if table not in _UNITS and len(before) == len(after) == 1:
			columns = _changed(before[0], after[0])
			if here is not None and len(here) == 1:
				met = [c for c in columns if _differ(here[0], before[0], c) and _differ(here[0], after[0], c)]
				state = CONFLICT if met else FREE
				if not [c for c in columns if _differ(here[0], after[0], c)]:
					state = HERE
	if here == after:
		state = HERE
	return Item(_id(table, key, action, columns, after), table, key, action, columns, state, ())


def _changed(before: Any, after: Any) -> tuple[str, ...]:
	return tuple(f.name for f in fields(before) if _differ(before, after, f.name))


def _differ(a: Any, b: Any, column: str) -> bool:
	return getattr(a, column) != getattr(b, column)


def _id(table: str, key: Key, action: str, columns: tuple[str, ...], after: tuple[Any, ...] | None) -> str:
	"""The change itself, not the version that brought it: a declined one is known again in the next."""
	rows = [asdict(row) for row in after or ()]
	value = [{c: row[c] for c in columns or row} for row in rows]
	text = json.dumps([table, key, action, value], ensure_ascii=False, sort_keys=True, default=str)
	return hashlib.sha256(text.encode()).hexdigest()[:16]


def _put(to: Procedure, source: Procedure, table: str, key: Key, columns: Collection[str] = ()) -> Procedure:
	"""`to` with the rows of one key as they are in `source`: all of them, or these columns of the one row."""
	wanted = _rows(source, table).get(key, ())
	rows = list(getattr(to, table))
	places = [n for n, row in enumerate(rows) if _key(table, row) == key]
	if columns and len(places) == len(wanted) == 1:
		rows[places[0]] = replace(rows[places[0]], **{c: getattr(wanted[0], c) for c in columns})
		return replace(to, **{table: tuple(rows)})
	at = places[0] if places else _place(to, source, table, key)
	kept_before = [row for row in rows[:at] if _key(table, row) != key]
	kept_after = [row for row in rows[at:] if _key(table, row) != key]
	return replace(to, **{table: (*kept_before, *wanted, *kept_after)})


def _place(to: Procedure, source: Procedure, table: str, key: Key) -> int:
	"""Behind the row that stands before it in the source and exists here too; at the end without one."""
	here = [_key(table, row) for row in getattr(to, table)]
	earlier: list[Key] = []
	for row in getattr(source, table):
		if _key(table, row) == key:
			break
		earlier.append(_key(table, row))
	for candidate in reversed(earlier):
		if candidate in here:
			return len(here) - here[::-1].index(candidate)
	return len(here) if earlier else 0


def _needs(
	item: Item, found: Collection[Item], base: Procedure, parent: Procedure, own: Procedure
) -> tuple[str, ...]:
	"""Items this one leans on: steps and conditions it names, or what hangs on a step it removes."""
	needed: dict[str, None] = {}
	if item.action == REMOVE:
		if item.table == "steps":
			code = item.key[0]
			for other in found:
				if (
					other.id != item.id
					and _names_step(other, code, base)
					and not _names_step(other, code, parent)
				):
					needed[other.id] = None
	else:
		steps, conditions = _named(item, parent)
		for other in found:
			if other.action == ADD and (
				(other.table == "steps" and other.key[0] in steps and other.key[0] not in own.by_code)
				or (
					other.table == "conditions"
					and other.key[0] in conditions
					and not own.condition(other.key[0])
				)
			):
				needed[other.id] = None
		if item.table == "steps" and item.action == ADD:
			# A step comes with its buttons and with the ways that lead to it.
			for other in found:
				if other.table == "transitions" and _names_step(other, item.key[0], parent):
					needed[other.id] = None
	return tuple(code for code in needed if code != item.id)


def _named(item: Item, procedure: Procedure) -> tuple[set[str], set[str]]:
	"""Codes of the steps and conditions that the rows of an item name."""
	steps: set[str] = set()
	conditions: set[str] = set()
	for row in _rows(procedure, item.table).get(item.key, ()):
		if getattr(row, "step", ""):
			steps.add(row.step)
		for column in ("targets", "waits_for", "separate_from"):
			steps |= set(getattr(row, column, ()))
		if getattr(row, "condition", ""):
			conditions.add(row.condition)
	return steps, conditions


def _names_step(item: Item, code: str, procedure: Procedure) -> bool:
	return code in _named(item, procedure)[0]
