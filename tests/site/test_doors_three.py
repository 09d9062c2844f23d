"""Doors added with the party's page, the old list and the messages: what an attacker would try there."""

import io
import json
import time
import zipfile

import frappe
import pytest
from PIL import Image, PngImagePlugin
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from sclist_app.api import legacy as legacy_api
from sclist_app.audit import events
from sclist_app.register import party_acts, party_files, party_session
from tests.site.support import as_user, refused, user_of
from tests.site.test_legacy import check, row, sheet
from tests.site.test_party import Listed, Visitor, applied, counts, guest, inside, listed, unit

__all__ = ["guest", "inside", "listed", "unit"]


# ------------------------------------------------------------------- what a file says


def with_error_value(text: str) -> bytes:
	"""A spreadsheet whose first cell holds an error value of its own making."""
	source, out = zipfile.ZipFile(io.BytesIO(sheet(row()))), io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
		for part in source.infolist():
			data = source.read(part)
			if part.filename == "xl/worksheets/sheet1.xml":
				start = data.index(b'<c r="A2"')
				end = data.index(b"</c>", start) + 4
				data = data[:start] + f'<c r="A2" t="e"><v>{text}</v></c>'.encode() + data[end:]
			made.writestr(part, data)
	return out.getvalue()


def test_a_cell_quoted_in_a_refusal_is_no_markup(people):
	with pytest.raises(frappe.ValidationError) as told:
		check(with_error_value("&lt;img src=x onerror=alert(1)&gt;"))
	assert "&lt;img" in str(told.value) and "<img" not in str(told.value)


def test_a_number_quoted_in_a_refusal_is_no_markup(world):
	penalty = frappe.copy_doc(frappe.get_doc("SC Penalty", world.case("fresh").penalty))
	penalty.document_number = "<img src=x onerror=alert(1)>"
	with as_user(user_of("officer")), pytest.raises(frappe.ValidationError) as told:
		penalty.insert()
	assert "&lt;" in str(told.value) and "<img" not in str(told.value).lower()


def test_rows_with_numbers_in_clear_leave_a_trace_of_who_took_them(people, monkeypatch):
	doc = check(sheet(row(listed_on="2099-01-01")))
	fetched = Request(EnvironBuilder(method="GET").get_environ())
	monkeypatch.setattr(frappe.local, "request", fetched, raising=False)
	with as_user(user_of("officer")):
		legacy_api.faults(doc.name)
	frappe.db.rollback()  # what the framework does after a GET
	of = {"reference_doctype": "SC Legacy Import", "reference_name": doc.name}
	seen = frappe.get_all("SC Event", filters=of, fields=["event", "actor"], order_by="seq")
	assert seen == [{"event": "disclosed", "actor": user_of("officer")}]
	assert events.verify("SC Legacy Import", doc.name) == []


# ---------------------------------------------------------------------- the error log


@pytest.fixture
def logged(monkeypatch) -> list[str]:
	kept: list[str] = []
	monkeypatch.setattr(frappe, "log_error", lambda *a, **k: kept.append(json.dumps([a, k], default=str)))
	return kept


def test_a_fault_while_applying_logs_nothing_of_what_was_typed(unit, inside, logged, monkeypatch):
	inside.papers()

	def broken(*args):
		raise frappe.QueryDeadlockError(f"Duplicate entry '{unit.number}'")

	monkeypatch.setattr(party_acts, "_checked", broken)
	before = counts()
	with pytest.raises(frappe.ValidationError, match="稍后再试") as told:
		inside.apply(unit)
	assert told.value.http_status_code < 500, (
		"the framework logs the variables of what it calls a server error"
	)
	assert len(logged) == 1 and "_checked" in logged[0]
	for typed in (unit.number, "13800000000", "李建国"):
		assert typed not in logged[0]
	assert counts() == before


def test_a_fault_while_entering_does_not_log_the_code(unit, guest, logged, monkeypatch):
	def broken(code):
		raise RuntimeError(code)

	monkeypatch.setattr(party_session.party_code, "find", broken)
	with refused(frappe.ValidationError, match="稍后再试"):
		guest.enter(unit.code)
	seen = guest.look(code=unit.code)
	assert seen.view == "code" and "稍后再试" in seen.told
	assert len(logged) == 2 and not guest.cookies
	for text in logged:
		assert unit.code not in text and unit.code.replace("-", "") not in text


def test_refusals_are_not_logged(unit, inside, logged):
	assert "faults" in inside.apply(unit)
	with refused(frappe.PermissionError):
		Visitor().apply(unit, token="x")
	assert not logged


# --------------------------------------------------------------------- a foreign page


def test_a_foreign_page_brings_nobody_in(unit, monkeypatch):
	visitor = Visitor()
	plain = visitor.request

	def request(verb, path, site="cross-site"):
		made = plain(verb, path)
		made.environ["HTTP_SEC_FETCH_SITE"] = site
		return made

	monkeypatch.setattr(visitor, "request", request)
	with refused(frappe.PermissionError, match="重新打开"):
		visitor.enter(unit.code)
	seen = visitor.look(code=unit.code)
	assert (seen.view, seen.status) == ("code", 403) and not visitor.cookies
	monkeypatch.setattr(visitor, "request", lambda verb, path: request(verb, path, "same-origin"))
	assert visitor.enter(unit.code).look().view == "record"


# ------------------------------------------------------------------ again and again


def test_nobody_is_kept_out_for_good(monkeypatch):
	who = frappe.generate_hash(length=16)
	expire = frappe.cache.expire
	monkeypatch.setattr(frappe.cache, "expire", lambda *args: None)
	party_session.count("check", who, (1, 600))
	monkeypatch.setattr(frappe.cache, "expire", lambda key, seconds: expire(key, 1))
	with refused(party_session.TooOften):
		party_session.count("check", who, (1, 600))
	time.sleep(1.2)
	party_session.count("check", who, (1, 600))


def test_three_applications_a_day_and_no_more(unit, inside):
	for _turn in range(party_acts.MOST_A_DAY):
		applied(unit, inside)
		inside.call("withdraw", token=inside.token, once=frappe.generate_hash(length=32), reason="再想想")
	inside.papers()
	before = counts()
	with refused(frappe.ValidationError, match="明天再申请"):
		inside.apply(unit)
	assert counts() == before


def test_the_once_of_another_party_tells_nothing_of_its_application(unit, inside, listed):
	inside.papers()
	once = frappe.generate_hash(length=32)
	number = inside.apply(unit, once=once)["application"]
	foreign = Listed(listed.record("city"))
	other = Visitor().enter(foreign.code)
	assert number not in json.dumps(other.apply(foreign, once=once), default=str)


def test_marks_that_turn_what_is_read_are_taken_out(unit, inside):
	inside.papers()
	name = inside.apply(unit, applied_by="李\u202e国建\u2066", effects_statement="完\x00毕\ud800。\n好")[
		"application"
	]
	doc = frappe.get_doc("SC Repair Application", name)
	assert (doc.applied_by, doc.effects_statement) == ("李国建", "完毕。\n好")


# ----------------------------------------------------------------------- pictures


def jpeg(size: tuple[int, int], **options) -> bytes:
	out = io.BytesIO()
	Image.new("L", size, 128).save(out, "JPEG", **options)
	return out.getvalue()


def many_passes() -> bytes:
	"""A small JPEG whose last pass comes again and again."""
	content = jpeg((400, 400), progressive=True)
	last = content[content.rindex(b"\xff\xda") : -2]
	return content[:-2] + last * 2000 + b"\xff\xd9"


@pytest.mark.parametrize("content", [many_passes(), jpeg((6000, 5000), progressive=True)])
def test_a_picture_that_keeps_the_server_busy_is_refused(inside, content):
	before = counts()
	with refused(frappe.ValidationError, match="无法读取"):
		inside.upload("effects", "现场.jpg", content)
	assert counts() == before


def test_honest_pictures_are_taken(inside):
	inside.upload("effects", "现场.jpg", jpeg((4000, 3000)))
	inside.upload("effects", "截图.jpg", jpeg((2000, 3000), progressive=True))
	out = io.BytesIO()
	Image.new("RGB", (1200, 900), "white").save(out, "PNG")
	inside.upload("effects", "扫描.png", out.getvalue())
	assert len(inside.look().kept["effects"]) == 3


def test_a_png_is_not_unpacked(monkeypatch):
	"""Millions of dots in a few thousand bytes: known by its parts, never held in memory."""
	out = io.BytesIO()
	Image.new("L", (3000, 3000)).save(out, "PNG")
	monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", lambda self: pytest.fail("was unpacked"))
	assert party_files._picture_whole(out.getvalue())
	assert not party_files._picture_whole(out.getvalue()[:-30])
