from frappe.model.document import Document


class SCListingRecord(Document):
	pass
