"""The issued PDFs on disk: in the site's private files, named by their hash, without a File record.

A File record would let every reader of the notice download the full identity numbers past our log; these files
leave the site through `api.papers.download` only. They lie under private/files, so the site's backup has them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from sclist_app.access.files import ISSUED

FOLDER = ISSUED


def write(content: bytes, digest: str, extension: str = "pdf") -> str:
	"""Store the bytes; returns the path under the site's private files. They go if the request is rolled back.

	Raises:
		frappe.ValidationError: the disk refuses; nothing is left behind.
	"""
	relative = f"{FOLDER}/{digest[:2]}/{digest}.{extension}"
	target = _absolute(relative)
	if not target.exists():
		# whatever fails after this takes the file along; a commit forgets the call
		frappe.db.after_rollback.add(lambda: target.unlink(missing_ok=True))
	try:
		target.parent.mkdir(parents=True, exist_ok=True)
		handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
		try:
			with os.fdopen(handle, "wb") as file:
				file.write(content)
				file.flush()
				os.fsync(file.fileno())
			os.replace(temporary, target)
		except BaseException:
			Path(temporary).unlink(missing_ok=True)
			raise
	except OSError as error:
		# with a message of its own: the framework's would hold the variables, and with them the text of the paper
		frappe.log_error(title="sclist: document could not be stored", message=frappe.get_traceback())
		frappe.throw(
			_(
				"The document could not be stored ({0}). Nothing was issued; try again or tell the administrator."
			).format(error.strerror)
		)
	return relative


def read(relative: str) -> bytes:
	"""The bytes of a stored document.

	Raises:
		frappe.DoesNotExistError: the file is gone.
	"""
	path = _absolute(relative)
	if not path.is_file():
		raise frappe.DoesNotExistError(_("The file of this document is missing. Tell the administrator."))
	return path.read_bytes()


def authoritative(notice: Mapping[str, Any] | Document) -> str:
	"""Path under the site's private files of the copy that counts: the sealed one, else the paper as it was issued.

	notice: an SC Notice or a row of it with `file` and `sealed_copy`.
	"""
	return notice.get("sealed_copy") or notice.get("file")


def path(relative: str) -> Path:
	"""Where a stored document lies on disk, for what reads it piece by piece."""
	return _absolute(relative)


def _absolute(relative: str) -> Path:
	root = Path(frappe.get_site_path("private", "files")).resolve()
	path = (root / relative).resolve()
	if root not in path.parents:
		raise frappe.PermissionError
	return path
