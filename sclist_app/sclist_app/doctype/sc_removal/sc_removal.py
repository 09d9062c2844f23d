from sclist_app.access import guard
from sclist_app.register import removals
from sclist_app.workflow import actions
from sclist_app.workflow.form_policy import SteeredDocument, check_fields

ENGINE_FIELDS = (
	"state",
	"state_title",
	"run_status",
	"outcome",
	"run",
	"procedure_version",
	"opened_on",
	"officer",
	"removal_title",
	"penalty",
	"notice_served_on",
	"defence_closes_on",
	"decided_on",
	"decision_served_on",
	"removed_on",
	"restored_on",
	"new_term_end",
	"new_earliest",
	"closed_on",
	"open_key",
	"is_demo",
)


class SCRemoval(SteeredDocument):
	def before_insert(self):
		guard.keep_engine_fields(self, ENGINE_FIELDS)
		removals.prepare(self)

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, (*ENGINE_FIELDS, *removals.TAKEN_OVER))
		check_fields(self)
		removals.check_dates(self)

	def after_insert(self):
		actions.start(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
