from __future__ import annotations

import pytest

from sclist_app.documents.layout import LAYOUTS, PageLayout
from sclist_app.documents.rendering import Rendered, render_html, render_pdf
from tests.unit.documents import cases


@pytest.fixture(scope="session")
def weasyprint():
	return pytest.importorskip("weasyprint", reason="WeasyPrint is not importable here: no PDF can be made")


@pytest.fixture(scope="session")
def pdf_of(weasyprint):
	"""Shipped document → PDF, each printed once."""
	done: dict[str, Rendered] = {}

	def make(kind: str, variant: str = "", **groups) -> Rendered:
		key = f"{kind}-{variant}"
		if key not in done:
			html = render_html(cases.body(kind), cases.facts(kind, **groups))
			done[key] = render_pdf(html, LAYOUTS[cases.MANIFEST[kind]["layout"]])
		return done[key]

	return make


@pytest.fixture(scope="session")
def laid_out(weasyprint):
	"""HTML fragment → the same PDF opened for measuring."""

	def make(html: str, layout: PageLayout = LAYOUTS["official"]) -> Rendered:
		return render_pdf(html, layout)

	return make
