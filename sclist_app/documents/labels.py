"""Labels and envelopes for papers that go by post: sheets of labels on A4, envelopes after GB/T 1416.

An envelope has the six boxes of the addressee's postcode in its upper left corner and the sender with the sender's
postcode in its lower right one. Nothing is cut off: a long address gets smaller letters and more lines. No frappe
here. Lengths are millimetres, type sizes points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from sclist_app.documents.layout import FORM, PageLayout
from sclist_app.documents.rendering import Rendered, Unprintable, render_pdf

__all__ = ["FORMS", "Address", "Envelope", "Sheet", "fits", "render"]


@dataclass(frozen=True)
class Address:
	"""Whom it goes to and who sends it. Postcodes and telephone may be empty."""

	name: str
	address: str
	postcode: str = ""
	phone: str = ""
	sender: str = ""
	sender_address: str = ""
	sender_postcode: str = ""


@dataclass(frozen=True)
class Sheet:
	"""Labels on A4: columns and rows, size of one, edges of the paper left and above, gap between columns."""

	columns: int
	rows: int
	width: float
	height: float
	left: float
	top: float
	gap: float = 0.0


@dataclass(frozen=True)
class Envelope:
	"""An envelope lying on its long side."""

	width: float
	height: float


# The sheets that are sold, and the envelopes of GB/T 1416-2003: 5号 (DL), 7号 (C5), 9号 (C4).
FORMS: dict[str, Sheet | Envelope] = {
	"3x8": Sheet(3, 8, 70.0, 36.0, 0.0, 4.5),
	"2x7": Sheet(2, 7, 99.1, 38.1, 4.65, 15.15, 2.5),
	"DL": Envelope(220.0, 110.0),
	"C5": Envelope(229.0, 162.0),
	"C4": Envelope(324.0, 229.0),
}
PT = 25.4 / 72
LABEL_MARGIN = 4.0
LINE = 1.25
# Letters never get smaller than this.
SMALLEST = 6.0


def render(addresses: Sequence[Address], form: str) -> Rendered:
	"""The PDF with a label, or a page, for each address. form: a key of FORMS.

	Raises:
		KeyError: there is no such form. ValueError: an address does not fit even in the smallest letters.
	"""
	kind = FORMS[form]
	body, page = _sheets(addresses, kind) if isinstance(kind, Sheet) else _envelopes(addresses, kind)
	html = f"<style>{_CSS}</style>{body}"
	try:
		return render_pdf(html, page)
	except Unprintable as error:
		return render_pdf(html.translate(dict.fromkeys(map(ord, error.letters), "〓")), page)


def fits(address: Address, form: str) -> bool:
	"""Can the address be printed whole in letters that can still be read?"""
	kind = FORMS[form]
	try:
		_sheets([address], kind) if isinstance(kind, Sheet) else _envelopes([address], kind)
	except ValueError:
		return False
	return True


def _page(width: float, height: float) -> PageLayout:
	return replace(
		FORM,
		page_width=width,
		page_height=height,
		top=0,
		left=0,
		text_width=width,
		text_height=height,
		page_numbers=False,
	)


def _sheets(addresses: Sequence[Address], sheet: Sheet) -> tuple[str, PageLayout]:
	each = sheet.columns * sheet.rows
	pages = []
	for start in range(0, len(addresses), each):
		cells = []
		for place, address in enumerate(addresses[start : start + each]):
			row, column = divmod(place, sheet.columns)
			left = sheet.left + column * (sheet.width + sheet.gap)
			top = sheet.top + row * sheet.height
			cells.append(
				f'<div class="lb-cell" style="left:{left:.2f}mm;top:{top:.2f}mm;width:{sheet.width:.2f}mm;'
				f'height:{sheet.height:.2f}mm">{_label(address, sheet)}</div>'
			)
		pages.append(f'<div class="lb-page" style="width:210mm;height:296.9mm">{"".join(cells)}</div>')
	return "".join(pages), _page(210.0, 297.0)


def _label(address: Address, sheet: Sheet) -> str:
	width, height = sheet.width - 2 * LABEL_MARGIN, sheet.height - 2 * LABEL_MARGIN
	lines = [
		" ".join(filter(None, (address.postcode, address.address))),
		f"{address.name}　收",
		f"电话：{address.phone}" if address.phone else "",
	]
	lines = [line for line in lines if line]
	size = _fitting(lines, width, height, 12.0)
	body = "".join(f"<p>{escape(line)}</p>" for line in lines)
	return (
		f'<div class="lb-text" style="left:{LABEL_MARGIN}mm;top:{LABEL_MARGIN}mm;width:{width:.2f}mm;'
		f'height:{height:.2f}mm;font-size:{size}pt">{body}</div>'
	)


def _envelopes(addresses: Sequence[Address], envelope: Envelope) -> tuple[str, PageLayout]:
	pages = []
	for address in addresses:
		width, height = envelope.width, envelope.height
		boxes = "".join(
			f'<span class="lb-box" style="left:{12 + n * 9}mm">{escape(figure)}</span>'
			for n, figure in enumerate(f"{address.postcode:<6}"[:6])
		)
		# the addressee in the middle, the sender below to the right; between them nothing overlaps
		left, wide = width * 0.2, width * 0.68
		tall = height - 28 - 34
		lines = [address.address, f"{address.name}　收"]
		if address.phone:
			lines.append(f"电话：{address.phone}")
		size = _fitting(lines, wide, tall, 20.0 if height > 150 else 16.0)
		sender = [line for line in (address.sender_address, address.sender) if line]
		if address.sender_postcode:
			sender.append(f"邮政编码：{address.sender_postcode}")
		from_width = width * 0.55
		from_size = _fitting(sender, from_width, 26, 12.0)
		pages.append(
			f'<div class="lb-page" style="width:{width}mm;height:{height - 0.1}mm">{boxes}'
			f'<div class="lb-text" style="left:{left:.2f}mm;top:28mm;width:{wide:.2f}mm;height:{tall:.2f}mm;'
			f'font-size:{size}pt">{"".join(f"<p>{escape(line)}</p>" for line in lines)}</div>'
			f'<div class="lb-text lb-from" style="left:{width - from_width - 12:.2f}mm;top:{height - 34:.2f}mm;'
			f'width:{from_width:.2f}mm;height:26mm;font-size:{from_size}pt">'
			f"{''.join(f'<p>{escape(line)}</p>' for line in sender)}</div></div>"
		)
	return "".join(pages), _page(envelope.width, envelope.height)


def _fitting(lines: Sequence[str], width: float, height: float, largest: float) -> float:
	"""The largest type size (points, in halves) in which the lines, broken where they must, stay inside.

	Raises:
		ValueError: not even the smallest does.
	"""
	size = largest
	while size >= SMALLEST:
		# a little less than the width: a full-width mark may not begin a line and goes down with its neighbour
		room = max(int(width / (size * PT)) - 1, 1)
		count = sum(-(-_letters(line) // room) for line in lines)
		if count * size * PT * LINE <= height:
			return size
		size -= 0.5
	raise ValueError(f"the address does not fit: {''.join(lines)[:40]}")


def _letters(line: str) -> int:
	"""Width in full-width letters; two figures or Latin letters make one, capitals a little more."""
	half = sum(1 for letter in line if letter < "\u2000")
	return -(-half * 6 // 10) + len(line) - half


_CSS = """
.lb-page { position: relative; break-after: page; overflow: hidden; }
.lb-page:last-child { break-after: auto; }
.lb-cell, .lb-text, .lb-box { position: absolute; }
.lb-text { line-height: 1.25; overflow-wrap: anywhere; }
.lb-text p { text-align: left; }
.lb-from p { text-align: right; }
.lb-box { top: 10mm; width: 7mm; height: 8mm; border: 0.3mm solid #e60012; text-align: center;
	font-size: 14pt; line-height: 8mm; }
"""
