"""The bench's own servers, all on 127.0.0.1: MariaDB, Redis for cache and queue, web, worker, scheduler."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from devbench import layout, processes, stages
from devbench.console import BenchError, timed
from devbench.packages import program

DATABASE, REDIS_CACHE, REDIS_QUEUE = "mariadb", "redis-cache", "redis-queue"
WEB, TEST_WEB, WORKER, SCHEDULER = "web", "test-web", "worker", "scheduler"
PORTS = {DATABASE: 13306, REDIS_CACHE: 13380, REDIS_QUEUE: 13381, WEB: 8020, TEST_WEB: 8021}
# Those that use others come first: the order in which they stop.
ALL = (TEST_WEB, WEB, SCHEDULER, WORKER, REDIS_QUEUE, REDIS_CACHE, DATABASE)


def port(name: str) -> int:
	return processes.port(name, PORTS[name])


def _with_port(name: str, begin) -> None:
	"""Start a server on its port, and on another one when somebody took the port in between."""
	for _attempt in range(3):
		number = port(name)
		try:
			return begin(number)
		except BenchError:
			if processes.port_free(number):
				raise
	raise BenchError(f"{name}: its ports are taken again and again")


# --- database and cache


def ensure_stores() -> None:
	"""MariaDB and both Redis run, and common_site_config.json names their ports."""
	if not all(processes.running(name) for name in (DATABASE, REDIS_CACHE, REDIS_QUEUE)):
		stages.once("database files", "1", _make_database, layout.DATA / "mariadb" / "mysql")
		with timed("database, cache, queue"):
			if not processes.running(DATABASE):
				_with_port(DATABASE, _start_database)
			for name in (REDIS_CACHE, REDIS_QUEUE):
				if not processes.running(name):
					_with_port(name, lambda number, name=name: _start_redis(name, number))
	write_common_config()


def _make_database() -> None:
	folder = layout.DATA / "mariadb"
	shutil.rmtree(folder, ignore_errors=True)
	command = [
		program("mariadb-install-db"), "--no-defaults", f"--datadir={folder}",
		"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
	]  # fmt: skip
	if os.geteuid() == 0:
		command.append("--user=root")
	stages.run(command, log="mariadb-install", env=stages.clean_environment())


def _socket() -> Path:
	path = layout.RUN / "mariadb.sock"
	if len(str(path)) < 100:
		return path
	# A socket's path is limited to 107 bytes.
	folder = Path(tempfile.gettempdir()) / f"sclist-{layout.secret('process mark')[:8]}"
	folder.mkdir(mode=0o700, exist_ok=True)
	return folder / "mariadb.sock"


def _start_database(number: int) -> None:
	root = layout.secret("database root")
	# Run at each start: no anonymous account, no empty password, root from this machine alone.
	layout.write_atomic(
		layout.CONFIG / "accounts.sql",
		"DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '127.0.0.1'));\n"
		"FLUSH PRIVILEGES;\n"
		f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{root}';\n"
		f"CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '{root}';\n"
		"GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n",
	)
	settings = {
		"datadir": layout.DATA / "mariadb",
		"socket": _socket(),
		"pid-file": layout.RUN / "mariadb.pid",
		"port": number,
		"bind-address": "127.0.0.1",
		"init-file": layout.CONFIG / "accounts.sql",
		"skip-name-resolve": 1,
		"skip-log-bin": 1,
		"character-set-server": "utf8mb4",
		"collation-server": "utf8mb4_unicode_ci",
		"innodb-buffer-pool-size": "512M",
		"innodb-log-file-size": "128M",
		# An evaluation bench may lose the last second after a power cut.
		"innodb-flush-log-at-trx-commit": 2,
		"innodb-read-only-compressed": 0,
		"max-connections": 200,
		"max-allowed-packet": "64M",
		"performance-schema": 0,
	}
	if os.geteuid() == 0:
		settings["user"] = "root"
	text = "[mariadbd]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())
	layout.write_atomic(layout.CONFIG / "mariadb.cnf", text)
	processes.start(
		DATABASE,
		[program("mariadbd"), f"--defaults-file={layout.CONFIG / 'mariadb.cnf'}"],
		cwd=layout.DATA,
		env=stages.clean_environment(),
		ready=lambda: processes.port_open(number),
		port=number,
	)


def _redis_server() -> str:
	"""The server, also where only redis-tools is installed: one program that acts by the name it is called."""
	if found := program("redis-server", required=False):
		return found
	link = layout.RUN / "redis-server"
	link.unlink(missing_ok=True)
	link.symlink_to(program("redis-check-rdb"))
	return str(link)


def _start_redis(name: str, number: int) -> None:
	folder = layout.DATA / name
	folder.mkdir(exist_ok=True)
	settings = {
		"bind": "127.0.0.1",
		"port": number,
		"requirepass": layout.secret("redis"),
		"dir": folder,
		"save": '""' if name == REDIS_CACHE else "300 1",
		"appendonly": "no",
		# Its title would overwrite the environment by which its process is found again.
		"set-proc-title": "no",
		"maxmemory": "256mb",
		"maxmemory-policy": "allkeys-lru" if name == REDIS_CACHE else "noeviction",
	}
	config = layout.CONFIG / f"{name}.conf"
	layout.write_atomic(config, "".join(f"{key} {value}\n" for key, value in settings.items()))
	processes.start(
		name,
		[_redis_server(), config],
		cwd=folder,
		env=stages.clean_environment(),
		ready=lambda: redis_command(number, "PING") == "PONG",
		port=number,
	)


def redis_command(number: int, *words: str) -> str:
	"""One command to a Redis of the bench, without a client library; the first line of the answer."""

	def encode(*parts: str) -> bytes:
		body = b"".join(b"$%d\r\n%s\r\n" % (len(part.encode()), part.encode()) for part in parts)
		return b"*%d\r\n" % len(parts) + body

	try:
		with socket.create_connection(("127.0.0.1", number), timeout=5) as connection:
			connection.sendall(encode("AUTH", layout.secret("redis")) + encode(*words))
			with connection.makefile("rb") as answer:
				answer.readline()
				return answer.readline().decode().strip().lstrip("+")
	except OSError:
		return ""


def clear_cache() -> None:
	"""Empty the cache: it also holds which module belongs to which app, and the names of the bundles."""
	if processes.running(REDIS_CACHE):
		redis_command(port(REDIS_CACHE), "FLUSHALL")


def write_common_config() -> None:
	password = layout.secret("redis")
	config = {
		"db_host": "127.0.0.1",
		"db_port": port(DATABASE),
		"redis_cache": f"redis://:{password}@127.0.0.1:{port(REDIS_CACHE)}",
		"redis_queue": f"redis://:{password}@127.0.0.1:{port(REDIS_QUEUE)}",
		"redis_socketio": f"redis://:{password}@127.0.0.1:{port(REDIS_QUEUE)}",
		"default_site": layout.DEMO_SITE,
		"webserver_port": port(WEB),
		"developer_mode": 0,
		"server_script_enabled": 0,
		"mute_emails": 1,
		"live_reload": False,
		"shallow_clone": True,
	}
	path = layout.SITES / "common_site_config.json"
	if layout.read_json(path) != config:
		layout.write_json(path, config)


# --- web, worker, scheduler


def address(name: str = WEB) -> str:
	return f"http://127.0.0.1:{port(name)}"


def answers(number: int) -> bool:
	"""True when the site answers over HTTP; a 4xx or 5xx answer counts as an answer of a broken site."""
	try:
		with urllib.request.urlopen(f"http://127.0.0.1:{number}/api/method/ping", timeout=20) as response:
			return b"pong" in response.read()
	except (urllib.error.URLError, OSError):
		return False


def web_command(python: Path, number: int, workers: int = 2) -> list[str]:
	return [
		str(python), "-m", "gunicorn", "--bind", f"127.0.0.1:{number}", "--workers", str(workers),
		"--worker-class", "gthread", "--threads", "4", "--timeout", "120", "--graceful-timeout", "5",
		"devbench.wsgi:application",
	]  # fmt: skip


def web_environment(site: str, sites: Path) -> dict[str, str]:
	return stages.clean_environment(
		PYTHONPATH=str(layout.PROJECT), SCLIST_WEB_SITE=site, SITES_PATH=str(sites), PYTHONUNBUFFERED="1"
	)


def start_web(name: str, site: str, workers: int = 2, code: str = "") -> None:
	def begin(number: int) -> None:
		processes.start(
			name,
			web_command(layout.PYTHON, number, workers),
			cwd=layout.SITES,
			env=web_environment(site, layout.SITES),
			ready=lambda: answers(number),
			seconds=90,
			port=number,
			site=site,
			code=code,
		)

	_with_port(name, begin)


def start_worker(code: str = "") -> None:
	processes.start(
		WORKER,
		[
			layout.PYTHON,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"worker",
			"--queue",
			"short,default,long",
		],
		cwd=layout.SITES,
		env=stages.clean_environment(PYTHONUNBUFFERED="1"),
		ready=lambda: processes.running(WORKER),
		code=code,
	)


def start_scheduler(code: str = "") -> None:
	processes.start(
		SCHEDULER,
		[layout.PYTHON, "-m", "frappe.utils.bench_helper", "frappe", "schedule"],
		cwd=layout.SITES,
		env=stages.clean_environment(PYTHONUNBUFFERED="1"),
		ready=lambda: processes.running(SCHEDULER),
		code=code,
	)


def stop(*names: str) -> list[str]:
	return [name for name in names if processes.stop(name)]
