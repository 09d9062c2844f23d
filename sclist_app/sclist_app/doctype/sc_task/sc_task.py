from frappe.model.document import Document


class SCTask(Document):
	pass
