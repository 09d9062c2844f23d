"""Runs inside a bench's Python, in its sites folder: python site_tool.py SITE COMMAND [argument]. Frappe 15 and 16.

Answers of commands that return something stand on the last line, behind `RESULT `, as JSON.
"""

import importlib.util
import json
import runpy
import sys

import frappe


def state() -> dict:
	return {
		"version": frappe.__version__,
		"apps": frappe.get_installed_apps(),
		"allow_tests": bool(frappe.conf.allow_tests),
		"setup_complete": _setup_complete(),
		"app_path": _app_path(),
		"helper": _helper(),
		"web_port": frappe.conf.webserver_port,
	}


def _app_path() -> str | None:
	try:
		return frappe.get_app_path("sclist_app")
	except Exception:
		return None


def _helper() -> str:
	"""Module of the framework's command line; a renamed copy of the framework calls it otherwise."""
	for name in ("frappe.utils.bench_helper", "frappe.utils.brik_helper"):
		if importlib.util.find_spec(name):
			return name
	raise SystemExit("the framework's command line was not found")


def _setup_complete() -> bool:
	if hasattr(frappe, "is_setup_complete"):
		return bool(frappe.is_setup_complete())
	return bool(frappe.db.get_single_value("System Settings", "setup_complete"))


def complete_setup() -> None:
	"""What the set-up wizard would do, in Chinese, so that no user lands in the wizard."""
	if _setup_complete():
		return
	from frappe.desk.page.setup_wizard.setup_wizard import setup_complete

	frappe.set_user("Administrator")
	language = frappe.db.get_value("Language", "zh", "language_name")
	answer = setup_complete(
		{
			"language": language,
			"lang": language,
			"country": "China",
			"timezone": "Asia/Shanghai",
			"currency": "CNY",
			"full_name": "Administrator",
			"enable_telemetry": 0,
		}
	)
	if (answer or {}).get("status") != "ok" or not _setup_complete():
		raise SystemExit(f"the set-up wizard did not finish: {answer}")
	settings = frappe.get_doc("System Settings")
	settings.update({"language": "zh", "enable_onboarding": 0})
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.db.set_default("lang", "zh")
	frappe.db.set_default("currency", "CNY")
	frappe.db.set_value("User", "Administrator", "language", "zh")
	if frappe.conf.allow_tests:
		frappe.db.set_single_value("System Settings", "enable_scheduler", 0)
	frappe.db.commit()
	frappe.clear_cache()


def call(path: str) -> object:
	"""Call an app's function without arguments and keep what it did; None where it does not exist yet."""
	module, _, name = path.rpartition(".")
	try:
		function = getattr(frappe.get_module(module), name)
	except ModuleNotFoundError as error:
		if not module.startswith(error.name or " "):
			raise
		return {"absent": path}
	except AttributeError:
		return {"absent": path}
	frappe.set_user("Administrator")
	result = function()
	frappe.db.commit()
	return {"value": result}


def workers() -> int:
	"""How many workers listen to the queue of this bench."""
	from frappe.utils.background_jobs import get_redis_conn
	from rq import Worker

	return len(Worker.all(connection=get_redis_conn()))


def shell() -> None:
	frappe.set_user("Administrator")
	names = {"frappe": frappe, "site": frappe.local.site}
	banner = f"{frappe.local.site}: frappe is at hand; frappe.db.commit() keeps what you changed"
	if not sys.stdin.isatty():
		# A script through a pipe: no prompts between its lines.
		exec(compile(sys.stdin.read(), "<stdin>", "exec"), names)
		return
	try:
		from IPython import start_ipython
		from traitlets.config import Config
	except ImportError:
		import code

		code.interact(banner=banner, local=names)
		return
	config = Config()
	config.TerminalInteractiveShell.banner2 = banner
	config.HistoryManager.enabled = False
	start_ipython(argv=[], user_ns=names, config=config)


def run(script: str, *arguments: str) -> None:
	frappe.set_user("Administrator")
	sys.argv = [script, *arguments]
	runpy.run_path(script, run_name="__main__")


COMMANDS = {
	"state": state,
	"complete-setup": complete_setup,
	"call": call,
	"workers": workers,
	"shell": shell,
	"run": run,
}


def main() -> None:
	site, command, *arguments = sys.argv[1:]
	frappe.init(site=site, sites_path=".")
	frappe.connect()
	try:
		result = COMMANDS[command](*arguments)
	finally:
		frappe.destroy()
	if command not in ("shell", "run"):
		print("RESULT " + json.dumps(result, ensure_ascii=False, default=str))


if __name__ == "__main__":
	main()
