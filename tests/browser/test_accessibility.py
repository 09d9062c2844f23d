"""axe-core on the public pages in all their shapes, and the walk over the first page by keyboard.

The pages of the desk are looked at in test_every_page.
"""

import pytest

from sclist_app.setup.demo import DISTRICT
from tests.browser import looks, routes


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
		assert looks.faults(page, strict=True, width=True) == []
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
	assert looks.faults(page) == []
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
