"""The local rules that are shipped as packages: sealed, inside the law, sound, and really different."""

import hashlib
import json

import pytest

from sclist_app.law.findings import errors
from sclist_app.workflow.checker import check
from sclist_app.workflow.comparison import compare
from sclist_app.workflow.model import Procedure
from tests.unit.workflow.helpers import FIXTURES, SHIPPED, WORLD, shipped
from tests.unit.workflow.test_walks import explore

PACKAGES = {
	path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (FIXTURES / "packages").glob("*.json")
}
ROWS = [(name, row["code"]) for name, package in sorted(PACKAGES.items()) for row in package["procedures"]]


def procedure(name: str, code: str) -> Procedure:
	row = next(row for row in PACKAGES[name]["procedures"] if row["code"] == code)
	return Procedure.from_dict({"kind": row["kind"], **row["procedure"]})


def standard(kind: str) -> Procedure:
	return next(p for p in map(shipped, SHIPPED) if p.kind == kind and p.key.endswith("standard"))


def test_the_three_are_there():
	assert set(PACKAGES) == {"zhejiang", "shenzhen", "shanxi"}
	for package in PACKAGES.values():
		kinds = {row["kind"] for row in package["procedures"]}
		assert {"Listing", "Early Removal"} <= kinds


@pytest.mark.parametrize("name", PACKAGES)
def test_sealed(name):
	content = {key: value for key, value in PACKAGES[name].items() if key != "hash"}
	text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
	assert PACKAGES[name]["hash"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(("name", "code"), ROWS)
def test_inside_the_law(name, code):
	assert errors(check(procedure(name, code), WORLD)) == []


@pytest.mark.parametrize(("name", "code"), ROWS)
def test_every_state_goes_on_to_an_end(name, code):
	explore(procedure(name, code))


@pytest.mark.parametrize(("name", "code"), ROWS)
def test_differs_from_the_standard_in_words(name, code):
	local = procedure(name, code)
	assert compare(standard(local.kind), local)


def test_the_three_differ_from_each_other():
	hashes = {procedure(name, "listing").content_hash for name in PACKAGES}
	assert len(hashes) == len(PACKAGES)
