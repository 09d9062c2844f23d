"""A picture of every page, as the person sees it whom the page is for, and the page of documentation that shows them.

	python -m devbench run devbench/pictures.py [name …]

Looks at the demonstration site, which must be running (`make demo`), and writes docs/images/pages/*.png and
docs/pages.md. With names, only those pictures are taken anew.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import frappe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from devbench import layout, services
from sclist_app.setup import demo

FOLDER = layout.PROJECT / "docs" / "images" / "pages"
PAGE = layout.PROJECT / "docs" / "pages.md"
COLOURS = 64
OFFICE, PHONE = (1366, 768), (390, 844)
# Debian's Chromium, without what reaches for the network
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

Name = Callable[[], str]


@dataclass(frozen=True)
class Shot:
	"""One picture: file name, what it shows, who looks (a mailbox of the demonstration, "" is the public), where.

	do: what is pressed before the picture is taken. `{}` in the address is filled by `of`.
	"""

	name: str
	says: str
	who: str
	path: str
	of: Name | None = None
	do: Callable[[Page], None] | None = None
	phone: bool = False
	whole: bool = False
	bureau: str = demo.DISTRICT


def newest(doctype: str, **filters) -> Name:
	return lambda: frappe.get_all(doctype, filters, pluck="name", order_by="creation desc", limit=1)[0]


def case_at(step: str, bureau: str = demo.DISTRICT) -> Name:
	"""A case of the bureau that stands in the step, or has ended ("")."""

	def found() -> str:
		filters = {"bureau": bureau, "kind": "Listing", "reference_doctype": "SC Case", "is_demo": 1}
		runs = frappe.get_all("SC Run", filters, ["name", "reference_name", "status"], order_by="creation")
		for run in runs:
			open_steps = frappe.get_all("SC Task", {"run": run.name, "status": "Open"}, pluck="step")
			if (step in open_steps) if step else run.status == "Ended":
				return run.reference_name
		raise LookupError(f"no case in {step or 'the end'}")

	return found


def press(*names: str, role: str = "button") -> Callable[[Page], None]:
	def do(page: Page) -> None:
		for name in names:
			page.get_by_role(role, name=name, exact=True).locator("visible=true").first.click()
			rest(page)

	return do


def first_task(page: Page) -> None:
	page.locator(".sc-queue a").first.click()
	rest(page)
	page.get_by_text("正在生成文书样稿").first.wait_for(state="hidden")


def step_chosen(page: Page) -> None:
	page.locator(".st-node").nth(1).click()
	rest(page)


def query(page: Page) -> None:
	(code,) = [row["code"] for row in demo.parties() if row["note"].startswith("可以")][:1]
	page.get_by_label("查询码").fill(code)
	page.get_by_role("button", name="查询").click()
	page.wait_for_load_state("networkidle")


def asked(page: Page) -> None:
	query(page)
	page.get_by_role("link", name="申请").first.click()
	page.wait_for_load_state("networkidle")


tab = lambda name: press(name, role="tab")  # noqa: E731

GROUPS: tuple[tuple[str, tuple[Shot, ...]], ...] = (
	(
		"承办人",
		(
			Shot("officer-home", "首页:等我办、今日到期、已逾期、被退回", "officer", "/app/sc-casework"),
			Shot("officer-home-phone", "首页(手机)", "officer", "/app/sc-casework", phone=True),
			Shot("officer-desk", "我的工作台", "officer", "/app/sc-desk"),
			Shot("calendar", "到期日历", "officer", "/app/sc-due-calendar"),
			Shot(
				"entity",
				"主体",
				"officer",
				"/app/sc-entity/{}",
				newest("SC Entity", is_demo=1, bureau=demo.DISTRICT),
			),
			Shot(
				"penalty",
				"行政处罚",
				"officer",
				"/app/sc-penalty/{}",
				newest("SC Penalty", is_demo=1, bureau=demo.DISTRICT),
			),
			Shot("case-new", "新建列入案件,一步一步", "officer", "/app/sc-case/new", do=press("分步填写")),
			Shot(
				"case-new-phone",
				"新建列入案件(手机)",
				"officer",
				"/app/sc-case/new",
				do=press("分步填写"),
				phone=True,
			),
			Shot("cases", "列入案件清单", "officer", "/app/sc-case"),
			Shot("case", "案件:办理", "officer", "/app/sc-case/{}", case_at("C00"), whole=True),
			Shot(
				"case-entry",
				"案件:登记",
				"officer",
				"/app/sc-case/{}",
				case_at("C00"),
				tab("登记"),
				whole=True,
			),
			Shot(
				"case-course",
				"案件:进展情况",
				"officer",
				"/app/sc-case/{}",
				case_at(""),
				tab("进展情况"),
				whole=True,
			),
			Shot("service", "文书送达", "officer", "/app/sc-case/{}", case_at("C40"), whole=True),
			Shot(
				"notice",
				"文书",
				"papers",
				"/app/sc-notice/{}",
				newest("SC Notice", document_kind="D05", is_demo=1, bureau=demo.DISTRICT),
				whole=True,
			),
			Shot(
				"record",
				"列入记录",
				"officer",
				"/app/sc-listing-record/{}",
				newest("SC Listing Record", is_demo=1, bureau=demo.DISTRICT),
				whole=True,
			),
			Shot("reconciliation", "漏列与待办核对", "officer", "/app/sc-reconciliation"),
			Shot("legacy", "旧名单导入", "officer", "/app/sc-legacy-import"),
		),
	),
	(
		"负责人",
		(
			Shot("leader-home", "首页", "leader", "/app/sc-approvals", bureau=demo.CITY),
			Shot("approvals", "等我审批", "deputy", "/app/sc-approval", bureau=demo.CITY),
			Shot(
				"approval",
				"审批页:左边事实,右边要签的文书",
				"deputy",
				"/app/sc-approval",
				do=first_task,
				bureau=demo.CITY,
			),
			Shot(
				"approval-phone",
				"审批页(手机)",
				"deputy",
				"/app/sc-approval",
				do=first_task,
				phone=True,
				bureau=demo.CITY,
			),
		),
	),
	(
		"文书、公示、督导",
		(
			Shot("papers-home", "文书管理员首页", "papers", "/app"),
			Shot(
				"numbers",
				"文号登记簿",
				"papers",
				"/app/query-report/SC Number Register?bureau=140105&year=2026",
			),
			Shot("credit-home", "信用信息管理员首页", "credit", "/app"),
			Shot(
				"publication",
				"信用信息公示",
				"credit",
				"/app/sc-case/{}",
				case_at("C88", demo.CITY),
				bureau=demo.CITY,
			),
			Shot("supervision-home", "督导员首页", "supervisor", "/app/sc-supervision", bureau=demo.CITY),
			Shot("bureaus", "按机关查看", "supervisor", "/app/sc-bureaus", bureau=demo.PROVINCE),
		),
	),
	(
		"移出、异议、救济",
		(
			Shot(
				"repair",
				"提前移出申请",
				"verify",
				"/app/sc-repair-application/{}",
				newest("SC Repair Application", is_demo=1, bureau=demo.DISTRICT),
				whole=True,
			),
			Shot(
				"removal",
				"移出",
				"officer",
				"/app/sc-removal/{}",
				newest("SC Removal", is_demo=1, bureau=demo.DISTRICT),
				whole=True,
			),
			Shot(
				"objection",
				"异议",
				"officer",
				"/app/sc-objection/{}",
				newest("SC Objection", is_demo=1, bureau=demo.DISTRICT),
				whole=True,
			),
			Shot("remedy", "复议、诉讼", "officer", "/app/sc-remedy/{}", newest("SC Remedy"), whole=True),
		),
	),
	(
		"规则配置员",
		(
			Shot("rules-home", "首页", "rules", "/app/sc-rules"),
			Shot("studio", "流程画布", "rules", "/app/procedure-studio/listing-standard-v1", do=step_chosen),
			Shot(
				"studio-compare",
				"流程画布:对比",
				"rules",
				"/app/procedure-studio/{}",
				newest("SC Procedure Version", bureau=demo.COUNTY),
				do=press("对比", role="tab"),
			),
			Shot(
				"studio-play",
				"流程画布:试走一个案件",
				"rules",
				"/app/procedure-studio/listing-standard-v1",
				do=press("试走", role="tab"),
			),
			Shot(
				"studio-phone",
				"流程画布(手机)",
				"rules",
				"/app/procedure-studio/listing-standard-v1",
				phone=True,
			),
			Shot("version", "程序版本的普通表单", "rules", "/app/sc-procedure-version/listing-standard-v1"),
			Shot(
				"template",
				"文书模板",
				"rules",
				"/app/sc-document-template/{}",
				newest("SC Document Template", document_kind="D05"),
			),
			Shot("text-block", "新建文书段落", "rules", "/app/sc-text-block/new"),
			Shot(
				"local-rule",
				"本地规则",
				"rules",
				"/app/sc-local-rule/{}",
				newest("SC Local Rule"),
				whole=True,
			),
			Shot("number-rule", "新建文号规则", "rules", "/app/sc-number-rule/new"),
			Shot("post", "岗位任职", "rules", "/app/sc-post-assignment"),
			Shot("statute", "法定规则", "rules", "/app/sc-statute"),
			Shot(
				"calendar-days", "工作日历", "rules", "/app/sc-calendar/{}", newest("SC Calendar"), whole=True
			),
			Shot("events", "办理日志", "approver", "/app/sc-event"),
		),
	),
	(
		"社会公众和当事人",
		(
			Shot("login", "登录", "", "/login"),
			Shot("public", "公开查询", "", "/sclist"),
			Shot("public-phone", "公开查询(手机)", "", "/sclist", phone=True, whole=True),
			Shot("party", "当事人查询", "", "/sclist-repair"),
			Shot("party-record", "当事人:我的列入情况", "", "/sclist-repair", do=query, whole=True),
			Shot("party-phone", "当事人(手机)", "", "/sclist-repair", do=query, phone=True, whole=True),
		),
	),
)


def rest(page: Page) -> None:
	"""Until nothing is asked, nothing loads and nothing moves."""
	page.wait_for_load_state("networkidle")
	page.wait_for_timeout(900)


def shots() -> Iterator[Shot]:
	for _title, several in GROUPS:
		yield from several


@contextmanager
def looking(browser: Browser, shot: Shot) -> Iterator[Page]:
	"""A window of the person, signed in, the tour of the first visit behind them."""
	width, height = PHONE if shot.phone else OFFICE
	window = browser.new_context(
		base_url=services.address(),
		locale="zh-CN",
		viewport={"width": width, "height": height},
		is_mobile=shot.phone,
	)
	try:
		if shot.who:
			answer = window.request.post(
				"/api/method/login",
				form={"usr": demo.user_of(shot.who, shot.bureau), "pwd": demo.PASSWORD},
			)
			assert answer.ok, answer.text()
		page = window.new_page()
		page.set_default_timeout(20_000)
		yield page
	finally:
		window.close()


def take(browser: Browser, shot: Shot) -> None:
	with looking(browser, shot) as page:
		page.goto(shot.path.format(quote(shot.of(), safe="") if shot.of else ""))
		if shot.who:
			page.wait_for_function("window.frappe && frappe.boot && window.cur_page?.page")
		rest(page)
		page.evaluate(
			"document.querySelectorAll('.sc-tour, .sc-tour-light, .desk-alert').forEach((node) => node.remove())"
		)
		if shot.do:
			shot.do(page)
		picture = Image.open(io.BytesIO(page.screenshot(full_page=shot.whole)))
	picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
		FOLDER / f"{shot.name}.png", optimize=True
	)


def write_page() -> None:
	lines = ["# 全部页面", "", "演示站点上的样子,由 `python -m devbench run devbench/pictures.py` 拍摄。", ""]
	for title, several in GROUPS:
		lines += [f"## {title}", ""]
		for shot in several:
			lines += [f"**{shot.says}**", "", f"![{shot.says}](images/pages/{shot.name}.png)", ""]
	PAGE.write_text("\n".join(lines), encoding="utf-8")


def main(names: list[str]) -> None:
	FOLDER.mkdir(parents=True, exist_ok=True)
	failed = []
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
		for shot in shots():
			if names and shot.name not in names:
				continue
			try:
				take(browser, shot)
				print(f"  {shot.name}", flush=True)
			except Exception as error:  # the others are still wanted
				failed.append(shot.name)
				print(f"  {shot.name}: {str(error).splitlines()[0]}", flush=True)
		browser.close()
	write_page()
	known = {shot.name for shot in shots()}
	for path in FOLDER.glob("*.png"):
		if path.stem not in known:
			path.unlink()
	if failed:
		sys.exit(f"not taken: {', '.join(failed)}")


if __name__ == "__main__":
	main(sys.argv[1:])
