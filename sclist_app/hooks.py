app_name = "sclist_app"
app_title = "安全生产严重失信主体名单"
app_publisher = "sclist_app contributors"
app_description = "Low-code forms and approvals for the list of seriously dishonest entities in work safety"
app_email = "sclist@example.invalid"
app_license = "Apache-2.0"

after_install = "sclist_app.setup.install.after_install"
after_migrate = "sclist_app.setup.install.after_migrate"
before_uninstall = "sclist_app.setup.install.before_uninstall"

app_include_js = "sclist.bundle.js"
app_include_css = "sclist.bundle.css"

after_request = ["sclist_app.register.public.add_headers"]

boot_session = "sclist_app.api.boot.boot_session"

# Kinds of procedures and named effects; other apps may add their own.
sclist_kinds = {"Listing": "sclist_app.register.listing.ListingKind"}
sclist_effects = {}

_permitted = "sclist_app.access.visibility.has_permission"
_guarded = [
	"SC Bureau",
	"SC Post Assignment",
	"SC Entity",
	"SC Penalty",
	"SC Case",
	"SC Notice",
	"SC Service Record",
	"SC Defence",
	"SC Listing Record",
	"SC Publication",
	"SC Measure Record",
	"SC Run",
	"SC Task",
	"SC Vote",
	"SC Clock",
	"SC Event",
	"SC Procedure",
	"SC Procedure Version",
	"SC Procedure Binding",
	"SC Document Template",
	"SC Text Block",
	"SC Number Rule",
	"SC Publication Channel",
]
permission_query_conditions = {
	doctype: f"sclist_app.access.lists.{doctype.lower().replace(' ', '_')}"
	for doctype in _guarded
	if doctype != "SC Bureau"
}
has_permission = {doctype: _permitted for doctype in _guarded if doctype != "SC Bureau"}

# The framework's own counts without asking who may read.
override_whitelisted_methods = {"frappe.client.get_count": "sclist_app.api.counts.get_count"}

doc_events = {
	"DocShare": {"validate": "sclist_app.access.sharing.refuse_share"},
	"ToDo": {"validate": "sclist_app.access.sharing.refuse_assignment"},
	"Workflow": {"validate": "sclist_app.access.sharing.refuse_workflow"},
	"File": {"before_insert": "sclist_app.access.files.check_upload"},
	(
		"SC Defence",
		"SC Listing Record",
		"SC Measure Record",
		"SC Notice",
		"SC Penalty",
		"SC Procedure Version",
		"SC Publication",
		"SC Service Record",
	): {"before_save": "sclist_app.access.files.attach_privately"},
}

scheduler_events = {
	"hourly": ["sclist_app.workflow.scan.expire_windows", "sclist_app.workflow.scan.warn_and_escalate"],
	"daily": ["sclist_app.access.posts.sync_all_roles"],
}
