"""Plays what becomes of a listing record: removals, restorations, objections, entries of the old list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import frappe

from sclist_app.api import joint_action as joint_api
from sclist_app.api import register as register_api
from sclist_app.api import removals as removals_api
from sclist_app.api import repair as repair_api
from sclist_app.setup.player import PDF, Player

__all__ = ["MatterPlayer", "RecordPlayer"]


class RecordPlayer(Player):
	"""A document about one listing record, with the duties that follow when the record leaves the list."""

	record = ""

	def update_all(self, step: str) -> None:
		with self.acting(self.in_step(step)):
			repair_api.update_system(
				self.record, f"AQYC{self.day:%Y%m%d}0001", str(self.day), self.upload("修改截图.png")
			)

	def take_down_all(self, step: str) -> None:
		user = self.in_step(step)
		for name in self.rows("SC Publication", "To Withdraw"):
			with self.acting(user):
				repair_api.take_down(name, f"{self.day} 09:40:00", self.upload("撤下截图.png"))

	def confirm_down_all(self, step: str) -> None:
		user = self.in_step(step)
		for name in self.rows("SC Publication", "Taken Down"):
			with self.acting(user):
				repair_api.confirm_taking_down(name)

	def lift_all(self, step: str) -> None:
		user = self.in_step(step)
		for name in self.rows("SC Measure Record", "To Lift"):
			with self.acting(user):
				repair_api.lift_measure(name, str(self.day))

	def tell_departments(self, step: str) -> None:
		"""Departments that were sent the listing learn that it has ended."""
		user = self.in_step(step)
		for name in self.rows("SC Joint Action", "To Lift"):
			with self.acting(user):
				joint_api.lift(name, str(self.day), "已函告移出名单，请解除联合惩戒措施。")

	def rows(self, doctype: str, state: str) -> list[str]:
		return frappe.get_all(
			doctype, filters={"record": self.record, "state": state}, pluck="name", order_by="creation"
		)


class MatterPlayer(RecordPlayer):
	"""One SC Removal, SC Objection or SC Legacy Entry. `day` is the day it is opened or played on from."""

	def __init__(self, doctype: str, bureau: str, day: date, demo: bool = False):
		super().__init__(bureau, day, demo)
		self.doctype = doctype

	@classmethod
	def opened(cls, record: str, day: date, doctype: str = "SC Removal", demo: bool = False, **values: Any):
		"""Open it about a record as an officer of the bureau that decided the listing."""
		player = cls(doctype, frappe.db.get_value("SC Listing Record", record, "bureau"), day, demo)
		player.record = record
		player.open_case({"record": record, **values})
		return player

	@classmethod
	def existing(cls, doctype: str, name: str, day: date, demo: bool = False):
		"""Play on what somebody else or the system has opened."""
		row = frappe.db.get_value(doctype, name, ["bureau", "record"], as_dict=True)
		player = cls(doctype, row.bureau, day, demo)
		player.case, player.record = name, row.record
		return player

	def write(self, step: str, **values: Any) -> None:
		"""Save fields of the form as whoever has the step's task."""
		with self.acting(self.in_step(step)):
			doc = frappe.get_doc(self.doctype, self.case)
			doc.update(values)
			doc.save()

	def attach(self, title: str) -> str:
		"""A paper of its own: equal bytes would be stored once, under the first name."""
		return self.upload(f"{title}.pdf", PDF + f"% {title} {self.case}\n".encode())

	def walk(self, *acts: tuple[str, str, str], days: int = 1) -> None:
		"""Press one button after the other: step, action, opinion."""
		for step, action, opinion in acts:
			self.act(step, action, opinion)
			self.wait(days)

	def end_duties(self, letter: str) -> None:
		"""All duties after the decision that ends a listing. letter: of the steps, E (expiry) or V (revocation)."""
		for step, action, works in (
			("50", "updated", (self.update_all,)),
			("60", "withdrawn", (self.take_down_all,)),
			("65", "confirm", (self.confirm_down_all,)),
			("70", "lifted", (self.lift_all, self.tell_departments)),
			("40", "served", (self.serve_all,)),
		):
			for work in works:
				work(letter + step)
			self.act(letter + step, action)

	# ------------------------------------------------------------ restoration

	def defend(self, step: str, content: str) -> str:
		with self.acting(self.in_step(step)):
			return removals_api.answer(self.case, "Defence", str(self.day), "Written", content)["name"]

	def review_defence(self, step: str, name: str, conclusion: str, reasons: str) -> None:
		with self.acting(self.in_step(step)):
			removals_api.review_answer(name, conclusion, reasons)

	def pass_window(self, step: str) -> None:
		"""Live on until the day after the defence window, and let the scan come by."""
		due = frappe.db.get_value(
			"SC Clock", {"run": self.run, "limit": "T01", "status": "Running"}, "due_on"
		)
		self.day = due + timedelta(days=1)
		if not self.expire(step):
			raise AssertionError("the window did not end")

	def list_again(self) -> None:
		"""The duties after a restoration."""
		with self.acting(self.in_step("S85")):
			register_api.enter(
				self.record, f"AQHF{self.day:%Y%m%d}0001", str(self.day), self.upload("录入截图.png")
			)
		self.act("S85", "entered")
		user = self.in_step("S86")
		for name in self.rows("SC Publication", "To Push"):
			with self.acting(user):
				register_api.publish(
					name,
					f"https://restored.example.invalid/{name}",
					f"{self.day} 09:30:00",
					self.upload("公示截图.png"),
				)
		self.act("S86", "published")
		user = self.in_step("S87")
		for name in self.rows("SC Publication", "Pushed"):
			with self.acting(user):
				register_api.confirm_publication(name)
		self.act("S87", "confirm")
		user = self.in_step("S88")
		for name in self.rows("SC Measure Record", "To Carry Out"):
			with self.acting(user):
				register_api.carry_out(name, str(self.day))
		self.act("S88", "done")
		self.serve_all("S80")
		self.act("S80", "served")
