"""The web process of notify, progress and feed: `gunicorn 'deploy.processes.notify_web:create()'`.

Here because no service imports another: each gives its routes, this process serves them all, with
one API document.
"""

import os
from dataclasses import dataclass

from flask import Flask

from services.feed import api as feed
from services.notify import api as notify
from services.notify.telling import Telling
from services.progress.standing import api as standing
from services.progress.standing.queries import Standing
from shared.case import Rules
from shared.case.deciding.assemble import open_rules
from shared.config import Databases, Secrets, Settings, connect
from shared.config.logging import configure
from shared.eventlog import EventLog, open_log
from shared.http import Deps, create_app, open_deps
from shared.relay.ledger.ledger import Ledger
from shared.security import permissions_of
from shared.vault import open_vault

SERVICE = "notify"


@dataclass(frozen=True)
class Reads:
    """What the three rooms read from."""

    events: EventLog
    databases: Databases
    rules: Rules
    lanes: int


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
    reads = Reads(
        events=open_log(settings, secrets, databases, writer=SERVICE),
        databases=databases,
        rules=open_rules(settings),
        lanes=settings.lanes,
    )
    return build(reads, open_deps(settings, secrets, databases, find_subject=subjects.find))


def build(reads: Reads, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    events, databases = reads.events, reads.databases
    blueprints = (
        standing.endpoints(standing.Desk(Standing(events, databases.views), reads.rules)),
        notify.endpoints(notify.Desk(events, Telling(events, reads.rules))),
        feed.endpoints(feed.Desk(Ledger(databases.log), reads.lanes)),
    )
    return create_app(SERVICE, blueprints, permissions_of(SERVICE), deps)
