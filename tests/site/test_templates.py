"""Document templates of a bureau: written by one person, approved by another, in force from a day on, never changed."""

import hashlib
import io
import json
import time
import zipfile
from datetime import date, timedelta
from typing import Any

import frappe
import pytest

from sclist_app.access.today import as_of, today
from sclist_app.api import papers as papers_api
from sclist_app.api import procedures as procedures_api
from sclist_app.api import templates as api
from sclist_app.documents import drafts, store, templates
from sclist_app.documents.issue import required_blocks, template_for, template_or_none, text_blocks
from sclist_app.exchange import packages
from sclist_app.register import identity, previews
from tests.site.drafted_papers import KIND, approve, draft, in_force, national
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, Case, as_user, refused, user_of
from tests.site.test_variations import opened, to_signature
from tests.unit.documents.test_word import docx

DAY = date(2024, 9, 2)


def state(name: str) -> str:
	return frappe.db.get_value("SC Document Template", name, "state")


def used(bureau: str, on: date | str, kind: str = KIND) -> str:
	with as_of(on):
		return template_for(bureau, kind).name


# ------------------------------------------------------------------------ life


def test_from_a_draft_to_retirement(people):
	name = draft(change_note="写明本局电话")
	assert (state(name), used(DISTRICT, DAY)) == ("Draft", used("", DAY))
	with as_user(user_of("rules", DISTRICT)):
		api.submit(name)
	assert state(name) == "In Review"
	with as_user(user_of("approver", DISTRICT)):
		with refused(frappe.ValidationError):
			api.send_back(name, "  ")
		api.send_back(name, "电话有误")
	doc = frappe.get_doc("SC Document Template", name)
	assert (doc.state, doc.review_note) == ("Draft", "电话有误")
	approve(name)
	doc.reload()
	assert (doc.state, doc.approver, str(doc.effective_from)) == (
		"In Force",
		user_of("approver", DISTRICT),
		"2024-08-01",
	)
	assert used(DISTRICT, DAY) == name and used(DISTRICT, "2024-07-31") != name
	with as_user(user_of("approver", DISTRICT)), as_of("2024-12-01"):
		api.retire(name, "改用市局文本")
	assert used(DISTRICT, "2024-11-30") == name, "what was drawn up then was drawn up with it"
	assert used(DISTRICT, "2024-12-01") == used("", "2024-12-01")
	told = frappe.get_all(
		"SC Event", filters={"reference_name": name}, fields=["event", "opinion", "bureau"], order_by="seq"
	)
	assert [row.event for row in told] == ["submitted", "sent_back", "submitted", "approved", "retired"]
	assert told[1].opinion == "电话有误" and {row.bureau for row in told} == {DISTRICT}


def test_who_wrote_it_does_not_approve_it(people):
	name = draft()
	with as_user(user_of("rules", DISTRICT)):
		api.submit(name)
	seen = str(frappe.db.get_value("SC Document Template", name, "modified"))
	# one person with both posts, as the administrator of posts would refuse; the writer stays the writer
	frappe.db.set_value(
		"SC Document Template", name, "author", user_of("approver", DISTRICT), update_modified=False
	)
	with as_user(user_of("approver", DISTRICT)), refused(frappe.PermissionError):
		api.approve(name, seen)
	assert state(name) == "In Review"


@pytest.mark.parametrize(
	("who", "where"),
	[("rules", DISTRICT), ("officer", DISTRICT), ("approver", COUNTY), ("supervisor", DISTRICT)],
)
def test_only_an_approver_above_it_approves(people, who, where):
	name = draft()
	with as_user(user_of("rules", DISTRICT)):
		api.submit(name)
	seen = str(frappe.db.get_value("SC Document Template", name, "modified"))
	with as_user(user_of(who, where)):
		for act in (
			lambda: api.approve(name, seen),
			lambda: api.send_back(name, "理由"),
			lambda: api.retire(name, "理由"),
		):
			with refused(frappe.PermissionError):
				act()


def test_it_is_approved_as_it_was_seen(people):
	name = draft()
	with as_user(user_of("rules", DISTRICT)):
		api.submit(name)
	with as_user(user_of("approver", DISTRICT)):
		with refused(frappe.ValidationError):
			api.approve(name, "2020-01-01 00:00:00")
		with refused(frappe.ValidationError):
			api.approve(name, "")


@pytest.mark.parametrize("bring", [lambda name: approve(name), lambda name: api.submit(name)])
def test_after_the_draft_nothing_changes(people, bring):
	name = draft()
	with as_user(user_of("rules", DISTRICT)):
		bring(name)
	with as_user(user_of("rules", DISTRICT)):
		doc = frappe.get_doc("SC Document Template", name)
		doc.body += "<p>再加一段</p>"
		with refused(frappe.PermissionError):
			doc.save()
		with refused(frappe.PermissionError):
			frappe.delete_doc("SC Document Template", name)
	assert "再加一段" not in frappe.db.get_value("SC Document Template", name, "body")


@pytest.mark.parametrize(
	("field", "value"),
	[
		("state", "In Force"),
		("approver", "Administrator"),
		("shipped", 1),
		("content_hash", "0" * 64),
		("word_path", "sclist/00/x.docx"),
		("version_no", 99),
	],
)
def test_nobody_writes_what_the_system_keeps(people, field, value):
	name = draft()
	with as_user(user_of("rules", DISTRICT)):
		doc = frappe.get_doc("SC Document Template", name)
		doc.set(field, value)
		with refused(frappe.PermissionError):
			doc.save()
		fresh = frappe.get_doc(
			{
				"doctype": "SC Document Template",
				"bureau": DISTRICT,
				"document_kind": "D01",
				"body": national("D01"),
				field: value,
			}
		).insert()
	assert fresh.get(field) != value and fresh.state == "Draft"


def test_a_change_is_a_new_version(people):
	first = in_force()
	with as_user(user_of("rules", DISTRICT)):
		second = api.new_version(first, DISTRICT)["name"]
		with refused(frappe.ValidationError, match="草稿|draft"):
			api.new_version(first, DISTRICT)
		doc = frappe.get_doc("SC Document Template", second)
		assert (doc.copied_from, doc.version_no, doc.state) == (first, 2, "Draft")
		doc.body = doc.body.replace("决定如下", "现决定如下") + '\n<p class="copies">（本局文本）</p>'
		doc.save()
	approve(second, "2024-10-01 09:00:00")
	assert used(DISTRICT, "2024-09-30") == first and used(DISTRICT, "2024-10-01") == second
	with as_user(user_of("rules", DISTRICT)):
		rows = api.compare(second, first)
	assert {row["kind"] for row in rows} >= {"added", "gap", "same"}
	assert any("（本局文本）" in row["text"] for row in rows if row["kind"] == "added")


def test_one_is_in_force_on_each_day(people):
	"""One approved for a later day first, then one for an earlier day: neither overlaps the other."""
	first = in_force(day="2024-08-01 09:00:00")
	later = draft()
	approve(later, "2024-08-02 09:00:00", "2024-12-01")
	between = draft()
	approve(between, "2024-08-03 09:00:00", "2024-10-01")
	rows = {
		name: frappe.db.get_value("SC Document Template", name, ["effective_from", "effective_to"])
		for name in (first, between, later)
	}
	assert [tuple(map(str, rows[n])) for n in (first, between, later)] == [
		("2024-08-01", "2024-09-30"),
		("2024-10-01", "2024-11-30"),
		("2024-12-01", "None"),
	]
	for day, name in (("2024-09-30", first), ("2024-10-01", between), ("2024-12-01", later)):
		assert used(DISTRICT, day) == name
	templates.retire_superseded()
	assert [state(n) for n in (first, between, later)] == ["Retired", "Retired", "In Force"]


def test_the_nearest_bureau_counts(people):
	province = in_force(PROVINCE)
	assert used(DISTRICT, DAY) == used(CITY, DAY) == province
	city = in_force(CITY, day="2024-08-15 09:00:00")
	assert used(DISTRICT, "2024-08-14") == province and used(DISTRICT, DAY) == city
	assert used(PROVINCE, DAY) == province
	own = in_force(DISTRICT, day="2024-08-20 09:00:00")
	assert used(DISTRICT, DAY) == own and used(COUNTY, DAY) == city


def test_the_national_text_follows_the_release_and_keeps_what_was(people):
	before = template_for("", KIND)
	assert not templates.ship(KIND, before.body, before.date_style)
	assert templates.ship(KIND, before.body + "\n<p>新版</p>", before.date_style)
	after = template_for("", KIND)
	assert "新版" in after.body and after.name != before.name
	assert frappe.db.get_value("SC Document Template", before.name, ["state", "body"]) == (
		"Retired",
		before.body,
	)
	assert not templates.ship(KIND, after.body, after.date_style)


def test_the_national_text_is_not_taken_away(people):
	name = template_for("", KIND).name
	with refused(frappe.ValidationError):
		api.retire(name, "理由")
	with as_user(user_of("approver", PROVINCE)), refused(frappe.PermissionError):
		api.retire(name, "理由")
	with as_user(user_of("rules", PROVINCE)), refused(frappe.PermissionError):
		api.new_version(name, "")


# ------------------------------------------------------------------------ what the law demands


SAID_BY_FACTS = {"处罚", "撤销", "公示", "管理措施"}
KINDS = ("D01", "D05", "D12b", "D13a", "D13b", "D15", "D15n", "D16", "D17", "D20", "D23")


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_the_law_demands_is_asked_for_with_its_article(people, kind):
	body = national(kind)
	required = required_blocks(frappe.get_cached_doc("SC Document Kind", kind))
	for name, entry in required.items():
		without = body.replace(f' data-block="{name}"', "")
		[finding] = templates.findings_of(without, kind)
		assert (finding.values["block"], finding.article) == (name, entry["article"])
		with refused(frappe.ValidationError, match=entry["article"][-5:]):
			draft(kind=kind, body=without)


@pytest.mark.parametrize("kind", KINDS)
def test_each_word_the_law_demands_is_asked_for(people, kind):
	body = national(kind)
	for name, entry in required_blocks(frappe.get_cached_doc("SC Document Kind", kind)).items():
		# words that facts bring along are asked for at issue
		for word in set(entry.get("says", ())) - SAID_BY_FACTS:
			found = templates.findings_of(body.replace(word, "某某"), kind)
			assert name in {f.values.get("block") for f in found}, (name, word)
			assert all(f.article for f in found)


@pytest.mark.parametrize("gone", ["remedy.review_body", "remedy.court"])
def test_remedies_name_the_body_and_the_court(people, gone):
	body = national().replace(f"{{{{ {gone} }}}}", "有关机关")
	with refused(frappe.ValidationError, match="第十六条"):
		draft(body=body)


def test_a_part_that_stays_empty_is_refused(people):
	body = national().replace("{{ case.facts|paragraphs }}", "").replace("{{ case.reasons|paragraphs }}", "")
	start = body.index('<section data-block="reasons">')
	end = body.index("</section>", start)
	empty = body[:start] + '<section data-block="reasons"><h2>一、列入事由</h2>' + body[end:]
	with refused(frappe.ValidationError, match="第三条|第十条"):
		draft(body=empty)


@pytest.mark.parametrize(
	"body",
	[
		"x" * 10_000_000,
		"<p>{{ bureau.motto }}</p>",
		"{{ ''.__class__.__mro__ }}",
		"{% for i in range(10**9) %}{% endfor %}",
		"{% for a in penalties %}{% for b in penalties %}{% for c in penalties %}x{% endfor %}{% endfor %}{% endfor %}",
		"",
		"<script>1</script>",
	],
)
def test_bad_bodies_are_refused_at_once(people, body):
	start = time.monotonic()
	with refused(frappe.ValidationError):
		draft(body=body)
	assert time.monotonic() - start < 1
	with as_user(user_of("rules", DISTRICT)):
		answer = api.check(KIND, body)
	assert answer["findings"] or not body
	assert not all(part["ok"] for part in answer["parts"])


# ------------------------------------------------------------------------ wordings


def block(bureau: str | None = DISTRICT, **values: Any) -> str:
	with as_user(user_of("rules", bureau) if bureau else "Administrator"):
		doc = frappe.new_doc("SC Text Block")
		doc.update({"bureau": bureau, **values})
		return doc.insert().name


REMEDIES = "可以在60日内向{body}申请行政复议，也可以在六个月内向{court}提起行政诉讼。"


def test_rights_without_defence_are_refused(people):
	for text in ("你单位可以陈述。", "你单位可以申辩。", "如有意见请联系本局。"):
		with refused(frappe.ValidationError, match="第九条"):
			block(block="rights", text=text)
	block(block="rights", text="你单位可以向本机关陈述、申辩。")
	with refused(frappe.ValidationError):
		block(block="rights", text="你单位可以再次陈述、申辩。")


def test_remedies_name_the_bureaus_own(people):
	own = frappe.get_doc("SC Bureau", DISTRICT)
	assert own.review_body and own.court
	other = REMEDIES.format(body="某县人民政府", court="某县人民法院")
	for text in (other, other.replace("行政复议", "复议"), "对本决定不服的，可以依法救济。"):
		with refused(frappe.ValidationError, match="第十六条|第四十六条|第二十二条"):
			block(block="remedies", text=text)
	name = block(block="remedies", text=REMEDIES.format(body=own.review_body, court=own.court))
	assert text_blocks(DISTRICT)["remedies"] == frappe.db.get_value("SC Text Block", name, "text")


def test_a_superiors_remedies_hold_below_only_with_placeholders(people):
	city = frappe.get_doc("SC Bureau", CITY)
	name = block(CITY, block="remedies", text=REMEDIES.format(body=city.review_body, court=city.court))
	assert "remedies" in text_blocks(CITY) and "remedies" not in text_blocks(DISTRICT)
	text = REMEDIES.format(body="{{ remedy.review_body }}", court="{{ remedy.court }}")
	with as_user(user_of("rules", CITY)):
		doc = frappe.get_doc("SC Text Block", name)
		doc.text = text
		doc.save()
	assert text_blocks(DISTRICT)["remedies"] == text
	case = Case.opened(DISTRICT, DAY, "7-4")
	own = frappe.get_doc("SC Bureau", DISTRICT)
	facts = drafts.full_facts(
		case.doc,
		KIND,
		{"remedy": {"review_body": own.review_body, "court": own.court}, "blocks": {"remedies": text}},
	)
	assert facts["blocks"]["remedies"] == REMEDIES.format(body=own.review_body, court=own.court)


@pytest.mark.parametrize(
	"text", ["{{ ''.__class__ }}", "{{ bureau.motto }}", "{% for x in y %}", "", "字" * 20_001]
)
def test_wordings_are_no_code(people, text):
	with refused(frappe.ValidationError):
		block(block="contacts", text=text)


# ------------------------------------------------------------------------ previews


def test_a_real_case_is_shown_without_numbers(world):
	case = world.case("listed")
	number = identity.full_number(frappe.get_doc("SC Entity", case.person))
	assert len(number) == 18
	frappe.db.set_value("SC Case", case.case, "facts", f"当事人{number}，电话13800138000，擅自生产。")
	before = frappe.db.count("SC Event", {"reference_name": case.case, "event": "previewed"})
	with as_user(user_of("rules", DISTRICT)):
		shown = api.preview(KIND, national(), "SC Case", case.case)
		api.preview_pdf(KIND, national(), "SC Case", case.case)
	assert frappe.local.response.filecontent.startswith(b"%PDF-")
	frappe.local.response = frappe._dict()
	assert "擅自生产" in shown["html"] and not shown["findings"]
	assert number not in shown["html"] and "13800138000" not in shown["html"]
	assert frappe.db.count("SC Event", {"reference_name": case.case, "event": "previewed"}) == before + 2


def test_numbers_of_persons_are_covered_wherever_they_stand():
	facts = previews.cover(
		{
			"bureau": {"phone": "13900139000"},
			"addressee": {"code_label": "护照", "code": "E12345678", "name": "甲"},
			"case": {"facts": "身份证14010619800101001X；代码911401007123456789"},
			"persons": [{"id_number": "140106198001010018", "name": "乙"}],
			"repair": {"query_code": "AAAA-BBBB-CCCC-DDDD", "accept_days": 5},
		}
	)
	text = str(facts)
	for number in ("E12345678", "14010619800101001X", "140106198001010018", "AAAA-BBBB"):
		assert number not in text
	assert "911401007123456789" in text and facts["repair"]["accept_days"] == 5
	assert facts["bureau"]["phone"] == "13900139000", "the bureau's own number is public"


def test_previews_are_for_authors_who_may_read_the_case(world):
	case = world.case("listed").case
	with as_user(user_of("officer", DISTRICT)), refused(frappe.PermissionError):
		api.preview(KIND, national(), "SC Case", case)
	with as_user(user_of("rules", COUNTY)), refused(frappe.PermissionError):
		api.preview(KIND, national(), "SC Case", case)
	with as_user(user_of("rules", DISTRICT)):
		with refused(frappe.ValidationError):
			api.preview(KIND, national(), "User", "Administrator")
		assert api.preview(KIND, "{{ oh.no }}")["html"] == ""


def test_a_missing_fact_is_marked(world):
	case = world.case("fresh").case
	with as_user(user_of("rules", DISTRICT)):
		shown = api.preview(KIND, national(), "SC Case", case)
	assert shown["missing"] and "【" in shown["html"]


# ------------------------------------------------------------------------ packages


def test_a_package_brings_a_draft_and_takes_what_is_in_force(people):
	body = national("D01").replace("如有异议，", "如有不同意见，")
	name = in_force(COUNTY, "D01", body=body, change_note="按市局要求")
	draft(COUNTY, "D05")
	out = packages.export_bureau(COUNTY)
	[row] = out["rows"]["SC Document Template"]
	assert row["document_kind"] == "D01" and row["body"] == frappe.db.get_value(
		"SC Document Template", name, "body"
	)
	alone = packages.seal({**out, "procedures": [], "rows": {"SC Document Template": [row]}})
	with as_user(user_of("rules", DISTRICT)):
		made = procedures_api.import_package(json.dumps(alone, ensure_ascii=False), DISTRICT)
	[brought] = [r["name"] for r in made["created"]]
	doc = frappe.get_doc("SC Document Template", brought)
	assert (doc.state, doc.bureau, doc.author) == ("Draft", DISTRICT, user_of("rules", DISTRICT))
	assert used(DISTRICT, DAY, "D01") != brought


# ------------------------------------------------------------------------ Word


def upload(content: bytes, name: str = "模板.docx") -> str:
	doc = frappe.new_doc("File")
	doc.update({"file_name": name, "is_private": 1, "content": content})
	return doc.insert().file_url


def word_draft(content: bytes, kind: str = "D01") -> str:
	with as_user(user_of("rules", DISTRICT)):
		return draft(kind=kind, paper_format="Word", word_file=upload(content), body=None)


GOOD = "致{{ addressee.name }}：{{ case.ground_text }}（{{ document.number }}）"


def test_a_word_template_stands_beside_the_page(people):
	name = word_draft(docx(GOOD))
	path, digest = frappe.db.get_value("SC Document Template", name, ["word_path", "content_hash"])
	assert hashlib.sha256(store.read(path)).hexdigest() == digest
	with as_of(DAY):
		assert template_or_none(DISTRICT, "D01", "Word") is None
	approve(name)
	with as_of(DAY):
		assert template_or_none(DISTRICT, "D01", "Word").name == name
		assert template_for(DISTRICT, "D01").name == template_for("", "D01").name
	with as_user(user_of("rules", DISTRICT)):
		api.preview_word(name)
	with zipfile.ZipFile(io.BytesIO(frappe.local.response.filecontent)) as archive:
		assert "晋源市恒泰化工有限公司" in archive.read("word/document.xml").decode()
	frappe.local.response = frappe._dict()


def test_an_issued_paper_has_its_word_copy(people, monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda: None)  # the download commits who looked
	approve(word_draft(docx(GOOD)))
	case = to_signature(opened())
	case.act("C25", "issue")
	for row in case.notices("D01"):
		notice = frappe.get_doc("SC Notice", row.name)
		content = store.read(notice.word_file)
		assert hashlib.sha256(content).hexdigest() == notice.word_hash
		with zipfile.ZipFile(io.BytesIO(content)) as archive:
			text = archive.read("word/document.xml").decode()
		assert notice.number in text and notice.addressee_name in text
		assert store.read(notice.file).startswith(b"%PDF-")
		with as_user(user_of("officer", DISTRICT)):
			papers_api.download_word(notice.name)
		assert frappe.local.response.filecontent == content
		frappe.local.response = frappe._dict()
		told = frappe.get_all("SC Event", filters={"reference_name": notice.name, "event": "disclosed"})
		assert told
		with as_user(user_of("officer", COUNTY)), refused(frappe.PermissionError):
			papers_api.download_word(notice.name)


@pytest.mark.parametrize(
	"content",
	[
		docx("{{ ''.__class__ }}"),
		docx("{{ bureau.motto }}"),
		docx(GOOD, {"word/vbaProject.bin": b"x"}),
		b"PK\x03\x04 broken",
	],
	ids=["class", "name", "macro", "broken"],
)
def test_bad_word_files_are_refused(people, content):
	with refused(frappe.ValidationError):
		word_draft(content)


def test_somebody_elses_file_is_no_template(world):
	"""A file the author cannot open is not read through a template."""
	with as_user(user_of("officer", COUNTY)):
		url = upload(docx(GOOD + str(today() + timedelta(days=1))), "别局.docx")
	with refused(frappe.PermissionError):
		draft(kind="D01", paper_format="Word", word_file=url, body=None)
