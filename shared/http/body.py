"""Take a request's body or query in: type, size, strict JSON, then marshmallow.

It exists so that `@blp.arguments(Schema)` of any service goes through the strict reader and
names every wrong field as problem details.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import flask_smorest
import marshmallow as ma
from flask import Request, current_app, g, request
from gunicorn.http.errors import ParseException
from webargs.flaskparser import FlaskParser

from shared.http.deps import deps_of
from shared.http.fields import BadValue
from shared.http.problems import FieldError, Problem
from shared.http.strict_json import BadJson, JsonLimits, escape, parse, text_fault

_LIMIT_ATTRIBUTE = "caseledger_body_limit"
_MAX_ERRORS = 50
RECEIVE_TIMEOUT_S = 10.0

F = TypeVar("F", bound=Callable[..., Any])


def body_limit(bytes_: int) -> Callable[[F], F]:
    """Let a route take bodies of up to `bytes_` (put it nearest to the function)."""

    def mark(view: F) -> F:
        setattr(view, _LIMIT_ATTRIBUTE, bytes_)
        return view

    return mark


def limit_body() -> None:
    """Set this request's size limit before anything reads it; chunked bodies stop there too."""
    view = current_app.view_functions.get(request.endpoint or "")
    limit = getattr(view, _LIMIT_ATTRIBUTE, deps_of(current_app).body_bytes)
    # One more than the limit: a chunked body is silently cut at werkzeug's, not refused.
    request.max_content_length = limit + 1
    g.body_limit = limit
    if request.content_length is not None and request.content_length > limit:
        raise _too_large()


def raw_body() -> bytes:
    """The body's bytes, read once.

    Raises:
        Problem: 413 beyond the route's limit; 408 when the client stops sending; 400 when the
            body's framing is broken.
    """
    sock = request.environ.get("gunicorn.socket")
    if sock is not None:  # a client that sends nothing must not hold a thread for ever
        sock.settimeout(RECEIVE_TIMEOUT_S)
    try:
        raw = request.get_data(cache=True)
    except TimeoutError as error:
        raise Problem("request-timeout") from error
    except (OSError, ParseException) as error:  # the body is not framed as it says
        raise Problem("malformed-request") from error
    if len(raw) > g.body_limit:
        raise _too_large()
    return raw


def _too_large() -> Problem:
    return Problem("too-large", f"At most {g.body_limit} bytes are taken here.")


def json_body() -> Any:
    """The request's body as strict JSON, read once.

    Raises:
        Problem: 415 for another content type, 413, or 400 naming each fault.
    """
    if "json_body" not in g:
        check_content_type(request)
        try:
            g.json_body = parse(raw_body(), JsonLimits())
        except BadJson as error:
            raise Problem("invalid-json", errors=error.errors) from error
    return g.json_body


def check_content_type(req: Request) -> None:
    """Accept `application/json`. A charset has no effect (RFC 8259, 11), but must be true."""
    given = req.headers.getlist("Content-Type")
    if len(given) != 1 or req.mimetype != "application/json" or "," in given[0]:
        raise Problem("unsupported-media-type", "The body must be application/json.")
    if req.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise Problem("unsupported-media-type", "The body must be UTF-8.")
    if req.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem("unsupported-media-type", "The body must not be compressed.")


class StrictParser(FlaskParser):
    """webargs, reading by our rules and answering with our problems."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012  webargs declares it so
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": None,  # the schema's own, which is RAISE
        "query": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002  webargs' signature
        """The strict JSON; a body is always an object."""
        value = json_body()
        if not isinstance(value, dict):
            raise Problem("invalid-fields", errors=[FieldError("", "must be an object")])
        return value

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query; a parameter that is given twice is an error."""
        wrong = [
            FieldError(f"?{known(name, schema)}", why)
            for name, values in req.args.lists()
            if (why := "given more than once" if len(values) > 1 else text_fault(name + values[0]))
        ]
        if wrong:
            raise Problem("invalid-fields", errors=wrong)
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,  # noqa: ARG002  webargs' signature
        schema: ma.Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        """Name every wrong field in one answer."""
        raise Problem("invalid-fields", errors=field_errors(error)) from error


def known(name: str, schema: ma.Schema) -> str:
    """A parameter's name, only if the schema knows it: nothing foreign is echoed."""
    return name if name in schema.fields else "(unknown)"


def field_errors(error: ma.ValidationError) -> list[FieldError]:
    """A marshmallow error as one entry for each wrong field, at most fifty."""
    found: list[FieldError] = []
    by_location: Any = error.messages
    for location, messages in by_location.items():
        _collect(messages, "?" if location == "query" else "", location, found)
    return found[:_MAX_ERRORS]


def _collect(messages: Any, pointer: str, location: str, found: list[FieldError]) -> None:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = "" if key == "_schema" else escape(str(key))
            joined = pointer + step if location == "query" else f"{pointer}/{step}".rstrip("/")
            _collect(inner, joined, location, found)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, Mapping):
            _collect(message, pointer, location, found)
        elif isinstance(message, BadValue):
            found.append(FieldError(pointer, str(message), message.code, message.zh))
        else:
            found.append(FieldError(pointer, str(message)))


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's blueprint, whose arguments are read by `StrictParser`."""

    ARGUMENTS_PARSER = StrictParser()
