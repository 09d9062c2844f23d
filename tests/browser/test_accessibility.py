"""axe-core on every page of ours. The framework's own frame around them is left out by name, each with its fault."""

from collections.abc import Iterable

import pytest

from sclist_app.setup.demo import DISTRICT
from tests.browser import routes
from tests.browser.desk import overflow

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

GRAVE = {"serious", "critical"}
# Classes of ours that only mark the framework's own frame.
MARKS = ("sc-run-form", "sc-repeats-heading", "sc-template-form")
# Of the whole page, not of a part: the framework's frame has no landmarks and no level-one heading.
RULES = {
	"rules": {rule: {"enabled": False} for rule in ("region", "landmark-one-main", "page-has-heading-one")}
}
# The outermost elements of ours are looked at; the framework's frame around them is not, nor its controls in our
# dialogs: labels not bound to their inputs, pale help texts, check boxes in tables without a name, icons without one.
OURS = """(marks) => {
	const own = (node) => [...node.classList].some((name) => name.startsWith("sc-") && !marks.includes(name));
	let count = 0;
	for (const node of document.querySelectorAll('[class*="sc-"]')) {
		if (!own(node) || !node.checkVisibility()) continue;
		for (let above = node.parentElement; ; above = above.parentElement) {
			if (above && own(above)) break;
			if (above) continue;
			node.setAttribute("data-ours", "");
			count += 1;
			break;
		}
	}
	return count;
}"""


def grave(page, *, strict: bool = False) -> list[str]:
	"""Serious and critical findings, as "rule: selector". strict: of the whole page, by every rule."""
	if strict:
		return list(_said(axe.Axe().run(page).response["violations"]))
	if not page.evaluate(OURS, list(MARKS)):
		return []
	context = {"include": [["[data-ours]"]], "exclude": [["[data-ours] .frappe-control"]]}
	return list(_said(axe.Axe().run(page, context=context, options=RULES).response["violations"]))


def _said(violations: Iterable[dict]) -> Iterable[str]:
	for violation in violations:
		if violation["impact"] not in GRAVE:
			continue
		for node in violation["nodes"][:5]:
			yield f"{violation['id']}: {' '.join(map(str, node['target']))} · {node['html'][:120]}"


def faults(page, mailbox: str) -> list[str]:
	found = []
	for route in list(routes.routes(page, mailbox)):
		# of the lists the framework draws everything
		if route[0] == "List":
			continue
		routes.go(page, route)
		found += [f"{'/'.join(route)}: {text}" for text in grave(page)]
		routes.leave(page)
	return found


@pytest.mark.walk
@pytest.mark.parametrize("mailbox", list(routes.KINDS))
def test_our_pages_can_be_used_by_everybody(mailbox, desk_of):
	desk = desk_of(mailbox, DISTRICT)
	desk.open("sc-desk")
	found = faults(desk.page, mailbox)
	assert not found, "\n".join(found)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
	"address", ["/sclist", "/sclist?q=化工", "/sclist-repair", "/sclist-repair?view=apply"]
)
@pytest.mark.parametrize("width", [1366, 390])
def test_public_pages_have_no_grave_fault(address, scripts, width, browser_page, demo_accounts):
	"""Without scripts axe itself cannot run; then the page must read the same and stay in its window."""
	page = browser_page(java_script_enabled=scripts, viewport={"width": width, "height": 800})
	answer = page.goto(address)
	assert answer.ok
	assert page.get_by_role("heading", level=1).count() == 1
	if scripts:
		assert grave(page, strict=True) == []
		assert overflow(page) <= 0
	else:
		assert len(page.locator("main").inner_text()) > 100
		for field in page.locator("input:visible, select:visible, textarea:visible").all():
			assert field.evaluate("(node) => node.labels.length || node.ariaLabel"), field


def test_the_walk_over_the_first_page_keeps_the_keyboard(desk_of):
	"""Opened by its button, it takes the focus, keeps it, and gives it back on Escape."""
	desk = desk_of("check", DISTRICT)
	desk.open("sc-casework")
	page = desk.page
	page.locator(".sc-home .sc-count").first.wait_for()
	routes.leave(page)
	page.evaluate("sclist.help_tour()")
	walk = page.get_by_role("dialog")
	walk.wait_for()
	assert grave(page) == []
	for _ in range(5):
		page.keyboard.press("Tab")
		assert page.evaluate("Boolean(document.activeElement.closest('.sc-tour'))")
	page.keyboard.press("ArrowRight")
	assert "第2步" in walk.inner_text()
	page.keyboard.press("Escape")
	walk.wait_for(state="detached")
	page.wait_for_function("frappe.defaults.get_user_default('sclist_tour_casework') === '1'")
	page.reload()
	page.locator(".sc-home .sc-count").first.wait_for()
	page.wait_for_timeout(500)
	assert page.locator(".sc-tour").count() == 0
