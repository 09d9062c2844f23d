from frappe.model.document import Document


class SCPublicationChannel(Document):
	pass
