"""A template is written by people who are not trusted with code."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from sclist_app.documents import rendering
from sclist_app.documents.placeholders import FactsError, sample_facts
from sclist_app.documents.rendering import (
	MAX_BODY,
	MissingFacts,
	TemplateRefused,
	check_template,
	render_html,
)
from sclist_app.law.findings import render

PIXEL = (
	"data:image/png;base64,"
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

REFUSED = [
	("{{ ''.__class__ }}", "template.underscore"),
	("{{ ''.__class__.__mro__[1].__subclasses__() }}", "template.statement"),
	("{{ bureau.__class__ }}", "template.underscore"),
	("{{ bureau['__class__'] }}", "template.underscore"),
	("{{ bureau['__cl' ~ 'ass__'] }}", "template.statement"),
	("{{ bureau[document.title] }}", "template.statement"),
	("{{ bureau|attr('__class__') }}", "template.filter"),
	("{{ bureau.items() }}", "template.statement"),
	("{{ bureau.items }}", "template.unknown_name"),
	("{{ bureau.name.upper() }}", "template.statement"),
	("{{ bureau.name.format }}", "template.unknown_name"),
	("{{ bureau.name.__init__.__globals__ }}", "template.underscore"),
	("{{ self }}", "template.unknown_name"),
	("{{ self._TemplateReference__context }}", "template.underscore"),
	("{{ loop }}", "template.unknown_name"),
	("{% for p in penalties %}{{ loop }}{% endfor %}", "template.group"),
	("{% for p in penalties %}{{ loop.cycle(1, 2) }}{% endfor %}", "template.statement"),
	("{% for p in penalties %}{{ loop._iterator }}{% endfor %}", "template.underscore"),
	("{% for p in penalties %}{{ loop.changed }}{% endfor %}", "template.unknown_name"),
	("{% for x in range(10**9) %}{% endfor %}", "template.statement"),
	("{% for x in range %}{% endfor %}", "template.unknown_name"),
	("{% for x in 'abc' %}{% endfor %}", "template.statement"),
	("{% for x in [1, 2] %}{% endfor %}", "template.statement"),
	("{% for x in bureau %}{% endfor %}", "template.loop"),
	("{% for x in bureau.name %}{% endfor %}", "template.loop"),
	("{% for p in penalties recursive %}{{ loop(penalties) }}{% endfor %}", "template.statement"),
	("{% for p in penalties if p.number %}{% endfor %}", "template.statement"),
	("{% for a, b in penalties %}{% endfor %}", "template.statement"),
	("{% for bureau in penalties %}{% endfor %}", "template.loop_name"),
	("{% for loop in penalties %}{% endfor %}", "template.loop_name"),
	("{% for _x in penalties %}{% endfor %}", "template.loop_name"),
	(
		"{% for a in penalties %}{% for b in persons %}{% for c in measures %}"
		"{% endfor %}{% endfor %}{% endfor %}",
		"template.too_deep",
	),
	("{{ p.number }}", "template.unknown_name"),
	("{% for p in penalties %}{% endfor %}{{ p.number }}", "template.unknown_name"),
	("{% for p in penalties %}{{ p }}{% endfor %}", "template.group"),
	("{{ penalties }}", "template.group"),
	("{{ penalties[0].number }}", "template.statement"),
	("{{ bureau }}", "template.group"),
	("{{ bureau|paragraphs }}", "template.group"),
	("{{ frappe }}", "template.unknown_name"),
	("{{ frappe.db.sql('select 1') }}", "template.statement"),
	("{{ request }}", "template.unknown_name"),
	("{{ config }}", "template.unknown_name"),
	("{{ cycler }}", "template.unknown_name"),
	("{{ cycler('a', 'b') }}", "template.statement"),
	("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "template.statement"),
	("{{ joiner }}", "template.unknown_name"),
	("{{ namespace }}", "template.unknown_name"),
	("{{ lipsum }}", "template.unknown_name"),
	("{{ lipsum() }}", "template.statement"),
	("{{ dict(a=1) }}", "template.statement"),
	("{{ {'a': 1} }}", "template.statement"),
	("{{ 2 ** 999999999 }}", "template.statement"),
	("{{ 'a' * 999999999 }}", "template.statement"),
	("{{ 1 + 1 }}", "template.statement"),
	("{{ -1 }}", "template.statement"),
	("{{ bureau.name[0:3] }}", "template.statement"),
	("{{ bureau.name ~ bureau.prefix }}", "template.statement"),
	("{{ bureau.name % 3 }}", "template.statement"),
	("{{ 1.5 }}", "template.statement"),
	("{{ bureau.name is defined }}", "template.statement"),
	("{% if 'a' in bureau.name %}{% endif %}", "template.statement"),
	("{{ bureau.name|safe }}", "template.filter"),
	("{{ bureau.name|tojson }}", "template.filter"),
	("{{ bureau.name|map(attribute='x')|list }}", "template.filter"),
	("{{ bureau.name|paragraphs(1) }}", "template.statement"),
	("{{ bureau.name|paragraphs(*penalties) }}", "template.statement"),
	("{% set x = 1 %}", "template.statement"),
	("{% set x %}a{% endset %}", "template.statement"),
	("{% include 'x' %}", "template.statement"),
	("{% import 'x' as y %}", "template.statement"),
	("{% from 'x' import y %}", "template.statement"),
	("{% extends 'x' %}", "template.statement"),
	("{% block a %}{% endblock %}", "template.statement"),
	("{% macro m() %}{% endmacro %}", "template.statement"),
	("{% call m() %}{% endcall %}", "template.statement"),
	("{% filter paragraphs %}a{% endfilter %}", "template.statement"),
	("{% with a = 1 %}{% endwith %}", "template.statement"),
	("{% autoescape false %}{{ bureau.name }}{% endautoescape %}", "template.statement"),
	("{% debug %}", "template.syntax"),
	("{% do x() %}", "template.syntax"),
	("{% trans %}a{% endtrans %}", "template.syntax"),
	("{% if %}", "template.syntax"),
	("{% if bureau.name %}", "template.syntax"),
	("{{", "template.syntax"),
	("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", None),
	("{% if bureau.name %}" * 60 + "{% endif %}" * 60, "template.too_deep"),
	("{{ " + "not " * 3000 + "bureau.name }}", "template.too_deep"),
	("<script>alert(1)</script>", "template.tag"),
	("<style>p{}</style>", "template.tag"),
	("<link rel=stylesheet href=http://x/>", "template.tag"),
	("<iframe></iframe>", "template.tag"),
	("<object></object>", "template.tag"),
	("<svg></svg>", "template.tag"),
	("<a>x</a>", "template.tag"),
	("<p onclick='x()'>a</p>", "template.attribute"),
	("<p style='display:none'>a</p>", "template.attribute"),
	("<p hidden>a</p>", "template.attribute"),
	("<p id='x'>a</p>", "template.attribute"),
	("<table><tr><td colspan='9999'>a</td></tr></table>", "template.attribute"),
	("<img src='http://192.0.2.1/x.png'>", "template.image"),
	("<img src='file:///etc/passwd'>", "template.image"),
	("<img src='/etc/passwd'>", "template.image"),
	("<img src='data:image/svg+xml;base64,PHN2Zz4='>", "template.image"),
	("<img src='data:image/png;base64,AAAA'>", "template.image"),
	("<p class='{{ bureau.name }}'>a</p>", "template.placeholder_in_tag"),
	("<p class={{ bureau.name }}>a</p>", "template.placeholder_in_tag"),
	("<p {% if bureau.name %}class='a'{% endif %}>a</p>", "template.placeholder_in_tag"),
	("<{{ 'script' }}>alert(1)</{{ 'script' }}>", "template.placeholder_in_tag"),
	("<{{ bureau.name }}>", "template.placeholder_in_tag"),
	("</{{ bureau.name }}>", "template.placeholder_in_tag"),
	("<scr{{ bureau.name }}ipt>", "template.placeholder_in_tag"),
	("<{# #}script>", "template.tag"),
	("{% if bureau.name %}<{% else %} {% endif %}script>", "template.placeholder_in_tag"),
	(
		"{% if rights.hearing_offered %}<{% elif bureau.name %} {% endif %}script>",
		"template.placeholder_in_tag",
	),
	("{% for p in penalties %}<{% else %} {% endfor %}script>", "template.placeholder_in_tag"),
	("{% for p in measures %}script><{% endfor %}", "template.placeholder_in_tag"),
	("{% raw %}<script>{% endraw %}", "template.tag"),
	("<p>a", "template.unbalanced"),
	("a</p>", "template.unbalanced"),
	("<div><p>a</div></p>", "template.unbalanced"),
	("<p/>", "template.unbalanced"),
	("<p", "template.unbalanced"),
	("<!-- a -->", "template.comment"),
	("<!DOCTYPE html>", "template.tag"),
	("<?php ?>", "template.tag"),
	("<p>a</p>" * (MAX_BODY // 8 + 1), "template.too_large"),
]


@pytest.mark.parametrize("body, code", REFUSED, ids=[b[:60] for b, _ in REFUSED])
def test_refused_with_a_finding_and_never_rendered(body, code):
	findings = check_template(body)
	if code is None:
		# harmless once parsed, and never a crash
		assert all(f.severity == "error" for f in findings)
		return
	assert code in [f.code for f in findings]
	for finding in findings:
		sentence = render(finding)
		assert sentence and "{" not in sentence.replace("{#", "").replace("{'a'", "")
	with pytest.raises(TemplateRefused) as refused:
		render_html(body, sample_facts())
	assert refused.value.findings == findings


ALLOWED = [
	"",
	"<p>text &amp; more &#12290;</p>",
	"{# a note #}<p>{{ bureau.name }}</p>",
	"{{ bureau['name'] }}",
	"{% if addressee.kind == 'person' and not listing.listed_on %}a{% elif persons %}b{% else %}c{% endif %}",
	"{% if rights.defence_days >= 5 or penalties %}a{% endif %}",
	"{{ '是' if rights.hearing_offered else '否' }}",
	"{% for p in persons %}{% for q in penalties %}{{ loop.index|cn_number }}{% endfor %}{% endfor %}",
	"{% for p in persons %}{{ p.name }}{% if not loop.last %}、{% endif %}{% else %}无{% endfor %}",
	"<table class='a'><colgroup><col class='x'></colgroup><tr><td colspan='2'>a<br>b</td></tr></table>",
	f"<img src='{PIXEL}' alt='章'>",
	"{% raw %}{{ x }}{% endraw %}",
]


@pytest.mark.parametrize("body", ALLOWED, ids=[b[:60] for b in ALLOWED])
def test_what_an_office_needs_is_allowed(body):
	assert check_template(body) == []
	render_html(body, sample_facts())


@pytest.mark.parametrize(
	"body", ["<{{ 'script' }}>", "<p onclick='x'>a</p>", "{% if bureau.name %}<p>{% endif %}"]
)
def test_third_lock_looks_at_what_comes_out(monkeypatch, body):
	monkeypatch.setattr(rendering, "check_template", lambda body: [])
	with pytest.raises(TemplateRefused):
		render_html(body, sample_facts())


def test_findings_name_the_line():
	findings = check_template("<p>a</p>\n{% if bureau.name %}\n\n<p>{{ bureau.nmae }}</p>\n{% endif %}\n<b>x")
	assert [(f.code, f.values["line"]) for f in findings] == [
		("template.unknown_name", 4),
		("template.unbalanced", 6),
	]
	assert findings[0].values["name"] == "bureau.nmae"


def test_nested_repetition_is_bounded_by_its_cost():
	inner = "<p>{{ a.number }}{{ b.name }}</p>" * 200
	body = "{% for a in penalties %}{% for b in persons %}" + inner + "{% endfor %}{% endfor %}"
	assert [f.code for f in check_template(body)] == ["template.too_costly"]


def test_output_is_bounded():
	body = "{% for a in penalties %}" + "<p>{{ a.content }}</p>" * 20 + "{% endfor %}"
	facts = sample_facts(penalties=[{"content": "字" * 5000}] * 50)
	assert check_template(body) == []
	with pytest.raises(TemplateRefused) as refused:
		render_html(body, facts)
	assert [f.code for f in refused.value.findings] == ["template.too_costly"]


def test_values_cannot_bring_markup_or_templates():
	facts = sample_facts(
		addressee={"name": "<script>x</script>{{ bureau.name }}{% for %}"},
		penalties=[{"content": '"><img src=x onerror=1>'}],
	)
	html = render_html(
		"<p>{{ addressee.name }}</p>{% for p in penalties %}<td>{{ p.content }}</td>{% endfor %}", facts
	)
	assert html == (
		"<p>&lt;script&gt;x&lt;/script&gt;{{ bureau.name }}{% for %}</p>"
		"<td>&#34;&gt;&lt;img src=x onerror=1&gt;</td>"
	)


def test_objects_cannot_be_smuggled_in_with_the_facts():
	class Sly(str):
		__slots__ = ()

		def __html__(self):
			return "<script>"

	assert render_html("<p>{{ bureau.name }}</p>", {"bureau": {"name": Sly("甲")}}) == "<p>甲</p>"
	with pytest.raises(FactsError):
		render_html("<p></p>", {"bureau": {"name": object()}})


@pytest.mark.parametrize(
	"body",
	[
		"{{ bureau.__class__ }}",
		"{{ bureau.items }}",
		"{{ bureau.name.upper() }}",
		"{{ bureau.name.upper }}",
		"{{ cycler }}{{ bureau }}",
		"{% for x in penalties %}{{ loop.cycle }}{% endfor %}",
		"{{ 'a' * 999999999 }}",
		"{{ ''['format'] }}",
	],
)
def test_second_lock_holds_when_the_check_is_passed_over(monkeypatch, body):
	monkeypatch.setattr(rendering, "check_template", lambda body: [])
	with pytest.raises(TemplateRefused):
		render_html(body, sample_facts())


def test_missing_facts_are_refused_or_marked():
	body = "<p>{{ document.number }}{{ bureau.name }}{{ document.date|cn_date }}{{ blocks.rights|paragraphs }}</p>"
	facts = sample_facts(document={"number": None, "date": None})
	with pytest.raises(MissingFacts) as missing:
		render_html(body, facts)
	assert missing.value.names == ["document.number", "document.date", "blocks.rights"]
	html = render_html(body, facts, preview=True)
	assert '<span class="missing">【发文字号】</span>晋源市应急管理局' in html
	# a condition on a missing fact is no printing
	assert render_html("{% if document.number %}a{% else %}b{% endif %}", facts) == "b"


def test_a_small_picture_that_unpacks_to_very_much_is_refused():
	out = io.BytesIO()
	Image.new("1", (12_000, 12_000)).save(out, "PNG")
	assert len(out.getvalue()) < rendering.MAX_IMAGE
	body = f'<img src="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}">'
	assert "template.image" in [f.code for f in check_template(body)]
	assert check_template(f'<img src="{PIXEL}">') == []
