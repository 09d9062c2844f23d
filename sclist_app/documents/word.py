"""Word templates: a .docx with the same placeholders, filled with the same facts.

The file comes from outside, so it is looked through before anything opens it: size, macros, embedded objects, links
to other files, then every placeholder of text, headers, footers and notes against the closed list. docxtpl fills it
with our sandbox in place of its own environment. No frappe here; docxtpl is imported when a file is filled.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from jinja2.environment import Template
from jinja2.exceptions import TemplateError
from lxml import etree

from sclist_app.documents import plain, rendering
from sclist_app.documents.placeholders import LISTS, FactsError, closed, sample_facts
from sclist_app.documents.rendering import MissingFacts, TemplateRefused
from sclist_app.law.findings import N_, Finding, Word

__all__ = ["MAX_FILE", "check", "render"]

MAX_FILE: Final = 5 * 1024 * 1024
MAX_PARTS: Final = 400
# what a file may hold unpacked: all parts, and one part of text
MAX_UNPACKED: Final = 40 * 1024 * 1024
MAX_XML: Final = 4 * 1024 * 1024
MAX_OUTPUT: Final = 16 * 1024 * 1024

_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_PART_NAMES: Final = (
	(re.compile(r"word/document\d*\.xml"), Word(N_("body text"))),
	(re.compile(r"word/header\d*\.xml"), Word(N_("page header"))),
	(re.compile(r"word/footer\d*\.xml"), Word(N_("page footer"))),
	(re.compile(r"word/footnotes\d*\.xml"), Word(N_("footnotes"))),
)
# parts no office paper needs; each can carry a programme
_ACTIVE: Final = re.compile(
	r"vbaproject|vbadata|activex|embeddings/|oleobject|attachedtoolbars|customui|macrosheet|\.bin$|\.exe$|\.dll$|afchunk|"
	r"\.(?:docm|dotm|rtf|html?|mht)$"
)
_ACTIVE_LINKS: Final = re.compile(
	r"/(?:vbaProject|oleObject|control|attachedTemplate|aFChunk|subDocument|frame|package|activeXControlBinary)$"
)
# fields that fetch, run or include something
_FIELDS: Final = re.compile(
	r"\b(?:DDE|DDEAUTO|INCLUDE|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|EMBED|DATABASE|MACROBUTTON|RD|AUTOTEXT)\b"
)
_SHORTHANDS: Final = re.compile(r"{%-?\s*(?:colspan|cellbg|vm|hm)\b|{%r\b|{{(?:r|p|tr|tc)\s")
_JINJA: Final = re.compile(r"{{|{%|{#")
# letters XML cannot hold; \x07 is our own, facts come without it
_ILLEGAL: Final = re.compile("[\x00-\x06\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

M_BROKEN = N_(
	"The file is not a Word file (.docx) that can be read. Open it in Word or WPS, save it as .docx and upload it again."
)
M_FILE_SIZE = N_("The Word file is larger than {limit} MB. Make its pictures smaller.")
M_UNPACKED = N_(
	"The Word file unpacks to more than it may. Copy its text into a new document and upload that."
)
M_MACRO = N_(
	"The Word file holds macros, controls or embedded objects ({name}). Save it as a plain .docx without them."
)
M_EXTERNAL = N_(
	"The Word file links to something outside itself ({name}). Remove hyperlinks, linked pictures and the attached"
	" template, and upload it again."
)
M_FIELD = N_(
	"The Word file has a field that fetches or runs something ({name}). Replace it by its text (Ctrl+Shift+F9)."
)
M_SHORTHAND = N_(
	"In the {part} of the Word file: {name} is not supported. Use {{ … }}, {% if … %}, {% for … %}, and {%p … %} or"
	" {%tr … %} for whole paragraphs or rows."
)
M_ELSEWHERE = N_(
	"Placeholders are filled in the text, the header, the footer and the footnotes only. Take them out of {name}."
)
M_TORN = N_(
	"The Word file comes out damaged: a condition or repetition begins in one paragraph, cell or row and ends in"
	" another. Put {%p if … %}, {%p for … %} and their ends into paragraphs of their own, {%tr … %} into rows of their own."
)
_MESSAGES: Final[Mapping[str, str]] = {
	"template.syntax": N_("In the {part} of the Word file: a placeholder cannot be read: {reason}"),
	"template.statement": N_("In the {part} of the Word file: {what} is not allowed"),
	"template.unknown_name": N_("In the {part} of the Word file: there is no placeholder called {name}"),
	"template.underscore": N_(
		"In the {part} of the Word file: names that begin with an underscore are not allowed: {name}"
	),
	"template.filter": N_("In the {part} of the Word file: there is no format called {name}"),
	"template.group": N_("In the {part} of the Word file: {name} is a group; choose one of its fields"),
	"template.loop": N_("In the {part} of the Word file: only a list can be repeated, {name} is none"),
	"template.loop_name": N_(
		"In the {part} of the Word file: {name} is the name of a placeholder; choose another name for the row"
	),
	"template.too_deep": N_("In the {part} of the Word file: blocks are nested too deeply"),
	"template.too_costly": N_("In the {part} of the Word file: too much is repeated"),
	"template.too_large": N_("The {part} of the Word file is too long"),
}


# ------------------------------------------------------------------------ the sandbox


class _Bounded(Template):
	"""What comes out stays small and is XML."""

	def render(self, *args: Any, **kwargs: Any) -> str:
		chunks, size = [], 0
		for chunk in self.generate(*args, **kwargs):
			size += len(chunk)
			if size > MAX_OUTPUT:
				raise TemplateRefused([Finding("word.too_costly", rendering.M_COST, "")])
			chunks.append(chunk)
		text = "".join(chunks)
		if text.lstrip().startswith("<"):
			# the mark of a new paragraph is no XML yet
			_parsed(text.replace("\a", "").encode())
		return text


def _paragraphs(value: Any) -> Any:
	# docxtpl makes a paragraph of its own, set like this one, after every \a
	lines = plain.FILTERS["paragraphs"](value)
	return lines.replace("\n", "\a")


def _finalize(value: Any) -> Any:
	shown = plain._finalize(value)
	return _ILLEGAL.sub("", shown) if isinstance(shown, str) else shown


class _Sandbox(plain.Sandbox):
	template_class = _Bounded

	def __init__(self) -> None:
		super().__init__(escaping=True)
		self.filters["paragraphs"] = _paragraphs
		self.finalize = _finalize


_ENVIRONMENT: Final = _Sandbox()


# ------------------------------------------------------------------------ the check


def check(content: bytes) -> list[Finding]:
	"""Everything that keeps the bytes from being a Word template; an empty list means they may be."""
	if len(content) > MAX_FILE:
		return [Finding("word.size", M_FILE_SIZE, "", {"limit": MAX_FILE // 1024 // 1024})]
	try:
		with zipfile.ZipFile(io.BytesIO(content)) as archive:
			found = _refused_parts(archive)
			if not found:
				found = list(_refused_content(archive))
	except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, KeyError, RuntimeError):
		return [Finding("word.broken", M_BROKEN, "")]
	except (NotImplementedError, zlib.error, etree.XMLSyntaxError):
		return [Finding("word.broken", M_BROKEN, "")]
	return found or _refused_templates(content)


def _refused_parts(archive: zipfile.ZipFile) -> list[Finding]:
	"""By the list of contents alone, before anything is unpacked."""
	parts = archive.infolist()
	names = [part.filename for part in parts]
	packed = sum(part.compress_size for part in parts)
	unpacked = sum(part.file_size for part in parts)
	if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > 200 * packed + 1024 * 1024:
		return [Finding("word.unpacked", M_UNPACKED, "")]
	if any(part.file_size > MAX_XML for part in parts if part.filename.endswith((".xml", ".rels"))):
		return [Finding("word.unpacked", M_UNPACKED, "")]
	active = [name for name in names if _ACTIVE.search(name.lower())]
	if active:
		return [Finding("word.macro", M_MACRO, "", {"name": active[0][-80:]})]
	strange = any(name.startswith("/") or ".." in name or "\\" in name for name in names)
	if strange or len(set(names)) != len(names) or any(part.flag_bits & 1 for part in parts):
		return [Finding("word.broken", M_BROKEN, "")]
	if "[Content_Types].xml" not in names or "word/document.xml" not in names:
		return [Finding("word.broken", M_BROKEN, "")]
	return []


def _refused_content(archive: zipfile.ZipFile) -> Iterator[Finding]:
	for name in archive.namelist():
		# one read of all: what is damaged shows here, not at issue
		data = archive.read(name)
		if not name.endswith((".xml", ".rels")):
			continue
		tree = _parsed(data)
		if name == "[Content_Types].xml":
			types = {node.get("ContentType", "") for node in tree}
			foreign = [
				t for t in types if "macroEnabled" in t or "vbaProject" in t or "ms-office.activeX" in t
			]
			if foreign:
				yield Finding("word.macro", M_MACRO, "", {"name": foreign[0]})
			elif _MAIN not in types:
				yield Finding("word.broken", M_BROKEN, "")
		elif name.endswith(".rels"):
			yield from _refused_links(tree)
		else:
			yield from _refused_fields(tree)
			if not _part_of(name) and _JINJA.search("".join(tree.itertext())):
				yield Finding("word.elsewhere", M_ELSEWHERE, "", {"name": name})


def _parsed(data: bytes) -> Any:
	"""The XML; a document type, by which entities could be declared, is no Word file.

	Raises etree.XMLSyntaxError.
	"""
	if b"<!DOCTYPE" in data or b"<!ENTITY" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
		raise ValueError("document type")
	return etree.fromstring(
		data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
	)


def _refused_links(tree: Any) -> Iterator[Finding]:
	for link in tree:
		if _ACTIVE_LINKS.search(link.get("Type", "")):
			yield Finding("word.macro", M_MACRO, "", {"name": link.get("Type", "").rsplit("/", 1)[-1]})
		elif link.get("TargetMode") == "External" or re.match(r"\w+:|//|\\\\", link.get("Target", "")):
			yield Finding("word.external", M_EXTERNAL, "", {"name": link.get("Target", "")[:80]})


def _refused_fields(tree: Any) -> Iterator[Finding]:
	# Word splits the text of a field over several runs; a mark of its begin or end parts it from the next
	code = "".join(
		(node.text or "") if node.tag.endswith("}instrText") else f" {_attribute(node, 'instr')} "
		for node in tree.iter()
		if isinstance(node.tag, str) and node.tag.endswith(("}instrText", "}fldSimple", "}fldChar"))
	)
	match = _FIELDS.search(code.upper())
	if match:
		yield Finding("word.field", M_FIELD, "", {"name": match[0]})


def _attribute(node: Any, name: str) -> str:
	return next((value for key, value in node.attrib.items() if key.endswith("}" + name)), "")


def _part_of(name: str) -> Word | None:
	return next((label for pattern, label in _PART_NAMES if pattern.fullmatch(name)), None)


def _refused_templates(content: bytes) -> list[Finding]:
	found: list[Finding] = []
	try:
		for label, source in _sources(content):
			shorthand = _SHORTHANDS.search(re.sub(r"<[^>]+>", "", source))
			if shorthand:
				found.append(
					Finding("word.shorthand", M_SHORTHAND, "", {"part": label, "name": f"{shorthand[0]} …"})
				)
				continue
			found += [
				Finding(f.code, _MESSAGES[f.code], "", {**f.values, "part": label})
				for f in plain.check(_patched(source), MAX_XML, _ENVIRONMENT)
			]
	except (ValueError, KeyError, TypeError, AttributeError, etree.XMLSyntaxError):
		return [Finding("word.broken", M_BROKEN, "")]
	if not found:
		found = _refused_filling(content)
	return found


def _refused_filling(content: bytes) -> list[Finding]:
	"""Filled with full and with empty lists it must come out whole."""
	for facts in (sample_facts(), sample_facts(addressee={"kind": "person"}, **{name: [] for name in LISTS})):
		try:
			_fill(content, facts, [])
		except TemplateRefused as refused:
			return refused.findings
	return []


def _sources(content: bytes) -> Iterator[tuple[Word, str]]:
	with zipfile.ZipFile(io.BytesIO(content)) as archive:
		for name in archive.namelist():
			label = _part_of(name)
			if label:
				yield label, archive.read(name).decode("utf-8")


def _patched(source: str) -> str:
	"""As docxtpl hands it to Jinja: tags drawn together, row and paragraph statements in place of their rows."""
	from docxtpl import DocxTemplate

	return DocxTemplate(io.BytesIO(b"")).patch_xml(re.sub(r"^<\?xml[^>]*\?>", "", source))


# ------------------------------------------------------------------------ filling


def render(template: bytes, facts: Mapping[str, Any], *, preview: bool = False) -> bytes:
	"""The .docx filled with `facts` (shape: `placeholders`).

	Raises TemplateRefused when `check` finds fault, FactsError on facts of another shape, MissingFacts when a fact is
	printed that is not there; with `preview` it is printed as 【label】.
	"""
	findings = check(template)
	if findings:
		raise TemplateRefused(findings)
	seen: list[str] = []
	filled = _fill(template, facts, seen)
	if seen and not preview:
		raise MissingFacts(seen)
	return filled


def _fill(content: bytes, facts: Mapping[str, Any], seen: list[str]) -> bytes:
	from docxtpl import DocxTemplate

	document = DocxTemplate(io.BytesIO(content))
	try:
		document.render(closed(facts, seen), jinja_env=_ENVIRONMENT, autoescape=True)
		out = io.BytesIO()
		document.save(out)
	except TemplateError as error:
		text = _MESSAGES["template.syntax"]
		values = {"part": Word(N_("body text")), "reason": str(error)}
		raise TemplateRefused([Finding("template.syntax", text, "", values)]) from error
	except (etree.XMLSyntaxError, ValueError, KeyError, AttributeError, TypeError) as error:
		if isinstance(error, TemplateRefused | FactsError):
			raise
		raise TemplateRefused([Finding("word.torn", M_TORN, "")]) from error
	filled = out.getvalue()
	# the check of the source is clever, this one is not: a placeholder may have completed the code of a field
	with zipfile.ZipFile(io.BytesIO(filled)) as archive:
		found = [finding for finding in _refused_content(archive) if finding.code != "word.elsewhere"]
	if found:
		raise TemplateRefused(found)
	return filled
