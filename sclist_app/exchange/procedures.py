"""Procedures as files: load the shipped ones, checked like typed configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import frappe
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.workflow import store, versions
from sclist_app.workflow.model import Procedure

__all__ = ["load", "load_shipped"]

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "procedures"


def load_shipped() -> list[str]:
	"""Load every procedure of `fixtures/procedures` whose content is not there yet; bind new ones where told.

	A changed file becomes a new version; existing versions are never touched. Returns the versions created.
	"""
	created = []
	for path in sorted(FOLDER.glob("*.json")):
		package = json.loads(path.read_text(encoding="utf-8"))
		if frappe.db.exists("SC Bureau", package["bureau"]):
			name = load(package)
			if name:
				created.append(name)
	return created


def load(package: dict[str, Any]) -> str | None:
	"""Create procedure, version and bindings from a package; None if that content exists already.

	Raises:
		ValueError: the package cannot be read. frappe.ValidationError: the checker refuses it.
	"""
	procedure = Procedure.from_dict({"kind": package["kind"], **package["procedure"]})
	if frappe.db.exists(
		"SC Procedure Version", {"procedure": package["code"], "content_hash": procedure.content_hash}
	):
		return None
	if not frappe.db.exists("SC Procedure", package["code"]):
		doc = frappe.new_doc("SC Procedure")
		doc.update(
			{key: package.get(key) for key in ("code", "procedure_name", "kind", "bureau", "description")}
		)
		doc.insert(ignore_permissions=True)  # set-up runs as the administrator
	version = frappe.new_doc("SC Procedure Version")
	version.update(
		{
			"procedure": package["code"],
			"effective_from": package["effective_from"],
			"note": package.get("note"),
		}
	)
	store.fill_tables(version, procedure)
	version.insert(ignore_permissions=True)  # set-up runs as the administrator
	versions.publish(version.name, package["effective_from"])
	for bureau in package.get("bind_to", ()):
		if frappe.db.exists("SC Bureau", bureau):
			with engine_writes():
				versions.bind(bureau, version.name, str(getdate(package["effective_from"])))
	return version.name
