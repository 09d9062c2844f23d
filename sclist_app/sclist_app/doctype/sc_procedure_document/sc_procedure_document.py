from frappe.model.document import Document


class SCProcedureDocument(Document):
	pass
