from frappe.model.document import Document


class SCPostExclusion(Document):
	pass
