import frappe

from sclist_app.api import answers
from sclist_app.api.checks import name_of
from sclist_app.exchange import standard_workflow


def _export(version: str) -> dict:
	doc = frappe.get_doc("SC Procedure Version", name_of(version, "version"))
	doc.check_permission("read")
	return standard_workflow.export(doc.name)


@frappe.whitelist(methods=["GET"])
def lost(version: str) -> list[str]:
	"""What a standard workflow would not hold of the version, one sentence each. Needs read permission."""
	return _export(version)["lost"]


@frappe.whitelist(methods=["GET"])
def download(version: str) -> None:
	"""The version as a file with an inactive standard workflow and what is lost. Needs read permission."""
	made = _export(version)
	answers.download_json(made, f"{made['version']}-workflow")
