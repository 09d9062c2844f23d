"""Several papers as one PDF for the printer, and the labels and envelopes to send them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frappe
from frappe import _

from sclist_app.access import local_rules
from sclist_app.audit import events
from sclist_app.documents import addresses, binding, labels
from sclist_app.law.findings import N_
from sclist_app.register.case_file import DOCTYPES, as_pdf, authoritative

__all__ = ["MOST", "Printed", "chosen", "note_printed", "print_labels", "print_together"]

# Papers in one job.
MOST = 500
MOST_COPIES = 20

M_VOID = N_("The paper is void")
M_CORRECTED = N_("The paper is replaced by a corrected one")
M_GONE = N_("The file is missing on the server")
M_NO_ADDRESSEE = N_("The paper goes to nobody outside")
M_NO_ADDRESS = N_("No address is registered for {0}")

M_LONG_ADDRESS = N_("The address is too long for this form. Choose an envelope")


@dataclass
class Printed:
	"""What was printed. papers: the SC Notices that are in it. skipped: {"title", "reason"} of the others."""

	pdf: Path
	pages: int
	papers: list[str] = field(default_factory=list)
	skipped: list[dict[str, str]] = field(default_factory=list)


def chosen(doctype: str, names: Sequence[str]) -> list[str]:
	"""The papers (SC Notice) a user has chosen, themselves or by the documents they belong to; void ones drop out of
	the latter.

	Raises:
		frappe.PermissionError: one of them is not theirs to read. frappe.ValidationError: none, or too many.
	"""
	if doctype != "SC Notice" and doctype not in DOCTYPES:
		frappe.throw(_("The value of {0} is not valid.").format("doctype"))
	names = list(dict.fromkeys(names))
	if not names:
		frappe.throw(_("Choose what is to be printed first."))
	if len(names) > MOST:
		frappe.throw(_("Choose at most {0} papers at once.").format(MOST))
	_refuse_unreadable(doctype, names)
	if doctype == "SC Notice":
		return names
	rows = frappe.get_all(
		"SC Notice",
		filters={"reference_doctype": doctype, "reference_name": ["in", names], "status": "Issued"},
		fields=["name", "reference_name"],
		order_by="issued_on asc, creation asc",
		limit=0,
	)
	if not rows:
		frappe.throw(_("No paper has been drawn up yet."))
	if len(rows) > MOST:
		frappe.throw(
			_("These have {0} papers together. Choose fewer: at most {1} papers at once.").format(
				len(rows), MOST
			)
		)
	return [row.name for row in sorted(rows, key=lambda row: names.index(row.reference_name))]


def _refuse_unreadable(doctype: str, names: Sequence[str]) -> None:
	readable = set(
		frappe.get_list(
			doctype, filters={"name": ["in", names]}, pluck="name", order_by="creation", limit=len(names)
		)
	)
	if not readable.issuperset(names):
		frappe.throw(_("Some of these do not exist or are not yours to read."), frappe.PermissionError)


def print_together(
	papers: Sequence[str],
	work: Path,
	*,
	duplex: bool,
	copies: bool,
	beat: Callable[[int, int], None],
) -> Printed:
	"""One PDF of the copies that count, in the order given. One that cannot be printed is left out and named.

	duplex: each paper begins on the front of a sheet. copies: as many of each as the bureau has set.

	Raises:
		frappe.ValidationError: none of them can be printed.
	"""
	blank = work / "blank.pdf"
	binding.blank(blank)
	parts: list[Path] = []
	marks: list[binding.Bookmark] = []
	printed, skipped, page = [], [], 0
	for done, name in enumerate(papers):
		beat(done, len(papers) + 1)
		row = frappe.db.get_value("SC Notice", name, "*", as_dict=True)
		title = _called(row) if row else name
		target = work / f"{done:04}.pdf"
		if reason := _unprintable(row) or _made_ready(row, target):
			skipped.append({"title": title, "reason": reason})
			continue
		count = binding.page_counts(target)
		marks.append(binding.Bookmark(title, page))
		for _copy in range(_copies(row.bureau) if copies else 1):
			parts.append(target)
			page += count
			if duplex and count % 2:
				parts.append(blank)
				page += 1
		printed.append(name)
	if not printed:
		frappe.throw("\n".join(f"{one['title']}：{one['reason']}" for one in skipped[:10]))
	joined, pdf = work / "joined.pdf", work / "papers.pdf"
	binding.join(parts, joined)
	pages = binding.finish(joined, pdf, bookmarks=marks)
	beat(len(papers) + 1, len(papers) + 1)
	return Printed(pdf, pages, printed, skipped)


def _called(row: Any) -> str:
	return " ".join(filter(None, (row.number, row.title, row.addressee_name)))


def _unprintable(row: Any) -> str:
	if row is None:
		return _(M_GONE)
	return _({"Voided": M_VOID, "Corrected": M_CORRECTED}.get(row.status, ""))


def _made_ready(row: Any, target: Path) -> str:
	"""Make the paper's pages ready; returns why not, if it cannot be done."""
	source = authoritative(row)
	if not source.is_file():
		return _(M_GONE)
	try:
		as_pdf(source, source.suffix.lstrip(".").lower(), target)
	except binding.Unusable as error:
		return _(error.message).format(*error.values)
	return ""


def _copies(bureau: str) -> int:
	return min(max(local_rules.copies(bureau) or 1, 1), MOST_COPIES)


def note_printed(papers: Iterable[str], job: str) -> None:
	"""Into the chain of each paper: who took it with its full numbers."""
	for name in papers:
		row = frappe.db.get_value("SC Notice", name, ["bureau", "run", "number"], as_dict=True)
		events.append(
			"SC Notice",
			name,
			"disclosed",
			N_("Document with full numbers printed together with others"),
			bureau=row.bureau,
			run=row.run,
			data={"number": row.number, "job": job},
		)


# ------------------------------------------------------------------------------ labels


def print_labels(
	papers: Sequence[str], form: str, work: Path, *, beat: Callable[[int, int], None]
) -> Printed:
	"""A label or an envelope for each addressee of the papers, one for several papers to the same address.

	Raises:
		frappe.ValidationError: no address is known for any of them.
	"""
	printed, skipped = [], []
	found: dict[labels.Address, None] = {}
	for done, name in enumerate(papers):
		beat(done, len(papers) + 1)
		row = frappe.db.get_value("SC Notice", name, "*", as_dict=True)
		if reason := _unprintable(row):
			skipped.append({"title": _called(row) if row else name, "reason": reason})
			continue
		if not row.addressee:
			skipped.append({"title": _called(row), "reason": _(M_NO_ADDRESSEE)})
			continue
		address = _address(row)
		if not address.address:
			skipped.append({"title": _called(row), "reason": _(M_NO_ADDRESS).format(row.addressee_name)})
			continue
		if not labels.fits(address, form):
			skipped.append({"title": _called(row), "reason": _(M_LONG_ADDRESS)})
			continue
		found[address] = None
		printed.append(name)
	if not found:
		frappe.throw("\n".join(f"{one['title']}：{one['reason']}" for one in skipped[:10]))
	rendered = labels.render(list(found), form)
	pdf = work / "labels.pdf"
	pdf.write_bytes(rendered.pdf)
	beat(len(papers) + 1, len(papers) + 1)
	return Printed(pdf, rendered.pages, printed, skipped)


def _address(notice: Any) -> labels.Address:
	entity = frappe.get_cached_doc("SC Entity", notice.addressee)
	bureau = frappe.get_cached_doc("SC Bureau", notice.bureau)
	# where the party wants its papers (送达地址确认书), else where it is registered
	confirmed = addresses.in_force(notice.addressee, notice.bureau) or {}
	return labels.Address(
		name=confirmed.get("receiver") or notice.addressee_name,
		address=(confirmed.get("address") or entity.address or "").strip(),
		postcode=confirmed.get("postcode") or "",
		phone=confirmed.get("phone") or entity.get("phone") or "",
		sender=bureau.bureau_name,
		sender_address=(bureau.address or "").strip(),
		sender_postcode=bureau.postcode or "",
	)
