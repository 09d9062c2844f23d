"""The arithmetic of query codes: every single error and every exchange is found, nothing confusable is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sclist_app.law import query_code
from sclist_app.law.query_code import ALPHABET, LENGTH, check, derive, lookup_key, shown

KEY = b"a key of the site"
codes = st.builds(lambda entity, salt: derive(KEY, entity, salt), st.text(max_size=20), st.text(max_size=40))


def wrong(text: str) -> set[str]:
	return {finding.code for finding in check(text)[1]}


def test_alphabet_has_nothing_that_is_confused_and_enough_of_the_rest():
	assert not set("0O1IlL") & set(ALPHABET)
	assert len(set(ALPHABET)) == len(ALPHABET) == 31
	assert len(ALPHABET) ** (LENGTH - 1) > 2**60


@given(codes)
def test_a_code_is_good_however_it_is_typed(code):
	assert len(code) == LENGTH and set(code) <= set(ALPHABET)
	wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
	for text in (code, shown(code), code.lower(), f" {shown(code).replace('-', ' ')}\n", wide, shown(wide)):
		assert check(text) == (code, [])


@given(codes, st.integers(0, LENGTH - 1), st.integers(1, 30))
def test_every_wrong_letter_is_found(code, place, by):
	other = ALPHABET[(ALPHABET.index(code[place]) + by) % 31]
	assert wrong(code[:place] + other + code[place + 1 :]) == {"code.check"}


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_every_exchange_of_two_letters_is_found(code, one, two):
	letters = list(code)
	letters[one], letters[two] = letters[two], letters[one]
	assert wrong("".join(letters)) == (set() if code[one] == code[two] else {"code.check"})


@pytest.mark.parametrize(
	"text, finding",
	[
		("", "code.empty"),
		(" - ", "code.empty"),
		("ABCD", "code.length"),
		("A" * 17, "code.length"),
		("A" * 5000, "code.length"),
		("O" * 16, "code.letters"),
		("<script>alert(1)</script>", "code.letters"),
		("列入决定书", "code.letters"),
		("' or 1=1 --", "code.letters"),
	],
)
def test_what_is_no_code_says_why(text, finding):
	assert wrong(text) == {finding}


def test_codes_depend_on_the_key_and_on_every_part():
	made = {
		derive(KEY, "SCE-1", "salt"),
		derive(KEY, "SCE-1", "tlas"),
		derive(KEY, "SCE-1s", "alt"),
		derive(KEY, "SCE-2", "salt"),
		derive(b"another key", "SCE-1", "salt"),
	}
	assert len(made) == 5
	assert derive(KEY, "SCE-1", "salt") in made


def test_what_is_stored_does_not_give_the_code_away():
	code = derive(KEY, "SCE-1", "salt")
	stored = lookup_key(KEY, code)
	assert len(stored) == 64 and code.lower() not in stored
	assert stored != lookup_key(b"another key", code)


def test_compared_in_constant_time(monkeypatch):
	asked = []
	monkeypatch.setattr(
		query_code.hmac, "compare_digest", lambda a, b: asked.append((a, b)) or a == b, raising=True
	)
	assert query_code.same("ABC", "ABC") and not query_code.same("ABC", "ABD")
	assert len(asked) == 2
