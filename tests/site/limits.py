"""A bureau's own procedure, above all its limits, set as its rule administrator would: by saving the rows of a version."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

import frappe
from frappe.model.document import Document

from sclist_app.access.today import as_of
from sclist_app.api import procedures
from sclist_app.api import run as run_api
from tests.site.support import DISTRICT, Case, as_user, serial, user_of

STANDARD = "listing-standard-v1"


def own_limits(*changes: dict) -> str:
	"""A version of the district with these rows of limits changed or added; published and in use from 2024 on."""

	def put(doc):
		for change in changes:
			key = (change["limit"], change.get("step", ""))
			row = next((r for r in doc.limits if (r.limit, r.step or "") == key), None)
			if row is None:
				doc.append("limits", {"warn_before": 1, **change})
			else:
				row.update(change)

	return own_version(put)


def own_version(change: Callable[[Document], None]) -> str:
	"""A version of the district changed so; published and in use from 2024 on."""
	with as_user(user_of("rules")):
		name = procedures.copy(STANDARD, f"xd-limits-{serial()}", "小店区列入程序（检验）", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", name)
		change(doc)
		doc.save()
		procedures.submit(name)
	with as_user(user_of("approver")):
		procedures.publish(name, "2024-01-01")
		procedures.bind(name, DISTRICT, "2024-01-01")
	return name


def in_review(day: date, *changes: dict) -> Case:
	"""A case of the district in its second step (C10), whose limit T22 runs from that day."""
	if changes:
		own_limits(*changes)
	case = Case.opened(DISTRICT, day, "7-4")
	case.act("C00", "submit")
	return case


def clock(case: Case, limit: str, step: str | None = None):
	"""The latest clock of the limit, as the database has it."""
	filters = {"run": case.run, "limit": limit, **({"step": step} if step else {})}
	name = frappe.get_all("SC Clock", filters=filters, pluck="name", order_by="creation desc", limit=1)[0]
	return frappe.get_doc("SC Clock", name)


def row_of(case: Case, limit: str, user: str, day: date) -> dict:
	"""The limit as the panel shows it to the user."""
	with on(day), as_user(user):
		rows = run_api.view("SC Case", case.case)["clocks"]
	return next(row for row in reversed(rows) if row["limit"] == limit)


@contextmanager
def on(day: date) -> Iterator[None]:
	"""Half past ten of a day."""
	with as_of(datetime.combine(day, time(10, 30))):
		yield


def token() -> str:
	return frappe.generate_hash(length=16)


def notes(user: str, document: str) -> list[str]:
	return frappe.get_all(
		"Notification Log",
		filters={"for_user": user, "document_name": document},
		pluck="subject",
		order_by="creation",
	)
