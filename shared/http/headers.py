"""The headers of a request and an answer: correlation, trace, precondition, idempotency key.

It exists so that every service reads and refuses these headers by the same rules.
"""

from __future__ import annotations

import re
import uuid
from typing import Literal

from flask import g, request

from shared.http.problems import Problem

_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z")
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z"
)
_KEY = re.compile(r"[A-Za-z0-9_.:/+=~-]{1,255}\Z")
_ETAG = re.compile(r'"(0|[1-9][0-9]{0,8})"\Z')
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,64}"\Z')
MOST_TAGS = 20


def correlation_of(header: str | None) -> str:
    """The caller's correlation id if it is a UUID (nothing else may reach the log)."""
    if header and _UUID.match(header.lower()):
        return str(uuid.UUID(header))
    return str(uuid.uuid4())


def traceparent_of(header: str | None) -> str | None:
    """A well-formed W3C `traceparent`; None for a malformed header."""
    return header if header and _TRACEPARENT.match(header) else None


def idempotency_key() -> str:
    """The header `Idempotency-Key`: 1 to 255 of `A-Z a-z 0-9 _ . : / + = ~ -`, or quoted.

    It is read once a request.

    Raises:
        Problem: 400 when it is missing or malformed.
    """
    if "idempotency_key" not in g:
        g.idempotency_key = _read_key()
    found: str = g.idempotency_key
    return found


def _read_key() -> str:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        raise Problem("idempotency-key-missing")
    key = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _KEY.match(key):
        raise Problem("idempotency-key-malformed")
    return key


def if_match() -> int | frozenset[int] | Literal["*"]:
    """The header `If-Match`: a version (`"7"`), those of a list, or `*` for any.

    By RFC 9110 (13.1.1) one of a list is enough, and a weak tag never matches: a list of weak tags
    alone is an empty set, which no version is in.

    Raises:
        Problem: 428 when it is missing, 400 when it is neither `*` nor a list of entity tags.
    """
    given = request.headers.get("If-Match")
    if given is None:
        raise Problem("if-match-missing", "Read the case first; its ETag is the version to name.")
    if given.strip() == "*":
        return "*"
    tags = [tag.strip() for tag in given.split(",") if tag.strip()]
    if not tags or len(tags) > MOST_TAGS or not all(_TAG.match(tag) for tag in tags):
        raise Problem("if-match-malformed")
    versions = frozenset(int(found[1]) for tag in tags if (found := _ETAG.match(tag)))
    return next(iter(versions)) if len(tags) == len(versions) == 1 else versions


def etag(version: int) -> str:
    """The entity tag of a case at a version."""
    return f'"{version}"'
