import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import joint_action
from sclist_app.workflow.tasks import require_tool


def _open(name: str, tools: tuple[str, ...], removing: bool = False):
	doc = frappe.get_doc("SC Joint Action", name_of(name))
	doc.check_permission("read")
	run = frappe.db.get_value("SC Listing Record", doc.record, "removal_run") if removing else doc.run
	require_tool(run or doc.run, tools)
	return doc


@frappe.whitelist(methods=["POST"])
def send(sending: str, sent_on: str, content: str, evidence: str = "") -> dict:
	"""Record that a listing was sent to a department. Needs an open task of joint action or measures on the case."""
	doc = _open(sending, ("joint_action", "measure_records"))
	# after a restoration the sending belongs to the run of the restoration
	of = frappe.db.get_value("SC Run", doc.run, ["reference_doctype", "reference_name"])
	letter = joint_action.send(sending, text_of(sent_on, 10), text_of(content, 2000), file_of(evidence, *of))
	return {"letter": letter}


@frappe.whitelist(methods=["POST"])
def answered(sending: str, feedback: str, feedback_on: str) -> None:
	"""Record a department's feedback. Needs an open task of joint action or measures, or of lifting them later."""
	doc = frappe.get_doc("SC Joint Action", name_of(sending))
	doc.check_permission("read")
	_open(
		sending,
		("joint_action", "measure_records", "lift_measures"),
		removing=doc.state in ("To Lift", "Lifted"),
	)
	joint_action.answered(sending, text_of(feedback, 2000), text_of(feedback_on, 10))


@frappe.whitelist(methods=["POST"])
def lift(sending: str, lifted_on: str, note: str = "") -> None:
	"""Record that a department was told of the removal. Needs an open task of lifting measures on the removal."""
	_open(sending, ("lift_measures", "joint_action"), removing=True)
	joint_action.lift(sending, text_of(lifted_on, 10), text_of(note, 2000))
