"""The national working calendar."""

import frappe

from sclist_app.setup.law import CALENDAR_NAME, calendar_years


def seed() -> None:
	"""Add the years the site has not; replace an estimated year by the announced one."""
	if frappe.db.exists("SC Calendar", CALENDAR_NAME):
		doc = frappe.get_doc("SC Calendar", CALENDAR_NAME)
	else:
		doc = frappe.get_doc({"doctype": "SC Calendar", "calendar_name": CALENDAR_NAME})
	present = {row.year: row for row in doc.years}
	changed = False
	for year, days in calendar_years():
		row = present.get(year["year"])
		if row is None:
			doc.append("years", year)
		elif row.status == "Provisional" and year["status"] == "Official":
			row.update(year)
			kept = [d for d in doc.days if frappe.utils.getdate(d.day).year != year["year"]]
			doc.set("days", kept)
		else:
			continue
		doc.extend("days", days)
		changed = True
	if changed:
		doc.save(ignore_permissions=True)
