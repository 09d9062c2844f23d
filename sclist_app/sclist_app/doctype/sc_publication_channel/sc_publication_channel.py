from frappe.model.document import Document

from sclist_app.register import channels


class SCPublicationChannel(Document):
	def validate(self):
		channels.validate(self)
