from frappe.model.document import Document


class SCProcedureMaterial(Document):
	pass
