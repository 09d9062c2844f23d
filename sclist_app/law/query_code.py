"""The query code of a party: 15 letters that tell nothing and one that finds typing errors. Pure.

The alphabet leaves out 0, O, 1, I and L, which a reader of paper takes for one another. Its 31 letters are a prime
number, so one weighted sum finds every wrong letter and every two letters that changed places.
"""

import hashlib
import hmac
import re
import unicodedata
from typing import Final

from sclist_app.law.findings import N_, Finding

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# 31^15 is more than 2^74: nobody finds one of a million codes by trying
LENGTH: Final = 16
GROUP: Final = 4

_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}
_BETWEEN: Final = re.compile(r"[\s\-‐-―_.·•]+")
# the weight of the last letter, taken back modulo 31
_INVERSE: Final = pow(LENGTH, -1, len(ALPHABET))


def derive(key: bytes, *parts: str) -> str:
	"""The code that belongs to these parts under a secret key: 16 letters, the last one the check letter."""
	number = int.from_bytes(_mac(key, "code", *parts), "big")
	letters = []
	for _ in range(LENGTH - 1):
		number, value = divmod(number, len(ALPHABET))
		letters.append(ALPHABET[value])
	return "".join(letters) + _check_letter(letters)


def lookup_key(key: bytes, code: str) -> str:
	"""By what a code is found: a keyed hash (hex, 64), from which nobody comes back to the code."""
	return _mac(key, "lookup", code).hex()


def shown(code: str) -> str:
	"""As it stands on paper: in groups of four."""
	return "-".join(code[i : i + GROUP] for i in range(0, len(code), GROUP))


def check(text: str) -> tuple[str, list[Finding]]:
	"""What was typed, as a code, and what is wrong with it as such; whose it is, it does not tell.

	Small and full-width letters, blanks and hyphens are admitted.
	"""
	code = _BETWEEN.sub("", unicodedata.normalize("NFKC", text[:200])).upper()
	if not code:
		return "", [Finding("code.empty", N_("Enter the query code that stands on your repair notice."), "")]
	if strange := sorted(set(code) - set(ALPHABET)):
		message = N_(
			"“{letters}” does not occur in query codes (there is no 0, O, 1, I or L). Compare with the paper."
		)
		return code, [Finding("code.letters", message, "", {"letters": "".join(strange)[:8]})]
	if len(code) != LENGTH:
		message = N_(
			"A query code has {length} letters and digits; {count} were entered. Compare with the paper."
		)
		return code, [Finding("code.length", message, "", {"length": LENGTH, "count": len(code)})]
	if not same(_check_letter(code[:-1]), code[-1]):
		message = N_("The query code has a typing error. Compare it with the paper letter by letter.")
		return code, [Finding("code.check", message, "")]
	return code, []


def same(one: str, other: str) -> bool:
	"""Compare without telling by the time it takes where they differ."""
	return hmac.compare_digest(one.encode(), other.encode())


def _check_letter(letters: str | list[str]) -> str:
	total = sum(weight * _VALUES[letter] for weight, letter in enumerate(letters, start=1))
	return ALPHABET[-total * _INVERSE % len(ALPHABET)]


def _mac(key: bytes, purpose: str, *parts: str) -> bytes:
	# the lengths keep ("ab", "c") and ("a", "bc") apart
	text = "|".join(f"{len(part)}:{part}" for part in ("sclist-query-code", purpose, *parts))
	return hmac.new(key, text.encode(), hashlib.sha256).digest()
