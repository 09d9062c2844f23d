"""The page of an official paper: GB/T 9704-2012 as measures, and the CSS made from them.

Lengths are millimetres and type sizes points unless a name says otherwise. This module knows
no template and no fact; it needs neither frappe nor WeasyPrint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

STYLES = Path(__file__).with_name("styles")

PAGE_WIDTH_MM = 210.0
PAGE_HEIGHT_MM = 297.0
TOP_MM = 37.0  # 天头, GB/T 9704-2012 5.2.1
BINDING_MM = 28.0  # 订口, the left white edge of every page
TEXT_WIDTH_MM = 156.0  # 版心 without the page number
TEXT_HEIGHT_MM = 225.0
LINES_PER_PAGE = 22
CHARS_PER_LINE = 28
MASTHEAD_TOP_MM = 35.0  # upper edge of 发文机关标志 below the upper edge of 版心, 7.2.4
RULE_BELOW_NUMBER_MM = 4.0  # red rule below 发文字号, 7.2.7
PAGE_NUMBER_BELOW_MM = 7.0  # its dash below the lower edge of 版心, 7.5
SEAL_DIAMETER_MM = 42.0  # 印章 of a bureau below the State Council
RED = "#e60012"

# Chinese type sizes (号) in points.
SIZE_2 = 22.0
SIZE_3 = 16.0
SIZE_4 = 14.0
SIZE_SMALL_4 = 12.0
SIZE_5 = 10.5

# What offices have installed comes first, then open fonts. cwTeX FangSong is left out on purpose: it has the
# traditional forms only, so every line of simplified text would mix two faces.
FONTS: dict[str, tuple[str, ...]] = {
	"title": (
		"方正小标宋简体",
		"方正小标宋_GBK",
		"FZXiaoBiaoSong-B05S",
		"FZXiaoBiaoSong-B05",
		"Noto Serif CJK SC",
		"Source Han Serif SC",
		"Noto Serif SC",
		"serif",
	),
	"fangsong": (
		"仿宋_GB2312",
		"FangSong_GB2312",
		"方正仿宋_GBK",
		"方正仿宋简体",
		"FangSong",
		"仿宋",
		"STFangsong",
		"朱雀仿宋（预览测试版）",
		"Zhuque Fangsong (technical preview)",
		"Noto Serif CJK SC",
		"Source Han Serif SC",
		"Noto Serif SC",
		"serif",
	),
	"kai": (
		"楷体_GB2312",
		"KaiTi_GB2312",
		"方正楷体_GBK",
		"方正楷体简体",
		"KaiTi",
		"楷体",
		"STKaiti",
		"LXGW WenKai",
		"霞鹜文楷",
		"AR PL UKai CN",
		"AR PL KaitiM GB",
		"Noto Serif CJK SC",
		"serif",
	),
	"hei": (
		"SimHei",
		"黑体",
		"方正黑体_GBK",
		"方正黑体简体",
		"STHeiti",
		"Noto Sans CJK SC",
		"Source Han Sans SC",
		"Noto Sans SC",
		"sans-serif",
	),
	"song": (
		"SimSun",
		"宋体",
		"方正书宋_GBK",
		"STSong",
		"Noto Serif CJK SC",
		"Source Han Serif SC",
		"Noto Serif SC",
		"serif",
	),
}
# The fallback of 小标宋 is a variable-weight Song face: only its bold looks like a title. Faces that have one
# weight would be smeared by a synthetic bold, so the title stays at this weight and no more.
TITLE_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class PageLayout:
	"""How one kind of paper stands on the page.

	`style` names the sheet `styles/<style>.css`: "official" (公文, GB/T 9704) or "form" (boxed enforcement paper).
	All lengths in mm. A locality may change margins of a form; for "official" the defaults are the standard.
	"""

	style: Literal["official", "form"] = "official"
	page_width: float = PAGE_WIDTH_MM
	page_height: float = PAGE_HEIGHT_MM
	top: float = TOP_MM
	left: float = BINDING_MM
	text_width: float = TEXT_WIDTH_MM
	text_height: float = TEXT_HEIGHT_MM
	lines: int = LINES_PER_PAGE
	chars: int = CHARS_PER_LINE
	font_size: float = SIZE_3
	page_numbers: bool = True
	# 7.5 asks for 一字线 on both sides; a bureau that types hyphens sets "-".
	page_number_dash: str = "—"
	masthead_top: float = MASTHEAD_TOP_MM
	fonts: tuple[tuple[str, tuple[str, ...]], ...] = field(default_factory=lambda: tuple(FONTS.items()))

	def __post_init__(self) -> None:
		if self.style not in ("official", "form"):
			raise ValueError(f"unknown style: {self.style!r}")
		if self.left + self.text_width > self.page_width or self.top + self.text_height > self.page_height:
			raise ValueError("the text area does not fit the page")
		if self.lines < 1 or self.chars < 1:
			raise ValueError("a page has at least one line of one character")

	@property
	def line_height(self) -> float:
		"""Height of one line of the grid, mm."""
		return self.text_height / self.lines

	@property
	def css_line_height(self) -> float:
		"""The line as it stands in the style sheet, mm: rounded down, or the last line would miss the page by a hair."""
		return int(self.line_height * 1000) / 1000

	@property
	def char_pitch(self) -> float:
		"""Width of one cell of the letter grid, mm."""
		return self.text_width / self.chars

	@property
	def letter_spacing_pt(self) -> float:
		"""What is added to a full-width letter so that `chars` of them fill a line, points (negative for 28 × 16 pt).

		A hundredth of a point is held back so that rounding never pushes the last letter to the next line.
		"""
		return self.char_pitch * 72 / 25.4 - self.font_size - 0.01

	@property
	def right(self) -> float:
		return self.page_width - self.left - self.text_width

	@property
	def bottom(self) -> float:
		return self.page_height - self.top - self.text_height

	def masthead_size(self, name: str) -> float:
		"""Type size (points) of 发文机关标志: as large as the line allows, between 14 and 54."""
		letters = max(len(name), 1)
		return round(max(SIZE_4, min(54.0, self.text_width * 72 / 25.4 / letters / 1.06)), 1)


OFFICIAL = PageLayout()
# 制作规范 of enforcement papers: A4, text 小四仿宋 in given boxes; no letter grid is asked for.
FORM = PageLayout(
	style="form",
	top=20.0,
	left=28.0,
	text_width=160.0,
	text_height=259.0,
	lines=38,
	chars=37,
	font_size=SIZE_SMALL_4,
	page_numbers=False,
)
LAYOUTS: dict[str, PageLayout] = {"official": OFFICIAL, "form": FORM}


def _mm(value: float) -> str:
	return f"{value:.4f}mm"


def _family(names: tuple[str, ...]) -> str:
	generic = {"serif", "sans-serif", "monospace"}
	return ", ".join(n if n in generic else f'"{n}"' for n in names)


@lru_cache(maxsize=32)
def css(layout: PageLayout) -> str:
	"""The whole style sheet of a layout: page box and measures from the constants, then `styles/<style>.css`."""
	line, pitch = layout.css_line_height, layout.char_pitch
	measures = {
		"line": _mm(line),
		"char": _mm(pitch),
		"size": f"{layout.font_size}pt",
		"spacing": f"{layout.letter_spacing_pt:.4f}pt",
		"red": RED,
		"title-weight": str(TITLE_WEIGHT),
		"masthead-top": _mm(layout.masthead_top),
		"rule-gap": _mm(RULE_BELOW_NUMBER_MM),
		**{f"line-{n}": _mm(line * n) for n in range(2, 10)},
		**{f"char-{n}": _mm(pitch * n) for n in range(2, 9)},
		"hang": _mm(-3 * pitch),
		**{f"font-{name}": _family(names) for name, names in layout.fonts},
	}
	root = "\n".join(f"\t--{name}: {value};" for name, value in measures.items())
	page = f"@page {{ size: {_mm(layout.page_width)} {_mm(layout.page_height)};"
	page += f" margin: {_mm(layout.top)} {_mm(layout.right)} {_mm(layout.bottom)} {_mm(layout.left)}; }}"
	numbers = _page_number_css(layout) if layout.page_numbers else ""
	# 发文机关标志: one class per length of name, the template filter picks it
	heads = "\n".join(
		f".agency-{n} {{ font-size: {layout.masthead_size('字' * n)}pt; }}" for n in range(4, 31)
	)
	sheet = (STYLES / f"{layout.style}.css").read_text(encoding="utf-8")
	return f"{page}\n{numbers}\n:root {{\n{root}\n}}\n{sheet}\n{heads}"


def _page_number_css(layout: PageLayout) -> str:
	families = dict(layout.fonts)
	dash = layout.page_number_dash.replace("\\", "").replace('"', "")
	# 4号 letters are 14 pt high; half of that lies above the dash.
	drop = _mm(PAGE_NUMBER_BELOW_MM - SIZE_4 * 25.4 / 72 / 2)
	box = (
		f'content: "{dash} " counter(page) " {dash}"; font-family: {_family(families["song"])};'
		f" font-size: {SIZE_4}pt; line-height: 1; white-space: nowrap; vertical-align: top;"
		f" padding-top: {drop};"
	)
	return (
		f"@page :right {{ @bottom-right {{ {box} text-align: right; padding-right: {SIZE_4}pt; }} }}\n"
		f"@page :left {{ @bottom-left {{ {box} text-align: left; padding-left: {SIZE_4}pt; }} }}"
	)
