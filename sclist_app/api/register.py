import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import entry, publication, upward
from sclist_app.workflow.tasks import require_tool


def _open(doctype: str, name: str, tool: str, natures: tuple[str, ...] = ()):
	doc = frappe.get_doc(doctype, name_of(name))
	doc.check_permission("read")
	require_tool(doc.run, (tool,), natures)
	return doc


def _home(doc) -> tuple[str, str]:
	"""The document whose run the row belongs to: the case, or what put the record back on the list."""
	return frappe.db.get_value("SC Run", doc.run, ["reference_doctype", "reference_name"])


@frappe.whitelist(methods=["POST"])
def enter(record: str, serial: str, entered_on: str, evidence: str = "") -> None:
	"""Record the entry in the information system. Needs an open task of system entry on the case."""
	doc = _open("SC Listing Record", record, "system_entry")
	entry.enter(record, text_of(serial, 140), text_of(entered_on, 10), file_of(evidence, *_home(doc)))


@frappe.whitelist(methods=["POST"])
def publish(publication_name: str, address: str, published_at: str, screenshot: str, note: str = "") -> None:
	"""Record a publication with its evidence. Needs an open task of publishing on the case."""
	doc = _open("SC Publication", publication_name, "publication", ("Do", "Fill"))
	publication.record(
		publication_name,
		text_of(address, 500),
		text_of(published_at, 30),
		file_of(screenshot, *_home(doc)),
		text_of(note, 2000),
	)


@frappe.whitelist(methods=["POST"])
def confirm_publication(publication_name: str) -> None:
	"""Confirm a publication as the second person. Needs an open task of reviewing publications on the case."""
	_open("SC Publication", publication_name, "publication", ("Review",))
	publication.confirm(publication_name)


@frappe.whitelist(methods=["POST"])
def return_publication(publication_name: str, note: str) -> None:
	"""Send a faulty publication back. Needs an open task of reviewing publications on the case."""
	_open("SC Publication", publication_name, "publication", ("Review",))
	publication.send_back(publication_name, text_of(note, 2000))


@frappe.whitelist(methods=["POST"])
def carry_out(measure: str, start_on: str, evidence: str = "", content: str = "") -> None:
	"""Record that a measure is in force. Needs an open task of measures on the case."""
	doc = _open("SC Measure Record", measure, "measure_records")
	entry.carry_out(measure, text_of(start_on, 10), file_of(evidence, *_home(doc)), text_of(content, 2000))


@frappe.whitelist(methods=["POST"])
def report_listing(case: str, serial: str, reported_on: str) -> None:
	"""Record the report of a listing to the bureau above. Needs an open task of reporting or system entry on the case."""
	doc = frappe.get_doc("SC Case", name_of(case, "case"))
	doc.check_permission("read")
	require_tool(doc.run, ("upward_report", "system_entry"))
	upward.file(doc, text_of(serial, 140), text_of(reported_on, 10))
