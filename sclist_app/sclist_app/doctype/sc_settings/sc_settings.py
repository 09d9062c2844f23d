from frappe.model.document import Document

from sclist_app.documents import rules


class SCSettings(Document):
	def validate(self):
		rules.validate_settings(self)
