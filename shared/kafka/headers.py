"""The headers of a record on the topic: written once, and read in two depths.

The publisher and the reconciliation read a message whole (`from_kafka`): it is a record of ours or
a foreign one. A consumer reads only the place that it claims (`arrived`), because the ledger
decides whether the claim is true.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from shared.kafka.record import Foreign, Record

SOURCE = b"/caseledger"
CONTENT_TYPE = b"application/json"
MOST_DIGITS = 18  # so that a number fits every store and gauge: a stranger may have written it
Headers = list[tuple[str, bytes]]


class Message(Protocol):
    """What we need of a consumed Kafka message."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """A record as it came from the broker; its headers are a claim, not yet believed.

    `position` is 0 where the headers say nothing usable, `value` None for a null value.
    """

    offset: int
    position: int
    index: int
    value: bytes | None


def to_kafka(record: Record) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the record; the partition is its lane."""
    key = record.stream.encode()
    return (
        key,
        record.value,
        [
            ("content-type", CONTENT_TYPE),
            ("ce_specversion", b"1.0"),
            ("ce_id", b"%b/%d" % (key, record.version)),
            ("ce_source", SOURCE),
            ("ce_type", record.type.encode()),
            ("ce_time", record.time.encode()),
            ("ce_subject", key),
            ("ce_lane", b"%d" % record.lane),
            ("ce_position", b"%d" % record.position),
            ("ce_index", b"%d" % record.index),
            ("ce_count", b"%d" % record.count),
            ("ce_hash", record.hash.encode()),
            ("ce_mac", record.mac.encode()),
        ],
    )


def from_kafka(message: Message) -> Record | Foreign:
    """Read a consumed message; whatever is not one of our records comes back as `Foreign`.

    Does not check authenticity. Compare with the ledger row (`Row.events`), or call
    `Signer.valid` if you hold the key.
    """
    try:
        return _read(message)
    except _NotOursError as error:
        return Foreign(str(error))
    except (KeyError, UnicodeDecodeError, ValueError) as error:
        return Foreign(f"header {type(error).__name__}: {error}"[:200])


def arrived(message: Message) -> Arrived:
    """A consumed message as a claim of a place; the ledger decides whether it is true."""
    headers = _headers(message)
    try:
        position, index = _number(headers["ce_position"]), _number(headers["ce_index"])
    except (KeyError, ValueError):
        position = index = 0
    return Arrived(message.offset, position, index, message.value)


class _NotOursError(Exception):
    """Internal: a message that cannot be one of our records."""


def _read(message: Message) -> Record:
    if message.value is None or message.key is None:
        raise _NotOursError("no key or no value")
    headers = _headers(message)
    if headers.get("ce_specversion") != b"1.0":
        raise _NotOursError("not a CloudEvent 1.0 in binary mode")
    identity = headers["ce_id"].decode()
    stream, _, version = identity.rpartition("/")
    record = Record(
        _number(headers["ce_lane"]),
        _number(headers["ce_position"]),
        _number(headers["ce_index"]),
        _number(headers["ce_count"]),
        stream,
        _number(version.encode()),
        headers["ce_type"].decode(),
        headers["ce_time"].decode(),
        headers["ce_hash"].decode("ascii"),
        bytes(message.value),
        headers.get("ce_mac", b"").decode("ascii"),
    )
    if record.lane != message.partition:
        raise _NotOursError("its lane is not its partition")
    if bytes(message.key) != stream.encode():
        raise _NotOursError("its key is not its stream")
    if not (record.position >= 1 and 1 <= record.index <= record.count and record.version >= 1):
        raise _NotOursError("its position or index is out of range")
    return record


def _headers(message: Message) -> dict[str, bytes]:
    """The headers that have a value, the last one where a name comes twice."""
    return {name: value for name, value in message.headers if value is not None}


def _number(text: bytes) -> int:
    """A plain decimal of at most `MOST_DIGITS` digits."""
    if not (text.isdigit() and len(text) <= MOST_DIGITS):
        raise ValueError(f"{text[:20]!r} is no number")
    return int(text)
