"""Templates to HTML and HTML to PDF.

A template is an HTML fragment with Jinja placeholders. Both are closed: the names are those of `placeholders`,
the statements are if and for, the calls are our filters, the tags and attributes are a short list. So a template
typed into a form by a county clerk can reach nothing but the facts of its case. No frappe here; WeasyPrint is
imported when a PDF is made.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from sclist_app.documents import fonts
from sclist_app.documents import layout as page
from sclist_app.documents.layout import PageLayout
from sclist_app.documents.placeholders import GROUPS, LISTS, MAX_LIST, PLACEHOLDERS, Missing, closed
from sclist_app.law.findings import N_, Finding, Word

MAX_BODY = 256 * 1024  # bytes of UTF-8
MAX_OUTPUT = 2 * 1024 * 1024  # letters
MAX_LOOP_DEPTH = 2
MAX_NESTING = 40
# Steps a template may cost at most when every list is full.
MAX_COST = 5_000_000
MAX_IMAGE = 512 * 1024
# a sheet of paper at 600 dots an inch; a few KB can unpack to much more
MAX_DOTS = 35_000_000

LOOP_NAMES = frozenset({"index", "index0", "revindex", "first", "last", "length"})


class TemplateRefused(ValueError):
	"""The template may not be rendered. `findings` says why."""

	def __init__(self, findings: Sequence[Finding]):
		super().__init__("; ".join(f.code for f in findings))
		self.findings = list(findings)


class MissingFacts(ValueError):
	"""The template prints facts that are not there. `names` are their placeholders, in order of appearance."""

	def __init__(self, names: Sequence[str]):
		super().__init__(", ".join(names))
		self.names = list(names)


class Unprintable(ValueError):
	"""No installed face has these letters; they would print as empty boxes. `letters` has each once."""

	def __init__(self, letters: str):
		super().__init__(letters)
		self.letters = letters


@dataclass(frozen=True, slots=True)
class Rendered:
	"""A finished PDF: its bytes, the number of pages, and the SHA-256 of the bytes (hex)."""

	pdf: bytes
	pages: int
	sha256: str


# ---------------------------------------------------------------- wording

_DIGITS = "〇一二三四五六七八九"


def chinese_digits(number: int) -> str:
	"""2024 → 二〇二四, figure by figure."""
	return "".join(_DIGITS[int(c)] for c in str(number))


def chinese_number(number: int) -> str:
	"""24 → 二十四, for 0 to 9999."""
	if not 0 <= number <= 9999:
		raise ValueError(f"outside 0…9999: {number}")
	if number == 0:
		return "零"
	result, gap = "", False
	for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
		digit = number // power % 10
		if digit:
			result += ("零" if gap else "") + _DIGITS[digit] + unit
			gap = False
		elif result:
			gap = True
	return result[1:] if result.startswith("一十") else result


def chinese_date(value: date, style: str = "arabic") -> str:
	"""2024年1月5日 ("arabic", GB/T 9704-2012 7.3.5.4) or 二〇二四年一月五日 ("chinese", the older custom)."""
	if style == "chinese":
		return f"{chinese_digits(value.year)}年{chinese_number(value.month)}月{chinese_number(value.day)}日"
	return f"{value.year}年{value.month}月{value.day}日"


def chinese_money(yuan: Decimal | int) -> str:
	"""500000 → 50万元; 12345.6 → 12345.60元. Never rounds to 万元."""
	amount = Decimal(yuan)
	wan = amount / 10000
	if abs(amount) >= 10000 and wan == wan.quantize(Decimal("0.01")):
		text = f"{wan.quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")
		return f"{text}万元"
	if amount == amount.to_integral_value():
		return f"{amount.to_integral_value():f}元"
	return f"{amount:.2f}元"


@pass_context
def _cn_date(context: Any, value: Any) -> Any:
	if not isinstance(value, date):
		return value
	document = context.resolve("document")
	style = document.get("date_style") if isinstance(document, dict) else None
	return chinese_date(value, style if isinstance(style, str) else "arabic")


def _money(value: Any) -> Any:
	return chinese_money(value) if isinstance(value, (int, Decimal)) else value


def _cn_number(value: Any) -> Any:
	return chinese_number(value) if isinstance(value, int) else value


_HEADING = re.compile(r"[一二三四五六七八九十]+、[^。；;]{1,40}$")
_SUBHEADING = re.compile(r"（[一二三四五六七八九十]+）[^。；;，]{1,30}$")


def _paragraphs(value: Any) -> Any:
	"""Every line becomes a paragraph; a line that is only a numbered heading gets the heading's face."""
	if isinstance(value, Missing):
		return Markup("<p>{}</p>").format(value)
	parts = []
	for line in str(value).splitlines():
		text = line.strip(" \t\u3000")
		if not text:
			continue
		tag = "h2" if _HEADING.match(text) else "h3" if _SUBHEADING.match(text) else "p"
		parts.append(f"<{tag}>{escape(text)}</{tag}>")
	return Markup("\n".join(parts))


def _letterhead(value: Any) -> Any:
	"""发文机关标志 in a size that fits the line."""
	text = str(value)
	size = min(max(len(text), 4), 30)
	inner = value if isinstance(value, Missing) else escape(text)
	return Markup(f'<span class="agency agency-{size}">{{}}</span>').format(inner)


def title_lines(text: str, per_line: int = 20) -> list[str]:
	"""A title in as few lines of `per_line` letters as it needs, evenly long; its own line breaks come first.

	Never starts a line with a closing mark or 的, nor ends one with an opening mark, nor breaks one of our words
	(词意完整, GB/T 9704-2012 7.3.1).
	"""
	lines: list[str] = []
	for part in filter(None, (p.strip() for p in text.splitlines())):
		count = -(-len(part) // per_line)
		start = 0
		for rest in range(count, 0, -1):
			end = len(part) if rest == 1 else start + -(-(len(part) - start) // rest)
			while start + 1 < end < len(part) and (
				part[end] in "，。、；：）》〉”〕的"
				or part[end - 1] in "（《〈“〔"
				or _inside_word(part, end)
			):
				end -= 1
			lines.append(part[start:end])
			start = end
	return [line for line in lines if line]


_WHOLE = ("安全生产", "严重失信主体", "提前移出", "告知书", "决定书", "通知书")


def _inside_word(text: str, at: int) -> bool:
	return any(
		text.startswith(word, begin) for word in _WHOLE for begin in range(max(at - len(word) + 1, 0), at)
	)


def _title(value: Any) -> Any:
	if isinstance(value, Missing):
		return value
	return Markup("<br>").join(title_lines(str(value)))


def _you(value: Any) -> Any:
	"""你单位 / 你机构 / 你, from addressee.kind."""
	if isinstance(value, Missing):
		return value
	return {"person": "你", "institution": "你机构"}.get(str(value), "你单位")


FILTERS = {
	"cn_date": _cn_date,
	"cn_number": _cn_number,
	"money": _money,
	"paragraphs": _paragraphs,
	"letterhead": _letterhead,
	"title": _title,
	"you": _you,
}


# ---------------------------------------------------------------- the sandbox


class _Sandbox(ImmutableSandboxedEnvironment):
	"""Knows dictionaries and lists of our own making and nothing else.

	`check_template` refuses a bad template before it gets here; this is the second lock, so that a hole in the
	check is not a way out.
	"""

	intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

	def __init__(self) -> None:
		super().__init__(autoescape=True, finalize=_finalize, cache_size=0, keep_trailing_newline=False)
		self.globals.clear()
		self.filters = dict(FILTERS)
		self.tests = {}
		self.trim_blocks = self.lstrip_blocks = True

	def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
		return False

	def is_safe_callable(self, obj: Any) -> bool:
		return False

	def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
		raise SecurityError(f"operator {operator} is not allowed")

	def getattr(self, obj: Any, attribute: str) -> Any:
		return self.getitem(obj, attribute)

	def getitem(self, obj: Any, argument: Any) -> Any:
		if type(obj) is dict and type(argument) is str and argument in obj:
			return obj[argument]
		if isinstance(obj, LoopContext) and argument in LOOP_NAMES:
			return getattr(obj, argument)
		raise SecurityError(f"{argument!r} is not allowed")


def _finalize(value: Any) -> Any:
	if isinstance(value, bool) or type(value) in (dict, list):
		raise SecurityError("a group cannot be printed")
	if isinstance(value, date):
		# a date without the filter still reads as a date
		return chinese_date(value)
	if isinstance(value, Decimal):
		return f"{value:f}"
	return value


_ENVIRONMENT = _Sandbox()


# ---------------------------------------------------------------- the check of a template

_ALLOWED_NODES = (
	nodes.Template,
	nodes.Output,
	nodes.TemplateData,
	nodes.Name,
	nodes.Getattr,
	nodes.Getitem,
	nodes.Const,
	nodes.If,
	nodes.For,
	nodes.Filter,
	nodes.Compare,
	nodes.Operand,
	nodes.Not,
	nodes.And,
	nodes.Or,
	nodes.CondExpr,
)
_COMPARISONS = frozenset({"eq", "ne", "gt", "gteq", "lt", "lteq"})
_LEAF, _GROUP, _LIST, _ROW, _LOOP = "leaf", "group", "list", "row", "loop"
# What stands for an expression, and for a statement, in the HTML handed to the HTML check.
_HOLE, _STATEMENT = "\ufffc", "\ufffb"

M_SYNTAX = N_("Line {line}: the template cannot be read: {reason}")
M_STATEMENT = N_("Line {line}: {what} is not allowed in a document template")
M_NAME = N_("Line {line}: there is no placeholder called {name}")
M_ATTRIBUTE = N_("Line {line}: names that begin with an underscore are not allowed: {name}")
M_FILTER = N_("Line {line}: there is no format called {name}")
M_GROUP = N_("Line {line}: {name} is a group; choose one of its fields")
M_LOOP = N_("Line {line}: only a list can be repeated, {name} is none")
M_LOOP_NAME = N_("Line {line}: {name} is the name of a placeholder; choose another name for the row")
M_SIZE = N_("The template is larger than {limit} KB")
M_DEPTH = N_("Line {line}: blocks are nested too deeply")
M_COST = N_("The template repeats too much")
M_TAG = N_("Line {line}: the HTML element {name} is not allowed")
M_HTML_ATTRIBUTE = N_("Line {line}: the HTML attribute {name} is not allowed")
M_IMAGE = N_("Line {line}: an image must be a PNG or JPEG inside the template, at most {limit} KB")
M_IN_TAG = N_("Line {line}: a placeholder or condition must not stand inside an HTML tag")
M_BALANCE = N_("Line {line}: the HTML element {name} is not closed, or closed twice")
M_COMMENT = N_("Line {line}: HTML comments are not allowed; write the note between {# and #}")
M_BLOCK = N_("The required part “{label}” is not marked in the template")


def check_template(body: str, required: Iterable[str] | Mapping[str, Any] = ()) -> list[Finding]:
	"""Everything that keeps `body` from being used as a template; an empty list means it may be.

	`required` names blocks (`data-block`) the kind of document must have; here only the mark is looked for,
	`missing_blocks` looks at the rendered text.
	"""
	findings = (
		list(_checked(body))
		if isinstance(body, str)
		else [_refuse("template.syntax", M_SYNTAX, 1, reason="")]
	)
	if not findings:
		marks = _marks(body)
		findings += [
			Finding(
				code="template.block_missing",
				message=M_BLOCK,
				article=_entry(required, name).get("article", ""),
				values={"label": _entry(required, name).get("label", name), "block": name},
			)
			for name in required
			if name not in marks
		]
	return findings


def _marks(body: str) -> set[str]:
	return set(re.findall(r"""\bdata-block\s*=\s*["']([\w-]+)["']""", body))


def _entry(required: Any, name: str) -> Mapping[str, Any]:
	"""What the manifest says about a required block; nothing if only names were given."""
	entry = required.get(name) if isinstance(required, Mapping) else None
	return entry if isinstance(entry, Mapping) else {}


def _finding(code: str, message: str, values: Mapping[str, Any]) -> Finding:
	return Finding(code=code, message=message, article="", values=dict(values))


def _refuse(code: str, message: str, line: int, **values: Any) -> Finding:
	return _finding(code, message, {"line": line, **values})


@lru_cache(maxsize=256)
def _checked(body: str) -> tuple[Finding, ...]:
	if len(body) > MAX_BODY or len(body.encode("utf-8", "replace")) > MAX_BODY:
		return (_finding("template.too_large", M_SIZE, {"limit": MAX_BODY // 1024}),)
	try:
		tree = _ENVIRONMENT.parse(body)
		checker = _Checker()
		checker.statements(tree.body, {}, 0, 1)
	except TemplateSyntaxError as error:
		return (_refuse("template.syntax", M_SYNTAX, error.lineno, reason=error.message or ""),)
	except (RecursionError, MemoryError):
		return (_refuse("template.too_deep", M_DEPTH, 1),)
	findings = checker.findings
	if checker.cost > MAX_COST:
		findings.append(_finding("template.too_costly", M_COST, {}))
	findings += _html_findings("".join(checker.html))
	if not findings:
		try:
			_ENVIRONMENT.from_string(tree)
		except (TemplateError, SyntaxError, RecursionError, MemoryError) as error:
			findings.append(_refuse("template.syntax", M_SYNTAX, 1, reason=str(error)))
	return tuple(findings)


class _Checker:
	"""Walks the syntax tree by allow-list and types every path against the closed list."""

	def __init__(self) -> None:
		self.findings: list[Finding] = []
		self.html: list[str] = []
		self.cost = 0
		self._line = 1
		self._too_deep = False

	def refuse(self, code: str, message: str, node: nodes.Node, **values: Any) -> None:
		self.findings.append(_refuse(code, message, node.lineno, **values))

	def statements(
		self, body: Sequence[nodes.Node], scope: Mapping[str, str], depth: int, weight: int
	) -> None:
		if depth > MAX_NESTING:
			if not self._too_deep:
				self._too_deep = True
				self.findings.append(_refuse("template.too_deep", M_DEPTH, self._line))
			return
		for node in body:
			self.cost += weight
			if isinstance(node, nodes.Output):
				for part in node.nodes:
					self.cost += weight
					if isinstance(part, nodes.TemplateData):
						self._text(part.data, part.lineno)
					else:
						self._text(_HOLE, part.lineno)
						self._printed(part, scope)
			elif isinstance(node, nodes.If):
				self._text(_STATEMENT, node.lineno)
				self.expression(node.test, scope)
				self.statements(node.body, scope, depth + 1, weight)
				for branch in node.elif_:
					self._text(_STATEMENT, branch.lineno)
					self.expression(branch.test, scope)
					self.statements(branch.body, scope, depth + 1, weight)
				self._text(_STATEMENT, 0)
				self.statements(node.else_, scope, depth + 1, weight)
				self._text(_STATEMENT, 0)
			elif isinstance(node, nodes.For):
				self._text(_STATEMENT, node.lineno)
				self._loop(node, scope, depth, weight)
				self._text(_STATEMENT, 0)
			else:
				self.refuse("template.statement", M_STATEMENT, node, what=_node_name(node))

	def _text(self, data: str, line: int) -> None:
		# keep the HTML check's line numbers true: the tree drops the lines of statements
		if line > self._line:
			self.html.append("\n" * (line - self._line))
			self._line = line
		self.html.append(data)
		self._line += data.count("\n")

	def _loop(self, node: nodes.For, scope: Mapping[str, str], depth: int, weight: int) -> None:
		if node.recursive or node.test is not None:
			self.refuse("template.statement", M_STATEMENT, node, what="for … if / recursive")
			return
		if not isinstance(node.target, nodes.Name):
			self.refuse("template.statement", M_STATEMENT, node, what="for a, b in")
			return
		target = node.target.name
		if target in GROUPS or target in LISTS or target == "loop" or target.startswith("_"):
			self.refuse("template.loop_name", M_LOOP_NAME, node, name=target)
			return
		kind, path = self._resolve(node.iter, scope)
		if kind is None:
			return
		if kind != _LIST:
			self.refuse("template.loop", M_LOOP, node, name=path)
			return
		loops = sum(1 for value in scope.values() if value.endswith("[]")) + 1
		if loops > MAX_LOOP_DEPTH:
			self.refuse("template.too_deep", M_DEPTH, node)
			return
		inner = {**scope, target: f"{path}[]", "loop": "loop"}
		self.statements(node.body, inner, depth + 1, weight * MAX_LIST)
		self._text(_STATEMENT, 0)
		self.statements(node.else_, scope, depth + 1, weight)

	def _printed(self, node: nodes.Node, scope: Mapping[str, str]) -> None:
		kind, path = self.expression(node, scope)
		if kind in (_GROUP, _LIST, _ROW, _LOOP):
			self.refuse("template.group", M_GROUP, node, name=path)

	def expression(
		self, node: nodes.Node, scope: Mapping[str, str], depth: int = 0
	) -> tuple[str | None, str]:
		"""Check one expression. Returns (kind of its value or None if refused, path)."""
		if depth > MAX_NESTING:
			self.refuse("template.too_deep", M_DEPTH, node)
			return None, ""
		if not isinstance(node, _ALLOWED_NODES):
			self.refuse("template.statement", M_STATEMENT, node, what=_node_name(node))
			return None, ""
		if isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
			return self._resolve(node, scope, depth)
		if isinstance(node, nodes.Filter):
			if node.name not in FILTERS:
				self.refuse("template.filter", M_FILTER, node, name=node.name)
				return None, ""
			if node.args or node.kwargs or node.dyn_args or node.dyn_kwargs or node.node is None:
				self.refuse("template.statement", M_STATEMENT, node, what=f"{node.name}(…)")
				return None, ""
			self._printed_operand(node.node, scope, depth)
			return _LEAF, ""
		if isinstance(node, nodes.Const):
			if not isinstance(node.value, (str, int, bool, type(None))):
				self.refuse("template.statement", M_STATEMENT, node, what=repr(node.value))
			return _LEAF, ""
		if isinstance(node, nodes.Compare):
			for operand in node.ops:
				if operand.op not in _COMPARISONS:
					self.refuse("template.statement", M_STATEMENT, node, what=operand.op)
				self._printed_operand(operand.expr, scope, depth)
			self._printed_operand(node.expr, scope, depth)
			return _LEAF, ""
		for child in node.iter_child_nodes():
			self.expression(child, scope, depth + 1)
		return _LEAF, ""

	def _printed_operand(self, node: nodes.Node, scope: Mapping[str, str], depth: int) -> None:
		kind, path = self.expression(node, scope, depth + 1)
		if kind in (_GROUP, _LIST, _ROW, _LOOP):
			self.refuse("template.group", M_GROUP, node, name=path)

	def _resolve(self, node: nodes.Node, scope: Mapping[str, str], depth: int = 0) -> tuple[str | None, str]:
		if depth > MAX_NESTING:
			self.refuse("template.too_deep", M_DEPTH, node)
			return None, ""
		if isinstance(node, nodes.Name):
			name = node.name
			if name in scope:
				return (_LOOP if name == "loop" else _ROW), scope[name]
			if name in GROUPS:
				return _GROUP, name
			if name in LISTS:
				return _LIST, name
			self._unknown(node, name)
			return None, name
		if isinstance(node, nodes.Getattr):
			key = node.attr
		elif (
			isinstance(node, nodes.Getitem)
			and isinstance(node.arg, nodes.Const)
			and isinstance(node.arg.value, str)
		):
			key = node.arg.value
		else:
			self.refuse("template.statement", M_STATEMENT, node, what=_node_name(node))
			return None, ""
		if key.startswith("_"):
			self.refuse("template.underscore", M_ATTRIBUTE, node, name=key)
			return None, ""
		if not isinstance(node.node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
			self.refuse("template.statement", M_STATEMENT, node, what=_node_name(node.node))
			return None, ""
		kind, path = self._resolve(node.node, scope, depth + 1)
		if kind is None:
			return None, ""
		full = f"{path}.{key}"
		if (kind == _LOOP and key in LOOP_NAMES) or (kind in (_GROUP, _ROW) and full in PLACEHOLDERS):
			return _LEAF, full
		self._unknown(node, full)
		return None, full

	def _unknown(self, node: nodes.Node, name: str) -> None:
		if name.startswith("_"):
			self.refuse("template.underscore", M_ATTRIBUTE, node, name=name)
		else:
			self.refuse("template.unknown_name", M_NAME, node, name=name)


_NODE_WORDS = {
	"Call": Word(N_("a function call")),
	"Include": "include",
	"Import": "import",
	"FromImport": "import",
	"Extends": "extends",
	"Macro": "macro",
	"CallBlock": "call",
	"FilterBlock": "filter",
	"Assign": "set",
	"AssignBlock": "set",
	"Block": "block",
	"With": "with",
	"Scope": "with",
	"ScopedEvalContextModifier": "autoescape",
	"EvalContextModifier": "autoescape",
	"List": Word(N_("a list of values")),
	"Tuple": Word(N_("a list of values")),
	"Dict": Word(N_("a dictionary")),
	"Slice": Word(N_("a slice")),
	"Getitem": "[…]",
	"Concat": "~",
	"Test": "is",
}


def _node_name(node: nodes.Node) -> str:
	name = type(node).__name__
	if isinstance(node, (nodes.BinExpr, nodes.UnaryExpr)) and getattr(node, "operator", None):
		return str(node.operator)
	return _NODE_WORDS.get(name, name)


# ---------------------------------------------------------------- the HTML of a template

_VOID = frozenset({"br", "hr", "img", "col"})
_INLINE = frozenset({"span", "strong", "b", "em", "i", "u", "s", "sub", "sup"})
_BLOCK = frozenset({"p", "div", "section", "h1", "h2", "h3", "h4", "ul", "ol", "li"})
_TABLE = frozenset({"table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "th", "td"})
_TAGS = _VOID | _INLINE | _BLOCK | _TABLE
_ATTRIBUTES: dict[str, frozenset[str]] = {
	"*": frozenset({"class", "data-block"}),
	"td": frozenset({"colspan", "rowspan"}),
	"th": frozenset({"colspan", "rowspan"}),
	"col": frozenset({"span"}),
	"img": frozenset({"src", "alt"}),
}
_DATA_IMAGE = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=\s]+)")
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}


class _HtmlChecker(HTMLParser):
	def __init__(self) -> None:
		super().__init__(convert_charrefs=False)
		self.findings: list[Finding] = []
		self._open: list[tuple[str, int]] = []

	def refuse(self, code: str, message: str, **values: Any) -> None:
		self.findings.append(_refuse(code, message, self.getpos()[0], **values))

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		raw = self.get_starttag_text() or ""
		if _HOLE in raw or _STATEMENT in raw:
			self.refuse("template.placeholder_in_tag", M_IN_TAG)
			return
		if tag not in _TAGS:
			self.refuse("template.tag", M_TAG, name=tag)
			return
		if tag not in _VOID and not raw.rstrip().endswith("/>"):
			self._open.append((tag, self.getpos()[0]))
		for name, value in attrs:
			if name not in _ATTRIBUTES["*"] and name not in _ATTRIBUTES.get(tag, ()):
				self.refuse("template.attribute", M_HTML_ATTRIBUTE, name=name)
			elif name == "src" and not _is_inline_image(value or ""):
				self.refuse("template.image", M_IMAGE, limit=MAX_IMAGE // 1024)
			elif name in ("colspan", "rowspan", "span") and not re.fullmatch(r"[1-9]\d?", value or ""):
				self.refuse("template.attribute", M_HTML_ATTRIBUTE, name=name)

	def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		if tag in _TAGS and tag not in _VOID:
			# browsers read <p/> as <p>: refuse what two readers take differently
			self.refuse("template.unbalanced", M_BALANCE, name=tag)
		self.handle_starttag(tag, attrs)

	def handle_endtag(self, tag: str) -> None:
		if tag in _VOID or tag not in _TAGS:
			self.refuse("template.tag", M_TAG, name=f"/{tag}")
		elif not self._open or self._open[-1][0] != tag:
			self.refuse("template.unbalanced", M_BALANCE, name=tag)
			while self._open and any(name == tag for name, _ in self._open) and self._open.pop()[0] != tag:
				pass
		else:
			self._open.pop()

	def handle_comment(self, data: str) -> None:
		self.refuse("template.comment", M_COMMENT)

	def handle_decl(self, decl: str) -> None:
		self.refuse("template.tag", M_TAG, name="!")

	unknown_decl = handle_decl

	def handle_pi(self, data: str) -> None:
		self.refuse("template.tag", M_TAG, name="?")

	def finish(self) -> list[Finding]:
		self.close()
		for tag, line in self._open:
			self.findings.append(_refuse("template.unbalanced", M_BALANCE, line, name=tag))
		return self.findings


def _is_inline_image(source: str) -> bool:
	match = _DATA_IMAGE.fullmatch(source.strip())
	if not match or len(match[2]) > MAX_IMAGE * 4 // 3 + 4:
		return False
	try:
		content = base64.b64decode(match[2])
	except (binascii.Error, ValueError):
		return False
	return content.startswith(_MAGIC[match[1]]) and _unpacks_small(content)


def _unpacks_small(content: bytes) -> bool:
	"""By its head alone; what is no picture at all prints as nothing."""
	from PIL import Image

	try:
		with Image.open(io.BytesIO(content)) as picture:
			return picture.width * picture.height <= MAX_DOTS
	except Image.DecompressionBombError:
		return False
	except (OSError, ValueError, SyntaxError, EOFError):
		return True


def _html_findings(source: str) -> list[Finding]:
	checker = _HtmlChecker()
	checker.feed(source)
	findings = checker.finish()
	# "<" and the name of the element may come from two sides of a placeholder or condition.
	for split in re.finditer(f"<[/!?]?[{_HOLE}{_STATEMENT}]", source):
		line = source.count("\n", 0, split.start()) + 1
		findings.append(_refuse("template.placeholder_in_tag", M_IN_TAG, line))
	# An unfinished tag at the end never reaches the parser's handlers.
	if not findings and source.rfind("<") > source.rfind(">"):
		line = source.count("\n", 0, source.rfind("<")) + 1
		findings = [_refuse("template.unbalanced", M_BALANCE, line, name="<")]
	return findings


# ---------------------------------------------------------------- rendering


@lru_cache(maxsize=128)
def _compiled(body: str) -> Any:
	return _ENVIRONMENT.from_string(body)


def render_html(body: str, facts: Mapping[str, Any], *, preview: bool = False) -> str:
	"""Fill the template `body` with `facts` (shape: `placeholders`). Returns an HTML fragment, values escaped.

	Raises TemplateRefused when `check_template` finds fault, FactsError on facts of another shape, MissingFacts
	when the template prints a fact that is not there. With `preview` a missing fact is printed as 【label】.
	"""
	findings = check_template(body)
	if findings:
		raise TemplateRefused(findings)
	seen: list[str] = []
	data = closed(facts, seen)
	chunks: list[str] = []
	size = 0
	try:
		for chunk in _compiled(body).generate(data):
			size += len(chunk)
			if size > MAX_OUTPUT:
				raise TemplateRefused([_finding("template.too_costly", M_COST, {})])
			chunks.append(chunk)
	except TemplateError as error:
		raise TemplateRefused([_refuse("template.syntax", M_SYNTAX, 1, reason=str(error))]) from error
	if seen and not preview:
		raise MissingFacts(seen)
	html = "".join(chunks)
	# the check of the source is clever, this one is not: whatever came about, only allowed HTML leaves
	findings = _html_findings(html.replace(_HOLE, "").replace(_STATEMENT, ""))
	if findings:
		raise TemplateRefused(findings)
	return html


class _Blocks(HTMLParser):
	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self.blocks: dict[str, list[str]] = {}
		self._stack: list[tuple[str, str | None]] = []

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		name = dict(attrs).get("data-block")
		if name:
			self.blocks.setdefault(name, []).append(" ")
		if tag in _VOID:
			self._add(" ")
		else:
			self._stack.append((tag, name))

	def handle_endtag(self, tag: str) -> None:
		if any(t == tag for t, _ in self._stack):
			while self._stack.pop()[0] != tag:
				pass
		if tag not in _INLINE:
			self._add(" ")

	def handle_data(self, data: str) -> None:
		self._add(data)

	def _add(self, text: str) -> None:
		for name in {n for _, n in self._stack if n}:
			self.blocks[name].append(text)


def blocks_of(html: str) -> dict[str, str]:
	"""The text of every part marked `data-block`, white space folded. A name marked twice gives both texts."""
	parser = _Blocks()
	parser.feed(html)
	parser.close()
	return {name: " ".join("".join(parts).split()) for name, parts in parser.blocks.items()}


_HEADING_PART = re.compile(r"<(h[1-4])\b.*?</\1\s*>", re.S)


def missing_blocks(body_html: str, required: Iterable[str] | Mapping[str, Any]) -> list[str]:
	"""Names from `required` that the rendered HTML does not carry with text. Headings do not count as text.

	`required` is a list of names, or a mapping name → {"label": …, "says": [words]} as the manifest has it; then a
	block that does not contain every word of `says` is missing too. A missing fact (【…】) is no text either.
	"""
	blocks = blocks_of(_HEADING_PART.sub(" ", re.sub(r'<span class="missing">.*?</span>', "", body_html)))
	missing = []
	for name in required:
		text = blocks.get(name, "")
		words = _entry(required, name).get("says", ())
		if not re.search(r"\w", text) or any(word not in text for word in words):
			missing.append(name)
	return missing


# ---------------------------------------------------------------- PDF

# The clock WeasyPrint's font writer puts into subset fonts; without it equal papers differ byte by byte.
_CLOCK = threading.Lock()


@contextmanager
def _fixed_clock() -> Iterator[None]:
	with _CLOCK:
		before = os.environ.get("SOURCE_DATE_EPOCH")
		os.environ["SOURCE_DATE_EPOCH"] = "0"
		try:
			yield
		finally:
			if before is None:
				os.environ.pop("SOURCE_DATE_EPOCH", None)
			else:
				os.environ["SOURCE_DATE_EPOCH"] = before


def _fetcher(fonts: Mapping[str, bytes]) -> Callable[..., dict[str, Any]]:
	"""The only door of the PDF writer to the outside: our own cut fonts, and pictures in the document itself."""

	def fetch(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
		if url in fonts:
			return {"string": fonts[url], "mime_type": "font/otf"}
		match = _DATA_IMAGE.fullmatch(url.strip())
		if not match or not _is_inline_image(url):
			raise ValueError("a document loads nothing from outside")
		return {"string": base64.b64decode(match[2]), "mime_type": f"image/{match[1]}"}

	return fetch


_PARAGRAPH = re.compile(r"<p\b([^>]*)>")
_SIGNATURE = re.compile(r"""<div\b[^>]*\bclass=["'][^"']*\bsignature\b""")


def _keep_with_signature(html: str) -> str:
	"""Tie the last paragraph before a signature to it, and the one before it if the last is of one line only.

	GB/T 9704-2012 7.3.5.3 wants text on the page of the signature; two lines are asked for. A longer paragraph may
	break, so no more of it moves than is needed. CSS cannot choose by what follows.
	"""
	for found in reversed(list(_SIGNATURE.finditer(html))):
		before = list(_PARAGRAPH.finditer(html, 0, found.start()))[-2:]
		if before and _longer_than_a_line(html[before[-1].end() : found.start()]):
			before = before[-1:]
		for opening in reversed(before):
			attributes = opening[1]
			if re.search(r"\bclass=[\"']", attributes):
				attributes = re.sub(r"""\bclass=(["'])""", r"class=\1keep ", attributes, count=1)
			else:
				attributes += ' class="keep"'
			html = f"{html[: opening.start()]}<p{attributes}>{html[opening.end() :]}"
	return html


def _longer_than_a_line(rest: str) -> bool:
	"""The paragraph whose inside `rest` begins with is surely of two lines; Latin letters count half."""
	text = unescape(re.sub(r"<[^>]*>", "", rest.partition("</p>")[0]))
	return sum(0.5 if letter < "\x7f" else 1 for letter in text) >= page.CHARS_PER_LINE


def full_html(html: str, layout: PageLayout = page.OFFICIAL, extra_css: str = "") -> str:
	"""The fragment as a whole page with its style sheet, as it is printed and previewed."""
	return (
		'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n<style>\n'
		f'{extra_css}\n{page.css(layout)}\n</style>\n</head>\n<body class="{layout.style}">\n{_keep_with_signature(html)}\n</body>\n</html>\n'
	)


def _faces_used(html: str, layout: PageLayout) -> set[str]:
	"""Roles of `layout.fonts` the page can show; cutting a face that no letter uses would cost time for nothing."""
	roles = {"fangsong"}
	if "<h1" in html or "agency" in html:
		roles.add("title")
	if "<h2" in html or "<strong" in html or "<b>" in html or "annex-mark" in html:
		roles.add("hei")
	if "<h3" in html:
		roles.add("kai")
	if layout.page_numbers or layout.style == "form":
		roles.add("song")
	return roles


def render_pdf(html: str, layout: PageLayout = page.OFFICIAL) -> Rendered:
	"""Print an HTML fragment (from `render_html`) in `layout`. Needs WeasyPrint; loads nothing from net or disk
	but installed fonts. The same HTML on the same machine gives the same bytes.

	Raises Unprintable when the text has letters that no installed face has.
	"""
	import weasyprint
	from weasyprint.text.fonts import FontConfiguration

	roles = [item for item in layout.fonts if item[0] in _faces_used(html, layout)]
	faces = fonts.reduced(roles, {"title": page.TITLE_WEIGHT}, unescape(html) + layout.page_number_dash)
	if faces.unprintable:
		raise Unprintable(faces.unprintable)
	layout = replace(layout, fonts=tuple({**dict(layout.fonts), **dict(faces.stacks)}.items()))
	source = weasyprint.HTML(
		string=full_html(html, layout, faces.css), url_fetcher=_fetcher(faces.files), base_url="about:blank"
	)
	document = source.render(font_config=FontConfiguration())
	for sheet in document.pages:
		_justify(sheet)
	with _fixed_clock():
		# keeping the hints spares a pass over every glyph: a fifth of the time with uncut faces
		pdf = document.write_pdf(hinting=True)
	return Rendered(pdf, len(document.pages), hashlib.sha256(pdf).hexdigest())


def _justify(sheet: Any) -> None:
	"""Spread the letters of every full line to the right edge, as 公文 are set.

	WeasyPrint stretches spaces only, and Chinese has none. Its box tree is not public: where it looks different
	from what is known, the lines stay ragged and nothing else happens.
	"""
	box = getattr(sheet, "_page_box", None)
	if box is None:
		return
	for block in box.descendants():
		if getattr(block, "element_tag", None) == "p" and type(block).__name__ == "BlockBox":
			with suppress(AttributeError, KeyError, TypeError):
				_justify_block(block)


def _justify_block(block: Any) -> None:
	if block.style["text_align_all"] not in ("start", "left"):
		return
	lines = [child for child in block.children if type(child).__name__ == "LineBox"]
	right = block.content_box_x() + block.width
	for line in lines:
		inside = [b for b in line.descendants() if b is not line]
		texts = [b for b in inside if type(b).__name__ == "TextBox" and b.text]
		plain = all(type(b).__name__ in ("TextBox", "InlineBox") for b in inside)
		broken = any(getattr(b, "element_tag", None) == "br" for b in inside)
		if not texts or not plain or broken or line.resume_at is None:
			continue
		letters = sum(len(b.text) for b in texts)
		slack = right - texts[-1].position_x - texts[-1].width
		# more than three letters of slack is a line broken on purpose or an unbreakable word
		if letters < 2 or not 0.01 < slack < 3 * texts[-1].style["font_size"]:
			continue
		each, moved = slack / (letters - 1), 0.0
		for text in texts:
			text.position_x += moved
			style = text.style.copy()
			spacing = style["letter_spacing"]
			style["letter_spacing"] = (0 if spacing == "normal" else spacing) + each
			text.style = style
			text.width += each * len(text.text)
			moved += each * len(text.text)
