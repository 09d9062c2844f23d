from frappe.model.document import Document


class SCServiceRecord(Document):
	pass
