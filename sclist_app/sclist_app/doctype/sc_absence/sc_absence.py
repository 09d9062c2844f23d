from frappe.model.document import Document

from sclist_app.access import absences
from sclist_app.access.guard import keep_engine_fields, never_delete, never_rename


class SCAbsence(Document):
	def validate(self):
		keep_engine_fields(self, ("ended_early",))
		absences.validate(self)

	def on_update(self):
		absences.changed(self)

	def on_trash(self):
		never_delete(self)

	def before_rename(self, *args):
		never_rename(self)
