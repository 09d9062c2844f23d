from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.register import identity, lookup


class SCEntity(Document):
	def before_insert(self):
		guard.keep_engine_fields(self, ("bureau", "is_demo"))
		identity.set_bureau(self)

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, ("bureau", "is_demo", "id_number_sealed", "id_number_key"))
		identity.normalise(self)
		lookup.fill(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
