"""Files of our documents: private, of a known type by their first bytes, not too large."""

from __future__ import annotations

import posixpath

import frappe
from frappe import _
from frappe.model.document import Document

# folder of the issued documents, see documents/store.py
ISSUED = "sclist"
MAX_BYTES = 50 * 1024 * 1024
# extension -> first bytes the file must begin with (any of them)
SIGNATURES: dict[str, tuple[bytes, ...]] = {
	"pdf": (b"%PDF-",),
	"png": (b"\x89PNG\r\n\x1a\n",),
	"jpg": (b"\xff\xd8\xff",),
	"jpeg": (b"\xff\xd8\xff",),
	"bmp": (b"BM",),
	"tif": (b"II*\x00", b"MM\x00*"),
	"tiff": (b"II*\x00", b"MM\x00*"),
	"docx": (b"PK\x03\x04",),
	"xlsx": (b"PK\x03\x04",),
	"ofd": (b"PK\x03\x04",),
	"zip": (b"PK\x03\x04", b"PK\x05\x06"),
	"doc": (b"\xd0\xcf\x11\xe0",),
	"xls": (b"\xd0\xcf\x11\xe0",),
	"wps": (b"\xd0\xcf\x11\xe0", b"PK\x03\x04"),
	"mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"),
	"wav": (b"RIFF",),
	"avi": (b"RIFF",),
}


def check_upload(doc: Document, _method: str | None = None) -> None:
	"""Before a File of one of our documents is stored.

	Raises:
		frappe.ValidationError: type or content not admitted, or too large; says what is admitted.
	"""
	if doc.is_folder:
		return
	if f"/{ISSUED}/" in posixpath.normpath(doc.file_url or ""):
		# a File pointing at an issued document would open it past the log of downloads
		frappe.throw(_("Issued documents are opened from their case only."), frappe.PermissionError)
	if not (doc.attached_to_doctype or "").startswith("SC "):
		return
	doc.is_private = 1
	name = doc.file_name or doc.file_url or ""
	extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
	if extension == "mp4":
		admitted: tuple[bytes, ...] | None = ()
	else:
		admitted = SIGNATURES.get(extension)
	if admitted is None:
		frappe.throw(
			_(
				"Files of the type {0} are not accepted. Upload PDF, picture, Word, Excel, OFD, ZIP, sound or video files."
			).format(frappe.bold(frappe.utils.escape_html(extension or "?")))
		)
	content = _content(doc)
	if content is None:
		return
	if len(content) > MAX_BYTES:
		frappe.throw(
			_("The file is larger than {0} MB. Split it or reduce it.").format(MAX_BYTES // 1024 // 1024)
		)
	fits = content[4:8] == b"ftyp" if extension == "mp4" else content.startswith(admitted)
	if not fits:
		frappe.throw(
			_(
				"The content of {0} does not fit its type. Open it, save it again and upload the new file."
			).format(frappe.bold(frappe.utils.escape_html(name)))
		)


def attach_privately(doc: Document, _method: str | None = None) -> None:
	"""Before a document of ours is saved: its private files get their File rows as private ones.

	The framework would make the missing rows itself after saving, as public files with a copy anybody can fetch.
	"""
	for field in doc.meta.get("fields", {"fieldtype": ["in", ["Attach", "Attach Image"]]}):
		url = doc.get(field.fieldname) or ""
		if not url.startswith("/private/files/"):
			continue
		owner = {
			"file_url": url,
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
			"attached_to_field": field.fieldname,
		}
		if frappe.db.exists("File", owner):
			continue
		row = frappe.new_doc("File")
		row.update({**owner, "is_private": 1, "folder": "Home/Attachments"})
		row.insert(ignore_permissions=True)  # whoever may save the document; the api checked whose file it is
		# the same content may be stored under another name already
		doc.set(field.fieldname, row.file_url)


def _content(doc: Document) -> bytes | None:
	"""The bytes of the upload; None for a row that only points at a file already stored."""
	content = doc.get("content")
	if content is None:
		return None
	return content.encode() if isinstance(content, str) else content
