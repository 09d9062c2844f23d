from frappe.model.document import Document


class SCNotice(Document):
	pass
