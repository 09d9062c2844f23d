import json
from datetime import date

import frappe
from frappe import _
from frappe.utils import cint

from sclist_app.access.posts import held
from sclist_app.access.today import today
from sclist_app.access.visibility import may_approve, may_configure, may_read_bureau
from sclist_app.api import answers
from sclist_app.api.checks import name_of, text_of
from sclist_app.exchange import packages
from sclist_app.law.findings import render
from sclist_app.register import print_jobs
from sclist_app.workflow import moves, trial, versions


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


def _ruling() -> None:
	if frappe.session.user != "Administrator" and not any(h.configures or h.approves_rules for h in held()):
		frappe.throw(_("You hold no post that configures or approves rules."), frappe.PermissionError)


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


@frappe.whitelist(methods=["POST"])
def try_on_cases(
	version: str,
	against: str = "",
	cases: int = 20,
	since: str = "",
	until: str = "",
	whole_limit: int = 0,
) -> dict:
	"""Have a version played over the latest cases the user may read, beside another one: {"job", "cases"}.

	A background job; nothing of the cases is changed. cases: at most so many; since, until: when they were opened.
	whole_limit: each step takes all the time its limit leaves, else a working day. Needs read permission on both
	versions and a post.
	"""
	doc = _read(version)
	if against:
		_read(against)
	names = trial.chosen(doc.kind, int(cases), _day(since) if since else None, _day(until) if until else None)
	return {"job": print_jobs.start_trial(doc, against, names, bool(cint(whole_limit))), "cases": len(names)}


@frappe.whitelist(methods=["GET"])
def trial_on_cases(version: str) -> dict:
	"""How far the user's latest trial of a version is and what came of it; {} if there is none. Needs read permission."""
	return print_jobs.trial_of(_read(version))


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
def applying(bureau: str, kind: str = "", on: str = "") -> list[dict]:
	"""Which version applies to a bureau, of one kind or of all, from where, and what changes later.

	Needs a post in some bureau, or to administer the site.
	"""
	doc = frappe.get_doc("SC Bureau", name_of(bureau, "bureau"))
	if not (held() or "System Manager" in frappe.get_roles()):
		frappe.throw(_("You hold no post yet. Ask the administrator of your bureau."), frappe.PermissionError)
	kinds = frappe.get_meta("SC Procedure").get_field("kind").options.split("\n")
	if kind:
		if text_of(kind, 140) not in kinds:
			frappe.throw(_("There is no procedure of the kind {0}.").format(kind))
		kinds = [kind]
	return [versions.applying(doc.name, name, _day(on)) for name in kinds]


def _day(value: str) -> date:
	if not text_of(value, 10):
		return today()
	try:
		return date.fromisoformat(value)
	except ValueError:
		frappe.throw(_("“{0}” is no date.").format(value))


@frappe.whitelist(methods=["GET"])
def parent_changes(version: str) -> dict:
	"""What the procedure a version was copied from has changed since, change by change. Needs read permission."""
	return versions.offer(_read(version))


@frappe.whitelist(methods=["POST"])
def take_over(version: str, parent: str, taken: str, declined: str) -> dict:
	"""Take some of the parent's changes into a draft and decline others; both are JSON lists of their ids.

	Needs a configuring post in the version's bureau. Answers the draft and what the checker says of it.
	"""
	_configuring(_read(version).bureau)
	name = versions.take_over(version, name_of(parent, "parent"), _ids(taken), _ids(declined))
	return {"name": name, **check(name)}


def _ids(value: str) -> list[str]:
	try:
		rows = json.loads(text_of(value, 100_000) or "[]")
	except ValueError:
		rows = None
	if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
		frappe.throw(_("The list of changes cannot be read. Open it again."))
	return rows


@frappe.whitelist(methods=["GET"])
def running_cases(old: str, new: str, start: int = 0) -> dict:
	"""The running cases under one version and what moving each to another would do.

	Needs a post that configures or approves rules; only cases the user may see are listed.
	"""
	_read(old), _read(new)
	_ruling()
	return moves.running_cases(old, new, int(start))


@frappe.whitelist(methods=["GET"])
def preview_move(run: str, version: str) -> dict:
	"""Step by step where a case would stand under another version. Writes nothing.

	Needs to see the case and a post that configures or approves rules in its bureau.
	"""
	bureau = frappe.db.get_value("SC Run", name_of(run, "run"), "bureau")
	if not bureau or not may_read_bureau(bureau):
		frappe.throw(_("This case does not exist or is not yours."), frappe.PermissionError)
	if not (may_configure(bureau) or may_approve(bureau)):
		frappe.throw(
			_("You hold no post that configures or approves rules in this bureau."), frappe.PermissionError
		)
	_read(version)
	return moves.preview(run, version)


@frappe.whitelist(methods=["POST"])
def move(run: str, version: str, reason: str, seen: int, token: str) -> dict:
	"""Move a running case to another version. Needs a post that approves rules in its bureau or above, and not to
	have written the version."""
	bureau = frappe.db.get_value("SC Run", name_of(run, "run"), "bureau")
	if not bureau or not may_read_bureau(bureau):
		frappe.throw(_("This case does not exist or is not yours."), frappe.PermissionError)
	_approving(bureau)
	_read(version)
	return moves.move(run, version, text_of(reason, 2000), int(seen), text_of(token, 64))


@frappe.whitelist(methods=["GET"])
def export(version: str) -> None:
	"""A version as a package file. Needs read permission."""
	doc = _read(version)
	answers.download_json(packages.export(doc.name), doc.name)


@frappe.whitelist(methods=["GET"])
def export_bureau(bureau: str) -> None:
	"""All of a bureau's own rules as a package file. Needs a configuring or approving post there."""
	if not may_approve(name_of(bureau, "bureau")):
		_configuring(bureau)
	answers.download_json(packages.export_bureau(bureau), bureau)


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
