from frappe.model.document import Document


class SCNumberRule(Document):
	pass
