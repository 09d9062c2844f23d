"""Procedures for the tests: the shipped ones, and small ones written in a line."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sclist_app.law.findings import Finding, render
from sclist_app.workflow.checker import World
from sclist_app.workflow.model import ConditionRow, Mode, Nature, OnRefusal, Procedure, Step, Transition, Verb
from sclist_app.workflow.runner import Outcome, Refusal, RunState, act, expire, start

FIXTURES = Path(__file__).resolve().parents[3] / "sclist_app" / "fixtures"
SHIPPED = {path.stem: path for path in sorted((FIXTURES / "procedures").glob("*.json"))}
POSTS = {row["code"] for row in json.loads((FIXTURES / "seed" / "posts.json").read_text(encoding="utf-8"))}
KINDS = {
	row["code"] for row in json.loads((FIXTURES / "seed" / "document_kinds.json").read_text(encoding="utf-8"))
}
WORLD = World(
	posts=POSTS | {"a", "b", "c"},
	document_kinds=KINDS,
	effects={"note"},
	limits={f"T{i:02d}" for i in range(1, 24)},
)
ROUTE_ROWS = {Verb.REFUSE, Verb.RETURN, Verb.CLOSE}


def shipped(name: str) -> Procedure:
	data = json.loads(SHIPPED[name].read_text(encoding="utf-8"))
	return Procedure.from_dict({"kind": data["kind"], **data["procedure"]}, key=name)


STANDARD = shipped("listing_standard")
SHORT = shipped("listing_county_short")


def step(code: str, post: str = "a", **values: Any) -> Step:
	base: dict[str, Any] = {"nature": Nature.REVIEW, "title": f"步骤{code}", "post": post}
	return Step(code, **{**base, **values})


def end(code: str = "E", **values: Any) -> Step:
	return Step(code, f"结束{code}", Nature.END, **{"outcome": "Done", **values})


def go(where: str, verb: Verb = Verb.FORWARD, action: str = "", **values: Any) -> Transition:
	"""`go("A > B C", Verb.RETURN)`: the action is the verb's name in small letters unless given."""
	source, targets = (part.strip() for part in where.split(">"))
	values.setdefault("reason_required", verb in ROUTE_ROWS)
	action = action or verb.value.lower()
	return Transition(source, action, f"按钮{action}", verb, tuple(targets.split()), **values)


def procedure(
	steps: Iterable[Step],
	transitions: Iterable[Transition],
	conditions: Iterable[ConditionRow] = (),
	kind: str = "Other",
	**tables: Any,
) -> Procedure:
	steps = list(steps)
	steps[0] = replace(steps[0], is_start=True)
	return Procedure(kind, tuple(steps), tuple(transitions), tuple(conditions), **tables)


def signing(mode: Mode, quorum: int = 0, on_refusal: OnRefusal = OnRefusal.WAIT, **values: Any) -> Procedure:
	"""S (sign) agrees to E, refuses to N, returns to F, whence it comes."""
	return procedure(
		[
			step("F", "a"),
			step("S", "b", nature=Nature.SIGN, mode=mode, quorum=quorum, on_refusal=on_refusal, **values),
			end("E"),
			end("N", outcome="No"),
		],
		[
			go("F > S"),
			go("S > E", Verb.AGREE),
			go("S > N", Verb.REFUSE),
			go("S > F", Verb.RETURN),
		],
	)


class Play:
	"""A run played by name: who holds which post, the facts, every outcome so far."""

	def __init__(
		self, proc: Procedure, holders: Mapping[str, Sequence[str]], facts: Mapping[str, Any] | None = None
	):
		self.procedure, self.holders, self.facts = proc, dict(holders), dict(facts or {})
		self.log: list[Outcome] = []
		self._numbers = 0
		self.state = RunState()
		self._take(start(proc, self.facts, self.roster))

	def roster(self, of: Step) -> Sequence[str]:
		return self.holders.get(of.post, ())

	def _take(self, outcome: Outcome) -> Outcome:
		"""Give new tasks names, as the store does."""
		tasks = []
		for task in outcome.state.tasks:
			if task.id.startswith("+"):
				self._numbers += 1
				task = replace(task, id=f"t{self._numbers}")
			tasks.append(task)
		self.state = replace(outcome.state, tasks=tuple(tasks))
		self.log.append(outcome)
		return outcome

	def act(self, code: str, action: str, actor: str, opinion: str = "意见") -> Outcome:
		task = next(
			(t for t in self.state.open_tasks(code) if t.assignee in ("", actor)),
			next((t for t in self.state.tasks if t.step == code), None),
		)
		assert task is not None, f"no task of {code}: {self.state.active}"
		return self._take(
			act(self.procedure, self.state, task.id, action, actor, opinion, self.facts, self.roster)
		)

	def expire(self, code: str) -> Outcome:
		return self._take(expire(self.procedure, self.state, code, self.facts, self.roster))

	@property
	def active(self) -> set[str]:
		return set(self.state.active)

	def what(self, name: str) -> list[Mapping[str, Any]]:
		"""Particulars of the events of a name in the last outcome."""
		return [h.data for h in self.log[-1].happened if h.what == name]


def codes(findings: Iterable[Finding] | Refusal) -> list[str]:
	"""Codes of findings or of a refusal; each must read as a whole sentence."""
	rows = findings.findings if isinstance(findings, Refusal) else findings
	for finding in rows:
		text = render(finding)
		assert "{" not in text, text
	return [f.code for f in rows]
