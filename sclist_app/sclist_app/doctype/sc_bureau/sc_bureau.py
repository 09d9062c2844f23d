from frappe.utils.nestedset import NestedSet

from sclist_app.access import bureaus


class SCBureau(NestedSet):
	nsm_parent_field = "parent_sc_bureau"

	def validate(self):
		bureaus.validate(self)

	def on_update(self):
		super().on_update()
		bureaus.forget()
