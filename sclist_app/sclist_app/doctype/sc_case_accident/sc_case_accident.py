from frappe.model.document import Document


class SCCaseAccident(Document):
	pass
