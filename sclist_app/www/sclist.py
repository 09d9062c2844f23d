"""The public list at /sclist: no login, no script."""

from urllib.parse import urlencode

import frappe
from frappe.rate_limiter import rate_limit

from sclist_app.register import party_session, public

no_cache = 1
sitemap = 0

# a whole office may sit behind one address
REQUESTS_PER_MINUTE = 120


def get_context(context: dict) -> None:
	"""What the template shows. `view` is list, closed or busy."""
	context.page_title = public.title(_text(frappe.form_dict, "city"))
	context.link = link
	context.limits = {"least": public.MIN_TEXT, "most": public.MAX_TEXT}
	if not public.is_open():
		context.view, context.http_status_code = "closed", 404
		return
	try:
		_count_request()
	except frappe.RateLimitExceededError:
		frappe.clear_messages()
		context.view, context.http_status_code = "busy", 429
		return
	form = frappe.form_dict
	context.view = "list"
	context.found = public.search(_text(form, "q"), public.page_number(form.get("page")), _text(form, "city"))
	context.divisions = public.divisions()
	context.party_open = party_session.is_open()


def link(text: str, division: str, page: int = 1) -> str:
	"""Address of a page of results."""
	query = {"q": text, "city": division, "page": page if page > 1 else ""}
	query = urlencode({key: value for key, value in query.items() if value})
	return f"/{public.ROUTE}?{query}" if query else f"/{public.ROUTE}"


def _text(form: dict, key: str) -> str:
	value = form.get(key)
	return value if isinstance(value, str) else ""


@rate_limit(limit=REQUESTS_PER_MINUTE, seconds=60)
def _count_request() -> None:
	"""Nothing but the count of this address's requests."""
