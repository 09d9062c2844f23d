from frappe.model.document import Document


class SCSettings(Document):
	pass
