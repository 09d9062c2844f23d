from frappe.model.document import Document


class SCDocumentTemplate(Document):
	pass
