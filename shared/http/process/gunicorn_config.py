"""How gunicorn runs a web process: `gunicorn --config python:…`.

It exists so that what keeps requests from being lost or smuggled is written down and tested, not
left to defaults. It is gunicorn's configuration file, so it alone reads the environment when it is
loaded: `CASELEDGER_WEB_WORKERS`, `CASELEDGER_WEB_THREADS`, `CASELEDGER_BIND` (a list with commas;
`--bind` on the command line wins), `CASELEDGER_FORWARDED_IPS`, `PROMETHEUS_MULTIPROC_DIR`.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import gunicorn

from shared.config import Secrets, Settings, SettingsError, connect
from shared.config.needs import PORTAL, PROCESSES, secrets_of
from shared.eventlog.errors import LogUnavailable
from shared.eventlog.lanes.count import lane_count
from shared.http.process.unread import thrown_away

BAD_SETTINGS = 2
CLIENT_ENDS_S = 5.0
# gthread: a slow client holds a thread, not the process; the time-out only proves that the worker
# is alive, deadlines are in the code (pitfalls 30, 31).
worker_class = "gthread"
workers = int(os.environ.get("CASELEDGER_WEB_WORKERS") or 1)
threads = int(os.environ.get("CASELEDGER_WEB_THREADS") or 8)
bind = (os.environ.get("CASELEDGER_BIND") or "127.0.0.1:8000").split(",")
backlog = 512
worker_connections = 200
timeout = 30
keepalive = 5
# More than the 4 s a request may wait for the log; less than what a supervisor waits before -9.
graceful_timeout = 15
# A worker that retires resets connections (gunicorn #3038): workers live for ever.
max_requests = 0
# Nothing of ours may hold a socket, thread or lock before the fork: the app, and with it every
# database client, is made in the worker (pitfalls 21, 33).
preload_app = False
reload = False
control_socket_disable = True
# What a proxy claims about the client is believed from nobody, unless its address is named here.
forwarded_allow_ips = os.environ.get("CASELEDGER_FORWARDED_IPS") or ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
proxy_protocol = "off"
header_map = "refuse"
permit_obsolete_folding = False
strip_header_spaces = False
permit_unconventional_http_method = False
permit_unconventional_http_version = False
casefold_http_method = False
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# The access log would hold addresses with ids of cases: `observe` logs each request instead.
accesslog = None
errorlog = "-"
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  heartbeats only

gunicorn.SERVER = "caseledger"  # the answer's `Server` header: neither product nor version


def on_starting(_server: Any) -> None:
    """Refuse wrong settings and secrets; begin with an empty folder of counters.

    Settings that are wrong for the service, or for the log, end gunicorn with 2 and one sentence: a
    worker that cannot start would end it with another code and a traceback. The counters of a
    former start are not ours.
    """
    process = f"{os.environ.get('CASELEDGER_SERVICE')}-web"
    if process in PROCESSES:
        try:
            settings = Settings.from_env(os.environ)
            secrets = secrets_of(process, settings)
            if process != PORTAL:  # it knows no log
                _refuse_other_lanes(settings, secrets)
        except SettingsError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(BAD_SETTINGS)
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)


def _refuse_other_lanes(settings: Settings, secrets: Secrets) -> None:
    """Refuse to serve a log that has another number of lanes than this process was told.

    A log that is away is asked again at the first command. The client's threads have ended when
    this returns, so that nothing of it is there when the workers are forked.

    Raises:
        SettingsError: naming both numbers.
    """
    if settings.lanes_from != "told":
        return
    before = set(threading.enumerate())
    databases = connect(settings)
    try:
        lane_count(settings, secrets, databases)()
    except LogUnavailable:
        return
    finally:
        databases.close()
        for thread in set(threading.enumerate()) - before:
            thread.join(CLIENT_ENDS_S)


def post_request(_worker: Any, request: Any, environ: dict[str, Any], _answer: Any) -> None:
    """Read what the client still sends, so that it sees an answer that came before its end."""
    sock, body = environ.get("gunicorn.socket"), getattr(request, "body", None)
    if sock is not None and body is not None:
        thrown_away(body, sock)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a dead worker's gauges out; its counters stay in the sum (pitfall 38)."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415  reads the folder when imported

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
