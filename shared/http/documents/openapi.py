"""The service's OpenAPI 3.1 document and its page for people.

It exists so that the document says what really happens: the headers a route demands and who may
call it come from the permission table, errors are problem details, and nothing is fetched from
the network to read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask_smorest
import orjson
from flask import Blueprint, Flask, Response, current_app
from werkzeug.routing import BaseConverter

from shared.http import fields
from shared.http.documents.docs_page import STYLE_HASH, render
from shared.http.problems import MEDIA_TYPE, PROBLEM_TYPES, TYPE_PREFIX
from shared.security import Entrance, Kind, Permission, find_permission

API_VERSION = "1.0.0"  # of the interface (the addresses say /v1), not of the software
_DOCUMENT = "caseledger-openapi"
_VERBS = ("get", "post", "put", "patch", "delete")

_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457); a refusal may say more in members of its own.",
    "additionalProperties": True,
    "required": ["type", "title", "title_zh", "status", "correlation_id"],
    "properties": {
        "type": {"type": "string", "examples": [TYPE_PREFIX + name for name in PROBLEM_TYPES]},
        "title": {"type": "string"},
        "title_zh": {"type": "string", "description": "The title in Chinese."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "detail_zh": {"type": "string", "description": "The detail in Chinese."},
        "correlation_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string"},
                    "detail_zh": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "actions": {
            "type": "array",
            "description": "After a refusal (409): the actions that are possible now.",
            "items": {"type": "string"},
        },
    },
}

_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Chosen by the caller, new for each command; a repeat gets the same answer.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[A-Za-z0-9_.:/+=~-]+$",
    },
}
_TAG = '(W/)?"[!#-~]{0,64}"'
_IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": (
        'The version the caller has seen, as the ETag had it ("7"), several of them, or *. By RFC '
        "9110 a weak tag (W/...) never matches: a proxy that weakens tags must not do so here."
    ),
    "schema": {"type": "string", "pattern": rf"^(\*|{_TAG}( *, *{_TAG})*)$"},
}


def config(service: str) -> dict[str, Any]:
    """The settings of flask-smorest."""
    return {
        "API_TITLE": f"caseledger {service}",
        "API_VERSION": API_VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": None,  # we serve the completed document ourselves
    }


class _Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's API without its error handler: `shared.http.faults` answers."""

    def _register_error_handlers(self) -> None:
        """Register nothing."""


def install(app: Flask) -> _Api:
    """Make the API that blueprints are registered with, and serve its document and page."""
    api = _Api(app)
    for field, kind, form in (
        (fields.Money, "string", None),
        (fields.Moment, "string", "date-time"),
        (fields.Day, "string", "date"),
    ):
        api.register_field(field, kind, form)
    for name in ("default", "int"):
        api.register_converter(app.url_map.converters[name], _placeholder)
    blueprint = Blueprint("api-docs", __name__)
    blueprint.add_url_rule("/openapi.json", "document", _serve_document, methods=["GET"])
    blueprint.add_url_rule("/docs", "page", _serve_page, methods=["GET"])
    app.register_blueprint(blueprint)
    return api


def complete(app: Flask, api: _Api, permissions: Sequence[Permission]) -> None:
    """Add to the document what the permission table says, and keep it."""
    document: dict[str, Any] = api.spec.to_dict()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    components["schemas"].pop("Error", None)
    components["responses"] = {
        "Problem": {
            "description": "What went wrong, as problem details.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "signature": {"type": "apiKey", "in": "header", "name": "Webhook-Signature"},
    }
    for path, operations in document.get("paths", {}).items():
        for verb in _VERBS:
            if verb in operations:
                row = find_permission(permissions, verb.upper(), path)
                if row is not None:
                    _complete_operation(operations[verb], row)
    app.extensions[_DOCUMENT] = document


def document_of(app: Flask) -> dict[str, Any]:
    """The completed document of an app."""
    found: dict[str, Any] = app.extensions[_DOCUMENT]
    return found


def _complete_operation(operation: dict[str, Any], row: Permission) -> None:
    responses = {
        status: response
        for status, response in operation.get("responses", {}).items()
        if status.startswith(("2", "3"))
    }
    problem = {"$ref": "#/components/responses/Problem"}
    operation["responses"] = {**responses, "default": problem}
    parameters = operation.setdefault("parameters", [])
    if row.kind in {Kind.CREATE, Kind.COMMAND}:
        parameters.append(_IDEMPOTENCY_KEY)
    if row.kind is Kind.COMMAND:
        parameters.append(_IF_MATCH)
    roles = sorted(row.roles)
    operation["security"] = {
        Entrance.OPEN: [],
        Entrance.SIGNATURE: [{"signature": []}],
    }.get(row.entry, [{"bearer": roles}])
    if roles:
        said = operation.get("description", "")
        operation["description"] = f"{said}\n\nRoles: {', '.join(roles)}.".strip()


def _placeholder(converter: BaseConverter) -> dict[str, Any]:
    number = getattr(converter, "number", False)
    if number:
        return {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    return {"type": "string", "pattern": f"^{converter.regex}$"}


def _serve_document() -> Response:
    return Response(orjson.dumps(document_of(current_app)), content_type="application/json")


def _serve_page() -> Response:
    response = Response(render(document_of(current_app)), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"
    )
    return response
