"""Finding a party by name, code and pinyin: what is stored, what is found, and by whom."""

import importlib

import frappe
import pytest
from frappe import client
from frappe.desk.search import search_link

from sclist_app.api import entities, grounds
from sclist_app.patches import entities_in_pinyin
from sclist_app.register import lookup
from sclist_app.setup.player import social_credit_code
from tests.site.support import CITY, DISTRICT, MARK, Case, as_user, refused, serial, user_of
from tests.site.support import card_number as card_of

NAME = f"太原重德锻造有限公司{MARK}"
HEAD = f"单守常{MARK}"


@pytest.fixture
def pair(people):
	"""A company and its head, registered by the district."""
	number = serial()
	with as_user(user_of("officer")):
		unit = frappe.get_doc(
			{
				"doctype": "SC Entity",
				"entity_kind": "Unit",
				"entity_name": NAME,
				"uscc": social_credit_code("140105", number),
				"address": "太原市小店区检验路1号",
			}
		).insert()
		head = frappe.get_doc(
			{
				"doctype": "SC Entity",
				"entity_kind": "Person",
				"entity_name": HEAD,
				"id_type": "Resident Identity Card",
				"id_number": card_of(number),
				"unit": unit.name,
				"position": "总经理",
			}
		).insert()
	return unit, head, number


def names(rows) -> list[str]:
	return [row["name"] for row in rows]


def link_rows(text: str, **filters) -> list:
	frappe.local.response = frappe._dict()
	# later versions return the rows, earlier ones leave them in the response
	rows = search_link("SC Entity", text, filters=filters or None, page_length=20)
	return frappe.response["results"] if rows is None else rows


def offered(text: str, **filters) -> list[str]:
	return [row["value"] for row in link_rows(text, **filters)]


@pytest.mark.parametrize(
	("name", "typed"),
	[
		("太原市某化工厂", ("taiyuan", "ty", "tysmhgc", "mouhuagong")),
		("重庆长安机械", ("chongqing", "cqca", "changan")),
		("单守常", ("shanshouchang", "ssc", "danshouchang")),
		("曾强", ("zengqiang", "zq")),
		("绿源轻工", ("lvyuan", "lyqg")),
		("A3号矿", ("a3haokuang",)),
	],
)
def test_readings(name, typed):
	stored = lookup.readings(name)
	for text in typed:
		assert any(text in word for word in stored.split()), (text, stored)


def test_readings_hold_nothing_but_the_name(pair):
	unit, head, number = pair
	assert card_of(number)[:6] not in head.search_pinyin and card_of(number)[-4:] not in head.search_pinyin
	assert unit.uscc.lower() not in unit.search_pinyin
	assert lookup.readings("") == "" and lookup.readings("Acme Ltd") == ""
	assert len(lookup.readings("重" * 140)) <= 2000


@pytest.mark.parametrize(
	"text", ["太原重德", "重德锻造", "tyzd", "TYZD", "taiyuanzhongde", "taiyuan chongde"]
)
def test_found_by_name_and_pinyin(pair, text):
	unit, *_ = pair
	with as_user(user_of("officer")):
		assert unit.name in names(entities.look_up(text))
		assert unit.name in offered(text)


def test_found_by_code_and_a_part_of_it(pair):
	unit, head, number = pair
	with as_user(user_of("officer")):
		assert names(entities.look_up(unit.uscc)) == [unit.name]
		assert unit.name in offered(unit.uscc.lower()[:14])
		assert names(entities.look_up(card_of(number))) == [head.name]
		# a link's search stands in the log of addresses: no number of a person there, whole or in part
		assert offered(card_of(number)) == [] and offered(card_of(number)[6:14]) == []


def test_names_that_begin_so_come_before_any_number_of_others(people):
	def unit(name: str) -> str:
		values = {"entity_kind": "Unit", "entity_name": name, "address": "太原市小店区检验路1号"}
		code = social_credit_code("140105", serial())
		return frappe.get_doc({"doctype": "SC Entity", "uscc": code, **values}).insert().name

	with as_user(user_of("officer")):
		for place in range(25):
			unit(f"丁{place:02}峪泉机械厂{MARK}")
		begins = unit(f"峪泉机械总厂{MARK}")
		assert lookup.entities("峪泉")[0].name == begins
		pages = [lookup.entities("峪泉", start=start, limit=10) for start in (0, 10, 20, 30)]
	assert [len(page) for page in pages] == [10, 10, 6, 0]
	assert len({row.name for page in pages for row in page}) == 26


def test_filters_of_the_field_hold(pair):
	unit, head, _ = pair
	with as_user(user_of("officer")):
		assert head.name in offered("ssc") and head.name not in offered("ssc", entity_kind=["!=", "Person"])
		assert unit.name in offered("tyzd", entity_kind="Unit")


def test_persons_are_offered_masked(pair):
	_, head, number = pair
	with as_user(user_of("officer")):
		row = next(r for r in entities.look_up("ssc") if r["name"] == head.name)
		assert "*" in row["code_shown"] and card_of(number) not in str(row)
		assert card_of(number)[6:14] not in str(link_rows("ssc"))


@pytest.mark.parametrize("text", ["%", "%%", "__", "t", "\\", "' or 1=1 --", "ty'; drop"])
def test_wildcards_and_crumbs_find_nothing(pair, text):
	with as_user(user_of("officer")):
		assert entities.look_up(text) == []


def test_who_holds_no_post_finds_nothing(pair, site):
	account = "lookup-nobody@sclist-test.invalid"
	if not frappe.db.exists("User", account):
		doc = frappe.new_doc("User")
		doc.update({"email": account, "first_name": "nobody", "user_type": "System User"})
		doc.flags.no_welcome_mail = True
		doc.append("roles", {"role": "SC Officer"})
		doc.insert()
	with as_user(account):
		for call in (
			lambda: entities.look_up("tyzd"),
			lambda: entities.search("SC Entity", "tyzd", "name", 0, 10, None),
			lambda: entities.check_identifier("Unit", pair[0].uscc),
			lambda: grounds.around(pair[0].name),
		):
			with refused(frappe.PermissionError):
				call()
		assert client.get_list("SC Entity", filters={"search_pinyin": ["like", "%ty%"]}) == []


def test_what_another_bureau_has_against_a_party_is_not_found_through_it(people):
	case = Case.opened(DISTRICT, frappe.utils.getdate("2024-09-02"), "7-1")
	with as_user(user_of("officer")):
		own = grounds.around(case.unit, DISTRICT)
		assert [row["name"] for row in own["penalties"]] == [case.penalty]
		assert own["penalties"][0]["case"] == case.case
		assert own["persons"][0]["role"] == "principal_leader" and "*" in own["persons"][0]["code_shown"]
	with as_user(user_of("officer", CITY)):
		assert grounds.around(case.unit, DISTRICT)["penalties"] == []
		assert grounds.around(case.unit, CITY)["penalties"] == []
		# the role somebody had in a case one may not read is not told either
		assert case.case not in str(grounds.around(case.unit, DISTRICT))


def test_numbers_are_judged_on_the_spot(pair):
	unit, head, number = pair
	with as_user(user_of("officer")):
		assert entities.check_identifier("Unit", unit.uscc.lower())["twin"]["name"] == unit.name
		wrong = unit.uscc[:-1] + ("A" if unit.uscc[-1] != "A" else "B")
		judged = entities.check_identifier("Unit", wrong)
		assert (judged["twin"] is None and "统一社会信用代码" in judged["errors"][0]) or judged["errors"]
		person = entities.check_identifier("Person", card_of(number), "Resident Identity Card")
		assert person["twin"]["name"] == head.name and person["number"] == ""
		assert card_of(number) not in str(person)


def test_the_patch_fills_what_was_stored_before_and_nothing_else(pair):
	unit, *_ = pair
	before = frappe.db.get_value("SC Entity", unit.name, "modified")
	frappe.db.set_value("SC Entity", unit.name, "search_pinyin", "", update_modified=False)
	for _ in range(2):
		importlib.reload(entities_in_pinyin).execute()
		stored = frappe.db.get_value("SC Entity", unit.name, ["search_pinyin", "modified"], as_dict=True)
		assert stored.search_pinyin == lookup.readings(NAME) and stored.modified == before


def test_a_new_name_is_read_anew(pair):
	unit, *_ = pair
	with as_user(user_of("officer")):
		doc = frappe.get_doc("SC Entity", unit.name)
		doc.entity_name = f"晋中恒泰锻造有限公司{MARK}"
		doc.save()
		assert "jinzhonghengtai" in doc.search_pinyin and "taiyuan" not in doc.search_pinyin
