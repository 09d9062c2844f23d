"""The law of a site as records: who may change it and how, and that no rule administrator gets past it."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import frappe
import pytest
from frappe.client import set_value

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import as_of
from sclist_app.api import procedures as api
from sclist_app.documents import issue
from sclist_app.exchange import packages, procedures
from sclist_app.law import guards
from sclist_app.law.periods import Period
from sclist_app.law.statute import KINDS, SHIPPED
from sclist_app.register import removal_kinds, repair_facts
from sclist_app.register.case import CaseReader
from sclist_app.register.listing import defence_period
from sclist_app.register.previews import paper_of
from sclist_app.setup import catalogue, law
from sclist_app.setup.demo import DISTRICT, PROVINCE, user_of
from sclist_app.setup.ledger import Ledger
from sclist_app.workflow import statutes, store
from sclist_app.workflow.calendars import calendar_of
from sclist_app.workflow.model import Procedure
from tests.site.support import as_user, refused
from tests.unit.workflow.test_envelope import BROKEN, GOOD

POSTS = {"a": "case_officer", "b": "principal_leader"}
T04 = "T04-2023-10-01"


def standard() -> str:
	return store.bound_version(PROVINCE, "Listing")


def row(code: str, /, **values: Any):
	doc = frappe.new_doc("SC Statute")
	doc.update(
		{
			"code": code,
			"rule_name": "公示",
			"kind": "Time Limit",
			"article": "《新办法》第九条",
			"n": 15,
			"unit": "Working Day",
			"bound": "Maximum",
			"maximum": 15,
			"certain": 1,
			"valid_from": "2027-01-01",
			**values,
		}
	)
	return doc


def ended(name: str, last: str) -> None:
	doc = frappe.get_doc("SC Statute", name)
	doc.valid_to = last
	doc.save()


def logged(event: str) -> list[str]:
	"""The rules named by the events of this name."""
	rows = frappe.get_all(
		"SC Event",
		filters={"chain": "SC Settings:SC Settings", "event": event},
		pluck="data",
		order_by="seq asc",
	)
	return [json.loads(data)["rule"] for data in rows]


# the records


def test_the_site_holds_the_shipped_law(site):
	held = statutes.current()
	assert (set(held.limits), set(held.invariants)) == (set(SHIPPED.limits), set(SHIPPED.invariants))


def test_set_up_again_changes_nothing(site):
	before = frappe.get_all("SC Statute", fields=["name", "modified"], order_by="name")
	ledger = Ledger()
	catalogue.seed(ledger)
	assert (ledger.inserted, ledger.refreshed) == (0, 0)
	assert frappe.get_all("SC Statute", fields=["name", "modified"], order_by="name") == before


def test_a_site_without_rows_has_the_shipped_law(site):
	with engine_writes():
		for name in frappe.get_all("SC Statute", pluck="name", order_by="name"):
			frappe.delete_doc("SC Statute", name, force=True)
	statutes.forget()
	assert statutes.current() is SHIPPED


@pytest.mark.parametrize(
	("values", "words"),
	[
		({"article": " "}, "依据|article"),
		({"minimum": 16}, "最短|minimum"),
		({"n": 16}, "数值|bounds"),
		({"valid_to": "2026-12-31"}, "失效日期|last day"),
		({}, "2026年12月31日"),  # the earlier row is still in force
		({"unit": ""}, "单位|unit|不完整|Measured"),
		({"code": "INV-nothing", "kind": "Invariant", "enforced_from": "2027-01-01"}, "INV-nothing"),
	],
)
def test_an_unfit_row_is_refused(site, values, words):
	doc = row("T04", **values)
	if doc.kind == "Invariant":
		doc.append("procedure_kinds", {"kind": "Listing"})
	elif values:
		ended(T04, "2026-12-31")
	with refused(frappe.ValidationError, match=words):
		doc.insert()


def test_what_has_begun_stays(site):
	for change in (
		{"n": 25},
		{"maximum": 25},
		{"article": "x"},
		{"valid_from": "2023-10-02"},
		{"bound": "Free"},
	):
		doc = frappe.get_doc("SC Statute", T04)
		doc.update(change)
		with refused(frappe.ValidationError, match=r"T04|Cannot|不"):
			doc.save()
	for name in (T04, "INV-notice.listing-2023-10-01"):
		with refused(frappe.ValidationError, match="删除|deleted"):
			frappe.delete_doc("SC Statute", name)
		with refused():
			frappe.rename_doc("SC Statute", name, "x")
	doc = frappe.get_doc("SC Statute", "INV-notice.listing-2023-10-01")
	doc.procedure_kinds = []
	with refused(frappe.ValidationError):
		doc.save()
	with refused(frappe.PermissionError):
		child = frappe.get_doc("SC Statute Kind", {"parent": "INV-notice.listing-2023-10-01"})
		child.kind = "Objection"
		child.save()
	ended(T04, "2026-12-31")
	assert T04 in logged("statute_changed")
	frappe.db.set_value("SC Statute", T04, "valid_to", "2025-12-31")
	with refused(frappe.ValidationError, match="T04"):
		ended(T04, "2030-12-31")


def test_what_is_to_come_may_be_changed_or_withdrawn(site):
	ended(T04, "2099-12-31")
	doc = row("T04", valid_from="2100-01-01").insert()
	assert doc.name == "T04-2100-01-01"
	doc.n = doc.maximum = 10
	doc.save()
	frappe.delete_doc("SC Statute", doc.name)
	assert doc.name in logged("statute_changed") and doc.name in logged("statute_withdrawn")
	ended(T04, "")


def test_a_release_gives_way_to_the_sites_own_row(site):
	"""An administrator replaced a rule; set-up neither breaks nor puts the shipped one back."""
	with engine_writes():
		frappe.delete_doc("SC Statute", T04, force=True)
	row("T04", valid_from="2023-09-01").insert()
	ledger = Ledger()
	catalogue.seed(ledger)
	assert ledger.inserted == 0 and not frappe.db.exists("SC Statute", T04)


def test_a_rule_follows_the_release_until_somebody_ends_it(site, monkeypatch):
	kept, followed = "INV-mark-2023-10-01", "INV-acceptance-2023-10-01"
	ended(kept, "2099-12-31")
	rows = list(law.statute_rows())
	for shipped in rows:
		if shipped["code"] in ("INV-mark", "INV-acceptance"):
			shipped["text"] = "本版本的文字"
	monkeypatch.setattr(law, "statute_rows", lambda: iter([dict(r) for r in rows]))
	ledger = Ledger()
	catalogue.seed(ledger)
	assert ledger.refreshed == 1
	assert frappe.db.get_value("SC Statute", followed, "text") == "本版本的文字"
	assert frappe.db.get_value("SC Statute", kept, ["text", "valid_to"])[1] == date(2099, 12, 31)
	assert frappe.db.get_value("SC Statute", kept, "text") != "本版本的文字"


def test_only_who_administers_the_site_writes_the_law(site, people):
	"""Not even the rule administrator of the province; reading is everybody's."""
	for user in (
		user_of("rules"),
		user_of("rules", PROVINCE),
		user_of("approver", PROVINCE),
		user_of("officer"),
		"Guest",
	):
		with as_user(user):
			with refused(frappe.PermissionError):
				row("T24", rule_name="x").insert()
			with refused(frappe.PermissionError):
				ended(T04, "2026-12-31")
			with refused(frappe.PermissionError):
				set_value("SC Statute", T04, "valid_to", "2026-12-31")
			with refused(frappe.PermissionError):
				frappe.delete_doc("SC Statute", T04)
	with as_user(user_of("rules")):
		frappe.get_doc("SC Statute", T04).check_permission("read")


# the law changes


def test_a_new_law_is_a_new_row(site, people):
	"""No release: the last day of the old row, a new row, and the checker and the catalogue follow the date."""
	ended(T04, "2026-12-31")
	row("T04").insert()
	with as_of("2026-12-31"):
		catalogue.follow()
		assert frappe.db.get_value("SC Time Limit", "T04", ["n", "maximum"]) == (20, 20)
	with as_of("2027-01-01"):
		catalogue.follow()
		assert frappe.db.get_value("SC Time Limit", "T04", ["n", "maximum", "article"]) == (
			15,
			15,
			"《新办法》第九条",
		)
	with as_user(user_of("rules")):
		draft = api.copy(standard(), "xd-law", "小店区列入程序", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", draft)
		with as_of("2026-12-01"):
			assert api.check(draft)["errors"] == []
			doc.effective_from = "2027-01-01"
			doc.save()
			(error,) = api.check(draft)["errors"]
			assert error["row"] == "T04" and "《新办法》第九条" in error["text"]
			with refused(frappe.ValidationError, match="《新办法》第九条"):
				api.submit(draft)


def test_the_day_of_publication_counts(site, people):
	"""A sound draft approved with a later day is checked by the law of that day."""
	ended(T04, "2026-12-31")
	row("T04").insert()
	with as_of("2026-12-01"):
		with as_user(user_of("rules")):
			draft = api.copy(standard(), "xd-late", "小店区列入程序", DISTRICT)["name"]
			api.submit(draft)
		with as_user(user_of("approver")):
			with refused(frappe.ValidationError, match="《新办法》第九条"):
				api.publish(draft, "2027-01-01")
			api.publish(draft, "2026-12-15")
	assert frappe.db.get_value("SC Procedure Version", draft, "effective_from") == date(2026, 12, 15)


def test_a_new_limit_reaches_the_catalogue(site):
	row("T24", rule_name="试行期限", bound="Free", maximum=0, valid_from="2024-01-01").insert()
	assert frappe.db.get_value("SC Time Limit", "T24", ["limit_name", "n"]) == ("试行期限", 15)


def changed(name: str, last: str, **values: Any) -> None:
	"""The row ends and one with other values follows it."""
	ended(name, last)
	doc = frappe.copy_doc(frappe.get_doc("SC Statute", name))
	doc.update({"valid_to": None, **values})
	doc.insert()


def test_a_new_law_reaches_papers_and_periods(world):
	"""What a notice tells the party is the law of its day, and so is a period the procedure does not set."""
	case = world.case("listed")
	changed("T10-2023-10-01", "2024-12-31", valid_from="2025-01-01", n=4, maximum=4)
	changed("T10@credit_china-2025-06-22", "2025-12-31", valid_from="2026-01-01", n=2, maximum=2)
	changed("T17-2015-05-01", "2024-12-31", valid_from="2025-01-01", n=9, minimum=9, maximum=9)
	changed("T01-2023-10-01", "2024-12-31", valid_from="2025-01-01", n=7)
	for day, accepts, forwarded, months, answers in (
		("2024-12-31", 5, 5, 6, 5),
		("2025-01-01", 4, 4, 9, 7),
		("2025-06-22", 4, 3, 9, 7),
		("2026-01-01", 4, 2, 9, 7),
	):
		with as_of(day):
			letter = text(paper_of(case.doc, "D19", case.unit))
			assert f"本机关自收到申请之日起{accepts}个工作日内决定是否受理" in letter
			assert f"收到推送的申请之日起{forwarded}个工作日内决定是否受理" in letter
			assert paper_of(case.doc, "D05", case.unit).facts["remedy"]["litigation_months"] == months
			without = replace(store.load_procedure(case.doc.procedure_version), limits=())
			assert defence_period(without) == removal_kinds.window(without) == Period(answers, "workday")


def test_a_new_law_reaches_the_papers_of_an_application(people):
	"""A procedure that sets no length of its own gives the party the statute's, for its channel."""
	changed("T12-2023-10-01", "2024-12-31", valid_from="2025-01-01", n=15, maximum=15)
	without = replace(GOOD["Early Removal"], limits=())
	for day, own, forwarded in (("2024-12-31", 20, 20), ("2025-01-01", 15, 15), ("2025-06-22", 15, 10)):
		with as_of(day):
			assert repair_facts.days(without, "T12", "") == own
			assert repair_facts.days(without, "T12", "Credit China") == forwarded


def test_a_longer_time_to_ask_for_a_hearing_is_waited_for(world):
	"""The new row of T02 holds back the decision, and the request is in time until its last day."""
	case = world.case("waiting")
	changed("T02-2021-07-15", "2024-08-31", valid_from="2024-09-01", n=8, minimum=8, maximum=8)
	assert guards.hearing_window(case.day, statutes.current()) == Period(8, "workday")
	facts = CaseReader(case.doc).law
	facts = replace(facts, notices=tuple(replace(n, hearing_offered=True) for n in facts.notices))
	calendar = calendar_of(DISTRICT)

	def codes(workdays: int) -> set[str]:
		day = calendar.add_workdays(case.doc.notice_served_on, workdays)
		found = guards.may_decide(facts, day, calendar, Period(5, "workday"), statutes.current())
		return {f.code for f in found if f.code.startswith("g3.")}

	assert codes(8) == {"g3.hearing_window"} and codes(9) == set()


def test_a_law_without_the_row_is_said(site):
	ended("T10-2023-10-01", "2024-12-31")
	with as_of("2025-01-01"), refused(frappe.ValidationError, match="T10"):
		statutes.limit("T10")


def text(paper) -> str:
	"""The words of a draft as it would be printed today."""
	template = issue.template_for(paper.bureau, paper.kind)
	return re.sub("<[^>]+>", "", issue._html(template.body, issue._facts(paper, template, "—"), preview=True))


def test_an_unsettled_invariant_is_a_setting(site, people):
	"""Notice before restoration rests on analogy: who administers the site may let it only warn."""
	name = "INV-notice.restoration-2023-10-01"
	with as_user(user_of("rules")):
		version = brought("restored without notice", BROKEN["restored without notice"][0])
		assert len(api.check(version)["errors"]) == 1
	last, first = "2026-12-31", "2027-01-01"
	ended(name, last)
	doc = frappe.copy_doc(frappe.get_doc("SC Statute", name))
	doc.update({"valid_from": first, "valid_to": None, "enforced_from": None})
	doc.insert()
	with as_user(user_of("rules")), as_of("2027-01-01"):
		statutes.forget()
		found = api.check(version)
		assert found["errors"] == [] and any("第二十一条" in w["text"] for w in found["warnings"])


# no way past it


def on_site(proc: Procedure) -> Procedure:
	"""The small procedures of the unit tests with posts of the site."""
	return replace(
		proc,
		steps=tuple(replace(s, post=POSTS.get(s.post, s.post)) for s in proc.steps),
		limits=tuple(replace(r, extend_post=POSTS.get(r.extend_post, r.extend_post)) for r in proc.limits),
	)


def package(name: str, proc: Procedure) -> dict[str, Any]:
	content = on_site(proc).to_dict()
	kind = content.pop("kind")
	row = {
		"kind": kind,
		"code": f"xd-{abs(hash(name))}",
		"procedure_name": name,
		"description": "",
		"procedure": content,
	}
	return packages.seal(
		{"schema": packages.SCHEMA, "title": name, "description": "", "procedures": [row], "rows": {}}
	)


def brought(name: str, proc: Procedure) -> str:
	text = json.dumps(package(name, proc), ensure_ascii=False)
	(version,) = api.import_package(text, DISTRICT)["versions"]
	return version


def one_of_each() -> list[str]:
	"""One breach per kind and invariant."""
	found: dict[tuple[str, str], str] = {}
	for name, (proc, code, _row, _article) in BROKEN.items():
		found.setdefault((proc.kind, code), name)
	return list(found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_package_of_each_kind_can_be_submitted(people, kind):
	with as_user(user_of("rules")):
		version = brought(kind, GOOD[kind])
		assert api.check(version)["errors"] == []
		api.submit(version)
		assert frappe.db.get_value("SC Procedure Version", version, "status") == "In Review"


@pytest.mark.parametrize("name", one_of_each())
def test_a_package_that_breaks_the_law_stays_a_draft(people, name):
	proc, _code, _row, article = BROKEN[name]
	with as_user(user_of("rules")):
		version = brought(name, proc)
		doc = frappe.get_doc("SC Procedure Version", version)
		assert doc.status == "Draft" and store.to_procedure(doc).content_hash == on_site(proc).content_hash
		assert any(article in error["text"] and error["row"] for error in api.check(version)["errors"])
		with refused(frappe.ValidationError, match=article):
			api.submit(version)
	with as_user(user_of("approver")), refused(frappe.ValidationError):
		api.publish(version)
	assert frappe.db.get_value("SC Procedure Version", version, "status") == "Draft"


@pytest.mark.parametrize(
	("name", "change"),
	[
		("第十一条", lambda doc: next(r for r in doc.limits if r.limit == "T04").update({"n": 25})),
		("第九条", lambda doc: doc.set("documents", [d for d in doc.documents if d.document_kind != "D01"])),
		(
			"第四条",
			lambda doc: next(s for s in doc.steps if s.code == "C80").update({"level": "Superior Level"}),
		),
		(
			"第四十五条",
			lambda doc: next(t for t in doc.transitions if (t.step, t.action) == ("C70", "refuse")).update(
				{"reason_required": 0}
			),
		),
		("第十三条", lambda doc: next(r for r in doc.limits if r.limit == "T05").update({"n": 2})),
	],
)
def test_a_draft_typed_in_the_form_is_stopped_too(people, name, change):
	with as_user(user_of("rules")):
		draft = api.copy(standard(), "xd-form", "小店区列入程序", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", draft)
		change(doc)
		doc.save()
		with refused(frappe.ValidationError, match=name):
			api.submit(draft)


def test_a_limit_of_the_law_is_not_a_setting_of_the_bureau(people):
	"""The catalogue shows the bounds; typing other ones into it moves nothing, and the officers cannot."""
	with as_user(user_of("rules")), refused(frappe.PermissionError):
		set_value("SC Time Limit", "T04", "maximum", 90)
	frappe.db.set_value("SC Time Limit", "T04", "maximum", 90)
	with as_user(user_of("rules")):
		draft = api.copy(standard(), "xd-bound", "小店区列入程序", DISTRICT)["name"]
		doc = frappe.get_doc("SC Procedure Version", draft)
		next(r for r in doc.limits if r.limit == "T04").n = 25
		doc.save()
		with refused(frappe.ValidationError, match="第十一条"):
			api.submit(draft)


@pytest.mark.parametrize("name", ["notice deleted", "no report", "revoked above", "objection not marked"])
def test_a_shipped_file_that_breaks_the_law_is_not_published(site, name):
	proc, _code, _row, article = BROKEN[name]
	content = on_site(proc).to_dict()
	shipped = {
		"schema": 1,
		"code": f"broken-{abs(hash(name))}",
		"procedure_name": name,
		"kind": content.pop("kind"),
		"bureau": PROVINCE,
		"effective_from": str(date(2023, 10, 1)),
		"bind_to": [PROVINCE],
		"procedure": content,
	}
	with refused(frappe.ValidationError, match=article):
		procedures.load(shipped)
	assert not frappe.db.exists("SC Procedure Binding", {"version": ["like", f"{shipped['code']}%"]})
