from frappe.model.document import Document


class SCCalendarYear(Document):
	pass
