from frappe.model.document import Document

from sclist_app.documents import templates


class SCDocumentTemplate(Document):
	def validate(self):
		templates.validate(self)
