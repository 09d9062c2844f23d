"""What scheduled jobs share: many items, each on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import frappe

__all__ = ["each"]


def each(items: Iterable, work: Callable, title: str) -> int:
	"""Each item in a transaction of its own; a fault in one is logged under the title and stops no other.

	Returns for how many `work` said that it did something.
	"""
	done = 0
	for item in items:
		try:
			done += bool(work(item))
			frappe.db.commit()  # scheduled job: each item stands alone
		except Exception:
			frappe.db.rollback()
			frappe.log_error(title=title, message=frappe.get_traceback())
			frappe.db.commit()  # keep the log of the fault
	return done
