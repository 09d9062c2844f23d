from frappe.model.document import Document


class SCEntity(Document):
	pass
