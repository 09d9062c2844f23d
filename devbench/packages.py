"""What comes from Debian: the servers' programs without their services, a browser and the fonts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable

from devbench import stages
from devbench.console import BenchError, timed

# The -core and -tools packages bring the programs and no service that would start by itself.
SERVERS = {
	"mariadb-server-core": "the database",
	"mariadb-client": "the database's command line, used when a site is made or backed up",
	"redis-tools": "cache and queue",
	"nodejs": "building the scripts and styles",
	"npm": "fetching what they import",
	"wkhtmltopdf": "the framework's own print button",
	"chromium": "browser tests",
	"poppler-utils": "reading PDFs in tests",
}
LIBRARIES = {
	"python3-venv": "the bench's Python environment",
	"libpango-1.0-0": "PDF",
	"libpangoft2-1.0-0": "PDF",
	"libharfbuzz-subset0": "PDF",
	"libcairo2": "PDF",
	"fonts-noto-cjk": "宋体 and 黑体",
	"fonts-lxgw-wenkai": "楷体",
	"fonts-arphic-ukai": "楷体",
	"fonts-cwtex-fs": "仿宋体",
}
# Programs that count wherever they come from.
ELSEWHERE = {"nodejs": "node", "npm": "npm"}


def missing(wanted: Iterable[str]) -> list[str]:
	"""Those of the packages that are not installed."""
	names = [name for name in wanted if not (name in ELSEWHERE and shutil.which(ELSEWHERE[name]))]
	output = subprocess.run(
		["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
		capture_output=True,
		text=True,
		check=False,
	).stdout
	installed = {line.split()[0] for line in output.splitlines() if line.endswith(" installed")}
	return [name for name in names if name not in installed]


def ensure(servers: bool = True) -> None:
	"""Install what is missing (root), or say in one line what to install."""
	wanted = {**LIBRARIES, **(SERVERS if servers else {})}
	if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
		if servers:
			_require_programs()
		return
	absent = missing(wanted)
	if not absent:
		return
	if os.geteuid() != 0:
		raise BenchError(
			f"missing Debian packages; run: apt-get install --no-install-recommends {' '.join(absent)}"
		)
	with timed(f"Debian packages: {' '.join(absent)}"):
		environment = stages.clean_environment(DEBIAN_FRONTEND="noninteractive")
		# A killed run may have left packages unpacked but not set up.
		stages.run(["dpkg", "--configure", "-a"], log="packages", env=environment)
		stages.run(["apt-get", "update", "-q"], log="packages", env=environment, tries=3)
		stages.run(
			["apt-get", "install", "-q", "-y", "--no-install-recommends", *absent],
			log="packages",
			env=environment,
			tries=3,
		)


def _require_programs() -> None:
	absent = [
		name
		for name in ("mariadbd", "mariadb-install-db", "redis-check-rdb", "node", "npm")
		if not program(name, required=False)
	]
	if absent:
		raise BenchError(f"this is not Debian and these programs are missing: {', '.join(absent)}")


def program(name: str, required: bool = True) -> str:
	"""Absolute path of a program; servers lie in sbin, which is not on every user's path."""
	path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
	found = shutil.which(name, path=path)
	if not found and required:
		raise BenchError(f"the program {name} is missing")
	return found or ""
