from frappe.model.document import Document


class SCPublication(Document):
	pass
