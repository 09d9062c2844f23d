import frappe

from sclist_app.api.checks import name_of, text_of
from sclist_app.workflow import extension


@frappe.whitelist(methods=["POST"])
def extend(clock: str, n: int, reason: str, seen: int, token: str = "") -> dict:
	"""Extend a limit. Needs the post that the procedure names for it, in the case's bureau."""
	return extension.extend(
		name_of(clock, "clock"), int(n), text_of(reason, 2000), int(seen), text_of(token, 64)
	)


@frappe.whitelist(methods=["POST"])
def request_extension(clock: str, n: int, reason: str, seen: int, token: str = "") -> dict:
	"""Ask for the extension of a limit. Needs an open task in the case."""
	return extension.request(
		name_of(clock, "clock"), int(n), text_of(reason, 2000), int(seen), text_of(token, 64)
	)


@frappe.whitelist(methods=["POST"])
def pause(clock: str, cause: str, reason: str, seen: int, token: str = "") -> dict:
	"""Let a limit stand still. Needs an open task in the case."""
	return extension.pause(
		name_of(clock, "clock"),
		name_of(cause, "cause"),
		text_of(reason, 2000),
		int(seen),
		text_of(token, 64),
	)


@frappe.whitelist(methods=["POST"])
def resume(clock: str, reason: str, seen: int, token: str = "") -> dict:
	"""Let a limit that stands still run on. Needs an open task in the case."""
	return extension.resume(name_of(clock, "clock"), text_of(reason, 2000), int(seen), text_of(token, 64))
