from frappe.model.document import Document


class SCMeasureRecord(Document):
	pass
