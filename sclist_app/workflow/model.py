"""A procedure as data: frozen values without any framework, so that it can be checked, run and compared
in milliseconds.

A procedure is a graph. Its nodes are *steps* (what is done, by which post), its edges *transitions*
(which button leads where, under which condition). A run of it holds a *marking*: the steps that are open,
finished or left. Steps may run side by side (after a decision the service, the system entry and the
publication start together); a step that names `waits_for` opens only when all of those are finished.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import Any

__all__ = [
	"ConditionRow",
	"DocumentRule",
	"FieldRule",
	"LimitRule",
	"MaterialRule",
	"Mode",
	"Nature",
	"OnRefusal",
	"Procedure",
	"Step",
	"Transition",
	"Verb",
]


class _Text(str, Enum):
	def __str__(self) -> str:
		return self.value


class Nature(_Text):
	"""What a step is for. Every nature but END needs a person."""

	FILL = "Fill"
	REVIEW = "Review"
	SIGN = "Sign"
	ISSUE = "Issue"
	SERVE = "Serve"
	WAIT = "Wait"
	DO = "Do"
	EXTERNAL = "External"
	END = "End"


class Mode(_Text):
	"""How many of a post's holders it takes."""

	ONE = "One"
	ANY = "Any"
	ALL = "All"
	N_OF_M = "N of M"
	MAJORITY = "Majority"
	IN_ORDER = "In Order"

	@property
	def votes(self) -> bool:
		"""True where every holder gets a task of their own and a tally decides."""
		return self is not Mode.ONE


class OnRefusal(_Text):
	WAIT = "Wait for All"
	END = "End at Once"


class Verb(_Text):
	FORWARD = "Forward"
	AGREE = "Agree"
	REFUSE = "Refuse"
	RETURN = "Return"
	EXPIRE = "Expire"
	CLOSE = "Close"


@dataclass(frozen=True)
class Step:
	code: str
	title: str
	nature: Nature
	post: str = ""
	level: str = "Own Level"
	is_start: bool = False
	mode: Mode = Mode.ONE
	quorum: int = 0
	on_refusal: OnRefusal = OnRefusal.WAIT
	limit: str = ""
	waits_for: tuple[str, ...] = ()
	separate_from: tuple[str, ...] = ()
	tool: str = ""
	outcome: str = ""
	instructions: str = ""
	in_person: bool = False  # nobody may deputise (本人办理)

	@property
	def is_end(self) -> bool:
		return self.nature is Nature.END


@dataclass(frozen=True)
class Transition:
	step: str
	action: str
	label: str
	verb: Verb
	targets: tuple[str, ...]
	priority: int = 0
	condition: str = ""
	reason_required: bool = False
	effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConditionRow:
	code: str
	group_no: int
	field: str
	operator: str
	value: str = ""


@dataclass(frozen=True)
class LimitRule:
	"""One limit of the procedure.

	channel: where the application came from, if the row holds for that channel only ("Credit China"); a row
	without one holds for all others. extend_n, extend_post: by how many units, at most, who may extend it.
	"""

	limit: str
	n: int
	unit: str
	step: str = ""
	warn_before: int = 1
	escalate_to: str = ""
	channel: str = ""
	extend_n: int = 0
	extend_post: str = ""


@dataclass(frozen=True)
class MaterialRule:
	"""may_follow: it may be handed in later against a written promise (容缺受理)."""

	step: str
	title: str
	required: bool = True
	may_follow: bool = False


@dataclass(frozen=True)
class DocumentRule:
	step: str
	action: str
	document_kind: str
	per: str = "Per Subject"


@dataclass(frozen=True)
class FieldRule:
	step: str
	field: str
	policy: str


@dataclass(frozen=True)
class Procedure:
	"""One version of a procedure, everything that steers a run and nothing else."""

	kind: str
	steps: tuple[Step, ...]
	transitions: tuple[Transition, ...]
	conditions: tuple[ConditionRow, ...] = ()
	limits: tuple[LimitRule, ...] = ()
	materials: tuple[MaterialRule, ...] = ()
	documents: tuple[DocumentRule, ...] = ()
	fields: tuple[FieldRule, ...] = ()
	key: str = field(default="", compare=False)

	@cached_property
	def by_code(self) -> Mapping[str, Step]:
		return {step.code: step for step in self.steps}

	@cached_property
	def start(self) -> Step:
		return next(step for step in self.steps if step.is_start)

	@cached_property
	def _routes(self) -> Mapping[tuple[str, str], tuple[Transition, ...]]:
		routes: dict[tuple[str, str], list[Transition]] = {}
		for transition in self.transitions:
			routes.setdefault((transition.step, transition.action), []).append(transition)
		# A conditional route is tried before the default of the same priority.
		return {
			key: tuple(sorted(rows, key=lambda t: (t.priority, not t.condition)))
			for key, rows in routes.items()
		}

	def routes(self, step: str, action: str) -> tuple[Transition, ...]:
		"""The routes of one button, in the order in which they are tried."""
		return self._routes.get((step, action), ())

	def buttons(self, step: str) -> tuple[Transition, ...]:
		"""One transition per action of the step (the first route stands for the button), in file order."""
		seen: dict[str, Transition] = {}
		for transition in self.transitions:
			if transition.step == step:
				seen.setdefault(transition.action, transition)
		return tuple(seen.values())

	@cached_property
	def _awaited_behind(self) -> Mapping[str, tuple[str, ...]]:
		onward: dict[str, set[str]] = {}
		for t in self.transitions:
			if t.verb not in (Verb.RETURN, Verb.CLOSE):
				onward.setdefault(t.step, set()).update(t.targets)
		awaited = {code for step in self.steps for code in step.waits_for}
		behind = {}
		for step in self.steps:
			found: set[str] = set()
			stack = list(onward.get(step.code, ()))
			while stack:
				code = stack.pop()
				if code not in found:
					found.add(code)
					stack.extend(onward.get(code, ()))
			behind[step.code] = tuple(sorted(found & awaited))
		return behind

	def awaited_behind(self, step: str) -> tuple[str, ...]:
		"""The steps onward from this one (returns aside) that some step waits for."""
		return self._awaited_behind.get(step, ())

	def condition(self, code: str) -> tuple[ConditionRow, ...]:
		return tuple(row for row in self.conditions if row.code == code)

	def documents_of(self, step: str, action: str) -> tuple[DocumentRule, ...]:
		return tuple(rule for rule in self.documents if (rule.step, rule.action) == (step, action))

	def limit(self, code: str, step: str = "", channel: str = "") -> LimitRule | None:
		"""The row of a limit: that of the channel, else the one that holds for all."""
		rows = [rule for rule in self.limits if (rule.limit, rule.step) == (code, step)]
		return next(
			(rule for wanted in dict.fromkeys((channel, "")) for rule in rows if rule.channel == wanted), None
		)

	def to_dict(self) -> dict[str, Any]:
		"""Plain JSON values without the columns that have their default; `from_dict` gives the same procedure back.

		So a column that a later release adds does not change what older versions hash to.
		"""
		tables = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("kind", "key")}
		data = {"kind": self.kind, **{name: [_given(row) for row in rows] for name, rows in tables.items()}}
		return json.loads(json.dumps(data, ensure_ascii=False, default=str))

	@classmethod
	def from_dict(cls, data: Mapping[str, Any], key: str = "") -> Procedure:
		"""Read the JSON form.

		Raises:
			ValueError: a row has a column that is not known, lacks one, or has a value outside its list.
		"""
		tables = {
			"steps": Step,
			"transitions": Transition,
			"conditions": ConditionRow,
			"limits": LimitRule,
			"materials": MaterialRule,
			"documents": DocumentRule,
			"fields": FieldRule,
		}
		if not data.get("kind"):
			raise ValueError("Procedure: no kind")
		return cls(
			kind=str(data["kind"]),
			key=key,
			**{
				name: tuple(_row(row_type, row) for row in data.get(name) or ())
				for name, row_type in tables.items()
			},
		)

	@cached_property
	def content_hash(self) -> str:
		"""SHA-256 over everything that steers a run."""
		text = json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
		return hashlib.sha256(text.encode()).hexdigest()


def _given(row: Any) -> dict[str, Any]:
	return {
		name: value for name, value in asdict(row).items() if value != _DEFAULTS[type(row)].get(name, MISSING)
	}


_DEFAULTS = {
	row_type: {f.name: f.default for f in fields(row_type)}
	for row_type in (Step, Transition, ConditionRow, LimitRule, MaterialRule, DocumentRule, FieldRule)
}

_ENUMS = {"nature": Nature, "mode": Mode, "on_refusal": OnRefusal, "verb": Verb}
_LISTS = ("targets", "effects", "waits_for", "separate_from")
_INTS = ("quorum", "priority", "group_no", "n", "warn_before", "extend_n")
_BOOLS = ("is_start", "in_person", "reason_required", "required", "may_follow")


def _row(row_type: type, row: Mapping[str, Any]) -> Any:
	known = {f.name for f in fields(row_type)}
	unknown = set(row) - known
	if unknown:
		raise ValueError(f"{row_type.__name__}: unknown column {', '.join(sorted(unknown))}")
	values: dict[str, Any] = {}
	for name, value in row.items():
		if name in _ENUMS:
			value = _ENUMS[name](value) if value else None
		elif name in _LISTS:
			value = split_codes(value)
		elif name in _INTS:
			value = int(value or 0)
		elif name in _BOOLS:
			value = bool(int(value or 0)) if isinstance(value, str) else bool(value)
		else:
			value = "" if value is None else str(value)
		if value is not None:
			values[name] = value
	missing = [f.name for f in fields(row_type) if f.default is MISSING and f.name not in values]
	if missing:
		raise ValueError(f"{row_type.__name__}: column {', '.join(missing)} is empty")
	return row_type(**values)


def split_codes(value: Any) -> tuple[str, ...]:
	"""Codes from a form field ("C85, C86") or a list; empty entries are dropped."""
	parts = value if isinstance(value, list | tuple) else str(value or "").replace("，", ",").split(",")
	return tuple(part.strip() for part in parts if str(part).strip())
