import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import application, removal_effects, upward, verification
from sclist_app.workflow.tasks import require_tool

APPLICATION = "SC Repair Application"


@frappe.whitelist(methods=["GET"])
def eligibility(record: str) -> dict:
	"""Whether early removal of a record may be applied for, and from when. Needs read permission on the record."""
	doc = frappe.get_doc("SC Listing Record", name_of(record, "record"))
	doc.check_permission("read")
	return application.eligibility(record)


def _application(name: str, *tools: str):
	doc = frappe.get_doc(APPLICATION, name_of(name, "application"))
	doc.check_permission("read")
	require_tool(doc.run, tools)
	return frappe.get_doc(APPLICATION, name)  # as it stands under the lock


@frappe.whitelist(methods=["POST"])
def ask_supplement(application: str, items: str) -> None:
	"""Name the missing papers, one a line. Needs an open task of acceptance on the application."""
	doc = _application(application, "acceptance")
	verification.ask(doc, text_of(items, 5000).splitlines())


@frappe.whitelist(methods=["POST"])
def supply(application: str, item: str, supplied_on: str, note: str = "") -> None:
	"""Record that a paper asked for was handed in. Needs an open task of supplementing on the application."""
	doc = _application(application, "supplement")
	verification.supply(doc, name_of(item, "item"), text_of(supplied_on, 10), text_of(note, 140))


@frappe.whitelist(methods=["POST"])
def verify(
	application: str, condition: str, method: str, result: str, finding: str, evidence: str = ""
) -> None:
	"""Record what was found on a condition. Needs an open task of verification on the application."""
	doc = _application(application, "verification")
	verification.verify(
		doc,
		text_of(condition, 40),
		text_of(method, 40),
		text_of(result, 40),
		text_of(finding, 5000),
		file_of(evidence, APPLICATION, application),
	)


@frappe.whitelist(methods=["POST"])
def confirm_verification(application: str) -> dict:
	"""Confirm the findings of the other verifier. Needs an open task of verification on the application."""
	return {"conditions": verification.confirm(_application(application, "verification"))}


def _of_removal(doctype: str, name: str, tool: str, natures: tuple[str, ...] = ()):
	"""A row of a removed record and the document of its removal; the user has the task of this duty there."""
	row = frappe.get_doc(doctype, name_of(name))
	row.check_permission("read")
	record = row if doctype == "SC Listing Record" else frappe.get_doc("SC Listing Record", row.record)
	if not record.removal_run:
		raise frappe.PermissionError
	require_tool(record.removal_run, (tool,), natures)
	return frappe.db.get_value(
		"SC Run", record.removal_run, ["reference_doctype", "reference_name"], as_dict=True
	)


@frappe.whitelist(methods=["POST"])
def update_system(record: str, serial: str, updated_on: str, evidence: str) -> None:
	"""Record the removal in the information system. Needs an open task of the system update on the removal."""
	of = _of_removal("SC Listing Record", record, "system_update")
	removal_effects.update_system(
		record,
		text_of(serial, 140),
		text_of(updated_on, 10),
		file_of(evidence, of.reference_doctype, of.reference_name),
	)


@frappe.whitelist(methods=["POST"])
def take_down(publication_name: str, withdrawn_at: str, screenshot: str, note: str = "") -> None:
	"""Record that a publication was taken down. Needs an open task of stopping publication on the removal."""
	of = _of_removal("SC Publication", publication_name, "stop_publication", ("Do", "Fill"))
	removal_effects.withdraw(
		publication_name,
		text_of(withdrawn_at, 30),
		file_of(screenshot, of.reference_doctype, of.reference_name),
		text_of(note, 2000),
	)


@frappe.whitelist(methods=["POST"])
def confirm_taking_down(publication_name: str) -> None:
	"""Confirm as the second person that a publication is gone. Needs an open task of reviewing it on the removal."""
	_of_removal("SC Publication", publication_name, "stop_publication", ("Review",))
	removal_effects.confirm_withdrawal(publication_name)


@frappe.whitelist(methods=["POST"])
def return_taking_down(publication_name: str, note: str) -> None:
	"""Send a faulty taking down back. Needs an open task of reviewing it on the removal."""
	_of_removal("SC Publication", publication_name, "stop_publication", ("Review",))
	removal_effects.send_back_withdrawal(publication_name, text_of(note, 2000))


@frappe.whitelist(methods=["POST"])
def lift_measure(measure: str, lifted_on: str, evidence: str = "", note: str = "") -> None:
	"""Record that a measure was lifted. Needs an open task of lifting measures on the removal."""
	of = _of_removal("SC Measure Record", measure, "lift_measures")
	removal_effects.lift(
		measure,
		text_of(lifted_on, 10),
		file_of(evidence, of.reference_doctype, of.reference_name),
		text_of(note, 2000),
	)


@frappe.whitelist(methods=["POST"])
def file_report(application: str, serial: str, reported_on: str) -> None:
	"""Record the report to the bureau above. Needs an open task of reporting upward on the application."""
	doc = _application(application, "upward_report")
	upward.file(doc, text_of(serial, 140), text_of(reported_on, 10))


@frappe.whitelist(methods=["POST"])
def read_report(report: str) -> None:
	"""Mark a report as read. Needs a post of the bureau above that reads the bureaus below it."""
	frappe.get_doc("SC Upward Report", name_of(report, "report")).check_permission("read")
	upward.mark_read(report)


@frappe.whitelist(methods=["POST"])
def comment_report(report: str, text: str) -> None:
	"""Comment on a report. Needs a post of the bureau above that reads the bureaus below it."""
	frappe.get_doc("SC Upward Report", name_of(report, "report")).check_permission("read")
	upward.comment(report, text_of(text, 5000))
