import frappe
from frappe import _

from sclist_app.access.posts import held
from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.documents import service
from sclist_app.register import corrections
from sclist_app.workflow.tasks import require_tool


@frappe.whitelist(methods=["POST"])
def record(
	notice: str,
	method: str,
	delivered_on: str,
	result: str = "Served",
	place: str = "",
	receiver: str = "",
	relationship: str = "",
	refusal_reason: str = "",
	witness: str = "",
	tracking_number: str = "",
	electronic_address: str = "",
	medium: str = "",
	second_server: str = "",
	proof: str = "",
	remark: str = "",
	delivered_at: str = "",
	receiver_capacity: str = "",
	witness_post: str = "",
	recording: str = "",
	consent: str = "",
	through: str = "",
) -> dict:
	"""Record an attempt at service. Needs an open task of service on the case; for a correction issued after that
	step was left, the post that serves in this procedure.
	"""
	paper = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	paper.check_permission("read")
	step = corrections.require_server(paper)
	name = service.record(
		notice,
		text_of(method, 40),
		text_of(delivered_on, 10),
		text_of(result, 20),
		text_of(second_server, 140) or None,
		step,
		text_of(delivered_at, 8),
		place=text_of(place, 140),
		receiver=text_of(receiver, 140),
		receiver_capacity=text_of(receiver_capacity, 40),
		relationship=text_of(relationship, 140),
		refusal_reason=text_of(refusal_reason, 2000),
		witness=text_of(witness, 140),
		witness_post=text_of(witness_post, 140),
		recording=text_of(recording, 140),
		tracking_number=text_of(tracking_number, 140),
		electronic_address=text_of(electronic_address, 140),
		consent=file_of(consent, paper.reference_doctype, paper.reference_name),
		through=text_of(through, 140),
		medium=text_of(medium, 140),
		proof=file_of(proof, paper.reference_doctype, paper.reference_name),
		remark=text_of(remark, 2000),
	)
	return {"name": name, "served_on": frappe.db.get_value("SC Service Record", name, "served_on")}


@frappe.whitelist(methods=["POST"])
def cancel(service_record: str, reason: str) -> dict:
	"""Cancel a record of service entered wrongly. Needs an open task in the step of service in which it was made."""
	row = frappe.get_doc("SC Service Record", name_of(service_record, "service_record"))
	row.check_permission("read")
	if not row.run:
		frappe.throw(_("You have no open task for this in the case now."), frappe.PermissionError)
	step = require_tool(row.run, ("service", "hearing"))
	return {"name": service.cancel(row.name, text_of(reason, 500), step)}


@frappe.whitelist(methods=["GET"])
def servers(notice: str) -> list[dict]:
	"""Who may go along to serve a document: [{"name", "full_name"}]. Needs a post and the right to read the document."""
	if not held():
		raise frappe.PermissionError
	paper = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	paper.check_permission("read")
	return [
		{"name": who, "full_name": frappe.get_cached_value("User", who, "full_name") or who}
		for who in service.second_servers(paper)
	]


@frappe.whitelist(methods=["GET"])
def overdue(limit: int = 20) -> dict:
	"""Papers not served in time, of the bureaus the user reads. Needs a post."""
	if not held():
		raise frappe.PermissionError
	return service.overdue(min(max(int(limit), 1), 200))
