"""The web process of notify: `gunicorn 'services.notify.wsgi:create()'`."""

import os

from flask import Flask

from services.notify.api import Desk, endpoints
from services.notify.queries import Standing
from services.notify.telling import Telling
from shared.case.deciding.assemble import open_rules
from shared.config import Secrets, Settings, connect
from shared.config.logging import configure
from shared.eventlog import open_log
from shared.http import Deps, create_app, open_deps
from shared.relay.ledger.ledger import Ledger
from shared.security import permissions_of
from shared.vault import open_vault

SERVICE = "notify"


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork.

    Raises:
        SettingsError: a setting or a secret is missing, in one sentence.
    """
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": SERVICE})
    configure(settings.log_level, process=f"{SERVICE}-web")
    secrets = Secrets.load(settings.secrets_dir)
    databases = connect(settings, appname=f"{SERVICE}-web")
    subjects = open_vault(settings, secrets, databases).vault.subjects
    events = open_log(settings, secrets, databases, writer=SERVICE)
    desk = Desk(
        events=events,
        standing=Standing(events, databases.views),
        telling=Telling(events, open_rules(settings)),
        ledger=Ledger(databases.log),
        lanes=settings.lanes,
    )
    return build(desk, open_deps(settings, secrets, databases, find_subject=subjects.find))


def build(desk: Desk, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    return create_app(SERVICE, endpoints(desk), permissions_of(SERVICE), deps)
