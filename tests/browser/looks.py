"""What is wrong with a page as it stands: English words, raw codes, grave faults of access, wider than its window.

Everything is asked for in one call, so that a walk over every page stays short.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.desk import WALK
from tests.latin import is_english

axe = pytest.importorskip("axe_playwright_python.base")

GRAVE = ("serious", "critical")
# Codes of steps, documents, measures and limits say nothing to who handles a case.
CODE = re.compile(r"(?<![\w-])(?:[CKR]\d{2}|D\d{2}[a-z]?|M\d{1,2}|T\d{2}|L[1-9])(?![\w-])")
# What stands where rules are written: keys of posts, procedures, channels and parts of documents, alone, in a row or
# behind the title of what they belong to; and the source of a template.
KEY = re.compile(
	r"(?:.* - )?[a-z]+[\w.-]*(?:, [a-z]+[\w.-]*)*|unit 为.*institution 为.*|</?[a-z]+\b.*|\{\{.*", re.DOTALL
)
# Classes of ours that only mark the framework's own frame.
MARKS = ("sc-run-form", "sc-repeats-heading", "sc-template-form")
# Of the whole page, not of a part: the framework's frame has no landmarks and no level-one heading.
FRAME = ("region", "landmark-one-main", "page-has-heading-one")

# The outermost elements of ours are looked at; the framework's frame around them is not, nor its controls in our
# dialogs: labels not bound to their inputs, pale help texts, check boxes in tables without a name, icons without one.
# Of the menus of a form the words are read though they are folded.
LOOK = (
	"""async ([words, access, strict, marks, frame, grave]) => {
	const seen = { texts: [], body: "", faults: [], wide: 0 };
	if (words) {
		const folded = document.querySelectorAll(
			".page-container:not([style*='display: none']) .page-head :is(.menu-item-label, .inner-group-button .dropdown-item)"
		);
		seen.texts = [...new Set([
			document.title,
			...("""
	+ WALK
	+ """)(),
			...[...folded].filter((one) => !one.closest(".hide, .hidden")).map((one) => one.textContent.trim()),
		])].filter((text) => /[A-Za-z]/.test(text));
		seen.body = document.body.innerText;
	}
	const page = document.documentElement;
	seen.wide = page.scrollWidth - page.clientWidth;
	if (!access) return seen;
	const own = (node) => [...node.classList].some((name) => name.startsWith("sc-") && !marks.includes(name));
	document.querySelectorAll("[data-ours]").forEach((node) => node.removeAttribute("data-ours"));
	const inner = '[class^="sc-"], [class*=" sc-"]';
	for (const node of strict ? [] : document.querySelectorAll(inner)) {
		if (!own(node) || !node.checkVisibility()) continue;
		let above = node.parentElement;
		while (above && !own(above)) above = above.parentElement;
		if (!above) node.setAttribute("data-ours", "");
	}
	if (!strict && !document.querySelector("[data-ours]")) return seen;
	// the pages visited before stay in the document, folded away; axe would read them each time
	const folded_away = [...document.querySelectorAll("#body > *")].filter((one) => !one.checkVisibility());
	const places = folded_away.map((one) => {
		const place = document.createComment("");
		one.replaceWith(place);
		return place;
	});
	const found = await axe.run(
		strict ? document : { include: [["[data-ours]"]], exclude: [["[data-ours] .frappe-control"]] },
		{
			resultTypes: ["violations"],
			// papers in frames have tests of their own
			iframes: false,
			preload: false,
			rules: strict ? {} : Object.fromEntries(frame.map((rule) => [rule, { enabled: false }])),
		}
	);
	places.forEach((place, n) => place.replaceWith(folded_away[n]));
	for (const { id, impact, nodes } of found.violations)
		if (grave.includes(impact))
			for (const node of nodes.slice(0, 5)) seen.faults.push(`${id}: ${node.target.join(" ")} · ${node.html.slice(0, 120)}`);
	return seen;
}"""
)


def faults(
	page: Page,
	*,
	words: bool = True,
	codes: bool = False,
	access: bool = True,
	width: bool = False,
	strict: bool = False,
	keys: bool = False,
) -> list[str]:
	"""All that is wrong with the page, one line each.

	strict: access of the whole page by every rule, not of what is ours alone. width: it must fit its window.
	keys: names of the program may stand by themselves, and the source of a template.
	"""
	if access and not page.evaluate("Boolean(window.axe)"):
		page.evaluate(axe.AXE_SCRIPT)
	# what fades is pale for a moment
	page.wait_for_function(
		"!document.getAnimations().some((one) => one instanceof CSSTransition && one.playState === 'running')"
	)
	seen = page.evaluate(LOOK, [words, access, strict, MARKS, FRAME, GRAVE])
	found = [
		f"English: {text[:120]!r}"
		for text in seen["texts"]
		if not (keys and KEY.fullmatch(text)) and is_english(text)
	]
	if codes:
		found += [f"code: {code}" for code in sorted(set(CODE.findall(seen["body"])))]
	if width and seen["wide"] > 0:
		found.append(f"{seen['wide']} pixels wider than the window")
	return found + seen["faults"]
