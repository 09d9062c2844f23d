"""The party's own door: query code, applying with files, following, supplementing, withdrawing — and all refusals."""

import io
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from unicodedata import normalize

import frappe
import pytest
from frappe import handler
from frappe.utils import getdate
from pypdf import PdfReader
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import party as party_api
from sclist_app.api import query_codes
from sclist_app.api import repair as repair_api
from sclist_app.api import run as run_api
from sclist_app.audit import events
from sclist_app.documents import store
from sclist_app.law import query_code
from sclist_app.register import party, party_code, party_files, party_session
from sclist_app.register.identity import code_of
from sclist_app.register.previews import paper_of
from sclist_app.setup.player import PDF, PNG
from sclist_app.www import sclist_repair
from tests.site.support import CITY, COUNTY, DISTRICT, Case, as_user, refused, user_of
from tests.site.test_local_rules import rule
from tests.site.test_repair import Repair, listed

__all__ = ["listed"]

APPLICATION = "SC Repair Application"
DAY = date(2025, 3, 3)
ADDRESSES = iter(range(1, 10_000))


class Visitor:
	"""A browser of a guest: an address, a cookie, the day it is."""

	def __init__(self, day: date = DAY):
		self.day = day
		self.cookies: dict[str, str] = {}
		self.address = f"198.51.100.{next(ADDRESSES)}"

	def call(self, function: str, *, files: MultiDict | None = None, **arguments):
		"""A whitelisted function of the door, through the framework's handler, as Guest."""
		path = f"sclist_app.api.party.{function}"
		request = self.request("POST", f"/api/method/{path}")
		if files:
			request.files = files
		with self.inside(request, {"cmd": path, **arguments}):
			return handler.execute_cmd(path)

	def look(self, **query) -> frappe._dict:
		"""What the page shows."""
		context = frappe._dict()
		with self.inside(
			self.request("POST" if {"code", "posted"} & set(query) else "GET", "/sclist-repair"), query
		):
			sclist_repair.get_context(context)
		context.status = context.http_status_code or 200
		return context

	def html(self, **query) -> str:
		return frappe.render_template("sclist_app/www/sclist-repair.html", self.look(**query))

	def request(self, verb: str, path: str) -> Request:
		cookie = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
		return Request(EnvironBuilder(method=verb, path=path, headers={"Cookie": cookie}).get_environ())

	@contextmanager
	def inside(self, request: Request, form: dict, user: str = "Guest") -> Iterator[None]:
		with as_user(user), as_of(f"{self.day} 10:30:00"):
			frappe.local.request = request
			frappe.local.form_dict = frappe._dict(form)
			frappe.local.request_ip = self.address
			frappe.local.cookie_manager = Jar(self.cookies)
			frappe.local.response = frappe._dict(docs=[])
			try:
				yield
			finally:
				del frappe.local.request

	# ---------------------------------------------------------------- what a party does

	def enter(self, code: str) -> "Visitor":
		self.call("enter", code=code)
		return self

	@property
	def token(self) -> str:
		return self.look().token

	def upload(
		self, slot: str, name: str = "材料.pdf", content: bytes | None = None, token: str | None = None
	):
		content = PDF + f"% {slot} {name}\n".encode() if content is None else content
		storage = FileStorage(io.BytesIO(content), filename=name)
		token = self.token if token is None else token
		return self.call("upload", files=MultiDict({"file": storage}), token=token, slot=slot)

	def fill(self, repaired: "Listed", **changes):
		return {
			"number": repaired.number,
			"applied_by": "李建国",
			"capacity": "Party in Person" if repaired.person else "Legal Representative",
			"phone": "13800000000",
			"delivery_address": "检验路1号",
			"obligations_statement": "罚款已经全部缴清。",
			"effects_statement": "隐患已经整改完毕。",
			"no_repeat_statement": "",
			"truth": "1",
			"token": self.token,
			"once": frappe.generate_hash(length=32),
			**changes,
		}

	def papers(self) -> "Visitor":
		for slot in ("commitment", "obligations", "effects"):
			self.upload(slot, f"{slot}.pdf")
		return self

	def apply(self, repaired: "Listed", **changes):
		return self.call("apply", **self.fill(repaired, **changes))


class Jar:
	"""The cookies the framework would send back."""

	def __init__(self, kept: dict[str, str]):
		self.kept = kept

	def set_cookie(self, key, value, **options):
		assert options.get("httponly") and options.get("samesite") == "Strict"
		self.kept[key] = value

	def delete_cookie(self, key):
		self.kept.pop(key, None)


class Listed:
	"""A listed party with its code."""

	def __init__(self, record: str):
		self.record = record
		entity = frappe.get_doc("SC Entity", frappe.db.get_value("SC Listing Record", record, "entity"))
		self.person = entity.entity_kind == "Person"
		self.number = code_of(entity)
		self.code = party_code.issue_anew(record, "检验：遗失，已核验身份")


@pytest.fixture
def unit(listed) -> Listed:
	return Listed(listed.record("district"))


@pytest.fixture
def guest() -> Visitor:
	return Visitor()


@pytest.fixture
def inside(unit, guest) -> Visitor:
	return guest.enter(unit.code)


def counts() -> dict[str, int]:
	return {
		doctype: frappe.db.count(doctype)
		for doctype in (APPLICATION, "SC Run", "SC Task", "SC Event", "SC Clock", "File")
	}


@pytest.fixture
def nothing_stored() -> Iterator[None]:
	before = counts()
	yield
	assert counts() == before


# ------------------------------------------------------------------------- the code


def test_the_code_stands_on_the_repair_notice_and_nowhere_in_the_database(people):
	case = Case.opened(DISTRICT, date(2024, 2, 1), "7-1")
	case.play("C85")
	rows = {
		row.entity: row
		for row in frappe.get_all(
			"SC Query Code",
			filters={"record": ["in", [r.name for r in case.records()]]},
			fields=["name", "entity", "record", "notice", "salt", "lookup", "status"],
		)
	}
	assert set(rows) == {case.unit, case.person} and all(row.status == "In Use" for row in rows.values())
	codes = {entity: query_code.shown(party_code._derive(entity, row.salt)) for entity, row in rows.items()}
	assert len(set(codes.values())) == 2
	for entity, code in codes.items():
		notice = frappe.get_doc("SC Notice", rows[entity].notice)
		assert notice.document_kind == "D19" and notice.addressee == entity
		assert code in _text(notice) and _text(notice).count("查询码") >= 3
		assert code not in notice.html and code not in notice.facts_json and "****-****" in notice.html
		assert party_code.find(code.replace("-", "")).record == rows[entity].record
	for table in (
		"SC Query Code",
		"SC Event",
		"SC Notice",
		"SC Listing Record",
		"SC Case",
		"Version",
		"Comment",
	):
		columns = [f"`{c}`" for c in frappe.db.get_table_columns(table)]
		joined = f"concat_ws('|', {', '.join(columns)})"
		for code in codes.values():
			for form in (code, code.replace("-", "")):
				found = frappe.db.sql(
					f"select count(*) from `tab{table}` where {joined} like %s", (f"%{form}%",)
				)
				assert not found[0][0], table


def _text(notice) -> str:
	pages = PdfReader(io.BytesIO(store.read(notice.file))).pages
	return normalize("NFKC", "".join("".join(p.extract_text() for p in pages).split()))


def test_a_draft_of_the_notice_has_no_code(world):
	case = world.case("listed")
	before = frappe.db.count("SC Query Code")
	facts = paper_of(frappe.get_doc("SC Case", case.case), "D19", case.unit).facts
	assert facts["repair"]["query_code"] == "（制发时生成）"
	assert frappe.db.count("SC Query Code") == before


def test_other_keys_make_other_codes(unit, monkeypatch):
	code, _ = query_code.check(unit.code)
	assert party_code.find(code)
	monkeypatch.setattr(party_code, "get_encryption_key", lambda: "another key of another site")
	assert party_code.find(code) is None


def test_compared_in_constant_time(unit, monkeypatch):
	asked = []
	real = query_code.same
	monkeypatch.setattr(party_code.query_code, "same", lambda a, b: asked.append((a, b)) or real(a, b))
	code, _ = query_code.check(unit.code)
	assert party_code.find(code) and party_code.find(query_code.derive(b"foreign", "x")) is None
	assert len(asked) >= 2, "an unknown code is compared too"


def test_a_new_code_voids_the_old_one_and_whoever_came_in_by_it(unit, inside):
	assert inside.look().view == "record"
	with as_user(user_of("officer")):
		code = query_codes.issue(unit.record, "告知书遗失，已核验营业执照")["code"]
		with refused(frappe.ValidationError, match="身份"):
			query_codes.issue(unit.record, " ")
	assert code != unit.code
	assert inside.look().view == "code"
	with refused(frappe.PermissionError):
		inside.upload("effects", token=party_session.form_token("x"))
	with refused(frappe.PermissionError, match="未查到"):
		Visitor().enter(unit.code)
	assert Visitor().enter(code).look().view == "record"
	assert frappe.db.count("SC Query Code", {"record": unit.record, "status": "In Use"}) == 1
	last = frappe.get_all(
		"SC Event",
		filters={"reference_name": unit.record, "event": "query_code_issued"},
		fields=["actor", "opinion", "data"],
		order_by="seq desc",
		limit=1,
	)[0]
	assert last.actor == user_of("officer") and "营业执照" in last.opinion
	assert code not in last.data and code.replace("-", "") not in last.data
	assert events.verify("SC Listing Record", unit.record) == []


@pytest.mark.parametrize(
	"who", [user_of("officer", CITY), user_of("officer", COUNTY), user_of("leader"), "Guest"]
)
def test_who_does_not_register_here_issues_no_code(unit, who):
	with as_user(who), refused(frappe.PermissionError):
		query_codes.issue(unit.record, "遗失")


def test_who_reads_codes_sees_nothing_of_use(unit):
	name = frappe.db.get_value("SC Query Code", {"record": unit.record, "status": "In Use"})
	with as_user(user_of("officer")):
		doc = frappe.get_doc("SC Query Code", name)
		doc.check_permission("read")
		doc.apply_fieldlevel_read_permissions()
		assert doc.get("salt") is None and doc.get("lookup") is None
		for field in ("salt", "lookup"):
			rows = frappe.get_list("SC Query Code", filters={"name": name}, fields=["name", field])
			assert not rows[0].get(field)
		with refused(frappe.PermissionError):
			doc.update({"status": "Replaced"}).save()
	with as_user(user_of("officer", COUNTY)):
		assert not frappe.get_list("SC Query Code", filters={"name": name})


@pytest.mark.parametrize(
	"text, told",
	[
		("", "请输入信用修复告知书"),
		("ABCD", "共16位"),
		("0000-0000-0000-0000", "没有"),
		("2222-2222-2222-2223", "逐位核对"),
	],
)
def test_typing_errors_are_told_without_looking_up(guest, monkeypatch, text, told, people):
	monkeypatch.setattr(party_code, "find", lambda code: pytest.fail("was looked up"))
	with refused(frappe.ValidationError, match=told):
		guest.enter(text)
	context = guest.look(code=text)
	assert (context.view, context.typed, context.status) == ("code", text, 422) and told in context.told
	assert not guest.cookies


def test_unknown_void_and_foreign_codes_get_the_same_answer(unit, listed):
	old = unit.code
	party_code.issue_anew(unit.record, "换发")
	unknown = query_code.shown(query_code.derive(b"no key of ours", "x"))
	told = set()
	for code in (old, unknown):
		guest = Visitor()
		context = guest.look(code=code)
		told.add((context.told, context.status, context.view))
		assert context.typed == code and not guest.cookies
		with refused(frappe.PermissionError, match="未查到"):
			guest.enter(code)
	assert len(told) == 1 and next(iter(told))[1] == 403


def test_tries_are_counted_by_address_and_by_code(unit, people):
	guest = Visitor()
	unknown = query_code.derive(b"no key of ours", guest.address)
	for _ in range(party_session.TRIES[0]):
		with refused(frappe.PermissionError):
			guest.enter(unknown)
	with refused(party_session.TooOften, match="频繁"):
		guest.enter(unit.code)
	assert guest.look(code=unit.code).status == 429
	# another address: the code that was tried is held back too, another one is not
	with refused(party_session.TooOften):
		Visitor().enter(unknown)
	assert Visitor().enter(unit.code).cookies
	keys = [
		key.decode(errors="replace") for key in frappe.cache.scan_iter(match="*sclist_party*", count=1000)
	]
	assert keys and not any(unknown in key or guest.address in key for key in keys)


# ----------------------------------------------------------------------- what is shown


def test_the_page_shows_the_own_record_and_nothing_else(unit, inside, listed):
	html = inside.html()
	record = frappe.get_doc("SC Listing Record", unit.record)
	for shown in (
		record.entity_name,
		record.code_shown,
		record.decision_number,
		record.bureau_name,
		"2025年3月1日",
	):
		assert (shown or "") in html
	assert "管理期限至" in html and "管理措施" in html and "现在可以申请" in html
	case = frappe.get_doc("SC Case", record.case)
	other = next(s for s in case.subjects if s.entity != record.entity)
	users = {
		frappe.db.get_value("User", user, "full_name")
		for user in frappe.get_all("SC Event", filters={"run": record.run}, pluck="actor", distinct=True)
	}
	for hidden in (
		other.entity_name,
		other.code_shown,
		*users,
		"审核通过",
		"同意列入",
		unit.code,
		record.name,
	):
		assert hidden not in html.replace(record.entity_name, ""), hidden
	assert not re.search(r"[A-Za-z]{4,}", _visible(html)), re.findall(r"[A-Za-z]{4,}", _visible(html))


def _visible(html: str) -> str:
	html = re.sub(r"<(style|script).*?</\1>", "", html, flags=re.DOTALL)
	text = re.sub(r"<[^>]*>", " ", html)
	return re.sub(r"\b[0-9A-Z]{18}\b|\bSCX-[\d-]+|\bPDF\b|\bJPG\b|\bPNG\b", "", text)


def test_dates_of_the_page_are_the_law_s(unit, listed):
	early = Visitor(date(2025, 2, 28)).enter(unit.code)
	page = early.look().page
	assert not page["eligibility"]["may"]
	assert page["eligibility"]["reasons"] == ["自列入之日起尚未满12个月，可以自2025年3月1日起申请提前移出。"]
	assert early.look(view="apply").view == "record"
	assert Visitor(date(2025, 3, 1)).enter(unit.code).look(view="apply").view == "apply"
	over = Visitor(date(2027, 3, 2)).enter(unit.code).look().page["eligibility"]
	assert not over["may"] and "届满" in over["reasons"][0]


def test_bans_and_other_listings_are_told(unit, inside, listed):
	with engine_writes():
		frappe.db.set_value("SC Listing Record", unit.record, "ban_until", "2026-05-01")
	told = inside.look().page["eligibility"]
	assert not told["may"] and told["reasons"] == [
		"职业或者行业禁入期限至2026年5月1日，期限届满前不予提前移出。"
	]
	frappe.db.set_value("SC Listing Record", unit.record, {"ban_until": None, "ban_lifetime": 1})
	assert "终身" in inside.look().page["eligibility"]["reasons"][0]
	frappe.db.set_value("SC Listing Record", unit.record, "ban_lifetime", 0)
	entity = frappe.db.get_value("SC Listing Record", unit.record, "entity")
	frappe.db.set_value("SC Listing Record", listed.record("city"), "entity", entity)
	told = inside.look().page["eligibility"]
	assert told["may"] and "其他列入记录" in told["warnings"][0]


def test_closed_by_the_settings(unit, inside):
	frappe.db.set_single_value("SC Settings", "party_page", 0)
	frappe.clear_document_cache("SC Settings", "SC Settings")
	context = inside.look()
	assert (context.view, context.status) == ("closed", 404)
	with refused(frappe.PermissionError, match="暂未开放"):
		inside.upload("effects", token="x")
	with refused(frappe.PermissionError):
		Visitor().enter(unit.code)


def test_a_bureau_takes_no_applications_online_by_its_local_rule(unit, inside):
	rule(online_application="No", effective_from="2025-01-01")
	told = inside.look().page["eligibility"]
	assert not told["may"] and "不办理网上申请" in told["reasons"][0]
	before = counts()
	with refused(frappe.ValidationError, match="不办理网上申请"):
		inside.apply(unit)
	assert counts() == before


def test_leaving_needs_the_own_page(inside):
	assert inside.look(posted=True, leave="1", token="x").view == "record" and inside.cookies
	token = inside.token
	assert inside.look(posted=True, leave="1", token=token).view == "code"
	assert not inside.cookies and inside.look().view == "code"


def test_officers_do_not_pass_as_parties(unit, inside):
	values = inside.fill(unit)
	with (
		inside.inside(inside.request("POST", "/"), {}, user_of("officer")),
		refused(frappe.PermissionError, match="退出登录"),
	):
		party_api.apply(**values)


# --------------------------------------------------------------------------- applying


def test_applied_for_like_at_the_counter(unit, inside):
	inside.papers()
	inside.upload("obligations", "缴款凭证.png", PNG)
	answer = inside.apply(
		unit, performed_on="2024-12-01", notify_consent="1", notify_email="li@example.invalid"
	)
	doc = frappe.get_doc(APPLICATION, answer["application"])
	assert (doc.channel, getdate(doc.received_on), doc.applicant_name) == (
		"Web",
		DAY,
		frappe.db.get_value("SC Listing Record", unit.record, "entity_name"),
	)
	assert doc.run_status == "Active" and doc.state == "R10" and not doc.officer
	assert doc.obligations_statement.startswith("全部义务于2024年12月1日履行完毕。")
	assert (doc.notify_email, doc.notify_consent) == ("li@example.invalid", 1)
	assert [row.title for row in doc.evidence] == [
		party.FORM,
		party.PROOFS["obligations"],
		party.PROOFS["obligations"],
		party.PROOFS["effects"],
	]
	files = frappe.get_all(
		"File",
		filters={"attached_to_doctype": APPLICATION, "attached_to_name": doc.name},
		fields=["file_url", "is_private", "attached_to_field"],
	)
	assert len(files) == 5 and all(f.is_private and f.file_url.startswith("/private/") for f in files)
	assert {row.file for row in doc.evidence} | {doc.commitment} == {f.file_url for f in files}
	assert not party_files.staged(frappe._dict(name=party_session_row(unit)))
	with as_user("Guest"):
		assert not any(frappe.get_doc("File", {"file_url": f.file_url}).is_downloadable() for f in files)
	clock = frappe.get_all(
		"SC Clock", filters={"run": doc.run, "limit": "T10"}, fields=["n", "due_on", "channel"]
	)[0]
	assert (clock.n, getdate(clock.due_on), clock.channel or "") == (5, date(2025, 3, 10), "")
	seen = inside.look(view="received")
	assert seen.done == "received" and seen.page["application"]["accept_due"] == date(2025, 3, 10)
	assert "最迟于2025年3月10日" in inside.html(view="received") and doc.name in inside.html(view="received")
	assert events.verify(APPLICATION, doc.name) == []
	with as_user(user_of("officer")):
		assert frappe.get_doc(APPLICATION, doc.name).has_permission("read")
		assert frappe.get_doc(
			"File", {"file_url": doc.commitment, "attached_to_name": doc.name}
		).has_permission("read")


def party_session_row(unit: Listed) -> str:
	return frappe.db.get_value("SC Query Code", {"record": unit.record, "status": "In Use"})


def test_a_person_applies_for_themselves_by_their_certificate(listed):
	person = Listed(listed.record("district", "Person"))
	guest = Visitor().enter(person.code).papers()
	context = guest.look(view="apply")
	assert context.page["record"]["code_label"] == "证件号码"
	assert person.number not in guest.html(view="apply")
	assert guest.apply(person)["application"]
	doc = frappe.get_last_doc(APPLICATION)
	assert doc.entity_kind == "Person" and person.number not in frappe.as_json(doc.as_dict())


def test_submitted_twice_is_one_application(unit, inside):
	inside.papers()
	values = inside.fill(unit)
	first = inside.call("apply", **values)
	assert inside.call("apply", **values) == first
	assert frappe.db.count(APPLICATION, {"record": unit.record}) == 1
	with refused(frappe.ValidationError, match=f"正在办理（{first['application']}）"):
		inside.apply(unit)
	assert inside.look(view="apply").view == "record"


FAULTS: dict[str, tuple[dict, str, str]] = {
	"another code": ({"number": "91140100MA0H1A2B8E"}, "number", "不一致"),
	"no code": ({"number": ""}, "number", "请填写"),
	"name empty": ({"applied_by": "  "}, "applied_by", "请填写"),
	"name too long": ({"applied_by": "李" * 61}, "applied_by", "60字以内"),
	"script in text": ({"effects_statement": "<script>alert(1)</script>"}, "effects_statement", "网页代码"),
	"image in name": ({"applied_by": "<img src=x onerror=alert(1)>"}, "applied_by", "网页代码"),
	"text too long": ({"obligations_statement": "长" * 3001}, "obligations_statement", "3000字以内"),
	"capacity": ({"capacity": "Judge"}, "capacity", "请选择"),
	"phone": ({"phone": "打电话给我"}, "phone", "格式不正确"),
	"mail": ({"notify_email": "not a mail"}, "notify_email", "格式不正确"),
	"consent without mail": ({"notify_consent": "1"}, "notify_email", "请填写电子邮箱"),
	"future date": ({"performed_on": "2025-03-04"}, "performed_on", "不能晚于今天"),
	"no day": ({"performed_on": "2025-02-29"}, "performed_on", "格式不正确"),
	"no date": ({"performed_on": "昨天"}, "performed_on", "格式不正确"),
	"not confirmed": ({"truth": ""}, "truth", "真实"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_faults_are_told_by_field_and_nothing_is_stored(unit, inside, what):
	inside.papers()
	changes, field, told = FAULTS[what]
	before = counts()
	answer = inside.apply(unit, **changes)
	assert set(answer["faults"]) == {field} and told in answer["faults"][field]
	assert frappe.local.response.http_status_code == 422
	assert counts() == before, "half done"
	assert inside.apply(unit)["application"], "what was uploaded is still there"


def test_all_faults_at_once(unit, inside):
	answer = inside.apply(unit, number="", phone="", truth="")
	assert set(answer["faults"]) == {"number", "phone", "truth", "commitment", "obligations", "effects"}


@pytest.mark.parametrize("text", ["2024-12-01", "2024年12月1日", "2024/12/1", "２０２４．１２．１"])
def test_dates_as_people_write_them(unit, inside, text):
	doc = frappe.get_doc(APPLICATION, inside.papers().apply(unit, performed_on=text)["application"])
	assert doc.obligations_statement.startswith("全部义务于2024年12月1日履行完毕")


def test_one_day_early_and_removed_are_refused_even_without_the_page(unit, listed, nothing_stored):
	early = Visitor(date(2025, 2, 28)).enter(unit.code)
	with refused(frappe.ValidationError, match="2025年3月1日"):
		early.apply(unit)
	frappe.db.set_value("SC Listing Record", unit.record, "state", "L7")
	gone = Visitor().enter(unit.code)
	assert gone.look().page["record"]["state"] == "已准予提前移出"
	with refused(frappe.ValidationError, match="无需申请"):
		gone.apply(unit)
	with refused(frappe.ValidationError, match="尚未送达"):
		frappe.db.set_value("SC Listing Record", unit.record, {"state": "L1", "listed_on": None})
		gone.apply(unit)


def test_forms_of_others_and_tampered_forms_are_refused(unit, inside, listed):
	foreign = Visitor().enter(Listed(listed.record("city")).code)
	before = counts()
	with refused(frappe.PermissionError, match="重新打开"):
		inside.apply(unit, token=foreign.token)
	with refused(frappe.PermissionError, match="重新打开"):
		inside.apply(unit, token="")
	with refused(frappe.ValidationError, match="重新打开"):
		inside.apply(unit, once="' or 1=1")
	own = inside.cookies[party_session.COOKIE]
	for cookie in (
		"",
		"x",
		own[:-1] + ("1" if own[-1] == "0" else "0"),
		foreign.cookies[party_session.COOKIE],
	):
		thief = Visitor()
		thief.cookies = {party_session.COOKIE: cookie}
		with refused(frappe.PermissionError):
			thief.apply(unit, token=inside.token)
	body = own.split(".")
	stale = ".".join([body[0], "1000000000", body[2]])
	thief = Visitor()
	thief.cookies = {party_session.COOKIE: f"{stale}.{party_session._mac('ticket', stale)}"}
	assert thief.look().view == "code", "an old ticket has ended"
	assert counts() == before


@pytest.mark.parametrize("value", [{"name": ["like", "%"]}, ["like", "%"], None, 7])
def test_wrong_types_are_refused(unit, inside, value, nothing_stored):
	values = inside.fill(unit)
	for field in ("number", "applied_by", "token", "once"):
		with refused(frappe.ValidationError, TypeError, frappe.PermissionError):
			answer = inside.call("apply", **{**values, field: value})
			raise frappe.ValidationError if "faults" in answer else AssertionError
	with refused(frappe.ValidationError, TypeError):
		inside.call("enter", code=value)


# ------------------------------------------------------------------------------ files


def bomb() -> bytes:
	"""A small PNG that says it is 50000 × 50000."""

	def chunk(kind: bytes, data: bytes) -> bytes:
		return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

	header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
	return (
		b"\x89PNG\r\n\x1a\n"
		+ chunk(b"IHDR", header)
		+ chunk(b"IDAT", zlib.compress(b"\0" * 1000))
		+ chunk(b"IEND", b"")
	)


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
	"svg": ("图.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不接受"),
	"html": ("页.html", lambda: b"<html><script>alert(1)</script>", "不接受"),
	"exe": ("程序.exe", lambda: b"MZ" + b"\0" * 100, "不接受"),
	"word": ("申请.docx", lambda: b"PK\x03\x04", "不接受"),
	"no type": ("申请", lambda: PDF, "不接受"),
	"html as pdf": ("证明.pdf", lambda: b"<html><script>alert(1)</script>", "内容与文件类型不符"),
	"png as jpg": ("证明.jpg", lambda: PNG, "内容与文件类型不符"),
	"zip as pdf": ("证明.pdf", lambda: b"PK\x03\x04" + b"\0" * 100, "内容与文件类型不符"),
	"two types": ("证明.html.pdf", lambda: PDF, "两个文件类型"),
	"two types, php": ("证明.php.png", lambda: PNG, "两个文件类型"),
	"empty": ("证明.pdf", lambda: b"", "空文件"),
	"cut off": ("证明.png", lambda: PNG[:40], "无法读取"),
	"pdf cut off": ("证明.pdf", lambda: PDF[:60], "无法读取"),
	"pdf with programs": (
		"证明.pdf",
		lambda: PDF.replace(b"/Catalog", b"/Catalog/JavaScript 9 0 R"),
		"无法读取",
	),
	"bomb": ("证明.png", bomb, "无法读取"),
	"huge": ("证明.pdf", lambda: PDF + b"\0" * party_files.MAX_BYTES, "MB"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_and_unreadable_files_are_refused(inside, what, nothing_stored):
	name, content, told = HOSTILE[what]
	with refused(frappe.ValidationError, match=told):
		inside.upload("effects", name, content())


@pytest.mark.parametrize(
	"given, kept",
	[
		("../../etc/passwd.pdf", "passwd.pdf"),
		("C:\\Users\\li\\凭证.PDF", "凭证.pdf"),
		("<img src=x onerror=alert(1)>.pdf", "_img_src_x_onerror_alert(1).pdf"),
		("a" * 300 + ".pdf", "a" * 60 + ".pdf"),
		("‮fdp.凭证.pdf", "_fdp.凭证.pdf"),
		("", "file"),
	],
)
def test_names_of_files_are_cleaned(given, kept):
	assert party_files.clean_name(given).lstrip("_") == kept.lstrip("_")


def test_too_many_files(inside, monkeypatch):
	for number in range(party_files.PER_SLOT):
		inside.upload("effects", f"{number}.pdf")
	with refused(frappe.ValidationError, match="最多上传"):
		inside.upload("effects", "再一个.pdf")
	inside.upload("obligations")
	monkeypatch.setattr(party_files, "IN_ALL", 7)
	with refused(frappe.ValidationError, match="合计"):
		inside.upload("obligations", "又一个.pdf")


def test_files_are_taken_back_by_their_party_only_and_swept_after_a_day(inside, unit, listed):
	kept = inside.upload("effects")
	foreign = Visitor().enter(Listed(listed.record("city")).code)
	foreign.call("drop", token=foreign.token, file=kept["file"])
	assert frappe.db.exists("File", kept["file"])
	assert not foreign.look().kept and list(inside.look().kept) == ["effects"]
	inside.call("drop", token=inside.token, file=kept["file"])
	assert not frappe.db.exists("File", kept["file"])
	kept = inside.upload("effects")
	party_files.sweep()
	assert frappe.db.exists("File", kept["file"])
	frappe.db.set_value("File", kept["file"], "creation", "2025-03-01 10:00:00", update_modified=False)
	party_files.sweep()
	party_files.sweep()
	assert not frappe.db.exists("File", kept["file"])


def test_uploads_need_a_ticket_and_a_place(inside, guest, nothing_stored):
	token = inside.token
	with refused(frappe.PermissionError):
		Visitor().upload("effects", token=token)
	for slot in ("../x", "a b", "x" * 61):
		with refused(frappe.ValidationError):
			inside.upload(slot)
	with refused(frappe.ValidationError, match="请先选择文件"):
		inside.call("upload", token=token, slot="effects")


# ------------------------------------------------------------------- what follows


def applied(unit: Listed, visitor: Visitor) -> Repair:
	visitor.papers()
	repair = Repair(unit.record, visitor.day)
	repair.case = visitor.apply(unit)["application"]
	return repair


def test_accepted_verified_granted_and_the_page_follows(unit, inside):
	repair = applied(unit, inside)
	assert not inside.look().page["application"]["papers"]
	repair.act("R10", "accept")
	inside.day = repair.day
	seen = inside.look().page["application"]
	assert (
		seen["phase"] == "accepted"
		and seen["decide_due"]
		and [p["title"] for p in seen["papers"]] == ["受理通知书"]
	) or seen["papers"]
	paper = seen["papers"][0]["name"]
	inside.call("paper", token=inside.token, notice=paper)
	assert frappe.local.response.filecontent.startswith(b"%PDF-")
	assert frappe.db.exists("SC Event", {"reference_name": paper, "event": "disclosed", "actor": "Guest"})
	repair.play("R52")
	seen = inside.look().page["application"]
	assert seen["phase"] == "accepted" and not seen["decided_on"], (
		"nothing is told before the paper is issued"
	)
	repair.play()
	context = inside.look()
	assert (
		context.page["application"]["phase"] == "granted"
		and context.page["record"]["state"] == "已准予提前移出"
	)
	assert {p["title"] for p in context.page["application"]["papers"]} >= {
		"准予提前移出安全生产严重失信主体名单决定书"
	} or len(context.page["application"]["papers"]) == 2
	html = inside.html()
	for user in frappe.get_all("SC Event", filters={"run": repair.run}, pluck="actor", distinct=True):
		name = frappe.db.get_value("User", user, "full_name")
		assert name == "Guest" or name not in html
	assert "建议准予" not in html and "审核通过" not in html


def test_papers_of_others_and_of_the_case_are_not_given_out(unit, inside, listed):
	repair = applied(unit, inside)
	repair.act("R10", "accept")
	foreign = Visitor(repair.day).enter(Listed(listed.record("city")).code)
	own = repair.notices("D12a")[0].name
	decision = frappe.db.get_value("SC Listing Record", unit.record, "decision")
	for visitor, notice in ((foreign, own), (inside, decision), (inside, "x")):
		with refused(frappe.PermissionError, match="没有这份文书"):
			visitor.call("paper", token=visitor.token, notice=notice)


def test_supplemented_online_stops_and_resumes_the_clock(unit, inside):
	repair = applied(unit, inside)
	with repair.acting(repair.in_step("R10")):
		repair_api.ask_supplement(repair.case, "隐患整改验收报告原件\n授权委托书")
	repair.act("R10", "supplement")
	assert inside.look().page["application"]["phase"] == "received", (
		"nothing is asked for before it is served"
	)
	repair.serve_all("R13")
	repair.act("R13", "served")
	inside.day = repair.day
	seen = inside.look().page["application"]
	assert seen["phase"] == "supplement" and [s["item"] for s in seen["supplements"]] == [
		"隐患整改验收报告原件",
		"授权委托书",
	]
	assert repair.clock("T10").status == "Paused"
	first, second = (s["slot"] for s in seen["supplements"])
	answer = inside.call("supply", token=inside.token, once="a" * 32)
	assert set(answer["faults"]) == {first}
	inside.upload(first, "报告.pdf")
	answer = inside.call("supply", token=inside.token, once="b" * 32)
	assert answer["complete"] is False and repair.clock("T10").status == "Paused"
	repair.wait(2)
	inside.day = repair.day
	inside.upload(second, "委托书.png", PNG)
	once = "c" * 32
	answer = inside.call("supply", token=inside.token, once=once)
	assert answer["complete"] is True
	assert inside.call("supply", token=inside.token, once=once)["complete"] is True, "twice is once"
	assert repair.steps == {"R10"} and repair.clock("T10").status == "Running"
	assert all(getdate(row.supplied_on) for row in repair.doc.supplements)
	assert [row.title for row in repair.doc.evidence][-2:] == ["隐患整改验收报告原件", "授权委托书"]
	assert inside.look().page["application"]["phase"] == "supplied"
	with refused(frappe.ValidationError, match="没有需要补正的材料"):
		inside.call("supply", token=inside.token, once="d" * 32)
	assert events.verify(APPLICATION, repair.case) == []
	repair.act("R10", "accept")


def test_withdrawn_online_and_applied_for_anew(unit, inside):
	repair = applied(unit, inside)
	assert inside.look(view="withdraw").view == "withdraw"
	for reason, told in (("", "请填写"), ("长" * 501, "500字"), ("<b>不办了</b>", "网页代码")):
		answer = inside.call("withdraw", token=inside.token, once="a" * 32, reason=reason)
		assert told in answer["faults"]["reason"]
	token = inside.token
	inside.call("withdraw", token=token, once="a" * 32, reason="材料需要重新准备")
	inside.call("withdraw", token=token, once="a" * 32, reason="材料需要重新准备")
	doc = repair.doc
	assert (doc.run_status, doc.outcome, doc.open_key) == ("Ended", "Application Withdrawn", None)
	seen = inside.look()
	assert seen.page["application"]["phase"] == "withdrawn" and seen.page["eligibility"]["may"]
	assert not frappe.get_all("SC Task", filters={"run": repair.run, "status": "Open"})
	assert inside.papers().apply(unit)["application"] != repair.case


def test_not_withdrawn_once_it_is_decided(unit, inside):
	repair = applied(unit, inside)
	repair.play("R52")
	inside.day = repair.day
	assert not inside.look().page["application"]["may_withdraw"]
	with refused(frappe.ValidationError, match="不能网上撤回"):
		inside.call("withdraw", token=inside.token, once="a" * 32, reason="不办了")
	assert repair.steps == {"R52"}


def test_the_panel_names_the_party_in_chinese(unit, inside):
	repair = applied(unit, inside)
	with as_user(user_of("officer")):
		rows = run_api.view(APPLICATION, repair.case)["events"]
	assert {row["actor_name"] for row in rows} == {"当事人（网上）"}
