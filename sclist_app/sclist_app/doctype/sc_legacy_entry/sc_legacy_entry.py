from sclist_app.access import guard
from sclist_app.register import legacy
from sclist_app.workflow import actions
from sclist_app.workflow.form_policy import SteeredDocument, check_fields

ENGINE_FIELDS = (
	"entry_title",
	"source_id",
	"listed_on",
	"old_ground",
	"old_term",
	"entity",
	"entity_name",
	"entity_kind",
	"code_shown",
	"unit_name",
	"penalty_number",
	"remark",
	"likely",
	"new_term_end",
	"state",
	"state_title",
	"run_status",
	"outcome",
	"run",
	"procedure_version",
	"record",
	"decided_on",
	"decision_served_on",
	"opened_on",
	"officer",
	"closed_on",
	"legacy_import",
	"source_key",
	"content_key",
	"is_demo",
)


class SCLegacyEntry(SteeredDocument):
	def before_insert(self):
		guard.engine_only(self)

	def validate(self):
		if not self.is_new():
			guard.keep_engine_fields(self, (*ENGINE_FIELDS, "bureau"))
		check_fields(self)
		legacy.check(self)

	def after_insert(self):
		actions.start(self)

	def on_trash(self):
		guard.never_delete(self)

	def before_rename(self, *args):
		guard.never_rename(self)
