import frappe
from frappe import _
from frappe.utils import getdate

from sclist_app.access.posts import held
from sclist_app.access.visibility import may_read_bureau
from sclist_app.api.checks import name_of, text_of
from sclist_app.register import plots


def _shown(show: str, known) -> str:
	if text_of(show, 20) not in known:
		frappe.throw(_("There is no such list."))
	return show


@frappe.whitelist(methods=["GET"])
def calendar(start: str, end: str, show: str = "mine") -> dict:
	"""What falls due between two days, at most six weeks. Needs a post."""
	if not held():
		raise frappe.PermissionError
	try:
		return plots.calendar(
			getdate(text_of(start, 10)), getdate(text_of(end, 10)), _shown(show, plots.SHOWN)
		)
	except ValueError:
		frappe.throw(_("Choose at most six weeks, the first day before the last."))


@frappe.whitelist(methods=["GET"])
def bureaus(show: str = "cases") -> dict:
	"""The tree of bureaus the user may look into, with numbers. Needs a post."""
	if not held():
		raise frappe.PermissionError
	return plots.bureaus(_shown(show, plots.BELOW))


@frappe.whitelist(methods=["GET"])
def documents(below: str, show: str = "cases", start: int = 0) -> list[dict]:
	"""Documents of a bureau and of those below it. Needs a post that may look into the bureau."""
	if not may_read_bureau(name_of(below, "bureau")):
		raise frappe.PermissionError
	return plots.documents(below, _shown(show, plots.BELOW), min(max(int(start), 0), 100_000))
