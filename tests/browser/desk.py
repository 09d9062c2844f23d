"""The desk as an officer uses it: forms, link fields, tables, the panel of a case, its dialogs.

Everything is found by its words or by the field names of the forms, so that a new look breaks nothing.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
from playwright.sync_api import Locator, Page, expect

from sclist_app.setup.player import PDF, PNG, certificate_number, social_credit_code
from tests.latin import ENGLISH, LATIN

# Two papers are drawn in one act, on a machine that does other work too.
expect.set_options(timeout=20_000)

MARK = "（检验）"


@dataclass(frozen=True)
class Party:
	"""An invented company with its head, unlike any other on the site."""

	number: int

	@classmethod
	def new(cls) -> "Party":
		while True:
			party = cls(400_000 + secrets.randbelow(500_000))
			if not frappe.db.exists("SC Entity", {"uscc": party.code}):
				return party

	@property
	def company(self) -> str:
		return f"晋检{self.number}化工有限公司{MARK}"

	@property
	def code(self) -> str:
		return social_credit_code("140105", self.number)

	@property
	def head(self) -> str:
		return f"常守{chr(0x4E00 + self.number % 5000)}{MARK}"

	@property
	def card(self) -> str:
		born = date(1950, 1, 1) + timedelta(days=self.number % 15_000)
		return certificate_number("140106", born, self.number % 1000)

	@property
	def penalty(self) -> str:
		return f"（小店）应急罚〔{date.today().year}〕{self.number}号"


def full_width(text: str) -> str:
	"""As an input method left in full width types it."""
	return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


class Desk:
	"""One officer's browser window."""

	def __init__(self, page: Page):
		self.page = page

	# ------------------------------------------------------------------ pages

	def open(self, route: str) -> None:
		"""Load a page of the desk from anew, as one does by a bookmark."""
		self.page.goto(f"/app/{route}")
		self.page.wait_for_function("window.frappe && frappe.boot && frappe.get_route && frappe.get_route()")
		self.settled()

	def settled(self) -> None:
		"""Until no request runs and nothing is frozen."""
		self.page.wait_for_function(
			"!document.querySelector('#freeze.show, .freeze-message-container:not([style*=none]) .freeze-message')"
			" && !(frappe.request && frappe.request.ajax_count)"
		)

	def my_tasks(self) -> Locator:
		self.open("sc-desk")
		desk = self.page.locator(".sc-desk")
		expect(desk.get_by_role("group")).to_be_visible()
		return desk

	def take_task(self, text: str) -> None:
		"""Open the case from the list of what waits for me."""
		desk = self.my_tasks()
		job = desk.get_by_role("link").filter(has_text=text).first
		more = desk.get_by_role("button", name="显示更多")
		while not job.count() and more.count():
			shown = desk.get_by_role("link").count()
			more.click()
			expect(desk.get_by_role("link")).not_to_have_count(shown)
		job.click()
		expect(self.panel).to_be_visible()
		self.settled()

	def open_case(self, name: str) -> None:
		self.open(f"sc-case/{name}")
		expect(self.panel.get_by_role("heading", level=5).first).to_be_visible()

	@property
	def form(self) -> Locator:
		return self.page.locator(".form-page:visible, .form-layout:visible").first

	@property
	def panel(self) -> Locator:
		return self.page.locator(".sc-panel:visible")

	@property
	def dialog(self) -> Locator:
		return self.page.locator(".modal.show").last

	def opened_dialog(self) -> Locator:
		"""The dialog, once it has come in."""
		expect(self.dialog).to_be_visible()
		self.page.wait_for_function(
			"[...document.querySelectorAll('.modal.show')].every((modal) => getComputedStyle(modal).opacity === '1')"
		)
		self.settled()
		return self.dialog

	@property
	def document(self) -> str:
		"""Name of the document in the open form."""
		return self.page.evaluate("cur_frm.docname")

	# ------------------------------------------------------------------ forms

	def new_document(self, doctype: str) -> None:
		slug = doctype.lower().replace(" ", "-")
		self.open(f"{slug}/new")
		self.page.wait_for_function(
			"(doctype) => window.cur_frm && cur_frm.doctype === doctype && cur_frm.is_new() && cur_frm.fields_dict",
			arg=doctype,
		)
		self.settled()

	def field(self, fieldname: str, scope: Locator | None = None) -> Locator:
		return (scope or self.form).locator(f'.frappe-control[data-fieldname="{fieldname}"]:visible').first

	def type(self, fieldname: str, text: str, scope: Locator | None = None) -> None:
		"""Type and leave the field; again where the form drew itself anew meanwhile and lost it."""
		control = self.field(fieldname, scope).locator("input, textarea").first
		for _ in range(3):
			control.fill(text)
			control.blur()
			# a form (not a dialog) that is just redrawn for the field before empties this one, faster than people type
			self.page.wait_for_timeout(100)
			self.settled()
			if control.input_value():
				return
		raise AssertionError(f"{fieldname} does not keep what is typed")

	def choose(self, fieldname: str, value: str, scope: Locator | None = None) -> None:
		self.field(fieldname, scope).locator("select").select_option(value)

	def link(self, fieldname: str, text: str, scope: Locator | None = None) -> None:
		"""Type into a link field and take the offer that carries the text."""
		control = self.field(fieldname, scope)
		control.locator("input").first.click()
		control.locator("input").first.fill(text)
		offer = control.locator("li, [role=option]").filter(has_text=text).first
		offer.click()
		expect(control.locator("input").first).not_to_have_value("")
		self.settled()

	def row(self, table: str, number: int, *, new: bool = False) -> Locator:
		"""A row of a table of the form, counted from 0; with `new` it is added."""
		grid = self.form.locator(f'.frappe-control[data-fieldname="{table}"]').first
		if new:
			grid.locator(".grid-add-row").click()
		row = grid.locator(".grid-body .grid-row").nth(number)
		expect(row).to_be_visible()
		return row

	def cell(self, row: Locator, fieldname: str) -> Locator:
		"""Open a cell of a table's row for typing; returns where its fields are."""
		control = row.locator(f'.frappe-control[data-fieldname="{fieldname}"]:visible').first
		if not control.is_visible():
			row.locator(f'.grid-static-col[data-fieldname="{fieldname}"]').click()
		expect(control).to_be_visible()
		return row

	def close_row(self, row: Locator) -> None:
		"""Where a row opens as a form of its own, close it."""
		close = row.locator(".grid-collapse-row:visible").first
		if close.is_visible():
			close.click()

	def save(self) -> str:
		"""Save the form; returns the document's name."""
		self.page.get_by_role("button", name="保存", exact=True).locator("visible=true").first.click()
		self.page.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty()")
		self.settled()
		return self.document

	# ------------------------------------------------------------- the panel

	def press(self, label: str) -> Locator:
		"""A button of the open task; returns the dialog it opens."""
		self.panel.locator("[data-action]").filter(has_text=label).first.click()
		expect(self.dialog.locator(".modal-title")).to_contain_text(label)
		return self.opened_dialog()

	def confirm(self, refused: bool = False) -> None:
		"""The main button of the open dialog; by default until it has closed and the case is shown anew."""
		dialog = self.dialog
		expect(dialog).to_have_class(re.compile("show"))
		dialog.locator(
			".modal-footer .btn-modal-primary, .modal-footer .btn-primary, .modal-footer .btn-danger"
		).locator("visible=true").first.click()
		if not refused:
			# four documents drawn on a busy machine take their time
			expect(self.page.locator(".modal.show")).to_have_count(0, timeout=90_000)
			self.settled()

	def act(self, label: str, opinion: str = "") -> None:
		"""Press a button of the task, give the opinion, confirm."""
		self.press(label)
		if opinion:
			self.field("opinion", self.dialog).locator("textarea").fill(opinion)
		self.confirm()

	def upload(self, fieldname: str, name: str, content: bytes) -> None:
		"""Upload a file into a field of the open dialog."""
		asking = self.dialog
		before = self.page.locator(".modal.show").count()
		self.field(fieldname, asking).get_by_role("button").first.click()
		expect(self.page.locator(".modal.show")).to_have_count(before + 1)
		uploader = self.dialog
		content += secrets.token_bytes(8)  # no two files are alike
		kind = "application/pdf" if name.endswith(".pdf") else "image/png"
		uploader.locator('input[type="file"]').first.set_input_files(
			{"name": name, "mimeType": kind, "buffer": content}
		)
		uploader.locator(".btn-modal-primary").click()
		expect(self.page.locator(".modal.show")).to_have_count(before)
		expect(self.field(fieldname, asking).locator("a").first).to_be_visible()

	def upload_paper(self, fieldname: str, name: str) -> None:
		self.upload(fieldname, name, PDF)

	def upload_picture(self, fieldname: str, name: str, content: bytes = PNG) -> None:
		self.upload(fieldname, name, content)

	def shown_step(self) -> str:
		"""Title of the step the stepper marks as the present one."""
		return self.panel.locator('[aria-current="step"]').first.inner_text()


# --- words


WALK = """() => {
	const found = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const parent = node.parentElement;
		if (!parent || parent.closest(
			// the last two are the framework's, for screen readers only
			'.ace_editor, script, style, noscript, template, svg, .awesomplete > .visually-hidden, .sr-only:not(.sc-panel *)'
		)) continue;
		if (!parent.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
		const text = node.textContent.trim();
		if (text) found.push(text);
	}
	// what only screen readers read, where it is ours; the frame around it is the framework's
	const ours = '[class^="sc-"], [class*=" sc-"], [class^="sc-"] *, [class*=" sc-"] *, .page-form [placeholder]';
	for (const node of document.querySelectorAll(ours)) {
		if (!node.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
		for (const name of ['title', 'placeholder', 'aria-label']) {
			const text = (node.getAttribute(name) || '').trim();
			if (text) found.push(text);
		}
	}
	return [...new Set(found)];
}"""


def english(page: Page) -> list[str]:
	"""Visible texts that have a Latin word in them, but for what is always written so."""
	return [text for text in page.evaluate(WALK) if ENGLISH.search(LATIN.sub("", text))]


def overflow(page: Page) -> int:
	"""How many pixels the page is wider than its window."""
	return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
