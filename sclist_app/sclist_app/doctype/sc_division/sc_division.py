from frappe.model.document import Document

from sclist_app.access import bureaus


class SCDivision(Document):
	def validate(self):
		bureaus.validate_division(self)
