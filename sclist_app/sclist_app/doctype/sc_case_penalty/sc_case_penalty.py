from frappe.model.document import Document


class SCCasePenalty(Document):
	pass
