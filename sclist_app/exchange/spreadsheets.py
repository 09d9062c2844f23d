"""Spreadsheets from outside, read without trust: .xlsx by openpyxl's reading mode, .csv in the encodings offices use.

Nothing of a file is believed before it is looked at: its first bytes, the sizes its directory declares, whether it
is encrypted, carries macros, an inner document type, merged cells or formulas. Whatever it holds, the answer is a
table of plain values or one `Unreadable` that says what to do.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sclist_app.law.findings import N_, Finding

__all__ = ["MAX_BYTES", "Table", "Unreadable", "cell_name", "read_table", "write_table"]

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_UNPACKED: Final = 80 * 1024 * 1024
MAX_PARTS: Final = 500
# Excel packs repeated text well, an honest sheet may reach 1 : 60.
MAX_RATIO: Final = 150
MAX_SCANNED: Final = 60_000
MAX_COLUMNS: Final = 40
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODINGS: Final = ("utf-8-sig", "gb18030")
_CHUNK: Final = 1 << 18
_DAMAGED: Final = N_("The file is damaged. Open it in Excel or WPS, save it again and upload it.")
_MACRO: Final = N_("The file contains macros. Save it as .xlsx without macros and upload it again.")
_LOCKED: Final = N_(
	"The file is protected by a password. Take the password off, save it and upload it again."
)
_TYPE: Final = N_("Only Excel files (.xlsx) and .csv files can be read. Use the template.")


class Unreadable(Exception):
	"""The file cannot be taken. `finding` says why and what to do."""

	def __init__(self, code: str, message: str, **values: Any):
		super().__init__(code)
		self.finding = Finding(f"file.{code}", message, "", values)


@dataclass
class Table:
	"""The first row and the rows below: [(row number from 1, values)]; rows without any value are left out."""

	headings: list[Any]
	rows: list[tuple[int, list[Any]]] = field(default_factory=list)


def read_table(content: bytes, name: str, most: int) -> Table:
	"""Read the first sheet of an .xlsx or a .csv file with at most `most` rows below the headings.

	Raises:
		Unreadable: empty, too large, of another type, damaged, encrypted, with macros, merged cells or formulas, of
		too many rows, or packed to burst.
	"""
	if not content.strip(b"\x00 \r\n\t"):
		raise Unreadable("empty", N_("The file is empty. Download the template and fill it in."))
	if len(content) > MAX_BYTES:
		raise Unreadable(
			"large",
			N_("The file is larger than {most} MB. Split it into several files."),
			most=MAX_BYTES // 1024 // 1024,
		)
	extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
	if content.startswith(_OLE):
		if "EncryptedPackage".encode("utf-16-le") in content:
			raise Unreadable("encrypted", _LOCKED)
		raise Unreadable(
			"old", N_("This is the old Excel format (.xls). Save it as .xlsx and upload it again.")
		)
	if content.startswith(b"PK"):
		return _collect(_xlsx_rows(content), most)
	if extension in ("csv", "txt"):
		return _collect(_csv_rows(content), most)
	if extension in ("xlsx", "xlsm"):
		raise Unreadable("damaged", _DAMAGED)
	raise Unreadable("type", _TYPE)


def _collect(rows: Iterable[tuple[int, list[Any]]], most: int) -> Table:
	table: Table | None = None
	for number, values in rows:
		if number > MAX_SCANNED:
			raise Unreadable(
				"scanned",
				N_(
					"There are data or formats below row {most}. Delete the empty rows at the end, or copy the data into a fresh template."
				),
				most=MAX_SCANNED,
			)
		if not any(value is not None and str(value).strip() for value in values):
			continue
		if table is None:
			table = Table(values)
			continue
		if len(table.rows) == most:
			raise Unreadable(
				"rows",
				N_("The file has more than {most} rows. Split it into files of at most {most} rows."),
				most=most,
			)
		table.rows.append((number, values))
	if table is None:
		raise Unreadable("empty", N_("The file is empty. Download the template and fill it in."))
	if not table.rows:
		raise Unreadable("no_rows", N_("There are no data below the headings. Fill in at least one row."))
	return table


# ------------------------------------------------------------------------ .csv


def _csv_rows(content: bytes) -> Iterator[tuple[int, list[Any]]]:
	text = _decoded(content)
	first = text.split("\n", 1)[0]
	delimiter = max(",;\t，", key=first.count)
	if delimiter == "，":
		raise Unreadable(
			"comma", N_("The columns are separated by Chinese commas. Save the file as .xlsx instead.")
		)
	reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
	number = 0
	try:
		for number, values in enumerate(reader, 1):
			for i, value in enumerate(values[:MAX_COLUMNS]):
				if value.startswith("=") and not re.fullmatch(r'="[^"]*"', value):
					_refuse_formula(number, i)
			# ="001" is how Excel keeps a number as text in a .csv
			yield (
				number,
				[re.sub(r'^="([^"]*)"$', r"\1", value).lstrip("\t'") for value in values[:MAX_COLUMNS]],
			)
	except csv.Error:
		raise Unreadable(
			"csv",
			N_("Row {row} cannot be read. Save the file as .xlsx and upload it again."),
			row=number + 1,
		) from None


def _decoded(content: bytes) -> str:
	encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS
	for encoding in encodings:
		try:
			text = content.decode(encoding)
		except UnicodeError:
			continue
		if "\x00" not in text:
			return text
	raise Unreadable(
		"encoding",
		N_("The characters of the file cannot be read. Save it as .xlsx, or as .csv in UTF-8 or GBK."),
	)


def _refuse_formula(row: int, column: int) -> None:
	raise Unreadable(
		"formula",
		N_("There is a formula in cell {cell}. Copy the column and paste it as values, then upload again."),
		cell=cell_name(column, row),
	)


def cell_name(column: int, row: int) -> str:
	"""Column from 0, row from 1: (0, 7) → "A7", (27, 2) → "AB2"."""
	letters, n = "", column + 1
	while n:
		n, rest = divmod(n - 1, 26)
		letters = chr(65 + rest) + letters
	return f"{letters}{row}"


# ----------------------------------------------------------------------- .xlsx


def _xlsx_rows(content: bytes) -> Iterator[tuple[int, list[Any]]]:
	_look_inside(content)
	from openpyxl import load_workbook

	try:
		with warnings.catch_warnings():
			warnings.simplefilter("ignore")
			book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
			sheet = book.worksheets[0]
		path = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
		_refuse_merged(content, path)
		for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
			for i, cell in enumerate(cells):
				if cell.data_type == "f":
					_refuse_formula(number, i)
				if cell.data_type == "e":
					raise Unreadable(
						"error_value",
						N_("Cell {cell} holds an error value ({value}). Correct it."),
						cell=cell_name(i, number),
						value=str(cell.value),
					)
			yield number, [cell.value for cell in cells]
	except Unreadable:
		raise
	except Exception:
		# whatever openpyxl trips over in a forged or broken part, the answer is the same
		raise Unreadable("damaged", _DAMAGED) from None


def _look_inside(content: bytes) -> None:
	"""Before anything is unpacked, what the directory of the package says; then each text part once, in pieces."""
	try:
		package = zipfile.ZipFile(io.BytesIO(content))
		parts = package.infolist()
		_check_directory(parts)
		for part in parts:
			if part.filename.endswith((".xml", ".rels")):
				_check_text(package, part)
	except Unreadable:
		raise
	except Exception:
		raise Unreadable("damaged", _DAMAGED) from None


def _check_directory(parts: Sequence[zipfile.ZipInfo]) -> None:
	names = {part.filename for part in parts}
	if any(part.flag_bits & 1 for part in parts):
		raise Unreadable("encrypted", _LOCKED)
	if (
		len(parts) > MAX_PARTS
		or sum(part.file_size for part in parts) > MAX_UNPACKED
		or any(
			part.file_size > _CHUNK and part.file_size > MAX_RATIO * max(part.compress_size, 1)
			for part in parts
		)
	):
		raise Unreadable(
			"bomb",
			N_("Unpacked, the file is far larger than it looks. Copy the data into a fresh template."),
		)
	if any(name.lower().endswith("vbaproject.bin") for name in names):
		raise Unreadable("macro", _MACRO)
	if "xl/workbook.xml" not in names:
		raise Unreadable("type", _TYPE)


def _check_text(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
	for piece in _pieces(package, part):
		if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece or b"<\x00!\x00" in piece:
			raise Unreadable("damaged", _DAMAGED)
		if b"macroEnabled" in piece and part.filename == "[Content_Types].xml":
			raise Unreadable("macro", _MACRO)


def _refuse_merged(content: bytes, path: str) -> None:
	package = zipfile.ZipFile(io.BytesIO(content))
	found: list[bytes] = []
	for piece in _pieces(package, package.getinfo(path)):
		found += re.findall(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z0-9:]{2,20})"', piece)
		if found and len(found) > 200:
			break
	if found:
		cells = list(dict.fromkeys(cell.decode() for cell in found))
		raise Unreadable(
			"merged",
			N_("There are merged cells: {cells}. Split them and fill in every row, then upload again."),
			cells=[*cells[:5], "……"] if len(cells) > 5 else cells,
		)


def _pieces(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
	"""A part in pieces that overlap, so that no word falls between two of them."""
	tail = b""
	with package.open(part) as stream:
		while piece := stream.read(_CHUNK):
			yield tail + piece
			tail = piece[-100:]


# --------------------------------------------------------------------- writing


def write_table(
	title: str,
	headings: Sequence[str],
	rows: Iterable[Sequence[Any]],
	*,
	widths: Sequence[int] = (),
	marked: int = 0,
	more: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]] = (),
	choices: Sequence[tuple[int, str]] = (),
) -> bytes:
	"""An .xlsx whose cells are all text: nothing in it is ever taken for a formula or loses digits.

	marked: how many of the last columns are set off in red. more: further sheets (title, headings, rows).
	choices: columns (from 0) whose cells choose from a range ("'可选值'!$A$2:$A$4").
	"""
	from openpyxl import Workbook

	book = Workbook()
	count = _fill(book.active, title, headings, rows, widths, marked)
	for column in range(1, len(headings) + 1):
		# what is typed below the last row is text as well
		for row in range(count + 1, count + 201):
			book.active.cell(row, column).number_format = "@"
	_offer(book.active, choices, max(count, 2) + 2000)
	for name, heads, body in more:
		_fill(book.create_sheet(), name, heads, body)
	out = io.BytesIO()
	book.save(out)
	return out.getvalue()


def _fill(
	sheet: Any,
	title: str,
	heads: Sequence[str],
	body: Iterable[Sequence[Any]],
	widths: Sequence[int] = (),
	marked: int = 0,
) -> int:
	"""Headings, rows and widths of one sheet; returns the number of its last row."""
	from openpyxl.styles import Alignment, Font, PatternFill
	from openpyxl.utils import get_column_letter

	sheet.title = title[:31]
	count = 1
	sheet.append(list(heads))
	for count, values in enumerate(body, 2):
		for i, value in enumerate(values, 1):
			cell = sheet.cell(count, i)
			cell.value = "" if value is None else _safe(str(value))
			cell.data_type, cell.number_format = "s", "@"
	for i, head in enumerate(heads, 1):
		cell = sheet.cell(1, i)
		red = i > len(heads) - marked
		cell.font = Font(bold=True, color="C00000" if red else "1F2937")
		cell.fill = PatternFill("solid", fgColor="FDECEC" if red else "EAF1FB")
		cell.alignment = Alignment(vertical="center", wrap_text=True)
		wide = widths[i - 1] if i <= len(widths) else max(12, min(40, len(head) * 2 + 4))
		sheet.column_dimensions[get_column_letter(i)].width = wide
	sheet.freeze_panes = "A2"
	return count


def _offer(sheet: Any, choices: Sequence[tuple[int, str]], last: int) -> None:
	from openpyxl.utils import get_column_letter
	from openpyxl.worksheet.datavalidation import DataValidation

	for column, source in choices:
		letter = get_column_letter(column + 1)
		rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
		rule.add(f"{letter}2:{letter}{last}")
		sheet.add_data_validation(rule)


_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _safe(text: str) -> str:
	return _ILLEGAL.sub("", text)[:32_000]
