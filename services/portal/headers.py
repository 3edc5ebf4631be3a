"""The headers of every page: nothing inline, nothing of others, no address told to others."""

from flask import Flask, Response, request

_CONTENT = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _CONTENT,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000"
STATIC_LASTS = "public, max-age=3600"


def install(app: Flask, *, secure: bool) -> None:
    """Add them to every answer; `secure`: browsers reach us by https."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if request.endpoint == "static" and response.status_code == 200:  # noqa: PLR2004
            response.headers["Cache-Control"] = STATIC_LASTS
        if secure:
            response.headers["Strict-Transport-Security"] = HSTS
        return response
