"""What the framework shows around our pages in English, or by account instead of by name, put right in one place.

The login page is Chinese on a Chinese site whatever language the browser asks for: an officer comes to it by a link
in a mail, perhaps from a foreign browser. Whoever chooses a language keeps it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _
from werkzeug.exceptions import abort
from werkzeug.utils import redirect

__all__ = ["lead_to_login", "mark_language", "name_pages", "name_people", "speak"]

PAGES = ("login", "update-password", "qrcode")
# what these pages send
CALLS = ("login", "frappe.www.login.", "frappe.core.doctype.user.user.")
PLAIN = "Frappe"
# grey on grey and white on a light blue, too pale to be read by everybody
LEGIBLE = (
	b"<style>.text-muted,.toggle-password,.login-divider,.footer-powered{color:#525b66!important}"
	b".btn-primary,.btn-primary:hover{background-color:#0b4a8f!important;border-color:#0b4a8f}"
	b".sign-up-message a{color:#0b4a8f!important}</style>"
)


def _at_login(path: str) -> bool:
	path = path.strip("/").removesuffix(".html")
	called = frappe.form_dict.get("cmd") or path.removeprefix("api/method/")
	return path in PAGES or str(called).startswith(CALLS)


def speak() -> None:
	"""Before every request: at the login a guest is spoken to in the site's language."""
	language = frappe.db.get_default("lang") or ""
	if frappe.session.user != "Guest" or not language.startswith("zh"):
		return
	chosen = frappe.form_dict.get("_lang") or frappe.request.cookies.get("preferred_language")
	if not chosen and _at_login(frappe.request.path):
		frappe.local.lang = language


def lead_to_login() -> None:
	"""Before every request: a guest at a page of the desk, come by a link in a mail, logs in first and is led back to it.

	Frappe before 15 answers with a refusal and forgets the page.
	"""
	request = frappe.request
	at_desk = request.path == "/app" or request.path.startswith("/app/")
	if frappe.session.user == "Guest" and request.method == "GET" and at_desk:
		page = request.full_path.removesuffix("?")
		abort(redirect(f"/login?{urlencode({'redirect-to': page})}"))


def name_pages(context: Any) -> None:
	"""Before a web page is drawn: its title, the system's name and the foot, which the framework leaves in English."""
	if not (frappe.local.lang or "").startswith("zh"):
		return
	if (context.get("path") or "").strip("/") in PAGES and context.get("title"):
		context.title = _(context.title)
	if context.get("app_name") == PLAIN:
		context.app_name = frappe.get_hooks("app_title", app_name="sclist_app")[0]
	if not context.get("footer_powered"):
		context.footer_powered = _("Built on Frappe")


def mark_language(response: Any, request: Any) -> None:
	"""After every request: the login page says in which language it is and that its picture says nothing, for who has
	it read aloud, and is dark enough for who reads it."""
	path = request.path.strip("/").removesuffix(".html")
	language = getattr(frappe.local, "lang", None) or ""
	if path in PAGES and language.startswith("zh") and response.mimetype == "text/html":
		page = response.get_data().replace(b'<html lang="en"', b'<html lang="zh-CN"', 1)
		page = page.replace(b'<img class="app-logo" src', b'<img class="app-logo" alt="" src')
		response.set_data(page.replace(b"</head>", LEGIBLE + b"</head>", 1))


def name_people(doc: Any, _event: str | None = None) -> None:
	"""On opening a form of ours: who made it, who last changed it and whom it names, {user: full name}.

	The framework knows only the names of those who wrote a comment, and would show accounts.
	"""
	if doc.doctype.startswith("SC ") and doc.get("__onload") is not None:
		named = [doc.get(df.fieldname) for df in doc.meta.get_link_fields() if df.options == "User"]
		rows = frappe.get_all(
			"User",
			filters={"name": ["in", [doc.owner, doc.modified_by, *filter(None, named)]]},
			fields=["name", "full_name"],
		)
		doc.set_onload("people", {row.name: row.full_name for row in rows})
