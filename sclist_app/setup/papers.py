"""Kinds of documents, national templates, publication channels.

No national SC Text Block: the templates word those parts themselves, with the limits, the review body and the
measures of the case. A fixed national text laid over that would tell a party the wrong number of days.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sclist_app.setup.divisions import read_seed
from sclist_app.setup.ledger import Ledger

_DOCUMENTS: Final = Path(__file__).resolve().parent.parent / "fixtures" / "documents"


def seed(ledger: Ledger) -> None:
	"""Everything papers are made of. Texts follow the release until the site edits them."""
	for row in kind_rows():
		structure = {f: row.pop(f) for f in ("required_blocks", "layout")}
		code = row.pop("code")
		ledger.seed("SC Document Kind", {"code": code}, {**row, **structure}, refresh="untouched")
	for kind, body in template_bodies():
		ledger.seed(
			"SC Document Template",
			{"document_kind": kind, "bureau": None},
			{"body": body},
			refresh="untouched",
		)
	for channel in read_seed("channels"):
		ledger.seed("SC Publication Channel", {"code": channel.pop("code")}, channel)


def kind_rows() -> Iterator[dict[str, Any]]:
	"""The kinds of documents, with the parts the law demands as the manifest of the templates names them."""
	parts = _manifest()
	for row in read_seed("document_kinds"):
		given = parts.get(row["code"], {})
		yield {
			**row,
			"required_blocks": ", ".join(given.get("required_blocks", ())),
			"layout": given.get("layout", ""),
		}


def template_bodies() -> Iterator[tuple[str, str]]:
	"""Code of a kind and the national text of its template."""
	for path in sorted(_DOCUMENTS.glob("D*.html")):
		yield path.stem, path.read_text(encoding="utf-8")


def _manifest() -> dict[str, Any]:
	path = _DOCUMENTS / "manifest.json"
	return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
