import frappe
from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.documents import addresses


class SCAddressConfirmation(Document):
	def before_insert(self):
		guard.keep_engine_fields(self, addresses.ENGINE_FIELDS)
		addresses.prepare(self)

	def validate(self):
		addresses.check(self)

	def after_insert(self):
		addresses.replace_earlier(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)


def on_doctype_update():
	frappe.db.add_index("SC Address Confirmation", ["entity", "bureau", "status"], "sclist_in_force")
