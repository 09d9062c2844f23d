"""Doors added with the papers and the desk: what an attacker would try there."""

import errno
import io
import json
import os
from datetime import date

import frappe
import pikepdf
import pytest
from PIL import Image

from sclist_app.api import case_file as case_file_api
from sclist_app.api import print_jobs as jobs_api
from sclist_app.api import sheets as sheets_api
from sclist_app.api import studio as studio_api
from sclist_app.api import templates as templates_api
from sclist_app.documents import binding, printing, seal, store
from sclist_app.register import print_jobs
from sclist_app.workflow import store as store_of_runs
from sclist_app.workflow import studio
from tests.site.drafted_papers import draft
from tests.site.support import DISTRICT, Case, as_user, refused, user_of
from tests.site.test_case_file import asked, download, job_of, jobs_place, worker  # noqa: F401
from tests.site.test_form_policy import Steered, steered, version  # noqa: F401

NUMBER = "140106198001010018"

# ---------------------------------------------------------------------- the error log


def logged_since(before: set[str]) -> str:
	names = set(frappe.get_all("Error Log", pluck="name", order_by="creation")) - before
	assert len(names) == 1
	return frappe.db.get_value("Error Log", names.pop(), "error")


@pytest.mark.parametrize("step", ["store", "print"])
def test_a_full_disk_logs_nothing_of_the_paper(site, monkeypatch, step):
	def full(*_args, **_kwargs):
		raise OSError(errno.ENOSPC, "No space left on device")

	before = set(frappe.get_all("Error Log", pluck="name", order_by="creation"))
	monkeypatch.setattr(os, "replace", full)
	monkeypatch.setattr(printing, "render_pdf", full)
	with pytest.raises(frappe.ValidationError):
		if step == "store":
			store.write(f"<p>{NUMBER}</p>".encode(), "0" * 64)
		else:
			printing.pdf(f"<p>{NUMBER}</p>")
	told = logged_since(before)
	assert "No space left" in told and NUMBER not in told


# ------------------------------------------------------- what a step closes to its people


def test_no_print_leads_around_the_form_policy(steered: Steered, worker):  # noqa: F811
	case = steered.second.case
	with as_user(steered.leader):
		with refused(frappe.PermissionError, match="部分内容"):
			sheets_api.print_sheet("SC Case", case, "D04")
		with refused(frappe.PermissionError, match="部分内容"):
			case_file_api.build("SC Case", case)


def test_a_file_made_before_is_not_handed_out_while_a_part_of_it_is_closed(steered, worker, monkeypatch):  # noqa: F811
	first, second = steered.first.case, steered.second.case
	monkeypatch.setattr(print_jobs.case_file, "build", lambda *args, **kwargs: pytest.fail("was made"))
	with as_user(steered.leader):
		name = case_file_api.build("SC Case", first)["job"]
	frappe.db.set_value(print_jobs.DOCTYPE, name, "reference_name", second)
	worker(name)
	assert job_of(name).status == "Failed" and "部分内容" in job_of(name).failure
	with as_user(steered.leader), refused(frappe.PermissionError, match="部分内容"):
		download(name)


# ------------------------------------------------------------------------ again and again


def test_one_person_does_not_fill_the_queue(world, worker):  # noqa: F811
	case = world.case("fresh").case
	mine = {"made_by": user_of("officer"), "status": ["in", print_jobs.UNFINISHED]}
	frappe.db.set_value(print_jobs.DOCTYPE, mine, "status", "Failed")
	names = [asked(case) for _turn in range(print_jobs.MOST_AT_ONCE)]
	with refused(frappe.ValidationError, match="先取消"):
		asked(case)
	asked(case, "officer2")
	with as_user(user_of("officer")):
		jobs_api.cancel(names[0])
	asked(case)
	with as_user(user_of("officer")), refused(frappe.ValidationError, match="先取消"):
		jobs_api.again(names[0])


# ----------------------------------------------------------------------- hostile files


def saved(pdf: pikepdf.Pdf) -> bytes:
	out = io.BytesIO()
	pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
	return out.getvalue()


def one_page() -> pikepdf.Pdf:
	pdf = pikepdf.new()
	pdf.add_blank_page()
	return pdf


def packed_script() -> bytes:
	pdf = one_page()
	action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
	pdf.Root.OpenAction = pdf.make_indirect(action)
	content = saved(pdf)
	assert b"/JavaScript" not in content
	return content


def disguised_script() -> bytes:
	pdf = one_page()
	pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="calc.exe"))
	out = io.BytesIO()
	pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
	return out.getvalue().replace(b"/Launch", b"/#4caunch")


@pytest.mark.parametrize("content", [packed_script(), disguised_script()])
def test_a_script_is_found_however_it_is_hidden(site, content):
	with refused(frappe.ValidationError, match="程序"):
		seal.check_pdf(content)


def tree(levels: int) -> bytes:
	"""A small PDF of 2 ** levels pages: each knot of its tree names the next one twice."""
	objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
	for n in range(3, levels + 3):
		objects.append(b"<</Type/Pages/Count %d/Kids[%d 0 R %d 0 R]>>" % (2 ** (levels + 3 - n), n, n))
	objects.append(b"<</Type/Page/MediaBox[0 0 595 842]>>")
	out, places = bytearray(b"%PDF-1.4\n"), []
	for n, text in enumerate(objects, start=1):
		places.append(len(out))
		out += b"%d 0 obj\n%b\nendobj\n" % (n, text)
	start = len(out)
	out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
	out += b"".join(b"%010d 00000 n \n" % place for place in places)
	out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
	return bytes(out)


def test_a_tree_of_pages_that_never_ends_is_refused(site):
	# with 40 levels the reader before this one was walking still
	with refused(frappe.ValidationError, match="损坏"):
		seal.check_pdf(tree(12))


def test_plain_pdfs_are_taken(site):
	assert seal.check_pdf(saved(one_page())) == 1
	assert seal.check_pdf(printing.pdf("<p>更正</p>").pdf) == 1


def test_a_picture_of_very_many_pages_is_left_out(tmp_path):
	frames = [Image.new("1", (8, 8)) for _n in range(binding.MAX_FRAMES + 1)]
	source = tmp_path / "scan.tif"
	frames[0].save(source, "TIFF", save_all=True, append_images=frames[1:])
	with pytest.raises(binding.Unusable, match=str(binding.MAX_FRAMES)):
		binding.from_picture(source, tmp_path / "out.pdf")
	assert not (tmp_path / "out.pdf").exists()


# --------------------------------------------------------------------- one's own text


def test_who_wrote_any_of_a_template_does_not_approve_it(people):
	"""Nobody holds both posts at once; but they change."""
	writer, approver = user_of("rules"), user_of("approver")
	with as_user("Administrator"):
		post = frappe.new_doc("SC Post Assignment")
		post.update({"user": approver, "post": "rule_admin", "bureau": DISTRICT, "enabled": 1})
		post.flags.ignore_validate = True
		post.insert()
	frappe.local.sclist_held_posts = {}
	name = draft()
	with as_user(approver):
		doc = frappe.get_doc("SC Document Template", name)
		doc.body += "\n<p>附言。</p>"
		doc.save(ignore_version=False)  # as outside of tests
	with as_user(writer):
		doc = frappe.get_doc("SC Document Template", name)
		doc.change_note = "改了附言。"
		doc.save()
		assert (doc.owner, doc.author) == (writer, writer)
		templates_api.submit(name)
	seen = frappe.db.get_value("SC Document Template", name, "modified")
	with as_user(approver), refused(frappe.PermissionError, match="编制模板"):
		templates_api.approve(name, str(seen))


# ---------------------------------------------------------------------- signed papers


def test_a_signed_confirmation_keeps_its_scan(people):
	"""Many may enter one, so many may write it; nobody takes the signed sheet away afterwards."""
	case = Case.opened(DISTRICT, date(2024, 9, 2))
	with as_user(user_of("officer")):
		doc = frappe.new_doc("SC Address Confirmation")
		doc.update(
			{
				"entity": case.person,
				"address": "检验路1号",
				"receiver": "收件人",
				"phone": "0351-1234567",
				"confirmed_on": "2024-09-02",
				"electronic_consent": 1,
				"electronic_address": "jianyan@example.invalid",
				"scan": case.upload("确认书.png"),
			}
		)
		doc.insert()
	of = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
	[row] = frappe.get_all("File", filters=of, pluck="name")
	for who in (user_of("officer"), user_of("officer2"), user_of("papers")):
		with as_user(who), refused(frappe.PermissionError):
			frappe.delete_doc("File", row)
	assert frappe.db.exists("File", row)


# --------------------------------------------------------------------------- the studio


def test_a_huge_drawing_does_not_keep_the_server_busy(people):
	published = frappe.get_all(
		"SC Procedure Version", filters={"status": "Published"}, pluck="name", limit=1
	)[0]
	content = studio.content_of(store_of_runs.to_procedure(frappe.get_doc("SC Procedure Version", published)))
	step = content["steps"][1]
	content["steps"] += [{**step, "code": f"X{n:03}"} for n in range(studio.MOST_STEPS)]
	with as_user(user_of("officer")):
		with refused(studio.Unreadable, match=str(studio.MOST_STEPS)):
			studio_api.check(published, json.dumps(content))
		with refused(frappe.ValidationError, match="日期"):
			studio_api.play(published, "", "[]", "{}", "9999-12-31")
