"""The shipped seed data: complete, consistent, and derived from the law."""

from collections import Counter
from datetime import date

import pytest
from stdnum.cn import ric

from sclist_app.law import statute
from sclist_app.law.calendar import seed_calendar
from sclist_app.law.grounds import GROUNDS
from sclist_app.law.identifiers import check_division_code, check_document_number, division_parent
from sclist_app.setup import law, papers
from sclist_app.setup.divisions import bureau_seeds, read_seed

LEVELS = {"Province": "province", "City": "city", "County": "county"}
DECIDING = {"deputy_leader", "principal_leader", "legal_reviewer", "panel_member"}


def test_the_tree_has_every_division_of_the_province():
	levels = Counter(b.level for b in bureau_seeds())
	assert levels == {"Province": 1, "City": 11, "County": 117}


def test_codes_fit_their_level_and_superior():
	for bureau in bureau_seeds():
		code, findings = check_division_code(bureau.code, LEVELS[bureau.level])
		assert (code, findings) == (bureau.code, [])
		assert bureau.parent == (None if bureau.level == "Province" else division_parent(code))


def test_names_agree_with_the_division_data_of_the_package():
	"""An independent list: a code read with a birth date of 2021 must give the place of that year."""
	for city in read_seed("bureaus")["cities"]:
		for county in city["counties"]:
			place = ric.get_birth_place(county["code"] + "20210601001X")
			assert place["county"].endswith(county["place"]), county
			assert place["province"] == "山西省"


@pytest.mark.parametrize(
	("code", "name"),
	[
		("140000", "山西省应急管理厅"),
		("140100", "太原市应急管理局"),
		("140105", "太原市小店区应急管理局"),
		("140121", "清徐县应急管理局"),
		("140181", "古交市应急管理局"),
		("140213", "大同市平城区应急管理局"),
		("140405", "长治市屯留区应急管理局"),
		("140681", "怀仁市应急管理局"),
		("140703", "晋中市太谷区应急管理局"),
	],
)
def test_full_names(code, name):
	assert {b.code: b.bureau_name for b in bureau_seeds()}[code] == name


def test_no_abolished_division_is_left():
	abolished = {"140202", "140203", "140211", "140227", "140402", "140411", "140481", "140624", "140726"}
	assert abolished.isdisjoint(b.code for b in bureau_seeds())


@pytest.mark.parametrize("field", ["code", "bureau_name", "short_name", "document_prefix", "review_body"])
def test_unique(field):
	values = Counter(getattr(b, field) for b in bureau_seeds())
	assert [v for v, n in values.items() if n > 1] == []


def test_every_prefix_makes_a_valid_document_number():
	for bureau in bureau_seeds():
		number = f"{bureau.document_prefix}决〔2026〕1号"
		assert check_document_number(number) == (number, [])


def test_the_nested_set_is_sound():
	seeds = bureau_seeds()
	edges = sorted([b.lft for b in seeds] + [b.rgt for b in seeds])
	assert edges == list(range(1, 2 * len(seeds) + 1))
	by_code = {b.code: b for b in seeds}
	for bureau in seeds:
		inside = {b.code for b in seeds if bureau.lft < b.lft and b.rgt < bureau.rgt}
		below = {b.code for b in seeds if b.parent == bureau.code}
		below |= {b.code for b in seeds if b.parent in below}
		assert inside == below
		if bureau.parent:
			assert by_code[bureau.parent].lft < bureau.lft


def test_courts_are_basic_courts_of_a_seeded_place():
	places = {b.review_body.removesuffix("人民政府") for b in bureau_seeds() if b.level == "County"}
	assert {b.court.removesuffix("人民法院") for b in bureau_seeds()} <= places


def test_posts_exclude_one_another_both_ways():
	posts = {p["code"]: set(p.get("exclusions", ())) for p in read_seed("posts")}
	assert len(posts) == 19
	for code, excluded in posts.items():
		for other in excluded:
			assert code in posts[other]
	assert posts["rule_admin"] == DECIDING | {"rule_approver"}
	assert not posts["supervisor"] and not posts["auditor"]


def test_each_post_has_a_role_of_its_own():
	roles = [p["role"] for p in read_seed("posts")]
	assert len(set(roles)) == len(roles)
	assert all(r.startswith("SC ") for r in roles)


def test_grounds_carry_the_words_of_the_law():
	rows = {r["code"]: r for r in law.ground_rows()}
	assert list(rows) == list(GROUNDS)
	for code, row in rows.items():
		assert row["text"] == GROUNDS[code].text
		assert row["must_show"]
		assert max(len(row[f]) for f in ("title", "article", "subject_kinds", "person_roles")) <= 140
	assert rows["6-5"]["unit_listed"] == 0
	assert [c for c, r in rows.items() if r["discussion_default"]] == ["6-1", "6-3", "7-4"]


def test_measures_carry_the_words_of_the_law():
	rows = {r["code"]: r for r in law.measure_rows()}
	assert {c: r["text"] for c, r in rows.items()} == {c: m.text for c, m in statute.MEASURES.items()}
	assert [c for c, r in rows.items() if r["needs_basis"]] == ["M6"]
	assert [c for c, r in rows.items() if r["is_ban"]] == ["M2"]
	assert not any(r["default_on"] for r in rows.values() if r["needs_basis"] or r["is_ban"])


def test_limits_on_a_day():
	rows = {r["code"]: r for r in law.limit_rows(date(2026, 6, 1))}
	assert (rows["T04"]["n"], rows["T04"]["unit"], rows["T04"]["bound"]) == (20, "Working Day", "Maximum")
	assert (rows["T05"]["n"], rows["T05"]["unit"], rows["T05"]["bound"]) == (3, "Year", "Fixed")
	assert (rows["T01"]["minimum"], rows["T01"]["maximum"], rows["T01"]["certain"]) == (3, 10, 0)
	assert rows["T03"]["starts_on"] == "decision_made"
	assert "3个工作日" in rows["T10"]["note"]
	# before the plan of 2025 there was one limit only
	before = {r["code"]: r for r in law.limit_rows(date(2025, 1, 1))}
	assert "信用中国" not in before["T10"]["note"]


def test_calendar_rows_give_the_calendar_back():
	years = {row["year"]: (row, days) for row, days in law.calendar_years()}
	assert {y: row["status"] for y, (row, _) in years.items()} == {
		2023: "Official",
		2024: "Official",
		2025: "Official",
		2026: "Official",
		2027: "Provisional",
	}
	for year, plan in seed_calendar().years.items():
		row, days = years[year]
		assert row["source"]
		assert {d["day"] for d in days if d["kind"] == "Rest"} == {d.isoformat() for d in plan.off}
		assert {d["day"] for d in days if d["kind"] == "Work"} == {d.isoformat() for d in plan.work}


def test_the_three_channels_of_article_11():
	channels = {c["code"]: c for c in read_seed("channels")}
	assert set(channels) == {"credit_china", "gsxt", "own_site"}
	assert all(c["mandatory"] for c in channels.values())
	assert [c for c, row in channels.items() if row["own_page"]] == ["own_site"]


def test_document_kinds_fit_their_columns():
	rows = {r["code"]: r for r in papers.kind_rows()}
	words = {c: r["number_word"] for c, r in rows.items() if r["number_word"]}
	assert words == {
		"D01": "告",
		"D02h": "听",
		"D05": "决",
		"D06": "不列",
		"D09": "移",
		"D12a": "修受",
		"D12b": "修不受",
		"D12c": "修补",
		"D13a": "修",
		"D13b": "不修",
		"D15": "撤修",
		"D15n": "撤修告",
		"D16": "复",
		"D17": "撤",
		"D18": "修报",
		"D19": "修告",
		"D20": "异",
		"D20a": "异受",
		"D21": "函",
		"D23": "衔",
		"D24": "措",
	}
	sheets = {c for c, r in rows.items() if r["sheet"]}
	assert sheets == {"D02", "D02b", "D03", "D03b", "D04", "D04b", "D07", "D08", "D10", "D11"}
	# every document of the catalogue
	assert {c[:3] for c in rows} >= {f"D{n:02}" for n in range(1, 24)}
	assert {c for c, r in rows.items() if not r["numbered"]} == {"D14", "D22"} | sheets
	assert not sheets & set(words)
	assert max(len(r["required_blocks"]) for r in rows.values()) <= 140
	assert {code for code, _ in papers.template_rows()} == set(rows)
	assert {t["date_style"] for _, t in papers.template_rows()} <= {"Arabic", "Chinese"}
