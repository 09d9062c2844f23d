import frappe

from sclist_app.api.checks import file_of, name_of, text_of
from sclist_app.register import hearing
from sclist_app.workflow.tasks import require_tool


def _open(name: str):
	doc = frappe.get_doc("SC Hearing", name_of(name, "hearing"))
	doc.check_permission("read")
	require_tool(doc.run, ("hearing",))
	return doc


@frappe.whitelist(methods=["POST"])
def arrange(
	hearing_name: str,
	held_at: str,
	place: str,
	host: str,
	recorder: str,
	closed_reason: str = "",
	together: bool = True,
) -> dict:
	"""Fix the hearing and issue its notice. Needs an open task of the hearing on the case."""
	_open(hearing_name)
	return {
		"notices": hearing.arrange(
			hearing_name,
			text_of(held_at, 30),
			text_of(place, 140),
			text_of(host, 140),
			text_of(recorder, 140),
			text_of(closed_reason, 500),
			bool(together),
		)
	}


@frappe.whitelist(methods=["POST"])
def hold(hearing_name: str, participants: str, record_file: str) -> None:
	"""Record that the hearing took place. Needs an open task of the hearing on the case."""
	doc = _open(hearing_name)
	hearing.hold(hearing_name, text_of(participants, 2000), file_of(record_file, "SC Case", doc.case))


@frappe.whitelist(methods=["POST"])
def report(hearing_name: str, opinion: str, text: str, report_file: str = "") -> None:
	"""File the host's report. Needs an open task of the hearing on the case, and to be its host."""
	doc = _open(hearing_name)
	hearing.report(
		hearing_name, text_of(opinion, 40), text_of(text), file_of(report_file, "SC Case", doc.case)
	)


@frappe.whitelist(methods=["POST"])
def withdraw(hearing_name: str, reason: str, file: str = "") -> None:
	"""Record that the party gave the hearing up. Needs an open task of the hearing on the case."""
	doc = _open(hearing_name)
	hearing.withdraw(hearing_name, text_of(reason, 2000), file_of(file, "SC Case", doc.case))


@frappe.whitelist(methods=["POST"])
def not_admit(hearing_name: str, reason: str) -> None:
	"""Decline a hearing the party has no right to. Needs an open task of the hearing on the case."""
	_open(hearing_name)
	hearing.not_admit(hearing_name, text_of(reason, 2000))
