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
COLUMNS, ROWS = 6, 4
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
	number = "" if entry.get("sheet") else f"晋源应急失信{entry['number_word']}〔2026〕1号"
	facts = sample_facts(document={"kind": kind, "title": entry["title"], "number": number}, accidents=[])
	return render_pdf(render_html(body, facts, preview=True), LAYOUTS[entry["layout"]]).pdf


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
	target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
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
