"""Plays applications for early removal through the engine, for demonstration data and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import frappe

from sclist_app.access.posts import holders
from sclist_app.api import repair as repair_api
from sclist_app.setup.matter_player import RecordPlayer
from sclist_app.setup.player import PDF

__all__ = ["RepairPlayer"]

FORM = "提前移出申请书"
FINDINGS = {
	"obligations": ("From Files", "核对非税收入缴款凭证，罚款已经全部缴清"),
	"effects": ("On Site", "现场核查，隐患已经整改完毕并通过验收，未发现新的危害"),
	"no_repeat": ("System Comparison", "经系统比对，没有其他列入记录和在办案件"),
}


def _paper(title: str) -> bytes:
	"""A file of its own: equal bytes would be stored once, under the first name."""
	return PDF + f"% {title}\n".encode()


class RepairPlayer(RecordPlayer):
	"""One application on one record. `day` is the day it is received."""

	doctype = "SC Repair Application"
	opener = "acceptance_clerk"

	def __init__(self, record: str, day: date, demo: bool = False):
		super().__init__(frappe.db.get_value("SC Listing Record", record, "bureau"), day, demo)
		self.record = record

	def values(self, **changes: Any) -> dict[str, Any]:
		return {
			"record": self.record,
			"channel": "Own Counter",
			"received_on": str(self.day),
			"applied_by": "李建国",
			"capacity": "Legal Representative",
			"phone": "13800000000",
			"delivery_address": "本单位住所",
			"obligations_statement": "已经履行行政处罚决定规定的全部义务。",
			"effects_statement": "已经完成隐患整改，消除了危害后果。",
			"no_repeat_statement": "列入后未再发生严重失信行为。",
			**changes,
		}

	def open(self, papers: Sequence[str] = ("obligations", "effects"), **changes: Any) -> str:
		"""Register the application, then attach its papers: the form, the commitment, proof of the conditions."""
		self.open_case(self.values(**changes))
		self.hand_in(papers)
		return self.case

	def hand_in(self, papers: Sequence[str], commitment: bool = True) -> None:
		doc = frappe.get_doc(self.doctype, self.case)
		titles = {"obligations": "罚款缴纳凭证", "effects": "隐患整改验收报告", "no_repeat": "自查说明"}
		if not any(row.title == FORM for row in doc.evidence):
			doc.append("evidence", {"title": FORM, "file": self.upload("申请书.pdf", _paper(FORM))})
		for key in papers:
			doc.append(
				"evidence",
				{
					"title": titles[key],
					"condition": key,
					"file": self.upload(f"{titles[key]}.pdf", _paper(titles[key])),
				},
			)
		if commitment and not doc.commitment:
			doc.commitment = self.upload("信用承诺书.pdf", _paper("信用承诺书"))
		with self.acting(self.in_step(self.state.split(",")[0])):
			doc.save()

	# ------------------------------------------------------------- the duties

	def verify_all(self, step: str, **results: str) -> None:
		"""One verifier records the three conditions, another confirms. results: condition → other result."""
		first = self.in_step(step)
		second = next(user for user in holders("verifier", self.bureau) if user != first)
		with self.acting(first):
			for condition, (method, finding) in FINDINGS.items():
				result = results.get(condition, "Fulfilled")
				text = finding if result == "Fulfilled" else "经核实，该项条件不符合规定。"
				repair_api.verify(self.case, condition, method, result, text)
		with self.acting(second):
			repair_api.confirm_verification(self.case)

	def report(self, step: str) -> None:
		if frappe.db.exists("SC Upward Report", {"reference_name": self.case}):
			with self.acting(self.in_step(step)):
				repair_api.file_report(self.case, f"AQBG{self.day:%Y%m%d}0001", str(self.day))

	# ------------------------------------------------------- the standard way

	def _standard(self, turns: dict[str, Any]):
		"""turns: refuse="reasons" leads to the refusal."""

		def go(step: str, action: str, opinion: str = "", days: int = 1):
			def work():
				self.act(step, action, opinion)
				self.wait(days)

			return step, work

		def done(step: str, work, action: str):
			def both():
				work(step)
				self.act(step, action)

			return step, both

		refuse = turns.get("refuse")
		results = turns.get("results") or {}
		yield go("R10", "accept")
		yield done("R20", self.serve_all, "served")
		yield done("R30", lambda step: self.verify_all(step, **results), "found")
		if refuse:
			yield go("R40", "refuse", refuse)
			yield go("R51", "agree", "同意不予提前移出。")
			yield go("R53", "issue", "", 0)
			yield done("R56", self.serve_all, "served")
			return
		yield go("R40", "agree", "经核实符合条件，建议准予提前移出。")
		yield go("R45", "pass", "审核通过。")
		yield go("R50", "approve", "准予提前移出。")
		yield go("R52", "issue", "", 0)
		yield done("R60", self.update_all, "updated")
		yield done("R55", self.serve_all, "served")
		yield done("R64", lambda step: (self.lift_all(step), self.tell_departments(step)), "lifted")
		yield done("R62", self.take_down_all, "stopped")
		yield done("R63", self.confirm_down_all, "confirm")
		yield done("R66", self.report, "reported")
