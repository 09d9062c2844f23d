"""What a kind of procedure brings to the engine: its DocType, its facts, the gates of the law, what follows.

The engine knows steps and tasks, not listings. Each kind is a class named by the hook `sclist_kinds`; the
floors above register theirs, so the engine never imports them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import frappe
from frappe import _

from sclist_app.law.findings import N_, Finding
from sclist_app.workflow.model import DocumentRule, Procedure, Step, Transition, Verb

if TYPE_CHECKING:
	from frappe.model.document import Document

__all__ = ["Act", "Kind", "kind", "kind_of", "kind_of_doctype"]


@dataclass(frozen=True)
class Act:
	"""One move of one run, as the kinds and effects see it."""

	run: Document
	doc: Document
	procedure: Procedure
	step: Step
	transition: Transition
	today: date
	actor: str
	opinion: str = ""
	# what the kind has read of the document (`Kind.reader`), where nothing was written since; else None
	reader: Any = None

	@property
	def documents(self) -> tuple[DocumentRule, ...]:
		return self.procedure.documents_of(self.step.code, self.transition.action)


class Kind:
	"""Base of the kinds; a kind overrides what differs."""

	name = ""
	doctype = ""
	# how the log calls its beginning
	begins = N_("Procedure begun")

	def runs_on(self, doc: Document) -> bool:
		"""Is the document one of this kind? Asked where several kinds run on one DocType."""
		return True

	def begun(self, doc: Document, run: Document, procedure: Procedure) -> None:
		"""The run has been made, no step is open yet: the place to start clocks of what happened before."""

	def title(self, doc: Document) -> str:
		"""A line that tells an officer what the task is about."""
		return doc.get_title() or doc.name

	def facts(self, doc: Document) -> Mapping[str, Any]:
		"""The facts conditions may ask for (`workflow.conditions.SCHEMA`)."""
		return {}

	def reader(self, doc: Document) -> Any:
		"""What the gate reads of the document."""
		return doc

	def channel(self, doc: Document) -> str:
		"""Where the document came from, if limits of their own hold for it ("Credit China"); else ""."""
		return ""

	def due_changed(self, doc: Document, limit: str, due: date) -> None:
		"""The due date of a running limit has moved; a kind that keeps it in the document writes it anew."""

	def needs_materials(self, procedure: Procedure, button: Transition) -> bool:
		"""Are the materials of the step asked for before this button?"""
		return button.verb in (Verb.FORWARD, Verb.AGREE)

	def gate(self, act: Act) -> Sequence[Finding]:
		"""What the law still misses for this move. Configuration cannot skip it."""
		return ()

	def draw_documents(self, act: Act) -> list[str]:
		"""Issue the documents of the move; names of the SC Notice records."""
		return []

	def follow(self, act: Act, notices: Sequence[str]) -> None:
		"""What the move brings about in law, in the same transaction."""

	def panel(self, doc: Document) -> dict[str, Any]:
		"""What the panel shows of the kind's own: papers, records and the like."""
		return {}

	def project(self, doc: Document, run: Document, titles: Sequence[str]) -> None:
		"""Write where the run stands into the document."""


def kind(name: str) -> Kind:
	"""The kind of that name.

	Raises:
		frappe.ValidationError: no app provides it.
	"""
	path = _registered().get(name)
	if not path:
		frappe.throw(_("No procedure of the kind {0} can run here.").format(_(name)))
	return frappe.get_attr(path)()


def kind_of(doc: Document) -> Kind:
	"""The kind that runs on this document.

	Raises:
		frappe.ValidationError: none does.
	"""
	for name in _registered():
		candidate = kind(name)
		if candidate.doctype == doc.doctype and candidate.runs_on(doc):
			return candidate
	frappe.throw(_("No procedure runs on {0}.").format(_(doc.doctype)))


def kind_of_doctype(doctype: str) -> Kind:
	for name in _registered():
		candidate = kind(name)
		if candidate.doctype == doctype:
			return candidate
	frappe.throw(_("No procedure runs on {0}.").format(_(doctype)))


def _registered() -> dict[str, str]:
	# A hook of dicts merges into lists; the app installed last prevails.
	return {
		name: paths[-1] if isinstance(paths, list) else paths
		for name, paths in frappe.get_hooks("sclist_kinds", {}).items()
	}
