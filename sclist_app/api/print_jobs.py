import json
import mimetypes
from urllib.parse import quote

import frappe
from frappe import _
from frappe.utils import cint
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.documents import labels
from sclist_app.law.findings import N_
from sclist_app.register import bulk, print_jobs


def _own(job: str):
	"""The job, if it is the user's own: what it made bears full numbers, so nobody else's name may stand for them."""
	doc = frappe.get_doc(print_jobs.DOCTYPE, name_of(job, "job"))
	doc.check_permission("read")
	if frappe.session.user not in (doc.made_by, "Administrator"):
		frappe.throw(
			_("Only who had this made can use it. Have it made yourself; the request is then in your name."),
			frappe.PermissionError,
		)
	return doc


def _names(chosen: str) -> list[str]:
	"""A list of names as JSON text."""
	try:
		names = json.loads(text_of(chosen, 200_000))
	except ValueError:
		names = None
	if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
		frappe.throw(_("The value of {0} is not valid.").format("chosen"))
	return names


@frappe.whitelist(methods=["POST"])
def print_papers(chosen: str, doctype: str = "SC Notice", duplex: bool = True, copies: bool = False) -> dict:
	"""Have papers printed as one PDF: {"job", "papers"}. Needs read permission on each of them.

	chosen: JSON list of names of SC Notice, or of the cases or applications (`doctype`) whose papers are meant.
	"""
	bureau = print_jobs.own_bureau()
	papers = bulk.chosen(name_of(doctype, "doctype"), _names(chosen))
	request = {"papers": papers, "duplex": bool(cint(duplex)), "copies": bool(cint(copies))}
	title = _("{0} papers together").format(len(papers))
	return {"job": print_jobs.start("Bulk Print", title, bureau, request), "papers": len(papers)}


@frappe.whitelist(methods=["POST"])
def print_labels(chosen: str, form: str, doctype: str = "SC Notice") -> dict:
	"""Have labels or envelopes printed for papers: {"job", "papers"}. Needs read permission on each of them.

	form: "3x8", "2x7" (labels on A4), "DL", "C5", "C4" (envelopes). chosen, doctype: as `print_papers`.
	"""
	bureau = print_jobs.own_bureau()
	papers = bulk.chosen(name_of(doctype, "doctype"), _names(chosen))
	if name_of(form, "form") not in labels.FORMS:
		frappe.throw(_("The value of {0} is not valid.").format("form"))
	title = _("Labels for {0} papers") if "x" in form else _("Envelopes for {0} papers")
	job = print_jobs.start("Labels", title.format(len(papers)), bureau, {"papers": papers, "form": form})
	return {"job": job, "papers": len(papers)}


@frappe.whitelist(methods=["GET"])
def progress(job: str) -> dict:
	"""How far a job is: {"status", "done", "total", "alive"}. Needs to be who had it made."""
	return print_jobs.progress(_own(job).name)


@frappe.whitelist(methods=["POST"])
def cancel(job: str) -> None:
	"""Stop a job. Needs to be who had it made."""
	print_jobs.cancel(_own(job).name)


@frappe.whitelist(methods=["POST"])
def again(job: str) -> None:
	"""Have a job done once more. Needs to be who had it made, and still to be allowed to read all of it."""
	doc = _own(job)
	print_jobs.check_reading(doc)
	print_jobs.again(doc.name)


@frappe.whitelist(methods=["GET"])
def download(job: str, form: str = "file") -> Response:
	"""The finished file ("file": PDF, "folder": ZIP), sent from disk piece by piece.

	Needs to be who had it made, and still to be allowed to read all of it. Every download is in the event chain.
	"""
	doc = _own(job)
	print_jobs.check_reading(doc)
	path, file_name = print_jobs.handed_out(doc, name_of(form, "form"))
	data = {"job": doc.name, "form": form, "sha256": doc.get(f"{form}_hash"), "pages": doc.pages}
	if doc.kind == "Case File":
		of = frappe.get_doc(doc.reference_doctype, doc.reference_name)
		answers.disclosed(of, N_("Case file with full numbers downloaded"), data)
	else:
		answers.disclosed(doc, N_("Printed papers with full numbers downloaded"), data)
	response = Response(
		wrap_file(frappe.local.request.environ, path.open("rb"), 1 << 16),
		direct_passthrough=True,
		mimetype=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
	)
	response.headers["Content-Length"] = str(path.stat().st_size)
	response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_name)}"
	response.headers["Cache-Control"] = "private, no-store"
	return response
