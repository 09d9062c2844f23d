"""The bureaus of one province from its divisions (GB/T 2260): names, marks, courts and their place in the tree.

Pure: reads the shipped list, knows no database.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

SEED = Path(__file__).resolve().parent.parent / "fixtures" / "seed"
NUMBER_MARK = "应急失信"


@dataclass(frozen=True, slots=True)
class BureauSeed:
	"""One bureau as it is first entered. lft, rgt: its place in the nested set, 1 … 2 × number of bureaus."""

	code: str
	level: Literal["Province", "City", "County"]
	parent: str | None
	bureau_name: str
	short_name: str
	document_prefix: str
	review_body: str
	court: str
	lft: int
	rgt: int


def read_seed(name: str) -> Any:
	"""The content of fixtures/seed/<name>.json."""
	return json.loads((SEED / f"{name}.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def bureau_seeds() -> tuple[BureauSeed, ...]:
	"""All bureaus in tree order: the province, then each city followed by its counties."""
	data = read_seed("bureaus")
	places = {c["code"]: _full_place(city, c) for city in data["cities"] for c in city["counties"]}
	total = 1 + sum(1 + len(city["counties"]) for city in data["cities"])
	province = data["province"]
	return (
		_bureau(province, "Province", None, province["place"], places[province["seat"]], 1, 2 * total),
		*_below(data, places),
	)


def _below(data: Mapping[str, Any], places: Mapping[str, str]) -> Iterator[BureauSeed]:
	at = 2
	for city in data["cities"]:
		end = at + 2 * len(city["counties"]) + 1
		seat = places[city["seat"]]
		yield _bureau(city, "City", data["province"]["code"], city["place"], seat, at, end)
		at += 1
		for county in city["counties"]:
			place = places[county["code"]]
			yield _bureau(county, "County", city["code"], place, place, at, at + 1)
			at += 2
		at = end + 1


def _full_place(city: Mapping[str, Any], county: Mapping[str, Any]) -> str:
	# offices of a district carry the city's name, those of a county or county-level city do not
	place = county["place"]
	return city["place"] + place if place.endswith("区") else place


def _bureau(
	row: Mapping[str, Any],
	level: Literal["Province", "City", "County"],
	parent: str | None,
	place: str,
	court_place: str,
	lft: int,
	rgt: int,
) -> BureauSeed:
	organ = "厅" if level == "Province" else "局"
	# 城区 alone names two districts of the province
	short = place.replace("市", "", 1) if row["place"] in ("城区", "矿区", "郊区") else row["place"]
	return BureauSeed(
		row["code"],
		level,
		parent,
		f"{place}应急管理{organ}",
		f"{short}应急{organ}",
		row["mark"] + NUMBER_MARK,
		f"{place}人民政府",
		f"{court_place}人民法院",
		lft,
		rgt,
	)
