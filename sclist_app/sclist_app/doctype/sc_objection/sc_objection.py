from sclist_app.access import guard
from sclist_app.register import objection
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
	"objection_title",
	"follow_up_removal",
	"marked_on",
	"unmarked_on",
	"answered_on",
	"answer_served_on",
	"closed_on",
	"open_key",
	"is_demo",
)


class SCObjection(SteeredDocument):
	def before_insert(self):
		guard.keep_engine_fields(self, ENGINE_FIELDS)
		objection.prepare(self)

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, (*ENGINE_FIELDS, *objection.TAKEN_OVER))
		check_fields(self)
		objection.check_dates(self)

	def after_insert(self):
		actions.start(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
