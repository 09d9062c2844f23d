"""Kinds of documents, national templates, publication channels.

No national SC Text Block: the templates word those parts themselves, with the limits, the review body and the
measures of the case. A fixed national text laid over that would tell a party the wrong number of days.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sclist_app.documents import templates
from sclist_app.setup.divisions import read_seed

if TYPE_CHECKING:
	from sclist_app.setup.ledger import Ledger

_DOCUMENTS: Final = Path(__file__).resolve().parent.parent / "fixtures" / "documents"


def seed(ledger: "Ledger") -> None:
	"""Everything papers are made of.

	What a kind must contain follows the release; a newer national template takes the place of the one shipped before,
	unless the site has approved one of its own.
	"""
	for row in kind_rows():
		key = {"code": row.pop("code")}
		ledger.seed("SC Document Kind", key, row)
		structure = {field: row[field] for field in ("required_blocks", "layout", "sheet")}
		ledger.seed("SC Document Kind", key, structure, refresh="release")
	for kind, template in template_rows():
		ledger.inserted += templates.ship(kind, **template)
	for channel in read_seed("channels"):
		ledger.seed("SC Publication Channel", {"code": channel.pop("code")}, channel)


def kind_rows() -> Iterator[dict[str, Any]]:
	"""The kinds of documents: title, layout and parts demanded by law from the manifest of the templates."""
	manifest = _manifest()
	for row in read_seed("document_kinds"):
		document = manifest[row["code"]]
		yield {
			**row,
			"title": document["title"],
			"layout": document["layout"],
			"sheet": int(document.get("sheet", False)),
			"required_blocks": ", ".join(document["required_blocks"]),
		}


def template_rows() -> Iterator[tuple[str, dict[str, Any]]]:
	"""Code of a kind and the fields of its national template."""
	for code, document in _manifest().items():
		body = (_DOCUMENTS / document["template"]).read_text(encoding="utf-8")
		yield code, {"body": body, "date_style": document["date_style"].capitalize()}


def _manifest() -> dict[str, Any]:
	return json.loads((_DOCUMENTS / "manifest.json").read_text(encoding="utf-8"))["documents"]
