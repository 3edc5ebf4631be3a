"""Signed callbacks, as in Standard Webhooks: how a gateway proves that it is the gateway.

They exist apart from bearer tokens because a payment gateway has none: it signs what it sends.
The signed text is `<id>.<timestamp>.<body>`, HMAC-SHA256, base64, `v1,` before it; the header
may carry several signatures and the receiver may hold several keys, so that keys can rotate.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

WINDOW_S = 300
_MAX_SIGNATURES = 10
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,255}\Z")
_TIMESTAMP = re.compile(r"[0-9]{1,12}\Z")

ID_HEADER = "Webhook-Id"
TIMESTAMP_HEADER = "Webhook-Timestamp"
SIGNATURE_HEADER = "Webhook-Signature"


class CallbackRefused(Exception):
    """The callback does not prove where it comes from. The message never quotes it."""


def sign_callback(key: bytes, *, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers that go with `body`."""
    signature = base64.b64encode(_mac(key, message_id, str(timestamp_s), body)).decode()
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp_s),
        SIGNATURE_HEADER: f"v1,{signature}",
    }


def verify_callback(
    keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, *, now_s: float
) -> str:
    """The message's id, if it is recent and one of its signatures is by one of `keys`.

    Raises:
        CallbackRefused: a header is missing or malformed, the time is out of the window of five
            minutes to either side, or no signature fits.
    """
    message_id = headers.get(ID_HEADER, "")
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    if not _ID.match(message_id) or not _TIMESTAMP.match(timestamp):
        raise CallbackRefused("the identifier or the time is missing or malformed")
    if abs(now_s - int(timestamp)) > WINDOW_S:
        raise CallbackRefused("the time is outside the window")
    given = _signatures(headers.get(SIGNATURE_HEADER, ""))
    expected = [_mac(key, message_id, timestamp, body) for key in keys]
    # Every pair is compared, in constant time: the answer's timing tells nothing.
    fits = [hmac.compare_digest(one, other) for one in given for other in expected]
    if not any(fits):
        raise CallbackRefused("no signature fits")
    return message_id


def _mac(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()


def _signatures(header: str) -> list[bytes]:
    found = []
    for item in header.split(" ")[:_MAX_SIGNATURES]:
        version, _, text = item.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
