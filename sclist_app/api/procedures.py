import json

import frappe
from frappe import _

from sclist_app.access.today import today
from sclist_app.access.visibility import may_approve, may_configure
from sclist_app.api.checks import name_of, text_of
from sclist_app.exchange import packages
from sclist_app.law.findings import render
from sclist_app.workflow import store, trial, versions


def _read(version: str):
	doc = frappe.get_doc("SC Procedure Version", name_of(version, "version"))
	doc.check_permission("read")
	return doc


def _configuring(bureau: str) -> None:
	if not may_configure(name_of(bureau, "bureau")):
		frappe.throw(_("You hold no post that configures rules in this bureau."), frappe.PermissionError)


def _approving(bureau: str) -> None:
	if not may_approve(name_of(bureau, "bureau")):
		frappe.throw(_("You hold no post that approves rules in this bureau."), frappe.PermissionError)


@frappe.whitelist(methods=["GET"])
def check(version: str) -> dict:
	"""What the checker says of a version. Needs read permission."""
	findings = versions.findings_of(_read(version))
	return {
		"errors": [{"row": f.row, "text": render(f, _)} for f in findings if f.severity == "error"],
		"warnings": [{"row": f.row, "text": render(f, _)} for f in findings if f.severity == "warning"],
	}


@frappe.whitelist(methods=["GET"])
def compare(old: str, new: str) -> list[str]:
	"""What one version changes against another, in words. Needs read permission on both."""
	return trial.differences(_read(old), _read(new))


@frappe.whitelist(methods=["GET"])
def simulate(version: str, against: str = "", cases: int = 20) -> dict:
	"""Play a version over the latest cases the user may read, beside another version. Writes nothing.

	Needs read permission on both versions.
	"""
	doc = _read(version)
	other = _read(against) if against else None
	names = frappe.get_list(
		"SC Case", pluck="name", order_by="creation desc", limit=min(max(int(cases), 1), 200)
	)
	return trial.over_cases(
		store.to_procedure(doc), store.to_procedure(other) if other else None, names, doc.bureau, today()
	)


@frappe.whitelist(methods=["POST"])
def copy(version: str, code: str, procedure_name: str, bureau: str) -> dict:
	"""Copy a version into a procedure of one's own bureau. Needs a configuring post there."""
	_read(version)
	_configuring(bureau)
	return {
		"name": versions.copy(
			version, name_of(code, "code"), name_of(procedure_name, "procedure_name"), bureau
		)
	}


@frappe.whitelist(methods=["POST"])
def new_draft(version: str) -> dict:
	"""The next draft from a version. Needs a configuring post in its bureau."""
	_configuring(_read(version).bureau)
	return {"name": versions.new_draft(version)}


@frappe.whitelist(methods=["POST"])
def submit(version: str) -> None:
	"""Submit a draft for approval. Needs a configuring post in its bureau."""
	_configuring(_read(version).bureau)
	versions.submit(version)


@frappe.whitelist(methods=["POST"])
def send_back(version: str, reason: str) -> None:
	"""Return a version to its author. Needs an approving post in its bureau."""
	_approving(_read(version).bureau)
	versions.send_back(version, text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def publish(version: str, effective_from: str = "") -> None:
	"""Approve and publish a version in review. Needs an approving post in its bureau, and not to be its author."""
	doc = _read(version)
	_approving(doc.bureau)
	if doc.status != "In Review":
		frappe.throw(_("Only a version in review can be published."))
	versions.publish(version, text_of(effective_from, 10) or None)


@frappe.whitelist(methods=["POST"])
def retire(version: str, reason: str) -> None:
	"""Take a version out of use. Needs an approving post in its bureau."""
	_approving(_read(version).bureau)
	versions.retire(version, text_of(reason, 2000))


@frappe.whitelist(methods=["POST"])
def bind(version: str, bureau: str, effective_from: str) -> dict:
	"""Let a published version apply to a bureau. Needs an approving post there."""
	_read(version)
	_approving(bureau)
	return {"name": versions.bind(bureau, version, name_of(effective_from, "effective_from"))}


@frappe.whitelist(methods=["GET"])
def export(version: str) -> None:
	"""A version as a package file. Needs read permission."""
	doc = _read(version)
	_download(packages.export(doc.name), doc.name)


@frappe.whitelist(methods=["GET"])
def export_bureau(bureau: str) -> None:
	"""All of a bureau's own rules as a package file. Needs a configuring or approving post there."""
	if not may_approve(name_of(bureau, "bureau")):
		_configuring(bureau)
	_download(packages.export_bureau(bureau), bureau)


def _download(package: dict, name: str) -> None:
	frappe.local.response.filename = f"{name}.json"
	frappe.local.response.filecontent = json.dumps(package, ensure_ascii=False, indent=1).encode()
	frappe.local.response.type = "download"


@frappe.whitelist(methods=["POST"])
def import_package(content: str, bureau: str, code: str = "", procedure_name: str = "") -> dict:
	"""Bring a package file into a bureau, its procedures as drafts. Needs a configuring post in the bureau."""
	_configuring(bureau)
	made = packages.import_package(
		text_of(content, 2 * packages.MOST_BYTES), bureau, text_of(code, 60), text_of(procedure_name, 140)
	)
	return {
		"versions": made.versions,
		"created": [{"doctype": doctype, "name": name} for doctype, name in made.created],
		"present": [{"doctype": doctype, "name": name} for doctype, name in made.present],
	}
