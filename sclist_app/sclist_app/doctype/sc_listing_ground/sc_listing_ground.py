from frappe.model.document import Document


class SCListingGround(Document):
	pass
