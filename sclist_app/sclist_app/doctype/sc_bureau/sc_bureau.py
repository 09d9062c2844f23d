from frappe.model.document import Document


class SCBureau(Document):
	pass
