from frappe.model.document import Document


class SCCaseSubject(Document):
	pass
