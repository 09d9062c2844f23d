from frappe.model.document import Document


class SCVote(Document):
	pass
