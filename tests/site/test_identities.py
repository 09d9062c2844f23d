"""Who sees what: every identity, every kind of document, and lists that say the same as forms."""

import contextlib
import json
from types import SimpleNamespace

import frappe
import pytest
from frappe import client, handler
from frappe.desk import reportview
from frappe.desk.search import search_link

from sclist_app.api import papers as papers_api
from sclist_app.workflow import actions
from tests.site.support import CITY, COUNTY, DISTRICT, PROVINCE, Case, as_user, refused, user_of

NO_POST = "no-post@sclist-test.invalid"
ROLE_ONLY = "role-only@sclist-test.invalid"
MANAGER = "manager@sclist-test.invalid"
VISITOR = "visitor@sclist-test.invalid"

GUARDED = (
	"SC Case",
	"SC Penalty",
	"SC Notice",
	"SC Service Record",
	"SC Defence",
	"SC Listing Record",
	"SC Publication",
	"SC Measure Record",
	"SC Run",
	"SC Task",
	"SC Vote",
	"SC Clock",
	"SC Event",
)
OTHERS = (
	"SC Entity",
	"SC Post Assignment",
	"SC Division",
	"SC Absence",
	"SC Effect Run",
	"SC Procedure",
	"SC Procedure Version",
	"SC Procedure Binding",
	"SC Document Template",
	"SC Text Block",
	"SC Number Rule",
	"SC Publication Channel",
)


@pytest.fixture(scope="module")
def accounts(people):
	"""Accounts without any post, committed; ROLE_ONLY was given the base role by hand."""
	frappe.set_user("Administrator")
	for email, user_type, *roles in (
		(NO_POST, "System User", "Report Manager"),
		(ROLE_ONLY, "System User", "SC Officer"),
		(MANAGER, "System User", "System Manager", "SC Officer"),
		(VISITOR, "Website User"),
	):
		if frappe.db.exists("User", email):
			continue
		doc = frappe.new_doc("User")
		doc.update({"email": email, "first_name": email.split("@")[0], "user_type": user_type})
		doc.send_welcome_email = 0
		for role in roles:
			doc.append("roles", {"role": role})
		doc.flags.no_welcome_mail = True
		doc.insert()
	frappe.db.commit()


def _called(method: str, **arguments):
	"""A call as the browser makes it, through the framework's handler."""
	frappe.local.request = frappe._dict(method="GET")
	frappe.local.form_dict = frappe._dict({"cmd": method, **arguments})
	try:
		return handler.execute_cmd(method)
	finally:
		del frappe.local.request


@pytest.fixture
def papers_of(world):
	"""One document of each kind of the finished district case, and tasks of the city's open one."""
	case = world.case("listed")
	first = {"order_by": "creation asc", "pluck": "name", "limit": 1}
	return SimpleNamespace(
		case=case,
		city=world.case("city"),
		names={
			"SC Case": case.case,
			"SC Penalty": case.penalty,
			"SC Entity": case.person,
			"SC Run": case.run,
			"SC Notice": case.notices()[0].name,
			"SC Listing Record": case.records()[0].name,
			"SC Service Record": frappe.get_all(
				"SC Service Record", filters={"reference_name": case.case}, **first
			)[0],
			**{
				doctype: frappe.get_all(doctype, filters={"run": case.run}, **first)[0]
				for doctype in ("SC Task", "SC Clock", "SC Event", "SC Publication", "SC Measure Record")
			},
		},
	)


READ_BY = {  # mailboxes that must read the district's case
	DISTRICT: (
		"officer",
		"head",
		"legal",
		"deputy",
		"leader",
		"papers",
		"credit",
		"check",
		"supervisor",
		"approver",
	),
	CITY: ("deputy", "leader", "credit", "supervisor", "approver"),
	PROVINCE: ("deputy", "leader", "credit", "supervisor", "approver"),
}
NOT_READ_BY = {
	CITY: ("officer", "head", "legal", "papers", "check", "rules"),  # posts that do not read below
	PROVINCE: ("officer", "head", "legal", "rules"),
	COUNTY: (
		"officer",
		"head",
		"legal",
		"deputy",
		"leader",
		"credit",
		"supervisor",
		"approver",
	),  # another bureau
}


def _pairs(table) -> list[str]:
	return [user_of(mailbox, bureau) for bureau, mailboxes in table.items() for mailbox in mailboxes]


def _readable(doctype: str, name: str) -> bool:
	try:
		frappe.get_doc(doctype, name).check_permission("read")
	except frappe.PermissionError:
		return False
	finally:
		frappe.local.message_log = []
	return True


@pytest.mark.parametrize("user", _pairs(READ_BY))
def test_holders_and_superiors_read(papers_of, user):
	with as_user(user):
		for doctype, name in papers_of.names.items():
			assert _readable(doctype, name), doctype
			assert frappe.get_list(doctype, filters={"name": name}, pluck="name") == [name], doctype


@pytest.mark.parametrize("user", _pairs(NOT_READ_BY))
def test_other_bureaus_read_nothing(papers_of, user):
	with as_user(user):
		for doctype, name in papers_of.names.items():
			if doctype == "SC Entity":
				continue  # the register of parties is open to every post
			assert not _readable(doctype, name), doctype
			assert frappe.get_list(doctype, filters={"name": name}, pluck="name") == [], doctype
			with refused(frappe.PermissionError):
				client.get(doctype, name)
			with refused(frappe.PermissionError):
				client.get(doctype, filters={"name": name})


def test_a_subordinate_does_not_read_up(papers_of):
	for mailbox in ("officer", "leader", "credit", "supervisor", "approver"):
		for bureau in (DISTRICT, COUNTY):
			with as_user(user_of(mailbox, bureau)):
				assert not _readable("SC Case", papers_of.city.case)
				assert not _readable("SC Task", papers_of.city.task("C00"))
				assert not frappe.get_list("SC Case", filters={"bureau": ["in", [CITY, PROVINCE]]})


@pytest.mark.parametrize("user", [NO_POST, ROLE_ONLY, VISITOR, "Guest"])
def test_without_a_post_nothing_is_read(accounts, papers_of, user):
	with as_user(user):
		for doctype, name in papers_of.names.items():
			assert not _readable(doctype, name), doctype
			with contextlib.suppress(frappe.PermissionError):
				assert frappe.get_list(doctype, pluck="name") == [], doctype


def test_a_system_manager_without_post_reads_no_case_and_no_party(accounts, papers_of):
	with as_user(MANAGER):
		for doctype, name in papers_of.names.items():
			assert not _readable(doctype, name), doctype
			assert frappe.get_list(doctype, pluck="name") == [], doctype


def test_the_administrator_reads_and_never_acts(papers_of, world):
	for doctype, name in papers_of.names.items():
		assert _readable(doctype, name)
	case = world.case("fresh")
	with refused(frappe.PermissionError):
		actions.act(case.task("C00"), "submit", "", case.seq, "")


def test_a_disabled_account_holds_no_post(papers_of):
	user = user_of("officer")
	frappe.db.set_value("User", user, "enabled", 0)
	with as_user(user):
		assert not _readable("SC Case", papers_of.case.case)


def test_a_closed_bureau_gives_no_rights(papers_of):
	frappe.db.set_value("SC Bureau", DISTRICT, "enabled", 0)
	with as_user(user_of("officer")):
		assert not _readable("SC Case", papers_of.case.case)
		assert frappe.get_list("SC Case") == []


# --- lists say the same as forms


ASKED = [
	user_of("officer"),
	user_of("credit"),
	user_of("rules", COUNTY),
	user_of("officer", COUNTY),
	user_of("head", CITY),
	user_of("leader", CITY),
	user_of("supervisor", PROVINCE),
	user_of("officer", PROVINCE),
	NO_POST,
	ROLE_ONLY,
	MANAGER,
	VISITOR,
	"Administrator",
]


def _newest(doctype: str) -> list[str]:
	"""The newest documents of every bureau that has any."""
	if not frappe.get_meta(doctype).has_field("bureau"):
		return frappe.get_all(doctype, pluck="name", order_by="creation desc", limit=12)
	names = []
	for bureau in {*frappe.get_all(doctype, pluck="bureau", order_by="creation", distinct=True)}:
		filters = {"bureau": bureau} if bureau else {"bureau": ["is", "not set"]}
		names += frappe.get_all(doctype, filters=filters, pluck="name", order_by="creation desc", limit=6)
	return names


@pytest.mark.parametrize("user", ASKED)
def test_lists_counts_and_forms_agree(accounts, world, user):
	seen = 0
	for doctype in (*GUARDED, *OTHERS):
		names = _newest(doctype)
		with as_user(user):
			by_form = {name for name in names if _readable(doctype, name)}
			try:
				by_list = set(frappe.get_list(doctype, filters={"name": ["in", names]}, pluck="name"))
			except frappe.PermissionError:
				by_list = set()
			frappe.local.message_log = []
			assert by_form == by_list, doctype
			counted = len(by_list)
			try:
				assert (
					_called("frappe.client.get_count", doctype=doctype, filters={"name": ["in", names]})
					== counted
				)
			except frappe.PermissionError:
				assert not counted, doctype
		seen += len(by_list)
	assert seen or user in (NO_POST, ROLE_ONLY, VISITOR), "the officers and the administrator see something"


# --- other ways to the same rows


def _form(**values) -> None:
	frappe.local.form_dict = frappe._dict({"cmd": "x", **values})


@pytest.mark.parametrize(
	("user", "sees"),
	[
		(user_of("officer"), True),
		(user_of("supervisor", CITY), True),
		(user_of("officer", COUNTY), False),
		(NO_POST, False),
	],
)
def test_reports_exports_and_search_follow_the_tree(accounts, papers_of, user, sees):
	case = papers_of.case.case
	query = {
		"doctype": "SC Case",
		"fields": json.dumps(["name"]),
		"filters": json.dumps([["SC Case", "name", "=", case]]),
	}
	with as_user(user):
		for call in (_report, _count, _export):
			_form(**query)
			found = _answer(call)
			assert bool(found) is sees, call.__name__
		try:
			found = list(_search("SC Case", case))
		except frappe.PermissionError:
			found = []
		assert bool(found) is sees


def _answer(call):
	try:
		return call()
	except frappe.PermissionError:
		return None
	finally:
		frappe.local.message_log = []


def _report():
	answer = reportview.get()
	return answer and (answer.get("values") if isinstance(answer, dict) else answer)


def _count():
	return reportview.get_count()


def _export():
	frappe.local.form_dict.file_format_type = "CSV"
	frappe.local.form_dict.title = "SC Case"
	reportview.export_query()
	answer = frappe.response.get("result") or frappe.response.get("filecontent") or b""
	text = answer.decode() if isinstance(answer, bytes) else str(answer)
	return "SCC-" in text


def _search(doctype: str, text: str):
	frappe.response.pop("results", None)
	found = search_link(doctype, text)
	return found if found is not None else frappe.response.get("results") or []


@pytest.mark.parametrize(
	("user", "sees"),
	[(user_of("officer"), True), (user_of("leader", CITY), True), (user_of("officer", COUNTY), False)],
)
def test_printing_and_downloading_follow_the_tree(papers_of, user, sees):
	from frappe.www.printview import get_html_and_style

	with as_user(user):
		for doctype in ("SC Case", "SC Notice", "SC Listing Record"):
			name = papers_of.names[doctype]
			if sees:
				assert get_html_and_style(doctype, name)["html"]
			else:
				with refused(frappe.PermissionError):
					get_html_and_style(doctype, name)
		if sees:
			papers_api.download(papers_of.names["SC Notice"])
			assert frappe.local.response.filecontent.startswith(b"%PDF-")
		else:
			with refused(frappe.PermissionError):
				papers_api.download(papers_of.names["SC Notice"])


def test_a_download_is_logged(papers_of):
	notice = papers_of.names["SC Notice"]
	chain = {"chain": f"SC Notice:{notice}"}
	before = frappe.db.count("SC Event", chain)
	with as_user(user_of("officer")):
		papers_api.download(notice)
	assert frappe.db.count("SC Event", chain) == before + 1
	assert frappe.get_last_doc("SC Event", filters=chain).actor == user_of("officer")


def test_a_draft_paper_needs_a_task(world):
	"""Drafts bear full numbers: only who works on the case draws one."""
	case = world.case("fresh")
	for user in (user_of("supervisor", CITY), user_of("legal"), user_of("officer", COUNTY), NO_POST):
		if not frappe.db.exists("User", user):
			continue
		with as_user(user), refused(frappe.PermissionError):
			papers_api.preview("SC Case", case.case, "D01", case.unit)


# --- no side doors


def test_sharing_is_refused(papers_of):
	from frappe import share

	for user in (user_of("officer"), "Administrator"):
		for doctype in ("SC Case", "SC Notice", "SC Entity"):
			with as_user(user), refused(frappe.PermissionError):
				share.add(doctype, papers_of.names[doctype], user_of("officer", COUNTY), read=1)
	with refused(frappe.PermissionError):
		share.add_docshare(
			"SC Case",
			papers_of.case.case,
			user_of("officer", COUNTY),
			read=1,
			flags={"ignore_share_permission": True},
		)


def test_assigning_is_refused(papers_of):
	from frappe.desk.form import assign_to

	for user in (user_of("officer"), "Administrator"):
		with as_user(user), refused(frappe.PermissionError):
			assign_to.add(
				{"assign_to": [user_of("officer", COUNTY)], "doctype": "SC Case", "name": papers_of.case.case}
			)


def test_an_active_workflow_is_refused(people):
	from sclist_app.access.sharing import refuse_workflow

	workflow = frappe.new_doc("Workflow")
	workflow.update(
		{"workflow_name": "检验", "document_type": "SC Case", "is_active": 1, "workflow_state_field": "state"}
	)
	for title in ("检验一", "检验二"):
		if not frappe.db.exists("Workflow State", title):
			frappe.get_doc({"doctype": "Workflow State", "workflow_state_name": title}).insert()
		workflow.append("states", {"state": title, "doc_status": "0", "allow_edit": "System Manager"})
	if not frappe.db.exists("Workflow Action Master", "检验"):
		frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": "检验"}).insert()
	workflow.append(
		"transitions",
		{"state": "检验一", "action": "检验", "next_state": "检验二", "allowed": "System Manager"},
	)
	with refused(frappe.ValidationError):
		workflow.insert()
	with pytest.raises(frappe.ValidationError):
		refuse_workflow(workflow)
	workflow.is_active = 0
	refuse_workflow(workflow)


def test_a_superior_and_another_post_do_not_write(world):
	case = world.case("fresh")
	for user in (
		user_of("leader", CITY),
		user_of("supervisor", CITY),
		user_of("legal"),
		user_of("officer", COUNTY),
	):
		with as_user(user):
			doc = frappe.get_doc("SC Case", case.case)
			doc.reasons = "不是承办人改写。"
			with refused(frappe.PermissionError):
				doc.save()
			assert not doc.has_permission("write") and not doc.has_permission("delete")


def test_a_case_is_opened_by_registering_posts_of_the_bureau_only(world):
	values = world.case("fresh").values("7-1")
	for user in (user_of("head"), user_of("officer", CITY), user_of("supervisor"), user_of("rules")):
		with as_user(user), refused(frappe.PermissionError):
			frappe.get_doc({"doctype": "SC Case", "bureau": DISTRICT, **values}).insert()


def test_parties_of_another_bureau_are_read_not_written(world):
	case = world.case("listed")
	for user in (user_of("officer", COUNTY), user_of("head"), user_of("leader", CITY)):
		with as_user(user):
			doc = frappe.get_doc("SC Entity", case.unit)
			doc.check_permission("read")
			doc.address = "改写的地址"
			with refused(frappe.PermissionError):
				doc.save()


def test_server_code_reads_without_asking(papers_of):
	"""get_all is for server code: it does not ask, so that jobs see every bureau."""
	with as_user("Guest"):
		assert frappe.get_all("SC Case", filters={"name": papers_of.case.case}, pluck="name")


def test_cases_are_played_in_their_own_bureau(world):
	assert isinstance(world.case("city"), Case) and world.case("city").bureau == CITY
