"""Every document of the procedure on a few pictures: thumbnails of all pages, each named.

	python -m devbench run devbench/contact_sheet.py [folder]

Takes the newest issued document of each kind of the site's demonstration cases, prints the forms from a case, and
makes what the site has none of from the sample facts (marked 样例). Writes papers-1.png … into the folder
(docs/images by default) and, page by page, into its subfolder given by SCLIST_PAGES for proof-reading. Needs
pdftoppm (poppler-utils) and fc-match (fontconfig).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import frappe
from PIL import Image, ImageDraw, ImageFont

from sclist_app.documents import store
from sclist_app.documents.issue import MANIFEST
from sclist_app.documents.layout import LAYOUTS
from sclist_app.documents.placeholders import sample_facts
from sclist_app.documents.rendering import render_html, render_pdf
from sclist_app.register import sheets

DPI = 44
COLUMNS, ROWS = 7, 4
MARGIN, CAPTION = 10, 22
COLOURS = 24
# where the forms are looked for, the first document that has one
HOLDERS = ("SC Case", "SC Repair Application", "SC Listing Record", "SC Removal", "SC Notice")


def papers() -> Iterator[tuple[str, str, bytes]]:
	"""(kind, title, PDF) of every kind of the manifest."""
	kinds = json.loads(MANIFEST.read_text(encoding="utf-8"))["documents"]
	forms = _forms({kind for kind, entry in kinds.items() if entry.get("sheet")})
	for kind, entry in kinds.items():
		pdf = forms.get(kind) if entry.get("sheet") else _issued(kind)
		title = entry["title"]
		if pdf is None:
			pdf, title = _sample(kind, entry), f"{title}（样例）"
		yield kind, title, pdf


def _issued(kind: str) -> bytes | None:
	row = frappe.db.get_value(
		"SC Notice",
		{"document_kind": kind, "status": "Issued", "is_demo": 1, "file": ["is", "set"]},
		"file",
		order_by="creation desc",
	)
	try:
		return store.read(row) if row else None
	except frappe.DoesNotExistError:
		return None


def _forms(wanted: set[str]) -> dict[str, bytes]:
	"""The fullest form of each kind: the longest of the newest documents that have one."""
	found: dict[str, bytes] = {}
	for doctype in HOLDERS:
		names = frappe.get_all(
			doctype, filters={"is_demo": 1}, pluck="name", order_by="creation desc", limit=25
		)
		# what is finished says more than what waits
		names.sort(
			key=lambda name: frappe.db.count(
				"SC Notice", {"reference_name": name, "status": "Issued", "service_state": "To Serve"}
			)
		)
		for name in names:
			left = wanted - set(found)
			if not left:
				return found
			for ref in sheets.available(frappe.get_doc(doctype, name)):
				# a key means a record of it: a blank one is taken only if there is no other
				if ref.kind in left:
					found[ref.kind] = sheets.render(ref)
					left.discard(ref.kind)
	return found


def _sample(kind: str, entry: dict) -> bytes:
	body = (MANIFEST.parent / entry["template"]).read_text(encoding="utf-8")
	day = DAYS.get(kind, date(2026, 3, 20))
	number = "" if entry.get("sheet") else f"晋源应急失信{entry['number_word']}〔{day.year}〕1号"
	groups = {"accidents": [], **_groups(kind)}
	facts = sample_facts(
		document={"kind": kind, "title": entry["title"], "number": number, "date": day}, **groups
	)
	return render_pdf(render_html(body, facts, preview=True), LAYOUTS[entry["layout"]]).pdf


# When the document is issued in the story of the samples.
DAYS = {
	"D02h": date(2026, 3, 10),
	"D06": date(2026, 3, 18),
	"D09": date(2029, 3, 21),
	"D12a": date(2027, 4, 8),
	"D12b": date(2027, 4, 8),
	"D12c": date(2027, 4, 8),
	"D13a": date(2027, 4, 20),
	"D13b": date(2027, 5, 6),
	"D14": date(2027, 4, 16),
	"D15n": date(2027, 8, 16),
	"D15": date(2027, 9, 6),
	"D16": date(2027, 9, 6),
	"D17": date(2026, 8, 20),
	"D18": date(2027, 4, 21),
	"D20a": date(2026, 5, 11),
	"D20": date(2026, 5, 15),
	"D22": date(2027, 9, 22),
	"D23": date(2023, 11, 20),
}


def _groups(kind: str) -> dict:
	"""Where the samples of all documents together would contradict each other in this one."""
	samples = sample_facts()
	unpaid = "罚款尚有15万元未缴纳，行政处罚决定规定的义务未履行完毕。"
	paid, *others = samples["conditions"]
	return {
		"D06": {
			"notice": {
				"defence_statement": "你单位在规定期限内提出了陈述、申辩意见。经复核，本机关对你单位的意见予以采纳。"
				"许可证延期申请在有效期届满前已经受理。"
			},
			"case": {
				"conclusion": "许可证延期申请在有效期届满前已经受理，现有证据不足以认定性质恶劣、情节严重。"
			},
		},
		"D13b": {"conditions": [{**paid, "finding": unpaid, "result": "不符合"}, *others]},
		"D14": {"application": {"reasons": None}},
		"D15": {
			"notice": {
				"number": "晋源应急失信撤修告〔2027〕1号",
				"served_on": date(2027, 8, 17),
				"defence_statement": "你单位在规定期限内未提出陈述、申辩意见。",
			},
			"removal": {"reasons": "提前移出的申请材料系伪造，提前移出的条件自始不具备。"},
		},
		"D23": {
			"listing": {"listed_on": date(2022, 5, 10), "term_end": date(2025, 5, 10)},
			"legacy": {"over": False},
		},
		"D24": {"measures": samples["measures"][2:3]},
	}.get(kind, {})


def pages(pdf: bytes, folder: Path, stem: str, dpi: int) -> list[Path]:
	"""The pages as pictures, in order."""
	source = folder / f"{stem}.pdf"
	source.write_bytes(pdf)
	subprocess.run(["pdftoppm", "-r", str(dpi), "-png", source, folder / stem], check=True)
	source.unlink()
	return sorted(folder.glob(f"{stem}-*.png"))


def _font(size: int) -> ImageFont.FreeTypeFont:
	path = subprocess.run(
		["fc-match", "-f", "%{file}", "Noto Sans CJK SC"], check=True, capture_output=True, text=True
	)
	return ImageFont.truetype(path.stdout, size)


def mounted(shown: list[tuple[str, Path]]) -> Image.Image:
	"""Captioned thumbnails in rows."""
	pictures = [Image.open(path).convert("RGB") for _, path in shown]
	width, height = max(p.width for p in pictures), max(p.height for p in pictures)
	rows = -(-len(pictures) // COLUMNS)
	sheet = Image.new(
		"RGB",
		(COLUMNS * (width + MARGIN) + MARGIN, rows * (height + CAPTION + MARGIN) + MARGIN),
		(222, 224, 228),
	)
	draw, font = ImageDraw.Draw(sheet), _font(14)
	for i, ((caption, _), picture) in enumerate(zip(shown, pictures, strict=True)):
		x = MARGIN + i % COLUMNS * (width + MARGIN)
		y = MARGIN + i // COLUMNS * (height + CAPTION + MARGIN)
		while draw.textlength(caption, font) > width:
			caption = caption[:-2] + "…"
		draw.text((x, y), caption, fill=(20, 30, 50), font=font)
		sheet.paste(picture, (x, y + CAPTION))
	return sheet.quantize(COLOURS)


def main() -> None:
	target = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "images")
	target.mkdir(parents=True, exist_ok=True)
	proofs = os.environ.get("SCLIST_PAGES")
	with tempfile.TemporaryDirectory() as folder:
		shown: list[tuple[str, Path]] = []
		for kind, title, pdf in papers():
			own = pages(pdf, Path(folder), kind, DPI)
			if proofs:
				Path(proofs).mkdir(parents=True, exist_ok=True)
				pages(pdf, Path(proofs), kind, 70)
			for n, path in enumerate(own, 1):
				shown.append((f"{kind} {title}" + (f" {n}/{len(own)}" if len(own) > 1 else ""), path))
			print(f"{kind} {title}: {len(own)}")
		for number, start in enumerate(range(0, len(shown), COLUMNS * ROWS), 1):
			out = target / f"papers-{number}.png"
			mounted(shown[start : start + COLUMNS * ROWS]).save(out, optimize=True)
			print(f"{out}: {out.stat().st_size // 1024} KB")


if __name__ == "__main__":
	main()
