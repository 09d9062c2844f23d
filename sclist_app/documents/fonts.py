"""Installed faces cut down to the letters of one document before WeasyPrint sees them.

The open CJK faces carry 65 000 glyphs each, and WeasyPrint 59 to 62 walks all of them several times for every PDF
(12 s measured for three faces). harfbuzz cuts a face to the letters of a page in some 10 ms. Whatever goes wrong
here costs time and nothing else: the page falls back on the installed face by its name.
"""

from __future__ import annotations

import logging
import subprocess
import unicodedata
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

# Tables a page of Chinese text does not need: positioning and variants, vertical writing, bitmaps, signatures.
_DROP = ["DSIG", "VORG", "GSUB", "GPOS", "GDEF", "BASE", "JSTF", "vhea", "vmtx"]
_DROP += ["EBDT", "EBLC", "EBSC", "FFTM", "MVAR", "STAT", "PfEd"]
_SCHEME = "sclist-font:"
_WEIGHTS = {400: 80, 500: 100, 600: 180, 700: 200}  # CSS → fontconfig
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Face:
	"""A font file installed on this machine: its family as asked for, path, and index in a collection."""

	family: str
	path: str
	index: int


def _fontconfig(*arguments: str) -> str:
	try:
		done = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=True)
	except (OSError, subprocess.SubprocessError):
		return ""
	return done.stdout


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
	names: set[str] = set()
	for line in _fontconfig("fc-list", "--format", "%{family}\n").splitlines():
		names.update(n.strip().replace("\\", "").lower() for n in line.split(","))
	return frozenset(names)


@lru_cache(maxsize=64)
def face_of(families: tuple[str, ...], weight: int = 400) -> Face | None:
	"""The first of `families` that is installed, in `weight` (CSS number), or None."""
	for family in families:
		if family.lower() not in _installed():
			continue
		pattern = family.replace("\\", "").replace("-", "\\-").replace(":", "\\:").replace(",", "\\,")
		pattern += f":weight={_WEIGHTS.get(weight, 80)}"
		answer = _fontconfig("fc-match", "--format", "%{file}\t%{index}\t%{variable}", pattern).split("\t")
		# a variable face is left to WeasyPrint, which knows how to pin its weight
		if len(answer) == 3 and answer[1].isdigit() and answer[2] != "True":
			return Face(family, answer[0], int(answer[1]))
		return None
	return None


@lru_cache(maxsize=16)
def _opened(face: Face) -> Any:
	"""The face as harfbuzz reads it: the file is mapped, not read, and stays mapped for the life of the process."""
	import uharfbuzz

	return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(face.path), face.index)


@lru_cache(maxsize=16)
def _letters_of(face: Face) -> Container[int]:
	try:
		return _opened(face).unicodes  # harfbuzz's own set: a bit a letter
	except (OSError, RuntimeError, ValueError):
		return frozenset()


def close() -> None:
	"""Shut the faces that were opened; the next page opens them again, which takes milliseconds.

	What of them was read stays in memory as long as they are open: some 25 MB.
	"""
	for kept in (_opened, _letters_of, cut):
		kept.cache_clear()


@lru_cache(maxsize=4096)
def _somewhere(letter: str) -> bool:
	"""Any installed face has the letter; the printer falls back on it."""
	return bool(_fontconfig("fc-list", f":charset={ord(letter):x}", "family").strip())


def unprintable(faces: Sequence[Face], text: str) -> str:
	"""The letters of `text` that would print as empty boxes, each once, in order of appearance.

	Private-use letters (old codes of rare names) are among them: what they look like differs from machine to machine.
	"""
	found = {}
	for letter in text:
		if letter in found or letter < "\x7f":
			continue
		category = unicodedata.category(letter)
		if category in ("Co", "Cs"):
			found[letter] = True
		elif category[0] not in "CZM":
			known = any(ord(letter) in _letters_of(face) for face in faces)
			found[letter] = not (known or _somewhere(letter))
	return "".join(letter for letter, missing in found.items() if missing)


@lru_cache(maxsize=32)  # a draft is printed again and again with the same letters; about 100 KB each
def cut(face: Face, letters: frozenset[str]) -> bytes | None:
	"""The face with only `letters`, as an OpenType file; None if it cannot be cut."""
	import uharfbuzz

	try:
		wanted = uharfbuzz.SubsetInput()
		wanted.unicode_set.update(map(ord, letters))
		wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in _DROP)
		wanted.layout_feature_tag_set.clear()
		# WeasyPrint cuts once more and would have to follow the subroutines
		wanted.flags = uharfbuzz.SubsetFlags.DESUBROUTINIZE | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
		return bytes(uharfbuzz.subset(_opened(face), wanted).blob.data)
	except (OSError, RuntimeError, ValueError):
		_log.info("font %s cannot be reduced", face.path, exc_info=True)
		return None


@dataclass(slots=True)
class Reduced:
	"""Font stacks with the cut faces in front, the @font-face rules for them, their bytes by URL, and what no face has."""

	stacks: tuple[tuple[str, tuple[str, ...]], ...]
	css: str
	files: dict[str, bytes]
	unprintable: str = ""


def reduced(stacks: Sequence[tuple[str, tuple[str, ...]]], weights: dict[str, int], text: str) -> Reduced:
	"""Cut the face each stack would choose to the letters of `text`. `weights` gives a stack's CSS weight (400)."""
	letters = frozenset(c for c in text if c >= " ") | frozenset(map(chr, range(0x20, 0x7F)))
	names: dict[Face, str | None] = {}
	rules, files, result = [], {}, []
	for role, families in stacks:
		weight = weights.get(role, 400)
		face = face_of(tuple(families), weight)
		if face is not None and (face not in names):
			names[face] = None
			data = cut(face, letters)
			if data is not None:
				name = f"{face.family} Cut {weight}"
				url = f"{_SCHEME}{len(files)}"
				names[face], files[url] = name, data
				rules.append(
					f'@font-face {{ font-family: "{name}"; src: url("{url}"); font-weight: {weight}; }}'
				)
		name = names.get(face) if face is not None else None
		result.append((role, (name, *families) if name else tuple(families)))
	return Reduced(tuple(result), "\n".join(rules), files, unprintable(list(names), text))
