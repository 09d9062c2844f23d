import frappe

CARDS = (
	"SC Cases in Progress",
	"SC My Open Tasks",
	"SC My Overdue Tasks",
	"SC My Tasks Due Today",
	"SC Overdue Tasks",
	"SC Procedure Drafts",
	"SC Publications to Do",
	"SC Records in Force",
)


def execute():
	"""The first pages count by themselves; the number cards of before are no longer shipped."""
	frappe.db.delete("Number Card", {"name": ["in", CARDS]})
