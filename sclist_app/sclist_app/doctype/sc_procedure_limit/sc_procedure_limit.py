from frappe.model.document import Document


class SCProcedureLimit(Document):
	pass
