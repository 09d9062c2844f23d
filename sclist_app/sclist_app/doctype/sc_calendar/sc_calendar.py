from frappe.model.document import Document


class SCCalendar(Document):
	pass
