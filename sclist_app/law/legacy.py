"""Entries of the list kept before Order 11 (新旧衔接): a row of a spreadsheet → a typed entry, or what is wrong with it.

The old list rests on 安监总办〔2017〕49号 (ten grounds, mostly one year). What is still on it is examined by the bureau
that applied at the time: what Order 11 does not cover is moved out, what meets article 6 or 7 is entered anew with
the original date. Nothing here reads a file or a database.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sclist_app.law import identifiers
from sclist_app.law.citations import ORDER_11, chinese_number, cite
from sclist_app.law.findings import N_, Finding, errors
from sclist_app.law.grounds import GROUNDS, PERSON_ROLES
from sclist_app.law.periods import term_end

IN_FORCE: Final = date(2023, 10, 1)
EARLIEST: Final = date(2000, 1, 1)
ARTICLE_25: Final = cite(ORDER_11, 25)
ARTICLE_67: Final = cite(ORDER_11, 6, 7)
OLD_RULE: Final = "安监总办〔2017〕49号"
TRANSITION: Final = "《安全生产严重失信主体名单管理办法》新旧衔接要求"

MOVE_OUT, RE_ENTER = "Move Out", "Re-enter"
# One file is one transaction, and while it is written nobody else draws a number for a new entity.
MAX_ROWS: Final = 300
MAX_TEXT: Final = 140

# The ten grounds of the scheme of 2017 in short, and the grounds of Order 11 each may come under. Not settled law:
# the wording is to be compared with the official text; the second part only helps to look.
OLD_GROUNDS: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = {
	1: ("发生较大以上生产安全责任事故，或者1年内累计发生3起以上造成人员死亡的一般责任事故", ("6-1", "6-2")),
	2: ("未按规定取得安全生产许可，擅自开展生产经营建设活动", ("7-1",)),
	3: ("发现重大事故隐患或者职业病危害严重超标，不及时整改，仍组织冒险作业", ("7-4",)),
	4: ("采取隐蔽、欺骗或者阻碍等方式逃避、对抗安全监管监察", ("7-4",)),
	5: ("被责令停产停业整顿，仍然从事生产经营建设活动", ("7-1", "7-3", "7-4")),
	6: ("瞒报、谎报、迟报生产安全事故", ("6-4",)),
	7: ("高危行业建设项目安全设施未经验收合格即投入生产和使用", ("7-1", "7-4")),
	8: ("矿山生产经营单位存在超层越界开采、以探代采行为", ("7-1", "7-4")),
	9: ("事故后故意破坏现场、伪造证据、妨碍对抗调查，或者主要负责人逃逸", ("6-3", "6-4", "6-5")),
	10: ("技术服务机构出具虚假报告或者证明，违规转让或者出借资质", ("7-2",)),
}
KINDS: Final[Mapping[str, str]] = {"生产经营单位": "Unit", "技术服务机构": "Institution", "自然人": "Person"}
_KIND_WORDS: Final = {
	"单位": "Unit",
	"企业": "Unit",
	"机构": "Institution",
	"人员": "Person",
	"个人": "Person",
}
CARD: Final = "Resident Identity Card"
ID_TYPES: Final[Mapping[str, str]] = {
	"居民身份证": CARD,
	"护照": "Passport",
	"港澳台居民居住证": "HK, Macao and Taiwan Residence Permit",
	"外国人永久居留身份证": "Foreign Permanent Resident Card",
}


@dataclass(frozen=True, slots=True)
class Column:
	"""A column of the spreadsheet. key: field of LegacyEntry. example: what the template shows."""

	key: str
	heading: str
	required: bool
	example: str
	hint: str


COLUMNS: Final[tuple[Column, ...]] = (
	Column("source_id", "原系统编号", True, "HMD-2022-0001", "原名单系统中的编号，同一部门内不得重复"),
	Column("name", "名称或姓名", True, "晋源市恒泰化工有限公司", "与营业执照或者身份证件一致"),
	Column("kind", "主体类别", True, "生产经营单位", "见“可选值”工作表"),
	Column(
		"code", "统一社会信用代码或证件号码", True, "91140100MA0H1A2B8E", "请将单元格设为文本格式后再填写"
	),
	Column("id_type", "证件类型", False, "", "自然人填写，不填按居民身份证"),
	Column("role", "人员类别", False, "", "自然人填写，见“可选值”工作表"),
	Column("unit_name", "所在单位", False, "", "自然人填写"),
	Column("address", "登记注册地址", False, "晋源市化工园区安康路6号", "系统中尚未登记的单位必须填写"),
	Column("legal_representative", "法定代表人", False, "李建国", "单位填写"),
	Column("bureau", "原申请列入部门", True, "太原市小店区应急管理局", "部门全称或者六位行政区划代码"),
	Column("listed_on", "原列入日期", True, "2022-05-10", "如 2022-05-10、2022年5月10日"),
	Column("old_ground", "原列入情形", True, "（二）", "（一）至（十），见“可选值”工作表"),
	Column("old_term", "原管理期限", False, "1年", "如 1年、12个月"),
	Column("penalty_number", "处罚决定书文号", False, "小应急罚〔2022〕3号", "有行政处罚的填写"),
	Column("remark", "备注", False, "", ""),
)
BY_KEY: Final[Mapping[str, Column]] = {c.key: c for c in COLUMNS}
BY_HEADING: Final[Mapping[str, Column]] = {c.heading: c for c in COLUMNS}


@dataclass(frozen=True, slots=True)
class LegacyEntry:
	"""One entry of the old list as it was typed. bureau: as typed (name or code). old_ground: 1 … 10.

	old_term: months, 0 if not told. kind and id_type: words of the forms. role: a key of PERSON_ROLES or "".
	"""

	source_id: str
	name: str
	kind: str
	code: str
	bureau: str
	listed_on: date
	old_ground: int
	old_term: int = 0
	id_type: str = ""
	role: str = ""
	unit_name: str = ""
	address: str = ""
	legal_representative: str = ""
	penalty_number: str = ""
	remark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
	"""A row that was read. entry: None if anything is wrong. A finding's `row` names the cell ("D7")."""

	number: int
	entry: LegacyEntry | None
	findings: tuple[Finding, ...]


class _Fault(Exception):
	def __init__(self, code: str, message: str, article: str = "", **values: Any):
		super().__init__(code)
		self.finding = Finding(code if "." in code else f"legacy.{code}", message, article, values)


# ------------------------------------------------------------------ the headings


def place_columns(headings: Sequence[Any]) -> tuple[dict[str, int], list[Finding]]:
	"""Where each column stands (key → index from 0), and which headings are missing, unknown or given twice."""
	places: dict[str, int] = {}
	unknown: list[str] = []
	double: list[str] = []
	for i, heading in enumerate(headings):
		text = "".join(plain(heading).split()).rstrip("*＊")
		if not text:
			continue
		column = BY_HEADING.get(text)
		if column is None:
			unknown.append(text[:30])
		elif column.key in places:
			double.append(text)
		else:
			places[column.key] = i
	findings = []
	missing = [c.heading for c in COLUMNS if c.required and c.key not in places]
	if missing:
		message = N_(
			"These columns are missing in the first row: {missing}. Download the template and copy the data into it."
		)
		findings.append(Finding("legacy.headings", message, "", {"missing": missing}))
	if double:
		message = N_("These columns appear twice: {double}. Delete one of each.")
		findings.append(Finding("legacy.double", message, "", {"double": double}))
	if unknown and not missing:
		message = N_("These columns are not known and will not be read: {unknown}.")
		findings.append(Finding("legacy.unknown", message, "", {"unknown": unknown[:10]}, "warning"))
	return places, findings


# ------------------------------------------------------------------ one row


def read_row(
	number: int,
	values: Mapping[str, Any],
	today: date,
	*,
	after_order_11: bool = False,
	cell: Callable[[str], str] = lambda key: key,
) -> Row:
	"""Read one row: column key → value of the cell (text, number, date).

	today: nothing lies after it. after_order_11: dates from 2023-10-01 on are taken too. cell: name of a column's
	cell in this row, for the findings.
	"""
	found: dict[str, Any] = {}
	findings: list[Finding] = []

	def read(key: str, reader: Callable[[Any], Any]) -> None:
		value = values.get(key)
		if not plain(value):
			if BY_KEY[key].required:
				message = N_("“{column}” is empty. Fill it in.")
				findings.append(
					Finding("legacy.empty", message, "", {"column": BY_KEY[key].heading}, row=cell(key))
				)
			return
		try:
			found[key] = reader(value)
		except _Fault as fault:
			f = fault.finding
			findings.append(Finding(f.code, f.message, f.article, f.values, f.severity, cell(key)))

	for key in ("source_id", "name", "bureau", "unit_name", "address", "legal_representative", "remark"):
		read(key, _short)
	read("kind", _kind)
	read("id_type", _id_type)
	read("role", _role)
	read("listed_on", lambda value: _listed_on(value, today, after_order_11))
	read("old_ground", _old_ground)
	read("old_term", _months)
	read("penalty_number", _document_number)
	read("code", lambda value: _code(value, found.get("kind"), found.get("id_type") or CARD, today))
	if found.get("kind") == "Person":
		found.setdefault("id_type", CARD)
		if found["id_type"] != CARD and "code" in found and len(found["code"]) < 4:
			message = N_("The number of the certificate is too short. Enter it in full.")
			findings.append(Finding("legacy.code_short", message, "", row=cell("code")))
	elif found.get("id_type") or found.get("role"):
		message = N_("“{column}” is for persons only. Leave it empty for a unit.")
		key = "role" if found.get("role") else "id_type"
		findings.append(
			Finding("legacy.person_only", message, "", {"column": BY_KEY[key].heading}, row=cell(key))
		)
	entry = LegacyEntry(**found) if not errors(findings) else None
	return Row(number, entry, tuple(findings))


_FULL_WIDTH: Final = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u00a0"), " ")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(value: Any) -> str:
	"""A cell as text: whole numbers without a point, blanks trimmed and joined, invisible characters gone."""
	if value is None:
		return ""
	if isinstance(value, bool):
		return "是" if value else "否"
	if isinstance(value, float) and value.is_integer():
		value = int(value)
	if isinstance(value, datetime):
		value = value.date()
	text = _CONTROL.sub("", str(value).translate(_INVISIBLE))
	return " ".join(text.split())


def half_width(text: str) -> str:
	"""Full-width letters, digits and signs as half-width ones."""
	return text.translate(_FULL_WIDTH)


def _short(value: Any) -> str:
	text = plain(value)
	if len(text) > MAX_TEXT:
		raise _Fault("long", N_("The text has more than {most} characters. Shorten it."), most=MAX_TEXT)
	if text.startswith(("=", "@")):
		raise _Fault("formula", N_("A formula stands here. Paste its value instead."))
	return text


def _kind(value: Any) -> str:
	text = "".join(plain(value).split())
	found = KINDS.get(text) or _KIND_WORDS.get(text)
	if not found:
		raise _Fault("kind", N_("The kind of entity is not one of: {kinds}."), kinds=list(KINDS))
	return found


def _id_type(value: Any) -> str:
	text = "".join(plain(value).split())
	found = ID_TYPES.get({"身份证": "居民身份证"}.get(text, text))
	if not found:
		raise _Fault("id_type", N_("The type of certificate is not one of: {types}."), types=list(ID_TYPES))
	return found


def _role(value: Any) -> str:
	text = "".join(plain(value).split())
	for key, words in PERSON_ROLES.items():
		if text == words:
			return key
	raise _Fault("role", N_("The role is not one of: {roles}."), roles=list(PERSON_ROLES.values()))


def _code(value: Any, kind: str | None, id_type: str, today: date) -> str:
	text = identifiers.normalise_code(plain(value))
	figure = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 10**15
	# a spreadsheet keeps fifteen digits of a number; the rest is lost for good
	if figure or re.fullmatch(r"[0-9.]+E\+?[0-9]+", text):
		raise _Fault(
			"digits",
			N_(
				"The number is stored as a figure and has lost its last digits. Set the cell to text and type the number again."
			),
		)
	if "*" in text:
		raise _Fault("masked", N_("The number is masked. Enter it in full."))
	if kind == "Person" and id_type != CARD:
		return text[:MAX_TEXT]
	if kind is None:
		return text
	code, findings = (
		identifiers.check_id_number(text, today) if kind == "Person" else identifiers.check_uscc(text)
	)
	if faults := errors(findings):
		f = faults[0]
		raise _Fault(f.code, f.message, f.article, **f.values)
	return code


def _document_number(value: Any) -> str:
	number, findings = identifiers.check_document_number(plain(value))
	if faults := errors(findings):
		f = faults[0]
		raise _Fault(f.code, f.message, f.article, **f.values)
	return number


_DATE: Final = re.compile(
	r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s+0?0:00(?::00)?)?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCH: Final = date(1899, 12, 30)
# Serial numbers of the years 2000 to 2099; anything else is no day an entry can have.
_SERIALS: Final = range(36526, 73051)


def read_date(value: Any) -> date:
	"""A day typed in any usual way: a date cell, its serial number, 2022-05-10, 2022/5/10, 2022年5月10日, 20220510.

	Raises ValueError if it is none, or no such day exists.
	"""
	if isinstance(value, datetime):
		return value.date()
	if isinstance(value, date):
		return value
	text = half_width(plain(value))
	if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
		return _EPOCH + timedelta(days=int(text))
	match = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
	if not match:
		raise ValueError("form")
	year, month, day = map(int, match.groups())
	try:
		return date(year, month, day)
	except ValueError:
		raise ValueError("none") from None


def _listed_on(value: Any, today: date, after_order_11: bool) -> date:
	try:
		day = read_date(value)
	except ValueError as error:
		if str(error) == "none":
			message = N_("The day “{text}” does not exist. Look it up in the old file.")
			raise _Fault("date_none", message, text=plain(value)[:30]) from None
		message = N_("“{text}” is no date. Write it like {example}.")
		raise _Fault("date", message, text=plain(value)[:30], example="2022-05-10") from None
	if day > today:
		raise _Fault("future", N_("The day of listing lies in the future. Correct it."))
	if day < EARLIEST:
		raise _Fault("early", N_("The day of listing lies before {first}. Correct it."), first=EARLIEST)
	if day >= IN_FORCE and not after_order_11:
		raise _Fault(
			"after_order_11",
			N_(
				"Order 11 was in force on this day already ({start}), so this is no entry of the old list. Open an ordinary listing case, or correct the day."
			),
			ARTICLE_25,
			start=IN_FORCE,
		)
	return day


_NUMERALS: Final = {chinese_number(n): n for n in range(1, 11)}


def _old_ground(value: Any) -> int:
	text = half_width("".join(plain(value).split()))
	text = re.sub(r"^第?[(（]?(.+?)[)）]?项?$", r"\1", text)
	number = _NUMERALS.get(text) or (int(text) if re.fullmatch(r"\d{1,2}", text) else 0)
	if number not in OLD_GROUNDS:
		raise _Fault(
			"old_ground",
			N_("The old ground is one of the ten of {rule}. Enter its number."),
			rule=OLD_RULE,
		)
	return number


def _months(value: Any) -> int:
	text = half_width("".join(plain(value).split()))
	match = re.fullmatch(r"(\d{1,3}|[一二三四五六七八九十])(年|个月|月)?", text)
	if not match:
		raise _Fault("old_term", N_("The old term is not understood. Write it like “1年” or “12个月”."))
	n = _NUMERALS.get(match[1]) or int(match[1])
	months = n if match[2] in ("个月", "月") else n * 12
	if not 1 <= months <= 240:
		raise _Fault("old_term", N_("The old term is not understood. Write it like “1年” or “12个月”."))
	return months


def old_ground_text(number: int) -> str:
	"""（二）未按规定取得安全生产许可……"""
	return f"（{chinese_number(number)}）{OLD_GROUNDS[number][0]}"


def likely_grounds(number: int) -> list[str]:
	"""Where in Order 11 to look first: short names of grounds."""
	return [
		f"{GROUNDS[code].article.split('》')[-1]} {GROUNDS[code].title}" for code in OLD_GROUNDS[number][1]
	]


# ------------------------------------------------------------------ the decision


@dataclass(frozen=True, slots=True)
class DecisionFacts:
	"""What the bureau proposes for one entry. decision: MOVE_OUT or RE_ENTER. penalty: there is one on file."""

	decision: str = ""
	ground: str = ""
	kind: str = ""
	role: str = ""
	penalty: bool = False
	reasons: str = ""
	listed_on: date | None = None


def check_decision(facts: DecisionFacts) -> list[Finding]:
	"""Is the proposal complete, and may this kind of subject be listed on the new ground?"""
	findings = []
	if facts.decision not in (MOVE_OUT, RE_ENTER):
		message = N_("Choose whether the entry is moved out or entered anew.")
		return [Finding("legacy.decision", message, TRANSITION)]
	if not facts.reasons.strip():
		message = N_("Give the reasons: what was compared with articles 6 and 7, and what follows.")
		findings.append(Finding("legacy.reasons", message, TRANSITION))
	if facts.decision == MOVE_OUT:
		return findings
	ground = GROUNDS.get(facts.ground)
	if ground is None:
		message = N_("Choose the ground of article 6 or 7 that the entry meets.")
		return [*findings, Finding("legacy.ground", message, ARTICLE_67)]
	if not facts.penalty:
		message = N_(
			"A listing rests on an administrative penalty. Choose the penalty, or move the entry out of the list."
		)
		findings.append(Finding("legacy.penalty", message, cite(ORDER_11, 3)))
	if facts.kind == "person":
		if facts.role not in ground.person_roles:
			message = N_("On this ground persons are listed as: {roles}. Correct the role or the ground.")
			values = {"roles": [PERSON_ROLES[r] for r in ground.person_roles]}
			findings.append(Finding("legacy.role", message, ground.article, values))
	elif not ground.unit_listed or facts.kind not in ground.subject_kinds:
		message = N_(
			"On this ground such a subject is not listed. Choose another ground or move the entry out."
		)
		findings.append(Finding("legacy.subject", message, ground.article))
	return findings


def new_term(listed_on: date, today: date) -> tuple[date, bool]:
	"""Last day of the term counted from the original date, and whether it is over. 2022-05-10 → 2025-05-10."""
	end = term_end(listed_on)
	return end, today > end
