from frappe.model.document import Document


class SCProcedureCondition(Document):
	pass
