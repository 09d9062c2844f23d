from sclist_app.access import guard
from sclist_app.register import application
from sclist_app.workflow import actions
from sclist_app.workflow.form_policy import SteeredDocument, check_fields

ENGINE_FIELDS = (
	"state",
	"state_title",
	"run_status",
	"outcome",
	"run",
	"procedure_version",
	"officer",
	"accepted_on",
	"decided_on",
	"decision_served_on",
	"supplement_due",
	"closed_on",
	"open_key",
	"is_demo",
)
# written by who has the task of verification or acceptance, through the calls of these
ENGINE_TABLES = ("verifications", "supplements")


class SCRepairApplication(SteeredDocument):
	def before_insert(self):
		guard.keep_engine_fields(self, ENGINE_FIELDS)
		application.open_for(self)

	def validate(self):
		guard.keep_engine_tables(self, ENGINE_TABLES)
		if not self.is_new():
			guard.keep_engine_fields(self, (*ENGINE_FIELDS, "record", "applicant", "bureau"))
		check_fields(self)
		application.check(self)

	def after_insert(self):
		actions.start(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
