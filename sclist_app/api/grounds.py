import frappe
from frappe import _

from sclist_app.access.posts import filling_bureaus
from sclist_app.api.checks import name_of, text_of
from sclist_app.register import opening


def _may_open() -> None:
	if not filling_bureaus() and frappe.session.user != "Administrator":
		frappe.throw(_("You hold no post in this bureau that registers cases."), frappe.PermissionError)


def _values(text: str) -> dict:
	"""The form's values; a case with all its evidence is far below a million letters."""
	try:
		values = frappe.parse_json(text_of(text, 1_000_000))
	except ValueError:
		values = None
	if not isinstance(values, dict):
		frappe.throw(_("The form could not be read. Reload the page; what you typed is kept."))
	return values


@frappe.whitelist(methods=["POST"])
def assess(facts: str) -> dict:
	"""Which ground fits: {"questions", "levels", "verdicts"}. Needs a post that registers cases. Stores nothing.

	facts: JSON {"case": values of the form, "answers": {question: answer}}.
	"""
	_may_open()
	values = _values(facts)
	case, answers = values.get("case", {}), values.get("answers", {})
	if not isinstance(case, dict) or not isinstance(answers, dict):
		frappe.throw(_("The form could not be read. Reload the page; what you typed is kept."))
	return opening.assess(opening.from_form(case), answers)


@frappe.whitelist(methods=["POST"])
def check(values: str, served_on: str = "") -> dict:
	"""What a case still lacks before it may go on, and the days to come. Needs a post that registers cases.

	values: JSON of the form, saved or not; nothing is stored. served_on: the day taken for the service of the notice.
	"""
	_may_open()
	day = None
	if text_of(served_on, 10).strip():
		try:
			day = frappe.utils.getdate(served_on)
		except ValueError:
			frappe.throw(_("Enter the day as year, month and day."))
	return opening.check(opening.from_form(_values(values)), day)


@frappe.whitelist(methods=["GET"])
def without_case(bureau: str = "") -> list:
	"""Penalties of one's bureau from which a case may be begun, as `opening.penalties_without_case`.

	Needs a post that registers cases there.
	"""
	_may_open()
	offices = filling_bureaus()
	office = text_of(bureau, 140) or next(iter(offices), "")
	if office not in offices:
		frappe.throw(_("You hold no post in this bureau that registers cases."), frappe.PermissionError)
	return opening.penalties_without_case(office)


@frappe.whitelist(methods=["GET"])
def around(entity: str, bureau: str = "") -> dict:
	"""Persons and penalties registered with a party: {"persons", "penalties"}. Needs a post that registers cases."""
	_may_open()
	doc = frappe.get_doc("SC Entity", name_of(entity, "entity"))
	doc.check_permission("read")
	office = text_of(bureau, 140) or next(iter(filling_bureaus()), "")
	return {
		"persons": opening.persons_of(doc.name) if doc.entity_kind != "Person" else [],
		"penalties": opening.penalties_of(doc.name, office),
	}
