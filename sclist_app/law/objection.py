"""Objections against what the list says (国办发〔2020〕49号第八项; local regulations fix route and days)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sclist_app.law.findings import N_, Finding

ARTICLE: Final = "《关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号）"

# what may be objected to; the words stand in the answer (D20)
ITEMS: Final = {
	"Should Not Be Listed": "不符合列入情形",
	"Wrong Content": "公示内容与事实不符",
	"Should Be Removed": "应当移出而未移出",
	"Wrong Measure": "管理措施与决定不一致",
	"Private Data": "公开了不应公开的个人信息或者商业秘密",
	"Other": "其他",
}
OWN, EXTERNAL = "Own Bureau", "External Body"
RESULTS: Final = {
	"Well Founded": "异议成立",
	"Partly Well Founded": "异议部分成立",
	"Unfounded": "异议不成立",
}
FOUNDED: Final = ("Well Founded", "Partly Well Founded")
NOTHING: Final = "Nothing to Do"
# what an objection that is well founded leads to; it never changes a record by itself
CONSEQUENCES: Final = {
	"Revocation": "重新审核认定，办理撤销列入",
	"Correction": "更正公示信息",
	"Removal": "办理移出",
	NOTHING: "无需处理",
}


@dataclass(frozen=True, slots=True)
class ObjectionFacts:
	"""An objection. listed_on: the day of listing, None before it. route: OWN or EXTERNAL with the name of body."""

	item: str = ""
	content: str = ""
	applicant: str = ""
	received_on: date | None = None
	listed_on: date | None = None
	route: str = OWN
	body: str = ""
	marked: bool = False
	findings: str = ""
	result: str = ""
	reasons: str = ""
	consequence: str = ""


def check_registration(facts: ObjectionFacts, today: date) -> list[Finding]:
	"""Is it said who objects to what, when it came, and by which route?"""
	found = []
	if facts.item not in ITEMS or not facts.content.strip():
		message = N_("Enter what is objected to and the reasons given.")
		found.append(Finding("objection.item", message, ARTICLE))
	if not facts.applicant.strip():
		found.append(Finding("objection.applicant", N_("Enter who objects."), ARTICLE))
	if facts.received_on is None or facts.received_on > today:
		message = N_("Enter the day the objection was received; it cannot lie in the future.")
		found.append(Finding("objection.received", message, ARTICLE))
	elif facts.listed_on and facts.received_on < facts.listed_on:
		message = N_("The objection cannot have been received before the listing. Correct the date.")
		found.append(Finding("objection.before", message, ARTICLE))
	if facts.route == EXTERNAL and not facts.body.strip():
		message = N_("Name the body outside the bureau that handles the objection.")
		found.append(Finding("objection.body", message, ARTICLE))
	return found


def check_marked(facts: ObjectionFacts) -> list[Finding]:
	"""The record bears its mark before anything is decided about it."""
	if facts.marked:
		return []
	message = N_("The record is not marked as objected to yet. Mark it first, so that readers know.")
	return [Finding("objection.mark", message, ARTICLE)]


def check_answer(facts: ObjectionFacts) -> list[Finding]:
	"""An answer says the result and its reasons; one that is well founded also says what it leads to."""
	found = []
	if facts.result not in RESULTS:
		message = N_("Choose the result of the objection.")
		found.append(Finding("objection.result", message, ARTICLE))
	if not facts.reasons.strip():
		message = N_("The answer must give its reasons. Enter them.")
		found.append(Finding("objection.reasons", message, ARTICLE))
	if facts.result in FOUNDED and facts.consequence in ("", NOTHING):
		message = N_("The objection is well founded. Choose what is to be done about it.")
		found.append(Finding("objection.consequence", message, ARTICLE))
	return found
