"""The life of a procedure version: drafted, checked, submitted, approved by another person, bound, retired."""

import re

import frappe
import pytest

from sclist_app.access.today import today
from sclist_app.api import procedures as api
from sclist_app.api.boot import boot_session
from sclist_app.setup import demo
from sclist_app.workflow import store, trial, versions
from sclist_app.workflow.conditions import SCHEMA

DISTRICT = demo.DISTRICT
STANDARD = "listing-standard-v1"
pytestmark = pytest.mark.usefixtures("words_sent")


@pytest.fixture(autouse=True)
def people(demo_accounts):
	"""The demonstration staff; rules are written by `writer` and approved by `approver`."""
	return {
		"writer": demo.user_of("rules"),
		"approver": demo.user_of("approver"),
		"clerk": demo.user_of("officer"),
	}


@pytest.fixture
def draft(people) -> str:
	frappe.set_user(people["writer"])
	return api.copy(STANDARD, "xd-test", "小店区列入程序", DISTRICT)["name"]


def edit(name: str, change) -> None:
	doc = frappe.get_doc("SC Procedure Version", name)
	change(doc)
	doc.save()


def limit(doc, code: str):
	return next(row for row in doc.limits if row.limit == code and not row.step)


def test_a_copy_is_a_draft_that_knows_its_parent(draft):
	doc = frappe.get_doc("SC Procedure Version", draft)
	assert (doc.status, doc.version_no, doc.copied_from, doc.bureau) == ("Draft", 1, STANDARD, DISTRICT)
	assert frappe.db.get_value("SC Procedure", doc.procedure, "parent_procedure") == "listing-standard"
	assert store.to_procedure(doc).content_hash == frappe.db.get_value(
		"SC Procedure Version", STANDARD, "content_hash"
	)


def test_the_whole_life(draft, people):
	edit(draft, lambda doc: limit(doc, "T01").update({"n": 7}))
	(line,) = api.compare(STANDARD, draft)
	assert "陈述申辩期限" in line and "5个工作日 → 7个工作日" in line
	api.submit(draft)
	with pytest.raises(frappe.PermissionError):
		api.publish(draft)
	frappe.set_user(people["approver"])
	api.publish(draft, "2024-01-01")
	doc = frappe.get_doc("SC Procedure Version", draft)
	assert (doc.status, doc.approver) == ("Published", people["approver"])
	assert doc.content_hash == store.to_procedure(doc).content_hash
	assert store.bound_version(DISTRICT, "Listing") == STANDARD
	api.bind(draft, DISTRICT, "2024-01-01")
	assert store.bound_version(DISTRICT, "Listing") == draft
	assert store.bound_version(demo.CITY, "Listing") == STANDARD, "the city above keeps its own"
	assert not versions.bindable(doc), "nothing lies below the district"
	(use,) = versions.in_use(doc)
	assert (use["bureau"], use["state"]) == (DISTRICT, "now")
	assert "2024-01-01" in use["text"] and "列入程序（标准）" in use["text"], (
		"since when, and what it replaced"
	)
	api.bind(draft, demo.DISTRICT, "2199-01-01")
	assert [use["state"] for use in versions.in_use(doc)] == ["later"]
	with pytest.raises(frappe.ValidationError, match=r"适用|applies"):
		api.retire(draft, "改版")


def test_who_configures_does_not_approve(draft, people):
	api.submit(draft)
	for user in (people["writer"], people["clerk"], demo.user_of("approver", demo.COUNTY)):
		frappe.set_user(user)
		with pytest.raises(frappe.PermissionError):
			api.publish(draft)
	frappe.set_user(people["writer"])
	with pytest.raises(frappe.PermissionError):
		api.bind(STANDARD, DISTRICT, "2024-01-01")


def test_a_superior_approver_may_approve(draft):
	api.submit(draft)
	frappe.set_user(demo.user_of("approver", demo.CITY))
	api.publish(draft)
	assert frappe.db.get_value("SC Procedure Version", draft, "status") == "Published"


def test_sent_back_with_a_reason(draft, people):
	api.submit(draft)
	with pytest.raises(frappe.PermissionError):
		edit(draft, lambda doc: limit(doc, "T01").update({"n": 4}))
	frappe.set_user(people["approver"])
	with pytest.raises(frappe.ValidationError):
		api.send_back(draft, "  ")
	api.send_back(draft, "陈述申辩期请按五日。")
	frappe.set_user(people["writer"])
	edit(draft, lambda doc: limit(doc, "T01").update({"n": 4}))


@pytest.mark.parametrize(
	("change", "words"),
	[
		(lambda doc: limit(doc, "T04").update({"n": 25}), "第十一条"),
		(lambda doc: doc.set("documents", [d for d in doc.documents if d.document_kind != "D01"]), "第九条"),
		(lambda doc: doc.set("limits", [row for row in doc.limits if row.limit != "T05"]), "第十三条"),
	],
)
def test_the_law_stops_a_draft(draft, change, words):
	edit(draft, change)
	errors = [row["text"] for row in api.check(draft)["errors"]]
	assert any(words in text for text in errors)
	assert not re.search(r"\b[CDT]\d{2}\b", "".join(errors)), "titles, no codes"
	with pytest.raises(frappe.ValidationError, match=words):
		api.submit(draft)
	assert frappe.db.get_value("SC Procedure Version", draft, "status") == "Draft"


def test_published_content_stands(people):
	for user in ("Administrator", people["writer"]):
		frappe.set_user(user)
		doc = frappe.get_doc("SC Procedure Version", STANDARD)
		doc.steps[0].title = "别的"
		with pytest.raises(frappe.PermissionError):
			doc.save()
		with pytest.raises(frappe.PermissionError):
			doc.delete()


def test_status_and_hash_are_not_typed(draft):
	for field, value in (
		("status", "Published"),
		("content_hash", "x"),
		("version_no", 9),
		("approver", "Administrator"),
	):
		with pytest.raises(frappe.PermissionError):
			edit(draft, lambda doc, field=field, value=value: doc.set(field, value))


def test_a_county_writer_does_not_write_for_the_city():
	frappe.set_user(demo.user_of("rules"))
	with pytest.raises(frappe.PermissionError):
		api.copy(STANDARD, "ty-test", "太原列入程序", demo.CITY)
	doc = frappe.new_doc("SC Procedure")
	doc.update({"code": "ty-test2", "procedure_name": "x", "kind": "Listing", "bureau": demo.CITY})
	with pytest.raises(frappe.PermissionError):
		doc.insert()


def test_a_trial_writes_nothing(draft, people):
	edit(draft, lambda doc: limit(doc, "T01").update({"n": 3}))
	frappe.set_user(people["writer"])
	before = _everything()
	result = played_over_cases(draft, STANDARD, 10)
	assert _everything() == before
	assert result["cases"] and result["days"] < result["days_before"]
	assert all(row["new"]["outcome"] for row in result["cases"])


def played_over_cases(new: str, old: str, latest: int) -> dict:
	newer, older = (frappe.get_doc("SC Procedure Version", name) for name in (new, old))
	return trial.over_cases(
		store.to_procedure(newer),
		store.to_procedure(older),
		trial.chosen(newer.kind, latest),
		newer.bureau,
		today(),
	)


def _everything() -> dict[str, tuple]:
	"""Row count and checksum of every table of the app."""
	tables = [row[0] for row in frappe.db.sql("show tables like 'tabSC %%'")]
	return {
		table: frappe.db.sql(
			f"select count(*), coalesce(sum(crc32(concat_ws('|', name, modified))), 0) from `{table}`"
		)[0]
		for table in tables
	}


def test_owners_of_copies_hear_of_a_new_version(draft, people):
	frappe.set_user(demo.user_of("rules", demo.PROVINCE))
	newer = api.new_draft(STANDARD)["name"]
	api.submit(newer)
	frappe.set_user(demo.user_of("approver", demo.PROVINCE))
	api.publish(newer)
	assert frappe.db.exists("Notification Log", {"for_user": people["writer"], "document_name": newer})


def test_running_cases_keep_their_version(draft, people):
	case = frappe.get_all(
		"SC Case",
		filters={"bureau": DISTRICT, "run_status": "Active"},
		fields=["run"],
		order_by="creation",
		limit=1,
	)[0]
	before = frappe.db.get_value("SC Run", case.run, "procedure_version")
	api.submit(draft)
	frappe.set_user(people["approver"])
	api.publish(draft)
	versions.bind(DISTRICT, draft, "2023-10-01")
	assert frappe.db.get_value("SC Run", case.run, "procedure_version") == before


def test_the_facts_of_conditions_are_named_once(people):
	"""The desk shows a condition in words from the published list, each in the user's language."""
	frappe.set_user(people["writer"])
	bootinfo = frappe._dict()
	boot_session(bootinfo)
	facts = bootinfo.sclist["facts"]
	assert set(facts) == set(SCHEMA)
	assert (facts["hearing_requested"]["label"], facts["ban"]["type"]) == ("已申请听证", "flag")
	assert all(re.search(r"[\u4e00-\u9fff]", fact["label"]) for fact in facts.values())
