"""A published version as a standard Workflow: it can be inserted on a neutral DocType and walked, never on ours."""

import copy
import json
from collections.abc import Iterator

import frappe
import pytest
from frappe.model.workflow import WorkflowTransitionError, apply_workflow

from sclist_app.api import standard_workflow as api
from sclist_app.exchange import standard_workflow
from sclist_app.setup import demo
from tests.site.support import COUNTY, as_user, refused, user_of

NEUTRAL = "Neutral Paper of a Test"
SHORT, STANDARD = "listing-county-short-v1", "listing-standard-v1"


@pytest.fixture(autouse=True)
def people(demo_accounts):
	return demo_accounts


@pytest.fixture
def short() -> str:
	"""The county's shorter version, as shipped."""
	return frappe.db.get_value(
		"SC Procedure Version", {"bureau": COUNTY, "status": "Published"}, "name", order_by="creation asc"
	)


def _remove() -> None:
	for name in frappe.get_all("Workflow", filters={"document_type": NEUTRAL}, pluck="name"):
		frappe.delete_doc("Workflow", name, force=True)
	if frappe.db.exists("DocType", NEUTRAL):
		frappe.delete_doc("DocType", NEUTRAL, force=True)
	for name in frappe.get_all("Custom Field", filters={"dt": NEUTRAL}, pluck="name"):
		frappe.delete_doc("Custom Field", name, force=True)
	frappe.db.commit()


@pytest.fixture
def neutral() -> Iterator[str]:
	"""A DocType that is not ours; making and dropping it commits."""
	_remove()
	doc = frappe.new_doc("DocType")
	doc.update({"name": NEUTRAL, "module": "Custom", "custom": 1, "autoname": "hash"})
	doc.append("fields", {"fieldname": "ground", "fieldtype": "Data", "label": "Ground"})
	doc.append("permissions", {"role": "SC Officer", "read": 1, "write": 1, "create": 1})
	doc.append("permissions", {"role": "System Manager", "read": 1, "write": 1, "create": 1})
	doc.insert()
	yield NEUTRAL
	frappe.db.rollback()
	frappe.set_user("Administrator")
	_remove()


def test_it_walks_the_main_path_on_a_neutral_document(neutral, short):
	made = standard_workflow.export(short)
	for row in copy.deepcopy(made["documents"]):
		if row["doctype"] == "Workflow":
			row.update({"document_type": neutral, "is_active": 1})
		elif frappe.db.exists(row["doctype"], row["name"]):
			continue
		frappe.get_doc(row).insert()
	paper = frappe.get_doc({"doctype": neutral, "ground": "7-1"}).insert()
	assert paper.workflow_state == "案件登记"
	version = frappe.get_doc("SC Procedure Version", short)
	label = {(t.step, t.action): t.label for t in version.transitions}
	path = [
		("K01", "submit", "officer", "告知审签并制发"),
		("K02", "agree", "deputy", "送达告知书"),
		("K03", "served", "officer", "陈述申辩期"),
		("K04", "lapse", "officer", "法制审核"),
		("K05", "pass", "legal", "负责人决定"),
		("K06", "approve", "leader", "送达决定书"),
		("K07", "served", "officer", "录入信用信息系统"),
		("K08", "entered", "credit", "信息公示"),
		("K09", "published", "credit", "公示审核"),
		("K10", "confirm", "check", "已列入"),
	]
	for step, action, mailbox, state in path:
		with as_user(user_of("papers", COUNTY)), refused(WorkflowTransitionError):
			apply_workflow(frappe.get_doc(neutral, paper.name), label[step, action])
		with as_user(user_of(mailbox, COUNTY)):
			done = apply_workflow(frappe.get_doc(neutral, paper.name), label[step, action])
		assert done.workflow_state == state


def test_conditions_are_understood_by_the_framework():
	made = standard_workflow.export(STANDARD)["documents"][-1]
	texts = [row["condition"] for row in made["transitions"] if row["condition"]]
	assert texts
	for text in texts:
		for ground in ("6-1", "7-1", ""):
			paper = frappe._dict(ground=ground, fine=100)
			assert frappe.safe_eval(text, {}, {"doc": paper}) in (True, False)


def test_none_becomes_active_on_our_documents(short):
	made = standard_workflow.export(short)
	row = made["documents"][-1]
	assert row["document_type"] == "SC Case" and row["is_active"] == 0
	for document in made["documents"][:-1]:
		if not frappe.db.exists(document["doctype"], document["name"]):
			frappe.get_doc(document).insert()
	with refused(frappe.ValidationError, match=r"自有程序|own procedures|SC Case|列入案件"):
		frappe.get_doc({**row, "is_active": 1}).insert()
	assert not frappe.db.exists("Workflow", {"document_type": ["like", "SC %"], "is_active": 1})


def test_what_is_lost_is_told_in_chinese(short):
	for version in (short, STANDARD):
		with as_user(user_of("rules")):
			lines = api.lost(version)
		assert len(lines) > 20
		for line in lines:
			assert not line.isascii() and "{" not in line, line
			assert not any(word in line for word in ("Step", "lost", "here they run")), line


def test_it_is_a_file_to_download(short):
	with as_user(user_of("rules", COUNTY)):
		api.download(short)
	made = json.loads(frappe.local.response.filecontent)
	assert made["version"] == short and made["lost"] and made["documents"][-1]["doctype"] == "Workflow"
	assert frappe.local.response.type == "download"
	frappe.local.response = frappe._dict(docs=[])


def test_drafts_are_not_exported():
	from sclist_app.api import procedures

	with as_user(user_of("rules")):
		draft = procedures.copy(STANDARD, "wf-test", "导出检验", demo.DISTRICT)["name"]
		with refused(frappe.ValidationError):
			api.lost(draft)


def test_who_reads_no_rules_exports_none():
	with as_user("Guest"), refused(frappe.PermissionError):
		api.lost(STANDARD)
