"""The case file (案卷): every paper of one procedure in filing order, as one PDF and as a folder with its hashes.

One procedure is one file (一案一卷): a listing, an early removal, a removal, an objection are filed each by itself,
as they are opened, decided and closed by themselves, and name each other in the closing sheet (互见). The bound PDF
is for reading and printing; the folder keeps every file as it came, byte by byte, with the seals and signatures that
binding would break.
"""

from __future__ import annotations

import csv
import ctypes
import gc
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate

from sclist_app.access.today import now, today
from sclist_app.audit import events
from sclist_app.documents import addresses, binding, fonts, store
from sclist_app.documents import case_file as pages
from sclist_app.law.findings import N_
from sclist_app.register import sheets
from sclist_app.workflow import actions

__all__ = ["DOCTYPES", "FILING_ORDER", "Built", "Piece", "build", "pieces"]

# The case file is a Chinese paper whatever language its maker works in.
_zh = partial(_, lang="zh")

DOCTYPES = {
	"SC Case": "安全生产严重失信主体名单列入案",
	"SC Repair Application": "安全生产严重失信主体名单提前移出案",
	"SC Removal": "安全生产严重失信主体名单移出案",
	"SC Objection": "安全生产严重失信主体名单异议处理案",
}

# Filing order: the decision first, then the way to it, then how it was served and carried out, as the filing rules
# of the enforcement authorities have it (天津市安全生产行政处罚案件立卷规定: 决定书、立案、证据、告知书、陈述申辩、听证、
# 案件处理呈批表、集体讨论记录、送达回执、其他). A part, and the kinds of documents that stand in it, in their order.
# Kinds that are named nowhere come under "other".
FILING_ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
	("decision", ("D05", "D06", "D13a", "D13b", "D12b", "D09", "D15", "D16", "D17", "D20", "D23", "D19")),
	("opening", ("D10", "D11", "D12a", "D12c", "D20a")),
	("evidence", ()),
	("notice", ("D01", "D15n")),
	("defence", ("D02", "D02b")),
	("hearing", ("D02h",)),
	("verification", ("D14",)),
	("approval", ("D04",)),
	("discussion", ("D04b",)),
	("service", ("D03b", "D03")),
	("publication", ("D07", "D08", "D24", "D21", "D18")),
	("follow_up", ("D22",)),
	("other", ()),
	("course", ()),
)
_PARTS = {part: place for place, (part, _kinds) in enumerate(FILING_ORDER)}
_KINDS = {kind: (_PARTS[part], n) for part, kinds in FILING_ORDER for n, kind in enumerate(kinds)}

PICTURES = ("jpg", "jpeg", "png", "bmp", "tif", "tiff")
M_NO_PAGES = N_("Files of this type cannot be printed")
M_MISSING = N_("The file is missing on the server")
M_NOT_DRAWN = N_("This paper could not be drawn up: {0}")


@dataclass(frozen=True)
class Piece:
	"""One piece (件) of the file. `source`: a file on disk, or a function that prints it as PDF."""

	part: str
	title: str
	source: Path | Callable[[], bytes]
	number: str = ""
	day: date | None = None
	remark: str = ""
	kind: str = ""
	file_name: str = ""

	@property
	def place(self) -> tuple:
		part, order = _KINDS.get(self.kind, (_PARTS[self.part], 99))
		return part, order, self.day or date.max

	@property
	def extension(self) -> str:
		name = self.file_name or (self.source.name if isinstance(self.source, Path) else "x.pdf")
		return name.rsplit(".", 1)[-1].lower() if "." in name else ""


@dataclass
class Bound:
	"""A piece on its way into the file: where it lies, what it weighs, what is bound of it, or why nothing is."""

	piece: Piece
	original: Path | None = None
	size: int = 0
	sha256: str = ""
	part: Path | tuple[Path, str] | None = None
	count: int = 1
	reason: str = ""
	first: int = 0
	file: str = ""

	@property
	def last(self) -> int:
		return self.first + self.count - 1


@dataclass(frozen=True)
class Built:
	"""What came of it. `skipped`: {"title", "reason"} of the pieces that are in the folder only."""

	pdf: Path
	folder: Path
	pages: int
	pieces: int
	skipped: list[dict[str, str]] = field(default_factory=list)


# ------------------------------------------------------------------ what is in it


def pieces(doc: Document) -> list[Piece]:
	"""All pieces of the document's file in filing order, without the course of the case."""
	found = [*_papers(doc), *_sheets(doc), *_confirmations(doc), *_own_files(doc), *_files_beside(doc)]
	named = {piece.source for piece in found if isinstance(piece.source, Path)}
	found += [piece for piece in _attachments(doc) if piece.source not in named]
	return sorted(found, key=lambda piece: piece.place)


def _papers(doc: Document) -> Iterator[Piece]:
	rows = frappe.get_all(
		"SC Notice",
		filters={"reference_doctype": doc.doctype, "reference_name": doc.name},
		fields=["*"],
		order_by="issued_on asc, creation asc",
	)
	for row in rows:
		remarks = [
			text
			for text, holds in (
				("已作废", row.status == "Voided"),
				("已被更正", row.status == "Corrected"),
				("更正文书", row.corrects),
				("盖章件", row.sealed_copy),
			)
			if holds
		]
		path = authoritative(row)
		yield Piece(
			"other",
			_of(row.title, row.addressee_name),
			path,
			row.number or "",
			getdate(row.issued_on),
			"、".join(remarks),
			row.document_kind,
			path.name,
		)


def authoritative(notice: Mapping[str, Any]) -> Path:
	"""Where the copy that counts lies: the sealed scan, where there is one, else the paper as it was issued."""
	return store.path(store.authoritative(notice))


def url_path(url: str) -> Path:
	"""The file on disk behind the address of a private or public file of this site.

	Raises:
		frappe.PermissionError: the address leads out of the site's files.
	"""
	root = Path(frappe.get_site_path()).resolve()
	inside = url.lstrip("/") if url.startswith("/private/") else f"public/{url.lstrip('/')}"
	path = (root / inside).resolve()
	if not any((root / place).resolve() in path.parents for place in ("private/files", "public/files")):
		raise frappe.PermissionError
	return path


def _sheets(doc: Document) -> Iterator[Piece]:
	"""The papers printed from what stands in the case; blank forms that nobody has filled are none of the file."""
	if doc.doctype not in sheets.DOCTYPES:
		return
	for ref in sheets.available(doc):
		filed, day = _filed(doc, ref)
		if filed:
			name = f"{ref.title}.pdf"
			title = f"{ref.title}：{ref.about}" if ref.kind == "D03" else _of(ref.title, ref.about)
			yield Piece("other", title, partial(sheets.render, ref), "", day, "", ref.kind, name)


def _filed(doc: Document, ref: sheets.SheetRef) -> tuple[bool, date | None]:
	"""Does the sheet stand in the file, and under which day? Where a signed scan is filed, the sheet is not."""
	if ref.kind == "D02":
		received = frappe.db.get_value("SC Defence", ref.key, "received_on")
		return bool(received), _day(received)
	if ref.kind == "D02b":
		own = {
			"subject": ref.key,
			"kind": "Waiver",
			"case" if doc.doctype == "SC Case" else "removal": doc.name,
		}
		waiver = frappe.db.get_value("SC Defence", own, ["received_on", "file"], as_dict=True)
		return bool(waiver and not waiver.file), _day(waiver.received_on) if waiver else None
	if ref.kind == "D03":
		delivered = frappe.db.get_value("SC Service Record", ref.key, "delivered_on")
		return bool(delivered), _day(delivered)
	if ref.kind == "D03b":
		confirmed = addresses.in_force(ref.key, doc.bureau)
		return bool(confirmed and not confirmed.scan), _day(confirmed.confirmed_on) if confirmed else None
	if ref.kind == "D11":
		return not doc.get("commitment"), _day(doc.get("received_on"))
	if ref.kind == "D10":
		return True, _day(doc.get("received_on"))
	return True, _day(doc.get("decided_on"))


def _confirmations(doc: Document) -> Iterator[Piece]:
	"""The signed address confirmations of the parties."""
	parties = [row.entity for row in doc.get("subjects") or ()] or [doc.get("entity") or doc.get("applicant")]
	for row in addresses.of_parties(parties, doc.bureau).values():
		if row.scan:
			called = frappe.get_cached_value("SC Entity", row.entity, "entity_name")
			piece = _file("service", "送达地址确认书", row, row.scan, "confirmed_on")
			yield replace(piece, title=_of(piece.title, called), kind="D03b")


# Files that stand in fields: of which DocType, how it is tied to ours, in which field, in which part of the file, how
# they are called, and the field with their day.
@dataclass(frozen=True)
class _Files:
	doctype: str
	link: str
	field: str
	part: str
	title: str
	day: str


_BY_CASE = (
	_Files("SC Defence", "case", "file", "defence", "陈述申辩材料（{subject_name}）", "received_on"),
	_Files("SC Hearing", "case", "record_file", "hearing", "听证笔录（{subject_name}）", "held_at"),
	_Files("SC Hearing", "case", "report_file", "hearing", "听证报告（{subject_name}）", "reported_on"),
	_Files("SC Hearing", "case", "end_file", "hearing", "听证终止材料（{subject_name}）", "ended_on"),
	_Files(
		"SC Listing Record",
		"case",
		"entry_evidence",
		"publication",
		"系统录入凭证（{entity_name}）",
		"entered_on",
	),
	_Files(
		"SC Publication",
		"case",
		"screenshot",
		"publication",
		"公示凭证：{channel}（{entity_name}）",
		"published_at",
	),
	_Files(
		"SC Measure Record", "case", "evidence", "publication", "管理措施凭证（{entity_name}）", "start_on"
	),
	_Files("SC Joint Action", "case", "evidence", "publication", "推送凭证（{recipient}）", "sent_on"),
)
_BY_RECORD = (
	_Files("SC Publication", "record", "withdrawal_screenshot", "publication", "停止公示凭证：{channel}（{entity_name}）", "withdrawn_at"),
	_Files("SC Measure Record", "record", "lifting_evidence", "publication", "解除措施凭证（{entity_name}）", "lifted_on"),
	_Files("SC Listing Record", "name", "update_evidence", "publication", "系统移出凭证（{entity_name}）", "updated_on"),
	_Files("SC Follow Up", "record", "file", "follow_up", "回访材料（{entity_name}）", "visited_on"),
)  # fmt: skip
_BY_REMOVAL = (
	_Files("SC Defence", "removal", "file", "defence", "陈述申辩材料（{subject_name}）", "received_on"),
)
_BY_REFERENCE = (
	_Files("SC Service Record", "", "proof", "service", "送达凭证：{notice_number}（{recipient_name}）", "delivered_on"),
	_Files("SC Service Record", "", "consent", "service", "电子送达同意书（{recipient_name}）", "delivered_on"),
)  # fmt: skip
# Fields of the document itself and of its tables: field (or table.column) → part and title.
_OWN = {
	"commitment": ("opening", "信用承诺书"),
	"promise": ("opening", "履行义务承诺书"),
	"basis_file": ("opening", "撤销、变更依据：{basis_number}"),
	"evidence.file": ("evidence", "{title}"),
	"verifications.file": ("verification", "核实材料（{verified_on}）"),
}
# Evidence that has a part of its own in the file.
_EVIDENCE = {"Penalty Decision": "opening", "Licence": "other"}
DEFENCE_TITLES = {
	"Waiver": "放弃陈述申辩声明（{subject_name}）",
	"Hearing Request": "听证申请（{subject_name}）",
}


def _own_files(doc: Document) -> Iterator[Piece]:
	for place, (part, title) in _OWN.items():
		table, dot, column = place.rpartition(".")
		holders = (doc.get(table) or ()) if dot else (doc,)
		for row in holders:
			if url := row.get(column):
				own = _EVIDENCE.get(row.get("kind"), part) if dot else part
				yield _file(own, title, row, url, remark=row.get("note") or "" if dot else "")
	for name in _penalties(doc):
		penalty = frappe.get_doc("SC Penalty", name)
		if penalty.file:
			piece = _file("opening", "行政处罚决定书（{entity_name}）", penalty, penalty.file, "decided_on")
			yield replace(piece, number=penalty.document_number or "")


def _penalties(doc: Document) -> list[str]:
	several = [row.penalty for row in doc.get("penalties") or ()]
	return several or ([doc.penalty] if doc.get("penalty") else [])


def _files_beside(doc: Document) -> Iterator[Piece]:
	reference = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	yield from _of_sources(_BY_REFERENCE, lambda _source: reference)
	if doc.doctype == "SC Case":
		yield from _of_sources(_BY_CASE, lambda source: {source.link: doc.name})
	if doc.doctype == "SC Removal":
		yield from _of_sources(_BY_REMOVAL, lambda source: {source.link: doc.name})
	if doc.get("record") and doc.run == frappe.db.get_value("SC Listing Record", doc.record, "removal_run"):
		# it was this procedure that took the subject off the list
		yield from _of_sources(_BY_RECORD, lambda source: {source.link: doc.record})


def _of_sources(sources: Sequence[_Files], filters: Callable[[_Files], dict[str, str]]) -> Iterator[Piece]:
	for source in sources:
		rows = frappe.get_all(
			source.doctype,
			filters={**filters(source), source.field: ["is", "set"]},
			fields=["*"],
			order_by="creation asc",
		)
		for row in rows:
			title = source.title
			if source.doctype == "SC Defence":
				title = DEFENCE_TITLES.get(row.kind, title)
			if source.doctype == "SC Publication":
				row.channel = frappe.get_cached_value("SC Publication Channel", row.channel, "channel_name")
			yield _file(source.part, title, row, row[source.field], source.day)


def _file(part: str, title: str, row: Any, url: str, day: str = "", remark: str = "") -> Piece:
	values = {key: value or "" for key, value in row.as_dict().items()} if isinstance(row, Document) else row
	known = frappe.db.get_value("File", {"file_url": url}, "file_name", order_by="creation asc")
	when = row.get(day) if day else None
	return Piece(
		part,
		title.format_map({key: value or "" for key, value in values.items()}).replace("（）", ""),
		url_path(url),
		day=getdate(when) if when else None,
		remark=remark[:40],
		file_name=known or Path(url).name,
	)


def _attachments(doc: Document) -> Iterator[Piece]:
	"""What was attached to the document beside its fields."""
	rows = frappe.get_all(
		"File",
		filters={"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_folder": 0},
		fields=["file_name", "file_url", "creation"],
		order_by="creation asc",
	)
	seen = set()
	for row in rows:
		if (row.file_url or "").startswith(("/private/files/", "/files/")) and row.file_url not in seen:
			seen.add(row.file_url)
			title = f"附件：{row.file_name.rsplit('.', 1)[0]}"
			yield Piece(
				"other", title, url_path(row.file_url), day=getdate(row.creation), file_name=row.file_name
			)


def _of(title: str, whom: str | None) -> str:
	return f"{title}（{whom}）" if whom else title


# ---------------------------------------------------------------------- building


def build(
	doc: Document,
	work: Path,
	*,
	archive_number: str = "",
	retention: str = "",
	beat: Callable[[int, int], None] = lambda done, total: None,
) -> Built:
	"""Make both forms of the file in the folder `work`; the caller has checked the right to read the document.

	A file that cannot be printed gets a page that says so and lies in the folder as it is. `beat` is told how far it
	is, and may raise to stop it.

	Raises:
		OSError: the disk refuses.
	"""
	own = pieces(doc)
	total = len(own) + 4
	bound = []
	for done, piece in enumerate(own):
		beat(done, total)
		bound.append(_prepare(piece, work, len(bound) + 1))
	happened, chain = _course(doc)
	bound.append(_prepare(_course_piece(happened, chain), work, len(bound) + 1))
	_make_notes(bound, work)
	number = 1
	for one in bound:
		one.first = number
		number += one.count
	beat(len(own) + 1, total)
	front, back = _sheets_around(doc, bound, chain, work, archive_number, retention)
	fonts.close()  # nothing is drawn from here on
	_give_back()
	pdf, count = _bind(doc, front, bound, back, work)
	beat(len(own) + 2, total)
	folder = _pack(doc, front, bound, back, pdf, chain, work, archive_number, retention)
	beat(total, total)
	skipped = [
		{"title": f"{place}. {one.piece.title}", "reason": one.reason}
		for place, one in enumerate(bound, start=1)
		if one.reason
	]
	return Built(pdf, folder, count, len(bound), skipped)


def _prepare(piece: Piece, work: Path, place: int) -> Bound:
	"""Bring a piece onto disk, weigh it, and make its pages ready."""
	bound = Bound(piece)
	if isinstance(piece.source, Path):
		bound.original = piece.source
		if not piece.source.is_file():
			bound.original, bound.reason = None, _zh(M_MISSING)
			return bound
	else:
		try:
			content = piece.source()
		except (frappe.ValidationError, ValueError) as error:
			frappe.local.message_log = []
			bound.reason = _zh(M_NOT_DRAWN).format(frappe.utils.strip_html(str(error))[:200])
			return bound
		bound.original = work / f"{place:04}-drawn.pdf"
		bound.original.write_bytes(content)
		_give_back()
	bound.size, bound.sha256 = weigh(bound.original)
	target = work / f"{place:04}.pdf"
	try:
		bound.count = as_pdf(bound.original, piece.extension, target)
		bound.part = target
	except binding.Unusable as error:
		bound.reason = _zh(error.message).format(*error.values)
	return bound


def _give_back() -> None:
	"""A printed page leaves rings of objects behind: let go of them now, not after the next hundred pages."""
	gc.collect()
	with suppress(OSError, AttributeError):
		ctypes.CDLL(None).malloc_trim(0)  # glibc alone has it


def as_pdf(source: Path, extension: str, target: Path) -> int:
	"""The pages of a file as a clean PDF; returns their number.

	Raises:
		binding.Unusable: it gives none.
	"""
	if extension == "pdf":
		return binding.from_pdf(source, target)
	if extension in PICTURES:
		return binding.from_picture(source, target)
	raise binding.Unusable(M_NO_PAGES)


def weigh(path: Path) -> tuple[int, str]:
	"""Size in bytes and SHA-256 of a file, read a piece at a time."""
	digest, size = hashlib.sha256(), 0
	with path.open("rb") as file:
		while block := file.read(1 << 20):
			digest.update(block)
			size += len(block)
	return size, digest.hexdigest()


def _make_notes(bound: Sequence[Bound], work: Path) -> None:
	"""The pages that stand for files without pages, all in one go."""
	without = [one for one in bound if one.part is None]
	if not without:
		return
	rendered = pages.notes(
		[
			pages.Note(one.piece.title, one.reason, one.piece.file_name, one.size, one.sha256)
			for one in without
		]
	)
	if rendered.pages != len(without):
		raise ValueError("a note has grown longer than its page")
	path = work / "notes.pdf"
	path.write_bytes(rendered.pdf)
	for place, one in enumerate(without, start=1):
		one.part, one.count = (path, str(place)), 1


# --------------------------------------------------------------- course of the case


@dataclass(frozen=True)
class Chain:
	"""The event chain as it stands: number of events, hash of the last, numbers of those that were tampered with."""

	length: int
	head: str
	broken: tuple[int, ...]


def _course(doc: Document) -> tuple[list[pages.Happening], Chain]:
	rows = frappe.get_all(
		events.DOCTYPE,
		filters={"chain": f"{doc.doctype}:{doc.name}"},
		fields=["seq", "at", "event", "actor", "acting_for", "step_title", "label", "opinion", "hash"],
		order_by="seq asc",
	)
	happened = []
	for row in rows:
		who = _zh("System") if row.event == "expired" else _person(row.actor)
		if row.acting_for:
			who += f"（代{_person(row.acting_for)}）"
		what = "：".join(filter(None, (row.step_title, _zh(row.label))))
		happened.append(
			pages.Happening(row.seq, get_datetime(row.at), what, who, row.opinion or "", row.hash)
		)
	head = rows[-1].hash if rows else ""
	return happened, Chain(len(rows), head, tuple(events.verify(doc.doctype, doc.name)))


def _person(user: str) -> str:
	if user in ("Administrator", actions.SYSTEM):
		return _zh("System")
	if user == "Guest":
		return _zh("The Party (Online)")
	return frappe.get_cached_value("User", user, "full_name") or user


def _course_piece(happened: Sequence[pages.Happening], chain: Chain) -> Piece:
	return Piece(
		"course",
		"办理过程记录",
		lambda: pages.course(happened, chain.head).pdf,
		day=today(),
		file_name="办理过程记录.pdf",
	)


# ------------------------------------------------------------------ cover and closing


def _sheets_around(
	doc: Document, bound: Sequence[Bound], chain: Chain, work: Path, archive_number: str, retention: str
) -> tuple[Path, Path]:
	cover = pages.Cover(
		unit=_bureau(doc.bureau),
		heading=DOCTYPES[doc.doctype],
		name=case_name(doc),
		result=_result(doc),
		officer=_person(doc.officer) if doc.officer else "",
		opened=_day(doc.get("opened_on") or doc.get("received_on")),
		closed=_day(doc.closed_on),
		retention=retention,
		archive_number=archive_number,
		case_number=doc.name,
		pieces=len(bound),
		pages=bound[-1].last,
	)
	contents = [
		pages.Entry(
			one.piece.title,
			one.piece.number,
			one.piece.day,
			one.first,
			one.last,
			"；".join(filter(None, (one.piece.remark, "见电子卷" if one.reason and one.sha256 else ""))),
		)
		for one in bound
	]
	front, back = work / "front.pdf", work / "closing.pdf"
	front.write_bytes(pages.front(cover, contents).pdf)
	_give_back()
	lines = _closing_lines(doc, bound, chain)
	back.write_bytes(pages.closing(lines, _person(frappe.session.user), today()).pdf)
	return front, back


def case_name(doc: Document) -> str:
	"""案名, as the document calls itself."""
	return doc.get_title() or doc.name


def _result(doc: Document) -> str:
	if doc.run_status != "Ended":
		return "（尚未办结）"
	return _zh(doc.outcome) if doc.outcome else "办结"


def _day(value: Any) -> date | None:
	return getdate(value) if value else None


def _bureau(code: str) -> str:
	return frappe.get_cached_value("SC Bureau", code, "bureau_name") or code


def _closing_lines(doc: Document, bound: Sequence[Bound], chain: Chain) -> list[str]:
	lines = []
	if doc.run_status != "Ended":
		lines.append("制卷时案件尚未办结，本卷为截至制卷时的材料。")
	for place, one in enumerate(bound, start=1):
		if one.reason:
			kept = "，原文件见电子卷" if one.sha256 else ""
			lines.append(f"第{place}件《{one.piece.title}》：{one.reason}{kept}。")
	lines.append(f"办理过程记录共{chain.length}条，末条哈希值{chain.head or '无'}。")
	if chain.broken:
		numbers = "、".join(map(str, chain.broken))
		lines.append(f"校验发现第{numbers}条记录与其校验码不符，应当查明原因。")
	else:
		lines.append("制卷时逐条校验，记录完整、前后相符。")
	related = _related(doc)
	if related:
		lines.append(f"相关案卷（互见）：{'；'.join(related)}。")
	return lines


def _related(doc: Document) -> list[str]:
	"""The files of the other procedures about the same entries of the list."""
	if doc.doctype == "SC Case":
		records = frappe.get_all(
			"SC Listing Record", filters={"case": doc.name}, pluck="name", order_by="name"
		)
		first = []
	else:
		records = [doc.record]
		first = [("SC Case", frappe.db.get_value("SC Listing Record", doc.record, "case"))]
	found = [(doctype, name) for doctype, name in first if name]
	for doctype in ("SC Repair Application", "SC Removal", "SC Objection"):
		names = frappe.get_all(
			doctype, filters={"record": ["in", records or [""]]}, pluck="name", order_by="creation asc"
		)
		found += [(doctype, name) for name in names if (doctype, name) != (doc.doctype, doc.name)]
	return [f"{DOCTYPES[doctype]}（{name}）" for doctype, name in found]


# --------------------------------------------------------------------- the two forms


def _bind(doc: Document, front: Path, bound: Sequence[Bound], back: Path, work: Path) -> tuple[Path, int]:
	joined, target = work / "joined.pdf", work / "case.pdf"
	binding.join([front, *(one.part for one in bound), back], joined)
	before, after = binding.page_counts(front), binding.page_counts(back)
	count = bound[-1].last
	marks = [
		binding.Bookmark("封面", 0),
		binding.Bookmark("卷内目录", 1),
		*(
			binding.Bookmark(f"{place}. {one.piece.title}", before + one.first - 1)
			for place, one in enumerate(bound, start=1)
		),
		binding.Bookmark("备考表", before + count),
	]
	numbers = [*[None] * before, *range(1, count + 1), *[None] * after]
	binding.finish(joined, target, numbers=numbers, bookmarks=marks, title=f"案卷：{case_name(doc)}")
	joined.unlink()
	return target, count


def _pack(
	doc: Document,
	front: Path,
	bound: Sequence[Bound],
	back: Path,
	pdf: Path,
	chain: Chain,
	work: Path,
	archive_number: str,
	retention: str,
) -> Path:
	"""The folder: every file as it came under a numbered name, the list of hashes as table and as JSON."""
	members = [("000_封面和卷内目录.pdf", front, None)]
	for place, one in enumerate(bound, start=1):
		if one.original is not None:
			name = f"{place:03}_{pages.plain_name(one.piece.title)}"
			one.file = f"{name}.{one.piece.extension or 'bin'}"
			members.append((one.file, one.original, one))
	members.append((f"{len(bound) + 1:03}_备考表.pdf", back, None))
	files = []
	target = work / "folder.zip"
	with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
		for name, path, one in members:
			archive.write(path, name)
			size, digest = (one.size, one.sha256) if one else weigh(path)
			if one is None:
				count = binding.page_counts(path)
			else:
				count = 0 if one.reason else one.count
			files.append({"file": name, "size": size, "sha256": digest, "pages": count})
		archive.writestr("manifest.json", _manifest(doc, bound, files, pdf, chain, archive_number, retention))
		archive.writestr("校验清单.csv", _check_list(files))
	return target


def _manifest(
	doc: Document,
	bound: Sequence[Bound],
	files: Sequence[Mapping[str, Any]],
	pdf: Path,
	chain: Chain,
	archive_number: str,
	retention: str,
) -> str:
	size, digest = weigh(pdf)
	return json.dumps(
		{
			"format": "sclist-case-file",
			"version": 1,
			"made_at": now().isoformat(timespec="seconds"),
			"made_by": _person(frappe.session.user),
			"document": {"doctype": doc.doctype, "name": doc.name, "title": case_name(doc)},
			"bureau": {"code": doc.bureau, "name": _bureau(doc.bureau)},
			"closed": doc.run_status == "Ended",
			"archive_number": archive_number,
			"retention": retention,
			"pages": bound[-1].last,
			"event_chain": {
				"events": chain.length,
				"head_hash": chain.head,
				"broken": list(chain.broken),
			},
			"bound_pdf": {"size": size, "sha256": digest},
			"pieces": [
				{
					"place": place,
					"title": one.piece.title,
					"kind": one.piece.kind,
					"number": one.piece.number,
					"date": str(one.piece.day or ""),
					"first_page": one.first,
					"last_page": one.last,
					"remark": one.piece.remark,
					"original_name": one.piece.file_name,
					"file": one.file,
					"size": one.size,
					"sha256": one.sha256,
					"printed": not one.reason,
					"reason": one.reason,
				}
				for place, one in enumerate(bound, start=1)
			],
			"files": list(files),
		},
		ensure_ascii=False,
		indent=1,
	)


def _check_list(files: Sequence[Mapping[str, Any]]) -> str:
	out = io.StringIO()
	table = csv.writer(out)
	table.writerow(["文件名", "字节数", "页数", "SHA-256"])
	for entry in files:
		table.writerow([entry["file"], entry["size"], entry["pages"] or "", entry["sha256"]])
	# spreadsheets take the text for UTF-8 by this mark
	return "\ufeff" + out.getvalue()
