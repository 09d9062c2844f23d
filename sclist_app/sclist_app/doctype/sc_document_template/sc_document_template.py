from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.documents import templates


class SCDocumentTemplate(Document):
	def before_insert(self):
		templates.prepare(self)

	def validate(self):
		templates.validate(self)

	def on_trash(self):
		templates.refuse_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
