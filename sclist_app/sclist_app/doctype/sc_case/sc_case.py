from frappe.model.document import Document


class SCCase(Document):
	pass
