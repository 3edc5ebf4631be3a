"""The headers of every page: nothing inline, nothing of others, no address told to others."""

from collections.abc import Callable, Iterable

from flask import Flask, Response, request

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_OURS = "'self'"
HSTS = "max-age=31536000"
STATIC_LASTS = "public, max-age=3600"


def content_policy(sign_in: Iterable[str]) -> str:
    """The policy of a page. A form may lead to the origins `sign_in` by the redirects after it."""
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        f"connect-src 'self'; form-action {' '.join((_OURS, *sign_in))}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def install(app: Flask, *, secure: bool, sign_in: Callable[[], Iterable[str]]) -> None:
    """Add them to every answer.

    `secure`: browsers reach us by https. `sign_in` gives the origins of the sign-in provider.
    Browsers hold each redirect after a form against the page's policy: a form of somebody whose
    sign-in is needed, or over, ends at the provider.
    """

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        response.headers["Content-Security-Policy"] = content_policy(sign_in())
        if request.endpoint == "static" and response.status_code == 200:  # noqa: PLR2004
            response.headers["Cache-Control"] = STATIC_LASTS
        if secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response
