"""Every mail and every note in the bell that a test sends is Chinese, and leads to pages behind the login alone."""

import re
from collections.abc import Iterator
from email import message_from_string, policy
from html import unescape
from urllib.parse import urlparse

import frappe
import pytest

from sclist_app.workflow import outbox
from tests.latin import is_english

MESSAGE, NOTE, QUEUE = "SC Message", "Notification Log", "Email Queue"
# Of the desk, which a guest is sent to the login from.
DESK = "/app/"


@pytest.fixture
def words_sent(site: str) -> Iterator[None]:
	"""Looks at what the test has written, when it is over; the test's own transaction holds it."""
	before = {doctype: _names(doctype) for doctype in (MESSAGE, NOTE, QUEUE)}
	yield
	frappe.set_user("Administrator")
	fresh = {doctype: sorted(_names(doctype) - before[doctype]) for doctype in before}
	found = [
		f"{doctype} {text[:200]!r}"
		for doctype, names in fresh.items()
		for name in names
		for text in _faults(doctype, name)
	]
	assert not found, "\n".join(found)


def _names(doctype: str) -> set[str]:
	return set(frappe.get_all(doctype, pluck="name"))


def _faults(doctype: str, name: str) -> Iterator[str]:
	row = frappe.get_doc(doctype, name)
	if doctype == NOTE:
		yield from _english(row.subject, row.email_content or "")
		if (link := row.get("link")) and not link.startswith(DESK):
			yield link
	elif doctype == MESSAGE:
		yield from _english(row.subject, row.message, row.mail_error or "")
		yield from mail_faults(outbox._html(row), officer=row.audience == "Officer")
	else:
		mail = message_from_string(row.message, policy=policy.default)
		officer = frappe.db.get_value(MESSAGE, row.reference_name, "audience") == "Officer"
		yield from _english(mail["Subject"])
		for part in mail.walk():
			if part.get_content_type() == "text/html":
				yield from mail_faults(part.get_content(), officer=officer)
			elif part.get_content_type() == "text/plain":
				yield from _english(*part.get_content().splitlines())


def mail_faults(html: str, *, officer: bool) -> Iterator[str]:
	"""English words of a mail, and links that a stranger who gets hold of it could follow."""
	shown = re.sub(r"<(style|script|title)\b.*?</\1>|<!--.*?-->", "", html, flags=re.S)
	yield from _english(*unescape(re.sub(r"<[^>]+>", "\n", shown)).splitlines())
	for link in re.findall(r"""href=["']([^"']+)""", html):
		address = urlparse(unescape(link))
		if not officer or address.netloc != urlparse(frappe.utils.get_url()).netloc:
			yield f"a link elsewhere, or to a party: {link}"
		elif not address.path.startswith(DESK) or address.query:
			yield f"a link that opens without the login: {link}"


def _english(*texts: str) -> Iterator[str]:
	for text in texts:
		# a placeholder of the queue, filled in as the mail leaves
		if is_english(re.sub(r"<!--[^>]*-->|<[^>]+>", " ", text or "")):
			yield text.strip()
