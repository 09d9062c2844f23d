"""The pages of a case file (案卷) that are made for it: cover, contents, course of the case, notes, closing sheet.

Their fields are those of the filing rules of the enforcement authorities (天津市安全生产行政处罚案件立卷规定 and the
like: 案名、处理结果、制卷单位、保存期限、承办人、立案和结案时间、归档号). No frappe here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from sclist_app.documents.layout import FORM
from sclist_app.documents.rendering import Rendered, Unprintable, render_pdf

__all__ = [
	"CSS",
	"Contents",
	"Cover",
	"Entry",
	"Happening",
	"Note",
	"closing",
	"course",
	"front",
	"notes",
	"plain_name",
	"size_text",
]

# 机关文件材料归档范围和文书档案保管期限规定 (国家档案局令第8号) knows these three.
RETENTIONS = ("永久", "30年", "10年")
# A file name in the folder: longer ones fail on some disks.
MAX_NAME = 60


@dataclass(frozen=True)
class Cover:
	"""What the cover says. Days are None where there is none yet."""

	unit: str
	heading: str
	name: str
	result: str
	officer: str
	opened: date | None
	closed: date | None
	retention: str
	archive_number: str
	case_number: str
	pieces: int
	pages: int


@dataclass(frozen=True)
class Entry:
	"""A line of the contents: one piece. first, last: numbers of its pages."""

	title: str
	number: str
	day: date | None
	first: int
	last: int
	remark: str = ""


@dataclass(frozen=True)
class Happening:
	"""A line of the course of the case, from the event chain."""

	seq: int
	at: datetime
	what: str
	who: str
	opinion: str
	hash: str


@dataclass(frozen=True)
class Note:
	"""A page that stands for a file which cannot be printed: why, and how it is known again in the folder."""

	title: str
	reason: str
	file_name: str
	size: int
	sha256: str


Contents = Sequence[Entry]

CSS = """
.cf-head { text-align: center; font-size: 18pt; padding: 14mm 0 10mm; letter-spacing: 0.1em; }
.cf-cover h1 { font-size: 30pt; letter-spacing: 0.35em; padding: 0 0 4mm; }
.cf-sub { text-align: center; font-size: 16pt; padding-bottom: 14mm; }
.cf-cover table { font-size: 14pt; }
.cf-cover th, .cf-cover td { padding: 3.2mm 3mm; }
.cf-cover td { text-align: left; }
.cf-cover col.cf-label { width: 32mm; }
.cf-count { text-align: center; font-size: 14pt; padding-top: 12mm; }
.cf-break { break-before: page; }
.cf-list { font-size: 11pt; }
.cf-list thead { display: table-header-group; }
.cf-list td { padding: 1.4mm 1mm; overflow-wrap: anywhere; }
.cf-list .left { text-align: left; }
.cf-no { width: 11mm; } .cf-number { width: 36mm; } .cf-day { width: 23mm; }
.cf-page { width: 20mm; } .cf-remark { width: 20mm; }
.cf-seq { width: 11mm; } .cf-at { width: 27mm; } .cf-what { width: 38mm; } .cf-who { width: 24mm; }
.cf-mark { width: 22mm; font-size: 9pt; }
.cf-title { font-size: 20pt; letter-spacing: 0.2em; padding: 0 0 5mm; }
.cf-foot { padding-top: 4mm; font-size: 10.5pt; line-height: 1.6; overflow-wrap: anywhere; }
.cf-note { break-after: page; padding-top: 60mm; }
.cf-note:last-child { break-after: auto; }
.cf-note h1 { letter-spacing: 0; font-size: 18pt; padding-bottom: 8mm; }
.cf-note .cf-reason { text-align: center; font-size: 14pt; padding-bottom: 8mm; }
.cf-note td, .cf-note th { padding: 2.5mm; } .cf-note td { text-align: left; overflow-wrap: anywhere; }
.cf-closing .cf-text { text-align: left; vertical-align: top; padding: 4mm; line-height: 1.8; height: 120mm; }
"""


def front(cover: Cover, contents: Contents) -> Rendered:
	"""Cover (one page) and contents (卷内目录), the pages that bear no number."""
	return _pdf(_cover(cover) + _contents(contents))


def _cover(cover: Cover) -> str:
	rows = (
		("案　　名", cover.name),
		("处理结果", cover.result),
		("立案时间", chinese_day(cover.opened)),
		("结案时间", chinese_day(cover.closed) or "（尚未结案）"),
		("承 办 人", cover.officer),
		("制卷单位", cover.unit),
		("保存期限", cover.retention),
		("案 件 号", cover.case_number),
		("归 档 号", cover.archive_number),
	)
	body = "".join(f"<tr><th>{escape(label)}</th><td>{escape(text)}</td></tr>" for label, text in rows)
	return (
		f'<div class="cf-cover"><p class="cf-head">{escape(cover.unit)}</p><h1>案　卷</h1>'
		f'<p class="cf-sub">{escape(cover.heading)}</p>'
		f'<table><colgroup><col class="cf-label"><col></colgroup>{body}</table>'
		f'<p class="cf-count">本卷共 {cover.pieces} 件 {cover.pages} 页</p></div>'
	)


def _contents(entries: Contents) -> str:
	lines = "".join(
		f'<tr><td>{place}</td><td class="left">{escape(entry.title)}</td><td>{escape(entry.number)}</td>'
		f"<td>{_short_day(entry.day)}</td><td>{_pages(entry)}</td><td>{escape(entry.remark)}</td></tr>"
		for place, entry in enumerate(entries, start=1)
	)
	return (
		'<div class="cf-break"><h1 class="cf-title">卷内目录</h1><table class="cf-list"><colgroup>'
		'<col class="cf-no"><col><col class="cf-number"><col class="cf-day"><col class="cf-page">'
		'<col class="cf-remark"></colgroup><thead><tr><th>序号</th><th>文书名称</th><th>文号</th><th>日期</th>'
		f"<th>页码</th><th>备注</th></tr></thead><tbody>{lines}</tbody></table></div>"
	)


def course(happenings: Iterable[Happening], head_hash: str) -> Rendered:
	"""办理过程: every event of the chain, with the first signs of its seal."""
	lines = "".join(
		f"<tr><td>{row.seq}</td><td>{row.at:%Y-%m-%d}<br>{row.at:%H:%M}</td>"
		f'<td class="left">{escape(row.what)}</td><td>{escape(row.who)}</td>'
		f'<td class="left">{escape(row.opinion)}</td><td class="cf-mark">{escape(row.hash[:8])}</td></tr>'
		for row in happenings
	)
	return _pdf(
		'<h1 class="cf-title">办理过程记录</h1><table class="cf-list"><colgroup><col class="cf-seq">'
		'<col class="cf-at"><col class="cf-what"><col class="cf-who"><col><col class="cf-mark"></colgroup>'
		"<thead><tr><th>序号</th><th>时间</th><th>事项</th><th>办理人</th><th>意见、说明</th>"
		f"<th>校验码</th></tr></thead><tbody>{lines}</tbody></table>"
		'<p class="cf-foot">本记录由系统按办理先后自动生成，各条记录前后相接、逐条校验；校验码为该条记录哈希值的前八位。'
		f"末条记录的哈希值（SHA-256）：{escape(head_hash or '无')}</p>"
	)


def notes(several: Sequence[Note]) -> Rendered:
	"""A page for each file that cannot be printed; the file itself lies in the folder (电子卷)."""
	parts = []
	for note in several:
		rows = (
			("文件名", note.file_name[:120]),
			("大小", size_text(note.size)),
			("SHA-256", note.sha256 or "—"),
			("存放处", "见电子卷" if note.sha256 else "—"),
		)
		body = "".join(f"<tr><th>{label}</th><td>{escape(text)}</td></tr>" for label, text in rows)
		parts.append(
			f'<div class="cf-note"><h1>{escape(note.title[:120])}</h1><p class="cf-reason">{escape(note.reason)}</p>'
			f'<table><colgroup><col class="label"><col></colgroup>{body}</table></div>'
		)
	return _pdf("".join(parts))


def closing(lines: Sequence[str], made_by: str, day: date) -> Rendered:
	"""备考表: what is to be known of the file, and who put it together and looked through it."""
	text = "".join(f"<p>{escape(line)}</p>" for line in lines)
	return _pdf(
		'<div class="cf-closing"><h1 class="cf-title">备考表</h1><table><colgroup><col class="label"><col>'
		'<col class="label"><col></colgroup>'
		f'<tr><th>本卷情况说明</th><td class="cf-text" colspan="3">{text}</td></tr>'
		f"<tr><th>立卷人</th><td>{escape(made_by)}</td><th>立卷时间</th><td>{chinese_day(day)}</td></tr>"
		'<tr><th class="space">检查人</th><td></td><th>检查时间</th><td></td></tr></table></div>'
	)


def _pdf(body: str) -> Rendered:
	page = f"<style>{CSS}</style>{body}"
	try:
		return render_pdf(page, FORM)
	except Unprintable as error:
		# a name of a file may bear anything; the file is known by its hash
		return render_pdf(page.translate(dict.fromkeys(map(ord, error.letters), "〓")), FORM)


def _pages(entry: Entry) -> str:
	return str(entry.first) if entry.first == entry.last else f"{entry.first}—{entry.last}"


def chinese_day(day: date | None) -> str:
	return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _short_day(day: date | None) -> str:
	return f"{day:%Y-%m-%d}" if day else ""


def size_text(size: int) -> str:
	"""1234567 → "1.2 MB（1234567 字节）"."""
	for unit, factor in (("MB", 1 << 20), ("KB", 1 << 10)):
		if size >= factor:
			return f"{size / factor:.1f} {unit}（{size} 字节）"
	return f"{size} 字节"


_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def plain_name(text: str) -> str:
	"""A piece of a file name that every system takes: 〔〕 and Chinese stay, slashes and the like do not."""
	name = _UNFIT.sub("_", " ".join(text.split())).strip(" .")
	return name[:MAX_NAME].rstrip(" .") or "文件"
