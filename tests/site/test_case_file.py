"""The case file: what is in it and in which order, that numbers, contents and bookmarks agree, that nothing sinks it."""

import csv
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import frappe
import pikepdf
import pytest
from PIL import Image

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.api import case_file as api
from sclist_app.api import print_jobs as jobs_api
from sclist_app.documents import binding, store
from sclist_app.register import case_file, print_jobs
from sclist_app.setup.player import PDF
from tests.site.support import CITY, DISTRICT, Case, as_user, refused, user_of
from tests.site.test_killed_jobs import transactions

PARTS = [part for part, _kinds in case_file.FILING_ORDER]


@pytest.fixture
def jobs_place() -> Iterator[Path]:
	"""What the test makes in the folder of finished jobs is taken away again: the rows are rolled back."""
	place = store.path(print_jobs.PLACE)
	before = set(place.iterdir()) if place.is_dir() else set()
	yield place
	for path in (set(place.iterdir()) if place.is_dir() else set()) - before:
		path.unlink() if path.is_file() else None


def attach(case: str, name: str, content: bytes, title: str = "", kind: str = "Record") -> str:
	"""A file in the evidence of a case, as bytes that no upload would have let in as well."""
	file = frappe.new_doc("File")
	file.update(
		{"file_name": name, "attached_to_doctype": "SC Case", "attached_to_name": case, "is_private": 1}
	)
	file.content = content
	file.insert()
	# the framework packs pictures anew
	case_file.url_path(file.file_url).write_bytes(content)
	if title:
		doc = frappe.get_doc("SC Case", case)
		doc.append("evidence", {"title": title, "kind": kind, "file": file.file_url})
		with engine_writes():
			doc.save(ignore_permissions=True)
	return file.file_url


def picture(size: tuple[int, int], form: str = "JPEG") -> bytes:
	out = io.BytesIO()
	Image.linear_gradient("L").resize(size).convert("RGB").save(out, form)
	return out.getvalue()


def locked_pdf() -> bytes:
	out = io.BytesIO()
	with pikepdf.new() as pdf:
		pdf.add_blank_page()
		pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
	return out.getvalue()


def built(case: str, tmp_path: Path, **options) -> case_file.Built:
	return case_file.build(frappe.get_doc("SC Case", case), tmp_path, **options)


def manifest(of: case_file.Built) -> dict:
	with zipfile.ZipFile(of.folder) as folder:
		return json.loads(folder.read("manifest.json"))


def text_of(path: Path) -> list[str]:
	import pypdf

	return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]


# ------------------------------------------------------------------- what is in it


def test_pieces_stand_in_filing_order(world):
	case = world.case("listed")
	attach(case.case, "执照.pdf", PDF, "营业执照", "Licence")
	attach(case.case, "笔录.pdf", PDF + b"%1", "询问笔录")
	found = case_file.pieces(case.doc)
	places = [piece.place[0] for piece in found]
	assert places == sorted(places)
	kinds = [piece.kind for piece in found if piece.kind]
	# each kind where it begins
	assert [kind for n, kind in enumerate(kinds) if kind not in kinds[:n]] == [
		"D05", "D19", "D01", "D04", "D03", "D07", "D08",
	]  # fmt: skip
	titles = [piece.title for piece in found]
	assert titles.index("询问笔录") < kinds.index("D01") + 3 < titles.index("营业执照")
	assert not any("放弃" in title for title in titles), "a blank form is none of the file"
	assert all(piece.number for piece in found if piece.kind in ("D01", "D05", "D19"))


def test_numbers_contents_and_bookmarks_agree(world, tmp_path):
	case = world.case("listed")
	attach(case.case, "照片.jpg", picture((900, 600)), "现场照片", "Photograph or Video")
	made = built(case.case, tmp_path, archive_number="2024-ZF-7", retention="30年")
	told = manifest(made)
	pages = text_of(made.pdf)
	with pikepdf.open(made.pdf) as pdf:
		with pdf.open_outline() as outline:
			marks = {item.title: page_of(pdf, item) for item in outline.root}
		assert pdf.Root.PageMode == "/UseOutlines"
		total = len(pdf.pages)
	before = marks[f"1. {told['pieces'][0]['title']}"]
	expected = 1
	for piece in told["pieces"]:
		assert piece["first_page"] == expected, piece
		assert marks[f"{piece['place']}. {piece['title']}"] == before + piece["first_page"] - 1
		expected = piece["last_page"] + 1
	assert expected - 1 == told["pages"] == made.pages == marks["备考表"] - before
	assert total == before + made.pages + 1
	for number in range(1, made.pages + 1):
		assert str(number) in re.findall(r"\d+", pages[before + number - 1]) or pages[
			before + number - 1
		].endswith(str(number)), number
	contents = "".join(pages[1:before])
	for piece in told["pieces"]:
		span = (
			str(piece["first_page"])
			if piece["first_page"] == piece["last_page"]
			else f"{piece['first_page']}—{piece['last_page']}"
		)
		assert span in contents and "".join(piece["title"].split())[:8] in contents
	cover = pages[0]
	assert (
		"2024-ZF-7" in cover and "30年" in cover and f"本卷共{len(told['pieces'])}件{made.pages}页" in cover
	)
	assert "列入" in cover and frappe.get_cached_value("SC Bureau", DISTRICT, "bureau_name") in cover
	assert "备考表" in pages[-1] and told["event_chain"]["head_hash"][:20] in pages[-1]


def page_of(pdf: pikepdf.Pdf, item: pikepdf.OutlineItem) -> int:
	target = item.destination[0] if item.destination is not None else item.action.D[0]
	return next(n for n, page in enumerate(pdf.pages) if page.obj.objgen == target.objgen)


def test_number_is_printed_in_the_corner_of_turned_pages_too(tmp_path):
	for turn in (0, 90, 180, 270):
		source, done = tmp_path / f"{turn}.pdf", tmp_path / f"{turn}-done.pdf"
		with pikepdf.new() as pdf:
			pdf.add_blank_page(page_size=(400, 600))
			pdf.pages[0].obj.Rotate = turn
			pdf.save(source)
		binding.finish(source, done, numbers=[7])
		x, y = drawn_at(done)
		width, height = (600, 400) if turn in (90, 270) else (400, 600)
		assert width - 60 < x < width and height - 50 < y < height, (turn, x, y)


def drawn_at(path: Path) -> tuple[float, float]:
	"""Where the number stands as the page is looked at, points from the lower left corner."""
	import pypdf

	page = pypdf.PdfReader(path).pages[0]
	found = []
	page.extract_text(
		visitor_text=lambda text, cm, tm, *_: found.append((text, cm, tm)) if text.strip() else None
	)
	_text, cm, tm = found[-1]
	x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
	y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
	width, height = (float(v) for v in page.mediabox.upper_right)
	turned = page.rotation % 360
	return {0: (x, y), 90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[turned]


def test_every_hash_of_the_folder_is_right(world, tmp_path):
	case = world.case("listed")
	letter = picture((300, 500), "PNG")
	attach(case.case, "函件.png", letter, "函件")
	made = built(case.case, tmp_path)
	told = manifest(made)
	with zipfile.ZipFile(made.folder) as folder:
		assert folder.testzip() is None
		names = set(folder.namelist())
		assert names == {entry["file"] for entry in told["files"]} | {"manifest.json", "校验清单.csv"}
		for entry in told["files"]:
			content = folder.read(entry["file"])
			assert (len(content), hashlib.sha256(content).hexdigest()) == (entry["size"], entry["sha256"])
		listed = list(csv.reader(io.StringIO(folder.read("校验清单.csv").decode("utf-8-sig"))))
		assert {row[0]: row[3] for row in listed[1:]} == {e["file"]: e["sha256"] for e in told["files"]}
		own = next(piece for piece in told["pieces"] if piece["title"] == "函件")
		assert folder.read(own["file"]) == letter, "the folder keeps files as they came"
	assert told["bound_pdf"]["sha256"] == hashlib.sha256(made.pdf.read_bytes()).hexdigest()
	events = case.events()
	assert told["event_chain"]["events"] == len(events) and told["event_chain"]["broken"] == []
	assert told["event_chain"]["head_hash"] == frappe.db.get_value("SC Event", events[-1].name, "hash")


def test_a_tampered_event_is_told(world, tmp_path):
	case = world.case("listed")
	frappe.db.set_value("SC Event", case.events()[2].name, "opinion", "篡改", update_modified=False)
	made = built(case.case, tmp_path)
	assert manifest(made)["event_chain"]["broken"] == [3]
	assert "第3条记录与其校验码不符" in text_of(made.pdf)[-1]


def test_the_sealed_copy_is_filed(world, tmp_path):
	case = world.case("listed")
	notice = case.notices("D05")[0].name
	scan = io.BytesIO()
	with pikepdf.new() as pdf:
		pdf.add_blank_page(page_size=(333, 555))
		pdf.save(scan)
	digest = hashlib.sha256(scan.getvalue()).hexdigest()
	frappe.db.set_value("SC Notice", notice, "sealed_copy", store.write(scan.getvalue(), digest))
	made = built(case.case, tmp_path)
	filed = [piece for piece in manifest(made)["pieces"] if piece["sha256"] == digest]
	assert [piece["kind"] for piece in filed] == ["D05"] and "盖章件" in filed[0]["remark"]
	with pikepdf.open(made.pdf) as pdf:
		sizes = [tuple(float(v) for v in page.mediabox)[2:] for page in pdf.pages]
	assert sizes.count((333.0, 555.0)) == 1


def test_void_papers_stay_and_say_so(world, tmp_path):
	case = world.case("listed")
	frappe.db.set_value("SC Notice", case.notices("D01")[0].name, "status", "Voided")
	assert [p["remark"] for p in manifest(built(case.case, tmp_path))["pieces"] if p["kind"] == "D01"].count(
		"已作废"
	) == 1


# --------------------------------------------------------------------- what is broken


@pytest.mark.parametrize(
	("name", "content", "reason"),
	[
		("损坏.pdf", b"%PDF-1.7\nthis is no longer a document", "文件已损坏，无法打开"),
		("加密.pdf", locked_pdf(), "文件设有密码，无法打开"),
		("截断.jpg", picture((800, 800))[:-900], "图片已损坏，无法打开"),
		("录像.mp4", b"\x00\x00\x00\x18ftypmp42" + b"v" * 3000, "此类文件不能印成页"),
		("表格🙂.xlsx", b"PK\x03\x04" + b"x" * 100, "此类文件不能印成页"),
	],
)
def test_a_file_without_pages_gets_a_page_that_says_so(world, tmp_path, name, content, reason):
	case = world.case("fresh")
	attach(case.case, name, content, "有问题的证据")
	attach(case.case, "完好.pdf", PDF, "完好的证据")
	made = built(case.case, tmp_path)
	told = {piece["title"]: piece for piece in manifest(made)["pieces"]}
	bad, good = told["有问题的证据"], told["完好的证据"]
	assert (bad["printed"], bad["reason"], bad["first_page"] == bad["last_page"]) == (False, reason, True)
	assert good["printed"] and made.skipped == [{"title": f"{bad['place']}. 有问题的证据", "reason": reason}]
	with zipfile.ZipFile(made.folder) as folder:
		assert folder.read(bad["file"]) == content
	pages = text_of(made.pdf)
	page = next(page for page in pages if "SHA-256" in page and reason in page)
	assert bad["sha256"] in page and "见电子卷" in page
	assert reason in pages[-1]


def test_a_file_that_is_gone_is_told(world, tmp_path):
	case = world.case("fresh")
	url = attach(case.case, "丢失.pdf", PDF + b"%gone", "丢失的证据")
	case_file.url_path(url).unlink()
	made = built(case.case, tmp_path)
	assert [one["reason"] for one in made.skipped] == ["服务器上没有该文件"]


def test_scripts_and_links_stay_out(tmp_path):
	source, target = tmp_path / "a.pdf", tmp_path / "b.pdf"
	with pikepdf.new() as pdf:
		pdf.add_blank_page()
		script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
		pdf.Root.OpenAction = script
		pdf.pages[0].obj.AA = pikepdf.Dictionary(O=script)
		link = pikepdf.Dictionary(
			Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script
		)
		pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])
		pdf.save(source)
	assert binding.from_pdf(source, target) == 1
	with pikepdf.open(target) as pdf:
		plain = pikepdf.unparse_content_stream([]) + b"".join(
			obj.unparse(resolved=True) for obj in pdf.objects if not isinstance(obj, pikepdf.Stream)
		)
	assert b"JavaScript" not in plain and b"app.alert" not in plain


@pytest.mark.parametrize(
	"name", ["../../site_config.json", "/etc/passwd", "/private/files/../../site_config.json"]
)
def test_an_address_leads_nowhere_else(site, name):
	with refused(frappe.PermissionError):
		case_file.url_path(f"/private/files/{name}" if not name.startswith("/") else name)


# ------------------------------------------------------------------------- the job


def asked(case: str, who: str = "officer") -> str:
	with as_user(user_of(who)):
		return api.build("SC Case", case, "2024-1", "永久")["job"]


def job_of(name: str):
	return frappe.get_doc(print_jobs.DOCTYPE, name)


@pytest.fixture
def worker(monkeypatch, jobs_place):
	"""Run a job as the worker would, in the transaction of the test."""

	def run(name: str, attempt: int = 1) -> None:
		with transactions(monkeypatch), as_user("Administrator"):
			print_jobs.work(name, attempt)

	return run


def test_a_job_makes_both_forms_and_hands_them_out(world, worker):
	case = world.case("listed")
	name = asked(case.case)
	with as_user(user_of("officer")):
		assert jobs_api.progress(name) == {"status": "Waiting", "done": 0, "total": 0, "alive": True}
		with refused(frappe.ValidationError, match="尚未制成"):
			jobs_api.download(name)
	worker(name)
	doc = job_of(name)
	assert (doc.status, doc.pieces > 5, doc.pages > 5, doc.skipped) == ("Ready", True, True, 0)
	assert doc.bureau == DISTRICT and (doc.expires_on - today()).days == 7
	before = len(case.events())
	with as_user(user_of("officer")):
		for form, ending in (("file", "pdf"), ("folder", "zip")):
			response = download(name, form)
			content = b"".join(response.iter_encoded())
			assert hashlib.sha256(content).hexdigest() == doc.get(f"{form}_hash")
			assert response.headers["Content-Length"] == str(len(content))
			assert ending in response.headers["Content-Disposition"] and response.direct_passthrough
	told = case.events()[before:]
	assert [(e.event, e.actor) for e in told] == [("disclosed", user_of("officer"))] * 2
	assert json.loads(told[0].data)["sha256"] == doc.file_hash


def download(job: str, form: str = "file"):
	from werkzeug.test import EnvironBuilder
	from werkzeug.wrappers import Request

	frappe.local.request = Request(EnvironBuilder(method="GET").get_environ())
	commit, frappe.db.commit = frappe.db.commit, lambda: None  # the test's own transaction stays open
	try:
		return jobs_api.download(job, form)
	finally:
		frappe.db.commit = commit
		del frappe.local.request


def test_no_file_row_leads_to_what_was_made(world, worker):
	name = asked(world.case("fresh").case)
	worker(name)
	path = job_of(name).file
	assert not frappe.db.exists("File", {"file_url": ["like", f"%{Path(path).name}%"]})
	with as_user(user_of("officer")), refused(frappe.PermissionError):
		frappe.get_doc(
			{"doctype": "File", "file_name": "x.pdf", "file_url": f"/private/files/{path}", "is_private": 1}
		).insert()


def test_others_are_refused(world, worker):
	name = asked(world.case("fresh").case)
	worker(name)
	for who in (user_of("officer2"), user_of("officer", CITY), user_of("supervisor", CITY), "Guest"):
		with as_user(who):
			for call in (jobs_api.progress, jobs_api.cancel, jobs_api.again, download):
				with refused(frappe.PermissionError):
					call(name)
	with as_user(user_of("supervisor", CITY)):
		assert name not in frappe.get_list(print_jobs.DOCTYPE, pluck="name", order_by="creation")
	with as_user(user_of("officer2")):
		assert name in frappe.get_list(print_jobs.DOCTYPE, pluck="name", order_by="creation")
	with as_user(user_of("officer", CITY)), refused(frappe.PermissionError):
		api.build("SC Case", world.case("fresh").case)


def test_a_superior_has_a_file_made_in_its_own_name(world, worker):
	case = world.case("fresh").case
	with as_user(user_of("supervisor", CITY)):
		name = api.build("SC Case", case)["job"]
	worker(name)
	doc = job_of(name)
	assert (doc.status, doc.bureau) == ("Ready", CITY)
	with as_user(user_of("officer")):
		assert name not in frappe.get_list(print_jobs.DOCTYPE, pluck="name", order_by="creation")


def test_who_lost_the_post_gets_nothing(world, worker):
	name = asked(world.case("fresh").case)
	worker(name)
	posts = frappe.get_all("SC Post Assignment", filters={"user": user_of("officer")}, pluck="name")
	frappe.db.set_value("SC Post Assignment", {"name": ["in", posts]}, "to_date", "2024-01-31")
	frappe.local.sclist_held_posts = {}
	with as_user(user_of("officer")), refused(frappe.PermissionError):
		download(name)


def test_nobody_writes_a_job_by_hand(world, worker):
	name = asked(world.case("fresh").case)
	for who in ("Administrator", user_of("officer")):
		with as_user(who):
			doc = job_of(name)
			doc.file = "sclist/00/other.pdf"
			with refused(frappe.PermissionError):
				doc.save()
			with refused(frappe.PermissionError):
				frappe.delete_doc(print_jobs.DOCTYPE, name)


@pytest.mark.parametrize(("doctype", "values"), [("SC Notice", {}), ("SC Case", {"retention": "99年"})])
def test_what_cannot_be_filed_is_refused(world, doctype, values):
	case = world.case("listed")
	name = case.case if doctype == "SC Case" else case.notices()[0].name
	with as_user(user_of("officer")), refused(frappe.ValidationError):
		api.build(doctype, name, **values)


def test_a_cancelled_job_stops_and_leaves_nothing(world, worker, jobs_place, monkeypatch):
	name = asked(world.case("listed").case)
	prepare = case_file._prepare

	def cancelled(*args):
		with as_user(user_of("officer")):
			if job_of(name).status == "Being Made":
				print_jobs.cancel(name)
				frappe.db.commit()
		return prepare(*args)

	monkeypatch.setattr(case_file, "_prepare", cancelled)
	worker(name)
	assert (job_of(name).status, list(jobs_place.glob(f"{name}-*"))) == ("Stopped", [])
	with as_user(user_of("officer")):
		with refused(frappe.ValidationError, match="已经结束"):
			jobs_api.cancel(name)
		jobs_api.again(name)
	monkeypatch.undo()


def test_a_job_cancelled_at_the_last_moment_is_not_finished(world, worker, jobs_place, monkeypatch):
	name = asked(world.case("fresh").case)
	monkeypatch.setattr(
		print_jobs, "_flush", lambda _path: frappe.db.set_value(print_jobs.DOCTYPE, name, "status", "Stopped")
	)
	worker(name)
	assert job_of(name).file is None and not list(jobs_place.glob(f"{name}-*"))


def test_a_killed_job_leaves_no_file_that_counts_and_can_be_made_again(
	world, worker, monkeypatch, jobs_place
):
	name = asked(world.case("fresh").case)
	with transactions(monkeypatch, kill_before=1), as_user("Administrator"):
		print_jobs.work(name, 1)
	doc = job_of(name)
	assert (doc.status, doc.file, doc.folder) == ("Being Made", None, None)
	frappe.cache().delete_value(print_jobs._key(name, 1, "beat"))
	with as_user(user_of("officer")):
		assert jobs_api.progress(name)["alive"] is False
		with refused(frappe.ValidationError, match="尚未制成"):
			download(name)
		jobs_api.again(name)
	worker(name, 1)  # the killed one, come back
	assert job_of(name).status == "Waiting"
	worker(name, 2)
	assert job_of(name).status == "Ready"
	worker(name, 2)  # delivered twice
	assert len(list(jobs_place.glob(f"{name}-*"))) == 2


def test_a_full_disk_is_told_in_words(world, worker, monkeypatch, jobs_place):
	name = asked(world.case("fresh").case)

	def full(*_args, **_kwargs):
		raise OSError(28, "No space left on device")

	monkeypatch.setattr(binding, "join", full)
	worker(name)
	doc = job_of(name)
	assert doc.status == "Failed" and "磁盘已满" in doc.failure and not list(jobs_place.glob(f"{name}-*"))


def test_files_are_deleted_after_their_days(world, worker, jobs_place):
	name = asked(world.case("fresh").case)
	worker(name)
	left = jobs_place / f"{name}-9.pdf"
	left.write_bytes(b"half")
	os.utime(left, (1, 1))
	kept = asked(world.case("fresh").case)
	worker(kept)
	frappe.db.set_value(print_jobs.DOCTYPE, name, "expires_on", "2024-01-01")
	assert print_jobs.forget() >= 1
	assert job_of(name).status == "Expired" and not list(jobs_place.glob(f"{name}-*"))
	assert job_of(kept).status == "Ready" and len(list(jobs_place.glob(f"{kept}-*"))) == 2
	with as_user(user_of("officer")):
		with refused(frappe.ValidationError, match="到期清除"):
			download(name)
		jobs_api.again(name)


def test_a_case_under_way_says_so(world, tmp_path):
	pages = text_of(built(Case.at(*world.waiting).case, tmp_path).pdf)
	assert "尚未结案" in pages[0] and "尚未办结" in pages[-1]
