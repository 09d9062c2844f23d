"""Many papers bound into one PDF: what came as PDF or picture made ready, put together, numbered, bookmarked.

Everything lies on disk and goes through qpdf (pikepdf), which copies page by page: 300 scanned pages of 400 MB were
bound with 12 MB of memory, where pypdf holds all of them at once. No frappe here. Lengths are points.
"""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from sclist_app.law.findings import N_

__all__ = [
	"Bookmark",
	"Unusable",
	"blank",
	"finish",
	"from_pdf",
	"from_picture",
	"join",
	"page_counts",
]

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
# a picture keeps clear of the number in the corner
MARGIN = 12 * MM
# Pictures that cannot go in as they are are unpacked in memory: three bytes a point.
MAX_POINTS = 36_000_000
MAX_PAGES = 5_000
# pages of one picture: each is unpacked, however small the file is
MAX_FRAMES = 500
NUMBER_SIZE = 12
NUMBER_RIGHT, NUMBER_TOP = 14 * MM, 12 * MM

M_ENCRYPTED = N_("The file is locked with a password")
M_BROKEN = N_("The file is damaged and cannot be opened")
M_EMPTY = N_("The file has no page")
M_LONG = N_("The file has more than {0} pages")
M_PICTURE = N_("The picture is damaged and cannot be opened")
M_LARGE = N_("The picture is too large to be printed")


class Unusable(ValueError):
	"""A file that gives no pages. `message` is an English msgid, `values` fill it."""

	def __init__(self, message: str, *values: object):
		super().__init__(message.format(*values))
		self.message, self.values = message, values


@dataclass(frozen=True)
class Bookmark:
	"""An entry of the outline: title and page (from 0)."""

	title: str
	page: int


def _open(path: Path) -> Pdf:
	# not mapped into memory: mapped pages count as the process's own
	return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


def _save(pdf: Pdf, target: Path) -> None:
	pdf.save(
		target,
		object_stream_mode=pikepdf.ObjectStreamMode.generate,
		stream_decode_level=pikepdf.StreamDecodeLevel.none,
		compress_streams=False,
	)


# ---------------------------------------------------------------------- PDFs


def from_pdf(source: Path, target: Path) -> int:
	"""Write a copy of a PDF that is whole and carries pages only; returns their number.

	Comments and filled-in fields become part of the page; scripts, links and attached files are left out.

	Raises:
		Unusable: locked, damaged, empty or too long; nothing is left at `target`.
	"""
	try:
		with _open(source) as pdf:
			count = len(pdf.pages)
			if not count:
				raise Unusable(M_EMPTY)
			if count > MAX_PAGES:
				raise Unusable(M_LONG, MAX_PAGES)
			# a damaged field keeps its comments, without what they do
			with suppress(pikepdf.PdfError, RuntimeError, ValueError, KeyError):
				pdf.flatten_annotations("all")
			for page in pdf.pages:
				_quieten(page)
			_bare(pdf)
			# qpdf writes the size of the table only where the original told one
			if "/Size" not in pdf.trailer:
				pdf.trailer["/Size"] = 1
			_save(pdf, target)
		return count
	except pikepdf.PasswordError:
		_drop(target)
		raise Unusable(M_ENCRYPTED) from None
	except Unusable:
		_drop(target)
		raise
	except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError):
		# qpdf says what it could not read in any of these; a full disk comes as OSError and goes on
		_drop(target)
		raise Unusable(M_BROKEN) from None


def _quieten(page: pikepdf.Page) -> None:
	box = [float(value) for value in page.mediabox]
	if box[2] - box[0] < 1 or box[3] - box[1] < 1:
		raise Unusable(M_BROKEN)
	for key in ("/AA", "/Thumb", "/B"):
		if key in page.obj:
			del page.obj[key]
	for note in page.obj.get("/Annots", ()):
		for key in ("/A", "/AA", "/FS", "/Dest", "/PA"):
			if key in note:
				del note[key]


def _bare(pdf: Pdf) -> None:
	"""Leave the catalogue nothing but its pages."""
	for key in list(pdf.Root.keys()):
		if key not in ("/Type", "/Pages", "/Version"):
			del pdf.Root[key]


def _drop(path: Path) -> None:
	path.unlink(missing_ok=True)


# ------------------------------------------------------------------ pictures


def from_picture(source: Path, target: Path) -> int:
	"""Write a PDF of the picture on A4, a page for each of its frames; returns their number.

	JPEG and plain PNG go in bit by bit as they are; everything else is unpacked and packed again without loss.

	Raises:
		Unusable: damaged, too large or too long; nothing is left at `target`.
	"""
	from PIL import Image

	try:
		with _strict(), Image.open(source) as picture, Pdf.new() as pdf:
			frames = getattr(picture, "n_frames", 1)
			if frames > MAX_FRAMES:
				raise Unusable(M_LONG, MAX_FRAMES)
			for number in range(frames):
				picture.seek(number)
				_add_picture(pdf, source, picture)
			_save(pdf, target)
			return len(pdf.pages)
	except Unusable:
		_drop(target)
		raise
	except (Image.DecompressionBombError, MemoryError):
		_drop(target)
		raise Unusable(M_LARGE) from None
	except (
		OSError,
		ValueError,
		TypeError,
		SyntaxError,
		KeyError,
		EOFError,
		struct.error,
		zlib.error,
	) as error:
		_drop(target)
		if isinstance(error, OSError) and error.errno:
			raise  # the disk, not the picture
		raise Unusable(M_PICTURE) from None


@contextmanager
def _strict() -> Iterator[None]:
	"""The framework has Pillow take pictures that are cut off; here that would hide a loss."""
	from PIL import ImageFile

	before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
	try:
		yield
	finally:
		ImageFile.LOAD_TRUNCATED_IMAGES = before


def _add_picture(pdf: Pdf, source: Path, picture) -> None:
	turn = picture.getexif().get(0x0112, 1) if picture.format in ("JPEG", "MPO") else 1
	image = None
	if picture.format == "JPEG" and turn in _TURNS:
		image = _jpeg(pdf, source, picture)
	elif picture.format == "PNG":
		image = _png(pdf, source)
	if image is None:
		image, turn = _unpacked(pdf, picture), 1
	width, height = int(image.Width), int(image.Height)
	if turn in (6, 8):
		width, height = height, width
	page = A4 if height >= width else A4[::-1]
	inner = (page[0] - 2 * MARGIN, page[1] - 2 * MARGIN)
	# a scan of a whole sheet keeps its size
	scale = min(page[0] / width, page[1] / height)
	whole = abs(page[0] / page[1] - width / height) < 0.03
	if not whole:
		scale = min(inner[0] / width, inner[1] / height, 72 / 96)
	w, h = width * scale, height * scale
	x, y = (page[0] - w) / 2, (page[1] - h) / 2
	a, b, c, d, e, f = _TURNS[turn]
	matrix = (a * w, b * h, c * w, d * h, x + e * w, y + f * h)
	pdf.add_blank_page(page_size=page)
	sheet = pdf.pages[-1].obj
	sheet.Resources = Dictionary(XObject=Dictionary(Picture=image))
	sheet.Contents = pdf.make_stream(b"q %s cm /Picture Do Q" % _numbers(matrix))


# EXIF orientation -> the unit square of the picture on the unit square of its place
_TURNS = {
	1: (1, 0, 0, 1, 0, 0),
	3: (-1, 0, 0, -1, 1, 1),
	6: (0, -1, 1, 0, 0, 1),
	8: (0, 1, -1, 0, 1, 0),
}


def _image(pdf: Pdf, data: bytes, width: int, height: int, space, bits: int, **more) -> pikepdf.Stream:
	return pdf.make_stream(
		data,
		Type=Name.XObject,
		Subtype=Name.Image,
		Width=width,
		Height=height,
		ColorSpace=space,
		BitsPerComponent=bits,
		**more,
	)


def _jpeg(pdf: Pdf, source: Path, picture) -> pikepdf.Stream | None:
	spaces = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}
	mode, (width, height) = picture.mode, picture.size
	if mode not in spaces:
		return None
	more = {"Decode": Array([1, 0] * 4)} if mode == "CMYK" and "adobe" in picture.info else {}
	# an eighth of the size is enough to find that it is cut off
	picture.draft(mode, (max(width // 8, 1), max(height // 8, 1)))
	picture.load()
	return _image(pdf, source.read_bytes(), width, height, spaces[mode], 8, Filter=Name.DCTDecode, **more)


def _png(pdf: Pdf, source: Path) -> pikepdf.Stream | None:
	"""The packed rows of the file itself, which a PDF reads too; None where they are woven or see-through."""
	head, data, palette = b"", [], None
	for kind, body in _chunks(source):
		if kind == b"IHDR":
			head = body
		elif kind == b"PLTE":
			palette = body
		elif kind == b"tRNS":
			return None
		elif kind == b"IDAT":
			data.append(body)
	width, height, bits, colour, _packing, _filter, woven = struct.unpack(">IIBBBBB", head)
	channels = {0: 1, 2: 3, 3: 1}.get(colour)
	if woven or channels is None or (colour == 3 and not palette):
		return None
	packed = b"".join(data)
	_count_rows(packed, height * (1 + (width * channels * bits + 7) // 8))
	space = {0: Name.DeviceGray, 2: Name.DeviceRGB}.get(colour)
	if colour == 3:
		space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])
	rows = Dictionary(Predictor=15, Colors=channels, BitsPerComponent=bits, Columns=width)
	return _image(pdf, packed, width, height, space, bits, Filter=Name.FlateDecode, DecodeParms=rows)


def _chunks(source: Path) -> Iterator[tuple[bytes, bytes]]:
	with source.open("rb") as file:
		file.seek(8)
		while len(start := file.read(8)) == 8:
			length, kind = struct.unpack(">I4s", start)
			body = file.read(length)
			if len(body) < length:
				raise EOFError
			file.seek(4, 1)
			yield kind, body
			if kind == b"IEND":
				return
	raise EOFError


def _count_rows(packed: bytes, wanted: int) -> None:
	"""Unpack without keeping: a picture that is cut off would print as nothing."""
	unpacker, got, place = zlib.decompressobj(), 0, 0
	while place < len(packed) and not unpacker.eof:
		rest = packed[place : place + 65536]
		place += 65536
		while rest:
			got += len(unpacker.decompress(rest, 1 << 20))
			rest = unpacker.unconsumed_tail
			if got > wanted:
				break
	if got < wanted:
		raise EOFError


def _unpacked(pdf: Pdf, picture) -> pikepdf.Stream:
	from PIL import Image, ImageOps

	if picture.width * picture.height > MAX_POINTS:
		raise Unusable(M_LARGE)
	plain = ImageOps.exif_transpose(picture) or picture
	if "A" in plain.getbands() or "transparency" in plain.info:
		behind = Image.new("RGB", plain.size, "white")
		see_through = plain.convert("RGBA")
		behind.paste(see_through, mask=see_through.getchannel("A"))
		plain = behind
	elif plain.mode not in ("1", "L", "RGB"):
		plain = plain.convert("RGB")
	space = Name.DeviceRGB if plain.mode == "RGB" else Name.DeviceGray
	bits = 1 if plain.mode == "1" else 8
	packed = zlib.compress(plain.tobytes(), 6)
	return _image(pdf, packed, *plain.size, space, bits, Filter=Name.FlateDecode)


def _numbers(values: Iterable[float]) -> bytes:
	return " ".join(f"{value:.4f}" for value in values).encode()


# --------------------------------------------------------------- put together


def blank(target: Path) -> None:
	"""A PDF of one empty page A4."""
	with Pdf.new() as pdf:
		pdf.add_blank_page(page_size=A4)
		_save(pdf, target)


def page_counts(path: Path) -> int:
	"""The number of pages of a PDF of ours."""
	with _open(path) as pdf:
		return len(pdf.pages)


def join(parts: Sequence[Path | tuple[Path, str]], target: Path) -> None:
	"""Write the pages of the parts (from `from_pdf` or our own), one after the other, into one PDF.

	A part may be a file with the range of its pages ("3", "2-5"). The same file may come several times.

	Raises:
		RuntimeError: a part cannot be read.
	"""
	words: list[str] = []
	for part in parts:
		path, pages = part if isinstance(part, tuple) else (part, "1-z")
		words += [str(path), pages]
	# qpdf opens and shuts the files by itself when there are too many of them
	pikepdf.Job(["qpdf", "--empty", "--pages", *words, "--", str(target)]).run()


def finish(
	source: Path,
	target: Path,
	*,
	numbers: Sequence[int | None] = (),
	bookmarks: Sequence[Bookmark] = (),
	title: str = "",
) -> int:
	"""Write the joined PDF with its page numbers, outline and title; returns the number of its pages.

	numbers: for each page what is printed in its upper right corner, None: nothing.
	"""
	with _open(source) as pdf:
		count = len(pdf.pages)
		if any(number is not None for number in numbers):
			font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
			for page, number in zip(pdf.pages, numbers, strict=True):
				if number is not None:
					_stamp(page, font, str(number))
		with pdf.open_outline() as outline:
			outline.root.extend(pikepdf.OutlineItem(mark.title, mark.page, "Fit") for mark in bookmarks)
		if bookmarks:
			pdf.Root.PageMode = Name.UseOutlines
		if title:
			pdf.docinfo["/Title"] = title
		_save(pdf, target)
	return count


def _stamp(page: pikepdf.Page, font: pikepdf.Object, text: str) -> None:
	"""Print the number into the upper right corner as the page is looked at, whichever way it is turned."""
	x0, y0, x1, y1 = _visible(page)
	turned = int(page.obj.get("/Rotate", 0)) % 360
	width, height = (y1 - y0, x1 - x0) if turned in (90, 270) else (x1 - x0, y1 - y0)
	matrix = {
		90: (0, 1, -1, 0, x1, y0),
		180: (-1, 0, 0, -1, x1, y1),
		270: (0, -1, 1, 0, x0, y1),
	}.get(turned, (1, 0, 0, 1, x0, y0))
	# a figure of Helvetica is 0.556 of its size wide
	left = max(width - NUMBER_RIGHT - len(text) * NUMBER_SIZE * 0.556, 2)
	base = max(height - NUMBER_TOP, 2)
	name = page.add_resource(font, Name.Font, prefix="ScNumber")
	word = b"BT %s %d Tf %s Td %d Tr (%s) Tj ET"
	place = _numbers((left, base))
	face = str(name).encode()
	drawn = (
		b"\nQ q %s cm 1 G 3 w 1 j " % _numbers(matrix)
		# a white rim, so that it can be read on a dark scan
		+ word % (face, NUMBER_SIZE, place, 1, text.encode())
		+ b" 0 g "
		+ word % (face, NUMBER_SIZE, place, 0, text.encode())
		+ b" Q"
	)
	page.contents_add(b"q\n", prepend=True)
	page.contents_add(drawn)


def _visible(page: pikepdf.Page) -> tuple[float, float, float, float]:
	"""The part of the sheet that is shown: the crop box inside the media box, its corners in order."""
	outer = _corners(page.mediabox)
	inner = _corners(page.cropbox)
	cut = (*map(max, outer[:2], inner[:2]), *map(min, outer[2:], inner[2:]))
	return cut if cut[2] - cut[0] > 1 and cut[3] - cut[1] > 1 else outer


def _corners(box: Iterable) -> tuple[float, float, float, float]:
	a, b, c, d = (float(value) for value in box)
	return min(a, c), min(b, d), max(a, c), max(b, d)


def copy(source: Path, target: Path) -> None:
	"""A plain copy, a piece at a time."""
	with source.open("rb") as read, target.open("wb") as write:
		shutil.copyfileobj(read, write, 1 << 20)
