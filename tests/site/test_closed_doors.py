"""What the engine owns cannot be set by any way into the framework: form, REST, import, bulk edit, rename, copy."""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import date
from http.cookiejar import CookieJar

import frappe
import pytest
from frappe import client
from frappe.desk.doctype.bulk_update import bulk_update
from frappe.model.rename_doc import rename_doc, update_document_title

from sclist_app.setup.demo import PASSWORD
from tests.site.support import CITY, COUNTY, DISTRICT, Case, as_user, refused, user_of

ENGINE = (
	"SC Run",
	"SC Task",
	"SC Vote",
	"SC Clock",
	"SC Event",
	"SC Notice",
	"SC Service Record",
	"SC Defence",
	"SC Listing Record",
	"SC Publication",
	"SC Measure Record",
	"SC Number Counter",
)
# field of a case -> a value a request might try
OWNED = {
	"state": "C80",
	"state_title": "已列入",
	"run_status": "Ended",
	"outcome": "Listed",
	"run": "x",
	"procedure_version": "listing-county-short-v1",
	"decided_on": "2024-01-01",
	"notice_served_on": "2024-01-01",
	"defence_closes_on": "2024-01-01",
	"decision_served_on": "2024-01-01",
	"closed_on": "2024-01-01",
	"is_demo": 1,
}
# the same, but where an insert may name them (bureau) or the server sets them anyway (opened_on, officer)
FROZEN = {**OWNED, "bureau": COUNTY, "opened_on": "2020-01-01", "officer": "Administrator"}


def _kept(case: Case) -> dict:
	return frappe.db.get_value("SC Case", case.case, list(FROZEN), as_dict=True)


# --- insert


@pytest.mark.parametrize("field", OWNED)
@pytest.mark.parametrize("user", [user_of("officer"), "Administrator"])
def test_a_new_case_brings_no_field_of_the_engine(world, field, user):
	case = world.case("fresh")
	values = {"doctype": "SC Case", "bureau": DISTRICT, **case.values("7-1"), field: OWNED[field]}
	if field == "run":
		values["run"] = case.run
	with as_user(user):
		for way in (
			lambda: client.insert(dict(values)),
			lambda: client.insert(json.dumps(values)),
			lambda: client.insert_many([dict(values)]),
			lambda: client.save(dict(values)),
			lambda: frappe.get_doc(
				{**values, "flags": {"ignore_permissions": 1, "ignore_validate": 1}}
			).insert(),
		):
			with refused():
				way()


def test_a_new_case_begins_at_the_beginning(world):
	"""Who opens it and when is not the client's to say."""
	case = world.case("fresh")
	with as_user(user_of("officer")):
		doc = client.insert(
			{
				"doctype": "SC Case",
				"bureau": DISTRICT,
				**case.values("7-1"),
				"opened_on": "2020-01-01",
				"officer": "Administrator",
				"owner": "Administrator",
				"name": "SCC-MINE",
			}
		)
	row = frappe.db.get_value(
		"SC Case", doc["name"], ["opened_on", "officer", "owner", "state"], as_dict=True
	)
	assert doc["name"] != "SCC-MINE"
	assert row.officer == row.owner == user_of("officer") and row.state == "C00"
	assert row.opened_on != date(2020, 1, 1)


# --- save


@pytest.mark.parametrize("field", FROZEN)
@pytest.mark.parametrize("user", [user_of("officer"), "Administrator"])
def test_no_way_of_saving_changes_a_field_of_the_engine(world, field, user):
	"""The officer may write the form in this step: only these fields stay closed."""
	case = world.case("fresh")
	value, before = FROZEN[field], _kept(case)

	def as_form():
		doc = frappe.get_doc("SC Case", case.case)
		doc.set(field, value)
		doc.save()

	def as_payload():
		client.save(frappe.get_doc("SC Case", case.case).as_dict() | {field: value})

	def with_flags():
		payload = frappe.get_doc("SC Case", case.case).as_dict() | {field: value}
		client.save(payload | {"flags": {"ignore_permissions": True, "ignore_validate": True}})

	def in_bulk():
		failed = client.bulk_update(json.dumps([{"doctype": "SC Case", "docname": case.case, field: value}]))
		if failed.get("failed_docs"):
			raise frappe.PermissionError

	def by_desk():
		failed = bulk_update.submit_cancel_or_update_docs(
			"SC Case", json.dumps([case.case]), "update", json.dumps({field: value})
		)
		if failed:
			raise frappe.PermissionError

	for way in (
		as_form,
		as_payload,
		with_flags,
		lambda: client.set_value("SC Case", case.case, field, value),
		lambda: client.set_value("SC Case", case.case, {field: value}),
		in_bulk,
		by_desk,
	):
		with as_user(user), refused():
			way()
		assert _kept(case) == before


@pytest.mark.parametrize("field", ["bureau", "is_demo"])
def test_penalties_and_parties_stay_with_their_bureau(world, field):
	case = world.case("fresh")
	for doctype, name in (("SC Penalty", case.penalty), ("SC Entity", case.unit)):
		value = {"bureau": COUNTY, "is_demo": 1}[field]
		with as_user(user_of("officer")), refused():
			client.set_value(doctype, name, field, value)


def test_the_seal_of_a_certificate_number_is_not_set(world):
	case = world.case("fresh")
	before = frappe.db.get_value("SC Entity", case.person, ["id_number_sealed", "id_number_key", "id_number"])
	for user in (user_of("officer"), "Administrator"):
		for field in ("id_number_sealed", "id_number_key"):
			frappe.db.savepoint("seal")
			try:
				with as_user(user):
					client.set_value("SC Entity", case.person, field, "x")
			except (frappe.PermissionError, frappe.ValidationError):
				frappe.db.rollback(save_point="seal")
			after = frappe.db.get_value(
				"SC Entity", case.person, ["id_number_sealed", "id_number_key", "id_number"]
			)
			assert after == before


# --- rows of a form are saved with their form alone


def _tables() -> list[str]:
	return frappe.get_all(
		"DocType", filters={"module": "SCList App", "istable": 1}, pluck="name", order_by="name"
	)


def test_a_row_is_not_saved_past_its_form(world):
	"""REST saves a row by itself: a leader with a task would change the subjects nobody let them change."""
	case = world.case("waiting")
	case.let_window_pass("C40")
	row = case.doc.subjects[0]
	other = world.case("fresh")
	for user in (case.in_step("C50"), "Administrator"):
		with as_user(user):
			doc = frappe.get_doc("SC Case Subject", row.name)
			doc.entity = other.person
			with refused():
				doc.save()
			with refused():
				client.set_value("SC Case Subject", row.name, "entity", other.person)
			with refused():
				frappe.delete_doc("SC Case Subject", row.name)
			with refused():
				frappe.get_doc(
					{
						"doctype": "SC Case Subject",
						"parent": case.case,
						"parenttype": "SC Case",
						"parentfield": "subjects",
						"entity": other.person,
					}
				).insert()


def test_no_row_of_any_table_is_saved_alone(world):
	version = frappe.get_doc("SC Procedure Version", world.case("waiting").doc.procedure_version)
	for table, row in (
		("steps", version.steps[0]),
		("limits", version.limits[0]),
		("transitions", version.transitions[0]),
	):
		for user in (user_of("rules", "140000"), "Administrator"):
			with as_user(user):
				doc = frappe.get_doc(row.doctype, row.name)
				if table == "limits":
					doc.n = 99
				elif table == "steps":
					doc.title = "改写"
				else:
					doc.label = "改写"
				with refused():
					doc.save()
				with refused():
					frappe.delete_doc(row.doctype, row.name)
	for doctype in _tables():
		doc = frappe.new_doc(doctype)
		doc.update({"parent": "x", "parenttype": "SC Case", "parentfield": "y"})
		doc.flags.ignore_links = doc.flags.ignore_mandatory = True
		with refused(frappe.PermissionError):
			doc.insert(ignore_permissions=True)


# --- copy, amend, submit, rename, delete


def test_a_copy_begins_at_the_beginning(world):
	listed = world.case("listed")
	with as_user(user_of("officer")):
		with refused():
			frappe.copy_doc(frappe.get_doc("SC Case", listed.case)).insert()
		copy = frappe.copy_doc(frappe.get_doc("SC Case", listed.case), ignore_no_copy=False)
		assert not any(copy.get(field) for field in OWNED)
		copy.insert()
	row = frappe.db.get_value(
		"SC Case", copy.name, ["state", "run_status", "decided_on", "run"], as_dict=True
	)
	assert (row.state, row.run_status, row.decided_on) == ("C00", "Active", None)
	assert row.run != listed.run


def test_nothing_is_submitted_amended_or_cancelled(world):
	case = world.case("fresh")
	for user in (user_of("officer"), "Administrator"):
		with as_user(user):
			with refused():
				client.submit(frappe.get_doc("SC Case", case.case).as_dict())
			with refused():
				client.cancel("SC Case", case.case)
			with refused():
				client.save(frappe.get_doc("SC Case", case.case).as_dict() | {"docstatus": 1})
			with refused():
				client.insert(
					{"doctype": "SC Case", "bureau": DISTRICT, **case.values("7-1"), "docstatus": 1}
				)
	assert frappe.db.get_value("SC Case", case.case, "docstatus") == 0
	assert not any(
		frappe.get_meta(doctype).is_submittable
		for doctype in frappe.get_all(
			"DocType", filters={"module": "SCList App"}, pluck="name", order_by="name"
		)
	)


@pytest.mark.parametrize("user", [user_of("officer"), "Administrator"])
def test_nothing_is_renamed_merged_or_deleted(world, user):
	case, other = world.case("listed"), world.case("fresh")
	targets = {
		"SC Case": (case.case, other.case),
		"SC Entity": (case.unit, other.unit),
		"SC Penalty": (case.penalty, other.penalty),
		"SC Notice": (case.notices()[0].name, case.notices()[1].name),
		"SC Run": (case.run, other.run),
		"SC Listing Record": tuple(row.name for row in case.records()),
		"SC Event": tuple(row.name for row in case.events()[:2]),
		"SC Procedure Version": (case.doc.procedure_version, "listing-county-short-v1"),
	}
	with as_user(user):
		for doctype, (name, second) in targets.items():
			for way in (
				lambda d=doctype, n=name: client.rename_doc(d, n, "NEW-NAME"),
				lambda d=doctype, n=name: rename_doc(d, n, "NEW-NAME", force=True, show_alert=False),
				lambda d=doctype, n=name, s=second: rename_doc(
					d, n, s, merge=True, force=True, show_alert=False
				),
				lambda d=doctype, n=name: update_document_title(doctype=d, docname=n, name="NEW-NAME"),
				lambda d=doctype, n=name: client.delete(d, n),
				lambda d=doctype, n=name: frappe.delete_doc(d, n, force=True),
			):
				with refused():
					way()
			assert frappe.db.exists(doctype, name) and frappe.db.exists(doctype, second)


# --- documents of the engine


@pytest.mark.parametrize("doctype", ENGINE)
@pytest.mark.parametrize("user", [user_of("officer"), user_of("leader"), "Administrator"])
def test_documents_of_the_engine_are_nobodys_to_make_or_change(world, doctype, user):
	row = frappe.get_all(doctype, pluck="name", order_by="creation desc", limit=1)
	values = {"doctype": doctype, "reference_doctype": "SC Case", "reference_name": world.case("fresh").case}
	if doctype == "SC Number Counter":
		values["counter_key"] = "140105:D01:1999"
	with as_user(user):
		with refused(frappe.PermissionError, frappe.ValidationError):
			client.insert(dict(values))
		with refused():
			doc = frappe.get_doc(values)
			doc.flags.ignore_permissions = doc.flags.ignore_mandatory = doc.flags.ignore_links = True
			doc.insert()
		if not row:
			return
		doc = frappe.get_doc(doctype, row[0])
		fields = [
			df for df in doc.meta.fields if df.fieldtype in ("Data", "Select", "Int", "Small Text", "Text")
		]
		for df in fields[:6]:
			with refused():
				client.set_value(doctype, row[0], df.fieldname, 7 if df.fieldtype == "Int" else "x")
			changed = frappe.get_doc(doctype, row[0])
			changed.set(df.fieldname, 7 if df.fieldtype == "Int" else "x")
			with refused():
				changed.save(ignore_permissions=True)


def test_every_document_of_the_engine_exists_to_be_tried(world):
	case = world.case("waiting")
	case.answer("C40", case.person, "Defence", "申辩。")
	panel = world.case("discussed")
	panel.vote("C60", ("agree",))
	for doctype in ENGINE:
		assert frappe.db.count(doctype), doctype
		doc = frappe.get_last_doc(doctype)
		with refused(frappe.PermissionError):
			doc.save(ignore_permissions=True)
		with refused():
			doc.delete(ignore_permissions=True)


def test_an_import_writes_no_field_of_the_engine(world):
	from frappe.core.doctype.data_import.importer import Importer

	case = world.case("fresh")
	before = _kept(case)
	for user in (user_of("officer"), "Administrator"):
		for rows, kind in (
			([["ID", "State"], [case.case, "C80"]], "Update Existing Records"),
			([["ID", "Run Status"], [case.case, "Ended"]], "Update Existing Records"),
		):
			path = frappe.get_site_path("private", "files", "sclist-import-test.csv")
			with open(path, "w", encoding="utf-8") as file:
				file.write("\n".join(",".join(row) for row in rows) + "\n")
			doc = frappe.new_doc("Data Import")
			doc.update({"reference_doctype": "SC Case", "import_type": kind})
			with as_user(user):
				try:
					importer = Importer(
						"SC Case", data_import=doc, file_path=path, import_type=kind, console=True
					)
					for payload in importer.import_file.get_payloads_for_import():
						importer.process_doc(payload.doc)
				except Exception as error:
					assert not isinstance(error, AssertionError)
			frappe.local.message_log = []
			assert _kept(case) == before


# --- rules


def test_a_published_version_is_never_changed(world):
	name = world.case("waiting").doc.procedure_version
	stored = frappe.get_doc("SC Procedure Version", name)
	for user in (user_of("rules", "140000"), "Administrator"):
		with as_user(user):
			for field, value in (
				("status", "Draft"),
				("status", "Retired"),
				("content_hash", "0" * 64),
				("effective_from", "2020-01-01"),
				("note", "改写"),
				("version_no", 9),
				("bureau", COUNTY),
			):
				with refused():
					client.set_value("SC Procedure Version", name, field, value)
			doc = frappe.get_doc("SC Procedure Version", name)
			doc.limits[0].n = 1
			with refused():
				doc.save()
			doc = frappe.get_doc("SC Procedure Version", name)
			doc.steps = doc.steps[1:]
			with refused():
				doc.save()
			with refused():
				client.set_value("SC Procedure Step", stored.steps[0].name, "title", "改写")
			with refused():
				frappe.delete_doc("SC Procedure Version", name)


def test_a_draft_is_not_made_published_by_a_payload(world):
	source = frappe.get_doc("SC Procedure Version", world.case("short").doc.procedure_version)
	draft = frappe.copy_doc(source)
	draft.update({"status": "Published", "content_hash": source.content_hash, "approver": "Administrator"})
	draft.insert()
	assert (draft.status, draft.content_hash, draft.approver) == ("Draft", None, None)
	for field, value in (("status", "Published"), ("content_hash", "x"), ("approver", "Administrator")):
		with refused():
			client.set_value("SC Procedure Version", draft.name, field, value)
	with refused():
		frappe.get_doc(
			{
				"doctype": "SC Procedure Binding",
				"bureau": COUNTY,
				"kind": "Listing",
				"version": draft.name,
				"effective_from": "2024-01-01",
			}
		).insert()


def test_rules_are_bound_below_their_owner_only(world):
	county = world.case("short").doc.procedure_version
	standard = world.case("waiting").doc.procedure_version
	values = {"doctype": "SC Procedure Binding", "kind": "Listing", "effective_from": "2024-01-01"}
	for bureau, version in ((DISTRICT, county), (CITY, county)):
		with refused(frappe.ValidationError):
			frappe.get_doc({**values, "bureau": bureau, "version": version}).insert()
	with refused(frappe.ValidationError):
		frappe.get_doc({**values, "kind": "Early Removal", "bureau": CITY, "version": standard}).insert()
	with refused(frappe.ValidationError):
		frappe.get_doc(
			{
				**values,
				"bureau": CITY,
				"version": standard,
				"effective_from": "2025-01-01",
				"effective_to": "2024-01-01",
			}
		).insert()
	with as_user(user_of("approver", COUNTY)), refused(frappe.PermissionError):
		frappe.get_doc({**values, "bureau": CITY, "version": standard}).insert()


def test_rules_of_another_bureau_are_not_pulled_to_ones_own(world):
	"""A request that moves a foreign rule to the user's own bureau asks for both."""
	template = frappe.get_doc(
		{
			"doctype": "SC Text Block",
			"bureau": CITY,
			"block": "rights",
			"text": "市局文本：你单位可以陈述、申辩。",
		}
	)
	template.flags.ignore_mandatory = template.flags.ignore_links = True
	template.insert()
	with as_user(user_of("rules", COUNTY)):
		with refused(frappe.PermissionError):
			client.set_value("SC Text Block", template.name, "bureau", COUNTY)
		with refused(frappe.PermissionError):
			client.set_value("SC Text Block", template.name, "text", "改写")
	binding = frappe.get_all(
		"SC Procedure Binding",
		filters={"bureau": "140000", "kind": "Listing"},
		pluck="name",
		order_by="creation",
	)[0]
	with as_user(user_of("approver", COUNTY)), refused(frappe.PermissionError):
		client.set_value("SC Procedure Binding", binding, "bureau", COUNTY)


def test_nobody_drafts_a_version_of_a_foreign_procedure(world):
	with as_user(user_of("rules", COUNTY)), refused(frappe.PermissionError):
		frappe.get_doc(
			{
				"doctype": "SC Procedure Version",
				"procedure": "listing-standard",
				"bureau": COUNTY,
				"effective_from": "2027-01-01",
			}
		).insert()


# --- over HTTP


class Browser:
	"""A session over HTTP; answers are (status, body)."""

	def __init__(self, address: str, user: str, password: str):
		self.address = address
		self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
		status, _body = self("POST", "/api/method/login", usr=user, pwd=password)
		assert status == 200, status

	def __call__(self, verb: str, path: str, **values):
		data = json.dumps(values).encode() if values else None
		request = urllib.request.Request(
			self.address + urllib.parse.quote(path),
			data,
			{"Content-Type": "application/json", "Accept": "application/json"},
			method=verb,
		)
		try:
			with self.opener.open(request, timeout=30) as answer:
				return answer.status, answer.read().decode()
		except urllib.error.HTTPError as error:
			return error.code, error.read().decode()


def test_over_http_the_same_doors_are_closed(world, base_url):
	case = world.case("fresh")
	browser = Browser(base_url, user_of("officer"), PASSWORD)
	path = f"/api/resource/SC Case/{case.case}"
	assert browser("GET", path)[0] == 200
	before = _kept(case)
	for field, value in FROZEN.items():
		status, body = browser("PUT", path, **{field: value})
		assert status in (403, 417), (field, status, body[:200])
		status, body = browser(
			"PUT", path, **{field: value, "flags": {"ignore_validate": 1, "ignore_permissions": 1}}
		)
		assert status in (403, 417), (field, status, body[:200])
	frappe.db.rollback()
	assert _kept(case) == before

	row = case.doc.subjects[0].name
	for verb, where, values in (
		("DELETE", path, {}),
		("PUT", path, {"docstatus": 1}),
		("PUT", f"/api/resource/SC Case Subject/{row}", {"entity": case.person}),
		("DELETE", f"/api/resource/SC Case Subject/{row}", {}),
		("PUT", f"/api/resource/SC Run/{case.run}", {"status": "Ended"}),
		(
			"POST",
			"/api/resource/SC Event",
			{"chain": "x", "reference_doctype": "SC Case", "reference_name": case.case},
		),
		("POST", "/api/resource/SC Task", {"reference_doctype": "SC Case", "reference_name": case.case}),
		("GET", f"/api/resource/SC Case/{world.case('city').case}", {}),
		("GET", "/api/method/sclist_app.api.run.act?task=x&action=submit&seen=0", {}),
	):
		status, body = browser(verb, where, **values)
		assert status in (403, 404, 405, 417), (verb, where, status, body[:200])
	frappe.db.rollback()
	assert case.doc.subjects[0].name == row and frappe.db.get_value("SC Run", case.run, "status") == "Active"
