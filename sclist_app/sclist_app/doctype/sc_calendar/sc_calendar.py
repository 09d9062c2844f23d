from frappe.model.document import Document

from sclist_app.workflow import calendars, recompute


class SCCalendar(Document):
	def validate(self):
		calendars.validate(self)

	def on_update(self):
		calendars.forget()
		recompute.after_change(self.name, calendars.changed_years(self))
