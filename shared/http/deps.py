"""What the furniture of a web process needs from outside, handed in once at its start.

It exists so that an app can be built for a test from plain values, without a server or a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from shared.config import Databases, Secrets, Settings
from shared.security import Entrance, TokenVerifier, key_source, permissions_of

_EXTENSION = "caseledger-deps"


def _nobody_asks(_code: str) -> str:
    raise LookupError("this process knows no organisation's reference")


def _nobody_shows(_kind: str, _number: str) -> str | None:
    raise LookupError("this process knows nobody by an identity document")


@dataclass(frozen=True, kw_only=True)
class Deps:
    """Values and callables of one web process.

    `find_subject(issuer, subject)` is the reference of a person in the vault, None for a stranger;
    `find_organisation(code)` that of an organisation; `find_identity(kind, number)` that of
    somebody whose identity document a counter saw, None for a stranger.
    `ping_log()` raises when the event log does not answer. `beats()` are the sequencers' beat
    documents. `request_keys` are newest first.
    """

    verifier: TokenVerifier
    find_subject: Callable[[str, str], str | None]
    ping_log: Callable[[], None]
    beats: Callable[[], Sequence[Mapping[str, Any]]]
    request_keys: Mapping[str, bytes]
    gateway_keys: Sequence[bytes] = ()
    docs_open: bool = False
    find_organisation: Callable[[str], str] = _nobody_asks
    find_identity: Callable[[str, str], str | None] = _nobody_shows
    internal_port: int = 0
    body_bytes: int = 64 * 1024
    trusted_hosts: tuple[str, ...] = ()


def open_deps(
    settings: Settings,
    secrets: Secrets,
    databases: Databases,
    *,
    find_subject: Callable[[str, str], str | None],
    find_organisation: Callable[[str], str] = _nobody_asks,
    find_identity: Callable[[str, str], str | None] = _nobody_shows,
) -> Deps:
    """The dependencies of a real web process; nothing is read from a server yet."""
    jwks = settings.jwks or str(settings.secrets_dir / "jwks.json")
    rows = permissions_of(settings.service)
    signed = any(row.entry is Entrance.SIGNATURE for row in rows)
    commands = any(row.method != "GET" for row in rows)
    return Deps(
        verifier=TokenVerifier(
            key_source(jwks), issuer=settings.issuer, audience=settings.audience
        ),
        find_subject=find_subject,
        find_organisation=find_organisation,
        find_identity=find_identity,
        ping_log=lambda: _ping(databases),
        beats=lambda: _beats(databases),
        request_keys=secrets.request_keys if commands else {},
        gateway_keys=secrets.gateway_keys if signed else (),
        docs_open=settings.mode == "embedded",
        internal_port=settings.internal_port,
        body_bytes=settings.body_bytes,
        trusted_hosts=settings.trusted_hosts,
    )


def _ping(databases: Databases) -> None:
    databases.log.command("ping")


def _beats(databases: Databases) -> list[dict[str, Any]]:
    # An `_id` range is scanned on some embedded servers; the collection has a few rows a lane.
    return list(databases.log["lanes"].find({"_id": {"$regex": "^beat/"}}))


def install(app: Flask, deps: Deps) -> None:
    """Put the dependencies where the request handlers find them."""
    app.extensions[_EXTENSION] = deps


def deps_of(app: Flask) -> Deps:
    """The dependencies of an app made by `create_app`."""
    found: Deps = app.extensions[_EXTENSION]
    return found
