import frappe
from frappe.model.document import Document

from sclist_app.access import guard
from sclist_app.register import penalty, reconciliation

SET_ASIDE = ("set_aside_reason", "set_aside_by", "set_aside_on")


class SCPenalty(Document):
	def onload(self):
		self.set_onload("likely_grounds", reconciliation.grounds_in_words(self.likely_grounds))

	def before_insert(self):
		guard.keep_engine_fields(self, ("is_demo", *SET_ASIDE))

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, ("bureau", "is_demo", *SET_ASIDE))
		penalty.normalise(self)
		reconciliation.match(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)


def on_doctype_update():
	frappe.db.add_index("SC Penalty", ["bureau", "listing_due_on"], "sclist_unlisted")
