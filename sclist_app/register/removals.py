"""SC Removal: a record leaves the list by expiry or because its basis fell, or returns to it after fraud.

Who opens one: for expiry the daily scan, for a fallen basis the change of the penalty, else an officer of the
deciding bureau. One per record is open at a time.
"""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate

from sclist_app.access.guard import engine_writes, is_engine
from sclist_app.access.posts import filling_bureaus, holders
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.law import ending, restoration
from sclist_app.law.ending import IN_TERM, EndingFacts
from sclist_app.law.findings import N_, Finding
from sclist_app.workflow import actions, jobs, store
from sclist_app.workflow.notes import party_of, tell

__all__ = [
	"EXPIRY",
	"RESTORATION",
	"REVOCATION",
	"TAKEN_OVER",
	"check_dates",
	"ending_facts",
	"expired",
	"open_after_objection",
	"open_after_remedy",
	"open_due",
	"open_expired",
	"open_fallen",
	"penalty_changed",
	"prepare",
	"remind_expiring",
]

DOCTYPE, RECORD = "SC Removal", "SC Listing Record"
JOB = "sclist: removals"
EXPIRY, REVOCATION, RESTORATION = "Expiry Removal", "Revocation of Listing", "Restoration"
ARTICLES = {EXPIRY: ending.ARTICLE_13, REVOCATION: ending.ARTICLE_15, RESTORATION: restoration.ARTICLE_21}
# What the document takes over from its record when it is opened.
TAKEN_OVER = (
	"bureau",
	"entity",
	"entity_name",
	"entity_kind",
	"code_shown",
	"decision_number",
	"listed_on",
	"term_end",
)
REMIND_DAYS = 30
FALLEN = {"Revoked": "Penalty Revoked", "Changed": "Penalty Changed"}


# ------------------------------------------------------------------ one document


def prepare(doc: Document) -> None:
	"""Before a new SC Removal is stored: its record is there, is the bureau's own, and has no other one open.

	Raises:
		frappe.PermissionError: the user registers nothing in the deciding bureau.
		frappe.ValidationError: another bureau, another removal under way, or the record is in no state for it.
	"""
	if doc.kind not in ARTICLES:
		frappe.throw(_("Choose what is to be done with the record."))
	if not doc.record or not frappe.db.exists(RECORD, doc.record):
		frappe.throw(_("Choose the listing record it is about."))
	record = frappe.get_doc(RECORD, doc.record, for_update=True)
	may_register(record.bureau)
	if doc.bureau and doc.bureau != record.bureau:
		facts = ending_facts(record, doc.bureau)
		actions.refuse(ending.check_bureau(facts, ARTICLES[doc.kind]), frappe.ValidationError)
	actions.refuse(_may_open(doc.kind, record), frappe.ValidationError)
	running = frappe.db.get_value(DOCTYPE, {"open_key": record.name}, "name")
	if running:
		frappe.throw(
			_("{0} is under way for this record already. Finish that one first.").format(
				frappe.utils.get_link_to_form(DOCTYPE, running)
			),
			frappe.DuplicateEntryError,
		)
	take_over(doc, record)
	doc.removal_title = f"{frappe._(doc.kind, lang='zh')}·{record.entity_name}"[:140]
	doc.removed_on = record.removed_on
	doc.open_key = record.name
	doc.opened_on, doc.officer = today(), doc.owner
	if doc.kind == REVOCATION:
		doc.known_on = doc.known_on or today()
	elif doc.kind == RESTORATION:
		doc.found_on = doc.found_on or today()


def take_over(doc: Document, record: Document) -> None:
	"""Party and listing as the record has them, and its mark as a demonstration."""
	doc.update({field: record.get(field) for field in (*TAKEN_OVER, "is_demo")})


def may_register(bureau: str) -> None:
	"""The user fills forms in the bureau that decided.

	Raises:
		frappe.PermissionError: they do not.
	"""
	if is_engine() or frappe.session.user == "Administrator":
		return
	if bureau not in filling_bureaus():
		frappe.throw(
			_("Only the bureau that decided the listing deals with it, by those who register cases there."),
			frappe.PermissionError,
		)


def ending_facts(record: Document, bureau: str | None = None) -> EndingFacts:
	"""The record as the law of its end sees it."""
	return EndingFacts(
		state=record.state,
		bureau=bureau or record.bureau,
		deciding_bureau=record.bureau,
		listed_on=getdate(record.listed_on) if record.listed_on else None,
		term_end=getdate(record.term_end) if record.term_end else None,
	)


def _may_open(kind: str, record: Document) -> list[Finding]:
	facts = ending_facts(record)
	if kind == EXPIRY:
		return ending.may_expire(facts, today())
	if kind == REVOCATION:
		return ending.check_in_term(facts, ending.ARTICLE_15)
	return restoration.check_state(facts)


def check_dates(doc: Document) -> None:
	"""Days that something became known do not lie in the future.

	Raises:
		frappe.ValidationError: naming the field.
	"""
	for field in ("known_on", "found_on", "basis_date"):
		if doc.get(field) and getdate(doc.get(field)) > today():
			frappe.throw(_("{0} cannot lie in the future.").format(frappe.bold(_(doc.meta.get_label(field)))))
	if doc.found_on and doc.removed_on and getdate(doc.found_on) < getdate(doc.removed_on):
		frappe.throw(_("The fraud cannot have been found before the early removal. Correct the day."))


# ------------------------------------------------------------------ opened by the system


def expired(on: date, limit: int = 0) -> list[str]:
	"""Records in term whose last day lies before `on` and that no removal deals with, the oldest first."""
	record, removal = frappe.qb.DocType(RECORD), frappe.qb.DocType(DOCTYPE)
	query = (
		frappe.qb.from_(record)
		.left_join(removal)
		.on(removal.open_key == record.name)
		.select(record.name)
		.where(record.term_end < on)
		.where(record.state.isin(IN_TERM))
		.where(removal.name.isnull())
		.orderby(record.term_end)
		.orderby(record.name)
	)
	return [row[0] for row in (query.limit(limit) if limit else query).run()]


def open_expired() -> int:
	"""Daily: a removal is opened for every record whose term is over. Returns how many were opened.

	Nothing lapses by itself: the deciding bureau decides (办法第十三条). Each record stands alone; safe to repeat.
	"""
	return jobs.each(expired(today()), _open_expiry, JOB)


def _open_expiry(record: str) -> bool:
	row = frappe.db.get_value(RECORD, record, ["state", "term_end"], as_dict=True, for_update=True)
	if row.state not in IN_TERM or getdate(row.term_end) >= today():
		return False
	if frappe.db.exists(DOCTYPE, {"open_key": record}):
		return False
	doc = _open({"kind": EXPIRY, "record": record})
	_tell_tasks(
		doc, _("The term of {0} ended on {1}. Decide the removal.").format(party_of(doc), doc.term_end)
	)
	return True


def open_due(record: str) -> str | None:
	"""The removal of a record whose term is over, opened if need be; None while the term runs."""
	_open_expiry(record)
	return frappe.db.get_value(DOCTYPE, {"open_key": record}, "name")


def remind_expiring() -> int:
	"""Daily: the deciding bureau is told once, 30 days before the term of a record ends. Returns how many were."""
	day = today()
	rows = frappe.get_all(
		RECORD,
		filters={
			"state": ["in", list(IN_TERM)],
			"term_end": ["between", [day, add_days(day, REMIND_DAYS)]],
			"expiry_reminded_on": ["is", "not set"],
		},
		pluck="name",
		order_by="term_end asc, name asc",
	)
	return jobs.each(rows, _remind, JOB)


def _remind(name: str) -> bool:
	record = frappe.get_doc(RECORD, name, for_update=True)
	if record.expiry_reminded_on or record.state not in IN_TERM:
		return False
	procedure = store.load_procedure(store.bound_version(record.bureau, EXPIRY))
	tell(
		holders(procedure.start.post, record.bureau),
		_("The term of {0} ends on {1}. The removal is decided on the first working day after it.").format(
			party_of(record), record.term_end
		),
		RECORD,
		name,
	)
	record.db_set("expiry_reminded_on", today(), update_modified=False)
	return True


def penalty_changed(doc: Document, _method: str | None = None) -> None:
	"""After a penalty is saved: if it was revoked or changed, every open record resting on it is looked at anew.

	The task opens in the same transaction (办法第十五条: 立即). What cannot be opened now does not lose the change of
	the penalty; the user is told, and the daily scan tries again.
	"""
	if doc.status not in FALLEN:
		return
	for record in _resting_on(doc.name):
		frappe.db.savepoint("sclist_basis")
		try:
			_open_revocation(record, doc.name)
		except frappe.ValidationError as error:
			frappe.db.rollback(save_point="sclist_basis")
			frappe.clear_messages()
			frappe.msgprint(
				_("The revocation of a listing could not be opened: {0}").format(str(error)),
				indicator="orange",
			)


def open_fallen() -> int:
	"""Daily: records in term that rest on a penalty revoked or changed and that nobody has looked at yet."""
	record, row, penalty = (frappe.qb.DocType(name) for name in (RECORD, "SC Case Penalty", "SC Penalty"))
	pairs = (
		frappe.qb.from_(penalty)
		.join(row)
		.on(row.penalty == penalty.name)
		.join(record)
		.on(record.case == row.parent)
		.select(record.name, penalty.name)
		.where(penalty.status.isin(list(FALLEN)))
		.where(record.state.isin(IN_TERM))
		.orderby(record.name)
		.run()
	)
	return jobs.each(pairs, lambda pair: _open_revocation(*pair), JOB)


def _resting_on(penalty: str) -> list[str]:
	record, row = frappe.qb.DocType(RECORD), frappe.qb.DocType("SC Case Penalty")
	found = (
		frappe.qb.from_(row)
		.join(record)
		.on(record.case == row.parent)
		.select(record.name)
		.distinct()
		.where(row.penalty == penalty)
		.where(record.state.isin(IN_TERM))
		.orderby(record.name)
		.run()
	)
	return [name for (name,) in found]


def _open_revocation(record: str, penalty: str) -> bool:
	"""A draft of the revocation for one record, unless this change has been looked at, or another removal runs."""
	status = frappe.db.get_value("SC Penalty", penalty, "status")
	basis = FALLEN.get(status)
	if not basis or frappe.db.exists(DOCTYPE, {"record": record, "penalty": penalty, "basis_kind": basis}):
		return False
	running = frappe.db.get_value(DOCTYPE, {"open_key": record}, "name")
	if running:
		_note_on(running, penalty)
		return False
	doc = _open(
		{
			"kind": REVOCATION,
			"record": record,
			"penalty": penalty,
			"basis_kind": basis,
			"known_on": today(),
		}
	)
	_tell_tasks(
		doc,
		_("The penalty under the listing of {0} has changed. Examine the listing at once.").format(
			party_of(doc)
		),
	)
	return True


def open_after_objection(record: str, objection: str, reasons: str) -> str:
	"""A draft of the revocation of a listing whose objection was well founded; returns the SC Removal.

	If another removal of the record runs already, that one.
	"""
	running = frappe.db.get_value(DOCTYPE, {"open_key": record}, "name")
	if running:
		return running
	doc = _open(
		{
			"kind": REVOCATION,
			"record": record,
			"basis_kind": "Self-Correction",
			"known_on": today(),
			"reasons": reasons,
		}
	)
	events.append(
		DOCTYPE,
		doc.name,
		"from_objection",
		N_("Opened after an objection"),
		bureau=doc.bureau,
		run=doc.run,
		data={"objection": objection},
	)
	return doc.name


def open_after_remedy(record: str, remedy: str, basis: dict) -> str:
	"""A draft of the revocation of a listing that a review or a judgment in force took away; returns the SC Removal.

	basis: the fields of the SC Removal that say what changed. If another removal of the record runs already, that
	one, and whoever has it is told.
	"""
	running = frappe.db.get_value(DOCTYPE, {"open_key": record}, "name")
	if not running:
		doc = _open({"kind": REVOCATION, "record": record, **basis})
		label = N_("Opened after a review or suit")
		text = _("The listing of {0} was not upheld in a review or suit. Revoke it at once.")
	else:
		doc = frappe.get_doc(DOCTYPE, running)
		label = N_("A review or judgment took the basis of the listing away")
		text = _(
			"The basis of the listing under {0} was taken away by a review or judgment. Examine it at once."
		)
	events.append(
		DOCTYPE, doc.name, "from_remedy", label, bureau=doc.bureau, run=doc.run, data={"remedy": remedy}
	)
	_tell_tasks(doc, text.format(doc.decision_number or doc.name))
	return doc.name


def _note_on(removal: str, penalty: str) -> None:
	"""Another removal of the record is under way: whoever has it must know that the basis has changed."""
	doc = frappe.get_doc(DOCTYPE, removal)
	if doc.kind == REVOCATION or frappe.db.exists(
		"SC Event", {"chain": f"{DOCTYPE}:{removal}", "event": "basis_changed"}
	):
		return
	label = N_("The penalty under the listing has changed")
	events.append(
		DOCTYPE, removal, "basis_changed", label, bureau=doc.bureau, run=doc.run, data={"penalty": penalty}
	)
	_tell_tasks(doc, _(label))


def _open(values: dict) -> Document:
	doc = frappe.new_doc(DOCTYPE)
	doc.update(values)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # the law demands it; the work begins with the post's first task
	return doc


def _tell_tasks(doc: Document, text: str) -> None:
	for task in store.open_tasks(doc.run):
		people = [task.assignee] if task.assignee else holders(task.post, task.bureau)
		tell(people, text, DOCTYPE, doc.name)
