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

from sclist_app.api import procedures as api
from sclist_app.exchange import packages
from sclist_app.setup import demo
from sclist_app.setup.player import PDF
from sclist_app.workflow import store
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
	with as_user(account("approver", code)):
		for version in versions:
			api.publish(version, "2023-10-01")
			api.bind(version, code, "2023-10-01")
	return versions


# ------------------------------------------------------------------- the play


class Stage(Case):
	"""One chapter of a scenario, played move by move."""

	def begin(self, chapter: Mapping[str, Any]) -> None:
		opened = dict(chapter["open"])
		self.day = date.fromisoformat(opened.pop("on"))
		penalty = opened.pop("penalty", {})
		ground = opened.pop("ground", "7-1")
		self.open_case({**self.register(ground, **penalty), **opened})

	def move(self, move: Mapping[str, Any]) -> None:
		where = f"{move['on']} {move['step']}"
		self.day = date.fromisoformat(move["on"])
		drawn = {row.name for row in self.notices()}
		if move.get("expire"):
			assert not self._early(move["step"]), f"{where}: the limit was over before this day"
			assert self.expire(move["step"]), f"{where}: the limit is not over"
		elif "votes" in move:
			self.vote(move["step"], move["votes"])
		else:
			self._press(move, where)
		after = self.steps
		assert after == set(move["then"]), f"{where}: open are {sorted(after)}"
		papers = sorted(row.document_kind for row in self.notices() if row.name not in drawn)
		assert papers == sorted(move.get("papers", [])), f"{where}: drawn are {papers}"
		for limit, due in move.get("due", {}).items():
			assert str(self.clock(limit).due_on) == due, (
				f"{where}: {limit} is due on {self.clock(limit).due_on}"
			)

	def _early(self, step: str) -> bool:
		"""Would the step have ended a day before? Then the move comes too late."""
		limit = store.read_run(self.run).procedure.by_code[step].limit
		return getdate(self.clock(limit).due_on) < self.day - timedelta(days=1)

	def _press(self, move: Mapping[str, Any], where: str) -> None:
		task = next((t for t in store.open_tasks(self.run) if t.step == move["step"]), None)
		assert task is not None, f"{where}: the step is not open; open are {sorted(self.steps)}"
		assert task.post == move["by"], f"{where}: the task is for {task.post}"
		self.prepare(move)
		self.act(move["step"], move["do"], move.get("opinion", "同意。"), move.get("user"))

	# ----------------------------------------------------------- what duties need

	def prepare(self, move: Mapping[str, Any]) -> None:
		step = store.read_run(self.run).procedure.by_code[move["step"]]
		if work := self.duties().get((step.tool, step.nature.value)) or self.duties().get((step.tool, "")):
			work(move)
		for rule in store.read_run(self.run).procedure.materials:
			if rule.step == step.code and rule.required:
				self.hand_in(rule.title)

	def duties(self) -> Mapping[tuple[str, str], Callable[[Mapping[str, Any]], None]]:
		return {
			("service", ""): lambda move: self.serve_all(move["step"], move.get("way", "Direct")),
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

	def hand_in(self, title: str) -> None:
		"""Put a required material among the evidence, as whoever has the task does."""
		doc = self.doc
		if any(row.title == title and row.file for row in doc.evidence):
			return
		task = store.open_tasks(self.run)[0]
		user = self.actor(task)
		with self.acting(user):
			doc.append("evidence", {"title": title, "file": self.upload(f"{title}.pdf", PDF)})
			doc.save()


def play(name: str, place: Mapping[str, Any] | None = None) -> Stage:
	"""Play a scenario file to its end and check what it says of the end."""
	story = read(name)
	stage = Stage((place or story["bureau"])["code"], date(2024, 1, 1))
	for chapter in story["chapters"]:
		stage.begin(chapter)
		for move in chapter["moves"]:
			stage.move(move)
		check_end(stage, chapter["end"])
	return stage


def check_end(stage: Stage, end: Mapping[str, Any]) -> None:
	assert stage.doc.outcome == end["outcome"], stage.doc.outcome
	for row in stage.records():
		for field, value in end.get("record", {}).items():
			assert str(row.get(field)) == value, (field, row.get(field), value)
	if "papers" in end:
		assert sorted({row.document_kind for row in stage.notices()}) == sorted(end["papers"])
	if "publications" in end:
		channels = frappe.get_all(
			"SC Publication", filters={"case": stage.case}, pluck="channel", order_by="channel", distinct=True
		)
		assert sorted(channels) == sorted(end["publications"]), channels
