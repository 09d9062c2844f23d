"""Files of our documents: private, of a known type by their first bytes, not too large."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.core.doctype.file import file as framework
from frappe.model.document import Document

from sclist_app.access.doctypes import GUARDED, OPERATING
from sclist_app.access.guard import is_engine
from sclist_app.access.posts import held
from sclist_app.access.visibility import condition

# folder of the issued documents, see documents/store.py
ISSUED = "sclist"
# signed papers, never changed once they are stored, however many may enter one
SIGNED = ("SC Address Confirmation",)
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


def has_permission(doc: Document, ptype: str = "read", user: str | None = None, debug: bool = False) -> bool:
	"""Hook for File: the framework's answer, but nobody makes a file of one they could not read, adds one to another
	bureau's document, or takes one away from a document they may not write.

	A new File over an address copies what stands there before any other check is asked.
	"""
	if ptype == "create":
		if doc.file_url and not doc.get("content") and not _within_reach(doc.file_url, user):
			return False
		if not _may_attach(doc.attached_to_doctype, doc.attached_to_name, user):
			return False
	elif ptype == "delete" and _stored_at_ours(doc):
		if doc.attached_to_doctype in SIGNED:
			return False
		# being its uploader is not enough: evidence stays when the document has left their desk
		of = frappe.get_doc(doc.attached_to_doctype, doc.attached_to_name)
		return bool(frappe.has_permission(of.doctype, "write", doc=of, user=user))
	return bool(framework.has_permission(doc, ptype, user))


def listed(user: str | None = None) -> str:
	"""Hook `permission_query_conditions` for File: names of files tell as much as the documents they belong to."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	guarded = ", ".join(frappe.db.escape(doctype) for doctype in GUARDED)
	parts = [
		f"`tabFile`.`owner` = {frappe.db.escape(user)}",
		f"coalesce(`tabFile`.`attached_to_doctype`, '') not in ({guarded})",
	]
	for doctype in GUARDED:
		allowed = condition(user, doctype)
		if allowed == "1=0":
			continue
		part = f"`tabFile`.`attached_to_doctype` = {frappe.db.escape(doctype)}"
		if allowed:
			part += (
				f" and `tabFile`.`attached_to_name` in (select `name` from `tab{doctype}` where {allowed})"
			)
		parts.append(f"({part})")
	return f"({' or '.join(parts)})"


def _stored_at_ours(doc: Document) -> bool:
	"""It is attached to a document of ours that exists; a form not yet stored has only a passing name."""
	return _ours(doc) and bool(frappe.db.exists(doc.attached_to_doctype, doc.attached_to_name))


def _within_reach(url: str, user: str | None) -> bool:
	"""The address leads to nothing that the user could not open anyway."""
	address = posixpath.normpath(unquote(url))
	return not _issued(address) and (not address.startswith("/private/") or _readable(address, user))


def _may_attach(doctype: str | None, name: str | None, user: str | None) -> bool:
	"""Who may write a document of ours adds files to it, and so does who works in its bureau and may read it.

	A form that is not stored yet has no document to ask, only a passing name.
	"""
	if not (doctype or "").startswith("SC "):
		return True
	if not isinstance(name, str):
		return False
	if not frappe.db.exists(doctype, name):
		return name.lower().startswith("new")
	doc = frappe.get_doc(doctype, name)
	if frappe.has_permission(doctype, "write", doc=doc, user=user):
		return True
	own = {h.bureau for h in held(user)}
	return (
		doctype in OPERATING
		and doc.bureau in own
		and bool(frappe.has_permission(doctype, "read", doc=doc, user=user))
	)


def _issued(address: str) -> bool:
	return f"/{ISSUED}/" in posixpath.normpath(unquote(address or ""))


def _readable(address: str, user: str | None) -> bool:
	names = frappe.get_all("File", filters={"file_url": address}, pluck="name", order_by="creation")
	return any(framework.has_permission(frappe.get_doc("File", name), "read", user) for name in names)


def check_upload(doc: Document, _method: str | None = None) -> None:
	"""Before a File of one of our documents is stored.

	Raises:
		frappe.ValidationError: type or content not admitted, or too large; says what is admitted.
	"""
	if doc.is_folder:
		return
	if _issued(doc.file_url):
		# a File pointing at an issued document would open it past the log of downloads
		frappe.throw(_("Issued documents are opened from their case only."), frappe.PermissionError)
	if not _ours(doc):
		return
	check_content(doc)
	if not doc.is_private:
		# the framework has stored it among the public files by now
		content = _content(doc)
		doc._delete_file_on_disk()
		doc.update({"is_private": 1, "file_url": None})
		doc.save_file(content=content)


def check_change(doc: Document, _method: str | None = None) -> None:
	"""Before a stored File is saved again: one of ours stays private and where it is, what is newly attached is
	looked at, and none is turned into a file that the user could not open.

	Raises:
		frappe.ValidationError: as `check_upload`; frappe.PermissionError: it would become public or another file.
	"""
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before is None or doc.is_folder:
		return
	if doc.file_url != before.file_url and not _within_reach(doc.file_url or "", None):
		frappe.throw(_("This file belongs to a document you do not see."), frappe.PermissionError)
	if not (_ours(doc) or _ours(before)):
		return
	place = ("attached_to_doctype", "attached_to_name", "file_url")
	if any(doc.get(field) != before.get(field) for field in place):
		if _stored_at_ours(before):
			frappe.throw(_("Files of cases stay with their case."), frappe.PermissionError)
		if not _may_attach(doc.attached_to_doctype, doc.attached_to_name, None):
			frappe.throw(_("You cannot add files to this document."), frappe.PermissionError)
	if not doc.is_private:
		frappe.throw(_("Files of cases stay private."), frappe.PermissionError)
	if any(doc.get(field) != before.get(field) for field in ("attached_to_doctype", "file_url", "file_name")):
		check_content(doc)


def _ours(doc: Document) -> bool:
	return (doc.attached_to_doctype or "").startswith("SC ")


def check_content(doc: Document) -> None:
	"""Type by name and first bytes, and size.

	Raises:
		frappe.ValidationError: says what is admitted.
	"""
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


def _addresses(doc: Document) -> set[str]:
	"""All files a form names, in its fields and in the rows of its tables."""
	rows = (doc, *(row for df in doc.meta.get_table_fields() for row in doc.get(df.fieldname) or ()))
	return {row.get(df.fieldname) for row in rows for df in _file_fields(row)} - {None, ""}


def _file_fields(doc: Document) -> list:
	return doc.meta.get("fields", {"fieldtype": ["in", ["Attach", "Attach Image"]]})


def _refuse_foreign(doc: Document) -> None:
	"""Outside the engine a form names only files that were uploaded and that its writer can open.

	Raises:
		frappe.PermissionError: another one.
	"""
	before = doc.get_doc_before_save()
	if not is_engine() and any(
		_issued(url) or not _readable(url, None)
		for url in _addresses(doc) - (_addresses(before) if before else set())
	):
		frappe.throw(_("The file is not attached to this document. Upload it again."), frappe.PermissionError)


def attach_privately(doc: Document, _method: str | None = None) -> None:
	"""Before a document of ours is saved: its private files get their File rows as private ones.

	The framework would make the missing rows itself after saving, as public files with a copy anybody can fetch.

	Raises:
		frappe.PermissionError: the form names a file that its writer cannot open.
	"""
	_refuse_foreign(doc)
	for field in _file_fields(doc):
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
		row.update(
			{**owner, "file_name": posixpath.basename(url), "is_private": 1, "folder": "Home/Attachments"}
		)
		# given as bytes: reading them by itself, 16 would take a picture for text and store it damaged
		row.content = Path(row.get_full_path()).read_bytes()
		row.insert(ignore_permissions=True)  # whoever may save the document; the api checked whose file it is
		# the same content may be stored under another name already
		doc.set(field.fieldname, row.file_url)


def _content(doc: Document) -> bytes:
	"""The bytes of the upload, or of the stored file the row points at.

	Raises:
		frappe.ValidationError: it points out of this site.
	"""
	content = doc.get("content")
	if not content:
		if doc.is_remote_file:
			frappe.throw(_("Upload the file itself; an address elsewhere proves nothing."))
		# the framework's get_content turns bytes into text where some encoding fits
		content = Path(doc.get_full_path()).read_bytes()
	return content.encode() if isinstance(content, str) else content
