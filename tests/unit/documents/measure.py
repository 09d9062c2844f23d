"""Where letters and lines stand in a PDF, read back from its content stream, in millimetres.

Uses pypdf, which Frappe brings: text positions and drawn rules come from the file itself, not from the layout.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import dataclass

MM = 25.4 / 72


@dataclass(frozen=True)
class Letter:
	text: str
	x: float  # left edge, mm from the left edge of the paper
	y: float  # baseline, mm from the upper edge of the paper
	size: float  # points


def pages(pdf: bytes) -> list[list[Letter]]:
	"""The letters of every page."""
	from pypdf import PdfReader

	return [_letters(page) for page in PdfReader(io.BytesIO(pdf)).pages]


def lines(letters: list[Letter]) -> list[tuple[float, str, list[Letter]]]:
	"""(baseline mm, text, letters) from top to bottom."""
	rows: dict[float, list[Letter]] = defaultdict(list)
	for letter in letters:
		key = next((y for y in rows if abs(y - letter.y) < 0.7), letter.y)
		rows[key].append(letter)
	result = []
	for y in sorted(rows):
		row = sorted(rows[y], key=lambda item: item.x)
		result.append((y, "".join(item.text for item in row), row))
	return result


def text(pdf: bytes) -> str:
	"""The text as a reader sees it, line by line, pages divided by a rule."""
	return "\n-----\n".join(
		"\n".join(row for _, row, _ in lines(letters) if row.strip()) for letters in pages(pdf)
	)


def _multiply(a: list[float], b: list[float]) -> list[float]:
	return [
		a[0] * b[0] + a[1] * b[2],
		a[0] * b[1] + a[1] * b[3],
		a[2] * b[0] + a[3] * b[2],
		a[2] * b[1] + a[3] * b[3],
		a[4] * b[0] + a[5] * b[2] + b[4],
		a[4] * b[1] + a[5] * b[3] + b[5],
	]


def _letters(page) -> list[Letter]:
	from pypdf.generic import ContentStream

	height = float(page.mediabox.height)
	fonts = {name: _Font(ref.get_object()) for name, ref in page["/Resources"]["/Font"].items()}
	found: list[Letter] = []
	stack: list[list[float]] = []
	matrix = [1.0, 0, 0, 1.0, 0, 0]
	text_matrix = [1.0, 0, 0, 1.0, 0, 0]
	font, size = None, 1.0
	for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
		if operator == b"q":
			stack.append(matrix)
		elif operator == b"Q":
			matrix = stack.pop()
		elif operator == b"cm":
			matrix = _multiply([float(v) for v in operands], matrix)
		elif operator == b"BT":
			text_matrix = [1.0, 0, 0, 1.0, 0, 0]
		elif operator == b"Tf":
			font, size = fonts[operands[0]], float(operands[1])
		elif operator == b"Tm":
			text_matrix = [float(v) for v in operands]
		elif operator == b"TJ":
			advance = 0.0
			for item in operands[0]:
				if isinstance(item, (int, float)):
					advance -= float(item) / 1000 * size
					continue
				raw = item.original_bytes if hasattr(item, "original_bytes") else bytes(item)
				for i in range(0, len(raw), 2):
					code = int.from_bytes(raw[i : i + 2], "big")
					whole = _multiply([1, 0, 0, 1, advance, 0], _multiply(text_matrix, matrix))
					points = size * abs(whole[3])
					found.append(Letter(font.text(code), whole[4] * MM, (height - whole[5]) * MM, points))
					advance += font.width(code) / 1000 * size
	return found


class _Font:
	def __init__(self, font) -> None:
		table = font["/ToUnicode"].get_object().get_data().decode("latin-1")
		# WeasyPrint writes one letter a row: <glyph> <UTF-16>
		self._map = {
			int(code, 16): bytes.fromhex(letters).decode("utf-16-be")
			for code, letters in re.findall(r"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>", table)
		}
		self._widths: dict[int, float] = {}
		inner = font["/DescendantFonts"][0].get_object()
		items = list(inner["/W"])
		while items:
			first, second = items.pop(0), items.pop(0)
			if isinstance(second, list):
				self._widths.update({int(first) + i: float(w) for i, w in enumerate(second)})
			else:
				width = float(items.pop(0))
				self._widths.update(dict.fromkeys(range(int(first), int(second) + 1), width))

	def text(self, code: int) -> str:
		return self._map.get(code, "")

	def width(self, code: int) -> float:
		return self._widths.get(code, 1000.0)
