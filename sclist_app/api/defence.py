import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import defence
from sclist_app.workflow.tasks import require_tool


@frappe.whitelist(methods=["POST"])
def record(
	case: str,
	subject: str,
	kind: str,
	received_on: str,
	form: str = "Written",
	content: str = "",
	file: str = "",
) -> dict:
	"""Record a party's answer, waiver or request for a hearing. Needs an open task of the defence window on the case.

	A hearing may still be asked for while the defence is reviewed or the case lies with the legal reviewer.
	"""
	doc = frappe.get_doc("SC Case", name_of(case, "case"))
	doc.check_permission("read")
	late = ("hearing", "legal_review") if kind == "Hearing Request" else ()
	require_tool(doc.run, ("defence", *late))
	name = defence.record(
		case,
		name_of(subject, "subject"),
		text_of(kind, 20),
		text_of(received_on, 10),
		text_of(form, 20),
		text_of(content),
		file_of(file, "SC Case", case),
	)
	return {"name": name}


@frappe.whitelist(methods=["POST"])
def review(defence_name: str, conclusion: str, reasons: str) -> dict:
	"""Record the review of a defence. Needs an open task of review or legal review on the case."""
	answer = frappe.get_doc("SC Defence", name_of(defence_name, "defence"))
	answer.check_permission("read")
	require_tool(answer.run, ("defence", "legal_review"))
	defence.review(defence_name, text_of(conclusion, 40), text_of(reasons))
	return {"name": defence_name}
