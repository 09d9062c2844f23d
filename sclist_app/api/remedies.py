import frappe
from frappe import _

from sclist_app.access.visibility import may_read_bureau
from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import remedies

REMEDY = "SC Remedy"


def _open(name: str):
	doc = frappe.get_doc(REMEDY, name_of(name, "remedy"))
	doc.check_permission("read")
	doc.check_permission("write")
	return doc


@frappe.whitelist(methods=["GET"])
def prefill(kind: str, notice: str = "", record: str = "", penalty: str = "") -> dict:
	"""What a new remedy takes over from the contested decision. Needs the right to read that decision."""
	sources = [
		(doctype, text_of(name, 140))
		for doctype, name in (("SC Notice", notice), ("SC Listing Record", record), ("SC Penalty", penalty))
		if name
	]
	for doctype, name in sources:
		if not may_read_bureau(frappe.db.get_value(doctype, name, "bureau")):
			raise frappe.PermissionError
		frappe.get_doc(doctype, name).check_permission("read")
	if not sources:
		frappe.only_for("SC Officer")
		frappe.throw(_("Choose the decision that is contested: a paper, a listing record or a penalty."))
	return remedies.prefill(text_of(kind, 20), *(text_of(v, 140) for v in (notice, record, penalty)))


@frappe.whitelist(methods=["POST"])
def suspend(
	remedy: str, suspended_from: str, suspended_by: str, suspended_to: str = "", file: str = ""
) -> None:
	"""Record that execution was suspended. Needs a post that enters remedies in the bureau."""
	_open(remedy)
	remedies.suspend(
		remedy,
		text_of(suspended_from, 10),
		text_of(suspended_to, 10),
		text_of(suspended_by, 140),
		file_of(file, REMEDY, remedy),
	)


@frappe.whitelist(methods=["POST"])
def resume(remedy: str, ended_on: str) -> None:
	"""Record that a suspension has ended. Needs a post that enters remedies in the bureau."""
	_open(remedy)
	remedies.resume(remedy, text_of(ended_on, 10))


@frappe.whitelist(methods=["POST"])
def decide(
	remedy: str,
	instance: str,
	outcome: str,
	decided_on: str,
	received_on: str = "",
	number: str = "",
	forum: str = "",
	in_force: int = 0,
	act_by: str = "",
	file: str = "",
	note: str = "",
) -> dict:
	"""Record an outcome; in force it acts on the record. Needs a post that enters remedies in the bureau."""
	_open(remedy)
	return remedies.decide(
		remedy,
		{
			"instance": text_of(instance, 40),
			"outcome": text_of(outcome, 40),
			"decided_on": text_of(decided_on, 10),
			"received_on": text_of(received_on, 10),
			"number": text_of(number, 140),
			"forum": text_of(forum, 140),
			"in_force": in_force,
			"act_by": text_of(act_by, 10),
			"file": file_of(file, REMEDY, remedy),
			"note": text_of(note, 2000),
		},
	)
