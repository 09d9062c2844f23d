"""All functions the app opens to the browser: verb, types, rights — none may be forgotten."""

import importlib
import inspect
import json
import pkgutil
import re
from datetime import date
from pathlib import Path

import frappe
import pytest
from frappe import handler
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

import sclist_app
from sclist_app.access.guard import engine_writes
from sclist_app.documents.issue import template_for
from sclist_app.register import defence, hearing, print_jobs, upward
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import outbox
from tests.site.drafted_papers import draft as draft_template
from tests.site.support import CITY, DISTRICT, as_user, refused, user_of
from tests.site.test_local_rules import draft

NO_POST = "walker@sclist-test.invalid"
ROLE_ONLY = "walker-role@sclist-test.invalid"
FORBIDDEN = {"user", "role", "roles", "owner", "ignore_permissions", "flags", "kwargs"}
# Replace functions of the framework, so they take the framework's verbs and its forms of filters.
IN_PLACE_OF_THE_FRAMEWORKS = {
	"sclist_app.api.counts.get_count",
	"sclist_app.api.entities.search",
	"sclist_app.api.links.get",
}
# The party's door: parties have no account. What it refuses is tested in test_party.
GUESTS = "sclist_app.api.party."


def _modules() -> list:
	found = []
	for info in pkgutil.walk_packages(sclist_app.__path__, "sclist_app."):
		if "doctype" in info.name or info.name.startswith("sclist_app.sclist_app"):
			continue
		found.append(importlib.import_module(info.name))
	return found


def _functions() -> dict:
	_modules()
	return {
		f"{function.__module__}.{function.__name__}": function
		for function in frappe.whitelisted
		if function.__module__.split(".")[0] == "sclist_app"
	}


PATHS = sorted(_functions())


def _parameters(path: str) -> dict:
	return dict(inspect.signature(inspect.unwrap(_functions()[path])).parameters)


def test_there_is_something_to_walk():
	assert {"sclist_app.api.run.act", "sclist_app.api.run.view", "sclist_app.api.papers.download"} <= set(
		PATHS
	)
	assert len(PATHS) >= 16


def test_doctypes_whitelist_nothing_of_their_own():
	"""Functions for the browser stand under api/, where this walk finds them."""
	folder = Path(sclist_app.__file__).parent
	for path in folder.rglob("*.py"):
		if "@frappe.whitelist" in path.read_text(encoding="utf-8"):
			assert path.parent.name == "api", path


@pytest.mark.parametrize("path", PATHS)
def test_each_has_a_verb_types_and_no_forbidden_argument(path):
	function = _functions()[path]
	verbs = frappe.allowed_http_methods_for_whitelisted_func[function]
	if path not in IN_PLACE_OF_THE_FRAMEWORKS:
		assert verbs in (["GET"], ["POST"]), verbs
	by_guests = path.startswith(GUESTS)
	assert (function in frappe.guest_methods) is by_guests, (
		"guests come by the public page and the party's door"
	)
	assert not by_guests or verbs == ["POST"]
	for name, parameter in _parameters(path).items():
		assert name not in FORBIDDEN, name
		assert parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY), name
		assert parameter.annotation is not inspect.Parameter.empty, name
		assert not isinstance(parameter.annotation, str), f"{name}: an annotation as text is not checked"
		if path not in IN_PLACE_OF_THE_FRAMEWORKS:
			assert parameter.annotation in (str, int, float, bool, str | None, int | None), name


@pytest.mark.parametrize("path", PATHS)
def test_no_postponed_annotations(path):
	"""They switch the framework's check of arguments off."""
	source = inspect.getsource(importlib.import_module(path.rpartition(".")[0]))
	assert not re.search(r"^from __future__ import .*annotations", source, re.MULTILINE)


@pytest.mark.parametrize("path", PATHS)
def test_each_says_what_it_needs(path):
	doc = inspect.getdoc(_functions()[path]) or ""
	assert re.search(r"\bneeds?\b", doc, re.IGNORECASE), "name the right it asks for"


@pytest.fixture(scope="module")
def accounts(people):
	frappe.set_user("Administrator")
	for email, role in ((NO_POST, "Report Manager"), (ROLE_ONLY, "SC Officer")):
		if not frappe.db.exists("User", email):
			doc = frappe.new_doc("User")
			doc.update({"email": email, "first_name": email.split("@")[0], "user_type": "System User"})
			doc.send_welcome_email = 0
			doc.append("roles", {"role": role})
			doc.flags.no_welcome_mail = True
			doc.insert()
	frappe.db.commit()


@pytest.fixture
def values(world):
	"""Arguments that would be good from the right person, by the arguments' names."""
	case, fresh = world.case("listed"), world.case("fresh")
	first = {"pluck": "name", "order_by": "creation asc", "limit": 1}
	version = case.doc.procedure_version
	known = {
		"task": fresh.task("C00"),
		"action": "submit",
		"seen": fresh.seq,
		"seq": fresh.seq,
		"doctype": "SC Case",
		"name": fresh.case,
		"case": fresh.case,
		"run": fresh.run,
		"notice": case.notices()[0].name,
		"service_record": frappe.get_all("SC Service Record", filters={"run": case.run}, **first)[0],
		"record": case.records()[0].name,
		"entity": case.person,
		"subject": fresh.unit,
		"publication_name": frappe.get_all("SC Publication", filters={"run": case.run}, **first)[0],
		"measure": frappe.get_all("SC Measure Record", filters={"run": case.run}, **first)[0],
		"defence_name": "",
		"document_kind": "D01",
		"kind": "Defence",
		"text": "检验",
		"reason": "检验理由。",
		"to": user_of("officer2"),
		"version": version,
		"old": version,
		"new": version,
		"procedure": "listing-standard",
		"bureau": DISTRICT,
		"effective_from": "2027-01-01",
		"body": "<p>{{ bureau.name }}</p>",
		"template": draft_template(),
		"base": template_for("", "D05").name,
	}
	waiting = world.case("waiting")
	known |= {"clock": waiting.clock("T01").name, "cause": "Appraisal"}
	known["defence_name"] = waiting.answer("C40", waiting.person, "Defence", "申辩。")
	repair = RepairPlayer(known["record"], date(2025, 10, 9))
	repair.open_case(repair.values())
	known["application"] = repair.case
	with engine_writes():
		application = frappe.get_doc("SC Repair Application", repair.case)
		run = frappe.get_doc("SC Run", repair.run)
		known["report"] = upward.open_for(application, run, known["record"], known["notice"])
	known |= _by_the_rules(waiting, known["record"])
	known["remedy"] = _remedy(known["notice"])
	known["message"] = _message(fresh.case)
	known |= {"penalty": case.penalty, "below": DISTRICT, "which": "unlisted", "way": "Telephone"}
	known["legacy_import_name"] = _checked_file()
	known |= {"job": _print_job(fresh.case), "chosen": json.dumps([fresh.case])}
	return known


def _print_job(case: str) -> str:
	"""A case file the officer of the district has asked for."""
	with as_user(user_of("officer")):
		return print_jobs.start(
			"Case File", "案卷", DISTRICT, {}, reference_doctype="SC Case", reference_name=case
		)


def _checked_file() -> str:
	"""The report on a spreadsheet of the old list, of the district."""
	with engine_writes():
		doc = frappe.new_doc("SC Legacy Import")
		doc.update({"file_name": "旧名单.xlsx", "bureau": DISTRICT, "status": "Checked"})
		return doc.insert().name


def _message(case: str) -> str:
	told = ("Due Soon", "检验", user_of("officer"), "检验", "SC Case", case, DISTRICT)
	outbox.tell_officer(*told)
	name = frappe.db.get_value("SC Message", {"reference_name": case}, "name")
	frappe.db.set_value("SC Message", name, "mail_state", "Mail Failed")
	return name


def _remedy(notice: str) -> str:
	with as_user(user_of("officer")):
		doc = frappe.get_doc({"doctype": "SC Remedy", "kind": "Reconsideration", "notice": notice})
		return doc.insert().name


def _by_the_rules(waiting, record: str) -> dict[str, str]:
	"""A hearing, a sending to a department, a visit and a draft of a local rule, all of the district."""
	with waiting.acting(waiting.in_step("C40")):
		defence.record(waiting.case, waiting.person, "Hearing Request", str(waiting.day), "Written", "", "")
	own = {"record": record, "bureau": DISTRICT, "run": waiting.run, "case": waiting.case}
	made = {}
	with engine_writes():
		for doctype, values in (
			("SC Joint Action", {"state": "To Send", "recipient": "检验局", "way": "Platform"}),
			("SC Follow Up", {"state": "To Visit", "removed_on": "2025-10-09", "due_on": "2026-04-09"}),
		):
			made[doctype] = frappe.get_doc({"doctype": doctype, **own, **values}).insert().name
	return {
		"hearing_name": hearing.of_case(waiting.case)[-1].name,
		"sending": made["SC Joint Action"],
		"visit_name": made["SC Follow Up"],
		"rule": draft(),
	}


def _arguments(path: str, values: dict) -> dict:
	found = {}
	for name, parameter in _parameters(path).items():
		if name in values:
			found[name] = values[name]
		elif parameter.default is inspect.Parameter.empty:
			found[name] = {str: "2024-09-02", int: 1, bool: False}[parameter.annotation]
	return found


def _call(path: str, verb: str, arguments: dict):
	frappe.local.request = Request(EnvironBuilder(method=verb, path=f"/api/method/{path}").get_environ())
	frappe.local.form_dict = frappe._dict({"cmd": path, **arguments})
	try:
		return handler.execute_cmd(path)
	finally:
		del frappe.local.request


def _verb(path: str) -> str:
	return frappe.allowed_http_methods_for_whitelisted_func[_functions()[path]][0]


OWN = [path for path in PATHS if path not in IN_PLACE_OF_THE_FRAMEWORKS]


def _not_refused(paths: list[str], verb, arguments, *kinds: type[BaseException]) -> list[str]:
	"""Which of the functions did not refuse, or refused for another reason."""
	found = []
	for path in paths:
		try:
			with refused(*kinds):
				_call(path, verb(path), arguments(path))
		except Exception as error:
			found.append(f"{path}: {type(error).__name__} {error}"[:300])
	return found


@pytest.mark.parametrize("who", ["Guest", NO_POST, ROLE_ONLY])
def test_without_a_post_each_refuses(accounts, values, who):
	# for the base role alone a count is 0, see test_identities; guests are told what their code lacks
	paths = [path for path in (OWN if who == ROLE_ONLY else PATHS) if path != f"{GUESTS}enter"]
	with as_user(who):
		assert not _not_refused(paths, _verb, lambda path: _arguments(path, values), frappe.PermissionError)


def test_each_takes_its_own_verb_only(values):
	with as_user(user_of("officer")):
		assert not _not_refused(
			OWN,
			lambda path: {"GET": "POST", "POST": "GET"}[_verb(path)],
			lambda path: _arguments(path, values),
			frappe.PermissionError,
		)


@pytest.mark.parametrize("who", [user_of("officer"), user_of("rules"), "Administrator"])
def test_filters_in_place_of_names_are_refused(values, who):
	"""{"name": ["like", "%"]} where a name is expected would choose a document by itself."""
	taken = []
	with as_user(who):
		for path in OWN:
			arguments = _arguments(path, values)
			for name, parameter in _parameters(path).items():
				if parameter.annotation not in (str, str | None):
					continue
				for value in ({"name": ["like", "%"]}, ["like", "%"], {"bureau": DISTRICT}):
					try:
						with refused(frappe.ValidationError, TypeError):
							_call(path, _verb(path), {**arguments, name: value})
					except Exception as error:
						taken.append(f"{path}({name}={value}): {type(error).__name__} {error}"[:300])
	assert not taken


def test_other_bureaus_are_refused(values):
	"""What belongs to the district is not for an officer of the city who reads only their own bureau."""
	of_a_document = {
		"task",
		"case",
		"run",
		"notice",
		"service_record",
		"record",
		"publication_name",
		"measure",
		"defence_name",
		"clock",
		"application",
		"report",
		"hearing_name",
		"sending",
		"visit_name",
		"remedy",
		"message",
		"rule",
		"penalty",
		"below",
		"legacy_import_name",
		"job",
		"chosen",
		"name",
		"template",
	}
	paths = [path for path in OWN if of_a_document & set(_parameters(path))]
	with as_user(user_of("officer", CITY)):
		assert not _not_refused(paths, _verb, lambda path: _arguments(path, values), frappe.PermissionError)


@pytest.mark.parametrize("limit", [-5, 0, 10**9])
def test_limits_of_lists_are_bounded(world, limit):
	from sclist_app.api import tasks

	with as_user(user_of("officer")):
		assert len(tasks.mine(limit)["tasks"]) <= 200


def test_look_up_does_not_take_wildcards(world):
	from sclist_app.api import entities

	with as_user(user_of("officer")):
		assert entities.look_up("%%") == [] and entities.look_up("__") == [] and entities.look_up("检") == []
		assert entities.look_up("检验化工")
