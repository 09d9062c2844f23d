"""Two versions side by side, in words a lawyer reads. Pure.

Rows are matched by what identifies them (a step by its code, a limit by its code and step); every column that
differs is one `Finding` of severity "warning" whose message says old and new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sclist_app.law.findings import N_, Finding, Word
from sclist_app.workflow.conditions import SCHEMA
from sclist_app.workflow.model import ConditionRow, LimitRule, MaterialRule, Mode, Procedure

__all__ = ["compare", "condition_in_words"]

# column -> label; the order is the order of reading
STEP_COLUMNS = {
	"title": N_("Step Title"),
	"nature": N_("Nature"),
	"post": N_("Post"),
	"level": N_("Acting Level"),
	"mode": N_("Sign Mode"),
	"quorum": N_("Quorum"),
	"on_refusal": N_("On Refusal"),
	"limit": N_("Limit"),
	"waits_for": N_("Waits For"),
	"separate_from": N_("Separate From"),
	"tool": N_("Tool"),
	"outcome": N_("Outcome"),
	"is_start": N_("Start Step"),
	"in_person": N_("In Person"),
	"instructions": N_("Instructions"),
}
ROUTE_COLUMNS = {
	"label": N_("Button"),
	"verb": N_("Verb"),
	"targets": N_("To Step"),
	"condition": N_("Condition"),
	"reason_required": N_("Reason Required"),
	"effects": N_("Effects"),
}


def compare(
	old: Procedure, new: Procedure, names: Callable[[str, str], str] = lambda _kind, code: code
) -> list[Finding]:
	"""What `new` changes against `old`, in reading order; empty if they steer a run alike.

	names: (kind, code) → the name to show, for kind "post", "limit", "document", "field", "effect".
	"""
	return [
		*_steps(old, new, names),
		*_routes(old, new, names),
		*_conditions(old, new),
		*_limits(old, new, names),
		*_rows(
			"document",
			{(d.step, d.action, d.document_kind): d.per for d in old.documents},
			{(d.step, d.action, d.document_kind): d.per for d in new.documents},
			lambda key: f"{_title(old, new, key[0])} → {names('document', key[2])}",
		),
		*_rows(
			"material",
			{(m.step, m.title): _need(m) for m in old.materials},
			{(m.step, m.title): _need(m) for m in new.materials},
			lambda key: f"{_title(old, new, key[0])} → {key[1]}",
		),
		*_rows(
			"field",
			{(f.step, f.field): f.policy for f in old.fields},
			{(f.step, f.field): f.policy for f in new.fields},
			lambda key: f"{_title(old, new, key[0])} → {names('field', key[1])}",
		),
	]


def _change(code: str, message: str, row: str, **values: Any) -> Finding:
	return Finding(code, message, "", values, "warning", row)


def _title(old: Procedure, new: Procedure, code: str) -> str:
	step = new.by_code.get(code) or old.by_code.get(code)
	return step.title if step else code


def _columns(
	kind: str,
	row: str,
	name: str,
	before: Any,
	after: Any,
	columns: Mapping[str, str],
	shown: Callable[[str, Any], Any],
) -> Iterable[Finding]:
	for column, label in columns.items():
		a, b = getattr(before, column), getattr(after, column)
		if a != b:
			yield _change(
				f"{kind}.changed",
				N_("{name}: {column} changed from “{old}” to “{new}”."),
				row,
				name=name,
				column=Word(label),
				old=shown(column, a),
				new=shown(column, b),
			)


def _steps(old: Procedure, new: Procedure, names: Callable[[str, str], str]) -> Iterable[Finding]:
	def shown(column: str, value: Any) -> Any:
		if column == "post":
			return names("post", value) if value else ""
		if column == "limit":
			return names("limit", value) if value else ""
		if column in ("waits_for", "separate_from"):
			return [_title(old, new, code) for code in value]
		return _shown(value)

	for code in [s.code for s in new.steps if s.code not in old.by_code]:
		step = new.by_code[code]
		more: dict[str, Any] = {"post": names("post", step.post)} if step.post else {}
		message = N_("Step “{name}” added ({post}).") if more else N_("Step “{name}” added.")
		if step.mode in (Mode.N_OF_M, Mode.MAJORITY):
			message = N_("Step “{name}” added ({post}; {mode}, at least {quorum} persons).")
			more = {"post": "", **more, "mode": Word(step.mode.value), "quorum": step.quorum}
		elif step.mode.votes:
			message = N_("Step “{name}” added ({post}; {mode}).")
			more = {"post": "", **more, "mode": Word(step.mode.value)}
		yield _change("step.added", message, code, name=step.title, **more)
	for code in [s.code for s in old.steps if s.code not in new.by_code]:
		yield _change("step.removed", N_("Step “{name}” removed."), code, name=old.by_code[code].title)
	for step in new.steps:
		if step.code in old.by_code:
			yield from _columns(
				"step", step.code, step.title, old.by_code[step.code], step, STEP_COLUMNS, shown
			)


def _routes(old: Procedure, new: Procedure, names: Callable[[str, str], str]) -> Iterable[Finding]:
	def keyed(procedure: Procedure) -> dict[tuple[str, str, int], Any]:
		return {
			(t.step, t.action, n): t
			for (step, action) in _pairs(procedure)
			for n, t in enumerate(procedure.routes(step, action))
		}

	before, after = keyed(old), keyed(new)

	def shown(column: str, value: Any) -> Any:
		if column == "targets":
			return [_title(old, new, code) for code in value]
		if column == "effects":
			return [names("effect", name) for name in value]
		if column == "condition":
			return condition_in_words(new.condition(value) or old.condition(value)) if value else ""
		return _shown(value)

	for key in [k for k in after if k not in before]:
		t = after[key]
		yield _change(
			"route.added",
			N_("{name}: route “{label}” to {target} added."),
			f"{t.step}/{t.action}",
			name=_title(old, new, t.step),
			label=t.label,
			target=[_title(old, new, code) for code in t.targets],
		)
	for key in [k for k in before if k not in after]:
		t = before[key]
		yield _change(
			"route.removed",
			N_("{name}: route “{label}” to {target} removed."),
			f"{t.step}/{t.action}",
			name=_title(old, new, t.step),
			label=t.label,
			target=[_title(old, new, code) for code in t.targets],
		)
	for key, t in after.items():
		if key in before:
			name = f"{_title(old, new, t.step)} → {t.label}"
			yield from _columns("route", f"{t.step}/{t.action}", name, before[key], t, ROUTE_COLUMNS, shown)


def _pairs(procedure: Procedure) -> list[tuple[str, str]]:
	return list(dict.fromkeys((t.step, t.action) for t in procedure.transitions))


def _conditions(old: Procedure, new: Procedure) -> Iterable[Finding]:
	codes = dict.fromkeys(row.code for row in (*old.conditions, *new.conditions))
	for code in codes:
		before, after = old.condition(code), new.condition(code)
		if before != after:
			yield _change(
				"condition.changed",
				N_("Condition {name}: from “{old}” to “{new}”."),
				code,
				name=code,
				old=condition_in_words(before),
				new=condition_in_words(after),
			)


def condition_in_words(rows: Iterable[ConditionRow]) -> str:
	"""A condition as one line: groups joined by 或者, rows of a group by 且."""
	groups: dict[int, list[str]] = {}
	for row in rows:
		fact = SCHEMA.get(row.field)
		label = _FACTS.get(row.field, fact.label if fact else row.field)
		groups.setdefault(row.group_no, []).append(
			f"{label}{_OPERATORS.get(row.operator, row.operator)}{row.value}"
		)
	return "；或者 ".join(" 且 ".join(parts) for parts in groups.values())


# The words of the law, which a comparison is read in.
_FACTS = {
	"ground": "列入情形",
	"fine": "罚款合计（元）",
	"accident_level": "事故等级",
	"deaths": "死亡人数",
	"injuries": "重伤人数",
	"ban": "涉及禁入",
	"subject_kinds": "主体类别",
	"subjects": "主体数",
	"penalty_kinds": "处罚种类",
	"industry": "行业领域",
	"bureau_level": "机关层级",
	"defence_made": "已提出陈述申辩",
	"waived": "均已放弃陈述申辩",
	"channel": "渠道",
	"hearing_requested": "已申请听证",
	"registered_here": "注册地在本辖区",
	"scope_ok": "属于本级适用范围",
	"report_listings": "列入情况逐件报告上级",
	"eligible": "符合申请条件",
	"materials_complete": "材料齐全",
	"supplemented": "已告知补正",
	"penalty_fulfilled": "处罚已履行",
	"conditions_met": "三项条件均符合",
	"basis_change": "依据变化的情形",
	"objection_item": "异议事项",
	"objection_route": "受理渠道",
	"objection_result": "处理结果",
	"review_overturned": "复核改变答复",
}
_OPERATORS = {
	"is": "为",
	"is not": "不为",
	"in": "属于",
	"not in": "不属于",
	"at least": "不小于",
	"more than": "大于",
	"at most": "不大于",
	"less than": "小于",
	"set": "已填",
	"not set": "未填",
}
_CHANNELS = {"Credit China": "信用中国"}
_UNITS = {"Working Day": "个工作日", "Day": "日", "Month": "个月", "Year": "年"}


def _limits(old: Procedure, new: Procedure, names: Callable[[str, str], str]) -> Iterable[Finding]:
	def period(rule: LimitRule) -> str:
		return f"{rule.n}{_UNITS.get(rule.unit, rule.unit)}"

	def extension(rule: LimitRule) -> str:
		if not rule.extend_n:
			return "—"
		return f"{rule.extend_n}{_UNITS.get(rule.unit, rule.unit)}（{names('post', rule.extend_post)}）"

	before = {(r.limit, r.step, r.channel): r for r in old.limits}
	after = {(r.limit, r.step, r.channel): r for r in new.limits}
	for key in dict.fromkeys((*before, *after)):
		a, b = before.get(key), after.get(key)
		place = [_title(old, new, key[1])] if key[1] else []
		place += [_CHANNELS.get(key[2], key[2])] if key[2] else []
		name = names("limit", key[0]) + (f"（{'、'.join(place)}）" if place else "")
		row = f"{key[0]}/{key[1]}" if key[1] else key[0]
		if a is None:
			yield _change("limit.added", N_("Limit {name} added: {new}."), row, name=name, new=period(b))
		elif b is None:
			yield _change("limit.removed", N_("Limit {name} removed ({old})."), row, name=name, old=period(a))
		else:
			if period(a) != period(b):
				yield _change(
					"limit.changed",
					N_("Limit {name}: {old} → {new}."),
					row,
					name=name,
					old=period(a),
					new=period(b),
				)
			if a.warn_before != b.warn_before:
				yield _change(
					"limit.warning",
					N_("Limit {name}: warning {old} → {new} days before."),
					row,
					name=name,
					old=a.warn_before,
					new=b.warn_before,
				)
			if a.escalate_to != b.escalate_to:
				yield _change(
					"limit.escalation",
					N_("Limit {name}: overdue is reported to “{new}” instead of “{old}”."),
					row,
					name=name,
					old=names("post", a.escalate_to) if a.escalate_to else "—",
					new=names("post", b.escalate_to) if b.escalate_to else "—",
				)
			if (a.extend_n, a.extend_post) != (b.extend_n, b.extend_post):
				yield _change(
					"limit.extension",
					N_("Limit {name}: extension {old} → {new}."),
					row,
					name=name,
					old=extension(a),
					new=extension(b),
				)


def _need(material: MaterialRule) -> str:
	if material.required and material.may_follow:
		return "必需（可容缺）"
	return "必需" if material.required else "可选"


def _rows(kind: str, before: Mapping, after: Mapping, name: Callable[[Any], str]) -> Iterable[Finding]:
	messages = {
		"document": (
			N_("Document added: {name}."),
			N_("Document removed: {name}."),
			N_("Document changed: {name}, {old} → {new}."),
		),
		"material": (
			N_("Material added: {name}."),
			N_("Material removed: {name}."),
			N_("Material changed: {name}, {old} → {new}."),
		),
		"field": (
			N_("Form policy added: {name}."),
			N_("Form policy removed: {name}."),
			N_("Form policy changed: {name}, {old} → {new}."),
		),
	}[kind]
	for key in dict.fromkeys((*before, *after)):
		if key not in before:
			yield _change(f"{kind}.added", messages[0], str(key[0]), name=name(key))
		elif key not in after:
			yield _change(f"{kind}.removed", messages[1], str(key[0]), name=name(key))
		elif before[key] != after[key]:
			yield _change(
				f"{kind}.changed",
				messages[2],
				str(key[0]),
				name=name(key),
				old=_shown(before[key]),
				new=_shown(after[key]),
			)


def _shown(value: Any) -> Any:
	if isinstance(value, bool):
		return "是" if value else "否"
	if isinstance(value, tuple):
		return list(value)
	if isinstance(value, str):
		return Word(value)
	return value
