from frappe.model.document import Document

from sclist_app.documents import rules


class SCNumberRule(Document):
	def validate(self):
		rules.validate_number_rule(self)
