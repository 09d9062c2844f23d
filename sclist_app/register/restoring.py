"""A record returns to the list: its term begins anew, publication and measures are to be done again (办法第二十一条)."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access.guard import engine_writes
from sclist_app.audit import events
from sclist_app.law.findings import N_
from sclist_app.law.periods import earliest_early_removal
from sclist_app.law.removal import restored_term
from sclist_app.law.restoration import REMOVED_EARLY
from sclist_app.register import follow_up, joint_action

__all__ = ["new_term", "restore"]

RECORD, PUBLICATION, MEASURE = "SC Listing Record", "SC Publication", "SC Measure Record"

# Proofs of the first time round; they stay in the versions of the rows and in the log.
ENTRY = ("system_serial", "entered_on", "entered_by", "entry_evidence")
REMOVAL = ("removed_on", "removal_notice", "removal_number", "removal_run")
UPDATE = ("update_serial", "updated_on", "updated_by", "update_evidence")
POSTED = (
	"address",
	"published_at",
	"screenshot",
	"note",
	"recorded_by",
	"reviewed_by",
	"reviewed_at",
	"withdrawn_at",
	"withdrawal_screenshot",
	"withdrawal_note",
	"withdrawn_by",
	"withdrawal_reviewed_by",
	"withdrawal_reviewed_at",
)
CARRIED_OUT = (
	"start_on",
	"done_by",
	"evidence",
	"lifted_on",
	"lifted_by",
	"lifting_evidence",
	"lifting_note",
)


def new_term(restored_on: date) -> tuple[date, date]:
	"""(last day of the new term, first day on which early removal may be applied for again)."""
	end, _earliest = restored_term(restored_on)
	on_day = bool(frappe.get_cached_value("SC Settings", None, "open_on_corresponding_day"))
	return end, earliest_early_removal(restored_on, on_day)


def restore(name: str, on: date, run: Document) -> None:
	"""Put a record that was removed early back on the list, in the transaction of the decision.

	It keeps its listing date and number; the term and the 12 months run from `on`. The public page shows it again
	when its publication has been confirmed anew.

	Raises:
		frappe.ValidationError: it was not removed early.
	"""
	record = frappe.get_doc(RECORD, name, for_update=True)
	if record.state != REMOVED_EARLY:
		frappe.throw(
			_("{0} was not removed early, so there is nothing to restore.").format(record.entity_name)
		)
	before = {field: str(record.get(field) or "") for field in (*REMOVAL, "term_end", "system_serial")}
	end, earliest = new_term(on)
	with engine_writes():
		record.update(
			{
				"state": "L3",
				"restored_on": on,
				"term_end": end,
				"earliest_application": earliest,
				"expiry_reminded_on": None,
				"run": run.name,
				"shown": 0,
				"shown_from": None,
				**dict.fromkeys((*ENTRY, *REMOVAL, *UPDATE)),
			}
		)
		record.save(ignore_permissions=True)  # follows from the decision
		_again(PUBLICATION, name, "To Push", {"run": run.name, **dict.fromkeys(POSTED)})
		_again(MEASURE, name, "To Carry Out", {"run": run.name, "end_on": end, **dict.fromkeys(CARRIED_OUT)})
	joint_action.restored(name, run.name)
	follow_up.cancel(name)
	events.append(
		"SC Case" if record.case else RECORD,
		record.case or name,
		"restored",
		N_("Listing restored"),
		bureau=record.bureau,
		run=run.name,
		data={"record": name, "term_end": str(end), "earliest": str(earliest), "before": before},
	)


def _again(doctype: str, record: str, state: str, values: dict) -> None:
	for row in frappe.get_all(doctype, filters={"record": record}, pluck="name", order_by="creation"):
		doc = frappe.get_doc(doctype, row)
		doc.update({"state": state, **values})
		doc.save(ignore_permissions=True)  # follows from the decision
