"""Who stands at the party's door: a signed ticket in a cookie, a token in every form, and how often one may knock.

The query code is typed once and never stands in an address, a log or the browser's storage. The ticket names the
code's row, not the code; it ends after some hours, and at once when the code is replaced.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint
from frappe.utils.password import get_encryption_key

from sclist_app.law import query_code
from sclist_app.law.findings import render
from sclist_app.register import party_code

__all__ = [
	"ROUTE",
	"TooOften",
	"count",
	"enter",
	"form_token",
	"is_open",
	"leave",
	"require",
	"unlogged",
	"visitor",
]

ROUTE: Final = "sclist-repair"
COOKIE: Final = "sclist_party"
HOURS: Final = 4

# A whole office may sit behind one address; who has the code in hand needs few tries. Windows in seconds.
TRIES: Final = (20, 600)
REQUESTS: Final = (240, 60)
UPLOADS: Final = (120, 3600)
ACTS: Final = (30, 3600)

_HEADERS: Final = {
	"Cache-Control": "no-store, max-age=0",
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self';"
	" style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"X-Robots-Tag": "noindex, nofollow",
}


class TooOften(frappe.ValidationError):
	"""Too many requests in a short time."""

	http_status_code = 429


def is_open() -> bool:
	"""Is the online service of this site open? It is, unless the settings close it."""
	chosen = frappe.get_cached_doc("SC Settings").party_page
	return chosen is None or bool(cint(chosen))


@contextmanager
def unlogged() -> Iterator[None]:
	"""A fault nobody foresaw is told, and logged without anything the party typed.

	The framework would write the variables of the failed call into its log: query codes, certificate numbers.

	Raises:
		frappe.ValidationError: in place of the fault; refusals pass as they are.
	"""
	try:
		yield
		return
	except Exception as fault:
		if getattr(fault, "http_status_code", 500) < 500:
			raise
		# the places alone: a database puts values into its sentences
		places = "".join(traceback.format_tb(fault.__traceback__))
		frappe.log_error(
			title=f"sclist: party page: {type(fault).__name__}", message=places, defer_insert=True
		)
	frappe.throw(_("This cannot be done at present. Try again later; nothing you entered was lost."))


# ---------------------------------------------------------------------- counting


def count(what: str, who: str, limits: tuple[int, int]) -> None:
	"""One more of this by this address or code.

	Raises:
		TooOften: more than limits[0] in limits[1] seconds.
	"""
	most, seconds = limits
	# nobody reads a code or an address out of the cache
	digest = hashlib.sha256(f"{what}|{who}".encode()).hexdigest()[:40]
	key = frappe.cache.make_key(f"sclist_party:{digest}")
	number = frappe.cache.incrby(key, 1)
	# a worker that died between the two lines would else keep them out for good
	if number == 1 or (number > most and frappe.cache.ttl(key) < 0):
		frappe.cache.expire(key, seconds)
	if number > most:
		frappe.throw(
			_("Too many requests. Wait {0} minutes and try again; nothing you entered was lost.").format(
				max(1, seconds // 60)
			),
			TooOften,
		)


def address() -> str:
	"""Where the request comes from."""
	return getattr(frappe.local, "request_ip", None) or "-"


# ------------------------------------------------------------------------ ticket


def enter(text: str) -> str:
	"""The name of the code's row for a code as typed.

	Raises:
		frappe.ValidationError: no code at all, or a typing error (told without looking it up).
		frappe.PermissionError: no code in use; unknown and replaced ones get the same answer.
		TooOften: too many tries.
	"""
	with unlogged():
		return _enter(text)


def _enter(text: str) -> str:
	if frappe.get_request_header("Sec-Fetch-Site") == "cross-site":
		# a foreign page would bring its reader in by a code of its own
		frappe.throw(
			_("The form is out of date or was changed. Load the page again and submit once more."),
			frappe.PermissionError,
		)
	count("try", address(), TRIES)
	code, findings = query_code.check(text)
	if findings:
		frappe.throw(render(findings[0], _), title=_("Query Code"))
	count("code", code, TRIES)
	row = party_code.find(code)
	if row is None:
		frappe.throw(
			_(
				"No record is found for this query code. Compare it with the repair notice; if it was replaced, use the new one."
			),
			frappe.PermissionError,
			title=_("Query Code"),
		)
	return row.name


def ticket(row: str) -> str:
	"""A new ticket for a code's row."""
	body = f"{row}.{int(time.time()) + HOURS * 3600}.{secrets.token_hex(8)}"
	return f"{body}.{_mac('ticket', body)}"


def admit(row: str) -> str:
	"""Give the browser its ticket; returns it."""
	made = ticket(row)
	frappe.local.cookie_manager.set_cookie(COOKIE, made, httponly=True, samesite="Strict")
	return made


def leave() -> None:
	"""Take the ticket back."""
	frappe.local.cookie_manager.delete_cookie(COOKIE)


def presented() -> str:
	"""The ticket this request brings, good or not."""
	request = getattr(frappe.local, "request", None)
	cookies = getattr(request, "cookies", None) or {}
	return str(cookies.get(COOKIE) or "")[:300]


def visitor() -> Any | None:
	"""The row (name, record, entity) of the code with which this browser came in, or None."""
	body, _dot, mac = presented().rpartition(".")
	if not body or not hmac.compare_digest(mac.encode(), _mac("ticket", body).encode()):
		return None
	row, until, _nonce = [*body.split("."), "", ""][:3]
	if not until.isdigit() or int(until) < time.time():
		return None
	return party_code.in_use(row)


def form_token(row: str) -> str:
	"""The token a form of this visitor carries; no other site and no other party has it.

	It outlives a ticket, so that who had to enter again in another window submits what they had typed.
	"""
	return _mac("form", row)


def require(token: str, limits: tuple[int, int]) -> Any:
	"""The visitor, for an act of theirs.

	Raises:
		frappe.PermissionError: closed, an officer's browser, no ticket, or a form that is not this visitor's.
		TooOften: as `count`.
	"""
	if not is_open():
		frappe.throw(_("The online service is closed. Go to the bureau that listed."), frappe.PermissionError)
	if frappe.session.user != "Guest":
		frappe.throw(
			_("You are logged in to the office system. Log out first, or use another browser."),
			frappe.PermissionError,
		)
	count("request", address(), REQUESTS)
	row = visitor()
	if row is None:
		frappe.throw(
			_(
				"Your visit has ended or the query code was replaced. Open this page in a new window, enter the query code again, then come back and submit once more."
			),
			frappe.PermissionError,
		)
	if not hmac.compare_digest(token.encode(), form_token(row.name).encode()):
		frappe.throw(
			_("The form is out of date or was changed. Load the page again and submit once more."),
			frappe.PermissionError,
		)
	count(f"acts {limits}", row.record, limits)
	return row


def _mac(purpose: str, text: str) -> str:
	key = get_encryption_key().encode()
	return hmac.new(key, f"sclist-party|{purpose}|{text}".encode(), hashlib.sha256).hexdigest()


def add_headers(response: Any, request: Any) -> None:
	"""Called after every request: the party's pages are kept by no cache and load nothing from elsewhere."""
	if request.path.strip("/").removesuffix(".html") == ROUTE:
		response.headers.update(_HEADERS)
