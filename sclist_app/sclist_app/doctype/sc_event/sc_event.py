import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access import guard


class SCEvent(Document):
	def validate(self):
		guard.engine_only(self)
		if not self.is_new():
			frappe.throw(_("The log is append-only."), frappe.PermissionError)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
