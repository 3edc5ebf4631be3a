"""Intake's web process: `gunicorn 'services.intake.wsgi:create()'`."""

import os
from datetime import UTC, datetime

from flask import Flask

from services.intake.api import endpoints
from services.intake.application.repeated import OpenApplications
from services.intake.money.messages import CallbackIds
from services.intake.money.unplaced import UnplacedPayments
from services.intake.reading.asking import AskingByNumber
from services.intake.room import Intake
from shared.case.deciding.assemble import follow_rules
from shared.casework.numbering import CaseNumbers
from shared.config import Settings, connect
from shared.config.logging import configure
from shared.config.needs import secrets_of
from shared.eventlog.opening import open_log
from shared.http import Deps, create_app, open_deps
from shared.jurisdiction import packaged_jurisdiction
from shared.security import permissions_of
from shared.vault import open_vault
from shared.vault.unnamed import UnnamedUploads


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork."""
    settings = Settings.from_env({**os.environ, "CASELEDGER_SERVICE": "intake"})
    configure(settings.log_level, process="intake-web")
    secrets = secrets_of("intake-web", settings)
    databases = connect(settings)
    opened = open_vault(settings, secrets, databases)
    intake = Intake(
        log=open_log(
            settings, secrets, databases, writer="intake", sealer=opened.vault, people=True
        ),
        vault=opened.vault,
        blobs=opened.blobs,
        unnamed=UnnamedUploads(databases.work),
        callbacks=CallbackIds(databases.work),
        unplaced=UnplacedPayments(databases.work),
        applications=OpenApplications(databases.work),
        asking=AskingByNumber.over(databases.work),
        source=follow_rules(settings),
        case_id_keys=tuple(secrets.case_id_keys),
        numbers=CaseNumbers(databases.log),
        regions=packaged_jurisdiction().sources,
        now=lambda: datetime.now(UTC),
        upload_bytes=settings.upload_bytes,
        pay_url=settings.pay_url,
    )
    known = opened.vault.subjects
    deps = open_deps(
        settings,
        secrets,
        databases,
        find_subject=known.find,
        find_organisation=known.organisation,
        find_identity=known.by_identity,
    )
    return build(intake, deps)


def build(intake: Intake, deps: Deps) -> Flask:
    """The app over what it is given: nothing is opened or read."""
    return create_app("intake", endpoints(intake), permissions_of("intake"), deps)
