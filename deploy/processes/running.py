"""The beginning and the end that all our processes share: settings, keys, databases, signals."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from shared.config import Databases, Secrets, Settings, SettingsError, connect
from shared.config.logging import configure
from shared.config.modes import check_mode
from shared.config.needs import PROCESSES, secrets_of
from shared.eventlog import errors

BAD_SETTINGS = 2
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
    the process, and a log without its indexes.
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
        work(Process(name, settings, secrets, databases, stop))
    except (errors.IndexesMissing, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(BAD_SETTINGS)
    finally:
        databases.close()
    _log.info("process_ended")
