"""The portal's app: pages, their words, headers, session and problem pages around them."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, request, url_for
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader

from services.portal import faults, headers
from services.portal.applying import pages as applying
from services.portal.applying import questions
from services.portal.applying.sitting import NoForm, NotAgreed, NotVerified
from services.portal.cases import pages as cases
from services.portal.cases.reading import ENDED, RUNNING
from services.portal.counter import pages as counter
from services.portal.counter.items import nobody_served, not_at_counter
from services.portal.counter.reception import NoReception, NotAtCounter
from services.portal.desk import pages as desk
from services.portal.health import health
from services.portal.pages import asking, guide, language, search, start, states, verification
from services.portal.passing import DOCUMENTS
from services.portal.room import Portal
from services.portal.session.forms import TOKEN, refuse_forged, visitor
from services.portal.session.pictures import InMemory, room_for_pictures
from services.portal.session.visitor import KeptSessions
from services.portal.words.catalogue import LANGUAGES, Phrases, Texts, named
from services.portal.words.catalogue import language as spoken
from services.portal.words.dates import day_shown, moment_shown
from shared.config import Settings

BODY_BYTES = 64 * 1024
PAGES: Mapping[str, Callable[[Blueprint, Portal], None]] = {
    "start": start.routes,
    "language": language.routes,
    "search": search.routes,
    "guide": guide.routes,
    "verification": verification.routes,
    "asking": asking.routes,
    "states": states.routes,
    "applying": applying.routes,
    "cases": cases.routes,
    "desk": desk.routes,
    "counter": counter.routes,
}
"""Every topic of pages; its blueprint has its name."""
MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("layout-start", "start.start", ()),
    ("search-title", "search.search", ()),
    ("verify-title", "verification.ask", ()),
    ("ask-title", "asking.ask", ()),
    ("mine-title", "cases.mine", ("applicant", "portal")),
    ("desk-title", "desk.lists", ("officer", "producer")),
    ("counter-title", "counter.start", ("take-in",)),
)
"""The menu: a text, its page, and whose role or duty it is for (everybody's where empty)."""


def build(settings: Settings, portal: Portal, texts: Texts) -> Flask:
    """The app over what it is given: nothing is asked of others."""
    app = Flask(__name__)
    app.request_class = InMemory
    secure = settings.pages.startswith("https://")
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_BYTES,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        PROPAGATE_EXCEPTIONS=False,
        SESSION_COOKIE_SECURE=secure,
    )
    app.session_interface = KeptSessions(portal.sessions, portal.now)
    _templates(app, portal, Phrases(texts))
    headers.install(app, secure=secure, sign_in=portal.sign_in.origins)
    faults.install(app, portal.sign_in)
    app.before_request(room_for_pictures)
    app.before_request(refuse_forged)
    app.register_blueprint(health(portal.sessions))
    portal.sign_in.install(app)
    app.register_error_handler(NoForm, questions.no_form)
    app.register_error_handler(NotAgreed, questions.not_agreed)
    app.register_error_handler(NotVerified, questions.not_verified)
    app.register_error_handler(NotAtCounter, not_at_counter)
    app.register_error_handler(NoReception, nobody_served)
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
        navigation=lambda: _menu(words, portal),
        has_text=words.has,
        named=named,
        day=day_shown,
        moment=moment_shown,
        can_apply="applying" in PAGES,
        RUNNING=RUNNING,
        ENDED=ENDED,
    )


def _menu(words: Phrases, portal: Portal) -> list[dict[str, object]]:
    """The menu as the component takes it."""
    who = portal.sign_in.person()
    roles = {*who.get("roles", ()), *who.get("duties", ())}
    return [
        {"text": words(key), "href": url_for(page), "active": request.endpoint == page}
        for key, page, duties in MENU
        if not duties or roles & {*duties}
    ]
