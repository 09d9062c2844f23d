"""Issued papers: corrected and voided by who issues them, sealed by scan or service, kept when the disk is full."""

import errno
import hashlib
import io
import os
import resource
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import sleep

import frappe
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject

from sclist_app.access.guard import engine_writes
from sclist_app.api import papers as api
from sclist_app.api import service as service_api
from sclist_app.documents import seal, service, store
from sclist_app.register import number_register
from sclist_app.register.case_panel import papers
from sclist_app.setup.player import PDF
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of

REASON = "住所书写有误"
KEEPER = user_of("papers", DISTRICT)


@pytest.fixture
def noticed(people) -> Case:
	"""A person's notice is issued and to be served."""
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C30")
	return case


@pytest.fixture
def decided(people) -> Case:
	"""A decision and its repair notice are issued and to be served."""
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C85", waive=True)
	return case


def issuer(case: Case, notice: str) -> str:
	"""Somebody who holds the post that issued the paper, and did so."""
	return frappe.db.get_value("SC Notice", notice, "issued_by")


def correct(case: Case, notice: str, reason: str = REASON) -> list[str]:
	with case.acting(issuer(case, notice)):
		return api.correct(notice, reason)["all"]


def the(case: Case, kind: str):
	"""The paper of the kind that counts."""
	return frappe.get_doc(
		"SC Notice", {"reference_name": case.case, "document_kind": kind, "status": "Issued"}
	)


# ------------------------------------------------------------------------ corrections


def test_a_correction_is_a_new_paper_that_names_the_old_one(noticed):
	old = the(noticed, "D01")
	before = {k: old.get(k) for k in ("html", "text_hash", "file_hash", "file", "number", "facts_json")}
	with engine_writes():
		frappe.db.set_value("SC Entity", noticed.person, "address", "更正路9号")
	[name] = correct(noticed, old.name)
	old.reload()
	new = frappe.get_doc("SC Notice", name)
	assert (old.status, old.corrected_by, old.service_state or "") == ("Corrected", name, "")
	assert {k: old.get(k) for k in before} == before, "what was issued is not touched"
	assert (new.status, new.corrects, new.correction_reason) == ("Issued", old.name, REASON)
	assert new.number != old.number and new.document_kind == old.document_kind
	assert "更正路9号" in new.html and "更正路9号" not in old.html
	assert f"（{old.number}）" in new.html and REASON in new.html and "停止使用" in new.html
	text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(store.read(new.file))).pages)
	assert REASON in text.replace("\n", "")
	assert hashlib.sha256(store.read(new.file)).hexdigest() == new.file_hash
	[event] = [e for e in noticed.events() if e.event == "corrected"]
	assert event.opinion == REASON


def test_a_correction_is_served_again_and_the_old_paper_no_more(noticed):
	old = the(noticed, "D01").name
	noticed.serve_all("C30")
	assert not noticed.blocked("C30", "served")
	[new] = correct(noticed, old)
	assert "service.open" in noticed.blocked("C30", "served")
	with noticed.acting(noticed.in_step("C30")), refused(frappe.ValidationError, match="更正"):
		service_api.record(old, "Direct", str(noticed.day), receiver="本人", place="住所")
	noticed.serve_all("C30")
	assert service.live(new) and not noticed.blocked("C30", "served")
	rows = {row.name: row for row in papers(noticed.doc)}
	assert rows[old].corrected_by == new and rows[new].corrects == old


def test_a_correction_may_be_corrected_but_each_only_once(noticed):
	old = the(noticed, "D01").name
	[new] = correct(noticed, old)
	with refused(frappe.ValidationError):
		correct(noticed, old)
	[newest] = correct(noticed, new, "再次更正")
	assert the(noticed, "D01").name == newest


@pytest.mark.parametrize("reason", ["", "  ", "错" * 501])
def test_a_correction_says_why(noticed, reason):
	with refused(frappe.ValidationError):
		correct(noticed, the(noticed, "D01").name, reason)


def test_only_the_post_that_issues_corrects_and_voids(noticed):
	notice = the(noticed, "D01").name
	own = issuer(noticed, notice)
	others = [user_of(m, DISTRICT) for m in ("legal", "supervisor", "rules")] + [user_of("officer", CITY)]
	for user in others:
		assert user != own
		with as_user(user):
			for act in (api.correct, api.void):
				with refused(frappe.PermissionError):
					act(notice, REASON)


def test_after_the_party_s_time_began_the_case_goes_back_instead(noticed):
	notice = the(noticed, "D01").name
	noticed.serve_all("C30")
	noticed.act("C30", "served")
	with refused(frappe.ValidationError, match="退回"):
		correct(noticed, notice)


def test_a_corrected_decision_keeps_its_day_and_takes_the_repair_notice_along(decided):
	case = decided
	old, repair = the(case, "D05"), the(case, "D19")
	record = case.records()[0]
	case.wait(3)
	made = correct(case, old.name)
	new, new_repair = the(case, "D05"), the(case, "D19")
	assert made == [new.name, new_repair.name]
	assert new_repair.joint_with == new.name and new_repair.corrects == repair.name
	assert new.issued_on == case.day > old.issued_on
	listed = frappe.get_doc("SC Listing Record", record.name)
	assert (listed.decision, listed.decision_number) == (new.name, new.number)
	assert (listed.listed_on, listed.term_end) == (record.listed_on, record.term_end)
	frozen, again = (frappe.parse_json(doc.facts_json)["listing"] for doc in (old, new))
	assert frozen["term_end"] == again["term_end"] and frozen["listed_on"] == again["listed_on"]
	assert new.number in new_repair.html and old.number not in new_repair.html.split("更正事由")[-1]
	codes = frappe.get_all(
		"SC Query Code", filters={"record": record.name}, fields=["notice", "status"], order_by="creation"
	)
	if codes:
		assert [(c.notice, c.status) for c in codes][-1] == (new_repair.name, "In Use")
		assert codes[0].status == "Replaced"
	case.serve_all("C85")
	assert service.live(new.name) and service.live(new_repair.name) and not service.live(old.name)


def test_a_decision_corrected_after_its_service_is_served_by_who_serves(decided):
	case = decided
	case.serve_all("C85")
	server = case.in_step("C85")
	case.act("C85", "served")
	[new, _repair] = correct(case, the(case, "D05").name)
	values = {
		"receiver": "本人",
		"receiver_capacity": "Addressee in Person",
		"place": "住所",
		"second_server": user_of("head", DISTRICT),
	}
	with case.acting(user_of("legal", DISTRICT)), refused(frappe.PermissionError):
		service_api.record(new, "Direct", str(case.day), **values)
	with case.acting(server):
		done = service_api.record(new, "Direct", str(case.day), **values)["name"]
		with refused(frappe.PermissionError, frappe.ValidationError):
			service_api.cancel(done, "日期录错。")
	assert service.live(the(case, "D19").name)


# ---------------------------------------------------------------------------- voiding


def test_a_voided_notice_is_drawn_up_anew_before_the_case_goes_on(noticed):
	notice = the(noticed, "D01")
	with noticed.acting(issuer(noticed, notice.name)):
		with refused(frappe.ValidationError):
			api.void(notice.name, " ")
		api.void(notice.name, "不应制发。")
		with refused(frappe.ValidationError):
			api.void(notice.name, "再次作废。")
		with refused(frappe.ValidationError):
			api.correct(notice.name, REASON)
	notice.reload()
	assert (notice.status, notice.number is not None, notice.voided_by) == (
		"Voided",
		True,
		issuer(noticed, notice.name),
	)
	assert "service.voided" in noticed.blocked("C30", "served")
	assert noticed.events()[-1].event == "voided"


def test_what_is_served_or_has_effects_is_not_voided(noticed, decided):
	noticed.serve_all("C30")
	for case, kind in ((noticed, "D01"), (decided, "D05")):
		notice = the(case, kind)
		with case.acting(notice.issued_by), refused(frappe.ValidationError):
			api.void(notice.name, "不应制发。")


# -------------------------------------------------------------------- the sealed scan


def scan_of(notice, pages: int | None = None, **encrypted) -> bytes:
	"""A PDF as a scanner makes it, with as many pages as the paper."""
	writer = PdfWriter()
	for _page in range(notice.pages if pages is None else pages):
		writer.add_blank_page(595, 842)
	if encrypted:
		writer.encrypt(**encrypted)
	out = io.BytesIO()
	writer.write(out)
	return out.getvalue()


def test_the_sealed_scan_is_the_copy_that_counts(noticed):
	notice = the(noticed, "D01")
	first, second = scan_of(notice), scan_of(notice, notice.pages + 1)
	with noticed.acting(KEEPER):
		seal.keep_scan(notice.name, first)
		notice.reload()
		assert store.read(store.authoritative(notice)) == first
		assert notice.sealed_hash == hashlib.sha256(first).hexdigest() and notice.sealed_by == KEEPER
		kept = notice.sealed_copy
		with refused(frappe.ValidationError, match="原因"):
			seal.keep_scan(notice.name, second)
		seal.keep_scan(notice.name, second, "漏扫一页。")
	notice.reload()
	assert notice.sealed_pages == notice.pages + 1
	data = frappe.parse_json([e for e in noticed.events() if e.event == "sealed"][-1].data)
	assert data["replaced"] == {"path": kept, "sha256": hashlib.sha256(first).hexdigest()}
	assert store.read(kept) == first, "the old one stays"
	assert not frappe.db.exists("File", {"file_url": ["like", f"%{notice.sealed_hash}%"]})
	with as_user(user_of("officer")):
		api.download(notice.name)
		assert frappe.local.response.filecontent == second
		api.download(notice.name, generated=True)
		assert frappe.local.response.filecontent == store.read(notice.file)


def test_what_is_no_whole_pdf_is_not_kept(noticed):
	notice = the(noticed, "D01")
	whole = scan_of(notice)
	for content, words in (
		(b"", "空"),
		(b"MZ" + whole, "PDF"),
		(b"%PDF-1.4\nbroken", "损坏"),
		(whole[: len(whole) // 3], "损坏"),
		(scan_of(notice, 0), "没有页面|损坏"),
		(scan_of(notice, user_password="1"), "密码"),
		(whole.replace(b"/Page\n", b"/Page\n") + b"/JavaScript", "程序"),
		(scan_of(notice, notice.pages - 1) if notice.pages > 1 else PDF[:40], "页|损坏"),
		(b"%PDF-" + b"0" * (50 * 1024 * 1024), "MB"),
	):
		with noticed.acting(KEEPER), refused(frappe.ValidationError, match=words):
			seal.keep_scan(notice.name, content)
	notice.reload()
	assert not notice.sealed_copy


def test_only_the_keeper_of_the_bureau_s_seal_seals(noticed):
	notice = the(noticed, "D01")
	for user in (user_of("officer"), user_of("leader"), user_of("papers", CITY), "Administrator"):
		with as_user(user), refused(frappe.PermissionError):
			seal.keep_scan(notice.name, scan_of(notice))
		with as_user(user), refused(frappe.PermissionError):
			seal.sign(notice.name)


def test_a_void_paper_is_not_sealed(noticed):
	notice = the(noticed, "D01")
	with noticed.acting(issuer(noticed, notice.name)):
		api.void(notice.name, "不应制发。")
	with noticed.acting(KEEPER), refused(frappe.ValidationError):
		seal.keep_scan(notice.name, scan_of(notice))


# ------------------------------------------------------------------- the seal service


class Signer:
	"""A service of the test: it appends a signature dictionary to the PDF it was given, as a real one would."""

	asked: list = []

	def sign(self, pdf: bytes, request: seal.SealRequest) -> seal.SealedPdf:
		self.asked.append(request)
		return seal.SealedPdf(self.signed(pdf), "QZ-0001")

	def signed(self, pdf: bytes) -> bytes:
		writer = PdfWriter(clone_from=io.BytesIO(pdf))
		value = DictionaryObject(
			{
				NameObject("/Type"): NameObject("/Sig"),
				NameObject("/Filter"): NameObject("/Adobe.PPKLite"),
				NameObject("/Contents"): ByteStringObject(hashlib.sha256(pdf).digest()),
				NameObject("/ByteRange"): ArrayObject(map(NumberObject, (0, 10, 20, 30))),
			}
		)
		field = writer._add_object(
			DictionaryObject(
				{NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): writer._add_object(value)}
			)
		)
		writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
			{NameObject("/Fields"): ArrayObject([field]), NameObject("/SigFlags"): NumberObject(3)}
		)
		out = io.BytesIO()
		writer.write(out)
		return out.getvalue()


class Down(Signer):
	def sign(self, pdf, request):
		raise ConnectionRefusedError("10.1.1.1:8443")


class Refusing(Signer):
	def sign(self, pdf, request):
		raise seal.SealRefused("印章已停用")


class Slow(Signer):
	def sign(self, pdf, request):
		sleep(1.5)
		return super().sign(pdf, request)


class Forging(Signer):
	def sign(self, pdf, request):
		other = PdfWriter(clone_from=io.BytesIO(pdf))
		other.add_blank_page(595, 842)
		out = io.BytesIO()
		other.write(out)
		return seal.SealedPdf(self.signed(out.getvalue()))


class Unsigned(Signer):
	def sign(self, pdf, request):
		return seal.SealedPdf(pdf)


class Babbling(Signer):
	def sign(self, pdf, request):
		return "ok"


@pytest.fixture
def using(monkeypatch):
	"""Choose the service of the district: using(Signer)."""
	real, attribute = frappe.get_hooks, frappe.get_attr
	classes = {f"{__name__}.{c.__name__}": c for c in (Signer, *Signer.__subclasses__())}
	# the tests are no app of the site, from which alone the framework takes classes
	monkeypatch.setattr(frappe, "get_attr", lambda path: classes.get(path) or attribute(path))

	def choose(service: type) -> None:
		path = f"{__name__}.{service.__name__}"
		monkeypatch.setattr(
			frappe,
			"get_hooks",
			lambda hook=None, *args, **kwargs: (
				{"test": [path]} if hook == seal.HOOK else real(hook, *args, **kwargs)
			),
		)
		monkeypatch.setattr(seal, "chosen", lambda bureau: "test" if bureau == DISTRICT else "")

	return choose


def test_the_service_s_pdf_becomes_the_copy_that_counts(noticed, using):
	using(Signer)
	notice = the(noticed, "D01")
	Signer.asked.clear()
	with noticed.acting(KEEPER):
		[row] = [r for r in papers(noticed.doc) if r.name == notice.name]
		assert row.may_seal and row.seal_service == "test"
		api.sign(notice.name)
		with refused(frappe.ValidationError):
			api.sign(notice.name)
	notice.reload()
	[request] = Signer.asked
	assert (request.number, request.sha256) == (notice.number, notice.file_hash)
	assert (notice.seal_source, notice.seal_serial) == ("Seal Service", "QZ-0001")
	sealed = store.read(store.authoritative(notice))
	assert seal._signatures(sealed) == 1
	assert seal.text_hash(sealed) == seal.text_hash(store.read(notice.file))


@pytest.mark.parametrize(
	("service_class", "words"),
	[
		(Down, "无法连接"),
		(Refusing, "印章已停用"),
		(Forging, "不一致"),
		(Unsigned, "没有签名"),
		(Babbling, "不是PDF"),
	],
)
def test_a_service_that_fails_leaves_the_paper_unsealed(noticed, using, service_class, words):
	using(service_class)
	notice = the(noticed, "D01")
	with noticed.acting(KEEPER), refused(frappe.ValidationError, match=words):
		api.sign(notice.name)
	notice.reload()
	assert not notice.sealed_copy
	using(Signer)
	with noticed.acting(KEEPER):
		api.sign(notice.name)  # tried again


def test_a_service_that_is_late_is_not_waited_for(noticed, using, monkeypatch):
	using(Slow)
	monkeypatch.setattr(seal.SealRequest.__init__, "__defaults__", (0.2,))
	notice = the(noticed, "D01")
	with noticed.acting(KEEPER), refused(frappe.ValidationError, match="秒内没有应答"):
		api.sign(notice.name)
	notice.reload()
	assert not notice.sealed_copy


def test_without_a_service_the_scan_is_asked_for(noticed):
	notice = the(noticed, "D01")
	with noticed.acting(KEEPER), refused(frappe.ValidationError, match="扫描件"):
		api.sign(notice.name)


def test_a_local_rule_names_only_a_service_that_is_there(people):
	from tests.site.test_local_rules import draft

	rule = draft()
	with as_user(user_of("rules", DISTRICT)):
		doc = frappe.get_doc("SC Local Rule", rule)
		doc.seal_service = "nobody"
		with refused(frappe.ValidationError, match="签章服务"):
			doc.save()


# ---------------------------------------------------------------------- a full disk


@contextmanager
def no_room(limit: int) -> None:
	"""No file of this process grows beyond the limit: the kernel itself refuses the write."""
	before = resource.getrlimit(resource.RLIMIT_FSIZE)
	resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
	try:
		yield
	finally:
		resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_the_disk_refuses_nothing_is_issued_and_the_number_is_not_lost(people):
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C25")
	key = f"{DISTRICT}:D01:2024"
	last, seq = frappe.db.get_value("SC Number Counter", key, "last"), case.seq
	root = store.path(store.FOLDER)
	before = {p for p in root.rglob("*") if p.is_file()}
	with refused(frappe.ValidationError, match="没有制发"), no_room(4096):
		case.act("C25", "issue")
	assert case.steps == {"C25"} and case.seq == seq and not case.notices()
	assert frappe.db.get_value("SC Number Counter", key, "last") == last
	assert {p for p in root.rglob("*") if p.is_file()} == before, "nothing is left behind"
	case.act("C25", "issue")
	assert case.notices("D01")[0].number.endswith(f"〕{(last or 0) + 1}号")


def test_a_paper_whose_request_fails_afterwards_leaves_no_file(people):
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C25")
	root = store.path(store.FOLDER)
	before = {p for p in root.rglob("*") if p.is_file()}
	case.act("C25", "issue")
	assert {p for p in root.rglob("*") if p.is_file()} - before
	frappe.db.rollback()
	assert {p for p in root.rglob("*") if p.is_file()} == before


FULL = """
import sys, frappe
from datetime import date
frappe.init(site=sys.argv[1]); frappe.connect(); frappe.set_user("Administrator")
from tests.site.support import Case
case = Case.at(sys.argv[2], date.fromisoformat(sys.argv[3]))
key = sys.argv[4]
before = frappe.db.get_value("SC Number Counter", key, "last")
try:
	case.act("C25", "issue")
	print("ISSUED")
except frappe.ValidationError as error:
	print("REFUSED", error)
frappe.db.rollback()
assert case.steps == {"C25"} and not case.notices()
assert frappe.db.get_value("SC Number Counter", key, "last") == before
frappe.destroy()
"""


def test_a_disk_that_is_really_full_refuses_and_the_number_is_not_lost(site, people):
	"""The folder of issued papers is a disk of 64 kB, in a space of mounts of its own."""
	case = Case.opened(DISTRICT, date(2024, 9, 2), "6-5")
	case.play("C25")
	frappe.db.commit()
	folder = store.path(store.FOLDER).resolve()
	mounted = f"mount -t tmpfs -o size=64k none '{folder}'"
	probe = subprocess.run(["unshare", "-m", "sh", "-c", mounted], capture_output=True)
	if probe.returncode:
		pytest.skip("mounts are not permitted here")
	work = f"{mounted} && exec '{sys.executable}' -c \"$0\" {site} {case.case} {case.day} {DISTRICT}:D01:2024"
	done = subprocess.run(
		["unshare", "-m", "sh", "-c", work, FULL],
		capture_output=True,
		text=True,
		env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
	)
	assert done.returncode == 0, done.stderr
	assert done.stdout.startswith("REFUSED") and "No space left" in done.stdout, done.stdout
	frappe.db.rollback()
	case.act("C25", "issue")
	assert case.notices("D01")[0].number


def test_a_full_disk_is_told_as_such(site, monkeypatch):
	def full(*args, **kwargs):
		raise OSError(errno.ENOSPC, "No space left on device")

	monkeypatch.setattr(store.os, "fsync", full)
	root = store.path(store.FOLDER)
	with refused(frappe.ValidationError, match="No space left on device"):
		store.write(b"%PDF-1.4 full", "ab" * 32)
	assert not list(root.rglob("*.part"))


# ------------------------------------------------------------------ the register of numbers


def run_register(user: str, **filters) -> list[dict]:
	from frappe.desk import query_report

	with as_user(user):
		return query_report.run("SC Number Register", filters=filters)["result"]


def test_the_register_shows_each_number_with_what_became_of_it(noticed):
	old = the(noticed, "D01")
	[new] = correct(noticed, old.name)
	number = frappe.db.get_value("SC Notice", new, "number")
	frappe.db.sql(
		"update `tabSC Number Counter` set `last` = `last` + 1 where name = %s", (f"{DISTRICT}:D01:2024",)
	)
	filters = {"bureau": DISTRICT, "year": 2024, "document_kind": "D01"}
	rows = run_register(user_of("officer"), **filters)
	found = {row["number"]: row for row in rows if row.get("number")}
	assert found[old.number]["status_code"] == "Corrected" and number in found[old.number]["note"]
	assert found[number]["status_code"] == "Issued" and REASON in found[number]["note"]
	serials = [row["serial"] for row in rows]
	assert serials == list(range(1, len(serials) + 1)) and rows[-1]["status_code"] == "Missing"
	assert run_register(user_of("officer"), **filters, status="Missing")[-1]["serial"] == serials[-1]
	card = frappe.db.get_value("SC Entity", noticed.person, "id_number")
	assert card not in str(rows)


def test_the_register_follows_the_tree(noticed):
	filters = {"bureau": DISTRICT, "year": 2024}
	assert run_register(user_of("supervisor", CITY), **filters)
	with refused(frappe.PermissionError):
		run_register("Guest", **filters)
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		number_register.report(filters)
	assert run_register(user_of("officer", CITY), **filters) == []
	for bad in (
		{"bureau": ["like", "%"], "year": 2024},
		{"bureau": DISTRICT},
		{"bureau": DISTRICT, "year": 1},
	):
		with as_user(user_of("officer")), refused(frappe.ValidationError, frappe.PermissionError):
			number_register.report(bad)
		assert run_register(user_of("officer"), **bad) == []
	# nor does a refusal change the report for all others, as Frappe 15 would some seconds later
	assert not frappe.db.get_value("Report", "SC Number Register", "prepared_report")


def test_papers_of_an_older_site_are_marked_once(noticed, decided):
	from sclist_app.patches import papers_to_serve

	noticed.serve_all("C30")
	served, waiting = the(noticed, "D01"), the(decided, "D05")
	due = waiting.service_due
	for name in (served.name, waiting.name):
		frappe.db.set_value("SC Notice", name, {"service_state": None, "service_due": None})
	for _time in range(2):
		papers_to_serve.execute()
		served.reload(), waiting.reload()
		assert (served.service_state, waiting.service_state, waiting.service_due) == (
			"Served",
			"To Serve",
			due,
		)
