"""The public page: what a guest sees, and that a guest sees nothing else."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser

import frappe
import pytest
from werkzeug.wrappers import Response

from sclist_app.register import public

PREFIX = "SCL-TEST-"
UNIT_CODE = "91140100MA0H1A2B8E"
PERSON_NUMBER = "140106198001010018"
MASKED = "1401**********0018"
BUREAU = {"太原市": "140100", "晋源区": "140110", "大同市": "140200"}


def _record(number: int, **fields) -> str:
	"""A record as the engine leaves it, written without the engine: here only reading is tested."""
	values = {
		"name": f"{PREFIX}{number:04d}",
		"entity_name": f"试验化工有限公司{number:04d}",
		"entity_kind": "Unit",
		"code_shown": f"TEST{number:04d}",
		"address": "试验路1号",
		"unit_name": "内部所在单位",
		"system_serial": "内部系统编号",
		"ground_text": "列入事由文字",
		"bureau": "140110",
		"bureau_name": "太原市晋源区应急管理局",
		"decision_number": f"晋源应急失信决〔2026〕{number + 1}号",
		"listed_on": "2026-03-02",
		"term_end": "2029-03-01",
		"state": "L3",
		"shown": 1,
		"shown_from": "2026-03-10",
		"creation": "2026-03-02 09:00:00",
		"modified": "2026-03-10 09:00:00",
		**fields,
	}
	doc = frappe.get_doc({"doctype": "SC Listing Record", **values})
	doc.db_insert()
	return doc.name


def _names(text: str = "", page: int = 1, division: str = "") -> list[str]:
	return [row.name for row in public.search(text, page, division).rows]


@pytest.fixture
def empty_list():
	"""No record but those of the test."""
	frappe.db.delete("SC Listing Record")


@pytest.fixture
def settings(empty_list):
	def change(**values) -> None:
		frappe.db.set_single_value("SC Settings", values)
		frappe.clear_document_cache("SC Settings", "SC Settings")

	change(public_page=1, public_page_length=20, mask_person_name=0, mask_head=4, mask_tail=4)
	return change


# --- which records


def test_only_shown_records_in_public_states(settings):
	wanted = set()
	for number, (state, shown) in enumerate(
		(s, m) for s in ("L1", "L2", "L3", "L6", "L7", "L8", "L9") for m in (0, 1)
	):
		_record(number, state=state, shown=shown, entity_name=f"状态{state}标记{shown}")
		if shown and state in ("L1", "L2", "L3"):
			wanted.add(f"状态{state}标记{shown}")
	assert set(_names()) == wanted
	assert set(_names("状态")) == wanted


def test_only_published_fields_are_selected(settings):
	_record(1)
	row = public.search("", 1, "").rows[0]
	said = json.dumps({f: str(getattr(row, f)) for f in row.__slots__}, ensure_ascii=False)
	assert "内部" not in said and PREFIX not in said


def test_a_person_has_no_address_and_a_masked_number(settings):
	_record(1, entity_kind="Person", entity_name="李建国", code_shown=MASKED, address="某小区3号楼")
	row = public.search("", 1, "").rows[0]
	assert (row.name, row.code, row.address) == ("李建国", MASKED, "")


def test_a_number_left_unmasked_by_mistake_is_masked(settings):
	_record(1, entity_kind="Person", entity_name="李建国", code_shown=PERSON_NUMBER)
	assert public.search("", 1, "").rows[0].code == MASKED


def test_masked_names_are_masked_and_cannot_be_guessed(settings):
	_record(1, entity_kind="Person", entity_name="李建国", code_shown=MASKED)
	_record(2, entity_name="李建国煤业有限公司")
	assert set(_names("李建国")) == {"李建国", "李建国煤业有限公司"}
	settings(mask_person_name=1)
	assert set(_names()) == {"李**", "李建国煤业有限公司"}
	assert _names("李建国") == ["李建国煤业有限公司"]


def test_a_person_is_not_found_by_number(settings):
	_record(1, entity_kind="Person", entity_name="李建国", code_shown=PERSON_NUMBER)
	_record(2, entity_kind="Person", entity_name="王建国", code_shown=UNIT_CODE)
	for text in (PERSON_NUMBER, MASKED, "1401", UNIT_CODE):
		assert _names(text) == []


# --- search


@pytest.mark.parametrize("text", [UNIT_CODE, UNIT_CODE.lower(), f" {UNIT_CODE[:8]} {UNIT_CODE[8:]} "])
def test_a_unit_is_found_by_its_whole_code(settings, text):
	_record(1, code_shown=UNIT_CODE, entity_name="甲公司")
	_record(2, entity_name="乙公司")
	assert _names(text) == ["甲公司"]


def test_a_unit_is_not_found_by_a_part_of_its_code(settings):
	_record(1, code_shown=UNIT_CODE, entity_name="甲公司")
	assert _names(UNIT_CODE[:10]) == []


def test_brackets_of_either_width(settings):
	_record(1, entity_name="试验煤业（集团）有限公司")
	_record(2, entity_name="试验煤业(控股)有限公司")
	assert _names("煤业(集团)") == ["试验煤业（集团）有限公司"]
	assert _names("煤业（控股）") == ["试验煤业(控股)有限公司"]


@pytest.mark.parametrize("text", ["%%", "__", "%_", "\\%", "试%公司", "试_化工", "' OR 1=1 -- ", "\\\\"])
def test_wildcards_and_quotes_are_letters(settings, text):
	_record(1, entity_name="试验化工有限公司")
	assert _names(text) == []
	_record(2, entity_name=f"甲{text}乙")
	assert _names(text) == [f"甲{text}乙"]


@pytest.mark.parametrize(
	("text", "refusal"), [("试", "too_short"), ("试" * 61, "too_long"), ("试" * 9999, "too_long")]
)
def test_refused_texts_find_nothing(settings, text, refusal):
	_record(1)
	found = public.search(text, 1, "")
	assert (found.rows, found.total, found.refusal) == ((), 0, refusal)
	assert len(found.text) <= public.MAX_TEXT


@pytest.mark.parametrize("text", ["", "   ", "\u3000"])
def test_an_empty_text_finds_all(settings, text):
	_record(1)
	assert len(_names(text)) == 1


def test_a_city_includes_its_counties(settings):
	_record(1, bureau=BUREAU["晋源区"], entity_name="晋源的公司")
	_record(2, bureau=BUREAU["太原市"], entity_name="太原的公司")
	_record(3, bureau=BUREAU["大同市"], entity_name="大同的公司")
	assert set(_names(division="140100")) == {"晋源的公司", "太原的公司"}
	assert _names(division="140200") == ["大同的公司"]
	# neither a county nor anything else is a choice
	for unknown in ("140110", "999999", "140100' OR '1'='1", "%"):
		assert len(_names(division=unknown)) == 3


# --- paging


@pytest.mark.parametrize(("given", "length"), [(-3, 5), (1, 5), (0, 20), (7, 7), (100, 100), (100000, 100)])
def test_page_lengths_are_bounded(settings, given, length):
	settings(public_page_length=given)
	for number in range(length + 1):
		_record(number)
	found = public.search("", 1, "")
	assert (len(found.rows), found.pages, found.total) == (length, 2, length + 1)


def test_pages_cover_everything_once(settings):
	settings(public_page_length=5)
	for number in range(23):
		_record(number)
	pages = [_names(page=p) for p in range(1, 6)]
	assert [len(p) for p in pages] == [5, 5, 5, 5, 3]
	assert len({name for page in pages for name in page}) == 23
	assert _names(page=6) == _names(page=0) == _names(page=-1) == pages[0]


@pytest.mark.parametrize(
	("text", "number"),
	[
		("3", 3),
		("", 1),
		("0", 1),
		("-2", 1),
		("1e9", 1),
		("٣", 1),
		("9" * 40, 1),
		("2;drop", 1),
		(None, 1),
		(["2"], 1),
	],
)
def test_page_numbers(text, number):
	assert public.page_number(text) == number


def test_newest_first(settings):
	_record(1, listed_on="2026-01-05", entity_name="早")
	_record(2, listed_on="2026-05-05", entity_name="晚")
	assert _names() == ["晚", "早"]


def test_the_time_of_the_last_change(settings):
	assert public.search("", 1, "").updated_at is None
	_record(1, modified="2026-05-01 10:00:00")
	# one withdrawn later counts, one never published does not
	_record(2, modified="2026-06-01 10:00:00", shown=0, state="L7")
	_record(3, modified="2026-07-01 10:00:00", shown=0, shown_from=None)
	assert str(public.search("", 1, "").updated_at) == "2026-06-01 10:00:00"


@pytest.mark.parametrize(
	("path", "ours"),
	[
		("/sclist", True),
		("/sclist/", True),
		("/sclist.html", True),
		("/sclist-other", False),
		("/login", False),
	],
)
def test_headers_only_on_the_page(path, ours):
	response = Response()
	public.add_headers(response=response, request=frappe._dict(path=path))
	assert ("no-store" in response.headers.get("Cache-Control", "")) == ours


# --- over the wire, as a guest


class _Page(HTMLParser):
	"""Text, labels and scripts of a page."""

	def __init__(self, html: str):
		super().__init__()
		self.tags: list[str] = []
		self.labels: set[str] = set()
		self.fields: list[dict] = []
		self.feed(html)

	def handle_starttag(self, tag: str, attrs: list) -> None:
		attrs = dict(attrs)
		self.tags.append(tag)
		if tag == "label":
			self.labels.add(attrs["for"])
		if tag in ("input", "select"):
			self.fields.append(attrs)


class Answer:
	def __init__(self, response):
		self.status = response.status
		self.headers = response.headers
		self.text = response.read().decode()


def _get(address: str, method: str = "GET", data: dict | None = None) -> Answer:
	body = json.dumps(data).encode() if data is not None else None
	headers = {"Accept": "application/json", "Content-Type": "application/json"} if body else {}
	request = urllib.request.Request(address, data=body, method=method, headers=headers)
	try:
		with urllib.request.urlopen(request, timeout=30) as response:
			return Answer(response)
	except urllib.error.HTTPError as error:
		return Answer(error)


@pytest.fixture
def published(site, base_url) -> Iterator[str]:
	"""Committed records for the web server, taken away afterwards."""
	city = frappe.db.get_value("SC Bureau", {"level": "City"}, order_by="lft asc")
	records = [
		{"entity_name": '"><script>alert(1)</script>&公司', "code_shown": UNIT_CODE, "bureau": city},
		{
			"entity_name": "外网试验张三",
			"entity_kind": "Person",
			"code_shown": MASKED,
			"address": "某小区3号楼",
		},
		{"entity_name": "外网试验未公示公司", "shown": 0},
		{"entity_name": "外网试验已移出公司", "state": "L7"},
	]
	for number, fields in enumerate(records):
		_record(9000 + number, **fields)
	frappe.db.commit()
	yield base_url
	frappe.db.rollback()
	frappe.db.delete("SC Listing Record", {"name": ["like", f"{PREFIX}%"]})
	frappe.db.set_single_value("SC Settings", "public_page", 1)
	frappe.db.commit()
	frappe.clear_document_cache("SC Settings", "SC Settings")


def _search(base: str, **query: str) -> Answer:
	return _get(f"{base}/sclist?{urllib.parse.urlencode(query)}")


def test_the_page_opens_without_login_and_script(published):
	answer = _search(published)
	assert answer.status == 200
	page = _Page(answer.text)
	assert "script" not in page.tags
	assert {f["id"] for f in page.fields} <= page.labels
	assert '<html lang="zh-CN">' in answer.text
	for said in ("行政复议", "异议", "提前移出"):
		assert said in answer.text


def test_names_are_escaped(published):
	answer = _search(published, q=UNIT_CODE)
	assert "<script>alert" not in answer.text
	assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;公司" in answer.text


@pytest.mark.parametrize(
	"text", ['"><img src=x onerror=alert(1)>', "</title><script>1</script>", "{{ 7*7 }}公司"]
)
def test_what_is_typed_is_escaped(published, text):
	answer = _search(published, q=text, city='"><script>', page='"><script>')
	assert answer.status == 200
	assert "<img" not in answer.text and "<script>" not in answer.text and "49公司" not in answer.text
	assert "未查到" in answer.text


def test_persons_show_nothing_private(published):
	answer = _search(published, q="外网试验")
	assert "外网试验张三" in answer.text and MASKED in answer.text
	for private in ("某小区", "外网试验未公示公司", "外网试验已移出公司", "内部", PREFIX):
		assert private not in answer.text
	assert not re.search(r"[\w.]+@[\w.]+\.\w+", answer.text.split("</style>")[1]), "an e-mail address"
	assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", answer.text), "a mobile number"
	assert not re.search(r"(?<![0-9A-Z])\d{17}[0-9X](?![0-9A-Z])", answer.text), "an ID number"


def test_refusals_are_polite(published):
	assert "过长" in _search(published, q="长" * 200).text
	assert "至少输入2个字" in _search(published, q="外").text
	for page in ("abc", "-1", "99999999999"):
		assert _search(published, page=page).status == 200


def test_repeated_and_unknown_parameters(published):
	answer = _get(f"{published}/sclist?q=a1&q=b2&city=1&city=2&page=1&page=2&x=%00&doctype=User")
	assert answer.status == 200


def test_no_cache_keeps_the_page(published):
	answer = _search(published)
	assert "no-store" in answer.headers["Cache-Control"]
	assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_closed_page_is_not_there(published):
	frappe.db.set_single_value("SC Settings", "public_page", 0)
	frappe.db.commit()
	frappe.clear_document_cache("SC Settings", "SC Settings")
	answer = _search(published, q=UNIT_CODE)
	assert answer.status == 404
	assert "未开放" in answer.text and UNIT_CODE not in answer.text


def test_a_guest_reaches_no_doctype(published):
	doctypes = frappe.get_all("DocType", filters={"module": "SCList App", "istable": 0}, pluck="name")
	assert "SC Listing Record" in doctypes
	for doctype in doctypes:
		resource = f"{published}/api/resource/{urllib.parse.quote(doctype)}"
		assert _get(resource).status in (401, 403), doctype
		assert _get(f"{resource}/{PREFIX}9000").status in (401, 403, 404), doctype
	for method in ("frappe.client.get_list", "frappe.desk.reportview.get", "frappe.client.get_count"):
		asked = {"doctype": "SC Listing Record", "fields": ["name"], "filters": {}}
		answer = _get(f"{published}/api/method/{method}", "POST", asked)
		assert answer.status in (400, 401, 403), method
		assert PREFIX not in answer.text


def test_a_guest_calls_no_search_directly(published):
	for path in ("sclist_app.register.public.search", "sclist_app.www.sclist.get_context"):
		answer = _get(f"{published}/api/method/{path}?text=&page=1&division=")
		assert answer.status in (401, 403, 404, 417)
		assert UNIT_CODE not in answer.text
