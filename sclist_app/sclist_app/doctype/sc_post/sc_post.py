from frappe.model.document import Document


class SCPost(Document):
	pass
