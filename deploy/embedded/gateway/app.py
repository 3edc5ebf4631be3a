"""The gateway's app: its routes, words and headers. It runs in the embedded system alone."""

import os
import re
import time
import uuid
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import httpx
import yaml
from flask import Flask, Response, abort, redirect, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

import services.portal
from deploy.embedded.gateway.books import GatewayBooks
from deploy.embedded.gateway.delivering import Delivering
from deploy.embedded.gateway.intake import IntakeAway, ToIntake
from deploy.embedded.gateway.pages import GatewayPages, said_page
from deploy.embedded.gateway.ways import METHODS
from services.portal.words.catalogue import COOKIE, LANGUAGES, Phrases, language
from services.portal.words.dates import moment_shown
from shared.catalogue.definition.fees import yuan
from shared.config import Secrets, Settings, SettingsError
from shared.config.modes import EMBEDDED

BOOKS, REFUNDS = "gateway.sqlite", "refunds.jsonl"
HOSTS = ["127.0.0.1", "localhost"]
REQUEST_S = 5.0
NOT_FOUND = 404
# Where the switch of languages leads back to: a page of this gateway.
OURS = re.compile(r"/(pay/[a-z0-9]+/[A-Za-z0-9-]+)?")
_CONTENT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def create() -> Flask:
    """The app of a real process, with its thread.

    Raises:
        SettingsError: this is no embedded system.
    """
    settings = Settings.from_env(os.environ)
    if settings.mode != EMBEDDED:
        raise SettingsError("Money that is made up is paid to the embedded system alone.")
    key = Secrets.load(settings.secrets_dir).gateway_keys[0]
    at = dict(one.split("=", 1) for one in settings.services)["intake"]
    intake = ToIntake(at, key, httpx.Client(timeout=REQUEST_S, trust_env=False), time.time)
    books = GatewayBooks(settings.outbox_dir / BOOKS)
    delivering = Delivering(books, intake.told)
    delivering.start()
    pages = GatewayPages(
        intake=intake,
        books=books,
        delivering=delivering,
        refunds=settings.outbox_dir / REFUNDS,
        portal=settings.pages.rstrip("/"),
        now=lambda: datetime.now().astimezone(),
        new_id=lambda word: f"{word}-{uuid.uuid4().hex}",
    )
    return build(pages)


def build(pages: GatewayPages) -> Flask:
    """The app over what it is given."""
    look = Path(services.portal.__file__).parent / "static"
    app = Flask(__name__, static_folder=str(look))
    app.config["TRUSTED_HOSTS"] = HOSTS
    app.add_url_rule("/readyz", view_func=lambda: {"status": "ready"}, endpoint="ready")
    app.add_url_rule("/", view_func=pages.everything)
    app.add_url_rule("/language/<chosen>", view_func=switch_language)
    app.add_url_rule("/pay/<case>/<number>", view_func=pages.order)
    app.add_url_rule("/pay/<case>/<number>", view_func=pages.pay, methods=["POST"])
    app.add_url_rule("/refunds", view_func=pages.give_back, methods=["POST"])
    app.add_url_rule("/messages/<int:place>", view_func=pages.let_go, methods=["POST"])
    app.before_request(refuse_other_sites)
    app.register_error_handler(IntakeAway, lambda _: said_page("away", 503))
    app.register_error_handler(HTTPException, _refused)
    # Called by another name: no page of ours, whose links would begin with that name.
    app.register_error_handler(SecurityError, lambda error: error.get_response())
    phrases = Phrases(texts())
    app.jinja_env.globals.update(
        t=phrases,
        language=language,
        languages=LANGUAGES,
        moment=moment_shown,
        yuan=yuan,
        method=lambda name: phrases(_method_key(name)),
    )

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(_HEADERS)
        # A form's answer leads back to the portal, so its address is allowed too.
        response.headers["Content-Security-Policy"] = (
            f"{_CONTENT}; form-action 'self' {pages.portal}"
        )
        return response

    return app


def switch_language(chosen: str) -> AnyResponse:
    """Choose a language; the portal's pages, at the same address, have the same choice."""
    if chosen not in LANGUAGES:
        abort(404)
    back = request.args.get("back", "")
    answer = redirect(back if OURS.fullmatch(back) else "/")
    answer.set_cookie(COOKIE, chosen, httponly=True, samesite="Lax")
    return answer


def refuse_other_sites() -> None:
    """Refuse a form that a page of another site sends; browsers say where a form comes from."""
    if request.method == "POST":
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if site not in {"same-origin", "none"}:
            abort(403)


def texts() -> dict[str, dict[str, str]]:
    """What the pages say, by key and language."""
    found: dict[str, dict[str, str]] = yaml.safe_load(
        files(__package__).joinpath("words.yaml").read_text("utf-8")
    )
    return found


def _method_key(name: str) -> str:
    return f"method-{name}" if name in METHODS else "method-other"


def _refused(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    return said_page("unknown" if status == NOT_FOUND else "bad", status)
