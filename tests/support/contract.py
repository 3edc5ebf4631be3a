"""Every answer of every route is held against the published document, in whatever test it comes.

The test client of Flask is the door: each answer of an app that publishes an OpenAPI document must
fit the schema of its operation and status, and say nothing that the schema does not name.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.http import document_of
from shared.security.permissions import template

_open = FlaskClient.open
JSON = ("application/json", "application/problem+json")
BESIDE = frozenset({"/openapi.json", "/docs"})


class NotAsPublished(AssertionError):
    """An answer that its published document does not describe."""


def watch() -> None:
    """From now on every test client holds what it is answered against the app's document."""
    FlaskClient.open = _watched  # type: ignore[method-assign]


def _watched(self: FlaskClient, *args: Any, **kwargs: Any) -> TestResponse:
    response: TestResponse = _open(self, *args, **kwargs)
    if isinstance(self.application, Flask) and "caseledger-openapi" in self.application.extensions:
        wrong = list(faults(self.application, response))
        if wrong:
            at = f"{response.request.method} {response.request.path} {response.status_code}"
            raise NotAsPublished(f"{at}: " + "; ".join(wrong))
    return response


def faults(app: Flask, response: TestResponse) -> Iterator[str]:
    """What of an answer its document does not say; nothing for routes without an operation."""
    document = document_of(app)
    operation = _operation(document, response.request.method, response.request.path)
    if operation is None or response.status_code == 304 or not response.data:
        return
    described = operation["responses"]
    answer = described.get(str(response.status_code)) or described.get("default")
    if answer is None:
        yield f"the status is not described: {sorted(described)}"
        return
    answer = _resolved(document, answer)
    content = answer.get("content", {})
    kind = response.mimetype
    if kind not in content:
        yield f"{kind} is not described: {sorted(content)}"
        return
    if kind in JSON:
        yield from wrong_in(document, content[kind].get("schema", {}), json.loads(response.data))


def wrong_in(document: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> Iterator[str]:
    """Where a value breaks its schema, and every field that the schema does not name."""
    validator = _validator(json.dumps({**schema, "components": document["components"]}))
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message[:200]}"
    yield from _unnamed(document, schema, value, "$")


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema))


def _unnamed(
    document: Mapping[str, Any], schema: Mapping[str, Any], value: Any, at: str
) -> Iterator[str]:
    schema = _resolved(document, schema)
    branches = [_resolved(document, one) for one in schema.get("anyOf", schema.get("oneOf", ()))]
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from _unnamed(document, schema["items"], one, f"{at}[{number}]")
    if not isinstance(value, dict):
        return
    named = dict(schema.get("properties", {}))
    for branch in branches:
        named |= branch.get("properties", {})
    if not named or "additionalProperties" in schema:
        return
    for name, one in value.items():
        if name not in named:
            yield f"{at}.{name} is not published"
        else:
            yield from _unnamed(document, named[name], one, f"{at}.{name}")


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _operation(document: Mapping[str, Any], method: str, path: str) -> Mapping[str, Any] | None:
    """The operation that an address belongs to; the one with the fewest placeholders."""
    parts = path.split("/")
    fitting = [
        (known, operations)
        for known, operations in document.get("paths", {}).items()
        if _fits(template(known).split("/"), parts)
    ]
    fitting.sort(key=lambda one: one[0].count("{"))
    for _, operations in fitting:
        if method.lower() in operations:
            found: Mapping[str, Any] = operations[method.lower()]
            return found
    return None


def _fits(known: list[str], parts: list[str]) -> bool:
    return len(known) == len(parts) and all(
        one.startswith(("{", "<")) or one == part for one, part in zip(known, parts, strict=True)
    )
