from sclist_app.access.doctypes import GUARDED as _guarded
from sclist_app.access.doctypes import ROWS as _rows

app_name = "sclist_app"
app_title = "安全生产严重失信主体名单"
app_publisher = "sclist_app contributors"
app_description = "Low-code forms and approvals for the list of seriously dishonest entities in work safety"
app_email = "sclist@example.invalid"
app_license = "Apache-2.0"

app_logo_url = "/assets/sclist_app/images/logo.svg"
website_context = {"favicon": app_logo_url}

after_install = "sclist_app.setup.install.after_install"
after_migrate = "sclist_app.setup.install.after_migrate"
before_uninstall = "sclist_app.setup.install.before_uninstall"

app_include_js = "sclist.bundle.js"
app_include_css = "sclist.bundle.css"

before_request = ["sclist_app.access.frame.speak", "sclist_app.access.frame.lead_to_login"]
after_request = [
	"sclist_app.register.public.add_headers",
	"sclist_app.register.party_session.add_headers",
	"sclist_app.access.frame.mark_language",
]
update_website_context = ["sclist_app.access.frame.name_pages"]

boot_session = "sclist_app.api.boot.boot_session"

# Kinds of procedures and named effects; other apps may add their own.
sclist_kinds = {
	"Listing": "sclist_app.register.listing.ListingKind",
	"Early Removal": "sclist_app.register.repair.RepairKind",
	"Expiry Removal": "sclist_app.register.removal_kinds.ExpiryKind",
	"Revocation of Listing": "sclist_app.register.removal_kinds.RevocationKind",
	"Restoration": "sclist_app.register.removal_kinds.RestorationKind",
	"Objection": "sclist_app.register.objection.ObjectionKind",
	"Legacy Transition": "sclist_app.register.legacy.LegacyKind",
}
sclist_effects = {"notify_officer": "sclist_app.workflow.effects.notify_officer"}
sclist_effects_after_commit = {
	"notify_credit_officers": "sclist_app.workflow.effects.notify_credit_officers",
	"notify_superior": "sclist_app.workflow.effects.notify_superior",
}

_permitted = "sclist_app.access.visibility.has_permission"
permission_query_conditions = {
	**{
		doctype: [
			f"sclist_app.{module}.{doctype.lower().replace(' ', '_')}"
			for module in ("access.lists", "workflow.form_lists")
		]
		for doctype in (*_guarded, *_rows)
	},
	"File": "sclist_app.access.files.listed",
}
has_permission = {
	**dict.fromkeys(_guarded, _permitted),
	# no File over another one that its maker could not read
	"File": "sclist_app.access.files.has_permission",
}

# The framework's own count and list without asking who may read.
override_whitelisted_methods = {
	"frappe.client.get_count": "sclist_app.api.counts.get_count",
	"frappe.desk.form.linked_with.get": "sclist_app.api.links.get",
}

# a link to an entity finds it by pinyin too
standard_queries = {"SC Entity": "sclist_app.api.entities.search"}

doc_events = {
	"*": {"onload": "sclist_app.access.frame.name_people"},
	"Document Follow": {"validate": "sclist_app.access.sharing.refuse_follow"},
	"DocShare": {"validate": "sclist_app.access.sharing.refuse_share"},
	"ToDo": {"validate": "sclist_app.access.sharing.refuse_assignment"},
	"Workflow": {"validate": "sclist_app.access.sharing.refuse_workflow"},
	"Version": {"before_insert": "sclist_app.workflow.form_policy.scrub_version"},
	"File": {
		"before_insert": "sclist_app.access.files.check_upload",
		"before_validate": "sclist_app.access.files.check_change",
	},
	(
		"SC Address Confirmation",
		"SC Case",
		"SC Defence",
		"SC Document Template",
		"SC Follow Up",
		"SC Hearing",
		"SC Joint Action",
		"SC Listing Record",
		"SC Measure Record",
		"SC Notice",
		"SC Objection",
		"SC Penalty",
		"SC Procedure Version",
		"SC Publication",
		"SC Remedy",
		"SC Removal",
		"SC Repair Application",
		"SC Service Record",
	): {"before_save": "sclist_app.access.files.attach_privately"},
	"SC Penalty": {"on_update": "sclist_app.register.removals.penalty_changed"},
	# the catalogue of limits follows the law
	"SC Statute": dict.fromkeys(("on_update", "after_delete"), "sclist_app.setup.catalogue.changed"),
}

scheduler_events = {
	"hourly": [
		"sclist_app.workflow.scan.expire_windows",
		"sclist_app.workflow.scan.warn_and_escalate",
		"sclist_app.workflow.effects.sweep",
		"sclist_app.register.notifications.hourly",
		"sclist_app.register.notifications.digest",
		"sclist_app.workflow.outbox.sweep",
	],
	"daily": [
		"sclist_app.access.posts.sync_all_roles",
		"sclist_app.documents.templates.retire_superseded",
		"sclist_app.register.follow_up.remind",
		"sclist_app.workflow.scan.elapse",
		"sclist_app.setup.catalogue.follow",
		"sclist_app.register.removals.open_fallen",
		"sclist_app.register.removals.open_expired",
		"sclist_app.register.removals.remind_expiring",
		"sclist_app.register.legacy_import.forget",
		"sclist_app.register.print_jobs.forget",
		"sclist_app.register.remedies.end_suspensions",
		"sclist_app.register.notifications.remind_of_remedies",
		"sclist_app.register.notifications.remind_of_early_removal",
		"sclist_app.register.party_files.sweep",
	],
}
