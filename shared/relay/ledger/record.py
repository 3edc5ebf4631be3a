"""One event on its way to readers: what the ledger says of it, and the same as a Kafka record.

CloudEvents 1.0 in binary mode, made by hand because it is made for every event; a contract test
holds it against the cloudevents library. Order and identity are (lane, position, index).
"""

import hmac
from collections.abc import Sequence
from typing import Protocol

import msgspec

from shared.eventlog.codec import event_values, sha256
from shared.eventlog.model import Commit

SOURCE = b"/caseledger"
CONTENT_TYPE = b"application/json"
_BLOCK = 64  # of SHA-256, in bytes
Headers = list[tuple[str, bytes]]


class Record(msgspec.Struct, frozen=True, gc=False):
    """Event `index` (from 1) of the `count` events of the commit at `position` of `lane`.

    `value` is the canonical JSON of the event, `hash` the hexadecimal hash of its commit, `time`
    when it occurred. `mac` is the sequencer's (hex), empty where no key was given.
    """

    lane: int
    position: int
    index: int
    count: int
    stream: str
    version: int
    type: str
    time: str
    hash: str
    value: bytes
    mac: str = ""

    @property
    def event_id(self) -> str:
        """Identity of the event for ever: `<stream>/<version>`."""
        return f"{self.stream}/{self.version}"

    @property
    def digest(self) -> bytes:
        """SHA-256 of the value, as the ledger's row has it for this index."""
        return sha256(self.value)


class Foreign(msgspec.Struct, frozen=True):
    """A message of the topic that is not one of our records, and why."""

    reason: str


class Message(Protocol):
    """What we need of a consumed Kafka message."""

    @property
    def partition(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Signer:
    """The sequencer's signature over a record: all of it, so that nothing can be moved about."""

    def __init__(self, key: bytes) -> None:
        # HMAC written out, its pads made once: the library's sets the algorithm up for each record
        block = key.ljust(_BLOCK, b"\0") if len(key) <= _BLOCK else sha256(key).ljust(_BLOCK, b"\0")
        self._inner = bytes(byte ^ 0x36 for byte in block)
        self._outer = bytes(byte ^ 0x5C for byte in block)

    def mac(self, record: Record) -> str:
        """Hexadecimal HMAC-SHA256 over place, identity, type, time, commit and value's digest."""
        return self.mac_of(record, record.digest)

    def mac_of(self, record: Record, digest: bytes) -> str:
        """The same where the SHA-256 of the value is known already."""
        place = (
            f"caseledger record 1\n{record.lane}\n{record.position}\n{record.index}\n"
            f"{record.count}\n{record.stream}\n{record.version}\n{record.type}\n{record.time}\n"
            f"{record.hash}\n"
        )
        return sha256(self._outer + sha256(self._inner + place.encode() + digest)).hex()

    def valid(self, record: Record) -> bool:
        """Whether the record was made by a holder of the key."""
        return hmac.compare_digest(record.mac.encode(), self.mac(record).encode())


def records_of(
    commit: Commit,
    *,
    lane: int,
    position: int,
    signer: Signer | None = None,
    values: Sequence[bytes] | None = None,
    digests: Sequence[bytes] | None = None,
) -> list[Record]:
    """The records of a commit at its position, in order.

    `values`, and `digests` (the SHA-256 of each), where they are known already.
    """
    if values is None:
        values = event_values(commit)
    commit_hash = commit.hash.hex()
    count = len(values)
    stream = commit.body.stream
    records = []
    for i, event in enumerate(commit.body.events):
        value = values[i]
        record = Record(
            lane,
            position,
            i + 1,
            count,
            stream,
            event.version,
            event.type,
            event.occurred_at,
            commit_hash,
            value,
        )
        if signer is not None:
            digest = sha256(value) if digests is None else digests[i]
            record = with_mac(record, signer.mac_of(record, digest))
        records.append(record)
    return records


def with_mac(record: Record, mac: str) -> Record:
    """The same record with that mac."""
    return Record(
        record.lane,
        record.position,
        record.index,
        record.count,
        record.stream,
        record.version,
        record.type,
        record.time,
        record.hash,
        record.value,
        mac,
    )


def signed(record: Record, signer: Signer) -> Record:
    """The same record with the sequencer's mac."""
    return with_mac(record, signer.mac(record))


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

    Says nothing of whether it is genuine: that is the ledger's row (`Row.events`) to say, or
    `Signer.valid` for who has the key.
    """
    try:
        return _read(message)
    except _NotOursError as error:
        return Foreign(str(error))
    except (KeyError, UnicodeDecodeError, ValueError) as error:
        return Foreign(f"header {type(error).__name__}: {error}"[:200])


class _NotOursError(Exception):
    """Internal: a message that cannot be one of our records."""


def _read(message: Message) -> Record:
    if message.value is None or message.key is None:
        raise _NotOursError("no key or no value")
    headers: dict[str, bytes] = {k: v for k, v in message.headers if v is not None}
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


_MOST_DIGITS = 18


def _number(text: bytes) -> int:
    """A plain decimal of at most 18 digits (so that it fits everywhere)."""
    if not (text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError(f"{text[:20]!r} is no number")
    return int(text)
