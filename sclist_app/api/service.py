import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.documents import service
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
) -> dict:
	"""Record an attempt at service. Needs an open task of service on the case."""
	paper = frappe.get_doc("SC Notice", name_of(notice, "notice"))
	paper.check_permission("read")
	# the notice of a hearing is served while the hearing is prepared
	require_tool(paper.run, ("service", "hearing") if paper.document_kind == "D02h" else ("service",))
	name = service.record(
		notice,
		text_of(method, 40),
		text_of(delivered_on, 10),
		text_of(result, 20),
		text_of(second_server, 140) or None,
		place=text_of(place, 140),
		receiver=text_of(receiver, 140),
		relationship=text_of(relationship, 140),
		refusal_reason=text_of(refusal_reason, 2000),
		witness=text_of(witness, 140),
		tracking_number=text_of(tracking_number, 140),
		electronic_address=text_of(electronic_address, 140),
		medium=text_of(medium, 140),
		proof=file_of(proof, paper.reference_doctype, paper.reference_name),
		remark=text_of(remark, 2000),
	)
	return {"name": name, "served_on": frappe.db.get_value("SC Service Record", name, "served_on")}
