"""Plays cases through the engine as the people who hold the posts would: for demonstration data and for tests.

Nothing is written past the engine: every step is an act of a user with an open task.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import frappe

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import holders
from sclist_app.access.today import as_of, today
from sclist_app.api import defence as defence_api
from sclist_app.api import hearing as hearing_api
from sclist_app.api import joint_action as joint_api
from sclist_app.api import register as register_api
from sclist_app.api import run as run_api
from sclist_app.api import service as service_api
from sclist_app.workflow import actions, runner, store
from sclist_app.workflow.calendars import calendar_of

__all__ = ["Player", "certificate_number", "social_credit_code"]

# The smallest honest pictures and papers: one pixel, one empty page.
PNG = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def social_credit_code(division: str, serial: int) -> str:
	"""An invented, valid unified social credit code: enterprise, division code, running number."""
	organisation = f"MA{serial:06d}"
	weights = (3, 7, 9, 10, 5, 8, 4, 2)
	total = sum(
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) * w
		for c, w in zip(organisation, weights, strict=True)
	)
	inner = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
	body = f"91{division}{organisation}{inner}"
	check = (31 - sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31) % 31
	return body + _ALPHABET[check]


def certificate_number(division: str, born: date, serial: int) -> str:
	"""An invented, valid number of a resident identity card."""
	body = f"{division}{born:%Y%m%d}{serial:03d}"
	weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
	return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


class Player:
	"""One document of one bureau, played step by step. `day` is the day the player lives in.

	doctype: what the procedure runs on; `case` is the name of that document, whatever it is.
	"""

	doctype = "SC Case"
	# who registers such documents
	opener = "case_officer"

	def __init__(self, bureau: str, start: date, demo: bool = False):
		self.bureau, self.day, self.demo = bureau, start, demo
		self.case = ""

	@property
	def name(self) -> str:
		return self.case

	# ------------------------------------------------------------------- time

	def wait(self, workdays: int) -> None:
		"""Let working days pass."""
		self.day = calendar_of(self.bureau).add_workdays(self.day, workdays)

	@contextmanager
	def acting(self, user: str) -> Iterator[None]:
		before = frappe.session.user
		frappe.set_user(user)
		try:
			with as_of(datetime.combine(self.day, time(10, 30))):
				yield
		finally:
			frappe.set_user(before)

	# ---------------------------------------------------------------- opening

	def officer(self, post: str = "case_officer") -> str:
		people = holders(post, self.bureau)
		if not people:
			raise LookupError(f"nobody holds {post} in {self.bureau}")
		return people[0]

	def new(self, doctype: str, values: dict[str, Any]) -> str:
		"""Insert a document as its officer would; demonstration data are marked."""
		with self.acting(self.officer(self.opener if doctype == self.doctype else "case_officer")):
			doc = frappe.new_doc(doctype)
			doc.update(values)
			doc.insert()
			if self.demo:
				with engine_writes():
					doc.db_set("is_demo", 1, update_modified=False)
			return doc.name

	def open_case(self, values: dict[str, Any]) -> str:
		self.case = self.new(self.doctype, {"bureau": self.bureau, **values})
		if self.demo:
			run = self.run
			frappe.db.set_value("SC Run", run, "is_demo", 1)
			frappe.db.set_value("SC Task", {"run": run}, "is_demo", 1)
		return self.case

	# ----------------------------------------------------------------- acting

	@property
	def run(self) -> str:
		return frappe.db.get_value(self.doctype, self.case, "run")

	@property
	def state(self) -> str:
		return frappe.db.get_value(self.doctype, self.case, "state") or ""

	def actor(self, task) -> str:
		"""Somebody who may take the task: the assignee, else the first holder whom nothing bars."""
		if task.assignee:
			return task.assignee
		loaded = store.read_run(self.run)
		state = next(t for t in loaded.state.tasks if t.id == task.name)
		for user in holders(task.post, task.bureau):
			if not runner.permitted(loaded.procedure, loaded.state, state, user):
				return user
		raise LookupError(f"nobody may take {task.title}")

	def act(self, step: str, action: str, opinion: str = "", user: str | None = None) -> dict:
		"""Press a button of the open task of a step."""
		with self.acting("Administrator"):  # who is there is asked on the player's day
			task = next(t for t in store.open_tasks(self.run) if t.step == step)
			user = user or self.actor(task)
		with self.acting(user):
			return run_api.act(
				task.name,
				action,
				frappe.db.get_value("SC Run", self.run, "seq"),
				opinion,
				frappe.generate_hash(length=16),
			)

	def vote(self, step: str, actions_by_order: Sequence[str]) -> None:
		"""The signers of a step vote one after the other, until the step is decided."""
		for action in actions_by_order:
			with self.acting("Administrator"):
				task = next((t for t in store.open_tasks(self.run) if t.step == step), None)
			if task is None:
				return
			self.act(step, action, "同意列入。" if action == "agree" else "不同意列入。", task.assignee)

	def upload(self, name: str = "凭证.png", content: bytes = PNG) -> str:
		"""A private file attached to the case."""
		file = frappe.new_doc("File")
		file.update(
			{
				"file_name": name,
				"attached_to_doctype": self.doctype,
				"attached_to_name": self.case,
				"is_private": 1,
				"content": content,
			}
		)
		file.insert(
			ignore_permissions=True
		)  # stands for the upload call, which asks for write permission itself
		return file.file_url

	def in_step(self, step: str) -> str:
		"""The user who may work in the step's tool now."""
		return self.actor(next(t for t in store.open_tasks(self.run) if t.step == step))

	def serve_all(self, step: str = "", method: str = "Direct") -> None:
		"""Record the service of every document of the case not served yet; without a step, after the end."""
		user = self.in_step(step) if step else self.officer("service_officer")
		second = next(
			(
				u
				for u in holders("service_officer", self.bureau) + holders("division_head", self.bureau)
				if u != user
			),
			"",
		)
		for notice in frappe.get_all(
			"SC Notice",
			filters={
				"reference_name": self.case,
				"status": "Issued",
				"joint_with": ["is", "not set"],
				"addressee": ["is", "set"],
			},
			fields=["name", "addressee", "addressee_name"],
			order_by="creation asc",
		):
			if frappe.db.exists("SC Service Record", {"notice": notice.name, "result": "Served"}):
				continue
			with self.acting(user):
				service_api.record(
					notice.name,
					method,
					str(self.day),
					place="受送达人住所",
					receiver=_receiver(notice),
					receiver_capacity=_capacity(notice.addressee),
					delivered_at="10:20",
					second_server=second,
					tracking_number="1234567890123" if method == "By Post" else "",
					proof=self.upload("邮寄回执.png") if method == "By Post" else "",
				)

	def subjects(self) -> list[str]:
		return frappe.get_all(
			"SC Case Subject", filters={"parent": self.case}, pluck="entity", order_by="idx"
		)

	def answer(self, step: str, subject: str, kind: str, content: str = "") -> str:
		user = self.in_step(step)
		file = self.upload("放弃陈述申辩声明.pdf", PDF) if kind == "Waiver" else ""
		with self.acting(user):
			return defence_api.record(self.case, subject, kind, str(self.day), "Written", content, file)[
				"name"
			]

	def review(self, step: str, conclusion: str, reasons: str) -> None:
		user = self.in_step(step)
		for name in frappe.get_all(
			"SC Defence",
			filters={"case": self.case, "kind": "Defence", "conclusion": ["is", "not set"]},
			pluck="name",
			order_by="creation",
		):
			with self.acting(user):
				defence_api.review(name, conclusion, reasons)

	def expire(self, step: str) -> bool:
		"""Let the scheduled scan come by on this day."""
		with as_of(datetime.combine(self.day, time(1, 0))):
			return actions.expire(self.run, step)

	def let_window_pass(self, step: str) -> None:
		"""Live on until the day after the limit of the waiting step, then let it expire."""
		limit = store.read_run(self.run).procedure.by_code[step].limit
		due = frappe.db.get_value(
			"SC Clock", {"run": self.run, "limit": limit, "status": "Running"}, "due_on"
		)
		self.day = due + timedelta(days=1)
		if not self.expire(step):
			raise AssertionError("the window did not end")

	def enter_all(self, step: str) -> None:
		user = self.in_step(step)
		for number, record in enumerate(
			frappe.get_all(
				"SC Listing Record", filters={"case": self.case}, pluck="name", order_by="creation, name"
			),
			start=1,
		):
			with self.acting(user):
				register_api.enter(
					record, f"AQSX{self.day:%Y%m%d}{number:04d}", str(self.day), self.upload("录入截图.png")
				)

	def publish_all(self, step: str) -> None:
		user = self.in_step(step)
		for row in frappe.get_all(
			"SC Publication",
			filters={"case": self.case, "state": "To Push"},
			fields=["name", "channel"],
			order_by="creation",
		):
			with self.acting(user):
				register_api.publish(
					row.name,
					f"https://{row.channel.replace('_', '-')}.example.invalid/{row.name}",
					f"{self.day} 09:30:00",
					self.upload("公示截图.png"),
				)

	def confirm_all(self, step: str) -> None:
		user = self.in_step(step)
		for name in frappe.get_all(
			"SC Publication",
			filters={"case": self.case, "state": "Pushed"},
			pluck="name",
			order_by="creation",
		):
			with self.acting(user):
				register_api.confirm_publication(name)

	def carry_out_all(self, step: str) -> None:
		user = self.in_step(step)
		for name in frappe.get_all(
			"SC Measure Record",
			filters={"case": self.case, "state": "To Carry Out"},
			pluck="name",
			order_by="creation",
		):
			with self.acting(user):
				register_api.carry_out(name, str(self.day))

	def send_all(self, step: str) -> None:
		"""Send the listings to the departments the bureau's rule names."""
		user = self.in_step(step)
		for row in frappe.get_all(
			"SC Joint Action",
			filters={"case": self.case, "state": "To Send"},
			fields=["name", "way", "content"],
			order_by="creation",
		):
			proof = "" if row.way == "Official Letter" else self.upload("推送截图.png")
			with self.acting(user):
				joint_api.send(row.name, str(self.day), row.content, proof)

	def hear(self, step: str) -> None:
		"""Arrange the hearing that was asked for, tell the party, hold it and report."""
		host = self.in_step(step)
		name = frappe.db.get_value("SC Hearing", {"case": self.case, "state": "Requested"}, "name")
		held_on = calendar_of(self.bureau).add_workdays(self.day, 9)
		with self.acting(host):
			hearing_api.arrange(
				name, f"{held_on} 09:30:00", "本局三楼会议室", host, self.officer("document_officer")
			)
		self.serve_all(step)
		self.day = held_on
		with self.acting(host):
			hearing_api.hold(
				name, "当事人及其委托代理人、案件调查人员", self.upload("听证笔录.pdf", PDF + b"% record\n")
			)
		self.wait(1)
		with self.acting(host):
			hearing_api.report(
				name,
				"List as Proposed",
				"听证会上，调查人员出示了现场检查记录和询问笔录，当事人对事实没有异议，请求从轻处理。"
				"经听证，事实清楚、证据确凿，建议维持拟列入意见。",
			)

	# ------------------------------------------------------- the standard way

	def play(self, until: str = "", **turns: Any) -> None:
		"""Play the standard procedure until a step is open (or to its end). `turns` names what differs:
		waive=True, defend="text", votes=("agree", ...), accept=True (the defence is accepted),
		hearing="text" (asks for a hearing)."""
		for step, work in self._standard(turns):
			if self.state == "" or (until and until in self.state.split(",")):
				return
			if step not in self.state.split(","):
				continue
			work()

	def _standard(self, turns: dict[str, Any]):
		def go(step: str, action: str, opinion: str = "", days: int = 1):
			def work():
				self.act(step, action, opinion)
				self.wait(days)

			return step, work

		def serve(step: str):
			def work():
				self.serve_all(step)
				self.act(step, "served")

			return step, work

		def answers():
			if turns.get("defend"):
				self.wait(2)
				self.answer("C40", self.subjects()[0], "Defence", turns["defend"])
				self.let_window_pass("C40")
			elif turns.get("hearing"):
				self.wait(2)
				self.answer("C40", self.subjects()[0], "Hearing Request", turns["hearing"])
				self.act("C40", "answered")
			elif turns.get("waive"):
				self.wait(1)
				for subject in self.subjects():
					self.answer("C40", subject, "Waiver")
				self.act("C40", "answered")
			else:
				self.let_window_pass("C40")

		def review():
			if turns.get("accept"):
				self.review("C45", "Accepted", "经核查，当事人提交的许可延续证明属实，申辩理由成立。")
				self.act("C45", "accept", "申辩理由成立，不符合列入情形，不予列入。")
				self.serve_all()
			else:
				self.review("C45", "Not Accepted", "经复核，当事人提出的理由没有证据支持，不能成立。")
				self.act("C45", "uphold", "经复核，维持拟列入意见。")
			self.wait(1)

		def done(step: str, work, action: str):
			def both():
				work(step)
				self.act(step, action)

			return step, both

		yield go("C00", "submit", "", 1)
		yield go("C10", "agree", "事实清楚，证据确凿，情形对应准确，拟同意列入。")
		yield go("C20", "agree", "同意制发告知书。")
		yield go("C25", "issue")
		yield serve("C30")
		yield "C40", answers
		yield "C45", review
		yield done("C47", self.hear, "reported")
		yield go("C50", "pass", "主体适格，程序合法，适用依据正确，审核通过。")
		yield (
			"C60",
			lambda: (self.vote("C60", turns.get("votes") or ("agree", "agree", "agree")), self.wait(1)),
		)
		yield go("C70", "approve", "同意列入。")
		yield go("C80", "issue", "", 0)
		yield done("C86", self.enter_all, "entered")
		yield serve("C85")
		yield done("C89", lambda step: (self.carry_out_all(step), self.send_all(step)), "done")
		yield done("C87", self.publish_all, "published")
		yield done("C88", self.confirm_all, "confirm")


def _receiver(notice) -> str:
	"""Who signs: the person, or the legal representative of the unit."""
	of = frappe.db.get_value(
		"SC Entity", notice.addressee, ["entity_kind", "legal_representative"], as_dict=True
	)
	name = notice.addressee_name if of.entity_kind == "Person" else of.legal_representative
	return (name or notice.addressee_name)[:20]


def _capacity(entity: str) -> str:
	person = frappe.db.get_value("SC Entity", entity, "entity_kind") == "Person"
	return "Addressee in Person" if person else "Legal Representative"


def day_before(workdays: int, bureau: str) -> date:
	"""The working day that many working days before today."""
	return calendar_of(bureau).add_workdays(today(), -workdays)
