from frappe.model.document import Document


class SCEvent(Document):
	pass
