from frappe.model.document import Document


class SCCaseMeasure(Document):
	pass
