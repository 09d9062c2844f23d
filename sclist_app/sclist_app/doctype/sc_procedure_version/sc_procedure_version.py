from frappe.model.document import Document

from sclist_app.workflow import form_lists, versions


class SCProcedureVersion(Document):
	def onload(self):
		self.set_onload("in_use", versions.in_use(self))
		self.set_onload("bindable", versions.bindable(self))

	def before_insert(self):
		versions.prepare(self)

	def validate(self):
		versions.validate(self)

	def on_update(self):
		form_lists.forget()

	def on_trash(self):
		versions.refuse_delete(self)

	def before_rename(self, *args):
		versions.refuse_rename(self)
