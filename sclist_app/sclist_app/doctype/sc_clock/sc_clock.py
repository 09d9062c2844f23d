from frappe.model.document import Document


class SCClock(Document):
	pass
