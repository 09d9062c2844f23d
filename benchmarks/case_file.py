"""The case file of a case with 300 scanned pages: how much memory and time its making takes.

	python -m devbench run --site localhost benchmarks/case_file.py [pages]

Hangs scans (JPEG and PNG of A4 at 200 dpi, and PDFs of forty of them) on the case with the most papers, has both
forms of its file made in a process of its own, and prints that process's memory before and at its highest, the
seconds, the pages and the sizes. The scans are taken off again. Needs a site with a case: the demonstration's will do.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path

import frappe

MARK = "扫描件-"
PDF_OF = 40


def megabytes(what: str) -> float:
	"""VmRSS (now) or VmHWM (highest so far) of this process."""
	for line in Path("/proc/self/status").read_text().splitlines():
		if line.startswith(f"{what}:"):
			return int(line.split()[1]) / 1024
	return 0.0


@lru_cache(maxsize=1)
def paper():
	"""A page as a scanner sees it: paper that is not quite white, lines of strokes."""
	from PIL import Image, ImageDraw

	dice = random.Random(1)
	page = Image.effect_noise((1654, 2339), 14).point(lambda value: min(255, 110 + value)).convert("RGB")
	draw = ImageDraw.Draw(page)
	for line in range(200, 2150, 62):
		for column in range(180, 1480, 44):
			for _stroke in range(6):
				x, y = column + dice.randrange(34), line + dice.randrange(34)
				draw.line((x, y, x + dice.randrange(-20, 20), y + dice.randrange(-20, 20)), fill=30, width=3)
	return page


def scan(number: int):
	"""One page of many, none like another."""
	from PIL import ImageChops

	return ImageChops.offset(paper(), number * 5, number * 7)


def hang(case: str, count: int) -> tuple[list[str], int]:
	"""Attach the scans; returns the names of their File rows and how many bytes they are."""
	from sclist_app.documents import binding

	folder = Path(frappe.get_site_path("private", "files")).resolve()
	rows, size = [], 0
	with tempfile.TemporaryDirectory() as place:
		left = []
		for number in range(count):
			page = scan(number)
			kind = "png" if number % 15 == 0 else "jpg"
			path = Path(place) / f"{number:04}.{kind}"
			page.convert("L").save(path) if kind == "png" else page.save(path, quality=60)
			if number % 2:
				left.append(path)
			else:
				rows.append(own(case, folder, f"{MARK}{number:04}.{kind}", path.read_bytes()))
		for start in range(0, len(left), PDF_OF):
			parts = []
			for path in left[start : start + PDF_OF]:
				parts.append(path.with_suffix(".pdf"))
				binding.from_picture(path, parts[-1])
			bound = Path(place) / f"bound-{start}.pdf"
			binding.join(parts, bound)
			rows.append(own(case, folder, f"{MARK}{start:04}.pdf", bound.read_bytes()))
	for name in rows:
		size += Path(frappe.get_doc("File", name).get_full_path()).stat().st_size
	return rows, size


def own(case: str, folder: Path, name: str, content: bytes) -> str:
	(folder / name).write_bytes(content)
	row = frappe.new_doc("File")
	row.update(
		{
			"file_name": name,
			"file_url": f"/private/files/{name}",
			"is_private": 1,
			"attached_to_doctype": "SC Case",
			"attached_to_name": case,
		}
	)
	row.set_new_name()
	row.db_insert()  # scanned volumes are larger than an upload may be by default
	return row.name


def child(site: str, sites: str, case: str) -> None:
	"""Make the file and tell what it cost."""
	frappe.init(site=site, sites_path=sites)
	frappe.connect()
	frappe.local.lang = "zh"
	frappe.set_user("Administrator")
	from sclist_app.register import case_file

	doc = frappe.get_doc("SC Case", case)
	fresh = megabytes("VmRSS")
	case_file.pieces(doc)
	# what a worker that has read a case holds anyway: the app with all its modules
	before = megabytes("VmRSS")
	started = time.perf_counter()
	with tempfile.TemporaryDirectory() as place:
		made = case_file.build(doc, Path(place), archive_number="BENCH", retention="30年")
		seconds = time.perf_counter() - started
		sizes = [path.stat().st_size / 1e6 for path in (made.pdf, made.folder)]
	peak = max(megabytes("VmHWM"), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
	print(
		f"pages {made.pages}, pieces {made.pieces}, left out {len(made.skipped)}; "
		f"PDF {sizes[0]:.0f} MB, folder {sizes[1]:.0f} MB; {seconds:.1f} s; "
		f"memory: connected {fresh:.0f} MB, case read {before:.0f} MB, highest {peak:.0f} MB, "
		f"added by the making {peak - before:.0f} MB",
		flush=True,
	)
	frappe.destroy()


def main(count: int = 300) -> None:
	cases = frappe.get_all("SC Case", pluck="name", order_by="creation")
	if not cases:
		sys.exit("This site has no case.")
	case = max(cases, key=lambda name: frappe.db.count("SC Notice", {"reference_name": name}))
	rows: list[str] = []
	try:
		rows, size = hang(case, count)
		frappe.db.commit()
		print(f"{case}: {count} scanned pages in {len(rows)} files, {size / 1e6:.0f} MB")
		arguments = [frappe.local.site, str(Path(frappe.local.sites_path).resolve()), case]
		subprocess.run([sys.executable, __file__, "child", *arguments], check=True)
	finally:
		frappe.db.rollback()
		frappe.db.delete("File", {"file_name": ["like", f"{MARK}%"]})
		frappe.db.commit()
		for path in Path(frappe.get_site_path("private", "files")).glob(f"{MARK}*"):
			path.unlink()


if __name__ == "__main__":
	if sys.argv[1:2] == ["child"]:
		child(*sys.argv[2:5])
	else:
		main(*map(int, sys.argv[1:2]))
