"""Windows of the desk, one an officer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sclist_app.setup.demo import user_of
from tests.browser.desk import Desk, Party
from tests.site.conftest import _fresh_request

# The framework's own: where no socket.io server runs; a number's field left before it was marked.
FRAMEWORK = (
	"Cannot read properties of undefined (reading 'emit')",
	"document.activeElement.select is not a function",
)

__all__ = ["_fresh_request"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
	"""A browser test that meets a hiccup of a busy machine may try again; what is broken fails three times."""
	if not config.pluginmanager.hasplugin("rerunfailures"):
		return  # an operator's bench may lack it
	for item in items:
		if Path(__file__).parent in Path(str(item.path)).parents:
			item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=3))


@pytest.fixture
def desk_of(demo_accounts, browser_page) -> Iterator[Callable[..., Desk]]:
	"""`desk_of("officer", DISTRICT)`: the window of that officer, opened once a test."""
	opened: dict[tuple, Desk] = {}

	def window(mailbox: str, bureau: str, **context: object) -> Desk:
		key = (mailbox, bureau, *sorted(context))
		if key not in opened:
			opened[key] = Desk(browser_page(user_of(mailbox, bureau), **context))
		return opened[key]

	yield window
	errors = [error for error in browser_page.errors if error not in FRAMEWORK]
	assert not errors, errors


@pytest.fixture
def party(site: str) -> Party:
	return Party.new()


@pytest.fixture
def photo(screenshot) -> Callable[..., object]:
	"""A picture with every movement at its end: `photo(desk, "name")`."""

	def take(desk: Desk, name: str, **options: object) -> object:
		return screenshot(desk.page, name, animations="disabled", **options)

	return take
