"""What a legal check has to say: one finding per fault, with its article.

A check returns a list of findings; an empty list means nothing is wrong. Errors refuse, warnings inform.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Severity = Literal["error", "warning"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def N_(msgid: str) -> str:
	"""Mark a string for translation without translating it here. Returns it unchanged."""
	return msgid


class Word(str):
	"""A value that is itself a msgid, so `render` translates it before putting it into the sentence."""

	__slots__ = ()


@dataclass(frozen=True, slots=True)
class Finding:
	"""One fault found by a check.

	code: stable, machine-readable ("penalty.missing"). message: English msgid with {name} placeholders,
	saying what is wrong and what to do. article: the Chinese citation it rests on, may be empty.
	values: data for the placeholders. row: key of the child row the fault is in, if any.
	"""

	code: str
	message: str
	article: str
	values: Mapping[str, Any] = field(default_factory=dict, hash=False)
	severity: Severity = "error"
	row: str | None = None


def errors(findings: Iterable[Finding]) -> list[Finding]:
	"""Only the findings that refuse."""
	return [f for f in findings if f.severity == "error"]


def warnings(findings: Iterable[Finding]) -> list[Finding]:
	"""Only the findings that inform."""
	return [f for f in findings if f.severity == "warning"]


def chinese_date(d: date) -> str:
	"""2024年1月5日: Arabic figures without leading zeros (GB/T 9704-2012)."""
	return f"{d.year}年{d.month}月{d.day}日"


def format_value(value: Any, translate: Callable[[str], str] = str) -> str:
	"""Write one value for a sentence: dates Chinese, decimals plain, sequences joined with 、, None empty."""
	if value is None:
		return ""
	if isinstance(value, Word):
		return translate(str(value))
	if isinstance(value, date):
		return chinese_date(value)
	if isinstance(value, Decimal):
		text = f"{value:f}"
		return text.rstrip("0").rstrip(".") if "." in text else text
	if isinstance(value, (list, tuple)):
		return "、".join(format_value(v, translate) for v in value)
	if isinstance(value, (set, frozenset)):
		return "、".join(sorted(format_value(v, translate) for v in value))
	return str(value)


def _fill(template: str, values: Mapping[str, Any], translate: Callable[[str], str]) -> str:
	# plain substitution: str.format would let a translation read attributes of the values
	return _PLACEHOLDER.sub(
		lambda m: format_value(values[m[1]], translate) if m[1] in values else m[0], template
	)


def render(finding: Finding, translate: Callable[[str], str] = lambda s: s) -> str:
	"""The finding as one sentence for a reader: translated message with its values, then （article）."""
	text = _fill(translate(finding.message), finding.values, translate)
	return f"{text}（{finding.article}）" if finding.article else text
