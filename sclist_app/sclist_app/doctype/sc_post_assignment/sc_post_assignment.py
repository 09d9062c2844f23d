from frappe.model.document import Document

from sclist_app.access import posts


class SCPostAssignment(Document):
	def validate(self):
		posts.validate_assignment(self)

	def on_update(self):
		posts.sync_roles(self.user)
		before = self.get_doc_before_save()
		if before and before.user != self.user:
			posts.sync_roles(before.user)

	def after_delete(self):
		posts.sync_roles(self.user)
