"""The site under gunicorn, with its scripts, styles and public files; run from the bench's sites folder."""

import os
from collections.abc import Callable, Iterable

import frappe.app
from werkzeug.middleware.shared_data import SharedDataMiddleware

SITE = os.environ["SCLIST_WEB_SITE"]
SITES = os.path.abspath(os.environ.get("SITES_PATH") or ".")

# One site whatever the address says: 127.0.0.1 and localhost both lead to it.
frappe.app._site = SITE
frappe.app._sites_path = SITES


def _download_active_content(app: Callable) -> Callable:
	"""Uploaded pages and drawings are saved, never shown: they would run as a script of this site."""

	def wrapped(environ: dict, start_response: Callable) -> Iterable[bytes]:
		path = environ.get("PATH_INFO", "").lower()
		if not (path.startswith("/files/") and path.endswith((".htm", ".html", ".svg", ".xml", ".xhtml"))):
			return app(environ, start_response)

		def start(status: str, headers: list, exc_info: object = None) -> Callable:
			return start_response(status, [*headers, ("Content-Disposition", "attachment")], exc_info)

		return app(environ, start)

	return wrapped


application = SharedDataMiddleware(
	frappe.app.application,
	{
		"/assets": os.path.join(SITES, "assets"),
		"/files": os.path.join(SITES, SITE, "public", "files"),
	},
	# Scripts without a hash in their name change while one works on them; an ETag answers the rest.
	cache_timeout=1,
)
application = _download_active_content(application)
