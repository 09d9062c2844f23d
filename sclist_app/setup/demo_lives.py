"""Demonstration stories of what becomes of a listing: removal, restoration, revocation, objection, hearing, old list.

They give the demonstration at least one paper of nearly every kind. Each is played by the demonstration officers on
days counted back from today, as the cases of `sclist_app.setup.demo` are.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe.utils import add_days, add_months, getdate
from openpyxl import Workbook

from sclist_app.access.today import today
from sclist_app.api import follow_up as follow_up_api
from sclist_app.api import legacy as legacy_api
from sclist_app.api import local_rules as local_rules_api
from sclist_app.api import repair as repair_api
from sclist_app.law.legacy import COLUMNS
from sclist_app.register import remedies, removals
from sclist_app.setup import demo
from sclist_app.setup.demo import CITY, DISTRICT, MARK, Story, user_of
from sclist_app.setup.matter_player import MatterPlayer
from sclist_app.setup.player import Player, day_before, social_credit_code
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow.calendars import calendar_of

__all__ = ["LIVES"]

# no case of the demonstration is older than the rule
RULE_FROM = date(2023, 10, 9)
BAN = {
	"measure": "M2",
	"content": "自处罚决定生效之日起一年内不得申请新建、改建、扩建项目审批。",
	"basis": "《中华人民共和国安全生产法》第七十八条",
}


def _rule() -> None:
	"""The district has a department told of its listings, and visits a party three months after its removal."""
	if frappe.db.exists("SC Local Rule", {"bureau": DISTRICT}):
		return
	author, approver = user_of("rules"), user_of("approver")
	player = Player(DISTRICT, RULE_FROM)
	with player.acting(author):
		rule = frappe.new_doc("SC Local Rule")
		rule.update(
			{
				"bureau": DISTRICT,
				"effective_from": str(RULE_FROM),
				"follow_up_months": "3",
				"recipients": [
					{
						"recipient": "太原市小店区市场监督管理局" + MARK,
						"way": "Official Letter",
						"request": "请在评优评先、资质审核中依法予以限制，并反馈办理情况。",
					}
				],
			}
		)
		rule.insert()
	with player.acting(approver):
		local_rules_api.approve(rule.name, str(frappe.db.get_value("SC Local Rule", rule.name, "modified")))


def _listed(story: Story, serial: int) -> Player:
	return demo._tell(story, serial)


def _record(case: Player, kind: str = "Unit") -> str:
	return frappe.db.get_value("SC Listing Record", {"case": case.case, "entity_kind": kind}, "name")


def _applied(record: str, workdays_ago: int) -> RepairPlayer:
	bureau = frappe.db.get_value("SC Listing Record", record, "bureau")
	return RepairPlayer(record, day_before(workdays_ago, bureau), demo=True)


# ------------------------------------------------------------------ early removal


def _removed_early(story: Story, serial: int) -> None:
	"""The unit is granted its removal and visited afterwards; its head applies too early, later in vain."""
	_rule()
	case = _listed(story, serial)
	unit, person = _record(case), _record(case, "Person")

	early = _applied(person, 300)
	early.open(applied_by=story.person + MARK, capacity="Party in Person")
	early.act("R10", "refuse", "自列入之日起未满12个月，不符合申请条件，请届满12个月后再行申请。")
	early.act("R18", "agree", "同意不予受理。")
	early.serve_all("R57")
	early.act("R57", "served")

	granted = _applied(unit, 135)
	granted.open(applied_by=story.person + MARK)
	granted.play()
	_visited(unit)

	refused = _applied(person, 60)
	refused.open(papers=(), applied_by=story.person + MARK, capacity="Party in Person")
	with refused.acting(refused.in_step("R10")):
		repair_api.ask_supplement(refused.case, "罚款缴纳凭证\n隐患整改验收报告")
	refused.act("R10", "supplement")
	refused.serve_all("R13")
	refused.act("R13", "served")
	refused.wait(3)
	with refused.acting(refused.in_step("R15")):
		for row in frappe.get_doc(refused.doctype, refused.case).supplements:
			repair_api.supply(refused.case, row.name, str(refused.day))
	refused.act("R15", "supplied")
	refused.hand_in(("obligations", "effects"))
	refused.play(
		refuse="经核实，个人罚款尚有3万元未缴纳，行政处罚决定规定的义务未履行完毕。",
		results={"obligations": "Not Fulfilled"},
	)


def _visited(record: str) -> None:
	visit = frappe.get_doc("SC Follow Up", {"record": record})
	player = Player(visit.bureau, visit.due_on)
	with player.acting(user_of("officer")):
		follow_up_api.visit(
			visit.name,
			str(visit.due_on),
			"王海涛、刘春梅",
			"企业安全管理部负责人",
			"现场检查生产车间和储存场所，许可证在有效期内，未发现新的安全生产违法行为。",
			"No Problem",
		)


def _restored(story: Story, serial: int) -> None:
	"""Removed early on a forged report, which was found out: heard, then listed again."""
	record = _record(_listed(story, serial))
	granted = _applied(record, 110)
	granted.open(applied_by=story.person + MARK)
	granted.play()

	matter = MatterPlayer.opened(record, day_before(40, story.bureau), kind=removals.RESTORATION, demo=True)
	matter.write(
		"S10",
		fraud_facts="申请提前移出时提交的隐患整改验收报告系伪造，报告所列整改项目经现场核查均未完成。",
		evidence=[{"title": "现场核查记录", "kind": "Record", "file": matter.attach("现场核查记录")}],
	)
	matter.walk(("S10", "submit", ""), ("S20", "agree", "事实清楚，同意告知。"), ("S25", "issue", ""))
	matter.serve_all("S30")
	matter.act("S30", "served")
	matter.wait(2)
	answer = matter.defend("S40", "验收报告由第三方机构出具，本单位并不知情，请求从轻处理。")
	matter.pass_window("S40")
	reasons = "经复核，验收报告由当事人自行编制并加盖伪造的印章，申辩理由不能成立。"
	matter.review_defence("S45", answer, "Not Accepted", reasons)
	matter.walk(
		("S45", "uphold", reasons),
		("S50", "pass", "事实清楚，程序合法，审核通过。"),
		("S60", "approve", "同意撤销提前移出决定，恢复列入。"),
	)
	matter.act("S70", "issue")
	matter.list_again()


# ------------------------------------------------------------------ the other ends


def _expired(story: Story, serial: int) -> None:
	"""Listed three years ago; the term is over."""
	player = Player(story.bureau, calendar_of(story.bureau).next_workday(_three_years_ago()), demo=True)
	values = demo.case_values(player, story, serial)
	player.wait(1)
	player.open_case(values)
	player.play(**story.turns)
	record = _record(player)
	over = add_days(getdate(frappe.db.get_value("SC Listing Record", record, "term_end")), 1)
	day = calendar_of(story.bureau).next_workday(over)
	matter = MatterPlayer.opened(record, day, kind=removals.EXPIRY, demo=True)
	matter.act("E10", "submit")
	matter.act("E20", "approve", "管理期限已经届满，同意移出。")
	matter.act("E30", "issue")
	matter.end_duties("E")


def _three_years_ago() -> date:
	"""Early enough for the decision to be three years old by now."""
	return getdate(add_days(add_months(today(), -36), -40))


def _revoked(story: Story, serial: int) -> None:
	"""An objection found no fault in the listing; later the penalty under it was revoked on reconsideration."""
	_rule()
	case = _listed(story, serial)
	record = _record(case)
	review = _review_of_penalty(case, day_before(100, story.bureau))

	objection = MatterPlayer.opened(
		record,
		day := day_before(60, story.bureau),
		"SC Objection",
		demo=True,
		item="Wrong Content",
		content="公示的登记注册地址与营业执照载明的住所不一致。",
		received_on=str(day),
	)
	objection.act("O10", "mark")
	objection.wait(2)
	objection.write(
		"O20",
		findings="经核对登记信息，公示的地址与现行登记信息一致，营业执照尚未换发。",
		result="Unfounded",
		answer_reasons="公示的登记注册地址与现行登记信息一致，公示内容无误。",
	)
	objection.walk(("O20", "report", "核查完毕。"), ("O30", "approve", "同意答复。"), ("O40", "issue", ""))
	objection.serve_all("O50")
	objection.act("O50", "served")

	day = day_before(30, story.bureau)
	number = f"小政复决〔{day.year}〕3号（演示）"
	_revoked_on_review(review, day, number)
	opened = frappe.db.get_value("SC Removal", {"record": record}, "name")
	matter = MatterPlayer.existing("SC Removal", opened, day, demo=True)
	matter.write(
		"V10",
		basis_authority="太原市小店区人民政府",
		basis_number=number,
		basis_date=str(day),
		basis_file=matter.attach("行政复议决定书"),
		reasons="原行政处罚决定已被依法撤销，不再符合列入情形。",
	)
	matter.act("V10", "submit")
	matter.act("V20", "approve", "同意撤销列入。")
	matter.act("V30", "issue")
	matter.end_duties("V")


def _review_of_penalty(case: Player, day: date) -> str:
	"""The party has asked for a review of the penalty; the ledger is kept by the officer."""
	with Player(case.bureau, day).acting(user_of("officer")):
		review = frappe.new_doc("SC Remedy")
		review.update(
			{
				"kind": "Reconsideration",
				"penalty": frappe.get_doc("SC Case", case.case).penalties[0].penalty,
				"filed_on": str(day),
				"received_on": str(day),
			}
		)
		review.insert()
	return review.name


def _revoked_on_review(review: str, day: date, number: str) -> None:
	player = MatterPlayer.existing("SC Remedy", review, day)
	with player.acting(user_of("officer")):
		remedies.decide(
			review,
			{
				"instance": "Review Decision",
				"outcome": "Revoked",
				"decided_on": str(day),
				"received_on": str(day),
				"number": number,
				"in_force": 1,
				"file": player.attach("行政复议决定书"),
			},
		)


def _heard(story: Story, serial: int) -> None:
	"""A ban was proposed, so a hearing was offered; it was held, and the case is at the legal review.

	The party confirmed its address for service.
	"""
	player = Player(story.bureau, day_before(story.started, story.bureau), demo=True)
	values = demo.case_values(player, story, serial)
	values["measures"].append(BAN)
	player.wait(1)
	player.open_case(values)
	player.new(
		"SC Address Confirmation",
		{
			"entity": values["subjects"][0]["entity"],
			"confirmed_on": str(player.day),
			"address": "太原市万柏林区演示路43号",
			"postcode": "030024",
			"receiver": story.person + MARK,
			"receiver_relationship": "法定代表人",
			"phone": "0351-5550100",
		},
	)
	player.play("C50", **story.turns)


# ------------------------------------------------------------------ the old list


def _old_list(story: Story, serial: int) -> None:
	"""Two parties of the list kept before Order 11: one is moved out, one entered anew and over already."""
	day = day_before(25, story.bureau)
	companies = (demo._company(story), f"坞城路旧机电有限公司{MARK}")
	bureau = frappe.get_cached_value("SC Bureau", story.bureau, "bureau_name")
	rows = [
		{
			"source_id": f"YS-2022-{serial + n:04d}",
			"name": company,
			"kind": "生产经营单位",
			"code": social_credit_code("140105", 300000 + serial + n),
			"address": f"太原市小店区演示路{serial + n}号",
			"legal_representative": story.person,
			"bureau": bureau,
			"listed_on": "2022-05-10",
			"old_ground": ground,
			"old_term": "1年",
			"penalty_number": f"（小）应急罚〔2022〕{serial + n}号",
		}
		for n, (company, ground) in enumerate(zip(companies, ("（六）", "（二）"), strict=True))
	]
	with Player(story.bureau, day).acting(user_of("officer")):
		made = legacy_api.check("旧名单.xlsx", base64.b64encode(_sheet(rows)).decode())["name"]
		frappe.db.set_value("SC Legacy Import", made, "is_demo", 1)
		legacy_api.carry_out(made)
	out, again = (
		frappe.db.get_value("SC Legacy Entry", {"legacy_import": made, "source_id": row["source_id"]}, "name")
		for row in rows
	)
	for name in (out, again):
		entity = frappe.db.get_value("SC Legacy Entry", name, "entity")
		frappe.db.set_value("SC Entity", entity, "is_demo", 1)

	entry = _decided(out, day, decision="Move Out", reasons="原列入情形不属于新办法的列入范围。")
	entry.write("Y74", moved_out_on=str(entry.day), moved_out_serial=f"YC{entry.day:%Y%m%d}0001")
	entry.act("Y74", "moved")
	entry.serve_all("Y44")
	entry.act("Y44", "served")
	reasons = "原列入情形符合新办法第七条第（一）项，按原列入日期重新录入。"
	_decided(again, day, decision="Re-enter", ground="7-1", reasons=reasons)


def _decided(name: str, day: date, **proposal: Any) -> MatterPlayer:
	entry = MatterPlayer.existing("SC Legacy Entry", name, day, demo=True)
	entry.write("Y10", **proposal)
	entry.walk(("Y10", "report", ""), ("Y20", "approve", "同意。"))
	entry.act("Y30", "issue")
	return entry


def _sheet(rows: list[dict[str, Any]]) -> bytes:
	book = Workbook()
	book.active.append([column.heading for column in COLUMNS])
	for row in rows:
		book.active.append([row.get(column.key) for column in COLUMNS])
	out = io.BytesIO()
	book.save(out)
	return out.getvalue()


WAIVED = {"waive": True}


@dataclass(frozen=True)
class Life:
	"""A story that goes on after the decision. serial: belongs to this story for good, as its numbers rest on it."""

	story: Story
	serial: int
	told: Callable[[Story, int], None]

	def tell(self) -> None:
		self.told(self.story, self.serial)


def _alone(bureau: str, company: str, person: str, ground: str, started: int, **more: Any) -> Story:
	"""A story of the unit only."""
	violation = {"7-1": demo.PERMIT, "7-4": demo.OTHER}[ground]
	return Story(bureau, company, person, ground, violation, "", started, person_listed=False, **more)


LIVES: tuple[Life, ...] = (
	Life(Story(DISTRICT, "许坦瑞祥化工", "杨建民", "7-1", demo.PERMIT, "", 440, WAIVED), 40, _removed_early),
	Life(_alone(CITY, "解放路同兴气体", "宁志刚", "7-1", 0, turns=WAIVED), 41, _expired),
	Life(_alone(DISTRICT, "亲贤街盛达模具", "祝文生", "7-4", 130, turns=WAIVED), 42, _revoked),
	Life(
		_alone(
			CITY,
			"建设路恒通粉体",
			"郎学军",
			"7-4",
			38,
			turns={"hearing": "对拟实施的项目审批限制有异议，请求听证。"},
		),
		43,
		_heard,
	),
	Life(_alone(DISTRICT, "狄村旧制药", "桑永和", "7-1", 0), 44, _old_list),
	Life(_alone(CITY, "兴华街天宇涂料", "冀保平", "7-1", 440, turns=WAIVED), 46, _restored),
)
