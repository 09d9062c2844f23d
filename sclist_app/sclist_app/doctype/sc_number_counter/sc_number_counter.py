from frappe.model.document import Document


class SCNumberCounter(Document):
	pass
