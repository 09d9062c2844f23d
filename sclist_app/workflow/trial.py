"""Try a procedure on real cases: read their facts, play them in memory, compare with today's version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.law.findings import render
from sclist_app.workflow import store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.comparison import compare
from sclist_app.workflow.kinds import kind
from sclist_app.workflow.model import Procedure
from sclist_app.workflow.simulation import Simulated, simulate

__all__ = ["differences", "over_cases", "shown_name"]

SHOWN = {
	"post": ("SC Post", "post_name"),
	"limit": ("SC Time Limit", "limit_name"),
	"document": ("SC Document Kind", "title"),
}


def shown_name(of: str, code: str) -> str:
	"""What a code is called; `of`: "post", "limit" or "document"."""
	doctype, field = SHOWN[of]
	return frappe.get_cached_value(doctype, code, field) or code


def differences(old: Document, new: Document) -> list[str]:
	"""What `new` changes against `old`, one sentence each."""
	return [render(f, _) for f in compare(store.to_procedure(old), store.to_procedure(new), shown_name)]


def over_cases(
	new: Procedure, old: Procedure | None, cases: Sequence[str], bureau: str, start: date
) -> dict[str, Any]:
	"""Each case under the new version, and under the old one beside it. Reads only."""
	of_kind = kind(new.kind)
	calendar = calendar_of(bureau)
	rows = []
	for name in cases:
		doc = frappe.get_doc(of_kind.doctype, name)
		facts = of_kind.facts(doc)
		begins = getdate(doc.opened_on) if doc.opened_on else start
		after = simulate(new, facts, begins, calendar)
		before = simulate(old, facts, begins, calendar) if old else None
		rows.append(
			{
				"case": name,
				"title": of_kind.title(doc),
				"new": _shown(after),
				"old": _shown(before) if before else None,
			}
		)
	return {"cases": rows, "days": _mean(rows, "new"), "days_before": _mean(rows, "old")}


def _shown(played: Simulated) -> dict[str, Any]:
	return {
		"path": [visit.title for visit in played.visits],
		"posts": [shown_name("post", visit.post) if visit.post else "" for visit in played.visits],
		"dates": [[str(v.entered), str(v.left), str(v.due) if v.due else ""] for v in played.visits],
		"people": sum(visit.people for visit in played.visits),
		"outcome": _(played.outcome) if played.outcome else "",
		"days": played.days,
		"documents": list(played.documents),
		"problem": render(played.problem, _) if played.problem else "",
	}


def _mean(rows: list[dict[str, Any]], side: str) -> float | None:
	days = [row[side]["days"] for row in rows if row[side]]
	return round(sum(days) / len(days), 1) if days else None
