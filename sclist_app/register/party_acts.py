"""What the party does online: applying, supplying what is asked for, and withdrawing."""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from sclist_app.access.guard import engine_writes
from sclist_app.access.today import today
from sclist_app.audit import events
from sclist_app.documents import printing
from sclist_app.law.findings import N_, chinese_date
from sclist_app.law.identifiers import normalise_code
from sclist_app.law.removal import CONDITIONS
from sclist_app.register import identity, party, party_files, verification
from sclist_app.register.application import DOCTYPE, running_of
from sclist_app.workflow import actions, store

__all__ = ["CAPACITIES", "MOST", "MUST", "Faults", "apply", "supply", "withdraw"]

CAPACITIES: Final = {
	"Legal Representative": "法定代表人（负责人）",
	"Agent": "委托代理人",
	"Party in Person": "本人",
}
MOST: Final = {
	"number": 40,
	"applied_by": 60,
	"phone": 30,
	"delivery_address": 200,
	"notify_email": 140,
	"performed_on": 12,
	"obligations_statement": 3000,
	"effects_statement": 3000,
	"no_repeat_statement": 3000,
}
MOST_REASON: Final = 500
MUST: Final = {
	"number": "请填写本单位的统一社会信用代码（个人填写证件号码）。",
	"applied_by": "请填写办理人姓名。",
	"phone": "请填写联系电话。",
	"delivery_address": "请填写文书送达地址。",
	"obligations_statement": "请说明行政处罚决定规定的义务是怎样履行的。",
	"effects_statement": "请说明危害后果或者不良影响是怎样消除的。",
}
_DATE: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_PHONE: Final = re.compile(r"\+?[0-9][0-9\-－ ()（）]{5,24}")
_EMAIL: Final = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[A-Za-z]{2,}")
# control characters, half letters, and marks that turn the direction of what an officer reads
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# whoever applies and withdraws again and again fills the officers' desks and the disk
MOST_A_DAY: Final = 3
_TAG: Final = re.compile(r"<\s*/?\s*[A-Za-z!?]")


class Faults(frappe.ValidationError):
	"""What is wrong with a form, by its fields: {field: sentence in Chinese}."""

	def __init__(self, found: Mapping[str, str]):
		super().__init__("；".join(found.values()))
		self.found = dict(found)


# --------------------------------------------------------------------- applying


def apply(row: Any, given: Mapping[str, str], once: str) -> str:
	"""Submit the application with the files kept for it; returns its number. The same `once` again changes nothing.

	given: fields of MOST, `capacity`, `notify_consent` and `truth` ("1" if ticked).

	Raises:
		Faults: fields to be mended; nothing was stored. frappe.ValidationError: it may not be applied for now.
	"""
	# two clicks, two windows: one after the other; what the first one wrote is read with a lock
	frappe.db.get_value("SC Query Code", row.name, "name", for_update=True)
	if done := _submitted(once, row.record):
		return done
	record = frappe.get_doc("SC Listing Record", row.record)
	_refuse_unless_possible(record)
	kept, wanted = party_files.staged(row), party.slots(record.name)
	missing = {
		slot.key: f"请上传“{slot.title}”。"
		for slot in wanted
		if slot.must and not any(f["slot"] == slot.key for f in kept)
	}
	values = _checked(record, given, missing)
	with engine_writes():
		doc = frappe.new_doc(DOCTYPE)
		doc.update({**values, "record": record.name, "channel": "Web", "received_on": today()})
		doc.is_demo = record.is_demo
		doc.insert(ignore_permissions=True)  # the listed party itself, known by its code and number
		_attach(doc, wanted, kept)
		doc.officer = None  # no officer received it
		doc.save(ignore_permissions=True)
	if record.is_demo:
		frappe.db.set_value("SC Run", doc.run, "is_demo", 1)
		frappe.db.set_value("SC Task", {"run": doc.run}, "is_demo", 1)
	events.append(
		DOCTYPE,
		doc.name,
		"applied_online",
		N_("Applied for online by query code"),
		bureau=doc.bureau,
		run=doc.run,
		data={"code": row.name, "files": len(kept)},
		token=_once_key(once),
	)
	return doc.name


def _once_key(once: str) -> str:
	return f"party:{once}"


def _submitted(once: str, record: str) -> str | None:
	name = frappe.db.get_value(
		"SC Event",
		{"token": _once_key(once), "reference_doctype": DOCTYPE},
		"reference_name",
		for_update=True,
	)
	return name if name and frappe.db.get_value(DOCTYPE, name, "record") == record else None


def _refuse_unless_possible(record: Document) -> None:
	running = frappe.db.get_value(DOCTYPE, {"open_key": record.name}, "name", for_update=True)
	if not running and (other := running_of(record.name)):
		running = other.name
	if running:
		frappe.throw(
			_("An application for this record is under way already ({0}). Follow that one.").format(running),
			title=_("One application at a time"),
		)
	of_today = {"record": record.name, "channel": "Web", "received_on": today()}
	if frappe.db.count(DOCTYPE, of_today) >= MOST_A_DAY:
		frappe.throw(
			_(
				"{0} applications were made online today already. Continue tomorrow, or go to the bureau."
			).format(MOST_A_DAY),
			title=_("Not possible yet"),
		)
	state = party.eligibility(record)
	if not state["may"]:
		frappe.throw(
			"；".join(reason.rstrip("。") for reason in state["reasons"]) + "。", title=_("Not possible yet")
		)


def _checked(record: Document, given: Mapping[str, str], missing: Mapping[str, str]) -> dict[str, Any]:
	"""The fields of the application, or all their Faults at once, together with the files that are missing."""
	text = {key: _UNSEEN.sub("", given.get(key) or "").strip() for key in (*MOST, "capacity")}
	found = {field: told for field, told in MUST.items() if not text[field]}
	for field, most in MOST.items():
		if told := _fault_of(text[field], most):
			found[field] = told
	if "number" not in found and not _is_own_number(record.entity, text["number"]):
		found["number"] = (
			"填写的代码（证件号码）与查询码对应的主体不一致。只能为本单位（本人）申请，请核对后重新填写。"
		)
	if "phone" not in found and not _PHONE.fullmatch(text["phone"]):
		found["phone"] = "联系电话格式不正确，请填写手机号码或者带区号的电话号码。"
	if text["capacity"] not in CAPACITIES:
		found["capacity"] = "请选择办理人身份。"
	consent = given.get("notify_consent") == "1"
	if "notify_email" not in found:
		if text["notify_email"] and not _EMAIL.fullmatch(text["notify_email"]):
			found["notify_email"] = "电子邮箱格式不正确。"
		elif consent and not text["notify_email"]:
			found["notify_email"] = "同意接收邮件提醒的，请填写电子邮箱。"
	performed = _day(text["performed_on"], found, record)
	if given.get("truth") != "1":
		found["truth"] = "请确认申请内容和材料真实，勾选后才能提交。"
	if found or missing:
		raise Faults({**found, **missing})
	statement = text["obligations_statement"]
	if performed:
		statement = f"全部义务于{chinese_date(performed)}履行完毕。\n{statement}"
	return {
		"applied_by": text["applied_by"],
		"capacity": text["capacity"],
		"phone": text["phone"],
		"delivery_address": text["delivery_address"],
		"notify_email": text["notify_email"] if consent else "",
		"notify_consent": int(consent),
		"obligations_statement": statement,
		"effects_statement": text["effects_statement"],
		"no_repeat_statement": text["no_repeat_statement"],
	}


def _fault_of(text: str, most: int) -> str:
	"""Why a text is not taken as it is; "" if it is."""
	if len(text) > most:
		return f"内容过长（{len(text)}字），请压缩到{most}字以内。"
	if _TAG.search(text):
		return "内容中含有网页代码（尖括号后接字母），请删除后提交。"
	return ""


def _day(text: str, found: dict[str, str], record: Document) -> date | None:
	if not text or "performed_on" in found:
		return None
	parts = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
	try:
		day = date(*map(int, parts.groups())) if parts else None
	except ValueError:
		day = None
	if day is None:
		found["performed_on"] = "没有这一天或者格式不正确，请按“年-月-日”填写，例如2026-03-01。"
		return None
	if day > today():
		found["performed_on"] = "履行完毕的日期不能晚于今天；尚未履行完毕的，不符合提前移出的条件。"
	elif day.year < 2000:
		found["performed_on"] = "日期过早，请核对后重新填写。"
	return day


def _is_own_number(entity: str, number: str) -> bool:
	"""Whether the number typed is the listed party's own; of a person only the hash is compared."""
	of = frappe.get_doc("SC Entity", entity)
	typed = normalise_code(number)
	if of.entity_kind == "Person":
		return hmac.compare_digest(
			(of.id_number_key or "").encode(), identity.key_of(of.id_type, typed).encode()
		)
	return hmac.compare_digest((of.uscc or "").encode(), typed.encode())


def _attach(doc: Document, wanted: list[party.Slot], kept: list[dict[str, Any]]) -> None:
	"""The form as a PDF, then the uploaded files, each where it belongs."""
	doc.append("evidence", {"title": party.FORM, "file": _form_as_pdf(doc, wanted, kept)})
	for slot in wanted:
		files = [f for f in kept if f["slot"] == slot.key]
		first = files[:1] if slot.key == "commitment" else []
		if first:
			doc.commitment = party_files.hand_over(doc, first, "commitment")[0]
		for kept_file, url in zip(
			files[len(first) :], party_files.hand_over(doc, files[len(first) :]), strict=True
		):
			doc.append(
				"evidence",
				{
					"title": slot.title,
					"condition": slot.proves or None,
					"file": url,
					"note": kept_file["name"][:140],
				},
			)


def _form_as_pdf(doc: Document, wanted: list[party.Slot], kept: list[dict[str, Any]]) -> str:
	"""What was typed, as the paper the procedure asks for; returns the file's address."""
	titles = [s.title for s in wanted if any(f["slot"] == s.key for f in kept)]
	rows = (
		("申请编号", doc.name),
		("申请人", doc.applicant_name),
		("代码（证件号码）", doc.code_shown),
		("列入决定书文号", doc.decision_number),
		("办理人", f"{doc.applied_by}（{CAPACITIES[doc.capacity]}）"),
		("联系电话", doc.phone),
		("送达地址", doc.delivery_address),
		("提交日期", chinese_date(getdate(doc.received_on))),
	)
	statements = zip(
		CONDITIONS.values(),
		(doc.obligations_statement, doc.effects_statement, doc.no_repeat_statement),
		strict=True,
	)
	html = (
		f"<h1>{party.FORM}</h1>"
		+ "".join(f"<p>{label}：{_lines(value)}</p>" for label, value in rows)
		+ "<p>根据《安全生产严重失信主体名单管理办法》第十八条、第十九条的规定，申请提前移出。有关情况说明如下：</p>"
		+ "".join(f"<p><strong>{escape(text)}：</strong>{_lines(said)}</p>" for text, said in statements)
		+ f"<p>随附材料：{escape('；'.join(titles))}。</p>"
		+ "<p>申请人确认以上内容和所附材料真实、完整；隐瞒真实情况、弄虚作假的，愿意承担相应法律后果。</p>"
		+ "<p>（本申请书由申请人凭查询码通过网上办理页面提交。）</p>"
	)
	file = frappe.new_doc("File")
	file.update(
		{
			"file_name": f"{party.FORM}-{doc.name}.pdf",
			"attached_to_doctype": DOCTYPE,
			"attached_to_name": doc.name,
			"is_private": 1,
			"content": printing.pdf(html).pdf,
		}
	)
	file.insert(ignore_permissions=True)  # belongs to the application just made
	return file.file_url


def _lines(text: str | None) -> str:
	return "<br>".join(escape(line) for line in (text or "—").splitlines())


# ----------------------------------------------------- what follows an application


def _own(row: Any) -> Document:
	doc = party.latest(row.record)
	if doc is None or doc.run_status == "Ended":
		frappe.throw(_("No application is under way."))
	return doc


def supply(row: Any, once: str) -> bool:
	"""Hand in the kept files for the papers that were asked for. True when nothing is missing any more.

	Each paper with a file counts as handed in today; with the last one the application goes back to be examined
	and its limit runs on.

	Raises:
		Faults: no file for any of them. frappe.ValidationError: nothing is asked for now.
	"""
	doc = _own(row)
	loaded = actions.lock_once(doc.run, once)
	if loaded is None:
		return True
	doc = loaded.doc
	waiting = party.waiting(doc)
	if waiting is None:
		frappe.throw(_("No papers are asked for at present."))
	kept = party_files.staged(row)
	open_items = [item for item in doc.supplements if item.asked_on and not item.supplied_on]
	brought = [(item, [f for f in kept if f["slot"] == party.slot_of(item)]) for item in open_items]
	brought = [(item, files) for item, files in brought if files]
	if not brought:
		raise Faults({party.slot_of(open_items[0]) if open_items else "": "请至少为一项补正材料上传文件。"})
	with engine_writes():
		for item, files in brought:
			for kept_file, url in zip(files, party_files.hand_over(doc, files), strict=True):
				note = kept_file["name"][:140]
				doc.append(
					"evidence",
					{"title": item.item[:140], "condition": _proves(item.item), "file": url, "note": note},
				)
	for item, _files in brought:
		verification.supply(doc, item.name, str(today()), "网上补交")
	if any(not item.supplied_on for item in doc.supplements if item.asked_on):
		return False
	loaded = store.lock_run(doc.run)
	with engine_writes():
		actions.answered(loaded, *waiting, "", once)
	return True


def _proves(item: str) -> str | None:
	"""Which condition a supplemented paper proves, where its name is that of a place of the form."""
	return next((key for key, title in party.PROOFS.items() if title == item), None)


def withdraw(row: Any, reason: str, once: str) -> None:
	"""Take the application back.

	Raises:
		Faults: no reason, or too long. frappe.ValidationError: a decision is being made already.
	"""
	reason = _UNSEEN.sub("", reason).strip()
	if not reason:
		raise Faults({"reason": "请填写撤回的原因。"})
	if told := _fault_of(reason, MOST_REASON):
		raise Faults({"reason": told})
	latest = party.latest(row.record)
	if latest is None:
		frappe.throw(_("No application is under way."))
	loaded = actions.lock_once(latest.run, once)
	if loaded is None:
		return
	closing = party.closing(loaded.doc)
	if closing is None:
		frappe.throw(
			_("The application cannot be withdrawn online at this stage. Call the bureau."),
			title=_("Not possible yet"),
		)
	with engine_writes():
		actions.answered(loaded, *closing, reason, once)
