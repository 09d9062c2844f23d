"""Every way a case can take through a procedure, whatever its facts. Pure.

A state is a *marking*: the steps that are open, and the finished ones that others wait for. The runner moves the
same way, so what holds on all ways here holds for every case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sclist_app.workflow.model import ConditionRow, Procedure, Transition, Verb, split_codes

__all__ = ["MOST", "Marking", "Move", "Ways", "dispensable", "possible"]

MOST = 20_000

Marking = tuple[frozenset[str], frozenset[str]]  # open steps; finished ones that others wait for
State = TypeVar("State")


@dataclass(frozen=True)
class Move:
	"""One route taken in one marking. behind: number of the marking it leads to, -1 if the case ends; end: the end
	step it ends at; left_open: steps still open when it ended."""

	route: Transition
	behind: int
	end: str = ""
	left_open: frozenset[str] = frozenset()


class Ways:
	"""The markings a case can reach, numbered from 0 (the start), and the moves out of each.

	complete: False if there are more than `MOST`; then nothing can be said. facts: what is known of every case
	("bureau_level" → "City"); routes it rules out are left aside. first: where to set out from instead of the start.
	"""

	def __init__(
		self, procedure: Procedure, facts: Mapping[str, str] | None = None, first: Marking | None = None
	):
		self.procedure = procedure
		self.complete = True
		self.markings: list[Marking] = []
		self.moves: list[list[Move]] = []
		self._awaited = {code for step in procedure.steps for code in step.waits_for}
		self._routes = _routes(procedure, facts or {})
		start = procedure.start
		self._explore(first or (frozenset(() if start.waits_for else {start.code}), frozenset()))

	def _explore(self, first: Marking) -> None:
		numbers = {first: 0}
		self.markings.append(first)
		queue = deque([first])
		while queue:
			marking = queue.popleft()
			moves: list[Move] = []
			self.moves.append(moves)
			for route in (t for code in sorted(marking[0]) for t in self._routes.get(code, ())):
				behind, end = self._after(marking, route)
				if end:
					moves.append(Move(route, -1, end, behind[0]))
					continue
				if behind not in numbers:
					if len(numbers) > MOST:
						self.complete = False
						return
					numbers[behind] = len(numbers)
					self.markings.append(behind)
					queue.append(behind)
				moves.append(Move(route, numbers[behind]))

	def _after(self, marking: Marking, t: Transition) -> tuple[Marking, str]:
		"""The marking after a route is taken, and the end step if it ended."""
		procedure = self.procedure
		is_open, done = set(marking[0]), set(marking[1])
		is_open.discard(t.step)
		if t.verb in (Verb.RETURN, Verb.CLOSE):
			is_open.clear()
		elif t.step in self._awaited:
			done.add(t.step)
		for target in t.targets:
			if target in is_open or not set(procedure.by_code[target].waits_for) <= done:
				continue
			done -= set(procedure.awaited_behind(target)) | {target}
			if procedure.by_code[target].is_end:
				return (frozenset(is_open), frozenset()), target
			is_open.add(target)
		return (frozenset(is_open), frozenset(done)), ""

	def walk(
		self, first: State, advance: Callable[[State, Transition], State]
	) -> Iterator[tuple[State, Move, State]]:
		"""Every move on every way, with what is remembered before and after it.

		`advance` gives the memory after a route; memories must be few and hashable. Each move is given once per
		marking and memory.
		"""
		seen = {(0, first)}
		queue = deque(seen)
		while queue:
			number, before = queue.popleft()
			for move in self.moves[number]:
				after = advance(before, move.route)
				yield before, move, after
				if move.behind >= 0 and (move.behind, after) not in seen:
					seen.add((move.behind, after))
					queue.append((move.behind, after))


def dispensable(procedure: Procedure, is_open: Collection[str], done: Collection[str]) -> frozenset[str]:
	"""The steps a case may go without from here on: every end it can come to by going forward it can come to without
	them. Empty where there are too many ways to say so.

	is_open, done: the steps open now, and the finished ones.
	"""
	awaited = {code for step in procedure.steps for code in step.waits_for}
	ways = Ways(procedure, first=(frozenset(is_open), frozenset(awaited.intersection(done))))
	if not ways.complete:
		return frozenset()
	ends = _ends(ways)
	others = (s.code for s in procedure.steps if not s.is_end and s.code not in is_open)
	return frozenset(code for code in others if _ends(ways, code) == ends)


def _ends(ways: Ways, without: str = "") -> set[str]:
	"""The ends that lie forward of the start, on ways on which a step is never open."""
	found, seen, stack = set(), {0}, [0]
	while stack:
		for move in ways.moves[stack.pop()]:
			if move.route.verb in (Verb.RETURN, Verb.REFUSE, Verb.CLOSE) or without in move.route.targets:
				continue
			if move.end:
				found.add(move.end)
			elif move.behind not in seen and without not in ways.markings[move.behind][0]:
				seen.add(move.behind)
				stack.append(move.behind)
	return found


def _routes(procedure: Procedure, facts: Mapping[str, str]) -> dict[str, list[Transition]]:
	"""The routes of each step that the facts leave possible."""
	found: dict[str, list[Transition]] = {}
	for step, action in dict.fromkeys((t.step, t.action) for t in procedure.transitions):
		for t in procedure.routes(step, action):
			may = possible(procedure.condition(t.condition), facts) if t.condition else True
			if may is not False:
				found.setdefault(step, []).append(t)
			if may is True:
				break  # what stands behind is never tried
	return found


def possible(rows: tuple[ConditionRow, ...], facts: Mapping[str, str]) -> bool | None:
	"""Does a condition hold where only these facts are known: True, False, or None if it depends on others."""
	groups: dict[int, list[bool | None]] = {}
	for row in rows:
		groups.setdefault(row.group_no, []).append(_row(row, facts))
	verdicts = [False if False in group else None if None in group else True for group in groups.values()]
	return True if True in verdicts else None if None in verdicts else False


def _row(row: ConditionRow, facts: Mapping[str, str]) -> bool | None:
	if row.field not in facts:
		return None
	if row.operator in ("set", "not set"):
		return row.operator == "set"
	met = facts[row.field] in split_codes(row.value)
	return met if row.operator in ("is", "in") else not met
