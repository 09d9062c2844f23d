from frappe.model.document import Document


class SCCalendarDay(Document):
	pass
