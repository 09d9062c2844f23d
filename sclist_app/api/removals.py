import frappe

from sclist_app.access.visibility import may_read_bureau
from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import defence, fraud_defence
from sclist_app.workflow.tasks import require_tool

REMOVAL = "SC Removal"


def _open(name: str, *tools: str):
	bureau = frappe.db.get_value(REMOVAL, name, "bureau")
	if not may_read_bureau(bureau):
		raise frappe.PermissionError
	doc = frappe.get_doc(REMOVAL, name)
	doc.check_permission("read")
	require_tool(doc.run, tools)
	return doc


@frappe.whitelist(methods=["POST"])
def answer(
	removal: str,
	kind: str,
	received_on: str,
	form: str = "Written",
	content: str = "",
	file: str = "",
) -> dict:
	"""Record the party's answer or waiver before a restoration. Needs an open task of the defence window on it."""
	doc = _open(name_of(removal, "removal"), "defence")
	name = fraud_defence.record(
		doc,
		text_of(kind, 20),
		text_of(received_on, 10),
		text_of(form, 20),
		text_of(content),
		file_of(file, REMOVAL, removal),
	)
	return {"name": name}


@frappe.whitelist(methods=["POST"])
def review_answer(defence_name: str, conclusion: str, reasons: str) -> dict:
	"""Record the review of the party's answer. Needs an open task of review or legal review on the restoration."""
	removal = frappe.db.get_value("SC Defence", name_of(defence_name, "defence"), "removal")
	_open(removal or "", "defence", "legal_review")
	defence.review(defence_name, text_of(conclusion, 40), text_of(reasons))
	return {"name": defence_name}
