import frappe
from frappe import _

from sclist_app.api.checks import name_of, text_of
from sclist_app.documents.case_file import RETENTIONS
from sclist_app.register import case_file, print_jobs
from sclist_app.workflow import form_policy


def _readable(doctype: str, name: str):
	if name_of(doctype, "doctype") not in case_file.DOCTYPES:
		frappe.throw(_("There is no case file for this kind of document."))
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	return doc


@frappe.whitelist(methods=["GET"])
def offer(doctype: str, name: str) -> dict:
	"""What the dialog of the case file shows: what was entered last, the periods to choose from, and the jobs so far.

	Needs read permission on the document.
	"""
	doc = _readable(doctype, name)
	own = frappe.get_list(
		print_jobs.DOCTYPE,
		filters={"kind": "Case File", "reference_doctype": doc.doctype, "reference_name": doc.name},
		fields=["name", "status", "made_at", "made_by", "expires_on", "archive_number", "retention", "pages"],
		order_by="creation desc",
		limit=5,
	)
	return {
		"title": case_file.case_name(doc),
		"closed": doc.run_status == "Ended",
		"retentions": list(RETENTIONS),
		"archive_number": next((job.archive_number for job in own if job.archive_number), ""),
		"retention": next((job.retention for job in own if job.retention), RETENTIONS[1]),
		"jobs": [{**job, "status_label": _(job.status)} for job in own],
	}


@frappe.whitelist(methods=["POST"])
def build(doctype: str, name: str, archive_number: str = "", retention: str = "") -> dict:
	"""Have the case file of a document made in the background: {"job"}. Needs read permission on the document."""
	doc = _readable(doctype, name)
	form_policy.refuse_covered(doc)
	archive_number = text_of(archive_number, 60).strip()
	retention = text_of(retention, 20).strip()
	if retention and retention not in RETENTIONS:
		frappe.throw(_("Choose one of these retention periods: {0}.").format("、".join(RETENTIONS)))
	job = print_jobs.start(
		"Case File",
		f"案卷：{case_file.case_name(doc)}",
		print_jobs.own_bureau(doc.bureau),
		{},
		reference_doctype=doc.doctype,
		reference_name=doc.name,
		archive_number=archive_number,
		retention=retention,
		is_demo=doc.get("is_demo") or 0,
	)
	return {"job": job}
