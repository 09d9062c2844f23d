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

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import procedures as api
from sclist_app.register import removals
from sclist_app.register.removal_effects import remove as remove_record
from sclist_app.setup import demo
from sclist_app.setup.player import PDF
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import actions, store
from tests.site.drafted_papers import in_force, national
from tests.site.matter import Matter
from tests.site.support import DISTRICT, Case, as_user, refused, user_of

DAY = date(2024, 9, 2)


@pytest.fixture(autouse=True)
def _people(people):
	"""The demonstration staff."""


def adapted(change: Callable[[Document], None], kind: str = "Listing", bureau: str = DISTRICT) -> str:
	"""A procedure of the bureau's own: copied, changed, approved by somebody else and bound. Returns the version."""
	source = store.bound_version(bureau, kind, DAY)
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
	joint = national("D01").replace(
		"现将有关事项告知如下：", "现将拟作出的行政处罚和列入名单的有关事项一并告知如下："
	)
	in_force(kind="D01", body=joint)
	case = to_signature(opened())
	case.act("C25", "issue")
	for notice in case.notices("D01"):
		assert "一并告知如下" in frappe.db.get_value("SC Notice", notice.name, "html")


@pytest.fixture
def unit(world):
	"""The record of a unit listed on 2024-09-27."""
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


def applied(unit: str, **changes) -> RepairPlayer:
	player = RepairPlayer(unit, date(2025, 10, 9))
	player.open(**changes)
	return player


def due(player, limit: str) -> str:
	filters = {"run": player.run, "limit": limit, "status": ["!=", "Void"]}
	return str(frappe.get_all("SC Clock", filters=filters, pluck="due_on", order_by="creation desc")[0])


@pytest.mark.parametrize(("days", "day"), [(0, "2025-10-09"), (3, "2025-10-13")])
def test_v11_acceptance(unit, days, day):
	"""On the spot, or within three working days instead of five."""
	adapted(
		lambda doc: setattr(row(doc.limits, limit="T10", step="", channel=""), "n", days), "Early Removal"
	)
	assert due(applied(unit), "T10") == day


def test_v11_papers_that_may_follow(unit):
	"""Accepted without a paper against a written promise; without the promise it is not."""

	def change(doc):
		doc.append("materials", {"step": "R10", "title": "信用报告", "required": 1, "may_follow": 1})

	adapted(change, "Early Removal")
	player = applied(unit)
	assert blocked(player, "R10", "accept") == {"material"}
	doc = frappe.get_doc(player.doctype, player.case)
	with player.acting(player.in_step("R10")):
		doc.promise = player.upload("容缺承诺书.pdf", PDF)
		doc.save()
	assert not blocked(player, "R10", "accept")


def blocked(player, step: str, action: str) -> set[str]:
	with as_of(str(player.day)):
		found = actions.gate(store.read_run(player.run), step, action)
	return {finding.code for finding in found if finding.severity == "error"}


def test_v12_verification_and_decision(unit):
	"""Ten working days instead of twenty; files only, signed by the deputy leader."""

	def change(doc):
		row(doc.limits, limit="T12", step="", channel="").n = 10
		row(doc.steps, code="R50").post = "deputy_leader"

	adapted(change, "Early Removal")
	player = applied(unit)
	player.play("R50")
	assert due(player, "T12") == "2025-10-22"
	assert posts(player) == {"R50": "deputy_leader"}


def test_v12_longer_than_the_law_is_refused():
	with refused(frappe.ValidationError, match="第二十条"):
		adapted(
			lambda doc: setattr(row(doc.limits, limit="T12", step="", channel=""), "n", 21), "Early Removal"
		)


def test_v15_route_and_days_of_an_objection(unit):
	"""Two working days, three more with the head's approval; somebody else examines."""

	def change(doc):
		row(doc.limits, limit="T18", step="").update(
			{"n": 2, "extend_n": 3, "extend_post": "principal_leader"}
		)
		row(doc.steps, code="O20").update({"nature": "External", "post": "credit_officer"})

	adapted(change, "Objection")
	matter = Matter.opened_on(
		unit,
		date(2025, 3, 3),
		"SC Objection",
		item="Wrong Content",
		content="公示的住所不一致。",
		received_on="2025-03-03",
	)
	matter.act("O10", "mark")
	assert due(matter, "T18") == "2025-03-05"
	assert posts(matter) == {"O20": "credit_officer"}


def test_v21_who_decides_on_a_restoration(unit):
	"""The panel decides instead of the head alone."""

	def change(doc):
		row(doc.steps, code="S60").update(
			{"nature": "Sign", "mode": "Majority", "quorum": 2, "post": "panel_member"}
		)

	adapted(change, "Restoration")
	with as_of("2025-11-03 10:00:00"), engine_writes():
		run = frappe.get_doc("SC Run", frappe.db.get_value("SC Listing Record", unit, "run"))
		remove_record(unit, "L7", date(2025, 11, 3), run, None)
	matter = Matter.opened_on(unit, date(2026, 3, 2), kind=removals.RESTORATION)
	matter.write(
		"S10",
		fraud_facts="申请提前移出时提交的验收报告系伪造。",
		evidence=[{"title": "现场核查记录", "kind": "Record", "file": matter.upload("核查记录.pdf")}],
	)
	matter.act("S10", "submit")
	matter.act("S20", "agree", "同意告知。")
	matter.act("S25", "issue")
	matter.serve_all("S30")
	matter.act("S30", "served")
	matter.answer_with("S40", "Waiver")
	matter.act("S40", "answered")
	matter.act("S50", "pass", "审核通过。")
	votes = [task.assignee for task in store.open_tasks(matter.run)]
	assert set(posts(matter).values()) == {"panel_member"} and len(set(votes)) > 1
	matter.vote("S60", ["approve"] * len(votes))
	assert matter.state == "S70"


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
		doc.append("evidence", {"title": "整改情况报告", "file": case.upload("整改.pdf", PDF)})
		doc.save()
	assert not case.blocked("C00", "submit")


def test_v20_wording_and_number():
	"""A number of one's own, Chinese numerals in dates, other words."""
	with as_user(user_of("rules")):
		rule = frappe.new_doc("SC Number Rule")
		rule.update({"bureau": DISTRICT, "document_kind": "D01", "prefix": "并小检失信告", "start": 7001})
		rule.insert()
	body = national("D01").replace("如有异议，", "如有不同意见，")
	in_force(kind="D01", day="2023-11-01 09:00:00", body=body, date_style="Chinese")
	# the first notice of that year, in which the numbers begin
	case = to_signature(Case.opened(DISTRICT, date(2023, 11, 6), "7-4"))
	case.act("C25", "issue")
	notice = frappe.get_doc("SC Notice", case.notices("D01")[0].name)
	assert notice.number == "并小检失信告〔2023〕7001号"
	assert "如有不同意见" in notice.html and "二〇二三年" in notice.html


def test_the_case_of_another_bureau_runs_as_before():
	adapted(lambda doc: setattr(row(doc.steps, code="C00"), "post", "credit_officer"))
	case = Case.opened(demo.CITY, DAY, "7-1")
	assert posts(case) == {"C00": "case_officer"}
