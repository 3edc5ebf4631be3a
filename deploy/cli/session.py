"""What a command works on: the settings of the running system, its keys, its databases."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.cli.output import server_missing
from deploy.embedded import osproc
from deploy.embedded.home import Home, State
from shared.config import Databases, Secrets, Settings, connect
from shared.config.logging import configure


@dataclass(frozen=True)
class Session:
    """Settings, secrets and databases, opened for one command."""

    settings: Settings
    secrets: Secrets
    databases: Databases


def find_settings() -> Settings:
    """The settings of the environment; where it names no log, those of the embedded system.

    Raises:
        CommandError: when neither is there (exit code 3).
    """
    environ = dict(os.environ)
    if not environ.get("CASELEDGER_LOG_URI"):
        home = Home.from_env(environ)
        state = State.read(home)
        if state is None or not osproc.is_alive(state.pid, state.started):
            raise server_missing(
                "The system is not running: start it with `caseledger up --detach`."
            )
        environ |= {
            "CASELEDGER_HOME": str(home.path),
            "CASELEDGER_MODE": "embedded",
            "CASELEDGER_LOG_URI": state.mongo_uri,
            "CASELEDGER_KAFKA_SERVERS": state.kafka_servers,
        }
        environ |= {"CASELEDGER_DATABASE_PREFIX": state.prefix} if state.prefix else {}
    return Settings.from_env(environ)


@contextmanager
def opened() -> Iterator[Session]:
    """A session; its database clients are closed afterwards.

    Raises:
        CommandError: when there is no system to speak of. SettingsError: wrong settings.
    """
    settings = find_settings()
    configure("WARNING", process="caseledger")  # to standard error: the answer is alone on output
    secrets = Secrets.load(settings.secrets_dir)
    databases = connect(settings, appname="caseledger-cli")
    try:
        yield Session(settings, secrets, databases)
    finally:
        databases.close()


def service_urls() -> dict[str, str]:
    """Addresses of the running services.

    Raises:
        CommandError: when the embedded system is not running (exit code 3).
    """
    home = Home.from_env(os.environ)
    state = State.read(home)
    if state is None or not osproc.is_alive(state.pid, state.started):
        raise server_missing("The system is not running: start it with `caseledger up --detach`.")
    return dict(state.services)
