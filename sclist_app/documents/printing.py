"""Print for a user: what cannot be printed is said in words, and nothing is left behind."""

from __future__ import annotations

import frappe
from frappe import _

from sclist_app.documents.layout import OFFICIAL, PageLayout
from sclist_app.documents.rendering import Rendered, Unprintable, render_pdf

SHOWN = 20


def pdf(html: str, layout: PageLayout = OFFICIAL) -> Rendered:
	"""The HTML fragment as PDF, as `rendering.render_pdf`.

	Raises:
		frappe.ValidationError: the text has letters that no font of this server has, or the disk is full.
	"""
	try:
		return render_pdf(html, layout)
	except Unprintable as error:
		some = error.letters[:SHOWN]
		named = "、".join(f"{letter}（U+{ord(letter):04X}）" for letter in some)
		if len(error.letters) > SHOWN:
			message = _(
				"This server has no font for Chinese text ({0} …). Ask the administrator to install one (see the README), then try again. Nothing was issued."
			)
		else:
			message = _(
				"No font of this server has these letters: {0}. Correct them in the case or the entity, or ask the administrator to install a font that has them. Nothing was issued."
			)
		frappe.throw(message.format(named), title=_("The document cannot be printed"))
	except OSError as error:
		# the fonts of a page are unpacked to the disk first
		# with a message of its own: the framework's would hold the variables, and with them the text of the paper
		frappe.log_error(title="sclist: document could not be printed", message=frappe.get_traceback())
		frappe.throw(
			_(
				"The document could not be stored ({0}). Nothing was issued; try again or tell the administrator."
			).format(error.strerror)
		)
