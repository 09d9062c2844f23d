from frappe.model.document import Document

from sclist_app.workflow import calendars


class SCCalendar(Document):
	def validate(self):
		calendars.validate(self)

	def on_update(self):
		calendars.forget()
