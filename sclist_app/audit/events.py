"""Append to the chain of a document and verify it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import now

__all__ = ["append", "verify"]

DOCTYPE = "SC Event"
# What the hash covers, in this order. Adding a field would break old chains: add a new one behind `data` instead.
SEALED = (
	"chain",
	"seq",
	"event",
	"label",
	"actor",
	"acting_for",
	"at",
	"reference_doctype",
	"reference_name",
	"run",
	"bureau",
	"step",
	"step_title",
	"opinion",
	"data",
	"token",
)


def append(
	reference_doctype: str,
	reference_name: str,
	event: str,
	label: str,
	*,
	bureau: str | None = None,
	run: str | None = None,
	step: str = "",
	step_title: str = "",
	opinion: str = "",
	acting_for: str = "",
	data: dict[str, Any] | None = None,
	token: str | None = None,
) -> str:
	"""Add one row to the document's chain and return its name.

	Two writers of one chain follow each other. `label` is an English msgid.
	"""
	chain = f"{reference_doctype}:{reference_name}"
	# Read without a lock: locking the end of a chain would lock the gap where other chains begin. Chains of a run
	# are written under its lock; elsewhere the unique key tells who came second.
	last = frappe.db.get_value(DOCTYPE, {"chain": chain}, ["seq", "hash"], as_dict=True, order_by="seq desc")
	row = frappe.new_doc(DOCTYPE)
	row.update(
		{
			"chain": chain,
			"event": event,
			"label": label,
			"actor": frappe.session.user,
			"acting_for": acting_for or None,
			"at": now(),
			"reference_doctype": reference_doctype,
			"reference_name": reference_name,
			"run": run,
			"bureau": bureau,
			"step": step,
			"step_title": step_title,
			"opinion": opinion,
			"data": json.dumps(data or {}, ensure_ascii=False, sort_keys=True, default=str),
			"token": token or None,
		}
	)
	for _attempt in range(20):
		if _append_after(row, chain, last):
			return row.name
		key = f"{chain}#{row.seq}"
		last = frappe.db.get_value(
			DOCTYPE, {"chain_key": key}, ["seq", "hash"], as_dict=True, for_update=True
		)
	raise frappe.QueryDeadlockError(f"the log of {chain} is written by too many at once")


def _append_after(row: Document, chain: str, last: Any) -> bool:
	"""Insert the row behind the last one; False if another connection has put its own there."""
	row.seq, row.previous_hash = (last.seq if last else 0) + 1, last.hash if last else ""
	row.chain_key = f"{chain}#{row.seq}"
	row.hash = seal(row.as_dict(), row.previous_hash)
	frappe.db.savepoint("sclist_event")
	try:
		with engine_writes():
			row.flags.ignore_links = True
			row.insert(ignore_permissions=True)  # the act has been permitted, its trace follows
	except frappe.UniqueValidationError:
		frappe.db.rollback(save_point="sclist_event")
		frappe.clear_last_message()
		if not frappe.db.get_value(DOCTYPE, {"chain_key": row.chain_key}, "name", for_update=True):
			raise  # the token is the twin, not the place
		return False
	return True


def seal(row: dict[str, Any], previous_hash: str) -> str:
	"""SHA-256 over the previous hash and the sealed fields."""
	values = [_plain(field, row.get(field)) for field in SEALED]
	text = json.dumps([previous_hash or "", values], ensure_ascii=False, separators=(",", ":"))
	return hashlib.sha256(text.encode()).hexdigest()


def _plain(field: str, value: Any) -> Any:
	if field == "at":
		return get_datetime(value).strftime("%Y-%m-%d %H:%M:%S.%f")
	if field == "seq":
		return int(value)
	return "" if value is None else str(value)


def verify(reference_doctype: str, reference_name: str) -> list[int]:
	"""Sequence numbers whose row was changed, removed or slipped in; empty if the chain is whole."""
	rows = frappe.get_all(
		DOCTYPE,
		filters={"chain": f"{reference_doctype}:{reference_name}"},
		fields=[*SEALED, "previous_hash", "hash"],
		order_by="seq asc",
	)
	broken, previous = [], ""
	for expected, row in enumerate(rows, start=1):
		if row.seq != expected or row.previous_hash != previous or row.hash != seal(row, previous):
			broken.append(row.seq)
		previous = row.hash
	return broken
