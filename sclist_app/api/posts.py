import frappe
from frappe import _

from sclist_app.access import absences
from sclist_app.access.posts import held
from sclist_app.api.checks import name_of, text_of
from sclist_app.workflow import seats


def _may_enter(person: str, bureau: str) -> str:
	"""Whose absence it is: the user's own; the administrator may enter anybody's."""
	person = text_of(person, 140) or frappe.session.user
	name_of(bureau, "bureau")
	if "System Manager" in frappe.get_roles():
		return person
	if person != frappe.session.user or not any(h.bureau == bureau for h in held()):
		frappe.throw(
			_("Everybody enters their own absence; the administrator may enter any."), frappe.PermissionError
		)
	return person


@frappe.whitelist(methods=["GET"])
def deputies(bureau: str, person: str = "") -> list[dict]:
	"""Who may deputise for the user in a bureau. Needs a post there, or to administer the site."""
	return absences.deputies(_may_enter(person, bureau), bureau)


@frappe.whitelist(methods=["GET"])
def own_posts(bureau: str, person: str = "") -> list[dict]:
	"""The posts that can be represented. Needs a post in the bureau, or to administer the site."""
	return absences.represented(_may_enter(person, bureau), bureau)


@frappe.whitelist(methods=["POST"])
def register_absence(
	bureau: str,
	kind: str,
	from_date: str,
	to_date: str,
	reason: str,
	deputy: str = "",
	post: str = "",
	person: str = "",
) -> dict:
	"""Enter an absence or a delegation. Needs it to be one's own, or to administer the site."""
	owner = _may_enter(person, bureau)
	return {
		"name": absences.register(
			owner,
			bureau,
			text_of(kind, 20),
			text_of(from_date, 10),
			text_of(to_date, 10),
			text_of(reason, 2000),
			text_of(deputy, 140),
			text_of(post, 140),
		)
	}


@frappe.whitelist(methods=["POST"])
def end_absence(absence: str) -> None:
	"""The person is back, or takes the delegation back. Needs it to be one's own, or to administer the site."""
	if not frappe.db.exists("SC Absence", name_of(absence, "absence")):
		raise frappe.PermissionError
	doc = frappe.get_doc("SC Absence", absence)
	_may_enter(doc.user, doc.bureau)
	absences.end(doc)


@frappe.whitelist(methods=["POST"])
def vacate(task: str, reason: str) -> dict:
	"""Leave a seat out of a vote that nobody can act on. Needs the post of the task, or to administer the site."""
	return {"notices": seats.vacate(name_of(task, "task"), text_of(reason, 2000))}
