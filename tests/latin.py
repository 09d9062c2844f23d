"""Latin letters in text that users read: which of them are no English."""

import re

ENGLISH = re.compile(r"[A-Za-z]{3,}")

# What an office writes in Latin letters: numbers of documents, codes, kinds of files, keys, addresses.
LATIN = re.compile(
	r"""[\w.+-]+@[\w.-]+            # mail addresses of the users
	| https?://\S+
	| 附件Added               # the framework's own entry for a file, kept in the language of whoever added it
	| \{[{%][^}]*[%}]\}           # placeholders of a template
	| (?<=：)[a-z][\w-]*-v\d+     # keys of versions of procedures, beside what they are
	| (?<![A-Za-z0-9])INV-[\w.-]+  # rules of the statute
	| /private/files/\S+
	| [\w（）()-]+\.(?:pdf|png|jpe?g|docx?|xlsx?|zip|json)\b   # names of files
	# numbers of our documents, and their keys
	| (?<![A-Za-z0-9])SC[A-Z]{1,3}-[A-Za-z0-9-]+
	| (?<![A-Za-z0-9])[0-9A-Z]{18}(?![A-Za-z0-9])             # unified social credit codes
	| (?<![A-Za-z0-9])(?:[0-9a-f]{64}|[0-9a-f]{10})(?![A-Za-z0-9])   # hashes
	| (?<![A-Za-z0-9])[0-9a-f]{40}\.\.\.                     # and as the timeline shortens them
	| (?<![A-Za-z0-9])(?:PDF|PNG|JPE?G|USCC|OFD|Word|WPS|Excel|HTML|Ctrl|Shift|Alt|Esc|Enter|ID|Frappe|AQ[A-Z]{2}\w*)(?![A-Za-z0-9])
	""",
	re.VERBOSE,
)


def is_english(text: str) -> bool:
	"""Has the text a Latin word in it, but for what is always written so?"""
	return bool(ENGLISH.search(LATIN.sub("", text)))
