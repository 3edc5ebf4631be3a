"""Review's web process, as `deploy.processes.review_web` puts it together with the words."""

import os
from datetime import UTC, datetime

from flask import Flask

from services.review.api import endpoints
from services.review.room import Review, Say
from shared.case.deciding.assemble import follow_rules
from shared.casework.holdings import Holdings
from shared.config import Settings, connect
from shared.config.logging import configure
from shared.config.needs import secrets_of
from shared.eventlog.opening import open_log
from shared.http import Deps, create_app, open_deps
from shared.security import permissions_of
from shared.vault import open_vault


def create(say: Say) -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork."""
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": "review"})
    configure(settings.log_level, process="review-web")
    secrets = secrets_of("review-web", settings)
    databases = connect(settings)
    vault = open_vault(settings, secrets, databases).vault
    log = open_log(settings, secrets, databases, writer="review", sealer=vault, people=True)
    review = Review(
        log=log,
        vault=vault,
        holdings=Holdings(databases.log, log),
        source=follow_rules(settings),
        say=say,
        now=lambda: datetime.now(UTC),
    )
    known = vault.subjects
    deps = open_deps(
        settings,
        secrets,
        databases,
        find_subject=known.find,
        find_organisation=known.organisation,
    )
    return build(review, deps)


def build(review: Review, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    return create_app("review", [endpoints(review)], permissions_of("review"), deps)
