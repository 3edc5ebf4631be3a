"""The portal's process: `gunicorn 'deploy.processes.portal_web:create()'`.

Here because it puts together what the portal may not import: the furniture that counts and logs
requests. In the embedded system it passes the API on too, so that there is one address.
"""

import os
from collections.abc import Mapping

from flask import Flask, Response, abort, request

from services.portal.addresses import addresses_of
from services.portal.api import Api
from services.portal.app import build
from services.portal.applying.drafts import Drafts
from services.portal.passing import PassingOn
from services.portal.room import Portal
from services.portal.session.signing_in import OpenIdClient
from services.portal.session.store import Sessions
from services.portal.words.catalogue import load
from shared.config import Settings, SettingsError
from shared.config.databases import connect_portal
from shared.config.logging import configure
from shared.config.modes import EMBEDDED
from shared.config.needs import PORTAL, secrets_of
from shared.config.secrets import Secrets
from shared.config.wall_clock import utc_now
from shared.http.process import observe

SERVICE = "portal"
NOT_FOR_PAGES = ("LOG_URI", "VIEWS_URI", "VAULT_URI", "KAFKA_SERVERS")


def create() -> Flask:
    """The app of a real process; settings from the environment, clients made after the fork.

    Raises:
        SettingsError: a setting is missing or is not for the portal, in one sentence.
    """
    settings = settings_from(os.environ)
    configure(settings.log_level, process=PORTAL)
    addresses = addresses_of(settings)
    database = connect_portal(settings)
    _, key = Secrets.load(settings.secrets_dir).keys("portal")[0]
    portal = Portal(
        api=Api(addresses),
        sign_in=OpenIdClient(settings, utc_now),
        sessions=Sessions.at(database),
        drafts=Drafts.at(database, key),
        now=utc_now,
    )
    app = build(settings, portal, load())
    observe.install(app, SERVICE)
    tell_metrics(app, settings.internal_port)
    if settings.mode == EMBEDDED:
        app.wsgi_app = PassingOn(app.wsgi_app, addresses)  # type: ignore[method-assign]
    return app


def tell_metrics(app: Flask, port: int) -> None:
    """Give the counters on the internal port; on the pages' own there is no such page."""

    @app.get("/metrics")
    def counters() -> Response:
        if not port or request.environ.get("SERVER_PORT") != str(port):
            abort(404)
        text, content_type = observe.exposition()
        return Response(text, content_type=content_type)


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The portal's settings, once its mode and its folder of secrets were found to be right.

    Raises:
        SettingsError: one of them is not; or the portal was told where the log or Kafka is.
    """
    settings = Settings.from_env({**environ, "CASELEDGER_SERVICE": SERVICE})
    told = [name for name in NOT_FOR_PAGES if environ.get(f"CASELEDGER_{name}")]
    if told:
        names = ", ".join(f"CASELEDGER_{name}" for name in told)
        raise SettingsError(
            f"The portal is a client of the API alone: it must not be told {names}."
        )
    secrets_of(PORTAL, settings)
    return settings
