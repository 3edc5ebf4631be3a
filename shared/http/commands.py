"""From a request to the log's `Command`, and from its outcome to the answer.

It exists so that a service's endpoint is parse, command, answer: what a command carries and how
an answer is built from its commit is decided here, once (architecture, "The log").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import Response, current_app, g, request

from shared.eventlog import Actor, Command, Outcome
from shared.http.access import acting_role, principal, subject_ref
from shared.http.body import json_body
from shared.http.deps import deps_of
from shared.http.headers import etag, idempotency_key, if_match
from shared.http.problems import Problem
from shared.security import STAFF, Kind, http_command_id, request_macs


def http_command(
    *,
    now: datetime,
    body: Any = None,
    applicant_ref: str | None = None,
    on_behalf_of: str | None = None,
    authority: str | None = None,
    reason: str | None = None,
) -> Command:
    """Build the command from the request: who, which key, which version, which body.

    `body` is what the fingerprint covers: by default the JSON as it came; bytes for an upload.
    `applicant_ref` is the caller's reference in the vault, where it was just made; else it is
    looked up. `authority` is needed where the command makes its stream.

    Raises:
        Problem: a header is missing or malformed.
    """
    keys = deps_of(current_app).request_keys
    content = json_body() if body is None else body
    macs = request_macs(keys, method=request.method, path=request.path, body=content)
    return Command(
        # The oldest key makes the id: a rotation must not turn a repeat into a new command.
        command_id=http_command_id(tuple(keys.values())[-1], principal(), idempotency_key()),
        actor=actor(applicant_ref=applicant_ref, on_behalf_of=on_behalf_of, reason=reason),
        now=now,
        request_mac=macs[0],
        older_request_macs=macs[1:],
        if_match=if_match() if g.permission.kind is Kind.COMMAND else None,
        correlation=g.correlation,
        traceparent=g.traceparent,
        authority=authority,
    )


def actor(
    *,
    applicant_ref: str | None = None,
    on_behalf_of: str | None = None,
    reason: str | None = None,
) -> Actor:
    """The log's name for the caller: a subject reference or a staff id, never a name.

    Raises:
        Problem: 403 for somebody who acts for an office without a staff id: nobody acts, or reads
            what is sealed, without being named.
    """
    caller, role = principal(), acting_role()
    if role in STAFF and caller.staff_id is None:
        raise Problem("forbidden", "The token names no staff id.")
    ref = caller.staff_id if role in STAFF else applicant_ref or subject_ref()
    assurance = {"level": caller.assurance, "reference": caller.assurance_ref}
    known = {name: value for name, value in assurance.items() if value is not None}
    return Actor(
        kind=role.value,
        ref=ref or role.value,
        on_behalf_of=on_behalf_of,
        portal=caller.portal,
        assurance=known or None,
        reason=reason,
    )


def answer(
    outcome: Outcome,
    *,
    case: str,
    status: int = 200,
    location: str = "",
    more: Mapping[str, Any] | None = None,
) -> Response:
    """The answer to a command, built from its commit alone, so that a repeat gets it too.

    `{"case", "version", "events", "receipt": {"stream", "first_version", "hash"}}` with the
    version as ETag. A command that found nothing to do has no events and no receipt, status 200.
    `more`: what this command's answer says besides, as it is now.
    """
    return _answer(outcome, {"case": case, **(more or {})}, status=status, location=location)


def answer_on_document(outcome: Outcome, *, document: str) -> Response:
    """The answer to a command on a document: as `answer`, with `document` for `case`."""
    return _answer(outcome, {"document": document})


def _answer(
    outcome: Outcome, about: Mapping[str, Any], *, status: int = 200, location: str = ""
) -> Response:
    commit = outcome.commit
    if commit is None:
        return answered({**about, "version": outcome.version, "events": [], "receipt": None})
    response = answered(
        {
            **about,
            "version": commit.last_version,
            "events": [event.type for event in commit.events],
            "receipt": {
                "stream": commit.stream,
                "first_version": commit.first_version,
                "hash": commit.hash.hex(),
            },
        },
        status=status,
    )
    if location:
        response.headers["Location"] = location
    if outcome.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def answered(document: Mapping[str, Any], *, status: int = 200) -> Response:
    """A JSON answer; a document with a `version` carries it as its ETag."""
    response = Response(orjson.dumps(document), status=status, content_type="application/json")
    if isinstance(version := document.get("version"), int):
        response.headers["ETag"] = etag(version)
    return response
