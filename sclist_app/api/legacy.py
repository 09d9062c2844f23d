import base64
import binascii

import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus
from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.exchange.spreadsheets import MAX_BYTES
from sclist_app.law.findings import N_
from sclist_app.register import legacy_import


def _open(name: str) -> str:
	legacy_import.may_import()
	doc = frappe.get_doc(legacy_import.DOCTYPE, name_of(name, "legacy_import_name"))
	doc.check_permission("read")
	if frappe.session.user != "Administrator" and doc.bureau not in filling_bureaus():
		frappe.throw(_("Only the bureau that uploaded the file deals with it."), frappe.PermissionError)
	return name


@frappe.whitelist(methods=["GET"])
def template() -> None:
	"""Download the spreadsheet for the old list. Needs a post that fills forms."""
	legacy_import.may_import()
	answers.download(legacy_import.template(), "旧名单导入模板.xlsx")


@frappe.whitelist(methods=["POST"])
def check(file_name: str, content: str) -> dict:
	"""Check a file (content in base64) row by row and store the report: {"name"}. Needs a post that fills forms."""
	legacy_import.may_import()
	if len(text_of(content, 10**9)) > MAX_BYTES * 3 // 2:
		frappe.throw(
			_("The file is larger than {0} MB. Split it into several files.").format(
				MAX_BYTES // 1024 // 1024
			)
		)
	try:
		data = base64.b64decode(content, validate=True)
	except (binascii.Error, ValueError):
		frappe.throw(_("The file did not arrive whole. Upload it again."))
	return {"name": legacy_import.check(name_of(file_name, "file_name"), data).name}


@frappe.whitelist(methods=["POST"])
def carry_out(legacy_import_name: str) -> dict:
	"""Import the sound rows of a checked file: {"status", "imported"}. Needs a post that fills forms in its bureau."""
	doc = legacy_import.carry_out(_open(legacy_import_name))
	return {"status": doc.status, "imported": doc.rows_imported}


@frappe.whitelist(methods=["GET"])
def progress(legacy_import_name: str) -> dict:
	"""How far a running import is: {"status", "done", "total"}. Needs to read the import."""
	return legacy_import.progress(_open(legacy_import_name))


@frappe.whitelist(methods=["GET"])
def faults(legacy_import_name: str) -> None:
	"""Download the rows with faults for mending; logged. Needs a post that fills forms in the bureau of the import."""
	name = _open(legacy_import_name)
	content = legacy_import.faults_sheet(name)
	doc = frappe.get_doc(legacy_import.DOCTYPE, name)
	answers.disclosed(doc, N_("Rows with faults downloaded, certificate numbers in clear"))
	answers.download(content, f"旧名单待更正_{name}.xlsx")
