"""Every English source string of the app has its Chinese, and every Chinese its source.

The strings are collected where the framework looks for them: `_()` and `N_()` in Python, `__()` in JavaScript,
labels, descriptions and options of the DocTypes, titles of workspaces, cards, pages and reports, names of roles.
"""

import ast
import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "sclist_app"
CSV = APP / "translations" / "zh.csv"
# Proper names that stay as they are.
SAME = {"PDF", "URL", "GBK", "UTF-8"}
# Strings of the framework that people meet and that its own Chinese lacks or has wrong, one a line.
FRAMEWORK = set((Path(__file__).parent / "framework_strings.txt").read_text(encoding="utf-8").splitlines())
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"\{\w*\}")
STRING = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
JS_CALL = re.compile(rf"(?<![\w$.])__\(\s*(?P<text>{STRING}|`(?:[^`\\]|\\.)*`)?\s*(?P<next>.)", re.S)
JS_CONTEXT = re.compile(rf"__\(\s*(?P<text>{STRING})\s*,\s*[^,()]+,\s*(?P<context>{STRING})\s*\)")


class Source(NamedTuple):
	"""Where a string stands: key as the framework looks it up ("text" or "text:context")."""

	key: str
	place: str


class Fault(NamedTuple):
	place: str
	why: str


def _constant(node: ast.expr) -> str | None:
	"""The text of a constant or of constants added together; None if anything varies."""
	if isinstance(node, ast.Constant) and isinstance(node.value, str):
		return node.value
	if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
		left, right = _constant(node.left), _constant(node.right)
		return left + right if left is not None and right is not None else None
	return None


def python_strings(text: str, place: str) -> Iterator[Source | Fault]:
	for node in ast.walk(ast.parse(text)):
		if not isinstance(node, ast.Call):
			continue
		name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
		if name not in ("_", "N_") or not node.args:
			continue
		here = f"{place}:{node.lineno}"
		given = _constant(node.args[0])
		if given is not None:
			context = next((k.value.value for k in node.keywords if k.arg == "context"), "")
			# the framework strips what Python asks for, not what a script asks for
			yield Source(f"{given.strip()}:{context}" if context else given.strip(), here)
			continue
		parts = list(ast.walk(node.args[0]))
		formats = [
			n.func.attr for n in parts if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
		]
		if isinstance(node.args[0], ast.JoinedStr | ast.BinOp) or "format" in formats:
			yield Fault(here, "a string put together inside the call has no translation")
		elif name == "N_":
			yield Fault(here, "N_ marks a constant string only")
		else:
			# _("A" if x else "B"): both are looked up
			for part in parts:
				if isinstance(part, ast.IfExp):
					for side in (part.body, part.orelse):
						if (words := _constant(side)) is not None:
							yield Source(words, here)


def _unquote(literal: str) -> str:
	if literal[0] == "'":
		literal = '"' + literal[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
	return json.loads(literal)


def script_strings(text: str, place: str) -> Iterator[Source | Fault]:
	for match in JS_CALL.finditer(text):
		here = f"{place}:{text.count(chr(10), 0, match.start()) + 1}"
		literal = match["text"]
		if literal is None:
			continue
		if literal[0] == "`" or match["next"] == "+":
			yield Fault(here, "a string put together inside the call has no translation")
			continue
		context = JS_CONTEXT.match(text, match.start())
		key = _unquote(literal)
		yield Source(f"{key}:{_unquote(context['context'])}" if context else key, here)


def page_strings(text: str, place: str) -> Iterator[Source]:
	"""`_()` in Jinja and `__()` in the scripts of a page."""
	for match in re.finditer(rf"(?<![\w$])_{{1,2}}\(\s*({STRING})", text):
		yield Source(_unquote(match[1]), place)


def _options(field: dict) -> list[str]:
	return field.get("options", "").split("\n") if field.get("fieldtype") == "Select" else []


def _words(data: dict, *names: str) -> list[str]:
	return [data[name] for name in names if isinstance(data.get(name), str)]


def document_strings(data: dict) -> Iterator[str]:
	"""Strings of an exported standard document, by its DocType."""
	match data.get("doctype"):
		case "DocType":
			yield from _words(data, "name", "module", "description", "documentation_title")
			for field in data["fields"]:
				if field["fieldtype"] not in ("Column Break",):
					yield from _words(field, "label", "description", "placeholder")
					yield from _options(field)
			for row in data.get("permissions", ()):
				yield from _words(row, "role")
			for row in (*data.get("actions", ()), *data.get("links", ())):
				yield from _words(row, "label", "group")
			for row in data.get("states", ()):
				yield from _words(row, "title")
		case "Workspace":
			yield from _words(data, "name", "label", "title")
			for table in ("links", "shortcuts", "number_cards", "charts", "quick_lists"):
				for row in data.get(table, ()):
					yield from _words(row, "label", "description")
					if (row.get("format") or "").replace("{}", "").strip():
						yield row["format"]
			for block in json.loads(data.get("content") or "[]"):
				if block["type"] in ("header", "paragraph") and (said := block["data"].get("text")):
					yield re.sub(r"<[^>]+>", "", said).strip()
		case "Number Card" | "Dashboard Chart":
			yield from _words(data, "label", "chart_name")
		case "Page":
			yield from _words(data, "title")
		case "Report":
			yield from _words(data, "report_name")
			for row in (*data.get("columns", ()), *data.get("filters", ())):
				yield from _words(row, "label")
				yield from _options(row)
		case "Web Form":
			yield from _words(data, "title", "button_label", "success_title", "success_message")
			for row in data.get("web_form_fields", ()):
				yield from _words(row, "label", "description")
				yield from _options(row)


def _files(suffix: str) -> list[Path]:
	return [
		path
		for path in sorted(APP.rglob(f"*{suffix}"))
		if not {"dist", "__pycache__", "node_modules"} & set(path.relative_to(APP).parts)
	]


def collect() -> Iterator[Source | Fault]:
	for path in _files(".py"):
		yield from python_strings(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
	for path in [*_files(".js"), *_files(".vue")]:
		yield from script_strings(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
	for path in _files(".html"):
		yield from page_strings(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
	for path in sorted((APP / "sclist_app").rglob("*.json")):
		data = json.loads(path.read_text(encoding="utf-8"))
		for text in document_strings(data) if isinstance(data, dict) else ():
			yield Source(text, str(path.relative_to(ROOT)))
	for row in json.loads((APP / "fixtures" / "seed" / "posts.json").read_text(encoding="utf-8")):
		yield Source(row["role"], "posts.json")
	for module in (APP / "modules.txt").read_text(encoding="utf-8").split("\n"):
		yield Source(module, "modules.txt")


def translatable(text: str) -> bool:
	"""English words; Chinese text is data, numbers and codes ("T01", "6-1") are the same everywhere."""
	return bool(re.search(r"[A-Za-z]{2}", text)) and not (
		HAN.search(text) and not re.search(r"\b[a-z]{3}", text)
	)


FOUND = list(collect())
SOURCES: dict[str, str] = {}
for item in FOUND:
	if isinstance(item, Source) and translatable(item.key):
		SOURCES.setdefault(item.key, item.place)
EVERY = {item.key for item in FOUND if isinstance(item, Source)}
FAULTS = [item for item in FOUND if isinstance(item, Fault)]


def rows() -> list[list[str]]:
	with CSV.open(encoding="utf-8", newline="") as file:
		return list(csv.reader(file))


def translations() -> dict[str, str]:
	"""As the framework reads the file: two columns, or three with a context."""
	return {f"{row[0]}:{row[2]}" if len(row) == 3 and row[2] else row[0]: row[1] for row in rows()}


def test_the_file_has_the_columns_the_framework_reads():
	assert rows(), "no translations"
	for number, row in enumerate(rows(), 1):
		assert len(row) in (2, 3), f"line {number}: {row}"
		assert row[1] == row[1].strip(), f"line {number}: blanks at the edge"
	keys = [(row[0], *row[2:]) for row in rows()]
	twice = {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else set()
	assert not twice, f"translated twice: {sorted(twice)}"


def test_no_string_is_put_together_inside_the_call():
	assert not FAULTS, "\n".join(f"{fault.place}: {fault.why}" for fault in FAULTS)


def test_no_translation_is_missing():
	missing = {key: place for key, place in SOURCES.items() if key not in translations()}
	assert not missing, "\n".join(f"{place}: {key!r}" for key, place in missing.items())


def test_no_translation_is_unused():
	"""A row with a context singles out one form; its text must have a row of its own."""
	unused = [
		row
		for row in rows()
		if row[0] not in EVERY | FRAMEWORK and f"{row[0]}:{row[2] if len(row) == 3 else ''}" not in EVERY
	]
	assert not unused, "\n".join(map(repr, unused))
	assert {row[0] for row in rows()} >= FRAMEWORK


def test_the_placeholders_are_the_same():
	differing = [
		f"{key!r}: {said!r}"
		for key, said in translations().items()
		if sorted(PLACEHOLDER.findall(key)) != sorted(PLACEHOLDER.findall(said))
	]
	assert not differing, "\n".join(differing)


def test_a_translation_is_chinese():
	foreign = [f"{k!r}: {v!r}" for k, v in translations().items() if not HAN.search(v) and k not in SAME]
	assert not foreign, "\n".join(foreign)


def test_the_punctuation_is_chinese():
	"""Between Chinese characters no half-width comma, colon, semicolon, question or exclamation mark."""
	wrong = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(\s|$)")
	bad = [f"{key!r}: {said!r}" for key, said in translations().items() if wrong.search(said)]
	assert not bad, "\n".join(bad)


# the collector itself


@pytest.mark.parametrize(
	("code", "expected"),
	[
		('_("One")', ["One"]),
		('frappe._("One " "two")', ["One two"]),
		('_("One " + "two")', ["One two"]),
		('N_(\n\t"One"\n\t" two"\n)', ["One two"]),
		('_("One", context="C")', ["One:C"]),
		('_("One {0}").format(x)', ["One {0}"]),
		('_("One" if x else "Two")', ["One", "Two"]),
		("_(doc.status)", []),
		('_(f"One {x}")', None),
		('_("One " + x)', None),
		('_("One %s" % x)', None),
		('_("One {0}".format(x))', None),
		("N_(x)", None),
	],
)
def test_strings_of_python(code, expected):
	_compare(list(python_strings(code, "x.py")), expected)


@pytest.mark.parametrize(
	("code", "expected"),
	[
		('__("One")', ["One"]),
		("__('One \"two\"', [x])", ['One "two"']),
		('__(\n\t"One {0}",\n\t[x]\n)', ["One {0}"]),
		('__("It\\u2019s")', ["It\u2019s"]),
		('__("One", null, "C")', ["One:C"]),
		('__("One", [a, b], "C")', ["One"]),
		("__(doc.status)", []),
		("frappe.__x(1); my__(2)", []),
		("__(`One ${x}`)", None),
		('__("One " + x)', None),
	],
)
def test_strings_of_scripts(code, expected):
	_compare(list(script_strings(code, "x.js")), expected)


def test_strings_of_pages():
	page = """<p>{{ _("One") }} {{ frappe._('Two') }}</p><script>f(__("Three {0}", [x]), my_(1))</script>"""
	_compare(list(page_strings(page, "x.html")), ["One", "Two", "Three {0}"])


def _compare(found, expected):
	if expected is None:
		assert [type(item) for item in found] == [Fault]
	else:
		assert [item.key for item in found] == expected


def test_the_collector_sees_the_whole_app():
	"""One known string of each kind of place, so that a place that moves is noticed."""
	for text in (
		"Enter your reasons: {label} needs an opinion in writing.",  # Python, N_
		"SC Case",  # DocType
		"Working Day",  # option of a select field
		"SC Casework",  # workspace
		"My Desk",  # page
		"SC Case Officer",  # role
		"SCList App",  # module
	):
		assert text in SOURCES, text
	assert any(place.endswith(".js") or ".js:" in place for place in SOURCES.values())
