"""Named effects a transition may carry. Other apps add theirs by the hook `sclist_effects`.

An effect is a function that takes the `Act`, runs in the transaction of the act and is safe to repeat.
"""

from __future__ import annotations

import frappe
from frappe import _

from sclist_app.workflow.kinds import Act

__all__ = ["names", "run_effects"]


def _registered() -> dict[str, str]:
	hooks = frappe.get_hooks("sclist_effects", {})
	return {name: paths[-1] if isinstance(paths, list) else paths for name, paths in hooks.items()}


def names() -> set[str]:
	return set(_registered())


def run_effects(act: Act) -> None:
	"""Run the transition's effects in order.

	Raises:
		frappe.ValidationError: an effect is no longer provided by any app.
	"""
	registered = _registered()
	for name in act.transition.effects:
		if name not in registered:
			frappe.throw(
				_("The effect {0} is not available any more. Tell the rule administrator.").format(name)
			)
		frappe.get_attr(registered[name])(act)
