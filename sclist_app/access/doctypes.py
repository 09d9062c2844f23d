"""Which DocTypes are guarded, and how. No framework here: the hooks read it too."""

# Operating documents: each has a `bureau` field that the tree is asked about.
OPERATING = (
	"SC Penalty",
	"SC Case",
	"SC Notice",
	"SC Service Record",
	"SC Address Confirmation",
	"SC Defence",
	"SC Listing Record",
	"SC Query Code",
	"SC Publication",
	"SC Measure Record",
	"SC Hearing",
	"SC Joint Action",
	"SC Follow Up",
	"SC Repair Application",
	"SC Upward Report",
	"SC Removal",
	"SC Objection",
	"SC Remedy",
	"SC Message",
	"SC Legacy Import",
	"SC Legacy Entry",
	"SC Run",
	"SC Task",
	"SC Vote",
	"SC Reading",
	"SC Clock",
	"SC Event",
)
# Forms an officer fills; the others are written by the engine only.
FORMS = (
	"SC Case",
	"SC Repair Application",
	"SC Removal",
	"SC Objection",
	"SC Remedy",
	"SC Legacy Entry",
	"SC Penalty",
	"SC Entity",
	"SC Address Confirmation",
)
# Posts that fill a form besides those that fill all.
ALSO_FILLED_BY = {
	"SC Remedy": ("legal_reviewer",),
	"SC Address Confirmation": ("service_officer", "document_officer"),
}
# Of these, the documents of a procedure: after the first saving only who has a task in it may write.
RUNNING = ("SC Case", "SC Repair Application", "SC Removal", "SC Objection", "SC Legacy Entry")
# Configuration that belongs to a bureau (empty bureau: the national text).
CONFIGURATION = (
	"SC Procedure",
	"SC Procedure Version",
	"SC Procedure Binding",
	"SC Document Template",
	"SC Text Block",
	"SC Number Rule",
	"SC Publication Channel",
	"SC Local Rule",
	"SC Term",
)

# Who works where and who acts for whom: kept by the administrator, read along the tree.
STAFF = ("SC Post Assignment", "SC Division", "SC Absence", "SC Effect Run")

# What a bureau's officers make for themselves: not read from above.
OWN = ("SC Print Job",)

GUARDED = (*OPERATING, *CONFIGURATION, *STAFF, *OWN, "SC Entity")
# Tables of operating documents, whose rows the framework would also list by themselves, and whose they are.
ROWS = {
	"SC Case Accident": ("SC Case",),
	"SC Case Evidence": ("SC Case", "SC Removal", "SC Objection"),
	"SC Case Measure": ("SC Case", "SC Legacy Entry"),
	"SC Case Penalty": ("SC Case",),
	"SC Case Subject": ("SC Case",),
	"SC Penalty Item": ("SC Penalty",),
	"SC Remedy Outcome": ("SC Remedy",),
	"SC Repair Evidence": ("SC Repair Application",),
	"SC Repair Supplement": ("SC Repair Application",),
	"SC Repair Verification": ("SC Repair Application",),
}
