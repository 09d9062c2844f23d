from frappe.model.document import Document


class SCTextBlock(Document):
	pass
