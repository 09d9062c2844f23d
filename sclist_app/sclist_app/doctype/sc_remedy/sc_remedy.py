from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.register import remedies


class SCRemedy(Document):
	def before_insert(self):
		guard.keep_engine_fields(self, remedies.ENGINE_FIELDS)
		remedies.prepare(self)

	def validate(self):
		guard.keep_engine_tables(self, ("outcomes",))
		if not self.is_new():
			guard.keep_engine_fields(self, (*remedies.ENGINE_FIELDS, *remedies.TAKEN_OVER))
		remedies.check(self)

	def after_insert(self):
		remedies.entered(self)

	def on_update(self):
		remedies.warn(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
