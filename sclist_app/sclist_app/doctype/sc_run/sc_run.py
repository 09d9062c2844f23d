from frappe.model.document import Document


class SCRun(Document):
	pass
