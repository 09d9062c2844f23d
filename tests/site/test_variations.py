"""What a locality may vary (V1–V22), each changed as the rule administrator does it, by saving documents only.

Every test copies the procedure in force for a district, changes rows of the form, has another person approve and
bind it, and sees a case of that district run differently. What belongs to local rules, terms and channels is tested
in test_local_rules.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from sclist_app.api import procedures as api
from sclist_app.setup import demo
from sclist_app.workflow import store
from tests.site.support import DISTRICT, Case, as_user, user_of

STANDARD = "listing-standard-v1"
DAY = date(2024, 9, 2)


@pytest.fixture(autouse=True)
def _people(people):
	"""The demonstration staff."""


def adapted(change: Callable[[Document], None], source: str = STANDARD, bureau: str = DISTRICT) -> str:
	"""A procedure of the bureau's own: copied, changed, approved by somebody else and bound. Returns the version."""
	with as_user(user_of("rules", bureau)):
		name = api.copy(source, f"own-{frappe.generate_hash(length=6)}", "本级程序", bureau)["name"]
		draft = frappe.get_doc("SC Procedure Version", name)
		change(draft)
		draft.save()
		api.submit(name)
	with as_user(user_of("approver", bureau)):
		api.publish(name, "2023-10-01")
		api.bind(name, bureau, "2024-01-01")
	return name


def row(table: list, **wanted: Any):
	return next(r for r in table if all((r.get(k) or "") == v for k, v in wanted.items()))


def remove(doc: Document, table: str, **wanted: Any) -> None:
	doc.set(table, [r for r in doc.get(table) if not all((r.get(k) or "") == v for k, v in wanted.items())])


def opened(ground: str = "7-1", **changes: Any) -> Case:
	return Case.opened(DISTRICT, DAY, ground, **changes)


def to_signature(case: Case) -> Case:
	case.play("C25")
	return case


def posts(case: Case) -> dict[str, str]:
	return {task.step: task.post for task in store.open_tasks(case.run)}


def test_v1_who_prepares():
	"""A credit section instead of the penalising division registers and examines."""

	def change(doc):
		row(doc.steps, code="C00").post = "credit_officer"
		row(doc.steps, code="C10").post = "deputy_leader"

	adapted(change)
	case = opened()
	assert posts(case) == {"C00": "credit_officer"}
	case.act("C00", "submit")
	assert posts(case) == {"C10": "deputy_leader"}


def test_v2_who_signs():
	"""The deputy leader and the head sign together, all of them."""

	def change(doc):
		step = row(doc.steps, code="C20")
		step.update({"nature": "Sign", "mode": "All", "post": "panel_member"})
		doc.append(
			"transitions",
			{
				"step": "C20",
				"action": "refuse",
				"label": "不同意",
				"verb": "Refuse",
				"target": "C98",
				"reason_required": 1,
			},
		)

	adapted(change)
	case = opened()
	case.act("C00", "submit")
	case.act("C10", "agree")
	signers = [t.assignee for t in store.open_tasks(case.run)]
	assert len(signers) == len(set(signers)) > 1
	case.vote("C20", ["agree"] * (len(signers) - 1))
	assert case.state == "C20"
	case.vote("C20", ["agree"])
	assert case.state == "C25"


def test_v3_no_legal_review():
	"""A small county without reviewers of its own leaves the step out."""

	def change(doc):
		remove(doc, "steps", code="C50")
		remove(doc, "transitions", step="C50")
		remove(doc, "limits", step="C50")
		for t in doc.transitions:
			if t.target == "C50":
				t.target = "C10" if t.verb == "Return" else "C70"
		remove(doc, "steps", code="C60")
		remove(doc, "transitions", step="C60")

	adapted(change)
	case = opened()
	case.play("C40")
	case.let_window_pass("C40")
	assert case.state == "C70"


@pytest.mark.parametrize(("fine", "passes"), [(499_999, "C70"), (500_000, "C60")])
def test_v4_collective_discussion_by_fine(fine, passes):
	"""Discussed from a fine of 500,000 yuan on."""

	def change(doc):
		remove(doc, "conditions", code="serious")
		doc.append(
			"conditions",
			{"code": "serious", "group_no": 1, "field": "fine", "operator": "at least", "value": "500000"},
		)

	adapted(change)
	case = Case(DISTRICT, DAY)
	case.open_case(case.register("7-1", items=[{"kind": "Fine", "amount": fine}]))
	case.play("C50")
	case.act("C50", "pass")
	assert case.state == passes


@pytest.mark.parametrize(("days", "due"), [(3, "2024-09-11"), (5, "2024-09-13"), (10, "2024-09-23")])
def test_v5_defence_period(days, due):
	adapted(lambda doc: setattr(row(doc.limits, limit="T01", step=""), "n", days))
	case = to_signature(opened())
	case.day = date(2024, 9, 6)
	case.act("C25", "issue")
	case.serve_all("C30")
	case.act("C30", "served")
	assert str(case.clock("T01").due_on) == due
	assert str(case.doc.defence_closes_on) == due
	html = frappe.db.get_value("SC Notice", case.notices("D01")[0].name, "html")
	assert f"{days}个工作日" in html


def test_v5_below_the_bound_is_refused():
	with pytest.raises(frappe.ValidationError, match="3"):
		adapted(lambda doc: setattr(row(doc.limits, limit="T01", step=""), "n", 2))


def test_v7_notice_joined_with_the_notice_of_penalty():
	"""One paper tells of both: another text of the bureau's own, with the parts of the law in it."""
	body = frappe.db.get_value(
		"SC Document Template", {"document_kind": "D01", "bureau": ["is", "not set"]}, "body"
	)
	with as_user(user_of("rules")):
		template = frappe.new_doc("SC Document Template")
		template.update(
			{
				"document_kind": "D01",
				"bureau": DISTRICT,
				"body": body.replace(
					"现将有关事项告知如下：", "现将拟作出的行政处罚和列入名单的有关事项一并告知如下："
				),
			}
		)
		template.insert()
	case = to_signature(opened())
	case.act("C25", "issue")
	for notice in case.notices("D01"):
		assert "一并告知如下" in frappe.db.get_value("SC Notice", notice.name, "html")


def test_v13_materials():
	"""A report on rectification is asked for before the case goes on; an optional one is not."""

	def change(doc):
		doc.append("materials", {"step": "C00", "title": "整改情况报告", "required": 1})
		doc.append("materials", {"step": "C00", "title": "第三方评估报告", "required": 0})

	adapted(change)
	case = opened()
	assert case.blocked("C00", "submit") == {"material"}
	doc = case.doc
	with case.acting(case.officer()):
		doc.append("evidence", {"title": "整改情况报告", "file": case.upload("整改.pdf")})
		doc.save()
	assert not case.blocked("C00", "submit")


def test_v20_wording_and_number():
	"""A number of one's own, Chinese numerals in dates, other words."""
	body = frappe.db.get_value(
		"SC Document Template", {"document_kind": "D01", "bureau": ["is", "not set"]}, "body"
	)
	with as_user(user_of("rules")):
		rule = frappe.new_doc("SC Number Rule")
		rule.update({"bureau": DISTRICT, "document_kind": "D01", "prefix": "并小检失信告", "start": 21})
		rule.insert()
		template = frappe.new_doc("SC Document Template")
		template.update(
			{
				"document_kind": "D01",
				"bureau": DISTRICT,
				"date_style": "Chinese",
				"body": body.replace("如有异议，", "如有不同意见，"),
			}
		)
		template.insert()
	case = to_signature(opened("7-4"))
	case.act("C25", "issue")
	notice = frappe.get_doc("SC Notice", case.notices("D01")[0].name)
	assert notice.number == "并小检失信告〔2024〕21号"
	assert "如有不同意见" in notice.html and "二〇二四年" in notice.html


def test_the_case_of_another_bureau_runs_as_before():
	adapted(lambda doc: setattr(row(doc.steps, code="C00"), "post", "credit_officer"))
	case = Case.opened(demo.CITY, DAY, "7-1")
	assert posts(case) == {"C00": "case_officer"}
