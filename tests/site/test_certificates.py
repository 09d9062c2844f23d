"""Certificate numbers: sealed, masked everywhere, shown against a log; files: private, of a known kind."""

import json
from datetime import date

import frappe
import pytest
from frappe import client

from sclist_app.api import entities
from sclist_app.register import identity
from sclist_app.setup.player import PDF, PNG, social_credit_code
from tests.site.support import DISTRICT, Case, as_user, card_number, refused, serial, user_of

OFFICER = user_of("officer")


@pytest.fixture
def person(world) -> tuple[str, str]:
	"""Name and full number of a registered person."""
	name = world.case("listed").person
	number = identity.full_number(frappe.get_doc("SC Entity", name))
	assert len(number) == 18
	return name, number


def test_the_number_is_not_in_the_database_in_clear(person):
	name, number = person
	row = frappe.db.sql("select * from `tabSC Entity` where name = %s", name, as_dict=True)[0]
	assert number not in json.dumps(row, default=str)
	assert row.id_number == number[:4] + "*" * 10 + number[-4:]
	for doctype in (
		"SC Case Subject",
		"SC Listing Record",
		"SC Event",
		"SC Task",
		"SC Run",
		"Version",
		"Comment",
	):
		columns = frappe.db.get_table_columns(doctype)
		text = " ".join(f"ifnull(`{c}`, '')," for c in columns).rstrip(",")
		assert not frappe.db.sql(
			f"select name from `tab{doctype}` where concat_ws(' ', {text}) like %s", f"%{number}%"
		)


def test_no_officer_reads_the_number_by_lists_forms_or_fields(person, world):
	from frappe.desk import reportview
	from frappe.www.printview import get_html_and_style

	name, number = person
	key = frappe.db.get_value("SC Entity", name, "id_number_key")
	sealed = frappe.db.get_value("SC Entity", name, "id_number_sealed")
	notice = world.case("listed").notices("D05")[-1].name
	with as_user(OFFICER):
		answers = [
			client.get("SC Entity", name),
			frappe.get_list("SC Entity", filters={"name": name}, fields=["*"]),
			client.get_list("SC Entity", filters={"name": name}, fields=["name", "id_number"]),
			get_html_and_style("SC Entity", name)["html"],
			client.get("SC Notice", notice),
			frappe.get_list("SC Notice", filters={"name": notice}, fields=["*"]),
			get_html_and_style("SC Notice", notice)["html"],
			get_html_and_style("SC Case", world.case("listed").case)["html"],
		]
		for doctype, field in (
			("SC Entity", "id_number_sealed"),
			("SC Entity", "id_number_key"),
			("SC Notice", "html"),
			("SC Notice", "facts_json"),
		):
			target = name if doctype == "SC Entity" else notice
			try:
				answers.append(client.get_value(doctype, field, {"name": target}))
			except (frappe.PermissionError, frappe.DataError):
				frappe.local.message_log = []
		frappe.local.form_dict = frappe._dict(
			{
				"doctype": "SC Entity",
				"fields": json.dumps(["`tabSC Entity`.`entity_name`", "`tabSC Entity`.`id_number`"]),
				"filters": json.dumps([["SC Entity", "name", "=", name]]),
				"file_format_type": "CSV",
				"title": "x",
			}
		)
		reportview.export_query()
		answers.append(str(frappe.response.get("result") or frappe.response.get("filecontent")))
	for answer in answers:
		text = json.dumps(answer, default=str, ensure_ascii=False)
		assert number not in text
		assert key not in text and sealed not in text
	assert any(number[:4] + "*" * 10 + number[-4:] in json.dumps(a, default=str) for a in answers)


def test_revealing_needs_a_post_and_a_reason(person, world):
	name, number = person
	chain = {"chain": f"SC Entity:{name}"}
	before = frappe.db.count("SC Event", chain)
	for user in (user_of("head"), user_of("leader"), user_of("supervisor"), "Administrator", "Guest"):
		with as_user(user), refused(frappe.PermissionError):
			entities.reveal(name, "核对")
	with as_user(OFFICER):
		for reason in ("", "  "):
			with refused(frappe.ValidationError):
				entities.reveal(name, reason)
		assert frappe.db.count("SC Event", chain) == before
		assert entities.reveal(name, "核对")["id_number"] == number
	assert frappe.db.count("SC Event", chain) == before + 1
	event = frappe.get_last_doc("SC Event", filters=chain)
	assert number not in json.dumps(event.as_dict(), default=str)


def _person(**values) -> str:
	doc = frappe.new_doc("SC Entity")
	doc.update(
		{
			"entity_name": f"检{serial()}",
			"entity_kind": "Person",
			"id_type": identity.CARD,
			"address": "检验路1号",
			**values,
		}
	)
	return doc.insert().name


def test_a_second_registration_is_refused_with_a_link(person, world):
	name, number = person
	unit = world.case("listed").unit
	with as_user(OFFICER):
		with refused(frappe.DuplicateEntryError, match=name):
			_person(id_number=number)
		with refused(frappe.DuplicateEntryError, match=name):
			_person(id_number=f" {number[:-1]}{number[-1].lower()} ")
		code = frappe.db.get_value("SC Entity", unit, "uscc")
		with refused(frappe.DuplicateEntryError, match=unit):
			_person(entity_kind="Unit", uscc=code)


def test_messages_never_repeat_a_number(people):
	number = card_number(serial())
	wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
	with as_user(OFFICER):
		for value in (wrong, number[:-1], number + "1", "X" * 18):
			frappe.local.message_log = []
			try:
				_person(id_number=value)
			except frappe.ValidationError as error:
				text = f"{error} {frappe.local.message_log}"
				assert value not in text and value[6:14] not in text
			else:
				raise AssertionError("a wrong number was accepted")


def test_a_masked_number_is_kept_and_a_new_one_replaces_it(people):
	first, second = card_number(serial()), card_number(serial())
	with as_user(OFFICER):
		name = _person(id_number=first)
		doc = frappe.get_doc("SC Entity", name)
		doc.address = "新地址"
		doc.save()
		assert identity.full_number(frappe.get_doc("SC Entity", name)) == first
		doc = frappe.get_doc("SC Entity", name)
		doc.id_number = second
		doc.save()
		stored = frappe.get_doc("SC Entity", name)
		assert identity.full_number(stored) == second and stored.id_number == identity.mask(second)
		doc = frappe.get_doc("SC Entity", name)
		doc.id_number = "1401**********0000"
		with refused(frappe.ValidationError):
			doc.save()
	changes = frappe.get_all("Version", filters={"docname": name}, pluck="data", order_by="creation")
	assert not any(number in (data or "") for data in changes for number in (first, second))


def test_passports_are_sealed_as_well(people):
	with as_user(OFFICER):
		name = _person(id_type="Passport", id_number="e12345678")
		row = frappe.db.get_value("SC Entity", name, "id_number")
		assert "12345678" not in row
		assert identity.full_number(frappe.get_doc("SC Entity", name)) == "E12345678"
		with refused(frappe.ValidationError):
			_person(id_type="Passport", id_number="")


def test_a_unit_has_no_certificate_number(people):
	with as_user(OFFICER):
		name = _person(
			entity_kind="Unit", uscc=social_credit_code("140105", serial()), id_number=card_number(serial())
		)
	row = frappe.db.get_value("SC Entity", name, ["id_number", "id_number_sealed", "id_number_key"])
	assert row == (None, None, None)


# --- files


def _upload(case: Case, name: str, content: bytes, **values) -> frappe.model.document.Document:
	file = frappe.new_doc("File")
	file.update(
		{
			"file_name": name,
			"attached_to_doctype": "SC Case",
			"attached_to_name": case.case,
			"content": content,
			**values,
		}
	)
	return file.insert()


@pytest.mark.parametrize(
	("name", "content"),
	[
		("x.html", b"<script>alert(1)</script>"),
		("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
		("x.xml", b"<?xml version='1.0'?><a/>"),
		("x.js", b"alert(1)"),
		("x.exe", b"MZ\x90\x00"),
		("x", PDF),
		("x.pdf", b"<html><script>alert(1)</script>"),
		("x.pdf", PNG),
		("x.png", PDF),
		("x.docx", PDF),
		("x.pdf.html", PDF),
		("x.PDF", b"MZ"),
		("x.mp4", b"<html>ftyp"),
	],
)
def test_files_of_the_wrong_kind_are_refused(world, name, content):
	case = world.case("fresh")
	with as_user(OFFICER), refused(frappe.ValidationError):
		_upload(case, name, content)


def test_files_too_large_are_refused(world, monkeypatch):
	from sclist_app.access import files

	monkeypatch.setattr(files, "MAX_BYTES", 100)
	case = world.case("fresh")
	with as_user(OFFICER), refused(frappe.ValidationError):
		_upload(case, "x.pdf", b"%PDF-" + b"x" * 200)


@pytest.mark.parametrize(("name", "content"), [("一.pdf", PDF), ("二.PNG", PNG), ("三.xlsx", b"PK\x03\x04x")])
def test_files_of_a_case_are_private(world, name, content):
	case = world.case("fresh")
	with as_user(OFFICER):
		file = _upload(case, name, content, is_private=0)
		assert file.is_private and file.file_url.startswith("/private/files/")


def test_a_file_does_not_become_public_afterwards(world):
	case = world.case("fresh")
	with as_user(OFFICER):
		file = _upload(case, "evidence.pdf", PDF)
		file.is_private = 0
		with refused():
			file.save()
			assert file.is_private and file.file_url.startswith("/private/files/")
			raise frappe.ValidationError
	assert frappe.db.get_value("File", file.name, "is_private") == 1


def test_a_file_uploaded_elsewhere_is_checked_when_it_is_attached(world):
	case = world.case("fresh")
	with as_user(OFFICER):
		file = frappe.new_doc("File")
		file.update({"file_name": "x.html", "content": b"<script>alert(1)</script>", "is_private": 1})
		file.insert()
		file = frappe.get_doc("File", file.name)
		file.update({"attached_to_doctype": "SC Case", "attached_to_name": case.case})
		with refused():
			file.save()
		with refused():
			client.set_value(
				"File", file.name, {"attached_to_doctype": "SC Case", "attached_to_name": case.case}
			)


@pytest.mark.parametrize("address", ["https://example.invalid/x.pdf", "http://example.invalid/x.pdf"])
def test_an_address_elsewhere_is_no_file_of_a_case(world, address):
	case = world.case("fresh")
	with as_user(OFFICER), refused():
		_upload(case, "x.pdf", None, file_url=address)


def test_an_issued_paper_is_not_opened_past_the_log(world):
	case = world.case("listed")
	path = frappe.db.get_value("SC Notice", case.notices()[0].name, "file")
	for address in (f"/private/files/{path}", f"/private/files/x/../{path}", f"/private/files//{path}"):
		for attach in ({}, {"attached_to_doctype": "SC Case", "attached_to_name": world.case("fresh").case}):
			with as_user(OFFICER), refused():
				file = frappe.new_doc("File")
				file.update({"file_name": "x.pdf", "file_url": address, "is_private": 1, **attach})
				file.insert()


def test_a_file_of_another_case_proves_nothing_here(world):
	from sclist_app.api import register as register_api

	listed = world.case("listed")
	case = world.case("waiting")
	file = listed.upload("别案.png", PNG)
	case.let_window_pass("C40")
	case.act("C50", "pass", "审核通过。")
	case.act("C70", "approve", "同意列入。")
	case.act("C80", "issue")
	[record] = case.records()
	with case.acting(case.in_step("C86")):
		with refused(frappe.ValidationError):
			register_api.enter(record.name, "AQSX1", str(case.day), file)
		with refused(frappe.ValidationError):
			register_api.enter(record.name, "", str(case.day))
		with refused(frappe.ValidationError):
			register_api.enter(record.name, "AQSX1", str(date(2020, 1, 1)))


def test_the_district_of_the_cases_is_the_officers(world):
	assert world.case("fresh").bureau == DISTRICT
