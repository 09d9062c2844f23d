"""Forms and internal papers (内部文书、表单): printed from the data at any time, signed by hand, and filed as a scan.

A sheet has no number and nobody is served with it. A fact that is not there leaves a line to be filled by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _

from sclist_app.access import local_rules
from sclist_app.access.today import today
from sclist_app.documents import printing
from sclist_app.documents.issue import template_for
from sclist_app.documents.layout import LAYOUTS, OFFICIAL
from sclist_app.documents.placeholders import FactsError
from sclist_app.documents.rendering import Rendered, TemplateRefused, render_html
from sclist_app.law.findings import render

__all__ = ["html_of", "printed", "title_of"]

_MISSING = re.compile(r'<span class="missing">.*?</span>')
_BLANK = '<span class="fill medium"></span>'


def title_of(kind: str, bureau: str) -> str:
	"""The title of the sheet, with the bureau's own name of the list."""
	return local_rules.named(bureau, frappe.get_cached_value("SC Document Kind", kind, "title") or kind)


def printed(kind: str, bureau: str, facts: Mapping[str, Any]) -> Rendered:
	"""The sheet as PDF. facts: the shape of `documents.placeholders`.

	Raises:
		frappe.ValidationError: no template, the template has a fault, or a letter no font has.
	"""
	layout = LAYOUTS.get(frappe.get_cached_value("SC Document Kind", kind, "layout") or "", OFFICIAL)
	return printing.pdf(html_of(kind, bureau, facts), layout)


def html_of(kind: str, bureau: str, facts: Mapping[str, Any]) -> str:
	"""The sheet as an HTML fragment; raises as `printed` does."""
	template = template_for(bureau, kind)
	given = {
		**facts,
		"terms": local_rules.terms(bureau),
		"document": {
			"kind": kind,
			"title": title_of(kind, bureau),
			"date": today(),
			"date_style": local_rules.date_style(bureau, template.bureau, template.date_style),
		},
	}
	try:
		html = render_html(template.body, given, preview=True)
	except TemplateRefused as refused:
		frappe.throw(
			[render(f, _) for f in refused.findings], title=_("The template has a fault"), as_list=True
		)
	except FactsError as error:
		frappe.throw(_("The facts of the document do not fit: {0}.").format(str(error)))
	return _MISSING.sub(_BLANK, html)
