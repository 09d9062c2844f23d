"""Case files, bulk prints, labels and trials of a version: made by a background job, kept for some days, fetched by who asked for them.

What is made bears full identity numbers. It lies among the private files without a File record, is handed out
through `api.print_jobs` alone, and every hand-out is in the event chain. A job that is killed leaves no file that
counts: the row learns of its files in the moment they are whole.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import get_user_lang
from frappe.utils import add_days, add_to_date, cint, now_datetime

from sclist_app.access.guard import engine_writes
from sclist_app.access.posts import held
from sclist_app.access.today import now, today
from sclist_app.documents import store
from sclist_app.documents.case_file import plain_name
from sclist_app.law.findings import N_
from sclist_app.register import bulk, case_file
from sclist_app.workflow import form_policy, kinds, trial
from sclist_app.workflow import store as procedures

__all__ = [
	"again",
	"cancel",
	"check_reading",
	"forget",
	"handed_out",
	"own_bureau",
	"progress",
	"start",
	"start_trial",
	"trial_of",
	"work",
]

DOCTYPE = "SC Print Job"
PLACE = f"{store.FOLDER}/jobs"
TIMEOUT = 3600
# Without a sign of life for so long a job counts as dead, seconds.
SILENCE = 120
UNFINISHED = ("Waiting", "Being Made")
TRIAL = "Trial on Cases"
# Jobs one person may have waiting or running at once.
MOST_AT_ONCE = 10

M_DEAD = N_("The job stopped before its end. Nothing is lost; have it made again.")
M_FULL = N_("The server's disk is full. Tell the administrator, then have it made again.")


class Stopped(Exception):
	"""The job was cancelled while it ran."""


@dataclass
class Made:
	"""What a job has made. `folder`: the second form, where there is one. `skipped`: {"title", "reason"}.

	A trial has no file; its `result` is kept with the row.
	"""

	file: Path | None
	pages: int
	pieces: int
	folder: Path | None = None
	skipped: list[dict[str, str]] = field(default_factory=list)
	# run together with the row's last change
	record: Callable[[], None] = lambda: None
	result: dict[str, Any] | None = None


# ------------------------------------------------------------------------ asking for


def own_bureau(prefer: str | None = None) -> str:
	"""The bureau in whose name the user has something made: the document's, if they work there.

	Raises:
		frappe.PermissionError: the user holds no post.
	"""
	if frappe.session.user == "Administrator":
		return prefer or frappe.get_all("SC Bureau", pluck="name", order_by="lft asc", limit=1)[0]
	mine = [h.bureau for h in held()]
	if not mine:
		frappe.throw(_("You hold no post."), frappe.PermissionError)
	return prefer if prefer in mine else mine[0]


def start(kind: str, title: str, bureau: str, request: dict[str, Any], **values: Any) -> str:
	"""Store the request and put it into the queue; returns the name of the SC Print Job.

	Raises:
		frappe.ValidationError: the user has too many in it already.
	"""
	_refuse_many()
	doc = frappe.new_doc(DOCTYPE)
	doc.update(
		{
			"kind": kind,
			"title": title[:140],
			"status": "Waiting",
			"bureau": bureau,
			"made_by": frappe.session.user,
			"made_at": now(),
			"attempt": 1,
			"request": json.dumps(request, ensure_ascii=False),
			**values,
		}
	)
	with engine_writes():
		doc.insert(ignore_permissions=True)  # the api asked for the right to read what is printed
	_enqueue(doc)
	return doc.name


def _refuse_many() -> None:
	# what is older than a job may take is dead, whatever its row says
	recent = add_to_date(now(), seconds=-TIMEOUT)
	mine = {"made_by": frappe.session.user, "status": ["in", UNFINISHED], "made_at": [">", recent]}
	if frappe.db.count(DOCTYPE, mine) >= MOST_AT_ONCE:
		frappe.throw(
			_(
				"{0} jobs of yours are waiting or being made. Wait until one of them is finished, or cancel one."
			).format(MOST_AT_ONCE)
		)


def _enqueue(doc: Document) -> None:
	frappe.enqueue(
		"sclist_app.register.print_jobs.work",
		queue="long",
		timeout=TIMEOUT,
		enqueue_after_commit=True,
		name=doc.name,
		attempt=doc.attempt,
	)


def again(name: str) -> None:
	"""Have it made once more: after a failure, a cancellation, a killed worker, or when its files are gone.

	Raises:
		frappe.ValidationError: it is being made, or ready; or the user has too many waiting.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status == "Ready" and _file(doc, "file").is_file():
		frappe.throw(_("It is ready. Download it."))
	if doc.status in UNFINISHED and _at_work(doc):
		frappe.throw(_("It is being made. Wait until it is finished, or cancel it."))
	_refuse_many()
	_set(
		doc,
		status="Waiting",
		attempt=doc.attempt + 1,
		failure=None,
		report=None,
		made_at=now(),
		finished_at=None,
		expires_on=None,
		file=None,
		folder=None,
	)
	_enqueue(doc)


def cancel(name: str) -> None:
	"""Stop a job that waits or runs; what it has made so far is thrown away.

	Raises:
		frappe.ValidationError: it has ended already.
	"""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status not in UNFINISHED:
		frappe.throw(_("It has ended already."))
	_set(doc, status="Stopped", finished_at=now())
	frappe.cache().set_value(_key(doc.name, doc.attempt, "stop"), 1, expires_in_sec=TIMEOUT * 2)


def progress(name: str) -> dict[str, Any]:
	"""{"status", "done", "total", "alive"}: alive while it waits its turn or has shown a sign of life lately."""
	doc = frappe.get_doc(DOCTYPE, name)
	beat = frappe.cache().get_value(_key(name, doc.attempt, "beat")) or {}
	return {
		"status": doc.status,
		"done": beat.get("done", 0),
		"total": beat.get("total", 0),
		"alive": doc.status in UNFINISHED and _at_work(doc),
	}


def _at_work(doc: Document) -> bool:
	beat = frappe.cache().get_value(_key(doc.name, doc.attempt, "beat")) or {}
	last = beat.get("at", 0)
	if doc.status == "Waiting":
		# the queue may be long; nobody knows of a job in it until it begins
		last = max(last, frappe.utils.get_datetime(doc.modified).timestamp())
	return now_datetime().timestamp() - last < SILENCE


def _key(name: str, attempt: int, what: str) -> str:
	return f"sclist_print_job:{name}:{attempt}:{what}"


def _set(doc: Document, **values: Any) -> None:
	with engine_writes():
		doc.update(values)
		doc.save(ignore_permissions=True)  # the row is the system's


def check_reading(doc: Document) -> None:
	"""May the user still read everything the job prints? A post may have ended since it was asked for.

	Raises:
		frappe.PermissionError: no.
	"""
	if doc.kind == TRIAL:
		for version in filter(None, (doc.reference_name, _request(doc).get("against"))):
			frappe.get_doc("SC Procedure Version", version).check_permission("read")
	elif doc.reference_doctype:
		of = frappe.get_doc(doc.reference_doctype, doc.reference_name)
		of.check_permission("read")
		form_policy.refuse_covered(of)
	else:
		bulk.chosen("SC Notice", _request(doc).get("papers") or [])


def _request(doc: Document) -> dict[str, Any]:
	return json.loads(doc.request or "{}")


# ------------------------------------------------------------------------- making it


def work(name: str, attempt: int) -> None:
	"""The background job. Whatever goes wrong is written into the row for its reader."""
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status != "Waiting" or doc.attempt != attempt:
		return
	frappe.set_user(doc.made_by)
	frappe.local.lang = get_user_lang(doc.made_by)  # what it writes is read by them
	_set(doc, status="Being Made")
	frappe.db.commit()  # so that those who wait see it
	place = store.path(f"{PLACE}/{name}-{attempt}")
	try:
		shutil.rmtree(place, ignore_errors=True)
		place.mkdir(parents=True)
		made = _MAKERS[doc.kind](doc, _request(doc), place, _beating(name, attempt))
		_finish(name, attempt, made)
	except Stopped:
		frappe.db.rollback()
	except Exception as error:
		frappe.db.rollback()
		_fail(name, attempt, error)
	finally:
		shutil.rmtree(place, ignore_errors=True)


def _beating(name: str, attempt: int) -> Callable[[int, int], None]:
	def beat(done: int, total: int) -> None:
		if frappe.cache().get_value(_key(name, attempt, "stop")):
			raise Stopped
		frappe.cache().set_value(
			_key(name, attempt, "beat"),
			{"done": done, "total": total, "at": now_datetime().timestamp()},
			expires_in_sec=TIMEOUT,
		)

	beat(0, 1)
	return beat


def _make_case_file(doc: Document, request: dict, place: Path, beat: Callable[[int, int], None]) -> Made:
	check_reading(doc)
	of = frappe.get_doc(doc.reference_doctype, doc.reference_name)
	built = case_file.build(
		of, place, archive_number=doc.archive_number or "", retention=doc.retention or "", beat=beat
	)
	return Made(built.pdf, built.pages, built.pieces, built.folder, built.skipped)


def _make_bulk(doc: Document, request: dict, place: Path, beat: Callable[[int, int], None]) -> Made:
	check_reading(doc)
	printed = bulk.print_together(
		request["papers"],
		place,
		duplex=bool(request.get("duplex")),
		copies=bool(request.get("copies")),
		beat=beat,
	)
	return Made(
		printed.pdf,
		printed.pages,
		len(printed.papers),
		skipped=printed.skipped,
		record=lambda: bulk.note_printed(printed.papers, doc.name),
	)


def _make_labels(doc: Document, request: dict, place: Path, beat: Callable[[int, int], None]) -> Made:
	check_reading(doc)
	printed = bulk.print_labels(request["papers"], request["form"], place, beat=beat)
	return Made(printed.pdf, printed.pages, len(printed.papers), skipped=printed.skipped)


def _make_trial(doc: Document, request: dict, place: Path, beat: Callable[[int, int], None]) -> Made:
	check_reading(doc)
	version = frappe.get_doc("SC Procedure Version", doc.reference_name)
	procedure, against = procedures.to_procedure(version), request.get("against")
	found = trial.over_cases(
		procedure,
		procedures.load_procedure(against) if against else None,
		request["cases"],
		version.bureau,
		today(),
		beat,
		bool(request.get("whole_limit")),
	)
	found["hash"] = procedure.content_hash
	return Made(None, 0, len(found["cases"]), result=found)


_MAKERS: dict[str, Callable[[Document, dict, Path, Callable[[int, int], None]], Made]] = {
	"Case File": _make_case_file,
	"Bulk Print": _make_bulk,
	"Labels": _make_labels,
	TRIAL: _make_trial,
}


def _finish(name: str, attempt: int, made: Made) -> None:
	"""Put the finished files in their place and tell the row of them, unless it was cancelled meanwhile."""
	values: dict[str, Any] = {}
	put: list[Path] = []
	try:
		for form, path in (("file", made.file), ("folder", made.folder)):
			if path is None:
				continue
			size, digest = case_file.weigh(path)
			relative = f"{PLACE}/{name}-{attempt}{path.suffix}"
			target = store.path(relative)
			_flush(path)
			os.replace(path, target)
			put.append(target)
			values |= {form: relative, f"{form}_size": size, f"{form}_hash": digest}
		doc = frappe.get_doc(DOCTYPE, name, for_update=True)
		if doc.status != "Being Made" or doc.attempt != attempt:
			raise Stopped
		made.record()
		_set(
			doc,
			status="Ready",
			finished_at=now(),
			expires_on=add_days(today(), _days_kept()),
			pages=made.pages,
			pieces=made.pieces,
			skipped=len(made.skipped),
			report=json.dumps(made.skipped if made.result is None else made.result, ensure_ascii=False),
			**values,
		)
		frappe.db.commit()
	except BaseException:
		for path in put:
			path.unlink(missing_ok=True)
		raise


def _flush(path: Path) -> None:
	with path.open("rb") as file:
		os.fsync(file.fileno())


def _days_kept() -> int:
	return max(cint(frappe.get_cached_doc("SC Settings").get("print_job_days")) or 7, 1)


def _fail(name: str, attempt: int, error: Exception) -> None:
	frappe.local.message_log = []
	if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
		text = _(M_FULL)
	elif isinstance(error, frappe.ValidationError | frappe.PermissionError) and str(error):
		text = frappe.utils.strip_html(str(error))[:500]
	else:
		frappe.log_error(title="sclist: print job", message=frappe.get_traceback())
		text = _(M_DEAD)
	doc = frappe.get_doc(DOCTYPE, name, for_update=True)
	if doc.status == "Being Made" and doc.attempt == attempt:
		_set(doc, status="Failed", failure=text, finished_at=now())
	frappe.db.commit()  # why it failed is to be read at once


# ------------------------------------------------------------------------ handing out


def _file(doc: Document, form: str) -> Path:
	return store.path(doc.get(form) or "missing/file")


def handed_out(doc: Document, form: str) -> tuple[Path, str]:
	"""Path and name of the finished file in the form asked for ("file" or "folder").

	Raises:
		frappe.ValidationError: not finished, gone, or there is no such form.
	"""
	if form not in ("file", "folder"):
		frappe.throw(_("The value of {0} is not valid.").format("form"))
	if doc.status == "Expired":
		frappe.throw(_("The file was deleted on {0}. Have it made again.").format(doc.expires_on))
	if doc.status != "Ready":
		frappe.throw(_("It is not finished yet."))
	path = _file(doc, form)
	if not doc.get(form) or not path.is_file():
		frappe.throw(_("The file is missing on the server. Have it made again."))
	return path, f"{plain_name(doc.title)}{path.suffix}"


# ------------------------------------------------------------------------------ trials


def start_trial(version: Document, against: str, cases: Sequence[str], whole_limit: bool = False) -> str:
	"""Have a stored version played over cases; returns the name of the job. What ran of it before is stopped.

	against: the version to compare with, "" for none. whole_limit: each step takes all the time its limit leaves.

	Raises:
		frappe.ValidationError: there are no cases, or the version cannot be played.
	"""
	if not cases:
		frappe.throw(
			_("There are no cases of this kind you may read, opened in these days. Choose other days.")
		)
	trial.require_playable(procedures.to_procedure(version))
	for name in _trials(version.name, UNFINISHED):
		cancel(name)
	return start(
		TRIAL,
		_("Trial of {0} on {1} cases", lang="zh").format(version.version_title, len(cases)),
		own_bureau(version.bureau),
		{"against": against, "cases": list(cases), "whole_limit": whole_limit},
		reference_doctype=version.doctype,
		reference_name=version.name,
	)


def trial_of(version: Document) -> dict[str, Any]:
	"""The user's latest trial of a version and what came of it; {} if there is none.

	{"job", "status", "done", "total", "alive", "made_at", "failure", "against", "whole_limit", "result", "stale"}: result as
	`workflow.trial.over_cases` gives it, without the cases the user may no longer read; stale: the version has
	changed since.
	"""
	names = _trials(version.name, ())
	if not names:
		return {}
	doc = frappe.get_doc(DOCTYPE, names[0])
	result = json.loads(doc.report or "{}") if doc.status == "Ready" else {}
	if result:
		check_reading(doc)
		result["cases"] = _still_read(version.kind, result["cases"])
	return {
		**progress(doc.name),
		"job": doc.name,
		"made_at": str(doc.made_at),
		"failure": doc.failure or "",
		"against": _request(doc).get("against") or "",
		"whole_limit": bool(_request(doc).get("whole_limit")),
		"asked": len(_request(doc).get("cases") or ()),
		"result": result,
		"stale": bool(result) and result.get("hash") != procedures.to_procedure(version).content_hash,
	}


def _trials(version: str, status: Sequence[str]) -> list[str]:
	filters = {
		"kind": TRIAL,
		"made_by": frappe.session.user,
		"reference_name": version,
		"status": ["in", status] if status else ["!=", "Expired"],
	}
	return frappe.get_all(DOCTYPE, filters=filters, pluck="name", order_by="creation desc", limit=20)


def _still_read(of: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
	asked = {"name": ["in", [row["case"] for row in rows]]}
	read = set(frappe.get_list(kinds.kind(of).doctype, filters=asked, pluck="name", limit=0, order_by="name"))
	return [row for row in rows if row["case"] in read]


# ------------------------------------------------------------------------- tidying up


def forget() -> int:
	"""Daily: delete what has been kept long enough, what killed jobs left, and call dead jobs dead.

	Returns how many jobs changed.
	"""
	expired = frappe.get_all(
		DOCTYPE,
		filters={"status": "Ready", "expires_on": ["<", today()]},
		pluck="name",
		order_by="creation",
	)
	for name in expired:
		doc = frappe.get_doc(DOCTYPE, name)
		# what a trial found is all it has made
		report = None if doc.kind == TRIAL else doc.report
		_set(doc, status="Expired", file=None, folder=None, report=report)
	dead = frappe.get_all(
		DOCTYPE,
		filters={"status": ["in", UNFINISHED], "made_at": ["<", add_to_date(now(), days=-1)]},
		pluck="name",
		order_by="creation",
	)
	for name in dead:
		_set(frappe.get_doc(DOCTYPE, name), status="Failed", failure=_(M_DEAD), finished_at=now())
	_sweep()
	return len(expired) + len(dead)


def _sweep() -> None:
	"""Delete the files no row speaks of; those of the last day may belong to a job at work."""
	place = store.path(PLACE)
	if not place.is_dir():
		return
	known: set[str] = set()
	for row in frappe.get_all(
		DOCTYPE, filters={"status": "Ready"}, fields=["file", "folder"], order_by="creation", limit=0
	):
		known |= {Path(path).name for path in (row.file, row.folder) if path}
	yesterday = now_datetime().timestamp() - 86400
	gone = _just_expired(place, known)
	for path in place.iterdir():
		if path.name in known or (path.name not in gone and path.stat().st_mtime > yesterday):
			continue
		if path.is_dir():
			shutil.rmtree(path, ignore_errors=True)
		else:
			path.unlink(missing_ok=True)


def _just_expired(place: Path, known: Sequence[str] | set[str]) -> set[str]:
	"""Finished files whose job has expired, however young they are."""
	names = {path.stem.rpartition("-")[0]: path.name for path in place.glob("*.*") if path.is_file()}
	expired = frappe.get_all(
		DOCTYPE,
		filters={"name": ["in", list(names) or [""]], "status": "Expired"},
		pluck="name",
		order_by="creation",
	)
	return {path.name for path in place.glob("*.*") if path.stem.rpartition("-")[0] in set(expired)}
