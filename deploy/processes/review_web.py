"""The web process of review: `gunicorn 'deploy.processes.review_web:create()'`.

Here because no service imports another: review decides, notify has the words, and a preview of a
decision shows both.
"""

import os
from datetime import UTC, datetime

from flask import Flask

from services.notify.words.table import NOTICES, words_of
from services.review.desk.draft_store import DraftStore
from services.review.room import Review, ToldWords
from services.review.wsgi import build
from shared.case import Case, Fact
from shared.case.deciding.assemble import follow_rules
from shared.casework.holdings import Holdings
from shared.catalogue import Item
from shared.config import Settings, connect
from shared.config.logging import configure
from shared.config.needs import secrets_of
from shared.eventlog.opening import open_log
from shared.http import open_deps
from shared.vault import open_vault
from shared.vault.unnamed import UnnamedUploads


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork."""
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": "review"})
    configure(settings.log_level, process="review-web")
    secrets = secrets_of("review-web", settings)
    databases = connect(settings)
    opened = open_vault(settings, secrets, databases)
    vault = opened.vault
    log = open_log(settings, secrets, databases, writer="review", sealer=vault, people=True)
    review = Review(
        log=log,
        vault=vault,
        blobs=opened.blobs,
        unnamed=UnnamedUploads(databases.work),
        holdings=Holdings(databases.log, log),
        drafts=DraftStore(databases.work),
        source=follow_rules(settings),
        say=said,
        now=lambda: datetime.now(UTC),
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
    return build(review, deps)


def said(fact: Fact, case: Case, item: Item) -> ToldWords | None:
    """What the applicant would be told of a fact, in the present words."""
    wording = NOTICES.get(type(fact))
    if wording is None or not wording.told(fact):
        return None
    words = words_of(fact, case, item)
    return ToldWords(subject=words.subject, zh=words.zh, en=words.en)
