from frappe.model.document import Document


class SCPenaltyItem(Document):
	pass
