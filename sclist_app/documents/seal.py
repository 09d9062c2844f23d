"""The sealed copy of a document: the scan of the paper that bears the seal, or the PDF an electronic seal service signs.

An office app registers its service by a hook; none comes with this app and none is faked:

	sclist_seal_services = {"name": "path.of.Class"}

The class is made without arguments in the web process and may read its settings then; `sign` runs in a thread of its
own, may only talk to the service, and is waited for `SealRequest.timeout` seconds. Which service a bureau uses is
its local rule `seal_service`. Without one the place of the seal stays empty and the scan is uploaded.
"""

from __future__ import annotations

import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from typing import Any, Final, Protocol

import frappe
from frappe import _
from frappe.core.api.file import get_max_file_size
from frappe.model.document import Document
from frappe.utils import cint

from sclist_app.access import local_rules
from sclist_app.access.files import MAX_BYTES, SIGNATURES
from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import held
from sclist_app.access.today import now
from sclist_app.audit import events
from sclist_app.documents import store
from sclist_app.law.findings import N_

__all__ = [
	"SealRefused",
	"SealRequest",
	"SealService",
	"SealedPdf",
	"chosen",
	"keep_scan",
	"may_seal",
	"sign",
	"text_hash",
]

HOOK: Final = "sclist_seal_services"
KEEPER: Final = "document_officer"
SECONDS: Final = 30
MOST_REASON: Final = 500
# What makes a PDF do something: entries of its dictionaries and kinds of its actions.
ACTIVE: Final = ("/JavaScript", "/JS", "/Launch")
SCAN, SERVICE = "Scan", "Seal Service"


@dataclass(frozen=True, slots=True)
class SealRequest:
	"""What a service is told of the document: its SC Notice, kind ("D05"), title, number, the bureau's code and the name
	of its seal, the SHA-256 of the PDF, who asks (an account), and how long it is waited for."""

	notice: str
	kind: str
	title: str
	number: str
	bureau: str
	seal_name: str
	sha256: str
	requested_by: str
	timeout: float = SECONDS


@dataclass(frozen=True, slots=True)
class SealedPdf:
	"""What comes back: the signed PDF and the service's own number of the act."""

	pdf: bytes
	serial: str = ""


class SealRefused(Exception):
	"""Raised by a service that answers but does not seal; its text is shown to the user."""


class SealService(Protocol):
	"""An electronic seal service. Any exception but `SealRefused` counts as the service being down."""

	def sign(self, pdf: bytes, request: SealRequest) -> SealedPdf: ...


# -------------------------------------------------------------------------- rights


def may_seal(notice: Any) -> bool:
	"""The keeper of the bureau's seal (post `document_officer`), present today."""
	return any(h.post == KEEPER and h.bureau == notice.bureau and not h.resting for h in held())


def require_keeper(notice: Document) -> None:
	"""Raises frappe.PermissionError: the user does not keep the seal of the document's bureau."""
	if not may_seal(notice):
		frappe.throw(
			_("Sealed copies are added by who keeps the seal of the bureau (文书（印章）管理员)."),
			frappe.PermissionError,
		)


# ------------------------------------------------------------------------ the scan


def keep_scan(name: str, content: bytes, reason: str = "") -> None:
	"""Keep the scan of the sealed paper as the authoritative copy. One there already is replaced with a reason only.

	Raises:
		frappe.ValidationError: no PDF, damaged, locked, empty or too large; fewer pages than the document; void; or no
			reason. Says what to do.
	"""
	notice = _locked(name)
	require_keeper(notice)
	_refuse_dead(notice)
	reason = (reason or "").strip()[:MOST_REASON]
	if notice.sealed_copy and not reason:
		frappe.throw(
			_("The document has a sealed copy already. Say why it is replaced; the old one stays on record.")
		)
	pages = check_pdf(content)
	if pages < cint(notice.pages):
		frappe.throw(
			_(
				"The scan has {0} pages, the document has {1}. Scan all pages and upload them in one PDF."
			).format(pages, notice.pages)
		)
	_keep(notice, content, pages, SCAN, reason=reason)


def max_bytes() -> int:
	"""Most bytes of one scan: ours, or less where the site admits less."""
	return min(MAX_BYTES, cint(get_max_file_size()) or MAX_BYTES)


def check_pdf(content: bytes) -> int:
	"""Pages of a PDF that opens.

	Raises:
		frappe.ValidationError: says what is wrong with it.
	"""
	import pikepdf
	from pypdf import PdfReader

	if not content:
		frappe.throw(_("The file is empty. Choose it again."))
	if len(content) > max_bytes():
		frappe.throw(
			_("The file is larger than {0} MB. Split it or reduce it.").format(max_bytes() // 1024 // 1024)
		)
	if not content.startswith(SIGNATURES["pdf"]):
		frappe.throw(_("The sealed copy must be a PDF. Scan the paper as PDF and upload that."))
	locked, active, pages = False, False, 0
	try:
		# qpdf refuses a tree of pages that names its parts again and again; pypdf would walk it for ever
		with pikepdf.open(io.BytesIO(content)) as pdf:
			locked, active, pages = pdf.is_encrypted, any(map(_acts, pdf.objects)), len(pdf.pages)
		# which in turn mends in silence what was cut off
		pages = 0 if locked or not pages else len(PdfReader(io.BytesIO(content)).pages)
	except pikepdf.PasswordError:
		locked = True
	except Exception:
		# whatever the reader stumbles over
		frappe.throw(_("The PDF cannot be opened, it is damaged. Scan the paper again and upload that."))
	if active or b"/JavaScript" in content or b"/Launch" in content:
		frappe.throw(_("The PDF contains programs. Scan the paper again and upload that."))
	if locked:
		frappe.throw(_("The PDF is locked with a password. Save it without one and upload it again."))
	if not pages:
		frappe.throw(_("The PDF has no page. Scan the paper again and upload that."))
	return pages


def _acts(found: Any) -> bool:
	"""Does the object of a PDF, or one written inside it, run or open something? Its name may be packed or disguised."""
	import pikepdf

	waiting = [found]
	while waiting:
		one = waiting.pop()
		if isinstance(one, pikepdf.Array):
			waiting += [inner for inner in one if not _elsewhere(inner)]
		elif isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
			if any(key in one for key in ACTIVE) or one.get("/S") in ACTIVE:
				return True
			waiting += [inner for inner in map(one.get, one.keys()) if not _elsewhere(inner)]
	return False


def _elsewhere(found: Any) -> bool:
	"""Plain values hold nothing, and what has a number of its own is looked at by itself."""
	import pikepdf

	return not isinstance(found, pikepdf.Object) or found.is_indirect


def _locked(name: str) -> Document:
	"""The document as it is once everybody else has finished with it."""
	frappe.db.get_value("SC Notice", name, "name", for_update=True)
	return frappe.get_doc("SC Notice", name)


def _refuse_dead(notice: Document) -> None:
	if notice.status != "Issued":
		frappe.throw(
			_("The document {0} counts no more; it is not sealed.").format(notice.number or notice.title)
		)


def _keep(
	notice: Document, content: bytes, pages: int, source: str, *, serial: str = "", reason: str = ""
) -> None:
	before = {"path": notice.sealed_copy, "sha256": notice.sealed_hash} if notice.sealed_copy else None
	digest = hashlib.sha256(content).hexdigest()
	path = store.write(content, digest)
	notice.update(
		{
			"sealed_copy": path,
			"sealed_hash": digest,
			"sealed_pages": pages,
			"sealed_on": now(),
			"sealed_by": frappe.session.user,
			"seal_source": source,
			"seal_serial": serial[:140] or None,
		}
	)
	with engine_writes():
		notice.save(ignore_permissions=True)  # the keeper of the seal
	events.append(
		notice.reference_doctype,
		notice.reference_name,
		"sealed",
		N_("Sealed copy replaced") if before else N_("Sealed copy added"),
		bureau=notice.bureau,
		run=notice.run,
		opinion=reason,
		data={
			"notice": notice.name,
			"number": notice.number,
			"source": source,
			"sha256": digest,
			"pages": pages,
			**({"serial": serial} if serial else {}),
			**({"replaced": before} if before else {}),
		},
	)


# --------------------------------------------------------------- the electronic seal


def services() -> dict[str, str]:
	"""The services other apps have registered: name → path of the class."""
	return {
		key: values[-1] if isinstance(values, list) else values
		for key, values in (frappe.get_hooks(HOOK) or {}).items()
	}


def chosen(bureau: str) -> str:
	"""The service the bureau uses, if an app provides it; "" for none."""
	name = local_rules.value(bureau, "seal_service") or ""
	return name if name in services() else ""


def sign(name: str) -> None:
	"""Have the bureau's seal service sign the document; what comes back becomes the authoritative copy.

	Raises:
		frappe.ValidationError: no service, it is down, late, refuses, or answers another text or no signature. The
			document stays unsealed, and the user may try again.
	"""
	notice = _locked(name)
	require_keeper(notice)
	_refuse_dead(notice)
	service = chosen(notice.bureau)
	if not service:
		frappe.throw(
			_("No electronic seal service is set up for this bureau. Upload the sealed scan instead.")
		)
	if notice.sealed_copy:
		frappe.throw(_("The document is sealed already. A scan may replace the copy, with a reason."))
	original = store.read(notice.file)
	sealed = _ask(services()[service], original, _request(notice, original))
	pages = check_pdf(sealed.pdf)
	_refuse_altered(original, sealed.pdf)
	_keep(notice, sealed.pdf, pages, SERVICE, serial=str(sealed.serial or ""))


def _request(notice: Document, original: bytes) -> SealRequest:
	seal = frappe.get_cached_value("SC Bureau", notice.bureau, ["seal_name", "bureau_name"], as_dict=True)
	return SealRequest(
		notice=notice.name,
		kind=notice.document_kind,
		title=notice.title,
		number=notice.number or "",
		bureau=notice.bureau,
		seal_name=seal.seal_name or seal.bureau_name,
		sha256=hashlib.sha256(original).hexdigest(),
		requested_by=frappe.session.user,
	)


def _ask(path: str, original: bytes, request: SealRequest) -> SealedPdf:
	pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sclist-seal")
	try:
		service: SealService = frappe.get_attr(path)()
		sealed = pool.submit(service.sign, original, request).result(timeout=request.timeout)
	except TooLate:
		_failed(_("The seal service did not answer within {0} seconds.").format(int(request.timeout)))
	except SealRefused as refused:
		_failed(_("The seal service refused: {0}").format(frappe.utils.escape_html(str(refused))))
	except Exception as error:
		frappe.log_error(title="sclist: seal service", message=frappe.get_traceback())
		_failed(_("The seal service cannot be reached ({0}).").format(type(error).__name__))
	finally:
		pool.shutdown(wait=False, cancel_futures=True)
	if not isinstance(getattr(sealed, "pdf", None), bytes):
		_failed(_("The seal service answered with something that is no PDF."))
	return sealed


def _failed(what: str) -> None:
	frappe.throw(
		what + _("The document stays unsealed. Try again, or upload the sealed scan."),
		title=_("Not sealed"),
	)


def _refuse_altered(original: bytes, sealed: bytes) -> None:
	if text_hash(original) != text_hash(sealed):
		_failed(_("The seal service answered with another text than was sent."))
	if not _signatures(sealed):
		_failed(_("The PDF that came back bears no signature."))


def text_hash(pdf: bytes) -> list[str]:
	"""SHA-256 of the text of each page, spaces left out: a seal laid over a page changes none of them."""
	from pypdf import PdfReader

	return [
		hashlib.sha256(re.sub(r"\s+", "", page.extract_text() or "").encode()).hexdigest()
		for page in PdfReader(io.BytesIO(pdf)).pages
	]


def _signatures(pdf: bytes) -> int:
	"""How many signatures with a value the form of the PDF holds."""
	from pypdf import PdfReader

	form = PdfReader(io.BytesIO(pdf)).trailer["/Root"].get("/AcroForm")
	fields = form.get_object().get("/Fields", []) if form else []
	return sum(
		field.get("/FT") == "/Sig" and "/V" in field and "/ByteRange" in field["/V"].get_object()
		for field in (entry.get_object() for entry in fields)
	)
