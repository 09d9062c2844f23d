"""How long documents take: one decision on a warm worker, and a hundred notices issued one after the other.

	python -m devbench --wait reset --site bench.localhost
	python -m devbench run --site bench.localhost benchmarks/papers.py [notices]

First the PDF of decisions, each with letters the one before did not have (so no face is found cut already), from
the rendered text to the finished bytes. Then notices (D01) issued as an act issues them: facts gathered, number
drawn, text frozen, PDF written to disk, committed. Prints seconds, pages and pages a second; what failed is counted.
The notices stay in the site; it is for this only.
"""

from __future__ import annotations

import statistics
import sys
import time

import frappe

from sclist_app.documents import issue as issuing
from sclist_app.documents.issue import MANIFEST
from sclist_app.documents.placeholders import sample_facts
from sclist_app.documents.rendering import Rendered, render_html, render_pdf
from sclist_app.register.previews import paper_of
from sclist_app.workflow import store

ROUNDS = 30


def decision(kind: str, turn: int) -> tuple[float, Rendered]:
	"""Seconds and pages of one decision; `turn` changes its letters."""
	facts = sample_facts()
	strange = "".join(chr(0x4E00 + (turn * 97 + i * 31) % 0x5000) for i in range(12))
	facts["addressee"]["name"] = f"晋源市{strange}有限公司"
	html = render_html((MANIFEST.parent / f"{kind}.html").read_text(encoding="utf-8"), facts, preview=True)
	start = time.perf_counter()
	printed = render_pdf(html)
	return time.perf_counter() - start, printed


def decisions(kind: str) -> None:
	cold, printed = decision(kind, 0)
	times = [decision(kind, turn)[0] for turn in range(1, ROUNDS + 1)]
	times.sort()
	print(
		f"{kind}: {printed.pages} pages, first {cold:.2f} s, then median {statistics.median(times):.3f} s,"
		f" slowest of {ROUNDS} {times[-1]:.3f} s"
	)


def cases() -> list[tuple[object, str]]:
	"""Cases whose procedure draws a notice, with a subject each."""
	found = []
	for name in frappe.get_all("SC Case", filters={"procedure_version": ["is", "set"]}, pluck="name"):
		doc = frappe.get_doc("SC Case", name)
		kinds = {rule.document_kind for rule in store.load_procedure(doc.procedure_version).documents}
		if "D01" in kinds and doc.subjects:
			found += [(doc, row.entity) for row in doc.subjects]
	return found


def notices(count: int) -> None:
	pairs = cases()
	if not pairs:
		print("no case draws a notice here; reset the site with its demonstration data")
		return
	failed, pages, times = 0, 0, []
	start = time.perf_counter()
	for turn in range(count):
		doc, entity = pairs[turn % len(pairs)]
		begun = time.perf_counter()
		try:
			name = issuing.issue(paper_of(doc, "D01", entity))
			frappe.db.commit()
			pages += frappe.db.get_value("SC Notice", name, "pages")
		except Exception as error:
			frappe.db.rollback()
			failed += 1
			print(f"failed: {doc.name} {type(error).__name__}: {error}")
		times.append(time.perf_counter() - begun)
	took = time.perf_counter() - start
	print(
		f"{count} notices of {len(pairs)} parties: {took:.1f} s, {pages} pages, {pages / took:.1f} pages a second,"
		f" median {statistics.median(times):.3f} s a notice, failed {failed}"
	)


def main() -> None:
	for kind in ("D09", "D13b", "D05"):
		decisions(kind)
	notices(int(sys.argv[1]) if len(sys.argv) > 1 else 100)


main()
