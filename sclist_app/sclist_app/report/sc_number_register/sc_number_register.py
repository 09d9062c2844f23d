import frappe
from frappe import _

from sclist_app.register import number_register


def execute(filters=None):
	# Frappe 15 does not end its watch over a run that fails, and seconds later turns the report into one that is
	# only prepared in the background: a refusal is told, and nothing is shown.
	try:
		return number_register.report(filters or {})
	except frappe.ValidationError:
		return [], []  # its words are on their way already
	except frappe.PermissionError:
		frappe.msgprint(_("You may not see this bureau."), indicator="red")
		return [], []
