from frappe.model.document import Document

from sclist_app.access import guard, local_rules


class SCLocalRule(Document):
	def before_insert(self):
		local_rules.prepare(self)

	def validate(self):
		local_rules.validate(self)

	def on_trash(self):
		local_rules.refuse_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
