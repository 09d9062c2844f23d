from sclist_app.access import guard
from sclist_app.access.today import today
from sclist_app.register import case
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
	"notice_served_on",
	"defence_closes_on",
	"decided_on",
	"decision_served_on",
	"closed_on",
	"is_demo",
)


class SCCase(SteeredDocument):
	def before_insert(self):
		guard.keep_engine_fields(self, ENGINE_FIELDS)
		case.default_bureau(self)
		self.opened_on, self.officer = today(), self.owner

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, (*ENGINE_FIELDS, "bureau"))
		check_fields(self)
		case.complete(self)

	def after_insert(self):
		actions.start(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
