"""Keyed digests that bind a request to its caller without storing either in clear.

They exist because a case id, a command id and the memory of "the same request" must all be
functions of the request alone, so that a repeat gets its own first commit. They must also reveal
nothing without the key (architecture, "The log").
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from shared.security.principal import Principal

_CASE_ID_BYTES = 16  # 128 bits: an id cannot be guessed (security checklist, row 66)


def _digest(key: bytes, *parts: str) -> bytes:
    # A JSON array keeps the parts apart: no two different lists give the same bytes.
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def case_id(key: bytes, *, issuer: str, portal: str, subject: str, idempotency_key: str) -> str:
    """The id of the case that this request creates: 26 lower-case base32 characters."""
    digest = _digest(key, "case-id", issuer, portal, subject, idempotency_key)
    return base64.b32encode(digest[:_CASE_ID_BYTES]).decode().rstrip("=").lower()


def case_ids(keys: Sequence[bytes], principal: Principal, idempotency_key: str) -> tuple[str, ...]:
    """The possible ids of the case that the request created: today's key first, then old keys.

    Intake creates the case under the first id, after it has looked for a case under the others. A
    repeat after a rotation of the secret therefore still gets its own first commit.
    """
    return tuple(
        case_id(
            key,
            issuer=principal.issuer,
            portal=principal.portal or "",
            subject=principal.subject,
            idempotency_key=idempotency_key,
        )
        for key in keys
    )


def http_command_id(key: bytes, principal: Principal, idempotency_key: str) -> str:
    """`http:<hex>`, bound to its caller (security checklist, row 22)."""
    digest = _digest(
        key,
        "command-id",
        principal.issuer,
        principal.portal or "",
        principal.subject,
        idempotency_key,
    )
    return f"http:{digest.hex()}"


def request_mac(key_id: str, key: bytes, *, method: str, path: str, body: Any) -> str:
    """`<key id>:<hex>` over the request: it detects a reused key with a different body.

    `body` is parsed JSON (compared in canonical form, so that white space and the order of the keys
    do not matter) or bytes (compared as they are). A stored digest reveals nothing without the key.
    """
    return request_macs({key_id: key}, method=method, path=path, body=body)[0]


def request_macs(
    keys: Mapping[str, bytes], *, method: str, path: str, body: Any
) -> tuple[str, ...]:
    """The `request_mac` under each key; the body is made canonical once."""
    raw = body if isinstance(body, bytes) else rfc8785.dumps(body)
    content = hashlib.sha256(raw).hexdigest()
    return tuple(
        f"{key_id}:{_digest(key, 'request', method, path, content).hex()}"
        for key_id, key in keys.items()
    )
