from frappe.model.document import Document

from sclist_app.access import local_rules


class SCTerm(Document):
	def validate(self):
		local_rules.validate_term(self)
