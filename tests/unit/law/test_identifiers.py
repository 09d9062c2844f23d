from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from sclist_app.law.findings import render
from sclist_app.law.identifiers import (
	birth_date,
	check_division_code,
	check_document_number,
	check_id_number,
	check_phone,
	check_postcode,
	check_uscc,
	division_contains,
	division_level,
	division_parent,
	normalise_code,
	normalise_document_number,
)
from tests.unit.law.helpers import codes

TODAY = date(2026, 11, 21)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID_USCC = ["91350100M000100Y43", "91140100MA0H1A2B8E", "91140200MA0K9C8D4W", "92140106MA0GY7L261"]
VALID_ID = ["11010519491231002X", "140106198001010018", "140101196507041240"]


@pytest.mark.parametrize("code", VALID_USCC)
def test_valid_uscc(code):
	normalised, findings = check_uscc(code)
	assert normalised == code
	assert codes(findings) == []


@pytest.mark.parametrize("inner", ["D2143569X", "123456788", "000000000", "000000502", "A00000038"])
def test_inner_organisation_codes(inner):
	# the first is the example of GB 11714; the others were worked out by hand
	code = "91140100" + inner
	assert codes(check_uscc(code + uscc.calc_check_digit(code))[1], "warning") == []


def test_inner_organisation_code_only_warns():
	body = "91140100MA0H1A2B1"
	wrong = body + uscc.calc_check_digit(body)
	assert codes(check_uscc(wrong)[1]) == []
	assert codes(check_uscc(wrong)[1], "warning") == ["uscc.organisation"]


@pytest.mark.parametrize(
	"typed",
	["91350100m000100y43", " 9135 0100 M000100Y43 ", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43\u200b", "\t91350100M000100Y43\n"],
)  # fmt: skip
def test_uscc_is_normalised(typed):
	assert check_uscc(typed)[0] == "91350100M000100Y43"
	assert codes(check_uscc(typed)[1]) == []


@pytest.mark.parametrize(
	("text", "code"),
	[
		("", "uscc.empty"),
		(None, "uscc.empty"),
		("91350100M000100Y4", "uscc.form"),
		("91350100M000100Y433", "uscc.form"),
		("91350100M0001OOY43", "uscc.form"),
		("9135010AM000100Y43", "uscc.form"),
		("91350100-M000100Y43", "uscc.form"),
		("٩1350100M000100Y43", "uscc.form"),
		("91350100M000100Y44", "uscc.checksum"),
	],
)
def test_wrong_uscc(text, code):
	assert codes(check_uscc(text)[1]) == [code]


@given(st.sampled_from(VALID_USCC), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_changing_one_character_of_a_uscc_makes_it_invalid(code, i, c):
	changed = code[:i] + c + code[i + 1 :]
	assert bool(codes(check_uscc(changed)[1])) == (changed != code)


@given(st.text(USCC_ALPHABET, min_size=9, max_size=9), st.integers(0, 999999), st.data())
def test_every_uscc_with_its_check_character_is_valid_and_no_other(body, division, data):
	code = "91" + f"{division:06d}" + body
	good = uscc.calc_check_digit(code)
	assert codes(check_uscc(code + good)[1]) == []
	other = data.draw(st.sampled_from([c for c in USCC_ALPHABET if c != good]))
	assert codes(check_uscc(code + other)[1]) == ["uscc.checksum"]


@pytest.mark.parametrize("number", VALID_ID)
def test_valid_id_numbers(number):
	assert check_id_number(number, TODAY) == (number, [])


def test_id_number_is_normalised():
	assert check_id_number(" １１０１０５ 19491231 002x ", TODAY) == ("11010519491231002X", [])


@pytest.mark.parametrize(
	("number", "expected"),
	[
		("", ["id.empty"]),
		(None, ["id.empty"]),
		("140106800101001", ["id.form"]),
		("14010619800101001A", ["id.form"]),
		("X40106198001010018", ["id.form"]),
		("140106198001010019", ["id.checksum"]),
		("140702199002290033", ["id.date"]),
	],
)
def test_wrong_id_numbers(number, expected):
	assert codes(check_id_number(number, TODAY)[1]) == expected


def test_a_day_that_does_not_exist_is_refused_although_its_checksum_fits():
	assert birth_date("140702199002290033") is None
	assert codes(check_id_number("140702199002290033", TODAY)[1]) == ["id.date"]


@pytest.mark.parametrize(
	("today", "errors", "warnings"),
	[
		(date(1979, 12, 31), ["id.future"], []),
		(date(1980, 1, 1), [], ["id.age"]),
		(date(1993, 12, 31), [], ["id.age"]),
		(date(1994, 1, 1), [], []),
		(date(2100, 12, 31), [], []),
		(date(2101, 1, 1), [], ["id.age"]),
	],
)
def test_ages_that_warn(today, errors, warnings):
	findings = check_id_number("140106198001010018", today)[1]
	assert codes(findings) == errors
	assert codes(findings, "warning") == warnings


def test_the_age_is_counted_from_birthday_to_birthday():
	born_on_new_years_eve = "11010519491231002X"
	assert codes(check_id_number(born_on_new_years_eve, date(2070, 12, 30))[1], "warning") == []
	assert codes(check_id_number(born_on_new_years_eve, date(2070, 12, 31))[1], "warning") == ["id.age"]


@given(st.sampled_from(VALID_ID), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_changing_one_character_of_an_id_number_makes_it_invalid(number, i, c):
	changed = number[:i] + c + number[i + 1 :]
	assert bool(codes(check_id_number(changed, TODAY)[1])) == (changed != number)


@given(st.text("0123456789X", min_size=10, max_size=20))
def test_no_finding_repeats_the_id_number(number):
	for f in check_id_number(number, TODAY)[1]:
		assert number not in render(f) and number not in repr(f)


@pytest.mark.parametrize("text", [None, "", "  ", "\u3000", "\u200b"])
def test_nothing_normalises_to_nothing(text):
	assert normalise_code(text) == ""


@pytest.mark.parametrize(
	"typed",
	["晋应急罚〔2024〕1号", "晋应急罚[2024]1号", "晋应急罚【2024】1号", "晋应急罚［2024］ 1 号", "晋应急罚（2024）1号", "晋应急罚(２０２４)１号", "晋应急罚〖2024〗1号"],
)  # fmt: skip
def test_document_numbers_are_normalised(typed):
	assert check_document_number(typed) == ("晋应急罚〔2024〕1号", [])


def test_round_brackets_that_are_no_year_stay():
	assert normalise_document_number("（晋）煤安罚〔2024〕12号") == "（晋）煤安罚〔2024〕12号"
	assert normalise_document_number("(晋)煤安罚(2024)12号") == "（晋）煤安罚〔2024〕12号"


@pytest.mark.parametrize(
	"typed",
	["晋应急罚〔2024〕01号", "晋应急罚〔2024〕第1号", "晋应急罚〔24〕1号", "〔2024〕1号", "晋应急罚〔2024〕1", "晋应急罚2024-1号", "晋应急罚〔2024〕0号", "晋应急罚〔2024〕1号附件"],
)  # fmt: skip
def test_wrong_document_numbers(typed):
	assert codes(check_document_number(typed)[1]) == ["document.form"]
	assert codes(check_document_number("")[1]) == ["document.empty"]


@pytest.mark.parametrize(
	("typed", "stored"),
	[
		("138 0013 8000", "13800138000"),
		("+86-13800138000", "13800138000"),
		("１３８００１３８０００", "13800138000"),
		("0351-1234567", None),
		("0351-6234567", "0351-6234567"),
		("（0351）6234567", "0351-6234567"),
		("010-62345678-801", "010-62345678-801"),
		("6234567", "6234567"),
		("400-810-1234", "400-810-1234"),
		("12350", "12350"),
		("", ""),
		("12345678901", None),
		("1380013800", None),
		("abc", None),
	],
)
def test_phone_numbers(typed, stored):
	number, findings = check_phone(typed)
	assert codes(findings) == (["phone.form"] if stored is None else [])
	assert stored is None or number == stored


@pytest.mark.parametrize(
	("typed", "ok"),
	[("030000", True), ("０３００００", True), ("", True), ("03000", False), ("03000A", False)],
)
def test_postcodes(typed, ok):
	assert codes(check_postcode(typed)[1]) == ([] if ok else ["postcode.form"])


def test_division_codes():
	assert [division_level(c) for c in ("000000", "140000", "140100", "140106")] == [
		"country",
		"province",
		"city",
		"county",
	]
	assert division_parent("140106") == "140100"
	assert division_parent("140100") == "140000"
	assert division_parent("140000") == "000000"
	assert division_parent("000000") is None
	assert division_contains("140100", "140106") and division_contains("140000", "140106")
	assert division_contains("000000", "140106") and division_contains("140106", "140106")
	assert not division_contains("140106", "140100") and not division_contains("140200", "140106")
	for wrong in ("", "14", "14010A", "001234"):
		with pytest.raises(ValueError):
			division_level(wrong)
	assert codes(check_division_code("１４０１００", "city")[1]) == []
	assert codes(check_division_code("140106", "city")[1]) == ["division.level"]
	assert codes(check_division_code("1401")[1]) == ["division.form"]
