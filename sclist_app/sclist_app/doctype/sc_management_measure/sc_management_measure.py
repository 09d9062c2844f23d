from frappe.model.document import Document


class SCManagementMeasure(Document):
	pass
