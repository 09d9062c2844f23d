from frappe.model.document import Document


class SCTimeLimit(Document):
	pass
