"""Run schemathesis over a service's OpenAPI document: no input may be a fault of ours.

`fuzz(app, authorization)` is for any service's app; a test hands in tokens for its routes.
"""

from collections.abc import Callable
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

# What a document promises, and that nothing is a fault of ours. Negative data must be refused;
# that good data is accepted cannot be told from a document (a case must exist first).
CHECKS: list[Any] = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
]


def fuzz(
    app: Flask,
    authorization: Callable[[str, str], str | None],
    *,
    examples: int = 25,
    excluded: tuple[str, ...] = (),
) -> int:
    """Call every operation of `app` with made-up requests, good and bad; return how many.

    `authorization(method, path)` is the header of a caller who may (None: without one). Routes
    whose path is in `excluded` are left out. A failed check raises with a curl command.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    sent: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in excluded:
            continue
        who = authorization(operation.method.upper(), operation.path)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _send_all(operation, mode, {"Authorization": who} if who else {}, examples, sent)
    return len(sent)


def _send_all(
    operation: Any, mode: GenerationMode, headers: dict[str, str], examples: int, sent: list[str]
) -> None:
    try:
        strategy = operation.as_strategy(generation_mode=mode)
    except Unsatisfiable:
        return

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        sent.append(operation.label)
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    try:
        send()
    except Unsatisfiable:  # nothing about this operation can be wrong
        return
