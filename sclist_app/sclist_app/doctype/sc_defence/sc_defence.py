from frappe.model.document import Document


class SCDefence(Document):
	pass
