"""What a party uploads: one file at a time, looked at closely, kept apart until the application takes it over.

Until then a file belongs to the code's row and is nobody's evidence. What is never handed in is dropped after a day.
"""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from sclist_app.access.files import SIGNATURES
from sclist_app.access.guard import engine_writes
from sclist_app.access.today import now

__all__ = ["drop", "hand_over", "staged", "sweep", "take"]

HOLDER: Final = "SC Query Code"
KINDS: Final = ("pdf", "jpg", "jpeg", "png")
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_PIXELS: Final = 80_000_000
# a picture stored in passes is kept whole in memory, and each pass goes over all of it
MAX_PIXELS_IN_PASSES: Final = 25_000_000
MAX_PASSES: Final = 100
PER_SLOT: Final = 6
IN_ALL: Final = 30
NAME_LENGTH: Final = 60
HOURS_KEPT: Final = 24

_STRANGE: Final = re.compile(r"[^\w\-（）()《》〔〕、.]+")
# “合同.html.pdf”: some programs go by the first of the two
_INNER: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}(?=\.)")
_SLOT: Final = re.compile(r"[a-z0-9_]{1,60}")


def take(row: Any, slot: str, name: str, content: bytes) -> dict[str, Any]:
	"""Keep an uploaded file for a place of the form. Returns {file, name, size}.

	Raises:
		frappe.ValidationError: another kind than PDF, JPG and PNG by name or by content, unreadable, empty, too
			large or too many; says what to do.
	"""
	name = clean_name(name)
	_check(name, content)
	mine = staged(row)
	if len(mine) >= IN_ALL or sum(f["slot"] == slot for f in mine) >= PER_SLOT:
		frappe.throw(
			_("At most {0} files for one item and {1} in all. Put pages together in one PDF.").format(
				PER_SLOT, IN_ALL
			)
		)
	with engine_writes():
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": name,
				"attached_to_doctype": HOLDER,
				"attached_to_name": row.name,
				"attached_to_field": slot,
				"is_private": 1,
				"content": content,
			}
		)
		file.insert(
			ignore_permissions=True
		)  # the ticket was checked; the file stays with the party's own row
	return {"file": file.name, "name": name, "size": len(content)}


def clean_name(name: str) -> str:
	"""The name of a file without path and without what a file system or a page could take amiss."""
	name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
	stem, dot, extension = name.rpartition(".")
	if not dot:
		stem, extension = name, ""
	stem = _STRANGE.sub("_", stem).strip("._ ")[:NAME_LENGTH] or "file"
	extension = _STRANGE.sub("", extension).lower()[:10]
	return f"{stem}.{extension}" if extension else stem


def _check(name: str, content: bytes) -> None:
	extension = name.rsplit(".", 1)[-1] if "." in name else ""
	if extension not in KINDS:
		frappe.throw(
			_("“{0}” is not accepted. Upload PDF, JPG or PNG; save other documents as PDF first.").format(
				name
			)
		)
	if _INNER.search(name):
		frappe.throw(_("“{0}” has two file types in its name. Rename it and upload it again.").format(name))
	if not content:
		frappe.throw(_("“{0}” is empty. Choose the file again.").format(name))
	if len(content) > max_bytes():
		frappe.throw(
			_("“{0}” is larger than {1} MB. Reduce it, or split it into several files.").format(
				name, max_bytes() // 1024 // 1024
			)
		)
	if not content.startswith(SIGNATURES[extension]):
		frappe.throw(
			_(
				"The content of “{0}” is not what its name says. Open it, save it again as PDF, JPG or PNG and upload that."
			).format(name)
		)
	if not (_pdf_whole(content) if extension == "pdf" else _picture_whole(content)):
		frappe.throw(
			_("“{0}” cannot be read: it is damaged or contains programs. Scan or save it again.").format(name)
		)


def max_bytes() -> int:
	"""Most bytes of one file: ours, or less where the site admits less."""
	return min(MAX_BYTES, cint(frappe.conf.get("max_file_size")) or MAX_BYTES)


def _pdf_whole(content: bytes) -> bool:
	"""It has an end, and nothing in it that starts by itself."""
	return b"%%EOF" in content[-4096:] and b"/JavaScript" not in content and b"/Launch" not in content


def _picture_whole(content: bytes) -> bool:
	from PIL import Image

	try:
		with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
			if picture.width * picture.height > MAX_PIXELS:
				return False
			if picture.format == "PNG":
				# its parts and their sums; a PNG can only be unpacked whole, which this picture may be made for
				picture.verify()
				return True
			if not _few_passes(picture, content):
				return False
			# a JPEG is read at an eighth of its size, which finds a missing end all the same
			picture.draft("L", (256, 256))
			picture.load()
	except Exception:
		# whatever the decoder stumbles over: damaged, or made to harm it
		return False
	return True


def _few_passes(picture: Any, content: bytes) -> bool:
	"""Whether a JPEG is read quickly: thousands of passes in a small file keep a decoder busy for minutes."""
	if picture.info.get("progressive") and picture.width * picture.height > MAX_PIXELS_IN_PASSES:
		return False
	return content.count(b"\xff\xda") <= MAX_PASSES


def staged(row: Any) -> list[dict[str, Any]]:
	"""Files kept for this party and not handed in yet: {file, slot, name, size, url}, oldest first."""
	return [
		{
			"file": f.name,
			"slot": f.attached_to_field,
			"name": f.file_name,
			"size": f.file_size,
			"url": f.file_url,
		}
		for f in frappe.get_all(
			"File",
			# what an officer attaches to the row is not the party's
			filters={"attached_to_doctype": HOLDER, "attached_to_name": row.name, "owner": "Guest"},
			fields=["name", "attached_to_field", "file_name", "file_size", "file_url"],
			order_by="creation asc",
		)
	]


def place_named(text: str) -> str:
	"""The name of a place of the form.

	Raises:
		frappe.ValidationError: none.
	"""
	if not _SLOT.fullmatch(text):
		frappe.throw(_("Text is needed here."))
	return text


def drop(row: Any, file: str) -> None:
	"""Take a file back before it is handed in; one of somebody else is left alone."""
	if any(f["file"] == file for f in staged(row)):
		with engine_writes():
			frappe.delete_doc("File", file, ignore_permissions=True)  # the party's own, not handed in


def hand_over(doc: Document, files: list[dict[str, Any]], field: str = "") -> list[str]:
	"""Attach kept files to the application; returns their addresses."""
	urls = []
	for kept in files:
		frappe.db.set_value(
			"File",
			kept["file"],
			{
				"attached_to_doctype": doc.doctype,
				"attached_to_name": doc.name,
				"attached_to_field": field or None,
			},
		)
		urls.append(kept["url"])
	return urls


def sweep() -> None:
	"""Drop what was uploaded and not handed in within a day; safe to repeat."""
	before = now() - timedelta(hours=HOURS_KEPT)
	for name in frappe.get_all(
		"File",
		filters={"attached_to_doctype": HOLDER, "owner": "Guest", "creation": ["<", before]},
		pluck="name",
		order_by="creation asc",
		limit=500,
	):
		with engine_writes():
			frappe.delete_doc("File", name, ignore_permissions=True)  # nobody's evidence
