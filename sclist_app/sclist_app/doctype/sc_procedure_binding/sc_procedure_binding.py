from frappe.model.document import Document


class SCProcedureBinding(Document):
	pass
