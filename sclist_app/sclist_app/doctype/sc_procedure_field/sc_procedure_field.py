from frappe.model.document import Document


class SCProcedureField(Document):
	pass
