from frappe.model.document import Document

from sclist_app.access import guard


class SCJointAction(Document):
	def validate(self):
		guard.engine_only(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
