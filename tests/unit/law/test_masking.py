import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law.masking import mask_id_number, mask_name, mask_phone

texts = st.text(st.characters(blacklist_characters="*", blacklist_categories=["Z", "C"]), max_size=30)


@pytest.mark.parametrize(
	("number", "masked"),
	[
		("140106198001010018", "1401**********0018"),
		("11010519491231002X", "1101**********002X"),
		("E12345678", "E1*****78"),
		("1234", "1**4"),
		("12", "*2"),
		("1", "*"),
		("", ""),
		(None, ""),
		("  140106198001010018 ", "1401**********0018"),
	],
)
def test_id_numbers(number, masked):
	assert mask_id_number(number) == masked


def test_other_widths():
	assert mask_id_number("140106198001010018", 6, 4) == "140106********0018"
	assert mask_id_number("140106198001010018", 0, 4) == "*" * 14 + "0018"
	assert mask_id_number("140106198001010018", 4, 0) == "1401" + "*" * 14
	assert mask_id_number("140106198001010018", 0, 0) == "*" * 18
	assert mask_id_number("140106198001010018", -3, -3) == "*" * 18
	assert mask_id_number("140106198001010018", 18, 18).count("*") == 6


@pytest.mark.parametrize(
	("phone", "masked"),
	[
		("13800138000", "138****8000"),
		("12350", "***50"),
		("6234567", "6****67"),
		("0351-6234567", "035*****4567"),
		("", ""),
		(None, ""),
	],
)
def test_phones(phone, masked):
	assert mask_phone(phone) == masked


@pytest.mark.parametrize(
	("name", "masked"), [("张三", "张*"), ("欧阳修文", "欧***"), ("李", "*"), ("", ""), (None, "")]
)
def test_names(name, masked):
	assert mask_name(name) == masked


@given(texts, st.integers(-2, 40), st.integers(-2, 40))
def test_never_more_than_head_and_tail_and_never_a_number_whole(text, head, tail):
	masked = mask_id_number(text, head, tail)
	shown = len(masked) - masked.count("*")
	assert len(masked) == len(text)
	assert shown <= max(head, 0) + max(tail, 0)
	assert len(text) - shown >= min(6, (len(text) + 1) // 2)
	assert all(m in ("*", c) for m, c in zip(masked, text, strict=True))


@given(texts)
def test_a_phone_is_never_shown_whole(text):
	masked = mask_phone(text)
	assert masked.count("*") >= min(4, (len(text) + 1) // 2)
	assert len(masked) - masked.count("*") <= 7


@given(texts)
def test_of_a_name_one_character_at_most(text):
	assert len(mask_name(text)) - mask_name(text).count("*") <= 1
