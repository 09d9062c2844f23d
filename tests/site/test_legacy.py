"""The list kept before Order 11: import with its report, decision by two people, term from the original date."""

import base64
import io
import zipfile
from datetime import date, timedelta
from typing import Any

import frappe
import pytest
from openpyxl import Workbook, load_workbook

from sclist_app.access.today import as_of
from sclist_app.api import legacy as api
from sclist_app.api import register as register_api
from sclist_app.law import legacy as law
from sclist_app.register import legacy_import, removals
from sclist_app.setup.player import social_credit_code
from tests.site.matter import Matter
from tests.site.support import CITY, COUNTY, DISTRICT, MARK, as_user, card_number, refused, serial, user_of

HEADINGS = [c.heading for c in law.COLUMNS]
KEYS = [c.key for c in law.COLUMNS]
TODAY = date(2026, 6, 1)
BUREAU = {DISTRICT: "太原市小店区应急管理局"}


@pytest.fixture(autouse=True)
def _people(people):
	"""Everything here is done by the people of the demonstration bureaus."""


def row(number: int = 0, **changes: Any) -> dict[str, Any]:
	number = number or serial()
	values = {
		"source_id": f"HMD-{number}",
		"name": f"旧名单化工{number}有限公司{MARK}",
		"kind": "生产经营单位",
		"code": social_credit_code("140105", number),
		"address": f"检验路{number}号",
		"legal_representative": "检一",
		"bureau": DISTRICT,
		"listed_on": "2022-05-10",
		"old_ground": "（二）",
		"old_term": "1年",
		"penalty_number": f"（检）应急罚〔2022〕{number}号",
	}
	return {**values, **changes}


def person(number: int = 0, **changes: Any) -> dict[str, Any]:
	number = number or serial()
	values = {"name": f"检{number}", "kind": "自然人", "code": card_number(number), "role": "主要负责人"}
	return row(number, **{**values, "legal_representative": None, **changes})


def sheet(*rows: dict[str, Any], headings: list[str] | None = None) -> bytes:
	book = Workbook()
	book.active.append(headings or HEADINGS)
	for values in rows:
		book.active.append([values.get(key) for key in KEYS])
	out = io.BytesIO()
	book.save(out)
	return out.getvalue()


def check(content: bytes, name: str = "旧名单.xlsx", user: str = "") -> Any:
	with as_user(user or user_of("officer")), as_of(str(TODAY)):
		made = api.check(name, base64.b64encode(content).decode())["name"]
	return frappe.get_doc("SC Legacy Import", made)


def bring_in(*rows: dict[str, Any]) -> list[str]:
	"""Check and import; the entries made, in the order of the rows."""
	doc = check(sheet(*rows))
	with as_user(user_of("officer")), as_of(str(TODAY)):
		api.carry_out(doc.name)
	names = frappe.get_all("SC Legacy Entry", {"legacy_import": doc.name}, pluck="name", order_by="name asc")
	assert len(names) == len(rows), doc.report
	return names


def notes(doc: Any) -> list[tuple[int, str, str]]:
	return [
		(line["row"], note["cell"], note["text"])
		for line in frappe.parse_json(doc.report)["rows"]
		for note in line["notes"]
	]


def written() -> tuple[int, ...]:
	return tuple(frappe.db.count(d) for d in ("SC Legacy Entry", "SC Entity", "SC Run", "SC Event"))


# ------------------------------------------------------------------ the import


def test_a_check_writes_only_its_report_and_the_import_all_sound_rows():
	number = serial()
	before = written()
	doc = check(sheet(row(number), person(serial()), row(listed_on="2022-02-30")))
	assert written() == before
	assert (doc.rows_total, doc.rows_good, doc.rows_faulty, doc.status) == (3, 2, 1, "Checked")
	assert notes(doc) == [(4, "K4", "“2022-02-30”这一天不存在，请核对原档案。")]
	with as_user(user_of("officer")), as_of(str(TODAY)):
		assert api.carry_out(doc.name) == {"status": "Imported", "imported": 2}
	entry = frappe.get_doc("SC Legacy Entry", {"source_id": f"HMD-{number}"})
	assert (str(entry.listed_on), entry.old_term, entry.bureau) == ("2022-05-10", 12, DISTRICT)
	assert entry.old_ground.startswith("（二）") and "第七条第（一）项" in entry.likely
	assert entry.state == "Y10" and entry.run


def test_the_same_file_twice_writes_nothing_new():
	content = sheet(row(), person())
	first, again = check(content), check(content)
	with as_user(user_of("officer")), as_of(str(TODAY)):
		api.carry_out(first.name)
		before = written()
		with refused(frappe.ValidationError, match="已导入"):
			api.carry_out(first.name)
		# checked before the first was imported, it finds at the import that there is nothing left
		assert api.carry_out(again.name)["imported"] == 0
	assert written() == before
	third = check(content)
	assert (third.rows_good, third.rows_known) == (0, 2)


def test_no_identity_number_in_the_report_and_the_file_is_sealed():
	number = serial()
	code = card_number(number)
	doc = check(sheet(person(number), person(serial(), code=code[:-1] + ("0" if code[-1] != "0" else "1"))))
	assert doc.rows_faulty == 1
	assert code[6:14] not in doc.report and code[:17] not in doc.report
	assert code not in base64.b64decode(doc.content_sealed + "==", altchars=b"-_").decode("latin-1")
	with as_user(user_of("officer")):
		shown = frappe.get_doc("SC Legacy Import", doc.name)
		shown.apply_fieldlevel_read_permissions()
		assert not shown.get("content_sealed")


def test_a_person_keeps_their_number_sealed_in_the_entry():
	number = serial()
	(name,) = bring_in(person(number))
	entry = frappe.get_doc("SC Legacy Entry", name)
	assert "*" in entry.code_shown and entry.code_shown[:4] == card_number(number)[:4]
	assert card_number(number) not in frappe.as_json(entry.as_dict())


def test_rows_with_faults_come_back_with_the_fault_beside_each_and_can_be_mended():
	bad = row(listed_on="2099-01-01")
	doc = check(sheet(row(), bad))
	with as_user(user_of("officer")), as_of(str(TODAY)):
		api.faults(doc.name)
		book = load_workbook(io.BytesIO(frappe.response.filecontent))
		lines = [line for line in book.active.iter_rows(values_only=True) if any(line)]
		assert len(lines) == 2 and lines[0][-1] == legacy_import.FAULT
		assert "原列入日期" in lines[1][-1] and lines[1][3] == bad["code"]
		book.active.cell(2, KEYS.index("listed_on") + 1).value = "2022-05-11"
		out = io.BytesIO()
		book.save(out)
	mended = check(out.getvalue())
	assert (mended.rows_good, mended.rows_faulty) == (1, 0)
	assert frappe.parse_json(mended.report)["notices"] == []


def test_duplicates_in_the_file_and_other_content_under_the_same_number():
	number = serial()
	one = row(number)
	doc = check(sheet(one, {**one}, row(serial(), source_id="HMD-x", code=one["code"], name=one["name"])))
	assert [(n, cell) for n, cell, _text in notes(doc)] == [(3, "A3"), (4, "D4")]
	bring_in(one)
	other = check(sheet({**one, "listed_on": "2022-05-11"}))
	assert other.rows_faulty == 1 and "其他内容" in notes(other)[0][2]


@pytest.mark.parametrize(
	("changes", "cell"),
	[
		({"bureau": "没有的应急管理局"}, "J2"),
		({"bureau": CITY}, "J2"),
		({"address": None}, "H2"),
		({"code": "91140100MA0H1A2B8F"}, "D2"),
		({"code": 911401001234567890.0}, "D2"),
		({"old_ground": "十一"}, "L2"),
		({"listed_on": "2024-01-05"}, "K2"),
		({"name": "=HYPERLINK"}, "B2"),
	],
)
def test_one_fault_names_its_cell(changes, cell):
	values = row(**changes)
	content = sheet({**values, "name": "甲"}) if changes.get("name") else sheet(values)
	if changes.get("name"):
		book = load_workbook(io.BytesIO(content))
		book.active["B2"].value = "@SUM(A1)"
		out = io.BytesIO()
		book.save(out)
		content = out.getvalue()
	doc = check(content)
	assert [found for _n, found, _t in notes(doc)] == [cell]


def test_after_order_11_only_where_the_settings_say_so():
	frappe.db.set_single_value("SC Settings", "legacy_after_order_11", 1)
	frappe.clear_document_cache("SC Settings", "SC Settings")
	assert check(sheet(row(listed_on="2024-01-05"))).rows_good == 1
	frappe.db.set_single_value("SC Settings", "legacy_after_order_11", 0)
	frappe.clear_document_cache("SC Settings", "SC Settings")
	assert check(sheet(row(listed_on="2024-01-05"))).rows_good == 0


def test_a_name_that_differs_from_the_register_is_not_taken():
	number = serial()
	bring_in(row(number))
	doc = check(sheet(row(serial(), code=social_credit_code("140105", number))))
	assert notes(doc)[0][1] == "B2"


def test_files_of_other_offices_as_csv():
	values = row(serial(), listed_on="２０２２年５月１０日", code=None)
	number = serial()
	values["code"] = "".join(chr(ord(c) + 0xFEE0) for c in social_credit_code("140105", number))
	text = ",".join(HEADINGS) + "\r\n" + ",".join(str(values.get(key) or "") for key in KEYS) + "\r\n"
	for encoding in ("gb18030", "utf-8-sig", "utf-16"):
		doc = check(text.encode(encoding), "旧名单.csv")
		assert doc.rows_good == 1, (encoding, doc.report)


def _bomb() -> bytes:
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
		package.writestr("xl/workbook.xml", "<workbook/>")
		package.writestr("xl/worksheets/sheet1.xml", b"0" * 200_000_000)
	return out.getvalue()


def _changed(content: bytes, change) -> bytes:
	book = load_workbook(io.BytesIO(content))
	change(book.active)
	out = io.BytesIO()
	book.save(out)
	return out.getvalue()


HOSTILE = {
	"empty": (lambda: b"", "x.xlsx", "空的"),
	"blank": (lambda: sheet(), "x.xlsx", "没有数据"),
	"bomb": (_bomb, "x.xlsx", "解压"),
	"merged": (lambda: _changed(sheet(row(), row()), lambda s: s.merge_cells("J2:J3")), "x.xlsx", "J2:J3"),
	"formula": (
		lambda: _changed(sheet(row()), lambda s: s.__setitem__("K2", "=TODAY()")),
		"x.xlsx",
		"K2.*公式|公式.*K2",
	),
	"headings": (lambda: sheet(row(), headings=["甲", "乙"]), "x.xlsx", "原系统编号"),
	"old": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "x.xls", "另存为"),
	"encrypted": (
		lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
		"x.xlsx",
		"密码",
	),
	"damaged": (lambda: sheet(row())[:900], "x.xlsx", "损坏"),
	"macro": (lambda: _with_part(sheet(row()), "xl/vbaProject.bin"), "x.xlsx", "宏"),
	"picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"0" * 99, "x.png", "Excel"),
	"encoding": (lambda: b"\xff\xff\x81\x00\xfe" * 20, "x.csv", "编码|字符"),
	"rows": (lambda: ("甲,乙\n" + "1,2\n" * 50_000).encode(), "x.csv", "300"),
}


def _with_part(content: bytes, name: str) -> bytes:
	out = io.BytesIO(content)
	with zipfile.ZipFile(out, "a") as package:
		package.writestr(name, b"x")
	return out.getvalue()


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_or_odd_files_get_an_answer_and_write_nothing(what):
	content, name, said = HOSTILE[what]
	before = (*written(), frappe.db.count("SC Legacy Import"))
	with refused(frappe.ValidationError, match=said):
		check(content(), name)
	assert (*written(), frappe.db.count("SC Legacy Import")) == before


def test_a_fault_on_the_way_leaves_nothing_behind(monkeypatch):
	doc = check(sheet(row(), row()))
	before, real = written(), legacy_import.legacy.insert
	calls = []

	def breaks(values):
		calls.append(1)
		if len(calls) == 2:
			frappe.throw("停电")
		return real(values)

	monkeypatch.setattr(legacy_import.legacy, "insert", breaks)
	with as_user(user_of("officer")), as_of(str(TODAY)), refused(frappe.ValidationError, match="停电"):
		api.carry_out(doc.name)
	assert written() == before
	assert frappe.db.get_value("SC Legacy Import", doc.name, "status") == "Checked"
	monkeypatch.undo()
	with as_user(user_of("officer")), as_of(str(TODAY)):
		assert api.carry_out(doc.name)["imported"] == 2


def test_many_rows_are_imported_by_a_job_and_a_killed_one_can_be_begun_again(monkeypatch):
	doc = check(sheet(row(), row(), row()))
	queued = []
	monkeypatch.setattr(legacy_import, "DIRECT", 2)
	monkeypatch.setattr(legacy_import.frappe, "enqueue", lambda path, **kwargs: queued.append((path, kwargs)))
	officer = user_of("officer")
	with as_user(officer), as_of(str(TODAY)):
		assert api.carry_out(doc.name)["status"] == "Importing"
		with refused(frappe.ValidationError, match="正在导入"):
			api.carry_out(doc.name)
		assert api.progress(doc.name)["alive"]
		# the job was killed: it gives no sign of life, and nothing was written
		frappe.cache().delete_value(legacy_import._key(doc.name))
		assert not frappe.db.exists("SC Legacy Entry", {"legacy_import": doc.name})
		assert api.carry_out(doc.name)["status"] == "Importing"
		path, kwargs = queued[-1]
		assert path == "sclist_app.register.legacy_import.work"
		legacy_import.work(kwargs["name"], kwargs["who"])
	assert frappe.db.count("SC Legacy Entry", {"legacy_import": doc.name}) == 3
	assert frappe.db.get_value("SC Legacy Import", doc.name, "status") == "Imported"


def test_the_template_can_be_filled_and_its_example_is_no_entry():
	with as_user(user_of("officer")):
		api.template()
		content = frappe.response.filecontent
	book = load_workbook(io.BytesIO(content))
	assert book.sheetnames == ["旧名单", "填写说明", "可选值"]
	doc = check(content)
	assert doc.rows_good == 0 and "示例" in notes(doc)[-1][2]


def test_old_files_are_forgotten():
	doc = check(sheet(row()))
	frappe.db.set_value("SC Legacy Import", doc.name, "creation", "2020-01-01", update_modified=False)
	assert legacy_import.forget() >= 1
	assert not frappe.db.get_value("SC Legacy Import", doc.name, "content_sealed")
	with as_user(user_of("officer")), refused(frappe.ValidationError, match="重新上传"):
		api.carry_out(doc.name)


# ------------------------------------------------------------------ who may


def test_who_may_import_and_read():
	doc = check(sheet(row()))
	for who in (user_of("rules"), user_of("leader")):
		with as_user(who), refused(frappe.PermissionError):
			api.check("x.xlsx", base64.b64encode(sheet(row())).decode())
	for who in (user_of("officer", CITY), user_of("officer", COUNTY)):
		with as_user(who):
			for call in (api.carry_out, api.faults, api.progress):
				with refused(frappe.PermissionError):
					call(doc.name)
	(name,) = bring_in(row())
	with as_user(user_of("officer", COUNTY)), refused(frappe.PermissionError):
		frappe.get_doc("SC Legacy Entry", name).check_permission("read")
	with as_user(user_of("officer")), refused(frappe.PermissionError):
		frappe.get_doc({"doctype": "SC Legacy Entry", "bureau": DISTRICT, "source_id": "1"}).insert()


def test_the_bureau_above_imports_and_the_bureau_that_applied_decides():
	doc = check(sheet(row()), user=user_of("officer", CITY))
	assert doc.rows_good == 1
	with as_user(user_of("officer", CITY)), as_of(str(TODAY)):
		api.carry_out(doc.name)
	name = frappe.db.get_value("SC Legacy Entry", {"legacy_import": doc.name})
	task = frappe.db.get_value("SC Task", {"reference_name": name, "status": "Open"}, ["bureau", "post"])
	assert task == (DISTRICT, "case_officer")


# ------------------------------------------------------------------ the decision


class Entry(Matter):
	"""An entry of the old list, played by the people of its bureau."""

	doctype = "SC Legacy Entry"

	@classmethod
	def of(cls, name: str, day: date = TODAY) -> "Entry":
		entry = cls(frappe.db.get_value(cls.doctype, name, "bureau"), day)
		entry.case = name
		return entry

	@property
	def new(self) -> str:
		return frappe.db.get_value(self.doctype, self.case, "record")

	def propose(self, **values: Any) -> None:
		self.write("Y10", reasons="经逐条比对新办法，处理如下。", **values)
		self.act("Y10", "report")
		self.act("Y20", "approve")

	def decide(self, **values: Any) -> None:
		self.propose(**values)
		self.act("Y30", "issue")


def test_check_15_a_date_of_2022_05_10_gives_a_term_until_2025_05_10_and_is_offered_for_expiry_at_once():
	entry = Entry.of(bring_in(row(listed_on="2022-05-10"))[0])
	entry.decide(decision="Re-enter", ground="7-1")
	record = frappe.get_doc("SC Listing Record", entry.new)
	assert (str(record.listed_on), str(record.term_end)) == ("2022-05-10", "2025-05-10")
	assert record.state == "L1" and record.decision_number and not record.case
	removal = frappe.db.get_value("SC Removal", {"open_key": record.name}, ["kind", "bureau"])
	assert removal == ("Expiry Removal", DISTRICT)
	assert entry.steps == {"Y42", "Y52"}
	assert not frappe.db.exists("SC Publication", {"record": record.name})


def test_the_daily_scan_finds_a_re_entered_record_too():
	entry = Entry.of(bring_in(row(listed_on="2022-05-10"))[0])
	entry.decide(decision="Re-enter", ground="7-1")
	frappe.db.delete("SC Removal", {"record": entry.new})
	assert entry.new in removals.expired(TODAY)
	with as_of("2025-05-10"):
		assert entry.new not in removals.expired(date(2025, 5, 10))
		assert entry.new in removals.expired(date(2025, 5, 11))


def test_out_of_the_new_scope_leaves_the_old_list_and_opens_no_record():
	entry = Entry.of(bring_in(row())[0])
	entry.decide(decision="Move Out")
	assert not entry.new and entry.steps == {"Y44", "Y74"}
	assert "legacy.moved_out" in entry.blocked("Y74", "moved")
	entry.write("Y74", moved_out_on=str(TODAY), moved_out_serial="YC-1")
	entry.act("Y74", "moved")
	entry.serve_all("Y44")
	entry.act("Y44", "served")
	doc = entry.doc
	assert (doc.run_status, doc.outcome) == ("Ended", "Removed")
	paper = frappe.get_doc("SC Notice", {"reference_name": entry.case})
	assert paper.document_kind == "D23" and "移出原名单" in paper.html


def test_a_running_term_is_entered_and_published_like_any_other():
	(name,) = bring_in(row(listed_on="2023-09-20"))
	entry = Entry.of(name)
	entry.decide(decision="Re-enter", ground="7-1", measures=[{"measure": "M4"}])
	assert entry.steps == {"Y40", "Y50", "Y60", "Y80"}
	entry.record = entry.new
	record = entry.listing
	assert str(record.term_end) == "2026-09-20"
	assert not frappe.db.exists("SC Removal", {"record": record.name})
	with entry.acting(entry.in_step("Y50")):
		register_api.enter(record.name, "XT0001", str(TODAY), entry.upload("录入.pdf"))
	entry.act("Y50", "entered")
	user = entry.in_step("Y60")
	for publication in entry.rows("SC Publication", state="To Push"):
		with entry.acting(user):
			register_api.publish(
				publication, "https://p.example.invalid/1", f"{TODAY} 09:30:00", entry.upload("截图.pdf")
			)
	entry.act("Y60", "published")
	user = entry.in_step("Y65")
	for publication in entry.rows("SC Publication", state="Pushed"):
		with entry.acting(user):
			register_api.confirm_publication(publication)
	entry.act("Y65", "confirm")
	user = entry.in_step("Y80")
	for measure in entry.rows("SC Measure Record", state="To Carry Out"):
		with entry.acting(user):
			register_api.carry_out(measure, str(TODAY))
	entry.act("Y80", "done")
	entry.serve_all("Y40")
	entry.act("Y40", "served")
	assert entry.doc.outcome == "Listed"
	assert (entry.listing.state, entry.listing.shown) == ("L3", 1)


def test_two_people_decide_and_the_proposal_is_complete():
	entry = Entry.of(bring_in(row(penalty_number=None))[0])
	assert "legacy.decision" in entry.blocked("Y10", "report")
	entry.write("Y10", decision="Re-enter", ground="7-2")
	assert {"legacy.reasons", "legacy.penalty", "legacy.subject"} <= entry.blocked("Y10", "report")
	proposer = entry.in_step("Y10")
	entry.write("Y10", decision="Move Out", reasons="不属于新办法的列入范围。")
	entry.act("Y10", "report")
	task = frappe.db.get_value("SC Task", {"reference_name": entry.case, "step": "Y20", "status": "Open"})
	assert task and proposer != entry.in_step("Y20")


def test_a_person_in_a_role_the_ground_does_not_list_is_refused():
	entry = Entry.of(bring_in(person(role="直接责任人员"))[0])
	entry.write("Y10", decision="Re-enter", ground="7-1", reasons="符合。")
	assert "legacy.role" in entry.blocked("Y10", "report")


def test_what_the_import_wrote_cannot_be_changed_by_hand():
	entry = Entry.of(bring_in(row())[0])
	for field, value in (("listed_on", "2023-01-01"), ("source_id", "x"), ("bureau", CITY), ("record", "x")):
		with refused(frappe.PermissionError, frappe.ValidationError):
			entry.write("Y10", **{field: value})


def test_a_second_entry_for_the_same_penalty_opens_no_second_record():
	number = serial()
	first, second = bring_in(row(number), row(number, source_id=f"B-{number}", old_ground="3"))
	one, two = Entry.of(first), Entry.of(second)
	with as_user(user_of("officer")):
		penalty = frappe.get_doc(
			{
				"doctype": "SC Penalty",
				"document_number": f"（检）应急罚〔2022〕{number}号",
				"entity": one.doc.entity,
				"bureau": DISTRICT,
				"decided_on": str(date(2022, 5, 10) - timedelta(days=20)),
				"violation": "未取得许可生产。",
				"basis": "《安全生产许可证条例》第十九条",
				"items": [{"kind": "Fine", "amount": 100_000}],
			}
		).insert()
	one.decide(decision="Re-enter", ground="7-1", penalty=penalty.name)
	two.propose(decision="Re-enter", ground="7-1", penalty=penalty.name)
	with refused(frappe.ValidationError, match="已"):
		two.act("Y30", "issue")
