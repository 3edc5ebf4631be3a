"""The web process of issuance: everything is made by `create`, nothing at import."""

import os
from datetime import UTC, datetime

from flask import Flask

from services.issuance.api import endpoints
from services.issuance.numbers.store import Numbers
from services.issuance.papers.drawn.fonts import Fonts
from services.issuance.papers.orders import PaperOrders
from services.issuance.room import Issuance
from shared.case.deciding.assemble import follow_rules
from shared.config import Settings, connect
from shared.config.logging import configure
from shared.config.needs import secrets_of
from shared.eventlog import open_log
from shared.http import Deps, create_app, open_deps
from shared.relay.ledger.ledger import Ledger
from shared.security import permissions_of
from shared.vault import open_vault

SERVICE = "issuance"


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork.

    Raises:
        SettingsError: a setting or a secret is missing, in one sentence.
    """
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": SERVICE})
    configure(settings.log_level, process=f"{SERVICE}-web")
    secrets = secrets_of(f"{SERVICE}-web", settings)
    databases = connect(settings, appname=f"{SERVICE}-web")
    opened = open_vault(settings, secrets, databases)
    vault = opened.vault
    log = open_log(settings, secrets, databases, writer=SERVICE, sealer=vault, people=True)
    ledger = Ledger(databases.log, log.door)
    room = Issuance(
        log=log,
        vault=vault,
        numbers=Numbers(databases.log),
        blobs=opened.blobs,
        orders=PaperOrders(databases.work),
        fonts=Fonts(settings.fonts_dir),
        paper_keys=secrets.paper_keys,
        source=follow_rules(settings),
        now=lambda: datetime.now(UTC),
        sequenced=lambda stream: ledger.stream(stream, lanes=log.lanes),
    )
    known = vault.subjects
    deps = open_deps(
        settings,
        secrets,
        databases,
        find_subject=known.find,
        find_organisation=known.organisation,
        find_identity=known.by_identity,
    )
    return build(room, deps)


def build(room: Issuance, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    return create_app(SERVICE, endpoints(room), permissions_of(SERVICE), deps)
