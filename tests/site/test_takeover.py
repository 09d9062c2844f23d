"""A bureau takes single changes of its parent's new version over into its own procedure."""

import json

import frappe
import pytest

from sclist_app.api import procedures as api
from sclist_app.setup.demo import DISTRICT, PROVINCE
from sclist_app.workflow import store, versions
from tests.site.support import as_user, refused, user_of


def standard() -> str:
	"""The version that applies to the whole province."""
	return store.bound_version(PROVINCE, "Listing")


def limit(doc, code: str):
	return next(row for row in doc.limits if row.limit == code and not row.step)


def edit(name: str, change) -> None:
	doc = frappe.get_doc("SC Procedure Version", name)
	change(doc)
	doc.save()


def newer(change, source: str = "") -> str:
	"""The province's next version, published by its approver."""
	with as_user(user_of("rules", PROVINCE)):
		name = api.new_draft(source or standard())["name"]
		edit(name, change)
		api.submit(name)
	with as_user(user_of("approver", PROVINCE)):
		api.publish(name)
	return name


def three(doc) -> None:
	limit(doc, "T03").n = 2
	limit(doc, "T01").n = 4
	next(s for s in doc.steps if s.code == "C50").title = "合法性审核"


@pytest.fixture
def own(people) -> str:
	"""The district's draft, copied from the standard, with a defence period of its own."""
	frappe.set_user(user_of("rules"))
	name = api.copy(standard(), "t-own", "小店区列入程序", DISTRICT)["name"]
	edit(name, lambda doc: limit(doc, "T01").update({"n": 7}))
	return name


def by_text(offered: dict, word: str) -> dict:
	(item,) = [item for item in offered["items"] if word in " ".join(item["texts"])]
	return item


def test_each_change_says_whether_it_can_be_taken(own):
	with refused(frappe.ValidationError):
		api.parent_changes(own)
	parent = newer(three)
	offered = api.parent_changes(own)
	assert (offered["base"], offered["parent"]) == (standard(), parent)
	assert {item["state"] for item in offered["items"]} == {"free", "conflict"}
	meets = by_text(offered, "陈述申辩期限")
	assert meets["state"] == "conflict"
	assert "7个工作日" in meets["own"][0] and "4个工作日" in meets["texts"][0]
	assert by_text(offered, "合法性审核")["state"] == "free"


def test_one_is_taken_one_declined_one_left(own):
	parent = newer(three)
	offered = api.parent_changes(own)
	taken, declined = by_text(offered, "合法性审核")["id"], by_text(offered, "陈述申辩期限")["id"]
	answer = api.take_over(own, parent, json.dumps([taken]), json.dumps([declined]))
	assert answer["name"] == own and answer["errors"] == []
	doc = frappe.get_doc("SC Procedure Version", own)
	assert next(s for s in doc.steps if s.code == "C50").title == "合法性审核"
	assert (limit(doc, "T01").n, limit(doc, "T03").n, doc.copied_from) == (7, 3, standard())
	again = api.parent_changes(own)
	assert by_text(again, "合法性审核")["state"] == "here"
	assert by_text(again, "陈述申辩期限")["declined"]
	rest = by_text(again, "录入系统")
	assert (rest["state"], rest["declined"]) == ("free", False)
	# the last one settles it: from now on the new version is the one that was copied
	api.take_over(own, parent, json.dumps([rest["id"]]), "[]")
	doc.reload()
	assert (limit(doc, "T03").n, doc.copied_from, doc.declined_changes) == (2, parent, None)
	with refused(frappe.ValidationError):
		api.parent_changes(own)
	# and what was declined is not offered again with the next version
	newest = newer(lambda d: limit(d, "T04").update({"n": 15}), parent)
	offered = api.parent_changes(own)
	assert offered["parent"] == newest and len(offered["items"]) == 1


def test_a_published_version_gets_a_new_draft(own):
	api.submit(own)
	with as_user(user_of("approver")):
		api.publish(own)
	parent = newer(three)
	content = frappe.db.get_value("SC Procedure Version", own, "content_hash")
	offered = api.parent_changes(own)
	declined = by_text(offered, "陈述申辩期限")["id"]
	assert api.take_over(own, parent, "[]", json.dumps([declined]))["name"] == own, "nothing to draft"
	answer = api.take_over(own, parent, json.dumps([by_text(offered, "录入系统")["id"]]), "[]")
	draft = frappe.get_doc("SC Procedure Version", answer["name"])
	assert (draft.status, draft.procedure, draft.copied_from, draft.version_no) == ("Draft", "t-own", own, 2)
	assert store.to_procedure(frappe.get_doc("SC Procedure Version", own)).content_hash == content
	offered = api.parent_changes(draft.name)
	assert by_text(offered, "陈述申辩期限")["declined"], "remembered by the version before"
	log = frappe.get_all(
		"SC Event",
		filters={"reference_name": draft.name, "event": "taken_over"},
		fields=["data"],
		order_by="seq",
	)
	assert json.loads(log[0].data)["parent"] == parent


def test_what_breaks_the_law_is_told_and_cannot_be_submitted(own):
	"""What is taken is checked like what is typed."""

	def inserted(doc) -> None:
		doc.append("steps", {"code": "C4X", "title": "会签", "nature": "Review", "post": "division_head"})
		doc.append(
			"transitions",
			{"step": "C4X", "action": "on", "label": "同意", "verb": "Agree", "target": "C50"},
		)
		for t in doc.transitions:
			if t.target == "C50" and t.verb != "Return" and t.step != "C4X":
				t.target = "C4X"

	parent = newer(inserted)
	offered = api.parent_changes(own)
	(step,) = [item for item in offered["items"] if item["table"] == "steps"]
	assert len(step["needs"]) >= 3
	answer = api.take_over(own, parent, json.dumps([step["id"]]), "[]")
	assert answer["errors"], "a step without a way to it"
	with refused(frappe.ValidationError):
		api.submit(own)
	api.take_over(own, parent, json.dumps(step["needs"]), "[]")
	assert api.check(own)["errors"] == []


@pytest.mark.parametrize(
	("taken", "declined"),
	[("[]", "[]"), ('["x"]', "[]"), ("{}", "[]"), ("[1]", "[]"), ("no", "[]")],
)
def test_nonsense_is_refused(own, taken, declined):
	parent = newer(three)
	with refused(frappe.ValidationError):
		api.take_over(own, parent, taken, declined)


def test_taken_and_declined_at_once_is_refused(own):
	parent = newer(three)
	ids = json.dumps([api.parent_changes(own)["items"][0]["id"]])
	with refused(frappe.ValidationError):
		api.take_over(own, parent, ids, ids)
	with refused(frappe.ValidationError):
		api.take_over(own, standard(), ids, "[]")


@pytest.mark.parametrize("who", ["officer", "approver", "leader"])
def test_only_who_configures_takes_over(own, who):
	parent = newer(three)
	ids = json.dumps([api.parent_changes(own)["items"][0]["id"]])
	with as_user(user_of(who)), refused(frappe.PermissionError):
		api.take_over(own, parent, ids, "[]")


def test_the_engines_fields_are_not_typed(own):
	for field, value in (("declined_changes", "{}x"), ("copied_from", own)):
		with refused(frappe.PermissionError):
			edit(own, lambda doc, field=field, value=value: doc.set(field, value))


def test_what_was_never_copied_has_nothing_to_take(people):
	with as_user(user_of("rules", PROVINCE)), refused(frappe.ValidationError):
		api.parent_changes(standard())
	assert versions.copied_from(frappe.get_doc("SC Procedure Version", standard())) == ("", {})
