from frappe.model.document import Document

from sclist_app.documents import templates


class SCTextBlock(Document):
	def validate(self):
		templates.validate_text_block(self)
