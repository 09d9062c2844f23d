from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.register import penalty


class SCPenalty(Document):
	def before_insert(self):
		guard.keep_engine_fields(self, ("is_demo",))

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, ("bureau", "is_demo"))
		penalty.normalise(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
