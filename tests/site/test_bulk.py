"""Several papers as one PDF, and labels: what is in it, what is left out and why, who may have it."""

import json
from pathlib import Path

import frappe
import pikepdf
import pytest

from sclist_app.api import print_jobs as api
from sclist_app.documents import binding, labels, store
from sclist_app.register import bulk, print_jobs
from tests.site.support import CITY, DISTRICT, as_user, refused, user_of
from tests.site.test_case_file import download, job_of, jobs_place, text_of, worker  # noqa: F401


def still(_done: int, _total: int) -> None:
	"""Nobody watches."""


def together(papers: list[str], tmp_path: Path, **options) -> bulk.Printed:
	return bulk.print_together(
		papers, tmp_path, **{"duplex": False, "copies": False, "beat": still, **options}
	)


def papers_of(case) -> list[str]:
	return [row.name for row in case.notices()]


def pages(notice: str) -> int:
	return binding.page_counts(store.path(frappe.db.get_value("SC Notice", notice, "file")))


def test_papers_come_in_the_order_given(world, tmp_path):
	papers = papers_of(world.case("listed"))[::-1]
	made = together(papers, tmp_path)
	assert (made.papers, made.skipped) == (papers, [])
	assert made.pages == sum(map(pages, papers)) == binding.page_counts(made.pdf)
	with pikepdf.open(made.pdf) as pdf, pdf.open_outline() as outline:
		numbers = [frappe.db.get_value("SC Notice", name, "number") for name in papers]
		assert [item.title.split(" ")[0] for item in outline.root] == numbers


def test_two_sided_each_paper_begins_on_a_new_sheet(world, tmp_path):
	papers = papers_of(world.case("listed"))
	counts = [pages(name) for name in papers]
	assert any(count % 2 for count in counts), "the papers of the case are all even"
	made = together(papers, tmp_path, duplex=True)
	assert made.pages == sum(count + count % 2 for count in counts)
	first = "".join(text_of(made.pdf)[0::2])
	for name in papers:
		assert frappe.db.get_value("SC Notice", name, "number").replace(" ", "") in first


def test_as_many_copies_as_the_bureau_has_set(world, tmp_path, monkeypatch):
	monkeypatch.setattr(bulk.local_rules, "copies", lambda _bureau: 3)
	paper = papers_of(world.case("listed"))[:1]
	assert together(paper, tmp_path, copies=True).pages == 3 * pages(paper[0])


def test_one_broken_paper_does_not_sink_the_rest(world, tmp_path):
	case = world.case("listed")
	broken, void, gone, *good = papers_of(case)
	garbage = store.write(b"%PDF-1.7 rubbish" + broken.encode(), frappe.generate_hash(length=64))
	frappe.db.set_value("SC Notice", broken, "file", garbage)
	frappe.db.set_value("SC Notice", void, "status", "Voided")
	frappe.db.set_value("SC Notice", gone, "file", "sclist/00/nothing.pdf")
	made = together([broken, void, gone, *good, "no such paper"], tmp_path)
	assert made.papers == good
	assert [one["reason"] for one in made.skipped] == [
		"文件已损坏，无法打开",
		"文书已作废",
		"服务器上没有该文件",
		"服务器上没有该文件",
	]
	assert frappe.db.get_value("SC Notice", broken, "number") in made.skipped[0]["title"]
	with refused(frappe.ValidationError, match="文书已作废"):
		together([void], tmp_path)


def test_the_sealed_copy_is_printed(world, tmp_path):
	paper = papers_of(world.case("listed"))[0]
	with pikepdf.new() as pdf:
		pdf.add_blank_page(page_size=(321, 654))
		pdf.save(tmp_path / "sealed.pdf")
	sealed = store.write((tmp_path / "sealed.pdf").read_bytes(), frappe.generate_hash(length=64))
	frappe.db.set_value("SC Notice", paper, "sealed_copy", sealed)
	with pikepdf.open(together([paper], tmp_path).pdf) as pdf:
		assert [float(v) for v in pdf.pages[0].mediabox] == [0, 0, 321, 654]


def test_a_job_prints_and_notes_each_paper(world, worker):  # noqa: F811
	case = world.case("listed")
	papers = papers_of(case)
	with as_user(user_of("officer")):
		asked = api.print_papers(json.dumps([case.case]), "SC Case")
	assert asked["papers"] == len(papers)
	worker(asked["job"])
	doc = job_of(asked["job"])
	assert (doc.status, doc.pieces, doc.skipped, doc.folder) == ("Ready", len(papers), 0, None)
	for name in papers:
		last = frappe.get_all(
			"SC Event",
			filters={"chain": f"SC Notice:{name}"},
			fields=["event", "actor", "data"],
			order_by="seq desc",
			limit=1,
		)[0]
		assert (last.event, last.actor) == ("disclosed", user_of("officer")) and doc.name in last.data
	with as_user(user_of("officer")):
		assert b"".join(download(doc.name).iter_encoded()).startswith(b"%PDF")
	with as_user(user_of("officer2")), refused(frappe.PermissionError):
		download(doc.name)
	assert frappe.db.exists("SC Event", {"chain": f"SC Print Job:{doc.name}", "event": "disclosed"})


def test_what_is_left_out_stands_in_the_job(world, worker):  # noqa: F811
	void, *good = papers_of(world.case("listed"))
	frappe.db.set_value("SC Notice", void, "status", "Voided")
	with as_user(user_of("officer")):
		job = api.print_papers(json.dumps([void, *good]), duplex=False)["job"]
	worker(job)
	doc = job_of(job)
	assert (doc.status, doc.pieces, doc.skipped) == ("Ready", len(good), 1)
	assert [one["reason"] for one in json.loads(doc.report)] == ["文书已作废"]


@pytest.mark.parametrize(
	"chosen",
	["", "[]", "{}", '"x"', "[1]", '[["like", "%"]]', "null", json.dumps([str(n) for n in range(501)])],
)
def test_what_is_no_choice_is_refused(world, chosen):
	with as_user(user_of("officer")):
		for call in (lambda: api.print_papers(chosen), lambda: api.print_labels(chosen, "DL")):
			with refused(frappe.ValidationError):
				call()


def test_papers_of_others_are_refused(world):
	papers = papers_of(world.case("listed"))
	for who in (user_of("officer", CITY), "Guest"):
		with as_user(who):
			for doctype, chosen in (("SC Notice", papers), ("SC Case", [world.case("listed").case])):
				with refused(frappe.PermissionError):
					api.print_papers(json.dumps(chosen), doctype)
				with refused(frappe.PermissionError):
					api.print_labels(json.dumps(chosen), "DL", doctype)
	with as_user(user_of("officer")):
		with refused(frappe.PermissionError):
			api.print_papers(json.dumps([papers[0], "no such paper"]))
		with refused(frappe.ValidationError):
			api.print_papers(json.dumps([DISTRICT]), "SC Bureau")
		with refused(frappe.ValidationError, match="尚未生成文书"):
			api.print_papers(json.dumps([world.case("fresh").case]), "SC Case")


def test_who_lost_the_right_meanwhile_gets_nothing_printed(world, worker):  # noqa: F811
	with as_user(user_of("officer")):
		job = api.print_papers(json.dumps(papers_of(world.case("listed"))))["job"]
	posts = frappe.get_all("SC Post Assignment", filters={"user": user_of("officer")}, pluck="name")
	frappe.db.set_value("SC Post Assignment", {"name": ["in", posts]}, "to_date", "2024-01-31")
	frappe.local.sclist_held_posts = {}
	worker(job)
	assert (job_of(job).status, job_of(job).file) == ("Failed", None)


# ------------------------------------------------------------------------------ labels


def test_one_envelope_for_each_address(world, tmp_path):
	case = world.case("listed")
	made = bulk.print_labels(papers_of(case), "DL", tmp_path, beat=still)
	assert made.skipped == [] and made.pages == 2, "a unit and a person, several papers each"
	said = text_of(made.pdf)
	for page, entity in zip(said, dict.fromkeys(row.addressee for row in case.notices()), strict=True):
		of = frappe.get_doc("SC Entity", entity)
		assert of.address in page and of.entity_name in page
		assert frappe.get_cached_value("SC Bureau", DISTRICT, "bureau_name") in page


def test_the_confirmed_address_goes_before_the_registered_one(world, tmp_path):
	case = world.case("listed")
	confirmation = frappe.get_doc(
		{
			"doctype": "SC Address Confirmation",
			"entity": case.unit,
			"bureau": DISTRICT,
			"confirmed_on": "2024-09-03",
			"address": "确认路99号",
			"postcode": "030032",
			"receiver": "收件员",
			"phone": "0351-7654321",
		}
	)
	with as_user(user_of("officer")):
		confirmation.insert()
	paper = next(row.name for row in case.notices() if row.addressee == case.unit)
	page = text_of(bulk.print_labels([paper], "C5", tmp_path, beat=still).pdf)[0]
	assert "确认路99号" in page and "收件员" in page and "0351-7654321" in page and "030032" in page
	assert frappe.db.get_value("SC Entity", case.unit, "address") not in page


def test_without_an_address_there_is_no_empty_label(world, tmp_path):
	case = world.case("listed")
	frappe.db.set_value("SC Entity", case.person, "address", "")
	frappe.clear_document_cache("SC Entity", case.person)
	made = bulk.print_labels(papers_of(case), "3x8", tmp_path, beat=still)
	assert len(made.skipped) == 3 and all("没有登记地址" in one["reason"] for one in made.skipped)
	of_person = [row.name for row in case.notices() if row.addressee == case.person]
	with refused(frappe.ValidationError, match="没有登记地址"):
		bulk.print_labels(of_person, "3x8", tmp_path, beat=still)


def test_an_address_too_long_for_a_label_is_told(world, tmp_path):
	case = world.case("listed")
	frappe.db.set_value("SC Entity", case.unit, "address", "很长的地址" * 60)
	frappe.clear_document_cache("SC Entity", case.unit)
	made = bulk.print_labels(papers_of(case), "3x8", tmp_path, beat=still)
	assert {one["reason"] for one in made.skipped} == {"地址过长，该样式放不下，请选用信封"}
	assert bulk.print_labels(papers_of(case), "C4", tmp_path, beat=still).skipped == []


def test_labels_by_a_job(world, worker):  # noqa: F811
	papers = json.dumps(papers_of(world.case("listed")))
	with as_user(user_of("officer")):
		with refused(frappe.ValidationError):
			api.print_labels(papers, "A0")
		jobs = {form: api.print_labels(papers, form)["job"] for form in labels.FORMS}
	for form, job in jobs.items():
		worker(job)
		doc = job_of(job)
		assert (doc.status, doc.pages) == ("Ready", 1 if "x" in form else 2)
	assert print_jobs.progress(job)["status"] == "Ready"
