from frappe.model.document import Document


class SCPenalty(Document):
	pass
