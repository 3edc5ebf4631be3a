"""The web process of notify, progress and feed: `gunicorn 'deploy.processes.notify_web:create()'`.

Here because no service imports another: each gives its routes, those over read models by the
topology, and this process serves them all, with one API document.
"""

import os

from flask import Flask

from deploy.topology import Side, sides
from services.feed import api as feed
from services.notify import api as notify
from services.notify.telling import Telling
from shared.case.deciding.assemble import open_rules
from shared.config import Settings, connect
from shared.config.logging import configure
from shared.config.needs import secrets_of
from shared.eventlog import open_reader
from shared.eventlog.lanes.count import lane_count
from shared.http import Deps, create_app, open_deps
from shared.projection.serving import Reads
from shared.relay.ledger.ledger import Ledger
from shared.security import permissions_of
from shared.vault import open_known_subjects

SERVICE = "notify"


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork.

    Raises:
        SettingsError: a setting or a secret is missing, in one sentence.
    """
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": SERVICE})
    configure(settings.log_level, process=f"{SERVICE}-web")
    secrets = secrets_of(f"{SERVICE}-web", settings)
    databases = connect(settings, appname=f"{SERVICE}-web")
    subjects = open_known_subjects(secrets, databases)
    events = open_reader(settings, secrets, databases)
    reads = Reads(
        events=events,
        views=databases.views,
        rules=open_rules(settings),
        pay_url=settings.pay_url,
    )
    following = feed.FeedDesk(
        Ledger(databases.log, events.door), lane_count(settings, secrets, databases)
    )
    deps = open_deps(
        settings,
        secrets,
        databases,
        find_subject=subjects.find,
        find_organisation=subjects.organisation,
        find_identity=subjects.by_identity,
    )
    return build(reads, following, deps)


def build(reads: Reads, following: feed.FeedDesk, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    blueprints = (
        *(one.endpoints(reads) for one in sides(Side.PROJECTION)),
        notify.endpoints(notify.NotifyDesk(reads.events, Telling(reads.events, reads.rules))),
        feed.endpoints(following),
    )
    return create_app(SERVICE, blueprints, permissions_of(SERVICE), deps)
