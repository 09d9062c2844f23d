from __future__ import annotations

import pytest

from sclist_app.documents.layout import LAYOUTS
from sclist_app.documents.placeholders import PLACEHOLDERS
from sclist_app.documents.rendering import blocks_of, check_template, missing_blocks, render_html
from sclist_app.law.findings import render
from tests.unit.documents.cases import FOLDER, KINDS, MANIFEST, PERSON, body, facts

ARTICLE_9 = {"notice_time", "facts_reasons", "basis", "measures_hint", "rights"}
ARTICLE_10 = {
	"subject_name",
	"subject_code",
	"persons",
	"listed_on",
	"reasons",
	"basis",
	"measures_hint",
	"repair",
	"remedies",
}


def test_the_law_s_parts_are_required():
	assert set(MANIFEST["D01"]["required_blocks"]) == ARTICLE_9
	assert set(MANIFEST["D05"]["required_blocks"]) >= ARTICLE_10
	assert {"publication", "period", "repair", "procedure", "materials", "channel", "contacts"} == set(
		MANIFEST["D19"]["required_blocks"]
	)


def test_manifest_and_files_agree():
	words = [entry["number_word"] for entry in MANIFEST.values() if not entry.get("sheet")]
	assert len(set(words)) == len(words), "two kinds would share one series of numbers"
	assert {entry["template"] for entry in MANIFEST.values()} == {p.name for p in FOLDER.glob("*.html")}
	for kind, entry in MANIFEST.items():
		assert entry["layout"] in LAYOUTS
		assert check_template(body(kind), entry["required_blocks"]) == []
		used = sorted(name for name in PLACEHOLDERS if name.startswith("blocks.") and name in body(kind))
		assert used == sorted(entry["text_blocks"]), kind
		for block in entry["required_blocks"].values():
			assert block["label"] and "《" in block["article"]


VARIANTS = {
	"unit": {},
	"person": {"addressee": PERSON},
	"nobody": {"persons": []},
	"own wording": {
		"blocks": {
			key.removeprefix("blocks."): PLACEHOLDERS[key].sample
			for key in PLACEHOLDERS
			if key.startswith("blocks.")
		}
	},
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_the_law_demands_is_missing(kind, variant):
	html = render_html(body(kind), facts(kind, **VARIANTS[variant]))
	assert missing_blocks(html, MANIFEST[kind]["required_blocks"]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_required_mark_is_looked_for(kind):
	required = MANIFEST[kind]["required_blocks"]
	html = render_html(body(kind), facts(kind))
	for name, entry in required.items():
		mark = f'data-block="{name}"'
		without = body(kind).replace(mark, "")
		findings = check_template(without, required)
		assert [f.values["block"] for f in findings] == [name]
		assert entry["label"] in render(findings[0]) and findings[0].article == entry["article"]
		assert missing_blocks(html.replace(mark, ""), required) == [name]


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_the_law_wants_is_looked_for(kind):
	required = MANIFEST[kind]["required_blocks"]
	html = render_html(body(kind), facts(kind))
	for name, entry in required.items():
		for word in entry.get("says", ()):
			assert name in missing_blocks(html.replace(word, "某"), required), (name, word)


def test_a_marked_part_without_text_is_missing():
	html = (
		'<section data-block="a"><h2>一、标题</h2></section><p data-block="b"> ，。<br></p>'
		'<p data-block="c"><span class="missing">【事由】</span></p><p data-block="d">有</p>'
	)
	assert missing_blocks(html, ["a", "b", "c", "d", "e"]) == ["a", "b", "c", "e"]


def test_a_part_that_does_not_say_what_it_must_is_missing():
	required = {"rights": {"label": "权利", "says": ["陈述", "申辩"]}}
	assert missing_blocks('<p data-block="rights">可以陈述。</p>', required) == ["rights"]
	assert missing_blocks('<p data-block="rights">可以陈述、申辩。</p>', required) == []


def test_no_penalty_no_decision():
	html = render_html(body("D05"), facts("D05", penalties=[]))
	assert missing_blocks(html, MANIFEST["D05"]["required_blocks"]) == ["penalty"]
	html = render_html(body("D01"), facts("D01", penalties=[]))
	assert missing_blocks(html, MANIFEST["D01"]["required_blocks"]) == ["facts_reasons"]


def test_blocks_nest_repeat_and_fold_white_space():
	html = (
		'<div data-block="outer"><p data-block="inner">甲 &amp;\n 乙</p><p>丙<br>丁</p></div>'
		'<p data-block="inner">戊</p><p>己</p>'
	)
	assert blocks_of(html) == {"outer": "甲 & 乙 丙 丁", "inner": "甲 & 乙 戊"}
