from frappe.model.document import Document


class SCProcedureStep(Document):
	pass
