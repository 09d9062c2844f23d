"""Demonstration data, made by running the engine: people for every post and cases in every step.

All companies and persons are invented and marked as demonstration data.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
from frappe.utils.password import update_password

from sclist_app.access.posts import BASE_ROLE, MODULE_PROFILE
from sclist_app.access.today import today
from sclist_app.register import party_code
from sclist_app.setup.player import Player, certificate_number, day_before, social_credit_code

__all__ = ["accounts", "make"]

PASSWORD = "Sclist-Demo-2026"
DOMAIN = "demo.invalid"
MARK = "（演示）"

PROVINCE, CITY, DISTRICT, COUNTY = "140000", "140100", "140105", "140121"
PLACES = {PROVINCE: "sx", CITY: "ty", DISTRICT: "xd", COUNTY: "qx"}

# post(s) -> (mailbox, names in province, city, district, county)
STAFF: tuple[tuple[tuple[str, ...], str, tuple[str, str, str, str]], ...] = (
	(("case_officer", "service_officer"), "officer", ("郭晓峰", "李明远", "王海涛", "张志强")),
	(("case_officer", "service_officer"), "officer2", ("武文静", "赵丽娟", "刘春梅", "段秀芳")),
	(("division_head",), "head", ("田国庆", "孙伟东", "任建军", "贺永胜")),
	(("legal_reviewer", "hearing_host"), "legal", ("韩雪梅", "周敏", "冯晓琳", "侯志刚")),
	(("deputy_leader", "panel_member"), "deputy", ("曹振华", "陈立新", "梁永平", "薛建平")),
	(("deputy_leader", "panel_member"), "deputy2", ("石磊", "马俊杰", "白雪松", "郝文斌")),
	(("principal_leader", "panel_member"), "leader", ("高建业", "杨国强", "宋志远", "温晓东")),
	(("document_officer", "panel_secretary"), "papers", ("卫红", "何静", "史玉兰", "闫小燕")),
	(("credit_officer", "publisher"), "credit", ("尹小龙", "吴佳", "乔丽", "车晓红")),
	(("publication_reviewer",), "check", ("祁文军", "郑爱华", "申晓燕", "邢志伟")),
	(("acceptance_clerk",), "window", ("方丽萍", "袁晓梅", "贾艳红", "程玉梅")),
	(("verifier",), "verify", ("潘建华", "谢卫东", "姚志刚", "崔永强")),
	(("verifier",), "verify2", ("葛小军", "戴春燕", "庞丽娜", "路文静")),
	(("supervisor",), "supervisor", ("关正明", "秦岭", "常青", "翟国平")),
	(("rule_admin",), "rules", ("邵文博", "范晓宇", "牛建国", "靳丽")),
	(("rule_approver", "auditor"), "approver", ("魏东升", "康健", "裴秀英", "毛建华")),
)


@dataclass(frozen=True)
class Story:
	"""One demonstration case: who, why, and how far it has come."""

	bureau: str
	company: str
	person: str
	ground: str
	violation: str
	until: str
	started: int  # working days ago
	turns: dict[str, Any] = field(default_factory=dict)
	kind: str = "Unit"
	person_listed: bool = True


PERMIT = "在危险化学品安全生产许可证有效期届满、未依法办理延期手续的情况下，擅自组织生产。"
REFUSED = "在行政处罚决定送达并经催告后，有执行能力拒不缴纳罚款，并转移账户资金。"
FALSE = "在承担的安全评价业务中，评价人员未到现场勘验，编造检测数据，出具虚假安全评价报告。"
HIDDEN = "发生生产安全事故后，组织人员转移遇难者、销毁监控资料，隐瞒事故不报。"
OTHER = "多次擅自停用瓦斯监测监控系统，责令改正后仍然继续作业，情节严重。"

STORIES: tuple[Story, ...] = (
	Story(DISTRICT, "晋阳恒瑞化工", "李卫东", "7-1", PERMIT, "C00", 2),
	Story(DISTRICT, "小店瑞丰建材", "高志成", "7-1", PERMIT, "C10", 4),
	Story(CITY, "并州泰和冶金", "侯国平", "7-3", REFUSED, "C20", 6),
	Story(CITY, "汾东华盛机械", "牛立民", "7-1", PERMIT, "C25", 7, person_listed=False),
	Story(DISTRICT, "龙城顺达商贸", "原小军", "7-3", REFUSED, "C30", 9, person_listed=False),
	Story(DISTRICT, "平阳路安泰化工", "张树林", "7-1", PERMIT, "C40", 7),
	Story(
		CITY,
		"太行安评技术服务",
		"陆文斌",
		"7-2",
		FALSE,
		"C45",
		20,
		{"defend": "报告中的数据来自委托方提供的资料，请求从轻处理。"},
		"Institution",
	),
	Story(DISTRICT, "晋南路宏远矿业", "柴建明", "7-4", OTHER, "C50", 18),
	Story(CITY, "西山金源矿业", "霍志勇", "6-4", HIDDEN, "C70", 25),
	Story(CITY, "迎泽鑫海轻工", "卢海生", "7-4", OTHER, "C60", 24, person_listed=False),
	Story(PROVINCE, "三晋石化储运", "尚国栋", "7-1", PERMIT, "C80", 30, person_listed=False),
	Story(DISTRICT, "坞城永固水泥", "师建强", "7-1", PERMIT, "C85", 26, {"waive": True}, person_listed=False),
	Story(CITY, "汾河云峰化纤", "苗志远", "7-1", PERMIT, "C88", 40),
	Story(DISTRICT, "北营巨力铸造", "景文龙", "7-1", PERMIT, "", 60, person_listed=False),
	Story(CITY, "尖草坪华晋焦化", "栗保国", "6-4", HIDDEN, "", 150),
	Story(CITY, "晋源宏盛烟花", "阎俊生", "7-1", PERMIT, "", 320, {"waive": True}),
	Story(PROVINCE, "黄土高原煤层气", "翁正阳", "7-4", OTHER, "", 420, person_listed=False),
	Story(
		CITY,
		"杏花岭兴达纺织",
		"米建华",
		"7-1",
		PERMIT,
		"",
		45,
		{"defend": "许可证延续申请已经受理，附受理通知书。", "accept": True},
	),
)


def make(*, lives: bool = True) -> None:
	"""Create what is missing of the demonstration data; a story once told is not told again.

	lives: tell the stories of what follows a listing too, for which the district gets a local rule.
	"""
	frappe.local.lang = "zh"  # what the framework writes into the course of a form
	_people()
	frappe.db.commit()  # users must stand before they act
	from sclist_app.setup.demo_lives import LIVES  # it tells its stories with what is defined here

	stories = [
		*((story, lambda n=n, story=story: _tell(story, n)) for n, story in enumerate(STORIES, start=1)),
		(MIDDLE, _county_middle),
		(DONE, _county_done),
		(READY, _county_ready),
		*((life.story, life.tell) for life in (LIVES if lives else ())),
	]
	for number, (story, tell) in enumerate(stories, start=1):
		if frappe.db.exists("SC Entity", {"entity_name": _company(story)}):
			continue
		tell()
		frappe.db.commit()  # each case stands alone, so an interrupted start keeps what is done
		print(f"  {number}/{len(stories)} {_company(story)}", flush=True)


def accounts() -> list[dict[str, str]]:
	"""The demonstration accounts as printed by `make demo`."""
	rows = []
	for bureau, place in PLACES.items():
		column = list(PLACES).index(bureau)
		for posts, mailbox, names in STAFF:
			rows.append(
				{
					"user": f"{mailbox}.{place}@{DOMAIN}",
					"password": PASSWORD,
					"name": names[column] + MARK,
					"post": "、".join(
						frappe.get_cached_value("SC Post", post, "post_name") or post for post in posts
					),
					"bureau": frappe.get_cached_value("SC Bureau", bureau, "bureau_name") or bureau,
				}
			)
	return rows


def parties() -> list[dict[str, str]]:
	"""Listed demonstration parties with their query codes, as printed by `make demo`: who may apply by now, and who not."""
	rows, kept = [], set()
	for record in frappe.get_all(
		"SC Listing Record",
		filters={"is_demo": 1, "state": "L3", "entity_kind": ["!=", "Person"]},
		fields=["name", "entity_name", "earliest_application"],
		order_by="listed_on asc",
	):
		may = bool(record.earliest_application and record.earliest_application <= today())
		if may in kept or not (code := party_code.of_demonstration(record.name)):
			continue
		kept.add(may)
		rows.append(
			{
				"page": "/sclist-repair",
				"party": record.entity_name,
				"code": code,
				"note": "可以申请提前移出" if may else "尚未满12个月",
			}
		)
	return rows


def user_of(mailbox: str, bureau: str = DISTRICT) -> str:
	return f"{mailbox}.{PLACES[bureau]}@{DOMAIN}"


def _contacts() -> None:
	"""The demonstration bureaus need an address and a telephone number; real ones are entered by the operator."""
	for number, bureau in enumerate(PLACES, start=1):
		doc = frappe.get_doc("SC Bureau", bureau)
		if doc.address:
			continue
		doc.update(
			{
				"address": f"{doc.bureau_name.replace('应急管理局', '').replace('应急管理厅', '')}演示大街{number}号",
				"postcode": "030000",
				"phone": f"0351-555010{number}",
				"contact_person": "信用管理科" + MARK,
			}
		)
		doc.save(ignore_permissions=True)  # set-up by the operator


def _people() -> None:
	_contacts()
	for bureau, place in PLACES.items():
		column = list(PLACES).index(bureau)
		for posts, mailbox, names in STAFF:
			_person(f"{mailbox}.{place}@{DOMAIN}", names[column], bureau, posts)


@contextmanager
def _without_throttle() -> Iterator[None]:
	"""The framework refuses more than 60 new users an hour; four bureaus have more people."""
	conf = frappe.local.conf
	before = conf.get("throttle_user_limit")
	conf["throttle_user_limit"] = 1000
	try:
		yield
	finally:
		conf["throttle_user_limit"] = 60 if before is None else before


def _person(email: str, name: str, bureau: str, posts: tuple[str, ...]) -> None:
	if not frappe.db.exists("User", email):
		user = frappe.new_doc("User")
		user.update(
			{
				"email": email,
				"first_name": name + MARK,
				"language": "zh",
				"user_type": "System User",
				"send_welcome_email": 0,
				"module_profile": MODULE_PROFILE,
				# the roles their posts will give, so that each user is saved once
				"roles": [{"role": role} for role in _roles(posts)],
			}
		)
		user.flags.no_welcome_mail = True
		with _without_throttle():
			user.insert(ignore_permissions=True)  # set-up by the operator
		update_password(email, PASSWORD)
	for post in posts:
		if frappe.db.exists("SC Post Assignment", {"user": email, "bureau": bureau, "post": post}):
			continue
		row = frappe.new_doc("SC Post Assignment")
		row.update(
			{
				"user": email,
				"bureau": bureau,
				"post": post,
				"from_date": "2023-10-01",
				"certificate_number": f"040{bureau}{frappe.db.count('SC Post Assignment') + 1:03d}",
			}
		)
		row.insert(ignore_permissions=True)  # set-up by the operator


def _roles(posts: tuple[str, ...]) -> list[str]:
	return [BASE_ROLE, *dict.fromkeys(frappe.get_cached_value("SC Post", post, "role") for post in posts)]


def case_values(player: Player, story: Story, serial: int) -> dict[str, Any]:
	"""Register company, person and penalty as the case officer, and return the values of the case."""
	bureau = frappe.get_cached_doc("SC Bureau", story.bureau)
	place = bureau.bureau_name.replace("应急管理局", "").replace("应急管理厅", "")
	division = story.bureau if story.bureau[4:] != "00" else "140106"
	company = _company(story)
	unit = player.new(
		"SC Entity",
		{
			"entity_name": company,
			"entity_kind": story.kind,
			"uscc": social_credit_code(division, 300000 + serial),
			"address": f"{place}演示路{serial}号",
			"legal_representative": story.person + MARK,
			"industry": {"7-2": "其他"}.get(story.ground, "化工"),
			"phone": "0351-5550100",
		},
	)
	subjects: list[dict[str, Any]] = [{"entity": unit}]
	if story.person_listed:
		person = player.new(
			"SC Entity",
			{
				"entity_name": story.person + MARK,
				"entity_kind": "Person",
				"id_type": "Resident Identity Card",
				"id_number": certificate_number(
					"140106",
					date(1961 + serial % 37, 1 + serial % 12, 1 + serial % 28),
					(11 + 2 * serial) % 1000,
				),
				"address": f"{place}演示小区{serial}号楼",
				"unit": unit,
				"position": "总经理",
			},
		)
		role = {"7-2": "directly_responsible", "6-4": "responsible_person"}.get(
			story.ground, "principal_leader"
		)
		subjects.append({"entity": person, "role": role})
	penalty = player.new(
		"SC Penalty",
		{
			"document_number": f"（{bureau.document_prefix.removesuffix('应急失信')}）应急罚〔{player.day.year}〕{serial}号",
			"entity": unit,
			"bureau": story.bureau,
			"decided_on": str(player.day),
			"violation": f"{company}{story.violation}",
			"basis": "《中华人民共和国安全生产法》第一百一十三条"
			if story.ground.startswith("6")
			else "《安全生产许可证条例》第十九条、第二十条",
			"items": [{"kind": "Fine", "amount": 400000}],
		},
	)
	conduct = {"7-1": "no_permit", "7-2": "false_document", "7-3": "refused", "6-4": "concealed"}.get(
		story.ground, ""
	)
	values: dict[str, Any] = {
		"ground": story.ground,
		"ground_detail": conduct,
		"able_to_perform": int(story.ground == "7-3"),
		"industry": "化工",
		"penalties": [{"penalty": penalty}],
		"subjects": subjects,
		"facts": f"经查，{company}{story.violation}以上事实有现场检查记录、询问笔录和处罚决定书等证据证实。",
		"reasons": "当事人经责令改正后仍不停止违法行为，主观故意明显，社会影响恶劣，属于性质恶劣、情节严重。",
		"measures": [{"measure": "M1"}, {"measure": "M3"}, {"measure": "M4"}],
	}
	if story.ground.startswith("6"):
		values["accidents"] = [
			{
				"occurred_on": str(player.day),
				"unit": unit,
				"place": f"{place}演示路{serial}号厂区",
				"deaths": 1,
				"injuries": 2,
				"loss": 1860000,
			}
		]
		values["investigation_report"] = (
			f"{bureau.document_prefix.removesuffix('应急失信')}安事调〔{player.day.year}〕{serial}号"
		)
	return values


def _tell(story: Story, serial: int) -> Player:
	player = Player(story.bureau, day_before(story.started, story.bureau), demo=True)
	values = case_values(player, story, serial)
	player.wait(1)
	player.open_case(values)
	player.play(story.until, **story.turns)
	return player


MIDDLE = Story(COUNTY, "清徐老陈醋包装", "武建斌", "7-1", PERMIT, "", 4)
# a penalty without a case: what the county's officer registers next
READY = Story(COUNTY, "晋源恒泰铸造", "常立民", "7-1", PERMIT, "", 12)
DONE = Story(COUNTY, "东湖源丰化工", "邓国华", "7-1", PERMIT, "", 40)


def _county(story: Story, serial: int) -> Player:
	"""A case by the county's own, shorter procedure, submitted."""
	player = Player(COUNTY, day_before(story.started, COUNTY), demo=True)
	player.open_case(case_values(player, story, serial))
	player.wait(1)
	player.act("K01", "submit")
	return player


def _county_ready() -> None:
	case_values(Player(COUNTY, day_before(READY.started, COUNTY), demo=True), READY, 92)


def _county_middle() -> None:
	_county(MIDDLE, 90)


def _county_done() -> None:
	player = _county(DONE, 91)
	player.act("K02", "agree", "同意制发告知书。")
	player.serve_all("K03")
	player.act("K03", "served")
	player.let_window_pass("K04")
	player.act("K05", "pass", "审核通过。")
	player.act("K06", "approve", "同意列入。")
	player.serve_all("K07")
	player.act("K07", "served")
	player.enter_all("K08")
	player.act("K08", "entered")
	player.publish_all("K09")
	player.act("K09", "published")
	player.confirm_all("K10")
	player.act("K10", "confirm", "审核无误。")


def _company(story: Story) -> str:
	return f"{story.company}有限公司{MARK}"
