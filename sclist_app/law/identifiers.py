"""Identifiers: unified social credit codes, ID numbers, document numbers, telephone, postcode, division codes.

Each check returns the normalised text and its findings. No finding repeats an ID number: findings end up in
logs and on screens.
"""

import re
from datetime import date
from typing import Final, Literal

from stdnum.cn import uscc as _uscc

from sclist_app.law.citations import GB_DIVISION, GB_ID, GB_LAYOUT, GB_ORG_CODE, GB_USCC
from sclist_app.law.findings import N_, Finding

Checked = tuple[str, list[Finding]]
DivisionLevel = Literal["country", "province", "city", "county"]

_FULL_WIDTH: Final = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))

_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ID: Final = re.compile(r"[0-9]{17}[0-9X]")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORG_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_DOCUMENT: Final = re.compile(r"^.+〔\d{4}〕[1-9]\d*号$", re.ASCII)
_BRACKETS: Final = str.maketrans("[]【】［］〖〗", "〔〕〔〕〔〕〔〕")
_ROUND_YEAR: Final = re.compile(r"\((\d{4})\)", re.ASCII)
_MOBILE: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE: Final = re.compile(r"(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?", re.ASCII)
_SERVICE: Final = re.compile(r"[48]00-?\d{3}-?\d{4}|1\d{4}|9\d{4,5}", re.ASCII)
_SIX_DIGITS: Final = re.compile(r"\d{6}", re.ASCII)

MIN_AGE: Final = 14
MAX_AGE: Final = 120


def _half_width(text: str | None) -> str:
	return (text or "").translate(_INVISIBLE).translate(_FULL_WIDTH)


def normalise_code(text: str | None) -> str:
	"""A code as it is stored: half-width, upper case, without spaces or invisible characters."""
	return "".join(_half_width(text).split()).upper()


def check_uscc(text: str | None) -> Checked:
	"""Check a unified social credit code (18 characters, GB 32100-2015).

	An error: empty, wrong form, wrong check character. A warning only: the organisation code inside does not
	check, which old codes do not always.
	"""
	code = normalise_code(text)
	if not code:
		message = N_(
			"The unified social credit code is empty. Enter its 18 characters from the business licence."
		)
		return code, [Finding("uscc.empty", message, GB_USCC)]
	if not _USCC.fullmatch(code):
		message = N_(
			"The unified social credit code has a wrong form. It has 18 characters: digits and capital letters"
			" without I, O, S, V, Z. Compare it with the business licence."
		)
		return code, [Finding("uscc.form", message, GB_USCC)]
	if _uscc.calc_check_digit(code[:-1]) != code[-1]:
		message = N_(
			"The check character of the unified social credit code does not fit, so at least one character is"
			" wrong. Compare it with the business licence."
		)
		return code, [Finding("uscc.checksum", message, GB_USCC)]
	if _organisation_check(code[8:16]) != code[16]:
		message = N_(
			"The organisation code inside the unified social credit code does not check. Old codes may differ;"
			" compare it with the business licence."
		)
		return code, [Finding("uscc.organisation", message, GB_ORG_CODE, severity="warning")]
	return code, []


def _organisation_check(body: str) -> str:
	total = sum(int(c, 36) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
	rest = 11 - total % 11
	return "X" if rest == 10 else "0" if rest == 11 else str(rest)


def check_id_number(text: str | None, today: date) -> Checked:
	"""Check an ID number of 18 characters (GB 11643-1999): form, date of birth, check character.

	The area is not looked up: areas are abolished and renumbered. An age outside 14–120 only warns.
	"""
	number = normalise_code(text)
	if not number:
		message = N_("The ID number is empty. Enter its 18 characters from the identity card.")
		return number, [Finding("id.empty", message, GB_ID)]
	if not _ID.fullmatch(number):
		message = N_(
			"The ID number has a wrong form. It has 17 digits and a last digit or X. Compare it with the identity"
			" card; for another certificate choose its type."
		)
		return number, [Finding("id.form", message, GB_ID)]
	findings = []
	if _id_check(number) != number[-1]:
		message = N_(
			"The check character of the ID number does not fit, so at least one character is wrong. Compare it"
			" with the identity card."
		)
		findings.append(Finding("id.checksum", message, GB_ID))
	born = birth_date(number)
	if born is None:
		message = N_("The date of birth in the ID number does not exist. Compare it with the identity card.")
		findings.append(Finding("id.date", message, GB_ID))
	elif born > today:
		message = N_(
			"The date of birth in the ID number lies in the future. Compare it with the identity card."
		)
		findings.append(Finding("id.future", message, GB_ID))
	else:
		age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
		if not MIN_AGE <= age <= MAX_AGE:
			message = N_("By the ID number the person is {age} years old. Make sure it is the right person.")
			findings.append(Finding("id.age", message, GB_ID, {"age": age}, "warning"))
	return number, findings


def _id_check(number: str) -> str:
	total = sum(int(c) * w for c, w in zip(number[:17], _ID_WEIGHTS, strict=True))
	return "10X98765432"[total % 11]


def birth_date(number: str) -> date | None:
	"""The date of birth in an 18-character ID number, None if it is no date."""
	try:
		return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
	except ValueError:
		return None


def normalise_document_number(text: str | None) -> str:
	"""A document number with 〔〕 around the year, half-width figures and no spaces.

	晋应急罚[2024] 1号, 晋应急罚【2024】1号 and 晋应急罚（2024）1号 all become 晋应急罚〔2024〕1号.
	"""
	number = "".join(_half_width(text).split()).translate(_BRACKETS)
	number = _ROUND_YEAR.sub(r"〔\1〕", number)
	# the bureau's own brackets are Chinese punctuation and stay full-width
	return number.replace("(", "（").replace(")", "）")


def check_document_number(text: str | None) -> Checked:
	"""Check a document number: 机关代字〔年份〕序号号, year in full, number without leading zero and without 第."""
	number = normalise_document_number(text)
	if not number:
		message = N_("The document number is empty. Enter it as on the document, for example {example}.")
		return number, [Finding("document.empty", message, GB_LAYOUT, {"example": "晋应急罚〔2024〕1号"})]
	if not _DOCUMENT.match(number):
		message = N_(
			"The document number {number} has a wrong form. Write the prefix, the year in 〔〕, the number without"
			" leading zeros and 号, for example {example}."
		)
		values = {"number": number, "example": "晋应急罚〔2024〕1号"}
		return number, [Finding("document.form", message, GB_LAYOUT, values)]
	return number, []


def check_phone(text: str | None) -> Checked:
	"""Check a telephone number: mobile, landline with or without area code, service number. Empty is no fault."""
	number = normalise_code(text).replace("(", "").replace(")", "-").replace("—", "-")
	if mobile := _MOBILE.fullmatch(number.replace("-", "")):
		return mobile[1], []
	if not number or _LANDLINE.fullmatch(number) or _SERVICE.fullmatch(number):
		return number, []
	message = N_(
		"The telephone number has a wrong form. Enter a mobile number of 11 digits or a landline with its area"
		" code, for example {example}."
	)
	return number, [Finding("phone.form", message, "", {"example": "0351-2345678"})]


def check_postcode(text: str | None) -> Checked:
	"""Check a postcode of six digits. Empty is no fault."""
	code = normalise_code(text)
	if not code or _SIX_DIGITS.fullmatch(code):
		return code, []
	return code, [
		Finding("postcode.form", N_("A postcode has six digits. Correct it or leave it empty."), "")
	]


def division_level(code: str) -> DivisionLevel:
	"""The level of a division code: 140000 province, 140100 city, 140106 county, 000000 the country.

	Raises ValueError if it has not six digits or a city of no province.
	"""
	code = normalise_code(code)
	if not _SIX_DIGITS.fullmatch(code) or (code[:2] == "00" and code != "000000"):
		raise ValueError("a division code has six digits")
	if code == "000000":
		return "country"
	if code[2:] == "0000":
		return "province"
	return "city" if code[4:] == "00" else "county"


def division_parent(code: str) -> str | None:
	"""The code one level up: 140106 → 140100 → 140000 → 000000 → None. Raises ValueError like division_level."""
	code = normalise_code(code)
	level = division_level(code)
	if level == "country":
		return None
	if level == "county":
		# a county directly under the province, as 429004, keeps its place under its 90xx group
		return code[:4] + "00"
	return code[:2] + "0000" if level == "city" else "000000"


def division_contains(outer: str, inner: str) -> bool:
	"""Does the outer division contain the inner one (or equal it)? Raises ValueError like division_level."""
	outer, inner = normalise_code(outer), normalise_code(inner)
	division_level(inner)
	length = {"country": 0, "province": 2, "city": 4, "county": 6}[division_level(outer)]
	return inner[:length] == outer[:length]


def check_division_code(text: str | None, level: DivisionLevel | None = None) -> Checked:
	"""Check the form of a division code and, if given, its level."""
	code = normalise_code(text)
	try:
		found = division_level(code)
	except ValueError:
		message = N_("The division code has a wrong form. Enter the six digits of GB/T 2260.")
		return code, [Finding("division.form", message, GB_DIVISION)]
	if level and found != level:
		message = N_(
			"The division code {code} does not fit the level of the bureau. Province codes end in 0000, city"
			" codes in 00."
		)
		return code, [Finding("division.level", message, GB_DIVISION, {"code": code})]
	return code, []
