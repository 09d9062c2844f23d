"""Service of papers: the seven ways with their proof, consent, attempts that fail, cancelled records, joint service."""

from datetime import date, timedelta

import frappe
import pytest

from sclist_app.access.today import as_of
from sclist_app.api import service as service_api
from sclist_app.documents import addresses, service
from sclist_app.register.case_panel import papers
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of
from tests.site.test_limits import latest, on

DAY = date(2024, 9, 2)


@pytest.fixture
def case(people) -> Case:
	"""A case of a unit and a person whose notices are to be served."""
	found = Case.opened(DISTRICT, DAY, "7-1")
	found.play("C30")
	return found


def to_unit(case: Case, kind: str = "D01") -> str:
	return next(n.name for n in case.notices(kind) if n.addressee == case.unit)


def to_person(case: Case) -> str:
	return next(n.name for n in case.notices("D01") if n.addressee == case.person)


def serve(case: Case, notice: str, method: str, step: str = "C30", **particulars) -> dict:
	values = {"second_server": case.people("officer2"), **particulars}
	day = values.pop("delivered_on", str(case.day))
	with case.acting(case.in_step(step)):
		if values["second_server"] == frappe.session.user:
			values["second_server"] = case.people("officer")
		return service_api.record(notice, method, day, **values)


def confirmation(entity: str, day: date, **values) -> frappe._dict:
	with as_of(str(day)), as_user(user_of("officer", DISTRICT)):
		doc = frappe.get_doc(
			{
				"doctype": "SC Address Confirmation",
				"entity": entity,
				"address": "检验路1号",
				"receiver": "收件人",
				"phone": "0351-1234567",
				"confirmed_on": str(day),
				**values,
			}
		)
		return doc.insert()


def scanned(case: Case) -> str:
	return case.upload("回执.png")


# ------------------------------------------------------------------- the seven ways

GOOD = {
	"Direct": {"receiver": "收发室李某", "receiver_capacity": "Mail Room", "place": "检验路1号"},
	"Left at Domicile": {
		"refusal_reason": "拒绝签收",
		"witness": "社区干部王某",
		"witness_post": "检验社区",
		"place": "检验路1号",
	},
	"By Post": {"tracking_number": "EMS1098765432109", "proof": True},
	"Electronic": {"electronic_address": "party@example.invalid", "delivered_at": "9:30", "consent": True},
	"Entrusted": {"through": "晋源市应急管理局", "proof": True},
	"Forwarded": {"through": "检验监狱", "proof": True},
	"Announcement": {"medium": "本机关门户网站", "remark": "下落不明，其他方式无法送达。"},
}
# way, what is left out or wrong, words of the refusal
BAD = [
	("Direct", {"receiver": ""}, "签收"),
	("Direct", {"receiver_capacity": ""}, "身份"),
	("Direct", {"receiver_capacity": "Adult Family Member"}, "八十八条"),
	("Direct", {"second_server": ""}, "四十二条"),
	("Left at Domicile", {"witness": ""}, "八十九条"),
	("Left at Domicile", {"refusal_reason": ""}, "八十九条"),
	("Left at Domicile", {"place": ""}, "住所"),
	("By Post", {"tracking_number": ""}, "九十一条"),
	("By Post", {"proof": False}, "回执"),
	("Electronic", {"consent": False}, "六十一条"),
	("Electronic", {"electronic_address": ""}, "六十一条"),
	("Electronic", {"delivered_at": ""}, "时间"),
	("Electronic", {"delivered_at": "25:70"}, "时"),
	("Entrusted", {"through": ""}, "九十一条"),
	("Entrusted", {"proof": False}, "九十一条"),
	("Forwarded", {"through": ""}, "九十二条"),
	("Announcement", {"medium": ""}, "九十五条"),
	("Announcement", {"remark": ""}, "九十五条"),
]


def filled(case: Case, method: str, **changes) -> dict:
	values = {**GOOD[method], **changes}
	for field in ("proof", "consent"):
		if field in values:
			values[field] = scanned(case) if values[field] else ""
	return values


def test_each_way_is_recorded_with_its_own_proof(case):
	for method in GOOD:
		frappe.db.savepoint("way")
		done = serve(case, to_unit(case), method, **filled(case, method))
		expected = case.day + timedelta(days=30) if method == "Announcement" else case.day
		assert done["served_on"] == expected, method
		facts = service.facts_of(done["name"])
		assert facts["service"]["method"] == service.WAYS_ZH[method]
		assert facts["service"]["result"] == "已送达" and facts["service"]["served_on"] == expected
		assert len(facts["servers"]) == 2 and facts["served"][0]["number"]
		frappe.db.rollback(save_point="way")


def test_each_way_refuses_what_is_not_proved(case):
	for method, change, words in BAD:
		values = filled(case, method, **change)
		with refused(frappe.ValidationError, match=words):
			serve(case, to_unit(case), method, **values)
	assert not service.live(to_unit(case))


def test_a_person_is_served_by_an_adult_of_the_household_but_not_by_a_mail_room(case):
	with refused(frappe.ValidationError, match="八十八条"):
		serve(case, to_person(case), "Direct", receiver="王某", receiver_capacity="Mail Room")
	done = serve(
		case,
		to_person(case),
		"Direct",
		receiver="王某",
		receiver_capacity="Adult Family Member",
		relationship="配偶",
		delivered_at="10：05",
	)
	facts = service.facts_of(done["name"])["service"]
	assert facts["substitute"] == "王某" and facts["relationship"] == "同住成年家属（配偶）"
	assert facts["received_text"].endswith("日10时5分")


def test_a_proof_of_another_case_is_not_taken(case):
	other = Case.opened(DISTRICT, DAY, "7-4")
	with refused(frappe.ValidationError, match="上传"):
		serve(case, to_unit(case), "By Post", tracking_number="1", proof=scanned(other))


# ----------------------------------------------------------- consent and addresses


def test_electronic_service_goes_by_the_confirmation_in_force(case):
	sheet = case.upload("送达地址确认书.png")
	confirmation(
		case.unit,
		case.day,
		electronic_consent=1,
		electronic_address="Party@example.invalid",
		scan=sheet,
	)
	values = {"electronic_address": "other@example.invalid", "delivered_at": "09:30"}
	with refused(frappe.ValidationError, match="六十一条"):
		serve(case, to_unit(case), "Electronic", **values)
	done = serve(
		case, to_unit(case), "Electronic", **{**values, "electronic_address": "party@example.invalid"}
	)
	row = frappe.get_doc("SC Service Record", done["name"])
	assert row.confirmation and not row.consent
	assert service.facts_of(row.name)["service"]["arrived_text"].endswith("9时30分")


def test_a_confirmation_without_consent_or_replaced_admits_none(case):
	sheet = case.upload("送达地址确认书.png")
	first = confirmation(
		case.unit,
		case.day - timedelta(days=3),
		electronic_consent=1,
		electronic_address="party@example.invalid",
		scan=sheet,
	)
	second = confirmation(case.unit, case.day)
	first.reload()
	assert (first.status, first.replaced_by, second.status) == ("Replaced", second.name, "In Force")
	with refused(frappe.ValidationError, match="六十一条"):
		serve(
			case,
			to_unit(case),
			"Electronic",
			electronic_address="party@example.invalid",
			delivered_at="09:30",
		)


def test_an_older_sheet_entered_late_does_not_replace_the_newer(case):
	newer = confirmation(case.unit, case.day)
	older = confirmation(case.unit, case.day - timedelta(days=9))
	assert older.status == "Replaced" and older.replaced_by == newer.name
	assert addresses.in_force(case.unit, DISTRICT).name == newer.name
	assert addresses.in_force(case.unit, CITY) is None, "it was given to this bureau"


@pytest.mark.parametrize(
	("values", "words"),
	[
		({"confirmed_on": "2999-01-01"}, "将来|以后|未来"),
		({"phone": "电话"}, "电话"),
		({"postcode": "03000"}, "六位"),
		({"email": "a@b"}, "邮箱|邮件"),
		({"electronic_address": "a@example.invalid"}, "同意"),
		({"electronic_consent": 1, "electronic_address": "a@example.invalid"}, "六十一条"),
		({"address": " "}, "送达地址|地址"),
		({"address": "路" * 201}, "200"),
	],
)
def test_a_confirmation_says_something_usable(case, values, words):
	with refused(frappe.ValidationError, match=words):
		confirmation(case.unit, DAY, **values)


def test_a_confirmation_is_never_changed_and_belongs_to_its_bureau(case):
	doc = confirmation(case.unit, DAY)
	with as_user(user_of("officer", DISTRICT)):
		doc.address = "别处"
		with refused(frappe.PermissionError, frappe.ValidationError):
			doc.save()
		with refused(frappe.PermissionError):
			frappe.delete_doc("SC Address Confirmation", doc.name)
	with as_user(user_of("officer", CITY)):
		assert not frappe.has_permission("SC Address Confirmation", "read", doc=doc.name)
		assert not frappe.get_list("SC Address Confirmation", filters={"name": doc.name})
	with as_user(user_of("leader", DISTRICT)), refused(frappe.PermissionError):
		confirmation_doc = frappe.copy_doc(doc)
		confirmation_doc.insert()


# ------------------------------------------------------- attempts that do not succeed


def test_a_refused_or_failed_service_goes_on_by_another_way(case):
	notice = to_unit(case)
	serve(case, notice, "By Post", result="Failed", tracking_number="1", remark="查无此人，退回。")
	[row] = [r for r in papers(case.doc) if r.name == notice]
	assert row.next_ways == ["Direct", "Entrusted", "Announcement"] and not row.served_on
	serve(case, notice, "Direct", result="Refused", refusal_reason="门卫拒收。", place="检验路1号")
	[row] = [r for r in papers(case.doc) if r.name == notice]
	assert row.next_ways == ["Left at Domicile"]
	assert "service.open" in case.blocked("C30", "served")
	done = serve(case, notice, "Left at Domicile", **filled(case, "Left at Domicile"))
	facts = service.facts_of(done["name"])["service"]
	assert facts["attempt"] == 3
	assert "邮寄送达" in facts["remark"] and "未能送达" in facts["remark"] and "直接送达" in facts["remark"]
	[row] = [r for r in papers(case.doc) if r.name == notice]
	assert len(row.services) == 3 and row.next_ways == [] and row.served_on == case.day
	with refused(frappe.ValidationError):
		serve(case, notice, "Direct", **GOOD["Direct"])


def test_a_blank_receipt_names_the_next_attempt(case):
	notice = to_unit(case)
	serve(case, notice, "Direct", result="Failed", remark="无人在场。")
	blank = service.facts_of(notice)
	assert blank["service"] == {"attempt": 2} and blank["servers"] == []
	assert [p["title"] for p in blank["served"]] == [frappe.db.get_value("SC Notice", notice, "title")]


# ----------------------------------------------------------------- cancelled records


def test_a_wrong_record_is_cancelled_by_another_and_the_paper_is_served_anew(case):
	notice = to_unit(case)
	wrong = serve(case, notice, "Direct", **GOOD["Direct"])["name"]
	before = frappe.get_doc("SC Service Record", wrong).as_dict()
	assert frappe.db.get_value("SC Notice", notice, "service_state") == "Served"
	with case.acting(case.in_step("C30")):
		with refused(frappe.ValidationError):
			service_api.cancel(wrong, " ")
		made = service_api.cancel(wrong, "收到日期录错。")["name"]
	after = frappe.get_doc("SC Service Record", wrong).as_dict()
	changed = {k for k in before if before[k] != after[k]} - {"modified", "modified_by"}
	assert changed == {"cancelled_by"} and after["cancelled_by"] == made
	assert frappe.db.get_value("SC Notice", notice, "service_state") == "To Serve"
	assert "service.open" in case.blocked("C30", "served")
	with case.acting(case.in_step("C30")), refused(frappe.ValidationError):
		service_api.cancel(wrong, "再次作废。")
	with case.acting(case.in_step("C30")), refused(frappe.ValidationError):
		service_api.cancel(made, "作废的作废。")
	serve(case, notice, "Direct", **GOOD["Direct"])
	assert service.facts_of(wrong)["service"]["remark"].endswith("收到日期录错")
	assert [e.event for e in case.events()].count("service_cancelled") == 1


def test_an_announcement_cancelled_runs_no_longer(case):
	notice = to_unit(case)
	wrong = serve(case, notice, "Announcement", **GOOD["Announcement"])["name"]
	assert latest(case)["T15"][2] == "Running"
	with case.acting(case.in_step("C30")):
		service_api.cancel(wrong, "尚未刊登。")
	assert latest(case)["T15"][2] == "Void"


def test_a_record_the_case_has_built_on_stays(case):
	first = serve(case, to_unit(case), "Direct", **GOOD["Direct"])["name"]
	case.serve_all("C30")
	case.act("C30", "served")
	with case.acting(user_of("officer")), refused(frappe.PermissionError, frappe.ValidationError):
		service_api.cancel(first, "日期录错。")


# --------------------------------------------------------------------- joint service


def test_decision_and_repair_notice_are_served_and_cancelled_in_one_act(people):
	case = Case.opened(DISTRICT, DAY, "6-5")
	case.play("C86", waive=True)
	case.enter_all("C86")
	if "C86" in case.steps:
		case.act("C86", "entered")
	[decision], [repair] = case.notices("D05"), case.notices("D19")
	person = {"receiver": "本人", "receiver_capacity": "Addressee in Person"}
	with refused(frappe.ValidationError, match="一并送达|一同送达|同时送达"):
		serve(case, repair.name, "Direct", "C85", **person)
	done = serve(case, decision.name, "Direct", "C85", **person)["name"]
	[other] = service.live(repair.name)
	assert frappe.db.get_value("SC Service Record", other, "served_with") == done
	titles = [p["title"] for p in service.facts_of(done)["served"]]
	assert len(titles) == 2 and titles == [p["title"] for p in service.facts_of(other)["served"]]
	with case.acting(case.in_step("C85")):
		with refused(frappe.ValidationError):
			service_api.cancel(other, "单独作废。")
		service_api.cancel(done, "受送达人有误。")
	assert not service.live(decision.name) and not service.live(repair.name)


# --------------------------------------------------------------------------- overdue


def test_a_paper_not_served_in_time_is_seen_by_its_bureau_and_above(case):
	notice = to_unit(case)
	row = frappe.get_doc("SC Notice", notice)
	due = row.service_due
	assert due > case.day and row.service_state == "To Serve"

	def late(user: str, day: date) -> dict:
		with on(day), as_user(user):
			return {p["name"]: p for p in service_api.overdue(200)["papers"]}

	assert notice not in late(user_of("officer"), due)
	found = late(user_of("officer"), due + timedelta(days=1))
	assert notice in found
	assert notice in late(user_of("supervisor", CITY), due + timedelta(days=9))
	assert notice not in late(user_of("officer", CITY), due + timedelta(days=9))
	with on(due + timedelta(days=9)):
		[shown] = [r for r in papers(case.doc) if r.name == notice]
	assert shown.overdue > 0 and shown.limit_article == ""
	serve(case, notice, "Direct", **GOOD["Direct"])
	assert notice not in late(user_of("officer"), due + timedelta(days=9))


def test_decisions_go_by_the_law_other_papers_by_the_setting(site):
	decision = service.limit_of("D05")
	assert (decision.period.n, decision.period.unit) == (7, "workday") and "六十一条" in decision.article
	settings = frappe.get_doc("SC Settings")
	settings.service_days = 3
	settings.save()
	notice = service.limit_of("D01")
	assert notice.period.n == 3 and notice.article == ""
	settings.service_days = 0
	settings.save()
	assert service.limit_of("D01") is None and service.limit_of("D05") == decision


def test_overdue_papers_are_found_by_one_index(site):
	rows = frappe.db.sql(
		"""explain select name from `tabSC Notice`
		where service_state = 'To Serve' and service_due < '2024-01-01' and status = 'Issued'
		order by service_due limit 20""",
		as_dict=True,
	)
	assert "sclist_to_serve" in (rows[0].possible_keys or "")
