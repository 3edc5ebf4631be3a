"""The pages that say what went wrong: what it is, what still works, what to do next."""

import structlog
from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from services.portal.api import ServiceAway, TokenRefused
from services.portal.session.forms import Forged, visitor
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

    app.register_error_handler(SignInNeeded, sign_in.needed)

    @app.errorhandler(Exception)
    def internal(error: Exception) -> Response:
        _log.error("page_failed", error=type(error).__name__, route=str(request.url_rule))
        return page("internal", INTERNAL)


def page(name: str, status: int) -> Response:
    """The page of a problem; its texts are `problem-<name>-title` and `problem-<name>-text`."""
    return Response(
        render_template("problem.html", name=name), status=status, content_type="text/html"
    )
