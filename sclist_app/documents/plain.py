"""Templates that are not HTML: text blocks, and the parts of a Word file.

The names, statements and formats are those of `rendering`; what differs is that no HTML comes out. No frappe here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError

from sclist_app.documents import rendering
from sclist_app.documents.placeholders import Missing, closed
from sclist_app.law.findings import Finding

__all__ = ["FILTERS", "Sandbox", "certificate_numbers", "check", "fill", "prints"]

MAX_TEXT = 20_000


def _lines(value: Any) -> Any:
	"""Text with its line breaks; empty lines fall away."""
	if isinstance(value, Missing):
		return value.note()
	return "\n".join(line.strip(" \t\u3000") for line in str(value).splitlines() if line.strip(" \t\u3000"))


def _as_it_is(value: Any) -> Any:
	return value.note() if isinstance(value, Missing) else value


# The formats that bring HTML along give plain text here.
FILTERS = {**rendering.FILTERS, "paragraphs": _lines, "letterhead": _as_it_is, "title": _as_it_is}


def _finalize(value: Any) -> Any:
	# its __html__ is for pages
	return value.note() if isinstance(value, Missing) else rendering._finalize(value)


class Sandbox(rendering._Sandbox):
	"""The closed world of `rendering` for text; `escaping` for XML."""

	def __init__(self, escaping: bool = False) -> None:
		super().__init__()
		self.filters = dict(FILTERS)
		self.autoescape = escaping
		self.finalize = _finalize
		self.trim_blocks = self.lstrip_blocks = False


_TEXT = Sandbox()


def check(text: str, limit: int = MAX_TEXT, environment: Sandbox = _TEXT) -> list[Finding]:
	"""All that keeps a text with placeholders from being filled; an empty list means it may be."""
	if len(text) > limit:
		return [rendering._finding("template.too_large", rendering.M_SIZE, {"limit": limit // 1024})]
	try:
		tree = environment.parse(text)
		checker = rendering._Checker()
		checker.statements(tree.body, {}, 0, 1)
	except TemplateSyntaxError as error:
		return [_syntax(error.lineno, error.message or "")]
	except (RecursionError, MemoryError):
		return [rendering._refuse("template.too_deep", rendering.M_DEPTH, 1)]
	findings = checker.findings
	if checker.cost > rendering.MAX_COST:
		findings.append(rendering._finding("template.too_costly", rendering.M_COST, {}))
	if not findings:
		try:
			environment.from_string(tree)
		except (TemplateError, SyntaxError, RecursionError, MemoryError) as error:
			findings.append(_syntax(1, str(error)))
	return findings


def _syntax(line: int, reason: str) -> Finding:
	return rendering._refuse("template.syntax", rendering.M_SYNTAX, line, reason=reason)


def fill(text: str, facts: Mapping[str, Any], *, preview: bool = False) -> str:
	"""The text with its placeholders filled.

	Raises TemplateRefused when `check` finds fault, FactsError on facts of another shape, MissingFacts when a fact is
	not there; with `preview` it is printed as 【label】.
	"""
	if "{" not in text:
		return text
	findings = check(text)
	if findings:
		raise rendering.TemplateRefused(findings)
	seen: list[str] = []
	try:
		shown = _TEXT.from_string(text).render(closed(facts, seen))
	except TemplateError as error:
		raise rendering.TemplateRefused([_syntax(1, str(error))]) from error
	if seen and not preview:
		raise rendering.MissingFacts(seen)
	return shown


def prints(text: str, name: str) -> bool:
	"""Does the text print this placeholder, whatever the case?"""
	try:
		tree = _TEXT.parse(text)
	except TemplateSyntaxError:
		return False
	return any(
		isinstance(part, nodes.Getattr)
		and isinstance(part.node, nodes.Name)
		and f"{part.node.name}.{part.attr}" == name
		for output in tree.body
		if isinstance(output, nodes.Output)
		for part in output.nodes
	)


_NUMBER = re.compile(
	r"(?<![0-9A-Za-z])\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)


def certificate_numbers(text: str) -> list[str]:
	"""The numbers of identity cards that stand in a text."""
	return _NUMBER.findall(text)
