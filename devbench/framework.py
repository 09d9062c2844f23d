"""The framework and the bench's Python and Node packages, from package registries alone.

The one complete copy of the framework on a package index bears other names (criscostack 1.0.0, a Frappe
15 of August 2023, MIT licence). It is fetched by its hash and its original names are put back.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import tomllib

from devbench import layout, stages
from devbench.console import BenchError

WHEEL = "criscostack-1.0.0-py3-none-any.whl"
REQUIREMENT = (
	"criscostack==1.0.0 --hash=sha256:dc58aaf29c59b7666edc953596e5b31f77d7286b2ed6b14c6a205b217c210349"
)

# Order matters: the longer names first.
NAMES = (
	(b"criscostack", b"frappe"),
	(b"CRISCOSTACK", b"FRAPPE"),
	(b"criscoerp", b"erpnext"),
	(b"Criscoerp", b"ERPNext"),
	(b"Crisco", b"Frappe"),
	(b"crisco", b"frappe"),
	(b"brik_helper", b"bench_helper"),
)
BINARY = frozenset(
	[
		"png",
		"jpg",
		"jpeg",
		"gif",
		"woff",
		"woff2",
		"ttf",
		"eot",
		"otf",
		"mp3",
		"zip",
		"raw",
		"pyc",
		"ico",
		"pdf",
	]
)

# WeasyPrint 59 breaks with a later pydyf; gunicorn 20 reads pkg_resources, which later setuptools lack.
PINS = ("pydyf<0.11", "setuptools<81")


def restore_names(text: bytes) -> bytes:
	for other, original in NAMES:
		text = text.replace(other, original)
	return text


def ensure_source() -> bool:
	"""apps/frappe with the original names. True if it was made anew."""
	key = layout.digest([REQUIREMENT, *[b"%s>%s" % pair for pair in NAMES], "1"])
	return stages.once("framework", key, _make_source, layout.FRAMEWORK / "frappe" / "__init__.py")


def _make_source() -> None:
	wheel = layout.CACHE / WHEEL
	wanted = layout.CACHE / "framework.txt"
	layout.write_atomic(wanted, REQUIREMENT + "\n")
	# pip checks the hash of what it fetches and of what lies there already.
	# A Debian without python3-pip has pip inside its virtual environments only.
	tools = layout.CACHE / "pip"
	venv = [_interpreter(), "-m", "venv", "--clear", tools]
	key = layout.digest([str(layout.ROOT)])
	stages.once(
		"pip", key, lambda: stages.run(venv, log="framework", env=stages.clean_environment()) and None, tools
	)
	fetch = [
		tools / "bin" / "python", "-m", "pip", "download", "-q", "--no-deps", "--require-hashes",
		"--only-binary", ":all:", "-d", layout.CACHE, "-r", wanted,
	]  # fmt: skip
	stages.run(fetch, log="framework", tries=3, env=stages.clean_environment())

	fresh = layout.APPS / ".frappe.new"
	shutil.rmtree(fresh, ignore_errors=True)
	with zipfile.ZipFile(wheel) as archive:
		for member in archive.infolist():
			top, _, rest = member.filename.partition("/")
			if top != "criscostack" or member.is_dir() or rest.endswith(".DS_Store"):
				continue
			content = archive.read(member)
			name = restore_names(rest.encode()).decode()
			if name.rsplit(".", 1)[-1].lower() not in BINARY:
				content = restore_names(content)
			target = fresh / "frappe" / name
			target.parent.mkdir(parents=True, exist_ok=True)
			target.write_bytes(content)
		metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
		needs = HeaderParser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
	(fresh / "requirements.txt").write_text("\n".join(needs) + "\n")
	shutil.rmtree(layout.FRAMEWORK, ignore_errors=True)
	fresh.rename(layout.FRAMEWORK)


def app_requirements(extras: tuple[str, ...] = ()) -> list[str]:
	"""What the app itself and the named extras ask for in pyproject.toml."""
	project = tomllib.loads((layout.PROJECT / "pyproject.toml").read_text())["project"]
	wanted = list(project.get("dependencies", []))
	for extra in extras:
		wanted += project.get("optional-dependencies", {}).get(extra, [])
	return wanted


def _interpreter() -> str:
	"""A Python 3.10–3.12, as the framework asks for."""
	if (3, 10) <= sys.version_info[:2] <= (3, 12):
		return os.path.realpath(sys.executable)
	for name in ("python3.11", "python3.12", "python3.10"):
		if found := shutil.which(name):
			return found
	raise BenchError(
		"the evaluation bench needs Python 3.11 (3.10 to 3.12): apt-get install python3.11 python3.11-venv"
	)


def ensure_environment() -> bool:
	"""The bench's virtual environment with the framework's, the app's and the tests' packages."""
	needs = [
		*(layout.FRAMEWORK / "requirements.txt").read_text().split("\n"),
		*PINS,
		*app_requirements(("test",)),
	]
	place = layout.digest([str(layout.ROOT), str(layout.PROJECT), _interpreter()])
	key = f"{place}:{layout.digest([*needs, layout.HERE / 'constraints.txt', '2'])}"
	# pip cannot tell a package that was cut off half-way from a whole one: only a finished environment is added to.
	whole = layout.read_json(layout.STATE / "python.json").get("key", "").startswith(f"{place}:")
	return stages.once("python", key, lambda: _make_environment(needs, anew=not whole), layout.PYTHON)


def _make_environment(needs: list[str], anew: bool) -> None:
	if anew:
		shutil.rmtree(layout.ENV, ignore_errors=True)
		stages.run([_interpreter(), "-m", "venv", layout.ENV], log="python", env=stages.clean_environment())
	wanted = layout.CACHE / "requirements.txt"
	layout.write_atomic(wanted, "\n".join(line for line in needs if line) + "\n")
	stages.run(
		[
			layout.PYTHON, "-m", "pip", "install", "-q", "--prefer-binary",
			"-r", wanted, "-c", layout.HERE / "constraints.txt",
		],
		log="python",
		tries=3,
		env=stages.clean_environment(),
	)  # fmt: skip
	site_packages = next((layout.ENV / "lib").glob("python3.*/site-packages"))
	(site_packages / "bench.pth").write_text(f"{layout.FRAMEWORK}\n{layout.PROJECT}\n")


def ensure_node() -> bool:
	"""node/node_modules: what the framework's bundles import."""
	inputs = [layout.HERE / "package.json", layout.HERE / "package-lock.json"]
	key = layout.digest([*inputs, "1"])
	return stages.once("npm", key, lambda: _make_node(inputs), layout.NODE / "node_modules" / "esbuild")


def _make_node(inputs: list[Path]) -> None:
	version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
	if int(re.match(r"v(\d+)", version)[1]) < 18:
		raise BenchError(f"Node 18 or later is needed, found {version.strip()}")
	shutil.rmtree(layout.NODE / "node_modules", ignore_errors=True)
	for file in inputs:
		if file.exists():
			shutil.copy(file, layout.NODE / file.name)
	stages.run(
		["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
		log="npm",
		cwd=layout.NODE,
		tries=3,
		env=stages.clean_environment(),
	)


def ensure_links() -> None:
	"""apps/sclist_app leads to the project; node_modules where the bundles look for it."""
	for link, target in (
		(layout.APPS / layout.APP, layout.PROJECT),
		(layout.FRAMEWORK / "node_modules", layout.NODE / "node_modules"),
	):
		if link.is_symlink() and Path(os.readlink(link)) == target:
			continue
		link.unlink(missing_ok=True)
		link.symlink_to(target)


def ensure_assets(force: bool = False) -> bool:
	"""All bundles of the framework and of the app. True if they were built anew."""
	public = layout.PROJECT / layout.APP / "public"
	own = (
		sorted(path for path in public.rglob("*") if path.is_file() and "dist" not in path.parts)
		if public.exists()
		else []
	)
	script = layout.HERE / "build_assets.mjs"
	lock = layout.HERE / "package-lock.json"
	if force:
		stages.forget("assets framework")
		stages.forget("assets app")
	framework_key = layout.digest(
		[script, lock, str(layout.ROOT), layout.read_json(layout.STATE / "framework.json").get("key", "")]
	)
	built = stages.once(
		"assets framework",
		framework_key,
		lambda: _build("frappe"),
		layout.SITES / "assets" / "frappe" / "dist",
	)
	app_key = layout.digest([framework_key, *own])
	built |= stages.once(
		"assets app", app_key, lambda: _build(layout.APP), layout.SITES / "assets" / "assets.json"
	)
	return built


def _build(app: str) -> None:
	stages.run(
		["node", layout.HERE / "build_assets.mjs", layout.ROOT, app],
		log="assets",
		env=stages.clean_environment(NODE_ENV="production"),
	)
