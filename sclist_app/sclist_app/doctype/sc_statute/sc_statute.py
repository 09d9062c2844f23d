from frappe.model.document import Document

from sclist_app.workflow import statutes


class SCStatute(Document):
	def autoname(self):
		statutes.name_row(self)

	def validate(self):
		statutes.validate(self)

	def on_update(self):
		statutes.log(self)

	def on_trash(self):
		statutes.refuse_delete(self)

	def after_delete(self):
		statutes.log(self, withdrawn=True)

	def before_rename(self, *args):
		statutes.refuse_rename(self)
