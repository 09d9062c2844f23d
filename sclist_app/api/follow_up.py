import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus
from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import follow_up


@frappe.whitelist(methods=["POST"])
def visit(
	visit_name: str,
	visited_on: str,
	visitors: str,
	persons_met: str,
	findings: str,
	outcome: str,
	file: str = "",
) -> None:
	"""Record a follow-up visit. Needs a post that fills forms in the bureau; the removal's tasks may be over by then."""
	doc = frappe.get_doc("SC Follow Up", name_of(visit_name))
	doc.check_permission("read")
	if doc.bureau not in filling_bureaus():
		frappe.throw(_("You hold no post in this bureau that records visits."), frappe.PermissionError)
	follow_up.visit(
		visit_name,
		text_of(visited_on, 10),
		text_of(visitors, 140),
		text_of(persons_met, 140),
		text_of(findings),
		text_of(outcome, 40),
		file_of(file, "SC Follow Up", visit_name),
	)
