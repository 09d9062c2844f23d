"""Masking of personal data for lists, print, export and publicity (个人信息保护法第六条、第二十八条、第五十一条).

A mask never lets a short value through: however many characters are to stay, some are always covered.
"""

STAR = "*"


def _mask(text: str, head: int, tail: int, covered: int) -> str:
	"""Keep head and tail; at least `covered` characters, or half of a short text, stay covered."""
	head, tail = max(head, 0), max(tail, 0)
	keep = min(head + tail, max(len(text) // 2, len(text) - covered))
	if keep < head + tail:
		head = keep * head // (head + tail)
		tail = keep - head
	return text[:head] + STAR * (len(text) - head - tail) + text[len(text) - tail :]


def mask_id_number(s: str | None, head: int = 4, tail: int = 4) -> str:
	"""1401**********0018. At least six characters stay covered, of a short number at least half."""
	return _mask((s or "").strip(), head, tail, 6)


def mask_phone(s: str | None) -> str:
	"""138****5678; of a landline at least four characters stay covered, of a short number at least half."""
	return _mask((s or "").strip(), 3, 4, 4)


def mask_name(s: str | None) -> str:
	"""张*, 张**: the first character stays; a name of one character is covered."""
	s = (s or "").strip()
	return s[:1] + STAR * (len(s) - 1) if len(s) > 1 else STAR * len(s)
