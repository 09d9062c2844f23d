from frappe.model.document import Document


class SCEffectRun(Document):
	pass
