from frappe.model.document import Document

from sclist_app.workflow import versions


class SCProcedureBinding(Document):
	def validate(self):
		versions.validate_binding(self)
