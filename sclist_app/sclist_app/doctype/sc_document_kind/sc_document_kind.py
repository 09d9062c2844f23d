from frappe.model.document import Document


class SCDocumentKind(Document):
	pass
