"""Removals, restorations and objections played by the people who hold the posts."""

from datetime import date, timedelta
from typing import Any

import frappe
from frappe.model.document import Document

from sclist_app.access.today import as_of
from sclist_app.api import register as register_api
from sclist_app.api import removals as removals_api
from sclist_app.api import repair as repair_api
from sclist_app.setup.player import PDF
from sclist_app.workflow import actions, store
from tests.site.support import Case


class Matter(Case):
	"""One SC Removal or SC Objection about one record, from the day it is opened."""

	doctype = "SC Removal"
	record = ""

	@classmethod
	def opened_on(cls, record: str, day: date, doctype: str = "SC Removal", **values: Any) -> "Matter":
		bureau = frappe.db.get_value("SC Listing Record", record, "bureau")
		matter = cls(bureau, day)
		matter.doctype, matter.record = doctype, record
		matter.case = matter.new(doctype, {"record": record, **values})
		return matter

	@classmethod
	def existing(cls, name: str, day: date, doctype: str = "SC Removal") -> "Matter":
		row = frappe.db.get_value(doctype, name, ["bureau", "record"], as_dict=True)
		matter = cls(row.bureau, day)
		matter.doctype, matter.record, matter.case = doctype, row.record, name
		return matter

	# ---------------------------------------------------------------- looking

	@property
	def doc(self) -> Document:
		return frappe.get_doc(self.doctype, self.case)

	@property
	def run(self) -> str:
		return frappe.db.get_value(self.doctype, self.case, "run")

	@property
	def state(self) -> str:
		return frappe.db.get_value(self.doctype, self.case, "state") or ""

	@property
	def listing(self) -> Document:
		return frappe.get_doc("SC Listing Record", self.record)

	def states(self, doctype: str) -> set[str]:
		return set(
			frappe.get_all(doctype, filters={"record": self.record}, pluck="state", order_by="creation")
		)

	def log(self) -> list[str]:
		return frappe.get_all(
			"SC Event", filters={"chain": f"{self.doctype}:{self.case}"}, pluck="event", order_by="seq asc"
		)

	def blocked(self, step: str, action: str) -> set[str]:
		with as_of(str(self.day)):
			found = actions.gate(store.read_run(self.run), step, action)
		return {finding.code for finding in found if finding.severity == "error"}

	# ----------------------------------------------------------------- acting

	def upload(self, name: str = "凭证.png", content: bytes | None = None) -> str:
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": name,
				"attached_to_doctype": self.doctype,
				"attached_to_name": self.case,
				"is_private": 1,
				"content": content or PDF,
			}
		)
		if not name.endswith(".pdf"):
			file.file_name = name.rsplit(".", 1)[0] + ".pdf"
		file.insert(ignore_permissions=True)  # stands for the upload call
		return file.file_url

	def write(self, step: str, **values: Any) -> None:
		"""Save fields of the form as whoever has the step's task."""
		with self.acting(self.in_step(step)):
			doc = self.doc
			doc.update(values)
			doc.save()

	def rows(self, doctype: str, **filters: Any) -> list[str]:
		return frappe.get_all(
			doctype, filters={"record": self.record, **filters}, pluck="name", order_by="creation"
		)

	def end_duties(self, letter: str) -> None:
		"""All duties after the decision that ends a listing: E or V."""
		user = self.in_step(letter + "50")
		with self.acting(user):
			repair_api.update_system(self.record, "XG0001", str(self.day), self.upload("修改截图.pdf"))
		self.act(letter + "50", "updated")
		user = self.in_step(letter + "60")
		for name in self.rows("SC Publication", state="To Withdraw"):
			with self.acting(user):
				repair_api.take_down(name, f"{self.day} 09:00:00", self.upload("撤下截图.pdf"))
		self.act(letter + "60", "withdrawn")
		user = self.in_step(letter + "65")
		for name in self.rows("SC Publication", state="Taken Down"):
			with self.acting(user):
				repair_api.confirm_taking_down(name)
		self.act(letter + "65", "confirm")
		user = self.in_step(letter + "70")
		for name in self.rows("SC Measure Record", state="To Lift"):
			with self.acting(user):
				repair_api.lift_measure(name, str(self.day))
		self.act(letter + "70", "lifted")
		self.serve_all(letter + "40")
		self.act(letter + "40", "served")

	def answer_with(self, step: str, kind: str, content: str = "") -> str:
		file = self.upload("声明.pdf") if kind == "Waiver" else ""
		with self.acting(self.in_step(step)):
			return removals_api.answer(self.case, kind, str(self.day), "Written", content, file)["name"]

	def review_with(self, step: str, name: str, conclusion: str, reasons: str) -> None:
		with self.acting(self.in_step(step)):
			removals_api.review_answer(name, conclusion, reasons)

	def list_again(self) -> None:
		"""The duties after a restoration."""
		with self.acting(self.in_step("S85")):
			register_api.enter(self.record, "HF0001", str(self.day), self.upload("录入截图.pdf"))
		self.act("S85", "entered")
		user = self.in_step("S86")
		for name in self.rows("SC Publication", state="To Push"):
			with self.acting(user):
				register_api.publish(
					name, f"https://p.example.invalid/{name}", f"{self.day} 09:30:00", self.upload("截图.pdf")
				)
		self.act("S86", "published")
		user = self.in_step("S87")
		for name in self.rows("SC Publication", state="Pushed"):
			with self.acting(user):
				register_api.confirm_publication(name)
		self.act("S87", "confirm")
		user = self.in_step("S88")
		for name in self.rows("SC Measure Record", state="To Carry Out"):
			with self.acting(user):
				register_api.carry_out(name, str(self.day))
		self.act("S88", "done")
		self.serve_all("S80")
		self.act("S80", "served")

	def pass_window(self, step: str) -> None:
		"""Live on until the day after the defence window, and let the scan come by."""
		due = frappe.db.get_value(
			"SC Clock", {"run": self.run, "limit": "T01", "status": "Running"}, "due_on"
		)
		self.day = due + timedelta(days=1)
		assert self.expire(step)
