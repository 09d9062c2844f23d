from frappe.model.document import Document


class SCProcedureTransition(Document):
	pass
