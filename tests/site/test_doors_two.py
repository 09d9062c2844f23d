"""Files, rows and forms added since the first doors: what another bureau, or the wrong person, must not reach."""

from datetime import date

import frappe
import pytest
from frappe import client

from sclist_app.access import files
from sclist_app.access.today import as_of
from sclist_app.api import links
from sclist_app.api import posts as posts_api
from sclist_app.setup.player import PDF
from sclist_app.setup.repair_player import RepairPlayer
from tests.site.support import CITY, COUNTY, DISTRICT, as_user, refused, user_of

DAY = date(2025, 3, 3)


@pytest.fixture
def record(world):
	return next(r.name for r in world.case("listed").records() if r.entity_kind != "Person")


def _file(user: str, doctype: str, name: str, mark: str) -> frappe.model.document.Document:
	with as_user(user):
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": f"{mark}.pdf",
				"attached_to_doctype": doctype,
				"attached_to_name": name,
				"is_private": 1,
				"content": PDF + f"% {mark}\n".encode(),
			}
		)
		return file.insert()


@pytest.fixture
def foreign(world):
	"""A paper of the city's case, which the district does not read."""
	return _file(
		user_of("officer", CITY), "SC Case", world.case("city").case, f"市局{frappe.generate_hash(length=8)}"
	)


def _reads(user: str, url: str) -> bool:
	with as_user(user):
		return files._readable(url, user)


def test_a_form_does_not_open_the_file_of_another_document(world, foreign):
	user = user_of("officer")
	assert not _reads(user, foreign.file_url)
	penalty = world.case("fresh").penalty
	with as_user(user), refused():
		client.set_value("SC Penalty", penalty, "file", foreign.file_url)
	assert not _reads(user, foreign.file_url)


def test_a_new_form_does_not_either(record, foreign):
	user = user_of("officer")
	with as_user(user), refused():
		client.insert(
			{
				"doctype": "SC Removal",
				"kind": "Revocation of Listing",
				"record": record,
				"basis_kind": "Self-Correction",
				"known_on": str(DAY),
				"basis_file": foreign.file_url,
			}
		)
	assert not _reads(user, foreign.file_url)


def test_a_row_names_no_file_of_another_document(world, foreign):
	case = world.case("fresh")
	with as_user(user_of("officer")), refused():
		doc = frappe.get_doc("SC Case", case.case)
		doc.append("evidence", {"title": "证据", "file": foreign.file_url})
		doc.save()


def test_a_file_is_not_turned_into_another(world, foreign):
	user = user_of("officer")
	own = _file(user, "SC Case", world.case("fresh").case, "本局")
	with as_user(user), refused():
		client.set_value("File", own.name, "file_url", foreign.file_url)
	assert not _reads(user, foreign.file_url)


def test_nobody_attaches_to_a_document_of_another_bureau(world):
	for user, place in (
		(user_of("officer", COUNTY), "fresh"),
		(user_of("officer"), "city"),
		(user_of("supervisor", CITY), "fresh"),
	):
		with refused():
			_file(user, "SC Case", world.case(place).case, "别处")
		with refused():
			own = _file(user, None, None, "自有")
			with as_user(user):
				doc = frappe.get_doc("File", own.name)
				doc.update({"attached_to_doctype": "SC Case", "attached_to_name": world.case(place).case})
				doc.save()


def test_files_are_listed_to_those_who_read_their_document(world):
	case = world.case("listed")
	filters = {"attached_to_doctype": "SC Case", "attached_to_name": case.case}
	assert frappe.db.exists("File", filters)
	for user in (user_of("officer", COUNTY), user_of("supervisor", COUNTY)):
		with as_user(user):
			assert not frappe.get_list("File", filters=filters)
	for user in (user_of("officer"), user_of("supervisor", CITY)):
		with as_user(user):
			assert frappe.get_list("File", filters=filters)


def test_every_form_that_names_files_keeps_them(world):
	hooks = frappe.get_doc_hooks()
	for name in frappe.get_all("DocType", filters={"name": ["like", "SC %"], "istable": 0}, pluck="name"):
		tables = [df.options for df in frappe.get_meta(name).get_table_fields()]
		if any(files._file_fields(frappe.new_doc(holder)) for holder in (name, *tables)):
			assert "sclist_app.access.files.attach_privately" in hooks[name]["before_save"], name


def test_evidence_of_a_finished_case_is_not_deleted(world):
	case = world.case("listed")
	name = frappe.db.get_value("File", {"attached_to_doctype": "SC Case", "attached_to_name": case.case})
	assert name
	owner = frappe.db.get_value("File", name, "owner")
	assert owner != "Administrator"
	with as_user(owner):
		with refused():
			frappe.delete_doc("File", name)
		with refused():
			client.set_value("File", name, "attached_to_name", None)


# --- forms and rows of the later procedures

NEW = (
	"SC Repair Application",
	"SC Removal",
	"SC Objection",
	"SC Hearing",
	"SC Joint Action",
	"SC Follow Up",
	"SC Upward Report",
	"SC Effect Run",
)


def _row(doctype: str) -> str:
	"""A row of the district that stands there without the engine's work: only who reads and writes it is asked."""
	doc = frappe.new_doc(doctype)
	doc.update({"bureau": DISTRICT, "name": f"门{frappe.generate_hash(length=8)}", "owner": "Administrator"})
	doc.db_insert()
	return doc.name


@pytest.mark.parametrize("doctype", NEW)
def test_rows_of_the_district_are_read_along_the_tree_and_written_by_nobody(people, doctype):
	name = _row(doctype)
	for user, sees in (
		(user_of("officer"), True),
		(user_of("supervisor", CITY), True),
		(user_of("officer", COUNTY), False),
		(user_of("supervisor", COUNTY), False),
	):
		with as_user(user):
			listed = frappe.get_list(doctype, filters={"name": name}, pluck="name")
			assert bool(listed) is sees, user
			assert frappe.get_doc(doctype, name).has_permission("read") is sees
			with refused():
				client.set_value(doctype, name, "bureau", COUNTY)
			with refused():
				client.delete(doctype, name)
			with refused():
				_file(user_of("officer", COUNTY), doctype, name, "别处")
	for user in (user_of("officer"), user_of("leader")):
		with as_user(user):
			for field in ("state", "status", "run", "outcome", "record", "bureau", "open_key", "kind"):
				if frappe.get_meta(doctype).has_field(field):
					with refused():
						client.set_value(doctype, name, field, "x")
	with as_user("Administrator"), refused():
		client.set_value(doctype, name, "bureau", COUNTY)


@pytest.mark.parametrize(
	"doctype", ["SC Hearing", "SC Joint Action", "SC Follow Up", "SC Upward Report", "SC Effect Run"]
)
@pytest.mark.parametrize("user", [user_of("officer"), user_of("leader"), "Administrator"])
def test_rows_of_the_engine_are_nobodys_to_make(people, doctype, user):
	with as_user(user), refused(frappe.PermissionError):
		doc = frappe.get_doc({"doctype": doctype, "bureau": DISTRICT})
		doc.flags.ignore_mandatory = doc.flags.ignore_links = True
		doc.insert(ignore_permissions=True)


@pytest.mark.parametrize(
	"forged",
	[
		{
			"verifications": [
				{
					"condition": "obligations",
					"method": "On Site",
					"result": "Fulfilled",
					"finding": "属实",
					"verifier": user_of("officer"),
					"second_verifier": user_of("leader"),
					"verified_on": str(DAY),
				}
			]
		},
		{"supplements": [{"item": "补正", "asked_on": str(DAY), "supplied_on": str(DAY)}]},
	],
)
def test_findings_of_verifiers_are_not_typed_into_the_form(record, forged):
	repair = RepairPlayer(record, DAY)
	with as_of(str(DAY)):
		with as_user(user_of("officer")), refused(frappe.PermissionError):
			client.insert({"doctype": "SC Repair Application", **repair.values(), **forged})
		repair.open()
		with as_user(repair.in_step("R10")), refused(frappe.PermissionError):
			doc = frappe.get_doc("SC Repair Application", repair.case)
			doc.update(forged)
			doc.save()


# --- rules and people


def test_whoever_writes_rules_gives_nobody_a_post_and_no_law(people):
	for user in (user_of("rules"), user_of("approver"), user_of("leader")):
		with as_user(user):
			for values in (
				{
					"doctype": "SC Post Assignment",
					"user": user,
					"bureau": DISTRICT,
					"post": "principal_leader",
				},
				{"doctype": "SC Division", "bureau": DISTRICT, "division_name": "自设"},
				{
					"doctype": "SC Absence",
					"user": user_of("leader"),
					"bureau": DISTRICT,
					"kind": "Absence",
					"from_date": str(DAY),
					"to_date": "2099-01-01",
					"reason": "休假",
					"deputy": user,
				},
				{"doctype": "SC Post", "post_code": "x", "post_name": "x"},
			):
				with refused(frappe.PermissionError):
					client.insert(dict(values))


def test_nobody_deputises_by_their_own_word(people):
	officer, head = user_of("officer"), user_of("head")
	today = str(frappe.utils.getdate())
	with as_user(officer):
		for person, deputy in ((officer, officer), (head, officer), (head, "")):
			with refused():
				posts_api.register_absence(DISTRICT, "Delegation", today, today, "休假", deputy, "", person)
		# nor do they hand on what they do not hold
		with refused():
			posts_api.register_absence(
				DISTRICT, "Delegation", today, today, "休假", head, "division_head", officer
			)


def test_the_words_of_a_bureau_are_its_own(people):
	for user in (
		user_of("officer"),
		user_of("rules", COUNTY),
		user_of("approver", COUNTY),
		user_of("rules", DISTRICT),
	):
		with as_user(user), refused(frappe.PermissionError):
			client.insert({"doctype": "SC Term", "bureau": CITY, "term": "list_name", "word": "黑名单"})
	for user in (user_of("rules", COUNTY), user_of("officer")):
		with as_user(user), refused(frappe.PermissionError):
			client.insert(
				{
					"doctype": "SC Local Rule",
					"bureau": DISTRICT,
					"effective_from": str(DAY),
					"state": "Approved",
				}
			)


# --- the framework's own ways to what belongs together


def _linked(user: str, doctype: str, name: str) -> dict:
	with as_user(user):
		return links.get(doctype, name)


def test_links_are_told_to_those_who_read_both_ends(world):
	assert (
		"sclist_app.api.links.get"
		in frappe.get_hooks("override_whitelisted_methods")["frappe.desk.form.linked_with.get"]
	)
	case = world.case("listed")
	for user in (user_of("officer", COUNTY), user_of("supervisor", COUNTY)):
		with refused(frappe.PermissionError):
			_linked(user, "SC Case", case.case)
		# parties are everybody's, what was done about them is not
		assert set(_linked(user, "SC Entity", case.unit)) <= {"SC Entity"}
	assert {"SC Event", "SC Notice", "SC Listing Record"} <= set(
		_linked(user_of("officer"), "SC Case", case.case)
	)
	assert "SC Penalty" in _linked(user_of("supervisor", CITY), "SC Entity", case.unit)


def test_nobody_follows_what_they_do_not_read(world):
	for user, reads in ((user_of("officer", COUNTY), False), (user_of("officer"), True)):
		doc = frappe.new_doc("Document Follow")
		doc.update({"ref_doctype": "SC Case", "ref_docname": world.case("fresh").case, "user": user})
		if reads:
			doc.insert(ignore_permissions=True)
		else:
			with refused(frappe.PermissionError):
				doc.insert(ignore_permissions=True)
