"""Plays a scenario file: who does what on which day, and what must be so afterwards.

A scenario is a JSON file in tests/scenarios: a bureau, the package of rules it uses, and chapters, one for each
procedure the case goes through. A chapter's moves name day, step, button and post; `then` are the steps open
afterwards, `papers` the documents drawn, `due` the last days of limits. What a duty needs before its button (service
recorded, entries made, measures carried out) the player does itself; a move says only what differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import frappe
from frappe.utils import getdate

from sclist_app.api import clocks as clocks_api
from sclist_app.api import local_rules as local_rules_api
from sclist_app.api import procedures as api
from sclist_app.api import templates as templates_api
from sclist_app.exchange import packages
from sclist_app.setup import demo
from sclist_app.setup.player import PDF
from sclist_app.setup.repair_player import RepairPlayer
from sclist_app.workflow import store
from tests.site.matter import Matter
from tests.site.support import Case, as_user

PACKAGES = Path(frappe.get_app_path("sclist_app", "fixtures", "packages"))
FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
DOMAIN = "scenario.example"


def read(name: str) -> dict[str, Any]:
	return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


# ------------------------------------------------------------------ the place


def account(mailbox: str, bureau: str) -> str:
	return f"{mailbox}.{bureau}@{DOMAIN}"


def found(place: Mapping[str, Any]) -> None:
	"""Enter the bureau with its people, if it is not there."""
	code = place["code"]
	if not frappe.db.exists("SC Bureau", code):
		doc = frappe.new_doc("SC Bureau")
		doc.update(
			{
				"bureau_name": place["name"],
				"short_name": place["name"],
				"code": code,
				"division_code": code,
				"level": place["level"],
				"parent_sc_bureau": place.get("parent"),
				"is_group": 1,
				"document_prefix": place["prefix"],
				"seal_name": place["name"],
				"review_body": place["review_body"],
				"court": place["court"],
				"address": "检验大街1号",
				"postcode": "000000",
				"phone": "000-0000000",
				"contact_person": "检验联系人",
			}
		)
		doc.insert(ignore_permissions=True)
	elif not frappe.db.get_value("SC Bureau", code, "address"):
		frappe.db.set_value(
			"SC Bureau",
			code,
			{
				"address": "检验大街1号",
				"postcode": "000000",
				"phone": "000-0000000",
				"contact_person": "检验联系人",
			},
		)
	for posts, mailbox, names in demo.STAFF:
		demo._person(account(mailbox, code), names[0], code, posts)


def introduced(place: Mapping[str, Any], package: str) -> bool:
	"""Does the bureau have everything of the package, as it is in the file today?"""
	read = packages.parse((PACKAGES / f"{package}.json").read_text(encoding="utf-8"))
	return all(
		frappe.db.exists(
			"SC Procedure Version",
			{"bureau": place["code"], "content_hash": procedure.content_hash, "status": "Published"},
		)
		for _names, procedure in read.procedures
	)


def introduce(place: Mapping[str, Any], package: str) -> list[str]:
	"""The bureau's rule admin imports the package, its approver publishes and binds it. Returns the versions."""
	code = place["code"]
	text = (PACKAGES / f"{package}.json").read_text(encoding="utf-8")
	with as_user(account("rules", code)):
		versions = api.import_package(text, code, f"{package}")["versions"]
		for version in versions:
			api.submit(version)
		drafts = {"bureau": code, "state": "Draft"}
		papers = frappe.get_all("SC Document Template", filters=drafts, pluck="name", order_by="name")
		for template in papers:
			templates_api.submit(template)
	with as_user(account("approver", code)):
		for version in versions:
			api.publish(version, "2023-10-01")
			api.bind(version, code, "2023-10-01")
		for rule in frappe.get_all(
			"SC Local Rule", filters=drafts, fields=["name", "modified"], order_by="name"
		):
			local_rules_api.approve(rule.name, str(rule.modified))
			# a rule holds from the day of its approval on; these cases are of 2024
			frappe.db.set_value("SC Local Rule", rule.name, "effective_from", "2023-10-01")
		for template in papers:
			seen = frappe.db.get_value("SC Document Template", template, "modified")
			templates_api.approve(template, str(seen))
			frappe.db.set_value("SC Document Template", template, "effective_from", "2023-10-01")
	return versions


# ------------------------------------------------------------------- the play

Duties = Mapping[tuple[str, str], Callable[[Mapping[str, Any]], None]]


class Scene:
	"""Moves on one document; beside a player of that document."""

	def move(self, move: Mapping[str, Any]) -> None:
		where = f"{move['on']} {move.get('step', '')}"
		self.day = date.fromisoformat(move["on"])
		before = set(self.papers())
		if move.get("expire"):
			assert not self._early(move["step"]), f"{where}: the limit was over before this day"
			assert self.expire(move["step"]), f"{where}: the limit is not over"
		elif "extend" in move:
			self._extend(move, where)
		elif "votes" in move:
			self.vote(move["step"], move["votes"])
		else:
			self._press(move, where)
		after = {step for step in self.state.split(",") if step}
		assert after == set(move["then"]), f"{where}: open are {sorted(after)}"
		drawn = sorted(kind for name, kind in self.papers().items() if name not in before)
		assert drawn == sorted(move.get("papers", [])), f"{where}: drawn are {drawn}"
		for limit, due in move.get("due", {}).items():
			assert str(self.running(limit).due_on) == due, f"{where}: {limit} is due on {self.running(limit)}"

	def papers(self) -> dict[str, str]:
		"""Every document drawn so far: its name and kind."""
		rows = frappe.get_all(
			"SC Notice",
			filters={"reference_name": self.case},
			fields=["name", "document_kind"],
			order_by="name",
		)
		return {row.name: row.document_kind for row in rows}

	def text_of(self, kind: str) -> str:
		"""The frozen texts of the documents of a kind."""
		return "".join(
			frappe.get_all(
				"SC Notice", filters={"reference_name": self.case, "document_kind": kind}, pluck="html"
			)
		)

	def running(self, limit: str) -> Any:
		"""The latest clock of a limit."""
		rows = frappe.get_all(
			"SC Clock",
			filters={"run": self.run, "limit": limit, "status": ["!=", "Void"]},
			fields=["name", "due_on"],
			order_by="creation desc",
			limit=1,
		)
		assert rows, f"{limit} does not run"
		return rows[0]

	def _early(self, step: str) -> bool:
		"""Would the step have ended a day before? Then the move comes too late."""
		limit = store.read_run(self.run).procedure.by_code[step].limit
		return getdate(self.running(limit).due_on) < self.day - timedelta(days=1)

	def _extend(self, move: Mapping[str, Any], where: str) -> None:
		asked = move["extend"]
		seq = frappe.db.get_value("SC Run", self.run, "seq")
		with self.acting(self.officer(asked["by"])):
			clocks_api.extend(
				self.running(asked["limit"]).name,
				asked["n"],
				asked["reason"],
				seq,
				frappe.generate_hash(length=16),
			)

	def _press(self, move: Mapping[str, Any], where: str) -> None:
		task = next((t for t in store.open_tasks(self.run) if t.step == move["step"]), None)
		assert task is not None, f"{where}: the step is not open; open is {self.state}"
		assert task.post == move["by"], f"{where}: the task is for {task.post}"
		self.prepare(move)
		self.act(move["step"], move["do"], move.get("opinion", "同意。"), move.get("user"))

	def prepare(self, move: Mapping[str, Any]) -> None:
		"""Do what the duty of the step asks for before its button."""
		procedure = store.read_run(self.run).procedure
		step = procedure.by_code[move["step"]]
		if "write" in move:
			self._write(step.code, move["write"])
		duties = self.duties()
		if work := duties.get((step.tool, step.nature.value)) or duties.get((step.tool, "")):
			work(move)
		for rule in procedure.materials:
			if rule.step == step.code and rule.required:
				self._bring(step.code, rule.title)

	def _write(self, step: str, values: Mapping[str, Any]) -> None:
		with self.acting(self.in_step(step)):
			doc = frappe.get_doc(self.doctype, self.case)
			doc.update(values)
			doc.save()

	def _bring(self, step: str, title: str) -> None:
		"""Put a required material among the evidence, as whoever has the task does."""
		doc = frappe.get_doc(self.doctype, self.case)
		if any(row.title == title and row.file for row in doc.evidence):
			return
		with self.acting(self.in_step(step)):
			content = PDF + f"% {title}\n".encode()
			doc.append("evidence", {"title": title, "file": self.upload(f"{title}.pdf", content)})
			doc.save()

	def duties(self) -> Duties:
		return {("service", ""): lambda move: self.serve_all(move["step"], move.get("way", "Direct"))}


class Listing(Scene, Case):
	kind = "Listing"

	def begin(self, opened: dict[str, Any]) -> None:
		penalty = opened.pop("penalty", {})
		ground, controller = opened.pop("ground", "7-1"), opened.pop("actual_controller", "")
		values = self.register(ground, **penalty)
		if controller:
			with self.acting(self.officer()):
				unit = frappe.get_doc("SC Entity", self.unit)
				unit.actual_controller = controller
				unit.save()
		self.open_case({**values, **opened})

	def duties(self) -> Duties:
		return {
			**super().duties(),
			("defence", "Wait"): self._answers,
			("defence", "Review"): lambda move: self.review(
				move["step"], move.get("conclusion", "Not Accepted"), "经复核，理由不能成立。"
			),
			("system_entry", ""): lambda move: self.enter_all(move["step"]),
			("publication", "Do"): lambda move: self.publish_all(move["step"]),
			("publication", "Review"): lambda move: self.confirm_all(move["step"]),
			("measure_records", ""): lambda move: self.carry_out_all(move["step"]),
		}

	def _answers(self, move: Mapping[str, Any]) -> None:
		for subject in self.subjects():
			self.answer(move["step"], subject, move.get("answer", "Waiver"), move.get("content", ""))

	def ended(self, end: Mapping[str, Any]) -> None:
		for row in self.records():
			for field, value in end.get("record", {}).items():
				assert str(row.get(field)) == value, (field, row.get(field), value)
		if "publications" in end:
			channels = frappe.get_all(
				"SC Publication",
				filters={"case": self.case},
				pluck="channel",
				order_by="channel",
				distinct=True,
			)
			assert sorted(channels) == sorted(end["publications"]), channels


class AboutRecord(Scene):
	"""A chapter about the record of the unit that was listed."""

	record: str

	def ended(self, end: Mapping[str, Any]) -> None:
		row = frappe.get_doc("SC Listing Record", self.record)
		for field, value in end.get("record", {}).items():
			assert str(row.get(field)) == value, (field, row.get(field), value)
		if "reported_to" in end:
			to = frappe.db.get_value("SC Upward Report", {"reference_name": self.case}, "bureau")
			assert (to or "") == end["reported_to"], to


class EarlyRemoval(AboutRecord, RepairPlayer):
	kind = "Early Removal"

	def begin(self, opened: dict[str, Any]) -> None:
		self.open(**opened)

	def duties(self) -> Duties:
		return {
			**super().duties(),
			("verification", ""): lambda move: self.verify_all(move["step"], **move.get("results", {})),
			("system_update", ""): lambda move: self.update_all(move["step"]),
			("stop_publication", "Do"): lambda move: self.take_down_all(move["step"]),
			("stop_publication", "Review"): lambda move: self.confirm_down_all(move["step"]),
			("lift_measures", ""): lambda move: self.lift_all(move["step"]),
			("upward_report", ""): lambda move: self.report(move["step"]),
		}


class Objection(AboutRecord, Matter):
	kind = "Objection"
	doctype = "SC Objection"

	def __init__(self, record: str, day: date):
		super().__init__(frappe.db.get_value("SC Listing Record", record, "bureau"), day)
		self.record = record

	def begin(self, opened: dict[str, Any]) -> None:
		self.case = self.new(self.doctype, {"record": self.record, "received_on": str(self.day), **opened})


KINDS = {of.kind: of for of in (Listing, EarlyRemoval, Objection)}


def play(name: str) -> None:
	"""Play a scenario file to its end and check what it says of the end of each chapter."""
	story = read(name)
	record = ""
	for chapter in story["chapters"]:
		opened = dict(chapter["open"])
		day = date.fromisoformat(opened.pop("on"))
		of = KINDS[chapter["kind"]]
		stage = of(record, day) if record else of(story["bureau"]["code"], day)
		stage.begin(opened)
		for move in chapter["moves"]:
			stage.move(move)
		end = chapter["end"]
		outcome = frappe.db.get_value(stage.doctype, stage.case, "outcome")
		assert outcome == end["outcome"], outcome
		assert sorted(set(stage.papers().values())) == sorted(end["papers"])
		for kind, words in end.get("says", {}).items():
			assert words in stage.text_of(kind), f"{kind} does not say {words}"
		stage.ended(end)
		if chapter["kind"] == "Listing":
			record = next(row.name for row in stage.records() if row.entity_kind != "Person")
