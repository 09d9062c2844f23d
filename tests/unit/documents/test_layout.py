"""GB/T 9704-2012 measured in the PDF itself, in millimetres from the edges of the paper."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest

from sclist_app.documents import layout as page
from sclist_app.documents.layout import FORM, LAYOUTS, OFFICIAL, PageLayout, css
from sclist_app.documents.rendering import render_html, render_pdf
from tests.unit.documents import measure
from tests.unit.documents.cases import LONG_NAME, MANIFEST, PERSON, body, facts

pytest.importorskip("pypdf", reason="pypdf is not importable here: positions cannot be read")

LINE = 225 / 22
CHAR = 156 / 28
PT = 25.4 / 72
# Three lines of a CJK face: the letter box is 1 em, its baseline lies 0.88 em below the upper edge.
ASCENT = 0.88


def letters_of(row) -> list:
	return [item for item in row[2] if item.text.strip()]


def body_lines(letters) -> list:
	"""The lines inside 版心, without the page number."""
	return [row for row in measure.lines(letters) if row[0] < 37 + 225 and letters_of(row)]


def test_measures_of_the_standard():
	assert (OFFICIAL.page_width, OFFICIAL.page_height) == (210, 297)
	assert (OFFICIAL.top, OFFICIAL.left, OFFICIAL.right, OFFICIAL.bottom) == (37, 28, 26, 35)
	assert (OFFICIAL.lines, OFFICIAL.chars, OFFICIAL.font_size) == (22, 28, 16)
	assert OFFICIAL.line_height == pytest.approx(10.2273, abs=1e-3)
	assert OFFICIAL.char_pitch == pytest.approx(5.5714, abs=1e-3)
	pitch = (OFFICIAL.font_size + OFFICIAL.letter_spacing_pt) * PT
	assert pitch * 28 <= 156 < pitch * 29


def test_layouts_that_cannot_be_are_refused():
	for wrong in ({"style": "letter"}, {"left": 60}, {"top": 80}, {"lines": 0}, {"chars": 0}):
		with pytest.raises(ValueError):
			PageLayout(**wrong)


def test_style_sheets_use_only_measures_that_exist():
	for layout in LAYOUTS.values():
		sheet = css(layout)
		known = set(re.findall(r"^\t--([\w-]+):", sheet, re.M))
		assert set(re.findall(r"var\(--([\w-]+)\)", sheet)) <= known
		assert "url(" not in sheet and "@import" not in sheet


def test_variables_stand_in_longhand_properties_only():
	# WeasyPrint 59 drops a shorthand with var(): a red rule vanished that way
	for name in ("official", "form"):
		sheet = (page.STYLES / f"{name}.css").read_text(encoding="utf-8")
		used = set(re.findall(r"^\s*([a-z-]+):[^;]*var\(", sheet, re.M))
		assert not used & {"border", "border-bottom", "background", "padding", "margin", "font"}, used


def test_letterhead_fits_the_line_for_every_length_of_name():
	for length in range(2, 31):
		size = OFFICIAL.masthead_size("字" * length)
		assert size >= 14 and size * 1.04 * length * PT <= 156.5, length
	assert OFFICIAL.masthead_size("应急局") == 54


@pytest.fixture(scope="module")
def grid(laid_out):
	text = "安全生产严重失信主体名单管理" * 200
	return measure.pages(laid_out(f"<p>{text}</p>").pdf)


def test_paper_is_a4(laid_out):
	from pypdf import PdfReader

	box = PdfReader(io.BytesIO(laid_out("<p>字</p>").pdf)).pages[0].mediabox
	assert (float(box.width) * PT, float(box.height) * PT) == pytest.approx((210, 297), abs=0.05)


def test_22_lines_of_28_letters_inside_the_text_area(grid):
	first, second = body_lines(grid[0]), body_lines(grid[1])
	assert len(first) == len(second) == 22
	assert [len(letters_of(row)) for row in first] == [26] + [28] * 21
	assert {len(letters_of(row)) for row in second} == {28}
	# 订口 28 mm and the right edge 26 mm: a letter is 16 pt wide, cells 156/28 mm
	for row in second:
		inked = letters_of(row)
		assert inked[0].x == pytest.approx(28, abs=0.3)
		assert inked[-1].x + CHAR == pytest.approx(28 + 156, abs=0.3)
		steps = [b.x - a.x for a, b in pairwise(inked)]
		assert min(steps) == pytest.approx(CHAR, abs=0.05) == max(steps)
	# 天头 37 mm: the first line's cell begins there, the 22nd ends at 37 + 225
	baselines = [row[0] for row in second]
	steps = [b - a for a, b in pairwise(baselines)]
	assert min(steps) == pytest.approx(LINE, abs=0.1) and max(steps) == pytest.approx(LINE, abs=0.1)
	letter_top = baselines[0] - ASCENT * 16 * PT
	assert letter_top == pytest.approx(37 + (LINE - 16 * PT) / 2, abs=1)
	assert baselines[-1] - baselines[0] == pytest.approx(21 * LINE, abs=0.3)


def test_first_line_is_indented_by_two_letters(grid):
	assert letters_of(body_lines(grid[0])[0])[0].x == pytest.approx(28 + 2 * CHAR, abs=0.3)


def test_page_numbers_stand_outside_below_the_text(grid):
	for number, letters in enumerate(grid, 1):
		row = measure.lines(letters)[-1]
		assert row[1].replace(" ", "") == f"—{number}—"
		inked = letters_of(row)
		assert all(item.size == pytest.approx(14, abs=0.05) for item in inked)
		dash_height = row[0] - 0.33 * 14 * PT
		assert dash_height == pytest.approx(37 + 225 + 7, abs=1)
		if number % 2:  # 单页码居右空一字
			assert inked[-1].x + 14 * PT == pytest.approx(184 - 14 * PT, abs=1)
		else:  # 双页码居左空一字
			assert inked[0].x == pytest.approx(28 + 14 * PT, abs=1)


def test_lines_with_figures_and_closing_marks_reach_the_right_edge(laid_out):
	text = "国家应急管理部门，依法于2024年1月5日作出第11号决定（文号：晋应急〔2024〕17号）；" * 12
	rows = body_lines(measure.pages(laid_out(f"<p>{text}</p>").pdf)[0])
	assert len(rows) > 10
	for row in rows[:-1]:
		last = letters_of(row)[-1]
		width = CHAR if ord(last.text) > 0x2000 else CHAR / 2
		assert last.x + width == pytest.approx(184, abs=0.6), row[1]
		assert row[1][0] not in "，。；：、）》〕”"
	assert letters_of(rows[-1])[-1].x < 180


def test_forced_breaks_are_not_spread(laid_out):
	rows = body_lines(measure.pages(laid_out("<p>" + "字" * 25 + "<br>甲乙丙</p>").pdf)[0])
	steps = [b.x - a.x for a, b in pairwise(letters_of(rows[0]))]
	assert max(steps) == pytest.approx(CHAR, abs=0.05)


# ---------------------------------------------------------------- the shipped documents


def find(pages, text):
	for number, letters in enumerate(pages):
		for row in body_lines(letters):
			if text in row[1]:
				return number, row
	raise AssertionError(f"{text} is not on any page")


def drawn_rules(pdf: bytes) -> list[tuple[float, float, float]]:
	"""Red filled boxes or strokes of page 1 as (left, right, y) in mm."""
	from pypdf import PdfReader
	from pypdf.generic import ContentStream

	sheet = PdfReader(io.BytesIO(pdf)).pages[0]
	height = float(sheet.mediabox.height)
	red, matrix, stack, found = False, [1.0, 0, 0, 1.0, 0, 0], [], []
	for operands, operator in ContentStream(sheet.get_contents(), sheet.pdf).operations:
		values = [float(v) for v in operands] if operator in (b"cm", b"re", b"rg", b"RG") else []
		if operator == b"q":
			stack.append((matrix, red))
		elif operator == b"Q":
			matrix, red = stack.pop()
		elif operator == b"cm":
			matrix = measure._multiply(values, matrix)
		elif operator in (b"rg", b"RG"):
			red = values[0] > 0.8 and values[1] < 0.2
		elif operator == b"re" and red:
			x, y, w, h = values
			left = measure._multiply([1, 0, 0, 1, x, y], matrix)
			right = measure._multiply([1, 0, 0, 1, x + w, y + h], matrix)
			found.append((left[4] * PT, right[4] * PT, (height - left[5]) * PT))
	return found


def test_head_of_a_notice(pdf_of):
	printed = pdf_of("D01")
	rows = body_lines(measure.pages(printed.pdf)[0])
	agency, number, title, addressee = rows[0], rows[1], rows[2], rows[3]
	# 发文机关标志: upper edge 35 mm below the text area's, centred
	inked = letters_of(agency)
	size = inked[0].size
	assert size == pytest.approx(OFFICIAL.masthead_size("晋源市应急管理局"), abs=0.1)
	assert agency[0] - ASCENT * size * PT == pytest.approx(37 + 35, abs=1.5)
	assert (inked[0].x + inked[-1].x + size * PT) / 2 == pytest.approx(28 + 78, abs=2)
	# 发文字号 centred, the red rule 4 mm below it and as wide as the text area
	assert re.fullmatch(r"晋源应急失信告〔2026〕1号", number[1])
	middle = (letters_of(number)[0].x + letters_of(number)[-1].x + 16 * PT) / 2
	assert middle == pytest.approx(28 + 78, abs=1)
	left, right, y = max(drawn_rules(printed.pdf), key=lambda rule: rule[1] - rule[0])
	assert (left, right) == pytest.approx((28, 184), abs=0.3)
	line_bottom = number[0] + (1 - ASCENT) * 16 * PT + (LINE - 16 * PT) / 2
	assert y - line_bottom == pytest.approx(4, abs=1)
	# 标题 2号 centred, two empty lines below the rule
	assert title[1] == MANIFEST["D01"]["title"]
	assert letters_of(title)[0].size == pytest.approx(22, abs=0.05)
	middle = (letters_of(title)[0].x + letters_of(title)[-1].x + 22 * PT) / 2
	assert middle == pytest.approx(28 + 78, abs=1)
	assert title[0] - ASCENT * 22 * PT - y == pytest.approx(2 * LINE + (LINE - 22 * PT) / 2, abs=1.5)
	# 主送机关: one empty line below, flush left, full-width colon
	assert addressee[1] == "晋源市恒泰化工有限公司："
	assert letters_of(addressee)[0].x == pytest.approx(28, abs=0.3)
	assert addressee[0] - title[0] == pytest.approx(2 * LINE, abs=1)


def check_signature(pages, name, date):
	"""Date four letters from the right edge, name centred over it, two free lines above for the seal."""
	_, signed = find(pages, date)
	rows = next(rows for rows in map(body_lines, pages) if signed in rows)
	index = next(i for i, row in enumerate(rows) if row[0] == signed[0])
	office = rows[index - 1]
	assert office[1] == name
	dates, names = letters_of(signed), letters_of(office)
	date_end, name_end = (row[-1].x + 16 * PT for row in (dates, names))
	if name_end <= 184 - 2 * CHAR - 0.5:
		assert date_end == pytest.approx(184 - 4 * CHAR, abs=1)
	else:
		assert name_end == pytest.approx(184 - 2 * CHAR, abs=1) and date_end < 184 - 4 * CHAR
	assert (names[0].x + name_end) / 2 == pytest.approx((dates[0].x + date_end) / 2, abs=1)
	assert office[0] - rows[index - 2][0] == pytest.approx(3 * LINE, abs=0.5)
	# 不得采取标识“此页无正文”: at least two lines of text stand above
	assert index - 1 >= 2


@pytest.mark.parametrize(
	"kind, date", [("D01", "2026年3月5日"), ("D05", "2026年3月20日"), ("D19", "2026年3月20日")]
)
def test_signature(pdf_of, kind, date):
	pages = measure.pages(pdf_of(kind).pdf)
	last = next(i for i, rows in enumerate(map(body_lines, pages)) if any(row[1] == date for row in rows))
	check_signature(pages[last:], "晋源市应急管理局", date)


def test_a_name_wider_than_the_date_stays_centred_over_it(laid_out):
	name = "克孜勒苏柯尔克孜自治州应急管理局"
	html = (
		"<p>" + "字" * 60 + '</p><div class="signature"><div class="stamp">'
		f'<p class="office">{name}</p><p class="date">2024年1月5日</p></div></div>'
	)
	pages = measure.pages(laid_out(html).pdf)
	check_signature(pages, name, "2024年1月5日")


def test_signature_never_stands_alone(laid_out):
	closing = (
		'<div class="signature"><div class="stamp"><p class="office">晋源市应急管理局</p>'
		'<p class="date">2024年1月5日</p></div></div>'
	)
	moved = 0
	for lines in (17, 18, 19, 20, 21, 22):
		for last in (1, 2):
			html = "<p>" + "字" * 26 + "</p>"
			html = html * (lines - last) + "<p>" + "字" * (28 * last - 2) + "</p>" + closing
			pages = measure.pages(laid_out(html).pdf)
			number, signed = find(pages, "2024年1月5日")
			above = [row for row in body_lines(pages[number]) if row[0] < signed[0]]
			assert len(above) - 1 >= 2, (lines, last)
			moved += number
	assert moved, "no case reached the second page: the test proves nothing"


def test_slip_is_a_page_of_its_own(pdf_of):
	for variant, groups in (("", {}), ("long", {"addressee": {"name": LONG_NAME}})):
		pages = measure.pages(pdf_of("D01", variant, **groups).pdf)
		rows = body_lines(pages[-1])
		assert rows[0][1] == "附件" and letters_of(rows[0])[0].x == pytest.approx(28, abs=0.3)
		assert rows[0][0] < 37 + LINE
		# 标题编排在第三行
		assert rows[1][1].endswith("意见书") and round((rows[1][0] - rows[0][0]) / LINE) == 2
		assert "日期" in rows[-1][1]


def test_long_names_and_persons_stay_inside_the_text_area(pdf_of):
	long, person = ("long", {"addressee": {"name": LONG_NAME}}), ("person", {"addressee": PERSON})
	for kind, (variant, groups) in (("D01", long), ("D01", person), ("D05", long), ("D05", person)):
		for letters in measure.pages(pdf_of(kind, variant, **groups).pdf):
			rows = body_lines(letters)
			assert 1 <= len(rows) <= 22
			for row in rows:
				inked = letters_of(row)
				assert inked[0].x > 28 - 0.3 and inked[-1].x + 2 < 184.5, row[1]
	rows = body_lines(measure.pages(pdf_of("D01", "long", addressee={"name": LONG_NAME}).pdf)[0])
	assert "".join(row[1] for row in rows[3:6]) == LONG_NAME + "："
	assert all(letters_of(row)[0].x == pytest.approx(28, abs=0.3) for row in rows[3:6])


def test_receipt_is_one_page_of_boxes(pdf_of):
	assert FORM.page_numbers is False
	for variant, groups in (
		("", {}),
		(
			"long",
			{
				"addressee": {"name": LONG_NAME},
				"served": [{"title": "信用修复告知书", "number": "甲〔2026〕1号"}] * 3,
			},
		),
	):
		printed = pdf_of("D03", variant, **groups)
		assert printed.pages == 1
		rows = measure.lines(measure.pages(printed.pdf)[0])
		assert rows[0][1] == "晋源市应急管理局" and rows[1][1].replace(" ", "") == "送达回证"
		assert rows[-1][0] < FORM.top + FORM.text_height


# ---------------------------------------------------------------- the PDF as a file


def test_same_input_same_bytes(laid_out):
	import time

	html = render_html(body("D19"), facts("D19"))
	first = laid_out(html)
	time.sleep(1.1)  # fonts carry a clock of whole seconds
	second = laid_out(html)
	assert first == second
	assert len(first.sha256) == 64 and first.pdf.startswith(b"%PDF-")
	assert laid_out(html.replace("1号", "2号", 1)).sha256 != first.sha256


def test_every_letter_is_embedded_and_can_be_copied(pdf_of):
	for kind in ("D01", "D03", "D05", "D19"):
		from pypdf import PdfReader

		printed = pdf_of(kind)
		text = measure.text(printed.pdf).replace("\n", "")
		assert MANIFEST[kind]["title"] in text.replace(" ", "")
		fonts = set()
		for sheet in PdfReader(io.BytesIO(printed.pdf)).pages:
			for ref in sheet["/Resources"]["/Font"].values():
				inner = ref.get_object()["/DescendantFonts"][0].get_object()
				descriptor = inner["/FontDescriptor"].get_object()
				assert any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
				fonts.add(str(ref.get_object()["/BaseFont"]))
		assert 2 <= len(fonts) <= 5, fonts


def test_nothing_is_fetched(weasyprint, monkeypatch):
	import urllib.request

	def no_door(*args, **kwargs):
		raise AssertionError("the PDF writer went outside")

	monkeypatch.setattr(urllib.request, "urlopen", no_door)
	html = (
		'<p>字</p><img src="file:///etc/hostname"><img src="http://127.0.0.1:9/x.png"><img src="x.png">'
		'<link rel="stylesheet" href="file:///etc/hostname"><object data="file:///etc/hostname"></object>'
		"<style>@import url(http://127.0.0.1:9/); p { background: url(file:///etc/hostname) }</style>"
	)
	assert render_pdf(html).pages == 1


def test_red_is_the_only_colour(pdf_of):
	assert page.RED in css(OFFICIAL)
	assert drawn_rules(pdf_of("D05").pdf)
