from frappe.model.document import Document


class SCPostAssignment(Document):
	pass
