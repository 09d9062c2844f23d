"""A Word template comes from outside: nothing in it runs, reaches out or reaches in; what is good is filled."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Mapping

import pytest

from sclist_app.documents import plain, word
from sclist_app.documents.placeholders import sample_facts
from sclist_app.documents.rendering import MissingFacts, TemplateRefused
from sclist_app.law.findings import render

pytest.importorskip("docxtpl", reason="docxtpl is not importable here: no Word template can be filled")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def paragraph(*runs: str) -> str:
	"""Word tears a placeholder into several runs; `runs` are such pieces."""
	pieces = "".join(f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs)
	return f"<w:p>{pieces}</w:p>"


def part(tag: str, body: str) -> str:
	return f'<?xml version="1.0" encoding="UTF-8"?><w:{tag} xmlns:w="{W}" xmlns:r="{R}">{body}</w:{tag}>'


def docx(
	text: str = "",
	extra: Mapping[str, bytes | str] | None = None,
	*,
	body: str = "",
	header: str = "",
	footer: str = "",
	main: str = f"{TYPES}.document.main+xml",
	links: str = "",
) -> bytes:
	"""A small .docx of our own making."""
	references = ""
	overrides = f'<Override PartName="/word/document.xml" ContentType="{main}"/>'
	relations = links
	parts: dict[str, bytes | str] = {}
	for kind, given in (("header", header), ("footer", footer)):
		if given:
			parts[f"word/{kind}1.xml"] = part({"header": "hdr", "footer": "ftr"}[kind], paragraph(given))
			overrides += f'<Override PartName="/word/{kind}1.xml" ContentType="{TYPES}.{kind}+xml"/>'
			relations += f'<Relationship Id="{kind}1" Type="{R}/{kind}" Target="{kind}1.xml"/>'
			references += f'<w:{kind}Reference w:type="default" r:id="{kind}1"/>'
	section = f'<w:sectPr>{references}<w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
	parts = {
		"[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
		'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
		f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
		"_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
		f'Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
		"word/document.xml": part("document", f"<w:body>{body or paragraph(text)}{section}</w:body>"),
		"word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
		**parts,
		**(extra or {}),
	}
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
		for name, content in parts.items():
			archive.writestr(name, content)
	return out.getvalue()


def text_of(content: bytes, name: str = "word/document.xml") -> str:
	with zipfile.ZipFile(io.BytesIO(content)) as archive:
		return re.sub(r"<[^>]+>", "", archive.read(name).decode().replace("</w:p>", "\n")).strip()


def codes(content: bytes) -> list[str]:
	return [finding.code for finding in word.check(content)]


# ------------------------------------------------------------------------ what is good


def test_rare_letters_and_marks_come_through():
	content = docx("致{{ addressee.name }}：{{ case.reasons }}")
	facts = sample_facts(addressee={"name": "𠮷野家“<安全>&”有限公司"}, case={"reasons": "甲\n乙 \ufffe丙"})
	assert word.check(content) == []
	text = text_of(word.render(content, facts))
	assert "𠮷野家“&lt;安全&gt;&amp;”有限公司" in text and "丙" in text


def test_placeholders_torn_by_word_are_found():
	content = docx(
		body=paragraph("{", "{ bureau.", "name }", "}") + paragraph("于{{ document.date|cn_date }}")
	)
	assert word.check(content) == []
	assert text_of(word.render(content, sample_facts())).split("\n")[:2] == [
		"晋源市应急管理局",
		"于2026年3月5日",
	]


def test_rows_and_paragraphs_repeat():
	row = "<w:tr><w:tc><w:tcPr/>{}</w:tc></w:tr>"
	content = docx(
		body=paragraph("{%p if addressee.kind == “unit” %}")
		+ paragraph("是单位")
		+ paragraph("{%p endif %}")
		+ '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="5000"/></w:tblGrid>'
		+ row.format(paragraph("{%tr for measure in measures %}"))
		+ row.format(paragraph("{{ loop.index|cn_number }}、{{ measure.text }}"))
		+ row.format(paragraph("{%tr endfor %}"))
		+ "</w:tbl>"
		+ paragraph("完")
	)
	assert word.check(content) == []
	text = text_of(word.render(content, sample_facts()))
	assert "是单位" in text and "五、在政府资金项目申请" in text and "{" not in text
	assert "是单位" not in text_of(word.render(content, sample_facts(addressee={"kind": "person"})))


def test_every_line_becomes_a_paragraph():
	content = docx("{{ case.facts|paragraphs }}")
	filled = word.render(content, sample_facts(case={"facts": "第一段\n\n第二段"}))
	assert "第一段\n第二段" in text_of(filled)


def test_header_and_footer_are_filled():
	content = docx("正文", header="{{ bureau.name }}", footer="{{ document.number }}")
	filled = word.render(content, sample_facts())
	assert "晋源市应急管理局" in text_of(filled, "word/header1.xml")
	assert "〔2026〕1号" in text_of(filled, "word/footer1.xml")


def test_a_missing_fact_is_said():
	content = docx("{{ addressee.unit_name }}")
	facts = sample_facts(addressee={"unit_name": None})
	with pytest.raises(MissingFacts) as caught:
		word.render(content, facts)
	assert caught.value.names == ["addressee.unit_name"]
	assert "【所在单位】" in text_of(word.render(content, facts, preview=True))


def test_a_value_is_never_a_template():
	content = docx("{{ addressee.name }}")
	filled = word.render(content, sample_facts(addressee={"name": "{{ bureau.name }}{% if x %}"}))
	assert "{{ bureau.name }}{% if x %}" in text_of(filled)


# ------------------------------------------------------------------------ the sandbox


HOSTILE = [
	("{{ ''.__class__ }}", "template.underscore"),
	("{{ bureau.__class__.__mro__ }}", "template.underscore"),
	("{{ bureau['__init__'] }}", "template.underscore"),
	("{{ bureau.items() }}", "template.statement"),
	("{{ cycler.__init__.__globals__ }}", "template.underscore"),
	("{{ bureau|attr('name') }}", "template.filter"),
	("{{ bureau.motto }}", "template.unknown_name"),
	("{{ frappe.session }}", "template.unknown_name"),
	("{{ bureau }}", "template.group"),
	("{% for x in range(10**9) %}{% endfor %}", "template.statement"),
	("{% for x in bureau.name %}{% endfor %}", "template.loop"),
	("{% set x = 1 %}", "template.statement"),
	("{% include 'a' %}", "template.statement"),
	("{% import 'a' as b %}", "template.statement"),
	("{% macro a() %}{% endmacro %}", "template.statement"),
	("{{ 7 * 7 }}", "template.statement"),
	("{{ bureau.name", "template.syntax"),
	("{% if bureau.name %}", "template.syntax"),
	("{{r addressee.name }}", "word.shorthand"),
	("{%r if addressee.name %}{%r endif %}", "word.shorthand"),
	("{% cellbg document.number %}", "word.shorthand"),
	("{% colspan document.copies %}", "word.shorthand"),
	("{% vm %}", "word.shorthand"),
	("{% hm %}", "word.shorthand"),
]


@pytest.mark.parametrize("where", ["text", "header", "footer"])
@pytest.mark.parametrize(("source", "code"), HOSTILE)
def test_nothing_runs_anywhere(where, source, code):
	content = docx(**{"text": "正文", where: source})
	start = time.monotonic()
	findings = word.check(content)
	assert time.monotonic() - start < 1
	assert code in [finding.code for finding in findings]
	assert all("{part}" not in render(finding) for finding in findings)
	with pytest.raises(TemplateRefused):
		word.render(content, sample_facts())


def test_nested_repetitions_end():
	loop = "".join(f"{{% for {name} in penalties %}}" for name in "abc") + "x" + "{% endfor %}" * 3
	assert codes(docx(loop)) == ["template.too_deep"]
	much = "{% for a in penalties %}{% for b in penalties %}" + "{{ a.number }}" * 400 + "{% endfor %}" * 2
	assert codes(docx(much)) == ["template.too_costly"]


def test_properties_comments_and_endnotes_are_not_templates():
	for name in ("docProps/core.xml", "word/comments.xml", "word/endnotes.xml"):
		found = word.check(docx("正文", {name: part("x", paragraph("{{ bureau.name }}"))}))
		assert [f.code for f in found] == ["word.elsewhere"] and name in render(found[0])


def test_a_repetition_torn_over_paragraphs_is_said():
	body = paragraph("{% for measure in measures %}") + "<w:tbl><w:tr><w:tc>" + paragraph("{% endfor %}")
	assert codes(docx(body=f"{body}</w:tc></w:tr></w:tbl>")) == ["word.torn"]


def test_the_sandbox_is_a_second_lock():
	"""What the check would let through by mistake still reaches nothing."""
	environment = word._Sandbox()
	for source, _code in HOSTILE[:5]:
		with pytest.raises(Exception, match=r"not allowed|undefined"):
			environment.from_string(source).render({"bureau": {"name": "甲"}})


# ------------------------------------------------------------------------ the file


def external(kind: str, target: str, mode: str = ' TargetMode="External"') -> str:
	return f'<Relationship Id="x1" Type="{R}/{kind}" Target="{target}"{mode}/>'


@pytest.mark.parametrize(
	("content", "code"),
	[
		(b"", "word.broken"),
		(b"PK\x03\x04 no archive", "word.broken"),
		(b"\xd0\xcf\x11\xe0 old word", "word.broken"),
		(docx("甲")[:-40], "word.broken"),
		(docx("甲", {"word/document.xml": "<w:document>"}), "word.broken"),
		(docx("甲", {"word/styles.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), "word.broken"),
		(docx("甲", {"../evil.xml": "<a/>"}), "word.broken"),
		(docx("甲", main=f"{TYPES}.template.main+xml"), "word.broken"),
		(docx("甲", {"word/vbaProject.bin": b"\x00"}), "word.macro"),
		(docx("甲", {"word/vbaData.xml": "<a/>"}), "word.macro"),
		(docx("甲", {"word/activeX/activeX1.xml": "<a/>"}), "word.macro"),
		(docx("甲", {"word/embeddings/oleObject1.bin": b"\x00"}), "word.macro"),
		(docx("甲", {"word/afchunk.mht": b"x"}), "word.macro"),
		(docx("甲", main="application/vnd.ms-word.document.macroEnabled.main+xml"), "word.macro"),
		(docx("甲", links=external("oleObject", "embedded.xml", "")), "word.macro"),
		(docx("甲", links=external("attachedTemplate", "file:///c:/normal.dotm")), "word.macro"),
		(docx("甲", links=external("hyperlink", "https://a.example/")), "word.external"),
		(docx("甲", links=external("image", "//host/share/a.png")), "word.external"),
		(docx("甲", links=external("image", "file://host/a.png", "")), "word.external"),
		(docx(body="<w:p><w:r><w:instrText> DDEAUTO c:\\a </w:instrText></w:r></w:p>"), "word.field"),
		(docx(body='<w:p><w:fldSimple w:instr="INCLUDETEXT &quot;a&quot;"/></w:p>'), "word.field"),
		(docx(body="<w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE x</w:instrText></w:r></w:p>"), "word.field"),
		(docx("甲", {f"word/media/{i}.png": b"" for i in range(word.MAX_PARTS)}), "word.unpacked"),
		(docx("甲", {"word/media/a.png": b"\x00" * 41 * 1024 * 1024}), "word.unpacked"),
		(docx("甲", {"word/styles.xml": b"<a>" + b" " * (5 * 1024 * 1024) + b"</a>"}), "word.unpacked"),
	],
)  # fmt: skip
def test_hostile_files_are_refused_at_once(content, code):
	start = time.monotonic()
	findings = word.check(content)
	assert time.monotonic() - start < 1
	assert [finding.code for finding in findings][:1] == [code]


def test_too_large_a_file_is_not_opened():
	[finding] = word.check(b"PK" + b"\x00" * word.MAX_FILE)
	assert finding.code == "word.size" and "5" in render(finding)


def test_a_size_that_lies_is_found():
	"""The list of contents says a part is small; what unpacks is not read beyond it."""
	content = bytearray(docx("甲", {"word/media/a.png": b"\x00" * 3_000_000}))
	real = (3_000_000).to_bytes(4, "little")
	lied = bytes(content).replace(real, (10).to_bytes(4, "little"))
	assert lied != bytes(content)
	assert codes(lied) == ["word.broken"]


def test_a_page_number_is_no_danger():
	content = docx(body="<w:p><w:r><w:instrText> PAGE \\* MERGEFORMAT </w:instrText></w:r></w:p>")
	assert word.check(content) == []


# ------------------------------------------------------------------------ texts without a page


def test_a_wording_with_placeholders():
	text = "向{{ remedy.review_body }}申请，{{ repair.accept_days|cn_number }}日内{% if case.reasons %}答复{% endif %}"
	assert plain.check(text) == []
	assert plain.fill(text, sample_facts()) == "向晋源市人民政府申请，五日内答复"
	assert plain.prints(text, "remedy.review_body") and not plain.prints(text, "remedy.court")
	assert not plain.prints("{% if x %}{{ remedy.court }}{% endif %}", "remedy.court"), "not in every case"
	assert plain.fill("没有占位符 <b>", {}) == "没有占位符 <b>"


@pytest.mark.parametrize(("source", "code"), HOSTILE[:18])
def test_a_wording_is_no_code(source, code):
	assert code in [finding.code for finding in plain.check(source)]
	with pytest.raises(TemplateRefused):
		plain.fill(source, sample_facts())


def test_certificate_numbers_are_seen():
	text = "证件14010619800101001x、140106198013010018、911401007123456789，电话03515550118"
	assert plain.certificate_numbers(text) == ["14010619800101001x"]


# ------------------------------------------------------------------------ fields put together


def field(code: str) -> str:
	begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
	return f'{begin}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{end}'


@pytest.mark.parametrize(
	"fields",
	[
		field("PAGE") + field('INCLUDEPICTURE "http://x.invalid/a.png" \\d'),
		field('INCLUDE "http://x.invalid/a"'),
		field('INCLUDE{{ "" }}PICTURE "http://x.invalid/a.png" \\d'),
		'<w:fldSimple w:instr="INCLUDE{{ &quot;&quot; }}TEXT x"><w:r><w:t>x</w:t></w:r></w:fldSimple>',
	],
)
def test_a_field_that_fetches_is_found_however_it_is_put_together(fields):
	assert codes(docx(body=f"<w:p>{fields}</w:p>")) == ["word.field"]


def test_a_field_that_only_some_facts_complete_is_refused_when_it_is_filled():
	code = 'LIN{% if addressee.name == "甲" %}K x{% endif %}'
	content = docx(body=f"<w:p>{field(code)}</w:p>")
	assert codes(content) == []
	with pytest.raises(TemplateRefused) as told:
		word.render(content, sample_facts(addressee={"name": "甲"}))
	assert [finding.code for finding in told.value.findings] == ["word.field"]


def test_a_field_for_the_number_of_the_page_is_taken():
	assert codes(docx(body=f"<w:p>{field(' PAGE ')}{field('NUMPAGES')}</w:p>")) == []
