import frappe
from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.workflow.clocks import INDEXES


class SCClock(Document):
	def validate(self):
		guard.engine_only(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)


def on_doctype_update():
	for name, fields in INDEXES.items():
		frappe.db.add_index("SC Clock", list(fields), name)
