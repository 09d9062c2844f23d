from frappe.model.document import Document


class SCProcedureVersion(Document):
	pass
