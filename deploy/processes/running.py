"""The beginning and the end that all our processes share: settings, keys, databases, signals."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from shared.config import Databases, Secrets, Settings, SettingsError, connect
from shared.config.logging import configure
from shared.config.modes import check_mode
from shared.config.needs import PROCESSES, secrets_of
from shared.eventlog import errors
from shared.eventlog.lanes.count import lane_count, with_lanes

BAD_SETTINGS = 2
LOOK_AGAIN_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Process:
    """What a process is given; `stop` is set by SIGTERM and SIGINT."""

    name: str
    settings: Settings
    secrets: Secrets
    databases: Databases
    stop: threading.Event


def run(name: str, work: Callable[[Process], None]) -> None:
    """Open what a process needs, work until it is told to stop, close; ends the interpreter.

    Wrong settings end it with 2 and one sentence; so do secrets that are not exactly those of
    the process, a log without its indexes, and another number of lanes than the log has.
    """
    try:
        settings = Settings.from_env(os.environ)
        check_mode(settings, web=False)
        named = name in PROCESSES  # preparing is no process of the table: it has all keys
        secrets = secrets_of(name, settings) if named else Secrets.load(settings.secrets_dir)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_SETTINGS)
    configure(settings.log_level, process=name)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    databases = connect(settings, appname=f"caseledger-{name}")
    try:
        process = Process(name, settings, secrets, databases, stop)
        known = with_log(process, waits=named)
        if known is not None:
            work(known)
    except (errors.IndexesMissing, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_SETTINGS)
    finally:
        databases.close()
    _log.info("process_ended")


def with_log(process: Process, *, waits: bool) -> Process | None:
    """The process with the log's own number of lanes. None: it was told to stop.

    `waits`: for a log that is away, as what goes on running does; a command ends instead.

    Raises:
        LanesDiffer: it was told another number.
        LogUnavailable: the log is away, and it does not wait.
    """
    count = lane_count(process.settings, process.secrets, process.databases)
    said = False
    while not process.stop.is_set():
        try:
            return replace(process, settings=with_lanes(process.settings, count()))
        except errors.LogUnavailable:
            if not waits:
                raise
            if not said:
                _log.warning("log_unavailable", loop="start")
            said = True
            process.stop.wait(LOOK_AGAIN_S)
    return None
