from frappe.model.document import Document


class SCCaseEvidence(Document):
	pass
