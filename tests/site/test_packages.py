"""Rules as files: round trip, refusal of what is hostile or wrong, and what an import may not do."""

import json

import frappe
import pytest

from sclist_app.api import local_rules
from sclist_app.api import procedures as api
from sclist_app.exchange import packages
from sclist_app.setup import demo
from sclist_app.workflow import store

DISTRICT, PROVINCE = demo.DISTRICT, demo.PROVINCE
STANDARD = "listing-standard-v1"
BLOCK = {"block": "contacts", "text": "联系地址：检验路1号。"}


@pytest.fixture(autouse=True)
def writer(demo_accounts):
	"""The rule administrator of the district."""
	frappe.set_user(demo.user_of("rules"))


def text(package: dict) -> str:
	return json.dumps(package, ensure_ascii=False)


def package(**changes) -> dict:
	made = {key: value for key, value in packages.export(STANDARD).items() if key != "hash"}
	return packages.seal({**made, **changes})


def test_round_trip_is_exact():
	out = packages.export(STANDARD)
	made = api.import_package(text(out), DISTRICT, "xd-imported")
	doc = frappe.get_doc("SC Procedure Version", made["versions"][0])
	assert (doc.status, doc.bureau) == ("Draft", DISTRICT)
	assert packages.export(doc.name)["procedures"][0]["procedure"] == out["procedures"][0]["procedure"]
	assert store.to_procedure(doc).content_hash == frappe.db.get_value(
		"SC Procedure Version", STANDARD, "content_hash"
	)


def test_the_rules_of_a_whole_bureau_come_over():
	brought = package(rows={"SC Text Block": [BLOCK]})
	made = api.import_package(text(brought), DISTRICT, "xd-first")
	assert [row["doctype"] for row in made["created"]] == ["SC Text Block"]
	block = frappe.get_doc("SC Text Block", made["created"][0]["name"])
	assert (block.bureau, block.text) == (DISTRICT, BLOCK["text"])
	out = packages.export_bureau(DISTRICT)
	assert out["rows"]["SC Text Block"] == [BLOCK]
	# nothing of this draft is published, so it does not leave
	assert "xd-first" not in {row["code"] for row in out["procedures"]}


def test_what_a_bureau_has_of_its_own_stays():
	api.import_package(text(package(rows={"SC Text Block": [BLOCK]})), DISTRICT, "xd-first")
	other = package(rows={"SC Text Block": [{**BLOCK, "text": "另一段。"}]})
	made = api.import_package(text(other), DISTRICT, "xd-second")
	assert not made["created"] and len(made["present"]) == 1
	assert frappe.db.get_value("SC Text Block", made["present"][0]["name"], "text") == BLOCK["text"]


def test_a_local_rule_comes_in_as_a_draft_and_leaves_when_approved():
	"""With its tables; what an approver has not seen does not leave again."""
	given = {
		"hearing_mode": "Always",
		"copies": "3",
		"service_ways": [{"way": "Electronic"}, {"way": "Direct"}],
	}
	before = frappe.db.count("SC Local Rule", {"bureau": demo.COUNTY})
	assert not before, "the county has rules of its own"
	frappe.set_user(demo.user_of("rules", demo.COUNTY))
	brought = packages.seal(
		{"schema": 2, "title": "", "description": "", "procedures": [], "rows": {"SC Local Rule": [given]}}
	)
	made = api.import_package(text(brought), demo.COUNTY)
	rule = frappe.get_doc("SC Local Rule", made["created"][0]["name"])
	assert (rule.state, rule.author) == ("Draft", demo.user_of("rules", demo.COUNTY))
	assert [row.way for row in rule.service_ways] == ["Electronic", "Direct"]
	assert "SC Local Rule" not in packages.export_bureau(demo.COUNTY)["rows"]
	frappe.set_user(demo.user_of("approver", demo.COUNTY))
	local_rules.approve(rule.name, str(rule.modified))
	assert packages.export_bureau(demo.COUNTY)["rows"]["SC Local Rule"] == [given]


def test_a_file_with_several_procedures_gets_codes_of_its_own():
	row = packages.export(STANDARD)["procedures"][0]
	both = package(procedures=[row, {**row, "code": "second", "procedure_name": "第二程序"}])
	made = api.import_package(text(both), DISTRICT, "xd")
	procedures = [frappe.db.get_value("SC Procedure Version", v, "procedure") for v in made["versions"]]
	assert procedures == ["xd-listing-standard", "xd-second"]


def test_a_code_of_another_bureau_is_refused():
	with pytest.raises(frappe.ValidationError, match=r"编码|code"):
		api.import_package(text(package()), DISTRICT, "listing-standard")


def test_a_wrong_row_undoes_the_whole_import():
	bad = package(rows={"SC Number Rule": [{"document_kind": "D01", "prefix": "检验失信", "start": 0}]})
	frappe.db.savepoint("import")
	with pytest.raises(frappe.ValidationError):
		api.import_package(text(bad), DISTRICT, "xd-undone")
	frappe.db.rollback(save_point="import")
	assert not frappe.db.exists("SC Procedure", "xd-undone")


def test_only_who_configures_there_may_import():
	for user in (demo.user_of("officer"), demo.user_of("approver"), demo.user_of("rules", demo.COUNTY)):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			api.import_package(text(package()), DISTRICT, "xd-foreign")
	frappe.set_user(demo.user_of("officer"))
	with pytest.raises(frappe.PermissionError):
		api.export_bureau(DISTRICT)


@pytest.mark.parametrize(
	("hostile", "words"),
	[
		("[]", "schema|版式|2"),
		("{" * 40, "深|deep"),
		('{"schema": 2, "schema": 2}', "读|read"),
		('{"schema": 2, "procedures": [], "hash": "x"}', "hash|哈希|校验"),
		('{"schema": 2, "procedures": [], "run": "import os"}', "run"),
		('{"schema": 1, "procedure": {}}', "2"),
		("x" * 2_200_000, "MB"),
		('{"schema": NaN, "procedures": []}', "读|read"),
		(text(packages.seal({"schema": 2, "procedures": [{"kind": "Listing", "procedure": {"x": []}}]})), "表|tables"),
		(text(packages.seal({"schema": 2, "procedures": "x"})), "表|tables"),
		(text(packages.seal({"schema": 2, "rows": {"User": [{"email": "a"}]}})), "表|tables"),
		(text(packages.seal({"schema": 2, "rows": {"SC Text Block": [{"bureau": "140000"}]}})), "bureau"),
		(text(packages.seal({"schema": 2, "rows": {"SC Text Block": [{"text": {"a": 1}}]}})), "SC Text Block"),
		(text(packages.seal({"schema": 2, "rows": {"SC Text Block": [7]}})), "SC Text Block"),
		(text(packages.seal({"schema": 2, "procedures": [{"kind": "Listing", "procedure": {"steps": [{"code": 1}]}}]})), "Step"),
	],
)  # fmt: skip
def test_hostile_files_are_refused(hostile, words):
	before = frappe.db.count("SC Procedure"), frappe.db.count("SC Text Block")
	with pytest.raises(frappe.ValidationError, match=words):
		api.import_package(hostile, DISTRICT, "xd-hostile")
	assert (frappe.db.count("SC Procedure"), frappe.db.count("SC Text Block")) == before
