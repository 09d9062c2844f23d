"""Labels and envelopes: every letter is on the paper, inside its own label."""

from __future__ import annotations

import io

import pytest

from sclist_app.documents.labels import FORMS, Address, Envelope, Sheet, fits, render

pypdf = pytest.importorskip("pypdf", reason="pypdf is not importable here: positions cannot be read")

MM = 72 / 25.4
SENDER = {
	"sender": "太原市小店区应急管理局",
	"sender_address": "山西省太原市小店区昌盛街1号",
	"sender_postcode": "030032",
}
SHORT = Address("某公司", "某路1号", "030006", **SENDER)
LONG = Address(
	"山西省太原市小店区某某化工产品生产经营有限责任公司（某某分公司）",
	"山西省太原市小店区某某街道某某社区某某路1234号某某商务中心A座12层1203室" * 2,
	"030006",
	"0351-7000000",
	**SENDER,
)


def letters(pdf: bytes) -> list[list[tuple[str, float, float]]]:
	"""Page by page the pieces of text with their place, mm from the left and from above."""
	found = []
	for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
		height, own = float(page.mediabox.height), []

		def see(text, cm, tm, *_rest, height=height, own=own):
			if text.strip():
				x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
				y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
				own.append((text.strip(), x / MM, (height - y) / MM))

		page.extract_text(visitor_text=see)
		found.append(own)
	return found


def said(pdf: bytes) -> list[str]:
	return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("address", [SHORT, LONG])
def test_nothing_is_cut_off(form, address):
	made = render([address], form)
	page = said(made.pdf)[0]
	for text in (address.name, address.address, address.phone, *address.postcode):
		assert "".join(text.split()) in page
	kind = FORMS[form]
	width, height = (
		(kind.width, kind.height)
		if isinstance(kind, Envelope)
		else (kind.left + kind.width, kind.top + kind.height)
	)
	for text, x, y in letters(made.pdf)[0]:
		assert 0 < x < width and 0 < y < height, (text, x, y)


@pytest.mark.parametrize("form", [name for name, kind in FORMS.items() if isinstance(kind, Sheet)])
def test_each_label_in_its_place(form):
	sheet = FORMS[form]
	each = sheet.columns * sheet.rows
	made = render([Address(f"第{n:03}户", f"路{n:03}号") for n in range(each + 1)], form)
	assert made.pages == 2
	pages = letters(made.pdf)
	for page, first in zip(pages, (0, each), strict=True):
		for text, x, y in page:
			if not text.startswith("第"):
				continue
			row, column = divmod(int(text[1:4]) - first, sheet.columns)
			left = sheet.left + column * (sheet.width + sheet.gap)
			top = sheet.top + row * sheet.height
			assert left < x < left + sheet.width and top < y < top + sheet.height, text
	assert sum(text.startswith("第") for page in pages for text, _x, _y in page) == each + 1


@pytest.mark.parametrize("form", [name for name, kind in FORMS.items() if isinstance(kind, Sheet)])
def test_labels_stay_on_the_paper(form):
	sheet = FORMS[form]
	assert sheet.left * 2 + sheet.columns * sheet.width + (sheet.columns - 1) * sheet.gap <= 210.01
	assert sheet.top * 2 + sheet.rows * sheet.height <= 297.01


@pytest.mark.parametrize("form", [name for name, kind in FORMS.items() if isinstance(kind, Envelope)])
def test_an_envelope_has_its_own_size_and_the_sender_below(form):
	made = render([SHORT, LONG], form)
	assert made.pages == 2
	for page in pypdf.PdfReader(io.BytesIO(made.pdf)).pages:
		assert float(page.mediabox.width) == pytest.approx(FORMS[form].width * MM, abs=0.5)
		assert float(page.mediabox.height) == pytest.approx(FORMS[form].height * MM, abs=0.5)
	for page in letters(made.pdf):
		to = max(y for text, _x, y in page if "收" in text)
		sender = min(y for text, _x, y in page if SENDER["sender"] in text)
		boxes = [(x, y) for text, x, y in page if len(text) == 1 and text.isdigit() and y < 20]
		assert len(boxes) == 6 and to < sender


def test_what_does_not_fit_is_told():
	endless = Address("某公司", "某某路" * 200)
	assert not fits(endless, "3x8") and fits(endless, "C4")
	with pytest.raises(ValueError):
		render([endless], "3x8")
	with pytest.raises(KeyError):
		render([SHORT], "A0")


def test_markup_in_a_name_stays_text():
	page = said(render([Address("<b>某</b>&公司", "某路<1>号")], "DL").pdf)[0]
	assert "<b>某</b>&公司" in page and "某路<1>号" in page
