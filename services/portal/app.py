"""The portal's app: pages, their words, headers, session and problem pages around them."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, request, url_for
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from services.portal import faults, headers
from services.portal.health import health
from services.portal.pages import language, start
from services.portal.passing import DOCUMENTS
from services.portal.room import Portal
from services.portal.session.forms import TOKEN, refuse_forged, visitor
from services.portal.session.visitor import KeptSessions
from services.portal.words.catalogue import LANGUAGES, Phrases, Texts
from services.portal.words.catalogue import language as spoken
from shared.config import Settings

BODY_BYTES = 64 * 1024
PAGES: Mapping[str, Callable[[Blueprint, Portal], None]] = {
    "start": start.routes,
    "language": language.routes,
}
"""Every topic of pages; its blueprint has its name."""
MENU = (("layout-start", "start.start"),)
"""The menu: a text and the page that it leads to."""


def build(settings: Settings, portal: Portal, texts: Texts) -> Flask:
    """The app over what it is given: nothing is asked of others."""
    app = Flask(__name__)
    secure = settings.pages.startswith("https://")
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.session_interface = KeptSessions(portal.sessions, portal.now, secure=secure)
    _templates(app, portal, Phrases(texts))
    headers.install(app, secure=secure)
    faults.install(app, portal.sign_in)
    app.before_request(refuse_forged)
    app.register_blueprint(health(portal.sessions))
    portal.sign_in.install(app)
    for name, routes in PAGES.items():
        blp = Blueprint(name, __name__)
        routes(blp, portal)
        app.register_blueprint(blp)
    return app


def _templates(app: Flask, portal: Portal, words: Phrases) -> None:
    """GOV.UK Frontend's macros beside our templates, and what every template may use."""
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    own = PackageLoader(__package__)
    app.jinja_options = {
        "undefined": ChainableUndefined,  # the components ask for options that nobody gave
        "loader": ChoiceLoader([own, components]),
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_env.globals.update(
        t=words,
        languages=LANGUAGES,
        language=spoken,
        person=portal.sign_in.person,
        visitor=visitor,
        token_field=TOKEN,
        documents=[path for path in DOCUMENTS if path.endswith("/")],
        navigation=lambda: _menu(words),
    )


def _menu(words: Phrases) -> list[dict[str, object]]:
    """The menu as the component takes it."""
    return [
        {"text": words(key), "href": url_for(page), "active": request.endpoint == page}
        for key, page in MENU
    ]
