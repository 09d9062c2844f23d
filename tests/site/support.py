"""What the tests of the site share: people, invented parties, cases played through the engine, refusals.

The people are those of the demonstration data (`sclist_app.setup.demo`): one set of posts in each of four bureaus
of one branch of the tree.
"""

import itertools
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import frappe
from frappe.model.document import Document

from sclist_app.access.today import as_of
from sclist_app.register import identity
from sclist_app.setup.demo import CITY, COUNTY, DISTRICT, PROVINCE, user_of
from sclist_app.setup.player import Player, certificate_number, social_credit_code
from sclist_app.workflow import actions, store

__all__ = [
	"CITY",
	"COUNTY",
	"DISTRICT",
	"MARK",
	"PROVINCE",
	"Case",
	"as_user",
	"refused",
	"serial",
	"user_of",
]

# Every entity that tests commit carries it, so that nobody takes it for a party.
MARK = "（检验）"

NO_RESCUE = "发生生产安全事故后，不立即组织抢救，擅离职守。"
NO_PERMIT = "在安全生产许可证有效期届满后未办理延期手续，擅自组织生产。"
OTHER = "多次擅自停用瓦斯监测监控系统，责令改正后仍然继续作业，情节严重。"

_serials = itertools.count(random.SystemRandom().randrange(400_000, 900_000))


def serial() -> int:
	"""A number no entity of the site carries yet."""
	for number in _serials:
		taken = {
			"uscc": social_credit_code("140105", number),
			"id_number_key": identity.key_of(identity.CARD, card_number(number)),
		}
		if not any(frappe.db.exists("SC Entity", {field: value}) for field, value in taken.items()):
			return number
	raise AssertionError


def card_number(number: int) -> str:
	"""The invented identity card of the person with this serial."""
	return certificate_number("140106", date(1950, 1, 1) + timedelta(days=number % 15_000), number // 15_000)


@contextmanager
def as_user(user: str) -> Iterator[None]:
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


@contextmanager
def refused(*kinds: type[BaseException], match: str = "") -> Iterator[None]:
	"""What happens inside must be refused by an error of the framework, and is undone.

	`kinds`: the errors accepted, by default a refusal of rights or of validation.
	"""
	kinds = kinds or (frappe.PermissionError, frappe.ValidationError)
	frappe.db.savepoint("refused")
	try:
		yield
	except kinds as error:
		text = f"{error} {frappe.local.message_log}"
		assert re.search(match, text), f"{match!r} is not in {text!r}"
	else:
		raise AssertionError("was not refused")
	finally:
		# Some ways of the framework undo the whole transaction themselves; then the point is gone.
		with suppress(frappe.db.OperationalError):
			frappe.db.rollback(save_point="refused")
		frappe.local.message_log = []


class Case(Player):
	"""A case of an invented party, with the means to look at it."""

	unit: str = ""
	person: str = ""
	penalty: str = ""
	number: int = 0

	@classmethod
	def at(cls, name: str, day: date) -> "Case":
		"""An existing case, to be played on from this day."""
		row = frappe.get_doc("SC Case", name)
		case = cls(row.bureau, day)
		case.case = name
		case.unit = next((s.entity for s in row.subjects if s.entity_kind != "Person"), "")
		case.person = next((s.entity for s in row.subjects if s.entity_kind == "Person"), "")
		case.penalty = row.penalties[0].penalty if row.penalties else ""
		return case

	def register(self, ground: str = "7-1", penalty_bureau: str = "", **penalty: Any) -> dict[str, Any]:
		"""Register unit, person and penalty; returns the values of a case on them.

		6-5: the person alone is a subject; 7-1: unit and person; 7-4: the unit alone.
		"""
		self.number = serial()
		company = f"检验化工{self.number}有限公司{MARK}"
		self.unit = self.new(
			"SC Entity",
			{
				"entity_name": company,
				"entity_kind": "Unit",
				"uscc": social_credit_code("140105", self.number),
				"address": f"检验路{self.number}号",
				"legal_representative": f"检{self.number}{MARK}",
				"industry": "化工",
			},
		)
		self.person = self.new(
			"SC Entity",
			{
				"entity_name": f"检{self.number}{MARK}",
				"entity_kind": "Person",
				"id_type": "Resident Identity Card",
				"id_number": card_number(self.number),
				"address": f"检验小区{self.number}号楼",
				"unit": self.unit,
				"position": "总经理",
			},
		)
		violation = {"6-5": NO_RESCUE, "7-4": OTHER}.get(ground, NO_PERMIT)
		self.penalty = self.new(
			"SC Penalty",
			{
				"document_number": f"（检）应急罚〔{self.day.year}〕{self.number}号",
				"entity": self.unit,
				"bureau": penalty_bureau or self.bureau,
				"decided_on": str(self.day),
				"violation": f"{company}{violation}",
				"basis": "《中华人民共和国安全生产法》第一百一十条"
				if ground == "6-5"
				else "《安全生产许可证条例》第十九条",
				"items": [{"kind": "Fine", "amount": 400_000}],
				**penalty,
			},
		)
		return self.values(ground)

	def values(self, ground: str) -> dict[str, Any]:
		person = {"entity": self.person, "role": "principal_leader"}
		values: dict[str, Any] = {
			"ground": ground,
			"ground_detail": {"7-1": "no_permit", "6-5": "no_rescue"}.get(ground, ""),
			"industry": "化工",
			"penalties": [{"penalty": self.penalty}],
			"subjects": {"6-5": [person], "7-4": [{"entity": self.unit}]}.get(
				ground, [{"entity": self.unit}, person]
			),
			"facts": "以上事实有现场检查记录、询问笔录和处罚决定书等证据证实。",
			"reasons": "当事人经责令改正后仍不停止违法行为，主观故意明显，属于性质恶劣、情节严重。",
			"measures": [{"measure": "M1"}, {"measure": "M4"}],
		}
		if ground.startswith("6"):
			values["accidents"] = [
				{
					"occurred_on": str(self.day - timedelta(days=30)),
					"unit": self.unit,
					"place": f"检验路{self.number}号厂区",
					"deaths": 1,
					"injuries": 2,
					"loss": 1_860_000,
				}
			]
		return values

	@classmethod
	def opened(cls, bureau: str, day: date, ground: str = "7-1", **changes: Any) -> "Case":
		"""A new case in its first step."""
		case = cls(bureau, day)
		case.open_case({**case.register(ground), **changes})
		return case

	# ------------------------------------------------------------------ looking

	@property
	def doc(self) -> Document:
		return frappe.get_doc("SC Case", self.case)

	@property
	def seq(self) -> int:
		return frappe.db.get_value("SC Run", self.run, "seq")

	@property
	def steps(self) -> set[str]:
		return {step for step in self.state.split(",") if step}

	def task(self, step: str) -> str:
		"""The open task of a step."""
		return frappe.get_all(
			"SC Task",
			filters={"run": self.run, "step": step, "status": "Open"},
			pluck="name",
			order_by="opened_on asc, creation asc",
		)[0]

	def clock(self, limit: str) -> Any:
		"""The latest clock of a limit that is not void."""
		rows = frappe.get_all(
			"SC Clock",
			filters={"run": self.run, "limit": limit, "status": ["!=", "Void"]},
			fields=["name", "started_on", "due_on", "status", "provisional", "stopped_on"],
			order_by="creation desc",
		)
		assert rows, f"{limit} does not run"
		return rows[0]

	def notices(self, kind: str = "") -> list:
		filters = {"reference_name": self.case, **({"document_kind": kind} if kind else {})}
		return frappe.get_all(
			"SC Notice",
			filters=filters,
			fields=["name", "document_kind", "number", "status", "addressee", "joint_with"],
			order_by="creation asc",
		)

	def records(self) -> list:
		return frappe.get_all(
			"SC Listing Record",
			filters={"case": self.case},
			fields=[
				"name",
				"entity",
				"entity_kind",
				"state",
				"listed_on",
				"term_end",
				"earliest_application",
				"code_shown",
				"shown",
				"bureau",
			],
			order_by="creation asc, name asc",
		)

	def blocked(self, step: str, action: str) -> set[str]:
		"""Codes of what the law and the procedure still miss for a button, asked on the player's day."""
		with as_of(str(self.day)):
			found = actions.gate(store.read_run(self.run), step, action)
		return {finding.code for finding in found if finding.severity == "error"}

	def events(self) -> list:
		return frappe.get_all(
			"SC Event",
			filters={"chain": f"SC Case:{self.case}"},
			fields=["name", "seq", "event", "actor", "label", "step", "opinion", "token", "data"],
			order_by="seq asc",
		)

	def people(self, mailbox: str) -> str:
		"""The account of this bureau's person with that mailbox."""
		return user_of(mailbox, self.bureau)
