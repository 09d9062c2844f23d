from frappe.model.document import Document


class SCProcedure(Document):
	pass
