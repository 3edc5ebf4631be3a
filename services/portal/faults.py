"""The pages that say what went wrong: what it is, what still works, what to do next."""

import structlog
from flask import Flask, render_template, request
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from services.portal.api import ServiceAway, TokenRefused
from services.portal.session.forms import Forged, typed_form, visitor
from services.portal.session.signing_in import OpenIdClient, SignInNeeded

NOT_FOUND, FORBIDDEN, GONE, TOO_LARGE, INTERNAL, AWAY = 404, 403, 410, 413, 500, 503
_NAMED = {
    NOT_FOUND: "not-found",
    FORBIDDEN: "forbidden",
    GONE: "gone",
    TOO_LARGE: "too-large",
}
_log = structlog.get_logger(__name__)


def install(app: Flask, sign_in: OpenIdClient) -> None:
    """Answer every error with a page."""

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        status = error.code or INTERNAL
        if status < 400:  # noqa: PLR2004 - a redirect
            answer: Response = error.get_response()
            return answer
        name = _NAMED.get(status, "refused" if status < INTERNAL else "internal")
        return page(name, status)

    @app.errorhandler(Forged)
    def forged(_error: Forged) -> Response:
        return page("forged", FORBIDDEN)

    @app.errorhandler(ServiceAway)
    def away(error: ServiceAway) -> Response:
        _log.warning("service_away", service=error.service)
        return page(f"away-{error.service}", AWAY)

    @app.errorhandler(TokenRefused)
    def refused(_error: TokenRefused) -> Response:
        visitor().pop("token")
        return sign_in.needed(SignInNeeded())

    @app.errorhandler(SignInNeeded)
    def unknown(error: SignInNeeded) -> Response:
        """Whoever was signed in is not to be sent away while nobody can read that they are."""
        return page("away-portal", AWAY) if visitor().away else sign_in.needed(error)

    @app.errorhandler(PyMongoError)
    def unkept(error: PyMongoError) -> Response:
        _log.warning("drafts_away", error=type(error).__name__)
        return page("away-portal", AWAY)

    @app.errorhandler(Exception)
    def internal(error: Exception) -> Response:
        _log.error("page_failed", error=type(error).__name__, route=str(request.url_rule))
        return page("internal", INTERNAL)


def page(name: str, status: int) -> Response:
    """The page of a problem; its texts are `problem-<name>-title` and `problem-<name>-text`.

    Where something is away, what was typed stands in the page itself, to be sent once more: it is
    the same request, so that nothing is done twice.
    """
    again = typed_form() if request.method == "POST" and status == AWAY else None
    content = render_template("problem.html", name=name, again=again)
    return Response(content, status=status, content_type="text/html")
